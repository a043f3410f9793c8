//! Zipkin's first JSON, still written by old libraries and by some exporters: what version 2 has as fields stands here in annotations.
//!
//! ```text
//! annotations        cs ─── sr ────────── ss ─── cr      client sent, server received, server sent, client received
//! client's half      ├──────────────────────────┤
//! server's half             ├──────────────┤
//! ```
//! A record with both halves is two spans, as Zipkin's own converter makes of it. Annotations stay events, the core ones too: their times
//! may differ from the span's. (Zipkin, `zipkin-api.yaml`, `V1SpanConverter`.)

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, EventParts, Pair, Parts};
use super::told::Told;
use super::zipkin_text;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Lex, Lexer, Node};
use crate::store::{NO_TIME, SpanKey, SpanKind};

pub(super) const FORMAT: Format = Format {
    id: "zipkin-v1-json",
    name: "Zipkin JSON (v1)",
    produced_by: "old Zipkin, Brave, py_zipkin, OpenTelemetry for Python",
    shapes: "spans with `annotations` and `binaryAnnotations`, alone, in arrays, in arrays of traces; records with both halves; times from the core annotations",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let text = |key: &str| shape.kind_of("", key) == Some(Kind::String);
    if !text("traceId") || !text("id") {
        return None;
    }
    if shape.kind_of("", "binaryAnnotations") == Some(Kind::Array) {
        return Some("its spans have binaryAnnotations");
    }
    shape.kind_of("annotations", "endpoint").map(|_| "its annotations have an endpoint")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.documents(|reading, lexer| document(reading, lexer, &mut out));
}

pub(super) fn document<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, out: &mut Assembler) -> Lex<()> {
    reading.objects_in(lexer, &[], &mut |reading, node| record(reading, out, &node))
}

/// The annotations that begin and end a half, the annotation with the other side's address, and the half's kind.
const HALVES: [([&str; 2], &str, SpanKind); 4] = [
    (["cs", "cr"], "sa", SpanKind::Client),
    (["ms", "ws"], "ma", SpanKind::Producer),
    (["sr", "ss"], "ca", SpanKind::Server),
    (["mr", "wr"], "ma", SpanKind::Consumer),
];

/// Wire annotations stand in every kind of span: alone they make no half.
fn makes_half(name: &str) -> bool {
    !matches!(name, "ws" | "wr")
}

fn record(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>) {
    let (Some(trace), Some(id)) = (node.text_of("traceId"), node.text_of("id")) else {
        reading.skip(
            WarningKind::NotTraces,
            node.start as usize,
            "Expected a span with traceId and id, found another object.".to_owned(),
        );
        return;
    };
    let trace = reading.trace_key(trace, Base64::No);
    let id = reading.span_key(id, Base64::No);
    let parent = node.text_of("parentId").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    let list = |key| node.get(key).map_or(&[][..], Node::items);
    let (annotations, tags) = (list("annotations"), list("binaryAnnotations"));
    let core = |name: &str| annotations.iter().find(|annotation| annotation.text_of("value") == Some(name));
    let halves: Vec<_> =
        HALVES.iter().filter(|(names, ..)| names.iter().any(|name| makes_half(name) && core(name).is_some())).collect();
    let service = |node: &Node<'_>| node.at(&["endpoint", "serviceName"]).and_then(Node::text).map(str::to_owned);
    let mut services = Vec::new();
    for half in &halves {
        let own = half.0.iter().filter_map(|name| core(name)).find_map(service);
        services.push(own.unwrap_or_default());
    }
    if halves.is_empty() {
        // A local span: whoever says something about it is the service.
        let own = annotations.iter().chain(tags).find_map(service);
        services.push(own.unwrap_or_default());
    }
    // What is said by the service of a later half belongs to it, anything else to the first.
    let half_of = |node: &Node<'_>| {
        // An address is the other side's: it belongs to the half that has such a one.
        let address = node.text_of("key").filter(|_| node.get("value").and_then(Node::truth) == Some(true));
        if let Some(half) = halves.iter().position(|half| Some(half.1) == address) {
            return half;
        }
        let of = service(node);
        services.iter().position(|service| Some(service) == of.as_ref()).unwrap_or(0)
    };
    for (index, own) in services.iter().enumerate() {
        let half = halves.get(index);
        let mut parts = Parts::at(node.start);
        (parts.trace, parts.id, parts.parent) = (trace, id, parent);
        let name = node.text_of("name").unwrap_or_default();
        parts.name = reading.builder.intern(name);
        parts.kind = half.map_or(SpanKind::Unspecified, |half| half.2);
        parts.service(reading, own);
        times(reading, &mut parts, node, index == 0, half.map(|half| half.0.map(&core)));
        let receives = matches!(parts.kind, SpanKind::Server | SpanKind::Consumer);
        // The side that sends owns the span and its times; the one that receives joins it.
        parts.shared = receives && (index > 0 || node.get("timestamp").is_none());
        let mut told = Told::NOTHING;
        for tag in tags.iter().filter(|tag| half_of(tag) == index) {
            binary_annotation(reading, &mut parts, &mut told, tag, half.map(|half| half.1));
        }
        for annotation in annotations.iter().filter(|annotation| half_of(annotation) == index) {
            event(reading, &mut parts, annotation);
        }
        if node.get("debug").and_then(Node::truth) == Some(true) {
            let debug = Node { data: Data::Bool(true), start: node.start, end: node.start, json: false };
            parts.attribute(reading, "zipkin.debug", &debug);
        }
        parts.put_told(&told, reading);
        out.push(reading, &parts);
    }
}

/// The record's own times belong to its first half; where it has none, and in the second half, the core annotations tell them.
fn times(
    reading: &mut Reading<'_>,
    parts: &mut Parts,
    node: &Node<'_>,
    first: bool,
    core: Option<[Option<&Node<'_>>; 2]>,
) {
    let [begin, end] = core.unwrap_or_default();
    if first {
        parts.start = node_time(reading, parts, Some(node));
    }
    if parts.start == NO_TIME {
        parts.start = node_time(reading, parts, begin);
    }
    match reading.duration_of(parts, node.get("duration").filter(|_| first), Unit::Micros, "duration") {
        Some(duration) => parts.lasting(duration),
        None => parts.end = node_time(reading, parts, end),
    }
}

fn node_time(reading: &mut Reading<'_>, parts: &mut Parts, node: Option<&Node<'_>>) -> u64 {
    node.map_or(NO_TIME, |node| reading.time_of(parts, node.get("timestamp"), Unit::Micros, "timestamp"))
}

/// A tag, or an address.
fn binary_annotation(
    reading: &mut Reading<'_>,
    parts: &mut Parts,
    told: &mut Told,
    tag: &Node<'_>,
    peer: Option<&str>,
) {
    let Some(key) = tag.text_of("key") else {
        reading.skip(
            WarningKind::BadValue,
            tag.start as usize,
            format!("Expected a binary annotation with a key, found {}.", tag.described()),
        );
        return;
    };
    let null = Node { data: Data::Null, start: tag.start, end: tag.start, json: false };
    let value = tag.get("value").unwrap_or(&null);
    let address = matches!(key, "sa" | "ca" | "ma") && value.truth() == Some(true);
    match (key, tag.get("endpoint")) {
        (_, Some(endpoint)) if address && peer == Some(key) => {
            for (name, from) in [
                ("service.peer.name", "serviceName"),
                ("network.peer.address", "ipv4"),
                ("network.peer.address", "ipv6"),
            ] {
                if let Some(value) = endpoint.get(from).filter(|value| value.text() != Some("")) {
                    parts.attribute(reading, name, value);
                }
            }
            if let Some(port) = endpoint.get("port").filter(|port| port.integer() != Some(0)) {
                parts.attribute(reading, "network.peer.port", port);
            }
        }
        (_, Some(endpoint)) if address => parts.attribute(reading, key, endpoint),
        // The name of the component that did local work; without one it says only that the work was local.
        ("lc", _) => {
            parts.kind = SpanKind::Internal;
            if value.text() != Some("") {
                parts.attribute(reading, "lc", value);
            }
        }
        _ if Parts::tell(told, reading, key, value) => {}
        _ => parts.attribute(reading, key, value),
    }
}

fn event(reading: &mut Reading<'_>, parts: &mut Parts, annotation: &Node<'_>) {
    let time = node_time(reading, parts, Some(annotation));
    let text = annotation.text_of("value").unwrap_or_default();
    let mark = reading.builder.attribute_mark();
    let (name, attributes) = match zipkin_text::squeezed_event(reading.builder, text) {
        Some((name, range)) => {
            let pairs: Vec<Pair> = reading.builder.attribute_pairs(range).collect();
            reading.builder.truncate_attributes(mark);
            (name, pairs)
        }
        None => (reading.builder.intern(text), Vec::new()),
    };
    parts.events.push(EventParts { time, name, attributes });
}
