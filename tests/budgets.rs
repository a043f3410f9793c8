//! Budgets: what is read, what is refused and where, and how they stand on a trace.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fmt::Write;

use common::{check, drawn, read_spans, scaled};
use spanscope::analyze::budget::{Limit, check_budgets, parse_budgets};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::facts::Facts;
use spanscope::analyze::self_time::self_times;
use spanscope::format_duration;

/// Budgets on a trace whose column is ten milliseconds, a line each.
fn stand(drawing: &str, budgets: &str) -> String {
    let store = read_spans(&scaled(drawn(drawing), 10_000_000)).store;
    let trace = store.traces().next().expect("a trace");
    let (paths, own) = (critical_paths(&trace), self_times(&trace));
    let facts = Facts::new(trace, &paths, &own);
    let budgets: Vec<_> = parse_budgets(budgets).into_iter().map(|budget| budget.expect("a budget")).collect();
    let mut text = String::new();
    for statement in check_budgets(&facts, &budgets) {
        let spent = match statement.budget.limit {
            Limit::Time(limit) | Limit::Timeout(limit) => {
                format!("{} of {}", format_duration(statement.spent), format_duration(limit))
            }
            Limit::Share(limit) => format!("{} of {limit} thousandths", statement.spent),
            Limit::Calls(limit) => format!("{} of {limit} calls", statement.spent),
        };
        let (exclusive, inclusive) = (format_duration(statement.exclusive_ns), format_duration(statement.inclusive_ns));
        let names: Vec<&str> = statement.spans.iter().map(|span| store.span(*span).name()).collect();
        let standing = statement.standing.as_str();
        let note = if statement.note.is_empty() { String::new() } else { format!(" {}", statement.note) };
        writeln!(
            text,
            "{}: {standing}, {spent}; {exclusive} of the path, {inclusive} in all ({}){note}",
            statement.budget.text,
            names.join(", ")
        )
        .expect("a string takes it");
    }
    text
}

const CHECKOUT: &str = "
    POST_/checkout     [------------------------------------------------]   service=gateway kind=server
      POST_reserve       [----------------------------------------]         service=gateway kind=client
        reserve          [---------------------------------------]          service=inventory kind=server
          SELECT_stock     [-----------]                                    service=inventory kind=client db.system.name=mysql
          SELECT_price                    [----------]                      service=inventory kind=client db.system.name=mysql
    ";

#[test]
fn a_budget_for_an_operation_counts_its_longest_span_and_one_for_a_service_what_it_owns_of_the_path() {
    check(&stand(CHECKOUT, "POST /checkout < 800ms; inventory <= 200ms; db <= 30%; calls(db) <= 10"), "
        POST /checkout < 800ms: within, 490 ms of 800 ms; 80 ms of the path, 490 ms in all (POST /checkout)
        inventory <= 200ms: over, 400 ms of 200 ms; 400 ms of the path, 400 ms in all (reserve, SELECT stock, SELECT price)
        db <= 30%: over, 469 of 300 thousandths; 230 ms of the path, 230 ms in all (SELECT stock, SELECT price)
        calls(db) <= 10: within, 2 of 10 calls; 230 ms of the path, 230 ms in all (SELECT stock, SELECT price)
        ");
}

#[test]
fn names_services_and_limits_are_told_apart() {
    check(
        &stand(CHECKOUT, "name:reserve <= 0.4s\nservice:Gateway<120ms # with a remark\n\"post reserve\" ≤ 1m;"),
        "
        name:reserve <= 0.4s: within, 400 ms of 400 ms; 170 ms of the path, 400 ms in all (reserve)
        service:Gateway<120ms: within, 90 ms of 120 ms; 90 ms of the path, 490 ms in all (POST /checkout, POST reserve)
        \"post reserve\" ≤ 1m: within, 410 ms of 1 m 0 s; 10 ms of the path, 410 ms in all (POST reserve)
        ",
    );
    check(
        &stand(CHECKOUT, "database < 48%; network <= 20ms; calls(redis) <= 0; redis < 5ms; calls(SELECT stock) < 1"),
        "
        database < 48%: within, 469 of 480 thousandths; 230 ms of the path, 230 ms in all (SELECT stock, SELECT price)
        network <= 20ms: within, 10 ms of 20 ms; 10 ms of the path, 410 ms in all (POST reserve)
        calls(redis) <= 0: within, 0 of 0 calls; 0 ms of the path, 0 ms in all ()
        redis < 5ms: unmatched, 0 ms of 5 ms; 0 ms of the path, 0 ms in all () Nothing in this trace has that name, and no service.
        calls(SELECT stock) < 1: over, 1 of 1 calls; 120 ms of the path, 120 ms in all (SELECT stock)
        ",
    );
}

#[test]
fn a_timeout_that_exceeds_one_above_it_is_named() {
    check(
        &stand(CHECKOUT, "timeout POST reserve = 300ms; timeout SELECT stock = 400ms; timeout SELECT price = 200ms"),
        "
        timeout POST reserve = 300ms: over, 410 ms of 300 ms; 10 ms of the path, 410 ms in all (POST reserve) 1 span took longer than that
        timeout SELECT stock = 400ms: over, 120 ms of 400 ms; 120 ms of the path, 120 ms in all (SELECT stock) SELECT stock in inventory may take 400 ms, but POST reserve in gateway above it gives up after 300 ms
        timeout SELECT price = 200ms: within, 110 ms of 200 ms; 110 ms of the path, 110 ms in all (SELECT price)
        ",
    );
}

#[test]
fn what_is_no_budget_is_refused_with_its_place() {
    for (text, at, message) in [
        ("inventory", 9, "Expected a limit such as `< 800ms`, `<= 30%` or `= 500ms`, found none."),
        (" < 5ms", 1, "Expected what the budget is for: an operation, a service or `db`, found nothing."),
        ("a < 5", 4, "Expected a duration such as `800ms` or `1.5s`, found `5`."),
        ("a < fast", 4, "Expected a duration such as `800ms` or `1.5s`, found `fast`."),
        ("ä < 1..5ms", 4, "Expected a duration such as `800ms` or `1.5s`, found `1..5ms`."),
        (
            "a < 99999999999999999999s",
            4,
            "Expected a duration such as `800ms` or `1.5s`, found `99999999999999999999s`.",
        ),
        ("b < 1s; a <= x%", 13, "Expected a share such as `30%`, found `x%`."),
        ("calls(db) <= many", 13, "Expected a number of calls, found `many`."),
        ("a = 5ms", 2, "Expected `<` or `<=`, found `=`; only a timeout is set with `=`."),
    ] {
        let error = parse_budgets(text).into_iter().find_map(Result::err).expect(text);
        assert_eq!((error.at, error.message.as_str()), (at, message), "{text}");
    }
    assert!(parse_budgets(" ; \n # only a remark ;").iter().all(Result::is_ok));
    assert_eq!(parse_budgets(&"a < 1s;".repeat(200)).iter().filter(|budget| budget.is_err()).count(), 1);
}

#[test]
fn no_text_makes_reading_budgets_panic() {
    let mut random = common::Random(5);
    let pieces = [
        "calls(", ")", "timeout ", "a", "ü", "<", "<=", "≤", "=", "5ms", "1.5", "%", ";", "\n", "\"", " ", "#",
        "name:", "9",
    ];
    for _ in 0..20_000 {
        let text: String = (0..random.below(12)).map(|_| pieces[random.below(pieces.len() as u64) as usize]).collect();
        for error in parse_budgets(&text).into_iter().filter_map(Result::err) {
            assert!(error.at <= text.chars().count(), "{text}");
        }
    }
}
