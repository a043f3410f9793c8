//! `grpc-trace-bin`, the binary header of [OpenCensus](https://github.com/census-instrumentation/opencensus-specs/blob/master/encodings/BinaryEncoding.md),
//! which gRPC carries in base64.
//!
//! ```text
//! 00  00 <trace id, 16 bytes>  01 <span id, 8 bytes>  02 <flags, 1 byte>
//! └ version, then fields, each with its number before it, in any order; an unknown one ends the reading
//! ```

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name};
use crate::context::flags::TraceFlags;
use crate::context::hex;
use crate::context::id_text::Place;
use crate::context::inject::Out;
use crate::context::span_context::SpanContext;
use crate::id::{SpanId, TraceId};
use crate::json::to_base64;

/// How many bytes are looked at; a good header has 29.
const LENGTH: usize = 256;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Read>, HeaderError> {
    fields.one(Name::Grpc)?.map(value).transpose()
}

/// Reads the header's text: base64, with or without padding; or hexadecimal, as debuggers show it. The two cannot be taken
/// for each other: a version of zero begins with `A` in base64 and with `0` in hexadecimal.
pub(super) fn value(text: &[u8]) -> Result<Read, HeaderError> {
    let name = Name::Grpc.as_str();
    let hex = text.starts_with(b"00") && text.iter().all(|byte| hex::digit(*byte).is_some());
    let bytes: Vec<u8> = if hex {
        text.as_chunks().0.iter().take(LENGTH).filter_map(|pair: &[u8; 2]| hex::u8_at(pair, 0)).collect()
    } else {
        from_base64(text).map_err(|at| HeaderError::at(name, Reason::TraceId, text, at, "base64"))?
    };
    // A place in the bytes is told as the place in the text where they are written.
    bytes_of(&bytes).map_err(|(error, at)| error.moved(if hex { at * 2 } else { at * 4 / 3 }))
}

/// Reads the bytes themselves; an error comes with its place in them.
fn bytes_of(bytes: &[u8]) -> Result<Read, (HeaderError, usize)> {
    let name = Name::Grpc.as_str();
    let fail = |reason, at, expected, found| Err((HeaderError::new(name, reason, 0, expected, found), at));
    match bytes.first() {
        None => return fail(Reason::Empty, 0, "a version and fields", Found::End),
        Some(0) => {}
        Some(_) => {
            return fail(Reason::TraceId, 0, "version 0, the only one that can be read", Found::Words("another"));
        }
    }
    let (mut trace_id, mut span_id, mut flags) = (None, None, TraceFlags::default());
    let mut at = 1;
    while let Some(field) = bytes.get(at) {
        let width = match field {
            0 => 16,
            1 => 8,
            2 => 1,
            _ => break,
        };
        let Some(content) = bytes.get(at + 1..at + 1 + width) else {
            return fail(Reason::Truncated, bytes.len(), "all bytes of the field", Found::End);
        };
        let number = content.iter().fold(0, |number, byte| number << 8 | u128::from(*byte));
        match field {
            0 => trace_id = Some((at + 1, number)),
            1 => span_id = Some((at + 1, number as u64)),
            _ => flags = TraceFlags::new(content[0]),
        }
        at += 1 + width;
    }
    let place =
        Place { header: name, offset: 0, reason: Reason::TraceId, zero: Reason::TraceIdZero, expected: "a trace id" };
    let (trace_id, span_id) = match (trace_id, span_id) {
        (None, _) => return Err((place.absent(), at)),
        (Some((at, 0)), _) => {
            return fail(Reason::TraceIdZero, at, "a trace id that is not zero", Found::Zeros);
        }
        (Some(_), None) => {
            return Err((Place { reason: Reason::SpanId, expected: "a span id", ..place }.absent(), at));
        }
        (Some(_), Some((at, 0))) => {
            return fail(Reason::SpanIdZero, at, "a span id that is not zero", Found::Zeros);
        }
        (Some((_, trace_id)), Some((_, span_id))) => (trace_id, span_id),
    };
    let context = SpanContext::of_nonzero(TraceId::new(trace_id), Some(SpanId::new(span_id)));
    Ok(Read::Context(context.with_sampled(Some(flags.is_sampled())).with_random(flags.is_random())))
}

pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let Some(span_id) = context.span_id() else {
        return;
    };
    let mut bytes = [0; 29];
    bytes[2..18].copy_from_slice(&context.trace_id().to_bytes());
    bytes[18] = 1;
    bytes[19..27].copy_from_slice(&span_id.to_bytes());
    bytes[27] = 2;
    bytes[28] = context.flags().bits();
    // Without padding, as gRPC asks of senders.
    out(Name::Grpc.as_str(), &[&to_base64(&bytes)]);
}

/// The first bytes of a base64 text; the error is the place of what is no base64.
fn from_base64(text: &[u8]) -> Result<Vec<u8>, usize> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let mut bytes = Vec::with_capacity(32);
    let (mut bits, mut number) = (0, 0_u32);
    for (at, byte) in text[..end].iter().enumerate() {
        let standard = match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        };
        let digit = ALPHABET.iter().position(|digit| *digit == standard).ok_or(at)?;
        number = number << 6 | digit as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((number >> bits) as u8);
            number &= (1 << bits) - 1;
        }
        if bytes.len() == LENGTH {
            break;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_there_and_back() {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).map(|i: u8| i.wrapping_mul(37)).collect();
            assert_eq!(from_base64(to_base64(&bytes).as_bytes()), Ok(bytes));
        }
        assert_eq!(to_base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw");
        assert_eq!(from_base64(b"YW55IGNhcm5hbCBwbGVhcw=="), Ok(b"any carnal pleas".to_vec()));
        assert_eq!(from_base64(b"YW5!"), Err(3));
    }
}
