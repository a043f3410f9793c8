//! Why a request failed: where each error began, what kind of failure it was, how far it went.
//!
//! ```text
//!  GET /checkout   504, 520 ms      chain: SELECT stock → Reserve → GET /checkout       impact: failed
//!    Reserve       timeout, 500 ms  the budget that ran out, 500 ms as far as its duration tells
//!      SELECT stock  499 ms         origin: it was cut off; whether it would have failed nobody knows
//! ```
//! A span that timed out may have no error below it and still not be the cause: the child that was running when the time was up is, whatever
//! its own status says. Only the most important errors are worked out in full; how many more there are is said.
//!
//! Linear but for a sort of the errors.

use super::errors::{Errors, http_code};
use super::facts::Facts;
use super::failure::{Nature, Told, told};
use super::finding::{Confidence, Evidence, Finding, Severity};
use super::semantics::{Field, Role};
use super::words::{count, duration, operation, share, shortened};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind, Status};
use crate::time::format_duration;

/// What kind of failure an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It, or what it waited for, used up the time that somebody allowed.
    TimeoutBudget,
    /// Somebody gave up on it.
    Cancelled,
    /// It failed at once, because nobody was there to answer.
    FastFail,
    /// A call failed, and what it called is not in the trace.
    Downstream,
    /// The other side refused the request as it was.
    Validation,
    /// It was tried several times, and the last one failed too.
    RetryExhausted,
    /// It passes on an error that began where nothing was recorded.
    Propagated,
    /// It failed by itself, as far as the trace tells.
    Own,
}

impl Cause {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::TimeoutBudget => "timeout_budget",
            Cause::Cancelled => "cancelled",
            Cause::FastFail => "fast_fail",
            Cause::Downstream => "downstream",
            Cause::Validation => "validation",
            Cause::RetryExhausted => "retry_exhausted",
            Cause::Propagated => "propagated",
            Cause::Own => "own",
        }
    }
}

/// What an error did to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// The request ended with it.
    Failed,
    /// A part of the trace ended with it whose connection to the request is missing.
    Partial,
    /// It stayed in work that the request did not wait for.
    Linked,
    /// A span above it went on and ended without an error.
    Handled,
}

impl Impact {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Impact::Failed => "failed",
            Impact::Partial => "partial",
            Impact::Linked => "linked",
            Impact::Handled => "handled",
        }
    }
}

/// The time that somebody allowed, as far as durations tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The span whose time was up.
    pub holder: SpanIndex,
    /// In nanoseconds: its duration, or the round figure close to it.
    pub ns: u64,
    /// Whether that is a round figure.
    pub round: bool,
}

/// An error, worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootCause {
    /// Where it began.
    pub origin: SpanIndex,
    /// Whether that span has no error of its own: a span above it ran out of time while it was running.
    pub silent: bool,
    /// From the origin to the last span that ended with it.
    pub chain: Vec<SpanIndex>,
    /// What kind of failure.
    pub cause: Cause,
    /// How sure cause and chain are.
    pub confidence: Confidence,
    /// The time that was up.
    pub budget: Option<Budget>,
    /// What it did to the request.
    pub impact: Impact,
    /// The span that went on without an error.
    pub handled_by: Option<SpanIndex>,
    /// What the error is called, "" when nothing says.
    pub says: String,
    /// Failed tries of the same call, when it was made again.
    pub tries: Vec<SpanIndex>,
    /// What speaks for all this.
    pub evidence: Vec<Evidence>,
}

/// All errors of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootCauses {
    /// The most important first.
    pub worked_out: Vec<RootCause>,
    /// How many more there are.
    pub others: usize,
}

/// Errors that are worked out at most.
const MOST: usize = 100;
/// A child that had this much of its parent's time, in percent, used it up.
const USED_UP: u64 = 95;
/// A child that ended with its parent, but began late, had at least this much of its time, in percent.
const LARGE_PART: u64 = 25;

/// A span whose time was up is looked for so many levels above an error.
const NEAR: usize = 32;

/// Figures that people set as timeouts, in milliseconds.
const ROUND: &[u64] = &[
    10, 20, 25, 30, 40, 50, 60, 75, 80, 100, 120, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 750, 800, 900,
    1_000, 1_200, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000, 8_000, 10_000, 12_000, 15_000, 20_000, 25_000,
    30_000, 40_000, 45_000, 50_000, 60_000, 90_000, 100_000, 120_000, 180_000, 240_000, 300_000, 600_000, 900_000,
    1_800_000, 3_600_000,
];

/// The round figure that a duration is at most 1 % short of or 4 % beyond: a timer fires late rather than early.
fn round_figure(ns: u64) -> Option<u64> {
    let off = |round: &u64| round.abs_diff(ns);
    let close = |round: &u64| {
        let allowed = if ns < *round { round / 100 } else { round / 25 };
        off(round) <= allowed
    };
    ROUND.iter().map(|ms| ms * 1_000_000).filter(close).min_by_key(off)
}

/// How long two spans ran at once.
fn overlap(one: (u64, u64), other: (u64, u64)) -> u64 {
    one.1.min(other.1).saturating_sub(one.0.max(other.0))
}

fn percent_of(part: u64, whole: u64) -> u64 {
    (u128::from(part) * 100 / u128::from(whole.max(1))) as u64
}

/// Whether a child used up its parent's time or was still running when that ended.
fn used_up(child: &Span<'_>, holder: &Span<'_>) -> bool {
    let Some((child, holder)) = child.interval().zip(holder.interval()) else { return false };
    holder.1 > holder.0
        && child.0 < holder.1
        && (child.1 > holder.1 || percent_of(overlap(child, holder), holder.1 - holder.0) >= USED_UP)
}

/// Whether a child ended with its parent or later: a hundredth of the parent's time, or a millisecond, is no time.
fn ended_with(child: &Span<'_>, holder: &Span<'_>) -> bool {
    let Some((child, holder)) = child.interval().zip(holder.interval()) else { return false };
    child.0 < holder.1 && child.1.saturating_add(((holder.1 - holder.0) / 100).max(1_000_000)) >= holder.1
}

/// Works out the errors of a trace.
pub fn root_causes(facts: &Facts<'_>) -> RootCauses {
    let search = Search { facts, errors: &facts.errors };
    search.all()
}

/// Whether the request failed: the main top ended with an error.
pub fn failed(facts: &Facts<'_>) -> bool {
    facts.errors.is_error(facts.top.position())
}

struct Search<'f, 'a> {
    facts: &'f Facts<'a>,
    errors: &'f Errors,
}

/// An origin before it is worked out.
struct Candidate {
    origin: u32,
    end: u32,
    impact: Impact,
    ended: u64,
    run: Option<usize>,
}

const NONE: u32 = u32::MAX;

impl<'a> Search<'_, 'a> {
    fn span(&self, position: usize) -> Span<'a> {
        self.facts.span(position)
    }

    fn all(&self) -> RootCauses {
        let mut candidates = self.candidates();
        let order = |one: &Candidate, other: &Candidate| {
            (one.impact, std::cmp::Reverse(one.ended), one.origin).cmp(&(
                other.impact,
                std::cmp::Reverse(other.ended),
                other.origin,
            ))
        };
        candidates = sort::items(candidates, order);
        let mut causes = Vec::new();
        let mut held_up: Vec<SpanIndex> = Vec::new();
        for candidate in candidates.iter().take(MOST) {
            if let Some(silent) = self.held_up_beside(candidate, &mut held_up) {
                causes.push(silent);
            }
            causes.push(self.work_out(candidate, &held_up));
        }
        // What somebody gave up on comes behind what made them do so.
        let causes = sort::items(causes, |one, other| {
            let key = |cause: &RootCause| (cause.impact, cause.cause == Cause::Cancelled);
            key(one).cmp(&key(other))
        });
        RootCauses { worked_out: causes, others: candidates.len().saturating_sub(MOST) }
    }

    fn candidates(&self) -> Vec<Candidate> {
        if self.errors.counts() == (0, 0) {
            return Vec::new();
        }
        let trace = &self.facts.trace;
        // For each error the last span above that ended with it, and the outermost failed try that it went through.
        let mut ends = vec![NONE; trace.span_count()];
        let mut tries = vec![NONE; trace.span_count()];
        let mut candidates = Vec::new();
        for span in trace.spans() {
            let position = span.position();
            if !self.errors.is_error(position) {
                continue;
            }
            let above = self.errors.passed_to(&span);
            ends[position] = above.map_or(position as u32, |above| ends[above]);
            tries[position] = above.map_or(NONE, |above| tries[above]);
            if tries[position] == NONE && self.errors.run_of(position).is_some() {
                tries[position] = position as u32;
            }
            if !self.errors.begins_at(position) {
                continue;
            }
            let run = (tries[position] != NONE).then(|| self.errors.run_of(tries[position] as usize)).flatten();
            if let Some(run) = run.map(|run| &self.errors.runs()[run]) {
                // One error for all tries: the first one that was made good, the last one that was not.
                let speaks = if run.recovered_by.is_some() { run.tries.first() } else { run.tries.last() };
                if speaks != Some(&self.span(tries[position] as usize).index()) {
                    continue;
                }
            }
            candidates.push(Candidate {
                origin: position as u32,
                end: ends[position],
                impact: self.impact(ends[position] as usize),
                ended: span.interval().map_or(0, |(_, end)| end),
                run,
            });
        }
        candidates
    }

    /// What an error did whose last span is this one.
    fn impact(&self, end: usize) -> Impact {
        let span = self.span(end);
        if span.index() == self.facts.top.index() {
            Impact::Failed
        } else if span.is_async() {
            Impact::Linked
        } else if span.top().is_none() {
            Impact::Handled
        } else if span.kind() == SpanKind::Consumer || span.links().len() > 0 {
            Impact::Linked
        } else {
            Impact::Partial
        }
    }

    /// From one span up to the last one that ended with the error, and whether a span on the way said nothing.
    fn chain(&self, from: usize) -> (Vec<SpanIndex>, Option<SpanIndex>) {
        let mut chain = Vec::new();
        let mut unsaid = None;
        let mut at = self.span(from);
        chain.push(at.index());
        while let Some(above) = self.errors.passed_to(&at) {
            let above = self.span(above);
            while let Some(parent) = at.parent().filter(|parent| *parent != above.index()) {
                unsaid = unsaid.or(Some(parent));
                chain.push(parent);
                at = self.facts.store().span(parent);
            }
            chain.push(above.index());
            at = above;
        }
        (chain, unsaid)
    }

    /// The spans that ran while one ran out of time, the deepest first. None has an error.
    fn running_in(&self, holder: &Span<'a>) -> Vec<SpanIndex> {
        let mut path = Vec::new();
        let Some((from, to)) = holder.interval().filter(|(from, to)| from < to) else { return path };
        let mut at = *holder;
        loop {
            let mut best: Option<(u64, Span<'a>)> = None;
            for child in at.children() {
                let Some((start, end)) = child.interval() else { continue };
                let ran = overlap((start, end), (from, to));
                let part = percent_of(ran, to - from);
                let counts = start < to && (part >= USED_UP || ended_with(&child, holder) && part >= LARGE_PART);
                if counts
                    && !child.is_async()
                    && !self.errors.is_error(child.position())
                    && best.is_none_or(|(most, _)| ran > most)
                {
                    best = Some((ran, child));
                }
            }
            let Some((_, child)) = best else { break };
            path.push(child.index());
            at = child;
        }
        path.reverse();
        path
    }

    /// The parent of an early error ran out of time because of another child: that one's cause, once.
    fn held_up_beside(&self, candidate: &Candidate, held_up: &mut Vec<SpanIndex>) -> Option<RootCause> {
        let origin = self.span(candidate.origin as usize);
        let above = self.span(self.errors.passed_to(&origin)?);
        let (_, ended) = origin.interval()?;
        let (from, to) = above.interval()?;
        let early = ended < to && percent_of(to - ended, to - from) > 100 - USED_UP;
        if !early || held_up.contains(&above.index()) || told(&self.facts.semantics, &above).nature != Nature::Timeout {
            return None;
        }
        let running = self.running_in(&above);
        if running.is_empty() {
            return None;
        }
        held_up.push(above.index());
        Some(self.silent(&above, running, candidate))
    }

    fn work_out(&self, candidate: &Candidate, held_up: &[SpanIndex]) -> RootCause {
        let semantics = &self.facts.semantics;
        let origin = self.span(candidate.origin as usize);
        let own = told(semantics, &origin);
        if own.nature == Nature::Timeout {
            let running = self.running_in(&origin);
            if !running.is_empty() {
                return self.silent(&origin, running, candidate);
            }
        }
        let (chain, unsaid) = self.chain(candidate.origin as usize);
        let mut cause = RootCause {
            origin: origin.index(),
            silent: false,
            chain,
            cause: Cause::Own,
            confidence: if unsaid.is_some() { Confidence::Likely } else { Confidence::Certain },
            budget: None,
            impact: candidate.impact,
            handled_by: None,
            says: own.text.clone(),
            tries: Vec::new(),
            evidence: Vec::new(),
        };
        if let Some(run) = candidate.run.map(|run| &self.errors.runs()[run]) {
            cause.tries.clone_from(&run.tries);
        }
        self.classify(&mut cause, &own, &origin);
        if let Some(passed) = self.errors.passed_to(&origin).map(|above| self.span(above))
            && held_up.contains(&passed.index())
        {
            // The parent failed later, for want of time.
            cause.chain.truncate(1);
            cause.impact = Impact::Handled;
            cause.confidence = Confidence::Likely;
            cause.handled_by = Some(passed.index());
            let text = format!("{} went on after it and ended later, out of time", operation(&passed));
            cause.evidence.push(Evidence { text, spans: vec![passed.index()] });
        } else {
            self.say_how_far(&mut cause, candidate, unsaid);
        }
        cause
    }

    /// A span ran out of time while others below it were running that have no error.
    fn silent(&self, holder: &Span<'a>, running: Vec<SpanIndex>, candidate: &Candidate) -> RootCause {
        let origin = self.facts.store().span(running[0]);
        let (above, unsaid) = self.chain(holder.position());
        let told = told(&self.facts.semantics, holder);
        let budget = budget_of(holder);
        let mut cause = RootCause {
            origin: origin.index(),
            silent: true,
            chain: running.iter().copied().chain(above).collect(),
            cause: Cause::TimeoutBudget,
            confidence: Confidence::Likely,
            budget: Some(budget),
            impact: candidate.impact,
            handled_by: None,
            says: told.text.clone(),
            tries: Vec::new(),
            evidence: Vec::new(),
        };
        cause.evidence.push(ran_within(&origin, holder));
        cause.evidence.push(says(holder, &told.text));
        cause.evidence.push(Evidence {
            text: format!("{} has no error of its own", operation(&origin)),
            spans: vec![origin.index()],
        });
        self.say_how_far(&mut cause, candidate, unsaid);
        cause
    }

    fn classify(&self, cause: &mut RootCause, own: &Told, origin: &Span<'a>) {
        let semantics = &self.facts.semantics;
        if !own.text.is_empty() {
            cause.evidence.push(says(origin, &own.text));
        }
        if let Some(holder) = self.holder(cause, own) {
            cause.cause = Cause::TimeoutBudget;
            cause.budget = Some(budget_of(&holder));
            cause.confidence = Confidence::Likely;
            if holder.index() == origin.index() {
                let text = format!("{} ended after {}", operation(origin), format_duration(duration(origin)));
                cause.evidence.push(Evidence { text, spans: vec![origin.index()] });
            } else {
                cause.evidence.insert(0, ran_within(origin, &holder));
                let told = told(semantics, &holder);
                if !told.text.is_empty() {
                    cause.evidence.push(says(&holder, &told.text));
                }
            }
            return;
        }
        let recovered = cause.tries.len() > 1 && cause.impact != Impact::Handled;
        cause.cause = match own.nature {
            _ if recovered => Cause::RetryExhausted,
            Nature::Cancelled => Cause::Cancelled,
            Nature::Refused => Cause::FastFail,
            Nature::Invalid => Cause::Validation,
            Nature::Gateway | Nature::Timeout if origin.kind() == SpanKind::Server => Cause::Propagated,
            _ if matches!(origin.kind(), SpanKind::Client | SpanKind::Producer) => Cause::Downstream,
            _ => Cause::Own,
        };
        if cause.cause == Cause::RetryExhausted {
            let text = format!("all {} tries failed", cause.tries.len());
            cause.evidence.push(Evidence { text, spans: cause.tries.clone() });
        }
        if cause.cause == Cause::Cancelled
            && let Some(parent) = origin.parent().map(|parent| self.facts.store().span(parent))
            && let Some(((_, end), (_, above))) = origin.interval().zip(parent.interval())
        {
            let (apart, side) = (end.abs_diff(above), if end <= above { "before" } else { "after" });
            let text = format!("it ended {} {side} {}", format_duration(apart), operation(&parent));
            cause.evidence.push(Evidence { text, spans: vec![origin.index(), parent.index()] });
        }
    }

    /// The span whose time was up when the origin ended: the innermost above it that says so and whose time the spans below it used up; else the
    /// origin itself, when it says so.
    fn holder(&self, cause: &RootCause, own: &Told) -> Option<Span<'a>> {
        let semantics = &self.facts.semantics;
        let store = self.facts.store();
        let origin = store.span(cause.origin);
        let mut below = origin;
        let mut cut_off = own.nature == Nature::Cancelled;
        for above in cause.chain.iter().skip(1).take(NEAR).map(|above| store.span(*above)) {
            // What was cancelled when the time was up need not have begun early.
            if !(used_up(&below, &above) || cut_off && ended_with(&below, &above)) {
                break;
            }
            let nature = told(semantics, &above).nature;
            if nature == Nature::Timeout {
                // What failed for another reason, if late, was not cut off.
                let cut_off = matches!(own.nature, Nature::Timeout | Nature::Cancelled);
                return (cut_off || own.text.is_empty()).then_some(above);
            }
            cut_off = nature == Nature::Cancelled;
            below = above;
        }
        if own.nature != Nature::Timeout {
            return None;
        }
        let parent = cause.chain.get(1).map(|parent| store.span(*parent)).filter(|parent| used_up(&origin, parent));
        match parent {
            Some(parent) if round_figure(duration(&origin)).is_none() && round_figure(duration(&parent)).is_some() => {
                Some(parent)
            }
            // A server that answers 504 without having called anybody that is in the trace passes something on.
            _ if origin.kind() == SpanKind::Server && http_code(semantics, &origin) == Some(504) => None,
            _ => Some(origin),
        }
    }

    fn say_how_far(&self, cause: &mut RootCause, candidate: &Candidate, unsaid: Option<SpanIndex>) {
        let store = self.facts.store();
        let end = self.span(candidate.end as usize);
        if let Some(unsaid) = unsaid {
            let text = format!("{}, on the way, does not say how it ended", operation(&store.span(unsaid)));
            cause.evidence.push(Evidence { text, spans: vec![unsaid] });
        }
        let recovered = candidate.run.and_then(|run| self.errors.runs()[run].recovered_by);
        let (text, span) = match cause.impact {
            Impact::Failed => (format!("{}, the request, ended with an error", operation(&end)), end.index()),
            Impact::Partial => {
                (format!("it went up to {}, whose parent is not in the trace", operation(&end)), end.index())
            }
            Impact::Linked => (format!("it went up to {}, which nobody waited for", operation(&end)), end.index()),
            Impact::Handled => {
                let Some(by) = recovered.or(end.parent()) else { return };
                cause.handled_by = Some(by);
                let by = store.span(by);
                let how = match by.status() {
                    _ if recovered.is_some() => "made again, and succeeded",
                    Status::Ok => "went on and ended with status Ok",
                    _ => "went on and ended without an error",
                };
                (format!("{} {how}", operation(&by)), by.index())
            }
        };
        if end.index() != cause.origin || cause.impact != Impact::Failed {
            cause.evidence.push(Evidence { text, spans: vec![span] });
        }
    }
}

fn budget_of(holder: &Span<'_>) -> Budget {
    let lasted = duration(holder);
    let round = round_figure(lasted);
    Budget { holder: holder.index(), ns: round.unwrap_or(lasted), round: round.is_some() }
}

fn says(span: &Span<'_>, text: &str) -> Evidence {
    Evidence { text: format!("{} says {text}", operation(span)), spans: vec![span.index()] }
}

/// How much of the holder's time the span had.
fn ran_within(span: &Span<'_>, holder: &Span<'_>) -> Evidence {
    let (one, other) = (span.interval().unwrap_or_default(), holder.interval().unwrap_or_default());
    let part = format_duration(overlap(one, other));
    let mut text = format!(
        "{} ran {part} of the {} that {} lasted",
        operation(span),
        format_duration(duration(holder)),
        operation(holder)
    );
    if one.1 > other.1 {
        text += &format!(", and {} longer", format_duration(one.1 - other.1));
    }
    Evidence { text, spans: vec![span.index(), holder.index()] }
}

/// Findings of one kind beyond this many are told of together.
const NAMED: usize = 5;

/// `error-origin`, `handled-error`, `linked-failure`, `cancelled`, `timeout-budget`, `error-without-type`.
pub(super) fn detect(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let causes = facts.causes();
    let mut told = [0_usize; 4];
    let mut rest: [Vec<SpanIndex>; 4] = Default::default();
    for cause in &causes.worked_out {
        // A call that was made again is told of where retries are.
        if cause.impact == Impact::Handled && !cause.tries.is_empty() {
            continue;
        }
        let kind = cause.impact as usize;
        told[kind] += 1;
        if told[kind] > NAMED {
            rest[kind].push(cause.origin);
            continue;
        }
        found.push(origin_finding(facts, cause));
        if let Some(budget) = cause.budget {
            found.push(budget_finding(facts, cause, budget));
        }
    }
    for (impact, spans) in [Impact::Failed, Impact::Partial, Impact::Linked, Impact::Handled].into_iter().zip(rest) {
        if !spans.is_empty() {
            let errors = count(spans.len(), "more error", "more errors");
            let title = match impact {
                Impact::Failed => format!("{errors} reached {}", operation(&facts.top)),
                Impact::Partial => format!("{errors} reached a part of the trace whose parent is missing"),
                Impact::Linked => format!("{errors} stayed in work that nobody waited for"),
                Impact::Handled => format!("{errors} did not reach the request"),
            };
            let (id, severity) = identity(impact);
            found.push(
                Finding::new(id, severity, Confidence::Likely, title, spans)
                    .next("Begin with those that are named; these are often the same"),
            );
        }
    }
    without_type(facts, found);
}

fn identity(impact: Impact) -> (&'static str, Severity) {
    match impact {
        Impact::Failed => ("error-origin", Severity::Critical),
        Impact::Partial => ("error-origin", Severity::Warning),
        Impact::Linked => ("linked-failure", Severity::Warning),
        Impact::Handled => ("handled-error", Severity::Warning),
    }
}

fn origin_finding(facts: &Facts<'_>, cause: &RootCause) -> Finding {
    let store = facts.store();
    let origin = store.span(cause.origin);
    let name = operation(&origin);
    let called = if cause.says.is_empty() { String::new() } else { format!(": {}", cause.says) };
    let last = cause.chain.last().map_or(origin, |last| store.span(*last));
    let (mut id, severity) = identity(cause.impact);
    let title = match (cause.impact, cause.silent) {
        (_, true) => {
            let holder = cause.budget.map_or(last, |budget| store.span(budget.holder));
            format!("{} ran out of time{called}, while {name} was running", operation(&holder))
        }
        _ if cause.cause == Cause::Cancelled => {
            id = "cancelled";
            format!("{name} was cancelled{called}")
        }
        (Impact::Failed, _) if last.index() == origin.index() => format!("{name} failed{called}"),
        (Impact::Failed, _) => format!("The error of {} began in {name}{called}", operation(&last)),
        (Impact::Partial, _) => format!("{name} failed in a part of the trace whose parent is missing{called}"),
        (Impact::Linked, _) => format!("{name} failed in work that the request did not wait for{called}"),
        (Impact::Handled, _) => match cause.handled_by.map(|by| store.span(by)) {
            Some(by) => format!("{name} failed, and {} went on without it{called}", operation(&by)),
            None => format!("{name} failed, and the request went on without it{called}"),
        },
    };
    let mut finding = Finding::new(id, severity, cause.confidence, title, cause.chain.clone());
    finding.evidence.clone_from(&cause.evidence);
    finding.next(next_step(facts, cause, &origin))
}

fn next_step(facts: &Facts<'_>, cause: &RootCause, origin: &Span<'_>) -> String {
    let name = shortened(origin.name(), "this span");
    match cause.cause {
        Cause::TimeoutBudget => format!("Find out why {name} took so long; that it failed may be the timeout's doing"),
        Cause::Cancelled => {
            "Look at who gave up and why: an error beside it, a caller that left, or a deadline above".to_owned()
        }
        Cause::FastFail => match facts.semantics.text(origin, Field::ServerAddress) {
            Some(address) => {
                format!("Check that {} is up, and that its address is right", shortened(&address, "the other side"))
            }
            None => format!("Check that what {name} calls is up, and that its address is right"),
        },
        Cause::Downstream if facts.role(origin) == Role::Database => {
            format!("Look at the database's own log at the time of {name}: the trace ends at the call")
        }
        Cause::Downstream => {
            format!("Look at the other side of {name}: it is not in the trace, so the error began there or on the way")
        }
        Cause::Validation => format!("Look at what {name} was asked: it was refused as it was, and would be again"),
        Cause::RetryExhausted => format!("Mend what {name} calls; trying again did not help"),
        Cause::Propagated => {
            format!("Look behind {name}: its answer says that something else failed, which the trace does not show")
        }
        Cause::Own => format!("Look at the logs of {name} at that time: nothing below it failed"),
    }
}

fn budget_finding(facts: &Facts<'_>, cause: &RootCause, budget: Budget) -> Finding {
    let store = facts.store();
    let (origin, holder) = (store.span(cause.origin), store.span(budget.holder));
    let name = operation(&origin);
    let lasted = format_duration(duration(&holder));
    let ran = overlap(origin.interval().unwrap_or_default(), holder.interval().unwrap_or_default());
    let after = origin.interval().zip(holder.interval()).map_or(0, |(one, other)| one.1.saturating_sub(other.1));
    let title = match () {
        () if origin.index() == holder.index() => format!("{name} ended after {lasted}, when its time was up"),
        () if after > 0 => format!(
            "{name} was still running when {} ended after {lasted}, and ran {} longer",
            operation(&holder),
            format_duration(after)
        ),
        () => {
            let end = if cause.silent { "" } else { " and was cut off" };
            format!("{name} took {} of the {lasted} that {} lasted{end}", format_duration(ran), operation(&holder))
        }
    };
    let allowed = format_duration(budget.ns);
    let inferred = if budget.round { "the round figure next to it" } else { "its duration itself" };
    let mut finding = Finding::new(
        "timeout-budget",
        if cause.impact == Impact::Failed { Severity::Critical } else { Severity::Warning },
        Confidence::Likely,
        title,
        if origin.index() == holder.index() { vec![origin.index()] } else { vec![origin.index(), holder.index()] },
    );
    finding.arithmetic = format!(
        "{} of {lasted} = {}; a budget of {allowed} is inferred: {inferred}",
        format_duration(ran),
        share(ran, duration(&holder))
    );
    finding.evidence.clone_from(&cause.evidence);
    let slow = shortened(origin.name(), "it");
    let faster = match facts.role(&origin) {
        Role::Database => format!("Make {slow} faster (its plan, an index)"),
        _ => format!("Make {slow} faster"),
    };
    let limit = shortened(holder.name(), "the span above");
    let raise = if origin.index() == holder.index() {
        format!("or allow it more than {allowed}")
    } else {
        format!("or give {limit} more than {allowed}")
    };
    finding.next(format!("{faster}, {raise} if its caller can wait"))
}

/// Errors that say nothing about themselves.
fn without_type(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let silent = facts.errors.origins().filter(|position| {
        let span = facts.span(*position);
        told(&facts.semantics, &span).text.is_empty()
    });
    let spans: Vec<SpanIndex> = silent.map(|position| facts.span(position).index()).collect();
    let Some(first) = spans.first().map(|span| facts.store().span(*span)) else { return };
    let title = match spans.len() {
        1 => format!("{} failed without saying why", operation(&first)),
        many => format!("{many} spans failed without saying why, {} among them", operation(&first)),
    };
    found.push(
        Finding::new("error-without-type", Severity::Info, Confidence::Certain, title, spans)
            .because("no error.type, no status message, no code and no exception".to_owned(), vec![first.index()])
            .next("Set error.type, and record the exception or a status message"),
    );
}
