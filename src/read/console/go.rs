//! `stdouttrace` of the Go SDK, as BuildKit and Docker Desktop write it too: JSON with Go's names, one span a line, pretty-printed behind each
//! other, or in a list.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::parts::Assembler;
use super::model::{self, Dialect};
use crate::store::Status;

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-go",
    name: "Go stdouttrace",
    produced_by: "`stdouttrace` of OpenTelemetry for Go, BuildKit, Docker Desktop",
    shapes: "spans one a line, behind each other, in a list",
    detect,
    read,
};

/// In Go an error is 1 and 2 is well.
const DIALECT: Dialect =
    Dialect { statuses: [Status::Unset, Status::Error, Status::Ok], own: Some("SpanContext"), ..Dialect::PLAIN };

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    (shape.kind_of("", "SpanContext").is_some() && shape.kind_of("", "StartTime").is_some())
        .then_some("it has a SpanContext and a StartTime")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.objects(&[], &mut |reading, node| model::span(reading, &mut out, &DIALECT, &node));
}
