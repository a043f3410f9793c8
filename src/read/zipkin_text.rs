//! What OpenTelemetry's exporters squeeze into Zipkin's texts, taken apart again.
//!
//! Zipkin's events are a time and a text, and it has no links. So the Collector writes an event as `name|{attributes}|dropped` and a link
//! as a tag `otlp.link.0` with `trace|span|state|{attributes}|dropped`; the SDK for Python writes an event as
//! `{"name":{attributes}}`. A text of any other form is what it is.

use std::borrow::Cow;

use super::ids::{self, Base64};
use super::input::Input;
use super::otlp_attributes::{DROPPED_ATTRIBUTES, add_dropped};
use crate::json::{Kind, Lexer, Text, decode_string};
use crate::store::{AttributeRange, Encoding, IdForm, LinkDraft, RawValue, StoreBuilder};
use crate::strings::StringId;

/// Name and attributes of the event that an annotation's value stands for.
pub fn event(reading: &mut Input<'_>, text: Text) -> (StringId, AttributeRange) {
    let content = text.bytes(reading.bytes);
    // Both forms have quotes inside of the JSON string, or at least a brace.
    if content.contains(&b'{') {
        let value = text.content(reading.bytes);
        if let Some(event) = squeezed_event(reading.builder, &value) {
            return event;
        }
    }
    (reading.intern(text), AttributeRange { start: reading.builder.attribute_mark(), len: 0 })
}

pub fn squeezed_event(builder: &mut StoreBuilder, value: &str) -> Option<(StringId, AttributeRange)> {
    if value.starts_with('{') {
        let (name, attributes) = only_member(value)?;
        let attributes = embedded_attributes(builder, attributes)?;
        return Some((builder.intern(&name), attributes));
    }
    let (rest, dropped) = value.rsplit_once('|')?;
    let (name, attributes) = rest.split_once("|{")?;
    let dropped: u64 = dropped.parse().ok()?;
    let mut range = embedded_attributes(builder, &rest[name.len() + 1..])?;
    debug_assert!(attributes.len() < rest.len());
    add_dropped(builder, &mut range, DROPPED_ATTRIBUTES, dropped);
    Some((builder.intern(name), range))
}

/// Key and value of an object with one member, whose value is an object.
fn only_member(json: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut lexer = Lexer::new(json.as_bytes(), 0);
    let mut cursor = lexer.begin_object().ok()?;
    let name = lexer.any_member(&mut cursor).ok()??;
    if lexer.peek().ok()? != Kind::Object {
        return None;
    }
    let value = lexer.skip().ok()?;
    let last = lexer.any_member(&mut cursor).ok()?.is_none() && lexer.at_end();
    last.then(|| (decode_string(name.bytes(json.as_bytes())), &json[value]))
}

/// Adds the link that a tag's value stands for; `false` when it is none.
pub fn push_link(reading: &mut Input<'_>, text: Text) -> bool {
    let value = text.content(reading.bytes);
    squeezed_link(reading.builder, &value).is_some()
}

fn squeezed_link(builder: &mut StoreBuilder, value: &str) -> Option<()> {
    let (rest, dropped) = value.rsplit_once('|')?;
    let dropped: u64 = dropped.parse().ok()?;
    let mut parts = rest.splitn(4, '|');
    let (trace, span, state) = (parts.next()?, parts.next()?, parts.next()?);
    let (trace, good_trace) = ids::trace_key(builder, trace.as_bytes(), Base64::No);
    let (span, good_span) = ids::span_key(builder, span.as_bytes(), Base64::No);
    if !good_trace || !good_span || trace.form == IdForm::Empty {
        return None;
    }
    let mut attributes = match parts.next()? {
        "" => AttributeRange { start: builder.attribute_mark(), len: 0 },
        json => embedded_attributes(builder, json)?,
    };
    add_dropped(builder, &mut attributes, DROPPED_ATTRIBUTES, dropped);
    let trace_state = if state.is_empty() { RawValue::NULL } else { builder.made_value(Encoding::Text, state) };
    builder.push_link(LinkDraft { trace, span, trace_state, attributes });
    Some(())
}

/// Adds the members of a JSON object that stood inside of a text; `None` when it is none.
fn embedded_attributes(builder: &mut StoreBuilder, json: &str) -> Option<AttributeRange> {
    let mark = builder.attribute_mark();
    let attributes = push_members(builder, json).map(|()| builder.attributes_since(mark));
    if attributes.is_none() {
        builder.truncate_attributes(mark);
    }
    attributes
}

fn push_members(builder: &mut StoreBuilder, json: &str) -> Option<()> {
    let mut lexer = Lexer::new(json.as_bytes(), 0);
    let mut cursor = lexer.begin_object().ok()?;
    while let Some(name) = lexer.any_member(&mut cursor).ok()? {
        let key = builder.intern(&decode_string(name.bytes(json.as_bytes())));
        let value = match lexer.peek().ok()? {
            Kind::String => {
                let text = lexer.string().ok()?;
                builder.made_value(Encoding::Text, &decode_string(text.bytes(json.as_bytes())))
            }
            Kind::Boolean => RawValue::bool(lexer.boolean().ok()?),
            Kind::Null => {
                lexer.null().ok()?;
                RawValue::NULL
            }
            Kind::Number | Kind::Array | Kind::Object => {
                let range = lexer.skip().ok()?;
                builder.made_value(Encoding::Json, &json[range])
            }
        };
        builder.push_attribute(key, value);
    }
    lexer.at_end().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event_of(value: &str) -> Option<(String, Vec<(String, String)>)> {
        let mut builder = StoreBuilder::new();
        let (name, range) = squeezed_event(&mut builder, value)?;
        let attributes = builder
            .attribute_pairs(range)
            .map(|(key, value)| (builder.string(key).to_owned(), builder.decode(value).to_string()))
            .collect();
        Some((builder.string(name).to_owned(), attributes))
    }

    #[test]
    fn an_event_of_the_collector_or_of_python_has_its_attributes_back() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            event_of(r#"retry|{"attempt":2,"why":"a|b"}|1"#),
            Some((
                "retry".to_owned(),
                vec![pair("attempt", "2"), pair("why", "a|b"), pair("otel.dropped_attributes_count", "1"),]
            ))
        );
        assert_eq!(
            event_of(r#"{"retry": {"attempt": 2, "quote": "\""}}"#),
            Some(("retry".to_owned(), vec![pair("attempt", "2"), pair("quote", "\"")]))
        );
    }

    #[test]
    fn other_texts_stay_texts() {
        for text in [
            "retry|{}",
            "retry|{|0",
            "retry|{}|x",
            "a{b}c|0",
            "{\"a\":1}",
            "{\"a\":{}} b",
            "{\"a\":{},\"b\":{}}",
            "{}",
            "{",
            "x|{\"a\":}|0",
        ] {
            assert_eq!(event_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_link_needs_ids_and_all_its_parts() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let link = |value: &str| squeezed_link(&mut StoreBuilder::new(), value).is_some();
        assert!(link(&format!("{trace}|00f067aa0ba902b7||{{\"i\":0}}|0")));
        assert!(link(&format!("{trace}|00f067aa0ba902b7|k=v||3")));
        for bad in [
            String::new(),
            "|||".to_owned(),
            format!("{trace}|00f067aa0ba902b7|"),
            format!("{trace}|00f067aa0ba902b7||{{\"i\":0}}"),
            format!("{trace}|xyz||{{}}|0"),
            "|00f067aa0ba902b7||{}|0".to_owned(),
            format!("{trace}|00f067aa0ba902b7||[]|0"),
        ] {
            assert!(!link(&bad), "{bad}");
        }
    }
}
