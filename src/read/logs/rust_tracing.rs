//! The output of Rust's `tracing-subscriber`, which names no ids: a line stands in a path of spans.
//!
//! ```text
//!  2026-11-22T07:11:46.633Z  INFO request{method="GET"}:load_cart{rows=3}: shop: cart loaded rows=3
//!                                 └───────── the path: parents first ────┘        └ message ┘
//!  … request{method="GET"}:load_cart{rows=3}: shop: close time.busy=7.18ms time.idle=8.27µs
//! ```
//! A span is known by its path with the fields, until a line says that it is closed: the next one like it is another span. A closed span ends at
//! that line and lasted as long as it was busy and idle; one that was not closed lasts from its first to its last line. Every root is a trace;
//! its id is made up, unless a field names one. As text (with its fields in the path, or behind the message in the compact form) and as JSON.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::instant::{Dates, Unit, date_time, unit_duration};
use super::super::parts::{Pair, made_trace};
use super::level::Level;
use super::lines;
use super::names::name_of;
use super::report;
use super::span_paths::{Event, Says, Spans, head, path};
use super::tally::Tally;
use super::text::line;
use crate::json::{Kind, Lexer, Node};
use crate::store::NO_TIME;
use crate::strings::StringId;

pub(in super::super) const FORMAT: Format = Format {
    id: "rust-tracing",
    name: "Rust tracing logs",
    produced_by: "tracing-subscriber",
    shapes: "the full and compact text layouts and JSON lines, with and without the times of closed spans (`FmtSpan::CLOSE`)",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.is_json() {
        let top = |key| shape.kind_of("", key);
        let spans = top("spans") == Some(Kind::Array) || top("span") == Some(Kind::Object);
        let line = top("target") == Some(Kind::String) && top("level") == Some(Kind::String);
        // Lines that name a trace are read by it.
        let other = ["startTime", "trace_id", "traceId", "openTelemetry"].iter().any(|key| top(key).is_some());
        return (spans && line && !other).then_some("its lines have a target and the spans around them");
    }
    let mut paths = 0;
    for line in shape.lines().take(200) {
        if line.contains("time.busy=") && line.contains("time.idle=") {
            return Some("its lines tell how long a span was busy and idle");
        }
        let Some(head) = head(line, &mut Dates::default()) else { continue };
        paths += usize::from(path(&line[head.rest..]).0.iter().any(|step| !step.fields.is_empty()));
    }
    (paths > 0).then_some("its lines stand in a path of spans with fields")
}

fn read(reading: &mut Reading<'_>) {
    let bytes = reading.bytes;
    let mut tally = Tally::default();
    let mut spans = Spans::new(reading.builder.event_mark());
    let mut at = 0;
    let list = lines::begins_json(bytes, 0);
    while at < bytes.len() {
        let (text, end, next) = line(bytes, at);
        let mut text = text.unwrap_or_default();
        // What stands around and between the elements of a list.
        if list {
            text = text.trim_start_matches([' ', '\t', '[', ',', ']']);
            at = end - text.len();
        }
        // Most lines begin with their date.
        let begins = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if !begins && text.trim_start().starts_with('{') {
            let mut lexer = Lexer::new(bytes, at);
            match lexer.node() {
                Ok(node) => {
                    match object(&mut spans, reading, &node) {
                        true => tally.taken(),
                        false => tally.without_trace(at),
                    }
                    at = lexer.offset();
                    continue;
                }
                Err(_) => tally.other(at),
            }
        } else if begins || !text.trim().is_empty() {
            match spans.line(reading, text, at) {
                Some(true) => tally.taken(),
                Some(false) => tally.without_trace(at),
                // A message of several lines.
                None if spans.more(reading, at, end) => {}
                None => tally.other(at),
            }
        }
        at = next;
    }
    report::report_paths(tally, reading);
    let seed = made_trace(reading.bytes);
    spans.finish(reading, seed);
}

/// A JSON line; whether it stands in a span.
fn object(made: &mut Spans, reading: &mut Reading<'_>, node: &Node<'_>) -> bool {
    let mut steps: Vec<&Node<'_>> = node.get("spans").map_or(Vec::new(), |spans| spans.items().iter().collect());
    let text = |node: &Node<'_>| node.to_json();
    if let Some(span) = node.get("span")
        && steps.last().is_none_or(|last| text(last) != text(span))
    {
        steps.push(span);
    }
    if steps.is_empty() {
        return false;
    }
    let time = node.get("timestamp").and_then(Node::written);
    let time = time
        .and_then(|text| date_time(text).map(|instant| instant.ns).or_else(|| Unit::by_magnitude(text)?.time(text)));
    let time = time.unwrap_or(NO_TIME);
    let fields = node.get("fields").unwrap_or(node);
    let message = fields.text_of("message").unwrap_or_default();
    let says = Says::of(message);
    let mut parent = None;
    let mut identity = String::new();
    for (index, step) in steps.iter().enumerate() {
        let fresh = says == Says::New && index + 1 == steps.len();
        identity = text(step);
        let name = step.text_of("name").unwrap_or("span");
        let (span, grown) = made.find(reading, parent, (name, &identity), fresh, node.start as usize);
        if grown {
            let members = step.members().iter().filter(|(key, _)| key != "name");
            let pairs = members.map(|(key, value)| reading.pair(key, value)).collect();
            made.tell(reading, span, pairs);
        }
        made.at(span, time);
        parent = Some(span);
    }
    let Some(span) = parent else { return false };
    match says {
        Says::New => made.made[span as usize].began = Some(time),
        Says::Step => {}
        Says::Close => {
            let value = |key| fields.text_of(key).and_then(unit_duration).map_or(0, |duration| duration.ns);
            made.close(reading, span, &identity, time, value("time.busy").saturating_add(value("time.idle")));
        }
        Says::Event => {
            let mut name = name_of(reading.builder, message);
            let mut attributes: Vec<Pair> = Vec::new();
            let level = node.text_of("level").unwrap_or_default();
            let around = ["level", "target", "threadId", "threadName", "filename", "line_number"];
            for key in around {
                if let Some(value) = node.get(key) {
                    attributes.push(reading.pair(key, value));
                }
            }
            let whole = reading.builder.string(name) == message;
            for (key, value) in fields.members() {
                let known = matches!(key.as_ref(), "timestamp" | "span" | "spans") || around.contains(&key.as_ref());
                if !known && (key != "message" || !whole) {
                    attributes.push(reading.pair(key, value));
                }
            }
            if name == StringId::EMPTY {
                let said = fields.members().iter().map(|(key, _)| key.as_ref()).find(|key| !around.contains(key));
                name = reading.builder.intern(said.unwrap_or("log"));
            }
            made.end_event(reading.builder);
            let mark = reading.builder.attribute_mark();
            attributes.into_iter().for_each(|(key, value)| reading.builder.push_attribute(key, value));
            let attributes = reading.builder.attributes_since(mark);
            let level = Level::of(level.as_bytes()).unwrap_or(Level::Unsaid);
            made.event(Event { span, time, name, attributes }, level);
        }
    }
    true
}
