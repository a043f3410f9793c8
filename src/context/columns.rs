//! Lines of `traceparent` values in columns: what runs once a header when a whole log of them is read.
//!
//! A line of a good header has 55 characters before its end, and is decoded without looking for that end; any other line is
//! for the caller to read.

use crate::simd::{self, DashedHex};

/// The length of a version 00 header, and the shortest any other version may have.
pub const LENGTH: usize = 55;

/// How many bytes the ids of a header take: 16 of the trace, 8 of the span.
pub const IDS: usize = 24;

/// What the first line of a text says, and what comes after that line.
pub type FirstLine = fn(&[u8]) -> (Option<DashedHex>, &[u8]);

/// The fields that all versions have, if they are good; what comes after them is for the caller to look at.
#[inline(always)]
pub fn fields(head: &[u8; LENGTH]) -> Option<DashedHex> {
    let fields = DashedHex::read(head)?;
    let zero = u128::from_ne_bytes(fields.trace_id) == 0 || u64::from_ne_bytes(fields.parent_id) == 0;
    (!zero && fields.version != 0xff).then_some(fields)
}

/// What each line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// How many lines there are.
    pub count: usize,
    /// One after the other: whether a line is valid, its flags (`count` bytes each), and its ids (`count` times 24 bytes).
    /// Zeros for a line that is not.
    pub bytes: Vec<u8>,
}

impl Columns {
    /// Reads all lines of a text, those that are more or less than a good header with `first_line`.
    pub fn read(text: &[u8], first_line: FirstLine) -> Self {
        // As many as there are when all lines are good headers, which is seen while they are read.
        let mut columns = Self::with_lines(text.len().div_ceil(LENGTH + 1));
        let (read, rest) = columns.fill(0, text, None);
        if !rest.is_empty() || read < columns.count {
            columns.resize(read, read + count_lines(rest));
            columns.fill(read, rest, Some(first_line));
        }
        columns
    }

    /// Room for so many lines.
    fn with_lines(count: usize) -> Self {
        Self { count, bytes: vec![0; count * (2 + IDS)] }
    }

    /// Makes room for `count` lines and keeps what the first `lines` say.
    #[cold]
    fn resize(&mut self, lines: usize, count: usize) {
        let mut resized = Self::with_lines(count);
        let (ok, rest) = self.bytes.split_at(self.count);
        let (flags, ids) = rest.split_at(self.count);
        resized.bytes[..lines].copy_from_slice(&ok[..lines]);
        resized.bytes[count..][..lines].copy_from_slice(&flags[..lines]);
        resized.bytes[2 * count..][..lines * IDS].copy_from_slice(&ids[..lines * IDS]);
        *self = resized;
    }

    /// Reads lines into the columns from `first` on: all of them, or without `first_line` up to one that is no good header.
    /// Answers how many lines have an entry then, and what is left.
    fn fill<'a>(&mut self, first: usize, text: &'a [u8], first_line: Option<FirstLine>) -> (usize, &'a [u8]) {
        let (ok, rest) = self.bytes.split_at_mut(self.count);
        let (flags, ids) = rest.split_at_mut(self.count);
        let ids: &mut [[u8; IDS]] = ids.as_chunks_mut().0;
        let entries = ok[first..].iter_mut().zip(&mut flags[first..]).zip(&mut ids[first..]);
        let mut rest = text;
        for (line, ((ok, flags), ids)) in entries.enumerate() {
            let header = if let Some(head) = rest.first_chunk::<LENGTH>()
                && matches!(rest.get(LENGTH), None | Some(b'\n'))
                && let Some(header) = fields(head)
            {
                rest = rest.get(LENGTH + 1..).unwrap_or_default();
                header
            } else if let Some(first_line) = first_line {
                let (header, after) = first_line(rest);
                rest = after;
                let Some(header) = header else { continue };
                header
            } else {
                return (first + line, rest);
            };
            *ok = 1;
            *flags = header.flags;
            // Whole arrays are stored: as slices they would be copied by a call, which costs more than reading.
            if let Some(trace_id) = ids.first_chunk_mut() {
                *trace_id = header.trace_id;
            }
            if let Some(parent_id) = ids.last_chunk_mut() {
                *parent_id = header.parent_id;
            }
        }
        (self.count, rest)
    }
}

/// How many lines a text has; a line feed at the end begins no further one.
fn count_lines(text: &[u8]) -> usize {
    simd::count(text, b'\n') + usize::from(text.last().is_some_and(|last| *last != b'\n'))
}
