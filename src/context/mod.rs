//! Trace context: headers to [`SpanContext`]s and back.
//!
//! Engineers meet trace context as text, in headers, environment variables and log lines. Each format has one file here
//! that reads and writes it; an error names the header, the reason, the place, and what was probably meant.
//!
//! Nothing here asks for time or randomness: new ids take a [`RandomSource`].

mod error;
mod explain;
mod flags;
mod generate;
mod hex;
mod shape;
mod span_context;
mod traceparent;

pub use error::{HeaderError, Reason};
pub use explain::{Explanation, Field, Place, explain};
pub use flags::TraceFlags;
pub use generate::RandomSource;
pub use span_context::{SpanContext, StartOptions};
pub use traceparent::Traceparent;
