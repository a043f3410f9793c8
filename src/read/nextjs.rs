//! Next.js' own trace of its builds and its development server, `.next/trace`: lists of spans, a list a line.
//!
//! `startTime` is a date in milliseconds, `timestamp` a clock in microseconds that began with the machine: the date gives the place.

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, Parts, span_number};
use crate::json::{Data, Node};
use crate::store::{SpanKey, SpanKind, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "nextjs-trace",
    name: "Next.js trace",
    produced_by: "Next.js (`.next/trace`)",
    shapes: "lists of spans, a list a line",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let number = |key| shape.may_be_number("", key);
    (number("startTime")
        && number("timestamp")
        && number("duration")
        && number("id")
        && shape.kind_of("", "tags").is_some())
    .then_some("its spans have a startTime and a timestamp of a clock")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&[], &mut |reading, node| span(reading, &mut out, &node));
}

fn span(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>) {
    let Some(id) = node.get("id").filter(|_| node.get("startTime").is_some()) else {
        reading.not_a_span(node, "an id and a startTime");
        return;
    };
    let mut parts = Parts::at(node.start);
    let key = |reading: &mut Reading<'_>, id: &Node<'_>| match id.integer().and_then(|id| u64::try_from(id).ok()) {
        Some(number) if id.text().is_none() => span_number(number),
        _ => reading.span_key(id.text().unwrap_or_default(), Base64::No),
    };
    parts.id = key(reading, id);
    parts.parent = node.get("parentId").map_or(SpanKey::EMPTY, |id| key(reading, id));
    parts.trace = node.text_of("traceId").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
    parts.name = reading.builder.intern(node.text_of("name").unwrap_or_default());
    parts.kind = SpanKind::Internal;
    parts.start = reading.time_of(&mut parts, node.get("startTime"), Unit::Millis, "startTime");
    if let Some(duration) = reading.duration_of(&mut parts, node.get("duration"), Unit::Micros, "duration") {
        parts.lasting(duration);
    }
    for (key, value) in node.members() {
        match key.as_ref() {
            "id" | "parentId" | "traceId" | "name" | "startTime" | "duration" => {}
            "tags" => parts.attributes_of(reading, Some(value)),
            _ if value.data == Data::Null => {}
            key => parts.attribute(reading, &format!("nextjs.{key}"), value),
        }
    }
    out.push(reading, &parts);
}
