//! The headers of Instana: `X-INSTANA-T`, `X-INSTANA-S` and the level `X-INSTANA-L`.
//!
//! Ids may lack their leading zeros. The level is 1 for sampled and 0 for not, perhaps with more after a comma; left out it
//! is 1, and `0` alone, without ids, asks for no trace.

use crate::context::error::{HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name};
use crate::context::id_text::{Digits, Place};
use crate::context::inject::Out;
use crate::context::shape::trim;
use crate::context::span_context::SpanContext;
use crate::id::{SpanId, TraceId};

pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    let (trace, span) = (fields.one(Name::InstanaTrace)?, fields.one(Name::InstanaSpan)?);
    let level = fields.one(Name::InstanaLevel)?.unwrap_or(b"1");
    let sampled = trim(level.split(|byte| *byte == b',').next().unwrap_or_default()) != b"0";
    if trace.is_none() && span.is_none() {
        return Ok((!sampled).then_some(Read::Decision { sampled: Some(false), debug: false }));
    }
    let place = Place {
        header: Name::InstanaTrace.as_str(),
        offset: 0,
        reason: Reason::TraceId,
        zero: Reason::TraceIdZero,
        expected: "up to 32 hex digits as trace id",
    };
    let trace = trace.ok_or_else(|| place.missing())?;
    let trace_id = TraceId::new(place.nonzero(trace, Digits::UpTo(32))?);
    let place = Place {
        header: Name::InstanaSpan.as_str(),
        reason: Reason::SpanId,
        zero: Reason::SpanIdZero,
        expected: "up to 16 hex digits as span id",
        ..place
    };
    let span_id = SpanId::new(place.nonzero(span.ok_or_else(|| place.missing())?, Digits::UpTo(16))? as u64);
    let context = SpanContext::of_nonzero(trace_id, Some(span_id)).with_sampled(Some(sampled));
    Ok(Some(Read::Context(if trace.len() <= 16 { context.with_narrow_trace_id() } else { context })))
}

pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let Some(span_id) = context.span_id() else {
        return;
    };
    out(Name::InstanaTrace.as_str(), &[&context.trace_id_text()]);
    out(Name::InstanaSpan.as_str(), &[&span_id.to_string()]);
    if let Some(sampled) = context.sampled() {
        out(Name::InstanaLevel.as_str(), &[if sampled { "1" } else { "0" }]);
    }
}
