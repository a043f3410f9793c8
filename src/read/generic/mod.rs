//! Spans of any program: objects that have an id, the id of a parent or children inside, a start and an end or a duration, whatever their
//! keys are called. It comes last, and takes only what no other format does; what it takes for granted is told.
//!
//! Durations whose unit nothing names wait until all spans are there: in the right unit a span does not end before its children start.
//!
//! Keys are compared by their letters and digits alone: `parentSpanId`, `parent_span_id` and `Parent-Span-ID` are one.

mod pieces;
mod roles;
mod table;
mod times;

use super::Format;
use super::clean;
use super::detect::Shape;
use super::documents::Reading;
use super::held::ByIds;
use super::ids::Base64;
use super::instant::Unit;
use super::parts::{Assembler, EventParts, LinkParts, Met, Parts, span_number};
use super::told::kind_of;
use crate::float::parse_f64;
use crate::json::{Data, Kind, Node};
use crate::store::{Encoding, NO_TIME, RawValue, SpanKey, SpanKind, Status, StoreBuilder, TraceKey};
use crate::strings::StringId;
use roles::{CHILDREN, DURATION, END, ID, NAME, OFFSET, PARENT, Role, Roles, START, TIMES, TRACE, WHEN};
use table::{TABLES, Table, row_of};
use times::{last, time, times};

pub(super) const FORMAT: Format = Format {
    id: "generic",
    name: "Spans in JSON",
    produced_by: "programs with a format of their own, ClickHouse, OpenSearch, Langfuse, LangSmith, OpenObserve, Dynatrace",
    shapes: "objects with an id, a parent or children, a start, an end or a duration, in lists, trees or one a line; tables by row or by column; nested tables as columns, keys made flat, texts of JSON",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let spans = |around: &str| {
        let told = told_by(shape, around, true);
        // A parent may be told among the attributes.
        let parent =
            told & (PARENT | CHILDREN) != 0 || shape.keys_under("tags").any(|key| Role::of(key) == Role::Parent);
        // Spans inside of spans need no ids.
        (told & ID != 0 && parent || told & CHILDREN != 0 && told & NAME != 0)
            && told & (START | WHEN | OFFSET) != 0
            && told & (END | DURATION) != 0
    };
    if shape.places().any(spans) || is_row(shape) {
        return Some("its objects have an id, a parent, a start and a duration or an end");
    }
    tells_columns(shape).then_some("its columns have an id, a parent, a start and a duration or an end")
}

/// Whether there is a table of spans: names of columns are texts.
pub(super) fn tells_columns(shape: &Shape<'_>) -> bool {
    let named = ["columns", "Columns", "fields", "meta"].iter().any(|list| shape.has(list));
    let mut told = 0;
    for text in shape.head().split(|byte| *byte == b'"') {
        // What stands behind a table may be another one.
        if !named || text.eq_ignore_ascii_case(b"rows") {
            break;
        }
        told |= Role::of(std::str::from_utf8(text).unwrap_or_default()).bit();
    }
    are_columns(told)
}

/// Whether there are spans of OTLP that a store has made rows of: their service stands beside their times.
pub(super) fn is_row(shape: &Shape<'_>) -> bool {
    shape.keys().any(|(under, key, _)| {
        (Role::of(key) == Role::Service || FLATTENED.iter().any(|(start, _)| key.starts_with(start)))
            && (shape.kind_of(under, "startTimeUnixNano").or(shape.kind_of(under, "start_time_unix_nano"))).is_some()
    })
}

/// Whether objects with these keys are spans and no lines of a log.
pub(super) fn tells_spans(shape: &Shape<'_>) -> bool {
    const ALL: u32 = ID | PARENT | START | END;
    shape.places().any(|around| told_by(shape, around, true) & ALL == ALL)
}

/// What the keys of the objects under a key, and of parts of them, tell.
fn told_by(shape: &Shape<'_>, around: &str, parts: bool) -> u32 {
    let mut told = 0;
    for (under, key, kind) in shape.keys() {
        if under == around {
            let role = Role::of(key);
            told |= role.bit_of(kind == Kind::Object);
            if parts && role == Role::Part {
                told |= told_by(shape, key, false);
            }
        }
    }
    told
}

/// Whether a table whose columns tell this is one of spans.
fn are_columns(told: u32) -> bool {
    const ALL: u32 = ID | TRACE | PARENT;
    told & ALL == ALL && told & (START | WHEN) != 0 && told & (END | DURATION) != 0
}

fn read(reading: &mut Reading<'_>) {
    let mut generic = Generic { first: reading.builder.span_count(), ..Generic::default() };
    let (trace, parent, service) = (TraceKey::EMPTY, SpanKey::EMPTY, StringId::EMPTY);
    let around = Around { trace, parent, service, nested: false, listed: true, head: false };
    if !clean::each_row(reading.bytes, &mut |row| generic.walk(reading, &row, &around)) {
        reading.documents(|reading, lexer| {
            reading.objects_or(lexer, &[], &mut |reading, met| {
                let node = match met {
                    Met::Tree(node) => Some(node),
                    Met::Object(lexer) => generic.piece(lexer),
                };
                // What is left of one that is broken comes as a tree.
                let Some(node) = node else { return false };
                generic.learn_reporters(&node);
                generic.walk(reading, &node, &around);
                true
            })
        });
    }
    generic.finish(reading);
}

/// What a span has from what is around it.
#[derive(Clone, Copy)]
struct Around {
    trace: TraceKey,
    parent: SpanKey,
    service: StringId,
    /// It stands inside of a span.
    nested: bool,
    /// It is a document, or one of a list.
    listed: bool,
    /// It stands under a key for a trace: what has no name there is said of the whole trace.
    head: bool,
}

/// A member of an object, and what it says.
#[derive(Clone, Copy)]
struct Field<'n> {
    role: Role,
    /// Of a time.
    unit: Option<Unit>,
    key: &'n str,
    value: &'n Node<'n>,
}

/// Whether a key has this in it, whatever its capitals.
fn has_word(key: &str, word: &str) -> bool {
    key.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// Text or number of the field that says this: of several the first one that is said of a span, as rows have ids of their own, too.
fn written<'n>(fields: &[Field<'n>], role: Role) -> Option<&'n str> {
    let mut best: Option<(u8, &'n str)> = None;
    for Field { key, value, .. } in fields.iter().filter(|field| field.role == role) {
        let value = value.items().first().filter(|_| role == Role::Parent).unwrap_or(value);
        let rank = if has_word(key, "span") { 2 } else { u8::from(!has_word(key, "event")) };
        if let Some(text) = value.written().filter(|text| !text.is_empty())
            && best.is_none_or(|(other, _)| rank > other)
        {
            best = Some((rank, text));
        }
    }
    best.map(|(_, text)| text)
}

/// A span whose duration has no unit yet: its number in the store, and the duration as it is written.
type Waiting = (usize, RawValue);

#[derive(Default)]
struct Generic {
    /// How many spans there were before.
    first: usize,
    out: Assembler,
    waiting: Vec<Waiting>,
    /// Of the durations that wait, one has so many digits that it counts nanoseconds; one has a fraction.
    long: bool,
    broken: bool,
    /// A start is told to the nanosecond.
    fine: bool,
    /// Ids that were made up.
    made: u64,
    /// The unit of starts with a fraction, where durations have one, too.
    fractions: Option<Unit>,
    /// Services by the ids of what reported them, as JSON:API tells them beside the spans (Lightstep).
    reporters: Vec<(String, String)>,
    roles: Roles,
    /// Cut lists around what is read.
    level: u32,
}

impl Generic {
    fn learn_reporters(&mut self, node: &Node<'_>) {
        let list = node.at(&["data", "relationships", "reporters"]).or(node.at(&["relationships", "reporters"]));
        for reporter in list.map_or(&[][..], Node::items) {
            let name = reporter.at(&["attributes", "lightstep.component_name"]).and_then(Node::text);
            if let (Some(id), Some(name)) = (reporter.written_of("reporter-id"), name) {
                self.reporters.push((id.to_owned(), name.to_owned()));
            }
        }
    }

    /// Ends the spans whose durations wait, and says what was taken for granted.
    fn finish(self, reading: &mut Reading<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        let unit = self.fractions.or_else(|| self.unit(reading.builder));
        // What is told to the nanosecond is counted in them.
        let fine = !self.broken && (self.fine || self.long);
        let assumed = unit.unwrap_or(if fine { Unit::Nanos } else { Unit::Millis });
        let why = match unit {
            Some(_) => ": so spans hold the starts of their children.",
            None if fine && self.long => ", by their size.",
            None if fine => ", as times are told to the nanosecond.",
            None => ": nothing names their unit.",
        };
        reading.guess(&format!("Durations are taken for {}{why}", assumed.name()));
        let mut parts = Parts::at(0);
        for (span, text) in self.waiting {
            let builder = &mut *reading.builder;
            let Some(duration) = assumed.nanos(builder.plain_text(text)) else { continue };
            (parts.start, parts.end) = builder.times_of(span);
            last(&mut parts, duration);
            builder.set_times(span, parts.start, parts.end);
            for (kind, message) in parts.warnings.drain(..) {
                builder.warn_about(span, kind, &message);
            }
        }
    }

    /// The smallest unit in which nine of ten spans start before their parents have ended.
    fn unit(&self, builder: &StoreBuilder) -> Option<Unit> {
        let ids = |number: usize| builder.ids_of(self.waiting[number].0).0;
        let waiting = ByIds::new(self.waiting.len(), &ids);
        const UNITS: [(Unit, f64); 4] =
            [(Unit::Nanos, 1.0), (Unit::Micros, 1e3), (Unit::Millis, 1e6), (Unit::Seconds, 1e9)];
        let (mut all, mut held) = (0, [0; 4]);
        for child in self.first..builder.span_count() {
            let (_, Some(parent)) = builder.ids_of(child) else { continue };
            let Some((parent, duration)) = waiting.find(parent).map(|number| self.waiting[number]) else { continue };
            let (parent, start) = (builder.times_of(parent).0, builder.times_of(child).0);
            let duration = parse_f64(builder.plain_text(duration)).unwrap_or_default();
            if start != NO_TIME && parent < start && duration > 0.0 {
                all += 1;
                for ((_, ns), held) in UNITS.iter().zip(&mut held) {
                    *held += usize::from((start - parent) as f64 <= duration * ns);
                }
            }
        }
        let found = held.iter().position(|held| all > 0 && held * 10 >= all * 9)?;
        Some(UNITS[found].0)
    }

    /// Recursion is bounded by the lexer's limit of nesting.
    fn walk(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, around: &Around) {
        if let Data::List(_) = &node.data {
            self.each(reading, node, &[], around);
            return;
        }
        if let Some(Table { names, rows, columns }) = Table::of(node) {
            if let Some(rows) = rows {
                self.each(reading, rows, &names, around);
            }
            let around = Around { listed: true, ..*around };
            for row in 0..columns.iter().map(|column| column.len()).max().unwrap_or(0) {
                self.walk(reading, &row_of(&names, &|at| columns.get(at)?.get(row)), &around);
            }
            return;
        }
        let mut fields: Vec<Field<'_>> = node.members().iter().map(|member| self.roles.field(member)).collect();
        let mut unfolded = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            unfolded.extend(table::unfolded(field.role, field.value).map(|inner| (at, inner)));
        }
        for (at, inner) in &unfolded {
            fields[*at].value = inner;
        }
        for at in 0..fields.len() {
            if fields[at].role == Role::Part {
                let inner = fields[at].value.members().iter().map(|member| self.roles.field(member));
                fields.extend(inner.filter(|field| !matches!(field.role, Role::Other | Role::Part)));
            }
        }
        let told = |field: &Field<'_>| match &field.value.data {
            Data::Null => 0,
            data => field.role.bit_of(matches!(data, Data::Map(_))),
        };
        let told = fields.iter().fold(0, |all, field| all | told(field));
        let (named, timed) = (told & NAME != 0, told & TIMES != 0);
        if around.head && !named {
            return;
        }
        // What has spans and no name is what is around them.
        let holds = !around.nested && told & (NAME | PARENT) == 0 && node.get("spans").is_some_and(are_objects);
        let is_span = told & ID != 0 || told & CHILDREN != 0 && (around.nested || named) || around.nested && named;
        if timed && !holds && is_span {
            self.span(reading, node, &fields, around);
            return;
        }
        let listed = around.listed;
        let mut around = Around { listed: false, ..*around };
        // An object around spans: its id is the trace's, if they have none.
        for role in [Role::Trace, Role::Id] {
            let id = fields.iter().find(|field| field.role == role).and_then(|field| field.value.written());
            if let Some(id) = id.filter(|id| !id.is_empty() && around.trace == TraceKey::EMPTY) {
                around.trace = reading.trace_key(id, Base64::No);
            }
        }
        if let Some(name) = written(&fields, Role::Service) {
            around.service = reading.builder.intern(name);
        }
        let before = reading.builder.span_count();
        let inner = fields.iter().filter(|field| matches!(field.value.data, Data::List(_) | Data::Map(_)));
        let alone = inner.clone().next().is_none();
        for Field { role, key, value, .. } in inner {
            // What reports spans, and what a table's columns are.
            let reporters = *key == "relationships" && !self.reporters.is_empty();
            if reporters || *role == Role::Attributes && matches!(value.data, Data::List(_)) {
                continue;
            }
            around.head = *role == Role::Trace && matches!(value.data, Data::Map(_)) && fields.len() > 1;
            self.walk(reading, value, &around);
        }
        if listed && (alone || timed && reading.builder.span_count() == before) {
            reading.not_a_span(node, "an id and a time");
        }
    }

    fn span(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, fields: &[Field<'_>], around: &Around) {
        let taken = [Role::Id, Role::Trace, Role::Parent, Role::Name, Role::Service].map(|role| written(fields, role));
        let [id, mut trace, parent, mut name, mut service] = taken;
        let mut parts = Parts::at(node.start);
        if trace.is_none() && around.trace == TraceKey::EMPTY {
            // A trace among its spans.
            let list =
                fields.iter().find(|field| field.role == Role::Children).map_or(&[][..], |field| field.value.items());
            let of_child =
                list.first().map_or(&[][..], Node::members).iter().find(|(key, _)| Role::of(key) == Role::Trace);
            trace = of_child.and_then(|(_, id)| id.written());
        }
        parts.trace = trace.map_or(around.trace, |id| reading.trace_key(id, Base64::No));
        parts.id = match id {
            Some(id) => reading.span_key(id, Base64::No),
            None => {
                self.made += 1;
                reading.guess("Spans without ids have got numbers.");
                span_number(self.made)
            }
        };
        parts.parent = parent.map_or(around.parent, |id| reading.span_key(id, Base64::No));
        if name.is_none() {
            // Among the attributes, or what kind of span it is.
            name = node.text_of("type");
            for Field { role, value, .. } in fields {
                let key = if *role == Role::Attributes { "name" } else { "type" };
                if matches!(role, Role::Attributes | Role::Part) {
                    name = value.text_of(key).or(name);
                }
            }
        }
        parts.name = reading.builder.intern(name.unwrap_or_default());
        let unnamed = times(reading, &mut parts, fields, &mut self.fractions);
        let reporter = node.written_of("reporter-id").unwrap_or_default();
        let reporter = self.reporters.iter().find(|(id, _)| id == reporter).map(|(_, name)| name.as_str());
        let (mut kept, mut message) = (Vec::new(), None);
        let told = fields.iter().fold(0, |told, field| told | field.role.bit());
        for Field { role, key, value, .. } in fields {
            match role {
                Role::Id | Role::Trace | Role::Parent | Role::Name | Role::Service
                    if value.written().is_some_and(|text| text.is_empty() || taken.contains(&Some(text))) => {}
                Role::Level if matches!(value.text(), Some("ERROR" | "error" | "FATAL" | "fatal")) => {
                    parts.status = Status::Error;
                    kept.push((*key, *value));
                }
                Role::Part if value.members().iter().all(|(key, _)| self.roles.of(key).0 != Role::Other) => {}
                Role::Start | Role::End => {}
                // Where two say the same, or not, the other one is kept.
                Role::When if told & START == 0 => {}
                Role::Offset if told & (START | WHEN) == 0 => {}
                Role::Duration if told & END == 0 => {}
                Role::Children if matches!(value.data, Data::List(_) | Data::Map(_)) => {}
                Role::Attributes | Role::Resource if matches!(value.data, Data::Map(_)) => {
                    let inner = value.get("attributes").filter(|_| *role == Role::Resource);
                    for (key, value) in inner.unwrap_or(value).members() {
                        match (key.as_ref(), role) {
                            ("service.name" | "service_name", _) => service = service.or(value.text()),
                            (key, _) if parts.parent.is_empty() && self.roles.of(key).0 == Role::Parent => {
                                parts.parent = reading.span_key(value.written().unwrap_or_default(), Base64::No);
                            }
                            ("span.kind", _) if set_kind(&mut parts, value) => {}
                            (key, Role::Resource) => parts.resource(reading, key, value),
                            (key, _) => parts.conventional(reading, key, value),
                        }
                    }
                }
                Role::Kind if set_kind(&mut parts, value) => {}
                Role::Error | Role::Status if set_status(reading, &mut parts, value, *role, key) => {}
                Role::Status if value.get_any(&["code", "error"]).is_some() => {
                    for (key, role) in [("code", Role::Status), ("error", Role::Error)] {
                        value.get(key).map(|told| set_status(reading, &mut parts, told, role, key));
                    }
                    message = value.get("message").or(message);
                }
                Role::Message if value.text().is_some() => {
                    message = Some(*value);
                    if value.text() != Some("") && has_word(key, "error") {
                        parts.status = Status::Error;
                    }
                }
                Role::Scope | Role::ScopeVersion => {
                    for (part, text) in [("name", &mut parts.scope.0), ("version", &mut parts.scope.1)] {
                        let own = (*role == Role::ScopeVersion) == (part == "version");
                        if let Some(told) = value.text_of(part).or(value.text().filter(|_| own)) {
                            *text = reading.builder.intern(told);
                        }
                    }
                }
                Role::TraceState if value.text().is_some() => parts.trace_state = state_of(reading, value),
                Role::Events if are_objects(value) => {
                    value.items().iter().for_each(|item| event(reading, &mut parts, item, &mut self.roles));
                }
                Role::Events | Role::Links if matches!(&value.data, Data::List(items) if items.is_empty()) => {}
                Role::Links if are_objects(value) => {
                    value.items().iter().for_each(|item| link(reading, &mut parts, item, &mut self.roles))
                }
                _ if value.data == Data::Null => {}
                // Rows of nested tables, below.
                _ if matches!(value.data, Data::List(_)) && TABLES.iter().any(|table| key.starts_with(table)) => {}
                _ => match FLATTENED.iter().find_map(|(start, of)| Some((key.strip_prefix(start)?, of))) {
                    Some(("service.name" | "service@name", _)) => service = service.or(value.text()),
                    Some((key, Role::Resource)) => parts.resource(reading, &key.replace('@', "."), value),
                    Some((key, _)) => parts.conventional(reading, &key.replace('@', "."), value),
                    None => kept.push((*key, *value)),
                },
            }
        }
        if let Some(message) = message.filter(|message| message.text() != Some("")) {
            parts.message = reading.node_value(message);
        }
        let [events, links] = TABLES.map(|table| rows_of(node, table));
        events.iter().for_each(|row| event(reading, &mut parts, row, &mut self.roles));
        links.iter().for_each(|row| link(reading, &mut parts, row, &mut self.roles));
        for (key, value) in kept {
            parts.attribute(reading, key, value);
        }
        let of_all = reading.builder.string(around.service).to_owned();
        parts.service(reading, service.or(reporter).unwrap_or(&of_all));
        let inside =
            Around { trace: parts.trace, parent: parts.id, nested: true, listed: false, head: false, ..*around };
        self.fine |= parts.start != NO_TIME && !parts.start.is_multiple_of(1000);
        if let Some((text, start)) = unnamed {
            // Nothing that is traced takes months.
            self.long |= text.len() > 10;
            self.broken |= text.contains(['.', 'e', 'E']);
            let text = reading.kept(Encoding::Text, start, text);
            self.waiting.push((reading.builder.span_count(), text));
        }
        self.out.push(reading, &parts);
        for children in fields.iter().filter(|field| field.role == Role::Children) {
            self.walk(reading, children.value, &inside);
        }
    }
}

/// Keys of objects that were made flat.
const FLATTENED: [(&str, Role); 5] = [
    ("span.attributes.", Role::Attributes),
    ("attributes.", Role::Attributes),
    ("span_attr:", Role::Attributes),
    ("resource.attributes.", Role::Resource),
    ("resource_attr:", Role::Resource),
];

/// The rows of a nested table as objects.
fn rows_of<'a>(node: &Node<'a>, table: &str) -> Vec<Node<'a>> {
    let mut rows: Vec<Node<'a>> = Vec::new();
    for (key, column) in node.members() {
        let Some(key) = key.strip_prefix(table) else { continue };
        for (at, value) in column.items().iter().enumerate() {
            if rows.len() <= at {
                rows.push(Node { data: Data::Map(Vec::new()), start: value.start, end: value.end, json: false });
            }
            if let Data::Map(members) = &mut rows[at].data {
                members.push((key.to_owned().into(), value.clone()));
            }
        }
    }
    rows
}

fn state_of(reading: &mut Reading<'_>, value: &Node<'_>) -> RawValue {
    if value.text() == Some("") { RawValue::NULL } else { reading.node_value(value) }
}

fn are_objects(list: &Node<'_>) -> bool {
    !list.items().is_empty() && list.items().iter().all(|item| matches!(item.data, Data::Map(_)))
}

fn event(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>, roles: &mut Roles) {
    let mut event = EventParts::EMPTY;
    let mut fields = Vec::new();
    for member in node.members() {
        let field = roles.field(member);
        let Field { role, unit, key, value } = field;
        match role {
            Role::When | Role::Start if event.time == NO_TIME => {
                event.time = time(reading, parts, unit, key, value, &mut None);
            }
            _ if matches!(value.data, Data::Map(_)) && (role == Role::Attributes || key == "fields") => {
                fields.extend(value.members().iter().map(|member| roles.field(member)));
            }
            _ => fields.push(field),
        }
    }
    for Field { role, key, value, .. } in fields {
        let name = role == Role::Name || matches!(key, "event" | "message");
        match value.text().filter(|_| name && event.name == StringId::EMPTY) {
            Some(text) => event.name = reading.builder.intern(text),
            None => event.attributes.push(reading.pair(key, value)),
        }
    }
    parts.events.push(event);
}

fn link(reading: &mut Reading<'_>, parts: &mut Parts, node: &Node<'_>, roles: &mut Roles) {
    let mut link = LinkParts::EMPTY;
    for (key, value) in node.members() {
        match (roles.of(key).0, value.written()) {
            (Role::Trace, Some(id)) => link.trace = reading.trace_key(id, Base64::No),
            (Role::Id, Some(id)) => link.span = reading.span_key(id, Base64::No),
            (Role::TraceState, Some(_)) => link.trace_state = state_of(reading, value),
            (Role::Attributes, None) => {
                link.attributes.extend(value.members().iter().map(|(key, value)| reading.pair(key, value)));
            }
            _ => link.attributes.push(reading.pair(key, value)),
        }
    }
    parts.links.push(link);
}

fn set_kind(parts: &mut Parts, value: &Node<'_>) -> bool {
    let number = value.written().and_then(|number| SpanKind::from_number(number.parse().ok()?));
    let kind = number.or_else(|| {
        let text = value.text()?;
        kind_of(text.strip_prefix("SPAN_KIND_").unwrap_or(text).as_bytes())
    });
    parts.kind = kind.unwrap_or(parts.kind);
    kind.is_some()
}

fn set_status(reading: &mut Reading<'_>, parts: &mut Parts, value: &Node<'_>, role: Role, key: &str) -> bool {
    let text = value.text().unwrap_or_default().to_ascii_lowercase();
    let text = text.strip_prefix("status_code_").unwrap_or(&text);
    let status = match (role, value.truth()) {
        (Role::Error, Some(true)) => Status::Error,
        (Role::Error, Some(false)) => return matches!(value.data, Data::Bool(_)),
        (Role::Error, None) if !text.is_empty() => {
            parts.message = reading.node_value(value);
            Status::Error
        }
        (Role::Error, None) if !value.members().is_empty() => {
            if let Some(message) = value.get_any(&["message", "value", "type"]) {
                parts.status = Status::Error;
                parts.message = reading.node_value(message);
            }
            return false;
        }
        (Role::Status, _) if matches!(text, "error" | "failed" | "failure" | "err") => Status::Error,
        (Role::Status, _) if matches!(text, "ok" | "success") => Status::Ok,
        (Role::Status, _) if text == "unset" => Status::Unset,
        // The numbers of OpenTelemetry; others are those of HTTP or of a program.
        (Role::Status, _) if has_word(key, "code") => {
            match value.written().and_then(|code| Status::from_number(code.parse().ok()?)) {
                Some(status) => status,
                None => return false,
            }
        }
        _ => return false,
    };
    if parts.status != Status::Error {
        parts.status = status;
    }
    true
}
