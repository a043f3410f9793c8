//! Headers found in pasted text, and explained.

use proptest::prelude::*;
use spanscope::context::{Explanation, explain};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The headers of a text as `name=value (place)`, one a line.
fn found(text: &str) -> String {
    let line = |e: &Explanation| format!("{}={} ({})", e.header, e.value, e.place.as_str());
    let explained = explain(text);
    for explanation in &explained {
        assert!(text.get(explanation.start..explanation.end).is_some(), "{explanation:?}");
    }
    explained.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_value_alone_is_known_by_its_shape() {
    let cases = [
        (PARENT, "traceparent"),
        ("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", "b3"),
        ("8448eb211c80319c-b7ad6b7169203331", "b3"),
        ("8448eb211c80319c:b7ad6b7169203331:0:1", "uber-trace-id"),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", "x-amzn-trace-id"),
        ("0af7651916cd43dd8448eb211c80319c/1;o=1", "x-cloud-trace-context"),
        ("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01", "traceparent"),
        ("00-0af76519-16cd-43dd-8448-eb211c80319c-b7ad6b7169203331-01", "traceparent"),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01", "traceparent"),
        ("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "traceparent"),
        ("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331\"", "traceparent"),
        ("000af7651916cd43dd8448eb211c80319cb7ad6b716920333101", "traceparent"),
    ];
    for (value, header) in cases {
        assert_eq!(found(&format!("  {value}\n")), format!("{header}={value} (alone)"));
    }
}

#[test]
fn a_value_alone_in_quotes_or_joined_with_another_is_refused_as_it_stands() {
    let joined = [format!("{PARENT},{PARENT}"), format!("{PARENT}, {PARENT} ,\t{PARENT}")];
    let quoted = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('„', '“'), ('‘', '’'), ('«', '»')];
    let quoted = quoted.map(|(open, close)| format!("{open}{PARENT}{close}"));
    let quoted = quoted.into_iter().chain([format!("{PARENT}\"")]);
    let cases = joined
        .into_iter()
        .map(|text| (text, "joined by a comma"))
        .chain(quoted.map(|text| (text, "remove the quotes")));
    for (value, hint) in cases {
        let [explained] = explain(&format!(" {value}\n")).try_into().unwrap();
        assert_eq!(
            (explained.value.as_str(), explained.place.as_str(), &explained.context),
            (value.as_str(), "alone", &None)
        );
        let [problem] = explained.problems.as_slice() else { panic!("{value}: {:?}", explained.problems) };
        assert!(problem.to_string().contains(hint), "{problem}");
    }
    // Where quotes are what the text is made of, they are no fault.
    for text in [format!("TRACEPARENT=\"{PARENT}\""), format!("[\"{PARENT}\"]"), format!("x \"{PARENT}\"")] {
        assert!(explain(&text)[0].context.is_some(), "{text}");
    }
}

#[test]
fn a_value_may_stand_on_the_line_after_its_name() {
    let text = format!("traceparent:\n{PARENT}\ntracestate:\n  a=1\nb3:\r\n0\r\n");
    assert_eq!(found(&text), format!("traceparent={PARENT} (header)\ntracestate=a=1 (header)\nb3=0 (header)"));
    assert_eq!(explain(&text)[0].context.as_ref().map(|context| context.trace_state().as_str()), Some("a=1"));
    for empty in [
        "tracestate:\nx-other: a=1\n",
        "tracestate:\n\na=1",
        "> tracestate:\n> a=1\n",
        "tracestate:\nserver-timing: a=1",
    ] {
        assert_eq!(explain(empty)[0].value, "", "{empty:?}");
    }
}

#[test]
fn a_header_that_stands_twice_in_a_message_is_refused_twice() {
    let other = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01";
    let twice = [
        format!("traceparent: {PARENT}\ntraceparent: {other}\n"),
        format!("traceparent: {PARENT}\r\nHost: example.com\r\nx-other: a: b\r\nTraceparent: {other}\r\n"),
        format!("> GET / HTTP/1.1\n> traceparent: {PARENT}\n> accept: */*\n> traceparent: {other}\n>\n"),
        format!("curl -H 'traceparent: {PARENT}' -H 'traceparent: {other}' localhost"),
    ];
    for text in twice {
        let explained = explain(&text);
        assert_eq!(explained.len(), 2, "{text}");
        for explanation in explained {
            assert_eq!(explanation.fields.len(), 4);
            assert_eq!((&explanation.context, explanation.others.len()), (&None, 0), "{text}");
            let [problem] = explanation.problems.as_slice() else { panic!("{text}: {:?}", explanation.problems) };
            assert_eq!((problem.reason().as_str(), problem.offset()), ("trailing", Some(55)));
            assert!(problem.to_string().contains("one header of this name"), "{problem}");
        }
    }
    let two_messages = [
        format!("traceparent: {PARENT}\n\ntraceparent: {other}\n"),
        format!("> traceparent: {PARENT}\n< traceparent: {other}\n"),
        format!("GET / HTTP/1.1\ntraceparent: {PARENT}\nGET / HTTP/1.1\ntraceparent: {other}\n"),
        format!("TRACEPARENT={PARENT}\nTRACEPARENT={other}\n"),
        format!("first traceparent={PARENT} and\nthen traceparent={other}\n"),
    ];
    for text in two_messages {
        let explained = explain(&text);
        assert!(
            explained.len() == 2 && explained.iter().all(|e| e.context.is_some() && e.problems.is_empty()),
            "{text}"
        );
    }
    // What is wrong with one alone is said as well.
    let explained = explain(&format!("b3: 0\ntraceparent: {PARENT}\ntraceparent: {}\n", &PARENT[..54]));
    assert!(explained[0].problems.is_empty());
    assert_eq!((explained[1].problems.len(), explained[2].problems.len()), (1, 2));
    // What combines may stand as often as it likes.
    assert!(explain("baggage: a=1\nbaggage: b=2").iter().all(|e| e.problems.is_empty()));
}

#[test]
fn text_without_headers_has_none() {
    let texts = [
        "",
        " ",
        "\n",
        "hello",
        "{}",
        "0af7651916cd43dd8448eb211c80319c",
        "b970dafd-0d95-40aa-95d8-1d8725aebe40",
        "b970dafd-0d95-40aa-95d8-1d8725aebe40 b970dafd-0d95-40aa-95d8-1d8725aebe41",
        "see section b3: there it is",
        "the traceparent: header",
        "we lost our baggage = sad",
        "plan b3, then c",
        "a=1,b=2",
        "12:34:56:78 nine",
    ];
    for text in texts {
        assert_eq!(found(text), "", "{text}");
    }
}

#[test]
fn headers_are_found_wherever_they_are_pasted_from() {
    let cases = [
        // A block of headers, with line ends of either kind.
        (
            format!("Host: example.com\r\nTraceParent: {PARENT}\r\ntracestate: a=1, b=2\r\n\r\n"),
            format!("traceparent={PARENT} (header)\ntracestate=a=1, b=2 (header)"),
        ),
        // curl -v, and its command line.
        (
            format!("> GET / HTTP/1.1\n> traceparent: {PARENT}\n>\n< HTTP/1.1 200 OK\n"),
            format!("traceparent={PARENT} (header)"),
        ),
        (format!("* [HTTP/2] [1] [traceparent: {PARENT}]"), format!("traceparent={PARENT} (log)")),
        (
            format!("curl -H 'traceparent: {PARENT}' -H \"baggage: user=al ice, k=v\" https://example.com"),
            format!("traceparent={PARENT} (header)\nbaggage=user=al ice, k=v (header)"),
        ),
        // An environment.
        (
            format!(
                "PATH=/bin\nTRACEPARENT={PARENT}\nexport BAGGAGE='a=1, b=2'\nX_B3_TRACEID=8448eb211c80319c\n_X_AMZN_TRACE_ID=Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
            ),
            format!(
                "traceparent={PARENT} (environment)\nbaggage=a=1, b=2 (environment)\nx-b3-traceid=8448eb211c80319c (environment)\nx-amzn-trace-id=Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1 (environment)"
            ),
        ),
        (format!("HTTP_TRACEPARENT={PARENT}"), format!("traceparent={PARENT} (environment)")),
        // Log lines.
        (
            format!("2026-11-22T20:44:01Z level=info traceparent={PARENT} tracestate=a=1,b=2 took=3ms"),
            format!("traceparent={PARENT} (log)\ntracestate=a=1,b=2 (log)"),
        ),
        (
            format!("ts=1 traceparent=\"{PARENT}\" b3=0 msg=\"b3: fine\""),
            format!("traceparent={PARENT} (log)\nb3=0 (log)"),
        ),
        (format!("handling {PARENT} (slow), 3 ms"), format!("traceparent={PARENT} (log)")),
        (
            format!("traceparent={PARENT},tracestate=a=1,baggage=k=v."),
            format!("traceparent={PARENT} (log)\ntracestate=a=1 (log)\nbaggage=k=v (log)"),
        ),
        // JSON, also within a string, and a list of pairs.
        (
            format!("{{\"http.request.header.traceparent\": [\"{PARENT}\"], \"baggage\":\"k=\\\"v\"}}"),
            format!("traceparent={PARENT} (json)\nbaggage=k=\"v (json)"),
        ),
        (
            format!("{{\"message\":\"{{\\\"traceparent\\\":\\\"{PARENT}\\\",\\\"b3\\\":\\\"d\\\"}}\"}}"),
            format!("traceparent={PARENT} (json)\nb3=d (json)"),
        ),
        (
            format!("[[\"traceparent\",\"{PARENT}\"],[\"b3\",\"1\"]]"),
            format!("traceparent={PARENT} (json)\nb3=1 (json)"),
        ),
        (
            format!("{{\"traceparent\":[\"{PARENT}\", \"x\"]}}"),
            format!("traceparent={PARENT} (json)\ntraceparent=x (json)"),
        ),
        (
            format!("map[Traceparent:[{PARENT}] Tracestate:[a=1]]"),
            format!("traceparent={PARENT} (log)\ntracestate=a=1 (log)"),
        ),
        // SQL, pages, timings.
        (
            format!("SELECT 1 /*db='a',traceparent='{PARENT}',tracestate='a%3D1%2Cb%3D2'*/;"),
            format!("traceparent={PARENT} (sql-comment)\ntracestate=a=1,b=2 (sql-comment)"),
        ),
        (
            format!("<html><meta charset=utf-8><meta content='{PARENT}' name=traceparent><p>traceparent: {PARENT}"),
            format!("traceparent={PARENT} (html)\ntraceparent={PARENT} (log)"),
        ),
        (
            format!("< Server-Timing: cache;dur=1, traceparent;desc=\"{PARENT}\""),
            format!("server-timing=cache;dur=1, traceparent;desc=\"{PARENT}\" (header)"),
        ),
        // Text around them that is not ASCII.
        (format!("é “traceparent”: “x” — traceparent={PARENT}…"), format!("traceparent={PARENT}… (log)")),
    ];
    for (text, expected) in cases {
        assert_eq!(found(&text), expected, "{text}");
    }
}

/// The parts of the first header, as `name: text`.
fn fields(text: &str) -> Vec<String> {
    let explained = explain(text).remove(0);
    explained
        .fields
        .iter()
        .map(|field| format!("{}: {}", field.name, &explained.value[field.start..field.end]))
        .collect()
}

fn meanings(text: &str) -> String {
    explain(text).remove(0).fields.iter().map(|field| field.meaning.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_header_is_taken_apart() {
    let cases = [
        (
            "traceparent: cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            vec![
                "version: cc",
                "trace id: 0af7651916cd43dd8448eb211c80319c",
                "parent id: b7ad6b7169203331",
                "trace flags: 01",
                "more: more",
            ],
        ),
        (
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
            vec!["version: 00", "trace id: 0af7651916cd43dd8448eb211c80319c"],
        ),
        ("tracestate: ot=th:c , dd=s:2", vec!["key: ot", "value: th:c", "key: dd", "value: s:2"]),
        (
            "baggage: a = b%20c ; p = q, d=e",
            vec!["key: a", "value: b%20c", "property: p", "value: q", "key: d", "value: e"],
        ),
        (
            "b3: 8448eb211c80319c-b7ad6b7169203331-d-05e3ac9a4f6e3b90",
            vec![
                "trace id: 8448eb211c80319c",
                "span id: b7ad6b7169203331",
                "sampling state: d",
                "parent id: 05e3ac9a4f6e3b90",
            ],
        ),
        ("b3: 1", vec!["sampling state: 1"]),
        ("uber-trace-id: 1f%3A2%3A0%3A3", vec!["trace id: 1f", "span id: 2", "parent id: 0", "flags: 3"]),
        (
            "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793; Parent=53995c3f42cd8ad8;Sampled=?;Self=1",
            vec![
                "version: 1",
                "trace id: 5759e988-bd862e3fe1be46a994272793",
                "span id: 53995c3f42cd8ad8",
                "sampled: ?",
                "field: Self=1",
            ],
        ),
        (
            "X-Cloud-Trace-Context: 105445aa7843bc8bf206b12000100000/16;o=1",
            vec!["trace id: 105445aa7843bc8bf206b12000100000", "span id: 16", "options: o=1"],
        ),
        (
            "sentry-trace: 0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
            vec!["trace id: 0af7651916cd43dd8448eb211c80319c", "span id: b7ad6b7169203331", "sampled: 0"],
        ),
        (
            "x-datadog-tags: _dd.p.tid=640cfd8d00000000,_dd.p.dm=-4",
            vec!["tag: _dd.p.tid", "value: 640cfd8d00000000", "tag: _dd.p.dm", "value: -4"],
        ),
        ("x-datadog-trace-id: 255", vec!["trace id: 255"]),
        ("ot-tracer-sampled: true", vec!["sampled: true"]),
        ("uberctx-user: al%20ice", vec!["value: al%20ice"]),
        (
            "server-timing: trace;desc=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            vec![
                "version: 00",
                "trace id: 0af7651916cd43dd8448eb211c80319c",
                "parent id: b7ad6b7169203331",
                "trace flags: 01",
            ],
        ),
        (
            "grpc-trace-bin: AAAK92UZFs1D3YRI6yEcgDGcAbetKXFpIDMxAgE",
            vec!["binary context: AAAK92UZFs1D3YRI6yEcgDGcAbetKXFpIDMxAgE"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(fields(text), expected, "{text}");
    }
}

#[test]
fn meanings_say_what_the_text_does_not() {
    let cases = [
        ("tracestate: ot=th:e666", "Sampled at 10 %: a trace that was kept stands for about 10."),
        ("tracestate: dd=s:2;o:rum", "Kept by the user. From rum."),
        ("tracestate: es=s:0.25", "Sampled at the rate 0.25."),
        (
            "tracestate: 33@nr=0-0-33-2827902-7d3efb1b173fecfa-e8b91a159289ff74-1-1.23456-1518469636035",
            "sent at 2018-02-12 21:07:16 UTC",
        ),
        ("x-amzn-trace-id: Root=1-5759e988-bd862e3fe1be46a994272793", "began at 2016-06-09 22:11:20 UTC"),
        ("baggage: user=Am%C3%A9lie", "Decoded: Amélie"),
        ("x-datadog-parent-id: 255", "00000000000000ff"),
        ("x-cloud-trace-context: 105445aa7843bc8bf206b12000100000/255", "00000000000000ff"),
        ("b3: d", "debug"),
        ("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff", "The other bits have no meaning"),
        ("grpc-trace-bin: AAAK92UZFs1D3YRI6yEcgDGcAbetKXFpIDMxAgE", "0af7651916cd43dd8448eb211c80319c"),
    ];
    for (text, words) in cases {
        assert!(meanings(text).contains(words), "{text}: {}", meanings(text));
    }
}

#[test]
fn headers_that_belong_together_give_one_context() {
    let explained = explain(&format!(
        "tracestate: a=1\ntraceparent: {PARENT}\ntracestate: b=2\nx-b3-traceid: 8448eb211c80319c\nx-b3-spanid: b7ad6b7169203331\nx-b3-sampled: 0\n"
    ));
    let context = |at: usize| explained[at].context.as_ref();
    assert!(context(0).is_none() && context(2).is_none());
    // The trace state before and after it, in that order.
    assert_eq!(context(1).unwrap().trace_state().as_str(), "a=1,b=2");
    assert_eq!(context(3).unwrap().sampled(), Some(false));
    assert!(context(3).unwrap().has_narrow_trace_id());
    assert!(context(4).is_none() && context(5).is_none());
    let others: Vec<&str> = explained[1].others.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        others.contains(&"b3") && others.contains(&"x-datadog-tags") && !others.contains(&"traceparent"),
        "{others:?}"
    );
    // Headers of the next message begin anew.
    let two = explain("x-b3-traceid: 1\n\nx-b3-traceid: 8448eb211c80319c\nx-b3-spanid: b7ad6b7169203331");
    assert!(two[0].context.is_none() && two[1].context.is_some());
}

#[test]
fn another_value_in_traceparent_has_no_version() {
    for value in
        ["0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1"]
    {
        let explained = explain(&format!("traceparent: {value}"));
        assert_eq!((explained[0].fields.as_slice(), explained[0].problems.len()), ([].as_slice(), 1), "{value}");
    }
    assert_eq!(explain(&format!("traceparent: 00-X{PARENT}"))[0].fields[0].name, "version");
}

#[test]
fn fields_end_between_characters() {
    for root in ["\u{fffd}2c3d", "1\u{fffd}", "1-\u{fffd}", "", "1"] {
        for explanation in explain(&format!("Root={root};Parent=b7ad6b7169203331;Sampled=1")) {
            assert!(
                explanation.fields.iter().all(|field| explanation.value.get(field.start..field.end).is_some()),
                "{root}"
            );
        }
    }
}

#[test]
fn problems_stand_with_the_header_they_are_about() {
    let explained = explain(
        "traceparent: 0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1\ntracestate: a=1,B=2\nbaggage: k=a b\nx-b3-spanid: b7ad6b7169203331\ntraceresponse: 00",
    );
    let reasons: Vec<Vec<&str>> =
        explained.iter().map(|e| e.problems.iter().map(|p| p.reason().as_str()).collect()).collect();
    assert_eq!(reasons, [vec!["version"], vec!["key"], vec!["value"], vec!["trace-id"], vec!["version"]]);
    assert!(explained[0].problems[0].to_string().contains("b3"));
    assert_eq!(explained[1].problems[0].offset(), Some(4));
    assert_eq!(explained[4].problems[0].header(), "traceresponse");
    let quoted = explain(&format!("traceparent: \"{PARENT}\""));
    assert!(quoted[0].problems[0].to_string().contains("quotes"));
    let joined = explain(&format!("traceparent: {PARENT}, {PARENT}"));
    assert!(joined[0].problems[0].to_string().contains("joined by a comma"));
    let shouted = explain("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01");
    assert!(shouted[0].problems[0].to_string().contains("lower case"));
}

#[test]
fn a_text_full_of_names_costs_no_more_than_its_length() {
    let started = std::time::Instant::now();
    for part in [
        "b3:",
        "b3=[",
        "b3='",
        "traceparent=",
        "\"b3\":",
        "baggage: ",
        "/*b3='",
        "<meta name=b3 ",
        "tracestate=a,",
        "\\\"b3\\\":\\\"",
    ] {
        explain(&part.repeat(400_000 / part.len()));
        explain(&format!("{}{}", " ".repeat(200_000), part.repeat(200_000 / part.len())));
    }
    explain(&format!("traceparent: {}", "0".repeat(1_000_000)));
    explain(&format!("tracestate: {}", "a=1,".repeat(250_000)));
    explain(&format!("baggage: {}", "k;,=%".repeat(200_000)));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

/// Text that looks like headers here and there.
fn pasted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(PARENT.to_owned()),
        prop::sample::select(vec![
            "traceparent",
            "tracestate",
            "baggage",
            "b3",
            "x-b3-traceid",
            "X_B3_TRACEID",
            "uber-trace-id",
            "x-amzn-trace-id",
            "x-cloud-trace-context",
            "x-datadog-tags",
            "server-timing",
            "grpc-trace-bin",
            "uberctx-k",
            "sentry-trace",
            ": ",
            ":",
            "=",
            "\"",
            "'",
            "\\\"",
            "\n",
            " ",
            ",",
            ";",
            "[",
            "]",
            "/*",
            "*/",
            "<meta name=",
            " content=",
            ">",
            "a=1",
            "Root=1-",
            "%3A",
            "é",
            "desc=",
            "ot=th:c",
            "-",
            "00",
            "8448eb211c80319c",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_explained_in_order_and_in_place(text in pasted()) {
        let mut last = 0;
        for explanation in explain(&text) {
            prop_assert!(explanation.start >= last, "{text:?}");
            prop_assert!(text.get(explanation.start..explanation.end).is_some(), "{text:?}");
            last = explanation.start;
            let mut end = 0;
            for field in &explanation.fields {
                prop_assert!(field.start >= end && field.end > field.start, "{text:?}: {explanation:?}");
                prop_assert!(explanation.value.get(field.start..field.end).is_some(), "{text:?}: {explanation:?}");
                end = field.end;
            }
            for problem in &explanation.problems {
                prop_assert!(problem.offset().is_none_or(|at| at <= explanation.value.len()), "{text:?}: {problem}");
            }
        }
    }
}
