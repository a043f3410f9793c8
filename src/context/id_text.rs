//! Reading the ids of the formats other than `traceparent`: of more than one width, of either case, decimal, never zero.

use crate::context::error::{Found, HeaderError, Reason};

/// Which digits make an id.
#[derive(Clone, Copy)]
pub(super) enum Digits {
    /// Lower-case hex digits, exactly so many, or exactly half of it where `half` says so.
    Lower {
        /// How many.
        width: usize,
        /// Whether an id of half the width is one too.
        half: bool,
    },
    /// The same in either case.
    Either {
        /// How many.
        width: usize,
        /// Whether an id of half the width is one too.
        half: bool,
    },
    /// Hex digits of either case, from one to so many: leading zeros may be left out.
    UpTo(usize),
}

/// Where an id stands, and what to say of a bad one.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) header: &'static str,
    /// Where the id begins in the header's value.
    pub(super) offset: usize,
    pub(super) reason: Reason,
    /// The reason for an id of zeros.
    pub(super) zero: Reason,
    pub(super) expected: &'static str,
}

impl Place {
    /// Reads an id that is not zero.
    #[inline(never)]
    pub(super) fn nonzero(self, text: &[u8], digits: Digits) -> Result<u128, HeaderError> {
        match self.read(text, digits)? {
            0 => Err(HeaderError::new(self.header, self.zero, self.offset, "an id that is not zero", Found::Zeros)),
            id => Ok(id),
        }
    }

    /// Reads an id that may be zero.
    #[inline(never)]
    pub(super) fn read(self, text: &[u8], digits: Digits) -> Result<u128, HeaderError> {
        let (width, half, upper) = match digits {
            Digits::Lower { width, half } => (width, half, false),
            Digits::Either { width, half } => (width, half, true),
            Digits::UpTo(width) => (width, false, true),
        };
        let mut id = 0;
        for (at, &byte) in text.iter().enumerate() {
            let digit = match byte {
                _ if at == width => None,
                b'0'..=b'9' => Some(byte - b'0'),
                b'a'..=b'f' => Some(byte - b'a' + 10),
                b'A'..=b'F' if upper => Some(byte - b'A' + 10),
                _ => None,
            };
            let Some(digit) = digit else {
                return Err(self.wrong(text, at));
            };
            id = id << 4 | u128::from(digit);
        }
        let enough = match digits {
            Digits::UpTo(_) => !text.is_empty(),
            _ => text.len() == width || half && text.len() * 2 == width,
        };
        if enough { Ok(id) } else { Err(self.wrong(text, text.len())) }
    }

    /// Reads decimal digits that make a number of 64 bits.
    #[inline(never)]
    pub(super) fn decimal(self, text: &[u8]) -> Result<u64, HeaderError> {
        let mut id: u64 = 0;
        for (at, &byte) in text.iter().enumerate() {
            if !byte.is_ascii_digit() {
                return Err(self.wrong(text, at));
            }
            let Some(next) = id.checked_mul(10).and_then(|id| id.checked_add(u64::from(byte - b'0'))) else {
                let found = Found::Words("a larger one");
                return Err(HeaderError::new(self.header, self.reason, self.offset, "a number below 2⁶⁴", found));
            };
            id = next;
        }
        if text.is_empty() { Err(self.wrong(text, 0)) } else { Ok(id) }
    }

    /// The error of a header that is not there.
    #[cold]
    #[inline(never)]
    pub(super) fn missing(self) -> HeaderError {
        HeaderError::new(self.header, self.reason, None, self.expected, Found::Nothing)
    }

    /// The error of an id that a header does not have.
    #[cold]
    #[inline(never)]
    pub(super) fn absent(self) -> HeaderError {
        HeaderError::new(self.header, self.reason, self.offset, self.expected, Found::Words("none"))
    }

    #[cold]
    #[inline(never)]
    fn wrong(self, text: &[u8], at: usize) -> HeaderError {
        let upper = text.get(at).is_some_and(|byte| matches!(byte, b'A'..=b'F'));
        HeaderError::at(self.header, self.reason, text, at, self.expected)
            .moved(self.offset)
            .with_hint(upper.then_some("ids are written in lower case"))
    }
}
