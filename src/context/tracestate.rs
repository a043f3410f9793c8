//! `tracestate`, the list of what each vendor adds to a trace, of
//! [W3C Trace Context](https://www.w3.org/TR/trace-context-2/#tracestate-header).
//!
//! ```text
//! congo=t61rcWkgMzE , rojo=00f067aa0ba902b7
//! └ key └ value       └ the member after it is older: a changed one goes left
//! ```
//!
//! Several header lines combine, in order, as if joined by commas; places count in that joined text. Empty members are
//! skipped. One bad member, or more than 32, drops the whole list, as the official test suite asks; of a key that stands
//! twice the first counts. Keys follow level 2, which allows all that level 1 does; [`Level::One`] is stricter.
//!
//! A [`TraceState`] is kept as the text to send, in which every member is valid and every key stands once.

use std::fmt;
use std::str::FromStr;

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::shape::{leading, trim_end};

const NAME: &str = "tracestate";

/// How many members a list may have.
const MEMBERS: usize = 32;

/// How long a key or a value may be.
const LENGTH: usize = 256;

/// Members longer than this go first when a list is cut.
const LONG_MEMBER: usize = 128;

/// The level of Trace Context whose rules apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// The Recommendation of 2021: a key has at most one `@`, with a tenant of up to 241 and a system of up to 14
    /// characters around it, and only with a tenant may it begin with a digit. A key that stands twice drops the list.
    One,
    /// The Candidate Recommendation that all current systems follow.
    #[default]
    Two,
}

/// A `tracestate` list that keeps all rules. Empty by default.
///
/// ```
/// use spanscope::context::TraceState;
///
/// let mut state: TraceState = "rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE".parse()?;
/// state.insert("congo", "ucfJifl5GOE")?;
/// assert_eq!(state.to_string(), "congo=ucfJifl5GOE,rojo=00f067aa0ba902b7");
/// assert_eq!(state.get("rojo"), Some("00f067aa0ba902b7"));
/// # Ok::<(), spanscope::context::HeaderError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TraceState {
    // At most 32 valid members with distinct keys, joined by commas.
    text: String,
}

impl TraceState {
    /// The empty list.
    pub const fn new() -> Self {
        Self { text: String::new() }
    }

    /// Reads the lines of a header as they came, as text or bytes; one line, several, or none.
    ///
    /// # Errors
    ///
    /// With one of the reasons `Key`, `Value`, `NoEquals`, `TooMany` and, in level 1, `Duplicate`.
    pub fn parse<T: AsRef<[u8]>>(lines: impl IntoIterator<Item = T>, level: Level) -> Result<Self, HeaderError> {
        Self::parse_noting(lines, level, |_| {})
    }

    /// The same; what is only worth a note (a key that stands twice) goes to `note`.
    pub(super) fn parse_noting<T: AsRef<[u8]>>(
        lines: impl IntoIterator<Item = T>,
        level: Level,
        mut note: impl FnMut(HeaderError),
    ) -> Result<Self, HeaderError> {
        let mut lines = lines.into_iter();
        let (first, second) = (lines.next(), lines.next());
        if let (Some(line), None, Level::Two) = (&first, &second, level)
            && let Some(state) = Self::whole(line.as_ref())
        {
            return Ok(state);
        }
        let lines = first.into_iter().chain(second).chain(lines);
        let mut state = Self::new();
        // Where the keys stand in the text: asking each member anew whether it has a key would read the text again.
        let mut keys = [Range::default(); MEMBERS];
        let mut kept = 0;
        let mut count = 0;
        let mut start = 0;
        for line in lines {
            let line = line.as_ref();
            state.text.reserve(line.len().min(MEMBERS * 2 * (LENGTH + 1)));
            let mut at = 0;
            while let Some(rest) = line.get(at..) {
                let good = if level == Level::Two { good_member(rest) } else { None };
                let (space, member, length) = match good {
                    Some((_, member)) => (0, member, member.len()),
                    None => {
                        let length = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
                        let space = leading(&rest[..length]);
                        (space, trim_end(&rest[space..length]), length)
                    }
                };
                let offset = start + at + space;
                at += length + 1;
                if member.is_empty() {
                    continue;
                }
                count += 1;
                if count > MEMBERS {
                    let found = Found::Words("a 33rd");
                    return Err(HeaderError::new(NAME, Reason::TooMany, offset, "at most 32 members", found)
                        .with_hint("receivers drop the whole list"));
                }
                let equals = match good {
                    Some((equals, _)) => equals,
                    None => check_member(member, offset, level)?,
                };
                let key = &member[..equals];
                if keys[..kept].iter().any(|known| known.of(state.text.as_bytes()) == key) {
                    let twice = HeaderError::new(
                        NAME,
                        Reason::Duplicate,
                        offset,
                        "each key once",
                        Found::Words("one that stood before"),
                    );
                    if level == Level::One {
                        return Err(twice);
                    }
                    note(twice.with_hint("the first one counts"));
                    continue;
                }
                state.separate();
                keys[kept] = Range { start: state.text.len() as u16, length: key.len() as u16 };
                kept += 1;
                // All characters are ASCII: they were just looked at.
                state.text.push_str(str::from_utf8(member).unwrap_or_default());
            }
            start += line.len() + 1;
        }
        Ok(state)
    }

    /// A line that is the list as it may be sent, as nearly all are: without white space, empty members and keys that stand twice.
    fn whole(line: &[u8]) -> Option<Self> {
        let mut keys = [Range::default(); MEMBERS];
        let mut at = 0;
        for count in 0..MEMBERS {
            let (equals, member) = good_member(line.get(at..)?)?;
            let key = &member[..equals];
            if keys[..count].iter().any(|known| known.of(line) == key) {
                return None;
            }
            keys[count] = Range { start: at as u16, length: equals as u16 };
            at += member.len() + 1;
            if at > line.len() {
                return Some(Self { text: str::from_utf8(line).ok()?.to_owned() });
            }
        }
        None
    }

    /// The list as it may be sent; empty when there is nothing to send.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there are no members; such a header should not be sent.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// The members, keys and values, from left to right: the one changed last comes first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.text.split(',').filter_map(|member| member.split_once('='))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.locate(key).map(|(_, value)| value)
    }

    /// The value of a key, and where it stands in the text.
    pub(super) fn locate(&self, key: &str) -> Option<(usize, &str)> {
        let mut start = 0;
        for member in self.text.split(',') {
            if let Some(value) = member.strip_prefix(key).and_then(|rest| rest.strip_prefix('=')) {
                return Some((start + key.len() + 1, value));
            }
            start += member.len() + 1;
        }
        None
    }

    /// Sets a key, which goes to the left end. The right-most member is dropped when there would be more than 32.
    ///
    /// # Errors
    ///
    /// With the reason `Key` or `Value` when one of them breaks a rule; the list stays as it is.
    pub fn insert(&mut self, key: &str, value: &str) -> Result<(), HeaderError> {
        check_key(key.as_bytes(), 0, Level::Two)?;
        check_value(value.as_bytes(), 0)?;
        let mut changed = Self { text: String::with_capacity(self.text.len() + key.len() + value.len() + 2) };
        changed.push(key, value);
        for (k, v) in self.iter().filter(|(k, _)| *k != key).take(MEMBERS - 1) {
            changed.push(k, v);
        }
        *self = changed;
        Ok(())
    }

    /// Removes a key; answers whether it was there. The others keep their order.
    pub fn remove(&mut self, key: &str) -> bool {
        if self.get(key).is_none() {
            return false;
        }
        let mut changed = Self { text: String::with_capacity(self.text.len()) };
        for (k, v) in self.iter().filter(|(k, _)| *k != key) {
            changed.push(k, v);
        }
        *self = changed;
        true
    }

    /// Cuts the list to at most this many characters by removing whole members: first those over 128 characters, then
    /// any, each time the right-most.
    pub fn truncate(&mut self, max_characters: usize) {
        while self.text.len() > max_characters {
            let Some((start, end)) = self.right_most(LONG_MEMBER).or_else(|| self.right_most(0)) else {
                return;
            };
            // The comma goes with the member: the one before it, or after the first.
            match start {
                0 => self.text.replace_range(..self.text.len().min(end + 1), ""),
                _ => self.text.replace_range(start - 1..end, ""),
            }
        }
    }

    /// Where the right-most member of more than this many characters stands.
    fn right_most(&self, longer_than: usize) -> Option<(usize, usize)> {
        let mut end = self.text.len();
        for member in self.text.rsplit(',') {
            let start = end - member.len();
            if member.len() > longer_than {
                return Some((start, end));
            }
            end = start.saturating_sub(1);
        }
        None
    }

    /// Makes room for one more member.
    fn separate(&mut self) {
        if !self.text.is_empty() {
            self.text.push(',');
        }
    }

    /// Appends a member that was checked.
    fn push(&mut self, key: &str, value: &str) {
        self.separate();
        self.text.push_str(key);
        self.text.push('=');
        self.text.push_str(value);
    }
}

impl FromStr for TraceState {
    type Err = HeaderError;

    /// Reads one header line by the rules of level 2.
    fn from_str(value: &str) -> Result<Self, HeaderError> {
        Self::parse([value], Level::Two)
    }
}

impl fmt::Display for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// A part of a text that grows.
///
/// Two bytes hold a place: no more than 32 members of two times 256 characters are kept.
#[derive(Clone, Copy, Default)]
struct Range {
    start: u16,
    length: u16,
}

impl Range {
    fn of(self, text: &[u8]) -> &[u8] {
        let start = usize::from(self.start);
        &text[start..start + usize::from(self.length)]
    }
}

/// What a byte may be part of.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0x20;
    while byte <= 0x7e {
        classes[byte] = match byte as u8 {
            b',' | b'=' => 0,
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@' => KEY | VALUE,
            _ => VALUE,
        };
        byte += 1;
    }
    classes
};
const KEY: u8 = 1;
const VALUE: u8 = 2;

/// How many bytes of the class a text begins with, of as many as keys and values may have.
#[inline(always)]
fn run(text: &[u8], class: u8) -> usize {
    let text = &text[..text.len().min(LENGTH)];
    text.iter().position(|byte| CLASSES[usize::from(*byte)] & class == 0).unwrap_or(text.len())
}

/// The member that a text begins with, if it keeps all rules and has no white space around it, and where its equals sign
/// stands. Only other members are looked at piece by piece.
#[inline(always)]
fn good_member(text: &[u8]) -> Option<(usize, &[u8])> {
    let equals = run(text, KEY);
    if equals == 0 || !matches!(text[0], b'a'..=b'z' | b'0'..=b'9') || text.get(equals) != Some(&b'=') {
        return None;
    }
    let value = &text[equals + 1..];
    let length = run(value, VALUE);
    let ends = length > 0 && value[length - 1] != b' ' && matches!(value.get(length), None | Some(b','));
    ends.then(|| (equals, &text[..equals + 1 + length]))
}

/// Where the equals sign of a member stands that begins at `offset` of the header.
fn check_member(member: &[u8], offset: usize, level: Level) -> Result<usize, HeaderError> {
    let Some(equals) = member.iter().position(|byte| *byte == b'=') else {
        let end = Found::Words("a member without one");
        return Err(HeaderError::new(NAME, Reason::NoEquals, offset, "an equals sign between key and value", end));
    };
    check_key(&member[..equals], offset, level)?;
    check_value(&member[equals + 1..], offset + equals + 1)?;
    Ok(equals)
}

fn check_key(key: &[u8], offset: usize, level: Level) -> Result<(), HeaderError> {
    let wrong = |at: usize, expected| {
        let found = if at < key.len() { Found::at(key, at) } else { Found::Words("an empty one") };
        let upper = key.get(at).is_some_and(u8::is_ascii_uppercase);
        Err(HeaderError::new(NAME, Reason::Key, offset + at, expected, found)
            .with_hint(upper.then_some("keys are lower case")))
    };
    match key.first() {
        None => return wrong(0, "a key before the equals sign"),
        Some(b'a'..=b'z' | b'0'..=b'9') => {}
        Some(_) => return wrong(0, "a key that begins with a lower-case letter or a digit"),
    }
    // A key that is too long is looked at no further than its limit.
    let at = run(key, KEY);
    if at < key.len().min(LENGTH) {
        return wrong(at, "a key of lower-case letters, digits and _ - * / @");
    }
    if key.len() > LENGTH {
        return wrong(LENGTH, "a key of at most 256 characters");
    }
    if level == Level::One {
        let mut parts = key.split(|byte| *byte == b'@');
        let first = parts.next().unwrap_or_default();
        match parts.next() {
            None if first[0].is_ascii_digit() => {
                return wrong(0, "a key that begins with a lower-case letter");
            }
            Some(system) => {
                let at = first.len() + 1;
                if first.len() > 241 {
                    return wrong(241, "a tenant of at most 241 characters before the @");
                }
                if !system.first().is_some_and(u8::is_ascii_lowercase) {
                    return wrong(at, "a system after the @ that begins with a lower-case letter");
                }
                if parts.next().is_some() {
                    return wrong(at + system.len(), "only one @ in a key");
                }
                if system.len() > 14 {
                    return wrong(at + 14, "a system of at most 14 characters after the @");
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn check_value(value: &[u8], offset: usize) -> Result<(), HeaderError> {
    let wrong = |at: usize, expected, found| Err(HeaderError::new(NAME, Reason::Value, offset + at, expected, found));
    let at = run(value, VALUE);
    if at < value.len().min(LENGTH) {
        return wrong(at, "a value of printable ASCII without comma and equals sign", Found::at(value, at));
    }
    match value.last() {
        None => {
            return wrong(0, "a value of at least one character", Found::Words("an empty one"));
        }
        Some(b' ') => {
            return wrong(value.len() - 1, "a value that does not end with a space", Found::Char(' '));
        }
        Some(_) => {}
    }
    if value.len() > LENGTH {
        return wrong(LENGTH, "a value of at most 256 characters", Found::Words("more"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(value: &str) -> (Reason, Option<usize>) {
        let error = value.parse::<TraceState>().unwrap_err();
        (error.reason(), error.offset())
    }

    #[test]
    fn places_count_in_the_joined_lines() {
        assert_eq!(error("foo=1, Bar=2"), (Reason::Key, Some(7)));
        assert_eq!(error("foo=1,bar"), (Reason::NoEquals, Some(6)));
        assert_eq!(error("foo=a=b"), (Reason::Value, Some(5)));
        assert_eq!(error("foo="), (Reason::Value, Some(4)));
        let lines = TraceState::parse(["foo=1", "b r=2"], Level::Two).unwrap_err();
        assert_eq!(lines.offset(), Some(7));
    }

    #[test]
    fn long_members_are_cut_first_then_from_the_right() {
        let long = "l".repeat(130);
        let mut state: TraceState = format!("a=1,long={long},b=2,c=3").parse().unwrap();
        state.truncate(20);
        assert_eq!(state.as_str(), "a=1,b=2,c=3");
        state.truncate(10);
        assert_eq!(state.as_str(), "a=1,b=2");
        state.truncate(2);
        assert!(state.is_empty());
        let mut first: TraceState = format!("long={long},b=2").parse().unwrap();
        first.truncate(100);
        assert_eq!(first.as_str(), "b=2");
    }

    #[test]
    fn the_right_most_member_makes_room() {
        let members: Vec<String> = (0..32).map(|i| format!("k{i}=v")).collect();
        let mut state: TraceState = members.join(",").parse().unwrap();
        state.insert("new", "v").unwrap();
        assert_eq!(state.len(), 32);
        assert_eq!(state.iter().next(), Some(("new", "v")));
        assert_eq!(state.get("k31"), None);
        assert_eq!(state.get("k30"), Some("v"));
    }
}
