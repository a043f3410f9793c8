//! Answers about spans: pure functions of the store, one file a question.

pub mod critical_path;
pub mod self_time;
pub mod summary;
