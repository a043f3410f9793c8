//! Trace context through the public API: the vectors of the shared material, where it exists, rules, and properties.
#![cfg(not(target_arch = "wasm32"))]

mod explain;
mod properties;
mod rules;
mod vectors;

use spanscope::context::{SpanContext, StartOptions, TraceFlags, Traceparent};

/// A pseudo-random source, so that a failing property can be run again.
fn source(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

#[test]
fn a_refusal_says_what_was_probably_meant() {
    let hint = |value: &str| value.parse::<Traceparent>().unwrap_err().to_string();
    let cases = [
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "lower case"),
        ("00-0af76519-16cd-43dd-8448-eb211c80319c-b7ad6b7169203331-01", "UUID"),
        ("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"", "quotes"),
        ("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "header's name"),
        ("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", "b3"),
        ("8448eb211c80319c-b7ad6b7169203331", "b3"),
        ("0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1", "uber-trace-id"),
        ("Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331", "X-Amzn-Trace-Id"),
        ("0af7651916cd43dd8448eb211c80319c/1;o=1", "X-Cloud-Trace-Context"),
        (
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "joined by a comma",
        ),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01", "leading zero"),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n", "line break"),
        ("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "version is missing"),
        ("00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", "separated by dashes"),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", "only zeros"),
        ("\u{a0}00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "no-break space"),
    ];
    for (value, word) in cases {
        let sentence = hint(value);
        assert!(sentence.contains(word), "{value}: {sentence}");
        assert!(sentence.starts_with("Expected ") && sentence.ends_with('.'), "{sentence}");
    }
}

#[test]
fn a_new_trace_is_random_and_says_so() {
    let context = SpanContext::start(&mut source(1), StartOptions::default());
    assert_eq!(context.flags(), TraceFlags::SAMPLED | TraceFlags::RANDOM);
    let unsampled = SpanContext::start(&mut source(1), StartOptions::default().with_sampled(false));
    assert_eq!(unsampled.flags(), TraceFlags::RANDOM);
    let xray = SpanContext::start(&mut source(1), StartOptions::default().with_xray_time(0x5759_e988));
    assert_eq!(xray.trace_id().high_u64() >> 32, 0x5759_e988);
    assert!(xray.is_random());
}
