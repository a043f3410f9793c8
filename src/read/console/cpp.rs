//! The ostream exporter of OpenTelemetry for C++: blocks in braces, one field a line, which look like JSON and are none.
//!
//! ```text
//! {
//!   name          : GET /cart
//!   trace_id      : 4bf92f3577b34da6a3ce929d0e0e4736
//!   start         : 1698991818716461000
//!   duration      : 64697
//!   attributes    :
//!         http.route: /cart
//!   events        :
//!         {
//!           name          : …
//! ```
//! Fields stand two blanks deep; lists, and events and links in braces, a tab or what somebody made of it. An older form quotes names and values and
//! has the resource among the fields.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::instant::Unit;
use super::super::parts::{Assembler, EventParts, LinkParts, Parts};
use super::Between;
use super::lines::{Source, field};
use super::model;
use crate::error::WarningKind;
use crate::store::NO_TIME;

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-cpp",
    name: "C++ ostream",
    produced_by: "`OStreamSpanExporter` of OpenTelemetry for C++",
    shapes: "blocks in braces, with and without quotes, among other lines",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let mut names = [("trace_id", false), ("span_id", false), ("span kind", false)];
    for line in shape.lines() {
        let name = key_and_value(line).map(|(key, _)| key);
        names.iter_mut().for_each(|(known, seen)| *seen |= name == Some(known));
    }
    names.iter().all(|(_, seen)| *seen).then_some("it has blocks with a trace_id and a span kind")
}

/// A field without quotes and comma.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = field(line)?;
    match key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) {
        Some(key) => {
            let value = value.strip_suffix(',').unwrap_or(value).trim();
            Some((key, value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)))
        }
        None => Some((key, value)),
    }
}

/// What the deeper lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    None,
    Attributes,
    Events,
    Links,
    Resource,
}

struct Reader {
    out: Assembler,
    span: Option<Parts>,
    section: Section,
    /// In the braces of an event or a link, in front of its attributes.
    part: bool,
    between: Between,
}

fn read(reading: &mut Reading<'_>) {
    let text = String::from_utf8_lossy(reading.bytes);
    let source = Source { text: &text, place: None };
    let mut reader = Reader {
        out: Assembler::default(),
        span: None,
        section: Section::None,
        part: false,
        between: Between::default(),
    };
    for (at, line) in source.lines() {
        reader.line(reading, source, at, line);
    }
    if let Some(span) = reader.span.take() {
        reader.out.push(reading, &span);
        reading.broken(
            WarningKind::Truncated,
            source.text.len().saturating_sub(1),
            "Expected a closing brace behind a span, found the end of the input.".to_owned(),
        );
    }
    reader.between.end(reading);
}

impl Reader {
    fn line(&mut self, reading: &mut Reading<'_>, source: Source<'_>, at: usize, line: &str) {
        let trimmed = line.trim();
        if line.starts_with('{') && trimmed == "{" {
            self.between.end(reading);
            self.span = Some(Parts::at(source.offset(at) as u32));
            self.section = Section::None;
            return;
        }
        let Some(span) = &mut self.span else {
            self.between.line(source.offset(at), line);
            return;
        };
        if line.starts_with('}') {
            if let Some(span) = self.span.take() {
                self.out.push(reading, &span);
            }
            return;
        }
        let deep = line.starts_with('\t') || line.starts_with("   ");
        match (deep, trimmed, self.section) {
            (true, "{", section) => {
                match section {
                    Section::Events => span.events.push(EventParts::EMPTY),
                    _ => span.links.push(LinkParts::EMPTY),
                }
                self.part = true;
            }
            (true, "}", _) => self.part = false,
            (_, "", _) => {}
            (true, _, section) => match trimmed.split_once(": ").or_else(|| field(trimmed)) {
                Some((key, value)) if self.part => {
                    let key = key.trim();
                    self.part = key != "attributes";
                    part_field(reading, span, section, key, value.trim());
                }
                Some((key, value)) => {
                    let pair = reading.text_pair(&source, key, value);
                    let list = match section {
                        Section::Resource => Some(&mut span.resource),
                        Section::Events => span.events.last_mut().map(|event| &mut event.attributes),
                        Section::Links => span.links.last_mut().map(|link| &mut link.attributes),
                        _ => Some(&mut span.attributes),
                    };
                    list.into_iter().for_each(|list| list.push(pair));
                }
                None => self.between.line(source.offset(at), line),
            },
            (false, ..) => match key_and_value(line) {
                Some((key, value)) if line.starts_with("  ") => self.field(reading, source, key, value),
                _ => self.between.line(source.offset(at), line),
            },
        }
    }

    fn field(&mut self, reading: &mut Reading<'_>, source: Source<'_>, key: &str, value: &str) {
        let Some(span) = &mut self.span else { return };
        match key {
            "name" => span.name = reading.builder.intern(value),
            "trace_id" => span.trace = reading.trace_of(value),
            "span_id" => span.id = reading.span_of(value),
            "parent_span_id" => span.parent = reading.span_of(value),
            "tracestate" if value.is_empty() => {}
            "tracestate" => span.trace_state = reading.made_text(value),
            "start" => match Unit::Nanos.time(value) {
                Some(time) => span.start = time,
                None => bad_time(span, "start", value),
            },
            "duration" => match Unit::Nanos.nanos(value) {
                Some(duration) => span.lasting(duration),
                None => bad_time(span, "duration", value),
            },
            "description" if value.is_empty() => {}
            "description" => span.message = reading.made_text(value),
            "span kind" => model::kind_of_name(span, value),
            "status" => model::status_of_name(span, value),
            "attributes" => self.section = Section::Attributes,
            "events" => self.section = Section::Events,
            "links" => self.section = Section::Links,
            "resources" => self.section = Section::Resource,
            "instr-lib" => {
                let (name, version) = scope(value);
                span.scope = (reading.builder.intern(name), reading.builder.intern(version));
            }
            _ => {
                let pair = reading.text_pair(&source, key, value);
                span.resource.push(pair);
            }
        }
    }
}

/// A field of an event or a link.
fn part_field(reading: &mut Reading<'_>, span: &mut Parts, section: Section, key: &str, value: &str) {
    if section == Section::Events && key == "timestamp" && Unit::Nanos.time(value).is_none() {
        bad_time(span, "an event's time", value);
    }
    match (section, span.events.last_mut(), span.links.last_mut()) {
        (Section::Events, Some(event), _) => match key {
            "name" => event.name = reading.builder.intern(value),
            "timestamp" => event.time = Unit::Nanos.time(value).unwrap_or(NO_TIME),
            _ => {}
        },
        (Section::Links, _, Some(link)) => match key {
            "trace_id" => link.trace = reading.trace_of(value),
            "span_id" => link.span = reading.span_of(value),
            "tracestate" if !value.is_empty() => link.trace_state = reading.made_text(value),
            _ => {}
        },
        _ => {}
    }
}

fn bad_time(span: &mut Parts, field: &str, value: &str) {
    let message = format!("Expected nanoseconds as {field}, found \"{value}\".");
    span.warn(WarningKind::BadTime, message);
}

/// `name-1.2.0`: a name may have dashes itself, so what stands behind the last one is the version when it begins with a digit.
fn scope(text: &str) -> (&str, &str) {
    match text.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => (name, version),
        _ => (text, ""),
    }
}
