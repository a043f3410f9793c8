//! Attributes by what they mean, under their names of today and of earlier years.
//!
//! ```text
//!  db.query.text   ┐
//!  db.statement    ├── Field::DbStatement
//!  sql.query       ┘
//! ```
//! A span's role (a database call, an HTTP request …) follows from the attributes it has, as OTLP gives spans no type. Names are looked up
//! once a store; then a span costs one table look-up an attribute.
//! (OpenTelemetry semantic conventions 1.44, and their deprecated names; OpenTracing's names.)

use std::cell::RefCell;
use std::rc::Rc;

use super::answers::Answers;
use crate::store::{Span, SpanKind, Store, Trace};
use crate::strings::StringId;
use crate::value::Value;

/// What an attribute means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `GET`.
    HttpMethod,
    /// `404`.
    HttpStatus,
    /// `/users/{id}`.
    HttpRoute,
    /// `https://host/path?query`.
    UrlFull,
    /// `/users/7`.
    UrlPath,
    /// `/users/{id}` as a client knows it.
    UrlTemplate,
    /// How often the request had been sent before.
    HttpResendCount,
    /// `postgresql`.
    DbSystem,
    /// `SELECT …`.
    DbStatement,
    /// `SELECT users`.
    DbSummary,
    /// `SELECT`.
    DbOperation,
    /// The database's name.
    DbNamespace,
    /// The table's name.
    DbCollection,
    /// `grpc`.
    RpcSystem,
    /// `shop.Cart`.
    RpcService,
    /// `AddItem`.
    RpcMethod,
    /// A number or a name.
    RpcStatus,
    /// `kafka`.
    MessagingSystem,
    /// A queue's or topic's name.
    MessagingDestination,
    /// `publish`.
    MessagingOperation,
    /// The other side's service, as the caller knows it.
    PeerService,
    /// Host name or address of the other side.
    ServerAddress,
    /// Port of the other side.
    ServerPort,
    /// `timeout`.
    ErrorType,
    /// `java.net.SocketTimeoutException`.
    ExceptionType,
    /// The exception's message.
    ExceptionMessage,
}

/// Names of each field, and which field they are.
const NAMES: &[(Field, &[&str])] = &[
    (Field::HttpMethod, &["http.request.method", "http.method"]),
    (Field::HttpStatus, &["http.response.status_code", "http.status_code", "http.response.code"]),
    (Field::HttpRoute, &["http.route"]),
    (Field::UrlFull, &["url.full", "http.url"]),
    (Field::UrlPath, &["url.path", "http.target", "http.path"]),
    (Field::UrlTemplate, &["url.template"]),
    (Field::HttpResendCount, &["http.request.resend_count", "http.resend_count", "http.retry_count"]),
    (Field::DbSystem, &["db.system.name", "db.system", "db.type"]),
    (Field::DbStatement, &["db.query.text", "db.statement", "sql.query"]),
    (Field::DbSummary, &["db.query.summary"]),
    (Field::DbOperation, &["db.operation.name", "db.operation"]),
    (Field::DbNamespace, &["db.namespace", "db.name", "db.instance", "db.redis.database_index"]),
    (Field::DbCollection, &["db.collection.name", "db.sql.table", "db.mongodb.collection", "db.cassandra.table"]),
    (Field::RpcSystem, &["rpc.system.name", "rpc.system"]),
    (Field::RpcService, &["rpc.service"]),
    (Field::RpcMethod, &["rpc.method"]),
    (
        Field::RpcStatus,
        &[
            "rpc.response.status_code",
            "rpc.status_code",
            "rpc.grpc.status_code",
            "rpc.connect_rpc.error_code",
            "grpc.status_code",
            "grpc.status",
            "grpc.code",
        ],
    ),
    (Field::MessagingSystem, &["messaging.system"]),
    (
        Field::MessagingDestination,
        &["messaging.destination.name", "messaging.destination", "messaging.kafka.topic", "message_bus.destination"],
    ),
    (Field::MessagingOperation, &["messaging.operation.name", "messaging.operation.type", "messaging.operation"]),
    (Field::PeerService, &["service.peer.name", "peer.service"]),
    (
        Field::ServerAddress,
        &[
            "server.address",
            "net.peer.name",
            "network.peer.address",
            "net.sock.peer.addr",
            "net.peer.ip",
            "peer.hostname",
            "peer.address",
            "peer.ipv4",
            "http.host",
            "out.host",
        ],
    ),
    (Field::ServerPort, &["server.port", "net.peer.port", "network.peer.port", "peer.port", "out.port"]),
    (Field::ErrorType, &["error.type", "error.kind"]),
    (Field::ExceptionType, &["exception.type"]),
    (Field::ExceptionMessage, &["exception.message", "error.message", "error.msg"]),
];

/// What a span is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Role {
    /// Nothing that its attributes tell.
    #[default]
    Other,
    /// A call to a database, a cache among them.
    Database,
    /// A message sent or handled.
    Messaging,
    /// A remote procedure call, either side.
    Rpc,
    /// An HTTP request, either side.
    Http,
}

/// Which of the names occur in a store. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Names {
    /// For each text's number the field it names plus one; nothing behind the last name.
    fields: Rc<[u8]>,
    /// Which names are those of time limits.
    limits: Rc<RefCell<Answers>>,
}

impl Names {
    /// Looks up all names.
    pub fn new(store: &Store) -> Names {
        let mut fields = Vec::new();
        for (field, names) in NAMES {
            for name in *names {
                if let Some(id) = store.find_string(name) {
                    if fields.len() <= id.index() {
                        fields.resize(id.index() + 1, 0);
                    }
                    fields[id.index()] = *field as u8 + 1;
                }
            }
        }
        Names { fields: fields.into(), limits: Rc::default() }
    }
}

/// Which fields each span of a trace has. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Meanings {
    names: Names,
    first: u32,
    /// A bit each, by position in the trace's tree order.
    found: Rc<[u32]>,
}

impl Meanings {
    /// Looks at the attributes of all spans. The names are those of the store.
    pub fn new(trace: &Trace<'_>, names: Names) -> Meanings {
        let semantics = Semantics::new(trace.store(), names.clone());
        let found = trace.spans().map(|span| semantics.fields_of(&span)).collect();
        Meanings { names, first: trace.first().0, found }
    }
}

/// What the attributes of a store mean.
#[derive(Debug)]
pub struct Semantics<'a> {
    store: &'a Store,
    names: Names,
    /// Of spans from this one on it is known already which fields they have.
    first: u32,
    found: Rc<[u32]>,
}

impl<'a> Semantics<'a> {
    /// The names are those of the store.
    pub fn new(store: &'a Store, names: Names) -> Semantics<'a> {
        Semantics { store, names, first: 0, found: Rc::default() }
    }

    /// The same, where it is known which fields the spans of a trace have.
    pub fn of(store: &'a Store, meanings: Meanings) -> Semantics<'a> {
        let Meanings { names, first, found } = meanings;
        Semantics { store, names, first, found }
    }

    /// Whether `names_a_limit` takes the name of an attribute for that of a time limit.
    pub(super) fn is_limit(&self, key: StringId, names_a_limit: fn(&str) -> bool) -> bool {
        self.names.limits.borrow_mut().get(key.index(), || names_a_limit(self.store.string(key)))
    }

    /// The value of a field, of the first attribute that has its meaning.
    pub fn value(&self, span: &Span<'a>, field: Field) -> Option<Value<'a>> {
        if let Some(found) = self.known(span)
            && found & 1 << field as u32 == 0
        {
            return None;
        }
        let wanted = field as u8 + 1;
        let (_, value) = span.raw_attributes().find(|(key, _)| self.names.fields.get(key.index()) == Some(&wanted))?;
        Some(self.store.decode(value))
    }

    /// Appends the value of a field as text; whether there is one.
    pub(super) fn append(&self, span: &Span<'a>, field: Field, text: &mut String) -> bool {
        let before = text.len();
        match self.value(span, field) {
            Some(Value::String(value)) => text.push_str(&value),
            Some(value) => text.push_str(&value.to_string()),
            None => {}
        }
        text.len() > before
    }

    /// The value of a field as text; none when it is empty.
    pub fn text(&self, span: &Span<'a>, field: Field) -> Option<String> {
        let text = match self.value(span, field)? {
            Value::String(text) => text.into_owned(),
            value => value.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The value of a field as a whole number, also where it was written as text.
    pub fn number(&self, span: &Span<'a>, field: Field) -> Option<i64> {
        match self.value(span, field)? {
            Value::Int(number) => Some(number),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Whether a span has a field.
    pub fn has(&self, span: &Span<'a>, field: Field) -> bool {
        self.fields_of(span) & 1 << field as u32 != 0
    }

    /// Whether a span has one of these fields.
    pub fn has_any(&self, span: &Span<'a>, fields: &[Field]) -> bool {
        let wanted = fields.iter().fold(0, |bits, field| bits | 1 << *field as u32);
        self.fields_of(span) & wanted != 0
    }

    fn known(&self, span: &Span<'a>) -> Option<u32> {
        self.found.get(span.index().0.wrapping_sub(self.first) as usize).copied()
    }

    /// All fields of a span, a bit each.
    fn fields_of(&self, span: &Span<'a>) -> u32 {
        if let Some(found) = self.known(span) {
            return found;
        }
        let mut found = 0;
        for (key, _) in span.raw_attributes() {
            if let Some(field @ 1..) = self.names.fields.get(key.index()) {
                found |= 1 << (field - 1);
            }
        }
        found
    }

    /// What a span is about.
    pub fn role(&self, span: &Span<'a>) -> Role {
        let found = self.fields_of(span);
        let any = |fields: &[Field]| fields.iter().any(|field| found & 1 << *field as u32 != 0);
        if any(&[Field::DbSystem, Field::DbStatement, Field::DbSummary, Field::DbOperation])
            && !matches!(span.kind(), SpanKind::Server | SpanKind::Consumer)
        {
            Role::Database
        } else if any(&[Field::MessagingSystem, Field::MessagingDestination])
            || matches!(span.kind(), SpanKind::Producer | SpanKind::Consumer)
        {
            Role::Messaging
        } else if any(&[Field::RpcSystem, Field::RpcService, Field::RpcMethod]) {
            Role::Rpc
        } else if any(&[
            Field::HttpMethod,
            Field::HttpStatus,
            Field::HttpRoute,
            Field::UrlFull,
            Field::UrlPath,
            Field::UrlTemplate,
        ]) {
            Role::Http
        } else {
            Role::Other
        }
    }
}
