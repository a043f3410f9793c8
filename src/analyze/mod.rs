//! Answers about spans: pure functions of the store, one file a question.

pub mod advice;
pub mod attribution;
pub mod bottleneck;
pub mod budget;
pub mod causes;
pub mod clock_skew;
pub mod critical_path;
pub mod errors;
pub mod facts;
mod failure;
pub mod finding;
pub mod findings;
mod instrumentation;
pub mod path_doubts;
pub mod patterns;
pub mod retries;
pub mod search;
pub mod self_time;
pub mod semantics;
pub mod service_graph;
mod shape;
pub mod statistics;
pub mod summary;
mod timeouts;
pub mod verdict;
pub mod what_if;
mod words;
