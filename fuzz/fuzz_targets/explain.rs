#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::explain;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for explanation in explain(&text) {
        assert!(text.get(explanation.start..explanation.end).is_some());
        for field in explanation.fields {
            assert!(explanation.value.get(field.start..field.end).is_some());
        }
    }
});
