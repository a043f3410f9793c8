//! From spans in the order of the input to spans in tree order.
//!
//! ```text
//!  by trace (counting sort) ─► by start, then id ─► id ─► index (hash table of the trace) ─► parent
//!  ─► cycles cut ─► sizes of subtrees ─► places in depth-first order ─► records moved in place
//! ```
//! What is done for one trace is in `parents.rs`. A reader that made its tree hands it over ([`KnownTree`]), and only the last step is left.
//!
//! Linear but for the sort by start within a trace; scratch space is as large as the largest trace and used again. No recursion.
//!
//! Odd data: a parent that is missing makes an orphan; a span that is its own parent, and in a longer cycle the span that comes first by start and id, makes a
//! cut; of spans with one id the first by start and id gets the children, unless one of them is the server's half of a shared id
//! (Zipkin), whose children are those of its service.

use std::cmp::Ordering;

use super::builder::StoreBuilder;
use super::parents::{NONE, Node, Scratch, arrange};
use super::tree_warnings::{Findings, renumber_warnings};
use super::{IdForm, NO_PARENT, NO_TIME, SpanKey, SpanRecord, Top, TraceKey, TraceRecord};
use crate::error::WarningKind;
use crate::sort;
use crate::strings::{StringId, Strings};

pub(super) struct Tree {
    pub(super) parents: Vec<u32>,
    pub(super) depths: Vec<u32>,
    pub(super) subtree_ends: Vec<u32>,
    pub(super) traces: Vec<TraceRecord>,
    pub(super) repeated_ids: u64,
}

/// Numbers by value, then texts by text; an empty id first.
pub(super) fn compare_keys(strings: &Strings, a: SpanKey, b: SpanKey) -> Ordering {
    let rank = |key: SpanKey| (key.form == IdForm::Text, !key.is_empty());
    rank(a).cmp(&rank(b)).then_with(|| match a.form {
        IdForm::Text => strings.get(StringId(a.value as u32)).cmp(strings.get(StringId(b.value as u32))),
        _ => a.value.cmp(&b.value),
    })
}

fn compare_traces(strings: &Strings, a: TraceKey, b: TraceKey) -> Ordering {
    (a.form == IdForm::Text).cmp(&(b.form == IdForm::Text)).then_with(|| match a.form {
        IdForm::Text => strings.get(StringId(a.value as u32)).cmp(strings.get(StringId(b.value as u32))),
        _ => a.value.cmp(&b.value),
    })
}

/// By start, spans without one last; then by id; then by what else tells two spans with one id apart.
fn compare_spans(strings: &Strings, a: &SpanRecord, b: &SpanRecord) -> Ordering {
    a.start
        .cmp(&b.start)
        .then_with(|| compare_keys(strings, a.key(), b.key()))
        .then_with(|| a.bits.shared().cmp(&b.bits.shared()))
        .then_with(|| b.end.cmp(&a.end))
        .then_with(|| strings.get(a.name).cmp(strings.get(b.name)))
        .then_with(|| compare_keys(strings, a.parent_key(), b.parent_key()))
        .then_with(|| (a.kind() as u8).cmp(&(b.kind() as u8)))
}

/// The tree of spans that stand beside each other, as the reader found it that added them: all that is said of one trace, with ids of which no two
/// are alike, and none of them ending before it starts.
#[derive(Debug)]
pub(super) struct KnownTree {
    /// The position of the first of the spans; the others are counted from it.
    pub(super) first: usize,
    /// The spans in tree order.
    pub(super) order: Vec<u32>,
    /// The parent of each, by its place in tree order; [`NONE`] of a root.
    pub(super) parents: Vec<u32>,
}

impl KnownTree {
    /// Whether these, of which the first is the first of its spans, are all of its spans. They ascend.
    fn is_of(&self, members: &[u32]) -> bool {
        members.len() == self.order.len()
            && members.last().is_some_and(|last| *last as usize == self.first + members.len() - 1)
    }

    /// Puts the spans into the tree, the first of them at this index.
    fn add_to(&self, tree: &mut Tree, first: u32) {
        for (index, parent) in (first..).zip(&self.parents) {
            tree.parents.push(if *parent == NONE { NO_PARENT } else { first + parent });
            tree.subtree_ends.push(index + 1);
        }
        let ends = &mut tree.subtree_ends[first as usize..];
        for (index, parent) in self.parents.iter().enumerate().rev() {
            if *parent != NONE {
                ends[*parent as usize] = ends[*parent as usize].max(ends[index]);
            }
        }
    }
}

/// How many spans a loop takes a call: a JavaScript engine can swap quickly compiled code for optimised code only between two calls, so a loop over
/// all spans of a large input would run to its end as the slow one.
pub(super) const PIECE: usize = 4096;

/// Moves `builder.spans` into tree order.
pub(super) fn build(builder: &mut StoreBuilder) -> Tree {
    let count = builder.spans.len();
    let Grouped { mut order, ranges } = group_by_trace(builder);
    let mut tree = Tree {
        parents: Vec::new(),
        depths: Vec::new(),
        subtree_ends: Vec::new(),
        traces: Vec::with_capacity(ranges.len()),
        repeated_ids: 0,
    };
    let mut scratch = Scratch::default();
    let mut found = Findings::default();
    let mut keys = Vec::new();
    let known_trees = std::mem::take(&mut builder.known_trees);
    for (trace, start, end) in ranges {
        let first = start;
        // Positions in the input, in the end in tree order.
        let members = &mut order[start as usize..end as usize];
        // They ascend too.
        let known = members
            .first()
            .and_then(|member| known_trees.binary_search_by_key(&(*member as usize), |known| known.first).ok());
        let known = known.map(|place| &known_trees[place]).filter(|known| known.is_of(members));
        if let Some(known) = known {
            members.iter_mut().zip(&known.order).for_each(|(member, place)| *member = known.first as u32 + place);
        } else {
            let spans = &builder.spans;
            sort::by_time(members, &mut keys, |member| spans[member as usize].start, &mut |a, b| {
                compare_spans(&builder.strings, &spans[a as usize], &spans[b as usize])
            });
            release(&mut keys);
            scratch.gather(&builder.spans, members);
            arrange(builder, &mut scratch, members, &mut found);
        }
        if first == 0 {
            // Not before: with one trace of many spans this is the most memory that reading takes.
            for column in [&mut tree.parents, &mut tree.subtree_ends] {
                column.reserve_exact(count);
            }
        }
        let mut record = TraceRecord {
            id: builder.traces.keys[trace as usize],
            first,
            count: members.len() as u32,
            start: NO_TIME,
            end: 0,
        };
        let number = tree.traces.len() as u32;
        if record.id.form == IdForm::Empty {
            members.iter().for_each(|member| found.add(WarningKind::EmptyTraceId, *member));
        }
        let roots = known.map(|known| known.parents.as_slice());
        let mut done = 0;
        for piece in members.chunks(PIECE) {
            let whose = match roots {
                Some(parents) => Tops::Known(&parents[done..]),
                None => Tops::Found(&scratch.nodes[done..]),
            };
            conclude(&mut builder.spans, piece, number, whose, &mut record, &mut found);
            done += piece.len();
        }
        tree.traces.push(record);
        match known {
            Some(known) => known.add_to(&mut tree, first),
            None => {
                scratch.place(first, &mut tree);
                scratch.reorder(members);
            }
        }
    }
    drop((scratch, keys, known_trees));
    tree.repeated_ids = found.repeated_ids;
    found.report(builder);
    renumber_warnings(builder, &order);
    permute(&mut builder.spans, order);
    tree.depths.reserve_exact(count);
    for parents in tree.parents.chunks(PIECE) {
        add_depths(&mut tree.depths, parents);
    }
    tree
}

/// What tells of each span of a piece whether it is a top, in their order.
#[derive(Clone, Copy)]
enum Tops<'t> {
    /// The parents that a reader knows.
    Known(&'t [u32]),
    Found(&'t [Node]),
}

/// Writes what the tree tells of a piece of a trace's spans into them, and what they tell of their trace into its record.
#[inline(never)]
fn conclude(
    spans: &mut [SpanRecord],
    piece: &[u32],
    trace: u32,
    tops: Tops<'_>,
    record: &mut TraceRecord,
    found: &mut Findings,
) {
    for (index, &member) in piece.iter().enumerate() {
        let span = &mut spans[member as usize];
        span.trace = trace;
        match tops {
            Tops::Known(parents) if parents[index] == NONE => span.bits.set_top(Some(Top::Root)),
            Tops::Known(_) => {}
            Tops::Found(nodes) => span.bits = nodes[index].bits,
        }
        if span.start == NO_TIME {
            found.add(WarningKind::NoStartTime, member);
            continue;
        }
        record.start = record.start.min(span.start);
        record.end = record.end.max(span.start);
        if span.end == NO_TIME {
            found.add(WarningKind::NoEndTime, member);
        } else {
            record.end = record.end.max(span.end);
            if span.end < span.start {
                found.add(WarningKind::EndBeforeStart, member);
            }
        }
    }
}

/// The depths of spans with these parents, which came before.
#[inline(never)]
fn add_depths(depths: &mut Vec<u32>, parents: &[u32]) {
    for parent in parents {
        let depth = if *parent == NO_PARENT { 0 } else { depths[*parent as usize] + 1 };
        depths.push(depth);
    }
}

/// Gives back the memory of a table that was large; one that was not is used again.
pub(super) fn release<T>(table: &mut Vec<T>) {
    if table.capacity() > 1 << 14 {
        *table = Vec::new();
    }
}

struct Grouped {
    /// Positions in the input, each trace's beside each other.
    order: Vec<u32>,
    /// Number of each trace in the input, and where its spans begin and end: by start, then by id.
    ranges: Vec<(u32, u32, u32)>,
}

fn group_by_trace(builder: &StoreBuilder) -> Grouped {
    let traces = builder.traces.keys.len();
    let count = builder.spans.len() as u32;
    if traces == 1 && count > 0 {
        return Grouped { order: (0..count).collect(), ranges: vec![(0, 0, count)] };
    }
    let mut next = vec![0_u32; traces];
    let mut starts_at = vec![NO_TIME; traces];
    builder.spans.chunks(PIECE).for_each(|piece| count_spans(piece, &mut next, &mut starts_at));
    let keys = &builder.traces.keys;
    let by_start = |a: u32, b: u32| {
        starts_at[a as usize]
            .cmp(&starts_at[b as usize])
            .then_with(|| compare_traces(&builder.strings, keys[a as usize], keys[b as usize]))
    };
    let mut ranked: Vec<u32> = (0..traces as u32).filter(|trace| next[*trace as usize] > 0).collect();
    sort::numbers(&mut ranked, &mut |a, b| by_start(a, b));
    let mut end = 0;
    let ranges = ranked.into_iter().map(|trace| {
        let start = end;
        end += std::mem::replace(&mut next[trace as usize], start);
        (trace, start, end)
    });
    let ranges = ranges.collect();
    let mut order = vec![0_u32; builder.spans.len()];
    for (number, piece) in builder.spans.chunks(PIECE).enumerate() {
        put_behind(piece, (number * PIECE) as u32, &mut next, &mut order);
    }
    Grouped { order, ranges }
}

/// How many spans each trace has, and when the first of them starts.
#[inline(never)]
fn count_spans(piece: &[SpanRecord], counts: &mut [u32], starts_at: &mut [u64]) {
    for span in piece {
        counts[span.trace as usize] += 1;
        let earliest = &mut starts_at[span.trace as usize];
        *earliest = span.start.min(*earliest);
    }
}

/// Puts spans, the first of which has this number, each behind what its trace has of them.
#[inline(never)]
fn put_behind(piece: &[SpanRecord], first: u32, next: &mut [u32], order: &mut [u32]) {
    for (index, span) in (first..).zip(piece) {
        let slot = &mut next[span.trace as usize];
        order[*slot as usize] = index;
        *slot += 1;
    }
}

/// Moves every record to its place, cycle by cycle, without a second column.
fn permute(spans: &mut [SpanRecord], mut order: Vec<u32>) {
    let mut cycle = Cycle { start: 0, to: 0 };
    while cycle.start < spans.len() {
        move_records(spans, &mut order, &mut cycle);
    }
}

/// A cycle of records on their way: the one that stood at its start is at `to`, and goes on from there.
struct Cycle {
    start: usize,
    to: usize,
}

/// Moves some records.
#[inline(never)]
fn move_records(spans: &mut [SpanRecord], order: &mut [u32], cycle: &mut Cycle) {
    let Cycle { mut start, mut to } = *cycle;
    let mut carried = spans[to];
    for _ in 0..PIECE {
        let from = std::mem::replace(&mut order[to], to as u32) as usize;
        if from != start {
            let record = spans[from];
            spans[to].assign(record);
            to = from;
            continue;
        }
        spans[to].assign(carried);
        // What is behind it and in its place already was in one of the cycles before.
        start = (start + 1..spans.len()).find(|at| order[*at] as usize != *at).unwrap_or(spans.len());
        to = start;
        let Some(next) = spans.get(start) else { break };
        carried = *next;
    }
    if let Some(hole) = spans.get_mut(to) {
        hole.assign(carried);
    }
    *cycle = Cycle { start, to };
}
