//! Spanscope reads distributed traces and trace-context headers.

pub mod context;
mod id;

pub use id::{ParseIdError, SpanId, TraceId};
