//! Spans from lines, when all inputs are read.
//!
//! ```text
//!  groups ─► is there such a span? ─ yes ─► its lines are events of that span
//!                  └ no ─► a span: from the first to the last line, or as long as a line says
//!                            └► parent: named, else the smallest span of the trace whose time encloses it
//!  lines of a trace without a span ─► events of the trace's root
//! ```
//! A span is taken to be as long as what is known to be inside of it when a parent is looked for, and a guessed parent is always longer than its
//! child: so no guess closes a circle. A Fenwick tree over the ends finds the smallest one that encloses: n log n.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::super::ids::WideIds;
use super::collect::{Group, Lines, Place};
use super::state::Given;
use crate::error::WarningKind;
use crate::sort;
use crate::store::{
    AddedSpan, AttributeRange, IdForm, NO_SPAN, NO_TIME, OriginIndex, RawValue, SpanDraft, SpanKey, Status,
    StoreBuilder, TraceKey,
};
use crate::strings::StringId;

/// What became of an input's lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// Spans that were made from them.
    pub spans: usize,
    /// Lines that belong to spans of other inputs or documents.
    pub attached: usize,
    /// Parents that were guessed.
    pub guessed: usize,
    /// Spans whose times are those of their lines.
    pub estimated: usize,
}

impl Outcome {
    /// What is to be said about it.
    pub fn sentences(self) -> impl Iterator<Item = String> {
        let of = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(one.to_owned()),
            count => Some(format!("{count} {many}")),
        };
        [
            of(
                self.attached,
                "A log line is an event of a span that was read.",
                "log lines are events of spans that were read.",
            ),
            of(
                self.estimated,
                "The times of a span are those of its first and last log line.",
                "spans have the times of their first and last log lines.",
            ),
            of(
                self.guessed,
                "The parent of a span is guessed: the shortest span whose time encloses it.",
                "parents of spans are guessed: each the shortest span whose time encloses the span.",
            ),
        ]
        .into_iter()
        .flatten()
    }
}

/// An id of a trace and of a span in it, comparable.
type Ids = (u128, bool, u64, bool);

fn ids(trace: TraceKey, span: SpanKey) -> Ids {
    (trace.value, trace.form == IdForm::Text, span.value, span.form == IdForm::Text)
}

/// A span of a trace, made or there before.
#[derive(Clone, Copy, Debug)]
struct Node {
    id: SpanKey,
    parent: SpanKey,
    start: u64,
    end: u64,
    /// The group it is made from; `None` for one that was there before.
    group: Option<u32>,
}

/// Makes spans of the lines; what became of each input's lines. Events that are `given` to spans have theirs already.
pub fn resolve(mut lines: Lines, given: Vec<Given>, builder: &mut StoreBuilder, inputs: usize) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::default(); inputs];
    let events_given = given.iter().flat_map(Given::events);
    if lines.count() == 0 {
        if !given.is_empty() {
            builder.give_events(Vec::new(), events_given);
        }
        return outcomes;
    }
    let widened = widen_ids(&mut lines, builder);
    // Within one input every span has one group.
    let redirect = (widened || lines.inputs > 1).then(|| merge_equal(&mut lines));
    let there = spans_there(&lines, builder);
    let (order, ends) = by_trace(&lines, redirect.as_deref());
    let mut deciding = Deciding {
        builder,
        attached: Vec::new(),
        target: vec![NO_SPAN; lines.groups.len()],
        made: Vec::with_capacity(order.len()),
        nodes: Vec::new(),
        index: HashMap::new(),
        keys: Vec::new(),
    };
    let mut from = 0;
    for end in ends {
        deciding.trace(&mut lines, &order[from..end as usize], &there);
        from = end as usize;
    }
    let Deciding { mut target, made, attached, .. } = deciding;
    drop((order, there));
    count_attached(&lines, redirect.as_deref(), &attached, &mut outcomes);
    // What was merged into another group goes where that one went.
    for (number, kept) in redirect.into_iter().flatten().enumerate() {
        target[number] = target[kept as usize];
    }
    let groups = only(std::mem::take(&mut lines.groups), made);
    put(groups, &lines, builder, &mut outcomes);
    builder.give_events(lines.into_owners(target), events_given);
    outcomes
}

/// Counts the lines of some groups for their inputs.
fn count_attached(lines: &Lines, redirect: Option<&[u32]>, attached: &[(u32, u32)], outcomes: &mut [Outcome]) {
    if attached.is_empty() {
        return;
    }
    let mut inputs = vec![None; lines.groups.len()];
    attached.iter().for_each(|(group, input)| inputs[*group as usize] = Some(*input));
    for group in &lines.members {
        if let Some(input) = inputs[redirect.map_or(*group, |kept| kept[*group as usize]) as usize] {
            outcomes[input as usize].attached += 1;
        }
    }
}

/// Some of the groups, in the order of their numbers.
fn only(mut groups: Vec<Group>, numbers: Vec<u32>) -> Vec<Group> {
    const NONE: u32 = u32::MAX;
    let mut places = vec![NONE; groups.len()];
    for (place, number) in (0..).zip(&numbers) {
        places[*number as usize] = place;
    }
    let rest = numbers.len() as u32..;
    for (place, free) in places.iter_mut().filter(|place| **place == NONE).zip(rest) {
        *place = free;
    }
    sort::arrange(&mut groups, places);
    groups.truncate(numbers.len());
    groups
}

/// The groups that stand for a span, those of one trace beside each other, traces and groups in the order of the input; where each trace ends.
fn by_trace(lines: &Lines, redirect: Option<&[u32]>) -> (Vec<u32>, Vec<u32>) {
    const NONE: u32 = u32::MAX;
    let stays = |number: u32| redirect.is_none_or(|kept| kept[number as usize] == number);
    let groups = || lines.groups.iter().zip(0..).filter(|(_, number)| stays(*number));
    let mut rank = vec![NONE; lines.traces.keys.len()];
    let mut ends: Vec<u32> = Vec::new();
    for (group, _) in groups() {
        let rank = &mut rank[group.trace as usize];
        if *rank == NONE {
            *rank = ends.len() as u32;
            ends.push(0);
        }
        ends[*rank as usize] += 1;
    }
    let mut count = 0;
    for end in &mut ends {
        (*end, count) = (count, count + *end);
    }
    let mut order = vec![0; count as usize];
    for (group, number) in groups() {
        let slot = &mut ends[rank[group.trace as usize] as usize];
        order[*slot as usize] = number;
        *slot += 1;
    }
    (order, ends)
}

/// A trace id of 64 bits is the lower half of the one trace that ends with it, if there is but one; whether that was so.
fn widen_ids(lines: &mut Lines, builder: &StoreBuilder) -> bool {
    let keys = &lines.traces.keys;
    let Some(wide) = WideIds::of(keys, keys.iter().chain(builder.trace_keys())) else { return false };
    let mut widened = false;
    let wider: Vec<u32> = (0..lines.traces.keys.len())
        .map(|number| match wide.ending_with(lines.traces.keys[number]) {
            Some(key) => {
                widened = true;
                lines.traces.index_of(key)
            }
            None => number as u32,
        })
        .collect();
    for group in &mut lines.groups {
        group.trace = wider[group.trace as usize];
    }
    widened
}

/// Groups that turned out to be of one span become one: to which each belongs.
fn merge_equal(lines: &mut Lines) -> Vec<u32> {
    let groups = &mut lines.groups;
    let mut known: HashMap<(u32, u64, bool), u32> = HashMap::with_capacity(groups.len());
    (0..groups.len())
        .map(|index| {
            let group = groups[index];
            let span = group.span();
            let key = (group.trace, span.value, span.form == IdForm::Text);
            let first = *known.entry(key).or_insert(index as u32);
            if first as usize != index {
                groups[first as usize].absorb(&group, &mut lines.places);
            }
            first
        })
        .collect()
}

impl Group {
    /// When the span began and ended, and whether a duration says so: one that began after the span's first line is that of a part of it.
    fn times(&self) -> (u64, u64, bool) {
        let (start, end) = self.told;
        // Clocks of lines are cut to milliseconds, durations are not.
        const CUT: u64 = 1_000_000;
        if start != NO_TIME && start <= self.start.saturating_add(CUT) {
            return (start, end, true);
        }
        (self.start, self.end, false)
    }

    /// Whether its times are those of its lines.
    fn is_estimated(&self) -> bool {
        let (start, _, told) = self.times();
        !told && start != NO_TIME && !self.span().is_empty()
    }
}

/// Spans that were there before, of traces that lines name.
struct There {
    by_ids: HashMap<Ids, u32>,
    by_trace: HashMap<(u128, bool), Vec<(u32, AddedSpan)>>,
}

fn spans_there(lines: &Lines, builder: &StoreBuilder) -> There {
    let mut there = There { by_ids: HashMap::new(), by_trace: HashMap::new() };
    if builder.span_count() == 0 {
        return there;
    }
    let keys = builder.trace_keys();
    let of = |key: TraceKey| (key.value, key.form == IdForm::Text);
    let named: HashSet<(u128, bool)> = lines.traces.keys.iter().map(|key| of(*key)).collect();
    let touched: Vec<bool> = keys.iter().map(|key| named.contains(&of(*key))).collect();
    for (index, span) in builder.added_spans().enumerate().filter(|(_, span)| touched[span.trace as usize]) {
        let key = keys[span.trace as usize];
        if !span.id.is_empty() {
            there.by_ids.entry(ids(key, span.id)).or_insert(index as u32);
        }
        there.by_trace.entry(of(key)).or_default().push((index as u32, span));
    }
    there
}

/// Finds out which groups become spans, and what their parents are.
struct Deciding<'a> {
    builder: &'a StoreBuilder,
    /// The groups whose lines belong to spans that were there, and their inputs.
    attached: Vec<(u32, u32)>,
    /// The span of each group.
    target: Vec<u32>,
    /// The groups that become spans, in the order of these.
    made: Vec<u32>,
    // Of one trace, kept to be used again.
    nodes: Vec<Node>,
    index: HashMap<(u64, bool), u32>,
    keys: Vec<(u64, u32)>,
}

impl Deciding<'_> {
    /// The lines of one trace.
    fn trace(&mut self, lines: &mut Lines, groups: &[u32], there: &There) {
        let key = lines.traces.keys[lines.groups[groups[0] as usize].trace as usize];
        let before = there.by_trace.get(&(key.value, key.form == IdForm::Text)).map_or(&[][..], Vec::as_slice);
        let mut spanless = None;
        self.nodes.clear();
        for &number in groups {
            let group = &lines.groups[number as usize];
            let id = group.span();
            if id.is_empty() {
                spanless = Some(number);
            } else if let Some(span) = there.by_ids.get(&ids(key, id)) {
                self.attach(number, group, *span);
            } else {
                let (start, end, _) = group.times();
                self.nodes.push(Node { id, parent: group.parent(), start, end, group: Some(number) });
            }
        }
        let made = self.nodes.len();
        if made > 0 {
            self.nodes.extend(before.iter().map(|(_, span)| Node {
                id: span.id,
                parent: span.parent,
                start: span.start,
                end: if span.end == NO_TIME { span.start } else { span.end },
                group: None,
            }));
        }
        let guesses = self.guess_parents();
        let root = spanless.and_then(|_| self.root(&guesses));
        let root_there = before
            .iter()
            .filter(|(_, span)| span.parent.is_empty())
            .min_by_key(|(index, span)| (span.start, *index))
            .or_else(|| before.iter().min_by_key(|(index, span)| (span.start, *index)));
        let root_there = root_there.map(|(index, _)| *index);
        for (at, guess) in guesses.iter().enumerate().take(made) {
            let Some(number) = self.nodes[at].group else { continue };
            if let Some(spanless) = spanless
                && root_there.is_none()
                && root == Some(at as u32)
            {
                // Lines of the trace as a whole lie inside its root.
                let Group { start, end, .. } = lines.groups[spanless as usize];
                let group = &mut lines.groups[number as usize];
                group.start = group.start.min(start);
                if end != NO_TIME && (group.end == NO_TIME || group.end < end) {
                    group.end = end;
                }
            }
            if let Some(guess) = guess {
                let group = &mut lines.groups[number as usize];
                group.guess_parent(self.nodes[*guess as usize].id);
            }
            self.make(number);
        }
        if let Some(number) = spanless {
            let root = root.and_then(|root| self.nodes[root as usize].group);
            match (root_there, root) {
                (Some(span), _) => self.attach(number, &lines.groups[number as usize], span),
                (None, Some(root)) => self.target[number as usize] = self.target[root as usize],
                (None, None) => self.make(number),
            }
        }
    }

    fn make(&mut self, number: u32) {
        self.target[number as usize] = (self.builder.span_count() + self.made.len()) as u32;
        self.made.push(number);
    }

    fn attach(&mut self, number: u32, group: &Group, span: u32) {
        self.target[number as usize] = span;
        self.attached.push((number, self.builder.input_at(group.source) as u32));
    }

    /// The made span that the others are inside of: the first, of those the longest.
    fn root(&self, guesses: &[Option<u32>]) -> Option<u32> {
        let top =
            |(at, node): &(usize, &Node)| node.group.is_some() && node.parent.is_empty() && guesses[*at].is_none();
        let tops = self.nodes.iter().enumerate().filter(top);
        tops.min_by_key(|(at, node)| (node.start, std::cmp::Reverse(node.end), *at)).map(|(at, _)| at as u32)
    }

    /// The parent of each made span that names none: the smallest span whose time encloses it.
    fn guess_parents(&mut self) -> Vec<Option<u32>> {
        let count = self.nodes.len();
        let mut guesses = vec![None; count];
        if count < 2 || self.nodes.iter().all(|node| node.group.is_none() || !node.parent.is_empty()) {
            return guesses;
        }
        let nodes = self.enclosing();
        let mut order: Vec<u32> = (0..count as u32).filter(|at| nodes[*at as usize].start != NO_TIME).collect();
        // First the ends alone, for their ranks.
        let mut by_end = order.clone();
        sort::by_time(&mut by_end, &mut self.keys, |at| nodes[at as usize].end, &mut |_, _| Ordering::Equal);
        let mut ends: Vec<u64> = self.keys.iter().map(|(end, _)| *end).collect();
        ends.dedup();
        sort::by_time(&mut order, &mut self.keys, |at| nodes[at as usize].start, &mut |one, other| {
            nodes[other as usize].end.cmp(&nodes[one as usize].end)
        });
        let rank = |end: u64| ends.len() - 1 - ends.partition_point(|known| *known < end);
        let mut smallest = Smallest::new(ends.len());
        let mut rest = order.as_slice();
        while let Some(&first) = rest.first() {
            // Spans of the very same time are asked before any of them is entered: none encloses the other.
            let time = |at: u32| (nodes[at as usize].start, nodes[at as usize].end);
            let equal = rest.iter().take_while(|at| time(**at) == time(first)).count();
            let (run, behind) = rest.split_at(equal);
            let (start, end) = time(first);
            let found = smallest.below(rank(end));
            for &at in run {
                let node = &nodes[at as usize];
                if node.group.is_some() && node.parent.is_empty() {
                    guesses[at as usize] = found;
                }
            }
            // A span without an id can be nobody's parent, and of equal ones the first is.
            if let Some(&at) = run.iter().find(|at| !nodes[**at as usize].id.is_empty())
                && end > start
            {
                smallest.enter(rank(end), (end - start, at));
            }
            rest = behind;
        }
        guesses
    }

    /// The spans, each as long as all that is known to be inside of it.
    fn enclosing(&mut self) -> Vec<Node> {
        let mut nodes = self.nodes.clone();
        if nodes.iter().all(|node| node.parent.is_empty()) {
            return nodes;
        }
        self.index.clear();
        for (at, node) in nodes.iter().enumerate().filter(|(_, node)| !node.id.is_empty()) {
            self.index.entry((node.id.value, node.id.form == IdForm::Text)).or_insert(at as u32);
        }
        let parent_of = |node: &Node| {
            let key = (node.parent.value, node.parent.form == IdForm::Text);
            (!node.parent.is_empty()).then(|| self.index.get(&key).copied()).flatten()
        };
        let mut waiting = vec![0_u32; nodes.len()];
        nodes.iter().filter_map(parent_of).for_each(|parent| waiting[parent as usize] += 1);
        let mut ready: Vec<u32> = (0..nodes.len() as u32).filter(|at| waiting[*at as usize] == 0).collect();
        while let Some(at) = ready.pop() {
            let child = nodes[at as usize];
            let Some(parent) = parent_of(&child) else { continue };
            let node = &mut nodes[parent as usize];
            if child.start != NO_TIME {
                (node.start, node.end) = match node.start {
                    NO_TIME => (child.start, child.end),
                    start => (start.min(child.start), node.end.max(child.end)),
                };
            }
            waiting[parent as usize] -= 1;
            if waiting[parent as usize] == 0 {
                ready.push(parent);
            }
        }
        nodes
    }
}

/// Adds the spans of groups.
fn put(groups: Vec<Group>, lines: &Lines, builder: &mut StoreBuilder, outcomes: &mut [Outcome]) {
    // By the place of the lines.
    let mut origins = vec![None; lines.places.len()];
    let warnings = |group: &Group| {
        let estimated = group.is_estimated() || group.span().is_empty();
        usize::from(group.is_parent_guessed()) + usize::from(estimated)
    };
    builder.expect_span_warnings(groups.iter().map(warnings).sum());
    builder.add_spans(groups, |builder, group| {
        let origin = *origins[group.place as usize]
            .get_or_insert_with(|| origin(builder, &lines.resources, lines.places.get(group.place)));
        let outcome = &mut outcomes[builder.input_at(group.source)];
        outcome.spans += 1;
        outcome.guessed += usize::from(group.is_parent_guessed());
        outcome.estimated += usize::from(group.is_estimated());
        (draft(builder, lines, &group), origin)
    });
}

/// The origin of the spans of a service and its resource.
fn origin(builder: &mut StoreBuilder, resources: &[AttributeRange], place: Place) -> OriginIndex {
    let resource = builder.add_resource();
    if let Some(number) = place.resource.checked_sub(1) {
        builder.set_resource(resource, resources[number as usize]);
    } else if place.service != StringId::EMPTY {
        let mark = builder.attribute_mark();
        let key = builder.intern("service.name");
        builder.push_attribute(key, RawValue::interned(place.service));
        let attributes = builder.attributes_since(mark);
        builder.set_resource(resource, attributes);
    }
    builder.add_origin(resource, crate::store::ScopeIndex::NONE)
}

/// The span of a group.
fn draft(builder: &mut StoreBuilder, lines: &Lines, group: &Group) -> SpanDraft {
    let mut draft = builder.draft(group.source);
    (draft.trace, draft.id, draft.name) = (lines.traces.keys[group.trace as usize], group.span(), group.name);
    draft.parent = group.parent();
    draft.kind = lines.places.get(group.place).kind;
    (draft.start, draft.end, _) = group.times();
    if let Some(event) = group.error.checked_sub(1) {
        draft.status = Status::Error;
        draft.message = builder.event_name(event);
    }
    if group.is_parent_guessed() {
        builder.warn_span(WarningKind::GuessedParent, "");
    }
    if group.span().is_empty() {
        let message = "The lines of this trace name no span: this one stands for all of them.";
        builder.warn_span(WarningKind::EstimatedTime, message);
    } else if group.is_estimated() {
        let message = match group.has_one_line() {
            true => "One line names this span: it is a point of time.",
            false => "This span is taken to last from its first line to its last one.",
        };
        builder.warn_span(WarningKind::EstimatedTime, message);
    }
    draft
}

/// The smallest of what was entered at or below a rank: a Fenwick tree of minima.
struct Smallest {
    least: Vec<Option<(u64, u32)>>,
}

impl Smallest {
    fn new(ranks: usize) -> Smallest {
        Smallest { least: vec![None; ranks + 1] }
    }

    fn enter(&mut self, rank: usize, entry: (u64, u32)) {
        let mut at = rank + 1;
        while at < self.least.len() {
            if self.least[at].is_none_or(|known| entry < known) {
                self.least[at] = Some(entry);
            }
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, rank: usize) -> Option<u32> {
        let mut at = rank + 1;
        let mut found: Option<(u64, u32)> = None;
        while at > 0 {
            if let Some(entry) = self.least[at] {
                found = Some(found.map_or(entry, |known| known.min(entry)));
            }
            at -= at & at.wrapping_neg();
        }
        found.map(|(_, at)| at)
    }
}
