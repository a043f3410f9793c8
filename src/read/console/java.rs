//! `LoggingSpanExporter` of Java: a log line for each span, with its name, ids, kind and attributes, and no times.
//!
//! ```text
//! … LoggingSpanExporter - 'GET /cart' : <trace id> <span id> SERVER [tracer: http:1.0] AttributesMap{data={http.route=/cart}, capacity=128, …}
//! ```
//! A document may have wrapped the lines, so that any blank can be the end of one.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::parts::{Assembler, Parts};
use super::Between;
use super::lines::{NO_TIMES_NO_PARENTS, Source, equations};
use super::model;
use crate::error::WarningKind;
use crate::json::{Lex, Lexer};
use crate::simd;

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-java",
    name: "Java logging exporter",
    produced_by: "`LoggingSpanExporter` of OpenTelemetry for Java",
    shapes: "log lines with name, ids, kind and attributes; they have no times",
    detect,
    read,
};

const TRACER: &str = "[tracer:";
/// How far in front of `[tracer:` a span's line may begin: names are short.
const REACH: usize = 2000;

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let text = String::from_utf8_lossy(shape.head());
    text.match_indices(TRACER).any(|(at, _)| head(&text, 0, at).is_some()).then_some("it has spans with a [tracer: …]")
}

/// Beginnings of the documents that `OtlpJsonLoggingSpanExporter` logs.
const OTLP: [&str; 2] = ["{\"resource\":", "{\"resourceSpans\":"];

/// Where a document of OTLP begins in a log line; prefixes are short.
fn otlp_in(line: &[u8]) -> Option<usize> {
    let start = &line[..line.len().min(REACH)];
    let mut at = 0;
    loop {
        at = simd::find(start, at, [b'{'; 3]);
        let rest = start.get(at..).filter(|rest| !rest.is_empty())?;
        if OTLP.iter().any(|mark| rest.starts_with(mark.as_bytes())) {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether log lines hold documents of OTLP with spans.
pub(in crate::read) fn logs_otlp(shape: &Shape<'_>) -> bool {
    !shape.is_json()
        && shape.lines().any(|line| {
            otlp_in(line.as_bytes())
                .is_some_and(|at| at > 0 && !line.starts_with('{') && line[at..].contains("Spans\":"))
        })
}

/// Whether one of the lines holds a document.
pub(in crate::read) fn holds_otlp(bytes: &[u8]) -> bool {
    bytes.split(|b| *b == b'\n').any(|line| otlp_in(line).is_some())
}

/// Reads the documents that log lines hold behind their prefixes; other lines are counted.
pub(in crate::read) fn logged<'a>(
    reading: &mut Reading<'a>,
    read: &mut impl FnMut(&mut Reading<'a>, &mut Lexer<'a>) -> Lex<()>,
) {
    let bytes = reading.bytes;
    let line_end =
        |at: usize| bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |length| at + length + 1);
    let mut between = Between::default();
    let mut at = 0;
    while at < bytes.len() {
        let end = line_end(at);
        let Some(start) = otlp_in(&bytes[at..end]) else {
            if let Some(next) = reading.log_line(at) {
                at = next;
                continue;
            }
            let line = String::from_utf8_lossy(&bytes[at..end]);
            // Its own line in front of the document's.
            if !line.contains("OtlpJsonLoggingSpanExporter") {
                between.line(at, &line);
            }
            at = end;
            continue;
        };
        between.end(reading);
        // The head of a log's line has no keys of JSON: they are of a document that has lost its beginning.
        if bytes[at..at + start].windows(2).any(|pair| pair == b"\":") {
            let reason = "Expected a log's words before a document, found the rest of another one.".to_owned();
            reading.skip(WarningKind::Skipped, at, reason);
        }
        let mut lexer = Lexer::new(bytes, at + start);
        at = match read(reading, &mut lexer) {
            Ok(()) => {
                let behind = lexer.offset();
                let end = line_end(behind);
                if let Some(text) = bytes[behind..end].iter().position(|byte| !byte.is_ascii_whitespace()) {
                    let found = super::super::found_at(bytes, behind + text);
                    let reason = format!("Expected the end of the line behind a document, found {found}.");
                    reading.skip(WarningKind::Skipped, behind + text, reason);
                }
                end
            }
            Err(_) => {
                reading.builder.forget_span_warnings();
                let error = lexer.error();
                let place = error.offset.min(bytes.len() - 1);
                let reason =
                    format!("Expected {}, found {}.", error.kind.expected(), super::super::found_at(bytes, place));
                reading.broken(WarningKind::Skipped, place, reason);
                line_end(place).max(end)
            }
        };
    }
    between.end(reading);
}

/// What stands in front of `[tracer:`.
struct Head<'t> {
    /// Where the name's quote is.
    start: usize,
    name: &'t str,
    trace: &'t str,
    span: &'t str,
    kind: &'t str,
}

/// `'name' : <trace id> <span id> KIND ` between `from` and `to`.
fn head(text: &str, from: usize, to: usize) -> Option<Head<'_>> {
    let mut from = from.max(to.saturating_sub(REACH));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let window = &text[from..to];
    let mut words = window.split_whitespace().rev();
    let (kind, span, trace) = (words.next()?, words.next()?, words.next()?);
    let hex = |word: &str, digits| word.len() == digits && word.bytes().all(|b| b.is_ascii_hexdigit());
    if !hex(trace, 32) || !hex(span, 16) {
        return None;
    }
    let trace_at = trace.as_ptr() as usize - window.as_ptr() as usize;
    let named = window[..trace_at].trim_end().strip_suffix(':')?.trim_end().strip_suffix('\'')?;
    // A name may have an apostrophe: the quote that opens it is the one behind the logger.
    let open = [" - '", ": '", "\n'"].iter().filter_map(|mark| named.rfind(mark).map(|at| at + mark.len() - 1)).max();
    let open = open.or_else(|| named.starts_with('\'').then_some(0)).or_else(|| named.rfind('\''))?;
    Some(Head { start: from + open, name: &named[open + 1..], trace, span, kind })
}

fn read(reading: &mut Reading<'_>) {
    let text = String::from_utf8_lossy(reading.bytes);
    let source = Source { text: &text, place: None };
    let text = source.text;
    let mut out = Assembler::default();
    let mut between = Between::default();
    let mut done = 0;
    for (at, _) in text.match_indices(TRACER) {
        let Some(head) = head(text, done, at) else { continue };
        other_lines(reading, &mut between, text, done, head.start);
        let mut span = Parts::at(source.offset(head.start) as u32);
        span.name = reading.builder.intern(&one_line(head.name));
        span.trace = reading.trace_of(head.trace);
        span.id = reading.span_of(head.span);
        model::kind_of_name(&mut span, head.kind);
        let behind = at + TRACER.len();
        // A span of which the next one's line took the end off has no bracket of its own.
        let next = text[behind..].find(TRACER).map_or(text.len(), |next| behind + next);
        let Some(close) = text[behind..next].bytes().take(REACH).position(|b| b == b']') else { continue };
        let tracer = one_line(text[behind..behind + close].trim());
        let (name, version) = tracer.split_once(':').unwrap_or((&tracer, ""));
        span.scope = (reading.builder.intern(name.trim()), reading.builder.intern(version.trim()));
        let (attributes, end) = braces(&text[..next], behind + close + 1);
        for (key, value) in equations(&one_line(attributes), ", ") {
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            let pair = (reading.builder.intern(key), reading.made_text(value));
            span.attributes.push(pair);
        }
        out.push(reading, &span);
        done = end;
        reading.guess(NO_TIMES_NO_PARENTS);
    }
    other_lines(reading, &mut between, text, done, text.len());
}

/// Tells of lines between two spans that no span's line begins with.
fn other_lines(reading: &mut Reading<'_>, between: &mut Between, text: &str, from: usize, to: usize) {
    let mut at = from;
    // The span's own line begins with the logger, which may be wrapped.
    let own = text[from..to].rfind("LoggingSpanExporter").map_or(to, |logger| from + logger);
    let own = text[from..own].trim_end_matches("io.opentelemetry.exporter.logging.").trim_end().len() + from;
    let own = text[from..own].rfind('\n').map_or(from, |newline| from + newline + 1);
    for line in text[from..own].split_inclusive('\n') {
        between.line(at, line);
        at += line.len();
    }
    between.end(reading);
}

/// Blanks and ends of lines as one blank.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands in the inner braces of `AttributesMap{data={…}, capacity=128, totalAddedValues=2}` or in those of `{…}`, and the end of all of it.
fn braces(text: &str, from: usize) -> (&str, usize) {
    let rest = &text[from..];
    let blanks = rest.len() - rest.trim_start().len();
    let body = &rest[blanks..];
    let (start, close) = match body.strip_prefix("AttributesMap{") {
        Some(inner) => {
            let data = inner.find("data=").map_or(0, |at| at + "data=".len());
            let skipped = body.len() - inner[data..].trim_start().len();
            (skipped + 1, "}, capacity=")
        }
        None if body.starts_with('{') => (1, "}"),
        None => return ("", from),
    };
    // Of the short form the line is all there is; a document wraps the long one.
    let limit = match close {
        "}" => body.find('\n').unwrap_or(body.len()),
        _ => body.len(),
    };
    let inner = body.get(start..limit).unwrap_or_default();
    let wrapped =
        |inner: &str| inner.find("capacity=").map(|at| inner[..at].trim_end().trim_end_matches(',').trim_end().len());
    let end = match close {
        "}" => inner.rfind('}'),
        _ => wrapped(inner).map(|end| inner[..end].trim_end_matches('}').len()),
    };
    match end {
        Some(end) => {
            let after = start + end;
            let tail = body[after..].find('}').map_or(after, |at| after + at + 1);
            let tail = match close {
                "}" => tail,
                _ => body[tail..].find('}').map_or(tail, |at| tail + at + 1),
            };
            (&inner[..end], from + blanks + tail)
        }
        None => ("", from),
    }
}
