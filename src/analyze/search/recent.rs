//! What the last words were found in: whoever types asks for one that is a little longer each time.

use crate::simd::Needle;
use spanscope_hot::analyze::search::texts::Texts;

/// How many words are kept, and of how many texts at most.
const WORDS: usize = 4;
const TEXTS: usize = 1 << 18;

/// The texts in which each of the last words stands. A word that has one of them in it is looked for in its texts alone.
#[derive(Debug, Default)]
pub(super) struct Recent {
    words: Vec<(Needle, Vec<u32>)>,
}

impl Recent {
    /// Tells of the texts in which a needle stands, as long as more are wanted.
    pub(super) fn search(&mut self, texts: &Texts, needle: &Needle, more: &mut dyn FnMut(u32) -> bool) {
        let parts = self.words.iter().filter(|(part, _)| part.is_in(needle.as_bytes(), 0, needle.len()));
        let known = parts.map(|(_, found)| found.as_slice()).min_by_key(|found| found.len());
        let (mut found, mut all) = (Vec::new(), true);
        texts.with(needle, known, &mut |number| {
            let goes_on = more(number);
            all &= goes_on && found.len() < TEXTS;
            if all {
                found.push(number);
            }
            goes_on
        });
        if all {
            self.words.retain(|(word, _)| word.as_bytes() != needle.as_bytes());
            self.words.drain(..self.words.len().saturating_sub(WORDS - 1));
            self.words.push((needle.clone(), found));
        }
    }
}
