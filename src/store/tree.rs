//! From spans in the order of the input to spans in tree order.
//!
//! ```text
//!  by trace (counting sort) ─► by start, then id ─► id ─► index (hash table of the trace) ─► parent
//!  ─► cycles cut ─► sizes of subtrees ─► places in depth-first order ─► records moved in place
//! ```
//! A reader that made its tree hands it over ([`KnownTree`]), and only the last step is left.
//!
//! Linear but for the sort by start within a trace; scratch space is as large as the largest trace and used again. No recursion.
//!
//! Odd data: a parent that is missing makes an orphan; a span that is its own parent, and in a longer cycle the span that comes first by start and id, makes a
//! cut; of spans with one id the first by start and id gets the children, unless one of them is the server's half of a shared id
//! (Zipkin), whose children are those of its service.

use std::cmp::Ordering;
use std::ops::Range;

use super::builder::StoreBuilder;
use super::{Bits, IdForm, NO_PARENT, NO_TIME, SpanKey, SpanKind, SpanRecord, Top, TraceKey, TraceRecord};
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
const PIECE: usize = 4096;

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
fn release<T>(table: &mut Vec<T>) {
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

const NONE: u32 = u32::MAX;

/// What the tree is made from, beside each other in memory: 20 bytes, as one trace may have all spans. Indices count a trace's spans by start.
#[derive(Clone, Copy)]
struct Node {
    /// Its id until all parents are found, then [`Node::size`] and [`Node::next`].
    id: [u32; 2],
    /// The id of its parent until that is found, then [`Node::parent`] and [`Node::place`].
    parent_id: [u32; 2],
    bits: Bits,
}

#[inline(always)]
fn halves(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

#[inline(always)]
fn whole([low, high]: [u32; 2]) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

impl Node {
    #[inline(always)]
    fn key(&self) -> SpanKey {
        SpanKey { value: whole(self.id), form: self.bits.id_form() }
    }

    #[inline(always)]
    fn parent_key(&self) -> SpanKey {
        SpanKey { value: whole(self.parent_id), form: self.bits.parent_form() }
    }

    #[inline(always)]
    fn parent(&self) -> u32 {
        self.parent_id[0]
    }

    #[inline(always)]
    fn set_parent(&mut self, parent: u32) {
        self.parent_id[0] = parent;
    }

    /// How many spans are in its subtree, itself included. Before that, its depth where [`Scratch::by_depth`] is asked.
    #[inline(always)]
    fn size(&mut self) -> &mut u32 {
        &mut self.id[0]
    }

    /// Where the next of its children goes in tree order.
    #[inline(always)]
    fn next(&mut self) -> &mut u32 {
        &mut self.id[1]
    }

    /// Where it stands among its trace's spans in tree order.
    #[inline(always)]
    fn place(&mut self) -> &mut u32 {
        &mut self.parent_id[1]
    }
}

/// Tables of one trace.
#[derive(Default)]
struct Scratch {
    nodes: Vec<Node>,
    /// Open addressing from id to index plus one.
    slots: Vec<u32>,
    /// The spans with parents before their children, and those of one parent by start.
    downwards: Vec<u32>,
    /// Children hang under the first span of an id; the shared half of an id, by that first span.
    shared_half: Vec<u32>,
    has_shared: bool,
}

#[derive(Default)]
struct Findings {
    /// Count and first case (position in the input).
    counts: Vec<(WarningKind, u64, u32)>,
    /// Position in the input.
    spans: Vec<(u32, WarningKind)>,
    /// Spans whose id an earlier span of their trace has, halves of a shared id and empty ids included.
    repeated_ids: u64,
}

impl Findings {
    fn add(&mut self, kind: WarningKind, span: u32) {
        match self.counts.iter_mut().find(|(found, ..)| *found == kind) {
            Some((_, count, _)) => *count += 1,
            None => self.counts.push((kind, 1, span)),
        }
        self.spans.push((span, kind));
    }

    fn report(self, builder: &mut StoreBuilder) {
        for (kind, count, first) in self.counts {
            let span = builder.spans.as_slice()[first as usize];
            let text = describe(builder, kind, &span);
            builder.warn_many(kind, count, Some(span.source), || text);
        }
        builder.expect_span_warnings(self.spans.len());
        for (span, kind) in self.spans {
            builder.push_span_warning(span, kind, StringId::EMPTY);
        }
    }
}

/// One sentence about the first case of a finding.
fn describe(builder: &StoreBuilder, kind: WarningKind, span: &SpanRecord) -> String {
    let name = builder.strings.get(span.name);
    let id = |key: SpanKey| match key.form {
        IdForm::Text => builder.strings.get(StringId(key.value as u32)).to_owned(),
        _ => format!("{:016x}", key.value),
    };
    match kind {
        WarningKind::Orphan => {
            format!("The parent {} of span \"{name}\" is not in the input.", id(span.parent_key()))
        }
        WarningKind::DuplicateId => {
            format!("The id {} stands twice in a trace; the second span is \"{name}\".", id(span.key()))
        }
        WarningKind::Cycle => format!("Span \"{name}\" is its own ancestor; the cycle was cut there."),
        WarningKind::SelfParent => format!("Span \"{name}\" names itself, {}, as its parent.", id(span.key())),
        WarningKind::EndBeforeStart => {
            format!("Span \"{name}\" ends {} ns before it starts.", span.start.saturating_sub(span.end))
        }
        _ => format!("Span \"{name}\": {}", kind.sentence()),
    }
}

#[inline(always)]
fn slot_of(key: SpanKey, mask: usize) -> usize {
    (key.value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask
}

impl Scratch {
    /// Begins with the spans of another trace.
    fn gather(&mut self, spans: &[SpanRecord], members: &[u32]) {
        self.nodes.clear();
        self.nodes.reserve_exact(members.len());
        members.chunks(PIECE).for_each(|piece| self.gather_piece(spans, piece));
        let slots = (members.len() * 2).next_power_of_two().max(4);
        self.slots.clear();
        self.slots.resize(slots, 0);
        self.shared_half.clear();
        self.has_shared = false;
    }

    #[inline(never)]
    fn gather_piece(&mut self, spans: &[SpanRecord], members: &[u32]) {
        self.nodes.extend(members.iter().map(|&member| {
            let SpanRecord { id, parent_id, bits, .. } = spans[member as usize];
            Node { id: halves(id), parent_id: halves(parent_id), bits }
        }));
    }

    /// The place of this id among the slots, and the first span with it if there is one.
    #[inline(always)]
    fn slot(&self, key: SpanKey) -> (usize, Option<u32>) {
        let mask = self.slots.len() - 1;
        let mut at = slot_of(key, mask);
        loop {
            let Some(index) = self.slots.as_slice()[at].checked_sub(1) else { return (at, None) };
            if self.nodes.as_slice()[index as usize].key().same(key) {
                return (at, Some(index));
            }
            at = (at + 1) & mask;
        }
    }

    /// The first span with this id.
    #[inline(always)]
    fn find(&self, key: SpanKey) -> Option<u32> {
        self.slot(key).1
    }

    /// Enters a span; the one that was there before with its id.
    #[inline(always)]
    fn enter(&mut self, index: u32) -> Option<u32> {
        let (at, first) = self.slot(self.nodes.as_slice()[index as usize].key());
        match first {
            None => self.slots[at] = index + 1,
            Some(first) => self.enter_again(at, first, index),
        }
        first
    }

    #[cold]
    fn enter_again(&mut self, at: usize, first: u32, index: u32) {
        self.mark_halves(first, index);
        // The client's half of a shared id comes first, whatever the clocks say.
        let shared = |i: u32| self.nodes.as_slice()[i as usize].bits.shared();
        if shared(first) && !shared(index) {
            self.slots.as_mut_slice()[at] = index + 1;
            self.note_shared(self.nodes.len(), index, first);
        } else if shared(index) && !shared(first) {
            self.note_shared(self.nodes.len(), first, index);
        }
    }

    /// A client and a server with one id are the halves of one call, also where the format has no mark for it or it got lost on the way.
    fn mark_halves(&mut self, one: u32, other: u32) {
        let kind = |index: u32| self.nodes.as_slice()[index as usize].bits.kind();
        let server = match (kind(one), kind(other)) {
            (SpanKind::Client, SpanKind::Server) => other,
            (SpanKind::Server, SpanKind::Client) => one,
            _ => return,
        };
        let client = one ^ other ^ server;
        if !self.nodes.as_slice()[client as usize].bits.shared() {
            self.nodes.as_mut_slice()[server as usize].bits.set_shared();
        }
    }

    fn note_shared(&mut self, count: usize, client: u32, server: u32) {
        self.has_shared = true;
        if self.shared_half.is_empty() {
            self.shared_half.resize(count, NONE);
        }
        if self.shared_half[client as usize] == NONE {
            self.shared_half[client as usize] = server;
        }
    }

    /// Puts the trace's spans into the tree depth-first, the first of them at this index: a span's children stand behind it one subtree after the
    /// other, so the sizes of subtrees tell all places.
    fn place(&mut self, first: u32, tree: &mut Tree) {
        self.nodes.iter_mut().for_each(|node| *node.size() = 1);
        self.downwards.rchunks(PIECE).for_each(|piece| add_sizes(&mut self.nodes, piece));
        let end = first as usize + self.nodes.len();
        tree.parents.resize(end, NO_PARENT);
        tree.subtree_ends.resize(end, 0);
        let parents = &mut tree.parents[first as usize..];
        let ends = &mut tree.subtree_ends[first as usize..];
        let mut top = 0;
        for piece in self.downwards.chunks(PIECE) {
            find_places(&mut self.nodes, piece, (first, &mut top), parents, ends);
        }
    }

    /// Moves what is told of each span to the place in tree order that [`Scratch::place`] found.
    fn reorder(&mut self, of_spans: &mut [u32]) {
        let by_start = &mut self.downwards;
        by_start.clear();
        by_start.extend_from_slice(of_spans);
        for (node, told) in self.nodes.iter_mut().zip(by_start) {
            of_spans[*node.place() as usize] = *told;
        }
    }

    /// Puts all spans into [`Scratch::downwards`], in the order of their starts: where each parent comes before its children.
    fn by_start(&mut self) {
        self.downwards.clear();
        self.downwards.extend(0..self.nodes.len() as u32);
    }

    /// Puts all spans into [`Scratch::downwards`], in the order of their depths and then of their starts.
    #[cold]
    fn by_depth(&mut self) {
        self.by_start();
        let nodes = &mut self.nodes.as_mut_slice()[..];
        nodes.iter_mut().for_each(|node| *node.size() = NONE);
        for start in 0..nodes.len() {
            // Up to what is above all, or to a span whose depth is known, and once more to say it of those between.
            let (mut at, mut depth) = (start, 0);
            while *nodes[at].size() == NONE {
                depth += 1;
                match nodes[at].parent() {
                    NONE => break,
                    parent => at = parent as usize,
                }
            }
            let known = *nodes[at].size();
            depth += if known == NONE { 0 } else { known };
            let mut at = start;
            while *nodes[at].size() == NONE {
                *nodes[at].size() = depth;
                depth -= 1;
                if nodes[at].parent() != NONE {
                    at = nodes[at].parent() as usize;
                }
            }
        }
        sort::numbers(&mut self.downwards, &mut |one, other| {
            nodes[one as usize].id[0].cmp(&nodes[other as usize].id[0])
        });
    }
}

/// Adds the sizes of subtrees to those of the spans above, from below.
#[inline(never)]
fn add_sizes(nodes: &mut [Node], downwards: &[u32]) {
    for &index in downwards.iter().rev() {
        let node = &mut nodes[index as usize];
        let (parent, size) = (node.parent(), *node.size());
        if parent != NONE {
            *nodes[parent as usize].size() += size;
        }
    }
}

/// Finds the places of spans from above; `top` is that of the next without a parent.
#[inline(never)]
fn find_places(
    nodes: &mut [Node],
    downwards: &[u32],
    (first, top): (u32, &mut u32),
    parents: &mut [u32],
    ends: &mut [u32],
) {
    for &index in downwards {
        let node = &mut nodes[index as usize];
        let (above, size) = (node.parent(), *node.size());
        let place;
        if above == NONE {
            place = *top;
            *top += size;
        } else {
            let above = &mut nodes[above as usize];
            place = *above.next();
            *above.next() += size;
            parents[place as usize] = first + *above.place();
        }
        ends[place as usize] = first + place + size;
        let node = &mut nodes[index as usize];
        (*node.place(), *node.next()) = (place, place + 1);
    }
}

/// Finds the parent of each of the trace's spans and cuts cycles.
fn arrange(builder: &StoreBuilder, scratch: &mut Scratch, members: &[u32], found: &mut Findings) {
    let mut empty = 0;
    let mut arranged = Arranged { tops: 0, backwards: false };
    for (number, piece) in members.chunks(PIECE).enumerate() {
        enter(scratch, (number * PIECE) as u32, piece, &mut empty, found);
    }
    for start in (0..members.len()).step_by(PIECE) {
        let piece = start as u32..members.len().min(start + PIECE) as u32;
        find_parents(builder, scratch, members, piece, &mut arranged, found);
    }
    let Arranged { tops, backwards } = arranged;
    release(&mut scratch.slots);
    if tops == 0 || backwards {
        cut_cycles(&mut scratch.nodes, members, found);
    }
    if backwards {
        scratch.by_depth();
    } else {
        scratch.by_start();
    }
}

/// Enters spans, the first of which has this index, by their ids.
#[inline(never)]
fn enter(scratch: &mut Scratch, first: u32, piece: &[u32], empty: &mut u32, found: &mut Findings) {
    for (index, &member) in (first..).zip(piece) {
        let node = scratch.nodes.as_slice()[index as usize];
        if node.key().is_empty() {
            found.repeated_ids += u64::from(*empty > 0);
            *empty += 1;
            found.add(WarningKind::EmptySpanId, member);
            continue;
        }
        if let Some(first) = scratch.enter(index) {
            found.repeated_ids += 1;
            let shared = |index: u32| scratch.nodes.as_slice()[index as usize].bits.shared();
            if shared(index) == shared(first) {
                found.add(WarningKind::DuplicateId, member);
            }
        }
    }
}

/// How many of a trace's spans have no parent, and whether the parent of some comes after it. Only then can there be a cycle: a parent that starts no
/// later than its child, or comes first by id, closes none with others of that sort.
struct Arranged {
    tops: u32,
    backwards: bool,
}

/// Finds the parents of a piece of the trace's spans.
#[inline(never)]
fn find_parents(
    builder: &StoreBuilder,
    scratch: &mut Scratch,
    members: &[u32],
    piece: Range<u32>,
    arranged: &mut Arranged,
    found: &mut Findings,
) {
    for index in piece {
        match parent_of(builder, scratch, members, found, index) {
            Parent::Span(parent) => {
                arranged.backwards |= parent > index;
                let kind = scratch.nodes.as_slice()[parent as usize].bits.kind();
                let node = &mut scratch.nodes.as_mut_slice()[index as usize];
                node.set_parent(parent);
                if kind == SpanKind::Producer && node.bits.kind() == SpanKind::Consumer {
                    node.bits.set_asynchronous();
                }
            }
            Parent::Top(top) => {
                arranged.tops += 1;
                let node = &mut scratch.nodes.as_mut_slice()[index as usize];
                node.set_parent(NONE);
                node.bits.set_top(Some(top));
            }
        }
    }
}

enum Parent {
    Span(u32),
    Top(Top),
}

#[inline(always)]
fn parent_of(builder: &StoreBuilder, scratch: &Scratch, members: &[u32], found: &mut Findings, index: u32) -> Parent {
    let node = &scratch.nodes.as_slice()[index as usize];
    let (own_key, shared) = (node.key(), node.bits.shared());
    if shared
        && let Some(client) = scratch.find(own_key)
        && client != index
        && !scratch.nodes.as_slice()[client as usize].bits.shared()
    {
        return Parent::Span(client);
    }
    let key = node.parent_key();
    if key.is_empty() {
        return Parent::Top(Top::Root);
    }
    let Some(parent) = scratch.find(key) else {
        found.add(WarningKind::Orphan, members[index as usize]);
        return Parent::Top(Top::Orphan);
    };
    if own_key.same(key) && !shared {
        found.add(WarningKind::SelfParent, members[index as usize]);
        return Parent::Top(Top::Cycle);
    }
    if scratch.has_shared && scratch.shared_half[parent as usize] != NONE {
        // Children belong to the half that ran in their service; the server's half when neither did.
        let server = scratch.shared_half[parent as usize];
        let service = |index: u32| {
            let origin = builder.spans.as_slice()[members[index as usize] as usize].origin;
            builder.origins[origin as usize].service
        };
        let own = service(index);
        if server != index && (own == service(server) || own != service(parent)) {
            return Parent::Span(server);
        }
    }
    Parent::Span(parent)
}

fn cut_cycles(nodes: &mut [Node], members: &[u32], found: &mut Findings) {
    // 0: not seen; otherwise the number of the walk that saw it.
    let mut seen = vec![0_u32; nodes.len()];
    for start in 0..nodes.len() as u32 {
        let walk = start + 1;
        let mut at = start;
        while at != NONE && seen[at as usize] == 0 {
            seen[at as usize] = walk;
            at = nodes[at as usize].parent();
        }
        if at == NONE || seen[at as usize] != walk {
            continue;
        }
        // A new cycle: cut it at the span that comes first.
        let mut first = at;
        let mut next = nodes[at as usize].parent();
        while next != at {
            first = first.min(next);
            next = nodes[next as usize].parent();
        }
        let node = &mut nodes[first as usize];
        node.set_parent(NONE);
        node.bits.set_top(Some(Top::Cycle));
        found.add(WarningKind::Cycle, members[first as usize]);
    }
}

/// Warnings about spans follow them to their place in tree order.
fn renumber_warnings(builder: &mut StoreBuilder, order: &[u32]) {
    if builder.span_warnings.is_empty() {
        return;
    }
    let warnings = builder.span_warnings.as_mut_slice();
    // How many warnings a span has, then where they begin, then where they end.
    let mut next = vec![0_u32; order.len()];
    warnings.iter().for_each(|warning| next[warning.span as usize] += 1);
    let mut start = 0;
    for member in order {
        let count = std::mem::replace(&mut next[*member as usize], start);
        start += count;
    }
    // Those of one span keep their order. In the place of its span each has its own place until it is there.
    for warning in warnings.iter_mut() {
        let slot = &mut next[warning.span as usize];
        warning.span = *slot;
        *slot += 1;
    }
    for at in 0..warnings.len() {
        while warnings[at].span as usize != at {
            let to = warnings[at].span as usize;
            warnings.swap(at, to);
        }
    }
    let mut start = 0;
    for (index, member) in (0..).zip(order) {
        let end = next[*member as usize];
        warnings[start as usize..end as usize].iter_mut().for_each(|warning| warning.span = index);
        start = end;
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
