//! From what was read of Chrome's trace events to spans: which event ends which, what encloses what, and the tree that this makes.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::chrome_events::Events;
use super::ids::span_number;
use super::input::Input;
use crate::error::WarningKind;
use crate::sort;
use crate::store::{
    AttributeRange, LinkDraft, NO_TIME, OriginIndex, RawValue, SPAN_SIZE, ScopeIndex, SpanKey, SpanKind, StoreBuilder,
    TraceKey,
};
use crate::strings::StringId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A slice that another event ends, and that event.
    Begin,
    End,
    /// A slice, with its end.
    Complete,
    /// Something that is told of the slice around it.
    Instant,
    /// A step of a flow.
    Flow,
    /// The same, of the next slice and not the one around.
    NextFlow,
}

impl What {
    pub(super) fn is_slice(self) -> bool {
        matches!(self, What::Begin | What::Complete)
    }

    /// It is told of a slice.
    pub(super) fn is_told(self) -> bool {
        matches!(self, What::Instant | What::Flow | What::NextFlow)
    }
}

/// No event.
const NONE: u32 = u32::MAX;

/// An event of the input. Those that begin something are the slices, which become spans, each in the place of its item in memory: so an item is no
/// smaller than a span's record.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The track it is nested in, and its thread.
    pub track: u32,
    pub thread: u32,
    pub at: u64,
    /// Of a slice, `NO_TIME` of an unfinished one, which encloses all that follows.
    pub end: u64,
    pub name: StringId,
    /// In the store's column. Behind those of a slice is room for what is known of its thread.
    pub attributes: AttributeRange,
    pub offset: u32,
    /// Of a slice: what is around it; until that is known, the slice that was open where begin and end say so.
    around: u32,
    /// Of a slice that was begun, the event that ends it; of a flow, its number.
    other: u32,
    pub what: What,
    /// How many attributes there is room for behind its own.
    pub(super) rooms: u8,
    _padding: [u32; 4],
}

const _: () = assert!(size_of::<Item>() >= SPAN_SIZE);

impl Item {
    /// An event that is no slice, or one whose end is still to come.
    pub fn new(what: What, [track, thread]: [u32; 2], at: u64, name: StringId, offset: u32) -> Item {
        let attributes = AttributeRange::default();
        Item {
            track,
            thread,
            at,
            end: NO_TIME,
            name,
            attributes,
            offset,
            around: NONE,
            other: NONE,
            what,
            rooms: 0,
            _padding: [0; 4],
        }
    }

    /// The same, with these attributes.
    pub fn saying(self, attributes: AttributeRange) -> Item {
        Item { attributes, ..self }
    }

    /// The same, ending then.
    pub fn until(self, end: u64) -> Item {
        Item { end, ..self }
    }

    /// Adds what the event says that ended it, and what is known of its thread.
    #[inline]
    fn tell(
        &mut self,
        builder: &mut StoreBuilder,
        ended: Option<AttributeRange>,
        keys: [StringId; 2],
        thread: &[Option<RawValue>; 2],
    ) {
        if let Some(ended) = ended.filter(|range| range.len > 0) {
            builder.append_attributes(&mut self.attributes, ended);
            // They moved away from their room.
            self.rooms = 0;
        }
        for (key, value) in keys.into_iter().zip(thread) {
            let Some(value) = *value else { continue };
            if self.rooms == 0 {
                builder.extend_attributes(&mut self.attributes, key, value);
            } else {
                builder.replace_attribute(self.attributes.start + self.attributes.len, key, value);
                self.attributes.len += 1;
                self.rooms -= 1;
            }
        }
    }

    /// The same, as a step of the flow with this number.
    pub fn of_flow(self, flow: u32) -> Item {
        Item { other: flow, ..self }
    }
}

impl Events {
    /// Makes spans of what was read.
    pub fn finish(mut self, reading: &mut Input<'_>, trace: TraceKey) {
        self.join(reading);
        let (told, nested) = self.nest(reading);
        let tree = nested.in_order.then(|| self.tree(nested));
        let first = reading.builder.span_count();
        self.put(reading, told, trace);
        if let Some((order, parents)) = tree {
            reading.builder.know_tree(first, order, parents);
        }
    }

    /// Gives each begin its end.
    fn join(&mut self, reading: &mut Input<'_>) {
        if !self.begun {
            return;
        }
        let order = self.by_track(|what| !what.is_told(), &mut |_, _| Ordering::Equal);
        // The open ones of the track, those of asynchronous events also by name, and whether they are closed.
        let mut open: Vec<u32> = Vec::new();
        let mut by_name: HashMap<StringId, Vec<u32>> = HashMap::new();
        let mut track = None;
        for i in order {
            let Item { what, name, track: its, .. } = self.items[i as usize];
            if track != Some(its) {
                track = Some(its);
                open.clear();
                by_name.clear();
            }
            let on_thread = self.tracks[its as usize];
            match what {
                What::Begin => {
                    if on_thread {
                        self.items[i as usize].around = open.last().copied().unwrap_or(NONE);
                    } else {
                        by_name.entry(name).or_default().push(i);
                    }
                    open.push(i);
                }
                What::End => {
                    let named = by_name.get_mut(&name).and_then(Vec::pop).filter(|_| name != StringId::EMPTY);
                    let begun = named.or_else(|| {
                        // Some of these were closed by their name.
                        while let Some(last) = open.pop() {
                            if on_thread || (self.items[last as usize].other == NONE && name == StringId::EMPTY) {
                                return Some(last);
                            }
                        }
                        None
                    });
                    self.close(reading, begun, i);
                }
                _ => {}
            }
        }
    }

    /// Numbers of some events by track, and on each track by time; those of one time by a comparison, else in the order of the input.
    #[inline(never)]
    fn by_track(&self, some: fn(What) -> bool, compare: &mut dyn FnMut(&Item, &Item) -> Ordering) -> Vec<u32> {
        let mut ends = vec![0_u32; self.tracks.len() + 1];
        let items = || self.items.iter().zip(0..).filter(|(item, _)| some(item.what));
        items().for_each(|(item, _)| ends[item.track as usize + 1] += 1);
        for track in 1..ends.len() {
            ends[track] += ends[track - 1];
        }
        let mut order = vec![0_u32; ends[self.tracks.len()] as usize];
        let starts = ends.clone();
        for (item, number) in items() {
            let slot = &mut ends[item.track as usize];
            order[*slot as usize] = number;
            *slot += 1;
        }
        let mut keys = Vec::new();
        for (start, end) in starts.iter().zip(&ends) {
            let on_track = &mut order[*start as usize..*end as usize];
            sort::by_time(on_track, &mut keys, |number| self.items[number as usize].at, &mut |one, other| {
                compare(&self.items[one as usize], &self.items[other as usize])
            });
        }
        order
    }

    fn close(&mut self, reading: &mut Input<'_>, begun: Option<u32>, end: u32) {
        let item = self.items[end as usize];
        let Some(begun) = begun else {
            let name = reading.builder.string(item.name);
            let reason = format!("Expected a begin before the end of \"{name}\", found none; the end was left out.");
            reading.skip(WarningKind::Skipped, item.offset as usize, reason);
            return;
        };
        let slice = &mut self.items[begun as usize];
        (slice.end, slice.other) = (item.at, end);
        if item.name != StringId::EMPTY && item.name != slice.name {
            let [expected, name] = [slice.name, item.name].map(|name| reading.builder.string(name).to_owned());
            reading.warn(WarningKind::BadValue, item.offset as usize, || {
                format!("Expected the end of \"{expected}\", found the end of \"{name}\"; it was taken for the same.")
            });
        }
    }

    /// What encloses what, by time and on each track: slices, and what is told of them.
    fn nest(&mut self, reading: &mut Input<'_>) -> (Told, Nested) {
        let order = self.by_track(What::is_slice, &mut |one, other| {
            // An empty slice at the very end of the one it is in comes before what follows that one.
            let follows =
                |slice: &Item| self.items.get(slice.around as usize).is_none_or(|around| around.end != slice.at);
            follows(one).cmp(&follows(other)).then(other.end.cmp(&one.end))
        });
        let is_next = |item: &Item| item.what == What::NextFlow;
        let told = match self.told {
            true => self.by_track(What::is_told, &mut |one, other| is_next(other).cmp(&is_next(one))),
            false => Vec::new(),
        };
        let mut told = told.into_iter().peekable();
        let mut found = Told::default();
        let mut nested = Nested { parents: Vec::with_capacity(order.len()), order, in_order: true };
        let order = &nested.order;
        // The slices that are open, by their places in that order.
        let mut open: Vec<u32> = Vec::new();
        let slice_at = |place: u32| order[place as usize];
        // Ends of flows, and what is around them in case that nothing follows.
        let mut waiting: Vec<(u32, Option<u32>)> = Vec::new();
        for index in 0..=order.len() {
            let next = order.get(index).copied();
            // The one that was closed last.
            let mut closed = None;
            if told.peek().is_some() {
                let next = next.map(|slice| (slice, self.items[slice as usize]));
                let at = next.map_or((u32::MAX, NO_TIME), |(_, slice)| (slice.track, slice.at));
                // All that stands before this slice; what happens as it begins happens in it.
                while let Some(i) = told.next_if(|i| {
                    let item = &self.items[*i as usize];
                    (item.track, item.at) < at || (item.track, item.at) == at && item.what == What::NextFlow
                }) {
                    let item = &self.items[i as usize];
                    while let Some(last) = open.last() {
                        let last = &self.items[slice_at(*last) as usize];
                        if last.track == item.track && last.end >= item.at {
                            break;
                        }
                        closed = open.pop();
                    }
                    match (item.what, open.last().map(|last| slice_at(*last))) {
                        (What::NextFlow, around) => waiting.push((i, around)),
                        (What::Flow, Some(slice)) => found.steps.push((item.other, item.at, i, slice)),
                        (_, Some(slice)) => found.events.push((slice, item.at, i)),
                        (_, None) => self.outside(reading, i),
                    }
                }
                for (i, around) in std::mem::take(&mut waiting) {
                    let item = &self.items[i as usize];
                    let following = next.filter(|(_, slice)| slice.track == item.track).map(|(slice, _)| slice);
                    match following.or(around) {
                        Some(slice) => found.steps.push((item.other, item.at, i, slice)),
                        None => self.outside(reading, i),
                    }
                }
            }
            let Some(number) = next else { break };
            let slice = &self.items[number as usize];
            let (track, at, end, own) = (slice.track, slice.at, slice.end, slice.around);
            while let Some(last) = open.last() {
                let last = slice_at(*last);
                let around = &self.items[last as usize];
                let encloses = around.track == track
                    && (end <= around.end && at < around.end
                        || own == last
                        // Both without a length, at the same time.
                        || (around.at, around.end) == (at, end));
                if encloses {
                    break;
                }
                closed = open.pop();
            }
            // Of two that follow one another under one that is around them, the first one is the last that was closed.
            let around = open.last().copied();
            let before = closed.map(slice_at).filter(|_| around.is_some());
            nested.in_order &=
                end >= at && before.is_none_or(|before| self.items[before as usize].at < at || before < number);
            self.items[number as usize].around = around.map_or(NONE, slice_at);
            nested.parents.push(around.unwrap_or(NONE));
            open.push(index as u32);
        }
        (found, nested)
    }

    /// The tree of the spans that [`Events::put`] adds, as [`StoreBuilder::know_tree`] takes it.
    fn tree(&self, nested: Nested) -> (Vec<u32>, Vec<u32>) {
        let Nested { order: by_track, parents: around, .. } = nested;
        let mut tops: Vec<u32> =
            (0..).zip(&around).filter(|(_, around)| **around == NONE).map(|(top, _)| top).collect();
        let number = |place: u32| by_track[place as usize];
        let time = |place: u32| self.items[number(place) as usize].at;
        sort::by_time(&mut tops, &mut Vec::new(), time, &mut |one, other| number(one).cmp(&number(other)));
        let mut order = Vec::with_capacity(around.len());
        let mut parents = Vec::with_capacity(around.len());
        for top in tops {
            // On their track all that is under it follows.
            let place = order.len() as u32;
            order.push(number(top));
            parents.push(NONE);
            let under = around[top as usize + 1..].iter().take_while(|around| **around != NONE);
            for (slice, around) in (top + 1..).zip(under) {
                order.push(number(slice));
                parents.push(around - top + place);
            }
        }
        if order.len() < self.items.len() {
            // Numbers of events become those of slices.
            let mut slices = 0;
            let ranks = self.items.iter().map(|item| {
                slices += u32::from(item.what.is_slice());
                slices.wrapping_sub(1)
            });
            let ranks: Vec<u32> = ranks.collect();
            order.iter_mut().for_each(|number| *number = ranks[*number as usize]);
        }
        (order, parents)
    }

    #[cold]
    fn outside(&self, reading: &mut Input<'_>, item: u32) {
        let item = &self.items[item as usize];
        let name = reading.builder.string(item.name).to_owned();
        reading.skip(
            WarningKind::Skipped,
            item.offset as usize,
            format!("Expected a slice around \"{name}\" on its thread, found none; it was left out."),
        );
    }

    /// Adds the spans, in the order of the input: by the events that begin them, of which each begins one.
    fn put(&mut self, reading: &mut Input<'_>, mut told: Told, trace: TraceKey) {
        told.events = sort::items(told.events, Ord::cmp);
        // The steps of a flow in the order of time: each is a link back to the one before.
        told.steps = sort::items(told.steps, Ord::cmp);
        let mut links: Vec<(u32, u32)> = told
            .steps
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0 && pair[0].3 != pair[1].3)
            .map(|pair| (pair[1].3, pair[0].3))
            .collect();
        let place = |slice: u32| (self.items[slice as usize].track, self.items[slice as usize].at, slice);
        links = sort::items(links, |one, other| (one.0, place(one.1)).cmp(&(other.0, place(other.1))));
        links.dedup();
        let mut links = links.into_iter().peekable();
        let events = told.events;
        let first_event = reading.builder.event_mark();
        for (_, at, i) in &events {
            let event = &self.items[*i as usize];
            reading.builder.push_event(*at, event.name, event.attributes);
        }
        let mut items = std::mem::take(&mut self.items);
        let keys = ["thread.id", "thread.name"].map(|key| reading.builder.intern(key));
        // Where all are slices that nothing else ends, each is complete by itself.
        let complete = !self.begun && items.iter().all(|item| item.what.is_slice());
        if !complete {
            for number in 0..items.len() {
                let ended = items.get(items[number].other as usize).map(|end| end.attributes);
                let item = &mut items[number];
                if item.what.is_slice() {
                    item.tell(reading.builder, ended, keys, &self.threads[item.thread as usize].told);
                    // What ended it is known now; its own number gives its id.
                    item.other = number as u32;
                }
            }
            items.retain(|item| item.what.is_slice());
        }
        let (mut first, mut number) = (NO_TIME, 0);
        let (base, span) = (reading.address(0), reading.builder.span_count());
        reading.builder.add_spans(items, |builder, mut item| {
            let thread = &self.threads[item.thread as usize];
            if complete {
                item.tell(builder, None, keys, &thread.told);
                item.other = number;
                number += 1;
            }
            first = first.min(item.at);
            let process = thread.process as usize;
            let origin = match self.processes[process].origin {
                Some(origin) => origin,
                None => {
                    let origin = self.origin(builder, process);
                    *self.processes[process].origin.insert(origin)
                }
            };
            let mut draft = builder.draft(base + item.offset);
            while let Some((_, source)) = links.next_if(|(slice, _)| *slice == item.other) {
                builder.push_link(LinkDraft {
                    trace,
                    span: key_of(source),
                    trace_state: RawValue::NULL,
                    attributes: Default::default(),
                });
            }
            draft.attributes = item.attributes;
            draft.trace = trace;
            draft.id = key_of(item.other);
            draft.parent = if item.around == NONE { SpanKey::EMPTY } else { key_of(item.around) };
            draft.name = item.name;
            (draft.start, draft.end) = (item.at, item.end);
            draft.kind = SpanKind::Internal;
            draft.asynchronous = !self.tracks[item.track as usize];
            if item.end == NO_TIME {
                builder.warn_span(WarningKind::NoEndTime, "This slice was begun and never ended.");
            }
            (draft, origin)
        });
        reading.builder.own_events(span, first_event, events.iter().map(|(slice, ..)| key_of(*slice)));
        if first != NO_TIME {
            reading.guess("Trace events have no ids: all events of this input are one trace, and slices are nested by their times.");
            // 2001, as for every time whose unit is unknown.
            if first < 1_000_000_000_000_000_000 {
                reading.guess("The times are no dates: they count from a moment that is not told, such as the start of the machine.");
            }
        }
    }

    /// The process as a resource; its name is the service.
    fn origin(&self, builder: &mut StoreBuilder, process: usize) -> OriginIndex {
        let process = &self.processes[process];
        let service = builder.intern("service.name");
        let name = process.name.or_else(|| {
            let unnamed = format!("process {}", builder.string(process.id));
            (process.id != StringId::EMPTY).then(|| RawValue::interned(builder.intern(&unnamed)))
        });
        let resource = builder.add_resource();
        let mark = builder.attribute_mark();
        if let Some(name) = name {
            builder.push_attribute(service, name);
        }
        process.attributes.iter().chain(&self.common).for_each(|(key, value)| builder.push_attribute(*key, *value));
        let attributes = builder.attributes_since(mark);
        builder.set_resource(resource, attributes);
        builder.add_origin(resource, ScopeIndex::NONE)
    }
}

/// The slices by their tracks and times, in which order each stands before all that it encloses, and that before what follows it.
#[derive(Debug)]
struct Nested {
    order: Vec<u32>,
    /// What is around each, by its place in that order.
    parents: Vec<u32>,
    /// Those of one time under one slice come in the order of the input, and none ends before it begins: so it is the order of a tree.
    in_order: bool,
}

/// What is told of slices, by the numbers of the events that begin them.
#[derive(Debug, Default)]
struct Told {
    /// Slice, time and item.
    events: Vec<(u32, u64, u32)>,
    /// Flow, time, item and slice.
    steps: Vec<(u32, u64, u32, u32)>,
}

/// The number of the event that begins it.
fn key_of(slice: u32) -> SpanKey {
    span_number(u64::from(slice) + 1)
}
