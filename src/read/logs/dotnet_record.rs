//! Log records as .NET's console exporter prints them.

use super::line::{Found, Line, Shape};
use super::state::{LineInput, Taken};
use super::text::{RECORD, line_end};
use crate::json::Text;

/// A record of .NET's console exporter: a line a field, then the attributes and the resource.
pub(super) fn record(reading: &mut LineInput<'_>, start: usize) -> (Taken, usize) {
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
