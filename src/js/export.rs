//! Spans as documents to take elsewhere.

use wasm_bindgen::prelude::*;

use super::{Trace, TraceSet};
use crate::store::SpanIndex;
use crate::write::otlp_json::otlp_json;

#[wasm_bindgen]
impl Trace {
    /// Spans at these positions as OTLP in JSON, all of them when none are named; positions that are none are left out.
    #[wasm_bindgen(js_name = toOtlpJson)]
    pub fn to_otlp_json(&self, positions: &[u32]) -> String {
        let trace = self.analyses().trace();
        let first = trace.first().0;
        let count = trace.span_count() as u32;
        let spans: Vec<SpanIndex> = match positions {
            [] => (first..first + count).map(SpanIndex).collect(),
            _ => positions.iter().filter(|span| **span < count).map(|span| SpanIndex(first + span)).collect(),
        };
        otlp_json(trace.store(), &spans)
    }
}

#[wasm_bindgen]
impl TraceSet {
    /// All spans as OTLP in JSON.
    #[wasm_bindgen(js_name = toOtlpJson)]
    pub fn to_otlp_json(&self) -> String {
        let store = &self.outcome().store;
        let spans: Vec<SpanIndex> = store.spans().map(|span| span.index()).collect();
        otlp_json(store, &spans)
    }
}
