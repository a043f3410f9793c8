//! The functions under `npm/context.js`.

use std::collections::HashSet;

use js_sys::{Reflect, Uint8Array, WebAssembly};
use spanscope::context::TraceparentBatch;
use spanscope::js::context::{
    context_memory, format_traceparent, header_area, new_span_id, new_trace, traceparent, traceparent_in_area,
    traceparent_refusal,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[wasm_bindgen_test]
fn a_header_is_read_alike_from_a_string_and_from_the_header_area() {
    let memory: WebAssembly::Memory = context_memory().unchecked_into();
    let area = Uint8Array::new(&memory.buffer());
    for header in [HEADER, "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-more", "ff", ""] {
        area.set(&Uint8Array::from(header.as_bytes()), header_area() as u32);
        assert_eq!(traceparent_in_area(header.len()), traceparent(header), "{header}");
    }
    assert_eq!(traceparent(HEADER), 1);
    assert_eq!(traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-more"), 0xcc03);
    // A length beyond the area is the caller's mistake and reads the area alone.
    assert_eq!(traceparent_in_area(usize::MAX), -1);
}

/// What vector instructions read is what the rule says, for each byte in each place.
#[wasm_bindgen_test]
fn a_line_is_a_header_by_the_rule_whatever_stands_in_it() {
    for header in [HEADER, "c0-0a9f7c3e5b18d2647f60e1d2c3b4a596-8697a8b9cadbecfd-2e"] {
        for place in 0..header.len() {
            for byte in 0..=255 {
                let mut line = header.as_bytes().to_vec();
                line[place] = byte;
                let good = match place {
                    2 | 35 | 52 => byte == b'-',
                    _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
                };
                let batch = TraceparentBatch::parse(&line);
                assert_eq!(batch.ok()[0] == 1, good, "{byte:#x} at {place}");
                if good {
                    let digits = line.iter().map(|byte| char::from(*byte)).filter(|c| *c != '-').collect::<String>();
                    let read = batch.ids()[0].iter().chain(batch.flags()).map(|byte| format!("{byte:02x}"));
                    assert_eq!(digits[2..], read.collect::<String>());
                }
            }
        }
    }
}

#[wasm_bindgen_test]
fn a_refused_header_has_a_reason_a_place_and_a_sentence() {
    assert_eq!(traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), -1);
    let refusal = traceparent_refusal("00-00000000000000000000000000000000-00f067aa0ba902b7-01").expect("a refusal");
    assert_eq!(refusal[0].as_string().as_deref(), Some("trace-id-zero"));
    assert_eq!(refusal[1].as_f64(), Some(3.0));
    assert!(refusal[2].as_string().is_some_and(|sentence| sentence.len() > 10));
    assert!(traceparent_refusal(HEADER).is_none());
}

#[wasm_bindgen_test]
fn new_ids_come_from_the_engine_and_do_not_repeat() {
    let mut seen = HashSet::new();
    // More than one pool of random bytes.
    for _ in 0..1000 {
        let ids = new_trace(-1.0).expect("random bytes");
        let (trace, span) = ids.split_at(32);
        assert_eq!(span.len(), 16);
        assert!(ids.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)), "{ids}");
        assert!(seen.insert(trace.to_owned()) && seen.insert(span.to_owned()), "{ids}");
        assert!(seen.insert(new_span_id().expect("random bytes")));
    }
}

#[wasm_bindgen_test]
fn a_trace_id_for_x_ray_begins_with_the_time() {
    let ids = new_trace(1_780_000_000.7).expect("random bytes");
    assert_eq!(&ids[..8], "6a18a500");
}

#[wasm_bindgen_test]
fn bad_ids_throw_errors_with_a_kind() {
    assert_eq!(format_traceparent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 1), Ok(HEADER.to_owned()));
    for (trace, span, kind) in [
        ("4bf9", "00f067aa0ba902b7", "trace-id"),
        ("00000000000000000000000000000000", "00f067aa0ba902b7", "trace-id-zero"),
        ("4bf92f3577b34da6a3ce929d0e0e4736", "00F067AA0BA902B7", "span-id"),
        ("4bf92f3577b34da6a3ce929d0e0e4736", "0000000000000000", "span-id-zero"),
    ] {
        let error = format_traceparent(trace, span, 0).expect_err("a bad id");
        assert!(error.is_instance_of::<js_sys::Error>());
        assert_eq!(
            Reflect::get(&error, &JsValue::from_str("kind")).ok().and_then(|kind| kind.as_string()).as_deref(),
            Some(kind)
        );
    }
}
