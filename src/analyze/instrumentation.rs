//! What is missing in the data itself: attributes too generic to filter by, spans that tell nothing, names that are all different, logs
//! without ids. Each of these hides something from every other analysis.
//!
//! A finding fires on a share of the spans it is about, not on one of them, and names the worst example. Linear, then sorts of names.
//! (The lesson's common mistakes; Instrumentation Score, rules SPA-001 to SPA-005, with rates instead of yes and no.)

use super::answers::Answers;
use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::semantics::{Field, Role};
use super::shape::is_value;
use super::watch::Watch;
use super::words::{count, duration, operation, shortened};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind};
use crate::strings::StringId;
use crate::time::{format_duration, grouped};

/// Spans that a finding names.
const NAMED: usize = 50;
/// Spans of one name from which on they may be too many.
const NOISY: usize = 20;
/// A span that is shorter than this part of the request, one in a thousand, tells little by its time.
const SHORT: u64 = 1000;
/// Names with values in them from which on they are a habit.
const VALUE_NAMES: usize = 3;

fn first(spans: &[SpanIndex]) -> Vec<SpanIndex> {
    spans.iter().copied().take(NAMED).collect()
}

/// Names that say of a call what it is, but not which.
const GENERIC: [&str; 22] = [
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "http get",
    "http post",
    "http put",
    "http delete",
    "http",
    "query",
    "select",
    "insert",
    "update",
    "request",
    "handler",
    "handle",
    "call",
    "process",
    "execute",
    "db.query",
];

/// `generic-attributes`: requests without a route, calls without an address, queries without a system: nothing to filter by.
pub(super) struct Generic {
    // Which spans, of how many, lack what.
    routes: Lacking,
    targets: Lacking,
    systems: Lacking,
    unnamed: Lacking,
    /// By name.
    known: Answers,
}

impl Default for Generic {
    fn default() -> Generic {
        Generic {
            routes: Lacking::new("HTTP server spans", "http.route or url.path"),
            targets: Lacking::new("HTTP client spans", "server.address or url.full"),
            systems: Lacking::new("database spans", "db.system.name"),
            unnamed: Lacking::new("server and client spans", "any attribute that says what was asked for"),
            known: Answers::default(),
        }
    }
}

impl Watch for Generic {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        let Generic { routes, targets, systems, unnamed, known } = self;
        let lacks = |fields: &[Field]| !facts.semantics.has_any(&facts.store().span(span.index()), fields);
        match (facts.role(span), span.kind()) {
            (Role::Http, SpanKind::Server) => {
                routes.add(span, lacks(&[Field::HttpRoute, Field::UrlPath, Field::UrlFull]));
            }
            (Role::Http, SpanKind::Client) => {
                targets
                    .add(span, lacks(&[Field::ServerAddress, Field::UrlFull, Field::PeerService, Field::UrlTemplate]));
            }
            (Role::Database, _) => systems.add(span, lacks(&[Field::DbSystem])),
            (Role::Other, SpanKind::Server | SpanKind::Client) => {
                let is_generic = || {
                    let name = span.name().trim();
                    GENERIC.iter().any(|generic| generic.eq_ignore_ascii_case(name))
                };
                unnamed.add(span, known.get(span.name_id().index(), is_generic));
            }
            _ => {}
        }
    }

    fn tell(&mut self, _: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        for lacking in [&self.routes, &self.targets, &self.systems, &self.unnamed] {
            lacking.tell(found);
        }
        true
    }
}

/// Spans of one sort, and those of them that lack something.
struct Lacking {
    sort: &'static str,
    what: &'static str,
    all: usize,
    spans: Vec<SpanIndex>,
}

impl Lacking {
    fn new(sort: &'static str, what: &'static str) -> Lacking {
        Lacking { sort, what, all: 0, spans: Vec::new() }
    }

    fn add(&mut self, span: &Span<'_>, lacks: bool) {
        self.all += 1;
        if lacks {
            self.spans.push(span.index());
        }
    }

    /// Tells when it is half of them or more.
    fn tell(&self, found: &mut Vec<Finding>) {
        let Lacking { sort, what, all, spans } = self;
        if spans.is_empty() || spans.len() * 2 < *all {
            return;
        }
        let title = format!("{} of {} {sort} lack {what}", grouped(spans.len() as u64), grouped(*all as u64));
        found
            .push(Finding::new("generic-attributes", Severity::Info, Confidence::Certain, title, first(spans)).next(
                format!("Set {what} where these spans are made: without it nobody can filter for one operation"),
            ));
    }
}

/// `noisy-spans`: many short spans of one name without children, attributes, events or errors: they tell nothing that their parent does not.
#[derive(Default)]
pub(super) struct Noisy {
    /// Service, name, span.
    silent: Vec<(u32, u32, SpanIndex)>,
}

impl Watch for Noisy {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        let internal = matches!(span.kind(), SpanKind::Internal | SpanKind::Unspecified);
        if internal
            && facts.role(span) == Role::Other
            && duration(span) <= facts.whole_ns() / SHORT
            && span.parent().is_some()
            && span.start_ns().is_some()
            && span.is_leaf()
            && span.events().len() == 0
            && span.status() != crate::store::Status::Error
        {
            self.silent.push((span.service_index() as u32, span.name_id().index() as u32, span.index()));
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        noisy_spans(facts, std::mem::take(&mut self.silent), found);
        true
    }
}

fn noisy_spans(facts: &Facts<'_>, mut silent: Vec<(u32, u32, SpanIndex)>, found: &mut Vec<Finding>) {
    sort::slice(&mut silent, Ord::cmp);
    let mut groups: Vec<&[(u32, u32, SpanIndex)]> = silent
        .chunk_by(|one, other| (one.0, one.1) == (other.0, other.1))
        .filter(|group| group.len() >= NOISY)
        .collect();
    groups = sort::items(groups, |one, other| (other.len(), one[0].2).cmp(&(one.len(), other[0].2)));
    let Some(largest) = groups.first() else { return };
    let all: Vec<SpanIndex> = groups.iter().flat_map(|group| group.iter().map(|(.., span)| *span)).collect();
    let example = facts.store().span(largest[0].2);
    let longest = all.iter().map(|span| duration(&facts.store().span(*span))).max().unwrap_or(0);
    let title = format!(
        "{} of {} spans tell nothing: they are short, alike and have no parts, such as {}",
        grouped(all.len() as u64),
        grouped(facts.trace.span_count() as u64),
        operation(&example)
    );
    found.push(
        Finding::new("noisy-spans", Severity::Info, Confidence::Likely, title, first(&all))
            .because(
                format!(
                    "{} of one name; none took more than {}",
                    grouped(largest.len() as u64),
                    format_duration(longest)
                ),
                vec![example.index()],
            )
            .next(
                "Drop these spans, or count them in an attribute of their parent: every span should answer a question",
            ),
    );
}

/// `high-cardinality-name`: names with ids or numbers in them: each is a name of its own, so that none can be counted.
#[derive(Default)]
pub(super) struct ValueNames {
    /// By name.
    known: Answers,
    /// Name, span.
    names: Vec<(u32, SpanIndex)>,
}

impl Watch for ValueNames {
    fn see(&mut self, _: &Facts<'_>, span: &Span<'_>) {
        let name = span.name_id().index();
        if self.known.get(name, || has_value(span.name())) {
            self.names.push((name as u32, span.index()));
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        names_with_values(facts, std::mem::take(&mut self.names), found);
        true
    }
}

/// Words of six digits or more, or hexadecimal of eight or more: shorter numbers may belong to a name.
fn has_value(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_digit())
        && name
            .split(|character: char| !character.is_alphanumeric() && character != '-')
            .any(|word| word.len() >= 6 && is_value(word))
}

fn names_with_values(facts: &Facts<'_>, mut names: Vec<(u32, SpanIndex)>, found: &mut Vec<Finding>) {
    sort::slice(&mut names, Ord::cmp);
    let mut spans: Vec<SpanIndex> = names.chunk_by(|one, other| one.0 == other.0).map(|group| group[0].1).collect();
    sort::slice(&mut spans, Ord::cmp);
    if spans.len() < VALUE_NAMES {
        return;
    }
    let example = facts.store().span(spans[0]);
    let title = format!(
        "{} span names have ids or numbers in them, such as {}",
        grouped(spans.len() as u64),
        shortened(example.name(), "")
    );
    found.push(
        Finding::new("high-cardinality-name", Severity::Info, Confidence::Likely, title, first(&spans))
            .next("Put the value into an attribute and a placeholder into the name, as in GET /users/{id}"),
    );
}

/// Attributes under names that have been replaced, and by what.
const DEPRECATED: [(&str, &str); 24] = [
    ("http.method", "http.request.method"),
    ("http.status_code", "http.response.status_code"),
    ("http.url", "url.full"),
    ("http.target", "url.path and url.query"),
    ("http.scheme", "url.scheme"),
    ("http.host", "server.address"),
    ("http.user_agent", "user_agent.original"),
    ("http.flavor", "network.protocol.version"),
    ("http.client_ip", "client.address"),
    ("http.resend_count", "http.request.resend_count"),
    ("net.peer.name", "server.address"),
    ("net.peer.port", "server.port"),
    ("net.peer.ip", "network.peer.address"),
    ("net.host.name", "server.address"),
    ("net.host.port", "server.port"),
    ("net.transport", "network.transport"),
    ("db.system", "db.system.name"),
    ("db.statement", "db.query.text"),
    ("db.operation", "db.operation.name"),
    ("db.name", "db.namespace"),
    ("db.sql.table", "db.collection.name"),
    ("messaging.operation", "messaging.operation.type"),
    ("peer.service", "service.peer.name"),
    ("rpc.system", "rpc.system.name"),
];

/// `deprecated-attribute`: attributes under their old names.
#[derive(Default)]
pub(super) struct OldNames {
    /// The numbers of the old names that occur, and the last of them: looked up by the first span.
    known: Option<(Vec<Option<StringId>>, Option<StringId>)>,
    /// Of each old name how often it stands, and its first span.
    seen: [(u64, Option<SpanIndex>); DEPRECATED.len()],
}

impl Watch for OldNames {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        let (known, last) = self.known.get_or_insert_with(|| {
            let known: Vec<_> = DEPRECATED.iter().map(|(old, _)| facts.store().find_string(old)).collect();
            let last = known.iter().flatten().max().copied();
            (known, last)
        });
        // A key behind the last of them is none of them, which most are.
        let Some(last) = *last else { return };
        for (key, _) in span.raw_attributes() {
            if key <= last
                && let Some(place) = known.iter().position(|known| *known == Some(key))
            {
                self.seen[place].0 += 1;
                self.seen[place].1.get_or_insert(span.index());
            }
        }
    }

    fn tell(&mut self, _: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        deprecated_names(&self.seen, found);
        true
    }
}

fn deprecated_names(seen: &[(u64, Option<SpanIndex>)], found: &mut Vec<Finding>) {
    let mut used: Vec<usize> = (0..DEPRECATED.len()).filter(|place| seen[*place].0 > 0).collect();
    if used.is_empty() {
        return;
    }
    sort::slice(&mut used, |one, other| seen[*other].0.cmp(&seen[*one].0));
    let names: Vec<String> = used.iter().take(4).map(|place| DEPRECATED[*place].0.to_owned()).collect();
    let more = if used.len() > names.len() { format!(" and {} more", used.len() - names.len()) } else { String::new() };
    let title = format!("{} under old names: {}{more}", count(used.len(), "attribute", "attributes"), names.join(", "));
    let mut finding = Finding::new(
        "deprecated-attribute",
        Severity::Info,
        Confidence::Certain,
        title,
        first(&used.iter().filter_map(|place| seen[*place].1).collect::<Vec<_>>()),
    );
    for place in used.iter().take(8) {
        let (old, new) = DEPRECATED[*place];
        let text = format!("{old} is {new} now ({})", count(seen[*place].0 as usize, "time", "times"));
        finding = finding.because(text, seen[*place].1.into_iter().collect());
    }
    found.push(finding.next(
        "Upgrade the instrumentation, or map the names in the Collector; queries on the new names miss these spans",
    ));
}

/// `no-log-correlation`: a request of which nobody wrote anything down: no span has an event.
#[derive(Default)]
pub(super) struct Unlogged {
    any: bool,
}

impl Watch for Unlogged {
    fn see(&mut self, _: &Facts<'_>, span: &Span<'_>) {
        self.any = self.any || span.events().len() > 0;
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        if !self.any && facts.trace.span_count() >= 3 {
            logs_without_ids(facts, found);
        }
        true
    }
}

fn logs_without_ids(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let title = "No span has an event or a log line".to_owned();
    found.push(
        Finding::new("no-log-correlation", Severity::Info, Confidence::Certain, title, vec![facts.top.index()])
            .because(format!("0 events on {}", count(facts.trace.span_count(), "span", "spans")), Vec::new())
            .next("Write trace_id and span_id into log lines, then paste the lines beside the trace: they become events of their spans"),
    );
}

/// `missing-required`: spans of which nobody can tell where they ran.
#[derive(Default)]
pub(super) struct Nameless {
    /// By service.
    known: Answers,
    spans: Vec<SpanIndex>,
}

impl Watch for Nameless {
    fn see(&mut self, _: &Facts<'_>, span: &Span<'_>) {
        let nameless = || {
            let service = span.service();
            service.is_empty() || service.starts_with("unknown_service")
        };
        if self.known.get(span.service_index(), nameless) {
            self.spans.push(span.index());
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        incomplete_resource(facts, &self.spans, found);
        true
    }
}

fn incomplete_resource(facts: &Facts<'_>, spans: &[SpanIndex], found: &mut Vec<Finding>) {
    if spans.is_empty() {
        return;
    }
    let title = format!(
        "{} of {} spans do not say which service they ran in",
        grouped(spans.len() as u64),
        grouped(facts.trace.span_count() as u64)
    );
    found.push(
        Finding::new("missing-required", Severity::Info, Confidence::Certain, title, first(spans))
            .next("Set service.name in the resource (OTEL_SERVICE_NAME): without it time cannot be told by service"),
    );
}
