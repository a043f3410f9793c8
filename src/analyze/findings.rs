//! All findings about a trace, the one that matters most first.

use super::facts::Facts;
use super::finding::Finding;

/// What looks for findings, in the order in which equals stand.
const DETECTORS: &[fn(&Facts<'_>, &mut Vec<Finding>)] = &[];

/// All findings: the most severe first, then the one that would save most, then as the detectors come.
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for detect in DETECTORS {
        detect(facts, &mut found);
    }
    found.sort_by(|one, other| (other.severity, other.saves_ns).cmp(&(one.severity, one.saves_ns)));
    found
}
