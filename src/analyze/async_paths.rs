//! Work that the request did not wait for: the handling of its messages, what followed it, what is linked to it; each with the critical path
//! of its own and the time that it waited in a queue.
//!
//! ```text
//!  checkout       |---------------|
//!    send order      |--|                          from
//!      process order      ····|-----------|        work; the dots are the queue wait: its start minus the end of the sending
//! ```
//! A wait below nothing is no wait: work that began before its sending had ended got its message early. Work that began before its sending began
//! tells of clocks that differ.
//!
//! Linear: what one path passes through, no other one does.

use super::critical_path::{Segment, critical_path_of};
use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::watch::Watch;
use super::words::{count, operation};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind, Store, Trace};
use crate::time::format_duration;

/// What connects work to the span that caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It handles a message of its parent.
    Message,
    /// It follows its parent, which did not wait for it.
    Follows,
    /// It links to the span.
    Link,
    /// Nothing: it is a further top of the trace.
    None,
}

impl Edge {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Edge::Message => "message",
            Edge::Follows => "follows",
            Edge::Link => "link",
            Edge::None => "none",
        }
    }
}

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsyncPath {
    /// The span that caused it.
    pub from: Option<SpanIndex>,
    /// The first span of the work; it may be of another trace.
    pub work: SpanIndex,
    /// What connects the two.
    pub edge: Edge,
    /// From the end of the former to the start of the latter; negative when the latter began first.
    pub wait_ns: Option<i64>,
    /// Its critical path, from last to first.
    pub segments: Vec<Segment>,
}

impl AsyncPath {
    /// How long the work took.
    pub fn total_ns(&self) -> u64 {
        self.segments.iter().map(Segment::duration_ns).sum()
    }
}

/// All work of a trace that its main top did not wait for, and what links to a span of the trace from elsewhere, by the start of the work in tree order.
pub fn async_paths(trace: &Trace<'_>) -> Vec<AsyncPath> {
    let mut work = Work::default();
    let main = super::summary::main_top(trace).index();
    trace.spans().for_each(|span| work.see(trace, main, &span));
    work.see_links(trace);
    work.follow(trace.store(), usize::MAX);
    work.paths
}

/// What a span caused, a work and the edge between them.
type Caused = (Option<SpanIndex>, SpanIndex, Edge);

/// Work and its paths, a part of them at a time.
#[derive(Default)]
struct Work {
    edges: Vec<Caused>,
    /// Those of the first edges.
    paths: Vec<AsyncPath>,
}

impl Work {
    /// Takes what the next span of the trace is or says; `main` is the main top.
    fn see(&mut self, trace: &Trace<'_>, main: SpanIndex, span: &Span<'_>) {
        if span.is_async() {
            let parent = span.parent();
            let is_message = span.kind() == SpanKind::Consumer
                && parent.is_some_and(|parent| trace.store().span(parent).kind() == SpanKind::Producer);
            self.edges.push((parent, span.index(), if is_message { Edge::Message } else { Edge::Follows }));
        } else if span.top().is_some() && span.index() != main {
            // What it links to in this trace comes with the links.
            let linked = span.links().any(|link| link.target().is_some_and(|target| holds(trace, target)));
            if !linked {
                self.edges.push((None, span.index(), Edge::None));
            }
        }
    }

    /// Takes the links to spans of the trace, behind its last span.
    fn see_links(&mut self, trace: &Trace<'_>) {
        let store = trace.store();
        let end = SpanIndex(trace.first().0 + trace.span_count() as u32);
        for (to, from) in store.link_targets().into_range(trace.first(), end) {
            let span = store.span(from);
            // A link beside an edge that says the same, and one from a span to what is above or below it, tells nothing new.
            let same = span.parent() == Some(to) || (to <= from && from < store.span(to).subtree_end());
            let below = from <= to && to < span.subtree_end();
            if !same && !below {
                self.edges.push((Some(to), from, Edge::Link));
            }
        }
        sort::slice(&mut self.edges, |one, other| (one.1, one.0).cmp(&(other.1, other.0)));
        self.paths.reserve_exact(self.edges.len());
    }

    /// Follows the paths of up to so many edges more; whether these are all.
    fn follow(&mut self, store: &Store, edges: usize) -> bool {
        let done = self.paths.len();
        for (from, work, edge) in self.edges.iter().skip(done).take(edges).copied() {
            let span = store.span(work);
            // A batch links to many spans and is one piece of work.
            let segments = match self.paths.last() {
                Some(last) if last.work == work => Vec::new(),
                _ => critical_path_of(&span),
            };
            let wait_ns = from.and_then(|from| {
                let (_, end) = store.span(from).interval()?;
                let wait = i128::from(span.start_ns()?) - i128::from(end);
                Some(wait.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
            });
            self.paths.push(AsyncPath { from, work, edge, wait_ns, segments });
        }
        self.paths.len() == self.edges.len()
    }
}

fn holds(trace: &Trace<'_>, span: SpanIndex) -> bool {
    span >= trace.first() && ((span.0 - trace.first().0) as usize) < trace.span_count()
}

/// Waits in findings of their own.
const NAMED: usize = 3;
/// A wait below this is none worth telling of.
const WORTH: i64 = 10_000_000;

/// Paths that are followed at once.
const FOLLOWED: usize = 20_000;

/// `queue-wait`, and what linked work that failed says: `linked-failure`.
#[derive(Default)]
pub(super) struct AsyncWork {
    work: Work,
    /// Whether the links were looked at.
    linked: bool,
    /// Spans that link to one that failed in another trace, and the first one with its target.
    to_failed: (Vec<SpanIndex>, Option<(SpanIndex, SpanIndex)>),
}

impl Watch for AsyncWork {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        self.work.see(&facts.trace, facts.top.index(), span);
        for target in span.links().filter_map(|link| link.target()) {
            let target = facts.store().span(target);
            if target.trace() != facts.trace.index() && has_failed(facts, target.index()) {
                let (spans, first) = &mut self.to_failed;
                spans.push(span.index());
                first.get_or_insert((span.index(), target.index()));
            }
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        if !std::mem::replace(&mut self.linked, true) {
            self.work.see_links(&facts.trace);
        }
        if !self.work.follow(facts.store(), FOLLOWED) {
            return false;
        }
        let AsyncWork { work, to_failed: (spans, first), .. } = std::mem::take(self);
        facts.later.set_async_paths(work.paths);
        let paths = facts.later.async_paths(&facts.trace);
        queue_waits(facts, paths, found);
        linked_failures(facts, paths, found);
        if let Some((span, target)) = first {
            links_to_failed(facts, spans, span, target, found);
        }
        true
    }
}

fn queue_waits(facts: &Facts<'_>, paths: &[AsyncPath], found: &mut Vec<Finding>) {
    let store = facts.store();
    let mut waits: Vec<(i64, u32)> = Vec::new();
    for (number, path) in (0..).zip(paths) {
        if let (Edge::Message | Edge::Link, Some(wait)) = (path.edge, path.wait_ns)
            && wait >= WORTH
        {
            waits.push((-wait, number));
        }
    }
    sort::slice(&mut waits, Ord::cmp);
    let mut told = 0;
    for (wait, number) in &waits {
        let path = &paths[*number as usize];
        let (Some(from), work) = (path.from.map(|from| store.span(from)), store.span(path.work)) else { continue };
        // A span of another trace cannot be shown on this one.
        let mut spans: Vec<SpanIndex> =
            [work.index(), from.index()].into_iter().filter(|span| holds(&facts.trace, *span)).collect();
        told += 1;
        let waited = format_duration(wait.unsigned_abs());
        if told > NAMED {
            spans = waits[NAMED..]
                .iter()
                .map(|(_, number)| paths[*number as usize].work)
                .filter(|span| holds(&facts.trace, *span))
                .collect();
            let title = format!(
                "{} of work began later than their sending, by {waited} and less",
                count(waits.len() - NAMED, "more piece", "more pieces")
            );
            found.push(Finding::new("queue-wait", Severity::Info, Confidence::Likely, title, spans));
            break;
        }
        let ran = super::words::duration(&work);
        let severity = if wait.unsigned_abs() > ran { Severity::Warning } else { Severity::Info };
        let title = format!("{} began {waited} after {} had ended", operation(&work), operation(&from));
        let mut finding = Finding::new("queue-wait", severity, Confidence::Likely, title, spans.clone());
        finding.arithmetic =
            format!("start of the one − end of the other = {waited}; the work itself took {}", format_duration(ran));
        let how = match path.edge {
            Edge::Message => "it handles the message",
            _ => "it links to it",
        };
        finding = finding.because(format!("{how} of {}", operation(&from)).replace("to it of", "to"), spans);
        found.push(finding.next(
            "Compare with how long messages usually wait: too few or too slow consumers, a batch that fills up, or a delay that was asked for",
        ));
    }
    let early: Vec<&AsyncPath> = paths
        .iter()
        .filter(|path| {
            let started = path.from.and_then(|from| store.span(from).start_ns());
            path.edge == Edge::Message
                && started.zip(store.span(path.work).start_ns()).is_some_and(|(sent, began)| began < sent)
        })
        .collect();
    if let Some(first) = early.first() {
        let spans: Vec<SpanIndex> = early.iter().map(|path| path.work).collect();
        let (work, from) = (store.span(first.work), first.from.map(|from| store.span(from)));
        let by = from.and_then(|from| Some(from.start_ns()? - work.start_ns()?)).unwrap_or(0);
        let title = format!("{} began {} before its message was sent", operation(&work), format_duration(by));
        found.push(
            Finding::new("skew-suspected", Severity::Info, Confidence::Likely, title, spans)
                .because("messages are handled after they are sent, so the clocks differ".to_owned(), vec![first.work])
                .next("Read queue waits between these hosts with care"),
        );
    }
}

/// Whether a span ended with an error.
fn has_failed(facts: &Facts<'_>, span: SpanIndex) -> bool {
    matches!(super::errors::ending(&facts.semantics, &facts.store().span(span)), super::errors::Ending::Error(_))
}

/// Failed work in other traces that this one caused.
fn linked_failures(facts: &Facts<'_>, paths: &[AsyncPath], found: &mut Vec<Finding>) {
    let store = facts.store();
    let there: Vec<(SpanIndex, SpanIndex)> = paths
        .iter()
        .filter(|path| path.edge == Edge::Link && !holds(&facts.trace, path.work) && has_failed(facts, path.work))
        .filter_map(|path| Some((path.from?, path.work)))
        .collect();
    if let Some((from, work)) = there.first().map(|(from, work)| (store.span(*from), store.span(*work))) {
        let more = match there.len() {
            1 => String::new(),
            many => format!(", as did {}", count(many - 1, "more piece of linked work", "more pieces of linked work")),
        };
        let title =
            format!("{}, which links to {}, failed in a trace of its own{more}", operation(&work), operation(&from));
        let mut spans: Vec<SpanIndex> = there.iter().map(|(from, _)| *from).collect();
        spans.dedup();
        let trace = store.trace(work.trace()).map(|trace| trace.id()).unwrap_or_default();
        found.push(
            Finding::new("linked-failure", Severity::Warning, Confidence::Certain, title, spans)
                .because(format!("span {} of trace {trace} ended with an error", work.id()), vec![from.index()])
                .next("Open the linked trace to see why; the request itself did not wait for it"),
        );
    }
}

/// The failed request elsewhere that this trace's work came from.
fn links_to_failed(
    facts: &Facts<'_>,
    mut spans: Vec<SpanIndex>,
    span: SpanIndex,
    target: SpanIndex,
    found: &mut Vec<Finding>,
) {
    let store = facts.store();
    let (span, target) = (store.span(span), store.span(target));
    spans.dedup();
    let title = format!("{} links to {}, which failed in another trace", operation(&span), operation(&target));
    let trace = store.trace(target.trace()).map(|trace| trace.id()).unwrap_or_default();
    found.push(
        Finding::new("linked-failure", Severity::Warning, Confidence::Certain, title, spans)
            .because(format!("span {} of trace {trace} ended with an error", target.id()), vec![span.index()])
            .next("Open the linked trace: what failed there may explain what is wrong here"),
    );
}
