//! The plain objects that cross to JavaScript, as `npm/index.d.ts` describes them.
//!
//! No object has keys from a trace, so no name in one can shadow anything; attributes are lists of key, type and value.

use std::borrow::Cow;

use serde::Serialize;
use serde_wasm_bindgen::{Serializer, preserve};
use wasm_bindgen::JsValue;

use super::value::to_js;
use crate::analyze::summary::{StoreSummary, TraceSummary};
use crate::error::{Position, Warning, WarningKind};
use crate::read::{Candidate, InputReport};
use crate::store::{Event, Link, Span, Trace};
use crate::value::Value;

/// As plain objects; what is missing is `null`.
pub(super) fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&Serializer::json_compatible()).map_err(JsValue::from)
}

#[derive(Serialize)]
pub(super) struct PositionObject {
    input: u32,
    offset: f64,
    line: u32,
    column: u32,
}

impl From<&Position> for PositionObject {
    fn from(position: &Position) -> PositionObject {
        PositionObject {
            input: position.input,
            offset: position.offset as f64,
            line: position.line,
            column: position.column,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FormatObject {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) produced_by: &'static str,
}

#[derive(Serialize)]
pub(super) struct CandidateObject {
    format: &'static str,
    why: &'static str,
}

impl From<&Candidate> for CandidateObject {
    fn from(candidate: &Candidate) -> CandidateObject {
        CandidateObject { format: candidate.format.id, why: candidate.why }
    }
}

#[derive(Serialize)]
pub(super) struct DetectionObject {
    pub(super) kind: &'static str,
    pub(super) format: Option<&'static str>,
    pub(super) candidates: Vec<CandidateObject>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SummaryObject<'a> {
    format: &'a str,
    spans: usize,
    traces: usize,
    roots: usize,
    orphans: usize,
    duplicate_ids: f64,
    error_spans: usize,
    zero_duration: usize,
    negative_duration: usize,
    links: usize,
    events: usize,
    services: &'a [String],
    max_depth: u32,
}

impl<'a> SummaryObject<'a> {
    pub(super) fn new(format: &'a str, summary: &'a StoreSummary) -> SummaryObject<'a> {
        SummaryObject {
            format,
            spans: summary.spans,
            traces: summary.traces,
            roots: summary.roots,
            orphans: summary.orphans,
            duplicate_ids: summary.duplicate_ids as f64,
            error_spans: summary.error_spans,
            zero_duration: summary.zero_duration,
            negative_duration: summary.negative_duration,
            links: summary.links,
            events: summary.events,
            services: &summary.services,
            max_depth: summary.max_depth,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TraceSummaryObject {
    index: u32,
    trace_id: String,
    root_service: String,
    root_name: String,
    #[serde(with = "preserve")]
    start_ns: JsValue,
    duration_ns: f64,
    spans: usize,
    errors: usize,
    services: Vec<String>,
    depth: u32,
    roots: usize,
    orphans: usize,
}

impl TraceSummaryObject {
    pub(super) fn new(trace: &Trace<'_>, summary: TraceSummary) -> TraceSummaryObject {
        TraceSummaryObject {
            index: trace.index().0,
            trace_id: trace.id(),
            root_service: summary.root_service,
            root_name: summary.root_name,
            start_ns: trace.start_ns().unwrap_or(0).into(),
            duration_ns: trace.duration_ns() as f64,
            spans: summary.spans,
            errors: summary.errors,
            services: summary.services,
            depth: summary.depth,
            roots: summary.roots,
            orphans: summary.orphans,
        }
    }
}

#[derive(Serialize)]
pub(super) struct WarningObject<'a> {
    kind: &'a str,
    message: &'a str,
    count: f64,
    position: Option<PositionObject>,
}

impl<'a> From<&'a Warning> for WarningObject<'a> {
    fn from(warning: &'a Warning) -> WarningObject<'a> {
        WarningObject {
            kind: warning.kind.as_str(),
            message: &warning.message,
            count: warning.count as f64,
            position: warning.position.as_ref().map(PositionObject::from),
        }
    }
}

#[derive(Serialize)]
struct SkippedObject<'a> {
    position: PositionObject,
    reason: &'a str,
}

#[derive(Serialize)]
pub(super) struct InputObject<'a> {
    input: u32,
    given: u32,
    name: &'a str,
    format: &'static str,
    why: &'a str,
    candidates: Vec<CandidateObject>,
    spans: usize,
    skipped: Vec<SkippedObject<'a>>,
    guesses: &'a [String],
    warnings: Vec<WarningObject<'a>>,
}

impl<'a> InputObject<'a> {
    /// `warnings` are those of the whole set; an input has those whose first case stands in it.
    pub(super) fn new(report: &'a InputReport, warnings: &'a [Warning]) -> InputObject<'a> {
        InputObject {
            input: report.input,
            given: report.given,
            name: &report.name,
            format: report.format.id,
            why: report.why,
            candidates: report.candidates.iter().map(CandidateObject::from).collect(),
            spans: report.spans,
            skipped: report
                .skipped
                .iter()
                .map(|skipped| SkippedObject { position: (&skipped.position).into(), reason: &skipped.reason })
                .collect(),
            guesses: &report.guesses,
            warnings: warnings
                .iter()
                .filter(|warning| warning.position.is_some_and(|position| position.input == report.input))
                .map(WarningObject::from)
                .collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct AttributeObject<'a> {
    key: &'a str,
    r#type: &'static str,
    #[serde(with = "preserve")]
    value: JsValue,
}

pub(super) fn attributes<'a>(pairs: impl Iterator<Item = (&'a str, Value<'a>)>) -> Vec<AttributeObject<'a>> {
    pairs.map(|(key, value)| AttributeObject { key, r#type: value.type_name(), value: to_js(&value) }).collect()
}

#[derive(Serialize)]
struct ScopeObject<'a> {
    name: &'a str,
    version: &'a str,
    attributes: Vec<AttributeObject<'a>>,
}

#[derive(Serialize)]
struct EventObject<'a> {
    name: Cow<'a, str>,
    ns: f64,
    attributes: Vec<AttributeObject<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkObject<'a> {
    trace_id: String,
    span_id: String,
    trace_state: String,
    attributes: Vec<AttributeObject<'a>>,
    target: Option<LinkedObject<'a>>,
}

/// The other end of a link, when it is in the input.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkedObject<'a> {
    trace: u32,
    trace_id: String,
    span: usize,
    span_id: String,
    name: &'a str,
    service: &'a str,
}

impl<'a> From<Span<'a>> for LinkedObject<'a> {
    fn from(span: Span<'a>) -> LinkedObject<'a> {
        LinkedObject {
            trace: span.trace().0,
            trace_id: span.store().trace(span.trace()).map(|trace| trace.id()).unwrap_or_default(),
            span: span.position(),
            span_id: span.id(),
            name: span.name(),
            service: span.service(),
        }
    }
}

impl<'a> LinkObject<'a> {
    fn new(span: &Span<'a>, link: Link<'a>) -> LinkObject<'a> {
        LinkObject {
            target: link.target().map(|target| LinkedObject::from(span.store().span(target))),
            trace_id: link.trace_id(),
            span_id: link.span_id(),
            trace_state: link.trace_state(),
            attributes: attributes(link.attributes()),
        }
    }
}

/// Spans that are named of those that link to one.
const MOST_LINKED_BY: usize = 1000;

#[derive(Serialize)]
struct SpanWarningObject<'a> {
    kind: &'static str,
    message: &'a str,
}

impl<'a> From<(WarningKind, &'a str)> for SpanWarningObject<'a> {
    fn from((kind, message): (WarningKind, &'a str)) -> SpanWarningObject<'a> {
        SpanWarningObject { kind: kind.as_str(), message }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpanObject<'a> {
    index: usize,
    trace_id: String,
    span_id: String,
    parent_span_id: String,
    parent: Option<u32>,
    name: &'a str,
    service: &'a str,
    service_index: usize,
    kind: &'static str,
    status: &'static str,
    status_message: String,
    start_ns: f64,
    duration_ns: f64,
    self_ns: f64,
    critical_ns: f64,
    #[serde(with = "preserve")]
    start_unix_ns: JsValue,
    trace_state: String,
    flags: u32,
    attributes: Vec<AttributeObject<'a>>,
    resource: Vec<AttributeObject<'a>>,
    scope: ScopeObject<'a>,
    events: Vec<EventObject<'a>>,
    links: Vec<LinkObject<'a>>,
    linked_by_count: usize,
    linked_by: Vec<LinkedObject<'a>>,
    warnings: Vec<SpanWarningObject<'a>>,
    source: Option<PositionObject>,
}

impl<'a> SpanObject<'a> {
    pub(super) fn new(trace: &Trace<'a>, span: &Span<'a>, self_ns: u64, critical_ns: u64) -> SpanObject<'a> {
        let scope = span.scope();
        let event = |event: Event<'a>| EventObject {
            name: event.name(),
            ns: since_start(trace, event.time_ns()),
            attributes: attributes(event.attributes()),
        };
        SpanObject {
            index: span.position(),
            trace_id: trace.id(),
            span_id: span.id(),
            parent_span_id: span.parent_id(),
            parent: span.parent().map(|parent| parent.0 - trace.first().0),
            name: span.name(),
            service: span.service(),
            service_index: span.service_index(),
            kind: span.kind().as_str(),
            status: span.status().as_str(),
            status_message: span.status_message(),
            start_ns: since_start(trace, span.start_ns()),
            duration_ns: span.duration_ns().unwrap_or(0) as f64,
            self_ns: self_ns as f64,
            critical_ns: critical_ns as f64,
            start_unix_ns: span.start_ns().map_or(JsValue::NULL, JsValue::from),
            trace_state: span.trace_state(),
            flags: span.flags(),
            attributes: attributes(span.attributes()),
            resource: attributes(span.resource()),
            scope: ScopeObject {
                name: scope.name(),
                version: scope.version(),
                attributes: attributes(scope.attributes()),
            },
            events: span.events().map(event).collect(),
            links: span.links().map(|link| LinkObject::new(span, link)).collect(),
            linked_by_count: span.linked_by().count(),
            linked_by: span.linked_by().take(MOST_LINKED_BY).map(LinkedObject::from).collect(),
            warnings: span.warnings().map(SpanWarningObject::from).collect(),
            source: span.source().as_ref().map(PositionObject::from),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServicePartObject<'a> {
    pub(super) service: &'a str,
    pub(super) service_index: usize,
    pub(super) ns: f64,
    pub(super) spans: Vec<u32>,
}

#[derive(Serialize)]
pub(super) struct VerdictPartObject {
    pub(super) text: String,
    pub(super) spans: Vec<u32>,
}

#[derive(Serialize)]
pub(super) struct ErrorCountsObject {
    pub(super) own: usize,
    pub(super) above: usize,
}

#[derive(Serialize)]
pub(super) struct TickObject<'a> {
    pub(super) ns: f64,
    pub(super) label: &'a str,
}

/// Nanoseconds since the start of the trace, negative before it; NaN for no time.
pub(super) fn since_start(trace: &Trace<'_>, time: Option<u64>) -> f64 {
    match (time, trace.start_ns()) {
        (Some(time), Some(start)) if time >= start => (time - start) as f64,
        (Some(time), Some(start)) => -((start - time) as f64),
        _ => f64::NAN,
    }
}
