//! SigNoz: rows of spans from its query API, `result[].list[].data`, in camel case (its first versions) or snake case, and the columns and rows
//! of a trace (its first API).

use std::borrow::Cow;

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, EventParts, LinkParts, Parts};
use super::told::kind_of;
use crate::json::{Data, Kind, Node};
use crate::store::{SpanKey, SpanKind, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "signoz",
    name: "SigNoz",
    produced_by: "SigNoz's query API",
    shapes: "`result[].list[].data` and rows on their own, in camel and snake case; `[{columns,events}]`",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let has_id = |under: &str| ID.iter().any(|id| shape.kind_of(under, id).is_some());
    let named = |duration: &&str| shape.places_of(duration).any(has_id);
    if ["durationNano", "duration_nano"].iter().any(named) && shape.has_any(&["traceID", "trace_id", "traceId"]) {
        return Some("its rows have a spanID and a durationNano");
    }
    let table = shape.kind_of("", "columns") == Some(Kind::Array) && shape.kind_of("", "events") == Some(Kind::Array);
    let head = &shape.head()[..shape.head().len().min(1024)];
    let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    (table && has(b"\"SpanId\"") && has(b"\"DurationNano\"")).then_some("its columns have a SpanId and a DurationNano")
}

/// Lists of rows, and what is around them.
const AROUND: &[&str] = &["result", "results", "list", "rows", "newResult", "spans"];
const ID: &[&str] = &["spanID", "span_id", "spanId"];

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(AROUND, &mut |reading, node| rows(reading, &mut out, &node));
}

/// Recursion is bounded by the lexer's limit of nesting.
fn rows(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>) {
    let data = node.get("data").filter(|data| matches!(data.data, Data::Map(_)));
    if let (Some(columns), Some(lines)) = (node.get("columns"), node.get("events")) {
        for line in lines.items() {
            let line = named(columns, line);
            row(reading, out, &line, line.get("spanID").unwrap_or(&line), None);
        }
    } else if let Some(id) = node.get_any(ID) {
        row(reading, out, node, id, None);
    } else if let Some((data, id)) = data.and_then(|data| Some((data, data.get_any(ID)?))) {
        // The time of a row may stand beside it.
        row(reading, out, data, id, node.get("timestamp"));
    } else {
        let inner: Vec<&Node<'_>> = AROUND.iter().chain(&["data"]).filter_map(|key| node.get(key)).collect();
        if inner.is_empty() {
            reading.not_a_span(node, "a spanID and a durationNano");
        }
        for inner in inner {
            match inner.items() {
                [] => rows(reading, out, inner),
                items => items.iter().for_each(|item| rows(reading, out, item)),
            }
        }
    }
}

/// Columns, and the members that they are in the later versions; "" where another column says the same.
const COLUMNS: &[(&str, &str)] = &[
    ("__time", "timestamp"),
    ("SpanId", "spanID"),
    ("TraceId", "traceID"),
    ("ServiceName", "serviceName"),
    ("Name", "name"),
    ("Kind", "kind"),
    ("SpanKind", ""),
    ("DurationNano", "durationNano"),
    ("TagsKeys", ""),
    ("TagsValues", "tagMap"),
    ("References", "references"),
    ("Events", "events"),
    ("HasError", "hasError"),
    ("StatusMessage", "statusMessage"),
    ("StatusCodeString", ""),
];

/// A row of cells as the object that it is in the later versions.
fn named<'a>(columns: &Node<'a>, line: &Node<'a>) -> Node<'a> {
    let mut members: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
    let mut keys: &[Node<'a>] = &[];
    for (column, told) in columns.items().iter().zip(line.items()) {
        let Data::Text(column) = &column.data else { continue };
        let known = COLUMNS.iter().find(|(name, _)| *name == column.as_ref());
        let key = known.map_or(column.clone(), |(_, key)| Cow::Borrowed(*key));
        let mut cell = told.clone();
        match key.as_ref() {
            "" if column.as_ref() == "TagsKeys" => keys = told.items(),
            "tagMap" => {
                let mut tags = Vec::new();
                for (key, value) in keys.iter().zip(cell.items()) {
                    tags.extend(key.text().map(|key| (Cow::Owned(key.to_owned()), value.clone())));
                }
                cell.data = Data::Map(tags);
                cell.json = false;
            }
            _ => {}
        }
        members.push((key, cell));
    }
    Node { data: Data::Map(members), start: line.start, end: line.end, json: false }
}

fn row(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>, id: &Node<'_>, time: Option<&Node<'_>>) {
    let mut parts = Parts::at(node.start);
    let text = |keys: &[&str]| node.get_any(keys).and_then(Node::text).filter(|text| !text.is_empty());
    parts.trace =
        text(&["traceID", "trace_id", "traceId"]).map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
    parts.id = reading.span_key(id.text().unwrap_or_default(), Base64::No);
    let references: Vec<[String; 3]> = node
        .get_any(&["references", "links"])
        .map_or(Vec::new(), |list| unpacked(list).items().iter().map(reference).collect());
    let parent = references.iter().find(|[_, span, kind]| kind == "CHILD_OF" && !span.is_empty());
    parts.parent = text(&["parentSpanID", "parent_span_id", "parentSpanId"])
        .or(parent.map(|[_, span, _]| span.as_str()))
        .map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.name = reading.builder.intern(text(&["name"]).unwrap_or_default());
    let time = node.get_any(&["timestamp", "timeUnixNano"]).or(time);
    let unit = time.and_then(Node::written).and_then(Unit::by_magnitude).unwrap_or(Unit::Nanos);
    parts.start = reading.time_of(&mut parts, time, unit, "timestamp");
    let duration = node.get_any(&["durationNano", "duration_nano"]);
    if let Some(duration) = reading.duration_of(&mut parts, duration, Unit::Nanos, "durationNano") {
        parts.lasting(duration);
    }
    let kind = node.get_any(&["spanKind", "kind_string", "kind"]);
    parts.kind = match kind.and_then(Node::integer).and_then(|number| u64::try_from(number).ok()) {
        Some(number) => SpanKind::from_number(number).unwrap_or_default(),
        None => kind.and_then(Node::text).and_then(|kind| kind_of(kind.as_bytes())).unwrap_or_default(),
    };
    let code = node.get_any(&["statusCode", "status_code"]).and_then(Node::integer);
    parts.status = code.and_then(|code| Status::from_number(u64::try_from(code).ok()?)).unwrap_or_default();
    if node.get_any(&["hasError", "has_error"]).and_then(Node::truth) == Some(true) {
        parts.status = Status::Error;
    }
    if let Some(message) = node.get_any(&["statusMessage", "status_message"]).filter(|text| text.text() != Some("")) {
        parts.message = reading.node_value(message);
    }
    let mut service = text(&["serviceName", "service_name", "service.name"]);
    for (key, value) in node.members() {
        match key.as_ref() {
            "spanID" | "span_id" | "spanId" | "traceID" | "trace_id" | "traceId" | "parentSpanID"
            | "parent_span_id" | "parentSpanId" | "name" | "timestamp" | "timeUnixNano" | "durationNano"
            | "duration_nano" | "spanKind" | "kind_string" | "kind" | "statusCode" | "status_code" | "hasError"
            | "has_error" | "" | "statusMessage" | "status_message" | "serviceName" | "service_name"
            | "service.name" => {}
            "resourceTagsMap" | "resources_string" | "resource" | "resources" => {
                for (key, value) in value.members() {
                    match key.as_ref() {
                        "service.name" => service = service.or(value.text()),
                        key => parts.resource(reading, key, value),
                    }
                }
            }
            "tagMap" | "stringTagMap" | "numberTagMap" | "boolTagMap" | "attributes_string" | "attributes_number"
            | "attributes_bool" | "attributes" => {
                for (key, value) in value.members() {
                    match key.as_ref() {
                        "service.name" => service = service.or(value.text()),
                        key => parts.attribute(reading, key, value),
                    }
                }
            }
            "events" | "event" => events(reading, &mut parts, value),
            "references" | "links" => {}
            _ if key.starts_with("resource.") => parts.resource(reading, &key["resource.".len()..], value),
            _ if value.data == Data::Null || value.text() == Some("") => {}
            key => parts.attribute(reading, &format!("signoz.{key}"), value),
        }
    }
    parts.service(reading, service.unwrap_or_default());
    // All but the one that is the parent are links.
    for [trace, span, _] in references {
        let trace = reading.trace_key(&trace, Base64::No);
        let span = reading.span_key(&span, Base64::No);
        let parent = span.same(parts.parent) && trace.same(parts.trace);
        if !parent && !span.is_empty() {
            parts.links.push(LinkParts::to(trace, span, Vec::new()));
        }
    }
    out.push(reading, &parts);
}

/// A value, or the JSON that it is as a text.
fn unpacked<'n>(value: &'n Node<'_>) -> Node<'n> {
    let inner = value.text().and_then(|text| Node::embedded(text, value.start, value.end));
    inner.unwrap_or_else(|| value.clone())
}

fn events(reading: &mut Reading<'_>, parts: &mut Parts, list: &Node<'_>) {
    for event in unpacked(list).items() {
        let event = unpacked(event);
        let time = reading.time_of(parts, event.get("timeUnixNano"), Unit::Nanos, "timeUnixNano");
        let name = reading.builder.intern(event.text_of("name").unwrap_or_default());
        let mut attributes = Vec::new();
        for (key, value) in event.members() {
            match key.as_ref() {
                "name" | "timeUnixNano" => {}
                "attributeMap" => {
                    attributes.extend(value.members().iter().map(|(key, value)| reading.pair(key, value)))
                }
                key => attributes.push(reading.pair(key, value)),
            }
        }
        parts.events.push(EventParts { time, name, attributes });
    }
}

/// The trace, the span and the sort of a reference, an object or the text `{TraceId=…, SpanId=…, RefType=…}`.
fn reference(node: &Node<'_>) -> [String; 3] {
    let said = |key: &str, written: &str| {
        let of = |text: &str| {
            let from = text.find(written)? + written.len();
            text[from..].split([',', '}']).next().map(str::to_owned)
        };
        node.text_of(key).map(str::to_owned).or_else(|| of(node.text()?)).unwrap_or_default()
    };
    [said("traceId", "TraceId="), said("spanId", "SpanId="), said("refType", "RefType=")]
}
