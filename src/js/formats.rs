//! What can be read, and what a text looks like.

use wasm_bindgen::prelude::*;

use super::wire::{self, CandidateObject, DetectionObject, FormatObject};
use crate::read;

/// The formats that can be read.
///
/// # Errors
/// Only when JavaScript runs out of memory.
#[wasm_bindgen]
pub fn formats() -> Result<JsValue, JsValue> {
    let formats: Vec<FormatObject> = read::FORMATS
        .iter()
        .map(|format| FormatObject { id: format.id, name: format.name, produced_by: format.produced_by })
        .collect();
    wire::plain(&formats)
}

/// What the beginning of an input looks like.
///
/// # Errors
/// Only when JavaScript runs out of memory.
#[wasm_bindgen]
pub fn detect(bytes: &[u8]) -> Result<JsValue, JsValue> {
    let found = read::detect(bytes);
    wire::plain(&DetectionObject {
        kind: found.kind.as_str(),
        format: found.candidates.first().map(|candidate| candidate.format.id),
        candidates: found.candidates.iter().map(CandidateObject::from).collect(),
    })
}

/// The size of the module's memory in bytes.
#[wasm_bindgen(js_name = memoryBytes)]
pub fn memory_bytes() -> f64 {
    const PAGE: usize = 65536;
    (core::arch::wasm32::memory_size(0) * PAGE) as f64
}
