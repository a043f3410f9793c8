//! What is said of the samples of the page, word for word: the verdict, the first finding, and what to do.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fmt::Write;
use std::path::Path;

use common::check;
use spanscope::analyze::advice::advice;
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::facts::Facts;
use spanscope::analyze::findings::findings;
use spanscope::analyze::self_time::self_times;
use spanscope::analyze::verdict::{verdict, verdict_of_all};
use spanscope::{ReadOptions, read};

#[track_caller]
fn said(sample: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/samples").join(sample);
    let bytes = std::fs::read(path).expect("the sample is there");
    let outcome = read(bytes, &ReadOptions::new().with_name(sample)).expect("it can be read");
    let mut text = String::new();
    let mut line = |line: String| writeln!(text, "{line}").expect("a string takes it");
    if outcome.store.trace_count() > 1 {
        line(verdict_of_all(&outcome.store));
    }
    for trace in outcome.store.traces().take(2) {
        let (paths, own) = (critical_paths(&trace), self_times(&trace));
        let facts = Facts::new(trace, &paths, &own);
        let found = findings(&facts);
        line(verdict(&trace));
        if let Some(first) = found.first() {
            line(format!("{}: {}", first.id, first.title));
            line(format!("  = {}", first.arithmetic));
            line(format!("  > {}", first.next));
        }
        let others: Vec<&str> = found.iter().skip(1).map(|finding| finding.id).collect();
        line(format!("then: {}", if others.is_empty() { "nothing".to_owned() } else { others.join(", ") }));
        let advice = advice(&facts, &found);
        for action in &advice.now {
            line(format!("now: {}", action.text));
        }
        if let Some(later) = &advice.later {
            line(format!("later: {}", later.text));
        }
        line(advice.runbook.first().cloned().unwrap_or_default());
    }
    check(&text, expected);
}

#[test]
fn a_chain_of_calls_with_a_slow_query() {
    said(
        "slow-database.json",
        "
        SELECT users in user-service took 400 ms, 91 % of the request. The rest, 38 ms (9 %), is in 3 other spans.
        slowest-hop: SELECT users in user-service took 400 ms, 91 % of the request
          = 400 ms of 438 ms on the critical path
          > Look at the query's plan in postgresql and at the rows it reads; see whether an index or a cache would help
        then: critical-share, no-log-correlation
        now: Look at the plan of SELECT users in user-service (EXPLAIN): is an index missing, does it read more rows than it returns?
        now: Return fewer rows or columns, or keep the answer in a cache for a short time
        later: Give user-service a time budget for this query and watch it; move heavy reads to a read model
        If GET /users/{id} takes longer than 50 ms, look first at SELECT users in user-service, then at GET /v1/users/{id} in user-service in itself, then at GET /users/{id} in api in itself.
        ",
    );
}

#[test]
fn an_order_through_a_queue() {
    said(
        "order-queue.json",
        "
        POST /reservations in order-service took 185 ms, 69 % of the request. Next: INSERT orders in order-service, 41.2 ms (15 %); then POST /orders in order-service, 27.5 ms in itself (10 %); the rest, 14.8 ms (6 %), is in 1 other span. Beside it process orders.created in billing-worker took 226 ms, until 832 ms after its end, and held nothing up.
        slowest-hop: POST /reservations in order-service took 185 ms, 69 % of the request
          = 185 ms of 268 ms on the critical path
          > stock is not in this trace: look at its own traces or logs of this moment
        then: queue-wait
        now: Look at the traces or logs of stock of this moment: it is not in this trace
        now: Set a timeout on POST /reservations in order-service, with an answer to fall back on
        later: Propagate the trace context to stock, and agree with its owners on how long it may take
        If POST /orders takes longer than 100 ms, look first at POST /reservations in order-service, then at INSERT orders in order-service, then at POST /orders in order-service in itself.
        ",
    );
}

#[test]
fn a_timeout_whose_cause_is_a_query() {
    said(
        "timeout.json",
        "
        SELECT stock in inventory took 499 ms, 97 % of the request, and was cut off: the time of GET /stock/{sku} was up, 500 ms as far as its duration tells. That is where the error began; 3 spans above passed it on. The rest, 17 ms (3 %), is in 3 other spans.
        timeout-budget: SELECT stock in inventory took 499 ms of the 503 ms that GET /stock/{sku} in inventory lasted and was cut off
          = 499 ms of 503 ms = 99 %; a budget of 500 ms is inferred: the round figure next to it
          > Make SELECT stock faster (its plan, an index), or give GET /stock/{sku} more than 500 ms if its caller can wait
        then: error-origin, slowest-hop, critical-share
        now: Make SELECT stock faster (its plan, an index), or give GET /stock/{sku} more than 500 ms if its caller can wait
        now: Look at the plan of SELECT stock in inventory (EXPLAIN): is an index missing, does it read more rows than it returns?
        later: Give inventory a time budget for this query and watch it; move heavy reads to a read model
        If GET /products/{sku}/availability takes longer than 20 ms, look first at SELECT stock in inventory, then at GET /products/{sku}/availability in api in itself, then at GET /stock/{sku} in api in itself.
        ",
    );
}

#[test]
fn a_sampled_search() {
    said(
        "sampling.json",
        "
        search products in search took 88 ms, 47 % of the request. Next: render results in storefront, 37 ms (20 %); then GET /v1/query in search, 36 ms in itself (19 %); the rest, 25 ms (13 %), is in 2 other spans.
        slowest-hop: search products in search took 88 ms, 47 % of the request
          = 88 ms on the critical path, of which 41.9 ms would be taken by what ran beside it
          > Look at the query's plan in elasticsearch and at the rows it reads; see whether an index or a cache would help
        then: uninstrumented-gap, critical-share, no-log-correlation, sampled-away
        now: Look at the plan of search products in search (EXPLAIN): is an index missing, does it read more rows than it returns?
        now: Return fewer rows or columns, or keep the answer in a cache for a short time
        later: Give search a time budget for this query and watch it; move heavy reads to a read model
        If GET /search takes longer than 150 ms, look first at search products in search, then at render results in storefront, then at GET /v1/query in search in itself.
        ",
    );
}

#[test]
fn a_trace_from_log_lines() {
    said(
        "order-lines.log",
        "
        query order_items in order-service took 312 ms, 86 % of the request. The rest, 49 ms (14 %), is in 4 other spans.
        slowest-hop: query order_items in order-service took 312 ms, 86 % of the request
          = 312 ms of 361 ms on the critical path
          > Nothing within was recorded: add spans to query order_items in order-service, or profile it
        then: critical-share
        now: Profile query order_items in order-service: nothing within was recorded
        now: Look at the logs and the load of order-service at this moment
        later: Add spans for the parts of query order_items in order-service, and a time budget for it
        If GET /orders/812 takes longer than 50 ms, look first at query order_items in order-service, then at query orders in order-service, then at GET /v1/orders/812 in order-service in itself.
        ",
    );
}

#[test]
fn a_delay_put_into_a_database_call_comes_out_first() {
    said(
        "added-delay.json",
        "
        SELECT cart_lines in cart took 309 ms, 88 % of the request. Next: GET /carts/{id} in cart, 19 ms in itself (5 %); the rest, 24 ms (7 %), is in 2 other spans.
        slowest-hop: SELECT cart_lines in cart took 309 ms, 88 % of the request
          = 309 ms of 352 ms on the critical path
          > Look at the query's plan in postgresql and at the rows it reads; see whether an index or a cache would help
        then: critical-share, no-log-correlation
        now: Look at the plan of SELECT cart_lines in cart (EXPLAIN): is an index missing, does it read more rows than it returns?
        now: Return fewer rows or columns, or keep the answer in a cache for a short time
        later: Give cart a time budget for this query and watch it; move heavy reads to a read model
        If GET /cart takes longer than 50 ms, look first at SELECT cart_lines in cart, then at GET /carts/{id} in cart in itself, then at GET /cart in shop-web in itself.
        ",
    );
}

#[test]
fn three_slow_requests_have_their_query_in_common() {
    said(
        "three-slow-requests.json",
        "
        3 traces, 1.15 s each; in all of them select products in catalog takes 900 ms, 78 % of the request.
        select products in catalog took 900 ms, 78 % of the request. Next: get /catalog/{sku} in catalog, 150 ms in itself (13 %); then post /verify in auth, 80 ms (7 %); the rest, 20 ms (2 %), is in 1 other span.
        slowest-hop: select products in catalog took 900 ms, 78 % of the request
          = 900 ms of 1.15 s on the critical path
          > Look at the query's plan in postgresql and at the rows it reads; see whether an index or a cache would help
        then: critical-share
        now: Look at the plan of select products in catalog (EXPLAIN): is an index missing, does it read more rows than it returns?
        now: Return fewer rows or columns, or keep the answer in a cache for a short time
        later: Give catalog a time budget for this query and watch it; move heavy reads to a read model
        If get /products/{sku} takes longer than 250 ms, look first at select products in catalog, then at get /catalog/{sku} in catalog in itself, then at post /verify in auth.
        select products in catalog took 900 ms, 78 % of the request. Next: get /catalog/{sku} in catalog, 150 ms in itself (13 %); then post /verify in auth, 80 ms (7 %); the rest, 20 ms (2 %), is in 1 other span.
        slowest-hop: select products in catalog took 900 ms, 78 % of the request
          = 900 ms of 1.15 s on the critical path
          > Look at the query's plan in postgresql and at the rows it reads; see whether an index or a cache would help
        then: critical-share
        now: Look at the plan of select products in catalog (EXPLAIN): is an index missing, does it read more rows than it returns?
        now: Return fewer rows or columns, or keep the answer in a cache for a short time
        later: Give catalog a time budget for this query and watch it; move heavy reads to a read model
        If get /products/{sku} takes longer than 250 ms, look first at select products in catalog, then at get /catalog/{sku} in catalog in itself, then at post /verify in auth.
        ",
    );
}
