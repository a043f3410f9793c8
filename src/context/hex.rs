//! Hexadecimal digits of a fixed width, lower case only, eight at a time in one machine word.

/// Eight lower-case hex digits as a number.
///
/// Each byte becomes its digit as if it were one (letters have bit 6 set), then the digits are written back: a byte
/// that does not come out as it went in was none. No branch, no table.
#[inline]
fn eight(bytes: [u8; 8]) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_be_bytes(bytes);
    let letters = (text >> 6) & ONES;
    let digits = (text & (ONES * 0x0f)) + letters * 9;
    let again = digits + ONES * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10);
    // A letter's digit must be 10 to 15 and any other's at most 9: "a" to "f" and "0" to "9", but not "`" or ":".
    let letters_needed = ((digits + ONES * 6) >> 4) & ONES;
    if (digits & (ONES * 0xf0)) | (again ^ text) | (letters ^ letters_needed) != 0 {
        return None;
    }
    let pairs = (digits | (digits >> 4)) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
    Some((quads | (quads >> 16)) as u32)
}

/// The 32 digits from `start` on.
#[inline]
pub(super) fn u128_at(text: &[u8], start: usize) -> Option<u128> {
    let high = u64_at(text, start)?;
    let low = u64_at(text, start + 16)?;
    Some(u128::from(high) << 64 | u128::from(low))
}

/// The 16 digits from `start` on.
#[inline]
pub(super) fn u64_at(text: &[u8], start: usize) -> Option<u64> {
    let digits: &[u8; 16] = text.get(start..)?.first_chunk()?;
    let (high, low) = digits.split_at(8);
    let high = eight(high.try_into().ok()?)?;
    let low = eight(low.try_into().ok()?)?;
    Some(u64::from(high) << 32 | u64::from(low))
}

/// The two digits from `start` on.
#[inline]
pub(super) fn u8_at(text: &[u8], start: usize) -> Option<u8> {
    let &[high, low] = text.get(start..)?.first_chunk()?;
    Some(digit(high)? << 4 | digit(low)?)
}

/// One lower-case hex digit.
#[inline]
pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// The digit's character, lower case.
#[inline]
pub(super) fn character(digit: u8) -> u8 {
    let digit = digit & 15;
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_judged_as_by_one_digit() {
        for place in 0..8 {
            for byte in 0..=255 {
                let mut text = *b"0a9f7c3e";
                text[place] = byte;
                let one_by_one = text.iter().try_fold(0, |sum, &b| Some(sum << 4 | u32::from(digit(b)?)));
                assert_eq!(eight(text), one_by_one, "{text:?}");
            }
        }
    }

    #[test]
    fn digits_come_out_in_order() {
        let text = b"0af7651916cd43dd8448eb211c80319c";
        assert_eq!(u128_at(text, 0), Some(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c));
        assert_eq!(u64_at(text, 16), Some(0x8448_eb21_1c80_319c));
        assert_eq!(u8_at(text, 2), Some(0xf7));
        assert_eq!(u64_at(text, 17), None);
        assert_eq!(u64_at(text, 40), None);
    }
}
