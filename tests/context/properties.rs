//! What holds for any input.

use proptest::prelude::*;
use spanscope::context::{SpanContext, TraceFlags, Traceparent};
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
