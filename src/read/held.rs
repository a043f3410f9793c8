//! Spans that are held back until the input has been read, because more is told of them elsewhere: formats that write errors and log
//! messages beside the spans that they belong to.

use super::documents::Reading;
use super::parts::{Assembler, EventParts, LinkParts, Parts};
use crate::error::WarningKind;
use crate::store::{SpanKey, TraceKey};

/// Spans, and what is told of them.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) spans: Vec<Parts>,
    told: Vec<Told>,
}

#[derive(Debug)]
struct Told {
    trace: TraceKey,
    span: SpanKey,
    what: What,
    offset: u32,
}

#[derive(Debug)]
enum What {
    Event(EventParts),
    Link(LinkParts),
}

impl Held {
    /// Notes an event of the span with these ids, which stands at this offset of the input.
    pub(super) fn tell(&mut self, trace: TraceKey, span: SpanKey, event: EventParts, offset: u32) {
        self.told.push(Told { trace, span, what: What::Event(event), offset });
    }

    /// Notes a link of the span with these ids.
    pub(super) fn link(&mut self, trace: TraceKey, span: SpanKey, link: LinkParts, offset: u32) {
        self.told.push(Told { trace, span, what: What::Link(link), offset });
    }

    /// Puts the events on their spans, and the spans into the store.
    pub(super) fn finish(mut self, reading: &mut Reading<'_>) {
        let ids: Vec<(u128, u64)> = self.spans.iter().map(|span| (span.trace.value, span.id.value)).collect();
        let ids = |number: usize| ids[number];
        let spans = ByIds::new(self.spans.len(), &ids);
        for Told { trace, span, what, offset } in self.told {
            let found = spans.find((trace.value, span.value)).filter(|_| !span.is_empty());
            match (found, what) {
                (Some(i), What::Event(event)) => self.spans[i].events.push(event),
                (Some(i), What::Link(link)) => self.spans[i].links.push(link),
                (None, what) => {
                    let name: String = match what {
                        What::Event(event) => reading.builder.string(event.name).chars().take(40).collect(),
                        What::Link(_) => "link".to_owned(),
                    };
                    let reason = format!("Expected the span that \"{name}\" belongs to in the same input, found none.");
                    reading.skip(WarningKind::NotTraces, offset as usize, reason);
                }
            }
        }
        let mut out = Assembler::default();
        self.spans.iter().for_each(|parts| out.push(reading, parts));
    }
}

/// The first span with each id, by trace and id: a table of open addressing.
pub(super) struct ByIds<'k> {
    /// Numbers of spans plus one.
    slots: Vec<u32>,
    ids: &'k dyn Fn(usize) -> (u128, u64),
}

impl ByIds<'_> {
    /// Of so many spans, which have these ids.
    pub(super) fn new(count: usize, ids: &dyn Fn(usize) -> (u128, u64)) -> ByIds<'_> {
        let mut all = ByIds { slots: vec![0; (count * 2).next_power_of_two()], ids };
        for number in 0..count {
            let slot = all.slot(ids(number));
            if all.slots[slot] == 0 {
                all.slots[slot] = number as u32 + 1;
            }
        }
        all
    }

    pub(super) fn find(&self, ids: (u128, u64)) -> Option<usize> {
        (self.slots[self.slot(ids)] as usize).checked_sub(1)
    }

    fn slot(&self, ids: (u128, u64)) -> usize {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let trace = (ids.0 ^ ids.0 >> 64) as u64;
        let mut slot = ((trace.wrapping_mul(FACTOR).rotate_left(32) ^ ids.1).wrapping_mul(FACTOR) >> 32) as usize;
        loop {
            slot &= self.slots.len() - 1;
            match self.slots[slot] as usize {
                0 => return slot,
                number if (self.ids)(number - 1) == ids => return slot,
                _ => slot += 1,
            }
        }
    }
}
