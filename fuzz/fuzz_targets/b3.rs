#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{Format, extract, inject};

// The headers of the format, one a line.
fuzz_target!(|data: &[u8]| {
    let lines = data.split(|byte| *byte == b'\n');
    let found = extract(["b3"].into_iter().zip(lines), &[Format::B3]);
    if let Some(context) = found.context {
        let headers = inject(&context, &[Format::B3]);
        let again = extract(headers.iter().map(|(name, value)| (name, value)), &[Format::B3]);
        assert!(again.problems.is_empty(), "{headers:?}: {:?}", again.problems);
    }
});
