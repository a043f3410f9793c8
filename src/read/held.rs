//! Spans that are held back until the input has been read, because more is told of them elsewhere: formats that write errors and log
//! messages beside the spans that they belong to.

use std::collections::HashMap;

use super::documents::Reading;
use super::parts::{Assembler, EventParts, Parts};
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
    event: EventParts,
    offset: u32,
}

impl Held {
    /// Notes an event of the span with these ids, which stands at this offset of the input.
    pub(super) fn tell(&mut self, trace: TraceKey, span: SpanKey, event: EventParts, offset: u32) {
        self.told.push(Told { trace, span, event, offset });
    }

    /// Puts the events on their spans, and the spans into the store.
    pub(super) fn finish(mut self, reading: &mut Reading<'_>) {
        let mut spans = HashMap::new();
        for (i, span) in self.spans.iter().enumerate() {
            spans.entry((span.trace.value, span.id.value)).or_insert(i);
        }
        for Told { trace, span, event, offset } in self.told {
            match spans.get(&(trace.value, span.value)) {
                Some(i) if !span.is_empty() => self.spans[*i].events.push(event),
                _ => {
                    let name: String = reading.builder.string(event.name).chars().take(40).collect();
                    let reason = format!("Expected the span that \"{name}\" belongs to in the same input, found none.");
                    reading.skip(WarningKind::NotTraces, offset as usize, reason);
                }
            }
        }
        let mut out = Assembler::default();
        self.spans.iter().for_each(|parts| out.push(reading, parts));
    }
}
