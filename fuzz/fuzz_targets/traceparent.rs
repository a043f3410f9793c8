#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::context::{Traceparent, TraceparentBatch};

fuzz_target!(|data: &[u8]| {
    match Traceparent::parse(data) {
        // What is written is version 00, and reads the same.
        Ok(parent) => {
            assert_eq!(parent.to_string().parse().map(|read: Traceparent| read.trace_id()), Ok(parent.trace_id()))
        }
        Err(error) => assert!(error.offset().is_some_and(|at| at <= data.len())),
    }
    assert_eq!(TraceparentBatch::parse(data).ok().len(), data.split_inclusive(|byte| *byte == b'\n').count());
});
