//! From checked JSON text to values: only called for what someone looks at.

use std::borrow::Cow;

use super::{Kind, Lexer};
use crate::float::parse_f64;
use crate::simd;
use crate::value::Value;

/// Decodes the content of a checked string that has escapes.
pub fn decode_string(content: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(content);
    if !text.contains('\\') {
        return text;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let (c, length) = escape(&rest[at..]);
        decoded.push(c);
        rest = &rest[at + length..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// The character that an escape stands for, and the escape's length. Text that no lexer has checked gives U+FFFD.
fn escape(text: &str) -> (char, usize) {
    let unit = |from: usize| text.as_bytes().get(from..from + 4).and_then(simd::hex_portable).map(|unit| unit as u32);
    match text.as_bytes().get(1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(&c @ (b'"' | b'\\' | b'/')) => (char::from(c), 2),
        Some(b'u') => match (unit(2), unit(8)) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                (char::from_u32(code).unwrap_or('\u{fffd}'), 12)
            }
            (Some(code), _) => (char::from_u32(code).unwrap_or('\u{fffd}'), 6),
            (None, _) => ('\u{fffd}', 2),
        },
        _ => ('\u{fffd}', 1),
    }
}

/// A checked number as the narrowest value that holds it exactly as written.
pub fn number_value(text: &str) -> Value<'_> {
    if let Ok(int) = text.parse::<i64>() {
        return if int == 0 && text.starts_with('-') { Value::Double(-0.0) } else { Value::Int(int) };
    }
    if let Ok(int) = text.parse::<u64>() {
        return Value::UInt(int);
    }
    let integer = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match parse_f64(text) {
        Some(double) if !integer => Value::Double(double),
        _ => Value::Number(Cow::Borrowed(text)),
    }
}

/// Any checked value. Recursion is bounded by the lexer's limit of nesting.
pub fn decode_value(input: &[u8]) -> Value<'_> {
    fn value<'a>(lexer: &mut Lexer<'a>) -> Option<Value<'a>> {
        let input = lexer.input();
        Some(match lexer.peek().ok()? {
            Kind::Null => {
                lexer.null().ok()?;
                Value::Null
            }
            Kind::Boolean => Value::Bool(lexer.boolean().ok()?),
            Kind::Number => {
                let number = lexer.number().ok()?;
                number_value(std::str::from_utf8(&input[number.start as usize..number.end as usize]).ok()?)
            }
            Kind::String => Value::String(decode_string(lexer.string().ok()?.bytes(input))),
            Kind::Array => {
                let mut items = Vec::new();
                let mut first = lexer.begin_array().ok()?;
                while lexer.element(&mut first).ok()? {
                    items.push(value(lexer)?);
                }
                Value::Array(items)
            }
            Kind::Object => {
                let mut members = Vec::new();
                let mut cursor = lexer.begin_object().ok()?;
                while let Some(name) = lexer.any_member(&mut cursor).ok()? {
                    members.push((decode_string(name.bytes(input)), value(lexer)?));
                }
                Value::Map(members)
            }
        })
    }
    value(&mut Lexer::new(input, 0)).unwrap_or_else(|| Value::String(String::from_utf8_lossy(input)))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 in the standard alphabet, without padding.
pub fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(number >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// What each byte stands for in base64, standard or URL alphabet (RFC 4648, sections 4 and 5).
static SIX_BITS: [u8; 256] = {
    let mut bits = [NO_DIGIT; 256];
    let mut six = 0;
    while six < 64 {
        bits[ALPHABET[six] as usize] = six as u8;
        six += 1;
    }
    bits[b'-' as usize] = 62;
    bits[b'_' as usize] = 63;
    bits
};

/// Of a byte that is no digit of base64.
const NO_DIGIT: u8 = 0xff;

/// The first eight of the bytes that eleven digits of base64 stand for, and what the last digit has more: its lower two bits.
#[inline]
pub fn base64_word(digits: &[u8; 11]) -> Option<(u64, u64)> {
    let (mut value, mut all) = (0, 0);
    for digit in &digits[..10] {
        let six = SIX_BITS[*digit as usize];
        value = value << 6 | u64::from(six & 63);
        all |= six;
    }
    let last = SIX_BITS[digits[10] as usize];
    (all | last != NO_DIGIT).then_some((value << 4 | u64::from(last >> 2), u64::from(last & 3)))
}

/// Base64, padded or not.
pub fn parse_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = match text {
        [body @ .., b'=', b'='] | [body @ .., b'='] => body,
        body => body,
    };
    if text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4 + 2);
    let mut bits = 0_u32;
    let mut count = 0;
    for &c in text {
        let six = SIX_BITS[c as usize];
        if six == NO_DIGIT {
            return None;
        }
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}
