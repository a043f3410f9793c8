//! A text that is looked for.

use std::cell::RefCell;

use super::regex::{Regex, RegexError};
use crate::analyze::letters::fold;
use crate::simd::Needle;

/// What a text is compared with. Upper and lower case are the same, except in a regular expression that does not say so.
#[derive(Debug)]
pub(super) enum Pattern {
    /// ASCII: compared byte by byte.
    Plain(Needle),
    /// Anything else, folded: compared character by character.
    Letters(Vec<char>),
    /// The machine learns while it runs.
    Regex(Box<RefCell<Regex>>),
}

impl Pattern {
    pub(super) fn text(text: &str) -> Pattern {
        match Needle::new(text.as_bytes()) {
            Some(needle) => Pattern::Plain(needle),
            None => Pattern::Letters(text.chars().map(fold).collect()),
        }
    }

    pub(super) fn regex(text: &str, any_case: bool) -> Result<Pattern, RegexError> {
        Ok(Pattern::Regex(Box::new(RefCell::new(Regex::new(text, any_case)?))))
    }

    /// Whether it occurs in the text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        match self {
            Pattern::Plain(needle) => needle.is_in(text.as_bytes(), 0, text.len()),
            Pattern::Letters(letters) => is_in(letters, text),
            Pattern::Regex(regex) => regex.borrow_mut().is_in(text),
        }
    }

    /// What stands in every text in which it occurs, if something does.
    pub(super) fn needed(&self) -> Option<Needle> {
        match self {
            Pattern::Plain(needle) => Some(needle.clone()).filter(|needle| needle.len() > 0),
            Pattern::Letters(_) => None,
            Pattern::Regex(regex) => regex.borrow().needed().cloned(),
        }
    }

    /// Whether it is the whole text; a regular expression says that itself.
    pub(super) fn is_all_of(&self, text: &str) -> bool {
        match self {
            Pattern::Plain(needle) => needle.len() == text.len() && needle.is_in(text.as_bytes(), 0, text.len()),
            Pattern::Letters(letters) => text.chars().map(fold).eq(letters.iter().copied()),
            Pattern::Regex(_) => self.is_in(text),
        }
    }
}

/// Letter by letter from every place; what is looked for is short. Some letter of it is not ASCII, in either case.
fn is_in(letters: &[char], text: &str) -> bool {
    if text.is_ascii() {
        return letters.is_empty();
    }
    let text: Vec<char> = text.chars().map(fold).collect();
    letters.is_empty() || text.windows(letters.len()).any(|window| window == letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_in_any_case() {
        for (pattern, text, within, whole) in [
            ("cart", "GET /Cart/7", true, false),
            ("CART", "cart", true, true),
            ("cart", "car", false, false),
            ("a", "", false, false),
            ("Größe", "die GRÖßE", true, false),
            ("größe", "GRÖßE", true, true),
            ("é", "e", false, false),
            ("[a]", "x[A]{", true, false),
            ("{", "[", false, false),
        ] {
            let found = Pattern::text(pattern);
            assert_eq!((found.is_in(text), found.is_all_of(text)), (within, whole), "{pattern:?} in {text:?}");
        }
    }
}
