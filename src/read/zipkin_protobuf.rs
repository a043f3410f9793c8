//! Zipkin's protobuf: what reporters post when they save bytes.
//!
//! ```text
//!  ListOfSpans { 1: Span … }
//!  Span { 1 trace id, 2 parent, 3 id, 4 kind, 5 name, 6 timestamp, 7 duration, 8 local endpoint, 9 remote endpoint, 10 annotations, 11 tags,
//!         12 debug, 13 shared }
//! ```
//! It says what Zipkin's JSON says ([`super::zipkin_v2`]) in other bytes: ids are bytes, addresses are bytes, kinds are numbers. OTLP's messages
//! also have everything in field 1; a span of Zipkin is known by the widths of its ids.
//!
//! Source: openzipkin/zipkin-api, `zipkin.proto`.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::micros::{Nanos, Times};
use super::once::Origins;
use super::told::{Meanings, TagValue, Told};
use super::zipkin_spans::{Endpoint, extras, take};
use super::zipkin_text;
use crate::error::WarningKind;
use crate::json::Text;
use crate::store::{AttributeRange, Encoding, NO_TIME, RawValue, SpanDraft, SpanKind};
use crate::strings::StringId;
use crate::wire::protobuf::{Field, Message, Wire, WireError};

pub(super) const FORMAT: Format = Format {
    id: "zipkin-protobuf",
    name: "Zipkin protobuf",
    produced_by: "Zipkin's reporters, OpenTelemetry's Zipkin exporters",
    shapes: "`ListOfSpans`",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let head = shape.head();
    let Ok(Some(Field { number: 1, value: Wire::Bytes(range) })) = Message::new(head, 0..head.len()).next() else {
        return None;
    };
    let mut span = Message::new(head, range);
    let (mut trace, mut id) = (false, false);
    while let Ok(Some(field)) = span.next() {
        match (field.number, field.value) {
            (1, Wire::Bytes(range)) if matches!(range.len(), 8 | 16) => trace = true,
            (3, Wire::Bytes(range)) if range.len() == 8 => id = true,
            (2, Wire::Bytes(range)) if range.len() == 8 => {}
            (5 | 8..=11, Wire::Bytes(_)) | (6, Wire::Fixed64(_)) | (4 | 7 | 12 | 13, Wire::Varint(_)) => {}
            _ => return None,
        }
    }
    (trace && id && span.offset() == span.end()).then_some("it is a protobuf list of spans of Zipkin")
}

fn read(reading: &mut Reading<'_>) {
    let mut tables = Tables {
        meanings: Meanings::default(),
        origins: Origins::new(),
        local: HashMap::new(),
        remote: HashMap::new(),
        endpoints: Vec::new(),
        nowhere: None,
        told: Told::NOTHING,
        links: Vec::new(),
    };
    let mut message = Message::new(reading.bytes, 0..reading.bytes.len());
    loop {
        match reading.next_field(&mut message) {
            Ok(None) => return,
            Ok(Some(Field { number: 1, value: Wire::Bytes(range) })) => {
                let end = range.end;
                if let Err(error) = span(reading, range, &mut tables) {
                    reading.builder.forget_span_warnings();
                    if end == reading.bytes.len() {
                        reading.cut_off(error.offset);
                    } else {
                        reading.bad_message(error, "span");
                    }
                }
            }
            Ok(Some(_)) => {}
            Err(error) => return reading.bad_message(error, "message"),
        }
    }
}

/// What is kept from span to span.
struct Tables<'a> {
    meanings: Meanings,
    origins: Origins,
    /// Resources by the message of the local endpoint.
    local: HashMap<&'a [u8], u32>,
    /// Positions in `endpoints` by the message of a remote endpoint.
    remote: HashMap<&'a [u8], u32>,
    endpoints: Vec<Endpoint>,
    /// The resource of spans without an endpoint.
    nowhere: Option<u32>,
    told: Told,
    links: Vec<(StringId, Text)>,
}

/// One span. Its tags are read behind all else, since attributes of events may stand among them.
#[inline(never)]
fn span<'a>(reading: &mut Reading<'a>, range: Range<usize>, tables: &mut Tables<'a>) -> Result<(), WireError> {
    let mut draft = reading.builder.draft(reading.address(range.start));
    let read = fields(reading, range, tables, &mut draft);
    if read.is_err() {
        reading.builder.truncate_events(draft.first_event);
        reading.builder.truncate_links(draft.first_link);
    }
    read
}

fn fields<'a>(
    reading: &mut Reading<'a>,
    range: Range<usize>,
    tables: &mut Tables<'a>,
    draft: &mut SpanDraft,
) -> Result<(), WireError> {
    let mut times = Times::default();
    let (mut local, mut remote, mut debug) = (None, None, false);
    let mut message = Message::new(reading.bytes, range.clone());
    while let Some(field) = message.next()? {
        match (field.number, field.value) {
            (1, Wire::Bytes(range)) => draft.trace = reading.proto_trace_id(range, "trace_id"),
            (2, Wire::Bytes(range)) => draft.parent = reading.proto_span_id(range, "parent_id"),
            (3, Wire::Bytes(range)) => draft.id = reading.proto_span_id(range, "id"),
            (4, Wire::Varint(number)) => draft.kind = kind(reading, number),
            (5, Wire::Bytes(range)) => draft.name = reading.proto_intern(range, "name"),
            (6, Wire::Fixed64(micros)) => times.start = nanos(reading, micros, "timestamp").filter(|time| *time != 0),
            (7, Wire::Varint(micros)) => {
                times.duration =
                    nanos(reading, micros, "duration").map(|ns| Nanos { ns, negative: false }).filter(|_| micros != 0);
            }
            (8, Wire::Bytes(range)) => local = Some(resource(reading, range, tables)?),
            (9, Wire::Bytes(range)) => remote = Some(peer(reading, range, tables)?),
            (10, Wire::Bytes(range)) => annotation(reading, range)?,
            (12, Wire::Varint(flag)) => debug = flag != 0,
            (13, Wire::Varint(flag)) => draft.shared = flag != 0,
            (11, Wire::Bytes(_)) => {}
            (1..=13, _) => {
                let message = "Expected the wire type of a span's field, found another; it was skipped.";
                reading.builder.warn_span(WarningKind::WrongType, message);
            }
            _ => {}
        }
    }
    draft.attributes = tags(reading, range, tables)?;
    times.put(reading, draft);
    let scope = tables.told.put(reading, draft);
    extras(reading, draft, &mut tables.links, remote, debug);
    let resource =
        local.unwrap_or_else(|| *tables.nowhere.get_or_insert_with(|| tables.origins.add_resource(reading.builder)));
    let origin = tables.origins.origin(reading.builder, resource, scope);
    reading.builder.push_span(draft, origin);
    Ok(())
}

fn kind(reading: &mut Reading<'_>, number: u64) -> SpanKind {
    match number {
        0 => SpanKind::Unspecified,
        1 => SpanKind::Client,
        2 => SpanKind::Server,
        3 => SpanKind::Producer,
        4 => SpanKind::Consumer,
        _ => {
            reading.builder.warn_span(WarningKind::BadValue, "Expected a span kind from 0 to 4.");
            SpanKind::Unspecified
        }
    }
}

fn nanos(reading: &mut Reading<'_>, micros: u64, field: &str) -> Option<u64> {
    let ns = micros.checked_mul(1000).filter(|ns| *ns != NO_TIME);
    if ns.is_none() {
        let message = format!("Expected microseconds within 64 bits of nanoseconds as {field}, found {micros}.");
        reading.builder.warn_span(WarningKind::BadTime, &message);
    }
    ns
}

/// The tags; those that stand for a field are told, not listed.
fn tags<'a>(
    reading: &mut Reading<'a>,
    range: Range<usize>,
    tables: &mut Tables<'a>,
) -> Result<AttributeRange, WireError> {
    tables.told.clear();
    tables.links.clear();
    let mark = reading.builder.attribute_mark();
    let mut message = Message::new(reading.bytes, range);
    while let Some(field) = message.next()? {
        let (11, Wire::Bytes(range)) = (field.number, field.value) else { continue };
        let (mut key, mut value) = (StringId::EMPTY, range.end..range.end);
        let mut pair = Message::new(reading.bytes, range);
        while let Some(field) = pair.next()? {
            match (field.number, field.value) {
                (1, Wire::Bytes(range)) => key = reading.proto_intern(range, "a tag's key"),
                (2, Wire::Bytes(range)) => value = range,
                _ => {}
            }
        }
        let text = reading.proto_plain(value, "a tag's value");
        let value = TagValue { raw: reading.string_value(text), text: Some(text) };
        let meaning = tables.meanings.of(reading.builder, key);
        take(reading, (&mut tables.told, &mut tables.links), (key, meaning), value);
    }
    Ok(reading.builder.attributes_since(mark))
}

/// The resource of a local endpoint.
fn resource<'a>(reading: &mut Reading<'a>, range: Range<usize>, tables: &mut Tables<'a>) -> Result<u32, WireError> {
    let message = &reading.bytes[range.clone()];
    if let Some(known) = tables.local.get(message) {
        return Ok(*known);
    }
    let attributes = endpoint(reading, range)?.push_resource(reading.builder);
    let resource = tables.origins.add_resource(reading.builder);
    tables.origins.set_resource(reading.builder, resource, attributes);
    tables.local.insert(message, resource);
    Ok(resource)
}

/// A remote endpoint.
fn peer<'a>(reading: &mut Reading<'a>, range: Range<usize>, tables: &mut Tables<'a>) -> Result<Endpoint, WireError> {
    let message = &reading.bytes[range.clone()];
    if let Some(known) = tables.remote.get(message) {
        return Ok(tables.endpoints[*known as usize]);
    }
    let endpoint = endpoint(reading, range)?;
    tables.remote.insert(message, tables.endpoints.len() as u32);
    tables.endpoints.push(endpoint);
    Ok(endpoint)
}

/// The next field of a message that is read once for many spans, or that few spans have.
#[inline(never)]
fn next(message: &mut Message<'_>) -> Result<Option<Field>, WireError> {
    message.next()
}

/// `Endpoint { 1: service name, 2: IPv4, 3: IPv6, 4: port }`.
fn endpoint(reading: &mut Reading<'_>, range: Range<usize>) -> Result<Endpoint, WireError> {
    let mut endpoint = Endpoint::NONE;
    let (mut v4, mut v6) = (None, None);
    let mut message = Message::new(reading.bytes, range);
    while let Some(field) = next(&mut message)? {
        match (field.number, field.value) {
            (1, Wire::Bytes(range)) if !range.is_empty() => {
                endpoint.service = RawValue::interned(reading.proto_intern(range, "service_name"));
            }
            (2, Wire::Bytes(range)) => v4 = <[u8; 4]>::try_from(&reading.bytes[range]).ok().map(Ipv4Addr::from),
            (3, Wire::Bytes(range)) => v6 = <[u8; 16]>::try_from(&reading.bytes[range]).ok().map(Ipv6Addr::from),
            (4, Wire::Varint(port)) if port != 0 => {
                endpoint.port = reading.builder.made_value(Encoding::Int, &(port as i64).to_string());
            }
            _ => {}
        }
    }
    endpoint.address = match (v4, v6) {
        (Some(v4), Some(v6)) => reading.builder.made_value(Encoding::Json, &format!("[\"{v4}\",\"{v6}\"]")),
        (Some(v4), None) => reading.builder.made_value(Encoding::Text, &v4.to_string()),
        (None, Some(v6)) => reading.builder.made_value(Encoding::Text, &v6.to_string()),
        (None, None) => RawValue::NULL,
    };
    Ok(endpoint)
}

/// An annotation is an event.
fn annotation(reading: &mut Reading<'_>, range: Range<usize>) -> Result<(), WireError> {
    let (mut time, mut value) = (NO_TIME, range.end..range.end);
    let mut message = Message::new(reading.bytes, range);
    while let Some(field) = next(&mut message)? {
        match (field.number, field.value) {
            (1, Wire::Fixed64(micros)) if micros != 0 => {
                time = nanos(reading, micros, "an annotation's timestamp").unwrap_or(NO_TIME);
            }
            (2, Wire::Bytes(range)) => value = range,
            _ => {}
        }
    }
    let text = reading.proto_plain(value, "an annotation's value");
    let (name, attributes) = zipkin_text::event(reading, text);
    reading.builder.push_event(time, name, attributes);
    Ok(())
}
