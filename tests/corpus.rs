//! Real files of many producers, where they exist: each must give the figures that an independent counter found, read with the format named
//! and with it guessed; what is of another format must not be guessed to be one of ours; and one trace must be the same in every format.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

mod dump;

use dump::{Essence, times_us};
use serde_json::Value;
use spanscope::analyze::summary;
use spanscope::read::ErrorKind;
use spanscope::{ReadOptions, Store, detect, read};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus");

/// The corpus's names of formats, and ours.
const FORMATS: &[(&str, &str)] = &[
    ("otlp-json", "otlp-json"),
    ("otlp-jsonl", "otlp-json"),
    ("otlp-json-snake", "otlp-json"),
    ("otlp-json-fragment", "otlp-json"),
    ("tempo-v1", "otlp-json"),
    ("tempo-v2", "otlp-json"),
    ("jaeger-api-v3", "otlp-json"),
    ("jaeger-ui-json", "jaeger-json"),
    ("jaeger-proto-json", "jaeger-model"),
    ("jaeger-es-doc", "jaeger-model"),
    ("tempo-search", "tempo-search"),
    ("grafana-dataframe", "grafana-frame"),
    ("zipkin-v1", "zipkin-v1-json"),
    ("zipkin-v2", "zipkin-json"),
    ("console-go", "console-go"),
    ("console-python", "console-python"),
    ("console-php", "console-php"),
    ("console-swift", "console-swift"),
    ("console-js", "console-js"),
    ("console-js-prefixed", "console-js"),
    // It has a span besides.
    ("log-dotnet", "console-dotnet"),
    ("collector-debug-text", "collector-debug"),
    ("console-dotnet", "console-dotnet"),
    ("console-rust", "console-rust"),
    ("console-ruby", "console-ruby"),
    ("console-cpp", "console-cpp"),
    ("console-erlang", "console-erlang"),
    ("console-java", "console-java"),
    ("rust-fmt-text", "rust-tracing"),
    ("rust-fmt-json", "rust-tracing"),
    ("log-json", "logs"),
    ("log-text", "logs"),
    ("gcp-logs", "logs"),
    ("otlp-logs-json", "otlp-logs"),
    ("otlp-logs-jsonl", "otlp-logs"),
    ("xray-segments", "xray-json"),
    ("xray-batch-get-traces", "xray-json"),
    ("otlp-pb", "otlp-protobuf"),
    ("otlp-pb-be32", "otlp-protobuf"),
    ("zipkin-v2-pb", "zipkin-protobuf"),
    ("otlp-jsonl-zstd-be32", "otlp-json"),
    ("datadog-json", "datadog-json"),
    ("chrome-trace", "chrome-trace"),
    ("sentry-envelope", "sentry"),
    ("elastic-intake-v2", "elastic-intake"),
    ("elastic-es-docs", "elastic-docs"),
    ("azure-breeze", "app-insights"),
    ("azure-query", "app-insights"),
    ("gcp-trace-v1", "gcp-trace"),
    ("gcp-trace-v2", "gcp-trace"),
    ("skywalking-segments", "skywalking"),
    ("skywalking-segments-3x", "skywalking"),
    ("skywalking-graphql", "skywalking"),
    ("honeycomb-json", "honeycomb"),
    ("newrelic-json", "newrelic"),
    ("signoz-api", "signoz"),
    ("nextjs-trace", "nextjs-trace"),
    ("generic-spans", "generic"),
    ("generic-tree", "generic"),
    ("datadog-msgpack-v04", "datadog-msgpack"),
    ("datadog-msgpack-v05", "datadog-msgpack"),
];

/// Figures that differ on purpose: file, figure, ours, reason.
const EXCEPTIONS: &[(&str, &str, u64, &str)] = &[
    ("otlp-jsonl/oteltui-test_data-mixed.jsonl", "events", 152, LOG_RECORDS),
    ("console-python/oteldocs-python.json", "events", 1, LOG_RECORDS),
    ("console-dotnet/oteldocs-dotnet-getting-started-1.txt", "events", 1, LOG_RECORDS),
    (
        "otlp-json/ottl-playground-traces.json",
        "max_depth",
        2,
        "a span that is its own parent and one child are two levels; the counter took the step to itself for a level",
    ),
    ("sdk/shop.jaeger-ui.json", "links", 4, LINK_IS_NO_PARENT),
    (
        "sdk/shop.zipkin-v2.json",
        "links",
        4,
        "the Collector writes links as tags otlp.link.0 and so on; they are links again",
    ),
    ("big/synthetic-5000.zipkin-v2.json", "zero_duration", 0, NO_END),
    ("zipkin-v2/zipkin-smartthings-mobile-web-install.json", "zero_duration", 0, NO_END),
    (
        "zipkin-v1/zipkin-span-rpc-v1.json",
        "orphans",
        2,
        "both halves name the parent that is missing; the counter took them for one",
    ),
    ("tempo-search/nojaf-tempo-search-trace.json", "services", 6, SELECTED),
    ("tempo-search/nojaf-tempo-search-trace.json", "biggest_trace.services", 6, SELECTED),
    ("tempo-search/nojaf-tempo-search-trace.json", "biggest_trace.roots", 1, SELECTED),
    ("tempo-search/nojaf-tempo-search-trace.json", "max_depth", 9, SELECTED),
    ("zipkin-v1/zipkin-span-rpc-v1.json", "services", 2, HALVES),
    ("zipkin-v1/zipkin-span-rpc-v1.json", "biggest_trace.services", 2, HALVES),
    ("xray-segments/xraydocs-segmentdocuments-3.json", "zero_duration", 0, NO_END),
    ("console-js/oteldocs-js-1.txt", "biggest_trace.total_duration_ns", 4_801_500, ADDED_AS_DOUBLES),
    (
        "constructed/js-console-docker-compose-prefix.txt",
        "biggest_trace.total_duration_ns",
        75_978_913,
        ADDED_AS_DOUBLES,
    ),
    ("collector-debug-text/collector-debugexporter-readme-1.txt", "spans", 2, LINES_WITHOUT_TIMES),
    ("collector-debug-text/collector-debugexporter-readme-1.txt", "traces", 1, LINES_WITHOUT_TIMES),
    (
        "sdk/rust-otel-stdout.txt",
        "events",
        9,
        "the text has nine blocks `Event #`; the counter counted none in this format",
    ),
    ("sdk/js-console.txt", "biggest_trace.total_duration_ns", 75_978_913, ADDED_AS_DOUBLES),
    (
        "constructed/js-console-docker-compose-prefix.txt",
        "biggest_trace.total_duration_ns",
        75_978_913,
        ADDED_AS_DOUBLES,
    ),
    ("jaeger-ui-json/crisp-1.json", "biggest_trace.total_duration_ns", 100_000, FROM_ZERO),
    ("jaeger-ui-json/crisp-15.json", "biggest_trace.start_ns", 0, FROM_ZERO),
    ("jaeger-ui-json/crisp-15.json", "biggest_trace.total_duration_ns", 100_000, FROM_ZERO),
    ("jaeger-ui-json/crisp-23.json", "biggest_trace.start_ns", 0, FROM_ZERO),
    ("jaeger-ui-json/crisp-23.json", "biggest_trace.total_duration_ns", 700_000, FROM_ZERO),
    ("jaeger-ui-json/crisp-25.json", "biggest_trace.start_ns", 0, FROM_ZERO),
    ("jaeger-ui-json/crisp-25.json", "biggest_trace.total_duration_ns", 700_000, FROM_ZERO),
    ("jaeger-ui-json/crisp-err_pattern1-err1.json", "biggest_trace.start_ns", 0, FROM_ZERO),
    ("jaeger-ui-json/crisp-err_pattern1-err1.json", "biggest_trace.total_duration_ns", 100_000, FROM_ZERO),
    ("jaeger-ui-json/crisp-err_pattern3-err2.json", "biggest_trace.start_ns", 0, FROM_ZERO),
    ("jaeger-ui-json/crisp-err_pattern3-err2.json", "biggest_trace.total_duration_ns", 100_000, FROM_ZERO),
    (
        "chrome-trace/catapult-main_thread_has_unclosed_slices.json",
        "spans",
        1684,
        "four slices that were never ended are unfinished spans; the counter left them out",
    ),
    (
        "elastic-es-docs/elastic-approved-otlp-traces.json",
        "events",
        2,
        "an error and a log document are events of the span that they name; the counter left them out",
    ),
    ("gcp-trace-v2/gcp-traces_basic_expected.json", "services", 2, NAMED_SERVICE),
    ("gcp-trace-v2/gcp-traces_basic_expected.json", "biggest_trace.services", 2, NAMED_SERVICE),
    ("sdk/azure-breeze-track.json", "events", 1, "an exception is an event of the span that it names"),
    (
        "elastic-intake-v2/elastic-events.ndjson",
        "biggest_trace.total_duration_ns",
        32_592_981,
        "both traces have one span; the counter took the other one",
    ),
    (
        "sentry-envelope/sentry-envelope_java.txt",
        "events",
        6,
        "breadcrumbs are events of the transaction; the counter left them out",
    ),
    ("sentry-envelope/sentry-envelope_with_only_span.txt", "services", 1, RELEASE),
    ("sentry-envelope/sentry-envelope_with_only_span.txt", "biggest_trace.services", 1, RELEASE),
    ("datadog-json/ddtrace-test_raw_serve_error_path_without_reloading.json", "events", 4, EXCEPTION),
    ("sdk/datadog-ddtrace-logwriter.json", "events", 1, EXCEPTION),
    ("sdk/datadog-v04.msgpack", "events", 1, EXCEPTION),
    ("sdk/datadog-v05.msgpack", "events", 1, EXCEPTION),
    (
        "datadog-json/ddtrace-test_websocket_context_propagation.json",
        "links",
        10,
        "meta holds links as JSON in a text, which the counter did not look into",
    ),
];

const NAMED_SERVICE: &str = "the attribute service.name is the service; the counter left it an attribute";
const RELEASE: &str =
    "a release is package@version: the package is the service; the counter took the server's name alone";
const EXCEPTION: &str =
    "error.type and error.stack are told as an exception, as OpenTelemetry does; the counter left them fields";
const LOG_RECORDS: &str = "log records that name a span of the file are its events; the counter left them out";
const LINK_IS_NO_PARENT: &str = "two spans have two FOLLOWS_FROM references into another trace each: none of them can be the parent, so all four are \
     links; the counter took the first of each for the parent";
const HALVES: &str = "the record's two halves are of two services; the counter took the service of one of them";
const SELECTED: &str = "the query selected span:parentID and service.name, which the counter did not look at";
const NO_END: &str = "spans without a duration were never finished; the counter took their duration as 0";
const LINES_WITHOUT_TIMES: &str =
    "two lines have a name, a trace id and a span id: spans without times, of which the counter counted none";
const ADDED_AS_DOUBLES: &str =
    "start and duration stand there in microseconds; the counter added them as doubles, 128 ns off";
const FROM_ZERO: &str =
    "all times count from the trace's own beginning, so the root's start of 0 is a time; the counter took it for none";

/// The exceptions name no figure that is not there.
#[test]
fn every_exception_has_a_reason() {
    assert!(
        EXCEPTIONS.iter().all(|(file, figure, _, reason)| !file.is_empty() && !figure.is_empty() && !reason.is_empty())
    );
}

/// The entries of the index, or nothing where there is none.
fn index() -> Option<Vec<Value>> {
    let Ok(index) = std::fs::read_to_string(Path::new(ROOT).join("INDEX.json")) else {
        println!("skipped: no ../shared");
        return None;
    };
    Some(serde_json::from_str(&index).expect("the index is JSON"))
}

fn bytes_of(file: &str) -> Vec<u8> {
    std::fs::read(Path::new(ROOT).join(file)).expect("a listed file")
}

fn format_of(entry: &Value) -> Option<&'static str> {
    FORMATS.iter().find(|(name, _)| entry["format"] == *name).map(|(_, format)| *format)
}

#[test]
fn every_file_gives_the_expected_figures_named_and_guessed() {
    let Some(index) = index() else { return };
    let mut checks = Checks::default();
    let mut checked = 0;
    for entry in &index {
        let file = entry["file"].as_str().expect("a file name");
        let Some(format) = format_of(entry) else { continue };
        if file.ends_with(".gz") || file.ends_with(".zst") || file.ends_with("segmentdocuments-10.json") {
            continue;
        }
        // Lines were counted, not spans: see `LOGS`.
        if matches!(format, "logs" | "otlp-logs") {
            continue;
        }
        checked += 1;
        let bytes = bytes_of(file);
        if let Some(wrong) = entry["expected"]["error"].as_str() {
            checks.failures.extend(silent_about_what_is_wrong(file, bytes, wrong));
            continue;
        }
        for options in [ReadOptions::new(), ReadOptions::new().with_format(format)] {
            match read(bytes.clone(), &options) {
                Err(error) if entry["expected"]["spans"] == 0 && error.kind == ErrorKind::NoSpans => {}
                Err(error) => checks.failures.push(format!("{file} {options:?}: {error}")),
                Ok(outcome) => {
                    if outcome.inputs[0].format.id != format {
                        checks.failures.push(format!("{file}: guessed {}", outcome.inputs[0].format.id));
                    }
                    compare(file, &entry["expected"], &outcome.store, &mut checks);
                }
            }
        }
    }
    println!("{checked} files");
    for (file, figure, ..) in EXCEPTIONS {
        if !checks.used.contains(&(*file, *figure)) {
            checks.failures.push(format!("{file}: the exception for {figure} is none any more"));
        }
    }
    assert!(checks.failures.is_empty(), "{}", checks.failures.join("\n"));
    assert!(checked > 0);
}

/// Logs: file, spans, traces, roots and orphans together, error spans, lines; read line by line by eye.
const LOGS: &[(&str, [usize; 5])] = &[
    ("sdk/go-gokit.log", [4, 1, 4, 1, 7]),
    ("sdk/go-slog-json.jsonl", [4, 1, 4, 1, 7]),
    ("sdk/go-zap.jsonl", [4, 1, 4, 1, 7]),
    // One span has a line of another within its own two.
    ("sdk/js-pino.jsonl", [8, 2, 7, 1, 9]),
    ("sdk/py-logging-otel.log", [10, 2, 9, 1, 11]),
    ("log-text/sleuth-docs-4-services.log", [4, 1, 1, 0, 7]),
    // The index counts no trace, as the ids stand behind a path.
    ("gcp-logs/gcp-logs_span_trace_id_expected.json", [5, 1, 5, 0, 5]),
    ("otlp-logs-json/gcp-logs_span_trace_id.json", [5, 1, 5, 0, 5]),
    ("otlp-logs-jsonl/robotframework-otel-logs.jsonl", [23, 19, 23, 11, 109]),
];

#[test]
fn logs_give_what_was_counted_by_eye() {
    if index().is_none() {
        return;
    }
    for (file, figures) in LOGS {
        let found = summary::store_summary(&store_of(file));
        let found = [found.spans, found.traces, found.roots + found.orphans, found.error_spans, found.events];
        assert_eq!(found, *figures, "{file}");
    }
    let error = read(bytes_of("sdk/js-bunyan.jsonl"), &ReadOptions::new()).expect_err("no line names a trace");
    assert_eq!(error.kind, ErrorKind::NoSpans);
}

/// A file that is broken on purpose must give an error with its place, or a report of what was skipped.
fn silent_about_what_is_wrong(file: &str, bytes: Vec<u8>, wrong: &str) -> Option<String> {
    let told = match read(bytes, &ReadOptions::new()) {
        Err(error) => error.position.is_some(),
        Ok(outcome) => !outcome.inputs[0].skipped.is_empty(),
    };
    (!told).then(|| format!("{file}: nothing is said about {wrong}"))
}

#[derive(Default)]
struct Checks {
    failures: Vec<String>,
    /// Exceptions without which a figure would differ.
    used: Vec<(&'static str, &'static str)>,
}

fn compare(file: &str, expected: &Value, store: &Store, checks: &mut Checks) {
    let found = summary::store_summary(store);
    let biggest =
        store.traces().max_by_key(|trace| (trace.span_count(), std::cmp::Reverse(trace.index()))).expect("a trace");
    let trace = summary::trace_summary(&biggest);
    let mut check = |figure: &str, found: u64, expected: &Value| {
        let Some(expected) = expected.as_u64() else { return };
        let excepted = EXCEPTIONS.iter().find(|(name, of, ..)| *name == file && *of == figure);
        let wanted = excepted.map_or(expected, |(_, _, ours, _)| *ours);
        if found != wanted {
            checks.failures.push(format!("{file}: {figure} is {found}, expected {wanted}"));
        }
        if let Some((file, figure, ..)) = excepted.filter(|_| wanted != expected) {
            checks.used.push((file, figure));
        }
    };
    check("spans", found.spans as u64, &expected["spans"]);
    check("traces", found.traces as u64, &expected["traces"]);
    check("roots", found.roots as u64, &expected["roots"]);
    check("orphans", found.orphans as u64, &expected["orphans"]);
    check("duplicate_ids", found.duplicate_ids, &expected["duplicate_ids"]);
    check("error_spans", found.error_spans as u64, &expected["error_spans"]);
    check("zero_duration", found.zero_duration as u64, &expected["zero_duration"]);
    check("negative_duration", found.negative_duration as u64, &expected["negative_duration"]);
    check("links", found.links as u64, &expected["links"]);
    // Of trace events, the counter counted those of the input.
    if expected.get("by_ph").is_none() {
        check("events", found.events as u64, &expected["events"]);
    }
    check("services", found.services.len() as u64, &expected["services"]);
    check("max_depth", u64::from(found.max_depth), &expected["max_depth"]);
    let big = &expected["biggest_trace"];
    check("biggest_trace.spans", trace.spans as u64, &big["spans"]);
    check("biggest_trace.roots", trace.roots as u64, &big["roots"]);
    check("biggest_trace.services", trace.services.len() as u64, &big["services"]);
    check("biggest_trace.total_duration_ns", biggest.duration_ns(), &big["total_duration_ns"]);
    check("biggest_trace.start_ns", biggest.start_ns().unwrap_or(0), &big["start_ns"]);
    if let Some(id) = big["trace_id"].as_str()
        && store.traces().filter(|other| other.span_count() == trace.spans).count() == 1
        && !biggest.has_id(id)
        && !(file.contains("datadog") && lower_half(&biggest.id(), id))
    {
        checks.failures.push(format!("{file}: biggest trace is {}, expected {id}", biggest.id()));
    }
}

/// The counter took the lower half of Datadog's ids, with `~0` for 0; a span's `_dd.p.tid` is the upper half.
fn lower_half(id: &str, half: &str) -> bool {
    let number = |text: &str| u128::from_str_radix(text, 16).ok();
    id.len() == 32 && number(&id[16..]) == number(half.trim_start_matches('~'))
}

/// Formats of the corpus that are none of ours, and files of ours that are broken on purpose.
#[test]
fn what_is_of_another_format_is_not_guessed_to_be_ours() {
    let Some(index) = index() else { return };
    let mut failures = Vec::new();
    let mut others = 0;
    for entry in &index {
        let file = entry["file"].as_str().expect("a file name");
        let expected = format_of(entry);
        // Broken OTLP is OTLP.
        if entry["format"] == "otlp-json-invalid" {
            continue;
        }
        let detection = detect(&bytes_of(file));
        let found = detection.candidates.first().map(|candidate| candidate.format.id);
        if found != expected {
            failures.push(format!("{file} ({}): guessed {found:?}, expected {expected:?}", entry["format"]));
        }
        others += usize::from(expected.is_none());
    }
    println!("{others} files of other formats");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(others > 0);
}

fn store_of(file: &str) -> Store {
    read(bytes_of(file), &ReadOptions::new()).unwrap_or_else(|error| panic!("{file}: {error}")).store
}

/// Spans and times of `file` against those of `reference`; times may differ by a microsecond, to which other formats round.
fn same(reference: &Store, file: &str, essence: Essence) {
    let store = store_of(file);
    let (expected, found) = (essence.lines(reference), essence.lines(&store));
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found, "{file}");
    }
    assert_eq!(expected.len(), found.len(), "{file}");
    let (expected, found) = (times_us(reference), times_us(&store));
    for (id, (start, end)) in &expected {
        let (other_start, other_end) = found[id];
        assert!(start.abs_diff(other_start) <= 1 && end.abs_diff(other_end) <= 2, "{file}: times of {id:?}");
    }
}

#[test]
fn one_trace_is_the_same_in_every_format() {
    if index().is_none() {
        return;
    }
    let exact = Essence { like_zipkin: false, links: true };
    let zipkin = Essence { like_zipkin: true, links: true };
    let reference = store_of("sdk/shop.fileexporter.jsonl");
    for file in [
        "sdk/shop.tempo-v1.json",
        "sdk/shop.tempo-v2.json",
        "constructed/jaeger-v3-shop.json",
        "sdk/shop.debug-detailed.txt",
        "sdk/shop.jaeger-ui.json",
        "sdk/shop.fileexporter.proto-be32.pb",
        "sdk/shop.fileexporter.zstd-be32.bin",
        "sdk/shop.fileexporter.jsonl.gz",
        "sdk/shop.fileexporter.jsonl.zst",
        "constructed/otlp-array-of-requests-bom-crlf.json",
    ] {
        same(&reference, file, exact);
    }
    same(&reference, "sdk/shop.zipkin-v2.json", zipkin);
    let reference = store_of("big/synthetic-5000.tempo-v2.json");
    same(&reference, "big/synthetic-5000.jaeger-ui.json", exact);
    same(&reference, "big/synthetic-5000.debug-detailed.txt", exact);
    same(&reference, "big/synthetic-5000.pb", exact);
    same(&reference, "big/synthetic-5000.zipkin-v2.json", zipkin);
}
