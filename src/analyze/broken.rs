//! Where a trace is broken, and where its context was probably lost.
//!
//! ```text
//!  gateway: GET /orders         client  |-------------|        no server below it
//!  orders:  GET /orders         server    |--------|           no parent, or one that is missing; or in a trace of its own
//! ```
//! A top that runs within a call that has no other side, and says that it is what was called (its service is the peer, its route, method or name
//! the call's), is probably its continuation. Times and names cannot prove it: it is said as a guess, with what speaks for it. A call without
//! another side alone says nothing: what it called may not be instrumented.
//!
//! Linear but for sorts; of the tops that start within one call only the first few are compared.

use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::semantics::{Field, Role};
use super::watch::Watch;
use super::words::{count, duration, operation};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind, Top};
use crate::time::format_duration;

/// Findings of one kind that are told.
const NAMED: usize = 5;
/// Tops within one call that are compared.
const COMPARED: usize = 32;
/// A called span may stick out of its caller by so much, as clocks differ.
const SLACK: u64 = 5_000_000;

/// `orphan`.
pub(super) fn orphans(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let orphans: Vec<SpanIndex> =
        facts.trace.tops().filter(|top| top.top() == Some(Top::Orphan)).map(|top| top.index()).collect();
    let store = facts.store();
    let Some(first) = orphans.first().map(|span| store.span(*span)) else { return };
    let mut parents: Vec<String> = orphans.iter().map(|span| store.span(*span).parent_id()).collect();
    sort::slice(&mut parents, Ord::cmp);
    parents.dedup();
    let below: usize = orphans.iter().map(|span| (store.span(*span).subtree_end().0 - span.0) as usize).sum();
    let title = match orphans.len() {
        1 => format!("{} names a parent that the input does not have", operation(&first)),
        many => format!(
            "{} name parents that the input does not have, {} among them",
            count(many, "span", "spans"),
            operation(&first)
        ),
    };
    let mut finding = Finding::new("orphan", Severity::Warning, Confidence::Certain, title, orphans.clone());
    finding.arithmetic = format!(
        "{} of {} are below them; {} missing",
        count(below, "span", "spans"),
        count(facts.trace.span_count(), "span", "spans"),
        count(parents.len(), "parent is", "parents are")
    );
    if orphans.len() > parents.len() {
        finding = finding
            .because("several name the same one, so one span is missing rather than many".to_owned(), orphans.clone());
    }
    let remote = orphans.iter().filter(|span| store.span(**span).flags() & 0x300 == 0x300).count();
    if remote > 0 {
        finding = finding.because(
            format!("{} by the flags that the parent is of another process", count(remote, "says", "say")),
            orphans,
        );
    }
    found.push(finding.next(
        "Add the rest of the trace, or find out who drops spans: a service that exports elsewhere, sampling by each service for itself, a queue that was full",
    ));
}

/// A span that may be what a call led to.
struct Entry<'a> {
    span: Span<'a>,
    start: u64,
}

/// `severed-context`.
#[derive(Default)]
pub(super) struct Severed {
    /// Calls whose other side is not below them.
    calls: Vec<SpanIndex>,
}

impl Watch for Severed {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        if lacks_other_side(facts, span) {
            self.calls.push(span.index());
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        severed(facts, &self.calls, found);
        true
    }
}

fn severed(facts: &Facts<'_>, calls: &[SpanIndex], found: &mut Vec<Finding>) {
    let store = facts.store();
    if calls.is_empty() {
        return;
    }
    let intervals = || calls.iter().filter_map(|call| store.span(*call).interval());
    let earliest = intervals().map(|(from, _)| from).min().unwrap_or(0).saturating_sub(SLACK);
    let latest = intervals().map(|(_, to)| to).max().unwrap_or(0);
    // Tops that were called by somebody: of this trace those that are not its main one, of others their servers without a parent.
    let mut entries: Vec<Entry<'_>> = Vec::new();
    // Traces come by start: behind the last call none begins.
    for trace in store.traces().take_while(|trace| trace.start_ns().is_some_and(|start| start <= latest)) {
        if trace.start_ns().unwrap_or(0).saturating_add(trace.duration_ns()) < earliest {
            continue;
        }
        let own = trace.index() == facts.trace.index();
        for top in trace.tops() {
            let called = match top.kind() {
                SpanKind::Server | SpanKind::Consumer => own || top.top() == Some(Top::Root),
                _ => own && top.top() == Some(Top::Orphan),
            };
            let meant = called && top.index() != facts.top.index();
            if let Some(start) = top.start_ns().filter(|start| meant && (earliest..=latest).contains(start)) {
                entries.push(Entry { span: top, start });
            }
        }
    }
    let entries = sort::items(entries, |one, other| one.start.cmp(&other.start));
    let mut told = 0;
    let mut more = Vec::new();
    for call in calls.iter().map(|call| store.span(*call)) {
        let Some((from, to)) = call.interval() else { continue };
        let first = entries.partition_point(|entry| entry.start < from.saturating_sub(SLACK));
        let within = entries[first..].iter().take_while(|entry| entry.start <= to).take(COMPARED);
        let mut best: Option<(usize, &Entry<'_>, Vec<String>)> = None;
        for entry in within {
            let ends = entry.span.interval().map_or(entry.start, |(_, end)| end);
            if ends > to.saturating_add(SLACK) || duration(&entry.span) > to - from {
                continue;
            }
            let signs = signs(facts, &call, &entry.span);
            if !signs.is_empty() && best.as_ref().is_none_or(|(most, ..)| signs.len() > *most) {
                best = Some((signs.len(), entry, signs));
            }
        }
        let Some((_, entry, signs)) = best else { continue };
        told += 1;
        if told > NAMED {
            more.push(call.index());
            continue;
        }
        found.push(finding(facts, &call, &entry.span, &signs));
    }
    if !more.is_empty() {
        let title = format!("The context was probably lost in {} too", count(more.len(), "more call", "more calls"));
        found.push(
            Finding::new("severed-context", Severity::Warning, Confidence::Guess, title, more)
                .next("Begin with those that are named; these often have the same reason"),
        );
    }
}

/// Whether a span is a call to another service whose other side is not below it.
fn lacks_other_side(facts: &Facts<'_>, span: &Span<'_>) -> bool {
    let calls = match span.kind() {
        SpanKind::Client => facts.role(span) != Role::Database,
        SpanKind::Producer => true,
        _ => false,
    };
    calls && span.children().all(|child| child.service_index() == span.service_index() && !is_entry(&child))
}

fn is_entry(span: &Span<'_>) -> bool {
    matches!(span.kind(), SpanKind::Server | SpanKind::Consumer)
}

/// What says that a span is what a call led to, beside its time.
fn signs<'a>(facts: &Facts<'a>, call: &Span<'a>, entry: &Span<'a>) -> Vec<String> {
    let semantics = &facts.semantics;
    let mut signs = Vec::new();
    let service = entry.service();
    if service.is_empty() || entry.service_index() == call.service_index() {
        return signs;
    }
    if semantics.text(call, Field::PeerService).is_some_and(|peer| peer.eq_ignore_ascii_case(service)) {
        signs.push(format!("the call names {service} as its peer"));
    }
    let address =
        semantics.text(call, Field::ServerAddress).or_else(|| host_of(&semantics.text(call, Field::UrlFull)?));
    let named = address.as_deref().and_then(|address| address.split([':', '.']).next());
    if named.is_some_and(|host| host.eq_ignore_ascii_case(service)) {
        signs.push(format!("the call's address is {}", address.unwrap_or_default()));
    }
    let path = |span: &Span<'a>| {
        semantics.text(span, Field::UrlPath).or_else(|| path_of(&semantics.text(span, Field::UrlFull)?))
    };
    let route =
        |span: &Span<'a>| semantics.text(span, Field::HttpRoute).or_else(|| semantics.text(span, Field::UrlTemplate));
    for (what, one, other) in [
        ("path", path(call), path(entry)),
        ("route", route(call), route(entry)),
        ("procedure", semantics.text(call, Field::RpcMethod), semantics.text(entry, Field::RpcMethod)),
        (
            "destination",
            semantics.text(call, Field::MessagingDestination),
            semantics.text(entry, Field::MessagingDestination),
        ),
    ] {
        if let Some(text) = one.filter(|one| *one != "/" && other.as_ref() == Some(one)) {
            signs.push(format!("both name the {what} {text}"));
        }
    }
    // A method alone is no name.
    if signs.is_empty() && call.name() == entry.name() && call.name().contains(['/', ' ', '.']) {
        signs.push(format!("both are named {}", call.name()));
    }
    signs
}

/// What stands between the scheme and the path.
fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(host.rsplit('@').next()?.to_owned())
}

fn path_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let path = &rest[rest.find('/')?..];
    Some(path.split(['?', '#']).next()?.to_owned())
}

fn finding(facts: &Facts<'_>, call: &Span<'_>, entry: &Span<'_>, signs: &[String]) -> Finding {
    let own = entry.trace() == facts.trace.index();
    let place = match entry.top() {
        Some(Top::Orphan) => "whose parent is missing".to_owned(),
        _ if own => "which has no parent".to_owned(),
        _ => {
            let id = facts.store().trace(entry.trace()).map(|trace| trace.id()).unwrap_or_default();
            format!("which is a trace of its own, {id}")
        }
    };
    let title = format!("The context was probably lost between {} and {}, {place}", operation(call), operation(entry));
    let spans = if own { vec![call.index(), entry.index()] } else { vec![call.index()] };
    let mut finding = Finding::new("severed-context", Severity::Warning, Confidence::Guess, title, spans.clone());
    let after = entry.start_ns().unwrap_or(0).saturating_sub(call.start_ns().unwrap_or(0));
    finding = finding.because(
        format!(
            "{} began {} after the call did and took {} of its {}",
            operation(entry),
            format_duration(after),
            format_duration(duration(entry)),
            format_duration(duration(call))
        ),
        spans.clone(),
    );
    for sign in signs {
        finding = finding.because(sign.clone(), spans.clone());
    }
    finding = finding.because(format!("{} has no other side below it", operation(call)), vec![call.index()]);
    finding.next(
        "Check that the caller injects traceparent into this call, that nothing on the way drops it, and that the other side extracts it",
    )
}
