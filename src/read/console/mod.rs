//! What the OpenTelemetry SDKs print to the console, each in the notation of its language.
//!
//! ```text
//!  text ─► notation (a language's way to print values) ─► Node ─┐
//!  JSON ──────────────────────────────────────────────► Node ─┴► model::span ─► Parts ─► Assembler
//!  lines of `key: value` ─────────────────────────► lines ─────────────────────► Parts
//! ```
//! All of them print the same model; only names, numbers and units differ. (OpenTelemetry specification, "Trace SDK", "Span exporter".)

pub(super) mod collector;
pub(super) mod cpp;
pub(super) mod dotnet;
pub(super) mod erlang;
pub(super) mod go;
pub(super) mod java;
pub(super) mod javascript;
mod lines;
mod model;
mod notation;
pub(super) mod php;
pub(super) mod python;
pub(super) mod ruby;
pub(super) mod rust;
pub(super) mod swift;

pub(super) use notation::Notation;

use super::documents::Reading;
use crate::error::WarningKind;

/// Lines of other text between spans: one report for each run of them.
#[derive(Debug, Default)]
struct Between {
    first: Option<usize>,
    lines: usize,
}

impl Between {
    /// A line that is no part of a span; blank lines and brackets of a list say nothing.
    fn line(&mut self, at: usize, line: &str) {
        if !line.trim_matches(|c: char| c.is_whitespace() || "[],".contains(c)).is_empty() {
            self.first.get_or_insert(at);
            self.lines += 1;
        }
    }

    /// A span begins, or the input ends.
    fn end(&mut self, reading: &mut Reading<'_>) {
        if let Some(first) = self.first.take() {
            let reason = match std::mem::take(&mut self.lines) {
                1 => "Expected a span, found a line of other text.".to_owned(),
                lines => format!("Expected a span, found {lines} lines of other text."),
            };
            reading.skip(WarningKind::NotTraces, first, reason);
        }
    }
}
