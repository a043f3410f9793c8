//! The console exporter of OpenTelemetry for .NET: a block of lines for each `Activity`.
//!
//! ```text
//! Activity.TraceId:            4bf92f3577b34da6a3ce929d0e0e4736
//! Activity.Duration:           00:00:00.0585187
//! Activity.Tags:
//!     http.route: /cart
//! Resource associated with Activity:
//!     service.name: shop
//! ```
//! An event's time is written as the machine's language has it, in whole seconds.

use std::borrow::Cow;

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::instant::{clock_duration, date_time};
use super::super::parts::{Assembler, EventParts, LinkParts, Pair, Parts};
use super::Between;
use super::lines::{self, Source, field};
use super::model;
use crate::error::WarningKind;
use crate::store::NO_TIME;
use crate::strings::StringId;

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-dotnet",
    name: ".NET console",
    produced_by: "the console exporter of OpenTelemetry for .NET",
    shapes: "blocks of `Activity.` lines with tags, events, links and resource, among other lines",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    shape
        .lines()
        .any(|line| line.trim_start().starts_with("Activity.TraceId:") || line.trim_start().starts_with("Activity.Id:"))
        .then_some("it has lines of an Activity")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Fields,
    Tags,
    Events,
    Links,
    Scope,
    Resource,
    /// No part of a span.
    Other,
}

/// A text that may go on over lines: where it belongs, and its range in the source.
struct Open<'t> {
    key: &'t str,
    from: usize,
    to: usize,
}

struct Reader {
    out: Assembler,
    span: Option<Parts>,
    section: Section,
    between: Between,
}

fn read(reading: &mut Reading<'_>) {
    let text = String::from_utf8_lossy(reading.bytes);
    let source = Source { text: &text, place: None };
    let mut reader =
        Reader { out: Assembler::default(), span: None, section: Section::Other, between: Between::default() };
    let mut open: Option<Open<'_>> = None;
    // Records of the log between the spans are lines of a log.
    let as_it_stands = matches!(text, Cow::Borrowed(_));
    let mut behind = 0;
    for (at, line) in source.lines() {
        if at < behind {
            continue;
        }
        if as_it_stands
            && line.starts_with("LogRecord.Timestamp:")
            && let Some(next) = reading.log_line(at)
        {
            reader.close(reading, source, open.take());
            reader.flush(reading);
            behind = next;
            continue;
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        let item = if indent == 4 || indent == 8 { line.trim_start().split_once(": ") } else { None };
        let starts = reader.starts_section(line) || item.is_some() || reader.starts_part(indent, line.trim());
        if !starts && open.is_some() && !line.trim().is_empty() {
            // Another line of the value above, such as one of a stack trace.
            open.iter_mut().for_each(|open| open.to = at + line.len());
            continue;
        }
        reader.close(reading, source, open.take());
        match item {
            Some((key, value)) if reader.takes_pairs() && reader.section_at(indent) => {
                let from = value.as_ptr() as usize - source.text.as_ptr() as usize;
                open = Some(Open { key, from, to: from + value.len() });
            }
            _ => reader.line(reading, source, at, line),
        }
    }
    reader.close(reading, source, open);
    reader.flush(reading);
    reader.between.end(reading);
}

impl Reader {
    /// Whether the line begins a field or a section.
    fn starts_section(&self, line: &str) -> bool {
        let line = line.trim_start();
        [
            "Activity.",
            "StatusCode",
            "Error.Description",
            "Resource associated with",
            "Instrumentation scope",
            "LogRecord.",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    }

    /// Whether the line begins an event or a link.
    fn starts_part(&self, indent: usize, line: &str) -> bool {
        indent == 4
            && match self.section {
                Section::Events => line.ends_with(']') && line.contains(" ["),
                Section::Links => ids(line).is_some(),
                Section::Scope => line == "Tags:",
                _ => false,
            }
    }

    fn takes_pairs(&self) -> bool {
        self.span.is_some() && !matches!(self.section, Section::Fields | Section::Other)
    }

    /// Whether pairs of the section stand so deep.
    fn section_at(&self, indent: usize) -> bool {
        match self.section {
            Section::Events | Section::Links => indent == 8,
            Section::Scope => true,
            _ => indent == 4,
        }
    }

    fn close(&mut self, reading: &mut Reading<'_>, source: Source<'_>, open: Option<Open<'_>>) {
        let (Some(open), Some(span)) = (open, &mut self.span) else { return };
        let value = &source.text[open.from..open.to];
        if open.key.trim() == "StatusCode" {
            model::status_of_name(span, value);
            return;
        }
        match (self.section, open.key) {
            (_, "Activity.StatusDescription" | "Error.Description") => span.message = reading.made_text(value.trim()),
            (Section::Scope, "Name") => span.scope.0 = reading.builder.intern(value),
            (Section::Scope, "Version") => span.scope.1 = reading.builder.intern(value),
            (section, key) => {
                let pair: Pair = reading.text_pair(&source, key, value);
                let list = match section {
                    Section::Resource => Some(&mut span.resource),
                    Section::Scope => Some(&mut span.scope_attributes),
                    Section::Events => span.events.last_mut().map(|event| &mut event.attributes),
                    Section::Links => span.links.last_mut().map(|link| &mut link.attributes),
                    _ => Some(&mut span.attributes),
                };
                list.into_iter().for_each(|list| list.push(pair));
            }
        }
    }

    fn flush(&mut self, reading: &mut Reading<'_>) {
        if let Some(span) = self.span.take() {
            self.out.push(reading, &span);
        }
        self.section = Section::Other;
    }

    fn line(&mut self, reading: &mut Reading<'_>, source: Source<'_>, at: usize, line: &str) {
        let trimmed = line.trim();
        let (key, value) = field(trimmed).unwrap_or((trimmed, ""));
        if matches!(key, "Activity.TraceId" | "Activity.Id") {
            self.flush(reading);
            self.between.end(reading);
            let mut span = Parts::at(source.offset(at) as u32);
            if key == "Activity.TraceId" {
                span.trace = reading.trace_of(value);
            } else if let Some((trace, id)) = of_header(value) {
                (span.trace, span.id) = (reading.trace_of(trace), reading.span_of(id));
            }
            self.span = Some(span);
            self.section = Section::Fields;
            return;
        }
        let Some(span) = &mut self.span else {
            self.between.line(source.offset(at), line);
            return;
        };
        match key {
            "Activity.SpanId" => span.id = reading.span_of(value),
            "Activity.ParentSpanId" => span.parent = reading.span_of(value),
            "Activity.ParentId" => match of_header(value) {
                Some((_, id)) => span.parent = reading.span_of(id),
                None => span.parent = reading.span_of(value),
            },
            "Activity.TraceFlags" => span.flags = u32::from(value.contains("Recorded")),
            "Activity.TraceState" => span.trace_state = reading.made_text(value),
            "Activity.ActivitySourceName" => span.scope.0 = reading.builder.intern(value),
            "Activity.ActivitySourceVersion" => span.scope.1 = reading.builder.intern(value),
            "Activity.DisplayName" => span.name = reading.builder.intern(value),
            "Activity.Kind" => model::kind_of_name(span, value),
            "Activity.StartTime" => span.start = lines::time(span, value, "Activity.StartTime"),
            "Activity.Duration" => match clock_duration(value) {
                Some(duration) => span.lasting(duration),
                None => {
                    let message =
                        format!("Expected hours, minutes and seconds as Activity.Duration, found \"{value}\".");
                    span.warn(WarningKind::BadTime, message);
                }
            },
            "StatusCode" | "Activity.StatusCode" => model::status_of_name(span, value),
            "StatusDescription" | "Activity.StatusDescription" | "Error.Description" => {
                span.message = reading.made_text(value)
            }
            "Activity.Tags" | "Activity.TagObjects" => self.section = Section::Tags,
            "Activity.Events" => self.section = Section::Events,
            "Activity.Links" => self.section = Section::Links,
            "Resource associated with Activity" => self.section = Section::Resource,
            _ if key.starts_with("Instrumentation scope") => self.section = Section::Scope,
            "Tags" if self.section == Section::Scope => {}
            _ if self.section == Section::Events && line.starts_with("    ") => event(reading, span, trimmed),
            _ if self.section == Section::Links && ids(trimmed).is_some() => {
                let (trace, id) = ids(trimmed).unwrap_or_default();
                let (trace, id) = (reading.trace_of(trace), reading.span_of(id));
                span.links.push(LinkParts::to(trace, id, Vec::new()));
            }
            _ => {
                self.section = Section::Other;
                self.between.line(source.offset(at), line);
            }
        }
    }
}

/// The ids in a traceparent.
fn of_header(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.split('-');
    let (version, trace, id) = (parts.next()?, parts.next()?, parts.next()?);
    (version.len() == 2 && trace.len() == 32 && id.len() == 16).then_some((trace, id))
}

/// A trace id and a span id with a blank between them.
fn ids(line: &str) -> Option<(&str, &str)> {
    let (trace, id) = line.split_once(' ')?;
    (trace.len() == 32 && id.trim().len() == 16).then_some((trace, id))
}

/// `name [03/08/2022 19:42:33 +00:00]`
fn event(reading: &mut Reading<'_>, span: &mut Parts, line: &str) {
    let (name, time) = match line.strip_suffix(']').and_then(|line| line.rsplit_once(" [")) {
        Some((name, time)) => (name, event_time(reading, span, time)),
        None => (line, NO_TIME),
    };
    let name: StringId = reading.builder.intern(name);
    span.events.push(EventParts { time, name, attributes: Vec::new() });
}

/// The time of an event: of the readings of its date that which lies in the span. It has no fraction of a second: the span's own times bound it.
fn event_time(reading: &mut Reading<'_>, span: &mut Parts, text: &str) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    let plain = date_time(text).map(|instant| instant.ns);
    let end = if span.end == NO_TIME { span.start } else { span.end };
    let near = |time: &u64| span.start != NO_TIME && *time <= end && span.start < time.saturating_add(SECOND);
    match plain.into_iter().chain(local_dates(text)).find(near) {
        Some(time) => {
            reading.guess(
                "Times of events are whole seconds, in the order of day and month that puts them into their spans.",
            );
            time.max(span.start)
        }
        None => plain.unwrap_or_else(|| {
            let message = format!("Expected an event's time within its span, found \"{text}\".");
            span.warn(WarningKind::BadTime, message);
            NO_TIME
        }),
    }
}

/// `10/23/2023 12:13:30 PM +00:00`, `23.10.2023 12:13:30 +00:00`: with the day second and with the day first.
fn local_dates(text: &str) -> impl Iterator<Item = u64> {
    let mut words = text.split(' ');
    let date: Vec<&str> = words.next().unwrap_or_default().split(['/', '.', '-']).collect();
    let clock = words.next().unwrap_or_default().to_owned();
    let rest: Vec<&str> = words.collect();
    let afternoon = rest.iter().any(|word| word.eq_ignore_ascii_case("pm"));
    let morning = rest.iter().any(|word| word.eq_ignore_ascii_case("am"));
    let zone = rest.last().filter(|word| word.starts_with(['+', '-'])).map_or("Z", |zone| zone).to_owned();
    let clock = match clock.split_once(':') {
        Some((hour, minutes)) => {
            let hour: u32 = hour.parse().unwrap_or(99);
            let hour = match (hour, morning, afternoon) {
                (12, true, _) => 0,
                (1..=11, _, true) => hour + 12,
                _ => hour,
            };
            format!("{hour:02}:{minutes}")
        }
        None => clock,
    };
    let date: Vec<u32> = date.iter().filter_map(|part| part.parse().ok()).collect();
    let orders = match date[..] {
        [a, b, year] => vec![(year, a, b), (year, b, a)],
        _ => Vec::new(),
    };
    orders.into_iter().filter_map(move |(year, month, day)| {
        date_time(&format!("{year:04}-{month:02}-{day:02}T{clock}{zone}")).map(|instant| instant.ns)
    })
}
