//! AWS X-Ray: segment documents, alone, one a line (as they are sent to the daemon, with its header lines) or in a list, and the answer of
//! `batch-get-traces`, whose documents are JSON inside strings.
//!
//! The bodies of `PutTraceSegments` have them in strings too.
//!
//! A segment is the span of a service, its subsegments are the spans inside it. (AWS X-Ray developer guide, "Segment documents".)

use super::Format;
use super::conventions;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, EventParts, LinkParts, Pair, Parts};
use crate::error::WarningKind;
use crate::json::{Data, Kind, Node};
use crate::store::{NO_TIME, SpanKey, SpanKind, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "xray-json",
    name: "AWS X-Ray",
    produced_by: "AWS SDKs, the X-Ray daemon, `aws xray batch-get-traces`",
    shapes: "segment documents, bare, in a list, one a line, after the daemon's header; subsegments inside and on their own; `Traces[].Segments[].Document`; `TraceSegmentDocuments`",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.has("Segments") && shape.has("Document") {
        return Some("it has Segments with a Document");
    }
    if shape.kind_of("", SENT) == Some(Kind::Array) {
        return Some("it has TraceSegmentDocuments");
    }
    let timed = |key| shape.kind_of("", key) == Some(Kind::Number);
    let named = shape.kind_of("", "name") == Some(Kind::String) && shape.kind_of("", "id") == Some(Kind::String);
    let running = shape.kind_of("", "in_progress") == Some(Kind::Boolean);
    (named && timed("start_time") && (timed("end_time") || running))
        .then_some("it has start_time and end_time in seconds")
}

/// Where requests to X-Ray have their segments.
const SENT: &str = "TraceSegmentDocuments";

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&["Traces", "Segments", "segments"], &mut |reading, node| document(reading, &mut out, &node));
}

/// A segment document, an entry of `Segments`, the daemon's header, or what remains of an object around segments.
fn document(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>) {
    if let Some(text) = node.get("Document") {
        written(reading, out, text);
    } else if let Some(sent) = node.get(SENT) {
        sent.items().iter().for_each(|text| written(reading, out, text));
    } else if node.get_any(&["start_time", "end_time", "in_progress", "subsegments"]).is_some() {
        let around = Around { trace: TraceKey::EMPTY, parent: SpanKey::EMPTY, resource: Vec::new() };
        segment(reading, out, node, &around, false);
    } else if node.get("LimitExceeded").and_then(Node::truth) == Some(true) {
        reading.guess("The trace was cut off: X-Ray says that it exceeds the limit of a trace's size.");
    } else if let Some(ids) = node.get("UnprocessedTraceIds").filter(|ids| !ids.items().is_empty()) {
        let ids: Vec<&str> = ids.items().iter().filter_map(Node::text).collect();
        reading.skip(
            WarningKind::Producer,
            node.start as usize,
            format!("X-Ray did not return these traces: {}.", ids.join(", ")),
        );
    } else if ["format", "Id", "Traces"].iter().all(|key| node.get(key).is_none())
        && !node.members().is_empty()
        && node.json
    {
        reading.skip(
            WarningKind::NotTraces,
            node.start as usize,
            format!("Expected a segment with a name and a start_time, found an object with {}.", node.members()[0].0),
        );
    }
}

/// A segment document as JSON in a string, or as an object.
fn written(reading: &mut Reading<'_>, out: &mut Assembler, text: &Node<'_>) {
    let segment = match text.text() {
        Some(json) => Node::embedded(json, text.start, text.end),
        None => Some(text.clone()),
    };
    match segment {
        Some(segment) => document(reading, out, &segment),
        None => reading.skip(
            WarningKind::Skipped,
            text.start as usize,
            format!("Expected a segment document as JSON, found {}.", text.described()),
        ),
    }
}

/// What a subsegment has from the segment around it.
struct Around {
    trace: TraceKey,
    parent: SpanKey,
    resource: Vec<Pair>,
}

/// Recursion is bounded by the lexer's limit of nesting.
fn segment(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>, around: &Around, inside: bool) {
    let mut parts = Parts::at(node.start);
    parts.trace = match node.text_of("trace_id") {
        Some(id) => trace_key(reading, id),
        None => around.trace,
    };
    parts.id = node.text_of("id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.parent = node.text_of("parent_id").map_or(around.parent, |id| reading.span_key(id, Base64::No));
    let name = node.text_of("name").unwrap_or_default();
    parts.name = reading.builder.intern(name);
    parts.resource.clone_from(&around.resource);
    if !inside {
        parts.service(reading, name);
        resource(reading, &mut parts, node);
    }
    parts.start = reading.time_of(&mut parts, node.get("start_time"), Unit::Seconds, "start_time");
    parts.end = reading.time_of(&mut parts, node.get("end_time"), Unit::Seconds, "end_time");
    if parts.end == NO_TIME && node.get("in_progress").and_then(Node::truth) == Some(true) {
        parts.warn(WarningKind::NoEndTime, "This segment was still in progress when it was written.".to_owned());
    }
    let subsegment = inside || node.text_of("type") == Some("subsegment");
    parts.kind = match node.text_of("namespace") {
        Some("aws" | "remote") => SpanKind::Client,
        _ if subsegment => SpanKind::Internal,
        _ if node.get("http").is_some() => SpanKind::Server,
        _ => SpanKind::Unspecified,
    };
    status(reading, &mut parts, node);
    attributes(reading, &mut parts, node);
    links(reading, &mut parts, node);
    out.push(reading, &parts);
    let around = Around { trace: parts.trace, parent: parts.id, resource: parts.resource };
    for sub in node.get("subsegments").map_or(&[][..], Node::items) {
        if matches!(sub.data, Data::Map(_)) {
            segment(reading, out, sub, &around, true);
        } else {
            let found = sub.described();
            reading.skip(WarningKind::WrongType, sub.start as usize, format!("Expected a subsegment, found {found}."));
        }
    }
}

/// `1-<8 hex digits>-<24 hex digits>` is the id of 32 digits that W3C's headers carry.
fn trace_key(reading: &mut Reading<'_>, text: &str) -> TraceKey {
    if let Some((seconds, rest)) = text.strip_prefix("1-").and_then(|id| id.split_once('-'))
        && (seconds.len(), rest.len()) == (8, 24)
    {
        return reading.trace_key(&format!("{seconds}{rest}"), Base64::No);
    }
    reading.trace_key(text, Base64::No)
}

fn resource(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    for (key, path) in [
        ("service.version", &["service", "version"][..]),
        ("cloud.account.id", &["aws", "account_id"]),
        ("aws.origin", &["origin"]),
    ] {
        if let Some(value) = node.at(path) {
            parts.resource(reading, key, value);
        }
    }
}

/// `fault` is an error of the server, `error` one of the client, `throttle` a 429.
fn status(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    let set = |key| node.get(key).and_then(Node::truth) == Some(true);
    if set("fault") || set("error") || set("throttle") {
        parts.status = Status::Error;
    }
    let exceptions = node.at(&["cause", "exceptions"]).map_or(&[][..], Node::items);
    for exception in exceptions {
        let mut event =
            EventParts { time: parts.failed_at(), name: reading.builder.intern("exception"), attributes: Vec::new() };
        for (name, value) in exception.members() {
            let key = match name.as_ref() {
                "type" => "exception.type",
                "message" => "exception.message",
                "stack" => {
                    event.attributes.push(reading.pair("exception.stacktrace", &stack(value)));
                    continue;
                }
                other => other,
            };
            event.attributes.push(reading.pair(key, value));
        }
        parts.events.push(event);
    }
    if parts.status == Status::Error
        && let Some(message) = exceptions.iter().find_map(|exception| exception.text_of("message"))
    {
        parts.message = reading.made_text(message);
    }
}

/// The innermost frame first, as X-Ray has them.
fn stack(frames: &Node<'_>) -> Node<'static> {
    conventions::stack_of(frames, &mut frames.items().iter(), &|frame| {
        let path = frame.text_of("path").unwrap_or("?");
        let line = frame.written_of("line").unwrap_or("?");
        (frame.text_of("label").unwrap_or("?"), format!("{path}:{line}"))
    })
}

fn attributes(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    for (name, value) in node.members() {
        match name.as_ref() {
            "id" | "trace_id" | "parent_id" | "name" | "start_time" | "end_time" | "in_progress" | "subsegments"
            | "links" | "precursor_ids" | "type" | "service" | "origin" => {}
            "http" => http(reading, parts, value),
            // An annotation is what people search by: it keeps its own name.
            "annotations" => parts.attributes_of(reading, Some(value)),
            "metadata" | "aws" | "sql" | "user" | "namespace" | "error" | "fault" | "throttle" => {
                flattened(reading, parts, &format!("xray.{name}"), value);
            }
            "cause" if value.get("exceptions").is_some() => {
                for (key, value) in value.members().iter().filter(|(key, _)| key != "exceptions") {
                    parts.attribute(reading, &format!("xray.cause.{key}"), value);
                }
            }
            _ if value.data == Data::Null => {}
            other => flattened(reading, parts, &format!("xray.{other}"), value),
        }
    }
}

/// An object's members one by one, one level deep.
fn flattened(reading: &mut Reading<'_>, parts: &mut Parts, key: &str, value: &Node<'_>) {
    if value.members().is_empty() {
        parts.attribute(reading, key, value);
    }
    for (name, value) in value.members() {
        parts.attribute(reading, &format!("{key}.{name}"), value);
    }
}

/// Under the names of OpenTelemetry's conventions where there is one.
fn http(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    for (side, values) in node.members() {
        if values.members().is_empty() {
            parts.attribute(reading, &format!("http.{side}"), values);
        }
        for (name, value) in values.members() {
            let known = match (side.as_ref(), name.as_ref()) {
                ("request", "method") => Some("http.request.method"),
                ("request", "url") => Some("url.full"),
                ("request", "user_agent") => Some("user_agent.original"),
                ("request", "client_ip") => Some("client.address"),
                ("response", "status") => Some("http.response.status_code"),
                ("response", "content_length") => Some("http.response.body.size"),
                _ => None,
            };
            match known {
                Some(key) => parts.attribute(reading, key, value),
                None => parts.attribute(reading, &format!("http.{side}.{name}"), value),
            }
        }
    }
}

/// `links` to spans of other traces, and `precursor_ids`: subsegments before this one that have the same parent.
fn links(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    for link in node.get("links").map_or(&[][..], Node::items) {
        let mut attributes = Vec::new();
        for (key, value) in link.get("attributes").map_or(&[][..], Node::members) {
            attributes.push(reading.pair(key, value));
        }
        parts.links.push(LinkParts::to(
            link.text_of("trace_id").map_or(TraceKey::EMPTY, |id| trace_key(reading, id)),
            link.get_any(&["id", "span_id"])
                .and_then(Node::text)
                .map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No)),
            attributes,
        ));
    }
    for id in node.get("precursor_ids").map_or(&[][..], Node::items).iter().filter_map(Node::text) {
        let span = reading.span_key(id, Base64::No);
        let (trace, attributes) = (parts.trace, Vec::new());
        parts.links.push(LinkParts::to(trace, span, attributes));
    }
}
