//! Takes spans in the order of the input.

use std::borrow::Cow;
use std::sync::Arc;

use super::attributes::{AttributeColumn, AttributeRange, Attributes, Encoding, RawValue};
use super::buffers::Buffers;
use super::span::{Fields, PACKED_FLAGS};
use super::{
    Bits, EventRecord, Extra, LinkRecord, NO_TIME, Origin, Resource, ScopeRecord, SpanKey, SpanKind, SpanRecord,
    Status, Store, TraceKey, TraceTable, tree,
};
use crate::error::{Position, Warning, WarningKind};
use crate::strings::{StringId, Strings};

/// The inputs are too large together: at most 3.5 GiB can be addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct TooLarge;

/// The number of a resource while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(hidden)]
pub struct ResourceIndex(u32);

/// The number of an instrumentation scope while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(hidden)]
pub struct ScopeIndex(u32);

impl ScopeIndex {
    /// No scope.
    pub const NONE: ScopeIndex = ScopeIndex(0);
}

/// The number of a resource and scope together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct OriginIndex(u32);

/// A span to be added. The ranges count from marks that the builder gave.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct SpanDraft {
    pub trace: TraceKey,
    pub id: SpanKey,
    pub parent: SpanKey,
    pub name: StringId,
    /// `NO_TIME` when there is none.
    pub start: u64,
    pub end: u64,
    pub kind: SpanKind,
    pub status: Status,
    pub attributes: AttributeRange,
    pub first_event: u32,
    pub first_link: u32,
    pub message: RawValue,
    pub trace_state: RawValue,
    pub flags: u32,
    /// Address of its first byte.
    pub source: u32,
    /// It does not block its parent.
    pub asynchronous: bool,
    /// It is the server's half of a span whose id both sides use: its parent is the client's half.
    pub shared: bool,
}

/// A link to be added.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct LinkDraft {
    pub trace: TraceKey,
    pub span: SpanKey,
    pub trace_state: RawValue,
    pub attributes: AttributeRange,
}

/// The size of a span's record, which items that spans are made of have too: see [`StoreBuilder::add_spans`].
#[doc(hidden)]
pub const SPAN_SIZE: usize = size_of::<SpanRecord>();

/// Collects spans; [`StoreBuilder::finish`] makes the tree.
#[derive(Debug)]
#[doc(hidden)]
pub struct StoreBuilder {
    pub(super) buffers: Buffers,
    pub(super) strings: Strings,
    pub(super) attributes: AttributeColumn,
    pub(super) events: Vec<EventRecord>,
    pub(super) links: Vec<LinkRecord>,
    pub(super) resources: Vec<Resource>,
    pub(super) scopes: Vec<ScopeRecord>,
    pub(super) origins: Vec<Origin>,
    pub(super) extras: Vec<Extra>,
    pub(super) spans: Vec<SpanRecord>,
    pub(super) traces: TraceTable,
    pub(super) known_trees: Vec<tree::KnownTree>,
    /// About spans, by their order in the input.
    pub(super) span_warnings: Vec<super::SpanWarning>,
    /// What these say.
    said: Vec<super::Said>,
    pub(super) warnings: Vec<PendingWarning>,
    /// Warnings of the span that is being read.
    pending: Vec<(WarningKind, StringId)>,
    /// Base address, length and spans before the input that is being read.
    current: (u32, u32, usize),
}

/// How far a builder was: what came behind it can be taken back.
#[derive(Debug)]
#[doc(hidden)]
pub struct Mark {
    attributes: [usize; 3],
    events: usize,
    links: usize,
    resources: usize,
    scopes: usize,
    origins: usize,
    extras: usize,
    spans: usize,
    traces: usize,
    known_trees: usize,
    span_warnings: usize,
    warnings: Vec<PendingWarning>,
}

impl Mark {
    /// How many spans there were.
    pub fn span_count(&self) -> usize {
        self.spans
    }
}

/// Where traces and spans of a part of the input begin.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct TraceMark {
    spans: usize,
    traces: usize,
}

/// A warning whose place is still an address.
#[derive(Clone, Debug)]
pub(super) struct PendingWarning {
    kind: WarningKind,
    message: String,
    count: u64,
    address: Option<u32>,
}

impl StoreBuilder {
    /// An empty one.
    pub fn new() -> StoreBuilder {
        let mut builder = StoreBuilder {
            buffers: Buffers::default(),
            strings: Strings::new(),
            attributes: AttributeColumn::default(),
            events: Vec::new(),
            links: Vec::new(),
            resources: Vec::new(),
            scopes: Vec::new(),
            origins: Vec::new(),
            extras: Vec::new(),
            spans: Vec::new(),
            traces: TraceTable::default(),
            known_trees: Vec::new(),
            span_warnings: Vec::new(),
            said: Vec::new(),
            warnings: Vec::new(),
            pending: Vec::new(),
            current: (0, 0, 0),
        };
        builder.add_scope(StringId::EMPTY, StringId::EMPTY, AttributeRange::default());
        builder
    }

    /// Keeps an input; the base of its addresses.
    ///
    /// # Errors
    /// [`TooLarge`] when all inputs together are.
    pub fn add_input(&mut self, name: &str, bytes: Arc<Vec<u8>>) -> Result<u32, TooLarge> {
        let len = bytes.len();
        let (_, base) = self.buffers.add(name, bytes).ok_or(TooLarge)?;
        self.current = (base, len as u32, self.spans.len());
        Ok(base)
    }

    /// Changes the bytes of the last input, in place when nobody else has them: what the change gives, and the bytes.
    pub fn edit_input<T: Default>(&mut self, change: impl FnOnce(&mut [u8]) -> T) -> (T, Arc<Vec<u8>>) {
        match self.buffers.inputs.last_mut() {
            Some(input) => {
                let result = change(Arc::make_mut(&mut input.bytes).as_mut_slice());
                (result, Arc::clone(&input.bytes))
            }
            None => Default::default(),
        }
    }

    /// How far it is.
    pub fn mark(&self) -> Mark {
        Mark {
            attributes: self.attributes.lengths(),
            events: self.events.len(),
            links: self.links.len(),
            resources: self.resources.len(),
            scopes: self.scopes.len(),
            origins: self.origins.len(),
            extras: self.extras.len(),
            spans: self.spans.len(),
            traces: self.traces.keys.len(),
            known_trees: self.known_trees.len(),
            span_warnings: self.span_warnings.len(),
            warnings: self.warnings.clone(),
        }
    }

    /// Takes back everything since the mark but interned text.
    pub fn rewind(&mut self, mark: &Mark) {
        self.attributes.truncate(mark.attributes);
        self.events.truncate(mark.events);
        self.links.truncate(mark.links);
        self.resources.truncate(mark.resources);
        self.scopes.truncate(mark.scopes);
        self.origins.truncate(mark.origins);
        self.extras.truncate(mark.extras);
        self.spans.truncate(mark.spans);
        self.traces.truncate(mark.traces);
        self.known_trees.truncate(mark.known_trees);
        self.span_warnings.truncate(mark.span_warnings);
        self.warnings.clone_from(&mark.warnings);
        self.pending.clear();
    }

    /// How many inputs were added.
    pub fn input_count(&self) -> usize {
        self.buffers.inputs.len()
    }

    /// The place behind an address; `None` for made text.
    pub fn position(&self, address: u32) -> Option<Position> {
        self.buffers.position(address)
    }

    /// The input in which an address lies.
    pub fn input_at(&self, address: u32) -> usize {
        self.buffers.input_of(address)
    }

    /// How many spans were added.
    pub fn span_count(&self) -> usize {
        self.spans.len()
    }

    /// The number of a name or key.
    #[inline]
    pub fn intern(&mut self, text: &str) -> StringId {
        self.strings.intern(text)
    }

    /// The number of a name or key that is known to be UTF-8, as a checked JSON string is.
    #[inline(always)]
    pub fn intern_bytes(&mut self, text: &[u8]) -> StringId {
        self.strings.intern_bytes(text)
    }

    pub fn string(&self, id: StringId) -> &str {
        self.strings.get(id)
    }

    /// A place in the attribute column: what is pushed from here on can be taken with [`StoreBuilder::attributes_since`].
    #[inline(always)]
    pub fn attribute_mark(&self) -> u32 {
        self.attributes.len()
    }

    #[inline(always)]
    pub fn attributes_since(&self, mark: u32) -> AttributeRange {
        AttributeRange { start: mark, len: self.attribute_mark() - mark }
    }

    #[inline]
    pub fn push_attribute(&mut self, key: StringId, value: RawValue) {
        self.attributes.push(key, value);
    }

    /// Adds an attribute to a range that may not be the last one any more: then the range moves to the end of the column.
    pub fn extend_attributes(&mut self, range: &mut AttributeRange, key: StringId, value: RawValue) {
        if range.start + range.len != self.attribute_mark() {
            let old = *range;
            range.start = self.attribute_mark();
            self.attributes.copy(old);
        }
        self.push_attribute(key, value);
        range.len += 1;
    }

    /// Puts another attribute in the place of one in the column.
    pub fn replace_attribute(&mut self, at: u32, key: StringId, value: RawValue) {
        self.attributes.replace(at, key, value);
    }

    /// Takes an attribute out of those that were pushed last.
    pub fn remove_attribute(&mut self, at: u32) {
        self.attributes.remove(at);
    }

    /// Adds the attributes of another range to one, which moves to the end of the column unless it stands there.
    pub fn append_attributes(&mut self, range: &mut AttributeRange, more: AttributeRange) {
        if more.len == 0 {
            return;
        }
        if range.start + range.len != self.attribute_mark() {
            let old = *range;
            range.start = self.attribute_mark();
            self.attributes.copy(old);
        }
        self.attributes.copy(more);
        range.len += more.len;
    }

    /// Takes back what was pushed since the mark.
    pub fn truncate_attributes(&mut self, mark: u32) {
        self.attributes.shorten(mark);
    }

    /// A value whose text stands at an address.
    #[inline(always)]
    pub fn value(&mut self, encoding: Encoding, address: u32, len: u32) -> RawValue {
        self.attributes.encode(encoding, address, len)
    }

    /// A value made by a reader: short text that repeats is best interned, anything else kept here.
    pub fn made_value(&mut self, encoding: Encoding, text: &str) -> RawValue {
        match self.buffers.keep(text.as_bytes()) {
            Some(address) => self.attributes.encode(encoding, address, text.len() as u32),
            None => RawValue::interned(self.strings.intern(text)),
        }
    }

    /// An interned or plain text, or one that was cut; "" for any other value.
    pub fn text(&self, value: RawValue) -> Cow<'_, str> {
        self.attributes.text(value, &self.buffers, &self.strings)
    }

    /// The same, of one that was cut what is left.
    pub fn plain_text(&self, value: RawValue) -> &str {
        self.attributes.plain_text(value, &self.buffers, &self.strings)
    }

    pub fn decode(&self, value: RawValue) -> crate::value::Value<'_> {
        self.attributes.decode(value, &self.buffers, &self.strings)
    }

    pub fn attribute_pairs(&self, range: AttributeRange) -> Attributes<'_> {
        self.attributes.range(range)
    }

    /// A resource; its attributes may come later.
    pub fn add_resource(&mut self) -> ResourceIndex {
        self.resources.push(Resource::default());
        ResourceIndex(self.resources.len() as u32 - 1)
    }

    pub fn set_resource(&mut self, resource: ResourceIndex, attributes: AttributeRange) {
        self.resources[resource.0 as usize].attributes = attributes;
    }

    pub fn add_scope(&mut self, name: StringId, version: StringId, attributes: AttributeRange) -> ScopeIndex {
        self.scopes.push(ScopeRecord { name, version, attributes });
        ScopeIndex(self.scopes.len() as u32 - 1)
    }

    pub fn set_scope(&mut self, scope: ScopeIndex, name: StringId, version: StringId, attributes: AttributeRange) {
        self.scopes[scope.0 as usize] = ScopeRecord { name, version, attributes };
    }

    /// The origin of spans of this resource and scope.
    pub fn add_origin(&mut self, resource: ResourceIndex, scope: ScopeIndex) -> OriginIndex {
        let origin = Origin { resource: resource.0, scope: scope.0, service: 0 };
        if self.origins.last() != Some(&origin) {
            self.origins.push(origin);
        }
        OriginIndex(self.origins.len() as u32 - 1)
    }

    #[inline(always)]
    pub fn event_mark(&self) -> u32 {
        self.events.len() as u32
    }

    #[inline]
    pub fn push_event(&mut self, time: u64, name: StringId, attributes: AttributeRange) {
        self.push_said_event(time, RawValue::interned(name), attributes);
    }

    /// The same for a name that may stand in an input, as plain text.
    #[inline]
    pub fn push_said_event(&mut self, time: u64, name: RawValue, attributes: AttributeRange) {
        let event = EventRecord::new(&mut self.attributes, time, name, attributes);
        self.events.push(event);
    }

    /// The name of an event by its place in the column.
    pub fn event_name(&self, event: u32) -> RawValue {
        self.events.get(event as usize).map_or(RawValue::NULL, |event| event.name(&self.attributes))
    }

    /// Takes back the events that were pushed since the mark.
    pub fn truncate_events(&mut self, mark: u32) {
        self.events.truncate(mark as usize);
    }

    #[inline(always)]
    pub fn link_mark(&self) -> u32 {
        self.links.len() as u32
    }

    pub fn push_link(&mut self, link: LinkDraft) {
        self.links.push(LinkRecord {
            trace: link.trace,
            span: link.span,
            trace_state: link.trace_state,
            attributes: link.attributes,
        });
    }

    /// Takes back the links that were pushed since the mark.
    pub fn truncate_links(&mut self, mark: u32) {
        self.links.truncate(mark as usize);
    }

    /// A draft with nothing in it, its ranges beginning here.
    #[inline(always)]
    pub fn draft(&self, source: u32) -> SpanDraft {
        SpanDraft {
            trace: TraceKey::EMPTY,
            id: SpanKey::EMPTY,
            parent: SpanKey::EMPTY,
            name: StringId::EMPTY,
            start: NO_TIME,
            end: NO_TIME,
            kind: SpanKind::Unspecified,
            status: Status::Unset,
            attributes: AttributeRange { start: self.attribute_mark(), len: 0 },
            first_event: self.event_mark(),
            first_link: self.link_mark(),
            message: RawValue::NULL,
            trace_state: RawValue::NULL,
            flags: 0,
            source,
            asynchronous: false,
            shared: false,
        }
    }

    /// Adds a span: its events and links are those pushed since the draft was made.
    #[inline]
    pub fn push_span(&mut self, draft: &SpanDraft, origin: OriginIndex) {
        let number = self.spans.len() as u32;
        let record = self.record(draft, origin, number);
        self.spans.push(record);
        if self.spans.len() - self.current.2 == ESTIMATE_AFTER {
            self.estimate(draft.source);
        }
    }

    /// Adds a span made of each item. While they are made the spans of this builder are out of reach.
    ///
    /// The first spans of all take the place of the items in memory, if these are no smaller: to have both at once would be the most that reading
    /// takes, and WebAssembly gives no memory back.
    pub fn add_spans<T>(
        &mut self,
        items: Vec<T>,
        mut make: impl FnMut(&mut StoreBuilder, T) -> (SpanDraft, OriginIndex),
    ) {
        let mut before = std::mem::take(&mut self.spans);
        let mut number = before.len() as u32;
        let records = items.into_iter().map(|item| {
            let (draft, origin) = make(self, item);
            number += 1;
            self.record(&draft, origin, number - 1)
        });
        if before.is_empty() {
            self.spans = records.collect();
        } else {
            before.reserve_exact(records.len());
            before.extend(records);
            self.spans = before;
        }
    }

    /// The tree of all spans from one on, which are a trace for themselves, is known: by their places among them, the spans in tree order, and the
    /// parent of each by its place in that order, `u32::MAX` of a root. Siblings and roots come by start, then by id; no two ids are alike, and no
    /// span ends before it starts.
    pub fn know_tree(&mut self, first: usize, order: Vec<u32>, parents: Vec<u32>) {
        let count = self.spans.len() - first;
        if count > 0 && order.len() == count && parents.len() == count {
            self.known_trees.push(tree::KnownTree { first, order, parents });
        }
    }

    /// What is kept of a span, and what it has beside.
    #[inline(always)]
    fn record(&mut self, draft: &SpanDraft, origin: OriginIndex, number: u32) -> SpanRecord {
        let trace = self.traces.index_of(draft.trace);
        let link_count = self.link_mark() - draft.first_link;
        let extra = if link_count != 0
            || !draft.message.is_null()
            || !draft.trace_state.is_null()
            || draft.flags & !PACKED_FLAGS != 0
        {
            self.push_extra(draft, link_count)
        } else {
            0
        };
        let bits = Bits::pack(Fields {
            kind: draft.kind,
            status: draft.status,
            asynchronous: draft.asynchronous,
            shared: draft.shared,
            id_form: draft.id.form,
            parent_form: draft.parent.form,
            flags: draft.flags,
        });
        if !self.pending.is_empty() {
            self.attach_warnings(number, draft.source);
        }
        SpanRecord {
            id: draft.id.value,
            parent_id: draft.parent.value,
            start: draft.start,
            end: draft.end,
            trace,
            name: draft.name,
            origin: origin.0,
            attributes: draft.attributes,
            first_event: draft.first_event,
            event_count: self.event_mark() - draft.first_event,
            extra,
            source: draft.source,
            bits,
        }
    }

    #[cold]
    fn push_extra(&mut self, draft: &SpanDraft, link_count: u32) -> u32 {
        self.extras.push(Extra {
            first_link: draft.first_link,
            link_count,
            message: draft.message,
            trace_state: draft.trace_state,
            flags: draft.flags & !PACKED_FLAGS,
        });
        self.extras.len() as u32
    }

    #[cold]
    fn attach_warnings(&mut self, span: u32, source: u32) {
        for (kind, message) in std::mem::take(&mut self.pending) {
            self.push_span_warning(span, kind, message);
            if !self.count_warning(kind, 1) {
                let text = self.strings.get(message);
                let message = if text.is_empty() { kind.sentence() } else { text }.to_owned();
                self.warnings.push(PendingWarning { kind, message, count: 1, address: Some(source) });
            }
        }
    }

    /// What the first spans took tells what the whole input will take: reserving it at once spares the memory that growing by doubling
    /// leaves behind, which WebAssembly never gives back.
    #[cold]
    fn estimate(&mut self, source: u32) {
        let (base, len, before) = self.current;
        let consumed = u64::from(source.saturating_sub(base)).max(1);
        let left = u64::from(len).saturating_sub(consumed);
        let spans = (self.spans.len() - before) as u64;
        let more = |count: usize| more(count, consumed, left);
        if consumed / spans < 8 {
            return; // Not an offset into this input: made-up spans.
        }
        let (attributes, events, spans) = (self.attributes.len(), self.events.len(), self.spans.len() - before);
        self.attributes.reserve(more(attributes as usize));
        self.events.reserve_exact(more(events));
        self.spans.reserve_exact(more(spans));
    }

    /// The same for a reader that adds its spans last: how many more items there will be, when these were read up to an address of the input
    /// that is being read; room is made for their attributes, and for their events where there are some.
    #[cold]
    pub fn expect_more(&mut self, items: usize, address: u32) -> usize {
        let (base, len, _) = self.current;
        let consumed = u64::from(address.saturating_sub(base)).max(1);
        let left = u64::from(len).saturating_sub(consumed);
        // An estimate that is too large for the memory is a wrong one.
        self.attributes.reserve(more(self.attributes.len() as usize, consumed, left));
        let _ = self.events.try_reserve_exact(more(self.events.len(), consumed, left));
        more(items, consumed, left)
    }

    /// Makes room for the names and texts that those items will have, for a reader that keeps others than all items share.
    #[cold]
    pub fn expect_strings(&mut self, address: u32) {
        let (base, len, _) = self.current;
        let consumed = u64::from(address.saturating_sub(base)).max(1);
        let left = u64::from(len).saturating_sub(consumed);
        let (bytes, ends) = self.strings.all();
        let (bytes, count) = (more(bytes.len(), consumed, left), more(ends.len(), consumed, left));
        self.strings.reserve(count, bytes);
    }

    /// Gives other ids to the traces of the spans from one on, and to none of an input before.
    pub fn rename_traces(&mut self, mark: &TraceMark, rename: &mut dyn FnMut(TraceKey) -> TraceKey) {
        let keys = self.traces.keys.clone();
        self.traces.truncate(mark.traces);
        for span in &mut self.spans[mark.spans..] {
            span.trace = self.traces.index_of(rename(keys[span.trace as usize]));
        }
    }

    /// Where the traces and spans of what is read now begin.
    pub fn trace_mark(&self) -> TraceMark {
        TraceMark { spans: self.spans.len(), traces: self.traces.keys.len() }
    }

    /// A warning about the span that is being read; "" for the kind's own sentence.
    #[cold]
    pub fn warn_span(&mut self, kind: WarningKind, message: &str) {
        let message = self.strings.intern(message);
        self.pending.push((kind, message));
    }

    /// A warning about a span that was added.
    #[cold]
    pub fn warn_about(&mut self, span: usize, kind: WarningKind, message: &str) {
        let source = self.spans[span].source;
        self.warn(kind, Some(source), || message.to_owned());
        let message = self.strings.intern(message);
        self.push_span_warning(span as u32, kind, message);
    }

    pub(super) fn push_span_warning(&mut self, span: u32, kind: WarningKind, message: StringId) {
        // Most spans that are warned of are warned of the same few things.
        let recent = self.said.len().saturating_sub(8);
        let known = self.said[recent..].iter().position(|said| *said == (kind, message));
        let said = known.map_or(self.said.len(), |at| recent + at);
        if said == self.said.len() {
            self.said.push((kind, message));
        }
        self.span_warnings.push(super::SpanWarning { span, said: said as u32 });
    }

    /// Gives other times to a span that was added.
    pub fn set_times(&mut self, span: usize, start: u64, end: u64) {
        self.spans[span].start = start;
        self.spans[span].end = end;
    }

    /// Start and end of a span that was added.
    pub fn times_of(&self, span: usize) -> (u64, u64) {
        (self.spans[span].start, self.spans[span].end)
    }

    /// The trace of a span that was added with its id, and with its parent's, if it names one.
    pub fn ids_of(&self, span: usize) -> ((u128, u64), Option<(u128, u64)>) {
        let span = &self.spans[span];
        let trace = self.traces.keys[span.trace as usize].value;
        let parent = Some((trace, span.parent_id)).filter(|_| !span.parent_key().is_empty());
        ((trace, span.id), parent)
    }

    /// The resource of a span that was added.
    pub fn resource_of(&self, span: usize) -> ResourceIndex {
        ResourceIndex(self.origins[self.spans[span].origin as usize].resource)
    }

    /// Makes room for so many warnings about spans.
    pub fn expect_span_warnings(&mut self, more: usize) {
        self.span_warnings.reserve_exact(more);
    }

    /// Takes back the warnings of a span that turned out to be none.
    pub fn forget_span_warnings(&mut self) {
        self.pending.clear();
    }

    /// A warning about a place.
    #[cold]
    pub fn warn(&mut self, kind: WarningKind, address: Option<u32>, message: impl FnOnce() -> String) {
        self.warn_many(kind, 1, address, message);
    }

    pub(super) fn warn_many(
        &mut self,
        kind: WarningKind,
        count: u64,
        address: Option<u32>,
        message: impl FnOnce() -> String,
    ) {
        // The message is made for the first of a kind only.
        if !self.count_warning(kind, count) {
            self.warnings.push(PendingWarning { kind, message: message(), count, address });
        }
    }

    /// Counts a warning that was given before; `false` when it is the first of its kind.
    #[inline(never)]
    fn count_warning(&mut self, kind: WarningKind, count: u64) -> bool {
        let known = self.warnings.iter_mut().find(|warning| warning.kind == kind);
        known.map(|warning| warning.count += count).is_some()
    }

    /// Orders the spans and makes the store.
    pub fn finish(mut self) -> Store {
        let services = self.resolve_services();
        let tree = tree::build(&mut self);
        let buffers = self.buffers;
        let warnings = self
            .warnings
            .into_iter()
            .map(|pending| Warning {
                kind: pending.kind,
                message: pending.message,
                count: pending.count,
                position: pending.address.and_then(|address| buffers.position(address)),
            })
            .collect();
        Store {
            buffers,
            strings: self.strings,
            resources: self.resources,
            scopes: self.scopes,
            origins: self.origins,
            services,
            spans: self.spans,
            parents: tree.parents,
            depths: tree.depths,
            subtree_ends: tree.subtree_ends,
            attributes: self.attributes,
            events: self.events,
            links: self.links,
            link_targets: Default::default(),
            extras: self.extras,
            traces: tree.traces,
            repeated_ids: tree.repeated_ids,
            span_warnings: self.span_warnings,
            said: self.said,
            warnings,
        }
    }

    /// The service of every origin is the text of its resource's `service.name`; services are numbered in order of first appearance.
    fn resolve_services(&mut self) -> Vec<StringId> {
        let key = self.strings.intern("service.name");
        let mut services = Vec::new();
        let mut number_of = std::collections::HashMap::new();
        for index in 0..self.origins.len() {
            let service = self.service_of(self.origins[index].resource, key);
            self.origins[index].service = *number_of.entry(service).or_insert_with(|| {
                services.push(service);
                services.len() as u32 - 1
            });
        }
        services
    }

    fn service_of(&mut self, resource: u32, key: StringId) -> StringId {
        let range = self.resources[resource as usize].attributes;
        match self.attributes.find(range, key) {
            Some(value) if let Some(text) = value.as_interned() => text,
            Some(value) if !value.is_null() => {
                let text = self.decode(value).to_string();
                self.strings.intern(&text)
            }
            _ => StringId::EMPTY,
        }
    }
}

/// What a column that has `count` items will get: it grows as it did so far, plus a part in 32 for unevenness.
fn more(count: usize, consumed: u64, left: u64) -> usize {
    let more = count as u64 * left / consumed;
    (more + more / 32) as usize
}

/// Items of an input after which the rest is estimated.
pub const ESTIMATE_AFTER: usize = 512;
