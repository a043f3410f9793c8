//! How far spans are moved along the time, so that the clocks of their hosts agree.
//!
//! ```text
//!  A |-----------------|        |-----------------|
//!  B       |======|           |======|                 B is drawn where it would be by A's clock
//! ```
//! Everything that draws spans asks here where a span is; without shifts that is where it was recorded.

use super::TimeRange;
use crate::analyze::self_time::for_each_gap;
use crate::sort;
use crate::store::{Span, Trace};

/// By how many nanoseconds each span of a trace is moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shifts<'a> {
    by: &'a [i64],
}

impl<'a> Shifts<'a> {
    /// Every span stays where it was recorded.
    pub const NONE: Shifts<'static> = Shifts { by: &[] };

    /// One number for each span, in tree order; spans beyond stay.
    pub fn new(by: &'a [i64]) -> Shifts<'a> {
        Shifts { by }
    }

    /// How far a span is moved.
    pub fn of(&self, position: usize) -> i64 {
        self.by.get(position).copied().unwrap_or(0)
    }

    /// A span's start and end as analyses take them, moved.
    pub(super) fn interval(&self, span: &Span<'_>) -> Option<(u64, u64)> {
        let (start, end) = span.interval()?;
        let shift = self.of(span.position());
        Some((start.saturating_add_signed(shift), end.saturating_add_signed(shift)))
    }

    /// The stretch that holds all spans of a trace, where they were recorded and where they are moved to.
    pub fn range(&self, trace: &Trace<'_>) -> TimeRange {
        let mut range = TimeRange { from: 0.0, to: trace.duration_ns() as f64 };
        let origin = trace.start_ns().unwrap_or(0);
        for span in trace.spans().filter(|span| self.of(span.position()) != 0) {
            if let Some((start, end)) = self.interval(&span) {
                range.from = range.from.min((i128::from(start) - i128::from(origin)) as f64);
                range.to = range.to.max((i128::from(end) - i128::from(origin)) as f64);
            }
        }
        range
    }

    /// The stretches in which no child of a span runs, from first to last.
    pub(super) fn for_each_gap(&self, span: &Span<'_>, found: &mut dyn FnMut(u64, u64)) {
        if self.by.is_empty() {
            return for_each_gap(span, found);
        }
        let Some((mut from, to)) = self.interval(span) else { return };
        let mut children: Vec<(u64, u64)> = span.children().filter_map(|child| self.interval(&child)).collect();
        sort::slice(&mut children, Ord::cmp);
        for (start, end) in children {
            if from < start.min(to) {
                found(from, start.min(to));
            }
            from = from.max(end);
        }
        if from < to {
            found(from, to);
        }
    }
}
