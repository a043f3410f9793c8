//! What looks at every span of a trace for findings.
//!
//! All look at the same pass over the spans, which stops anywhere and goes on later: a trace of a million spans is looked at a little at
//! a time, and whoever waits for another answer meanwhile gets it.

use super::facts::Facts;
use super::finding::Finding;
use crate::store::Span;

/// Looks at each span, then tells of what it saw.
pub(super) trait Watch {
    /// Looks at the next span in tree order.
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>);

    /// Tells of what it saw, or of the next part of it; whether that was all.
    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool;
}
