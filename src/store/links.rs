//! Links both ways: which span each link leads to, and which spans link to a span.
//!
//! All links are resolved at once: sorted by the trace and span they name, then held against each of these traces' spans in tree order, so that
//! the cost is that of a sort however many traces and links there are.

use super::{Link, Span, SpanIndex, SpanKey, Store, TraceIndex};
use crate::sort;

/// Where all links of a store lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkTargets {
    /// By the link's number the span it leads to; `NONE` when it is not in the input.
    targets: Vec<u32>,
    /// The span that is linked to, and the one that links, in this order.
    incoming: Vec<(u32, u32)>,
}

const NONE: u32 = u32::MAX;

impl LinkTargets {
    /// The span that a link leads to, when it is in the input.
    pub fn of(&self, link: &Link<'_>) -> Option<SpanIndex> {
        self.targets.get(link.number()).copied().filter(|target| *target != NONE).map(SpanIndex)
    }

    /// The spans that link to one, in tree order.
    pub fn to(&self, span: SpanIndex) -> impl Iterator<Item = SpanIndex> + '_ {
        let from = self.incoming.partition_point(|(to, _)| *to < span.0);
        self.incoming[from..].iter().take_while(move |(to, _)| *to == span.0).map(|(_, from)| SpanIndex(*from))
    }

    /// The spans in a range that are linked to, with those that link to them, in tree order.
    pub fn into_range(&self, from: SpanIndex, end: SpanIndex) -> impl Iterator<Item = (SpanIndex, SpanIndex)> + '_ {
        let place = |span: SpanIndex| self.incoming.partition_point(|(to, _)| *to < span.0);
        self.incoming[place(from)..place(end).max(place(from))]
            .iter()
            .map(|(to, from)| (SpanIndex(*to), SpanIndex(*from)))
    }
}

impl Store {
    /// Where all links lead; resolved once.
    pub fn link_targets(&self) -> &LinkTargets {
        self.link_targets.get_or_init(|| resolve(self))
    }
}

fn resolve(store: &Store) -> LinkTargets {
    let mut found = LinkTargets { targets: vec![NONE; store.links.len()], incoming: Vec::new() };
    if store.links.is_empty() {
        return found;
    }
    // Traces by id, to find each link's by bisection.
    let trace_key = |trace: u32| {
        let id = store.traces[trace as usize].id;
        (matches!(id.form, super::IdForm::Text), id.value)
    };
    let mut traces: Vec<u32> = (0..store.traces.len() as u32).collect();
    sort::numbers(&mut traces, &mut |one, other| trace_key(one).cmp(&trace_key(other)));
    let trace_of = |link: u32| {
        let id = store.links[link as usize].trace;
        let wanted = (matches!(id.form, super::IdForm::Text), id.value);
        let place = traces.partition_point(|trace| trace_key(*trace) < wanted);
        traces.get(place).copied().filter(|trace| trace_key(*trace) == wanted)
    };
    let mut links: Vec<(u32, u32)> =
        (0..store.links.len() as u32).filter_map(|link| Some((trace_of(link)?, link))).collect();
    let span_key = |key: SpanKey| (matches!(key.form, super::IdForm::Text), key.value);
    let key_of = |link: u32| span_key(store.links[link as usize].span);
    links = sort::items(links, |one, other| (one.0, key_of(one.1)).cmp(&(other.0, key_of(other.1))));
    for of_trace in links.chunk_by(|one, other| one.0 == other.0) {
        let Some(trace) = store.trace(TraceIndex(of_trace[0].0)) else { continue };
        for span in trace.spans() {
            let own = store.spans[span.index().0 as usize].key();
            if own.is_empty() {
                continue;
            }
            let key = span_key(own);
            let place = of_trace.partition_point(|(_, link)| key_of(*link) < key);
            for (_, link) in of_trace[place..].iter().take_while(|(_, link)| key_of(*link) == key) {
                let target = &mut found.targets[*link as usize];
                // Of spans with one id the first one; what has no id is linked to by nobody.
                if *target == NONE && !store.links[*link as usize].span.is_empty() {
                    *target = span.index().0;
                } else {
                    break;
                }
            }
        }
    }
    let mut incoming = Vec::new();
    for span in store.spans() {
        incoming.extend(span.links().filter_map(|link| Some((found.of(&link)?.0, span.index().0))));
    }
    found.incoming = incoming;
    sort::slice(&mut found.incoming, Ord::cmp);
    found.incoming.dedup();
    found
}

impl<'a> Span<'a> {
    /// The spans that link to this one, in tree order.
    pub fn linked_by(&self) -> impl Iterator<Item = Span<'a>> + use<'a> {
        let store = self.store();
        store.link_targets().to(self.index()).map(|span| store.span(span))
    }
}
