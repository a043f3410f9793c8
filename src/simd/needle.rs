//! Finds a text in others.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::load;

/// An ASCII text to be looked for, whatever the case of its letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// In lower case.
    bytes: Vec<u8>,
}

impl Needle {
    /// `None` when it is not ASCII.
    pub fn new(text: &[u8]) -> Option<Needle> {
        text.is_ascii().then(|| Needle { bytes: text.to_ascii_lowercase() })
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Its text in lower case.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it stands somewhere in the `len` bytes of `buffer` from `from` on.
    pub fn is_in(&self, buffer: &[u8], from: usize, len: usize) -> bool {
        self.find(buffer, from, len).is_some()
    }

    /// Where it first stands in the `len` bytes of `buffer` from `from` on. What stands behind them is not looked at, but where there is
    /// something, the sixteen bytes at a time that are compared may reach into it.
    pub fn find(&self, buffer: &[u8], from: usize, len: usize) -> Option<usize> {
        let needle = self.bytes.as_slice();
        if len < needle.len() || needle.is_empty() {
            return needle.is_empty().then_some(from);
        }
        // Places at which it may begin.
        let places = len - needle.len() + 1;
        let mut place = 0;
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        {
            use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128, v128_and, v128_or};
            let last = needle.len() - 1;
            let (first_byte, last_byte) = (u8x16_splat(needle[0]), u8x16_splat(needle[last]));
            // Only a letter in either case becomes that letter when the bit of lower case is set; what else is looked for has no case.
            let case = |byte: u8| u8x16_splat(if byte.is_ascii_lowercase() { 0x20 } else { 0 });
            let (first_case, last_case) = (case(needle[0]), case(needle[last]));
            let is = |bytes: v128, case: v128, byte: v128| u8x16_eq(v128_or(bytes, case), byte);
            while place < places && from + place + last + 16 <= buffer.len() {
                // SAFETY: the loop's condition says that both loads are inside.
                let (first, end) = unsafe { (load(buffer, from + place), load(buffer, from + place + last)) };
                let both = v128_and(is(first, first_case, first_byte), is(end, last_case, last_byte));
                let mut found = u8x16_bitmask(both);
                while found != 0 {
                    let at = place + found.trailing_zeros() as usize;
                    if at >= places {
                        return None;
                    }
                    if self.is_at(buffer, from + at) {
                        return Some(from + at);
                    }
                    found &= found - 1;
                }
                place += 16;
            }
        }
        while place < places {
            if buffer[from + place].to_ascii_lowercase() == needle[0] && self.is_at(buffer, from + place) {
                return Some(from + place);
            }
            place += 1;
        }
        None
    }

    fn is_at(&self, buffer: &[u8], at: usize) -> bool {
        buffer[at..at + self.bytes.len()].eq_ignore_ascii_case(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_found_at_every_place_and_not_beyond_the_end() {
        let needle = Needle::new(b"NeedLe").unwrap();
        assert!(Needle::new("nädel".as_bytes()).is_none());
        for length in 0..60 {
            for place in 0..40 {
                let mut text = b"nee needl@eedle-".repeat(8);
                let from = 5;
                text[from + place..from + place + 6].copy_from_slice(b"nEEDLe");
                let expected = place + 6 <= length;
                assert_eq!(needle.is_in(&text, from, length), expected, "at {place} of {length}");
                // The same where nothing stands behind.
                assert_eq!(needle.is_in(&text[..from + length], from, length), expected, "at {place} of {length}");
            }
        }
        assert!(Needle::new(b"").unwrap().is_in(b"", 0, 0));
        assert!(!Needle::new(b"[").unwrap().is_in(b"{;", 0, 2), "only letters have a case");
    }
}
