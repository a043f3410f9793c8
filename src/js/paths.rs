//! The critical path's doubts, and what a span costs: drag and slack.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire;
use crate::analyze::attribution::{SpentPart, largest_drags, path_by_spent};
use crate::analyze::path_doubts::{Dropped, Hop};
use crate::analyze::summary::main_top;
use crate::analyze::what_if;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HopObject {
    span: u32,
    gap_ns: f64,
    clarity: &'static str,
    clipped: bool,
    rivals: Vec<u32>,
    rival_count: u32,
}

impl HopObject {
    fn new(trace: &Trace, hop: &Hop) -> HopObject {
        HopObject {
            span: trace.position(hop.span),
            gap_ns: hop.gap_ns as f64,
            clarity: hop.clarity.as_str(),
            clipped: hop.clipped,
            rivals: trace.positions(&hop.rivals),
            rival_count: hop.rival_count,
        }
    }
}

#[derive(Serialize)]
struct BesideObject {
    span: u32,
    child: u32,
    ns: f64,
}

#[derive(Serialize)]
struct ClippedObject {
    span: u32,
    ns: f64,
}

#[derive(Serialize)]
struct DroppedObject {
    span: u32,
    why: &'static str,
}

#[derive(Serialize)]
struct DoubtsObject {
    top: u32,
    hops: Vec<HopObject>,
    beside: Vec<BesideObject>,
    clipped: Vec<ClippedObject>,
    dropped: Vec<DroppedObject>,
}

#[derive(Serialize)]
struct SpentObject {
    spent: &'static str,
    ns: f64,
    spans: Vec<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DragObject {
    span: u32,
    drag_ns: f64,
}

#[wasm_bindgen]
impl Trace {
    /// How sure the critical path of the main top is, and what it leaves out.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = pathDoubts)]
    pub fn path_doubts(&self) -> Result<JsValue, JsValue> {
        let trace = self.analyses().trace();
        let top = main_top(&trace).index();
        let doubts = self.analyses().doubts();
        let position = |span| self.position(span);
        let hops = doubts.hops.iter().map(|hop| HopObject::new(self, hop));
        let beside = doubts.beside.iter().map(|beside| BesideObject {
            span: position(beside.span),
            child: position(beside.child),
            ns: beside.ns as f64,
        });
        let dropped = doubts.dropped.iter().map(|(span, why)| DroppedObject {
            span: position(*span),
            why: match why {
                Dropped::Outside => "outside",
                Dropped::Async => "async",
            },
        });
        let clipped = doubts.clipped.iter().map(|(span, ns)| ClippedObject { span: position(*span), ns: *ns as f64 });
        wire::plain(&DoubtsObject {
            top: position(top),
            hops: hops.collect(),
            beside: beside.collect(),
            clipped: clipped.collect(),
            dropped: dropped.collect(),
        })
    }

    /// The step of the critical path from this span to what waited for it; null when it is on no step of the main top's path.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = pathStep)]
    pub fn path_step(&self, position: u32) -> Result<JsValue, JsValue> {
        let step = self.analyses().doubts().hops.iter().find(|hop| self.position(hop.span) == position);
        wire::plain(&step.map(|hop| HopObject::new(self, hop)))
    }

    /// How much sooner its top would have ended without this span, in nanoseconds.
    ///
    /// # Errors
    /// When there is no such span.
    pub fn drag(&self, position: usize) -> Result<f64, JsValue> {
        let span = self.span_at(position)?;
        Ok(what_if::drag(&self.analyses().trace(), span.index()) as f64)
    }

    /// How much later the span could have ended before its top ended later, in nanoseconds; infinite when nothing waits for it.
    ///
    /// # Errors
    /// When there is no such span.
    pub fn slack(&self, position: usize) -> Result<f64, JsValue> {
        let span = self.span_at(position)?;
        Ok(what_if::slack(&self.analyses().trace(), span.index()).map_or(f64::INFINITY, |slack| slack as f64))
    }

    /// The spans whose own time on the path costs the request most, with how much sooner it would have ended without that time.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = largestDrags)]
    pub fn largest_drags(&self, most: usize) -> Result<JsValue, JsValue> {
        let drags = largest_drags(&self.analyses().facts(), most);
        let drags = drags.iter().map(|(span, ns)| DragObject { span: self.position(*span), drag_ns: *ns as f64 });
        wire::plain(&drags.collect::<Vec<_>>())
    }

    /// The critical path of the main top by what its time was spent on; sums to the top's duration.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = pathBySpent)]
    pub fn path_by_spent(&self) -> Result<JsValue, JsValue> {
        let parts = path_by_spent(&self.analyses().facts());
        let object = |part: &SpentPart| SpentObject {
            spent: part.spent.as_str(),
            ns: part.ns as f64,
            spans: self.positions(&part.spans),
        };
        wire::plain(&parts.iter().map(object).collect::<Vec<_>>())
    }
}
