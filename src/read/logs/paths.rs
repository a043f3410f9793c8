//! Paths of spans as they stood in lines, each with the span that it led to: most lines stand where one before them did, and need not be taken apart.

use crate::simd;
use crate::strings::hash;

/// The paths so far.
#[derive(Default)]
pub struct Paths {
    slots: Vec<Path>,
    count: usize,
}

/// A path, and the span of its last step.
#[derive(Clone, Copy, Default)]
pub struct Path {
    /// [`Paths::insert`] fills it in.
    pub hash: u32,
    /// The text in the input; none is empty.
    pub start: u32,
    pub len: u32,
    /// Where its last step begins, how many steps it has, and the span of the last one.
    pub last: u32,
    pub steps: u32,
    pub span: u32,
}

impl Paths {
    /// The slot of a path, or the free one where it belongs.
    fn slot(&self, bytes: &[u8], hash: u32, text: &[u8]) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let path = &self.slots[at];
            if path.len == 0
                || path.hash == hash
                    && path.len as usize == text.len()
                    && simd::continues_with(bytes, path.start as usize, text)
            {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }

    /// The path with this text.
    pub fn get(&self, bytes: &[u8], text: &[u8]) -> Option<Path> {
        let path = self.slots[self.slot(bytes, hash(text), text)?];
        (path.len > 0).then_some(path)
    }

    /// Remembers a path, in place of an earlier one with the same text. Those of spans that are not open any more are forgotten at times, so that
    /// they take no more room than those that are.
    pub fn insert(&mut self, bytes: &[u8], mut path: Path, is_open: impl Fn(u32) -> bool) {
        if self.count * 2 >= self.slots.len() {
            let mut before = std::mem::take(&mut self.slots);
            before.retain(|path| path.len > 0 && is_open(path.span));
            self.count = before.len();
            self.slots = vec![Path::default(); (self.count * 4).next_power_of_two().max(256)];
            for path in before {
                let text = &bytes[path.start as usize..][..path.len as usize];
                if let Some(slot) = self.slot(bytes, path.hash, text) {
                    self.slots[slot] = path;
                }
            }
        }
        let text = &bytes[path.start as usize..][..path.len as usize];
        path.hash = hash(text);
        if let Some(slot) = self.slot(bytes, path.hash, text) {
            self.count += usize::from(self.slots[slot].len == 0);
            self.slots[slot] = path;
        }
    }
}
