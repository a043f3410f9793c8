//! Runs of text that keep coming back between two values, such as `{"key":"http.route","value":{"stringValue":"`.
//!
//! Attributes are most of a trace, and their keys come in the same order again and again. A phrase is everything from one value's end to the
//! next value's begin, with what was found out about it. When the bytes at the cursor are the phrase that followed last time, the key need
//! not be lexed, hashed and looked up again: it was, in the very same bytes, in the same place of the grammar.

use crate::simd::{self, Head};
use crate::strings::hash;

/// The longest text that is worth learning: a pretty-printed attribute fits.
const MAX_LENGTH: usize = 240;
/// Different phrases that are learned; traces have some hundred.
const MAX_PHRASES: usize = 4096;

/// A number of a phrase, or of the start of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseId(u32);

#[derive(Debug)]
struct Phrase<T> {
    head: Head,
    len: u32,
    /// Of a long text: where the rest begins.
    tail: u32,
    meaning: T,
    /// The start of the lists that it stands in: each has phrases of its own, so that what follows is foreseen better.
    root: u32,
    /// Phrases that followed, the last one that was learned first.
    next: [u32; FOLLOWERS],
}

impl<T: Eq> Phrase<T> {
    fn is(&self, root: u32, meaning: T) -> bool {
        self.root == root && self.meaning == meaning
    }
}

/// Phrases that are tried after one: requests, queries and messages each have an order of their own.
const FOLLOWERS: usize = 8;
/// No phrase.
const NONE: u32 = u32::MAX;

/// Learned phrases with what each means.
#[derive(Debug)]
pub struct Phrases<T> {
    /// What of long phrases is behind their heads.
    tails: Vec<u8>,
    phrases: Vec<Phrase<T>>,
    /// All phrases by the hash of their texts: open addressing, linear probing; number plus one, 0 is free. Never more than half full.
    slots: Vec<u32>,
}

impl<T: Copy + Eq> Phrases<T> {
    /// With `roots` places where a list starts, numbered from 0, each with orders of its own.
    #[inline(never)]
    pub fn new(roots: u32, nothing: T) -> Phrases<T> {
        let root =
            |root| Phrase { head: Head::new(b""), len: 0, tail: 0, meaning: nothing, root, next: [NONE; FOLLOWERS] };
        Phrases { tails: Vec::new(), phrases: (0..roots).map(root).collect(), slots: Vec::new() }
    }

    /// The start of a list.
    pub fn root(&self, number: u32) -> PhraseId {
        PhraseId(number)
    }

    /// The phrase at `at` if it is one that followed `after` before, its meaning, and the offset behind it. Nothing is found in the last
    /// bytes of an input.
    #[inline(always)]
    pub fn follow(&self, bytes: &[u8], at: usize, after: PhraseId) -> Option<(PhraseId, T, usize)> {
        let window = bytes.get(at..at + Head::LEN)?.first_chunk()?;
        let phrases = self.phrases.as_slice();
        let next = &phrases[after.0 as usize].next;
        let first = phrases.get(next[0] as usize)?;
        if self.stands(first, bytes, at, window) {
            return Some((PhraseId(next[0]), first.meaning, at + first.len as usize));
        }
        let id = self.other(bytes, at, window, next)?;
        let phrase = &phrases[id as usize];
        Some((PhraseId(id), phrase.meaning, at + phrase.len as usize))
    }

    #[inline(never)]
    fn other(&self, bytes: &[u8], at: usize, window: &[u8; Head::LEN], next: &[u32; FOLLOWERS]) -> Option<u32> {
        let stands =
            |id: &&u32| self.phrases.get(**id as usize).is_some_and(|phrase| self.stands(phrase, bytes, at, window));
        next[1..].iter().find(stands).copied()
    }

    /// Whether the phrase stands at `at`, where `window` is.
    #[inline(always)]
    fn stands(&self, phrase: &Phrase<T>, bytes: &[u8], at: usize, window: &[u8; Head::LEN]) -> bool {
        phrase.head.begins(window)
            && (phrase.len as usize <= Head::LEN || simd::continues_with(bytes, at + Head::LEN, self.tail(phrase)))
    }

    fn tail(&self, phrase: &Phrase<T>) -> &[u8] {
        &self.tails[phrase.tail as usize..][..(phrase.len as usize).saturating_sub(Head::LEN)]
    }

    /// Notes that `text` followed `after` and what it means.
    #[inline(never)]
    pub fn learn(&mut self, after: PhraseId, text: &[u8], meaning: T) -> PhraseId {
        if text.len() > MAX_LENGTH || text.is_empty() {
            return after;
        }
        if self.slots.is_empty() {
            self.slots = vec![0; 2 * MAX_PHRASES];
        }
        let head = Head::new(text);
        let rest = &text[text.len().min(Head::LEN)..];
        let is_text = |id: &u32| {
            let phrase = &self.phrases[*id as usize];
            phrase.len as usize == text.len() && phrase.head == head && self.tail(phrase) == rest
        };
        // It may have been known, and only the value behind it was not to be taken by its place.
        let followers = &self.phrases[after.0 as usize].next;
        if let Some(id) = followers.iter().take_while(|id| **id != NONE).find(|id| is_text(id)) {
            return PhraseId(*id);
        }
        let root = self.phrases[after.0 as usize].root;
        let mut slot = hash(text) as usize % self.slots.len();
        let known = loop {
            match self.slots[slot].checked_sub(1) {
                Some(id) if is_text(&id) && self.phrases[id as usize].is(root, meaning) => break Some(id),
                Some(_) => slot = (slot + 1) % self.slots.len(),
                None => break None,
            }
        };
        let id = match known {
            Some(id) => id,
            None if self.phrases.len() < MAX_PHRASES => {
                let (id, tail) = (self.phrases.len() as u32, self.tails.len() as u32);
                self.tails.extend_from_slice(rest);
                let len = text.len() as u32;
                self.phrases.push(Phrase { head, len, tail, meaning, root, next: [NONE; FOLLOWERS] });
                self.slots[slot] = id + 1;
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
        let mut text = br#"[{"key":"a","value":"1"},{"key":"b","value":"2"},{"key":"a","value":"#.to_vec();
        let end = text.len();
        text.extend([b' '; Head::LEN]);
        let text = &text[..];
        assert!(phrases.follow(text, 1, root).is_none());
        let a = phrases.learn(root, br#"{"key":"a","value":""#, 7);
        assert_eq!(phrases.follow(text, 1, root), Some((a, 7, 21)));
        assert!(phrases.follow(text, 25, root).is_none(), "another key");
        let b = phrases.learn(root, br#"{"key":"b","value":""#, 8);
        assert_eq!(phrases.follow(text, 25, root), Some((b, 8, 45)));
        assert_eq!(phrases.follow(text, 1, root), Some((a, 7, 21)), "more than one follower is kept");
        assert!(phrases.follow(text, end - 20, a).is_none());
        assert_eq!(
            phrases.learn(b, br#"{"key":"a","value":""#, 7),
            a,
            "a text is one phrase wherever it stands in the lists of a root"
        );
    }

    #[test]
    fn a_long_phrase_is_compared_to_its_end() {
        let mut phrases = Phrases::new(1, 0_u8);
        let root = phrases.root(0);
        let long = [b'x'; Head::LEN + 30];
        let mut text = long.to_vec();
        text.extend([b'y'; Head::LEN]);
        let id = phrases.learn(root, &long, 1);
        assert_eq!(phrases.learn(root, &long, 1), id);
        assert_eq!(phrases.follow(&text, 0, root), Some((id, 1, long.len())));
        text[Head::LEN + 29] = b'y';
        assert_eq!(phrases.follow(&text, 0, root), None);
        let other = phrases.learn(root, &text[..Head::LEN + 30], 1);
        assert_ne!(other, id, "two texts of one length and meaning");
        assert_eq!(phrases.follow(&text, 0, root), Some((other, 1, long.len())));
        assert_eq!(phrases.follow(&text, Head::LEN, root), None);
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
