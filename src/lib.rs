//! Spanscope reads distributed traces and trace-context headers.

pub mod context;
mod id;
#[cfg(target_arch = "wasm32")]
pub mod js;

pub use id::{ParseIdError, SpanId, TraceId};
