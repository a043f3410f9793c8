//! The kept inputs, seen as one address space of 32 bits.
//!
//! ```text
//!  0                                                      ARENA                2^32
//!  ├── input 0 ──┤├── input 1 ──┤├── … ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┤├── made text ─ ─ ─ ─ ┤
//! ```
//! A value then needs one number for its place, whichever input it is in. WebAssembly's memory is no larger anyway.

use std::sync::Arc;

use super::lines::Lines;
use crate::error::Position;

/// Where text that stands in no input (decoded, unpacked) begins.
const ARENA: u32 = 0xe000_0000;

/// A document as it was given.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) bytes: Arc<Vec<u8>>,
    pub(crate) base: u32,
    lines: Lines,
}

/// All inputs and the arena.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) inputs: Vec<Input>,
    arena: Vec<u8>,
}

impl Buffers {
    /// Adds an input; its number and base address, or `None` when the inputs are too large together.
    pub(crate) fn add(&mut self, name: &str, bytes: Arc<Vec<u8>>) -> Option<(u32, u32)> {
        let base = self.inputs.last().map_or(0, |last| last.base as usize + last.bytes.len());
        if base + bytes.len() > ARENA as usize {
            return None;
        }
        self.inputs.push(Input { name: name.to_owned(), bytes, base: base as u32, lines: Lines::default() });
        Some((self.inputs.len() as u32 - 1, base as u32))
    }

    /// Keeps made text; its address, or `None` when there is no room left.
    pub(crate) fn keep(&mut self, bytes: &[u8]) -> Option<u32> {
        let at = self.arena.len();
        if at + bytes.len() > (u32::MAX - ARENA) as usize {
            return None;
        }
        self.arena.extend_from_slice(bytes);
        Some(ARENA + at as u32)
    }

    pub(crate) fn slice(&self, at: u32, len: u32) -> &[u8] {
        let (bytes, start) = if at >= ARENA {
            (self.arena.as_slice(), (at - ARENA) as usize)
        } else {
            let input = &self.inputs[self.input_of(at)];
            (input.bytes.as_slice(), (at - input.base) as usize)
        };
        bytes.get(start..start + len as usize).unwrap_or(&[])
    }

    /// The number of the input in which an address lies.
    pub(crate) fn input_of(&self, at: u32) -> usize {
        self.inputs.partition_point(|input| input.base <= at).saturating_sub(1)
    }

    /// The place behind an address.
    pub(crate) fn position(&self, at: u32) -> Option<Position> {
        if at >= ARENA || self.inputs.is_empty() {
            return None;
        }
        let index = self.input_of(at);
        let input = &self.inputs[index];
        Some(input.lines.locate(index as u32, &input.bytes, (at - input.base) as usize))
    }
}
