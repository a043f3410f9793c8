#![no_main]

mod show;

use libfuzzer_sys::fuzz_target;
use spanscope::{ReadOptions, read};

// Whatever format it looks like: no panic, parents before children, every value can be shown.
fuzz_target!(|data: &[u8]| {
    if let Ok(outcome) = read(data, &ReadOptions::new()) {
        show::show(&outcome);
    }
});
