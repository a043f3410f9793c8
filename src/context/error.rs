//! Why a header is refused: a reason from a closed set, the place, and one sentence.
//!
//! The error holds the parts of the sentence and puts them together only when it is displayed. It is one pointer wide, so
//! that the good case carries no weight for the bad one.

use std::borrow::Cow;
use std::fmt;

/// What is wrong with a header, as a closed set. Which reasons a header can have is said at its parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// There is nothing, or only white space.
    Empty,
    /// The version is not written as the format asks.
    Version,
    /// The version is the forbidden `ff`.
    VersionFf,
    /// The trace id is missing or not written as the format asks.
    TraceId,
    /// The trace id has only zeros.
    TraceIdZero,
    /// The parent id is missing or not written as the format asks.
    ParentId,
    /// The parent id has only zeros.
    ParentIdZero,
    /// The span id is missing or not written as the format asks.
    SpanId,
    /// The span id has only zeros.
    SpanIdZero,
    /// The trace flags of a `traceparent` are not two lower-case hex digits.
    TraceFlags,
    /// Something follows where the value must end.
    Trailing,
    /// A key has a character that keys may not have, or is too long, or empty.
    Key,
    /// A value has a character that values may not have, or is too long, or empty where it may not be.
    Value,
    /// A list member has no `=`.
    NoEquals,
    /// A key stands twice.
    Duplicate,
    /// A list has more members than it may have.
    TooMany,
    /// A property of a baggage member is not written as the format asks.
    Property,
    /// A percent sign is not followed by two hex digits.
    Percent,
    /// A list member is empty.
    EmptyMember,
    /// The sampling decision is not one of the format's.
    Sampled,
    /// The value does not have the parts that the format asks for.
    Syntax,
    /// The flags are not hexadecimal.
    Flags,
    /// The options are not a number.
    Options,
    /// Binary data ends within a field.
    Truncated,
}

impl Reason {
    /// The stable name of the reason, as JavaScript gets it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Version => "version",
            Self::VersionFf => "version-ff",
            Self::TraceId => "trace-id",
            Self::TraceIdZero => "trace-id-zero",
            Self::ParentId => "parent-id",
            Self::ParentIdZero => "parent-id-zero",
            Self::SpanId => "span-id",
            Self::SpanIdZero => "span-id-zero",
            Self::TraceFlags => "trace-flags",
            Self::Trailing => "trailing",
            Self::Key => "key",
            Self::Value => "value",
            Self::NoEquals => "no-equals",
            Self::Duplicate => "duplicate",
            Self::TooMany => "too-many",
            Self::Property => "property",
            Self::Percent => "percent",
            Self::EmptyMember => "empty-member",
            Self::Sampled => "sampled",
            Self::Syntax => "syntax",
            Self::Flags => "flags",
            Self::Options => "options",
            Self::Truncated => "truncated",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A problem with one header: which header, what, where, and a sentence through [`Display`](fmt::Display).
///
/// ```
/// use spanscope::context::{Reason, Traceparent};
///
/// let error = "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse::<Traceparent>().unwrap_err();
/// assert_eq!(error.reason(), Reason::TraceId);
/// assert_eq!(error.offset(), Some(4));
/// assert_eq!(
///     error.to_string(),
///     "Expected 32 lower-case hex digits as trace id, found “A” at character 4 (ids are written in lower case)."
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderError(Box<Parts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    header: Cow<'static, str>,
    reason: Reason,
    offset: Option<usize>,
    expected: &'static str,
    found: Found,
    hint: Option<&'static str>,
}

/// What stands where something else was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// This character.
    Char(char),
    /// This byte, which is no part of UTF-8 text.
    Byte(u8),
    /// The end of the value.
    End,
    /// Only zeros, in an id.
    Zeros,
    /// No header at all.
    Nothing,
    /// Something that a few words say better.
    Words(&'static str),
}

impl HeaderError {
    #[cold]
    #[inline(never)]
    pub(crate) fn new(
        header: &'static str,
        reason: Reason,
        offset: impl Into<Option<usize>>,
        expected: &'static str,
        found: Found,
    ) -> Self {
        let header = Cow::Borrowed(header);
        Self(Box::new(Parts { header, reason, offset: offset.into(), expected, found, hint: None }))
    }

    /// The error of meeting what stands at `offset` of `value`.
    #[cold]
    #[inline(never)]
    pub(crate) fn at(
        header: &'static str,
        reason: Reason,
        value: &[u8],
        offset: usize,
        expected: &'static str,
    ) -> Self {
        Self::new(header, reason, offset, expected, Found::at(value, offset))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<Option<&'static str>>) -> Self {
        self.0.hint = hint.into();
        self
    }

    /// The same error in a longer text, in which the value begins at `start`.
    pub(crate) fn moved(mut self, start: usize) -> Self {
        self.0.offset = self.0.offset.map(|offset| offset + start);
        self
    }

    /// The same error of another header, which keeps the same rules.
    pub(crate) fn named(mut self, header: &'static str) -> Self {
        self.0.header = Cow::Borrowed(header);
        self
    }

    /// The same error of a header whose name goes on with this key.
    pub(crate) fn of_key(mut self, key: &str) -> Self {
        self.0.header = Cow::Owned(format!("{}{}", self.0.header, key.to_ascii_lowercase()));
        self
    }

    /// The name of the header, in lower case.
    pub fn header(&self) -> &str {
        &self.0.header
    }

    /// What is wrong, from the closed set.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// Where, in bytes from the start of the value; `None` when the trouble is that there is no value.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// What to do about it, where that can be told.
    pub fn hint(&self) -> Option<&'static str> {
        self.0.hint
    }

    /// The sentence, with the place counted as somebody else counts.
    pub(crate) fn sentence(&self, offset: Option<usize>) -> String {
        let Parts { expected, found, hint, .. } = &*self.0;
        let mut text = format!("Expected {expected}, found {found}");
        if let Some(offset) = offset {
            text.push_str(" at character ");
            text.push_str(&offset.to_string());
        }
        if let Some(hint) = hint {
            for part in [" (", hint, ")"] {
                text.push_str(part);
            }
        }
        text.push('.');
        text
    }
}

impl Found {
    #[cold]
    #[inline(never)]
    pub(crate) fn at(value: &[u8], offset: usize) -> Self {
        let Some(&byte) = value.get(offset) else {
            return Self::End;
        };
        // A character has at most four bytes; what is cut off after it does not matter.
        let rest = &value[offset..value.len().min(offset + 4)];
        let text = match str::from_utf8(rest) {
            Ok(text) => text,
            Err(error) => str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default(),
        };
        text.chars().next().map_or(Self::Byte(byte), Self::Char)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Char('\n' | '\r') => f.write_str("a line break"),
            Self::Char('\t') => f.write_str("a tab"),
            Self::Char(' ') => f.write_str("a space"),
            Self::Char('\u{a0}') => f.write_str("a no-break space"),
            Self::Char(c) if c.is_control() => {
                write!(f, "the control character U+{:04X}", u32::from(c))
            }
            Self::Char(c) => write!(f, "“{c}”"),
            Self::Byte(byte) => write!(f, "the byte 0x{byte:02X}"),
            Self::End => f.write_str("the end"),
            Self::Zeros => f.write_str("only zeros"),
            Self::Nothing => f.write_str("no such header"),
            Self::Words(words) => f.write_str(words),
        }
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(self.0.offset))
    }
}

impl std::error::Error for HeaderError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_named() {
        let found = |value: &[u8]| Found::at(value, 0).to_string();
        assert_eq!(found("é".as_bytes()), "“é”");
        assert_eq!(found(b"\xff"), "the byte 0xFF");
        assert_eq!(found(b"\xc3"), "the byte 0xC3");
        assert_eq!(found(b"a\xff"), "“a”");
        assert_eq!(found(b"\x01"), "the control character U+0001");
        assert_eq!(found(b""), "the end");
    }
}
