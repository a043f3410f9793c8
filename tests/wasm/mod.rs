//! What can only be tested in a WebAssembly engine, the same in Node and in a browser: the SIMD half of the lexer, with
//! the engine's own `JSON.parse` as the judge, and the functions that JavaScript calls.

mod context;
mod json;
mod read;
mod traces;
