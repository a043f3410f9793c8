//! Grafana's data frames of traces: columns of values, as its query API answers and its inspector shows.
//!
//! ```text
//! {"schema":{"fields":[{"name":"traceID"},…]},"data":{"values":[["…","…"],…]}}      the API, in {"results":{"A":{"frames":[…]}}}
//! {"fields":[{"name":"traceID","values":["…","…"]},…]}                              the inspector, in a list
//! {"traceID":"…","spanID":"…","serviceTags":[…],…}                                  a row, as of the inspector's CSV
//! ```
//! Times and durations are milliseconds; `nanos` beside `values` are what a time has below the millisecond. (Grafana, `TraceSpanRow`, "Trace data
//! frame", `DataFrameJSON`.)

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, EventParts, LinkParts, Parts};
use super::told::{Told, kind_of};
use crate::error::WarningKind;
use crate::json::{Data, Node};
use crate::store::{NO_TIME, SpanKey, SpanKind, Status, TraceKey};
use crate::strings::StringId;

pub(super) const FORMAT: Format = Format {
    id: "grafana-frame",
    name: "Grafana data frames",
    produced_by: "Grafana's query API (`/api/ds/query`), its Inspect panel",
    shapes: "frames with `schema` and `data`, with values in their fields, in `results`, in lists; several frames; their rows as CSV",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    // The columns' names are values, not keys.
    let named = |name: &str| {
        let name = format!("\"{name}\"");
        shape.head().windows(name.len()).any(|window| window == name.as_bytes())
    };
    let frame = shape.has("fields") && (shape.has("schema") && shape.has("data") || shape.has("values"));
    if frame && named("traceID") && named("spanID") && named("startTime") {
        return Some("its fields are named traceID and spanID");
    }
    is_row(shape).then_some("its rows have spanID and serviceTags")
}

/// Whether there are rows of a frame as objects, which look like spans of Jaeger's but have other units.
pub(super) fn is_row(shape: &Shape<'_>) -> bool {
    shape.places_of("serviceTags").any(|under| shape.kind_of(under, "spanID").is_some())
}

fn read(reading: &mut Reading<'_>) {
    let mut out = Assembler::default();
    reading.documents(|reading, lexer| {
        let document = lexer.node()?;
        if !frames(reading, &mut out, &document) {
            let reason = "Expected a data frame with traceID and spanID, found none.".to_owned();
            reading.skip(WarningKind::NotTraces, document.start as usize, reason);
        }
        Ok(())
    });
}

/// Reads every frame inside the value; whether there was one. Recursion is bounded by the lexer's limit of nesting.
fn frames(reading: &mut Reading<'_>, out: &mut Assembler, node: &Node<'_>) -> bool {
    if let Some(columns) = columns(node) {
        rows(reading, out, node, &columns);
        return true;
    }
    if let (Some(_), Some(_)) = (node.get("spanID"), node.get("serviceTags")) {
        let cells = node.members().iter().filter(|(_, value)| value.data != Data::Null);
        let cells: Vec<_> = cells.map(|(name, value)| (name.as_ref(), value)).collect();
        span(reading, out, node, &cells);
        return true;
    }
    let mut found = false;
    for inner in node.items().iter().chain(node.members().iter().map(|(_, value)| value)) {
        found |= frames(reading, out, inner);
    }
    found
}

/// What the columns of nanoseconds are called here: no field is.
const NANOS: &str = "";

/// The columns of a frame of spans, by name; that of the nanoseconds of the start's too.
fn columns<'n, 'a>(node: &'n Node<'a>) -> Option<Vec<(&'n str, &'n [Node<'a>])>> {
    let fields = node.get("fields").or_else(|| node.at(&["schema", "fields"]))?.items();
    let data = |key: &str| node.at(&["data", key]).map_or(&[][..], Node::items);
    let (values, nanos) = (data("values"), data("nanos"));
    let mut columns = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let Some(name) = field.text_of("name") else { continue };
        let column = |key: &str, of: &'n [Node<'a>]| field.get(key).or_else(|| of.get(index)).map(Node::items);
        columns.extend(column("values", values).map(|values| (name, values)));
        if name == "startTime" {
            columns.extend(column("nanos", nanos).map(|nanos| (NANOS, nanos)));
        }
    }
    let has = |name: &str| columns.iter().any(|(of, _)| *of == name);
    (has("traceID") && has("spanID")).then_some(columns)
}

fn rows(reading: &mut Reading<'_>, out: &mut Assembler, frame: &Node<'_>, columns: &[(&str, &[Node<'_>])]) {
    let values = columns.iter().filter(|(name, _)| *name != NANOS);
    let count = values.map(|(_, values)| values.len()).max().unwrap_or(0);
    for row in 0..count {
        let cells: Vec<_> = columns
            .iter()
            .filter_map(|(name, values)| Some((*name, values.get(row)?)))
            .filter(|(_, value)| value.data != Data::Null)
            .collect();
        span(reading, out, frame, &cells);
    }
}

fn span(reading: &mut Reading<'_>, out: &mut Assembler, frame: &Node<'_>, cells: &[(&str, &Node<'_>)]) {
    let cell = |name: &str| cells.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
    let text = |name: &str| cell(name).and_then(Node::text).unwrap_or_default();
    // In a table of text what has digits alone is a number.
    let id = |name: &str| cell(name).and_then(Node::written).unwrap_or_default();
    let mut parts = Parts::at(cell("spanID").map_or(frame.start, |id| id.start));
    parts.trace = reading.trace_key(id("traceID"), Base64::No);
    parts.id = reading.span_key(id("spanID"), Base64::No);
    parts.parent = reading.span_key(id("parentSpanID"), Base64::No);
    parts.name = reading.builder.intern(text("operationName"));
    parts.start = reading.time_of(&mut parts, cell("startTime"), Unit::Millis, "startTime");
    if let Some(below) = cell(NANOS).and_then(Node::integer).filter(|below| (0..1_000_000).contains(below))
        && parts.start < NO_TIME - 1_000_000
    {
        parts.start += below as u64;
    }
    if let Some(duration) = reading.duration_of(&mut parts, cell("duration"), Unit::Millis, "duration") {
        parts.lasting(duration);
    }
    pairs(cell("serviceTags"), |key, value| parts.resource(reading, key, value));
    parts.service(reading, text("serviceName"));
    parts.kind = kind_of(text("kind").as_bytes()).unwrap_or(SpanKind::Unspecified);
    parts.status = match cell("statusCode").and_then(Node::integer) {
        Some(1) => Status::Ok,
        Some(2) => Status::Error,
        _ => Status::Unset,
    };
    if let Some(message) = cell("statusMessage").filter(|message| message.text() != Some("")) {
        parts.message = reading.node_value(message);
    }
    if let Some(state) = cell("traceState").filter(|state| state.text() != Some("")) {
        parts.trace_state = reading.node_value(state);
    }
    let library = |name: &str, reading: &mut Reading<'_>| reading.builder.intern(text(name));
    parts.scope = (library("instrumentationLibraryName", reading), library("instrumentationLibraryVersion", reading));
    let mut told = Told::NOTHING;
    pairs(cell("tags"), |key, value| {
        if !Parts::tell(&mut told, reading, key, value) {
            parts.attribute(reading, key, value);
        }
    });
    for log in cell("logs").map_or(&[][..], Node::items) {
        event(reading, &mut parts, log);
    }
    for reference in cell("references").map_or(&[][..], Node::items) {
        let mut attributes = Vec::new();
        pairs(reference.get("tags"), |key, value| attributes.push(reading.pair(key, value)));
        parts.links.push(LinkParts::to(
            reference.text_of("traceID").map_or(TraceKey::EMPTY, |id| reading.trace_key(id, Base64::No)),
            reference.text_of("spanID").map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No)),
            attributes,
        ));
    }
    for warning in cell("warnings").map_or(&[][..], Node::items).iter().filter_map(Node::text) {
        parts.warn(WarningKind::Producer, warning.to_owned());
    }
    parts.put_told(&told, reading);
    out.push(reading, &parts);
}

/// Every pair of a list of `{key, value}`.
fn pairs(list: Option<&Node<'_>>, mut take: impl FnMut(&str, &Node<'_>)) {
    for pair in list.map_or(&[][..], Node::items) {
        let null = Node { data: Data::Null, start: pair.start, end: pair.end, json: false };
        take(pair.text_of("key").unwrap_or_default(), pair.get("value").unwrap_or(&null));
    }
}

/// A log is an event: its name is its own, else the field `event`, else the field `message`.
fn event(reading: &mut Reading<'_>, parts: &mut Parts, log: &Node<'_>) {
    let time = reading.time_of(parts, log.get("timestamp"), Unit::Millis, "a log's timestamp");
    let mut attributes = Vec::new();
    let mut name = log.text_of("name").map_or(StringId::EMPTY, |name| reading.builder.intern(name));
    pairs(log.get("fields"), |key, value| match (key, value.text()) {
        ("event" | "message", Some(text)) if name == StringId::EMPTY => name = reading.builder.intern(text),
        _ => attributes.push(reading.pair(key, value)),
    });
    if name == StringId::EMPTY {
        name = reading.builder.intern("log");
    }
    parts.events.push(EventParts { time, name, attributes });
}
