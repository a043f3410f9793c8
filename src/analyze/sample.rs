//! What a trace's own words say about how it was sampled: how many requests it stands for, and what contradicts that.
//!
//! Linear; a trace state is decoded once for every run of spans that have the same one.
//! (OpenTelemetry: probability sampling, `ot=th`; W3C Trace Context, the flags.)

use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::watch::Watch;
use super::words::{count, operation};
use crate::context::{Sampling, TraceFlags, TraceState};
use crate::store::{Span, SpanIndex};
use crate::time::grouped;

/// Spans that a finding lists.
const LISTED: usize = 100;

/// `sampled-away`, `biased-sample`.
#[derive(Default)]
pub(super) struct Sampled {
    /// The trace state that was decoded last, and what it says.
    before: Option<(String, Option<Sampling>)>,
    /// What the request stands for.
    stands: Option<(f64, SpanIndex)>,
    /// A span that stands for another number.
    other: Option<(f64, SpanIndex)>,
    contradicting: Vec<SpanIndex>,
    /// Spans with a trace state.
    states: usize,
    /// Whether a span says that it was sampled.
    any_sampled: bool,
    /// How many say that they were not, and the first of them.
    unsampled: (usize, Vec<SpanIndex>),
}

impl Watch for Sampled {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        let flags = span.flags();
        if flags & 1 == 1 {
            self.any_sampled = true;
        } else if flags != 0 {
            // Flags of nothing at all are flags that the format does not have.
            self.unsampled.0 += 1;
            if self.unsampled.1.len() < LISTED {
                self.unsampled.1.push(span.index());
            }
        }
        let state = span.trace_state();
        if state.is_empty() {
            return;
        }
        self.states += 1;
        if self.before.as_ref().is_none_or(|(text, _)| *text != state) {
            let parsed = state.parse::<TraceState>().ok();
            // What was recorded was sampled, whatever the flags of an export say.
            let decoded =
                parsed.and_then(|parsed| Sampling::decode(&parsed, facts.trace.id().parse().ok(), TraceFlags::SAMPLED));
            self.before = Some((state, decoded));
        }
        let Some(sampling) = self.before.as_ref().and_then(|(_, sampling)| sampling.as_ref()) else { return };
        if sampling.consistent == Some(false) && self.contradicting.len() < LISTED {
            self.contradicting.push(span.index());
        }
        if let Some(count) = sampling.adjusted_count.filter(|_| sampling.consistent != Some(false)) {
            match self.stands {
                None => self.stands = Some((count, span.index())),
                Some((first, _)) if first != count => self.other = self.other.or(Some((count, span.index()))),
                Some(_) => {}
            }
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        told(facts, std::mem::take(self), found);
        true
    }
}

fn told(facts: &Facts<'_>, sampled: Sampled, found: &mut Vec<Finding>) {
    let Sampled { stands, other, contradicting, states, any_sampled, unsampled, .. } = sampled;
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
    if any_sampled {
        not_sampled(facts, unsampled, found);
    }
}

/// Spans whose flags say that they were not sampled, in a trace in which others say that they were.
fn not_sampled(facts: &Facts<'_>, (all, spans): (usize, Vec<SpanIndex>), found: &mut Vec<Finding>) {
    let Some(first) = spans.first() else { return };
    let name = operation(&facts.store().span(*first));
    let title = match all {
        1 => format!("{name} was not sampled by its flags, though others of its trace were"),
        many => format!(
            "{} were not sampled by their flags, {name} among them, though others were",
            count(many, "span", "spans")
        ),
    };
    found.push(
        Finding::new("biased-sample", Severity::Info, Confidence::Likely, title, spans)
            .next("Services below them may have recorded nothing: find out who decides anew within the trace"),
    );
}

/// A count in words, rounded; it is at least 1.
fn whole(number: f64) -> String {
    grouped((number + 0.5) as u64)
}
