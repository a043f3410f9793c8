//! Azure Application Insights: the envelopes that its SDKs send ("breeze"), tables that a query answers with, their rows as objects,
//! the events that its query API lists, and the records of diagnostic settings. All say the same in their own spellings: requests and dependencies are spans, exceptions and messages are events of the
//! span whose id is their parent's.

use super::Format;
use super::conventions::{self, conventional};
use super::detect::Shape;
use super::documents::Reading;
use super::generic;
use super::held::Held;
use super::ids::Base64;
use super::instant::{Unit, clock_duration};
use super::parts::{EventParts, Parts};
use crate::error::WarningKind;
use crate::json::{Data, Node};
use crate::store::{SpanKey, SpanKind, Status, TraceKey};

pub(super) const FORMAT: Format = Format {
    id: "app-insights",
    name: "Application Insights",
    produced_by: "Azure Monitor's SDKs, Log Analytics queries, diagnostic settings",
    shapes: "envelopes in a list or one a line; `{\"tables\":[{\"columns\":…,\"rows\":…}]}`; rows as objects; `{\"records\":[…]}`; `{\"value\":[{\"type\":…,\"operation\":…}]}`",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.kind_of("data", "baseType").is_some() && shape.kind_of("data", "baseData").is_some() {
        return Some("it has data with a baseType");
    }
    let tables = |under, columns, rows| shape.kind_of(under, columns).is_some() && shape.kind_of(under, rows).is_some();
    // A query may have made columns of its own.
    if (tables("tables", "columns", "rows") || tables("Tables", "Columns", "Rows")) && !generic::tells_columns(shape) {
        return Some("it has tables of columns and rows");
    }
    let record = |operation: &str, others: [&str; 3]| {
        let beside = |under: &str| others.iter().any(|key| shape.kind_of(under, key).is_some());
        shape.places_of(operation).any(beside)
    };
    if record("OperationId", ["DurationMs", "AppRoleName", "ParentId"]) {
        return Some("its records have an OperationId and DurationMs");
    }
    if shape.kind_of("operation", "parentId").is_some() && shape.has("customDimensions") {
        return Some("its events have an operation and customDimensions");
    }
    record("operation_Id", ["itemType", "operation_ParentId", "cloud_RoleName"])
        .then_some("its rows have an operation_Id and an itemType")
}

fn read(reading: &mut Reading<'_>) {
    let mut held = Held::default();
    reading.objects(&["records", "tables", "Tables", "value"], &mut |reading, node| {
        if let (Some(columns), Some(rows)) = (node.get_any(&["columns", "Columns"]), node.get_any(&["rows", "Rows"])) {
            let table = node.get_any(&["name", "TableName"]).and_then(Node::text).unwrap_or_default();
            for row in rows.items() {
                let cells = columns.items().iter().zip(row.items());
                let of_row = cells.map(|(column, cell)| {
                    let name = column.get_any(&["name", "ColumnName"]).unwrap_or(column);
                    (name.text().unwrap_or_default(), cell)
                });
                record(reading, &mut held, &Fields::of(of_row, table), row);
            }
        } else if let Some(base) = node.at(&["data", "baseData"]) {
            let kind = node.at(&["data", "baseType"]).and_then(Node::text).unwrap_or_default();
            let tags = node.get("tags").map_or(&[][..], Node::members).iter();
            let members = base.members().iter().chain(tags).chain(node.members());
            let members = members.filter(|(key, _)| !matches!(key.as_ref(), "data" if node.get("data").is_none()));
            record(reading, &mut held, &Fields::of(members.map(|(key, value)| (key.as_ref(), value)), kind), &node);
        } else if let Some((kind, told)) = node.text_of("type").and_then(|kind| Some((kind, node.get(kind)?))) {
            let columns = columns(&node, kind);
            let around = columns.iter().map(|(key, value)| (key.as_str(), *value));
            let told = told.members().iter().map(|(key, value)| (key.as_ref(), value));
            record(reading, &mut held, &Fields::of(told.chain(around), kind), &node);
        } else if node.get("@odata.context").is_none() {
            let fields = Fields::of(node.members().iter().map(|(k, v)| (k.as_ref(), v)), "");
            if fields.all.is_empty() && node.json {
                reading.not_a_span(&node, "an operation_Id");
            }
            record(reading, &mut held, &fields, &node);
        }
    });
    held.finish(reading);
}

/// What stands around the `kind` of an event, as columns of a table: `cloud: {roleName}` is `cloud_RoleName` there.
fn columns<'n, 'a>(event: &'n Node<'a>, kind: &str) -> Vec<(String, &'n Node<'a>)> {
    let mut columns = Vec::new();
    for (outer, value) in event.members() {
        match (outer.as_ref(), value.members()) {
            ("id" | "type" | "count", _) => {}
            (outer, _) if outer == kind => {}
            ("ai", members) => columns.extend(members.iter().map(|(key, value)| (key.to_string(), value))),
            ("customDimensions" | "customMeasurements", _) | (_, []) => columns.push((outer.to_string(), value)),
            (outer, members) => {
                for (inner, value) in members.iter().filter(|(_, value)| value.text() != Some("")) {
                    let (first, rest) = inner.split_at(inner.chars().next().map_or(0, char::len_utf8));
                    columns.push((format!("{outer}_{}{rest}", first.to_ascii_uppercase()), value));
                }
            }
        }
    }
    columns
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Request,
    Dependency,
    /// A page's view, or a test of availability.
    Other,
    Exception,
    Message,
    Event,
}

/// A record by the meaning of its keys.
struct Fields<'n, 'a> {
    what: Option<What>,
    all: Vec<(Field, &'n str, &'n Node<'a>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Id,
    Operation,
    Parent,
    Name,
    Time,
    Duration,
    Success,
    Result,
    Role,
    Instance,
    Properties,
    Exceptions,
    ExceptionType,
    Message,
    Stack,
    Url,
    Type,
    /// What only says which kind of record this is, and where it is kept.
    Envelope,
    Other,
}

impl Field {
    fn of(key: &str) -> Field {
        // The portal's downloads say the zone beside the name.
        match key.strip_suffix(" [UTC]").unwrap_or(key) {
            "id" | "Id" => Field::Id,
            "operation_Id" | "OperationId" | "ai.operation.id" => Field::Operation,
            "operation_ParentId" | "ParentId" | "ai.operation.parentId" => Field::Parent,
            "name" | "Name" => Field::Name,
            "timestamp" | "time" | "TimeGenerated" => Field::Time,
            "duration" | "DurationMs" => Field::Duration,
            "success" | "Success" => Field::Success,
            "resultCode" | "ResultCode" | "responseCode" => Field::Result,
            "cloud_RoleName" | "AppRoleName" | "ai.cloud.role" => Field::Role,
            "cloud_RoleInstance" | "AppRoleInstance" | "ai.cloud.roleInstance" => Field::Instance,
            "customDimensions" | "customMeasurements" | "Properties" | "Measurements" | "properties"
            | "measurements" => Field::Properties,
            "exceptions" => Field::Exceptions,
            "ExceptionType" | "problemId" | "ProblemId" => Field::ExceptionType,
            "message" | "Message" | "outerMessage" | "OuterMessage" => Field::Message,
            "details" | "Details" => Field::Stack,
            "url" | "Url" => Field::Url,
            "type" | "DependencyType" => Field::Type,
            "itemType" | "Type" | "iKey" | "IKey" | "ver" | "baseType" | "baseData" => Field::Envelope,
            _ => Field::Other,
        }
    }
}

impl<'n, 'a> Fields<'n, 'a> {
    fn of(members: impl Iterator<Item = (&'n str, &'n Node<'a>)>, kind: &str) -> Fields<'n, 'a> {
        let mut fields = Fields { what: what_of(kind), all: Vec::new() };
        for (key, value) in members.filter(|(_, value)| value.data != Data::Null) {
            match (key, value.text()) {
                ("itemType" | "Type", Some(kind)) => fields.what = what_of(kind).or(fields.what),
                // The envelope around it: its name says what the base type says.
                ("name", Some(name)) if name.starts_with("Microsoft.ApplicationInsights") => continue,
                ("data", _) if matches!(value.data, Data::Map(_)) => continue,
                ("tags", _) => continue,
                _ => {}
            }
            let field = Field::of(key);
            fields.all.push((field, key, value));
        }
        fields
    }

    fn get(&self, field: Field) -> Option<&'n Node<'a>> {
        self.all.iter().find(|(of, ..)| *of == field).map(|(.., value)| *value)
    }

    fn text(&self, field: Field) -> Option<&'n str> {
        self.get(field)?.text().filter(|text| !text.is_empty())
    }
}

fn what_of(kind: &str) -> Option<What> {
    Some(match kind {
        "RequestData" | "request" | "requests" | "AppRequests" => What::Request,
        "RemoteDependencyData" | "dependency" | "dependencies" | "AppDependencies" => What::Dependency,
        "PageViewData"
        | "pageView"
        | "pageViews"
        | "AppPageViews"
        | "AvailabilityData"
        | "availabilityResult"
        | "availabilityResults"
        | "AppAvailabilityResults" => What::Other,
        "ExceptionData" | "exception" | "exceptions" | "AppExceptions" => What::Exception,
        "MessageData" | "trace" | "traces" | "AppTraces" => What::Message,
        "EventData" | "customEvent" | "customEvents" | "AppEvents" => What::Event,
        _ => return None,
    })
}

fn record(reading: &mut Reading<'_>, held: &mut Held, fields: &Fields<'_, '_>, node: &Node<'_>) {
    // A table of its own says nothing of what its rows are: those that last are spans.
    let what = fields.what.or_else(|| {
        let timed = fields.get(Field::Duration).is_some() && fields.get(Field::Id).is_some();
        timed.then_some(match fields.get(Field::Type) {
            Some(_) => What::Dependency,
            None => What::Request,
        })
    });
    let operation = fields.text(Field::Operation).unwrap_or_default();
    let trace = reading.trace_key(operation, Base64::No);
    // The first span of an operation may name the operation as its parent.
    let parent = fields.text(Field::Parent).filter(|parent| *parent != operation);
    let parent = parent.map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    let mut parts = Parts::at(node.start);
    let time = reading.time_of(&mut parts, fields.get(Field::Time), Unit::Millis, "time");
    match what {
        None => {
            if !fields.all.is_empty() {
                let found = fields.all.iter().take(3).map(|(_, key, _)| *key).collect::<Vec<_>>().join(", ");
                reading.skip(
                    WarningKind::NotTraces,
                    node.start as usize,
                    format!(
                        "Expected a request, a dependency, an exception or a message, found an object with {found}."
                    ),
                );
            }
        }
        Some(What::Request | What::Dependency | What::Other) => {
            (parts.trace, parts.parent, parts.start) = (trace, parent, time);
            span(reading, &mut parts, fields, what == Some(What::Request), what == Some(What::Dependency));
            held.spans.push(parts);
        }
        Some(What::Exception) => exception(reading, held, (trace, parent), time, fields, node),
        Some(What::Message | What::Event) => {
            let name = fields.text(Field::Message).or_else(|| fields.text(Field::Name)).unwrap_or("message");
            let mut event = EventParts { time, name: reading.builder.intern(name), attributes: Vec::new() };
            more(reading, &mut event, fields);
            held.tell(trace, parent, event, node.start);
        }
    }
}

fn span(reading: &mut Reading<'_>, parts: &mut Parts, fields: &Fields<'_, '_>, request: bool, dependency: bool) {
    parts.id = fields.text(Field::Id).map_or(SpanKey::EMPTY, |id| reading.span_key(id, Base64::No));
    parts.name = reading.builder.intern(fields.text(Field::Name).unwrap_or_default());
    if let Some(duration) = fields.get(Field::Duration) {
        match duration.text().and_then(clock_duration) {
            Some(duration) => parts.lasting(duration),
            None => {
                if let Some(duration) = reading.duration_of(parts, Some(duration), Unit::Millis, "duration") {
                    parts.lasting(duration);
                }
            }
        }
    }
    let kind = fields.text(Field::Type).unwrap_or_default();
    parts.kind = match kind {
        _ if request => SpanKind::Server,
        "InProc" | "Internal" => SpanKind::Internal,
        _ if kind.starts_with("InProc") => SpanKind::Internal,
        _ if kind.starts_with("Queue Message") => SpanKind::Producer,
        _ if dependency => SpanKind::Client,
        _ => SpanKind::Unspecified,
    };
    if fields.get(Field::Success).and_then(Node::truth) == Some(false) {
        parts.status = Status::Error;
    }
    if let Some(instance) = fields.get(Field::Instance) {
        parts.resource(reading, "service.instance.id", instance);
    }
    parts.service(reading, fields.text(Field::Role).unwrap_or_default());
    let http = request || kind.eq_ignore_ascii_case("http") || kind.starts_with("HTTP");
    for (field, key, value) in &fields.all {
        match field {
            Field::Id
            | Field::Operation
            | Field::Parent
            | Field::Name
            | Field::Time
            | Field::Duration
            | Field::Role
            | Field::Instance
            | Field::Envelope => {}
            Field::Success if value.truth().is_some() => {}
            Field::Result if http => parts.numeric(reading, "http.response.status_code", value),
            Field::Url => parts.attribute(reading, "url.full", value),
            Field::Properties => properties(reading, value, &mut |reading, key, value| {
                parts.conventional(reading, key, value);
            }),
            Field::Other if matches!(*key, "data" | "Data") && kind == "SQL" => {
                parts.attribute(reading, "db.query.text", value);
            }
            Field::Other if *key == "ai.application.ver" => parts.resource(reading, "service.version", value),
            _ => parts.attribute(reading, &own_name(key), value),
        }
    }
}

/// The names of the SDK's tags are their own; those of a record might be anyone's.
fn own_name(key: &str) -> String {
    match key.starts_with("ai.") {
        true => key.to_owned(),
        false => format!("ai.{key}"),
    }
}

/// An object, or one as JSON in a text.
fn properties(reading: &mut Reading<'_>, value: &Node<'_>, take: &mut dyn FnMut(&mut Reading<'_>, &str, &Node<'_>)) {
    match value.text() {
        None => value.members().iter().for_each(|(key, value)| take(reading, key, value)),
        Some("") => {}
        Some(text) => match Node::embedded(text, value.start, value.end) {
            Some(object) if matches!(object.data, Data::Map(_)) => {
                object.members().iter().for_each(|(key, value)| take(reading, key, value));
            }
            _ => take(reading, "ai.properties", value),
        },
    }
}

fn exception(
    reading: &mut Reading<'_>,
    held: &mut Held,
    (trace, span): (TraceKey, SpanKey),
    time: u64,
    fields: &Fields<'_, '_>,
    node: &Node<'_>,
) {
    let mut parts = Parts::at(node.start);
    for exception in fields.get(Field::Exceptions).or(fields.get(Field::Stack)).map_or(&[][..], Node::items) {
        let stack = exception.get_any(&["stack", "rawStack"]);
        let parsed = exception.get("parsedStack").filter(|frames| !frames.items().is_empty()).map(stack_of);
        let kind = exception.get_any(&["typeName", "type"]);
        parts.exception(reading, time, [kind, exception.get("message"), stack.or(parsed.as_ref())]);
    }
    if parts.events.is_empty() {
        let kind = fields.get(Field::Type).or_else(|| fields.get(Field::ExceptionType));
        parts.exception(reading, time, [kind, fields.get(Field::Message), fields.get(Field::Stack)]);
    }
    if let Some(event) = parts.events.first_mut() {
        more(reading, event, fields);
    }
    for event in parts.events {
        held.tell(trace, span, event, node.start);
    }
}

/// The innermost frame first.
fn stack_of(frames: &Node<'_>) -> Node<'static> {
    conventions::stack_of(frames, &mut frames.items().iter(), &|frame| {
        let file = ["fileName", "assembly"].iter().find_map(|key| frame.text_of(key)).unwrap_or("?");
        let line = frame.written_of("line").filter(|line| *line != "0");
        (frame.text_of("method").unwrap_or("?"), line.map_or(file.to_owned(), |line| format!("{file}:{line}")))
    })
}

/// What an exception or a message says beyond its text.
fn more(reading: &mut Reading<'_>, event: &mut EventParts, fields: &Fields<'_, '_>) {
    for (field, key, value) in &fields.all {
        match field {
            Field::Properties => properties(reading, value, &mut |reading, key, value| {
                event.attributes.push(reading.pair(conventional(key).unwrap_or(key), value));
            }),
            Field::Other if !key.starts_with("ai.") => event.attributes.push(reading.pair(&own_name(key), value)),
            _ => {}
        }
    }
}
