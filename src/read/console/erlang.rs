//! `otel_exporter_stdout` of Erlang and Elixir: tuples as `~p` prints them, ids as decimal numbers, times without an epoch.
//!
//! ```text
//! {span,TraceId,SpanId,TraceState,ParentId,[ParentIsRemote,]Name,Kind,Start,End,
//!       {attributes,…},{events,…},{links,…},Status,Flags,IsRecording,{instrumentation_scope,Name,Version,_}}
//! ```

use super::super::Format;
use super::super::detect::Shape;
use super::super::documents::Reading;
use super::super::parts::{Assembler, EventParts, LinkParts, Pair, Parts, span_number};
use super::model;
use super::notation::{self, Language};
use crate::error::WarningKind;
use crate::json::{Data, Node};
use crate::store::{NO_TIME, RawValue, SpanKey, TraceKey};

pub(in crate::read) const FORMAT: Format = Format {
    id: "console-erlang",
    name: "Erlang and Elixir console",
    produced_by: "`otel_exporter_stdout` of OpenTelemetry for Erlang and Elixir",
    shapes: "`span` records among other lines; decimal ids; times count from the first span",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    shape.lines().any(|line| begins(line.trim_start())).then_some("it has span records with decimal ids")
}

fn begins(line: &str) -> bool {
    let id = line.strip_prefix("{span,").map(str::trim_start);
    id.is_some_and(|id| id.starts_with(|c: char| c.is_ascii_digit()))
}

/// A span whose times are still Erlang's own.
struct Found {
    parts: Parts,
    start: Option<i128>,
    end: Option<i128>,
    events: Vec<Option<i128>>,
}

fn read(reading: &mut Reading<'_>) {
    let mut found: Vec<Found> = Vec::new();
    notation::objects(reading, Language::Erlang, begins, &mut |reading, node| match span(reading, node) {
        Some(span) => found.push(span),
        None => {
            let reason = "Expected a span record with its attributes, found another tuple.".to_owned();
            reading.skip(WarningKind::NotTraces, node.start as usize, reason);
        }
    });
    let zero = found.iter().filter_map(|span| span.start).min();
    let since = |time: Option<i128>| {
        let time = time?.checked_sub(zero?)?;
        u64::try_from(time).ok().filter(|time| *time != NO_TIME)
    };
    let mut out = Assembler::default();
    for mut span in found {
        span.parts.start = since(span.start).unwrap_or(NO_TIME);
        span.parts.end = since(span.end).unwrap_or(NO_TIME);
        for (event, time) in span.parts.events.iter_mut().zip(&span.events) {
            event.time = since(*time).unwrap_or(NO_TIME);
        }
        out.push(reading, &span.parts);
    }
    if zero.is_some() {
        reading.guess("Times are those of Erlang's monotonic clock, which has no date: they count from the first span, in nanoseconds.");
    }
}

fn span(reading: &mut Reading<'_>, node: &Node<'_>) -> Option<Found> {
    let fields = node.items();
    // The record has grown in front of its attributes, which were a list at first.
    let attributes = fields.iter().position(|field| record(field, "attributes").is_some()).unwrap_or(9);
    if !(9..fields.len()).contains(&attributes) {
        return None;
    }
    let mut parts = Parts::at(node.start);
    parts.trace = trace_id(&fields[1]);
    parts.id = span_id(&fields[2]);
    parts.trace_state = state(reading, &fields[3]);
    parts.parent = span_id(&fields[4]);
    parts.name = reading.builder.intern(fields[attributes - 4].written().unwrap_or_default());
    model::kind_of_name(&mut parts, fields[attributes - 3].text().unwrap_or_default());
    parts.attributes = pairs(reading, &fields[attributes]);
    let mut events = Vec::new();
    for event in list(fields.get(attributes + 1)) {
        let Some([time, name, pieces @ ..]) = record(event, "event") else { continue };
        let attributes = pieces.first().map_or_else(Vec::new, |piece| pairs(reading, piece));
        let name = reading.builder.intern(name.written().unwrap_or_default());
        parts.events.push(EventParts { time: NO_TIME, name, attributes });
        events.push(time.integer());
    }
    for link in list(fields.get(attributes + 2)) {
        let Some([trace, id, pieces @ ..]) = record(link, "link") else { continue };
        let attributes = pieces.first().map_or_else(Vec::new, |piece| pairs(reading, piece));
        let trace_state = pieces.get(1).map_or(RawValue::NULL, |piece| state(reading, piece));
        parts.links.push(LinkParts { trace: trace_id(trace), span: span_id(id), trace_state, attributes });
    }
    if let Some([code, message @ ..]) = fields.get(attributes + 3).and_then(|status| record(status, "status")) {
        model::status_of_name(&mut parts, code.text().unwrap_or_default());
        if let Some(text) = message.first().and_then(Node::text).filter(|text| !text.is_empty()) {
            parts.message = reading.made_text(text);
        }
    }
    parts.flags =
        fields.get(attributes + 4).and_then(Node::integer).and_then(|flags| flags.try_into().ok()).unwrap_or(0);
    let scope = fields
        .iter()
        .skip(attributes)
        .find_map(|field| record(field, "instrumentation_scope").or_else(|| record(field, "instrumentation_library")));
    if let Some([name, version, ..]) = scope {
        parts.scope = (
            reading.builder.intern(name.written().unwrap_or_default()),
            reading.builder.intern(version.written().unwrap_or_default()),
        );
    }
    let (start, end) = (fields[attributes - 2].integer(), fields[attributes - 1].integer());
    Some(Found { parts, start, end, events })
}

/// The fields of a tuple that begins with this name.
fn record<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n [Node<'a>]> {
    node.items().split_first().filter(|(first, _)| first.text() == Some(name)).map(|(_, fields)| fields)
}

/// The list at the end of `{events,128,128,infinity,0,[…]}`; older versions have the list alone.
fn list<'n, 'a>(node: Option<&'n Node<'a>>) -> &'n [Node<'a>] {
    let items = node.map_or(&[][..], Node::items);
    match items {
        [Node { data: Data::Text(_), .. }, .., last] => last.items(),
        items => items,
    }
}

/// The map at the end of `{attributes,128,infinity,0,#{…}}`, a map alone, or a list of pairs.
fn pairs(reading: &mut Reading<'_>, node: &Node<'_>) -> Vec<Pair> {
    let values = match record(node, "attributes") {
        Some([.., values]) => values,
        _ => node,
    };
    let mut pairs = Vec::new();
    for (key, value) in values.members() {
        pairs.push(reading.pair(key, value));
    }
    for item in values.items() {
        if let [key, value] = item.items()
            && let Some(key) = key.written()
        {
            pairs.push(reading.pair(key, value));
        }
    }
    pairs
}

/// A trace state: pairs in a list, or `{tracestate,Pairs}`.
fn state(reading: &mut Reading<'_>, node: &Node<'_>) -> RawValue {
    let pairs = match record(node, "tracestate") {
        Some([pairs, ..]) => pairs.items(),
        _ => node.items(),
    };
    let entries: Vec<String> = pairs
        .iter()
        .filter_map(|pair| match pair.items() {
            [key, value] => Some(format!("{}={}", key.written()?, value.written()?)),
            _ => None,
        })
        .collect();
    if entries.is_empty() { RawValue::NULL } else { reading.made_text(&entries.join(",")) }
}

fn trace_id(node: &Node<'_>) -> TraceKey {
    let id = node.written().and_then(|digits| digits.parse().ok());
    id.map_or(TraceKey::EMPTY, model::trace_number_of_width)
}

fn span_id(node: &Node<'_>) -> SpanKey {
    let id = node.written().and_then(|digits| digits.parse().ok());
    id.map_or(SpanKey::EMPTY, span_number)
}
