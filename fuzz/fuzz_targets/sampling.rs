#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{Sampling, TraceFlags, TraceState};

fuzz_target!(|data: &[u8]| {
    let mut state = TraceState::new();
    if state.insert("ot", &String::from_utf8_lossy(data)).is_ok() {
        let sampling = Sampling::decode(&state, None, TraceFlags::SAMPLED).expect("there is such a member");
        assert!(sampling.probability.is_none_or(|probability| (0.0..=1.0).contains(&probability)));
    }
});
