//! What every reader's target does with what it read.

use spanscope::Outcome;

/// Parents stand before their children, and every value can be shown.
pub fn show(outcome: &Outcome) {
    for span in outcome.store.spans() {
        assert!(span.parent().is_none_or(|parent| parent < span.index()));
        let texts = span.name().len() + span.service().len() + span.status_message().len() + span.trace_state().len();
        let values = span.attributes().chain(span.resource()).chain(span.scope().attributes());
        let events = span.events().flat_map(|event| event.attributes());
        let links = span.links().flat_map(|link| link.attributes());
        let shown: usize = values.chain(events).chain(links).map(|(key, value)| key.len() + value.to_string().len()).sum();
        std::hint::black_box((texts, shown, span.warnings().count(), span.source()));
    }
}
