//! Budgets checked on a trace, as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire;
use crate::analyze::budget::{Limit, Statement, check_budgets, parse_budgets};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatementObject {
    text: String,
    standing: &'static str,
    unit: &'static str,
    limit: f64,
    spent: f64,
    exclusive_ns: f64,
    inclusive_ns: f64,
    spans: Vec<u32>,
    note: String,
}

#[derive(Serialize)]
struct ErrorObject {
    text: String,
    at: usize,
    message: String,
}

#[derive(Serialize)]
struct BudgetsObject {
    statements: Vec<StatementObject>,
    errors: Vec<ErrorObject>,
}

impl StatementObject {
    fn new(trace: &Trace, statement: Statement) -> StatementObject {
        let (unit, limit, scale) = match statement.budget.limit {
            Limit::Time(ns) => ("ns", ns, 1.0),
            Limit::Timeout(ns) => ("timeout", ns, 1.0),
            // A share is a part of one.
            Limit::Share(share) => ("share", share, 1000.0),
            Limit::Calls(calls) => ("calls", calls, 1.0),
        };
        StatementObject {
            text: statement.budget.text,
            standing: statement.standing.as_str(),
            unit,
            limit: limit as f64 / scale,
            spent: statement.spent as f64 / scale,
            exclusive_ns: statement.exclusive_ns as f64,
            inclusive_ns: statement.inclusive_ns as f64,
            spans: trace.positions(&statement.spans),
            note: statement.note,
        }
    }
}

#[wasm_bindgen]
impl Trace {
    /// Checks budgets: `POST /checkout < 800ms; db <= 30%; calls(db) <= 10`.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory; what is no budget is told beside the others.
    pub fn budgets(&self, text: &str) -> Result<JsValue, JsValue> {
        let mut errors = Vec::new();
        let mut budgets = Vec::new();
        for budget in parse_budgets(text) {
            match budget {
                Ok(budget) => budgets.push(budget),
                Err(error) => errors.push(ErrorObject { text: error.text, at: error.at, message: error.message }),
            }
        }
        let statements = check_budgets(&self.analyses().facts(), &budgets);
        let statements = statements.into_iter().map(|statement| StatementObject::new(self, statement)).collect();
        wire::plain(&BudgetsObject { statements, errors })
    }
}
