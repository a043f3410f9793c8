//! What is to be drawn: rows, rasters, ticks. Sizes and ranges come from the caller; nothing here knows of a screen.

pub mod minimap;
pub mod ticks;
mod visible;
pub mod waterfall;

/// A stretch of time to be shown, in nanoseconds since the start of the trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeRange {
    /// The left edge.
    pub from: f64,
    /// The right edge.
    pub to: f64,
}

impl TimeRange {
    /// All time.
    pub const ALL: TimeRange = TimeRange { from: f64::NEG_INFINITY, to: f64::INFINITY };

    /// Whether a stretch has a part in it.
    fn overlaps(&self, start: f64, end: f64) -> bool {
        start <= self.to && end >= self.from
    }
}
