//! The classes under `npm/index.js`: bytes in, numbers and plain objects out, errors as JavaScript's own.

use js_sys::{Array, BigInt, Error, JSON, Object, Reflect, Uint8Array};
use spanscope::js::{Reader, Trace, TraceSet, axis_ticks, detect, formats, memory_bytes};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const TRACE: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[
    {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"0000000000000001","name":"GET /cart","kind":2,"startTimeUnixNano":"1000","endTimeUnixNano":"2000",
     "attributes":[{"key":"__proto__","value":{"intValue":"9223372036854775807"}}]},
    {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"0000000000000002","parentSpanId":"0000000000000001","name":"<img src=x onerror=alert(1)>",
     "startTimeUnixNano":"1200","endTimeUnixNano":"1900","status":{"code":2}}]}]}]}"#;

/// Reads a text in pieces of this size.
fn read(text: &[u8], piece: usize, format: Option<&str>) -> Result<TraceSet, JsValue> {
    let mut reader = Reader::new();
    reader.begin(text.len() as f64, format.map(str::to_owned), None)?;
    for chunk in text.chunks(piece.max(1)) {
        reader.push(&Uint8Array::from(chunk))?;
    }
    reader.finish()
}

fn trace() -> Trace {
    read(TRACE.as_bytes(), 100, None).expect("a trace").trace_at(0).expect("it is there")
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).expect("an object")
}

fn text(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_else(|| panic!("{key} is a string"))
}

#[wasm_bindgen_test]
fn pieces_of_any_size_make_the_same_set() {
    for piece in [1, 7, 64, 4096] {
        let set = read(TRACE.as_bytes(), piece, None).expect("a trace");
        assert_eq!((set.span_count(), set.trace_count(), set.format().as_str()), (2, 1, "otlp-json"));
        let summary = String::from(JSON::stringify(&set.summary().expect("an object")).expect("plain"));
        assert_eq!(
            summary,
            r#"{"format":"otlp-json","spans":2,"traces":1,"roots":1,"orphans":0,"duplicateIds":0,"errorSpans":1,"zeroDuration":0,"negativeDuration":0,"links":0,"events":0,"services":["shop"],"maxDepth":2}"#
        );
    }
}

#[wasm_bindgen_test]
fn bulk_answers_are_numbers_in_tree_order() {
    let trace = trace();
    assert_eq!(trace.starts(), [0.0, 200.0]);
    assert_eq!(trace.durations(), [1000.0, 700.0]);
    assert_eq!(trace.self_times(), [300.0, 700.0]);
    assert_eq!(trace.parents(), [-1, 0]);
    assert_eq!(trace.depths(), [0, 1]);
    assert_eq!(trace.critical_paths(), [0.0, 3.0, 0.0, 900.0, 1000.0, 1.0, 200.0, 900.0, 0.0, 0.0, 200.0]);
    assert_eq!(trace.find("2"), [1]);
    assert_eq!(trace.error_spans(), [1]);
    assert!(trace.verdict().contains("700 ns, 70 % of the request"), "{}", trace.verdict());
}

#[wasm_bindgen_test]
fn one_span_is_a_plain_object_whose_keys_no_trace_can_choose() {
    let span = trace().span(0).expect("a span");
    assert!(Object::get_prototype_of(&span) == Object::get_prototype_of(&Object::new()));
    let attribute = Array::from(&get(&span, "attributes")).get(0);
    assert_eq!((text(&attribute, "key").as_str(), text(&attribute, "type").as_str()), ("__proto__", "int"));
    let value: BigInt = get(&attribute, "value").dyn_into().expect("beyond 2^53 it is a BigInt");
    assert_eq!(value, BigInt::from(i64::MAX));
    let start: BigInt = get(&span, "startUnixNs").dyn_into().expect("an absolute time is a BigInt");
    assert_eq!(start, BigInt::from(1000));
    let child = trace().span(1).expect("a span");
    assert_eq!(text(&child, "name"), "<img src=x onerror=alert(1)>");
}

#[wasm_bindgen_test]
fn a_trace_outlives_its_set_and_a_waterfall_its_trace() {
    let set = read(TRACE.as_bytes(), 4096, None).expect("a trace");
    let trace = set.trace_by_id("4BF92F3577B34DA6A3CE929D0E0E4736").expect("it is there");
    drop(set);
    let mut waterfall = trace.waterfall();
    drop(trace);
    assert_eq!(waterfall.row_count(), 2);
    waterfall.set_expanded(0, false);
    assert_eq!((waterfall.row_count(), waterfall.row_of(1), waterfall.reveal(1)), (1, -1, 1));
    let rows = waterfall.rows(0, 10, f64::NEG_INFINITY, f64::INFINITY);
    assert_eq!(waterfall.name(rows[9] as u32), "GET /cart");
}

#[wasm_bindgen_test]
fn what_cannot_be_read_throws_an_error_with_a_kind_and_a_place() {
    for (input, format, kind, offset) in [
        ("", None, "empty", Some(0.0)),
        ("{\"resourceSpans\":[x", None, "syntax", Some(18.0)),
        ("<html>", None, "unknown-format", Some(0.0)),
        ("{\"a\":1}", None, "unknown-format", Some(0.0)),
        ("{}", Some("nonsense"), "no-such-format", None),
        (&"[".repeat(1_000_000), None, "too-deep", None),
    ] {
        let error = read(input.as_bytes(), 1 << 16, format).expect_err("this is no trace");
        let error: Error = error.dyn_into().expect("an Error");
        assert_eq!(text(&error, "kind"), kind);
        let message = String::from(error.message());
        assert!(message.starts_with("Expected ") && message.ends_with('.'), "{message}");
        let position = get(&error, "position");
        if let Some(offset) = offset {
            assert_eq!(get(&position, "offset").as_f64(), Some(offset), "{kind}");
            assert_eq!(get(&position, "line").as_f64(), Some(1.0));
        }
    }
    // The module goes on after that.
    assert_eq!(trace().span_count(), 2);
}

#[wasm_bindgen_test]
fn what_is_not_there_throws_or_is_nothing() {
    let trace = trace();
    for error in [trace.span(2).expect_err("no span"), trace.children(usize::MAX).expect_err("no span")] {
        assert_eq!(text(&error, "kind"), "no-such-span");
    }
    let mut set = read(TRACE.as_bytes(), 4096, None).expect("a trace");
    assert!(set.trace_at(1).is_none() && set.trace_by_id("ff").is_none() && set.trace_by_id("").is_none());
    assert_eq!(text(&set.traces(0, 1, "color").expect_err("no order"), "kind"), "no-such-order");
    assert_eq!(Array::from(&set.traces(0, usize::MAX, "errors").expect("a list")).length(), 1);
}

#[wasm_bindgen_test]
fn too_much_is_refused_before_it_is_tried() {
    let mut reader = Reader::new();
    let error = reader.begin(1e18, None, None).expect_err("no memory is that large");
    assert_eq!(text(&error, "kind"), "too-large");
    assert!(memory_bytes() < 4e9);
}

#[wasm_bindgen_test]
fn formats_detection_and_ticks_are_plain() {
    let formats = Array::from(&formats().expect("a list"));
    assert!(formats.iter().any(|format| text(&format, "id") == "otlp-json" && text(&format, "name") == "OTLP JSON"));
    let found = detect(TRACE.as_bytes()).expect("an object");
    assert_eq!((text(&found, "kind").as_str(), text(&found, "format").as_str()), ("traces", "otlp-json"));
    assert_eq!(text(&detect(b"\xff\x00").expect("an object"), "kind"), "unknown");
    let ticks = Array::from(&axis_ticks(&[0.0, 1000.0], 3).expect("a list"));
    assert_eq!(ticks.iter().map(|tick| text(&tick, "label")).collect::<Vec<_>>(), ["0", "500 ns", "1.00 µs"]);
}
