#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{Format, extract, inject};

// The headers of the format, one a line.
fuzz_target!(|data: &[u8]| {
    let lines = data.split(|byte| *byte == b'\n');
    let found = extract(
        ["ot-tracer-traceid", "ot-tracer-spanid", "ot-tracer-sampled", "ot-baggage-key"].into_iter().zip(lines),
        &[Format::Ot],
    );
    if let Some(context) = found.context {
        let headers = inject(&context, &[Format::Ot]);
        let again = extract(headers.iter().map(|(name, value)| (name, value)), &[Format::Ot]);
        assert!(again.problems.is_empty(), "{headers:?}: {:?}", again.problems);
    }
});
