//! `ConsoleSpanExporter` of the PHP SDK: lists of objects in JSON.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::parts::Assembler;
use super::model::{self, Dialect};

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-php",
    name: "PHP console",
    produced_by: "`ConsoleSpanExporter` of OpenTelemetry for PHP",
    shapes: "lists of spans behind each other, times in nanoseconds",
    detect,
    read,
};

const DIALECT: Dialect = Dialect { own: Some("context"), ..Dialect::PLAIN };

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let context = shape.kind_of("context", "trace_id").is_some() && shape.kind_of("context", "span_id").is_some();
    (context && shape.kind_of("", "start").is_some() && shape.kind_of("", "parent_span_id").is_some())
        .then_some("it has a context with a trace_id, a parent_span_id and a start")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&[], &mut |reading, node| model::span(reading, &mut out, &DIALECT, &node));
}
