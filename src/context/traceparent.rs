//! `traceparent`, the header of [W3C Trace Context](https://www.w3.org/TR/trace-context-2/#traceparent-header).
//!
//! ```text
//! 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
//! │  │                                │                └ 53 trace flags
//! │  └ 3 trace id                     └ 36 parent id
//! └ 0 version                                              55 the end, or "-" and more in a version above 00
//! ```
//!
//! The rules are those of level 2. Space and tab around the value are no part of it; nothing else is removed. A header
//! that breaks a rule is refused as a whole: the receiver starts a new trace and drops `tracestate`. A version above 00
//! is read by the fields it shares with 00, and what is written is always version 00 with the bits that have a meaning.
//!
//! A good header is recognised by its width and decoded a machine word at a time; only a refused one is looked at
//! character by character, to say where it went wrong.

use std::fmt;
use std::str::FromStr;

use spanscope_hot::context::columns::{LENGTH, fields};

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::flags::TraceFlags;
use crate::context::hex;
use crate::context::shape::{QUOTES, Shape, starts_with_ignoring_case, trim};
use crate::id::{SpanId, TraceId};
use crate::simd;

const NAME: &str = "traceparent";

/// A `traceparent` header that keeps all rules.
///
/// ```
/// use spanscope::context::Traceparent;
///
/// let parent: Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff".parse()?;
/// assert!(parent.flags().is_sampled());
/// assert_eq!(parent.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
/// // Flags without a meaning are not passed on.
/// assert_eq!(parent.to_string(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03");
/// # Ok::<(), spanscope::context::HeaderError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Traceparent {
    // Never 0xff.
    version: u8,
    // Never zero.
    trace_id: TraceId,
    // Never zero.
    parent_id: SpanId,
    flags: TraceFlags,
}

impl Traceparent {
    /// A header of version 00, or `None` when an id has only zeros.
    pub fn new(trace_id: TraceId, parent_id: SpanId, flags: TraceFlags) -> Option<Self> {
        (!trace_id.is_zero() && !parent_id.is_zero()).then_some(Self { version: 0, trace_id, parent_id, flags })
    }

    /// Reads a header's value as it came, as text or bytes.
    ///
    /// # Errors
    ///
    /// With one of the reasons `Empty`, `Version`, `VersionFf`, `TraceId`, `TraceIdZero`, `ParentId`, `ParentIdZero`,
    /// `TraceFlags` and `Trailing`. The offset counts from the first character that is not white space.
    #[inline]
    pub fn parse(value: impl AsRef<[u8]>) -> Result<Self, HeaderError> {
        let value = value.as_ref();
        // Nearly all that come have no white space around them.
        match Self::decode(value) {
            Some(parent) => Ok(parent),
            None => Self::parse_trimmed(trim(value)),
        }
    }

    #[cold]
    #[inline(never)]
    fn parse_trimmed(value: &[u8]) -> Result<Self, HeaderError> {
        Self::decode(value).ok_or_else(|| refusal(value))
    }

    /// Reads a value without white space around it, if it is good.
    #[inline(always)]
    pub(super) fn decode(value: &[u8]) -> Option<Self> {
        let raw = fields(value.first_chunk()?)?;
        let end = match value.get(LENGTH) {
            None => true,
            Some(next) => raw.version > 0 && *next == b'-',
        };
        end.then_some(Self {
            version: raw.version,
            trace_id: TraceId::from_bytes(raw.trace_id),
            parent_id: SpanId::from_bytes(raw.parent_id),
            flags: TraceFlags::new(raw.flags),
        })
    }

    /// The version the header was written in; `0` for 00.
    #[inline]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The trace. Never zero.
    #[inline]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The span that made the request. Never zero.
    #[inline]
    pub fn parent_id(&self) -> SpanId {
        self.parent_id
    }

    /// The flags as they came, also those without a meaning.
    #[inline]
    pub fn flags(&self) -> TraceFlags {
        self.flags
    }

    /// The header as it may be sent: version 00, flags without a meaning zeroed. ASCII.
    #[inline]
    pub fn to_ascii(&self) -> [u8; LENGTH] {
        let mut text = *b"00-________________________________-________________-__";
        text[3..35].copy_from_slice(&self.trace_id.to_hex());
        text[36..52].copy_from_slice(&self.parent_id.to_hex());
        let flags = self.flags.known().bits();
        text[53] = hex::character(flags >> 4);
        text[54] = hex::character(flags);
        text
    }
}

impl FromStr for Traceparent {
    type Err = HeaderError;

    fn from_str(value: &str) -> Result<Self, HeaderError> {
        Self::parse(value)
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(simd::ascii(&self.to_ascii()).unwrap_or_default())
    }
}

/// What `decode` did not like, in the order of reading.
#[cold]
fn refusal(value: &[u8]) -> HeaderError {
    if value.is_empty() {
        return HeaderError::new(
            NAME,
            Reason::Empty,
            0,
            "a traceparent such as 00-<trace id>-<parent id>-01",
            Found::End,
        );
    }
    let fields = [
        (Reason::Version, 0..2, "a version of two lower-case hex digits and a dash"),
        (Reason::TraceId, 3..35, "32 lower-case hex digits as trace id"),
        (Reason::ParentId, 36..52, "16 lower-case hex digits as parent id"),
        (Reason::TraceFlags, 53..55, "two lower-case hex digits as trace flags"),
    ];
    for (reason, range, expected) in fields {
        for offset in range.clone() {
            if value.get(offset).is_none_or(|byte| hex::digit(*byte).is_none()) {
                return HeaderError::at(NAME, reason, value, offset, expected).with_hint(hint(value, reason, offset));
            }
        }
        if reason != Reason::TraceFlags && value.get(range.end) != Some(&b'-') {
            let expected = match reason {
                Reason::Version => expected,
                Reason::TraceId => "a dash after the 32 digits of the trace id",
                _ => "a dash and the trace flags after the parent id",
            };
            return HeaderError::at(NAME, reason, value, range.end, expected).with_hint(hint(value, reason, range.end));
        }
        let field = &value[range.clone()];
        let start = range.start;
        match reason {
            Reason::Version if field == b"ff" => {
                let found = Found::Words("the forbidden ff");
                return HeaderError::new(NAME, Reason::VersionFf, start, "a version from 00 to fe", found);
            }
            Reason::TraceId if zeros(field) => {
                return HeaderError::new(NAME, Reason::TraceIdZero, start, "a trace id that is not zero", Found::Zeros)
                    .with_hint("the sender had no trace");
            }
            Reason::ParentId if zeros(field) => {
                return HeaderError::new(
                    NAME,
                    Reason::ParentIdZero,
                    start,
                    "a parent id that is not zero",
                    Found::Zeros,
                )
                .with_hint("the sender had no span");
            }
            _ => {}
        }
    }
    let expected = if value.starts_with(b"00") {
        "the end after the trace flags"
    } else {
        "the end or a dash after the trace flags"
    };
    HeaderError::at(NAME, Reason::Trailing, value, LENGTH, expected).with_hint(hint(value, Reason::Trailing, LENGTH))
}

fn zeros(field: &[u8]) -> bool {
    field.iter().all(|byte| *byte == b'0')
}

fn is_quote(value: &[u8], offset: usize) -> bool {
    matches!(Found::at(value, offset), Found::Char(c) if QUOTES.contains(&c))
}

/// What was probably meant.
fn hint(value: &[u8], reason: Reason, offset: usize) -> Option<&'static str> {
    let found = value.get(offset).copied();
    match reason {
        Reason::Version if offset == 0 => {
            if starts_with_ignoring_case(value, NAME.as_bytes()) {
                return Some("leave out the header's name");
            }
            if is_quote(value, 0) {
                return Some("remove the quotes");
            }
        }
        Reason::Trailing => {
            return match found {
                Some(b',') => Some("two headers were joined by a comma; a receiver starts a new trace then"),
                Some(b'\r' | b'\n') => Some("remove the line break"),
                Some(_) if is_quote(value, offset) => Some("remove the quotes"),
                Some(b'-') => Some("only versions above 00 may carry more"),
                _ => None,
            };
        }
        _ => {}
    }
    match Shape::of(value) {
        Some(Shape::B3) => return Some("this looks like the value of a b3 or sentry-trace header"),
        Some(Shape::Jaeger) => {
            return Some("this looks like the value of an uber-trace-id header, Jaeger's own");
        }
        Some(Shape::XRay) => return Some("this looks like the value of an X-Amzn-Trace-Id header"),
        Some(Shape::Gcp) => {
            return Some("this looks like the value of an X-Cloud-Trace-Context header");
        }
        Some(Shape::VersionlessTraceparent) => {
            return Some("the version is missing: put 00- in front");
        }
        Some(Shape::Uuid) => {
            return Some("this is a UUID; a traceparent is 00-<32 digits>-<16 digits>-<2 digits>");
        }
        Some(Shape::TraceId) => return Some("this looks like a trace id alone"),
        Some(Shape::SpanId) => return Some("this looks like a span id alone"),
        Some(Shape::Traceparent) | None => {}
    }
    match (reason, found?) {
        (_, b'A'..=b'F') if offset != 2 && offset != 35 && offset != 52 => Some("ids are written in lower case"),
        (_, b'x' | b'X') if value.get(offset.wrapping_sub(1)) == Some(&b'0') => Some("leave out 0x"),
        (_, b'_' | b':' | b'.' | b'/' | b' ') if matches!(offset, 2 | 35 | 52) => {
            Some("the fields are separated by dashes")
        }
        (Reason::TraceId, b'-') if offset == 11 && value.get(16) == Some(&b'-') => {
            Some("this trace id is written as a UUID; remove its dashes")
        }
        (Reason::TraceId, b'-') if offset == 34 => Some("the trace id is one digit short; was a leading zero lost?"),
        (Reason::TraceId, b'-') if offset == 19 => Some("this is a 64-bit id; put 16 zeros in front of it"),
        (Reason::ParentId, b'-') if offset == 51 => Some("the parent id is one digit short; was a leading zero lost?"),
        (Reason::TraceId, b'0'..=b'9' | b'a'..=b'f') if offset == 35 => Some("the trace id is too long"),
        (Reason::ParentId, b'0'..=b'9' | b'a'..=b'f') if offset == 52 => Some("the parent id is too long"),
        (Reason::TraceId | Reason::ParentId, b'-') if matches!(offset, 3 | 36) => Some("one dash too many"),
        _ => None,
    }
}
