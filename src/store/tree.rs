//! From spans in the order of the input to spans in tree order.
//!
//! ```text
//!  by trace (counting sort) ─► by start, then id ─► id ─► index (hash table of the trace) ─► parent, children
//!  ─► cycles cut ─► depth-first order ─► records moved in place
//! ```
//! Linear but for the sort by start within a trace; scratch space is as large as the largest trace and used again. No recursion.
//!
//! Odd data: a parent that is missing makes an orphan; a span that is its own parent, and in a longer cycle the span that comes first by start and id, makes a
//! cut; of spans with one id the first by start and id gets the children, unless one of them is the server's half of a shared id
//! (Zipkin), whose children are those of its service.

use std::cmp::Ordering;

use super::builder::StoreBuilder;
use super::{IdForm, NO_PARENT, NO_TIME, SpanKey, SpanKind, SpanRecord, Top, TraceKey, TraceRecord};
use crate::error::WarningKind;
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

/// Moves `builder.spans` into tree order.
pub(super) fn build(builder: &mut StoreBuilder) -> Tree {
    let count = builder.spans.len();
    let grouped = group_by_trace(builder);
    let mut tree = Tree {
        parents: Vec::with_capacity(count),
        depths: Vec::with_capacity(count),
        subtree_ends: Vec::with_capacity(count),
        traces: Vec::with_capacity(grouped.ranges.len()),
        repeated_ids: 0,
    };
    // Positions in `order` are final; values are positions in the input.
    let mut order: Vec<u32> = Vec::with_capacity(count);
    let mut scratch = Scratch::default();
    let mut found = Findings::default();
    let mut keys = Vec::new();
    let mut members = grouped.members;
    for (trace, (start, end)) in &grouped.ranges {
        let first = order.len() as u32;
        let members = &mut members[*start as usize..*end as usize];
        sort_members(builder, members, &mut keys);
        arrange(builder, members, &mut scratch, &mut found);
        scratch.walk(members, first, &mut order, &mut tree);
        let mut record = TraceRecord {
            id: builder.traces.keys[*trace as usize],
            first,
            count: members.len() as u32,
            start: NO_TIME,
            end: 0,
        };
        let number = tree.traces.len() as u32;
        if record.id.form == IdForm::Empty {
            members.iter().for_each(|member| found.add(WarningKind::EmptyTraceId, *member));
        }
        for &member in members.iter() {
            let span = &mut builder.spans[member as usize];
            span.trace = number;
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
        tree.traces.push(record);
    }
    drop(members);
    tree.repeated_ids = found.repeated_ids;
    found.report(builder);
    renumber_warnings(builder, &order);
    permute(&mut builder.spans, order);
    tree
}

struct Grouped {
    /// Spans by trace, each trace's in the order of the input.
    members: Vec<u32>,
    /// Number of the trace in the input, and its range; by start, then by id.
    ranges: Vec<(u32, (u32, u32))>,
}

fn group_by_trace(builder: &StoreBuilder) -> Grouped {
    let traces = builder.traces.keys.len();
    let mut ends = vec![0_u32; traces + 1];
    let mut starts_at = vec![NO_TIME; traces];
    for span in &builder.spans {
        ends[span.trace as usize + 1] += 1;
        let earliest = &mut starts_at[span.trace as usize];
        *earliest = span.start.min(*earliest);
    }
    for trace in 0..traces {
        ends[trace + 1] += ends[trace];
    }
    let mut members = vec![0_u32; builder.spans.len()];
    let mut next = ends.clone();
    for (index, span) in builder.spans.iter().enumerate() {
        let slot = &mut next[span.trace as usize];
        members[*slot as usize] = index as u32;
        *slot += 1;
    }
    let mut ranges: Vec<(u32, (u32, u32))> = (0..traces)
        .map(|trace| (trace as u32, (ends[trace], ends[trace + 1])))
        .filter(|(_, (start, end))| start < end)
        .collect();
    ranges.sort_unstable_by(|(a, _), (b, _)| {
        let keys = &builder.traces.keys;
        starts_at[*a as usize]
            .cmp(&starts_at[*b as usize])
            .then_with(|| compare_traces(&builder.strings, keys[*a as usize], keys[*b as usize]))
    });
    Grouped { members, ranges }
}

/// Sorts a trace's spans. Starts are compared first, beside each other in memory; few spans start together.
fn sort_members(builder: &StoreBuilder, members: &mut [u32], keys: &mut Vec<(u64, u32)>) {
    let spans = &builder.spans;
    keys.clear();
    keys.extend(members.iter().map(|member| (spans[*member as usize].start, *member)));
    if !keys.is_sorted() {
        keys.sort_unstable();
    }
    for equal in keys.chunk_by_mut(|a, b| a.0 == b.0).filter(|equal| equal.len() > 1) {
        equal.sort_unstable_by(|a, b| {
            compare_spans(&builder.strings, &spans[a.1 as usize], &spans[b.1 as usize]).then(a.1.cmp(&b.1))
        });
    }
    for (member, key) in members.iter_mut().zip(keys.iter()) {
        *member = key.1;
    }
}

const NONE: u32 = u32::MAX;

/// Tables of one trace; indices count its spans by start.
#[derive(Default)]
struct Scratch {
    /// Open addressing from id to index plus one.
    slots: Vec<u32>,
    parent: Vec<u32>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
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
            let span = builder.spans[first as usize];
            let text = describe(builder, kind, &span);
            builder.warn_many(kind, count, Some(span.source), || text);
        }
        builder.span_warnings.extend(self.spans.into_iter().map(|(span, kind)| super::SpanWarning {
            span,
            kind,
            message: StringId::EMPTY,
        }));
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

fn slot_of(key: SpanKey, mask: usize) -> usize {
    (key.value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask
}

impl Scratch {
    fn reset(&mut self, count: usize) {
        let slots = (count * 2).next_power_of_two().max(4);
        self.slots.clear();
        self.slots.resize(slots, 0);
        for column in [&mut self.parent, &mut self.first_child, &mut self.next_sibling] {
            column.clear();
            column.resize(count, NONE);
        }
        self.shared_half.clear();
        self.has_shared = false;
    }

    /// The first span with this id.
    fn find(&self, builder: &StoreBuilder, members: &[u32], key: SpanKey) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut at = slot_of(key, mask);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return None;
            }
            if builder.spans[members[slot as usize - 1] as usize].key().same(key) {
                return Some(slot - 1);
            }
            at = (at + 1) & mask;
        }
    }

    /// Enters a span; the one that was there before with its id.
    fn enter(&mut self, builder: &mut StoreBuilder, members: &[u32], index: u32) -> Option<u32> {
        let key = builder.spans[members[index as usize] as usize].key();
        let mask = self.slots.len() - 1;
        let mut at = slot_of(key, mask);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                self.slots[at] = index + 1;
                return None;
            }
            if builder.spans[members[slot as usize - 1] as usize].key().same(key) {
                let first = slot - 1;
                mark_halves(builder, members[first as usize], members[index as usize]);
                // The client's half of a shared id comes first, whatever the clocks say.
                let shared = |i: u32| builder.spans[members[i as usize] as usize].bits.shared();
                if shared(first) && !shared(index) {
                    self.slots[at] = index + 1;
                    self.note_shared(members.len(), index, first);
                } else if shared(index) && !shared(first) {
                    self.note_shared(members.len(), first, index);
                }
                return Some(first);
            }
            at = (at + 1) & mask;
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

    /// Emits the trace's spans depth-first.
    fn walk(&mut self, members: &[u32], first: u32, order: &mut Vec<u32>, tree: &mut Tree) {
        for top in 0..members.len() as u32 {
            if self.parent[top as usize] != NONE {
                continue;
            }
            let mut at = top;
            let mut depth = 0;
            let mut parent = NO_PARENT;
            loop {
                let index = order.len() as u32;
                order.push(members[at as usize]);
                tree.parents.push(parent);
                tree.depths.push(depth);
                tree.subtree_ends.push(index + 1);
                let child = self.first_child[at as usize];
                // From here on `first_child` holds the span's final index: its children are on their way.
                self.first_child[at as usize] = index;
                if child != NONE {
                    (at, parent, depth) = (child, index, depth + 1);
                    continue;
                }
                // Up until there is a sibling; `up` is NONE when the whole tree of this top is out.
                let mut up = at;
                while up != top && self.next_sibling[up as usize] == NONE {
                    up = self.parent[up as usize];
                    depth -= 1;
                    tree.subtree_ends[self.first_child[up as usize] as usize] = order.len() as u32;
                }
                if up == top {
                    break;
                }
                parent = self.first_child[self.parent[up as usize] as usize];
                at = self.next_sibling[up as usize];
            }
        }
        debug_assert_eq!(order.len() as u32 - first, members.len() as u32);
    }
}

/// A client and a server with one id are the halves of one call, also where the format has no mark for it or it got lost on the way.
fn mark_halves(builder: &mut StoreBuilder, one: u32, other: u32) {
    let kind = |span: u32| builder.spans[span as usize].kind();
    let server = match (kind(one), kind(other)) {
        (SpanKind::Client, SpanKind::Server) => other,
        (SpanKind::Server, SpanKind::Client) => one,
        _ => return,
    };
    let client = one ^ other ^ server;
    if !builder.spans[client as usize].bits.shared() {
        builder.spans[server as usize].bits.set_shared();
    }
}

/// Finds the parent of each of the trace's spans, cuts cycles and links children in order.
fn arrange(builder: &mut StoreBuilder, members: &[u32], scratch: &mut Scratch, found: &mut Findings) {
    let count = members.len();
    scratch.reset(count);
    let mut empty = 0;
    for index in 0..count as u32 {
        let span = &builder.spans[members[index as usize] as usize];
        if span.key().is_empty() {
            found.repeated_ids += u64::from(empty > 0);
            empty += 1;
            found.add(WarningKind::EmptySpanId, members[index as usize]);
            continue;
        }
        if let Some(first) = scratch.enter(builder, members, index) {
            found.repeated_ids += 1;
            let shared = |index: u32| builder.spans[members[index as usize] as usize].bits.shared();
            if shared(index) == shared(first) {
                found.add(WarningKind::DuplicateId, members[index as usize]);
            }
        }
    }
    let mut tops = 0;
    for index in 0..count as u32 {
        let member = members[index as usize] as usize;
        let parent = parent_of(builder, members, scratch, found, index);
        let top = match parent {
            Parent::Span(parent) => {
                scratch.parent[index as usize] = parent;
                let kind = builder.spans[members[parent as usize] as usize].kind();
                let span = &mut builder.spans[member];
                if kind == SpanKind::Producer && span.kind() == SpanKind::Consumer {
                    span.bits.set_asynchronous();
                }
                continue;
            }
            Parent::Top(top) => top,
        };
        tops += 1;
        builder.spans[member].bits.set_top(Some(top));
    }
    if tops == 0 || may_have_cycles(scratch, count) {
        cut_cycles(builder, members, scratch, found);
    }
    for index in (0..count as u32).rev() {
        let parent = scratch.parent[index as usize];
        if parent != NONE {
            scratch.next_sibling[index as usize] = scratch.first_child[parent as usize];
            scratch.first_child[parent as usize] = index;
        }
    }
}

enum Parent {
    Span(u32),
    Top(Top),
}

fn parent_of(builder: &StoreBuilder, members: &[u32], scratch: &Scratch, found: &mut Findings, index: u32) -> Parent {
    let member = members[index as usize];
    let span = &builder.spans[member as usize];
    let (own_key, shared) = (span.key(), span.bits.shared());
    if shared
        && let Some(client) = scratch.find(builder, members, own_key)
        && client != index
        && !builder.spans[members[client as usize] as usize].bits.shared()
    {
        return Parent::Span(client);
    }
    let key = span.parent_key();
    if key.is_empty() {
        return Parent::Top(Top::Root);
    }
    let Some(parent) = scratch.find(builder, members, key) else {
        found.add(WarningKind::Orphan, member);
        return Parent::Top(Top::Orphan);
    };
    if own_key.same(key) && !shared {
        found.add(WarningKind::SelfParent, member);
        return Parent::Top(Top::Cycle);
    }
    if scratch.has_shared && scratch.shared_half[parent as usize] != NONE {
        // Children belong to the half that ran in their service; the server's half when neither did.
        let server = scratch.shared_half[parent as usize];
        let service = |index: u32| {
            let origin = builder.spans[members[index as usize] as usize].origin;
            builder.origins[origin as usize].service
        };
        let own = service(index);
        if server != index && (own == service(server) || own != service(parent)) {
            return Parent::Span(server);
        }
    }
    Parent::Span(parent)
}

/// A parent that starts no later than its child, or comes first by id, cannot close a cycle with others of that sort: only a trace in
/// which some parent comes after its child needs the search.
fn may_have_cycles(scratch: &Scratch, count: usize) -> bool {
    (0..count).any(|index| scratch.parent[index] != NONE && scratch.parent[index] > index as u32)
}

fn cut_cycles(builder: &mut StoreBuilder, members: &[u32], scratch: &mut Scratch, found: &mut Findings) {
    // 0: not seen; otherwise the number of the walk that saw it.
    let mut seen = vec![0_u32; members.len()];
    for start in 0..members.len() as u32 {
        let walk = start + 1;
        let mut at = start;
        while at != NONE && seen[at as usize] == 0 {
            seen[at as usize] = walk;
            at = scratch.parent[at as usize];
        }
        if at == NONE || seen[at as usize] != walk {
            continue;
        }
        // A new cycle: cut it at the span that comes first.
        let mut first = at;
        let mut next = scratch.parent[at as usize];
        while next != at {
            first = first.min(next);
            next = scratch.parent[next as usize];
        }
        scratch.parent[first as usize] = NONE;
        builder.spans[members[first as usize] as usize].bits.set_top(Some(Top::Cycle));
        found.add(WarningKind::Cycle, members[first as usize]);
    }
}

/// Warnings about spans follow them to their place in tree order.
fn renumber_warnings(builder: &mut StoreBuilder, order: &[u32]) {
    if builder.span_warnings.is_empty() {
        return;
    }
    let mut position = vec![0_u32; order.len()];
    for (index, &member) in order.iter().enumerate() {
        position[member as usize] = index as u32;
    }
    for warning in &mut builder.span_warnings {
        warning.span = position[warning.span as usize];
    }
    builder.span_warnings.sort_by_key(|warning| warning.span);
}

/// Moves every record to its place, cycle by cycle, without a second column.
fn permute(spans: &mut [SpanRecord], mut order: Vec<u32>) {
    for start in 0..spans.len() {
        if order[start] == start as u32 {
            continue;
        }
        let carried = spans[start];
        let mut to = start;
        loop {
            let from = order[to] as usize;
            order[to] = to as u32;
            if from == start {
                spans[to].assign(carried);
                break;
            }
            let record = spans[from];
            spans[to].assign(record);
            to = from;
        }
    }
}
