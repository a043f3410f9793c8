//! Chrome's trace events, from what was read of them to spans, and the straight way to read the usual ones.
//!
//! `chrome.rs` says what is made of them; what is unusual it reads itself.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::ids::span_number;
use super::input::Input;
use super::members::{Members, PLAIN};
use super::micros::{Nanos, parse_micros};
use super::once::Pairs;
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member, Text};
use crate::simd::Literal;
use crate::sort;
use crate::store::{
    AttributeRange, ESTIMATE_AFTER, Encoding, LinkDraft, NO_TIME, OriginIndex, RawValue, ScopeIndex, SpanKey, SpanKind,
    TraceKey,
};
use crate::strings::StringId;

/// A key and its value.
type Pair = (StringId, RawValue);

static KEYS: [Literal; 15] = [
    Literal::key("name"),
    Literal::key("cat"),
    Literal::key("ph"),
    Literal::key("ts"),
    Literal::key("dur"),
    Literal::key("pid"),
    Literal::key("tid"),
    Literal::key("args"),
    // What only some events have is read otherwise.
    Literal::key("id"),
    Literal::key("id2"),
    Literal::key("scope"),
    Literal::key("bind_id"),
    Literal::key("bp"),
    Literal::key("flow_in"),
    Literal::key("flow_out"),
];

/// Where slices are nested: a thread, or an id of asynchronous events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Track {
    Thread { process: StringId, thread: StringId },
    Asynchronous { category: StringId, scope: StringId, id: StringId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Begin,
    End,
    /// With the end, `NO_TIME` when there is none.
    Complete(u64),
    /// Something that is told of the slice around it.
    Instant,
    /// Number of the flow; `next`: what comes is the next slice, not the one around.
    Flow {
        flow: u32,
        next: bool,
    },
}

impl What {
    /// It belongs to the slice that begins next, at the same time or later.
    pub fn is_for_the_next(self) -> bool {
        matches!(self, What::Flow { next: true, .. })
    }
}

/// An event of the input.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The track it is nested in, and its thread.
    pub track: u32,
    pub thread: u32,
    pub at: u64,
    pub what: What,
    pub name: StringId,
    /// In the store's column. Behind those of what may begin a slice is room for what is known of its thread.
    pub attributes: AttributeRange,
    pub offset: u32,
}

/// A span.
#[derive(Clone, Copy, Debug)]
struct Slice {
    /// The event that begins it, and the one that ends it.
    begin: u32,
    end_item: Option<u32>,
    track: u32,
    start: u64,
    /// `NO_TIME` of an unfinished one, which encloses all that follows.
    end: u64,
    /// The slice that was open when this one began, where B and E say so.
    inside: Option<u32>,
}

#[derive(Debug)]
pub struct Thread {
    pub process: StringId,
    pub thread: StringId,
    /// Its id, and its name.
    pub told: [Option<RawValue>; 2],
    /// Number of its track, once it has one.
    track: Option<u32>,
}

#[derive(Debug)]
pub struct Events {
    pub items: Vec<Item>,
    pub tracks: HashMap<Track, u32>,
    pub threads: Vec<Thread>,
    thread_numbers: Pairs,
    /// What the last event stood on.
    last: Option<(StringId, StringId, u32)>,
    keys: Keys,
    args: Members,
    pub flows: HashMap<(StringId, StringId, StringId), u32>,
    pub process_names: HashMap<StringId, RawValue>,
    /// Attributes of processes and of all of them.
    pub processes: HashMap<StringId, Vec<Pair>>,
    pub common: Vec<Pair>,
}

/// A text or a number as it stands in the input.
#[derive(Clone, Copy)]
struct Written {
    text: Text,
    quoted: bool,
}

impl Written {
    /// The next value, if it is one; nothing is read of another.
    #[inline]
    fn next(lexer: &mut Lexer<'_>) -> Lex<Option<Written>> {
        Ok(match lexer.peek()? {
            Kind::String => Some(Written { text: lexer.string()?, quoted: true }),
            Kind::Number => {
                let number = lexer.number()?;
                Some(Written { text: Text { start: number.start, end: number.end, escaped: false }, quoted: false })
            }
            _ => None,
        })
    }

    fn value(self, reading: &mut Input<'_>) -> RawValue {
        if self.quoted {
            return reading.string_value(self.text);
        }
        reading.slice_value(Encoding::Json, self.text.start, self.text.end)
    }
}

impl Events {
    pub fn new() -> Events {
        Events {
            items: Vec::new(),
            tracks: HashMap::new(),
            threads: Vec::new(),
            thread_numbers: Pairs::new(),
            last: None,
            keys: Keys::new(&KEYS),
            args: Members::new(1, |_| (None, PLAIN)),
            flows: HashMap::new(),
            process_names: HashMap::new(),
            processes: HashMap::new(),
            common: Vec::new(),
        }
    }

    /// Reads the event that stands next if it is a usual one. Else nothing is read.
    #[inline(never)]
    pub fn usual<'a>(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> bool {
        let (place, mark) = (lexer.mark(), reading.builder.attribute_mark());
        if let Ok(true) = self.try_usual(reading, lexer) {
            return true;
        }
        lexer.rewind(place);
        reading.builder.truncate_attributes(mark);
        false
    }

    fn try_usual<'a>(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<bool> {
        let bytes = reading.bytes;
        let offset = lexer.offset() as u32;
        let mark = reading.builder.attribute_mark();
        let mut cursor = lexer.begin_object()?;
        let (mut name, mut phase, mut category) = (StringId::EMPTY, 0, None);
        let (mut at, mut lasts): (Option<u64>, Option<Nanos>) = (None, None);
        let (mut process, mut thread) = (None, None);
        let mut seen = 0_u32;
        loop {
            let known = match lexer.member_inlined(&mut self.keys, &mut cursor)? {
                Member::End => break,
                Member::Known(known) => known,
                Member::Other(key) => {
                    let key = reading.intern(key);
                    let value = reading.json_value(lexer)?;
                    reading.builder.push_attribute(key, value);
                    continue;
                }
            };
            // Of a key that stands twice the last one counts.
            if seen & 1 << known != 0 {
                return Ok(false);
            }
            seen |= 1 << known;
            match known {
                0 => {
                    if lexer.peek()? != Kind::String {
                        return Ok(false);
                    }
                    let text = lexer.string()?;
                    name = reading.intern(text);
                }
                1 => {
                    category = Some(reading.builder.attribute_mark());
                    let key = reading.builder.intern("category");
                    let value = reading.json_value(lexer)?;
                    reading.builder.push_attribute(key, value);
                }
                2 => {
                    lexer.skip_whitespace();
                    let Some([letter]) = lexer.quoted::<1>() else { return Ok(false) };
                    phase = *letter;
                    lexer.accept_quoted::<1>();
                }
                3 | 4 => {
                    if lexer.peek()? != Kind::Number {
                        return Ok(false);
                    }
                    let number = lexer.number()?;
                    let time = parse_micros(&bytes[number.start as usize..number.end as usize]);
                    match (known, time) {
                        (3, Some(Nanos { ns, negative: false })) if ns != NO_TIME => at = Some(ns),
                        (4, Some(_)) => lasts = time,
                        _ => return Ok(false),
                    }
                }
                5 | 6 => {
                    let Some(id) = Written::next(lexer)? else { return Ok(false) };
                    *(if known == 5 { &mut process } else { &mut thread }) = Some(id);
                }
                7 => match lexer.peek()? {
                    Kind::Object => self.args.read(reading, lexer, 0)?,
                    _ => return Ok(false),
                },
                _ => return Ok(false),
            }
        }
        let what = match phase {
            b'X' => What::Complete(match (at, lasts) {
                (Some(at), Some(lasts)) => lasts.after(at).unwrap_or(NO_TIME),
                _ => NO_TIME,
            }),
            b'B' => What::Begin,
            b'E' => What::End,
            b'i' | b'I' | b'R' | b'P' | b'C' => What::Instant,
            _ => return Ok(false),
        };
        let Some(at) = at else { return Ok(false) };
        // What an event that ends something says is known from its beginning, but for its arguments.
        if let (What::End, Some(category)) = (what, category) {
            reading.builder.remove_attribute(category);
        }
        let attributes = reading.builder.attributes_since(mark);
        let ids = [process, thread].map(|id| id.map_or(StringId::EMPTY, |id| reading.intern(id.text)));
        let values = [process, thread].map(|id| id.map(|id| id.value(reading)));
        let thread = self.thread(reading, ids, values);
        let track = self.thread_track(thread);
        self.push(reading, Item { track, thread, at, what, name, attributes, offset });
        Ok(true)
    }

    /// The number of a thread by the ids of its process and its own, which have these values where they are told.
    #[inline]
    pub fn thread(&mut self, reading: &mut Input<'_>, ids: [StringId; 2], values: [Option<RawValue>; 2]) -> u32 {
        let [process, thread] = ids;
        match self.last {
            Some((of, last, number)) if (of, last) == (process, thread) && values[0].is_some() => number,
            _ => self.other_thread(reading, ids, values),
        }
    }

    #[inline(never)]
    fn other_thread(&mut self, reading: &mut Input<'_>, ids: [StringId; 2], values: [Option<RawValue>; 2]) -> u32 {
        let [process, thread] = ids;
        let [process_id, thread_id] = values;
        if let Some(id) = process_id {
            let key = reading.builder.intern("process.pid");
            self.processes.entry(process).or_insert_with(|| vec![(key, id)]);
        }
        let threads = &mut self.threads;
        let number = self.thread_numbers.number((process.0, thread.0), || {
            threads.push(Thread { process, thread, told: [thread_id, None], track: None });
            threads.len() as u32 - 1
        });
        self.last = process_id.map(|_| (process, thread, number));
        number
    }

    /// The number of the track of a thread.
    #[inline]
    pub fn thread_track(&mut self, thread: u32) -> u32 {
        let of = &self.threads[thread as usize];
        if let Some(track) = of.track {
            return track;
        }
        let track = self.track(Track::Thread { process: of.process, thread: of.thread });
        self.threads[thread as usize].track = Some(track);
        track
    }

    /// The number of a track.
    pub fn track(&mut self, track: Track) -> u32 {
        let next = self.tracks.len() as u32;
        *self.tracks.entry(track).or_insert(next)
    }

    /// Takes an event in whose attributes were pushed last.
    #[inline]
    pub fn push(&mut self, reading: &mut Input<'_>, item: Item) {
        if matches!(item.what, What::Begin | What::Complete(_)) {
            for _ in 0..2 {
                reading.builder.push_attribute(StringId::EMPTY, RawValue::NULL);
            }
        }
        self.items.push(item);
        if self.items.len() == ESTIMATE_AFTER {
            let address = reading.address(item.offset as usize);
            let more = reading.builder.expect_more(self.items.len(), address);
            let _ = self.items.try_reserve_exact(more);
        }
    }

    /// Makes spans of what was read.
    pub fn finish(mut self, reading: &mut Input<'_>, trace: TraceKey) {
        let mut slices = self.slices(reading);
        let nested = self.nest(reading, &mut slices);
        self.put(reading, &slices, nested, trace);
    }

    /// Begin and end joined.
    fn slices(&self, reading: &mut Input<'_>) -> Vec<Slice> {
        let order =
            self.by_track(|what| matches!(what, What::Begin | What::End | What::Complete(_)), |item| (item.at, false));
        let threads = self.thread_tracks();
        let mut slices: Vec<Slice> = Vec::new();
        // The open ones of the track, those of asynchronous events also by name, and whether they are closed.
        let mut open: Vec<u32> = Vec::new();
        let mut by_name: HashMap<StringId, Vec<u32>> = HashMap::new();
        let mut track = None;
        for i in order {
            let item = &self.items[i as usize];
            if track != Some(item.track) {
                track = Some(item.track);
                open.clear();
                by_name.clear();
            }
            let on_thread = threads[item.track as usize];
            let slice =
                |end, inside| Slice { begin: i, end_item: None, track: item.track, start: item.at, end, inside };
            match item.what {
                What::Complete(end) => slices.push(slice(end, None)),
                What::Begin => {
                    let inside = open.last().copied().filter(|_| on_thread);
                    open.push(slices.len() as u32);
                    if !on_thread {
                        by_name.entry(item.name).or_default().push(slices.len() as u32);
                    }
                    slices.push(slice(NO_TIME, inside));
                }
                _ => {
                    let named = by_name.get_mut(&item.name).and_then(Vec::pop).filter(|_| item.name != StringId::EMPTY);
                    let begun = named.or_else(|| {
                        // Some of these were closed by their name.
                        while let Some(last) = open.pop() {
                            if on_thread || (slices[last as usize].end_item.is_none() && item.name == StringId::EMPTY) {
                                return Some(last);
                            }
                        }
                        None
                    });
                    self.close(reading, begun.map(|begun| &mut slices[begun as usize]), i);
                }
            }
        }
        slices
    }

    /// Numbers of some events, by track and on each track in an order; else in that of the input.
    fn by_track(&self, some: impl Fn(What) -> bool, place: impl Fn(&Item) -> (u64, bool)) -> Vec<u32> {
        let mut ends = vec![0_u32; self.tracks.len() + 1];
        let items = || self.items.iter().enumerate().filter(|(_, item)| some(item.what));
        items().for_each(|(_, item)| ends[item.track as usize + 1] += 1);
        for track in 1..ends.len() {
            ends[track] += ends[track - 1];
        }
        let mut order = vec![0_u32; ends[self.tracks.len()] as usize];
        let starts = ends.clone();
        for (number, item) in items() {
            let slot = &mut ends[item.track as usize];
            order[*slot as usize] = number as u32;
            *slot += 1;
        }
        for (start, end) in starts.iter().zip(&ends) {
            let on_track = &mut order[*start as usize..*end as usize];
            let by = |number: &u32| place(&self.items[*number as usize]);
            // Most writers write in the order of time.
            if !on_track.is_sorted_by_key(by) {
                sort::numbers(on_track, &mut |one, other| by(&one).cmp(&by(&other)));
            }
        }
        order
    }

    fn close(&self, reading: &mut Input<'_>, slice: Option<&mut Slice>, end: u32) {
        let item = &self.items[end as usize];
        let name = reading.builder.string(item.name).to_owned();
        let Some(slice) = slice else {
            reading.skip(
                WarningKind::Skipped,
                item.offset as usize,
                format!("Expected a begin before the end of \"{name}\", found none; the end was left out."),
            );
            return;
        };
        slice.end = item.at;
        slice.end_item = Some(end);
        let begun = self.items[slice.begin as usize].name;
        if item.name != StringId::EMPTY && item.name != begun {
            let expected = reading.builder.string(begun).to_owned();
            reading.warn(WarningKind::BadValue, item.offset as usize, || {
                format!("Expected the end of \"{expected}\", found the end of \"{name}\"; it was taken for the same.")
            });
        }
    }

    /// For each track, whether it is a thread.
    fn thread_tracks(&self) -> Vec<bool> {
        let mut threads = vec![false; self.tracks.len()];
        for (track, number) in &self.tracks {
            threads[*number as usize] = matches!(track, Track::Thread { .. });
        }
        threads
    }

    /// What encloses what, by time and on each track: slices, and what is told of them.
    fn nest(&self, reading: &mut Input<'_>, slices: &mut [Slice]) -> Nested {
        let mut order: Vec<u32> = (0..slices.len() as u32).collect();
        let by = |i: u32| {
            let slice = &slices[i as usize];
            // An empty slice at the very end of the one it is in comes before what follows that one.
            let follows = slice.inside.is_none_or(|around| slices[around as usize].end != slice.start);
            (slice.track, slice.start, follows, Reverse(slice.end), slice.begin)
        };
        sort::numbers(&mut order, &mut |one, other| by(one).cmp(&by(other)));
        let told = self.by_track(
            |what| matches!(what, What::Instant | What::Flow { .. }),
            |item| (item.at, !item.what.is_for_the_next()),
        );
        let mut told = told.into_iter().peekable();
        let mut nested = Nested { parents: vec![None; slices.len()], events: Vec::new(), steps: Vec::new() };
        let mut open: Vec<u32> = Vec::new();
        // Ends of flows, and what is around them in case that nothing follows.
        let mut waiting: Vec<(u32, Option<u32>)> = Vec::new();
        for index in 0..=order.len() {
            let next = order.get(index).map(|slice| (*slice, &slices[*slice as usize]));
            let at = next.map_or((u32::MAX, NO_TIME), |(_, slice)| (slice.track, slice.start));
            // All that stands before this slice; what happens as it begins happens in it.
            while let Some(i) = told.next_if(|i| {
                let item = &self.items[*i as usize];
                (item.track, item.at) < at || (item.track, item.at) == at && item.what.is_for_the_next()
            }) {
                let item = &self.items[i as usize];
                while let Some(last) = open.last() {
                    let last = &slices[*last as usize];
                    if last.track == item.track && last.end >= item.at {
                        break;
                    }
                    open.pop();
                }
                match (item.what, open.last()) {
                    (What::Flow { next: true, .. }, around) => waiting.push((i, around.copied())),
                    (What::Flow { flow, .. }, Some(slice)) => nested.steps.push((flow, item.at, i, *slice)),
                    (_, Some(slice)) => nested.events.push((*slice, item.at, i)),
                    (_, None) => self.outside(reading, i),
                }
            }
            for (i, around) in std::mem::take(&mut waiting) {
                let item = &self.items[i as usize];
                let following = next.filter(|(_, slice)| slice.track == item.track).map(|(slice, _)| slice);
                match (item.what, following.or(around)) {
                    (What::Flow { flow, .. }, Some(slice)) => nested.steps.push((flow, item.at, i, slice)),
                    _ => self.outside(reading, i),
                }
            }
            let Some((number, slice)) = next else { break };
            while let Some(last) = open.last() {
                let around = &slices[*last as usize];
                let encloses = around.track == slice.track
                    && (slice.end <= around.end && slice.start < around.end
                        || slice.inside == Some(*last)
                        // Both without a length, at the same time.
                        || (around.start, around.end) == (slice.start, slice.end));
                if encloses {
                    break;
                }
                open.pop();
            }
            nested.parents[number as usize] = open.last().copied();
            open.push(number);
        }
        nested
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

    fn put(&mut self, reading: &mut Input<'_>, slices: &[Slice], mut nested: Nested, trace: TraceKey) {
        let threads = self.thread_tracks();
        nested.events = sort::items(nested.events, Ord::cmp);
        // The steps of a flow in the order of time: each is a link back to the one before.
        nested.steps = sort::items(nested.steps, Ord::cmp);
        let mut links: Vec<(u32, u32)> = nested
            .steps
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0 && pair[0].3 != pair[1].3)
            .map(|pair| (pair[1].3, pair[0].3))
            .collect();
        links = sort::items(links, Ord::cmp);
        links.dedup();
        let mut origins = HashMap::new();
        // In the order of the input: by the events that begin them, of which each begins one.
        let mut slice_of = vec![u32::MAX; self.items.len()];
        for (number, slice) in slices.iter().enumerate() {
            slice_of[slice.begin as usize] = number as u32;
        }
        reading.builder.reserve_spans(slices.len());
        let thread_keys = ["thread.id", "thread.name"].map(|key| reading.builder.intern(key));
        for number in slice_of.into_iter().filter(|number| *number != u32::MAX) {
            let slice = &slices[number as usize];
            let item = self.items[slice.begin as usize];
            let origin = match origins.get(&self.threads[item.thread as usize].process) {
                Some(origin) => *origin,
                None => {
                    let process = self.threads[item.thread as usize].process;
                    let origin = self.origin(reading, process);
                    *origins.entry(process).or_insert(origin)
                }
            };
            let thread = &self.threads[item.thread as usize];
            let builder = &mut *reading.builder;
            let mut draft = builder.draft(0);
            let from = nested.events.partition_point(|(slice, ..)| *slice < number);
            for (_, _, i) in nested.events[from..].iter().take_while(|(slice, ..)| *slice == number) {
                let event = self.items[*i as usize];
                builder.push_event(event.at, event.name, event.attributes);
            }
            let from = links.partition_point(|(slice, _)| *slice < number);
            for (_, source) in links[from..].iter().take_while(|(slice, _)| *slice == number) {
                builder.push_link(LinkDraft {
                    trace,
                    span: key_of(&slices[*source as usize]),
                    trace_state: RawValue::NULL,
                    attributes: Default::default(),
                });
            }
            draft.attributes = item.attributes;
            let ended = slice.end_item.map(|end| self.items[end as usize].attributes).filter(|range| range.len > 0);
            if let Some(ended) = ended {
                builder.append_attributes(&mut draft.attributes, ended);
            }
            for (key, value) in thread_keys.into_iter().zip(thread.told) {
                let Some(value) = value else { continue };
                if ended.is_some() {
                    builder.extend_attributes(&mut draft.attributes, key, value);
                } else {
                    builder.replace_attribute(draft.attributes.start + draft.attributes.len, key, value);
                    draft.attributes.len += 1;
                }
            }
            draft.trace = trace;
            draft.id = key_of(slice);
            draft.parent =
                nested.parents[number as usize].map_or(SpanKey::EMPTY, |parent| key_of(&slices[parent as usize]));
            draft.name = item.name;
            (draft.start, draft.end) = (slice.start, slice.end);
            draft.kind = SpanKind::Internal;
            draft.asynchronous = !threads[slice.track as usize];
            draft.source = reading.address(item.offset as usize);
            let builder = &mut *reading.builder;
            if slice.end == NO_TIME {
                builder.warn_span(WarningKind::NoEndTime, "This slice was begun and never ended.");
            }
            builder.push_span(&draft, origin);
        }
        if let Some(first) = slices.iter().map(|slice| slice.start).min() {
            reading.guess("Trace events have no ids: all events of this input are one trace, and slices are nested by their times.");
            // 2001, as for every time whose unit is unknown.
            if first < 1_000_000_000_000_000_000 {
                reading.guess("The times are no dates: they count from a moment that is not told, such as the start of the machine.");
            }
        }
    }

    /// The process as a resource; its name is the service.
    fn origin(&self, reading: &mut Input<'_>, process: StringId) -> OriginIndex {
        let known = self.processes.get(&process).map_or(&[][..], Vec::as_slice);
        let service = reading.builder.intern("service.name");
        let name = self.process_names.get(&process).copied().or_else(|| {
            let unnamed = format!("process {}", reading.builder.string(process));
            (process != StringId::EMPTY).then(|| RawValue::interned(reading.builder.intern(&unnamed)))
        });
        let builder = &mut *reading.builder;
        let resource = builder.add_resource();
        let mark = builder.attribute_mark();
        if let Some(name) = name {
            builder.push_attribute(service, name);
        }
        known.iter().chain(&self.common).for_each(|(key, value)| builder.push_attribute(*key, *value));
        let attributes = builder.attributes_since(mark);
        builder.set_resource(resource, attributes);
        builder.add_origin(resource, ScopeIndex::NONE)
    }
}

/// What encloses what, by numbers of slices.
#[derive(Debug)]
struct Nested {
    parents: Vec<Option<u32>>,
    /// Slice, time and item.
    events: Vec<(u32, u64, u32)>,
    /// Flow, time, item and slice.
    steps: Vec<(u32, u64, u32, u32)>,
}

/// The number of the event that begins it.
fn key_of(slice: &Slice) -> SpanKey {
    span_number(u64::from(slice.begin) + 1)
}
