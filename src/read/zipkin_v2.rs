//! Zipkin's JSON, version 2: what its API and page give, and what Brave, Spring, Envoy and OpenTelemetry's exporters post.
//!
//! ```text
//! [{"traceId","id","parentId","kind":"CLIENT","name","timestamp","duration","localEndpoint":{"serviceName","ipv4","port"},
//!   "remoteEndpoint":{…},"annotations":[{"timestamp","value"}],"tags":{"key":"value"},"debug","shared"}]
//! ```
//! An array of spans, an array of traces (which are arrays of spans), one span; one document or many. Times are microseconds. Ids are
//! hexadecimal of any width.
//!
//! Source: openzipkin/zipkin-api, `zipkin2-api.yaml`.

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::parts::Assembler;
use super::zipkin_spans::{Tables, document};
use super::zipkin_v1;
use crate::error::WarningKind;
use crate::json::Kind;

pub(super) const FORMAT: Format = Format {
    id: "zipkin-json",
    name: "Zipkin JSON (v2)",
    produced_by: "Zipkin's page and API, Brave, Spring, Envoy, OpenTelemetry's Zipkin exporters",
    shapes: "an array of spans, an array of traces, one span; shared ids; missing timestamps; the Collector's links and event attributes",
    detect,
    read,
};
fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let kind = |key: &str| shape.kind_of("", key);
    let ids = kind("traceId") == Some(Kind::String) && kind("id") == Some(Kind::String);
    // Version 1 has endpoints in its annotations. Other spans with `traceId` and `id` have a start time or attributes, log lines a message.
    let other = shape.kind_of("annotations", "endpoint").is_some()
        || [
            "binaryAnnotations",
            "startTime",
            "start_time",
            "timestampUs",
            "time",
            "attributes",
            "parentSpanContext",
            "message",
            "msg",
            "level",
        ]
        .iter()
        .any(|key| kind(key).is_some());
    if !ids || other {
        return None;
    }
    if [kind("localEndpoint"), kind("remoteEndpoint")].contains(&Some(Kind::Object)) {
        return Some("its spans have traceId, id and an endpoint");
    }
    // Little is said of a span that was never finished: its ids at least.
    let own = ["traceId", "id", "parentId", "name", "kind", "shared", "debug", "tags", "annotations"];
    let nothing = ["timestamp", "duration", "localEndpoint", "remoteEndpoint"];
    if shape.keys_under("").all(|key| own.contains(&key) || nothing.contains(&key) && kind(key) == Some(Kind::Null)) {
        return Some("its spans have traceId and id");
    }
    let named = kind("name") == Some(Kind::String) || kind("kind") == Some(Kind::String);
    let timed = kind("timestamp") == Some(Kind::Number) || kind("duration") == Some(Kind::Number);
    (named && timed).then_some("its spans have traceId, id, name and timestamp")
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let mut tables = Tables::new();
    let mut of_first_version = Assembler::default();
    reading.documents(|reading, lexer| {
        let before = reading.builder.span_count();
        let start = lexer.offset();
        if lexer.peek()? == Kind::Array {
            // Behind a list of this version may stand one of the first, whose spans have the same ids.
            let (mark, place) = (reading.builder.mark(), lexer.mark());
            tables.doubt_version();
            let read = document(reading, lexer, &mut tables);
            if tables.met_first_version() {
                reading.builder.rewind(&mark);
                lexer.rewind(place);
                // They may know of what was taken back.
                tables = Tables::new();
                reading.guess(&format!("Read what else stands there as {}.", zipkin_v1::FORMAT.name));
                return zipkin_v1::document(reading, lexer, &mut of_first_version);
            }
            read?;
        } else {
            document(reading, lexer, &mut tables)?;
        }
        if reading.builder.span_count() == before {
            let reason = "Expected spans of Zipkin, found a document without them.".to_owned();
            reading.skip(WarningKind::NotTraces, start, reason);
        }
        Ok(())
    });
}
