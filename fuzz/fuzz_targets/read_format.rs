#![no_main]

mod show;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use spanscope::{ReadOptions, read};

/// The target's name is that of its format, with `read_` before it.
static FORMAT: LazyLock<String> =
    LazyLock::new(|| env!("CARGO_BIN_NAME").trim_start_matches("read_").replace('_', "-"));

// Read as this format: no panic, parents before children, every value can be shown.
fuzz_target!(|data: &[u8]| {
    match read(data, &ReadOptions::new().with_format(FORMAT.as_str())) {
        Ok(outcome) => show::show(&outcome),
        Err(error) => assert!(error.kind.as_str() != "no-such-format", "{error}"),
    }
});
