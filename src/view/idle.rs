//! Long stretches in which nothing happens.
//!
//! ```text
//!  A |==|                        |=====|
//!  B     |--|                  |=|              = work of a span itself
//!            ................. idle: no span works
//! ```
//! Linear, without sorting: work is entered into columns that are much narrower than what counts as long, and the exact edges of a
//! stretch are the last end in the column before it and the first start in the column behind it.

use super::TimeRange;
use super::shifts::Shifts;
use crate::store::Trace;

/// Columns of a trace.
const COLUMNS: usize = 2048;
/// The part of a trace that a stretch has to have to be long.
const LONG: f64 = 0.05;

/// What is known of a column.
#[derive(Clone, Copy)]
struct Column {
    /// Spans that begin to work in it, minus those that stopped in the one before it.
    change: i32,
    /// The first start of work and the last end of work in it.
    first: u64,
    last: u64,
}

/// The stretches in which no span works itself that take at least a twentieth of the trace, in their order.
pub fn idle(trace: &Trace<'_>, shifts: Shifts<'_>) -> Vec<TimeRange> {
    let (Some(origin), extent) = (trace.start_ns(), trace.duration_ns()) else { return Vec::new() };
    if extent == 0 {
        return Vec::new();
    }
    let mut columns = vec![Column { change: 0, first: u64::MAX, last: 0 }; COLUMNS + 1];
    let last = origin.saturating_add(extent);
    let column_of = |time: u64| (u128::from(time - origin) * COLUMNS as u128 / (u128::from(extent) + 1)) as usize;
    let mut work = |start: u64, end: u64| {
        // What is moved may lie outside.
        let (start, end) = (start.clamp(origin, last), end.clamp(origin, last));
        let (from, to) = (column_of(start), column_of(end));
        columns[from].change += 1;
        columns[from].first = columns[from].first.min(start);
        columns[to].last = columns[to].last.max(end);
        columns[to + 1].change -= 1;
    };
    for span in trace.spans() {
        match shifts.interval(&span) {
            Some((start, end)) if start == end => work(start, end),
            _ => shifts.for_each_gap(&span, &mut work),
        }
    }
    let mut found = Vec::new();
    let (mut working, mut since) = (0, Some(origin));
    let mut close = |since: Option<u64>, until: u64| {
        let Some(since) = since.filter(|since| (until.saturating_sub(*since)) as f64 >= LONG * extent as f64) else {
            return;
        };
        found.push(TimeRange { from: (since - origin) as f64, to: (until - origin) as f64 });
    };
    for column in &columns[..COLUMNS] {
        working += column.change;
        if working > 0 {
            // What goes on from the column before leaves no stretch open.
            if column.first != u64::MAX {
                close(since, column.first);
            }
            since = None;
        }
        if column.last > 0 {
            since = Some(column.last);
        }
    }
    close(since, last);
    found
}
