//! `ConsoleSpanExporter` of the JavaScript SDK: objects as `console.dir` prints them, and spans as `console.log` prints them.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::instant::Unit;
use super::super::parts::Assembler;
use super::model::{self, Dialect};
use super::notation::{self, Language, without_colour};
use crate::json::Kind;
use crate::store::SpanKind;

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-js",
    name: "JavaScript console",
    produced_by: "`ConsoleSpanExporter` of OpenTelemetry for JavaScript, `console.log(span)`",
    shapes: "objects in the notation of Node's `util.inspect`, among other lines; the same in JSON",
    detect,
    read,
};

/// The kinds of the API, which begin with what OTLP counts as 1; times in microseconds.
const DIALECT: Dialect = Dialect {
    kinds: &[SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer],
    unit: Unit::Micros,
    ..Dialect::PLAIN
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.is_json() {
        let has = |keys: &[&str]| keys.iter().all(|key| shape.kind_of("", key).is_some());
        // Times as lists of seconds and nanoseconds are those of JavaScript alone.
        let own = has(&["traceId", "spanId"]) && shape.kind_of("", "startTime") == Some(Kind::Array);
        let own = own
            || (has(&["traceId", "id", "timestamp"])
                && (has(&["attributes", "events"]) || has(&["parentSpanContext"])));
        if own || has(&["_spanContext", "startTime"]) {
            return Some("it has the fields of the SDK's spans");
        }
    }
    is_printed(shape).then_some("it has objects with traceId, as Node prints them")
}

/// Whether spans are there as Node prints them, perhaps behind lines of a log in JSON.
fn is_printed(shape: &Shape<'_>) -> bool {
    let has = |key: &str| {
        shape.lines().any(|line| {
            let line = without_colour(line);
            let rest = line.trim_start().strip_prefix(key).and_then(|rest| rest.strip_prefix(": "));
            rest.is_some_and(|rest| !rest.trim_end().is_empty())
        })
    };
    has("traceId") && ((has("id") && has("timestamp")) || (has("startTime") && has("_spanContext")))
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    let shape = Shape::of(reading.bytes);
    if shape.is_json() && !is_printed(&shape) {
        return reading.objects(&[], &mut |reading, node| model::span(reading, &mut out, &DIALECT, &node));
    }
    notation::objects(reading, Language::JavaScript, begins, &mut |reading, node| {
        model::span(reading, &mut out, &DIALECT, node);
    });
}

/// An object, perhaps of a class: `{`, `SpanImpl {`.
fn begins(line: &str) -> bool {
    let class = line.trim_end().strip_suffix('{').map(str::trim_end);
    line.starts_with('{')
        || class.is_some_and(|class| !class.is_empty() && class.bytes().all(|b| b.is_ascii_alphanumeric()))
}
