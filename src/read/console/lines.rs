//! Text whose lines are read one by one.

use std::borrow::Cow;

use super::super::documents::Reading;
use super::super::ids::Base64;
use super::super::parts::{Pair, Parts};
use crate::error::WarningKind;
use crate::json::{Data, Node};
use crate::store::{NO_TIME, SpanKey, TraceKey};

/// Said once of an input whose spans have neither times nor parents.
pub(super) const NO_TIMES_NO_PARENTS: &str =
    "This output has neither times nor parents: the spans of a trace stand side by side, without a time axis.";

/// A text and where it stands in the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    /// Offset of all of it, when it is not the input itself.
    pub(super) place: Option<usize>,
}

impl<'t> Source<'t> {
    /// Offset in the input of what stands at `at` of the text.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.place.unwrap_or(at)
    }

    /// The lines from `at` on, with their offsets in the text, without the white space that ends them.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &'t str)> + use<'t> {
        let text = self.text;
        text.split_inclusive('\n').map(move |line| {
            let at = line.as_ptr() as usize - text.as_ptr() as usize;
            (at, line.trim_end())
        })
    }

    /// A part of the text as a value, which can stay a slice of the input.
    pub(super) fn node<'n>(&self, data: Data<'n>, at: usize) -> Node<'n> {
        // A text's own place is behind its quote.
        let start = self.offset(at).saturating_sub(1) as u32;
        Node { data, start, end: start, json: false }
    }
}

/// `key: value`, both trimmed.
pub(super) fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    Some((key.trim(), value.trim()))
}

/// The number behind a heading such as `Span #`, when nothing else stands there.
pub(super) fn numbered(line: &str, heading: &str) -> bool {
    let number = line.strip_prefix(heading).map(str::trim_end);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// `k=v` behind each other: where the separator is followed by a key and `=`, the next pair begins.
pub(super) fn equations<'t>(text: &'t str, separator: &str) -> Vec<(&'t str, &'t str)> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for piece in text.split(separator) {
        match piece.split_once('=') {
            Some((key, value)) if !key.is_empty() && !key.contains(char::is_whitespace) => pairs.push((key, value)),
            _ => {
                if let Some((_, value)) = pairs.last_mut() {
                    // The separator belongs to the value: the slice grows up to the end of this piece.
                    let from = value.as_ptr() as usize - text.as_ptr() as usize;
                    let to = piece.as_ptr() as usize - text.as_ptr() as usize + piece.len();
                    *value = &text[from..to];
                }
            }
        }
    }
    pairs
}

impl Reading<'_> {
    /// A trace id at the end of a field.
    pub(super) fn trace_of(&mut self, text: &str) -> TraceKey {
        self.trace_key(text.trim(), Base64::No)
    }

    /// A span id at the end of a field.
    pub(super) fn span_of(&mut self, text: &str) -> SpanKey {
        self.span_key(text.trim(), Base64::No)
    }

    /// A pair whose value is a part of the text.
    pub(super) fn text_pair(&mut self, source: &Source<'_>, key: &str, value: &str) -> Pair {
        let start = (value.as_ptr() as usize).wrapping_sub(source.text.as_ptr() as usize);
        let node = source.node(Data::Text(Cow::Borrowed(value)), start.min(source.text.len()));
        self.pair(key, &node)
    }
}

/// A date and time in a field; one that is none is told about.
pub(super) fn time(parts: &mut Parts, text: &str, field: &str) -> u64 {
    match super::super::instant::date_time(text) {
        Some(instant) if instant.ns != 0 => instant.ns,
        _ if text.is_empty() || text.starts_with("1970-01-01 00:00:00 ") => NO_TIME,
        _ => {
            parts.warn(WarningKind::BadTime, format!("Expected a date and time as {field}, found \"{text}\"."));
            NO_TIME
        }
    }
}
