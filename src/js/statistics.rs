//! Tables of figures over groups of spans.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::error;
use super::trace::Analyses;
use super::wire;
use super::{Trace, TraceSet};
use crate::analyze::statistics::{self, Column, Figures, Group, GroupBy, attribute_keys};
use crate::read::Outcome;
use crate::store::{SpanIndex, Store, TraceIndex};
use crate::write::csv::statistics_csv;

/// Groups of spans of one trace or of all, with figures for each.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Statistics {
    outcome: Rc<Outcome>,
    figures: Rc<Figures>,
    by: String,
    state: statistics::Statistics,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupObject {
    service: Option<usize>,
    label: String,
    missing: bool,
    span: Option<SpanObject>,
    count: u32,
    errors: u32,
    total_ns: f64,
    self_ns: f64,
    critical_ns: f64,
    p50_ns: f64,
    p95_ns: f64,
    max_ns: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpanObject {
    trace: u32,
    index: usize,
    start_ns: f64,
}

impl GroupObject {
    fn new(group: Group) -> GroupObject {
        GroupObject {
            service: None,
            label: String::new(),
            missing: false,
            span: None,
            count: group.count,
            errors: group.errors,
            total_ns: group.total_ns as f64,
            self_ns: group.own_ns as f64,
            critical_ns: group.critical_ns as f64,
            p50_ns: group.p50_ns as f64,
            p95_ns: group.p95_ns as f64,
            max_ns: group.max_ns as f64,
        }
    }
}

#[derive(Serialize)]
struct KeyObject<'a> {
    key: &'a str,
    spans: u32,
}

fn keys(store: &Store, figures: &Figures) -> Result<JsValue, JsValue> {
    let keys = attribute_keys(store, figures);
    wire::plain(
        &keys.iter().map(|(key, spans)| KeyObject { key: store.string(*key), spans: *spans }).collect::<Vec<_>>(),
    )
}

fn make(outcome: &Rc<Outcome>, figures: Rc<Figures>, by: &str) -> Result<Statistics, JsValue> {
    let Some(group_by) = GroupBy::named(by) else {
        let message = format!(
            "Expected span, service, operation, kind, status, or attribute: and a key to group by, found \"{by}\"."
        );
        return Err(error("no-such-group", &message, None));
    };
    let state = statistics::Statistics::new(&outcome.store, &figures, group_by);
    Ok(Statistics { outcome: Rc::clone(outcome), figures, by: by.to_owned(), state })
}

impl Analyses {
    /// What groups of spans of this trace are counted from.
    pub(super) fn figures(&self) -> Figures {
        Figures::of_trace(&self.trace(), self.self_times(), self.critical_paths())
    }
}

#[wasm_bindgen]
impl Trace {
    /// Figures over groups of its spans.
    ///
    /// # Errors
    /// When spans cannot be grouped so.
    pub fn statistics(&self, by: &str) -> Result<Statistics, JsValue> {
        make(self.analyses().outcome(), Rc::new(self.analyses().figures()), by)
    }

    /// The keys of attributes that occur.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = attributeKeys)]
    pub fn attribute_keys(&self) -> Result<JsValue, JsValue> {
        keys(self.analyses().trace().store(), &self.analyses().figures())
    }
}

#[wasm_bindgen]
impl TraceSet {
    /// Figures over groups of all spans.
    ///
    /// # Errors
    /// When spans cannot be grouped so.
    pub fn statistics(&self, by: &str) -> Result<Statistics, JsValue> {
        make(self.outcome(), self.figures(), by)
    }

    /// The keys of attributes that occur.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = attributeKeys)]
    pub fn attribute_keys(&self) -> Result<JsValue, JsValue> {
        keys(&self.outcome().store, &self.figures())
    }
}

#[wasm_bindgen]
impl Statistics {
    /// How many groups there are.
    #[wasm_bindgen(getter, js_name = groupCount)]
    pub fn group_count(&self) -> usize {
        self.state.len()
    }

    /// Sums over all groups.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn all(&self) -> Result<JsValue, JsValue> {
        wire::plain(&GroupObject::new(self.state.all()))
    }

    /// The largest total, self time and time on critical paths of a group.
    pub fn largest(&self) -> Vec<f64> {
        self.state.largest(&self.outcome.store, &self.figures).map(|ns| ns as f64).to_vec()
    }

    /// Sorts the groups.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn sort(&mut self, column: &str, descending: bool) -> Result<(), JsValue> {
        let Some(column) = Column::named(column) else {
            let message = format!(
                "Expected one of the columns label, start, count, total, self, critical, p50, p95, max, errors, found \"{column}\"."
            );
            return Err(error("no-such-order", &message, None));
        };
        self.state.sort(&self.outcome.store, &self.figures, column, descending);
        Ok(())
    }

    /// A window of the groups.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn rows(&self, from: usize, count: usize) -> Result<JsValue, JsValue> {
        let store = &self.outcome.store;
        let to = from.saturating_add(count).min(self.state.len());
        let row = |place: usize| {
            let mut object = GroupObject::new(self.state.group(store, &self.figures, place)?);
            let label = self.state.label(store, &self.figures, place)?;
            (object.service, object.label, object.missing) = (label.service, label.text, label.missing);
            if self.by == "span" {
                let span = store.span(*self.state.members(&self.figures, place).first()?);
                let trace = store.trace(span.trace())?;
                let start_ns = wire::since_start(&trace, span.start_ns());
                object.span = Some(SpanObject { trace: trace.index().0, index: span.position(), start_ns });
            }
            Some(object)
        };
        wire::plain(&(from..to).filter_map(row).collect::<Vec<_>>())
    }

    /// A trace, and the positions in it of the spans of a group: of the preferred trace when it has some of them, else of the one that
    /// has the longest.
    pub fn spans(&self, place: usize, preferred: u32) -> Vec<u32> {
        let store = &self.outcome.store;
        spans_of_one_trace(store, &self.state.members(&self.figures, place), TraceIndex(preferred))
    }

    /// The groups in their order as comma-separated values.
    pub fn csv(&self) -> String {
        let by = GroupBy::named(&self.by).unwrap_or(GroupBy::Span);
        statistics_csv(&self.outcome.store, &self.figures, &self.state, by)
    }
}

/// Those of the spans that are in one trace: its number, then their positions. The preferred trace, or the one with the longest span.
pub(super) fn spans_of_one_trace(store: &Store, spans: &[SpanIndex], preferred: TraceIndex) -> Vec<u32> {
    let longest = spans.iter().max_by_key(|span| (store.span(**span).duration_ns(), std::cmp::Reverse(**span)));
    let Some(longest) = longest else { return Vec::new() };
    let has_some = spans.iter().any(|span| store.span(*span).trace() == preferred);
    let trace = if has_some { preferred } else { store.span(*longest).trace() };
    let inside = spans.iter().map(|span| store.span(*span)).filter(|span| span.trace() == trace);
    [trace.0].into_iter().chain(inside.map(|span| span.position() as u32)).collect()
}
