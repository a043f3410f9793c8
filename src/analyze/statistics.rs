//! Spans in groups, with figures for each: how often, how long, how much of the time is its own and how much held up the request.
//!
//! ```text
//!  by operation                count  total    self     on path   p50     p95    max    errors
//!  stock    SELECT stock          48  760 ms   760 ms   610 ms    15 ms   31 ms  44 ms       0
//!  checkout POST /cart             1  1.24 s   210 ms   180 ms    1.24 s  …
//! ```
//! Groups are made by service, by operation (service and name), by kind, by status, by the value of an attribute (the span's own, else its
//! resource's; spans without it are a group of their own), or not at all: then each span stands for itself. Every span is in exactly one
//! group, so that counts and sums add up to those of all.
//!
//! A percentile is a duration that occurs: the smallest one that so many in a hundred do not exceed (nearest rank).
//! O(n log n): two sorts of numbers.

use std::cmp::Ordering;

use super::critical_path::{CriticalPaths, critical_paths};
use super::errors::Errors;
use super::self_time::self_times;
use super::semantics::{Names, Semantics};
use super::words::duration;
use crate::sort;
use crate::store::{Span, SpanIndex, Store, Trace};
use crate::strings::{StringId, Strings};

/// What analyses over groups of spans need of every span, for one trace or for all.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The first span in the store's order.
    first: u32,
    own: Vec<u64>,
    critical: Vec<u64>,
    /// Whether a span failed, and whether an error began in it.
    failed: Vec<Failed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failed {
    No,
    /// It passes an error on.
    Above,
    /// One began in it.
    Here,
}

impl Figures {
    /// Those of one trace.
    pub fn of_trace(trace: &Trace<'_>, self_times: &[u64], paths: &CriticalPaths) -> Figures {
        let mut figures = Figures { first: trace.first().0, ..Figures::default() };
        figures.add(self_times, paths, &Errors::new(trace));
        figures
    }

    /// Those of all traces.
    pub fn of_all(store: &Store) -> Figures {
        let mut figures = Figures::default();
        let semantics = Semantics::new(store, Names::new(store));
        for trace in store.traces() {
            figures.add(&self_times(&trace), &critical_paths(&trace), &Errors::with(&trace, &semantics));
        }
        figures
    }

    fn add(&mut self, self_times: &[u64], paths: &CriticalPaths, errors: &Errors) {
        self.failed.extend((0..self_times.len()).map(|position| match errors.is_error(position) {
            true if errors.begins_at(position) => Failed::Here,
            true => Failed::Above,
            false => Failed::No,
        }));
        self.own.extend_from_slice(self_times);
        self.critical.resize(self.own.len(), 0);
        for segment in paths.segments() {
            self.critical[(segment.span.0 - self.first) as usize] += segment.duration_ns();
        }
    }

    /// How many spans.
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// The spans, in the store's order.
    pub fn spans<'a>(&self, store: &'a Store) -> impl ExactSizeIterator<Item = Span<'a>> + use<'a> {
        let first = self.first as usize;
        (first..first + self.own.len()).map(|index| store.span(SpanIndex(index as u32)))
    }

    /// Self time of a span, in nanoseconds.
    pub fn own_ns(&self, span: SpanIndex) -> u64 {
        self.own[self.place(span)]
    }

    /// Time on the critical path of its top that a span owns, in nanoseconds.
    pub fn critical_ns(&self, span: SpanIndex) -> u64 {
        self.critical[self.place(span)]
    }

    /// Whether a span failed.
    pub fn failed(&self, span: SpanIndex) -> bool {
        self.failed[self.place(span)] != Failed::No
    }

    /// Whether an error began in a span.
    pub fn error_begins(&self, span: SpanIndex) -> bool {
        self.failed[self.place(span)] == Failed::Here
    }

    /// The place of a span among them.
    pub fn place(&self, span: SpanIndex) -> usize {
        (span.0 - self.first) as usize
    }
}

/// How spans are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy<'a> {
    /// Each span for itself.
    Span,
    /// By service.
    Service,
    /// By service and name.
    Operation,
    /// By kind.
    Kind,
    /// By status.
    Status,
    /// By the value of this attribute.
    Attribute(&'a str),
}

impl<'a> GroupBy<'a> {
    /// The one of this name: `span`, `service`, `operation`, `kind`, `status`, or `attribute:` and a key.
    pub fn named(name: &'a str) -> Option<GroupBy<'a>> {
        Some(match name {
            "span" => GroupBy::Span,
            "service" => GroupBy::Service,
            "operation" => GroupBy::Operation,
            "kind" => GroupBy::Kind,
            "status" => GroupBy::Status,
            _ => GroupBy::Attribute(name.strip_prefix("attribute:")?),
        })
    }
}

/// What a list of groups can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// What the group has in common, as text.
    Label,
    /// The start of its first span.
    Start,
    /// How many spans.
    Count,
    /// Sum of durations.
    Total,
    /// Sum of self times.
    Own,
    /// Sum of the time on critical paths.
    Critical,
    /// The median duration.
    P50,
    /// The duration that 95 of a hundred do not exceed.
    P95,
    /// The longest duration.
    Max,
    /// Spans that failed.
    Errors,
}

impl Column {
    /// The column of this name.
    pub fn named(name: &str) -> Option<Column> {
        Some(match name {
            "label" => Column::Label,
            "start" => Column::Start,
            "count" => Column::Count,
            "total" => Column::Total,
            "self" => Column::Own,
            "critical" => Column::Critical,
            "p50" => Column::P50,
            "p95" => Column::P95,
            "max" => Column::Max,
            "errors" => Column::Errors,
            _ => return None,
        })
    }
}

/// The figures of a group. Times are nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Where its spans begin among the members.
    first: u32,
    /// How many spans.
    pub count: u32,
    /// How many failed.
    pub errors: u32,
    /// Sum of durations.
    pub total_ns: u64,
    /// Sum of self times.
    pub own_ns: u64,
    /// Sum of the time on critical paths.
    pub critical_ns: u64,
    /// The median duration.
    pub p50_ns: u64,
    /// The duration that 95 of a hundred do not exceed.
    pub p95_ns: u64,
    /// The longest duration.
    pub max_ns: u64,
}

/// What the spans of a group have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// The service, when they are of one.
    pub service: Option<usize>,
    /// Operation, kind, status or value; empty for a service.
    pub text: String,
    /// Whether they are those without the attribute.
    pub missing: bool,
}

/// Groups of spans, in an order that can be changed.
#[derive(Debug)]
pub struct Statistics {
    /// Spans, group after group, each in the store's order. Empty when each span stands for itself.
    members: Vec<u32>,
    /// Empty when each span stands for itself.
    groups: Vec<Group>,
    kind: Grouping,
    /// The values of the attribute, known by number plus one; 0 is none.
    values: Strings,
    value_of_group: Vec<u32>,
    /// The groups in the order that was asked for.
    order: Vec<u32>,
    all: Group,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grouping {
    Span,
    Service,
    Operation,
    Kind,
    Status,
    Attribute,
}

/// The place, from 0, of the value that so many in a hundred do not exceed.
pub(crate) fn rank(count: u32, percent: u64) -> u32 {
    (u64::from(count) * percent).div_ceil(100).max(1) as u32 - 1
}

/// Median, 95th percentile and maximum of each of the groups that durations belong to; sorts the durations.
pub(crate) fn percentiles(durations: &mut [(u64, u32)], counts: &[u32]) -> Vec<[u64; 3]> {
    durations.sort_unstable();
    let mut seen = vec![0_u32; counts.len()];
    let mut found = vec![[0_u64; 3]; counts.len()];
    for (duration, group) in durations.iter() {
        let group = *group as usize;
        let place = seen[group];
        seen[group] += 1;
        if place == rank(counts[group], 50) {
            found[group][0] = *duration;
        }
        if place == rank(counts[group], 95) {
            found[group][1] = *duration;
        }
        found[group][2] = *duration;
    }
    found
}

impl Statistics {
    /// Groups in the order of what they have in common: services and operations as they appear, values as they appear.
    pub fn new(store: &Store, figures: &Figures, by: GroupBy<'_>) -> Statistics {
        let mut statistics = Statistics {
            members: Vec::new(),
            groups: Vec::new(),
            kind: match by {
                GroupBy::Span => Grouping::Span,
                GroupBy::Service => Grouping::Service,
                GroupBy::Operation => Grouping::Operation,
                GroupBy::Kind => Grouping::Kind,
                GroupBy::Status => Grouping::Status,
                GroupBy::Attribute(_) => Grouping::Attribute,
            },
            values: Strings::new(),
            value_of_group: Vec::new(),
            order: Vec::new(),
            all: Group::default(),
        };
        if by == GroupBy::Span {
            statistics.order = (0..figures.len() as u32).collect();
        } else {
            statistics.put_together(store, figures, by);
            statistics.order = (0..statistics.groups.len() as u32).collect();
        }
        statistics.add_up(store, figures);
        statistics
    }

    fn put_together(&mut self, store: &Store, figures: &Figures, by: GroupBy<'_>) {
        let attribute = match by {
            GroupBy::Attribute(key) => store.find_string(key),
            _ => None,
        };
        let mut keys: Vec<(u64, u32)> = Vec::with_capacity(figures.len());
        for span in figures.spans(store) {
            let key = match self.kind {
                Grouping::Span => 0,
                Grouping::Service => span.service_index() as u64,
                Grouping::Operation => (span.service_index() as u64) << 32 | span.name_id().index() as u64,
                Grouping::Kind => span.kind() as u64,
                Grouping::Status => span.status() as u64,
                Grouping::Attribute => match attribute.and_then(|key| span.value_of(key)) {
                    Some(value) => self.values.intern(&value.to_string()).index() as u64 + 1,
                    None => 0,
                },
            };
            keys.push((key, span.index().0));
        }
        // By group, and within it in the store's order.
        keys.sort_unstable();
        self.members.reserve_exact(keys.len());
        let mut last = None;
        for (key, span) in &keys {
            if last != Some(*key) {
                last = Some(*key);
                self.groups.push(Group { first: self.members.len() as u32, ..Group::default() });
                self.value_of_group.push(*key as u32);
            }
            self.members.push(*span);
            let index = self.groups.len() - 1;
            let group = &mut self.groups[index];
            let span = store.span(SpanIndex(*span));
            *group = add(*group, &one(&span, figures));
        }
        // The keys have done their work: their room takes the durations.
        let mut durations = keys;
        let mut at = 0;
        for (index, group) in self.groups.iter().enumerate() {
            for member in &self.members[group.first as usize..(group.first + group.count) as usize] {
                durations[at] = (duration(&store.span(SpanIndex(*member))), index as u32);
                at += 1;
            }
        }
        let counts: Vec<u32> = self.groups.iter().map(|group| group.count).collect();
        let found = percentiles(&mut durations, &counts);
        for (group, [p50, p95, max]) in self.groups.iter_mut().zip(found) {
            (group.p50_ns, group.p95_ns, group.max_ns) = (p50, p95, max);
        }
    }

    fn add_up(&mut self, store: &Store, figures: &Figures) {
        let mut all = Group::default();
        for group in 0..self.order.len() as u32 {
            all = add(all, &self.figures_of(store, figures, group));
        }
        self.all = all;
    }

    fn figures_of(&self, store: &Store, figures: &Figures, group: u32) -> Group {
        match self.groups.get(group as usize) {
            Some(group) => *group,
            None => one(&store.span(SpanIndex(figures.first + group)), figures),
        }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none, as there are no spans.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Sums over all groups; percentiles are those of no group, and the maximum is the largest.
    pub fn all(&self) -> Group {
        self.all
    }

    /// The largest total, self time and time on critical paths of a group, for bars on one scale.
    pub fn largest(&self, store: &Store, figures: &Figures) -> [u64; 3] {
        let mut largest = [0; 3];
        for group in 0..self.order.len() as u32 {
            let Group { total_ns, own_ns, critical_ns, .. } = self.figures_of(store, figures, group);
            for (slot, value) in largest.iter_mut().zip([total_ns, own_ns, critical_ns]) {
                *slot = value.max(*slot);
            }
        }
        largest
    }

    /// Sorts the groups; those that are equal in the column keep the order in which they appear.
    pub fn sort(&mut self, store: &Store, figures: &Figures, column: Column, descending: bool) {
        let mut order: Vec<u32> = (0..self.order.len() as u32).collect();
        if column == Column::Label {
            let labels: Vec<(&str, &str)> = match self.kind {
                Grouping::Attribute => Vec::new(),
                _ => order
                    .iter()
                    .map(|group| self.first_of(store, figures, *group))
                    .map(|span| self.words(&span))
                    .collect(),
            };
            let compare = |one: u32, other: u32| -> Ordering {
                match (labels.get(one as usize), labels.get(other as usize)) {
                    (Some(one), Some(other)) => one.cmp(other),
                    _ => compare_values(self.value(one), self.value(other)),
                }
            };
            sort::numbers(&mut order, &mut |one, other| {
                if descending { compare(other, one) } else { compare(one, other) }
            });
            self.order = order;
            return;
        }
        let mut keys: Vec<(u64, u32)> = Vec::with_capacity(order.len());
        for group in order {
            let found = self.figures_of(store, figures, group);
            let key = match column {
                Column::Label => 0,
                Column::Start => self.first_of(store, figures, group).start_ns().unwrap_or(u64::MAX),
                Column::Count => u64::from(found.count),
                Column::Total => found.total_ns,
                Column::Own => found.own_ns,
                Column::Critical => found.critical_ns,
                Column::P50 => found.p50_ns,
                Column::P95 => found.p95_ns,
                Column::Max => found.max_ns,
                Column::Errors => u64::from(found.errors),
            };
            keys.push((if descending { !key } else { key }, group));
        }
        keys.sort_unstable();
        self.order = keys.into_iter().map(|(_, group)| group).collect();
    }

    /// The figures at a place of the order.
    pub fn group(&self, store: &Store, figures: &Figures, place: usize) -> Option<Group> {
        Some(self.figures_of(store, figures, *self.order.get(place)?))
    }

    /// What the spans at a place of the order have in common.
    pub fn label(&self, store: &Store, figures: &Figures, place: usize) -> Option<Label> {
        let group = *self.order.get(place)?;
        if self.kind == Grouping::Attribute {
            let value = self.value(group);
            return Some(Label { service: None, missing: value.is_none(), text: value.unwrap_or_default().to_owned() });
        }
        let span = self.first_of(store, figures, group);
        let of_service = matches!(self.kind, Grouping::Span | Grouping::Service | Grouping::Operation);
        let text = if self.kind == Grouping::Service { "" } else { self.words(&span).1 };
        Some(Label { service: of_service.then(|| span.service_index()), text: text.to_owned(), missing: false })
    }

    /// What spans are sorted by as text.
    fn words<'a>(&self, span: &Span<'a>) -> (&'a str, &'a str) {
        match self.kind {
            Grouping::Service => (span.service(), ""),
            Grouping::Kind => ("", span.kind().as_str()),
            Grouping::Status => ("", span.status().as_str()),
            Grouping::Span | Grouping::Operation | Grouping::Attribute => (span.service(), span.name()),
        }
    }

    fn value(&self, group: u32) -> Option<&str> {
        let number = self.value_of_group[group as usize].checked_sub(1)?;
        Some(self.values.get(StringId(number)))
    }

    fn first_of<'a>(&self, store: &'a Store, figures: &Figures, group: u32) -> Span<'a> {
        let span = match self.groups.get(group as usize) {
            Some(group) => self.members[group.first as usize],
            None => figures.first + group,
        };
        store.span(SpanIndex(span))
    }

    /// The spans at a place of the order, in the store's order.
    pub fn members(&self, figures: &Figures, place: usize) -> Vec<SpanIndex> {
        let Some(group) = self.order.get(place) else { return Vec::new() };
        match self.groups.get(*group as usize) {
            Some(group) => {
                let members = &self.members[group.first as usize..(group.first + group.count) as usize];
                members.iter().map(|span| SpanIndex(*span)).collect()
            }
            None => vec![SpanIndex(figures.first + group)],
        }
    }
}

/// Numbers by size, then texts; none last.
fn compare_values(one: Option<&str>, other: Option<&str>) -> Ordering {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => (one.is_none(), one).cmp(&(other.is_none(), other)),
    }
}

/// The group of one span.
fn one(span: &Span<'_>, figures: &Figures) -> Group {
    let duration = duration(span);
    Group {
        first: 0,
        count: 1,
        errors: u32::from(figures.failed(span.index())),
        total_ns: duration,
        own_ns: figures.own_ns(span.index()),
        critical_ns: figures.critical_ns(span.index()),
        p50_ns: duration,
        p95_ns: duration,
        max_ns: duration,
    }
}

/// Two groups as one, but for what only sorting tells.
fn add(group: Group, more: &Group) -> Group {
    Group {
        first: group.first,
        count: group.count + more.count,
        errors: group.errors + more.errors,
        total_ns: group.total_ns.saturating_add(more.total_ns),
        own_ns: group.own_ns.saturating_add(more.own_ns),
        critical_ns: group.critical_ns.saturating_add(more.critical_ns),
        p50_ns: 0,
        p95_ns: 0,
        max_ns: group.max_ns.max(more.max_ns),
    }
}

/// The keys of attributes that spans or their resources have, with how many spans have each: the most frequent first.
pub fn attribute_keys(store: &Store, figures: &Figures) -> Vec<(StringId, u32)> {
    let mut counts: Vec<u32> = Vec::new();
    let mut resources: Vec<u32> = Vec::new();
    fn count(counts: &mut Vec<u32>, key: usize, by: u32) {
        if key >= counts.len() {
            counts.resize(key + 1, 0);
        }
        counts[key] += by;
    }
    let mut samples: Vec<(usize, SpanIndex)> = Vec::new();
    for span in figures.spans(store) {
        span.raw_attributes().for_each(|(key, _)| count(&mut counts, key.index(), 1));
        let resource = span.resource_index();
        if resource >= resources.len() || resources[resource] == 0 {
            samples.push((resource, span.index()));
        }
        count(&mut resources, resource, 1);
    }
    for (resource, span) in samples {
        for (key, _) in store.span(span).resource() {
            if let Some(key) = store.find_string(key) {
                count(&mut counts, key.index(), resources[resource]);
            }
        }
    }
    let mut found: Vec<(u64, u32)> =
        (0..).zip(counts).filter(|(_, count)| *count > 0).map(|(key, count)| (!u64::from(count), key)).collect();
    found.sort_unstable();
    // A key may stand twice on a span, or on span and resource: no key is on more spans than there are.
    let most = figures.len() as u64;
    found.into_iter().map(|(count, key)| (StringId(key), (!count).min(most) as u32)).collect()
}
