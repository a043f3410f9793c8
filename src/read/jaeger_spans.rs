//! Traces and spans of Jaeger's JSON.
//!
//! - The parent is the first CHILD_OF reference into the same trace, else the first FOLLOWS_FROM into it (an asynchronous edge), else
//!   the `parentSpanID` of old files. Every other reference is a link.
//! - A search's results as the page saves them nest copies of whole spans in `references[].span`, down to the root: skipped.
//! - Processes follow the spans that name them, so a resource is made when it is first named and filled when it is met.

use std::collections::HashMap;

use super::ids::{self, Base64};
use super::input::Input;
use super::jaeger_reference::References;
use super::jaeger_tag::{Place, TagTable, tags};
use super::micros::Times;
use super::once::{Objects, Origins, Pairs};
use super::span_fields::{SpanFields, read_fields};
use super::told::{Meaning, Told};
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member, decode_string};
use crate::simd::Literal;
use crate::store::{AttributeRange, NO_TIME, RawValue, ResourceIndex, SpanDraft, SpanKey, TraceKey};
use crate::strings::StringId;

static DOCUMENT_KEYS: [Literal; 9] = [
    // Of a trace or of a span.
    Literal::key("traceID"),
    Literal::key("data"),
    // A trace.
    Literal::key("spans"),
    Literal::key("processes"),
    // A span. Start, duration and tags are no sign: the page's own traces have them too.
    Literal::key("spanID"),
    Literal::key("operationName"),
    Literal::key("processID"),
    // What else traces stand under.
    Literal::key("traces"),
    Literal::key("result"),
];

static TRACE_KEYS: [Literal; 4] =
    [Literal::key("traceID"), Literal::key("spans"), Literal::key("processes"), Literal::key("warnings")];

/// The fields of a span.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    TraceId,
    SpanId,
    Flags,
    Name,
    References,
    Start,
    Duration,
    Tags,
    Logs,
    ProcessId,
    Process,
    Warnings,
    ParentSpanId,
    /// Spans inside of spans, made by the page for itself.
    Copies,
}

static SPAN_KEYS: [Literal; 15] = [
    Literal::key("traceID"),
    Literal::key("spanID"),
    Literal::key("flags"),
    Literal::key("operationName"),
    Literal::key("references"),
    Literal::key("startTime"),
    Literal::key("duration"),
    Literal::key("tags"),
    Literal::key("logs"),
    Literal::key("processID"),
    Literal::key("process"),
    Literal::key("warnings"),
    Literal::key("parentSpanID"),
    Literal::key("parentSpanId"),
    Literal::key("subsidiarilyReferencedBy"),
];

/// The field of each of [`SPAN_KEYS`].
static SPAN_FIELDS: [Field; SPAN_KEYS.len()] = [
    Field::TraceId,
    Field::SpanId,
    Field::Flags,
    Field::Name,
    Field::References,
    Field::Start,
    Field::Duration,
    Field::Tags,
    Field::Logs,
    Field::ProcessId,
    Field::Process,
    Field::Warnings,
    Field::ParentSpanId,
    Field::ParentSpanId,
    Field::Copies,
];

static LOG_KEYS: [Literal; 2] = [Literal::key("timestamp"), Literal::key("fields")];

static PROCESS_KEYS: [Literal; 2] = [Literal::key("serviceName"), Literal::key("tags")];

/// Times below this count from some start of their own and not from 1970: it is the year 2001, before there were traces.
const FIRST_TIME_NS: u64 = 1_000_000_000_000_000_000;

/// What is kept from span to span.
pub struct Tables<'a> {
    /// The learned orders of keys, for the whole input.
    document: Keys,
    trace: Keys,
    span: Keys,
    tags: TagTable,
    log: Keys,
    process: Keys,
    origins: Origins,
    /// Positions in `process_attributes` by the text of a process.
    processes: Objects<'a>,
    process_attributes: Vec<AttributeRange>,
    /// Resources of processes that stand inside of spans.
    inline: Objects<'a>,
    /// The resource of spans that name no process.
    nowhere: Option<u32>,
    /// The number of a process by its id and the number of the trace, for those beyond the first few.
    process_numbers: Pairs,
    current: Trace,
    references: References<'a>,
    /// What the tags of the span that is being read told.
    told: Told,
}

/// The trace that is being read, or a document of spans without one around them.
#[derive(Default)]
struct Trace {
    number: u32,
    /// Where its object begins.
    start: Option<usize>,
    /// Its id, once it was met or asked for.
    id: Option<TraceKey>,
    first_span: usize,
    processes: Vec<Process>,
    /// Spans that start at 0: their number and times.
    zero_starts: Vec<(usize, Times)>,
    latest_start: u64,
}

/// Processes of a trace that are looked for one by one.
const FEW: usize = 8;

struct Process {
    id: StringId,
    /// Its number in `Tables::origins`.
    resource: u32,
    /// Whether it was met among the trace's processes.
    defined: bool,
}

impl Tables<'_> {
    pub fn new() -> Self {
        Tables {
            document: Keys::new(&DOCUMENT_KEYS),
            trace: Keys::new(&TRACE_KEYS),
            span: Keys::new(&SPAN_KEYS),
            tags: TagTable::new(),
            log: Keys::new(&LOG_KEYS),
            process: Keys::new(&PROCESS_KEYS),
            origins: Origins::new(),
            processes: Objects::default(),
            process_attributes: Vec::new(),
            inline: Objects::default(),
            nowhere: None,
            process_numbers: Pairs::new(),
            current: Trace::default(),
            references: References::new(),
            told: Told::NOTHING_OF_JAEGER,
        }
    }

    /// A trace whose object begins at `start`, or spans without one around them.
    pub fn begin_trace(&mut self, reading: &Input<'_>, start: Option<usize>) {
        let trace = &mut self.current;
        trace.number += 1;
        trace.start = start;
        trace.id = None;
        trace.first_span = reading.builder.span_count();
        trace.processes.clear();
        trace.zero_starts.clear();
        trace.latest_start = 0;
    }

    /// What can only be said when all of a trace was read.
    pub fn end_trace(&mut self, reading: &mut Input<'_>) {
        if !self.current.zero_starts.is_empty() {
            self.settle_zero_starts(reading);
        }
        if self.current.processes.iter().any(|process| !process.defined) {
            self.report_unknown_processes(reading);
        }
    }

    /// A start of 0 is no time, unless the other spans' times count from some start of their own too.
    #[cold]
    fn settle_zero_starts(&mut self, reading: &mut Input<'_>) {
        let relative = self.current.latest_start < FIRST_TIME_NS;
        for (span, times) in std::mem::take(&mut self.current.zero_starts) {
            let times = if relative { times } else { Times { start: None, ..times } };
            let (start, end, warning) = times.place();
            reading.builder.set_times(span, start, end);
            if let Some((kind, message)) = warning {
                reading.builder.warn_about(span, kind, &message);
            }
        }
        if relative {
            reading.guess("Times count from a start of their own and not from 1970, so a start time of 0 is a time.");
        }
    }

    #[cold]
    fn report_unknown_processes(&mut self, reading: &mut Input<'_>) {
        let unknown: HashMap<ResourceIndex, StringId> = self
            .current
            .processes
            .iter()
            .filter(|process| !process.defined)
            .map(|process| (self.origins.resource(process.resource), process.id))
            .collect();
        for span in self.current.first_span..reading.builder.span_count() {
            if let Some(id) = unknown.get(&reading.builder.resource_of(span)) {
                let id = reading.builder.string(*id);
                let message =
                    format!("Expected the process \"{id}\" among the processes of the trace, found no such one.");
                reading.builder.warn_about(span, WarningKind::UnknownProcess, &message);
            }
        }
    }

    /// The process with this id in the current trace, made when it is first named.
    #[inline]
    fn process_of(&mut self, reading: &mut Input<'_>, id: StringId) -> &mut Process {
        // Few processes are found faster by looking at each.
        let first = self.current.processes.iter().take(FEW).position(|process| process.id == id);
        let number = first.unwrap_or_else(|| self.look_up_process(reading, id));
        &mut self.current.processes[number]
    }

    #[inline(never)]
    fn look_up_process(&mut self, reading: &mut Input<'_>, id: StringId) -> usize {
        let processes = &mut self.current.processes;
        let few = processes.len() < FEW;
        let mut add = || {
            let resource = self.origins.add_resource(reading.builder);
            processes.push(Process { id, resource, defined: false });
            processes.len() as u32 - 1
        };
        let number = if few { add() } else { self.process_numbers.number((id.0, self.current.number), add) };
        number as usize
    }

    /// The id of the trace around a span that has none of its own.
    #[cold]
    fn trace_id(&mut self, reading: &mut Input<'_>) -> TraceKey {
        let Some(start) = self.current.start else { return TraceKey::EMPTY };
        *self.current.id.get_or_insert_with(|| {
            // It may stand behind the spans.
            let mut lexer = Lexer::new(reading.bytes, start);
            find_trace_id(reading, &mut lexer).unwrap_or(TraceKey::EMPTY)
        })
    }
}

fn find_trace_id<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<TraceKey> {
    let mut cursor = lexer.begin_object()?;
    while let Some(name) = lexer.any_member(&mut cursor)? {
        if name.bytes(reading.bytes) == b"traceID" && lexer.peek()? == Kind::String {
            let text = lexer.string()?;
            return Ok(ids::trace_key(reading.builder, text.bytes(reading.bytes), Base64::No).0);
        }
        lexer.skip_deep()?;
    }
    Ok(TraceKey::EMPTY)
}

/// One document, or what stands under a wrapper. Recursion is bounded by the lexer's limit of nesting.
pub fn document<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    match lexer.peek()? {
        Kind::Array => {
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                document(reading, lexer, tables)?;
            }
            return Ok(());
        }
        Kind::Object => {}
        _ => return lexer.skip().map(|_| ()),
    }
    let mark = lexer.mark();
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.document, &mut cursor)? {
            Member::End => return Ok(()),
            Member::Known(0) | Member::Other(_) => {
                lexer.skip_deep()?;
            }
            Member::Known(1 | 7 | 8) => document(reading, lexer, tables)?,
            Member::Known(2 | 3) => {
                lexer.rewind(mark);
                return trace(reading, lexer, tables);
            }
            Member::Known(_) => {
                lexer.rewind(mark);
                return span(reading, lexer, tables);
            }
        }
    }
}

fn trace<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    tables.end_trace(reading);
    tables.begin_trace(reading, Some(lexer.offset()));
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.trace, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => {
                reading.trace_id(lexer, "traceID", Base64::No, tables.current.id.insert(TraceKey::EMPTY))?;
            }
            Member::Known(1) => {
                reading.list(lexer, "spans", |reading, lexer| span(reading, lexer, tables))?;
            }
            Member::Known(2) => processes(reading, lexer, tables)?,
            Member::Known(_) => {
                let at = lexer.offset();
                warnings(reading, lexer, |reading, text| reading.warn(WarningKind::Producer, at, || text.to_owned()))?;
            }
            Member::Other(_) => {
                lexer.skip_deep()?;
            }
        }
    }
    tables.end_trace(reading);
    tables.begin_trace(reading, None);
    Ok(())
}

/// A list of texts in which Jaeger notes what it found wrong.
fn warnings<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, mut note: impl FnMut(&mut Input<'a>, &str)) -> Lex<()> {
    match lexer.peek()? {
        Kind::Null => lexer.null()?,
        Kind::Array => {
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                if let Some(text) = reading.text(lexer, "a warning")? {
                    note(reading, &decode_string(text.bytes(reading.bytes)));
                }
            }
        }
        Kind::String => {
            let text = lexer.string()?;
            note(reading, &decode_string(text.bytes(reading.bytes)));
        }
        _ => reading.not_expected(lexer, "warnings", "an array")?,
    }
    Ok(())
}

fn processes<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    let Some(mut cursor) = reading.object(lexer, "processes")? else { return Ok(()) };
    while let Some(name) = lexer.any_member(&mut cursor)? {
        let id = reading.intern(name);
        let process = tables.process_of(reading, id);
        process.defined = true;
        let resource = process.resource;
        if lexer.peek()? != Kind::Object {
            reading.not_expected(lexer, "a process", "an object")?;
            continue;
        }
        // The same service stands in one trace after another.
        let known = match tables.processes.pass_recent(lexer) {
            Some(known) => known,
            None => new_process(reading, lexer, tables)?,
        };
        tables.origins.set_resource(reading.builder, resource, tables.process_attributes[known as usize]);
    }
    Ok(())
}

/// The number of a process's attributes, which are read if its text is new.
#[inline(never)]
fn new_process<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<u32> {
    let start = lexer.mark();
    let range = lexer.skip()?;
    let text = &reading.bytes[range];
    if let Some(known) = tables.processes.find(text) {
        return Ok(known);
    }
    lexer.rewind(start);
    let attributes = read_process(reading, lexer, tables)?;
    let number = tables.process_attributes.len() as u32;
    tables.process_attributes.push(attributes);
    tables.processes.note(text, number);
    Ok(number)
}

/// The attributes of a resource: the service's name, then the tags.
fn read_process<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<AttributeRange> {
    let start = lexer.mark();
    let mark = reading.builder.attribute_mark();
    let mut named = false;
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.process, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => {
                let name = reading.text_id(lexer, "serviceName")?;
                if name == StringId::EMPTY || named {
                    continue;
                }
                named = true;
                let late = mark != reading.builder.attribute_mark();
                reading.builder.truncate_attributes(mark);
                let key = reading.builder.intern("service.name");
                reading.builder.push_attribute(key, RawValue::interned(name));
                if late {
                    // The tags came first: once more, to have them behind the name.
                    lexer.rewind(start);
                    cursor = lexer.begin_object()?;
                }
            }
            Member::Known(_) => {
                tags(reading, lexer, &mut tables.tags, Place::Process, |reading, key, _, value| {
                    reading.builder.push_attribute(key, value.raw);
                })?;
            }
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    Ok(reading.builder.attributes_since(mark))
}

/// The fields that most spans have, in the order of Jaeger's own.
const USUAL: [(Field, Literal); 11] = [
    (Field::TraceId, Literal::key("traceID")),
    (Field::SpanId, Literal::next_key("spanID")),
    (Field::Flags, Literal::next_key("flags")),
    (Field::Name, Literal::next_key("operationName")),
    (Field::References, Literal::next_key("references")),
    (Field::Start, Literal::next_key("startTime")),
    (Field::Duration, Literal::next_key("duration")),
    (Field::Tags, Literal::next_key("tags")),
    (Field::Logs, Literal::next_key("logs")),
    (Field::ProcessId, Literal::next_key("processID")),
    (Field::Warnings, Literal::next_key("warnings")),
];

/// A span that is being read.
struct Unfinished<'t, 'a> {
    tables: &'t mut Tables<'a>,
    draft: SpanDraft,
    times: Times,
    /// Number of the resource.
    resource: Option<u32>,
    /// The parent as old files tell it.
    old_parent: Option<SpanKey>,
}

impl<'a> SpanFields<'a> for Unfinished<'_, 'a> {
    type Field = Field;
    const USUAL: &'static [(Field, Literal)] = &USUAL;
    const FIELDS: &'static [Field] = &SPAN_FIELDS;

    #[inline(always)]
    fn number(field: Field) -> u32 {
        field as u32
    }

    #[inline(always)]
    fn keys(&mut self) -> &mut Keys {
        &mut self.tables.span
    }

    #[inline(always)]
    fn read(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, field: Field) -> Lex<()> {
        let Unfinished { tables, draft, .. } = self;
        match field {
            Field::TraceId => reading.trace_id(lexer, "traceID", Base64::No, &mut draft.trace)?,
            Field::SpanId => reading.span_id(lexer, "spanID", Base64::No, &mut draft.id)?,
            Field::Name => draft.name = reading.hot_text_id(lexer, "operationName")?,
            Field::References => tables.references.read(reading, lexer)?,
            Field::Start => self.times.start = reading.time_us(lexer, "startTime")?,
            Field::Duration => self.times.duration = reading.micros(lexer, "duration")?,
            Field::Tags => draft.attributes = span_tags(reading, lexer, tables)?,
            Field::Logs => {
                if !lexer.empty_array() {
                    logs(reading, lexer, tables)?;
                }
            }
            Field::ProcessId => {
                let id = reading.hot_text_id(lexer, "processID")?;
                if id != StringId::EMPTY {
                    let process = tables.process_of(reading, id).resource;
                    self.resource.get_or_insert(process);
                }
            }
            Field::Process => {
                if let Some(inline) = inline_process(reading, lexer, tables)? {
                    self.resource = Some(inline);
                }
            }
            Field::Flags => draft.flags = flags(reading, lexer)?,
            Field::Warnings => span_warnings(reading, lexer)?,
            Field::ParentSpanId => {
                reading.span_id(lexer, "parentSpanID", Base64::No, self.old_parent.insert(SpanKey::EMPTY))?;
            }
            Field::Copies => {
                lexer.skip_deep()?;
            }
        }
        Ok(())
    }

    #[cold]
    fn again(&mut self, reading: &mut Input<'a>, field: Field) {
        match field {
            Field::Logs => reading.builder.truncate_events(self.draft.first_event),
            Field::References => self.tables.references.clear(),
            Field::Tags => self.tables.told.clear(),
            _ => {}
        }
        reading.builder.warn_span(WarningKind::DuplicateKey, "");
    }
}

/// One span. Not inlined, so that a JavaScript engine can swap it for optimised code between two calls.
#[inline(never)]
fn span<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    let draft = reading.builder.draft(reading.address(lexer.offset()));
    tables.references.clear();
    tables.told.clear();
    let mut span = Unfinished { tables, draft, times: Times::default(), resource: None, old_parent: None };
    read_fields(reading, lexer, &mut span)?;
    let Unfinished { tables, mut draft, times, resource, old_parent } = span;
    if draft.trace.same(TraceKey::EMPTY) {
        draft.trace = tables.trace_id(reading);
    }
    if times.start == Some(0) {
        tables.current.zero_starts.push((reading.builder.span_count(), times));
    } else {
        times.put(reading, &mut draft);
        tables.current.latest_start = tables.current.latest_start.max(times.start.unwrap_or(0));
    }
    let scope = tables.told.put(reading, &mut draft);
    draft.parent = old_parent.unwrap_or(SpanKey::EMPTY);
    tables.references.resolve(reading, &mut draft);
    let resource =
        resource.unwrap_or_else(|| *tables.nowhere.get_or_insert_with(|| tables.origins.add_resource(reading.builder)));
    let origin = tables.origins.origin(reading.builder, resource, scope);
    reading.builder.push_span(&draft, origin);
    Ok(())
}

#[inline(always)]
fn flags<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<u32> {
    match lexer.digit() {
        Some(digit) => Ok(u32::from(digit)),
        None => other_flags(reading, lexer),
    }
}

#[inline(never)]
fn other_flags<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<u32> {
    let flags = reading.unsigned(lexer, "flags", WarningKind::BadValue)?;
    Ok(flags.and_then(|flags| u32::try_from(flags).ok()).unwrap_or(0))
}

#[inline(never)]
fn span_warnings<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
    warnings(reading, lexer, |reading, text| reading.builder.warn_span(WarningKind::Producer, text))
}

#[inline(never)]
fn logs<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    reading.list(lexer, "logs", |reading, lexer| log(reading, lexer, tables))
}

/// The resource of a process that stands inside of a span: the same text is the same resource.
fn inline_process<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<Option<u32>> {
    if lexer.peek()? != Kind::Object {
        reading.not_expected(lexer, "process", "an object")?;
        return Ok(None);
    }
    if let Some(known) = tables.inline.pass_recent(lexer) {
        return Ok(Some(known));
    }
    let start = lexer.offset();
    let number = new_process(reading, lexer, tables)?;
    let text = &reading.bytes[start..lexer.offset()];
    if let Some(known) = tables.inline.find(text) {
        return Ok(Some(known));
    }
    let resource = tables.origins.add_resource(reading.builder);
    tables.origins.set_resource(reading.builder, resource, tables.process_attributes[number as usize]);
    tables.inline.note(text, resource);
    Ok(Some(resource))
}

/// The tags of a span; those that stand for a field are told, not listed.
#[inline(never)]
fn span_tags<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<AttributeRange> {
    let mark = reading.builder.attribute_mark();
    tags(reading, lexer, &mut tables.tags, Place::Span, |reading, key, meaning, value| {
        if meaning == Meaning::Attribute || !tables.told.take(reading, meaning, value) {
            reading.builder.push_attribute(key, value.raw);
        }
    })?;
    Ok(reading.builder.attributes_since(mark))
}

/// A log is an event: its name is the field `event`, else the field `message`.
fn log<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, tables: &mut Tables<'a>) -> Lex<()> {
    let (mut time, mut name, mut message) = (NO_TIME, None, None);
    let mut range = AttributeRange { start: reading.builder.attribute_mark(), len: 0 };
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(&mut tables.log, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => {
                time = match reading.time_us(lexer, "a log's timestamp")? {
                    Some(0) | None => NO_TIME,
                    Some(time) => time,
                };
            }
            Member::Known(_) => {
                (name, message) = (None, None);
                let mark = reading.builder.attribute_mark();
                tags(reading, lexer, &mut tables.tags, Place::Log, |reading, key, meaning, value| {
                    match (meaning, value.text) {
                        (Meaning::Event, Some(text)) if name.is_none() => name = Some(reading.intern(text)),
                        (Meaning::Message, Some(text)) if name.is_none() && message.is_none() => {
                            message = Some((key, text));
                        }
                        _ => reading.builder.push_attribute(key, value.raw),
                    }
                })?;
                range = reading.builder.attributes_since(mark);
            }
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    let name = match (name, message) {
        (Some(name), Some((key, text))) => {
            let value = reading.string_value(text);
            reading.builder.extend_attributes(&mut range, key, value);
            name
        }
        (Some(name), None) => name,
        (None, Some((_, text))) => reading.intern(text),
        (None, None) => reading.builder.intern("log"),
    };
    reading.builder.push_event(time, name, range);
    Ok(())
}
