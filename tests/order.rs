//! The order in which spans were read changes no word that is said of them, however broken they are.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fmt::Write;

use common::{BASE, Drawn, Random, random_spans, read_spans};
use spanscope::analyze::advice::advice;
use spanscope::analyze::alignment::alignment;
use spanscope::analyze::attribution::{largest_drags, path_by_spent};
use spanscope::analyze::budget::{check_budgets, parse_budgets};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::facts::Facts;
use spanscope::analyze::findings::findings;
use spanscope::analyze::self_time::self_times;
use spanscope::analyze::verdict::{verdict, verdict_of_all};
use spanscope::write::markdown::markdown;
use spanscope::{SpanIndex, Store};

const BUDGETS: &str = "s1 < 800ms; api <= 200ms; db <= 30%; calls(db) <= 10; timeout shop = 500ms";

/// Everything that is said of a store's traces, with the spans it is said of.
fn words(store: &Store) -> String {
    let mut text = verdict_of_all(store);
    let ids = |spans: &[SpanIndex]| -> String {
        let mut ids: Vec<String> = spans.iter().map(|span| store.span(*span).id()).collect();
        ids.truncate(20);
        ids.join(" ")
    };
    for trace in store.traces() {
        let (paths, own) = (critical_paths(&trace), self_times(&trace));
        let facts = Facts::new(trace, &paths, &own);
        let found = findings(&facts);
        let said = verdict(&trace);
        let advice = advice(&facts, &found);
        let mut line = |words: String| writeln!(text, "{words}").expect("a string takes it");
        line(said.clone());
        for finding in &found {
            line(format!(
                "{} {} ({}) [{}] {}",
                finding.id,
                finding.title,
                finding.arithmetic,
                ids(&finding.spans),
                finding.next
            ));
            for evidence in &finding.evidence {
                line(format!("  {} [{}]", evidence.text, ids(&evidence.spans)));
            }
        }
        line(markdown(&facts, &said, &found, &advice));
        line(format!("{:?} {:?}", advice.runbook, advice.query));
        for (span, ns) in largest_drags(&facts, 5) {
            line(format!("{} {ns}", store.span(span).id()));
        }
        for part in path_by_spent(&facts) {
            line(format!("{:?} {} {}", part.spent, part.ns, ids(&part.spans)));
        }
        let budgets: Vec<_> = parse_budgets(BUDGETS).into_iter().flatten().collect();
        assert_eq!(budgets.len(), 5);
        for statement in check_budgets(&facts, &budgets) {
            let standing = statement.standing.as_str();
            line(format!("{standing} {} {} {}", statement.spent, ids(&statement.spans), statement.note));
        }
        let aligned = alignment(&trace, &facts.skew);
        for each in &aligned.moves {
            line(format!("{} by {}: {}", ids(&each.spans), each.shift_ns, each.reason));
        }
        for (refusal, spans) in &aligned.refused {
            line(format!("{} {}", refusal.as_str(), ids(spans)));
        }
    }
    text
}

/// A broken trace whose spans say something: services, kinds, hosts, statements, routes, errors, limits.
fn telling_spans(random: &mut Random) -> Vec<Drawn> {
    let mut spans = random_spans(random);
    let unit = [1, 1_000_000, 40_000_000][random.below(3) as usize];
    let count = spans.len() as u64;
    // Ids are all different, so that the spans can be told apart whatever their order.
    let old: Vec<String> = spans.iter().map(|span| span.id.clone()).collect();
    let new: Vec<String> = (0..count).map(|index| format!("{:016x}", (index + 1) * 0x9e37_79b9 % 65_521 + 1)).collect();
    for index in 0..spans.len() {
        let other = random.below(count) as usize;
        let other_end = spans[other].end;
        let span = &mut spans[index];
        span.id.clone_from(&new[index]);
        if let Some(parent) = old.iter().position(|id| *id == span.parent) {
            span.parent.clone_from(&new[parent]);
        }
        span.start = span.start.map(|start| start * unit);
        span.end = span.end.map(|end| end * unit);
        span.service = ["api", "shop", "stock", ""][random.below(4) as usize].to_owned();
        let kinds = ["client", "server", "internal", "producer", "consumer", "unspecified"];
        span.kind = kinds[random.below(6) as usize].to_owned();
        let pair = |key: &str, value: String| (key.to_owned(), value);
        span.resource.push(pair("host.name", format!("host-{}", random.below(3))));
        match random.below(6) {
            0 => span.attributes.push(pair("db.statement", format!("select a from t where id = {}", random.below(2)))),
            1 => span.attributes.push(pair("url.full", format!("https://stock/items/{}", random.below(2)))),
            2 => span.attributes.push(pair("http.method", "GET".to_owned())),
            3 => span.attributes.push(pair("timeout_ms", format!("{}", 100 + random.below(500)))),
            _ => {}
        }
        if random.below(5) == 0 {
            span.error = Some(["timeout", "refused", ""][random.below(3) as usize].to_owned());
        }
        match random.below(30) {
            // A parent that may be below it, or it itself; times at both ends of what there is.
            0 => span.parent.clone_from(&new[other]),
            1 => span.parent = span.id.clone(),
            2 => span.start = Some(u64::MAX - BASE - 2),
            3 => (span.start, span.end) = (other_end, None),
            4 => span.end = Some(u64::MAX - BASE - 1),
            _ => {}
        }
        if random.below(3) == 0 {
            span.name = ["GET /items/123456", "SELECT a", "retry", "GET"][random.below(4) as usize].to_owned();
        }
    }
    spans
}

#[test]
fn no_word_depends_on_the_order_of_the_input() {
    let mut random = Random(20_261_129);
    for round in 0..300 {
        let mut spans = telling_spans(&mut random);
        let expected = words(&read_spans(&spans).store);
        for _ in 0..2 {
            random.shuffle(&mut spans);
            let found = words(&read_spans(&spans).store);
            let differ = expected.lines().zip(found.lines()).find(|(one, other)| one != other);
            assert_eq!(expected, found, "round {round}: {differ:?}");
        }
    }
}
