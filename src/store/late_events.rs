//! Events that find their span only when all spans are there, as lines of a log do.

use super::builder::StoreBuilder;
use super::{EventRecord, SpanKey, TraceKey};
use crate::sort;

/// The number of no span.
#[doc(hidden)]
pub const NO_SPAN: u32 = u32::MAX;

/// What is known of a span that was added.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct AddedSpan {
    /// Number of the trace, in order of first appearance.
    pub trace: u32,
    pub id: SpanKey,
    pub parent: SpanKey,
    pub start: u64,
    pub end: u64,
}

impl StoreBuilder {
    /// The spans that were added, in the order of the input.
    pub fn added_spans(&self) -> impl Iterator<Item = AddedSpan> + '_ {
        self.spans.iter().map(|span| AddedSpan {
            trace: span.trace,
            id: span.key(),
            parent: span.parent_key(),
            start: span.start,
            end: span.end,
        })
    }

    /// The ids of the traces, by number.
    pub fn trace_keys(&self) -> &[TraceKey] {
        &self.traces.keys
    }

    /// Gives events to spans: those from the first one on to `owner`s, and some by their place in the column. All events of such a span are then in
    /// the order of time.
    pub fn give_events(&mut self, mut owner: Vec<u32>, given: impl Iterator<Item = (u32, u32)>) {
        owner.resize(self.events.len(), NO_SPAN);
        for (index, span) in self.spans.iter().enumerate() {
            let own = span.first_event as usize..(span.first_event + span.event_count) as usize;
            owner[own].fill(index as u32);
        }
        for (event, span) in given {
            owner[event as usize] = span;
        }
        let count = self.spans.len();
        // What no span has goes to the end.
        let bucket = |owner: u32| (owner as usize).min(count);
        let mut places = vec![0_u32; count + 2];
        owner.iter().for_each(|owner| places[bucket(*owner) + 1] += 1);
        for index in 0..=count {
            places[index + 1] += places[index];
        }
        // Each event's owner becomes its place, and it goes there, in place.
        for owner in &mut owner {
            let slot = &mut places[bucket(*owner)];
            *owner = *slot;
            *slot += 1;
        }
        sort::arrange(&mut self.events, owner);
        // Where the events of a span began, those of the next one begin now.
        let mut first = 0;
        for (span, end) in self.spans.iter_mut().zip(places) {
            let late = end - first != span.event_count;
            (span.first_event, span.event_count) = (first, end - first);
            let events = &mut self.events[first as usize..end as usize];
            first = end;
            if late && !events.is_sorted_by_key(EventRecord::time) {
                sort::slice(events, |one, other| one.time().cmp(&other.time()));
            }
        }
        self.events.truncate(first as usize);
    }

    /// Gives events, from one on, to spans, from one on: each event to the span with this id, which come in the order of the spans.
    pub fn own_events(&mut self, first_span: usize, first_event: u32, owners: impl Iterator<Item = SpanKey>) {
        let mut spans = self.spans[first_span..].iter_mut();
        let mut span = spans.next();
        for (event, owner) in (first_event..).zip(owners) {
            while span.as_ref().is_some_and(|span| !span.key().same(owner)) {
                span = spans.next();
            }
            let Some(span) = &mut span else { return };
            if span.event_count == 0 {
                span.first_event = event;
            }
            span.event_count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{AttributeRange, IdForm, ScopeIndex, SpanDraft};
    use super::*;

    #[test]
    fn events_that_came_before_their_spans_are_owned_in_order() {
        let mut builder = StoreBuilder::new();
        builder.add_input("trace", Arc::new(vec![b' '; 64])).expect("not too large");
        let resource = builder.add_resource();
        let origin = builder.add_origin(resource, ScopeIndex::NONE);
        let name = builder.intern("event");
        builder.push_event(7, name, AttributeRange::default());
        let first = builder.event_mark();
        let ids = [1, 2, 3, 5].map(|value| SpanKey { value, form: IdForm::Hex(16) });
        let owners = [ids[1], ids[3], ids[3]];
        (0..3).for_each(|time| builder.push_event(time, name, AttributeRange::default()));
        builder.add_spans(ids.to_vec(), |builder, id| (SpanDraft { id, start: id.value, ..builder.draft(0) }, origin));
        builder.own_events(0, first, owners.into_iter());
        let store = builder.finish();
        let times = |span: crate::store::Span<'_>| span.events().map(|event| event.time_ns()).collect::<Vec<_>>();
        let all: Vec<_> = store.spans().map(times).collect();
        assert_eq!(all, [vec![], vec![Some(0)], vec![], vec![Some(1), Some(2)]]);
    }
}
