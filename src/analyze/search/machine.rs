//! The machine of a regular expression: which state follows which, as far as it is known, and the walk through texts.

use super::texts::{Place, Texts};

/// The state before any text.
pub const START: u16 = 0;
/// A state that is not known yet, and the one behind a match.
pub const UNKNOWN: u16 = u16::MAX;
pub const MATCHED: u16 = u16::MAX - 1;

/// Where the end of a text stands among the characters.
const END: usize = 128;
/// What follows a state: one place for each ASCII character, and one for the end of the text.
const STATE: usize = END + 1;
/// Their places are numbers of 16 bits, too.
pub const MAX_STATES: usize = MATCHED as usize / STATE;

/// State by state what follows.
#[derive(Debug, Default)]
pub struct Machine {
    /// Where the next state begins.
    next: Vec<u16>,
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
        self.next.resize(self.next.len() + STATE, UNKNOWN);
    }

    pub fn clear(&mut self) {
        self.next.clear();
    }

    /// What follows a character, or the end. Only ASCII is remembered.
    pub fn learn(&mut self, state: u16, c: Option<char>, next: u16) {
        let slot = c.map_or(END, |c| c as usize);
        if c.is_none_or(|c| c.is_ascii()) {
            let place = if next < MATCHED { next * STATE as u16 } else { next };
            self.next[state as usize * STATE + slot] = place;
        }
    }

    /// Walks texts from their places or their beginnings on, and adds the numbers of those that match. Where something is not known it ends
    /// and tells in which of them, and how far it came.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn walk_each(
        &self,
        texts: &Texts,
        places: &[Place],
        from_place: bool,
        matched: &mut Vec<u32>,
    ) -> Option<(usize, u16, usize)> {
        for (index, (text, place)) in texts.at(places).enumerate() {
            match self.walk(START, &texts.bytes()[text], if from_place { place.at as usize } else { 0 }) {
                Walk::Done(true) => matched.push(place.number),
                Walk::Done(false) => {}
                Walk::Open { state, at } => return Some((index, state, at)),
            }
        }
        None
    }

    /// Walks from a state and a place to the end of a text or to what is not known.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn walk(&self, state: u16, bytes: &[u8], at: usize) -> Walk {
        let mut from = state * STATE as u16;
        for (place, byte) in bytes.iter().enumerate().skip(at) {
            let next = if byte.is_ascii() { self.next[from as usize + *byte as usize] } else { UNKNOWN };
            if next >= MATCHED {
                let state = from / STATE as u16;
                return if next == MATCHED { Walk::Done(true) } else { Walk::Open { state, at: place } };
            }
            from = next;
        }
        match self.next[from as usize + END] {
            UNKNOWN => Walk::Open { state: from / STATE as u16, at: bytes.len() },
            known => Walk::Done(known == MATCHED),
        }
    }
}
