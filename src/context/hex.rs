//! Hexadecimal digits of a fixed width, lower case only.

use crate::simd;

/// The 16 digits from `start` on.
#[inline(always)]
pub(super) fn u64_at(text: &[u8], start: usize) -> Option<u64> {
    simd::hex16_lower(text.get(start..)?.first_chunk()?).map(u64::from_be_bytes)
}

/// The two digits from `start` on.
#[inline(always)]
pub(super) fn u8_at(text: &[u8], start: usize) -> Option<u8> {
    let &[high, low] = text.get(start..)?.first_chunk()?;
    Some(digit(high)? << 4 | digit(low)?)
}

/// One lower-case hex digit.
#[inline(always)]
pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// The digit's character, lower case.
#[inline(always)]
pub(super) fn character(digit: u8) -> u8 {
    let digit = digit & 15;
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_out_in_order() {
        let text = b"0af7651916cd43dd8448eb211c80319c";
        assert_eq!(u64_at(text, 16), Some(0x8448_eb21_1c80_319c));
        assert_eq!(u8_at(text, 2), Some(0xf7));
        assert_eq!(u64_at(text, 17), None);
        assert_eq!(u64_at(text, 40), None);
    }
}
