//! OTLP in protobuf: what exporters send over HTTP and gRPC, the Collector's file exporter writes and Tempo answers.
//!
//! ```text
//!  TracesData { 1: ResourceSpans { 1: Resource, 2: ScopeSpans { 1: scope, 2: Span … } … } … }
//!  Span { 1 trace id, 2 span id, 3 trace state, 4 parent, 5 name, 6 kind, 7 start, 8 end, 9 attributes, 11 events, 13 links, 15 status, 16 flags }
//! ```
//! `ExportTraceServiceRequest` has the same shape, and several messages one after another are one. In files each may stand behind its length: four
//! bytes, the highest first (the Collector), or a varint. Values stay the bytes that they are until someone asks. Logs and metrics have the same
//! outer shape and are told by their records.
//!
//! Source: opentelemetry-proto 1.x, `trace.proto`, `common.proto`, `resource.proto`; the Collector's file exporter for the lengths.

use std::ops::Range;

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::otlp_attributes::{DROPPED_ATTRIBUTES, add_dropped};
use crate::error::WarningKind;
use crate::store::{
    AttributeRange, Encoding, LinkDraft, NO_TIME, OriginIndex, RawValue, ResourceIndex, ScopeIndex, SpanDraft, SpanKey,
    SpanKind, Status, TraceKey,
};
use crate::strings::StringId;
use crate::wire::any_value::check_any_value;
use crate::wire::protobuf::{Field, Message, Wire, WireError};

/// `InstrumentationLibrarySpans`, as releases between 0.15 and 0.19 had them beside the scope spans.
const LIBRARY_SPANS: u32 = 1000;

pub(super) const FORMAT: Format = Format {
    id: "otlp-protobuf",
    name: "OTLP protobuf",
    produced_by: "OpenTelemetry Collector, SDK exporters, Tempo",
    shapes: "`TracesData`, `ExportTraceServiceRequest`, Tempo's answers; one message, several, or each behind its length (4 bytes or a varint)",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let found = sniff(shape.head())?;
    Some(match (found.records, found.framing) {
        (Records::Logs, _) => "its protobuf messages are OTLP's, with log records",
        (Records::Metrics, _) => "its protobuf messages are OTLP's, with metrics",
        (_, Framing::Plain) => "it is a protobuf message with resource spans",
        (_, Framing::FourBytes) => "it is protobuf messages with resource spans, each behind its length in four bytes",
        (_, Framing::Varint) => "it is protobuf messages with resource spans, each behind its length",
    })
}

/// How messages follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// Without anything in between.
    Plain,
    /// Behind a length of four bytes, the highest first.
    FourBytes,
    Varint,
}

/// What a scope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Records {
    Spans,
    Logs,
    Metrics,
}

/// What the beginning of an input turned out to be.
#[derive(Clone, Copy, Debug)]
struct Sniffed {
    framing: Framing,
    records: Records,
    /// The message with resource spans is itself the field 1 of another, as in Tempo's second API.
    wrapped: bool,
}

fn sniff(head: &[u8]) -> Option<Sniffed> {
    let of = |framing, at| {
        let all = at..head.len();
        let plain = records_of_message(head, all.clone()).map(|records| Sniffed { framing, records, wrapped: false });
        plain.or_else(|| {
            let inner = first_bytes(head, all)?;
            Some(Sniffed { framing, records: records_of_message(head, inner)?, wrapped: true })
        })
    };
    if let Some(found) = of(Framing::Plain, 0) {
        return Some(found);
    }
    let first_content = |framing| {
        // A message of a file may be empty; what follows is not.
        let mut at = 0;
        loop {
            let (length, content) = frame(head, framing, at)?;
            if length > 0 {
                return Some(content);
            }
            at = content;
        }
    };
    [Framing::FourBytes, Framing::Varint].into_iter().find_map(|framing| of(framing, first_content(framing)?))
}

/// Length and beginning of the message whose length stands at `at`.
fn frame(bytes: &[u8], framing: Framing, at: usize) -> Option<(u64, usize)> {
    match framing {
        Framing::Plain => None,
        Framing::FourBytes => {
            let length = bytes.get(at..)?.first_chunk::<4>()?;
            Some((u64::from(u32::from_be_bytes(*length)), at + 4))
        }
        Framing::Varint => {
            let mut length = Message::new(bytes, at..bytes.len());
            Some((length.varint().ok()?, length.offset()))
        }
    }
}

/// A glance sees the beginning of a message only: a field that goes beyond it counts as far as it is seen.
fn glance(message: &mut Message<'_>) -> Option<Field> {
    use crate::wire::protobuf::WireErrorKind::Overrun;
    match message.next() {
        Ok(field) => field,
        Err(WireError { kind: Overrun { number, content }, .. }) => {
            Some(Field { number, value: Wire::Bytes(content..message.end()) })
        }
        Err(_) => None,
    }
}

fn first_bytes(head: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    match glance(&mut Message::new(head, range))? {
        Field { number: 1, value: Wire::Bytes(range) } => Some(range),
        _ => None,
    }
}

/// What the records of a message are, when it has the shape of OTLP.
fn records_of_message(head: &[u8], range: Range<usize>) -> Option<Records> {
    let mut message = Message::new(head, range);
    while message.offset() < message.end() {
        let before = message.offset();
        let Field { number: 1, value: Wire::Bytes(entry) } = glance(&mut message)? else { return None };
        let cut = message.offset() == before;
        let records = records_of_entry(head, entry.clone());
        if records.is_some() || cut || !entry.is_empty() {
            return records;
        }
    }
    None
}

/// The same for what should be `ResourceSpans`.
fn records_of_entry(head: &[u8], range: Range<usize>) -> Option<Records> {
    let mut entry = Message::new(head, range);
    let mut resource = false;
    while entry.offset() < entry.end() {
        let before = entry.offset();
        match glance(&mut entry)? {
            Field { number: 1, value: Wire::Bytes(range) } => resource = is_resource(head, range)?,
            Field { number: 2 | LIBRARY_SPANS, value: Wire::Bytes(range) } => {
                let mut scope = Message::new(head, range);
                while scope.offset() < scope.end() {
                    let before = scope.offset();
                    match glance(&mut scope)? {
                        Field { number: 1 | 3, value: Wire::Bytes(_) } => {}
                        Field { number: 2, value: Wire::Bytes(record) } => return records_of(head, record),
                        _ => return None,
                    }
                    if scope.offset() == before {
                        break;
                    }
                }
            }
            Field { number: 3, value: Wire::Bytes(url) } => {
                std::str::from_utf8(&head[url]).ok()?;
            }
            _ => return None,
        }
        if entry.offset() == before {
            break;
        }
    }
    resource.then_some(Records::Spans)
}

/// Whether this can be a resource: attributes, a count, references to entities. `None` when not, `false` when it is empty.
fn is_resource(head: &[u8], range: Range<usize>) -> Option<bool> {
    let mut resource = Message::new(head, range);
    let mut any = false;
    while resource.offset() < resource.end() {
        let before = resource.offset();
        match glance(&mut resource)? {
            Field { number: 1, value: Wire::Bytes(pair) } => {
                let Field { number: 1, value: Wire::Bytes(key) } = glance(&mut Message::new(head, pair))? else {
                    return None;
                };
                std::str::from_utf8(&head[key]).ok().filter(|key| !key.is_empty())?;
                any = true;
            }
            Field { number: 2, value: Wire::Varint(_) } | Field { number: 3, value: Wire::Bytes(_) } => any = true,
            _ => return None,
        }
        if resource.offset() == before {
            break;
        }
    }
    Some(any)
}

/// What a record is, by the fields that only one of the kinds has. `None` when it is none of them.
fn records_of(bytes: &[u8], range: Range<usize>) -> Option<Records> {
    let mut record = Message::new(bytes, range);
    // A span's ids have fixed widths; a metric has its name and description there.
    let mut ids = true;
    let mut metric = false;
    while record.offset() < record.end() {
        let before = record.offset();
        let Some(field) = glance(&mut record) else {
            return if before == record.offset() && record.end() == bytes.len() { Some(Records::Spans) } else { None };
        };
        match (field.number, field.value) {
            (1 | 11, Wire::Fixed64(_)) | (2, Wire::Varint(_)) | (8, Wire::Fixed32(_)) => return Some(Records::Logs),
            (7 | 8, Wire::Fixed64(_)) | (6, Wire::Varint(_)) | (16, Wire::Fixed32(_)) | (15, Wire::Bytes(_)) => {
                return Some(Records::Spans);
            }
            (7, Wire::Bytes(_)) => return Some(Records::Metrics),
            (1, Wire::Bytes(id)) => ids &= id.len() == 16 || id.is_empty(),
            (2, Wire::Bytes(id)) => ids &= id.len() == 8 || id.is_empty(),
            (3 | 4 | 12, Wire::Bytes(_)) | (10 | 12 | 14, Wire::Varint(_)) => {}
            (5 | 9 | 10 | 11, Wire::Bytes(_)) => metric = true,
            (6 | 13, Wire::Bytes(_)) | (7, Wire::Varint(_)) => {}
            (number, _) if number > 16 => {}
            _ => return None,
        }
        if record.offset() == before {
            break;
        }
    }
    Some(if metric && !ids { Records::Metrics } else { Records::Spans })
}

fn read(reading: &mut Reading<'_>) {
    let bytes = reading.bytes;
    let found = sniff(bytes).unwrap_or(Sniffed { framing: Framing::Plain, records: Records::Spans, wrapped: false });
    let mut at = 0;
    if found.framing == Framing::Plain {
        return message(reading, 0..bytes.len(), found.wrapped);
    }
    while at < bytes.len() {
        let Some((length, start)) = frame(bytes, found.framing, at) else {
            return reading.cut_off(at);
        };
        let rest = bytes.len() - start;
        if length > rest as u64 {
            reading.cut_off(at);
        }
        let end = start + usize::try_from(length).map_or(rest, |length| length.min(rest));
        message(reading, start..end, found.wrapped);
        at = end;
    }
}

/// One `TracesData`, or the message around it.
fn message(reading: &mut Reading<'_>, range: Range<usize>, wrapped: bool) {
    let mut message = Message::new(reading.bytes, range);
    loop {
        match reading.next_field(&mut message) {
            Ok(None) => return,
            Ok(Some(Field { number: 1, value: Wire::Bytes(range) })) if wrapped => self::message(reading, range, false),
            Ok(Some(Field { number: 1, value: Wire::Bytes(range) })) => {
                if let Err(error) = resource_spans(reading, range) {
                    reading.bad_message(error, "message with resource spans");
                }
            }
            Ok(Some(_)) => {}
            Err(error) => return reading.bad_message(error, "message"),
        }
    }
}

fn resource_spans(reading: &mut Reading<'_>, range: Range<usize>) -> Result<(), WireError> {
    let resource = reading.builder.add_resource();
    let mut message = Message::new(reading.bytes, range);
    while let Some(field) = reading.next_field(&mut message)? {
        match field {
            Field { number: 1, value: Wire::Bytes(range) } => {
                let attributes = with_attributes(reading, range, 1, 2)?;
                reading.builder.set_resource(resource, attributes);
            }
            Field { number: 2 | LIBRARY_SPANS, value: Wire::Bytes(range) } => {
                if let Err(error) = scope_spans(reading, range, resource) {
                    reading.bad_message(error, "message with a scope's spans");
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn scope_spans(reading: &mut Reading<'_>, range: Range<usize>, resource: ResourceIndex) -> Result<(), WireError> {
    let scope = reading.builder.add_scope(StringId::EMPTY, StringId::EMPTY, AttributeRange::default());
    let origin = reading.builder.add_origin(resource, scope);
    let start = range.start;
    let mut message = Message::new(reading.bytes, range);
    let mut first = true;
    while let Some(field) = reading.next_field(&mut message)? {
        match field {
            Field { number: 1, value: Wire::Bytes(range) } => read_scope(reading, range, scope)?,
            Field { number: 2, value: Wire::Bytes(range) } => {
                if std::mem::take(&mut first)
                    && let Some(other @ (Records::Logs | Records::Metrics)) = records_of(reading.bytes, range.clone())
                {
                    not_spans(reading, start, other);
                    return Ok(());
                }
                // The last one may be cut off with the input: then it is none.
                let end = range.end;
                if let Err(error) = span(reading, range, origin) {
                    if end == reading.bytes.len() {
                        reading.builder.forget_span_warnings();
                        reading.cut_off(error.offset);
                    } else {
                        reading.bad_message(error, "span");
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cold]
fn not_spans(reading: &mut Reading<'_>, offset: usize, records: Records) {
    let what = if records == Records::Logs { "log records" } else { "metrics" };
    reading.skip(WarningKind::NotTraces, offset, format!("Expected spans, found {what} of OTLP."));
    reading.holds_none(format!("Expected spans in this OTLP protobuf document, found {what}."));
}

fn read_scope(reading: &mut Reading<'_>, range: Range<usize>, scope: ScopeIndex) -> Result<(), WireError> {
    let (mut name, mut version) = (StringId::EMPTY, StringId::EMPTY);
    let mut message = Message::new(reading.bytes, range.clone());
    while let Some(field) = message.next()? {
        match field {
            Field { number: 1, value: Wire::Bytes(range) } => name = reading.proto_intern(range, "scope.name"),
            Field { number: 2, value: Wire::Bytes(range) } => version = reading.proto_intern(range, "scope.version"),
            _ => {}
        }
    }
    let attributes = with_attributes(reading, range, 3, 4)?;
    reading.builder.set_scope(scope, name, version, attributes);
    Ok(())
}

/// The attributes of a message of which nothing else matters: the numbers are those of their field and of the count of dropped ones.
fn with_attributes(
    reading: &mut Reading<'_>,
    range: Range<usize>,
    pairs: u32,
    dropped: u32,
) -> Result<AttributeRange, WireError> {
    let mark = reading.builder.attribute_mark();
    let mut message = Message::new(reading.bytes, range);
    let mut count = 0;
    while let Some(field) = message.next()? {
        match field.value {
            Wire::Bytes(range) if field.number == pairs => attribute(reading, range)?,
            Wire::Varint(value) if field.number == dropped => count = value,
            _ => {}
        }
    }
    let mut attributes = reading.builder.attributes_since(mark);
    add_dropped(reading.builder, &mut attributes, DROPPED_ATTRIBUTES, count);
    Ok(attributes)
}

/// What few spans have.
#[derive(Default)]
struct Dropped {
    attributes: u64,
    events: u64,
    links: u64,
}

/// One span. Not inlined, so that a JavaScript engine can swap it for optimised code between two calls.
#[inline(never)]
fn span(reading: &mut Reading<'_>, range: Range<usize>, origin: OriginIndex) -> Result<(), WireError> {
    let mut draft = reading.builder.draft(reading.address(range.start));
    let mut message = Message::new(reading.bytes, range.clone());
    let mut dropped = Dropped::default();
    // Attributes stand in one range; those behind events that have some of their own are read again at the end.
    let mut scattered = false;
    // What most spans have, as far as it comes in the order of its numbers; a field that comes again counts below.
    if let Some(range) = message.pass_short(1) {
        draft.trace = reading.proto_trace_id(range, "trace_id");
    }
    if let Some(range) = message.pass_short(2) {
        draft.id = reading.proto_span_id(range, "span_id");
    }
    if let Some(range) = message.pass_short(4) {
        draft.parent = reading.proto_span_id(range, "parent_span_id");
    }
    if let Some(range) = message.pass_short(5) {
        draft.name = reading.proto_intern(range, "name");
    }
    if let Some(kind) = message.pass_small(6) {
        draft.kind = span_kind(reading, kind);
    }
    if let Some(time) = message.pass_fixed64(7) {
        draft.start = time_of(time);
    }
    if let Some(time) = message.pass_fixed64(8) {
        draft.end = time_of(time);
    }
    loop {
        // Attributes come behind each other.
        while draft.attributes.start + draft.attributes.len == reading.builder.attribute_mark()
            && let Some(range) = message.pass_short(9)
        {
            if let Err(error) = attribute(reading, range) {
                take_back(reading, &draft);
                return Err(error);
            }
            draft.attributes.len += 1;
        }
        let field = match message.next() {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => {
                take_back(reading, &draft);
                return Err(error);
            }
        };
        match (field.number, field.value) {
            (9, Wire::Bytes(range)) => {
                let attributes = &mut draft.attributes;
                if attributes.start + attributes.len == reading.builder.attribute_mark() {
                    if let Err(error) = other_attribute(reading, range) {
                        take_back(reading, &draft);
                        return Err(error);
                    }
                    draft.attributes.len += 1;
                } else {
                    scattered = true;
                }
            }
            (1, Wire::Bytes(range)) => draft.trace = reading.proto_trace_id(range, "trace_id"),
            (2, Wire::Bytes(range)) => draft.id = reading.proto_span_id(range, "span_id"),
            (4, Wire::Bytes(range)) => draft.parent = reading.proto_span_id(range, "parent_span_id"),
            (5, Wire::Bytes(range)) => draft.name = reading.proto_intern(range, "name"),
            (6, Wire::Varint(kind)) => draft.kind = span_kind(reading, kind),
            (7, Wire::Fixed64(time)) => draft.start = time_of(time),
            (8, Wire::Fixed64(time)) => draft.end = time_of(time),
            (number, value) => {
                if let Err(error) = other_field(reading, &mut draft, &mut dropped, number, value) {
                    take_back(reading, &draft);
                    return Err(error);
                }
            }
        }
    }
    if scattered {
        draft.attributes = all_attributes(reading, range)?;
    }
    add_dropped(reading.builder, &mut draft.attributes, DROPPED_ATTRIBUTES, dropped.attributes);
    add_dropped(reading.builder, &mut draft.attributes, "otel.dropped_events_count", dropped.events);
    add_dropped(reading.builder, &mut draft.attributes, "otel.dropped_links_count", dropped.links);
    reading.builder.push_span(&draft, origin);
    Ok(())
}

fn time_of(time: u64) -> u64 {
    if time == 0 { NO_TIME } else { time }
}

/// The attributes of a span among whose other fields they stand.
#[cold]
fn all_attributes(reading: &mut Reading<'_>, range: Range<usize>) -> Result<AttributeRange, WireError> {
    with_attributes(reading, range, 9, u32::MAX)
}

/// Takes back what was read of a span that turned out to be broken.
#[cold]
fn take_back(reading: &mut Reading<'_>, draft: &SpanDraft) {
    reading.builder.truncate_events(draft.first_event);
    reading.builder.truncate_links(draft.first_link);
    reading.builder.truncate_attributes(draft.attributes.start);
}

fn span_kind(reading: &mut Reading<'_>, number: u64) -> SpanKind {
    SpanKind::from_number(number).unwrap_or_else(|| {
        reading.builder.warn_span(WarningKind::BadValue, "Expected a span kind from 0 to 5.");
        SpanKind::Unspecified
    })
}

#[inline(never)]
fn other_field(
    reading: &mut Reading<'_>,
    draft: &mut SpanDraft,
    dropped: &mut Dropped,
    number: u32,
    value: Wire,
) -> Result<(), WireError> {
    match (number, value) {
        (3, Wire::Bytes(range)) => draft.trace_state = reading.proto_text(range, "trace_state"),
        (10, Wire::Varint(count)) => dropped.attributes = count,
        (11, Wire::Bytes(range)) => event(reading, range)?,
        (12, Wire::Varint(count)) => dropped.events = count,
        (13, Wire::Bytes(range)) => link(reading, range)?,
        (14, Wire::Varint(count)) => dropped.links = count,
        (15, Wire::Bytes(range)) => status(reading, range, draft)?,
        (16, Wire::Fixed32(flags)) => draft.flags = flags,
        (1..=16, _) => {
            let message = format!("Expected the wire type of a span's field {number}, found another; it was skipped.");
            reading.builder.warn_span(WarningKind::WrongType, &message);
        }
        _ => {}
    }
    Ok(())
}

fn event(reading: &mut Reading<'_>, range: Range<usize>) -> Result<(), WireError> {
    let (mut time, mut name) = (NO_TIME, StringId::EMPTY);
    let mark = reading.builder.attribute_mark();
    let mut message = Message::new(reading.bytes, range);
    let mut dropped = 0;
    while let Some(field) = message.next()? {
        match (field.number, field.value) {
            (1, Wire::Fixed64(value)) if value != 0 => time = value,
            (2, Wire::Bytes(range)) => name = reading.proto_intern(range, "event name"),
            (3, Wire::Bytes(range)) => attribute(reading, range)?,
            (4, Wire::Varint(count)) => dropped = count,
            _ => {}
        }
    }
    let mut attributes = reading.builder.attributes_since(mark);
    add_dropped(reading.builder, &mut attributes, DROPPED_ATTRIBUTES, dropped);
    reading.builder.push_event(time, name, attributes);
    Ok(())
}

fn link(reading: &mut Reading<'_>, range: Range<usize>) -> Result<(), WireError> {
    let mut link = LinkDraft {
        trace: TraceKey::EMPTY,
        span: SpanKey::EMPTY,
        trace_state: RawValue::NULL,
        attributes: AttributeRange::default(),
    };
    let mark = reading.builder.attribute_mark();
    let mut message = Message::new(reading.bytes, range);
    let mut dropped = 0;
    while let Some(field) = message.next()? {
        match (field.number, field.value) {
            (1, Wire::Bytes(range)) => link.trace = reading.proto_trace_id(range, "a link's trace_id"),
            (2, Wire::Bytes(range)) => link.span = reading.proto_span_id(range, "a link's span_id"),
            (3, Wire::Bytes(range)) => link.trace_state = reading.proto_text(range, "a link's trace_state"),
            (4, Wire::Bytes(range)) => attribute(reading, range)?,
            (5, Wire::Varint(count)) => dropped = count,
            _ => {}
        }
    }
    link.attributes = reading.builder.attributes_since(mark);
    add_dropped(reading.builder, &mut link.attributes, DROPPED_ATTRIBUTES, dropped);
    reading.builder.push_link(link);
    Ok(())
}

fn status(reading: &mut Reading<'_>, range: Range<usize>, draft: &mut SpanDraft) -> Result<(), WireError> {
    let mut message = Message::new(reading.bytes, range);
    while let Some(field) = message.next()? {
        match (field.number, field.value) {
            (2, Wire::Bytes(range)) => draft.message = reading.proto_text(range, "status.message"),
            (3, Wire::Varint(code)) => {
                draft.status = Status::from_number(code).unwrap_or_else(|| {
                    let message = "Expected a status code from 0 to 2.";
                    reading.builder.warn_span(WarningKind::BadValue, message);
                    Status::Unset
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// One `KeyValue { 1: key, 2: AnyValue }`.
#[inline(always)]
fn attribute(reading: &mut Reading<'_>, range: Range<usize>) -> Result<(), WireError> {
    // Nearly always a short key and then a short value that fills the rest.
    let (start, end) = (range.start, range.end);
    let bytes = &reading.bytes[start..end];
    if let [0x0a, length @ ..0x80, rest @ ..] = bytes
        && let Some([0x12, size @ ..0x80, value @ ..]) = rest.get(usize::from(*length)..)
        && value.len() == usize::from(*size)
    {
        let key = reading.proto_key(start + 2..start + 2 + usize::from(*length));
        let value = any_value(reading, end - value.len()..end)?;
        reading.builder.push_attribute(key, value);
        return Ok(());
    }
    other_attribute(reading, range)
}

#[inline(never)]
fn other_attribute(reading: &mut Reading<'_>, range: Range<usize>) -> Result<(), WireError> {
    let (mut key, mut value) = (StringId::EMPTY, RawValue::NULL);
    let mut message = Message::new(reading.bytes, range);
    while let Some(field) = message.next()? {
        match (field.number, field.value) {
            (1, Wire::Bytes(range)) => key = reading.proto_key(range),
            (2, Wire::Bytes(range)) => value = any_value(reading, range)?,
            _ => {}
        }
    }
    reading.builder.push_attribute(key, value);
    Ok(())
}

/// A value: text is the slice that it is, anything else the slice of its message.
#[inline(always)]
fn any_value(reading: &mut Reading<'_>, range: Range<usize>) -> Result<RawValue, WireError> {
    match &reading.bytes[range.clone()] {
        [0x0a, length @ ..0x80, text @ ..] if text.len() == usize::from(*length) => {
            Ok(reading.proto_string(range.start + 2..range.end, "an attribute's value"))
        }
        [0x10, value @ ..2] => Ok(RawValue::bool(*value == 1)),
        // A whole varint of up to nine bytes.
        [0x18, more @ .., ..0x80] if more.len() < 9 && more.iter().all(|byte| *byte >= 0x80) => {
            Ok(reading.slice_value(Encoding::Protobuf, range.start as u32, range.end as u32))
        }
        [0x21, _, _, _, _, _, _, _, _] => {
            Ok(reading.slice_value(Encoding::Protobuf, range.start as u32, range.end as u32))
        }
        [] => Ok(RawValue::NULL),
        _ => other_value(reading, range),
    }
}

#[inline(never)]
fn other_value(reading: &mut Reading<'_>, range: Range<usize>) -> Result<RawValue, WireError> {
    let mut message = Message::new(reading.bytes, range.clone());
    let mut only = None;
    let mut count = 0;
    while let Some(field) = message.next()? {
        count += 1;
        only = Some(field);
    }
    if let (1, Some(Field { number: 1, value: Wire::Bytes(range) })) = (count, only) {
        return Ok(reading.proto_string(range, "an attribute's value"));
    }
    if !check_any_value(&reading.bytes[range.clone()]) {
        let message =
            "Expected a value of OTLP, found another message, or lists more than 100 deep; its bytes are kept.";
        reading.builder.warn_span(WarningKind::BadValue, message);
    }
    Ok(reading.slice_value(Encoding::Protobuf, range.start as u32, range.end as u32))
}
