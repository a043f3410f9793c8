//! Attributes in OTLP's JSON: `[{"key":"http.route","value":{"stringValue":"/cart"}}, …]`.
//!
//! They are most of a trace. A list whose keys come in an order seen before is read by its phrases ([`Phrases`]); any other attribute member by
//! member. Stores of logs keep them as an object, `{"http.route":"/cart"}`. Values are not decoded: text and numbers are slices of the input, lists and maps the JSON that they are.

use super::input::Input;
use crate::json::{ANY_VALUE_KEYS, AnyKind, Keys, Kind, Lex, Lexer, Member, PhraseId, Phrases};
use crate::simd::{self, Literal};
use crate::store::{AttributeRange, Encoding, RawValue, SpanKind, StoreBuilder};
use crate::strings::StringId;

/// Where a list of attributes stands: each kind of place has orders of its own.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// On a resource or scope.
    Resource,
    Event,
    Link,
    /// On a span; spans of different kinds tell different things.
    Span(SpanKind),
}

impl Place {
    /// Its number, for the orders of keys.
    #[inline(always)]
    fn number(self) -> u32 {
        match self {
            Place::Resource => 0,
            Place::Event => 1,
            Place::Link => 2,
            Place::Span(kind) => 3 + kind as u32,
        }
    }
}

static PAIR_KEYS: [Literal; 2] = [Literal::key("key"), Literal::key("value")];

/// What a phrase before an attribute's value means: its key, and how the value behind it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct AttributeStart {
    key: StringId,
    encoding: Encoding,
}

/// The learned orders of keys in attributes.
pub struct AttributeTable {
    pair: Keys,
    any: Keys,
    phrases: Phrases<AttributeStart>,
}

impl AttributeTable {
    pub fn new() -> AttributeTable {
        let nothing = AttributeStart { key: StringId::EMPTY, encoding: Encoding::Null };
        AttributeTable {
            pair: Keys::new(&PAIR_KEYS),
            any: Keys::new(&ANY_VALUE_KEYS),
            phrases: Phrases::new(Place::Span(SpanKind::Consumer).number() + 1, nothing),
        }
    }
}

/// The attribute that OpenTelemetry names, for formats without the field, for a count of attributes that the producer dropped.
pub const DROPPED_ATTRIBUTES: &str = "otel.dropped_attributes_count";

/// Keeps a count of what the producer dropped as an attribute; 0 is not told.
#[inline]
pub fn add_dropped(builder: &mut StoreBuilder, range: &mut AttributeRange, name: &str, count: u64) {
    if count > 0 {
        push_count(builder, range, name, count);
    }
}

#[cold]
fn push_count(builder: &mut StoreBuilder, range: &mut AttributeRange, name: &str, count: u64) {
    let key = builder.intern(name);
    let value = builder.made_value(Encoding::Int, &count.to_string());
    builder.extend_attributes(range, key, value);
}

/// A list of `{key, value}`.
#[inline(never)]
pub fn attributes<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    table: &mut AttributeTable,
    place: Place,
) -> Lex<AttributeRange> {
    let mark = reading.builder.attribute_mark();
    if lexer.peek()? != Kind::Array {
        plain_attributes(reading, lexer, table)?;
        return Ok(reading.builder.attributes_since(mark));
    }
    let mut first = lexer.begin_array()?;
    let mut after = table.phrases.root(place.number());
    let fast = lexer.has_room(2);
    let bytes = reading.bytes;
    loop {
        // A phrase begins right behind a bracket or a comma: only there may it be learned and found.
        let comma = !first && bytes.get(lexer.offset()) == Some(&b',');
        let start = lexer.offset() + usize::from(comma);
        if fast && (first || comma) {
            let mut at = start;
            while let Some((phrase, meaning, value)) = table.phrases.follow(bytes, at, after) {
                let end = simd::plain_run(bytes, value);
                let Some(after_value) = bytes.get(end..end + 4) else { break };
                let more = after_value == b"\"}},";
                if !more && after_value != b"\"}}]" {
                    break;
                }
                let address = reading.address(value);
                let value = reading.builder.value(meaning.encoding, address, (end - value) as u32);
                reading.builder.push_attribute(meaning.key, value);
                after = phrase;
                first = false;
                at = end + 4;
                if !more {
                    lexer.leave_array(at);
                    return Ok(reading.builder.attributes_since(mark));
                }
            }
            if at != start {
                // The comma behind the last value.
                lexer.go_to(at - 1);
                continue;
            }
        }
        let learnable = first || comma;
        if !lexer.element(&mut first)? {
            return Ok(reading.builder.attributes_since(mark));
        }
        let start = learnable.then_some(start);
        after = attribute(reading, lexer, table, after, start)?;
    }
}

/// Attributes as an object of plain values, which stores of logs make of them.
#[cold]
fn plain_attributes<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, table: &mut AttributeTable) -> Lex<()> {
    if lexer.peek()? != Kind::Object {
        return reading.not_expected(lexer, "attributes", "an array");
    }
    let mut cursor = lexer.begin_object()?;
    while let Some(name) = lexer.any_member(&mut cursor)? {
        let key = reading.intern(name);
        let (value, _) = any_value(reading, lexer, &mut table.any)?;
        reading.builder.push_attribute(key, value);
    }
    Ok(())
}

/// One `{key, value}`. `start` is where the phrase before it begins, when it is one to learn.
fn attribute<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    table: &mut AttributeTable,
    after: PhraseId,
    start: Option<usize>,
) -> Lex<PhraseId> {
    let Some(mut cursor) = reading.object(lexer, "an attribute")? else { return Ok(after) };
    let (mut key, mut value) = (StringId::EMPTY, RawValue::NULL);
    // Offset of the content of the quoted value, when the members are a key and then such a value.
    let mut content = None;
    let mut members = 0;
    loop {
        match lexer.member(&mut table.pair, &mut cursor)? {
            Member::End => break,
            Member::Known(0) => {
                key = reading.text_id(lexer, "an attribute's key")?;
                content = None;
            }
            Member::Known(_) => (value, content) = any_value(reading, lexer, &mut table.any)?,
            Member::Other(_) => {
                lexer.skip()?;
            }
        }
        members += 1;
    }
    reading.builder.push_attribute(key, value);
    Ok(match (content, start) {
        (Some((content, encoding)), Some(start)) if members == 2 => {
            let meaning = AttributeStart { key, encoding };
            table.phrases.learn(after, &reading.bytes[start..content as usize], meaning)
        }
        _ => after,
    })
}

/// A value; when it is a single quoted one without escapes also the offset of its content and its encoding.
#[inline(always)]
fn any_value<'a>(
    reading: &mut Input<'a>,
    lexer: &mut Lexer<'a>,
    keys: &mut Keys,
) -> Lex<(RawValue, Option<(u32, Encoding)>)> {
    if lexer.peek()? != Kind::Object {
        // Not an AnyValue, yet a value: kept as the JSON it is.
        return Ok((other_value(reading, lexer, Encoding::Json)?, None));
    }
    let mark = lexer.mark();
    let mut value = RawValue::NULL;
    let mut content = None;
    let mut members = 0;
    let mut cursor = lexer.begin_object()?;
    loop {
        let key = match lexer.member(keys, &mut cursor)? {
            Member::Known(key) => key,
            Member::End => return Ok((value, content.filter(|_| members == 1))),
            Member::Other(_) => {
                // A key that no AnyValue has.
                lexer.rewind(mark);
                return Ok((other_value(reading, lexer, Encoding::Any)?, None));
            }
        };
        members += 1;
        let kind = AnyKind::of(key);
        value = match (kind, lexer.peek()?) {
            (AnyKind::String | AnyKind::Int | AnyKind::Double | AnyKind::Bytes, Kind::String) => {
                let text = lexer.string()?;
                let encoding = match kind {
                    AnyKind::String => Encoding::Text,
                    AnyKind::Int => Encoding::Int,
                    AnyKind::Double => Encoding::Double,
                    _ => Encoding::Base64,
                };
                content = Some((text.start, encoding));
                let encoding = if text.escaped { Encoding::JsonText } else { encoding };
                reading.slice_value(encoding, text.start, text.end)
            }
            (AnyKind::Int | AnyKind::Double, Kind::Number) => {
                let number = lexer.number()?;
                let encoding = if kind == AnyKind::Int { Encoding::Int } else { Encoding::Double };
                reading.slice_value(encoding, number.start, number.end)
            }
            (AnyKind::Bool, Kind::Boolean) => RawValue::bool(lexer.boolean()?),
            (_, Kind::Null) => {
                lexer.null()?;
                RawValue::NULL
            }
            (AnyKind::Array | AnyKind::Map, Kind::Object) => {
                let range = lexer.skip()?;
                let encoding = if kind == AnyKind::Array { Encoding::AnyArray } else { Encoding::AnyMap };
                reading.slice_value(encoding, range.start as u32, range.end as u32)
            }
            _ => {
                lexer.rewind(mark);
                return Ok((other_value(reading, lexer, Encoding::Any)?, None));
            }
        };
    }
}

#[inline(never)]
fn other_value<'a>(reading: &mut Input<'a>, lexer: &mut Lexer<'a>, encoding: Encoding) -> Lex<RawValue> {
    let range = lexer.skip()?;
    Ok(reading.slice_value(encoding, range.start as u32, range.end as u32))
}
