//! Spans of Zipkin's JSON, version 2.
//!
//! - Client and server of one call may use the same id: they stay two spans, and the server's half (`shared`) hangs under the client's.
//! - The local endpoint is the resource. There are far fewer endpoints than spans, so they are known by their text.
//! - A span without a timestamp has no time; one without a duration has no end (it was never finished).
//! - The OpenTelemetry Collector writes attributes of events and whole links as text: they are taken apart again.

use super::ids::Base64;
use super::input::Input;
use super::micros::Times;
use super::once::{Objects, Origins};
use super::span_fields::{SpanFields, read_fields};
use super::told::{Meaning, Meanings, TagValue, Told, kind_of};
use super::zipkin_text;
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member, Phrases, Stop, Text};
use crate::simd::{self, Literal};
use crate::store::{AttributeRange, Encoding, NO_TIME, RawValue, SpanDraft, SpanKind, StoreBuilder};
use crate::strings::StringId;

/// The fields of a span, in the order of [`SPAN_KEYS`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    TraceId,
    ParentId,
    Id,
    Kind,
    Name,
    Timestamp,
    Duration,
    LocalEndpoint,
    RemoteEndpoint,
    Annotations,
    Tags,
    Debug,
    Shared,
    /// Of version 1.
    BinaryAnnotations,
}

static SPAN_KEYS: [Literal; 14] = [
    Literal::key("traceId"),
    Literal::key("parentId"),
    Literal::key("id"),
    Literal::key("kind"),
    Literal::key("name"),
    Literal::key("timestamp"),
    Literal::key("duration"),
    Literal::key("localEndpoint"),
    Literal::key("remoteEndpoint"),
    Literal::key("annotations"),
    Literal::key("tags"),
    Literal::key("debug"),
    Literal::key("shared"),
    Literal::key("binaryAnnotations"),
];

static SPAN_FIELDS: [Field; SPAN_KEYS.len()] = [
    Field::TraceId,
    Field::ParentId,
    Field::Id,
    Field::Kind,
    Field::Name,
    Field::Timestamp,
    Field::Duration,
    Field::LocalEndpoint,
    Field::RemoteEndpoint,
    Field::Annotations,
    Field::Tags,
    Field::Debug,
    Field::Shared,
    Field::BinaryAnnotations,
];

static ENDPOINT_KEYS: [Literal; 4] =
    [Literal::key("serviceName"), Literal::key("ipv4"), Literal::key("ipv6"), Literal::key("port")];

static ANNOTATION_KEYS: [Literal; 2] = [Literal::key("timestamp"), Literal::key("value")];

/// What is kept from span to span.
pub struct Tables<'a> {
    /// The learned orders of keys, for the whole input.
    span: Keys,
    endpoint: Keys,
    annotation: Keys,
    meanings: Meanings,
    /// Keys of tags by what stands before their values; spans of each kind have orders of their own.
    phrases: Phrases<(StringId, Meaning)>,
    origins: Origins,
    /// Resources by the text of the local endpoint.
    local: Objects<'a>,
    /// Positions in `peers` by the text of the remote endpoint.
    remote: Objects<'a>,
    peers: Vec<Endpoint>,
    /// The resource of spans without an endpoint.
    nowhere: Option<u32>,
    version: Version,
    /// What the tags of the span that is being read told, and links that stand there.
    told: Told,
    links: Vec<(StringId, Text)>,
}

/// What the spans of a document were found to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Nothing told it yet.
    Unknown,
    First,
    Second,
}

/// An endpoint; what it does not have is null.
#[derive(Clone, Copy)]
pub struct Endpoint {
    pub service: RawValue,
    pub address: RawValue,
    pub port: RawValue,
}

impl Endpoint {
    pub const NONE: Endpoint = Endpoint { service: RawValue::NULL, address: RawValue::NULL, port: RawValue::NULL };

    /// The attributes it makes, under OpenTelemetry's names.
    fn attributes(self, names: [&'static str; 3]) -> impl Iterator<Item = (&'static str, RawValue)> {
        names.into_iter().zip([self.service, self.address, self.port]).filter(|(_, value)| !value.is_null())
    }

    /// Adds the attributes of the resource that a local endpoint is.
    pub fn push_resource(self, builder: &mut StoreBuilder) -> AttributeRange {
        let mark = builder.attribute_mark();
        for (name, value) in self.attributes(["service.name", "network.local.address", "network.local.port"]) {
            let key = builder.intern(name);
            builder.push_attribute(key, value);
        }
        builder.attributes_since(mark)
    }
}

impl Tables<'_> {
    pub fn new() -> Self {
        Tables {
            span: Keys::new(&SPAN_KEYS),
            endpoint: Keys::new(&ENDPOINT_KEYS),
            annotation: Keys::new(&ANNOTATION_KEYS),
            meanings: Meanings::default(),
            phrases: Phrases::new(SpanKind::Consumer as u32 + 1, (StringId::EMPTY, Meaning::Attribute)),
            origins: Origins::new(),
            local: Objects::default(),
            remote: Objects::default(),
            peers: Vec::new(),
            nowhere: None,
            version: Version::Second,
            told: Told::NOTHING,
            links: Vec::new(),
        }
    }

    /// Begins with a list that may be of the first version: then [`document`] stops, and [`Tables::met_first_version`] tells it.
    pub fn doubt_version(&mut self) {
        self.version = Version::Unknown;
    }

    pub fn met_first_version(&self) -> bool {
        self.version == Version::First
    }
}

/// A span, or an array of what a document may be. Recursion is bounded by the lexer's limit of nesting.
pub fn document<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    match lexer.peek()? {
        Kind::Array => {
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                if lexer.peek()? == Kind::Object {
                    span(reading, lexer, tables)?;
                } else {
                    document(reading, lexer, tables)?;
                }
            }
            Ok(())
        }
        Kind::Object => span(reading, lexer, tables),
        _ => reading.not_expected(lexer, "a span", "an object"),
    }
}

/// The fields that most spans have, in the order of Zipkin's own library.
const USUAL: [(Field, Literal); 9] = [
    (Field::TraceId, Literal::key("traceId")),
    (Field::ParentId, Literal::next_key("parentId")),
    (Field::Id, Literal::next_key("id")),
    (Field::Kind, Literal::next_key("kind")),
    (Field::Name, Literal::next_key("name")),
    (Field::Timestamp, Literal::next_key("timestamp")),
    (Field::Duration, Literal::next_key("duration")),
    (Field::LocalEndpoint, Literal::next_key("localEndpoint")),
    (Field::Tags, Literal::next_key("tags")),
];

/// A span that is being read.
struct Unfinished<'t, 'a> {
    tables: &'t mut Tables<'a>,
    draft: SpanDraft,
    times: Times,
    /// Numbers of the local endpoint's resource and of the remote endpoint.
    local: Option<u32>,
    remote: Option<u32>,
    debug: bool,
}

impl<'a> SpanFields<'a> for Unfinished<'_, 'a> {
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
            Field::TraceId => reading.trace_id(lexer, "traceId", Base64::No, &mut draft.trace)?,
            Field::Id => reading.span_id(lexer, "id", Base64::No, &mut draft.id)?,
            Field::ParentId => reading.span_id(lexer, "parentId", Base64::No, &mut draft.parent)?,
            Field::Kind => draft.kind = kind(reading, lexer)?,
            Field::Name => draft.name = reading.hot_text_id(lexer, "name")?,
            Field::Timestamp => self.times.start = reading.time_us(lexer, "timestamp")?.filter(|time| *time != 0),
            Field::Duration => self.times.duration = reading.micros(lexer, "duration")?,
            Field::LocalEndpoint => {
                tables.version = Version::Second;
                self.local = local_endpoint(reading, lexer, tables)?;
            }
            Field::RemoteEndpoint => self.remote = remote_endpoint(reading, lexer, tables)?,
            Field::Annotations => annotations(reading, lexer, tables)?,
            Field::Tags => draft.attributes = tags(reading, lexer, tables, draft.kind)?,
            Field::Debug => self.debug = reading.flag(lexer, "debug")?,
            Field::Shared => draft.shared = reading.flag(lexer, "shared")?,
            Field::BinaryAnnotations => {
                let range = lexer.skip()?;
                if range.len() > 2 {
                    if tables.version == Version::Unknown {
                        tables.version = Version::First;
                        return Err(Stop);
                    }
                    let reason = "Expected tags, found binaryAnnotations of Zipkin's version 1.".to_owned();
                    reading.skip(WarningKind::Skipped, range.start, reason);
                }
            }
        }
        Ok(())
    }

    #[cold]
    fn again(&mut self, reading: &mut Input<'a>, field: Field) {
        match field {
            Field::Annotations => reading.builder.truncate_events(self.draft.first_event),
            Field::Tags => {
                self.tables.told.clear();
                self.tables.links.clear();
            }
            _ => {}
        }
        reading.builder.warn_span(WarningKind::DuplicateKey, "");
    }
}

/// One span. Not inlined, so that a JavaScript engine can swap it for optimised code between two calls.
#[inline(never)]
fn span<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    let at = lexer.offset();
    let draft = reading.builder.draft(reading.address(at));
    tables.links.clear();
    tables.told.clear();
    let mut span = Unfinished { tables, draft, times: Times::default(), local: None, remote: None, debug: false };
    let seen = read_fields(reading, lexer, &mut span)?;
    let Unfinished { tables, mut draft, times, local, remote, debug } = span;
    let has = |field: Field| seen & 1 << field as u32 != 0;
    let own = [Field::Timestamp, Field::Duration, Field::LocalEndpoint].into_iter().any(has);
    // Spans of other formats have one of the ids, too.
    if !(has(Field::TraceId) && has(Field::Id) || own && (has(Field::TraceId) || has(Field::Id))) {
        no_span(reading, &draft, at);
        return Ok(());
    }
    times.put(reading, &mut draft);
    let scope = tables.told.put(reading, &mut draft);
    if remote.is_some() || debug || !tables.links.is_empty() {
        let remote = remote.map(|remote| tables.peers[remote as usize]);
        extras(reading, &mut draft, &mut tables.links, remote, debug);
    }
    let resource =
        local.unwrap_or_else(|| *tables.nowhere.get_or_insert_with(|| tables.origins.add_resource(reading.builder)));
    let origin = tables.origins.origin(reading.builder, resource, scope);
    reading.builder.push_span(&draft, origin);
    Ok(())
}

/// An object without the ids of a span: what was read of it is taken back, but for its attributes, among which may be those of an endpoint that is
/// met again.
#[cold]
fn no_span(reading: &mut Input<'_>, draft: &SpanDraft, at: usize) {
    reading.builder.truncate_events(draft.first_event);
    reading.builder.forget_span_warnings();
    reading.skip(WarningKind::NotTraces, at, "Expected a span with traceId and id, found another object.".to_owned());
}

/// What few spans have: a peer, the debug flag, links in tags.
#[inline(never)]
pub fn extras(
    reading: &mut Input<'_>,
    draft: &mut SpanDraft,
    links: &mut Vec<(StringId, Text)>,
    remote: Option<Endpoint>,
    debug: bool,
) {
    if let Some(remote) = remote {
        for (name, value) in remote.attributes(["service.peer.name", "network.peer.address", "network.peer.port"]) {
            let key = reading.builder.intern(name);
            reading.builder.extend_attributes(&mut draft.attributes, key, value);
        }
    }
    if debug {
        let key = reading.builder.intern("zipkin.debug");
        reading.builder.extend_attributes(&mut draft.attributes, key, RawValue::bool(true));
    }
    for (key, text) in links.drain(..) {
        if !zipkin_text::push_link(reading, text) {
            let value = reading.string_value(text);
            reading.builder.extend_attributes(&mut draft.attributes, key, value);
        }
    }
}

#[inline(always)]
fn kind<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<SpanKind> {
    let kind = match lexer.quoted::<6>() {
        Some(b"CLIENT") => SpanKind::Client,
        Some(b"SERVER") => SpanKind::Server,
        _ => return other_kind(reading, lexer),
    };
    lexer.accept_quoted::<6>();
    Ok(kind)
}

#[inline(never)]
fn other_kind<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<SpanKind> {
    let Some(text) = reading.text(lexer, "kind")? else { return Ok(SpanKind::Unspecified) };
    let bytes = text.bytes(reading.bytes);
    if let Some(kind) = kind_of(bytes) {
        return Ok(kind);
    }
    if !bytes.is_empty() {
        let message = "Expected CLIENT, SERVER, PRODUCER or CONSUMER as kind.";
        reading.builder.warn_span(WarningKind::BadValue, message);
    }
    Ok(SpanKind::Unspecified)
}

/// The tags; those that stand for a field are told, not listed.
#[inline(never)]
fn tags<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    tables: &mut Tables<'a>,
    kind: SpanKind,
) -> Lex<AttributeRange> {
    let mark = reading.builder.attribute_mark();
    let Some(mut cursor) = reading.object(lexer, "tags")? else { return Ok(reading.builder.attributes_since(mark)) };
    let bytes = reading.bytes;
    let mut after = tables.phrases.root(kind as u32);
    // A phrase is everything from the end of one value, or from the object's bracket, to the content of the next.
    let mut start = lexer.offset() - 1;
    loop {
        let mut at = start;
        while let Some((phrase, (key, meaning), content)) = tables.phrases.follow(bytes, at, after) {
            let end = simd::plain_run(bytes, content);
            if bytes.get(end) != Some(&b'"') {
                break;
            }
            (after, at) = (phrase, end + 1);
            let text = Text { start: content as u32, end: end as u32, escaped: false };
            let raw = reading.string_value(text);
            if meaning == Meaning::Attribute {
                reading.builder.push_attribute(key, raw);
            } else {
                take(
                    reading,
                    (&mut tables.told, &mut tables.links),
                    (key, meaning),
                    TagValue { raw, text: Some(text) },
                );
            }
        }
        if at != start {
            if bytes.get(at) == Some(&b'}') {
                lexer.leave_object(at + 1);
                break;
            }
            lexer.go_on(&mut cursor, at);
            start = at;
        }
        let Some(name) = lexer.any_member(&mut cursor)? else { break };
        let key = reading.intern(name);
        let meaning = tables.meanings.of(reading.builder, key);
        if lexer.peek()? == Kind::String {
            let text = lexer.string()?;
            after = tables.phrases.learn(after, &bytes[start..text.start as usize], (key, meaning));
            let value = TagValue { raw: reading.string_value(text), text: Some(text) };
            take(reading, (&mut tables.told, &mut tables.links), (key, meaning), value);
        } else {
            let value = TagValue { raw: other_value(reading, lexer)?, text: None };
            take(reading, (&mut tables.told, &mut tables.links), (key, meaning), value);
        }
        start = lexer.offset();
    }
    Ok(reading.builder.attributes_since(mark))
}

#[inline(never)]
pub fn take(
    reading: &mut Input<'_>,
    (told, links): (&mut Told, &mut Vec<(StringId, Text)>),
    (key, meaning): (StringId, Meaning),
    value: TagValue,
) {
    if meaning == Meaning::Attribute {
        return reading.builder.push_attribute(key, value.raw);
    }
    match (meaning, value.text) {
        (Meaning::Link, Some(text)) => links.push((key, text)),
        _ if told.take(reading, meaning, value) => {}
        _ => reading.builder.push_attribute(key, value.raw),
    }
}

/// A tag's value that is no text, which Zipkin does not have: kept as it is, and reported unless it is `null`.
#[inline(never)]
fn other_value<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<RawValue> {
    let at = lexer.offset();
    if lexer.peek()? != Kind::Null {
        reading
            .warn(WarningKind::WrongType, at, || "Expected a string as a tag's value, found another type.".to_owned());
    }
    reading.json_value(lexer)
}

/// The resource of a local endpoint.
#[inline(always)]
fn local_endpoint<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<Option<u32>> {
    lexer.skip_whitespace();
    if let Some(known) = tables.local.pass_recent(lexer) {
        return Ok(Some(known));
    }
    new_local_endpoint(reading, lexer, tables)
}

#[inline(never)]
fn new_local_endpoint<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<Option<u32>> {
    let start = lexer.offset();
    let Some(endpoint) = endpoint(reading, lexer, tables, "localEndpoint")? else { return Ok(None) };
    let text = &reading.bytes[start..lexer.offset()];
    if let Some(known) = tables.local.find(text) {
        return Ok(Some(known));
    }
    let attributes = endpoint.push_resource(reading.builder);
    let resource = tables.origins.add_resource(reading.builder);
    tables.origins.set_resource(reading.builder, resource, attributes);
    tables.local.note(text, resource);
    Ok(Some(resource))
}

/// The position of a remote endpoint in `Tables::peers`.
fn remote_endpoint<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<Option<u32>> {
    lexer.skip_whitespace();
    if let Some(known) = tables.remote.pass_recent(lexer) {
        return Ok(Some(known));
    }
    let start = lexer.offset();
    let Some(endpoint) = endpoint(reading, lexer, tables, "remoteEndpoint")? else { return Ok(None) };
    let text = &reading.bytes[start..lexer.offset()];
    if let Some(known) = tables.remote.find(text) {
        return Ok(Some(known));
    }
    let number = tables.peers.len() as u32;
    tables.peers.push(endpoint);
    tables.remote.note(text, number);
    Ok(Some(number))
}

fn endpoint<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    tables: &mut Tables<'a>,
    field: &str,
) -> Lex<Option<Endpoint>> {
    let Some(mut cursor) = reading.object(lexer, field)? else { return Ok(None) };
    let mut endpoint = Endpoint::NONE;
    let (mut v4, mut v6) = (None, None);
    loop {
        match lexer.member(&mut tables.endpoint, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => {
                endpoint.service = match reading.text_id(lexer, "serviceName")? {
                    StringId::EMPTY => RawValue::NULL,
                    name => RawValue::interned(name),
                };
            }
            Member::Known(1) => v4 = reading.text(lexer, "ipv4")?.filter(|text| text.start < text.end),
            Member::Known(2) => v6 = reading.text(lexer, "ipv6")?.filter(|text| text.start < text.end),
            Member::Known(_) => endpoint.port = port(reading, lexer)?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    endpoint.address = match (v4, v6) {
        (Some(v4), Some(v6)) => {
            let mut both = String::from("[\"");
            both.push_str(&String::from_utf8_lossy(v4.bytes(reading.bytes)));
            both.push_str("\",\"");
            both.push_str(&String::from_utf8_lossy(v6.bytes(reading.bytes)));
            both.push_str("\"]");
            reading.builder.made_value(Encoding::Json, &both)
        }
        (Some(text), None) | (None, Some(text)) => reading.string_value(text),
        (None, None) => RawValue::NULL,
    };
    Ok(Some(endpoint))
}

/// A port; 0 is none.
fn port<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<RawValue> {
    let port = reading.unsigned(lexer, "port", WarningKind::BadValue)?.filter(|port| *port != 0);
    Ok(port.map_or(RawValue::NULL, |port| reading.builder.made_value(Encoding::Int, &port.to_string())))
}

#[inline(never)]
fn annotations<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    reading.list(lexer, "annotations", |reading, lexer| annotation(reading, lexer, tables))
}

/// An annotation is an event.
fn annotation<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    let (mut time, mut value) = (NO_TIME, None);
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.annotation, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => {
                time =
                    reading.time_us(lexer, "an annotation's timestamp")?.filter(|time| *time != 0).unwrap_or(NO_TIME);
            }
            Member::Known(_) => value = reading.text(lexer, "an annotation's value")?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    let (name, attributes) = match value {
        Some(text) => zipkin_text::event(reading, text),
        None => (StringId::EMPTY, AttributeRange { start: reading.builder.attribute_mark(), len: 0 }),
    };
    reading.builder.push_event(time, name, attributes);
    Ok(())
}
