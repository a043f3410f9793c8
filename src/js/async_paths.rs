//! Work that the request did not wait for, as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire::{self, since_start};
use crate::analyze::async_paths::{AsyncPath, async_paths};
use crate::analyze::critical_path::Segment;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SegmentObject {
    span: u32,
    start_ns: f64,
    end_ns: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AsyncPathObject {
    from: Option<u32>,
    edge: &'static str,
    trace: u32,
    trace_id: String,
    span: u32,
    queue_wait_ns: Option<f64>,
    total_ns: f64,
    segments: Vec<SegmentObject>,
}

impl AsyncPathObject {
    fn new(trace: &Trace, path: &AsyncPath) -> Option<AsyncPathObject> {
        let store = trace.analyses().store();
        let work = store.span(path.work);
        // The work may be of another trace: its spans are positions there, its times since the start of that one.
        let there = store.trace(work.trace())?;
        let time = |time| since_start(&there, Some(time));
        let segment = |segment: &Segment| SegmentObject {
            span: segment.span.0 - there.first().0,
            start_ns: time(segment.start),
            end_ns: time(segment.end),
        };
        Some(AsyncPathObject {
            from: path.from.map(|from| trace.position(from)),
            edge: path.edge.as_str(),
            trace: work.trace().0,
            trace_id: there.id(),
            span: work.position() as u32,
            queue_wait_ns: path.wait_ns.map(|wait| wait as f64),
            total_ns: path.segments.iter().map(Segment::duration_ns).sum::<u64>() as f64,
            segments: path.segments.iter().map(segment).collect(),
        })
    }
}

#[wasm_bindgen]
impl Trace {
    /// Work that its main top did not wait for, with paths of its own.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = asyncPaths)]
    pub fn async_paths(&self) -> Result<JsValue, JsValue> {
        let paths = async_paths(&self.analyses().trace());
        wire::plain(&paths.iter().filter_map(|path| AsyncPathObject::new(self, path)).collect::<Vec<_>>())
    }
}
