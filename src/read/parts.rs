//! A span put together piece by piece, for formats whose spans are small or few: its pieces may come in any order, and its resource is told
//! with every span. The large formats write into the [`StoreBuilder`](crate::store::StoreBuilder) themselves.
//!
//! ```text
//! Parts { ids, name, times, attributes, events, links, resource … } ─► Assembler::push ─► StoreBuilder
//! ```

use std::collections::HashMap;

use super::documents::Reading;
use super::ids::{self, Base64};
pub(super) use super::ids::{span_number, trace_number};
use super::instant::{Unit, any_date};
use super::micros::Nanos;
use super::once::Pairs;
use super::told::{Meaning, Told, kind_of};
use crate::error::WarningKind;
use crate::json::{Cursor, Data, Kind, Lex, Lexer, Node, decode_string, is_number, to_base64};
use crate::store::{
    AttributeRange, Encoding, LinkDraft, NO_TIME, OriginIndex, RawValue, ResourceIndex, ScopeIndex, SpanKey, SpanKind,
    Status, StoreBuilder, TraceKey,
};
use crate::strings::StringId;

/// A key and its value.
pub(super) type Pair = (StringId, RawValue);

/// Texts up to this length are interned when they are no slice of the input.
const SHORT: usize = 64;
/// How many resources and scopes are known again by their attributes' places.
const RECENT: usize = 16;

/// An event of a span.
#[derive(Clone, Debug)]
pub(super) struct EventParts {
    /// `NO_TIME` when there is none.
    pub(super) time: u64,
    pub(super) name: StringId,
    pub(super) attributes: Vec<Pair>,
}

/// A link of a span.
#[derive(Clone, Debug)]
pub(super) struct LinkParts {
    pub(super) trace: TraceKey,
    pub(super) span: SpanKey,
    pub(super) trace_state: RawValue,
    pub(super) attributes: Vec<Pair>,
}

impl EventParts {
    /// An event of which nothing is known yet.
    pub(super) const EMPTY: EventParts = EventParts { time: NO_TIME, name: StringId::EMPTY, attributes: Vec::new() };
}

impl LinkParts {
    /// A link of which nothing is known yet.
    pub(super) const EMPTY: LinkParts =
        LinkParts { trace: TraceKey::EMPTY, span: SpanKey::EMPTY, trace_state: RawValue::NULL, attributes: Vec::new() };

    /// A link whose trace state is not told.
    pub(super) fn to(trace: TraceKey, span: SpanKey, attributes: Vec<Pair>) -> LinkParts {
        LinkParts { trace, span, attributes, ..LinkParts::EMPTY }
    }
}

/// The pieces of a span.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) trace: TraceKey,
    pub(super) id: SpanKey,
    pub(super) parent: SpanKey,
    pub(super) name: StringId,
    /// `NO_TIME` when there is none.
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) kind: SpanKind,
    pub(super) status: Status,
    pub(super) message: RawValue,
    pub(super) trace_state: RawValue,
    pub(super) flags: u32,
    /// Offset of its first byte in the input.
    pub(super) offset: u32,
    /// It does not block its parent.
    pub(super) asynchronous: bool,
    /// It is the server's half of a span whose id both sides use.
    pub(super) shared: bool,
    pub(super) attributes: Vec<Pair>,
    pub(super) events: Vec<EventParts>,
    pub(super) links: Vec<LinkParts>,
    /// Attributes of the resource; `service.name` is the service.
    pub(super) resource: Vec<Pair>,
    /// Name and version of the instrumentation scope.
    pub(super) scope: (StringId, StringId),
    /// Attributes of the scope.
    pub(super) scope_attributes: Vec<Pair>,
    pub(super) warnings: Vec<(WarningKind, String)>,
}

impl Parts {
    /// Nothing yet, of a span that begins at this offset.
    #[inline(never)]
    pub(super) fn at(offset: u32) -> Parts {
        Parts {
            trace: TraceKey::EMPTY,
            id: SpanKey::EMPTY,
            parent: SpanKey::EMPTY,
            name: StringId::EMPTY,
            start: NO_TIME,
            end: NO_TIME,
            kind: SpanKind::Unspecified,
            status: Status::Unset,
            message: RawValue::NULL,
            trace_state: RawValue::NULL,
            flags: 0,
            offset,
            asynchronous: false,
            shared: false,
            attributes: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
            resource: Vec::new(),
            scope: (StringId::EMPTY, StringId::EMPTY),
            scope_attributes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Adds an attribute; `null` is kept as one.
    pub(super) fn attribute(&mut self, reading: &mut Reading<'_>, key: &str, value: &Node<'_>) {
        let pair = reading.pair(key, value);
        self.attributes.push(pair);
    }

    /// Adds the members of an object as attributes.
    pub(super) fn attributes_of(&mut self, reading: &mut Reading<'_>, node: Option<&Node<'_>>) {
        for (key, value) in node.map_or(&[][..], Node::members) {
            self.attribute(reading, key, value);
        }
    }

    /// Adds an attribute of the resource.
    pub(super) fn resource(&mut self, reading: &mut Reading<'_>, key: &str, value: &Node<'_>) {
        let pair = reading.pair(key, value);
        self.resource.push(pair);
    }

    /// Names the service, in front of what else is known of the resource; "" names none.
    pub(super) fn service(&mut self, reading: &mut Reading<'_>, name: &str) {
        if name.is_empty() {
            return;
        }
        let key = reading.builder.intern("service.name");
        let value = RawValue::interned(reading.builder.intern(name));
        self.resource.retain(|(known, _)| *known != key);
        self.resource.insert(0, (key, value));
    }

    /// Sets the end by the duration; what is wrong with it is told.
    pub(super) fn lasting(&mut self, duration: Nanos) {
        if self.start == NO_TIME {
            self.warn(WarningKind::NoStartTime, format!("This span has no start time; its duration is {duration}."));
        } else if let Some(end) = duration.after(self.start) {
            self.end = end;
        } else {
            self.warn(
                WarningKind::BadTime,
                format!("Expected an end within 64 bits of nanoseconds, found a duration of {duration}."),
            );
        }
    }

    /// Takes in a tag that stands for a field of the span, by what the tags told so far; `false` when it stays an attribute.
    pub(super) fn tell(told: &mut Told, reading: &mut Reading<'_>, key: &str, node: &Node<'_>) -> bool {
        let meaning = Meaning::of(key);
        if meaning == Meaning::Attribute {
            return false;
        }
        let raw = reading.node_value(node);
        let kind = || node.text().and_then(|text| kind_of(text.as_bytes()));
        match (meaning, node.text()) {
            (Meaning::Kind, _) => {
                let kind = kind();
                told.kind = kind.unwrap_or(told.kind);
                kind.is_some()
            }
            (Meaning::Error, None) => {
                told.more = true;
                told.take_plain_error(reading, raw)
            }
            (_, Some(text)) => {
                told.more = true;
                told.take_text(reading, meaning, text, raw)
            }
            (_, None) => false,
        }
    }

    /// As [`Told::put`].
    pub(super) fn put_told(&mut self, told: &Told, reading: &mut Reading<'_>) {
        if self.kind == SpanKind::Unspecified {
            self.kind = told.kind;
        }
        if !told.more {
            return;
        }
        let fields = told.fields(reading);
        self.status = fields.status.unwrap_or(self.status);
        if self.trace_state.is_null() {
            self.trace_state = told.trace_state;
        }
        if !fields.message.is_null() {
            self.message = fields.message;
        }
        if fields.scope != (StringId::EMPTY, StringId::EMPTY) {
            self.scope = fields.scope;
        }
        self.attributes.extend(fields.more);
    }

    /// Says something about this span.
    pub(super) fn warn(&mut self, kind: WarningKind, message: String) {
        self.warnings.push((kind, message));
    }
}

/// Writes [`Parts`] into the store; equal resources and scopes become one.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    resources: Vec<ResourceIndex>,
    scopes: Vec<ScopeIndex>,
    /// Positions in `resources` and in `scopes` by what they say.
    resource_numbers: HashMap<String, u32>,
    scope_numbers: HashMap<String, u32>,
    origins: Vec<OriginIndex>,
    origin_numbers: Pairs,
    /// Whose origins were asked for last: spans of few resources come behind each other, and their attributes may be long.
    recent: Vec<(Source, OriginIndex)>,
}

/// Resource, and name, version and attributes of the scope.
type Source = (Vec<Pair>, (StringId, StringId), Vec<Pair>);

impl Assembler {
    /// Adds the span.
    pub(super) fn push(&mut self, reading: &mut Reading<'_>, parts: &Parts) {
        let origin = self.origin_of(reading.builder, &parts.resource, parts.scope, &parts.scope_attributes);
        let source = reading.address(parts.offset as usize);
        let builder = &mut *reading.builder;
        let mut draft = builder.draft(source);
        for event in &parts.events {
            let attributes = push(builder, &event.attributes);
            builder.push_event(event.time, event.name, attributes);
        }
        for LinkParts { trace, span, trace_state, attributes } in &parts.links {
            let attributes = push(builder, attributes);
            builder.push_link(LinkDraft { trace: *trace, span: *span, trace_state: *trace_state, attributes });
        }
        draft.attributes = push(builder, &parts.attributes);
        draft.trace = parts.trace;
        draft.id = parts.id;
        draft.parent = parts.parent;
        draft.name = parts.name;
        draft.start = parts.start;
        draft.end = parts.end;
        draft.kind = parts.kind;
        draft.status = parts.status;
        draft.message = parts.message;
        draft.trace_state = parts.trace_state;
        draft.flags = parts.flags;
        draft.asynchronous = parts.asynchronous;
        draft.shared = parts.shared;
        for (kind, message) in &parts.warnings {
            builder.warn_span(*kind, message);
        }
        builder.push_span(&draft, origin);
    }

    /// The origin of spans with a resource, and with a scope's name and version and attributes.
    pub(super) fn origin_of(
        &mut self,
        builder: &mut StoreBuilder,
        resource_pairs: &[Pair],
        scope_name: (StringId, StringId),
        scope_pairs: &[Pair],
    ) -> OriginIndex {
        let same = |((resource, scope, attributes), _): &&(Source, OriginIndex)| {
            (resource.as_slice(), *scope, attributes.as_slice()) == (resource_pairs, scope_name, scope_pairs)
        };
        if let Some((_, origin)) = self.recent.iter().find(same) {
            return *origin;
        }
        let said = said(builder, resource_pairs);
        let resource = *self.resource_numbers.entry(said).or_insert_with(|| {
            let resource = builder.add_resource();
            let attributes = push(builder, resource_pairs);
            builder.set_resource(resource, attributes);
            self.resources.push(resource);
            self.resources.len() as u32 - 1
        });
        let (name, version) = scope_name;
        let said = format!("{} {} {}", name.0, version.0, self::said(builder, scope_pairs));
        let scope = *self.scope_numbers.entry(said).or_insert_with(|| {
            let nothing = scope_name == (StringId::EMPTY, StringId::EMPTY) && scope_pairs.is_empty();
            self.scopes.push(if nothing {
                ScopeIndex::NONE
            } else {
                let attributes = push(builder, scope_pairs);
                builder.add_scope(name, version, attributes)
            });
            self.scopes.len() as u32 - 1
        });
        let number = self.origin_numbers.number((resource, scope), || {
            self.origins.push(builder.add_origin(self.resources[resource as usize], self.scopes[scope as usize]));
            self.origins.len() as u32 - 1
        });
        let origin = self.origins[number as usize];
        if self.recent.len() == RECENT {
            self.recent.clear();
        }
        self.recent.push(((resource_pairs.to_vec(), scope_name, scope_pairs.to_vec()), origin));
        origin
    }
}

fn push(builder: &mut StoreBuilder, pairs: &[Pair]) -> AttributeRange {
    let mark = builder.attribute_mark();
    pairs.iter().for_each(|(key, value)| builder.push_attribute(*key, *value));
    builder.attributes_since(mark)
}

/// Attributes as a text that is the same for the same attributes: values by what they say, wherever they stand.
fn said(builder: &StoreBuilder, pairs: &[Pair]) -> String {
    let mut text = String::new();
    for (key, value) in pairs {
        let value = builder.decode(*value);
        let (kind, value) = (value.type_name(), value.to_string());
        // With its length, so that no value can look like the next pair.
        text.push_str(&format!("{} {kind} {} {value}", key.0, value.len()));
    }
    text
}

/// An object that is met where spans may stand.
pub(super) enum Met<'l, 'a> {
    /// It stands next. What is not read of it here comes as a tree.
    Object(&'l mut Lexer<'a>),
    Tree(Node<'a>),
}

/// What is done with it, and whether it was read.
pub(super) type Meet<'t, 'a> = &'t mut dyn FnMut(&mut Reading<'a>, Met<'_, 'a>) -> bool;

/// What is done with an object. Behind a pointer: of code that walks through wrappers one copy is enough.
pub(super) type Take<'t, 'a> = &'t mut dyn FnMut(&mut Reading<'a>, Node<'a>);

impl<'a> Reading<'a> {
    /// A key and its value as an attribute.
    pub(super) fn pair(&mut self, key: &str, value: &Node<'_>) -> Pair {
        (self.builder.intern(key), self.node_value(value))
    }

    /// A value that a reader made.
    pub(super) fn made_text(&mut self, text: &str) -> RawValue {
        match text.len() {
            0..=SHORT => RawValue::interned(self.builder.intern(text)),
            _ => self.builder.made_value(Encoding::Text, text),
        }
    }

    /// A tree's value, as a slice of the input where the input has it.
    pub(super) fn node_value(&mut self, node: &Node<'_>) -> RawValue {
        match &node.data {
            Data::Null => RawValue::NULL,
            Data::Bool(value) => RawValue::bool(*value),
            Data::Number(number) if is_number(number) => self.kept(Encoding::Json, node.start, number),
            // Other notations write numbers that JSON has not: `NaN`, `Infinity`.
            Data::Number(number) => self.builder.made_value(Encoding::Double, number),
            Data::Text(text) if text.len() > SHORT => self.kept(Encoding::Text, node.start + 1, text),
            Data::Text(text) => self.made_text(text),
            Data::Bytes(bytes) => self.builder.made_value(Encoding::Base64, &to_base64(bytes)),
            Data::List(_) | Data::Map(_) if node.json => self.slice_value(Encoding::Json, node.start, node.end),
            Data::List(_) | Data::Map(_) => self.builder.made_value(Encoding::Json, &node.to_json()),
        }
    }

    /// A text as a slice of the input, if it stands there at this offset.
    pub(super) fn kept(&mut self, encoding: Encoding, start: u32, text: &str) -> RawValue {
        let from = start as usize;
        match self.bytes.get(from..from + text.len()) {
            Some(there) if there == text.as_bytes() => self.slice_value(encoding, start, start + text.len() as u32),
            _ => self.builder.made_value(encoding, text),
        }
    }

    /// A trace id in its usual spellings: hexadecimal, with `0x` or dashes of a UUID too; free text is kept as it is.
    pub(super) fn trace_key(&mut self, text: &str, base64: Base64) -> TraceKey {
        ids::written_trace_key(self.builder, text, base64)
    }

    /// A span id, as [`Reading::trace_key`].
    pub(super) fn span_key(&mut self, text: &str, base64: Base64) -> SpanKey {
        ids::span_key(self.builder, text.as_bytes(), base64).0
    }

    /// A point of time: a number of this unit, or a date and time; anything else is told about.
    pub(super) fn time_of(&mut self, parts: &mut Parts, node: Option<&Node<'_>>, unit: Unit, field: &str) -> u64 {
        let Some(node) = node else { return NO_TIME };
        let written = node.written().map(str::trim);
        let found = match written {
            Some("" | "0") => return NO_TIME,
            Some(text) => unit.time(text).or_else(|| any_date(text).map(|instant| self.zoned(instant))),
            None => None,
        };
        found.unwrap_or_else(|| {
            parts.warn(
                WarningKind::BadTime,
                format!("Expected {} or a date and time as {field}, found {}.", unit.name(), node.described()),
            );
            NO_TIME
        })
    }

    /// A duration: a number of this unit; anything else is told about.
    pub(super) fn duration_of(
        &mut self,
        parts: &mut Parts,
        node: Option<&Node<'_>>,
        unit: Unit,
        field: &str,
    ) -> Option<Nanos> {
        let node = node?;
        let found = node.written().and_then(|text| unit.nanos(text));
        if found.is_none() {
            parts.warn(
                WarningKind::BadTime,
                format!("Expected {} as {field}, found {}.", unit.name(), node.described()),
            );
        }
        found
    }

    /// Attributes of the resource that many spans have in common: as each span is compared by them, they are limited.
    pub(super) fn in_common(&mut self, mut resource: Vec<Pair>, offset: u32) -> Vec<Pair> {
        const MOST: usize = 500;
        if resource.len() > MOST {
            let found = resource.len();
            let reason = format!(
                "Expected at most {MOST} attributes that spans have in common, found {found}; the rest was left out."
            );
            self.skip(WarningKind::Skipped, offset as usize, reason);
            resource.truncate(MOST);
        }
        resource
    }

    /// Says that an object is no span for want of a field; one without members says nothing.
    pub(super) fn not_a_span(&mut self, node: &Node<'_>, expected: &str) {
        if let Some((first, _)) = node.members().first() {
            let reason = format!("Expected a span with {expected}, found an object with {first}.");
            self.skip(WarningKind::NotTraces, node.start as usize, reason);
        }
    }

    /// Hands every object of the input to `take`, wherever it stands: in documents behind each other, in lists of any depth, and in the lists
    /// and objects under one of `wrappers` in another object (whose other members are handed to `take` as a tree without them, if there are any).
    pub(super) fn objects(&mut self, wrappers: &[&str], take: Take<'_, 'a>) {
        self.documents(|reading, lexer| reading.objects_in(lexer, wrappers, take));
    }

    /// The same for the next value of the lexer.
    pub(super) fn objects_in(&mut self, lexer: &mut Lexer<'a>, wrappers: &[&str], take: Take<'_, 'a>) -> Lex<()> {
        self.objects_or(lexer, wrappers, &mut |reading, met| match met {
            Met::Object(_) => false,
            Met::Tree(node) => {
                take(reading, node);
                true
            }
        })
    }

    /// The same where objects may also be read as they stand there.
    pub(super) fn objects_or(&mut self, lexer: &mut Lexer<'a>, wrappers: &[&str], meet: Meet<'_, 'a>) -> Lex<()> {
        match lexer.peek()? {
            Kind::Array => {
                let mut first = lexer.begin_array()?;
                while lexer.element(&mut first)? {
                    self.objects_or(lexer, wrappers, meet)?;
                }
                Ok(())
            }
            Kind::Object if meet(self, Met::Object(lexer)) => Ok(()),
            Kind::Object => {
                let start = lexer.offset();
                let mut cursor: Cursor = lexer.begin_object()?;
                let mut members = Vec::new();
                let mut wraps = false;
                let whole = loop {
                    let name = match lexer.any_member(&mut cursor) {
                        Ok(Some(name)) => decode_string(name.bytes(lexer.input())),
                        Ok(None) => break Ok(()),
                        // What was read of an object without its closing bracket is all that there is of it.
                        Err(stop) if lexer.at_end() => break Err(stop),
                        Err(stop) => return Err(stop),
                    };
                    if wrappers.contains(&name.as_ref()) && matches!(lexer.peek()?, Kind::Array | Kind::Object) {
                        wraps = true;
                        self.objects_or(lexer, wrappers, meet)?;
                    } else {
                        members.push((name, lexer.node()?));
                    }
                };
                if !members.is_empty() || !wraps && whole.is_ok() {
                    let (start, end) = (start as u32, lexer.offset() as u32);
                    let json = !wraps && whole.is_ok();
                    meet(self, Met::Tree(Node { data: Data::Map(members), start, end, json }));
                }
                whole
            }
            _ => self.not_expected(lexer, "a document", "an object or a list"),
        }
    }
}

/// An id for a trace that has none, the same whenever the same bytes are read: FNV-1a of the beginning and the length.
pub(super) fn made_trace(bytes: &[u8]) -> TraceKey {
    const HEAD: usize = 64 * 1024;
    let head = bytes[..bytes.len().min(HEAD)].iter().copied();
    let all = head.chain((bytes.len() as u64).to_be_bytes());
    trace_number(all.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b)
    }))
}
