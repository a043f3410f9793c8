//! From the headers of a message to its context, whatever format they are in.

use crate::context::baggage::Baggage;
use crate::context::error::{Found, HeaderError, Reason};
use crate::context::fields::{Fields, Name};
use crate::context::format::Format;
use crate::context::span_context::SpanContext;
use crate::context::traceparent::Traceparent;
use crate::context::tracestate::{Level, TraceState};
use crate::context::{b3, datadog, gcp, grpc, instana, jaeger, ot, sentry, xray};

/// How many problems of one message are reported.
const PROBLEMS: usize = 128;

/// What the headers of a message say.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Extraction {
    /// The caller's span; `None` when a new trace is to be started.
    pub context: Option<SpanContext>,
    /// A sampling decision that came without ids, such as `b3: 0`: the new trace is to follow it.
    pub sampled: Option<bool>,
    /// Whether the trace is a debug trace.
    pub debug: bool,
    /// The format that gave the context or the decision.
    pub format: Option<Format>,
    /// The baggage of the message.
    pub baggage: Baggage,
    /// What was wrong with the headers that were read.
    pub problems: Vec<HeaderError>,
}

/// What one format gives.
#[derive(Debug)]
pub(super) enum Read {
    /// Ids, perhaps with a decision.
    Context(SpanContext),
    /// A decision without ids.
    Decision { sampled: Option<bool>, debug: bool },
}

/// Reads the context from headers, names in any case, values as text or bytes. A name may come several times.
///
/// The formats are tried in the order of `formats`, normally [`Format::ALL`]; the first that gives a context or a decision
/// counts, and what comes after it is not read. A format whose headers are broken is reported and passed over. Baggage is read
/// from `baggage`, and from the headers that Jaeger and OpenTracing have for it when the context comes from them.
///
/// ```
/// use spanscope::context::{Format, extract};
///
/// let headers = [("B3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"), ("baggage", "user=alice")];
/// let found = extract(headers, &Format::ALL);
/// assert_eq!(found.format, Some(Format::B3));
/// assert_eq!(found.context.unwrap().sampled(), Some(true));
/// assert_eq!(found.baggage.get("user"), Some("alice"));
/// ```
///
/// A map does as well, such as `http::HeaderMap`: anything that iterates over pairs of references.
pub fn extract<'a, N, V>(headers: impl IntoIterator<Item = (&'a N, &'a V)>, formats: &[Format]) -> Extraction
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let mut fields = Fields::new();
    for (name, value) in headers {
        fields.add(name.as_ref(), value.as_ref());
    }
    extract_fields(&fields, formats)
}

pub(super) fn extract_fields(fields: &Fields<'_>, formats: &[Format]) -> Extraction {
    let mut found = Extraction::default();
    let mut problems = Vec::new();
    let mut report = |problem| {
        if problems.len() < PROBLEMS {
            problems.push(problem);
        }
    };
    for &format in formats {
        // The standard has its own way: a context is moved no more often than it must be.
        let read = match format {
            Format::W3c => w3c(fields, &mut report, &mut found),
            _ => other(format, fields, &mut report, &mut found),
        };
        match read {
            Ok(false) => {}
            Err(problem) => report(problem),
            Ok(true) => {
                found.format = Some(format);
                break;
            }
        }
    }
    if fields.lines(Name::Baggage).next().is_some() {
        let (baggage, broken) = Baggage::parse(fields.lines(Name::Baggage));
        found.baggage = baggage;
        broken.into_iter().for_each(&mut report);
    }
    match found.format {
        Some(Format::Jaeger) => jaeger::read_baggage(fields, &mut found.baggage, &mut report),
        Some(Format::Ot) => ot::read_baggage(fields, &mut found.baggage, &mut report),
        _ => {}
    }
    found.problems = problems;
    found
}

/// Reads a format's headers; whether they say something.
fn other(
    format: Format,
    fields: &Fields<'_>,
    report: &mut dyn FnMut(HeaderError),
    found: &mut Extraction,
) -> Result<bool, HeaderError> {
    let read = match format {
        Format::W3c => return w3c(fields, report, found),
        Format::Elastic => {
            traceparent(fields, Name::Elastic).map(|parent| parent.map(|parent| Read::Context(parent.into())))
        }
        Format::B3 => b3::read_single(fields),
        Format::B3Multi => b3::read_multi(fields),
        Format::Datadog => datadog::read(fields, report),
        Format::Jaeger => jaeger::read(fields),
        Format::XRay => xray::read(fields),
        Format::Gcp => gcp::read(fields),
        Format::Sentry => sentry::read(fields),
        Format::Ot => ot::read(fields),
        Format::GrpcTraceBin => grpc::read(fields),
        Format::Instana => instana::read(fields),
    };
    match read? {
        None => return Ok(false),
        Some(Read::Context(context)) => {
            found.debug = context.is_debug();
            found.context = Some(context);
        }
        Some(Read::Decision { sampled, debug }) => {
            found.sampled = sampled;
            found.debug = debug;
        }
    }
    Ok(true)
}

/// A `traceparent` and the `tracestate` beside it. A broken `tracestate` does not break the `traceparent`; without a good
/// `traceparent`, a `tracestate` is not even read.
fn w3c(fields: &Fields<'_>, report: &mut dyn FnMut(HeaderError), found: &mut Extraction) -> Result<bool, HeaderError> {
    let Some(parent) = traceparent(fields, Name::Traceparent)? else {
        if fields.lines(Name::Tracestate).next().is_some() {
            let error = HeaderError::new(
                Name::Traceparent.as_str(),
                Reason::Empty,
                None,
                "a traceparent beside tracestate",
                Found::Nothing,
            );
            return Err(error.with_hint("the tracestate is dropped"));
        }
        return Ok(false);
    };
    let context = found.context.insert(parent.into());
    if fields.lines(Name::Tracestate).next().is_some() {
        match TraceState::parse_noting(fields.lines(Name::Tracestate), Level::Two, &mut *report) {
            Ok(state) => context.set_trace_state(state),
            Err(error) => report(error),
        }
    }
    Ok(true)
}

#[inline]
fn traceparent(fields: &Fields<'_>, name: Name) -> Result<Option<Traceparent>, HeaderError> {
    match fields.one(name)? {
        Some(value) => Traceparent::parse(value).map(Some).map_err(|error| error.named(name.as_str())),
        None => Ok(None),
    }
}
