//! Spans as documents to take elsewhere.

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{Trace, TraceSet};
use crate::store::{SpanIndex, Store};
use crate::write::otlp_json::{otlp_json, write_otlp_json};

/// Hands a document to JavaScript part by part. What `write` throws ends it, and is thrown.
fn in_parts(store: &Store, spans: &[SpanIndex], write: &Function) -> Result<(), JsValue> {
    let mut result = Ok(());
    write_otlp_json(store, spans, &mut |part| {
        result = write.call1(&JsValue::NULL, &Uint8Array::from(part.as_bytes())).map(|_| ());
        result.is_ok()
    });
    result
}

impl Trace {
    /// Spans at these positions, all of them when none are named; positions that are none are left out.
    fn spans_at(&self, positions: &[u32]) -> Vec<SpanIndex> {
        let trace = self.analyses().trace();
        let first = trace.first().0;
        let count = trace.span_count() as u32;
        match positions {
            [] => (first..first + count).map(SpanIndex).collect(),
            _ => positions.iter().filter(|span| **span < count).map(|span| SpanIndex(first + span)).collect(),
        }
    }
}

#[wasm_bindgen]
impl Trace {
    /// Spans at these positions as OTLP in JSON, all of them when none are named; positions that are none are left out.
    #[wasm_bindgen(js_name = toOtlpJson)]
    pub fn to_otlp_json(&self, positions: &[u32]) -> String {
        otlp_json(self.analyses().store(), &self.spans_at(positions))
    }

    /// The same in parts, as bytes.
    ///
    /// # Errors
    /// What `write` throws.
    #[wasm_bindgen(js_name = writeOtlpJson)]
    pub fn write_otlp_json(&self, positions: &[u32], write: &Function) -> Result<(), JsValue> {
        in_parts(self.analyses().store(), &self.spans_at(positions), write)
    }
}

impl TraceSet {
    fn all_spans(&self) -> Vec<SpanIndex> {
        self.outcome().store.spans().map(|span| span.index()).collect()
    }
}

#[wasm_bindgen]
impl TraceSet {
    /// All spans as OTLP in JSON.
    #[wasm_bindgen(js_name = toOtlpJson)]
    pub fn to_otlp_json(&self) -> String {
        otlp_json(&self.outcome().store, &self.all_spans())
    }

    /// The same in parts, as bytes.
    ///
    /// # Errors
    /// What `write` throws.
    #[wasm_bindgen(js_name = writeOtlpJson)]
    pub fn write_otlp_json(&self, write: &Function) -> Result<(), JsValue> {
        in_parts(&self.outcome().store, &self.all_spans(), write)
    }
}
