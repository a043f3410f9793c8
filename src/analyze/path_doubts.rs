//! How sure a critical path is, and what it leaves out.
//!
//! ```text
//!  A  |---------------------------|       C is on the path, and began when B had ended 1 before: a clear gap, if nothing else
//!  B     |------|                         ended near it. E ended near it too: ambiguous, E is a rival of B.
//!  C              |----------|            While A itself owned the path, before B, F ran beside it: what did A wait for?
//!  E       |----|
//!  F  |-|
//! ```
//! Each step of a path goes from a bound (the end of a window, or the start of the part behind) to the child that ended last before it.
//! Span times do not prove that the one waited for the other; how clear it is depends on what else ended near: within a millisecond or
//! four times the gap, whichever is more. What had ended before the child on the path began is no rival: it came before both.
//!
//! What is reported besides: parent time during which a child off the path ran; children cut because they outlive their parent or
//! start before it; children that are not on any path because they ran outside of their parent, or because nothing waits for
//! them.
//!
//! O(k log k) for a span on the path with k children; no recursion.

use super::critical_path::CriticalPath;
use crate::sort;
use crate::store::{Span, SpanIndex, Store};

/// How clear a step of the path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clarity {
    /// There is a gap, and nothing else ended near.
    Clear,
    /// It ended in the very instant in which the next part began.
    Touching,
    /// It ended a little after the next part began, as two clocks may differ.
    Tolerated,
    /// Other children ended near, too.
    Ambiguous,
}

impl Clarity {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Clarity::Clear => "clear",
            Clarity::Touching => "touching",
            Clarity::Tolerated => "tolerated",
            Clarity::Ambiguous => "ambiguous",
        }
    }
}

/// One step: that this span held up what came after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The span.
    pub span: SpanIndex,
    /// From its end to what waited for it, in nanoseconds.
    pub gap_ns: u64,
    /// How clear that is.
    pub clarity: Clarity,
    /// Whether a part of it was cut off, as it began before its parent or ended after it.
    pub clipped: bool,
    /// What ended near, the latest first; the first few of `rival_count`.
    pub rivals: Vec<SpanIndex>,
    /// How many there are.
    pub rival_count: u32,
}

/// A stretch that a span owns on the path while a child of it ran that is not on the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The owner.
    pub span: SpanIndex,
    /// Of the children that ran in it, the one that ended last.
    pub child: SpanIndex,
    /// How long any child ran in it, in nanoseconds.
    pub ns: u64,
}

/// Why a child is on no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It ran outside of its parent's part.
    Outside,
    /// Nothing waits for it: a consumer of its parent's message, or a FOLLOWS_FROM edge.
    Async,
}

/// What is doubtful about one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathDoubts {
    /// Its steps, from last to first as the path's segments.
    pub hops: Vec<Hop>,
    /// Where parents may have waited for something off the path.
    pub beside: Vec<Beside>,
    /// Children of spans on the path that were cut, and by how many nanoseconds.
    pub clipped: Vec<(SpanIndex, u64)>,
    /// Children of spans on the path that were left out.
    pub dropped: Vec<(SpanIndex, Dropped)>,
}

/// Rivals that are named.
const NAMED_RIVALS: usize = 8;
/// The least reach in which another end is near, in nanoseconds.
const NEAR_NS: u64 = 1_000_000;
/// The reach in gaps.
const NEAR_GAPS: u64 = 4;

/// What is doubtful about a path.
pub fn path_doubts(store: &Store, path: &CriticalPath<'_>) -> PathDoubts {
    let mut doubts = PathDoubts::default();
    let Some(last) = path.segments.iter().map(|segment| segment.span).max() else { return doubts };
    let first = path.top.0;
    // The part of the path that each span's subtree owns is one stretch: that is its window.
    let mut windows = vec![(u64::MAX, 0_u64); (last.0 - first) as usize + 1];
    for segment in path.segments {
        let window = &mut windows[(segment.span.0 - first) as usize];
        *window = (window.0.min(segment.start), window.1.max(segment.end));
    }
    for offset in (1..windows.len()).rev() {
        let (start, end) = windows[offset];
        if start < end
            && let Some(parent) = store.span(SpanIndex(first + offset as u32)).parent()
        {
            let window = &mut windows[(parent.0 - first) as usize];
            *window = (window.0.min(start), window.1.max(end));
        }
    }
    let mut family = Family::default();
    for (offset, window) in windows.iter().enumerate() {
        if window.0 < window.1 {
            let owner = store.span(SpanIndex(first + offset as u32));
            family.collect(&owner, *window, |child| windows.get((child.0 - first) as usize).copied(), &mut doubts);
            family.doubt(&owner, *window, &mut doubts);
        }
    }
    // Steps are told as the path's segments are: the latest first.
    let latest = |hop: &Hop| windows[(hop.span.0 - first) as usize].1;
    let hops = std::mem::take(&mut doubts.hops);
    doubts.hops = sort::items(hops, |one, other| latest(other).cmp(&latest(one)).then(one.span.cmp(&other.span)));
    doubts
}

/// A child that blocks its parent and takes time.
#[derive(Clone, Copy, Debug)]
struct Child {
    span: SpanIndex,
    start: u64,
    end: u64,
    /// What it owns of the path with all below it; empty off the path.
    part: (u64, u64),
}

impl Child {
    fn is_on_path(&self) -> bool {
        self.part.0 < self.part.1
    }
}

/// The children of one span on the path.
#[derive(Debug, Default)]
struct Family {
    /// By start.
    children: Vec<Child>,
    /// Their numbers by end, the latest first.
    by_end: Vec<u32>,
    /// What the span owns itself, from last to first.
    own: Vec<(u64, u64)>,
}

impl Family {
    fn collect(
        &mut self,
        owner: &Span<'_>,
        (low, high): (u64, u64),
        part_of: impl Fn(SpanIndex) -> Option<(u64, u64)>,
        doubts: &mut PathDoubts,
    ) {
        self.children.clear();
        let (from, to) = owner.interval().unwrap_or_default();
        for child in owner.children() {
            let Some((start, end)) = child.interval() else { continue };
            if child.is_async() {
                doubts.dropped.push((child.index(), Dropped::Async));
                continue;
            }
            if end < from || start > to {
                doubts.dropped.push((child.index(), Dropped::Outside));
                continue;
            }
            let cut = from.saturating_sub(start) + end.saturating_sub(to);
            if cut > 0 {
                doubts.clipped.push((child.index(), cut));
            }
            if end > low && start < high && start < end {
                let part = part_of(child.index()).unwrap_or((u64::MAX, 0));
                self.children.push(Child { span: child.index(), start, end, part });
            }
        }
        let Family { children, by_end, .. } = self;
        by_end.clear();
        by_end.extend(0..children.len() as u32);
        let end = |number: u32| children[number as usize].end;
        sort::numbers(by_end, &mut |one, other| end(other).cmp(&end(one)).then(other.cmp(&one)));
    }

    fn doubt(&mut self, owner: &Span<'_>, (low, high): (u64, u64), doubts: &mut PathDoubts) {
        let on_path: Vec<Child> = self.children.iter().filter(|child| child.is_on_path()).copied().collect();
        let on_path = sort::items(on_path, |one, other| other.part.1.cmp(&one.part.1));
        self.own.clear();
        let mut at = high;
        for child in on_path {
            doubts.hops.push(self.hop(&child, at, high));
            self.own.push((child.part.1, at));
            at = child.part.0;
        }
        self.own.push((low, at));
        self.beside(owner, doubts);
    }

    /// The step from `at` to the child that ended before it.
    fn hop(&self, child: &Child, at: u64, high: u64) -> Hop {
        let gap_ns = at - child.part.1;
        let reach = NEAR_NS.max(gap_ns.saturating_mul(NEAR_GAPS));
        // Behind the end of the window all end alike.
        let first = if at == high { 0 } else { self.ending_after(at) };
        let near = &self.by_end[first..self.ending_after(child.start.max(at.saturating_sub(reach)))];
        let others = near.iter().map(|number| self.children[*number as usize].span).filter(|span| *span != child.span);
        let rivals: Vec<SpanIndex> = others.take(NAMED_RIVALS).collect();
        let tolerated = at < high && child.end > at;
        // One that ended a little later is not among those near.
        let rival_count = near.len() as u32 - u32::from(!tolerated);
        let clarity = match () {
            () if rival_count > 0 => Clarity::Ambiguous,
            () if tolerated => Clarity::Tolerated,
            () if gap_ns == 0 => Clarity::Touching,
            () => Clarity::Clear,
        };
        let clipped = child.start < child.part.0 || !tolerated && child.end > child.part.1;
        Hop { span: child.span, gap_ns, clarity, clipped, rivals, rival_count }
    }

    /// How many children end after an instant.
    fn ending_after(&self, at: u64) -> usize {
        self.by_end.partition_point(|number| self.children[*number as usize].end > at)
    }

    /// What ran off the path while the span itself owned it.
    fn beside(&self, owner: &Span<'_>, doubts: &mut PathDoubts) {
        let mut off_path = self.children.iter().filter(|child| !child.is_on_path()).peekable();
        // Up to where children cover what lies behind, and the one that ended last.
        let mut latest: Option<&Child> = None;
        for (from, to) in self.own.iter().rev().copied() {
            let mut ns = 0;
            let mut at = from;
            let mut cover = |child: &Child| {
                let start = child.start.max(at);
                let end = child.end.min(to);
                if start < end {
                    ns += end - start;
                    at = end;
                }
            };
            if let Some(child) = latest {
                cover(child);
            }
            while let Some(child) = off_path.next_if(|child| child.start < to) {
                cover(child);
                if latest.is_none_or(|latest| latest.end < child.end) {
                    latest = Some(child);
                }
            }
            if let Some(child) = latest
                && ns > 0
            {
                doubts.beside.push(Beside { span: owner.index(), child: child.span, ns });
            }
        }
    }
}
