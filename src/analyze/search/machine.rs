//! The machine of a regular expression: which state follows which, as far as it is known, and the walk through a text.

/// A state that is not known yet, and the one behind a match.
pub const UNKNOWN: u16 = u16::MAX;
pub const MATCHED: u16 = u16::MAX - 1;

/// Where the end of a text stands among the characters.
const END: usize = 128;

/// By state what follows each ASCII character, and the end of the text.
#[derive(Debug, Default)]
pub struct Machine {
    next: Vec<[u16; 129]>,
}

/// How far a walk comes.
#[derive(Debug, PartialEq)]
pub enum Walk {
    /// The end: whether it is a match.
    Done(bool),
    /// What follows this state at this place is not known: a character, or the end of the text.
    Open { state: u16, at: usize },
}

impl Machine {
    /// One more state, of which nothing is known.
    pub fn add(&mut self) {
        self.next.push([UNKNOWN; 129]);
    }

    pub fn clear(&mut self) {
        self.next.clear();
    }

    /// What follows a character, or the end. Only ASCII is remembered.
    pub fn learn(&mut self, state: u16, c: Option<char>, next: u16) {
        let slot = c.map_or(END, |c| c as usize);
        if c.is_none_or(|c| c.is_ascii()) {
            self.next[state as usize][slot] = next;
        }
    }

    /// Walks from a state and a place to the end of a text or to what is not known.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn walk(&self, mut state: u16, bytes: &[u8], at: usize) -> Walk {
        for (place, byte) in bytes.iter().enumerate().skip(at) {
            let next = if byte.is_ascii() { self.next[state as usize][*byte as usize] } else { UNKNOWN };
            if next >= MATCHED {
                return if next == MATCHED { Walk::Done(true) } else { Walk::Open { state, at: place } };
            }
            state = next;
        }
        match self.next[state as usize][END] {
            UNKNOWN => Walk::Open { state, at: bytes.len() },
            known => Walk::Done(known == MATCHED),
        }
    }
}
