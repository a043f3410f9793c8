//! Patterns of calls that cost more than they need to: repeated, identical, in turn though they could run at once, one slow among many,
//! many small ones between two services.
//!
//! ```text
//!  GET /cart   |---------------------------|
//!    SELECT item  |--|  |--|  |--|  |--|  |--|     five calls of one shape in turn: one could do
//! ```
//! What a pattern costs is not the sum of its spans but what the request would gain, by replay (see [`what_if`](super::what_if)). Calls are
//! alike when their services, kinds and shapes are (see `shape`): a statement or an address without the values in it. Others
//! may run between them, and they may run at once.
//!
//! Thresholds follow the published detectors of Sentry (five repeats) and Jaeger, with the cost on the request instead of the sum of
//! durations. Linear, then sorts of the calls.

use super::attribution::peer;
use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::semantics::{Field, Role};
use super::shape::{has_no_placeholder, name_shape, statement_shape};
use super::what_if::{Change, saved_if_shorter};
use super::words::{count, duration, operation, shortened, total};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind, Status};
use crate::time::{format_duration, grouped};

/// Calls of one shape under one parent from which on they are a pattern.
const REPEATS: usize = 5;
/// Calls at once of which one may be slow.
const FAN_OUT: usize = 3;
/// Calls between two services from which on they are many.
const MANY_CALLS: usize = 20;
/// Findings of one kind that are told.
const MOST: usize = 5;
/// Candidates of one kind whose cost is replayed, those that could cost most; each replay looks at the whole tree.
const REPLAYED: usize = 16;
/// The share of the request that makes a finding critical, and the one that makes it worth a warning.
const CRITICAL_SHARE: u64 = 10;
const WARNING_SHARE: u64 = 100;

/// Findings about patterns of calls.
pub(super) fn detect(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let calls = Calls::new(facts);
    let repeated = calls.repeated(facts, found);
    identical(facts, &calls, &repeated, found);
    in_turn(facts, &calls, found);
    fan_out(facts, &calls, found);
    chatty(facts, &repeated, found);
}

/// A call, and what makes it like another one.
#[derive(Clone, Copy, Debug)]
struct Call {
    parent: SpanIndex,
    shape: u64,
    span: SpanIndex,
}

/// All calls with a parent, by parent, then in tree order.
struct Calls {
    all: Vec<Call>,
}

/// Eight bytes at a time into one number: multiply and turn. It is for telling texts of one trace apart, not for security.
fn hash(bytes: &[u8], mut hash: u64) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(K).rotate_left(29);
    }
    (hash ^ bytes.len() as u64).wrapping_mul(K)
}

const HASH: u64 = 0xcbf2_9ce4_8422_2325;

/// Whether a span asks something of another system, or wraps one that does.
fn is_call(facts: &Facts<'_>, span: &Span<'_>) -> bool {
    let asks = |span: &Span<'_>| match span.kind() {
        SpanKind::Client => true,
        SpanKind::Internal | SpanKind::Unspecified => facts.role(span) != Role::Other,
        SpanKind::Server | SpanKind::Producer | SpanKind::Consumer => false,
    };
    asks(span) || span.kind() == SpanKind::Internal && span.children().next().is_some_and(|child| asks(&child))
}

/// Writes the statement, else what is asked of whom, else the name: with the values in it.
fn request_text(facts: &Facts<'_>, span: &Span<'_>, text: &mut String) {
    text.clear();
    let span = facts.store().span(span.index());
    let mut append = |field| facts.semantics.append(&span, field, text);
    match facts.role(&span) {
        Role::Database if append(Field::DbStatement) => {}
        Role::Http => {
            append(Field::HttpMethod);
            text.push(' ');
            let address = [Field::UrlFull, Field::UrlPath, Field::UrlTemplate, Field::HttpRoute];
            if !address.into_iter().any(|field| facts.semantics.append(&span, field, text)) {
                text.push_str(span.name());
            }
        }
        Role::Rpc if facts.semantics.has(&span, Field::RpcMethod) => {
            append(Field::RpcService);
            text.push('/');
            if !facts.semantics.append(&span, Field::RpcMethod, text) {
                text.clear();
                text.push_str(span.name());
            }
        }
        _ => text.push_str(span.name()),
    }
}

/// The texts that a call is told apart by, kept from call to call.
#[derive(Default)]
struct Texts {
    request: String,
    shape: String,
}

fn shape_of(facts: &Facts<'_>, span: &Span<'_>, texts: &mut Texts) -> u64 {
    let Texts { request, shape } = texts;
    request_text(facts, span, request);
    shape.clear();
    if facts.role(span) == Role::Database {
        statement_shape(request, shape);
    } else {
        name_shape(request, shape);
    }
    let kind = [span.kind() as u8, facts.role(span) as u8];
    // Not by the number of the service, which depends on the order of the input.
    hash(shape.as_bytes(), hash(span.service().as_bytes(), hash(&kind, HASH)))
}

impl Calls {
    fn new(facts: &Facts<'_>) -> Calls {
        let mut all: Vec<Call> = Vec::new();
        let mut texts = Texts::default();
        for parent in facts.trace.spans() {
            let first = all.len();
            for span in parent.children() {
                if !span.is_async() && span.interval().is_some() && is_call(facts, &span) {
                    all.push(Call { parent: parent.index(), shape: 0, span: span.index() });
                }
            }
            // Of fewer calls nobody asks how alike they are.
            if all.len() - first >= FAN_OUT {
                for call in &mut all[first..] {
                    call.shape = shape_of(facts, &facts.store().span(call.span), &mut texts);
                }
            }
        }
        Calls { all }
    }

    /// The calls of each parent.
    fn families(&self) -> impl Iterator<Item = &[Call]> {
        self.all.chunk_by(|one, other| one.parent == other.parent)
    }

    /// Tells of repeated calls; the spans that were told of, rising.
    fn repeated(&self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> Vec<SpanIndex> {
        // Groups of one parent and shape that are large enough, by shape.
        let mut groups: Vec<Vec<Call>> = Vec::new();
        for family in self.families().filter(|family| family.len() >= REPEATS) {
            let by_shape =
                sort::items(family.to_vec(), |one, other| (one.shape, one.span).cmp(&(other.shape, other.span)));
            let alike = by_shape.chunk_by(|one, other| one.shape == other.shape);
            groups.extend(alike.filter(|group| group.len() >= REPEATS).map(<[Call]>::to_vec));
        }
        let groups = sort::items(groups, |one, other| one[0].shape.cmp(&other[0].shape));
        let mut told = Vec::new();
        let mut candidates = Vec::new();
        for groups in groups.chunk_by(|one, other| one[0].shape == other[0].shape) {
            let spans = groups.iter().flatten().map(|call| call.span);
            told.extend(spans.clone());
            candidates.push((total(spans.map(|span| duration(&facts.store().span(span)))), groups.to_vec()));
        }
        sort::slice(&mut told, Ord::cmp);
        keep_most(largest(candidates).map(|groups| repeats(facts, &groups)).collect(), found);
        told
    }
}

/// Those that could cost most, as far as they are worth a replay.
fn largest<T>(candidates: Vec<(u64, T)>) -> impl Iterator<Item = T> {
    let mut order: Vec<u32> = (0..candidates.len() as u32).collect();
    sort::numbers(&mut order, &mut |one, other| {
        candidates[other as usize].0.cmp(&candidates[one as usize].0).then(one.cmp(&other))
    });
    let mut candidates: Vec<Option<T>> = candidates.into_iter().map(|(_, candidate)| Some(candidate)).collect();
    order.into_iter().take(REPLAYED).filter_map(move |index| candidates[index as usize].take())
}

/// Keeps those that save most.
fn keep_most(findings: Vec<Finding>, found: &mut Vec<Finding>) {
    let findings =
        sort::items(findings, |one, other| other.saves_ns.cmp(&one.saves_ns).then(one.spans.cmp(&other.spans)));
    found.extend(findings.into_iter().take(MOST));
}

fn severity(facts: &Facts<'_>, saves: u64) -> Severity {
    let whole = facts.whole_ns();
    match () {
        () if saves > 0 && saves >= whole / CRITICAL_SHARE => Severity::Critical,
        () if saves > 0 && saves >= whole / WARNING_SHARE => Severity::Warning,
        () => Severity::Info,
    }
}

/// How many of the spans begin before the one before them has ended.
fn overlapping(facts: &Facts<'_>, spans: &[SpanIndex]) -> usize {
    let mut end = 0;
    let mut overlapping = 0;
    for (index, span) in spans.iter().enumerate() {
        let (start, to) = facts.store().span(*span).interval().unwrap_or_default();
        overlapping += usize::from(index > 0 && start < end);
        end = end.max(to);
    }
    overlapping
}

/// Calls of one shape, a group for each parent.
fn repeats(facts: &Facts<'_>, groups: &[Vec<Call>]) -> Finding {
    let store = facts.store();
    let mut change = Change::default();
    let mut spans = Vec::new();
    let (mut sum, mut overlaps) = (0, 0);
    for group in groups {
        let group: Vec<SpanIndex> = group.iter().map(|call| call.span).collect();
        let longest = group.iter().copied().max_by_key(|span| duration(&store.span(*span)));
        let others = group.iter().filter(|span| Some(**span) != longest);
        change.shorter.extend(others.map(|span| (*span, u64::MAX)));
        sum = total(group.iter().map(|span| duration(&store.span(*span))).chain([sum]));
        overlaps += overlapping(facts, &group);
        spans.extend(&group);
    }
    let saves = facts.saved_by(spans[0], &change);
    let first = store.span(spans[0]);
    let parent = store.span(groups[0][0].parent);
    let times = grouped(spans.len() as u64);
    let how = match overlaps {
        0 => "one after the other",
        _ if overlaps * 2 > spans.len() => "at once",
        _ => "partly at once",
    };
    let place = match groups.len() {
        1 => format!("under {}", shortened(parent.name(), "one span")),
        parents => format!("under {} spans such as {}", grouped(parents as u64), shortened(parent.name(), "one")),
    };
    let title = format!("{} is called {times} times {place}, {how}", operation(&first));
    let kept = if groups.len() == 1 { "the longest" } else { "the longest of each" };
    let arithmetic = format!(
        "{times} calls take {}; {kept} alone would end the request {} sooner",
        format_duration(sum),
        format_duration(saves)
    );
    let mut texts = Texts::default();
    shape_of(facts, &first, &mut texts);
    let next = match facts.role(&first) {
        Role::Database => "Ask for all of them in one query: a join, or a list of keys",
        _ => "Ask for all of them in one call; if there is none for that, send them at once with a limit",
    };
    let severity = severity(facts, saves);
    Finding::new("serial-repeat", severity, Confidence::Likely, title, spans.clone())
        .saving(saves, arithmetic)
        .because(format!("they differ in values only: {}", shortened(&texts.shape, "")), spans)
        .next(next)
}

/// Whether a call only reads, as far as its text tells.
fn reads(role: Role, request: &str) -> bool {
    let begins = |text: &str, words: &[&str]| {
        let starts = |word: &&str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        words.iter().any(starts)
    };
    let text = request.trim_start();
    match role {
        Role::Database => {
            begins(text, &["select", "get", "mget", "hget", "find", "show", "exists", "query", "scan", "lookup"])
        }
        Role::Http => begins(text, &["get ", "head "]),
        Role::Rpc => {
            let method = text.rsplit('/').next().unwrap_or_default();
            begins(method, &["get", "list", "find", "query", "read", "fetch", "search", "check", "lookup"])
        }
        Role::Messaging | Role::Other => false,
    }
}

/// The same question asked again: equal to the value, and not because the first one failed.
fn identical(facts: &Facts<'_>, calls: &Calls, repeated: &[SpanIndex], found: &mut Vec<Finding>) {
    let store = facts.store();
    let mut asked: Vec<(u64, SpanIndex)> = Vec::new();
    let mut text = String::new();
    for call in &calls.all {
        let span = store.span(call.span);
        let role = facts.role(&span);
        let whole = match role {
            Role::Database => facts.semantics.has(&span, Field::DbStatement),
            Role::Http => facts.semantics.has(&span, Field::UrlFull),
            _ => false,
        };
        if !whole || span.status() == Status::Error || repeated.binary_search(&call.span).is_ok() {
            continue;
        }
        request_text(facts, &span, &mut text);
        if reads(role, &text) && (role != Role::Database || has_no_placeholder(&text)) {
            let to = peer(facts, &span).unwrap_or_default();
            asked.push((hash(text.as_bytes(), hash(to.as_bytes(), HASH)), call.span));
        }
    }
    sort::slice(&mut asked, Ord::cmp);
    let mut candidates: Vec<(u64, Vec<SpanIndex>)> = Vec::new();
    for alike in asked.chunk_by(|one, other| one.0 == other.0).filter(|alike| alike.len() > 1) {
        let spans: Vec<SpanIndex> = alike.iter().map(|(_, span)| *span).collect();
        candidates.push((total(spans[1..].iter().map(|span| duration(&store.span(*span)))), spans));
    }
    let mut findings = Vec::new();
    for spans in largest(candidates) {
        let again = spans[1..].iter().map(|span| (*span, u64::MAX)).collect();
        let saves = facts.saved_by(spans[0], &Change { shorter: again, together: Vec::new() });
        if severity(facts, saves) == Severity::Info {
            continue;
        }
        let first = store.span(spans[0]);
        request_text(facts, &first, &mut text);
        let shown = shortened(&text, "the same");
        let title = format!("{} asks the same {} times", operation(&first), grouped(spans.len() as u64));
        let arithmetic = format!("without all but the first the request would end {} sooner", format_duration(saves));
        findings.push(
            Finding::new("duplicate-calls", severity(facts, saves), Confidence::Likely, title, spans.clone())
                .saving(saves, arithmetic)
                .because(shown, spans)
                .next("Keep the first answer for the rest of the request"),
        );
    }
    keep_most(findings, found);
}

/// Calls on the path, one after the other, that only read: they could run at once, if none needs another's answer.
fn in_turn(facts: &Facts<'_>, calls: &Calls, found: &mut Vec<Finding>) {
    let store = facts.store();
    // How much of the path all spans before each one own.
    let mut owned_before = vec![0_u128; facts.critical.len() + 1];
    for (position, ns) in facts.critical.iter().enumerate() {
        owned_before[position + 1] = owned_before[position] + u128::from(*ns);
    }
    let holds_up = |span: &Span<'_>| {
        let below = (span.subtree_end().0 - span.index().0) as usize;
        owned_before[span.position()] < owned_before[span.position() + below]
    };
    let mut candidates: Vec<(u64, Vec<SpanIndex>)> = Vec::new();
    let mut text = String::new();
    for family in calls.families().filter(|family| family.len() > 1) {
        let on_path: Vec<SpanIndex> = family
            .iter()
            .map(|call| call.span)
            .filter(|span| {
                let span = store.span(*span);
                holds_up(&span) && {
                    request_text(facts, &span, &mut text);
                    reads(facts.role(&span), &text)
                }
            })
            .collect();
        let shapes = family.iter().filter(|call| on_path.binary_search(&call.span).is_ok()).map(|call| call.shape);
        let all_alike = shapes.clone().min() == shapes.max();
        if on_path.len() < 2 || (all_alike && on_path.len() >= REPEATS) || overlapping(facts, &on_path) > 0 {
            continue;
        }
        let lengths = on_path.iter().map(|span| duration(&store.span(*span)));
        let most = total(lengths.clone()) - lengths.max().unwrap_or(0);
        if most >= facts.whole_ns() / CRITICAL_SHARE {
            candidates.push((most, on_path));
        }
    }
    let mut findings = Vec::new();
    for on_path in largest(candidates) {
        let Some(parent) = store.span(on_path[0]).parent().map(|parent| store.span(parent)) else { continue };
        let saves = facts.saved_by(facts.top.index(), &Change { shorter: Vec::new(), together: vec![on_path.clone()] });
        if severity(facts, saves) != Severity::Critical {
            continue;
        }
        let names: Vec<String> =
            on_path.iter().take(4).map(|span| shortened(store.span(*span).name(), "one")).collect();
        let more = on_path.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {} more", grouped(more as u64)) } else { String::new() };
        let title = format!(
            "{} runs {} one after the other that may not need each other: {}{more}",
            operation(&parent),
            count(on_path.len(), "call", "calls"),
            names.join(", ")
        );
        let longest = on_path.iter().map(|span| duration(&store.span(*span))).max().unwrap_or(0);
        let ends = on_path.first().zip(on_path.last()).and_then(|(first, last)| {
            store.span(*first).interval().zip(store.span(*last).interval()).map(|(first, last)| last.1 - first.0)
        });
        let arithmetic = format!(
            "{} from the first to the last, {} if they begin together: the request would end {} sooner",
            format_duration(ends.unwrap_or(0)),
            format_duration(longest),
            format_duration(saves)
        );
        findings.push(
            Finding::new("serialisable", Severity::Warning, Confidence::Guess, title, on_path.clone())
                .saving(saves, arithmetic)
                .because("each begins when the one before it has ended, and they only read".to_owned(), on_path)
                .next("If none of them needs another's answer, send them at once"),
        );
    }
    keep_most(findings, found);
}

/// Calls of one shape at once, of which one took much longer than the others and held the request up.
fn fan_out(facts: &Facts<'_>, calls: &Calls, found: &mut Vec<Finding>) {
    let store = facts.store();
    let mut candidates: Vec<(u64, Vec<SpanIndex>)> = Vec::new();
    for family in calls.families().filter(|family| family.len() >= FAN_OUT) {
        let by_shape = sort::items(family.to_vec(), |one, other| (one.shape, one.span).cmp(&(other.shape, other.span)));
        for group in by_shape.chunk_by(|one, other| one.shape == other.shape).filter(|group| group.len() >= FAN_OUT) {
            let spans: Vec<SpanIndex> = group.iter().map(|call| call.span).collect();
            if overlapping(facts, &spans) * 2 >= spans.len() {
                let (longest, median) = longest_and_median(facts, &spans);
                if longest >= median.saturating_mul(2) {
                    candidates.push((longest - median, spans));
                }
            }
        }
    }
    let mut findings = Vec::new();
    for spans in largest(candidates) {
        let (longest, median) = longest_and_median(facts, &spans);
        let Some(slowest) = spans.iter().copied().max_by_key(|span| duration(&store.span(*span))) else { continue };
        let saves = saved_if_shorter(&facts.trace, slowest, longest - median);
        if severity(facts, saves) == Severity::Info {
            continue;
        }
        let title = format!(
            "Of {} calls at once, the slowest {} took {}, half of them at most {}",
            grouped(spans.len() as u64),
            operation(&store.span(slowest)),
            format_duration(longest),
            format_duration(median)
        );
        let arithmetic = format!(
            "had it taken {} like the middle one, the request would have ended {} sooner",
            format_duration(median),
            format_duration(saves)
        );
        let mut all = spans.clone();
        all.retain(|span| *span != slowest);
        all.insert(0, slowest);
        findings.push(
            Finding::new("fan-out-tail", severity(facts, saves), Confidence::Certain, title, all)
                .saving(saves, arithmetic)
                .because("most of them began before the others had ended".to_owned(), spans)
                .next("Find out what is different about this one; a limit on each call, or a second try of the slow one, would cut the tail"),
        );
    }
    keep_most(findings, found);
}

fn longest_and_median(facts: &Facts<'_>, spans: &[SpanIndex]) -> (u64, u64) {
    let mut lengths: Vec<u64> = spans.iter().map(|span| duration(&facts.store().span(*span))).collect();
    sort::slice(&mut lengths, Ord::cmp);
    (lengths.last().copied().unwrap_or(0), lengths.get((lengths.len().max(1) - 1) / 2).copied().unwrap_or(0))
}

/// Many calls from one service to another, of which what is lost between the two adds up.
fn chatty(facts: &Facts<'_>, repeated: &[SpanIndex], found: &mut Vec<Finding>) {
    let store = facts.store();
    let mut calls: Vec<(usize, usize, SpanIndex)> = Vec::new();
    for span in facts.trace.spans().filter(|span| span.kind() == SpanKind::Client) {
        if let Some(server) = super::attribution::server_of(&span)
            && repeated.binary_search(&span.index()).is_err()
        {
            calls.push((span.service_index(), server.service_index(), span.index()));
        }
    }
    sort::slice(&mut calls, Ord::cmp);
    let between = |span: SpanIndex| {
        let client = store.span(span);
        let server = super::attribution::server_of(&client).map_or(0, |server| duration(&server));
        duration(&client).saturating_sub(server)
    };
    let mut candidates: Vec<(u64, Vec<SpanIndex>)> = Vec::new();
    let pairs = calls.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
    let pairs = pairs.filter(|calls| calls.len() >= MANY_CALLS).collect();
    for calls in sort::items(pairs, |one: &&[_], other| one[0].2.cmp(&other[0].2)) {
        let spans: Vec<SpanIndex> = calls.iter().map(|(.., span)| *span).collect();
        candidates.push((total(spans.iter().map(|span| between(*span))), spans));
    }
    let mut findings = Vec::new();
    for spans in largest(candidates) {
        let most = spans.iter().copied().max_by_key(|span| between(*span));
        let others: Vec<(SpanIndex, u64)> =
            spans.iter().copied().filter(|span| Some(*span) != most).map(|span| (span, between(span))).collect();
        let lost = total(spans.iter().map(|span| between(*span)));
        let saves = facts.saved_by(spans[0], &Change { shorter: others, together: Vec::new() });
        if severity(facts, saves) == Severity::Info {
            continue;
        }
        let (client, server) = (store.span(spans[0]), super::attribution::server_of(&store.span(spans[0])));
        let callee = server.map_or_else(String::new, |server| shortened(server.service(), "another"));
        let caller = shortened(client.service(), "One service");
        let title = format!("{caller} calls {callee} {} times in this request", grouped(spans.len() as u64));
        let arithmetic = format!(
            "{} is spent between the two over all calls; once instead would end the request {} sooner",
            format_duration(lost),
            format_duration(saves)
        );
        findings.push(
            Finding::new("chatty-services", severity(facts, saves), Confidence::Likely, title, spans)
                .saving(saves, arithmetic)
                .next("Offer one call that answers what these ask together"),
        );
    }
    keep_most(findings, found);
}
