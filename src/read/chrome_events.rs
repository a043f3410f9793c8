//! Chrome's trace events, from what was read of them to spans, and the straight way to read the usual ones.
//!
//! `chrome.rs` says what is made of them; what is unusual it reads itself.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::ids::span_number;
use super::input::Input;
use super::members::{Members, PLAIN};
use super::micros::{Nanos, parse_micros, plain_micros};
use super::once::Pairs;
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member, Text};
use crate::simd::Literal;
use crate::sort;
use crate::store::{
    AttributeRange, ESTIMATE_AFTER, Encoding, LinkDraft, NO_TIME, OriginIndex, RawValue, SPAN_SIZE, ScopeIndex,
    SpanKey, SpanKind, StoreBuilder, TraceKey,
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

/// Where asynchronous events are nested, as others are on their threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asynchronous {
    pub category: StringId,
    pub scope: StringId,
    pub id: StringId,
}

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
    fn is_slice(self) -> bool {
        matches!(self, What::Begin | What::Complete)
    }

    /// It is told of a slice.
    fn is_told(self) -> bool {
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
    end: u64,
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
    rooms: u8,
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

    /// The same, as a step of the flow with this number.
    pub fn of_flow(self, flow: u32) -> Item {
        Item { other: flow, ..self }
    }
}

#[derive(Debug)]
pub struct Thread {
    pub process: StringId,
    pub thread: StringId,
    /// Its id, and its name.
    pub told: [Option<RawValue>; 2],
    /// Number of its track, once it has one.
    track: Option<u32>,
    /// An event said which process it is of.
    of_process: bool,
    /// The origin of its spans, once there are any.
    origin: Option<OriginIndex>,
}

#[derive(Debug)]
pub struct Events {
    pub items: Vec<Item>,
    /// For each track, whether it is a thread.
    tracks: Vec<bool>,
    asynchronous: HashMap<Asynchronous, u32>,
    pub threads: Vec<Thread>,
    thread_numbers: Pairs,
    /// How many attributes a slice gets room for: the id of its thread, and its name unless there seem to be none.
    rooms: u8,
    /// Processes and threads of usual events as they are written, and the numbers of these threads; each pair has one place.
    recent: [([Short; 2], u32); RECENT],
    /// There are events that begin or end something, and events that are told of slices.
    begun: bool,
    told: bool,
    category: StringId,
    keys: Keys,
    args: Members,
    pub flows: HashMap<(StringId, StringId, StringId), u32>,
    pub process_names: HashMap<StringId, RawValue>,
    /// Attributes of processes and of all of them.
    pub processes: HashMap<StringId, Vec<Pair>>,
    pub common: Vec<Pair>,
}

/// A text or a number as it stands in the input.
#[derive(Clone, Copy, Debug)]
struct Written {
    text: Text,
    quoted: bool,
}

impl Written {
    /// The next value, if it is one; nothing is read of another.
    #[inline]
    fn next(lexer: &mut Lexer<'_>) -> Lex<Option<Written>> {
        if let Some(text) = lexer.plain_string() {
            return Ok(Some(Written { text, quoted: true }));
        }
        Ok(match lexer.peek()? {
            Kind::String => Some(Written { text: lexer.string()?, quoted: true }),
            Kind::Number => {
                let number = lexer.number()?;
                Some(Written { text: Text { start: number.start, end: number.end, escaped: false }, quoted: false })
            }
            _ => None,
        })
    }

    /// All of it as a number, if it is short.
    #[inline(always)]
    fn short(self, bytes: &[u8]) -> Option<Short> {
        let (start, len) = (self.text.start as usize, self.text.end - self.text.start);
        let window: &[u8; 16] = bytes.get(start..)?.first_chunk()?;
        let behind = 8 * 16_u32.checked_sub(len)?;
        let text = u128::from_le_bytes(*window) & u128::MAX.checked_shr(behind)?;
        Some(Short { text, len: (len << 1) as u8 | u8::from(self.quoted) })
    }

    fn value(self, reading: &mut Input<'_>) -> RawValue {
        if self.quoted {
            return reading.string_value(self.text);
        }
        reading.slice_value(Encoding::Json, self.text.start, self.text.end)
    }
}

/// Events of an input after which names of threads are looked for: before the rest is estimated from what the first ones took.
const NAMES_AFTER: usize = 16;
/// What an event is called that names a thread.
const NAME_OF_THREAD: &[u8] = b"\"thread_name\"";

/// A text or a number of at most sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Short {
    text: u128,
    /// Twice as many as there are bytes, and one more for a text.
    len: u8,
}

impl Short {
    const NONE: Short = Short { text: 0, len: 0 };
}

/// How many threads are known by their ids as they are written.
const RECENT: usize = 64;

/// Orders of arguments are learned by the name of the event, as far as this goes.
const ORDERS: u32 = 64;

impl Events {
    pub fn new() -> Events {
        Events {
            items: Vec::new(),
            tracks: Vec::new(),
            asynchronous: HashMap::new(),
            threads: Vec::new(),
            thread_numbers: Pairs::new(),
            rooms: 2,
            recent: [([Short::NONE; 2], 0); RECENT],
            begun: false,
            told: false,
            category: StringId::EMPTY,
            keys: Keys::new(&KEYS),
            args: Members::new(ORDERS, |_| (None, PLAIN)),
            flows: HashMap::new(),
            process_names: HashMap::new(),
            processes: HashMap::new(),
            common: Vec::new(),
        }
    }

    /// Reads the elements of the list that stand next as long as they are usual events; whether one follows that is not. A list may lack its
    /// closing bracket.
    pub fn usual_ones<'a>(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, first: &mut bool) -> Lex<bool> {
        self.category = reading.builder.intern("category");
        loop {
            // A program that is killed writes no bracket: the format allows it to be missing.
            if lexer.at_end() || !lexer.element(first)? || lexer.at_end() {
                return Ok(false);
            }
            if !self.usual(reading, lexer) {
                return Ok(true);
            }
        }
    }

    /// Reads the event that stands next if it is a usual one. Else nothing is read.
    #[inline(never)]
    fn usual<'a>(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> bool {
        let (place, mark) = (lexer.mark(), reading.builder.attribute_mark());
        if let Ok(true) = self.try_usual(reading, lexer) {
            return true;
        }
        lexer.rewind(place);
        reading.builder.truncate_attributes(mark);
        false
    }

    #[inline(always)]
    fn try_usual<'a>(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<bool> {
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
                    let text = match lexer.plain_string() {
                        Some(text) => text,
                        None if lexer.peek()? == Kind::String => lexer.string()?,
                        None => return Ok(false),
                    };
                    name = reading.intern(text);
                }
                1 => {
                    category = Some(reading.builder.attribute_mark());
                    let value = match lexer.plain_string() {
                        Some(text) => reading.string_value(text),
                        None => reading.json_value(lexer)?,
                    };
                    reading.builder.push_attribute(self.category, value);
                }
                2 => {
                    lexer.skip_whitespace();
                    let Some([letter]) = lexer.quoted::<1>() else { return Ok(false) };
                    phase = *letter;
                    lexer.accept_quoted::<1>();
                }
                3 | 4 => {
                    let Some(time) = micros(reading, lexer)? else { return Ok(false) };
                    if known == 4 {
                        lasts = Some(time);
                    } else if time.negative || time.ns == NO_TIME {
                        return Ok(false);
                    } else {
                        at = Some(time.ns);
                    }
                }
                5 | 6 => {
                    let Some(id) = Written::next(lexer)? else { return Ok(false) };
                    *(if known == 5 { &mut process } else { &mut thread }) = Some(id);
                }
                7 => match lexer.peek()? {
                    Kind::Object => self.args.read(reading, lexer, name.0 % ORDERS)?,
                    _ => return Ok(false),
                },
                _ => return Ok(false),
            }
        }
        let what = match phase {
            b'X' => What::Complete,
            b'B' => What::Begin,
            b'E' => What::End,
            b'i' | b'I' | b'R' | b'P' | b'C' => What::Instant,
            _ => return Ok(false),
        };
        let Some(at) = at else { return Ok(false) };
        let end = match (what, lasts) {
            (What::Complete, Some(lasts)) => lasts.after(at).unwrap_or(NO_TIME),
            _ => NO_TIME,
        };
        // What an event that ends something says is known from its beginning, but for its arguments.
        if let (What::End, Some(category)) = (what, category) {
            reading.builder.remove_attribute(category);
        }
        let attributes = reading.builder.attributes_since(mark);
        let thread = self.written_thread(reading, process, thread);
        let track = self.thread_track(thread);
        self.push(reading, Item::new(what, [track, thread], at, name, offset).saying(attributes).until(end));
        Ok(true)
    }

    /// The number of a thread by its ids as they are written.
    #[inline(always)]
    fn written_thread(&mut self, reading: &mut Input<'_>, process: Option<Written>, thread: Option<Written>) -> u32 {
        let short = |id: Option<Written>| id.and_then(|id| id.short(reading.bytes));
        let (Some(of_process), Some(of_thread)) = (short(process), short(thread)) else {
            return self.other_thread(reading, [process, thread]);
        };
        let ids = [of_process, of_thread];
        let folded = |id: Short| id.text as u64 ^ (id.text >> 64) as u64;
        let mixed = (folded(of_process) ^ folded(of_thread).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = (mixed >> 32) as usize % RECENT;
        let (known, number) = self.recent[place];
        if known == ids {
            return number;
        }
        let number = self.other_thread(reading, [process, thread]);
        self.recent[place] = (ids, number);
        number
    }

    #[inline(never)]
    fn other_thread(&mut self, reading: &mut Input<'_>, written: [Option<Written>; 2]) -> u32 {
        let ids = written.map(|id| id.map_or(StringId::EMPTY, |id| reading.intern(id.text)));
        let values = written.map(|id| id.map(|id| id.value(reading)));
        self.thread(reading, ids, values)
    }

    /// The number of a thread by the ids of its process and its own, which have these values where they are told.
    pub fn thread(&mut self, reading: &mut Input<'_>, ids: [StringId; 2], values: [Option<RawValue>; 2]) -> u32 {
        let [process, thread] = ids;
        let [process_id, thread_id] = values;
        let threads = &mut self.threads;
        let number = self.thread_numbers.number((process.0, thread.0), || {
            let told = [thread_id, None];
            threads.push(Thread { process, thread, told, track: None, of_process: false, origin: None });
            threads.len() as u32 - 1
        });
        let thread = &mut self.threads[number as usize];
        if let Some(id) = process_id.filter(|_| !thread.of_process) {
            thread.of_process = true;
            let key = reading.builder.intern("process.pid");
            self.processes.entry(process).or_insert_with(|| vec![(key, id)]);
        }
        number
    }

    /// The number of the track of a thread.
    #[inline]
    pub fn thread_track(&mut self, thread: u32) -> u32 {
        let tracks = &mut self.tracks;
        *self.threads[thread as usize].track.get_or_insert_with(|| {
            tracks.push(true);
            tracks.len() as u32 - 1
        })
    }

    /// The number of a track of asynchronous events.
    pub fn track(&mut self, of: Asynchronous) -> u32 {
        let tracks = &mut self.tracks;
        *self.asynchronous.entry(of).or_insert_with(|| {
            tracks.push(false);
            tracks.len() as u32 - 1
        })
    }

    /// Takes an event in whose attributes were pushed last.
    #[inline]
    pub fn push(&mut self, reading: &mut Input<'_>, mut item: Item) {
        if item.what.is_slice() {
            item.rooms = self.rooms;
            for _ in 0..item.rooms {
                reading.builder.push_attribute(StringId::EMPTY, RawValue::NULL);
            }
        }
        self.begun |= matches!(item.what, What::Begin | What::End);
        self.told |= item.what.is_told();
        self.items.push(item);
        if self.items.len() == NAMES_AFTER {
            self.rooms = 1 + u8::from(self.has_thread_names(reading.bytes));
        }
        if self.items.len() == ESTIMATE_AFTER {
            let address = reading.address(item.offset as usize);
            let more = reading.builder.expect_more(self.items.len(), address);
            let _ = self.items.try_reserve_exact(more);
        }
    }

    /// Whether a name of a thread was told, or stands at the end of the input, where some writers put them.
    #[cold]
    fn has_thread_names(&self, bytes: &[u8]) -> bool {
        const END: usize = 1 << 16;
        let end = &bytes[bytes.len().saturating_sub(END)..];
        self.threads.iter().any(|thread| thread.told[1].is_some())
            || end.windows(NAME_OF_THREAD.len()).any(|window| window == NAME_OF_THREAD)
    }

    /// Makes spans of what was read.
    pub fn finish(mut self, reading: &mut Input<'_>, trace: TraceKey) {
        self.join(reading);
        let told = self.nest(reading);
        self.put(reading, told, trace);
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
            sort::by_time(on_track, &mut keys, &|number| self.items[number as usize].at, &mut |one, other| {
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
    fn nest(&mut self, reading: &mut Input<'_>) -> Told {
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
        let mut open: Vec<u32> = Vec::new();
        // Ends of flows, and what is around them in case that nothing follows.
        let mut waiting: Vec<(u32, Option<u32>)> = Vec::new();
        for index in 0..=order.len() {
            let next = order.get(index).copied();
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
                        let last = &self.items[*last as usize];
                        if last.track == item.track && last.end >= item.at {
                            break;
                        }
                        open.pop();
                    }
                    match (item.what, open.last()) {
                        (What::NextFlow, around) => waiting.push((i, around.copied())),
                        (What::Flow, Some(slice)) => found.steps.push((item.other, item.at, i, *slice)),
                        (_, Some(slice)) => found.events.push((*slice, item.at, i)),
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
            let slice = self.items[number as usize];
            while let Some(last) = open.last() {
                let around = &self.items[*last as usize];
                let encloses = around.track == slice.track
                    && (slice.end <= around.end && slice.at < around.end
                        || slice.around == *last
                        // Both without a length, at the same time.
                        || (around.at, around.end) == (slice.at, slice.end));
                if encloses {
                    break;
                }
                open.pop();
            }
            self.items[number as usize].around = open.last().copied().unwrap_or(NONE);
            open.push(number);
        }
        found
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
        let thread_keys = ["thread.id", "thread.name"].map(|key| reading.builder.intern(key));
        let mut first = NO_TIME;
        for number in 0..items.len() {
            let mut item = items[number];
            if !item.what.is_slice() {
                continue;
            }
            first = first.min(item.at);
            let ended = items.get(item.other as usize).map(|end| end.attributes).filter(|range| range.len > 0);
            let builder = &mut *reading.builder;
            if let Some(ended) = ended {
                builder.append_attributes(&mut item.attributes, ended);
            }
            for (key, value) in thread_keys.into_iter().zip(self.threads[item.thread as usize].told) {
                let Some(value) = value else { continue };
                if ended.is_some() || item.rooms == 0 {
                    builder.extend_attributes(&mut item.attributes, key, value);
                } else {
                    builder.replace_attribute(item.attributes.start + item.attributes.len, key, value);
                    item.attributes.len += 1;
                    item.rooms -= 1;
                }
            }
            // What ended it is known now; its own number gives its id.
            items[number] = Item { other: number as u32, ..item };
        }
        items.retain(|item| item.what.is_slice());
        let mut origins = HashMap::new();
        let (base, span) = (reading.address(0), reading.builder.span_count());
        reading.builder.add_spans(items, |builder, item| {
            let thread = &mut self.threads[item.thread as usize];
            let origin = match thread.origin {
                Some(origin) => origin,
                None => {
                    let process = thread.process;
                    let origin = *origins.entry(process).or_insert_with(|| self.origin(builder, process));
                    self.threads[item.thread as usize].origin = Some(origin);
                    origin
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
    fn origin(&self, builder: &mut StoreBuilder, process: StringId) -> OriginIndex {
        let known = self.processes.get(&process).map_or(&[][..], Vec::as_slice);
        let service = builder.intern("service.name");
        let name = self.process_names.get(&process).copied().or_else(|| {
            let unnamed = format!("process {}", builder.string(process));
            (process != StringId::EMPTY).then(|| RawValue::interned(builder.intern(&unnamed)))
        });
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

/// A number of microseconds; nothing of a value that is none.
#[inline(always)]
fn micros(reading: &Input<'_>, lexer: &mut Lexer<'_>) -> Lex<Option<Nanos>> {
    if let Some((ns, end)) = plain_micros(reading.bytes, lexer.offset()) {
        lexer.go_to(end);
        return Ok(Some(Nanos { ns, negative: false }));
    }
    if lexer.peek()? != Kind::Number {
        return Ok(None);
    }
    let number = lexer.number()?;
    Ok(parse_micros(&reading.bytes[number.start as usize..number.end as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_id_is_known_by_all_that_is_written() {
        let bytes = b"\"7\",7,70,77,7777777777777777,77777777777777777, and more behind it";
        let ids = [(1, 2, true), (4, 5, false), (6, 8, false), (9, 11, false), (12, 28, false)];
        let short = |(start, end, quoted)| Written { text: Text { start, end, escaped: false }, quoted }.short(bytes);
        for (at, one) in ids.into_iter().enumerate() {
            assert!(short(one).is_some());
            assert!(ids[..at].iter().all(|other| short(*other) != short(one)), "{one:?}");
        }
        assert_eq!(short((9, 10, false)), short((4, 5, false)));
        assert_eq!(short((29, 46, false)), None, "too long");
        assert_eq!(short((3, 3, true)), None, "empty");
        let end = bytes.len() as u32;
        assert_eq!(short((end - 2, end, false)), None, "too near to the end");
    }
}
