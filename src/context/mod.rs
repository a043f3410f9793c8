//! Trace context: headers to [`SpanContext`]s and back.
//!
//! Engineers meet trace context as text, in headers, environment variables and log lines. Each format has one file here
//! that reads and writes it; an error names the header, the reason, the place, and what was probably meant.
//!
//! Nothing here asks for time or randomness: new ids take a [`RandomSource`].

mod b3;
mod baggage;
mod batch;
mod datadog;
mod environment;
mod error;
mod explain;
mod extract;
mod fields;
mod flags;
mod format;
mod gcp;
mod grpc;
mod hex;
mod id_text;
mod inject;
mod instana;
mod jaeger;
mod ot;
mod percent;
mod sampling;
mod sentry;
mod server_timing;
mod shape;
mod span_context;
mod sql_comment;
mod traceparent;
mod tracestate;
mod vendors;
mod xray;

pub use baggage::{Baggage, BaggageMember};
pub use batch::TraceparentBatch;
pub use datadog::Datadog;
pub use environment::{environment_headers, environment_name};
pub use error::{HeaderError, Reason};
pub use explain::{Explanation, Field, Place, explain};
pub use extract::{Extraction, extract};
pub use fields::header_names;
pub use flags::TraceFlags;
pub use format::{Format, UnknownFormat};
pub use inject::{inject, inject_baggage, inject_with};
pub use sampling::{Sampling, Threshold};
pub use server_timing::{meta_tag_traceparent, server_timing_traceparent};
pub use span_context::{SpanContext, StartOptions};
#[doc(inline)]
pub use spanscope_hot::context::generate::RandomSource;
pub use sql_comment::sql_comment_headers;
pub use traceparent::Traceparent;
pub use tracestate::{Level, TraceState};
pub use vendors::{Elastic, NewRelic};
