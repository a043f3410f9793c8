//! Chrome's trace events, from what was read of them to spans, and the straight way to read the usual ones.
//!
//! `chrome.rs` says what is made of them; what is unusual it reads itself.

use std::collections::HashMap;

use super::chrome_nesting::{Item, What};
use super::input::Input;
use super::members::{Members, PLAIN};
use super::micros::{Nanos, parse_micros, plain_micros};
use super::once::Pairs;
use super::span_fields::{SpanFields, read_fields};
use crate::json::{Keys, Kind, Lex, Lexer, Stop, Text};
use crate::simd::Literal;
use crate::store::{ESTIMATE_AFTER, Encoding, NO_TIME, OriginIndex, RawValue};
use crate::strings::{StringId, hash};

/// A key and its value.
type Pair = (StringId, RawValue);

/// The fields of an event, in the order of [`KEYS`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Category,
    Phase,
    Time,
    Duration,
    Process,
    Thread,
    Arguments,
    /// What only some events have is read otherwise.
    Unusual,
}

static KEYS: [Literal; 15] = [
    Literal::key("name"),
    Literal::key("cat"),
    Literal::key("ph"),
    Literal::key("ts"),
    Literal::key("dur"),
    Literal::key("pid"),
    Literal::key("tid"),
    Literal::key("args"),
    Literal::key("id"),
    Literal::key("id2"),
    Literal::key("scope"),
    Literal::key("bind_id"),
    Literal::key("bp"),
    Literal::key("flow_in"),
    Literal::key("flow_out"),
];

static FIELDS: [Field; KEYS.len()] = [
    Field::Name,
    Field::Category,
    Field::Phase,
    Field::Time,
    Field::Duration,
    Field::Process,
    Field::Thread,
    Field::Arguments,
    Field::Unusual,
    Field::Unusual,
    Field::Unusual,
    Field::Unusual,
    Field::Unusual,
    Field::Unusual,
    Field::Unusual,
];

/// The order in which libraries write the fields, each of which may be missing.
const USUAL: [(Field, Literal); 8] = [
    (Field::Name, Literal::key("name")),
    (Field::Category, Literal::next_key("cat")),
    (Field::Phase, Literal::next_key("ph")),
    (Field::Time, Literal::next_key("ts")),
    (Field::Duration, Literal::next_key("dur")),
    (Field::Process, Literal::next_key("pid")),
    (Field::Thread, Literal::next_key("tid")),
    (Field::Arguments, Literal::next_key("args")),
];

/// What tells flows and tracks of asynchronous events apart: their category, their name or scope, and their id.
pub type Identity = (StringId, StringId, StringId);

#[derive(Debug)]
pub struct Process {
    pub(super) id: StringId,
    pub name: Option<RawValue>,
    pub attributes: Vec<Pair>,
    /// The origin of its spans, once there are any.
    pub(super) origin: Option<OriginIndex>,
}

#[derive(Debug)]
pub struct Thread {
    /// The number of its process.
    pub process: u32,
    /// Its id, and its name.
    pub told: [Option<RawValue>; 2],
    /// Number of its track, once it has one.
    track: Option<u32>,
    /// An event said which process it is of.
    of_process: bool,
}

#[derive(Debug)]
pub struct Events {
    pub items: Vec<Item>,
    /// For each track, whether it is a thread.
    pub(super) tracks: Vec<bool>,
    asynchronous: HashMap<Identity, u32>,
    pub threads: Vec<Thread>,
    thread_numbers: Pairs,
    /// How many attributes a slice gets room for: the id of its thread, and its name unless there seem to be none.
    rooms: u8,
    /// Processes and threads of usual events as they are written, and the numbers of these threads; each pair has one place.
    recent: Vec<([u64; 5], u32)>,
    /// There are events that begin or end something, and events that are told of slices.
    pub(super) begun: bool,
    pub(super) told: bool,
    category: StringId,
    keys: Keys,
    args: Members,
    pub flows: HashMap<Identity, u32>,
    pub processes: Vec<Process>,
    process_numbers: Pairs,
    /// Attributes of all processes.
    pub common: Vec<Pair>,
    /// What is added to all times, as some lie before their clock's beginning.
    pub shift: u64,
}

/// A text or a number as it stands in the input.
#[derive(Clone, Copy, Debug)]
struct Written {
    text: Text,
    quoted: bool,
}

impl Written {
    /// The next value, if it is one.
    #[inline(never)]
    fn next(lexer: &mut Lexer<'_>) -> Lex<Written> {
        if let Some(text) = lexer.plain_string() {
            return Ok(Written { text, quoted: true });
        }
        let start = lexer.offset();
        if let Some(end) = lexer.plain_number(start) {
            lexer.go_to(end);
            return Ok(Written { text: Text { start: start as u32, end: end as u32, escaped: false }, quoted: false });
        }
        if lexer.peek()? == Kind::String {
            return Ok(Written { text: lexer.string()?, quoted: true });
        }
        let number = lexer.number()?;
        Ok(Written { text: Text { start: number.start, end: number.end, escaped: false }, quoted: false })
    }

    /// All of it as numbers, if it is short.
    #[inline(always)]
    fn short(self, bytes: &[u8]) -> Option<Short> {
        let (start, len) = (self.text.start as usize, self.text.end - self.text.start);
        let window: &[u8; 16] = bytes.get(start..)?.first_chunk()?;
        let text = u128::from_le_bytes(*window);
        let (low, high) = (text as u64, (text >> 64) as u64);
        let text = match len {
            1..=8 => [low & u64::MAX >> (64 - 8 * len), 0],
            9..=16 => [low, high & u64::MAX >> (128 - 8 * len)],
            _ => return None,
        };
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
    text: [u64; 2],
    /// Twice as many as there are bytes, and one more for a text.
    len: u8,
}

/// How many threads are known by their ids as they are written.
const RECENT: usize = 64;

/// Orders of arguments are learned by the event's category and their first key, as far as this goes.
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
            recent: vec![([0; 5], 0); RECENT],
            begun: false,
            told: false,
            category: StringId::EMPTY,
            keys: Keys::new(&KEYS),
            args: Members::new(ORDERS, |_| (None, PLAIN)),
            flows: HashMap::new(),
            processes: Vec::new(),
            process_numbers: Pairs::new(),
            common: Vec::new(),
            shift: 0,
        }
    }

    /// A time so long before the clock's beginning. All times are shifted, by twice as much as before at least, so that they seldom are.
    #[cold]
    pub fn before_zero(&mut self, ns: u64) -> Option<u64> {
        const DAY: u64 = 86_400_000_000_000;
        // Among dates, and long before, it is no time.
        if ns > DAY || self.items.first().is_some_and(|item| item.at > DAY * 10_000) {
            return None;
        }
        if ns > self.shift {
            let more = ns.max(self.shift * 2) - self.shift;
            self.shift += more;
            for item in &mut self.items {
                // An end that is not told stays so.
                (item.at, item.end) = (item.at.saturating_add(more), item.end.saturating_add(more));
            }
        }
        Some(self.shift - ns)
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
        if self.try_usual(reading, lexer).is_ok() {
            return true;
        }
        lexer.rewind(place);
        reading.builder.truncate_attributes(mark);
        false
    }

    #[inline(always)]
    fn try_usual<'a>(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
        let offset = lexer.offset() as u32;
        let mark = reading.builder.attribute_mark();
        let mut event = Unfinished {
            events: self,
            name: StringId::EMPTY,
            phase: 0,
            category: None,
            order: 0,
            at: None,
            lasts: None,
            process: None,
            thread: None,
            twice: false,
        };
        read_fields(reading, lexer, &mut event)?;
        let Unfinished { name, phase, category, at, lasts, process, thread, twice, .. } = event;
        let what = match phase {
            b'X' => What::Complete,
            b'B' => What::Begin,
            b'E' => What::End,
            b'i' | b'I' | b'R' | b'P' | b'C' => What::Instant,
            _ => return Err(Stop),
        };
        let Some(at) = at.filter(|_| !twice).map(|at| at.saturating_add(self.shift)) else { return Err(Stop) };
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
        Ok(())
    }

    /// The number of a thread by its ids as they are written.
    #[inline(always)]
    fn written_thread(&mut self, reading: &mut Input<'_>, process: Option<Written>, thread: Option<Written>) -> u32 {
        let short = |id: Option<Written>| id.and_then(|id| id.short(reading.bytes));
        let (Some(of_process), Some(of_thread)) = (short(process), short(thread)) else {
            return self.other_thread(reading, [process, thread]);
        };
        let [one, two] = of_process.text;
        let [three, four] = of_thread.text;
        // There is no length in one that stands for none.
        let ids = [one, two, three, four, u64::from(of_process.len) << 8 | u64::from(of_thread.len)];
        let mixed = (one ^ two ^ (three ^ four).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
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
        let Events { threads, processes, process_numbers, .. } = self;
        let number = self.thread_numbers.number((process.0, thread.0), || {
            let process = process_numbers.number((process.0, 0), || {
                processes.push(Process { id: process, name: None, attributes: Vec::new(), origin: None });
                processes.len() as u32 - 1
            });
            threads.push(Thread { process, told: [thread_id, None], track: None, of_process: false });
            threads.len() as u32 - 1
        });
        let thread = &mut self.threads[number as usize];
        if let Some(id) = process_id.filter(|_| !thread.of_process) {
            thread.of_process = true;
            let process = &mut self.processes[thread.process as usize];
            if process.attributes.is_empty() {
                process.attributes.push((reading.builder.intern("process.pid"), id));
            }
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
    pub fn track(&mut self, of: Identity) -> u32 {
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
}

/// An event that is being read.
struct Unfinished<'e> {
    events: &'e mut Events,
    name: StringId,
    phase: u8,
    /// Where it stands among the attributes.
    category: Option<u32>,
    /// The order that its arguments may have.
    order: u64,
    at: Option<u64>,
    lasts: Option<Nanos>,
    process: Option<Written>,
    thread: Option<Written>,
    /// A key stands twice.
    twice: bool,
}

impl<'a> SpanFields<'a> for Unfinished<'_> {
    type Field = Field;
    const USUAL: &'static [(Field, Literal)] = &USUAL;
    const FIELDS: &'static [Field] = &FIELDS;

    #[inline(always)]
    fn number(field: Field) -> u32 {
        field as u32
    }

    #[inline(always)]
    fn keys(&mut self) -> &mut Keys {
        &mut self.events.keys
    }

    #[inline(never)]
    fn read(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, field: Field) -> Lex<()> {
        match field {
            Field::Name => {
                let text = match lexer.plain_string() {
                    Some(text) => text,
                    None => lexer.string()?,
                };
                self.name = reading.intern(text);
            }
            Field::Category => {
                self.category = Some(reading.builder.attribute_mark());
                let value = match lexer.plain_string() {
                    Some(text) => {
                        self.order = hash(text.bytes(reading.bytes)).into();
                        reading.string_value(text)
                    }
                    None => reading.json_value(lexer)?,
                };
                reading.builder.push_attribute(self.events.category, value);
            }
            Field::Phase => {
                lexer.skip_whitespace();
                let Some([letter]) = lexer.quoted::<1>() else { return Err(Stop) };
                self.phase = *letter;
                lexer.accept_quoted::<1>();
            }
            Field::Time => match micros(reading, lexer)? {
                Some(Nanos { ns, negative: false }) if ns != NO_TIME => self.at = Some(ns),
                _ => return Err(Stop),
            },
            Field::Duration => {
                let Some(duration) = micros(reading, lexer)? else { return Err(Stop) };
                self.lasts = Some(duration);
            }
            Field::Process => self.process = Some(Written::next(lexer)?),
            Field::Thread => self.thread = Some(Written::next(lexer)?),
            Field::Arguments => {
                let first = reading.bytes.get(lexer.offset()..).and_then(<[u8]>::first_chunk).copied();
                let mixed = (self.order ^ first.map_or(0, u64::from_le_bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                self.events.args.read(reading, lexer, (mixed >> 32) as u32 % ORDERS)?;
            }
            Field::Unusual => return Err(Stop),
        }
        Ok(())
    }

    #[inline(always)]
    fn other(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, key: Text) -> Lex<()> {
        let key = reading.intern(key);
        let value = reading.json_value(lexer)?;
        reading.builder.push_attribute(key, value);
        Ok(())
    }

    /// The last one counts: the event is no usual one.
    fn again(&mut self, _: &mut Input<'a>, _: Field) {
        self.twice = true;
    }
}

/// A number of microseconds; nothing of a value that is none.
#[inline(never)]
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
