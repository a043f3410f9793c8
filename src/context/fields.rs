//! The header fields that trace context is read from, picked out of all the headers of a message in one pass.

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::shape::trim;

/// A header that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Traceparent,
    Tracestate,
    Baggage,
    Elastic,
    B3,
    B3Trace,
    B3Span,
    B3Parent,
    B3Sampled,
    B3Flags,
    DatadogTrace,
    DatadogParent,
    DatadogPriority,
    DatadogOrigin,
    DatadogTags,
    Jaeger,
    XRay,
    Gcp,
    Sentry,
    OtTrace,
    OtSpan,
    OtSampled,
    Grpc,
    InstanaTrace,
    InstanaSpan,
    InstanaLevel,
    Traceresponse,
    ServerTiming,
}

/// All names, in the order of the enum.
const NAMES: [(Name, &str); 28] = [
    (Name::Traceparent, "traceparent"),
    (Name::Tracestate, "tracestate"),
    (Name::Baggage, "baggage"),
    (Name::Elastic, "elastic-apm-traceparent"),
    (Name::B3, "b3"),
    (Name::B3Trace, "x-b3-traceid"),
    (Name::B3Span, "x-b3-spanid"),
    (Name::B3Parent, "x-b3-parentspanid"),
    (Name::B3Sampled, "x-b3-sampled"),
    (Name::B3Flags, "x-b3-flags"),
    (Name::DatadogTrace, "x-datadog-trace-id"),
    (Name::DatadogParent, "x-datadog-parent-id"),
    (Name::DatadogPriority, "x-datadog-sampling-priority"),
    (Name::DatadogOrigin, "x-datadog-origin"),
    (Name::DatadogTags, "x-datadog-tags"),
    (Name::Jaeger, "uber-trace-id"),
    (Name::XRay, "x-amzn-trace-id"),
    (Name::Gcp, "x-cloud-trace-context"),
    (Name::Sentry, "sentry-trace"),
    (Name::OtTrace, "ot-tracer-traceid"),
    (Name::OtSpan, "ot-tracer-spanid"),
    (Name::OtSampled, "ot-tracer-sampled"),
    (Name::Grpc, "grpc-trace-bin"),
    (Name::InstanaTrace, "x-instana-t"),
    (Name::InstanaSpan, "x-instana-s"),
    (Name::InstanaLevel, "x-instana-l"),
    (Name::Traceresponse, "traceresponse"),
    (Name::ServerTiming, "server-timing"),
];

impl Name {
    /// The header's name in lower case.
    pub(super) const fn as_str(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The header of this name, in any case.
    #[inline]
    pub(super) fn of(name: &str) -> Option<Self> {
        // Nearly all that come are these, in lower case, which is told by comparing a machine word or two.
        match name {
            "traceparent" => Some(Self::Traceparent),
            "tracestate" => Some(Self::Tracestate),
            "baggage" => Some(Self::Baggage),
            _ => Self::of_any(name),
        }
    }

    /// Length and first letter leave one candidate, or a few: only they are compared.
    #[inline(never)]
    fn of_any(name: &str) -> Option<Self> {
        let bytes = name.as_bytes();
        let candidates: &[Self] = match (bytes.len(), bytes.first()? | 0x20) {
            (11, b't') => &[Self::Traceparent],
            (10, b't') => &[Self::Tracestate],
            (7, b'b') => &[Self::Baggage],
            (2, b'b') => &[Self::B3],
            (10, b'x') => &[Self::B3Flags],
            (11, b'x') => &[Self::B3Span, Self::InstanaTrace, Self::InstanaSpan, Self::InstanaLevel],
            (12, b'x') => &[Self::B3Trace, Self::B3Sampled],
            (12, b's') => &[Self::Sentry],
            (13, b'u') => &[Self::Jaeger],
            (13, b't') => &[Self::Traceresponse],
            (13, b's') => &[Self::ServerTiming],
            (14, b'x') => &[Self::DatadogTags],
            (14, b'g') => &[Self::Grpc],
            (15, b'x') => &[Self::XRay],
            (16, b'x') => &[Self::DatadogOrigin],
            (16, b'o') => &[Self::OtSpan],
            (17, b'x') => &[Self::B3Parent],
            (17, b'o') => &[Self::OtTrace, Self::OtSampled],
            (18, b'x') => &[Self::DatadogTrace],
            (19, b'x') => &[Self::DatadogParent],
            (21, b'x') => &[Self::Gcp],
            (23, b'e') => &[Self::Elastic],
            (27, b'x') => &[Self::DatadogPriority],
            _ => return None,
        };
        candidates.iter().copied().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }
}

/// Headers whose name goes on with a key of the application: its baggage in older formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// `uberctx-…`, Jaeger's.
    Jaeger,
    /// `ot-baggage-…`, of OpenTracing tracers.
    Ot,
}

impl Prefix {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Jaeger => "uberctx-",
            Self::Ot => "ot-baggage-",
        }
    }

    /// The prefix and the rest of a name that begins with one, in any case.
    #[inline]
    pub(super) fn of(name: &str) -> Option<(Self, &str)> {
        let prefix = match name.as_bytes().first()? | 0x20 {
            b'u' => Self::Jaeger,
            b'o' => Self::Ot,
            _ => return None,
        };
        // The second letter tells from what else begins alike, such as a user-agent.
        if name.as_bytes().get(1)? | 0x20 != prefix.as_str().as_bytes()[1] {
            return None;
        }
        let (head, key) = name.split_at_checked(prefix.as_str().len())?;
        (head.eq_ignore_ascii_case(prefix.as_str()) && !key.is_empty()).then_some((prefix, key))
    }
}

/// The error of a header with one value that stands twice; `at` is where the first ends, and the second would be joined to it.
pub(super) fn twice(name: Name, at: usize) -> HeaderError {
    let found = Found::Words("a second one");
    HeaderError::new(name.as_str(), Reason::Trailing, at, "one header of this name", found)
}

/// For each length of a name, which letters the names of that length begin with, and which come third, as bits: enough to pass
/// over nearly all headers of a message that are not read.
const LETTERS: [(u32, u32); 28] = {
    let mut letters = [(0, 0); 28];
    let mut i = 0;
    while i < NAMES.len() {
        let name = NAMES[i].1.as_bytes();
        letters[name.len()].0 |= letter(name[0]);
        letters[name.len()].1 |= letter(third(name));
        i += 1;
    }
    letters
};

/// The bit of a letter, whatever its case. Other characters share the letters' bits.
const fn letter(letter: u8) -> u32 {
    1 << (letter & 31)
}

/// The third letter of a name, or its last.
const fn third(name: &[u8]) -> u8 {
    name[if name.len() > 2 { 2 } else { name.len() - 1 }]
}

/// Whether a name may be one of a header that is read.
#[inline]
fn may_be_known(name: &[u8]) -> bool {
    let Some((first, third_letters)) = LETTERS.get(name.len()) else { return false };
    !name.is_empty() && first & letter(name[0]) != 0 && third_letters & letter(third(name)) != 0
}

/// The names of all headers that are read, in lower case; those that go on with a key end with a dash.
pub fn header_names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().map(|(_, name)| name).chain([Prefix::Jaeger.as_str(), Prefix::Ot.as_str()])
}

/// The fields of one message that are read.
pub(super) struct Fields<'a> {
    /// The first line of each header.
    first: [Option<&'a [u8]>; NAMES.len()],
    /// Further lines, in order.
    more: Vec<(Name, &'a [u8])>,
    /// Headers of a prefix: which, the rest of the name, the value.
    prefixed: Vec<(Prefix, &'a str, &'a [u8])>,
}

impl<'a> Fields<'a> {
    pub(super) fn new() -> Self {
        Self { first: [None; NAMES.len()], more: Vec::new(), prefixed: Vec::new() }
    }

    /// Takes a header if it is one that is read.
    #[inline]
    pub(super) fn add(&mut self, name: &'a str, value: &'a [u8]) {
        if may_be_known(name.as_bytes())
            && let Some(known) = Name::of(name)
        {
            let first = &mut self.first[known as usize];
            match first {
                None => *first = Some(value),
                Some(_) => self.more.push((known, value)),
            }
        } else if let Some((prefix, key)) = Prefix::of(name) {
            self.prefixed.push((prefix, key, value));
        }
    }

    /// All lines of a header, in order.
    pub(super) fn lines(&self, name: Name) -> impl Iterator<Item = &'a [u8]> {
        let first = self.first[name as usize];
        first.into_iter().chain(self.more.iter().filter(move |(of, _)| *of == name).map(|(_, line)| *line))
    }

    /// The only line of a header, without white space around it. Headers with one value must not stand twice: joined by
    /// a comma they would be refused as well, and which one counts would be anybody's guess.
    pub(super) fn one(&self, name: Name) -> Result<Option<&'a [u8]>, HeaderError> {
        let Some(first) = self.first[name as usize] else {
            return Ok(None);
        };
        if self.more.iter().any(|(of, _)| *of == name) {
            return Err(twice(name, trim(first).len()));
        }
        Ok(Some(trim(first)))
    }

    /// The keys and values of the headers of a prefix.
    pub(super) fn prefixed(&self, prefix: Prefix) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.prefixed.iter().filter(move |(of, ..)| *of == prefix).map(|(_, key, value)| (*key, *value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_place() {
        for (place, (name, text)) in NAMES.into_iter().enumerate() {
            assert_eq!(name as usize, place);
            assert_eq!((Name::of(text), Name::of(&text.to_uppercase())), (Some(name), Some(name)));
            assert!(may_be_known(text.as_bytes()) && may_be_known(text.to_uppercase().as_bytes()));
        }
        for other in
            ["host", "user-agent", "accept", "x-request-id", "x-forwarded-for", "content-type", "authorization"]
        {
            assert!(!may_be_known(other.as_bytes()), "{other}");
        }
        assert_eq!(Name::of("trace.parent"), None);
        assert_eq!(Prefix::of("UberCtx-User"), Some((Prefix::Jaeger, "User")));
        assert_eq!(Prefix::of("OT-Baggage-a"), Some((Prefix::Ot, "a")));
        for none in
            ["", "uberctx-", "uberctx", "ot-baggage-", "uberctx_a", "ubérctx-a", "x-b3-spanie", "\u{212a}3", "x", "é"]
        {
            assert_eq!((Name::of(none), Prefix::of(none)), (None, None), "{none}");
            assert!(!may_be_known(none.as_bytes()) || none.len() > 2, "{none}");
        }
    }
}
