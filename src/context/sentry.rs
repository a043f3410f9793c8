//! `sentry-trace`, [Sentry's header](https://develop.sentry.dev/sdk/telemetry/traces/distributed-tracing/).
//!
//! ```text
//! sentry-trace: 0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1
//!               └ trace id                       └ span id        └ 1 sampled, 0 not; left out: deferred
//! ```
//!
//! What else Sentry passes on is baggage, in members whose keys begin with `sentry-`.

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name};
use crate::context::id_text::{Digits, Place};
use crate::context::inject::Out;
use crate::context::shape::Shape;
use crate::context::span_context::SpanContext;
use crate::id::{SpanId, TraceId};

pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    fields.one(Name::Sentry)?.map(value).transpose()
}

/// Reads the header's value.
pub(super) fn value(value: &[u8]) -> Result<Read, HeaderError> {
    let name = Name::Sentry.as_str();
    if value.is_empty() {
        return Err(HeaderError::new(name, Reason::Empty, 0, "<trace id>-<span id>-<sampled>", Found::End));
    }
    let mut parts = value.split(|byte| *byte == b'-');
    let trace = parts.next().unwrap_or_default();
    let expected = "32 lower-case hex digits as trace id";
    let place = Place { header: name, offset: 0, reason: Reason::TraceId, zero: Reason::TraceIdZero, expected };
    let hint = match Shape::of(value) {
        Some(Shape::Traceparent) => Some("this looks like the value of a traceparent header"),
        _ => None,
    };
    let trace_id =
        place.nonzero(trace, Digits::Lower { width: 32, half: false }).map_err(|error| error.with_hint(hint))?;
    let Some(span) = parts.next() else {
        return Err(HeaderError::new(name, Reason::SpanId, value.len(), "a dash and the span id", Found::End));
    };
    let expected = "16 lower-case hex digits as span id";
    let place = Place { header: name, offset: 33, reason: Reason::SpanId, zero: Reason::SpanIdZero, expected };
    let span_id = place.nonzero(span, Digits::Lower { width: 16, half: false })?;
    let sampled = match value.get(49..) {
        None | Some([]) => None,
        Some(b"-1") => Some(true),
        Some(b"-0") => Some(false),
        Some([b'-', b'0' | b'1', ..]) => {
            return Err(HeaderError::at(name, Reason::Trailing, value, 51, "the end after the sampling decision"));
        }
        Some(_) => {
            return Err(HeaderError::at(name, Reason::Sampled, value, 50, "1 or 0 as sampling decision"));
        }
    };
    let context = SpanContext::of_nonzero(TraceId::new(trace_id), Some(SpanId::new(span_id as u64)));
    Ok(Read::Context(context.with_sampled(sampled)))
}

pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let Some(span_id) = context.span_id() else {
        return;
    };
    let sampled = match context.sampled() {
        Some(true) => "-1",
        Some(false) => "-0",
        None => "",
    };
    out(Name::Sentry.as_str(), &[&context.trace_id().to_string(), "-", &span_id.to_string(), sampled]);
}
