//! Which spans may have rows, and where these then stand in the tree.
//!
//! ```text
//!  A                 A                 A                       B's service is hidden: what is below it stands under A
//!  ├ B               ├ C               ├ C                     five D beside each other are one row
//!  │ └ C             ├ D               └ 5 × D
//!  └ D D D D D       ├ D …
//! ```
//! One notion for all that hides rows but collapsing: focus on a subtree, services and kinds, matches alone, the critical path alone.
//! Linear, made anew when the selection changes.

use crate::store::{SpanKind, Trace};

/// So many alike beside each other become a group.
const LEAST_GROUP: u32 = 5;

/// What is to be shown of a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The span whose subtree is shown alone.
    pub root: Option<u32>,
    /// Services, by their index, whose spans are hidden.
    pub hidden_services: Vec<u32>,
    /// Kinds whose spans are hidden.
    pub hidden_kinds: Vec<SpanKind>,
    /// Spans, rising, that are shown alone with what is above them.
    pub only: Option<Vec<u32>>,
    /// Whether only spans that are on the critical path, or above one that is, are shown.
    pub path_alone: bool,
    /// Whether alike leaves beside each other are one row.
    pub grouped: bool,
}

/// Alike leaves beside each other: a run of spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) first: u32,
    pub(super) end: u32,
    /// How many of them are visible.
    pub(super) count: u32,
    /// Place among the siblings, from 1.
    pub(super) place: u32,
}

/// The visible spans and their places.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The spans that are shown: those of the subtree in focus, or all.
    pub(super) range: (u32, u32),
    /// How many spans before this one are visible; empty when all are.
    before: Vec<u32>,
    /// The nearest visible span above; the number of spans where there is none.
    pub(super) families: Vec<u32>,
    /// 1 for those that have none above.
    pub(super) levels: Vec<u32>,
    /// Place among the siblings, from 1.
    pub(super) places: Vec<u32>,
    /// How many siblings a family has; behind the spans, how many there are without one.
    pub(super) sizes: Vec<u32>,
    /// Rising.
    pub(super) groups: Vec<Group>,
}

impl Layout {
    /// `ends` are the indices behind the last descendants; `on_path` tells whether a span or one below it owns a part of the critical path;
    /// `pinned` is visible in any case.
    pub(super) fn new(
        trace: &Trace<'_>,
        ends: &[u32],
        selection: &Selection,
        on_path: &dyn Fn(usize) -> bool,
        pinned: Option<u32>,
    ) -> Layout {
        let count = ends.len() as u32;
        let root = selection.root.filter(|root| *root < count);
        let range = root.map_or((0, count), |root| (root, ends[root as usize]));
        let mut layout = Layout {
            range,
            before: visible(trace, ends, selection, on_path, pinned),
            families: vec![count; ends.len()],
            levels: vec![1; ends.len()],
            places: vec![1; ends.len()],
            sizes: vec![0; ends.len() + 1],
            groups: Vec::new(),
        };
        let first = trace.first().0;
        for position in range.0..range.1 {
            let at = position as usize;
            let parent = trace.span(at).and_then(|span| span.parent()).filter(|_| Some(position) != root);
            if let Some(parent) = parent {
                let parent = parent.0 - first;
                let family = if layout.is_visible(parent) { parent } else { layout.families[parent as usize] };
                layout.families[at] = family;
                layout.levels[at] = if family == count { 1 } else { layout.levels[family as usize] + 1 };
            }
        }
        if selection.grouped {
            layout.group(trace, ends);
        }
        layout.number();
        layout
    }

    fn group(&mut self, trace: &Trace<'_>, ends: &[u32]) {
        let kind = |position: u32| {
            let span = trace.span(position as usize)?;
            (ends[position as usize] == position + 1).then(|| (span.parent(), span.service_index(), span.name_id()))
        };
        let (mut first, to) = self.range;
        let mut this = kind(first);
        while first < to {
            let mut end = first + 1;
            let mut next = None;
            while end < to {
                next = kind(end);
                if this.is_none() || next != this {
                    break;
                }
                end += 1;
            }
            let count = self.visible_in(first, end);
            if this.is_some() && count >= LEAST_GROUP {
                self.groups.push(Group { first, end, count, place: 0 });
            }
            (first, this) = (end, next);
        }
    }

    /// Numbers the siblings; a group is one of them.
    fn number(&mut self) {
        let mut groups = std::mem::take(&mut self.groups);
        let mut next_group = groups.iter_mut().peekable();
        let (mut position, to) = self.range;
        while position < to {
            let size = &mut self.sizes[self.families[position as usize] as usize];
            if let Some(group) = next_group.next_if(|group| group.first == position) {
                *size += 1;
                group.place = *size;
                position = group.end;
                continue;
            }
            // What is not visible is not counted, and its number is not asked for.
            *size += u32::from(
                self.before.is_empty() || self.before[position as usize] < self.before[position as usize + 1],
            );
            self.places[position as usize] = *size;
            position += 1;
        }
        self.groups = groups;
    }

    pub(super) fn is_visible(&self, span: u32) -> bool {
        self.visible_in(span, span + 1) > 0
    }

    /// How many of these spans are visible.
    pub(super) fn visible_in(&self, from: u32, to: u32) -> u32 {
        if from >= to {
            return 0;
        }
        if self.before.is_empty() { to - from } else { self.before[to as usize] - self.before[from as usize] }
    }

    /// How many of these spans are not visible.
    pub(super) fn hidden_in(&self, from: u32, to: u32) -> u32 {
        to.saturating_sub(from) - self.visible_in(from, to)
    }

    /// The number of the group that a span is in.
    pub(super) fn group_of(&self, span: u32) -> Option<usize> {
        let behind = self.groups.partition_point(|group| group.first <= span);
        let number = behind.checked_sub(1)?;
        (span < self.groups[number].end).then_some(number)
    }
}

/// How many spans before each one, and in all, are visible; empty when all are.
fn visible(
    trace: &Trace<'_>,
    ends: &[u32],
    selection: &Selection,
    on_path: &dyn Fn(usize) -> bool,
    pinned: Option<u32>,
) -> Vec<u32> {
    let Selection { root, hidden_services, hidden_kinds, only, path_alone, .. } = selection;
    if hidden_services.is_empty() && hidden_kinds.is_empty() && only.is_none() && !path_alone {
        return Vec::new();
    }
    let mut services = vec![false; trace.store().services().len()];
    for service in hidden_services {
        if let Some(hidden) = services.get_mut(*service as usize) {
            *hidden = true;
        }
    }
    let mut wanted: Vec<bool> = trace
        .spans()
        .map(|span| {
            !services[span.service_index()]
                && !hidden_kinds.contains(&span.kind())
                && (!path_alone || on_path(span.position()))
        })
        .collect();
    if let Some(only) = only {
        let mut matching = vec![false; ends.len()];
        for span in only.iter().map(|span| *span as usize).filter(|span| *span < ends.len()) {
            matching[span] = wanted[span];
        }
        let before = sums(&matching);
        for (position, wanted) in wanted.iter_mut().enumerate() {
            *wanted = *wanted && before[position] < before[ends[position] as usize];
        }
    }
    for span in [*root, pinned].into_iter().flatten() {
        if let Some(wanted) = wanted.get_mut(span as usize) {
            *wanted = true;
        }
    }
    sums(&wanted)
}

/// How many are set before each place, and in all.
fn sums(marks: &[bool]) -> Vec<u32> {
    let mut sums = Vec::with_capacity(marks.len() + 1);
    let mut sum = 0;
    sums.push(0);
    for mark in marks {
        sum += u32::from(*mark);
        sums.push(sum);
    }
    sums
}
