//! The JavaScript surface: bindings that convert, call, and convert.
//!
//! What is nicer to build in JavaScript (objects from numbers, classes over handles) is built there, in `npm/`.
//!
//! ```text
//!  Reader ── finish ─► TraceSet ── trace ─► Trace ── waterfall ─► Waterfall      each keeps alive what it needs of those before it
//! ```
//! Documents cross as bytes, bulk answers as typed arrays, one thing as a plain object (`wire`). Times are nanoseconds since
//! the start of the trace as doubles; absolute ones are BigInts.

mod async_paths;
mod budgets;
mod clock_skew;
pub mod context;
mod error;
mod errors;
mod export;
mod find;
mod findings;
mod flame;
mod formats;
mod logs;
mod map;
mod overview;
mod paths;
mod reader;
mod statistics;
mod trace;
mod trace_set;
mod value;
mod waterfall;
mod wire;

pub use find::query_problem;
pub use flame::Flame;
pub use formats::{detect, formats, memory_bytes};
pub use logs::Logs;
pub use map::ServiceMap;
pub use overview::axis_ticks;
pub use reader::Reader;
pub use statistics::Statistics;
pub use trace::Trace;
pub use trace_set::TraceSet;
pub use waterfall::Waterfall;
