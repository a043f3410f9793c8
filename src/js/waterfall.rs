//! The rows of a waterfall, with what is collapsed.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Analyses;
use super::wire;
use crate::view::{TimeRange, waterfall};

/// A waterfall over one trace; it stays valid when the trace is freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Waterfall {
    analyses: Rc<Analyses>,
    state: waterfall::Waterfall,
}

impl Waterfall {
    pub(super) fn new(analyses: Rc<Analyses>) -> Waterfall {
        let state = waterfall::Waterfall::new(&analyses.trace(), analyses.critical_paths());
        Waterfall { analyses, state }
    }
}

#[derive(Serialize)]
struct EventObject {
    ns: f64,
    error: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowObject<'a> {
    span: u32,
    level: u32,
    expandable: bool,
    expanded: bool,
    hidden: u32,
    position_in_set: u32,
    set_size: u32,
    top: Option<&'static str>,
    service: &'a str,
    service_index: u32,
    name: &'a str,
    kind: &'static str,
    start_ns: f64,
    duration_ns: f64,
    self_ns: f64,
    critical_ns: f64,
    error: Option<&'static str>,
    status_message: String,
    busy: Vec<f64>,
    critical: Vec<f64>,
    events: Vec<EventObject>,
    links: u32,
    warnings: u32,
}

impl<'a> From<waterfall::Row<'a>> for RowObject<'a> {
    fn from(row: waterfall::Row<'a>) -> RowObject<'a> {
        RowObject {
            span: row.span,
            level: row.level,
            expandable: row.expandable,
            expanded: row.expanded,
            hidden: row.hidden,
            position_in_set: row.position_in_set,
            set_size: row.set_size,
            top: row.top.map(|top| top.as_str()),
            service: row.service,
            service_index: row.service_index,
            name: row.name,
            kind: row.kind.as_str(),
            start_ns: row.start_ns,
            duration_ns: row.duration_ns,
            self_ns: row.self_ns,
            critical_ns: row.critical_ns,
            error: row.error.map(|mark| mark.as_str()),
            status_message: row.status_message,
            busy: row.busy,
            critical: row.critical,
            events: row.events.iter().map(|event| EventObject { ns: event.ns, error: event.error }).collect(),
            links: row.links,
            warnings: row.warnings,
        }
    }
}

#[wasm_bindgen]
impl Waterfall {
    /// How many rows there are.
    #[wasm_bindgen(getter, js_name = rowCount)]
    pub fn row_count(&self) -> usize {
        self.state.row_count()
    }

    /// The rows from one on, their stretches and events within a range.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn rows(&self, from: usize, count: usize, from_ns: f64, to_ns: f64) -> Result<JsValue, JsValue> {
        let trace = self.analyses.trace();
        let range = TimeRange { from: from_ns, to: to_ns };
        let rows = self.state.rows(&trace, self.analyses.self_times(), from, count, range);
        wire::plain(&rows.into_iter().map(RowObject::from).collect::<Vec<_>>())
    }

    /// The row of a span; -1 when it is hidden or not there.
    #[wasm_bindgen(js_name = rowOf)]
    pub fn row_of(&self, span: u32) -> i32 {
        self.state.row_of(span).map_or(-1, |row| row as i32)
    }

    /// Shows or hides a span's children.
    #[wasm_bindgen(js_name = setExpanded)]
    pub fn set_expanded(&mut self, span: u32, expanded: bool) {
        self.state.set_expanded(span, expanded);
    }

    /// Shows everything.
    #[wasm_bindgen(js_name = expandAll)]
    pub fn expand_all(&mut self) {
        self.state.expand_all();
    }

    /// Shows the tops alone.
    #[wasm_bindgen(js_name = collapseAll)]
    pub fn collapse_all(&mut self) {
        self.state.collapse_all();
    }

    /// Shows the first levels.
    #[wasm_bindgen(js_name = expandToLevel)]
    pub fn expand_to_level(&mut self, level: u32) {
        self.state.expand_to_level(&self.analyses.trace(), level);
    }

    /// Expands everything above a span; its row, -1 when there is no such span.
    pub fn reveal(&mut self, span: u32) -> i32 {
        self.state.reveal(&self.analyses.trace(), span).map_or(-1, |row| row as i32)
    }
}
