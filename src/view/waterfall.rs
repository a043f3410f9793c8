//! The rows of a waterfall: which spans are visible, and what a row shows.
//!
//! ```text
//!  ▾ A                    row 0   spans in tree order; a collapsed span hides its subtree,
//!    ▸ B  (3 hidden)      row 1   which is the run of spans behind it
//!      C                  row 2
//!    ▸ 9 × D              row 3   a group of alike leaves, closed
//! ```
//! The list of visible spans is made anew when something opens or closes: linear, and rows are then found by position, spans by
//! bisection. What is hidden otherwise is the matter of [`Selection`]. A row costs as much as its span has children and segments, or its
//! group members; ranges are joined where there are more than a row can show.

use std::rc::Rc;

use super::TimeRange;
use super::shifts::Shifts;
use super::visible::{Group, Layout};
use crate::analyze::critical_path::{CriticalPaths, Segment};
use crate::analyze::errors::{Errors, tells_of_error};
use crate::sort;
use crate::store::{Span, SpanKind, Top, Trace};
use crate::strings::StringId;

pub use super::visible::Selection;

/// Stretches of time that a row shows at most.
const MAX_STRETCHES: usize = 64;
/// Events that a row shows at most.
const MAX_EVENTS: usize = 64;

/// Whether a row has a mark for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorMark {
    /// An error began in this span.
    Own,
    /// One began below it.
    Below,
}

impl ErrorMark {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorMark::Own => "own",
            ErrorMark::Below => "below",
        }
    }
}

/// An event on a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventMark {
    /// Nanoseconds since the start of the trace.
    pub ns: f64,
    /// Whether it tells of an exception.
    pub error: bool,
}

/// What a row of a group says of its spans, all in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupFigures {
    /// How many spans it stands for.
    pub count: u32,
    /// How many of them have an error.
    pub errors: u32,
    /// Time in which at least one of them runs.
    pub union_ns: f64,
    /// The sum of their durations.
    pub sum_ns: f64,
    /// The shortest.
    pub least_ns: f64,
    /// The longest.
    pub most_ns: f64,
}

/// What a row shows. Times are nanoseconds since the start of the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Position of the span in the trace's tree order.
    pub span: u32,
    /// 1 for a top.
    pub level: u32,
    /// Whether it has children.
    pub expandable: bool,
    /// Whether its children are visible.
    pub expanded: bool,
    /// Descendants that are hidden because it is collapsed.
    pub hidden: u32,
    /// Place among its siblings, from 1.
    pub position_in_set: u32,
    /// How many siblings there are, itself included.
    pub set_size: u32,
    /// Why it is a top.
    pub top: Option<Top>,
    /// Position of its service in the store's list.
    pub service_index: u32,
    /// The operation.
    pub name: StringId,
    /// Which side of a call.
    pub kind: SpanKind,
    /// NaN without a time.
    pub start_ns: f64,
    /// End minus start.
    pub duration_ns: f64,
    /// Time in no child.
    pub self_ns: f64,
    /// Time that it owns on the critical path of its top.
    pub critical_ns: f64,
    /// Whether there is an error in it or below.
    pub error: Option<ErrorMark>,
    /// Whether its status has a message.
    pub has_status_message: bool,
    /// Pairs of start and end: where none of its children runs.
    pub busy: Vec<f64>,
    /// Pairs of start and end: where it owns the critical path; of a collapsed span, where its subtree does.
    pub critical: Vec<f64>,
    /// Its first events.
    pub events: Vec<EventMark>,
    /// The start of its earliest child that begins before it. Children that it does not wait for do not count.
    pub early_ns: Option<f64>,
    /// The end of its latest child that ends after it.
    pub late_ns: Option<f64>,
    /// How far it is moved from where it was recorded.
    pub shift_ns: f64,
    /// How many links it has.
    pub links: u32,
    /// How many warnings are about it.
    pub warnings: u32,
    /// Spans between it and the next row that are hidden by the selection.
    pub skipped: u32,
    /// Set for a row that stands for a group; `span` is the first of its spans then.
    pub group: Option<GroupFigures>,
}

/// The state of a waterfall over one trace.
#[derive(Clone, Debug)]
pub struct Waterfall {
    /// Index behind the last descendant, for each span.
    subtree_ends: Vec<u32>,
    errors: Rc<Errors>,
    /// The part of the critical path that a span's subtree owns: one stretch, because what a child owns lies within its parent's part.
    owned: Vec<(u64, u64)>,
    /// Segments of the critical paths by span, in time order.
    segments: Vec<(u64, u64)>,
    /// Where each span's segments begin.
    segments_from: Vec<u32>,
    collapsed: Vec<bool>,
    /// How far each span is moved; empty for the times as recorded.
    shifts: Vec<i64>,
    selection: Selection,
    /// A hidden span that is shown all the same.
    pinned: Option<u32>,
    layout: Layout,
    /// First spans of the groups that are open, rising.
    open_groups: Vec<u32>,
    /// Visible spans, rising; a group's number with a bit set stands before the spans in it.
    rows: Vec<u32>,
}

/// Marks a row of a group.
const GROUP: u32 = 1 << 31;
const NOTHING: (u64, u64) = (u64::MAX, 0);

impl Waterfall {
    /// A waterfall with everything expanded.
    pub fn new(trace: &Trace<'_>, paths: &CriticalPaths, errors: Rc<Errors>) -> Waterfall {
        let count = trace.span_count();
        let first = trace.first().0;
        let subtree_ends: Vec<u32> = trace.spans().map(|span| span.subtree_end().0 - first).collect();
        let selection = Selection::default();
        let layout = Layout::new(trace, &subtree_ends, &selection, &|_| true, None);
        let mut waterfall = Waterfall {
            subtree_ends,
            errors,
            owned: vec![NOTHING; count],
            segments: vec![NOTHING; paths.segments().len()],
            segments_from: vec![0; count + 1],
            collapsed: vec![false; count],
            shifts: Vec::new(),
            selection,
            pinned: None,
            layout,
            open_groups: Vec::new(),
            rows: (0..count as u32).collect(),
        };
        waterfall.sort_segments(first, paths);
        waterfall.add_up_owned(trace);
        waterfall
    }

    /// By span (counting sort), each span's from first to last.
    fn sort_segments(&mut self, first: u32, paths: &CriticalPaths) {
        let position = |segment: &Segment| (segment.span.0 - first) as usize;
        for segment in paths.segments() {
            self.segments_from[position(segment) + 1] += 1;
        }
        for span in 0..self.collapsed.len() {
            self.segments_from[span + 1] += self.segments_from[span];
        }
        // Paths run backwards, so each span's places are filled from behind.
        let mut free: Vec<u32> = self.segments_from[1..].to_vec();
        for segment in paths.segments() {
            let place = &mut free[position(segment)];
            *place -= 1;
            self.segments[*place as usize] = (segment.start, segment.end);
        }
    }

    fn add_up_owned(&mut self, trace: &Trace<'_>) {
        let first = trace.first().0;
        for span in trace.spans() {
            let position = span.position();
            let own = &self.segments[self.segments_of(position)];
            if let (Some(early), Some(late)) = (own.first(), own.last()) {
                self.owned[position] = (early.0, late.1);
            }
        }
        for position in (0..self.owned.len()).rev() {
            let (start, end) = self.owned[position];
            let parent = trace.span(position).and_then(|span| span.parent());
            if let Some(parent) = parent {
                let owned = &mut self.owned[(parent.0 - first) as usize];
                *owned = (owned.0.min(start), owned.1.max(end));
            }
        }
    }

    fn segments_of(&self, span: usize) -> std::ops::Range<usize> {
        self.segments_from[span] as usize..self.segments_from[span + 1] as usize
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The row of a span, `None` when it is hidden or not there.
    pub fn row_of(&self, span: u32) -> Option<usize> {
        self.row_at(2 * u64::from(span) + 1)
    }

    /// The row of a span, of the closed group it is in, or of the nearest span above it that has one; `None` when there is none.
    pub fn nearest_row(&self, span: u32) -> Option<usize> {
        let mut span = span;
        loop {
            let group = || self.group_row(self.layout.group_of(span)?);
            if let Some(row) = self.row_of(span).or_else(group) {
                return Some(row);
            }
            span = *self.layout.families.get(span as usize)?;
        }
    }

    /// The span of a row, of a group its first one.
    pub fn span_of(&self, row: usize) -> Option<u32> {
        self.rows.get(row).map(|entry| (self.key(*entry) / 2) as u32)
    }

    /// The row above a row in the tree; `None` where there is none.
    pub fn parent_row(&self, row: usize) -> Option<usize> {
        let entry = *self.rows.get(row)?;
        let span = self.span_of(row)?;
        if entry < GROUP
            && let Some(group) = self.layout.group_of(span)
        {
            return self.group_row(group);
        }
        self.row_of(self.layout.families[span as usize])
    }

    /// The spans that are in focus: all of them, or a subtree.
    pub fn range(&self) -> (u32, u32) {
        self.layout.range
    }

    /// How many of the spans in focus the selection hides.
    pub fn hidden_count(&self) -> u32 {
        self.layout.hidden_in(self.layout.range.0, self.layout.range.1)
    }

    /// Moves spans along the time by so many nanoseconds each; none: all are where they were recorded.
    pub fn shift(&mut self, shifts: Vec<i64>) {
        self.shifts = shifts;
    }

    /// Shows another part of the trace.
    pub fn select(&mut self, trace: &Trace<'_>, selection: Selection) {
        self.selection = selection;
        self.pinned = None;
        self.lay_out(trace);
    }

    /// Opens or closes the group that a span is in.
    pub fn set_group_open(&mut self, span: u32, open: bool) {
        let Some(group) = self.layout.group_of(span) else { return };
        let first = self.layout.groups[group].first;
        match (self.open_groups.binary_search(&first), open) {
            (Err(place), true) => self.open_groups.insert(place, first),
            (Ok(place), false) => {
                self.open_groups.remove(place);
            }
            _ => return,
        }
        self.list_rows();
    }

    /// Shows or hides a span's children; a span without children stays as it is.
    pub fn set_expanded(&mut self, span: u32, expanded: bool) {
        if self.is_expandable(span) && self.collapsed[span as usize] == expanded {
            self.collapsed[span as usize] = !expanded;
            self.list_rows();
        }
    }

    /// Shows everything that the selection does not hide, groups closed or open as they are.
    pub fn expand_all(&mut self) {
        self.collapsed.fill(false);
        self.list_rows();
    }

    /// Shows the tops alone.
    pub fn collapse_all(&mut self) {
        self.expand_to_level(1);
    }

    /// Shows the spans of the first `level` levels: 1 for the tops alone.
    pub fn expand_to_level(&mut self, level: u32) {
        for span in self.layout.range.0..self.layout.range.1 {
            self.collapsed[span as usize] = self.layout.levels[span as usize] >= level && self.is_expandable(span);
        }
        self.list_rows();
    }

    /// Expands everything above a span, opens its group, and shows it even where the selection hides it; its row, `None` when there is no such
    /// span, or when it is not in the subtree that is in focus.
    pub fn reveal(&mut self, trace: &Trace<'_>, span: u32) -> Option<usize> {
        if span < self.layout.range.0 || span >= self.layout.range.1 {
            return None;
        }
        let mut changed = false;
        if !self.layout.is_visible(span) {
            self.pinned = Some(span);
            self.lay_out(trace);
        }
        let mut above = self.layout.families[span as usize] as usize;
        while let Some(collapsed) = self.collapsed.get_mut(above) {
            changed |= std::mem::take(collapsed);
            above = self.layout.families[above] as usize;
        }
        if changed {
            self.list_rows();
        }
        if self.row_of(span).is_none() {
            self.set_group_open(span, true);
        }
        self.row_of(span)
    }

    /// Rows come by their spans; a group stands before its first one.
    fn key(&self, entry: u32) -> u64 {
        match entry.checked_sub(GROUP) {
            Some(group) => 2 * u64::from(self.layout.groups[group as usize].first),
            None => 2 * u64::from(entry) + 1,
        }
    }

    fn row_at(&self, key: u64) -> Option<usize> {
        self.rows.binary_search_by(|entry| self.key(*entry).cmp(&key)).ok()
    }

    fn group_row(&self, group: usize) -> Option<usize> {
        self.row_at(2 * u64::from(self.layout.groups[group].first))
    }

    fn is_expandable(&self, span: u32) -> bool {
        self.subtree_ends.get(span as usize).is_some_and(|end| self.layout.visible_in(span + 1, *end) > 0)
    }

    fn lay_out(&mut self, trace: &Trace<'_>) {
        let on_path = |position: usize| self.owned[position].0 < self.owned[position].1;
        self.layout = Layout::new(trace, &self.subtree_ends, &self.selection, &on_path, self.pinned);
        self.list_rows();
    }

    fn list_rows(&mut self) {
        let layout = &self.layout;
        self.rows.clear();
        let (mut span, to) = layout.range;
        let mut number = 0;
        while span < to {
            while layout.groups.get(number).is_some_and(|group| group.first < span) {
                number += 1;
            }
            if let Some(group) = layout.groups.get(number).filter(|group| group.first == span) {
                self.rows.push(GROUP | number as u32);
                if self.open_groups.binary_search(&group.first).is_ok() {
                    self.rows.extend((span..group.end).filter(|member| layout.is_visible(*member)));
                }
                span = group.end;
                continue;
            }
            let visible = layout.is_visible(span);
            if visible {
                self.rows.push(span);
            }
            // What is hidden cannot be opened again, so it does not hide what is below it.
            span = if visible && self.collapsed[span as usize] { self.subtree_ends[span as usize] } else { span + 1 };
        }
    }

    /// The rows from one on. `self_ns` are the self times of the trace; what lies outside of the range is left out of
    /// stretches and events.
    pub fn rows(&self, trace: &Trace<'_>, self_ns: &[u64], from: usize, count: usize, range: TimeRange) -> Vec<Row> {
        let last = self.rows.len().min(from.saturating_add(count));
        (from..last)
            .filter_map(|index| {
                let entry = self.rows[index];
                let mut row = match entry.checked_sub(GROUP) {
                    Some(group) => self.group(trace, self_ns, self.layout.groups.get(group as usize)?, range)?,
                    None => self.row(trace, trace.span(entry as usize)?, *self_ns.get(entry as usize)?, range),
                };
                let behind = match &row.group {
                    Some(_) if row.expanded => row.span,
                    Some(_) => self.layout.groups[self.layout.group_of(row.span)?].end,
                    None if row.expandable && !row.expanded => self.subtree_ends[row.span as usize],
                    None => row.span + 1,
                };
                let next = self.span_of(index + 1).unwrap_or(self.layout.range.1);
                row.skipped = self.layout.hidden_in(behind, next);
                Some(row)
            })
            .collect()
    }

    /// The row of a group: its first span's, with what all of them have together.
    fn group(&self, trace: &Trace<'_>, self_ns: &[u64], group: &Group, range: TimeRange) -> Option<Row> {
        let origin = trace.start_ns().unwrap_or(0);
        let since_start = |time: u64| (i128::from(time) - i128::from(origin)) as f64;
        let mut row = self.row(trace, trace.span(group.first as usize)?, 0, range);
        let mut figures = GroupFigures { count: group.count, least_ns: f64::INFINITY, ..GroupFigures::default() };
        let (mut busy, mut critical) = (Stretches::new(range), Stretches::new(range));
        let shifts = Shifts::new(&self.shifts);
        let mut intervals: Vec<(u64, u64)> = Vec::new();
        let mut covered: Option<(u64, u64)> = None;
        (row.critical_ns, row.links, row.warnings, row.start_ns) = (0.0, 0, 0, f64::NAN);
        (row.early_ns, row.late_ns) = (None, None);
        for member in (group.first..group.end).filter(|member| self.layout.is_visible(*member)) {
            let position = member as usize;
            let span = trace.span(position)?;
            let duration = span.duration_ns().unwrap_or(0) as f64;
            figures.errors += u32::from(self.errors.begins_at(position));
            figures.sum_ns += duration;
            figures.least_ns = figures.least_ns.min(duration);
            figures.most_ns = figures.most_ns.max(duration);
            row.self_ns += *self_ns.get(position)? as f64;
            row.links += span.links().len() as u32;
            row.warnings += span.warnings().count() as u32;
            let shift = shifts.of(position) as f64;
            for (start, end) in &self.segments[self.segments_of(position)] {
                row.critical_ns += (end - start) as f64;
                critical.push(since_start(*start) + shift, since_start(*end) + shift);
            }
            intervals.extend(shifts.interval(&span));
        }
        // Siblings come by start unless they were moved.
        if !self.shifts.is_empty() {
            sort::slice(&mut intervals, Ord::cmp);
        }
        for (start, end) in intervals {
            covered = match covered {
                Some((from, to)) if start <= to => Some((from, to.max(end))),
                before => {
                    if let Some((from, to)) = before {
                        figures.union_ns += (to - from) as f64;
                        busy.push(since_start(from), since_start(to));
                    }
                    Some((start, end))
                }
            };
            row.start_ns = row.start_ns.min(since_start(start));
            let last = since_start(covered.map_or(end, |(_, to)| to));
            row.duration_ns = last - row.start_ns;
        }
        if let Some((from, to)) = covered {
            figures.union_ns += (to - from) as f64;
            busy.push(since_start(from), since_start(to));
        }
        row.expandable = true;
        row.expanded = self.open_groups.binary_search(&group.first).is_ok();
        row.hidden = if row.expanded { 0 } else { group.count };
        row.level = self.layout.levels[group.first as usize];
        (row.position_in_set, row.set_size) =
            (group.place, self.layout.sizes[self.layout.families[group.first as usize] as usize]);
        row.error = (figures.errors > 0).then_some(ErrorMark::Own);
        row.has_status_message = false;
        (row.busy, row.critical, row.events) = (busy.into_pairs(), critical.into_pairs(), Vec::new());
        row.group = Some(figures);
        Some(row)
    }

    fn row(&self, trace: &Trace<'_>, span: Span<'_>, self_ns: u64, range: TimeRange) -> Row {
        let position = span.position();
        let end = self.subtree_ends[position];
        let expandable = self.is_expandable(position as u32);
        let collapsed = expandable && self.collapsed[position];
        let (level, place, size) = match self.layout.group_of(position as u32) {
            Some(number) => {
                let group = &self.layout.groups[number];
                let place = self.layout.visible_in(group.first, position as u32) + 1;
                (self.layout.levels[position] + 1, place, group.count)
            }
            None => {
                let size = self.layout.sizes[self.layout.families[position] as usize];
                (self.layout.levels[position], self.layout.places[position], size)
            }
        };
        let origin = trace.start_ns().unwrap_or(0);
        let since_start = |time: u64| (i128::from(time) - i128::from(origin)) as f64;
        let shifts = Shifts::new(&self.shifts);
        let shift = shifts.of(position) as f64;
        let mut busy = Stretches::new(range);
        shifts.for_each_gap(&span, &mut |start, end| busy.push(since_start(start), since_start(end)));
        let own = &self.segments[self.segments_of(position)];
        let mut critical = Stretches::new(range);
        if collapsed {
            let (start, end) = self.owned[position];
            if start < end {
                critical.push(since_start(start) + shift, since_start(end) + shift);
            }
        } else {
            own.iter().for_each(|(start, end)| critical.push(since_start(*start) + shift, since_start(*end) + shift));
        }
        let (early, late) = beyond(&span, shifts);
        Row {
            span: position as u32,
            level,
            expandable,
            expanded: expandable && !collapsed,
            hidden: if collapsed { self.layout.visible_in(position as u32 + 1, end) } else { 0 },
            position_in_set: place,
            set_size: size,
            top: span.top(),
            service_index: span.service_index() as u32,
            name: span.name_id(),
            kind: span.kind(),
            start_ns: span.start_ns().map_or(f64::NAN, since_start) + shift,
            duration_ns: span.duration_ns().unwrap_or(0) as f64,
            self_ns: self_ns as f64,
            critical_ns: own.iter().map(|(start, end)| end - start).sum::<u64>() as f64,
            error: if self.errors.begins_at(position) {
                Some(ErrorMark::Own)
            } else {
                self.errors.is_above(position).then_some(ErrorMark::Below)
            },
            has_status_message: span.has_status_message(),
            busy: busy.into_pairs(),
            critical: critical.into_pairs(),
            events: span
                .events()
                .filter_map(|event| {
                    let mark =
                        EventMark { ns: since_start(event.time_ns()?) + shift, error: tells_of_error(&event.name()) };
                    range.overlaps(mark.ns, mark.ns).then_some(mark)
                })
                .take(MAX_EVENTS)
                .collect(),
            early_ns: early.map(since_start),
            late_ns: late.map(since_start),
            shift_ns: shift,
            links: span.links().len() as u32,
            warnings: span.warnings().count() as u32,
            skipped: 0,
            group: None,
        }
    }
}

/// The earliest start of a child before a span's own, and the latest end of one after it.
fn beyond(span: &Span<'_>, shifts: Shifts<'_>) -> (Option<u64>, Option<u64>) {
    let Some((from, to)) = shifts.interval(span) else { return (None, None) };
    let (mut first, mut last) = (from, to);
    for child in span.children().filter(|child| !child.is_async()) {
        if let Some((start, end)) = shifts.interval(&child) {
            (first, last) = (first.min(start), last.max(end));
        }
    }
    ((first < from).then_some(first), (last > to).then_some(last))
}

/// Stretches of a row, in time order.
struct Stretches {
    range: TimeRange,
    all: Vec<(f64, f64)>,
}

impl Stretches {
    fn new(range: TimeRange) -> Stretches {
        Stretches { range, all: Vec::new() }
    }

    fn push(&mut self, start: f64, end: f64) {
        if self.range.overlaps(start, end) {
            self.all.push((start, end));
        }
    }

    /// As pairs; where there are too many, those with the smallest gaps between them are joined.
    fn into_pairs(mut self) -> Vec<f64> {
        if self.all.len() > MAX_STRETCHES {
            // Gaps are not negative, and the bits of such doubles come in their order.
            let gap = |index: usize| (self.all[index].0 - self.all[index - 1].1).max(0.0).to_bits();
            let mut cuts: Vec<(u64, u32)> = (1..self.all.len()).map(|index| (!gap(index), index as u32)).collect();
            cuts.sort_unstable();
            let mut kept: Vec<u32> = cuts[..MAX_STRETCHES - 1].iter().map(|(_, index)| *index).collect();
            sort::numbers(&mut kept, &mut |one, other| one.cmp(&other));
            let mut joined = Vec::with_capacity(MAX_STRETCHES);
            let mut first = 0;
            for next in kept.iter().map(|index| *index as usize).chain([self.all.len()]) {
                joined.push((self.all[first].0, self.all[next - 1].1));
                first = next;
            }
            self.all = joined;
        }
        self.all.into_iter().flat_map(|(start, end)| [start, end]).collect()
    }
}
