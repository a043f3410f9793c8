//! Sentences on the lines of an input that were left out.

use super::super::documents::Reading;
use super::tally::Tally;
use crate::error::WarningKind::Skipped;

/// Tells what was left out.
pub(super) fn report(tally: Tally, reading: &mut Reading<'_>) {
    if tally.taken == 0 {
        let lines = tally.without.0 + tally.other.0;
        reading.holds_none(format!(
            "Expected log lines with a trace id (trace_id, traceId, trace.id, dd.trace_id, @tr, traceparent …), found none in {lines} {}.",
            if lines == 1 { "line" } else { "lines" }
        ));
    }
    report_beside(tally, reading);
}

/// Tells what was left out of lines that stand in spans instead of naming them.
pub(super) fn report_paths(tally: Tally, reading: &mut Reading<'_>) {
    if tally.taken == 0 {
        reading.holds_none("Expected lines inside of spans (request{id=1}: …), found none.".to_owned());
    }
    for ((lines, first), what) in [(tally.without, "inside of a span"), (tally.other, "of tracing-subscriber")] {
        if lines > 0 {
            let found = if lines == 1 { "one that is not".to_owned() } else { format!("{lines} that are not") };
            reading.skip(Skipped, first, format!("Expected lines {what}, found {found}; the first is here."));
        }
    }
}

/// The same beside spans: then there may be no line at all.
pub(super) fn report_beside(tally: Tally, reading: &mut Reading<'_>) {
    for ((lines, first), what) in [(tally.without, "log lines with a trace id"), (tally.other, "log lines")] {
        if lines > 0 {
            let found = match (lines, what) {
                (1, "log lines") => "a line that is none".to_owned(),
                (lines, "log lines") => format!("{lines} lines that are none, of which this is the first"),
                (1, _) => "a line without one".to_owned(),
                (lines, _) => format!("{lines} lines without one, of which this is the first"),
            };
            reading.skip(Skipped, first, format!("Expected {what}, found {found}."));
        }
    }
}
