//! Where errors begin, as far as status alone tells.
//!
//! ```text
//!  gateway      error ┐
//!    checkout   error ├ above it: they pass it on
//!      stock    error ┘ an error of its own: none of its descendants has one
//!    audit              no mark
//! ```
//! Linear, then constant time a question.

use crate::store::{Status, Trace};

/// The error spans of a trace.
#[derive(Clone, Debug)]
pub struct Errors {
    /// How many spans before this one, in tree order, have the status error.
    before: Vec<u32>,
    /// Index behind the last descendant.
    subtree_ends: Vec<u32>,
}

impl Errors {
    /// Looks at all spans of a trace.
    pub fn new(trace: &Trace<'_>) -> Errors {
        let first = trace.first().0;
        let mut before = Vec::with_capacity(trace.span_count() + 1);
        let mut count = 0;
        for span in trace.spans() {
            before.push(count);
            count += u32::from(span.status() == Status::Error);
        }
        before.push(count);
        Errors { before, subtree_ends: trace.spans().map(|span| span.subtree_end().0 - first).collect() }
    }

    /// Whether the span at this position has an error that no descendant has: it began here.
    pub fn begins_at(&self, position: usize) -> bool {
        self.is_error(position) && !self.is_above(position)
    }

    /// Whether a descendant has an error.
    pub fn is_above(&self, position: usize) -> bool {
        self.before[position + 1] < self.before[self.subtree_ends[position] as usize]
    }

    fn is_error(&self, position: usize) -> bool {
        self.before[position] < self.before[position + 1]
    }

    /// Positions of the spans at which errors begin.
    pub fn origins(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.subtree_ends.len()).filter(|position| self.begins_at(*position))
    }

    /// How many errors begin, and how many spans have an error that began below them.
    pub fn counts(&self) -> (usize, usize) {
        let own = self.origins().count();
        (own, self.before.last().map_or(0, |all| *all as usize) - own)
    }
}
