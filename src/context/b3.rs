//! B3, [Zipkin's headers](https://github.com/openzipkin/b3-propagation): one header, or several.
//!
//! ```text
//! b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90      or only a decision: 0, 1, d
//!     └ trace id, 32 or 16 digits      └ span id        │ └ parent of the span
//!                                                       └ 1 sampled, 0 not, d debug; left out: deferred
//! X-B3-TraceId, X-B3-SpanId, X-B3-ParentSpanId, X-B3-Sampled: 1 or 0 (true and false, in any case, are read too), X-B3-Flags: 1 for debug
//! ```
//!
//! A parent of zeros means none. Flags other than 1 say nothing. The parent is read and kept, and never written.

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name};
use crate::context::id_text::{Digits, Place};
use crate::context::inject::Out;
use crate::context::shape::Shape;
use crate::context::span_context::{PARENT_SPAN_ID, SpanContext};
use crate::id::{SpanId, TraceId};

const TRACE: Digits = Digits::Lower { width: 32, half: true };
const SPAN: Digits = Digits::Lower { width: 16, half: false };

/// What the sampling field of either form says.
#[derive(Clone, Copy)]
struct Decision {
    sampled: Option<bool>,
    debug: bool,
}

pub(super) fn read_single(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    fields.one(Name::B3)?.map(single).transpose()
}

/// Reads the single header.
pub(super) fn single(value: &[u8]) -> Result<Read, HeaderError> {
    let name = Name::B3.as_str();
    let expected = "b3 as <trace id>-<span id>-<sampling state>, or 0, 1 or d";
    if value.is_empty() {
        return Err(HeaderError::new(name, Reason::Empty, 0, expected, Found::End));
    }
    if value.iter().all(|byte| *byte == b'-') {
        return Err(HeaderError::at(name, Reason::Syntax, value, 0, expected));
    }
    if value.len() == 1 {
        let decision = state(value).ok_or_else(|| HeaderError::at(name, Reason::Sampled, value, 0, expected))?;
        return Ok(Read::Decision { sampled: decision.sampled, debug: decision.debug });
    }
    let mut offset = 0;
    let mut parts = value.split(|byte| *byte == b'-').map(|part| {
        let start = offset;
        offset += part.len() + 1;
        (start, part)
    });
    let (_, trace) = parts.next().unwrap_or_default();
    let trace_id =
        TraceId::new(trace_place(name, 0).nonzero(trace, TRACE).map_err(|error| error.with_hint(hint(value)))?);
    let Some((start, span)) = parts.next() else {
        return Err(HeaderError::new(name, Reason::SpanId, value.len(), "a dash and the span id", Found::End));
    };
    let span_id = SpanId::new(span_place(name, start).nonzero(span, SPAN)? as u64);
    let mut decision = Decision { sampled: None, debug: false };
    let mut parent = None;
    if let Some((start, third)) = parts.next() {
        // Odd, but in use: a parent without a sampling state before it.
        if third.len() == 16 {
            parent = Some((start, third));
        } else {
            decision = state(third)
                .ok_or_else(|| HeaderError::at(name, Reason::Sampled, value, start, "0, 1 or d as sampling state"))?;
            parent = parts.next();
        }
    }
    let parent_id = match parent {
        Some((start, parent)) => parent_place(name, start).read(parent, SPAN)? as u64,
        None => 0,
    };
    if let Some((start, _)) = parts.next() {
        return Err(HeaderError::at(name, Reason::Trailing, value, start - 1, "the end after at most four parts"));
    }
    Ok(Read::Context(context(trace.len(), trace_id, span_id, parent_id, decision)))
}

/// Reads the several headers.
pub(super) fn read_multi(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    let trace = fields.one(Name::B3Trace)?;
    let span = fields.one(Name::B3Span)?;
    let parent = fields.one(Name::B3Parent)?;
    let sampled = fields.one(Name::B3Sampled)?.map(|value| match value {
        b"1" => Ok(true),
        b"0" => Ok(false),
        _ if value.eq_ignore_ascii_case(b"true") => Ok(true),
        _ if value.eq_ignore_ascii_case(b"false") => Ok(false),
        _ => Err(HeaderError::at(Name::B3Sampled.as_str(), Reason::Sampled, value, 0, "1 or 0")),
    });
    let debug = fields.one(Name::B3Flags)? == Some(b"1");
    let sampled = if debug { sampled.transpose()?.and(Some(true)).or(Some(true)) } else { sampled.transpose()? };
    if trace.is_none() && span.is_none() && parent.is_none() {
        return Ok(sampled.map(|sampled| Read::Decision { sampled: Some(sampled), debug }));
    }
    let place = trace_place(Name::B3Trace.as_str(), 0);
    let trace = trace.ok_or_else(|| place.missing())?;
    let trace_id = TraceId::new(place.nonzero(trace, TRACE)?);
    let place = span_place(Name::B3Span.as_str(), 0);
    let span_id = SpanId::new(place.nonzero(span.ok_or_else(|| place.missing())?, SPAN)? as u64);
    let parent_id = match parent {
        Some(parent) => parent_place(Name::B3Parent.as_str(), 0).read(parent, SPAN)? as u64,
        None => 0,
    };
    Ok(Some(Read::Context(context(trace.len(), trace_id, span_id, parent_id, Decision { sampled, debug }))))
}

pub(super) fn write_single(context: &SpanContext, out: &mut Out<'_>) {
    let Some(span_id) = context.span_id() else {
        return;
    };
    let state = match (context.is_debug(), context.sampled()) {
        (true, _) => "-d",
        (_, Some(true)) => "-1",
        (_, Some(false)) => "-0",
        (_, None) => "",
    };
    out(Name::B3.as_str(), &[&context.trace_id_text(), "-", &span_id.to_string(), state]);
}

pub(super) fn write_multi(context: &SpanContext, out: &mut Out<'_>) {
    let Some(span_id) = context.span_id() else {
        return;
    };
    out(Name::B3Trace.as_str(), &[&context.trace_id_text()]);
    out(Name::B3Span.as_str(), &[&span_id.to_string()]);
    match (context.is_debug(), context.sampled()) {
        (true, _) => out(Name::B3Flags.as_str(), &["1"]),
        (_, Some(sampled)) => out(Name::B3Sampled.as_str(), &[if sampled { "1" } else { "0" }]),
        (_, None) => {}
    }
}

fn context(width: usize, trace_id: TraceId, span_id: SpanId, parent_id: u64, decision: Decision) -> SpanContext {
    let mut context =
        SpanContext::of_nonzero(trace_id, Some(span_id)).with_sampled(decision.sampled).with_debug(decision.debug);
    if width == 16 {
        context = context.with_narrow_trace_id();
    }
    if parent_id != 0 {
        context = context.with_extra(PARENT_SPAN_ID, SpanId::new(parent_id).to_string());
    }
    context
}

fn state(value: &[u8]) -> Option<Decision> {
    match value {
        b"0" => Some(Decision { sampled: Some(false), debug: false }),
        b"1" => Some(Decision { sampled: Some(true), debug: false }),
        b"d" => Some(Decision { sampled: Some(true), debug: true }),
        _ => None,
    }
}

fn hint(value: &[u8]) -> Option<&'static str> {
    match Shape::of(value) {
        Some(Shape::Traceparent) => Some("this looks like the value of a traceparent header"),
        Some(Shape::Uuid) => Some("this is a UUID"),
        Some(Shape::Jaeger) => Some("this looks like the value of an uber-trace-id header, Jaeger's own"),
        _ => None,
    }
}

fn trace_place(header: &'static str, offset: usize) -> Place {
    let expected = "32 or 16 lower-case hex digits as trace id";
    Place { header, offset, reason: Reason::TraceId, zero: Reason::TraceIdZero, expected }
}

fn span_place(header: &'static str, offset: usize) -> Place {
    let expected = "16 lower-case hex digits as span id";
    Place { header, offset, reason: Reason::SpanId, zero: Reason::SpanIdZero, expected }
}

fn parent_place(header: &'static str, offset: usize) -> Place {
    let expected = "16 lower-case hex digits as parent id";
    Place { header, offset, reason: Reason::ParentId, zero: Reason::ParentIdZero, expected }
}
