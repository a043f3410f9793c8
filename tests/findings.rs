//! What is found in which trace: where each finding must be, and where it must not, though it looks alike.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fmt::Write;

use common::{Drawn, check, drawn, read_spans, scaled};
use spanscope::analyze::advice::advice;
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::facts::Facts;
use spanscope::analyze::finding::Finding;
use spanscope::analyze::findings::findings;
use spanscope::analyze::self_time::self_times;
use spanscope::write::markdown::markdown;
use spanscope::{Store, Trace};

/// The findings of a trace.
fn findings_of(trace: &Trace<'_>) -> Vec<Finding> {
    let paths = critical_paths(trace);
    let self_times = self_times(trace);
    findings(&Facts::new(*trace, &paths, &self_times))
}

/// A store in which a column of the drawing is ten milliseconds.
fn store(drawing: &str) -> Store {
    read_spans(&scaled(drawn(drawing), 10_000_000)).store
}

/// The findings of one kind in full: title, spans, saving, evidence and next step, a line each.
fn told(store: &Store, id: &str) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        for finding in findings_of(&trace).iter().filter(|finding| finding.id == id) {
            let names = |spans: &[spanscope::SpanIndex]| {
                let names: Vec<&str> = spans.iter().map(|span| store.span(*span).name()).collect();
                names.join(", ")
            };
            let (severity, confidence) = (finding.severity.as_str(), finding.confidence.as_str());
            let saves = spanscope::format_duration(finding.saves_ns);
            writeln!(text, "{}. ({severity}, {confidence}, {saves}: {})", finding.title, names(&finding.spans))
                .expect("a string takes it");
            if !finding.arithmetic.is_empty() {
                writeln!(text, "  = {}", finding.arithmetic).expect("a string takes it");
            }
            for evidence in &finding.evidence {
                writeln!(text, "  - {} ({})", evidence.text, names(&evidence.spans)).expect("a string takes it");
            }
            writeln!(text, "  > {}.", finding.next).expect("a string takes it");
        }
    }
    text
}

#[track_caller]
fn finds(id: &str, drawing: &str, expected: &str) {
    check(&told(&store(drawing), id), expected);
}

#[track_caller]
fn finds_no(id: &str, drawing: &str) {
    let found = told(&store(drawing), id);
    assert!(found.is_empty(), "found:\n{found}");
}

#[test]
fn the_slowest_hop_is_the_span_that_owns_most_of_the_path() {
    finds(
        "slowest-hop",
        "
        GET_/users        [-------------------------------------------]   service=api kind=server
          GET_/v1/users   [-----------------------------------------]     service=api kind=client
            GET_/users     [---------------------------------------]      id=u service=users kind=server
              SELECT_users  [-------------------------------------]       service=users kind=client db.system.name=postgresql db.query.text=SELECT~*~FROM~users
        ",
        "
        SELECT users in users took 380 ms, 86 % of the request. (critical, certain, 380 ms: SELECT users)
          = 380 ms of 440 ms on the critical path
          - SELECT * FROM users (SELECT users)
          > Look at the query's plan in postgresql and at the rows it reads; see whether an index or a cache would help.
        ",
    );
    finds(
        "slowest-hop",
        "
        GET_/a          [-------------------]   service=api kind=server
          load_b          [--------------]      service=b
          load_c          [-----------]         service=c
        ",
        "
        load b in b took 150 ms, 75 % of the request. (critical, certain, 30 ms: load b)
          = 150 ms on the critical path, of which 120 ms would be taken by what ran beside it
          > Nothing within was recorded: add spans to load b in b, or profile it.
        ",
    );
}

#[test]
fn repeated_calls_of_one_shape_are_told_with_what_one_would_save() {
    finds(
        "serial-repeat",
        "
        GET_/cart       [-------------------------------------------]   service=cart kind=server
          SELECT_item     [--]                                          kind=client db.system.name=mysql db.query.text=SELECT~*~FROM~items~WHERE~id=1
          SELECT_item          [--]                                     id=a2 kind=client db.system.name=mysql db.query.text=SELECT~*~FROM~items~WHERE~id=2
          GET_price                [-]                                  kind=client http.request.method=GET
          SELECT_item                 [--]                              id=a3 kind=client db.system.name=mysql db.query.text=SELECT~*~FROM~items~WHERE~id=3
          SELECT_item                      [--]                         id=a4 kind=client db.system.name=mysql db.query.text=SELECT~*~FROM~items~WHERE~id=4
          SELECT_item                           [---]                   id=a5 kind=client db.system.name=mysql db.query.text=SELECT~*~FROM~items~WHERE~id=5
        ",
        "
        SELECT item in cart is called 5 times under GET /cart, one after the other. (critical, likely, 120 ms: SELECT item, SELECT item, SELECT item, SELECT item, SELECT item)
          = 5 calls take 160 ms; the longest alone would end the request 120 ms sooner
          - they differ in values only: select * from items where id=? (SELECT item, SELECT item, SELECT item, SELECT item, SELECT item)
          > Ask for all of them in one query: a join, or a list of keys.
        ",
    );
}

#[test]
fn calls_of_different_shapes_are_no_repetition() {
    finds_no(
        "serial-repeat",
        "
        GET_/cart       [-------------------------------------------]   service=cart kind=server
          SELECT_a        [--]                                          kind=client db.query.text=SELECT~*~FROM~a
          SELECT_b             [--]                                     kind=client db.query.text=SELECT~*~FROM~b
          SELECT_c                 [-]                                  kind=client db.query.text=SELECT~*~FROM~c
          SELECT_d                    [--]                              kind=client db.query.text=SELECT~*~FROM~d
          SELECT_e                         [--]                         kind=client db.query.text=SELECT~*~FROM~e
        ",
    );
    // Four are too few, and steps of one's own work are no calls.
    finds_no(
        "serial-repeat",
        "
        GET_/cart       [-------------------------------------------]   service=cart kind=server
          SELECT_a        [--]                                          id=a1 kind=client
          SELECT_a             [--]                                     id=a2 kind=client
          SELECT_a                 [-]                                  id=a3 kind=client
          SELECT_a                    [--]                              id=a4 kind=client
          step                             [--]                         id=b1 kind=internal
          step                             [--]                         id=b2 kind=internal
          step                             [--]                         id=b3 kind=internal
          step                             [--]                         id=b4 kind=internal
          step                             [--]                         id=b5 kind=internal
        ",
    );
}

#[test]
fn the_same_question_twice_is_told_unless_it_may_be_another() {
    finds(
        "duplicate-calls",
        "
        GET_/cart       [-------------------------------------------]   service=cart kind=server
          GET_rates       [------]                                      id=a1 kind=client http.request.method=GET url.full=http://rates/eur?day=1
          work                    [---]                                 kind=internal
            GET_rates             [---]                                 id=a2 kind=client http.request.method=GET url.full=http://rates/eur?day=1
        ",
        "
        GET rates in cart asks the same 2 times. (warning, likely, 40 ms: GET rates, GET rates)
          = without all but the first the request would end 40 ms sooner
          - GET http://rates/eur?day=1 (GET rates, GET rates)
          > Keep the first answer for the rest of the request.
        ",
    );
    for attributes in [
        "http.request.method=POST url.full=http://rates/eur",
        "db.system.name=mysql db.query.text=SELECT~*~FROM~items~WHERE~id=?",
        "db.system.name=mysql db.query.text=INSERT~INTO~items~VALUES~(1)",
    ] {
        finds_no(
            "duplicate-calls",
            &format!(
                "
                GET_/cart       [-------------------------------------------]   service=cart kind=server
                  call            [------]                                      id=a1 kind=client {attributes}
                  call                    [------]                              id=a2 kind=client {attributes}
                ",
            ),
        );
    }
}

#[test]
fn reads_in_turn_could_run_at_once() {
    finds(
        "serialisable",
        "
        GET_/home       [-----------------------------------]   service=web kind=server
          GET_user        [--------]                            kind=client http.request.method=GET
          GET_cart                  [---------]                 kind=client http.request.method=GET
          GET_offers                           [-----]          kind=client http.request.method=GET
        ",
        "
        GET /home in web runs 3 calls one after the other that may not need each other: GET user, GET cart, GET offers. (warning, guess, 170 ms: GET user, GET cart, GET offers)
          = 270 ms from the first to the last, 100 ms if they begin together: the request would end 170 ms sooner
          - each begins when the one before it has ended, and they only read (GET user, GET cart, GET offers)
          > If none of them needs another's answer, send them at once.
        ",
    );
    // One that writes is left out, and nothing is to be gained where they overlap.
    finds_no(
        "serialisable",
        "
        POST_/order     [-----------------------------------]   service=web kind=server
          POST_stock      [--------]                            kind=client http.request.method=POST
          GET_cart                  [---------]                 kind=client http.request.method=GET
        ",
    );
    finds_no(
        "serialisable",
        "
        GET_/home       [-----------------------------------]   service=web kind=server
          GET_user        [--------]                            kind=client http.request.method=GET
          GET_cart              [-------------]                 kind=client http.request.method=GET
        ",
    );
}

#[test]
fn the_slowest_of_many_at_once_decides() {
    finds(
        "fan-out-tail",
        "
        GET_/search     [-----------------------------------]   service=search kind=server
          query_shard     [----]                                id=a1 kind=client
          query_shard     [---]                                 id=a2 kind=client
          query_shard     [-------------------------------]     id=a3 kind=client
          query_shard     [-----]                               id=a4 kind=client
        ",
        "
        Of 4 calls at once, the slowest query shard in search took 320 ms, half of them at most 50 ms. (critical, certain, 260 ms: query shard, query shard, query shard, query shard)
          = had it taken 50 ms like the middle one, the request would have ended 260 ms sooner
          - most of them began before the others had ended (query shard, query shard, query shard, query shard)
          > Find out what is different about this one; a limit on each call, or a second try of the slow one, would cut the tail.
        ",
    );
    finds_no(
        "fan-out-tail",
        "
        GET_/search     [-----------------------------------]   service=search kind=server
          query_shard     [----]                                id=a1 kind=client
          query_shard     [-----]                               id=a2 kind=client
          query_shard     [------]                              id=a3 kind=client
        ",
    );
}

#[test]
fn time_between_two_sides_of_a_call_is_told() {
    finds(
        "network-wait",
        "
        GET_/a          [--------------------------]   service=web kind=server
          GET_b           [--------------------]       kind=client
            GET_b                 [----]               id=b service=b kind=server
        ",
        "
        160 ms (59 %) between web and b is spent in neither. (warning, likely, 160 ms: GET b)
          = 160 ms on the critical path over 1 call
          - GET b in web: 210 ms at the caller − 50 ms at the server = 160 ms (GET b, GET b)
          > Look at connection set-up, payload size and queues between the two; an aligned clock would tell which way is slow.
        ",
    );
    finds_no(
        "network-wait",
        "
        GET_/a          [--------------------------]   service=web kind=server
          GET_b           [--------------------]       kind=client
            GET_b         [--------------------]       id=b service=b kind=server
        ",
    );
}

#[test]
fn waiting_for_a_connection_is_told() {
    finds(
        "pool-wait",
        "
        GET_/a             [--------------------------]   service=web kind=server
          pg-pool.connect    [---------]                  kind=internal
          SELECT_a                      [----]            kind=client
        ",
        "
        100 ms (37 %) went into waiting for or making connections. (warning, likely, 100 ms: pg-pool.connect)
          - pg-pool.connect in web took 100 ms (pg-pool.connect)
          > Keep connections open, and look at the size of the pool and who holds its connections.
        ",
    );
    finds_no(
        "pool-wait",
        "
        GET_/a             [--------------------------]   service=web kind=server
          GET_/connections   [---------]                  kind=client
        ",
    );
}

#[test]
fn a_stretch_without_spans_in_a_span_with_parts_is_told() {
    finds(
        "uninstrumented-gap",
        "
        GET_/a          [--------------------------]   service=web kind=server
          load_b        [--]                           kind=internal
          load_c                          [-------]    kind=internal
        ",
        "
        No span covers 150 ms of GET /a in web, 56 % of the request. (warning, certain, 150 ms: GET /a)
          = 150 ms with no child span running
          - it begins 30 ms after the span (GET /a)
          > Add a span there, or profile GET /a in web: the time is its own work or a call without instrumentation.
        ",
    );
    // Something ran there, though it held nothing up; and a span without parts is no gap.
    finds_no(
        "uninstrumented-gap",
        "
        GET_/a          [--------------------------]   service=web kind=producer
          load_b        [---------------------]        kind=consumer
        GET_/b          [--------------------------]   service=web kind=server
        ",
    );
}

#[test]
fn many_calls_between_two_services_add_up() {
    let mut spans: Vec<Drawn> = drawn("GET_/a | start=0 end=4000 service=web kind=server");
    for call in 0..24 {
        let from = 10 + call * 160;
        let part = format!(
            "
            GET_/a | start=0 end=4000
              part{call} | start={from} end={} service=web kind=internal
                GET_b{call} | start={from} end={} service=web kind=client
                  GET_b | id=b{call} start={} end={} service=b kind=server
            ",
            from + 150,
            from + 150,
            from + 40,
            from + 100
        );
        spans.extend(drawn(&part).into_iter().skip(1));
    }
    let store = read_spans(&scaled(spans, 1_000_000 * 10)).store;
    check(&told(&store, "chatty-services"), "
        web calls b 24 times in this request. (critical, likely, 2.07 s: GET b0, GET b1, GET b2, GET b3, GET b4, GET b5, GET b6, GET b7, GET b8, GET b9, GET b10, GET b11, GET b12, GET b13, GET b14, GET b15, GET b16, GET b17, GET b18, GET b19, GET b20, GET b21, GET b22, GET b23)
          = 2.16 s is spent between the two over all calls; once instead would end the request 2.07 s sooner
          > Offer one call that answers what these ask together.
        ");
}

#[test]
fn calls_that_say_nothing_to_filter_by_are_told() {
    finds(
        "generic-attributes",
        "
        GET       [-------------------]   service=web kind=server http.request.method=GET
          query     [------]              kind=client db.statement=SELECT~1
          call              [-----]       kind=client
        ",
        "
        1 of 1 HTTP server spans lack http.route or url.path. (info, certain, 0 ms: GET)
          > Set http.route or url.path where these spans are made: without it nobody can filter for one operation.
        1 of 1 database spans lack db.system.name. (info, certain, 0 ms: query)
          > Set db.system.name where these spans are made: without it nobody can filter for one operation.
        1 of 1 server and client spans lack any attribute that says what was asked for. (info, certain, 0 ms: call)
          > Set any attribute that says what was asked for where these spans are made: without it nobody can filter for one operation.
        ",
    );
    finds_no(
        "generic-attributes",
        "
        GET_/a    [-------------------]   service=web kind=server http.request.method=GET http.route=/a
          query     [------]              kind=client db.statement=SELECT~1 db.system=mysql
          GET_b             [-----]       kind=client http.request.method=GET server.address=b
        ",
    );
}

#[test]
fn short_spans_that_are_alike_tell_nothing() {
    let many = |name: &str, fields: &str| {
        let lines = (0..25).map(|index| {
            let at = 100 * index;
            format!("  {name} | id=n{index} start={at} end={} {fields}", at + 1)
        });
        format!("GET_/a | start=0 end=10000 service=web kind=server\n{}", lines.collect::<Vec<_>>().join("\n"))
    };
    finds(
        "noisy-spans",
        &many("validate", "kind=internal"),
        "
        25 of 26 spans tell nothing: they are short, alike and have no parts, such as validate in web. (info, likely, 0 ms: validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate, validate)
          - 25 of one name; none took more than 1 ms (validate)
          > Drop these spans, or count them in an attribute of their parent: every span should answer a question.
        ",
    );
    finds_no("noisy-spans", &many("validate", "kind=internal events=1"));
    finds_no("noisy-spans", &many("validate", "kind=client"));
    finds_no("noisy-spans", &many("validate", "kind=internal error=broken"));
}

#[test]
fn names_with_ids_in_them_are_told() {
    finds(
        "high-cardinality-name",
        "
        GET_/users/1234567    [-------------------]   service=web kind=server
          load_89abcdef01       [------]              kind=internal
          load_89abcdef02               [-----]       kind=internal
        ",
        "
        3 span names have ids or numbers in them, such as GET /users/1234567. (info, likely, 0 ms: GET /users/1234567, load 89abcdef01, load 89abcdef02)
          > Put the value into an attribute and a placeholder into the name, as in GET /users/{id}.
        ",
    );
    finds_no(
        "high-cardinality-name",
        "
        GET_/v1/users         [-------------------]   service=web kind=server
          step_1                [------]              kind=internal
          step_2                        [-----]       kind=internal
          feedbacks                     [-----]       kind=internal
        ",
    );
}

#[test]
fn attributes_under_old_names_are_told() {
    finds(
        "deprecated-attribute",
        "
        GET_/a    [-------------------]   service=web kind=server http.method=GET http.status_code=200
          GET_b     [------]              kind=client http.method=GET
        ",
        "
        2 attributes under old names: http.method, http.status_code. (info, certain, 0 ms: GET /a, GET /a)
          - http.method is http.request.method now (2 times) (GET /a)
          - http.status_code is http.response.status_code now (1 time) (GET /a)
          > Upgrade the instrumentation, or map the names in the Collector; queries on the new names miss these spans.
        ",
    );
    finds_no("deprecated-attribute", "GET_/a  [---]  service=web kind=server http.request.method=GET");
}

#[test]
fn a_trace_without_any_line_of_a_log_is_told() {
    let trace = |events: u32| {
        format!(
            "
            GET_/a    [-------------------]   service=web kind=server
              b         [------]              events={events}
              c                 [-----]
            "
        )
    };
    finds(
        "no-log-correlation",
        &trace(0),
        "
        No span has an event or a log line. (info, certain, 0 ms: GET /a)
          - 0 events on 3 spans ()
          > Write trace_id and span_id into log lines, then paste the lines beside the trace: they become events of their spans.
        ",
    );
    finds_no("no-log-correlation", &trace(1));
}

#[test]
fn spans_without_a_service_are_told() {
    finds(
        "missing-required",
        "GET_/a  [---]  kind=server",
        "
        1 of 1 spans do not say which service they ran in. (info, certain, 0 ms: GET /a)
          > Set service.name in the resource (OTEL_SERVICE_NAME): without it time cannot be told by service.
        ",
    );
    finds_no("missing-required", "GET_/a  [---]  kind=server service=web");
}

/// What to do, a line each.
fn advised(drawing: &str) -> String {
    let store = store(drawing);
    let trace = store.traces().next().expect("a trace");
    let paths = critical_paths(&trace);
    let self_times = self_times(&trace);
    let facts = Facts::new(trace, &paths, &self_times);
    let advice = advice(&facts, &findings(&facts));
    let mut text = String::new();
    let names = |spans: &[spanscope::SpanIndex]| {
        spans.iter().map(|span| store.span(*span).name()).collect::<Vec<_>>().join(", ")
    };
    for action in &advice.now {
        writeln!(text, "now: {} ({}) [{}]", action.text, action.why, names(&action.spans)).expect("a string takes it");
    }
    if let Some(action) = &advice.later {
        writeln!(text, "later: {} ({}) [{}]", action.text, action.why, names(&action.spans))
            .expect("a string takes it");
    }
    for line in advice.runbook.iter().chain(&[advice.query]).filter(|line| !line.is_empty()) {
        writeln!(text, "{line}").expect("a string takes it");
    }
    text
}

#[test]
fn there_are_two_things_to_do_now_one_for_later_and_a_runbook() {
    check(
        &advised(
            "
            GET_/catalog          |  start=0 end=1150 service=api kind=server
              POST_/auth          |  start=10 end=90 service=auth kind=client
              GET_/products       |  start=95 end=1145 service=catalog kind=server
                SELECT_products   |  start=200 end=1100 service=catalog kind=client db.system.name=postgresql db.query.text=SELECT~*~FROM~products
            ",
        ),
        "
        now: Look at the plan of SELECT products in catalog (EXPLAIN): is an index missing, does it read more rows than it returns? (SELECT products in catalog took 900 ms, 78 % of the request) [SELECT products]
        now: Return fewer rows or columns, or keep the answer in a cache for a short time (the request would have ended up to 900 ms sooner) [SELECT products]
        later: Give catalog a time budget for this query and watch it; move heavy reads to a read model (SELECT products in catalog took 900 ms) [SELECT products]
        If GET /catalog takes longer than 250 ms, look first at SELECT products in catalog, then at GET /products in catalog in itself, then at POST /auth in auth.
        If SELECT products in catalog takes more than 400 ms (900 ms here, 78 % of the request): look at the plan of SELECT products in catalog (EXPLAIN): is an index missing, does it read more rows than it returns?
        If GET /products in catalog in itself takes more than 75 ms (150 ms here, 13 % of the request): profile GET /products in catalog between its calls, or add spans there.
        If POST /auth in auth takes more than 25 ms (80 ms here, 7 % of the request): look at the traces or logs of the other side of this moment: it is not in this trace.
        The statement to look at: SELECT * FROM products.
        Unknown from this trace: how long these take on other days: this is one request.
        { resource.service.name = \"catalog\" && name = \"SELECT products\" && duration > 400ms }
        ",
    );
    check(
        &advised(
            "
            GET_/cart       [-------------------------------------------]   service=cart kind=server
              SELECT_item     [--]                                          id=a1 kind=client db.query.text=SELECT~*~FROM~items~WHERE~id=1
              SELECT_item          [--]                                     id=a2 kind=client db.query.text=SELECT~*~FROM~items~WHERE~id=2
              SELECT_item                [-]                                id=a3 kind=client db.query.text=SELECT~*~FROM~items~WHERE~id=3
              SELECT_item                   [--]                            id=a4 kind=client db.query.text=SELECT~*~FROM~items~WHERE~id=4
              SELECT_item                        [--]                       id=a5 kind=client db.query.text=SELECT~*~FROM~items~WHERE~id=5
              SELECT_item                             [---]                 id=a6 kind=client db.query.text=SELECT~*~FROM~items~WHERE~id=6
            ",
        ),
        "
        now: Ask for all of them in one query: a join, or a list of keys (SELECT item in cart is called 6 times under GET /cart, one after the other) [SELECT item, SELECT item, SELECT item]
        now: Profile GET /cart in cart between its calls, or add spans there (GET /cart in cart in itself took 260 ms, 59 % of the request) [GET /cart]
        later: Instrument what cart does between its calls, so that the next trace shows it (GET /cart in cart in itself took 260 ms) [GET /cart]
        If GET /cart takes longer than 200 ms, look first at GET /cart in cart in itself, then at 6 × SELECT item in cart.
        If GET /cart in cart in itself takes more than 100 ms (260 ms here, 59 % of the request): profile GET /cart in cart between its calls, or add spans there.
        If 6 × SELECT item in cart takes more than 75 ms (180 ms here, 41 % of the request): look at the plan of SELECT item in cart (EXPLAIN): is an index missing, does it read more rows than it returns?
        If there are 6 calls such as SELECT item in cart again: ask for all of them in one query: a join, or a list of keys.
        Unknown from this trace: how long these take on other days: this is one request.
        { resource.service.name = \"cart\" && name = \"GET /cart\" && duration > 200ms }
        ",
    );
    // Of what has no times nothing can be advised.
    check(&advised("A kind=server"), "");
}

#[test]
fn a_ticket_says_it_all_and_what_it_leaves_out() {
    let store = store(
        "
        GET_/a*b          [-------------------------------------------]   service=api kind=server
          SELECT_<users>    [-------------------------------------]       service=users kind=client db.system.name=postgresql
        ",
    );
    let trace = store.traces().next().expect("a trace");
    let paths = critical_paths(&trace);
    let self_times = self_times(&trace);
    let facts = Facts::new(trace, &paths, &self_times);
    let findings = findings(&facts);
    let advice = advice(&facts, &findings);
    let verdict = spanscope::analyze::verdict::verdict(&trace);
    let found = markdown(&facts, &verdict, &findings, &advice);
    let lines: Vec<&str> = found.lines().filter(|line| !line.is_empty()).collect();
    check(&format!("{}\n", lines.join("\n")), "
        ## GET /a\\*b in api: 440 ms
        SELECT \\<users\\> in users took 380 ms, 86 % of the request. Next: GET /a\\*b in api, 60 ms in itself (14 %).
        Trace `000000000000000000000000000000aa`: 2 spans, 2 services, 2 levels.
        ### Where the time went
        | operation | service | time on the critical path | share |
        |---|---|---:|---:|
        | SELECT \\<users\\> | users | 380 ms | 86.4 % |
        | GET /a\\*b | api | 60 ms | 13.6 % |
        | all |  | 440 ms | 100.0 % |
        By what it was spent on: database 380 ms, in no span 60 ms.
        ### Findings
        1. **SELECT \\<users\\> in users took 380 ms, 86 % of the request.** (critical, certain) Up to 380 ms sooner without it.
           - 380 ms of 440 ms on the critical path
           - Next: Look at the query's plan in postgresql and at the rows it reads; see whether an index or a cache would help.
        2. **users owns 86 % of the critical path, 380 ms of 440 ms.** (info, certain)
           - 380 ms + 60 ms = 440 ms
           - Next: Begin with users: what others do matters less to this request.
        ### What to do
        - [ ] Now: Look at the plan of SELECT \\<users\\> in users (EXPLAIN): is an index missing, does it read more rows than it returns? (SELECT \\<users\\> in users took 380 ms, 86 % of the request).
        - [ ] Now: Return fewer rows or columns, or keep the answer in a cache for a short time (the request would have ended up to 380 ms sooner).
        - [ ] Later: Give users a time budget for this query and watch it; move heavy reads to a read model.
        ### Runbook
        1. If GET /a\\*b takes longer than 75 ms, look first at SELECT \\<users\\> in users, then at GET /a\\*b in api in itself.
        2. If SELECT \\<users\\> in users takes more than 150 ms (380 ms here, 86 % of the request): look at the plan of SELECT \\<users\\> in users (EXPLAIN): is an index missing, does it read more rows than it returns?
        3. If GET /a\\*b in api in itself takes more than 25 ms (60 ms here, 14 % of the request): profile GET /a\\*b in api between its calls, or add spans there.
        4. Unknown from this trace: how long these take on other days: this is one request.
        More such requests, in TraceQL: `{ resource.service.name = \"users\" && name = \"SELECT <users>\" && duration > 150ms }`
        ### Critical path
        ```
        GET /a*b [api] 440 ms, 60 ms on the path
          SELECT <users> [users] 380 ms, 380 ms on the path
        ```
        ");
}
