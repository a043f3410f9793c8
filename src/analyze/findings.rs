//! All findings about a trace, the one that matters most first.

use std::cmp::Reverse;
use std::fmt;

use super::facts::Facts;
use super::finding::Finding;
use super::watch::Watch;
use super::{
    async_paths, attribution, broken, causes, clock_skew, instrumentation, patterns, retries, sample, timeouts,
};
use crate::sort;

/// What looks for findings.
enum Detector {
    /// Knows where to look.
    Once(fn(&Facts<'_>, &mut Vec<Finding>)),
    /// Looks at every span.
    Watching(Box<dyn Watch>),
}

/// All that look for findings, in the order in which equals stand.
fn detectors() -> Vec<Detector> {
    use Detector::{Once, Watching};
    vec![
        Once(causes::detect),
        Once(attribution::slowest_hop),
        Once(attribution::owning_service),
        Watching(Box::<attribution::Network>::default()),
        Watching(Box::<attribution::Connections>::default()),
        Once(attribution::in_no_span),
        Watching(Box::<patterns::Patterns>::default()),
        Watching(Box::<instrumentation::Generic>::default()),
        Watching(Box::<instrumentation::Noisy>::default()),
        Watching(Box::<instrumentation::ValueNames>::default()),
        Watching(Box::<instrumentation::OldNames>::default()),
        Watching(Box::<instrumentation::Unlogged>::default()),
        Watching(Box::<instrumentation::Nameless>::default()),
        Once(retries::detect),
        Watching(Box::<timeouts::LateChildren>::default()),
        Watching(Box::<timeouts::Nesting>::default()),
        Once(clock_skew::detect),
        Watching(Box::<async_paths::AsyncWork>::default()),
        Once(broken::orphans),
        Watching(Box::<broken::Severed>::default()),
        Watching(Box::<sample::Sampled>::default()),
    ]
}

/// Findings that say why a request failed, the one that explains most first.
pub(super) const FAILURES: [&str; 2] = ["timeout-budget", "error-origin"];

/// All findings: the most severe first; of these what made the request fail, then the one that would save most, then as the detectors come.
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut looking = Looking::default();
    while !looking.step(facts, usize::MAX) {}
    looking.into_findings()
}

/// Findings that are being looked for, a little at a time.
pub struct Looking {
    detectors: Vec<Detector>,
    /// Spans that were looked at.
    seen: usize,
    /// Detectors that have told all.
    told: usize,
    found: Vec<Finding>,
}

impl Default for Looking {
    fn default() -> Looking {
        Looking { detectors: detectors(), seen: 0, told: 0, found: Vec::new() }
    }
}

impl fmt::Debug for Looking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Looking").field("seen", &self.seen).field("told", &self.told).finish_non_exhaustive()
    }
}

impl Looking {
    /// Looks at up to so many spans, or, behind the last one, lets the next detector tell; whether all is told. The facts are each time
    /// those of the same trace.
    pub fn step(&mut self, facts: &Facts<'_>, spans: usize) -> bool {
        let end = facts.trace.span_count().min(self.seen.saturating_add(spans));
        if self.seen < end {
            for position in self.seen..end {
                let span = facts.span(position);
                for detector in &mut self.detectors {
                    if let Detector::Watching(watch) = detector {
                        watch.see(facts, &span);
                    }
                }
            }
            self.seen = end;
            return false;
        }
        let all = match self.detectors.get_mut(self.told) {
            None => return true,
            Some(Detector::Once(detect)) => {
                detect(facts, &mut self.found);
                true
            }
            Some(Detector::Watching(watch)) => watch.tell(facts, &mut self.found),
        };
        self.told += usize::from(all);
        self.told == self.detectors.len()
    }

    /// What was found.
    pub fn into_findings(mut self) -> Vec<Finding> {
        for finding in &mut self.found {
            let end = finding.next.trim_end_matches('.').len();
            finding.next.truncate(end);
        }
        let place = |finding: &Finding| FAILURES.iter().position(|id| *id == finding.id).unwrap_or(FAILURES.len());
        let key = |finding: &Finding| (Reverse(finding.severity), place(finding), Reverse(finding.saves_ns));
        sort::slice(&mut self.found, |one, other| key(one).cmp(&key(other)));
        self.found
    }
}
