//! What people paste has something around it: prompts, prefixes, colours, Markdown, another encoding. The trace is the same.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use dump::dump;
use spanscope::{Outcome, ReadOptions, detect, read};

const SAMPLES: [(&str, &str); 3] = [
    ("otlp-json", include_str!("data/otlp-json/order.json")),
    ("jaeger-json", include_str!("data/jaeger-json/order.json")),
    ("zipkin-json", include_str!("data/zipkin-json/order.json")),
];

fn outcome(bytes: Vec<u8>) -> Outcome {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    read(bytes, &ReadOptions::new()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Every line behind `prefix`.
fn prefixed(text: &str, prefix: &str) -> String {
    text.lines().map(|line| format!("{prefix}{line}\n")).collect()
}

#[test]
fn a_trace_is_the_same_whatever_stands_around_it() {
    for (format, text) in SAMPLES {
        let expected = dump(&outcome(text.into()).store);
        let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let coloured: String = text.replace(':', "\x1b[2m:\x1b[0m");
        let wrapped: [(Vec<u8>, &str); 22] = [
            (format!("\u{feff}{text}").into(), "byte order mark"),
            (utf16(u16::to_le_bytes), "UTF-16 (little-endian)"),
            (utf16(u16::to_be_bytes), "UTF-16 (big-endian)"),
            ([&b"\xff\xfe"[..], &utf16(u16::to_le_bytes)].concat(), "UTF-16 (little-endian)"),
            (coloured.into(), "ANSI"),
            (prefixed(text, "shop-1  | ").into(), "docker compose"),
            (prefixed(text, "[pod/shop-5d4f/app] ").into(), "kubectl"),
            (prefixed(text, "logs/shop.log:").into(), "grep"),
            (prefixed(text, "\x1b[36mshop-1  | \x1b[0m").into(), "docker compose"),
            (format!("Look at this:\n\n```json\n{text}\n```\nStrange.\n").into(), "fenced block"),
            (format!("$ curl -s localhost/api\nHTTP/1.1 200 OK\nServer: x\n\n{text}").into(), "before the JSON"),
            (prefixed(text, "out.log:shop-1  | ").into(), "docker compose"),
            (prefixed(text, "[pod/shop-5d4f/app] shop.log:").into(), "grep"),
            (prefixed(text, "+").into(), "a difference"),
            (format!("<body><PRE>{text}</PRE>\n</body>").into(), "HTML"),
            (format!("// What came back:\nconst trace = {text};\n").into(), "the text around"),
            (prefixed(text, "[2026-01-02T03:04:05.678Z] ").into(), "the date and time"),
            (prefixed(text, "2026-01-02T03:04:05.678901+00:00 app[web.1]: ").into(), "the date and time"),
            (prefixed(text, "shop.1.x7@node1    | ").into(), "docker compose"),
            (prefixed(text, "[0] ").into(), "with which each line begins"),
            (prefixed(text, "   shop │ ").into(), "with which each line begins"),
            (text.replace('\n', "\r\n").into(), ""),
        ];
        for (bytes, note) in wrapped {
            assert_eq!(detect(&bytes).candidates[0].format.id, format, "{note}");
            let found = outcome(bytes);
            assert_eq!(dump(&found.store), expected, "{format}, {note}");
            let guesses = found.inputs[0].guesses.join("\n");
            assert!(guesses.contains(note) && guesses.is_empty() == note.is_empty(), "{note}: {guesses}");
            assert_eq!(found.store.warnings(), [], "{format}, {note}");
        }
    }
}

#[test]
fn line_ends_of_windows_are_in_no_value() {
    for text in [
        include_str!("data/collector-debug/detailed.txt"),
        include_str!("data/console-dotnet/shop.txt"),
        include_str!("data/console-erlang/bridge.txt"),
        include_str!("data/logs/brackets.log"),
        include_str!("data/logs/spring.log"),
    ] {
        let expected = outcome(text.into());
        let found = outcome(text.replace('\n', "\r\n").into());
        assert_eq!(dump(&found.store), dump(&expected.store));
        assert_eq!(found.inputs[0].guesses, expected.inputs[0].guesses);
    }
}

#[test]
fn objects_around_a_document_are_left_out() {
    let around: [fn(&str) -> String; 4] = [
        |text| format!("{{\"code\":0,\"response\":{{\"status\":200,\"body\":{text}}}}}"),
        |text| format!("{{\"data\":{text}}}"),
        |text| format!("{{\"traces\":{text},\"total\":1}}"),
        |text| format!("{{\"a\":[1],\"b\":{{\"c\":{{\"d\":{{}},\"e\":{text}}}}}}}"),
    ];
    for (format, text) in SAMPLES.into_iter().chain([
        ("honeycomb", include_str!("data/honeycomb/batch.json")),
        ("newrelic", include_str!("data/newrelic/batch.json")),
        ("skywalking", include_str!("data/skywalking/segments.json")),
        ("gcp-trace", include_str!("data/gcp-trace/v1.json")),
    ]) {
        let expected = dump(&outcome(text.into()).store);
        for wrap in around {
            let wrapped = wrap(text);
            let found = outcome(wrapped.clone().into());
            assert_eq!(found.inputs[0].format.id, format, "{wrapped}");
            assert_eq!(dump(&found.store), expected, "{wrapped}");
            let named = read(wrapped.clone(), &ReadOptions::new().with_format(format)).expect("readable");
            assert_eq!(dump(&named.store), expected, "{wrapped}");
        }
    }
}

#[test]
fn several_fenced_blocks_are_several_documents() {
    let (_, text) = SAMPLES[0];
    let found = outcome(format!("One:\n```\n{text}\n```\nTwo:\n~~~json\n{text}\n~~~\n").into());
    assert_eq!(found.store.span_count(), 6);
    assert_eq!(found.inputs[0].skipped, []);
}

#[test]
fn documents_of_other_formats_are_told() {
    let [(_, otlp), (_, jaeger), (_, zipkin)] = SAMPLES;
    let go = r#"{"Name":"go","SpanContext":{"TraceID":"ab","SpanID":"cd"},"StartTime":"2026-01-02T03:04:05Z","EndTime":"2026-01-02T03:04:06Z"}"#;
    let all = outcome(format!("{jaeger}\n{zipkin}\n{go}\n{go}\n{jaeger}{otlp}\n{{\"resourceMetrics\":[]}}\n").into());
    assert_eq!(all.store.span_count(), 3 + 3 + 2 + 3 + 3);
    let report = &all.inputs[0];
    assert_eq!(report.format.id, "jaeger-json");
    assert_eq!(
        report.guesses,
        ["Zipkin JSON (v2)", "Go stdouttrace", "OTLP JSON"]
            .map(|name| format!("Read what else stands there as {name}."))
    );
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
    let text = format!("{jaeger}\n{zipkin}\n{go}\n{go}\n{jaeger}{otlp}\n");
    assert_eq!(report.skipped[0].position.line as usize, text.matches('\n').count() + 1);
    // A place that is named inside of one counts from the beginning of all.
    let text = format!("{jaeger}\n{zipkin}\n[1,2");
    let cut = outcome(text.clone().into());
    let reasons: Vec<&str> = cut.inputs[0].skipped.iter().map(|part| part.reason.as_str()).collect();
    let end = format!("found the end of the input at line {}, column 5 (byte {}).", text.lines().count(), text.len());
    assert!(reasons.iter().any(|reason| reason.ends_with(&end)), "{reasons:?}");
}

#[test]
fn spans_of_zipkins_first_version_may_stand_behind_those_of_the_second() {
    let (_, second) = SAMPLES[2];
    let first = r#"[{"traceId":"00000000000000c1","id":"00000000000000c1","name":"brew","annotations":[{"timestamp":1760000000000000,"value":"sr","endpoint":{"serviceName":"kettle","ipv4":"10.0.0.9","port":80}},{"timestamp":1760000000003000,"value":"ss","endpoint":{"serviceName":"kettle"}}],"binaryAnnotations":[{"key":"leaves","value":"green","endpoint":{"serviceName":"kettle"}}]}]"#;
    let alone = dump(&outcome(first.into()).store);
    assert!(alone.contains("\"kettle\"; server") && alone.contains("\"leaves\" = string \"green\""), "{alone}");
    let spans = outcome(second.into()).store.span_count();
    for text in [format!("{second}\n{first}\n"), format!("{second}\n{first}\n{second}{first}\n")] {
        let found = outcome(text.into());
        let report = &found.inputs[0];
        assert_eq!((report.format.id, report.skipped.len()), ("zipkin-json", 0), "{:?}", report.skipped);
        assert!(report.guesses.iter().any(|guess| guess == "Read what else stands there as Zipkin JSON (v1)."));
        // What the first version says of its span is what it says alone; two with one id are told.
        let dump = dump(&found.store);
        let its = alone.lines().skip(1).filter(|line| !line.contains("warning"));
        assert!(its.clone().count() == 5 && its.into_iter().all(|line| dump.contains(line)), "{dump}");
        assert_eq!(found.store.span_count() % (spans + 1), 0);
    }
}

#[test]
fn several_assignments_are_several_documents() {
    let (_, text) = SAMPLES[0];
    let script = format!("const first = {text};\nexport const second = {text}\nexport default [first, second];\n");
    let found = outcome(script.into());
    assert_eq!(found.store.span_count(), 6);
    assert_eq!(found.inputs[0].skipped, []);
    assert_eq!(found.inputs[0].guesses, ["Left out the text around the JSON."]);
}

#[test]
fn the_name_next_to_a_line_is_the_service() {
    let line = |name: &str, span: u8| {
        format!(
            "out.log:{span}:{name}  | {{\"time\":\"2026-01-02T03:04:0{span}Z\",\"level\":\"info\",\"msg\":\"m\",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b{span}\"}}\n"
        )
    };
    let found = outcome((line("till-1", 1) + &line("stock-1", 2)).into());
    let services: Vec<&str> = found.store.spans().map(|span| span.service()).collect();
    assert_eq!(services, ["till-1", "stock-1"]);
}

#[test]
fn a_service_that_a_line_names_is_not_the_one_next_to_it() {
    let line = |more: &str, time: u8| {
        format!(
            "web-1  | {{\"time\":\"2026-01-02T03:04:0{time}Z\",\"level\":\"info\",\"msg\":\"m\",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\"{more}}}\n"
        )
    };
    for text in [
        line("", 1) + &line(r#","service":"till""#, 2),
        line(r#","service":"till""#, 1) + &line("", 2),
        "web-1  | time=2026-01-02T03:04:01Z level=info msg=\"paid at last\" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 service.name=till\n".to_owned(),
        "[pod/till-5d4f/web-1] 2026-01-02 03:04:01.100  INFO [till,4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7,true] 1 --- [exec-1] o.e.Till : paid\n".to_owned(),
        "web-1  | 2026-01-02T03:04:01.100Z  INFO 1 --- [till] [exec-1] [4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7] o.e.Till : paid\n".to_owned(),
        "web-1  | 2026-01-02 03:04:01,100 INFO [app] [a.py:1] [trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 resource.service.name=till trace_sampled=True] - paid\n".to_owned(),
        "web-1  | 2026-01-02 03:04:01,100 INFO [app] [dd.service=till dd.env=prod dd.trace_id=4bf92f3577b34da6a3ce929d0e0e4736 dd.span_id=67667974448284343] - paid\n".to_owned(),
    ] {
        let found = outcome(text.clone().into());
        assert_eq!(found.store.spans().map(|span| span.service()).collect::<Vec<_>>(), ["till"], "{text}");
    }
}

#[test]
fn lines_of_a_log_around_spans_are_events_of_them() {
    for (format, text) in SAMPLES {
        let whole = outcome(text.into()).store;
        let span = whole.spans().next().expect("a span");
        let (trace, id) = (whole.trace(span.trace()).expect("its trace").id(), span.id());
        let events = |store: &spanscope::Store| store.spans().map(|span| span.events().count()).sum::<usize>();
        let line = format!("2026-01-02 03:04:05,100 INFO [app] [trace_id={trace} span_id={id}] - paid\n");
        let json = format!(
            "{{\"level\":\"info\",\"time\":\"2026-01-02T03:04:05Z\",\"msg\":\"paid\",\"trace_id\":\"{trace}\",\"span_id\":\"{id}\"}}\n"
        );
        let none = "2026-01-02 03:04:05,100 INFO ready\n";
        for (document, lines, skipped) in [
            (format!("{line}{line}{text}"), 2, 0),
            (format!("{json}{json}{text}"), 2, 0),
            (format!("{text}\n{line}"), 1, 0),
            (format!("{text}\n{json}"), 1, 0),
            (format!("{line}{text}\n{json}"), 2, 0),
            (format!("{none}{line}{text}\n{line}"), 2, 1),
            (format!("{line}{none}{none}{text}\n"), 1, 1),
        ] {
            let found = outcome(document.clone().into());
            assert_eq!(found.inputs[0].format.id, format, "{document}");
            assert_eq!(found.store.span_count(), whole.span_count(), "{document}");
            assert_eq!(events(&found.store), events(&whole) + lines, "{document}");
            assert_eq!(found.inputs[0].skipped.len(), skipped, "{:?}\n{document}", found.inputs[0].skipped);
        }
    }
}

#[test]
fn documents_behind_what_a_log_puts_before_them_are_read() {
    let span = |id: &str, parent: &str| {
        format!(
            r#"{{"traceId":"00000000000000aa","id":"{id}"{parent},"name":"pay","timestamp":1790000000000000,"duration":5,"localEndpoint":{{"serviceName":"shop"}}}}"#
        )
    };
    let (one, two) = (span("00000000000000a1", ""), span("00000000000000b1", ",\"parentId\":\"00000000000000a1\""));
    let expected = dump(&outcome(format!("{one}\n{two}\n").into()).store);
    let head = "2026-11-22 07:14:01.375  INFO [shop,,,] 7 --- [main] zipkin2.reporter.Reporter$1 : ";
    for text in [
        format!("{head}{one}\n{head}{two}\n"),
        format!("{head}started\n{head}Reporting [{one}]\n{head}Reporting [{two}]\n"),
    ] {
        let found = outcome(text.into());
        assert_eq!(found.inputs[0].format.id, "zipkin-json");
        assert_eq!(dump(&found.store), expected);
        assert!(found.inputs[0].guesses[0].starts_with("Removed what a log puts before each line"));
    }
    // The fields of a line of a log are no span.
    let line = format!("{head}paid {{\"traceId\":\"{:032x}\",\"id\":\"7\",\"start\":1}}\n", 0xaa);
    assert_eq!(outcome(line.into()).inputs[0].format.id, "logs");
}

#[test]
fn trailing_commas_are_read_over_and_told() {
    for (format, text) in SAMPLES {
        let expected = dump(&outcome(text.into()).store);
        // Before every closing bracket that does not follow an opening one.
        let mut repaired = String::new();
        let mut in_string = false;
        let mut count = 0;
        let mut last = ' ';
        for (at, character) in text.char_indices() {
            in_string ^= character == '"' && !text[..at].ends_with('\\');
            if !in_string && matches!(character, ']' | '}') && !matches!(last, '[' | '{') {
                repaired.push_str(", ");
                count += 1;
            }
            repaired.push(character);
            if !character.is_whitespace() {
                last = character;
            }
        }
        let found = outcome(repaired.into());
        assert_eq!(dump(&found.store), expected, "{format}");
        let told = format!("Read {count} commas behind last elements as if they were not there.");
        assert_eq!(found.inputs[0].guesses, [told]);
        assert_eq!(found.store.warnings(), []);
    }
}

#[test]
fn a_comma_that_cannot_be_helped_is_an_error_like_others() {
    let (_, text) = SAMPLES[0];
    let found = outcome(format!("{text}\n{{\"a\":[1,,]}}\n{{\"a\":1,}}\n").into());
    assert_eq!(found.store.span_count(), 3);
    let reasons: Vec<&str> = found.inputs[0].skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].starts_with("Expected a JSON value, found `]}`"), "{reasons:?}");
}

#[test]
fn a_missing_bracket_at_the_end_is_a_warning() {
    for (format, text) in SAMPLES {
        let whole = outcome(text.into()).store.span_count();
        let found = outcome(text.trim_end()[..text.trim_end().len() - 1].into());
        assert_eq!(found.store.span_count(), whole, "{format}");
        assert!(found.store.warnings().iter().any(|warning| warning.kind.as_str() == "truncated"), "{format}");
    }
}

#[test]
fn lines_keep_their_numbers() {
    let (_, text) = SAMPLES[0];
    let line = text.replace('\n', "");
    let bad = format!("Here:\n```\n{line}\n{{\"resourceSpans\":[}}\n{line}\n```\n");
    let found = outcome(bad.into());
    assert_eq!(found.store.span_count(), 6);
    assert_eq!(found.inputs[0].skipped[0].position.line, 4);
    // A line that is never closed takes nothing from the next one.
    let open = outcome(format!("{line}\n{{\"resourceSpans\":[]\n{line}\n").into());
    assert_eq!((open.store.span_count(), open.inputs[0].skipped.len()), (6, 1));
    let prefixed = format!("shop-1  | {line}\nshop-1  | {{\"resourceSpans\":[}}\nshop-1  | {line}\n");
    assert_eq!(outcome(prefixed.into()).inputs[0].skipped[0].position.line, 2);
}

#[test]
fn trees_whose_closing_brackets_alone_are_missing_are_whole() {
    // Formats whose spans are read as trees: the last one is not lost.
    for (format, text) in [
        ("console-python", include_str!("data/console-python/orders.txt")),
        ("console-go", include_str!("data/console-go/bakery.jsonl")),
        ("xray-json", include_str!("data/xray-json/segments.jsonl")),
        ("grafana-frame", include_str!("data/grafana-frame/query.json")),
        ("gcp-trace", include_str!("data/gcp-trace/v2.json")),
        ("sentry", include_str!("data/sentry/event.json")),
    ] {
        let whole = outcome(text.into());
        let cut = text.trim_end();
        let found = outcome(cut[..cut.len() - 1].trim_end().into());
        assert_eq!(found.inputs[0].format.id, format);
        assert_eq!(found.store.span_count(), whole.store.span_count(), "{format}");
        let told = |warning: &spanscope::Warning| warning.kind.as_str() == "truncated";
        assert!(found.store.warnings().iter().any(told), "{format}: {:?}", found.store.warnings());
    }
}

#[test]
fn what_was_whole_is_kept_of_a_tree_that_ends_inside_of_a_value() {
    for (format, text, spans) in [
        ("gcp-trace", include_str!("data/gcp-trace/v2.json"), 1),
        ("newrelic", include_str!("data/newrelic/batch.json"), 1),
        ("tempo-search", include_str!("data/tempo-search/selected.json"), 2),
        ("grafana-frame", include_str!("data/grafana-frame/query.json"), 2),
        ("otlp-logs", include_str!("data/otlp-logs/records.jsonl"), 1),
    ] {
        let text = text.trim_end();
        let found = outcome(text.as_bytes()[..text.len() * 85 / 100].to_vec());
        assert_eq!(found.inputs[0].format.id, format);
        assert_eq!(found.store.span_count(), spans, "{format}");
        assert!(found.store.warnings().iter().any(|warning| warning.kind.as_str() == "truncated"), "{format}");
    }
    let line = r#"{"time":"2026-01-02T03:04:05Z","msg":"a","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}"#;
    let found = outcome(format!("{line}\n{}", &line[..100]).into());
    assert_eq!(found.store.spans().map(|span| span.events().count()).sum::<usize>(), 1);
    assert_eq!(found.store.warnings()[0].kind.as_str(), "truncated");
}

#[test]
fn a_fence_inside_of_a_list_takes_its_indentation_from_the_lines() {
    let text = include_str!("data/collector-debug/detailed.txt");
    let indented: String = text.lines().map(|line| format!("   {line}\n")).collect();
    let found = outcome(format!("1. Print it:\n\n   ```text\n{indented}   ```\n").into());
    assert_eq!(dump(&found.store), dump(&outcome(text.into()).store));
}

/// A value as Python or Node prints it.
fn printed(value: &serde_json::Value, python: bool) -> String {
    use serde_json::Value;
    let text = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"));
    match value {
        Value::Bool(true) if python => "True".to_owned(),
        Value::Bool(false) if python => "False".to_owned(),
        Value::Null if python => "None".to_owned(),
        Value::String(string) => text(string),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| printed(item, python)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let bare = |key: &str| !python && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let key = |key: &String| if bare(key) { key.clone() } else { text(key) };
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", key(name), printed(value, python))).collect();
            format!("{{{}}}", members.join(",\n  "))
        }
        other => other.to_string(),
    }
}

#[test]
fn a_trace_is_the_same_as_python_and_node_print_it() {
    for (format, text) in SAMPLES {
        let expected = dump(&outcome(text.into()).store);
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        for python in [true, false] {
            // The end of a long one is not in what is looked at.
            for behind in ["\n".to_owned(), " ".repeat(70_000)] {
                let printed = printed(&value, python) + &behind;
                assert_eq!(detect(printed.as_bytes()).candidates[0].format.id, format, "{printed}");
                let found = outcome(printed.into());
                assert_eq!(dump(&found.store), expected, "{format}");
                assert!(found.inputs[0].guesses[0].contains("the notation of its language"));
            }
        }
    }
}

#[test]
fn documents_of_zipkin_in_the_answer_of_elasticsearch_are_its_spans() {
    let (format, text) = SAMPLES[2];
    let expected = outcome(text.into());
    let spans: Vec<serde_json::Value> = serde_json::from_str(text).expect("a list");
    let hits = spans.iter().map(|span| {
        format!(
            r#"{{"_index":"zipkin-span-2026-03-02","_id":"{span_number}","_score":1.0,"_source":{span}}}"#,
            span_number = 7
        )
    });
    let answer = format!(
        r#"{{"took":3,"timed_out":false,"hits":{{"total":{{"value":9}},"hits":[{}]}}}}"#,
        hits.collect::<Vec<_>>().join(",\n")
    );
    let found = outcome(answer.clone().into());
    assert_eq!(found.inputs[0].format.id, format);
    assert_eq!(dump(&found.store), dump(&expected.store));
    // They stand where they stood.
    let place = found.store.spans().next().and_then(|span| span.source()).expect("a place").offset as usize;
    assert!(answer[place..].starts_with(r#"{""#) && answer[..place].ends_with(r#""_source":"#));
    // The answer breaks off behind a document.
    let cut = outcome(answer[..answer.len() - 4].into());
    assert_eq!(dump(&cut.store), dump(&expected.store));
}

#[test]
fn calls_in_what_python_prints_are_texts() {
    let text = "[{'span_id': 'a1', 'trace_id': 'ab', 'parent_id': None, 'name': \"it's\", 'start': 1772445600000, 'end': 1772445600005,\n \
                'at': datetime.datetime(2026, 3, 2, tzinfo=tzutc()), 'kg': (1, 2), 'ok': True}]";
    let found = outcome(text.into());
    let span = found.store.spans().next().expect("a span");
    assert_eq!((span.name(), span.duration_ns()), ("it's", Some(5_000_000)));
    let value = |key: &str| span.attribute(key).map(|value| value.to_string()).unwrap_or_default();
    assert_eq!(value("at"), "datetime.datetime(2026, 3, 2, tzinfo=tzutc())");
    assert_eq!(value("ok"), "true");
}

#[test]
fn a_document_whose_quotes_are_escaped_is_read() {
    for (format, text) in SAMPLES {
        let expected = dump(&outcome(text.into()).store);
        let escaped = serde_json::to_string(text.trim()).expect("a text");
        for text in [escaped.as_str(), escaped.trim_matches('"')] {
            let found = outcome(text.into());
            assert_eq!(found.inputs[0].format.id, format);
            assert_eq!(dump(&found.store), expected, "{format}");
        }
    }
}
