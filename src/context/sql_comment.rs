//! Headers in the comment of an SQL statement, by the rules of [SQLCommenter](https://google.github.io/sqlcommenter/spec/).
//!
//! ```text
//! SELECT 1 /*controller='index',traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/
//! ```
//!
//! Keys and values are percent-encoded; values stand in single quotes, in which a quote has a backslash before it.

use crate::context::fields::Name;
use crate::context::percent;
use crate::context::shape::trim;

/// The headers that the last comment of a statement carries, names in lower case; empty when there is none.
///
/// ```
/// let statement = "SELECT 1 /*traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/";
/// let headers = spanscope::context::sql_comment_headers(statement);
/// assert_eq!(headers[0].0, "traceparent");
/// ```
pub fn sql_comment_headers(statement: &str) -> Vec<(&'static str, String)> {
    let Some((start, end)) = statement.rfind("/*").and_then(|start| {
        let end = statement[start..].find("*/")?;
        Some((start + 2, start + end))
    }) else {
        return Vec::new();
    };
    pairs(statement.as_bytes(), start, end)
        .filter_map(|pair| {
            let key = percent::decode(&statement.as_bytes()[pair.key.0..pair.key.1], |_| {});
            Some((Name::of(&key)?.as_str(), value(&statement.as_bytes()[pair.value.0..pair.value.1])))
        })
        .collect()
}

/// The decoded text of what stands between the quotes.
pub(super) fn value(text: &[u8]) -> String {
    let mut plain = Vec::with_capacity(text.len());
    let mut escaped = false;
    for &byte in text {
        escaped = byte == b'\\' && !escaped;
        if !escaped {
            plain.push(byte);
        }
    }
    percent::decode(&plain, |_| {})
}

/// A key and its value, by where they begin and end; the value without its quotes.
pub(super) struct Pair {
    pub(super) key: (usize, usize),
    pub(super) value: (usize, usize),
}

/// The pairs between `start` and `end` of a text.
pub(super) fn pairs(text: &[u8], start: usize, end: usize) -> impl Iterator<Item = Pair> {
    let mut at = start;
    std::iter::from_fn(move || {
        let equals = at + text.get(at..end)?.iter().position(|byte| *byte == b'=')?;
        let raw = &text[at..equals];
        let key_start = at + (raw.len() - raw.trim_ascii_start().len());
        let key_end = key_start + trim(raw.trim_ascii()).len();
        let open = equals + 1 + text[equals + 1..end].iter().position(|byte| *byte == b'\'')?;
        let mut escaped = false;
        let length = text[open + 1..end].iter().position(|byte| {
            let quote = *byte == b'\'' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            quote
        })?;
        let close = open + 1 + length;
        at = text[close..end].iter().position(|byte| *byte == b',').map_or(end, |comma| close + comma + 1);
        Some(Pair { key: (key_start, key_end), value: (open + 1, close) })
    })
}
