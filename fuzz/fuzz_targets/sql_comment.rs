#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::sql_comment_headers;

fuzz_target!(|data: &[u8]| {
    sql_comment_headers(&String::from_utf8_lossy(data));
});
