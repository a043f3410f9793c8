//! What lines need from the beginning of the first input to the end of the last one, and an input whose lines are read.

use std::ops::{Deref, DerefMut};

use super::super::input::Input;
use super::super::instant::Dates;
use super::super::line_prefixes::LinePrefixes;
use super::collect::{Lines, Place};
use super::dates::Date;
use super::fields::FieldTable;
use super::json;
use super::line::{Line, Said};
use crate::store::StoreBuilder;
use crate::strings::StringId;

/// Reads a `traceparent`: its trace and its parent.
pub type ReadTraceparent = fn(&[u8]) -> Option<(u128, u64)>;

/// Fills the template of the line whose object begins at an offset, if it has one.
pub type FillTemplate = fn(&[u8], usize) -> Option<String>;

/// Reads a record of .NET's or the Collector's, which begins at an offset; what was made of it, and where the next line begins.
pub type ReadRecord = fn(&mut LineInput<'_>, usize) -> (Taken, usize);

/// What lines need from the beginning of the first input to the end of the last one.
#[derive(Debug)]
pub struct Logs {
    /// Of the inputs that are read.
    pub kept: Lines,
    /// Of the one that is being read.
    pub lines: Lines,
    pub fields: FieldTable,
    pub dates: Dates,
    pub layout: json::Layout,
    /// Of pairs in lines of text.
    pub pairs: json::Layout,
    /// Events of the input that is read, and of those before, with the spans that they are given to.
    given: Vec<Given>,
    pub kept_given: Vec<Given>,
    /// The date of the line that begins at an offset, if it has one: it was looked for already, to see whether the line before goes on.
    pub ahead: Option<(usize, Option<Date>)>,
    /// Where that line ends and the next one begins.
    pub end_ahead: (usize, usize),
    pub said: Said,
    /// Room for the request that a line is about.
    pub request: String,
    /// Numbers of [`OwnKey`]s that were used.
    own_keys: [StringId; OWN_KEYS.len()],
    pub traceparent: ReadTraceparent,
    pub fill_template: FillTemplate,
    pub record: ReadRecord,
}

impl Logs {
    pub fn new(traceparent: ReadTraceparent, fill_template: FillTemplate, record: ReadRecord) -> Logs {
        Logs {
            kept: Lines::default(),
            lines: Lines::default(),
            fields: FieldTable::default(),
            dates: Dates::default(),
            layout: json::layout(),
            pairs: json::layout(),
            given: Vec::new(),
            kept_given: Vec::new(),
            ahead: None,
            end_ahead: (0, 0),
            said: Said::new(),
            request: String::new(),
            own_keys: [StringId::EMPTY; OWN_KEYS.len()],
            traceparent,
            fill_template,
            record,
        }
    }

    /// Forgets the lines of the input that is being read.
    pub fn forget(&mut self) {
        self.lines = Lines::default();
        self.given.clear();
        self.forget_places();
    }

    /// Gives events, from one on, to the spans with these numbers, counted from a first one.
    pub fn give(&mut self, first_event: u32, owners: Vec<u32>, first_span: u32) {
        self.given.push(Given { first_event, owners, first_span });
    }

    /// Forgets what is known by its place in an input.
    pub fn forget_places(&mut self) {
        self.layout = json::layout();
        self.pairs = json::layout();
        self.ahead = None;
    }

    /// Keeps the lines of an input that is read, whose first byte has the address `base`; how many there are. What stood before the lines names
    /// the service of those that name none.
    pub fn keep(&mut self, builder: &mut StoreBuilder, base: u32, prefixes: &LinePrefixes) -> usize {
        let count = self.lines.count();
        for group in &mut self.lines.groups {
            let place = self.lines.places.get(group.place);
            if place.service == StringId::EMPTY
                && let Some(name) = prefixes.name_at((group.source - base) as usize)
            {
                group.place = self.lines.places.number(Place { service: builder.intern(name), ..place });
            }
        }
        self.forget_places();
        self.kept_given.append(&mut self.given);
        self.kept.append(std::mem::take(&mut self.lines));
        count
    }
}

/// Events one behind the other that are given to spans.
#[derive(Debug)]
pub struct Given {
    first_event: u32,
    /// Counted from the first span.
    owners: Vec<u32>,
    first_span: u32,
}

impl Given {
    /// The place of each event, and its span.
    pub fn events(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (self.first_event..).zip(self.owners.iter().map(|span| self.first_span + span))
    }
}

/// Keys that are given to what many lines say without one.
#[derive(Clone, Copy, Debug)]
pub enum OwnKey {
    Level,
    Message,
    Original,
    Target,
}

const OWN_KEYS: [&str; 4] = ["level", "message", "log.record.original", "target"];

/// What was made of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Line,
    /// It is a line of a log that names no trace.
    WithoutTrace,
    Nothing,
}

/// An input with the lines of all inputs so far.
pub struct LineInput<'a> {
    /// Of its own where something else here is borrowed too.
    pub input: Input<'a>,
    pub logs: &'a mut Logs,
}

impl<'a> Deref for LineInput<'a> {
    type Target = Input<'a>;

    fn deref(&self) -> &Input<'a> {
        &self.input
    }
}

impl<'a> DerefMut for LineInput<'a> {
    fn deref_mut(&mut self) -> &mut Input<'a> {
        &mut self.input
    }
}

impl LineInput<'_> {
    /// The number of a key that no line has written.
    #[inline]
    pub fn own_key(&mut self, key: OwnKey) -> StringId {
        let known = &mut self.logs.own_keys[key as usize];
        if *known == StringId::EMPTY {
            *known = self.input.builder.intern(OWN_KEYS[key as usize]);
        }
        *known
    }

    /// Takes a finished line in.
    pub fn add_line(&mut self, line: &mut Line) {
        let source = self.address(line.offset as usize);
        self.logs.lines.add(self.input.builder, source, line);
    }
}
