//! Names of spans that lines make: of a text, its first line; of a message, what it is about.

use super::level::{word, words};
use crate::simd;
use crate::store::{OMITTED, RawValue, StoreBuilder};
use crate::strings::StringId;

/// Names are cut to so many characters.
pub(super) const NAME_LENGTH: usize = 80;

/// The first line of a text, cut if it is long.
pub fn name_of(builder: &mut StoreBuilder, text: &str) -> StringId {
    // One short line with nothing around it, as most are.
    if let [b'!'..=b'~', rest @ ..] = text.as_bytes()
        && rest.len() < NAME_LENGTH
        && rest.last().is_none_or(u8::is_ascii_graphic)
        && rest.iter().all(|byte| matches!(byte, b' '..=b'~'))
    {
        return builder.intern(text);
    }
    let line = first_line(text);
    match beginning(line) {
        None => builder.intern(line),
        Some(beginning) => builder.intern(&format!("{beginning}{OMITTED}")),
    }
}

pub(super) fn first_line(text: &str) -> &str {
    let text = text.trim();
    text[..simd::find(text.as_bytes(), 0, [b'\n'; 3])].trim_end()
}

/// As much of a line as is a name, if it is too long for one.
pub(super) fn beginning(line: &str) -> Option<&str> {
    let end = match line.as_bytes().get(..=NAME_LENGTH) {
        None => return None,
        Some(ascii) if ascii.is_ascii() => NAME_LENGTH,
        Some(_) => line.char_indices().nth(NAME_LENGTH)?.0,
    };
    // At the end of a word, if one ends nearby.
    let end = line[..end].rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    Some(&line[..end])
}

/// What a message is about, without the words that say whether it began or ended: lines of both name one span.
fn name_of_message(builder: &mut StoreBuilder, message: RawValue) -> StringId {
    let text = builder.text(message);
    let about = match text.rsplit_once(' ') {
        Some((about, last)) if is_phase(last) => about,
        _ => match text.split_once(' ') {
            Some((first, about)) if is_phase(first) => about,
            _ => &text,
        },
    };
    let name = if about.trim().is_empty() { &text } else { about.trim() }.to_owned();
    builder.intern(&name)
}

/// Whether a word says that something began or ended.
#[inline(never)]
fn is_phase(text: &str) -> bool {
    const PHASES: [u64; 9] =
        words(["started", "starting", "start", "begins", "begin", "finished", "complete", "ended", "done"]);
    let mut letters = text.as_bytes();
    while let [before @ .., b':' | b'.' | b','] = letters {
        letters = before;
    }
    match letters {
        // In front of a word a zero byte would be none.
        [] | [0, ..] => false,
        _ if letters.len() <= 8 => PHASES.contains(&word(letters)),
        _ => letters.eq_ignore_ascii_case(b"completed"),
    }
}

/// Names of spans by the messages that they are made of, as many spans begin with the same one: both by their numbers, in a place that is
/// told by the message's.
#[derive(Debug)]
pub(super) struct Names([(StringId, StringId); 64]);

impl Default for Names {
    fn default() -> Names {
        Names([(StringId::EMPTY, StringId::EMPTY); 64])
    }
}

impl Names {
    pub(super) fn of(&mut self, builder: &mut StoreBuilder, message: RawValue) -> StringId {
        let Some(number) = message.as_interned() else { return name_of_message(builder, message) };
        let known = &mut self.0[number.index() % 64];
        if known.0 != number {
            *known = (number, name_of_message(builder, message));
        }
        known.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_say_whether_something_began_or_ended() {
        for word in [
            "started",
            "Starting",
            "START:",
            "begins",
            "begin..",
            "finished,",
            "completed",
            "Complete",
            "ended",
            "done",
        ] {
            assert!(is_phase(word), "{word}");
        }
        for word in ["", ".", "completes", "restarted", "\0done", "done!", "compléted", "completedx"] {
            assert!(!is_phase(word), "{word}");
        }
    }
}
