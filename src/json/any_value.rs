//! OpenTelemetry's `AnyValue` in its JSON encoding: an object with one key that names the type.
//!
//! `{"stringValue": "…"}`, `boolValue`, `intValue` (a decimal string or a number), `doubleValue`, `arrayValue`
//! (`{"values": […]}`), `kvlistValue` (`{"values": [{"key", "value"}]}`), `bytesValue` (base64); also with snake_case keys.
//! (opentelemetry-proto, `common.proto` and "JSON Protobuf Encoding".)

use std::borrow::Cow;

use super::{Keys, Kind, Lexer, Member, decode_string, decode_value, number_value, parse_base64};
use crate::float::parse_f64;
use crate::simd::Literal;
use crate::value::Value;

/// The keys of an `AnyValue`; the index of a key divided by two is an [`AnyKind`].
pub static ANY_VALUE_KEYS: [Literal; 14] = [
    Literal::key("stringValue"),
    Literal::key("string_value"),
    Literal::key("intValue"),
    Literal::key("int_value"),
    Literal::key("boolValue"),
    Literal::key("bool_value"),
    Literal::key("doubleValue"),
    Literal::key("double_value"),
    Literal::key("arrayValue"),
    Literal::key("array_value"),
    Literal::key("kvlistValue"),
    Literal::key("kvlist_value"),
    Literal::key("bytesValue"),
    Literal::key("bytes_value"),
];

/// What a key of [`ANY_VALUE_KEYS`] announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyKind {
    String,
    Int,
    Bool,
    Double,
    Array,
    Map,
    Bytes,
}

impl AnyKind {
    #[inline]
    pub fn of(key: u8) -> AnyKind {
        match key / 2 {
            0 => AnyKind::String,
            1 => AnyKind::Int,
            2 => AnyKind::Bool,
            3 => AnyKind::Double,
            4 => AnyKind::Array,
            5 => AnyKind::Map,
            _ => AnyKind::Bytes,
        }
    }
}

/// Decodes a checked `AnyValue`. What is not of its shape comes back as the plain JSON that it is.
pub fn decode_any_value(input: &[u8]) -> Value<'_> {
    let mut lexer = Lexer::new(input, 0);
    any_value(&mut lexer, &mut Keys::new(&ANY_VALUE_KEYS)).unwrap_or_else(|| decode_value(input))
}

/// Decodes the `{"values": […]}` of an `arrayValue`.
pub fn decode_array(input: &[u8]) -> Value<'_> {
    let mut lexer = Lexer::new(input, 0);
    array(&mut lexer, &mut Keys::new(&ANY_VALUE_KEYS)).unwrap_or_else(|| decode_value(input))
}

/// Decodes the `{"values": […]}` of a `kvlistValue`.
pub fn decode_map(input: &[u8]) -> Value<'_> {
    let mut lexer = Lexer::new(input, 0);
    map(&mut lexer, &mut Keys::new(&ANY_VALUE_KEYS)).unwrap_or_else(|| decode_value(input))
}

static VALUES_KEYS: [Literal; 1] = [Literal::key("values")];
static PAIR_KEYS: [Literal; 2] = [Literal::key("key"), Literal::key("value")];

fn any_value<'a>(lexer: &mut Lexer<'a>, keys: &mut Keys) -> Option<Value<'a>> {
    let input = lexer.input();
    if lexer.peek().ok()? == Kind::Null {
        lexer.null().ok()?;
        return Some(Value::Null);
    }
    let mut cursor = lexer.begin_object().ok()?;
    let mut value = Value::Null;
    loop {
        value = match lexer.member(keys, &mut cursor).ok()? {
            Member::End => return Some(value),
            Member::Other(_) => return None,
            Member::Known(key) => match (AnyKind::of(key), lexer.peek().ok()?) {
                (AnyKind::String, Kind::String) => Value::String(decode_string(lexer.string().ok()?.bytes(input))),
                (AnyKind::Bool, Kind::Boolean) => Value::Bool(lexer.boolean().ok()?),
                (_, Kind::Null) => {
                    lexer.null().ok()?;
                    Value::Null
                }
                (AnyKind::Int | AnyKind::Double, Kind::Number) => {
                    let number = lexer.number().ok()?;
                    let text = std::str::from_utf8(&input[number.start as usize..number.end as usize]).ok()?;
                    if AnyKind::of(key) == AnyKind::Int { int_value(text) } else { double_value(text) }
                }
                (kind @ (AnyKind::Int | AnyKind::Double), Kind::String) => {
                    let text = std::str::from_utf8(lexer.string().ok()?.bytes(input)).ok()?;
                    if kind == AnyKind::Int { int_value(text) } else { double_value(text) }
                }
                (AnyKind::Bytes, Kind::String) => base64_value(lexer.string().ok()?.bytes(input)),
                (AnyKind::Array, Kind::Object) => array(lexer, keys)?,
                (AnyKind::Map, Kind::Object) => map(lexer, keys)?,
                _ => return None,
            },
        };
    }
}

fn array<'a>(lexer: &mut Lexer<'a>, keys: &mut Keys) -> Option<Value<'a>> {
    let mut items = Vec::new();
    let mut values = Keys::new(&VALUES_KEYS);
    let mut cursor = lexer.begin_object().ok()?;
    loop {
        match lexer.member(&mut values, &mut cursor).ok()? {
            Member::End => return Some(Value::Array(items)),
            Member::Other(_) => return None,
            Member::Known(_) => {
                let mut first = lexer.begin_array().ok()?;
                while lexer.element(&mut first).ok()? {
                    items.push(any_value(lexer, keys)?);
                }
            }
        }
    }
}

fn map<'a>(lexer: &mut Lexer<'a>, keys: &mut Keys) -> Option<Value<'a>> {
    let input = lexer.input();
    let mut members = Vec::new();
    let mut values = Keys::new(&VALUES_KEYS);
    let mut pair = Keys::new(&PAIR_KEYS);
    let mut cursor = lexer.begin_object().ok()?;
    loop {
        match lexer.member(&mut values, &mut cursor).ok()? {
            Member::End => return Some(Value::Map(members)),
            Member::Other(_) => return None,
            Member::Known(_) => {
                let mut first = lexer.begin_array().ok()?;
                while lexer.element(&mut first).ok()? {
                    let mut key = Cow::Borrowed("");
                    let mut value = Value::Null;
                    let mut cursor = lexer.begin_object().ok()?;
                    loop {
                        match lexer.member(&mut pair, &mut cursor).ok()? {
                            Member::Known(0) => key = decode_string(lexer.string().ok()?.bytes(input)),
                            Member::Known(_) => value = any_value(lexer, keys)?,
                            Member::Other(_) => return None,
                            Member::End => break,
                        }
                    }
                    members.push((key, value));
                }
            }
        }
    }
}

/// An integer as written, quoted or not.
pub fn int_value(text: &str) -> Value<'_> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return match number_value(text) {
            Value::Double(_) => Value::Int(0),
            value => value,
        };
    }
    match parse_f64(text) {
        Some(double) => Value::Double(double),
        None => Value::String(Cow::Borrowed(text)),
    }
}

/// A double as written: also an integer, and the quoted `NaN`, `Infinity` and `-Infinity` of protobuf's JSON.
pub fn double_value(text: &str) -> Value<'_> {
    match parse_f64(text) {
        Some(double) => Value::Double(double),
        None => Value::String(Cow::Borrowed(text)),
    }
}

/// Bytes from base64; text that is not stays text.
pub fn base64_value(content: &[u8]) -> Value<'_> {
    match parse_base64(content) {
        Some(bytes) => Value::Bytes(bytes),
        None => Value::String(decode_string(content)),
    }
}
