//! Lines of all inputs, gathered by trace and span until every input is read: only then is known which spans exist.
//!
//! A line's event is in the store's column already; what is kept here is the group that it belongs to, four bytes a line.

use super::super::once::Pairs;
use super::line::{Line, NameSource};
use super::names::Names;
use crate::store::{
    AttributeRange, IdForm, NO_SPAN, NO_TIME, RawValue, SPAN_SIZE, SpanKey, SpanKind, StoreBuilder, TraceKey,
    TraceTable,
};
use crate::strings::StringId;

/// The lines of a span: 72 bytes, as there are many. What becomes its record (`spans.rs`) is as large.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    span: u64,
    parent: u64,
    /// Times of the first and the last line; `NO_TIME` when no line has one.
    pub start: u64,
    pub end: u64,
    /// When the span began and ended by a duration that a line tells; `NO_TIME` when none does.
    pub told: (u64, u64),
    /// Its number in [`Lines::traces`].
    pub trace: u32,
    pub name: StringId,
    /// Its number in [`Lines::places`].
    pub place: u32,
    /// The event of the first line that tells of an error, plus one; 0 when none does.
    pub error: u32,
    /// Address of the first line.
    pub source: u32,
    forms: [u8; 2],
    /// How it came to its name.
    pub named_by: NameSource,
    counted: Counted,
}

/// How many lines a group has, and whether one of them names the parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Nothing,
    Line,
    Lines,
    /// The parent of a span of one line is guessed.
    LineOfGuessed,
    LinesOfGuessed,
}

const _: () = assert!(size_of::<Group>() == SPAN_SIZE);

impl Group {
    /// Of no line yet.
    fn new(trace: u32, span: SpanKey) -> Group {
        Group {
            span: span.value,
            parent: 0,
            start: NO_TIME,
            end: NO_TIME,
            told: (NO_TIME, NO_TIME),
            trace,
            name: StringId::EMPTY,
            place: 0,
            error: 0,
            source: 0,
            forms: [span.form, IdForm::Empty].map(|form| form.to_bits() as u8),
            named_by: NameSource::Nothing,
            counted: Counted::Nothing,
        }
    }

    /// Empty: the lines name a trace and no span.
    #[inline(always)]
    pub fn span(&self) -> SpanKey {
        SpanKey { value: self.span, form: IdForm::from_bits(self.forms[0].into()) }
    }

    #[inline(always)]
    pub fn parent(&self) -> SpanKey {
        SpanKey { value: self.parent, form: IdForm::from_bits(self.forms[1].into()) }
    }

    #[inline(always)]
    pub fn set_parent(&mut self, parent: SpanKey) {
        (self.parent, self.forms[1]) = (parent.value, parent.form.to_bits() as u8);
    }

    /// No line names the parent: this one is guessed.
    pub fn guess_parent(&mut self, parent: SpanKey) {
        self.set_parent(parent);
        self.counted = match self.counted {
            Counted::Nothing | Counted::Line | Counted::LineOfGuessed => Counted::LineOfGuessed,
            Counted::Lines | Counted::LinesOfGuessed => Counted::LinesOfGuessed,
        };
    }

    pub fn is_parent_guessed(&self) -> bool {
        matches!(self.counted, Counted::LineOfGuessed | Counted::LinesOfGuessed)
    }

    pub fn has_one_line(&self) -> bool {
        matches!(self.counted, Counted::Line | Counted::LineOfGuessed)
    }

    /// Takes in what is known of other lines of its span.
    pub fn absorb(&mut self, other: &Group, places: &mut Places) {
        self.start = self.start.min(other.start);
        let known = |end: u64| if end == NO_TIME { 0 } else { end };
        if self.start != NO_TIME {
            self.end = known(self.end).max(known(other.end));
        }
        if other.told.0 < self.told.0 {
            self.told = other.told;
        }
        if self.parent().is_empty() {
            self.set_parent(other.parent());
        }
        if other.named_by > self.named_by {
            (self.named_by, self.name) = (other.named_by, other.name);
        }
        let place = places.get(other.place);
        places.learn(&mut self.place, place);
        if self.error == 0 {
            self.error = other.error;
        }
        self.counted = Counted::Lines;
    }
}

/// Where lines are from, and what the span is where they tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub service: StringId,
    /// As [`Line::resource`].
    pub resource: u32,
    pub kind: SpanKind,
}

impl Place {
    const UNKNOWN: Place = Place { service: StringId::EMPTY, resource: 0, kind: SpanKind::Unspecified };
}

/// The places, each once; the first is the unknown one.
#[derive(Debug)]
pub struct Places {
    all: Vec<Place>,
    numbers: Pairs,
}

impl Default for Places {
    fn default() -> Places {
        let mut places = Places { all: Vec::new(), numbers: Pairs::new() };
        places.number(Place::UNKNOWN);
        places
    }
}

impl Places {
    #[inline]
    pub fn get(&self, number: u32) -> Place {
        self.all[number as usize]
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn number(&mut self, place: Place) -> u32 {
        let all = &mut self.all;
        // Inputs of 32-bit addresses have no 2^29 resources.
        self.numbers.number((place.service.0, place.resource << 3 | place.kind as u32), || {
            all.push(place);
            all.len() as u32 - 1
        })
    }

    /// Adds to what is known of a place what another one says.
    #[inline]
    fn learn(&mut self, number: &mut u32, said: Place) {
        let known = self.get(*number);
        let news = known.service == StringId::EMPTY && said.service != StringId::EMPTY
            || known.resource == 0 && said.resource != 0
            || known.kind == SpanKind::Unspecified && said.kind != SpanKind::Unspecified;
        if news {
            *number = self.number(Place {
                service: if known.service == StringId::EMPTY { said.service } else { known.service },
                resource: if known.resource == 0 { said.resource } else { known.resource },
                kind: if known.kind == SpanKind::Unspecified { said.kind } else { known.kind },
            });
        }
    }
}

/// All lines so far.
#[derive(Debug, Default)]
pub struct Lines {
    pub groups: Vec<Group>,
    pub traces: TraceTable,
    pub places: Places,
    names: Names,
    /// Open addressing: number of the group plus one, 0 is free.
    slots: Vec<u32>,
    last: u32,
    /// The group of each line.
    pub members: Vec<u32>,
    /// Where in the column of events a run of lines begins, and with which line.
    pub runs: Vec<(u32, u32)>,
    /// How many groups there were at half of the lines after which the rest is estimated.
    groups_at_half: usize,
    /// How many inputs have any.
    pub inputs: u32,
    /// Attributes of resources.
    pub resources: Vec<AttributeRange>,
}

impl Lines {
    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Takes attributes of a resource in; the number that lines name it by.
    pub fn add_resource(&mut self, attributes: AttributeRange) -> u32 {
        self.resources.push(attributes);
        self.resources.len() as u32
    }

    /// Takes the lines of another input behind these. Groups of one span stand beside each other until they are merged.
    pub fn append(&mut self, mut other: Lines) {
        if other.members.is_empty() {
            return;
        }
        let inputs = self.inputs + 1;
        if self.members.is_empty() {
            // What was room to grow is room for the spans.
            other.groups.shrink_to_fit();
            other.slots = Vec::new();
            *self = Lines { inputs, ..other };
            return;
        }
        self.inputs = inputs;
        let (groups, members) = (self.groups.len() as u32, self.members.len() as u32);
        let resources = self.resources.len() as u32;
        self.resources.extend(other.resources);
        self.groups.extend(other.groups.into_iter().map(|group| {
            let Place { service, resource, kind } = other.places.get(group.place);
            let resource = if resource == 0 { 0 } else { resource + resources };
            Group {
                trace: self.traces.index_of(other.traces.keys[group.trace as usize]),
                place: self.places.number(Place { service, resource, kind }),
                ..group
            }
        }));
        self.members.extend(other.members.iter().map(|group| group + groups));
        self.runs.extend(other.runs.iter().map(|(event, member)| (*event, member + members)));
    }

    /// Takes a finished line in.
    pub fn add(&mut self, builder: &mut StoreBuilder, source: u32, line: &Line) {
        let event = builder.event_mark();
        let expected = self.runs.last().map(|(first, member)| first + (self.members.len() as u32 - member));
        if expected != Some(event) {
            self.runs.push((event, self.members.len() as u32));
        }
        builder.push_said_event(line.time, line.message, line.attributes);
        let number = self.group_of(line.trace, line.span);
        self.members.push(number);
        match self.members.len() {
            HALF => self.groups_at_half = self.groups.len(),
            ESTIMATE_AFTER => self.expect_more(builder, source),
            _ => {}
        }
        let group = &mut self.groups[number as usize];
        group.counted = match group.counted {
            Counted::Nothing => {
                group.source = source;
                Counted::Line
            }
            _ => Counted::Lines,
        };
        if line.time != NO_TIME {
            group.start = group.start.min(line.time);
            group.end = if group.end == NO_TIME { line.time } else { group.end.max(line.time) };
            if let Some(duration) = line.duration
                && let Some(start) = line.time.checked_sub(duration)
                && (group.told.0 == NO_TIME || start < group.told.0)
            {
                group.told = (start, line.time);
            }
        }
        if group.parent().is_empty() {
            group.set_parent(line.parent);
        }
        if line.name.0 > group.named_by {
            (group.named_by, group.name) = match line.name {
                (NameSource::Message, StringId::EMPTY) => (NameSource::Message, self.names.of(builder, line.message)),
                (NameSource::Message, name) => (NameSource::Message, self.names.of(builder, RawValue::interned(name))),
                name => name,
            };
        }
        self.places.learn(&mut group.place, Place { service: line.service, resource: line.resource, kind: line.kind });
        if line.failed && group.error == 0 && !line.message.is_null() {
            group.error = event + 1;
        }
    }

    /// Makes room for the lines that will come behind this many, and for their spans: growing by doubling would leave holes.
    #[cold]
    fn expect_more(&mut self, builder: &mut StoreBuilder, source: u32) {
        // The first lines begin more spans than those behind them, which go on with some.
        let (lines, groups) = (self.members.len() - HALF, self.groups.len() - self.groups_at_half);
        let more = builder.expect_more(self.members.len(), source);
        builder.expect_strings(source);
        let _ = self.members.try_reserve_exact(more);
        let more_groups = (groups as u64 * more as u64 / lines as u64) as usize;
        // The estimate of lines has room for some more of them: for groups, which are large, a third of that is enough.
        let more_groups = more_groups - more_groups / 48;
        if self.groups.try_reserve_exact(more_groups).is_ok() {
            let slots = ((self.groups.len() + more_groups) * 2 + 1).next_power_of_two();
            if slots > self.slots.len() {
                self.grow(slots);
            }
        }
    }

    /// The group of these ids, made when it is new.
    #[inline]
    fn group_of(&mut self, trace: TraceKey, span: SpanKey) -> u32 {
        let trace = self.traces.index_of(trace);
        let same = |group: &Group| group.trace == trace && same_span(group.span(), span);
        // Lines of one span tend to stand together.
        if self.groups.get(self.last as usize).is_some_and(same) {
            return self.last;
        }
        if self.groups.len() * 2 >= self.slots.len() {
            self.grow((self.slots.len() * 2).max(256));
        }
        let mask = self.slots.len() - 1;
        let mut at = hash(trace, span) & mask;
        loop {
            match self.slots[at] {
                0 => break,
                slot if same(&self.groups[slot as usize - 1]) => {
                    self.last = slot - 1;
                    return self.last;
                }
                _ => at = (at + 1) & mask,
            }
        }
        self.last = self.groups.len() as u32;
        self.slots[at] = self.last + 1;
        self.groups.push(Group::new(trace, span));
        self.last
    }

    /// Makes the table anew, with so many slots: a power of two.
    #[cold]
    fn grow(&mut self, slots: usize) {
        let mask = slots - 1;
        // The room of the one before is free for it.
        self.slots = Vec::new();
        self.slots = vec![0; slots];
        for (index, group) in self.groups.iter().enumerate() {
            let mut at = hash(group.trace, group.span()) & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = index as u32 + 1;
        }
    }

    /// The span of each event in the column, by the spans of the groups.
    pub fn into_owners(self, spans: Vec<u32>) -> Vec<u32> {
        let Lines { members: mut owners, runs, .. } = self;
        owners.iter_mut().for_each(|group| *group = spans[*group as usize]);
        // Nearly always all events are lines.
        if runs == [(0, 0)] {
            return owners;
        }
        let mut of_events = Vec::new();
        for (run, (event, line)) in runs.iter().enumerate() {
            of_events.resize(*event as usize, NO_SPAN);
            let end = runs.get(run + 1).map_or(owners.len(), |(_, line)| *line as usize);
            of_events.extend_from_slice(&owners[*line as usize..end]);
        }
        of_events
    }
}

/// Lines of an input after which the rest is estimated: the first ones begin more spans than those in the midst of a log.
pub const ESTIMATE_AFTER: usize = 1 << 14;
const HALF: usize = ESTIMATE_AFTER / 2;

/// Equal span ids, or none both times.
pub fn same_span(a: SpanKey, b: SpanKey) -> bool {
    a.same(b) || a.is_empty() && b.is_empty()
}

fn hash(trace: u32, span: SpanKey) -> usize {
    let text = u64::from(span.form == IdForm::Text);
    let folded = span.value ^ (u64::from(trace) << 1 | text).rotate_left(40);
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}
