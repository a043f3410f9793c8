//! Elastic APM as its agents send it (intake v2): one JSON object a line, the first one `metadata`, then transactions, spans and errors in
//! any order: a span may come before its transaction, and an error is told on the span or transaction that it names.

use std::collections::HashMap;

use super::Format;
use super::conventions::conventional;
use super::detect::Shape;
use super::documents::Reading;
use super::elastic_docs::{exception_of, kind_of_type};
use super::held::Held;
use super::ids::Base64;
use super::instant::Unit;
use super::micros::Nanos;
use super::parts::{LinkParts, Pair, Parts};
use super::told::kind_of;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Node};
use crate::store::{NO_TIME, SpanKey, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "elastic-intake",
    name: "Elastic APM intake",
    produced_by: "Elastic APM agents",
    shapes: "lines of `metadata`, `transaction`, `span` and `error` (intake v2)",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let object = |under: &str, key: &str| shape.kind_of(under, key) == Some(Kind::Object);
    let timed = |key: &str| {
        object("", key) && shape.kind_of(key, "duration").is_some() && shape.kind_of(key, "trace_id").is_some()
    };
    (object("", "metadata") && object("metadata", "service") || timed("transaction") || timed("span"))
        .then_some("it has lines of metadata, transactions and spans")
}

fn read(reading: &mut Reading<'_>) {
    let mut intake = Intake::default();
    reading.objects(&[], &mut |reading, node| intake.line(reading, &node));
    intake.finish(reading);
}

#[derive(Debug, Default)]
struct Intake {
    resource: Vec<Pair>,
    held: Held,
    /// When each transaction began, by its id.
    transactions: HashMap<u64, u64>,
    /// Spans that say how long after their transaction they began: number, transaction and how long.
    relative: Vec<(usize, SpanKey, Nanos)>,
}

impl Intake {
    fn line(&mut self, reading: &mut Reading<'_>, line: &Node<'_>) {
        for (key, node) in line.members() {
            match key.as_ref() {
                "metadata" => {
                    let resource = metadata(reading, node);
                    self.resource = reading.in_common(resource, node.start);
                }
                "transaction" | "span" => self.span(reading, node, key == "transaction"),
                "error" => self.error(reading, node),
                other => {
                    let reason = format!("Expected a transaction, a span or an error, found a {other}.");
                    reading.skip(WarningKind::NotTraces, line.start as usize, reason);
                }
            }
        }
    }

    fn span(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, transaction: bool) {
        let mut parts = Parts::at(node.start);
        parts.resource.clone_from(&self.resource);
        parts.trace = node.text_of("trace_id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
        let [id, parent, of] = ["id", "parent_id", "transaction_id"]
            .map(|key| node.text_of(key).map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No)));
        parts.id = id;
        parts.parent = if parent.is_empty() && !transaction { of } else { parent };
        parts.name = reading.builder.intern(node.text_of("name").unwrap_or_default());
        parts.start = reading.time_of(&mut parts, node.get("timestamp"), Unit::Micros, "timestamp");
        let duration = reading.duration_of(&mut parts, node.get("duration"), Unit::Millis, "duration");
        let offset = match parts.start {
            NO_TIME => reading.duration_of(&mut parts, node.get("start"), Unit::Millis, "start"),
            _ => None,
        };
        if let Some(offset) = offset {
            self.relative.push((self.held.spans.len(), of, offset));
            // Until it is known when the transaction began, the end is the duration.
            parts.end = duration.map_or(NO_TIME, |duration| duration.ns);
        } else if let Some(duration) = duration {
            parts.lasting(duration);
        }
        if transaction {
            self.transactions.insert(id.value, parts.start);
        }
        parts.kind = node
            .at(&["otel", "span_kind"])
            .and_then(Node::text)
            .and_then(|kind| kind_of(kind.as_bytes()))
            .unwrap_or_else(|| {
                kind_of_type(transaction, node.text_of("type").unwrap_or_default(), node.text_of("action"))
            });
        if node.text_of("outcome") == Some("failure") {
            parts.status = Status::Error;
        }
        for (key, value) in node.members() {
            match key.as_ref() {
                "id" | "trace_id" | "parent_id" | "name" | "timestamp" | "duration" => {}
                "start" if offset.is_some() => {}
                "outcome" if parts.status == Status::Error => {}
                "outcome" => parts.attribute(reading, "event.outcome", value),
                "transaction_id" if of.same(parts.parent) => {}
                "context" => context(reading, &mut parts, value),
                "links" => links(reading, &mut parts, value),
                "otel" => {
                    for (key, value) in value.members().iter().filter(|(key, _)| key != "span_kind") {
                        match key.as_ref() {
                            "attributes" => value.members().iter().for_each(|(k, v)| parts.conventional(reading, k, v)),
                            key => parts.attribute(reading, &format!("otel.{key}"), value),
                        }
                    }
                }
                _ if value.data == Data::Null => {}
                "type" | "subtype" | "action" | "result" | "sync" | "sampled" | "stacktrace" => {
                    let around = if transaction { "transaction" } else { "span" };
                    parts.attribute(reading, &format!("{around}.{key}"), value);
                }
                other => parts.attribute(reading, &format!("elastic.{other}"), value),
            }
        }
        self.held.spans.push(parts);
    }

    fn error(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) {
        let mut parts = Parts::at(node.start);
        let trace = node.text_of("trace_id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
        let span = ["parent_id", "transaction_id"].iter().find_map(|key| node.text_of(key));
        let span = span.map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
        let time = reading.time_of(&mut parts, node.get("timestamp"), Unit::Micros, "timestamp");
        let exception = node.get("exception");
        let log = node.get("log");
        exception_of(reading, &mut parts, time, exception, log, None);
        for event in &mut parts.events {
            for key in ["id", "culprit"] {
                if let Some(value) = node.get(key) {
                    event.attributes.push(reading.pair(&format!("error.{key}"), value));
                }
            }
        }
        for event in parts.events {
            self.held.tell(trace, span, event, node.start);
        }
    }

    fn finish(mut self, reading: &mut Reading<'_>) {
        for (i, transaction, offset) in self.relative {
            let parts = &mut self.held.spans[i];
            let duration = Nanos { ns: parts.end, negative: false };
            parts.end = NO_TIME;
            let began = self.transactions.get(&transaction.value).filter(|began| **began != NO_TIME);
            match began.and_then(|began| offset.after(*began)) {
                Some(start) => {
                    parts.start = start;
                    if duration.ns != NO_TIME {
                        parts.lasting(duration);
                    }
                }
                None => parts.warn(
                    WarningKind::NoStartTime,
                    format!("This span began {offset} after its transaction, whose time is not in this input."),
                ),
            }
        }
        self.held.finish(reading);
    }
}

/// Under the conventions' names where there is one.
fn metadata(reading: &mut Reading<'_>, node: &Node<'_>) -> Vec<Pair> {
    let mut parts = Parts::at(node.start);
    for (key, value) in node.leaves() {
        if value.data == Data::Null || value.members().is_empty() && matches!(value.data, Data::Map(_)) {
            continue;
        }
        let key = match key.as_str() {
            "service.environment" => "deployment.environment.name",
            "system.configured_hostname" | "system.hostname" => "host.name",
            "system.architecture" => "host.arch",
            "system.container.id" => "container.id",
            "system.kubernetes.namespace" => "k8s.namespace.name",
            "system.kubernetes.pod.name" => "k8s.pod.name",
            "system.kubernetes.pod.uid" => "k8s.pod.uid",
            "system.kubernetes.node.name" => "k8s.node.name",
            "process.ppid" => "process.parent_pid",
            other => other.strip_prefix("labels.").unwrap_or(other),
        };
        parts.resource(reading, key, value);
    }
    parts.resource
}

fn context(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    if let Some(service) = node.at(&["service", "name"]).and_then(Node::text) {
        parts.service(reading, service);
    }
    for (key, value) in node.leaves() {
        if value.data == Data::Null || value.members().is_empty() && matches!(value.data, Data::Map(_)) {
            continue;
        }
        let known = match key.as_str() {
            "service.name" => continue,
            "request.method" => "http.request.method",
            "request.url.full" => "url.full",
            "response.status_code" | "http.response.status_code" => "http.response.status_code",
            "destination.address" => "server.address",
            "destination.port" => "server.port",
            "user.username" => "user.name",
            other => match other.strip_prefix("tags.") {
                Some(tag) => tag,
                None => conventional(other).unwrap_or(other),
            },
        };
        parts.attribute(reading, known, value);
    }
}

fn links(reading: &mut Reading<'_>, parts: &mut Parts, list: &Node<'_>) {
    for link in list.items() {
        let trace = link.text_of("trace_id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
        let span = link.text_of("span_id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
        parts.links.push(LinkParts::to(trace, span, Vec::new()));
    }
}
