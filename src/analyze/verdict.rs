//! Where the time went, in one to three sentences.
//!
//! ```text
//!  SELECT stock in inventory took 499 ms, 40 % of the request, and failed: deadline_exceeded.      the largest part
//!  That is where the error began; 3 spans above passed it on.                                      where errors began, or a caveat
//!  Next: POST /v1/authorize in payments, 268 ms (22 %); the rest, 473 ms (38 %), is in 11 other spans.
//! ```
//! All figures are parts of the critical path of the main top and add up to its duration. Spans of one service and name count together: twelve
//! queries of 30 ms are one part of 360 ms. Nothing is said that span times and status do not show; of causes only that
//! a span's time was up while another one below it ran.
//!
//! Linear but for a sort of the parts.

use std::collections::HashMap;

use super::bottleneck::{OperationPart, path_by_operation};
use super::causes::{Cause, Impact};
use super::critical_path::critical_paths;
use super::errors::Errors;
use super::facts::Facts;
use super::self_time::self_times;
use super::semantics::{Names, Semantics};
use super::summary::main_top;
use super::words::{count, duration, failure, share, shortened};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind, Store, Top, Trace};
use crate::strings::StringId;
use crate::time::{format_duration, grouped};

/// A piece of the text, with the spans it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictPart {
    /// Some words; all pieces joined are the text.
    pub text: String,
    /// None for words between.
    pub spans: Vec<SpanIndex>,
}

/// Parts below this share, one in twenty, are not named.
const WORTH_NAMING: u64 = 20;
/// Parts named behind the largest one.
const NAMED: usize = 2;
/// Below this share, one in ten, not even the largest part stands out.
const STANDS_OUT: u64 = 10;

/// Where the time of a trace went, as text.
pub fn verdict(trace: &Trace<'_>) -> String {
    let (paths, self_times) = (critical_paths(trace), self_times(trace));
    verdict_parts(&Facts::new(*trace, &paths, &self_times)).into_iter().map(|part| part.text).collect()
}

/// The same in pieces.
pub fn verdict_parts(facts: &Facts<'_>) -> Vec<VerdictPart> {
    let Facts { trace, top, errors, .. } = facts;
    let top = *top;
    let cut_off = cut_off(facts);
    let origins: Vec<SpanIndex> = errors.origins().filter_map(|position| Some(trace.span(position)?.index())).collect();
    let mut said = false;
    let mut text = Text::default();
    let parts = facts.operations();
    match parts.split_first() {
        None => no_time(&mut text, trace, &top),
        Some((first, others)) => {
            let whole = parts.iter().map(|part| part.ns).sum();
            let request = Request { top, whole };
            largest(&mut text, trace.store(), &request, errors, first, cut_off.as_ref());
            said = first.spans == origins;
            // Of a lone span that failed there is no more to say.
            if said && first.spans != [top.index()] {
                text.say(" That is where ");
                text.link("the error", &origins);
                text.say(" began");
                how_far_errors_went(&mut text, errors, &top);
            }
            behind_it(&mut text, trace.store(), &request, others);
        }
    }
    if !origins.is_empty() && !said {
        where_errors_began(&mut text, trace, &origins);
        how_far_errors_went(&mut text, errors, &top);
    } else if origins.is_empty() {
        caveat(&mut text, trace, &top);
    }
    text.parts
}

/// The span that ran when the request's time was up, and whose time that was.
struct CutOff {
    span: SpanIndex,
    holder: SpanIndex,
    /// Nanoseconds, as far as the holder's duration tells.
    budget_ns: u64,
}

/// What used up the time of a request that failed for want of it.
fn cut_off(facts: &Facts<'_>) -> Option<CutOff> {
    if facts.errors.counts().0 == 0 {
        return None;
    }
    let cause = facts.causes().worked_out.iter().find(|cause| cause.impact == Impact::Failed)?;
    let budget = cause.budget.filter(|_| cause.cause == Cause::TimeoutBudget)?;
    (budget.holder != cause.origin).then_some(CutOff {
        span: cause.origin,
        holder: budget.holder,
        budget_ns: budget.ns,
    })
}

/// What the shares are shares of.
struct Request<'a> {
    top: Span<'a>,
    whole: u64,
}

impl Request<'_> {
    fn noun(&self) -> &'static str {
        match self.top.kind() {
            SpanKind::Server | SpanKind::Client | SpanKind::Unspecified => "request",
            SpanKind::Internal | SpanKind::Producer | SpanKind::Consumer => "whole",
        }
    }

    fn share(&self, ns: u64) -> String {
        share(ns, self.whole)
    }
}

/// Collects pieces.
#[derive(Default)]
struct Text {
    parts: Vec<VerdictPart>,
}

impl Text {
    /// Words between.
    fn say(&mut self, words: &str) {
        match self.parts.last_mut() {
            Some(last) if last.spans.is_empty() => last.text.push_str(words),
            _ => self.parts.push(VerdictPart { text: words.to_owned(), spans: Vec::new() }),
        }
    }

    /// Words about spans.
    fn link(&mut self, words: impl Into<String>, spans: &[SpanIndex]) {
        self.parts.push(VerdictPart { text: words.into(), spans: spans.to_vec() });
    }

    /// An operation and its service.
    fn operation(&mut self, store: &Store, spans: &[SpanIndex]) {
        let Some(span) = spans.first().map(|index| store.span(*index)) else { return };
        self.link(shortened(span.name(), "a span without a name"), spans);
        if !span.service().is_empty() {
            self.say(&format!(" in {}", shortened(span.service(), "")));
        }
    }
}

fn no_time(text: &mut Text, trace: &Trace<'_>, top: &Span<'_>) {
    if trace.start_ns().is_none() {
        text.say("The spans have no times, so where the time went cannot be said.");
        return;
    }
    text.operation(trace.store(), &[top.index()]);
    text.say(if top.start_ns().is_none() {
        " has no time, so where its time went cannot be said."
    } else {
        " takes no time."
    });
}

fn largest(
    text: &mut Text,
    store: &Store,
    request: &Request<'_>,
    errors: &Errors,
    part: &OperationPart,
    cut_off: Option<&CutOff>,
) {
    let Request { top, whole } = request;
    let (share, noun) = (request.share(part.ns), request.noun());
    let took = format_duration(part.ns);
    if part.spans.len() > 1 {
        let stands_out = part.ns.saturating_mul(STANDS_OUT) >= *whole;
        let together = if stands_out { "" } else { "No operation stands out. The largest part: " };
        text.say(together);
        text.link(format!("{} spans", grouped(part.spans.len() as u64)), &part.spans);
        text.say(" ");
        text.operation(store, &part.spans);
        text.say(if run_in_turn(store, &part.spans) { ", one after the other, took " } else { " together took " });
        text.link(format!("{took}, {share} of the {noun}"), &part.spans);
        text.say(".");
        return;
    }
    let span = store.span(part.spans[0]);
    if part.ns < whole / STANDS_OUT {
        text.say("No span stands out. The largest part: ");
    }
    text.operation(store, &part.spans);
    let duration = duration(&span);
    let has_children = span.children().next().is_some();
    if span.index() == top.index() && !has_children {
        let failed = errors.is_error(span.position());
        text.say(if failed {
            " is the only span of its tree, took "
        } else {
            " is the only span of its tree and took "
        });
        text.link(took, &part.spans);
        let failed = match failure(&span) {
            Some(failure) if failed => format!(" and failed ({failure})"),
            _ if failed => " and failed".to_owned(),
            _ => String::new(),
        };
        text.say(&format!("{failed}; what happened within was not recorded."));
        return;
    } else if has_children {
        text.say(" spent ");
        text.link(format!("{took} in itself, {share} of the {noun}"), &part.spans);
        text.say(", where none of its child spans held it up");
    } else if (duration - part.ns) >= duration / WORTH_NAMING {
        text.say(" held the rest up for ");
        text.link(format!("{took}, {share} of the {noun}"), &part.spans);
        text.say(&format!(", of the {} it took", format_duration(duration)));
    } else {
        text.say(" took ");
        text.link(format!("{took}, {share} of the {noun}"), &part.spans);
    }
    if let Some(cut_off) = cut_off.filter(|cut_off| cut_off.span == span.index()) {
        // Whether it would have failed by itself nobody knows.
        let holder = store.span(cut_off.holder);
        text.say(", and was cut off: the time of ");
        text.link(shortened(holder.name(), "the span above it"), &[cut_off.holder]);
        text.say(&format!(" was up, {} as far as its duration tells.", format_duration(cut_off.budget_ns)));
    } else if errors.is_error(span.position()) && !has_children {
        match failure(&span) {
            Some(failure) => text.say(&format!(", and failed: {failure}.")),
            None => text.say(", and failed."),
        }
    } else {
        text.say(".");
    }
}

/// Whether the spans are children of one parent and none starts before another one has ended.
fn run_in_turn(store: &Store, spans: &[SpanIndex]) -> bool {
    let mut spans: Vec<u32> = spans.iter().map(|span| span.0).collect();
    // Siblings come by start in tree order.
    sort::numbers(&mut spans, &mut |one, other| one.cmp(&other));
    spans.windows(2).all(|pair| {
        let (one, next) = (store.span(SpanIndex(pair[0])), store.span(SpanIndex(pair[1])));
        one.parent() == next.parent() && one.interval().zip(next.interval()).is_some_and(|(one, next)| one.1 <= next.0)
    })
}

fn behind_it(text: &mut Text, store: &Store, request: &Request<'_>, others: &[OperationPart]) {
    let worth = |part: &&OperationPart| part.ns >= request.whole / WORTH_NAMING && part.ns > 0;
    let named = others.iter().take(NAMED).take_while(worth).count();
    let (named, rest) = others.split_at(named);
    for (index, part) in named.iter().enumerate() {
        text.say(if index == 0 { " Next: " } else { "; then " });
        if part.spans.len() > 1 {
            text.link(format!("{} spans", grouped(part.spans.len() as u64)), &part.spans);
            text.say(" ");
        }
        text.operation(store, &part.spans);
        let itself = part.spans.iter().any(|span| store.span(*span).children().next().is_some());
        let itself = if itself { " in itself" } else { "" };
        text.say(&format!(", {}{itself} ({})", format_duration(part.ns), request.share(part.ns)));
    }
    let left: u64 = rest.iter().map(|part| part.ns).sum();
    if left > 0 {
        let spans: Vec<SpanIndex> = rest.iter().flat_map(|part| part.spans.iter().copied()).collect();
        text.say(if named.is_empty() { " The rest, " } else { "; the rest, " });
        text.say(&format!("{} ({}), is in ", format_duration(left), request.share(left)));
        text.link(count(spans.len(), "other span", "other spans"), &spans);
    }
    if left > 0 || !named.is_empty() {
        text.say(".");
    }
}

fn where_errors_began(text: &mut Text, trace: &Trace<'_>, origins: &[SpanIndex]) {
    // The deepest, of those the first.
    let Some(deepest) = origins.iter().rev().map(|span| trace.store().span(*span)).max_by_key(Span::depth) else {
        return;
    };
    text.say(" ");
    if origins.len() == 1 {
        text.link("The error", origins);
        text.say(" began in ");
    } else {
        text.link(format!("{} errors", grouped(origins.len() as u64)), origins);
        text.say(" began, the deepest in ");
    }
    text.operation(trace.store(), &[deepest.index()]);
    if let Some(failure) = failure(&deepest) {
        text.say(&format!(" ({failure})"));
    }
}

/// Ends the sentence that says where errors began.
fn how_far_errors_went(text: &mut Text, errors: &Errors, top: &Span<'_>) {
    let (begun, above) = errors.counts();
    let (it, none) = if begun == 1 { ("it", "it did not reach") } else { ("one", "none reached") };
    if above > 0 {
        text.say(&format!("; {} above passed {it} on", count(above, "span", "spans")));
    }
    if !errors.is_error(top.position()) {
        text.say(&format!("; {none} "));
        text.link(shortened(top.name(), "the root"), &[top.index()]);
    }
    text.say(".");
}

/// The one thing to know about the trace before believing the rest.
fn caveat(text: &mut Text, trace: &Trace<'_>, top: &Span<'_>) {
    let others: Vec<Span<'_>> = trace.tops().filter(|other| other.index() != top.index()).collect();
    let orphans: Vec<SpanIndex> =
        trace.tops().filter(|other| other.top() == Some(Top::Orphan)).map(|other| other.index()).collect();
    let timeless: Vec<SpanIndex> =
        trace.spans().filter(|span| span.start_ns().is_none()).map(|span| span.index()).collect();
    if !orphans.is_empty() {
        text.say(" ");
        text.link(count(orphans.len(), "span", "spans"), &orphans);
        text.say(if orphans.len() == 1 { " names a parent" } else { " name parents" });
        text.say(" that the input does not have, so a part may be missing.");
    } else if trace.start_ns().is_none() {
        // Without times nothing is beside anything.
    } else if let [other] = others.as_slice() {
        beside(text, trace.store(), top, other);
    } else if !others.is_empty() {
        let all: Vec<SpanIndex> = others.iter().map(Span::index).collect();
        text.say(" Beside it the trace has ");
        text.link(format!("{} more roots", grouped(all.len() as u64)), &all);
        text.say(", whose time is not counted here.");
    } else if !timeless.is_empty() {
        text.say(" ");
        text.link(count(timeless.len(), "span", "spans"), &timeless);
        text.say(if timeless.len() == 1 { " has no time and is" } else { " have no times and are" });
        text.say(" not counted.");
    } else if let Some(late) = trace.spans().filter(|span| span.is_async()).max_by_key(|span| duration(span)) {
        beside(text, trace.store(), top, &late);
    }
}

/// Work that does not hold up the main top.
fn beside(text: &mut Text, store: &Store, top: &Span<'_>, other: &Span<'_>) {
    text.say(" Beside it ");
    text.operation(store, &[other.index()]);
    text.say(&format!(" took {}", format_duration(duration(other))));
    if let Some((_, end)) = top.interval()
        && let Some((_, late)) = other.interval()
        && late > end
    {
        text.say(&format!(", until {} after its end", format_duration(late - end)));
    }
    text.say(", and held nothing up.");
}

/// What the traces of a store have in common, as text; of a single trace its own verdict.
pub fn verdict_of_all(store: &Store) -> String {
    let mut traces = store.traces();
    match (traces.next(), traces.next()) {
        (Some(only), None) => verdict(&only),
        _ => in_common(store),
    }
}

/// An operation that is the largest part in some traces.
#[derive(Default)]
struct Leader {
    traces: u64,
    ns: Range,
    /// In hundredths of a percent, for comparing.
    share: Range,
    sum: u128,
}

/// The least and the greatest of some numbers.
#[derive(Clone, Copy)]
struct Range {
    least: u64,
    greatest: u64,
}

impl Default for Range {
    fn default() -> Range {
        Range { least: u64::MAX, greatest: 0 }
    }
}

impl Range {
    fn add(&mut self, number: u64) {
        self.least = self.least.min(number);
        self.greatest = self.greatest.max(number);
    }

    /// One text where both ends read alike, otherwise both.
    fn text(self, show: impl Fn(u64) -> String) -> String {
        let (least, greatest) = (show(self.least), show(self.greatest));
        if least == greatest { least } else { format!("{least} to {greatest}") }
    }

    fn is_one(self, show: impl Fn(u64) -> String) -> bool {
        show(self.least) == show(self.greatest)
    }
}

fn in_common(store: &Store) -> String {
    let mut durations = Range::default();
    let mut leaders: HashMap<(usize, StringId), Leader> = HashMap::new();
    let mut order: Vec<(usize, StringId)> = Vec::new();
    let (mut timed, mut failed) = (0_usize, 0_usize);
    let semantics = Semantics::new(store, Names::new(store));
    for trace in store.traces() {
        failed += usize::from(Errors::with(&trace, &semantics).counts() != (0, 0));
        let paths = critical_paths(&trace);
        let path = paths.of_top(main_top(&trace).index());
        let parts = path.map(|path| path_by_operation(store, &path)).unwrap_or_default();
        let Some(first) = parts.first() else { continue };
        timed += 1;
        let whole: u64 = parts.iter().map(|part| part.ns).sum();
        durations.add(whole);
        let key = (first.service, first.name);
        let leader = leaders.entry(key).or_insert_with(|| {
            order.push(key);
            Leader::default()
        });
        leader.traces += 1;
        leader.sum += u128::from(first.ns);
        leader.ns.add(first.ns);
        leader.share.add((u128::from(first.ns) * 10_000 / u128::from(whole)) as u64);
    }
    let all = store.trace_count();
    let mut text = count(all, "trace", "traces");
    if timed == 0 {
        text.push_str(", none with times.");
        return text;
    }
    let each = if durations.is_one(format_duration) { " each" } else { "" };
    text.push_str(&format!(", {}{each}", durations.text(format_duration)));
    // Of equals the one that takes longest, then the one that was met first.
    let key = order.iter().rev().max_by_key(|key| (leaders[*key].traces, leaders[*key].sum));
    if let Some(key) = key {
        let leader = &leaders[key];
        let name = shortened(store.string(key.1), "a span without a name");
        let service = store.services().nth(key.0).unwrap_or_default();
        let place = if service.is_empty() { String::new() } else { format!(" in {}", shortened(service, "")) };
        let percent = |hundredths: u64| share(hundredths, 10_000);
        let takes = format!(
            "{name}{place} takes {}, {} of the request",
            leader.ns.text(format_duration),
            leader.share.text(percent)
        );
        if leader.traces as usize == all {
            text.push_str(&format!("; in all of them {takes}."));
        } else if leader.traces > 1 {
            let of = grouped(leader.traces);
            text.push_str(&format!("; in {of} of them {takes}, more than anything else."));
        } else {
            text.push_str("; in each of them something else takes most of the time.");
        }
    }
    if failed > 0 {
        let which = if failed == all { "All".to_owned() } else { format!("{} of them", grouped(failed as u64)) };
        text.push_str(&format!(" {which} {} errors.", if failed == 1 { "has" } else { "have" }));
    }
    text
}
