//! From spans in any order to a tree: what happens to odd ones. Nothing is dropped, and what is odd is told.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{Drawn, Random, check, drawn, dump, id_of, read_spans};

/// Reads a drawing in its order, backwards and in some random orders: the tree is the same.
#[track_caller]
fn makes(drawing: &str, expected: &str) {
    let mut spans = drawn(drawing);
    check(&dump(&read_spans(&spans).store), expected);
    let mut random = Random(1);
    for _ in 0..8 {
        random.shuffle(&mut spans);
        let store = read_spans(&spans).store;
        check(&dump(&store), expected);
        assert_eq!(store.span_count(), spans.len(), "no span is dropped");
    }
}

/// What is told of a whole input: kind and count.
fn told(drawing: &str) -> Vec<(&'static str, u64)> {
    let store = common::store(drawing);
    let mut told: Vec<_> = store.warnings().iter().map(|warning| (warning.kind.as_str(), warning.count)).collect();
    for warning in store.warnings() {
        assert!(warning.message.ends_with('.'), "a sentence: {}", warning.message);
        assert!(warning.position.is_some(), "with the place of the first case: {}", warning.message);
    }
    told.sort_unstable();
    told
}

#[test]
fn children_come_behind_their_parent_by_start_then_by_id() {
    makes(
        "
        A  [---------]
          D   [--]
            E  []
          C   [----]
          B         [-]
        ",
        "
        A root 0..100
          C 30..80
          D 30..60
            E 40..50
          B 90..110
        ",
    );
}

#[test]
fn several_roots_come_by_start() {
    makes(
        "
        B  [-]
        A        [-]
        C  [----]
        ",
        "
        B root 0..20
        C root 0..50
        A root 60..80
        ",
    );
    assert_eq!(told("A [-]\nB [-]"), []);
}

#[test]
fn an_orphan_is_a_top_and_told() {
    let drawing = "
        A  [---]
        B    [---]     parent=lost
          C    [-]
        ";
    makes(
        drawing,
        "
        A root 0..40
        B orphan 20..60 !orphan
          C 40..60
        ",
    );
    assert_eq!(told(drawing), [("orphan", 1)]);
}

#[test]
fn a_cycle_is_cut_at_the_span_that_starts_first() {
    let drawing = "
        A  [---------]   parent=C
          B   [---]
            C  [-]
              D []
        ";
    makes(
        drawing,
        "
        A cycle 0..100 !cycle
          B 30..70
            C 40..60
              D 50..60
        ",
    );
    assert_eq!(told(drawing), [("cycle", 1)]);
    // Two cycles beside a sound tree.
    makes(
        "
        R        [-]
        A  [-]      parent=B
        B  [-]      parent=A
        C     [-]   parent=D
        D   [--]    parent=C
          E []
        ",
        "
        A cycle 0..20 !cycle
          B 0..20
        D cycle 10..40 !cycle
          E 10..20
          C 30..50
        R root 60..80
        ",
    );
}

#[test]
fn a_span_that_is_its_own_parent_is_a_top() {
    let drawing = "
        A  [---]  parent=A
          B  []
        ";
    makes(
        drawing,
        "
        A cycle 0..40 !self-parent
          B 20..30
        ",
    );
    assert_eq!(told(drawing), [("self-parent", 1)]);
}

#[test]
fn of_two_spans_with_one_id_the_first_has_the_children_and_both_are_kept() {
    let drawing = "
        A   [------]
          B   [--]    id=x
            C  []
          D [--]      id=x
            E  []
        ";
    makes(
        drawing,
        "
        A root 0..70
          D 0..30
            C 30..40
            E 30..40
          B 20..50 !duplicate-id
        ",
    );
    assert_eq!(told(drawing), [("duplicate-id", 1)]);
    // The same span twice, as two exporters send it.
    makes(
        "
        A [--]
          B [-]
          B [-]
        ",
        "
        A root 0..30
          B 20..40
          B 20..40 !duplicate-id
        ",
    );
}

#[test]
fn a_span_without_an_id_has_no_children() {
    let drawing = "
        A  [---]
          B  []   id=-
        C    [-]  id=-
          D   []
        ";
    makes(
        drawing,
        "
        A root 0..40
          B 20..30 !empty-span-id
        C root 20..40 !empty-span-id
        D root 30..40
        ",
    );
    assert_eq!(told(drawing), [("empty-span-id", 2)]);
}

#[test]
fn odd_times_are_kept_and_told() {
    let drawing = "
        A  [---------]
          B             start=50 end=20
          C             start=60
          D             end=70
          E
          F   |
        ";
    makes(
        drawing,
        "
        A root 0..100
          F 30..30
          B 50..20 !end-before-start
          C 60..? !no-end-time
          D ?..70 !no-start-time
          E ?..? !no-start-time
        ",
    );
    assert_eq!(told(drawing), [("end-before-start", 1), ("no-end-time", 1), ("no-start-time", 2)]);
}

#[test]
fn a_span_without_a_time_does_not_set_the_start_of_its_trace() {
    let store = common::store(
        "
        A
          B  [---]
          C             start=300
        ",
    );
    let trace = store.traces().next().expect("a trace");
    assert_eq!(trace.start_ns(), Some(common::BASE));
    assert_eq!(trace.duration_ns(), 300);
    let store = common::store("A");
    let trace = store.traces().next().expect("a trace");
    assert_eq!((trace.start_ns(), trace.duration_ns()), (None, 0));
}

#[test]
fn a_consumer_of_a_producer_does_not_block_it() {
    makes(
        "
        A  [---------]  kind=server
          B  [-]        kind=producer
            C    [--]   kind=consumer
            D    []     kind=client
          E  [-]        kind=consumer
        ",
        "
        A root 0..100
          B 20..40
            C 60..90 async
            D 60..70
          E 20..40
        ",
    );
}

#[test]
fn every_tree_holds_what_the_store_promises() {
    let mut random = Random(42);
    for round in 0..500 {
        let count = 1 + random.below(40);
        let mut spans = Vec::new();
        for index in 0..count {
            let name = format!("s{index}");
            let id = if random.below(15) == 0 { id_of("twice") } else { id_of(&name) };
            // Any span may be any other's parent, itself included; some are not there.
            let parent = random.below(count + 4);
            let start = random.below(30);
            spans.push(Drawn {
                id: if random.below(30) == 0 { String::new() } else { id },
                name,
                parent: if parent < count { id_of(&format!("s{parent}")) } else { String::new() },
                start: (random.below(20) > 0).then_some(start),
                end: (random.below(20) > 0).then_some(start + random.below(30)),
                trace: random.below(3),
                ..Drawn::default()
            });
        }
        let store = read_spans(&spans).store;
        assert_eq!(store.span_count(), spans.len(), "round {round}: no span is dropped");
        let mut names: Vec<&str> = store.spans().map(|span| span.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), spans.len(), "round {round}: each is there once");
        let mut seen = 0;
        for trace in store.traces() {
            assert!(trace.span_count() > 0);
            assert_eq!(trace.first().0, seen);
            for span in trace.spans() {
                assert_eq!(span.index().0, seen);
                seen += 1;
                assert_eq!(span.trace(), trace.index());
                assert_eq!(span.top().is_some(), span.parent().is_none(), "round {round}: a top has no parent");
                let end = span.subtree_end();
                assert!(span.index() < end && end.0 <= trace.first().0 + trace.span_count() as u32);
                match span.parent().map(|parent| store.span(parent)) {
                    None => assert_eq!(span.depth(), 0),
                    Some(parent) => {
                        assert!(parent.index() < span.index(), "round {round}: a parent stands before its children");
                        assert!(end <= parent.subtree_end(), "round {round}: subtrees are nested");
                        assert_eq!(span.depth(), parent.depth() + 1);
                        assert!(parent.children().any(|child| child.index() == span.index()));
                        assert_eq!(parent.id(), span.parent_id());
                    }
                }
                let starts: Vec<u64> = span.children().map(|child| child.start_ns().unwrap_or(u64::MAX)).collect();
                assert!(starts.is_sorted(), "round {round}: siblings by start");
            }
            let tops: Vec<u64> = trace.tops().map(|top| top.start_ns().unwrap_or(u64::MAX)).collect();
            assert!(tops.is_sorted(), "round {round}: tops by start");
        }
        assert_eq!(seen as usize, spans.len());
        let before = dump(&store);
        random.shuffle(&mut spans);
        assert_eq!(dump(&read_spans(&spans).store), before, "round {round}: whatever the order of the input");
    }
}

#[test]
fn depth_is_limited_by_the_input_alone() {
    let chain: Vec<Drawn> = (0..200_000_u64)
        .map(|index| Drawn {
            id: format!("{:016x}", index + 1),
            parent: if index == 0 { String::new() } else { format!("{index:016x}") },
            // Children before their parents in time too, which is the worst order for cutting cycles.
            start: Some(200_000 - index),
            end: Some(400_000),
            ..Drawn::default()
        })
        .collect();
    let store = read_spans(&chain).store;
    assert_eq!(store.spans().map(|span| span.depth()).max(), Some(199_999));
    assert_eq!(store.traces().next().expect("a trace").tops().count(), 1);
}
