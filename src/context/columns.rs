//! Lines of `traceparent` values in columns: what runs once a header when a whole log of them is read.
//!
//! A line of a good header has 55 characters before its end, and is decoded without looking for that end; any other line is
//! for the caller to read.

use crate::simd::DashedHex;

/// The length of a version 00 header, and the shortest any other version may have.
pub const LENGTH: usize = 55;

/// The length of a line that holds such a header and nothing else.
const LINE: usize = LENGTH + 1;

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

/// How many lines are read before what they say is added to the columns.
const BLOCK: usize = 64;

/// What a line says that holds a good header and nothing else.
#[inline(always)]
fn good_line(line: &[u8; LINE]) -> Option<DashedHex> {
    if line[LENGTH] != b'\n' {
        return None;
    }
    fields(line.first_chunk()?)
}

/// What each line says: an entry a line in each column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The ids; zeros for a line that is not valid.
    pub ids: Vec<[u8; IDS]>,
    /// The flags; zero for a line that is not valid.
    pub flags: Vec<u8>,
    /// Whether the line is valid: 1 or 0.
    pub ok: Vec<u8>,
}

impl Columns {
    /// Reads all lines of a text, those that are more or less than a good header with `first_line`.
    pub fn read(text: &[u8], first_line: FirstLine) -> Self {
        // As many as there are when all lines are good headers.
        let count = text.len().div_ceil(LINE);
        let mut columns =
            Self { ids: Vec::with_capacity(count), flags: Vec::with_capacity(count), ok: Vec::with_capacity(count) };
        let mut block = ([[0; IDS]; BLOCK], [0; BLOCK]);
        let mut rest = text;
        loop {
            let (lines, _) = rest.as_chunks();
            let read = columns.read_good(lines, &mut block);
            rest = rest.get(read * LINE..).unwrap_or_default();
            if rest.is_empty() {
                return columns;
            }
            let (header, after) = first_line(rest);
            columns.push(header);
            rest = after;
        }
    }

    /// Reads lines up to one that is no good header, and answers how many it has read. They go through arrays of ids and flags, some
    /// at a time: adding each to three vectors costs more.
    fn read_good(&mut self, lines: &[[u8; LINE]], (ids, flags): &mut ([[u8; IDS]; BLOCK], [u8; BLOCK])) -> usize {
        let mut all = 0;
        for lines in lines.chunks(BLOCK) {
            let mut read = 0;
            for ((line, ids), flags) in lines.iter().zip(&mut *ids).zip(&mut *flags) {
                let Some(header) = good_line(line) else { break };
                *flags = header.flags;
                // Whole arrays are stored: as slices they would be copied by a call, which costs more than reading.
                if let Some(trace_id) = ids.first_chunk_mut() {
                    *trace_id = header.trace_id;
                }
                if let Some(parent_id) = ids.last_chunk_mut() {
                    *parent_id = header.parent_id;
                }
                read += 1;
            }
            self.ids.extend_from_slice(&ids[..read]);
            self.flags.extend_from_slice(&flags[..read]);
            self.ok.resize(self.ok.len() + read, 1);
            all += read;
            if read < lines.len() {
                break;
            }
        }
        all
    }

    fn push(&mut self, header: Option<DashedHex>) {
        self.ok.push(u8::from(header.is_some()));
        let DashedHex { trace_id, parent_id, flags, .. } = header.unwrap_or_default();
        self.flags.push(flags);
        let mut ids = [0; IDS];
        ids[..16].copy_from_slice(&trace_id);
        ids[16..].copy_from_slice(&parent_id);
        self.ids.push(ids);
    }
}
