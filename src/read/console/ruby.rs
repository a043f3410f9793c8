//! `ConsoleSpanExporter` of the Ruby SDK: structs as `pp` prints them, ids as strings of bytes.

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::parts::Assembler;
use super::model::{self, Dialect};
use super::notation::{self, Language};
use crate::store::Status;

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-ruby",
    name: "Ruby console",
    produced_by: "`ConsoleSpanExporter` of OpenTelemetry for Ruby",
    shapes: "`SpanData` structs as `pp` prints them, among other lines",
    detect,
    read,
};

/// In Ruby 0 is well and 1 says nothing.
const DIALECT: Dialect =
    Dialect { statuses: [Status::Ok, Status::Unset, Status::Error], raw_ids: true, ..Dialect::PLAIN };

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    shape.lines().any(|line| begins(line.trim_start())).then_some("it has SpanData structs")
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    notation::objects(reading, Language::Ruby, begins, &mut |reading, node| {
        model::span(reading, &mut out, &DIALECT, node);
    });
}

fn begins(line: &str) -> bool {
    line.starts_with("#<struct OpenTelemetry::SDK::Trace::SpanData")
}
