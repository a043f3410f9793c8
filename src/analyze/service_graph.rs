//! Which services call which: of one trace, or of all that were read.
//!
//! ```text
//!  gateway ──► checkout ──► orders (postgresql)         a database that recorded no spans of its own
//!                 │    └──► POST api.bank.example       another side that did not
//!                 └──► order.created (kafka) ──► billing
//! ```
//! - A **call** is a parent and a child of two services, whatever stands between the caller's client span and the link: the nearest client
//!   span of the caller at or above the parent is its side of the call. Each such link is one call on exactly one edge.
//! - A service that calls itself (a server span under its own client span) has an edge to itself.
//! - A message goes through its **destination**: an edge for the sending, one for the handling. The sender is the parent, or a span that is linked.
//! - A client span that no other service answered, and a database call, leads to what its attributes name: a database, or a **peer**. When a
//!   service of that name recorded spans elsewhere, the edge leads there. What has no name is counted, and drawn nowhere.
//!
//! A call failed when one of its sides did. Its latency is what the caller saw, else what the callee did; what lies between the two durations is
//! time on the network; from the end of a sending to the start of its handling the message waited. The share of the critical path on an edge is the
//! time that was spent at or below its calls, each instant once.
//!
//! O(n log n). (Zipkin's DependencyLinker walks past local spans, Tempo makes virtual nodes; both, and links and destinations besides.)

use super::semantics::{Field, Names, Role, Semantics};
use super::statistics::{Figures, percentiles};
use super::words::duration;
use crate::store::{Span, SpanIndex, SpanKind, Store};
use crate::strings::Strings;

const NONE: u32 = u32::MAX;
/// Spans that an edge names as examples.
const EXAMPLES: usize = 5;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// It recorded spans.
    Service,
    /// A queue or topic.
    Messaging,
    /// A database that recorded no spans.
    Database,
    /// Another side that recorded no spans.
    Peer,
}

impl NodeKind {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            NodeKind::Service => "service",
            NodeKind::Messaging => "messaging",
            NodeKind::Database => "database",
            NodeKind::Peer => "peer",
        }
    }
}

/// A box of the map. Times are nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The service's position in the store's list.
    pub service: Option<usize>,
    /// Its name.
    pub name: String,
    /// What it runs on, such as `kafka` or `postgresql`.
    pub system: String,
    /// Its spans; of what recorded none, the spans that speak of it.
    pub spans: u32,
    /// Those that failed.
    pub errors: u32,
    /// Requests that begin here, as far as was recorded.
    pub entries: u32,
    /// Self time of these spans.
    pub own_ns: u64,
    /// Their time on the critical path. That of spans which speak of a database or peer also counts for their service.
    pub critical_ns: u64,
}

/// Calls from one node to another. Times are nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// The caller.
    pub from: usize,
    /// The callee; the same for a service that calls itself.
    pub to: usize,
    /// How many.
    pub calls: u32,
    /// How many failed on one side or the other.
    pub errors: u32,
    /// Links between a parent and a child of two services that it stands for.
    pub parent_links: u32,
    /// Calls of which only the caller recorded a span.
    pub one_sided: u32,
    /// The median latency.
    pub p50_ns: u64,
    /// The latency that 95 of a hundred do not exceed.
    pub p95_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// What lies between the durations of both sides, added up.
    pub network_ns: u64,
    /// Calls with both sides.
    pub network_calls: u32,
    /// From the end of sending to the start of handling, added up.
    pub queue_ns: u64,
    /// Messages of which both are known.
    pub queue_calls: u32,
    /// Time on the critical path at or below these calls.
    pub critical_ns: u64,
    /// Spans of the first failed calls, then of the longest.
    pub examples: Vec<SpanIndex>,
}

/// Nodes and edges.
#[derive(Debug, Default)]
pub struct ServiceGraph {
    /// Services in the order of the store, then the others as they appear.
    pub nodes: Vec<Node>,
    /// By caller, then by callee.
    pub edges: Vec<Edge>,
    /// Each call's edge and span.
    calls: Vec<(u32, SpanIndex)>,
    /// Client spans that no service answered, and whose attributes name nothing.
    pub unnamed: u32,
    /// Time on critical paths in all.
    pub critical_ns: u64,
}

/// One call, before calls of one edge are put together.
struct Call {
    from: u32,
    to: u32,
    /// What is shown of it.
    span: SpanIndex,
    /// The first span whose subtree is time of this call.
    root: SpanIndex,
    /// Whether only the span itself counts, and not what is below it.
    alone: bool,
    failed: bool,
    parent_link: bool,
    one_sided: bool,
    latency: u64,
    network: Option<u64>,
    queue: Option<u64>,
}

impl ServiceGraph {
    /// Looks at all spans of the figures.
    pub fn new(store: &Store, figures: &Figures) -> ServiceGraph {
        Builder::new(store, figures).build()
    }

    /// The spans of a node, or those that speak of it.
    pub fn spans_of_node(&self, store: &Store, figures: &Figures, node: usize) -> Vec<SpanIndex> {
        let Some(found) = self.nodes.get(node) else { return Vec::new() };
        if let Some(service) = found.service {
            let spans = figures.spans(store).filter(|span| span.service_index() == service);
            return spans.map(|span| span.index()).collect();
        }
        let touches = |edge: &Edge| edge.from == node || edge.to == node;
        let calls = self.calls.iter().filter(|(edge, _)| touches(&self.edges[*edge as usize]));
        in_order(calls.map(|(_, span)| *span).collect())
    }

    /// The spans of the calls of an edge.
    pub fn spans_of_edge(&self, edge: usize) -> Vec<SpanIndex> {
        in_order(self.calls.iter().filter(|(of, _)| *of as usize == edge).map(|(_, span)| *span).collect())
    }
}

fn in_order(spans: Vec<SpanIndex>) -> Vec<SpanIndex> {
    // As pairs of numbers, whose sort is there already.
    let mut order: Vec<(u64, u32)> = spans.iter().map(|span| (u64::from(span.0), 0)).collect();
    order.sort_unstable();
    order.dedup();
    order.into_iter().map(|(span, _)| SpanIndex(span as u32)).collect()
}

struct Builder<'a> {
    store: &'a Store,
    figures: &'a Figures,
    semantics: Semantics<'a>,
    /// For each span the nearest span at or above its parent, in its service, that speaks of a call to another side.
    above: Vec<u32>,
    /// Whether another service's span hangs below, by the span that speaks of the call.
    answered: Vec<bool>,
    /// Spans whose sending of a message is known from its handling.
    sent: Vec<bool>,
    nodes: Vec<Node>,
    /// The node of each service; none for those without spans here.
    node_of_service: Vec<u32>,
    /// Names of other nodes, and which they are by number.
    names: Strings,
    node_of_name: Vec<u32>,
    calls: Vec<Call>,
    unnamed: u32,
}

impl<'a> Builder<'a> {
    fn new(store: &'a Store, figures: &'a Figures) -> Builder<'a> {
        Builder {
            store,
            figures,
            semantics: Semantics::new(store, Names::new(store)),
            above: vec![NONE; figures.len()],
            answered: vec![false; figures.len()],
            sent: vec![false; figures.len()],
            nodes: Vec::new(),
            node_of_service: vec![NONE; store.services().len()],
            names: Strings::new(),
            node_of_name: Vec::new(),
            calls: Vec::new(),
            unnamed: 0,
        }
    }

    fn build(mut self) -> ServiceGraph {
        self.add_services();
        self.find_callers();
        let producers = self.producers();
        for span in self.figures.spans(self.store) {
            self.calls_into(&span, &producers);
        }
        for span in self.figures.spans(self.store) {
            self.call_out_of(&span);
        }
        self.finish()
    }

    fn add_services(&mut self) {
        let mut found = vec![(0_u32, 0_u32, 0_u64, 0_u64); self.node_of_service.len()];
        for span in self.figures.spans(self.store) {
            let (spans, errors, own, critical) = &mut found[span.service_index()];
            *spans += 1;
            *errors += u32::from(self.figures.failed(span.index()));
            *own = own.saturating_add(self.figures.own_ns(span.index()));
            *critical = critical.saturating_add(self.figures.critical_ns(span.index()));
        }
        for (service, name) in self.store.services().enumerate() {
            let (spans, errors, own_ns, critical_ns) = found[service];
            if spans > 0 {
                self.node_of_service[service] = self.nodes.len() as u32;
                let (kind, name) = (NodeKind::Service, name.to_owned());
                let (system, entries) = (String::new(), 0);
                let service = Some(service);
                self.nodes.push(Node { kind, service, name, system, spans, errors, entries, own_ns, critical_ns });
            }
        }
    }

    fn speaks_of_a_call(&self, span: &Span<'a>) -> bool {
        matches!(span.kind(), SpanKind::Client | SpanKind::Producer) || self.semantics.role(span) == Role::Database
    }

    /// Walks past spans inside of a service, in the order of the tree: a parent's answer is known before its children ask.
    fn find_callers(&mut self) {
        for span in self.figures.spans(self.store) {
            let Some(parent) = span.parent().map(|parent| self.store.span(parent)) else { continue };
            let place = self.figures.place(span.index());
            let parent_place = self.figures.place(parent.index());
            let caller = if self.speaks_of_a_call(&parent) { parent.index().0 } else { self.above[parent_place] };
            let remote = span.service_index() != parent.service_index();
            let own_server = span.kind() == SpanKind::Server && caller != NONE;
            if (remote || own_server || span.kind() == SpanKind::Consumer) && caller != NONE {
                let caller = self.figures.place(SpanIndex(caller));
                self.answered[caller] = true;
            }
            // The handling of a request is not part of a call that its own service makes.
            let inside = !remote && !matches!(span.kind(), SpanKind::Server | SpanKind::Consumer);
            self.above[place] = if inside { caller } else { NONE };
        }
    }

    /// The caller's side of the link above a span.
    fn caller_of(&self, parent: &Span<'a>) -> Option<Span<'a>> {
        if self.speaks_of_a_call(parent) {
            return Some(*parent);
        }
        let above = self.above[self.figures.place(parent.index())];
        (above != NONE).then(|| self.store.span(SpanIndex(above)))
    }

    /// Sending spans by the number in their ids, for links.
    fn producers(&self) -> Vec<(u64, u32)> {
        let linked = self.figures.spans(self.store).any(|span| span.links().len() > 0);
        let mut producers = Vec::new();
        if linked {
            let spans = self.figures.spans(self.store);
            producers.extend(spans.map(|span| (span.key().value, span.index().0)));
            producers.sort_unstable();
        }
        producers
    }

    /// The first span that a handling span links to.
    fn linked(&self, span: &Span<'a>, producers: &[(u64, u32)]) -> Option<Span<'a>> {
        span.links().find_map(|link| {
            let key = link.span_key();
            let from = producers.partition_point(|(value, _)| *value < key.value);
            let same = producers[from..].iter().take_while(|(value, _)| *value == key.value);
            same.map(|(_, index)| self.store.span(SpanIndex(*index))).find(|found| {
                found.key().same(key)
                    && self.store.trace(found.trace()).is_some_and(|trace| trace.key().same(link.trace_key()))
            })
        })
    }

    /// The call whose other side a span is.
    fn calls_into(&mut self, span: &Span<'a>, spans_by_id: &[(u64, u32)]) {
        let parent = span.parent().map(|parent| self.store.span(parent));
        let remote = parent.is_some_and(|parent| parent.service_index() != span.service_index());
        let to = self.node_of_service[span.service_index()];
        if span.kind() == SpanKind::Consumer {
            let nested = parent.is_some_and(|parent| !remote && parent.kind() == SpanKind::Consumer);
            if !nested {
                self.delivery(span, parent.as_ref(), remote, to, spans_by_id);
                return;
            }
        }
        let Some(parent) = parent else {
            self.nodes[to as usize].entries += 1;
            return;
        };
        let caller = self.caller_of(&parent);
        let of_itself = span.kind() == SpanKind::Server && caller.is_some();
        if !remote && !of_itself {
            return;
        }
        let from = self.node_of_service[parent.service_index()];
        let own = duration(span);
        let seen = caller.map(|caller| duration(&caller));
        self.calls.push(Call {
            from,
            to,
            span: span.index(),
            root: caller.map_or(span.index(), |caller| caller.index()),
            alone: false,
            failed: self.figures.failed(span.index())
                || caller.is_some_and(|caller| self.figures.failed(caller.index())),
            parent_link: remote,
            one_sided: false,
            latency: seen.unwrap_or(own),
            network: seen.map(|seen| seen.saturating_sub(own)),
            queue: None,
        });
    }

    /// A message that a span handles.
    fn delivery(
        &mut self,
        span: &Span<'a>,
        parent: Option<&Span<'a>>,
        remote: bool,
        to: u32,
        spans_by_id: &[(u64, u32)],
    ) {
        let by_parent = parent.and_then(|parent| self.caller_of(parent).or(remote.then_some(*parent)));
        let sender = by_parent.or_else(|| self.linked(span, spans_by_id));
        // The sender's name for it, so that both sides meet: an exchange is not the queue that it fills.
        let of_sender = sender.as_ref().and_then(|sender| self.destination(sender));
        let tells = of_sender.is_some();
        let named = of_sender.or_else(|| self.destination(span));
        if named.is_none() && sender.is_none() {
            // Nothing tells where the message came from.
            self.nodes[to as usize].entries += u32::from(parent.is_none());
            return;
        }
        let from = self.node(NodeKind::Messaging, named.unwrap_or_default());
        if let Some(sender) = sender {
            let place = self.figures.place(sender.index());
            self.answered[place] = true;
            // What does not tell by itself that it sends is known from what was received.
            let tells = tells && sender.kind() == SpanKind::Producer;
            if !tells && !self.sent[place] {
                self.sent[place] = true;
                let caller = self.node_of_service[sender.service_index()];
                self.push_sending(&sender, caller, from);
            }
        }
        let queue = sender.and_then(|sender| {
            let sent = sender.interval()?.1;
            span.start_ns()?.checked_sub(sent)
        });
        self.calls.push(Call {
            from,
            to,
            span: span.index(),
            root: span.index(),
            alone: false,
            failed: self.figures.failed(span.index()),
            parent_link: remote,
            one_sided: false,
            latency: duration(span),
            network: None,
            queue,
        });
    }

    fn push_sending(&mut self, span: &Span<'a>, from: u32, to: u32) {
        self.speak_of(span, to);
        self.calls.push(Call {
            from,
            to,
            span: span.index(),
            root: span.index(),
            alone: true,
            failed: self.figures.failed(span.index()),
            parent_link: false,
            one_sided: false,
            latency: duration(span),
            network: None,
            queue: None,
        });
    }

    /// The call that a span makes to what recorded no span.
    fn call_out_of(&mut self, span: &Span<'a>) {
        let place = self.figures.place(span.index());
        if !self.speaks_of_a_call(span) || self.sent[place] {
            return;
        }
        let from = self.node_of_service[span.service_index()];
        let named = self.destination(span);
        if span.kind() == SpanKind::Producer && (named.is_some() || self.answered[place]) {
            let to = self.node(NodeKind::Messaging, named.unwrap_or_default());
            self.push_sending(span, from, to);
            return;
        }
        if self.answered[place] {
            return;
        }
        let Some((kind, name)) = self.other_side(span) else {
            self.unnamed += 1;
            return;
        };
        let above = self.above[place];
        if above != NONE && self.other_side(&self.store.span(SpanIndex(above))) == Some((kind, name.clone())) {
            // A library's span around the driver's: one call.
            return;
        }
        let of_service = match kind {
            NodeKind::Peer => self.store.services().position(|service| service == name.0),
            _ => None,
        };
        let known =
            of_service.map(|service| self.node_of_service[service]).filter(|node| *node != NONE && *node != from);
        let to = known.unwrap_or_else(|| self.node(kind, name));
        if known.is_none() {
            self.speak_of(span, to);
        }
        self.calls.push(Call {
            from,
            to,
            span: span.index(),
            root: span.index(),
            alone: false,
            failed: self.figures.failed(span.index()),
            parent_link: false,
            one_sided: true,
            latency: duration(span),
            network: None,
            queue: None,
        });
    }

    /// A span that speaks of a node which recorded none.
    fn speak_of(&mut self, span: &Span<'a>, node: u32) {
        let (own, critical) = (self.figures.own_ns(span.index()), self.figures.critical_ns(span.index()));
        let failed = self.figures.failed(span.index());
        let node = &mut self.nodes[node as usize];
        node.spans += 1;
        node.errors += u32::from(failed);
        node.own_ns = node.own_ns.saturating_add(own);
        node.critical_ns = node.critical_ns.saturating_add(critical);
    }

    /// Name and system of a message's destination.
    fn destination(&self, span: &Span<'a>) -> Option<(String, String)> {
        let system = self.semantics.text(span, Field::MessagingSystem);
        let name = self.semantics.text(span, Field::MessagingDestination);
        match (name, system) {
            (None, None) => None,
            (Some(name), system) => Some((name, system.unwrap_or_default())),
            (None, Some(system)) => Some((system, String::new())),
        }
    }

    /// What a call's attributes say of the other side: its kind, name and system.
    fn other_side(&self, span: &Span<'a>) -> Option<(NodeKind, (String, String))> {
        let text = |field| self.semantics.text(span, field);
        let address = || {
            let address = text(Field::ServerAddress)?;
            Some(match text(Field::ServerPort) {
                Some(port) if !address.contains(':') => format!("{address}:{port}"),
                _ => address,
            })
        };
        if self.semantics.role(span) == Role::Database {
            let system = text(Field::DbSystem).unwrap_or_default();
            let name = text(Field::DbNamespace).or_else(|| text(Field::PeerService)).or_else(address);
            return Some(match name {
                Some(name) => (NodeKind::Database, (name, system)),
                None if system.is_empty() => (NodeKind::Database, ("database".to_owned(), system)),
                None => (NodeKind::Database, (system, String::new())),
            });
        }
        if let Some(destination) = self.destination(span) {
            return Some((NodeKind::Messaging, destination));
        }
        let host = || {
            let url = text(Field::UrlFull)?;
            let rest = url.split_once("://")?.1;
            let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
            (!host.is_empty()).then(|| host.to_owned())
        };
        let name = text(Field::PeerService).or_else(address).or_else(host).or_else(|| text(Field::RpcService))?;
        let system = text(Field::RpcSystem).unwrap_or_default();
        Some((NodeKind::Peer, (name, system)))
    }

    /// The node of what recorded no spans.
    fn node(&mut self, kind: NodeKind, (name, system): (String, String)) -> u32 {
        let name = if name.is_empty() { "messages".to_owned() } else { name };
        let number = self.names.intern(&format!("{}\n{system}\n{name}", kind.as_str())).index();
        if self.node_of_name.len() <= number {
            self.node_of_name.resize(number + 1, NONE);
        }
        if self.node_of_name[number] == NONE {
            self.node_of_name[number] = self.nodes.len() as u32;
            let (service, spans, errors, entries, own_ns, critical_ns) = (None, 0, 0, 0, 0, 0);
            self.nodes.push(Node { kind, service, name, system, spans, errors, entries, own_ns, critical_ns });
        }
        self.node_of_name[number]
    }

    /// Puts calls of one edge together.
    fn finish(self) -> ServiceGraph {
        let Builder { store, figures, nodes, calls, unnamed, .. } = self;
        // Before each span, how much of the critical paths is owned by spans that stand before it.
        let mut owned = Vec::with_capacity(figures.len() + 1);
        let mut sum = 0_u64;
        for span in figures.spans(store) {
            owned.push(sum);
            sum = sum.saturating_add(figures.critical_ns(span.index()));
        }
        owned.push(sum);
        let mut order: Vec<(u64, u32)> =
            (0..).zip(&calls).map(|(index, call)| (u64::from(call.from) << 32 | u64::from(call.to), index)).collect();
        order.sort_unstable();
        let mut graph = ServiceGraph { nodes, unnamed, critical_ns: sum, ..ServiceGraph::default() };
        let mut latencies = Vec::with_capacity(calls.len());
        // Calls by edge, then in the order of the first spans whose time is theirs.
        let mut spent: Vec<(u64, u32)> = Vec::with_capacity(calls.len());
        for (_, index) in order {
            let call = &calls[index as usize];
            let (from, to) = (call.from as usize, call.to as usize);
            if graph.edges.last().is_none_or(|edge| (edge.from, edge.to) != (from, to)) {
                graph.edges.push(Edge { from, to, ..Edge::default() });
            }
            let number = graph.edges.len() as u32 - 1;
            let edge = &mut graph.edges[number as usize];
            edge.calls += 1;
            edge.errors += u32::from(call.failed);
            edge.parent_links += u32::from(call.parent_link);
            edge.one_sided += u32::from(call.one_sided);
            if let Some(network) = call.network {
                edge.network_ns = edge.network_ns.saturating_add(network);
                edge.network_calls += 1;
            }
            if let Some(queue) = call.queue {
                edge.queue_ns = edge.queue_ns.saturating_add(queue);
                edge.queue_calls += 1;
            }
            if call.failed && edge.examples.len() < EXAMPLES {
                edge.examples.push(call.span);
            }
            latencies.push((call.latency, number));
            spent.push((u64::from(number) << 32 | u64::from(call.root.0), index));
            graph.calls.push((number, call.span));
        }
        add_longest(&mut graph, &calls, &spent);
        spent.sort_unstable();
        let mut last = NONE;
        let mut covered = 0;
        for (key, index) in spent {
            let (edge, call) = ((key >> 32) as u32, &calls[index as usize]);
            if edge != last {
                (last, covered) = (edge, 0);
            }
            let place = figures.place(call.root);
            let end = if call.alone { place + 1 } else { figures.place(store.span(call.root).subtree_end()) };
            let from = place.max(covered);
            if from < end {
                let time = &mut graph.edges[edge as usize].critical_ns;
                *time = time.saturating_add(owned[end] - owned[from]);
                covered = end;
            }
        }
        let counts: Vec<u32> = graph.edges.iter().map(|edge| edge.calls).collect();
        for (edge, [p50, p95, max]) in graph.edges.iter_mut().zip(percentiles(&mut latencies, &counts)) {
            (edge.p50_ns, edge.p95_ns, edge.max_ns) = (p50, p95, max);
        }
        graph
    }
}

/// Fills up the examples of each edge with its longest calls.
fn add_longest(graph: &mut ServiceGraph, calls: &[Call], by_edge: &[(u64, u32)]) {
    let mut longest: Vec<(u64, u32)> =
        (0..).zip(by_edge).map(|(place, (_, index))| (!calls[*index as usize].latency, place)).collect();
    longest.sort_unstable();
    for (_, place) in longest {
        let (key, index) = by_edge[place as usize];
        let examples = &mut graph.edges[(key >> 32) as usize].examples;
        let span = calls[index as usize].span;
        if examples.len() < EXAMPLES && !examples.contains(&span) {
            examples.push(span);
        }
    }
}
