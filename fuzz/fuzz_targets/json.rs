#![no_main]

use libfuzzer_sys::fuzz_target;

// The lexer accepts what serde_json accepts, and refuses what it refuses.
fuzz_target!(|data: &[u8]| {
    let ours = spanscope::check_json(data);
    let theirs = serde_json::from_slice::<serde_json::Value>(data);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{ours:?}, {theirs:?}");
});
