//! The events of a trace as lines.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::Trace;
use super::trace::Analyses;
use super::wire;
use crate::view::logs::{self, Level, Row};

/// All events of one trace in time order; it stays valid when the trace is freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Logs {
    analyses: Rc<Analyses>,
    state: logs::Logs,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineObject<'a> {
    span: u32,
    place: u32,
    ns: f64,
    level: &'static str,
    exception: bool,
    text: String,
    attributes: u32,
    service: &'a str,
    service_index: usize,
    operation: &'a str,
}

#[wasm_bindgen]
impl Trace {
    /// How many events its spans have, lines of logs among them.
    #[wasm_bindgen(getter, js_name = eventCount)]
    pub fn event_count(&self) -> usize {
        self.analyses().trace().spans().map(|span| span.events().len()).sum()
    }

    /// Its events in time order, nothing hidden.
    pub fn logs(&self) -> Logs {
        Logs { analyses: Rc::clone(self.analyses()), state: logs::Logs::new(&self.analyses().trace()) }
    }
}

#[wasm_bindgen]
impl Logs {
    /// How many lines there are in all.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.state.count()
    }

    /// How many lines the filter leaves.
    #[wasm_bindgen(getter, js_name = shownCount)]
    pub fn shown_count(&self) -> usize {
        self.state.shown_count()
    }

    /// How many lines there are of each level, from those that say nothing to fatal; then how many tell of an exception.
    pub fn levels(&self) -> Vec<u32> {
        self.state.levels().into_iter().chain([self.state.exceptions()]).collect()
    }

    /// Leaves only what has all these words and at least this level.
    pub fn filter(&mut self, words: &str, least: &str) {
        self.state.filter(&self.analyses.trace(), words, Level::named(least).unwrap_or_default());
    }

    /// A window of the lines.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn rows(&self, from: usize, count: usize) -> Result<JsValue, JsValue> {
        let trace = self.analyses.trace();
        let object = |row: Row| {
            let span = trace.span(row.span as usize)?;
            Some(LineObject {
                span: row.span,
                place: row.place,
                ns: row.ns,
                level: row.level.as_str(),
                exception: row.exception,
                text: row.text,
                attributes: row.attributes,
                service: span.service(),
                service_index: span.service_index(),
                operation: span.name(),
            })
        };
        wire::plain(&self.state.rows(&trace, from, count).into_iter().filter_map(object).collect::<Vec<_>>())
    }

    /// The attributes of an event.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn attributes(&self, span: u32, place: u32) -> Result<JsValue, JsValue> {
        let event = self.analyses.trace().span(span as usize).and_then(|span| span.event(place));
        wire::plain(&event.map(|event| wire::attributes(event.attributes())).unwrap_or_default())
    }
}
