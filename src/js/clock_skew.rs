//! Whose clocks differ, and what an alignment moves, as plain objects.

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
#[serde(rename_all = "camelCase")]
struct MoveObject<'a> {
    host: &'a str,
    against: &'a str,
    by_ns: f64,
    give_ns: f64,
    spans: Vec<u32>,
    reason: &'a str,
}

#[derive(Serialize)]
struct RefusalObject<'a> {
    reason: &'a str,
    text: &'a str,
    spans: Vec<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlignmentObject<'a> {
    moves: Vec<MoveObject<'a>>,
    refused: Vec<RefusalObject<'a>>,
    from_ns: f64,
    to_ns: f64,
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

    /// How far each span moves when clocks are aligned, and why or why not.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn alignment(&self) -> Result<JsValue, JsValue> {
        let skew = self.analyses().skew();
        let alignment = self.analyses().alignment();
        let range = self.analyses().shifts(true).range(&self.analyses().trace());
        let moves = alignment.moves.iter().map(|each| MoveObject {
            host: &skew.hosts[each.host].name,
            against: &skew.hosts[each.against].name,
            by_ns: each.shift_ns as f64,
            give_ns: each.give_ns as f64,
            spans: self.positions(&each.spans),
            reason: &each.reason,
        });
        let refused = alignment.refused.iter().map(|(refusal, spans)| RefusalObject {
            reason: refusal.as_str(),
            text: refusal.text(),
            spans: self.positions(spans),
        });
        wire::plain(&AlignmentObject {
            moves: moves.collect(),
            refused: refused.collect(),
            from_ns: range.from,
            to_ns: range.to,
        })
    }
}
