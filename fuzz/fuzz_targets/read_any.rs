#![no_main]

mod show;

use libfuzzer_sys::fuzz_target;
use spanscope::read::FORMATS;
use spanscope::{ReadOptions, read};

// Read as each format in turn, the first byte chooses: no panic, parents before children, every value can be shown.
fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let format = &FORMATS[usize::from(*choice) % FORMATS.len()];
    if let Ok(outcome) = read(text, &ReadOptions::new().with_format(format.id)) {
        show::show(&outcome);
    }
});
