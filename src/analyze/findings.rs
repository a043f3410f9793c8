//! All findings about a trace, the one that matters most first.

use super::facts::Facts;
use super::finding::Finding;
use super::{attribution, causes, clock_skew, instrumentation, patterns, retries, timeouts};

/// What looks for findings, in the order in which equals stand.
const DETECTORS: &[fn(&Facts<'_>, &mut Vec<Finding>)] = &[
    causes::detect,
    attribution::detect,
    patterns::detect,
    instrumentation::detect,
    retries::detect,
    timeouts::detect,
    clock_skew::detect,
];

/// All findings: the most severe first, then the one that would save most, then as the detectors come.
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for detect in DETECTORS {
        detect(facts, &mut found);
    }
    found.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.saves_ns)));
    found
}
