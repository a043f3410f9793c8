//! Drag and slack, and what a change among some spans would save: by hand, and against a replay of the whole tree without a thought of
//! speed.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fmt::Write;

use common::{Drawn, Random, check, drawn, numbered, random_spans, read_spans};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::what_if::{Change, drag, saved_by, slack};
use spanscope::{Span, SpanIndex, Store};

/// `span drag slack` of all spans, `-` for a span that nothing waits for.
fn drags(store: &Store) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        for span in trace.spans() {
            let slack = slack(&trace, span.index()).map_or_else(|| "-".to_owned(), |slack| slack.to_string());
            writeln!(text, "{} {} {slack}", span.name(), drag(&trace, span.index())).expect("a string takes it");
        }
    }
    text
}

#[track_caller]
fn check_drags(drawing: &str, expected: &str) {
    check(&drags(&common::store(drawing)), expected);
}

#[test]
fn without_a_span_all_that_waited_for_it_moves() {
    check_drags(
        "
        A  [--------------------]
          B   [----]
          C            [--------]
          D     [-----------]
        ",
        "
        A 210 0
        B 40 0
        D 0 40
        C 40 0
        ",
    );
}

#[test]
fn calls_one_after_the_other_drag_by_all_they_take() {
    check_drags(
        "
        A   [--------------]
          B  [---]
          C       [---]
            D     [-]
            E        []
        ",
        "
        A 150 0
        B 40 0
        C 40 0
        D 20 0
        E 10 0
        ",
    );
}

#[test]
fn of_calls_at_once_the_longest_drags_as_far_as_the_next_one_lets_it() {
    check_drags(
        "
        A   [--------------]
          B  [----]
          C  [-------]
          D  [-----------]
        ",
        "
        A 150 0
        B 0 70
        C 0 40
        D 40 0
        ",
    );
}

#[test]
fn nothing_waits_for_a_consumer_nor_for_what_ran_outside_of_its_parent() {
    check_drags(
        "
        A  [---------]  kind=producer
          B  [------]   kind=consumer
            C   [--]    kind=internal
          D [-]         kind=internal
          E             [--]
        ",
        "
        A 100 0
        D 20 0
        B 0 -
        C 0 -
        E 0 -
        ",
    );
}

#[test]
fn what_outlives_its_parent_counts_as_far_as_the_parent_ran() {
    check_drags(
        "
        A  [---------]
          B   [----------]
            C          [-----]
        ",
        "
        A 100 0
        B 70 0
        C 0 -
        ",
    );
}

#[test]
fn repeated_calls_become_one_and_calls_in_turn_run_at_once() {
    let store = common::store(
        "
        A  [-----------------]
          B  [--]
          C      [--]
          D          [----]
        ",
    );
    let trace = store.traces().next().expect("a trace");
    let span = |name: &str| trace.spans().find(|span| span.name() == name).expect("it is drawn").index();
    let (b, c, d) = (span("B"), span("C"), span("D"));
    let top = trace.tops().next().expect("a top");
    let saved = |shorter: &[(SpanIndex, u64)], together: &[SpanIndex]| {
        saved_by(&top, &Change { shorter: shorter.to_vec(), together: vec![together.to_vec()] })
    };
    let all = [b, c, d];
    // Together they last as long as the longest: from 20 to 70 instead of 150.
    assert_eq!(saved(&[], &all), 80);
    // One call instead of three, as long as the first one.
    assert_eq!(saved(&[(c, 30), (d, 50)], &all), 100);
    // Each 10 faster.
    assert_eq!(saved(&[(b, 10), (c, 10), (d, 10)], &[]), 30);
    assert_eq!(saved(&[], &[]), 0);
}

/// A window and its children's, cut to it; nothing for a span that holds nothing up.
fn children<'a>(span: &Span<'a>, (low, high): (u64, u64)) -> Vec<(Span<'a>, u64, u64, u64)> {
    span.children()
        .filter(|child| !child.is_async())
        .filter_map(|child| child.interval().map(|(start, end)| (child, start, end)))
        .filter(|(_, start, end)| *end > low && *start < high)
        .map(|(child, start, end)| (child, start.max(low), end.min(high), end))
        .collect()
}

/// How long a window takes when `changed` takes so much more or less: the rule written down, from the leaves up.
fn replayed(span: &Span<'_>, window: (u64, u64), changed: SpanIndex, by: i64) -> i64 {
    let length = (window.1 - window.0) as i64;
    if span.index() == changed {
        return length + by;
    }
    let (start, end) = span.interval().expect("a window has a time");
    let parts = children(span, window);
    let mut ends: Vec<i64> = Vec::new();
    for (number, (child, from, to, _)) in parts.iter().enumerate() {
        let mut before = window.0 as i64;
        let mut moved = window.0 as i64;
        for (other, (_, start_of_other, clipped, end_of_other)) in parts.iter().enumerate() {
            if other == number || start_of_other >= from {
                continue;
            }
            let overlap = end_of_other.saturating_sub(*from);
            let between = parts.iter().flat_map(|(_, start, _, end)| [*start, *end]);
            let alone = between.filter(|event| (from..=end_of_other).contains(&event)).count() == 2;
            if overlap == 0 || (overlap * 100 < end - start && alone) {
                before = before.max((*end_of_other).min(*from) as i64);
                let late = (*clipped).saturating_sub(*from) as i64;
                moved = moved.max(ends[other] - late);
            }
        }
        let begins = *from as i64 + moved - before;
        ends.push(begins + replayed(child, (*from, *to), changed, by));
    }
    let last = parts.iter().map(|(_, _, clipped, _)| *clipped as i64).max().unwrap_or(window.0 as i64);
    let moved = ends.iter().copied().max().unwrap_or(window.0 as i64);
    length + moved - last
}

/// The part of a span that counts, `None` for one that holds nothing up.
fn window_of(store: &Store, span: SpanIndex) -> Option<(u64, u64)> {
    let span = store.span(span);
    match span.parent() {
        None => span.interval(),
        Some(parent) => {
            let window = window_of(store, parent)?;
            let found =
                children(&store.span(parent), window).into_iter().find(|(child, ..)| child.index() == span.index());
            found.map(|(_, start, end, _)| (start, end))
        }
    }
}

#[test]
fn drag_and_slack_are_the_differences_of_a_replay() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let (mut dragging, mut slacking) = (0, 0);
    for round in 0..1500 {
        let store = read_spans(&random_spans(&mut random)).store;
        for trace in store.traces() {
            let paths = critical_paths(&trace);
            for span in trace.spans() {
                let place = format!("round {round}: {}", span.name());
                let mut top = span;
                while let Some(parent) = top.parent() {
                    top = store.span(parent);
                }
                let Some(window) = window_of(&store, span.index()) else {
                    assert_eq!(drag(&trace, span.index()), 0, "{place}");
                    assert_eq!(slack(&trace, span.index()), None, "{place}");
                    continue;
                };
                let whole = top.interval().expect("a window's top has one");
                let after = |by: i64| replayed(&top, whole, span.index(), by) - (whole.1 - whole.0) as i64;
                let length = window.1 - window.0;
                let drag = drag(&trace, span.index());
                assert_eq!(drag as i64, -after(-(length as i64)), "{place}");
                let without = Change { shorter: vec![(span.index(), length)], ..Change::default() };
                assert_eq!(saved_by(&top, &without), drag, "{place}");
                let slack = slack(&trace, span.index()).expect("something waits for it");
                assert_eq!(after(slack as i64), 0, "{place}: slack {slack}");
                assert_eq!(after(slack as i64 + 7), 7, "{place}: slack {slack}");
                // What a span owns on the path it drags by at the least, if it has no children to run beside.
                let owned = paths.segments().iter().any(|segment| segment.span == span.index());
                assert!(drag == 0 || slack == 0, "{place}");
                assert!(!owned || slack == 0, "{place}: on the path with slack {slack}");
                dragging += usize::from(drag > 0);
                slacking += usize::from(slack > 0);
            }
        }
    }
    assert!(dragging > 5000 && slacking > 2000, "{dragging} {slacking}");
}

#[test]
fn a_deep_chain_and_a_wide_parent_are_replayed_without_recursion() {
    const COUNT: u64 = 50_000;
    let span = numbered;
    let chain: Vec<Drawn> =
        (0..COUNT).map(|index| span(index, index.checked_sub(1), index, 2 * COUNT - index)).collect();
    let root = span(0, None, 0, 2 * COUNT);
    let wide: Vec<Drawn> =
        std::iter::once(root).chain((1..COUNT).map(|index| span(index, Some(0), 2 * index, 2 * index + 1))).collect();
    for (spans, expected) in [(chain, 2), (wide, 1)] {
        let store = read_spans(&spans).store;
        let trace = store.traces().next().expect("one trace");
        let last = trace.spans().last().expect("a span").index();
        assert_eq!(drag(&trace, last), expected);
        assert_eq!(slack(&trace, last), Some(0));
    }
    assert_eq!(drawn("A [-]").len(), 1);
}
