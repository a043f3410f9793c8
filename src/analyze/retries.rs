//! Calls that were made again after they had failed.
//!
//! ```text
//!  checkout  |------------------------------|
//!    charge    |--✗                             first try
//!    charge          |--✗                       second try, after a pause
//!    charge                     |----|          made good
//! ```
//! Tries are siblings of one service, name, kind and target, each begun after the one before it had failed, with at most one success, behind
//! them. A call that succeeded before as well is a loop over things rather than a retry, unless a span says how often it was sent before.
//!
//! Linear in the siblings of errors but for a sort.

use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::semantics::{Field, Semantics};
use super::what_if::Change;
use super::words::{count, duration, failure, operation, total};
use crate::sort;
use crate::store::{Span, SpanIndex, Trace};
use crate::time::{format_duration, grouped};

/// Tries of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Those that failed, in order.
    pub tries: Vec<SpanIndex>,
    /// The one behind them that succeeded.
    pub recovered_by: Option<SpanIndex>,
    /// Whether a span says itself that it was sent before.
    pub counted: bool,
}

/// What tells calls to different things apart where the span's name does not.
const TARGET: &[Field] = &[
    Field::UrlFull,
    Field::UrlPath,
    Field::DbStatement,
    Field::RpcMethod,
    Field::MessagingDestination,
    Field::PeerService,
    Field::ServerAddress,
];

/// A sibling that may be a try.
struct Call<'a> {
    span: Span<'a>,
    target: String,
    resent: bool,
    failed: bool,
}

/// The runs of a trace by their first tries.
pub(super) fn runs<'a>(trace: &Trace<'a>, semantics: &Semantics<'a>, is_error: &dyn Fn(usize) -> bool) -> Vec<Run> {
    let store = trace.store();
    let mut failed: Vec<(u32, u32)> = Vec::new();
    for span in trace.spans() {
        if let Some(parent) = span.parent()
            && !span.is_async()
            && is_error(span.position())
        {
            failed.push((parent.0, span.name_id().index() as u32));
        }
    }
    sort::slice(&mut failed, Ord::cmp);
    failed.dedup();
    let mut runs = Vec::new();
    for family in failed.chunk_by(|one, other| one.0 == other.0) {
        let parent = store.span(SpanIndex(family[0].0));
        let alike =
            |span: &Span<'_>| family.binary_search_by_key(&(span.name_id().index() as u32), |(_, name)| *name).is_ok();
        let calls: Vec<Call<'a>> = parent
            .children()
            .filter(|span| !span.is_async() && alike(span))
            .map(|span| Call {
                span,
                target: target(semantics, &span),
                resent: semantics.number(&span, Field::HttpResendCount).is_some_and(|count| count > 0),
                failed: is_error(span.position()),
            })
            .collect();
        let key = |call: &Call<'_>| (call.span.name_id().index(), call.span.service_index(), call.span.kind() as u8);
        let compare =
            |one: &Call<'_>, other: &Call<'_>| key(one).cmp(&key(other)).then_with(|| one.target.cmp(&other.target));
        let calls = sort::items(calls, compare);
        for group in calls.chunk_by(|one, other| compare(one, other).is_eq()) {
            runs_of(group, &mut runs);
        }
    }
    sort::items(runs, |one, other| one.tries[0].cmp(&other.tries[0]))
}

/// The texts that say what a call is made to.
pub(super) fn target<'a>(semantics: &Semantics<'a>, span: &Span<'a>) -> String {
    if !semantics.has_any(span, TARGET) {
        return String::new();
    }
    let texts: Vec<String> = TARGET.iter().map(|field| semantics.text(span, *field).unwrap_or_default()).collect();
    texts.join("\n")
}

/// The runs in calls that are alike, in the order in which they began.
fn runs_of(calls: &[Call<'_>], runs: &mut Vec<Run>) {
    let counted = calls.iter().any(|call| call.resent);
    let succeeded = calls.iter().filter(|call| !call.failed).count();
    let begins_with_failure = calls.first().is_some_and(|call| call.failed);
    if !counted && (succeeded > 1 || !begins_with_failure) {
        return;
    }
    let mut tries: Vec<&Call<'_>> = Vec::new();
    for call in calls {
        // A call that began while the one before it was still running did not wait for its failure.
        let ended = tries.last().and_then(|last| last.span.interval()).map(|(_, end)| end);
        let follows = ended.zip(call.span.start_ns()).is_some_and(|(end, start)| end <= start);
        if call.failed {
            if !follows {
                close(&mut tries, None, runs);
            }
            tries.push(call);
        } else if follows {
            close(&mut tries, Some(call), runs);
        }
    }
    close(&mut tries, None, runs);
}

fn close(tries: &mut Vec<&Call<'_>>, recovered_by: Option<&Call<'_>>, runs: &mut Vec<Run>) {
    if tries.len() + usize::from(recovered_by.is_some()) > 1 {
        runs.push(Run {
            counted: tries.iter().copied().chain(recovered_by).any(|call| call.resent),
            tries: tries.iter().map(|call| call.span.index()).collect(),
            recovered_by: recovered_by.map(|call| call.span.index()),
        });
    }
    tries.clear();
}

/// `retry-recovered`, `retry-storm`.
pub(super) fn detect(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let runs = facts.errors.runs();
    if runs.is_empty() {
        return;
    }
    let mut rest: [Vec<SpanIndex>; 2] = Default::default();
    let mut told = [0; 2];
    for run in runs {
        let recovered = run.recovered_by.is_some();
        if !recovered && run.tries.len() < STORM {
            continue;
        }
        let kind = usize::from(recovered);
        told[kind] += 1;
        if told[kind] > NAMED {
            rest[kind].extend(&run.tries);
        } else {
            found.push(finding(facts, run));
        }
    }
    let [storms, recovered] = rest;
    for (id, spans, how) in [("retry-storm", storms, "in vain"), ("retry-recovered", recovered, "and then succeeded")] {
        if !spans.is_empty() {
            let calls = count(spans.len(), "more call failed", "more calls failed");
            let title = format!("{calls} and {}made again, {how}", if spans.len() == 1 { "was " } else { "were " });
            found.push(
                Finding::new(id, Severity::Warning, Confidence::Likely, title, spans)
                    .next("Begin with those that are named; these are often the same"),
            );
        }
    }
}

/// Failed tries of one call that are worth telling of when none succeeded.
const STORM: usize = 3;
/// Runs of one kind beyond this many are told of together.
const NAMED: usize = 5;

fn finding(facts: &Facts<'_>, run: &Run) -> Finding {
    let store = facts.store();
    let tries: Vec<Span<'_>> = run.tries.iter().map(|span| store.span(*span)).collect();
    let name = operation(&tries[0]);
    let last = run.recovered_by.map(|span| store.span(span));
    let confidence = if run.counted { Confidence::Certain } else { Confidence::Likely };
    let times = match tries.len() {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        many => format!("{} times", grouped(many as u64)),
    };
    let all: Vec<&Span<'_>> = tries.iter().chain(&last).collect();
    let pauses: Vec<u64> = all
        .windows(2)
        .map(|pair| {
            let ended = pair[0].interval().map_or(0, |(_, end)| end);
            pair[1].start_ns().map_or(0, |start| start.saturating_sub(ended))
        })
        .collect();
    let failing = total(tries.iter().map(|span| duration(span)));
    let waiting = total(pauses.iter().copied());
    let wasted = failing.saturating_add(waiting);
    let (id, severity, title, spans) = match &last {
        Some(_) => {
            let title =
                format!("{name} failed {times} and then succeeded, which took {} more", format_duration(wasted));
            ("retry-recovered", Severity::Warning, title, run.tries.clone())
        }
        None => {
            let title = format!("{name} was tried {times} in {}, and failed each time", format_duration(wasted));
            ("retry-storm", Severity::Warning, title, run.tries.clone())
        }
    };
    // Without the first try there would be no answer at all; without the others the same one sooner. What is left begins when the first
    // try did, so that the pauses go as well.
    let needless = if last.is_some() { tries.as_slice() } else { &tries[1..] };
    let mut siblings: Vec<SpanIndex> = all.iter().map(|span| span.index()).collect();
    sort::slice(&mut siblings, Ord::cmp);
    let change =
        Change { shorter: needless.iter().map(|span| (span.index(), u64::MAX)).collect(), together: vec![siblings] };
    let saves = facts.saved_by(tries[0].index(), &change);
    let arithmetic = format!(
        "{} of tries + {} of pauses = {}; without them the request would have ended {} sooner",
        format_duration(failing),
        format_duration(waiting),
        format_duration(wasted),
        format_duration(saves)
    );
    let mut finding = Finding::new(id, severity, confidence, title, spans).saving(saves, arithmetic);
    if run.counted {
        let counted = all.iter().map(|span| span.index()).collect();
        finding = finding.because("the spans say themselves that they were sent again".to_owned(), counted);
    } else {
        let text = format!(
            "{} of one name and target under one parent, each begun after the one before it had ended",
            count(all.len(), "call", "calls")
        );
        finding = finding.because(text, all.iter().map(|span| span.index()).collect());
    }
    if let Some(failure) = tries.last().and_then(failure) {
        finding = finding.because(format!("the failed ones say {failure}"), run.tries.clone());
    }
    let shown: Vec<String> = pauses.iter().take(LISTED).map(|pause| format_duration(*pause)).collect();
    let more = if pauses.len() > LISTED { " …" } else { "" };
    let no_pause = waiting.saturating_mul(10) < failing.max(1) && waiting < 1_000_000 * pauses.len() as u64;
    let between = if no_pause { "no pause between them" } else { "pauses between them" };
    finding = finding.because(format!("{between}: {}{more}", shown.join(", ")), run.tries.clone());
    finding.next(if no_pause && last.is_none() {
        "Wait longer from try to try, with some chance in it, and give up after few: tries without a pause keep the other side down"
    } else {
        "Find out why the first try failed; trying again hides it and costs the time of every try"
    })
}

/// Pauses that are listed.
const LISTED: usize = 8;
