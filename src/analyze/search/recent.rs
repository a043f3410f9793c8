//! What the last searches found out: whoever types asks for a word that is a little longer each time, and again about the same attribute.

use super::marks::Open;
use super::texts::{Known, Place, Texts, Under};
use crate::simd::Needle;
use crate::strings::StringId;

/// How many words are kept, and of how many texts at most.
const WORDS: usize = 4;
const TEXTS: usize = 1 << 18;

#[derive(Debug, Default)]
pub struct Recent {
    /// Where each of the last words stands. A word that has one of them in it is looked for there alone.
    words: Vec<(Needle, Vec<Place>)>,
    /// The last key, and what each span has under it: in the texts themselves this lies far apart.
    key: Option<(StringId, Under)>,
}

impl Recent {
    /// Finds the spans of the texts in which a needle stands.
    pub fn find(&mut self, texts: &Texts, needle: &Needle, open: &mut Open) {
        self.each(texts, needle, &mut |place| open.found(texts.spans_of(place.number)));
    }

    /// Tells where a needle first stands in each text, rising, as long as more are wanted.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn each(&mut self, texts: &Texts, needle: &Needle, more: &mut dyn FnMut(Place) -> bool) {
        let known = self.words.iter().filter_map(|(part, places)| {
            let part_at = part.find(needle.as_bytes(), 0, needle.len())?;
            Some(Known { places, part_at })
        });
        let (mut found, mut all) = (Vec::new(), true);
        texts.with(needle, known.min_by_key(|known| known.places.len()), &mut |place| {
            let goes_on = more(place);
            all &= goes_on && found.len() < TEXTS;
            if all {
                found.push(place);
            }
            goes_on
        });
        if all {
            self.words.retain(|(word, _)| word.as_bytes() != needle.as_bytes());
            self.words.drain(..self.words.len().saturating_sub(WORDS - 1));
            self.words.push((needle.clone(), found));
        }
    }

    /// What each span has under a key.
    pub(super) fn under(&mut self, texts: &Texts, key: StringId) -> &Under {
        let kept = self.key.take().filter(|(last, _)| *last == key);
        &self.key.insert(kept.unwrap_or_else(|| (key, texts.under(key)))).1
    }
}
