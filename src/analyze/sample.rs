//! What a trace's own words say about how it was sampled: how many requests it stands for, and what contradicts that.
//!
//! Linear; a trace state is decoded once for every run of spans that have the same one.
//! (OpenTelemetry: probability sampling, `ot=th`; W3C Trace Context, the flags.)

use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::words::{count, operation};
use crate::context::{Sampling, TraceFlags, TraceState};
use crate::store::SpanIndex;
use crate::time::grouped;

/// Spans that a finding lists.
const LISTED: usize = 100;

/// `sampled-away`, `biased-sample`.
pub(super) fn detect(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let trace_id = facts.trace.id().parse().ok();
    let mut before: Option<(String, Option<Sampling>)> = None;
    // What the request stands for, and spans that stand for another number.
    let mut stands: Option<(f64, SpanIndex)> = None;
    let mut other: Option<(f64, SpanIndex)> = None;
    let mut contradicting: Vec<SpanIndex> = Vec::new();
    let mut states = 0_usize;
    for span in facts.trace.spans() {
        let state = span.trace_state();
        if state.is_empty() {
            continue;
        }
        states += 1;
        if before.as_ref().is_none_or(|(text, _)| *text != state) {
            let parsed = state.parse::<TraceState>().ok();
            // What was recorded was sampled, whatever the flags of an export say.
            let sampling = parsed.and_then(|parsed| Sampling::decode(&parsed, trace_id, TraceFlags::SAMPLED));
            before = Some((state, sampling));
        }
        let Some(sampling) = before.as_ref().and_then(|(_, sampling)| sampling.as_ref()) else { continue };
        if sampling.consistent == Some(false) && contradicting.len() < LISTED {
            contradicting.push(span.index());
        }
        if let Some(count) = sampling.adjusted_count.filter(|_| sampling.consistent != Some(false)) {
            match stands {
                None => stands = Some((count, span.index())),
                Some((first, _)) if first != count => other = other.or(Some((count, span.index()))),
                Some(_) => {}
            }
        }
    }
    if let Some((number, span)) = stands.filter(|(number, _)| *number >= 1.5) {
        let number = whole(number);
        let title = format!("This trace stands for {number} requests: 1 of {number} was kept");
        found.push(
            Finding::new("sampled-away", Severity::Info, Confidence::Certain, title, vec![span])
                .because(format!("{} carry a trace state, and its threshold says so", count(states, "span", "spans")), vec![span])
                .next(format!(
                    "Multiply counts by {number}; what happens to fewer requests than that may not be among the kept ones"
                )),
        );
    }
    let store = facts.store();
    if let Some(((one, first), (another, second))) = stands.zip(other) {
        let title = format!(
            "Parts of the trace were sampled differently: {} stands for {}, {} for {}",
            operation(&store.span(first)),
            whole(one),
            operation(&store.span(second)),
            whole(another)
        );
        found.push(
            Finding::new("biased-sample", Severity::Warning, Confidence::Certain, title, vec![second, first])
                .next("Counts of these spans need weights of their own; parts of other traces may be missing where fewer are kept"),
        );
    }
    if let Some(first) = contradicting.first().copied() {
        let title = format!(
            "The trace was kept although its threshold says to drop it, as {} shows",
            operation(&store.span(first))
        );
        found.push(
            Finding::new("biased-sample", Severity::Warning, Confidence::Certain, title, contradicting)
                .because("its random number is below the threshold".to_owned(), vec![first])
                .next("Do not count with the threshold: something else decided, as a rule that keeps errors does"),
        );
    }
    unsampled(facts, found);
}

/// Spans whose flags say that they were not sampled, in a trace in which others say that they were.
fn unsampled(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let sampled = |flags: u32| flags & 1 == 1;
    if !facts.trace.spans().any(|span| sampled(span.flags())) {
        return;
    }
    let spans: Vec<SpanIndex> = facts
        .trace
        .spans()
        // Flags of nothing at all are flags that the format does not have.
        .filter(|span| span.flags() != 0 && !sampled(span.flags()))
        .map(|span| span.index())
        .collect();
    let Some(first) = spans.first() else { return };
    let name = operation(&facts.store().span(*first));
    let title = match spans.len() {
        1 => format!("{name} was not sampled by its flags, though others of its trace were"),
        many => format!(
            "{} were not sampled by their flags, {name} among them, though others were",
            count(many, "span", "spans")
        ),
    };
    found.push(
        Finding::new(
            "biased-sample",
            Severity::Info,
            Confidence::Likely,
            title,
            spans.into_iter().take(LISTED).collect(),
        )
        .next("Services below them may have recorded nothing: find out who decides anew within the trace"),
    );
}

/// A count in words, rounded; it is at least 1.
fn whole(number: f64) -> String {
    grouped((number + 0.5) as u64)
}
