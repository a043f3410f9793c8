//! What was found in a trace, as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire;
use crate::analyze::advice::Action;
use crate::analyze::finding::{Evidence, Finding};

#[derive(Serialize)]
pub(super) struct EvidenceObject<'a> {
    text: &'a str,
    spans: Vec<u32>,
}

impl<'a> EvidenceObject<'a> {
    pub(super) fn all(trace: &Trace, evidence: &'a [Evidence]) -> Vec<EvidenceObject<'a>> {
        let object =
            |evidence: &'a Evidence| EvidenceObject { text: &evidence.text, spans: trace.positions(&evidence.spans) };
        evidence.iter().map(object).collect()
    }
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

#[derive(Serialize)]
struct ActionObject<'a> {
    text: &'a str,
    why: &'a str,
    spans: Vec<u32>,
}

#[derive(Serialize)]
struct AdviceObject<'a> {
    now: Vec<ActionObject<'a>>,
    later: Option<ActionObject<'a>>,
    runbook: &'a [String],
    query: &'a str,
}

impl<'a> ActionObject<'a> {
    fn new(trace: &Trace, action: &'a Action) -> ActionObject<'a> {
        ActionObject { text: &action.text, why: &action.why, spans: trace.positions(&action.spans) }
    }
}

impl<'a> FindingObject<'a> {
    fn new(trace: &Trace, finding: &'a Finding) -> FindingObject<'a> {
        FindingObject {
            id: finding.id,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            title: &finding.title,
            spans: trace.positions(&finding.spans),
            saves_ns: finding.saves_ns as f64,
            arithmetic: &finding.arithmetic,
            evidence: EvidenceObject::all(trace, &finding.evidence),
            next: &finding.next,
        }
    }
}

#[wasm_bindgen]
impl Trace {
    /// Two things to do now, one for later, and a runbook.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn advice(&self) -> Result<JsValue, JsValue> {
        let advice = self.analyses().advice();
        let action = |action| ActionObject::new(self, action);
        wire::plain(&AdviceObject {
            now: advice.now.iter().map(action).collect(),
            later: advice.later.as_ref().map(action),
            runbook: &advice.runbook,
            query: &advice.query,
        })
    }

    /// The trace as Markdown, ready for a ticket.
    pub fn markdown(&self) -> String {
        self.analyses().markdown().to_owned()
    }

    /// What was found in it, the most important first.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn findings(&self) -> Result<JsValue, JsValue> {
        let findings = self.analyses().findings();
        wire::plain(&findings.iter().map(|finding| FindingObject::new(self, finding)).collect::<Vec<_>>())
    }
}
