//! How many of what there is: in all inputs, and in one trace.
//!
//! Roots are spans without a parent id; orphans name a parent that is not in their trace; neither counts the other. A span and the server's
//! half of the same id (Zipkin) are one level of depth. Linear.

use super::letters::lower_case;
use crate::store::{Span, Status, Store, Top, Trace, TraceIndex};

/// Counts over all spans of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreSummary {
    /// Spans.
    pub spans: usize,
    /// Traces.
    pub traces: usize,
    /// Spans without a parent id.
    pub roots: usize,
    /// Spans whose parent is not in their trace.
    pub orphans: usize,
    /// Spans whose id an earlier span of their trace has, the halves of a shared id and empty ids included.
    pub duplicate_ids: u64,
    /// Spans whose status is error.
    pub error_spans: usize,
    /// Spans with a start and an end that are equal.
    pub zero_duration: usize,
    /// Spans that end before they start.
    pub negative_duration: usize,
    /// Links of all spans.
    pub links: usize,
    /// Events of all spans.
    pub events: usize,
    /// Names of the services, in order of first appearance, without the empty one.
    pub services: Vec<String>,
    /// Levels of the deepest trace.
    pub max_depth: u32,
}

/// Counts over one trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceSummary {
    /// Service of the main top (see [`main_top`]).
    pub root_service: String,
    /// Operation of the main top.
    pub root_name: String,
    /// Spans.
    pub spans: usize,
    /// Spans whose status is error.
    pub errors: usize,
    /// Names of its services in tree order, without the empty one.
    pub services: Vec<String>,
    /// Levels.
    pub depth: u32,
    /// Spans without a parent id.
    pub roots: usize,
    /// Spans whose parent is not there.
    pub orphans: usize,
}

/// The top that a trace is spoken of by: the longest root; without a root, the longest top. Ties go to the earlier one.
pub fn main_top<'a>(trace: &Trace<'a>) -> Span<'a> {
    let duration = |span: &Span<'_>| span.duration_ns().unwrap_or(0).max(0);
    let mut best: Option<Span<'a>> = None;
    for top in trace.tops() {
        let better = match best {
            None => true,
            Some(best) => {
                let rank = |span: &Span<'_>| (span.top() == Some(Top::Root), duration(span));
                rank(&top) > rank(&best)
            }
        };
        if better {
            best = Some(top);
        }
    }
    best.expect("a trace has at least one span, and its first one is a top")
}

/// Counts over one trace.
pub fn trace_summary(trace: &Trace<'_>) -> TraceSummary {
    let top = main_top(trace);
    let counts = count(trace.spans());
    let services = trace.store().services().collect::<Vec<_>>();
    let mut seen = Vec::new();
    let mut is_seen = vec![false; services.len()];
    for span in trace.spans() {
        let service = span.service_index();
        if !is_seen[service] {
            is_seen[service] = true;
            seen.push(service);
        }
    }
    TraceSummary {
        root_service: top.service().to_owned(),
        root_name: top.name().to_owned(),
        spans: counts.spans,
        errors: counts.error_spans,
        services: seen.into_iter().map(|i| services[i].to_owned()).filter(|name| !name.is_empty()).collect(),
        depth: counts.max_depth,
        roots: counts.roots,
        orphans: counts.orphans,
    }
}

/// In which order traces are listed; ties by start, then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceOrder {
    /// The earliest first.
    Start,
    /// The longest first.
    Duration,
    /// The one with the most error spans first.
    Errors,
    /// The one with the most spans first.
    Spans,
}

impl TraceOrder {
    /// The order of this name.
    pub fn named(name: &str) -> Option<TraceOrder> {
        match name {
            "start" => Some(TraceOrder::Start),
            "duration" => Some(TraceOrder::Duration),
            "errors" => Some(TraceOrder::Errors),
            "spans" => Some(TraceOrder::Spans),
            _ => None,
        }
    }
}

/// All traces in this order.
pub fn trace_order(store: &Store, order: TraceOrder) -> Vec<TraceIndex> {
    let key = |trace: &Trace<'_>| match order {
        // The store has them in this order.
        TraceOrder::Start => 0,
        TraceOrder::Duration => trace.duration_ns(),
        TraceOrder::Errors => trace.spans().filter(|span| span.status() == Status::Error).count() as u64,
        TraceOrder::Spans => trace.span_count() as u64,
    };
    let mut order: Vec<(u64, u32)> = store.traces().map(|trace| (!key(&trace), trace.index().0)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| TraceIndex(index)).collect()
}

/// Which traces a list shows.
#[derive(Clone, Debug)]
pub struct TraceFilter {
    /// Words that stand in the root's service or operation or in the trace's id, in any case.
    pub words: String,
    /// Only traces with a span whose status is error.
    pub failed: bool,
    /// The least and the most start in nanoseconds since the first trace's, both included.
    pub start_ns: (f64, f64),
    /// The least and the most duration in nanoseconds, both included.
    pub duration_ns: (f64, f64),
}

impl Default for TraceFilter {
    fn default() -> TraceFilter {
        let all = (f64::NEG_INFINITY, f64::INFINITY);
        TraceFilter { words: String::new(), failed: false, start_ns: all, duration_ns: all }
    }
}

impl TraceFilter {
    /// The traces of a list that it leaves, in their order. Linear in the spans.
    pub fn leave(&self, store: &Store, mut traces: Vec<TraceIndex>) -> Vec<TraceIndex> {
        let words: Vec<String> = self.words.split_whitespace().map(lower_case).collect();
        let within = |value: f64, (least, most): (f64, f64)| value >= least && value <= most;
        let origin = first_start(store);
        traces.retain(|index| {
            let Some(trace) = store.trace(*index) else { return false };
            if !within(since(origin, &trace), self.start_ns) || !within(trace.duration_ns() as f64, self.duration_ns) {
                return false;
            }
            if self.failed && !trace.spans().any(|span| span.status() == Status::Error) {
                return false;
            }
            if words.is_empty() {
                return true;
            }
            let top = main_top(&trace);
            let text = lower_case(&format!("{}\n{}\n{}", top.service(), top.name(), trace.id()));
            words.iter().all(|word| text.contains(word.as_str()))
        });
        traces
    }
}

/// The earliest start of a trace.
fn first_start(store: &Store) -> u64 {
    store.traces().filter_map(|trace| trace.start_ns()).min().unwrap_or(0)
}

/// A trace without times stands at the start.
fn since(origin: u64, trace: &Trace<'_>) -> f64 {
    (trace.start_ns().unwrap_or(origin) - origin) as f64
}

/// What a picture of all traces is drawn from: by index the start since the first one's, the duration and the number of spans whose status is error.
pub fn trace_points(store: &Store) -> Vec<[f64; 3]> {
    let origin = first_start(store);
    let errors = |trace: &Trace<'_>| trace.spans().filter(|span| span.status() == Status::Error).count();
    store.traces().map(|trace| [since(origin, &trace), trace.duration_ns() as f64, errors(&trace) as f64]).collect()
}

/// Counts over all spans.
pub fn store_summary(store: &Store) -> StoreSummary {
    StoreSummary {
        traces: store.trace_count(),
        duplicate_ids: store.repeated_id_count(),
        services: store.services().filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        ..count(store.spans())
    }
}

fn count<'a>(spans: impl Iterator<Item = Span<'a>>) -> StoreSummary {
    let mut counts = StoreSummary::default();
    // Levels above each open ancestor that the two halves of a shared id take too many.
    let mut doubled: Vec<u32> = Vec::new();
    for span in spans {
        counts.spans += 1;
        match kinship(&span) {
            Kinship::Root => counts.roots += 1,
            Kinship::Orphan => counts.orphans += 1,
            Kinship::Child => {}
        }
        counts.error_spans += usize::from(span.status() == Status::Error);
        match span.duration_ns() {
            Some(0) => counts.zero_duration += 1,
            Some(duration) if duration < 0 => counts.negative_duration += 1,
            _ => {}
        }
        counts.links += span.links().len();
        counts.events += span.events().len();
        doubled.truncate(span.depth() as usize);
        let above = doubled.last().copied().unwrap_or(0) + u32::from(span.is_shared_half());
        doubled.push(above);
        counts.max_depth = counts.max_depth.max(span.depth() + 1 - above);
    }
    counts
}

enum Kinship {
    Root,
    Orphan,
    Child,
}

fn kinship(span: &Span<'_>) -> Kinship {
    match span.top() {
        Some(Top::Root) => return Kinship::Root,
        Some(Top::Orphan) => return Kinship::Orphan,
        Some(Top::Cycle) => return Kinship::Child,
        None => {}
    }
    if !span.is_shared_half() {
        return Kinship::Child;
    }
    // The server's half hangs under the client's; its own parent id says what it is.
    let client = span.parent().map(|parent| span.store().span(parent));
    match client {
        _ if span.parent_id().is_empty() => Kinship::Root,
        Some(client) if client.parent_id() == span.parent_id() && client.top() == Some(Top::Orphan) => Kinship::Orphan,
        _ => Kinship::Child,
    }
}
