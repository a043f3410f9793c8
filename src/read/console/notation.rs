//! Values as languages print them: Node's `util.inspect`, Rust's `Debug`, Ruby's `inspect`, Erlang's `~p`.
//!
//! The four have most in common (quoted strings with escapes, bare words, brackets), so one reader takes them all and is asked for the language only
//! where they contradict each other. It is tolerant: what a console left out (`[Object]`, `... 12 more items`) is counted, and colours are
//! passed over.

use std::borrow::Cow;

use super::super::documents::Reading;
use super::Between;
use crate::error::WarningKind;
use crate::json::{Data, Node};

/// Values inside of each other; what nests deeper is not read.
const MAX_DEPTH: usize = 100;

/// How much of a line is looked at to tell whether an object begins there.
const GLANCE: usize = 256;

/// Whose notation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    JavaScript,
    Rust,
    Ruby,
    Erlang,
}

/// Why a value cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Where.
    at: usize,
    expected: &'static str,
}

/// A reader of values at a place of a text.
#[derive(Debug)]
pub(in crate::read) struct Notation<'a> {
    bytes: &'a [u8],
    at: usize,
    language: Language,
    /// Values that the console left out.
    shortened: usize,
}

/// Hands every object of the input to `take`: those that begin on a line of their own, which `begins` tells by the line without indentation and
/// colours. Other lines are counted and skipped.
pub(super) fn objects(
    reading: &mut Reading<'_>,
    language: Language,
    begins: fn(&str) -> bool,
    take: &mut impl FnMut(&mut Reading<'_>, &Node<'_>),
) {
    let bytes = reading.bytes;
    let mut between = Between::default();
    let mut shortened = 0;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(next) = reading.log_line(at) {
            between.end(reading);
            at = next;
            continue;
        }
        let glance = &bytes[at..bytes.len().min(at + GLANCE)];
        let glance = glance.split(|b| *b == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(glance);
        let plain = without_colour(&line);
        if !begins(plain.trim_start()) {
            between.line(at, &plain);
            at = line_end(bytes, at);
            continue;
        }
        between.end(reading);
        let mut notation = Notation::new(bytes, at, language);
        match notation.value(0) {
            Ok(node) => {
                shortened += notation.shortened;
                take(reading, &node);
                at = notation.at;
            }
            // What was read of it is no further object; the line that broke it may begin the next one.
            Err(wrong) => {
                let reason = format!("Expected {}, found {}.", wrong.expected, super::super::found_at(bytes, wrong.at));
                let kind = if wrong.at >= bytes.len() { WarningKind::Truncated } else { WarningKind::Skipped };
                reading.broken(kind, wrong.at.min(bytes.len().saturating_sub(1)), reason);
                let broken = bytes[..wrong.at].iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
                at = broken.max(line_end(bytes, at));
            }
        }
    }
    between.end(reading);
    if shortened > 0 {
        reading.guess(&format!("The console left out {shortened} values, such as [Object] in place of an object."));
    }
}

/// Behind the line feed of the line at `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |length| at + length + 1)
}

/// A text without the escape sequences of a terminal's colours.
pub(super) fn without_colour(text: &str) -> Cow<'_, str> {
    if !text.contains('\x1b') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + colour(&rest.as_bytes()[at..]).max(1)..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// How long the colour's escape sequence at the beginning is; 0 when there is none.
fn colour(bytes: &[u8]) -> usize {
    let Some(rest) = bytes.strip_prefix(b"\x1b[") else { return 0 };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b';').count();
    if rest.get(digits) == Some(&b'm') { digits + 3 } else { 0 }
}

impl<'a> Notation<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize, language: Language) -> Notation<'a> {
        Notation { bytes, at, language, shortened: 0 }
    }

    /// A text that may be in the notation of JavaScript, or of Python, which is much like it.
    pub(in crate::read) fn of_javascript(text: &'a [u8]) -> Notation<'a> {
        Notation::new(text, 0, Language::JavaScript)
    }

    /// So many of its objects and lists as JSON, one a line, if the text is nothing else.
    pub(in crate::read) fn json(mut self, most: usize) -> Option<Vec<u8>> {
        let mut json = String::new();
        let mut count = 0;
        loop {
            self.blanks();
            if self.at >= self.bytes.len() || count == most {
                return Some(json.into_bytes());
            }
            count += 1;
            let value = self.value(0).ok().filter(|value| matches!(value.data, Data::Map(_) | Data::List(_)))?;
            json.push_str(&value.to_json());
            json.push('\n');
        }
    }

    /// The value that a text is, and whether nothing stands behind it.
    pub(super) fn whole(&mut self) -> Option<Node<'a>> {
        let node = self.value(0).ok()?;
        self.blanks();
        (self.at >= self.bytes.len()).then_some(node)
    }

    fn wrong<T>(&self, expected: &'static str) -> Result<T, Wrong> {
        Err(Wrong { at: self.at, expected })
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn next(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over a text, if it stands here.
    fn take(&mut self, text: &[u8]) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Passes over blanks, colours and comments.
    fn blanks(&mut self) {
        loop {
            match self.rest() {
                [b' ' | b'\t' | b'\r' | b'\n', ..] => self.at += 1,
                [b'\x1b', ..] if colour(self.rest()) > 0 => self.at += colour(self.rest()),
                [b'/', b'/', ..] if self.language == Language::JavaScript => self.at = line_end(self.bytes, self.at),
                _ => return,
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'a>, Wrong> {
        self.any(depth, false)
    }

    /// A value, or a key: in front of a colon.
    fn any(&mut self, depth: usize, key: bool) -> Result<Node<'a>, Wrong> {
        self.blanks();
        if depth > MAX_DEPTH {
            return self.wrong("values that do not nest this deep");
        }
        let start = self.at;
        let data = match self.rest() {
            [] => return self.wrong("a value"),
            [b'\'' | b'"' | b'`', ..] => self.text()?,
            [b'{', ..] => {
                self.at += 1;
                match self.members(b'}', depth)? {
                    Data::List(items) if items.is_empty() && self.language != Language::Erlang => Data::Map(Vec::new()),
                    data => data,
                }
            }
            [b'[', letter, ..] if self.language == Language::JavaScript && letter.is_ascii_alphabetic() => {
                return self.tag(depth);
            }
            [b'[', ..] => {
                self.at += 1;
                self.members(b']', depth)?
            }
            // A tuple of Python.
            [b'(', ..] => {
                self.at += 1;
                self.members(b')', depth)?
            }
            [b'<', b'<', ..] if self.language == Language::Erlang => self.binary()?,
            [b'<', ..] => return self.angled(depth),
            [b'#', ..] => self.hashed(depth)?,
            _ => return self.word(depth, key),
        };
        Ok(self.node(data, start))
    }

    fn node(&self, data: Data<'a>, start: usize) -> Node<'a> {
        Node { data, start: start as u32, end: self.at as u32, json: false }
    }

    /// What stands up to the closing bracket: a map as soon as one of them has a key, else a list.
    fn members(&mut self, close: u8, depth: usize) -> Result<Data<'a>, Wrong> {
        let mut members: Vec<(Option<Cow<'a, str>>, Node<'a>)> = Vec::new();
        loop {
            self.blanks();
            match self.next() {
                None => return self.wrong("the end of an object or list"),
                Some(b) if b == close => {
                    self.at += 1;
                    break;
                }
                Some(b',' | b'|') => self.at += 1,
                // `... 12 more items`
                Some(b'.') if self.rest().starts_with(b"...") => {
                    self.shortened += 1;
                    let ends = |b: &u8| *b == b'\n' || *b == close;
                    self.at += self.rest().iter().position(ends).unwrap_or(self.rest().len());
                }
                Some(_) => {
                    let first = self.any(depth + 1, true)?;
                    self.blanks();
                    if self.take(b"=>") || self.take(b":") || self.take(b"=") {
                        let value = self.value(depth + 1)?;
                        members.push((Some(key_of(first)), value));
                    } else {
                        members.push((None, first));
                    }
                }
            }
        }
        Ok(match members.iter().any(|(key, _)| key.is_some()) {
            false => Data::List(members.into_iter().map(|(_, value)| value).collect()),
            true => Data::Map(
                members
                    .into_iter()
                    .enumerate()
                    .map(|(index, (key, value))| (key.unwrap_or_else(|| index.to_string().into()), value))
                    .collect(),
            ),
        })
    }

    /// JavaScript's words in brackets: `[Object]`, `[Function: f]`, `[Object: null prototype] {`, `[Symbol(a)]`.
    fn tag(&mut self, depth: usize) -> Result<Node<'a>, Wrong> {
        let start = self.at;
        let Some(length) = self.rest().iter().position(|b| matches!(b, b']' | b'\n')) else {
            return self.wrong("a closing bracket");
        };
        self.at += length + 1;
        let tag = &self.bytes[start..self.at];
        if tag.starts_with(b"[Object: null prototype") && self.opens() {
            return self.any(depth, false);
        }
        if tag == b"[Object]" || tag == b"[Array]" || tag.starts_with(b"[Circular") {
            self.shortened += 1;
        }
        let data = Data::Text(String::from_utf8_lossy(tag));
        Ok(self.node(data, start))
    }

    /// What stands in angle brackets: `<ref *1> {`, `<Buffer 01 ff>`, `<1 empty item>`, `<0.12.0>`.
    fn angled(&mut self, depth: usize) -> Result<Node<'a>, Wrong> {
        let start = self.at;
        let Some(length) = self.rest().iter().position(|b| matches!(b, b'>' | b'\n')) else {
            return self.wrong("a closing angle bracket");
        };
        self.at += length + 1;
        let inner = String::from_utf8_lossy(&self.bytes[start + 1..self.at - 1]);
        if inner.starts_with("ref ") {
            return self.any(depth + 1, false);
        }
        let data = match inner.strip_prefix("Buffer ") {
            Some(pairs) => {
                let (pairs, more) = pairs.split_once(" ...").map_or((pairs, false), |(pairs, _)| (pairs, true));
                self.shortened += usize::from(more);
                match pairs.split(' ').map(|pair| u8::from_str_radix(pair, 16)).collect::<Result<Vec<u8>, _>>() {
                    Ok(bytes) => Data::Bytes(bytes.into()),
                    Err(_) => Data::Text(inner),
                }
            }
            None if inner.contains("empty item") => Data::Null,
            None => Data::Text(inner),
        };
        Ok(self.node(data, start))
    }

    /// Behind a `#`: Erlang's maps and references, Ruby's objects and structs.
    fn hashed(&mut self, depth: usize) -> Result<Data<'a>, Wrong> {
        if self.take(b"#{") {
            return Ok(match self.members(b'}', depth)? {
                Data::List(items) if items.is_empty() => Data::Map(Vec::new()),
                data => data,
            });
        }
        if self.language == Language::Ruby && self.take(b"#<") {
            self.take(b"struct ");
            let class = self.rest().iter().position(|b| b.is_ascii_whitespace() || *b == b'>');
            self.at += class.unwrap_or(self.rest().len());
            return self.members(b'>', depth);
        }
        let length = self.rest().iter().position(|b| matches!(b, b'>' | b'\n')).map_or(self.rest().len(), |at| at + 1);
        let word = String::from_utf8_lossy(&self.rest()[..length]);
        self.at += length;
        Ok(Data::Text(word))
    }

    /// Whether an object or a list begins here or behind a blank; moves to it.
    fn opens(&mut self) -> bool {
        let before = self.at;
        while self.next() == Some(b' ') {
            self.at += 1;
        }
        let opens = matches!(self.next(), Some(b'{' | b'['));
        if !opens {
            self.at = before;
        }
        opens
    }

    /// A word, a number, a symbol, or a name in front of an object or a call.
    fn word(&mut self, depth: usize, key: bool) -> Result<Node<'a>, Wrong> {
        let start = self.at;
        if self.language == Language::Ruby && self.take(b":") && matches!(self.next(), Some(b'"')) {
            let data = self.text()?;
            return Ok(self.node(data, start));
        }
        let from = self.at;
        // Ruby prints a time with blanks inside.
        let dated = self.language == Language::Ruby && !key && self.next().is_some_and(|b| b.is_ascii_digit());
        let ends = |b: &u8| match b {
            b':' => key,
            b' ' => !dated,
            b => b.is_ascii_whitespace() || b",{}[]()<>\"'`=;\x1b".contains(b),
        };
        self.at += self.rest().iter().position(ends).unwrap_or(self.rest().len());
        let word = String::from_utf8_lossy(&self.bytes[from..self.at]);
        if word.is_empty() {
            return self.wrong("a value");
        }
        if self.next() == Some(b'(') {
            self.at += 1;
            if self.language == Language::Rust {
                let inner = self.members(b')', depth)?;
                let data = match inner {
                    Data::List(mut items) if items.len() == 1 => items.remove(0).data,
                    data => data,
                };
                return Ok(self.node(data, start));
            }
            // `Map(2) {`, `Symbol(a)`
            let mut open = 1;
            let closes = |b: &u8| {
                open += i32::from(*b == b'(') - i32::from(*b == b')');
                open == 0 || *b == b'\n'
            };
            let Some(length) = self.rest().iter().position(closes) else {
                return self.wrong("a closing parenthesis");
            };
            self.at += length + 1;
            if !self.opens() {
                let data = Data::Text(String::from_utf8_lossy(&self.bytes[from..self.at]));
                return Ok(self.node(data, start));
            }
            return self.any(depth + 1, false);
        }
        // The name of a class or of a variant: `Resource {`.
        if matches!(self.language, Language::JavaScript | Language::Rust) && self.opens() {
            return self.any(depth + 1, false);
        }
        let data = match word.as_ref() {
            "true" | "True" => Data::Bool(true),
            "false" | "False" => Data::Bool(false),
            "null" | "undefined" | "nil" | "None" => Data::Null,
            "NaN" | "Infinity" | "-Infinity" => Data::Number(word),
            "inf" => Data::Number("Infinity".into()),
            "-inf" => Data::Number("-Infinity".into()),
            number if crate::json::is_number(number) => Data::Number(word),
            // A `BigInt`.
            number if number.strip_suffix('n').is_some_and(crate::json::is_number) => {
                Data::Number(number.trim_end_matches('n').to_owned().into())
            }
            _ => Data::Text(word),
        };
        Ok(self.node(data, start))
    }

    /// Quoted text. JavaScript joins the lines of a long one by `+`, Erlang by nothing.
    fn text(&mut self) -> Result<Data<'a>, Wrong> {
        let start = self.at;
        let mut bytes = Vec::new();
        let mut plain = self.quoted(&mut bytes)?;
        loop {
            let before = self.at;
            self.blanks();
            let joined = match self.language {
                Language::JavaScript => {
                    self.take(b"+") && {
                        self.blanks();
                        matches!(self.next(), Some(b'\'' | b'"' | b'`'))
                    }
                }
                Language::Erlang => self.next() == Some(b'"') && self.bytes[start] == b'"',
                Language::Rust | Language::Ruby => false,
            };
            if !joined {
                self.at = before;
                break;
            }
            self.quoted(&mut bytes)?;
            plain = false;
        }
        if plain {
            return Ok(Data::Text(String::from_utf8_lossy(&self.bytes[start + 1..self.at - 1])));
        }
        Ok(text_or_bytes(bytes))
    }

    /// Adds what stands between two quotes; whether it has no escapes.
    fn quoted(&mut self, bytes: &mut Vec<u8>) -> Result<bool, Wrong> {
        let quote = self.bytes[self.at];
        self.at += 1;
        let mut plain = true;
        loop {
            let rest = self.rest();
            let Some(length) = rest.iter().position(|b| *b == quote || matches!(b, b'\\' | b'\n')) else {
                self.at = self.bytes.len();
                return self.wrong("a closing quote");
            };
            bytes.extend_from_slice(&rest[..length]);
            self.at += length;
            match self.bytes[self.at] {
                b'\\' => {
                    plain = false;
                    self.at += 1;
                    self.escape(bytes)?;
                }
                // None of them prints a line feed in quotes; Erlang's long lines are wrapped by those who quote them.
                b'\n' if self.language == Language::Erlang => {
                    plain = false;
                    bytes.push(b' ');
                    self.at += 1;
                }
                b'\n' => return self.wrong("a closing quote"),
                _ => {
                    self.at += 1;
                    return Ok(plain);
                }
            }
        }
    }

    /// What the escape behind a backslash stands for.
    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), Wrong> {
        let Some(letter) = self.next() else { return self.wrong("an escape") };
        self.at += 1;
        let code = match letter {
            b'n' => 10,
            b't' => 9,
            b'r' => 13,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'a' => 7,
            b'e' => 27,
            b's' if self.language == Language::Erlang => 32,
            b'd' if self.language == Language::Erlang => 127,
            b'x' if self.next() == Some(b'{') => self.braced()?,
            b'x' => {
                let code = self.hex(2)?;
                // A byte of a string that is not text; in JavaScript a character.
                if matches!(self.language, Language::Ruby | Language::Erlang) {
                    bytes.push(code as u8);
                    return Ok(());
                }
                code
            }
            b'u' if self.next() == Some(b'{') => self.braced()?,
            b'u' => self.hex(4)?,
            b'0'..=b'7' => {
                let mut code = u32::from(letter - b'0');
                let most = if self.language == Language::Erlang { 2 } else { 0 };
                for _ in 0..most {
                    let Some(digit @ b'0'..=b'7') = self.next() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                code
            }
            other => {
                bytes.push(other);
                return Ok(());
            }
        };
        // Half of a pair is no character.
        let character = char::from_u32(code).unwrap_or('\u{fffd}');
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    /// So many hexadecimal digits.
    fn hex(&mut self, count: usize) -> Result<u32, Wrong> {
        let digits = self.rest().get(..count).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.map(|digits| u32::from_str_radix(digits, 16)) {
            Some(Ok(code)) => {
                self.at += count;
                Ok(code)
            }
            _ => self.wrong("hexadecimal digits"),
        }
    }

    /// Hexadecimal digits in braces.
    fn braced(&mut self) -> Result<u32, Wrong> {
        self.at += 1;
        let count = self.rest().iter().take(9).take_while(|b| b.is_ascii_hexdigit()).count();
        let code = self.hex(count)?;
        if self.take(b"}") { Ok(code) } else { self.wrong("a closing brace") }
    }

    /// Erlang's `<<"text"/utf8>>` and `<<1,2,3>>`.
    fn binary(&mut self) -> Result<Data<'a>, Wrong> {
        self.at += 2;
        let mut bytes = Vec::new();
        loop {
            self.blanks();
            match self.rest() {
                [b'>', b'>', ..] => {
                    self.at += 2;
                    return Ok(text_or_bytes(bytes));
                }
                [b',', ..] => self.at += 1,
                [b'"', ..] => {
                    self.quoted(&mut bytes)?;
                }
                // `/utf8`, `:4` behind a part.
                [b'/' | b':', ..] => {
                    self.at += 1;
                    self.at += self.rest().iter().take_while(|b| b.is_ascii_alphanumeric()).count();
                }
                [b'.', b'.', b'.', ..] => {
                    self.shortened += 1;
                    self.at += 3;
                }
                [b'0'..=b'9', ..] => {
                    let count = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
                    let digits = String::from_utf8_lossy(&self.rest()[..count]);
                    let Ok(byte) = digits.parse() else { return self.wrong("a byte") };
                    bytes.push(byte);
                    self.at += count;
                }
                _ => return self.wrong("a part of a binary"),
            }
        }
    }
}

/// Text, or the bytes when they are none.
fn text_or_bytes<'a>(bytes: Vec<u8>) -> Data<'a> {
    match String::from_utf8(bytes) {
        Ok(text) => Data::Text(text.into()),
        Err(error) => Data::Bytes(error.into_bytes().into()),
    }
}

/// A key as text; Ruby's instance variables without their `@`.
fn key_of(node: Node<'_>) -> Cow<'_, str> {
    match node.data {
        Data::Text(text) | Data::Number(text) => match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('@').unwrap_or(text)),
            Cow::Owned(text) => Cow::Owned(text),
        },
        // Words that are values elsewhere.
        Data::Bool(value) => value.to_string().into(),
        Data::Null => "null".into(),
        _ => node.to_json().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str, language: Language) -> Option<String> {
        Some(Notation::new(text.as_bytes(), 0, language).whole()?.to_json())
    }

    #[test]
    fn what_node_prints() {
        for (text, expected) in [
            ("{ a: 1, 'b-c': 'x', d: undefined, e: null }", r#"{"a":1,"b-c":"x","d":null,"e":null}"#),
            ("{ q: \"it's\", t: `it's \"so\"\\n` }", r#"{"q":"it's","t":"it's \"so\"\n"}"#),
            ("{\n  s: 'one\\n' +\n    'two',\n  n: -0\n}", r#"{"s":"one\ntwo","n":-0}"#),
            ("[ 1, 2, ... 12 more items ]", "[1,2]"),
            (
                "{ o: [Object], f: [Function: go], c: [Circular *1] }",
                r#"{"o":"[Object]","f":"[Function: go]","c":"[Circular *1]"}"#,
            ),
            ("<ref *1> Resource { x: Map(2) { 'a' => 1, b => 2n } }", r#"{"x":{"a":1,"b":2}}"#),
            (
                "{ [Symbol(k)]: true, s: Set(1) { 'a' }, e: {}, l: [] }",
                r#"{"[Symbol(k)]":true,"s":["a"],"e":{},"l":[]}"#,
            ),
            (
                "{ d: 2025-04-17T08:40:44.555Z, n: NaN, i: -Infinity }",
                r#"{"d":"2025-04-17T08:40:44.555Z","n":"NaN","i":"-Infinity"}"#,
            ),
            ("{ a: \x1b[33m1\x1b[39m, b: \x1b[32m'x'\x1b[39m } // and so on", r#"{"a":1,"b":"x"}"#),
            ("[Object: null prototype] { '\\x1B\\x85': 'é\\u{1F355}' }", "{\"\\u001b\u{85}\":\"é🍕\"}"),
            (
                "{ b: <Buffer 01 ff>, y: Symbol(z), u: Uint8Array(2) [ 1, 2 ], v: [ <1 empty item>, 3 ] }",
                r#"{"b":"Af8","y":"Symbol(z)","u":[1,2],"v":[null,3]}"#,
            ),
        ] {
            assert_eq!(json(text, Language::JavaScript).as_deref(), Some(expected), "{text}");
        }
        for text in ["{ a: 'b\nc' }", "{ a: ", "{ a: 'x", "{ 'a' 1 ", "{ a: '\\xZZ' }", "", "]"] {
            assert_eq!(json(text, Language::JavaScript), None, "{text}");
        }
    }

    #[test]
    fn what_rust_prints() {
        for (text, expected) in [
            (r#"String(Owned("a\"b\u{e9}"))"#, r#""a\"bé""#),
            ("I64(-3)", "-3"),
            ("F64(NaN)", r#""NaN""#),
            ("Array(I64([1, 2]))", "[1,2]"),
            (r#"Array(String([Static("x"), Owned("y")]))"#, r#"["x","y"]"#),
            ("Bool(true)", "true"),
            (r#"Error { description: "no" }"#, r#"{"description":"no"}"#),
        ] {
            assert_eq!(json(text, Language::Rust).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_ruby_prints() {
        for (text, expected) in [
            (
                r##"#<struct A::B name="x", kind=:server, s=#<C:0x00ff @code=1, @d="">, n=nil>"##,
                r#"{"name":"x","kind":"server","s":{"code":1,"d":""},"n":null}"#,
            ),
            (r##"{"a"=>1, :b=>[true, :"c d"], e: "\e#\#{x}"}"##, r##"{"a":1,"b":[true,"c d"],"e":"\u001b##{x}"}"##),
            (r#""\xA7\xF0\b[""#, r#""p/AIWw""#),
        ] {
            assert_eq!(json(text, Language::Ruby).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_erlang_prints() {
        for (text, expected) in [
            ("{span,12,[],undefined,<<\"/\">>,server,-5}", r#"["span",12,[],null,"/","server",-5]"#),
            (
                "#{'http.route' => <<\"/a\">>,roll => 2, <<\"k\">> => {a,b}}",
                r#"{"http.route":"/a","roll":2,"k":["a","b"]}"#,
            ),
            ("[<<90,111,195,171>>,<<\"Zo\\x{eb}\"/utf8>>,<<255>>]", r#"["Zoë","Zoë","/w"]"#),
            ("[\"ab\"\n \"cd\",<0.12.0>,#Ref<0.1.2>,#{},{}]", r##"["abcd","0.12.0","#Ref<0.1.2>",{},[]]"##),
        ] {
            assert_eq!(json(text, Language::Erlang).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        for open in ["[", "{a:", "Map(1) {"] {
            assert_eq!(json(&open.repeat(100_000), Language::JavaScript), None);
        }
        assert_eq!(json(&"a(".repeat(100_000), Language::Rust), None);
        assert_eq!(json(&"<ref 1>".repeat(100_000), Language::JavaScript), None);
        assert_eq!(json(&"A ".repeat(100_000), Language::JavaScript), None);
    }
}
