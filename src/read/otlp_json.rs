//! OTLP in JSON: what the Collector's file exporter, OTLP/HTTP bodies, Tempo, Grafana and Jaeger's v3 API write.
//!
//! ```text
//! {"resourceSpans":[{"resource":{"attributes":[…]},
//!                    "scopeSpans":[{"scope":{…},"spans":[{"traceId","spanId",…,"attributes":[{"key","value":{"stringValue":…}}]}]}]}]}
//! ```
//! One object, an array of them, or many one after another; also under `trace`, `result`, `data`, `traces` or any other key that holds an
//! object with `resourceSpans`, called `batches`, with
//! `instrumentationLibrarySpans` for `scopeSpans`, in snake_case, or only a span or an array of spans, which may have their resource and scope
//! inside (as CloudWatch keeps them). Ids are hexadecimal (the
//! specification) or base64 (protobuf's own JSON); enumerations numbers or names; 64-bit integers strings or numbers. Documents of logs and
//! metrics in between are counted and skipped.
//!
//! Source: opentelemetry-proto 1.x, `trace.proto`, and its specification's section "JSON Protobuf Encoding".

use super::Format;
use super::console::java;
use super::detect::Shape;
use super::documents::Reading;
use super::generic;
use super::logs::{self, otlp_logs};
use super::otlp_spans::{Tables, lone_span, resource_spans, scope_spans};
use crate::error::WarningKind;
use crate::json::{Keys, Kind, Lex, Lexer, Member};
use crate::simd::Literal;

pub(super) const FORMAT: Format = Format {
    id: "otlp-json",
    name: "OTLP JSON",
    produced_by: "OpenTelemetry Collector, SDK exporters, Tempo, Grafana, Jaeger v3",
    shapes: "`resourceSpans`, `batches`, under `trace`, `result`, `data` or another key; `instrumentationLibrarySpans`; snake_case; hex and base64 ids; a span or an array of spans, with resource and scope inside; documents behind a log's prefix",
    detect,
    read,
};
fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    if shape.has_any(&["resourceSpans", "resource_spans"]) {
        return Some("it has resourceSpans");
    }
    if shape.has("batches") && shape.has_any(&["scopeSpans", "instrumentationLibrarySpans", "scope_spans", "resource"])
    {
        return Some("it has batches of scope spans");
    }
    if shape.has_any(&["scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"]) {
        return Some("it has scopeSpans");
    }
    if shape.has_any(&["startTimeUnixNano", "start_time_unix_nano"])
        && shape.has_any(&["spanId", "span_id"])
        && !generic::is_row(shape)
    {
        return Some("it is a span with startTimeUnixNano");
    }
    java::logs_otlp(shape).then_some("its log lines hold spans as OTLP")
}

pub(super) fn read<'a>(reading: &mut Reading<'a>) {
    let (mut keys, mut tables) = (Keys::new(&DOCUMENT_KEYS), Tables::new());
    let mut read = |reading: &mut Reading<'a>, lexer: &mut Lexer<'a>| {
        let before = reading.builder.span_count();
        let start = lexer.offset();
        let found = document(reading, lexer, &mut keys, &mut tables, true)?;
        if found == Found::Other && reading.builder.span_count() == before {
            let reason = "Expected resourceSpans, found a document without spans.".to_owned();
            reading.skip(WarningKind::NotTraces, start, reason);
        }
        Ok(())
    };
    match reading.bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{' | b'[') | None => reading.documents(read),
        // Log lines, or what is wrong with it is told.
        Some(_) if java::holds_otlp(reading.bytes) => java::logged(reading, &mut read),
        Some(_) => reading.documents(read),
    }
}

/// What a document turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Traces,
    Other,
}

static DOCUMENT_KEYS: [Literal; 24] = [
    Literal::key("resourceSpans"),
    Literal::key("resource_spans"),
    Literal::key("batches"),
    Literal::key("trace"),
    Literal::key("result"),
    Literal::key("data"),
    Literal::key("traces"),
    // A single ResourceSpans.
    Literal::key("resource"),
    Literal::key("scopeSpans"),
    Literal::key("scope_spans"),
    Literal::key("instrumentationLibrarySpans"),
    Literal::key("instrumentation_library_spans"),
    // A single ScopeSpans.
    Literal::key("scope"),
    Literal::key("instrumentationLibrary"),
    Literal::key("spans"),
    // A single span.
    Literal::key("traceId"),
    Literal::key("trace_id"),
    Literal::key("spanId"),
    Literal::key("span_id"),
    Literal::key("parentSpanId"),
    Literal::key("startTimeUnixNano"),
    Literal::key("start_time_unix_nano"),
    Literal::key("endTimeUnixNano"),
    Literal::key("traceState"),
];

/// One document, or what stands under a wrapper; `parts`: whether it may be a part of a request, down to a single span. Recursion is bounded by
/// the lexer's limit of nesting.
fn document<'a>(
    reading: &mut Reading<'a>,
    lexer: &mut Lexer<'a>,
    keys: &mut Keys,
    tables: &mut Tables,
    parts: bool,
) -> Lex<Found> {
    match lexer.peek()? {
        Kind::Array => {
            let mut found = Found::Other;
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                if document(reading, lexer, keys, tables, parts)? == Found::Traces {
                    found = Found::Traces;
                }
            }
            return Ok(found);
        }
        Kind::Object => {}
        _ => {
            lexer.skip()?;
            return Ok(Found::Other);
        }
    }
    let mark = lexer.mark();
    let mut found = Found::Other;
    let mut cursor = lexer.begin_object()?;
    loop {
        match lexer.member(keys, &mut cursor)? {
            Member::End => return Ok(found),
            Member::Other(name) if otlp_logs::is_key(name.bytes(reading.bytes)) => {
                if otlp_logs::beside_spans(reading, lexer)? {
                    found = Found::Traces;
                }
            }
            // What Grafana's Faro sends with the spans of a page.
            Member::Other(name)
                if matches!(name.bytes(reading.bytes), b"logs" | b"exceptions") && lexer.peek()? == Kind::Array =>
            {
                logs::beside_spans(reading, lexer)?;
            }
            // The name of a message around the request; any other object has something like a resource, too.
            Member::Other(_) if lexer.peek()? == Kind::Object => {
                if document(reading, lexer, keys, tables, false)? == Found::Traces {
                    found = Found::Traces;
                }
            }
            Member::Other(_) => {
                lexer.skip()?;
            }
            Member::Known(0..=2) => {
                reading.list(lexer, "resourceSpans", |reading, lexer| resource_spans(reading, lexer, tables))?;
                found = Found::Traces;
            }
            Member::Known(3..=6) => {
                if document(reading, lexer, keys, tables, parts)? == Found::Traces {
                    found = Found::Traces;
                }
            }
            Member::Known(_) if !parts => {
                lexer.skip()?;
            }
            // A span may have them too: what follows tells what this is.
            Member::Known(7 | 12 | 13) => {
                lexer.skip()?;
            }
            Member::Known(8..=11) => {
                lexer.rewind(mark);
                resource_spans(reading, lexer, tables)?;
                return Ok(Found::Traces);
            }
            Member::Known(14) => {
                lexer.rewind(mark);
                let resource = reading.builder.add_resource();
                scope_spans(reading, lexer, tables, resource)?;
                return Ok(Found::Traces);
            }
            Member::Known(_) => {
                lexer.rewind(mark);
                return Ok(if lone_span(reading, lexer, tables)? { Found::Traces } else { found });
            }
        }
    }
}
