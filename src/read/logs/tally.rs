//! What the lines of an input were, counted.

use super::state::Taken;

/// What the lines of one input had, apart from those that were taken in.
#[derive(Debug, Default)]
pub struct Tally {
    /// Log lines without a trace id, and the first one's offset.
    pub without: (u64, usize),
    /// Lines that are none of a log.
    pub other: (u64, usize),
    pub taken: u64,
}

impl Tally {
    /// Counts a line that begins at this offset.
    pub fn count(&mut self, taken: Taken, offset: usize) {
        match taken {
            Taken::Line => self.taken(),
            Taken::WithoutTrace => self.without_trace(offset),
            Taken::Nothing => self.other(offset),
        }
    }

    pub fn without_trace(&mut self, offset: usize) {
        count(&mut self.without, offset);
    }

    pub fn other(&mut self, offset: usize) {
        count(&mut self.other, offset);
    }

    pub fn taken(&mut self) {
        self.taken += 1;
    }
}

fn count(counter: &mut (u64, usize), offset: usize) {
    if counter.0 == 0 {
        counter.1 = offset;
    }
    counter.0 += 1;
}
