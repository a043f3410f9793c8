//! Flame graphs: spans put together by call path, of one trace or of all.
//!
//! ```text
//!  shop GET /cart                                    a frame is all spans with the same path of services and names above them;
//!  stock SELECT ────────────── │ auth verify ──      children stand below their parent, the largest first
//!  pool wait ───── │
//! ```
//! The width of a frame is what is measured:
//!
//! - self time, or time on the critical path: that of its spans and of all below them, so that widths add up exactly;
//! - total time: the durations of its spans. Children that ran at the same time may add up to more than their parent; then they share
//!   its width in proportion, so that the widths of the tops still are the whole.
//!
//! Frames narrower than a pixel are drawn as one with their neighbours, and an error among them or below them still shows.
//!
//! Building is linear but for a sort of frames by size; drawing looks at each visible frame once. No recursion.

use crate::analyze::statistics::Figures;
use crate::store::{SpanIndex, Store};
use crate::strings::StringId;

const NONE: u32 = u32::MAX;

/// What the width of a frame stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Durations.
    Total,
    /// Self time, also of what is below.
    Own,
    /// Time on the critical path, also of what is below.
    Critical,
}

impl Measure {
    /// The measure of this name.
    pub fn named(name: &str) -> Option<Measure> {
        Some(match name {
            "total" => Measure::Total,
            "self" => Measure::Own,
            "critical" => Measure::Critical,
            _ => return None,
        })
    }
}

/// Spans with one call path. Times are nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The frame above it.
    pub parent: Option<u32>,
    /// Frames above it.
    pub depth: u32,
    /// Index behind the last frame below it.
    pub end: u32,
    /// Position in the store's list.
    pub service: u32,
    /// The operation.
    pub name: StringId,
    /// How many spans.
    pub count: u32,
    /// How many of them have an error that began there.
    pub errors: u32,
    /// Errors that began below it.
    pub errors_below: u32,
    /// Durations of its spans.
    pub total_ns: u64,
    /// Self times of its spans.
    pub own_ns: u64,
    /// Time of its spans on the critical path.
    pub critical_ns: u64,
    /// The same with all below it.
    pub critical_below_ns: u64,
    /// What its width stands for.
    pub value_ns: u64,
    /// Left edge, as a part of the whole.
    pub left: f64,
    /// Right edge.
    pub right: f64,
}

/// Frames in the order of the tree: a parent, then what is below its first child, and so on.
#[derive(Debug)]
pub struct Flame {
    frames: Vec<Frame>,
    /// The frame of each span, in the store's order.
    frame_of: Vec<u32>,
    first_span: u32,
    depth: u32,
    whole_ns: u64,
}

/// A rectangle to be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// The frame, or the first of those that are drawn as one.
    pub frame: u32,
    /// Its row, from 0.
    pub depth: u32,
    /// Pixels from the left edge.
    pub left: f64,
    /// Right edge in pixels.
    pub right: f64,
    /// How many frames of its row it stands for.
    pub frames: u32,
    /// An error began in it.
    pub error: bool,
    /// An error began below it.
    pub error_below: bool,
    /// How much of its total time is on the critical path, from 0 to 1, with what is below.
    pub critical: f64,
}

/// What is to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The left edge, as a part of the whole.
    pub from: f64,
    /// The right edge.
    pub to: f64,
    /// Pixels from left to right.
    pub width: f64,
    /// The first row.
    pub first_row: u32,
    /// The row behind the last.
    pub end_row: u32,
}

/// A frame while spans are put together.
#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    service: u32,
    name: StringId,
    count: u32,
    errors: u32,
    errors_below: u32,
    total: u64,
    own: u64,
    critical: u64,
    /// With all below.
    own_below: u64,
    critical_below: u64,
    first_child: u32,
    next_sibling: u32,
    /// Its place in the order of the tree.
    place: u32,
}

impl Node {
    fn value(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Total => self.total,
            Measure::Own => self.own_below,
            Measure::Critical => self.critical_below,
        }
    }
}

/// The nodes by parent, service and name: open addressing.
struct Paths {
    nodes: Vec<Node>,
    slots: Vec<u32>,
}

impl Paths {
    fn slot(&self, parent: u32, service: u32, name: StringId) -> usize {
        let mask = self.slots.len() - 1;
        let mixed = (u64::from(parent) << 32 | u64::from(service)) ^ (name.index() as u64).rotate_left(17);
        let mut at = (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        loop {
            match self.slots[at].checked_sub(1).map(|node| &self.nodes[node as usize]) {
                Some(node) if (node.parent, node.service, node.name) != (parent, service, name) => at = (at + 1) & mask,
                _ => return at,
            }
        }
    }

    fn enter(&mut self, parent: u32, service: u32, name: StringId) -> u32 {
        let at = self.slot(parent, service, name);
        if let Some(known) = self.slots[at].checked_sub(1) {
            return known;
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(Node {
            parent,
            service,
            name,
            count: 0,
            errors: 0,
            errors_below: 0,
            total: 0,
            own: 0,
            critical: 0,
            own_below: 0,
            critical_below: 0,
            first_child: NONE,
            next_sibling: NONE,
            place: 0,
        });
        self.slots[at] = number + 1;
        if self.nodes.len() * 2 > self.slots.len() {
            self.slots = vec![0; self.slots.len() * 2];
            for number in 0..self.nodes.len() {
                let Node { parent, service, name, .. } = self.nodes[number];
                let at = self.slot(parent, service, name);
                self.slots[at] = number as u32 + 1;
            }
        }
        number
    }
}

impl Flame {
    /// Puts the spans of the figures together.
    pub fn new(store: &Store, figures: &Figures, measure: Measure) -> Flame {
        let mut paths = Paths { nodes: Vec::new(), slots: vec![0; 64] };
        let mut frame_of = Vec::with_capacity(figures.len());
        for span in figures.spans(store) {
            let parent = span.parent().map_or(NONE, |parent| frame_of[figures.place(parent)]);
            let number = paths.enter(parent, span.service_index() as u32, span.name_id());
            frame_of.push(number);
            let node = &mut paths.nodes[number as usize];
            node.count += 1;
            node.errors += u32::from(figures.error_begins(span.index()));
            node.total = node.total.saturating_add(span.interval().map_or(0, |(start, end)| end - start));
            node.own = node.own.saturating_add(figures.own_ns(span.index()));
            node.critical = node.critical.saturating_add(figures.critical_ns(span.index()));
        }
        let first_span = figures.spans(store).next().map_or(0, |span| span.index().0);
        let mut nodes = paths.nodes;
        add_up(&mut nodes);
        let first_top = hang_up(&mut nodes, measure);
        let mut flame = Flame { frames: Vec::with_capacity(nodes.len()), frame_of, first_span, depth: 0, whole_ns: 0 };
        flame.walk(&mut nodes, first_top, measure);
        flame.place_frames();
        for frame in &mut flame.frame_of {
            *frame = nodes[*frame as usize].place;
        }
        flame
    }

    /// Frames in the order of the tree.
    fn walk(&mut self, nodes: &mut [Node], first_top: u32, measure: Measure) {
        let mut at = first_top;
        let mut parent = None;
        let mut depth = 0;
        while at != NONE {
            let node = &mut nodes[at as usize];
            let index = self.frames.len() as u32;
            node.place = index;
            self.depth = self.depth.max(depth + 1);
            self.frames.push(Frame {
                parent,
                depth,
                end: index + 1,
                service: node.service,
                name: node.name,
                count: node.count,
                errors: node.errors,
                errors_below: node.errors_below,
                total_ns: node.total,
                own_ns: node.own,
                critical_ns: node.critical,
                critical_below_ns: node.critical_below,
                value_ns: node.value(measure),
                left: 0.0,
                right: 0.0,
            });
            if node.first_child != NONE {
                (at, parent, depth) = (node.first_child, Some(index), depth + 1);
                continue;
            }
            // Up to the next one that has a sibling.
            loop {
                let Node { next_sibling, parent: above, place, .. } = nodes[at as usize];
                self.frames[place as usize].end = self.frames.len() as u32;
                if next_sibling != NONE {
                    at = next_sibling;
                    break;
                }
                if above == NONE {
                    at = NONE;
                    break;
                }
                at = above;
                depth -= 1;
                parent = self.frames[nodes[above as usize].place as usize].parent;
            }
        }
    }

    /// Gives every frame its edges: those of its parent are known before its own.
    fn place_frames(&mut self) {
        let mut sums = vec![0_u64; self.frames.len()];
        for frame in &self.frames {
            match frame.parent {
                Some(parent) => sums[parent as usize] = sums[parent as usize].saturating_add(frame.value_ns),
                None => self.whole_ns = self.whole_ns.saturating_add(frame.value_ns),
            }
        }
        // Where the next child of each frame begins.
        let mut next = vec![0.0; self.frames.len()];
        let mut next_top = 0.0;
        for index in 0..self.frames.len() {
            let frame = self.frames[index];
            let (width, shared, edge) = match frame.parent {
                Some(parent) => {
                    let above = &self.frames[parent as usize];
                    let shared = above.value_ns.max(sums[parent as usize]);
                    (above.right - above.left, shared, next[parent as usize])
                }
                None => (1.0, self.whole_ns, next_top),
            };
            let part = if shared == 0 { 0.0 } else { width * (frame.value_ns as f64 / shared as f64) };
            let right = edge + part;
            match frame.parent {
                Some(parent) => next[parent as usize] = right,
                None => next_top = right,
            }
            next[index] = edge;
            (self.frames[index].left, self.frames[index].right) = (edge, right);
        }
    }

    /// All frames.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// How many rows.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// What the whole width stands for, in nanoseconds.
    pub fn whole_ns(&self) -> u64 {
        self.whole_ns
    }

    /// The frame before one under the same parent.
    pub fn before(&self, frame: u32) -> Option<u32> {
        let parent = self.frames.get(frame as usize)?.parent;
        let mut sibling = parent.map_or(0, |parent| parent + 1);
        let mut before = None;
        while sibling < frame {
            before = Some(sibling);
            sibling = self.frames[sibling as usize].end;
        }
        before
    }

    /// The spans of a frame, in the store's order.
    pub fn spans(&self, frame: u32) -> Vec<SpanIndex> {
        let spans = (self.first_span..).zip(&self.frame_of);
        spans.filter(|(_, of)| **of == frame).map(|(span, _)| SpanIndex(span)).collect()
    }

    /// What is to be drawn, row by row from left to right within the subtree of each frame.
    pub fn rectangles(&self, look: &Look) -> Vec<Rectangle> {
        let mut found: Vec<Rectangle> = Vec::new();
        let Look { from, to, width, first_row, end_row } = *look;
        if from.partial_cmp(&to) != Some(std::cmp::Ordering::Less) || !(width > 0.0 && width.is_finite()) {
            return found;
        }
        let scale = width / (to - from);
        // The last rectangle of each row that stands for narrow frames, as a place among those found.
        let mut narrow: Vec<Option<usize>> = vec![None; self.depth as usize];
        let mut index = 0;
        while let Some(frame) = self.frames.get(index) {
            let (left, right) = ((frame.left - from) * scale, (frame.right - from) * scale);
            if frame.depth >= end_row || right < 0.0 || left > width {
                // Also rows further down are out of sight.
                index = frame.end as usize;
                continue;
            }
            let is_narrow = right - left < 1.0;
            if frame.depth >= first_row {
                let row = &mut narrow[frame.depth as usize];
                let neighbour = row.filter(|place| is_narrow && left <= found[*place].right + 0.5);
                match neighbour {
                    Some(place) => {
                        let drawn = &mut found[place];
                        drawn.right = drawn.right.max(right);
                        drawn.frames += 1;
                        drawn.error |= frame.errors > 0;
                        drawn.error_below |= frame.errors_below > 0;
                    }
                    None => {
                        if is_narrow {
                            *row = Some(found.len());
                        }
                        found.push(rectangle(index as u32, frame, left, right));
                    }
                }
            }
            index = if is_narrow { frame.end as usize } else { index + 1 };
        }
        for drawn in &mut found {
            let left = drawn.left.min(width - 1.0).max(0.0);
            (drawn.left, drawn.right) = (left, drawn.right.min(width).max(left + 1.0));
        }
        found
    }
}

fn rectangle(index: u32, frame: &Frame, left: f64, right: f64) -> Rectangle {
    let critical = frame.critical_below_ns as f64 / frame.total_ns.max(1) as f64;
    Rectangle {
        frame: index,
        depth: frame.depth,
        left,
        right,
        frames: 1,
        error: frame.errors > 0,
        error_below: frame.errors_below > 0,
        critical: critical.min(1.0),
    }
}

/// What is below counts for what is above. A node's parent stands before it.
fn add_up(nodes: &mut [Node]) {
    for index in (0..nodes.len()).rev() {
        let node = &mut nodes[index];
        node.own_below = node.own_below.saturating_add(node.own);
        node.critical_below = node.critical_below.saturating_add(node.critical);
        let Node { parent, own_below, critical_below, errors, errors_below, .. } = *node;
        if parent != NONE {
            let above = &mut nodes[parent as usize];
            above.own_below = above.own_below.saturating_add(own_below);
            above.critical_below = above.critical_below.saturating_add(critical_below);
            above.errors_below += errors + errors_below;
        }
    }
}

/// Hangs every node under its parent, the largest first, equals in the order of their first spans; the first top.
fn hang_up(nodes: &mut [Node], measure: Measure) -> u32 {
    // From the smallest up, each becomes the first child. Those that are equal come from the last one on.
    let mut order: Vec<(u64, u32)> = (0..).zip(&*nodes).map(|(index, node)| (node.value(measure), !index)).collect();
    order.sort_unstable();
    let mut first_top = NONE;
    for (_, index) in order {
        let index = !index;
        let parent = nodes[index as usize].parent;
        let first = match nodes.get_mut(parent as usize) {
            Some(above) => &mut above.first_child,
            None => &mut first_top,
        };
        let next = std::mem::replace(first, index);
        nodes[index as usize].next_sibling = next;
    }
    first_top
}
