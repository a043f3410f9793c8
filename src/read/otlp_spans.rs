//! Resources, scopes and spans of OTLP in JSON.
//!
//! ```text
//! {"resource":{"attributes":[…]}, "scopeSpans":[{"scope":{…},"spans":[{"traceId","spanId",…,"attributes":[{"key","value":{"stringValue":…}}]}]}]}
//! ```
//! In any order of keys; ids are hexadecimal or base64, enumerations numbers or names, 64-bit integers texts or numbers, keys in camel or snake
//! case.

use super::ids::Base64;
use super::input::Input;
use super::otlp_attributes::{AttributeTable, Place, add_dropped, attributes};
use super::span_fields::{SpanFields, read_fields};
use super::told::{kind_of, status_of};
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member};
use crate::simd::Literal;
use crate::store::{
    AttributeRange, LinkDraft, NO_TIME, OriginIndex, RawValue, ResourceIndex, ScopeIndex, SpanDraft, SpanKey, SpanKind,
    Status, TraceKey,
};
use crate::strings::StringId;

static RESOURCE_SPANS_KEYS: [Literal; 5] = [
    Literal::key("resource"),
    Literal::key("scopeSpans"),
    Literal::key("scope_spans"),
    Literal::key("instrumentationLibrarySpans"),
    Literal::key("instrumentation_library_spans"),
];

static RESOURCE_KEYS: [Literal; 3] =
    [Literal::key("attributes"), Literal::key("droppedAttributesCount"), Literal::key("dropped_attributes_count")];

static SCOPE_SPANS_KEYS: [Literal; 4] = [
    Literal::key("scope"),
    Literal::key("spans"),
    Literal::key("instrumentationLibrary"),
    Literal::key("instrumentation_library"),
];

static SCOPE_KEYS: [Literal; 3] = [Literal::key("name"), Literal::key("version"), Literal::key("attributes")];

/// The fields of a span.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    TraceId,
    SpanId,
    TraceState,
    ParentSpanId,
    Flags,
    Name,
    Kind,
    Start,
    End,
    Attributes,
    Events,
    Links,
    Status,
    DroppedAttributes,
    DroppedEvents,
    DroppedLinks,
    /// What OTLP has no field for; `write::otlp_json` says what its bits are.
    Own,
}

static SPAN_KEYS: [Literal; 26] = [
    Literal::key("traceId"),
    Literal::key("spanId"),
    Literal::key("traceState"),
    Literal::key("parentSpanId"),
    Literal::key("flags"),
    Literal::key("name"),
    Literal::key("kind"),
    Literal::key("startTimeUnixNano"),
    Literal::key("endTimeUnixNano"),
    Literal::key("attributes"),
    Literal::key("events"),
    Literal::key("links"),
    Literal::key("status"),
    Literal::key("droppedAttributesCount"),
    Literal::key("droppedEventsCount"),
    Literal::key("droppedLinksCount"),
    Literal::key("trace_id"),
    Literal::key("span_id"),
    Literal::key("trace_state"),
    Literal::key("parent_span_id"),
    Literal::key("start_time_unix_nano"),
    Literal::key("end_time_unix_nano"),
    Literal::key("dropped_attributes_count"),
    Literal::key("dropped_events_count"),
    Literal::key("dropped_links_count"),
    Literal::key("spanscope"),
];

/// The field of each of [`SPAN_KEYS`].
static SPAN_FIELDS: [Field; SPAN_KEYS.len()] = [
    Field::TraceId,
    Field::SpanId,
    Field::TraceState,
    Field::ParentSpanId,
    Field::Flags,
    Field::Name,
    Field::Kind,
    Field::Start,
    Field::End,
    Field::Attributes,
    Field::Events,
    Field::Links,
    Field::Status,
    Field::DroppedAttributes,
    Field::DroppedEvents,
    Field::DroppedLinks,
    Field::TraceId,
    Field::SpanId,
    Field::TraceState,
    Field::ParentSpanId,
    Field::Start,
    Field::End,
    Field::DroppedAttributes,
    Field::DroppedEvents,
    Field::DroppedLinks,
    Field::Own,
];

static EVENT_KEYS: [Literal; 6] = [
    Literal::key("timeUnixNano"),
    Literal::key("name"),
    Literal::key("attributes"),
    Literal::key("droppedAttributesCount"),
    Literal::key("time_unix_nano"),
    Literal::key("dropped_attributes_count"),
];

static LINK_KEYS: [Literal; 9] = [
    Literal::key("traceId"),
    Literal::key("spanId"),
    Literal::key("traceState"),
    Literal::key("attributes"),
    Literal::key("droppedAttributesCount"),
    Literal::key("trace_id"),
    Literal::key("span_id"),
    Literal::key("trace_state"),
    Literal::key("dropped_attributes_count"),
];

static STATUS_KEYS: [Literal; 2] = [Literal::key("message"), Literal::key("code")];

/// The learned orders of keys, kept over the whole input.
pub struct Tables {
    resource_spans: Keys,
    resource: Keys,
    scope_spans: Keys,
    scope: Keys,
    span: Keys,
    attributes: AttributeTable,
    event: Keys,
    link: Keys,
    status: Keys,
}

impl Tables {
    pub fn new() -> Tables {
        Tables {
            resource_spans: Keys::new(&RESOURCE_SPANS_KEYS),
            resource: Keys::new(&RESOURCE_KEYS),
            scope_spans: Keys::new(&SCOPE_SPANS_KEYS),
            scope: Keys::new(&SCOPE_KEYS),
            span: Keys::new(&SPAN_KEYS),
            attributes: AttributeTable::new(),
            event: Keys::new(&EVENT_KEYS),
            link: Keys::new(&LINK_KEYS),
            status: Keys::new(&STATUS_KEYS),
        }
    }
}

pub fn resource_spans<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<()> {
    let resource = reading.builder.add_resource();
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.resource_spans, &mut cursor)? {
            Member::End => return Ok(()),
            Member::Other(_) => {
                lexer.skip()?;
            }
            Member::Known(0) => read_resource(reading, lexer, tables, resource)?,
            Member::Known(_) => {
                reading.list(lexer, "scopeSpans", |reading, lexer| scope_spans(reading, lexer, tables, resource))?;
            }
        }
    }
}

fn read_resource<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    tables: &mut Tables,
    resource: ResourceIndex,
) -> Lex<()> {
    let Some(mut cursor) = reading.object(lexer, "resource")? else { return Ok(()) };
    let mut range = AttributeRange { start: reading.builder.attribute_mark(), len: 0 };
    loop {
        match lexer.member(&mut tables.resource, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => range = attributes(reading, lexer, &mut tables.attributes, Place::Resource)?,
            Member::Known(_) => dropped(reading, lexer, &mut range, "otel.dropped_attributes_count")?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    reading.builder.set_resource(resource, range);
    Ok(())
}

pub fn scope_spans<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    tables: &mut Tables,
    resource: ResourceIndex,
) -> Lex<()> {
    let scope = reading.builder.add_scope(StringId::EMPTY, StringId::EMPTY, AttributeRange::default());
    let origin = reading.builder.add_origin(resource, scope);
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.scope_spans, &mut cursor)? {
            Member::End => return Ok(()),
            Member::Known(1) => {
                reading.list(lexer, "spans", |reading, lexer| span(reading, lexer, tables, origin))?;
            }
            Member::Known(_) => read_scope(reading, lexer, tables, scope)?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
}

fn read_scope<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables, scope: ScopeIndex) -> Lex<()> {
    let Some(mut cursor) = reading.object(lexer, "scope")? else { return Ok(()) };
    let (mut name, mut version, mut range) = (StringId::EMPTY, StringId::EMPTY, AttributeRange::default());
    loop {
        match lexer.member(&mut tables.scope, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => name = reading.text_id(lexer, "scope.name")?,
            Member::Known(1) => version = reading.text_id(lexer, "scope.version")?,
            Member::Known(_) => range = attributes(reading, lexer, &mut tables.attributes, Place::Resource)?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    reading.builder.set_scope(scope, name, version, range);
    Ok(())
}

/// The fields that most spans have, in the order of the protocol.
const USUAL: [(Field, Literal); 10] = [
    (Field::TraceId, Literal::key("traceId")),
    (Field::SpanId, Literal::next_key("spanId")),
    (Field::ParentSpanId, Literal::next_key("parentSpanId")),
    (Field::Flags, Literal::next_key("flags")),
    (Field::Name, Literal::next_key("name")),
    (Field::Kind, Literal::next_key("kind")),
    (Field::Start, Literal::next_key("startTimeUnixNano")),
    (Field::End, Literal::next_key("endTimeUnixNano")),
    (Field::Attributes, Literal::next_key("attributes")),
    (Field::Status, Literal::next_key("status")),
];

/// A span that is being read.
struct Unfinished<'t> {
    tables: &'t mut Tables,
    draft: SpanDraft,
    own: u64,
}

impl<'a> SpanFields<'a> for Unfinished<'_> {
    type Field = Field;
    const USUAL: &'static [(Field, Literal)] = &USUAL;
    const FIELDS: &'static [Field] = &SPAN_FIELDS;

    #[inline(always)]
    fn number(field: Field) -> u32 {
        field as u32
    }

    #[inline(always)]
    fn keys(&mut self) -> &mut Keys {
        &mut self.tables.span
    }

    #[inline(always)]
    fn read(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, field: Field) -> Lex<()> {
        let Unfinished { tables, draft, .. } = self;
        match field {
            Field::TraceId => reading.trace_id(lexer, "traceId", Base64::Yes, &mut draft.trace)?,
            Field::SpanId => reading.span_id(lexer, "spanId", Base64::Yes, &mut draft.id)?,
            Field::ParentSpanId => reading.span_id(lexer, "parentSpanId", Base64::Yes, &mut draft.parent)?,
            Field::Name => draft.name = reading.hot_text_id(lexer, "name")?,
            Field::Kind => draft.kind = kind(reading, lexer)?,
            Field::Start => draft.start = reading.time_ns(lexer, "startTimeUnixNano")?,
            Field::End => draft.end = reading.time_ns(lexer, "endTimeUnixNano")?,
            Field::Attributes => {
                draft.attributes = attributes(reading, lexer, &mut tables.attributes, Place::Span(draft.kind))?
            }
            Field::Status => {
                if !lexer.empty_object() {
                    status(reading, lexer, tables, draft)?;
                }
            }
            Field::Flags => draft.flags = flags(reading, lexer)?,
            _ => rare_field(reading, lexer, self, field)?,
        }
        Ok(())
    }

    #[cold]
    fn again(&mut self, reading: &mut Input<'a>, field: Field) {
        match field {
            Field::Events => reading.builder.truncate_events(self.draft.first_event),
            Field::Links => reading.builder.truncate_links(self.draft.first_link),
            _ => {}
        }
        reading.builder.warn_span(WarningKind::DuplicateKey, "");
    }
}

/// One span. Not inlined, so that a JavaScript engine can swap it for optimised code between two calls.
#[inline(never)]
fn span<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables, origin: OriginIndex) -> Lex<()> {
    let draft = reading.builder.draft(reading.address(lexer.offset()));
    let mut span = Unfinished { tables, draft, own: 0 };
    read_fields(reading, lexer, &mut span)?;
    let Unfinished { mut draft, own, .. } = span;
    if own != 0 {
        draft.asynchronous |= own & 1 != 0;
        // In OTLP the instant 0 is no time.
        if own & 2 != 0 && draft.start == NO_TIME {
            draft.start = 0;
        }
        if own & 4 != 0 && draft.end == NO_TIME {
            draft.end = 0;
        }
    }
    reading.builder.push_span(&draft, origin);
    Ok(())
}

/// A span that stands alone, with the resource and the scope that may stand in it; whether the object is one.
pub fn lone_span<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<bool> {
    let (resource, mut scope) = (reading.builder.add_resource(), ScopeIndex::NONE);
    let mark = lexer.mark();
    let mut cursor = lexer.begin_object()?;
    let (mut id, mut name_and_start) = (false, 0);
    while let Some(name) = lexer.any_member(&mut cursor)? {
        match name.bytes(reading.bytes) {
            b"spanId" | b"span_id" => {
                lexer.skip()?;
                id = true;
            }
            b"name" | b"startTimeUnixNano" | b"start_time_unix_nano" => {
                lexer.skip()?;
                name_and_start += 1;
            }
            b"resource" => read_resource(reading, lexer, tables, resource)?,
            b"scope" => {
                scope = reading.builder.add_scope(StringId::EMPTY, StringId::EMPTY, AttributeRange::default());
                read_scope(reading, lexer, tables, scope)?;
            }
            _ => {
                lexer.skip()?;
            }
        }
    }
    // Spans of other formats have a trace id, too.
    let is_span = id || name_and_start > 1;
    if is_span {
        lexer.rewind(mark);
        let origin = reading.builder.add_origin(resource, scope);
        span(reading, lexer, tables, origin)?;
    }
    Ok(is_span)
}

/// A field that few spans have.
#[inline(never)]
fn rare_field<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, span: &mut Unfinished<'_>, field: Field) -> Lex<()> {
    let Unfinished { tables, draft, own } = span;
    match field {
        Field::Events => reading.list(lexer, "events", |reading, lexer| event(reading, lexer, tables)),
        Field::Links => reading.list(lexer, "links", |reading, lexer| link(reading, lexer, tables)),
        Field::TraceState => {
            draft.trace_state = reading.text_value(lexer, "traceState")?;
            Ok(())
        }
        Field::DroppedAttributes => dropped(reading, lexer, &mut draft.attributes, "otel.dropped_attributes_count"),
        Field::DroppedEvents => dropped(reading, lexer, &mut draft.attributes, "otel.dropped_events_count"),
        Field::DroppedLinks => dropped(reading, lexer, &mut draft.attributes, "otel.dropped_links_count"),
        _ => {
            *own = reading.unsigned(lexer, "spanscope", WarningKind::BadValue)?.unwrap_or(0);
            Ok(())
        }
    }
}

#[inline(always)]
fn flags<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<u32> {
    match lexer.short_number() {
        Some(number) => Ok(number),
        None => other_flags(reading, lexer),
    }
}

#[inline(never)]
fn other_flags<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<u32> {
    let flags = reading.unsigned(lexer, "flags", WarningKind::BadValue)?;
    Ok(flags.and_then(|flags| u32::try_from(flags).ok()).unwrap_or(0))
}

#[inline]
fn kind<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<SpanKind> {
    let mark = lexer.mark();
    if let Some(digit) = lexer.digit() {
        match SpanKind::from_number(u64::from(digit)) {
            Some(kind) => return Ok(kind),
            None => lexer.rewind(mark),
        }
    }
    let kind = match lexer.peek()? {
        Kind::Number => {
            let number = lexer.number()?;
            let digits = &reading.bytes[number.start as usize..number.end as usize];
            super::input::parse_unsigned(digits).and_then(SpanKind::from_number)
        }
        Kind::String => {
            let text = lexer.string()?;
            let name = text.bytes(reading.bytes);
            match name.strip_prefix(b"SPAN_KIND_").unwrap_or(name) {
                b"" => Some(SpanKind::Unspecified),
                name => kind_of(name).or_else(|| super::input::parse_unsigned(name).and_then(SpanKind::from_number)),
            }
        }
        _ => {
            reading.not_expected(lexer, "kind", "a number or a name")?;
            Some(SpanKind::Unspecified)
        }
    };
    Ok(kind.unwrap_or_else(|| {
        reading.builder.warn_span(WarningKind::BadValue, "Expected a span kind from 0 to 5 or its name.");
        SpanKind::Unspecified
    }))
}

#[inline(never)]
fn status<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables, draft: &mut SpanDraft) -> Lex<()> {
    let Some(mut cursor) = reading.object(lexer, "status")? else { return Ok(()) };
    loop {
        match lexer.member(&mut tables.status, &mut cursor)? {
            Member::End => return Ok(()),
            Member::Known(0) => draft.message = reading.text_value(lexer, "status.message")?,
            Member::Known(_) => {
                let code = match lexer.peek()? {
                    Kind::Number => {
                        let number = lexer.number()?;
                        let digits = &reading.bytes[number.start as usize..number.end as usize];
                        super::input::parse_unsigned(digits).and_then(Status::from_number)
                    }
                    Kind::String => {
                        let text = lexer.string()?.bytes(reading.bytes);
                        let number = || super::input::parse_unsigned(text).and_then(Status::from_number);
                        if text.is_empty() { Some(Status::Unset) } else { status_of(text).or_else(number) }
                    }
                    _ => {
                        reading.not_expected(lexer, "status.code", "a number or a name")?;
                        Some(Status::Unset)
                    }
                };
                draft.status = code.unwrap_or_else(|| {
                    let message = "Expected a status code from 0 to 2 or its name.";
                    reading.builder.warn_span(WarningKind::BadValue, message);
                    Status::Unset
                });
            }
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
}

fn event<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<()> {
    let (mut time, mut name) = (NO_TIME, StringId::EMPTY);
    let mut range = AttributeRange { start: reading.builder.attribute_mark(), len: 0 };
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.event, &mut cursor)? {
            Member::End => break,
            Member::Known(0 | 4) => time = reading.time_ns(lexer, "timeUnixNano")?,
            Member::Known(1) => name = reading.text_id(lexer, "event name")?,
            Member::Known(2) => range = attributes(reading, lexer, &mut tables.attributes, Place::Event)?,
            Member::Known(_) => dropped(reading, lexer, &mut range, "otel.dropped_attributes_count")?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    reading.builder.push_event(time, name, range);
    Ok(())
}

fn link<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<()> {
    let mut link = LinkDraft {
        trace: TraceKey::EMPTY,
        span: SpanKey::EMPTY,
        trace_state: RawValue::NULL,
        attributes: AttributeRange { start: reading.builder.attribute_mark(), len: 0 },
    };
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.link, &mut cursor)? {
            Member::End => break,
            Member::Known(0 | 5) => reading.trace_id(lexer, "traceId", Base64::Yes, &mut link.trace)?,
            Member::Known(1 | 6) => reading.span_id(lexer, "a link's spanId", Base64::Yes, &mut link.span)?,
            Member::Known(2 | 7) => link.trace_state = reading.text_value(lexer, "a link's traceState")?,
            Member::Known(3) => link.attributes = attributes(reading, lexer, &mut tables.attributes, Place::Link)?,
            Member::Known(_) => dropped(reading, lexer, &mut link.attributes, "otel.dropped_attributes_count")?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    reading.builder.push_link(link);
    Ok(())
}

/// A count of what the producer dropped: kept as the attribute that OpenTelemetry names for formats without the field.
fn dropped<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, range: &mut AttributeRange, name: &str) -> Lex<()> {
    if let Some(count) = reading.unsigned(lexer, name, WarningKind::BadValue)? {
        add_dropped(reading.builder, range, name, count);
    }
    Ok(())
}
