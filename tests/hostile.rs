//! Bad input of every sort: a clear error or warnings with a place, never a panic, and time in proportion to the size.
#![cfg(not(target_arch = "wasm32"))]
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use std::fmt::Write;

use dump::dump;
use spanscope::{Error, ErrorKind, Outcome, ReadOptions, Store, Top, Value, WarningKind, read};

const FORMATS: [&str; 3] = ["otlp-json", "jaeger-json", "zipkin-json"];

/// A small document of each format.
const SAMPLES: [&[u8]; 3] = [
    include_bytes!("data/otlp-json/order.json"),
    include_bytes!("data/jaeger-json/order.json"),
    include_bytes!("data/zipkin-json/order.json"),
];

fn guessed(bytes: &[u8]) -> Result<Outcome, Error> {
    read(bytes.to_vec(), &ReadOptions::new())
}

fn named(bytes: &[u8], format: &str) -> Result<Outcome, Error> {
    read(bytes.to_vec(), &ReadOptions::new().with_format(format))
}

fn kinds(store: &Store) -> Vec<WarningKind> {
    store.warnings().iter().map(|warning| warning.kind).collect()
}

/// One span of each format: its id, name, times and one attribute, each as JSON.
fn spans(id: &str, name: &str, start: &str, end: &str, key: &str, value: &str) -> [String; 3] {
    [
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":{id},"spanId":{id},"name":{name},"startTimeUnixNano":{start},"endTimeUnixNano":{end},"attributes":[{{"key":{key},"value":{{"stringValue":{value}}}}}]}}]}}]}}]}}"#
        ),
        format!(
            r#"{{"data":[{{"traceID":{id},"spans":[{{"traceID":{id},"spanID":{id},"operationName":{name},"startTime":{start},"duration":{end},"tags":[{{"key":{key},"type":"string","value":{value}}}]}}],"processes":{{}}}}]}}"#
        ),
        format!(
            r#"[{{"traceId":{id},"id":{id},"name":{name},"timestamp":{start},"duration":{end},"localEndpoint":{{"serviceName":"s"}},"tags":{{{key}:{value}}}}}]"#
        ),
    ]
}

fn plain(id: &str) -> [String; 3] {
    spans(id, "\"op\"", "1760000000000000", "5", "\"k\"", "\"v\"")
}

#[test]
fn what_is_no_trace_is_told_by_kind_and_place() {
    for (bytes, kind) in [
        (&b""[..], "empty"),
        (b" \n\t\r ", "empty"),
        (b"\0\x01\x02\xff\xfe", "unknown-format"),
        (b"\x1f\x8b\x07\0", "unknown-format"),
        (b"<!doctype html><title>Sign in</title>", "unknown-format"),
        (b"hello world", "unknown-format"),
        (b"null", "unknown-format"),
        (b"[]", "unknown-format"),
        (b"{}", "unknown-format"),
        (b"[1,2", "truncated"),
        (b"{\"resourceSpans\":[", "truncated"),
        (b"{\"resourceSpans\":[}", "syntax"),
        (b"{\"resourceSpans\":[]}", "no-spans"),
        (b"{\"traceID\":\"1\",\"spans\":[],\"processes\":{}}", "no-spans"),
        (b"{\"a\":\"\\ud800\"}", "syntax"),
        (b"{\"a\":NaN}", "syntax"),
        (b"{\"a\":\"\xff\"}", "syntax"),
    ] {
        let error = guessed(bytes).expect_err("no trace");
        assert_eq!(error.kind.as_str(), kind, "{}", String::from_utf8_lossy(bytes));
        assert!(error.position.is_some(), "{}", String::from_utf8_lossy(bytes));
        assert!(error.to_string().starts_with("Expected "), "{error}");
    }
    assert_eq!(named(b"{}", "no-format").expect_err("no such").kind, ErrorKind::NoSuchFormat);
    for format in FORMATS {
        for bytes in [&b"null"[..], b"[]", b"{}", b"7", b"\"text\"", b"[[],[{}],null]", b"\0", b"<html>"] {
            // A format that was named is not doubted, yet there may be nothing in it.
            let result = named(bytes, format);
            assert!(result.is_err() || bytes == b"[[],[{}],null]", "{format}: {}", String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn a_document_cut_off_at_any_byte_gives_an_error_or_the_spans_before_it() {
    for (sample, format) in SAMPLES.into_iter().zip(FORMATS) {
        let whole = named(sample, format).expect("readable").store.span_count();
        assert_eq!(whole, 3);
        let mut most = 0;
        for length in 0..sample.len() {
            for result in [guessed(&sample[..length]), named(&sample[..length], format)] {
                match result {
                    Ok(outcome) => {
                        let spans = outcome.store.span_count();
                        assert!(spans <= whole && spans >= most.min(whole), "{format}, {length} bytes: {spans} spans");
                        most = most.max(spans);
                        let kinds = kinds(&outcome.store);
                        let complete = sample[length..].iter().all(u8::is_ascii_whitespace);
                        assert_eq!(
                            kinds.contains(&WarningKind::Truncated),
                            !complete,
                            "{format}, {length} bytes: {kinds:?}"
                        );
                    }
                    Err(error) => {
                        assert_eq!(most, 0, "{format}, {length} bytes: spans that were read are lost");
                        let known = ["empty", "truncated", "unknown-format", "no-spans"].contains(&error.kind.as_str());
                        assert!(known, "{format}, {length} bytes: {error}");
                    }
                }
            }
        }
        assert_eq!(most, whole, "{format}: what stood before the cut is kept");
    }
}

#[test]
fn a_broken_line_does_not_take_the_others_with_it() {
    for (sample, format) in SAMPLES.into_iter().zip(FORMATS) {
        let line: Vec<u8> = sample.iter().copied().filter(|byte| *byte != b'\n').collect();
        let text = [&line, &b"\n"[..], &line[..line.len() / 3], b"\n", &line, b"\n"].concat();
        let outcome = named(&text, format).expect("readable");
        assert!(outcome.store.span_count() >= 6, "{format}");
        assert_eq!(outcome.inputs[0].skipped.len(), 1, "{format}");
        assert_eq!(outcome.inputs[0].skipped[0].position.line, 2, "{format}: told where");
    }
}

#[test]
fn what_stands_around_a_document_on_its_line_is_told_when_it_is_no_word_of_a_log() {
    let [document, ..] = plain(r#""00f067aa0ba902b7""#);
    let whole = guessed(format!("2026-01-02 INFO {document}").as_bytes()).expect("a span behind the head of a line");
    assert!(whole.inputs[0].skipped.is_empty(), "{:?}", whole.inputs[0].skipped);
    for (text, at) in [
        (format!(r#""scopeSpans":[{{"spans":[]}}]}},{document}"#), 0),
        (format!("2026-01-02 INFO {document}]}}"), "2026-01-02 INFO ".len() + document.len()),
    ] {
        let outcome = guessed(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(outcome.store.spans().count(), 1, "{text}");
        assert_eq!(
            outcome.inputs[0].skipped.iter().map(|part| part.position.offset as usize).collect::<Vec<_>>(),
            [at]
        );
    }
}

#[test]
fn a_comma_before_a_first_member_is_no_json() {
    for (format, before, keys) in [
        ("otlp-json", r#"{"resourceSpans":[{"scopeSpans":[{"spans":["#, ["traceId", "spanId", "parentSpanId", "name"]),
        ("jaeger-json", r#"{"data":[{"spans":["#, ["traceID", "spanID", "operationName", "processID"]),
        ("zipkin-json", "[", ["traceId", "parentId", "id", "name"]),
    ] {
        for key in keys {
            let error = named(format!("{before}{{,\"{key}\":\"1\"}}]").as_bytes(), format).expect_err("no JSON");
            assert_eq!(error.kind.as_str(), "syntax", "{format}: {key}: {error}");
            assert_eq!(
                error.position.map(|position| position.offset),
                Some(before.len() as u64 + 1),
                "{format}: {key}"
            );
        }
    }
}

#[test]
fn ids_of_all_kinds_are_kept() {
    for (id, text) in [
        ("\"0000000000000001\"", "0000000000000001"),
        ("\"ABCDEF\"", "abcdef"),
        ("\"1\"", "1"),
        ("\"not hexadecimal\"", "not hexadecimal"),
        ("\"\\u0000\\u0000\"", "\0\0"),
        ("\"__proto__\"", "__proto__"),
        (
            "\"4bf92f3577b34da6a3ce929d0e0e47364bf92f3577b34da6a3ce929d0e0e4736\"",
            "4bf92f3577b34da6a3ce929d0e0e47364bf92f3577b34da6a3ce929d0e0e4736",
        ),
        ("\"\"", ""),
        ("\"00000000000000000000000000000000\"", ""),
        ("null", ""),
    ] {
        for document in plain(id).iter().zip(FORMATS) {
            let outcome = named(document.0.as_bytes(), document.1).expect("readable");
            let span = outcome.store.spans().next().expect("a span");
            let escaped = id.contains("\\u");
            if !escaped {
                assert_eq!(span.id(), text, "{document:?}");
                assert_eq!(outcome.store.traces().next().expect("a trace").id(), text, "{document:?}");
            }
            let empty = kinds(&outcome.store).contains(&WarningKind::EmptySpanId);
            assert_eq!(empty, text.is_empty(), "{document:?}");
        }
    }
    for id in ["7", "true", "[1]", "{\"a\":1}", "1e308"] {
        for (document, format) in plain(id).iter().zip(FORMATS) {
            let outcome = named(document.as_bytes(), format).expect("readable");
            assert!(kinds(&outcome.store).contains(&WarningKind::WrongType), "{document}");
        }
    }
}

#[test]
fn times_beyond_all_bounds_are_told() {
    for (time, kind) in [
        ("18446744073709551616", WarningKind::BadTime),
        ("\"18446744073709551616\"", WarningKind::BadTime),
        ("1e300", WarningKind::BadTime),
        ("99999999999999999999999999999999999999999999", WarningKind::BadTime),
        ("-1", WarningKind::BadTime),
        ("\"-1\"", WarningKind::BadTime),
        ("\"NaN\"", WarningKind::BadTime),
        ("\"soon\"", WarningKind::BadTime),
        ("true", WarningKind::WrongType),
        ("[]", WarningKind::WrongType),
        ("0", WarningKind::NoStartTime),
        ("null", WarningKind::NoStartTime),
    ] {
        for (document, format) in spans("\"a\"", "\"op\"", time, "5", "\"k\"", "\"v\"").iter().zip(FORMATS) {
            if time == "0" && format == "jaeger-json" {
                continue; // A time, where there are no others: tests/formats.rs.
            }
            let outcome = named(document.as_bytes(), format).expect("readable");
            assert!(kinds(&outcome.store).contains(&kind), "{document}: {:?}", outcome.store.warnings());
            assert!(kinds(&outcome.store).contains(&WarningKind::NoStartTime), "{document}");
            assert!(outcome.store.warnings().iter().all(|warning| warning.position.is_some()), "{document}");
            assert_eq!(outcome.store.traces().next().expect("a trace").duration_ns(), 0);
        }
    }
    for (document, format) in
        spans("\"a\"", "\"op\"", "1760000000000000", "1e400", "\"k\"", "\"v\"").iter().zip(FORMATS)
    {
        let error = named(document.as_bytes(), format).expect_err("no double, no JSON");
        assert_eq!(error.kind.as_str(), "syntax");
    }
}

#[test]
fn keys_that_stand_twice_are_told_and_the_last_one_counts() {
    for (document, format) in plain("\"a\"").iter().zip(FORMATS) {
        for (first, second) in
            [("\"name\":\"op\"", "\"name\":\"other\""), ("\"operationName\":\"op\"", "\"operationName\":\"other\"")]
        {
            if !document.contains(first) {
                continue;
            }
            let outcome =
                named(document.replace(first, &format!("{first},{second}")).as_bytes(), format).expect("readable");
            assert_eq!(outcome.store.spans().next().expect("a span").name(), "other");
            assert!(kinds(&outcome.store).contains(&WarningKind::DuplicateKey), "{format}");
        }
    }
    let twice = r#"{"data":[{"traceID":"a","spans":[{"traceID":"a","spanID":"1","operationName":"op","startTime":1760000000000000,"duration":5,
        "logs":[{"timestamp":1,"fields":[]}],"logs":[],"tags":[{"key":"error","type":"bool","value":true}],"tags":[],
        "references":[{"refType":"CHILD_OF","traceID":"a","spanID":"2"}],"references":[]}],"processes":{}}]}"#;
    let outcome = guessed(twice.as_bytes()).expect("readable");
    let span = outcome.store.spans().next().expect("a span");
    assert_eq!(
        (span.events().len(), span.attributes().len(), span.status().as_str(), span.top()),
        (0, 0, "unset", Some(Top::Root))
    );
    let twice = r#"[{"traceId":"a","id":"1","name":"op","timestamp":1760000000000000,"duration":5,"annotations":[{"timestamp":1,"value":"x"}],
        "annotations":[],"tags":{"error":"true","a":"b","otlp.link.0":"ab|1||{}|0"},"tags":{}}]"#;
    let outcome = guessed(twice.as_bytes()).expect("readable");
    let span = outcome.store.spans().next().expect("a span");
    assert_eq!(
        (span.events().len(), span.attributes().len(), span.links().len(), span.status().as_str()),
        (0, 0, 0, "unset")
    );
}

#[test]
fn hostile_names_stay_names() {
    let long = "x".repeat(1_000_000);
    for name in [
        "<img src=x onerror=alert(1)>",
        "__proto__",
        "constructor",
        "a\0b",
        "\u{202e}gnol",
        "\u{feff}",
        "🦀",
        long.as_str(),
    ] {
        let written = serde_json::to_string(name).expect("a string");
        for (document, format) in
            spans("\"a\"", &written, "1760000000000000", "5", &written, &written).iter().zip(FORMATS)
        {
            let outcome = named(document.as_bytes(), format).expect("readable");
            let span = outcome.store.spans().next().expect("a span");
            assert_eq!(span.name(), name, "{format}");
            assert_eq!(span.attribute(name), Some(Value::String(name.into())), "{format}");
        }
    }
}

#[test]
fn numbers_that_claim_to_count_are_not_believed() {
    let otlp = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a","spanId":"1","startTimeUnixNano":"1","endTimeUnixNano":"2",
        "droppedAttributesCount":4294967295,"droppedEventsCount":18446744073709551615,"droppedLinksCount":99999999999999999999}]}]}]}"#;
    let outcome = guessed(otlp.as_bytes()).expect("readable");
    assert!(kinds(&outcome.store).contains(&WarningKind::BadValue));
    let jaeger = r#"{"data":[{"traceID":"a","spans":[{"traceID":"a","spanID":"1","operationName":"op","flags":99999999999999999999,
        "startTime":1760000000000000,"duration":1}],"processes":{}}],"total":99999999999999999999,"limit":-1}"#;
    let outcome = guessed(jaeger.as_bytes()).expect("readable");
    assert!(kinds(&outcome.store).contains(&WarningKind::BadValue));
}

// ── Size ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Runs what would not end within the runner's patience if time grew with the square of the size.
fn in_time<T>(what: &str, run: impl FnOnce() -> T) -> T {
    println!("{what}");
    run()
}

#[test]
fn a_million_brackets_are_too_deep() {
    for (unit, count) in [
        ("[", 1_000_000),
        ("{\"a\":", 1_000_000),
        ("[\n", 1_000_000),
        ("{\"data\":", 1_000_000),
        ("[{\"resourceSpans\":", 300_000),
    ] {
        let bytes = unit.repeat(count);
        for result in in_time(unit, || {
            std::iter::once(guessed(bytes.as_bytes()))
                .chain(FORMATS.map(|format| named(bytes.as_bytes(), format)))
                .collect::<Vec<_>>()
        }) {
            let error = result.expect_err("no trace");
            assert!(["too-deep", "truncated"].contains(&error.kind.as_str()), "{unit}: {error}");
            assert!(error.position.is_some());
        }
    }
}

#[test]
fn a_million_broken_lines_are_counted() {
    let mut text = plain("\"a\"")[0].clone();
    for _ in 0..1_000_000 {
        text.push_str("\n{\"a");
    }
    let outcome = in_time("broken lines", || guessed(text.as_bytes()).expect("a span"));
    assert_eq!(outcome.inputs[0].skipped.len(), 100, "only so many are listed");
    assert!(outcome.store.warnings().iter().any(|warning| warning.count >= 999_999));
}

/// Spans 1 to `count`, each with the parent that `parent` gives it (0 for none).
fn family(count: u32, parent: impl Fn(u32) -> u32) -> [String; 3] {
    let mut texts = [String::new(), String::new(), String::new()];
    for id in 1..=count {
        let start = 1_760_000_000_000_000 + u64::from(id);
        let parent = match parent(id) {
            0 => String::new(),
            parent => format!("{parent:x}"),
        };
        write!(texts[0], r#"{{"traceId":"a","spanId":"{id:016x}","parentSpanId":"{parent:0>16}","name":"op","startTimeUnixNano":"{start}000","endTimeUnixNano":"{start}999"}},"#)
            .expect("text takes all");
        write!(texts[1], r#"{{"traceID":"a","spanID":"{id:x}","operationName":"op","references":[{{"refType":"CHILD_OF","traceID":"a","spanID":"{parent}"}}],"startTime":{start},"duration":1,"processID":"p{id}"}},"#)
            .expect("text takes all");
        write!(texts[2], r#"{{"traceId":"a","id":"{id:x}","parentId":"{parent}","name":"op","timestamp":{start},"duration":1,"localEndpoint":{{"serviceName":"s{id}"}}}},"#)
            .expect("text takes all");
    }
    let [otlp, jaeger, zipkin] = texts.map(|text| text.trim_end_matches(',').to_owned());
    [
        format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{otlp}]}}]}}]}}"#),
        format!(r#"{{"data":[{{"traceID":"a","spans":[{jaeger}],"processes":{{}}}}]}}"#),
        format!("[{zipkin}]"),
    ]
}

#[test]
fn a_hundred_thousand_levels_are_a_tree() {
    const COUNT: u32 = 100_000;
    for (text, format) in family(COUNT, |id| id - 1).iter().zip(FORMATS) {
        let outcome = in_time(format, || named(text.as_bytes(), format).expect("readable"));
        assert_eq!(outcome.store.spans().map(|span| span.depth()).max(), Some(COUNT - 1), "{format}");
        assert_eq!(outcome.store.spans().filter(|span| span.top().is_some()).count(), 1, "{format}");
    }
}

#[test]
fn a_hundred_thousand_orphans_cycles_and_twins_are_told() {
    const COUNT: u32 = 100_000;
    let orphans = family(COUNT, |id| id + COUNT);
    let circle = family(COUNT, |id| if id == 1 { COUNT } else { id - 1 });
    let selfish = family(COUNT, |id| id);
    for (texts, kind, count) in [
        (orphans, WarningKind::Orphan, COUNT),
        (circle, WarningKind::Cycle, 1),
        (selfish, WarningKind::SelfParent, COUNT),
    ] {
        for (text, format) in texts.iter().zip(FORMATS) {
            let outcome = in_time(format, || named(text.as_bytes(), format).expect("readable"));
            assert_eq!(outcome.store.span_count(), COUNT as usize);
            let warning = outcome.store.warnings().iter().find(|warning| warning.kind == kind).expect("a warning");
            assert_eq!(warning.count, u64::from(count), "{format}, {kind:?}");
        }
    }
    let twins = vec![
        r#"{"traceId":"a","id":"1","name":"op","timestamp":1760000000000000,"duration":1,"kind":"SERVER"}"#;
        COUNT as usize
    ];
    let outcome =
        in_time("twins", || named(format!("[{}]", twins.join(",")).as_bytes(), "zipkin-json").expect("readable"));
    assert_eq!(outcome.store.repeated_id_count(), u64::from(COUNT - 1));
}

#[test]
fn many_of_everything_takes_time_in_proportion() {
    const COUNT: usize = 100_000;
    let tags: Vec<String> = (0..COUNT).map(|i| format!(r#""k{i}":"v{i}""#)).collect();
    let zipkin = plain("\"a\"")[2].replace(r#""k":"v""#, &tags.join(","));
    let outcome = in_time("tags", || named(zipkin.as_bytes(), "zipkin-json").expect("readable"));
    assert_eq!(outcome.store.spans().next().expect("a span").attributes().len(), COUNT);
    let tags: Vec<String> = (0..COUNT).map(|i| format!(r#"{{"key":"k{i}","type":"string","value":"v"}}"#)).collect();
    let jaeger = plain("\"a\"")[1].replace(r#"{"key":"k","type":"string","value":"v"}"#, &tags.join(","));
    let outcome = in_time("tags", || named(jaeger.as_bytes(), "jaeger-json").expect("readable"));
    assert_eq!(outcome.store.spans().next().expect("a span").attributes().len(), COUNT);
    // Endpoints, processes, scopes and traces that all differ.
    let spans: Vec<String> = (0..COUNT)
        .map(|i| format!(r#"{{"traceId":"{i:x}","id":"1","name":"op{i}","timestamp":1760000000000000,"duration":1,"localEndpoint":{{"serviceName":"s{i}"}},"tags":{{"otel.scope.name":"lib{i}"}}}}"#))
        .collect();
    let outcome =
        in_time("traces", || named(format!("[{}]", spans.join(",")).as_bytes(), "zipkin-json").expect("readable"));
    assert_eq!((outcome.store.trace_count(), outcome.store.services().len()), (COUNT, COUNT));
    let inline: Vec<String> = (0..COUNT)
        .map(|i| format!(r#"{{"traceID":"a","spanID":"{i:x}","operationName":"op","startTime":1760000000000000,"duration":1,"process":{{"serviceName":"s{i}"}}}}"#))
        .collect();
    let outcome =
        in_time("processes", || named(format!("[{}]", inline.join(",")).as_bytes(), "jaeger-json").expect("readable"));
    assert_eq!(outcome.store.services().len(), COUNT);
}

#[test]
fn reading_the_same_twice_gives_the_same() {
    for (sample, format) in SAMPLES.into_iter().zip(FORMATS) {
        let [first, second] =
            [named(sample, format), named(sample, format)].map(|result| dump(&result.expect("readable").store));
        assert_eq!(first, second);
    }
}

#[test]
fn a_span_of_javas_console_that_the_next_one_cuts_off_is_left_out() {
    let line = |end: &str| {
        format!("INFO: 'open' : 8e1f0a3c5be84f2690a1b2c3d4e5f608 2b1c3d4e5f607182 CLIENT [tracer: bank{end}")
    };
    let text = [line(""), line(":1.0] AttributesMap{data={a=b}, capacity=128, totalAddedValues=1}")].join(" ");
    let outcome = named(text.as_bytes(), "console-java").expect("readable");
    assert_eq!(outcome.store.span_count(), 1);
}
