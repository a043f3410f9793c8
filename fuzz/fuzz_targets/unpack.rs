#![no_main]

mod show;

use libfuzzer_sys::fuzz_target;
use spanscope::{ReadOptions, detect, read};

// Packed or not: no panic, and no more comes out than may.
fuzz_target!(|data: &[u8]| {
    detect(data);
    if let Ok(outcome) = read(data, &ReadOptions::new().with_unpack_limit(1 << 20)) {
        show::show(&outcome);
    }
});
