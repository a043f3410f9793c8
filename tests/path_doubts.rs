//! How sure a path is, and what it leaves out.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fmt::Write;

use common::{Random, check, drawn, random_spans, read_spans, scaled};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::path_doubts::{Clarity, path_doubts};
use spanscope::{SpanIndex, Store};

/// All doubts of the first path, a line each.
fn doubts(store: &Store) -> String {
    let mut text = String::new();
    let trace = store.traces().next().expect("a trace");
    let name = |span: SpanIndex| store.span(span).name();
    let paths = critical_paths(&trace);
    let doubts = path_doubts(store, &paths.iter().next().expect("a path"));
    let line = |text: &mut String, line: String| writeln!(text, "{line}").expect("a string takes it");
    for hop in &doubts.hops {
        let rivals: Vec<&str> = hop.rivals.iter().map(|span| name(*span)).collect();
        let clipped = if hop.clipped { " clipped" } else { "" };
        let rivals =
            if rivals.is_empty() { String::new() } else { format!(" {}: {}", hop.rival_count, rivals.join(" ")) };
        line(
            &mut text,
            format!("{} {} {}{clipped}{rivals}", name(hop.span), hop.clarity.as_str(), hop.gap_ns / 1_000_000),
        );
    }
    for beside in &doubts.beside {
        line(
            &mut text,
            format!("{} owned {} while {} ran", name(beside.span), beside.ns / 1_000_000, name(beside.child)),
        );
    }
    for (span, ns) in &doubts.clipped {
        line(&mut text, format!("{} cut by {}", name(*span), ns / 1_000_000));
    }
    for (span, why) in &doubts.dropped {
        line(&mut text, format!("{} left out: {why:?}", name(*span)));
    }
    text
}

/// A column is a millisecond.
#[track_caller]
fn check_doubts(drawing: &str, expected: &str) {
    check(&doubts(&read_spans(&scaled(drawn(drawing), 1_000_000)).store), expected);
}

#[test]
fn a_step_is_clear_when_nothing_else_ended_near() {
    check_doubts(
        "
        A  [------------------------------]
          B  [-----]
          C          [-----------------]
        ",
        "
        C clear 3
        B clear 2
        ",
    );
}

#[test]
fn a_step_without_a_gap_touches() {
    check_doubts(
        "
        A  [---------------------------]
          B  [-----]
          C        [-------------------]
        ",
        "
        C touching 0
        B touching 0
        ",
    );
}

#[test]
fn what_ended_near_is_a_rival_unless_it_had_ended_before_the_other_began() {
    check_doubts(
        "
        A  [------------------------------]
          B     [-----]
          C            [------------------]
          D      [---]
          E  [-]
        ",
        "
        C touching 0
        B ambiguous 1 1: D
        E clear 1
        ",
    );
}

#[test]
fn an_overlap_of_two_clocks_is_tolerated() {
    check_doubts(
        "
        A  |  start=0 end=1000
          B  |  start=10 end=505
          C  |  start=500 end=900
        ",
        "
        C clear 10
        B tolerated 0
        ",
    );
}

#[test]
fn cut_and_left_out_children_are_told() {
    check_doubts(
        "
        A     [----------]  kind=producer
          B [-----]         kind=internal
          C       [---------]  kind=internal
          D    [---]        kind=consumer
          E                    [--]  kind=internal
        ",
        "
        C touching 0 clipped
        B touching 0 clipped
        B cut by 2
        C cut by 3
        D left out: Async
        E left out: Outside
        ",
    );
}

#[test]
fn time_of_the_parent_while_a_child_off_the_path_ran_is_told() {
    check_doubts(
        "
        A  [------------------------------]
          B   [-------]
          C     [--------------]
          D                  [---------]
        ",
        "
        D ambiguous 3 1: C
        B clear 7
        A owned 7 while C ran
        ",
    );
}

#[test]
fn every_part_of_the_path_has_its_step_and_no_time_beside_is_counted_twice() {
    let mut random = Random(99);
    let mut seen = [0; 4];
    for round in 0..1500 {
        let store = read_spans(&scaled(random_spans(&mut random), 1_000_000)).store;
        for trace in store.traces() {
            for path in critical_paths(&trace).iter() {
                let doubts = path_doubts(&store, &path);
                let mut owners: Vec<SpanIndex> = path.segments.iter().map(|segment| segment.span).collect();
                owners.sort_unstable();
                owners.dedup();
                for owner in owners.iter().filter(|owner| **owner != path.top) {
                    assert_eq!(doubts.hops.iter().filter(|hop| hop.span == *owner).count(), 1, "round {round}");
                }
                let own: u64 = path.segments.iter().map(|segment| segment.duration_ns()).sum();
                assert!(doubts.beside.iter().map(|beside| beside.ns).sum::<u64>() <= own, "round {round}");
                for beside in &doubts.beside {
                    assert_eq!(store.span(beside.child).parent(), Some(beside.span), "round {round}");
                }
                for hop in &doubts.hops {
                    seen[hop.clarity as usize] += 1;
                    assert_eq!(hop.clarity == Clarity::Ambiguous, hop.rival_count > 0, "round {round}");
                    for rival in &hop.rivals {
                        assert_eq!(store.span(*rival).parent(), store.span(hop.span).parent(), "round {round}");
                        assert_ne!(*rival, hop.span, "round {round}");
                    }
                }
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}
