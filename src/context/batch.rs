//! Many `traceparent` values at once: one a line, as a log or a column of a table gives them.
//!
//! A line of a good header has 55 characters before its end, and is decoded without looking for that end; only other lines
//! are searched. The answer is columns, not objects.

use crate::context::flags::TraceFlags;
use crate::context::shape::trim;
use crate::context::traceparent::{LENGTH, Traceparent, fields};
use crate::id::{SpanId, TraceId};
use crate::simd::{self, DashedHex};

/// How many bytes the ids of a header take: 16 of the trace, 8 of the span.
const IDS: usize = 24;

/// What the lines of a text say, one entry a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceparentBatch {
    count: usize,
    // The columns one after the other: `count` bytes, `count` bytes, `count` times 24 bytes.
    columns: Vec<u8>,
}

impl TraceparentBatch {
    /// Reads lines that end with a line feed, a carriage return before it or not; the last may end with the text. White
    /// space around a value is no part of it. A line without a valid `traceparent`, also an empty one, has an entry too.
    ///
    /// ```
    /// use spanscope::context::TraceparentBatch;
    ///
    /// let batch = TraceparentBatch::parse(b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\nnone\n");
    /// assert_eq!(batch.len(), 2);
    /// assert_eq!(batch.get(0).unwrap().parent_id().to_string(), "b7ad6b7169203331");
    /// assert_eq!(batch.get(1), None);
    /// ```
    pub fn parse(lines: &[u8]) -> Self {
        // As many as there are when all lines are good headers, which is seen while they are read.
        let mut batch = Self::with_lines(lines.len().div_ceil(LENGTH + 1));
        let (read, rest) = batch.read(0, lines, false);
        if !rest.is_empty() || read < batch.count {
            batch.resize(read, read + count_lines(rest));
            batch.read(read, rest, true);
        }
        batch
    }

    /// Room for so many lines.
    fn with_lines(count: usize) -> Self {
        Self { count, columns: vec![0; count * (2 + IDS)] }
    }

    /// Makes room for `count` lines and keeps what the first `lines` say.
    #[cold]
    fn resize(&mut self, lines: usize, count: usize) {
        let mut resized = Self::with_lines(count);
        resized.columns[..lines].copy_from_slice(&self.ok()[..lines]);
        resized.columns[count..][..lines].copy_from_slice(&self.flags()[..lines]);
        resized.columns[2 * count..][..lines * IDS].copy_from_slice(&self.columns[2 * self.count..][..lines * IDS]);
        *self = resized;
    }

    /// Reads lines into the columns from `first` on, all of them or up to one that is more than a good header. Answers how many
    /// lines have an entry then, and what is left.
    fn read<'a>(&mut self, first: usize, text: &'a [u8], all: bool) -> (usize, &'a [u8]) {
        let (ok, rest) = self.columns.split_at_mut(self.count);
        let (flags, ids) = rest.split_at_mut(self.count);
        let ids: &mut [[u8; IDS]] = ids.as_chunks_mut().0;
        let mut rest = text;
        // By index: iterators that go side by side are calls in a module that is compiled for size.
        #[allow(clippy::needless_range_loop)]
        for line in first..ok.len() {
            let header = if let Some(head) = rest.first_chunk::<LENGTH>()
                && matches!(rest.get(LENGTH), None | Some(b'\n'))
                && let Some(header) = fields(head)
            {
                rest = rest.get(LENGTH + 1..).unwrap_or_default();
                header
            } else if all {
                let (header, after) = any_line(rest);
                rest = after;
                let Some(header) = header else { continue };
                header
            } else {
                return (line, rest);
            };
            ok[line] = 1;
            flags[line] = header.flags;
            // Whole arrays are stored; slices of this length would be copied by a call, which costs more than reading.
            if let Some(trace_id) = ids[line].first_chunk_mut() {
                *trace_id = header.trace_id;
            }
            if let Some(parent_id) = ids[line].last_chunk_mut() {
                *parent_id = header.parent_id;
            }
        }
        (ok.len(), rest)
    }

    /// How many lines there were.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there was no line.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The header of a line, as version 00; `None` when it is not valid or there is no such line.
    pub fn get(&self, line: usize) -> Option<Traceparent> {
        let (trace, span) = self.ids().get(line)?.split_at(16);
        let trace_id = TraceId::from_bytes(trace.try_into().ok()?);
        let span_id = SpanId::from_bytes(span.try_into().ok()?);
        // The ids of an invalid line are zero.
        Traceparent::new(trace_id, span_id, TraceFlags::new(*self.flags().get(line)?))
    }

    /// For each line: 1 when it holds a valid header, else 0.
    pub fn ok(&self) -> &[u8] {
        &self.columns[..self.count]
    }

    /// For each line: the flags as they came; 0 where there is no valid header.
    pub fn flags(&self) -> &[u8] {
        &self.columns[self.count..2 * self.count]
    }

    /// For each line: 16 bytes of the trace id and 8 of the parent id; zeros where there is no valid header.
    pub fn ids(&self) -> &[[u8; IDS]] {
        self.columns[2 * self.count..].as_chunks().0
    }

    /// The three columns one after the other, as bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.columns
    }
}

/// What the first line of a text says, whose end must be looked for; and what comes after it.
#[cold]
#[inline(never)]
fn any_line(text: &[u8]) -> (Option<DashedHex>, &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let line = text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]);
    let header = Traceparent::decode(trim(line)).map(|parent| DashedHex {
        version: parent.version(),
        trace_id: parent.trace_id().to_bytes(),
        parent_id: parent.parent_id().to_bytes(),
        flags: parent.flags().bits(),
    });
    (header, text.get(end + 1..).unwrap_or_default())
}

/// How many lines a text has; a line feed at the end begins no further one.
fn count_lines(text: &[u8]) -> usize {
    simd::count(text, b'\n') + usize::from(text.last().is_some_and(|last| *last != b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

    fn ok(text: &str) -> Vec<u8> {
        TraceparentBatch::parse(text.as_bytes()).ok().to_vec()
    }

    #[test]
    fn every_line_has_an_entry() {
        assert_eq!(ok(""), []);
        assert_eq!(ok("\n"), [0]);
        assert_eq!(ok("\n\n"), [0, 0]);
        assert_eq!(ok(HEADER), [1]);
        assert_eq!(ok(&format!("{HEADER}\n")), [1]);
        assert_eq!(ok(&format!("{HEADER}\r\n {HEADER}\t\n\n{HEADER}x\n{HEADER}")), [1, 1, 0, 0, 1]);
        assert_eq!(ok(&format!("{HEADER}\n{HEADER}\n\n\n{HEADER}\n{HEADER}\r\n")), [1, 1, 0, 0, 1, 1]);
        assert_eq!(ok(&format!("{HEADER}\n{}\n{HEADER}", "x".repeat(500))), [1, 0, 1]);
        assert_eq!(ok(&"\n".repeat(200)), [0; 200]);
        assert_eq!(ok(&format!("cc{}-more\n{}", &HEADER[2..], &HEADER[..54])), [1, 0]);
    }

    #[test]
    fn the_columns_hold_what_single_headers_hold() {
        let batch = TraceparentBatch::parse(format!("none\n{HEADER}").as_bytes());
        assert_eq!(batch.flags(), [0, 3]);
        assert_eq!(batch.get(1), HEADER.parse().ok());
        assert_eq!((batch.get(0), batch.get(2)), (None, None));
        assert_eq!(batch.ids()[0], [0; 24]);
        assert_eq!(batch.into_bytes().len(), 2 * 26);
    }
}
