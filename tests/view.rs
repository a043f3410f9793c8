//! Rows, rasters and what they leave out, through the public API.

mod common;

use std::fmt::Write;
use std::rc::Rc;

use common::{Drawn, Random, check, drawn, id_of, read_spans, store};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::errors::Errors;
use spanscope::analyze::self_time::self_times;
use spanscope::view::idle::idle;
use spanscope::view::minimap::{Look, minimap, starts};
use spanscope::view::shifts::Shifts;
use spanscope::view::waterfall::{Row, Selection, Waterfall};
use spanscope::view::{Scale, TimeRange};
use spanscope::{SpanKind, Store};

/// A store and a waterfall over its first trace.
struct View {
    store: Store,
    waterfall: Waterfall,
}

impl View {
    fn of(store: Store) -> View {
        let waterfall = {
            let trace = store.traces().next().expect("a trace");
            Waterfall::new(&trace, &critical_paths(&trace), Rc::new(Errors::new(&trace)))
        };
        View { store, waterfall }
    }

    fn rows(&self, range: TimeRange) -> Vec<Row> {
        let trace = self.store.traces().next().expect("a trace");
        let rows = self.waterfall.rows(&trace, &self_times(&trace), 0, usize::MAX, range);
        assert_eq!(rows.len(), self.waterfall.row_count());
        for (index, row) in rows.iter().enumerate() {
            assert_eq!(self.waterfall.row_of(row.span), Some(index));
        }
        rows
    }

    /// The visible rows: sign, name, place among siblings, busy and critical stretches, marks.
    fn dump(&self) -> String {
        let mut text = String::new();
        for row in self.rows(TimeRange::ALL) {
            let sign = match (row.expandable, row.expanded) {
                (false, _) => '·',
                (true, true) => '▾',
                (true, false) => '▸',
            };
            let pairs = |pairs: &[f64]| {
                let pairs: Vec<String> = pairs.chunks(2).map(|pair| format!("{}..{}", pair[0], pair[1])).collect();
                if pairs.is_empty() { "-".to_owned() } else { pairs.join(" ") }
            };
            let indent = "  ".repeat(row.level as usize - 1);
            let error = row.error.map(|mark| format!(" !{}", mark.as_str())).unwrap_or_default();
            let hidden = if row.hidden > 0 { format!(" +{}", row.hidden) } else { String::new() };
            writeln!(
                text,
                "{indent}{sign} {} {}/{}{hidden} busy {} path {}{error}",
                self.store.string(row.name),
                row.position_in_set,
                row.set_size,
                pairs(&row.busy),
                pairs(&row.critical)
            )
            .expect("a string takes it");
        }
        text
    }
}

const TRACE: &str = "
    A  [-------------------]
      B   [-----]             kind=client
        C   [--]              error=refused
        D     [-]
      E          [------]
    F                        |
";

#[test]
fn all_spans_are_rows_until_something_is_collapsed() {
    let mut view = View::of(store(TRACE));
    check(
        &view.dump(),
        "
        ▾ A 1/2 busy 0..30 90..100 170..200 path 0..30 90..100 170..200 !below
          ▾ B 1/2 busy 30..50 path 30..70 !below
            · C 1/2 busy 50..80 path - !own
            · D 2/2 busy 70..90 path 70..90
          · E 2/2 busy 100..170 path 100..170
        · F 2/2 busy - path -
        ",
    );
    view.waterfall.set_expanded(1, false);
    let collapsed = "
        ▾ A 1/2 busy 0..30 90..100 170..200 path 0..30 90..100 170..200 !below
          ▸ B 1/2 +2 busy 30..50 path 30..90 !below
          · E 2/2 busy 100..170 path 100..170
        · F 2/2 busy - path -
        ";
    check(&view.dump(), collapsed);
    // A leaf stays as it is, and so does what is not there.
    view.waterfall.set_expanded(4, false);
    view.waterfall.set_expanded(99, false);
    check(&view.dump(), collapsed);
    view.waterfall.collapse_all();
    check(
        &view.dump(),
        "
        ▸ A 1/2 +4 busy 0..30 90..100 170..200 path 0..200 !below
        · F 2/2 busy - path -
        ",
    );
    let trace = view.store.traces().next().expect("a trace");
    assert_eq!(view.waterfall.row_of(3), None);
    assert_eq!(view.waterfall.reveal(&trace, 3), Some(3));
    assert_eq!(view.waterfall.row_count(), 6);
    assert_eq!(view.waterfall.reveal(&trace, 6), None);
    view.waterfall.expand_to_level(2);
    check(&view.dump(), collapsed);
    view.waterfall.expand_to_level(1);
    assert_eq!(view.waterfall.row_count(), 2);
    view.waterfall.expand_all();
    assert_eq!(view.waterfall.row_count(), 6);
}

const SHOP: &str = "
    A  [-----------------------------------]  service=web
      B   [------------------------]          service=shop
        C   [-----]                           service=db kind=client
        C      [-----]                        service=db kind=client id=C2
        C               [--]                  service=db kind=client id=C3 error=lost
        C                   [--]              service=db kind=client id=C4
        C                       [-]           service=db kind=client id=C5
        D                          |          service=shop
      E                            [---]      service=web
";

impl View {
    fn select(&mut self, selection: Selection) {
        let trace = self.store.traces().next().expect("a trace");
        self.waterfall.select(&trace, selection);
    }

    /// The rows in short: level, name and span, place among siblings, what is skipped behind them, and of a group its figures.
    fn outline(&self) -> String {
        let mut text = String::new();
        let trace = self.store.traces().next().expect("a trace");
        for row in self.waterfall.rows(&trace, &self_times(&trace), 0, usize::MAX, TimeRange::ALL) {
            let indent = "  ".repeat(row.level as usize - 1);
            let name = self.store.string(row.name);
            let skipped = if row.skipped > 0 { format!(" skips {}", row.skipped) } else { String::new() };
            let hidden = if row.hidden > 0 { format!(" +{}", row.hidden) } else { String::new() };
            let group = row.group.map_or_else(String::new, |group| {
                let spread = format!("{}..{}", group.least_ns, group.most_ns);
                format!(
                    " {}x union {} sum {} {spread} errors {}",
                    group.count, group.union_ns, group.sum_ns, group.errors
                )
            });
            let place = format!("{}/{}", row.position_in_set, row.set_size);
            writeln!(text, "{indent}{name}{} {place}{hidden}{skipped}{group}", row.span).expect("a string takes it");
        }
        text
    }
}

#[test]
fn hidden_spans_leave_what_is_below_to_the_nearest_above() {
    let mut view = View::of(store(SHOP));
    view.select(Selection { hidden_services: vec![1], ..Selection::default() });
    check(
        &view.outline(),
        "
        A0 1/1 skips 1
          C2 1/6
          C3 2/6
          C4 3/6
          C5 4/6
          C6 5/6 skips 1
          E8 6/6
        ",
    );
    assert_eq!(view.waterfall.hidden_count(), 2);
    assert_eq!((view.waterfall.row_of(1), view.waterfall.nearest_row(1)), (None, Some(0)));
    assert_eq!(view.waterfall.parent_row(3), Some(0));
    // Collapsing works on what is visible, and a hidden span does not keep what was collapsed in it.
    view.waterfall.set_expanded(0, false);
    check(&view.outline(), "A0 1/1 +6");
    view.waterfall.expand_all();
    view.select(Selection::default());
    view.waterfall.set_expanded(1, false);
    view.select(Selection {
        hidden_services: vec![1, 0, 99],
        hidden_kinds: vec![SpanKind::Server],
        ..Selection::default()
    });
    check(&view.outline(), "C2 1/5\nC3 2/5\nC4 3/5\nC5 4/5\nC6 5/5 skips 2");
    // What is asked for is shown all the same, until something else is selected.
    let trace = view.store.traces().next().expect("a trace");
    assert_eq!(view.waterfall.reveal(&trace, 1), Some(0));
    check(&view.outline(), "B1 1/1 +5 skips 1");
    view.select(Selection {
        hidden_kinds: vec![SpanKind::Client, SpanKind::Server, SpanKind::Internal, SpanKind::Unspecified],
        ..Selection::default()
    });
    assert_eq!((view.waterfall.row_count(), view.waterfall.hidden_count()), (0, 9));
    assert_eq!(
        (view.waterfall.nearest_row(3), view.waterfall.span_of(0), view.waterfall.parent_row(0)),
        (None, None, None)
    );
}

#[test]
fn matches_alone_come_with_what_is_above_them() {
    let mut view = View::of(store(SHOP));
    view.select(Selection { only: Some(vec![4, 7]), ..Selection::default() });
    check(&view.outline(), "A0 1/1\n  B1 1/1 skips 2\n    C4 1/2 skips 2\n    D7 2/2 skips 1");
    view.select(Selection { only: Some(vec![4, 7, 4_000_000_000]), hidden_services: vec![2], ..Selection::default() });
    check(&view.outline(), "A0 1/1\n  B1 1/1 skips 5\n    D7 1/1 skips 1");
    view.select(Selection { only: Some(Vec::new()), ..Selection::default() });
    assert_eq!(view.waterfall.row_count(), 0);
}

#[test]
fn the_critical_path_alone() {
    let mut view = View::of(store(SHOP));
    view.select(Selection { path_alone: true, ..Selection::default() });
    // The first C ends while the second one runs, which held up what came after; D takes no time.
    check(
        &view.outline(),
        "
        A0 1/1
          B1 1/2 skips 1
            C3 1/4
            C4 2/4
            C5 3/4
            C6 4/4 skips 1
          E8 2/2
        ",
    );
}

#[test]
fn a_subtree_in_focus() {
    let mut view = View::of(store(SHOP));
    view.select(Selection { root: Some(1), hidden_services: vec![1], ..Selection::default() });
    check(&view.outline(), "B1 1/1\n  C2 1/5\n  C3 2/5\n  C4 3/5\n  C5 4/5\n  C6 5/5 skips 1");
    assert_eq!((view.waterfall.range(), view.waterfall.hidden_count()), ((1, 8), 1));
    let trace = view.store.traces().next().expect("a trace");
    assert_eq!(view.waterfall.reveal(&trace, 8), None);
    view.waterfall.expand_to_level(1);
    check(&view.outline(), "B1 1/1 +5");
    view.select(Selection { root: Some(99), ..Selection::default() });
    assert_eq!(view.waterfall.range(), (0, 9));
}

#[test]
fn alike_leaves_beside_each_other_are_one_row() {
    let mut view = View::of(store(SHOP));
    view.select(Selection { grouped: true, ..Selection::default() });
    let closed = "
        A0 1/1
          B1 1/2
            C2 1/2 +5 5x union 170 sum 200 20..60 errors 1
            D7 2/2
          E8 2/2
        ";
    check(&view.outline(), closed);
    assert_eq!((view.waterfall.row_of(4), view.waterfall.nearest_row(4)), (None, Some(2)));
    view.waterfall.set_group_open(4, true);
    check(
        &view.outline(),
        "
        A0 1/1
          B1 1/2
            C2 1/2 5x union 170 sum 200 20..60 errors 1
              C2 1/5
              C3 2/5
              C4 3/5
              C5 4/5
              C6 5/5
            D7 2/2
          E8 2/2
        ",
    );
    let rows = [view.waterfall.row_of(2), view.waterfall.parent_row(5), view.waterfall.parent_row(2)];
    assert_eq!(rows, [Some(3), Some(2), Some(1)]);
    view.waterfall.set_group_open(2, false);
    check(&view.outline(), closed);
    let trace = view.store.traces().next().expect("a trace");
    assert_eq!(view.waterfall.reveal(&trace, 6), Some(7));
    // Four are no group, and what is hidden is not counted.
    view.select(Selection { grouped: true, only: Some(vec![2, 3, 4, 5]), ..Selection::default() });
    assert_eq!(view.waterfall.row_count(), 6);
    // The members in focus are what they are.
    view.select(Selection { grouped: true, root: Some(2), ..Selection::default() });
    check(&view.outline(), "C2 1/1");
}

#[test]
fn a_window_of_rows_is_that_part_of_all_rows() {
    let view = View::of(store(TRACE));
    let trace = view.store.traces().next().expect("a trace");
    let all = view.rows(TimeRange::ALL);
    let own = self_times(&trace);
    for from in 0..8 {
        for count in 0..8 {
            let rows = view.waterfall.rows(&trace, &own, from, count, TimeRange::ALL);
            assert_eq!(rows, all.iter().skip(from).take(count).cloned().collect::<Vec<_>>());
        }
    }
}

#[test]
fn random_collapsing_shows_what_no_collapsed_ancestor_hides() {
    let mut random = Random(11);
    let mut spans = drawn("A  [----]");
    for index in 1..200 {
        let parent = random.below(index) as usize;
        spans.push(Drawn {
            name: format!("s{index}"),
            id: id_of(&format!("s{index}")),
            parent: spans[parent].id.clone(),
            ..spans[parent].clone()
        });
    }
    let mut view = View::of(read_spans(&spans).store);
    let mut collapsed = vec![false; spans.len()];
    for _ in 0..500 {
        let span = random.below(200) as u32;
        let expand = random.below(2) == 0;
        view.waterfall.set_expanded(span, expand);
        let trace = view.store.traces().next().expect("a trace");
        let is_leaf = trace.span(span as usize).expect("a span").children().next().is_none();
        collapsed[span as usize] = !expand && !is_leaf;
        let visible = trace.spans().filter(|span| {
            let mut above = span.parent();
            while let Some(parent) = above {
                let parent = trace.store().span(parent);
                if collapsed[parent.position()] {
                    return false;
                }
                above = parent.parent();
            }
            true
        });
        let visible: Vec<u32> = visible.map(|span| span.position() as u32).collect();
        assert_eq!(view.rows(TimeRange::ALL).iter().map(|row| row.span).collect::<Vec<_>>(), visible);
    }
}

#[test]
fn too_many_stretches_are_joined_where_the_gaps_are_smallest_and_exact_from_near() {
    let mut drawing = "A | start=0 end=100000\n".to_owned();
    for index in 0..100 {
        // Every tenth child ends late: the gap behind it is short.
        let (start, end) = (index * 1000 + 10, index * 1000 + if index % 10 == 0 { 999 } else { 500 });
        writeln!(drawing, " c{index:02} | start={start} end={end}").expect("a string takes it");
    }
    let view = View::of(store(&drawing));
    let rows = view.rows(TimeRange::ALL);
    for pairs in [&rows[0].busy, &rows[0].critical] {
        assert_eq!(pairs.len(), 128);
        assert!(pairs.is_sorted(), "{pairs:?}");
        assert_eq!((pairs[0], pairs[127]), (0.0, 100_000.0));
    }
    let near = view.rows(TimeRange { from: 40_000.0, to: 50_000.0 });
    assert_eq!(near[0].busy.len(), 22, "{:?}", near[0].busy);
    assert_eq!(near[0].busy[..6], [39_500.0, 40_010.0, 40_999.0, 41_010.0, 41_500.0, 42_010.0]);
    assert!(near[1].busy.is_empty());
}

#[test]
fn events_tell_of_exceptions_and_are_limited() {
    let view = View::of(store("A [---] events=100 links=3"));
    let row = &view.rows(TimeRange::ALL)[0];
    assert_eq!((row.events.len(), row.links), (64, 3));
    assert!(row.events.iter().all(|event| event.ns == 0.0 && !event.error));
    assert!(view.rows(TimeRange { from: 1.0, to: 9.0 })[0].events.is_empty());
}

#[test]
fn an_error_begins_where_no_descendant_has_one() {
    let store = store(
        "
        A  [----]    error=504
          B [--]     error=timeout
            C []     error=deadline
            D []
          E   []
            F |      error=refused
        ",
    );
    let trace = store.traces().next().expect("a trace");
    let errors = Errors::new(&trace);
    assert_eq!(errors.counts(), (2, 2));
    let origins: Vec<&str> = errors.origins().map(|at| trace.span(at).expect("a span").name()).collect();
    assert_eq!(origins, ["C", "F"]);
    assert!(errors.is_above(4) && !errors.begins_at(4));
}

const RED: u32 = 0xff00_00ff;
const COLORS: [u32; 2] = [0xffaa_0000, 0xff00_bb00];

/// A raster as letters: `.` for nothing, `!` for an error, a digit for a service.
fn raster(store: &Store, width: u32, height: u32, range: TimeRange) -> String {
    let trace = store.traces().next().expect("a trace");
    let scale = Scale::linear(range, f64::from(width));
    let bytes = minimap(
        &trace,
        &Errors::new(&trace),
        &Look { width, height, scale: &scale, palette: &COLORS, error: RED, shifts: Shifts::NONE },
    );
    assert_eq!(bytes.len(), (width * height * 4) as usize);
    let mut text = String::new();
    for line in bytes.chunks(width as usize * 4) {
        for pixel in line.chunks(4) {
            let color = u32::from_le_bytes([pixel[0], pixel[1], pixel[2], pixel[3]]);
            text.push(match color {
                0 => '.',
                RED => '!',
                color if color == COLORS[0] => '0',
                _ => '1',
            });
        }
        text.push('\n');
    }
    text
}

#[test]
fn a_minimap_has_a_line_for_each_span() {
    let store = store(
        "
        A  [--------]  service=shop
          B  [---]     service=stock
          C    |       error=timeout
        ",
    );
    check(
        &raster(&store, 9, 3, TimeRange { from: 0.0, to: 90.0 }),
        "
        000000000
        ..1111...
        ....!....
        ",
    );
    check(
        &raster(&store, 9, 9, TimeRange { from: 0.0, to: 90.0 }),
        "
        000000000
        000000000
        .........
        ..1111...
        ..1111...
        .........
        ....!....
        ....!....
        .........
        ",
    );
    // Half of the time, squeezed into one line: the longest span shows, the error in any case.
    check(&raster(&store, 9, 1, TimeRange { from: 0.0, to: 45.0 }), "00000000!");
    check(&raster(&store, 3, 1, TimeRange { from: 45.0, to: 90.0 }), "000");
}

#[test]
fn no_error_is_lost_however_small_the_map() {
    let mut random = Random(5);
    for _ in 0..200 {
        let count = 1 + random.below(300);
        let spans: Vec<Drawn> = (0..count)
            .map(|index| {
                let start = random.below(1000);
                Drawn {
                    name: format!("s{index}"),
                    id: format!("{:016x}", index + 1),
                    start: Some(start),
                    end: Some(start + random.below(500)),
                    error: (random.below(30) == 0).then(|| "failed".to_owned()),
                    ..Drawn::default()
                }
            })
            .collect();
        let store = read_spans(&spans).store;
        let (width, height) = (1 + random.below(60) as u32, 1 + random.below(30) as u32);
        let trace = store.traces().next().expect("a trace");
        let length = trace.duration_ns() as f64;
        let map = raster(&store, width, height, TimeRange { from: 0.0, to: length.max(1.0) });
        let lines: Vec<&[u8]> = map.lines().map(str::as_bytes).collect();
        for span in trace.spans() {
            let line = span.position() as u64 * u64::from(height) / count;
            let (start, _) = span.interval().expect("a time");
            let at = (start - trace.start_ns().expect("a start")) as f64 / length.max(1.0) * f64::from(width);
            let column = (at as usize).min(width as usize - 1);
            let pixel = lines[line as usize][column];
            let error = span.status() == spanscope::Status::Error;
            assert!(if error { pixel == b'!' } else { pixel != b'.' }, "{map}");
        }
    }
}

#[test]
fn a_map_without_pixels_is_empty() {
    let store = store("A [---]");
    let trace = store.traces().next().expect("a trace");
    for (width, height) in [(0, 10), (10, 0), (u32::MAX, u32::MAX)] {
        let scale = Scale::linear(TimeRange { from: 0.0, to: 1.0 }, f64::from(width));
        let look = Look { width, height, scale: &scale, palette: &COLORS, error: RED, shifts: Shifts::NONE };
        assert!(minimap(&trace, &Errors::new(&trace), &look).is_empty());
    }
    for (from, to) in [(f64::NAN, 1.0), (5.0, 5.0), (9.0, 1.0), (f64::NEG_INFINITY, f64::INFINITY)] {
        let scale = Scale::linear(TimeRange { from, to }, 4.0);
        let look = Look { width: 4, height: 4, scale: &scale, palette: &[], error: RED, shifts: Shifts::NONE };
        assert_eq!(minimap(&trace, &Errors::new(&trace), &look), [0; 64]);
    }
}

/// Idle stretches of a drawing as text, in tens of nanoseconds.
fn idle_of(drawing: &str) -> String {
    let store = store(drawing);
    let ranges = idle(&store.traces().next().expect("a trace"), Shifts::NONE);
    ranges.iter().map(|range| format!("{}..{}", range.from / 10.0, range.to / 10.0)).collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_happens_where_no_span_works_itself() {
    assert_eq!(idle_of("A [--]          [--]\n"), "");
    let two = "
        A [---]
        B          [---]
        C      [--]
        D                           |
        E                                           [------]
    ";
    assert_eq!(idle_of(two), "13..26 26..42", "from the end of B to D, then to E");
    // A span that waits for its child works itself; its child, beyond its end, leaves nothing to wait for.
    assert_eq!(idle_of("A [------------------]\n  B   [-]\n"), "");
    assert_eq!(idle_of("A [--]\n  B                   [-]\n"), "3..20");
    // Less than a twentieth is not long.
    assert_eq!(idle_of(&format!("A [{}] \nB {}[-]\n", "-".repeat(60), " ".repeat(64))), "");
    assert_eq!(idle_of("A |\n"), "");
    assert_eq!(idle_of("A  start=- end=-\n"), "");
}

#[test]
fn a_scale_with_a_break_moves_what_is_behind_it() {
    let scale = Scale::new(&[(0.0, 0.0), (40.0, 4.0), (140.0, 6.0), (180.0, 10.0)]).expect("a scale");
    let store = store("A [--]\nB               [-]\nC         |\n");
    let trace = store.traces().next().expect("a trace");
    let look = Look { width: 10, height: 3, scale: &scale, palette: &COLORS, error: RED, shifts: Shifts::NONE };
    let pixels = minimap(&trace, &Errors::new(&trace), &look);
    let dump: Vec<String> = pixels
        .chunks(40)
        .map(|line| line.chunks(4).map(|pixel| if pixel[3] == 0 { '.' } else { '#' }).collect())
        .collect();
    assert_eq!(dump, ["###.......", "....#.....", "......##.."]);
    assert_eq!(starts(&trace, Shifts::NONE, [0, 1, 2, 9].into_iter(), &scale, 10), [1, 0, 0, 0, 1, 0, 1, 0, 0, 0]);
    for bad in [vec![], vec![(0.0, 0.0)], vec![(0.0, 0.0), (0.0, 5.0)], vec![(0.0, 0.0), (f64::NAN, 5.0)]] {
        assert_eq!(Scale::new(&bad), None);
    }
}

#[test]
fn a_row_says_how_far_children_reach_beyond_it() {
    let view = View::of(store(
        "
        A       [--------]
          B   [---]
            C [---------------]
          D         [--------]
          E [--]                        kind=client
        F                      [---]    kind=producer
          G                    [------] kind=consumer
        ",
    ));
    let rows = view.rows(TimeRange::ALL);
    let of = |name: &str| {
        let row = rows.iter().find(|row| view.store.string(row.name) == name).expect("a row");
        (row.early_ns, row.late_ns)
    };
    assert_eq!(of("A"), (Some(0.0), Some(170.0)), "the earliest start and the latest end of its children");
    assert_eq!(of("B"), (None, Some(180.0)), "a child that starts with it is not early");
    assert_eq!(of("C"), (None, None));
    assert_eq!(of("F"), (None, None), "it does not wait for what it sent");
}

/// `A` calls `B`, whose clock is behind; `C` has the same clock.
const SKEWED: &str = "
    A       [----------]     error=refused
      B   [----]             error=refused
        C   [-]
";

#[test]
fn shifts_move_rows_with_all_that_is_on_them() {
    let mut view = View::of(store(SKEWED));
    let raw = view.dump();
    view.waterfall.shift(vec![0, 60, 60]);
    check(
        &view.dump(),
        "
        ▾ A 1/1 busy 20..60 110..130 path 50..130 !below
          ▾ B 1/1 busy 60..80 100..110 path 100..110 !own
            · C 1/1 busy 80..100 path 80..100
        ",
    );
    let rows = view.rows(TimeRange::ALL);
    let places: Vec<(f64, f64, f64)> = rows.iter().map(|row| (row.start_ns, row.duration_ns, row.shift_ns)).collect();
    assert_eq!(places, [(20.0, 110.0, 0.0), (60.0, 50.0, 60.0), (80.0, 20.0, 60.0)]);
    assert!(rows.iter().all(|row| row.early_ns.is_none() && row.late_ns.is_none()), "it lies within its parent now");
    view.waterfall.shift(Vec::new());
    assert_eq!(view.dump(), raw, "without shifts everything is where it was recorded");
    assert_eq!(view.rows(TimeRange::ALL)[0].early_ns, Some(0.0));
}

#[test]
fn shifts_move_the_bars_of_the_minimap_and_its_marks() {
    let store = store(SKEWED);
    let trace = store.traces().next().expect("a trace");
    let scale = Scale::linear(TimeRange { from: 0.0, to: 160.0 }, 16.0);
    let lines = |by: &[i64]| {
        let look = Look { width: 16, height: 3, scale: &scale, palette: &COLORS, error: RED, shifts: Shifts::new(by) };
        let pixels = minimap(&trace, &Errors::new(&trace), &look);
        pixels
            .chunks(64)
            .map(|line| line.chunks(4).map(|pixel| if pixel[3] == 0 { '.' } else { '#' }).collect())
            .collect::<Vec<String>>()
    };
    assert_eq!(lines(&[]), ["..###########...", "#####...........", "..##............"]);
    assert_eq!(lines(&[0, 60, 60]), ["..###########...", "......#####.....", "........##......"]);
    assert_eq!(lines(&[0, -500, i64::MIN])[1..], ["................", "................"], "out of sight");
    let marks = |by: &[i64]| starts(&trace, Shifts::new(by), [1].into_iter(), &scale, 16);
    assert_eq!(marks(&[]).iter().position(|mark| *mark == 1), Some(0));
    assert_eq!(marks(&[0, 60, 60]).iter().position(|mark| *mark == 1), Some(6));
}

#[test]
fn all_of_the_time_holds_spans_where_they_were_and_where_they_are_moved_to() {
    let store = store(SKEWED);
    let trace = store.traces().next().expect("a trace");
    let range = |by: &[i64]| {
        let range = Shifts::new(by).range(&trace);
        (range.from, range.to)
    };
    assert_eq!(range(&[]), (0.0, 130.0));
    assert_eq!(range(&[0, 60, 60]), (0.0, 130.0));
    assert_eq!(range(&[0, -60, 200]), (-60.0, 240.0));
}

#[test]
fn what_is_idle_goes_by_the_shifts() {
    let store = store("A [--]\n  B                    [--]\n");
    let trace = store.traces().next().expect("a trace");
    let idle_with =
        |by: &[i64]| idle(&trace, Shifts::new(by)).iter().map(|range| (range.from, range.to)).collect::<Vec<_>>();
    assert_eq!(idle_with(&[]), [(30.0, 210.0)]);
    assert_eq!(idle_with(&[0, -170]), [(70.0, 240.0)]);
    assert_eq!(idle_with(&[0, i64::MAX]), [(30.0, 240.0)]);
}
