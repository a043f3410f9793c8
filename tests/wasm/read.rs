//! Reading in the module.

use spanscope::{ReadOptions, Store, read};
use wasm_bindgen_test::wasm_bindgen_test;

/// A trace of `count` spans, each the child of the one before it, as compact OTLP.
fn chain(count: usize) -> String {
    let spans: Vec<String> = (0..count)
        .map(|index| {
            let parent = if index == 0 { String::new() } else { format!("{index:016x}") };
            format!(
                "{{\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"spanId\":\"{:016x}\",\"parentSpanId\":\"{parent}\",\
                 \"name\":\"step {index}\",\"kind\":1,\"startTimeUnixNano\":\"{}\",\"endTimeUnixNano\":\"{}\",\
                 \"attributes\":[{{\"key\":\"step\",\"value\":{{\"intValue\":\"{index}\"}}}}]}}",
                index + 1,
                1_780_000_000_000_000_000 + index as u64,
                1_780_000_000_000_100_000 - index as u64,
            )
        })
        .collect();
    format!("{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{}]}}]}}]}}", spans.join(","))
}

/// What a store says of its spans, in a line each.
fn dump(store: &Store) -> Vec<String> {
    let spans = store.spans().map(|span| {
        let attributes: Vec<String> = span.attributes().map(|(key, value)| format!("{key}={value:?}")).collect();
        format!(
            "{} {} {} {:?} {:?} {attributes:?}",
            span.depth(),
            span.id(),
            span.name(),
            span.start_ns(),
            span.duration_ns()
        )
    });
    spans.collect()
}

#[wasm_bindgen_test]
fn layout_does_not_change_what_is_read() {
    let compact = chain(40);
    let expected = dump(&read(compact.clone(), &ReadOptions::new()).expect("a trace").store);
    assert_eq!(expected.len(), 40);
    assert!(expected[39].contains("step 39"), "{}", expected[39]);
    for space in [" ", "\n", "\t\t", "      ", "\r\n                              "] {
        let spaced = compact.replace(',', &format!("{space},{space}")).replace("{\"", &format!("{{{space}\""));
        let store = read(spaced, &ReadOptions::new()).expect("a trace").store;
        assert_eq!(dump(&store), expected);
    }
}

#[wasm_bindgen_test]
fn a_file_may_end_anywhere() {
    let text = chain(3);
    for length in 0..text.len() {
        match read(&text.as_bytes()[..length], &ReadOptions::new()) {
            Ok(outcome) => assert!(outcome.store.span_count() <= 3),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[wasm_bindgen_test]
fn a_trace_as_deep_as_it_is_long_is_read() {
    let store = read(chain(50_000), &ReadOptions::new()).expect("a trace").store;
    assert_eq!(store.span_count(), 50_000);
    assert_eq!(store.spans().map(|span| span.depth()).max(), Some(49_999));
}
