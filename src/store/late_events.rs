//! Events that find their span only when all spans are there, as lines of a log do.

use super::builder::StoreBuilder;
use super::{EventRecord, SpanKey, TraceKey};
use crate::sort;

/// No span.
const NONE: u32 = u32::MAX;

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

    /// Makes room for so many more spans, and no more: what they need besides is there already, so nothing is estimated from the first of them.
    pub fn reserve_spans(&mut self, more: usize) {
        self.spans.reserve_exact(more);
        self.nothing_follows();
    }

    /// The ids of the traces, by number.
    pub fn trace_keys(&self) -> &[TraceKey] {
        &self.traces.keys
    }

    /// Gives events, by their place in the column, to spans. All events of such a span are then in the order of time.
    pub fn give_events(&mut self, given: impl Iterator<Item = (u32, u32)>) {
        let mut owner = vec![NONE; self.events.len()];
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
        let mut ends = vec![0_u32; count + 2];
        owner.iter().for_each(|owner| ends[bucket(*owner) + 1] += 1);
        for index in 0..=count {
            ends[index + 1] += ends[index];
        }
        // Each event's owner becomes its place, and it goes there, in place.
        let mut next = ends.clone();
        for owner in &mut owner {
            let slot = &mut next[bucket(*owner)];
            *owner = *slot;
            *slot += 1;
        }
        drop(next);
        sort::arrange(&mut self.events, owner);
        self.events.truncate(ends[count] as usize);
        for (span, ends) in self.spans.iter_mut().zip(ends.windows(2)) {
            let late = ends[1] - ends[0] != span.event_count;
            (span.first_event, span.event_count) = (ends[0], ends[1] - ends[0]);
            let events = &mut self.events[ends[0] as usize..ends[1] as usize];
            if late && !events.is_sorted_by_key(EventRecord::time) {
                sort::slice(events, |one, other| one.time().cmp(&other.time()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{RawValue, ScopeIndex};
    use super::*;
    use crate::strings::StringId;

    #[test]
    fn spans_that_come_last_reserve_nothing_but_themselves() {
        let mut builder = StoreBuilder::new();
        builder.add_input("log", Arc::new(vec![b' '; 1 << 20])).expect("not too large");
        for _ in 0..10_000 {
            builder.push_attribute(StringId::EMPTY, RawValue::NULL);
        }
        let resource = builder.add_resource();
        let origin = builder.add_origin(resource, ScopeIndex::NONE);
        builder.reserve_spans(2000);
        for source in 0..2000 {
            // The first spans stand at the very beginning of the input, whose attributes are all there.
            let draft = builder.draft(source * 20);
            builder.push_span(&draft, origin);
        }
        assert!(builder.attributes.capacity() < 20_000, "{}", builder.attributes.capacity());
    }
}
