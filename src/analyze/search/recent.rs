//! What the last searches found out: whoever types asks for a word that is a little longer each time, and again about the same attribute.

use super::marks::Open;
use super::texts::{Known, Place, TOLD, Texts, Under};
use crate::simd::Needle;
use crate::strings::StringId;

/// How many words are kept, and how many places of them together.
const WORDS: usize = 16;
const PLACES: usize = 1 << 19;

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
        let mut numbers = Vec::new();
        self.each(texts, needle, &mut |places| {
            numbers.clear();
            numbers.extend(places.iter().map(|place| place.number));
            texts.find_spans_of(&numbers, open)
        });
    }

    /// Tells where a needle first stands in each text, rising, some at a time, as long as more are wanted.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn each(&mut self, texts: &Texts, needle: &Needle, more: &mut dyn FnMut(&[Place]) -> bool) {
        if let Some(same) = self.words.iter().position(|(word, _)| word.as_bytes() == needle.as_bytes()) {
            self.words[same..].rotate_left(1);
            let places = self.words.last().map_or(&[][..], |(_, places)| places);
            let _ = places.chunks(TOLD).all(more);
            return;
        }
        let known = self.words.iter().filter_map(|(part, places)| {
            let part_at = part.find(needle.as_bytes(), 0, needle.len())?;
            Some(Known { places, part_at })
        });
        let (mut found, mut told, mut all) = (Vec::new(), 0, true);
        texts.with(needle, known.min_by_key(|known| known.places.len()), &mut |place| {
            found.push(place);
            if found.len() - told < TOLD {
                return true;
            }
            let goes_on = more(&found[told..]);
            all &= goes_on && found.len() < PLACES;
            if !all {
                found.clear();
            }
            told = found.len();
            goes_on
        });
        all &= found.len() == told || more(&found[told..]);
        if all {
            self.words.push((needle.clone(), found));
            let mut places = 0;
            let kept = self.words.iter().rev().take(WORDS).take_while(|(_, word)| {
                places += word.len();
                places < PLACES
            });
            self.words.drain(..self.words.len() - kept.count());
        }
    }

    /// What each span has under a key.
    pub(super) fn under(&mut self, texts: &Texts, key: StringId) -> &Under {
        let kept = self.key.take().filter(|(last, _)| *last == key);
        &self.key.insert(kept.unwrap_or_else(|| (key, texts.under(key)))).1
    }
}
