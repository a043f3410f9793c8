//! Upper and lower case, for texts that people search for.
//!
//! The letters of English, and of the Latin, Greek and Cyrillic alphabets as far as both cases are one character apart by rule. The
//! library's tables know all alphabets, and would be a tenth of this module's code.

/// The same letter in the other case, or the character itself.
pub(crate) fn other_case(c: char) -> char {
    let code = c as u32;
    let moved = match code {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a1 | 0x3a3..=0x3ab | 0x410..=0x42f => code + 0x20,
        0x61..=0x7a | 0xe0..=0xf6 | 0xf8..=0xfe | 0x3b1..=0x3c1 | 0x3c3..=0x3cb | 0x430..=0x44f => code - 0x20,
        0x400..=0x40f => code + 0x50,
        0x450..=0x45f => code - 0x50,
        // Upper case is even, lower case odd.
        0x100..=0x12f | 0x132..=0x137 | 0x14a..=0x177 | 0x460..=0x481 => code ^ 1,
        // Upper case is odd, lower case even.
        0x139..=0x148 | 0x179..=0x17e => ((code - 1) ^ 1) + 1,
        _ => code,
    };
    char::from_u32(moved).unwrap_or(c)
}

/// A text in lower case.
pub(crate) fn lower_case(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// The letter in lower case: of two cases the one with the higher number, which holds for all that [`other_case`] knows.
pub(crate) fn fold(c: char) -> char {
    c.max(other_case(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_those_of_the_library_and_lead_back() {
        for c in '\0'..'\u{3000}' {
            let other = other_case(c);
            assert_eq!(other_case(other), c, "{c:?}");
            if other == c {
                continue;
            }
            let lower: String = c.to_lowercase().collect();
            assert_eq!(lower, fold(c).to_string(), "{c:?}");
            assert_eq!(lower, other.to_lowercase().collect::<String>(), "{c:?}");
        }
        assert_eq!(
            ['Ä', 'ß', 'Ω', 'Ж', 'Ő', 'Ž', '×', 'Z', '['].map(fold),
            ['ä', 'ß', 'ω', 'ж', 'ő', 'ž', '×', 'z', '[']
        );
    }
}
