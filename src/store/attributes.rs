//! Attributes in one flat column: a key's number and a slice of the kept input, in eight bytes.
//!
//! ```text
//!  │ address or number: 32 bits │ encoding: 4 │ key: 18 │ length: 10 │
//! ```
//! What does not fit (a value of a KiB or more, a key that comes behind 262,144 other texts) stands in a table of its own, and its number here.

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
    /// Plain UTF-8, the beginning of a text that was cut off there: a point of omission stands for the rest.
    Cut = 15,
}

const ENCODINGS: [Encoding; 16] = [
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
    Encoding::Cut,
];

/// What stands for the rest of a text that was cut.
#[doc(hidden)]
pub const OMITTED: &str = "…";

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

/// What an attribute has room for, from its lowest bit on.
const SHORT_BITS: u32 = 10;
const KEY_BITS: u32 = LENGTH_BITS - SHORT_BITS;
const KEY_MASK: u32 = ((1 << KEY_BITS) - 1) << SHORT_BITS;
/// The encoding of an attribute that stands in the table of wide ones: a long value is always there.
const WIDE: u32 = Encoding::Long as u32;

/// A number and a value: the key of an attribute and its value, in eight bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    at: u32,
    /// The tag of the value, with the number in those bits of the length that a short one has no need of.
    tag: u32,
}

/// Attributes of the column, each as its key and its value.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Attributes<'a> {
    rest: std::slice::Iter<'a, Attribute>,
    wide: &'a [(u32, RawValue)],
}

#[inline]
fn unpack(Attribute { at, tag }: Attribute, wide: &[(u32, RawValue)]) -> (u32, RawValue) {
    if tag >> LENGTH_BITS == WIDE {
        return wide.get(at as usize).copied().unwrap_or((0, RawValue::NULL));
    }
    ((tag & KEY_MASK) >> SHORT_BITS, RawValue { at, tag: tag & !KEY_MASK })
}

impl Iterator for Attributes<'_> {
    type Item = (StringId, RawValue);

    #[inline]
    fn next(&mut self) -> Option<(StringId, RawValue)> {
        let (key, value) = unpack(*self.rest.next()?, self.wide);
        Some((StringId(key), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for Attributes<'_> {}

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
    all: Vec<Attribute>,
    wide: Vec<(u32, RawValue)>,
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
        // With a length that no attribute has room for.
        RawValue::new(Encoding::Long, self.long.len() as u32 - 1, LENGTH_MASK)
    }

    /// How many attributes, wide ones and long values there are.
    pub(crate) fn lengths(&self) -> [usize; 3] {
        [self.all.len(), self.wide.len(), self.long.len()]
    }

    /// Takes back what came since [`AttributeColumn::lengths`] gave these.
    pub(crate) fn truncate(&mut self, [all, wide, long]: [usize; 3]) {
        self.all.truncate(all);
        self.wide.truncate(wide);
        self.long.truncate(long);
    }

    /// How many attributes there are.
    #[inline(always)]
    pub(crate) fn len(&self) -> u32 {
        self.all.len() as u32
    }

    #[inline]
    pub(crate) fn push(&mut self, key: StringId, value: RawValue) {
        let attribute = self.pack(key.0, value);
        self.all.push(attribute);
    }

    /// A number and a value that stand elsewhere than in the column.
    #[inline]
    pub(super) fn pack(&mut self, number: u32, value: RawValue) -> Attribute {
        match number >> KEY_BITS | value.tag & KEY_MASK {
            0 => Attribute { at: value.at, tag: value.tag | number << SHORT_BITS },
            _ => self.pack_wide(number, value),
        }
    }

    #[cold]
    fn pack_wide(&mut self, number: u32, value: RawValue) -> Attribute {
        self.wide.push((number, value));
        Attribute { at: self.wide.len() as u32 - 1, tag: WIDE << LENGTH_BITS }
    }

    #[inline]
    pub(super) fn unpack(&self, packed: Attribute) -> (u32, RawValue) {
        unpack(packed, &self.wide)
    }

    /// Puts another attribute in the place of one.
    pub(crate) fn replace(&mut self, at: u32, key: StringId, value: RawValue) {
        self.all[at as usize] = self.pack(key.0, value);
    }

    pub(crate) fn remove(&mut self, at: u32) {
        self.all.remove(at as usize);
    }

    /// Pushes those of a range once more.
    pub(crate) fn copy(&mut self, range: AttributeRange) {
        self.all.extend_from_within(range.start as usize..(range.start + range.len) as usize);
    }

    /// Takes back what was pushed behind so many.
    pub(crate) fn shorten(&mut self, len: u32) {
        self.all.truncate(len as usize);
    }

    /// Makes room for so many more, unless there is not that much memory.
    pub(crate) fn reserve(&mut self, more: usize) {
        let _ = self.all.try_reserve_exact(more);
    }

    #[inline]
    pub(crate) fn range(&self, range: AttributeRange) -> Attributes<'_> {
        let all = &self.all[range.start as usize..(range.start + range.len) as usize];
        Attributes { rest: all.iter(), wide: &self.wide }
    }

    /// The first value with this key.
    pub(crate) fn find(&self, range: AttributeRange, key: StringId) -> Option<RawValue> {
        self.range(range).find(|(found, _)| *found == key).map(|(_, value)| value)
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

    /// An interned or plain text, or one that was cut; "" for any other value.
    pub(crate) fn text<'a>(&self, value: RawValue, buffers: &'a Buffers, strings: &'a Strings) -> Cow<'a, str> {
        let plain = self.plain_text(value, buffers, strings);
        if value.encoding() == Encoding::Cut { Cow::Owned(format!("{plain}{OMITTED}")) } else { Cow::Borrowed(plain) }
    }

    /// The same, of one that was cut what is left.
    pub(crate) fn plain_text<'a>(&self, value: RawValue, buffers: &'a Buffers, strings: &'a Strings) -> &'a str {
        match value.encoding() {
            Encoding::Interned => strings.get(StringId(value.at)),
            Encoding::Text | Encoding::Cut => {
                simd::text(buffers.slice(value.at, value.tag & LENGTH_MASK)).unwrap_or_default()
            }
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
            Encoding::Cut => Value::String(text() + OMITTED),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_cut_says_so() {
        let (mut buffers, strings) = (Buffers::default(), Strings::new());
        let at = buffers.keep(b"all of it").expect("room");
        let mut column = AttributeColumn::default();
        let value = column.encode(Encoding::Cut, at, 3);
        assert_eq!(column.text(value, &buffers, &strings), "all…");
        assert_eq!(column.decode(value, &buffers, &strings), Value::String("all…".into()));
    }

    #[test]
    fn an_attribute_is_what_was_pushed_whatever_its_key_and_length() {
        assert_eq!(size_of::<Attribute>(), 8);
        let mut column = AttributeColumn::default();
        let keys = [0, 1, (1 << KEY_BITS) - 1, 1 << KEY_BITS, u32::MAX];
        let lengths = [0, 1, (1 << SHORT_BITS) - 1, 1 << SHORT_BITS, LENGTH_MASK, LENGTH_MASK + 1, u32::MAX];
        let mut pushed = Vec::new();
        for key in keys.map(StringId) {
            for encoding in ENCODINGS.into_iter().filter(|encoding| *encoding != Encoding::Long) {
                for len in lengths {
                    pushed.push((key, column.encode(encoding, u32::MAX - len, len)));
                }
            }
        }
        pushed.iter().for_each(|(key, value)| column.push(*key, *value));
        let all = AttributeRange { start: 0, len: column.len() };
        assert_eq!(column.range(all).len(), pushed.len());
        assert!(column.range(all).eq(pushed.iter().copied()));
        let narrow = pushed.iter().filter(|(key, value)| key.0 < 1 << KEY_BITS && value.tag & KEY_MASK == 0).count();
        assert_eq!(column.wide.len(), pushed.len() - narrow);

        let [one, other] = [3, pushed.len() as u32 - 1].map(|at| AttributeRange { start: at, len: 1 });
        for at in [one, other] {
            let key = column.range(at).next().expect("an attribute").0;
            assert_eq!(column.find(at, key), Some(pushed[at.start as usize].1));
        }
        column.copy(other);
        column.replace(one.start, StringId(u32::MAX), pushed[0].1);
        let last = AttributeRange { start: column.len() - 1, len: 1 };
        assert!(column.range(last).eq(column.range(other)));
        assert!(column.range(one).eq([(StringId(u32::MAX), pushed[0].1)]));
    }
}
