#![no_main]

use libfuzzer_sys::fuzz_target;
use spanscope::{ReadOptions, read};

// Read as this format: no panic, parents before children, every value can be shown.
fuzz_target!(|data: &[u8]| {
    let Ok(outcome) = read(data, &ReadOptions::new().with_format("otlp-json")) else { return };
    for span in outcome.store.spans() {
        assert!(span.parent().is_none_or(|parent| parent < span.index()));
        let texts = span.name().len() + span.service().len() + span.status_message().len() + span.trace_state().len();
        let values = span.attributes().chain(span.resource()).chain(span.scope().attributes());
        let events = span.events().flat_map(|event| event.attributes());
        let links = span.links().flat_map(|link| link.attributes());
        let shown: usize = values.chain(events).chain(links).map(|(key, value)| key.len() + value.to_string().len()).sum();
        std::hint::black_box((texts, shown, span.warnings().count(), span.source()));
    }
});
