//! `baggage`, properties of the application that travel with a request, of
//! [W3C Baggage](https://www.w3.org/TR/baggage/).
//!
//! ```text
//! userId=Am%C3%A9lie , serverNode=DF%2028;isProduction;region=eu
//! └ key  └ value                          └ property   └ property with a value
//! ```
//!
//! Values are percent-encoded UTF-8; keys are not encoded at all, `%` is one of their characters. Keys may stand twice
//! and keep their order. Reading keeps every good member beside a bad one and reports the bad one.
//!
//! Limits: all is passed on up to 64 members and 8,192 bytes, as the specification demands. Reading stops after the 180
//! members that its grammar names and after 65,536 bytes; writing leaves out whole members that do not fit.

use std::fmt;

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::percent;
use crate::context::shape::{leading, trim, trim_end};

const NAME: &str = "baggage";

/// How many members are read and written: the number in the grammar.
const MEMBERS: usize = 180;

/// How many bytes a header that is written has at most: what every receiver must pass on.
const WRITTEN_BYTES: usize = 8192;

/// How many bytes are read at most: eight times what must be passed on.
const READ_BYTES: usize = 8 * WRITTEN_BYTES;

/// How many problems of one header are reported.
const PROBLEMS: usize = 64;

/// The list of a `baggage` header.
///
/// ```
/// use spanscope::context::{Baggage, BaggageMember};
///
/// let (mut baggage, problems) = Baggage::parse(["userId=Am%C3%A9lie"]);
/// assert!(problems.is_empty());
/// assert_eq!(baggage.get("userId"), Some("Amélie"));
/// baggage.push(BaggageMember::new("region", "eu west")?);
/// assert_eq!(baggage.to_string(), "userId=Am%C3%A9lie,region=eu%20west");
/// # Ok::<(), spanscope::context::HeaderError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage {
    members: Vec<BaggageMember>,
}

/// A key and its value, perhaps with properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaggageMember {
    // A token.
    key: String,
    value: String,
    // The keys are tokens.
    properties: Vec<(String, Option<String>)>,
}

impl Baggage {
    /// Reads the lines of a header as they came, as text or bytes; one line, several, or none. Places count in the
    /// lines joined by commas.
    ///
    /// What breaks a rule is left out and reported, with one of the reasons `Empty`, `Key`, `Value`, `NoEquals`,
    /// `Property`, `Percent` (of a value, which is kept as it stands), `EmptyMember` and `Trailing` (past the limits).
    pub fn parse<T: AsRef<[u8]>>(lines: impl IntoIterator<Item = T>) -> (Self, Vec<HeaderError>) {
        let mut reader = Reader { baggage: Self::default(), problems: Vec::new() };
        let mut start = 0;
        let mut blank = None;
        for line in lines {
            let line = line.as_ref();
            blank = Some(blank.unwrap_or(true) && trim(line).is_empty());
            if !reader.line(line, start) {
                break;
            }
            start += line.len() + 1;
        }
        if blank == Some(true) {
            reader.problems = vec![HeaderError::new(NAME, Reason::Empty, 0, "a member such as key=value", Found::End)];
        }
        (reader.baggage, reader.problems)
    }

    /// The members in order.
    pub fn members(&self) -> &[BaggageMember] {
        &self.members
    }

    /// The value of a key; of several, the first.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members.iter().find(|member| member.key == key).map(|member| member.value.as_str())
    }

    /// Adds a member at the end.
    pub fn push(&mut self, member: BaggageMember) {
        self.members.push(member);
    }

    /// The problem of a member that a header of its own carries, when as many were read as are read at most.
    pub(super) fn full(&self, header: &'static str) -> Option<HeaderError> {
        let full = || HeaderError::new(header, Reason::Trailing, 0, "at most 180 members", Found::Words("more"));
        (self.members.len() >= MEMBERS).then(full)
    }

    /// Whether there are no members; such a header must not be sent.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl FromIterator<BaggageMember> for Baggage {
    fn from_iter<I: IntoIterator<Item = BaggageMember>>(members: I) -> Self {
        Self { members: members.into_iter().collect() }
    }
}

impl BaggageMember {
    /// A member without properties. The value may be any text.
    ///
    /// # Errors
    ///
    /// With the reason `Key` when the key is not a token: letters, digits and ``! # $ % & ' * + - . ^ _ ` | ~``.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Result<Self, HeaderError> {
        let key = key.into();
        check_token(key.as_bytes(), 0, Reason::Key)?;
        Ok(Self { key, value: value.into(), properties: Vec::new() })
    }

    /// The same with one more property, which may have a value.
    ///
    /// # Errors
    ///
    /// With the reason `Property` when the key is not a token.
    pub fn with_property(mut self, key: impl Into<String>, value: Option<String>) -> Result<Self, HeaderError> {
        let key = key.into();
        check_token(key.as_bytes(), 0, Reason::Property)?;
        self.properties.push((key, value));
        Ok(self)
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value, decoded.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The properties in order; a value is decoded, a key may stand twice.
    pub fn properties(&self) -> &[(String, Option<String>)] {
        &self.properties
    }
}

impl fmt::Display for BaggageMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(self.key.len() + self.value.len() + 1);
        let mut pair = |key: &str, value: Option<&str>| {
            text.push_str(key);
            if let Some(value) = value {
                text.push('=');
                percent::encode_onto(&mut text, value, is_octet);
            }
        };
        pair(&self.key, Some(&self.value));
        for (key, value) in &self.properties {
            pair(";", None);
            pair(key, value.as_deref());
        }
        f.write_str(&text)
    }
}

/// The header to send: members in order, without those that do not fit within 180 members and 8,192 bytes.
impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = 0;
        let mut count = 0;
        for member in &self.members {
            let text = member.to_string();
            let comma = usize::from(count > 0);
            if bytes + comma + text.len() <= WRITTEN_BYTES && count < MEMBERS {
                f.write_str(if count > 0 { "," } else { "" })?;
                f.write_str(&text)?;
                bytes += comma + text.len();
                count += 1;
            }
        }
        Ok(())
    }
}

struct Reader {
    baggage: Baggage,
    problems: Vec<HeaderError>,
}

impl Reader {
    /// Reads a line that begins at `start` of the joined lines; answers whether there may be more.
    fn line(&mut self, line: &[u8], start: usize) -> bool {
        let mut offset = start;
        for raw in line.split(|byte| *byte == b',') {
            let end = offset + raw.len();
            if end > READ_BYTES || self.baggage.members.len() == MEMBERS && !trim(raw).is_empty() {
                let limit = "at most 180 members and 65,536 bytes";
                self.report(HeaderError::new(NAME, Reason::Trailing, offset, limit, Found::Words("more")));
                return false;
            }
            if let Some(member) = self.member(raw, offset) {
                self.baggage.members.push(member);
            }
            offset = end + 1;
        }
        true
    }

    fn member(&mut self, raw: &[u8], offset: usize) -> Option<BaggageMember> {
        if trim(raw).is_empty() {
            self.report(HeaderError::new(
                NAME,
                Reason::EmptyMember,
                offset,
                "a member such as key=value",
                Found::Words("an empty one"),
            ));
            return None;
        }
        let mut parts = raw.split(|byte| *byte == b';');
        let first = parts.next().unwrap_or_default();
        let mut at = offset + first.len() + 1;
        let (key, value) = self.pair(first, offset, Reason::Key, Reason::Value)?;
        let Some(value) = value else {
            let found = Found::Words("a member without one");
            let start = offset + leading(first);
            self.report(HeaderError::new(NAME, Reason::NoEquals, start, "an equals sign between key and value", found));
            return None;
        };
        let mut member = BaggageMember { key, value, properties: Vec::new() };
        for part in parts {
            member.properties.extend(self.pair(part, at, Reason::Property, Reason::Property));
            at += part.len() + 1;
        }
        Some(member)
    }

    /// `key = value` or `key`, which begins at `offset`.
    fn pair(
        &mut self,
        text: &[u8],
        offset: usize,
        key_reason: Reason,
        value_reason: Reason,
    ) -> Option<(String, Option<String>)> {
        let equals = text.iter().position(|byte| *byte == b'=');
        let before = &text[..equals.unwrap_or(text.len())];
        let key = trim(before);
        // Without an equals sign, that is what a member lacks; its text need not be a key.
        if (equals.is_some() || key_reason == Reason::Property)
            && let Err(error) = check_token(key, offset + leading(before), key_reason)
        {
            self.report(error);
            return None;
        }
        let value = match equals {
            None => None,
            Some(equals) => {
                let after = &text[equals + 1..];
                let at = offset + equals + 1 + leading(after);
                Some(self.value(trim_end(&after[leading(after)..]), at, value_reason)?)
            }
        };
        Some((String::from_utf8_lossy(key).into_owned(), value))
    }

    fn value(&mut self, value: &[u8], offset: usize, reason: Reason) -> Option<String> {
        if let Some(at) = value.iter().position(|byte| !is_octet(*byte)) {
            let expected = "printable ASCII without space, quote, comma, semicolon and backslash";
            let error = HeaderError::new(NAME, reason, offset + at, expected, Found::at(value, at));
            self.report(error.with_hint("other characters are percent-encoded"));
            return None;
        }
        Some(percent::decode(value, |at| {
            self.report(HeaderError::new(
                NAME,
                Reason::Percent,
                offset + at,
                "two hex digits after the percent sign",
                Found::Words("something else"),
            ));
        }))
    }

    fn report(&mut self, problem: HeaderError) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(problem);
        }
    }
}

fn check_token(key: &[u8], offset: usize, reason: Reason) -> Result<(), HeaderError> {
    let expected = match reason {
        Reason::Property => "a property whose key is a token",
        _ => "a key that is a token",
    };
    if key.is_empty() {
        return Err(HeaderError::new(NAME, reason, offset, expected, Found::Words("an empty one")));
    }
    match key.iter().position(|byte| !is_token(*byte)) {
        None => Ok(()),
        Some(at) => Err(HeaderError::new(NAME, reason, offset + at, expected, Found::at(key, at))),
    }
}

/// Whether the byte may stand in a token of HTTP.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the byte may stand in a value as it is.
fn is_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}
