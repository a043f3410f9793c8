#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{Format, extract, inject};

// The headers of the format, one a line.
fuzz_target!(|data: &[u8]| {
    let lines = data.split(|byte| *byte == b'\n');
    let found = extract(["x-cloud-trace-context"].into_iter().zip(lines), &[Format::Gcp]);
    if let Some(context) = found.context {
        let headers = inject(&context, &[Format::Gcp]);
        let again = extract(headers.iter().map(|(name, value)| (name, value)), &[Format::Gcp]);
        assert!(again.problems.is_empty(), "{headers:?}: {:?}", again.problems);
    }
});
