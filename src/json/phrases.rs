//! Runs of text that keep coming back between two values, such as `{"key":"http.route","value":{"stringValue":"`.
//!
//! Attributes are most of a trace, and their keys come in the same order again and again. A phrase is everything from one value's end to the
//! next value's begin, with what was found out about it. When the bytes at the cursor are the phrase that followed last time, the key need
//! not be lexed, hashed and looked up again: it was, in the very same bytes, in the same place of the grammar.

use std::collections::HashMap;
use std::hash::Hash;

use crate::simd;

/// The longest text that is worth learning: a pretty-printed attribute fits.
const MAX_LENGTH: usize = 240;
/// Different phrases that are learned; traces have some hundred.
const MAX_PHRASES: usize = 4096;

/// A number of a phrase, or of the start of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PhraseId(u32);

#[derive(Debug)]
struct Phrase<T> {
    start: u32,
    len: u32,
    meaning: T,
    /// Phrases that followed, the last one that was learned first.
    next: [u32; FOLLOWERS],
}

/// Phrases that are tried after one: requests, queries and messages each have an order of their own.
const FOLLOWERS: usize = 4;
/// No phrase.
const NONE: u32 = u32::MAX;

/// Learned phrases with what each means.
#[derive(Debug)]
pub(crate) struct Phrases<T> {
    text: Vec<u8>,
    phrases: Vec<Phrase<T>>,
    /// The last phrase of a meaning and length: two texts that share both are almost always one.
    known: HashMap<(T, usize), u32>,
}

impl<T: Copy + Eq + Hash> Phrases<T> {
    /// With `roots` places where a list starts, numbered from 0, each with orders of its own.
    pub(crate) fn new(roots: u32, nothing: T) -> Phrases<T> {
        let root = |_| Phrase { start: 0, len: 0, meaning: nothing, next: [NONE; FOLLOWERS] };
        Phrases { text: Vec::new(), phrases: (0..roots).map(root).collect(), known: HashMap::new() }
    }

    /// The start of a list.
    pub(crate) fn root(&self, number: u32) -> PhraseId {
        PhraseId(number)
    }

    /// The phrase at `at` if it is one that followed `after` before, its meaning, and the offset behind it.
    #[inline(always)]
    pub(crate) fn follow(&self, bytes: &[u8], at: usize, after: PhraseId) -> Option<(PhraseId, T, usize)> {
        for &id in &self.phrases[after.0 as usize].next {
            let phrase = self.phrases.get(id as usize)?;
            let text = &self.text[phrase.start as usize..(phrase.start + phrase.len) as usize];
            if simd::continues_with(bytes, at, text) {
                return Some((PhraseId(id), phrase.meaning, at + text.len()));
            }
        }
        None
    }

    /// Notes that `text` followed `after` and what it means.
    #[inline(never)]
    pub(crate) fn learn(&mut self, after: PhraseId, text: &[u8], meaning: T) -> PhraseId {
        if text.len() > MAX_LENGTH || text.is_empty() {
            return after;
        }
        let stands = |id: &u32| {
            let phrase = &self.phrases[*id as usize];
            &self.text[phrase.start as usize..(phrase.start + phrase.len) as usize] == text
        };
        // It may have been known, and only the value behind it was not to be taken by its place.
        let followers = &self.phrases[after.0 as usize].next;
        if let Some(id) = followers.iter().take_while(|id| **id != NONE).find(|id| stands(id)) {
            return PhraseId(*id);
        }
        let known = self.known.get(&(meaning, text.len())).copied().filter(stands);
        let id = match known {
            Some(id) => id,
            None if self.phrases.len() < MAX_PHRASES => {
                let (id, start) = (self.phrases.len() as u32, self.text.len() as u32);
                self.text.extend_from_slice(text);
                self.phrases.push(Phrase { start, len: text.len() as u32, meaning, next: [NONE; FOLLOWERS] });
                self.known.insert((meaning, text.len()), id);
                id
            }
            None => return after,
        };
        let next = &mut self.phrases[after.0 as usize].next;
        if !next.contains(&id) {
            next.rotate_right(1);
            next[0] = id;
        }
        PhraseId(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_followed_before_is_known_at_once_and_nothing_else() {
        let mut phrases = Phrases::new(1, 0_u8);
        let root = phrases.root(0);
        let text = br#"[{"key":"a","value":"1"},{"key":"b","value":"2"},{"key":"a","value":"#;
        assert!(phrases.follow(text, 1, root).is_none());
        let a = phrases.learn(root, br#"{"key":"a","value":""#, 7);
        assert_eq!(phrases.follow(text, 1, root), Some((a, 7, 21)));
        assert!(phrases.follow(text, 25, root).is_none(), "another key");
        let b = phrases.learn(root, br#"{"key":"b","value":""#, 8);
        assert_eq!(phrases.follow(text, 25, root), Some((b, 8, 45)));
        assert_eq!(phrases.follow(text, 1, root), Some((a, 7, 21)), "more than one follower is kept");
        assert!(phrases.follow(text, text.len() - 20, a).is_none());
        assert_eq!(phrases.learn(b, br#"{"key":"a","value":""#, 7), a, "a text is one phrase wherever it stands");
    }

    #[test]
    fn there_is_a_limit() {
        let mut phrases = Phrases::new(1, 0_u32);
        let mut last = phrases.root(0);
        for i in 0..10_000_u32 {
            last = phrases.learn(last, i.to_string().as_bytes(), i);
        }
        assert_eq!(phrases.phrases.len(), MAX_PHRASES);
        assert_eq!(phrases.learn(last, &[b'x'; 1000], 1), last, "too long to learn");
    }
}
