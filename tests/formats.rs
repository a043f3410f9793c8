//! The rules of each format, on documents of our own.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use std::path::Path;

use dump::{Essence, dump, times_us};
use spanscope::{Outcome, ReadOptions, SpanKind, Status, Store, WarningKind, detect, read};

fn store(text: &str) -> Store {
    outcome(text).store
}

fn outcome(text: &str) -> Outcome {
    read(text.as_bytes().to_vec(), &ReadOptions::new()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn format_of(text: &str) -> Option<&'static str> {
    detect(text.as_bytes()).candidates.first().map(|candidate| candidate.format.id)
}

fn warnings(store: &Store) -> Vec<WarningKind> {
    store.warnings().iter().map(|warning| warning.kind).collect()
}

fn attributes(store: &Store) -> Vec<String> {
    let span = store.spans().next().expect("a span");
    span.attributes().map(|(key, value)| format!("{key}={} {value}", value.type_name())).collect()
}

#[test]
fn samples_read_alike_named_and_guessed_and_in_every_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut essences = Vec::new();
    for format in ["otlp-json", "jaeger-json", "zipkin-json"] {
        let bytes = std::fs::read(folder.join(format).join("order.json")).expect("a sample");
        let guessed = read(bytes.clone(), &ReadOptions::new()).expect("readable");
        let named = read(bytes, &ReadOptions::new().with_format(format)).expect("readable");
        assert_eq!(guessed.inputs[0].format.id, format);
        assert_eq!(dump(&guessed.store), dump(&named.store));
        assert_eq!(guessed.store.warnings(), &[], "{format}");
        for span in guessed.store.spans() {
            assert!(span.scope().name().ends_with(".http"), "{format}: {:?}", span.scope().name());
        }
        let essence = Essence { like_zipkin: true, links: true }.lines(&guessed.store);
        essences.push((essence, times_us(&guessed.store)));
    }
    assert_eq!(essences[0], essences[1]);
    assert_eq!(essences[0], essences[2]);
}

// ── Jaeger ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// A Jaeger trace of one span with these further members.
fn jaeger(members: &str) -> String {
    format!(
        r#"{{"data":[{{"traceID":"ab","spans":[{{"traceID":"ab","spanID":"1","operationName":"op","startTime":1760000000000000,"duration":5,
            "processID":"p1"{members}}}],"processes":{{"p1":{{"serviceName":"shop"}}}}}}]}}"#
    )
}

#[test]
fn jaeger_wrappers_hold_the_same_trace() {
    let span = |id: u32, process: &str| {
        format!(
            r#"{{"traceID":"ab","spanID":"{id}","operationName":"op{id}","startTime":176000000000000{id},"duration":5,{process}}}"#
        )
    };
    let named = format!("{},{}", span(1, r#""processID":"p1""#), span(2, r#""processID":"p1""#));
    let inline: Vec<String> = (1..3).map(|id| span(id, r#""process":{"serviceName":"shop","tags":[]}"#)).collect();
    let trace =
        format!(r#"{{"traceID":"ab","spans":[{named}],"processes":{{"p1":{{"serviceName":"shop","tags":[]}}}}}}"#);
    let expected = dump(&store(&trace));
    assert_eq!(expected.matches("resource \"service.name\" = string \"shop\"").count(), 2, "{expected}");
    let documents = [
        format!(r#"{{"data":[{trace}],"total":0,"errors":null}}"#),
        format!(r#"{{"data":{trace}}}"#),
        format!("[{trace}]"),
        format!("\u{feff} {trace}\n"),
        format!(r#"[{}]"#, inline.join(",")),
        inline.join("\n"),
        inline.join(""),
        format!(r#"{{"processes":{{"p1":{{"tags":[],"serviceName":"shop"}}}},"spans":[{named}],"traceID":"ab"}}"#),
    ];
    for document in &documents {
        assert_eq!(format_of(document), Some("jaeger-json"), "{document}");
        assert_eq!(dump(&store(document)), expected, "{document}");
    }
    assert_eq!(store(&inline[0]).span_count(), 1, "a bare span");
    let two = format!("{trace}\n{}", trace.replace("\"ab\"", "\"cd\""));
    assert_eq!(store(&two).trace_count(), 2, "JSON Lines");
}

#[test]
fn jaeger_parents_come_from_references_of_the_same_trace() {
    let reference = |kind: &str, trace: &str, span: &str| {
        format!(r#"{{"refType":"{kind}","traceID":"{trace}","spanID":"{span}"}}"#)
    };
    let child = |span: &str| reference("CHILD_OF", "ab", span);
    let follows = |span: &str| reference("FOLLOWS_FROM", "ab", span);
    let far = |kind: &str| reference(kind, "cd", "9");
    // References, parent id, asynchronous, links.
    let cases: &[(Vec<String>, &str, bool, &[&str])] = &[
        (vec![], "", false, &[]),
        (vec![child("2")], "2", false, &[]),
        (vec![follows("2")], "2", true, &[]),
        (vec![follows("3"), child("2")], "2", false, &["3 follows_from"]),
        (vec![child("2"), child("3"), follows("2")], "2", false, &["3 child_of", "2 follows_from"]),
        (vec![far("CHILD_OF"), child("2")], "2", false, &["9 child_of"]),
        (vec![far("FOLLOWS_FROM")], "", false, &["9 follows_from"]),
        (vec![far("CHILD_OF"), follows("2")], "2", true, &["9 child_of"]),
        (vec![reference("SOMETHING", "ab", "2")], "", false, &["2 SOMETHING"]),
        (vec![child("0000000000000000")], "", false, &[""]),
    ];
    for (references, parent, asynchronous, links) in cases {
        let store = store(&jaeger(&format!(r#","references":[{}]"#, references.join(","))));
        let span = store.spans().next().expect("a span");
        assert_eq!((span.parent_id(), span.is_async()), (parent.to_string(), *asynchronous), "{references:?}");
        let found: Vec<String> = span
            .links()
            .map(|link| {
                let kind = link.attributes().find(|(key, _)| *key == "opentracing.ref_type").expect("a type").1;
                format!("{} {kind}", link.span_id())
            })
            .collect();
        let links: Vec<&str> = if *links == [""] { vec![" child_of"] } else { links.to_vec() };
        assert_eq!(found, links, "{references:?}");
    }
    assert_eq!(store(&jaeger(r#","parentSpanID":"2""#)).spans().next().expect("a span").parent_id(), "2", "old files");
}

#[test]
fn jaeger_copies_of_spans_in_references_are_no_spans() {
    let mut copy = String::from("{}");
    for depth in 0..400 {
        copy = format!(
            r#"{{"traceID":"ab","spanID":"{depth:x}","references":[{{"refType":"CHILD_OF","traceID":"ab","spanID":"2","span":{copy}}}]}}"#
        );
    }
    let store = store(&jaeger(&format!(
        r#","references":[{{"refType":"CHILD_OF","traceID":"ab","spanID":"2","span":{copy}}}],"subsidiarilyReferencedBy":[{copy}]"#
    )));
    assert_eq!(store.span_count(), 1);
    assert_eq!(store.spans().next().expect("a span").parent_id(), "2");
}

#[test]
fn jaeger_tags_are_of_the_type_they_name() {
    let tags = r#","tags":[
        {"key":"a","type":"string","value":"x\"y"},{"key":"b","type":"bool","value":false},{"key":"c","type":"int64","value":-7},
        {"key":"d","type":"int64","value":"9223372036854775807"},{"key":"e","type":"float64","value":72.5},
        {"key":"f","type":"float64","value":"NaN"},{"key":"g","type":"binary","value":"AAAwOQ=="},{"key":"h","value":5},
        {"key":"i","type":"string","value":null},{"value":"late","type":"string","key":"j"},{"key":"k","type":"bool","value":"true"},
        {"key":"l","type":"float64","value":3},{"key":"m","type":"int64","value":18446744073709551615}]"#;
    let good = store(&jaeger(tags));
    assert_eq!(
        attributes(&good),
        [
            "a=string x\"y",
            "b=bool false",
            "c=int -7",
            "d=int 9223372036854775807",
            "e=double 72.5",
            "f=double NaN",
            "g=bytes 0x00003039",
            "h=int 5",
            "i=null null",
            "j=string late",
            "k=bool true",
            "l=double 3",
            "m=int 18446744073709551615",
        ]
    );
    assert_eq!(warnings(&good), []);
    let bad = store(&jaeger(
        r#","tags":[{"key":"a","type":"int64","value":"x"},{"key":"b","type":"string","value":5},{"key":"c","type":"bool","value":[1]},7]"#,
    ));
    assert_eq!(attributes(&bad), ["a=string x", "b=int 5", "c=array [1]"]);
    assert_eq!(warnings(&bad), [WarningKind::WrongType]);
    assert_eq!(bad.warnings()[0].count, 4);
    assert!(bad.warnings()[0].position.is_some());
}

#[test]
fn jaeger_tags_that_stand_again_and_again_are_read_as_the_first_time() {
    // The same keys in the same order, with every sort of value that may not be taken by its place alone.
    let values = [
        (r#""plain""#, "7", "true"),
        (r#""esc\"aped""#, "-7", "false"),
        (r#""Zoë""#, "0", "true"),
        (r#""""#, "7.5", "true"),
        (r#""after""#, "1e3", "false"),
        (r#""\u00e9""#, "12345678901234567890", "true"),
        (r#""end""#, "8", "false"),
    ];
    let spans: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, (text, number, flag))| {
            format!(
                r#"{{"traceID":"ab","spanID":"{}","operationName":"op","startTime":176000000000000{index},"duration":5,"tags":[{{"key":"the.text","type":"string","value":{text}}},{{"key":"the.number","type":"int64","value":{number}}},{{"key":"the.flag","type":"bool","value":{flag}}},{{"key":"span.kind","type":"string","value":"server"}}]}}"#,
                index + 1
            )
        })
        .collect();
    let together = store(&format!("[{}]", spans.join(",")));
    for (span, text) in together.spans().zip(&spans) {
        let alone = store(text);
        let alone = alone.spans().next().expect("a span");
        let list = |span: &spanscope::Span<'_>| -> Vec<String> {
            span.attributes().map(|(key, value)| format!("{key}={value:?}")).collect()
        };
        assert_eq!(list(&span), list(&alone), "{text}");
        assert_eq!(span.kind(), SpanKind::Server);
    }
}

#[test]
fn jaeger_status_comes_from_tags() {
    let tag = |key: &str, kind: &str, value: &str| format!(r#"{{"key":"{key}","type":"{kind}","value":{value}}}"#);
    let error = |kind: &str, value: &str| tag("error", kind, value);
    let code = |value: &str| tag("otel.status_code", "string", &format!("\"{value}\""));
    let said = tag("otel.status_description", "string", "\"late\"");
    // Tags, status, message, attributes that are left.
    let cases: &[(Vec<String>, Status, &str, &[&str])] = &[
        (vec![], Status::Unset, "", &[]),
        (vec![error("bool", "true")], Status::Error, "", &[]),
        (vec![error("bool", "\"true\"")], Status::Error, "", &[]),
        (vec![error("string", "\"true\"")], Status::Error, "", &[]),
        (vec![error("bool", "false")], Status::Unset, "", &["error=bool false"]),
        (vec![error("string", "\"false\"")], Status::Unset, "", &["error=string false"]),
        // Jaeger's own page takes nothing but true for an error.
        (vec![error("string", "\"boom\"")], Status::Unset, "", &["error=string boom"]),
        (vec![error("int64", "1")], Status::Unset, "", &["error=int 1"]),
        (vec![error("int64", "0")], Status::Unset, "", &["error=int 0"]),
        (vec![code("ERROR"), said.clone()], Status::Error, "late", &[]),
        (vec![said.clone(), error("bool", "true"), code("ERROR")], Status::Error, "late", &[]),
        (vec![error("string", "\"boom\""), code("ERROR")], Status::Error, "", &["error=string boom"]),
        (vec![code("OK")], Status::Ok, "", &[]),
        (vec![code("UNSET")], Status::Unset, "", &[]),
        (vec![code("OK"), error("bool", "true")], Status::Error, "", &["otel.status_code=string OK"]),
        (vec![code("WEIRD")], Status::Unset, "", &["otel.status_code=string WEIRD"]),
    ];
    for (tags, status, message, left) in cases {
        let store = store(&jaeger(&format!(r#","tags":[{}]"#, tags.join(","))));
        let span = store.spans().next().expect("a span");
        assert_eq!((span.status(), span.status_message().as_str()), (*status, *message), "{tags:?}");
        assert_eq!(attributes(&store), *left, "{tags:?}");
    }
}

#[test]
fn jaeger_kind_scope_state_and_flags_leave_the_tags() {
    let store = store(&jaeger(
        r#","flags":3,"tags":[{"key":"span.kind","type":"string","value":"consumer"},{"key":"otel.library.name","type":"string","value":"lib"},
           {"key":"otel.library.version","type":"string","value":"1"},{"key":"w3c.tracestate","type":"string","value":"a=b"},
           {"key":"left","type":"string","value":"here"}]"#,
    ));
    let span = store.spans().next().expect("a span");
    assert_eq!((span.kind(), span.trace_state().as_str(), span.flags()), (SpanKind::Consumer, "a=b", 3));
    assert_eq!((span.scope().name(), span.scope().version()), ("lib", "1"));
    assert_eq!(attributes(&store), ["left=string here"]);
}

#[test]
fn jaeger_logs_are_events() {
    let field = |key: &str, value: &str| format!(r#"{{"key":"{key}","type":"string","value":"{value}"}}"#);
    let cases: &[(Vec<String>, &str, &[&str])] = &[
        (vec![field("event", "e"), field("x", "y")], "e", &["x=y"]),
        (vec![field("x", "y"), field("event", "e"), field("message", "m")], "e", &["x=y", "message=m"]),
        (vec![field("message", "m"), field("event", "e")], "e", &["message=m"]),
        (vec![field("message", "m"), field("message", "n")], "m", &["message=n"]),
        (vec![field("x", "y")], "log", &["x=y"]),
        (vec![], "log", &[]),
    ];
    for (fields, name, attributes) in cases {
        let log = format!(r#","logs":[{{"timestamp":1760000000000001.5,"fields":[{}]}}]"#, fields.join(","));
        let store = store(&jaeger(&log));
        let span = store.spans().next().expect("a span");
        let event = span.events().next().expect("an event");
        let found: Vec<String> = event.attributes().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            (event.name().as_ref(), found),
            (*name, attributes.iter().map(|text| text.to_string()).collect()),
            "{fields:?}"
        );
        assert_eq!(event.time_ns(), Some(1_760_000_000_000_001_500));
    }
}

#[test]
fn jaeger_processes_before_behind_inside_and_nowhere() {
    let span = |id: u32, process: &str| {
        format!(
            r#"{{"traceID":"ab","spanID":"{id}","operationName":"op","startTime":1760000000000000,"duration":5,"processID":"{process}"}}"#
        )
    };
    // More processes than are looked for one by one.
    let spans: Vec<String> = (1..=30).chain(1..=30).map(|id| span(id, &format!("p{id}"))).collect();
    let processes: Vec<String> = (1..=30)
        .map(|id| {
            format!(r#""p{id}":{{"serviceName":"s{id}","tags":[{{"key":"host","type":"string","value":"h{id}"}}]}}"#)
        })
        .collect();
    let text = format!(r#"{{"traceID":"ab","spans":[{}],"processes":{{{}}}}}"#, spans.join(","), processes.join(","));
    let many = store(&text);
    for span in many.spans() {
        let number = span.id().parse::<u32>().expect("a number");
        assert_eq!(span.service(), format!("s{number}"));
        assert_eq!(
            span.resource().map(|(_, value)| value.to_string()).collect::<Vec<_>>(),
            [format!("s{number}"), format!("h{number}")]
        );
    }
    let unknown = store(&format!(
        r#"{{"traceID":"ab","spans":[{},{}],"processes":{{"p1":{{"serviceName":"s"}}}}}}"#,
        span(1, "p1"),
        span(2, "p9")
    ));
    assert_eq!(warnings(&unknown), [WarningKind::UnknownProcess]);
    let told: Vec<&str> =
        unknown.spans().filter(|span| span.warnings().count() > 0).map(|span| span.service()).collect();
    assert_eq!(told, [""]);
    let truncated = format!(r#"{{"traceID":"ab","spans":[{},{{"#, span(1, "p1"));
    assert_eq!(warnings(&store(&truncated)), [WarningKind::UnknownProcess, WarningKind::Truncated]);
}

#[test]
fn jaeger_times_are_exact() {
    let times = |start: &str, duration: &str| {
        let text = format!(
            r#"[{{"traceID":"ab","spanID":"1","operationName":"op","startTime":{start},"duration":{duration}}}]"#
        );
        let store = store(&text);
        let span = store.spans().next().expect("a span");
        (span.start_ns(), span.end_ns(), warnings(&store))
    };
    let good = 1_760_000_000_000_000_000;
    assert_eq!(times("1760000000000000", "7"), (Some(good), Some(good + 7000), vec![]));
    assert_eq!(times("\"1760000000000000\"", "\"7\""), (Some(good), Some(good + 7000), vec![]));
    assert_eq!(times("1760000000000000.25", "0.5"), (Some(good + 250), Some(good + 750), vec![]));
    assert_eq!(times("1.76e15", "0"), (Some(good), Some(good), vec![]));
    assert_eq!(times("1760000000000000", "-7"), (Some(good), Some(good - 7000), vec![WarningKind::EndBeforeStart]));
    assert_eq!(times("1760000000000000", "null"), (Some(good), None, vec![WarningKind::NoEndTime]));
    assert_eq!(times("18446744073709552", "1").2, [WarningKind::BadTime, WarningKind::NoStartTime]);
    assert_eq!(
        times("18446744073709551", "1"),
        (Some(18_446_744_073_709_551_000), None, vec![WarningKind::BadTime, WarningKind::NoEndTime])
    );
    assert_eq!(times("-1", "1").2, [WarningKind::BadTime, WarningKind::NoStartTime]);
    assert_eq!(times("true", "1").2, [WarningKind::WrongType, WarningKind::NoStartTime]);
}

#[test]
fn jaeger_start_of_zero_is_a_time_only_beside_times_that_count_from_zero() {
    let trace = |other: &str| {
        format!(
            r#"{{"data":[{{"traceID":"ab","spans":[
                {{"traceID":"ab","spanID":"1","operationName":"root","startTime":0,"duration":100}},
                {{"traceID":"ab","spanID":"2","operationName":"child","startTime":{other},"duration":50}}],"processes":{{}}}}]}}"#
        )
    };
    let relative = outcome(&trace("10"));
    assert_eq!(relative.store.traces().next().expect("a trace").duration_ns(), 100_000);
    assert_eq!(relative.inputs[0].guesses.len(), 1);
    let absolute = outcome(&trace("1760000000000000"));
    let trace = absolute.store.traces().next().expect("a trace");
    assert_eq!(trace.duration_ns(), 50_000, "not fifty-five years");
    assert_eq!(absolute.inputs[0].guesses.len(), 0);
    let root = absolute.store.spans().find(|span| span.name() == "root").expect("the root");
    assert!(root.warnings().any(|(_, message)| message.contains("100000 ns")), "its duration is told");
}

#[test]
fn jaeger_ids_of_any_width_and_kind() {
    let store = store(
        r#"{"data":[{"traceID":"trace-1","spans":[{"spanID":"ABC","operationName":"a","startTime":1760000000000000,"duration":9},
           {"traceID":"trace-1","spanID":"span-2","operationName":"b","startTime":1760000000000001,"duration":1,
            "references":[{"refType":"CHILD_OF","traceID":"trace-1","spanID":"0abc"}]}],"processes":{}}]}"#,
    );
    assert_eq!(store.trace_count(), 1, "a span without a trace id is of the trace around it");
    let spans: Vec<_> = store.spans().collect();
    assert_eq!((spans[0].id(), spans[1].id()), ("abc".to_owned(), "span-2".to_owned()));
    assert_eq!(spans[1].parent(), Some(spans[0].index()), "equal as numbers");
    assert!(warnings(&store).contains(&WarningKind::BadId));
}

#[test]
fn jaeger_warnings_are_told() {
    let store = store(
        r#"{"data":[{"traceID":"ab","warnings":["of the trace"],"processes":{"p":{"serviceName":"s"}},"spans":[{"traceID":"ab","spanID":"1","operationName":"a",
           "startTime":1760000000000000,"duration":9,"processID":"p","warnings":["clock skew \"5ms\"", "more"]}]}]}"#,
    );
    let told: Vec<_> =
        store.spans().next().expect("a span").warnings().map(|(kind, text)| (kind, text.to_owned())).collect();
    let producer = |text: &str| (WarningKind::Producer, text.to_owned());
    assert_eq!(told, [producer("clock skew \"5ms\""), producer("more")]);
    assert_eq!(store.warnings()[0].count, 3);
}

// ── Zipkin ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// A Zipkin span with these further members.
fn zipkin(members: &str) -> String {
    format!(
        r#"[{{"traceId":"ab","id":"1","name":"op","timestamp":1760000000000000,"duration":5,"localEndpoint":{{"serviceName":"shop"}}{members}}}]"#
    )
}

#[test]
fn zipkin_wrappers_hold_the_same_spans() {
    let span = |id: u32| {
        format!(
            r#"{{"traceId":"ab","id":"{id}","name":"op","timestamp":176000000000000{id},"duration":5,"localEndpoint":{{"serviceName":"shop"}}}}"#
        )
    };
    let expected = dump(&store(&format!("[{},{}]", span(1), span(2))));
    for document in [
        format!("[[{}],[{}]]", span(1), span(2)),
        format!("[[{},{}]]", span(2), span(1)),
        format!("{}\n{}\n", span(1), span(2)),
        format!("{}{}", span(1), span(2)),
        format!("[{}]\n[{}]", span(1), span(2)),
    ] {
        assert_eq!(format_of(&document), Some("zipkin-json"), "{document}");
        assert_eq!(dump(&store(&document)), expected, "{document}");
    }
    assert_eq!(store(&span(1)).span_count(), 1);
}

#[test]
fn zipkin_halves_of_a_shared_id_stay_two_spans() {
    let span = |service: &str, more: &str, time: u32| {
        format!(
            r#"{{"traceId":"ab","name":"{service}{time}","timestamp":17600000000000{time},"duration":5,"localEndpoint":{{"serviceName":"{service}"}},{more}}}"#
        )
    };
    let rest = [
        span("web", r#""id":"1""#, 10),
        span("web", r#""id":"2","parentId":"1","kind":"CLIENT""#, 20),
        span("shop", r#""id":"3","parentId":"2""#, 40),
        span("web", r#""id":"4","parentId":"2""#, 50),
    ];
    // Marked, without the mark, and with the server's clock ahead of the client's.
    for server in [
        span("shop", r#""id":"2","parentId":"1","kind":"SERVER","shared":true"#, 30),
        span("shop", r#""id":"2","parentId":"1","kind":"SERVER""#, 30),
        span("shop", r#""id":"2","parentId":"1","kind":"SERVER","shared":true"#, 15),
        span("shop", r#""id":"2","parentId":"1","kind":"SERVER""#, 15),
    ] {
        let mut spans: Vec<&str> = rest.iter().map(String::as_str).collect();
        spans.push(&server);
        let store = store(&format!("[{}]", spans.join(",")));
        let parent = |name: &str| {
            let span = store.spans().find(|span| span.name().starts_with(name)).expect("the span");
            span.parent().map(|parent| store.span(parent).name().to_owned())
        };
        let server_name = if server.contains("shop30") { "shop30" } else { "shop15" };
        assert_eq!(parent(server_name).as_deref(), Some("web20"), "{server}");
        assert_eq!(parent("web20").as_deref(), Some("web10"));
        assert_eq!(parent("shop40").as_deref(), Some(server_name), "the child of the server's service");
        assert_eq!(parent("web50").as_deref(), Some("web20"), "the child of the client's service");
        assert_eq!(warnings(&store), [], "{server}");
    }
}

#[test]
fn zipkin_ids_of_64_bits_are_lower_halves() {
    let span = |trace: &str, id: u32| {
        format!(
            r#"{{"traceId":"{trace}","id":"{id}","parentId":"1","name":"op","timestamp":1760000000000000,"duration":5,"localEndpoint":{{"serviceName":"s"}}}}"#
        )
    };
    // Ids, how many traces, whether it is told.
    for (ids, traces, told) in [
        (["5b8efff798038103d269b633813fc60c", "d269b633813fc60c", "d269b633813fc60c"], 1, true),
        (["d269b633813fc60c", "5b8efff798038103d269b633813fc60c", "d269b633813fc60d"], 2, true),
        (["d269b633813fc60c", "0000000000000000d269b633813fc60c", "5b8efff798038103"], 2, false),
        // Which one it is the half of is not to be told.
        (["5b8efff798038103d269b633813fc60c", "d269b633813fc60c", "5b8efff798038104d269b633813fc60c"], 3, false),
    ] {
        let spans: Vec<String> = ids.iter().zip(1..).map(|(trace, id)| span(trace, id)).collect();
        let outcome = outcome(&format!("[{}]", spans.join(",")));
        assert_eq!(outcome.store.trace_count(), traces, "{ids:?}");
        assert_eq!(outcome.inputs[0].guesses.len(), usize::from(told), "{ids:?}");
    }
    let whole = store(&format!("[{},{}]", span("d269b633813fc60c", 1), span("5b8efff798038103d269b633813fc60c", 2)));
    assert_eq!(whole.traces().next().expect("a trace").id(), "5b8efff798038103d269b633813fc60c");
}

#[test]
fn zipkin_two_spans_of_one_kind_with_one_id_are_duplicates() {
    let text = zipkin(r#","kind":"SERVER""#)
        .replace("}]", &format!("}},{}]", &zipkin(r#","kind":"SERVER""#)[1..]).replace("]]", "]"));
    assert_eq!(warnings(&store(&text)), [WarningKind::DuplicateId]);
}

#[test]
fn zipkin_endpoints_are_resource_and_peer() {
    let store = store(
        &zipkin(r#","remoteEndpoint":{"serviceName":"db","ipv4":"10.0.0.2","port":5432},"debug":true"#)
            .replace(r#""serviceName":"shop""#, r#""serviceName":"shop","ipv4":"10.0.0.1","ipv6":"::1","port":80"#),
    );
    let span = store.spans().next().expect("a span");
    let resource: Vec<String> = span.resource().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(
        resource,
        ["service.name=shop", r#"network.local.address=["10.0.0.1", "::1"]"#, "network.local.port=80"]
    );
    assert_eq!(
        attributes(&store),
        [
            "service.peer.name=string db",
            "network.peer.address=string 10.0.0.2",
            "network.peer.port=int 5432",
            "zipkin.debug=bool true"
        ]
    );
}

#[test]
fn zipkin_status_comes_from_tags() {
    let cases: &[(&str, Status, &str, &[&str])] = &[
        (r#""a":"b""#, Status::Unset, "", &["a=string b"]),
        (r#""error":"true""#, Status::Error, "", &[]),
        (r#""error":"""#, Status::Error, "", &[]),
        (r#""error":"404""#, Status::Error, "404", &[]),
        (r#""error":"false""#, Status::Unset, "", &["error=string false"]),
        (r#""otel.status_code":"ERROR""#, Status::Error, "", &[]),
        (
            r#""otel.status_code":"STATUS_CODE_ERROR","error":"true","otel.status_description":"late""#,
            Status::Error,
            "late",
            &[],
        ),
        (r#""otel.status_code":"ERROR","error":"late""#, Status::Error, "late", &[]),
        (r#""otel.status_code":"OK""#, Status::Ok, "", &[]),
    ];
    for (tags, status, message, left) in cases {
        let store = store(&zipkin(&format!(r#","tags":{{{tags}}}"#)));
        let span = store.spans().next().expect("a span");
        assert_eq!((span.status(), span.status_message().as_str()), (*status, *message), "{tags}");
        assert_eq!(attributes(&store), *left, "{tags}");
    }
}

#[test]
fn zipkin_times_may_be_missing() {
    let span = |members: &str| {
        let store = store(&format!(
            r#"[{{"traceId":"ab","id":"1","name":"op","localEndpoint":{{"serviceName":"s"}}{members}}}]"#
        ));
        let span = store.spans().next().expect("a span");
        (span.start_ns(), span.end_ns(), warnings(&store))
    };
    let good = 1_760_000_000_000_000_000;
    assert_eq!(span(r#","timestamp":1760000000000000,"duration":5"#), (Some(good), Some(good + 5000), vec![]));
    assert_eq!(span(r#","timestamp":1760000000000000"#), (Some(good), None, vec![WarningKind::NoEndTime]));
    assert_eq!(span(""), (None, None, vec![WarningKind::NoStartTime]));
    assert_eq!(span(r#","timestamp":0,"duration":5"#).0, None);
}

#[test]
fn zipkin_texts_of_opentelemetry_are_taken_apart() {
    let store = store(&zipkin(
        r#","annotations":[{"timestamp":1760000000000001,"value":"retry|{\"attempt\":2}|0"},{"timestamp":1760000000000002,"value":"{\"hit\": {\"key\": \"k\"}}"},
            {"timestamp":1760000000000003,"value":"a|b"}],
           "tags":{"otlp.link.0":"000000000000000000000000000000cd|0000000000000009|a=b|{\"i\":0}|0","otlp.link.1":"nothing"}"#,
    ));
    let span = store.spans().next().expect("a span");
    let events: Vec<String> = span
        .events()
        .map(|event| {
            format!(
                "{} {:?}",
                event.name(),
                event.attributes().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
            )
        })
        .collect();
    assert_eq!(events, [r#"retry ["attempt=2"]"#, r#"hit ["key=k"]"#, "a|b []"]);
    let link = span.links().next().expect("a link");
    assert_eq!(
        (link.trace_id().as_str(), link.span_id().as_str(), link.trace_state().as_str()),
        ("000000000000000000000000000000cd", "0000000000000009", "a=b")
    );
    assert_eq!(attributes(&store), ["otlp.link.1=string nothing"]);
}

#[test]
fn zipkin_tags_that_stand_again_and_again_are_read_as_the_first_time() {
    let values = [r#""plain""#, r#""esc\"aped""#, r#""Zoë""#, r#""""#, "7", "null", r#""end""#];
    let spans: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            format!(r#"{{"traceId":"ab","id":"{}","name":"op","timestamp":176000000000000{index},"duration":5,"tags":{{"first.key":{value},"k":{value},"last.key":"x"}}}}"#, index + 1)
        })
        .collect();
    let together = store(&format!("[{}]", spans.join(",")));
    for (span, text) in together.spans().zip(&spans) {
        let alone = store(text);
        let list = |span: &spanscope::Span<'_>| -> Vec<String> {
            span.attributes().map(|(key, value)| format!("{key}={value:?}")).collect()
        };
        assert_eq!(list(&span), list(&alone.spans().next().expect("a span")), "{text}");
    }
}

#[test]
fn zipkin_addresses_in_a_record_of_both_halves_are_the_other_sides() {
    let annotation = |name: &str, time: u32, service: &str| {
        format!(
            r#"{{"timestamp":176000000000000{time},"value":"{name}","endpoint":{{"serviceName":"{service}","ipv4":"10.0.0.1"}}}}"#
        )
    };
    let text = format!(
        r#"[{{"traceId":"ab","id":"1","name":"get","annotations":[{},{},{},{}],"binaryAnnotations":[
            {{"key":"sa","value":true,"endpoint":{{"serviceName":"shop","port":80}}}},{{"key":"ca","value":true,"endpoint":{{"serviceName":"web"}}}}]}}]"#,
        annotation("cs", 1, "web"),
        annotation("sr", 2, "shop"),
        annotation("ss", 3, "shop"),
        annotation("cr", 4, "web"),
    );
    let store = store(&text);
    let told: Vec<String> = store
        .spans()
        .map(|span| {
            let peer: Vec<String> = span.attributes().map(|(key, value)| format!("{key}={value}")).collect();
            format!("{} {} {peer:?}", span.service(), span.kind().as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            r#"web client ["service.peer.name=shop", "network.peer.port=80"]"#,
            r#"shop server ["service.peer.name=web"]"#
        ]
    );
}

// ── OTLP ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// An OTLP span with these further members.
fn otlp(members: &str) -> String {
    format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"op","startTimeUnixNano":"1760000000000000000","endTimeUnixNano":"1760000000000000005"{members}}}]}}]}}]}}"#
    )
}

#[test]
fn otlp_enumerations_are_numbers_texts_of_numbers_or_names() {
    let (bad, good) = (vec![WarningKind::BadValue], vec![]);
    for (value, kind, warned) in [
        ("3", SpanKind::Client, &good),
        (r#""3""#, SpanKind::Client, &good),
        (r#""SPAN_KIND_CLIENT""#, SpanKind::Client, &good),
        (r#""client""#, SpanKind::Client, &good),
        ("3.0", SpanKind::Client, &good),
        ("null", SpanKind::Unspecified, &good),
        (r#""""#, SpanKind::Unspecified, &good),
        ("7", SpanKind::Unspecified, &bad),
        ("17", SpanKind::Unspecified, &bad),
        (r#""7""#, SpanKind::Unspecified, &bad),
    ] {
        // What follows is read, whatever it is.
        let store = store(&otlp(&format!(r#","kind":{value},"flags":1"#)));
        let span = store.spans().next().expect("a span");
        assert_eq!((span.kind(), span.flags(), &warnings(&store)), (kind, 1, warned), "{value}");
    }
    for (value, status, warned) in [
        ("2", Status::Error, &good),
        (r#""2""#, Status::Error, &good),
        (r#""STATUS_CODE_ERROR""#, Status::Error, &good),
        (r#""Error""#, Status::Error, &good),
        ("null", Status::Unset, &good),
        (r#""""#, Status::Unset, &good),
        ("9", Status::Unset, &bad),
    ] {
        let store = store(&otlp(&format!(r#","status":{{"code":{value},"message":"m"}}"#)));
        let span = store.spans().next().expect("a span");
        assert_eq!((span.status(), &warnings(&store)), (status, warned), "{value}");
        assert_eq!(span.status_message(), "m", "{value}");
    }
}

#[test]
fn otlp_values_that_are_null_are_none() {
    let store = store(&otlp(
        r#","attributes":[{"key":"a","value":{"stringValue":null}},{"key":"b","value":{"arrayValue":{"values":[{"intValue":null},{"intValue":"1"}]}}},{"key":"c","value":null}],"events":null,"links":null,"status":null"#,
    ));
    assert_eq!(attributes(&store), ["a=null null", "b=array [null, 1]", "c=null null"]);
    assert_eq!(warnings(&store), []);
}

#[test]
fn otlp_spans_alone_may_have_their_resource_and_scope_inside() {
    let resource = r#""resource":{"attributes":{"service.name":"shop","cloud.region":"eu"}}"#;
    let scope = r#""scope":{"name":"lib","version":"1"}"#;
    let span = r#""traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"op","kind":"SERVER","startTimeUnixNano":1760000000000000000,"endTimeUnixNano":1760000000000000005,"attributes":{"http.response.status_code":200,"ok":true,"any":{"stringValue":"x"}},"status":{"code":"UNSET"}"#;
    let expected = dump(&store(&format!("{{{resource},{scope},{span}}}")));
    for line in [
        r#"resource "service.name" = string "shop""#,
        r#"resource "cloud.region" = string "eu""#,
        r#"scope "lib" "1""#,
        r#""http.response.status_code" = int "200""#,
        r#""ok" = bool "true""#,
        r#""any" = string "x""#,
    ] {
        assert!(expected.contains(line), "{line}\n{expected}");
    }
    assert_eq!(dump(&store(&format!("{{{span},{scope},{resource}}}"))), expected);
    assert_eq!(dump(&store(&format!("[{{{scope},{span},{resource}}}]"))), expected);
    assert_eq!(store(&format!("{{{resource},{span}}}\n{{{span}}}\n")).span_count(), 2);
}

#[test]
fn ids_are_one_in_every_spelling() {
    for (trace, id) in [
        ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"),
        ("5B8EFFF798038103D269B633813FC60C", "EEE19B7EC3C1B174"),
        ("0x5b8efff798038103d269b633813fc60c", "0xeee19b7ec3c1b174"),
        ("W47/95gDgQPSabYzgT/GDA==", "7uGbfsPBsXQ="),
        ("W47_95gDgQPSabYzgT_GDA", "7uGbfsPBsXQ"),
    ] {
        // With a blank before them they are read another way.
        for blank in ["", " "] {
            let text = otlp("").replace(r#""5b8efff798038103d269b633813fc60c""#, &format!("{blank}\"{trace}\""));
            let store = store(&text.replace(r#""eee19b7ec3c1b174""#, &format!("{blank}\"{id}\"")));
            let span = store.spans().next().expect("a span");
            assert_eq!(span.id(), "eee19b7ec3c1b174", "{id}");
            assert!(store.traces().next().expect("a trace").has_id("5b8efff798038103d269b633813fc60c"), "{trace}");
            assert_eq!(warnings(&store), [], "{trace} {id}");
        }
    }
    // Base64 may begin as hexadecimal does.
    let begins_with_0x = otlp("").replace("\"eee19b7ec3c1b174\"", " \"0x/mzE1kNN0=\"");
    assert_eq!(store(&begins_with_0x).spans().next().expect("a span").id(), "d31fe6cc4d6434dd");
}

#[test]
fn lines_of_a_page_beside_its_spans_are_events_of_them() {
    let trace = r#""trace":{"trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174"}"#;
    let text = otlp("");
    let found = outcome(&format!(
        r#"{{"logs":[{{"message":"clicked","level":"info","timestamp":"2025-10-09T08:53:20Z",{trace}}},{{"message":"free","level":"info","timestamp":"2025-10-09T08:53:20Z"}}],
            "traces":{text},"meta":{{"app":{{"name":"till"}}}}}}"#
    ));
    let span = found.store.spans().next().expect("a span");
    assert_eq!(span.events().map(|event| event.name().into_owned()).collect::<Vec<_>>(), ["clicked"]);
    assert_eq!(found.inputs[0].skipped.len(), 1, "{:?}", found.inputs[0].skipped);
}

// ── Others ──────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn rules_of_vendors() {
    for (format, text, expected) in [
        (
            "gcp-trace",
            r#"{"projectId":"p","traceId":"5b8efff798038103d269b633813fc60c","spans":[{"spanId":"7","name":"call","startTime":"2026-01-02T03:04:05Z","endTime":"2026-01-02T03:04:06Z","labels":{"/error/message":"no stock"}}]}"#,
            r#"error "no stock""#,
        ),
        (
            "gcp-trace",
            r#"{"projectId":"p","traceId":"5b8efff798038103d269b633813fc60c","spans":[{"spanId":17212826353029918068,"kind":"RPC_SERVER","name":"call","startTime":"2026-01-02T03:04:05Z","endTime":"2026-01-02T03:04:06Z","parentSpanId":null,"labels":null}]}"#,
            r#""call" "eee03e5ee0d4ad74" < "" as None; ""; server;"#,
        ),
        (
            "sentry",
            r#"{"type":"span","items":[{"trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174","name":"GET /","kind":"server","start_timestamp":1767323045.25,"end_timestamp":1767323045.5}]}"#,
            r#""GET /" "eee19b7ec3c1b174" < "" as None; ""; server;"#,
        ),
        (
            "skywalking",
            r#"{"data":{"queryTraces":{"traces":[{"spans":[{"traceId":"t-1","segmentId":"s1","spanId":0,"parentSpanId":-1,"refs":[],"serviceCode":"till","startTime":1760000000123,"endTime":1760000000323,"endpointName":"pay","type":"Entry"}]}]}}}"#,
            r#""till"; server;"#,
        ),
        (
            "app-insights",
            r#"{"name":"x","time":"2026-01-02T03:04:05Z","tags":{"ai.operation.id":"5b8efff798038103d269b633813fc60c"},"data":{"baseType":"RequestData","baseData":{"id":"eee19b7ec3c1b174","name":"GET /","duration":"00:00:00.004","success":true}}}
{"name":"x","time":"2026-01-02T03:04:05Z","tags":{"ai.operation.id":"5b8efff798038103d269b633813fc60c","ai.operation.parentId":"eee19b7ec3c1b174"},"data":{"baseType":"ExceptionData","baseData":{"exceptions":[{"typeName":"E","message":"m","parsedStack":[{"level":0,"method":"Till.Pay","assembly":"Till","fileName":"Till.cs","line":3},{"level":1,"method":"Till.Main","assembly":"Till","line":0}]}]}}}"#,
            r#""exception.stacktrace" = string "at Till.Pay (Till.cs:3)\nat Till.Main (Till)""#,
        ),
        (
            "skywalking",
            r#"{"traceId":"t-1","traceSegmentId":"s1","service":"till","spans":[{"spanId":0,"parentSpanId":-1,"startTime":"1760000000123","endTime":"1760000000323","operationName":"pay","spanType":1,"spanLayer":4}]}"#,
            r#""till"; producer;"#,
        ),
        (
            "signoz",
            r#"{"data":{"spans":[{"timestamp":1760000000123,"durationNano":1000,"spanId":"eee19b7ec3c1b174","traceId":"5b8efff798038103d269b633813fc60c","name":"pay","serviceName":"till","resource.host.name":"h","parentSpanId":""}]}}"#,
            r#"resource "host.name" = string "h""#,
        ),
        (
            "zipkin-json",
            r#"{"traceId":"5b8efff798038103d269b633813fc60c","id":"1","parentId":null,"kind":null,"name":null,"timestamp":null,"duration":null,"localEndpoint":null,"remoteEndpoint":null,"annotations":null,"tags":null}"#,
            r#""" "1" <"#,
        ),
        (
            "xray-json",
            r#"{"trace_id":"1-5c126dd4-a1b2c3d4e5f6a7b8c9d0e1f2","id":"70de5b6f19ff9a0a","parent_id":null,"name":"till","start_time":1760000000.1,"end_time":1760000000.2,"cause":null,"http":null}"#,
            "state \"\"\n    resource",
        ),
        (
            "collector-debug",
            r#"{"level":"info","ts":1760000000.5,"msg":"ResourceSpans #0\nResource SchemaURL: \nResource attributes:\n     -> service.name: Str(till)\nScopeSpans #0\nScopeSpans SchemaURL: \nInstrumentationScope lib \nSpan #0\n    Trace ID       : 5b8efff798038103d269b633813fc60c\n    Parent ID      : \n    ID             : eee19b7ec3c1b174\n    Name           : pay\n    Kind           : Server\n    Start time     : 2026-01-02 03:04:05 +0000 UTC\n    End time       : 2026-01-02 03:04:06 +0000 UTC\n    Status code    : Ok\n    Status message : \n","kind":"exporter"}"#,
            r#""till"; server; ok"#,
        ),
        (
            "collector-debug",
            "Span #0\n    Trace ID       : 5b8efff798038103d269b633813fc60c\n    Parent ID      : \n    ID             : eee19b7ec3c1b174\n    Name           : pay\n    Kind           : Server\n    Status code    : Error\n    Status message : no stock\nin the shop\n    DroppedAttributesCount: 1\nAttributes:\n     -> till: Int(2)\n",
            "error \"no stock\\nin the shop\"; None..None; flags 0; root; state \"\"\n    \"otel.dropped_attributes_count\" = int \"1\"\n    \"till\" = int \"2\"",
        ),
        (
            "collector-debug",
            r#"[{"level":"info","msg":"Traces","resource spans":1},{"level":"info","msg":"Span #0\n    Trace ID       : 5b8efff798038103d269b633813fc60c\n    ID             : eee19b7ec3c1b174\n    Name           : pay\n"}]"#,
            r#""pay" "eee19b7ec3c1b174" <"#,
        ),
        (
            "console-go",
            r#"{"Name":"pay","SpanContext":{"TraceID":"5b8efff798038103d269b633813fc60c","SpanID":"eee19b7ec3c1b174","TraceFlags":"01"},"SpanKind":"2","StartTime":"2026-01-02T03:04:05Z","EndTime":"2026-01-02T03:04:06Z","Status":{"Code":"1","Description":"no stock"},"DroppedEvents":"0"}"#,
            "server; error \"no stock\"; Some(1767323045000000000)..Some(1767323046000000000); flags 1; root; state \"\"\n",
        ),
        (
            "console-swift",
            r#"{"span":"pay","traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","spanKind":"client","start":781692800,"duration":1,"status":"Status{statusCode=error, description=no stock}","attributes":{"till":{"description":"2"}}}"#,
            r#"client; error "no stock";"#,
        ),
        (
            "console-swift",
            r#"{"span":"pay","traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","spanKind":"client","start":781692800,"duration":1,"status":"error(description: \"no stock\")","attributes":{"till":{"description":"2"}}}"#,
            "error \"no stock\"; Some(1760000000000000000)..Some(1760000001000000000); flags 0; root; state \"\"\n    \"till\" = string \"2\"",
        ),
        (
            "datadog-json",
            r#"[{"trace_id":"7","span_id":"8","parent_id":"0","name":"web.request","resource":"GET /","service":"till","type":"web","start":"1760000000000000000","duration":"1000","error":"1","meta":{}}]"#,
            r#""GET /" "0000000000000008" < "" as None; "till"; server; error ""; Some(1760000000000000000)..Some(1760000000000001000)"#,
        ),
        (
            "datadog-json",
            r#"{"trace":{"root_id":"8","spans":{"8":{"trace_id":"7","span_id":"8","parent_id":"0","start":1760000000.25,"end":1760000000.5,"duration":0.25,"type":"web","service":"till","name":"web.request","resource":"GET /","meta":{},"metrics":{},"children_ids":["9"]},"9":{"trace_id":"7","span_id":"9","parent_id":"8","start":1760000000.3,"duration":0.1,"service":"db","name":"query","resource":"SELECT","error":1}}},"is_truncated":false}"#,
            r#". . "SELECT" "0000000000000009" < "0000000000000008" as Some("0000000000000008"); "db"; unspecified; error ""; Some(1760000000300000000)..Some(1760000000400000000)"#,
        ),
        // Runs in runs, with the parent told as well.
        (
            "generic",
            r#"{"id":"a1","name":"answer","run_type":"chain","start_time":"2026-03-02T10:00:00","end_time":"2026-03-02T10:00:02","parent_run_id":null,"trace_id":"a1","error":null,"child_runs":[{"id":"b2","name":"ask","start_time":"2026-03-02T10:00:01","end_time":"2026-03-02T10:00:02","parent_run_id":"a1","trace_id":"a1","error":"Timeout()","child_runs":[]}]}"#,
            ". . \"ask\" \"b2\" < \"a1\" as Some(\"a1\"); \"\"; unspecified; error \"Timeout()\"",
        ),
        // A trace that is a span itself, by the id that its observations name.
        (
            "generic",
            r#"{"id":"t-1","timestamp":"2026-03-02T10:00:00Z","name":"chat","latency":2,"observations":[{"id":"o-1","traceId":"t-1","name":"ask","level":"ERROR","statusMessage":"no tokens","parentObservationId":null,"startTime":"2026-03-02T10:00:01Z","endTime":"2026-03-02T10:00:02Z"}]}"#,
            ". . \"ask\" \"o-1\" < \"t-1\" as Some(\"t-1\"); \"\"; unspecified; error \"no tokens\"",
        ),
        (
            "generic",
            r#"[{"id":"row-7","context.span_id":"a1","context.trace_id":"ab","span.name":"ask","span.parent_id":"","span.kind":"client","span.status_code":"error","start_time":1772445600000,"end_time":1772445602000}]"#,
            ". \"ask\" \"a1\" < \"\" as None; \"\"; client; error \"\"; Some(1772445600000000000)..Some(1772445602000000000); flags 0; root; state \"\"\n    \"id\" = string \"row-7\"",
        ),
        (
            "generic",
            r#"{"object":"trace.span","id":"span_1","trace_id":"trace_1","parent_id":null,"started_at":"2026-03-02T10:00:00Z","ended_at":"2026-03-02T10:00:01Z","span_data":{"type":"function","name":"weigh"},"error":{"message":"too heavy","data":null}}"#,
            ". \"weigh\" \"span_1\" < \"\" as None; \"\"; unspecified; error \"too heavy\"",
        ),
        (
            "generic",
            r#"[{"Context":{"TraceID":77,"SpanID":11},"ParentSpanID":0,"Operation":"weigh","Start":"2026-03-02T10:00:00Z","Duration":3000000,"Tags":{"kg":2}},{"Context":{"TraceID":77,"SpanID":12},"ParentSpanID":11,"Operation":"print","Start":"2026-03-02T10:00:00.001Z","Duration":1000000,"Tags":null}]"#,
            ". . \"print\" \"12\" < \"11\" as Some(\"11\"); \"\"; unspecified; unset \"\"; Some(1772445600001000000)..Some(1772445600002000000)",
        ),
        // Of two durations the one counts that says its unit.
        (
            "generic",
            r#"[{"timestamp":1772445600000,"trace.id":"ab","guid":"a1","parentId":"","name":"sale","appName":"till","duration":0.05,"duration.ms":50,"error.message":"no stock"}]"#,
            ". \"sale\" \"a1\" < \"\" as None; \"till\"; unspecified; error \"no stock\"; Some(1772445600000000000)..Some(1772445600050000000)",
        ),
        // What is around spans is none.
        (
            "generic",
            r#"{"data":{"trace":{"id":"ab","timestamp":1772445600000,"durationMs":50,"spans":[{"id":"a1","parentId":null,"name":"sale","timestamp":1772445600000,"durationMs":50.5}]}}}"#,
            "trace \"ab\"\n. \"sale\" \"a1\" < \"\" as None",
        ),
        // A whole number beside starts with a fraction is in a smaller unit.
        (
            "generic",
            r#"[{"@timestamp":"1772445600000.25","trace_id":"ab","span_id":"a1","name":"sale","duration":2000000},{"@timestamp":"1772445600001.5","trace_id":"ab","span_id":"b2","parent_span_id":"a1","name":"pay","duration":500000}]"#,
            ". . \"pay\" \"b2\" < \"a1\" as Some(\"a1\"); \"\"; unspecified; unset \"\"; Some(1772445600001500000)..Some(1772445600002000000)",
        ),
        // Lists and maps as texts of JSON.
        (
            "generic",
            r#"{"hits":[{"trace_id":"ab","span_id":"a1","reference_parent_span_id":"","operation_name":"sale","service_name":"till","span_kind":"2","span_status":"ERROR","start_time":1772445600000000000,"end_time":1772445600005000000,"attribute":"{\"kg\":2}","events":"[{\"name\":\"weighed\",\"_timestamp\":1772445600001000000}]"}]}"#,
            "; \"till\"; server; error \"\"; Some(1772445600000000000)..Some(1772445600005000000); flags 0; root; state \"\"\n    \"kg\" = int \"2\"\n    resource \"service.name\" = string \"till\"\n    event \"weighed\" at Some(1772445600001000000)",
        ),
        // Spans may have messages and levels.
        (
            "generic",
            r#"[{"trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174","parent_span_id":null,"span_name":"sale","message":"sale of 2","level":9,"start_timestamp":"2026-03-02T10:00:00Z","end_timestamp":"2026-03-02T10:00:01Z","otel_status_code":"ERROR"}]"#,
            ". \"sale\" \"eee19b7ec3c1b174\" < \"\" as None; \"\"; unspecified; error \"\"; Some(1772445600000000000)..Some(1772445601000000000)",
        ),
        // Tables by row and by column.
        (
            "generic",
            r#"{"meta":[{"name":"TraceId"},{"name":"SpanId"},{"name":"ParentSpanId"},{"name":"SpanName"},{"name":"Timestamp"},{"name":"DurationMs"}],"data":[["ab","a1","","sale","2026-03-02 10:00:00",5],["ab","b2","a1","pay","2026-03-02 10:00:00.001",2]],"rows":2}"#,
            ". . \"pay\" \"b2\" < \"a1\" as Some(\"a1\"); \"\"; unspecified; unset \"\"; Some(1772445600001000000)..Some(1772445600003000000)",
        ),
        (
            "generic",
            r#"{"tables":[{"fields":[{"name":"trace_id"},{"name":"span_id"},{"name":"parent_span_id"},{"name":"name"},{"name":"_time"},{"name":"duration"}],"columns":[["ab","ab"],["a1","b2"],[null,"a1"],["sale","pay"],["2026-03-02T10:00:00Z","2026-03-02T10:00:00.001Z"],["5ms","2ms"]]}]}"#,
            ". . \"pay\" \"b2\" < \"a1\" as Some(\"a1\"); \"\"; unspecified; unset \"\"; Some(1772445600001000000)..Some(1772445600003000000)",
        ),
        (
            "generic",
            r#"{"columns":[{"name":"trace_id","values":["ab"]},{"name":"span_id","values":["b2"]},{"name":"parent_span_id","values":["a1"]},{"name":"span_name","values":["pay"]},{"name":"start_timestamp","values":["2026-03-02T10:00:00Z"]},{"name":"end_timestamp","values":["2026-03-02T10:00:01Z"]}]}"#,
            ". \"pay\" \"b2\" < \"a1\" as None; \"\"; unspecified; unset \"\"; Some(1772445600000000000)..Some(1772445601000000000)",
        ),
        (
            "generic",
            r#"{"TraceId":["ab"],"SpanId":["b2"],"ParentSpanId":["a1"],"SpanName":["pay"],"Timestamp":["2026-03-02 10:00:00"],"DurationMs":[5]}"#,
            ". \"pay\" \"b2\" < \"a1\" as None; \"\"; unspecified; unset \"\"; Some(1772445600000000000)..Some(1772445600005000000)",
        ),
        (
            "console-js",
            r#"[{"resource":{"attributes":{"service.name":"till"}},"instrumentationScope":{"name":"lib"},"traceId":"5b8efff798038103d269b633813fc60c","name":"pay","id":"eee19b7ec3c1b174","kind":1,"timestamp":1760000000000000,"duration":2.5,"attributes":{"kg":2},"status":{"code":2},"events":[],"links":[]}]"#,
            ". \"pay\" \"eee19b7ec3c1b174\" < \"\" as None; \"till\"; server; error \"\"; Some(1760000000000000000)..Some(1760000000000002500); flags 0; root; state \"\"\n    \"kg\" = int \"2\"",
        ),
        (
            "console-js",
            r#"{"_spanContext":{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","traceFlags":1},"parentSpanId":"aaa19b7ec3c1b174","name":"pay","kind":2,"startTime":[1760000000,5],"endTime":[1760000000,9],"_duration":[0,4],"attributes":{},"status":{"code":0}}"#,
            ". \"pay\" \"eee19b7ec3c1b174\" < \"aaa19b7ec3c1b174\" as None; \"\"; client; unset \"\"; Some(1760000000000000005)..Some(1760000000000000009); flags 1",
        ),
        (
            "console-python",
            r#"{"name":"pay","context":{"trace_id":"0x5b8efff798038103d269b633813fc60c","span_id":"0xeee19b7ec3c1b174"},"parent_id":null,"start_time":1760000000000000000,"end_time":1760000000000000004,"status_code":"ERROR","status_message":"no stock","attributes":{}}"#,
            "; unspecified; error \"no stock\"; Some(1760000000000000000)..Some(1760000000000000004)",
        ),
        (
            "sentry",
            r#"{"transactions":[{"span_id":"eee19b7ec3c1b174","transaction":"/pay","parent_span_id":null,"start_timestamp":1760000000,"timestamp":1760000002,"children":[{"span_id":"aaa19b7ec3c1b174","transaction":"/print","parent_span_id":"eee19b7ec3c1b174","start_timestamp":1760000001,"timestamp":1760000002,"children":[]}]}],"orphan_errors":[]}"#,
            ". . \"/print\" \"aaa19b7ec3c1b174\" < \"eee19b7ec3c1b174\" as Some(\"eee19b7ec3c1b174\")",
        ),
        (
            "sentry",
            r#"{"id":"ab","eventID":"ab","type":"transaction","title":"/pay","contexts":{"trace":{"trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174","op":"http.server"}},"startTimestamp":1760000000,"endTimestamp":1760000002,"tags":[{"key":"till","value":"7"}],"entries":[{"type":"request","data":{}},{"type":"spans","data":[{"trace_id":"5b8efff798038103d269b633813fc60c","span_id":"aaa19b7ec3c1b174","parent_span_id":"eee19b7ec3c1b174","description":"print","start_timestamp":1760000001,"timestamp":1760000002}]}]}"#,
            "\"till\" = string \"7\"\n. . \"print\" \"aaa19b7ec3c1b174\" < \"eee19b7ec3c1b174\" as Some(\"eee19b7ec3c1b174\")",
        ),
        // Ids as lists of bytes, and numbers in halves.
        (
            "otlp-json",
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":{"type":"Buffer","data":[91,142,255,247,152,3,129,3,210,105,182,51,129,63,198,12]},"spanId":[238,225,155,126,195,193,177,116],"parentSpanId":{"0":170,"1":225,"2":155,"3":126,"4":195,"5":193,"6":177,"7":116},"name":"pay","startTimeUnixNano":{"low":-726663168,"high":409781932,"unsigned":true},"endTimeUnixNano":1760000000000000009}]}]}]}"#,
            "trace \"5b8efff798038103d269b633813fc60c\"\n. \"pay\" \"eee19b7ec3c1b174\" < \"aae19b7ec3c1b174\" as None; \"\"; unspecified; unset \"\"; Some(1760000000000000000)..Some(1760000000000000009)",
        ),
        (
            "skywalking",
            r#"[{"traceId":"a.1","segmentId":"s1","spanId":0,"parentSpanId":-1,"refs":[],"serviceCode":"till","startTime":1760000000000,"endTime":1760000000005,"endpointName":"/pay","type":"Entry"}]"#,
            ". \"/pay\" \"s1.0\" < \"\" as None; \"till\"; server",
        ),
        (
            "generic",
            "   ┌─TraceId─┬─SpanId─┬─ParentSpanId─┬─SpanName─┬─Timestamp───────────┬─DurationMs─┐\n1. │ ab      │ a1     │              │ sale     │ 2026-03-02 10:00:00 │          5 │\n2. │ ab      │ b2     │ a1           │ pay      │ 2026-03-02 10:00:00 │          2 │\n   └─────────┴────────┴──────────────┴──────────┴─────────────────────┴────────────┘\n",
            ". . \"pay\" \"b2\" < \"a1\" as Some(\"a1\"); \"\"; unspecified; unset \"\"; Some(1772445600000000000)..Some(1772445600002000000)",
        ),
        // Behind what a program prints before them.
        (
            "datadog-json",
            "2026-03-02 10:00:00 DEBUG Encoding payload: [[{\"trace_id\":\"4bf92f3577b34da6\",\"span_id\":\"f067aa0ba902b7\",\"parent_id\":\"0\",\"name\":\"web\",\"resource\":\"/pay\",\"error\":0,\"meta\":{},\"metrics\":{},\"start\":1760000000000000000,\"duration\":5,\"service\":\"till\",\"type\":\"web\"}]]\n",
            "\"till\"; server; unset \"\"; Some(1760000000000000000)..Some(1760000000000000005)",
        ),
        (
            "app-insights",
            "Application Insights Telemetry: {\"name\":\"AppRequests\",\"time\":\"2026-03-02T10:00:00Z\",\"tags\":{\"ai.operation.id\":\"5b8efff798038103d269b633813fc60c\",\"ai.cloud.role\":\"till\"},\"data\":{\"baseType\":\"RequestData\",\"baseData\":{\"id\":\"eee19b7ec3c1b174\",\"name\":\"/pay\",\"duration\":\"00:00:00.0050000\",\"success\":true}}}\n",
            "\"till\"; server; unset \"\"; Some(1772445600000000000)..Some(1772445600005000000)",
        ),
        // Attributes as pairs.
        (
            "generic",
            r#"{"spans":[{"traceId":"ab","spanId":"a1","parentSpanId":"","name":"pay","startTime":"2026-03-02T10:00:00Z","endTime":"2026-03-02T10:00:01Z","attributes":[{"key":"kg","value":{"intValue":"2"}}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"till"}}]}}]}"#,
            "\"till\"; unspecified; unset \"\"; Some(1772445600000000000)..Some(1772445601000000000); flags 0; root; state \"\"\n    \"kg\" = int \"2\"\n    resource \"service.name\" = string \"till\"",
        ),
        (
            "generic",
            r#"[{"id":"a1","parentId":null,"traceId":"ab","name":"pay","kind":"server","time":1772445600000.25,"duration":5000000},{"id":"b2","parentId":"a1","traceId":"ab","name":"print","time":1772445600001.5,"duration":2000000}]"#,
            "; server; unset \"\"; Some(1772445600000250000)..Some(1772445600005250000)",
        ),
        // Texts of JSON under keys that say so.
        (
            "generic",
            r#"[{"trace_id":"ab","span_id":"a1","parent_span_id":"","name":"pay","start_time":1760000000000,"end_time":1760000000005,"attributes_json":"{\"kg\":2}"}]"#,
            "    \"kg\" = int \"2\"",
        ),
        (
            "console-dotnet",
            "Activity.TraceId:            5b8efff798038103d269b633813fc60c\nActivity.SpanId:             eee19b7ec3c1b174\nActivity.DisplayName:        pay\nActivity.Tags:\n    a: b\nStatusCode: Error\nError.Description: no stock\n",
            r#"error "no stock""#,
        ),
        (
            "grafana-frame",
            r#"{"schema":{"fields":[{"name":"traceID"},{"name":"spanID"},{"name":"startTime"},{"name":"duration"}]},"data":{"values":[["ab"],["1"],[1760000000123],[0.5]],"nanos":[null,null,[456789],null]}}"#,
            "Some(1760000000123456789)..Some(1760000000123956789)",
        ),
        (
            "grafana-frame",
            r#"[{"fields":[{"name":"traceID","values":["ab"]},{"name":"spanID","values":["1"]},{"name":"startTime","values":[1760000000123],"nanos":[1]},{"name":"duration","values":[0]}]}]"#,
            "Some(1760000000123000001)..Some(1760000000123000001)",
        ),
        // A frame's rows in CSV.
        (
            "grafana-frame",
            "traceID,spanID,parentSpanID,operationName,serviceName,serviceTags,startTime,duration,logs,tags\nab,1,,pay,till,\"[{\"\"value\"\":7,\"\"key\"\":\"\"till.number\"\"}]\",1760000000123.5,0.25,[],\"[{\"\"value\"\":\"\"x\"\",\"\"key\"\":\"\"y\"\"}]\"\n",
            ". \"pay\" \"1\" < \"\" as None; \"till\"; unspecified; unset \"\"; Some(1760000000123500000)..Some(1760000000123750000)",
        ),
        (
            "otlp-json",
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"pay","startTimeUnixNano":"2025-10-09T08:53:20.000000123Z","endTimeUnixNano":"2025-10-09T10:53:21+02:00","events":[{"name":"paid","timeUnixNano":"2025-10-09T08:53:20.5Z"}]}]}]}]}"#,
            "Some(1760000000000000123)..Some(1760000001000000000); flags 0; root; state \"\"\n    event \"paid\" at Some(1760000000500000000)",
        ),
        (
            "otlp-logs",
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1760000000000000000","body":{"stringValue":"paid"},"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}],"scope":{"name":"lib"}}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"till"}}]}}]}"#,
            "event \"paid\" at Some(1760000000000000000)\n        \"otel.scope.name\" = string \"lib\"",
        ),
        (
            "rust-tracing",
            r#"[{"timestamp":"2026-01-02T03:04:05Z","level":"INFO","fields":{"message":"a"},"target":"t","span":{"name":"pay"},"spans":[{"name":"pay"}]}, {"timestamp":"2026-01-02T03:04:06Z","level":"INFO","fields":{"message":"b"},"target":"t","span":{"name":"pay"},"spans":[{"name":"pay"}]}]"#,
            "Some(1767323045000000000)..Some(1767323046000000000)",
        ),
        (
            "console-dotnet",
            "Activity.TraceId:            5b8efff798038103d269b633813fc60c\nActivity.SpanId:             eee19b7ec3c1b174\nActivity.DisplayName:        pay\nInstrumentation scope (ActivitySource):\n    Name: Till\n    Version: 1.0\n    Tags:\n        color: red\n",
            "scope \"Till\" \"1.0\"\n    scope \"color\" = string \"red\"",
        ),
        (
            "generic",
            r#"[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","serviceName":"till","operationName":"pay","kind":2,"startTimeUnixNano":"1760000000000000000","endTimeUnixNano":"1760000000000000005","statusCode":"STATUS_CODE_ERROR"}]"#,
            r#""pay" "eee19b7ec3c1b174" < "" as None; "till"; server; error"#,
        ),
        (
            "generic",
            r#"{"_time":"2026-01-02T03:04:05Z","_msg":"-","trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174","parent_span_id":"","name":"pay","kind":"3","status_code":"2","status_message":"declined","start_time_unix_nano":"1760000000000000000","end_time_unix_nano":"1760000000000000005","resource_attr:service.name":"till","span_attr:color":"red"}"#,
            "\"till\"; client; error \"declined\"; Some(1760000000000000000)..Some(1760000000000000005); flags 0; root; state \"\"\n    \"color\" = string \"red\"",
        ),
        (
            "generic",
            r#"[{"traceID":"5b8efff798038103d269b633813fc60c","spanID":"eee19b7ec3c1b174","parentSpanID":"","spanName":"pay","timestamp":"2026-01-02T03:04:05.5Z","startTime":0,"duration":123456789012}]"#,
            "Some(1767323045500000000)..Some(1767323168956789012)",
        ),
        (
            "generic",
            r#"[{"trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174","parent_id":"","name":"pay","start":"1/2/2026, 3:04:05.5 AM","end":"1/2/2026, 3:04:06 PM","tags":[{"key":"a","vType":"LONG","vLong":7},{"Key":"b","ValueType":"bool","value_bool":true}]}]"#,
            "< \"\" as None; \"\"; unspecified; unset \"\"; Some(1767323045500000000)..Some(1767366246000000000); flags 0; root; state \"\"\n    \"a\" = int \"7\"\n    \"b\" = bool \"true\"",
        ),
        (
            "generic",
            r#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"TraceID"},{"ColumnName":"SpanID"},{"ColumnName":"ParentID"},{"ColumnName":"SpanName"},{"ColumnName":"StartTime"},{"ColumnName":"EndTime"},{"ColumnName":"SpanKind"}],"Rows":[["5b8efff798038103d269b633813fc60c","eee19b7ec3c1b174","","pay","2026-01-02T03:04:05Z","2026-01-02T03:04:06Z","SPAN_KIND_SERVER"]]}]}"#,
            r#""pay" "eee19b7ec3c1b174" < "" as None; ""; server;"#,
        ),
        (
            "app-insights",
            r#"[{"timestamp [UTC]":"1/2/2026, 3:04:05.000 AM","id":"eee19b7ec3c1b174","name":"GET /","success":"True","duration":"4","itemType":"request","operation_Id":"5b8efff798038103d269b633813fc60c","cloud_RoleName":"till"}]"#,
            r#""till"; server; unset ""; Some(1767323045000000000)..Some(1767323045004000000)"#,
        ),
        (
            "elastic-docs",
            r#"[{"@timestamp":"1970-01-01T00:00:00.000Z","timestamp":{"us":0},"processor":{"event":"span"},"trace":{"id":"5b8efff798038103d269b633813fc60c"},"span":{"id":"eee19b7ec3c1b174","name":"pay","duration":{"us":5}}}]"#,
            "Some(0)..Some(5000)",
        ),
        (
            "logs",
            r#"{"events":[{"@timestamp":"2026-01-02T03:04:05Z","message":"paid","processor":{"event":"log"},"log":{"level":"warn"},"service":{"name":"till"},"trace":{"id":"5b8efff798038103d269b633813fc60c"},"transaction":{"id":"eee19b7ec3c1b174"}}]}"#,
            r#""eee19b7ec3c1b174" < "" as None; "till";"#,
        ),
        (
            "chrome-trace",
            r#"[{"name":"a","ph":"X","ts":10,"dur":5,"pid":1,"tid":1},{"name":"b","ph":"X","ts":-20,"dur":50,"pid":1,"tid":1},{"name":"c","ph":"X","ts":-100.5,"dur":5,"pid":1,"tid":1}]"#,
            r#""a" "0000000000000001" < "0000000000000002" as Some("0000000000000002"); "process 1"; internal; unset ""; Some(110500)..Some(115500)"#,
        ),
        (
            "generic",
            r#"{"process":{"serviceName":"till","tags":[]},"spans":[{"traceIdLow":77,"spanId":8,"parentSpanId":9,"operationName":"pay","startTime":1760000000000000,"duration":5}]}"#,
            r#""pay" "8" < "9" as None; "till";"#,
        ),
        (
            "generic",
            r#"[{"trace_id":"eee19b7ec3c1b174","span_id":"eee19b7ec3c1b174","parent_id":"","name":"pay","start_ms":1,"end_ms":9},{"trace_id":"eee19b7ec3c1b174","span_id":"7","parent_id":"eee19b7ec3c1b174","name":"save","start_ms":2,"end_ms":3}]"#,
            r#". . "save" "7" < "eee19b7ec3c1b174" as Some("eee19b7ec3c1b174")"#,
        ),
        (
            "jaeger-model",
            r#"{"spans":[{"trace_id":"AAAAAAAAAABSlpqJVVcaPw==","span_id":"AAAAAABkfZg=","operation_name":"pay","start_time":"2026-01-02T03:04:05Z","duration":5000,"process":{"service_name":"till"}}]}"#,
            "Some(1767323045000000000)..Some(1767323045000005000)",
        ),
    ] {
        assert_eq!(format_of(text), Some(format), "{text}");
        let found = store(text);
        assert!(!warnings(&found).contains(&WarningKind::BadValue), "{:?}", found.warnings());
        let found = dump(&found);
        assert!(found.contains(expected), "expected {expected} in\n{found}");
    }
}

// ── Telling formats apart ───────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn spans_of_the_javascript_console_may_be_json() {
    let span = r#"{"traceId":"000000000000000000000000000000aa","parentId":"00000000000000a1","name":"pay","id":"00000000000000b1","kind":2,"timestamp":1790000000000000,"duration":1500.5,"attributes":{"n":1},"status":{"code":2,"message":"declined"},"events":[{"name":"tried","attributes":{},"time":[1790000000,1000]}],"links":[]}"#;
    for text in [span.to_owned(), format!("[{span}]"), format!("{span}\n")] {
        assert_eq!(format_of(&text), Some("console-js"));
        let store = store(&text);
        let span = store.spans().next().expect("a span");
        assert_eq!((span.kind().as_str(), span.status_message()), ("client", "declined".into()));
        assert_eq!(span.interval().map(|(start, end)| end - start), Some(1_500_500));
        assert_eq!(attributes(&store), ["n=int 1"]);
        assert_eq!(span.events().count(), 1);
    }
}

#[test]
fn spans_of_the_javascript_console_may_be_shortened_and_stand_behind_lines_of_a_log() {
    let span = |id: &str, parent: &str| {
        format!(
            "{{\n  traceId: '000000000000000000000000000000aa',\n  parentSpanContext: {parent},\n  name: 'pay',\n  id: '{id}',\n  \
             timestamp: 1790000000000000,\n  duration: 1500.5,\n  // ...\n}}\n"
        )
    };
    let parent = "{\n    spanId: '00000000000000a1',\n    // ...\n  }";
    let spans = span("00000000000000b1", parent) + &span("00000000000000a1", "undefined");
    let line = r#"{"level":30,"time":1790000000001,"msg":"paid","trace_id":"000000000000000000000000000000aa","span_id":"00000000000000b1"}"#;
    for (text, events) in [(spans.clone(), 0), (format!("{line}\n{line}\n{spans}"), 2)] {
        assert_eq!(format_of(&text), Some("console-js"));
        let store = store(&text);
        let child = store.spans().find(|span| span.id() == "00000000000000b1").expect("the child");
        assert_eq!((store.span_count(), child.depth(), child.events().count()), (2, 1, events));
    }
}

#[test]
fn spans_of_the_cpp_console_may_have_blanks_in_the_place_of_tabs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/console-cpp/dice.txt");
    let text = std::fs::read_to_string(folder).expect("a sample");
    for blanks in ["    ", "        "] {
        assert_eq!(dump(&store(&text.replace('\t', blanks))), dump(&store(&text)));
    }
}

#[test]
fn spans_of_the_first_ruby_versions_have_dates() {
    let store = store(
        "#<struct OpenTelemetry::SDK::Trace::SpanData\n name=\"pay\",\n kind=:client,\n parent_span_id=\"0000000000000000\",\n \
         start_timestamp=2026-09-21 16:13:20 +0200,\n end_timestamp=2026-09-21 10:13:21.5 -0400,\n attributes={\"n\"=>1},\n \
         instrumentation_library=\n  #<struct OpenTelemetry::SDK::InstrumentationLibrary name=\"till\", version=\"\">,\n \
         span_id=\"00000000000000a1\",\n trace_id=\"000000000000000000000000000000aa\">\n",
    );
    let span = store.spans().next().expect("a span");
    assert_eq!((span.start_ns(), span.duration_ns()), (Some(1_790_000_000_000_000_000), Some(1_500_000_000)));
    assert_eq!((span.scope().name(), attributes(&store)), ("till", vec!["n=int 1".to_owned()]));
}

#[test]
fn spans_of_the_first_erlang_versions_have_lists() {
    let store = store(
        "*SPANS FOR DEBUG*\n{span,170,161,undefined,177,<<\"pay\">>,'CLIENT',-5000,-2000,\n      [{n,1}],\n      \
         [{event,-4000,<<\"tried\">>,[{<<\"k\">>,true}]}],\n      [],undefined,1,false,undefined}\n\
         {span,170,177,undefined,undefined,order,internal,-6000,-1000,[],[],[],undefined,1,false,\n      \
         {instrumentation_library,<<\"till\">>,<<\"0.1.0\">>}}\n",
    );
    let child = store.spans().find(|span| span.depth() == 1).expect("a child");
    assert_eq!((child.kind().as_str(), child.start_ns(), child.duration_ns()), ("client", Some(1000), Some(3000)));
    assert_eq!(child.attributes().count(), 1);
    let event = child.events().next().expect("an event");
    assert_eq!((event.name().into_owned(), event.time_ns()), ("tried".to_owned(), Some(2000)));
    assert_eq!(store.spans().find(|span| span.depth() == 0).map(|span| span.scope().name()), Some("till"));
}

#[test]
fn times_of_the_collector_may_name_a_zone_of_any_place() {
    let store = store(
        "ResourceSpans #0\nSpan #0\n    Trace ID       : 000000000000000000000000000000aa\n    ID             : 00000000000000a1\n    Name           : pay\n    \
         Start time     : 2026-11-22 08:14:01.5 +0100 CET\n    End time       : 2026-11-22 04:14:02 -0300 -03\n",
    );
    let span = store.spans().next().expect("a span");
    assert_eq!(span.interval().map(|(start, end)| end - start), Some(500_000_000));
    assert_eq!(span.start_ns(), Some(1_795_331_641_500_000_000));
}

#[test]
fn dates_of_the_first_versions_of_tracing_have_no_year() {
    let outcome = outcome(
        "Nov 22 07:14:01.375  INFO order{id=7}: shop: taken\nNov 22 07:14:01.500  INFO order{id=7}: shop: close time.busy=120ms time.idle=5.00ms\n",
    );
    let span = outcome.store.spans().next().expect("a span");
    assert_eq!((span.name(), span.interval().map(|(start, end)| end - start)), ("order", Some(125_000_000)));
    assert!(outcome.inputs[0].guesses.iter().any(|guess| guess.contains("1970")));
}

#[test]
fn what_looks_alike_is_told_apart() {
    for (text, expected) in [
        (
            r#"[{"traceId":"ab","id":"1","name":"op","annotations":[{"timestamp":1,"value":"cs","endpoint":{"serviceName":"s"}}]}]"#,
            "zipkin-v1-json",
        ),
        (
            r#"[{"traceId":"ab","id":"1","name":"op","timestamp":1,"duration":2,"binaryAnnotations":[]}]"#,
            "zipkin-v1-json",
        ),
        (r#"{"traceId":"ab","id":7,"timestamp":1760000000000,"message":"hello"}"#, "not zipkin-json"),
        (r#"{"traceId":"ab","id":"7","timestamp":1760000000000,"level":"info","name":"app"}"#, "not zipkin-json"),
        (
            r#"[{"name":"build","duration":5,"timestamp":9,"id":1,"traceId":"ab","startTime":1760000000000,"tags":{}}]"#,
            "not zipkin-json",
        ),
        (r#"{"traces":[{"traceID":"ab","rootTraceName":"op","spanSet":{"spans":[{"spanID":"1"}]}}]}"#, "tempo-search"),
        (
            r#"{"traceID":"ab","spanID":"1","operationName":"op","startTimeMillis":1,"startTime":1,"process":{"serviceName":"s"}}"#,
            "jaeger-model",
        ),
        (
            r#"[{"traceId":"q6ur","spanId":"AQ==","operationName":"op","startTime":"2020-01-01T00:00:00Z"}]"#,
            "jaeger-model",
        ),
        ("{}", "not otlp-json"),
    ] {
        match expected.strip_prefix("not ") {
            Some(other) => assert_ne!(format_of(text), Some(other), "{text}"),
            None => assert_eq!(format_of(text), Some(expected), "{text}"),
        }
    }
}

#[test]
fn yaml_is_no_log_and_named() {
    let text = "resourceSpans:\n  - scopeSpans:\n      - spans:\n          - traceId: 5b8efff798038103d269b633813fc60c\n            timeUnixNano: \"1760000000000000000\"\n";
    let error = read(text.as_bytes().to_vec(), &ReadOptions::new()).expect_err("nothing to read");
    assert!(error.to_string().ends_with("found YAML with the key resourceSpans: make it JSON first."), "{error}");
}

#[test]
fn what_only_describes_spans_is_none() {
    for text in [
        // A mapping, a schema, a profile.
        r#"{"mappings":{"properties":{"traceID":{"type":"keyword"},"spanID":{"type":"keyword"},"parentSpanID":{"type":"keyword"},"startTime":{"type":"long"},"duration":{"type":"long"}}}}"#,
        r#"{"$schema":"x","properties":{"trace_id":{"type":"string"},"span_id":{"type":"string"},"parent_id":{"type":"string"},"name":{"type":"string"},"start":{"type":"integer"},"end":{"type":"integer"}}}"#,
        r#"{"resourceProfiles":[{"scopeProfiles":[{"profiles":[{"timeUnixNano":"1","durationNano":"5"}]}]}],"dictionary":{"linkTable":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}}"#,
    ] {
        let error = read(text.as_bytes().to_vec(), &ReadOptions::new()).expect_err("no spans");
        assert!(error.to_string().contains("found JSON with the keys"), "{error}");
    }
}

#[test]
fn an_event_of_sentry_may_begin_with_many_breadcrumbs() {
    let crumb = r#"{"timestamp":1767323045.5,"category":"console","level":"info","message":"stirred"}"#;
    let crumbs = vec![crumb; 1000].join(",");
    let rest = r#""contexts":{"trace":{"trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174"}},"spans":[],"start_timestamp":1767323045,"timestamp":1767323046,"transaction":"pay","type":"transaction"}"#;
    let text = format!(r#"{{"event_id":"7","message":"","breadcrumbs":{{"values":[{crumbs}]}},{rest}"#);
    assert_eq!(format_of(&text), Some("sentry"));
    assert_eq!(store(&text).traces().map(|trace| trace.span_count()).collect::<Vec<_>>(), [1]);
}
