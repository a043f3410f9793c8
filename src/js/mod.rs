//! The JavaScript surface: bindings that convert, call, and convert.
//!
//! What is nicer to build in JavaScript (objects from numbers, classes over handles) is built there, in `npm/`.

pub mod context;
