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
mod glance;
pub(super) mod otlp_logs;
mod records;
mod report;
pub(super) mod rust_tracing;
mod template;

use super::Format;
use super::InputReport;
use super::detect::Shape;
use super::documents::Reading;
use super::elastic_docs;
use crate::context::Traceparent;
use crate::json::{Kind, Lex, Lexer};
use crate::store::StoreBuilder;
use fields::Field;
use spanscope_hot::read::logs::{fields, json, level, line, lines, names, span_paths, spans, state, tally, text};
pub(super) use state::{LineInput, Logs};
use state::{ReadTraceparent, Taken};
use tally::Tally;

pub(super) const FORMAT: Format = Format {
    id: "logs",
    name: "Log lines",
    produced_by: "pino, winston, bunyan, zap, slog, logrus, zerolog, Serilog, logback, log4j, structlog, Python's logging, Spring, .NET, Google Cloud Logging, Loki, CloudWatch Logs, Datadog, Elastic, nginx, Envoy, syslog, AWS Lambda",
    shapes: "JSON lines and lists of them; logfmt; `[app,trace,span]`, `[trace_id=… span_id=…]`; access logs with a traceparent; stack traces; the answers of stores of logs; tables (CSV, TSV, as databases print them)",
    detect,
    read,
};

/// Nothing read yet.
pub(super) fn begin() -> Logs {
    let traceparent: ReadTraceparent = |text| {
        let parent = Traceparent::parse(text).ok()?;
        Some((parent.trace_id().as_u128(), parent.parent_id().as_u64()))
    };
    Logs::new(traceparent, template::filled, records::record)
}

/// The lines in a list that stands next beside spans.
pub(super) fn beside_spans<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
    let mut tally = Tally::default();
    json::document(reading, lexer, 0, &mut |taken, at| tally.count(taken, at))?;
    report::report_beside(tally, reading);
    Ok(())
}

/// Makes spans of all lines, or gives them to spans that are there, and tells each input's report.
pub(super) fn resolve(logs: Logs, builder: &mut StoreBuilder, reports: &mut [InputReport]) {
    let inputs = builder.input_count();
    let outcomes = spans::resolve(logs.kept, logs.kept_given, builder, inputs);
    for report in reports {
        let outcome = outcomes[report.input as usize];
        report.spans += outcome.spans;
        report.guesses.extend(outcome.sentences());
    }
}

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.is_json() {
        return json_objects(shape);
    }
    // What prints spans, with headings of its own, prints times and ids too.
    let headings = ["ResourceSpans #", "Span #", "Activity.TraceId:", "\tTraceId", "ResourceProfiles #"];
    if shape.lines().any(|line| headings.iter().any(|heading| line.contains(heading)))
        && !shape.head().starts_with(b"LogRecord.")
    {
        return None;
    }
    let (mut lines, mut logs) = (0, 0);
    for line in shape.lines().filter(|line| !line.trim().is_empty()).take(200) {
        let (log, trace) = if text::is_scope(line.as_bytes()) { (true, true) } else { glance::looks(line) };
        if log && trace {
            return Some("its lines have times or levels and name traces");
        }
        lines += 1;
        logs += usize::from(log);
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
        request: bool,
        answer: bool,
        start: bool,
    }
    // Elastic's APM has logs between its spans.
    if (elastic_docs::FORMAT.detect)(shape).is_some()
        || shape.kind_of("", "metadata") == Some(Kind::Object) && shape.has("transaction")
    {
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
            Field::Status => {
                has.level |= kind == Kind::String;
                has.answer = true;
            }
            Field::Method | Field::Path => has.request = true,
            Field::Request => has.request |= kind == Kind::String,
            Field::Start if name == "start_time" => has.start = true,
            // The spans around a line of Rust's tracing.
            _ if name == "spans" && shape.kind_of("", "target").is_some() => {}
            _ => has.span |= matches!(name, "start" | "startTime" | "endTime" | "end_time" | "spans"),
        }
    }
    let log = |has: &Has| has.message && has.time && (has.trace || has.level) || has.trace && has.message && has.level;
    // Proxies log a request when it is done, with the time of its start.
    let access = |has: &Has| has.request && has.answer && has.trace;
    let found = places.iter().find(|(_, has)| (log(has) && !has.start || access(has)) && !has.span)?;
    Some(if found.1.trace {
        "its objects have a message, a time and a trace id"
    } else {
        "its objects have a message, a time and a level"
    })
}

fn read(reading: &mut Reading<'_>) {
    let mut tally = Tally::default();
    lines::read(reading, &mut tally);
    report::report(tally, reading);
}

impl<'a> Reading<'a> {
    /// For inputs of another format: takes in the log line that begins here, if it is one that names a trace; where what follows begins.
    pub(super) fn log_line(&mut self, at: usize) -> Option<usize> {
        let bytes = self.bytes;
        if lines::begins_json(bytes, at) {
            if !json::is_line(self, at) {
                return None;
            }
            let mut lexer = Lexer::new(bytes, at);
            let before = self.logs.lines.count();
            let read = json::document(self, &mut lexer, u32::MAX, &mut |_, _| {});
            return (read.is_ok() && self.logs.lines.count() > before).then(|| lexer.offset());
        }
        if !glance::names_a_trace(bytes, at) {
            return None;
        }
        let (taken, next) = text::take(self, at);
        (taken == Taken::Line).then_some(next)
    }

    /// Whether the line that begins here is a log line that names a trace.
    pub(super) fn is_log_line(&self, at: usize) -> bool {
        glance::names_a_trace(self.bytes, at)
    }
}

/// Whether what this format reads are lines of a log.
pub(super) fn is_log(format: &Format) -> bool {
    matches!(format.id, "logs" | "otlp-logs" | "rust-tracing")
}
