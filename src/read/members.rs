//! Objects whose members are attributes, as formats have them that know no types: `{"http.route":"/orders","thread.id":7}`.
//!
//! What stands between two values is a phrase ([`Phrases`]): the keys of such objects come in the same order again and again.

use super::input::Input;
use crate::json::{Kind, Lex, Lexer, Phrases, Text};
use crate::simd;
use crate::store::{Encoding, RawValue};
use crate::strings::StringId;

/// An attribute like any other: what a format means by other keys, it numbers from 2 on.
pub const PLAIN: u8 = 0;
/// A number by its meaning, also where it is a text of digits.
pub const NUMERIC: u8 = 1;

/// Another name of a key, if it has one, and what it means.
pub type MeaningOf = fn(&str) -> (Option<&'static str>, u8);

/// What a key is, and whether its value is a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    name: StringId,
    meaning: u8,
    text: bool,
}

/// A member that is no attribute.
#[derive(Clone, Copy, Debug)]
pub struct Meant {
    pub meaning: u8,
    pub value: RawValue,
    /// Of a text.
    pub text: Option<Text>,
}

/// The learned orders of keys, kept over the whole input.
#[derive(Debug)]
pub struct Members {
    phrases: Phrases<Key>,
    meaning_of: MeaningOf,
    /// What was no attribute of the object that was read last.
    pub meant: Vec<Meant>,
}

impl Members {
    /// With `roots` places where such objects stand, numbered from 0.
    #[inline(never)]
    pub fn new(roots: u32, meaning_of: MeaningOf) -> Members {
        let nothing = Key { name: StringId::EMPTY, meaning: PLAIN, text: false };
        Members { phrases: Phrases::new(roots, nothing), meaning_of, meant: Vec::new() }
    }

    /// The object that stands next: its members become attributes at the end of the column, but for those that mean something else.
    #[inline(never)]
    pub fn read<'a>(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, root: u32) -> Lex<()> {
        self.meant.clear();
        let bytes = reading.bytes;
        let mut cursor = lexer.begin_object()?;
        let mut after = self.phrases.root(root);
        // A phrase is everything from the end of one value, or from the object's bracket, to a number, or to the content of a text.
        let mut start = lexer.offset() - 1;
        loop {
            let mut at = start;
            while let Some((phrase, key, content)) = self.phrases.follow(bytes, at, after) {
                if key.text {
                    let end = simd::plain_run(bytes, content);
                    let text = if bytes.get(end) == Some(&b'"') {
                        at = end + 1;
                        Text { start: content as u32, end: end as u32, escaped: false }
                    } else {
                        lexer.go_to(content - 1);
                        let text = lexer.string()?;
                        at = lexer.offset();
                        text
                    };
                    after = phrase;
                    self.take_text(reading, key, text);
                } else {
                    let Some(end) = lexer.plain_number(content) else { break };
                    (after, at) = (phrase, end);
                    let value = reading.slice_value(Encoding::Json, content as u32, end as u32);
                    self.take(reading, key, value, None);
                }
            }
            if at != start {
                if bytes.get(at) == Some(&b'}') {
                    lexer.leave_object(at + 1);
                    return Ok(());
                }
                lexer.go_on(&mut cursor, at);
                start = at;
            }
            let Some(name) = lexer.any_member(&mut cursor)? else { return Ok(()) };
            let name = name.content(bytes);
            let (other, meaning) = (self.meaning_of)(&name);
            let mut key = Key { name: reading.builder.intern(other.unwrap_or(&name)), meaning, text: false };
            match lexer.peek()? {
                Kind::String => {
                    let text = lexer.string()?;
                    key.text = true;
                    after = self.phrases.learn(after, &bytes[start..text.start as usize], key);
                    self.take_text(reading, key, text);
                }
                Kind::Number => {
                    let number = lexer.number()?;
                    after = self.phrases.learn(after, &bytes[start..number.start as usize], key);
                    let value = reading.slice_value(Encoding::Json, number.start, number.end);
                    self.take(reading, key, value, None);
                }
                _ => {
                    let value = reading.json_value(lexer)?;
                    self.take(reading, key, value, None);
                }
            }
            start = lexer.offset();
        }
    }

    #[inline(always)]
    fn take_text(&mut self, reading: &mut Input<'_>, key: Key, text: Text) {
        let value = reading.string_value(text);
        self.take(reading, key, value, Some(text));
    }

    #[inline(always)]
    fn take(&mut self, reading: &mut Input<'_>, key: Key, value: RawValue, text: Option<Text>) {
        if key.meaning == PLAIN {
            reading.builder.push_attribute(key.name, value);
        } else {
            self.take_meant(reading, key, value, text);
        }
    }

    #[inline(never)]
    fn take_meant(&mut self, reading: &mut Input<'_>, key: Key, mut value: RawValue, text: Option<Text>) {
        if key.meaning != NUMERIC {
            self.meant.push(Meant { meaning: key.meaning, value, text });
            return;
        }
        if let Some(text) = text
            && std::str::from_utf8(text.bytes(reading.bytes)).is_ok_and(crate::json::is_number)
        {
            value = reading.slice_value(Encoding::Json, text.start, text.end);
        }
        reading.builder.push_attribute(key.name, value);
    }
}
