//! The contexts that the headers of a text give, alone or several together.
//!
//! A text may hold the headers of more than one message, so headers of one format belong together until one of them
//! comes again. A `tracestate` goes with the `traceparent` before it, or else with the next; alone it gives nothing.

use super::find::{Found, Header};
use super::{Explanation, Place};
use crate::context::baggage::Baggage;
use crate::context::error::HeaderError;
use crate::context::extract::extract_fields;
use crate::context::fields::{Fields, Name, twice};
use crate::context::format::Format;
use crate::context::inject::inject;
use crate::context::server_timing;
use crate::context::span_context::SpanContext;
use crate::context::traceparent::Traceparent;
use crate::context::tracestate::{Level, TraceState};

/// The headers of one message in one format, by their places among all.
struct Group {
    format: Format,
    members: Vec<usize>,
}

/// Gives each explanation its problems, and the first of each group its context.
///
/// A header with one value that stands twice in one message gives no context, as a receiver would have it: each of the two
/// is told what is wrong with it alone, and that there are two.
pub(super) fn contexts(text: &str, found: &[Found<'_>], explanations: &mut [Explanation]) {
    let doubled = doubled(text, found);
    for group in groups(found) {
        let mut fields = Fields::new();
        for &member in &group.members {
            if let Header::Known(name) = found[member].name {
                fields.add(name.as_str(), found[member].value.as_bytes());
            }
        }
        let read = extract_fields(&fields, &[group.format]);
        // A trace state is looked at by itself, line by line.
        for problem in read.problems.into_iter().filter(|problem| problem.header() != Name::Tracestate.as_str()) {
            // A header that is missing is a problem of those that are there.
            let of = group.members.iter().find(|member| explanations[**member].header == problem.header());
            explanations[*of.unwrap_or(&group.members[0])].problems.push(problem);
        }
        if let Some(context) = read.context
            && !group.members.iter().any(|member| doubled[*member])
        {
            give(&mut explanations[group.members[0]], context);
        }
    }
    for ((found, explanation), doubled) in found.iter().zip(explanations).zip(doubled) {
        explanation.problems.extend(own_problems(found));
        if let Header::Known(name) = found.name
            && doubled
        {
            let problem = twice(name, found.value.len());
            explanation.problems.push(problem.with_hint("a receiver takes neither, and starts a new trace"));
        }
        if let Header::Known(Name::ServerTiming) = found.name
            && let Some(parent) = server_timing::server_timing_traceparent(&found.value)
        {
            give(explanation, parent.into());
        }
    }
}

/// Which headers have one value but stand more than once in one message.
fn doubled(text: &str, found: &[Found<'_>]) -> Vec<bool> {
    let mut doubled = vec![false; found.len()];
    for (at, header) in found.iter().enumerate() {
        let Header::Known(name) = header.name else {
            continue;
        };
        if name == Name::Tracestate || format_of(name).is_none() {
            continue;
        }
        let before = found[..at].iter().rposition(|earlier| earlier.name == header.name);
        if let Some(before) = before.filter(|before| in_one_message(text, &found[*before], header)) {
            doubled[before] = true;
            doubled[at] = true;
        }
    }
    doubled
}

/// Whether two headers stand among headers alone, with nothing between them that ends a message: they are on one command
/// line, or on lines that are all headers and all go the same way.
fn in_one_message(text: &str, one: &Found<'_>, other: &Found<'_>) -> bool {
    if (one.place, other.place) != (Place::Header, Place::Header) {
        return false;
    }
    let between = text.get(one.end..other.start).unwrap_or_default();
    let mut lines = between.split('\n').skip(1).peekable();
    if lines.peek().is_none() {
        return true;
    }
    let head = text.as_bytes()[..one.start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let way = direction(head);
    while let Some(line) = lines.next() {
        let is_header = || {
            let name = line.trim_start_matches(['<', '>', ' ', '\t']).split(':').next().unwrap_or_default();
            line.contains(':') && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if direction(line.as_bytes()) != way || (lines.peek().is_some() && !is_header()) {
            return false;
        }
    }
    true
}

/// The mark that `curl -v` puts before a line: which of the two sides says it.
fn direction(line: &[u8]) -> Option<u8> {
    line.first().copied().filter(|byte| matches!(byte, b'<' | b'>'))
}

fn give(explanation: &mut Explanation, context: SpanContext) {
    for format in Format::ALL {
        let headers = inject(&context, &[format]);
        // What is shown already is not shown again.
        if headers.iter().all(|(name, _)| *name != explanation.header) {
            explanation.others.extend(headers);
        }
    }
    explanation.context = Some(context);
}

fn groups(found: &[Found<'_>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    // The trace states before the first traceparent they can go with.
    let mut waiting = Vec::new();
    for (at, header) in found.iter().enumerate() {
        let Header::Known(name) = header.name else {
            continue;
        };
        let Some(format) = format_of(name) else {
            continue;
        };
        let current = groups.iter_mut().rev().find(|group| group.format == format);
        match current {
            _ if name == Name::Traceparent => {
                let members = std::iter::once(at).chain(waiting.drain(..)).collect();
                groups.push(Group { format, members });
            }
            Some(group) if name == Name::Tracestate => group.members.push(at),
            None if name == Name::Tracestate => waiting.push(at),
            Some(group) if !group.members.iter().any(|member| found[*member].name == header.name) => {
                group.members.push(at)
            }
            _ => groups.push(Group { format, members: vec![at] }),
        }
    }
    groups
}

fn format_of(name: Name) -> Option<Format> {
    Some(match name {
        Name::Traceparent | Name::Tracestate => Format::W3c,
        Name::Elastic => Format::Elastic,
        Name::B3 => Format::B3,
        Name::B3Trace | Name::B3Span | Name::B3Parent | Name::B3Sampled | Name::B3Flags => Format::B3Multi,
        Name::DatadogTrace | Name::DatadogParent | Name::DatadogPriority | Name::DatadogOrigin | Name::DatadogTags => {
            Format::Datadog
        }
        Name::Jaeger => Format::Jaeger,
        Name::XRay => Format::XRay,
        Name::Gcp => Format::Gcp,
        Name::Sentry => Format::Sentry,
        Name::OtTrace | Name::OtSpan | Name::OtSampled => Format::Ot,
        Name::Grpc => Format::GrpcTraceBin,
        Name::InstanaTrace | Name::InstanaSpan | Name::InstanaLevel => Format::Instana,
        Name::Baggage | Name::Traceresponse | Name::ServerTiming => return None,
    })
}

/// The problems of a header that belongs to no group, or that its group does not read.
fn own_problems(found: &Found<'_>) -> Vec<HeaderError> {
    match found.name {
        Header::Known(Name::Baggage) => Baggage::parse([&*found.value]).1,
        Header::Known(Name::Traceresponse) => {
            let read: Result<Traceparent, HeaderError> = found.value.parse();
            read.err().map(|error| error.named(Name::Traceresponse.as_str())).into_iter().collect()
        }
        Header::Known(Name::Tracestate) => {
            let mut problems = Vec::new();
            let read = TraceState::parse_noting([&*found.value], Level::Two, |note| problems.push(note));
            problems.extend(read.err());
            problems
        }
        _ => Vec::new(),
    }
}
