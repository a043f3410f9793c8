//! Apache SkyWalking: segments as its agents send them (protocol 3, and the short keys of its first versions), and the answer of GraphQL's
//! `queryTrace`.
//!
//! A span's number is its own in its segment, so segment and number together are its id here: `<segment>.<number>`. A span that begins a
//! segment names its parents in other segments (`refs`): the first one is its parent, the others are links.

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::instant::Unit;
use super::parts::{Assembler, EventParts, LinkParts, Parts};
use super::told::kind_of;
use crate::json::{Data, Kind, Node};
use crate::store::{SpanKey, SpanKind, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "skywalking",
    name: "Apache SkyWalking",
    produced_by: "SkyWalking's agents and its GraphQL API",
    shapes: "segments in a list or one a line (protocol 3, and the short keys of the first versions); `{\"data\":{\"trace\":{\"spans\":[…]}}}`",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let has = |under: &str, key: &str| shape.kind_of(under, key).is_some();
    if shape.has("traceSegmentId") && has("spans", "spanId") {
        return Some("it has segments with a traceSegmentId");
    }
    if ["spans", ""].iter().any(|place| has(place, "segmentId") && has(place, "spanId")) {
        return Some("its spans have a segmentId");
    }
    let short = ["si", "ps", "st", "et"].iter().all(|key| has("ss", key));
    (short && shape.kind_of("", "ts") == Some(Kind::String)).then_some("it has segments with short keys (ts, ss, gt)")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&["data", "trace", "queryTraces", "traces", "segments"], &mut |reading, node| {
        let Some(spans) = node.get_any(&["spans", "ss"]) else {
            match node.get("segmentId") {
                Some(_) => span(reading, &mut out, &node, &node.only(&[]), None),
                None if node.json => reading.not_a_span(&node, "a segmentId, or a segment with spans"),
                None => {}
            }
            return;
        };
        if node.get("isSizeLimited").and_then(Node::truth) == Some(true) {
            reading.guess("A segment was cut off: SkyWalking says that it reached the limit of a segment's size.");
        }
        // The first versions had references on the segment, for the span that begins it.
        let old = node.get("ss").is_some();
        let mut refs = node.get("rs").filter(|_| old);
        let keys = [TRACE, SEGMENT, SERVICE, INSTANCE, if old { &["ts", "gt"] } else { &[] }].concat();
        let segment = node.only(&keys);
        for inner in spans.items() {
            let begins = inner.get("ps").and_then(Node::integer).is_some_and(|parent| parent < 0);
            let own = if begins { refs.take() } else { None };
            span(reading, &mut out, inner, &segment, own);
        }
    });
}

/// Names of a field in the protocol, in GraphQL and in the first versions.
const TRACE: &[&str] = &["traceId"];
const SEGMENT: &[&str] = &["segmentId", "traceSegmentId"];
const PARENT_SEGMENT: &[&str] = &["parentSegmentId", "parentTraceSegmentId", "ts"];
const NUMBER: &[&str] = &["spanId", "si"];
const PARENT: &[&str] = &["parentSpanId", "ps"];
const NAME: &[&str] = &["operationName", "endpointName", "on"];
const SERVICE: &[&str] = &["service", "serviceCode", "ac", "applicationCode"];
const INSTANCE: &[&str] = &["serviceInstance", "serviceInstanceName"];

fn span(
    reading: &mut Reading<'_>,
    out: &mut Assembler,
    node: &Node<'_>,
    segment: &Node<'_>,
    segment_refs: Option<&Node<'_>>,
) {
    let mut parts = Parts::at(node.start);
    let old = segment.get("ts").is_some();
    let either = |keys: &[&str]| node.get_any(keys).or_else(|| segment.get_any(keys));
    let trace = match old {
        true => segment.get("gt").and_then(|ids| ids.items().first()),
        false => either(TRACE),
    };
    parts.trace = trace_key(reading, trace);
    let segment_id = match old {
        true => segment.text_of("ts"),
        false => either(SEGMENT).and_then(Node::text),
    };
    let segment_id = segment_id.unwrap_or_default();
    parts.id = span_key(reading, segment_id, node.get_any(NUMBER));
    parts.parent = span_key(reading, segment_id, node.get_any(PARENT));
    let refs = segment_refs.or_else(|| node.get("refs"));
    references(reading, &mut parts, refs.map_or(&[][..], Node::items));
    let name = node.get_any(NAME).and_then(Node::text).unwrap_or_default();
    parts.name = reading.builder.intern(name);
    parts.start = reading.time_of(&mut parts, node.get_any(&["startTime", "st"]), Unit::Millis, "startTime");
    parts.end = reading.time_of(&mut parts, node.get_any(&["endTime", "et"]), Unit::Millis, "endTime");
    parts.service(reading, either(SERVICE).and_then(Node::text).unwrap_or_default());
    if let Some(instance) = either(INSTANCE) {
        parts.resource(reading, "service.instance.id", instance);
    }
    parts.kind = kind(node);
    if node.get("isError").and_then(Node::truth) == Some(true) {
        parts.status = Status::Error;
    }
    for (key, value) in node.members() {
        let known = [TRACE, SEGMENT, NUMBER, PARENT, NAME, SERVICE, INSTANCE, &["startTime", "endTime", "st", "et"]];
        match key.as_ref() {
            key if known.iter().any(|names| names.contains(&key)) => {}
            "spanType" | "type" | "refs" | "isError" => {}
            "tags" => value.items().iter().for_each(|tag| pair(reading, &mut parts, tag)),
            // The first versions keep texts, truths and numbers apart.
            "ts" | "tb" | "ti" => {
                for (key, value) in value.members() {
                    tag(reading, &mut parts, key, value);
                }
            }
            "logs" | "lo" => logs(reading, &mut parts, value),
            "attachedEvents" => attached(reading, &mut parts, value),
            _ if value.data == Data::Null || value.text() == Some("") => {}
            key => parts.attribute(reading, &format!("skywalking.{key}"), value),
        }
    }
    // A segment of several traces, such as of messages that are taken together.
    if let Some(traces) = segment.get("gt").filter(|traces| traces.items().len() > 1) {
        parts.attribute(reading, "skywalking.gt", traces);
    }
    out.push(reading, &parts);
}

/// Trace ids are free text.
fn trace_key(reading: &mut Reading<'_>, id: Option<&Node<'_>>) -> TraceKey {
    match id.and_then(Node::text) {
        None | Some("") => TraceKey::EMPTY,
        Some(id) => TraceKey::text(reading.builder.intern(id)),
    }
}

/// Segment and number; a negative number is none.
fn span_key(reading: &mut Reading<'_>, segment: &str, number: Option<&Node<'_>>) -> SpanKey {
    match number.and_then(Node::integer) {
        Some(number) if number >= 0 => SpanKey::text(reading.builder.intern(&format!("{segment}.{number}"))),
        _ => SpanKey::EMPTY,
    }
}

fn references(reading: &mut Reading<'_>, parts: &mut Parts, refs: &[Node<'_>]) {
    for reference in refs {
        let segment = reference.get_any(PARENT_SEGMENT).and_then(Node::text).unwrap_or_default();
        let span = span_key(reading, segment, reference.get_any(&["parentSpanId", "si"]));
        let trace = match reference.get("traceId") {
            Some(id) => trace_key(reading, Some(id)),
            None => parts.trace,
        };
        if parts.parent.is_empty() && trace.same(parts.trace) {
            parts.parent = span;
            continue;
        }
        let taken = [PARENT_SEGMENT, &["parentSpanId", "si", "traceId"]];
        let rest = reference.members().iter().filter(|(key, value)| {
            value.data != Data::Null && !taken.iter().any(|names| names.contains(&key.as_ref()))
        });
        let attributes = rest.map(|(key, value)| reading.pair(&format!("skywalking.{key}"), value)).collect();
        parts.links.push(LinkParts::to(trace, span, attributes));
    }
}

fn kind(node: &Node<'_>) -> SpanKind {
    // Names, or the protocol's numbers.
    let queue = matches!(node.get_any(&["spanLayer", "layer"]).and_then(Node::written), Some("MQ" | "4"));
    match node.get_any(&["spanType", "type"]).and_then(Node::written) {
        Some("Entry" | "0") if queue => SpanKind::Consumer,
        Some("Entry" | "0") => SpanKind::Server,
        Some("Exit" | "1") if queue => SpanKind::Producer,
        Some("Exit" | "1") => SpanKind::Client,
        Some("Local" | "2") => SpanKind::Internal,
        _ => {
            let said = node.at(&["ts", "span.kind"]).and_then(Node::text);
            said.and_then(|kind| kind_of(kind.as_bytes())).unwrap_or_default()
        }
    }
}

fn pair(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    if let (Some(key), Some(value)) = (node.text_of("key"), node.get("value")) {
        tag(reading, parts, key, value);
    }
}

fn tag(reading: &mut Reading<'_>, parts: &mut Parts, key: &str, value: &Node<'_>) {
    match key {
        "span.kind" if parts.kind != SpanKind::Unspecified => {}
        "url" => parts.attribute(reading, "url.full", value),
        "status_code" => parts.numeric(reading, "http.response.status_code", value),
        key => parts.conventional(reading, key, value),
    }
}

/// `{"time": …, "data": [{"key", "value"}]}`; an error is told by `error.kind`, `message` and `stack`.
fn logs(reading: &mut Reading<'_>, parts: &mut Parts, list: &Node<'_>) {
    for log in list.items() {
        let time = reading.time_of(parts, log.get_any(&["time", "tm"]), Unit::Millis, "time");
        let data = log.get_any(&["data", "ld"]);
        let of = |key: &str| {
            let pair = data.map_or(&[][..], Node::items).iter().find(|pair| pair.text_of("key") == Some(key));
            pair.and_then(|pair| pair.get("value")).or_else(|| data.and_then(|data| data.get(key)))
        };
        let fault = [of("error.kind"), of("message"), of("stack")];
        let error = fault[0].is_some() || fault[2].is_some();
        if error {
            parts.exception(reading, time, fault);
        } else {
            let name = of("event").and_then(Node::text).unwrap_or("log");
            parts.events.push(EventParts { time, name: reading.builder.intern(name), attributes: Vec::new() });
        }
        let told = |key: &str| error && matches!(key, "error.kind" | "message" | "stack") || key == "event";
        let listed = data.map_or(&[][..], Node::items).iter();
        let listed = listed.filter_map(|pair| Some((pair.text_of("key")?, pair.get("value")?)));
        let mapped = data.map_or(&[][..], Node::members).iter().map(|(key, value)| (key.as_ref(), value));
        let mut attributes = Vec::new();
        for (key, value) in listed.chain(mapped).filter(|(key, _)| !told(key)) {
            attributes.push(reading.pair(key, value));
        }
        if let Some(event) = parts.events.last_mut() {
            event.attributes.extend(attributes);
        }
    }
}

/// Events of eBPF: `{"startTime": {"seconds", "nanos"}, "event": "…", "tags": […]}`.
fn attached(reading: &mut Reading<'_>, parts: &mut Parts, list: &Node<'_>) {
    for event in list.items() {
        let part =
            |key: &str| event.at(&["startTime", key]).and_then(Node::integer).and_then(|n| u64::try_from(n).ok());
        let time = part("seconds")
            .and_then(|seconds| seconds.checked_mul(1_000_000_000)?.checked_add(part("nanos").unwrap_or(0)));
        let name = reading.builder.intern(event.text_of("event").unwrap_or_default());
        let mut attributes = Vec::new();
        for (key, value) in event.members().iter().filter(|(key, _)| key != "event" && key != "startTime") {
            attributes.push(reading.pair(key, value));
        }
        parts.events.push(EventParts { time: time.unwrap_or(crate::store::NO_TIME), name, attributes });
    }
}
