//! Spans as OTLP in JSON, whatever they were read from: what the Collector, Tempo, Jaeger and this crate read.
//!
//! ```text
//! {"resourceSpans":[{"resource":{"attributes":[…]},"scopeSpans":[{"scope":{…},"spans":[…]}]}]}
//! ```
//! Nothing that a span has is left out or rounded: times are whole nanoseconds, integers stay integers of any size, ids keep their width, and
//! an id that is no hexadecimal number stands as it was written (other programs may refuse such a document). Read again, the spans are the same.
//! What OTLP has no field for, such as an edge that does not block its parent, is a field of our own, which other readers skip; only an event
//! at the instant 0 of a clock that does not count from 1970 has no time any more.
//!
//! Source: opentelemetry-proto 1.x, and its specification's section "JSON Protobuf Encoding".

use std::fmt::Write;

use crate::float::format_f64;
use crate::store::{Span, SpanIndex, Status, Store};
use crate::value::Value;

/// A field of our own. Its bits: 1, the span does not block its parent; 2 and 4, its start or end is the instant 0 of a clock of its own, which OTLP
/// takes for no time.
const OWN_FIELD: &str = "spanscope";

/// A part of a document is handed on from this size, in bytes: large enough that handing on costs nothing beside writing.
const PART: usize = 4 << 20;

/// These spans as a document. They may be of several traces, and stand in any order.
pub fn otlp_json(store: &Store, spans: &[SpanIndex]) -> String {
    let mut whole = String::new();
    write_otlp_json(store, spans, &mut |part| {
        whole.push_str(part);
        true
    });
    whole
}

/// The same document in parts, for those that are longer than what is to hold them: each goes to `write`, which says whether to go on.
pub fn write_otlp_json(store: &Store, spans: &[SpanIndex], write: &mut dyn FnMut(&str) -> bool) {
    // By resource, within it by scope, then in the store's order.
    let mut order: Vec<(u64, u32)> = spans
        .iter()
        .map(|index| store.span(*index))
        .map(|span| ((span.resource_index() as u64) << 32 | span.origin_index() as u64, span.index().0))
        .collect();
    order.sort_unstable();
    order.dedup();
    let mut json = Json { text: String::from("{\"resourceSpans\":["), first: true };
    let mut last: Option<(u64, u64)> = None;
    for (key, index) in order {
        let (resource, origin) = (key >> 32, key & 0xffff_ffff);
        let span = store.span(SpanIndex(index));
        if last.map(|(of, _)| of) != Some(resource) {
            if last.is_some() {
                json.text.push_str("]}]}");
            }
            json.next();
            json.text.push_str("\n{\"resource\":{");
            json.first = true;
            json.attributes(span.resource());
            json.text.push_str("},\"scopeSpans\":[");
            json.first = true;
            last = None;
        }
        if last != Some((resource, origin)) {
            if last.is_some() {
                json.text.push_str("]}");
            }
            json.next();
            json.scope(&span);
            last = Some((resource, origin));
            json.first = true;
        }
        json.next();
        json.text.push('\n');
        json.span(&span);
        json.first = false;
        if json.text.len() >= PART {
            if !write(&json.text) {
                return;
            }
            json.text.clear();
        }
    }
    json.text.push_str(if last.is_some() { "]}]}]}\n" } else { "]}\n" });
    write(&json.text);
}

/// A document that grows.
struct Json {
    text: String,
    /// Whether nothing stands before the next member or element yet.
    first: bool,
}

impl Json {
    fn next(&mut self) {
        if !self.first {
            self.text.push(',');
        }
        self.first = false;
    }

    fn key(&mut self, key: &str) {
        self.next();
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    /// A member that is a text.
    fn member(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    /// A member that is a number.
    fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        self.text.push_str(&value.to_string());
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.text.push_str(&text[from..at]);
            from = at + 1;
            match byte {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                b'\n' => self.text.push_str("\\n"),
                b'\t' => self.text.push_str("\\t"),
                b'\r' => self.text.push_str("\\r"),
                _ => {
                    // Writing to a string cannot fail.
                    let _ = write!(self.text, "\\u{byte:04x}");
                }
            }
        }
        self.text.push_str(&text[from..]);
        self.text.push('"');
    }

    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.first = true;
    }

    fn close(&mut self, bracket: char) {
        self.text.push(bracket);
        self.first = false;
    }

    fn attributes<'a>(&mut self, attributes: impl ExactSizeIterator<Item = (&'a str, Value<'a>)>) {
        if attributes.len() == 0 {
            return;
        }
        self.key("attributes");
        self.open('[');
        for (key, value) in attributes {
            self.pair(key, &value);
        }
        self.close(']');
    }

    fn pair(&mut self, key: &str, value: &Value<'_>) {
        self.next();
        self.open('{');
        self.member("key", key);
        self.key("value");
        self.value(value);
        self.close('}');
    }

    /// An `AnyValue`. Values that were read are nested no deeper than their reader allows.
    fn value(&mut self, value: &Value<'_>) {
        self.open('{');
        match value {
            Value::Null => {}
            Value::Bool(value) => {
                self.key("boolValue");
                self.text.push_str(if *value { "true" } else { "false" });
            }
            Value::Int(value) => self.member("intValue", &value.to_string()),
            Value::UInt(value) => self.member("intValue", &value.to_string()),
            Value::Number(value) => self.member("intValue", value),
            Value::Double(value) => self.double(*value),
            Value::String(value) => self.member("stringValue", value),
            Value::Bytes(bytes) => {
                self.key("bytesValue");
                self.text.push('"');
                base64(bytes, &mut self.text);
                self.text.push('"');
            }
            Value::Array(values) => {
                self.key("arrayValue");
                self.open('{');
                self.key("values");
                self.open('[');
                for value in values {
                    self.next();
                    self.value(value);
                }
                self.close(']');
                self.close('}');
            }
            Value::Map(members) => {
                self.key("kvlistValue");
                self.open('{');
                self.key("values");
                self.open('[');
                members.iter().for_each(|(key, value)| self.pair(key, value));
                self.close(']');
                self.close('}');
            }
            // `Value` may grow; what has no form of its own here is left empty.
            _ => {}
        }
        self.close('}');
    }

    fn double(&mut self, value: f64) {
        self.key("doubleValue");
        let text = match value {
            _ if value.is_nan() => "\"NaN\"".to_owned(),
            f64::INFINITY => "\"Infinity\"".to_owned(),
            f64::NEG_INFINITY => "\"-Infinity\"".to_owned(),
            value => format_f64(value),
        };
        self.text.push_str(&text);
    }

    fn scope(&mut self, span: &Span<'_>) {
        let scope = span.scope();
        self.text.push_str("{\"scope\":");
        self.open('{');
        if !scope.name().is_empty() {
            self.member("name", scope.name());
        }
        if !scope.version().is_empty() {
            self.member("version", scope.version());
        }
        self.attributes(scope.attributes());
        self.close('}');
        self.text.push_str(",\"spans\":[");
    }

    fn span(&mut self, span: &Span<'_>) {
        let trace = span.store().trace(span.trace()).map(|trace| trace.id()).unwrap_or_default();
        self.open('{');
        self.member("traceId", &trace);
        self.member("spanId", &span.id());
        let optional = [("parentSpanId", span.parent_id()), ("traceState", span.trace_state())];
        for (key, value) in optional.iter().filter(|(_, value)| !value.is_empty()) {
            self.member(key, value);
        }
        if span.flags() != 0 {
            self.number("flags", u64::from(span.flags()));
        }
        self.member("name", span.name());
        self.number("kind", span.kind() as u64);
        let times = [("startTimeUnixNano", span.start_ns()), ("endTimeUnixNano", span.end_ns())];
        for (key, time) in times {
            if let Some(time) = time {
                self.member(key, &time.to_string());
            }
        }
        self.attributes(span.attributes());
        if span.events().len() > 0 {
            self.key("events");
            self.open('[');
            for event in span.events() {
                self.next();
                self.open('{');
                if let Some(time) = event.time_ns() {
                    self.member("timeUnixNano", &time.to_string());
                }
                self.member("name", &event.name());
                self.attributes(event.attributes());
                self.close('}');
            }
            self.close(']');
        }
        if span.links().len() > 0 {
            self.key("links");
            self.open('[');
            for link in span.links() {
                self.next();
                self.open('{');
                self.member("traceId", &link.trace_id());
                self.member("spanId", &link.span_id());
                let state = link.trace_state();
                if !state.is_empty() {
                    self.member("traceState", &state);
                }
                self.attributes(link.attributes());
                self.close('}');
            }
            self.close(']');
        }
        if span.status() != Status::Unset || span.has_status_message() {
            self.key("status");
            self.open('{');
            if span.has_status_message() {
                self.member("message", &span.status_message());
            }
            if span.status() != Status::Unset {
                self.number("code", span.status() as u64);
            }
            self.close('}');
        }
        let bit = |set: bool, bit: u64| if set { bit } else { 0 };
        let own = bit(span.is_async(), 1) | bit(span.start_ns() == Some(0), 2) | bit(span.end_ns() == Some(0), 4);
        if own != 0 {
            self.number(OWN_FIELD, own);
        }
        self.close('}');
    }
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8], text: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |group, at| group << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            // A chunk of n bytes fills n + 1 digits.
            let character = if digit <= chunk.len() { DIGITS[(group >> (18 - 6 * digit) & 63) as usize] } else { b'=' };
            text.push(char::from(character));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_json_wants_it() {
        let mut json = Json { text: String::new(), first: true };
        json.string("say \"hi\"\\\n\t\r\u{1}\u{7f}é😀");
        assert_eq!(json.text, "\"say \\\"hi\\\"\\\\\\n\\t\\r\\u0001\u{7f}é😀\"");
    }

    #[test]
    fn bytes_are_base64() {
        for (bytes, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            let mut text = String::new();
            base64(bytes.as_bytes(), &mut text);
            assert_eq!(text, expected);
        }
    }
}
