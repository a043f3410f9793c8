//! Self time: a span's duration minus the union of its children's, each clipped to the span.
//!
//! ```text
//!  parent     |=====--------===----|      = self time
//!  child           |-------|
//!  child             |---|                overlaps count once
//!  child                      |------|    what lies outside of the parent does not count
//! ```
//! Odd data: a span without a start has no self time and takes none from its parent; an end that is missing or before the start is
//! the start. Children that do not block their parent count like others: they are shown under it.
//!
//! Linear: in tree order siblings come by start, so that one cursor a span (the end of what is covered so far) is enough.

use crate::store::{Span, Trace};

/// The self time of every span of a trace in tree order, in nanoseconds.
pub fn self_times(trace: &Trace<'_>) -> Vec<u64> {
    let first = trace.first().0;
    let count = trace.span_count();
    let mut own = Vec::with_capacity(count);
    // Start and end of the part of each span that no child has covered yet.
    let mut uncovered: Vec<(u64, u64)> = Vec::with_capacity(count);
    for span in trace.spans() {
        let (start, end) = span.interval().unwrap_or_default();
        own.push(end - start);
        uncovered.push((start, end));
        if let Some(parent) = span.parent() {
            let parent = (parent.0 - first) as usize;
            let (from, to) = uncovered[parent];
            let (start, end) = (start.max(from), end.min(to));
            if start < end {
                own[parent] -= end - start;
                uncovered[parent].0 = end;
            }
        }
    }
    own
}

/// The self time of one span, in nanoseconds.
pub fn self_time(span: &Span<'_>) -> u64 {
    let mut own = 0;
    for_each_gap(span, |start, end| own += end - start);
    own
}

/// Calls back with every stretch in which no child of the span runs, from first to last.
pub fn for_each_gap(span: &Span<'_>, mut found: impl FnMut(u64, u64)) {
    let Some((mut from, to)) = span.interval() else { return };
    for child in span.children() {
        let Some((start, end)) = child.interval() else { continue };
        if start >= to {
            break;
        }
        if start > from {
            found(from, start);
        }
        from = from.max(end);
        if from >= to {
            return;
        }
    }
    if from < to {
        found(from, to);
    }
}
