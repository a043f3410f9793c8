//! A tag of Jaeger: `{"key", "type", "value"}`, of a span, a log or a process.
//!
//! The type says what the value is, because JSON does not: an integer beyond 2^53 is quoted, and bytes are base64. A value that its type does
//! not allow is kept as what it is, with a warning.

use super::input::Input;
use super::told::{Meaning, Meanings, TagValue};
use crate::error::WarningKind;
use crate::float::parse_f64;
use crate::json::{Keys, Kind, Lex, Lexer, Member, Number, Phrases, Text};
use crate::simd::{self, Literal};
use crate::store::{Encoding, RawValue};
use crate::strings::StringId;

static TAG_KEYS: [Literal; 3] = [Literal::key("key"), Literal::key("type"), Literal::key("value")];

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

/// What is learned about tags over the whole input.
#[derive(Debug)]
pub(super) struct TagTable {
    keys: Keys,
    phrases: Phrases<TagStart>,
    meanings: Meanings,
}

/// Where a list of tags stands: each kind of place has orders of its own.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Span,
    Log,
    Process,
}

/// What a phrase before a tag's value says: the key, and what stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TagStart {
    key: StringId,
    meaning: Meaning,
    form: Form,
}

/// A value that can be taken without asking for its tokens: nearly all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// Text up to its closing quote; the opening one belongs to the phrase.
    Text,
    /// Decimal digits.
    Int,
    Bool,
}

impl TagTable {
    pub(super) fn new() -> TagTable {
        let nothing = TagStart { key: StringId::EMPTY, meaning: Meaning::Attribute, form: Form::Text };
        TagTable { keys: Keys::new(&TAG_KEYS), phrases: Phrases::new(3, nothing), meanings: Meanings::default() }
    }
}

/// A list of tags, each given to `take`. Anything else in its place is reported and skipped.
#[inline(always)]
pub(super) fn tags<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    table: &mut TagTable,
    place: Place,
    mut take: impl FnMut(&mut Input<'a>, StringId, Meaning, TagValue),
) -> Lex<()> {
    if lexer.peek()? != Kind::Array {
        return reading.not_expected(lexer, "tags", "an array");
    }
    let mut first = lexer.begin_array()?;
    let mut after = table.phrases.root(place as u32);
    let fast = lexer.has_room(1);
    let bytes = reading.bytes;
    loop {
        // A phrase begins right behind a bracket or a comma: only there may it be learned and found.
        let comma = !first && bytes.get(lexer.offset()) == Some(&b',');
        let learnable = fast && (first || comma);
        let start = lexer.offset() + usize::from(comma);
        if learnable {
            let mut at = start;
            while let Some((phrase, tag, value)) = table.phrases.follow(bytes, at, after) {
                let Some((value, end)) = known_value(reading, tag.form, value) else { break };
                let more = bytes.get(end..end + 2) == Some(b"},");
                if !more && bytes.get(end..end + 2) != Some(b"}]") {
                    break;
                }
                take(reading, tag.key, tag.meaning, value);
                after = phrase;
                first = false;
                at = end + 2;
                if !more {
                    lexer.leave_array(at);
                    return Ok(());
                }
            }
            if at != start {
                // The comma behind the last value.
                lexer.go_to(at - 1);
                continue;
            }
        }
        if !lexer.element(&mut first)? {
            return Ok(());
        }
        if lexer.peek()? != Kind::Object {
            reading.not_expected(lexer, "a tag", "an object")?;
            continue;
        }
        let Tag { key, value, start: content } = tag(reading, lexer, &mut table.keys)?;
        let meaning = table.meanings.of(reading.builder, key);
        if let Some((content, form)) = content
            && learnable
        {
            after = table.phrases.learn(after, &bytes[start..content], TagStart { key, meaning, form });
        }
        take(reading, key, meaning, value);
    }
}

/// The value that stands at `at` behind a phrase, and the offset behind it; `None` when it is one to look at more closely.
#[inline(always)]
fn known_value(reading: &mut Input<'_>, form: Form, at: usize) -> Option<(TagValue, usize)> {
    let bytes = reading.bytes;
    match form {
        Form::Text => {
            let end = simd::plain_run(bytes, at);
            if bytes.get(end) != Some(&b'"') {
                return None;
            }
            let text = Text { start: at as u32, end: end as u32, escaped: false };
            Some((TagValue { raw: reading.string_value(text), text: Some(text) }, end + 1))
        }
        Form::Int => {
            let digits = at + usize::from(bytes.get(at) == Some(&b'-'));
            let mut end = digits;
            while bytes.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
            // No digits are no number, and none begins with a zero but 0. What follows is checked by the caller.
            if end == digits || end - digits > 18 || (bytes[digits] == b'0' && end - digits > 1) {
                return None;
            }
            let raw = reading.slice_value(Encoding::Int, at as u32, end as u32);
            Some((TagValue { raw, text: None }, end))
        }
        Form::Bool => {
            let value = bytes.get(at..at + 4) == Some(b"true");
            if !value && bytes.get(at..at + 5) != Some(b"false") {
                return None;
            }
            Some((TagValue { raw: RawValue::bool(value), text: None }, at + 5 - usize::from(value)))
        }
    }
}

/// One `{key, type, value}`.
struct Tag {
    key: StringId,
    value: TagValue,
    /// Where the value's content begins, when it stands last and what stands before it says all about it.
    start: Option<(usize, Form)>,
}

#[inline(never)]
fn tag<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, keys: &mut Keys) -> Lex<Tag> {
    let (mut key, mut kind, mut scanned) = (StringId::EMPTY, TagType::Any, Scanned::Null);
    let mut at = lexer.offset();
    // How many members there are, which of the three, and whether the value came last.
    let (mut members, mut seen, mut value_is_last) = (0, 0_u32, false);
    let mut cursor = lexer.begin_object()?;
    loop {
        let member = lexer.member(keys, &mut cursor)?;
        if member == Member::End {
            break;
        }
        members += 1;
        value_is_last = member == Member::Known(2);
        match member {
            Member::Known(0) => key = reading.text_id(lexer, "a tag's key")?,
            Member::Known(1) => {
                if let Some(text) = reading.text(lexer, "a tag's type")? {
                    kind = TagType::of(text.bytes(reading.bytes));
                }
            }
            Member::Known(_) => {
                at = lexer.offset();
                scanned = tag_value(reading, lexer)?;
            }
            Member::Other(_) | Member::End => {
                lexer.skip()?;
            }
        }
        if let Member::Known(which) = member {
            seen |= 1 << which;
        }
    }
    let value = typed(reading, kind, scanned, key, at);
    let start = match (kind, scanned) {
        _ if !value_is_last || seen & 1 == 0 || members != seen.count_ones() => None,
        (TagType::String | TagType::Any, Scanned::String(text)) => Some((text.start as usize, Form::Text)),
        (TagType::Int | TagType::Any, Scanned::Number(number)) if number.integer => {
            Some((number.start as usize, Form::Int))
        }
        (TagType::Bool | TagType::Any, Scanned::Bool(_)) => {
            lexer.input()[at..].iter().position(|b| matches!(b, b't' | b'f')).map(|skip| (at + skip, Form::Bool))
        }
        _ => None,
    };
    Ok(Tag { key, value, start })
}

#[inline(always)]
fn tag_value<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>) -> Lex<Scanned> {
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
fn typed(reading: &mut Input<'_>, kind: TagType, scanned: Scanned, key: StringId, at: usize) -> TagValue {
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
                TagType::Float if parse_f64(number).is_some() => Some(Encoding::Double),
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
fn mismatched(reading: &mut Input<'_>, kind: TagType, key: StringId, at: usize) {
    let name = reading.builder.string(key).to_owned();
    reading.warn(WarningKind::WrongType, at, || {
        format!("Expected {} as value of the tag \"{name}\", found another type.", kind.name())
    });
}

fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}
