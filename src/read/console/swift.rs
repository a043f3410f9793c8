//! `StdoutSpanExporter` of the Swift SDK: JSON whose times are seconds since 2001, the epoch of Apple's `Date`.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::instant::Unit;
use super::super::parts::Assembler;
use super::model::{self, Dialect};

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-swift",
    name: "Swift console",
    produced_by: "`StdoutSpanExporter` of OpenTelemetry for Swift",
    shapes: "objects behind each other, times in seconds since 2001-01-01",
    detect,
    read,
};

const DIALECT: Dialect =
    Dialect { unit: Unit::Seconds, epoch: 978_307_200_000_000_000, own: Some("span"), ..Dialect::PLAIN };

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    ["span", "spanId", "traceId", "spanKind", "start"]
        .iter()
        .all(|key| shape.kind_of("", key).is_some())
        .then_some("it has a span with spanKind and start")
}

fn read(reading: &mut Reading<'_>) {
    reading.guess("Times count seconds from 2001-01-01, as Apple's Date does.");
    let mut out = Assembler::default();
    reading.objects(&[], &mut |reading, node| model::span(reading, &mut out, &DIALECT, &node));
}
