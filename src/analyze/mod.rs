//! Answers about spans: pure functions of the store, one file a question.

pub mod summary;
