//! Which spans ended with an error, who says so, and where errors began.
//!
//! ```text
//!  gateway        error ┐
//!    checkout     error ├ passed on from below
//!      (no status)      │ said nothing, so what is below may have gone through it
//!        stock    error ┘ began here: nothing below explains it
//!    cache        error   began here too, and went no further
//!    audit        no mark
//! ```
//! A span ended with an error if its status says so; without a status, if its response code does by the rules of its side of the call, if an
//! exception escaped from it, or if it has an error type. The status Ok outweighs everything else. A failed try that a later one made good
//! ([`super::retries`]) explains no error above it.
//!
//! Linear but for a sort of what surrounds errors, then constant time a question, `O(log n)` for what few spans have.
//! (OpenTelemetry semantic conventions: recording errors, HTTP spans, gRPC spans.)

use super::retries::{Run, runs};
use super::semantics::{Field, Names, Semantics};
use crate::sort;
use crate::store::{Event, Span, SpanIndex, SpanKind, Status, Trace};
use crate::value::Value;

/// Who says that a span ended with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its status.
    Status,
    /// Its gRPC status code.
    Grpc,
    /// Its HTTP status code.
    Http,
    /// An exception that escaped from it.
    Exception,
    /// Its error type.
    Type,
}

impl Reason {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Status => "status",
            Reason::Grpc => "grpc",
            Reason::Http => "http",
            Reason::Exception => "exception",
            Reason::Type => "error-type",
        }
    }
}

/// How a span ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an error.
    Error(Reason),
    /// Well: its status or its code says so.
    Well,
    /// Nothing says how.
    Unsaid,
}

/// Names of gRPC's status codes, in the order of their numbers.
const GRPC: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// The codes that are an error of the server: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS.
const GRPC_SERVER_ERRORS: u32 = 1 << 2 | 1 << 4 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15;

/// The gRPC status code of a span, written as a number or as a name of any case.
pub fn grpc_code<'a>(semantics: &Semantics<'a>, span: &Span<'a>) -> Option<u8> {
    match semantics.value(span, Field::RpcStatus)? {
        Value::Int(number) => u8::try_from(number).ok().filter(|code| usize::from(*code) < GRPC.len()),
        Value::String(text) => {
            let text = text.trim();
            let number = text.parse().ok().filter(|number| *number < GRPC.len());
            // `DeadlineExceeded` as Go and .NET print it, `CANCELED` as some spell it.
            let plain = |name: &str| -> String {
                name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
            };
            let (name, american) = (plain(text), "CANCELED");
            let named = || GRPC.iter().position(|known| plain(known) == name);
            let number = number.or_else(|| if name == american { Some(1) } else { named() });
            number.map(|number| number as u8)
        }
        _ => None,
    }
}

/// The name of a gRPC status code.
pub fn grpc_name(code: u8) -> &'static str {
    GRPC.get(usize::from(code)).copied().unwrap_or_default()
}

/// The HTTP status code of a span's response.
pub fn http_code<'a>(semantics: &Semantics<'a>, span: &Span<'a>) -> Option<i64> {
    semantics.number(span, Field::HttpStatus).filter(|code| (100..600).contains(code))
}

/// Whether an event tells of an exception: OpenTelemetry names it "exception"; OpenTracing and Zipkin call it "error".
pub fn tells_of_error(name: &str) -> bool {
    name.eq_ignore_ascii_case("exception") || name.eq_ignore_ascii_case("error")
}

/// How a span ended.
pub fn ending<'a>(semantics: &Semantics<'a>, span: &Span<'a>) -> Ending {
    match span.status() {
        Status::Error => return Ending::Error(Reason::Status),
        Status::Ok => return Ending::Well,
        Status::Unset => {}
    }
    if semantics.has_any(span, &[Field::RpcStatus, Field::HttpStatus, Field::ErrorType]) {
        let is_client = span.kind() == SpanKind::Client;
        if let Some(code) = grpc_code(semantics, span) {
            let failed = if is_client { code != 0 } else { GRPC_SERVER_ERRORS & 1 << code != 0 };
            return if failed { Ending::Error(Reason::Grpc) } else { Ending::Well };
        }
        if let Some(code) = http_code(semantics, span) {
            // What a client may not ask for is no error of the server that refuses it.
            let failed = code >= if is_client { 400 } else { 500 };
            return if failed { Ending::Error(Reason::Http) } else { Ending::Well };
        }
        if semantics.text(span, Field::ErrorType).is_some() {
            return Ending::Error(Reason::Type);
        }
    }
    let escaped = |event: Event<'_>| {
        let mut attributes = event.attributes();
        tells_of_error(&event.name())
            && attributes.any(|(key, value)| {
                key == "exception.escaped" && (value == Value::Bool(true) || value.as_str() == Some("true"))
            })
    };
    if span.events().any(escaped) { Ending::Error(Reason::Exception) } else { Ending::Unsaid }
}

/// The error spans of a trace. Spans are positions in its tree order.
#[derive(Clone, Debug)]
pub struct Errors {
    /// How many spans before this one ended with an error.
    before: Vec<u32>,
    /// Index behind the last descendant.
    subtree_ends: Vec<u32>,
    /// Spans at which errors began, rising.
    origins: Vec<u32>,
    /// Errors whose parent said nothing, and the error above it that they explain; by the former.
    bridges: Vec<(u32, u32)>,
    runs: Vec<Run>,
    /// Failed tries and their run, by the former.
    tries: Vec<(u32, u32)>,
}

const NONE: u32 = u32::MAX;

impl Errors {
    /// Looks at all spans of a trace.
    pub fn new(trace: &Trace<'_>) -> Errors {
        Errors::with(trace, &Semantics::new(trace.store(), Names::new(trace.store())))
    }

    /// The same, with the meaning of attributes at hand.
    pub fn with<'a>(trace: &Trace<'a>, semantics: &Semantics<'a>) -> Errors {
        let first = trace.first().0;
        let mut before = Vec::with_capacity(trace.span_count() + 1);
        let mut count = 0;
        let mut well = Vec::new();
        for span in trace.spans() {
            before.push(count);
            match ending(semantics, &span) {
                Ending::Error(_) => count += 1,
                Ending::Well => well.push(span.position() as u32),
                Ending::Unsaid => {}
            }
        }
        before.push(count);
        let mut errors = Errors {
            before,
            subtree_ends: trace.spans().map(|span| span.subtree_end().0 - first).collect(),
            origins: Vec::new(),
            bridges: Vec::new(),
            runs: Vec::new(),
            tries: Vec::new(),
        };
        if count > 0 {
            errors.runs = runs(trace, semantics, &|position| errors.is_error(position));
            for (number, run) in (0..).zip(&errors.runs) {
                errors.tries.extend(run.tries.iter().map(|span| (span.0 - first, number)));
            }
            sort::slice(&mut errors.tries, Ord::cmp);
            errors.trace_back(trace, &well);
        }
        errors
    }

    /// Finds out which errors are explained by others below them.
    fn trace_back(&mut self, trace: &Trace<'_>, well: &[u32]) {
        let first = trace.first().0;
        let count = trace.span_count();
        let mut explained = vec![false; count];
        // For each span the error that is its parent, or is above it with none in between but spans that said nothing.
        let mut above = vec![NONE; count];
        // For each error the one that ended last of those below it that its children said nothing about, and when that was.
        let mut deeper: Vec<(u64, u32)> = vec![(0, NONE); count];
        let mut well = well.iter().copied().peekable();
        let mut went_well = vec![false; count];
        for span in trace.spans() {
            let position = span.position();
            went_well[position] = well.next_if_eq(&(position as u32)).is_some();
            let Some(parent) = span.parent().filter(|_| !span.is_async()).map(|parent| parent.0 - first) else {
                continue;
            };
            let direct = self.is_error(parent as usize);
            above[position] = match () {
                () if direct => parent,
                () if went_well[parent as usize] => NONE,
                () => above[parent as usize],
            };
            let target = above[position] as usize;
            if !self.is_error(position) || target >= count || self.made_good(position).is_some() {
                continue;
            }
            if direct {
                explained[target] = true;
            } else {
                let end = span.interval().map_or(0, |(_, end)| end);
                if deeper[target].1 == NONE || end > deeper[target].0 {
                    deeper[target] = (end, position as u32);
                }
            }
        }
        for position in 0..count {
            let (_, origin) = deeper[position];
            if origin != NONE && !explained[position] {
                explained[position] = true;
                self.bridges.push((origin, position as u32));
            }
        }
        sort::slice(&mut self.bridges, Ord::cmp);
        self.origins =
            (0..count).filter(|at| self.is_error(*at) && !explained[*at]).map(|position| position as u32).collect();
    }

    /// Whether the span at this position has an error that nothing below it explains: it began here.
    pub fn begins_at(&self, position: usize) -> bool {
        self.origins.binary_search(&(position as u32)).is_ok()
    }

    /// Whether a descendant ended with an error.
    pub fn is_above(&self, position: usize) -> bool {
        self.before[position + 1] < self.before[self.subtree_ends[position] as usize]
    }

    /// Whether it ended with an error.
    pub fn is_error(&self, position: usize) -> bool {
        self.before[position] < self.before[position + 1]
    }

    /// Positions of the spans at which errors began.
    pub fn origins(&self) -> impl Iterator<Item = usize> + '_ {
        self.origins.iter().map(|position| *position as usize)
    }

    /// How many errors began, and how many spans have an error that began below them.
    pub fn counts(&self) -> (usize, usize) {
        let own = self.origins.len();
        (own, self.before.last().map_or(0, |all| *all as usize) - own)
    }

    /// The error that this one explains: its parent's, or one above a parent that said nothing.
    pub fn passed_to(&self, span: &Span<'_>) -> Option<usize> {
        let position = span.position();
        let above = span.parent().filter(|_| !span.is_async() && self.made_good(position).is_none())?;
        let above = span.store().span(above).position();
        if self.is_error(above) {
            return Some(above);
        }
        let bridge = self.bridges.binary_search_by_key(&(position as u32), |(origin, _)| *origin).ok()?;
        Some(self.bridges[bridge].1 as usize)
    }

    /// Calls that were made again after they had failed.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The number of the run that a failed try belongs to.
    pub fn run_of(&self, position: usize) -> Option<usize> {
        let place = self.tries.binary_search_by_key(&(position as u32), |(span, _)| *span).ok()?;
        Some(self.tries[place].1 as usize)
    }

    /// The later try that made a failed one good.
    fn made_good(&self, position: usize) -> Option<SpanIndex> {
        self.runs[self.run_of(position)?].recovered_by
    }
}
