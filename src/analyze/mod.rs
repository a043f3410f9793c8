//! Answers about spans: pure functions of the store, one file a question.

pub mod bottleneck;
pub mod critical_path;
pub mod errors;
pub mod facts;
pub mod finding;
pub mod findings;
pub mod search;
pub mod self_time;
pub mod semantics;
pub mod summary;
pub mod verdict;
mod words;
