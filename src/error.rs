//! Where in an input something stands, and what was wrong with it.

use std::fmt;

/// A place in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    /// Which input, counted from 0 in the order they were given.
    pub input: u32,
    /// Bytes before it.
    pub offset: u64,
    /// Line, counted from 1.
    pub line: u32,
    /// Characters before it on its line plus one.
    pub column: u32,
}

impl Position {
    /// The place `offset` bytes into `bytes`: lines end with a line feed, columns count characters.
    pub fn locate(input: u32, bytes: &[u8], offset: usize) -> Position {
        let offset = offset.min(bytes.len());
        Place::default().behind(&bytes[..offset]).position(input, offset)
    }
}

/// How many lines ended before a place, and how many characters stand before it on its own.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    lines: u32,
    characters: u32,
}

impl Place {
    /// The place behind what follows.
    pub fn behind(self, bytes: &[u8]) -> Place {
        match crate::simd::count(bytes, b'\n') {
            0 => Place { characters: self.characters + characters(bytes) as u32, ..self },
            ended => {
                let start = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                Place { lines: self.lines + ended as u32, characters: characters(&bytes[start..]) as u32 }
            }
        }
    }

    /// The same for others to read: lines and columns are counted from one.
    pub fn position(self, input: u32, offset: usize) -> Position {
        Position { input, offset: offset as u64, line: self.lines + 1, column: self.characters + 1 }
    }
}

/// How many characters begin in UTF-8: with every byte but those that go on, `10…` in binary. Eight at a time, as a line may be a file.
fn characters(text: &[u8]) -> usize {
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = text.as_chunks::<8>();
    let mut going_on = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        going_on += (word & !(word << 1) & HIGHEST).count_ones() as usize;
    }
    going_on += rest.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
    text.len() - going_on
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {} (byte {})", self.line, self.column, self.offset)
    }
}

/// What a warning is about. The text of [`WarningKind::as_str`] is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// A span's parent is not in the input.
    Orphan,
    /// Spans are each other's ancestors; the cycle was cut.
    Cycle,
    /// A span names itself as its parent.
    SelfParent,
    /// Two spans of a trace have the same id; both are kept.
    DuplicateId,
    /// A span without an id: nothing can be its child.
    EmptySpanId,
    /// A span without a trace id.
    EmptyTraceId,
    /// An id that is neither hexadecimal of its width nor base64 of its size.
    BadId,
    /// A span without a start time.
    NoStartTime,
    /// A span without an end time.
    NoEndTime,
    /// A span that ends before it starts.
    EndBeforeStart,
    /// A time that no field says: it was made from what stands around it.
    EstimatedTime,
    /// A parent that no field names: it was chosen because its time encloses the span's.
    GuessedParent,
    /// A time that is no number or lies outside of 64-bit nanoseconds.
    BadTime,
    /// A value of another type than its field has.
    WrongType,
    /// A value that its field does not allow, such as an unknown kind.
    BadValue,
    /// A key that stands twice in an object; the last one counts.
    DuplicateKey,
    /// A span refers to a resource or process that is not there.
    UnknownProcess,
    /// A part of the input that could not be read and was skipped.
    Skipped,
    /// The input ends inside a value; what stood before is kept.
    Truncated,
    /// A document that holds no spans, such as logs or metrics between traces.
    NotTraces,
    /// Something that the producer of the trace had to say about a span.
    Producer,
}

impl WarningKind {
    /// Kebab-case name, as on the JavaScript surface.
    pub fn as_str(self) -> &'static str {
        match self {
            WarningKind::Orphan => "orphan",
            WarningKind::Cycle => "cycle",
            WarningKind::SelfParent => "self-parent",
            WarningKind::DuplicateId => "duplicate-id",
            WarningKind::EmptySpanId => "empty-span-id",
            WarningKind::EmptyTraceId => "empty-trace-id",
            WarningKind::BadId => "bad-id",
            WarningKind::NoStartTime => "no-start-time",
            WarningKind::NoEndTime => "no-end-time",
            WarningKind::EndBeforeStart => "end-before-start",
            WarningKind::EstimatedTime => "estimated-time",
            WarningKind::GuessedParent => "guessed-parent",
            WarningKind::BadTime => "bad-time",
            WarningKind::WrongType => "wrong-type",
            WarningKind::BadValue => "bad-value",
            WarningKind::DuplicateKey => "duplicate-key",
            WarningKind::UnknownProcess => "unknown-process",
            WarningKind::Skipped => "skipped",
            WarningKind::Truncated => "truncated",
            WarningKind::NotTraces => "not-traces",
            WarningKind::Producer => "producer",
        }
    }

    /// One sentence on what it means, when no reader said more.
    pub fn sentence(self) -> &'static str {
        match self {
            WarningKind::Orphan => "The parent of this span is not in the input.",
            WarningKind::Cycle => "This span is its own ancestor; the cycle was cut here.",
            WarningKind::SelfParent => "This span names itself as its parent.",
            WarningKind::DuplicateId => {
                "Another span of this trace has the same id; children hang under the first of them."
            }
            WarningKind::EmptySpanId => "This span has no id, so no span can be its child.",
            WarningKind::EmptyTraceId => "This span has no trace id.",
            WarningKind::BadId => "Expected an id in hexadecimal, or base64 of its exact size; it is kept as written.",
            WarningKind::NoStartTime => "This span has no start time, so it has no place on the timeline.",
            WarningKind::NoEndTime => "This span has no end time; its duration is taken as 0.",
            WarningKind::EndBeforeStart => "This span ends before it starts; analyses take its duration as 0.",
            WarningKind::EstimatedTime => "The times of this span are estimated.",
            WarningKind::GuessedParent => "The parent of this span is guessed: its time encloses the span.",
            WarningKind::BadTime => "Expected a time in 64-bit nanoseconds.",
            WarningKind::WrongType => "A value has another type than its field.",
            WarningKind::BadValue => "A value is none that its field allows.",
            WarningKind::DuplicateKey => "A key stands twice in one object; the last one counts.",
            WarningKind::UnknownProcess => "This span refers to a process that is not in the input.",
            WarningKind::Skipped => "A part of the input could not be read and was skipped.",
            WarningKind::Truncated => "The input ends inside a value; what stood before is kept.",
            WarningKind::NotTraces => "A part of the input holds no spans.",
            WarningKind::Producer => "The producer of this trace noted something.",
        }
    }
}

/// Something that reading noticed. Like warnings are counted, the first one is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// One sentence: expected what, found what, for the first case.
    pub message: String,
    /// How many cases there are.
    pub count: u64,
    /// Place of the first case, where there is one.
    pub position: Option<Position>,
}
