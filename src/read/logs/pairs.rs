//! The `key=value` pairs of `tracing-subscriber`'s lines, whose values may hold anything.

use super::pieces::quoted_end;
use crate::simd::{self, Marks};

/// What tells pairs apart; anything else is passed by.
static MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    let all = b"\"{[(}]) =";
    let mut at = 0;
    while at < all.len() {
        marks[all[at] as usize] = true;
        at += 1;
    }
    marks
};

/// What a key is made of.
static IN_KEY: [bool; 256] = {
    let mut in_key = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        in_key[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'.' | b'#');
        byte += 1;
    }
    in_key
};

/// A key and its value, as ranges of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) key: (usize, usize),
    pub(super) value: (usize, usize),
}

impl Named {
    pub(super) fn key(self, text: &str) -> &str {
        &text[self.key.0..self.key.1]
    }

    pub(super) fn value(self, text: &str) -> &str {
        &text[self.value.0..self.value.1]
    }
}

/// Finds the `key=value` pairs of a text; values reach to the next key.
pub(super) fn find_pairs(text: &str, pairs: &mut Vec<Named>) {
    let bytes = text.as_bytes();
    pairs.clear();
    let end = |pairs: &mut Vec<Named>, at: usize| {
        if let Some(Named { value: (from, to), .. }) = pairs.last_mut() {
            *to = *from + without_blanks(&text[*from..at]).len();
        }
    };
    let mut at = 0;
    if simd::find(bytes, 0, [b'{', b'[', b'(']) == bytes.len() {
        // Nothing is nested: only what stands before the equals signs outside of quotes counts.
        let mut marks = Marks::new(bytes, 0, *b"=\"\\=");
        let (mut quoted, mut escaped) = (false, 0);
        loop {
            let at = marks.next();
            match bytes.get(at) {
                None => break,
                Some(b'\\') if quoted && at != escaped => escaped = at + 1,
                Some(b'"') if at != escaped || !quoted => quoted = !quoted,
                Some(b'=') if !quoted => {
                    let key = bytes[..at].iter().rev().take_while(|byte| is_in_key(**byte)).count();
                    let word = at - key;
                    if key > 0 && (word == 0 || bytes[word - 1] == b' ') && !bytes[word].is_ascii_digit() {
                        end(pairs, word);
                        pairs.push(Named { key: (word, at), value: (at + 1, at + 1) });
                    }
                }
                Some(_) => {}
            }
        }
        end(pairs, bytes.len());
        return;
    }
    let (mut word, mut depth) = (0, 0_u32);
    while let Some(byte) = bytes.get(at) {
        if !MARKS[*byte as usize] {
            at += 1;
            continue;
        }
        match byte {
            b'"' => {
                at = quoted_end(bytes, at);
                continue;
            }
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b' ' => word = at + 1,
            b'=' if depth == 0 && at > word && is_key(&bytes[word..at]) => {
                end(pairs, word);
                pairs.push(Named { key: (word, at), value: (at + 1, at + 1) });
            }
            _ => {}
        }
        at += 1;
    }
    end(pairs, text.len());
}

fn is_key(text: &[u8]) -> bool {
    text.iter().all(|byte| is_in_key(*byte)) && text.first().is_some_and(|first| !first.is_ascii_digit())
}

fn is_in_key(byte: u8) -> bool {
    IN_KEY[byte as usize]
}

/// A text without the white space at its end.
#[inline]
fn without_blanks(text: &str) -> &str {
    let blanks = text.bytes().rev().take_while(|byte| *byte == b' ').count();
    let text = &text[..text.len() - blanks];
    // What is no ASCII may be white space.
    if text.as_bytes().last().is_some_and(u8::is_ascii_graphic) { text } else { text.trim_end() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stand_outside_of_quotes_and_of_what_is_nested() {
        for (text, expected) in [
            ("cart loaded rows=3 who=\"a b=c\" z.y=1", &["rows:3", "who:\"a b=c\"", "z.y:1"][..]),
            ("x=Some(1) y={a=2 b=3} z=3", &["x:Some(1)", "y:{a=2 b=3}", "z:3"]),
            ("\"a\"b=1 c=2", &["c:2"]),
            ("1a=2 b==3 c", &["b:=3 c"]),
            ("1a=2 b==3 c)", &["b:=3 c)"]),
            ("=1 é=2 a=\"\\\" b=1\" c", &["a:\"\\\" b=1\" c"]),
            ("a=\"never closed b=1", &["a:\"never closed b=1"]),
            ("a= b=", &["a:", "b:"]),
            ("nothing", &[]),
            ("", &[]),
        ] {
            // What is nested is read byte by byte: both ways find the same.
            for text in [text.to_owned(), format!("() {text}")] {
                let mut found = Vec::new();
                find_pairs(&text, &mut found);
                let found: Vec<String> =
                    found.iter().map(|pair| format!("{}:{}", pair.key(&text), pair.value(&text))).collect();
                assert_eq!(found, expected, "{text}");
            }
        }
    }
}
