//! Datadog's spans as its agent takes them in JSON: lists of lists (a list a trace), `{"traces": …}` as the log writer prints them, a list, or
//! a span alone; or a trace as the API of Datadog's page answers, `{"trace":{"root_id","spans":{"<id>":span}}}`, which counts in seconds.
//!
//! Ids are numbers of 64 bits, decimal or, from the log writer, hexadecimal of sixteen digits. The upper half of a trace id is `_dd.p.tid` in
//! the `meta` of one span of each list: a span is held back until the input has been read, so that all of a trace get the same id.
//! What MessagePack carries is the same (`datadog_msgpack.rs`).

use super::Format;
use super::conventions::conventional;
use super::datadog_spans::{ENVIRONMENT, KIND, Tables, UNUSUAL, UPPER_HALF, UpperHalves, VERSION, kind_of_type};
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::members::{NUMERIC, PLAIN};
use super::parts::{Assembler, EventParts, LinkParts, Met, Parts, span_number, trace_number};
use super::told::kind_of;
use crate::json::{Data, Kind, Lex, Lexer, Node};
use crate::store::{IdForm, RawValue, SpanKey, SpanKind, Status, TraceKey, TraceMark};
use crate::strings::StringId;

pub(super) const FORMAT: Format = Format {
    id: "datadog-json",
    name: "Datadog JSON",
    produced_by: "dd-trace libraries and their log writer, the agent, the test agent",
    shapes: "`[[span]]`, `{\"traces\":[[span]]}`, a list of spans, one a line, a trace of the page's API; ids as numbers of 64 bits, decimal or hexadecimal texts",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let of_a_span = |under: &str| {
        let has = |key| shape.kind_of(under, key).is_some();
        let number = |key| shape.may_be_number(under, key);
        number("start")
            && number("duration")
            && has("trace_id")
            && has("span_id")
            && has("resource")
            && (has("meta") || has("metrics") || has("service"))
    };
    let spans = ["", "traces"].iter().any(|under| of_a_span(under));
    let of_page = shape.kind_of("trace", "root_id").is_some() && shape.kind_of("trace", "spans") == Some(Kind::Object);
    (spans || of_page).then_some("its spans have a resource, a start and a duration")
}

fn read(reading: &mut Reading<'_>) {
    let mut spans = Spans::new(reading);
    let mut tables = Tables::new(
        |key| match key {
            "_dd.p.tid" => (None, UPPER_HALF),
            "span.kind" => (None, KIND),
            "env" => (None, ENVIRONMENT),
            "version" => (None, VERSION),
            "error.message" | "error.msg" | "error.type" | "error.stack" | "_dd.span_links" | "events" => {
                (None, UNUSUAL)
            }
            key => attribute(key),
        },
        attribute,
    );
    reading.documents(|reading, lexer| spans.document(reading, lexer, &mut tables));
    spans.finish(reading);
}

/// What a member is that means no more than an attribute.
fn attribute(key: &str) -> (Option<&'static str>, u8) {
    match conventional(key) {
        Some(known @ "http.response.status_code") => (Some(known), NUMERIC),
        known => (known, PLAIN),
    }
}

/// The spans of an input.
pub(super) struct Spans {
    halves: UpperHalves,
    out: Assembler,
    mark: TraceMark,
}

impl Spans {
    pub(super) fn new(reading: &Reading<'_>) -> Spans {
        Spans { halves: UpperHalves::default(), out: Assembler::default(), mark: reading.builder.trace_mark() }
    }

    fn document<'a>(&mut self, reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<()> {
        reading.objects_or(lexer, &["traces", "trace"], &mut |reading, met| match met {
            Met::Object(lexer) => {
                let out = &mut self.out;
                tables.usual(reading, lexer, &mut self.halves, &mut |builder, resource| {
                    out.origin_of(builder, resource, (StringId::EMPTY, StringId::EMPTY), &[])
                })
            }
            Met::Tree(node) => {
                if node.get("span_id").is_some() {
                    self.add(reading, &node);
                } else if let (Some(_), Some(spans)) = (node.get("root_id"), node.get("spans")) {
                    spans.members().iter().for_each(|(_, span)| self.add(reading, span));
                } else if node.get("is_truncated").and_then(Node::truth) == Some(true) {
                    reading.guess("The trace was cut off: Datadog says that it is not all there.");
                } else if node.json {
                    reading.not_a_span(&node, "a span_id");
                }
                true
            }
        })
    }

    /// Takes a span.
    pub(super) fn add(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) {
        let mut parts = Parts::at(node.start);
        self.ids(reading, &mut parts, node);
        // The page's API counts in seconds.
        let fraction = node.get("start").and_then(Node::written).is_some_and(|start| start.contains('.'));
        let unit = if fraction { Unit::Seconds } else { Unit::Nanos };
        parts.start = reading.time_of(&mut parts, node.get("start"), unit, "start");
        if let Some(duration) = reading.duration_of(&mut parts, node.get("duration"), unit, "duration") {
            parts.lasting(duration);
        }
        parts.service(reading, node.text_of("service").unwrap_or_default());
        let operation = node.text_of("name").unwrap_or_default();
        let name = node.text_of("resource").unwrap_or(operation);
        parts.name = reading.builder.intern(name);
        if let Some(operation) = node.get("name").filter(|_| name != operation) {
            parts.attribute(reading, "datadog.name", operation);
        }
        for (key, value) in node.members() {
            match key.as_ref() {
                "trace_id" | "span_id" | "parent_id" | "start" | "duration" | "name" | "resource" | "service" => {}
                "end" | "children_ids" | "resource_hash" if fraction => {}
                "error" if value.truth().is_some() || value.data == Data::Null => {}
                "meta" => meta(reading, &mut parts, value),
                "metrics" => value.members().iter().for_each(|(k, v)| parts.conventional(reading, k, v)),
                "meta_struct" => parts.attributes_of(reading, Some(value)),
                "span_links" => links(reading, &mut parts, value),
                "span_events" => events(reading, &mut parts, value),
                "type" => {
                    if value.text() != Some("") && value.data != Data::Null {
                        parts.attribute(reading, "datadog.type", value);
                    }
                }
                other => parts.attribute(reading, &format!("datadog.{other}"), value),
            }
        }
        parts.kind = kind(node);
        status(reading, &mut parts, node);
        self.out.push(reading, &parts);
    }

    fn ids(&mut self, reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
        let fields = ["trace_id", "span_id", "parent_id"].map(|key| node.get(key));
        // Sixteen digits, of which one is a letter or the first one 0: no decimal number looks like that. All ids of a span are alike.
        let hexadecimal = fields
            .iter()
            .flatten()
            .filter_map(|id| id.text())
            .any(|id| id.len() >= 16 && (id.starts_with('0') || id.bytes().any(|b| b.is_ascii_alphabetic())));
        let number = |reading: &mut Reading<'_>, id: &Node<'_>| match id.written() {
            Some(text) if hexadecimal && id.text().is_some() => Some(reading.span_key(text, Base64::No)),
            Some(text) => match text.trim().parse::<i128>() {
                // Java prints ids with their sign.
                Ok(id) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&id) => Some(span_number(id as u64)),
                _ => Some(reading.span_key(text, Base64::No)),
            },
            None => None,
        };
        for (id, to) in [(fields[1], &mut parts.id), (fields[2], &mut parts.parent)] {
            *to = id.and_then(|id| number(reading, id)).unwrap_or(SpanKey::EMPTY);
        }
        parts.trace = match fields[0] {
            Some(id) if id.text().is_some_and(|id| id.len() > 20) => {
                reading.trace_key(id.text().unwrap_or_default(), Base64::No)
            }
            Some(id) => match number(reading, id) {
                Some(SpanKey { value, form: IdForm::Hex(_) }) => trace_number(value.into()),
                Some(SpanKey { value, form: IdForm::Text }) => TraceKey { value: value.into(), form: IdForm::Text },
                _ => TraceKey::EMPTY,
            },
            None => TraceKey::EMPTY,
        };
        let upper = node.at(&["meta", "_dd.p.tid"]).and_then(Node::text);
        let upper = upper.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        parts.trace = self.halves.whole(parts.trace, upper);
    }

    /// Gives all spans of a list the same trace id.
    pub(super) fn finish(self, reading: &mut Reading<'_>) {
        self.halves.finish(reading.builder, &self.mark);
    }
}

fn meta(reading: &mut Reading<'_>, parts: &mut Parts, meta: &Node<'_>) {
    for (key, value) in meta.members() {
        match key.as_ref() {
            "_dd.p.tid" | "span.kind" | "error.message" | "error.msg" | "error.type" | "error.stack" => {}
            "env" => parts.resource(reading, "deployment.environment.name", value),
            "version" => parts.resource(reading, "service.version", value),
            "_dd.span_links" => match embedded(value) {
                Some(list) => links(reading, parts, &list),
                None => parts.attribute(reading, key, value),
            },
            "events" => {
                match embedded(value).filter(|list| list.items().iter().all(|event| event.get("name").is_some())) {
                    Some(list) => events(reading, parts, &list),
                    None => parts.attribute(reading, key, value),
                }
            }
            key => parts.conventional(reading, key, value),
        }
    }
}

/// A list as JSON in a text.
fn embedded<'n>(value: &'n Node<'_>) -> Option<Node<'n>> {
    let list = Node::embedded(value.text()?, value.start, value.end)?;
    matches!(list.data, Data::List(_)).then_some(list)
}

/// What is said about it; else a type that only one side has.
fn kind(node: &Node<'_>) -> SpanKind {
    let said = node.at(&["meta", "span.kind"]).and_then(Node::text);
    if let Some(kind) = said.and_then(|kind| kind_of(kind.as_bytes())) {
        return kind;
    }
    kind_of_type(node.text_of("type").unwrap_or_default().as_bytes())
}

fn status(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>) {
    let meta = node.get("meta");
    let said = |key| meta.and_then(|meta| meta.get(key));
    let message = said("error.message").or_else(|| said("error.msg"));
    if node.get("error").and_then(Node::truth) == Some(true) {
        parts.status = Status::Error;
        if let Some(message) = message {
            parts.message = reading.node_value(message);
        }
    }
    let (kind, stack) = (said("error.type"), said("error.stack"));
    if kind.is_some() || stack.is_some() {
        let at = parts.failed_at();
        parts.exception(reading, at, [kind, message, stack]);
    } else if let (Some(message), Status::Unset) = (message, parts.status) {
        parts.attribute(reading, "error.message", message);
    }
}

fn links(reading: &mut Reading<'_>, parts: &mut Parts, list: &Node<'_>) {
    for link in list.items() {
        let hex = |id: &Node<'_>| id.text().map(str::to_owned);
        let number = |key| link.get(key).filter(|id| id.text().is_none()).and_then(Node::integer);
        let trace = match (number("trace_id"), link.get("trace_id").and_then(hex)) {
            (Some(low), _) => {
                let high = number("trace_id_high").unwrap_or(0);
                trace_number(u128::from(high as u64) << 64 | u128::from(low as u64))
            }
            (None, Some(id)) => reading.trace_key(&id, Base64::No),
            (None, None) => TraceKey::EMPTY,
        };
        let span = match (number("span_id"), link.get("span_id").and_then(hex)) {
            (Some(id), _) => span_number(id as u64),
            (None, Some(id)) => reading.span_key(&id, Base64::No),
            (None, None) => SpanKey::EMPTY,
        };
        let trace_state = link.get("tracestate").map_or(RawValue::NULL, |state| reading.node_value(state));
        let mut attributes = Vec::new();
        for (key, value) in link.members() {
            match key.as_ref() {
                "trace_id" | "trace_id_high" | "span_id" | "tracestate" => {}
                "attributes" => {
                    attributes.extend(value.members().iter().map(|(key, value)| reading.pair(key, value)));
                }
                other => attributes.push(reading.pair(other, value)),
            }
        }
        parts.links.push(LinkParts { trace, span, trace_state, attributes });
    }
}

fn events(reading: &mut Reading<'_>, parts: &mut Parts, list: &Node<'_>) {
    for event in list.items() {
        let time = reading.time_of(parts, event.get("time_unix_nano"), Unit::Nanos, "time_unix_nano");
        let name = reading.builder.intern(event.text_of("name").unwrap_or_default());
        let mut attributes = Vec::new();
        for (key, value) in event.members() {
            match key.as_ref() {
                "time_unix_nano" | "name" => {}
                "attributes" => {
                    for (key, value) in value.members() {
                        attributes.push(reading.pair(key, typed(value)));
                    }
                }
                other => attributes.push(reading.pair(other, value)),
            }
        }
        parts.events.push(EventParts { time, name, attributes });
    }
}

/// The value of `{"type": 0, "string_value": "…"}`, as events write their attributes in the agent's protocol.
fn typed<'n, 'a>(value: &'n Node<'a>) -> &'n Node<'a> {
    if value.get("type").is_none() {
        return value;
    }
    let mut values = value.members().iter().filter(|(key, _)| key.ends_with("_value"));
    match (values.next(), values.next()) {
        (Some((_, value)), None) => value,
        _ => value,
    }
}
