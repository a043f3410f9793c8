//! What the time of a request was spent on: its critical path by kind of work, and the findings that follow.
//!
//! Every segment of the path falls under exactly one [`Spent`], by its owner, so that the parts add up to the whole:
//!
//! ```text
//!  GET /cart        |==----------------====|      = its own time, beside recorded parts: in no span
//!    GET cart-db       |=--------------=|         = time of a call in neither side: network, queues, serialisation
//!      handle            |============|           = work of a span without parts
//! ```
//! Linear, then sorts of what is on the path.

use super::answers::Answers;
use super::bottleneck::path_by_span;
use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::self_time::for_each_gap;
use super::semantics::{Field, Role};
use super::watch::Watch;
use super::what_if::saved_if_shorter;
use super::words::{count, duration, operation, share, shortened, statement_line, total};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind};
use crate::time::format_duration;

/// What time on the path was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// The work of a span in which nothing else was recorded.
    Work,
    /// Time of a span with children in which none of them held it up: work that no span covers.
    InNoSpan,
    /// A call to a database.
    Database,
    /// A call to something that is not in the trace.
    External,
    /// The part of a call that the other side did not take: network, queues, serialisation.
    Network,
    /// Waiting for a connection, or making one.
    Connection,
    /// Sending or handling messages.
    Messaging,
}

impl Spent {
    /// All, in the order of their numbers.
    pub const ALL: [Spent; 7] = [
        Spent::Work,
        Spent::InNoSpan,
        Spent::Database,
        Spent::External,
        Spent::Network,
        Spent::Connection,
        Spent::Messaging,
    ];

    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Spent::Work => "work",
            Spent::InNoSpan => "in-no-span",
            Spent::Database => "database",
            Spent::External => "external",
            Spent::Network => "network",
            Spent::Connection => "connection",
            Spent::Messaging => "messaging",
        }
    }
}

/// A part of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentPart {
    /// On what.
    pub spent: Spent,
    /// How long, in nanoseconds.
    pub ns: u64,
    /// The spans, the one that owns most first.
    pub spans: Vec<SpanIndex>,
}

/// The main top's path by what its time was spent on, the largest part first. Sums to the top's duration.
pub fn path_by_spent(facts: &Facts<'_>) -> Vec<SpentPart> {
    let mut parts: Vec<SpentPart> =
        Spent::ALL.iter().map(|spent| SpentPart { spent: *spent, ns: 0, spans: Vec::new() }).collect();
    let path = facts.paths.of_top(facts.top.index()).map(|path| path_by_span(&path)).unwrap_or_default();
    for part in path {
        let spent = spent_in(facts, &facts.store().span(part.span));
        parts[spent as usize].ns += part.ns;
        parts[spent as usize].spans.push(part.span);
    }
    parts.retain(|part| part.ns > 0);
    sort::slice(&mut parts, |one, other| other.ns.cmp(&one.ns));
    parts
}

/// What a span's own time on the path was spent on.
pub fn spent_in(facts: &Facts<'_>, span: &Span<'_>) -> Spent {
    let has_children = span.children().next().is_some();
    if is_connection(span.name()) {
        return Spent::Connection;
    }
    if span.kind() == SpanKind::Client && server_of(span).is_some() {
        return Spent::Network;
    }
    match (facts.role(span), span.kind()) {
        (Role::Database, _) => Spent::Database,
        (Role::Messaging, _) => Spent::Messaging,
        (_, SpanKind::Client) if !has_children => Spent::External,
        _ if has_children => Spent::InNoSpan,
        _ => Spent::Work,
    }
}

/// The other side of a call: the first child that a server recorded.
pub fn server_of<'a>(client: &Span<'a>) -> Option<Span<'a>> {
    client.children().find(|child| child.kind() == SpanKind::Server && !child.is_async())
}

/// Whether an operation is named like waiting for a connection or making one.
fn is_connection(name: &str) -> bool {
    // An address may have these words in it, too, but most names have none of them.
    if name.contains('/') || !mentions_connection(name) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| name.contains(word));
    any(&["dns.lookup", "dns lookup", "tcp.connect", "tls.connect", "tls handshake", "hikaripool", "pool.acquire"])
        || any(&["pool", "connection"])
            && any(&["acquire", "borrow", "checkout", "check out", "obtain", "get", "wait", "open", "create"])
        || matches!(name.trim(), "connect" | "pg-pool.connect" | "pg.connect" | "pool.connect" | "db.connect")
}

/// Whether a name has one of the words that all names of connections have.
fn mentions_connection(name: &str) -> bool {
    let name = name.as_bytes();
    ["pool", "conn", "dns", "tls"]
        .iter()
        .any(|word| name.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes())))
}

/// The spans that hold a path up, the one that does most first: what to shorten, one by one.
pub fn largest_drags(facts: &Facts<'_>, most: usize) -> Vec<(SpanIndex, u64)> {
    let path = facts.paths.of_top(facts.top.index()).map(|path| path_by_span(&path)).unwrap_or_default();
    let drags = path.into_iter().take(most).map(|part| (part.span, saved_if_shorter(&facts.trace, part.span, part.ns)));
    let drags =
        sort::items(drags.collect(), |one: &(SpanIndex, u64), other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    drags.into_iter().filter(|(_, ns)| *ns > 0).collect()
}

/// Below this share of the request, one in ten, nothing is told of.
const WORTH_TELLING: u64 = 10;
/// A stretch in no span that is worth telling: this long, and one in ten of the request.
const GAP_NS: u64 = 1_000_000;

fn is_worth_telling(facts: &Facts<'_>, ns: u64) -> bool {
    ns > 0 && ns >= facts.whole_ns() / WORTH_TELLING
}

/// `slowest-hop`: the span that owns most of the path.
pub(super) fn slowest_hop(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let Some(path) = facts.paths.of_top(facts.top.index()) else { return };
    let Some(part) = path_by_span(&path).first().copied() else { return };
    if !is_worth_telling(facts, part.ns) {
        return;
    }
    let span = facts.store().span(part.span);
    let whole = facts.whole_ns();
    let has_children = span.children().next().is_some();
    let took = format_duration(part.ns);
    let how = if has_children { "spent" } else { "took" };
    let itself = if has_children { " in itself" } else { "" };
    let title = format!("{} {how} {took}{itself}, {} of the request", operation(&span), share(part.ns, whole));
    let saves = saved_if_shorter(&facts.trace, part.span, part.ns);
    let arithmetic = if saves == part.ns {
        format!("{} of {} on the critical path", took, format_duration(whole))
    } else {
        format!(
            "{took} on the critical path, of which {} would be taken by what ran beside it",
            format_duration(part.ns - saves)
        )
    };
    let mut finding = Finding::new("slowest-hop", Severity::Critical, Confidence::Certain, title, vec![part.span])
        .saving(saves, arithmetic)
        .next(advice(facts, &span));
    if let Some(statement) = facts.semantics.text(&span, Field::DbStatement) {
        finding = finding.because(statement_line(&statement), vec![part.span]);
    }
    if duration(&span) != part.ns {
        let text = format!("it lasted {}, of which {took} held the request up", format_duration(duration(&span)));
        finding = finding.because(text, vec![part.span]);
    }
    found.push(finding);
}

/// Where to look in a span that takes long.
pub(super) fn advice(facts: &Facts<'_>, span: &Span<'_>) -> String {
    match spent_in(facts, span) {
        Spent::Database => {
            let system = facts.semantics.text(span, Field::DbSystem);
            let of = system.map(|system| format!(" in {}", shortened(&system, ""))).unwrap_or_default();
            format!("Look at the query's plan{of} and at the rows it reads; see whether an index or a cache would help")
        }
        Spent::External => match peer(facts, span) {
            Some(peer) => format!("{peer} is not in this trace: look at its own traces or logs of this moment"),
            None => "The other side is not in this trace: look at its own traces or logs of this moment".to_owned(),
        },
        Spent::Network => {
            "Compare both sides of the call: connection set-up, payload size, queues before the server".to_owned()
        }
        Spent::Connection => {
            "Keep connections open, and look at the size of the pool and who holds its connections".to_owned()
        }
        Spent::Messaging => {
            "Look at the broker's and the client's settings for sending: acknowledgements, batches".to_owned()
        }
        Spent::InNoSpan => format!("Add spans around what {} does between its calls, or profile it", operation(span)),
        Spent::Work => format!("Nothing within was recorded: add spans to {}, or profile it", operation(span)),
    }
}

/// The other side of a call, as the caller knows it.
pub(super) fn peer(facts: &Facts<'_>, span: &Span<'_>) -> Option<String> {
    [Field::PeerService, Field::ServerAddress, Field::DbNamespace, Field::DbSystem, Field::MessagingDestination]
        .into_iter()
        .find_map(|field| facts.semantics.text(&facts.store().span(span.index()), field))
        .map(|peer| shortened(&peer, ""))
}

/// `critical-share`: a service that owns more than half of the path, among several.
pub(super) fn owning_service(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let Some(path) = facts.paths.of_top(facts.top.index()) else { return };
    let parts = super::bottleneck::path_by_service(facts.store(), &path);
    let [first, _, ..] = parts.as_slice() else { return };
    let whole = facts.whole_ns();
    if first.ns <= whole / 2 {
        return;
    }
    let service = facts.store().services().nth(first.service).unwrap_or_default();
    let title = format!(
        "{} owns {} of the critical path, {} of {}",
        shortened(service, "A service without a name"),
        share(first.ns, whole),
        format_duration(first.ns),
        format_duration(whole)
    );
    let sum: Vec<String> = parts.iter().take(4).map(|part| format_duration(part.ns)).collect();
    let rest: u64 = parts.iter().skip(4).map(|part| part.ns).sum();
    let rest = if rest > 0 { format!(" + {} elsewhere", format_duration(rest)) } else { String::new() };
    let arithmetic = format!("{}{rest} = {}", sum.join(" + "), format_duration(whole));
    found.push(
        Finding::new("critical-share", Severity::Info, Confidence::Certain, title, first.spans.clone())
            .saving(0, arithmetic)
            .next(format!(
                "Begin with {}: what others do matters less to this request",
                shortened(service, "that service")
            )),
    );
}

/// `network-wait`: calls between two services of which a good part is in neither.
#[derive(Default)]
pub(super) struct Network {
    /// Client service, server service, span.
    calls: Vec<(usize, usize, SpanIndex)>,
}

impl Watch for Network {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        if facts.critical[span.position()] > 0
            && span.kind() == SpanKind::Client
            && let Some(server) = server_of(span)
        {
            self.calls.push((span.service_index(), server.service_index(), span.index()));
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        let calls = &mut self.calls;
        sort::slice(calls, Ord::cmp);
        // In the order of their first calls: services are numbered as they were read.
        let pairs = calls.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
        for calls in sort::items(pairs.collect(), |one, other| one[0].2.cmp(&other[0].2)) {
            let ns = total(calls.iter().map(|(.., span)| facts.critical_of(*span)));
            if !is_worth_telling(facts, ns) || ns < GAP_NS {
                continue;
            }
            let mut spans: Vec<SpanIndex> = calls.iter().map(|(.., span)| *span).collect();
            sort::slice(&mut spans, |one, other| facts.critical_of(*other).cmp(&facts.critical_of(*one)));
            let client = facts.store().span(spans[0]);
            let Some(server) = server_of(&client) else { continue };
            let (caller, callee) =
                (shortened(client.service(), "the caller"), shortened(server.service(), "the server"));
            let title = format!(
                "{} ({}) between {caller} and {callee} is spent in neither",
                format_duration(ns),
                share(ns, facts.whole_ns())
            );
            let (of_client, of_server) = (duration(&client), duration(&server));
            let difference = of_client.saturating_sub(of_server);
            let text = format!(
                "{}: {} at the caller − {} at the server = {}",
                operation(&client),
                format_duration(of_client),
                format_duration(of_server),
                format_duration(difference)
            );
            let saves = match spans.as_slice() {
                [only] => saved_if_shorter(&facts.trace, *only, ns),
                _ => 0,
            };
            let calls = count(spans.len(), "call", "calls");
            found.push(
                Finding::new("network-wait", Severity::Warning, Confidence::Likely, title, spans)
                    .saving(saves, format!("{} on the critical path over {calls}", format_duration(ns)))
                    .because(text, vec![client.index(), server.index()])
                    .next("Look at connection set-up, payload size and queues between the two; an aligned clock would tell which way is slow"),
            );
        }
        true
    }
}

/// `pool-wait`: waiting for connections.
#[derive(Default)]
pub(super) struct Connections {
    /// By name.
    known: Answers,
    spans: Vec<SpanIndex>,
}

impl Watch for Connections {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        if facts.critical[span.position()] > 0 && self.known.get(span.name_id().index(), || is_connection(span.name()))
        {
            self.spans.push(span.index());
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        let mut spans = std::mem::take(&mut self.spans);
        let ns = total(spans.iter().map(|span| facts.critical_of(*span)));
        // Half of what is worth telling elsewhere: none of it is work.
        if ns < GAP_NS || !is_worth_telling(facts, ns.saturating_mul(2)) {
            return true;
        }
        sort::slice(&mut spans, |one, other| facts.critical_of(*other).cmp(&facts.critical_of(*one)));
        let first = facts.store().span(spans[0]);
        let title = format!(
            "{} ({}) went into waiting for or making connections",
            format_duration(ns),
            share(ns, facts.whole_ns())
        );
        let text = format!("{} took {}", operation(&first), format_duration(duration(&first)));
        let saves = match spans.as_slice() {
            [only] => saved_if_shorter(&facts.trace, *only, ns),
            _ => 0,
        };
        found.push(
            Finding::new("pool-wait", Severity::Warning, Confidence::Likely, title, spans)
                .saving(saves, String::new())
                .because(text, vec![first.index()])
                .next("Keep connections open, and look at the size of the pool and who holds its connections"),
        );
        true
    }
}

/// `uninstrumented-gap`: long stretches of the path in which a span with parts has none running.
pub(super) fn in_no_span(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let Some(path) = facts.paths.of_top(facts.top.index()) else { return };
    let store = facts.store();
    let mut own: Vec<(SpanIndex, u64, u64)> = path
        .segments
        .iter()
        .filter(|segment| segment.duration_ns() >= GAP_NS && is_worth_telling(facts, segment.duration_ns()))
        .filter(|segment| spent_in(facts, &store.span(segment.span)) == Spent::InNoSpan)
        .map(|segment| (segment.span, segment.start, segment.end))
        .collect();
    sort::slice(&mut own, Ord::cmp);
    let mut longest: Option<(u64, SpanIndex, u64)> = None;
    let (mut in_all, mut spans) = (0, Vec::new());
    for own in own.chunk_by(|one, other| one.0 == other.0) {
        let span = own[0].0;
        // Only where nothing below it runs, whether it held up or not.
        let mut at = 0;
        for_each_gap(&store.span(span), |start, end| {
            while own.get(at).is_some_and(|(.., to)| *to <= start) {
                at += 1;
            }
            let Some((_, from, to)) = own.get(at) else { return };
            let (from, to) = (start.max(*from), end.min(*to));
            let ns = to.saturating_sub(from);
            if ns < GAP_NS || !is_worth_telling(facts, ns) {
                return;
            }
            in_all += ns;
            if spans.last() != Some(&span) {
                spans.push(span);
            }
            if longest.is_none_or(|(longest, ..)| ns > longest) {
                longest = Some((ns, span, from));
            }
        });
    }
    let Some((ns, span, from)) = longest else { return };
    let owner = store.span(span);
    spans.retain(|other| *other != span);
    spans.insert(0, span);
    let since = from.saturating_sub(owner.start_ns().unwrap_or(from));
    let title = format!(
        "No span covers {} of {}, {} of the request",
        format_duration(ns),
        operation(&owner),
        share(ns, facts.whole_ns())
    );
    let saves = saved_if_shorter(&facts.trace, span, ns);
    let mut finding = Finding::new("uninstrumented-gap", Severity::Warning, Confidence::Certain, title, spans)
        .saving(saves, format!("{} with no child span running", format_duration(ns)))
        .because(format!("it begins {} after the span", format_duration(since)), vec![span])
        .next(format!(
            "Add a span there, or profile {}: the time is its own work or a call without instrumentation",
            operation(&owner)
        ));
    if in_all > ns {
        finding = finding.because(format!("{} in all such stretches", format_duration(in_all)), vec![span]);
    }
    found.push(finding);
}
