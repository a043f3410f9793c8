//! Answers about spans: pure functions of the store, one file a question.

pub mod advice;
pub mod alignment;
pub mod async_paths;
pub mod attribution;
pub mod bottleneck;
mod broken;
pub mod budget;
pub mod causes;
pub mod clock_skew;
pub mod errors;
pub mod facts;
mod failure;
pub mod finding;
pub mod findings;
mod instrumentation;
pub(crate) mod letters;
pub mod path_doubts;
pub mod patterns;
pub mod retries;
mod sample;
pub mod search;
pub mod semantics;
pub mod service_graph;
mod shape;
pub mod statistics;
pub mod summary;
mod timeouts;
pub mod verdict;
mod watch;
pub mod what_if;
mod words;

use spanscope_hot::analyze::answers;
#[doc(inline)]
pub use spanscope_hot::analyze::{critical_path, self_time};
