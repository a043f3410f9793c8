//! Many `traceparent` values at once: one a line, as a log or a column of a table gives them. The answer is columns, not objects.

use spanscope_hot::context::columns::{Columns, IDS};

use crate::context::flags::TraceFlags;
use crate::context::shape::trim;
use crate::context::traceparent::Traceparent;
use crate::id::{SpanId, TraceId};
use crate::simd::DashedHex;

/// What the lines of a text say, one entry a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceparentBatch(Columns);

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
        Self(Columns::read(lines, any_line))
    }

    /// How many lines there were.
    pub fn len(&self) -> usize {
        self.0.ok.len()
    }

    /// Whether there was no line.
    pub fn is_empty(&self) -> bool {
        self.0.ok.is_empty()
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
        &self.0.ok
    }

    /// For each line: the flags as they came; 0 where there is no valid header.
    pub fn flags(&self) -> &[u8] {
        &self.0.flags
    }

    /// For each line: 16 bytes of the trace id and 8 of the parent id; zeros where there is no valid header.
    pub fn ids(&self) -> &[[u8; IDS]] {
        &self.0.ids
    }
}

/// What the first line of a text says, whose end must be looked for; and what comes after it.
#[cold]
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
    }
}
