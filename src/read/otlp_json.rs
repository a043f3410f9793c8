//! OTLP in JSON: what the Collector's file exporter, OTLP/HTTP bodies, Tempo, Grafana and Jaeger's v3 API write.
//!
//! ```text
//! {"resourceSpans":[{"resource":{"attributes":[…]},
//!                    "scopeSpans":[{"scope":{…},"spans":[{"traceId","spanId",…,"attributes":[{"key","value":{"stringValue":…}}]}]}]}]}
//! ```
//! One object, an array of them, or many one after another; also under `trace`, `result`, `data` or `traces`, called `batches`, with
//! `instrumentationLibrarySpans` for `scopeSpans`, in snake_case, or only a span or an array of spans. Ids are hexadecimal (the
//! specification) or base64 (protobuf's own JSON); enumerations numbers or names; 64-bit integers strings or numbers. Documents of logs and
//! metrics in between are counted and skipped.
//!
//! Source: opentelemetry-proto 1.x, `trace.proto`, and its specification's section "JSON Protobuf Encoding".

use super::Format;
use super::console::java;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::logs::otlp_logs;
use super::otlp_attributes::{AttributeTable, Place, add_dropped, attributes};
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member};
use crate::simd::Literal;
use crate::store::{
    AttributeRange, LinkDraft, NO_TIME, OriginIndex, RawValue, ResourceIndex, ScopeIndex, SpanDraft, SpanKey, SpanKind,
    Status, TraceKey,
};
use crate::strings::StringId;

pub(super) const FORMAT: Format = Format {
    id: "otlp-json",
    name: "OTLP JSON",
    produced_by: "OpenTelemetry Collector, SDK exporters, Tempo, Grafana, Jaeger v3",
    shapes: "`resourceSpans`, `batches`, under `trace`, `result`, `data`; `instrumentationLibrarySpans`; snake_case; hex and base64 ids; a span or an array of spans; documents behind a log's prefix",
    detect,
    read,
};
fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.has_any(&["resourceSpans", "resource_spans"]) {
        return Some("it has resourceSpans");
    }
    if shape.has("batches") && shape.has_any(&["scopeSpans", "instrumentationLibrarySpans", "scope_spans", "resource"])
    {
        return Some("it has batches of scope spans");
    }
    if shape.has_any(&["scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"]) {
        return Some("it has scopeSpans");
    }
    if shape.has_any(&["startTimeUnixNano", "start_time_unix_nano"]) && shape.has_any(&["spanId", "span_id"]) {
        return Some("it is a span with startTimeUnixNano");
    }
    java::logs_otlp(shape).then_some("its log lines hold spans as OTLP")
}

pub(super) fn read<'a>(reading: &mut Reading<'a>) {
    let mut tables = Tables::new();
    let mut read = |reading: &mut Reading<'a>, lexer: &mut Lexer<'a>| {
        let before = reading.builder.span_count();
        let start = lexer.offset();
        let found = document(reading, lexer, &mut tables)?;
        if found == Found::Other && reading.builder.span_count() == before {
            let reason = "Expected resourceSpans, found a document without spans.".to_owned();
            reading.skip(WarningKind::NotTraces, start, reason);
        }
        Ok(())
    };
    match reading.bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{' | b'[') | None => reading.documents(read),
        // Log lines, or what is wrong with it is told.
        Some(_) if java::holds_otlp(reading.bytes) => java::logged(reading, &mut read),
        Some(_) => reading.documents(read),
    }
}

/// What a document turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Traces,
    Other,
}

static DOCUMENT_KEYS: [Literal; 24] = [
    Literal::key("resourceSpans"),
    Literal::key("resource_spans"),
    Literal::key("batches"),
    Literal::key("trace"),
    Literal::key("result"),
    Literal::key("data"),
    Literal::key("traces"),
    // A single ResourceSpans.
    Literal::key("resource"),
    Literal::key("scopeSpans"),
    Literal::key("scope_spans"),
    Literal::key("instrumentationLibrarySpans"),
    Literal::key("instrumentation_library_spans"),
    // A single ScopeSpans.
    Literal::key("scope"),
    Literal::key("instrumentationLibrary"),
    Literal::key("spans"),
    // A single span.
    Literal::key("traceId"),
    Literal::key("trace_id"),
    Literal::key("spanId"),
    Literal::key("span_id"),
    Literal::key("parentSpanId"),
    Literal::key("startTimeUnixNano"),
    Literal::key("start_time_unix_nano"),
    Literal::key("endTimeUnixNano"),
    Literal::key("traceState"),
];

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
struct Tables {
    document: Keys,
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
    fn new() -> Tables {
        Tables {
            document: Keys::new(&DOCUMENT_KEYS),
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

/// One document, or what stands under a wrapper. Recursion is bounded by the lexer's limit of nesting.
fn document<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<Found> {
    match lexer.peek()? {
        Kind::Array => {
            let mut found = Found::Other;
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                if document(reading, lexer, tables)? == Found::Traces {
                    found = Found::Traces;
                }
            }
            return Ok(found);
        }
        Kind::Object => {}
        _ => {
            lexer.skip()?;
            return Ok(Found::Other);
        }
    }
    let mark = lexer.mark();
    let mut found = Found::Other;
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.document, &mut cursor)? {
            Member::End => return Ok(found),
            Member::Other(name) if otlp_logs::is_key(name.bytes(reading.bytes)) => {
                if otlp_logs::beside_spans(reading, lexer)? {
                    found = Found::Traces;
                }
            }
            Member::Other(_) => {
                lexer.skip()?;
            }
            Member::Known(0..=2) => {
                reading.list(lexer, "resourceSpans", |reading, lexer| resource_spans(reading, lexer, tables))?;
                found = Found::Traces;
            }
            Member::Known(3..=6) => {
                if document(reading, lexer, tables)? == Found::Traces {
                    found = Found::Traces;
                }
            }
            Member::Known(7..=11) => {
                lexer.rewind(mark);
                resource_spans(reading, lexer, tables)?;
                return Ok(Found::Traces);
            }
            Member::Known(12..=14) => {
                lexer.rewind(mark);
                let resource = reading.builder.add_resource();
                scope_spans(reading, lexer, tables, resource)?;
                return Ok(Found::Traces);
            }
            Member::Known(_) => {
                lexer.rewind(mark);
                let resource = reading.builder.add_resource();
                let origin = reading.builder.add_origin(resource, ScopeIndex::NONE);
                span(reading, lexer, tables, origin)?;
                return Ok(Found::Traces);
            }
        }
    }
}

fn resource_spans<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<()> {
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
    reading: &mut Reading<'a>,
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

fn scope_spans<'a>(
    reading: &mut Reading<'a>,
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

fn read_scope<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables, scope: ScopeIndex) -> Lex<()> {
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

/// One span. Not inlined, so that a JavaScript engine can swap it for optimised code between two calls.
#[inline(never)]
fn span<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables, origin: OriginIndex) -> Lex<()> {
    let mut draft = reading.builder.draft(reading.address(lexer.offset()));
    let mut seen = 0_u32;
    let mut own = 0;
    let mut cursor = lexer.begin_object()?;
    loop {
        let key = match lexer.member_inlined(&mut tables.span, &mut cursor)? {
            Member::End => break,
            Member::Other(_) => {
                lexer.skip()?;
                continue;
            }
            Member::Known(key) => key,
        };
        let field = SPAN_FIELDS[key as usize];
        let bit = 1 << field as u32;
        if seen & bit != 0 {
            repeated(reading, &mut draft, field);
        }
        seen |= bit;
        match field {
            Field::TraceId => draft.trace = reading.trace_id(lexer, "traceId", Base64::Yes)?,
            Field::SpanId => draft.id = reading.span_id(lexer, "spanId", Base64::Yes)?,
            Field::ParentSpanId => draft.parent = reading.span_id(lexer, "parentSpanId", Base64::Yes)?,
            Field::Name => draft.name = reading.text_id(lexer, "name")?,
            Field::Kind => draft.kind = kind(reading, lexer)?,
            Field::Start => draft.start = reading.time_ns(lexer, "startTimeUnixNano")?,
            Field::End => draft.end = reading.time_ns(lexer, "endTimeUnixNano")?,
            Field::Attributes => draft.attributes = attributes(reading, lexer, &mut tables.attributes, Place::Span)?,
            Field::Events => reading.list(lexer, "events", |reading, lexer| event(reading, lexer, tables))?,
            Field::Links => reading.list(lexer, "links", |reading, lexer| link(reading, lexer, tables))?,
            Field::Status => status(reading, lexer, tables, &mut draft)?,
            Field::TraceState => draft.trace_state = reading.text_value(lexer, "traceState")?,
            Field::Flags => {
                let flags = reading.unsigned(lexer, "flags", WarningKind::BadValue)?;
                draft.flags = flags.and_then(|flags| u32::try_from(flags).ok()).unwrap_or(0);
            }
            Field::DroppedAttributes => {
                dropped(reading, lexer, &mut draft.attributes, "otel.dropped_attributes_count")?;
            }
            Field::DroppedEvents => dropped(reading, lexer, &mut draft.attributes, "otel.dropped_events_count")?,
            Field::DroppedLinks => dropped(reading, lexer, &mut draft.attributes, "otel.dropped_links_count")?,
            Field::Own => own = reading.unsigned(lexer, "spanscope", WarningKind::BadValue)?.unwrap_or(0),
        }
    }
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

/// A key that stands twice: what the first one gave is taken back, as the last one counts.
#[cold]
fn repeated(reading: &mut Reading<'_>, draft: &mut SpanDraft, field: Field) {
    match field {
        Field::Events => reading.builder.truncate_events(draft.first_event),
        Field::Links => reading.builder.truncate_links(draft.first_link),
        _ => {}
    }
    reading.builder.warn_span(WarningKind::DuplicateKey, "");
}

#[inline]
fn kind<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<SpanKind> {
    if let Some(digit) = lexer.digit()
        && let Some(kind) = SpanKind::from_number(u64::from(digit))
    {
        return Ok(kind);
    }
    let kind = match lexer.peek()? {
        Kind::Number => {
            let number = lexer.number()?;
            let digits = &reading.bytes[number.start as usize..number.end as usize];
            super::documents::parse_unsigned(digits).and_then(SpanKind::from_number)
        }
        Kind::String => {
            let text = lexer.string()?;
            let name = String::from_utf8_lossy(text.bytes(reading.bytes));
            let name = name.strip_prefix("SPAN_KIND_").unwrap_or(&name);
            if name.is_empty() { Some(SpanKind::Unspecified) } else { SpanKind::from_name(name) }
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

fn status<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables, draft: &mut SpanDraft) -> Lex<()> {
    if lexer.empty_object() {
        return Ok(());
    }
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
                        super::documents::parse_unsigned(digits).and_then(Status::from_number)
                    }
                    Kind::String => {
                        let text = lexer.string()?;
                        status_of_name(&String::from_utf8_lossy(text.bytes(reading.bytes)))
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

fn status_of_name(name: &str) -> Option<Status> {
    let name = name.strip_prefix("STATUS_CODE_").unwrap_or(name);
    match name {
        "" => Some(Status::Unset),
        _ if name.eq_ignore_ascii_case("unset") => Some(Status::Unset),
        _ if name.eq_ignore_ascii_case("ok") => Some(Status::Ok),
        _ if name.eq_ignore_ascii_case("error") => Some(Status::Error),
        _ => None,
    }
}

fn event<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<()> {
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

fn link<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables) -> Lex<()> {
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
            Member::Known(0 | 5) => link.trace = reading.trace_id(lexer, "traceId", Base64::Yes)?,
            Member::Known(1 | 6) => link.span = reading.span_id(lexer, "a link's spanId", Base64::Yes)?,
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
fn dropped<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, range: &mut AttributeRange, name: &str) -> Lex<()> {
    if let Some(count) = reading.unsigned(lexer, name, WarningKind::BadValue)? {
        add_dropped(reading.builder, range, name, count);
    }
    Ok(())
}
