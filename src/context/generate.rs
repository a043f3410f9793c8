//! New ids, from a source of randomness that the caller brings.
//!
//! Ids come from all 16 or 8 bytes of the source. A source that gives only zeros (or, once in 2⁶⁴ ids, chance) yields 1:
//! the low half of a trace id is never zero either, because systems with 64-bit ids know nothing else of it.

use crate::id::{SpanId, TraceId};

/// A source of random bytes: anything that fills a slice, such as a closure around the platform's generator.
pub trait RandomSource {
    /// Fills the whole slice with random bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> RandomSource for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}

impl TraceId {
    /// A new id; neither it nor its low half is zero.
    pub fn random(source: &mut impl RandomSource) -> Self {
        let mut bytes = [0; 16];
        source.fill(&mut bytes);
        let id = u128::from_be_bytes(bytes);
        Self::new(if id as u64 == 0 { id | 1 } else { id })
    }

    /// A new id as AWS X-Ray makes them: the time in its first four bytes, the rest random.
    ///
    /// Enough of it is random for the random flag to be true of it.
    pub fn random_with_time(source: &mut impl RandomSource, epoch_seconds: u32) -> Self {
        let random = Self::random(source).as_u128();
        Self::new(u128::from(epoch_seconds) << 96 | random & (u128::MAX >> 32))
    }

    /// The time in a trace id that AWS X-Ray made, in seconds since 1970. Other ids have random bits there.
    pub fn xray_epoch_seconds(self) -> u32 {
        (self.high_u64() >> 32) as u32
    }
}

impl SpanId {
    /// A new id that is not zero.
    pub fn random(source: &mut impl RandomSource) -> Self {
        let mut bytes = [0; 8];
        source.fill(&mut bytes);
        Self::new(u64::from_be_bytes(bytes).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_of_zeros_gives_no_zero_id() {
        let mut zeros = |bytes: &mut [u8]| bytes.fill(0);
        assert_eq!(TraceId::random(&mut zeros), TraceId::new(1));
        assert_eq!(TraceId::random_with_time(&mut zeros, 0), TraceId::new(1));
        assert_eq!(SpanId::random(&mut zeros), SpanId::new(1));
    }

    #[test]
    fn every_byte_of_the_source_is_used() {
        let mut next = 0;
        let mut counting = |bytes: &mut [u8]| {
            for byte in bytes {
                next += 1;
                *byte = next;
            }
        };
        assert_eq!(TraceId::random(&mut counting).to_string(), "0102030405060708090a0b0c0d0e0f10");
        assert_eq!(SpanId::random(&mut counting).to_string(), "1112131415161718");
        assert_eq!(
            TraceId::random_with_time(&mut counting, 0x5759_e988).to_string(),
            "5759e9881d1e1f202122232425262728"
        );
    }
}
