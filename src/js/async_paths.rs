//! Work that the request did not wait for, as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire::{self, since_start};
use crate::analyze::async_paths::AsyncPath;
use crate::analyze::critical_path::Segment;
use crate::sort;

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
            total_ns: path.total_ns() as f64,
            segments: path.segments.iter().map(segment).collect(),
        })
    }
}

#[wasm_bindgen]
impl Trace {
    /// How many pieces of work its main top did not wait for.
    #[wasm_bindgen(getter, js_name = asyncPathCount)]
    pub fn async_path_count(&self) -> usize {
        self.analyses().async_paths().len()
    }

    /// Work that its main top did not wait for, with paths of its own; with a number, so many of them, those with the longest paths first.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = asyncPaths)]
    pub fn async_paths(&self, longest: Option<usize>) -> Result<JsValue, JsValue> {
        let paths = self.analyses().async_paths();
        let mut order: Vec<u32> = (0..paths.len() as u32).collect();
        if let Some(most) = longest {
            let lengths: Vec<u64> = paths.iter().map(AsyncPath::total_ns).collect();
            sort::numbers(&mut order, &mut |one, other| lengths[other as usize].cmp(&lengths[one as usize]));
            order.truncate(most);
        }
        let objects = order.iter().filter_map(|number| AsyncPathObject::new(self, &paths[*number as usize]));
        wire::plain(&objects.collect::<Vec<_>>())
    }
}
