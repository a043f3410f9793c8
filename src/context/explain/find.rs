//! Finding headers in pasted text, whatever it is: headers, `curl -v`, an environment, a log, JSON, SQL, a page.
//!
//! One walk over the text, word by word. A word that is the name of a header, with a separator and a value after it, is
//! one; how far the value reaches is told by quotes around it, or by where the name stands:
//!
//! ```text
//! > traceparent: 00-…-01                   first on its line, with a colon: to the end of the line
//! curl -H 'tracestate: a=1, b=2' …         the same, within the quotes that the line opened before it
//! {"traceparent":"00-…-01"}                in quotes of its own
//! level=info traceparent=00-…-01 took=3    anywhere else: to the next space
//! ```
//!
//! A word that has the shape of a `traceparent` is one without a name. A text of one line in which nothing is found is
//! taken for the value of the header whose shape it has, or nearly has.

use std::borrow::Cow;

use super::Place;
use crate::context::environment;
use crate::context::fields::{Name, Prefix};
use crate::context::server_timing;
use crate::context::shape::{QUOTES, Shape};
use crate::context::sql_comment;
use crate::sort;

/// How many headers are looked for in one text.
const HEADERS: usize = 1000;

/// How far the end of a value in running text is looked for, so that a text full of names costs no more than its length.
const INLINE: usize = 512;

/// How much may stand before the first word of a line.
const INDENT: usize = 256;

/// How long a line may be that is taken for a value without a name.
const ALONE: usize = 1024;

/// A header that was found.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub(super) name: Header<'a>,
    pub(super) place: Place,
    /// Where the value stands in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The value, decoded.
    pub(super) value: Cow<'a, str>,
}

impl<'a> Found<'a> {
    /// A value that is all there is in a text.
    fn alone(name: Name, text: &'a str, value: &'a str) -> Self {
        let start = value.as_ptr() as usize - text.as_ptr() as usize;
        let end = start + value.len();
        Self { name: Header::Known(name), place: Place::Alone, start, end, value: value.into() }
    }
}

/// Which header it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header<'a> {
    Known(Name),
    /// A prefix, and the key that the name goes on with.
    Prefixed(Prefix, &'a str),
}

impl Header<'_> {
    pub(super) fn to_text(self) -> String {
        match self {
            Self::Known(name) => name.as_str().to_owned(),
            Self::Prefixed(prefix, key) => [prefix.as_str(), &key.to_ascii_lowercase()].concat(),
        }
    }
}

/// The headers of a text, in order.
pub(super) fn headers(text: &str) -> Vec<Found<'_>> {
    if let Some(dressed) = dressed(text) {
        return vec![dressed];
    }
    let mut finder = Finder { text, bytes: text.as_bytes(), found: Vec::new(), line: 0, quote: None, comment: false };
    finder.meta_tags();
    let tags = finder.found.len();
    finder.walk(tags);
    if tags > 0 {
        finder.found = sort::items(finder.found, |one, other| one.start.cmp(&other.start));
    }
    if finder.found.is_empty() {
        finder.found.extend(alone(text));
    }
    finder.found
}

struct Finder<'a> {
    text: &'a str,
    bytes: &'a [u8],
    found: Vec<Found<'a>>,
    /// Where the current line begins.
    line: usize,
    /// A quote that the line has opened and not closed.
    quote: Option<u8>,
    /// Whether the text is within an SQL comment.
    comment: bool,
}

/// How a name is written.
struct Written {
    /// Where its value may begin: after the separator and the space after it.
    value: usize,
    separator: u8,
    /// Whether the name stands in quotes.
    quoted: bool,
    /// Whether the values are elements of a list.
    listed: bool,
}

impl<'a> Finder<'a> {
    fn meta_tags(&mut self) {
        if !self.bytes.windows(5).any(|tag| tag.eq_ignore_ascii_case(b"<meta")) {
            return;
        }
        for tag in server_timing::meta_tags(self.text).take(HEADERS) {
            if let Some(name) = Name::of(&tag.name) {
                self.add(Header::Known(name), Place::Html, tag.start, tag.end);
            }
        }
    }

    /// Looks at every word but those within the first `tags` that were found.
    fn walk(&mut self, tags: usize) {
        let (mut at, mut tag) = (0, 0);
        while let Some(&byte) = self.bytes.get(at) {
            if self.found.len() >= HEADERS {
                return;
            }
            if tag < tags && at >= self.found[tag].start {
                at = at.max(self.found[tag].end);
                tag += 1;
            } else if is_word(byte) {
                let end =
                    at + self.bytes[at..].iter().position(|byte| !is_word(*byte)).unwrap_or(self.bytes.len() - at);
                at = self.word(at, end);
            } else {
                self.punctuation(at, byte);
                at += 1;
            }
        }
    }

    fn punctuation(&mut self, at: usize, byte: u8) {
        match byte {
            b'\n' => {
                self.line = at + 1;
                self.quote = None;
            }
            b'"' | b'\'' | b'`' => match self.quote {
                None => self.quote = Some(byte),
                Some(open) if open == byte => self.quote = None,
                Some(_) => {}
            },
            b'*' if at > 0 && self.bytes[at - 1] == b'/' => self.comment = at < 2 || self.bytes[at - 2] != b'*',
            b'/' if at > 0 && self.bytes[at - 1] == b'*' => self.comment = false,
            _ => {}
        }
    }

    /// Looks at a word; answers where to go on.
    fn word(&mut self, start: usize, end: usize) -> usize {
        let word = &self.text[start..end];
        let header = header_of(word);
        if let Some((header, environment)) = header
            && let Some(written) = self.separator(start, end)
            && let Some(next) = self.values(header, environment, start, &written)
        {
            return next;
        }
        if word.len() >= 55 && header.is_none() && Shape::of(word.as_bytes()) == Some(Shape::Traceparent) {
            let alone = self.text.trim().len() == word.len();
            self.add(Header::Known(Name::Traceparent), if alone { Place::Alone } else { Place::Log }, start, end);
        }
        end
    }

    /// What stands between a name and its value.
    fn separator(&self, start: usize, end: usize) -> Option<Written> {
        let mut at = end;
        // The name may be the last part of a longer one, as in http.request.header.traceparent.
        let before = &self.bytes[start.saturating_sub(INDENT)..start];
        let quote =
            before.iter().rev().find(|byte| !is_word(**byte) && **byte != b'.').copied().filter(|byte| is_quote(*byte));
        let closing = self.escaped_quote(at).filter(|(byte, _)| Some(*byte) == quote);
        if let Some((_, length)) = closing {
            at += length;
        }
        at = self.skip_space(at);
        let separator = *self.bytes.get(at)?;
        let arrow = separator == b'=' && self.bytes.get(at + 1) == Some(&b'>');
        // A comma separates name and value in a list of pairs.
        let separates = match separator {
            b':' | b'=' => true,
            b',' => closing.is_some(),
            _ => false,
        };
        if !separates {
            return None;
        }
        at = self.skip_space(at + 1 + usize::from(arrow));
        let listed = self.bytes.get(at) == Some(&b'[');
        if listed {
            at = self.skip_space(at + 1);
        }
        Some(Written { value: at, separator, quoted: closing.is_some(), listed })
    }

    /// Takes the value or values of a header; answers where to go on, or nothing when this is no header after all.
    fn values(&mut self, header: Header<'a>, environment: bool, name: usize, written: &Written) -> Option<usize> {
        let mut at = written.value;
        let first = self.first_on_line(name);
        let header_line = written.separator == b':' && !written.quoted && !written.listed && first;
        let place = match written.separator {
            b':' | b',' if written.quoted => Place::Json,
            b':' if first => Place::Header,
            b'=' if environment => Place::Environment,
            _ => Place::Log,
        };
        loop {
            // In a header line, quotes are part of the value, and wrong.
            let quoted = if header_line { None } else { self.quoted(at) };
            let (start, end, next) = match quoted {
                Some(range) => range,
                None if written.listed => {
                    let end = self.until(at, b",]");
                    (at, end, end)
                }
                None if header_line => {
                    let end = self.line_end(at);
                    self.next_line(header, name, at, end).unwrap_or((at, end, end))
                }
                None => {
                    let end = self.inline_end(header, at);
                    (at, end, end)
                }
            };
            let (start, end) = self.trim(start, end);
            let commented = self.comment && quoted.is_some() && written.separator == b'=';
            let certain =
                commented || written.quoted || environment || first && !(self.quote.is_some() && is_common(header));
            if !certain && !is_plausible(header, &self.text[start..end]) {
                return None;
            }
            if commented {
                let value = sql_comment::value(&self.bytes[start..end]);
                self.found.push(Found { name: header, place: Place::SqlComment, start, end, value: Cow::Owned(value) });
            } else {
                self.add(header, place, start, end);
            }
            at = self.skip_space(next);
            if !written.listed || self.bytes.get(at) != Some(&b',') {
                return Some(next.max(end));
            }
            at = self.skip_space(at + 1);
            if self.found.len() >= HEADERS {
                return Some(at);
            }
        }
    }

    /// A value in quotes that begins here: its start, its end, and where the text goes on.
    fn quoted(&self, at: usize) -> Option<(usize, usize, usize)> {
        let (quote, length) = self.escaped_quote(at)?;
        let start = at + length;
        let mut end = start;
        while let Some(&byte) = self.bytes.get(end) {
            if length == 2 && self.escaped_quote(end) == Some((quote, 2)) {
                return Some((start, end, end + 2));
            }
            if length == 1 && byte == quote {
                return Some((start, end, end + 1));
            }
            if byte == b'\n' {
                break;
            }
            // Whatever a backslash escapes is one with it; in escaped text, only what is escaped twice.
            end += if byte == b'\\' && length == 1 { 2 } else { 1 };
        }
        None
    }

    /// A quote that stands here, perhaps after a backslash; and how many bytes that is.
    fn escaped_quote(&self, at: usize) -> Option<(u8, usize)> {
        match self.bytes.get(at..)? {
            [b'\\', quote, ..] if is_quote(*quote) => Some((*quote, 2)),
            [quote, ..] if is_quote(*quote) => Some((*quote, 1)),
            _ => None,
        }
    }

    /// Whether a name is the first word on its line, or in a quote that begins with it: what stands before it is only
    /// what `curl`, a shell or a list puts there.
    fn first_on_line(&self, name: usize) -> bool {
        let before = &self.bytes[self.line..name];
        match before.last() {
            None | Some(b'"' | b'\'' | b'`') => true,
            _ if before.len() > INDENT => false,
            _ => {
                before.iter().all(|byte| matches!(byte, b'>' | b'<' | b'*' | b'|' | b'-' | b'+' | b' ' | b'\t' | b'\r'))
            }
        }
    }

    /// The end of the line, or of the quote that it opened.
    fn line_end(&self, at: usize) -> usize {
        let quote = self.quote;
        let until = |byte: &u8| *byte == b'\n' || Some(*byte) == quote;
        at + self.bytes[at..].iter().position(until).unwrap_or(self.bytes.len() - at)
    }

    /// The value of a header that has none on its own line, from `start` to `end`, and stands at the begin of it: some tools
    /// write the value on the next line. Its start, its end, and where the text goes on.
    fn next_line(&self, header: Header<'_>, name: usize, start: usize, end: usize) -> Option<(usize, usize, usize)> {
        if name != self.line || !self.text[start..end].trim().is_empty() || self.bytes.get(end) != Some(&b'\n') {
            return None;
        }
        let next = self.skip_space(end + 1);
        let end = self.line_end(next);
        let line = self.text[next..end].trim_end();
        let another = line.split([' ', '\t', '=']).next().is_some_and(|word| word.ends_with(':'));
        (!another && is_plausible(header, line)).then_some((next, end, end))
    }

    /// The first of these bytes, or the end of the line or of what is looked at.
    fn until(&self, at: usize, stops: &[u8]) -> usize {
        let ahead = &self.text[at..self.text.ceil_char_boundary(at + INLINE)];
        at + ahead.bytes().position(|byte| byte == b'\n' || stops.contains(&byte)).unwrap_or(ahead.len())
    }

    /// The end of a value in running text: white space, unless a list goes on after its comma; or what closes the text
    /// around it.
    fn inline_end(&self, header: Header<'_>, start: usize) -> usize {
        let list = matches!(header, Header::Known(Name::Tracestate | Name::Baggage | Name::ServerTiming));
        let limit = self.text.floor_char_boundary(start + if list { 8 * INLINE } else { INLINE });
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at).filter(|_| at < limit) {
            let goes_on = match byte {
                b' ' | b'\t' => list && self.bytes[start..at].ends_with(b",") && self.is_member(self.skip_space(at)),
                b',' => list && self.is_member(self.skip_space(at + 1)),
                b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b']' | b'}' | b'|' => false,
                _ => true,
            };
            if !goes_on {
                break;
            }
            at = if matches!(byte, b' ' | b'\t') { self.skip_space(at) } else { at + 1 };
        }
        at - self.bytes[start..at].iter().rev().take_while(|byte| matches!(byte, b',' | b';' | b'.')).count()
    }

    /// Whether what begins here is a member of a list, and not the next header.
    fn is_member(&self, at: usize) -> bool {
        let word = &self.text[at..self.until(at, b"= \t,")];
        self.bytes.get(at + word.len()) == Some(&b'=') && header_of(word).is_none()
    }

    fn skip_space(&self, at: usize) -> usize {
        at + self.bytes[at.min(self.bytes.len())..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Without white space at either end, but not less than nothing.
    fn trim(&self, start: usize, end: usize) -> (usize, usize) {
        let value = &self.text[start..end];
        let spaces = [' ', '\t', '\r'];
        let trimmed = value.trim_end_matches(spaces);
        let start = start + trimmed.len() - trimmed.trim_start_matches(spaces).len();
        (start, start + trimmed.trim_start_matches(spaces).len())
    }

    fn add(&mut self, name: Header<'a>, place: Place, start: usize, end: usize) {
        let value = &self.text[start..end];
        let value = if place == Place::Json && value.contains('\\') {
            Cow::Owned(unescaped(value))
        } else {
            Cow::Borrowed(value)
        };
        self.found.push(Found { name, place, start, end, value });
    }
}

/// The header that a word names, and whether the word is the name of its environment variable.
fn header_of(word: &str) -> Option<(Header<'_>, bool)> {
    if let Some(name) = Name::of(word) {
        return Some((Header::Known(name), environment::header(word) == Some(name)));
    }
    if let Some((prefix, key)) = Prefix::of(word) {
        return Some((Header::Prefixed(prefix, key), false));
    }
    // Servers that hand headers on in variables put HTTP_ in front.
    environment::header(word.strip_prefix("HTTP_").unwrap_or(word)).map(|name| (Header::Known(name), true))
}

/// Whether the header's name is a word of other texts too.
fn is_common(header: Header<'_>) -> bool {
    matches!(header, Header::Known(Name::B3 | Name::Baggage))
}

/// Whether a value in running text may be one of this header: its name alone may be a word of a sentence.
fn is_plausible(header: Header<'_>, value: &str) -> bool {
    match header {
        Header::Known(Name::B3) => matches!(value, "0" | "1" | "d") || Shape::of(value.as_bytes()) == Some(Shape::B3),
        Header::Known(Name::Baggage | Name::Tracestate) => value.contains('='),
        _ => value.bytes().any(|byte| byte.is_ascii_digit()),
    }
}

/// A text that is nothing but a `traceparent` in quotes, or several with commas between them: as the value of a header it is
/// refused, and what is good within it would hide why.
fn dressed(text: &str) -> Option<Found<'_>> {
    let value = text.trim_matches([' ', '\t', '\r', '\n']);
    let inner = value.trim_matches(QUOTES);
    let is_parent = |part: &str| Shape::of(part.as_bytes()) == Some(Shape::Traceparent);
    let joined = value.len() <= ALONE && value.contains(',') && value.split(',').all(is_parent);
    (joined || inner.len() < value.len() && is_parent(inner)).then(|| Found::alone(Name::Traceparent, text, value))
}

/// A text of one line that is a value without a name.
fn alone(text: &str) -> Option<Found<'_>> {
    let value = text.trim_matches([' ', '\t', '\r', '\n']);
    if value.is_empty() || value.len() > ALONE || value.contains(['\n', '\r']) {
        return None;
    }
    let name = match Shape::of(value.as_bytes()) {
        Some(Shape::Traceparent | Shape::VersionlessTraceparent) => Name::Traceparent,
        Some(Shape::B3) => Name::B3,
        Some(Shape::Jaeger) => Name::Jaeger,
        Some(Shape::XRay) => Name::XRay,
        Some(Shape::Gcp) => Name::Gcp,
        Some(Shape::Uuid | Shape::TraceId | Shape::SpanId) => return None,
        None if is_nearly_traceparent(value) => Name::Traceparent,
        None => return None,
    };
    Some(Found::alone(name, text, value))
}

/// Whether a value was probably meant as a `traceparent`: of about its length, nearly all hex digits, and divided.
fn is_nearly_traceparent(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_hexdigit).count();
    let others = value.len() - digits - value.bytes().filter(|byte| b"-_, \"".contains(byte)).count();
    let version = value.bytes().position(|byte| matches!(byte, b'-' | b'_')).is_some_and(|width| width <= 5);
    let undivided = digits == value.len() && digits == 52 && value.starts_with("00");
    (digits >= 40 && others * 8 <= digits && version) || undivided
}

/// JSON text without its backslashes. What is escaped by a number is not found in headers that are good, and stays.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        match characters.peek() {
            Some('"' | '\\' | '/') if c == '\\' => text.extend(characters.next()),
            _ => text.push(c),
        }
    }
    text
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
