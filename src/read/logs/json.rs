//! Log lines as JSON: pino, winston, zap, slog, logrus, structlog, Serilog's compact form, logback's and Python's encoders, Elastic's common
//! schema, Google's LogEntry, Datadog's.
//!
//! A line is read in one pass: each key is interned and known by its number, text stays a slice of the input. Only where no trace id was found
//! every object inside is looked into, then the text itself, then lists of lines (an answer of a query for logs).

use super::super::documents::Reading;
use super::line::{Found, Line, Shape};
use super::{Taken, text};
use crate::json::{Kind, Lex, Lexer, Text};
use crate::strings::StringId;

/// Objects inside each other that are looked into for fields, and for lists of lines.
const DEPTH: u32 = 8;

/// What to look into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    /// Objects under a key that is known to hold fields.
    Known,
    Every,
}

/// The next value: a line, or lists of lines at any depth. What was made of it, by line.
pub(super) fn document<'a>(
    reading: &mut Reading<'a>,
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
fn object<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<(Taken, bool)> {
    let (start, mark) = (lexer.offset(), lexer.mark());
    let mut line = Line::at(reading.builder, start);
    let mut seen = Seen::default();
    let read = members(reading, lexer, &mut line, StringId::EMPTY, Into::Known, 0, &mut seen);
    if let Err(stop) = read {
        line.clear(reading.builder);
        return Err(stop);
    }
    if !line.has_trace() && seen.object {
        line.clear(reading.builder);
        lexer.rewind(mark);
        members(reading, lexer, &mut line, StringId::EMPTY, Into::Every, 0, &mut seen)?;
    }
    let lists = seen.list || seen.object;
    if !line.has_trace() && !lists {
        text::scan_traceparent(reading, &mut line, start, lexer.offset());
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
    reading: &mut Reading<'a>,
    lexer: &mut Lexer<'a>,
    line: &mut Line,
    around: StringId,
    into: Into,
    depth: u32,
    seen: &mut Seen,
) -> Lex<()> {
    let mut cursor = lexer.begin_object()?;
    while let Some(name) = lexer.any_member(&mut cursor)? {
        let mut key = reading.intern(name);
        if depth > 0 {
            key = reading.logs.fields.join(reading.builder, around, key);
        }
        let field = reading.logs.fields.of(reading.builder, key);
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
            kind => {
                seen.object |= kind == Kind::Object;
                seen.list |= kind == Kind::Array;
                let range = lexer.skip()?;
                (Text { start: range.start as u32, end: range.end as u32, escaped: false }, Shape::Json)
            }
        };
        line.take(reading, field, key, Found { text, shape });
    }
    Ok(())
}

/// Whether the value that begins here is a line of a log, for inputs of another format: an object of moderate size with a trace id, a message and
/// a time or a level, and nothing that only spans have.
pub(super) fn is_line(reading: &mut Reading<'_>, at: usize) -> bool {
    use super::fields::Field;
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
        let field = reading.logs.fields.of(reading.builder, key);
        match name.bytes(head) {
            b"resourceSpans" | b"spans" | b"startTime" | b"start_time" | b"endTime" | b"end_time" | b"start"
            | b"startTimeUnixNano" | b"start_timestamp" | b"parentSpanContext" | b"localEndpoint"
            | b"operationName" => return false,
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
