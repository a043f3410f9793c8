//! Takes inputs, chunk by chunk, straight into the memory that the store will keep.

use std::sync::Arc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::TraceSet;
use super::error::error;
use crate::float::format_f64;
use crate::read::{ReadOptions, read_all};
use crate::simd::append_with;

/// Inputs on their way in.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Reader {
    inputs: Vec<(Vec<u8>, ReadOptions)>,
}

#[wasm_bindgen]
impl Reader {
    /// No input yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Reader {
        Reader::default()
    }

    /// Begins an input, and reserves what it will take: growing later would cost more than reading.
    ///
    /// # Errors
    /// When there is not that much memory.
    pub fn begin(&mut self, byte_length: f64, format: Option<String>, name: Option<String>) -> Result<(), JsValue> {
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(byte_length as usize).is_err() {
            return Err(too_large(byte_length));
        }
        let mut options = ReadOptions::new();
        (options.format, options.name) = (format, name);
        self.inputs.push((bytes, options));
        Ok(())
    }

    /// Appends to the input that was begun last.
    ///
    /// # Errors
    /// When memory is used up.
    pub fn push(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
        let Some((bytes, _)) = self.inputs.last_mut() else {
            return Ok(());
        };
        let length = chunk.length() as usize;
        if bytes.try_reserve(length).is_err() {
            return Err(too_large(bytes.len() as f64 + f64::from(chunk.length())));
        }
        append_with(bytes, length, |room| chunk.copy_to_uninit(room));
        Ok(())
    }

    /// Reads all inputs into one set.
    ///
    /// # Errors
    /// When no span can be read.
    pub fn finish(self) -> Result<TraceSet, JsValue> {
        let inputs = self.inputs.into_iter().map(|(bytes, options)| (Arc::new(bytes), options));
        Ok(TraceSet::new(read_all(inputs)?))
    }
}

fn too_large(bytes: f64) -> JsValue {
    let message = format!(
        "Expected an input that fits into memory, found one of {} bytes. Split the file, for example by trace, and open a part.",
        format_f64(bytes)
    );
    error("too-large", &message, None)
}
