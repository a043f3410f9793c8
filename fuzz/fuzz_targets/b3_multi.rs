#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{Format, extract, inject};

// The headers of the format, one a line.
fuzz_target!(|data: &[u8]| {
    let lines = data.split(|byte| *byte == b'\n');
    let found = extract(
        ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-parentspanid", "x-b3-flags"].into_iter().zip(lines),
        &[Format::B3Multi],
    );
    if let Some(context) = found.context {
        let headers = inject(&context, &[Format::B3Multi]);
        let again = extract(headers.iter().map(|(name, value)| (name, value)), &[Format::B3Multi]);
        assert!(again.problems.is_empty(), "{headers:?}: {:?}", again.problems);
    }
});
