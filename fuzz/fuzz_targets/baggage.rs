#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::Baggage;

fuzz_target!(|data: &[u8]| {
    let (baggage, _) = Baggage::parse([data]);
    let (read, problems) = Baggage::parse([baggage.to_string()]);
    assert!(baggage.is_empty() || problems.is_empty(), "{problems:?}");
    assert!(read.members().len() <= baggage.members().len());
});
