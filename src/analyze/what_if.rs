//! What if: how much sooner a request would have ended, had some of its spans been shorter or run at once.
//!
//! ```text
//!  A  |------------------------|        C began when B had ended, and A waited for C and D:
//!  B     |-----|                        without B, C begins and ends 6 sooner; but D ends where it did,
//!  C             |--------|             so A ends 2 sooner. That is B's drag, and D has a slack of 2.
//!  D      |-------------|
//! ```
//! The time within a span is replayed: each child begins as long after the last end before it as it did, and the span ends as long after
//! the last of its children as it did. What is changed then moves what came after it, and nothing else. Only children that block
//! their parent count, each clipped to the part of its parent that counts; a small overlap of two clocks is no order (as for
//! the critical path, see [`critical_path`](super::critical_path)).
//!
//! - **Drag** of a span: how much sooner its top would have ended without it and all below it. 0 off the critical path.
//! - **Slack** of a span: how much later it could have ended before its top ended later. 0 on the critical path.
//!
//! This is exact for the order that the span times show; that one span waited for another they cannot prove.
//! O(k log k) for each level above a span, k being the number of children there; no recursion.
//! (Drag: Devaux, critical path drag in project networks; here by replay instead of by formula.)

use std::collections::BinaryHeap;

use super::critical_path::is_small_overlap;
use super::words::duration;
use crate::sort;
use crate::store::{Span, SpanIndex, Store, Trace};

/// A change to some spans of a trace.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Spans that take less time, and by how many nanoseconds.
    pub shorter: Vec<(SpanIndex, u64)>,
    /// Groups of siblings, rising by span; those of a group all begin when the first of them begins.
    pub together: Vec<Vec<SpanIndex>>,
}

/// How much sooner the span's top would have ended without it and what is below it, in nanoseconds.
pub fn drag(trace: &Trace<'_>, span: SpanIndex) -> u64 {
    saved_if_shorter(trace, span, u64::MAX)
}

/// How much sooner the span's top would have ended, had the part of the span that counts ended so much sooner, in nanoseconds.
pub fn saved_if_shorter(trace: &Trace<'_>, span: SpanIndex, by_ns: u64) -> u64 {
    let Some(windows) = windows(trace.store(), span) else { return 0 };
    let Some((_, start, end)) = windows.last().copied() else { return 0 };
    Replay::default().pass_up(trace.store(), &windows, by_ns.min(end - start))
}

/// How much sooner `top` would have ended with a change to spans below it, in nanoseconds.
pub fn saved_by(top: &Span<'_>, change: &Change) -> u64 {
    Replays::new(top).saved_by(top.store(), change)
}

/// Replays of one top. One look at all spans below it; then each replay costs what it touches: the siblings of what has changed, and
/// those of all spans above.
#[derive(Debug)]
pub struct Replays {
    top: SpanIndex,
    /// Of each span the part that counts; an empty one for a span that holds nothing up.
    parts: Vec<(u64, u64)>,
    /// By how much each span ends sooner in this replay; 0 between replays.
    sooner: Vec<u64>,
    /// Whether children of a span end sooner; false between replays.
    changed: Vec<bool>,
    replay: Replay,
}

impl Replays {
    /// Looks at all spans below the top.
    pub fn new(top: &Span<'_>) -> Replays {
        let first = top.index().0;
        let count = (top.subtree_end().0 - first) as usize;
        let mut parts: Vec<(u64, u64)> = Vec::with_capacity(count);
        for index in first..top.subtree_end().0 {
            let span = top.store().span(SpanIndex(index));
            let part = match span.parent().filter(|_| index != first) {
                None => span.interval(),
                Some(parent) => {
                    let (low, high) = parts[(parent.0 - first) as usize];
                    window(&span, low, high)
                }
            };
            parts.push(part.unwrap_or((u64::MAX, 0)));
        }
        Replays {
            top: top.index(),
            parts,
            sooner: vec![0; count],
            changed: vec![false; count],
            replay: Replay::default(),
        }
    }

    /// Whether a span is below the top, or it.
    pub fn holds(&self, span: SpanIndex) -> bool {
        self.place(span).is_some()
    }

    fn place(&self, span: SpanIndex) -> Option<usize> {
        let place = span.0.checked_sub(self.top.0)? as usize;
        (place < self.parts.len()).then_some(place)
    }

    /// How much sooner the top would have ended with a change to spans below it, in nanoseconds. The store is the top's.
    pub fn saved_by(&mut self, store: &Store, change: &Change) -> u64 {
        // Spans whose children have changed; parents come before their children, so the last one is the first to be replayed.
        let mut above: BinaryHeap<u32> = BinaryHeap::new();
        let mut touched: Vec<u32> = Vec::new();
        for (span, ns) in &change.shorter {
            if let Some(at) = self.place(*span) {
                self.sooner[at] = (*ns).min(self.parts[at].1.saturating_sub(self.parts[at].0));
                touched.push(at as u32);
                self.mark_above(store, *span, &mut above);
            }
        }
        for span in change.together.iter().filter_map(|group| group.first()) {
            self.mark_above(store, *span, &mut above);
        }
        let first = self.top.0;
        while let Some(at) = above.pop() {
            let place = at as usize;
            self.changed[place] = false;
            let (start, end) = self.parts[place];
            let span = store.span(SpanIndex(first + at));
            if start < end {
                self.replay.collect(&span, start, end);
                let sooner = &self.sooner;
                let saved = self.replay.run(start, |child| sooner[(child.0 - first) as usize], &change.together);
                self.sooner[place] = self.sooner[place].saturating_add(saved);
                touched.push(at);
            }
            if self.sooner[place] > 0 {
                self.mark_above(store, span.index(), &mut above);
            }
        }
        let saved = self.sooner[0];
        for at in touched {
            self.sooner[at as usize] = 0;
        }
        saved
    }

    /// Marks the parent of a span as one whose children have changed.
    fn mark_above(&mut self, store: &Store, span: SpanIndex, above: &mut BinaryHeap<u32>) {
        let parent = store.span(span).parent();
        if let Some(place) = parent.and_then(|parent| self.place(parent))
            && !std::mem::replace(&mut self.changed[place], true)
        {
            above.push(place as u32);
        }
    }
}

/// How much later the span could have ended before its top ended later, in nanoseconds; `None` when nothing above waits for it.
pub fn slack(trace: &Trace<'_>, span: SpanIndex) -> Option<u64> {
    let store = trace.store();
    let windows = windows(store, span)?;
    let mut replay = Replay::default();
    let mut slack = 0;
    for pair in windows.windows(2) {
        let ((parent, start, end), (child, ..)) = (pair[0], pair[1]);
        replay.collect(&store.span(parent), start, end);
        slack = replay.slack_of(child, slack)?;
    }
    Some(slack)
}

/// From the top down to a span: each one, and the part of it that counts. `None` when one of them does not hold up its parent.
fn windows(store: &Store, span: SpanIndex) -> Option<Vec<(SpanIndex, u64, u64)>> {
    let mut chain = vec![span];
    while let Some(parent) = store.span(*chain.last()?).parent() {
        chain.push(parent);
    }
    let mut windows: Vec<(SpanIndex, u64, u64)> = Vec::with_capacity(chain.len());
    for index in chain.into_iter().rev() {
        let (start, end) = match windows.last() {
            None => store.span(index).interval()?,
            Some((_, low, high)) => window(&store.span(index), *low, *high)?,
        };
        windows.push((index, start, end));
    }
    Some(windows)
}

/// The part of a child that counts within a part of its parent.
fn window(child: &Span<'_>, low: u64, high: u64) -> Option<(u64, u64)> {
    let (start, end) = child.interval()?;
    (!child.is_async() && end > low && start < high).then(|| (start.max(low), end.min(high)))
}

/// A child while it is replayed.
#[derive(Clone, Copy, Debug)]
struct Child {
    span: SpanIndex,
    start: u64,
    /// Its own end, which may lie behind the part of its parent that counts.
    end: u64,
    /// Its end in that part.
    clipped: u64,
    /// That end in the replay.
    replayed: u64,
    /// How much later it may end.
    slack: u64,
}

/// Replays the time within one span.
#[derive(Debug, Default)]
struct Replay {
    /// By start.
    children: Vec<Child>,
    /// Numbers of the children by end, then by start.
    by_end: Vec<u32>,
    /// Of the whole span, for the tolerance.
    duration: u64,
}

impl Replay {
    fn collect(&mut self, owner: &Span<'_>, low: u64, high: u64) {
        self.children.clear();
        self.duration = duration(owner);
        for span in owner.children() {
            if let (Some((start, clipped)), Some((_, end))) = (window(&span, low, high), span.interval()) {
                self.children.push(Child { span: span.index(), start, end, clipped, replayed: clipped, slack: 0 });
            }
        }
        let Replay { children, by_end, .. } = self;
        by_end.clear();
        by_end.extend(0..children.len() as u32);
        let key = |number: u32| (children[number as usize].end, children[number as usize].start, number);
        sort::numbers(by_end, &mut |one, other| key(one).cmp(&key(other)));
    }

    /// How much sooner the top ends when the last of these spans ends so much sooner.
    fn pass_up(&mut self, store: &Store, windows: &[(SpanIndex, u64, u64)], mut sooner: u64) -> u64 {
        for pair in windows.windows(2).rev() {
            if sooner == 0 {
                return 0;
            }
            let ((parent, start, end), (child, ..)) = (pair[0], pair[1]);
            self.collect(&store.span(parent), start, end);
            sooner = self.run(start, |span| if span == child { sooner } else { 0 }, &[]);
        }
        sooner
    }

    /// Children stand in tree order.
    fn number_of(&self, span: SpanIndex) -> Option<usize> {
        self.children.binary_search_by_key(&span, |child| child.span).ok()
    }

    /// The child at a place of the order by end.
    fn by_end(&self, place: usize) -> Option<&Child> {
        self.by_end.get(place).map(|number| &self.children[*number as usize])
    }

    /// How many children had ended when another one began at `start`; those that begin and end at this very instant had not.
    fn ended_before(&self, start: u64) -> usize {
        self.by_end.partition_point(|number| {
            let child = &self.children[*number as usize];
            child.end < start || child.end == start && child.start < start
        })
    }

    /// How much sooner the span ends, which starts at `low`, when children take so much less time.
    fn run(&mut self, low: u64, shorter: impl Fn(SpanIndex) -> u64, together: &[Vec<SpanIndex>]) -> u64 {
        let mut ended = 0;
        // The latest end so far, and the latest in the replay.
        let (mut last, mut last_replayed) = (low, low);
        let mut first_of: Vec<Option<u64>> = vec![None; together.len()];
        for number in 0..self.children.len() {
            let Child { span, start, clipped, .. } = self.children[number];
            let ended_now = self.ended_before(start);
            for place in ended..ended_now {
                if let Some(before) = self.by_end(place) {
                    last = last.max(before.end);
                    last_replayed = last_replayed.max(before.replayed);
                }
            }
            ended = ended_now;
            let (mut waited_for, mut replayed) = (last, last_replayed);
            if let Some(before) = self.tolerated(start, ended) {
                waited_for = start;
                replayed = replayed.max(before.replayed.saturating_sub(before.clipped - start));
            }
            let mut begins = start - waited_for.saturating_sub(replayed);
            if let Some(group) = together.iter().position(|group| group.binary_search(&span).is_ok()) {
                begins = *first_of[group].get_or_insert(begins);
            }
            let shorter = shorter(span);
            self.children[number].replayed = begins + (clipped - start).saturating_sub(shorter);
        }
        let end = self.children.iter().map(|child| child.clipped).max().unwrap_or(low);
        let replayed = self.children.iter().map(|child| child.replayed).max().unwrap_or(low);
        end.saturating_sub(replayed)
    }

    /// The child that ended a little after `start` by another clock, and still was waited for; `ended` had ended before.
    fn tolerated(&self, start: u64, ended: usize) -> Option<&Child> {
        let mut place = ended;
        // Those without a duration at this very instant.
        while self.by_end(place)?.end <= start {
            place += 1;
        }
        let before = self.by_end(place)?;
        if before.start >= start || !is_small_overlap(before.end - start, self.duration) {
            return None;
        }
        let first_end = place.checked_sub(1).and_then(|place| self.by_end(place)).is_none_or(|other| other.end < start);
        let last_end = self.by_end(place + 1).is_none_or(|other| other.end > before.end);
        let starts = self.children.partition_point(|other| other.start <= before.end)
            - self.children.partition_point(|other| other.start < start);
        (first_end && last_end && starts == 1).then_some(before)
    }

    /// How much later a child may end, when the span itself may end so much later.
    fn slack_of(&mut self, wanted: SpanIndex, of_the_span: u64) -> Option<u64> {
        let count = self.children.len();
        let end = self.children.iter().map(|child| child.clipped).max()?;
        for child in &mut self.children {
            child.slack = (end - child.clipped).saturating_add(of_the_span);
        }
        // Up to when the children from each one on let everything before them end.
        let mut until = vec![u64::MAX; count + 1];
        for number in (0..count).rev() {
            let Child { start, end, slack, .. } = self.children[number];
            let behind = self.children.partition_point(|child| child.start < end || child.start <= start);
            let slack = slack.min(until[behind].saturating_sub(end));
            self.children[number].slack = slack;
            let ended = self.ended_before(start);
            let waited_for = match self.tolerated(start, ended).map(|before| before.span) {
                Some(before) => {
                    // It starts earlier, so its turn is still to come.
                    if let Some(before) = self.number_of(before) {
                        self.children[before].slack = self.children[before].slack.min(slack);
                    }
                    start
                }
                None => ended.checked_sub(1).and_then(|place| self.by_end(place)).map_or(start, |before| before.end),
            };
            until[number] = until[number + 1].min(waited_for.saturating_add(slack));
        }
        self.number_of(wanted).map(|number| self.children[number].slack)
    }
}
