//! Service maps.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::statistics::spans_of_one_trace;
use super::wire;
use super::{Trace, TraceSet};
use crate::analyze::service_graph::ServiceGraph;
use crate::analyze::statistics::Figures;
use crate::read::Outcome;
use crate::store::TraceIndex;
use crate::view::map::{Place, layout};

/// Which services call which.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ServiceMap {
    outcome: Rc<Outcome>,
    figures: Rc<Figures>,
    graph: ServiceGraph,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NodeObject<'a> {
    kind: &'static str,
    service_index: Option<usize>,
    name: &'a str,
    system: &'a str,
    spans: u32,
    errors: u32,
    entries: u32,
    self_ns: f64,
    critical_ns: f64,
    layer: u32,
    row: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EdgeObject {
    from: usize,
    to: usize,
    calls: u32,
    errors: u32,
    one_sided: u32,
    p50_ns: f64,
    p95_ns: f64,
    max_ns: f64,
    network_ns: f64,
    network_calls: u32,
    queue_ns: f64,
    queue_calls: u32,
    critical_ns: f64,
    examples: Vec<ExampleObject>,
    /// Layer and row by turns.
    way: Vec<f64>,
}

#[derive(Serialize)]
struct ExampleObject {
    trace: u32,
    span: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MapObject<'a> {
    nodes: Vec<NodeObject<'a>>,
    edges: Vec<EdgeObject>,
    layers: u32,
    rows: f64,
    unnamed: u32,
    critical_ns: f64,
}

fn make(outcome: &Rc<Outcome>, figures: Rc<Figures>) -> ServiceMap {
    let graph = ServiceGraph::new(&outcome.store, &figures);
    ServiceMap { outcome: Rc::clone(outcome), figures, graph }
}

#[wasm_bindgen]
impl Trace {
    /// Which services call which in it.
    #[wasm_bindgen(js_name = serviceMap)]
    pub fn service_map(&self) -> ServiceMap {
        make(self.analyses().outcome(), Rc::new(self.analyses().figures()))
    }
}

#[wasm_bindgen]
impl TraceSet {
    /// Which services call which in all traces.
    #[wasm_bindgen(js_name = serviceMap)]
    pub fn service_map(&self) -> ServiceMap {
        make(self.outcome(), self.figures())
    }
}

#[wasm_bindgen]
impl ServiceMap {
    /// Nodes and edges with their places.
    ///
    /// # Errors
    /// Only when JavaScript runs out of memory.
    pub fn graph(&self) -> Result<JsValue, JsValue> {
        let placed = layout(&self.graph);
        let store = &self.outcome.store;
        let example = |span: &crate::store::SpanIndex| {
            let span = store.span(*span);
            ExampleObject { trace: span.trace().0, span: span.position() }
        };
        let nodes = self.graph.nodes.iter().zip(&placed.nodes).map(|(node, place)| NodeObject {
            kind: node.kind.as_str(),
            service_index: node.service,
            name: &node.name,
            system: &node.system,
            spans: node.spans,
            errors: node.errors,
            entries: node.entries,
            self_ns: node.own_ns as f64,
            critical_ns: node.critical_ns as f64,
            layer: place.layer,
            row: place.row,
        });
        let edges = self.graph.edges.iter().zip(&placed.edges).map(|(edge, way)| EdgeObject {
            from: edge.from,
            to: edge.to,
            calls: edge.calls,
            errors: edge.errors,
            one_sided: edge.one_sided,
            p50_ns: edge.p50_ns as f64,
            p95_ns: edge.p95_ns as f64,
            max_ns: edge.max_ns as f64,
            network_ns: edge.network_ns as f64,
            network_calls: edge.network_calls,
            queue_ns: edge.queue_ns as f64,
            queue_calls: edge.queue_calls,
            critical_ns: edge.critical_ns as f64,
            examples: edge.examples.iter().map(example).collect(),
            way: way.iter().flat_map(|Place { layer, row }| [f64::from(*layer), *row]).collect(),
        });
        wire::plain(&MapObject {
            nodes: nodes.collect(),
            edges: edges.collect(),
            layers: placed.layers,
            rows: placed.rows,
            unnamed: self.graph.unnamed,
            critical_ns: self.graph.critical_ns as f64,
        })
    }

    /// A trace, and the positions in it of the spans of a node, as for a group of statistics.
    #[wasm_bindgen(js_name = spansOfNode)]
    pub fn spans_of_node(&self, node: usize, preferred: u32) -> Vec<u32> {
        let store = &self.outcome.store;
        spans_of_one_trace(store, &self.graph.spans_of_node(store, &self.figures, node), TraceIndex(preferred))
    }

    /// The same for the calls of an edge.
    #[wasm_bindgen(js_name = spansOfEdge)]
    pub fn spans_of_edge(&self, edge: usize, preferred: u32) -> Vec<u32> {
        spans_of_one_trace(&self.outcome.store, &self.graph.spans_of_edge(edge), TraceIndex(preferred))
    }
}
