//! The critical path: which span held up its request at each instant.
//!
//! ```text
//!  A  |----------------------------|
//!  B     |---------|                      path, last to first:  A  C  A  D  B  A
//!  C                       |----|         D began when B was done and ended before C began;
//!  D               |---|                  E ran meanwhile but held up nobody
//!  E        |---|
//! ```
//! Each top has a path of its own, and the path cuts the top's time into segments with one owner each: the lengths add up to
//! the top's duration exactly. Walking backwards from the end of a window, the child that ended last owns the time until its
//! start, then the one that ended last before that, and so on; what no child owns is the parent's.
//!
//! - Only children that block their parent count: no FOLLOWS_FROM edge, no consumer of the parent's message.
//! - A child that outlives its window is clipped to it; one that lies wholly outside is not on the path.
//! - Clocks of two hosts differ a little: a child whose end overlaps the start of the next one by less than 1 % of the parent's duration
//!   still counts as before it, if nothing else begins or ends in the overlap (the rule of Uber's CRISP), clipped to that start.
//! - Ties go to the later start, then to the greater id, so that the order of the input does not matter.
//!
//! Span times alone cannot prove that one span waited for another: the path is the best guess from them.
//!
//! O(k log k) for a span with k children, no recursion; each span is looked at once.
//! (References: CRISP, Uber; Jaeger UI's critical path.)

use crate::store::{Span, SpanIndex, Store, Trace};

/// A stretch of time that one span owns, in nanoseconds as the span's own times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The owner.
    pub span: SpanIndex,
    /// First instant.
    pub start: u64,
    /// Behind the last instant; later than the start.
    pub end: u64,
}

impl Segment {
    /// Its length in nanoseconds.
    pub fn duration_ns(&self) -> u64 {
        self.end - self.start
    }
}

/// The critical path of one top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CriticalPath<'a> {
    /// Whose path it is.
    pub top: SpanIndex,
    /// From last to first; each ends where the one before it starts. None when the top takes no time.
    pub segments: &'a [Segment],
}

impl CriticalPath<'_> {
    /// The sum of its segments: the top's duration, and 0 for one that has no time or ends before it starts.
    pub fn total_ns(&self) -> u64 {
        self.segments.iter().map(Segment::duration_ns).sum()
    }
}

/// The critical paths of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CriticalPaths {
    segments: Vec<Segment>,
    /// Each top, and where its segments end.
    tops: Vec<(SpanIndex, u32)>,
}

impl CriticalPaths {
    /// One path for each top, in tree order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = CriticalPath<'_>> {
        (0..self.tops.len()).map(|index| self.path(index))
    }

    fn path(&self, index: usize) -> CriticalPath<'_> {
        let start = index.checked_sub(1).map_or(0, |before| self.tops[before].1 as usize);
        let (top, end) = self.tops[index];
        CriticalPath { top, segments: &self.segments[start..end as usize] }
    }

    /// The segments of all paths, path after path.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How long the span owns its top's path, in nanoseconds.
    pub fn time_of(&self, span: SpanIndex) -> u64 {
        self.segments.iter().filter(|segment| segment.span == span).map(Segment::duration_ns).sum()
    }

    /// All paths as numbers: of each the position of its top, how many segments it has, and of each of these the position of its span, its start
    /// and its end. Positions count from the span `first`, times from the instant `zero`; none is before it.
    #[doc(hidden)]
    pub fn numbers(&self, first: SpanIndex, zero: u64) -> Vec<f64> {
        let mut numbers = Vec::with_capacity(2 * self.tops.len() + 3 * self.segments.len());
        let position = |span: SpanIndex| f64::from(span.0 - first.0);
        for path in self.iter() {
            numbers.extend([position(path.top), path.segments.len() as f64]);
            for segment in path.segments {
                numbers.extend([position(segment.span), (segment.start - zero) as f64, (segment.end - zero) as f64]);
            }
        }
        numbers
    }

    /// The path of this top.
    pub fn of_top(&self, top: SpanIndex) -> Option<CriticalPath<'_>> {
        let index = self.tops.binary_search_by_key(&top, |(top, _)| *top).ok()?;
        Some(self.path(index))
    }
}

/// The critical paths of all tops of a trace.
pub fn critical_paths(trace: &Trace<'_>) -> CriticalPaths {
    let mut paths = CriticalPaths::default();
    let mut walk = Walk::new(trace.store());
    for top in trace.tops() {
        walk.path(&top, &mut paths.segments);
        paths.tops.push((top.index(), paths.segments.len() as u32));
    }
    paths
}

/// The critical path of a span and what is below it, from last to first: as if it were a top.
pub fn critical_path_of(span: &Span<'_>) -> Vec<Segment> {
    let mut segments = Vec::new();
    Walk::new(span.store()).path(span, &mut segments);
    segments
}

/// Either a segment that is settled, or a window whose owners are to be found among the span's children.
#[derive(Clone, Copy)]
struct Item {
    span: u32,
    settled: bool,
    start: u64,
    end: u64,
}

/// A child that may be on the path. Children are numbered by start, then by id.
#[derive(Clone, Copy)]
struct Child {
    span: u32,
    start: u64,
    end: u64,
}

/// A path while it is walked.
struct Path<'s> {
    segments: &'s mut Vec<Segment>,
    /// Those before belong to other paths.
    first: usize,
}

impl Path<'_> {
    /// Appends what one span owns.
    fn add(&mut self, Item { span, start, end, .. }: Item) {
        if start >= end {
            return;
        }
        let span = SpanIndex(span);
        match self.segments[self.first..].last_mut() {
            // A child without a duration parts two segments of its parent.
            Some(later) if later.span == span && later.start == end => later.start = start,
            _ => self.segments.push(Segment { span, start, end }),
        }
    }
}

struct Walk<'a> {
    store: &'a Store,
    /// What is still to be done; the latest instants on top.
    stack: Vec<Item>,
    children: Vec<Child>,
    /// Whether each of them ends no earlier than those before it, as children do that ran one after the other. `by_end` is then not made.
    in_order: bool,
    /// Children by end, the last first; then by number, the last first. Both are kept inverted, so that the order is the natural one.
    by_end: Vec<(u64, u32)>,
}

/// Whether two spans overlap so little that clocks may be the reason: by less than 1 % of their parent's duration.
#[doc(hidden)]
pub fn is_small_overlap(overlap: u64, parent_duration: u64) -> bool {
    overlap.saturating_mul(100) < parent_duration
}

impl<'a> Walk<'a> {
    fn new(store: &'a Store) -> Walk<'a> {
        Walk { store, stack: Vec::new(), children: Vec::new(), in_order: true, by_end: Vec::new() }
    }

    /// Appends the segments of a top, last to first.
    fn path(&mut self, top: &Span<'_>, segments: &mut Vec<Segment>) {
        let Some((start, end)) = top.interval() else { return };
        let mut path = Path { first: segments.len(), segments };
        self.stack.push(Item { span: top.index().0, settled: false, start, end });
        while let Some(item) = self.stack.pop() {
            if self.is_settled(&item) {
                path.add(item);
            } else {
                self.open(item, &mut path);
            }
        }
    }

    /// Whether the span owns the whole of it. One without children does; most are such.
    fn is_settled(&self, item: &Item) -> bool {
        item.settled || self.store.span(SpanIndex(item.span)).is_leaf()
    }

    /// Puts a part of a window on the path, or aside if it is to be opened or a later part of the window is still aside; `bottom` is the height
    /// of the stack below the window's parts.
    fn next(&mut self, item: Item, bottom: usize, path: &mut Path<'_>) {
        if self.stack.len() == bottom && self.is_settled(&item) {
            path.add(item);
        } else {
            self.stack.push(item);
        }
    }

    /// Replaces a window by segments of its span and windows of its children.
    fn open(&mut self, window: Item, path: &mut Path<'_>) {
        let Item { span, start: low, end: high, .. } = window;
        if low >= high {
            return;
        }
        let owner = self.store.span(SpanIndex(span));
        self.collect_children(&owner, low, high);
        let bottom = self.stack.len();
        let settled = |start, end| Item { span, settled: true, start, end };
        let mut at = high;
        if let Some(last) = self.last_child(high) {
            let tolerance = owner.interval().map_or(0, |(start, end)| end - start);
            self.sort_by_end();
            let mut next = Some((last, last.end.min(high)));
            // Into `by_end`: from here on children end before `at`.
            let mut cursor = 0;
            while let Some((child, end)) = next {
                if end < at {
                    self.next(settled(end, at), bottom, path);
                }
                let start = child.start.max(low);
                self.next(Item { span: child.span, settled: false, start, end }, bottom, path);
                at = start;
                // Nothing comes before an only child.
                if at <= low || self.children.len() == 1 {
                    break;
                }
                next = self.child_before(at, tolerance, &mut cursor);
            }
        }
        if at > low {
            self.next(settled(low, at), bottom, path);
        }
        self.stack[bottom..].reverse();
    }

    /// The blocking children that overlap the window.
    fn collect_children(&mut self, owner: &Span<'_>, low: u64, high: u64) {
        self.children.clear();
        self.in_order = true;
        let mut last_end = 0;
        for child in owner.children() {
            let Some((start, end)) = child.interval() else { continue };
            if start >= high {
                break;
            }
            if end > low && !child.is_async() {
                self.children.push(Child { span: child.index().0, start, end });
                self.in_order &= end >= last_end;
                last_end = end;
            }
        }
    }

    fn sort_by_end(&mut self) {
        if self.in_order {
            return;
        }
        self.by_end.clear();
        let numbered = self.children.iter().enumerate().rev();
        self.by_end.extend(numbered.map(|(number, child)| (!child.end, !(number as u32))));
        self.by_end.sort_unstable();
    }

    /// The child at a place of that order.
    fn by_end(&self, place: usize) -> Option<Child> {
        if self.in_order {
            return self.children.get(self.children.len().wrapping_sub(place + 1)).copied();
        }
        self.by_end.get(place).map(|(_, number)| self.children[!*number as usize])
    }

    /// The child that the end of the window waited for: the one that ends last, all that reach the window's end counting alike.
    fn last_child(&self, high: u64) -> Option<Child> {
        if self.in_order {
            return self.children.last().copied();
        }
        let numbers = 0..self.children.len();
        let last = numbers.max_by_key(|number| (self.children[*number].end.min(high), *number))?;
        Some(self.children[last])
    }

    /// The child that the start of another, at the instant `at`, waited for, and the end of its part.
    fn child_before(&self, at: u64, tolerance: u64, cursor: &mut usize) -> Option<(Child, u64)> {
        let child = |place: usize| self.by_end(place);
        while child(*cursor).is_some_and(|child| child.end > at) {
            *cursor += 1;
        }
        if let Some(overlapping) = cursor.checked_sub(1).and_then(child)
            && self.is_tolerated(&overlapping, at, tolerance, *cursor)
        {
            return Some((overlapping, at));
        }
        // A child that begins and ends at this instant cannot have come before it.
        while child(*cursor).is_some_and(|child| child.start >= at) {
            *cursor += 1;
        }
        child(*cursor).map(|child| (child, child.end))
    }

    /// Whether a child that ends after `at`, as the first of all that do, overlaps so little that it counts as ending at it: the start at
    /// `at` and its own end are the only events from one to the other.
    fn is_tolerated(&self, child: &Child, at: u64, duration: u64, cursor: usize) -> bool {
        if child.start >= at || !is_small_overlap(child.end - at, duration) {
            return false;
        }
        let end_of = |place: usize| self.by_end(place).map(|child| child.end);
        let before = cursor.checked_sub(2).and_then(end_of);
        let only_end = before.is_none_or(|end| end > child.end) && end_of(cursor).is_none_or(|end| end < at);
        let starts = self.children.partition_point(|other| other.start <= child.end)
            - self.children.partition_point(|other| other.start < at);
        only_end && starts == 1
    }
}
