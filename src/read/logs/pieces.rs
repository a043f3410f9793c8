//! Cuts a line of text into words, quoted texts, groups in brackets and `key=value` pairs.

use crate::simd;

/// What stands between brackets is not longer: looking further for each of many brackets would take time by the square.
const GROUP: usize = 1024;

/// What ends a word, and what a key is made of; anything else is 0.
const BLANK: u8 = 1;
const KEY: u8 = 2;

/// The class of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' => BLANK,
            b'_' | b'.' | b'-' | b'@' | b'/' | b':' => KEY,
            letter if letter.is_ascii_alphanumeric() => KEY,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// A piece of a line; offsets count from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub kind: PieceKind,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    Word,
    /// Between quotes, which are part of it.
    Quoted,
    /// Between square brackets, which are part of it; pairs may stand between braces.
    Group,
    /// `key=value`: the offset of the equals sign.
    Pair(usize),
}

/// Cuts a text into pieces.
pub struct Pieces<'t> {
    pub text: &'t [u8],
    pub at: usize,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    #[inline]
    fn next(&mut self) -> Option<Piece> {
        let text = self.text;
        while text.get(self.at).is_some_and(|b| matches!(b, b' ' | b'\t' | b',' | b';')) {
            self.at += 1;
        }
        let start = self.at;
        let kind = match text.get(start)? {
            b'[' => self.group(start, b']'),
            b'"' => {
                self.at = quoted_end(text, start);
                PieceKind::Quoted
            }
            // What log4j prints of its map: `{trace_id=…, span_id=…}`.
            b'{' if begins_with_pair(&text[start + 1..]) => self.group(start, b'}'),
            _ => self.word(start),
        };
        Some(Piece { kind, start, end: self.at })
    }
}

impl Pieces<'_> {
    /// What stands between brackets, or a word if they are not closed.
    fn group(&mut self, start: usize, close: u8) -> PieceKind {
        let near = &self.text[..self.text.len().min(start + GROUP)];
        let end = simd::find_near(near, start, [close; 3]);
        if end == near.len() {
            return self.word(start);
        }
        self.at = end + 1;
        PieceKind::Group
    }

    /// A word, or a pair whose value may be quoted.
    fn word(&mut self, start: usize) -> PieceKind {
        let text = self.text;
        let mut at = start;
        let mut key = true;
        while let Some(byte) = text.get(at) {
            match CLASSES[*byte as usize] {
                KEY => {}
                BLANK => break,
                _ if *byte == b'=' && key && at > start => {
                    self.at = match text.get(at + 1) {
                        Some(b'"') => quoted_end(text, at + 1),
                        _ => value_end(text, at + 1),
                    };
                    return PieceKind::Pair(at);
                }
                _ => key = false,
            }
            at += 1;
        }
        // At least one byte, so that it ends.
        self.at = at.max(start + 1);
        PieceKind::Word
    }

    /// Goes to the next piece that may be anything but a word; whether there is one. Nothing is passed by when it stands at one.
    pub fn pass_words(&mut self) -> bool {
        let mark = simd::find(self.text, self.at, [b'=', b'[', b'"']);
        let word = self.text[self.at..mark].iter().rposition(|byte| matches!(byte, b' ' | b'\t'));
        self.at += word.map_or(0, |blank| blank + 1);
        mark < self.text.len()
    }
}

fn begins_with_pair(text: &[u8]) -> bool {
    let key = key_length(text);
    key > 0 && text.get(key) == Some(&b'=')
}

/// How many bytes of a text may be a key.
pub fn key_length(text: &[u8]) -> usize {
    text.iter().take_while(|byte| CLASSES[**byte as usize] == KEY).count()
}

/// Behind the closing quote, or the end.
pub fn quoted_end(text: &[u8], start: usize) -> usize {
    quoted(text, start).0
}

/// The same, and whether there is a backslash.
#[inline]
pub fn quoted(text: &[u8], start: usize) -> (usize, bool) {
    let (mut at, mut escaped) = (start + 1, false);
    loop {
        at = simd::find_near(text, at, [b'"', b'\\', b'"']);
        match text.get(at) {
            Some(b'"') => return (at + 1, escaped),
            Some(_) => (at, escaped) = (at + 2, true),
            None => return (text.len(), escaped),
        }
    }
}

/// Behind a bare value: white space ends it, and a comma, semicolon or bracket with nothing behind it.
#[inline]
pub fn value_end(text: &[u8], start: usize) -> usize {
    let mut at = simd::find_near(text, start, [b' ', b'\t', b' ']);
    while at > start && matches!(text[at - 1], b',' | b';' | b']' | b')') {
        at -= 1;
    }
    at
}
