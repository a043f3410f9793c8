//! Time limits that do not fit together, and work that went on after nobody waited for it.
//!
//! ```text
//!  gateway   timeout 500 ms  |---------------|
//!    stock   timeout 2 s       |-------------------------|    allowed more than its caller waits: budget-nesting
//!                                            └─ late ────┘    ran on after its parent had ended: late-child
//! ```
//! Limits are read from attributes whose names say "timeout" or "deadline", with the unit in the name or in the value; one without a unit is
//! held only against another of the same name.
//!
//! Linear but for a sort of the late.

use super::letters::lower_case;
use std::cmp::Reverse;

use super::facts::Facts;
use super::finding::{Confidence, Finding, Severity};
use super::watch::Watch;
use super::words::{count, operation};
use crate::sort;
use crate::store::{Span, SpanIndex};
use crate::strings::StringId;
use crate::time::format_duration;
use crate::value::Value;

/// A child that ends later than its parent by less than this part of the parent's time (or a millisecond) is not late: clocks differ that much.
const TOLERATED: u64 = 100;

/// `late-child`.
#[derive(Default)]
pub(super) struct LateChildren {
    /// By how much, and which span.
    late: Vec<(u64, u32)>,
    /// How many of them began only when the parent had ended.
    afterwards: usize,
    /// How many more are explained by clocks.
    explained: usize,
}

impl Watch for LateChildren {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        let Some(parent) = span.parent().filter(|_| !span.is_async()).map(|parent| facts.store().span(parent)) else {
            return;
        };
        let Some(((start, end), (from, to))) = span.interval().zip(parent.interval()) else { return };
        let over = end.saturating_sub(to);
        let tolerated = ((to - from) / TOLERATED).max(1_000_000);
        if over > tolerated {
            // By another clock it may have ended in time.
            if over <= tolerated.saturating_add(facts.skew.ahead_ns(parent.position(), span.position())) {
                self.explained += 1;
                return;
            }
            self.late.push((over, span.index().0));
            self.afterwards += usize::from(start >= to);
        }
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        late_children(facts, std::mem::take(self), found);
        true
    }
}

fn late_children(facts: &Facts<'_>, late: LateChildren, found: &mut Vec<Finding>) {
    let store = facts.store();
    let LateChildren { late, afterwards, explained } = late;
    let late = sort::items(late, |one, other| (Reverse(one.0), one.1).cmp(&(Reverse(other.0), other.1)));
    let Some((over, span)) = late.first().map(|(over, span)| (*over, store.span(SpanIndex(*span)))) else { return };
    let spans: Vec<SpanIndex> = late.iter().map(|(_, span)| SpanIndex(*span)).collect();
    let Some(parent) = span.parent().map(|parent| store.span(parent)) else { return };
    let (name, over) = (operation(&span), format_duration(over));
    let title = match spans.len() {
        1 => format!("{name} ran {over} longer than {}, its parent", operation(&parent)),
        many => format!(
            "{} ran longer than their parents, {name} {over} longer than {}",
            count(many, "span", "spans"),
            operation(&parent)
        ),
    };
    let mut finding = Finding::new("late-child", Severity::Info, Confidence::Likely, title, spans)
        .because(format!("{name} ended {over} after {}", operation(&parent)), vec![span.index(), parent.index()]);
    if afterwards > 0 {
        let text = format!("{} only after the parent had ended", count(afterwards, "of them began", "of them began"));
        finding = finding.because(text, Vec::new());
    }
    if explained > 0 {
        let text = format!("{} by clocks that differ", count(explained, "more is explained", "more are explained"));
        finding = finding.because(text, Vec::new());
    }
    if facts.errors.is_error(parent.position()) {
        finding = finding.because(format!("{} ended with an error before", operation(&parent)), vec![parent.index()]);
    }
    found.push(finding.next(
        "If the caller gave up, cancel what it no longer waits for; if it was meant to go on, link it instead of making it a child. Clocks that differ \
         look alike",
    ));
}

/// A limit that a span names.
#[derive(Clone, Copy)]
struct Limit {
    key: StringId,
    /// In nanoseconds when the unit is known, else as written.
    value: u64,
    has_unit: bool,
}

impl Limit {
    fn comparable(self, other: Limit) -> bool {
        self.has_unit && other.has_unit || self.key == other.key
    }
}

/// For each span, where among the limits the one that holds for it stands.
const NONE: u32 = u32::MAX;

/// `budget-nesting`.
#[derive(Default)]
pub(super) struct Nesting {
    limits: Vec<(Limit, SpanIndex)>,
    /// By span which of the limits holds for it.
    holds: Vec<u32>,
    /// The worst one: by how much the child's limit exceeds what is above it.
    worst: Option<(u64, Limit, SpanIndex, Limit, SpanIndex)>,
    spans: Vec<SpanIndex>,
}

impl Watch for Nesting {
    fn see(&mut self, facts: &Facts<'_>, span: &Span<'_>) {
        let above = match span.parent() {
            Some(parent) if !span.is_async() => self.holds[(parent.0 - facts.trace.first().0) as usize],
            _ => NONE,
        };
        let Some(limit) = limit_of(facts, span) else {
            self.holds.push(above);
            return;
        };
        if let Some((upper, holder)) = self.limits.get(above as usize).copied()
            && limit.comparable(upper)
            && limit.value > upper.value
        {
            self.spans.push(span.index());
            let excess = limit.value - upper.value;
            if self.worst.is_none_or(|(most, ..)| excess > most) {
                self.worst = Some((excess, limit, span.index(), upper, holder));
            }
        }
        self.holds.push(self.limits.len() as u32);
        self.limits.push((limit, span.index()));
    }

    fn tell(&mut self, facts: &Facts<'_>, found: &mut Vec<Finding>) -> bool {
        nesting(facts, std::mem::take(self), found);
        true
    }
}

fn nesting(facts: &Facts<'_>, nesting: Nesting, found: &mut Vec<Finding>) {
    let Nesting { worst, mut spans, .. } = nesting;
    let Some((_, limit, span, upper, holder)) = worst else { return };
    let store = facts.store();
    let (child, parent) = (store.span(span), store.span(holder));
    let text = |limit: Limit| if limit.has_unit { format_duration(limit.value) } else { limit.value.to_string() };
    let (allowed, above) = (text(limit), text(upper));
    let others = match spans.len() {
        1 => String::new(),
        many => format!("; {} so in all", count(many, "span is", "spans are")),
    };
    let title =
        format!("{} may take {allowed}, though {} waits only {above}{others}", operation(&child), operation(&parent));
    // The span that is the worst comes first.
    spans.retain(|other| *other != span);
    spans.insert(0, span);
    found.push(
        Finding::new("budget-nesting", Severity::Warning, Confidence::Certain, title, spans)
            .because(format!("{} = {allowed} on {}", store.string(limit.key), operation(&child)), vec![span])
            .because(format!("{} = {above} on {}", store.string(upper.key), operation(&parent)), vec![holder])
            .next("Allow a call less time than its caller has left, so that it ends before the caller gives up"),
    );
}

/// A longer text is no name of an attribute.
const LONGEST_KEY: usize = 80;

fn names_a_limit(key: &str) -> bool {
    if key.len() > LONGEST_KEY {
        return false;
    }
    let key = key.to_ascii_lowercase();
    // What ran out of time is told of by other means.
    (key.contains("timeout") || key.contains("deadline")) && !key.contains("error") && !key.contains("exceeded")
}

/// The smallest limit of a span.
fn limit_of(facts: &Facts<'_>, span: &Span<'_>) -> Option<Limit> {
    let store = facts.store();
    span.raw_attributes()
        .filter(|(key, _)| facts.semantics.is_limit(*key, names_a_limit))
        .filter_map(|(key, value)| {
            let (value, has_unit) = read_limit(store.string(key), &store.decode(value))?;
            Some(Limit { key, value, has_unit })
        })
        .min_by_key(|limit| (!limit.has_unit, limit.value))
}

/// Units as names end in them and values do, in nanoseconds. A longer one comes before one that it ends in.
const UNITS: &[(&str, u64)] = &[
    ("milliseconds", 1_000_000),
    ("millis", 1_000_000),
    ("msec", 1_000_000),
    ("ms", 1_000_000),
    ("microseconds", 1_000),
    ("micros", 1_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("nanoseconds", 1),
    ("nanos", 1),
    ("ns", 1),
    ("seconds", 1_000_000_000),
    ("secs", 1_000_000_000),
    ("sec", 1_000_000_000),
    ("s", 1_000_000_000),
];

/// A limit and whether its unit is known. A limit of nothing is none.
fn read_limit(key: &str, value: &Value<'_>) -> Option<(u64, bool)> {
    let (number, unit_text) = match value {
        Value::Int(number) => (number.to_string(), String::new()),
        Value::UInt(number) => (number.to_string(), String::new()),
        Value::Double(_) => (value.to_string(), String::new()),
        Value::String(text) => {
            let text = text.trim();
            let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
            (text[..digits].to_owned(), text[digits..].trim().to_owned())
        }
        _ => return None,
    };
    let unit = if unit_text.is_empty() {
        unit_of_key(key)
    } else {
        let unit_text = unit_text.to_ascii_lowercase();
        Some(UNITS.iter().find(|(unit, _)| *unit == unit_text)?.1)
    };
    let value = scaled(&number, unit.unwrap_or(1))?;
    (value > 0).then_some((value, unit.is_some()))
}

/// `request_timeout_ms`, `timeoutMillis`, `timeout.seconds`: a unit behind a border between words.
fn unit_of_key(key: &str) -> Option<u64> {
    UNITS.iter().find_map(|(unit, ns)| {
        let lowered = lower_case(key);
        let before = lowered.strip_suffix(unit)?;
        let border = before.ends_with(['_', '.', '-']) || {
            let (word, rest) = (key.get(before.len()..)?, before.ends_with(|c: char| c.is_ascii_lowercase()));
            rest && word.starts_with(|c: char| c.is_ascii_uppercase())
        };
        border.then_some(*ns)
    })
}

/// A decimal number times a unit, in whole numbers.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut value = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        value = value.checked_add(u64::from(digit.to_digit(10)?) * place)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_with_their_units() {
        let text = |text: &'static str| Value::String(text.into());
        for (key, value, expected) in [
            ("timeout_ms", Value::Int(500), Some((500_000_000, true))),
            ("http.client.timeoutMillis", Value::Int(500), Some((500_000_000, true))),
            ("db.statement_timeout", text("1.5s"), Some((1_500_000_000, true))),
            ("rpc.timeout", text("250 ms"), Some((250_000_000, true))),
            ("timeout.seconds", Value::Double(0.25), Some((250_000_000, true))),
            ("timeout", Value::Int(30), Some((30, false))),
            ("deadline", text("tomorrow"), None),
            ("deadline", text("5 parsecs"), None),
            ("timeout", Value::Int(0), None),
            ("timeout", Value::Int(-1), None),
            ("timeouts", Value::Int(7), Some((7, false))),
            ("timeout_ms", Value::UInt(u64::MAX), None),
        ] {
            assert_eq!(read_limit(key, &value), expected, "{key}={value}");
        }
        assert!(names_a_limit("grpc.Timeout") && !names_a_limit("error.timeout") && !names_a_limit("time"));
    }
}
