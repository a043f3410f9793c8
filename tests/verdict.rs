//! Where the time went, in words: what is said of which trace.

mod common;

use common::{Drawn, check, drawn, read_spans, scaled};
use spanscope::Store;
use spanscope::analyze::bottleneck::{path_by_operation, path_by_service, path_by_span};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::facts::Facts;
use spanscope::analyze::self_time::self_times;
use spanscope::analyze::summary::main_top;
use spanscope::analyze::verdict::{verdict, verdict_of_all, verdict_parts};

/// A store in which a column of the drawing is ten milliseconds.
fn store(drawing: &str) -> Store {
    read_spans(&scaled(drawn(drawing), 10_000_000)).store
}

/// The verdict in lines, with the linked spans' names in brackets.
fn linked(store: &Store) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        let (paths, own) = (critical_paths(&trace), self_times(&trace));
        let parts = verdict_parts(&Facts::new(trace, &paths, &own));
        assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<String>(), verdict(&trace));
        for part in parts {
            assert!(!part.text.is_empty());
            if part.spans.is_empty() {
                text.push_str(&part.text);
            } else {
                let names: Vec<&str> = part.spans.iter().map(|span| store.span(*span).name()).collect();
                text.push_str(&format!("[{}: {}]", part.text, names.join(" ")));
            }
        }
        text.push('\n');
    }
    text
}

#[track_caller]
fn says(drawing: &str, expected: &str) {
    let store = store(drawing);
    let found: Vec<String> = store.traces().map(|trace| verdict(&trace)).collect();
    let expected: Vec<&str> = expected.split_whitespace().collect();
    assert_eq!(found.join(" "), expected.join(" "));
}

#[test]
fn the_largest_part_comes_first_then_those_behind_it_and_all_add_up() {
    check(
        &linked(&store(
            "
            GET_/checkout     [-------------------------------------------------]   service=gateway kind=server
              POST_/orders        [------------------------------------------]      service=checkout
                GET_/cart            [---]                                          service=cart
                SELECT_stock               [--------------------]                   service=inventory
                POST_/charge                                     [------]           service=payments
            ",
        )),
        "[SELECT stock: SELECT stock] in inventory took [210 ms, 42 % of the request: SELECT stock]. Next: [POST /orders: POST /orders] \
         in checkout, 110 ms in itself (22 %); then [GET /checkout: GET /checkout] in gateway, 70 ms in itself (14 %); the rest, 110 ms (22 %), \
         is in [2 other spans: POST /charge GET /cart].",
    );
}

#[test]
fn a_slow_query_at_the_end_of_a_chain_is_named() {
    says(
        "
        GET_/users/{id}       [-------------------------------------------]   service=api kind=server
          GET_/v1/users/{id}  [-----------------------------------------]     service=api kind=client
            GET_/users         [---------------------------------------]      service=users kind=server
              SELECT_users     [---------------------------------------]      service=users kind=client
        ",
        "SELECT users in users took 400 ms, 91 % of the request. The rest, 40 ms (9 %), is in 2 other spans.",
    );
}

#[test]
fn three_requests_have_their_slowest_query_in_common() {
    let mut spans: Vec<Drawn> = Vec::new();
    for trace in 1..=3 {
        let mut request = scaled(
            drawn(
                "
                GET_/catalog          |  start=0 end=1150 service=api kind=server
                  POST_/auth          |  start=10 end=90 service=auth
                  GET_/products       |  start=95 end=1145 service=catalog
                    SELECT_products   |  start=200 end=1100 service=catalog kind=client
                ",
            ),
            10_000_000,
        );
        for span in &mut request {
            span.trace = trace;
        }
        spans.extend(request);
    }
    let store = read_spans(&spans).store;
    assert_eq!(store.trace_count(), 3);
    let said = "SELECT products in catalog took 900 ms, 78 % of the request. Next: GET /products in catalog, 150 ms in itself (13 %); then \
                POST /auth in auth, 80 ms (7 %); the rest, 20 ms (2 %), is in 1 other span.";
    for trace in store.traces() {
        assert_eq!(verdict(&trace), said);
    }
    assert_eq!(
        verdict_of_all(&store),
        "3 traces, 1.15 s each; in all of them SELECT products in catalog takes 900 ms, 78 % of the request."
    );
}

#[test]
fn a_failed_query_is_named_with_the_spans_that_passed_its_error_on() {
    let trace = "
        GET_/items      [-----------------------------------------------------]   service=api kind=server error=504
          Reserve        [----------------------------------------------------]   service=inventory error=timeout
            SELECT_stock    [------------------------------------------------]    service=inventory kind=client error=deadline_exceeded
        ";
    check(
        &linked(&store(trace)),
        "[SELECT stock: SELECT stock] in inventory took [490 ms, 91 % of the request: SELECT stock], and failed: deadline exceeded. That \
         is where [the error: SELECT stock] began; 2 spans above passed it on. Next: [Reserve: Reserve] in inventory, 40 ms in itself (7 %); the \
         rest, 10 ms (2 %), is in [1 other span: GET /items].",
    );
}

#[test]
fn errors_that_nobody_passed_on_are_told() {
    says(
        "
        GET_/      [--------]  service=api kind=server
          retry    [-]         service=stock error=refused
          retry2     [----]    service=stock
        ",
        "retry2 in stock took 50 ms, 56 % of the request. Next: GET / in api, 20 ms in itself (22 %); then retry in stock, 20 ms (22 %). The \
         error began in retry in stock (refused); it did not reach GET /.",
    );
    says(
        "
        GET_/      [--------]  service=api kind=server
          a        [-]         error=one
          b          [----]    error=two
            c        [----]    error=three.
        ",
        "c in api took 50 ms, 56 % of the request, and failed: three. Next: GET / in api, 20 ms in itself (22 %); then a in api, 20 ms (22 %). \
         2 errors began, the deepest in c in api (three); 1 span above passed one on; none reached GET /.",
    );
}

#[test]
fn spans_of_one_operation_count_together() {
    says(
        "
        GET_/      [------------------]  service=shop kind=server
          SELECT   [---]                  id=a
          SELECT       [---]              id=b
          SELECT            [---]         id=c
          render                [-]
        ",
        "3 spans SELECT in shop, one after the other, took 120 ms, 63 % of the request. Next: GET / in shop, 50 ms in itself (26 %); then \
         render in shop, 20 ms (11 %).",
    );
    // Not siblings: they are counted together, but nothing is said about their order.
    says(
        "
        GET_/      [------------------]  service=shop kind=server
          part_a   [---]
            SELECT [---]                  id=a
          part_b       [-----------]
            SELECT     [-----------]      id=b
        ",
        "2 spans SELECT in shop together took 160 ms, 84 % of the request. Next: GET / in shop, 30 ms in itself (16 %).",
    );
}

#[test]
fn a_span_that_works_itself_is_told_apart_from_one_that_waits() {
    says(
        "
        import    [------------------]  service=jobs kind=internal
          load    [---]
        ",
        "import in jobs spent 150 ms in itself, 79 % of the whole, where none of its child spans held it up. Next: load in jobs, 40 ms (21 %).",
    );
    says(
        "
        GET_/    [---------]  service=api
          b      [-------]
          c            [---]
        ",
        "GET / in api spent 60 ms in itself, 60 % of the request, where none of its child spans held it up. Next: c in api, 40 ms (40 %).",
    );
    says(
        "
        GET_/    |  start=0 end=1000
          b      |  start=0 end=700
          c      |  start=500 end=1000
        ",
        "GET / spent 500 ms in itself, 50 % of the request, where none of its child spans held it up. Next: c, 500 ms (50 %).",
    );
    says(
        "
        GET_/    |  start=0 end=1000
          b      |  start=0 end=1300
        ",
        "b held the rest up for 1 s, 100 % of the request, of the 1.30 s it took.",
    );
}

#[test]
fn a_single_span_says_that_it_is_alone() {
    says(
        "GET_/  [-----------]  service=api",
        "GET / in api is the only span of its tree and took 120 ms; what happened within was not recorded.",
    );
    says(
        "GET_/  [-----------]  service=api error=refused",
        "GET / in api is the only span of its tree, took 120 ms and failed (refused); what happened within was not recorded.",
    );
}

#[test]
fn a_trace_without_times_says_so() {
    says("A service=api\n  B", "The spans have no times, so where the time went cannot be said.");
    says("A service=api\nB", "The spans have no times, so where the time went cannot be said.");
    says(
        "A service=api\n  B error=lost",
        "The spans have no times, so where the time went cannot be said. The error began in B in api (lost); it did not reach A.",
    );
    says("A  |", "A takes no time.");
    says("A\n  B [--]", "A has no time, so where its time went cannot be said. 1 span has no time and is not counted.");
}

#[test]
fn small_parts_do_not_stand_out() {
    let mut drawing = "GET_/ | start=0 end=30000 service=api\n".to_owned();
    for index in 0..30 {
        drawing += &format!("  step{index} | start={} end={}\n", index * 1000, index * 1000 + 1000);
    }
    says(
        &drawing,
        "No span stands out. The largest part: step0 in api took 1 s, 3 % of the request. The rest, 29 s (97 %), is in 29 other spans.",
    );
}

#[test]
fn what_is_beside_the_request_is_told() {
    says(
        "
        POST_/orders        [--------------]                    service=orders kind=server
          send_created           [--]                           kind=producer
        process_created                        [---------]      service=billing kind=consumer
        ",
        "POST /orders in orders spent 120 ms in itself, 80 % of the request, where none of its child spans held it up. Next: send created in orders, \
         30 ms (20 %). Beside it process created in billing took 100 ms, until 140 ms after its end, and held nothing up.",
    );
    says(
        "
        POST_/orders        [--------------]                    service=orders kind=server
          send_created           [--]                           kind=producer
            process_created             [---------------]       service=billing kind=consumer
        ",
        "POST /orders in orders spent 120 ms in itself, 80 % of the request, where none of its child spans held it up. Next: send created in orders, \
         30 ms in itself (20 %). Beside it process created in billing took 160 ms, until 130 ms after its end, and held nothing up.",
    );
}

#[test]
fn a_broken_tree_is_told() {
    says(
        "
        A     [--------]  service=api
        B     [--]        service=api parent=lost
        C        [--]     service=api parent=lost
        ",
        "A in api is the only span of its tree and took 90 ms; what happened within was not recorded. 2 spans name parents that the input \
         does not have, so a part may be missing.",
    );
    says(
        "
        A     [--------]  service=api
        B     [--]        service=api
        C        [--]     service=api
        ",
        "A in api is the only span of its tree and took 90 ms; what happened within was not recorded. Beside it the trace has 2 more roots, \
         whose time is not counted here.",
    );
}

#[test]
fn long_and_missing_names_fit_into_a_sentence() {
    let name = "x".repeat(100);
    says(
        &format!("{name} [---]"),
        &format!(
            "{}… is the only span of its tree and took 40 ms; what happened within was not recorded.",
            "x".repeat(60)
        ),
    );
    says(
        "_ [---]",
        "a span without a name is the only span of its tree and took 40 ms; what happened within was not recorded.",
    );
}

#[test]
fn traces_that_share_little_are_told_in_figures() {
    let of = |traces: &[&str]| {
        let mut spans = Vec::new();
        for (index, drawing) in traces.iter().enumerate() {
            let mut request = scaled(drawn(drawing), 10_000_000);
            request.iter_mut().for_each(|span| span.trace = index as u64 + 1);
            spans.extend(request);
        }
        verdict_of_all(&read_spans(&spans).store)
    };
    assert_eq!(
        of(&["A   [---]\n  B [--]", "A   [-------]\n  B [----]", "A [--]"]),
        "3 traces, 30 ms to 80 ms; in 2 of them B takes 30 ms to 50 ms, 63 % to 75 % of the request, more than anything else."
    );
    assert_eq!(
        of(&["A [---] error=no", "B [---]"]),
        "2 traces, 40 ms each; in each of them something else takes most of the time. 1 of them has errors."
    );
    assert_eq!(of(&["A", "A"]), "2 traces, none with times.");
    assert_eq!(
        of(&["A [---]"]),
        "A is the only span of its tree and took 40 ms; what happened within was not recorded."
    );
}

#[test]
fn parts_of_the_path_sum_to_the_tops_duration() {
    let mut random = common::Random(3);
    for _ in 0..300 {
        let mut spans = drawn("root [------------------] service=s0");
        for index in 1..30 {
            let parent = random.below(index) as usize;
            let start = random.below(180);
            spans.push(Drawn {
                name: format!("s{}", random.below(5)),
                id: common::id_of(&format!("s{index}")),
                parent: spans[parent].id.clone(),
                service: format!("s{}", random.below(4)),
                start: Some(start),
                end: Some(start + random.below(100)),
                ..Drawn::default()
            });
        }
        let store = read_spans(&spans).store;
        for trace in store.traces() {
            let top = main_top(&trace);
            let paths = critical_paths(&trace);
            let path = paths.of_top(top.index()).expect("a path for each top");
            let whole = path.total_ns();
            assert_eq!(whole, 190);
            let by_span = path_by_span(&path);
            let by_service = path_by_service(&store, &path);
            let by_operation = path_by_operation(&store, &path);
            assert_eq!(by_span.iter().map(|part| part.ns).sum::<u64>(), whole);
            assert_eq!(by_service.iter().map(|part| part.ns).sum::<u64>(), whole);
            assert_eq!(by_operation.iter().map(|part| part.ns).sum::<u64>(), whole);
            assert!(by_span.is_sorted_by_key(|part| std::cmp::Reverse(part.ns)));
            assert!(by_service.is_sorted_by_key(|part| std::cmp::Reverse(part.ns)));
            assert!(by_operation.is_sorted_by_key(|part| std::cmp::Reverse(part.ns)));
            let spans = |parts: Vec<&Vec<spanscope::SpanIndex>>| parts.iter().map(|spans| spans.len()).sum::<usize>();
            assert_eq!(spans(by_service.iter().map(|part| &part.spans).collect()), by_span.len());
            assert_eq!(spans(by_operation.iter().map(|part| &part.spans).collect()), by_span.len());
        }
    }
}
