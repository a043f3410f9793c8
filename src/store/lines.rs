//! Lines of an input.
//!
//! ```text
//!  0         1 MiB     2 MiB       3 MiB
//!  ├─────────┼─────────┼─────────x─┤        a place is counted from the mark before it
//! ```
//! A line may be a file of hundreds of megabytes, and whoever looks at one span after the other asks for a place each time.

use std::sync::{Mutex, PoisonError};

use crate::error::{Place, Position};

/// Bytes from one mark to the next.
const STRETCH: usize = 1 << 20;

/// What stands before each mark of an input but the first, which is its beginning; as far as was asked.
#[derive(Debug, Default)]
pub(super) struct Lines {
    marks: Mutex<Vec<Place>>,
}

impl Lines {
    /// The place `offset` bytes into an input, always the same one.
    pub(super) fn locate(&self, input: u32, bytes: &[u8], offset: usize) -> Position {
        let offset = offset.min(bytes.len());
        // What a thread that panicked has left is right as far as it goes.
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut place = marks.last().copied().unwrap_or_default();
        for stretch in
            bytes[marks.len() * STRETCH..].chunks_exact(STRETCH).take((offset / STRETCH).saturating_sub(marks.len()))
        {
            place = place.behind(stretch);
            marks.push(place);
        }
        let number = offset / STRETCH;
        let before = number.checked_sub(1).map(|mark| marks[mark]).unwrap_or_default();
        before.behind(&bytes[number * STRETCH..offset]).position(input, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_one_that_is_counted_from_the_beginning() {
        for text in ["ä line\n", "{\"one\":\"line — long\"}", "\n"] {
            let bytes = text.repeat(3 * STRETCH / text.len() + 5).into_bytes();
            let lines = Lines::default();
            for offset in
                [5, 2 * STRETCH + 7, 0, STRETCH, STRETCH - 1, 3 * STRETCH + 1, usize::MAX, STRETCH + 1, 2 * STRETCH]
            {
                assert_eq!(
                    lines.locate(1, &bytes, offset),
                    Position::locate(1, &bytes, offset),
                    "{offset} of {text:?}"
                );
            }
        }
    }
}
