//! Trace context through the public API: the vectors of the shared material, where it exists, and properties.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;
use spanscope::context::{SpanContext, StartOptions, TraceFlags, Traceparent};
use spanscope::{SpanId, TraceId};

/// Calls `check` with each vector's input and expectation, and collects what it complains about.
fn vectors(name: &str, check: impl Fn(&Value, &Value) -> Result<(), String>) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/context").join(name).with_extension("json");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: no ../shared");
        return;
    };
    let file: Value = serde_json::from_str(&text).expect("the vector file is JSON");
    let vectors = file["vectors"].as_array().expect("the file has vectors");
    assert!(!vectors.is_empty());
    let failures: Vec<String> = vectors
        .iter()
        .filter_map(|vector| {
            let complaint = check(&vector["input"], &vector["expect"]).err()?;
            Some(format!("{} ({}): {complaint}\n  {vector}", vector["id"], vector["why"]))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} fail\n{}", failures.len(), vectors.len(), failures.join("\n"));
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, got: T, expected: T) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{what}: got {got:?}, expected {expected:?}")) }
}

#[test]
fn valid_traceparents_are_read_and_sent_on_as_version_00() {
    vectors("traceparent_valid", |input, expect| {
        let parent: Traceparent = input.as_str().unwrap().parse().map_err(|e| format!("refused: {e}"))?;
        equal("version", format!("{:02x}", parent.version()).as_str(), expect["version"].as_str().unwrap())?;
        equal("trace id", parent.trace_id().to_string().as_str(), expect["traceId"].as_str().unwrap())?;
        equal("parent id", parent.parent_id().to_string().as_str(), expect["parentId"].as_str().unwrap())?;
        equal("flags", u64::from(parent.flags().bits()), expect["rawFlags"].as_u64().unwrap())?;
        equal("sampled", parent.flags().is_sampled(), expect["sampled"].as_bool().unwrap())?;
        equal("random", parent.flags().is_random(), expect["random"].as_bool().unwrap())?;
        let sent = parent.to_string();
        equal("sent version", &sent[..2], expect["outgoingVersion"].as_str().unwrap())?;
        equal("sent flags", &sent[53..], expect["outgoingFlags"].as_str().unwrap())?;
        equal("sent ids", &sent[3..52], &format!("{}-{}", parent.trace_id(), parent.parent_id()))
    });
}

#[test]
fn invalid_traceparents_are_refused_with_reason_and_offset() {
    vectors("traceparent_invalid", |input, expect| {
        let Err(error) = input.as_str().unwrap().parse::<Traceparent>() else {
            return Err("accepted".into());
        };
        equal("reason", error.reason().as_str(), expect["reason"].as_str().unwrap())?;
        equal("offset", error.offset().map(|at| at as u64), expect["at"].as_u64())
    });
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
fn a_new_trace_is_random_and_says_so() {
    let context = SpanContext::start(&mut source(1), StartOptions::default());
    assert_eq!(context.flags(), TraceFlags::SAMPLED | TraceFlags::RANDOM);
    let unsampled = SpanContext::start(&mut source(1), StartOptions::default().with_sampled(false));
    assert_eq!(unsampled.flags(), TraceFlags::RANDOM);
    let xray = SpanContext::start(&mut source(1), StartOptions::default().with_xray_time(0x5759_e988));
    assert_eq!(xray.trace_id().high_u64() >> 32, 0x5759_e988);
    assert!(xray.is_random());
}

fn traceparents() -> impl Strategy<Value = Traceparent> {
    (1..=u128::MAX, 1..=u64::MAX, 0..=3_u8).prop_map(|(trace, span, flags)| {
        Traceparent::new(TraceId::new(trace), SpanId::new(span), TraceFlags::new(flags)).unwrap()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(parent in traceparents()) {
        prop_assert_eq!(parent.to_string().parse(), Ok(parent));
        prop_assert_eq!(SpanContext::from(parent).traceparent(), Some(parent));
    }

    #[test]
    fn any_bytes_are_read_or_refused_in_place(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Err(error) = Traceparent::parse(&bytes) {
            prop_assert!(error.offset().is_some_and(|at| at <= bytes.len()));
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn one_changed_character_is_found_where_it_is(
        parent in traceparents(), place in 0..55_usize, byte in prop::char::range(' ', '\u{2100}'),
    ) {
        let mut text: Vec<char> = parent.to_string().chars().collect();
        text[place] = byte;
        let text: String = text.into_iter().collect();
        match text.parse::<Traceparent>() {
            // A lower-case hex digit where one was, or the dash put back.
            Ok(read) => prop_assert!(byte.is_ascii_hexdigit() || byte == '-', "{text} was read as {read}"),
            Err(error) => {
                let at = error.offset().unwrap();
                // White space at either end is cut off before counting; an id that became zero is named as a whole.
                let cut = byte == ' ' && (place == 0 || place == 54);
                let whole = matches!(error.reason().as_str(), "version-ff" | "trace-id-zero" | "parent-id-zero" | "trailing");
                prop_assert!(at == place || cut || whole, "{text}: {error}");
            }
        }
    }

    #[test]
    fn a_child_stays_in_the_trace(parent in traceparents(), seed: u64, sampled: Option<bool>) {
        let parent = SpanContext::from(parent);
        let child = parent.child(&mut source(seed), sampled);
        prop_assert_eq!(child.trace_id(), parent.trace_id());
        prop_assert_ne!(child.span_id(), parent.span_id());
        prop_assert_eq!(child.is_random(), parent.is_random());
        prop_assert_eq!(child.sampled(), sampled.or(parent.sampled()));
    }
}
