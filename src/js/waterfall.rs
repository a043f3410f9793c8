//! The rows of a waterfall, with what is collapsed.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::trace::Analyses;
use crate::store::SpanKind;
use crate::strings::StringId;
use crate::view::TimeRange;
use crate::view::waterfall::{self, Row, Selection};

/// A waterfall over one trace; it stays valid when the trace is freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Waterfall {
    analyses: Rc<Analyses>,
    state: waterfall::Waterfall,
}

impl Waterfall {
    pub(super) fn new(analyses: Rc<Analyses>) -> Waterfall {
        let state =
            waterfall::Waterfall::new(&analyses.trace(), analyses.critical_paths(), Rc::clone(analyses.errors()));
        Waterfall { analyses, state }
    }
}

/// A row as numbers: the fields below, those of its group or as many zeros, then the pairs of `busy` and `critical`, then time and error of each event.
fn encode(row: &Row, numbers: &mut Vec<f64>) {
    let flag = |value: bool| f64::from(u8::from(value));
    numbers.extend([
        f64::from(row.span),
        f64::from(row.level),
        flag(row.expandable),
        flag(row.expanded),
        f64::from(row.hidden),
        f64::from(row.position_in_set),
        f64::from(row.set_size),
        row.top.map_or(0, |top| top as u8 + 1).into(),
        f64::from(row.service_index),
        row.name.index() as f64,
        (row.kind as u8).into(),
        row.start_ns,
        row.duration_ns,
        row.self_ns,
        row.critical_ns,
        row.error.map_or(0, |mark| mark as u8 + 1).into(),
        flag(row.has_status_message),
        f64::from(row.links),
        f64::from(row.warnings),
        row.busy.len() as f64,
        row.critical.len() as f64,
        row.events.len() as f64,
        f64::from(row.skipped),
        row.early_ns.unwrap_or(f64::NAN),
        row.late_ns.unwrap_or(f64::NAN),
        row.shift_ns,
    ]);
    let group = row.group.unwrap_or_default();
    numbers.extend([
        f64::from(group.count),
        f64::from(group.errors),
        group.union_ns,
        group.sum_ns,
        group.least_ns,
        group.most_ns,
    ]);
    numbers.extend_from_slice(&row.busy);
    numbers.extend_from_slice(&row.critical);
    numbers.extend(row.events.iter().flat_map(|event| [event.ns, flag(event.error)]));
}

#[wasm_bindgen]
impl Waterfall {
    /// How many rows there are.
    #[wasm_bindgen(getter, js_name = rowCount)]
    pub fn row_count(&self) -> usize {
        self.state.row_count()
    }

    /// The rows from one on, their stretches and events within a range; `npm/index.js` makes objects of the numbers.
    pub fn rows(&self, from: usize, count: usize, from_ns: f64, to_ns: f64) -> Vec<f64> {
        let trace = self.analyses.trace();
        let range = TimeRange { from: from_ns, to: to_ns };
        let mut numbers = Vec::new();
        for row in self.state.rows(&trace, self.analyses.self_times(), from, count, range) {
            encode(&row, &mut numbers);
        }
        numbers
    }

    /// The name with this number.
    pub fn name(&self, number: u32) -> String {
        self.analyses.trace().store().string(StringId(number)).to_owned()
    }

    /// Names of all services.
    pub fn services(&self) -> Vec<String> {
        self.analyses.trace().store().services().map(str::to_owned).collect()
    }

    /// The status message of a span.
    #[wasm_bindgen(js_name = statusMessage)]
    pub fn status_message(&self, span: u32) -> Option<String> {
        Some(self.analyses.trace().span(span as usize)?.status_message())
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
        self.state.expand_to_level(level);
    }

    /// The row of a span or of what it is hidden in; -1 when there is none.
    #[wasm_bindgen(js_name = nearestRow)]
    pub fn nearest_row(&self, span: u32) -> i32 {
        self.state.nearest_row(span).map_or(-1, |row| row as i32)
    }

    /// The span of a row; -1 when there is no such row.
    #[wasm_bindgen(js_name = spanOf)]
    pub fn span_of(&self, row: usize) -> i32 {
        self.state.span_of(row).map_or(-1, |span| span as i32)
    }

    /// The row above a row in the tree; -1 when there is none.
    #[wasm_bindgen(js_name = parentRow)]
    pub fn parent_row(&self, row: usize) -> i32 {
        self.state.parent_row(row).map_or(-1, |row| row as i32)
    }

    /// The spans in focus: the first one, and the one behind the last.
    pub fn range(&self) -> Vec<u32> {
        let (from, to) = self.state.range();
        vec![from, to]
    }

    /// How many of these the selection hides.
    #[wasm_bindgen(getter, js_name = hiddenCount)]
    pub fn hidden_count(&self) -> u32 {
        self.state.hidden_count()
    }

    /// Shows another part of the trace. Kinds are numbers in the order of OTLP's; a root of -1 is none.
    pub fn select(
        &mut self,
        root: i32,
        services: Vec<u32>,
        kinds: &[u32],
        only: Option<Vec<u32>>,
        path_alone: bool,
        grouped: bool,
    ) {
        let kinds = kinds.iter().filter_map(|kind| SpanKind::from_number(u64::from(*kind)));
        let selection = Selection {
            root: u32::try_from(root).ok(),
            hidden_services: services,
            hidden_kinds: kinds.collect(),
            only,
            path_alone,
            grouped,
        };
        self.state.select(&self.analyses.trace(), selection);
    }

    /// Moves spans so that clocks agree, or puts them back where they were recorded.
    pub fn align(&mut self, aligned: bool) {
        self.state.shift(if aligned { self.analyses.alignment().shift_ns.clone() } else { Vec::new() });
    }

    /// Opens or closes the group that a span is in.
    #[wasm_bindgen(js_name = setGroupOpen)]
    pub fn set_group_open(&mut self, span: u32, open: bool) {
        self.state.set_group_open(span, open);
    }

    /// Expands everything above a span; its row, -1 when there is no such span.
    pub fn reveal(&mut self, span: u32) -> i32 {
        self.state.reveal(&self.analyses.trace(), span).map_or(-1, |row| row as i32)
    }
}
