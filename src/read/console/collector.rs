//! The Collector's `debug` exporter, which was called `logging`: spans as blocks of lines.
//!
//! ```text
//! ResourceSpans #0
//! Resource attributes:
//!      -> service.name: Str(shop)
//! ScopeSpans #0
//! InstrumentationScope http 1.0
//! Span #0
//!     Trace ID       : 4bf92f3577b34da6a3ce929d0e0e4736
//!     Start time     : 2025-04-17 08:40:44.555461596 +0000 UTC
//! Attributes:
//!      -> http.route: Str(/cart)
//! ```
//! A value may go on over lines; it ends with the last line that ends with `)` before the next line of this shape. With `verbosity: normal` a span is
//! one line: name, ids and attributes. With JSON as the encoding of the Collector's logs, all of it is the `msg` of one line.
//! (opentelemetry-collector, `exporter/debugexporter` and its package `otlptext`, since 2020.)

use std::borrow::Cow;

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::instant::leading_date_time;
use super::super::parts::{Assembler, EventParts, LinkParts, Pair, Parts};
use super::Between;
use super::lines::{self, NO_TIMES_NO_PARENTS, Source, equations, field, numbered};
use super::model;
use crate::error::WarningKind;
use crate::float::parse_f64;
use crate::json::{Data, Node, parse_base64};
use crate::strings::StringId;

pub(in crate::read) const FORMAT: Format = Format {
    id: "collector-debug",
    name: "Collector debug exporter",
    produced_by: "the `debug` and `logging` exporters of the OpenTelemetry Collector",
    shapes: "detailed text of all versions, also inside JSON logs; normal text, which has no times",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.is_json() {
        let text = String::from_utf8_lossy(shape.head());
        return (shape.has("msg") && text.contains("Trace ID       :")).then_some("its log lines hold spans as text");
    }
    shape.lines().find_map(|line| {
        let line = line.trim();
        if line.starts_with("Trace ID  ") || resource_heading(line) {
            return Some("it has the Collector's blocks of spans");
        }
        line.starts_with("ScopeTraces #").then_some("it has the Collector's lines of spans")
    })
}

fn resource_heading(line: &str) -> bool {
    line.rfind("ResourceSpans #").is_some_and(|at| numbered(&line[at..], "ResourceSpans #"))
}

fn read(reading: &mut Reading<'_>) {
    let mut reader = Reader::new();
    if matches!(reading.bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        reading.objects(&[], &mut |reading, log| {
            if !reader.log(reading, &log) && log.get("resource spans").is_none() {
                reader.between.line(log.start as usize, "a line of a log");
            }
        });
    } else {
        let text = String::from_utf8_lossy(reading.bytes);
        reader.source(reading, Source { text: &text, place: None });
    }
    reader.between.end(reading);
}

/// What the lines that begin with an arrow belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Other,
    Resource,
    Scope,
    Attributes,
    Event,
    EventAttributes,
    Link,
    LinkAttributes,
}

struct Reader {
    out: Assembler,
    resource: Vec<Pair>,
    scope: (StringId, StringId),
    scope_attributes: Vec<Pair>,
    span: Option<Parts>,
    section: Section,
    /// Lines are spans, as with `verbosity: normal`.
    normal: bool,
    /// Where the status message begins, if it stands in the last line and may go on in the next.
    message: Option<usize>,
    between: Between,
}

/// A value that may go on.
struct Open<'t> {
    key: &'t str,
    kind: &'t str,
    /// Where its text begins, in the source.
    from: usize,
    /// Where its text ends, if a line ended with the closing parenthesis.
    to: Option<usize>,
    /// Lines since then: of this value, if one more closes it.
    behind: Between,
}

impl Reader {
    fn new() -> Reader {
        Reader {
            out: Assembler::default(),
            resource: Vec::new(),
            scope: (StringId::EMPTY, StringId::EMPTY),
            scope_attributes: Vec::new(),
            span: None,
            section: Section::Other,
            normal: false,
            message: None,
            between: Between::default(),
        }
    }

    /// Reads a text; spans do not go on from one to the next.
    fn source(&mut self, reading: &mut Reading<'_>, source: Source<'_>) {
        let mut open: Option<Open<'_>> = None;
        let mut next = 0;
        for (at, line) in source.lines() {
            // Inside a record of a log.
            if source.place.is_none() && source.offset(at) < next {
                continue;
            }
            if source.place.is_none() && line.starts_with("LogRecord #") {
                self.close(reading, source, open.take(), at);
                self.flush(reading);
                if let Some(end) = reading.log_line(source.offset(at)) {
                    next = end;
                    continue;
                }
            }
            if let Some(value) = &mut open {
                if !structural(line) {
                    if let Some(text) = line.strip_suffix(')') {
                        value.to = Some(at + text.len());
                        value.behind = Between::default();
                    } else if value.to.is_some() {
                        value.behind.line(source.offset(at), line);
                    }
                    continue;
                }
                self.close(reading, source, open.take(), at);
            }
            if let (Some(from), Some(span)) = (self.message, &mut self.span)
                && !structural(line)
                && !line.trim().is_empty()
                && leading_date_time(line).is_none()
                && field(line.trim()).is_none_or(|(key, _)| model::dropped_name(key).is_none())
            {
                span.message = reading.made_text(&source.text[from..at + line.len()]);
                continue;
            }
            self.message = None;
            open = self.line(reading, source, at, line);
            if open.is_none() && line.trim_start().starts_with("Status message ") {
                let message = line.split_once(": ").filter(|(_, message)| !message.is_empty());
                self.message = message.map(|(before, _)| at + before.len() + 2);
            }
        }
        self.close(reading, source, open, source.text.len());
        self.flush(reading);
    }

    /// A value has ended in front of `at`.
    fn close(&mut self, reading: &mut Reading<'_>, source: Source<'_>, open: Option<Open<'_>>, at: usize) {
        let Some(mut open) = open else { return };
        let to = open.to.unwrap_or_else(|| {
            if let Some(span) = &mut self.span {
                let message = format!("Expected a closing parenthesis behind the value of {}, found none.", open.key);
                span.warn(WarningKind::BadValue, message);
            }
            source.text[open.from..at].trim_end().len() + open.from
        });
        open.behind.end(reading);
        let value = value_of(source, open.kind, &source.text[open.from..to], open.from);
        let pair = reading.pair(open.key, &value);
        match (self.section, &mut self.span) {
            (Section::Resource, _) => self.resource.push(pair),
            (Section::Scope, _) => self.scope_attributes.push(pair),
            (Section::Attributes, Some(span)) => span.attributes.push(pair),
            (Section::EventAttributes, Some(Parts { events, .. })) => {
                events.last_mut().into_iter().for_each(|event| event.attributes.push(pair));
            }
            (Section::LinkAttributes, Some(Parts { links, .. })) => {
                links.last_mut().into_iter().for_each(|link| link.attributes.push(pair));
            }
            _ => self.between.line(source.offset(open.from), open.key),
        }
    }

    /// The span is complete.
    fn flush(&mut self, reading: &mut Reading<'_>) {
        if let Some(mut span) = self.span.take() {
            span.resource.clone_from(&self.resource);
            span.scope = self.scope;
            span.scope_attributes.clone_from(&self.scope_attributes);
            self.out.push(reading, &span);
        }
        self.section = Section::Other;
    }

    fn line<'t>(
        &mut self,
        reading: &mut Reading<'_>,
        source: Source<'t>,
        at: usize,
        line: &'t str,
    ) -> Option<Open<'t>> {
        let trimmed = line.trim();
        if let Some(item) = trimmed.strip_prefix("-> ") {
            return self.item(reading, source, at, item);
        }
        if line.starts_with([' ', '\t']) && self.span.is_some() && self.field(reading, trimmed) {
            return None;
        }
        if numbered(trimmed, "Span #") {
            self.flush(reading);
            self.between.end(reading);
            self.span = Some(Parts::at(source.offset(at) as u32));
        } else if resource_heading(trimmed)
            || ["ResourceLog #", "ResourceMetrics #"].iter().any(|log| line.contains(log))
        {
            self.flush(reading);
            self.between.end(reading);
            self.resource.clear();
            self.scope = (StringId::EMPTY, StringId::EMPTY);
            self.scope_attributes.clear();
        } else if let Some(scope) =
            trimmed.strip_prefix("InstrumentationScope").or_else(|| trimmed.strip_prefix("InstrumentationLibrary "))
        {
            self.flush(reading);
            if scope.starts_with(" attributes:") {
                self.section = Section::Scope;
                return None;
            }
            let (name, version) = scope.trim().rsplit_once(' ').unwrap_or((scope.trim(), ""));
            self.scope = (reading.builder.intern(name), reading.builder.intern(version));
            self.scope_attributes.clear();
        } else {
            self.heading(reading, source, at, line);
        }
        None
    }

    fn heading(&mut self, reading: &mut Reading<'_>, source: Source<'_>, at: usize, line: &str) {
        let trimmed = line.trim();
        match trimmed {
            "Resource attributes:" | "Resource labels:" => self.section = Section::Resource,
            "Attributes:" => self.section = Section::Attributes,
            "Events:" | "Links:" => self.section = Section::Other,
            _ if numbered(trimmed, "SpanEvent #") => {
                self.section = Section::Event;
                if let Some(span) = &mut self.span {
                    span.events.push(EventParts::EMPTY);
                }
            }
            _ if numbered(trimmed, "SpanLink #") => {
                self.section = Section::Link;
                if let Some(span) = &mut self.span {
                    span.links.push(LinkParts::EMPTY);
                }
            }
            _ if numbered(trimmed, "ScopeSpans #") || numbered(trimmed, "InstrumentationLibrarySpans #") => {
                self.flush(reading);
                self.scope = (StringId::EMPTY, StringId::EMPTY);
                self.scope_attributes.clear();
                self.scope_attributes.clear();
            }
            _ if trimmed.contains("SchemaURL:") && !trimmed.starts_with('{') => {}
            _ => self.other(reading, source, at, line),
        }
    }

    /// A line that is none of the detailed text.
    fn other(&mut self, reading: &mut Reading<'_>, source: Source<'_>, at: usize, line: &str) {
        let trimmed = line.trim();
        if let Some(at) = trimmed.find("ResourceTraces #") {
            self.flush(reading);
            self.between.end(reading);
            self.normal = true;
            self.resource.clear();
            let (_, pairs) = heading_of(&trimmed[at..]);
            for (key, value) in equations(pairs, " ") {
                let pair = reading.text_pair(&source, key, value);
                self.resource.push(pair);
            }
        } else if trimmed.starts_with("ScopeTraces #") {
            self.normal = true;
            let (scope, _) = heading_of(trimmed);
            let (name, version) = scope.split_once('@').unwrap_or((scope, ""));
            self.scope = (reading.builder.intern(name), reading.builder.intern(version));
            self.scope_attributes.clear();
        } else if self.normal && self.short(reading, source, at, trimmed) {
            reading.guess(NO_TIMES_NO_PARENTS);
        } else if source.place.is_none()
            && trimmed.starts_with("{\"")
            && let Some(log) = Node::embedded(trimmed, source.offset(at) as u32, source.offset(at) as u32)
            && self.log(reading, &log)
        {
        } else if !exporters_own(trimmed) {
            self.between.line(source.offset(at), line);
        }
    }

    /// A line of the Collector's log as JSON; whether it holds spans.
    fn log(&mut self, reading: &mut Reading<'_>, log: &Node<'_>) -> bool {
        let text = log.get_any(&["msg", "message"]).and_then(Node::text).filter(|text| text.contains("Trace ID  "));
        if let Some(text) = text {
            self.flush(reading);
            self.between.end(reading);
            self.source(reading, Source { text, place: Some(log.start as usize) });
        }
        text.is_some()
    }

    /// A span in one line: its name, its ids, its attributes.
    fn short(&mut self, reading: &mut Reading<'_>, source: Source<'_>, at: usize, line: &str) -> bool {
        let hex = |word: &str, digits| word.len() == digits && word.bytes().all(|b| b.is_ascii_hexdigit());
        let mut from = 0;
        for word in line.split(' ') {
            let behind = from + word.len();
            let id = line.get(behind + 1..behind + 17).unwrap_or_default();
            if hex(word, 32) && hex(id, 16) {
                let mut span = Parts::at(source.offset(at) as u32);
                span.name = reading.builder.intern(line[..from].trim_end());
                span.trace = reading.trace_of(word);
                span.id = reading.span_of(id);
                for (key, value) in equations(&line[behind + 17..], " ") {
                    span.attributes.push(reading.text_pair(&source, key, value));
                }
                self.span = Some(span);
                self.flush(reading);
                return true;
            }
            from = behind + 1;
        }
        false
    }

    /// A field of the span; whether it is one.
    fn field(&mut self, reading: &mut Reading<'_>, line: &str) -> bool {
        let (Some(span), Some((key, value))) = (&mut self.span, field(line)) else { return false };
        match key {
            "Trace ID" => span.trace = reading.trace_of(value),
            "Parent ID" => span.parent = reading.span_of(value),
            "ID" => span.id = reading.span_of(value),
            "Name" => span.name = reading.builder.intern(value),
            "Kind" => model::kind_of_name(span, value),
            "TraceState" => span.trace_state = reading.made_text(value),
            "Start time" => span.start = lines::time(span, value, "start"),
            "End time" => span.end = lines::time(span, value, "end"),
            "Status code" => model::status_of_name(span, value),
            "Status message" if value.is_empty() => {}
            "Status message" => span.message = reading.made_text(value),
            "Flags" => span.flags = value.parse().unwrap_or(0),
            _ => match model::dropped_name(key) {
                Some(name) => dropped(reading, &mut span.attributes, name, value),
                None => return false,
            },
        }
        true
    }

    /// A line with an arrow: an attribute, or a field of an event or a link.
    fn item<'t>(
        &mut self,
        reading: &mut Reading<'_>,
        source: Source<'t>,
        at: usize,
        item: &'t str,
    ) -> Option<Open<'t>> {
        let in_event = matches!(self.section, Section::Event | Section::Link);
        if in_event && let (Some(span), Some((key, value))) = (&mut self.span, field(item)) {
            match (key, span.events.last_mut(), span.links.last_mut()) {
                ("Attributes", ..) => {
                    let event = self.section == Section::Event;
                    self.section = if event { Section::EventAttributes } else { Section::LinkAttributes };
                }
                ("Timestamp", Some(_), _) => {
                    let time = lines::time(span, value, "an event's time");
                    span.events.last_mut().into_iter().for_each(|event| event.time = time);
                }
                ("Name", Some(event), _) => event.name = reading.builder.intern(value),
                ("Trace ID", _, Some(link)) => link.trace = reading.trace_of(value),
                ("ID", _, Some(link)) => link.span = reading.span_of(value),
                ("TraceState", _, Some(link)) if !value.is_empty() => link.trace_state = reading.made_text(value),
                ("DroppedAttributesCount", event, link) => {
                    let attributes = match (self.section, event, link) {
                        (Section::Event, Some(event), _) => &mut event.attributes,
                        (_, _, Some(link)) => &mut link.attributes,
                        _ => return None,
                    };
                    dropped(reading, attributes, "otel.dropped_attributes_count", value);
                }
                _ => {}
            }
            return None;
        }
        let Some((key, kind, value)) = typed(item) else {
            self.between.line(source.offset(at), item);
            return None;
        };
        let from = value.as_ptr() as usize - source.text.as_ptr() as usize;
        let to = value.strip_suffix(')').map(|value| from + value.len());
        Some(Open { key, kind, from, to, behind: Between::default() })
    }
}

/// What stands behind `ScopeTraces #0`: a name (or nothing), a schema in brackets, attributes.
fn heading_of(line: &str) -> (&str, &str) {
    let rest = line.split_once('#').map_or("", |(_, rest)| rest);
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let (name, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let (name, rest) = if name.starts_with('[') || name.contains('=') { ("", rest) } else { (name, behind) };
    match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, behind)) => (name, behind.trim_start()),
        None => (name, rest),
    }
}

/// Lines that the exporter writes around its spans: they tell nothing that is not in them.
fn exporters_own(line: &str) -> bool {
    line.starts_with("{\"otelcol.")
        || line.starts_with("{\"resource\"")
        || line.starts_with("{\"kind\": \"exporter\"")
        || line.contains("\"resource spans\":")
}

/// Whether a line is one of the exporter's, so that a value does not go on over it.
fn structural(line: &str) -> bool {
    match line.as_bytes() {
        [b' ', ..] => {
            let trimmed = line.trim_start();
            let indent = line.len() - trimmed.len();
            match trimmed.strip_prefix("-> ") {
                Some(item) => (indent == 5 || indent == 10) && item.contains(':'),
                None => exporters_own(trimmed),
            }
        }
        [b'S' | b'R' | b'A' | b'E' | b'L' | b'I', ..] => {
            matches!(
                line.trim_end(),
                "Attributes:"
                    | "Events:"
                    | "Links:"
                    | "Resource attributes:"
                    | "Resource labels:"
                    | "InstrumentationScope attributes:"
            ) || [
                "Span #",
                "SpanEvent #",
                "SpanLink #",
                "ResourceSpans #",
                "ScopeSpans #",
                "InstrumentationLibrarySpans #",
            ]
            .iter()
            .any(|heading| numbered(line, heading))
                || line.starts_with("ScopeSpans SchemaURL:")
                || line.starts_with("InstrumentationScope ")
        }
        [b'\t' | b'{', ..] => exporters_own(line.trim()) || line.starts_with("{\"level\""),
        [b'0'..=b'9', ..] => resource_heading(line) || exporters_own(line),
        _ => false,
    }
}

/// `key: Type(value`
fn typed(item: &str) -> Option<(&str, &str, &str)> {
    item.match_indices(": ").find_map(|(at, _)| {
        let (kind, value) = item[at + 2..].split_once('(')?;
        let known = matches!(
            kind,
            "Str"
                | "STRING"
                | "Int"
                | "INT"
                | "Double"
                | "DOUBLE"
                | "Bool"
                | "BOOL"
                | "Map"
                | "MAP"
                | "KVLIST"
                | "Slice"
                | "SLICE"
                | "ARRAY"
                | "Bytes"
                | "BYTES"
                | "Empty"
                | "EMPTY"
                | "NULL"
        );
        known.then_some((&item[..at], kind, value))
    })
}

fn value_of<'t>(source: Source<'_>, kind: &str, text: &'t str, at: usize) -> Node<'t> {
    let plain = || Data::Text(Cow::Borrowed(text));
    let data = match kind {
        "Int" | "INT" | "Double" | "DOUBLE" => match parse_f64(text) {
            Some(_) => Data::Number(Cow::Borrowed(text)),
            None => plain(),
        },
        "Bool" | "BOOL" => match text {
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            _ => plain(),
        },
        "Map" | "MAP" | "KVLIST" | "Slice" | "SLICE" | "ARRAY" => {
            Node::embedded(text, 0, 0).map_or_else(plain, |node| node.data)
        }
        "Bytes" | "BYTES" => parse_base64(text.as_bytes()).map_or_else(plain, |bytes| Data::Bytes(bytes.into())),
        "Empty" | "EMPTY" | "NULL" => Data::Null,
        _ => plain(),
    };
    source.node(data, at)
}

fn dropped(reading: &mut Reading<'_>, attributes: &mut Vec<Pair>, name: &str, count: &str) {
    let count = Node { data: Data::Number(Cow::Borrowed(count)), start: 0, end: 0, json: false };
    model::dropped(reading, attributes, name, &count);
}
