//! What stores of logs answer with, as the lines that once went into them: a line is a text among labels there, with a time beside it.
//!
//! ```text
//! Loki             {"data":{"result":[{"stream":{"app":"shop"},"values":[["1767323045500000000","line",{…}]]}]}}
//! CloudWatch       {"events":[{"timestamp":1767323045500,"message":"line"}]}    the same under logEvents
//! Logs Insights    {"results":[[{"field":"@timestamp","value":"2026-01-02 03:04:05.500"},{"field":"@message","value":"line"}]]}
//! Grafana, logcli  {"line":"line","timestamp":"1767323045500000000","labels":{…}}
//! Fluent Bit, journald and others, of lines that are JSON   {"log":"{\"msg\":…}","date":1767323045.5,…}
//! ```
//! The lines come out as they were written, so that whatever format they have is detected and read as from a file. Time and labels are put where
//! they add something: the time before a text that has none with a zone, as a member into an object that is a line of a log; labels with a trace
//! id make an object of a text.

use std::borrow::Cow;

use super::super::clean::remove_escapes;
use super::super::detect::Shape;
use super::super::instant::{Unit, leading_date_time};
use super::super::line_prefixes::LinePrefixes;
use super::super::unpack::Trouble;
use super::fields::Field;
use super::glance::looks;
use super::level::Level;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Lex, Lexer, Node, decode_string};
use crate::simd::Needle;
use crate::time::date_and_time;

/// A store, by how its answers are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Store {
    Loki,
    CloudWatch,
    Insights,
    Lines,
}

/// Keys under which lists of lines stand, by store; lines of [`Store::Lines`] stand in lists or one behind the other.
const LISTS: [&[&str]; 4] = [&["result", "streams"], &["events", "logEvents"], &["results"], &[]];
const NAMES: [&str; 4] = ["of Loki", "of CloudWatch Logs", "of CloudWatch Logs Insights", "of a store of logs"];

impl Store {
    fn of(head: &[u8]) -> Option<Store> {
        // Most documents are none: a glance at some words is all they take.
        let has = |word: &[u8]| Needle::new(word).is_some_and(|word| word.is_in(head, 0, head.len()));
        if ![&b"\"values\""[..], b"\"message\"", b"\"field\"", b"\"line\"", b"\"Line\"", b"\"{\\\""]
            .into_iter()
            .any(has)
        {
            return None;
        }
        let shape = Shape::of(head);
        let is = |under: &str, key: &str, kind: Kind| shape.kind_of(under, key) == Some(kind);
        let lists = |store: Store| LISTS[store as usize].iter();
        if lists(Store::Loki).any(|list| is(list, "stream", Kind::Object) && is(list, "values", Kind::Array)) {
            return Some(Store::Loki);
        }
        if is("", "results", Kind::Array)
            && is("results", "field", Kind::String)
            && is("results", "value", Kind::String)
        {
            return Some(Store::Insights);
        }
        // Spans have events with a time and a message, too.
        let around = |key: &str| {
            ["next", "log", "searched"].iter().any(|start| key.starts_with(start))
                || matches!(key, "events" | "messageType" | "owner" | "subscriptionFilters")
        };
        let event = |list: &str| is(list, "timestamp", Kind::Number) && is(list, "message", Kind::String);
        if lists(Store::CloudWatch).any(|list| event(list)) && shape.keys_under("").all(around) {
            return Some(Store::CloudWatch);
        }
        let has = |keys: &[&str]| keys.iter().any(|key| is("", key, Kind::String));
        let lines = has(&LINES[..2]) && has(&TIMES[..3]);
        (lines && !shape.keys_under("").any(is_message) || !shape.keys_under("").any(is_trace) && wraps_objects(head))
            .then_some(Store::Lines)
    }
}

/// Keys of a line, and of its time.
const LINES: [&str; 8] = ["line", "Line", "log", "message", "MESSAGE", "msg", "_raw", "body"];
const TIMES: [&str; 8] = ["timestamp", "ts", "tsNs", "@timestamp", "time", "date", "_time", "__REALTIME_TIMESTAMP"];

/// Whether the first object has a line that is an object itself, in a text.
fn wraps_objects(head: &[u8]) -> bool {
    let mut lexer = Lexer::new(head, 0);
    if matches!(lexer.peek(), Ok(Kind::Array)) {
        lexer.go_to(lexer.offset() + 1);
    }
    let Ok(mut cursor) = lexer.begin_object() else { return false };
    while let Ok(Some(name)) = lexer.any_member(&mut cursor) {
        if name.bytes(head) == b"result" && matches!(lexer.peek(), Ok(Kind::Object)) {
            let Ok(inner) = lexer.begin_object() else { return false };
            cursor = inner;
            continue;
        }
        let Ok(value) = lexer.skip() else { return false };
        if LINES.iter().any(|line| line.as_bytes() == name.bytes(head)) && head[value].starts_with(b"\"{\\\"") {
            return true;
        }
    }
    false
}

fn is_message(key: &str) -> bool {
    matches!(Field::of(key), Field::Message | Field::Template)
}

fn is_trace(key: &str) -> bool {
    matches!(Field::of(key), Field::Trace | Field::DecimalTrace | Field::Traceparent | Field::Xray)
}

/// The lines of an answer in place of the answer, if `bytes` is one: the text, the services that the lines are of, and a sentence.
pub(in super::super) fn lines_of(
    bytes: &[u8],
    head: &[u8],
    troubles: &mut Vec<Trouble>,
) -> Option<(Vec<u8>, LinePrefixes, String)> {
    let store = Store::of(head)?;
    let mut out = Out { store, text: String::new(), prefixes: LinePrefixes::default(), count: 0 };
    let mut lexer = Lexer::new(bytes, 0);
    while !lexer.at_end() {
        if out.value(&mut lexer).is_err() {
            let expected = lexer.error().kind.expected();
            let reason = format!(
                "Expected {expected}, found the end of what can be read of an answer {}.",
                NAMES[store as usize]
            );
            troubles.push(Trouble { kind: WarningKind::Truncated, reason });
            break;
        }
        lexer.skip_whitespace();
        if bytes.get(lexer.offset()) == Some(&b',') {
            lexer.go_to(lexer.offset() + 1);
        }
    }
    let lines = if out.count == 1 { "a line".to_owned() } else { format!("{} lines", out.count) };
    let note = format!("Took {lines} out of an answer {}.", NAMES[store as usize]);
    (out.count > 0).then(|| (out.text.into_bytes(), out.prefixes, note))
}

struct Out {
    store: Store,
    text: String,
    prefixes: LinePrefixes,
    count: usize,
}

/// A line with what the store knows of it.
struct Entry<'n, 'a> {
    /// Nanoseconds since the epoch.
    time: Option<u64>,
    line: Option<&'n str>,
    labels: Vec<(&'n str, &'n Node<'a>)>,
}

impl Out {
    /// What the next value holds. Recursion is bounded by the lexer's limit of nesting.
    fn value(&mut self, lexer: &mut Lexer<'_>) -> Lex<()> {
        match lexer.peek()? {
            Kind::Array => {
                let mut first = lexer.begin_array()?;
                while lexer.element(&mut first)? {
                    self.value(lexer)?;
                }
            }
            Kind::Object if self.store == Store::Lines => self.entries(&lexer.node()?),
            Kind::Object => {
                let mut cursor = lexer.begin_object()?;
                while let Some(name) = lexer.any_member(&mut cursor)? {
                    let name = decode_string(name.bytes(lexer.input()));
                    if LISTS[self.store as usize].contains(&&*name) && lexer.peek()? == Kind::Array {
                        let mut first = lexer.begin_array()?;
                        while lexer.element(&mut first)? {
                            self.entries(&lexer.node()?);
                        }
                    } else {
                        self.value(lexer)?;
                    }
                }
            }
            _ => {
                lexer.skip()?;
            }
        }
        Ok(())
    }

    /// The lines of an element.
    fn entries(&mut self, node: &Node<'_>) {
        let mut entries: Vec<Entry<'_, '_>> = Vec::new();
        match self.store {
            Store::Loki => {
                let stream = node.get("stream").map_or(&[][..], Node::members);
                for pair in node.get("values").map_or(&[][..], Node::items) {
                    let [time, line, more @ ..] = pair.items() else { continue };
                    let more = more.iter().flat_map(Node::members);
                    // With the labels of the line apart from what was found in it.
                    let parts = more.clone().filter(|(_, value)| matches!(value.data, Data::Map(_)));
                    let parts = parts.flat_map(|(_, part)| part.members());
                    let labels = stream.iter().chain(more).chain(parts);
                    let labels = labels.map(|(key, value)| (key.as_ref(), value));
                    entries.push(Entry { time: time_of(time), line: line.text(), labels: labels.collect() });
                }
            }
            Store::Insights => {
                let mut labels: Vec<(&str, &Node<'_>)> = Vec::new();
                for field in node.items() {
                    labels.extend(field.text_of("field").zip(field.get("value")));
                }
                entries.push(Entry::of(labels, "@timestamp", "@message"));
            }
            Store::CloudWatch | Store::Lines => {
                // Splunk's results.
                let node = node.get("result").unwrap_or(node);
                let inner =
                    ["labels", "fields", "structuredMetadata", "kubernetes"].iter().filter_map(|key| node.get(key));
                let members = node.members().iter().chain(inner.flat_map(Node::members));
                let labels: Vec<_> = members.map(|(key, value)| (key.as_ref(), value)).collect();
                let found = |keys: &[&'static str]| keys.iter().find(|key| node.get(key).is_some()).copied();
                let time = found(&TIMES).unwrap_or_default();
                let lines = if self.store == Store::Lines { &LINES[..] } else { &["message"] };
                entries.push(Entry::of(labels, time, found(lines).unwrap_or_default()));
            }
        }
        // Loki answers with the last line first; a stack trace's lines follow each other.
        if entries.len() > 1 && entries.first().map(|entry| entry.time) > entries.last().map(|entry| entry.time) {
            entries.reverse();
        }
        entries.iter().for_each(|entry| self.entry(entry));
    }

    fn entry(&mut self, entry: &Entry<'_, '_>) {
        let service = |key: &str| {
            let label = entry
                .labels
                .iter()
                .find(|(name, value)| *name == key && value.text().is_some_and(|text| !text.is_empty()));
            label.and_then(|(_, value)| value.text())
        };
        let service = ["service_name", "service", "app", "application", "container", "container_name", "job"]
            .into_iter()
            .find_map(service);
        self.prefixes.begin(self.text.len(), service);
        self.count += 1;
        let mut line = Cow::Borrowed(entry.line.unwrap_or_default().trim_end());
        // Colours, which nothing could see before.
        if line.contains('\x1b') {
            let mut bytes = line.into_owned().into_bytes();
            remove_escapes(&mut bytes);
            line = String::from_utf8_lossy(&bytes).into_owned().into();
        }
        let line = line.as_ref();
        let labels = entry.labels.iter().filter(|(key, value)| {
            // What names the service, and what the store itself wants to know of the line.
            !matches!(value.data, Data::Map(_) | Data::List(_) | Data::Null)
                && Field::of(key) != Field::Service
                && !matches!(*key, "ingestionTime" | "eventId" | "id" | "@ptr" | "date" | "tsNs")
        });
        let object = line.starts_with('{').then(|| Node::embedded(line, 0, 0)).flatten();
        if let Some(object) = &object
            && !object.members().iter().any(|(key, _)| is_message(key))
        {
            // A span, or a line of a format of its own.
            self.text.push_str(line);
        } else if object.is_some()
            || entry.line.is_none()
            || labels.clone().any(|(key, _)| is_trace(key)) && !looks(line).1
        {
            let mut members = Vec::new();
            members.extend(entry.time.map(|time| ("timestamp".into(), made(Data::Number(time.to_string().into())))));
            let known = object.as_ref().map_or(&[][..], Node::members);
            members.extend(known.iter().cloned());
            for (key, value) in labels {
                if !known.iter().any(|(other, _)| other == key) {
                    members.push(((*key).to_owned().into(), (*value).clone()));
                }
            }
            if object.is_none() && !line.is_empty() {
                members.push(("message".into(), made(Data::Text(line.into()))));
            }
            self.text.push_str(&made(Data::Map(members)).to_json());
        } else {
            let (date, rest) = match leading_date_time(line.trim_start_matches('[')) {
                Some((date, _)) if date.zoned => (None, line),
                // A date without a zone says less.
                Some((_, rest)) => (entry.time, rest.trim_start_matches([']', ' '])),
                None => (entry.time, line),
            };
            if let Some(ns) = date {
                self.text.push_str(&written(ns));
                self.text.push_str("Z ");
            }
            let level =
                labels.clone().find(|(key, _)| Field::of(key) == Field::Level).and_then(|(_, value)| value.text());
            let said = |level: &&str| {
                Level::of(level.as_bytes()).is_some()
                    && !line.to_ascii_lowercase().contains(&level.to_ascii_lowercase())
            };
            if let Some(level) = level.filter(said) {
                self.text.push_str(&format!("{} ", level.to_ascii_uppercase()));
            }
            self.text.push_str(rest);
        }
        self.text.push('\n');
    }
}

impl<'n, 'a> Entry<'n, 'a> {
    /// Of fields, two of which have the time and the line.
    fn of(mut fields: Vec<(&'n str, &'n Node<'a>)>, time: &str, line: &str) -> Entry<'n, 'a> {
        let find = |key: &str| fields.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let (time_node, line_node) = (find(time), find(line));
        fields.retain(|(key, _)| *key != time && *key != line);
        Entry { time: time_node.and_then(time_of), line: line_node.and_then(Node::text), labels: fields }
    }
}

/// A date and time without a zone.
pub(in super::super) fn written(ns: u64) -> String {
    let date = date_and_time(ns / 1_000_000_000);
    format!("{}.{:09}", date.trim_end_matches(" UTC"), ns % 1_000_000_000)
}

/// A value that stands nowhere.
pub(in super::super) fn made(data: Data<'_>) -> Node<'_> {
    Node { data, start: 0, end: 0, json: false }
}

/// A number, in a text or not, of a unit by its magnitude, or a date, which is one of UTC here.
fn time_of(node: &Node<'_>) -> Option<u64> {
    let text = node.written()?;
    let number = Unit::by_magnitude(text).and_then(|unit| unit.time(text));
    number.or_else(|| leading_date_time(text).map(|(date, _)| date.ns))
}
