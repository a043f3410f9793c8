//! A pull reader of MessagePack: one value after another, as they stand.
//!
//! ```text
//!  00..7f, e0..ff  small integers      a0..bf, d9..db  text       c0 nil   c2 c3 booleans
//!  cc..d3          integers            c4..c6          bytes      ca cb    floats
//!  90..9f, dc, dd  array: length       80..8f, de, df  map: pairs   d4..d8, c7..c9  extension: type, bytes
//! ```
//! Text and bytes are ranges of the input. An array or map is its length; what reads it asks for so many values. A length is never believed
//! beyond the bytes that are left, as every value takes one at least, so a loop over a length ends with the input. [`MsgPack::skip`] goes over a
//! whole value without recursion.
//!
//! Source: msgpack.org, `spec.md`.

use std::fmt;
use std::ops::Range;

/// Values may stand in values so deep.
pub const MAX_DEPTH: u32 = 512;

/// What does not follow the encoding, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackError {
    pub kind: PackErrorKind,
    /// Bytes before the value that is wrong.
    pub offset: usize,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackErrorKind {
    /// The input ends inside of a value, or where one should begin.
    UnexpectedEnd,
    /// A length that goes beyond the input.
    Overrun,
    /// The byte 0xc1, which begins nothing.
    BadByte,
    /// A value of another type than was asked for.
    WrongType {
        /// What was asked for.
        expected: &'static str,
        /// What stands there.
        found: Type,
    },
    /// Values in values in values.
    TooDeep,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        match self.kind {
            PackErrorKind::UnexpectedEnd => {
                write!(f, "Expected a whole value, found the end of the input at byte {offset}.")
            }
            PackErrorKind::Overrun => {
                write!(f, "Expected a length within the input, found a longer one at byte {offset}.")
            }
            PackErrorKind::BadByte => write!(f, "Expected a value, found the byte 0xc1 at byte {offset}."),
            PackErrorKind::WrongType { expected, found } => {
                write!(f, "Expected {expected}, found {} at byte {offset}.", found.name())
            }
            PackErrorKind::TooDeep => {
                write!(f, "Expected values at most {MAX_DEPTH} deep, found deeper ones at byte {offset}.")
            }
        }
    }
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Nil,
    Boolean,
    Integer,
    Float,
    Text,
    Bytes,
    Array,
    Map,
    Extension,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Type::Nil => "nil",
            Type::Boolean => "a boolean",
            Type::Integer => "an integer",
            Type::Float => "a float",
            Type::Text => "text",
            Type::Bytes => "bytes",
            Type::Array => "an array",
            Type::Map => "a map",
            Type::Extension => "an extension",
        }
    }
}

/// A number, as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    Float(f64),
}

/// Result of a call.
pub type Pack<T> = Result<T, PackError>;

/// Reads values from an input.
#[derive(Clone, Debug)]
pub struct MsgPack<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> MsgPack<'a> {
    /// Begins at an offset of the input.
    pub fn new(bytes: &'a [u8], at: usize) -> MsgPack<'a> {
        MsgPack { bytes, at: at.min(bytes.len()) }
    }

    /// Where the next value begins.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Whether nothing is left.
    pub fn at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// The type of the next value.
    #[inline]
    pub fn peek(&self) -> Pack<Type> {
        Ok(match self.first()? {
            0x00..=0x7f | 0xe0..=0xff | 0xcc..=0xd3 => Type::Integer,
            0x80..=0x8f | 0xde | 0xdf => Type::Map,
            0x90..=0x9f | 0xdc | 0xdd => Type::Array,
            0xa0..=0xbf | 0xd9..=0xdb => Type::Text,
            0xc0 => Type::Nil,
            0xc1 => return Err(self.error(PackErrorKind::BadByte)),
            0xc2 | 0xc3 => Type::Boolean,
            0xc4..=0xc6 => Type::Bytes,
            0xca | 0xcb => Type::Float,
            0xc7..=0xc9 | 0xd4..=0xd8 => Type::Extension,
        })
    }

    /// Goes over nil; whether it stood there.
    pub fn nil(&mut self) -> Pack<bool> {
        let nil = self.first()? == 0xc0;
        self.at += usize::from(nil);
        Ok(nil)
    }

    /// A boolean.
    pub fn boolean(&mut self) -> Pack<bool> {
        let first = self.first()?;
        if !matches!(first, 0xc2 | 0xc3) {
            return self.wrong_type("a boolean");
        }
        self.at += 1;
        Ok(first == 0xc3)
    }

    /// An integer or a float.
    #[inline]
    pub fn number(&mut self) -> Pack<Number> {
        let first = self.first()?;
        let signed = |value: i64| match u64::try_from(value) {
            Ok(value) => Number::Unsigned(value),
            Err(_) => Number::Negative(value),
        };
        let (number, length) = match first {
            0x00..=0x7f => (Number::Unsigned(u64::from(first)), 1),
            0xe0..=0xff => (Number::Negative(i64::from(first as i8)), 1),
            0xcc => (Number::Unsigned(u64::from(u8::from_be_bytes(self.after_first()?))), 2),
            0xcd => (Number::Unsigned(u64::from(u16::from_be_bytes(self.after_first()?))), 3),
            0xce => (Number::Unsigned(u64::from(u32::from_be_bytes(self.after_first()?))), 5),
            0xcf => (Number::Unsigned(u64::from_be_bytes(self.after_first()?)), 9),
            0xd0 => (signed(i64::from(i8::from_be_bytes(self.after_first()?))), 2),
            0xd1 => (signed(i64::from(i16::from_be_bytes(self.after_first()?))), 3),
            0xd2 => (signed(i64::from(i32::from_be_bytes(self.after_first()?))), 5),
            0xd3 => (signed(i64::from_be_bytes(self.after_first()?)), 9),
            0xca => (Number::Float(f64::from(f32::from_be_bytes(self.after_first()?))), 5),
            0xcb => (Number::Float(f64::from_be_bytes(self.after_first()?)), 9),
            _ => return self.wrong_type("a number"),
        };
        self.at += length;
        Ok(number)
    }

    /// Where the bytes of a text stand; they should be UTF-8.
    #[inline]
    pub fn text(&mut self) -> Pack<Range<usize>> {
        let (length, header) = match self.first()? {
            first @ 0xa0..=0xbf => (usize::from(first & 0x1f), 1),
            0xd9 => (usize::from(u8::from_be_bytes(self.after_first()?)), 2),
            0xda => (usize::from(u16::from_be_bytes(self.after_first()?)), 3),
            0xdb => (u32::from_be_bytes(self.after_first()?) as usize, 5),
            _ => return self.wrong_type("text"),
        };
        self.content(header, length)
    }

    /// Where bytes stand.
    pub fn binary(&mut self) -> Pack<Range<usize>> {
        let (length, header) = match self.first()? {
            0xc4 => (usize::from(u8::from_be_bytes(self.after_first()?)), 2),
            0xc5 => (usize::from(u16::from_be_bytes(self.after_first()?)), 3),
            0xc6 => (u32::from_be_bytes(self.after_first()?) as usize, 5),
            _ => return self.wrong_type("bytes"),
        };
        self.content(header, length)
    }

    /// The type of an extension, and where its bytes stand.
    pub fn extension(&mut self) -> Pack<(i8, Range<usize>)> {
        let (length, header) = match self.first()? {
            first @ 0xd4..=0xd8 => (1 << (first - 0xd4), 2),
            0xc7 => (usize::from(u8::from_be_bytes(self.after_first()?)), 3),
            0xc8 => (usize::from(u16::from_be_bytes(self.after_first()?)), 4),
            0xc9 => (u32::from_be_bytes(self.after_first()?) as usize, 6),
            _ => return self.wrong_type("an extension"),
        };
        let start = self.at;
        let content = self.content(header, length)?;
        Ok((self.bytes[start + header - 1] as i8, content))
    }

    /// How many values an array has; they follow.
    #[inline]
    pub fn array(&mut self) -> Pack<usize> {
        let (length, header) = match self.first()? {
            first @ 0x90..=0x9f => (usize::from(first & 0x0f), 1),
            0xdc => (usize::from(u16::from_be_bytes(self.after_first()?)), 3),
            0xdd => (u32::from_be_bytes(self.after_first()?) as usize, 5),
            _ => return self.wrong_type("an array"),
        };
        self.collection(header, length, 1)
    }

    /// How many pairs a map has; a key and a value of each follow.
    #[inline]
    pub fn map(&mut self) -> Pack<usize> {
        let (length, header) = match self.first()? {
            first @ 0x80..=0x8f => (usize::from(first & 0x0f), 1),
            0xde => (usize::from(u16::from_be_bytes(self.after_first()?)), 3),
            0xdf => (u32::from_be_bytes(self.after_first()?) as usize, 5),
            _ => return self.wrong_type("a map"),
        };
        self.collection(header, length, 2)
    }

    /// Goes over a whole value; where it stood.
    pub fn skip(&mut self) -> Pack<Range<usize>> {
        let start = self.at;
        // How many values are left on each level.
        let mut levels = vec![1_u64];
        while let Some(left) = levels.last_mut() {
            if *left == 0 {
                levels.pop();
                continue;
            }
            *left -= 1;
            let before = self.at;
            let values = match self.peek()? {
                Type::Nil | Type::Boolean => {
                    self.at += 1;
                    0
                }
                Type::Integer | Type::Float => {
                    self.number()?;
                    0
                }
                Type::Text => {
                    self.text()?;
                    0
                }
                Type::Bytes => {
                    self.binary()?;
                    0
                }
                Type::Extension => {
                    self.extension()?;
                    0
                }
                Type::Array => self.array()? as u64,
                Type::Map => self.map()? as u64 * 2,
            };
            if values > 0 {
                if levels.len() as u32 > MAX_DEPTH {
                    return Err(PackError { kind: PackErrorKind::TooDeep, offset: before });
                }
                levels.push(values);
            }
        }
        Ok(start..self.at)
    }

    fn error(&self, kind: PackErrorKind) -> PackError {
        PackError { kind, offset: self.at }
    }

    #[cold]
    fn wrong_type<T>(&self, expected: &'static str) -> Pack<T> {
        let found = self.peek()?;
        Err(self.error(PackErrorKind::WrongType { expected, found }))
    }

    #[inline(always)]
    fn first(&self) -> Pack<u8> {
        self.bytes.get(self.at).copied().ok_or(PackError { kind: PackErrorKind::UnexpectedEnd, offset: self.at })
    }

    #[inline(always)]
    fn after_first<const N: usize>(&self) -> Pack<[u8; N]> {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        rest.first_chunk().copied().ok_or(PackError { kind: PackErrorKind::UnexpectedEnd, offset: self.at })
    }

    /// The content behind a header.
    #[inline(always)]
    fn content(&mut self, header: usize, length: usize) -> Pack<Range<usize>> {
        let left = self.bytes.len() - self.at;
        if left < header {
            return Err(self.error(PackErrorKind::UnexpectedEnd));
        }
        if left - header < length {
            return Err(self.error(PackErrorKind::Overrun));
        }
        let start = self.at + header;
        self.at = start + length;
        Ok(start..self.at)
    }

    /// So many entries of so many values each follow.
    #[inline(always)]
    fn collection(&mut self, header: usize, length: usize, values: usize) -> Pack<usize> {
        if (self.bytes.len() - self.at - header) / values < length {
            return Err(self.error(PackErrorKind::Overrun));
        }
        self.at += header;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(bytes: &[u8]) -> MsgPack<'_> {
        MsgPack::new(bytes, 0)
    }

    #[test]
    fn numbers_of_every_width() {
        use Number::*;
        for (bytes, expected) in [
            (&b"\x00"[..], Unsigned(0)),
            (b"\x7f", Unsigned(127)),
            (b"\xe0", Negative(-32)),
            (b"\xff", Negative(-1)),
            (b"\xcc\xff", Unsigned(255)),
            (b"\xcd\x01\x00", Unsigned(256)),
            (b"\xce\xff\xff\xff\xff", Unsigned(4_294_967_295)),
            (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", Unsigned(u64::MAX)),
            (b"\xd0\x80", Negative(-128)),
            (b"\xd0\x05", Unsigned(5)),
            (b"\xd1\x80\x00", Negative(-32_768)),
            (b"\xd2\x80\x00\x00\x00", Negative(-2_147_483_648)),
            (b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", Negative(i64::MIN)),
            (b"\xca\x3f\xc0\x00\x00", Float(1.5)),
            (b"\xcb\xc0\x04\x00\x00\x00\x00\x00\x00", Float(-2.5)),
        ] {
            let mut reader = reader(bytes);
            assert_eq!(reader.number(), Ok(expected), "{bytes:x?}");
            assert!(reader.at_end());
            for cut in 0..bytes.len() {
                let error = MsgPack::new(&bytes[..cut], 0).number().expect_err("cut off");
                assert_eq!(error, PackError { kind: PackErrorKind::UnexpectedEnd, offset: 0 });
            }
        }
    }

    #[test]
    fn texts_bytes_and_extensions_are_ranges() {
        let long = [&b"\xda\x01\x00"[..], &[b'x'; 256]].concat();
        for (bytes, expected) in [
            (&b"\xa0"[..], 1..1),
            (b"\xa3abc", 1..4),
            (b"\xd9\x02ab", 2..4),
            (b"\xdb\0\0\0\x01a", 5..6),
            (&long, 3..259),
        ] {
            assert_eq!(reader(bytes).text(), Ok(expected));
            assert_eq!(reader(bytes).peek(), Ok(Type::Text));
        }
        assert_eq!(reader(b"\xc4\x02\0\xff").binary(), Ok(2..4));
        assert_eq!(reader(b"\xc5\0\x01a").binary(), Ok(3..4));
        assert_eq!(reader(b"\xc6\0\0\0\0").binary(), Ok(5..5));
        assert_eq!(reader(b"\xd6\xff\x01\x02\x03\x04").extension(), Ok((-1, 2..6)));
        assert_eq!(reader(b"\xc7\x03\x05abc").extension(), Ok((5, 3..6)));
        assert_eq!(reader(b"\xc8\0\x01\x05a").extension(), Ok((5, 4..5)));
        assert_eq!(reader(b"\xc9\0\0\0\x01\x05a").extension(), Ok((5, 6..7)));
    }

    #[test]
    fn collections_and_single_values() {
        // {"a": [1, nil, true], "b": {}}
        let bytes = b"\x82\xa1a\x93\x01\xc0\xc3\xa1b\x80\x05";
        let mut reader = reader(bytes);
        assert_eq!(reader.map(), Ok(2));
        assert_eq!(reader.text(), Ok(2..3));
        assert_eq!(reader.array(), Ok(3));
        assert_eq!((reader.nil(), reader.number()), (Ok(false), Ok(Number::Unsigned(1))));
        assert_eq!((reader.nil(), reader.boolean()), (Ok(true), Ok(true)));
        assert_eq!(reader.skip(), Ok(7..9));
        assert_eq!(reader.skip(), Ok(9..10));
        assert_eq!((reader.offset(), reader.at_end()), (10, false));
        assert_eq!(MsgPack::new(bytes, 0).skip(), Ok(0..10));
        assert_eq!(MsgPack::new(b"\xdc\0\x01\xde\0\x01\x01\x02", 0).skip(), Ok(0..8));
        assert_eq!(MsgPack::new(b"\xdd\0\0\0\x01\xdf\0\0\0\0", 0).skip(), Ok(0..10));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        use PackErrorKind::*;
        for (bytes, kind, offset) in [
            (&b""[..], UnexpectedEnd, 0),
            (b"\xc1", BadByte, 0),
            (b"\x91\xc1", BadByte, 1),
            (b"\xa5abc", Overrun, 0),
            (b"\x92\x01", Overrun, 0),
            (b"\x82\x01\x02\x03", Overrun, 0),
            (b"\xdd\xff\xff\xff\xff\x01", Overrun, 0),
            (b"\xdf\xff\xff\xff\xff\x01", Overrun, 0),
            (b"\xd4\x01", Overrun, 0),
            (b"\xd4", UnexpectedEnd, 0),
            (b"\x91\xd9", UnexpectedEnd, 1),
        ] {
            assert_eq!(reader(bytes).skip(), Err(PackError { kind, offset }), "{bytes:x?}");
        }
        let error = reader(b"\xa1a").number().expect_err("text");
        assert_eq!(error.to_string(), "Expected a number, found text at byte 0.");
        let asked: [fn(&mut MsgPack<'_>) -> Option<PackError>; 6] = [
            |reader| reader.boolean().err(),
            |reader| reader.text().err(),
            |reader| reader.binary().err(),
            |reader| reader.array().err(),
            |reader| reader.map().err(),
            |reader| reader.extension().err(),
        ];
        for ask in asked {
            assert!(matches!(ask(&mut reader(b"\x05")), Some(PackError { kind: WrongType { .. }, offset: 0 })));
        }
        let deep = vec![0x91; MAX_DEPTH as usize + 5];
        let mut deep_end = deep.clone();
        deep_end.push(0);
        assert_eq!(reader(&deep_end).skip().map_err(|error| error.kind), Err(TooDeep));
        assert_eq!(reader(&deep_end[5..]).skip(), Ok(0..MAX_DEPTH as usize + 1));
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..12)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 56) as u8
                })
                .collect();
            let mut reader = reader(&bytes);
            while let Ok(range) = reader.skip() {
                assert!(range.start < range.end && range.end <= bytes.len());
            }
        }
    }
}
