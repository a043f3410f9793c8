//! Jaeger's spans as other doors than its page give them: the JSON of its protobuf model (`api_v2`), and the documents of its Elasticsearch
//! and OpenSearch indices.
//!
//! ```text
//! model      traceId, spanId in base64   startTime "2026-…Z"   duration "0.1s"   tags [{key, vType, vStr}]     process inside
//! documents  traceID, spanID in hex      startTime µs          duration µs       tags [{key, type, value}], tag {"a@b": …}
//! ```
//! The model's keys stand in snake_case too, as its protobuf has them. (Jaeger, `model.proto`; `internal/storage/v1/elasticsearch`: dots in the keys of `tag` are written as `@`.)

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::{Unit, date_time, unit_duration};
use super::micros::Nanos;
use super::parts::{Assembler, EventParts, LinkParts, Parts};
use super::told::Told;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Node, parse_base64};
use crate::simd::hex_portable;
use crate::store::{NO_TIME, RawValue, SpanKey, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "jaeger-model",
    name: "Jaeger model and index",
    produced_by: "Jaeger's gRPC gateway (`api_v2`), its Elasticsearch and OpenSearch indices",
    shapes: "`spans` with base64 ids and RFC 3339 times, in snake_case too; index documents, bare, one a line, in `hits.hits[]._source`; `tags` lists and `tag` maps",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let place =
        |key: &str, and: &str, kind: Kind| shape.places_of(key).any(|under| shape.kind_of(under, and) == Some(kind));
    if place("startTimeMillis", "spanID", Kind::String) {
        return Some("its documents have spanID and startTimeMillis");
    }
    // Others name operations so, too; of the model only a process has a service's name.
    let other = place("operationName", "serviceName", Kind::String) || shape.has("traceSegmentId");
    let model = |name, start, id| !other && place(name, start, Kind::String) && place(name, id, Kind::String);
    (model("operationName", "startTime", "spanId") || model("operation_name", "start_time", "span_id"))
        .then_some("its spans have spanId, operationName and a startTime in text")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    let wrappers = ["spans", "hits", "_source", "result", "data", "chunk"];
    reading.objects(&wrappers, &mut |reading, node| {
        if node.get_any(&SPAN_ID).is_some() {
            span(reading, &mut out, &node);
        } else if node.json && node.get("_index").is_none() {
            let reason = "Expected a span with spanId, found another object.".to_owned();
            reading.skip(WarningKind::NotTraces, node.start as usize, reason);
        }
    });
}

/// Spellings of the keys that the model and the documents have in common.
const TRACE_ID: [&str; 3] = ["traceId", "traceID", "trace_id"];
const SPAN_ID: [&str; 3] = ["spanId", "spanID", "span_id"];

fn span(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>) {
    let mut parts = Parts::at(node.start);
    parts.trace = trace_of(reading, node).unwrap_or(TraceKey::EMPTY);
    parts.id = span_of(reading, node);
    let name = node.get_any(&["operationName", "operation_name"]).and_then(Node::text);
    parts.name = reading.builder.intern(name.unwrap_or_default());
    parts.flags = node.get("flags").and_then(Node::integer).and_then(|flags| u32::try_from(flags).ok()).unwrap_or(0);
    let start = node.get_any(&["startTime", "start_time"]);
    parts.start = reading.time_of(&mut parts, start, Unit::Micros, "startTime");
    if parts.start == NO_TIME {
        parts.start = reading.time_of(&mut parts, node.get("startTimeMillis"), Unit::Millis, "startTimeMillis");
    }
    // Go's own JSON of the model has dates, and counts nanoseconds.
    let dated = start.and_then(Node::text).is_some_and(|text| text.contains(':'));
    let unit = if dated { Unit::Nanos } else { Unit::Micros };
    if let Some(duration) = duration(&mut parts, node.get("duration"), unit) {
        parts.lasting(duration);
    }
    if let Some(process) = node.get("process") {
        let service = process.get_any(&["serviceName", "service_name"]).and_then(Node::text);
        parts.service(reading, service.unwrap_or_default());
        tags(process, |key, value| parts.resource(reading, key, value));
    } else if let Some(process) = node.get_any(&["processId", "processID", "process_id"]) {
        let message = format!("Expected the span's process, found only its id {}.", process.described());
        parts.warn(WarningKind::UnknownProcess, message);
    }
    let mut told = Told::NOTHING_OF_JAEGER;
    tags(node, |key, value| {
        if !Parts::tell(&mut told, reading, key, value) {
            parts.attribute(reading, key, value);
        }
    });
    for log in node.get("logs").map_or(&[][..], Node::items) {
        event(reading, &mut parts, log);
    }
    for warning in node.get("warnings").map_or(&[][..], Node::items).iter().filter_map(Node::text) {
        parts.warn(WarningKind::Producer, warning.to_owned());
    }
    parts.put_told(&told, reading);
    references(reading, &mut parts, node);
    out.push(reading, &parts);
}

fn trace_of(reading: &mut Reading<'_>, node: &Node<'_>) -> Option<TraceKey> {
    let id = node.get_any(&TRACE_ID)?.text()?;
    Some(reading.trace_key(id, Base64::Yes))
}

fn span_of(reading: &mut Reading<'_>, node: &Node<'_>) -> SpanKey {
    let id = node.get_any(&SPAN_ID).and_then(Node::text);
    id.map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::Yes))
}

/// A number, or a text with a unit.
fn duration(parts: &mut Parts, node: Option<&Node<'_>>, unit: Unit) -> Option<Nanos> {
    let node = node?;
    let found = match &node.data {
        Data::Number(number) => unit.nanos(number),
        Data::Text(text) => unit_duration(text).or_else(|| Unit::Micros.nanos(text)),
        _ => None,
    };
    if found.is_none() {
        let message =
            format!("Expected {} or a text such as \"0.1s\" as duration, found {}.", unit.name(), node.described());
        parts.warn(WarningKind::BadTime, message);
    }
    found
}

/// Every tag of the lists and maps of an object.
fn tags(node: &Node<'_>, mut take: impl FnMut(&str, &Node<'_>)) {
    let list = node.get_any(&["tags", "fields"]);
    for tag in list.map_or(&[][..], Node::items) {
        take(tag.text_of("key").unwrap_or_default(), &value_of(tag));
    }
    // Some indices have the list as a map, others a map beside the list.
    for map in [node.get("tag"), list].into_iter().flatten() {
        for (key, value) in map.members() {
            take(&key.replace('@', "."), value);
        }
    }
}

/// A tag's value: of the model one of `vStr`, `vBool` …, each left out when it is the type's zero; of a document `value`, by its `type`.
fn value_of<'a>(tag: &Node<'a>) -> Node<'a> {
    let made = |data: Data<'a>| Node { data, start: tag.start, end: tag.end, json: false };
    let bytes = |data: Option<Vec<u8>>| data.map(|bytes| made(Data::Bytes(bytes.into())));
    if let Some(value) = tag.get("value") {
        // Documents have numbers and booleans in quotes, and bytes in hexadecimal.
        let node = match (tag.text_of("type"), value.text()) {
            (Some("int64" | "float64"), Some(number)) if crate::json::is_number(number) => {
                Some(made(Data::Number(number.to_owned().into())))
            }
            (Some("bool"), Some(_)) => value.truth().map(|truth| made(Data::Bool(truth))),
            (Some("binary"), Some(text)) => bytes(hex_bytes(text).or_else(|| parse_base64(text.as_bytes()))),
            _ => None,
        };
        return node.unwrap_or_else(|| value.clone());
    }
    let field = |keys: &[&str]| tag.get_any(keys).cloned();
    let number = |keys: &[&str]| match field(keys) {
        Some(Node { data: Data::Text(text), .. }) if crate::json::is_number(&text) => made(Data::Number(text)),
        Some(node) => node,
        None => made(Data::Number("0".into())),
    };
    match tag.written_of("vType").or(tag.written_of("v_type")) {
        Some("BOOL" | "1") => field(&["vBool", "v_bool"]).unwrap_or(made(Data::Bool(false))),
        Some("INT64" | "2") => number(&["vInt64", "v_int64"]),
        Some("FLOAT64" | "3") => number(&["vFloat64", "v_float64"]),
        Some("BINARY" | "4") => {
            let text = tag.get_any(&["vBinary", "v_binary"]).and_then(Node::text).unwrap_or_default();
            bytes(parse_base64(text.as_bytes())).unwrap_or_else(|| made(Data::Text(text.to_owned().into())))
        }
        _ => field(&["vStr", "v_str"]).unwrap_or(made(Data::Text("".into()))),
    }
}

fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair.len() {
        2 => hex_portable(pair).map(|byte| byte as u8),
        _ => None,
    });
    pairs.collect()
}

/// A log is an event: its name is the field `event`, else the field `message`.
fn event(reading: &mut Reading<'_>, parts: &mut Parts, log: &Node<'_>) {
    let time = match log.get("timestamp").map(|node| &node.data) {
        Some(Data::Text(text)) if date_time(text).is_some_and(|instant| instant.ns == 0) => NO_TIME,
        _ => reading.time_of(parts, log.get("timestamp"), Unit::Micros, "a log's timestamp"),
    };
    let (mut name, mut message) = (None, None);
    let mut attributes = Vec::new();
    tags(log, |key, value| match (key, value.text()) {
        ("event", Some(text)) if name.is_none() => name = Some(text.to_owned()),
        ("message", Some(text)) if message.is_none() => message = Some((text.to_owned(), attributes.len())),
        _ => attributes.push(reading.pair(key, value)),
    });
    let name = match (name, message) {
        (Some(name), Some((text, at))) => {
            let pair = (reading.builder.intern("message"), reading.made_text(&text));
            attributes.insert(at, pair);
            name
        }
        (Some(name), None) => name,
        (None, Some((text, _))) => text,
        (None, None) => "log".to_owned(),
    };
    let name = reading.builder.intern(&name);
    parts.events.push(EventParts { time, name, attributes });
}

/// The parent is the first CHILD_OF of the trace, else its first FOLLOWS_FROM; all others are links.
fn references(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    let mut references = Vec::new();
    for reference in node.get("references").map_or(&[][..], Node::items) {
        let trace = trace_of(reading, reference).unwrap_or(parts.trace);
        let follows =
            matches!(reference.get_any(&["refType", "ref_type"]).and_then(Node::written), Some("FOLLOWS_FROM" | "1"));
        references.push((follows, trace, span_of(reading, reference)));
    }
    let near = |follows: bool| {
        references.iter().position(|(other, trace, span)| {
            *other == follows && !span.is_empty() && (trace.same(parts.trace) || trace.same(TraceKey::EMPTY))
        })
    };
    let parent = near(false).or_else(|| near(true));
    match parent {
        Some(parent) => (parts.asynchronous, parts.parent) = (references[parent].0, references[parent].2),
        // Written before there were references.
        None => {
            let id = node.get_any(&["parentSpanID", "parentSpanId", "parent_span_id"]).and_then(Node::text);
            parts.parent = id.map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::Yes));
        }
    }
    for (index, (follows, trace, span)) in references.into_iter().enumerate() {
        if Some(index) == parent || span.is_empty() && trace.same(TraceKey::EMPTY) {
            continue;
        }
        let key = reading.builder.intern("opentracing.ref_type");
        let kind = RawValue::interned(reading.builder.intern(if follows { "follows_from" } else { "child_of" }));
        parts.links.push(LinkParts::to(trace, span, vec![(key, kind)]));
    }
}
