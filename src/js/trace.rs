//! One trace. What is computed from all of its spans is computed once.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::Waterfall;
use super::error::error;
use super::wire::{
    self, ErrorCountsObject, ServicePartObject, SpanObject, TraceSummaryObject, VerdictPartObject, since_start,
};
use crate::analyze::advice::{Advice, advice};
use crate::analyze::alignment::{Alignment, alignment};
use crate::analyze::async_paths::AsyncPath;
use crate::analyze::bottleneck::{ServicePart, path_by_service};
use crate::analyze::causes::RootCauses;
use crate::analyze::clock_skew::{ClockSkew, clock_skew};
use crate::analyze::critical_path::{CriticalPaths, critical_paths};
use crate::analyze::errors::Errors;
use crate::analyze::facts::{Facts, Known};
use crate::analyze::finding::Finding;
use crate::analyze::findings::Looking;
use crate::analyze::path_doubts::PathDoubts;
use crate::analyze::search::Index;
use crate::analyze::self_time::self_times;
use crate::analyze::semantics::{Meanings, Names, Semantics};
use crate::analyze::summary::{main_top, trace_summary};
use crate::analyze::verdict::{VerdictPart, verdict_parts};
use crate::read::Outcome;
use crate::store::{self, SpanIndex, TraceIndex};
use crate::view::minimap::StartColumns;
use crate::view::shifts::Shifts;
use crate::write::markdown::markdown;

/// Spans that are looked at for findings in some ten milliseconds.
const SPANS_AT_ONCE: usize = 5_000;

/// What is computed from all spans of a trace, once it is asked for.
#[derive(Debug)]
pub(super) struct Analyses {
    outcome: Rc<Outcome>,
    index: TraceIndex,
    /// Those of the store, looked up by the first of its traces.
    names: Rc<OnceCell<Names>>,
    self_times: OnceCell<Vec<u64>>,
    critical_paths: OnceCell<CriticalPaths>,
    meanings: OnceCell<Meanings>,
    errors: OnceCell<Rc<Errors>>,
    skew: OnceCell<Rc<ClockSkew>>,
    known: OnceCell<Known>,
    verdict: OnceCell<Vec<VerdictPart>>,
    /// Findings while they are looked for.
    looking: RefCell<Looking>,
    findings: OnceCell<Vec<Finding>>,
    advice: OnceCell<Advice>,
    markdown: OnceCell<String>,
    search_index: Index,
    alignment: OnceCell<Alignment>,
    pub(super) start_columns: RefCell<StartColumns>,
}

impl Analyses {
    pub(super) fn outcome(&self) -> &Rc<Outcome> {
        &self.outcome
    }

    pub(super) fn trace(&self) -> store::Trace<'_> {
        self.outcome.store.trace(self.index).expect("a handle is made only for a trace that is there")
    }

    pub(super) fn store(&self) -> &store::Store {
        &self.outcome.store
    }

    pub(super) fn self_times(&self) -> &[u64] {
        self.self_times.get_or_init(|| self_times(&self.trace()))
    }

    pub(super) fn critical_paths(&self) -> &CriticalPaths {
        self.critical_paths.get_or_init(|| critical_paths(&self.trace()))
    }

    fn meanings(&self) -> Meanings {
        let names = self.names.get_or_init(|| Names::new(self.store()));
        self.meanings.get_or_init(|| Meanings::new(&self.trace(), names.clone())).clone()
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let errors = Rc::clone(self.errors());
            Known::new(&self.trace(), self.critical_paths(), self.meanings(), errors, self.skew())
        })
    }

    /// What all further analyses look at.
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts::with(self.trace(), self.critical_paths(), self.self_times(), self.known().clone())
    }

    /// What is doubtful about the path of the main top.
    pub(super) fn doubts(&self) -> &PathDoubts {
        self.known().later.doubts(&self.trace(), self.critical_paths())
    }

    /// Work that the main top did not wait for.
    pub(super) fn async_paths(&self) -> &[AsyncPath] {
        self.known().later.async_paths(&self.trace())
    }

    /// Where the time went.
    fn verdict(&self) -> &[VerdictPart] {
        self.verdict.get_or_init(|| verdict_parts(&self.facts()))
    }

    pub(super) fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| {
            let facts = self.facts();
            let mut looking = self.looking.take();
            while !looking.step(&facts, usize::MAX) {}
            looking.into_findings()
        })
    }

    pub(super) fn advice(&self) -> &Advice {
        self.advice.get_or_init(|| advice(&self.facts(), self.findings()))
    }

    /// The trace as Markdown.
    pub(super) fn markdown(&self) -> &str {
        self.markdown.get_or_init(|| {
            let verdict: String = self.verdict().iter().map(|part| part.text.as_str()).collect();
            markdown(&self.facts(), &verdict, self.findings(), self.advice())
        })
    }

    /// Does the next part of what the verdict needs, none of which takes long; whether that was the last one.
    fn prepare_verdict(&self) -> bool {
        match () {
            () if self.critical_paths.get().is_none() => drop(self.critical_paths()),
            () if self.self_times.get().is_none() => drop(self.self_times()),
            () if self.meanings.get().is_none() => drop(self.meanings()),
            () if self.errors.get().is_none() => drop(self.errors()),
            () if self.skew.get().is_none() => drop(self.skew()),
            () if self.known.get().is_none() => drop(self.known()),
            () => {
                self.verdict();
                return true;
            }
        }
        false
    }

    /// The same for all that is said of the trace: verdict, findings, advice, Markdown.
    fn prepare_findings(&self) -> bool {
        if !self.prepare_verdict() {
            return false;
        }
        if self.findings.get().is_none() {
            if self.looking.borrow_mut().step(&self.facts(), SPANS_AT_ONCE) {
                self.findings();
            }
            return false;
        }
        if self.advice.get().is_none() {
            self.advice();
            self.known().later.forget_replays();
            return false;
        }
        self.markdown();
        true
    }

    pub(super) fn search_index(&self) -> &Index {
        &self.search_index
    }

    pub(super) fn root_causes(&self) -> &RootCauses {
        self.known().later.causes(&self.facts())
    }

    pub(super) fn skew(&self) -> Rc<ClockSkew> {
        Rc::clone(self.skew.get_or_init(|| Rc::new(clock_skew(&self.trace()))))
    }

    pub(super) fn alignment(&self) -> &Alignment {
        self.alignment.get_or_init(|| alignment(&self.trace(), &self.skew()))
    }

    /// How far spans are moved: not at all, or so that clocks agree.
    pub(super) fn shifts(&self, aligned: bool) -> Shifts<'_> {
        if aligned { Shifts::new(&self.alignment().shift_ns) } else { Shifts::NONE }
    }

    pub(super) fn errors(&self) -> &Rc<Errors> {
        self.errors.get_or_init(|| {
            let semantics = Semantics::of(self.store(), self.meanings());
            Rc::new(Errors::with(&self.trace(), &semantics))
        })
    }
}

/// A trace. Spans are known by their position in its tree order.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Trace {
    pub(super) analyses: Rc<Analyses>,
}

impl Trace {
    /// `names` are those of the store, and shared by its traces.
    pub(super) fn new(outcome: Rc<Outcome>, names: Rc<OnceCell<Names>>, index: TraceIndex) -> Trace {
        let (self_times, critical_paths, meanings, errors, skew, known) = Default::default();
        let (verdict, looking, findings, advice, markdown) = Default::default();
        let (alignment, search_index, start_columns) = Default::default();
        let analyses = Analyses {
            outcome,
            index,
            names,
            self_times,
            critical_paths,
            meanings,
            errors,
            skew,
            known,
            verdict,
            looking,
            findings,
            advice,
            markdown,
            alignment,
            search_index,
            start_columns,
        };
        Trace { analyses: Rc::new(analyses) }
    }

    pub(super) fn analyses(&self) -> &Rc<Analyses> {
        &self.analyses
    }

    fn trace(&self) -> store::Trace<'_> {
        self.analyses.trace()
    }

    pub(super) fn span_at(&self, position: usize) -> Result<store::Span<'_>, JsValue> {
        let trace = self.trace();
        trace.span(position).ok_or_else(|| {
            let message = format!("Expected a span index below {}, found {position}.", trace.span_count());
            error("no-such-span", &message, None)
        })
    }

    pub(super) fn position(&self, span: SpanIndex) -> u32 {
        span.0 - self.trace().first().0
    }

    /// Positions of spans of this trace.
    pub(super) fn positions(&self, spans: &[SpanIndex]) -> Vec<u32> {
        spans.iter().map(|span| self.position(*span)).collect()
    }
}

#[wasm_bindgen]
impl Trace {
    /// How many spans it has.
    #[wasm_bindgen(getter, js_name = spanCount)]
    pub fn span_count(&self) -> usize {
        self.trace().span_count()
    }

    /// Counts over it.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn summary(&self) -> Result<JsValue, JsValue> {
        let trace = self.trace();
        wire::plain(&TraceSummaryObject::new(&trace, trace_summary(&trace)))
    }

    /// All about one span.
    ///
    /// # Errors
    /// When there is no such span.
    pub fn span(&self, position: usize) -> Result<JsValue, JsValue> {
        let span = self.span_at(position)?;
        let critical = self.analyses.critical_paths().time_of(span.index());
        wire::plain(&SpanObject::new(&self.trace(), &span, self.analyses.self_times()[position], critical))
    }

    /// The spans with this id.
    pub fn find(&self, span_id: &str) -> Vec<u32> {
        self.trace().spans().filter(|span| span.has_id(span_id)).map(|span| span.position() as u32).collect()
    }

    /// The children of a span.
    ///
    /// # Errors
    /// When there is no such span.
    pub fn children(&self, position: usize) -> Result<Vec<u32>, JsValue> {
        Ok(self.span_at(position)?.children().map(|child| child.position() as u32).collect())
    }

    /// Start times since the start of the trace; NaN for none.
    pub fn starts(&self) -> Vec<f64> {
        let trace = self.trace();
        trace.spans().map(|span| since_start(&trace, span.start_ns())).collect()
    }

    /// End minus start; 0 when one of them is missing.
    pub fn durations(&self) -> Vec<f64> {
        self.trace().spans().map(|span| span.duration_ns().unwrap_or(0) as f64).collect()
    }

    /// Self times.
    #[wasm_bindgen(js_name = selfTimes)]
    pub fn self_times(&self) -> Vec<f64> {
        self.analyses.self_times().iter().map(|time| *time as f64).collect()
    }

    /// Parents; -1 for a top.
    pub fn parents(&self) -> Vec<i32> {
        let parent = |span: store::Span<'_>| span.parent().map_or(-1, |parent| self.position(parent) as i32);
        self.trace().spans().map(parent).collect()
    }

    /// Levels above each span.
    pub fn depths(&self) -> Vec<u32> {
        self.trace().spans().map(|span| span.depth()).collect()
    }

    /// The critical paths one after the other: the top, the number of its segments, then span, start and end of each.
    #[wasm_bindgen(js_name = criticalPaths)]
    pub fn critical_paths(&self) -> Vec<f64> {
        let trace = self.trace();
        self.analyses.critical_paths().numbers(trace.first(), trace.start_ns().unwrap_or_default())
    }

    /// The top that the trace is spoken of by.
    #[wasm_bindgen(js_name = mainTop)]
    pub fn main_top(&self) -> u32 {
        main_top(&self.trace()).position() as u32
    }

    /// From the trace's start to the end of its last span.
    #[wasm_bindgen(js_name = extentNs)]
    pub fn extent_ns(&self) -> f64 {
        self.trace().duration_ns() as f64
    }

    /// The critical path of the main top by service, the largest part first.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = pathByService)]
    pub fn path_by_service(&self) -> Result<JsValue, JsValue> {
        let trace = self.trace();
        let services: Vec<&str> = trace.store().services().collect();
        let path = self.analyses.critical_paths().of_top(main_top(&trace).index());
        let parts = path.map(|path| path_by_service(trace.store(), &path)).unwrap_or_default();
        let object = |part: &ServicePart| ServicePartObject {
            service: services[part.service],
            service_index: part.service,
            ns: part.ns as f64,
            spans: self.positions(&part.spans),
        };
        wire::plain(&parts.iter().map(object).collect::<Vec<_>>())
    }

    /// Does the next part of what the verdict needs; whether it is there. It is made whole when it is asked for, too, but that takes long in
    /// a large trace.
    #[wasm_bindgen(js_name = prepareVerdict)]
    pub fn prepare_verdict(&self) -> bool {
        self.analyses.prepare_verdict()
    }

    /// The same for findings, advice and Markdown.
    #[wasm_bindgen(js_name = prepareFindings)]
    pub fn prepare_findings(&self) -> bool {
        self.analyses.prepare_findings()
    }

    /// Where the time went, in words.
    pub fn verdict(&self) -> String {
        self.analyses.verdict().iter().map(|part| part.text.as_str()).collect()
    }

    /// The same in pieces, with the spans they speak of.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = verdictParts)]
    pub fn verdict_parts(&self) -> Result<JsValue, JsValue> {
        let parts = self.analyses.verdict();
        let object =
            |part: &VerdictPart| VerdictPartObject { text: part.text.clone(), spans: self.positions(&part.spans) };
        wire::plain(&parts.iter().map(object).collect::<Vec<_>>())
    }

    /// How many errors began in it, and how many spans passed one on.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = errorCounts)]
    pub fn error_counts(&self) -> Result<JsValue, JsValue> {
        let (own, above) = self.analyses.errors().counts();
        wire::plain(&ErrorCountsObject { own, above })
    }

    /// The spans in which errors began.
    #[wasm_bindgen(js_name = errorSpans)]
    pub fn error_spans(&self) -> Vec<u32> {
        self.analyses.errors().origins().map(|position| position as u32).collect()
    }

    /// The rows of a waterfall, everything expanded.
    pub fn waterfall(&self) -> Waterfall {
        Waterfall::new(Rc::clone(&self.analyses))
    }
}
