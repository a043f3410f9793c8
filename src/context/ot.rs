//! The headers of OpenTracing tracers: `ot-tracer-traceid`, `ot-tracer-spanid`, `ot-tracer-sampled`, `ot-baggage-…`.
//!
//! The trace id is written with 64 bits, 16 digits; 32 digits are read too. Sampled is `true` or `false`, of some senders
//! `1` or `0`; left out, it is deferred. Baggage values stand as they are.

use crate::context::baggage::{Baggage, BaggageMember};
use crate::context::error::{HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name, Prefix};
use crate::context::id_text::{Digits, Place};
use crate::context::inject::Out;
use crate::context::shape::trim;
use crate::context::span_context::SpanContext;
use crate::id::{SpanId, TraceId};

pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    let (trace, span) = (fields.one(Name::OtTrace)?, fields.one(Name::OtSpan)?);
    let sampled = fields.one(Name::OtSampled)?;
    if trace.is_none() && span.is_none() && sampled.is_none() {
        return Ok(None);
    }
    let place = Place {
        header: Name::OtTrace.as_str(),
        offset: 0,
        reason: Reason::TraceId,
        zero: Reason::TraceIdZero,
        expected: "16 or 32 hex digits as trace id",
    };
    let trace = trace.ok_or_else(|| place.missing())?;
    let trace_id = TraceId::new(place.nonzero(trace, Digits::Either { width: 32, half: true })?);
    let place = Place {
        header: Name::OtSpan.as_str(),
        reason: Reason::SpanId,
        zero: Reason::SpanIdZero,
        expected: "16 hex digits as span id",
        ..place
    };
    let span = span.ok_or_else(|| place.missing())?;
    let span_id = SpanId::new(place.nonzero(span, Digits::Either { width: 16, half: false })? as u64);
    let sampled = match sampled {
        None | Some(b"") => None,
        Some(value) if value == b"1" || value.eq_ignore_ascii_case(b"true") => Some(true),
        Some(value) if value == b"0" || value.eq_ignore_ascii_case(b"false") => Some(false),
        Some(value) => {
            return Err(HeaderError::at(Name::OtSampled.as_str(), Reason::Sampled, value, 0, "true or false"));
        }
    };
    let context = SpanContext::of_nonzero(trace_id, Some(span_id)).with_sampled(sampled);
    Ok(Some(Read::Context(if trace.len() == 16 { context.with_narrow_trace_id() } else { context })))
}

pub(super) fn read_baggage(fields: &Fields<'_>, baggage: &mut Baggage, report: &mut dyn FnMut(HeaderError)) {
    for (key, value) in fields.prefixed(Prefix::Ot) {
        if let Some(full) = baggage.full(Prefix::Ot.as_str()) {
            return report(full.of_key(key));
        }
        match BaggageMember::new(key.to_ascii_lowercase(), String::from_utf8_lossy(trim(value))) {
            Ok(member) => baggage.push(member),
            Err(error) => report(error),
        }
    }
}

/// Nothing is written when the lower half of the trace id is zero: for this format it is the whole id.
pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let (low, Some(span_id)) = (SpanId::new(context.trace_id().low_u64()), context.span_id()) else {
        return;
    };
    if low.is_zero() {
        return;
    }
    out(Name::OtTrace.as_str(), &[&low.to_string()]);
    out(Name::OtSpan.as_str(), &[&span_id.to_string()]);
    if let Some(sampled) = context.sampled() {
        out(Name::OtSampled.as_str(), &[if sampled { "true" } else { "false" }]);
    }
}

/// Values that cannot stand in a header as they are stay out.
pub(super) fn write_baggage(baggage: &Baggage, out: &mut Out<'_>) {
    for member in baggage.members() {
        let value = member.value();
        if value.trim() == value && value.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            out(&[Prefix::Ot.as_str(), member.key()].concat(), &[value]);
        }
    }
}
