//! All that was read.

use std::cell::OnceCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::Trace;
use super::error::error;
use super::wire::{self, InputObject, SummaryObject, TraceSummaryObject, WarningObject};
use crate::analyze::semantics::Names;
use crate::analyze::statistics::Figures;
use crate::analyze::summary::{TraceFilter, TraceOrder, store_summary, trace_order, trace_points, trace_summary};
use crate::analyze::verdict::verdict_of_all;
use crate::read::Outcome;
use crate::store::TraceIndex;

/// The traces of all inputs.
#[wasm_bindgen]
#[derive(Debug)]
pub struct TraceSet {
    outcome: Rc<Outcome>,
    names: Rc<OnceCell<Names>>,
    /// The order that was asked for last; a list is asked for window by window.
    order: OnceCell<(String, Vec<TraceIndex>)>,
    figures: OnceCell<Rc<Figures>>,
}

fn order_named(sort: &str) -> Result<TraceOrder, JsValue> {
    TraceOrder::named(sort).ok_or_else(|| {
        let message = format!("Expected one of the orders start, duration, errors, spans, found \"{sort}\".");
        error("no-such-order", &message, None)
    })
}

impl TraceSet {
    pub(super) fn outcome(&self) -> &Rc<Outcome> {
        &self.outcome
    }

    /// What groups of spans of all traces are counted from, once it is asked for.
    pub(super) fn figures(&self) -> Rc<Figures> {
        Rc::clone(self.figures.get_or_init(|| Rc::new(Figures::of_all(&self.outcome.store))))
    }

    pub(super) fn new(outcome: Outcome) -> TraceSet {
        let (names, order, figures) = Default::default();
        TraceSet { outcome: Rc::new(outcome), names, order, figures }
    }

    fn trace_of(&self, index: TraceIndex) -> Trace {
        Trace::new(Rc::clone(&self.outcome), Rc::clone(&self.names), index)
    }
}

#[wasm_bindgen]
impl TraceSet {
    /// The format of the first input that was read.
    #[wasm_bindgen(getter)]
    pub fn format(&self) -> String {
        self.outcome.inputs.first().map(|report| report.format.id).unwrap_or_default().to_owned()
    }

    /// How many spans there are.
    #[wasm_bindgen(getter, js_name = spanCount)]
    pub fn span_count(&self) -> usize {
        self.outcome.store.span_count()
    }

    /// How many traces there are.
    #[wasm_bindgen(getter, js_name = traceCount)]
    pub fn trace_count(&self) -> usize {
        self.outcome.store.trace_count()
    }

    /// Names of all services.
    pub fn services(&self) -> Vec<String> {
        self.outcome.store.services().map(str::to_owned).collect()
    }

    /// Counts over all spans.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn summary(&self) -> Result<JsValue, JsValue> {
        wire::plain(&SummaryObject::new(&self.format(), &store_summary(&self.outcome.store)))
    }

    /// What reading noticed.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn warnings(&self) -> Result<JsValue, JsValue> {
        wire::plain(&self.outcome.store.warnings().iter().map(WarningObject::from).collect::<Vec<_>>())
    }

    /// What was made of each input.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn inputs(&self) -> Result<JsValue, JsValue> {
        let warnings = self.outcome.store.warnings();
        let inputs = self.outcome.inputs.iter();
        wire::plain(&inputs.map(|report| InputObject::new(report, warnings)).collect::<Vec<_>>())
    }

    /// A part of an input as it was read, that is unpacked and cleaned: what positions count in. Empty when there is none.
    pub fn source(&self, input: u32, from: f64, to: f64) -> Vec<u8> {
        let Some((_, bytes)) = self.outcome.store.input(input as usize) else { return Vec::new() };
        // Beyond the end is the end; what is no number is 0.
        let (from, to) = ((from as usize).min(bytes.len()), (to as usize).min(bytes.len()));
        bytes.get(from..to).map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// A window of the list of traces.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn traces(&mut self, from: usize, count: usize, sort: &str) -> Result<JsValue, JsValue> {
        let order = order_named(sort)?;
        let store = &self.outcome.store;
        if self.order.get().is_none_or(|(name, _)| name != sort) {
            self.order = OnceCell::from((sort.to_owned(), trace_order(store, order)));
        }
        let order = self.order.get().map_or(&[][..], |(_, order)| order);
        let window = order.iter().skip(from).take(count).filter_map(|index| store.trace(*index));
        wire::plain(&window.map(|trace| TraceSummaryObject::new(&trace, trace_summary(&trace))).collect::<Vec<_>>())
    }

    /// The numbers of the traces that a filter leaves, in an order. The four limits are the least and most start since the first trace's, and duration.
    ///
    /// # Errors
    /// When there is no such order.
    #[wasm_bindgen(js_name = traceOrder)]
    pub fn trace_order(&self, sort: &str, words: &str, failed: bool, limits: &[f64]) -> Result<Vec<u32>, JsValue> {
        let store = &self.outcome.store;
        let mut filter = TraceFilter { words: words.to_owned(), failed, ..TraceFilter::default() };
        if let [from, to, least, most] = limits {
            (filter.start_ns, filter.duration_ns) = ((*from, *to), (*least, *most));
        }
        Ok(filter.leave(store, trace_order(store, order_named(sort)?)).into_iter().map(|index| index.0).collect())
    }

    /// Summaries of the traces with these numbers.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = tracesAt)]
    pub fn traces_at(&self, indices: &[u32]) -> Result<JsValue, JsValue> {
        let traces = indices.iter().filter_map(|index| self.outcome.store.trace(TraceIndex(*index)));
        wire::plain(&traces.map(|trace| TraceSummaryObject::new(&trace, trace_summary(&trace))).collect::<Vec<_>>())
    }

    /// By trace its start since the first one's, its duration and its spans with status error, one after the other.
    #[wasm_bindgen(js_name = tracePoints)]
    pub fn trace_points(&self) -> Vec<f64> {
        trace_points(&self.outcome.store).into_flattened()
    }

    /// What the traces have in common, in words.
    pub fn verdict(&self) -> String {
        verdict_of_all(&self.outcome.store)
    }

    /// The trace with this number.
    #[wasm_bindgen(js_name = traceAt)]
    pub fn trace_at(&self, index: u32) -> Option<Trace> {
        self.outcome.store.trace(TraceIndex(index))?;
        Some(self.trace_of(TraceIndex(index)))
    }

    /// The trace with this id.
    #[wasm_bindgen(js_name = traceById)]
    pub fn trace_by_id(&self, id: &str) -> Option<Trace> {
        let index = self.outcome.store.find_trace(id)?.index();
        Some(self.trace_of(index))
    }
}
