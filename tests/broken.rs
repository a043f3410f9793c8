//! Links both ways, work that nobody waited for, and where traces are broken or were sampled.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{Drawn, check, drawn, id_of, read_spans, scaled};
use spanscope::Store;
use spanscope::analyze::async_paths::async_paths;
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::facts::Facts;
use spanscope::analyze::findings::findings;
use spanscope::analyze::self_time::self_times;

/// A column is ten milliseconds.
fn store(drawing: &str) -> Store {
    read_spans(&scaled(drawn(drawing), 10_000_000)).store
}

/// The findings of these kinds about all traces: id, spans, title.
fn found(store: &Store, ids: &[&str]) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        let (paths, own) = (critical_paths(&trace), self_times(&trace));
        for finding in findings(&Facts::new(trace, &paths, &own)) {
            if ids.contains(&finding.id) {
                let names: Vec<&str> = finding.spans.iter().map(|span| store.span(*span).name()).collect();
                for span in &finding.spans {
                    assert_eq!(store.span(*span).trace(), trace.index(), "{finding:?}");
                }
                text += &format!("{} [{}] {}\n", finding.id, names.join(" "), finding.title);
            }
        }
    }
    text
}

#[track_caller]
fn check_found(drawing: &str, ids: &[&str], expected: &str) {
    check(&found(&store(drawing), ids), expected);
}

fn work(store: &Store) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        for path in async_paths(&trace) {
            let from = path.from.map_or("-", |from| store.span(from).name());
            text += &format!("{from} {} {}", path.edge.as_str(), store.span(path.work).name());
            text += &path.wait_ns.map_or(String::new(), |wait| format!(" wait {}", wait / 1_000_000));
            let own: u64 = path.segments.iter().map(|segment| segment.duration_ns()).sum();
            text += &format!(" path {}\n", own / 1_000_000);
        }
    }
    text
}

#[test]
fn links_are_followed_both_ways() {
    let store = store(
        "
        A  [-----]
        B    [---]   trace=1 link=0:A link=0:nothing
        C    [---]   trace=2 link=0:A link=1:B link=2:C link=9:Z
        ",
    );
    let mut text = String::new();
    for span in store.spans() {
        let names = |list: Vec<&str>| list.join(" ");
        let to = span.links().map(|link| link.target().map_or("?", |target| store.span(target).name())).collect();
        let by = span.linked_by().map(|span| span.name()).collect();
        text += &format!("{}: {} | {}\n", span.name(), names(to), names(by));
    }
    check(
        &text,
        "
        A:  | B C
        B: A ? | C
        C: A B C ? | C
        ",
    );
}

#[test]
fn many_links_into_many_traces_take_no_longer_than_they_are_many() {
    let count = 40_000;
    let spans = (0..count).map(|index| Drawn {
        name: "n".to_owned(),
        id: format!("{:016x}", index + 1),
        trace: index,
        start: Some(index),
        end: Some(index + 1),
        linked: vec![((index + 1) % count, format!("{:016x}", (index + 1) % count + 1)), (0, format!("{:016x}", 1))],
        ..Drawn::default()
    });
    let store = read_spans(&spans.collect::<Vec<_>>()).store;
    assert!(store.spans().all(|span| span.links().all(|link| link.target().is_some())));
    assert_eq!(store.spans().next().expect("a span").linked_by().count(), count as usize);
}

#[test]
fn work_that_nobody_waited_for_has_paths_of_its_own() {
    check(
        &work(&store(
            "
            A    [-------]                     kind=server
              B    [--]                        kind=producer
                C        [-----]               kind=consumer
                  D        [-]
                E   [------]                   kind=consumer
            F                   [--]           kind=consumer link=B
            G                        [-]
            ",
        )),
        "
        B message E wait -20 path 70
        B message C wait 30 path 60
        B link F wait 100 path 30
        - none G path 20
        ",
    );
    // Work elsewhere that links here; and nothing where all is waited for.
    check(
        &work(&store(
            "
            A    [-------]                     kind=server
              B    [--]                        kind=producer
            X               [-----]            kind=consumer trace=1 link=0:B
              Y               [--]            trace=1
            ",
        )),
        "B link X wait 60 path 60",
    );
    check(&work(&store("A [---]\n  B [-] link=A")), "");
}

#[test]
fn messages_that_waited_are_told_of() {
    check_found(
        "
        A    [-------]                             kind=server service=shop
          send    [--]                             kind=producer
            handle                        [-----]  kind=consumer service=billing
        ",
        &["queue-wait", "skew-suspected"],
        "queue-wait [handle send] handle in billing began 210 ms after send in shop had ended",
    );
    // Delivered while it was being sent.
    check_found(
        "
        A    [-------]                             kind=server service=shop
          send    [--]                             kind=producer
            handle  [-----]                        kind=consumer service=billing
        ",
        &["queue-wait", "skew-suspected"],
        "",
    );
    // Before it was sent.
    check_found(
        "
        A    [-------]                             kind=server service=shop
          send    [--]                             kind=producer
            handle  [-----]                        kind=consumer service=billing start=10
        ",
        &["queue-wait", "skew-suspected"],
        "skew-suspected [handle] handle in billing began 40 ms before its message was sent",
    );
}

#[test]
fn failures_behind_links_are_told_of_on_both_sides() {
    check_found(
        "
        A    [-------]                     kind=server service=shop
          send    [--]                     kind=producer
        handle            [-----]          kind=consumer trace=1 link=0:send service=billing error=card_refused
        audit             [-----]          kind=consumer trace=2 link=1:handle service=audit
        ",
        &["linked-failure"],
        "
        linked-failure [send] handle in billing, which links to send in shop, failed in a trace of its own
        linked-failure [audit] audit in audit links to handle in billing, which failed in another trace
        ",
    );
    check_found("A [---]\nB [--] trace=1 link=0:A", &["linked-failure"], "");
}

#[test]
fn spans_without_their_parents_are_told_of() {
    check_found(
        "
        A    [-------]         service=shop
        B      [--]            parent=lost service=stock
        C        [--]          parent=lost service=stock
        ",
        &["orphan"],
        "orphan [B C] 2 spans name parents that the input does not have, B in stock among them",
    );
    check_found("A [---]\n  B [-]\nC [-]", &["orphan"], "");
}

#[test]
fn a_call_and_the_root_that_looks_like_its_continuation() {
    let drawing = |fields: &str, bar: &str| {
        format!(
            "
            GET_/cart        [----------]     service=shop kind=server
              GET              [------]       service=shop kind=client server.address=stock.internal url.full=http://stock.internal/items/7?x=1
            GET_/items/{{id}}   {bar}      service=stock kind=server {fields}
            "
        )
    };
    let lost = |fields: &str, bar: &str| found(&store(&drawing(fields, bar)), &["severed-context"]);
    let expected = "severed-context [GET GET /items/{id}] The context was probably lost between GET in shop and GET /items/{id} in stock, ";
    check(&lost("url.path=/items/7", " [---]"), &format!("{expected}which has no parent"));
    check(&lost("url.path=/items/7 parent=lost", " [---]"), &format!("{expected}whose parent is missing"));
    check(
        &lost("url.path=/items/7 trace=1", " [---]"),
        "severed-context [GET] The context was probably lost between GET in shop and GET /items/{id} in stock, which is a trace of its own, \
         000000000000000000000000000000ab",
    );
    // Outside of the call's time, of the same service, or with nothing that connects the two.
    assert_eq!(lost("url.path=/items/7", "          [---]"), "");
    assert_eq!(lost("service=shop url.path=/items/7", " [---]"), "");
    assert_eq!(lost("service=other url.path=/else", " [---]"), "");
    // A call whose other side is there has lost nothing.
    check_found(
        "
        GET_/cart        [----------]     service=shop kind=server
          GET_/items       [------]       service=shop kind=client
            GET_/items      [----]        service=stock kind=server
        GET_/items          [---]         service=stock kind=server
        ",
        &["severed-context"],
        "",
    );
}

#[test]
fn what_a_trace_stands_for_is_said_of_its_own_words() {
    // The last 56 bits of the trace id are the randomness: all zeros but aa, so only `th:0` would keep it; rv says otherwise.
    check_found(
        "A [---] state=ot=th:c;rv:ffffffffffffff\n  B [-] state=ot=th:c;rv:ffffffffffffff",
        &["sampled-away", "biased-sample"],
        "sampled-away [A] This trace stands for 4 requests: 1 of 4 was kept",
    );
    check_found("A [---] state=ot=th:0\n  B [-]", &["sampled-away", "biased-sample"], "");
    check_found(
        "A [---] state=ot=th:c;rv:ffffffffffffff\n  B [-] state=ot=th:8;rv:ffffffffffffff",
        &["biased-sample"],
        "biased-sample [B A] Parts of the trace were sampled differently: A stands for 4, B for 2",
    );
    check_found(
        "A [---] state=ot=th:c;rv:00000000000001",
        &["sampled-away", "biased-sample"],
        "biased-sample [A] The trace was kept although its threshold says to drop it, as A shows",
    );
    check_found(
        "A [---] flags=257\n  B [-] flags=256\n  C [-]",
        &["biased-sample"],
        "biased-sample [B] B was not sampled by its flags, though others of its trace were",
    );
    assert_eq!(id_of("A"), "0000000000000041");
}
