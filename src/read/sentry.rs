//! Sentry's envelopes (a header line, then for each item a header line and its payload), and their events on their own: transactions with
//! the spans inside, spans alone, and errors, which are told on the span that they name.

use super::Format;
use super::conventions;
use super::detect::Shape;
use super::documents::Reading;
use super::held::Held;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{EventParts, LinkParts, Pair, Parts};
use super::told::kind_of;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Lex, Lexer, Node};
use crate::store::{SpanKey, SpanKind, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "sentry",
    name: "Sentry",
    produced_by: "Sentry's SDKs and relay, Spotlight, the page's \"JSON\" link",
    shapes: "envelopes with transactions, spans and errors; the events alone, in a list or one a line",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let is = |key, kind| shape.kind_of("", key) == Some(kind);
    let traced = shape.kind_of("contexts", "trace") == Some(Kind::Object);
    // Other programs name a time so, and name their spans otherwise.
    let own = is("span_id", Kind::String) && shape.kind_of("", "span_name").is_none();
    if shape.kind_of("", "start_timestamp").is_some() && (traced || own) {
        return Some("it has a start_timestamp and a trace context");
    }
    if is("sent_at", Kind::String) && is("type", Kind::String) {
        return Some("it has the header lines of an envelope");
    }
    // The context may stand behind more breadcrumbs than are looked at.
    ((traced || is("breadcrumbs", Kind::Object)) && (is("event_id", Kind::String) || is("eventID", Kind::String)))
        .then_some("it has an event_id and a trace context or breadcrumbs")
}

fn read(reading: &mut Reading<'_>) {
    let mut events = Events::default();
    reading.documents(|reading, lexer| events.document(reading, lexer));
    events.held.finish(reading);
}

#[derive(Debug, Default)]
struct Events {
    held: Held,
}

impl Events {
    fn document<'a>(&mut self, reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
        if lexer.peek()? != Kind::Object {
            return reading.objects_in(lexer, &[], &mut |reading, node| self.payload(reading, &node));
        }
        let node = lexer.node()?;
        let kind = node.text_of("type").filter(|_| node.get("start_timestamp").is_none());
        match kind {
            Some("transaction" | "event" | "span" | "error" | "default") => {
                // The header of an item, whose payload comes next, or an event with its type.
                if node.get_any(&["event_id", "eventID", "timestamp"]).is_some() {
                    self.payload(reading, &node);
                }
            }
            Some(kind) if node.get("event_id").is_none() => {
                let reason = format!("Expected a transaction, a span or an event, found an item of the type {kind}.");
                reading.skip(WarningKind::NotTraces, node.start as usize, reason);
                let bytes = lexer.input();
                let line = |from: usize| {
                    bytes[from..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| from + at + 1)
                };
                let payload = line(lexer.offset());
                let end = match node.get("length").and_then(Node::integer).and_then(|len| usize::try_from(len).ok()) {
                    Some(len) => payload.saturating_add(len).min(bytes.len()),
                    None => line(payload),
                };
                lexer.go_to(end);
            }
            _ => self.payload(reading, &node),
        }
        Ok(())
    }

    fn payload(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) {
        if node.get("start_timestamp").is_some() {
            self.transaction(reading, node);
        } else if node.get("startTimestamp").is_some() {
            // As the API tells an event: under other names, with its parts in a list.
            let mut node = node.clone();
            if let Data::Map(members) = &mut node.data {
                for (key, value) in members {
                    let name = match key.as_ref() {
                        "startTimestamp" => "start_timestamp",
                        "endTimestamp" => "timestamp",
                        "title" => "transaction",
                        "entries" => {
                            let spans = value.items().iter().find(|part| part.text_of("type") == Some("spans"));
                            *value = spans.and_then(|part| part.get("data")).cloned().unwrap_or_else(|| value.clone());
                            "spans"
                        }
                        _ => continue,
                    };
                    *key = name.into();
                }
            }
            self.transaction(reading, &node);
        } else if let Some(items) = node.get("items") {
            items.items().iter().for_each(|item| self.transaction(reading, item));
        } else if ["exception", "message", "logentry"].iter().any(|key| node.get(key).is_some()) {
            self.error(reading, node);
        } else if node.get_any(&["event_id", "sent_at", "dsn", "sdk", "trace"]).is_none() {
            // It is no envelope's header.
            reading.not_a_span(node, "a start_timestamp");
        }
    }

    /// A transaction with the spans inside, or a span on its own.
    fn transaction(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) {
        let resource = resource(reading, node);
        let resource = reading.in_common(resource, node.start);
        let trace = node.at(&["contexts", "trace"]);
        let name = node.text_of("transaction").or_else(|| name_of(node)).or_else(|| trace.and_then(name_of));
        let mut parts = span(reading, name, trace.unwrap_or(node), node, &resource);
        let around = parts.trace;
        if trace.is_some() {
            transaction_attributes(reading, &mut parts, node);
        }
        self.held.spans.push(parts);
        for inner in node.get("spans").map_or(&[][..], Node::items) {
            let mut parts = span(reading, name_of(inner), inner, inner, &resource);
            if parts.trace == TraceKey::EMPTY {
                parts.trace = around;
            }
            if parts.kind == SpanKind::Unspecified {
                parts.kind = SpanKind::Internal;
            }
            self.held.spans.push(parts);
        }
        // As the API tells a trace.
        node.get("children").map_or(&[][..], Node::items).iter().for_each(|child| self.transaction(reading, child));
    }

    /// An error or a message, which belongs to a span.
    fn error(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) {
        let Some(context) = node.at(&["contexts", "trace"]) else {
            reading.not_a_span(node, "a trace context");
            return;
        };
        let trace = context.text_of("trace_id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
        let span = context.text_of("span_id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
        let mut parts = Parts::at(node.start);
        let time = reading.time_of(&mut parts, node.get("timestamp"), Unit::Seconds, "timestamp");
        let values = node.at(&["exception", "values"]).or_else(|| node.get("exception"));
        // The last one is what was caught, those before it are its causes.
        for value in values.map_or(&[][..], Node::items).iter().rev() {
            let stack = value.at(&["stacktrace", "frames"]).map(stack);
            let event = parts.exception(reading, time, [value.get("type"), value.get("value"), stack.as_ref()]);
            for (key, value) in value.members() {
                if !matches!(key.as_ref(), "type" | "value" | "stacktrace") && value.data != Data::Null {
                    event.attributes.push(reading.pair(&format!("exception.{key}"), value));
                }
            }
        }
        if parts.events.is_empty() {
            let message = ["message", "logentry"].iter().find_map(|key| node.get(key));
            let message = message.and_then(|message| message.get_any(&["formatted", "message"]).or(Some(message)));
            let mut event = EventParts { time, name: reading.builder.intern("message"), attributes: Vec::new() };
            event.attributes.extend(message.map(|message| reading.pair("message", message)));
            parts.events.push(event);
        }
        let level = ["level", "event_id", "logger", "culprit"];
        let told = level.iter().filter_map(|key| Some(reading.pair(key, node.get(key)?))).collect::<Vec<_>>();
        for event in &mut parts.events {
            event.attributes.extend(&told);
        }
        for event in parts.events {
            self.held.tell(trace, span, event, node.start);
        }
    }
}

/// The innermost frame first, which Sentry writes last.
fn stack(frames: &Node<'_>) -> Node<'static> {
    conventions::stack_of(frames, &mut frames.items().iter().rev(), &|frame| {
        let file = ["filename", "abs_path", "module"].iter().find_map(|key| frame.text_of(key)).unwrap_or("?");
        let numbers = ["lineno", "colno"].iter().filter_map(|key| frame.written_of(key));
        let place = numbers.fold(file.to_owned(), |place, number| format!("{place}:{number}"));
        (frame.text_of("function").unwrap_or("?"), place)
    })
}

fn name_of<'n>(span: &'n Node<'_>) -> Option<&'n str> {
    ["description", "name", "op"].iter().find_map(|key| span.text_of(key))
}

/// A span; `context` has its ids and what they come with, `node` its times.
fn span(
    reading: &mut Reading<'_>,
    name: Option<&str>,
    context: &Node<'_>,
    node: &Node<'_>,
    resource: &[Pair],
) -> Parts {
    let mut parts = Parts::at(node.start);
    parts.name = reading.builder.intern(name.unwrap_or_default());
    parts.resource.extend(resource);
    parts.trace = context.text_of("trace_id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
    parts.id = context.text_of("span_id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.parent = context.text_of("parent_span_id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.start = reading.time_of(&mut parts, node.get("start_timestamp"), Unit::Seconds, "start_timestamp");
    let end = node.get_any(&["timestamp", "end_timestamp"]);
    parts.end = reading.time_of(&mut parts, end, Unit::Seconds, "timestamp");
    let op = context.get("op").or_else(|| context.at(&["attributes", "sentry.op", "value"]));
    let said = context.get("kind").and_then(Node::text).and_then(|kind| kind_of(kind.as_bytes()));
    parts.kind = said.unwrap_or_else(|| op.and_then(Node::text).map_or(SpanKind::Unspecified, kind_of_op));
    for (key, value) in context.members() {
        match key.as_ref() {
            "trace_id" | "span_id" | "parent_span_id" | "start_timestamp" | "timestamp" | "end_timestamp" | "links"
            | "type" | "contexts" | "spans" | "children" => {}
            "description" | "name" if value.text() == name => {}
            "kind" if said.is_some() => {}
            "status" => status(reading, &mut parts, value),
            "data" | "attributes" => {
                for (key, value) in value.members() {
                    let typed = value.get("value").filter(|_| value.get("type").is_some());
                    parts.conventional(reading, key, typed.unwrap_or(value));
                }
            }
            "tags" if !value.members().is_empty() => {
                for (key, value) in value.members().iter().filter(|(key, _)| key != "status") {
                    parts.conventional(reading, key, value);
                }
            }
            "measurements" => measurements(reading, &mut parts, value),
            _ if value.data == Data::Null => {}
            key => parts.attribute(reading, &format!("sentry.{key}"), value),
        }
    }
    for link in context.get("links").map_or(&[][..], Node::items) {
        let mut attributes = Vec::new();
        for (key, value) in link.get("attributes").map_or(&[][..], Node::members) {
            attributes.push(reading.pair(key, value.get("value").unwrap_or(value)));
        }
        let trace = link.text_of("trace_id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
        let span = link.text_of("span_id").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
        parts.links.push(LinkParts::to(trace, span, attributes));
    }
    parts
}

/// What the operations of Sentry's list say about the side of a call.
fn kind_of_op(op: &str) -> SpanKind {
    let first = op.split('.').next().unwrap_or_default();
    match op {
        "queue.publish" | "queue.submit" | "queue.create" => SpanKind::Producer,
        "queue.process" | "queue.receive" => SpanKind::Consumer,
        _ if op.ends_with(".server") => SpanKind::Server,
        _ if op.ends_with(".client") || matches!(first, "db" | "cache") => SpanKind::Client,
        _ if first == "queue" && op.starts_with("queue.task") => SpanKind::Consumer,
        _ => SpanKind::Unspecified,
    }
}

/// Sentry takes every status for a failure but these.
fn status(reading: &mut Reading<'_>, parts: &mut Parts, value: &Node<'_>) {
    match value.text() {
        Some("ok") => parts.status = Status::Ok,
        None | Some("unset" | "unknown") => {}
        Some("cancelled") => parts.attribute(reading, "sentry.status", value),
        Some(_) => {
            parts.status = Status::Error;
            parts.message = reading.node_value(value);
        }
    }
}

/// `{"lcp": {"value": 12.5, "unit": "millisecond"}}`.
fn measurements(reading: &mut Reading<'_>, parts: &mut Parts, values: &Node<'_>) {
    for (key, value) in values.members() {
        parts.attribute(reading, &format!("measurement.{key}"), value.get("value").unwrap_or(value));
        if let Some(unit) = value.get("unit") {
            parts.attribute(reading, &format!("measurement.{key}.unit"), unit);
        }
    }
}

/// What a transaction says beyond its context.
fn transaction_attributes(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    for (key, value) in node.members() {
        match key.as_ref() {
            "type" | "transaction" | "start_timestamp" | "timestamp" | "spans" | "release" | "environment"
            | "server_name" | "dist" | "sdk" | "platform" => {}
            "contexts" => {
                for (name, value) in value.members() {
                    match name.as_ref() {
                        "trace" | "otel" => {}
                        "response" if value.get("status_code").is_some() => {
                            flat(reading, parts, "http.response", value)
                        }
                        name => parts.attribute(reading, &format!("sentry.contexts.{name}"), value),
                    }
                }
            }
            "tags" => match value.members().is_empty() {
                // Also as a list of pairs.
                true => {
                    for pair in value.items() {
                        let (key, value) = match pair.items() {
                            [key, value] => (key.written(), Some(value)),
                            _ => (pair.text_of("key"), pair.get("value")),
                        };
                        if let (Some(key), Some(value)) = (key, value) {
                            parts.conventional(reading, key, value);
                        }
                    }
                }
                false => value.members().iter().for_each(|(key, value)| parts.conventional(reading, key, value)),
            },
            "extra" => parts.attributes_of(reading, Some(value)),
            "measurements" => measurements(reading, parts, value),
            "breadcrumbs" => breadcrumbs(reading, parts, value),
            "request" => {
                for (key, value) in value.members() {
                    let known = match key.as_ref() {
                        "method" => "http.request.method",
                        "url" => "url.full",
                        "query_string" => "url.query",
                        _ => {
                            parts.attribute(reading, &format!("sentry.request.{key}"), value);
                            continue;
                        }
                    };
                    parts.attribute(reading, known, value);
                }
            }
            "user" => {
                for (key, value) in value.members() {
                    let known = match key.as_ref() {
                        "ip_address" => "client.address".to_owned(),
                        "username" => "user.name".to_owned(),
                        other => format!("user.{other}"),
                    };
                    parts.attribute(reading, &known, value);
                }
            }
            _ if value.data == Data::Null => {}
            key => parts.attribute(reading, &format!("sentry.{key}"), value),
        }
    }
}

fn flat(reading: &mut Reading<'_>, parts: &mut Parts, around: &str, value: &Node<'_>) {
    for (key, value) in value.members() {
        parts.attribute(reading, &format!("{around}.{key}"), value);
    }
}

fn breadcrumbs(reading: &mut Reading<'_>, parts: &mut Parts, value: &Node<'_>) {
    for crumb in value.get("values").unwrap_or(value).items() {
        let time = reading.time_of(parts, crumb.get("timestamp"), Unit::Seconds, "timestamp");
        let name = ["category", "type"].iter().find_map(|key| crumb.text_of(key)).unwrap_or("breadcrumb");
        let mut event = EventParts { time, name: reading.builder.intern(name), attributes: Vec::new() };
        for (key, value) in crumb.members() {
            match key.as_ref() {
                "timestamp" | "category" => {}
                "data" if !value.members().is_empty() => {
                    event.attributes.extend(value.members().iter().map(|(key, value)| reading.pair(key, value)));
                }
                _ if value.data == Data::Null => {}
                key => event.attributes.push(reading.pair(key, value)),
            }
        }
        parts.events.push(event);
    }
}

/// The service is the package of the release (`shop@1.2.3`), else the name of the server.
fn resource(reading: &mut Reading<'_>, node: &Node<'_>) -> Vec<Pair> {
    let mut parts = Parts::at(node.start);
    let of = |key: &str| node.get(key).or_else(|| node.at(&["data", key]));
    for (key, value) in [
        ("deployment.environment.name", of("environment")),
        ("host.name", of("server_name")),
        ("telemetry.sdk.name", node.at(&["sdk", "name"])),
        ("telemetry.sdk.version", node.at(&["sdk", "version"])),
        ("sentry.platform", node.get("platform")),
        ("sentry.dist", node.get("dist")),
    ] {
        if let Some(value) = value {
            parts.resource(reading, key, value);
        }
    }
    for (key, value) in node.at(&["contexts", "otel", "resource"]).map_or(&[][..], Node::members) {
        parts.resource(reading, key, value);
    }
    if let Some(release) = of("release") {
        let text = release.text().unwrap_or_default();
        let (package, version) = text.rsplit_once('@').unwrap_or(("", text));
        let data = Data::Text(version.into());
        parts.resource(reading, "service.version", &Node { data, start: release.start, end: release.end, json: false });
        parts.service(reading, package);
    }
    let service = reading.builder.intern("service.name");
    if parts.resource.iter().all(|(key, _)| *key != service) {
        parts.service(reading, of("server_name").and_then(Node::text).unwrap_or_default());
    }
    parts.resource
}
