//! Ids as they are kept: a number when the text is hexadecimal, a numbered text when it is not.

use crate::strings::StringId;

/// How an id was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[doc(hidden)]
pub enum IdForm {
    /// Not there, or all zeros.
    Empty,
    /// Hexadecimal of so many digits.
    Hex(u8),
    /// Free text; the value is its [`StringId`].
    Text,
}

impl IdForm {
    /// Six bits: 0 empty, 1..=32 digits, 63 text.
    #[inline(always)]
    pub fn to_bits(self) -> u32 {
        match self {
            IdForm::Empty => 0,
            IdForm::Hex(digits) => u32::from(digits),
            IdForm::Text => 63,
        }
    }

    #[inline(always)]
    pub fn from_bits(bits: u32) -> IdForm {
        match bits & 63 {
            0 => IdForm::Empty,
            63 => IdForm::Text,
            digits => IdForm::Hex(digits as u8),
        }
    }
}

/// A trace id of up to 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct TraceKey {
    pub value: u128,
    pub form: IdForm,
}

/// A span id of up to 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct SpanKey {
    pub value: u64,
    pub form: IdForm,
}

impl TraceKey {
    pub const EMPTY: TraceKey = TraceKey { value: 0, form: IdForm::Empty };

    pub fn text(id: StringId) -> TraceKey {
        TraceKey { value: u128::from(id.0), form: IdForm::Text }
    }

    /// Equal ids are written with the same number, whatever their width.
    #[inline(always)]
    pub fn same(self, other: TraceKey) -> bool {
        self.value == other.value && (self.form == IdForm::Text) == (other.form == IdForm::Text)
    }
}

impl SpanKey {
    pub const EMPTY: SpanKey = SpanKey { value: 0, form: IdForm::Empty };

    pub fn text(id: StringId) -> SpanKey {
        SpanKey { value: u64::from(id.0), form: IdForm::Text }
    }

    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.form == IdForm::Empty
    }

    /// Equal ids are written with the same number, whatever their width. An empty id equals none.
    #[inline(always)]
    pub fn same(self, other: SpanKey) -> bool {
        self.value == other.value && !self.is_empty() && (self.form == IdForm::Text) == (other.form == IdForm::Text)
    }
}
