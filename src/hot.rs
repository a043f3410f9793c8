//! What every span passes through: the part of Spanscope that is compiled for speed.
//!
//! The WebAssembly module is compiled for size, but for what runs once a span or once a byte. A level of optimisation belongs to a package,
//! so this is one. Its modules are the lower part of the layers of `spanscope`, whose documentation has the whole picture; that crate
//! takes them in under the same names, and makes public what is for users. Nothing here knows what is above:
//!
//! ```text
//!  read        the spans of OTLP, Jaeger, Zipkin and Datadog       analyze   self time and critical path,
//!              in JSON, Chrome's events, the lines of logs        what a search walks
//!  store       spans in columns
//!  id  time  value  strings  error  float  simd  sort  json  wire
//! ```

// What is public here is so for the crate above, and no interface of its own.
#![allow(clippy::new_without_default, clippy::len_without_is_empty, clippy::should_implement_trait)]

#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod float;
#[doc(hidden)]
pub mod id;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod simd;
#[doc(hidden)]
pub mod sort;
pub mod store;
#[doc(hidden)]
pub mod strings;
#[doc(hidden)]
pub mod time;
#[doc(hidden)]
pub mod value;
#[doc(hidden)]
pub mod wire;

/// Answers about spans that are asked of every trace.
pub mod analyze {
    #[doc(hidden)]
    pub mod answers;
    pub mod critical_path;
    pub mod self_time;

    /// What a search walks for every span.
    #[doc(hidden)]
    pub mod search {
        pub mod columns;
        pub mod machine;
        pub mod marks;
        pub mod recent;
        mod shapes;
        pub mod texts;
    }
}

/// Headers of trace context: only what ids themselves can do, and logs full of headers.
#[doc(hidden)]
pub mod context {
    pub mod columns;
    pub mod generate;
}

/// From bytes to spans and lines, for the formats that large files have.
#[doc(hidden)]
pub mod read {
    pub mod chrome_events;
    pub mod chrome_nesting;
    pub mod datadog_spans;
    pub mod fields;
    pub mod ids;
    pub mod input;
    pub mod instant;
    mod jaeger_reference;
    pub mod jaeger_spans;
    mod jaeger_tag;
    pub mod line_prefixes;
    pub mod members;
    pub mod micros;
    pub mod once;
    pub mod otlp_attributes;
    pub mod otlp_spans;
    pub mod span_fields;
    pub mod told;
    pub mod zipkin_spans;
    pub mod zipkin_text;

    /// Lines of logs.
    pub mod logs {
        pub mod collect;
        pub mod dates;
        pub mod fields;
        pub mod json;
        pub mod level;
        pub mod line;
        pub mod lines;
        pub mod names;
        mod pairs;
        mod paths;
        pub mod pieces;
        pub mod scan;
        pub mod span_paths;
        pub mod spans;
        pub mod state;
        pub mod tally;
        pub mod text;
    }
}
