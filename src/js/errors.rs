//! Errors worked out, as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::findings::EvidenceObject;
use super::trace::Trace;
use super::wire;
use crate::analyze::causes::RootCause;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RootCauseObject<'a> {
    origin: u32,
    silent: bool,
    chain: Vec<u32>,
    cause: &'static str,
    confidence: &'static str,
    inferred_budget_ns: Option<f64>,
    budget_of: Option<u32>,
    impact: &'static str,
    handled_by: Option<u32>,
    says: &'a str,
    tries: Vec<u32>,
    evidence: Vec<EvidenceObject<'a>>,
}

impl<'a> RootCauseObject<'a> {
    fn new(trace: &Trace, cause: &'a RootCause) -> RootCauseObject<'a> {
        RootCauseObject {
            origin: trace.position(cause.origin),
            silent: cause.silent,
            chain: trace.positions(&cause.chain),
            cause: cause.cause.as_str(),
            confidence: cause.confidence.as_str(),
            inferred_budget_ns: cause.budget.map(|budget| budget.ns as f64),
            budget_of: cause.budget.map(|budget| trace.position(budget.holder)),
            impact: cause.impact.as_str(),
            handled_by: cause.handled_by.map(|span| trace.position(span)),
            says: &cause.says,
            tries: trace.positions(&cause.tries),
            evidence: EvidenceObject::all(trace, &cause.evidence),
        }
    }
}

#[wasm_bindgen]
impl Trace {
    /// Where its errors began and how far they went, the most important first.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn errors(&self) -> Result<JsValue, JsValue> {
        let causes = self.analyses().root_causes();
        wire::plain(&causes.worked_out.iter().map(|cause| RootCauseObject::new(self, cause)).collect::<Vec<_>>())
    }

    /// Whether the top that it is spoken of by ended with an error.
    pub fn failed(&self) -> bool {
        self.analyses().errors().is_error(self.main_top() as usize)
    }
}
