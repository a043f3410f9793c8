//! The whole trace in a few pixels: a raster with one line a span, squeezed where there are more spans than lines.
//!
//! Where several spans fall on a pixel the longest one shows; a span is at least a pixel wide. An error shows in any case: spans in which
//! one began are drawn before all others, and nothing is drawn over what is drawn.
//!
//! O(n log n + pixels): within a line of pixels, each column is filled once.

use super::Scale;
use super::shifts::Shifts;
use crate::analyze::errors::Errors;
use crate::store::Trace;

/// What a minimap looks like.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// What the width stands for.
    pub scale: &'a Scale,
    /// A colour for each service of the store, the last one for what is beyond. The lowest byte is red.
    pub palette: &'a [u32],
    /// The colour of errors.
    pub error: u32,
    /// Where spans are drawn that are not where they were recorded.
    pub shifts: Shifts<'a>,
}

/// More than any screen has.
const MAX_PIXELS: u64 = 1 << 26;

struct Bar {
    duration: u64,
    first: u32,
    last: u32,
    color: u32,
    error: bool,
}

/// Red, green, blue and alpha of every pixel, line by line. Empty when it has no pixels or far too many.
pub fn minimap(trace: &Trace<'_>, errors: &Errors, look: &Look<'_>) -> Vec<u8> {
    let pixels = u64::from(look.width) * u64::from(look.height);
    if pixels == 0 || pixels > MAX_PIXELS {
        return Vec::new();
    }
    let mut raster = Raster { width: look.width as usize, pixels: vec![0; pixels as usize * 4] };
    let spans = trace.span_count() as u64;
    let height = u64::from(look.height);
    let line_of = |position: u64| position * height / spans;
    let mut bars = Vec::new();
    let mut order: Vec<(u64, u32)> = Vec::new();
    let mut columns = Columns::default();
    let mut position = 0;
    while position < spans {
        let line = line_of(position);
        bars.clear();
        while position < spans && line_of(position) == line {
            bars.extend(bar(trace, position as usize, errors.begins_at(position as usize), look));
            position += 1;
        }
        // Errors first, then by length; equals in the order of the tree.
        order.clear();
        order.extend((0..).zip(&bars).map(|(place, bar): (u32, &Bar)| {
            // A duration of more than 292 years is as good as one of 292 years.
            ((u64::from(!bar.error) << 63) | ((u64::MAX >> 1) - bar.duration.min(u64::MAX >> 1)), place)
        }));
        order.sort_unstable();
        let lines = line..(line + thickness(height / spans)).min(height);
        columns.clear(look.width);
        for bar in order.iter().map(|(_, place)| &bars[*place as usize]) {
            columns.fill(bar.first, bar.last, |column| raster.set(column, lines.clone(), bar.color));
        }
    }
    raster.pixels
}

/// Lines of pixels that a bar takes of those that a span has: some are left free between spans.
fn thickness(lines: u64) -> u64 {
    match lines {
        0..3 => 1,
        3..5 => 2,
        _ => 3,
    }
}

fn bar(trace: &Trace<'_>, position: usize, error: bool, look: &Look<'_>) -> Option<Bar> {
    let span = trace.span(position)?;
    let (start, end) = look.shifts.interval(&span)?;
    let origin = trace.start_ns()?;
    let since_start = |time: u64| (i128::from(time) - i128::from(origin)) as f64;
    let (first, last) = columns(look.scale, look.width, since_start(start), since_start(end))?;
    let color = if error { look.error } else { *look.palette.get(span.service_index()).or(look.palette.last())? };
    Some(Bar { duration: end - start, first, last, color, error })
}

/// The columns of a stretch of time, `None` when it is out of sight.
fn columns(scale: &Scale, width: u32, start: f64, end: f64) -> Option<(u32, u32)> {
    let (left, right) = (scale.place(start), scale.place(end));
    // What is not a number is out of sight too.
    if !(left <= f64::from(width) && right >= 0.0) {
        return None;
    }
    // Conversion to an integer saturates.
    let first = (left.max(0.0) as u32).min(width - 1);
    Some((first, ((right.ceil() - 1.0).max(0.0) as u32).clamp(first, width - 1)))
}

/// Which columns of a minimap a start of one of these spans falls on: 1, or else 0.
pub fn starts(
    trace: &Trace<'_>,
    shifts: Shifts<'_>,
    spans: impl Iterator<Item = usize>,
    scale: &Scale,
    width: u32,
) -> Vec<u8> {
    let mut marks = vec![0; width.min(MAX_COLUMNS) as usize];
    for position in spans {
        if let Some(column) = start_column(trace, shifts, position, scale, width)
            && let Some(mark) = marks.get_mut(column as usize)
        {
            *mark = 1;
        }
    }
    marks
}

const MAX_COLUMNS: u32 = 1 << 16;

fn start_column(trace: &Trace<'_>, shifts: Shifts<'_>, position: usize, scale: &Scale, width: u32) -> Option<u32> {
    let (start, _) = shifts.interval(&trace.span(position)?)?;
    let time = (i128::from(start) - i128::from(trace.start_ns()?)) as f64;
    Some(columns(scale, width.max(1), time, time)?.0)
}

/// What columns were computed for: points of the scale, width, and whether clocks were aligned.
type Asked = (Vec<(f64, f64)>, u32, bool);

/// The columns of all starts of a trace, kept from one question to the next: while somebody types, a large part of the spans is asked for again and
/// again.
#[derive(Debug, Default)]
pub struct StartColumns {
    asked: Option<Asked>,
    /// By span the column plus one; 0 for none.
    columns: Vec<u32>,
}

impl StartColumns {
    /// The same as [`starts`], for a scale of these points; nothing when they are none. The trace is always the same, `shifts` are those of the
    /// aligned clocks if `aligned`.
    pub fn marks(
        &mut self,
        trace: &Trace<'_>,
        (shifts, aligned): (Shifts<'_>, bool),
        spans: &[u32],
        points: &[(f64, f64)],
        width: u32,
    ) -> Vec<u8> {
        let Some(scale) = Scale::new(points) else { return Vec::new() };
        if spans.len() < trace.span_count() / FEW {
            return starts(trace, shifts, spans.iter().map(|span| *span as usize), &scale, width);
        }
        let asks = (points.to_vec(), width, aligned);
        if self.asked.as_ref() != Some(&asks) {
            let column = |position| start_column(trace, shifts, position, &scale, width).map_or(0, |column| column + 1);
            self.columns = (0..trace.span_count()).map(column).collect();
            self.asked = Some(asks);
        }
        // The first one is for those that have none.
        let mut marks = vec![0; width.min(MAX_COLUMNS) as usize + 1];
        for span in spans {
            let column = self.columns.get(*span as usize).map_or(0, |column| *column as usize);
            if let Some(mark) = marks.get_mut(column) {
                *mark = 1;
            }
        }
        marks.remove(0);
        marks
    }
}

/// Of fewer spans than one in so many the columns are computed as they are asked for.
const FEW: usize = 16;

struct Raster {
    width: usize,
    pixels: Vec<u8>,
}

impl Raster {
    fn set(&mut self, column: u32, lines: std::ops::Range<u64>, color: u32) {
        for line in lines {
            let at = (line as usize * self.width + column as usize) * 4;
            self.pixels[at..at + 4].copy_from_slice(&color.to_le_bytes());
        }
    }
}

/// The columns of a line that are still free: for each, a column at or behind it that may be.
#[derive(Default)]
struct Columns {
    next: Vec<u32>,
}

impl Columns {
    fn clear(&mut self, width: u32) {
        self.next.clear();
        self.next.extend(0..=width);
    }

    /// The first free column from this one on, the width when there is none. Shortens the way for the next search.
    fn find(&mut self, column: u32) -> u32 {
        let mut free = column;
        while self.next[free as usize] != free {
            free = self.next[free as usize];
        }
        let mut at = column;
        while at != free {
            at = std::mem::replace(&mut self.next[at as usize], free);
        }
        free
    }

    fn fill(&mut self, first: u32, last: u32, mut found: impl FnMut(u32)) {
        let mut column = self.find(first);
        while column <= last {
            found(column);
            self.next[column as usize] = column + 1;
            column = self.find(column + 1);
        }
    }
}
