//! `X-Cloud-Trace-Context`, [Google Cloud's older header](https://cloud.google.com/trace/docs/trace-context#legacy-http-header).
//!
//! ```text
//! X-Cloud-Trace-Context: 105445aa7843bc8bf206b12000100000/1;o=1
//!                        └ trace id                       │ └ options: 1 sampled, 0 not; left out: undecided
//!                                                         └ span id, decimal; 0 or left out: none
//! ```

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name};
use crate::context::id_text::{Digits, Place};
use crate::context::inject::Out;
use crate::context::span_context::SpanContext;
use crate::id::{SpanId, TraceId};

pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    fields.one(Name::Gcp)?.map(value).transpose()
}

/// The trace id, the span id and the options of a value, each with its place.
pub(super) fn parts(value: &[u8]) -> [(usize, Option<&[u8]>); 3] {
    let semicolon = value.iter().position(|byte| *byte == b';');
    let (ids, options) = (&value[..semicolon.unwrap_or(value.len())], semicolon.map(|at| &value[at + 1..]));
    let slash = ids.iter().position(|byte| *byte == b'/');
    let trace = &ids[..slash.unwrap_or(ids.len())];
    let span = slash.map(|at| &ids[at + 1..]);
    [(0, Some(trace)), (trace.len() + 1, span), (ids.len() + 1, options)]
}

/// Reads the header's value.
pub(super) fn value(value: &[u8]) -> Result<Read, HeaderError> {
    let name = Name::Gcp.as_str();
    if value.is_empty() {
        return Err(HeaderError::new(name, Reason::Empty, 0, "<trace id>/<span id>;o=<options>", Found::End));
    }
    let [(_, trace), (at_span, span), (at_options, options)] = parts(value);
    let expected = "32 hex digits as trace id";
    let place = Place { header: name, offset: 0, reason: Reason::TraceId, zero: Reason::TraceIdZero, expected };
    let trace_id = TraceId::new(place.nonzero(trace.unwrap_or_default(), Digits::Either { width: 32, half: false })?);
    let expected = "a decimal number as span id";
    let place = Place { header: name, offset: at_span, reason: Reason::SpanId, zero: Reason::SpanIdZero, expected };
    let span_id = match span {
        None | Some(b"") => 0,
        Some(span) => place.decimal(span)?,
    };
    let sampled = match options {
        None => None,
        Some(options) => {
            let wrong =
                |at| Err(HeaderError::at(name, Reason::Options, value, at_options + at, "o= and a number as options"));
            match options {
                [b'o', b'=', number @ ..] => {
                    match number.iter().position(|byte| !byte.is_ascii_digit()) {
                        Some(at) => return wrong(2 + at),
                        // The lowest bit of a decimal number is that of its last digit.
                        None => number.last().map(|digit| digit & 1 == 1),
                    }
                }
                _ => return wrong(0),
            }
        }
    };
    let span_id = (span_id != 0).then(|| SpanId::new(span_id));
    Ok(Read::Context(SpanContext::of_nonzero(trace_id, span_id).with_sampled(sampled)))
}

pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let span = context.span_id().map(|id| id.as_u64().to_string());
    let (slash, span) = span.as_ref().map_or(("", ""), |span| ("/", span));
    let options = match context.sampled() {
        Some(true) => ";o=1",
        Some(false) => ";o=0",
        None => "",
    };
    out(Name::Gcp.as_str(), &[&context.trace_id().to_string(), slash, span, options]);
}
