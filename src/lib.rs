//! Reads distributed traces and trace-context headers, and says where the time went.
//!
//! A trace is the story of one request across services. This crate reads it from what people have at hand (OTLP, Jaeger or Zipkin JSON,
//! a `traceparent`), keeps it in columns, builds the span tree, and answers questions about it. The same code, compiled to WebAssembly, is
//! the npm package and runs behind the page in `www/`.
//!
//! ```
//! use spanscope::analyze::self_time::self_times;
//! use spanscope::{ReadOptions, read};
//!
//! let trace = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
//!     {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"GET /cart",
//!      "startTimeUnixNano":"1000","endTimeUnixNano":"9000"},
//!     {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"b7ad6b7169203331","parentSpanId":"00f067aa0ba902b7",
//!      "name":"SELECT cart","startTimeUnixNano":"2000","endTimeUnixNano":"8000"}]}]}]}"#;
//! let outcome = read(trace, &ReadOptions::new())?;
//! let trace = outcome.store.traces().next().expect("one trace");
//! assert_eq!(trace.duration_ns(), 8000);
//! assert_eq!(self_times(&trace), [2000, 6000]);
//! # Ok::<(), spanscope::Error>(())
//! ```
//!
//! # Layers
//!
//! Imports go down only; modules on one layer do not import each other (`tests/layers.rs` keeps it so).
//!
//! ```text
//!  js        the JavaScript surface, only in WebAssembly
//!  view      what is visible: rows, rasters, ticks        write   a store as documents of other programs
//!  read      bytes to store            analyze   store to findings
//!  store     spans in columns          context   headers to span contexts and back
//!  id  time  value  strings  error  float  simd  sort  json  wire
//! ```
//!
//! What every span passes through (the ground, the store, the spans of the large formats, the lines of logs, self time and the critical path) is compiled for speed,
//! in a package of its own over the same files (`src/hot.rs`); everything else for size.
//!
//! # Invariants
//!
//! - The core never asks for time, randomness, network or files: callers pass them in.
//! - Reading never loses a file for one bad span: it yields a store and warnings; only an input without any readable span is an error.
//! - A [`Store`] is immutable. In its order parents precede children, every index is valid, and a span whose parent is missing or that is its own
//!   ancestor is a top with the reason recorded ([`Top`]); spans with one id are kept apart.
//! - Times are integer nanoseconds; they become floats only where they cross to JavaScript.
//! - Siblings, and the tops of a trace, are ordered by start, then by raw span id; ties in an analysis are broken the same way. No answer depends on
//!   the order of the input.
//! - A span without a time never sets its trace's start. A negative duration is kept and reported; analyses take it as 0.
//! - Analyses are pure functions of the store. Nothing recurses on the depth of a trace, and no scan is quadratic.
//! - No input makes it panic. `unsafe` stands in one private module, `simd`.

pub mod analyze;
pub mod context;
#[cfg(target_arch = "wasm32")]
pub mod js;
pub mod read;
pub mod view;
pub mod write;

use spanscope_hot::{error, float, id, json, simd, sort, strings, time, value, wire};

#[doc(inline)]
pub use error::{Position, Warning, WarningKind};
#[doc(inline)]
pub use id::{ParseIdError, SpanId, TraceId};
#[doc(inline)]
pub use json::{JsonErrorKind, check as check_json};
pub use read::{Error, ErrorKind, Outcome, ReadOptions, Reader, detect, read, read_all};
#[doc(inline)]
pub use spanscope_hot::store;
pub use store::{Span, SpanIndex, SpanKind, Status, Store, Top, Trace, TraceIndex};
#[doc(inline)]
pub use strings::StringId;
#[doc(inline)]
pub use time::format_duration;
#[doc(inline)]
pub use value::Value;
