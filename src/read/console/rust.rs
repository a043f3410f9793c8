//! `opentelemetry-stdout` of Rust: a block of lines for each span, attributes in the notation of `Debug`.
//!
//! ```text
//! Resource
//!      ->  service.name=String(Static("shop"))
//! Span #0
//!     Instrumentation Scope
//!         Name         : "http"
//!     Name         : GET /cart
//!     TraceId      : 4bf92f3577b34da6a3ce929d0e0e4736
//!     Start time   : 2025-03-11 00:47:26.687497
//! ```

use std::borrow::Cow;

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::parts::{Assembler, EventParts, LinkParts, Pair, Parts};
use super::Between;
use super::lines::{self, Source, field, numbered};
use super::model;
use super::notation::{Language, Notation};
use crate::json::{Data, Node};

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-rust",
    name: "Rust stdout",
    produced_by: "`opentelemetry-stdout` of OpenTelemetry for Rust",
    shapes: "blocks of lines with resource, scope, attributes, events and links, among other lines",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let (mut span, mut trace) = (false, false);
    for line in shape.lines().map(str::trim) {
        span |= numbered(line, "Span #");
        trace |= field(line).is_some_and(|(key, id)| key == "TraceId" && id.len() == 32);
    }
    (span && trace).then_some("it has numbered spans with a TraceId")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Other,
    Resource,
    Scope,
    Span,
    Event,
    Link,
}

struct Reader {
    out: Assembler,
    resource: Vec<Pair>,
    span: Option<Parts>,
    section: Section,
    between: Between,
}

fn read(reading: &mut Reading<'_>) {
    let text = String::from_utf8_lossy(reading.bytes);
    let source = Source { text: &text, place: None };
    let mut reader = Reader {
        out: Assembler::default(),
        resource: Vec::new(),
        span: None,
        section: Section::Other,
        between: Between::default(),
    };
    for (at, line) in source.lines() {
        reader.line(reading, source, at, line);
    }
    reader.flush(reading);
    reader.between.end(reading);
}

impl Reader {
    fn flush(&mut self, reading: &mut Reading<'_>) {
        if let Some(mut span) = self.span.take() {
            span.resource.clone_from(&self.resource);
            self.out.push(reading, &span);
        }
    }

    fn line(&mut self, reading: &mut Reading<'_>, source: Source<'_>, at: usize, line: &str) {
        let trimmed = line.trim();
        if let Some(item) = trimmed.strip_prefix("->") {
            self.attribute(reading, source, item.trim_start());
            return;
        }
        match trimmed {
            "" | "Attributes:" | "Events:" | "Links:" | "Scope Attributes:" => return,
            "Spans" => {
                self.flush(reading);
                self.section = Section::Other;
                return;
            }
            "Resource" => {
                self.flush(reading);
                self.resource.clear();
                self.section = Section::Resource;
                return;
            }
            "Instrumentation Scope" => {
                self.section = Section::Scope;
                return;
            }
            _ => {}
        }
        if numbered(trimmed, "Span #") {
            self.flush(reading);
            self.between.end(reading);
            self.span = Some(Parts::at(source.offset(at) as u32));
            self.section = Section::Span;
            return;
        }
        let Some(span) = &mut self.span else {
            self.between.line(source.offset(at), line);
            return;
        };
        if numbered(trimmed, "Event #") {
            self.section = Section::Event;
            span.events.push(EventParts::EMPTY);
        } else if numbered(trimmed, "Link #") {
            self.section = Section::Link;
            span.links.push(LinkParts::EMPTY);
        } else if !line.starts_with([' ', '\t']) || !self.field(reading, trimmed) {
            self.between.line(source.offset(at), line);
        }
    }

    /// A field of what is being read; whether it is one.
    fn field(&mut self, reading: &mut Reading<'_>, line: &str) -> bool {
        let (Some(span), Some((key, value))) = (&mut self.span, field(line)) else { return false };
        // The scope stands quoted in front of the span's fields, which begin with a name that is not.
        if self.section == Section::Scope {
            match (key, unquoted(value)) {
                ("Name", Some(name)) => span.scope.0 = reading.builder.intern(&name),
                ("Version", Some(version)) => span.scope.1 = reading.builder.intern(&version),
                ("SchemaUrl", _) => {}
                _ => self.section = Section::Span,
            }
            if self.section == Section::Scope {
                return true;
            }
        }
        match (self.section, key) {
            (Section::Event, "Name") => {
                let name = reading.builder.intern(value);
                span.events.last_mut().into_iter().for_each(|event| event.name = name);
            }
            (Section::Event, "Timestamp") => {
                let time = lines::time(span, value, "an event's time");
                span.events.last_mut().into_iter().for_each(|event| event.time = time);
            }
            (Section::Link, "TraceId") => {
                let trace = reading.trace_of(value);
                span.links.last_mut().into_iter().for_each(|link| link.trace = trace);
            }
            (Section::Link, "SpanId") => {
                let id = reading.span_of(value);
                span.links.last_mut().into_iter().for_each(|link| link.span = id);
            }
            (Section::Link, "TraceFlags" | "TraceState") => {}
            (_, "Name") => span.name = reading.builder.intern(value),
            (_, "TraceId") => span.trace = reading.trace_of(value),
            (_, "SpanId") => span.id = reading.span_of(value),
            (_, "ParentSpanId") if value.starts_with("None") => {}
            (_, "ParentSpanId") => span.parent = reading.span_of(value),
            (_, "TraceFlags") => {
                let digits = value.trim_start_matches("TraceFlags(").trim_end_matches(')');
                span.flags = digits.parse().unwrap_or(0);
            }
            (_, "Kind") => model::kind_of_name(span, value),
            (_, "Start time") => span.start = lines::time(span, value, "start"),
            (_, "End time") => span.end = lines::time(span, value, "end"),
            (_, "Status") => status(reading, span, value),
            _ => return false,
        }
        true
    }

    /// `key: Debug`, in a resource `key=Debug`.
    fn attribute(&mut self, reading: &mut Reading<'_>, source: Source<'_>, item: &str) {
        let split = match self.section {
            Section::Resource => item.split_once('='),
            _ => item.split_once(": "),
        };
        let Some((key, text)) = split else { return };
        let at = text.as_ptr() as usize - source.text.as_ptr() as usize;
        let data = match Notation::new(text.as_bytes(), 0, Language::Rust).whole() {
            Some(node) => node.data,
            None => Data::Text(Cow::Borrowed(text)),
        };
        let node: Node<'_> = source.node(data, at);
        let pair = reading.pair(key.trim(), &node);
        let list = match (self.section, &mut self.span) {
            (Section::Resource, _) => Some(&mut self.resource),
            (Section::Event, Some(span)) => span.events.last_mut().map(|event| &mut event.attributes),
            (Section::Link, Some(span)) => span.links.last_mut().map(|link| &mut link.attributes),
            (Section::Scope, Some(span)) => Some(&mut span.scope_attributes),
            (_, Some(span)) => Some(&mut span.attributes),
            _ => None,
        };
        match list {
            Some(list) => list.push(pair),
            None => self.between.line(source.offset(at), item),
        }
    }
}

/// The text that a quoted one stands for.
fn unquoted(value: &str) -> Option<String> {
    let quoted = value.strip_prefix("Some(").and_then(|value| value.strip_suffix(')')).unwrap_or(value);
    if !quoted.starts_with('"') {
        return None;
    }
    Some(Notation::new(quoted.as_bytes(), 0, Language::Rust).whole()?.text()?.to_owned())
}

/// `Unset`, `Ok`, `Error { description: "…" }`
fn status(reading: &mut Reading<'_>, span: &mut Parts, value: &str) {
    let end = value.find([' ', '{', '(']).unwrap_or(value.len());
    model::status_of_name(span, &value[..end]);
    let described = Notation::new(value.as_bytes(), 0, Language::Rust).whole();
    if let Some(text) = described.as_ref().and_then(|node| node.text_of("description")) {
        span.message = reading.made_text(text);
    }
}
