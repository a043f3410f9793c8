//! What every line of a log and every event of some large formats passes through.
//!
//! It stands between the package that is compiled for speed (`src/hot.rs`, which says why there are packages) and everything else. There is too
//! much of it to be compiled so for nothing: how much of the download it may take is its level of optimisation, a line in `Cargo.toml`. What is
//! done with each byte it asks of the other one.

// What is public here is so for the crate above, and no interface of its own.
#![allow(clippy::new_without_default, clippy::len_without_is_empty, clippy::should_implement_trait)]

use spanscope_hot::{error, json, simd, sort, store, strings};

/// From bytes to spans and lines.
#[doc(hidden)]
pub mod read {
    pub mod chrome_events;
    pub mod datadog_spans;
    pub mod instant;
    pub mod line_prefixes;
    pub mod members;

    use spanscope_hot::read::{ids, input, micros, once, told};

    /// Lines of logs.
    pub mod logs {
        pub mod collect;
        pub mod fields;
        pub mod json;
        pub mod line;
        pub mod lines;
        mod paths;
        pub mod span_paths;
        pub mod spans;
        pub mod state;
        pub mod tally;
        pub mod text;
    }
}
