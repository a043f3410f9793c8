//! Whose clocks differ, as a plain object.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire;
use crate::analyze::clock_skew::{ClockSkew, HostPair};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HostObject<'a> {
    name: &'a str,
    offset_ns: f64,
    spans: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HostPairObject {
    from: usize,
    to: usize,
    low_ns: f64,
    high_ns: f64,
    calls: usize,
    explained: bool,
    differs: bool,
    spans: Vec<u32>,
}

#[derive(Serialize)]
struct ClockSkewObject<'a> {
    hosts: Vec<HostObject<'a>>,
    pairs: Vec<HostPairObject>,
}

impl<'a> ClockSkewObject<'a> {
    fn new(trace: &Trace, skew: &'a ClockSkew) -> ClockSkewObject<'a> {
        let pair = |pair: &HostPair| HostPairObject {
            from: pair.from,
            to: pair.to,
            low_ns: pair.low_ns as f64,
            high_ns: pair.high_ns as f64,
            calls: pair.calls,
            explained: pair.explained,
            differs: skew.differs(pair),
            spans: trace.positions(&pair.spans),
        };
        let hosts = skew.hosts.iter();
        ClockSkewObject {
            hosts: hosts
                .map(|host| HostObject { name: &host.name, offset_ns: host.offset_ns as f64, spans: host.spans })
                .collect(),
            pairs: skew.pairs.iter().map(pair).collect(),
        }
    }
}

#[wasm_bindgen]
impl Trace {
    /// Its hosts and what the calls between them tell of their clocks.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    #[wasm_bindgen(js_name = clockSkew)]
    pub fn clock_skew(&self) -> Result<JsValue, JsValue> {
        wire::plain(&ClockSkewObject::new(self, &self.analyses().skew()))
    }

    /// How far each span moves when clocks are aligned; empty when none does.
    pub fn shifts(&self) -> Vec<f64> {
        let skew = self.analyses().skew();
        if !skew.moves_any() {
            return Vec::new();
        }
        (0..self.span_count()).map(|position| skew.shift_of(position) as f64).collect()
    }
}
