//! The keys of objects, and the orders in which writers put them.

use super::Text;
use crate::simd::Literal;

/// What [`super::Lexer::member`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A key of the list, by its index.
    Known(u8),
    /// Another key.
    Other(Text),
    /// The object's end.
    End,
}

/// The keys an object may have, and which of them was last seen to follow which.
#[derive(Debug)]
pub struct Keys {
    pub(super) literals: &'static [Literal],
    /// `next[k]`: the two keys that followed key k-1 last; `next[0]`: the first key.
    pub(super) next: [[u8; 2]; 64],
}

impl Keys {
    /// At most 63 keys.
    pub fn new(literals: &'static [Literal]) -> Keys {
        assert!(literals.len() < 64, "successors are kept for at most 63 keys");
        let last = literals.len() - 1;
        let next = std::array::from_fn(|i| [i.min(last) as u8, (i + 1).min(last) as u8]);
        Keys { literals, next }
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<u8> {
        self.literals.iter().position(|literal| literal.name() == name).map(|i| i as u8)
    }
}

/// Where in its object [`super::Lexer::member`] is: made by [`super::Lexer::begin_object`].
#[derive(Debug)]
pub struct Cursor {
    /// Index of the last known key plus one, 0 at the start.
    pub(super) after: u8,
    pub(super) first: bool,
}

impl Cursor {
    /// Behind the member with the key of this index.
    #[inline(always)]
    pub fn behind(key: u8) -> Cursor {
        Cursor { after: key + 1, first: false }
    }
}
