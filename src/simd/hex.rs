//! Hexadecimal digits as numbers: of ids, and of the fields of a `traceparent`.

#[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
use super::{lanes, load};

/// Sixteen hexadecimal digits (either case) as a number, or `None` when one of them is not.
#[inline(always)]
pub fn hex16(digits: &[u8; 16]) -> Option<u64> {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        use core::arch::wasm32::{
            i8x16_shuffle, i8x16_splat, i64x2_extract_lane, u8x16_add, u8x16_bitmask, u8x16_le, u8x16_shl, u8x16_splat,
            u8x16_sub, v128_bitselect, v128_or,
        };
        // SAFETY: `digits` is 16 bytes long.
        let text = unsafe { load(digits, 0) };
        let decimal = u8x16_sub(text, u8x16_splat(b'0'));
        let letter = u8x16_sub(v128_or(text, u8x16_splat(0x20)), u8x16_splat(b'a'));
        let is_decimal = u8x16_le(decimal, u8x16_splat(9));
        let is_letter = u8x16_le(letter, u8x16_splat(5));
        if u8x16_bitmask(v128_or(is_decimal, is_letter)) != u16::MAX {
            return None;
        }
        let nibbles = v128_bitselect(decimal, u8x16_add(letter, i8x16_splat(10)), is_decimal);
        // Lane 0 is the most significant digit; the result's lowest byte comes from digits 14 and 15.
        let upper = i8x16_shuffle::<14, 12, 10, 8, 6, 4, 2, 0, 14, 12, 10, 8, 6, 4, 2, 0>(nibbles, nibbles);
        let lower = i8x16_shuffle::<15, 13, 11, 9, 7, 5, 3, 1, 15, 13, 11, 9, 7, 5, 3, 1>(nibbles, nibbles);
        Some(i64x2_extract_lane::<0>(v128_or(u8x16_shl(upper, 4), lower)) as u64)
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    hex_portable(digits)
}

/// One to sixteen hexadecimal digits (either case) as a number.
#[inline]
pub fn hex_portable(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let mut value = 0_u64;
    for &digit in digits {
        value = value << 4 | u64::from(char::from(digit).to_digit(16)?);
    }
    Some(value)
}

/// Sixteen hexadecimal digits in lower case as the eight bytes they write, or `None` when one of them is not.
#[inline(always)]
pub fn hex16_lower(digits: &[u8; 16]) -> Option<[u8; 8]> {
    #[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
    {
        // SAFETY: `digits` is 16 bytes long.
        let (pairs, values) = hex_pairs_lower(unsafe { load(digits, 0) });
        (!lanes::has_beyond_15(values)).then(|| lanes::low(lanes::narrow(pairs, pairs)).to_le_bytes())
    }
    #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
    hex16_lower_portable(digits)
}

#[cfg(any(test, not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))))]
fn hex16_lower_portable(digits: &[u8; 16]) -> Option<[u8; 8]> {
    let (high, low) = digits.split_at(8);
    let high = hex8_lower(high.try_into().ok()?)?;
    let low = hex8_lower(low.try_into().ok()?)?;
    Some((u64::from(high) << 32 | u64::from(low)).to_be_bytes())
}

/// The bytes that the fields of a `traceparent` write, or `None` when something is no lower-case digit, or no dash between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DashedHex {
    /// Of the digits 3 to 34.
    pub trace_id: [u8; 16],
    /// Of the digits 36 to 51.
    pub parent_id: [u8; 8],
    /// Of the digits 0 and 1.
    pub version: u8,
    /// Of the digits 53 and 54.
    pub flags: u8,
}

impl DashedHex {
    /// Reads `vv-tttttttttttttttttttttttttttttttt-pppppppppppppppp-ff`.
    #[inline(always)]
    pub fn read(text: &[u8; 55]) -> Option<DashedHex> {
        // Nearly all begin with "00-" and end with "-00" to "-09", which four bytes at either end show.
        let [begin @ .., _] = *text.first_chunk::<4>()?;
        let [_, end @ .., flags] = *text.last_chunk::<4>()?;
        let flags = flags.wrapping_sub(b'0');
        let usual = begin == *b"00-" && end == *b"-0" && flags < 10 && text[35] == b'-';
        let (version, flags) = if usual { (0, flags) } else { Self::ends(text)? };
        #[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
        {
            // SAFETY: `text` is 55 bytes long, and the last of these loads ends with its 52nd.
            let (a, b, c) = unsafe { (load(text, 3), load(text, 19), load(text, 36)) };
            let ((a, digits_a), (b, digits_b), (c, digits_c)) =
                (hex_pairs_lower(a), hex_pairs_lower(b), hex_pairs_lower(c));
            if lanes::has_beyond_15(lanes::or(lanes::or(digits_a, digits_b), digits_c)) {
                return None;
            }
            // Both ids end as whole numbers: copying a few bytes is a call in WebAssembly, and costs as much as reading them all.
            let (trace, parent) = (lanes::narrow(a, b), lanes::low(lanes::narrow(c, c)));
            Some(DashedHex {
                trace_id: (u128::from(lanes::high(trace)) << 64 | u128::from(lanes::low(trace))).to_le_bytes(),
                parent_id: parent.to_le_bytes(),
                version,
                flags,
            })
        }
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        {
            let first = u64::from_be_bytes(hex16_lower(text[3..].first_chunk()?)?);
            let last = u64::from_be_bytes(hex16_lower(text[19..].first_chunk()?)?);
            Some(DashedHex {
                trace_id: (u128::from(first) << 64 | u128::from(last)).to_be_bytes(),
                parent_id: hex16_lower(text[36..].first_chunk()?)?,
                version,
                flags,
            })
        }
    }

    /// The numbers that the first two and the last two digits write, if the dashes are in their places.
    #[inline(always)]
    fn ends(text: &[u8; 55]) -> Option<(u8, u8)> {
        if (text[2] ^ b'-') | (text[35] ^ b'-') | (text[52] ^ b'-') != 0 {
            return None;
        }
        let [v, w, .., f, g] = *text;
        let [version, flags, ..] = hex8_lower([v, w, f, g, b'0', b'0', b'0', b'0'])?.to_be_bytes();
        Some((version, flags))
    }
}

/// The bytes that sixteen lower-case digits write, one in every two lanes, and the digits themselves, of which one that is none has
/// bits above the lowest four.
#[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
#[inline(always)]
fn hex_pairs_lower(text: lanes::Lanes) -> (lanes::Lanes, lanes::Lanes) {
    use lanes::{add, add_sat, min, mul16, splat, splat16, sub, sub_sat, upper};
    // "0" to "9" come to stand at the end of the range, from where saturation brings them alone to 0xf0 and more, and then to
    // 0 to 9; all else is 16 and more. "a" to "f" stand at its beginning, and saturation keeps all that is below "a" away from 10 to 15.
    let at_the_end = add(text, splat(0xff - b'9'));
    let number = sub(sub_sat(at_the_end, splat(6)), splat(0xf0));
    let letter = add_sat(sub(text, splat(b'a')), splat(10));
    let digits = min(number, letter);
    // Sixteen times the first and the second, in the upper byte of each lane.
    (upper(mul16(digits, splat16(0x1001))), digits)
}

/// Eight hexadecimal digits in lower case as a number.
///
/// Each byte becomes its digit as if it were one (letters have bit 6 set), then the digits are written back: a byte
/// that does not come out as it went in was none.
#[inline(always)]
fn hex8_lower(digits: [u8; 8]) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_be_bytes(digits);
    let letters = (text >> 6) & ONES;
    let nibbles = (text & (ONES * 0x0f)) + letters * 9;
    let again = nibbles + ONES * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10);
    // A letter's digit must be 10 to 15 and any other's at most 9: "a" to "f" and "0" to "9", but not "`" or ":".
    let letters_needed = ((nibbles + ONES * 6) >> 4) & ONES;
    if (nibbles & (ONES * 0xf0)) | (again ^ text) | (letters ^ letters_needed) != 0 {
        return None;
    }
    let pairs = (nibbles | (nibbles >> 4)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
    Some((fours | (fours >> 16)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_of_either_case_and_nothing_else() {
        assert_eq!(hex16(b"00f067aa0BA902b7"), Some(0x00f0_67aa_0ba9_02b7));
        assert_eq!(hex_portable(b"00f067aa0BA902b7"), Some(0x00f0_67aa_0ba9_02b7));
        for bad in [b'/', b':', b'@', b'G', b'`', b'g', b' ', 0xff, 0, 0x10] {
            let mut digits = *b"0123456789abcdef";
            digits[9] = bad;
            assert_eq!(hex16(&digits), None, "{bad:#x}");
            assert_eq!(hex_portable(&digits), None, "{bad:#x}");
        }
    }

    #[test]
    fn lower_case_hexadecimal_at_every_place_and_nothing_else() {
        let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
        for place in 0..16 {
            for byte in 0..=255 {
                let mut digits = *b"0a9f7c3e5b18d264";
                digits[place] = byte;
                let one_by_one = digits.iter().try_fold(0, |sum, &b| Some(sum << 4 | u64::from(digit(b)?)));
                assert_eq!(hex16_lower(&digits).map(u64::from_be_bytes), one_by_one, "{byte:#x} at {place}");
                assert_eq!(hex16_lower_portable(&digits), hex16_lower(&digits), "{byte:#x} at {place}");
                if let (true, Ok(eight)) = (place < 8, digits[..8].try_into()) {
                    let one_by_one = digits[..8].iter().try_fold(0, |sum, &b| Some(sum << 4 | digit(b)?));
                    assert_eq!(hex8_lower(eight), one_by_one, "{byte:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn dashed_fields_are_read_at_every_place_or_not_at_all() {
        let good = *b"c1-0a9f7c3e5b18d2647f60e1d2c3b4a596-8697a8b9cadbecfd-0e";
        let read = DashedHex::read(&good).unwrap();
        assert_eq!(u128::from_be_bytes(read.trace_id), 0x0a9f_7c3e_5b18_d264_7f60_e1d2_c3b4_a596);
        assert_eq!(u64::from_be_bytes(read.parent_id), 0x8697_a8b9_cadb_ecfd);
        assert_eq!((read.version, read.flags), (0xc1, 0x0e));
        let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
        for place in 0..55 {
            for byte in 0..=255 {
                let mut text = good;
                text[place] = byte;
                let fits = if matches!(place, 2 | 35 | 52) { byte == b'-' } else { digit(byte).is_some() };
                let read = DashedHex::read(&text);
                assert_eq!(read.is_some(), fits, "{byte:#x} at {place}");
                if let Some(read) = read {
                    let bytes = [&[read.version][..], &read.trace_id, &read.parent_id, &[read.flags]].concat();
                    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    assert_eq!(hex.as_bytes(), text.iter().copied().filter(|byte| *byte != b'-').collect::<Vec<u8>>());
                }
            }
        }
    }
}
