//! OpenTelemetry's span as a tree of objects, under the names that the SDKs give to its fields.

use super::super::documents::Reading;
use super::super::ids::Base64;
use super::super::instant::Unit;
use super::super::micros::Nanos;
use super::super::parts::{Assembler, EventParts, LinkParts, Pair, Parts, span_number, trace_number};
use super::super::told;
use crate::error::WarningKind;
use crate::json::{Data, Node};
use crate::store::{NO_TIME, RawValue, SpanKey, SpanKind, Status, TraceKey};

/// What differs from one SDK to another where the names do not tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    /// Kinds by number.
    pub(super) kinds: &'static [SpanKind],
    /// Status codes by number.
    pub(super) statuses: [Status; 3],
    /// Unit of times and durations that are numbers.
    pub(super) unit: Unit,
    /// The time 0, in nanoseconds since 1970.
    pub(super) epoch: u64,
    /// Ids are strings of raw bytes.
    pub(super) raw_ids: bool,
    /// A field that every span has, if the language has one of its own.
    pub(super) own: Option<&'static str>,
}

impl Dialect {
    /// Numbers as in OTLP, nanoseconds since 1970.
    pub(super) const PLAIN: Dialect = Dialect {
        kinds: &SpanKind::ALL,
        statuses: [Status::Unset, Status::Ok, Status::Error],
        unit: Unit::Nanos,
        epoch: 0,
        raw_ids: false,
        own: None,
    };
}

/// Where a field stands: keys from the span down. The first path that leads somewhere counts.
type Paths = &'static [&'static [&'static str]];

const TRACE: Paths =
    &[&["traceId"], &["context", "trace_id"], &["SpanContext", "TraceID"], &["_spanContext", "traceId"], &["trace_id"]];
const SPAN: Paths = &[
    &["spanId"],
    &["context", "span_id"],
    &["SpanContext", "SpanID"],
    &["_spanContext", "spanId"],
    &["span_id"],
    &["id"],
];
const PARENT: Paths = &[
    &["parentSpanContext", "spanId"],
    &["parentId"],
    &["parent_id"],
    &["Parent", "SpanID"],
    &["ParentSpanID"],
    &["parentSpanId"],
    &["parent_span_id"],
];
const STATE: Paths = &[
    &["traceState"],
    &["context", "trace_state"],
    &["SpanContext", "TraceState"],
    &["_spanContext", "traceState"],
    &["tracestate"],
];
const FLAGS: Paths = &[
    &["context", "trace_flags"],
    &["SpanContext", "TraceFlags"],
    &["_spanContext", "traceFlags"],
    &["trace_flags"],
    &["traceFlags"],
];
const NAME: Paths = &[&["name"], &["Name"], &["span"]];
const KIND: Paths = &[&["kind"], &["SpanKind"], &["spanKind"]];
const START: Paths =
    &[&["startTime"], &["start_time"], &["StartTime"], &["timestamp"], &["start"], &["start_timestamp"]];
const END: Paths = &[&["endTime"], &["end_time"], &["EndTime"], &["end"], &["end_timestamp"]];
const DURATION: Paths = &[&["duration"], &["_duration"]];
const STATUS: Paths = &[
    &["status", "code"],
    &["status", "status_code"],
    &["Status", "Code"],
    &["StatusCode"],
    &["status_code"],
    &["status"],
];
const MESSAGE: Paths = &[
    &["status", "message"],
    &["status", "description"],
    &["Status", "Description"],
    &["StatusMessage"],
    &["status_message"],
];
const ATTRIBUTES: Paths = &[&["attributes"], &["Attributes"]];
const EVENTS: Paths = &[&["events"], &["Events"], &["MessageEvents"]];
const LINKS: Paths = &[&["links"], &["Links"]];
const RESOURCE: Paths = &[
    &["resource", "attributes"],
    &["resource", "_attributes"],
    &["resource", "_rawAttributes"],
    &["resource"],
    &["Resource"],
];
const SCOPE: Paths = &[
    &["instrumentationScope"],
    &["instrumentation_scope"],
    &["InstrumentationScope"],
    &["instrumentationLibrary"],
    &["instrumentation_library"],
    &["InstrumentationLibrary"],
];

/// Fields that follow from others.
const DERIVED: &[&str] = &[
    "ChildSpanCount",
    "HasRemoteParent",
    "total_recorded_attributes",
    "total_recorded_events",
    "total_recorded_links",
];

const FIELDS: &[Paths] = &[
    TRACE, SPAN, PARENT, STATE, FLAGS, NAME, KIND, START, END, DURATION, STATUS, MESSAGE, ATTRIBUTES, EVENTS, LINKS,
    RESOURCE, SCOPE,
];

fn find<'n, 'a>(node: &'n Node<'a>, paths: Paths) -> Option<&'n Node<'a>> {
    paths.iter().find_map(|path| node.at(path))
}

/// Adds the span that the tree is; says so when it is none.
pub(super) fn span(reading: &mut Reading<'_>, out: &mut Assembler, dialect: &Dialect, node: &Node<'_>) {
    let foreign = dialect.own.is_some_and(|own| node.get(own).is_none());
    if foreign || find(node, NAME).is_none() || (find(node, TRACE).is_none() && find(node, START).is_none()) {
        let found = node.members().first().map_or("no field", |(name, _)| name.as_ref());
        let reason = format!("Expected a span with a name, a trace id and times, found an object with {found}.");
        reading.skip(WarningKind::NotTraces, node.start as usize, reason);
        return;
    }
    let mut parts = Parts::at(node.start);
    parts.trace = trace_id(reading, dialect, find(node, TRACE));
    parts.id = span_id(reading, dialect, find(node, SPAN));
    parts.parent = span_id(reading, dialect, find(node, PARENT));
    parts.name = reading.builder.intern(find(node, NAME).and_then(Node::written).unwrap_or_default());
    parts.trace_state = trace_state(reading, find(node, STATE));
    parts.flags = find(node, FLAGS).map_or(0, flags);
    kind(&mut parts, dialect, find(node, KIND));
    parts.start = time(reading, &mut parts, dialect, find(node, START), "start");
    match find(node, END) {
        Some(end) => parts.end = time(reading, &mut parts, dialect, Some(end), "end"),
        None => {
            if let Some(duration) = duration(reading, &mut parts, dialect, find(node, DURATION)) {
                parts.lasting(duration);
            }
        }
    }
    status(reading, &mut parts, dialect, node);
    parts.attributes = pairs(reading, find(node, ATTRIBUTES));
    parts.resource = pairs(reading, find(node, RESOURCE));
    if let Some(scope) = find(node, SCOPE) {
        let mut field =
            |keys: &[&str]| reading.builder.intern(scope.get_any(keys).and_then(Node::written).unwrap_or_default());
        parts.scope = (field(&["name", "Name"]), field(&["version", "Version"]));
        parts.scope_attributes = pairs(reading, find(scope, ATTRIBUTES));
    }
    for (name, value) in node.members() {
        let known = DERIVED.contains(&name.as_ref())
            || FIELDS.iter().any(|paths| paths.iter().any(|path| path.first() == Some(&name.as_ref())));
        // What begins with an underscore is internal to a span that was printed itself.
        if !known && !name.starts_with('_') && value.data != Data::Null {
            match dropped_name(name) {
                Some(key) => dropped(reading, &mut parts.attributes, key, value),
                None => parts.attribute(reading, name, value),
            }
        }
    }
    events(reading, &mut parts, dialect, find(node, EVENTS));
    links(reading, &mut parts, dialect, find(node, LINKS));
    out.push(reading, &parts);
}

/// The name that OpenTelemetry gives to a count of what was dropped, in formats without the field.
pub(super) fn dropped_name(field: &str) -> Option<&'static str> {
    Some(match field {
        "DroppedAttributes"
        | "DroppedAttributeCount"
        | "DroppedAttributesCount"
        | "droppedAttributesCount"
        | "_droppedAttributesCount"
        | "dropped_attributes_count"
        | "dropped_attributes" => "otel.dropped_attributes_count",
        "DroppedEvents"
        | "DroppedMessageEventCount"
        | "DroppedEventsCount"
        | "droppedEventsCount"
        | "_droppedEventsCount"
        | "dropped_events_count"
        | "dropped_events" => "otel.dropped_events_count",
        "DroppedLinks"
        | "DroppedLinkCount"
        | "DroppedLinksCount"
        | "droppedLinksCount"
        | "_droppedLinksCount"
        | "dropped_links_count"
        | "dropped_links" => "otel.dropped_links_count",
        _ => return None,
    })
}

/// Adds a count of what was dropped, unless nothing was.
pub(super) fn dropped(reading: &mut Reading<'_>, attributes: &mut Vec<Pair>, key: &str, count: &Node<'_>) {
    if count.integer() != Some(0) {
        attributes.push(reading.pair(key, count));
    }
}

/// A trace id as text or as a string of sixteen bytes.
fn trace_id(reading: &mut Reading<'_>, dialect: &Dialect, node: Option<&Node<'_>>) -> TraceKey {
    let Some(node) = node else { return TraceKey::EMPTY };
    if dialect.raw_ids
        && let Some(Ok(bytes)) = raw(node).map(<[u8; 16]>::try_from)
    {
        return trace_number_of_width(u128::from_be_bytes(bytes));
    }
    node.written().map_or(TraceKey::EMPTY, |text| reading.trace_key(text, Base64::No))
}

/// A number that is a whole id: of thirty-two digits, however small it is.
pub(super) fn trace_number_of_width(id: u128) -> TraceKey {
    let mut key = trace_number(id);
    if id != 0 {
        key.form = crate::store::IdForm::Hex(32);
    }
    key
}

/// A span id as text or as a string of eight bytes.
fn span_id(reading: &mut Reading<'_>, dialect: &Dialect, node: Option<&Node<'_>>) -> SpanKey {
    let Some(node) = node else { return SpanKey::EMPTY };
    if dialect.raw_ids
        && let Some(Ok(bytes)) = raw(node).map(<[u8; 8]>::try_from)
    {
        return span_number(u64::from_be_bytes(bytes));
    }
    node.written().map_or(SpanKey::EMPTY, |text| reading.span_key(text, Base64::No))
}

fn raw<'n>(node: &'n Node<'_>) -> Option<&'n [u8]> {
    match &node.data {
        Data::Bytes(bytes) => Some(bytes),
        Data::Text(text) => Some(text.as_bytes()),
        _ => None,
    }
}

/// A trace state in its header's form, whatever an SDK makes of it: an object, a list of entries, Python's list of such texts.
fn trace_state(reading: &mut Reading<'_>, node: Option<&Node<'_>>) -> RawValue {
    let mut entries = Vec::new();
    match node {
        Some(Node { data: Data::Text(text), .. }) => {
            match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
                Some(list) => entries.extend(list.split("{key=").skip(1).filter_map(|entry| {
                    let (key, value) = entry.split_once(", value=")?;
                    Some(format!("{key}={}", value.split('}').next()?))
                })),
                None => entries.push(text.clone().into_owned()),
            }
        }
        Some(node) => state_entries(node, &mut entries),
        None => {}
    }
    match entries.join(",") {
        state if state.is_empty() => RawValue::NULL,
        state => reading.made_text(&state),
    }
}

/// The entries in a tree. Recursion is bounded by the readers' limits of nesting.
fn state_entries(node: &Node<'_>, entries: &mut Vec<String>) {
    if let (Some(key), Some(value)) = (node.text_of("key"), node.text_of("value")) {
        entries.push(format!("{key}={value}"));
        return;
    }
    for (key, value) in node.members() {
        match value.text() {
            Some(text) => entries.push(format!("{key}={text}")),
            None => state_entries(value, entries),
        }
    }
    node.items().iter().for_each(|item| state_entries(item, entries));
}

/// A number, its two hex digits, or an object around one of them.
fn flags(node: &Node<'_>) -> u32 {
    match &node.data {
        Data::Number(_) => node.integer().and_then(|flags| u32::try_from(flags).ok()).unwrap_or(0),
        Data::Text(digits) => u32::from_str_radix(digits, 16).unwrap_or(0),
        Data::Map(_) => match node.get("sampled") {
            Some(sampled) => u32::from(sampled.truth() == Some(true)),
            None => node.get("flags").map_or(0, flags),
        },
        _ => 0,
    }
}

/// A kind by its number in this dialect, or by its name: `SERVER`, `SpanKind.SERVER`, `SPAN_KIND_SERVER`, `KIND_SERVER`.
fn kind(parts: &mut Parts, dialect: &Dialect, node: Option<&Node<'_>>) {
    let Some(node) = node else { return };
    match (of_number(node, dialect.kinds), node.text()) {
        (Some(kind), _) => parts.kind = kind,
        (None, Some(name)) => kind_of_name(parts, name),
        (None, None) => bad_kind(parts, &node.described()),
    }
}

/// What has this number, which may be a text.
fn of_number<T: Copy>(node: &Node<'_>, all: &[T]) -> Option<T> {
    all.get(usize::try_from(node.integer()?).ok()?).copied()
}

/// Sets the kind by its name, in any spelling.
pub(super) fn kind_of_name(parts: &mut Parts, name: &str) {
    let bare = name.trim();
    let bare = bare.rsplit_once('.').map_or(bare, |(_, bare)| bare);
    let bare = bare.strip_prefix("SPAN_").unwrap_or(bare);
    let bare = bare.strip_prefix("KIND_").unwrap_or(bare);
    match told::kind_of(bare.as_bytes()) {
        Some(kind) => parts.kind = kind,
        None if bare.is_empty() => {}
        None => bad_kind(parts, &format!("\"{name}\"")),
    }
}

fn bad_kind(parts: &mut Parts, found: &str) {
    parts.warn(WarningKind::BadValue, format!("Expected a span kind, found {found}."));
}

/// Sets the status by its name, in any spelling.
pub(super) fn status_of_name(parts: &mut Parts, name: &str) {
    // Also as a part of what it is printed with: `StatusCode.ERROR`, `Status{statusCode=error, description=…}`.
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    match words.find_map(|word| told::status_of(word.as_bytes())) {
        Some(status) => parts.status = status,
        None if name.trim().is_empty() => {}
        None => parts.warn(WarningKind::BadValue, format!("Expected a status, found \"{name}\".")),
    }
}

fn status(reading: &mut Reading<'_>, parts: &mut Parts, dialect: &Dialect, node: &Node<'_>) {
    if let Some(code) = find(node, STATUS) {
        match (of_number(code, &dialect.statuses), &code.data) {
            (Some(status), _) => parts.status = status,
            (None, Data::Text(name)) => status_of_name(parts, name),
            (None, Data::Number(_)) => parts.warn(
                WarningKind::BadValue,
                format!("Expected a status code from 0 to 2, found {}.", code.described()),
            ),
            _ => {}
        }
    }
    if let Some(message) = find(node, MESSAGE).filter(|message| message.text() != Some("")) {
        parts.message = reading.node_value(message);
    } else if let Some((_, told)) =
        find(node, STATUS).and_then(Node::text).and_then(|text| text.split_once("description"))
    {
        let told = told.trim_start_matches([':', '=', ' ']).trim_end_matches(['}', ')']);
        parts.message = reading.made_text(told.trim_matches('"'));
    }
}

/// Attributes as an object, as a list of `{Key, Value: {Type, Value}}` or as a list of pairs.
fn pairs(reading: &mut Reading<'_>, node: Option<&Node<'_>>) -> Vec<Pair> {
    let Some(node) = node else { return Vec::new() };
    let mut pairs = Vec::new();
    for (key, value) in node.members() {
        // Swift puts a value's text into an object.
        let value = match value.members() {
            [(only, text)] if only == "description" => text,
            _ => value,
        };
        pairs.push(reading.pair(key, value));
    }
    for item in node.items() {
        if let [key, value] = item.items()
            && let Some(key) = key.written()
        {
            pairs.push(reading.pair(key, value));
        } else if let Some(key) = item.get_any(&["Key", "key"]).and_then(Node::written) {
            let value = item.get_any(&["Value", "value"]);
            let value = value.map_or(RawValue::NULL, |value| match value.get("Value") {
                Some(inner) if value.get("Type").is_some() => reading.node_value(inner),
                None if value.get("Type").is_some() => RawValue::NULL,
                _ => reading.node_value(value),
            });
            pairs.push((reading.builder.intern(key), value));
        }
    }
    pairs
}

/// A time as a number, a date, or a list of seconds and nanoseconds.
fn time(reading: &mut Reading<'_>, parts: &mut Parts, dialect: &Dialect, node: Option<&Node<'_>>, field: &str) -> u64 {
    let Some(node) = node else { return NO_TIME };
    let found = match (seconds_and_nanos(node), dialect.epoch) {
        (Some(time), _) => time.after(0),
        (None, 0) => return reading.time_of(parts, Some(node), dialect.unit, field),
        (None, epoch) => node.written().and_then(|text| dialect.unit.nanos(text)).and_then(|time| time.after(epoch)),
    };
    match found {
        Some(0) => NO_TIME,
        Some(time) => time,
        None => {
            let message = format!("Expected {} as {field}, found {}.", dialect.unit.name(), node.described());
            parts.warn(WarningKind::BadTime, message);
            NO_TIME
        }
    }
}

fn duration(reading: &mut Reading<'_>, parts: &mut Parts, dialect: &Dialect, node: Option<&Node<'_>>) -> Option<Nanos> {
    match node.and_then(seconds_and_nanos) {
        Some(duration) => Some(duration),
        None => reading.duration_of(parts, node, dialect.unit, "duration"),
    }
}

/// `[ seconds, nanoseconds ]`, the time of JavaScript's performance API.
fn seconds_and_nanos(node: &Node<'_>) -> Option<Nanos> {
    let [seconds, nanos] = node.items() else { return None };
    let total = seconds.integer()?.checked_mul(1_000_000_000)?.checked_add(nanos.integer()?)?;
    Some(Nanos { ns: u64::try_from(total.unsigned_abs()).ok()?, negative: total < 0 })
}

fn events(reading: &mut Reading<'_>, parts: &mut Parts, dialect: &Dialect, node: Option<&Node<'_>>) {
    for event in node.map_or(&[][..], Node::items) {
        if event.members().is_empty() {
            parts.warn(WarningKind::WrongType, format!("Expected an event, found {}.", event.described()));
            continue;
        }
        let time = time(reading, parts, dialect, event.get_any(&["time", "timestamp", "Time"]), "an event's time");
        let name = event.get_any(&["name", "Name"]).and_then(Node::written).unwrap_or_default();
        let name = reading.builder.intern(name);
        let attributes = inner_attributes(reading, event);
        parts.events.push(EventParts { time, name, attributes });
    }
}

fn links(reading: &mut Reading<'_>, parts: &mut Parts, dialect: &Dialect, node: Option<&Node<'_>>) {
    for link in node.map_or(&[][..], Node::items) {
        let context = link.get_any(&["context", "SpanContext", "spanContext", "span_context"]).unwrap_or(link);
        if context.members().is_empty() {
            parts.warn(WarningKind::WrongType, format!("Expected a link, found {}.", context.described()));
            continue;
        }
        let trace = trace_id(reading, dialect, context.get_any(&["traceId", "trace_id", "TraceID"]));
        let span = span_id(reading, dialect, context.get_any(&["spanId", "span_id", "SpanID"]));
        let trace_state =
            trace_state(reading, context.get_any(&["traceState", "trace_state", "TraceState", "tracestate"]));
        let attributes = inner_attributes(reading, link);
        parts.links.push(LinkParts { trace, span, trace_state, attributes });
    }
}

/// The attributes of an event or a link, with the count of those that were dropped.
fn inner_attributes(reading: &mut Reading<'_>, node: &Node<'_>) -> Vec<Pair> {
    let mut attributes = pairs(reading, find(node, ATTRIBUTES));
    for (name, value) in node.members() {
        if let Some(key) = dropped_name(name) {
            dropped(reading, &mut attributes, key, value);
        }
    }
    attributes
}
