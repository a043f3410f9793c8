//! Ids that stand anywhere in a line of text: Jaeger's contexts and traceparents, ids behind names, and what looks like an id.

use super::super::ids::{self, Base64, span_number};
use super::fields::Field;
use super::line::{Found, Line, Shape, trace_of};
use super::state::LineInput;
use crate::json::Text;
use crate::simd;
use crate::store::{IdForm, TraceKey};

/// A span's context as Jaeger's clients print it, `trace:span:parent:flags`, anywhere in a text.
#[inline(never)]
pub fn jaeger_context(text: &[u8]) -> Option<[&[u8]; 3]> {
    let mut at = 0;
    loop {
        at = simd::find(text, at, [b':'; 3]);
        if at == text.len() {
            return None;
        }
        let trace = text[..at].iter().rev().take(33).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if trace > 8 && trace < 33 {
            let mut parts = text[at + 1..].split(|byte| !byte.is_ascii_hexdigit());
            let mut part = |most: usize| parts.next().filter(|part| !part.is_empty() && part.len() <= most);
            if let (Some(span), Some(parent), Some(_)) = (part(16), part(16), part(2))
                && text[at..].get(span.len() + 1) == Some(&b':')
                && text[at..].get(span.len() + parent.len() + 2) == Some(&b':')
                && span.len() > 8
            {
                return Some([&text[at - trace..at], span, parent]);
            }
        }
        at += 1;
    }
}

/// A traceparent, or a context of Jaeger's, anywhere in a text.
pub fn scan_traceparent(reading: &mut LineInput<'_>, line: &mut Line, start: usize, end: usize) -> bool {
    let text = &reading.bytes[start..end];
    if let Some([trace, span, parent]) = jaeger_context(text) {
        line.trace = trace_of(reading, trace, Shape::Text).unwrap_or(TraceKey::EMPTY);
        line.span = span_number(simd::hex_portable(span).unwrap_or(0));
        line.parent = span_number(simd::hex_portable(parent).unwrap_or(0));
        return true;
    }
    let mut at = 0;
    while let Some(found) = text[at..].windows(4).position(|window| window[2] == b'-' && window[..2] == *b"00") {
        at += found;
        if let Some(value) = text.get(at..at + 55)
            && line.take_traceparent(reading, value)
        {
            return true;
        }
        at += 3;
    }
    false
}

/// Takes in ids that stand behind a name and a colon, or an equals sign: `traceId: 4bf9…, spanId: 00f0…`; where the first name begins.
#[inline(never)]
pub fn ids_behind_names(reading: &mut LineInput<'_>, line: &mut Line, start: usize, end: usize) -> usize {
    let bytes = &reading.bytes[..end];
    let (mut at, mut first) = (start, end);
    loop {
        at = simd::find(bytes, at, [b':', b'=', b'=']);
        if at == end {
            return first;
        }
        let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
        let behind = at - usize::from(at > start && is_quote(&bytes[at - 1]));
        let name = bytes[start..behind].iter().rev().take(32).take_while(|byte| is_key(byte)).count();
        let named = behind - name;
        let key = &bytes[named..behind];
        at += 1;
        if name < 5 || !key[name - 2..].eq_ignore_ascii_case(b"id") {
            continue;
        }
        let key = reading.builder.intern_bytes(key);
        let field = reading.logs.fields.of(reading.input.builder, key);
        let gap = bytes[at..].iter().take_while(|byte| **byte == b' ' || is_quote(byte)).count();
        let value = bytes[at + gap..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        // A root's parent is written as zeros.
        if bytes[at + gap..at + gap + value].iter().any(|digit| !matches!(digit, b'0' | b'-'))
            && matches!(field, Field::Trace | Field::Span | Field::Parent | Field::DecimalTrace | Field::DecimalSpan)
        {
            let text = Text { start: (at + gap) as u32, end: (at + gap + value) as u32, escaped: false };
            line.take_seldom(reading, field, key, Found { text, shape: Shape::Text });
            first = first.min(named.saturating_sub(usize::from(behind + 1 < at)).max(start));
            at += gap + value;
        }
    }
}

/// The length of X-Ray's trace ids, `1-5759e988-bd862e3fe1be46a994272793`.
pub const XRAY: usize = 35;

pub fn is_xray(text: &[u8]) -> bool {
    let dash = |at: usize| matches!(at, 1 | 10);
    text.len() == XRAY
        && text[0] == b'1'
        && text.iter().enumerate().all(|(at, byte)| if dash(at) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Looks for ids that no field names: a traceparent, `trace id: …`, a word of 32 hexadecimal digits.
pub fn scan(reading: &mut LineInput<'_>, line: &mut Line, start: usize, end: usize) {
    if scan_traceparent(reading, line, start, end) {
        return;
    }
    let text = &reading.bytes[start..end];
    let mut at = 0;
    let (mut trace, mut span) = (None, None);
    while at < text.len() {
        if !text[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let from = at;
        let mut hex = true;
        while at < text.len() && text[at].is_ascii_alphanumeric() {
            hex &= text[at].is_ascii_hexdigit();
            at += 1;
        }
        // A UUID's parts are none, nor is the name of Lambda's stream, `[$LATEST]4bf9…`.
        let whole = from == 0 || !matches!(text[from - 1], b'-' | b']') || trace.is_some();
        match at - from {
            24 if hex
                && trace.is_none()
                && from >= XRAY - 24
                && is_xray(&text[at - XRAY..at])
                && !text[..at - XRAY].ends_with(b"Self=") =>
            {
                trace = Some((at - XRAY, at));
            }
            32 if hex && trace.is_none() && whole => trace = Some((from, at)),
            16 if hex && span.is_none() && trace.is_some() => span = Some((from, at)),
            _ => {}
        }
    }
    let Some((from, to)) = trace else { return };
    if to - from == XRAY {
        line.trace = trace_of(reading, &text[from..to], Shape::Text).unwrap_or(TraceKey::EMPTY);
        return;
    }
    let key = ids::trace_key(reading.builder, &text[from..to], Base64::No).0;
    if key.form == IdForm::Empty {
        return;
    }
    reading.guess("In lines without a field for it the first 32 hex digits are taken for the trace id, 16 behind them for the span id.");
    line.trace = key;
    if let Some((from, to)) = span {
        line.span = ids::span_key(reading.builder, &text[from..to], Base64::No).0;
    }
}
