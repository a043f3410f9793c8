//! Marks on the spans of a trace, one each by position: what a condition leaves of those that it was asked about.
//!
//! Parents stand before their children, so one walk forwards knows of every span what is above it.
//!
//! Nothing here is inlined where it is called: among what is compiled for size it would be so too.

use crate::store::Trace;

/// The positions of the marked ones.
#[inline(never)]
pub fn positions(marks: &[bool]) -> Vec<u32> {
    const TOGETHER: usize = 64;
    let count = marks.iter().filter(|mark| **mark).count();
    // One place more than are wanted: an unmarked one is written over by the next.
    let mut positions = vec![0; count + 1];
    let mut at = 0;
    for (first, some) in (0..).step_by(TOGETHER).zip(marks.chunks(TOGETHER)) {
        // Most often few are marked, and many lie between them.
        if some.iter().fold(false, |any, mark| any | mark) {
            for (position, mark) in (first..).zip(some) {
                positions[at] = position;
                at += usize::from(*mark);
            }
        }
    }
    positions.truncate(count);
    positions
}

/// Takes away those that are marked elsewhere too.
#[inline(never)]
pub fn take_away(marks: &mut [bool], others: &[bool]) {
    marks.iter_mut().zip(others).for_each(|(mark, other)| *mark &= !other);
}

/// Adds those that are marked elsewhere.
#[inline(never)]
pub fn add(marks: &mut [bool], others: &[bool]) {
    marks.iter_mut().zip(others).for_each(|(mark, other)| *mark |= other);
}

/// What is above the marked ones: their parents, or all their ancestors.
#[inline(never)]
pub fn above(trace: &Trace<'_>, marks: &[bool], direct: bool) -> Vec<bool> {
    let mut above = vec![false; marks.len()];
    for position in (0..marks.len()).filter(|position| marks[*position]) {
        let mut at = parent_of(trace, position);
        while let Some(parent) = at.filter(|parent| !above[*parent]) {
            above[parent] = true;
            at = if direct { None } else { parent_of(trace, parent) };
        }
    }
    above
}

/// Keeps the marks of those whose parent, or one of whose ancestors, fulfils a condition; `asked` are those of which it is known.
#[inline(never)]
pub fn keep_below(trace: &Trace<'_>, marks: &mut [bool], asked: &[bool], mut fulfils: Vec<bool>, direct: bool) {
    if !direct {
        for position in (0..asked.len()).filter(|position| asked[*position]) {
            fulfils[position] = fulfils[position] || parent_of(trace, position).is_some_and(|parent| fulfils[parent]);
        }
    }
    for (position, mark) in marks.iter_mut().enumerate().filter(|(_, mark)| **mark) {
        *mark = parent_of(trace, position).is_some_and(|parent| fulfils[parent]);
    }
}

#[inline(always)]
fn parent_of(trace: &Trace<'_>, position: usize) -> Option<usize> {
    Some((trace.span(position)?.parent()?.0 - trace.first().0) as usize)
}

/// Spans that are still to be found.
pub struct Open {
    marks: Vec<bool>,
    count: usize,
}

impl Open {
    pub fn new(marks: &[bool]) -> Open {
        Open { marks: marks.to_vec(), count: marks.iter().filter(|mark| **mark).count() }
    }

    /// These are found; whether there are others.
    pub fn found(&mut self, spans: &[u32]) -> bool {
        for span in spans {
            self.count -= usize::from(std::mem::take(&mut self.marks[*span as usize]));
        }
        self.count > 0
    }

    /// One mark for each span.
    pub fn marks(&mut self) -> &mut [bool] {
        &mut self.marks
    }
}
