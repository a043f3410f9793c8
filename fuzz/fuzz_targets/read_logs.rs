#![no_main]

mod show;

use libfuzzer_sys::fuzz_target;
use spanscope::{ReadOptions, read};

// Read as this format: no panic, parents before children, every value can be shown.
fuzz_target!(|data: &[u8]| {
    if let Ok(outcome) = read(data, &ReadOptions::new().with_format("logs")) {
        show::show(&outcome);
    }
});
