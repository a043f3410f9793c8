//! Where the spans of a trace would lie if the clocks of its hosts agreed: offered, never applied unasked.
//!
//! ```text
//!  client on A        |------------------|
//!  server on B    |--------|                       its clock is behind by an interval …
//!                     →    |--------|              … so it moves by the middle of that
//!    work on B      |---|                          one clock: it moves along
//!      message to C    ┊  |----|                   an asynchronous edge: it stays as recorded, and what is below it goes by C's clock
//! ```
//! A span moves by what calls tell of its host's clock ([`clock_skew`](super::clock_skew)), against the host of the request. Spans of one host
//! never move against each other, since one clock timed them. Nothing moves across an asynchronous edge, which does not say how long a message
//! was on its way, nor into a parent that is shorter, where it does not fit at any offset: from such a span on, its own host is what others
//! are moved against. What stays although it looks odd is listed with the reason. Linear.

use super::clock_skew::ClockSkew;
use super::words::{count, shortened};
use crate::store::{Span, SpanIndex, Trace};
use crate::time::format_duration;

/// Spans that move together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Position of their host in [`ClockSkew::hosts`].
    pub host: usize,
    /// Position of the host whose clock they are moved to.
    pub against: usize,
    /// How far they move, in nanoseconds.
    pub shift_ns: i64,
    /// How much less or more it may be.
    pub give_ns: u64,
    /// The spans, in tree order.
    pub spans: Vec<SpanIndex>,
    /// What it rests on, in words.
    pub reason: String,
}

/// Why a span stays where it was recorded although its host's clock, or its place outside of its parent, speaks for a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// An asynchronous edge leads to it.
    Asynchronous,
    /// It is longer than its parent.
    LongerThanParent,
    /// It and its parent were timed by one clock.
    OneHost,
    /// No one offset fits all calls between the two hosts.
    Unexplained,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Refusal; 4] =
        [Refusal::Asynchronous, Refusal::LongerThanParent, Refusal::OneHost, Refusal::Unexplained];

    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::Asynchronous => "asynchronous",
            Refusal::LongerThanParent => "longer-than-parent",
            Refusal::OneHost => "one-host",
            Refusal::Unexplained => "unexplained",
        }
    }

    /// One sentence.
    pub fn text(self) -> &'static str {
        match self {
            Refusal::Asynchronous => {
                "an asynchronous edge leads to it, and how long a message was on its way is not known"
            }
            Refusal::LongerThanParent => "it is longer than its parent, into which it fits at no offset",
            Refusal::OneHost => "it and its parent were timed by one clock",
            Refusal::Unexplained => "no one offset fits all calls between its host and that of its parent",
        }
    }
}

/// How an alignment moves the spans of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// By how much each span moves, in tree order and nanoseconds; empty when none does.
    pub shift_ns: Vec<i64>,
    /// The same by host and shift, in order of the first span.
    pub moves: Vec<Move>,
    /// What is not moved, by reason; only reasons that occur.
    pub refused: Vec<(Refusal, Vec<SpanIndex>)>,
}

/// Works it out. `skew` is that of the trace.
pub fn alignment(trace: &Trace<'_>, skew: &ClockSkew) -> Alignment {
    let hosts = &skew.hosts;
    let moves_any = hosts.iter().any(|host| host.offset_ns != 0);
    let mut refused: Vec<Vec<SpanIndex>> = vec![Vec::new(); Refusal::ALL.len()];
    // By span the host that it is moved against, and by host the moves of its spans: few, as each is against another host.
    let mut against: Vec<u32> = Vec::with_capacity(trace.span_count());
    let mut moves_of: Vec<Vec<usize>> = vec![Vec::new(); hosts.len()];
    let mut alignment = Alignment::default();
    let request = skew.host_of(super::summary::main_top(trace).position());
    let first = trace.first().0;
    for span in trace.spans() {
        let position = span.position();
        let host = skew.host_of(position);
        let own = match span.parent() {
            None => request,
            Some(parent) => {
                let above = against[(parent.0 - first) as usize];
                let parent = trace.store().span(parent);
                let refusal = refusal(skew, &parent, &span, above);
                if let Some(refusal) = refusal {
                    refused[refusal as usize].push(span.index());
                }
                let anew = span.is_async() || is_longer(&parent, &span);
                if anew && host != skew.host_of(parent.position()) { host } else { above }
            }
        };
        against.push(own);
        if !moves_any {
            continue;
        }
        let (from, to) = (&hosts[host as usize], &hosts[own as usize]);
        let shift = to.offset_ns.saturating_sub(from.offset_ns);
        alignment.shift_ns.push(shift);
        if shift == 0 {
            continue;
        }
        let known = moves_of[host as usize].iter().find(|number| alignment.moves[**number].against == own as usize);
        let number = match known {
            Some(number) => *number,
            None => {
                let number = alignment.moves.len();
                moves_of[host as usize].push(number);
                let give_ns = if host == own { 0 } else { from.give_ns.saturating_add(to.give_ns) };
                let reason = reason(skew, host as usize, own as usize, shift, give_ns);
                let (host, against) = (host as usize, own as usize);
                alignment.moves.push(Move { host, against, shift_ns: shift, give_ns, spans: Vec::new(), reason });
                number
            }
        };
        alignment.moves[number].spans.push(span.index());
    }
    if alignment.moves.is_empty() {
        alignment.shift_ns = Vec::new();
    }
    let found = Refusal::ALL.into_iter().zip(refused);
    alignment.refused = found.filter(|(_, spans)| !spans.is_empty()).collect();
    alignment
}

/// Why a child that a shift of its host's clock would move, or that sticks out of its parent, is not moved into it.
fn refusal(skew: &ClockSkew, parent: &Span<'_>, child: &Span<'_>, against: u32) -> Option<Refusal> {
    let (from, to) = (skew.host_of(parent.position()), skew.host_of(child.position()));
    let (parent_time, child_time) = parent.interval().zip(child.interval())?;
    let begins_before = child_time.0 < parent_time.0;
    if from == to {
        return (begins_before && !child.is_async()).then_some(Refusal::OneHost);
    }
    let offset = |host: u32| skew.hosts[host as usize].offset_ns;
    if child.is_async() {
        (begins_before || offset(to) != offset(against)).then_some(Refusal::Asynchronous)
    } else if is_longer(parent, child) {
        Some(Refusal::LongerThanParent)
    } else {
        let sticks_out = begins_before || child_time.1 > parent_time.1;
        (sticks_out && skew.contradicts(from, to)).then_some(Refusal::Unexplained)
    }
}

fn is_longer(parent: &Span<'_>, child: &Span<'_>) -> bool {
    let length = |(start, end): (u64, u64)| end - start;
    parent.interval().zip(child.interval()).is_some_and(|(parent, child)| length(child) > length(parent))
}

/// `3 calls between shop and stock put the clock of stock 35 ms behind that of shop, give or take 25 ms`.
fn reason(skew: &ClockSkew, host: usize, against: usize, shift: i64, give: u64) -> String {
    let name = |host: usize| shortened(&skew.hosts[host].name, "a host without a name");
    let side = if shift > 0 { "behind" } else { "ahead of" };
    let between = skew.between(host, against);
    let told = match between {
        Some(pair) => format!("{} between the two", count(pair.calls, "call", "calls")),
        None => "The calls on the way from one to the other".to_owned(),
    };
    let verb = if between.is_some_and(|pair| pair.calls == 1) { "puts" } else { "put" };
    format!(
        "{told} {verb} the clock of {} {} {side} that of {}, give or take {}",
        name(host),
        format_duration(shift.unsigned_abs()),
        name(against),
        format_duration(give)
    )
}
