//! Lines of logs and the spans they belong to: made from the lines alone, found in the same paste, found in another input.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use spanscope::read::{ErrorKind, InputKind, read_all};
use spanscope::{Outcome, ReadOptions, Span, WarningKind, detect, read};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn outcome(text: &str) -> Outcome {
    read(text.as_bytes(), &ReadOptions::new()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Several inputs, as files dropped together.
fn joined(texts: &[&str]) -> Outcome {
    let inputs = texts.iter().map(|text| (Arc::new(text.as_bytes().to_vec()), ReadOptions::new()));
    read_all(inputs).unwrap_or_else(|error| panic!("{error}"))
}

/// A line of logfmt at so many milliseconds.
fn line(at_ms: u64, span: &str, rest: &str) -> String {
    let (seconds, millis) = (20 + at_ms / 1000, at_ms % 1000);
    format!("time=2026-09-21T14:13:{seconds:02}.{millis:03}Z level=info trace_id={TRACE} span_id={span} {rest}\n")
}

fn otlp(span: &str, name: &str) -> String {
    format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{TRACE}","spanId":"{span}","name":"{name}",
        "startTimeUnixNano":"1790000000000000000","endTimeUnixNano":"1790000001000000000",
        "events":[{{"timeUnixNano":"1790000000500000000","name":"own"}}]}}]}}]}}]}}"#
    )
    .replace('\n', " ")
        + "\n"
}

/// `depth name parent`, a line a span; the times in milliseconds since the trace began.
fn tree(outcome: &Outcome) -> Vec<String> {
    let row = |span: Span<'_>, start: u64| {
        let ms = |time: Option<u64>| time.map_or("?".to_owned(), |time| ((time - start) / 1_000_000).to_string());
        format!("{} {} {}..{}", span.depth(), span.name(), ms(span.start_ns()), ms(span.end_ns()))
    };
    outcome
        .store
        .traces()
        .flat_map(|trace| {
            let start = trace.start_ns().unwrap_or(0);
            trace.spans().map(move |span| row(span, start)).collect::<Vec<_>>()
        })
        .collect()
}

fn event_names(span: Span<'_>) -> Vec<String> {
    span.events().map(|event| event.name().into_owned()).collect()
}

fn count(outcome: &Outcome, kind: WarningKind) -> u64 {
    outcome.store.warnings().iter().filter(|warning| warning.kind == kind).map(|warning| warning.count).sum()
}

#[test]
fn a_span_lasts_from_its_first_line_to_its_last_and_its_parent_is_the_smallest_around() {
    let text = [
        line(0, "00000000000000a1", "msg=whole"),
        line(10, "00000000000000b1", "msg=half"),
        line(20, "00000000000000c1", "msg=point"),
        line(30, "00000000000000b1", "msg=half"),
        line(40, "00000000000000d1", "msg=overlapping"),
        line(90, "00000000000000a1", "msg=whole"),
        line(95, "00000000000000d1", "msg=overlapping"),
    ];
    let outcome = outcome(&text.concat());
    assert_eq!(tree(&outcome), ["0 whole 0..90", "1 half 10..30", "2 point 20..20", "0 overlapping 40..95"]);
    assert_eq!(count(&outcome, WarningKind::GuessedParent), 2);
    assert_eq!(count(&outcome, WarningKind::EstimatedTime), 4);
}

#[test]
fn a_named_parent_is_no_guess_and_no_guess_closes_a_circle() {
    let parent = "parent_span_id=00000000000000b1";
    let text = [
        line(0, "00000000000000a1", &format!("msg=child {parent}")),
        line(10, "00000000000000b1", "msg=inside"),
        line(20, "00000000000000b1", "msg=inside"),
        line(90, "00000000000000a1", "msg=child"),
    ];
    let outcome = outcome(&text.concat());
    assert_eq!(tree(&outcome), ["0 inside 10..20", "1 child 0..90"]);
    assert_eq!(count(&outcome, WarningKind::GuessedParent), 0);
    assert_eq!(count(&outcome, WarningKind::Cycle), 0);
}

#[test]
fn a_duration_tells_the_start_unless_it_is_that_of_a_part() {
    for (rest, start, estimated) in [
        ("duration=40ms", 50, 0),
        ("duration_ms=40", 50, 0),
        ("elapsed=0.04s", 50, 0),
        ("latency=40000000", 50, 0),
        ("msg=\"query took 40ms\"", 50, 0),
        ("msg=\"Completed 200 OK in 40 ms\"", 50, 0),
        ("msg=\"retry in 40 ms\"", 80, 1),
        // The span had a line 10 ms before: 4 ms are not all of it.
        ("duration=4ms", 80, 1),
        ("duration=soon", 80, 1),
    ] {
        let text = line(80, "00000000000000a1", "x=1") + &line(90, "00000000000000a1", rest);
        let outcome = outcome(&(line(0, "00000000000000ff", "msg=first") + &text));
        let span = outcome.store.traces().next().and_then(|trace| trace.spans().nth(1)).expect("a second span");
        let began = (span.start_ns().expect("a start") - 1_790_000_000_000_000_000) / 1_000_000;
        assert_eq!(began, start, "{rest}");
        assert_eq!(count(&outcome, WarningKind::EstimatedTime), estimated + 1, "{rest}");
    }
}

#[test]
fn lines_in_the_same_paste_or_in_another_input_are_events_of_their_spans() {
    let spans = otlp("00000000000000a1", "GET /tea");
    let lines = line(100, "00000000000000a1", "msg=early") + &line(900, "00000000000000a1", "msg=late");
    let json = format!(
        r#"{{"time":"2026-09-21T14:13:20.700Z","level":"error","msg":"as JSON","trace_id":"{TRACE}","span_id":"00000000000000a1"}}"#
    ) + "\n";
    let jaeger = format!(
        r#"{{"data":[{{"traceID":"{TRACE}","spans":[{{"traceID":"{TRACE}","spanID":"00000000000000a1","operationName":"GET /tea",
        "references":[],"startTime":1790000000000000,"duration":1000000,"tags":[],"processID":"p",
        "logs":[{{"timestamp":1790000000500000,"fields":[{{"key":"event","value":"own"}}]}}]}}],"processes":{{"p":{{"serviceName":"s"}}}}}}]}}"#
    ) + "\n";
    let all = ["early", "own", "as JSON", "late"];
    for outcome in [
        outcome(&format!("{spans}{lines}{json}")),
        outcome(&format!("{jaeger}{lines}{json}")),
        outcome(&format!("{spans}{json}{lines}")),
        joined(&[&spans, &format!("{lines}{json}")]),
        joined(&[&format!("{json}{lines}"), &spans]),
        joined(&[&json, &jaeger, &lines]),
    ] {
        assert_eq!(tree(&outcome), ["0 GET /tea 0..1000"]);
        let span = outcome.store.traces().next().and_then(|trace| trace.spans().next()).expect("a span");
        assert_eq!(event_names(span), all);
        let told = outcome
            .inputs
            .iter()
            .flat_map(|input| &input.guesses)
            .filter(|guess| guess.contains("of a span that was read") || guess.contains("of spans that were read"));
        assert!(told.count() > 0, "{:?}", outcome.inputs);
    }
}

#[test]
fn lines_of_unknown_spans_make_spans_beside_those_that_are_there() {
    let outcome = joined(&[&otlp("00000000000000a1", "GET /tea"), &line(200, "00000000000000b1", "msg=unknown")]);
    assert_eq!(tree(&outcome), ["0 GET /tea 0..1000", "1 unknown 200..200"]);
    assert_eq!(outcome.inputs.iter().map(|input| input.spans).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_line_of_a_trace_without_a_span_belongs_to_the_root() {
    let bare = format!("time=2026-09-21T14:13:20.300Z level=info trace_id={TRACE} msg=bare\n");
    let with_spans = joined(&[&otlp("00000000000000a1", "GET /tea"), &bare]);
    let root = with_spans.store.traces().next().and_then(|trace| trace.spans().next()).expect("a span");
    assert_eq!(event_names(root), ["bare", "own"]);
    assert_eq!(tree(&outcome(&(line(0, "00000000000000a1", "msg=root") + &bare))), ["0 root 0..300"]);
    assert_eq!(tree(&outcome(&bare)), ["0 bare 0..0"]);
}

#[test]
fn half_a_trace_id_joins_the_trace_that_ends_with_it() {
    let low = u64::from_str_radix(&TRACE[16..], 16).expect("hex");
    let decimal = format!(
        r#"{{"dd.trace_id":"{low}","dd.span_id":"161","level":"info","message":"decimal","timestamp":"2026-09-21T14:13:20.300Z"}}"#
    );
    let outcome = joined(&[&otlp("00000000000000a1", "GET /tea"), &decimal]);
    assert_eq!(outcome.store.traces().count(), 1);
    let span = outcome.store.traces().next().and_then(|trace| trace.spans().next()).expect("a span");
    assert_eq!(event_names(span), ["decimal", "own"]);
}

#[test]
fn logs_without_ids_say_what_was_expected() {
    let text = "2026-09-21 14:13:20 INFO started\n2026-09-21 14:13:21 INFO listening\n2026-09-21 14:13:22 WARN slow\n";
    let error = read(text.as_bytes(), &ReadOptions::new()).expect_err("no ids");
    assert_eq!(error.kind, ErrorKind::NoSpans);
    assert!(error.to_string().contains("trace_id") && error.to_string().contains("3 lines"), "{error}");
    // Beside lines with ids they are counted, with the place of the first.
    let outcome = outcome(&(line(0, "00000000000000a1", "msg=here") + text));
    let skipped = &outcome.inputs[0].skipped;
    assert_eq!((skipped.len(), skipped[0].position.line), (1, 2));
    assert!(skipped[0].reason.contains("3 lines"), "{}", skipped[0].reason);
}

#[test]
fn lines_are_logs_and_a_single_one_with_a_header_is_a_header() {
    let access = format!(
        "10.0.0.7 - - [21/Sep/2026:14:13:20 +0000] \"GET / HTTP/1.1\" 200 1 \"00-{TRACE}-00f067aa0ba902b7-01\"\n"
    );
    assert_eq!(detect(access.as_bytes()).kind, InputKind::Headers);
    assert_eq!(detect(access.repeat(2).as_bytes()).kind, InputKind::Logs);
    assert_eq!(
        detect(format!("traceparent: 00-{TRACE}-00f067aa0ba902b7-01\ntracestate: a=b\n").as_bytes()).kind,
        InputKind::Headers
    );
    assert_eq!(detect(line(0, "00000000000000a1", "msg=x").repeat(2).as_bytes()).kind, InputKind::Logs);
    assert_eq!(detect(otlp("00000000000000a1", "x").as_bytes()).kind, InputKind::Traces);
}

// ── What libraries write ────────────────────────────────────────────────────────────────────────────────────────────

/// Trace, span, parent, service and status of the only span; then its lines, each with the milliseconds of its time within the day.
fn drawn(text: &str) -> String {
    let outcome = outcome(text);
    let span = match outcome.store.spans().collect::<Vec<_>>()[..] {
        [span] => span,
        ref spans => panic!("{} spans in {text}", spans.len()),
    };
    let trace = outcome.store.traces().next().expect("a trace").id();
    let short = |id: &str| id[id.len().saturating_sub(4)..].to_owned();
    let day = |ns: u64| ns / 1_000_000 % 86_400_000;
    let mut drawn = format!(
        "{} {} < {}; {}; {}",
        short(&trace),
        short(&span.id()),
        short(&span.parent_id()),
        span.service(),
        span.status().as_str()
    );
    for event in span.events() {
        drawn += &format!(" | {} {}", event.time_ns().map_or("?".to_owned(), |ns| day(ns).to_string()), event.name());
    }
    drawn
}

/// A line of JSON with these members, and a time, a level and a message.
fn json_line(members: &str) -> String {
    format!(r#"{{"time":"2026-01-02T00:00:01.5Z","level":"info","msg":"here",{members}}}"#) + "\n"
}

#[test]
fn ids_are_found_under_every_name_that_libraries_give_them() {
    const SPAN: &str = "00f067aa0ba902b7";
    let expected = "4736 02b7 < ; ; unset | 1500 here";
    for (trace, span) in [
        ("trace_id", "span_id"),
        ("traceId", "spanId"),
        ("traceID", "spanID"),
        ("TraceId", "SpanId"),
        ("trace.id", "span.id"),
        ("trace-id", "span-id"),
        ("otelTraceID", "otelSpanID"),
        ("otel.trace_id", "otel.span_id"),
        ("@tr", "@sp"),
        ("x_trace_id", "x_span_id"),
        ("X-B3-TraceId", "X-B3-SpanId"),
        ("mdc.traceId", "mdc.spanId"),
        ("contextMap.traceId", "contextMap.spanId"),
    ] {
        assert_eq!(drawn(&json_line(&format!(r#""{trace}":"{TRACE}","{span}":"{SPAN}""#))), expected, "{trace}");
        if !trace.contains(['@', '-']) {
            let pairs = format!("time=2026-01-02T00:00:01.5Z level=info msg=here {trace}={TRACE} {span}={SPAN}\n");
            assert_eq!(drawn(&pairs), expected, "{trace} in logfmt");
        }
    }
    for around in ["mdc", "contextMap", "dd", "context", "extra", "otel", "named_tags", "fields", "attributes"] {
        let members = format!(r#""{around}":{{"trace_id":"{TRACE}","span_id":"{SPAN}"}}"#);
        assert_eq!(drawn(&json_line(&members)), expected, "{around}");
    }
    let google = "logging.googleapis.com";
    for (members, expected) in [
        (
            format!(
                r#""{google}/trace":"projects/p/traces/{TRACE}","{google}/spanId":"{SPAN}","{google}/trace_sampled":true"#
            ),
            expected,
        ),
        (format!(r#""trace":"projects/p/traces/{TRACE}","spanId":"{SPAN}""#), expected),
        (
            format!(r#""trace":{{"id":"{TRACE}"}},"span":{{"id":"{SPAN}"}},"service":{{"name":"shop"}}"#),
            "4736 02b7 < ; shop; unset | 1500 here",
        ),
        (format!(r#""traceparent":"00-{TRACE}-{SPAN}-01""#), expected),
        (
            format!(r#""traceparent":"00-{TRACE}-{SPAN}-01","span_id":"00000000000000aa""#),
            "4736 00aa < 02b7; ; unset | 1500 here",
        ),
        (
            format!(r#""trace_id":"{TRACE}","span_id":"{SPAN}","parent_span_id":"00000000000000aa""#),
            "4736 02b7 < 00aa; ; unset | 1500 here",
        ),
        (
            r#""dd.trace_id":"43981","dd.span_id":"4660","dd.service":"shop""#.to_owned(),
            "abcd 1234 < ; shop; unset | 1500 here",
        ),
        (
            r#""_X_AMZN_TRACE_ID":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1""#
                .to_owned(),
            "2793 8ad8 < ; ; unset | 1500 here",
        ),
        (format!(r#""trace.id":"{TRACE}","transaction.id":"{SPAN}""#), expected),
        (
            format!(
                r#""Scopes":[{{"Message":"request","SpanId":"{SPAN}","TraceId":"{TRACE}","ParentId":"00000000000000aa"}}]"#
            ),
            "4736 02b7 < 00aa; ; unset | 1500 here",
        ),
    ] {
        assert_eq!(drawn(&json_line(&members)), expected, "{members}");
    }
}

#[test]
fn lines_of_each_library_are_told_apart_into_time_level_and_message() {
    const IDS: &str = r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7""#;
    const PAIRS: &str = "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7";
    const DASHED: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
    const COMMA: &str = "4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7";
    let ids = "4736 02b7 < ;";
    for (library, line, expected) in [
        ("pino", format!(r#"{{"level":50,"time":1767312001500,"pid":1,"name":"shop",{IDS},"msg":"a b"}}"#), "shop; error | 1500 a b"),
        ("winston", format!(r#"{{"level":"error","message":"a b",{IDS},"timestamp":"2026-01-02T00:00:01.5Z"}}"#), "; error | 1500 a b"),
        ("zap", format!(r#"{{"level":"info","ts":1767312001.5,"caller":"m.go:1","msg":"a b",{IDS}}}"#), "; unset | 1500 a b"),
        ("logrus", format!(r#"{{"level":"warning","msg":"a b","time":"2026-01-02T00:00:01Z",{IDS}}}"#), "; unset | 1000 a b"),
        ("slog", format!(r#"{{"time":"2026-01-02T02:00:01.5+02:00","level":"ERROR","msg":"a b",{IDS}}}"#), "; error | 1500 a b"),
        ("logback", format!(r#"{{"@timestamp":"2026-01-02T00:00:01.500Z","@version":"1","message":"a b","logger_name":"C","level":"ERROR",{IDS}}}"#), "; error | 1500 a b"),
        ("log4j", r#"{"instant":{"epochSecond":1767312001,"nanoOfSecond":500000000},"level":"INFO","message":"a b","contextMap":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}}"#.to_owned(), "; unset | 1500 a b"),
        ("structlog", format!(r#"{{"event":"a b","level":"error","timestamp":"2026-01-02T00:00:01.5Z",{IDS}}}"#), "; error | 1500 a b"),
        ("Python", r#"{"asctime":"2026-01-02 00:00:01,500","levelname":"ERROR","message":"a b","otelTraceID":"4bf92f3577b34da6a3ce929d0e0e4736","otelSpanID":"00f067aa0ba902b7","otelServiceName":"shop"}"#.to_owned(), "shop; error | 1500 a b"),
        ("Serilog", r#"{"@t":"2026-01-02T00:00:01.5Z","@mt":"a {B}","@m":"a b","@l":"Error","@tr":"4bf92f3577b34da6a3ce929d0e0e4736","@sp":"00f067aa0ba902b7","B":"b"}"#.to_owned(), "; error | 1500 a b"),
        ("GCP", r#"{"severity":"ERROR","timestamp":"2026-01-02T00:00:01.5Z","jsonPayload":{"message":"a b"},"trace":"projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}"#.to_owned(), "; error | 1500 a b"),
        ("logfmt", format!("time=2026-01-02T00:00:01.5Z level=error msg=\"a b\" {PAIRS}"), "; error | 1500 a b"),
        ("zap, console", format!("2026-01-02T00:00:01.500Z\tERROR\tmain.go:12\ta b\t{{{IDS}}}"), "; error | 1500 main.go:12\ta b"),
        ("Sleuth", format!("2026-01-02 00:00:01.500 ERROR [shop,{COMMA},true] 12 --- [main] c.e.Shop : a b"), "shop; error | 1500 a b"),
        ("Spring Boot", format!("2026-01-02T00:00:01.500Z ERROR 1 --- [shop] [main] [{DASHED}] c.e.Shop      : a b"), "shop; error | 1500 a b"),
        ("Python's logging", format!("2026-01-02 00:00:01,500 ERROR [shop] [a.py:12] [{PAIRS} resource.service.name=shop trace_sampled=True] - a b"), "shop; error | 1500 a b"),
        ("Datadog", "2026-01-02 00:00:01,500 INFO [app] [a.py:3] [dd.service=shop dd.trace_id=4bf92f3577b34da6a3ce929d0e0e4736 dd.span_id=67667974448284343] - a b".to_owned(), "shop; unset | 1500 a b"),
        ("Quarkus", "2026-01-02 00:00:01,500 ERROR traceId=4bf92f3577b34da6a3ce929d0e0e4736, spanId=00f067aa0ba902b7, sampled=true [C] (main) a b".to_owned(), "; error | 1500 (main) a b"),
        ("Ruby", format!("E, [2026-01-02T00:00:01.500000 #12] ERROR -- : [{PAIRS}] a b"), "; error | 1500 a b"),
        ("a time without a date", format!("00:00:01.500 {PAIRS} [error] a b"), "; error | 1500 a b"),
        ("Brave", format!("00:00:01,500 [{}] ERROR [main] C - a b", DASHED.replace('-', "/")), "; error | 1500 C - a b"),
        ("a level in brackets and a header", "[ERR] a b TraceId: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".to_owned(), "; error | ? a b"),
        ("logrus on a terminal", "ERRO[0003] a b                                  span_id=00f067aa0ba902b7 trace_id=4bf92f3577b34da6a3ce929d0e0e4736".to_owned(), "; error | ? a b"),
        ("loguru's extra", "2026-01-02 00:00:01.500 | ERROR    | a:b:12 - a b | {'trace_id': '4bf92f3577b34da6a3ce929d0e0e4736', 'span_id': '00f067aa0ba902b7'}".to_owned(), "; error | 1500 a:b:12 - a b"),
        ("a date with dots", format!("2026.01.02 00:00:01.500 ERROR C {PAIRS} a b"), "; error | 1500 a b"),
        ("Cloud Foundry's router", r#"shop - [2026-01-02T00:00:01.500+0000] "GET /a HTTP/1.1" 500 0 x_b3_traceid:"4bf92f3577b34da6a3ce929d0e0e4736" x_b3_spanid:"00f067aa0ba902b7" x_b3_parentspanid:"-""#.to_owned(), "; unset | 1500 GET /a HTTP/1.1"),
        ("Google's header", r#"{"severity":"ERROR","time":"2026-01-02T00:00:01.5Z","message":"a b","logging.googleapis.com/trace":"projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736/1;o=1","spanId":"00f067aa0ba902b7"}"#.to_owned(), "; error | 1500 a b"),
        ("a colon behind the names", "00:00:01.500 [main] ERROR C - a b traceId: 4bf92f3577b34da6a3ce929d0e0e4736, spanId: 00f067aa0ba902b7, flags:01".to_owned(), "; error | 1500 C - a b"),
        ("a colon behind names inside", "00:00:01.500 ERROR traceId:4bf92f3577b34da6a3ce929d0e0e4736 a spanId:00f067aa0ba902b7 b".to_owned(), "; error | 1500 traceId:4bf92f3577b34da6a3ce929d0e0e4736 a spanId:00f067aa0ba902b7 b"),
        (".NET's console as JSON", r#"{"Timestamp":"2026-01-02T01:00:01.5\u002B01:00","EventId":7,"LogLevel":"Error","Category":"Shop","Message":"a b","Scopes":[{"SpanId":"00f067aa0ba902b7","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}]}"#.to_owned(), "; error | 1500 a b"),
        ("Rust's tracing with ids", format!(r#"{{"timestamp":"2026-01-02T00:00:01.5Z","level":"ERROR",{IDS},"message":"a b","target":"shop","spans":[{{"name":"sale"}}]}}"#), "; error | 1500 a b"),
        ("loguru", format!("2026-01-02 00:00:01.500 | ERROR    | a b | {PAIRS}"), "; error | 1500 a b"),
        ("structlog's console", format!("2026-01-02T00:00:01.500000Z [error    ] a b                            [shop.till] {PAIRS}"), "; error | 1500 a b"),
        ("pino-pretty", "[00:00:01.500] ERROR (shop/7): a b\n    trace_id: \"4bf92f3577b34da6a3ce929d0e0e4736\"\n    span_id: \"00f067aa0ba902b7\"".to_owned(), "shop; error | 1500 a b"),
        ("Go's stdoutlog", r#"{"Timestamp":"2026-01-02T00:00:01.5Z","Severity":17,"SeverityText":"ERROR","Body":{"Type":"String","Value":"a b"},"Attributes":[{"Key":"n","Value":{"Type":"Int64","Value":3}}],"TraceID":"4bf92f3577b34da6a3ce929d0e0e4736","SpanID":"00f067aa0ba902b7","Resource":[{"Key":"service.name","Value":{"Type":"STRING","Value":"shop"}}]}"#.to_owned(), "shop; error | 1500 a b"),
        ("Python's console exporter", r#"{"body":"a b","severity_text":"ERROR","attributes":{"n":3},"timestamp":"2026-01-02T00:00:01.5Z","trace_id":"0x4bf92f3577b34da6a3ce929d0e0e4736","span_id":"0x00f067aa0ba902b7","resource":{"attributes":{"service.name":"shop"},"schema_url":""}}"#.to_owned(), "shop; error | 1500 a b"),
        ("journald", format!(r#"Jan 02 00:00:01 host shop[12]: {{"level":"error","time":"2026-01-02T00:00:01.5Z","msg":"a b",{IDS}}}"#), "; error | 1500 a b"),
        ("Kubernetes' file", format!(r#"2026-01-02T00:00:01.500000000Z stdout F {{"level":"error","msg":"a b",{IDS}}}"#), "; error | 1500 a b"),
        ("nginx", "10.0.0.1 - - [02/Jan/2026:00:00:01 +0000] \"GET /a?b HTTP/1.1\" 200 12 \"-\" \"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"".to_owned(), "; unset | 1000 GET /a?b HTTP/1.1"),
        ("Envoy", "[2026-01-02T00:00:01.500Z] \"GET /a HTTP/1.1\" 200 - 0 12 \"-\" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(), "; unset | 1500 GET /a HTTP/1.1"),
        ("NLog", format!("2026-01-02 00:00:01.5000|ERROR|Shop.Till|a b|{}", DASHED.replace('-', "|")), "; error | 1500 a b"),
        ("loguru with ids", format!("2026-01-02 00:00:01.500 | ERROR | {} | a b", DASHED.replace('-', " | ")), "; error | 1500 a b"),
        ("log4j's map", format!("2026-01-02 00:00:01 [main] ERROR c.e.Shop {{flags=01, {}}} - a b", PAIRS.replace(' ', ", ")), "; error | 1000 a b"),
        ("Serilog's console", format!("[00:00:01 ERR] a b {}", PAIRS.replace("_id", "")), "; error | 1000 a b"),
        ("Monolog", format!("[2026-01-02T00:00:01.500000+00:00] shop.ERROR: a b {{{IDS}}}"), "; error | 1500 a b"),
        ("NestJS", format!("[Nest] 7  - 01/02/2026, 12:00:01 AM   ERROR a b {PAIRS}"), "; error | 1000 a b"),
        ("klog", format!("E0102 00:00:01.500000       7 till.go:12] a b {PAIRS}"), "; error | 1500 a b"),
        ("syslog", format!("<11>Jan  2 00:00:01 host shop[7]: {{\"level\":\"error\",\"msg\":\"a b\",{IDS}}}"), "; error | 1000 a b"),
        ("syslog's structured data", format!("<11>1 2026-01-02T00:00:01.5Z host shop 7 - [otel {}\"] a b", PAIRS.replace('=', "=\"").replace(' ', "\" ")), "; unset | 1500 a b"),
        ("Envoy, as JSON", r#"{"start_time":"2026-01-02T00:00:01.400Z","duration":100,"method":"GET","path":"/a","response_code":503,"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}"#.to_owned(), "; error | 1500 GET /a"),
        ("nginx, as JSON", format!(r#"{{"time_local":"2026-01-02T00:00:01Z","request":"GET /a?b HTTP/1.1","status":"502",{IDS}}}"#), "; error | 1000 GET /a"),
        ("Cloud Logging", format!(r#"{{"severity":"ERROR","timestamp":"2026-01-02T00:00:01.5Z","textPayload":"a b","resource":{{"type":"r","labels":{{"service_name":"shop"}}}},{IDS}}}"#), "shop; error | 1500 a b"),
        ("Datadog's API", format!(r#"{{"data":[{{"id":"A","attributes":{{"attributes":{{{IDS}}},"message":"a b","service":"shop","timestamp":"2026-01-02T00:00:01.5Z","status":"warn"}}}}]}}"#), "shop; unset | 1500 a b"),
        ("loguru, serialized", r#"{"text":"a b","record":{"extra":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"},"message":"a b","level":{"name":"ERROR","no":40},"time":{"repr":"2026-01-02 00:00:01.500000+00:00","timestamp":1767312001.5}}}"#.to_owned(), "; error | 1500 a b"),
        ("Dapr", r#"time="2026-01-02T00:00:01.5Z" level=error msg="a b" trace_id=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"#.to_owned(), "; error | 1500 a b"),
        ("a header in brackets", "2026-01-02 00:00:01.500 ERROR a b traceparent=[00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01]".to_owned(), "; error | 1500 a b traceparent=[00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01]"),
        ("a header behind a message with a colon", "2026-01-02 00:00:01.500 - ERROR - till: a b - [traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01]".to_owned(), "; error | 1500 till: a b"),
        ("ids behind a logger", format!("2026-01-02 00:00:01 ERROR c.e.Shop - {PAIRS} dd.span_id=7 - a b"), "; error | 1000 a b"),
        ("ids in brackets alone", format!("[{PAIRS}] a b"), "; unset | ? a b"),
        ("ids in brackets behind a message", format!("a b [request={DASHED} {PAIRS}]"), "; unset | ? a b"),
        (".NET's console", format!("fail: Shop.Till[7]\n      a b {}", PAIRS.replace("trace_id", "TraceId").replace("span_id", "SpanId")), "; error | ? a b"),
        (".NET's console with other scopes first", format!("00:00:01 fail: Shop.Till[7]\n      => Cart:3 {}\n      a b", PAIRS.replace("trace_id=", "TraceId:").replace("span_id=", "SpanId:")), "; error | 1000 a b"),
        ("Jaeger's clients", "2026-01-02 00:00:01.500 INFO Span reported: 4bf92f3577b34da6a3ce929d0e0e4736:f067aa0ba902b7:0:1".to_owned(), "; unset | 1500 Span reported: 4bf92f3577b34da6a3ce929d0e0e4736:f067aa0ba902b7:0:1"),
        ("Jaeger's clients, as JSON", r#"{"level":"error","ts":1767312001.5,"msg":"a b","span":"4bf92f3577b34da6a3ce929d0e0e4736:f067aa0ba902b7:0:1"}"#.to_owned(), "; error | 1500 a b"),
        ("Fluent Bit", format!(r#"{{"date":1767312001.5,"log":"{{\"level\":\"error\",\"msg\":\"a b\",{}}}\n","kubernetes":{{"container_name":"shop"}}}}"#, IDS.replace('"', "\\\"")), "shop; error | 1500 a b"),
        ("journald", format!(r#"{{"__REALTIME_TIMESTAMP":"1767312001500000","SYSLOG_IDENTIFIER":"shop","MESSAGE":"a b",{}}}"#, IDS.to_uppercase().replace("4BF92F3577B34DA6A3CE929D0E0E4736", TRACE)), "shop; unset | 1500 a b"),
    ] {
        assert_eq!(drawn(&format!("{line}\n")), format!("{ids} {expected}"), "{library}");
    }
}

#[test]
fn decimal_ids_in_brackets_are_told() {
    let line = "2026-01-02 00:00:01,500 ERROR [app] [a.py:3] [dd.service.name=shop dd.trace_id=12028140520836558688 dd.span_id=67667974448284343] - a b\n";
    assert_eq!(drawn(line), "ef60 02b7 < ; shop; error | 1500 a b");
    // Also in an object at the end.
    let line = "[2026-01-02 00:00:01.5] shop.ERROR: a b {\"dd.trace_id\":\"12028140520836558688\",\"dd.span_id\":\"67667974448284343\"}\n";
    assert_eq!(drawn(line), "ef60 02b7 < ; ; error | 1500 a b");
}

#[test]
fn records_that_node_prints_are_lines() {
    let record = format!(
        "{{\n  instrumentationScope: {{ name: 'pino', version: undefined }},\n  timestamp: 1767312001500000,\n  traceId: '{TRACE}',\n  \
         spanId: '00f067aa0ba902b7',\n  severityText: 'error',\n  body: 'a b',\n  attributes: {{ n: 3 }}\n}}\n"
    );
    assert_eq!(drawn(&record), "4736 02b7 < ; ; error | 1500 a b");
}

#[test]
fn times_without_seconds_are_read_too() {
    let line = format!("3:04PM ERR declined trace_id={TRACE} span_id=00f067aa0ba902b7\n");
    assert_eq!(drawn(&line.repeat(2)), "4736 02b7 < ; ; error | 54240000 declined | 54240000 declined");
}

#[test]
fn a_call_of_lambda_is_told_by_its_report_and_the_line_behind_it() {
    let text = "\
START RequestId: 5d0f6f1c-1d3f-4a79-8f0f-0123456789ab Version: $LATEST
END RequestId: 5d0f6f1c-1d3f-4a79-8f0f-0123456789ab
REPORT RequestId: 5d0f6f1c-1d3f-4a79-8f0f-0123456789ab\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t
XRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 00f067aa0ba902b7\tSampled: true\t
";
    let outcome = outcome(text);
    let span = outcome.store.spans().next().expect("a span");
    assert_eq!(outcome.store.traces().next().expect("a trace").id(), "5759e988bd862e3fe1be46a994272793");
    assert_eq!((span.id().as_str(), outcome.store.span_count()), ("00f067aa0ba902b7", 1));
    // With the times that a log stream has.
    let dated = text.replace("REPORT", "2026-01-02T00:00:01.500Z REPORT");
    let dated = self::outcome(&dated);
    let span = dated.store.spans().next().expect("a span");
    assert_eq!(span.interval().map(|(start, end)| end - start), Some(12_500_000));
    // Behind the name of the stream, which is no id of a trace.
    let streamed = text
        .replace("REPORT", "2026/01/02/[$LATEST]4bf92f3577b34da6a3ce929d0e0e4736 2026-01-02T00:00:01.500000 REPORT");
    let expected =
        "2793 02b7 < ; ; unset | 1500 REPORT RequestId: 5d0f6f1c-1d3f-4a79-8f0f-0123456789ab\tDuration: 12.50…";
    assert_eq!(drawn(&streamed), expected);
    // As `aws logs tail` prints it, on one line and with the time first.
    let tail = "2026-01-02T00:00:01.500+00:00 2026/01/02/[$LATEST]4bf92f3577b34da6a3ce929d0e0e4736 REPORT";
    let tailed = self::outcome(&text.replace("\t\n", "\t").replace("REPORT", tail));
    let span = tailed.store.spans().next().expect("a span");
    assert_eq!(span.interval().map(|(start, end)| end - start), Some(12_500_000));
    let balancer = "http 2026-01-02T00:00:01.500000Z app/web/50dc6c495c0c9188 10.0.0.1:2817 10.0.0.2:80 0.0 0.1 0.0 200 200 34 366 \
                    \"GET http://shop.example:80/cart HTTP/1.1\" \"curl\" - - arn:x \"Self=1-5759e987-000000000000000000000001;Root=1-5759e988-bd862e3fe1be46a994272793\"";
    assert_eq!(drawn(balancer), "2793  < ; ; unset | 1500 GET http://shop.example:80/cart HTTP/1.1");
}

#[test]
fn records_that_the_collector_prints_are_lines() {
    let record = |body: &str, at: &str| {
        format!(
            "LogRecord #0\nObservedTimestamp: 2026-01-02 00:00:01.5 +0000 UTC\nTimestamp: {at}\nSeverityText: ERROR\nSeverityNumber: Error(17)\n\
             Body: Str({body})\nAttributes:\n     -> rows: Int(3)\nTrace ID: {TRACE}\nSpan ID: 00f067aa0ba902b7\nFlags: 1\n"
        )
    };
    let (first, second) =
        (record("a (b)", "1970-01-01 00:00:00 +0000 UTC"), record("c", "2026-01-02 00:00:01.6 +0000 UTC"));
    let head = "2026-01-02T00:00:02.000Z\tinfo\tResourceLog #0\nResource SchemaURL: \nResource attributes:\n     -> service.name: Str(shop)\nScopeLogs #0\n";
    let text = format!("{head}{first}{second}\t{{\"kind\": \"exporter\"}}\n");
    assert_eq!(drawn(&text), "4736 02b7 < ; ; error | 1500 a (b) | 1600 c");
    // Beside the span that they are of.
    let span = format!(
        "2026-01-02T00:00:02.000Z\tinfo\tResourceSpans #0\nResource attributes:\n     -> service.name: Str(till)\nSpan #0\n    Trace ID       : {TRACE}\n    \
         ID             : 00f067aa0ba902b7\n    Name           : pay\n    Start time     : 2026-01-02 00:00:01 +0000 UTC\n    End time       : 2026-01-02 00:00:02 +0000 UTC\n"
    );
    let outcome = outcome(&format!("{span}{text}"));
    let span = outcome.store.spans().next().expect("a span");
    assert_eq!(
        (span.name(), span.service(), event_names(span)),
        ("pay", "till", vec!["a (b)".to_owned(), "c".to_owned()])
    );
    assert_eq!(span.resource().count(), 1);
}

#[test]
fn a_table_is_rows_of_objects() {
    let expected = ["0 GET /cart 0..120", "1 SELECT, cart 10..30"];
    let (one, two) = ("00000000000000a1", "00000000000000b1");
    for text in [
        format!(
            "start,trace_id,span_id,parent_span_id,name,duration_ms\r\n2026-01-02T00:00:01.500Z,{TRACE},{one},,GET /cart,120\r\n\"2026-01-02T00:00:01.510Z\",{TRACE},{two},{one},\"SELECT, cart\",20\r\n"
        ),
        format!(
            "start\ttrace_id\tspan_id\tparent_span_id\tname\tduration_ms\n2026-01-02T00:00:01.500Z\t{TRACE}\t{one}\t\tGET /cart\t120\n2026-01-02T00:00:01.510Z\t{TRACE}\t{two}\t{one}\tSELECT, cart\t20\n"
        ),
        format!(
            " start | trace_id | span_id | parent_span_id | name | duration_ms \n-----+----\n 2026-01-02 00:00:01.500+00 | {TRACE} | {one} |  | GET /cart | 120\n 2026-01-02 00:00:01.510+00 | {TRACE} | {two} | {one} | SELECT, cart | 20\n(2 rows)\n"
        ),
        format!(
            "+----+----+\n| trace_id | start | span_id | parent_span_id | name | duration_ms |\n+----+----+\n| {TRACE} | 1/2/2026, 12:00:01.500 AM | {one} | NULL | GET /cart | 120 |\n| {TRACE} | Jan 2, 2026 @ 00:00:01.510 | {two} | {one} | SELECT, cart | 20 |\n+----+----+\n"
        ),
    ] {
        let outcome = outcome(&text);
        assert_eq!(tree(&outcome), expected, "{text}");
        assert!(outcome.inputs[0].guesses[0].starts_with("Read a table"), "{:?}", outcome.inputs[0].guesses);
    }
    // Lines of a log in a column.
    let grafana = format!(
        "\"Time\",\"Line\",\"tsNs\",\"labels\"\n\"2026-01-02 00:00:01.500\",\"level=error msg=\"\"a b\"\" trace_id={TRACE} span_id=00f067aa0ba902b7\",\"1767312001500000000\",\"{{\"\"app\"\":\"\"shop\"\"}}\"\n"
    );
    assert_eq!(drawn(&grafana), "4736 02b7 < ; shop; error | 1500 a b");
    let kibana = format!(
        "\"@timestamp\",\"trace.id\",\"span.id\",message\n\"Jan 2, 2026 @ 00:00:01.500\",{TRACE},00f067aa0ba902b7,\"a\nb\"\n"
    );
    assert_eq!(drawn(&kibana), "4736 02b7 < ; ; unset | 1500 a");
    // A line with a bar or a comma in it is no table.
    for text in ["a,b\n1,2\n", "trace_id,\n", "\"never closed,trace_id\n"] {
        assert!(read(text, &ReadOptions::new()).is_err(), "{text}");
    }
}

#[test]
fn an_empty_line_may_stand_before_a_stack_trace() {
    let line = line(0, "00000000000000a1", "level=error msg=declined").replace("time=", "");
    let stack = "java.lang.IllegalStateException: no\n\tat shop.Till.pay(Till.java:12)";
    let outcome = outcome(&format!("{line}\n{stack}\n\n{line}"));
    let events: Vec<_> = outcome.store.spans().flat_map(|span| span.events()).collect();
    let told = events[0].attributes().find(|(key, _)| *key == "exception.stacktrace").expect("the stack trace").1;
    assert_eq!((events.len(), told.to_string().as_str()), (2, stack));
}

#[test]
fn a_template_is_filled_with_the_members_of_its_line() {
    let ids = format!(r#""@tr":"{TRACE}","@sp":"00f067aa0ba902b7""#);
    for (members, expected) in [
        (r#""@mt":"Paid {Amount:0.00} for {Name}","@r":["12.50"],"Amount":12.5,"Name":"Zoë""#, "Paid 12.50 for Zoë"),
        (r#""@mt":"{Missing} of {@Cart,-20} {{x}}","Cart":{"rows":2}"#, r#"{Missing} of {"rows":2} {x}"#),
        (r#""@mt":"{A}","@m":"rendered","A":1"#, "rendered"),
        (r#""@mt":"started""#, "started"),
        (r#""MessageTemplate":"Hi {Name}","Properties":{"Name":"Bo"}"#, "Hi Bo"),
    ] {
        let line = format!("{{\"@t\":\"2026-01-02T00:00:01.5Z\",{members},{ids}}}\n");
        let outcome = outcome(&line);
        let span = outcome.store.spans().next().expect("a span");
        assert_eq!((event_names(span), span.name()), (vec![expected.to_owned()], expected), "{line}");
    }
    // What does not fit a name is whole in an attribute.
    let line = format!(r#"{{"@t":"2026-01-02T00:00:01.5Z","@mt":"{{A}}","A":"{}",{ids}}}"#, "long ".repeat(40));
    let outcome = outcome(&line);
    let event = outcome.store.spans().next().and_then(|span| span.events().next()).expect("a line");
    let message = event.attributes().find(|(key, _)| *key == "message").expect("the message").1;
    assert_eq!(message.to_string(), "long ".repeat(40));
}

#[test]
fn a_line_at_the_end_of_a_span_tells_when_it_began() {
    let text = format!(
        r#"{{"@t":"2026-01-02T00:00:01.5Z","@mt":"GET /tea","@tr":"{TRACE}","@sp":"00f067aa0ba902b7","@ps":"00000000000000aa","@st":"2026-01-02T00:00:01.2Z","@sk":"Server"}}"#
    );
    let outcome = outcome(&text);
    let span = outcome.store.spans().next().expect("a span");
    assert_eq!((span.duration_ns(), span.parent_id().as_str()), (Some(300_000_000), "00000000000000aa"));
    assert_eq!((span.name(), span.kind().as_str()), ("GET /tea", "server"));
    assert_eq!(count(&outcome, WarningKind::EstimatedTime), 0);
}

#[test]
fn objects_laid_out_in_many_ways_are_read_alike() {
    // The same members, with blanks, in another order, and more of them than are remembered.
    let id = |number: usize| format!("{number:016x}");
    let mut text = String::new();
    for number in 1..400_usize {
        let (span, extra) = (id(number), format!(r#""key{}":{number}"#, number % 250));
        text += &match number % 4 {
            0 => format!(
                r#"{{"time":"2026-01-02T00:00:01Z","level":"info","msg":"m","trace_id":"{TRACE}","span_id":"{span}",{extra}}}"#
            ),
            1 => format!(
                r#"{{"time": "2026-01-02T00:00:01Z", "level": "info", "msg": "m", {extra}, "trace_id": "{TRACE}", "span_id": "{span}"}}"#
            ),
            2 => format!(
                r#"{{{extra},"span_id":"{span}","trace_id":"{TRACE}","msg":"m","level":"info","time":"2026-01-02T00:00:01Z"}}"#
            ),
            _ => format!(
                r#"{{ "msg" : "m" , "level" : "info", "time":"2026-01-02T00:00:01Z",{extra} ,"trace_id":"{TRACE}","span_id":"{span}" }}"#
            ),
        };
        text.push('\n');
    }
    let outcome = outcome(&text);
    assert_eq!(outcome.store.span_count(), 399);
    assert!(outcome.inputs[0].skipped.is_empty());
    for span in outcome.store.spans() {
        let number = u64::from_str_radix(&span.id(), 16).expect("hex");
        let event = span.events().next().expect("a line");
        let attributes: Vec<String> = event.attributes().map(|(key, value)| format!("{key}={value}")).collect();
        assert!(attributes.contains(&format!("key{}={number}", number % 250)), "{attributes:?}");
        assert_eq!((event.name().as_ref(), span.start_ns()), ("m", Some(1_767_312_001_000_000_000)));
    }
}

/// What would be endless, or take hours if time went by the square of the length.
#[test]
fn long_lines_of_anything_are_read_to_their_end() {
    let first = line(0, "00000000000000a1", "msg=first");
    for piece in
        ["[ ", "1 ", "a:", "a{b=1}:", "[a=b]", "k=v ", "\"", "{\"a\":", "LogRecord.", "00-", "at ", "[a=b] x: "]
    {
        let long = piece.repeat(1 << 18);
        for text in [
            format!("{first}{long}\n{first}"),
            format!("2026-09-21T14:13:20Z  INFO {long}\n{first}"),
            format!("{}{long}", otlp("00000000000000a1", "x")),
        ] {
            for format in [None, Some("logs"), Some("rust-tracing"), Some("otlp-logs"), Some("otlp-json")] {
                let options = format.map_or(ReadOptions::new(), |id| ReadOptions::new().with_format(id));
                if let Ok(outcome) = read(text.as_bytes(), &options) {
                    assert!(outcome.store.traces().count() > 0);
                }
            }
        }
    }
}
