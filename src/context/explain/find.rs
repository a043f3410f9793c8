//! Finding headers in pasted text.

use super::Place;

pub(super) struct Found {
    pub(super) header: &'static str,
    pub(super) place: Place,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The headers of a text, line by line: `name: value`, or a value that stands alone.
pub(super) fn headers(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (value, place) = match line.split_once(':') {
            Some((before, value))
                if before.trim_start_matches(['>', '<', ' ']).trim_end().eq_ignore_ascii_case("traceparent") =>
            {
                (value, Place::Header)
            }
            _ => (line, Place::Alone),
        };
        let end = start + line.len();
        let trimmed = value.trim();
        let value_start = end - value.trim_start().len();
        start = end;
        if place == Place::Header
            || trimmed.len() >= 36 && trimmed.contains('-') && !trimmed.contains(char::is_whitespace)
        {
            found.push(Found { header: "traceparent", place, start: value_start, end: value_start + trimmed.len() });
        }
    }
    found
}
