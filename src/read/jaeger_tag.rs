//! A tag of Jaeger: `{"key", "type", "value"}`, of a span, a log or a process.
//!
//! The type says what the value is, because JSON does not: an integer beyond 2^53 is quoted, and bytes are base64. A value that its type does
//! not allow is kept as what it is, with a warning.

use super::documents::Reading;
use super::told::TagValue;
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member, Number, Text};
use crate::simd::Literal;
use crate::store::{Encoding, RawValue};
use crate::strings::StringId;

pub(super) static TAG_KEYS: [Literal; 3] = [Literal::key("key"), Literal::key("type"), Literal::key("value")];

/// The type that a tag names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TagType {
    String,
    Bool,
    Int,
    Float,
    Binary,
    /// None, or one that Jaeger does not have: the value's own.
    Any,
}

impl TagType {
    #[inline]
    fn of(name: &[u8]) -> TagType {
        match name {
            b"string" => TagType::String,
            b"int64" => TagType::Int,
            b"bool" => TagType::Bool,
            b"float64" => TagType::Float,
            b"binary" => TagType::Binary,
            _ => TagType::Any,
        }
    }

    fn name(self) -> &'static str {
        match self {
            TagType::String => "a string",
            TagType::Bool => "true or false",
            TagType::Int => "an integer",
            TagType::Float => "a number",
            TagType::Binary => "base64",
            TagType::Any => "a value",
        }
    }
}

/// A tag's value before its type is known.
#[derive(Clone, Copy)]
enum Scanned {
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Other(RawValue),
}

/// One `{key, type, value}`.
#[inline(always)]
pub(super) fn tag<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>, keys: &mut Keys) -> Lex<(StringId, TagValue)> {
    let (mut key, mut kind, mut scanned) = (StringId::EMPTY, TagType::Any, Scanned::Null);
    let mut at = lexer.offset();
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(keys, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => {
                key = reading.text_id(lexer, "a tag's key")?;
            }
            Member::Known(1) => {
                if let Some(text) = reading.text(lexer, "a tag's type")? {
                    kind = TagType::of(text.bytes(reading.bytes));
                }
            }
            Member::Known(_) => {
                at = lexer.offset();
                scanned = tag_value(reading, lexer)?;
            }
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
    }
    if let (TagType::String, Scanned::String(text)) = (kind, scanned) {
        return Ok((key, TagValue { raw: reading.string_value(text), text: Some(text) }));
    }
    let value = typed(reading, kind, scanned, key, at);
    Ok((key, value))
}

#[inline(always)]
fn tag_value<'a>(reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<Scanned> {
    Ok(match lexer.peek()? {
        Kind::String => Scanned::String(lexer.string()?),
        Kind::Number => Scanned::Number(lexer.number()?),
        Kind::Boolean => Scanned::Bool(lexer.boolean()?),
        Kind::Null | Kind::Array | Kind::Object => match reading.json_value(lexer)? {
            RawValue::NULL => Scanned::Null,
            value => Scanned::Other(value),
        },
    })
}

/// The value as the type says; a value of another type is kept as what it is, and reported.
#[inline(never)]
fn typed(reading: &mut Reading<'_>, kind: TagType, scanned: Scanned, key: StringId, at: usize) -> TagValue {
    let plain = |raw: RawValue| TagValue { raw, text: None };
    match (kind, scanned) {
        (_, Scanned::Null) => return plain(RawValue::NULL),
        (TagType::Bool | TagType::Any, Scanned::Bool(value)) => return plain(RawValue::bool(value)),
        (TagType::Int | TagType::Any, Scanned::Number(number)) if number.integer => {
            return plain(reading.slice_value(Encoding::Int, number.start, number.end));
        }
        (TagType::Float | TagType::Any, Scanned::Number(number)) => {
            return plain(reading.slice_value(Encoding::Double, number.start, number.end));
        }
        (TagType::String | TagType::Any, Scanned::String(text)) => {
            return TagValue { raw: reading.string_value(text), text: Some(text) };
        }
        (TagType::Any, Scanned::Other(value)) => return plain(value),
        (_, Scanned::String(text)) if !text.escaped => {
            // Quoted, as Jaeger does for integers that JavaScript cannot hold.
            let bytes = text.bytes(reading.bytes);
            let number = std::str::from_utf8(bytes).unwrap_or_default();
            let encoding = match kind {
                TagType::Int if is_integer(bytes) => Some(Encoding::Int),
                TagType::Float if number.parse::<f64>().is_ok() => Some(Encoding::Double),
                TagType::Binary => Some(Encoding::Base64),
                _ => None,
            };
            if let Some(encoding) = encoding {
                return plain(reading.slice_value(encoding, text.start, text.end));
            }
            if kind == TagType::Bool && (bytes == b"true" || bytes == b"false") {
                return plain(RawValue::bool(bytes == b"true"));
            }
        }
        _ => {}
    }
    mismatched(reading, kind, key, at);
    match scanned {
        Scanned::String(text) => TagValue { raw: reading.string_value(text), text: Some(text) },
        scanned => typed(reading, TagType::Any, scanned, key, at),
    }
}

#[cold]
fn mismatched(reading: &mut Reading<'_>, kind: TagType, key: StringId, at: usize) {
    let name = reading.builder.string(key).to_owned();
    reading.warn(WarningKind::WrongType, at, || {
        format!("Expected {} as value of the tag \"{name}\", found another type.", kind.name())
    });
}

fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}
