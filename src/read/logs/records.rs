//! Log records as .NET's console exporter and the Collector's `debug` exporter print them: a field a line.

use super::fields::Field;
use super::line::{Found, Line, Shape};
use super::state::{LineInput, Taken};
use super::text::{COLLECTOR, RECORD, line_end};
use crate::json::Text;

/// A record of the Collector's `debug` exporter, `LogRecord #0`: its fields, whose values name their types, and its attributes.
fn collector(reading: &mut LineInput<'_>, start: usize) -> (Taken, usize) {
    let bytes = reading.bytes;
    let mut line = Line::at(reading.builder, start);
    let mut at = line_end(bytes, start).1;
    while at < bytes.len() {
        let (end, next) = line_end(bytes, at);
        let text = std::str::from_utf8(&bytes[at..end]).unwrap_or_default();
        let inner = text.trim_start();
        // The next heading, or the exporter's own words.
        if inner.is_empty() || inner.starts_with(|c: char| c == '{' || c.is_ascii_digit()) || inner.contains(" #") {
            break;
        }
        if let Some((key, value)) = inner.trim_start_matches("-> ").split_once(": ") {
            let typed = value.split_once('(').and_then(|(_, value)| value.strip_suffix(')'));
            let value = typed.unwrap_or(value);
            let from = end - (text.as_ptr() as usize + text.len() - value.as_ptr() as usize);
            let text = Text { start: from as u32, end: (from + value.len()) as u32, escaped: false };
            let found = Found { text, shape: Shape::Text };
            let name = reading.builder.intern(key);
            match key {
                "ObservedTimestamp" => line.take_seldom(reading, Field::Start, name, found),
                "Timestamp" if value.starts_with("1970-01-01 00:00:00 ") => {}
                "SeverityNumber" | "Flags" => {}
                _ => {
                    let field = reading.logs.fields.of(reading.input.builder, name);
                    line.take_seldom(reading, field, name, found);
                }
            }
        }
        at = next;
    }
    line.finish(reading);
    if !line.has_trace() {
        line.clear(reading.builder);
        return (Taken::WithoutTrace, at);
    }
    reading.add_line(&mut line);
    (Taken::Line, at)
}

/// A record, which begins here.
pub(super) fn record(reading: &mut LineInput<'_>, start: usize) -> (Taken, usize) {
    if reading.bytes[start..].starts_with(COLLECTOR) { collector(reading, start) } else { dotnet(reading, start) }
}

/// A record of .NET's console exporter: a line a field, then the attributes and the resource.
fn dotnet(reading: &mut LineInput<'_>, start: usize) -> (Taken, usize) {
    #[derive(PartialEq)]
    enum Part {
        Fields,
        Attributes,
        Resource,
    }
    let bytes = reading.bytes;
    let mut line = Line::at(reading.builder, start);
    let mut part = Part::Fields;
    let mut resource = Vec::new();
    let mut at = start;
    while at < bytes.len() {
        let (end, next) = line_end(bytes, at);
        let text = &bytes[at..end];
        let inner = text.trim_ascii_start();
        let from = end - inner.len();
        let field = text.strip_prefix(RECORD);
        if std::str::from_utf8(text).is_err()
            || field.is_some_and(|field| field.starts_with(b"Timestamp")) && at > start
        {
            break;
        }
        if text.starts_with(b"Resource associated with LogRecord") {
            part = Part::Resource;
        } else if text.starts_with(b"Activity.") || inner.is_empty() && !resource.is_empty() {
            break;
        } else if inner.is_empty() {
            // The resource stands behind an empty line.
        } else if let Some(colon) =
            inner.windows(2).position(|pair| pair == b": ").or(inner.strip_suffix(b":").map(<[u8]>::len))
        {
            let value = inner[colon + 1..].trim_ascii();
            let value_at = from + colon + 1 + inner[colon + 1..].len() - inner[colon + 1..].trim_ascii_start().len();
            let content = Text { start: value_at as u32, end: (value_at + value.len()) as u32, escaped: false };
            let found = Found { text: content, shape: Shape::Text };
            if field.is_some() && value.is_empty() {
                part = Part::Attributes;
            } else if field.is_some() {
                let key = reading.builder.intern_bytes(&inner[RECORD.len()..colon]);
                let field = reading.logs.fields.of(reading.input.builder, key);
                line.take_seldom(reading, field, key, found);
                part = Part::Fields;
            } else if part == Part::Resource {
                let key = reading.builder.intern_bytes(&inner[..colon]);
                if inner[..colon] == *b"service.name" {
                    line.service = reading.builder.intern_bytes(value);
                }
                resource.push((key, found.raw(reading)));
            } else if part == Part::Attributes && from > at {
                let key = reading.builder.intern_bytes(&inner[..colon]);
                line.keep(reading, key, found);
            } else {
                break;
            }
        } else if from == at {
            break;
        }
        at = next;
    }
    if at == start {
        // Not even the first line is one of a record.
        at = line_end(bytes, start).1;
    }
    line.finish(reading);
    if !line.has_trace() {
        line.clear(reading.builder);
        return (Taken::WithoutTrace, at);
    }
    if !resource.is_empty() {
        let mark = reading.builder.attribute_mark();
        resource.into_iter().for_each(|(key, value)| reading.builder.push_attribute(key, value));
        let attributes = reading.builder.attributes_since(mark);
        line.resource = reading.logs.lines.add_resource(attributes);
    }
    reading.add_line(&mut line);
    (Taken::Line, at)
}
