//! Identities from the data: trace ids of 128 bits and span ids of 64.
//!
//! Both are plain numbers, so that the store can keep them in columns. Zero is a value like any other here: which
//! places forbid it (every header does) is said where those places are read. The text form is fixed-width lower-case
//! hexadecimal, as in [W3C Trace Context](https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values);
//! readers of formats with shorter or upper-case ids bring their own rule and end at [`TraceId::new`] and [`SpanId::new`].

use std::fmt;
use std::str::FromStr;

/// The identity of a trace: 128 bits, written as 32 lower-case hex digits.
///
/// ```
/// use spanscope::TraceId;
///
/// let id: TraceId = "0af7651916cd43dd8448eb211c80319c".parse()?;
/// assert_eq!(id.low_u64(), 0x8448_eb21_1c80_319c);
/// assert_eq!(id.to_string(), "0af7651916cd43dd8448eb211c80319c");
/// # Ok::<(), spanscope::ParseIdError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u128);

/// The identity of a span: 64 bits, written as 16 lower-case hex digits.
///
/// ```
/// use spanscope::SpanId;
///
/// let id: SpanId = "b7ad6b7169203331".parse()?;
/// assert_eq!(id.as_u64(), 13_235_353_014_750_950_193);
/// # Ok::<(), spanscope::ParseIdError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(u64);

/// Why a text is not an id in its fixed-width form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseIdError {
    /// The number of characters is wrong.
    Length {
        /// How many hex digits the id has.
        expected: usize,
        /// How many bytes were given.
        found: usize,
    },
    /// A byte is no lower-case hex digit.
    Digit {
        /// Where it stands, in bytes from the start.
        offset: usize,
    },
}

impl TraceId {
    /// The id of this number.
    #[inline]
    pub const fn new(id: u128) -> Self {
        Self(id)
    }

    /// The id as a number.
    #[inline]
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// The upper 64 bits, which systems with 64-bit ids do not have.
    #[inline]
    pub const fn high_u64(self) -> u64 {
        (self.0 >> 64) as u64
    }

    /// The lower 64 bits, which is the whole id in systems with 64-bit ids.
    #[inline]
    pub const fn low_u64(self) -> u64 {
        self.0 as u64
    }

    /// Whether all bits are zero. Every header format forbids such an id.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The id from its bytes, most significant first, as protobuf and binary headers carry it.
    #[inline]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// The bytes of the id, most significant first.
    #[inline]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The 32 lower-case hex digits as ASCII.
    #[inline]
    pub const fn to_hex(self) -> [u8; 32] {
        let mut hex = [0; 32];
        let (high, low) = (hex16(self.high_u64()), hex16(self.low_u64()));
        let mut i = 0;
        while i < 16 {
            hex[i] = high[i];
            hex[16 + i] = low[i];
            i += 1;
        }
        hex
    }
}

impl SpanId {
    /// The id of this number.
    #[inline]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The id as a number.
    #[inline]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Whether all bits are zero. Every header format forbids such an id or reads it as "none".
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The id from its bytes, most significant first, as protobuf and binary headers carry it.
    #[inline]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }

    /// The bytes of the id, most significant first.
    #[inline]
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// The 16 lower-case hex digits as ASCII.
    #[inline]
    pub const fn to_hex(self) -> [u8; 16] {
        hex16(self.0)
    }
}

impl fmt::Display for TraceId {
    #[inline(never)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(str::from_utf8(&self.to_hex()).unwrap_or_default())
    }
}

impl fmt::Display for SpanId {
    #[inline(never)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(str::from_utf8(&self.to_hex()).unwrap_or_default())
    }
}

impl FromStr for TraceId {
    type Err = ParseIdError;

    /// Reads exactly 32 lower-case hex digits.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        digits(text.as_bytes(), 32).map(Self)
    }
}

impl FromStr for SpanId {
    type Err = ParseIdError;

    /// Reads exactly 16 lower-case hex digits.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        digits(text.as_bytes(), 16).map(|id| Self(id as u64))
    }
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { expected, found } => write!(f, "expected {expected} hex digits, found {found} characters"),
            Self::Digit { offset } => {
                write!(f, "expected a lower-case hex digit at character {offset}")
            }
        }
    }
}

impl std::error::Error for ParseIdError {}

/// The lower-case hex digits of eight bytes.
///
/// Without a table and a loop: spread the 16 nibbles over 16 bytes, then add '0', and 39 more where a nibble is above 9.
const fn hex16(id: u64) -> [u8; 16] {
    const ONES: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;
    let mut x = id as u128;
    x = (x | x << 32) & 0x0000_0000_ffff_ffff_0000_0000_ffff_ffff;
    x = (x | x << 16) & 0x0000_ffff_0000_ffff_0000_ffff_0000_ffff;
    x = (x | x << 8) & 0x00ff_00ff_00ff_00ff_00ff_00ff_00ff_00ff;
    x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f;
    let letters = (x + 6 * ONES) >> 4 & ONES;
    (x + ONES * b'0' as u128 + letters * (b'a' - b'0' - 10) as u128).to_be_bytes()
}

fn digits(text: &[u8], expected: usize) -> Result<u128, ParseIdError> {
    let mut id = 0;
    for (offset, byte) in text.iter().enumerate().take(expected) {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return Err(ParseIdError::Digit { offset }),
        };
        id = id << 4 | u128::from(digit);
    }
    if text.len() != expected {
        return Err(ParseIdError::Length { expected, found: text.len() });
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_lower_case_and_keeps_leading_zeros() {
        assert_eq!(
            TraceId::new(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c).to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert_eq!(SpanId::new(0x0123_4567_89ab_cdef).to_string(), "0123456789abcdef");
        assert_eq!(SpanId::new(u64::MAX).to_string(), "ffffffffffffffff");
        assert_eq!(SpanId::default().to_string(), "0000000000000000");
    }

    #[test]
    fn text_must_have_the_exact_width_and_lower_case() {
        assert_eq!("b7ad6b716920333".parse::<SpanId>(), Err(ParseIdError::Length { expected: 16, found: 15 }));
        assert_eq!("b7ad6b71692033311".parse::<SpanId>(), Err(ParseIdError::Length { expected: 16, found: 17 }));
        assert_eq!("b7AD6b7169203331".parse::<SpanId>(), Err(ParseIdError::Digit { offset: 2 }));
        assert_eq!("+7ad6b7169203331".parse::<SpanId>(), Err(ParseIdError::Digit { offset: 0 }));
    }

    #[test]
    fn bytes_are_most_significant_first() {
        let id = TraceId::new(1);
        assert_eq!(id.to_bytes()[15], 1);
        assert_eq!(TraceId::from_bytes(id.to_bytes()), id);
        assert_eq!(SpanId::from_bytes(SpanId::new(7).to_bytes()), SpanId::new(7));
    }
}
