//! Interned text: every distinct name and key is stored once and known by a number.

use std::ops::Range;

/// The number of an interned text. `StringId::EMPTY` is the empty text everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StringId(pub u32);

impl StringId {
    /// The empty text.
    pub const EMPTY: StringId = StringId(0);

    /// The number itself: texts are numbered from 0 in order of first appearance.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Texts by their numbers; the bytes lie one after another.
#[derive(Debug, Default)]
pub struct TextList {
    data: String,
    ends: Vec<u32>,
}

/// A set of texts. Open addressing with linear probing; the table holds numbers.
#[derive(Debug)]
pub struct Strings {
    texts: TextList,
    table: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    /// Number plus one; 0 is a free slot.
    id: u32,
}

const FREE: Slot = Slot { hash: 0, id: 0 };

impl TextList {
    /// The text with this number.
    pub fn get(&self, id: StringId) -> &str {
        &self.data[self.range(id)]
    }

    /// Where a text stands among all.
    #[inline(always)]
    pub fn range(&self, id: StringId) -> Range<usize> {
        let index = id.index();
        let ends = self.ends.as_slice();
        let start = if index == 0 { 0 } else { ends[index - 1] as usize };
        start..ends[index] as usize
    }

    /// All texts one after the other, and where each one ends.
    pub fn all(&self) -> (&[u8], &[u32]) {
        (self.data.as_bytes(), &self.ends)
    }
}

impl Strings {
    pub fn new() -> Strings {
        let mut strings = Strings { texts: TextList::default(), table: vec![FREE; 512] };
        strings.intern("");
        strings
    }

    pub fn get(&self, id: StringId) -> &str {
        self.texts.get(id)
    }

    /// All texts one after the other, and where each one ends.
    pub fn all(&self) -> (&[u8], &[u32]) {
        self.texts.all()
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.ends.len()
    }

    /// The texts alone, in no more memory than they take: nothing is looked for any more.
    pub fn into_texts(self) -> TextList {
        let TextList { mut data, mut ends } = self.texts;
        data.shrink_to_fit();
        ends.shrink_to_fit();
        TextList { data, ends }
    }

    /// Whether this is the text of that number: of its bytes, so that nobody looks where its characters begin.
    #[inline(always)]
    fn is(&self, id: StringId, text: &[u8]) -> bool {
        same(&self.texts.data.as_bytes()[self.texts.range(id)], text)
    }

    /// The number of `text` if it was interned.
    pub fn find(&self, text: &str) -> Option<StringId> {
        let hash = hash(text.as_bytes());
        let mask = self.table.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.table[at];
            if slot.id == 0 {
                return None;
            }
            let id = StringId(slot.id - 1);
            if slot.hash == hash && self.is(id, text.as_bytes()) {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
    }

    #[inline]
    pub fn intern(&mut self, text: &str) -> StringId {
        self.intern_bytes(text.as_bytes())
    }

    /// The same for bytes that are known to be UTF-8, as a checked JSON string's are: they are checked again only when the text is new.
    #[inline]
    pub fn intern_bytes(&mut self, text: &[u8]) -> StringId {
        let hash = hash(text);
        let mask = self.table.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.table.as_slice()[at];
            if slot.id == 0 {
                return self.insert(text, hash, at);
            }
            let id = StringId(slot.id - 1);
            if slot.hash == hash && self.is(id, text) {
                return id;
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, text: &[u8], hash: u32, at: usize) -> StringId {
        let id = self.texts.ends.len() as u32;
        self.texts.data.push_str(&String::from_utf8_lossy(text));
        // Inputs are limited to less than 4 GiB in all, and each text is stored once, so the sum fits.
        self.texts.ends.push(self.texts.data.len() as u32);
        self.table[at] = Slot { hash, id: id + 1 };
        if self.texts.ends.len() * 2 > self.table.len() {
            self.grow(self.table.len() * 2);
        }
        StringId(id)
    }

    /// Makes room for so many more texts of so many bytes together, unless there is not that much memory.
    pub fn reserve(&mut self, count: usize, bytes: usize) {
        if self.texts.ends.try_reserve_exact(count).is_ok() && self.texts.data.try_reserve_exact(bytes).is_ok() {
            let slots = ((self.texts.ends.len() + count) * 2).next_power_of_two();
            if slots > self.table.len() {
                self.grow(slots);
            }
        }
    }

    /// Makes the table anew, with so many slots: a power of two.
    fn grow(&mut self, slots: usize) {
        let old = std::mem::replace(&mut self.table, vec![FREE; slots]);
        for slot in old.into_iter().filter(|slot| slot.id != 0) {
            let mut at = slot.hash as usize & (slots - 1);
            while self.table[at].id != 0 {
                at = (at + 1) & (slots - 1);
            }
            self.table[at] = slot;
        }
    }
}

/// Equality of short texts by overlapping eight-byte words: a call to `memcmp` costs more than the comparison.
#[inline(always)]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let n = a.len();
    if n < 8 {
        return short(a) == short(b);
    }
    let mut at = 0;
    while at + 8 <= n {
        if word(a, at) != word(b, at) {
            return false;
        }
        at += 8;
    }
    word(a, n - 8) == word(b, n - 8)
}

/// Multiply and fold over overlapping words. It is for spreading, not for security: whoever builds an input of
/// colliding names slows down only the tab they paste it into.
#[inline(always)]
pub fn hash(text: &[u8]) -> u32 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let n = text.len();
    let mut state = (n as u64).wrapping_mul(K);
    if n < 8 {
        state ^= short(text);
    } else {
        let mut at = 0;
        while at + 8 < n {
            state = (state ^ word(text, at)).wrapping_mul(K).rotate_left(29);
            at += 8;
        }
        state ^= word(text, n - 8);
    }
    let mixed = state.wrapping_mul(K);
    (mixed >> 32) as u32 ^ mixed as u32 >> 7
}

/// [`hash`] for maps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hashing(u64);

impl std::hash::Hasher for Hashing {
    #[inline(never)]
    fn write(&mut self, bytes: &[u8]) {
        self.write_u64(u64::from(hash(bytes)));
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// A map of what is asked for once a line.
pub type QuickMap<K, V> = std::collections::HashMap<K, V, std::hash::BuildHasherDefault<Hashing>>;

#[inline(always)]
fn word(text: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(text[at..at + 8].try_into().expect("eight bytes"))
}

/// Less than eight bytes in one number, by overlapping pieces: of one length, no two texts give the same.
#[inline(always)]
fn short(text: &[u8]) -> u64 {
    if let (Some(head), Some(tail)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*head)) << 32 | u64::from(u32::from_le_bytes(*tail));
    }
    match text {
        [] => 0,
        [only] => u64::from(*only),
        [first, .., last] => u64::from(*first) << 16 | u64::from(text[1]) << 8 | u64::from(*last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_once_and_found_again() {
        let mut strings = Strings::new();
        let texts: Vec<String> = (0..5000).map(|i| format!("{}{i}", "x".repeat(i % 23))).collect();
        let ids: Vec<StringId> = texts.iter().map(|t| strings.intern(t)).collect();
        for (text, id) in texts.iter().zip(&ids) {
            assert_eq!(strings.intern(text), *id);
            assert_eq!(strings.find(text), Some(*id));
            assert_eq!(strings.get(*id), text);
        }
        assert_eq!(strings.len(), 5001);
        assert_eq!(strings.intern(""), StringId::EMPTY);
        assert_eq!(strings.find("never seen"), None);
    }

    #[test]
    fn texts_that_differ_only_at_the_start_or_by_a_zero_byte_are_told_apart() {
        let mut strings = Strings::new();
        let a = strings.intern("\0");
        assert_ne!(a, strings.intern("\0\0"));
        assert_ne!(strings.intern("12345678a"), strings.intern("22345678a"));
        // Every text of less than eight letters, of two.
        let texts: Vec<String> = (0..8)
            .flat_map(|n| {
                (0..1 << n).map(move |bits| (0..n).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect())
            })
            .collect();
        let mut ids: Vec<StringId> = texts.iter().map(|text: &String| strings.intern(text)).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), texts.len());
    }
}
