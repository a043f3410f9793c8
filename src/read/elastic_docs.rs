//! Elastic APM's documents in Elasticsearch: transactions, spans, errors and logs, with nested keys (`{"trace":{"id":…}}`), dotted ones
//! (`{"trace.id":…}`) or as `fields` (`{"trace.id":["…"]}`), in a search's answer, in a list or one a line.

use std::collections::HashMap;

use super::Format;
use super::conventions::{self, conventional};
use super::detect::Shape;
use super::documents::Reading;
use super::held::Held;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{EventParts, LinkParts, Parts};
use super::told::kind_of;
use crate::json::{Data, Kind, Node};
use crate::store::{SpanKey, SpanKind, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "elastic-docs",
    name: "Elastic APM documents",
    produced_by: "Elasticsearch, Kibana",
    shapes: "`hits.hits[]._source`, `fields`, documents in a list or one a line; nested or dotted keys",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let nested = ["trace", "span", "transaction", "processor", "timestamp"];
    let of = |outer: &str, inner: &str| {
        shape.has(&format!("{outer}.{inner}"))
            || nested.contains(&outer) && shape.kind_of(outer, inner).is_some_and(|kind| kind != Kind::Object)
    };
    let timed = shape.has_any(&["transaction.duration.us", "span.duration.us"])
        || shape.kind_of("duration", "us").is_some() && shape.has_any(&["transaction", "span"]);
    (of("trace", "id") && timed).then_some("it has trace.id and a duration.us")
}

fn read(reading: &mut Reading<'_>) {
    let mut held = Held::default();
    reading.objects(&["hits", "responses"], &mut |reading, node| {
        let document = ["_source", "fields"].iter().find_map(|key| node.get(key)).unwrap_or(&node);
        document_of(reading, &mut held, document);
    });
    held.finish(reading);
}

/// A document by its dotted keys.
struct Fields<'n, 'a> {
    all: Vec<(String, &'n Node<'a>)>,
}

impl<'n, 'a> Fields<'n, 'a> {
    fn of(document: &'n Node<'a>) -> Fields<'n, 'a> {
        let mut all = document.leaves();
        // `fields` of a search: every value is a list.
        if !all.is_empty() && all.iter().all(|(_, value)| matches!(value.data, Data::List(_))) {
            for (_, value) in &mut all {
                if let [one] = value.items() {
                    *value = one;
                }
            }
        }
        // The same text once more, as it is searched.
        let known: HashMap<&str, &Node<'_>> = all.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        let of = |key: &str| known.get(key.strip_suffix(".text")?).copied();
        let doubles: Vec<bool> =
            all.iter().map(|(key, value)| of(key).is_some_and(|of| of.data == value.data)).collect();
        let mut doubles = doubles.into_iter();
        all.retain(|_| !doubles.next().unwrap_or_default());
        Fields { all }
    }

    fn get(&self, key: &str) -> Option<&'n Node<'a>> {
        self.all.iter().find(|(name, value)| name == key && value.data != Data::Null).map(|(_, value)| *value)
    }

    fn text(&self, key: &str) -> Option<&'n str> {
        self.get(key)?.text().filter(|text| !text.is_empty())
    }
}

fn document_of(reading: &mut Reading<'_>, held: &mut Held, document: &Node<'_>) {
    let fields = Fields::of(document);
    let id = |reading: &mut Reading<'_>, key: &str| {
        fields.text(key).map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No))
    };
    let trace = fields.text("trace.id").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No));
    let transaction = match (fields.text("processor.event"), fields.get("span.duration.us")) {
        (Some("transaction"), _) => true,
        (Some("span"), _) | (None, Some(_)) => false,
        (None, None) if fields.get("transaction.duration.us").is_some() => true,
        (event, _) => {
            let message = fields.get("message");
            if event != Some("error") && message.is_none() {
                if trace != TraceKey::EMPTY || document.json {
                    reading.not_a_span(document, "a duration.us");
                }
                return;
            }
            let span = ["span.id", "parent.id", "transaction.id"].into_iter().find(|key| fields.text(key).is_some());
            let span = span.map_or(SpanKey::EMPTY, |key| id(reading, key));
            let mut parts = Parts::at(document.start);
            let time = time(reading, &mut parts, &fields);
            if event == Some("error") {
                error(reading, &mut parts, time, &fields);
            } else if let Some(message) = message {
                let name = reading.builder.intern(message.text().unwrap_or("message"));
                let attributes = ["log.level", "log.logger"];
                let attributes =
                    attributes.iter().filter_map(|key| Some(reading.pair(key, fields.get(key)?))).collect();
                parts.events.push(EventParts { time, name, attributes });
            }
            for event in parts.events {
                held.tell(trace, span, event, document.start);
            }
            return;
        }
    };
    let around = if transaction { "transaction" } else { "span" };
    let field = |name: &str| fields.get(&format!("{around}.{name}"));
    let mut parts = Parts::at(document.start);
    parts.trace = trace;
    parts.id = id(reading, if transaction { "transaction.id" } else { "span.id" });
    parts.parent = id(reading, "parent.id");
    parts.name = reading.builder.intern(field("name").and_then(Node::text).unwrap_or_default());
    parts.start = time(reading, &mut parts, &fields);
    if let Some(duration) = reading.duration_of(&mut parts, field("duration.us"), Unit::Micros, "duration.us") {
        parts.lasting(duration);
    }
    let said = fields.text("span.kind").or_else(|| field("otel.span_kind").and_then(Node::text));
    parts.kind = said.and_then(|kind| kind_of(kind.as_bytes())).unwrap_or_else(|| {
        let kind = field("type").and_then(Node::text).unwrap_or_default();
        kind_of_type(transaction, kind, fields.text("span.action"))
    });
    if fields.text("event.outcome") == Some("failure") {
        parts.status = Status::Error;
    }
    if let Some(service) = fields.text("service.name") {
        parts.service(reading, service);
    }
    for (key, value) in &fields.all {
        attribute(reading, &mut parts, &fields, key, value, transaction);
    }
    held.spans.push(parts);
}

/// `timestamp.us` has microseconds, `@timestamp` milliseconds.
fn time(reading: &mut Reading<'_>, parts: &mut Parts, fields: &Fields<'_, '_>) -> u64 {
    match fields.get("timestamp.us").filter(|time| time.written() != Some("0")) {
        Some(time) => reading.time_of(parts, Some(time), Unit::Micros, "timestamp.us"),
        None => reading.time_of(parts, fields.get("@timestamp"), Unit::Millis, "@timestamp"),
    }
}

/// Keys under these stand for what the span comes from.
const RESOURCE: &[&str] = &[
    "service.",
    "agent.",
    "host.",
    "container.",
    "kubernetes.",
    "process.",
    "cloud.",
    "observer.",
    "ecs.",
    "data_stream.",
];

fn attribute(
    reading: &mut Reading<'_>,
    parts: &mut Parts,
    fields: &Fields<'_, '_>,
    key: &str,
    value: &Node<'_>,
    transaction: bool,
) {
    let own = if transaction { "transaction." } else { "span." };
    match key {
        "trace.id" | "parent.id" | "processor.event" | "processor.name" | "timestamp.us" | "@timestamp"
        | "service.name" | "span.kind" => {}
        "span.links" => links(reading, parts, value),
        "event.outcome" if parts.status == Status::Error => {}
        // Of a transaction, its own id stands twice.
        "span.id" if transaction && fields.text("transaction.id") == value.text() => {}
        _ if key.strip_prefix(own).is_some_and(|rest| matches!(rest, "id" | "name" | "duration.us")) => {}
        "service.environment" => parts.resource(reading, "deployment.environment.name", value),
        _ if RESOURCE.iter().any(|around| key.starts_with(around)) => parts.resource(reading, key, value),
        _ => {
            let rest = ["labels.", "numeric_labels."].iter().find_map(|around| key.strip_prefix(around));
            let known = match key {
                "span.db.statement" => Some("db.query.text"),
                "span.db.instance" => Some("db.namespace"),
                "destination.address" => Some("server.address"),
                "destination.port" => Some("server.port"),
                _ => rest.or_else(|| conventional(key)),
            };
            parts.attribute(reading, known.unwrap_or(key), value);
        }
    }
}

fn links(reading: &mut Reading<'_>, parts: &mut Parts, list: &Node<'_>) {
    for link in std::slice::from_ref(list).iter().chain(list.items()) {
        let fields = Fields::of(link);
        if let (Some(trace), Some(span)) = (fields.text("trace.id"), fields.text("span.id")) {
            let (trace, span) = (reading.trace_key(trace, Base64::No), reading.span_key(span, Base64::No));
            parts.links.push(LinkParts::to(trace, span, Vec::new()));
        }
    }
}

fn error(reading: &mut Reading<'_>, parts: &mut Parts, time: u64, fields: &Fields<'_, '_>) {
    if let Some(list) = fields.get("error.exception") {
        exception_of(reading, parts, time, list.items().first().or(Some(list)), None, fields.get("error.stack_trace"));
    } else {
        let message = ["error.exception.message", "error.log.message", "error.message", "message"];
        let message = message.iter().find_map(|key| fields.get(key));
        let kind = ["error.exception.type", "error.type"].iter().find_map(|key| fields.get(key));
        parts.exception(reading, time, [kind, message, fields.get("error.stack_trace")]);
    }
    let rest = fields.all.iter().filter(|(key, _)| key.starts_with("error.") && !key.ends_with(".text"));
    let taken = ["error.exception", "error.exception.message", "error.exception.type", "error.stack_trace"];
    for (key, value) in rest.filter(|(key, _)| !taken.contains(&key.as_str())) {
        let pair = reading.pair(key, value);
        if let Some(event) = parts.events.first_mut() {
            event.attributes.push(pair);
        }
    }
}

/// An error of the agents: an exception with its causes, or what was logged.
pub(super) fn exception_of(
    reading: &mut Reading<'_>,
    parts: &mut Parts,
    time: u64,
    exception: Option<&Node<'_>>,
    log: Option<&Node<'_>>,
    stack: Option<&Node<'_>>,
) {
    let what = exception.or(log);
    let of = |key: &str| what.and_then(|what| what.get(key));
    let lines = of("stacktrace").map(stack_of).filter(|lines| lines.text() != Some(""));
    let message = of("message").or_else(|| log.and_then(|log| log.get("message")));
    let event = parts.exception(reading, time, [of("type"), message, stack.or(lines.as_ref())]);
    for (key, value) in what.map_or(&[][..], Node::members) {
        if !matches!(key.as_ref(), "type" | "message" | "stacktrace") && value.data != Data::Null {
            event.attributes.push(reading.pair(&format!("exception.{key}"), value));
        }
    }
    if let Some(log) = log.filter(|_| exception.is_some()) {
        event.attributes.push(reading.pair("error.log", log));
    }
}

/// The innermost frame first, as the agents write them.
fn stack_of(frames: &Node<'_>) -> Node<'static> {
    conventions::stack_of(frames, &mut frames.items().iter(), &|frame| {
        let file = ["filename", "abs_path", "classname"].iter().find_map(|key| frame.text_of(key)).unwrap_or("?");
        let numbers = [frame.get("lineno"), frame.at(&["line", "number"]), frame.get("colno")];
        let numbers = numbers.into_iter().flatten().map(|number| number.written().unwrap_or("?"));
        let place = numbers.fold(file.to_owned(), |place, number| format!("{place}:{number}"));
        (frame.text_of("function").unwrap_or("?"), place)
    })
}

/// What the agents' types say about the side of a call.
pub(super) fn kind_of_type(transaction: bool, kind: &str, action: Option<&str>) -> SpanKind {
    let first = kind.split('.').next().unwrap_or_default();
    match (transaction, first) {
        (true, "request") => SpanKind::Server,
        (true, "messaging") => SpanKind::Consumer,
        (true, _) => SpanKind::Unspecified,
        (false, "external" | "db" | "storage" | "cache") => SpanKind::Client,
        (false, "messaging") if matches!(action, Some("send" | "publish")) => SpanKind::Producer,
        (false, "messaging") => SpanKind::Consumer,
        (false, _) => SpanKind::Internal,
    }
}
