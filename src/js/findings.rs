//! What was found in a trace, as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire;
use crate::analyze::finding::{Evidence, Finding};

#[derive(Serialize)]
struct EvidenceObject<'a> {
    text: &'a str,
    spans: Vec<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingObject<'a> {
    id: &'static str,
    severity: &'static str,
    confidence: &'static str,
    title: &'a str,
    spans: Vec<u32>,
    saves_ns: f64,
    arithmetic: &'a str,
    evidence: Vec<EvidenceObject<'a>>,
    next: &'a str,
}

impl<'a> FindingObject<'a> {
    fn new(trace: &Trace, finding: &'a Finding) -> FindingObject<'a> {
        let evidence =
            |evidence: &'a Evidence| EvidenceObject { text: &evidence.text, spans: trace.positions(&evidence.spans) };
        FindingObject {
            id: finding.id,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            title: &finding.title,
            spans: trace.positions(&finding.spans),
            saves_ns: finding.saves_ns as f64,
            arithmetic: &finding.arithmetic,
            evidence: finding.evidence.iter().map(evidence).collect(),
            next: &finding.next,
        }
    }
}

#[wasm_bindgen]
impl Trace {
    /// What was found in it, the most important first.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn findings(&self) -> Result<JsValue, JsValue> {
        let findings = self.analyses().findings();
        wire::plain(&findings.iter().map(|finding| FindingObject::new(self, finding)).collect::<Vec<_>>())
    }
}
