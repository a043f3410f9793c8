//! Attributes in one flat column: a key's number and a slice of the kept input.

use std::borrow::Cow;

use super::buffers::Buffers;
use crate::json;
use crate::simd;
use crate::strings::{StringId, Strings};
use crate::value::Value;
use crate::wire::any_value;

/// How the slice of a value is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[doc(hidden)]
pub enum Encoding {
    Null = 0,
    False = 1,
    True = 2,
    /// Decimal digits.
    Int = 3,
    /// A double as text, also `NaN` and the infinities.
    Double = 4,
    /// Plain UTF-8.
    Text = 5,
    /// The content of a JSON string with escapes.
    JsonText = 6,
    /// The content of a JSON string: base64.
    Base64 = 7,
    /// The object of an OpenTelemetry `arrayValue`.
    AnyArray = 8,
    /// The object of an OpenTelemetry `kvlistValue`.
    AnyMap = 9,
    /// Any JSON.
    Json = 10,
    /// An OpenTelemetry `AnyValue` of a shape that no other encoding fits.
    Any = 11,
    /// An interned text: the address is its number.
    Interned = 12,
    /// A slice too long for the tag: the address is a position in the table of long values.
    Long = 13,
    /// The message of an OpenTelemetry `AnyValue` in protobuf.
    Protobuf = 14,
}

const ENCODINGS: [Encoding; 15] = [
    Encoding::Null,
    Encoding::False,
    Encoding::True,
    Encoding::Int,
    Encoding::Double,
    Encoding::Text,
    Encoding::JsonText,
    Encoding::Base64,
    Encoding::AnyArray,
    Encoding::AnyMap,
    Encoding::Json,
    Encoding::Any,
    Encoding::Interned,
    Encoding::Long,
    Encoding::Protobuf,
];

const LENGTH_BITS: u32 = 28;
const LENGTH_MASK: u32 = (1 << LENGTH_BITS) - 1;

/// An encoded value: eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct RawValue {
    at: u32,
    /// Encoding in the upper four bits, length in the lower 28.
    tag: u32,
}

impl RawValue {
    pub const NULL: RawValue = RawValue { at: 0, tag: 0 };

    #[inline(always)]
    fn new(encoding: Encoding, at: u32, len: u32) -> RawValue {
        RawValue { at, tag: (encoding as u32) << LENGTH_BITS | len }
    }

    pub fn bool(value: bool) -> RawValue {
        RawValue::new(if value { Encoding::True } else { Encoding::False }, 0, 0)
    }

    pub fn interned(text: StringId) -> RawValue {
        RawValue::new(Encoding::Interned, text.0, 0)
    }

    pub fn as_interned(self) -> Option<StringId> {
        (self.encoding() == Encoding::Interned).then_some(StringId(self.at))
    }

    pub fn is_null(self) -> bool {
        self.tag == 0
    }

    fn encoding(self) -> Encoding {
        ENCODINGS[(self.tag >> LENGTH_BITS) as usize]
    }
}

/// A value of more than 256 MiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LongValue {
    encoding: Encoding,
    at: u32,
    len: u32,
}

/// A value as it stands in its buffer, for those who only look for something in it.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub enum RawText<'a> {
    /// Plain text, or the digits of a number.
    Plain(&'a [u8]),
    /// Of a shape that has to be decoded.
    Other,
}

/// One attribute: twelve bytes.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Attribute {
    pub key: StringId,
    pub value: RawValue,
}

/// A range of the attribute column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(hidden)]
pub struct AttributeRange {
    pub start: u32,
    pub len: u32,
}

/// The column.
#[derive(Debug, Default)]
pub(crate) struct AttributeColumn {
    pub(crate) all: Vec<Attribute>,
    long: Vec<LongValue>,
}

impl AttributeColumn {
    /// Encodes the slice of `len` bytes at the address `at`.
    #[inline(always)]
    pub(crate) fn encode(&mut self, encoding: Encoding, at: u32, len: u32) -> RawValue {
        if len <= LENGTH_MASK { RawValue::new(encoding, at, len) } else { self.encode_long(encoding, at, len) }
    }

    #[cold]
    fn encode_long(&mut self, encoding: Encoding, at: u32, len: u32) -> RawValue {
        self.long.push(LongValue { encoding, at, len });
        RawValue::new(Encoding::Long, self.long.len() as u32 - 1, 0)
    }

    /// How many attributes and long values there are.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        (self.all.len(), self.long.len())
    }

    /// Takes back what came since [`AttributeColumn::lengths`] gave these.
    pub(crate) fn truncate(&mut self, (all, long): (usize, usize)) {
        self.all.truncate(all);
        self.long.truncate(long);
    }

    pub(crate) fn range(&self, range: AttributeRange) -> &[Attribute] {
        &self.all[range.start as usize..(range.start + range.len) as usize]
    }

    /// A value without decoding it.
    #[inline(always)]
    pub(crate) fn raw<'a>(&self, value: RawValue, buffers: &'a Buffers, strings: &'a Strings) -> RawText<'a> {
        match value.encoding() {
            Encoding::Text | Encoding::Int | Encoding::Double => {
                RawText::Plain(buffers.slice(value.at, value.tag & LENGTH_MASK))
            }
            Encoding::Interned => RawText::Plain(strings.get(StringId(value.at)).as_bytes()),
            Encoding::True => RawText::Plain(b"true"),
            Encoding::False => RawText::Plain(b"false"),
            _ => RawText::Other,
        }
    }

    /// An interned or plain text; "" for any other value.
    pub(crate) fn text<'a>(&self, value: RawValue, buffers: &'a Buffers, strings: &'a Strings) -> &'a str {
        match value.encoding() {
            Encoding::Interned => strings.get(StringId(value.at)),
            Encoding::Text => simd::text(buffers.slice(value.at, value.tag & LENGTH_MASK)).unwrap_or_default(),
            _ => "",
        }
    }

    /// Decodes a value.
    pub(crate) fn decode<'a>(&self, value: RawValue, buffers: &'a Buffers, strings: &'a Strings) -> Value<'a> {
        let (encoding, at, len) = match value.encoding() {
            Encoding::Long => {
                let long = self.long[value.at as usize];
                (long.encoding, long.at, long.len)
            }
            encoding => (encoding, value.at, value.tag & LENGTH_MASK),
        };
        let bytes = || buffers.slice(at, len);
        // Checked as a whole, which is fast for text without errors: what a reader took for text has none.
        let text = || match std::str::from_utf8(buffers.slice(at, len)) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(buffers.slice(at, len)),
        };
        match encoding {
            Encoding::Null | Encoding::Long => Value::Null,
            Encoding::False => Value::Bool(false),
            Encoding::True => Value::Bool(true),
            Encoding::Int => ascii(bytes()).map_or(Value::Null, json::int_value),
            Encoding::Double => ascii(bytes()).map_or(Value::Null, json::double_value),
            Encoding::Text => Value::String(text()),
            Encoding::JsonText => Value::String(json::decode_string(bytes())),
            Encoding::Base64 => json::base64_value(bytes()),
            Encoding::AnyArray => json::decode_array(bytes()),
            Encoding::AnyMap => json::decode_map(bytes()),
            Encoding::Json => json::decode_value(bytes()),
            Encoding::Any => json::decode_any_value(bytes()),
            Encoding::Protobuf => any_value::decode_any_value(bytes()),
            Encoding::Interned => Value::String(Cow::Borrowed(strings.get(StringId(at)))),
        }
    }
}

fn ascii(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
