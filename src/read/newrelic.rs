//! New Relic's Trace API: batches of spans with what they have in common, `[{"common": {…}, "spans": […]}]`.

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, Pair, Parts};
use super::told::kind_of;
use crate::json::{Data, Node};
use crate::store::{SpanKey, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "newrelic",
    name: "New Relic",
    produced_by: "New Relic's telemetry SDKs (Trace API)",
    shapes: "`[{\"common\":…,\"spans\":[{\"id\":…,\"trace.id\":…,\"timestamp\":…,\"attributes\":…}]}]`",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let has = |key| shape.kind_of("spans", key).is_some();
    (has("trace.id") && has("id") && has("attributes")).then_some("its spans have a trace.id and attributes")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&[], &mut |reading, batch| {
        let Some(spans) = batch.get("spans") else {
            reading.not_a_span(&batch, "an id");
            return;
        };
        let common = batch.get("common");
        let resource = common.map(|common| resource(reading, common)).unwrap_or_default();
        // What a span may take from there.
        let keys = ["trace.id", "parent.id", "name", "timestamp", "duration.ms", "service.name", "span.kind"];
        let shared = common.map(|common| common.get("attributes").unwrap_or(common).only(&keys));
        spans.items().iter().for_each(|node| span(reading, &mut out, node, shared.as_ref(), &resource));
    });
}

/// What the spans of a batch have in common.
fn resource(reading: &mut Reading<'_>, common: &Node<'_>) -> Vec<Pair> {
    let members = common.get("attributes").unwrap_or(common).members().iter();
    let members = members.filter(|(key, _)| !matches!(key.as_ref(), "timestamp" | "service.name"));
    let pairs = members.map(|(key, value)| reading.pair(key, value)).collect();
    reading.in_common(pairs, common.start)
}

fn span(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>, shared: Option<&Node<'_>>, resource: &[Pair]) {
    let mut parts = Parts::at(node.start);
    parts.resource.extend(resource);
    let of = |key: &str| {
        let own = node.at(&["attributes", key]).or_else(|| node.get(key));
        own.or_else(|| shared.and_then(|shared| shared.get(key)))
    };
    let text = |key: &str| of(key).and_then(Node::text).filter(|text| !text.is_empty());
    parts.trace = text("trace.id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
    parts.id = node.text_of("id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.parent = text("parent.id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.name = reading.builder.intern(text("name").unwrap_or_default());
    parts.start = reading.time_of(&mut parts, of("timestamp"), Unit::Millis, "timestamp");
    if let Some(duration) = reading.duration_of(&mut parts, of("duration.ms"), Unit::Millis, "duration.ms") {
        parts.lasting(duration);
    }
    parts.kind = text("span.kind").and_then(|kind| kind_of(kind.as_bytes())).unwrap_or_default();
    let message = ["error.message", "otel.status_description"].iter().find_map(|key| of(key));
    let kind = of("error.class");
    let failed = of("error").and_then(Node::truth) == Some(true) || text("otel.status_code") == Some("ERROR");
    if failed || kind.is_some() || of("error.message").is_some() {
        parts.status = Status::Error;
        if let Some(message) = message {
            parts.message = reading.node_value(message);
        }
    }
    if kind.is_some() {
        let at = parts.failed_at();
        parts.exception(reading, at, [kind, of("error.message"), None]);
    }
    parts.service(reading, text("service.name").unwrap_or_default());
    for (key, value) in node.members().iter().chain(node.get("attributes").map_or(&[][..], Node::members)) {
        match key.as_ref() {
            "id" | "trace.id" | "parent.id" | "name" | "timestamp" | "duration.ms" | "service.name" | "span.kind"
            | "attributes" => {}
            "error.message" | "error.class" | "otel.status_description" if parts.status == Status::Error => {}
            "error" | "otel.status_code" if failed => {}
            _ if value.data == Data::Null => {}
            key => parts.conventional(reading, key, value),
        }
    }
    out.push(reading, &parts);
}
