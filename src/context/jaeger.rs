//! `uber-trace-id`, [Jaeger's own header](https://www.jaegertracing.io/docs/1.76/sdk-migration/#propagation-format).
//!
//! ```text
//! uber-trace-id: 9c41e35aeb6d1272:45fd2a9709dadcf1:0:1
//!                └ trace id       └ span id        │ └ flags, hexadecimal: 1 sampled, 2 debug
//!                                                  └ parent of the span, given up: anything, written as 0
//! uberctx-<key>: a percent-encoded value: baggage
//! ```
//!
//! Ids may lack their leading zeros, and the colons may be percent-encoded. Debug counts only with sampled.

use crate::context::baggage::{Baggage, BaggageMember};
use crate::context::error::{Found, HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name, Prefix};
use crate::context::id_text::{Digits, Place};
use crate::context::inject::Out;
use crate::context::percent;
use crate::context::shape::trim;
use crate::context::span_context::SpanContext;
use crate::id::{SpanId, TraceId};

const SAMPLED: u8 = 1;
const DEBUG: u8 = 2;

pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    fields.one(Name::Jaeger)?.map(value).transpose()
}

/// The four parts with their places.
pub(super) fn parts(value: &[u8]) -> Result<[(usize, &[u8]); 4], HeaderError> {
    let name = Name::Jaeger.as_str();
    let expected = "four parts: <trace id>:<span id>:<parent id>:<flags>";
    if value.is_empty() {
        return Err(HeaderError::new(name, Reason::Empty, 0, expected, Found::End));
    }
    let mut parts: [(usize, &[u8]); 4] = [(0, &[]); 4];
    let (mut count, mut start, mut at) = (0, 0, 0);
    while at <= value.len() {
        let colon = match value.get(at) {
            None => Some(0),
            Some(b':') => Some(1),
            Some(b'%') if percent::byte_at(value, at) == Some(b':') => Some(3),
            Some(_) => None,
        };
        let Some(width) = colon else {
            at += 1;
            continue;
        };
        let Some(part) = parts.get_mut(count) else {
            return Err(HeaderError::at(name, Reason::Syntax, value, start - 1, expected));
        };
        *part = (start, &value[start..at]);
        count += 1;
        start = at + width;
        at = start.max(at + 1);
    }
    if count < 4 {
        return Err(HeaderError::at(name, Reason::Syntax, value, value.len(), expected));
    }
    Ok(parts)
}

/// Reads the header's value.
pub(super) fn value(value: &[u8]) -> Result<Read, HeaderError> {
    let name = Name::Jaeger.as_str();
    let [(at_trace, trace), (at_span, span), _, (at_flags, flags)] = parts(value)?;
    let place = Place {
        header: name,
        offset: at_trace,
        reason: Reason::TraceId,
        zero: Reason::TraceIdZero,
        expected: "up to 32 hex digits as trace id",
    };
    let trace_id = TraceId::new(place.nonzero(trace, Digits::UpTo(32))?);
    let place = Place {
        header: name,
        offset: at_span,
        reason: Reason::SpanId,
        zero: Reason::SpanIdZero,
        expected: "up to 16 hex digits as span id",
    };
    let span_id = SpanId::new(place.nonzero(span, Digits::UpTo(16))? as u64);
    if let Some(at) = flags.iter().position(|byte| !byte.is_ascii_hexdigit()).or(flags.is_empty().then_some(0)) {
        return Err(HeaderError::at(name, Reason::Flags, value, at_flags + at, "hex digits as flags"));
    }
    let bits = char::from(flags[flags.len() - 1]).to_digit(16).unwrap_or_default() as u8;
    let sampled = bits & SAMPLED != 0;
    let context = SpanContext::of_nonzero(trace_id, Some(span_id))
        .with_sampled(Some(sampled))
        .with_debug(sampled && bits & DEBUG != 0);
    Ok(Read::Context(if trace.len() <= 16 { context.with_narrow_trace_id() } else { context }))
}

/// The baggage of `uberctx-` headers. A value that cannot be decoded is left out.
pub(super) fn read_baggage(fields: &Fields<'_>, baggage: &mut Baggage, report: &mut dyn FnMut(HeaderError)) {
    for (key, value) in fields.prefixed(Prefix::Jaeger) {
        if let Some(full) = baggage.full(Prefix::Jaeger.as_str()) {
            return report(full.of_key(key));
        }
        let value = trim(value);
        let mut malformed = None;
        let decoded = percent::decode(value, |at| malformed = malformed.or(Some(at)));
        match malformed {
            Some(at) => report(
                HeaderError::new(
                    Prefix::Jaeger.as_str(),
                    Reason::Percent,
                    at,
                    "two hex digits after the percent sign",
                    Found::Words("something else"),
                )
                .of_key(key),
            ),
            None => match BaggageMember::new(key.to_ascii_lowercase(), decoded) {
                Ok(member) => baggage.push(member),
                Err(error) => report(error),
            },
        }
    }
}

pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let Some(span_id) = context.span_id() else {
        return;
    };
    let parent_and_flags = match (context.is_debug(), context.sampled()) {
        (true, _) => ":0:03",
        (_, Some(true)) => ":0:01",
        _ => ":0:00",
    };
    out(Name::Jaeger.as_str(), &[&context.trace_id_text(), ":", &span_id.to_string(), parent_and_flags]);
}

pub(super) fn write_baggage(baggage: &Baggage, out: &mut Out<'_>) {
    for member in baggage.members() {
        let mut value = String::new();
        percent::encode_onto(&mut value, member.value(), |byte| {
            byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)
        });
        out(&[Prefix::Jaeger.as_str(), member.key()].concat(), &[&value]);
    }
}
