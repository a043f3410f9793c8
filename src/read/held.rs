//! Spans that are held back until the input has been read, because more is told of them elsewhere: formats that write errors and log
//! messages beside the spans that they belong to.

use std::collections::HashMap;

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
        let mut spans = HashMap::new();
        for (i, span) in self.spans.iter().enumerate() {
            spans.entry((span.trace.value, span.id.value)).or_insert(i);
        }
        for Told { trace, span, what, offset } in self.told {
            let found = spans.get(&(trace.value, span.value)).filter(|_| !span.is_empty());
            match (found, what) {
                (Some(i), What::Event(event)) => self.spans[*i].events.push(event),
                (Some(i), What::Link(link)) => self.spans[*i].links.push(link),
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
