#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{Level, TraceState};

fuzz_target!(|data: &[u8]| {
    for level in [Level::One, Level::Two] {
        if let Ok(state) = TraceState::parse([data], level) {
            assert_eq!(state.to_string().parse(), Ok(state));
        }
    }
});
