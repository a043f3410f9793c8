//! How far the clocks of two hosts differ, as far as their calls tell.
//!
//! ```text
//!  client on A   |------------------|
//!  server on B |--------|                began before it was called: B's clock is behind A's
//!               └►         ┘◄            by how much is an interval: the server's time lies somewhere within the client's
//! ```
//! Every call from one host to another allows an interval of offsets, and the offset of their clocks lies in all of them. Where what they have in
//! common leaves out 0, the clocks differ; where they have nothing in common, no one offset explains them: a clock was set meanwhile, or the
//! calls are none. Nothing is moved: [`alignment`](super::alignment) says where spans would lie if the clocks agreed.
//!
//! Only calls that waited for their answer count: a client's span and its server's, or two spans of one kind where the data has no sides; never
//! an asynchronous edge, a link, spans of one host, or a child longer than its parent, which no offset fits into it. Spans are of one host when
//! their resources name the same one: by `host.id`, else an address, else a name, else the pod, container or instance. Where a
//! resource names none, its service stands for a host: two services on one machine have one clock, and then their interval holds 0, so that nothing
//! is claimed; to take each such span for a host of its own would lose what many calls know together. (Jaeger's query service does that, moves
//! asynchronous children too, and judges by one call.)
//!
//! Linear but for sorts.

use std::cmp::Ordering;

use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::words::{count, duration, operation, shortened};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind, Store, Trace};
use crate::time::format_duration;
use crate::value::Value;

/// One clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// What names it: an id, an address, a name, or the service where no resource attribute does.
    pub name: String,
    /// How far its clock seems ahead of that of the request's host; 0 unless calls show otherwise.
    pub offset_ns: i64,
    /// By how much that may be wrong: what the intervals on the way from the request's host to this one leave open.
    pub give_ns: u64,
    /// How many spans it has.
    pub spans: usize,
}

/// What the calls between two hosts allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPair {
    /// Position of the first in the list of hosts.
    pub from: usize,
    /// Position of the second.
    pub to: usize,
    /// The second's clock is ahead of the first's by at least so much …
    pub low_ns: i64,
    /// … and at most so much; less than the former when no offset fits all calls.
    pub high_ns: i64,
    /// How many calls there are.
    pub calls: usize,
    /// Whether an offset fits all calls.
    pub explained: bool,
    /// The called span of the call that sets the lower bound, and of the one that sets the upper bound.
    pub spans: [SpanIndex; 2],
}

impl HostPair {
    /// The middle of the interval.
    pub fn middle_ns(&self) -> i64 {
        ((i128::from(self.low_ns) + i128::from(self.high_ns)) / 2) as i64
    }

    /// Half of its length.
    pub fn half_ns(&self) -> u64 {
        self.low_ns.abs_diff(self.high_ns) / 2
    }
}

/// The clocks of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClockSkew {
    /// By first appearance in tree order.
    pub hosts: Vec<Host>,
    /// Pairs of hosts that call each other, by their positions.
    pub pairs: Vec<HostPair>,
    /// Times that lie closer together than this are the same as far as the input tells: its clocks tick in such steps.
    pub grain_ns: u64,
    /// The host of each span; empty when there is one host.
    host_of: Vec<u32>,
}

impl ClockSkew {
    /// Whether the clocks of a pair differ for sure, as far as its calls are calls.
    pub fn differs(&self, pair: &HostPair) -> bool {
        let grain = self.grain_ns as i64;
        pair.explained && (pair.low_ns > grain || pair.high_ns < -grain)
    }

    /// The host of the span at a position of the tree order, by its position in the list of hosts.
    pub fn host_of(&self, position: usize) -> u32 {
        self.host_of.get(position).copied().unwrap_or(0)
    }

    /// What the calls between two hosts allow.
    pub fn between(&self, one: usize, other: usize) -> Option<&HostPair> {
        let sides = (one.min(other), one.max(other));
        let place = self.pairs.partition_point(|pair| (pair.from, pair.to) < sides);
        self.pairs.get(place).filter(|pair| (pair.from, pair.to) == sides)
    }

    /// By how much the clock of one span may be ahead of that of another: the most that their hosts' calls allow, and 0 unless these clocks
    /// differ. Spans are positions in tree order.
    pub fn ahead_ns(&self, of: usize, ahead: usize) -> u64 {
        let (of, ahead) = (self.host_of(of), self.host_of(ahead));
        let pair = self.between(of as usize, ahead as usize).filter(|pair| of != ahead && self.differs(pair));
        let most = pair.map_or(0, |pair| if of < ahead { pair.high_ns } else { -pair.low_ns });
        u64::try_from(most).unwrap_or(0)
    }

    /// Whether no one offset fits the calls between two hosts, by more than the steps of their clocks.
    pub fn contradicts(&self, one: u32, other: u32) -> bool {
        self.between(one as usize, other as usize).is_some_and(|pair| !pair.explained && overshoots(self, pair))
    }
}

/// Resource attributes that name a host, the best first. The last one of the list names the process.
const HOST_KEYS: &[&str] = &[
    "host.id",
    "host.ip",
    "ip",
    "host.name",
    "hostname",
    "k8s.pod.uid",
    "k8s.pod.name",
    "container.id",
    "service.instance.id",
];

const NONE: u32 = u32::MAX;

/// One call.
#[derive(Clone, Copy)]
struct Call {
    from: u32,
    to: u32,
    low: i64,
    high: i64,
    span: u32,
}

/// Looks at all calls of a trace.
pub fn clock_skew(trace: &Trace<'_>) -> ClockSkew {
    let (mut hosts, host_of) = hosts(trace);
    let mut skew = ClockSkew { grain_ns: grain(trace), ..ClockSkew::default() };
    if hosts.len() > 1 {
        let first = trace.first().0;
        let mut calls: Vec<Call> = Vec::new();
        for span in trace.spans() {
            let Some(parent) = span.parent().map(|parent| trace.store().span(parent)) else { continue };
            let (from, to) = (host_of[(parent.index().0 - first) as usize], host_of[span.position()]);
            if from == to || !waits(&parent, &span) {
                continue;
            }
            let Some((client, server)) = parent.interval().zip(span.interval()) else { continue };
            if server.1 - server.0 > client.1 - client.0 {
                continue;
            }
            let (low, high) = (apart(server.1, client.1), apart(server.0, client.0));
            let span = span.index().0;
            calls.push(if from < to {
                Call { from, to, low, high, span }
            } else {
                Call { from: to, to: from, low: -high, high: -low, span }
            });
        }
        let pair = |call: &Call| (call.from, call.to);
        let calls = sort::items(calls, |one, other| pair(one).cmp(&pair(other)));
        skew.pairs = calls.chunk_by(|one, other| pair(one) == pair(other)).map(intersect).collect();
    }
    let request = super::summary::main_top(trace).position();
    align(&mut hosts, &skew, host_of.get(request).copied().unwrap_or(0));
    if hosts.len() > 1 {
        skew.host_of = host_of;
    }
    skew.hosts = hosts;
    skew
}

/// Whether a parent waited for its child to answer: the two sides of a call, or spans that say nothing of sides.
fn waits(parent: &Span<'_>, child: &Span<'_>) -> bool {
    let kinds = (parent.kind(), child.kind());
    let sides = matches!(
        kinds,
        (SpanKind::Client | SpanKind::Unspecified, SpanKind::Server) | (SpanKind::Client, SpanKind::Unspecified)
    );
    let alike = kinds.0 == kinds.1 && !matches!(kinds.0, SpanKind::Producer | SpanKind::Consumer);
    !child.is_async() && (sides || alike)
}

/// One time minus another.
fn apart(one: u64, other: u64) -> i64 {
    // Half of what fits, so that sums of two still fit.
    const MOST: i128 = i64::MAX as i128 / 2;
    (i128::from(one) - i128::from(other)).clamp(-MOST, MOST) as i64
}

/// What all calls of a pair allow.
fn intersect(calls: &[Call]) -> HostPair {
    let mut low = calls[0];
    let mut high = calls[0];
    for call in calls {
        if call.low > low.low {
            low = *call;
        }
        if call.high < high.high {
            high = *call;
        }
    }
    HostPair {
        from: low.from as usize,
        to: low.to as usize,
        low_ns: low.low,
        high_ns: high.high,
        calls: calls.len(),
        explained: low.low <= high.high,
        spans: [SpanIndex(low.span), SpanIndex(high.span)],
    }
}

/// The steps in which the clocks of the input tick: a millisecond, a microsecond, or less.
fn grain(trace: &Trace<'_>) -> u64 {
    let mut grain = 1_000_000;
    for time in trace.spans().filter_map(|span| span.interval()).flat_map(|(start, end)| [start, end]) {
        while grain > 1 && time % grain != 0 {
            grain /= 1_000;
        }
        if grain == 1 {
            break;
        }
    }
    grain
}

/// The hosts by first appearance, and the host of each span.
fn hosts(trace: &Trace<'_>) -> (Vec<Host>, Vec<u32>) {
    let store = trace.store();
    // By resource a number plus one, by service where the resource names no host; numbers of `keys`. The resources of a trace stand near each
    // other among those of all.
    let least = trace.spans().map(|span| span.resource_index()).min().unwrap_or(0);
    let mut of_resource: Vec<u32> = Vec::new();
    let mut of_service = vec![NONE; store.services().len()];
    // Kind of the name and name, so that an id is never taken for a name.
    let mut keys: Vec<(usize, String)> = Vec::new();
    let mut key_of = Vec::with_capacity(trace.span_count());
    for span in trace.spans() {
        let resource = span.resource_index() - least;
        if of_resource.len() <= resource {
            of_resource.resize(resource + 1, NONE);
        }
        if of_resource[resource] == NONE {
            of_resource[resource] = match host_key(&span) {
                Some(key) => {
                    keys.push(key);
                    keys.len() as u32
                }
                None => 0,
            };
        }
        let key = match of_resource[resource] {
            0 => {
                let service = &mut of_service[span.service_index()];
                if *service == NONE {
                    keys.push((HOST_KEYS.len(), span.service().to_owned()));
                    *service = keys.len() as u32;
                }
                *service
            }
            key => key,
        };
        key_of.push(key - 1);
    }
    // Equal keys are one host, numbered by the first one.
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    sort::numbers(&mut order, &mut |one, other| keys[one as usize].cmp(&keys[other as usize]));
    let mut first_of = vec![0_u32; keys.len()];
    for group in order.chunk_by(|one, other| keys[*one as usize] == keys[*other as usize]) {
        // The sort keeps the order of equals.
        group.iter().for_each(|key| first_of[*key as usize] = group[0]);
    }
    let mut number_of = vec![NONE; keys.len()];
    let mut hosts = Vec::new();
    for key in &mut key_of {
        let first = first_of[*key as usize] as usize;
        if number_of[first] == NONE {
            number_of[first] = hosts.len() as u32;
            hosts.push(Host { name: std::mem::take(&mut keys[first].1), offset_ns: 0, give_ns: 0, spans: 0 });
        }
        *key = number_of[first];
        hosts[*key as usize].spans += 1;
    }
    (hosts, key_of)
}

/// The best of the attributes that name the host of a span's resource.
fn host_key(span: &Span<'_>) -> Option<(usize, String)> {
    let mut best: Option<(usize, String)> = None;
    for (key, value) in span.resource() {
        let Some(rank) = HOST_KEYS.iter().position(|known| *known == key) else { continue };
        // Of a list of addresses the first one.
        let text = match value {
            Value::Array(values) => values.first().map(ToString::to_string).unwrap_or_default(),
            value => value.to_string(),
        };
        if !text.is_empty() && best.as_ref().is_none_or(|(least, _)| rank < *least) {
            best = Some((rank, text));
        }
    }
    best
}

/// Gives each host the offset of its clock against that of the host it is reached from, the request's first; between two hosts the pair with
/// the narrowest interval decides.
fn align(hosts: &mut [Host], skew: &ClockSkew, request: u32) {
    if !skew.pairs.iter().any(|pair| skew.differs(pair)) {
        return;
    }
    // Both ways: from, to, pair.
    let mut ways: Vec<(u32, u32, u32)> = Vec::new();
    for (number, pair) in (0..).zip(&skew.pairs) {
        ways.push((pair.from as u32, pair.to as u32, number));
        ways.push((pair.to as u32, pair.from as u32, number));
    }
    let ways = sort::items(ways, |one, other| {
        let width =
            |way: &(u32, u32, u32)| (!skew.pairs[way.2 as usize].explained, skew.pairs[way.2 as usize].half_ns());
        (one.0, width(one), one.1).cmp(&(other.0, width(other), other.1))
    });
    let mut reached = vec![false; hosts.len()];
    let mut queue = Vec::new();
    for start in std::iter::once(request as usize).chain(0..hosts.len()) {
        if std::mem::replace(&mut reached[start], true) {
            continue;
        }
        queue.push(start);
        let mut next = queue.len() - 1;
        while let Some(host) = queue.get(next).copied() {
            next += 1;
            let from = ways.partition_point(|way| (way.0 as usize) < host);
            for way in ways[from..].iter().take_while(|way| way.0 as usize == host) {
                let (to, pair) = (way.1 as usize, &skew.pairs[way.2 as usize]);
                if std::mem::replace(&mut reached[to], true) {
                    continue;
                }
                let (between, give) = match () {
                    () if !skew.differs(pair) => (0, 0),
                    () if pair.from == host => (pair.middle_ns(), pair.half_ns()),
                    () => (-pair.middle_ns(), pair.half_ns()),
                };
                hosts[to].offset_ns = hosts[host].offset_ns.saturating_add(between);
                hosts[to].give_ns = hosts[host].give_ns.saturating_add(give);
                queue.push(to);
            }
        }
    }
}

/// Pairs of hosts beyond this many are told of together.
const NAMED: usize = 5;

/// `skew-suspected`.
pub(super) fn detect(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let skew = &facts.skew;
    let worst = |pair: &&HostPair| if pair.explained { pair.middle_ns().unsigned_abs() } else { u64::MAX };
    let mut pairs: Vec<&HostPair> =
        skew.pairs.iter().filter(|pair| !pair.explained && overshoots(skew, pair) || skew.differs(pair)).collect();
    pairs = sort::items(pairs, |one, other| match worst(other).cmp(&worst(one)) {
        Ordering::Equal => (one.from, one.to).cmp(&(other.from, other.to)),
        unequal => unequal,
    });
    for pair in pairs.iter().take(NAMED) {
        found.push(finding(facts, pair));
    }
    if pairs.len() > NAMED {
        let spans: Vec<SpanIndex> = pairs[NAMED..].iter().map(|pair| pair.spans[0]).collect();
        let title = format!(
            "The clocks of {} seem to differ too",
            count(spans.len(), "more pair of hosts", "more pairs of hosts")
        );
        found.push(
            Finding::new("skew-suspected", Severity::Info, Confidence::Likely, title, spans)
                .next("Align the clocks to see the spans where they belong"),
        );
    }
}

/// Whether the calls of a pair contradict each other by more than the steps of their clocks.
fn overshoots(skew: &ClockSkew, pair: &HostPair) -> bool {
    pair.low_ns.saturating_sub(pair.high_ns) > skew.grain_ns as i64
}

fn finding(facts: &Facts<'_>, pair: &HostPair) -> Finding {
    let store = facts.store();
    let name = |host: usize| shortened(&facts.skew.hosts[host].name, "a host without a name");
    let (one, other) = (name(pair.from), name(pair.to));
    let calls = count(pair.calls, "call", "calls");
    let spans = pair.spans.to_vec();
    let mut finding;
    if pair.explained {
        let (off, give) = (pair.middle_ns(), pair.half_ns());
        let side = if off < 0 { "behind" } else { "ahead of" };
        let off_text = format_duration(off.unsigned_abs());
        let title = format!(
            "The clock of {other} seems {off_text} {side} that of {one}, give or take {}",
            format_duration(give)
        );
        let severity = if off.unsigned_abs() >= 1_000_000.max(facts.whole_ns() / 100) {
            Severity::Warning
        } else {
            Severity::Info
        };
        finding = Finding::new("skew-suspected", severity, Confidence::Likely, title, spans);
        finding.arithmetic = format!(
            "{calls}: from {} to {}, so {} ± {}",
            signed(pair.low_ns),
            signed(pair.high_ns),
            signed(off),
            format_duration(give)
        );
    } else {
        let title = format!("No one difference of the clocks of {one} and {other} explains the calls between them");
        finding = Finding::new("skew-suspected", Severity::Warning, Confidence::Guess, title, spans);
        finding.arithmetic = format!("{calls}: at least {} and at most {}", signed(pair.low_ns), signed(pair.high_ns));
    }
    for span in pair.spans {
        if let Some(text) = outside(store, &store.span(span)) {
            let parent = store.span(span).parent();
            finding = finding.because(text, std::iter::once(span).chain(parent).collect());
        }
    }
    finding.evidence.dedup();
    finding.next(if pair.explained {
        "Align the clocks to see the spans where they belong; check how these hosts keep their time"
    } else {
        "Read the times of these hosts with care: a clock was set meanwhile, or a call ended before its answer"
    })
}

/// By how much a called span sticks out of its caller.
fn outside(store: &Store, span: &Span<'_>) -> Option<String> {
    let caller = store.span(span.parent()?);
    let ((start, end), (from, to)) = span.interval().zip(caller.interval())?;
    let (name, caller_name) = (operation(span), operation(&caller));
    if start < from {
        Some(format!("{name} begins {} before {caller_name}, which called it", format_duration(from - start)))
    } else if end > to {
        Some(format!("{name} ends {} after {caller_name}, which called it", format_duration(end - to)))
    } else {
        let (own, of) = (format_duration(duration(span)), format_duration(duration(&caller)));
        Some(format!("{name}, {own}, lies within {caller_name}, {of}, which called it"))
    }
}

fn signed(ns: i64) -> String {
    format!("{}{}", if ns < 0 { "−" } else { "" }, format_duration(ns.unsigned_abs()))
}
