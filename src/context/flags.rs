//! The trace flags: a bit field of eight bits, of which Trace Context level 2 knows two.

use std::ops::{BitAnd, BitOr};

/// The flags of a span context, as a `traceparent` carries them.
///
/// Bits without a meaning are kept when reading and never written: see [`TraceFlags::known`].
///
/// ```
/// use spanscope::context::TraceFlags;
///
/// let flags = TraceFlags::new(0xff);
/// assert!(flags.is_sampled() && flags.is_random());
/// assert_eq!(flags.known(), TraceFlags::SAMPLED | TraceFlags::RANDOM);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TraceFlags(u8);

impl TraceFlags {
    /// The caller may have recorded this trace.
    pub const SAMPLED: Self = Self(1);
    /// At least the right-most seven bytes of the trace id were chosen at random (level 2).
    pub const RANDOM: Self = Self(2);

    /// Flags of these bits.
    #[inline]
    pub const fn new(bits: u8) -> Self {
        Self(bits)
    }

    /// The bits.
    #[inline]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the caller may have recorded this trace.
    #[inline]
    pub const fn is_sampled(self) -> bool {
        self.0 & Self::SAMPLED.0 != 0
    }

    /// Whether the trace id is known to be random.
    #[inline]
    pub const fn is_random(self) -> bool {
        self.0 & Self::RANDOM.0 != 0
    }

    /// The bits that have a meaning; the others must be zero on output.
    #[inline]
    pub const fn known(self) -> Self {
        Self(self.0 & (Self::SAMPLED.0 | Self::RANDOM.0))
    }
}

impl BitOr for TraceFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for TraceFlags {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}
