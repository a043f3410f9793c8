//! What was read and found as documents that other programs take.

pub mod csv;
pub mod markdown;
pub mod otlp_json;
