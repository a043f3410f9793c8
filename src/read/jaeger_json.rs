//! Jaeger's JSON: what its page downloads and its query API answers, also in Grafana and in tools built on it.
//!
//! ```text
//! {"data":[{"traceID":…,"spans":[{"traceID","spanID","operationName","references":[{"refType","traceID","spanID"}],
//!                                 "startTime","duration","tags":[{"key","type","value"}],"logs":[{"timestamp","fields":[…]}],
//!                                 "processID","warnings"}],
//!           "processes":{"p1":{"serviceName","tags":[…]}}}]}
//! ```
//! With the list of traces or one trace under `data`, `traces` or `result`, or bare; a trace, or spans with their `process` inside; one document or many.
//! Times are microseconds. Ids are hexadecimal of any width.
//!
//! Source: jaegertracing/jaeger, `internal/uimodel/model.go`.

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::grafana_frame;
use super::jaeger_spans::{Tables, document};
use crate::error::WarningKind;
use crate::json::Kind;

pub(super) const FORMAT: Format = Format {
    id: "jaeger-json",
    name: "Jaeger JSON",
    produced_by: "Jaeger's page (download) and query API, Grafana, Docker Desktop",
    shapes: "traces under `data`, `traces` or `result`, bare or in an array; spans with their `process` inside; ids of any width; `references[].span` copies; results of a search",
    detect,
    read,
};
fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let text = |under: &str, key: &str| shape.kind_of(under, key) == Some(Kind::String);
    let span = |under: &&str| {
        text(under, "traceID")
            && ["operationName", "references", "processID"].iter().any(|key| shape.kind_of(under, key).is_some())
            // Documents of Jaeger's Elasticsearch index look alike, but are another format.
            && shape.kind_of(under, "startTimeMillis").is_none()
    };
    if shape.places_of("spanID").any(|under| text(under, "spanID") && span(&under)) && !grafana_frame::is_row(shape) {
        return Some("its spans have traceID, spanID and operationName");
    }
    let trace = |under: &str| {
        shape.kind_of(under, "processes") == Some(Kind::Object)
            && (text(under, "traceID") || shape.kind_of(under, "spans") == Some(Kind::Array))
    };
    ["", "data"].into_iter().any(trace).then_some("it has a trace with processes")
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let mut tables = Tables::new();
    reading.documents(|reading, lexer| {
        let before = reading.builder.span_count();
        let start = lexer.offset();
        tables.begin_trace(reading, None);
        let result = document(reading, lexer, &mut tables);
        // A trace that breaks off has spans all the same.
        tables.end_trace(reading);
        result?;
        if reading.builder.span_count() == before {
            let reason = "Expected a trace of Jaeger, found a document without spans.".to_owned();
            reading.skip(WarningKind::NotTraces, start, reason);
        }
        Ok(())
    });
}
