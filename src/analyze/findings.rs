//! All findings about a trace, the one that matters most first.

use std::cmp::Reverse;

use super::facts::Facts;
use super::finding::Finding;
use super::{
    async_paths, attribution, broken, causes, clock_skew, instrumentation, patterns, retries, sample, timeouts,
};
use crate::sort;

/// What looks for findings, in the order in which equals stand.
const DETECTORS: &[fn(&Facts<'_>, &mut Vec<Finding>)] = &[
    causes::detect,
    attribution::detect,
    patterns::detect,
    instrumentation::detect,
    retries::detect,
    timeouts::detect,
    clock_skew::detect,
    async_paths::detect,
    broken::detect,
    sample::detect,
];

/// Findings that say why a request failed, the one that explains most first.
pub(super) const FAILURES: [&str; 2] = ["timeout-budget", "error-origin"];

/// All findings: the most severe first; of these what made the request fail, then the one that would save most, then as the detectors come.
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for detect in DETECTORS {
        detect(facts, &mut found);
    }
    for finding in &mut found {
        let end = finding.next.trim_end_matches('.').len();
        finding.next.truncate(end);
    }
    let place = |finding: &Finding| FAILURES.iter().position(|id| *id == finding.id).unwrap_or(FAILURES.len());
    let key = |finding: &Finding| (Reverse(finding.severity), place(finding), Reverse(finding.saves_ns));
    sort::slice(&mut found, |one, other| key(one).cmp(&key(other)));
    found
}
