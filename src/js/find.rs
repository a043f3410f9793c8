//! Finding spans by a query.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire;
use crate::analyze::search::Query;

#[derive(Serialize)]
struct QueryProblemObject<'a> {
    at: usize,
    message: &'a str,
}

/// What is wrong with a query; `null` when nothing is.
///
/// # Errors
/// Only when JavaScript runs out of memory.
#[wasm_bindgen(js_name = queryProblem)]
pub fn query_problem(query: &str) -> Result<JsValue, JsValue> {
    match Query::parse(query) {
        Ok(_) => Ok(JsValue::NULL),
        Err(error) => wire::plain(&QueryProblemObject { at: error.at, message: &error.message }),
    }
}

#[wasm_bindgen]
impl Trace {
    /// Makes the first search as quick as the next ones; with a number, for so many spans more; with a query, only if that needs it. Whether
    /// it is done for all.
    #[wasm_bindgen(js_name = prepareSearch)]
    pub fn prepare_search(&self, spans: Option<u32>, query: Option<String>) -> bool {
        if let Some(query) = query
            && !matches!(Query::parse(&query), Ok(Some(query)) if query.needs_texts())
        {
            return true;
        }
        let most = spans.map_or(usize::MAX, |spans| spans as usize);
        self.analyses.search_index().prepare(&self.analyses.trace(), most)
    }

    /// The spans that a query means; none when it is empty or wrong.
    pub fn search(&self, query: &str) -> Vec<u32> {
        match Query::parse(query) {
            Ok(Some(query)) => {
                query.run(&self.analyses.trace(), self.analyses.self_times(), self.analyses.search_index())
            }
            _ => Vec::new(),
        }
    }
}
