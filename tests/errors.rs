//! Which spans are errors, where errors began and how far they went, and what is found about them.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::path::Path;

use common::{Drawn, check, drawn, id_of, read_spans, scaled};
use serde_json::Value;
use spanscope::analyze::causes::{RootCauses, failed, root_causes};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::errors::{Ending, ending};
use spanscope::analyze::facts::Facts;
use spanscope::analyze::finding::Finding;
use spanscope::analyze::findings::findings;
use spanscope::analyze::self_time::self_times;
use spanscope::{SpanIndex, Store};

/// A column is ten milliseconds.
fn store(drawing: &str) -> Store {
    read_spans(&scaled(drawn(drawing), 10_000_000)).store
}

fn with_facts<T>(store: &Store, answer: impl Fn(&Facts<'_>) -> T) -> T {
    let trace = store.traces().next().expect("one trace");
    let (paths, own) = (critical_paths(&trace), self_times(&trace));
    answer(&Facts::new(trace, &paths, &own))
}

fn names(store: &Store, spans: &[SpanIndex]) -> String {
    spans.iter().map(|span| store.span(*span).name()).collect::<Vec<_>>().join(" ")
}

/// The error spans and who says so.
fn errors(drawing: &str) -> String {
    let store = store(drawing);
    with_facts(&store, |facts| {
        let said = facts.trace.spans().filter_map(|span| match ending(&facts.semantics, &span) {
            Ending::Error(reason) => Some(format!("{} {}\n", span.name(), reason.as_str())),
            _ => None,
        });
        said.collect()
    })
}

/// What was worked out: the chain, the cause, the budget, the impact.
fn causes(store: &Store) -> String {
    let causes: RootCauses = with_facts(store, root_causes);
    let mut text = String::new();
    for cause in &causes.worked_out {
        text += &names(store, &cause.chain).replace(' ', " > ");
        text += &format!(": {} {}", cause.cause.as_str(), cause.impact.as_str());
        if let Some(by) = cause.handled_by {
            text += &format!(" by {}", store.span(by).name());
        }
        if let Some(budget) = cause.budget {
            text += &format!(", {} ms of {}", budget.ns / 1_000_000, store.span(budget.holder).name());
        }
        if cause.silent {
            text += ", silent";
        }
        if !cause.tries.is_empty() {
            text += &format!(", tries {}", cause.tries.len());
        }
        text += "\n";
    }
    text
}

#[track_caller]
fn check_causes(drawing: &str, expected: &str) {
    check(&causes(&store(drawing)), expected);
    let mut spans = scaled(drawn(drawing), 10_000_000);
    spans.reverse();
    check(&causes(&read_spans(&spans).store), expected);
}

/// The findings of these kinds: id, spans, title.
fn found(store: &Store, ids: &[&str]) -> String {
    let all: Vec<Finding> = with_facts(store, findings);
    let wanted = all.iter().filter(|finding| ids.contains(&finding.id));
    wanted.map(|finding| format!("{} [{}] {}\n", finding.id, names(store, &finding.spans), finding.title)).collect()
}

#[track_caller]
fn check_found(drawing: &str, ids: &[&str], expected: &str) {
    check(&found(&store(drawing), ids), expected);
}

#[test]
fn a_response_code_is_an_error_by_the_rules_of_its_side() {
    check(
        &errors(
            "
            A  [---------]  kind=server http.response.status_code=404
              B [-----]     kind=client http.response.status_code=404
              C [-----]     kind=client http.status_code=503
              D [-----]     kind=server http.status_code=500
              E [-----]     kind=client http.response.status_code=302
              F [-----]     kind=internal http.response.status_code=400
              G [-----]     kind=client http.response.status_code=0
            ",
        ),
        "
        B http
        C http
        D http
        ",
    );
}

#[test]
fn a_grpc_code_is_an_error_by_the_rules_of_its_side_in_all_spellings() {
    check(
        &errors(
            "
            A  [---------]  kind=server rpc.response.status_code=NOT_FOUND
              B [-----]     kind=client rpc.response.status_code=NOT_FOUND
              C [-----]     kind=server rpc.grpc.status_code=13
              D [-----]     kind=server rpc.grpc.status_code=5
              E [-----]     kind=client rpc.grpc.status_code=0
              F [-----]     kind=client rpc.status_code=canceled
              G [-----]     kind=server rpc.status_code=DeadlineExceeded
              H [-----]     kind=client grpc.status_code=99
              I [-----]     kind=client rpc.grpc.status_code=OK http.response.status_code=500
            ",
        ),
        "
        B grpc
        C grpc
        F grpc
        G grpc
        ",
    );
}

#[test]
fn status_outweighs_codes_and_an_exception_counts_when_it_escaped() {
    check(
        &errors(
            "
            A  [---------]
              B [-----]     status=ok http.response.status_code=500 kind=server
              C [-----]     status=ok error.type=timeout
              D [-----]     error=broken http.response.status_code=200
              E [-----]     !exception.type=Caught
              F [-----]     !exception.type=Thrown !exception.escaped=true
              G [-----]     error.type=timeout
            ",
        ),
        "
        D status
        F exception
        G error-type
        ",
    );
}

#[test]
fn the_published_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/analysis/root_cause.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no ../shared");
        return;
    };
    let vectors: Value = serde_json::from_str(&text).expect("the vectors are JSON");
    let cases = vectors["cases"].as_array().expect("a list of cases");
    assert!(!cases.is_empty());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for case in cases {
        let time = |value: &Value| Some((value.as_f64().expect("a time") * 1e6) as u64);
        let attributes = |value: &Value| -> Vec<(String, String)> {
            let pairs = value.as_object().into_iter().flatten();
            pairs.map(|(key, value)| (key.clone(), value.as_str().map_or(value.to_string(), str::to_owned))).collect()
        };
        let spans: Vec<Drawn> = case["spans"]
            .as_array()
            .expect("a list of spans")
            .iter()
            .map(|span| Drawn {
                name: text(&span["id"]),
                id: id_of(&text(&span["id"])),
                parent: span["parent"].as_str().map(id_of).unwrap_or_default(),
                service: text(&span["service"]),
                kind: text(&span["kind"]),
                start: time(&span["start_ms"]),
                end: time(&span["end_ms"]),
                error: (span["status"] == "error").then(String::new),
                ok: span["status"] == "ok",
                attributes: attributes(&span["attributes"]),
                ..Drawn::default()
            })
            .collect();
        let store = read_spans(&spans).store;
        let name = &case["name"];
        let expect = &case["expect"];
        with_facts(&store, |facts| {
            let causes = root_causes(facts).worked_out;
            let ids = |value: &Value| -> Vec<String> { value.as_array().into_iter().flatten().map(text).collect() };
            let is_error = |id: &String| {
                facts.trace.spans().any(|span| span.name() == id && facts.errors.is_error(span.position()))
            };
            if let Some(origin) = expect["origin"].as_str() {
                let cause = causes.first().unwrap_or_else(|| panic!("{name}: nothing was found"));
                assert_eq!(store.span(cause.origin).name(), origin, "{name}");
                if expect["chain"].is_array() {
                    assert_eq!(names(&store, &cause.chain), ids(&expect["chain"]).join(" "), "{name}");
                }
                if let Some(wanted) = expect["cause"].as_str() {
                    assert_eq!(cause.cause.as_str(), wanted, "{name}");
                }
                if let Some(wanted) = expect["impact"].as_str() {
                    assert_eq!(cause.impact.as_str(), wanted, "{name}");
                }
                if let Some(wanted) = expect["inferred_budget_ms"].as_u64() {
                    assert_eq!(cause.budget.map(|budget| budget.ns), Some(wanted * 1_000_000), "{name}");
                }
                assert!(!cause.evidence.is_empty(), "{name}");
            }
            if let Some(wanted) = expect["trace_failed"].as_bool().or(expect["user_visible"].as_bool()) {
                assert_eq!(failed(facts), wanted, "{name}");
            }
            for id in ids(&expect["client_error_spans"]).iter().chain(&ids(&expect["error"])) {
                assert!(is_error(id), "{name}: {id} is an error");
            }
            for id in &ids(&expect["not_error"]) {
                assert!(!is_error(id), "{name}: {id} is no error");
            }
        });
    }
    println!("{} cases", cases.len());
}

#[test]
fn an_error_is_followed_to_the_root_or_to_where_it_was_handled() {
    check_causes(
        "
        A  [------------------]  error=
          B  [---]               error=
            C [-]                error=_
          D        [-------]
            E       [-----]      kind=server error=
              F      [---]       kind=client error=
        ",
        "
        C > B > A: own failed
        F > E: downstream handled by D
        ",
    );
}

#[test]
fn an_error_goes_through_spans_that_say_nothing_where_nothing_else_explains_the_one_above() {
    check_causes(
        "
        A  [------------------]  kind=server http.response.status_code=500
          B  [--------------]
            C   [--]             kind=client error=
            D          [---]     kind=client error=
        ",
        "
        D > B > A: downstream failed
        C: downstream handled by B
        ",
    );
    // The status Ok of the one between says that it did not.
    check_causes(
        "
        A  [------------------]  kind=server http.response.status_code=500
          B  [--------------]    status=ok
            D          [---]     kind=client error=
        ",
        "
        A: own failed
        D: downstream handled by B
        ",
    );
}

#[test]
fn work_that_nobody_waited_for_does_not_fail_the_request() {
    check_causes(
        "
        A  [---------]           kind=server
          B  [---]               kind=producer
            C      [-----------] kind=consumer error=
              D       [---]      error=
        ",
        "D > C: own linked",
    );
    check_causes(
        "
        A  [---------]           kind=server
        B      [-------]         parent=nowhere error=
        ",
        "B: own partial",
    );
}

#[test]
fn a_span_that_ran_out_of_time_is_explained_by_what_was_running() {
    check_causes(
        "
        A  [-------------------------]          kind=server error=timeout
          B  [-]                                kind=client
          C     [-----------------------------] kind=client
            D    [---------------------------]  kind=server
              E   [--]
        ",
        "D > C > A: timeout_budget failed, 250 ms of A, silent",
    );
    // What ended well before is no explanation, and neither is a short last step.
    check_causes(
        "
        A  [-------------------------]   kind=server error=timeout
          B  [---------------]           kind=client
          C                        [-]   kind=client
        ",
        "A: timeout_budget failed, 250 ms of A",
    );
    // Nor is work that nobody waited for.
    check_causes(
        "
        A  [-------------------------]          kind=producer error=timeout
          C  [--------------------------------] kind=consumer
        ",
        "A: timeout_budget failed, 250 ms of A",
    );
}

#[test]
fn an_early_failure_is_not_why_its_parent_ran_out_of_time() {
    check_causes(
        "
        A  [-------------------------]   kind=server error=timeout
          B  [-]                         kind=client error=connection_refused
          C     [--------------------]   kind=client
        ",
        "
        C > A: timeout_budget failed, 250 ms of A, silent
        B: fast_fail handled by A
        ",
    );
}

#[test]
fn budgets_are_those_of_the_span_that_says_its_time_was_up() {
    check_causes(
        "
        A      |  start=0 end=340    kind=server http.response.status_code=504
          B    |  start=20 end=321   kind=client error=timeout
            C  |  start=25 end=319   kind=server error=context_canceled
              D  | start=200 end=318  kind=client error=context_canceled
        ",
        "D > C > B > A: timeout_budget failed, 300 ms of B",
    );
    // What failed for another reason just before the end was not cut off.
    check_causes(
        "
        A  [-------------------------]  kind=server error=timeout
          B [------------------------]  kind=client error=syntax_error
        ",
        "B > A: downstream failed",
    );
}

#[test]
fn kinds_of_failures() {
    let cause = |fields: &str| {
        let drawing = format!("A  [---------]  error=\n  B  [---]  {fields}");
        let line = causes(&store(&drawing));
        line.split_once(": ").expect("a line").1.trim().to_owned()
    };
    assert_eq!(cause("kind=client error=ECONNREFUSED"), "fast_fail failed");
    assert_eq!(cause("kind=client error=context_canceled"), "cancelled failed");
    assert_eq!(cause("kind=client http.response.status_code=422"), "validation failed");
    assert_eq!(cause("kind=client http.response.status_code=422 error.type=422"), "validation failed");
    assert_eq!(cause("kind=server http.response.status_code=502"), "propagated failed");
    assert_eq!(cause("kind=client http.response.status_code=502"), "downstream failed");
    assert_eq!(cause("kind=client rpc.grpc.status_code=4"), "timeout_budget failed, 40 ms of B");
    assert_eq!(cause("kind=client rpc.grpc.status_code=7"), "validation failed");
    assert_eq!(cause("error=division_by_zero"), "own failed");
}

#[test]
fn tries_of_one_call_are_one_error() {
    check_causes(
        "
        A  [---------------------------]  kind=server error=
          B  [--]                         kind=client error=connection_refused
          B     [--]    id=B2             kind=client error=connection_refused
          B          [--]  id=B3          kind=client error=connection_refused
        ",
        "B > A: retry_exhausted failed, tries 3",
    );
    check_causes(
        "
        A  [---------------------------]  kind=server
          B  [--]                         kind=client error=connection_refused
            C [-]                         kind=server error=
          B     [--]    id=B2             kind=client error=connection_refused
          B          [--]  id=B3          kind=client
        ",
        "C > B: own handled by B, tries 2",
    );
}

#[test]
fn calls_at_once_and_loops_are_no_tries() {
    let runs = |drawing: &str| with_facts(&store(drawing), |facts| facts.errors.runs().len());
    // At once.
    assert_eq!(runs("A [---------]\n  B  [---]  error=\n  B   [---] id=B2"), 0);
    // A loop in which one failed.
    assert_eq!(runs("A [---------]\n  B  [-]\n  B   | id=B2 start=40 end=50 error=\n  B  | id=B3 start=60 end=70"), 0);
    // Different things.
    assert_eq!(runs("A [---------]\n  B  [-] url.full=/1 error=\n  B     [-] id=B2 url.full=/2"), 0);
    // The same, told apart by the count of tries.
    assert_eq!(
        runs(
            "A [---------]\n  B  [-]\n  B   | id=B2 start=40 end=50 error=\n  B  | id=B3 start=60 end=70 http.request.resend_count=1"
        ),
        1
    );
    assert_eq!(runs("A [---------]\n  B  [-] url.full=/1 error=\n  B     [-] id=B2 url.full=/1"), 1);
}

#[test]
fn findings_of_the_lesson_name_the_query_and_the_budget() {
    let lesson = read_spans(&drawn("
        GET_/checkout     |  start=0 end=520000000  service=gateway kind=server http.response.status_code=504
          Reserve         |  start=10000000 end=510000000   service=inventory kind=server error= error.type=timeout
            SELECT_stock  |  start=10500000 end=509500000   service=inventory kind=client error= error.type=deadline_exceeded db.system.name=postgresql
        "));
    check(
        &found(&lesson.store, &["error-origin", "timeout-budget", "handled-error", "error-without-type"]),
        "
        timeout-budget [SELECT stock Reserve] SELECT stock in inventory took 499 ms of the 500 ms that Reserve in inventory lasted and was cut off
        error-origin [SELECT stock Reserve GET /checkout] The error of GET /checkout in gateway began in SELECT stock in inventory: deadline_exceeded
        ",
    );
}

#[test]
fn errors_without_a_name_are_told_of_together() {
    check_found(
        "
        A  [---------]
          B  [---]      error=
          C     [---]   kind=client http.response.status_code=500
          D      [---]  error=
          E       [--]  error=said
        ",
        &["error-without-type"],
        "error-without-type [B D] 2 spans failed without saying why, B among them",
    );
    check_found("A [---] error=said", &["error-without-type"], "");
}

#[test]
fn deep_and_wide_traces_take_no_longer_than_they_are_large() {
    let count = 50_000;
    let chain = (0..count).map(|index| Drawn {
        id: format!("{:016x}", index + 1),
        parent: if index == 0 { String::new() } else { format!("{index:016x}") },
        start: Some(index),
        end: Some(2 * count - index),
        error: Some("timeout".to_owned()),
        ..Drawn::default()
    });
    let store = read_spans(&chain.collect::<Vec<_>>()).store;
    assert_eq!(with_facts(&store, root_causes).worked_out[0].chain.len(), count as usize);
    assert!(!with_facts(&store, findings).is_empty());
    let wide = (0..count).map(|index| Drawn {
        id: format!("{:016x}", index + 1),
        parent: if index == 0 { String::new() } else { format!("{:016x}", 1) },
        start: Some(index),
        end: Some(if index == 0 { 2 * count } else { index + 1 }),
        error: (index != 1).then(String::new),
        ..Drawn::default()
    });
    let store = read_spans(&wide.collect::<Vec<_>>()).store;
    let causes = with_facts(&store, root_causes);
    assert!(causes.worked_out.len() <= 100);
    assert!(!with_facts(&store, findings).is_empty());
}

#[test]
fn tries_that_were_made_good_and_tries_in_vain() {
    check_found(
        "
        A  [---------------------------]  kind=server service=shop
          charge  [--]                         kind=client error=unavailable
          charge       [--]    id=B2             kind=client error=unavailable
          charge                 [--]  id=B3          kind=client
        ",
        &["retry-recovered", "retry-storm", "handled-error", "error-origin"],
        "retry-recovered [charge charge] charge in shop failed twice and then succeeded, which took 150 ms more",
    );
    check_found(
        "
        A  [---------------------------]  kind=server service=shop error=_
          charge      |  start=50 end=80              kind=client error=unavailable
          charge      |  start=80 end=110   id=B2             kind=client error=unavailable
          charge      |  start=110 end=140 id=B3          kind=client error=unavailable
        ",
        &["retry-recovered", "retry-storm", "handled-error"],
        "retry-storm [charge charge charge] charge in shop was tried 3 times in 90 ms, and failed each time",
    );
}

#[test]
fn what_tries_cost_on_the_critical_path_is_what_they_would_save() {
    let store = store(
        "
        A  [---------------------------]
          B  [--]                         error=unavailable
          B       [--]    id=B2
        ",
    );
    let found = with_facts(&store, findings);
    let retry = found.iter().find(|finding| finding.id == "retry-recovered").expect("one");
    assert_eq!(
        (retry.saves_ns, retry.arithmetic.as_str()),
        (
            50_000_000,
            "30 ms of tries + 20 ms of pauses = 50 ms; without them the request would have ended 50 ms sooner"
        )
    );
    assert!(retry.evidence.iter().any(|evidence| evidence.text == "pauses between them: 20 ms"), "{retry:?}");
}

#[test]
fn children_that_outlive_their_parents_and_those_that_may() {
    check_found(
        "
        A  [---------]
          B   [----------]
            C   [---]
          D             [--------]
        ",
        &["late-child"],
        "late-child [D B] 2 spans ran longer than their parents, D 120 ms longer than A",
    );
    check_found(
        "
        A  [---------]          kind=producer
          B   [----------]      kind=consumer
          C  |  start=10 end=101
        ",
        &["late-child"],
        "",
    );
}

#[test]
fn a_call_that_may_take_longer_than_its_caller_waits() {
    check_found(
        "
        A  [---------]          service=gateway rpc.timeout=500ms
          B   [-----]           service=stock
            C   [---]           service=stock http.timeout_ms=2000
            D   [---]           service=stock http.timeout_ms=300
        ",
        &["budget-nesting"],
        "budget-nesting [C] C in stock may take 2 s, though A in gateway waits only 500 ms",
    );
    // Without units, names must be alike.
    check_found("A [---] a.timeout=5\n  B [-] b.timeout=10", &["budget-nesting"], "");
    check_found(
        "A [---] a.timeout=5\n  B [-] a.timeout=10",
        &["budget-nesting"],
        "budget-nesting [B] B may take 10, though A waits only 5",
    );
}
