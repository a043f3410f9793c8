//! Honeycomb's events: `[{time, samplerate, data: {…}}]` as its libraries send them, or flat rows as its page and its query API give them.
//! A span's own events and links are rows of their own, which name the span as their parent.

use super::Format;
use super::conventions::conventional;
use super::detect::Shape;
use super::documents::Reading;
use super::held::Held;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{EventParts, LinkParts, Parts};
use super::told::kind_of;
use crate::json::{Data, Node};
use crate::store::{SpanKey, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "honeycomb",
    name: "Honeycomb",
    produced_by: "libhoney, Beelines, Honeycomb's downloads",
    shapes: "`[{\"time\":…,\"data\":{\"trace.trace_id\":…}}]`, flat rows, one a line",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let traced = shape.has("trace.trace_id") && shape.has_any(&["trace.span_id", "trace.parent_id"]);
    (traced && shape.has_any(&["duration_ms", "meta.annotation_type"])).then_some("its rows have a trace.trace_id")
}

fn read(reading: &mut Reading<'_>) {
    let mut held = Held::default();
    reading.objects(&["results"], &mut |reading, node| {
        let data = node.get("data").filter(|data| matches!(data.data, Data::Map(_))).unwrap_or(&node);
        if data.get("trace.trace_id").is_some() {
            row(reading, &mut held, data, &node);
        } else if node.json {
            reading.not_a_span(&node, "a trace.trace_id");
        }
    });
    held.finish(reading);
}

fn row(reading: &mut Reading<'_>, held: &mut Held, data: &Node<'_>, around: &Node<'_>) {
    let mut parts = Parts::at(around.start);
    let id = |reading: &mut Reading<'_>, key: &str| {
        data.text_of(key).map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No))
    };
    parts.trace = data.text_of("trace.trace_id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
    parts.id = id(reading, "trace.span_id");
    parts.parent = id(reading, "trace.parent_id");
    const TIMES: [&str; 3] = ["time", "Timestamp", "timestamp"];
    let time = around.get_any(&TIMES).or_else(|| data.get_any(&TIMES));
    parts.start = reading.time_of(&mut parts, time, Unit::Seconds, "time");
    parts.name = reading.builder.intern(data.text_of("name").unwrap_or_default());
    match data.text_of("meta.annotation_type") {
        Some("span_event") => {
            let attributes = rest(reading, data);
            held.tell(
                parts.trace,
                parts.parent,
                EventParts { time: parts.start, name: parts.name, attributes },
                around.start,
            );
            return;
        }
        Some("link") => {
            let trace = data.text_of("trace.link.trace_id");
            let trace = trace.map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
            let span = id(reading, "trace.link.span_id");
            let attributes = rest(reading, data);
            let link = LinkParts::to(trace, span, attributes);
            held.link(parts.trace, parts.parent, link, around.start);
            return;
        }
        _ => {}
    }
    if let Some(duration) = reading.duration_of(&mut parts, data.get("duration_ms"), Unit::Millis, "duration_ms") {
        parts.lasting(duration);
    }
    let service = ["service.name", "service_name"].iter().find_map(|key| data.text_of(key));
    parts.service(reading, service.unwrap_or_default());
    let kind = ["span.kind", "span_kind", "meta.span_kind", "kind"].iter().find_map(|key| data.text_of(key));
    parts.kind = kind.and_then(|kind| kind_of(kind.as_bytes())).unwrap_or_default();
    let message = match data.get("error") {
        Some(error) if error.truth() == Some(true) => {
            parts.status = Status::Error;
            data.get_any(&["status_message", "error_detail"])
        }
        Some(error) if error.truth().is_none() && error.text() != Some("") => {
            parts.status = Status::Error;
            Some(error)
        }
        _ => None,
    };
    if let Some(message) = message {
        parts.message = reading.node_value(message);
    }
    if let (Some(name), version) = (data.text_of("library.name"), data.text_of("library.version")) {
        parts.scope = (reading.builder.intern(name), reading.builder.intern(version.unwrap_or_default()));
    }
    if let Some(rate) = around.get("samplerate").filter(|rate| rate.integer() != Some(1)) {
        parts.attribute(reading, "samplerate", rate);
    }
    let attributes = rest(reading, data);
    parts.attributes.extend(attributes);
    held.spans.push(parts);
}

/// What says nothing of the span's place, as attributes.
fn rest(reading: &mut Reading<'_>, data: &Node<'_>) -> Vec<super::parts::Pair> {
    let mut parts = Parts::at(data.start);
    for (key, value) in data.members() {
        match key.as_ref() {
            "trace.trace_id"
            | "trace.span_id"
            | "trace.parent_id"
            | "trace.link.trace_id"
            | "trace.link.span_id"
            | "name"
            | "time"
            | "Timestamp"
            | "timestamp"
            | "duration_ms"
            | "service.name"
            | "service_name"
            | "meta.annotation_type"
            | "library.name"
            | "library.version"
            | "samplerate" => {}
            "span.kind" | "span_kind" | "meta.span_kind" => {}
            "error"
                if value.truth() == Some(true)
                    || value.text().is_some_and(|text| value.truth().is_none() && !text.is_empty()) => {}
            "response.status_code" => parts.numeric(reading, "http.response.status_code", value),
            "request.method" => parts.attribute(reading, "http.request.method", value),
            "db.query" => parts.attribute(reading, "db.query.text", value),
            _ if value.data == Data::Null => {}
            key if conventional(key).is_some() => parts.conventional(reading, key, value),
            key => parts.attribute(reading, key, value),
        }
    }
    parts.attributes
}
