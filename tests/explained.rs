//! All that is said of a trace, on every trace there is: sums that add up, the same words again, no end to nothing.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::path::{Path, PathBuf};

use common::{Drawn, Random, numbered, random_spans, read_spans};
use spanscope::analyze::advice::{Advice, advice};
use spanscope::analyze::attribution::{largest_drags, path_by_spent};
use spanscope::analyze::bottleneck::{path_by_operation, path_by_service, path_by_span};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::facts::Facts;
use spanscope::analyze::finding::Finding;
use spanscope::analyze::findings::findings;
use spanscope::analyze::path_doubts::path_doubts;
use spanscope::analyze::self_time::self_times;
use spanscope::analyze::verdict::verdict;
use spanscope::write::markdown::markdown;
use spanscope::{ReadOptions, Store, Trace, read};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus");

/// Everything that is said of a trace, once it is checked that it adds up.
fn explained(trace: &Trace<'_>, place: &str) -> (String, Vec<Finding>, Advice, String) {
    let store = trace.store();
    let (paths, own) = (critical_paths(trace), self_times(trace));
    let facts = Facts::new(*trace, &paths, &own);
    for path in paths.iter() {
        let (start, end) = store.span(path.top).interval().unwrap_or_default();
        assert_eq!(path.total_ns(), end - start, "{place}");
        assert_eq!(path_by_span(&path).iter().map(|part| part.ns).sum::<u64>(), end - start, "{place}: by span");
        assert_eq!(
            path_by_operation(store, &path).iter().map(|part| part.ns).sum::<u64>(),
            end - start,
            "{place}: by operation"
        );
        assert_eq!(
            path_by_service(store, &path).iter().map(|part| part.ns).sum::<u64>(),
            end - start,
            "{place}: by service"
        );
        // A span whose part is all its children's has a step, too, but no segment.
        let steps = path_doubts(store, &path).hops;
        assert!(steps.iter().all(|hop| store.span(hop.span).parent().is_some()), "{place}");
    }
    assert_eq!(
        path_by_spent(&facts).iter().map(|part| part.ns).sum::<u64>(),
        facts.whole_ns(),
        "{place}: by what it was spent on"
    );
    for (_, drag) in largest_drags(&facts, 10) {
        assert!(drag <= facts.whole_ns(), "{place}");
    }
    let found = findings(&facts);
    for finding in &found {
        assert!(!finding.title.is_empty() && !finding.title.ends_with('.'), "{place}: {}", finding.title);
        assert!(!finding.next.ends_with('.'), "{place}: {}", finding.next);
        assert!(finding.saves_ns <= facts.trace.duration_ns(), "{place}: {}", finding.title);
        let of_trace = |span: &spanscope::SpanIndex| store.span(*span).trace() == trace.index();
        assert!(
            finding.id.starts_with("severed") || finding.id.starts_with("linked") || finding.spans.iter().all(of_trace),
            "{place}: {}",
            finding.id
        );
    }
    assert!(found.windows(2).all(|pair| pair[0].severity >= pair[1].severity), "{place}");
    let words = verdict(trace);
    assert!(words.ends_with('.'), "{place}: {words}");
    let advice = advice(&facts, &found);
    let ticket = markdown(&facts, &words, &found, &advice);
    (words, found, advice, ticket)
}

fn all(store: &Store, place: &str) {
    for trace in store.traces().take(200) {
        let once = explained(&trace, place);
        assert_eq!(explained(&trace, place), once, "{place}: the same words again");
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn what_is_said_of_published_traces_adds_up() {
    let mut paths = Vec::new();
    files(Path::new(CORPUS), &mut paths);
    if paths.is_empty() {
        println!("skipped: no ../shared");
        return;
    }
    paths.sort();
    let mut traces = 0;
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Ok(outcome) =
            read(std::fs::read(&path).expect("a file can be read"), &ReadOptions::new().with_name(&name))
        {
            traces += outcome.store.trace_count();
            all(&outcome.store, &name);
        }
    }
    println!("{traces} traces");
    assert!(traces > 100);
}

#[test]
fn what_is_said_of_any_tree_adds_up() {
    let mut random = Random(2026);
    for round in 0..400 {
        all(&read_spans(&random_spans(&mut random)).store, &format!("round {round}"));
    }
}

#[test]
fn a_deep_chain_and_a_wide_parent_are_explained_in_time() {
    const COUNT: u64 = 60_000;
    let span = |index: u64, parent: Option<u64>, start: u64, end: u64| Drawn {
        name: "SELECT a".to_owned(),
        kind: "client".to_owned(),
        service: "web".to_owned(),
        error: index.is_multiple_of(3).then(|| "timeout".to_owned()),
        ..numbered(index, parent, start * 1_000_000, end * 1_000_000)
    };
    let chain: Vec<Drawn> =
        (0..COUNT).map(|index| span(index, index.checked_sub(1), index, 2 * COUNT - index)).collect();
    let wide = |end: fn(u64) -> u64| -> Vec<Drawn> {
        let root = span(0, None, 0, 2 * COUNT);
        std::iter::once(root).chain((1..COUNT).map(|index| span(index, Some(0), 2 * index, end(index)))).collect()
    };
    // A chain of pairs: every span has a call beside the next level.
    let comb: Vec<Drawn> = (0..COUNT)
        .map(|index| {
            let level = index / 2;
            span(index, level.checked_sub(1).map(|above| 2 * above), level, 2 * COUNT - level - index % 2 * COUNT)
        })
        .collect();
    for spans in [chain, wide(|index| 2 * index + 1), wide(|_| 2 * COUNT), comb] {
        let store = read_spans(&spans).store;
        for trace in store.traces() {
            explained(&trace, "a large trace");
        }
    }
}
