//! The places of some bytes in a text, one after another.

#[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
use super::{lanes, load};

/// Finds bytes of a few kinds. Sixteen bytes are looked at once, however many of them are found.
pub struct Marks<'t> {
    text: &'t [u8],
    kinds: [u8; 4],
    /// Where the sixteen bytes begin that were looked at, and a bit for each of them that is still to be told.
    block: usize,
    found: u32,
}

const BLOCK: usize = 16;

impl<'t> Marks<'t> {
    /// Those of four kinds, from an offset on.
    #[inline(always)]
    pub fn new(text: &'t [u8], from: usize, kinds: [u8; 4]) -> Marks<'t> {
        let mut marks = Marks { text, kinds, block: from, found: 0 };
        marks.look();
        marks
    }

    #[inline(always)]
    fn look(&mut self) {
        let from = self.block;
        #[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
        if self.text.len() >= BLOCK {
            use lanes::{equal, marks, or, splat};
            let [a, b, c, d] = self.kinds.map(splat);
            // The last sixteen bytes once more, without those that were looked at.
            let start = from.min(self.text.len() - BLOCK);
            // SAFETY: the text has sixteen bytes from there on.
            let chunk = unsafe { load(self.text, start) };
            let found = or(or(equal(chunk, a), equal(chunk, b)), or(equal(chunk, c), equal(chunk, d)));
            self.found = u32::from(marks(found)).checked_shr((from - start) as u32).unwrap_or(0);
            return;
        }
        self.found = self.last(from);
    }

    /// The same for less than sixteen bytes, and for targets without such instructions.
    #[inline(never)]
    fn last(&self, from: usize) -> u32 {
        let rest = self.text.get(from..).unwrap_or_default().iter().take(BLOCK);
        rest.enumerate().fold(0, |found, (at, byte)| found | u32::from(self.kinds.contains(byte)) << at)
    }

    /// The next one; the length of the text if there is none.
    #[inline(always)]
    pub fn next(&mut self) -> usize {
        while self.found == 0 {
            self.block += BLOCK;
            if self.block >= self.text.len() {
                return self.text.len();
            }
            self.look();
        }
        let at = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        self.block + at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_told_once_in_order() {
        for length in 0..70 {
            for every in [1, 3, 16, 17] {
                let text: Vec<u8> =
                    (0..length).map(|at| if at % every == 0 { b"=\"\\ "[at % 4] } else { b'a' }).collect();
                for from in 0..=length {
                    let mut marks = Marks::new(&text, from, *b"=\"\\ ");
                    for at in (from..length).filter(|at| at % every == 0) {
                        assert_eq!(marks.next(), at, "{length} {every} {from}");
                    }
                    assert_eq!((marks.next(), marks.next()), (length, length), "{length} {every} {from}");
                }
            }
        }
    }
}
