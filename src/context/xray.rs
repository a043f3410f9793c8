//! `X-Amzn-Trace-Id`, [AWS X-Ray's header](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
//!
//! ```text
//! X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Self=…
//!                       │ │        └ 96 random bits         └ the span             └ 1, 0, or ? for "you decide"
//!                       │ └ time in seconds; with the bits after it, the trace id
//!                       └ version
//! ```
//!
//! The fields come in any order and case, and others are kept. A load balancer sends only Root: a trace without a span.

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name};
use crate::context::id_text::{Digits, Place};
use crate::context::inject::Out;
use crate::context::shape::{leading, trim};
use crate::context::span_context::SpanContext;
use crate::context::{datadog, span_context};
use crate::id::{SpanId, TraceId};

/// How many bytes further fields may have together: what AWS allows for data of one's own.
const EXTRA_BYTES: usize = 256;

pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    fields.one(Name::XRay)?.map(value).transpose()
}

/// The fields of a value: where each begins, its key, where its value begins, its value.
pub(super) fn parts(value: &[u8]) -> impl Iterator<Item = (usize, &[u8], usize, &[u8])> {
    let mut offset = 0;
    value.split(|byte| *byte == b';').filter_map(move |raw| {
        let start = offset + leading(raw);
        offset += raw.len() + 1;
        let part = trim(raw);
        let equals = part.iter().position(|byte| *byte == b'=')?;
        let after = &part[equals + 1..];
        Some((start, trim(&part[..equals]), start + equals + 1 + leading(after), trim(after)))
    })
}

/// Reads the header's value.
pub(super) fn value(value: &[u8]) -> Result<Read, HeaderError> {
    let name = Name::XRay.as_str();
    if value.is_empty() {
        return Err(HeaderError::new(
            name,
            Reason::Empty,
            0,
            "fields such as Root=1-<8 digits>-<24 digits>",
            Found::End,
        ));
    }
    let (mut trace_id, mut span_id, mut sampled) = (None, None, None);
    let mut extra = Vec::new();
    for (_, key, at, value) in parts(value) {
        if key.eq_ignore_ascii_case(b"root") {
            trace_id = Some(root(value, at)?);
        } else if key.eq_ignore_ascii_case(b"parent") {
            let expected = "16 hex digits as Parent";
            let place = Place { header: name, offset: at, reason: Reason::SpanId, zero: Reason::SpanIdZero, expected };
            span_id = Some(SpanId::new(place.nonzero(value, Digits::Either { width: 16, half: false })? as u64));
        } else if key.eq_ignore_ascii_case(b"sampled") {
            sampled = match value {
                b"1" => Some(true),
                b"0" => Some(false),
                b"?" => None,
                _ => {
                    return Err(HeaderError::at(name, Reason::Sampled, value, 0, "1, 0 or ? as Sampled").moved(at));
                }
            };
        } else if let (Ok(key), Ok(value)) = (str::from_utf8(key), str::from_utf8(value)) {
            extra.push((key, value));
        }
    }
    let Some(trace_id) = trace_id else {
        let found = Found::Words("no such field");
        return Err(HeaderError::new(
            name,
            Reason::TraceId,
            value.len(),
            "a field Root=1-<8 digits>-<24 digits>",
            found,
        ));
    };
    let mut context = SpanContext::of_nonzero(trace_id, span_id).with_sampled(sampled);
    let mut bytes = 0;
    for (key, value) in extra {
        bytes += key.len() + value.len() + 2;
        if bytes <= EXTRA_BYTES && is_extra(key) {
            context = context.with_extra(key, value);
        }
    }
    Ok(Read::Context(context))
}

/// The trace id of `1-<8 digits>-<24 digits>`, which stands at `offset`.
fn root(value: &[u8], offset: usize) -> Result<TraceId, HeaderError> {
    let expected = "Root as 1-<8 hex digits>-<24 hex digits>";
    let place = |at: usize| Place {
        header: Name::XRay.as_str(),
        offset: offset + at,
        reason: Reason::TraceId,
        zero: Reason::TraceIdZero,
        expected,
    };
    let mut dashes = value.iter().enumerate().filter(|(_, byte)| **byte == b'-').map(|(at, _)| at);
    let (first, second, third) = (dashes.next(), dashes.next(), dashes.next());
    let (Some(first), Some(second), None) = (first, second, third) else {
        let stray = value.iter().position(|byte| !byte.is_ascii_hexdigit() && *byte != b'-');
        let at = stray.or(third).unwrap_or(value.len());
        return Err(HeaderError::at(Name::XRay.as_str(), Reason::TraceId, value, at, expected).moved(offset));
    };
    if &value[..first] != b"1" {
        return Err(HeaderError::at(Name::XRay.as_str(), Reason::Version, value, 0, "version 1 of Root").moved(offset));
    }
    let digits = |width| Digits::Either { width, half: false };
    let time = place(first + 1).read(&value[first + 1..second], digits(8))?;
    let unique = place(second + 1).read(&value[second + 1..], digits(24))?;
    match TraceId::new(time << 96 | unique) {
        id if id.is_zero() => Err(HeaderError::new(
            Name::XRay.as_str(),
            Reason::TraceIdZero,
            offset,
            "a trace id that is not zero",
            Found::Zeros,
        )),
        id => Ok(id),
    }
}

pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let id = context.trace_id().to_string();
    let (time, unique) = id.split_at(8);
    let span = context.span_id().map(|id| id.to_string());
    let (parent, span) = span.as_ref().map_or(("", ""), |span| (";Parent=", span));
    let sampled = match context.sampled() {
        Some(true) => ";Sampled=1",
        Some(false) => ";Sampled=0",
        None => "",
    };
    let mut parts = vec!["Root=1-", time, "-", unique, parent, span, sampled];
    let mut bytes = 0;
    for (key, value) in context.extra() {
        if is_extra(key) && is_plain(key) && !key.contains('=') && is_plain(value) {
            bytes += key.len() + value.len() + 2;
            if bytes <= EXTRA_BYTES {
                parts.extend([";", key, "=", value]);
            }
        }
    }
    out(Name::XRay.as_str(), &parts);
}

/// Whether a key of a context's extra is a field of this header, and not something another format keeps there.
fn is_extra(key: &str) -> bool {
    let own = ["root", "parent", "sampled"].iter().any(|own| key.eq_ignore_ascii_case(own));
    !key.is_empty() && !own && key != span_context::PARENT_SPAN_ID && !datadog::is_extra(key)
}

/// Whether a text may stand in a field.
fn is_plain(text: &str) -> bool {
    text.trim() == text && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b';') && !text.is_empty()
}
