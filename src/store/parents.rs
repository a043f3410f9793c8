//! The tree of one trace: the parent of each of its spans, and where each stands in tree order.

use std::ops::Range;

use super::builder::StoreBuilder;
use super::tree::{PIECE, Tree, release};
use super::tree_warnings::Findings;
use super::{Bits, NO_PARENT, SpanKey, SpanKind, SpanRecord, Top};
use crate::error::WarningKind;
use crate::sort;

pub(super) const NONE: u32 = u32::MAX;

/// What the tree is made from, beside each other in memory: 20 bytes, as one trace may have all spans. Indices count a trace's spans by start.
#[derive(Clone, Copy)]
pub(super) struct Node {
    /// Its id until all parents are found, then [`Node::size`] and [`Node::next`].
    id: [u32; 2],
    /// The id of its parent until that is found, then [`Node::parent`] and [`Node::place`].
    parent_id: [u32; 2],
    pub(super) bits: Bits,
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
pub(super) struct Scratch {
    pub(super) nodes: Vec<Node>,
    /// Open addressing from id to index plus one.
    slots: Vec<u32>,
    /// The spans with parents before their children, and those of one parent by start.
    downwards: Vec<u32>,
    /// Children hang under the first span of an id; the shared half of an id, by that first span.
    shared_half: Vec<u32>,
    has_shared: bool,
}

#[inline(always)]
fn slot_of(key: SpanKey, mask: usize) -> usize {
    (key.value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask
}

impl Scratch {
    /// Begins with the spans of another trace.
    pub(super) fn gather(&mut self, spans: &[SpanRecord], members: &[u32]) {
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
    pub(super) fn place(&mut self, first: u32, tree: &mut Tree) {
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
    pub(super) fn reorder(&mut self, of_spans: &mut [u32]) {
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
pub(super) fn arrange(builder: &StoreBuilder, scratch: &mut Scratch, members: &[u32], found: &mut Findings) {
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
