//! The messages of OTLP's traces, as prost has them, and a trace in them.

use prost::{Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub struct TracesData {
    #[prost(message, repeated, tag = "1")]
    pub resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub scope_spans: Vec<ScopeSpans>,
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Resource {
    #[prost(message, repeated, tag = "1")]
    pub attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "2")]
    pub dropped_attributes_count: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    pub scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    pub spans: Vec<Span>,
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Scope {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub version: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Span {
    #[prost(bytes = "vec", tag = "1")]
    pub trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub span_id: Vec<u8>,
    #[prost(string, tag = "3")]
    pub trace_state: String,
    #[prost(bytes = "vec", tag = "4")]
    pub parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    pub name: String,
    #[prost(int32, tag = "6")]
    pub kind: i32,
    #[prost(fixed64, tag = "7")]
    pub start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    pub end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    pub attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "10")]
    pub dropped_attributes_count: u32,
    #[prost(message, repeated, tag = "11")]
    pub events: Vec<Event>,
    #[prost(message, optional, tag = "15")]
    pub status: Option<Status>,
    #[prost(fixed32, tag = "16")]
    pub flags: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Event {
    #[prost(fixed64, tag = "1")]
    pub time_unix_nano: u64,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(message, repeated, tag = "3")]
    pub attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Status {
    #[prost(string, tag = "2")]
    pub message: String,
    #[prost(int32, tag = "3")]
    pub code: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct KeyValue {
    #[prost(string, tag = "1")]
    pub key: String,
    #[prost(message, optional, tag = "2")]
    pub value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub struct AnyValue {
    #[prost(oneof = "Value", tags = "1, 2, 3, 4")]
    pub value: Option<Value>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum Value {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }) }
}

fn text(key: &str, value: impl Into<String>) -> KeyValue {
    pair(key, Value::Text(value.into()))
}

/// Traces of 40 spans in twelve services: about eight attributes a span, an event on every eighth, an error on every thirtieth.
pub fn trace(spans: usize) -> TracesData {
    const SERVICES: usize = 12;
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        // splitmix64
        random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (random ^ random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    };
    let mut services: Vec<Vec<Span>> = vec![Vec::new(); SERVICES];
    let mut ids: Vec<u64> = Vec::new();
    let (mut trace, mut start) = (0_u128, 0);
    for index in 0..spans {
        if index % 40 == 0 {
            trace = u128::from(next()) << 64 | u128::from(next());
            start = 1_780_000_000_000_000_000 + index as u64 * 1_000_000;
            ids.clear();
        }
        let id = next();
        let parent = ids.get(next() as usize % ids.len().max(1)).copied();
        ids.push(id);
        let service = next() as usize % SERVICES;
        let begin = start + (index % 40) as u64 * 250_000;
        let mut attributes = vec![
            text("http.request.method", ["GET", "POST", "PUT"][next() as usize % 3]),
            text("url.path", format!("/api/v1/orders/{}", next() % 100_000)),
            text("server.address", format!("service-{service}.shop.svc.cluster.local")),
            pair("server.port", Value::Int(8080)),
            pair("http.response.status_code", Value::Int(200)),
            text("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"),
            text("thread.name", format!("worker-{}", next() % 64)),
            pair("messaging.batch", Value::Bool(next() % 2 == 0)),
        ];
        if next() % 4 == 0 {
            attributes.push(pair("cart.total", Value::Double((next() % 10_000) as f64 / 100.0)));
        }
        let failed = next() % 30 == 0;
        services[service].push(Span {
            trace_id: trace.to_be_bytes().to_vec(),
            span_id: id.to_be_bytes().to_vec(),
            parent_span_id: parent.map(|id| id.to_be_bytes().to_vec()).unwrap_or_default(),
            name: format!("{} /api/v1/orders/{{id}}", ["GET", "POST"][next() as usize % 2]),
            kind: 1 + (next() % 3) as i32,
            start_time_unix_nano: begin,
            end_time_unix_nano: begin + 1_000 + next() % 5_000_000,
            attributes,
            events: match next() % 8 {
                0 => vec![Event {
                    time_unix_nano: begin + 500,
                    name: "retry".to_owned(),
                    attributes: vec![pair("attempt", Value::Int(2))],
                }],
                _ => Vec::new(),
            },
            status: failed.then(|| Status { message: "deadline exceeded".to_owned(), code: 2 }),
            flags: 0x101,
            ..Span::default()
        });
    }
    // As exporters send them: a few hundred spans of one service at a time.
    let resource_spans = services.into_iter().enumerate().flat_map(|(service, spans)| {
        let batches: Vec<Vec<Span>> = spans.chunks(512).map(<[Span]>::to_vec).collect();
        batches.into_iter().map(move |spans| ResourceSpans {
            resource: Some(Resource {
                attributes: vec![
                    text("service.name", format!("service-{service}")),
                    text("host.name", format!("node-{service}.example.org")),
                ],
                dropped_attributes_count: 0,
            }),
            scope_spans: vec![ScopeSpans {
                scope: Some(Scope { name: "shop.http".to_owned(), version: "1.4.2".to_owned() }),
                spans,
                schema_url: String::new(),
            }],
            schema_url: String::new(),
        })
    });
    TracesData { resource_spans: resource_spans.collect() }
}
