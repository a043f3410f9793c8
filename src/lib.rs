//! Spanscope reads distributed traces and trace-context headers, and says where the time went.

pub mod analyze;
pub mod context;
mod error;
mod id;
#[cfg(target_arch = "wasm32")]
pub mod js;
mod json;
pub mod read;
mod simd;
pub mod store;
mod strings;
mod value;

pub use error::{Position, Warning, WarningKind};
pub use id::{ParseIdError, SpanId, TraceId};
pub use json::{JsonErrorKind, check as check_json};
pub use read::{Error, ErrorKind, Outcome, ReadOptions, Reader, detect, read, read_all};
pub use store::{Span, SpanIndex, SpanKind, Status, Store, Top, Trace, TraceIndex};
pub use strings::StringId;
pub use value::Value;
