//! Spans as they were read: immutable, in tree order, with their text still in the kept input.
//!
//! ```text
//!  traces   │ trace 0 ──────────────┐ trace 1 ──────┐ …            by start, then id
//!  spans    │ root  child  child …  │ root  orphan …│              depth-first; siblings by start, then id
//!  parents, depths, subtree ends    │ one number a span
//!  attributes, events, links        │ flat columns, a range a span
//! ```
//! A span's fixed fields are one record (72 bytes): a reader writes them together and tree order moves them together. What
//! analyses scan (parents, depths, ends of subtrees) are columns of their own.
//!
//! Invariants, once the builder has finished: a parent stands before its children; every index is valid; a span whose parent is
//! missing, or that closes a cycle, is a top with the reason recorded ([`Top`]); duplicates are kept apart.

mod attributes;
mod buffers;
mod builder;
mod id;
mod late_events;
mod lines;
mod links;
mod parents;
mod span;
mod trace_table;
mod tree;
mod tree_warnings;

use std::sync::{Arc, OnceLock};

use crate::error::{Position, Warning, WarningKind};
use crate::strings::{StringId, Strings};

#[doc(hidden)]
pub use attributes::{AttributeRange, Attributes, Encoding, OMITTED, RawText, RawValue};
#[doc(hidden)]
pub use builder::{
    ESTIMATE_AFTER, LinkDraft, OriginIndex, ResourceIndex, SPAN_SIZE, ScopeIndex, SpanDraft, StoreBuilder, TraceMark,
};
#[doc(hidden)]
pub use id::{IdForm, SpanKey, TraceKey};
#[doc(hidden)]
pub use late_events::{AddedSpan, NO_SPAN};
pub use links::LinkTargets;
pub use span::{Event, Link, Scope, Span, SpanIndex, SpanKind, Status, Top};
#[doc(hidden)]
pub use trace_table::TraceTable;

use attributes::{Attribute, AttributeColumn};
use buffers::Buffers;

/// The time of a span that has none.
#[doc(hidden)]
pub const NO_TIME: u64 = u64::MAX;
/// The parent of a top.
const NO_PARENT: u32 = u32::MAX;

/// The number of a trace in its [`Store`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceIndex(pub u32);

/// All spans that were read. See the module.
#[derive(Debug)]
pub struct Store {
    buffers: Buffers,
    strings: Strings,
    resources: Vec<Resource>,
    scopes: Vec<ScopeRecord>,
    origins: Vec<Origin>,
    services: Vec<StringId>,
    spans: Vec<SpanRecord>,
    parents: Vec<u32>,
    depths: Vec<u32>,
    /// Index behind the last descendant.
    subtree_ends: Vec<u32>,
    attributes: AttributeColumn,
    events: Vec<EventRecord>,
    links: Vec<LinkRecord>,
    link_targets: OnceLock<LinkTargets>,
    extras: Vec<Extra>,
    traces: Vec<TraceRecord>,
    repeated_ids: u64,
    span_warnings: Vec<SpanWarning>,
    said: Vec<Said>,
    warnings: Vec<Warning>,
}

/// The fixed fields of a span.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct SpanRecord {
    id: u64,
    parent_id: u64,
    start: u64,
    end: u64,
    trace: u32,
    name: StringId,
    origin: u32,
    attributes: AttributeRange,
    first_event: u32,
    event_count: u32,
    /// Position in `extras` plus one, 0 for none.
    extra: u32,
    /// Address of its first byte.
    source: u32,
    bits: Bits,
}

/// Small fields of a span in one number: kind 3, status 2, top 2, asynchronous 1, shared 1, form of the id 6, of the parent id 6,
/// flags 4 (sampled, random, parent's origin known, parent is remote).
#[derive(Clone, Copy, Debug)]
struct Bits(u32);

/// What few spans have.
#[derive(Clone, Copy, Debug)]
struct Extra {
    first_link: u32,
    link_count: u32,
    message: RawValue,
    trace_state: RawValue,
    flags: u32,
}

/// An event: twenty bytes.
#[derive(Clone, Copy, Debug)]
struct EventRecord {
    /// The upper and the lower half.
    time: [u32; 2],
    first_attribute: u32,
    /// How many attributes it has, and its name: interned, or plain text of an input, whole or cut, as lines of a log say something else each time.
    count_and_name: Attribute,
}

impl EventRecord {
    #[inline]
    fn new(column: &mut AttributeColumn, time: u64, name: RawValue, attributes: AttributeRange) -> EventRecord {
        EventRecord {
            time: [(time >> 32) as u32, time as u32],
            first_attribute: attributes.start,
            count_and_name: column.pack(attributes.len, name),
        }
    }

    fn time(&self) -> u64 {
        u64::from(self.time[0]) << 32 | u64::from(self.time[1])
    }

    fn name(&self, column: &AttributeColumn) -> RawValue {
        column.unpack(self.count_and_name).1
    }

    fn attributes(&self, column: &AttributeColumn) -> AttributeRange {
        AttributeRange { start: self.first_attribute, len: column.unpack(self.count_and_name).0 }
    }
}

#[derive(Clone, Copy, Debug)]
struct LinkRecord {
    trace: TraceKey,
    span: SpanKey,
    trace_state: RawValue,
    attributes: AttributeRange,
}

#[derive(Clone, Copy, Debug, Default)]
struct Resource {
    attributes: AttributeRange,
}

#[derive(Clone, Copy, Debug)]
struct ScopeRecord {
    name: StringId,
    version: StringId,
    attributes: AttributeRange,
}

/// The resource and scope that a span came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Origin {
    resource: u32,
    scope: u32,
    /// Position in `services`.
    service: u32,
}

#[derive(Clone, Copy, Debug)]
struct TraceRecord {
    id: TraceKey,
    first: u32,
    count: u32,
    start: u64,
    end: u64,
}

#[derive(Clone, Copy, Debug)]
struct SpanWarning {
    span: u32,
    /// Position in `said`.
    said: u32,
}

/// A kind of warning, and what is said of it; "" for the kind's own sentence.
type Said = (WarningKind, StringId);

impl Store {
    /// How many spans there are.
    pub fn span_count(&self) -> usize {
        self.spans.len()
    }

    /// How many traces there are.
    pub fn trace_count(&self) -> usize {
        self.traces.len()
    }

    /// All traces, by start, then by id.
    pub fn traces(&self) -> impl ExactSizeIterator<Item = Trace<'_>> {
        (0..self.traces.len() as u32).map(|index| Trace { store: self, index: TraceIndex(index) })
    }

    /// A trace by its number.
    pub fn trace(&self, index: TraceIndex) -> Option<Trace<'_>> {
        self.traces.get(index.0 as usize).map(|_| Trace { store: self, index })
    }

    /// A trace by its id as written or as it is shown: hexadecimal of any case and width, or free text.
    pub fn find_trace(&self, id: &str) -> Option<Trace<'_>> {
        self.traces().find(|trace| trace.has_id(id))
    }

    /// All spans in tree order, trace after trace.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = Span<'_>> {
        (0..self.spans.len() as u32).map(|index| Span::new(self, SpanIndex(index)))
    }

    /// A span by its number.
    ///
    /// # Panics
    /// When the number is not one of this store.
    #[inline]
    pub fn span(&self, index: SpanIndex) -> Span<'_> {
        assert!((index.0 as usize) < self.spans.len(), "a span index of this store");
        Span::new(self, index)
    }

    /// Names of all services, in order of first appearance; a span's [`Span::service_index`] is a position here. A span without a service has the
    /// name "".
    pub fn services(&self) -> impl ExactSizeIterator<Item = &str> {
        self.services.iter().map(|id| self.strings.get(*id))
    }

    /// What reading and building the tree noticed, most serious kinds as they come: one entry a kind.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// How many inputs were read.
    pub fn input_count(&self) -> usize {
        self.buffers.inputs.len()
    }

    /// Name and bytes of an input.
    pub fn input(&self, index: usize) -> Option<(&str, &Arc<Vec<u8>>)> {
        self.buffers.inputs.get(index).map(|input| (input.name.as_str(), &input.bytes))
    }

    /// How many spans have an id that an earlier span of their trace has, the halves of a shared id and empty ids included.
    pub fn repeated_id_count(&self) -> u64 {
        self.repeated_ids
    }

    /// The text of an interned name or key.
    pub fn string(&self, id: StringId) -> &str {
        self.strings.get(id)
    }

    /// The number of a name or key, when it occurs.
    pub fn find_string(&self, text: &str) -> Option<StringId> {
        self.strings.find(text)
    }

    /// Whether some resource has an attribute with this key.
    #[doc(hidden)]
    pub fn is_on_a_resource(&self, key: StringId) -> bool {
        self.resources.iter().any(|resource| self.attributes.find(resource.attributes, key).is_some())
    }

    fn trace_id_text(&self, key: TraceKey) -> String {
        match key.form {
            IdForm::Empty => String::new(),
            IdForm::Hex(digits) => format!("{:0width$x}", key.value, width = digits as usize),
            IdForm::Text => self.strings.get(StringId(key.value as u32)).to_owned(),
        }
    }

    fn span_id_text(&self, key: SpanKey) -> String {
        match key.form {
            IdForm::Empty => String::new(),
            IdForm::Hex(digits) => format!("{:0width$x}", key.value, width = digits as usize),
            IdForm::Text => self.strings.get(StringId(key.value as u32)).to_owned(),
        }
    }

    fn position(&self, address: u32) -> Option<Position> {
        self.buffers.position(address)
    }
}

/// A trace: all spans with one trace id.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    store: &'a Store,
    index: TraceIndex,
}

impl<'a> Trace<'a> {
    fn record(&self) -> &'a TraceRecord {
        &self.store.traces[self.index.0 as usize]
    }

    /// The store it is in.
    pub fn store(&self) -> &'a Store {
        self.store
    }

    /// Its id as it is kept.
    #[doc(hidden)]
    pub fn key(&self) -> TraceKey {
        self.record().id
    }

    /// Its number.
    pub fn index(&self) -> TraceIndex {
        self.index
    }

    /// Its id: lower-case hexadecimal in the written width, or the raw text; "" when the spans have none.
    pub fn id(&self) -> String {
        self.store.trace_id_text(self.record().id)
    }

    /// Whether `text` is this trace's id, compared as a number when both are hexadecimal.
    pub fn has_id(&self, text: &str) -> bool {
        let key = self.record().id;
        match key.form {
            IdForm::Empty => text.is_empty(),
            IdForm::Text => self.store.strings.get(StringId(key.value as u32)) == text,
            IdForm::Hex(_) => {
                text.len() <= 32
                    && text.bytes().all(|b| b.is_ascii_hexdigit())
                    && u128::from_str_radix(text, 16).is_ok_and(|value| value == key.value)
            }
        }
    }

    /// Index of its first span in the store's tree order.
    pub fn first(&self) -> SpanIndex {
        SpanIndex(self.record().first)
    }

    /// How many spans it has: at least one.
    pub fn span_count(&self) -> usize {
        self.record().count as usize
    }

    /// Its spans in tree order.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = Span<'a>> + use<'a> {
        let store = self.store;
        let first = self.record().first;
        (first..first + self.record().count).map(move |index| Span::new(store, SpanIndex(index)))
    }

    /// The span at a position in this trace's tree order.
    pub fn span(&self, position: usize) -> Option<Span<'a>> {
        (position < self.span_count()).then(|| Span::new(self.store, SpanIndex(self.record().first + position as u32)))
    }

    /// The tops in order: roots, orphans and cuts of cycles.
    pub fn tops(&self) -> impl Iterator<Item = Span<'a>> + use<'a> {
        let store = self.store;
        let end = self.record().first + self.record().count;
        let mut next = self.record().first;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let top = Span::new(store, SpanIndex(next));
                next = store.subtree_ends[next as usize];
                top
            })
        })
    }

    /// Start of the earliest span that has a time, in nanoseconds since the Unix epoch (or since the format's own zero).
    pub fn start_ns(&self) -> Option<u64> {
        (self.record().start != NO_TIME).then_some(self.record().start)
    }

    /// From the earliest start to the latest end, in nanoseconds; 0 when no span has a time.
    pub fn duration_ns(&self) -> u64 {
        let record = self.record();
        if record.start == NO_TIME { 0 } else { record.end.saturating_sub(record.start) }
    }
}
