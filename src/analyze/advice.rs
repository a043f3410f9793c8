//! What to do next: two things now, one for later, and a runbook, filled from a trace.
//!
//! Where the time went decides, and errors before it: what made the request fail comes first, then a pattern of calls that would save
//! more than the slowest hop, then the slowest hop itself. A runbook names the signal, the number and the next move; what the
//! trace cannot tell it says, too.

use super::attribution::{Spent, peer, spent_in};
use super::bottleneck::OperationPart;
use super::facts::Facts;
use super::finding::{Finding, Severity};
use super::findings::FAILURES;
use super::letters::fold;
use super::path_doubts::Clarity;
use super::semantics::{Field, Role};
use super::what_if::Change;
use super::words::{count, duration, operation, share, shortened, statement_line};
use crate::store::{Span, SpanIndex};
use crate::time::{format_duration, grouped};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// A sentence without a full stop.
    pub text: String,
    /// Why: the figure behind it; "" when the text says it.
    pub why: String,
    /// The spans it is about.
    pub spans: Vec<SpanIndex>,
}

/// What to do about a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// Two things to do now; fewer when there is nothing to say.
    pub now: Vec<Action>,
    /// One for later.
    pub later: Option<Action>,
    /// Steps to take when it happens again, in order; a sentence each.
    pub runbook: Vec<String>,
    /// A query for more such requests (Grafana Tempo's TraceQL); "" when there is nothing to ask for.
    pub query: String,
}

/// Patterns that stand for an action of their own.
const PATTERNS: [&str; 6] =
    ["serial-repeat", "duplicate-calls", "serialisable", "fan-out-tail", "retry-storm", "chatty-services"];
/// Spans that the runbook names.
const NAMED: usize = 3;
/// Durations that people choose for limits, in milliseconds, up to ten seconds; then whole tens of seconds.
const ROUND_MS: [u64; 20] =
    [1, 2, 5, 10, 20, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000, 2000, 5000, 10_000];

/// What to do about a trace. `findings` are those of the trace, the one that matters most first.
pub fn advice(facts: &Facts<'_>, findings: &[Finding]) -> Advice {
    let mut advice = Advice::default();
    let slowest = slowest(facts);
    let failure =
        findings.iter().find(|finding| FAILURES.contains(&finding.id) && finding.severity == Severity::Critical);
    let of_slowest = slowest.first().map_or(0, |slow| slow.saves_ns);
    let pattern = findings
        .iter()
        .filter(|finding| PATTERNS.contains(&finding.id) && finding.severity > Severity::Info)
        .find(|finding| finding.saves_ns.saturating_mul(2) > of_slowest);
    for finding in [failure, pattern].into_iter().flatten() {
        advice.now.push(Action {
            text: finding.next.clone(),
            why: finding.title.clone(),
            spans: finding.spans.iter().copied().take(NAMED).collect(),
        });
    }
    if let Some(slow) = slowest.first() {
        let span = slow.span(facts);
        let steps = steps(facts, &span);
        let took = format!("{} took {}", slow.name(facts), format_duration(slow.part.ns));
        let why = format!("{took}, {} of the request", share(slow.part.ns, facts.whole_ns()));
        let gain = format!("the request would have ended up to {} sooner", format_duration(slow.saves_ns));
        let spans: Vec<SpanIndex> = slow.part.spans.iter().copied().take(NAMED).collect();
        for (text, why) in [(steps.first, why), (steps.second, gain)] {
            if advice.now.len() < 2 {
                advice.now.push(Action { text, why, spans: spans.clone() });
            }
        }
        advice.later = Some(Action { text: steps.later, why: took, spans });
        let bound = round_down(duration(&span) / 2) / 1_000_000;
        advice.query = format!(
            "{{ resource.service.name = {} && name = {} && duration > {bound}ms }}",
            quoted(span.service()),
            quoted(span.name())
        );
    }
    advice.runbook = runbook(facts, findings, &slowest);
    advice
}

/// An operation that holds the request up.
struct Slow<'f> {
    part: &'f OperationPart,
    /// How much sooner the request would have ended without the time its spans own on the path.
    saves_ns: u64,
}

impl Slow<'_> {
    /// The one of its spans that owns most.
    fn span<'a>(&self, facts: &Facts<'a>) -> Span<'a> {
        facts.store().span(self.part.spans[0])
    }

    fn name(&self, facts: &Facts<'_>) -> String {
        let times = self.part.spans.len();
        let times = if times > 1 { format!("{} × ", grouped(times as u64)) } else { String::new() };
        let span = self.span(facts);
        // Most of its duration may be that of its parts, which stand elsewhere.
        let itself = if span.children().next().is_some() { " in itself" } else { "" };
        format!("{times}{}{itself}", operation(&span))
    }
}

/// The operations that hold the request up most.
fn slowest<'f>(facts: &'f Facts<'_>) -> Vec<Slow<'f>> {
    let parts = facts.operations().iter().take(NAMED);
    let slow = parts.map(|part| {
        let shorter = part.spans.iter().map(|span| (*span, facts.critical_of(*span))).collect();
        let saves_ns = facts.saved_by(facts.top.index(), &Change { shorter, together: Vec::new() });
        Slow { part, saves_ns }
    });
    slow.collect()
}

/// What to do about a slow span: at once, at once as well, and later.
struct Steps {
    first: String,
    second: String,
    later: String,
}

fn steps(facts: &Facts<'_>, span: &Span<'_>) -> Steps {
    let op = operation(span);
    let service = shortened(span.service(), "the service");
    let peer = peer(facts, span).unwrap_or_else(|| "the other side".to_owned());
    let (first, second, later) = match spent_in(facts, span) {
        Spent::Database => (
            format!("Look at the plan of {op} (EXPLAIN): is an index missing, does it read more rows than it returns?"),
            "Return fewer rows or columns, or keep the answer in a cache for a short time".to_owned(),
            format!("Give {service} a time budget for this query and watch it; move heavy reads to a read model"),
        ),
        Spent::External => (
            format!("Look at the traces or logs of {peer} of this moment: it is not in this trace"),
            format!("Set a timeout on {op}, with an answer to fall back on"),
            format!("Propagate the trace context to {peer}, and agree with its owners on how long it may take"),
        ),
        Spent::Network => (
            format!("Compare both sides of {op}: connection set-up, payload size, queues before the server"),
            "Keep connections open, and send less".to_owned(),
            "Bring the two closer together, or ask less often for more at once".to_owned(),
        ),
        Spent::Connection => (
            format!("Look at who holds the connections that {op} waits for, and at the size of the pool"),
            "Open connections before they are needed, and keep them".to_owned(),
            format!("Watch how long {service} waits for connections, and hold them only while they are used"),
        ),
        Spent::Messaging => (
            format!("Look at the broker and at how {op} waits for it: acknowledgements, batches"),
            "Hand the message to a background sender, if the request need not know that it was taken".to_owned(),
            "Write messages to an outbox with the data, and send them from there".to_owned(),
        ),
        Spent::InNoSpan => (
            format!("Profile {op} between its calls, or add spans there"),
            format!("Look at the logs of {service} of this moment for what it did in that time"),
            format!("Instrument what {service} does between its calls, so that the next trace shows it"),
        ),
        Spent::Work => (
            format!("Profile {op}: nothing within was recorded"),
            format!("Look at the logs and the load of {service} at this moment"),
            format!("Add spans for the parts of {op}, and a time budget for it"),
        ),
    };
    Steps { first, second, later }
}

/// A round limit at or above a duration.
fn round_up(ns: u64) -> u64 {
    let ms = ns.div_ceil(1_000_000);
    let round = ROUND_MS.into_iter().find(|round| *round >= ms).unwrap_or_else(|| ms.div_ceil(10_000) * 10_000);
    round.saturating_mul(1_000_000)
}

/// A round limit at or below a duration.
fn round_down(ns: u64) -> u64 {
    let ms = ns / 1_000_000;
    let round = ROUND_MS.into_iter().rev().find(|round| *round <= ms).unwrap_or(1);
    round * 1_000_000
}

/// A text in double quotes for a query.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What to look at when it happens again: signal, number, next move.
fn runbook(facts: &Facts<'_>, findings: &[Finding], slowest: &[Slow<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    let store = facts.store();
    let Some(first) = slowest.first() else { return lines };
    let root = shortened(facts.top.name(), "the request");
    // Without the largest part the request is as it should be, more or less.
    let limit = round_up(facts.whole_ns() - first.saves_ns.min(facts.whole_ns()));
    let names: Vec<String> = slowest.iter().map(|slow| slow.name(facts)).collect();
    lines.push(format!(
        "If {root} takes longer than {}, look first at {}",
        format_duration(limit),
        names.join(", then at ")
    ));
    for slow in slowest {
        let span = slow.span(facts);
        // Half of what it took here tells a slow one from a usual one, as far as one trace can tell.
        let bound = format_duration(round_down(slow.part.ns / 2));
        lines.push(format!(
            "If {} takes more than {bound} ({} here, {} of the request): {}",
            slow.name(facts),
            format_duration(slow.part.ns),
            share(slow.part.ns, facts.whole_ns()),
            lower_first(&steps(facts, &span).first)
        ));
    }
    for finding in findings.iter().filter(|finding| PATTERNS.contains(&finding.id) && finding.saves_ns > 0).take(2) {
        let calls = grouped(finding.spans.len() as u64);
        let about = finding.spans.first().map(|span| operation(&store.span(*span))).unwrap_or_default();
        lines.push(format!("If there are {calls} calls such as {about} again: {}", lower_first(&finding.next)));
    }
    let span = first.span(facts);
    if let Some(statement) = facts.semantics.text(&span, Field::DbStatement)
        && facts.role(&span) == Role::Database
    {
        lines.push(format!("The statement to look at: {}", statement_line(&statement)));
    }
    lines.push(unknowns(facts));
    for line in &mut lines {
        if !line.ends_with(['.', '?', '…']) {
            line.push('.');
        }
    }
    lines
}

/// What this trace cannot tell.
fn unknowns(facts: &Facts<'_>) -> String {
    let mut unknown = vec!["how long these take on other days: this is one request".to_owned()];
    let ambiguous = facts.doubts().hops.iter().filter(|hop| hop.clarity == Clarity::Ambiguous).count();
    if ambiguous > 0 {
        unknown.push(format!(
            "what {} of the critical path waited for: others ended near",
            count(ambiguous, "step", "steps")
        ));
    }
    let tops = facts.trace.tops().count();
    if tops > 1 {
        unknown.push(format!("how its {} hang together", count(tops, "tree", "trees")));
    }
    format!("Unknown from this trace: {}", unknown.join("; "))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        // An abbreviation stays as it is.
        Some(first) if characters.clone().next().is_none_or(|c| fold(c) == c) => {
            std::iter::once(fold(first)).chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}
