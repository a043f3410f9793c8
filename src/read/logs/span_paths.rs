//! The spans of `tracing-subscriber`'s lines, which stand in paths of them; `rust_tracing.rs` says how.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use super::super::ids::{self, Base64, span_number, trace_number};
use super::super::instant::{Dates, Unit, unit_duration};
use super::super::told::kind_of;
use super::collect::ESTIMATE_AFTER;
use super::dates::{NO_YEAR, leading_month};
use super::fields::Field;
use super::level::Level;
use super::names::name_of;
use super::pairs::{Named, find_pairs};
use super::paths::{Path, Paths};
use super::state::{LineInput, OwnKey};
use super::text::line_end;
use crate::error::WarningKind;
use crate::json::Lexer;
use crate::simd::{self, Marks};
use crate::store::{
    AttributeRange, Encoding, IdForm, NO_TIME, RawValue, ScopeIndex, SpanKind, Status, StoreBuilder, TraceKey,
};
use crate::strings::{QuickMap, StringId, hash, same};

/// A key and its value.
type Pair = (StringId, RawValue);

/// Spans inside each other that are followed.
const MAX_STEPS: usize = 128;

/// One span of a path, as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub struct Step<'t> {
    pub name: &'t str,
    /// What stands between its braces, and where that is in the text.
    pub fields: &'t str,
    pub fields_at: usize,
    /// Name and fields, and where they end.
    pub text: &'t str,
    pub end: usize,
}

/// What stands before the path.
pub struct Head {
    /// Nanoseconds; `NO_TIME` when there is none.
    pub time: u64,
    /// Its date has no year.
    yearless: bool,
    pub level: Level,
    pub level_at: (usize, usize),
    pub rest: usize,
}

/// Time, level and thread at the beginning of a line.
pub fn head(text: &str, dates: &mut Dates) -> Option<Head> {
    let (mut time, mut rest) = (NO_TIME, text);
    let mut is_yearless = false;
    if let Some((ns, end)) = dates.again(text.as_bytes()) {
        (time, rest) = (ns, &rest[end..]);
    } else {
        rest = text.trim_start();
        if let Some((instant, behind)) = dates.leading(rest) {
            (time, rest) = (instant.ns, behind);
        } else if let Some((seconds, behind)) = rest.split_once("s ")
            && let Some(nanos) = Unit::Seconds.nanos(seconds).filter(|nanos| !nanos.negative)
        {
            // The clock of `uptime()`.
            (time, rest) = (nanos.ns, behind);
        } else if let Some(date) = leading_month(rest.as_bytes()) {
            // Of the first versions: `Nov 22 07:14:01.375`.
            (time, rest) = (date.ns, &rest[date.end..]);
            is_yearless = true;
        }
    }
    rest = behind_blanks(rest);
    let length = rest.bytes().take(6).position(|byte| byte == b' ')?;
    let level = match &rest.as_bytes()[..length] {
        b"TRACE" | b"DEBUG" | b"INFO" => Level::Fine,
        b"WARN" => Level::Warning,
        b"ERROR" => Level::Error,
        _ => return None,
    };
    let level_at = text.len() - rest.len();
    rest = behind_blanks(&rest[length..]);
    if rest.starts_with("ThreadId(") {
        rest = rest.split_once(") ").map_or(rest, |(_, behind)| behind).trim_start();
    }
    Some(Head {
        time,
        yearless: is_yearless,
        level,
        level_at: (level_at, level_at + length),
        rest: text.len() - rest.len(),
    })
}

/// A text without the white space at its beginning.
#[inline]
fn behind_blanks(text: &str) -> &str {
    let text = &text[text.bytes().take_while(|byte| *byte == b' ').count()..];
    // What is no ASCII may be white space.
    if text.as_bytes().first().is_some_and(u8::is_ascii_graphic) { text } else { text.trim_start() }
}

/// The path at the beginning of a text, and the offset behind it. What looks like one may be the target of a line without spans.
pub fn path(text: &str) -> (Vec<Step<'_>>, usize) {
    let bytes = text.as_bytes();
    let mut steps = Vec::new();
    let mut at = 0;
    loop {
        let start = at;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b':' if bytes.get(at + 1) == Some(&b':') => at += 2,
                b':' | b'{' | b' ' | b'"' | b'=' => break,
                _ => at += 1,
            }
        }
        let name = &text[start..at.min(text.len())];
        let mut fields = (at, at);
        if bytes.get(at) == Some(&b'{') {
            match closing_brace(bytes, at) {
                Some(end) => {
                    fields = (at + 1, end);
                    at = end + 1;
                }
                None => return (steps, start),
            }
        }
        if name.is_empty() || bytes.get(at) != Some(&b':') || steps.len() >= MAX_STEPS {
            return (steps, start);
        }
        let (from, to) = fields;
        steps.push(Step { name, fields: &text[from..to], fields_at: from, text: &text[start..at], end: at });
        at += 1;
        if bytes.get(at) == Some(&b' ') {
            return (steps, at + 1);
        }
    }
}

/// The brace that closes the one at `open`, past quoted text and braces of nested values.
fn closing_brace(bytes: &[u8], open: usize) -> Option<usize> {
    let mut marks = Marks::new(bytes, open, *b"\"\\{}");
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, 0);
    loop {
        let at = marks.next();
        match bytes.get(at)? {
            _ if quoted && at == escaped => {}
            b'\\' if quoted => escaped = at + 1,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
}

/// A span.
#[derive(Debug)]
pub struct Made {
    pub name: StringId,
    pub parent: Option<u32>,
    /// Its fields, in the store's column.
    pub pairs: AttributeRange,
    /// The pairs are those of the whole path, as the compact form has them behind the message.
    pub behind: bool,
    /// How much of the fields was read into `pairs`.
    pub fields: u32,
    /// Times of the first and the last line.
    pub first: u64,
    pub last: u64,
    /// The line that says it began.
    pub began: Option<u64>,
    /// The line that says it was closed, and how long it was open.
    pub closed: Option<(u64, u64)>,
    /// It is closed, or another one began that is written like it: the next one with its path is another.
    pub done: bool,
    pub replaced: bool,
    pub failed: Option<StringId>,
    pub offset: u32,
    /// Number in [`Spans::traces`] plus one; 0 as long as none is named.
    pub trace: u32,
    pub kind: SpanKind,
}

/// What a line says of the innermost span of its path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Says {
    New,
    Close,
    /// That it is entered or left: told by other lines.
    Step,
    Event,
}

impl Says {
    /// Of what a line says, with fields behind it.
    fn at(said: &str) -> Says {
        let Some(b'n' | b'e' | b'c') = said.as_bytes().first() else { return Says::Event };
        let Some(step) = ["new", "enter", "exit", "close"].into_iter().find(|step| said.starts_with(step)) else {
            return Says::Event;
        };
        match &said.as_bytes()[step.len()..] {
            [] => Says::of(step),
            behind if behind.starts_with(b" time.busy=") => Says::of(step),
            _ => Says::of(said.split(" time.busy=").next().unwrap_or(said).trim_end()),
        }
    }

    pub fn of(message: &str) -> Says {
        match message {
            "new" => Says::New,
            "enter" | "exit" => Says::Step,
            "close" => Says::Close,
            _ if message.starts_with("close time.busy=") => Says::Close,
            _ => Says::Event,
        }
    }
}

/// A line that more may follow.
pub struct Event {
    pub span: u32,
    pub time: u64,
    pub name: StringId,
    pub attributes: AttributeRange,
}

/// What an open span is known by: what it is in, and its text.
#[derive(Debug, Eq)]
pub struct Key {
    parent: Option<u32>,
    text: String,
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Key) -> bool {
        self.parent == other.parent && same(self.text.as_bytes(), other.text.as_bytes())
    }
}

impl Hash for Key {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(
            u64::from(hash(self.text.as_bytes())) << 32 | u64::from(self.parent.map_or(0, |parent| parent + 1)),
        );
    }
}

#[derive(Default)]
pub struct Spans {
    pub made: Vec<Made>,
    /// Traces that fields name, and those that are made up.
    pub traces: Vec<TraceKey>,
    /// Open spans by parent and text.
    pub open: QuickMap<Key, u32>,
    /// The last one opened with a parent and name, whose fields may have grown.
    pub latest: QuickMap<(Option<u32>, StringId), u32>,
    /// How many of those there may be until the closed ones among them are forgotten.
    pub latest_limit: usize,
    /// Paths without fields that are known to be spans, as a line says that they were closed; nothing until that is asked.
    pub names: Option<HashSet<String>>,
    pub paths: Paths,
    /// Place in the column of events of the first line, and the span of each line.
    pub first_event: u32,
    pub owners: Vec<u32>,
    /// The last line, before it is in the column.
    pub last_event: Option<Event>,
    /// Room for the pairs of a line.
    found: Vec<Named>,
}

/// Where a path ends whose last step has fields, as far as a glance tells.
fn path_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at = simd::find_near(text, at, [b'}'; 3]) + 1;
        if text.get(at..at + 2)? == b": " {
            return Some(at);
        }
    }
}

impl Spans {
    /// None yet; the first line's event will stand at this place of the column.
    pub fn new(first_event: u32) -> Spans {
        Spans { first_event, ..Spans::default() }
    }

    /// Looks for paths that are closed: a path without fields looks like the target of a line without spans.
    #[cold]
    fn learn_names(bytes: &[u8]) -> HashSet<String> {
        let mut names = HashSet::new();
        let mut at = 0;
        while at < bytes.len() {
            let (end, next) = line_end(bytes, at);
            let text = std::str::from_utf8(&bytes[at..end]).unwrap_or_default();
            at = next;
            if !text.contains(" close time.busy=") && !text.ends_with(" new") && !text.contains(" new ") {
                continue;
            }
            let Some(head) = head(text, &mut Dates::default()) else { continue };
            let (steps, _) = path(&text[head.rest..]);
            let mut whole = String::new();
            for step in &steps {
                whole += step.name;
                names.insert(whole.clone());
                whole.push(':');
            }
        }
        names
    }

    /// The span of a path that is known, with all spans around it still open.
    fn known(&self, bytes: &[u8], text: &[u8]) -> Option<Path> {
        let path = self.paths.get(bytes, text)?;
        let mut span = path.span;
        for step in (0..path.steps).rev() {
            let made = &self.made[span as usize];
            if made.done || made.replaced {
                return None;
            }
            match made.parent {
                Some(parent) if step > 0 => span = parent,
                None if step > 0 => return None,
                _ => {}
            }
        }
        Some(path)
    }

    /// A text line: whether it stands in a span; nothing when it is no line of this kind.
    // Not within what is compiled for size.
    #[inline(never)]
    pub fn line(&mut self, reading: &mut LineInput<'_>, text: &str, start: usize) -> Option<bool> {
        let bytes = reading.bytes;
        let head = head(text, &mut reading.logs.dates)?;
        if head.yearless {
            reading.guess(NO_YEAR);
        }
        let behind = &text[head.rest..];
        let glance = path_end(behind.as_bytes());
        let known = glance.and_then(|end| self.known(bytes, &behind.as_bytes()[..end]));
        let mut steps = Vec::new();
        // The span around those steps, where the path up to them is known.
        let mut around = None;
        let mut rest;
        match (known, glance) {
            (Some(_), Some(end)) => rest = head.rest + end + 2,
            _ => match glance.and_then(|end| self.last_step(bytes, &behind[..end + 2])) {
                Some((path, step)) => {
                    rest = head.rest + step.end + 2;
                    around = Some(path);
                    steps.push(step);
                }
                None => {
                    let at;
                    (steps, at) = self.steps(bytes, behind);
                    rest = head.rest + at;
                }
            },
        }
        let mut target = None;
        // `shop::orders: message`
        let in_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':');
        let length = text.as_bytes()[rest..].iter().take_while(|b| in_word(b)).count();
        if length > 1 && text[rest..rest + length].ends_with(':') && text[rest + length..].starts_with(' ') {
            target = Some(&text[rest..rest + length - 1]);
            rest += length + 1;
        } else if let Some(word) = text[rest..].strip_suffix(':').filter(|word| !word.contains(' ')) {
            target = Some(word);
            rest = text.len();
        }
        if steps.is_empty() && known.is_none() {
            return Some(false);
        }
        let said = &text[rest..];
        let says = Says::at(said);
        let known = match (known, glance) {
            // Another span may begin here.
            (Some(_), _) if says == Says::New => {
                (steps, _) = self.steps(bytes, behind);
                None
            }
            (known, _) => known,
        };
        let span = match known {
            Some(path) => {
                self.all_at(path, head.time);
                path.span
            }
            None => {
                let before = around.map_or(0, |path| path.steps);
                if let Some(path) = around {
                    self.all_at(path, head.time);
                }
                let mut parent = around.map(|path| path.span);
                for (index, step) in steps.iter().enumerate() {
                    let fresh = says == Says::New && index + 1 == steps.len();
                    let identity = (step.name, step.text);
                    let (span, grown) = self.find(reading, parent, identity, fresh, start);
                    if grown {
                        let pairs = text_pairs(reading, step.fields, start + head.rest + step.fields_at);
                        self.tell(reading, span, pairs);
                    }
                    self.at(span, head.time);
                    parent = Some(span);
                }
                let span = parent?;
                if let (Some(end), Some(step)) = (glance, steps.last())
                    && step.end == end
                {
                    let from = (start + head.rest) as u32;
                    let last = from + (end - step.text.len()) as u32;
                    let steps = before + steps.len() as u32;
                    let path = Path { hash: 0, start: from, len: end as u32, last, steps, span };
                    let made = &self.made;
                    self.paths.insert(bytes, path, |span| !made[span as usize].done && !made[span as usize].replaced);
                }
                span
            }
        };
        let mut found = std::mem::take(&mut self.found);
        find_pairs(said, &mut found);
        match says {
            Says::New => self.made[span as usize].began = Some(head.time),
            Says::Step => {}
            Says::Close => {
                let value = |key: &str| {
                    let pair = found.iter().find(|pair| pair.key(said) == key)?;
                    unit_duration(pair.value(said)).map(|duration| duration.ns)
                };
                let lasted = value("time.busy").unwrap_or(0).saturating_add(value("time.idle").unwrap_or(0));
                // In the compact form the fields of all spans of the path stand here.
                if known.is_none() && steps.iter().all(|step| step.fields.is_empty()) {
                    let is_own = |pair: &&Named| !matches!(pair.key(said), "time.busy" | "time.idle");
                    let from = found.len() - found.iter().filter(is_own).count();
                    if let Some(Named { key: (at, _), .. }) = found.get(from).copied() {
                        let pairs = text_pairs(reading, &said[at..], start + rest + at);
                        self.made[span as usize].pairs = push(reading, &pairs);
                        self.made[span as usize].behind = true;
                    }
                }
                let last = known.map(|path| &behind[(path.last - path.start) as usize..path.len as usize]);
                let last = last.or_else(|| Some(steps.last()?.text));
                self.close(reading, span, last.unwrap_or_default(), head.time, lasted);
            }
            Says::Event => {
                let message = found.first().map_or(said, |pair| &said[..pair.key.0]).trim_end();
                let mut name = name_of(reading.builder, message);
                self.end_event(reading.builder);
                if self.owners.len() == ESTIMATE_AFTER {
                    self.expect_more(reading, start);
                }
                let mark = reading.builder.attribute_mark();
                let (from, to) = head.level_at;
                let level = reading.slice_value(Encoding::Text, (start + from) as u32, (start + to) as u32);
                let key = reading.own_key(OwnKey::Level);
                reading.builder.push_attribute(key, level);
                if let Some(target) = target {
                    let (key, target) = (reading.own_key(OwnKey::Target), reading.builder.intern(target));
                    reading.builder.push_attribute(key, RawValue::interned(target));
                }
                if reading.builder.string(name) != message {
                    let key = reading.own_key(OwnKey::Message);
                    let (from, to) = ((start + rest) as u32, (start + rest + message.len()) as u32);
                    let value = reading.slice_value(Encoding::Text, from, to);
                    reading.builder.push_attribute(key, value);
                }
                for pair in &found {
                    let (key, value) = text_pair(reading, said, *pair, start + rest);
                    reading.builder.push_attribute(key, value);
                }
                if name == StringId::EMPTY {
                    let said = found.first().map_or("log", |pair| pair.key(said));
                    name = reading.builder.intern(said);
                }
                let attributes = reading.builder.attributes_since(mark);
                self.event(Event { span, time: head.time, name, attributes }, head.level);
            }
        }
        self.found = found;
        Some(true)
    }

    /// The last step of a path, which is a text with `: ` behind it, where it has fields and the path up to it is known.
    fn last_step<'t>(&self, bytes: &[u8], text: &'t str) -> Option<(Path, Step<'t>)> {
        let whole = text.len() - 2;
        let from = text.as_bytes()[..whole].windows(2).rposition(|pair| pair == b"}:")? + 2;
        let around = self.known(bytes, &text.as_bytes()[..from - 1])?;
        let (steps, end) = path(&text[from..]);
        let [step] = steps.as_slice() else { return None };
        let alone = from + end == text.len() && from + step.end == whole && !step.fields.is_empty();
        let step = Step { fields_at: from + step.fields_at, end: whole, ..*step };
        (alone && (around.steps as usize) < MAX_STEPS).then_some((around, step))
    }

    /// The steps of the path at the beginning of a text that are spans, and where what follows them begins.
    fn steps<'t>(&mut self, bytes: &[u8], text: &'t str) -> (Vec<Step<'t>>, usize) {
        let (mut steps, mut at) = path(text);
        let mut known = steps.len();
        if steps.iter().any(|step| step.fields.is_empty() && !step.text.ends_with('}')) {
            let names = self.names.get_or_insert_with(|| Spans::learn_names(bytes));
            known = 0;
            let mut whole = String::new();
            for (index, step) in steps.iter().enumerate() {
                whole += step.name;
                if !step.fields.is_empty() || step.text.ends_with('}') || names.contains(&whole) {
                    known = index + 1;
                }
                whole.push(':');
            }
            // Without any line that closes one, names that follow each other directly are spans all the same.
            if known == 0 && names.is_empty() && steps.len() > 1 {
                known = steps.len();
            }
        }
        if let Some(step) = steps.get(known) {
            at = step.text.as_ptr() as usize - text.as_ptr() as usize;
        }
        steps.truncate(known);
        (steps, at)
    }

    /// More of the message of the line before.
    pub fn more(&mut self, reading: &mut LineInput<'_>, start: usize, end: usize) -> bool {
        let Some(event) = &mut self.last_event else { return false };
        let key = reading.builder.intern("message.more");
        let value = reading.slice_value(Encoding::Text, start as u32, end as u32);
        reading.builder.extend_attributes(&mut event.attributes, key, value);
        true
    }

    /// Makes room for what the lines behind this one will take.
    #[cold]
    fn expect_more(&mut self, reading: &mut LineInput<'_>, start: usize) {
        let (lines, spans) = (self.owners.len(), self.made.len());
        let address = reading.address(start);
        let more = reading.builder.expect_more(lines, address);
        let _ = self.owners.try_reserve_exact(more);
        let _ = self.made.try_reserve_exact((spans as u64 * more as u64 / lines as u64) as usize);
    }

    /// Puts the last line into the column.
    pub fn end_event(&mut self, builder: &mut StoreBuilder) {
        if let Some(event) = self.last_event.take() {
            builder.push_event(event.time, event.name, event.attributes);
            self.owners.push(event.span);
        }
    }

    /// The open span with this text under a parent, made if there is none; whether its fields are to be read.
    pub fn find(
        &mut self,
        reading: &mut LineInput<'_>,
        parent: Option<u32>,
        (name, text): (&str, &str),
        fresh: bool,
        offset: usize,
    ) -> (u32, bool) {
        let mut key = Key { parent, text: text.to_owned() };
        if !fresh && let Some(span) = self.open.get(&key) {
            return (*span, false);
        }
        if !fresh && let Some(span) = self.adopted(&mut key) {
            self.open.insert(key, span);
            return (span, false);
        }
        let name = reading.builder.intern(name);
        if !fresh
            && let Some(&span) = self.latest.get(&(parent, name))
            && !self.made[span as usize].done
            && (self.made[span as usize].fields as usize) < text.len()
            && self.grew(span, &key)
        {
            self.open.insert(key, span);
            self.made[span as usize].fields = text.len() as u32;
            return (span, true);
        }
        let span = self.made.len() as u32;
        self.made.push(Made {
            name,
            parent,
            pairs: AttributeRange::default(),
            behind: false,
            fields: text.len() as u32,
            first: NO_TIME,
            last: NO_TIME,
            began: None,
            closed: None,
            done: false,
            replaced: false,
            failed: None,
            offset: offset as u32,
            trace: 0,
            kind: SpanKind::Unspecified,
        });
        if let Some(before) = self.open.insert(key, span) {
            self.made[before as usize].replaced = true;
        }
        self.latest.insert((parent, name), span);
        if self.latest.len() > self.latest_limit {
            self.latest.retain(|_, span| !self.made[*span as usize].done);
            self.latest_limit = (self.latest.len() * 2).max(256);
        }
        (span, true)
    }

    /// A span that began where its parent was not entered, as a span that is given to another thread does: the line said no parent, later ones do.
    fn adopted(&mut self, key: &mut Key) -> Option<u32> {
        let parent = key.parent;
        let around = key.parent.take()?;
        let alone = self.open.get(key).copied();
        key.parent = parent;
        let span = alone?;
        let made = &self.made[span as usize];
        if span <= around || made.began.is_none() || made.parent.is_some() {
            return None;
        }
        self.made[span as usize].parent = parent;
        Some(span)
    }

    /// Whether a span's fields are those of the text's beginning: more were recorded later.
    fn grew(&self, span: u32, Key { parent, text }: &Key) -> bool {
        let length = self.made[span as usize].fields as usize;
        // Without the brace that closed it, with it where there were no fields.
        let inner = text.get(..length.saturating_sub(1)).unwrap_or_default();
        let before = [format!("{inner}}}"), text.get(..length).unwrap_or_default().to_owned()];
        before.into_iter().any(|text| self.open.get(&Key { parent: *parent, text }) == Some(&span))
    }

    /// Takes fields of a span in.
    pub fn tell(&mut self, reading: &mut LineInput<'_>, span: u32, pairs: Vec<Pair>) {
        let made = &mut self.made[span as usize];
        for (key, value) in &pairs {
            let (builder, fields) = (&mut *reading.input.builder, &mut reading.logs.fields);
            let field = fields.of(builder, *key);
            let own = ["otel.kind", "otel.name"].iter().position(|own| *own == builder.string(*key));
            if own.is_none() && field != Field::Trace {
                continue;
            }
            let text = builder.decode(*value).to_string();
            match (own, field) {
                (Some(0), _) => made.kind = kind_of(text.as_bytes()).unwrap_or(made.kind),
                (Some(1), _) if !text.is_empty() => made.name = reading.builder.intern(&text),
                (_, Field::Trace) if text.len() == 32 => {
                    let trace = ids::written_trace_key(reading.builder, &text, Base64::No);
                    made.trace = 0;
                    if trace.form != IdForm::Empty {
                        self.traces.push(trace);
                        made.trace = self.traces.len() as u32;
                    }
                }
                _ => {}
            }
        }
        made.pairs = push(reading, &pairs);
    }

    /// Notes a time for all spans of a path.
    fn all_at(&mut self, path: Path, time: u64) {
        let mut span = Some(path.span);
        for _ in 0..path.steps {
            let Some(around) = span else { break };
            self.at(around, time);
            span = self.made[around as usize].parent;
        }
    }

    pub fn at(&mut self, span: u32, time: u64) {
        let made = &mut self.made[span as usize];
        if time != NO_TIME {
            made.first = made.first.min(time);
            made.last = if made.last == NO_TIME { time } else { made.last.max(time) };
        }
    }

    pub fn event(&mut self, event: Event, level: Level) {
        if level >= Level::Error {
            self.made[event.span as usize].failed.get_or_insert(event.name);
        }
        self.last_event = Some(event);
    }

    pub fn close(&mut self, reading: &mut LineInput<'_>, span: u32, text: &str, time: u64, lasted: u64) {
        self.end_event(reading.builder);
        let made = &mut self.made[span as usize];
        made.closed = Some((time, lasted));
        made.done = true;
        let mut key = Key { parent: made.parent, text: text.to_owned() };
        for parent in [made.parent, None] {
            key.parent = parent;
            if self.open.get(&key) == Some(&span) {
                self.open.remove(&key);
            }
        }
    }

    /// Gives each span what it has from its parent; whether ids of traces were made up.
    fn settle(&mut self, builder: &mut StoreBuilder, seed: TraceKey) -> bool {
        let mut made_up = false;
        for index in 0..self.made.len() {
            // A parent comes before its children.
            let parent = self.made[index].parent;
            if let Some(parent) = parent {
                self.made[index].trace = self.made[parent as usize].trace;
            } else if self.made[index].trace == 0 {
                made_up = true;
                // The golden ratio's bits spread the numbers of neighbours.
                let number =
                    seed.value.wrapping_add((index as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
                self.traces.push(trace_number(number));
                self.made[index].trace = self.traces.len() as u32;
            }
        }
        // In the compact form a span's fields follow those of its parents, which have theirs until their children are done.
        for index in (0..self.made.len()).rev() {
            let Made { parent, pairs, behind: true, .. } = self.made[index] else { continue };
            let around = parent.map_or(0, |parent| {
                let around = self.made[parent as usize].pairs;
                let known = builder.attribute_pairs(around).zip(builder.attribute_pairs(pairs));
                let mut same = known.map(|(a, b)| a.0 == b.0 && builder.decode(a.1) == builder.decode(b.1));
                if pairs.len >= around.len && same.all(|same| same) { around.len } else { 0 }
            });
            let own = AttributeRange { start: pairs.start + around, len: pairs.len - around };
            let key = builder.intern("otel.kind");
            let kind = builder.attribute_pairs(own).find(|(name, _)| *name == key);
            let kind = kind.and_then(|(_, value)| kind_of(builder.decode(value).to_string().as_bytes()));
            let made = &mut self.made[index];
            (made.pairs, made.kind) = (own, kind.unwrap_or(SpanKind::Unspecified));
        }
        made_up
    }

    /// Adds the spans to the store.
    pub fn finish(mut self, reading: &mut LineInput<'_>, seed: TraceKey) {
        self.end_event(reading.builder);
        let first_span = reading.builder.span_count() as u32;
        reading.logs.give(self.first_event, std::mem::take(&mut self.owners), first_span);
        let made_up = self.settle(reading.builder, seed);
        (self.open, self.latest, self.paths) = Default::default();
        let (made, traces) = (self.made, self.traces);
        let begins = reading.address(0);
        let (mut origin, mut estimated, mut index) = (None, 0, 0);
        let open = made.iter().filter(|made| made.is_estimated()).count();
        reading.builder.expect_span_warnings(open);
        reading.builder.add_spans(made, |builder, made| {
            let mut draft = builder.draft(begins + made.offset);
            index += 1;
            draft.trace = made.trace.checked_sub(1).map_or(TraceKey::EMPTY, |trace| traces[trace as usize]);
            draft.id = span_number(index);
            draft.parent = span_number(made.parent.map_or(0, |parent| u64::from(parent) + 1));
            (draft.name, draft.kind, draft.attributes) = (made.name, made.kind, made.pairs);
            (draft.start, draft.end) = made.times();
            if made.is_estimated() {
                estimated += 1;
                let message = "Nothing says that this span was closed: it is taken to last until its last line.";
                builder.warn_span(WarningKind::EstimatedTime, message);
            }
            if let Some(message) = made.failed {
                draft.status = Status::Error;
                draft.message = RawValue::interned(message);
            }
            let origin = *origin.get_or_insert_with(|| {
                let resource = builder.add_resource();
                builder.add_origin(resource, ScopeIndex::NONE)
            });
            (draft, origin)
        });
        if made_up {
            reading.guess(
                "The lines name no trace: every outermost span is a trace of its own, with ids that are made up.",
            );
        }
        if estimated > 0 {
            reading.guess("Spans that are not said to be closed last until their last line.");
        }
    }
}

impl Made {
    /// Nothing says when it ended.
    fn is_estimated(&self) -> bool {
        match (self.began, self.closed) {
            (Some(_), Some(_)) => false,
            (_, closed) => closed.is_none_or(|(end, _)| end == NO_TIME),
        }
    }

    fn times(&self) -> (u64, u64) {
        match (self.began, self.closed) {
            (Some(began), Some((end, _))) => (began, end),
            (None, Some((end, lasted))) if end != NO_TIME => (end.saturating_sub(lasted), end),
            (began, _) => (began.unwrap_or(self.first), self.last),
        }
    }
}

/// Puts pairs into the column of attributes.
fn push(reading: &mut LineInput<'_>, pairs: &[Pair]) -> AttributeRange {
    let mark = reading.builder.attribute_mark();
    pairs.iter().for_each(|(key, value)| reading.builder.push_attribute(*key, *value));
    reading.builder.attributes_since(mark)
}

/// Pairs of a text that stands at an offset of the input, as attributes.
fn text_pairs(reading: &mut LineInput<'_>, text: &str, offset: usize) -> Vec<Pair> {
    let mut found = Vec::new();
    find_pairs(text, &mut found);
    found.into_iter().map(|pair| text_pair(reading, text, pair, offset)).collect()
}

/// One of them.
fn text_pair(reading: &mut LineInput<'_>, text: &str, pair: Named, offset: usize) -> Pair {
    let (value, (from, to)) = (pair.value(text), pair.value);
    let key = reading.builder.intern(pair.key(text));
    let (start, end) = ((offset + from) as u32, (offset + to) as u32);
    let quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    let plain = quoted && simd::find_near(value.as_bytes(), 0, [b'\\'; 3]) == value.len();
    let whole = quoted && !plain && Lexer::new(value.as_bytes(), 0).string().is_ok();
    let value = if plain {
        reading.slice_value(Encoding::Text, start + 1, end - 1)
    } else if whole || is_number(value) || matches!(value, "true" | "false") {
        reading.slice_value(Encoding::Json, start, end)
    } else {
        reading.slice_value(Encoding::Text, start, end)
    };
    (key, value)
}

fn is_number(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'-' | b'0'..=b'9')) && crate::json::is_number(text)
}
