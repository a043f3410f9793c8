//! Lines of all inputs, gathered by trace and span until every input is read: only then is known which spans exist.
//!
//! A line's event is in the store's column already; what is kept here is the group that it belongs to, four bytes a line.

use super::super::documents::Reading;
use super::line::{Line, NameSource, name_of_message};
use crate::error::WarningKind::Skipped;
use crate::store::{AttributeRange, IdForm, NO_TIME, SpanKey, StoreBuilder, TraceKey};
use crate::strings::StringId;

/// The lines of a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) trace: TraceKey,
    /// Empty: the lines name a trace and no span.
    pub(super) span: SpanKey,
    pub(super) parent: SpanKey,
    /// Times of the first and the last line; `NO_TIME` when no line has one.
    pub(super) start: u64,
    pub(super) end: u64,
    /// When the span began and ended by a duration that a line tells; `NO_TIME` when none does.
    pub(super) told: (u64, u64),
    pub(super) name: (NameSource, StringId),
    pub(super) service: StringId,
    /// As [`Line::resource`].
    pub(super) resource: u32,
    /// What the first line said that tells of an error.
    pub(super) error: Option<StringId>,
    /// Address of the first line, and its input.
    pub(super) source: u32,
    pub(super) input: u32,
    pub(super) lines: u32,
}

/// All lines so far.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) groups: Vec<Group>,
    /// Open addressing: number of the group plus one, 0 is free.
    slots: Vec<u32>,
    last: u32,
    /// The group of each line.
    pub(super) members: Vec<u32>,
    /// Where in the column of events a run of lines begins, and with which line.
    pub(super) runs: Vec<(u32, u32)>,
    /// How many inputs have any.
    pub(super) inputs: u32,
    /// Attributes of resources.
    pub(super) resources: Vec<AttributeRange>,
}

impl Lines {
    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    /// Takes attributes of a resource in; the number that lines name it by.
    pub(super) fn add_resource(&mut self, attributes: AttributeRange) -> u32 {
        self.resources.push(attributes);
        self.resources.len() as u32
    }

    /// Takes the lines of another input behind these. Groups of one span stand beside each other until they are merged.
    pub(super) fn append(&mut self, mut other: Lines) {
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
        self.groups.extend(other.groups.into_iter().map(|group| Group {
            resource: if group.resource == 0 { 0 } else { group.resource + resources },
            ..group
        }));
        self.members.extend(other.members.iter().map(|group| group + groups));
        self.runs.extend(other.runs.iter().map(|(event, member)| (*event, member + members)));
    }

    /// Takes a finished line in.
    pub(super) fn add(&mut self, builder: &mut StoreBuilder, source: u32, input: u32, line: &Line) {
        let event = builder.event_mark();
        let expected = self.runs.last().map(|(first, member)| first + (self.members.len() as u32 - member));
        if expected != Some(event) {
            self.runs.push((event, self.members.len() as u32));
        }
        builder.push_event(line.time, line.message, line.attributes);
        let number = self.group_of(line.trace, line.span);
        self.members.push(number);
        let group = &mut self.groups[number as usize];
        if group.lines == 0 {
            (group.source, group.input) = (source, input);
        }
        group.lines += 1;
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
        if group.parent.is_empty() {
            group.parent = line.parent;
        }
        if line.name.0 > group.name.0 {
            group.name = match line.name {
                (NameSource::Message, message) => (NameSource::Message, name_of_message(builder, message)),
                name => name,
            };
        }
        if group.service == StringId::EMPTY {
            group.service = line.service;
        }
        if group.resource == 0 {
            group.resource = line.resource;
        }
        if line.failed {
            group.error.get_or_insert(line.message);
        }
    }

    /// The group of these ids, made when it is new.
    #[inline]
    fn group_of(&mut self, trace: TraceKey, span: SpanKey) -> u32 {
        let same = |group: &Group| group.trace.same(trace) && same_span(group.span, span);
        // Lines of one span tend to stand together.
        if self.groups.get(self.last as usize).is_some_and(same) {
            return self.last;
        }
        if self.groups.len() * 2 >= self.slots.len() {
            self.grow();
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
        self.groups.push(Group {
            trace,
            span,
            parent: SpanKey::EMPTY,
            start: NO_TIME,
            end: NO_TIME,
            told: (NO_TIME, NO_TIME),
            name: (NameSource::Nothing, StringId::EMPTY),
            service: StringId::EMPTY,
            resource: 0,
            error: None,
            source: 0,
            input: 0,
            lines: 0,
        });
        self.last
    }

    #[cold]
    fn grow(&mut self) {
        let mask = (self.slots.len() * 2).max(256) - 1;
        self.slots = vec![0; mask + 1];
        for (index, group) in self.groups.iter().enumerate() {
            let mut at = hash(group.trace, group.span) & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = index as u32 + 1;
        }
    }

    /// Every line: the place of its event in the column, and its group.
    pub(super) fn events(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.runs.iter().enumerate().flat_map(move |(run, (event, first))| {
            let end = self.runs.get(run + 1).map_or(self.members.len() as u32, |(_, next)| *next);
            (*first..end).map(move |member| (event + (member - first), self.members[member as usize]))
        })
    }
}

/// Equal span ids, or none both times.
pub(super) fn same_span(a: SpanKey, b: SpanKey) -> bool {
    a.same(b) || a.is_empty() && b.is_empty()
}

fn hash(trace: TraceKey, span: SpanKey) -> usize {
    let text = u64::from(trace.form == IdForm::Text) ^ u64::from(span.form == IdForm::Text) << 1;
    let folded = trace.value as u64 ^ (trace.value >> 64) as u64 ^ span.value.rotate_left(17) ^ text;
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

/// What the lines of one input had, apart from those that were taken in.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Log lines without a trace id, and the first one's offset.
    without: (u64, usize),
    /// Lines that are none of a log.
    other: (u64, usize),
    taken: u64,
}

impl Tally {
    pub(super) fn without_trace(&mut self, offset: usize) {
        count(&mut self.without, offset);
    }

    pub(super) fn other(&mut self, offset: usize) {
        count(&mut self.other, offset);
    }

    pub(super) fn taken(&mut self) {
        self.taken += 1;
    }

    /// Tells what was left out.
    pub(super) fn report(self, reading: &mut Reading<'_>) {
        if self.taken == 0 {
            let lines = self.without.0 + self.other.0;
            reading.holds_none(format!(
                "Expected log lines with a trace id (trace_id, traceId, trace.id, dd.trace_id, @tr, traceparent …), found none in {lines} {}.",
                if lines == 1 { "line" } else { "lines" }
            ));
        }
        self.report_beside(reading);
    }

    /// Tells what was left out of lines that stand in spans instead of naming them.
    pub(super) fn report_paths(self, reading: &mut Reading<'_>) {
        if self.taken == 0 {
            reading.holds_none("Expected lines inside of spans (request{id=1}: …), found none.".to_owned());
        }
        for ((lines, first), what) in [(self.without, "inside of a span"), (self.other, "of tracing-subscriber")] {
            if lines > 0 {
                let found = if lines == 1 { "one that is not".to_owned() } else { format!("{lines} that are not") };
                reading.skip(Skipped, first, format!("Expected lines {what}, found {found}; the first is here."));
            }
        }
    }

    /// The same beside spans: then there may be no line at all.
    pub(super) fn report_beside(self, reading: &mut Reading<'_>) {
        for ((lines, first), what) in [(self.without, "log lines with a trace id"), (self.other, "log lines")] {
            if lines > 0 {
                let found = match (lines, what) {
                    (1, "log lines") => "a line that is none".to_owned(),
                    (lines, "log lines") => format!("{lines} lines that are none, of which this is the first"),
                    (1, _) => "a line without one".to_owned(),
                    (lines, _) => format!("{lines} lines without one, of which this is the first"),
                };
                reading.skip(Skipped, first, format!("Expected {what}, found {found}."));
            }
        }
    }
}

fn count(counter: &mut (u64, usize), offset: usize) {
    if counter.0 == 0 {
        counter.1 = offset;
    }
    counter.0 += 1;
}
