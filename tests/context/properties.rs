//! What holds for any input.

use proptest::prelude::*;
use spanscope::context::{
    Baggage, BaggageMember, Format, Level, SpanContext, TraceFlags, TraceState, Traceparent, extract, header_names,
    inject,
};
use spanscope::{SpanId, TraceId};

use crate::source;

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

/// Contexts with all that a format may hold of them.
fn contexts() -> impl Strategy<Value = SpanContext> {
    let trace = prop_oneof![1..=u128::MAX, 1..=u128::from(u64::MAX)];
    (trace, 1..=u64::MAX, any::<Option<bool>>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(trace, span, sampled, random, debug, narrow)| {
            let context = SpanContext::new(TraceId::new(trace), Some(SpanId::new(span))).unwrap();
            let context = context.with_sampled(sampled).with_random(random).with_debug(debug);
            if narrow { context.with_narrow_trace_id() } else { context }
        },
    )
}

/// What is left of a context after it has travelled in a format.
fn travelled(context: &SpanContext, format: Format) -> Option<SpanContext> {
    let headers = inject(context, &[format]);
    let found = extract(headers.iter().map(|(name, value)| (name, value)), &[format]);
    assert!(found.problems.is_empty(), "{headers:?}: {:?}", found.problems);
    found.context
}

proptest! {
    #[test]
    fn contexts_keep_what_a_format_can_hold(context in contexts()) {
        for format in Format::ALL {
            let low_only = matches!(format, Format::Ot);
            let Some(back) = travelled(&context, format) else {
                // Only where the lower half is the whole id can there be nothing to write.
                prop_assert!(matches!(format, Format::Ot | Format::Datadog) && context.trace_id().low_u64() == 0);
                continue;
            };
            prop_assert_eq!(back.trace_id().low_u64(), context.trace_id().low_u64());
            prop_assert_eq!(back.trace_id().high_u64(), if low_only { 0 } else { context.trace_id().high_u64() });
            prop_assert_eq!(back.span_id(), context.span_id());
            let defers = !matches!(format, Format::W3c | Format::Elastic | Format::Jaeger | Format::GrpcTraceBin | Format::Instana);
            let sampled = match context.sampled() {
                None if !defers => Some(format == Format::Instana),
                sampled => sampled,
            };
            prop_assert_eq!(back.sampled(), sampled, "{}", format);
            if matches!(format, Format::B3 | Format::B3Multi | Format::Jaeger) {
                prop_assert_eq!(back.is_debug(), context.is_debug());
            }
            if matches!(format, Format::W3c | Format::GrpcTraceBin) {
                prop_assert_eq!(back.is_random(), context.is_random());
            }
            // What was read is written alike.
            prop_assert_eq!(inject(&back, &[format]), inject(&travelled(&back, format).unwrap(), &[format]));
        }
    }

    #[test]
    fn any_headers_are_read_without_a_panic(
        values in prop::collection::vec((prop::sample::select(header_names().collect::<Vec<_>>()), prop::collection::vec(any::<u8>(), 0..60)), 0..8),
        text in "[0-9a-fd:;=%/,.-]{0,80}", name in prop::sample::select(header_names().collect::<Vec<_>>()),
    ) {
        let found = extract(values.iter().map(|(name, value)| (*name, value)), &Format::ALL);
        if let Some(context) = &found.context {
            inject(context, &Format::ALL);
        }
        let found = extract([(name, text.as_str())], &Format::ALL);
        prop_assert!(found.problems.iter().all(|problem| problem.offset().is_none_or(|at| at <= text.len())), "{:?}", found.problems);
    }

    #[test]
    fn trace_states_stay_within_their_grammar(lines in prop::collection::vec("[a-c=, @A\t]{0,40}", 0..4), key in "[a-zA-Z@=]{0,4}", value in "[ -~]{0,6}", length in 0..60_usize) {
        if let Ok(mut state) = TraceState::parse(&lines, Level::Two) {
            prop_assert_eq!(state.to_string().parse(), Ok(state.clone()));
            if state.insert(&key, &value).is_ok() {
                prop_assert_eq!(state.iter().next(), Some((key.as_str(), value.as_str())));
            }
            prop_assert_eq!(state.to_string().parse(), Ok(state.clone()));
            state.truncate(length);
            prop_assert!(state.as_str().len() <= length);
            prop_assert_eq!(state.to_string().parse(), Ok(state));
        }
    }

    #[test]
    fn baggage_is_read_back(members in prop::collection::vec(("[a-z!%~]{1,6}", ".{0,8}", prop::collection::vec(("[a-z]{1,3}", any::<Option<String>>()), 0..3)), 1..8)) {
        let baggage: Baggage = members.into_iter().map(|(key, value, properties)| {
            properties.into_iter().fold(BaggageMember::new(key, value).unwrap(), |member, (key, value)| member.with_property(key, value).unwrap())
        }).collect();
        let (read, problems) = Baggage::parse([baggage.to_string()]);
        prop_assert_eq!(&problems, &[]);
        prop_assert_eq!(read, baggage);
    }
}
