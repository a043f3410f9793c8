//! Log lines as text: logfmt, Sleuth's and Micrometer's brackets, `[trace_id=… span_id=…]`, access logs with a traceparent, and any line that
//! names a trace somehow.
//!
//! ```text
//!  2026-11-22 07:14:01,375 INFO [shop,5ec…,2f7…] 1 --- [main] o.s.Orders : order placed duration=12ms
//!  └──────── date ───────┘ └lvl┘└── brackets ──┘  └───── head ─────────┘  └─ message ─┘ └─ pairs ──┘
//! ```
//! A line is cut into words, quoted texts, groups in brackets and `key=value` pairs; what they are is asked in that order. Lines that begin no
//! line of their own (stack traces) belong to the line before.

use super::super::ids::{self, Base64, span_number};
use super::super::input::NO_ZONE;
use super::dates::{NO_YEAR, Zone, find_date};
use super::fields::Field;
use super::json;
use super::level::Level;
use super::line::{Found, Line, Shape, told_duration};
use super::pieces::{Piece, PieceKind, Pieces, key_length, quoted, value_end};
use super::scan::{ids_behind_names, scan};
use super::state::{LineInput, OwnKey, Taken};
use crate::json::Text;
use crate::simd;
use crate::store::{Encoding, NO_TIME, SpanKey, TraceKey};
use crate::strings::StringId;

/// Between a date and a message stands no more than a process, a file and a line.
const DATE_TO_MESSAGE: usize = 128;

/// How the last line begins that AWS Lambda prints of a call; its trace is told in the next line.
pub const LAMBDA: &str = "REPORT RequestId: ";

/// What stands between the parts of a line.
const SEPARATORS: [char; 8] = [' ', '\t', '-', '|', ':', '>', ',', ';'];

/// Groups of a line that are looked at.
const GROUPS: usize = 16;

/// Where the line that begins here ends, and where the next one begins.
pub fn line_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let end = simd::find(bytes, start, [b'\n'; 3]);
    let next = bytes.len().min(end + 1);
    (if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }, next)
}

/// The text of the line that begins here, unless it is none, where it ends, and where the next one begins.
#[inline(never)]
pub fn line(bytes: &[u8], start: usize) -> (Option<&str>, usize, usize) {
    let (end, next) = line_end(bytes, start);
    (simd::text(&bytes[start..end]), end, next)
}

/// A text line; what was made of it, and where the next one begins.
pub fn take(reading: &mut LineInput<'_>, start: usize) -> (Taken, usize) {
    let bytes = reading.bytes;
    if bytes[start..].starts_with(RECORD) || bytes[start..].starts_with(COLLECTOR) {
        return (reading.logs.record)(reading, start);
    }
    let (end, mut next) = match reading.logs.ahead {
        Some((place, _)) if place == start => reading.logs.end_ahead,
        _ => line_end(bytes, start),
    };
    let Some(text) = simd::text(&bytes[start..end]) else { return (Taken::Nothing, next) };
    let mut line = Line::at(reading.builder, start);
    let logs = &reading.logs;
    let pairs = match logs.ahead {
        // The first word is a date.
        Some((place, Some(date)))
            if place == start && date.start == 0 && bytes.get(start + date.end) == Some(&b' ') =>
        {
            false
        }
        _ => logs.pairs.follow(bytes, start, logs.pairs.root(0)).is_some() || is_logfmt(text.as_bytes()),
    };
    let alone = pairs && !text.ends_with('}') && pairs_alone(reading, &mut line, text, start);
    let dated = !alone && parse(reading, &mut line, text, start, pairs);
    let log = dated || line.level != Level::Unsaid || line.has_trace() || text.starts_with(LAMBDA);
    // What follows without beginning a line of its own.
    let (mut first, mut last) = (next, next);
    if log {
        while next < bytes.len() {
            if !dated && next == first && !may_continue(bytes[next]) {
                break;
            }
            let (end, behind) = line_end(bytes, next);
            // Spring puts an empty line in front of a stack trace.
            if dated && next == end && next == first && bytes[line_end(bytes, behind).1..].starts_with(b"\tat ") {
                (first, next) = (behind, behind);
                continue;
            }
            let mut ahead = None;
            let dates = &mut reading.logs.dates;
            if !continues(&bytes[next..end], dated, next > first, &mut |text| {
                ahead.insert(find_date(text, dates)).is_some()
            }) {
                reading.logs.ahead = ahead.map(|date| (next, date));
                reading.logs.end_ahead = (end, behind);
                break;
            }
            if !bytes[next..end].trim_ascii().is_empty() {
                last = end;
            }
            next = behind;
        }
    }
    if !line.has_trace() && last > first {
        // Also each field in a line of its own, as pino-pretty prints them.
        let id = ids_behind_names(reading, &mut line, first, last);
        if is_scope(&bytes[first..last]) || ends_with_a_number(text) {
            first = scope(reading, &mut line, first, last, id);
        }
    }
    line.finish(reading);
    if !line.has_trace() {
        line.clear(reading.builder);
        return (if log { Taken::WithoutTrace } else { Taken::Nothing }, next);
    }
    if last > first && std::str::from_utf8(&bytes[first..last]).is_ok() {
        let more = &bytes[first..last];
        let value = reading.slice_value(Encoding::Text, first as u32, last as u32);
        let trace = is_stack(more);
        line.failed |= trace && line.level == Level::Unsaid;
        line.extend(reading.builder, if trace { "exception.stacktrace" } else { "message.more" }, value);
    }
    if !pairs {
        // Thread, logger, place in the code and whatever else a pattern puts there.
        let whole = reading.slice_value(Encoding::Text, start as u32, end as u32);
        let key = reading.own_key(OwnKey::Original);
        reading.builder.extend_attributes(&mut line.attributes, key, whole);
    }
    reading.add_line(&mut line);
    (Taken::Line, next)
}

/// Whether this is the line of scopes that .NET's simple console logger puts under the first one, which names the logger; the ids of the span
/// are in one of them.
pub fn is_scope(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"=> ") && line[..line_end(line, 0).0].windows(8).any(|window| window == b"TraceId:")
}

/// Whether a line ends as the first one of .NET's does: `Shop.Orders[12]`.
fn ends_with_a_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_suffix(']').and_then(|text| text.rsplit_once('[')).is_some_and(|(_, number)| digits(number))
}

/// Takes in the scopes that begin at `start`, if there are any, and the message in the line behind them, up to where the first id is named;
/// where the rest begins.
fn scope(reading: &mut LineInput<'_>, line: &mut Line, start: usize, last: usize, id: usize) -> usize {
    let mut message = start;
    if is_scope(&reading.bytes[start..last]) {
        let (end, behind) = line_end(reading.bytes, start);
        let key = reading.builder.intern("scopes");
        let indented = reading.bytes[start..end].len() - reading.bytes[start..end].trim_ascii_start().len();
        let text = Text { start: (start + indented) as u32, end: end as u32, escaped: false };
        line.keep(reading, key, Found { text, shape: Shape::Text });
        message = behind;
    }
    if message >= last {
        return last;
    }
    let (end, rest) = line_end(reading.bytes, message);
    let said = reading.bytes[message..end].trim_ascii_start().len();
    let named = if end - said < id { end.min(id) } else { end };
    line.say(reading, end - said, named);
    rest
}

/// How each line of a record begins that .NET's console exporter prints.
pub const RECORD: &[u8] = b"LogRecord.";
/// How a record of the Collector's begins.
pub const COLLECTOR: &[u8] = b"LogRecord #";

/// Nothing but pairs, as far as the first piece tells.
fn is_logfmt(content: &[u8]) -> bool {
    Pieces { text: content, at: 0 }.next().is_some_and(|piece| matches!(piece.kind, PieceKind::Pair(_)))
}

/// Whether a line with this first byte may belong to one that begins with no date.
fn may_continue(first: u8) -> bool {
    matches!(first, b' ' | b'\t' | b'T' | b'X' | b'C' | b'g' | b'p' | b'a' | b'.')
}

/// Whether a line belongs to the one before. `dated`: that one begins with a date, as all of its kind do; `more`: another one did.
fn continues(text: &[u8], dated: bool, more: bool, has_date: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    let trimmed = text.trim_ascii();
    if trimmed.is_empty() {
        return false;
    }
    let starts = |prefix: &[u8]| trimmed.starts_with(prefix);
    if matches!(trimmed[0], b'{' | b'[') || starts(LAMBDA.as_bytes()) || starts(COLLECTOR) {
        return false;
    }
    let may = matches!(text[0], b' ' | b'\t')
        || starts(b"Traceback (")
        || starts(b"XRAY TraceId: ")
        || starts(b"Caused by:")
        || starts(b"goroutine ")
        || starts(b"panic:")
        || starts(b"at ")
        || starts(b"...");
    // What is asked first is what most lines answer at once.
    if !may && !dated && !more || has_date(text) {
        return false;
    }
    if may {
        return true;
    }
    // A line of another log has ids or a level of its own.
    !has_pairs(trimmed) && Level::of(first_word(trimmed)).is_none()
}

fn first_word(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(text.len());
    &text[..end]
}

fn has_pairs(text: &[u8]) -> bool {
    Pieces { text, at: 0 }.take(8).filter(|piece| matches!(piece.kind, PieceKind::Pair(_))).count() >= 3
}

/// Whether lines are those of a stack trace.
fn is_stack(text: &[u8]) -> bool {
    let has = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    has(b"Traceback (")
        || has(b"\tat ")
        || has(b"    at ")
        || has(b"Caused by:")
        || has(b"goroutine ")
        || has(b"  File \"")
        || has(b"panic")
}

/// Reads what a line says; whether it has a date.
/// `pairs`: nothing but pairs, as far as its first piece tells.
fn parse(reading: &mut LineInput<'_>, line: &mut Line, text: &str, start: usize, pairs: bool) -> bool {
    let whole = text.trim_ascii_end().len();
    let object = json::at_end(reading, line, start, start + whole);
    let text = object.map_or(text, |object| &text[..object - start]);
    let content = text.as_bytes();
    let end = start + text.len();
    let logfmt = if object.is_none() { pairs } else { is_logfmt(content) };
    let mut at = 0;
    let mut dated = false;
    let ahead = reading.logs.ahead.take().filter(|(place, _)| *place == start);
    let date = match ahead {
        _ if logfmt => None,
        Some((_, date)) => date,
        None => find_date(content, &mut reading.logs.dates),
    };
    if let Some(date) = date.filter(|date| date.end <= content.len()) {
        match date.zone {
            Zone::Told => {}
            Zone::Unsaid => reading.guess(NO_ZONE),
            Zone::Day => reading.guess("Times without a date count from midnight."),
            Zone::Year => reading.guess(NO_YEAR),
            Zone::Month => reading.guess("Dates with slashes are taken to begin with the month."),
        }
        if line.time == NO_TIME {
            line.time = date.ns;
        }
        at = date.end;
        dated = true;
        // `E0301 10:15:30.123456       1 orders.go:22] "Order failed"`, as Kubernetes' programs have it.
        if let (1, Some(letter)) = (date.start, content.first())
            && letter.is_ascii_uppercase()
        {
            line.level = match letter {
                b'I' => Level::Fine,
                b'W' => Level::Warning,
                _ => Level::Error,
            };
            at += content[at..].iter().take(DATE_TO_MESSAGE).position(|byte| *byte == b']').map_or(0, |end| end + 1);
        }
        // `2026-11-22 07:14:01.3750|INFO|Shop.Orders|order placed`, as NLog has it.
        for _ in 0..2 {
            let field = content[at..].strip_prefix(b"|").unwrap_or_default();
            let Some(length) = field.iter().position(|byte| *byte == b'|') else { break };
            let piece = Piece { kind: PieceKind::Word, start: at + 1, end: at + 1 + length };
            if line.level == Level::Unsaid && !level(reading, line, start, content, piece)
                || field[..length].contains(&b' ')
            {
                break;
            }
            at = piece.end;
        }
        // A level may stand before the date.
        for piece in (Pieces { text: &content[..date.start], at: 0 }).filter(|piece| piece.kind == PieceKind::Word) {
            level(reading, line, start, content, piece);
        }
    }
    if !dated && !logfmt {
        at = level_and_logger(reading, line, start, content);
    }
    // Where the head ends, and the message behind it; where the last run of pairs begins.
    let (mut head, mut in_head) = (at, true);
    // What stands before the last group that ends the head: it is the message if nothing stands behind it.
    let mut before_group = (at, at);
    let mut pairs_from = None;
    // The dashes of Spring's pattern, and the end of the colon before its message.
    let (mut spring, mut colon) = (None, None);
    let mut groups: [Option<Piece>; 4] = [None; 4];
    let mut request = None;
    let (mut group_count, mut seen) = (0, 0);
    let mut pieces = Pieces { text: content, at };
    loop {
        if !in_head && (spring.is_none() || colon.is_some()) {
            // Words of a message say nothing.
            let before = pieces.at;
            let more = pieces.pass_words();
            let passed = &content[before..if more { pieces.at } else { content.len() }];
            if passed.iter().any(|byte| !matches!(byte, b' ' | b'\t' | b',' | b';')) {
                pairs_from = None;
            }
            if !more {
                break;
            }
        }
        let Some(piece) = pieces.next() else { break };
        let is_pair = matches!(piece.kind, PieceKind::Pair(_));
        match piece.kind {
            PieceKind::Pair(equals) => {
                let known = pair(reading, line, start, content, piece, equals);
                // Behind a logger, which is one word.
                let logger = between(text, head, piece.start);
                if known && (in_head || pairs_from.is_none() && !logger.contains(' ')) {
                    if !logger.is_empty() {
                        before_group = (head, piece.start);
                    }
                    head = piece.end;
                } else {
                    in_head = false;
                    pairs_from = pairs_from.or(Some(piece.start));
                }
            }
            PieceKind::Group => {
                let inner = (piece.start + 1, piece.end - 1);
                seen += 1;
                let known = seen <= GROUPS && group(reading, line, start, content, inner);
                if group_count < groups.len() && !known {
                    groups[group_count] = Some(piece);
                    group_count += 1;
                }
                let last = || content[piece.end..].trim_ascii().is_empty();
                if in_head || known && (!text[head..piece.start].contains(": ") || last()) {
                    if !in_head {
                        before_group = (head, piece.start);
                    }
                    head = piece.end;
                }
            }
            PieceKind::Quoted => {
                if request.is_none() && is_request(&content[piece.start + 1..]) {
                    request = Some((piece.start + 1, piece.end - 1));
                } else if content.len() > piece.start + 57 {
                    line.take_traceparent(
                        reading,
                        content[piece.start + 1..piece.end].trim_ascii_end().strip_suffix(b"\"").unwrap_or_default(),
                    );
                }
                in_head = false;
            }
            PieceKind::Word => {
                let word = &content[piece.start..piece.end];
                match word {
                    b"---" if dated && spring.is_none() => spring = Some(piece.start),
                    b":" if spring.is_some() && colon.is_none() => colon = Some(piece.end),
                    _ => {}
                }
                // Numbers of processes and what separates the parts of a head.
                let mark = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'|' | b':' | b'>' | b'#' | b']');
                if in_head
                    && (line.level == Level::Unsaid && level(reading, line, start, content, piece)
                        || word.iter().all(mark)
                        || word.rsplit(|byte| *byte == b']').next().is_some_and(is_long_id))
                {
                    head = piece.end;
                } else {
                    in_head = false;
                }
            }
        }
        if !is_pair {
            pairs_from = None;
        }
    }
    if let Some(spring) = spring {
        head = colon.unwrap_or(head);
        // Since Spring Boot 3.2: `[app] [thread] [trace-span]`.
        let mut named = groups.iter().flatten().filter(|piece| piece.start > spring);
        if line.service.index() == 0
            && let (Some(app), Some(_)) = (named.next(), named.next())
        {
            line.service = reading.builder.intern(text[app.start + 1..app.end - 1].trim());
        }
    }
    if content[head..].trim_ascii_start().starts_with(LAMBDA.as_bytes()) {
        // The message is cut before it.
        line.duration = told_duration(text);
    }
    // Where ids behind names begin that end the line, behind its message.
    let mut named = content.len();
    if !line.has_trace() {
        let first = ids_behind_names(reading, line, start, end) - start;
        // A name with its colon, or an id with what stands around it.
        let is_named = |part: &str| part.contains(':') || !part.bytes().any(|b| matches!(b | 32, b'g'..=b'z'));
        if !between(text, head, first).is_empty() && text[first..].split([' ', ',']).all(is_named) {
            named = first;
        }
    }
    if !line.has_trace() {
        scan(reading, line, start, end);
    }
    if let Some((from, to)) = request.filter(|(from, to)| from < to) {
        let quoted = &text[from..to];
        let mut words = quoted.split(' ');
        if let (Some(method), Some(path)) = (words.next(), words.next()) {
            let path = path.split('?').next().unwrap_or_default();
            line.request(reading.builder, &format!("{method} {path}"));
        }
        line.say(reading, start + from, start + to);
    } else if !line.has_message() {
        let to = pairs_from.unwrap_or(named);
        let to = if to > head { to } else { content.len() };
        let mut said = text.get(head..to).unwrap_or_default();
        if said.trim_start_matches(SEPARATORS).is_empty() && before_group.0 < before_group.1 {
            said = between(text, before_group.0, before_group.1);
        }
        let trimmed = said.trim_start_matches(SEPARATORS);
        let mut said = trimmed.trim_end();
        // `(program/7): message`, as pino-pretty has it.
        let program = said.strip_prefix('(').and_then(|said| said.split_once("): "));
        if let Some((program, message)) = program.filter(|(program, _)| program.ends_with(|c: char| c.is_ascii_digit()))
        {
            if let Some((name, _)) = program.rsplit_once('/') {
                line.service = reading.builder.intern(name);
            }
            said = message;
        }
        // Ids in columns of their own.
        while said.as_bytes().last_chunk::<16>().is_some_and(|last| is_id(last))
            && let Some((front, _)) = said.rsplit_once('|').filter(|(_, last)| is_id(last.trim_ascii().as_bytes()))
        {
            said = front.trim_ascii_end();
        }
        let from = text.len().min(said.as_ptr() as usize - text.as_ptr() as usize);
        if to < content.len() {
            said = said.trim_end_matches(['|', ' ', '{', '(']);
            // The logger that structlog puts in a column behind the message.
            let column = said.strip_suffix(']').and_then(|said| said.rsplit_once("  ["));
            said = column.map_or(said, |(said, _)| said.trim_end());
        }
        line.say(reading, start + from, start + from + said.len());
    }
    dated
}

/// What stands there without the marks around it.
#[inline(never)]
fn between(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default().trim_matches(SEPARATORS)
}

/// Takes in what Python's logging puts before a message if it is told nothing else, `INFO:shop.orders:`; where the message begins.
fn level_and_logger(reading: &mut LineInput<'_>, line: &mut Line, start: usize, content: &[u8]) -> usize {
    let end = first_word(content).len();
    let name = end + 1;
    let logger = content.get(name..).unwrap_or_default();
    let length = logger.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte)).count();
    let behind = name + length + 1;
    if length == 0 || content[end] != b':' || content.get(behind - 1) != Some(&b':') {
        return 0;
    }
    let piece = Piece { start: 0, end, kind: PieceKind::Word };
    if !level(reading, line, start, content, piece) {
        return 0;
    }
    let text = Text { start: (start + name) as u32, end: (start + behind - 1) as u32, escaped: false };
    let key = reading.builder.intern("logger");
    line.keep(reading, key, Found { text, shape: Shape::Text });
    behind
}

/// Takes a level in, also with brackets or a colon around it.
fn level(reading: &mut LineInput<'_>, line: &mut Line, start: usize, content: &[u8], piece: Piece) -> bool {
    let (mut from, mut to) = (piece.start, piece.end);
    while from < to && matches!(content[from], b'[' | b'<' | b'(' | b'|') {
        from += 1;
    }
    while to > from && matches!(content[to - 1], b']' | b'>' | b')' | b':' | b'|' | b',' | b' ') {
        to -= 1;
    }
    // `ERRO[0003]`, as logrus has it.
    if let [.., b'[', _, _, _, _] = content[from..to] {
        to -= 5;
    }
    // `production.ERROR:`, as Monolog has it.
    if piece.end > to && content[piece.end - 1] == b':' {
        let mut name = to;
        while name > from && content[name - 1].is_ascii_uppercase() {
            name -= 1;
        }
        if name > from && content[name - 1] == b'.' {
            from = name;
        }
    }
    let Some(level) = Level::of(&content[from..to]) else { return false };
    line.level = line.level.max(level);
    let key = reading.own_key(OwnKey::Level);
    let text = Text { start: (start + from) as u32, end: (start + to) as u32, escaped: false };
    line.keep(reading, key, Found { text, shape: Shape::Text });
    true
}

/// Takes in a line that is nothing but pairs with one blank between them and that says all of a line; else it is to be read otherwise, and
/// nothing is taken in.
fn pairs_alone(reading: &mut LineInput<'_>, line: &mut Line, text: &str, start: usize) -> bool {
    let content = text.as_bytes();
    let (mut at, mut last) = (0, reading.logs.pairs.root(0));
    while at < content.len() {
        // There is no end of a line in what is known: it stands in this one.
        let (key, from) = match reading.logs.pairs.follow(reading.input.bytes, start + at, last) {
            Some((phrase, key, from)) => {
                last = phrase;
                (key, from - start)
            }
            None => {
                let begin = at + usize::from(at > 0 && content[at] == b' ');
                let name = key_length(&content[begin..]);
                if name == 0 || (at > 0 && begin == at) || content.get(begin + name) != Some(&b'=') {
                    line.clear(reading.builder);
                    return false;
                }
                let name = begin..begin + name;
                let key = reading.builder.intern_bytes(&content[name.clone()]);
                let key = (key, reading.logs.fields.of(reading.input.builder, key));
                last = reading.logs.pairs.learn(last, &content[at..=name.end], key);
                (key, name.end + 1)
            }
        };
        let (to, backslash) = match content.get(from) {
            Some(b'"') => quoted(content, from),
            _ => (value_end(content, from), false),
        };
        value(reading, line, start, content, from, to, key.0, key.1, backslash);
        at = to;
    }
    let whole = line.has_trace() && line.has_message();
    if !whole {
        line.clear(reading.builder);
    }
    whole
}

/// Takes a pair in; whether its key is one of those that spans are made of.
fn pair(
    reading: &mut LineInput<'_>,
    line: &mut Line,
    start: usize,
    content: &[u8],
    piece: Piece,
    equals: usize,
) -> bool {
    let key = reading.builder.intern_bytes(&content[piece.start..equals]);
    let field = reading.logs.fields.of(reading.input.builder, key);
    let backslash = content.get(equals + 1) == Some(&b'"') && content[equals + 1..piece.end].contains(&b'\\');
    value(reading, line, start, content, equals + 1, piece.end, key, field, backslash);
    matches!(
        field,
        Field::Trace
            | Field::Span
            | Field::Parent
            | Field::DecimalTrace
            | Field::DecimalSpan
            | Field::Flags
            | Field::Service
            | Field::Time(_)
            | Field::Level
            | Field::Traceparent
    )
}

/// The same by the range of its value and by what its key is. `backslash`: there is one in a quoted value.
// Each number is handed over as it is: what is grouped goes through memory.
#[allow(clippy::too_many_arguments)]
fn value(
    reading: &mut LineInput<'_>,
    line: &mut Line,
    start: usize,
    content: &[u8],
    mut from: usize,
    mut to: usize,
    key: StringId,
    field: Field,
    backslash: bool,
) {
    let quote = from;
    let quoted = content.get(from) == Some(&b'"') && to > from + 1 && content[to - 1] == b'"';
    if quoted {
        (from, to) = (from + 1, to - 1);
    }
    if matches!(
        field,
        Field::Trace | Field::Span | Field::Parent | Field::Traceparent | Field::Time(Some(_)) | Field::Began
    ) {
        while from < to && matches!(content[from], b'[' | b'(' | b'{' | b'<') {
            from += 1;
        }
        while from < to && matches!(content[to - 1], b']' | b')' | b'}' | b'>') {
            to -= 1;
        }
    }
    let value = &content[from..to];
    // The escapes of logfmt are those of JSON, or of Go, which has more: then it stays as it is written.
    let escaped = quoted && backslash && crate::json::Lexer::new(content, quote).string().is_ok();
    let text = Text { start: (start + from) as u32, end: (start + to) as u32, escaped };
    let field = match field {
        Field::Container if is_id(value) && reading.builder.string(key) == "span" => Field::Span,
        Field::Container => Field::Attribute,
        field => field,
    };
    let shape = match field {
        // Hexadecimal digits may all be decimal ones.
        Field::Trace | Field::Span | Field::Parent if matches!(value.len(), 16 | 32) => Shape::Text,
        Field::Message | Field::Service | Field::Name => Shape::Text,
        _ if quoted => Shape::Text,
        _ => match value {
            [b'-' | b'0'..=b'9', ..] if is_number(value) => Shape::Number,
            b"true" | b"false" | b"null" => Shape::Json,
            _ => Shape::Text,
        },
    };
    line.take(reading, field, key, Found { text, shape });
}

fn is_number(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == value.len() {
        return digits == 1 || value[0] != b'0';
    }
    // Ids and dates begin as numbers do.
    let number = value[digits..].iter().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    number && std::str::from_utf8(value).is_ok_and(crate::json::is_number)
}

/// What stands between brackets; whether it says something that spans are made of.
fn group(
    reading: &mut LineInput<'_>,
    line: &mut Line,
    start: usize,
    content: &[u8],
    (from, to): (usize, usize),
) -> bool {
    let inner = &content[from..to.max(from)];
    if let Some((trace, span)) = full_ids(inner) {
        if !line.has_trace() {
            (line.trace, line.span) = (trace, span_number(span.value));
        }
        return true;
    }
    if inner.contains(&b'=') {
        let mut known = false;
        for piece in (Pieces { text: &content[..to], at: from }) {
            if let PieceKind::Pair(equals) = piece.kind {
                known |= pair(reading, line, start, content, piece, equals);
            }
        }
        return known;
    }
    if inner.len() < 16 {
        let piece = Piece { kind: PieceKind::Word, start: from, end: to.max(from) };
        return line.level == Level::Unsaid && level(reading, line, start, content, piece);
    }
    let Ok(text) = std::str::from_utf8(inner) else { return false };
    let mut parts = [""; 5];
    let mut count = 0;
    for part in text.split(',').take(5) {
        parts[count] = part.trim();
        count += 1;
    }
    match parts[..count] {
        // `[app,trace,span]`, `[app,trace,span,exportable]`, `[app,trace,span,parent,exportable]`.
        [app, trace, span, ..] if is_trace(trace) && is_span(span) => {
            ids_of(reading, line, trace, span);
            if !app.is_empty() && line.service.index() == 0 {
                line.service = reading.builder.intern(app);
            }
            if count == 5 && is_span(parts[3]) {
                line.parent = span_number(u64::from_str_radix(parts[3], 16).unwrap_or(0));
            }
            true
        }
        [trace, span] if is_trace(trace) && is_span(span) => {
            ids_of(reading, line, trace, span);
            true
        }
        [one] | [_, one] => match one.split_once(['-', '/']) {
            Some((trace, span)) if is_trace(trace) && is_span(span) => {
                ids_of(reading, line, trace, span);
                if count == 2 && line.service.index() == 0 {
                    line.service = reading.builder.intern(parts[0]);
                }
                true
            }
            _ if one.len() == 55 => line.take_traceparent(reading, one.as_bytes()),
            _ => false,
        },
        _ => false,
    }
}

/// Both ids with all of their digits and a dash between them.
fn full_ids(text: &[u8]) -> Option<(TraceKey, SpanKey)> {
    let (trace, rest) = text.split_first_chunk()?;
    let (dash, span) = rest.split_first()?;
    if *dash != b'-' {
        return None;
    }
    Some((ids::full_trace_key(trace)?, ids::full_span_key(span.try_into().ok()?)?))
}

/// The id of a request, as AWS Lambda puts it before each line's level.
fn is_id(word: &[u8]) -> bool {
    matches!(word.len(), 16 | 32) && word.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a word is an id of a request or of a log stream, with dashes or not.
fn is_long_id(id: &[u8]) -> bool {
    id.len() >= 16 && id.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

pub fn is_trace(text: &str) -> bool {
    matches!(text.len(), 16 | 31 | 32 | 15) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_span(text: &str) -> bool {
    (13..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn ids_of(reading: &mut LineInput<'_>, line: &mut Line, trace: &str, span: &str) {
    if !line.has_trace() {
        line.trace = ids::trace_key(reading.builder, trace.as_bytes(), Base64::No).0;
        line.span = span_number(simd::hex_portable(span.as_bytes()).unwrap_or(0));
    }
}

fn is_request(text: &[u8]) -> bool {
    ["GET ", "POST ", "PUT ", "DELETE ", "PATCH ", "HEAD ", "OPTIONS "]
        .iter()
        .any(|method| text.starts_with(method.as_bytes()))
}
