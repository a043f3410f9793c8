//! Logs whose lines name traces, to traces.
//!
//! ```text
//!  JSON lines ─┐                    ┌─► event in the store's column
//!  text lines ─┼─► Line ─► Lines ───┤                                  ┌─ lines of spans that are there: events of them
//!  OTLP logs  ─┘  (fields)          └─► group (trace, span) ─► resolve ┤
//!                                        after all inputs              └─ the others: spans, with guessed times and parents
//! ```
//! Lines may stand in an input of any format: text and objects between the documents of another format come here too
//! ([`Reading::log_line`]). A log of `tracing-subscriber` names no ids: its spans are paths, see [`rust_tracing`].

pub(super) mod answers;
mod collect;
mod fields;
mod json;
mod line;
pub(super) mod otlp_logs;
mod paths;
pub(super) mod rust_tracing;
mod spans;
mod text;

use super::Format;
use super::InputReport;
use super::detect::Shape;
use super::documents::Reading;
use super::instant::Dates;
use crate::json::{Kind, Lexer};
use crate::store::StoreBuilder;
use crate::strings::StringId;
use collect::{Lines, Tally};
use fields::{Field, FieldTable};
use line::Line;

pub(super) const FORMAT: Format = Format {
    id: "logs",
    name: "Log lines",
    produced_by: "pino, winston, bunyan, zap, slog, logrus, zerolog, Serilog, logback, log4j, structlog, Python's logging, Spring, .NET, Google Cloud Logging, Loki, CloudWatch Logs, Datadog, Elastic, nginx",
    shapes: "JSON lines and lists of them; logfmt; `[app,trace,span]`, `[trace_id=… span_id=…]`; access logs with a traceparent; stack traces; the answers of stores of logs",
    detect,
    read,
};

/// What lines need from the beginning of the first input to the end of the last one.
#[derive(Debug)]
pub(crate) struct Logs {
    /// Of the inputs that are read.
    kept: Lines,
    /// Of the one that is being read.
    lines: Lines,
    fields: FieldTable,
    dates: Dates,
    layout: json::Layout,
    /// Events of the input that is read, and of those before, with the spans that they are given to.
    given: Vec<(u32, u32)>,
    kept_given: Vec<(u32, u32)>,
    /// The date of the line that begins at an offset, if it has one: it was looked for already, to see whether the line before goes on.
    ahead: Option<(usize, Option<text::Date>)>,
}

impl Default for Logs {
    fn default() -> Logs {
        Logs {
            kept: Lines::default(),
            lines: Lines::default(),
            fields: FieldTable::default(),
            dates: Dates::default(),
            layout: json::Layout::new(),
            given: Vec::new(),
            kept_given: Vec::new(),
            ahead: None,
        }
    }
}

impl Logs {
    /// Forgets the lines of the input that is being read.
    pub(super) fn forget(&mut self) {
        self.lines = Lines::default();
        self.given.clear();
        self.forget_places();
    }

    /// Gives events, from one on, to the spans with these numbers, counted from a first one.
    fn give(&mut self, first_event: u32, owners: Vec<u32>, first_span: u32) {
        let given = owners.into_iter().zip(first_event..);
        self.given.extend(given.map(|(span, event)| (event, first_span + span)));
    }

    /// Forgets what is known by its place in an input.
    fn forget_places(&mut self) {
        self.layout = json::Layout::new();
        self.ahead = None;
    }

    /// Keeps the lines of an input that is read; how many there are.
    pub(super) fn keep(&mut self) -> usize {
        let count = self.lines.count();
        self.forget_places();
        self.kept_given.append(&mut self.given);
        self.kept.append(std::mem::take(&mut self.lines));
        count
    }

    /// Makes spans of the lines, or gives them to spans that are there, and tells each input's report.
    pub(super) fn resolve(self, builder: &mut StoreBuilder, reports: &mut [InputReport]) {
        let inputs = builder.input_count();
        let outcomes = spans::resolve(self.kept, self.kept_given, builder, inputs);
        for report in reports {
            let outcome = outcomes[report.input as usize];
            report.spans += outcome.spans;
            report.guesses.extend(outcome.sentences());
        }
    }
}

/// What was made of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Line,
    /// It is a line of a log that names no trace.
    WithoutTrace,
    Nothing,
}

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.is_json() {
        return json_objects(shape);
    }
    // What prints spans, with headings of its own, prints times and ids too.
    let headings = ["ResourceSpans #", "Span #", "Activity.TraceId:", "\tTraceId"];
    if shape.lines().any(|line| headings.iter().any(|heading| line.contains(heading)))
        && !shape.head().starts_with(b"LogRecord.")
    {
        return None;
    }
    let (mut lines, mut logs, mut traced) = (0, 0, 0);
    for line in shape.lines().filter(|line| !line.trim().is_empty()).take(200) {
        let (log, trace) = if text::is_scope(line.as_bytes()) { (true, true) } else { text::looks(line) };
        lines += 1;
        logs += usize::from(log);
        traced += usize::from(log && trace);
    }
    if traced > 0 {
        return Some("its lines have times or levels and name traces");
    }
    (logs >= 3 && logs * 2 > lines).then_some("its lines have times or levels")
}

/// Objects with a message and a time or a level, at the top or in lists.
fn json_objects(shape: &Shape<'_>) -> Option<&'static str> {
    #[derive(Default)]
    struct Has {
        trace: bool,
        message: bool,
        time: bool,
        level: bool,
        span: bool,
    }
    // Elastic's APM has logs between its spans.
    if shape.has("processor") || shape.kind_of("", "metadata") == Some(Kind::Object) && shape.has("transaction") {
        return None;
    }
    let mut places: Vec<(&str, Has)> = Vec::new();
    for (under, name, kind) in shape.keys() {
        // What stands in an object of fields is the line's.
        let under = match under {
            "instant" | "contextMap" | "mdc" => "",
            _ => under,
        };
        let index = places.iter().position(|(place, _)| *place == under).unwrap_or_else(|| {
            places.push((under, Has::default()));
            places.len() - 1
        });
        let has = &mut places[index].1;
        match Field::of(name) {
            Field::Trace | Field::DecimalTrace | Field::Traceparent | Field::Xray => has.trace = true,
            Field::Message | Field::Template => has.message |= matches!(kind, Kind::String | Kind::Object),
            Field::Container if matches!(name, "jsonPayload" | "fields") => has.message = true,
            Field::Time(_) | Field::Seconds => has.time = true,
            Field::Level => has.level = true,
            _ => has.span |= matches!(name, "start" | "startTime" | "start_time" | "endTime" | "end_time" | "spans"),
        }
    }
    let log = |has: &Has| has.message && has.time && (has.trace || has.level) || has.trace && has.message && has.level;
    let found = places.iter().find(|(_, has)| log(has) && !has.span)?;
    Some(if found.1.trace {
        "its objects have a message, a time and a trace id"
    } else {
        "its objects have a message, a time and a level"
    })
}

fn read(reading: &mut Reading<'_>) {
    let bytes = reading.bytes;
    let mut tally = Tally::default();
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while at < bytes.len() {
        if matches!(bytes[at], b'\n' | b'\r') {
            at += 1;
            continue;
        }
        let mut lexer = Lexer::new(bytes, at);
        lexer.skip_whitespace();
        let value = lexer.offset();
        if begins_json(bytes, value) {
            let mut any = false;
            let read = json::document(reading, &mut lexer, 0, &mut |taken, at| {
                any = true;
                match taken {
                    Taken::Line => tally.taken(),
                    Taken::WithoutTrace => tally.without_trace(at),
                    Taken::Nothing => tally.other(at),
                }
            });
            if read.is_ok() {
                at = lexer.offset();
                // What stands behind a document on its line ends it.
                while matches!(bytes.get(at), Some(b' ' | b'\t' | b',' | b'\r')) {
                    at += 1;
                }
                continue;
            }
        }
        let (taken, next) = text::take(reading, at);
        match taken {
            Taken::Line => tally.taken(),
            Taken::WithoutTrace => tally.without_trace(at),
            Taken::Nothing => tally.other(at),
        }
        at = next;
    }
    tally.report(reading);
}

/// An object, or a list of objects: other brackets begin text lines.
fn begins_json(bytes: &[u8], at: usize) -> bool {
    let mut rest = bytes[at..].iter().filter(|b| !b.is_ascii_whitespace());
    match (rest.next(), rest.next()) {
        (Some(b'{'), next) => matches!(next, Some(b'"' | b'}')),
        (Some(b'['), next) => matches!(next, Some(b'{' | b'[')),
        _ => false,
    }
}

impl<'a> Reading<'a> {
    /// Takes a finished line in.
    fn add_line(&mut self, line: &mut Line) {
        if line.service == StringId::EMPTY
            && let Some(name) = self.line_prefix(line.offset as usize)
        {
            line.service = self.builder.intern(name);
        }
        let source = self.address(line.offset as usize);
        self.logs.lines.add(self.input.builder, source, self.input.number, line);
    }

    /// For inputs of another format: takes in the log line that begins here, if it is one that names a trace; where what follows begins.
    pub(super) fn log_line(&mut self, at: usize) -> Option<usize> {
        let bytes = self.bytes;
        if begins_json(bytes, at) {
            if !json::is_line(self, at) {
                return None;
            }
            let mut lexer = Lexer::new(bytes, at);
            let before = self.logs.lines.count();
            let read = json::document(self, &mut lexer, u32::MAX, &mut |_, _| {});
            return (read.is_ok() && self.logs.lines.count() > before).then(|| lexer.offset());
        }
        if !text::names_a_trace(bytes, at) {
            return None;
        }
        let (taken, next) = text::take(self, at);
        (taken == Taken::Line).then_some(next)
    }

    /// Whether the line that begins here is a log line that names a trace.
    pub(super) fn is_log_line(&self, at: usize) -> bool {
        text::names_a_trace(self.bytes, at)
    }
}

/// Whether what this format reads are lines of a log.
pub(super) fn is_log(format: &Format) -> bool {
    matches!(format.id, "logs" | "otlp-logs" | "rust-tracing")
}
