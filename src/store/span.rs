//! A handle on one span.

use std::borrow::Cow;

use super::attributes::AttributeRange;
use super::{Bits, EventRecord, IdForm, LinkRecord, NO_PARENT, NO_TIME, SpanKey, SpanRecord, Store, TraceIndex};
use crate::error::{Position, WarningKind};
use crate::strings::StringId;
use crate::value::Value;

/// The number of a span in its [`Store`]: its place in tree order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanIndex(pub u32);

/// Which side of a call a span describes. (OpenTelemetry: `SpanKind`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum SpanKind {
    /// Not said.
    #[default]
    Unspecified,
    /// Work inside a service.
    Internal,
    /// The handling of a request.
    Server,
    /// A request to another service.
    Client,
    /// The sending of a message.
    Producer,
    /// The handling of a message.
    Consumer,
}

impl SpanKind {
    /// In the order of OTLP's numbers.
    #[doc(hidden)]
    pub const ALL: [SpanKind; 6] = [
        SpanKind::Unspecified,
        SpanKind::Internal,
        SpanKind::Server,
        SpanKind::Client,
        SpanKind::Producer,
        SpanKind::Consumer,
    ];

    /// The kind of OTLP's number.
    #[doc(hidden)]
    pub fn from_number(number: u64) -> Option<SpanKind> {
        SpanKind::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            SpanKind::Unspecified => "unspecified",
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            SpanKind::Producer => "producer",
            SpanKind::Consumer => "consumer",
        }
    }

    /// The kind of this name, in any case.
    #[doc(hidden)]
    pub fn from_name(name: &str) -> Option<SpanKind> {
        SpanKind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name))
    }
}

/// How a span ended. (OpenTelemetry: `StatusCode`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Status {
    /// Nobody said.
    #[default]
    Unset,
    /// Explicitly well.
    Ok,
    /// With an error.
    Error,
}

impl Status {
    /// The status of OTLP's number.
    #[doc(hidden)]
    pub fn from_number(number: u64) -> Option<Status> {
        [Status::Unset, Status::Ok, Status::Error].get(usize::try_from(number).ok()?).copied()
    }

    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Unset => "unset",
            Status::Ok => "ok",
            Status::Error => "error",
        }
    }
}

/// Why a span is a top of its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Top {
    /// It has no parent id.
    Root,
    /// Its parent is not in the input.
    Orphan,
    /// It is its own ancestor: the cycle was cut here.
    Cycle,
}

impl Top {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Top::Root => "root",
            Top::Orphan => "orphan",
            Top::Cycle => "cycle",
        }
    }
}

/// The small fields, to be packed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) kind: SpanKind,
    pub(super) status: Status,
    pub(super) asynchronous: bool,
    pub(super) shared: bool,
    pub(super) id_form: IdForm,
    pub(super) parent_form: IdForm,
    pub(super) flags: u32,
}

const SAMPLED: u32 = 0x001;
const RANDOM: u32 = 0x002;
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;
/// The flags that fit a span's record.
pub(super) const PACKED_FLAGS: u32 = SAMPLED | RANDOM | HAS_IS_REMOTE | IS_REMOTE;

impl Bits {
    const TOP: u32 = 5;

    #[inline(always)]
    pub(super) fn pack(fields: Fields) -> Bits {
        let flags = fields.flags & (SAMPLED | RANDOM) | (fields.flags & (HAS_IS_REMOTE | IS_REMOTE)) >> 6;
        Bits(
            fields.kind as u32
                | (fields.status as u32) << 3
                | u32::from(fields.asynchronous) << 7
                | u32::from(fields.shared) << 8
                | fields.id_form.to_bits() << 9
                | fields.parent_form.to_bits() << 15
                | flags << 21,
        )
    }

    #[inline(always)]
    pub(super) fn kind(self) -> SpanKind {
        SpanKind::ALL.get((self.0 & 7) as usize).copied().unwrap_or_default()
    }

    fn status(self) -> Status {
        Status::from_number(u64::from(self.0 >> 3 & 3)).unwrap_or_default()
    }

    fn top(self) -> Option<Top> {
        [None, Some(Top::Root), Some(Top::Orphan), Some(Top::Cycle)][(self.0 >> Bits::TOP & 3) as usize]
    }

    #[inline(always)]
    pub(super) fn set_top(&mut self, top: Option<Top>) {
        self.0 = self.0 & !(3 << Bits::TOP) | top.map_or(0, |top| top as u32 + 1) << Bits::TOP;
    }

    #[inline(always)]
    pub(super) fn set_asynchronous(&mut self) {
        self.0 |= 1 << 7;
    }

    pub(super) fn set_shared(&mut self) {
        self.0 |= 1 << 8;
    }

    fn asynchronous(self) -> bool {
        self.0 >> 7 & 1 == 1
    }

    #[inline(always)]
    pub(super) fn shared(self) -> bool {
        self.0 >> 8 & 1 == 1
    }

    #[inline(always)]
    pub(super) fn id_form(self) -> IdForm {
        IdForm::from_bits(self.0 >> 9)
    }

    #[inline(always)]
    pub(super) fn parent_form(self) -> IdForm {
        IdForm::from_bits(self.0 >> 15)
    }

    fn flags(self) -> u32 {
        let flags = self.0 >> 21 & 15;
        flags & (SAMPLED | RANDOM) | (flags & 0xc) << 6
    }
}

impl SpanRecord {
    /// Takes the place of this one field by field: for so few bytes an engine's call to copy memory costs more than the copy.
    #[inline(always)]
    pub(super) fn assign(&mut self, record: SpanRecord) {
        self.id = record.id;
        self.parent_id = record.parent_id;
        self.start = record.start;
        self.end = record.end;
        self.trace = record.trace;
        self.name = record.name;
        self.origin = record.origin;
        self.attributes = record.attributes;
        self.first_event = record.first_event;
        self.event_count = record.event_count;
        self.extra = record.extra;
        self.source = record.source;
        self.bits = record.bits;
    }

    #[inline(always)]
    pub(super) fn key(&self) -> SpanKey {
        SpanKey { value: self.id, form: self.bits.id_form() }
    }

    #[inline(always)]
    pub(super) fn parent_key(&self) -> SpanKey {
        SpanKey { value: self.parent_id, form: self.bits.parent_form() }
    }

    /// Kind, without a handle.
    #[inline]
    pub(super) fn kind(&self) -> SpanKind {
        self.bits.kind()
    }
}

/// One span. Copy it freely: it is a reference and a number.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    store: &'a Store,
    index: SpanIndex,
}

impl<'a> Span<'a> {
    #[inline]
    pub(super) fn new(store: &'a Store, index: SpanIndex) -> Span<'a> {
        Span { store, index }
    }

    #[inline]
    fn record(&self) -> &'a SpanRecord {
        &self.store.spans[self.index.0 as usize]
    }

    fn extra(&self) -> Option<&'a super::Extra> {
        self.store.extras.get((self.record().extra as usize).checked_sub(1)?)
    }

    /// Its number: its place in the store's tree order.
    #[inline]
    pub fn index(&self) -> SpanIndex {
        self.index
    }

    /// The store it is in.
    pub fn store(&self) -> &'a Store {
        self.store
    }

    /// The trace it is in.
    pub fn trace(&self) -> TraceIndex {
        TraceIndex(self.record().trace)
    }

    /// Its place in its trace's tree order.
    pub fn position(&self) -> usize {
        (self.index.0 - self.store.traces[self.record().trace as usize].first) as usize
    }

    /// Its id as it is kept.
    #[doc(hidden)]
    pub fn key(&self) -> SpanKey {
        self.record().key()
    }

    /// Its id: lower-case hexadecimal in the written width, or the raw text; "" when it has none.
    pub fn id(&self) -> String {
        self.store.span_id_text(self.record().key())
    }

    /// Its parent's id as written, whether or not that span is there; "" when it names none.
    pub fn parent_id(&self) -> String {
        self.store.span_id_text(self.record().parent_key())
    }

    /// Whether `text` is this span's id, compared as a number when both are hexadecimal.
    pub fn has_id(&self, text: &str) -> bool {
        let key = self.record().key();
        match key.form {
            IdForm::Empty => text.is_empty(),
            IdForm::Text => self.store.strings.get(StringId(key.value as u32)) == text,
            IdForm::Hex(_) => text.len() <= 16 && crate::simd::hex_portable(text.as_bytes()) == Some(key.value),
        }
    }

    /// Whether its id begins with these digits, or this text.
    #[doc(hidden)]
    pub fn id_begins(&self, prefix: &str) -> bool {
        let key = self.record().key();
        match key.form {
            IdForm::Empty => false,
            IdForm::Text => {
                let id = self.store.strings.get(StringId(key.value as u32)).as_bytes();
                id.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix.as_bytes()))
            }
            IdForm::Hex(digits) => {
                let behind = usize::from(digits).checked_sub(prefix.len());
                behind.is_some_and(|behind| {
                    crate::simd::hex_portable(prefix.as_bytes())
                        .is_some_and(|value| key.value.checked_shr(4 * behind as u32).unwrap_or(0) == value)
                })
            }
        }
    }

    /// Compares raw ids for a stable order: numbers by value, texts by text, texts last.
    pub fn compare_ids(&self, other: &Span<'_>) -> std::cmp::Ordering {
        self.store.compare_span_keys(self.record().key(), other.record().key())
    }

    /// The operation.
    pub fn name(&self) -> &'a str {
        self.store.strings.get(self.record().name)
    }

    /// The number of its name.
    #[inline]
    pub fn name_id(&self) -> StringId {
        self.record().name
    }

    /// The service it ran in: its resource's `service.name`, "" when it has none.
    pub fn service(&self) -> &'a str {
        self.store.strings.get(self.store.services[self.service_index()])
    }

    /// The position of its service in [`Store::services`].
    #[inline]
    pub fn service_index(&self) -> usize {
        self.store.origins[self.record().origin as usize].service as usize
    }

    /// Which side of a call it describes.
    #[inline]
    pub fn kind(&self) -> SpanKind {
        self.record().bits.kind()
    }

    /// How it ended.
    #[inline]
    pub fn status(&self) -> Status {
        self.record().bits.status()
    }

    /// The status message, "" when there is none.
    pub fn status_message(&self) -> String {
        self.extra_text(|extra| extra.message)
    }

    /// Whether its status has a message.
    pub fn has_status_message(&self) -> bool {
        self.extra().is_some_and(|extra| !extra.message.is_null())
    }

    /// The trace state it was recorded with, "" when there is none.
    pub fn trace_state(&self) -> String {
        self.extra_text(|extra| extra.trace_state)
    }

    fn extra_text(&self, field: impl Fn(&super::Extra) -> super::RawValue) -> String {
        match self.extra().map(field) {
            Some(value) if !value.is_null() => self.store.decode(value).to_string(),
            _ => String::new(),
        }
    }

    /// Trace flags in the lower eight bits; bits 8 and 9 say whether the parent is remote (opentelemetry-proto, `SpanFlags`).
    pub fn flags(&self) -> u32 {
        self.record().bits.flags() | self.extra().map_or(0, |extra| extra.flags)
    }

    /// Start in nanoseconds since the Unix epoch (or since the format's own zero); `None` when the input has none.
    #[inline]
    pub fn start_ns(&self) -> Option<u64> {
        let start = self.record().start;
        (start != NO_TIME).then_some(start)
    }

    /// End, as the start.
    #[inline]
    pub fn end_ns(&self) -> Option<u64> {
        let end = self.record().end;
        (end != NO_TIME).then_some(end)
    }

    /// End minus start in nanoseconds, negative when it ends before it starts; `None` when one of them is missing.
    #[inline]
    pub fn duration_ns(&self) -> Option<i64> {
        let duration = i128::from(self.end_ns()?) - i128::from(self.start_ns()?);
        Some(duration.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// Start and end as analyses take them: an end that is missing or before the start is the start. `None` without a start.
    #[inline]
    pub fn interval(&self) -> Option<(u64, u64)> {
        let start = self.start_ns()?;
        Some((start, self.end_ns().map_or(start, |end| end.max(start))))
    }

    /// Its parent in the tree.
    #[inline]
    pub fn parent(&self) -> Option<SpanIndex> {
        let parent = self.store.parents[self.index.0 as usize];
        (parent != NO_PARENT).then_some(SpanIndex(parent))
    }

    /// Whether it does not block its parent: a FOLLOWS_FROM edge, or a consumer of the parent's message.
    #[inline]
    pub fn is_async(&self) -> bool {
        self.record().bits.asynchronous()
    }

    /// Why it is a top of its trace, `None` when it has a parent.
    #[inline]
    pub fn top(&self) -> Option<Top> {
        self.record().bits.top()
    }

    /// Whether it is the server's half of a span whose id the client uses too (Zipkin), and the client's half is its parent.
    pub fn is_shared_half(&self) -> bool {
        self.record().bits.shared()
            && self.parent().is_some_and(|parent| self.store.spans[parent.0 as usize].key().same(self.record().key()))
    }

    /// Levels above it: 0 for a top.
    #[inline]
    pub fn depth(&self) -> u32 {
        self.store.depths[self.index.0 as usize]
    }

    /// Index behind its last descendant: its subtree is `index..subtree_end`.
    #[inline]
    pub fn subtree_end(&self) -> SpanIndex {
        SpanIndex(self.store.subtree_ends[self.index.0 as usize])
    }

    /// Whether it has no children.
    #[inline]
    pub fn is_leaf(&self) -> bool {
        self.subtree_end().0 == self.index.0 + 1
    }

    /// Its children by start, then by id.
    #[inline]
    pub fn children(&self) -> impl Iterator<Item = Span<'a>> + use<'a> {
        let store = self.store;
        let end = self.subtree_end().0;
        let mut next = self.index.0 + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = Span::new(store, SpanIndex(next));
                next = store.subtree_ends[next as usize];
                child
            })
        })
    }

    /// Its attributes in the order of the input.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.store.attributes_in(self.record().attributes)
    }

    /// The first attribute with this key.
    pub fn attribute(&self, key: &str) -> Option<Value<'a>> {
        let key = self.store.strings.find(key)?;
        self.store.attributes.find(self.record().attributes, key).map(|value| self.store.decode(value))
    }

    /// Its attributes as they are stored; [`Store::decode`] makes a value of one.
    #[inline]
    #[doc(hidden)]
    pub fn raw_attributes(&self) -> super::Attributes<'a> {
        self.store.attributes.range(self.record().attributes)
    }

    /// Its status message, not decoded.
    #[doc(hidden)]
    pub fn raw_message(&self) -> Option<super::RawValue> {
        self.extra().map(|extra| extra.message).filter(|message| !message.is_null())
    }

    /// The value under a key that is known by its number: its own attribute, else its resource's.
    pub fn value_of(&self, key: StringId) -> Option<Value<'a>> {
        let origin = self.store.origins[self.record().origin as usize];
        let resource = self.store.resources[origin.resource as usize].attributes;
        let mut places = [self.record().attributes, resource].into_iter();
        places.find_map(|range| self.store.attributes.find(range, key)).map(|value| self.store.decode(value))
    }

    /// Attributes of its resource.
    pub fn resource(&self) -> impl ExactSizeIterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let origin = self.store.origins[self.record().origin as usize];
        self.store.attributes_in(self.store.resources[origin.resource as usize].attributes)
    }

    /// The number of its resource, to tell whether two spans share one.
    pub fn resource_index(&self) -> usize {
        self.store.origins[self.record().origin as usize].resource as usize
    }

    /// The number of its resource and scope, to tell whether two spans share both.
    pub fn origin_index(&self) -> usize {
        self.record().origin as usize
    }

    /// Its instrumentation scope.
    pub fn scope(&self) -> Scope<'a> {
        let origin = self.store.origins[self.record().origin as usize];
        Scope { store: self.store, index: origin.scope as usize }
    }

    /// Its events in the order of the input.
    pub fn events(&self) -> impl ExactSizeIterator<Item = Event<'a>> + use<'a> {
        let store = self.store;
        let record = self.record();
        let events = &store.events[record.first_event as usize..(record.first_event + record.event_count) as usize];
        events.iter().map(move |record| Event { store, record })
    }

    /// One of its events by its place among them.
    pub fn event(&self, place: u32) -> Option<Event<'a>> {
        let record = self.record();
        let inside = place < record.event_count;
        let record = inside.then(|| &self.store.events[(record.first_event + place) as usize])?;
        Some(Event { store: self.store, record })
    }

    /// Its links in the order of the input.
    pub fn links(&self) -> impl ExactSizeIterator<Item = Link<'a>> + use<'a> {
        let store = self.store;
        let range = self
            .extra()
            .map_or(0..0, |extra| extra.first_link as usize..(extra.first_link + extra.link_count) as usize);
        let first = range.start;
        store.links[range].iter().enumerate().map(move |(at, record)| Link { store, record, number: first + at })
    }

    /// What reading and building the tree noticed about it.
    pub fn warnings(&self) -> impl Iterator<Item = (WarningKind, &'a str)> + use<'a> {
        let store = self.store;
        let span = self.index.0;
        let from = store.span_warnings.partition_point(|warning| warning.span < span);
        store.span_warnings[from..].iter().take_while(move |warning| warning.span == span).map(move |warning| {
            let (kind, message) = store.said[warning.said as usize];
            let message = store.strings.get(message);
            (kind, if message.is_empty() { kind.sentence() } else { message })
        })
    }

    /// Where it stands in its input.
    pub fn source(&self) -> Option<Position> {
        self.store.position(self.record().source)
    }
}

/// An event of a span.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    store: &'a Store,
    record: &'a EventRecord,
}

impl<'a> Event<'a> {
    /// Time in nanoseconds, as a span's.
    pub fn time_ns(&self) -> Option<u64> {
        Some(self.record.time()).filter(|time| *time != NO_TIME)
    }

    /// Its name.
    pub fn name(&self) -> Cow<'a, str> {
        self.store.attributes.text(self.stored_name(), &self.store.buffers, &self.store.strings)
    }

    /// Its attributes in the order of the input.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.store.attributes_in(self.record.attributes(&self.store.attributes))
    }
}

impl<'a> Event<'a> {
    /// Its name as it is stored: interned, or plain text of an input, whole or cut.
    #[doc(hidden)]
    pub fn stored_name(&self) -> super::RawValue {
        self.record.name(&self.store.attributes)
    }

    /// Its attributes as they are stored.
    #[doc(hidden)]
    pub fn raw_attributes(&self) -> super::Attributes<'a> {
        self.store.attributes.range(self.record.attributes(&self.store.attributes))
    }
}

/// A link of a span to another.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    store: &'a Store,
    record: &'a LinkRecord,
    number: usize,
}

impl<'a> Link<'a> {
    /// The other trace's id as it is kept.
    #[doc(hidden)]
    pub fn trace_key(&self) -> super::TraceKey {
        self.record.trace
    }

    /// The other span's id as it is kept.
    #[doc(hidden)]
    pub fn span_key(&self) -> SpanKey {
        self.record.span
    }

    /// The other trace's id.
    pub fn trace_id(&self) -> String {
        self.store.trace_id_text(self.record.trace)
    }

    /// The other span's id.
    pub fn span_id(&self) -> String {
        self.store.span_id_text(self.record.span)
    }

    /// The other context's trace state, "" when there is none.
    pub fn trace_state(&self) -> String {
        let state = self.record.trace_state;
        if state.is_null() { String::new() } else { self.store.decode(state).to_string() }
    }

    /// Its attributes in the order of the input.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.store.attributes_in(self.record.attributes)
    }

    /// The linked span, when it is in the input.
    pub fn target(&self) -> Option<SpanIndex> {
        self.store.link_targets().of(self)
    }

    /// Its place among the links of the store.
    pub(super) fn number(&self) -> usize {
        self.number
    }
}

/// An instrumentation scope.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    store: &'a Store,
    index: usize,
}

impl<'a> Scope<'a> {
    /// Its name, "" when it has none.
    pub fn name(&self) -> &'a str {
        self.store.strings.get(self.store.scopes[self.index].name)
    }

    /// Its version, "" when it has none.
    pub fn version(&self) -> &'a str {
        self.store.strings.get(self.store.scopes[self.index].version)
    }

    /// Its attributes in the order of the input.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.store.attributes_in(self.store.scopes[self.index].attributes)
    }
}

impl Store {
    /// The value of a stored attribute.
    #[doc(hidden)]
    pub fn decode(&self, value: super::RawValue) -> Value<'_> {
        self.attributes.decode(value, &self.buffers, &self.strings)
    }

    /// A value without decoding it.
    #[inline(always)]
    #[doc(hidden)]
    pub fn raw(&self, value: super::RawValue) -> super::RawText<'_> {
        self.attributes.raw(value, &self.buffers, &self.strings)
    }

    fn attributes_in(&self, range: AttributeRange) -> impl ExactSizeIterator<Item = (&str, Value<'_>)> {
        self.attributes.range(range).map(|(key, value)| (self.strings.get(key), self.decode(value)))
    }

    pub(super) fn compare_span_keys(&self, a: SpanKey, b: SpanKey) -> std::cmp::Ordering {
        super::tree::compare_keys(&self.strings, a, b)
    }
}
