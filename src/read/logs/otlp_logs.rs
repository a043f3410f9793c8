//! OTLP's log records as JSON: `{"resourceLogs":[{"resource","scopeLogs":[{"scope","logRecords":[…]}]}]}`, also one document a line.
//!
//! A record is a line whose fields need not be guessed. (opentelemetry-proto, `logs.proto`.)

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::fields::list;
use super::super::ids::Base64;
use super::super::instant::Unit;
use super::level::Level;
use super::line::{Line, NameSource};
use super::names::name_of;
use super::report;
use super::tally::Tally;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Lex, Lexer, Node};
use crate::store::{AttributeRange, RawValue};
use crate::strings::StringId;

pub(in super::super) const FORMAT: Format = Format {
    id: "otlp-logs",
    name: "OTLP logs",
    produced_by: "OpenTelemetry Collector, SDK exporters",
    shapes: "`resourceLogs` as JSON, one document or one a line; beside traces their records become events of the spans",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    shape.has_any(&["resourceLogs", "resource_logs"]).then_some("it has resourceLogs")
}

fn read(reading: &mut Reading<'_>) {
    let mut tally = Tally::default();
    reading.documents(|reading, lexer| document(reading, lexer, &mut tally));
    report::report(tally, reading);
}

/// Whether a key holds what this reads.
pub(in super::super) fn is_key(key: &[u8]) -> bool {
    matches!(key, b"resourceLogs" | b"resource_logs")
}

fn document<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tally: &mut Tally) -> Lex<()> {
    match lexer.peek()? {
        Kind::Array => {
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                document(reading, lexer, tally)?;
            }
            Ok(())
        }
        Kind::Object => {
            let start = lexer.offset();
            let mut cursor = lexer.begin_object()?;
            let mut any = false;
            while let Some(name) = lexer.any_member(&mut cursor)? {
                if is_key(name.bytes(lexer.input())) {
                    any = true;
                    resources(reading, lexer, tally)?;
                } else {
                    lexer.skip()?;
                }
            }
            if !any {
                let reason = "Expected resourceLogs, found a document without.".to_owned();
                reading.skip(WarningKind::NotTraces, start, reason);
            }
            Ok(())
        }
        _ => reading.not_expected(lexer, "a document", "an object or a list"),
    }
}

/// The value of `resourceLogs` where there may be spans too; whether any record names a trace.
pub(in super::super) fn beside_spans<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<bool> {
    let mut tally = Tally::default();
    let before = reading.logs.lines.count();
    resources(reading, lexer, &mut tally)?;
    report::report_beside(tally, reading);
    Ok(reading.logs.lines.count() > before)
}

fn resources<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tally: &mut Tally) -> Lex<()> {
    list(reading, lexer, "resourceLogs", |reading, lexer| {
        let resource = ahead(lexer, |key| key == b"resource");
        let resource = Around::of(reading, resource.as_ref());
        let mut cursor = lexer.begin_object()?;
        while let Some(name) = lexer.any_member(&mut cursor)? {
            match name.bytes(lexer.input()) {
                b"scopeLogs" | b"scope_logs" | b"instrumentationLibraryLogs" => {
                    list(reading, lexer, "scopeLogs", |reading, lexer| scope(reading, lexer, &resource, tally))?;
                }
                _ => {
                    lexer.skip()?;
                }
            }
        }
        Ok(())
    })
}

/// A member of the object that stands next: what records have in common may stand behind them.
fn ahead<'a>(lexer: &mut Lexer<'a>, is: fn(&[u8]) -> bool) -> Option<Node<'a>> {
    let mark = lexer.mark();
    let mut found = None;
    // What is wrong with the object is met again: the records before that place are read.
    if let Ok(mut cursor) = lexer.begin_object() {
        while let (None, Ok(Some(name))) = (&found, lexer.any_member(&mut cursor)) {
            let (input, wanted) = (lexer.input(), &mut found);
            let read = match is(name.bytes(input)) {
                true => lexer.node().map(|node| *wanted = Some(node)),
                false => lexer.skip().map(|_| ()),
            };
            if read.is_err() {
                break;
            }
        }
    }
    lexer.rewind(mark);
    found
}

/// The resource of records.
struct Around {
    service: StringId,
    number: u32,
}

impl Around {
    fn of(reading: &mut Reading<'_>, resource: Option<&Node<'_>>) -> Around {
        let mut around = Around { service: StringId::EMPTY, number: 0 };
        let Some(list) = resource.and_then(|resource| resource.get("attributes")) else { return around };
        let mark = reading.builder.attribute_mark();
        push_attributes(reading, list);
        let attributes: AttributeRange = reading.builder.attributes_since(mark);
        for pair in list.items().iter().filter(|pair| pair.text_of("key") == Some("service.name")) {
            if let Some(name) = pair.get("value").map(Node::any_value).as_ref().and_then(Node::text) {
                around.service = reading.builder.intern(name);
            }
        }
        around.number = reading.logs.lines.add_resource(attributes);
        around
    }
}

fn push_attributes(reading: &mut Reading<'_>, list: &Node<'_>) {
    for pair in list.items() {
        if let (Some(key), Some(value)) = (pair.text_of("key"), pair.get("value")) {
            let (key, value) = reading.pair(key, &value.any_value());
            reading.builder.push_attribute(key, value);
        }
    }
}

fn scope<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, around: &Around, tally: &mut Tally) -> Lex<()> {
    let scope = ahead(lexer, |key| matches!(key, b"scope" | b"instrumentationLibrary"));
    let name = scope.as_ref().and_then(|scope| scope.text_of("name")).map(|name| reading.builder.intern(name));
    let mut cursor = lexer.begin_object()?;
    while let Some(key) = lexer.any_member(&mut cursor)? {
        match key.bytes(lexer.input()) {
            b"logRecords" | b"log_records" | b"logs" => list(reading, lexer, "logRecords", |reading, lexer| {
                let node = lexer.node()?;
                record(reading, &node, around, name, tally);
                Ok(())
            })?,
            _ => {
                lexer.skip()?;
            }
        }
    }
    Ok(())
}

fn record(reading: &mut Reading<'_>, node: &Node<'_>, around: &Around, scope: Option<StringId>, tally: &mut Tally) {
    let any = |keys: [&str; 2]| node.get_any(&keys).filter(|value| value.written() != Some(""));
    let mut line = Line::at(reading.builder, node.start as usize);
    if let Some(id) = any(["traceId", "trace_id"]).and_then(Node::text) {
        line.trace = reading.trace_key(id, Base64::Yes);
    }
    if !line.has_trace() {
        tally.without_trace(node.start as usize);
        return;
    }
    if let Some(id) = any(["spanId", "span_id"]).and_then(Node::text) {
        line.span = reading.span_key(id, Base64::Yes);
    }
    for keys in [["timeUnixNano", "time_unix_nano"], ["observedTimeUnixNano", "observed_time_unix_nano"]] {
        if let Some(time) = any(keys).and_then(Node::written).and_then(|text| Unit::Nanos.time(text)) {
            line.time = line.time.min(time);
            break;
        }
    }
    (line.service, line.resource) = (around.service, around.number);
    let number = any(["severityNumber", "severity_number"]);
    let text = any(["severityText", "severity_text"]);
    line.level = match number.and_then(Node::integer) {
        Some(17..) => Level::Error,
        Some(13..) => Level::Warning,
        Some(1..) => Level::Fine,
        _ => text.and_then(Node::text).and_then(|text| Level::of(text.as_bytes())).unwrap_or(Level::Unsaid),
    };
    for (key, value) in [("level", text), ("severity_number", number.filter(|_| text.is_none()))] {
        if let Some(value) = value {
            let (key, value) = reading.pair(key, value);
            reading.builder.push_attribute(key, value);
        }
    }
    if let Some(body) = node.get("body").map(Node::any_value) {
        say(reading, &mut line, &body);
    }
    if let Some(name) = any(["eventName", "event_name"]).and_then(Node::text) {
        let name = name_of(reading.builder, name);
        if line.message.is_null() {
            line.message = RawValue::interned(name);
        }
        line.name = (NameSource::Message, name);
    }
    if let Some(attributes) = node.get("attributes") {
        push_attributes(reading, attributes);
        let failed = |pair: &Node<'_>| pair.text_of("key").is_some_and(|key| key.starts_with("exception."));
        line.failed = attributes.items().iter().any(failed);
    }
    if let Some(scope) = scope.filter(|scope| *scope != StringId::EMPTY) {
        let key = reading.builder.intern("otel.scope.name");
        reading.builder.push_attribute(key, RawValue::interned(scope));
    }
    line.finish(reading);
    reading.add_line(&mut line);
    tally.taken();
}

/// What the record says: a text, or the message in a map; whatever else the map has is kept.
fn say(reading: &mut Reading<'_>, line: &mut Line, body: &Node<'_>) {
    let message = match &body.data {
        Data::Text(text) => Some(text.as_ref()),
        Data::Map(_) => ["message", "msg", "body"].iter().find_map(|key| {
            let inner = body.get(key)?;
            inner.text().or_else(|| inner.text_of("message")).or_else(|| inner.text_of("msg"))
        }),
        _ => body.written(),
    };
    let message = message.unwrap_or_default();
    let name = name_of(reading.builder, message);
    if name != StringId::EMPTY {
        line.message = RawValue::interned(name);
    }
    if reading.builder.string(name) != message.trim() || matches!(body.data, Data::Map(_) | Data::List(_)) {
        let (key, value) = reading.pair("body", body);
        reading.builder.push_attribute(key, value);
    }
}
