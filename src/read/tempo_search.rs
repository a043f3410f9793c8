//! The answer of Grafana Tempo's search: traces, and of each the spans that matched.
//!
//! It is not the whole trace: a span has its parent, kind, status and attributes only where the query selected them
//! (`select(span:parentID, name)`). (Tempo API, "Search".)

use std::collections::HashSet;

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, Parts};
use super::told::kind_of;
use crate::error::WarningKind;
use crate::json::{Data, Node};
use crate::store::{NO_TIME, SpanKey, SpanKind, Status};

pub(super) const FORMAT: Format = Format {
    id: "tempo-search",
    name: "Tempo search",
    produced_by: "Grafana Tempo's `/api/search`, Grafana's TraceQL tables",
    shapes: "`traces[]` with `spanSets` or `spanSet`, one trace of them, traces without spans; `span:parentID`, names, kinds, status as selected",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let trace = shape.places_of("traceID").any(|under| {
        ["rootTraceName", "rootServiceName", "durationMs", "spanSet", "spanSets"]
            .iter()
            .filter(|key| shape.kind_of(under, key).is_some())
            .count()
            > 1
    });
    trace.then_some("its traces have rootTraceName and durationMs")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&["traces"], &mut |reading, node| {
        if node.get("traceID").is_some() {
            trace(reading, &mut out, &node);
        } else if node.json && node.get("traces").is_none() {
            let reason = "Expected a trace with traceID, found another object.".to_owned();
            reading.skip(WarningKind::NotTraces, node.start as usize, reason);
        }
    });
}

fn trace(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>) {
    let id = node.text_of("traceID").unwrap_or_default();
    let sets = match node.get("spanSets") {
        Some(sets) if !sets.items().is_empty() => sets.items(),
        _ => node.get("spanSet").map_or(&[][..], std::slice::from_ref),
    };
    let spans = || sets.iter().flat_map(|set| set.get("spans").map_or(&[][..], Node::items));
    if spans().next().is_none() {
        return bare(reading, out, node, id);
    }
    reading.guess("A search answers with the spans that matched, not with whole traces; parents are known where the query selected span:parentID.");
    let matched: i128 = sets.iter().filter_map(|set| set.get("matched")?.integer()).sum();
    let missing = usize::try_from(matched).unwrap_or(0).saturating_sub(spans().count());
    if missing > 0 {
        reading.skip(
            WarningKind::Skipped,
            node.start as usize,
            format!("Tempo says that {matched} spans of this trace matched; {missing} of them are not in the answer."),
        );
    }
    let mut seen = HashSet::new();
    for span in spans() {
        // The same span may be in several sets.
        if span.text_of("spanID").is_none_or(|id| seen.insert(id.to_owned())) {
            matched_span(reading, out, span, node, id);
        }
    }
}

/// A trace of which only the root is told.
fn bare(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>, id: &str) {
    reading.guess("The answer holds no spans: each trace is shown as one span, its root.");
    let mut parts = Parts::at(node.start);
    parts.trace = reading.trace_key(id, Base64::No);
    parts.name = reading.builder.intern(node.text_of("rootTraceName").unwrap_or_default());
    parts.service(reading, node.text_of("rootServiceName").unwrap_or_default());
    parts.start = reading.time_of(&mut parts, node.get("startTimeUnixNano"), Unit::Nanos, "startTimeUnixNano");
    if let Some(duration) = reading.duration_of(&mut parts, node.get("durationMs"), Unit::Millis, "durationMs") {
        parts.lasting(duration);
    }
    out.push(reading, &parts);
}

fn matched_span(reading: &mut Reading<'_>, out: &mut Assembler, span: &Node<'_>, trace: &Node<'_>, id: &str) {
    let mut parts = Parts::at(span.start);
    parts.trace = reading.trace_key(id, Base64::No);
    parts.id = span.text_of("spanID").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.start = reading.time_of(&mut parts, span.get("startTimeUnixNano"), Unit::Nanos, "startTimeUnixNano");
    if let Some(duration) = reading.duration_of(&mut parts, span.get("durationNanos"), Unit::Nanos, "durationNanos") {
        parts.lasting(duration);
    }
    let mut name = span.text_of("name").unwrap_or_default().to_owned();
    let mut service = span.text_of("serviceName").unwrap_or_default().to_owned();
    let mut parent_is_told = false;
    for attribute in span.get("attributes").map_or(&[][..], Node::items) {
        let key = attribute.text_of("key").unwrap_or_default();
        let value = attribute.get("value").map(Node::any_value);
        let value = value.unwrap_or(Node { data: Data::Null, start: attribute.start, end: attribute.end, json: false });
        let text = value.written().unwrap_or_default();
        match key {
            "span:parentID" => {
                parent_is_told = true;
                parts.parent = reading.span_key(text, Base64::No);
            }
            "name" | "span:name" => name = text.to_owned(),
            "service.name" | "resource.service.name" => service = text.to_owned(),
            "kind" | "span:kind" if kind_of(text.as_bytes()).is_some() => {
                parts.kind = kind_of(text.as_bytes()).unwrap_or(SpanKind::Unspecified);
            }
            "status" | "span:status" if matches!(text, "error" | "ok" | "unset") => {
                parts.status = match text {
                    "error" => Status::Error,
                    "ok" => Status::Ok,
                    _ => Status::Unset,
                };
            }
            "statusMessage" | "span:statusMessage" => parts.message = reading.node_value(&value),
            _ => match key.strip_prefix("resource.") {
                Some(key) => parts.resource(reading, key, &value),
                None => parts.attribute(reading, key.strip_prefix("span.").unwrap_or(key), &value),
            },
        }
    }
    if is_root(reading, &mut parts, trace, parent_is_told) {
        if name.is_empty() {
            name = trace.text_of("rootTraceName").unwrap_or_default().to_owned();
        }
        if service.is_empty() {
            service = trace.text_of("rootServiceName").unwrap_or_default().to_owned();
        }
    }
    parts.name = reading.builder.intern(&name);
    parts.service(reading, &service);
    out.push(reading, &parts);
}

/// Whether this is the trace's root, whose name and service the answer tells apart from the spans.
fn is_root(reading: &mut Reading<'_>, parts: &mut Parts, trace: &Node<'_>, parent_is_told: bool) -> bool {
    if !parts.parent.is_empty() {
        return false;
    }
    let start = reading.time_of(parts, trace.get("startTimeUnixNano"), Unit::Nanos, "startTimeUnixNano");
    let whole = start != NO_TIME && start == parts.start && {
        let lasts = parts.end.saturating_sub(parts.start) / 1_000_000;
        trace.get("durationMs").and_then(Node::integer) == Some(i128::from(lasts))
    };
    parent_is_told || whole
}
