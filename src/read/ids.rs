//! Ids in their spellings.

use std::collections::HashMap;

use super::input::{Input, numbers_in};
use crate::error::WarningKind;
use crate::json::{Kind, Lex, Lexer, Text, base64_word, parse_base64};
use crate::simd::{hex_portable, hex16};
use crate::store::{IdForm, SpanKey, StoreBuilder, TraceKey};

/// Whether base64 of the id's exact size is an id as well (the JSON of protobuf, as Tempo and old gateways write it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base64 {
    Yes,
    No,
}

/// Trace ids of 128 bits by their lower halves, which is what those know of them that write 64 bits. Where several end alike, there is none.
#[derive(Debug)]
pub struct WideIds(HashMap<u64, Option<u128>>);

impl WideIds {
    /// Of all that there are; `None` where there is none, or no id of 64 bits among the `narrow` ones.
    pub fn of<'k>(narrow: &[TraceKey], all: impl Iterator<Item = &'k TraceKey>) -> Option<WideIds> {
        if !narrow.iter().any(is_narrow) {
            return None;
        }
        let mut wide = HashMap::new();
        for key in all.filter(|key| matches!(key.form, IdForm::Hex(_)) && !is_narrow(key)) {
            let entry = wide.entry(key.value as u64).or_insert(Some(key.value));
            if *entry != Some(key.value) {
                *entry = None;
            }
        }
        (!wide.is_empty()).then_some(WideIds(wide))
    }

    /// The one that ends with an id of 64 bits.
    pub fn ending_with(&self, key: TraceKey) -> Option<TraceKey> {
        let value = self.0.get(&(key.value as u64)).copied().flatten().filter(|_| is_narrow(&key))?;
        Some(TraceKey { value, form: IdForm::Hex(32) })
    }
}

fn is_narrow(key: &TraceKey) -> bool {
    matches!(key.form, IdForm::Hex(_)) && key.value >> 64 == 0
}

/// A trace id of 32 hex digits.
#[inline(always)]
pub fn full_trace_key(digits: &[u8; 32]) -> Option<TraceKey> {
    let (high, low) = digits.split_first_chunk::<16>()?;
    let value = u128::from(hex16(high)?) << 64 | u128::from(hex16(low.try_into().ok()?)?);
    Some(TraceKey { value, form: if value == 0 { IdForm::Empty } else { IdForm::Hex(32) } })
}

/// A span id of 16 hex digits.
#[inline(always)]
pub fn full_span_key(digits: &[u8; 16]) -> Option<SpanKey> {
    let value = hex16(digits)?;
    Some(SpanKey { value, form: if value == 0 { IdForm::Empty } else { IdForm::Hex(16) } })
}

/// A trace id in base64, with its padding.
#[inline]
fn base64_trace_key(digits: &[u8; 24]) -> Option<TraceKey> {
    let (head, tail) = digits.split_first_chunk()?;
    let (tail, padding) = tail.split_first_chunk()?;
    // The first half ends within a digit.
    let ((high, rest), (low, _)) = (base64_word(head)?, base64_word(tail)?);
    let value = u128::from(high) << 64 | u128::from(rest << 62 | low >> 2);
    let form = if value == 0 { IdForm::Empty } else { IdForm::Hex(32) };
    (padding == b"==").then_some(TraceKey { value, form })
}

/// A span id in base64, with its padding.
#[inline]
fn base64_span_key(digits: &[u8; 12]) -> Option<SpanKey> {
    let (head, padding) = digits.split_first_chunk()?;
    let (value, _) = base64_word(head)?;
    (padding == b"=").then(|| span_number(value))
}

/// A trace id. All zeros are no id. `false` when it is neither hexadecimal of at most 32 digits (also behind `0x`)
/// nor base64 of 16 bytes: then it is kept as text.
#[inline]
pub fn trace_key(builder: &mut StoreBuilder, text: &[u8], base64: Base64) -> (TraceKey, bool) {
    if let Ok(digits) = text.try_into()
        && let Some(key) = full_trace_key(digits)
    {
        return (key, true);
    }
    trace_key_slow(builder, text, base64)
}

#[inline(never)]
fn trace_key_slow(builder: &mut StoreBuilder, text: &[u8], base64: Base64) -> (TraceKey, bool) {
    let text = marked_hex(text).unwrap_or(text);
    // No digit, or zeros only, of whatever width: no id.
    if text.iter().all(|digit| *digit == b'0') {
        return (TraceKey::EMPTY, true);
    }
    if text.len() <= 32 && text.iter().all(u8::is_ascii_hexdigit) {
        let (high, low) = text.split_at(text.len().saturating_sub(16));
        let value = u128::from(hex_portable(high).unwrap_or(0)) << 64 | u128::from(hex_portable(low).unwrap_or(0));
        let form = if value == 0 { IdForm::Empty } else { IdForm::Hex(text.len() as u8) };
        return (TraceKey { value, form }, true);
    }
    if base64 == Base64::Yes
        && let Some(bytes) = parse_base64(text)
        && let Ok(bytes) = <[u8; 16]>::try_from(bytes)
    {
        let value = u128::from_be_bytes(bytes);
        let form = if value == 0 { IdForm::Empty } else { IdForm::Hex(32) };
        return (TraceKey { value, form }, true);
    }
    (TraceKey::text(builder.intern(&String::from_utf8_lossy(text))), false)
}

/// A span id, as [`trace_key`]: at most 16 digits, or base64 of 8 bytes.
#[inline]
pub fn span_key(builder: &mut StoreBuilder, text: &[u8], base64: Base64) -> (SpanKey, bool) {
    if let Ok(digits) = text.try_into()
        && let Some(key) = full_span_key(digits)
    {
        return (key, true);
    }
    span_key_slow(builder, text, base64)
}

#[inline(never)]
fn span_key_slow(builder: &mut StoreBuilder, text: &[u8], base64: Base64) -> (SpanKey, bool) {
    let text = marked_hex(text).unwrap_or(text);
    // No digit, or zeros only, of whatever width: no id.
    if text.iter().all(|digit| *digit == b'0') {
        return (SpanKey::EMPTY, true);
    }
    if text.len() <= 16 && text.iter().all(u8::is_ascii_hexdigit) {
        let value = hex_portable(text).unwrap_or(0);
        let form = if value == 0 { IdForm::Empty } else { IdForm::Hex(text.len() as u8) };
        return (SpanKey { value, form }, true);
    }
    if base64 == Base64::Yes
        && let Some(bytes) = parse_base64(text)
        && let Ok(bytes) = <[u8; 8]>::try_from(bytes)
    {
        let value = u64::from_be_bytes(bytes);
        let form = if value == 0 { IdForm::Empty } else { IdForm::Hex(16) };
        return (SpanKey { value, form }, true);
    }
    (SpanKey::text(builder.intern(&String::from_utf8_lossy(text))), false)
}

/// The span id that a number stands for: sixteen hex digits, none for 0.
pub fn span_number(id: u64) -> SpanKey {
    match id {
        0 => SpanKey::EMPTY,
        value => SpanKey { value, form: IdForm::Hex(16) },
    }
}

/// The trace id that a number stands for: thirty-two hex digits, sixteen when it fits them; none for 0.
pub fn trace_number(id: u128) -> TraceKey {
    match id {
        0 => TraceKey::EMPTY,
        value => TraceKey { value, form: IdForm::Hex(if value >> 64 == 0 { 16 } else { 32 }) },
    }
}

/// The digits behind `0x`; base64 may begin so, too.
fn marked_hex(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"0x").filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// A trace id in its usual spellings: hexadecimal, with the dashes of a UUID too; free text is kept as it is.
pub fn written_trace_key(builder: &mut StoreBuilder, text: &str, base64: Base64) -> TraceKey {
    if text.len() == 36 && text.bytes().filter(|b| *b == b'-').count() == 4 {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        if digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return trace_key(builder, digits.as_bytes(), base64).0;
        }
    }
    trace_key(builder, text.as_bytes(), base64).0
}

impl<'a> Input<'a> {
    /// A trace id in a field; nothing for `null` and what is no string, text for what is no id, both reported. It is written where it belongs:
    /// an answer that is copied there as a whole waits until its parts, just written, have arrived.
    #[inline(always)]
    pub fn trace_id(&mut self, lexer: &mut Lexer<'a>, field: &str, base64: Base64, key: &mut TraceKey) -> Lex<()> {
        if let Some(digits) = lexer.quoted::<32>()
            && let Some(full) = full_trace_key(digits)
        {
            lexer.accept_quoted::<32>();
            *key = full;
            return Ok(());
        }
        *key = self.other_trace_id(lexer, field, base64)?;
        Ok(())
    }

    #[inline(never)]
    fn other_trace_id(&mut self, lexer: &mut Lexer<'a>, field: &str, base64: Base64) -> Lex<TraceKey> {
        if base64 == Base64::Yes
            && let Some(key) = lexer.quoted().and_then(base64_trace_key)
        {
            lexer.accept_quoted::<24>();
            return Ok(key);
        }
        if let Some(id) = self.listed_bytes(lexer, 16)? {
            return Ok(trace_number(id));
        }
        let Some(text) = self.text(lexer, field)? else { return Ok(TraceKey::EMPTY) };
        let (key, good) = trace_key(self.builder, text.content(self.bytes).as_bytes(), base64);
        if !good {
            self.bad_id(text, field, base64, 32);
        }
        Ok(key)
    }

    /// A span id in a field, as [`Input::trace_id`].
    #[inline(always)]
    pub fn span_id(&mut self, lexer: &mut Lexer<'a>, field: &str, base64: Base64, key: &mut SpanKey) -> Lex<()> {
        if let Some(digits) = lexer.quoted::<16>()
            && let Some(full) = full_span_key(digits)
        {
            lexer.accept_quoted::<16>();
            *key = full;
            return Ok(());
        }
        *key = self.other_span_id(lexer, field, base64)?;
        Ok(())
    }

    #[inline(never)]
    fn other_span_id(&mut self, lexer: &mut Lexer<'a>, field: &str, base64: Base64) -> Lex<SpanKey> {
        if base64 == Base64::Yes
            && let Some(key) = lexer.quoted().and_then(base64_span_key)
        {
            lexer.accept_quoted::<12>();
            return Ok(key);
        }
        if let Some(id) = self.listed_bytes(lexer, 8)? {
            return Ok(span_number(id as u64));
        }
        let Some(text) = self.text(lexer, field)? else { return Ok(SpanKey::EMPTY) };
        let (key, good) = span_key(self.builder, text.content(self.bytes).as_bytes(), base64);
        if !good {
            self.bad_id(text, field, base64, 16);
        }
        Ok(key)
    }

    /// An id that is a list of its bytes, as programs print what they decoded: `[91,142]`, `{"type":"Buffer","data":[91,142]}`,
    /// `{"0":91,"1":142}`.
    #[cold]
    fn listed_bytes(&mut self, lexer: &mut Lexer<'a>, count: usize) -> Lex<Option<u128>> {
        if !matches!(lexer.peek()?, Kind::Array | Kind::Object) {
            return Ok(None);
        }
        let mark = lexer.mark();
        let bytes = numbers_in(&self.bytes[lexer.skip()?]);
        if bytes.len() == count {
            return Ok(Some(bytes.iter().fold(0, |id, byte| id << 8 | u128::from(*byte as u8))));
        }
        lexer.rewind(mark);
        Ok(None)
    }

    /// Tells that a text is no id; it is kept as written.
    #[cold]
    fn bad_id(&mut self, text: Text, field: &str, base64: Base64, digits: u32) {
        let bytes = text.bytes(self.bytes);
        let found = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        let expected = match base64 {
            Base64::Yes => format!("{digits} hex digits or base64 of {} bytes", digits / 2),
            Base64::No => format!("at most {digits} hex digits"),
        };
        let message = format!("Expected {expected} as {field}, found \"{found}\"; it is kept as written.");
        self.builder.warn_span(WarningKind::BadId, &message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_base64;

    #[test]
    fn base64_at_once_is_base64_digit_by_digit() {
        let mut builder = StoreBuilder::new();
        let mut state = 1_u128;
        for round in 0..2000 {
            state = state.wrapping_mul(0xda94_2042_e4dd_58b5_2360_ed05_1fc6_5da5).wrapping_add(7);
            let id = if round == 0 { [0; 16] } else { state.to_be_bytes() };
            let mut trace = format!("{}==", to_base64(&id)).into_bytes();
            let mut span = format!("{}=", to_base64(&id[..8])).into_bytes();
            if round % 3 == 1 {
                // The other alphabet, bits that are left over, and what is no digit.
                let byte = b"-_+/=\"AZaz09@[`{:.\x7f\x80\xff"[(state >> 64) as usize % 21];
                trace[(state >> 32) as usize % 24] = byte;
                span[(state >> 32) as usize % 12] = byte;
            }
            let at_once = base64_trace_key(trace.as_slice().try_into().expect("24 digits"));
            let (key, good) = trace_key(&mut builder, &trace, Base64::Yes);
            assert!(
                at_once.is_none_or(|found| good && (found.value, found.form) == (key.value, key.form)),
                "{}",
                trace.escape_ascii()
            );
            assert!(round % 3 == 1 || at_once.is_some(), "{}", trace.escape_ascii());
            let at_once = base64_span_key(span.as_slice().try_into().expect("12 digits"));
            let (key, good) = span_key(&mut builder, &span, Base64::Yes);
            assert!(
                at_once.is_none_or(|found| good && (found.value, found.form) == (key.value, key.form)),
                "{}",
                span.escape_ascii()
            );
            assert!(round % 3 == 1 || at_once.is_some(), "{}", span.escape_ascii());
        }
    }
}
