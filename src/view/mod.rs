//! What is to be drawn: rows, rasters, ticks. Sizes and ranges come from the caller; nothing here knows of a screen.

pub mod flame;
pub mod idle;
pub mod logs;
pub mod map;
pub mod minimap;
pub mod shifts;
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

/// Where times are drawn: points of time and the pixels they stand at, both rising, straight between them.
///
/// ```text
///  px  |        ____/     long idle stretches take few pixels
///      |       /
///      |______/
///      +------------ ns
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    points: Vec<(f64, f64)>,
}

impl Scale {
    /// One range over so many pixels.
    pub fn linear(range: TimeRange, width: f64) -> Scale {
        Scale { points: vec![(range.from, 0.0), (range.to, width)] }
    }

    /// Pairs of time and pixel; `None` unless there are two, all finite, and times rise.
    pub fn new(points: &[(f64, f64)]) -> Option<Scale> {
        let finite = points.iter().all(|(ns, px)| ns.is_finite() && px.is_finite());
        let rising = points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        (points.len() > 1 && finite && rising).then(|| Scale { points: points.to_vec() })
    }

    /// The pixel of a time.
    fn place(&self, ns: f64) -> f64 {
        let behind = self.points.partition_point(|point| point.0 <= ns).clamp(1, self.points.len() - 1);
        let ((from, left), (to, right)) = (self.points[behind - 1], self.points[behind]);
        left + (ns - from) / (to - from) * (right - left)
    }
}
