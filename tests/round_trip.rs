//! What was read, written as OTLP JSON and read again is the same.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use std::path::Path;

use dump::dump;
use spanscope::write::otlp_json::{otlp_json, write_otlp_json};
use spanscope::{ReadOptions, SpanIndex, Store, read};

/// All that is said of the spans, but for what their reader noticed: a document that we wrote has nothing to notice of that sort.
fn facts(store: &Store) -> String {
    let text = dump(store);
    text.lines().filter(|line| !line.starts_with("    warning ")).map(|line| format!("{line}\n")).collect()
}

fn all(store: &Store) -> Vec<SpanIndex> {
    store.spans().map(|span| span.index()).collect()
}

#[track_caller]
fn check(store: &Store, name: &str) {
    if let Some(difference) = difference(store, name) {
        panic!("{difference}");
    }
}

/// What is not the same.
fn difference(store: &Store, name: &str) -> Option<String> {
    let written = otlp_json(store, &all(store));
    let options = ReadOptions::new().with_format("otlp-json");
    let again = read(&*written, &options).expect("what was written can be read").store;
    assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{name}");
    let (found, expected) = (facts(&again), facts(store));
    let differs = expected.lines().zip(found.lines()).find(|(one, other)| one != other);
    let lines = (expected.lines().count(), found.lines().count());
    (found != expected).then(|| format!("{name}: {differs:#?} in {lines:?} lines"))
}

#[test]
fn values_of_every_type_survive() {
    let values = [
        r#""stringValue":"a \"b\" \\ \u0000 \ud83d\ude00 \n""#,
        r#""stringValue":"""#,
        r#""boolValue":true"#,
        r#""boolValue":false"#,
        r#""intValue":"-9223372036854775808""#,
        r#""intValue":"18446744073709551615""#,
        r#""intValue":"123456789012345678901234567890""#,
        r#""doubleValue":0.1"#,
        r#""doubleValue":-1e300"#,
        r#""doubleValue":3"#,
        r#""doubleValue":"NaN""#,
        r#""doubleValue":"-Infinity""#,
        r#""bytesValue":"Zm9vYg==""#,
        r#""arrayValue":{"values":[{"intValue":"1"},{},{"arrayValue":{"values":[]}}]}"#,
        r#""kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}},{"key":"a","value":{}}]}"#,
        "",
    ];
    let attributes: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, value)| format!(r#"{{"key":"k{index}","value":{{{value}}}}}"#))
        .collect();
    let attributes = attributes.join(",");
    let span = |id: &str, rest: &str| {
        format!(
            r#"{{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"{id}","name":"n","attributes":[{attributes}]{rest}}}"#
        )
    };
    let spans = [
        span(
            "00f067aa0ba902b7",
            r#","kind":2,"startTimeUnixNano":"1700000000000000001","endTimeUnixNano":"1700000000000000009","status":{"code":2,"message":""},"flags":257,"traceState":"a=1,b=2""#,
        ),
        span("1", r#","parentSpanId":"00f067aa0ba902b7","startTimeUnixNano":"5""#),
        span(
            "not hex",
            r#","events":[{"name":"e","timeUnixNano":"7","attributes":[{"key":"x","value":{"stringValue":"y"}}]},{"name":"no time"}]"#,
        ),
        span(
            "00000000000000ff",
            r#","links":[{"traceId":"abc","spanId":"def","traceState":"t=1","attributes":[{"key":"x","value":{"intValue":"1"}}]}],"status":{"message":"said"}"#,
        ),
    ];
    let document = format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"scopeSpans":[{{"scope":{{"name":"lib","version":"1","attributes":[{{"key":"s","value":{{"boolValue":true}}}}]}},"spans":[{}]}},{{"spans":[{}]}}]}}]}}"#,
        spans[..2].join(","),
        spans[2..].join(",")
    );
    let store = read(document, &ReadOptions::new()).expect("a document").store;
    check(&store, "all values");
    // A part of it: the parent is not there, everything else is.
    let part = otlp_json(&store, &all(&store)[1..]);
    assert_eq!(read(part, &ReadOptions::new()).expect("a part").store.span_count(), 3);
    assert_eq!(otlp_json(&store, &[]), "{\"resourceSpans\":[]}\n");
}

#[test]
fn an_edge_that_does_not_block_its_parent_stays_one() {
    let jaeger = r#"{"data":[{"traceID":"a","processes":{"p1":{"serviceName":"shop"}},"spans":[
        {"traceID":"a","spanID":"1","operationName":"root","startTime":1,"duration":9,"processID":"p1"},
        {"traceID":"a","spanID":"2","operationName":"later","startTime":3,"duration":9,"processID":"p1",
         "references":[{"refType":"FOLLOWS_FROM","traceID":"a","spanID":"1"}]}]}]}"#;
    let store = read(jaeger, &ReadOptions::new()).expect("a document").store;
    assert!(store.spans().any(|span| span.is_async()));
    check(&store, "follows from");
}

#[test]
fn real_files_survive() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus"));
    if !root.exists() {
        println!("skipped: no ../shared");
        return;
    }
    let mut seen = 0;
    let mut differences: Vec<String> = Vec::new();
    let mut folders: Vec<_> = std::fs::read_dir(root).expect("a folder").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.is_dir()) {
        let mut files: Vec<_> =
            std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files {
            let Ok(bytes) = std::fs::read(&file) else { continue };
            // The largest tell nothing that the others do not.
            if bytes.len() > 20_000_000 {
                continue;
            }
            let Ok(outcome) = read(bytes, &ReadOptions::new()) else { continue };
            differences.extend(difference(&outcome.store, &file.display().to_string()));
            seen += 1;
        }
    }
    assert!(differences.is_empty(), "{} of {seen}:\n{}", differences.len(), differences.join("\n"));
    assert!(seen > 100, "{seen}");
}

#[test]
fn parts_are_the_document_and_stop_when_told() {
    // Each span takes more than half of what is handed on at once.
    let span = |id: usize| {
        let name = "x".repeat(2100 << 10);
        format!("{{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\",\"spanId\":\"{id:016x}\",\"name\":\"{name}\"}}")
    };
    let spans = (1..6).map(span).collect::<Vec<_>>().join(",");
    let document = format!("{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{spans}]}}]}}]}}");
    let store = read(document, &ReadOptions::new()).expect("spans").store;
    let spans = all(&store);
    let mut parts = Vec::new();
    write_otlp_json(&store, &spans, &mut |part| {
        parts.push(part.to_owned());
        true
    });
    assert!(parts.len() > 1, "{}", parts.len());
    assert_eq!(parts.concat(), otlp_json(&store, &spans));
    let mut calls = 0;
    write_otlp_json(&store, &spans, &mut |_| {
        calls += 1;
        false
    });
    assert_eq!(calls, 1);
}
