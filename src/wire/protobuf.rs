//! A pull reader of protobuf: the fields of a message one after another, as they stand.
//!
//! ```text
//!  message   field field field …
//!  field     tag = number << 3 | wire type, then   0 varint │ 1 eight bytes │ 2 length and so many bytes │ 3 … 4 group │ 5 four bytes
//! ```
//! A field of bytes is a range of the input, so a message inside of a message costs nothing until someone reads it. It is strict: a varint has at
//! most ten bytes, field numbers go from 1 to 2^29 - 1, a length ends within its message. Groups, which nobody writes any more, are gone over.
//!
//! Source: protobuf.dev, "Encoding".

use std::fmt;
use std::ops::Range;

/// Groups may stand in groups so deep.
const MAX_GROUPS: usize = 32;

/// What does not follow the encoding, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    pub kind: WireErrorKind,
    /// Bytes before it, from the beginning of the input.
    pub offset: usize,
}

/// What can be wrong with an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireErrorKind {
    /// The message ends inside a number.
    UnexpectedEnd,
    /// A varint of more than 64 bits.
    LongVarint,
    /// The field number 0, or one of more than 29 bits.
    BadFieldNumber,
    /// One of the wire types 6 and 7, which are none.
    BadWireType,
    /// A length that goes beyond its message: the field, and where its content begins.
    Overrun {
        /// Number of the field.
        number: u32,
        /// Offset of its content.
        content: usize,
    },
    /// The end of a group that was not begun, another one's end, none at all, or too many in one another.
    BadGroup,
}

impl WireErrorKind {
    /// What would have been right.
    pub fn expected(self) -> &'static str {
        match self {
            WireErrorKind::UnexpectedEnd => "a whole number",
            WireErrorKind::LongVarint => "a number of at most 64 bits",
            WireErrorKind::BadFieldNumber => "a field number from 1 to 536870911",
            WireErrorKind::BadWireType => "a wire type from 0 to 5",
            WireErrorKind::Overrun { .. } => "a length within the message",
            WireErrorKind::BadGroup => "a group with its own end",
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = match self.kind {
            WireErrorKind::UnexpectedEnd => "the end of the message",
            WireErrorKind::Overrun { .. } => "a longer one",
            _ => "another",
        };
        write!(f, "Expected {}, found {found} at byte {}.", self.kind.expected(), self.offset)
    }
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wire {
    Varint(u64),
    Fixed64(u64),
    /// Text, bytes, a message or packed numbers.
    Bytes(Range<usize>),
    /// A group; nothing of it is told.
    Group,
    Fixed32(u32),
}

/// A field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub number: u32,
    pub value: Wire,
}

/// A message that is being read: a range of an input.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The input up to the end of the message.
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Message<'a> {
    /// The message that stands in `range` of `input`.
    #[inline(always)]
    pub fn new(input: &'a [u8], range: Range<usize>) -> Message<'a> {
        let end = range.end.min(input.len());
        Message { bytes: &input[..end], at: range.start.min(end) }
    }

    /// Where the next field begins.
    #[inline(always)]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Where the message ends.
    #[inline(always)]
    pub fn end(&self) -> usize {
        self.bytes.len()
    }

    /// The next field, `None` behind the last one.
    #[inline(always)]
    pub fn next(&mut self) -> Result<Option<Field>, WireError> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let at = self.at;
        let tag = self.varint()?;
        let number = (tag >> 3) as u32;
        if tag >> 3 == 0 || tag >> 32 != 0 {
            return Err(WireError { kind: WireErrorKind::BadFieldNumber, offset: at });
        }
        let value = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(*self.take::<8>()?)),
            2 => {
                let length = self.varint()?;
                let start = self.at;
                if length > (self.bytes.len() - start) as u64 {
                    let kind = WireErrorKind::Overrun { number, content: start };
                    return Err(WireError { kind, offset: at });
                }
                self.at = start + length as usize;
                Wire::Bytes(start..self.at)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(*self.take::<4>()?)),
            3 => {
                self.group(number, at)?;
                Wire::Group
            }
            4 => return Err(WireError { kind: WireErrorKind::BadGroup, offset: at }),
            _ => return Err(WireError { kind: WireErrorKind::BadWireType, offset: at }),
        };
        Ok(Some(Field { number, value }))
    }

    /// Goes over the next field if it is this one, of bytes, and of fewer than 128 of them: where they stand.
    #[inline(always)]
    pub fn pass_short(&mut self, number: u8) -> Option<Range<usize>> {
        let &[tag, length @ ..0x80] = self.bytes[self.at..].first_chunk()? else { return None };
        let (start, end) = (self.at + 2, self.at + 2 + usize::from(length));
        if tag != number << 3 | 2 || end > self.bytes.len() {
            return None;
        }
        self.at = end;
        Some(start..end)
    }

    /// The same of a number below 128.
    #[inline(always)]
    pub fn pass_small(&mut self, number: u8) -> Option<u64> {
        let &[tag, value @ ..0x80] = self.bytes[self.at..].first_chunk()? else { return None };
        if tag != number << 3 {
            return None;
        }
        self.at += 2;
        Some(u64::from(value))
    }

    /// The same of a field of eight bytes.
    #[inline(always)]
    pub fn pass_fixed64(&mut self, number: u8) -> Option<u64> {
        let &[tag, value @ ..] = self.bytes[self.at..].first_chunk::<9>()?;
        if tag != number << 3 | 1 {
            return None;
        }
        self.at += 9;
        Some(u64::from_le_bytes(value))
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], WireError> {
        match self.bytes[self.at..].first_chunk::<N>() {
            Some(chunk) => {
                self.at += N;
                Ok(chunk)
            }
            None => Err(WireError { kind: WireErrorKind::UnexpectedEnd, offset: self.at }),
        }
    }

    /// A number of up to ten bytes of seven bits, the lowest first.
    #[inline(always)]
    pub fn varint(&mut self) -> Result<u64, WireError> {
        match self.bytes.get(self.at) {
            Some(&byte) if byte < 0x80 => {
                self.at += 1;
                Ok(u64::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    #[inline(never)]
    fn long_varint(&mut self) -> Result<u64, WireError> {
        let start = self.at;
        let mut value = 0_u64;
        for (index, &byte) in self.bytes[start..].iter().take(10).enumerate() {
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if index == 9 && byte > 1 {
                return Err(WireError { kind: WireErrorKind::LongVarint, offset: start });
            }
            value |= bits << (7 * index);
            if byte < 0x80 {
                self.at = start + index + 1;
                return Ok(value);
            }
        }
        Err(WireError { kind: WireErrorKind::UnexpectedEnd, offset: start })
    }

    /// Goes over a group whose beginning was just read.
    #[cold]
    fn group(&mut self, number: u32, at: usize) -> Result<(), WireError> {
        let bad = Err(WireError { kind: WireErrorKind::BadGroup, offset: at });
        let mut open = [0_u32; MAX_GROUPS];
        open[0] = number;
        let mut depth = 1;
        while depth > 0 {
            if self.at >= self.bytes.len() {
                return bad;
            }
            let at = self.at;
            let tag = self.varint()?;
            match tag & 7 {
                0 => {
                    self.varint()?;
                }
                1 => {
                    self.take::<8>()?;
                }
                2 => {
                    let length = self.varint()?;
                    if length > (self.bytes.len() - self.at) as u64 {
                        return bad;
                    }
                    self.at += length as usize;
                }
                3 => {
                    let Some(slot) = open.get_mut(depth) else { return bad };
                    *slot = (tag >> 3) as u32;
                    depth += 1;
                }
                4 => {
                    depth -= 1;
                    if u64::from(open[depth]) != tag >> 3 {
                        return bad;
                    }
                }
                5 => {
                    self.take::<4>()?;
                }
                _ => return Err(WireError { kind: WireErrorKind::BadWireType, offset: at }),
            }
        }
        Ok(())
    }
}

/// Writes protobuf, for tests.
#[cfg(test)]
pub mod write {
    pub fn varint(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    }

    pub fn number(field: u32, value: u64) -> Vec<u8> {
        [varint(u64::from(field) << 3), varint(value)].concat()
    }

    pub fn fixed64(field: u32, value: u64) -> Vec<u8> {
        [varint(u64::from(field) << 3 | 1), value.to_le_bytes().to_vec()].concat()
    }

    pub fn bytes(field: u32, content: &[u8]) -> Vec<u8> {
        [varint(u64::from(field) << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Result<Vec<(u32, Wire)>, WireError> {
        let mut message = Message::new(bytes, 0..bytes.len());
        let mut fields = Vec::new();
        while let Some(field) = message.next()? {
            fields.push((field.number, field.value));
        }
        Ok(fields)
    }

    #[test]
    fn every_wire_type_is_read() {
        let bytes = [
            write::number(1, 300),
            write::fixed64(2, 7),
            write::bytes(3, b"abc"),
            vec![4 << 3 | 5, 1, 2, 0, 0],
            write::number(536_870_911, u64::MAX),
        ]
        .concat();
        assert_eq!(
            fields(&bytes),
            Ok(vec![
                (1, Wire::Varint(300)),
                (2, Wire::Fixed64(7)),
                (3, Wire::Bytes(14..17)),
                (4, Wire::Fixed32(513)),
                (536_870_911, Wire::Varint(u64::MAX)),
            ])
        );
        assert_eq!(fields(b""), Ok(vec![]));
    }

    #[test]
    fn groups_are_gone_over() {
        // Group 1 with a number, a group 2 and bytes inside; then field 3.
        let bytes = [0x0b, 0x08, 0x96, 0x01, 0x13, 0x14, 0x12, 0x01, 0x0c, 0x0c, 0x18, 0x05];
        assert_eq!(fields(&bytes), Ok(vec![(1, Wire::Group), (3, Wire::Varint(5))]));
        let deep = [vec![0x0b; MAX_GROUPS + 1], vec![0x0c; MAX_GROUPS + 1]].concat();
        for bad in [&b"\x0b"[..], b"\x0b\x14", b"\x0c", b"\x0b\x12\x09\x0c", &deep] {
            assert_eq!(fields(bad).map_err(|error| error.kind), Err(WireErrorKind::BadGroup), "{bad:?}");
        }
    }

    #[test]
    fn what_is_no_protobuf_is_told_with_its_place() {
        use WireErrorKind::*;
        for (bytes, kind, offset) in [
            (&b"\x08"[..], UnexpectedEnd, 1),
            (b"\x08\x80", UnexpectedEnd, 1),
            (b"\x08\x01\x09\x01", UnexpectedEnd, 3),
            (b"\x0d\x01\x01\x01", UnexpectedEnd, 1),
            (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", LongVarint, 1),
            (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", LongVarint, 1),
            (b"\x00\x01", BadFieldNumber, 0),
            (b"\x80\x80\x80\x80\x10\x01", BadFieldNumber, 0),
            (b"\x08\x01\x0e", BadWireType, 2),
            (b"\x0f", BadWireType, 0),
            (b"\x08\x01\x0a\x02a", Overrun { number: 1, content: 4 }, 2),
            (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", Overrun { number: 1, content: 11 }, 0),
        ] {
            assert_eq!(fields(bytes), Err(WireError { kind, offset }), "{bytes:?}");
        }
    }

    #[test]
    fn a_message_ends_where_its_range_does() {
        let bytes = write::bytes(1, &write::number(2, 5));
        let mut message = Message::new(&bytes, 2..4);
        assert_eq!(message.next(), Ok(Some(Field { number: 2, value: Wire::Varint(5) })));
        assert_eq!((message.offset(), message.end()), (4, 4));
        assert_eq!(message.next(), Ok(None));
        let mut short = Message::new(&bytes, 2..3);
        assert_eq!(short.next().map_err(|error| error.offset), Err(3));
        assert_eq!(Message::new(&bytes, 9..12).next(), Ok(None));
    }
}
