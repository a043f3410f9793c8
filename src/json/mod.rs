//! A strict pull reader for JSON over bytes (RFC 8259), single pass, with SIMD string scanning.
//!
//! It accepts exactly what `serde_json::from_slice::<Value>` accepts and refuses what that refuses (held to it by
//! `tests/properties.rs`): UTF-8 only, no lone surrogates, no numbers beyond a double's range, no trailing commas, at most
//! [`MAX_DEPTH`] containers inside each other.
//!
//! ```text
//!   begin_object ─► member(&mut keys) ─► Known(i) / Other(text) ─► string | number | boolean | null | begin_… | skip
//!                        ▲   │                                                          │
//!                        │   └► End                                                     │
//!                        └──────────────────────────────────────────────────────────────┘
//! ```
//!
//! Two ideas make it fast. Strings are found, not copied: a [`Text`] is a range of the input. And writers of JSON put the keys of
//! like objects in like order, so [`Keys`] remembers which key followed which and compares that one first, in place.
//!
//! A failed call returns [`Stop`], which carries nothing; the reason waits in [`Lexer::error`]. That keeps the results of
//! the hot calls in registers.

mod any_value;
mod decode;
mod error;
mod keys;
mod node;
mod phrases;

pub use any_value::{
    ANY_VALUE_KEYS, AnyKind, base64_value, decode_any_value, decode_array, decode_map, double_value, int_value,
};
pub use decode::{base64_word, decode_string, decode_value, number_value, parse_base64, to_base64};
pub use error::JsonError;
pub use error::JsonErrorKind;
pub use keys::{Cursor, Keys, Member};
pub use node::{Data, Node, is_number};
pub use phrases::{PhraseId, Phrases};

use std::borrow::Cow;

use crate::float::parse_f64;
use crate::simd::{self, Literal};

/// Containers inside each other that are accepted: the limit of serde_json.
pub const MAX_DEPTH: u32 = 127;
/// The limit of [`Lexer::skip_deep`].
const DEEP: u32 = 4096;

/// The call failed; [`Lexer::error`] has the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Result of a lexer's call.
pub type Lex<T> = Result<T, Stop>;

/// A string's content between its quotes, as it stands in the input: escapes are marked, not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    pub start: u32,
    pub end: u32,
    pub escaped: bool,
}

impl Text {
    #[inline(always)]
    pub fn bytes(self, input: &[u8]) -> &[u8] {
        &input[self.start as usize..self.end as usize]
    }

    /// What it says. A text of another notation than JSON has no escapes: a backslash in it is one.
    pub fn content(self, input: &[u8]) -> Cow<'_, str> {
        let content = self.bytes(input);
        match simd::text(content) {
            Some(content) if !self.escaped => Cow::Borrowed(content),
            _ if self.escaped => decode_string(content),
            _ => String::from_utf8_lossy(content),
        }
    }
}

/// What kind of value stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

/// A number as it stands in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub start: u32,
    pub end: u32,
    /// No fraction and no exponent.
    pub integer: bool,
}

/// A place to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    at: usize,
    depth: u32,
}

/// The reader. See the module.
#[derive(Debug)]
pub struct Lexer<'a> {
    input: &'a [u8],
    at: usize,
    depth: u32,
    error: Option<JsonError>,
    /// A tree was taken for whole although its closing brackets are missing.
    cut_off: bool,
    /// It ends inside of a value of the tree that is being read.
    broken: bool,
}

impl<'a> Lexer<'a> {
    /// Reads `input` from `offset` on. Offsets are 32 bits wide: an input is shorter than 4 GiB.
    pub fn new(input: &'a [u8], offset: usize) -> Lexer<'a> {
        debug_assert!(u32::try_from(input.len()).is_ok());
        Lexer { input, at: offset, depth: 0, error: None, cut_off: false, broken: false }
    }

    pub fn input(&self) -> &'a [u8] {
        self.input
    }

    /// Offset of the next byte to read.
    #[inline(always)]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The place before a value, to go back to and read it again as something else.
    pub fn mark(&self) -> Mark {
        Mark { at: self.at, depth: self.depth }
    }

    /// Goes back.
    pub fn rewind(&mut self, mark: Mark) {
        self.at = mark.at;
        self.depth = mark.depth;
    }

    /// Why the last call failed.
    pub fn error(&self) -> JsonError {
        self.error.unwrap_or(JsonError { kind: JsonErrorKind::UnexpectedEnd, offset: self.at })
    }

    #[cold]
    pub fn fail(&mut self, kind: JsonErrorKind, offset: usize) -> Stop {
        let kind = if offset >= self.input.len() && !matches!(kind, JsonErrorKind::InvalidUtf8) {
            JsonErrorKind::UnexpectedEnd
        } else {
            kind
        };
        self.error = Some(JsonError { kind, offset: offset.min(self.input.len()) });
        Stop
    }

    /// The next byte; 0 at the end, which no JSON token begins with.
    #[inline(always)]
    fn byte(&self) -> u8 {
        self.input.get(self.at).copied().unwrap_or(0)
    }

    #[inline(always)]
    pub fn skip_whitespace(&mut self) {
        if self.byte() <= b' ' {
            self.at = simd::skip_whitespace(self.input, self.at);
        }
    }

    /// Kind of the value that stands next, white space before it skipped.
    #[inline(never)]
    pub fn peek(&mut self) -> Lex<Kind> {
        self.skip_whitespace();
        Ok(match self.byte() {
            b'"' => Kind::String,
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'-' | b'0'..=b'9' => Kind::Number,
            b't' | b'f' => Kind::Boolean,
            b'n' => Kind::Null,
            _ => return Err(self.fail(JsonErrorKind::ExpectedValue, self.at)),
        })
    }

    #[inline(always)]
    fn begin(&mut self, bracket: u8) -> Lex<()> {
        self.skip_whitespace();
        if self.byte() != bracket {
            return Err(self.wrong_type());
        }
        if self.depth >= MAX_DEPTH {
            return Err(self.fail(JsonErrorKind::TooDeep, self.at));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    #[cold]
    fn wrong_type(&mut self) -> Stop {
        match self.peek() {
            Ok(_) => self.fail(JsonErrorKind::WrongType, self.at),
            Err(stop) => stop,
        }
    }

    /// Enters an object.
    #[inline(always)]
    pub fn begin_object(&mut self) -> Lex<Cursor> {
        self.begin(b'{')?;
        Ok(Cursor { after: 0, first: true })
    }

    /// Enters an array; [`Lexer::element`] follows.
    #[inline(always)]
    pub fn begin_array(&mut self) -> Lex<bool> {
        self.begin(b'[')?;
        Ok(true)
    }

    /// Whether another element stands in the array; leaves the array when not. `first` is what `begin_array` returned and is kept here.
    #[inline(always)]
    pub fn element(&mut self, first: &mut bool) -> Lex<bool> {
        self.skip_whitespace();
        let byte = self.byte();
        if byte == b',' && !*first {
            self.at += 1;
            self.skip_whitespace();
            // `[1,]` is refused when the value is read: a bracket begins no value.
            return Ok(true);
        }
        if byte == b']' {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if *first {
            *first = false;
            return Ok(true);
        }
        Err(self.fail(JsonErrorKind::ExpectedCommaOrEnd, self.at))
    }

    /// The next key of the object and the colon behind it, or the object's end.
    #[inline(never)]
    pub fn member(&mut self, keys: &mut Keys, cursor: &mut Cursor) -> Lex<Member> {
        self.member_inlined(keys, cursor)
    }

    /// The same, for the few loops that see every span.
    #[inline(always)]
    pub fn member_inlined(&mut self, keys: &mut Keys, cursor: &mut Cursor) -> Lex<Member> {
        let byte = self.byte();
        if byte == b'}' {
            self.at += 1;
            self.depth -= 1;
            return Ok(Member::End);
        }
        let at = self.at + usize::from(!cursor.first);
        let [guess, _] = keys.next[cursor.after as usize & 63];
        let literal = &keys.literals[guess as usize];
        if (cursor.first || byte == b',') && simd::matches(self.input, at, literal) {
            self.at = at + literal.len();
            cursor.first = false;
            cursor.after = guess + 1;
            return Ok(Member::Known(guess));
        }
        self.member_slow(keys, cursor)
    }

    /// Leaves the object if its bracket stands here, behind a member.
    #[inline(always)]
    pub fn pass_object_end(&mut self) -> bool {
        let end = self.byte() == b'}';
        if end {
            self.at += 1;
            self.depth -= 1;
        }
        end
    }

    /// Goes over `text` if it stands here. For what comes in a known order: what is asked for in straight line is foreseen better than
    /// what a table says.
    #[inline(always)]
    pub fn pass(&mut self, text: &Literal) -> bool {
        let found = simd::matches(self.input, self.at, text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    #[inline(never)]
    fn member_slow(&mut self, keys: &mut Keys, cursor: &mut Cursor) -> Lex<Member> {
        if !self.next_key(cursor)? {
            return Ok(Member::End);
        }
        let [last, before] = keys.next[cursor.after as usize & 63];
        for guess in [before, last] {
            let literal = &keys.literals[guess as usize];
            if simd::matches(self.input, self.at, literal) {
                self.at += literal.len();
                cursor.after = guess + 1;
                return Ok(Member::Known(guess));
            }
        }
        let name = self.string()?;
        self.colon()?;
        let known = if name.escaped {
            keys.find(decode_string(name.bytes(self.input)).as_bytes())
        } else {
            keys.find(name.bytes(self.input))
        };
        Ok(match known {
            Some(index) => {
                let next = &mut keys.next[cursor.after as usize & 63];
                *next = [index, next[0]];
                cursor.after = index + 1;
                Member::Known(index)
            }
            None => Member::Other(name),
        })
    }

    /// The next key of an object whose keys are data, or `None` at its end.
    pub fn any_member(&mut self, cursor: &mut Cursor) -> Lex<Option<Text>> {
        if !self.next_key(cursor)? {
            return Ok(None);
        }
        let name = self.string()?;
        self.colon()?;
        Ok(Some(name))
    }

    /// Goes to the opening quote of the next key; `false` at the object's end, which is left.
    fn next_key(&mut self, cursor: &mut Cursor) -> Lex<bool> {
        self.skip_whitespace();
        let byte = self.byte();
        if byte == b'}' {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if !cursor.first {
            if byte != b',' {
                return Err(self.fail(JsonErrorKind::ExpectedCommaOrEnd, self.at));
            }
            self.at += 1;
            self.skip_whitespace();
        }
        cursor.first = false;
        if self.byte() != b'"' {
            return Err(self.fail(JsonErrorKind::ExpectedKey, self.at));
        }
        Ok(true)
    }

    fn colon(&mut self) -> Lex<()> {
        self.skip_whitespace();
        if self.byte() != b':' {
            return Err(self.fail(JsonErrorKind::ExpectedColon, self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// A string.
    #[inline(never)]
    pub fn string(&mut self) -> Lex<Text> {
        self.skip_whitespace();
        if self.byte() != b'"' {
            return Err(self.wrong_type());
        }
        self.string_content(self.at + 1)
    }

    /// The string that stands here, if there are no escapes in it and nothing but ASCII; else nothing is read.
    #[inline(always)]
    pub fn plain_string(&mut self) -> Option<Text> {
        let start = self.at + 1;
        if self.byte() != b'"' {
            return None;
        }
        let end = simd::plain_run(self.input, start);
        if self.input.get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        Some(Text { start: start as u32, end: end as u32, escaped: false })
    }

    /// A string whose opening quote stands before `start`.
    #[inline(always)]
    fn string_content(&mut self, start: usize) -> Lex<Text> {
        let end = simd::plain_run(self.input, start);
        if self.input.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Text { start: start as u32, end: end as u32, escaped: false });
        }
        self.string_slow(start)
    }

    #[inline(never)]
    fn string_slow(&mut self, start: usize) -> Lex<Text> {
        let mut run = simd::string_run(self.input, start);
        let mut non_ascii = run.non_ascii;
        let mut escaped = false;
        loop {
            match self.input.get(run.end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    let after = self.escape(run.end)?;
                    run = simd::string_run(self.input, after);
                    non_ascii |= run.non_ascii;
                }
                Some(_) => return Err(self.fail(JsonErrorKind::ControlCharacter, run.end)),
                None => return Err(self.fail(JsonErrorKind::UnexpectedEnd, run.end)),
            }
        }
        if non_ascii && let Err(error) = std::str::from_utf8(&self.input[start..run.end]) {
            return Err(self.fail(JsonErrorKind::InvalidUtf8, start + error.valid_up_to()));
        }
        self.at = run.end + 1;
        Ok(Text { start: start as u32, end: run.end as u32, escaped })
    }

    /// Checks the escape whose backslash stands at `at`; the offset behind it.
    fn escape(&mut self, at: usize) -> Lex<usize> {
        match self.input.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => {
                let unit = self.unicode_escape(at)?;
                if !(0xd800..0xe000).contains(&unit) {
                    return Ok(at + 6);
                }
                if unit >= 0xdc00 || self.input.get(at + 6) != Some(&b'\\') || self.input.get(at + 7) != Some(&b'u') {
                    return Err(self.fail(JsonErrorKind::LoneSurrogate, at));
                }
                let low = self.unicode_escape(at + 6)?;
                if !(0xdc00..0xe000).contains(&low) {
                    return Err(self.fail(JsonErrorKind::LoneSurrogate, at));
                }
                Ok(at + 12)
            }
            _ => Err(self.fail(JsonErrorKind::InvalidEscape, at + 1)),
        }
    }

    fn unicode_escape(&mut self, at: usize) -> Lex<u32> {
        let digits = self.input.get(at + 2..at + 6);
        match digits.and_then(simd::hex_portable) {
            Some(unit) => Ok(unit as u32),
            None => Err(self.fail(JsonErrorKind::InvalidEscape, (at + 2).min(self.input.len()))),
        }
    }

    /// The content of a string of exactly `N` bytes that stands here without escapes, if one does. Only bytes that no string needs to have checked may
    /// be taken from it: the caller refuses others and reads the string again.
    #[inline(always)]
    pub fn quoted<const N: usize>(&self) -> Option<&'a [u8; N]> {
        let window = self.input.get(self.at..self.at + N + 2)?;
        if window[0] != b'"' || window[N + 1] != b'"' {
            return None;
        }
        window[1..N + 1].try_into().ok()
    }

    /// Goes over what [`Lexer::quoted`] gave.
    #[inline(always)]
    pub fn accept_quoted<const N: usize>(&mut self) {
        self.at += N + 2;
    }

    /// A single digit that is a whole number, if one stands here.
    #[inline(always)]
    pub fn digit(&mut self) -> Option<u8> {
        let window = self.input.get(self.at..self.at + 2)?;
        let digit = window[0].wrapping_sub(b'0');
        if digit > 9 || !matches!(window[1], b',' | b'}') {
            return None;
        }
        self.at += 1;
        Some(digit)
    }

    /// Goes over `{}` if it stands here.
    #[inline(always)]
    pub fn empty_object(&mut self) -> bool {
        self.pass_empty(b"{}")
    }

    /// Goes over `[]` if it stands here.
    #[inline(always)]
    pub fn empty_array(&mut self) -> bool {
        self.pass_empty(b"[]")
    }

    #[inline(always)]
    fn pass_empty(&mut self, brackets: &[u8; 2]) -> bool {
        let empty = self.has_room(1) && self.input.get(self.at..self.at + 2) == Some(brackets);
        self.at += if empty { 2 } else { 0 };
        empty
    }

    /// Whether `levels` more containers may be entered here.
    #[inline(always)]
    pub fn has_room(&self, levels: u32) -> bool {
        self.depth + levels <= MAX_DEPTH
    }

    /// Moves to a place that the caller found by itself: behind a whole value, on the level of [`Lexer::mark`].
    #[inline(always)]
    pub fn go_to(&mut self, offset: usize) {
        self.at = offset;
    }

    /// Leaves the array whose closing bracket stands before `offset`.
    #[inline(always)]
    pub fn leave_array(&mut self, offset: usize) {
        debug_assert_eq!(self.input[offset - 1], b']');
        self.at = offset;
        self.depth -= 1;
    }

    /// Leaves the object whose closing bracket stands before `offset`.
    #[inline(always)]
    pub fn leave_object(&mut self, offset: usize) {
        debug_assert_eq!(self.input[offset - 1], b'}');
        self.at = offset;
        self.depth -= 1;
    }

    /// Moves to a place behind a member of the object of `cursor`, which the caller found by itself.
    #[inline(always)]
    pub fn go_on(&mut self, cursor: &mut Cursor, offset: usize) {
        self.at = offset;
        cursor.first = false;
    }

    /// The digits of a whole number of exactly `N` that ends its member, if one may stand here: only a caller that finds them to be digits goes on
    /// behind them with [`Lexer::go_to`].
    #[inline(always)]
    pub fn bare<const N: usize>(&self) -> Option<&'a [u8; N]> {
        let (digits, rest) = self.input.get(self.at..)?.split_first_chunk::<N>()?;
        (digits[0] != b'0' && matches!(rest.first(), Some(b',' | b'}'))).then_some(digits)
    }

    /// A whole number of at most seven digits that ends its member, if one stands here written as JSON demands.
    #[inline(always)]
    pub fn short_number(&mut self) -> Option<u32> {
        let window = self.input.get(self.at..)?.first_chunk()?;
        let (value, digits) = simd::short_decimal(window)?;
        // The first one says whether there is a zero too many, the one behind them whether the number goes on.
        if !matches!(window[digits], b',' | b'}') || (window[0] == b'0' && digits > 1) {
            return None;
        }
        self.at += digits;
        Some(value)
    }

    /// The end of a number without an exponent that ends its member, if one stands at an offset written as JSON demands.
    #[inline(always)]
    pub fn plain_number(&self, start: usize) -> Option<usize> {
        if let Some(window) = self.input.get(start..).and_then(<[u8]>::first_chunk)
            && let Some((_, digits)) = simd::short_decimal(window)
            && matches!(window[digits], b',' | b'}')
        {
            return (window[0] != b'0' || digits == 1).then_some(start + digits);
        }
        self.longer_plain_number(start)
    }

    #[inline(never)]
    fn longer_plain_number(&self, start: usize) -> Option<usize> {
        let first = start + usize::from(self.input.get(start) == Some(&b'-'));
        let mut end = self.digits(first);
        if end == first || (self.input[first] == b'0' && end > first + 1) {
            return None;
        }
        if self.input.get(end) == Some(&b'.') {
            let behind = self.digits(end + 1);
            if behind == end + 1 {
                return None;
            }
            end = behind;
        }
        (matches!(self.input.get(end), Some(b',' | b'}')) && end - start < 300).then_some(end)
    }

    /// A number.
    #[inline(never)]
    pub fn number(&mut self) -> Lex<Number> {
        self.skip_whitespace();
        let start = self.at;
        let mut at = start;
        if self.byte() == b'-' {
            at += 1;
        }
        let digits = self.digits(at);
        match digits - at {
            0 if at == start => return Err(self.wrong_type()),
            0 => return Err(self.fail(JsonErrorKind::InvalidNumber, at)),
            1 => {}
            _ if self.input[at] == b'0' => return Err(self.fail(JsonErrorKind::InvalidNumber, at + 1)),
            _ => {}
        }
        if !matches!(self.input.get(digits), Some(b'.' | b'e' | b'E')) && digits - at < 300 {
            self.at = digits;
            return Ok(Number { start: start as u32, end: digits as u32, integer: true });
        }
        self.number_slow(start, digits)
    }

    #[inline(never)]
    fn number_slow(&mut self, start: usize, integer_end: usize) -> Lex<Number> {
        let mut at = integer_end;
        let mut integer = true;
        if self.input.get(at) == Some(&b'.') {
            integer = false;
            let end = self.digits(at + 1);
            if end == at + 1 {
                return Err(self.fail(JsonErrorKind::InvalidNumber, end));
            }
            at = end;
        }
        if matches!(self.input.get(at), Some(b'e' | b'E')) {
            integer = false;
            let sign = usize::from(matches!(self.input.get(at + 1), Some(b'+' | b'-')));
            let end = self.digits(at + 1 + sign);
            if end == at + 1 + sign {
                return Err(self.fail(JsonErrorKind::InvalidNumber, end));
            }
            at = end;
        } else if at - start < 300 {
            // Without an exponent no number of so few digits is beyond a double's range.
            self.at = at;
            return Ok(Number { start: start as u32, end: at as u32, integer });
        }
        let finite = std::str::from_utf8(&self.input[start..at]).ok().and_then(parse_f64);
        if !finite.is_some_and(f64::is_finite) {
            return Err(self.fail(JsonErrorKind::NumberOutOfRange, start));
        }
        self.at = at;
        Ok(Number { start: start as u32, end: at as u32, integer })
    }

    #[inline(always)]
    fn digits(&self, from: usize) -> usize {
        let mut at = from;
        while self.input.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Lex<bool> {
        match self.peek()? {
            Kind::Boolean if self.byte() == b't' => self.word(b"true").map(|()| true),
            Kind::Boolean => self.word(b"false").map(|()| false),
            _ => Err(self.fail(JsonErrorKind::WrongType, self.at)),
        }
    }

    /// `null`.
    pub fn null(&mut self) -> Lex<()> {
        match self.peek()? {
            Kind::Null => self.word(b"null"),
            _ => Err(self.fail(JsonErrorKind::WrongType, self.at)),
        }
    }

    #[inline(never)]
    fn word(&mut self, word: &[u8]) -> Lex<()> {
        for (i, expected) in word.iter().enumerate() {
            if self.input.get(self.at + i) != Some(expected) {
                return Err(self.fail(JsonErrorKind::ExpectedValue, self.at + i));
            }
        }
        self.at += word.len();
        Ok(())
    }

    /// Skips the next value, checking it as strictly as any other; its range.
    #[inline]
    pub fn skip(&mut self) -> Lex<std::ops::Range<usize>> {
        self.skip_whitespace();
        match self.byte() {
            b'"' => {
                let start = self.at;
                self.string_content(start + 1)?;
                Ok(start..self.at)
            }
            b'{' | b'[' => self.skip_container(),
            _ => self.skip_any(MAX_DEPTH, &mut []),
        }
    }

    #[inline(never)]
    fn skip_container(&mut self) -> Lex<std::ops::Range<usize>> {
        self.skip_any(MAX_DEPTH, &mut [0; MAX_DEPTH as usize / 64 + 1])
    }

    /// The same with a limit of [`DEEP`] for nesting, for values that are known to nest deep and are not kept.
    pub fn skip_deep(&mut self) -> Lex<std::ops::Range<usize>> {
        self.skip_any(DEEP, &mut [0; DEEP as usize / 64])
    }

    /// `objects`: room for one bit a level, set for an object and clear for an array; empty when no container can come.
    #[inline(never)]
    fn skip_any(&mut self, max_depth: u32, objects: &mut [u64]) -> Lex<std::ops::Range<usize>> {
        self.skip_whitespace();
        let start = self.at;
        let base = self.depth;
        loop {
            // A value stands here.
            match self.byte() {
                b'"' => {
                    self.string_content(self.at + 1)?;
                }
                bracket @ (b'{' | b'[') => {
                    if self.depth >= max_depth {
                        return Err(self.fail(JsonErrorKind::TooDeep, self.at));
                    }
                    self.at += 1;
                    self.skip_whitespace();
                    if self.byte() == bracket + 2 {
                        self.at += 1;
                    } else {
                        let level = (self.depth - base) as usize;
                        self.depth += 1;
                        if bracket == b'{' {
                            objects[level / 64] |= 1 << (level % 64);
                            self.skip_key()?;
                        } else {
                            objects[level / 64] &= !(1 << (level % 64));
                        }
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => return Err(self.fail(JsonErrorKind::ExpectedValue, self.at)),
            }
            // A value ended here: close brackets and find the next one.
            loop {
                if self.depth == base {
                    return Ok(start..self.at);
                }
                let level = (self.depth - base - 1) as usize;
                let object = objects[level / 64] >> (level % 64) & 1 == 1;
                self.skip_whitespace();
                match self.byte() {
                    b',' => {
                        self.at += 1;
                        self.skip_whitespace();
                        if object {
                            self.skip_key()?;
                        }
                        break;
                    }
                    b'}' if object => {}
                    b']' if !object => {}
                    _ => return Err(self.fail(JsonErrorKind::ExpectedCommaOrEnd, self.at)),
                }
                self.at += 1;
                self.depth -= 1;
            }
        }
    }

    #[inline(always)]
    fn skip_key(&mut self) -> Lex<()> {
        if self.byte() != b'"' {
            return Err(self.fail(JsonErrorKind::ExpectedKey, self.at));
        }
        self.string_content(self.at + 1)?;
        self.colon()?;
        self.skip_whitespace();
        Ok(())
    }

    /// After a failure between two elements or members: whether nothing is left of the input, so that what was read of the list or object is all
    /// that there is of it. A value that itself breaks off has another place.
    pub(super) fn is_cut_off_here(&mut self) -> bool {
        self.cut_off |= self.at >= self.input.len();
        self.at >= self.input.len()
    }

    /// After a failure inside of a value: notes that the input ends there; any other failure is one.
    pub(super) fn breaks_off(&mut self, stop: Stop) -> Lex<()> {
        if self.error().kind != JsonErrorKind::UnexpectedEnd {
            return Err(stop);
        }
        self.at = self.input.len();
        (self.cut_off, self.broken) = (true, true);
        Ok(())
    }

    /// Whether a tree that was read lacks its closing brackets, where the input ends.
    pub fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// Whether only white space is left.
    pub fn at_end(&mut self) -> bool {
        self.skip_whitespace();
        self.at >= self.input.len()
    }
}

/// Checks that `input` is one JSON value and nothing else.
///
/// # Errors
/// The first offence and its byte offset.
pub fn check(input: &[u8]) -> Result<(), (JsonErrorKind, usize)> {
    let mut lexer = Lexer::new(input, 0);
    let result = lexer.skip().and_then(|_| {
        if lexer.at_end() { Ok(()) } else { Err(lexer.fail(JsonErrorKind::TrailingCharacters, lexer.offset())) }
    });
    result.map_err(|Stop| (lexer.error().kind, lexer.error().offset))
}
