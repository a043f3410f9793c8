//! Budgets: limits that people set in a line of text, checked on a trace like a bank statement.
//!
//! ```text
//!  POST /checkout < 800ms; inventory <= 200ms; db <= 30%; calls(db) <= 10; timeout inventory = 500ms
//! ```
//! A budget is for an operation (a span's name), a service, or a sort of work (`db`, `http`, `rpc`, `messaging`, `network`,
//! `connection`); `name:` and `service:` before it say which is meant. What counts:
//!
//! - a duration for an operation: the longest of its spans, from start to end (inclusive time);
//! - a duration for a service or a sort: what it owns of the critical path (exclusive time), which adds up over services;
//! - a share: of the critical path; `calls(…)`: how many spans, a call and its answer being two;
//! - `timeout … = …`: what a caller gives it. A timeout below another one in the tree that exceeds it is named, because the outer one
//!   ends the request first.
//!
//! Both times are told in each case. Linear for each budget, and a sort of the spans it is about.

use super::attribution::{Spent, spent_in};
use super::facts::Facts;
use super::letters::lower_case;
use super::semantics::Role;
use super::words::{count, duration, operation};
use crate::sort;
use crate::store::{Span, SpanIndex};
use crate::time::format_duration;

/// Budgets that are read; the rest is told as too many.
const MOST: usize = 100;

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nanoseconds.
    Time(u64),
    /// Thousandths of the request's time.
    Share(u64),
    /// Spans.
    Calls(u64),
    /// Nanoseconds after which a caller gives up.
    Timeout(u64),
}

/// One budget, or why it is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// As written.
    pub text: String,
    /// What it is for.
    target: Target,
    /// What it limits.
    pub limit: Limit,
    /// Whether the limit itself is too much (`<`).
    pub strict: bool,
}

/// Why a text is no budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetError {
    /// As written.
    pub text: String,
    /// Characters from the start of all budgets.
    pub at: usize,
    /// What was expected, what was found.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// An operation, or else a service, or else a sort of work.
    Any(String),
    Name(String),
    Service(String),
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something is left, or nothing, but no more was spent.
    Within,
    /// More was spent.
    Over,
    /// Nothing in the trace is what it is for.
    Unmatched,
}

impl Standing {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Within => "within",
            Standing::Over => "over",
            Standing::Unmatched => "unmatched",
        }
    }
}

/// A budget checked on a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The budget.
    pub budget: Budget,
    /// How it stands.
    pub standing: Standing,
    /// What was spent, in the limit's unit.
    pub spent: u64,
    /// What its spans own of the critical path, in nanoseconds.
    pub exclusive_ns: u64,
    /// The longest of them for an operation, else the time in which any of them ran, in nanoseconds.
    pub inclusive_ns: u64,
    /// The spans it is about, the one that spent most first.
    pub spans: Vec<SpanIndex>,
    /// What else is to be said; "" for nothing.
    pub note: String,
}

/// Reads budgets, parted by `;` or line ends. A `#` begins a remark.
pub fn parse_budgets(text: &str) -> Vec<Result<Budget, BudgetError>> {
    let mut budgets = Vec::new();
    let mut at = 0;
    for part in text.split([';', '\n']) {
        let written = part.split('#').next().unwrap_or_default();
        let trimmed = written.trim();
        let start = at + part[..part.len() - part.trim_start().len()].chars().count();
        at += part.chars().count() + 1;
        if trimmed.is_empty() {
            continue;
        }
        let error = |at: usize, message: String| BudgetError { text: trimmed.to_owned(), at, message };
        if budgets.len() >= MOST {
            budgets.push(Err(error(start, format!("Expected at most {MOST} budgets, found more."))));
            break;
        }
        budgets.push(
            parse(trimmed).map_err(|(offset, message)| error(start + trimmed[..offset].chars().count(), message)),
        );
    }
    budgets
}

/// One budget; an error has its offset in bytes.
fn parse(text: &str) -> Result<Budget, (usize, String)> {
    // The last sign parts what it is for from the limit: a name may hold one, too.
    let signs = ["<=", "≤", "<", "="];
    let sign = signs
        .iter()
        .filter_map(|sign| Some((text.rfind(sign)?, *sign)))
        .max_by_key(|(at, sign)| (at + sign.len(), sign.len()));
    let Some((at, sign)) = sign else {
        return Err((text.len(), "Expected a limit such as `< 800ms`, `<= 30%` or `= 500ms`, found none.".to_owned()));
    };
    let (subject, value) = (text[..at].trim(), text[at + sign.len()..].trim());
    let value_at = text.len() - value.len();
    if subject.is_empty() {
        return Err((0, "Expected what the budget is for: an operation, a service or `db`, found nothing.".to_owned()));
    }
    let lower = subject.to_ascii_lowercase();
    let (kind, subject) = if let Some(inner) = lower.strip_prefix("calls(").and_then(|_| subject[6..].strip_suffix(')'))
    {
        ("calls", inner.trim())
    } else if lower.starts_with("timeout ") {
        ("timeout", subject[8..].trim())
    } else {
        ("", subject)
    };
    let limit = match kind {
        "calls" => Limit::Calls(
            value.parse().map_err(|_| (value_at, format!("Expected a number of calls, found `{value}`.")))?,
        ),
        "timeout" => Limit::Timeout(parse_time(value).map_err(|message| (value_at, message))?),
        _ => match value.strip_suffix('%') {
            Some(share) => Limit::Share(
                scaled(share.trim(), 10)
                    .ok_or_else(|| (value_at, format!("Expected a share such as `30%`, found `{value}`.")))?,
            ),
            None => Limit::Time(parse_time(value).map_err(|message| (value_at, message))?),
        },
    };
    if sign == "=" && kind != "timeout" {
        return Err((at, "Expected `<` or `<=`, found `=`; only a timeout is set with `=`.".to_owned()));
    }
    let unquoted = subject.trim_matches('"').trim();
    let prefixed = |prefix: &str| {
        let begins = unquoted.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        begins.then(|| lower_case(unquoted[prefix.len()..].trim().trim_matches('"')))
    };
    let target = match (prefixed("service:"), prefixed("name:")) {
        (Some(service), _) => Target::Service(service),
        (_, Some(name)) => Target::Name(name),
        _ => Target::Any(lower_case(unquoted)),
    };
    Ok(Budget { text: text.to_owned(), target, limit, strict: sign == "<" })
}

/// A decimal number times a scale, without what is below one; nothing for anything else.
fn scaled(text: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    let mut part = scale;
    for digit in fraction.bytes() {
        part /= 10;
        value = value.checked_add(u64::from(digit - b'0') * part)?;
    }
    Some(value)
}

/// Nanoseconds of a duration such as `800ms` or `1.5 s`.
fn parse_time(text: &str) -> Result<u64, String> {
    let digits = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let scale = match unit.trim() {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        _ => return Err(format!("Expected a duration such as `800ms` or `1.5s`, found `{text}`.")),
    };
    scaled(number, scale).ok_or_else(|| format!("Expected a duration such as `800ms` or `1.5s`, found `{text}`."))
}

/// Checks budgets on a trace.
pub fn check_budgets(facts: &Facts<'_>, budgets: &[Budget]) -> Vec<Statement> {
    let mut statements: Vec<Statement> = budgets.iter().map(|budget| check(facts, budget)).collect();
    let notes: Vec<String> = (0..statements.len()).map(|inner| exceeding(facts, &statements, inner)).collect();
    for (statement, note) in statements.iter_mut().zip(notes) {
        if !note.is_empty() {
            statement.standing = Standing::Over;
            statement.note = note;
        }
    }
    statements
}

/// The spans a target is about, and whether it is an operation.
fn matching(facts: &Facts<'_>, target: &Target) -> (Vec<SpanIndex>, bool) {
    let select = |is_it: &dyn Fn(&Span<'_>) -> bool| -> Vec<SpanIndex> {
        facts.trace.spans().filter(is_it).map(|span| span.index()).collect()
    };
    let named = |name: &str| select(&|span| is_named(span.name(), name));
    let in_service = |service: &str| select(&|span| is_named(span.service(), service));
    match target {
        Target::Name(name) => (named(name), true),
        Target::Service(service) => (in_service(service), false),
        Target::Any(word) => {
            let spans = named(word);
            if !spans.is_empty() {
                return (spans, true);
            }
            let spans = in_service(word);
            if !spans.is_empty() {
                return (spans, false);
            }
            let of_role = |role: Role| select(&|span| facts.role(span) == role);
            let spans = match word.as_str() {
                "db" | "database" => of_role(Role::Database),
                "http" => of_role(Role::Http),
                "rpc" => of_role(Role::Rpc),
                "messaging" => of_role(Role::Messaging),
                "network" => select(&|span| spent_in(facts, span) == Spent::Network),
                "connection" => select(&|span| spent_in(facts, span) == Spent::Connection),
                _ => Vec::new(),
            };
            (spans, false)
        }
    }
}

/// Whether a text is a lower-case name, in any case.
fn is_named(text: &str, lower: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(lower) } else { lower_case(text) == lower }
}

fn check(facts: &Facts<'_>, budget: &Budget) -> Statement {
    let store = facts.store();
    let (spans, is_operation) = matching(facts, &budget.target);
    // What the tree of the main top owns is a part of the request; other trees are not.
    let under_top = |span: &SpanIndex| (facts.top.index()..facts.top.subtree_end()).contains(span);
    let exclusive_ns = spans.iter().filter(|span| under_top(span)).map(|span| facts.critical_of(*span)).sum();
    let longest = spans.iter().map(|span| duration(&store.span(*span))).max().unwrap_or(0);
    let inclusive_ns = if is_operation { longest } else { union(facts, &spans) };
    let calls = spans.len() as u64;
    let mut note = String::new();
    let (spent, limit) = match budget.limit {
        Limit::Time(ns) if is_operation => (inclusive_ns, ns),
        Limit::Time(ns) => (exclusive_ns, ns),
        Limit::Share(share) => {
            let whole = u128::from(facts.whole_ns().max(1));
            (((u128::from(exclusive_ns) * 1000 + whole / 2) / whole) as u64, share)
        }
        Limit::Calls(most) => (calls, most),
        Limit::Timeout(ns) => (longest, ns),
    };
    let over = if budget.strict { spent >= limit } else { spent > limit };
    let standing = match () {
        () if spans.is_empty() && !matches!(budget.limit, Limit::Calls(_)) => Standing::Unmatched,
        () if over => Standing::Over,
        () => Standing::Within,
    };
    if standing == Standing::Unmatched {
        "Nothing in this trace has that name, and no service.".clone_into(&mut note);
    } else if matches!(budget.limit, Limit::Timeout(_)) && over {
        note = format!(
            "{} took longer than that",
            count(spans.iter().filter(|span| duration(&store.span(**span)) > limit).count(), "span", "spans")
        );
    }
    let most = |span: SpanIndex| match budget.limit {
        Limit::Time(_) | Limit::Share(_) if !is_operation => facts.critical_of(span),
        _ => duration(&store.span(span)),
    };
    let spans = sort::items(spans, |one, other| most(*other).cmp(&most(*one)).then(one.cmp(other)));
    Statement { budget: budget.clone(), standing, spent, exclusive_ns, inclusive_ns, spans, note }
}

/// The time in which any of the spans ran, in nanoseconds.
fn union(facts: &Facts<'_>, spans: &[SpanIndex]) -> u64 {
    let mut intervals: Vec<(u64, u64)> = spans.iter().filter_map(|span| facts.store().span(*span).interval()).collect();
    sort::slice(&mut intervals, Ord::cmp);
    let (mut covered, mut until) = (0, 0);
    for (start, end) in intervals {
        let from = start.max(until);
        covered += end.saturating_sub(from);
        until = until.max(end);
    }
    covered
}

/// Says of a timeout whether it exceeds one above it in the tree.
fn exceeding(facts: &Facts<'_>, statements: &[Statement], inner: usize) -> String {
    let Limit::Timeout(limit) = statements[inner].budget.limit else { return String::new() };
    let store = facts.store();
    for outer in statements {
        let Limit::Timeout(above) = outer.budget.limit else { continue };
        if above >= limit {
            continue;
        }
        // The outermost of them, rising; their subtrees lie apart.
        let mut over: Vec<SpanIndex> = outer.spans.clone();
        sort::slice(&mut over, Ord::cmp);
        let mut end = SpanIndex(0);
        over.retain(|span| {
            let outermost = *span >= end;
            if outermost {
                end = store.span(*span).subtree_end();
            }
            outermost
        });
        let found = statements[inner].spans.iter().find_map(|span| {
            let parent = over[..over.partition_point(|outer| outer < span)].last()?;
            (store.span(*parent).subtree_end() > *span).then_some((*span, *parent))
        });
        if let Some((span, parent)) = found {
            return format!(
                "{} may take {}, but {} above it gives up after {}",
                operation(&store.span(span)),
                format_duration(limit),
                operation(&store.span(parent)),
                format_duration(above)
            );
        }
    }
    String::new()
}
