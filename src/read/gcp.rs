//! Google Cloud Trace: traces of the API's version 1 (span ids are decimal numbers, labels are texts) and spans of version 2 (hexadecimal
//! ids, typed attributes, the trace in the span's resource name).

use super::Format;
use super::conventions::conventional;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, EventParts, LinkParts, Pair, Parts, span_number};
use super::told::kind_of;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Node};
use crate::store::{SpanKey, SpanKind, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "gcp-trace",
    name: "Google Cloud Trace",
    produced_by: "Cloud Trace's API and its exporters",
    shapes: "version 1: `{projectId, traceId, spans}` and lists of it; version 2: spans, `{spans}`, bodies of `batchWrite`",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let has = |under: &str, key: &str| shape.kind_of(under, key).is_some();
    if has("displayName", "value") && has("", "spanId") | has("spans", "spanId") {
        return Some("its spans have a displayName with a value");
    }
    let first = ["", "traces"].iter().any(|under| has(under, "projectId") && has(under, "traceId"));
    let id = matches!(shape.kind_of("spans", "spanId"), Some(Kind::String | Kind::Number));
    (first && id && has("spans", "startTime")).then_some("it has a projectId, a traceId and spans")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&["traces", "batchWriteSpansRequest"], &mut |reading, node| {
        let Some(spans) = node.get("spans") else {
            match node.get("spanId") {
                Some(_) => span(reading, &mut out, &node, &node.only(&["projectId", "traceId"])),
                None if node.json => reading.not_a_span(&node, "a spanId"),
                None => {}
            }
            return;
        };
        let around = node.only(&["projectId", "traceId"]);
        spans.items().iter().for_each(|inner| span(reading, &mut out, inner, &around));
    });
}

/// `around` is the trace of version 1.
fn span(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>, around: &Node<'_>) {
    let mut parts = Parts::at(node.start);
    let path = node.text_of("name").unwrap_or_default();
    let second = node.get("displayName").is_some();
    let mut segments = path.split('/').skip_while(|segment| *segment != "traces").skip(1);
    let trace = match second {
        true => segments.next(),
        false => around.text_of("traceId"),
    };
    parts.trace = trace.map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
    let id = |reading: &mut Reading<'_>, key: &str| {
        let text = node.written_of(key).unwrap_or_default();
        match text.parse() {
            Ok(number) if !second => span_number(number),
            _ => reading.span_key(text, Base64::No),
        }
    };
    parts.id = id(reading, "spanId");
    parts.parent = id(reading, "parentSpanId");
    let name = match second {
        true => node.at(&["displayName", "value"]).and_then(Node::text).unwrap_or_default(),
        false => path,
    };
    parts.name = reading.builder.intern(name);
    parts.start = reading.time_of(&mut parts, node.get("startTime"), Unit::Seconds, "startTime");
    parts.end = reading.time_of(&mut parts, node.get("endTime"), Unit::Seconds, "endTime");
    for (key, value) in node.members() {
        match key.as_ref() {
            "name" | "spanId" | "parentSpanId" | "displayName" | "startTime" | "endTime" => {}
            "kind" | "spanKind" => kind(reading, &mut parts, key, value),
            "labels" => value.members().iter().for_each(|(key, value)| attribute(reading, &mut parts, key, value)),
            "attributes" => {
                for (key, value) in value.get("attributeMap").map_or(&[][..], Node::members) {
                    attribute(reading, &mut parts, key, &typed(value));
                }
                dropped(reading, &mut parts, value, "droppedAttributesCount");
            }
            "status" => status(reading, &mut parts, value),
            "timeEvents" => {
                events(reading, &mut parts, value);
                dropped(reading, &mut parts, value, "droppedAnnotationsCount");
            }
            "links" => links(reading, &mut parts, value),
            _ if value.data == Data::Null => {}
            other => parts.attribute(reading, &format!("gcp.{other}"), value),
        }
    }
    if let Some(project) = around.get("projectId") {
        parts.resource(reading, "cloud.account.id", project);
    } else if let Some(("projects", project)) =
        path.split_once('/').map(|(first, rest)| (first, rest.split('/').next().unwrap_or_default()))
    {
        let key = reading.builder.intern("cloud.account.id");
        let value = reading.made_text(project);
        parts.resource.push((key, value));
    }
    out.push(reading, &parts);
}

fn kind(reading: &mut Reading<'_>, parts: &mut Parts, key: &str, value: &Node<'_>) {
    let text = value.text().unwrap_or_default();
    parts.kind = match text {
        "RPC_SERVER" => SpanKind::Server,
        "RPC_CLIENT" => SpanKind::Client,
        "SPAN_KIND_UNSPECIFIED" => SpanKind::Unspecified,
        _ => match kind_of(text.as_bytes()) {
            Some(kind) => kind,
            None => {
                parts.attribute(reading, &format!("gcp.{key}"), value);
                SpanKind::Unspecified
            }
        },
    };
}

/// Cloud Trace's own names for the attributes of HTTP; `service.name` is the service.
fn attribute(reading: &mut Reading<'_>, parts: &mut Parts, key: &str, value: &Node<'_>) {
    if let ("service.name", Some(service)) = (key, value.text()) {
        parts.service(reading, service);
        return;
    }
    if key == "/error/message" {
        parts.status = Status::Error;
        parts.message = reading.node_value(value);
        return;
    }
    let plain = key.strip_prefix('/').map(|path| path.replace('/', "."));
    match plain.as_deref().filter(|plain| conventional(plain).is_some()) {
        Some(plain) => parts.conventional(reading, plain, value),
        None => parts.conventional(reading, key, value),
    }
}

/// The value of `{"stringValue": {"value": "…"}}`, `{"intValue": "1"}` or `{"boolValue": true}`.
fn typed<'a>(value: &Node<'a>) -> Node<'a> {
    match value.members() {
        [(key, text)] if key == "stringValue" => text.get("value").cloned().unwrap_or_else(|| match text.text() {
            Some(_) => text.clone(),
            // An empty text is left out.
            None => Node { data: Data::Text("".into()), ..text.clone() },
        }),
        [(key, number)] if key == "intValue" => match &number.data {
            Data::Text(digits) => Node { data: Data::Number(digits.clone()), json: false, ..*number },
            _ => number.clone(),
        },
        [(_, value)] => value.clone(),
        _ => value.clone(),
    }
}

fn pairs(reading: &mut Reading<'_>, node: Option<&Node<'_>>) -> Vec<Pair> {
    let map = node.and_then(|node| node.get("attributeMap")).map_or(&[][..], Node::members);
    map.iter().map(|(key, value)| reading.pair(key, &typed(value))).collect()
}

fn dropped(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>, key: &str) {
    if let Some(count) = node.get(key).filter(|count| count.integer() != Some(0)) {
        parts.attribute(reading, &format!("gcp.{key}"), count);
    }
}

/// A code of gRPC: 0 is no error.
fn status(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    let code = node.get("code");
    if code.is_some_and(|code| code.integer() != Some(0)) {
        parts.status = Status::Error;
        if let Some(code) = code {
            parts.attribute(reading, "rpc.grpc.status_code", code);
        }
    }
    if let Some(message) = node.get("message").filter(|message| message.text() != Some("")) {
        match parts.status {
            Status::Error => parts.message = reading.node_value(message),
            _ => parts.attribute(reading, "gcp.status.message", message),
        }
    }
}

fn events(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    for event in node.get("timeEvent").map_or(&[][..], Node::items) {
        let time = reading.time_of(parts, event.get("time"), Unit::Seconds, "time");
        let annotation = event.get("annotation");
        let name = annotation.and_then(|note| note.at(&["description", "value"])).and_then(Node::text);
        let name = name.unwrap_or(if event.get("messageEvent").is_some() { "message" } else { "" });
        let mut attributes = pairs(reading, annotation.and_then(|note| note.get("attributes")));
        for (key, value) in event.get("messageEvent").map_or(&[][..], Node::members) {
            attributes.push(reading.pair(&format!("message.{key}"), value));
        }
        parts.events.push(EventParts { time, name: reading.builder.intern(name), attributes });
    }
}

fn links(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    for link in node.get("link").unwrap_or(node).items() {
        let mut attributes = pairs(reading, link.get("attributes"));
        if let Some(kind) = link.get("type").filter(|kind| kind.text() != Some("TYPE_UNSPECIFIED")) {
            attributes.push(reading.pair("gcp.link.type", kind));
        }
        let trace = link.text_of("traceId").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
        let span = link.text_of("spanId").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
        parts.links.push(LinkParts::to(trace, span, attributes));
    }
    if !matches!(node.data, Data::Map(_) | Data::List(_)) {
        parts.warn(WarningKind::WrongType, format!("Expected an object as links, found {}.", node.described()));
    }
}
