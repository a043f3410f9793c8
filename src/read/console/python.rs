//! `ConsoleSpanExporter` of the Python SDK: JSON objects behind each other or one a line.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::parts::Assembler;
use super::model::{self, Dialect};

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-python",
    name: "Python console",
    produced_by: "`ConsoleSpanExporter` of OpenTelemetry for Python",
    shapes: "objects behind each other, one a line, in a list",
    detect,
    read,
};

const DIALECT: Dialect = Dialect { own: Some("context"), ..Dialect::PLAIN };

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let context = shape.kind_of("context", "trace_id").is_some() && shape.kind_of("context", "span_id").is_some();
    (context && shape.kind_of("", "start_time").is_some() && shape.kind_of("", "name").is_some())
        .then_some("it has a context with a trace_id, and a start_time")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&[], &mut |reading, node| model::span(reading, &mut out, &DIALECT, &node));
}
