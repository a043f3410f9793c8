//! Words that several answers use: shares, counts, and names that fit into a sentence.

use crate::store::Span;
use crate::time::grouped;

/// Characters of a name or message.
const LONGEST: usize = 60;

/// A share in whole percent: never 0 of something nor 100 of less than all.
pub(super) fn share(part: u64, whole: u64) -> String {
    let percent = (u128::from(part) * 100 + u128::from(whole) / 2) / u128::from(whole.max(1));
    match percent {
        0 if part > 0 => "under 1 %".to_owned(),
        100 if part < whole => "over 99 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// A text that fits into a sentence, on one line.
pub(super) fn shortened(text: &str, empty: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    if line.is_empty() {
        return empty.to_owned();
    }
    match line.char_indices().nth(LONGEST) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}

/// A statement on one line, at most so many characters.
pub(super) fn statement_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(3 * LONGEST) {
        None => line,
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}

/// A count and its noun.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number as u64), if number == 1 { one } else { many })
}

/// What an error is called: its type, else what its status says.
pub(super) fn failure(span: &Span<'_>) -> Option<String> {
    let attribute = span.attribute("error.type").map(|value| value.to_string());
    let named = attribute.filter(|kind| !kind.is_empty() && kind != "_OTHER");
    let failure = shortened(&named.unwrap_or_else(|| span.status_message()), "");
    let failure = failure.trim_end_matches('.').to_owned();
    (!failure.is_empty()).then_some(failure)
}

/// From start to end as analyses take them: 0 without times, or for an end before the start.
pub(super) fn duration(span: &Span<'_>) -> u64 {
    span.interval().map_or(0, |(start, end)| end - start)
}

/// The sum of durations: the most that there is where it does not fit, as for spans that end at the end of time.
pub(super) fn total(durations: impl Iterator<Item = u64>) -> u64 {
    durations.fold(0, u64::saturating_add)
}

/// An operation and its service: `SELECT stock in inventory`.
pub(super) fn operation(span: &Span<'_>) -> String {
    let name = shortened(span.name(), "a span without a name");
    if span.service().is_empty() { name } else { format!("{name} in {}", shortened(span.service(), "")) }
}
