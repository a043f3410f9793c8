//! Real files of many producers, where they exist: each must give the figures that an independent counter found, read with the format named
//! and with it guessed.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

use serde_json::Value;
use spanscope::analyze::summary;
use spanscope::{ReadOptions, read};

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
    ("zipkin-v2", "zipkin-json"),
];

/// Figures that differ on purpose: file, figure, ours, reason.
const EXCEPTIONS: &[(&str, &str, u64, &str)] = &[
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
        "jaeger-ui-json/crisp-15.json",
        "error_spans",
        2,
        "a tag error with the text ClientSideError is an error; the counter took only true for one",
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
];

const LINK_IS_NO_PARENT: &str = "two spans have two FOLLOWS_FROM references into another trace each: none of them can be the parent, so all four are \
     links; the counter took the first of each for the parent";
const NO_END: &str = "spans without a duration were never finished; the counter took their duration as 0";
const FROM_ZERO: &str =
    "all times count from the trace's own beginning, so the root's start of 0 is a time; the counter took it for none";

/// The exceptions name no figure that is not there.
#[test]
fn every_exception_has_a_reason() {
    assert!(
        EXCEPTIONS.iter().all(|(file, figure, _, reason)| !file.is_empty() && !figure.is_empty() && !reason.is_empty())
    );
}

#[test]
fn every_file_gives_the_expected_figures_named_and_guessed() {
    let Ok(index) = std::fs::read_to_string(Path::new(ROOT).join("INDEX.json")) else {
        println!("skipped: no ../shared");
        return;
    };
    let index: Vec<Value> = serde_json::from_str(&index).expect("the index is JSON");
    let mut failures = Vec::new();
    let mut checked = 0;
    for entry in &index {
        let file = entry["file"].as_str().expect("a file name");
        let Some((_, format)) = FORMATS.iter().find(|(name, _)| entry["format"] == *name) else { continue };
        if file.ends_with(".gz") || file.ends_with(".zst") {
            continue;
        }
        checked += 1;
        let bytes = std::fs::read(Path::new(ROOT).join(file)).expect("a listed file");
        for options in [ReadOptions::new(), ReadOptions::new().with_format(*format)] {
            match read(bytes.clone(), &options) {
                Err(error) => failures.push(format!("{file} {options:?}: {error}")),
                Ok(outcome) => {
                    if outcome.inputs[0].format.id != *format {
                        failures.push(format!("{file}: guessed {}", outcome.inputs[0].format.id));
                    }
                    compare(file, &entry["expected"], &outcome.store, &mut failures);
                }
            }
        }
    }
    println!("{checked} files");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(checked > 0);
}

fn compare(file: &str, expected: &Value, store: &spanscope::Store, failures: &mut Vec<String>) {
    let found = summary::store_summary(store);
    let biggest =
        store.traces().max_by_key(|trace| (trace.span_count(), std::cmp::Reverse(trace.index()))).expect("a trace");
    let trace = summary::trace_summary(&biggest);
    let mut check = |figure: &str, found: u64, expected: &Value| {
        let Some(expected) = expected.as_u64() else { return };
        let excepted = EXCEPTIONS.iter().find(|(name, of, ..)| *name == file && *of == figure);
        let wanted = excepted.map_or(expected, |(_, _, ours, _)| *ours);
        if found != wanted {
            failures.push(format!("{file}: {figure} is {found}, expected {wanted}"));
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
    check("events", found.events as u64, &expected["events"]);
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
    {
        failures.push(format!("{file}: biggest trace is {}, expected {id}", biggest.id()));
    }
}
