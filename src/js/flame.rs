//! Flame graphs.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::error;
use super::statistics::spans_of_one_trace;
use super::wire;
use super::{Trace, TraceSet};
use crate::analyze::statistics::Figures;
use crate::read::Outcome;
use crate::store::TraceIndex;
use crate::view::flame::{self, Look, Measure};

/// The spans of one trace or of all by call path.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Flame {
    outcome: Rc<Outcome>,
    state: flame::Flame,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FrameObject<'a> {
    index: usize,
    parent: Option<u32>,
    depth: u32,
    end: u32,
    service_index: u32,
    name: &'a str,
    count: u32,
    errors: u32,
    errors_below: u32,
    total_ns: f64,
    self_ns: f64,
    critical_ns: f64,
    value_ns: f64,
    left: f64,
    right: f64,
}

fn make(outcome: &Rc<Outcome>, figures: &Figures, measure: &str) -> Result<Flame, JsValue> {
    let Some(measure) = Measure::named(measure) else {
        let message = format!("Expected one of the measures total, self, critical, found \"{measure}\".");
        return Err(error("no-such-measure", &message, None));
    };
    Ok(Flame { outcome: Rc::clone(outcome), state: flame::Flame::new(&outcome.store, figures, measure) })
}

#[wasm_bindgen]
impl Trace {
    /// Its spans by call path.
    ///
    /// # Errors
    /// When there is no such measure.
    pub fn flame(&self, measure: &str) -> Result<Flame, JsValue> {
        make(self.analyses().outcome(), &self.analyses().figures(), measure)
    }
}

#[wasm_bindgen]
impl TraceSet {
    /// All spans by call path.
    ///
    /// # Errors
    /// When there is no such measure.
    pub fn flame(&self, measure: &str) -> Result<Flame, JsValue> {
        make(self.outcome(), &self.figures(), measure)
    }
}

#[wasm_bindgen]
impl Flame {
    /// How many frames there are.
    #[wasm_bindgen(getter, js_name = frameCount)]
    pub fn frame_count(&self) -> usize {
        self.state.frames().len()
    }

    /// How many rows there are.
    #[wasm_bindgen(getter)]
    pub fn depth(&self) -> u32 {
        self.state.depth()
    }

    /// What the whole width stands for.
    #[wasm_bindgen(getter, js_name = wholeNs)]
    pub fn whole_ns(&self) -> f64 {
        self.state.whole_ns() as f64
    }

    /// What is to be drawn: for each rectangle frame, row, left and right edge, frames it stands for, service, error (1 its own, 2 below,
    /// 3 both), part on the critical path.
    pub fn rectangles(&self, from: f64, to: f64, width: f64, first_row: u32, end_row: u32) -> Vec<f64> {
        let rectangles = self.state.rectangles(&Look { from, to, width, first_row, end_row });
        let mut numbers = Vec::with_capacity(8 * rectangles.len());
        for drawn in rectangles {
            let service = self.state.frames().get(drawn.frame as usize).map_or(0, |frame| frame.service);
            numbers.extend([
                f64::from(drawn.frame),
                f64::from(drawn.depth),
                drawn.left,
                drawn.right,
                f64::from(drawn.frames),
                f64::from(service),
                f64::from(u8::from(drawn.error) | u8::from(drawn.error_below) << 1),
                drawn.critical,
            ]);
        }
        numbers
    }

    /// The operations of frames.
    pub fn names(&self, frames: &[u32]) -> Vec<String> {
        let name = |frame: &u32| {
            let frame = self.state.frames().get(*frame as usize);
            frame.map(|frame| self.outcome.store.string(frame.name).to_owned()).unwrap_or_default()
        };
        frames.iter().map(name).collect()
    }

    /// Frames from one on, in the order of the tree.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn frames(&self, from: usize, count: usize) -> Result<JsValue, JsValue> {
        let frames = self.state.frames().iter().enumerate().skip(from).take(count);
        let object = |(index, frame): (usize, &flame::Frame)| FrameObject {
            index,
            parent: frame.parent,
            depth: frame.depth,
            end: frame.end,
            service_index: frame.service,
            name: self.outcome.store.string(frame.name),
            count: frame.count,
            errors: frame.errors,
            errors_below: frame.errors_below,
            total_ns: frame.total_ns as f64,
            self_ns: frame.own_ns as f64,
            critical_ns: frame.critical_ns as f64,
            value_ns: frame.value_ns as f64,
            left: frame.left,
            right: frame.right,
        };
        wire::plain(&frames.map(object).collect::<Vec<_>>())
    }

    /// The frame before one under the same parent; -1 when there is none.
    #[wasm_bindgen(js_name = frameBefore)]
    pub fn frame_before(&self, frame: u32) -> i32 {
        self.state.before(frame).map_or(-1, |before| before as i32)
    }

    /// A trace, and the positions in it of the spans of a frame, as for a group of statistics.
    pub fn spans(&self, frame: u32, preferred: u32) -> Vec<u32> {
        spans_of_one_trace(&self.outcome.store, &self.state.spans(frame), TraceIndex(preferred))
    }
}
