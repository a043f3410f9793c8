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
use super::watch::Watch;
use super::what_if::{Change, saved_if_shorter};
use super::words::{count, duration, operation, shortened, total};
use crate::sort;
use crate::store::{Span, SpanIndex, SpanKind, Status, Store};
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

/// Spans that may be a pattern, and what they could cost at most.
type Candidate = (u64, Vec<SpanIndex>);

/// One kind of pattern.
struct Kind {
    /// What may be one.
    candidates: fn(&Facts<'_>, &mut Patterns) -> Vec<Candidate>,
    /// What is told of a candidate, if it is worth telling.
    judge: fn(&Facts<'_>, Vec<SpanIndex>) -> Option<Finding>,
}

/// `serial-repeat`, `duplicate-calls`, `serialisable`, `fan-out-tail`, `chatty-services`.
const KINDS: [Kind; 5] = [
    Kind { candidates: repeated, judge: repeats },
    Kind { candidates: asked_again, judge: duplicates },
    Kind { candidates: in_turn, judge: serialisable },
    Kind { candidates: at_once, judge: fan_out },
    Kind { candidates: between_services, judge: chatty },
];

/// Looks for all kinds.
#[derive(Default)]
pub(super) struct Patterns {
    calls: Calls,
    texts: Texts,
    /// Calls that ask for something by value, and a number for what they ask whom.
    asked: Vec<(u64, SpanIndex)>,
    /// Calls of which both sides are there: client service, server service, span.
    answered: Vec<(usize, usize, SpanIndex)>,
    /// Spans that were told of as repeated, rising.
    repeated: Vec<SpanIndex>,
    /// Whether the calls of each parent stand together.
    by_parent: bool,
    /// The kind that is being told of.
    kind: usize,
    /// Its candidates that are still to be judged, the one to begin with last.
    candidates: Option<Vec<Vec<SpanIndex>>>,
    findings: Vec<Finding>,
}

impl Watch for Patterns {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        self.calls.collect(facts, span, &mut self.texts, &mut self.asked);
        if span.kind() == SpanKind::Client
            && let Some(server) = super::attribution::server_of(span)
        {
            self.answered.push((span.service_index(), server.service_index(), span.index()));
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        if !std::mem::replace(&mut self.by_parent, true) {
            self.calls.by_parent();
            return false;
        }
        let kind = &KINDS[self.kind];
        let Some(candidates) = &mut self.candidates else {
            let candidates = (kind.candidates)(facts, self);
            self.candidates = Some(largest(candidates));
            return false;
        };
        if let Some(spans) = candidates.pop() {
            self.findings.extend((kind.judge)(facts, spans));
            return false;
        }
        keep_most(std::mem::take(&mut self.findings), found);
        self.candidates = None;
        self.kind += 1;
        self.kind == KINDS.len()
    }
}

/// A call, and what makes it like another one.
#[derive(Clone, Copy, Debug)]
struct Call {
    parent: SpanIndex,
    shape: u64,
    span: SpanIndex,
}

/// All calls with a parent, by parent, then in tree order.
#[derive(Default)]
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

/// A number for the shape of a call whose request was written into `texts`.
fn shape_of(facts: &Facts<'_>, span: &Span<'_>, texts: &mut Texts) -> u64 {
    let Texts { request, shape } = texts;
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
    /// Adds the next span if it is one; to `asked` if it asks for something by value.
    fn collect(&mut self, facts: &Facts<'_>, span: &Span<'_>, texts: &mut Texts, asked: &mut Vec<(u64, SpanIndex)>) {
        let Some(parent) = span.parent().filter(|_| !span.is_async() && span.interval().is_some()) else { return };
        if !is_call(facts, span) {
            return;
        }
        request_text(facts, span, &mut texts.request);
        self.all.push(Call { parent, shape: shape_of(facts, span, texts), span: span.index() });
        if asks_by_value(facts, span) {
            let (role, text) = (facts.role(span), &texts.request);
            if reads(role, text) && (role != Role::Database || has_no_placeholder(text)) {
                let to = peer(facts, span).unwrap_or_default();
                asked.push((hash(text.as_bytes(), hash(to.as_bytes(), HASH)), span.index()));
            }
        }
    }

    /// Brings the calls of each parent together; before, they stand in tree order.
    fn by_parent(&mut self) {
        sort::slice(&mut self.all, |one, other| (one.parent, one.span).cmp(&(other.parent, other.span)));
    }

    /// The calls of each parent.
    fn families(&self) -> impl Iterator<Item = &[Call]> {
        self.all.chunk_by(|one, other| one.parent == other.parent)
    }
}

/// Calls of one shape under one parent, those of several parents one behind the other.
fn repeated(facts: &Facts<'_>, patterns: &mut Patterns) -> Vec<Candidate> {
    // Groups of one parent and shape that are large enough, by shape.
    let mut groups: Vec<Vec<Call>> = Vec::new();
    for family in patterns.calls.families().filter(|family| family.len() >= REPEATS) {
        let by_shape = sort::items(family.to_vec(), |one, other| (one.shape, one.span).cmp(&(other.shape, other.span)));
        let alike = by_shape.chunk_by(|one, other| one.shape == other.shape);
        groups.extend(alike.filter(|group| group.len() >= REPEATS).map(<[Call]>::to_vec));
    }
    let groups = sort::items(groups, |one, other| one[0].shape.cmp(&other[0].shape));
    let mut candidates = Vec::new();
    for groups in groups.chunk_by(|one, other| one[0].shape == other[0].shape) {
        let spans: Vec<SpanIndex> = groups.iter().flatten().map(|call| call.span).collect();
        patterns.repeated.extend(&spans);
        candidates.push((total(spans.iter().map(|span| duration(&facts.store().span(*span)))), spans));
    }
    sort::slice(&mut patterns.repeated, Ord::cmp);
    candidates
}

/// Those that could cost most, as far as they are worth a replay; the largest one last.
fn largest(candidates: Vec<Candidate>) -> Vec<Vec<SpanIndex>> {
    let mut order: Vec<u32> = (0..candidates.len() as u32).collect();
    sort::numbers(&mut order, &mut |one, other| {
        candidates[other as usize].0.cmp(&candidates[one as usize].0).then(one.cmp(&other))
    });
    order.truncate(REPLAYED);
    let mut candidates = candidates;
    order.iter().rev().map(|number| std::mem::take(&mut candidates[*number as usize].1)).collect()
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

/// Calls of one shape, those of each parent together.
fn repeats(facts: &Facts<'_>, spans: Vec<SpanIndex>) -> Option<Finding> {
    let store = facts.store();
    let parent = |span: SpanIndex| store.span(span).parent();
    let mut change = Change::default();
    let (mut sum, mut overlaps, mut parents) = (0, 0, 0_u64);
    for group in spans.chunk_by(|one, other| parent(*one) == parent(*other)) {
        parents += 1;
        let longest = group.iter().copied().max_by_key(|span| duration(&store.span(*span)));
        let others = group.iter().filter(|span| Some(**span) != longest);
        change.shorter.extend(others.map(|span| (*span, u64::MAX)));
        sum = total(group.iter().map(|span| duration(&store.span(*span))).chain([sum]));
        overlaps += overlapping(facts, group);
    }
    let saves = facts.saved_by(spans[0], &change);
    let first = store.span(spans[0]);
    let parent = store.span(parent(spans[0])?);
    let times = grouped(spans.len() as u64);
    let how = match overlaps {
        0 => "one after the other",
        _ if overlaps * 2 > spans.len() => "at once",
        _ => "partly at once",
    };
    let place = match parents {
        1 => format!("under {}", shortened(parent.name(), "one span")),
        _ => format!("under {} spans such as {}", grouped(parents), shortened(parent.name(), "one")),
    };
    let title = format!("{} is called {times} times {place}, {how}", operation(&first));
    let kept = if parents == 1 { "the longest" } else { "the longest of each" };
    let arithmetic = format!(
        "{times} calls take {}; {kept} alone would end the request {} sooner",
        format_duration(sum),
        format_duration(saves)
    );
    let mut texts = Texts::default();
    request_text(facts, &first, &mut texts.request);
    shape_of(facts, &first, &mut texts);
    let next = match facts.role(&first) {
        Role::Database => "Ask for all of them in one query: a join, or a list of keys",
        _ => "Ask for all of them in one call; if there is none for that, send them at once with a limit",
    };
    let severity = severity(facts, saves);
    Some(
        Finding::new("serial-repeat", severity, Confidence::Likely, title, spans.clone())
            .saving(saves, arithmetic)
            .because(format!("they differ in values only: {}", shortened(&texts.shape, "")), spans)
            .next(next),
    )
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

/// Whether a call says all of what it asks for, and has not failed.
fn asks_by_value(facts: &Facts<'_>, span: &Span<'_>) -> bool {
    let field = match facts.role(span) {
        Role::Database => Field::DbStatement,
        Role::Http => Field::UrlFull,
        _ => return false,
    };
    span.status() != Status::Error && facts.semantics.has(&facts.store().span(span.index()), field)
}

/// The same question asked again: equal to the value, and not because the first one failed.
fn asked_again(facts: &Facts<'_>, patterns: &mut Patterns) -> Vec<Candidate> {
    let store = facts.store();
    let mut asked = std::mem::take(&mut patterns.asked);
    asked.retain(|(_, span)| patterns.repeated.binary_search(span).is_err());
    sort::slice(&mut asked, Ord::cmp);
    let mut candidates: Vec<Candidate> = Vec::new();
    for alike in asked.chunk_by(|one, other| one.0 == other.0).filter(|alike| alike.len() > 1) {
        let spans: Vec<SpanIndex> = alike.iter().map(|(_, span)| *span).collect();
        candidates.push((total(spans[1..].iter().map(|span| duration(&store.span(*span)))), spans));
    }
    candidates
}

/// All but the first of them could be spared.
fn duplicates(facts: &Facts<'_>, spans: Vec<SpanIndex>) -> Option<Finding> {
    let store = facts.store();
    let again = spans[1..].iter().map(|span| (*span, u64::MAX)).collect();
    let saves = facts.saved_by(spans[0], &Change { shorter: again, together: Vec::new() });
    if severity(facts, saves) == Severity::Info {
        return None;
    }
    let first = store.span(spans[0]);
    let mut text = String::new();
    request_text(facts, &first, &mut text);
    let shown = shortened(&text, "the same");
    let title = format!("{} asks the same {} times", operation(&first), grouped(spans.len() as u64));
    let arithmetic = format!("without all but the first the request would end {} sooner", format_duration(saves));
    Some(
        Finding::new("duplicate-calls", severity(facts, saves), Confidence::Likely, title, spans.clone())
            .saving(saves, arithmetic)
            .because(shown, spans)
            .next("Keep the first answer for the rest of the request"),
    )
}

/// Calls on the path, one after the other, that only read: they could run at once, if none needs another's answer.
fn in_turn(facts: &Facts<'_>, patterns: &mut Patterns) -> Vec<Candidate> {
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
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut text = String::new();
    for family in patterns.calls.families().filter(|family| family.len() > 1) {
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
    candidates
}

/// They could begin together.
fn serialisable(facts: &Facts<'_>, on_path: Vec<SpanIndex>) -> Option<Finding> {
    let store = facts.store();
    let parent = store.span(store.span(on_path[0]).parent()?);
    let saves = facts.saved_by(facts.top.index(), &Change { shorter: Vec::new(), together: vec![on_path.clone()] });
    if severity(facts, saves) != Severity::Critical {
        return None;
    }
    let names: Vec<String> = on_path.iter().take(4).map(|span| shortened(store.span(*span).name(), "one")).collect();
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
    Some(
        Finding::new("serialisable", Severity::Warning, Confidence::Guess, title, on_path.clone())
            .saving(saves, arithmetic)
            .because("each begins when the one before it has ended, and they only read".to_owned(), on_path)
            .next("If none of them needs another's answer, send them at once"),
    )
}

/// Calls of one shape at once, of which one took much longer than the others.
fn at_once(facts: &Facts<'_>, patterns: &mut Patterns) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for family in patterns.calls.families().filter(|family| family.len() >= FAN_OUT) {
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
    candidates
}

/// The slowest one could be like the others.
fn fan_out(facts: &Facts<'_>, spans: Vec<SpanIndex>) -> Option<Finding> {
    let store = facts.store();
    let (longest, median) = longest_and_median(facts, &spans);
    let slowest = spans.iter().copied().max_by_key(|span| duration(&store.span(*span)))?;
    let saves = saved_if_shorter(&facts.trace, slowest, longest - median);
    if severity(facts, saves) == Severity::Info {
        return None;
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
    Some(
        Finding::new("fan-out-tail", severity(facts, saves), Confidence::Certain, title, all)
            .saving(saves, arithmetic)
            .because("most of them began before the others had ended".to_owned(), spans)
            .next("Find out what is different about this one; a limit on each call, or a second try of the slow one, would cut the tail"),
    )
}

fn longest_and_median(facts: &Facts<'_>, spans: &[SpanIndex]) -> (u64, u64) {
    let mut lengths: Vec<u64> = spans.iter().map(|span| duration(&facts.store().span(*span))).collect();
    sort::slice(&mut lengths, Ord::cmp);
    (lengths.last().copied().unwrap_or(0), lengths.get((lengths.len().max(1) - 1) / 2).copied().unwrap_or(0))
}

/// Many calls from one service to another, of which what is lost between the two adds up.
fn between_services(facts: &Facts<'_>, patterns: &mut Patterns) -> Vec<Candidate> {
    let Patterns { repeated, answered, .. } = patterns;
    let mut calls = std::mem::take(answered);
    let store = facts.store();
    calls.retain(|(.., span)| repeated.binary_search(span).is_err());
    sort::slice(&mut calls, Ord::cmp);
    let mut candidates: Vec<Candidate> = Vec::new();
    let pairs = calls.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
    let pairs = pairs.filter(|calls| calls.len() >= MANY_CALLS).collect();
    for calls in sort::items(pairs, |one: &&[_], other| one[0].2.cmp(&other[0].2)) {
        let spans: Vec<SpanIndex> = calls.iter().map(|(.., span)| *span).collect();
        candidates.push((total(spans.iter().map(|span| lost_in(store, *span))), spans));
    }
    candidates
}

/// What a call takes beyond what its other side does.
fn lost_in(store: &Store, call: SpanIndex) -> u64 {
    let client = store.span(call);
    let server = super::attribution::server_of(&client).map_or(0, |server| duration(&server));
    duration(&client).saturating_sub(server)
}

/// One call could do.
fn chatty(facts: &Facts<'_>, spans: Vec<SpanIndex>) -> Option<Finding> {
    let store = facts.store();
    let most = spans.iter().copied().max_by_key(|span| lost_in(store, *span));
    let others: Vec<(SpanIndex, u64)> =
        spans.iter().copied().filter(|span| Some(*span) != most).map(|span| (span, lost_in(store, span))).collect();
    let lost = total(spans.iter().map(|span| lost_in(store, *span)));
    let saves = facts.saved_by(spans[0], &Change { shorter: others, together: Vec::new() });
    if severity(facts, saves) == Severity::Info {
        return None;
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
    Some(
        Finding::new("chatty-services", severity(facts, saves), Confidence::Likely, title, spans)
            .saving(saves, arithmetic)
            .next("Offer one call that answers what these ask together"),
    )
}
