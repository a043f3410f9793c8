//! One line of a log while it is read: its ids, its time and what it says. What is left of it are the attributes of an event.

use std::borrow::Cow;

use super::super::ids::{self, Base64, span_number, trace_number};
use super::super::instant::{Unit, clock_duration, unit_duration};
use super::super::told::kind_of;
use super::fields::Field;
use super::level::Level;
use super::names::{NAME_LENGTH, beginning, first_line, name_of};
use super::state::{LineInput, OwnKey};
use crate::json::Text;
use crate::simd::{self, Marks};
use crate::store::{
    AttributeRange, Encoding, IdForm, NO_TIME, OMITTED, RawValue, SpanKey, SpanKind, StoreBuilder, TraceKey,
};
use crate::strings::{StringId, hash, same};

/// A value of a line as it stands in the input.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub text: Text,
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The content of a text.
    Text,
    Number,
    /// Lists, objects, `true`, `false` and `null`, as JSON.
    Json,
}

impl Found {
    #[inline]
    pub fn raw(self, reading: &mut LineInput<'_>) -> RawValue {
        let encoding = match self.shape {
            Shape::Text if self.text.escaped => Encoding::JsonText,
            Shape::Text => Encoding::Text,
            Shape::Number | Shape::Json => Encoding::Json,
        };
        reading.slice_value(encoding, self.text.start, self.text.end)
    }

    /// It says something: no `null`, no `false`, no empty text.
    fn is_something(self, bytes: &[u8]) -> bool {
        !matches!(self.text.bytes(bytes), b"" | b"null" | b"false" | b"{}" | b"[]" | b"nil" | b"None" | b"<nil>" | b"-")
    }
}

/// Where a span's name comes from, the best source last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSource {
    Nothing,
    Message,
    Request,
    Field,
}

/// A line.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub offset: u32,
    pub trace: TraceKey,
    pub span: SpanKey,
    pub parent: SpanKey,
    transaction: SpanKey,
    pub time: u64,
    seconds: Option<u64>,
    nanos: u64,
    /// When the span began, as a line at its end tells.
    began: u64,
    /// When the request began that it is about.
    start: u64,
    /// The request's answer was an error of the server.
    refused: bool,
    /// The span's kind, where it is told.
    pub kind: SpanKind,
    /// What the span, or a part of it, took until this line.
    pub duration: Option<u64>,
    pub level: Level,
    numbered: bool,
    pub failed: bool,
    error: bool,
    /// An interned or plain text, `NULL` where there is none.
    pub message: RawValue,
    template: RawValue,
    pub name: (NameSource, StringId),
    named: Option<Found>,
    method: Option<Text>,
    path: Option<Text>,
    pub service: StringId,
    /// Number of its resource plus one, where there is more to say than the service; 0 for none.
    pub resource: u32,
    /// Its attributes begin here in the column.
    mark: u32,
    pub attributes: AttributeRange,
}

impl Line {
    /// Nothing yet, of a line that begins at this offset.
    pub fn at(builder: &StoreBuilder, offset: usize) -> Line {
        Line {
            offset: offset as u32,
            trace: TraceKey::EMPTY,
            span: SpanKey::EMPTY,
            parent: SpanKey::EMPTY,
            transaction: SpanKey::EMPTY,
            time: NO_TIME,
            seconds: None,
            nanos: 0,
            began: NO_TIME,
            start: NO_TIME,
            refused: false,
            kind: SpanKind::Unspecified,
            duration: None,
            level: Level::Unsaid,
            numbered: false,
            failed: false,
            error: false,
            message: RawValue::NULL,
            template: RawValue::NULL,
            name: (NameSource::Nothing, StringId::EMPTY),
            named: None,
            method: None,
            path: None,
            service: StringId::EMPTY,
            resource: 0,
            mark: builder.attribute_mark(),
            attributes: AttributeRange::default(),
        }
    }

    /// Whether it names a trace.
    pub fn has_trace(&self) -> bool {
        self.trace.form != IdForm::Empty
    }

    /// Whether it says how bad or what, as lines of logs do.
    pub fn says_something(&self) -> bool {
        self.has_message() || self.has_level()
    }

    pub fn has_message(&self) -> bool {
        !self.message.is_null() || !self.template.is_null()
    }

    pub fn has_level(&self) -> bool {
        self.level != Level::Unsaid
    }

    /// Forgets what was taken in.
    pub fn clear(&mut self, builder: &mut StoreBuilder) {
        builder.truncate_attributes(self.mark);
        *self = Line::at(builder, self.offset as usize);
    }

    /// Takes a field in.
    #[inline]
    pub fn take(&mut self, reading: &mut LineInput<'_>, field: Field, key: StringId, found: Found) {
        match field {
            Field::Attribute | Field::Container => self.keep(reading, key, found),
            Field::Trace if self.has_trace() => {}
            Field::Trace => {
                if !self.take_trace(reading, found) {
                    self.keep(reading, key, found);
                }
            }
            Field::Span if self.span.is_empty() => match span_of(reading, found) {
                Some(span) => self.span = span,
                None => self.keep(reading, key, found),
            },
            Field::Time(unit) if self.time == NO_TIME && found.shape != Shape::Json => {
                match time_of(reading, found, unit) {
                    Some(time) => self.time = time,
                    None => self.keep(reading, key, found),
                }
            }
            Field::Message if self.message.is_null() && found.shape == Shape::Text => {
                self.message = sentence(reading, key, found);
            }
            Field::Level => self.take_level(reading, key, found),
            Field::Service if self.service == StringId::EMPTY && found.shape == Shape::Text && !found.text.escaped => {
                let text = found.text.bytes(reading.bytes);
                self.service = reading.builder.intern_bytes(text);
            }
            Field::Flags => {}
            _ => self.take_rare(reading, field, key, found),
        }
    }

    /// The same where few fields come from: of what is inlined for the others one more copy is enough.
    #[inline(never)]
    pub fn take_seldom(&mut self, reading: &mut LineInput<'_>, field: Field, key: StringId, found: Found) {
        self.take(reading, field, key, found);
    }

    #[inline(never)]
    fn take_rare(&mut self, reading: &mut LineInput<'_>, field: Field, key: StringId, found: Found) {
        let bytes = reading.bytes;
        let content = || found.text.content(bytes);
        match field {
            Field::Parent if self.parent.is_empty() => match span_of(reading, found) {
                Some(parent) => self.parent = parent,
                None => self.keep(reading, key, found),
            },
            Field::Transaction => self.transaction = span_of(reading, found).unwrap_or(SpanKey::EMPTY),
            Field::DecimalTrace if !self.has_trace() => {
                let content = content();
                let decimal = content.len() < 32;
                self.trace = match content.parse() {
                    Ok(number) if decimal => trace_number(number),
                    _ => ids::trace_key(reading.builder, content.as_bytes(), Base64::No).0,
                };
            }
            Field::DecimalSpan if self.span.is_empty() => self.span = decimal_span(reading, &content()),
            Field::DecimalParent if self.parent.is_empty() => self.parent = decimal_span(reading, &content()),
            Field::Traceparent => {
                if !self.take_traceparent(reading, content().as_bytes()) {
                    self.keep(reading, key, found);
                }
            }
            Field::Xray => {
                for part in content().split(';') {
                    match part.trim().split_once('=') {
                        Some(("Root" | "root", root)) if !self.has_trace() => self.trace = xray_trace(reading, root),
                        Some(("Parent" | "parent", parent)) if self.span.is_empty() => {
                            self.span = ids::span_key(reading.builder, parent.as_bytes(), Base64::No).0;
                        }
                        Some(_) => {}
                        None if !self.has_trace() => self.trace = xray_trace(reading, part),
                        None => {}
                    }
                }
            }
            Field::Began => match time_of(reading, found, None) {
                Some(time) if self.began == NO_TIME => self.began = time,
                _ => self.keep(reading, key, found),
            },
            Field::Kind => match kind_of(content().as_bytes()) {
                Some(kind) => self.kind = kind,
                None => self.keep(reading, key, found),
            },
            Field::Seconds => self.seconds = content().parse().ok(),
            Field::Nanos => self.nanos = content().parse().unwrap_or(0),
            Field::Start => {
                self.start = time_of(reading, found, None).unwrap_or(self.start);
                self.keep(reading, key, found);
            }
            Field::Status if matches!(found.text.bytes(bytes), [b'5', _, _]) => {
                self.refused = true;
                self.keep(reading, key, found);
            }
            Field::Status => match Level::of(&found.text.bytes(bytes)[..(found.text.bytes(bytes).len()).min(12)]) {
                Some(_) if found.shape == Shape::Text => self.take_level(reading, key, found),
                _ => self.keep(reading, key, found),
            },
            Field::Template if found.shape == Shape::Text => self.template = sentence(reading, key, found),
            Field::Service if found.shape == Shape::Text => {
                if self.service == StringId::EMPTY {
                    self.service = reading.builder.intern(&content());
                }
            }
            Field::Name if found.shape == Shape::Text => self.named = Some(found),
            Field::SpanName if found.shape == Shape::Text && found.text.start < found.text.end => {
                self.name = (NameSource::Field, name_of(reading.builder, &content()));
            }
            Field::Method | Field::Path => {
                if found.shape == Shape::Text {
                    *(if field == Field::Method { &mut self.method } else { &mut self.path }) = Some(found.text);
                }
                self.keep(reading, key, found);
            }
            Field::Request => {
                let text = found.text.bytes(bytes);
                if let Some(method) = text.iter().take(8).position(|byte| *byte == b' ')
                    && text.get(method + 1) == Some(&b'/')
                {
                    let path = text[method + 1..].iter().position(|byte| *byte == b' ');
                    let start = found.text.start + method as u32;
                    let end = path.map_or(found.text.end, |length| start + 1 + length as u32);
                    self.method = Some(Text { end: start, ..found.text });
                    self.path = Some(Text { start: start + 1, end, ..found.text });
                }
                self.keep(reading, key, found);
            }
            Field::Duration(unit) => {
                if let Some(duration) = duration_of(reading, &content(), unit) {
                    self.duration = Some(self.duration.unwrap_or(0).max(duration));
                }
                self.keep(reading, key, found);
            }
            Field::Exception => {
                self.failed |= found.is_something(bytes);
                self.keep(reading, key, found);
            }
            Field::Error => {
                self.error |= found.is_something(bytes);
                self.keep(reading, key, found);
            }
            _ => self.keep(reading, key, found),
        }
    }

    /// Keeps it as an attribute.
    #[inline]
    pub fn keep(&mut self, reading: &mut LineInput<'_>, key: StringId, found: Found) {
        let raw = found.raw(reading);
        reading.builder.push_attribute(key, raw);
    }

    fn take_level(&mut self, reading: &mut LineInput<'_>, key: StringId, found: Found) {
        let text = found.text.bytes(reading.bytes);
        if found.shape == Shape::Number {
            let (level, name) = Level::of_number(std::str::from_utf8(text).unwrap_or_default());
            self.level = self.level.max(level);
            self.numbered = true;
            if let Some(name) = name {
                let name = RawValue::interned(reading.builder.intern(name));
                reading.builder.push_attribute(key, name);
                return;
            }
        } else if let Some(level) = Level::of(text) {
            self.level = self.level.max(level);
        }
        self.keep(reading, key, found);
    }

    /// A trace id in one of its spellings: hexadecimal, a number, a path that ends with it.
    fn take_trace(&mut self, reading: &mut LineInput<'_>, found: Found) -> bool {
        let content;
        let mut text = found.text.bytes(reading.bytes);
        // As writers that escape every slash have it.
        if found.text.escaped {
            content = found.text.content(reading.bytes);
            text = content.as_bytes();
        }
        if text.len() != 32
            && let Some(at) = text.windows(8).position(|window| window == b"/traces/")
        {
            // Google's header has the span behind it.
            let id = text[at + 8..].split(|byte| *byte == b'/').next().unwrap_or_default();
            self.trace = ids::trace_key(reading.builder, id, Base64::No).0;
            return self.has_trace();
        }
        // Both ids under the name of one, as Dapr and ASP.NET have it.
        if text.len() >= 55 && self.take_traceparent(reading, text) {
            return true;
        }
        let Some(key) = trace_of(reading, text, found.shape) else { return false };
        self.trace = key;
        true
    }

    /// `00-<trace>-<span>-<flags>`: the caller's span; that of a line with a span of its own is the parent. Whether it is one of the line's trace.
    pub fn take_traceparent(&mut self, reading: &LineInput<'_>, text: &[u8]) -> bool {
        let Some((trace, span)) = (reading.logs.traceparent)(text) else { return false };
        let trace = TraceKey { value: trace, form: IdForm::Hex(32) };
        if !self.has_trace() {
            self.trace = trace;
        }
        if self.trace.same(trace) && self.parent.is_empty() {
            self.parent = span_number(span);
        }
        self.trace.same(trace)
    }

    /// Says what the line said as a text.
    pub fn say(&mut self, reading: &mut LineInput<'_>, start: usize, end: usize) {
        let key = reading.own_key(OwnKey::Message);
        let text = Text { start: start as u32, end: end as u32, escaped: false };
        self.message = sentence(reading, key, Found { text, shape: Shape::Text });
    }

    /// Names the span by the request that the line is about.
    pub fn request(&mut self, builder: &mut StoreBuilder, text: &str) {
        if self.name.0 < NameSource::Request {
            self.name = (NameSource::Request, name_of(builder, text));
        }
    }

    /// Puts together what stood in several fields, when the whole line is read.
    pub fn finish(&mut self, reading: &mut LineInput<'_>) {
        if let Some(found) = self.named.take() {
            // Pino and bunyan number their levels and have the program's name here; elsewhere it names a logger or an operation.
            let text = found.text.content(reading.bytes);
            if self.numbered && self.service == StringId::EMPTY {
                self.service = reading.builder.intern(&text);
            } else {
                let key = reading.builder.intern("name");
                self.keep(reading, key, found);
                let property = !self.template.is_null();
                if self.name.0 < NameSource::Field
                    && !property
                    && !looks_like_a_logger(&text)
                    && self.level == Level::Unsaid
                {
                    self.name = (NameSource::Field, name_of(reading.builder, &text));
                }
            }
        }
        if let Some(seconds) = self.seconds
            && self.time == NO_TIME
        {
            self.time = seconds.checked_mul(1_000_000_000).and_then(|ns| ns.checked_add(self.nanos)).unwrap_or(NO_TIME);
        }
        if self.time == NO_TIME && self.start != NO_TIME {
            self.time = self.start.saturating_add(self.duration.unwrap_or(0));
        }
        if self.began != NO_TIME && self.time != NO_TIME {
            self.duration = self.time.checked_sub(self.began);
        }
        if self.span.is_empty() {
            self.span = self.transaction;
        }
        // The span of a line with nothing but a traceparent is the one that it names.
        if self.span.is_empty() {
            self.span = std::mem::replace(&mut self.parent, SpanKey::EMPTY);
        }
        if self.span.same(self.parent) {
            self.parent = SpanKey::EMPTY;
        }
        if self.message.is_null() && !self.template.is_null() {
            self.fill_template(reading);
        }
        if !self.template.is_null() && reading.builder.text(self.template) != reading.builder.text(self.message) {
            let key = reading.builder.intern("message_template");
            reading.builder.push_attribute(key, self.template);
        }
        self.failed |= self.refused && self.method.is_some() && self.path.is_some() && self.level <= Level::Fine;
        if let (Some(method), Some(path), true) = (self.method, self.path, self.name.0 < NameSource::Request) {
            let [method, path] = [method, path].map(|text| text.content(reading.bytes));
            let [method, path] = [&method, &path].map(|text| text.split('?').next().unwrap_or_default());
            if !method.is_empty() && !path.is_empty() {
                let mut request = std::mem::take(&mut reading.logs.request);
                request.clear();
                [method, " ", path].into_iter().for_each(|part| request.push_str(part));
                self.request(reading.builder, &request);
                reading.logs.request = request;
            }
        }
        // The line at the end of a span says what the span was.
        if self.began != NO_TIME && self.name.0 < NameSource::Request && !self.message.is_null() {
            let name = reading.builder.text(self.message).into_owned();
            self.request(reading.builder, &name);
        }
        if self.message.is_null() {
            self.message = RawValue::interned(match self.name.1 {
                StringId::EMPTY => reading.builder.intern("log"),
                name => name,
            });
        }
        if self.name.0 == NameSource::Nothing {
            // The span's name is made of the message when it is the one that is taken.
            self.name.0 = NameSource::Message;
        }
        if self.duration.is_none() {
            self.duration = reading.logs.said.duration(reading.input.builder, self.message);
        }
        self.failed |= self.level >= Level::Error || self.error && self.level == Level::Unsaid;
        self.attributes = reading.builder.attributes_since(self.mark);
    }

    /// What the line says is its template with the holes filled.
    #[cold]
    #[inline(never)]
    fn fill_template(&mut self, reading: &mut LineInput<'_>) {
        self.message = self.template;
        let template = reading.builder.text(self.template);
        if !template.contains(['{', '}']) && !template.ends_with(OMITTED) {
            return;
        }
        let Some(message) = (reading.logs.fill_template)(reading.bytes, self.offset as usize) else { return };
        let name = name_of(reading.builder, &message);
        if reading.builder.string(name) != message.trim() {
            let key = reading.own_key(OwnKey::Message);
            let whole = reading.builder.made_value(Encoding::Text, &message);
            reading.builder.push_attribute(key, whole);
        }
        if name != StringId::EMPTY {
            self.message = RawValue::interned(name);
        }
    }

    /// Adds an attribute to the finished line.
    pub fn extend(&mut self, builder: &mut StoreBuilder, key: &str, value: RawValue) {
        let key = builder.intern(key);
        builder.extend_attributes(&mut self.attributes, key, value);
    }
}

/// A trace id of hexadecimal digits or, of more than sixteen digits and less than thirty-two, a decimal number.
pub fn trace_of(reading: &mut LineInput<'_>, text: &[u8], shape: Shape) -> Option<TraceKey> {
    if text.len() == 32
        && let Some(key) = text.try_into().ok().and_then(ids::full_trace_key)
    {
        return (key.form != IdForm::Empty).then_some(key);
    }
    let content = std::str::from_utf8(text).ok()?.trim();
    let decimal = content.bytes().all(|b| b.is_ascii_digit());
    match content.len() {
        0 => None,
        _ if shape == Shape::Json => None,
        17..=31 if decimal => content.parse().ok().map(trace_number),
        _ if shape == Shape::Number => content.parse().ok().map(trace_number),
        _ if content.starts_with("1-") => Some(xray_trace(reading, content)),
        36 => Some(ids::written_trace_key(reading.builder, content, Base64::No)),
        _ => {
            let (key, good) = ids::trace_key(reading.builder, content.as_bytes(), Base64::No);
            // An id in a notation of its own is one word.
            let word = (4..=128).contains(&content.len())
                && content.bytes().all(|b| b.is_ascii_graphic())
                && content != "null";
            (key.form != IdForm::Empty && (good && content.len() > 3 || word)).then_some(key)
        }
    }
}

fn span_of(reading: &mut LineInput<'_>, found: Found) -> Option<SpanKey> {
    let text = found.text.bytes(reading.bytes);
    if let Some(key) = text.try_into().ok().and_then(ids::full_span_key) {
        return (!key.is_empty()).then_some(key);
    }
    let content = std::str::from_utf8(text).ok()?.trim();
    if found.shape == Shape::Json || content.is_empty() || content == "null" {
        return None;
    }
    let decimal = content.bytes().all(|b| b.is_ascii_digit());
    if decimal && (found.shape == Shape::Number || content.len() > 16) {
        return content.parse().ok().map(span_number);
    }
    let (key, good) = ids::span_key(reading.builder, content.as_bytes(), Base64::No);
    // A writer that drops leading zeros writes fifteen digits: the id has sixteen.
    let key = if good { span_number(key.value) } else { key };
    (!key.is_empty()).then_some(key)
}

fn decimal_span(reading: &mut LineInput<'_>, text: &str) -> SpanKey {
    match text.trim().parse() {
        Ok(number) => span_number(number),
        Err(_) => ids::span_key(reading.builder, text.as_bytes(), Base64::No).0,
    }
}

/// `1-<8 hex digits>-<24 hex digits>` without its dashes.
fn xray_trace(reading: &mut LineInput<'_>, text: &str) -> TraceKey {
    let digits = text.strip_prefix("1-").unwrap_or(text).replace('-', "");
    ids::trace_key(reading.builder, digits.as_bytes(), Base64::No).0
}

fn time_of(reading: &mut LineInput<'_>, found: Found, unit: Option<Unit>) -> Option<u64> {
    let text = found.text.bytes(reading.bytes);
    if let Some((ns, end)) = reading.logs.dates.again(text)
        && end == text.len()
    {
        return Some(ns);
    }
    if found.text.escaped {
        return escaped_time(reading, found);
    }
    let text = simd::text(text)?;
    if let Some(instant) = reading.logs.dates.date_time(text) {
        return Some(reading.zoned(instant));
    }
    let text = text.trim();
    let unit = unit.or_else(|| Unit::by_magnitude(text))?;
    unit.time(text)
}

/// A date whose zone has a plus that .NET escapes.
#[cold]
#[inline(never)]
fn escaped_time(reading: &mut LineInput<'_>, found: Found) -> Option<u64> {
    let instant = reading.logs.dates.date_time(&found.text.content(reading.bytes))?;
    Some(reading.zoned(instant))
}

/// A duration by the unit in its text, by the one that its key names, or by its size.
pub fn duration_of(reading: &mut LineInput<'_>, text: &str, unit: Option<Unit>) -> Option<u64> {
    let is_alone = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let mut alone = is_alone(text);
    let mut text = text;
    if !alone {
        text = text.trim();
        alone = is_alone(text);
    }
    let told = if alone { None } else { unit_duration(text).or_else(|| clock_duration(text)) };
    let found = match (told, unit) {
        (Some(told), _) => told,
        (None, Some(unit)) => unit.nanos(text)?,
        (None, None) => {
            let nanos = Unit::Nanos.nanos(text)?;
            let unit = match nanos.ns {
                _ if nanos.negative => return None,
                // Go's time.Duration is a number of nanoseconds.
                1_000_000.. => Unit::Nanos,
                0 if text.contains(['.', 'e', 'E']) => Unit::Seconds,
                _ => Unit::Millis,
            };
            reading.guess(match unit {
                Unit::Nanos => "Durations without a unit from 1,000,000 on are taken for nanoseconds.",
                Unit::Seconds => "Durations without a unit below 1 are taken for seconds.",
                _ => "Durations without a unit from 1 to 999,999 are taken for milliseconds.",
            });
            unit.nanos(text)?
        }
    };
    (!found.negative).then_some(found.ns)
}

/// What a sentence says that something took: `took 12ms`, `Completed 200 OK in 12 ms`, `Duration: 12 ms`.
pub fn told_duration(message: &str) -> Option<u64> {
    const DONE: [&str; 12] = [
        "completed",
        "finished",
        "done",
        "served",
        "processed",
        "executed",
        "handled",
        "responded",
        "returned",
        "succeeded",
        "loaded",
        "closed",
    ];
    let bytes = message.as_bytes();
    let (mut took, mut done_in) = (None, None);
    let mut blanks = Marks::new(bytes, 0, [b' '; 4]);
    loop {
        let at = blanks.next();
        if at == bytes.len() {
            break;
        }
        // Most words are told by one letter.
        if took.is_none()
            && at > 0
            && (bytes[at - 1] == b'k' && bytes[..at].ends_with(b"took")
                || bytes[at - 1] == b':' && bytes[..at].ends_with(b"uration:"))
        {
            took = Some(at + 1);
        }
        if bytes.get(at + 1) == Some(&b'i') && bytes[at..].starts_with(b" in ") {
            done_in = Some(at);
        }
    }
    if (took, done_in) == (None, None) || !bytes.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let behind = match (took, done_in) {
        (Some(at), _) => &message[at..],
        (None, Some(at)) => {
            let lower = message[..at].to_ascii_lowercase();
            DONE.iter().any(|word| lower.contains(word)).then_some(&message[at + 4..])?
        }
        (None, None) => return None,
    };
    let number = behind.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let gap = usize::from(behind[number..].starts_with(' '));
    let letters = &behind[number + gap..];
    let unit = letters.find(|c: char| !c.is_alphabetic()).unwrap_or(letters.len());
    unit_duration(&behind[..number + gap + unit]).filter(|duration| !duration.negative).map(|duration| duration.ns)
}

/// The event's name for what a line says. A long text is cut for it, and whole in an attribute.
fn sentence(reading: &mut LineInput<'_>, key: StringId, found: Found) -> RawValue {
    let bytes = reading.bytes;
    let text = found.text.bytes(bytes);
    // A slice of the input, of which this is a part.
    let slice = |reading: &mut LineInput<'_>, encoding: Encoding, part: &[u8]| {
        let start = found.text.start + (part.as_ptr() as usize - text.as_ptr() as usize) as u32;
        reading.slice_value(encoding, start, start + part.len() as u32)
    };
    if text.len() <= NAME_LENGTH && !found.text.escaped {
        let said = text.trim_ascii();
        if said.is_empty() {
            return RawValue::NULL;
        }
        // What is said once stays where it stands.
        if let Some(again) = reading.logs.said.again(reading.input.builder, said) {
            return RawValue::interned(again);
        }
        return slice(reading, Encoding::Text, said);
    }
    let content = found.text.content(bytes);
    if let Cow::Borrowed(content) = content
        && let Some(beginning) = beginning(first_line(content))
    {
        // It may have been cut where it was written.
        if content.trim().strip_prefix(beginning) != Some(OMITTED) {
            let raw = found.raw(reading);
            reading.builder.push_attribute(key, raw);
        }
        return slice(reading, Encoding::Cut, beginning.as_bytes());
    }
    let name = name_of(reading.builder, &content);
    if reading.builder.string(name) != content.trim() {
        let raw = found.raw(reading);
        reading.builder.push_attribute(key, raw);
    }
    if name == StringId::EMPTY { RawValue::NULL } else { RawValue::interned(name) }
}

/// What lines said lately.
#[derive(Debug)]
pub struct Said {
    /// By its hash, which is the first number here; the second one is that of the text, `EMPTY` as long as it was said once.
    slots: Vec<(u32, StringId)>,
    /// What tells no duration, by its number.
    without: Vec<StringId>,
}

impl Said {
    pub fn new() -> Said {
        Said { slots: vec![(0, StringId::EMPTY); 1 << 12], without: vec![StringId::EMPTY; 1 << 6] }
    }

    /// The number of a text that was said not long before.
    #[inline]
    fn again(&mut self, builder: &mut StoreBuilder, text: &[u8]) -> Option<StringId> {
        let hash = hash(text);
        let at = hash as usize & (self.slots.len() - 1);
        let (known, number) = &mut self.slots[at];
        if *known != hash {
            (*known, *number) = (hash, StringId::EMPTY);
            return None;
        }
        if *number == StringId::EMPTY || !same(builder.string(*number).as_bytes(), text) {
            *number = builder.intern_bytes(text);
        }
        Some(*number)
    }

    /// What a message tells that something took.
    #[inline]
    fn duration(&mut self, builder: &StoreBuilder, message: RawValue) -> Option<u64> {
        let Some(number) = message.as_interned() else { return told_duration(builder.plain_text(message)) };
        let at = number.index() % self.without.len();
        if self.without[at] == number {
            return None;
        }
        let told = told_duration(builder.string(number));
        if told.is_none() {
            self.without[at] = number;
        }
        told
    }
}

/// Loggers are named after modules: `shop.orders`, `root`, `main`.
fn looks_like_a_logger(name: &str) -> bool {
    !name.contains([' ', '/']) && name.contains(['.', ':'])
        || matches!(name, "root" | "main" | "__main__" | "default" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_stands_behind_took_or_in_where_something_is_done() {
        for (message, expected) in [
            ("query took 12ms", Some(12_000_000)),
            ("Duration: 3.25 ms Billed Duration: 4 ms", Some(3_250_000)),
            ("Completed 200 OK in 1.5 s", Some(1_500_000_000)),
            ("TOOK 12ms", None),
            ("12 items in 3 carts", None),
            ("it took long", None),
            ("", None),
        ] {
            assert_eq!(told_duration(message), expected, "{message}");
        }
    }
}
