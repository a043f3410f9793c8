//! The rows of a waterfall: which spans are visible, and what a row shows.
//!
//! ```text
//!  ▾ A                    row 0   spans in tree order; a collapsed span hides its subtree,
//!    ▸ B  (3 hidden)      row 1   which is the run of spans behind it
//!      C                  row 2
//! ```
//! The list of visible spans is made anew when something opens or closes: linear, and rows are then found by position, spans by
//! bisection. A row costs as much as its span has children and segments; ranges are joined where there are more than a row can show.

use super::TimeRange;
use crate::analyze::critical_path::{CriticalPaths, Segment};
use crate::analyze::errors::Errors;
use crate::analyze::self_time::for_each_gap;
use crate::sort;
use crate::store::{Span, SpanKind, Top, Trace};
use crate::strings::StringId;

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
    /// How many links it has.
    pub links: u32,
    /// How many warnings are about it.
    pub warnings: u32,
}

/// The state of a waterfall over one trace.
#[derive(Clone, Debug)]
pub struct Waterfall {
    /// Index behind the last descendant, for each span.
    subtree_ends: Vec<u32>,
    /// Place among the siblings, from 1.
    places: Vec<u32>,
    /// How many children; behind the spans, how many tops.
    child_counts: Vec<u32>,
    errors: Errors,
    /// The part of the critical path that a span's subtree owns: one stretch, because what a child owns lies within its parent's part.
    owned: Vec<(u64, u64)>,
    /// Segments of the critical paths by span, in time order.
    segments: Vec<(u64, u64)>,
    /// Where each span's segments begin.
    segments_from: Vec<u32>,
    collapsed: Vec<bool>,
    /// Visible spans, rising.
    rows: Vec<u32>,
}

const NOTHING: (u64, u64) = (u64::MAX, 0);

impl Waterfall {
    /// A waterfall with everything expanded.
    pub fn new(trace: &Trace<'_>, paths: &CriticalPaths) -> Waterfall {
        let count = trace.span_count();
        let first = trace.first().0;
        let mut waterfall = Waterfall {
            subtree_ends: trace.spans().map(|span| span.subtree_end().0 - first).collect(),
            places: Vec::with_capacity(count),
            child_counts: vec![0; count + 1],
            errors: Errors::new(trace),
            owned: vec![NOTHING; count],
            segments: vec![NOTHING; paths.segments().len()],
            segments_from: vec![0; count + 1],
            collapsed: vec![false; count],
            rows: (0..count as u32).collect(),
        };
        for span in trace.spans() {
            let family = span.parent().map_or(count, |parent| (parent.0 - first) as usize);
            waterfall.child_counts[family] += 1;
            waterfall.places.push(waterfall.child_counts[family]);
        }
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
        self.rows.binary_search(&span).ok()
    }

    /// Shows or hides a span's children; a span without children stays as it is.
    pub fn set_expanded(&mut self, span: u32, expanded: bool) {
        if self.is_expandable(span) && self.collapsed[span as usize] == expanded {
            self.collapsed[span as usize] = !expanded;
            self.list_rows();
        }
    }

    /// Shows everything.
    pub fn expand_all(&mut self) {
        self.collapsed.fill(false);
        self.list_rows();
    }

    /// Shows the tops alone.
    pub fn collapse_all(&mut self) {
        for span in 0..self.collapsed.len() {
            self.collapsed[span] = self.is_expandable(span as u32);
        }
        self.list_rows();
    }

    /// Shows the spans of the first `level` levels: 1 for the tops alone.
    pub fn expand_to_level(&mut self, trace: &Trace<'_>, level: u32) {
        for span in trace.spans() {
            let position = span.position() as u32;
            self.collapsed[position as usize] = self.is_expandable(position) && span.depth() + 1 >= level;
        }
        self.list_rows();
    }

    /// Expands everything above a span; its row, `None` when there is no such span.
    pub fn reveal(&mut self, trace: &Trace<'_>, span: u32) -> Option<usize> {
        let mut above = trace.span(span as usize)?.parent();
        let mut changed = false;
        while let Some(index) = above {
            let ancestor = trace.store().span(index);
            let collapsed = &mut self.collapsed[ancestor.position()];
            changed |= std::mem::take(collapsed);
            above = ancestor.parent();
        }
        if changed {
            self.list_rows();
        }
        self.row_of(span)
    }

    fn is_expandable(&self, span: u32) -> bool {
        self.subtree_ends.get(span as usize).is_some_and(|end| *end > span + 1)
    }

    fn list_rows(&mut self) {
        self.rows.clear();
        let mut span = 0;
        while (span as usize) < self.collapsed.len() {
            self.rows.push(span);
            span = if self.collapsed[span as usize] { self.subtree_ends[span as usize] } else { span + 1 };
        }
    }

    /// The rows from one on. `self_ns` are the self times of the trace; what lies outside of the range is left out of
    /// stretches and events.
    pub fn rows(&self, trace: &Trace<'_>, self_ns: &[u64], from: usize, count: usize, range: TimeRange) -> Vec<Row> {
        let visible = self.rows.iter().skip(from).take(count);
        visible
            .filter_map(|span| Some(self.row(trace, trace.span(*span as usize)?, *self_ns.get(*span as usize)?, range)))
            .collect()
    }

    fn row(&self, trace: &Trace<'_>, span: Span<'_>, self_ns: u64, range: TimeRange) -> Row {
        let position = span.position();
        let end = self.subtree_ends[position];
        let expandable = self.is_expandable(position as u32);
        let collapsed = self.collapsed[position];
        let family = span.parent().map_or(self.collapsed.len(), |parent| (parent.0 - trace.first().0) as usize);
        let origin = trace.start_ns().unwrap_or(0);
        let since_start = |time: u64| (i128::from(time) - i128::from(origin)) as f64;
        let mut busy = Stretches::new(range);
        for_each_gap(&span, |start, end| busy.push(since_start(start), since_start(end)));
        let own = &self.segments[self.segments_of(position)];
        let mut critical = Stretches::new(range);
        if collapsed {
            let (start, end) = self.owned[position];
            if start < end {
                critical.push(since_start(start), since_start(end));
            }
        } else {
            own.iter().for_each(|(start, end)| critical.push(since_start(*start), since_start(*end)));
        }
        Row {
            span: position as u32,
            level: span.depth() + 1,
            expandable,
            expanded: expandable && !collapsed,
            hidden: if collapsed { end - position as u32 - 1 } else { 0 },
            position_in_set: self.places[position],
            set_size: self.child_counts[family],
            top: span.top(),
            service_index: span.service_index() as u32,
            name: span.name_id(),
            kind: span.kind(),
            start_ns: span.start_ns().map_or(f64::NAN, since_start),
            duration_ns: span.duration_ns().unwrap_or(0) as f64,
            self_ns: self_ns as f64,
            critical_ns: own.iter().map(|(start, end)| end - start).sum::<u64>() as f64,
            error: if self.errors.is_above(position) {
                Some(ErrorMark::Below)
            } else {
                self.errors.begins_at(position).then_some(ErrorMark::Own)
            },
            has_status_message: span.has_status_message(),
            busy: busy.into_pairs(),
            critical: critical.into_pairs(),
            events: span
                .events()
                .filter_map(|event| {
                    let mark = EventMark { ns: since_start(event.time_ns()?), error: tells_of_error(event.name()) };
                    range.overlaps(mark.ns, mark.ns).then_some(mark)
                })
                .take(MAX_EVENTS)
                .collect(),
            links: span.links().len() as u32,
            warnings: span.warnings().count() as u32,
        }
    }
}

/// OpenTelemetry names such events "exception"; OpenTracing and Zipkin call them "error".
fn tells_of_error(name: &str) -> bool {
    name.eq_ignore_ascii_case("exception") || name.eq_ignore_ascii_case("error")
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
