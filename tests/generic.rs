//! Spans of any program in documents too long to be held as a whole: whatever stands around them, they are read as if each stood in a line.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use dump::dump;
use spanscope::{ErrorKind, ReadOptions, detect, read};

/// More than what a document is held as a whole for.
const COUNT: usize = 1500;
const KEYS: [&str; 7] = ["trace_id", "id", "parent_id", "name", "start", "duration", "attributes"];

/// The values of a span's keys.
fn values(number: usize) -> [String; 7] {
    let root = number / 50 * 50;
    [
        format!("\"{root:032x}\"", root = root + 1),
        format!("\"{id:016x}\"", id = number + 1),
        if number == root { "null".to_owned() } else { format!("\"{:016x}\"", root + 1) },
        format!("\"step \\\"{}\\\"\"", number % 7),
        format!("\"2026-03-04T05:06:{:02}.{:03}Z\"", number / 1000, number % 1000),
        (if number == root { 60 } else { 5 }).to_string(),
        format!("{{\"n\":{number},\"list\":[{{\"of\":{number}}}]}}"),
    ]
}

fn span(number: usize) -> String {
    let members: Vec<String> =
        KEYS.iter().zip(values(number)).map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

fn read_dump(document: &str) -> String {
    let outcome = read(document, &ReadOptions::new().with_format("generic")).expect("spans");
    dump(&outcome.store) + &outcome.inputs[0].guesses.join("\n")
}

#[test]
fn long_documents_are_read_as_their_spans_one_a_line() {
    let spans = list((0..COUNT).map(span));
    let names = list(KEYS.iter().map(|key| format!("\"{key}\"")));
    let described = list(KEYS.iter().map(|key| format!("{{\"name\":\"{key}\",\"type\":\"any\"}}")));
    let rows = list((0..COUNT).map(|number| list(values(number).into_iter())));
    let column = |at: usize| list((0..COUNT).map(|number| values(number)[at].clone()));
    let columns = list((0..KEYS.len()).map(column));
    let with_values =
        list(KEYS.iter().enumerate().map(|(at, key)| format!("{{\"name\":\"{key}\",\"values\":{}}}", column(at))));
    let by_key: Vec<String> = KEYS.iter().enumerate().map(|(at, key)| format!("\"{key}\":{}", column(at))).collect();
    let traces =
        list((0..COUNT).step_by(50).map(|from| format!("{{\"spans\":{}}}", list((from..from + 50).map(span)))));

    let lines = read_dump(&(0..COUNT).map(|number| span(number) + "\n").collect::<String>());
    assert!(lines.contains("Durations are taken for milliseconds: so spans hold the starts of their children."));
    for (shape, document) in [
        ("a list", spans.clone()),
        ("a list under a key", format!("{{\"took\":3,\"data\":{spans},\"next\":null}}")),
        ("deeper", format!("{{\"result\":{{\"code\":0,\"pages\":[{{\"items\":{spans}}}]}}}}")),
        ("traces", format!("{{\"traces\":{traces}}}")),
        ("rows before names", format!("{{\"rows\":{rows},\"columns\":{names}}}")),
        ("rows behind names", format!("{{\"meta\":{described},\"data\":{rows},\"rows\":{COUNT}}}")),
        ("columns", format!("{{\"fields\":{described},\"columns\":{columns}}}")),
        ("columns with their names", format!("{{\"columns\":{with_values}}}")),
        ("columns as keys", format!("{{{}}}", by_key.join(","))),
    ] {
        assert_eq!(read_dump(&document), lines, "{shape}");
    }
}

#[test]
fn what_stands_behind_a_long_list_is_said_of_its_spans() {
    let spans = list((0..COUNT).map(span));
    let behind = read_dump(&format!("{{\"spans\":{spans},\"service\":\"shop\"}}"));
    assert_eq!(behind.matches("; \"shop\"; ").count(), COUNT);
}

#[test]
fn children_in_long_lists_hang_below_their_span() {
    let child = |number: usize| format!("{{\"name\":\"child {number:050}\",\"start_ms\":{number},\"duration_ms\":1}}");
    let tree = format!(
        "{{\"name\":\"root\",\"start_ms\":0,\"duration_ms\":9000,\"children\":{}}}",
        list((0..COUNT).map(child))
    );
    let outcome = read(tree, &ReadOptions::new().with_format("generic")).expect("spans");
    assert_eq!(outcome.store.spans().filter(|span| span.depth() == 1).count(), COUNT);
}

#[test]
fn long_lists_of_a_span_are_kept_whole() {
    let long = list((0..5000).map(|number| format!("{{\"key\":\"k{number}\",\"value\":\"v{number}\"}}")));
    for key in ["parts", "attributes", "attributes.parts"] {
        let document = format!(
            "{{\"data\":[{{\"id\":\"1\",\"parent\":null,\"name\":\"a\",\"start\":1760000000000,\"duration_ms\":1,\"{key}\":{long}}}]}}"
        );
        let found = read_dump(&document);
        assert!(found.contains("k0") && found.contains("k4999"), "{key}");
    }
}

#[test]
fn a_long_document_that_breaks_off_gives_what_is_whole() {
    let spans = list((0..COUNT).map(span));
    let document = format!("{{\"data\":{spans}}}");
    let cut = document.find(&format!("\"n\":{}", COUNT / 2)).expect("a span");
    let outcome = read(&document.as_bytes()[..cut], &ReadOptions::new().with_format("generic")).expect("spans");
    assert_eq!(outcome.store.spans().count(), COUNT / 2);
}

#[test]
fn rows_of_a_table_in_text_are_read_as_objects() {
    let cell = |value: String| format!("\"{}\"", value.replace("\\\"", "'").trim_matches('"').replace('"', "\"\""));
    let row = |number: usize| values(number).into_iter().map(cell).collect::<Vec<_>>().join(",") + "\n";
    let table = format!("{}\n{}", KEYS.join(","), (0..COUNT).map(row).collect::<String>());
    let lines: String = (0..COUNT).map(|number| span(number).replace("\\\"", "'") + "\n").collect();
    let told = "Read a table: each row as an object whose keys are the names of the columns.\n";
    assert_eq!(read_dump(&table).replace(told, ""), read_dump(&lines));

    let guessed = read(table.as_str(), &ReadOptions::new()).expect("spans");
    assert_eq!((guessed.inputs[0].format.id, guessed.inputs[0].spans), ("generic", COUNT));
    let detected = detect(table.as_bytes()).candidates;
    assert_eq!(detected.first().map(|found| found.format.id), Some("generic"));
    // Another format's reader is given objects.
    let other = read(table, &ReadOptions::new().with_format("zipkin-json"));
    assert!(!matches!(other.map_err(|error| error.kind), Err(ErrorKind::Json(_))));
}
