//! Log lines as JSON: pino, winston, zap, slog, logrus, structlog, Serilog's compact form, logback's and Python's encoders, Elastic's common
//! schema, Google's LogEntry, Datadog's.
//!
//! A line is read in one pass: each key is interned and known by its number, text stays a slice of the input. Only where no trace id was found
//! every object inside is looked into, then the text itself, then lists of lines (an answer of a query for logs).

use super::fields::Field;
use super::line::{Found, Line, Shape};
use super::scan::scan_traceparent;
use super::state::{LineInput, Taken};
use crate::json::{Data, Kind, Lex, Lexer, Phrases, Text};
use crate::simd;
use crate::strings::StringId;

/// Objects inside each other that are looked into for fields, and for lists of lines.
const DEPTH: u32 = 8;

/// Braces in a text line that are looked at.
const TRIES: usize = 3;

/// What to look into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    /// Objects under a key that is known to hold fields.
    Known,
    Every,
}

/// The next value: a line, or lists of lines at any depth. What was made of it, by line.
pub fn document<'a>(
    reading: &mut LineInput<'a>,
    lexer: &mut Lexer<'a>,
    depth: u32,
    done: &mut dyn FnMut(Taken, usize),
) -> Lex<()> {
    match lexer.peek()? {
        Kind::Array if depth < DEPTH => {
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                document(reading, lexer, depth + 1, done)?;
            }
            Ok(())
        }
        Kind::Object => {
            let (start, mark) = (lexer.offset(), lexer.mark());
            let (taken, lists) = object(reading, lexer)?;
            if taken == Taken::Line || !lists || depth >= DEPTH {
                done(taken, start);
                return Ok(());
            }
            lexer.rewind(mark);
            let mut cursor = lexer.begin_object()?;
            let mut any = false;
            while lexer.any_member(&mut cursor)?.is_some() {
                if matches!(lexer.peek()?, Kind::Array | Kind::Object) {
                    document(reading, lexer, depth + 1, &mut |taken, at| {
                        any |= taken != Taken::Nothing;
                        if taken != Taken::Nothing {
                            done(taken, at);
                        }
                    })?;
                } else {
                    lexer.skip()?;
                }
            }
            if !any {
                done(taken, start);
            }
            Ok(())
        }
        _ => {
            let start = lexer.skip()?.start;
            done(Taken::Nothing, start);
            Ok(())
        }
    }
}

/// What was seen of an object.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// An object that was not looked into.
    object: bool,
    list: bool,
}

/// One object, and whether it holds lists or objects.
fn object<'a>(reading: &mut LineInput<'a>, lexer: &mut Lexer<'a>) -> Lex<(Taken, bool)> {
    let (start, mark) = (lexer.offset(), lexer.mark());
    let mut line = Line::at(reading.builder, start);
    let mut seen = Seen::default();
    let read = members(reading, lexer, &mut line, StringId::EMPTY, Into::Known, 0, &mut seen);
    if let Err(stop) = read {
        line.clear(reading.builder);
        return Err(stop);
    }
    if !line.has_trace() && (seen.object || seen.list) {
        line.clear(reading.builder);
        lexer.rewind(mark);
        members(reading, lexer, &mut line, StringId::EMPTY, Into::Every, 0, &mut seen)?;
    }
    let lists = seen.list || seen.object;
    if !line.has_trace() && !lists {
        scan_traceparent(reading, &mut line, start, lexer.offset());
    }
    let says = line.says_something();
    line.finish(reading);
    if line.has_trace() {
        reading.add_line(&mut line);
        return Ok((Taken::Line, lists));
    }
    line.clear(reading.builder);
    Ok((if says { Taken::WithoutTrace } else { Taken::Nothing }, lists))
}

fn members<'a>(
    reading: &mut LineInput<'a>,
    lexer: &mut Lexer<'a>,
    line: &mut Line,
    around: StringId,
    into: Into,
    depth: u32,
    seen: &mut Seen,
) -> Lex<()> {
    let mut cursor = lexer.begin_object()?;
    let mut last = reading.logs.layout.root(0);
    loop {
        let before = lexer.offset();
        let known = if depth == 0 { reading.logs.layout.follow(lexer.input(), before, last) } else { None };
        let (key, field) = match known {
            Some((phrase, known, end)) => {
                lexer.go_on(&mut cursor, end);
                last = phrase;
                known
            }
            None => {
                let Some(name) = lexer.any_member(&mut cursor)? else { return Ok(()) };
                let mut key = reading.intern(name);
                if depth > 0 {
                    key = reading.logs.fields.join(reading.input.builder, around, key);
                }
                let field = reading.logs.fields.of(reading.input.builder, key);
                if depth == 0 {
                    lexer.skip_whitespace();
                    last = reading.logs.layout.learn(last, &lexer.input()[before..lexer.offset()], (key, field));
                }
                (key, field)
            }
        };
        if let Some(text) = lexer.plain_string() {
            line.take(reading, field, key, Found { text, shape: Shape::Text });
            continue;
        }
        let (text, shape) = match lexer.peek()? {
            Kind::String => (lexer.string()?, Shape::Text),
            Kind::Number => {
                let number = lexer.number()?;
                (Text { start: number.start, end: number.end, escaped: false }, Shape::Number)
            }
            Kind::Object if depth < DEPTH && (into == Into::Every || field.holds_fields()) => {
                members(reading, lexer, line, key, into, depth + 1, seen)?;
                continue;
            }
            // The scopes around a line, as .NET lists them.
            Kind::Array if into == Into::Every && depth < DEPTH && reading.builder.string(key).ends_with("Scopes") => {
                let mut first = lexer.begin_array()?;
                while lexer.element(&mut first)? {
                    match lexer.peek()? {
                        Kind::Object => members(reading, lexer, line, key, into, depth + 1, seen)?,
                        _ => {
                            lexer.skip()?;
                        }
                    }
                }
                continue;
            }
            Kind::Array if depth == 0 && field == Field::Container && key_value_list(reading, lexer, line)? => continue,
            kind => {
                seen.object |= kind == Kind::Object;
                seen.list |= kind == Kind::Array;
                let range = lexer.skip()?;
                (Text { start: range.start as u32, end: range.end as u32, escaped: false }, Shape::Json)
            }
        };
        line.take(reading, field, key, Found { text, shape });
    }
}

/// Attributes as OpenTelemetry's SDK for Go prints them, `[{"Key": …, "Value": {"Type": …, "Value": …}}]`; whether such a list stands next. Else
/// nothing is read.
#[cold]
#[inline(never)]
fn key_value_list<'a>(reading: &mut LineInput<'a>, lexer: &mut Lexer<'a>, line: &mut Line) -> Lex<bool> {
    let mark = lexer.mark();
    let mut first = lexer.begin_array()?;
    while lexer.element(&mut first)? {
        let node = lexer.node()?;
        let (Some(key), Some(value)) = (node.text_of("Key"), node.at(&["Value", "Value"])) else {
            lexer.rewind(mark);
            return Ok(false);
        };
        let key = reading.builder.intern(key);
        let text = Text { start: value.start, end: value.end, escaped: false };
        let found = match value.data {
            Data::Text(_) => {
                Found { text: Text { start: text.start + 1, end: text.end - 1, escaped: true }, shape: Shape::Text }
            }
            Data::Number(_) => Found { text, shape: Shape::Number },
            _ => Found { text, shape: Shape::Json },
        };
        let field = reading.logs.fields.of(reading.input.builder, key);
        line.take_seldom(reading, field, key, found);
    }
    Ok(true)
}

/// The object that ends a text line, as a member of its line: what stands before it was put there by a collector, or by a library that writes
/// the fields of a line so. Where it begins.
pub fn at_end(reading: &mut LineInput<'_>, line: &mut Line, start: usize, end: usize) -> Option<usize> {
    let bytes = &reading.bytes[..end];
    if bytes.last() != Some(&b'}') {
        return None;
    }
    let mut at = start;
    for _ in 0..TRIES {
        at = simd::find(bytes, at + 1, [b'{'; 3]);
        if bytes.get(at + 1..)?.trim_ascii_start().first() != Some(&b'"') {
            continue;
        }
        let mut lexer = Lexer::new(bytes, at);
        let read = members(reading, &mut lexer, line, StringId::EMPTY, Into::Known, 0, &mut Seen::default());
        // Any object may stand at the end; that of a line says more than a message.
        if read.is_ok() && lexer.offset() == end && (line.has_trace() || line.has_level()) {
            return Some(at);
        }
        line.clear(reading.builder);
    }
    None
}

/// The members that lines had so far, each with those that followed it last: most lines are laid out like one before them, and a key is then
/// known by comparing it.
pub type Layout = Phrases<(StringId, Field)>;

/// Nothing met yet.
pub fn layout() -> Layout {
    Phrases::new(1, (StringId::EMPTY, Field::Attribute))
}

/// Whether the value that begins here is a line of a log, for inputs of another format: an object of moderate size with a trace id, a message and
/// a time or a level, and nothing that only spans have.
pub fn is_line(reading: &mut LineInput<'_>, at: usize) -> bool {
    /// Lines are not longer, but for what is not looked at.
    const GLANCE: usize = 16 * 1024;
    if reading.bytes.get(at) != Some(&b'{') {
        return false;
    }
    let head = &reading.bytes[..reading.bytes.len().min(at + GLANCE)];
    let mut lexer = Lexer::new(head, at);
    let (mut trace, mut message, mut when) = (false, false, false);
    let Ok(mut cursor) = lexer.begin_object() else { return false };
    while let Ok(Some(name)) = lexer.any_member(&mut cursor) {
        let key = reading.intern(name);
        let field = reading.logs.fields.of(reading.input.builder, key);
        match name.bytes(head) {
            b"resourceSpans" | b"spans" | b"endTime" | b"end_time" | b"start" | b"parentSpanContext"
            | b"localEndpoint" | b"operationName" => return false,
            // With any unit.
            name if name.starts_with(b"startTime") || name.starts_with(b"start_time") => return false,
            _ => {}
        }
        let name = name.bytes(head);
        trace |= matches!(field, Field::Trace | Field::DecimalTrace | Field::Traceparent | Field::Xray)
            || matches!(name, b"dd" | b"mdc" | b"contextMap");
        message |= matches!(field, Field::Message | Field::Template) || matches!(name, b"jsonPayload" | b"fields");
        when |= matches!(field, Field::Time(_) | Field::Level | Field::Seconds);
        if lexer.skip().is_err() {
            return false;
        }
    }
    trace && message && when
}
