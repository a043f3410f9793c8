#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{meta_tag_traceparent, server_timing_traceparent};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    server_timing_traceparent(&text);
    meta_tag_traceparent(&text);
});
