//! Self time and the critical path, through the public API.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fmt::Write;
use std::path::Path;

use common::{BASE, Drawn, Random, check, drawn, id_of, numbered, random_spans, read_spans, store};
use serde_json::Value;
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::self_time::{for_each_gap, self_time, self_times};
use spanscope::{ReadOptions, Store, read};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/analysis");

/// All paths: `top: span start..end …`, from last to first.
fn paths(store: &Store) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        let origin = trace.start_ns().unwrap_or(0);
        for path in critical_paths(&trace).iter() {
            write!(text, "{}:", store.span(path.top).name()).expect("a string takes it");
            for segment in path.segments {
                let name = store.span(segment.span).name();
                write!(text, "  {name} {}..{}", segment.start - origin, segment.end - origin)
                    .expect("a string takes it");
            }
            text.push('\n');
        }
    }
    text
}

#[track_caller]
fn check_path(drawing: &str, expected: &str) {
    check(&paths(&store(drawing)), expected);
    let mut spans = drawn(drawing);
    spans.reverse();
    check(&paths(&read_spans(&spans).store), expected);
}

#[test]
fn the_child_that_ended_last_owns_the_time_until_its_start() {
    check_path(
        "
        A  [-------------------]
          B   [-----]
          C              [---]
          D    [--]
        ",
        "A:  A 180..200  C 140..180  A 90..140  B 30..90  A 0..30",
    );
}

#[test]
fn a_child_that_starts_when_another_ends_follows_it() {
    check_path(
        "
        A  [---------]
          B [---]
          C     [---]
        ",
        "A:  A 90..100  C 50..90  B 10..50  A 0..10",
    );
}

#[test]
fn a_child_that_outlives_its_parent_is_clipped() {
    check_path(
        "
        A  [---------]
          B   [----------]
            C          [-----]
        ",
        "A:  B 30..100  A 0..30",
    );
}

#[test]
fn a_child_around_its_parent_owns_all_of_it() {
    check_path(
        "
        A     [-----]
          B [--------]
        ",
        "A:  B 20..80",
    );
}

#[test]
fn a_child_outside_of_its_parent_is_not_on_the_path() {
    check_path(
        "
        A     [-----]
          B [-]
          C          [--]
        ",
        "A:  A 20..80",
    );
}

#[test]
fn a_consumer_of_its_parents_message_is_not_on_the_path() {
    check_path(
        "
        A  [---------]  kind=producer
          B  [------]   kind=consumer
            C   [--]    kind=internal
          D [-]         kind=internal
        ",
        "A:  A 30..100  D 10..30  A 0..10",
    );
}

#[test]
fn every_top_has_a_path_of_its_own() {
    check_path(
        "
        A  [---]
          B  [-]
        C        [----]  parent=nowhere
        D     |
        E
        ",
        "
        A:  B 20..40  A 0..20
        D:
        C:  C 60..110
        E:
        ",
    );
}

#[test]
fn a_child_without_a_duration_owns_nothing_and_parts_nothing() {
    check_path(
        "
        A  [---------]
          B    |
          C      [--]
        ",
        "A:  A 90..100  C 60..90  A 0..60",
    );
}

#[test]
fn an_end_before_the_start_counts_as_the_start() {
    check_path(
        "
        A  [---------]
          B    |         start=50 end=20
          C     [---]
        ",
        "A:  A 90..100  C 50..90  A 0..50",
    );
}

#[test]
fn of_children_that_end_alike_the_one_that_started_last_waited_for_nobody() {
    check_path(
        "
        A  [---------]
          B  [------]
          C     [---]
          D   [-]
        ",
        "A:  A 90..100  C 50..90  D 30..50  A 0..30",
    );
    // And of those that started alike too, the greater id.
    check_path(
        "
        A  [---------]
          C  [------]
          D  [------]
          B  [------]
        ",
        "A:  A 90..100  D 20..90  A 0..20",
    );
}

/// The parent lasts 10,000: an overlap below 100 is tolerated.
#[test]
fn a_small_overlap_of_two_clocks_is_tolerated() {
    let trace = |overlap: u64, other: &str| {
        format!(
            "
            A  |  start=0 end=10000
              B  |  start=1000 end={}
              C  |  start=5000 end=9000
              {other}
            ",
            5000 + overlap
        )
    };
    check_path(&trace(99, ""), "A:  A 9000..10000  C 5000..9000  B 1000..5000  A 0..1000");
    check_path(&trace(100, ""), "A:  A 9000..10000  C 5000..9000  A 0..5000");
    // Something else begins or ends in the overlap, so it is no matter of clocks.
    check_path(&trace(50, "D  |  start=5020 end=6000"), "A:  A 9000..10000  C 5000..9000  A 0..5000");
    check_path(&trace(50, "D  |  start=5050 end=6000"), "A:  A 9000..10000  C 5000..9000  A 0..5000");
    check_path(&trace(50, "D  |  start=2000 end=5050"), "A:  A 9000..10000  C 5000..9000  A 0..5000");
    check_path(&trace(50, "D  |  start=2000 end=5000"), "A:  A 9000..10000  C 5000..9000  D 2000..5000  A 0..2000");
    check_path(&trace(50, "D  |  start=5051 end=6000"), "A:  A 9000..10000  C 5000..9000  B 1000..5000  A 0..1000");
}

#[test]
fn the_published_cases() {
    let Ok(text) = std::fs::read_to_string(Path::new(VECTORS).join("critical_path.json")) else {
        println!("skipped: no ../shared");
        return;
    };
    let vectors: Value = serde_json::from_str(&text).expect("the vectors are JSON");
    let cases = vectors["cases"].as_array().expect("a list of cases");
    assert!(!cases.is_empty());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for case in cases {
        let spans: Vec<Drawn> = case["spans"]
            .as_array()
            .expect("a list of spans")
            .iter()
            .map(|span| Drawn {
                name: text(&span["id"]),
                id: id_of(&text(&span["id"])),
                parent: span["parent"].as_str().map(id_of).unwrap_or_default(),
                start: span["start"].as_u64(),
                end: span["end"].as_u64(),
                kind: text(&span["kind"]),
                ..Drawn::default()
            })
            .collect();
        let store = read_spans(&spans).store;
        let trace = store.traces().next().expect("one trace");
        let paths = critical_paths(&trace);
        let found: Vec<(String, u64, u64)> = paths
            .segments()
            .iter()
            .map(|segment| (store.span(segment.span).name().to_owned(), segment.start - BASE, segment.end - BASE))
            .collect();
        let number = |value: &Value| value.as_u64().expect("a time");
        let expected: Vec<(String, u64, u64)> = case["segments"]
            .as_array()
            .expect("a list of segments")
            .iter()
            .map(|segment| (text(&segment[0]), number(&segment[1]), number(&segment[2])))
            .collect();
        assert_eq!(found, expected, "{}", case["name"]);
    }
    println!("{} cases", cases.len());
}

#[test]
fn segments_partition_every_top_exactly_whatever_the_order_of_the_input() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut segments = 0;
    for round in 0..3000 {
        let mut spans = random_spans(&mut random);
        let store = read_spans(&spans).store;
        for trace in store.traces() {
            let paths = critical_paths(&trace);
            assert_eq!(
                paths.iter().map(|path| path.top).collect::<Vec<_>>(),
                trace.tops().map(|top| top.index()).collect::<Vec<_>>()
            );
            for path in paths.iter() {
                let top = store.span(path.top);
                let (start, end) = top.interval().unwrap_or_default();
                assert_eq!(path.total_ns(), end - start, "round {round}");
                let mut at = end;
                for (index, segment) in path.segments.iter().enumerate() {
                    assert_eq!(segment.end, at, "round {round}: no gap and no overlap");
                    assert!(segment.start < segment.end);
                    at = segment.start;
                    let owner = store.span(segment.span);
                    let (from, to) = owner.interval().expect("an owner has a time");
                    assert!(from <= segment.start && segment.end <= to, "round {round}: inside its span");
                    assert!(top.index() <= owner.index() && owner.index() < top.subtree_end());
                    let merged = index == 0 || path.segments[index - 1].span != segment.span;
                    assert!(merged, "round {round}: neighbours of one span are one segment");
                }
                assert_eq!(at, start);
                segments += path.segments.len();
            }
        }
        let before = paths(&store);
        random.shuffle(&mut spans);
        assert_eq!(paths(&read_spans(&spans).store), before, "round {round}");
    }
    assert!(segments > 10_000, "{segments}");
}

#[test]
fn segments_follow_the_definition_to_the_letter() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..3000 {
        let store = read_spans(&random_spans(&mut random)).store;
        for trace in store.traces() {
            let fast = critical_paths(&trace);
            for path in fast.iter() {
                let mut found = by_definition(&store, path.top);
                found.dedup_by(|earlier, later| {
                    let same = earlier.0 == later.0;
                    if same {
                        later.1 = earlier.1;
                    }
                    same
                });
                let segments: Vec<_> = path.segments.iter().map(|s| (s.span, s.start, s.end)).collect();
                assert_eq!(segments, found, "round {round}");
            }
        }
    }
}

type Owned = (spanscope::SpanIndex, u64, u64);

/// The definition written down without a thought of speed, from last to first.
fn by_definition(store: &Store, top: spanscope::SpanIndex) -> Vec<Owned> {
    fn window(store: &Store, span: spanscope::SpanIndex, low: u64, high: u64, out: &mut Vec<Owned>) {
        if low >= high {
            return;
        }
        let owner = store.span(span);
        let (start, end) = owner.interval().expect("a window has a time");
        let children: Vec<_> = owner
            .children()
            .filter(|child| !child.is_async())
            .filter_map(|child| Some((child.index(), child.interval()?)))
            .filter(|(_, (start, end))| *end > low && *start < high)
            .collect();
        let events: Vec<u64> = children.iter().flat_map(|(_, (start, end))| [*start, *end]).collect();
        let mut used = Vec::new();
        let mut at = high;
        while at > low {
            let candidate = children
                .iter()
                .filter(|(child, _)| !used.contains(child))
                .filter(|(_, (start, _))| *start < at)
                .filter_map(|(child, (from, to))| {
                    let clipped = if at == high {
                        (*to).min(high)
                    } else if *to <= at {
                        *to
                    } else {
                        let small = u128::from(to - at) * 100 < u128::from(end - start);
                        let between = events.iter().filter(|event| (at..=*to).contains(event)).count();
                        if !small || between != 2 {
                            return None;
                        }
                        at
                    };
                    // Indices of siblings come by start, then by id.
                    Some((clipped, *from, *child))
                })
                .max();
            let Some((clipped, from, child)) = candidate else { break };
            used.push(child);
            if clipped < at {
                out.push((span, clipped, at));
            }
            window(store, child, from.max(low), clipped, out);
            at = from.max(low);
        }
        if at > low {
            out.push((span, low, at));
        }
    }
    let mut out = Vec::new();
    if let Some((start, end)) = store.span(top).interval() {
        window(store, top, start, end, &mut out);
    }
    out
}

#[test]
fn depth_and_breadth_cost_no_more_than_their_spans() {
    const COUNT: u64 = 100_000;
    let span = numbered;
    let chain: Vec<Drawn> =
        (0..COUNT).map(|index| span(index, index.checked_sub(1), index, 2 * COUNT - index)).collect();
    let siblings = |start: fn(u64) -> u64, end: fn(u64) -> u64| -> Vec<Drawn> {
        let root = span(0, None, 0, 2 * COUNT);
        std::iter::once(root).chain((1..COUNT).map(|index| span(index, Some(0), start(index), end(index)))).collect()
    };
    for (shape, spans, segments) in [
        ("a chain", chain, 2 * COUNT - 1),
        ("one after the other", siblings(|index| 2 * index, |index| 2 * index + 1), 2 * COUNT - 1),
        ("all at once", siblings(|index| index, |_| 2 * COUNT), 2),
        ("nested", siblings(|index| index, |index| 2 * COUNT - index), 3),
        ("overlapping by a little", siblings(|index| 2 * index, |index| 2 * index + 3), COUNT),
    ] {
        let store = read_spans(&spans).store;
        let trace = store.traces().next().expect("one trace");
        let own = self_times(&trace);
        let paths = critical_paths(&trace);
        assert_eq!(own.len(), COUNT as usize);
        assert_eq!(paths.iter().next().expect("a path").total_ns(), 2 * COUNT);
        assert!((paths.segments().len() as u64).abs_diff(segments) <= 2, "{shape}: {}", paths.segments().len());
    }
}

/// `span self time` of all spans.
fn selves(store: &Store) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        for (span, time) in trace.spans().zip(self_times(&trace)) {
            assert_eq!(self_time(&span), time, "{}", span.name());
            writeln!(text, "{} {time}", span.name()).expect("a string takes it");
        }
    }
    text
}

#[test]
fn self_time_is_the_duration_without_the_union_of_the_children() {
    check(
        &selves(&store(
            "
            A  [-------------------]
              B   [-----]
                C    [----------]
              D      [--------]
              E                  [-----]
              F [-]
              G                       [--]
              H     |
              I  kind=internal
              J     |             start=100 end=50
            ",
        )),
        "
        A 40
        F 20
        B 30
        C 110
        H 0
        D 90
        J 0
        E 60
        G 30
        I 0
        ",
    );
}

#[test]
fn self_time_equals_a_count_of_instants() {
    let mut random = Random(7);
    for round in 0..500 {
        let store = read_spans(&random_spans(&mut random)).store;
        for trace in store.traces() {
            if trace.duration_ns() > 500 {
                continue;
            }
            for (span, found) in trace.spans().zip(self_times(&trace)) {
                let (start, end) = span.interval().unwrap_or_default();
                let covered = |at: u64| {
                    span.children().filter_map(|child| child.interval()).any(|(start, end)| (start..end).contains(&at))
                };
                let expected = (start..end).filter(|at| !covered(*at)).count() as u64;
                assert_eq!(found, expected, "round {round}");
                let mut gaps = 0;
                for_each_gap(&span, |start, end| {
                    assert!((start..end).all(|at| !covered(at)));
                    gaps += end - start;
                });
                assert_eq!(gaps, expected, "round {round}");
            }
        }
    }
}

/// Traces of another viewer's tests: what it is given, without what it answers. The answer here is a count of instants.
#[test]
fn self_times_of_published_traces_equal_a_count_of_microseconds() {
    let Ok(folder) = std::fs::read_dir(Path::new(VECTORS).join("self_time")) else {
        println!("skipped: no ../shared");
        return;
    };
    let mut checked = 0;
    for entry in folder.flatten() {
        let bytes = std::fs::read(entry.path()).expect("a file can be read");
        let document: Value = serde_json::from_slice(&bytes).expect("the vectors are JSON");
        let spans = document["spans"].as_array().expect("a list of spans");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let interval = |span: &Value| {
            let start = span["startTime"].as_u64().expect("a time");
            start..start + span["duration"].as_u64().expect("a duration")
        };
        let outcome = read(bytes, &ReadOptions::new().with_name(entry.file_name().to_string_lossy())).expect("a trace");
        let trace = outcome.store.traces().next().expect("one trace");
        assert_eq!(trace.span_count(), spans.len());
        let own = self_times(&trace);
        for span in spans {
            let id = text(&span["spanID"]);
            let children: Vec<_> = spans
                .iter()
                .filter(|other| {
                    other["references"].as_array().is_some_and(|all| all.iter().any(|r| text(&r["spanID"]) == id))
                })
                .map(interval)
                .collect();
            let expected = interval(span).filter(|at| !children.iter().any(|child| child.contains(at))).count() as u64;
            let found = trace.spans().find(|found| found.has_id(&id)).expect("every span is there");
            assert_eq!(own[found.position()], expected * 1000, "{:?} {id}", entry.file_name());
        }
        checked += 1;
    }
    println!("{checked} traces");
    assert!(checked > 0);
}
