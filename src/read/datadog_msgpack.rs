//! Datadog's spans as its libraries send them to the agent, in MessagePack: version 0.4 (the same maps as in JSON) and 0.5 (a table of
//! texts, and spans as lists of twelve values that are numbers of texts where JSON has texts).

use std::borrow::Cow;

use super::Format;
use super::datadog::Spans;
use super::detect::Shape;
use super::documents::Reading;
use crate::error::WarningKind;
use crate::float::format_f64;
use crate::json::{Data, Node};
use crate::wire::msgpack::{MsgPack, Number, Pack, PackErrorKind, Type};

pub(super) const FORMAT: Format = Format {
    id: "datadog-msgpack",
    name: "Datadog MessagePack",
    produced_by: "dd-trace libraries (bodies of requests to the agent)",
    shapes: "`/v0.4/traces` and `/v0.5/traces`",
    detect,
    read,
};

/// Values in values of a span; what is deeper is left out.
const LEVELS: u32 = 32;

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    // The glance may end inside of a value.
    begins(shape.head()).unwrap_or(None)
}

fn begins(head: &[u8]) -> Pack<Option<&'static str>> {
    let mut pack = MsgPack::new(head, 0);
    if head.is_empty() || pack.peek()? != Type::Array {
        return Ok(None);
    }
    let count = pack.array()?;
    if count == 0 || pack.peek()? != Type::Array || pack.array()? == 0 {
        return Ok(None);
    }
    match pack.peek()? {
        // Version 0.5: the first text of its table is empty.
        Type::Text if count == 2 => Ok(pack.text()?.is_empty().then_some("it is MessagePack with a table of texts")),
        Type::Map => {
            for _ in 0..pack.map()? {
                let key = pack.text()?;
                if matches!(&head[key], b"trace_id" | b"span_id") {
                    return Ok(Some("it is MessagePack with spans that have a trace_id"));
                }
                pack.skip()?;
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn read(reading: &mut Reading<'_>) {
    let mut spans = Spans::new(reading);
    let mut pack = MsgPack::new(reading.bytes, 0);
    while !pack.at_end() {
        if let Err(error) = payload(reading, &mut pack, &mut spans) {
            let kind = match error.kind {
                PackErrorKind::UnexpectedEnd | PackErrorKind::Overrun => WarningKind::Truncated,
                _ => WarningKind::Skipped,
            };
            reading.skip(kind, error.offset, error.to_string());
            break;
        }
    }
    spans.finish(reading);
}

fn payload<'a>(reading: &mut Reading<'a>, pack: &mut MsgPack<'a>, spans: &mut Spans) -> Pack<()> {
    let start = pack.offset();
    let outer = pack.array()?;
    let mut ahead = pack.clone();
    if outer == 2 && ahead.peek()? == Type::Array && ahead.array()? > 0 && ahead.peek()? == Type::Text {
        let mut texts = Vec::new();
        for _ in 0..pack.array()? {
            let text = node(reading.bytes, pack, 0)?;
            texts.push(shortened(reading, text));
        }
        return traces(reading, pack, spans, &texts);
    }
    *pack = MsgPack::new(reading.bytes, start);
    traces(reading, pack, spans, &[])
}

/// A text of the table: many spans may name it, so that it is cut where the agent cuts.
fn shortened<'a>(reading: &mut Reading<'a>, text: Node<'a>) -> Node<'a> {
    const MOST: usize = 25_000;
    match &text.data {
        Data::Text(long) if long.len() > MOST => {
            let cut = (0..=MOST).rev().find(|at| long.is_char_boundary(*at)).unwrap_or(0);
            let reason =
                format!("Expected a text of at most {MOST} bytes in the table, found {}; it was cut.", long.len());
            reading.skip(WarningKind::Truncated, text.start as usize, reason);
            let data = Data::Text(long[..cut].to_owned().into());
            Node { data, ..text }
        }
        _ => text,
    }
}

/// Lists of spans; those of version 0.5 need the texts.
fn traces<'a>(reading: &mut Reading<'a>, pack: &mut MsgPack<'a>, spans: &mut Spans, texts: &[Node<'a>]) -> Pack<()> {
    for _ in 0..pack.array()? {
        for _ in 0..pack.array()? {
            let span = node(reading.bytes, pack, 0)?;
            let span = match &span.data {
                Data::List(values) if !texts.is_empty() => named(values, texts, &span),
                _ => span,
            };
            if span.get("span_id").is_some() {
                spans.add(reading, &span);
            } else {
                let found = span.described();
                reading.skip(WarningKind::WrongType, span.start as usize, format!("Expected a span, found {found}."));
            }
        }
    }
    Ok(())
}

/// The span of twelve values as the map that it stands for.
fn named<'a>(values: &[Node<'a>], texts: &[Node<'a>], span: &Node<'a>) -> Node<'a> {
    const NAMES: [&str; 12] = [
        "service",
        "name",
        "resource",
        "trace_id",
        "span_id",
        "parent_id",
        "start",
        "duration",
        "error",
        "meta",
        "metrics",
        "type",
    ];
    let text = |number: &Node<'a>| {
        number
            .integer()
            .and_then(|number| texts.get(usize::try_from(number).ok()?))
            .cloned()
            .unwrap_or(Node { data: Data::Null, ..*span })
    };
    let text_of = |key: &str| text_from(&text, key);
    let members = NAMES.iter().zip(values).map(|(name, value)| {
        let value = match *name {
            "service" | "name" | "resource" | "type" => text(value),
            "meta" | "metrics" => {
                let members = value.members().iter().map(|(key, value)| {
                    let value = if *name == "meta" { text(value) } else { value.clone() };
                    (text_of(key), value)
                });
                Node { data: Data::Map(members.collect()), ..*value }
            }
            _ => value.clone(),
        };
        (Cow::Borrowed(*name), value)
    });
    Node { data: Data::Map(members.collect()), ..*span }
}

/// The text that a key's number stands for.
fn text_from<'a>(text: &impl Fn(&Node<'a>) -> Node<'a>, key: &str) -> Cow<'a, str> {
    let number = Node { data: Data::Number(key.to_owned().into()), start: 0, end: 0, json: false };
    match text(&number).data {
        Data::Text(text) => text,
        _ => Cow::Owned(key.to_owned()),
    }
}

/// The next value as a tree.
fn node<'a>(bytes: &'a [u8], pack: &mut MsgPack<'a>, level: u32) -> Pack<Node<'a>> {
    let mut start = pack.offset();
    let kind = pack.peek()?;
    let data = match kind {
        _ if level == LEVELS => {
            pack.skip()?;
            Data::Null
        }
        Type::Nil => {
            pack.nil()?;
            Data::Null
        }
        Type::Boolean => Data::Bool(pack.boolean()?),
        Type::Integer | Type::Float => Data::Number(Cow::Owned(match pack.number()? {
            Number::Unsigned(number) => number.to_string(),
            Number::Negative(number) => number.to_string(),
            Number::Float(number) => format_f64(number),
        })),
        Type::Text => {
            let range = pack.text()?;
            // As if a quote stood before it, so that the text is found where it stands.
            start = range.start.saturating_sub(1);
            Data::Text(String::from_utf8_lossy(&bytes[range]))
        }
        Type::Bytes => Data::Bytes(Cow::Borrowed(&bytes[pack.binary()?])),
        Type::Extension => Data::Bytes(Cow::Borrowed(&bytes[pack.extension()?.1])),
        Type::Array => {
            let mut items = Vec::new();
            for _ in 0..pack.array()? {
                items.push(node(bytes, pack, level + 1)?);
            }
            Data::List(items)
        }
        Type::Map => {
            let mut members = Vec::new();
            for _ in 0..pack.map()? {
                let key = node(bytes, pack, level + 1)?;
                let key = match key.data {
                    Data::Text(text) | Data::Number(text) => text,
                    _ => Cow::Owned(key.to_json()),
                };
                members.push((key, node(bytes, pack, level + 1)?));
            }
            Data::Map(members)
        }
    };
    Ok(Node { data, start: start as u32, end: pack.offset() as u32, json: false })
}
