//! Traces drawn as text, and what was read of them as text again.
//!
//! ```text
//! A     [---------]   service=shop
//!   B      [---]      kind=client error=timeout
//!   C            |
//! ```
//! A line is a span: its name, then its bar from start `[` to end `]` (`|` for both in one place, nothing for a span without
//! times), then fields. Deeper lines are children of the last line that is less deep. A column is ten nanoseconds, counted from the
//! leftmost bar. A span's id is its name's bytes, so that ids come in the order of names.
//!
//! A name's `_` stand for spaces. Fields: `kind=` `service=` `error=` (a status message, `_` for spaces) `id=` `parent=` (another name; `-` for none) `start=` `end=`
//! (nanoseconds instead of the bar's, `-` for none) `events=` and `links=` (how many) `link=` (another name, of this trace) `status=ok` `state=` (a
//! trace state) `flags=` `trace=` (a number). A field with a dot in its name is an attribute, of the resource when it begins with `@`, of an
//! exception event when it begins with `!`; `~` in its value stand for spaces.
#![allow(dead_code)] // every test file is a program of its own and uses a part of this

use std::fmt::Write;

use spanscope::{Outcome, ReadOptions, Store, read};

/// The moment that a drawing's leftmost column stands for.
pub(crate) const BASE: u64 = 1_700_000_000_000_000_000;
/// Nanoseconds of a column.
pub(crate) const COLUMN: u64 = 10;

/// A span of a drawing. Times count from [`BASE`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Drawn {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) start: Option<u64>,
    pub(crate) end: Option<u64>,
    pub(crate) kind: String,
    pub(crate) service: String,
    pub(crate) error: Option<String>,
    pub(crate) events: usize,
    pub(crate) links: usize,
    /// Spans of a drawing are in trace 0 unless told otherwise.
    pub(crate) trace: u64,
    pub(crate) ok: bool,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) resource: Vec<(String, String)>,
    pub(crate) exception: Vec<(String, String)>,
    /// Traces and ids of linked spans.
    pub(crate) linked: Vec<(u64, String)>,
    pub(crate) state: String,
    pub(crate) flags: u32,
}

/// The id of a name: its bytes in hexadecimal.
pub(crate) fn id_of(name: &str) -> String {
    let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{digits:0>16}")
}

/// The spans of a drawing, in its order.
pub(crate) fn drawn(drawing: &str) -> Vec<Drawn> {
    let lines: Vec<&str> = drawing.lines().filter(|line| !line.trim().is_empty()).collect();
    let bar = |line: &str| line.find(['[', '|']);
    let origin = lines.iter().filter_map(|line| bar(line)).min().unwrap_or(0);
    let mut open: Vec<(usize, String, String)> = Vec::new();
    let mut spans = Vec::new();
    for line in lines {
        let depth = line.len() - line.trim_start().len();
        let time = |column: usize| (column - origin) as u64 * COLUMN;
        let mut words = line.split_whitespace();
        let name = words.next().expect("a line has a name");
        let mut span = Drawn { id: id_of(name), name: name.replace('_', " "), ..Drawn::default() };
        span.start = bar(line).map(time);
        span.end = line.find([']', '|']).map(time);
        open.retain(|(above, ..)| *above < depth);
        if let Some((_, parent, service)) = open.last() {
            span.parent.clone_from(parent);
            span.service.clone_from(service);
        }
        let number = |text: &str| (text != "-").then(|| text.parse().expect("a time in nanoseconds"));
        for (field, value) in words.filter_map(|word| word.split_once('=')) {
            match field {
                "kind" => value.clone_into(&mut span.kind),
                "service" => value.clone_into(&mut span.service),
                "error" => span.error = Some(value.replace('_', " ")),
                "id" => span.id = if value == "-" { String::new() } else { id_of(value) },
                "parent" => span.parent = if value == "-" { String::new() } else { id_of(value) },
                "start" => span.start = number(value),
                "end" => span.end = number(value),
                "events" => span.events = value.parse().expect("a count"),
                "links" => span.links = value.parse().expect("a count"),
                "status" => span.ok = value == "ok",
                "state" => value.clone_into(&mut span.state),
                "flags" => span.flags = value.parse().expect("a number"),
                "trace" => span.trace = value.parse().expect("a number"),
                "link" => {
                    // `2:A` is the span A of trace 2.
                    let (trace, name) = value.split_once(':').unwrap_or(("", value));
                    span.linked.push((trace.parse().unwrap_or(span.trace), id_of(name)));
                }
                attribute if attribute.contains('.') => {
                    let (list, key) = match attribute.split_at(1) {
                        ("@", key) => (&mut span.resource, key),
                        ("!", key) => (&mut span.exception, key),
                        _ => (&mut span.attributes, attribute),
                    };
                    list.push((key.to_owned(), value.replace('~', " ")));
                }
                _ => panic!("no such field: {field}"),
            }
        }
        open.push((depth, span.id.clone(), span.service.clone()));
        spans.push(span);
    }
    spans
}

/// As OTLP JSON: a document in which the spans stand in the given order.
pub(crate) fn otlp(spans: &[Drawn]) -> String {
    let mut text = String::from("{\"resourceSpans\":[");
    for (index, span) in spans.iter().enumerate() {
        let mut fields = String::new();
        if let Some(start) = span.start {
            write!(fields, ",\"startTimeUnixNano\":\"{}\"", BASE + start).expect("a string takes it");
        }
        if let Some(end) = span.end {
            write!(fields, ",\"endTimeUnixNano\":\"{}\"", BASE + end).expect("a string takes it");
        }
        if !span.kind.is_empty() {
            write!(fields, ",\"kind\":\"SPAN_KIND_{}\"", span.kind.to_uppercase()).expect("a string takes it");
        }
        if let Some(error) = &span.error {
            write!(fields, ",\"status\":{{\"code\":2,\"message\":\"{error}\"}}").expect("a string takes it");
        } else if span.ok {
            fields.push_str(",\"status\":{\"code\":1}");
        }
        if !span.state.is_empty() {
            write!(fields, ",\"traceState\":\"{}\"", span.state).expect("a string takes it");
        }
        if span.flags != 0 {
            write!(fields, ",\"flags\":{}", span.flags).expect("a string takes it");
        }
        write!(fields, ",\"attributes\":[{}]", pairs(&span.attributes)).expect("a string takes it");
        let event = format!("{{\"timeUnixNano\":\"{}\",\"name\":\"event\"}}", BASE + span.start.unwrap_or(0));
        let mut events = vec![event; span.events];
        if !span.exception.is_empty() {
            let (time, pairs) = (BASE + span.end.unwrap_or(0), pairs(&span.exception));
            events.push(format!("{{\"timeUnixNano\":\"{time}\",\"name\":\"exception\",\"attributes\":[{pairs}]}}"));
        }
        let events = events.join(",");
        let link = "{\"traceId\":\"000000000000000000000000000000ff\",\"spanId\":\"00000000000000ff\"}";
        let mut links = vec![link.to_owned(); span.links];
        links.extend(
            span.linked
                .iter()
                .map(|(trace, id)| format!("{{\"traceId\":\"{:032x}\",\"spanId\":\"{id}\"}}", trace + 0xaa)),
        );
        let links = links.join(",");
        let resource: String =
            span.resource.iter().map(|pair| format!(",{}", pairs(std::slice::from_ref(pair)))).collect();
        let service = &span.service;
        let comma = if index == 0 { "" } else { "," };
        let (trace, id, parent, name) = (span.trace + 0xaa, &span.id, &span.parent, &span.name);
        write!(
            text,
            "{comma}{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"{service}\"}}}}{resource}]}},\
             \"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"{trace:032x}\",\"spanId\":\"{id}\",\
             \"parentSpanId\":\"{parent}\",\"name\":\"{name}\",\"events\":[{events}],\"links\":[{links}]{fields}}}]}}]}}"
        )
        .expect("a string takes it");
    }
    text.push_str("]}");
    text
}

/// Attributes as OTLP has them: whole numbers and truth values as such.
fn pairs(pairs: &[(String, String)]) -> String {
    let pair = |(key, value): &(String, String)| {
        let value = match value.as_str() {
            "true" | "false" => format!("{{\"boolValue\":{value}}}"),
            number if number.parse::<i64>().is_ok() => format!("{{\"intValue\":\"{number}\"}}"),
            text => format!("{{\"stringValue\":\"{text}\"}}"),
        };
        format!("{{\"key\":\"{key}\",\"value\":{value}}}")
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join(",")
}

/// A span of a large trace, known by its number as its parent is.
pub(crate) fn numbered(index: u64, parent: Option<u64>, start: u64, end: u64) -> Drawn {
    Drawn {
        name: "step".to_owned(),
        id: format!("{:016x}", index + 1),
        parent: parent.map(|parent| format!("{:016x}", parent + 1)).unwrap_or_default(),
        start: Some(start),
        end: Some(end),
        ..Drawn::default()
    }
}

/// Reads spans.
pub(crate) fn read_spans(spans: &[Drawn]) -> Outcome {
    read(otlp(spans), &ReadOptions::new()).expect("a drawing can be read")
}

/// Stretches all times, so that a column is so many nanoseconds.
pub(crate) fn scaled(mut spans: Vec<Drawn>, column_ns: u64) -> Vec<Drawn> {
    for time in spans.iter_mut().flat_map(|span| [&mut span.start, &mut span.end]).flatten() {
        *time *= column_ns / COLUMN;
    }
    spans
}

/// Reads a drawing.
pub(crate) fn store(drawing: &str) -> Store {
    read_spans(&drawn(drawing)).store
}

/// The spans of a store as a tree in text: name, reason of a top, start and end since the start of the trace, warnings.
pub(crate) fn dump(store: &Store) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        let origin = trace.start_ns().unwrap_or(0);
        for span in trace.spans() {
            let time = |time: Option<u64>| {
                time.map_or_else(|| "?".to_owned(), |time| (time as i64 - origin as i64).to_string())
            };
            let indent = "  ".repeat(span.depth() as usize);
            let top = span.top().map(|top| format!(" {}", top.as_str())).unwrap_or_default();
            let asynchronous = if span.is_async() { " async" } else { "" };
            let warnings: String = span.warnings().map(|(kind, _)| format!(" !{}", kind.as_str())).collect();
            let (start, end) = (time(span.start_ns()), time(span.end_ns()));
            writeln!(text, "{indent}{}{top} {start}..{end}{asynchronous}{warnings}", span.name())
                .expect("a string takes it");
        }
    }
    text
}

/// Compares texts line by line, without the indentation that an expectation has in the source.
#[track_caller]
pub(crate) fn check(found: &str, expected: &str) {
    let lines: Vec<&str> = expected.lines().filter(|line| !line.trim().is_empty()).collect();
    let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let expected: String = lines.iter().map(|line| format!("{}\n", line[indent..].trim_end())).collect();
    assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
}

/// Numbers that look random and are the same in every run (xorshift, Marsaglia 2003).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// From 0 to below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }

    /// Puts a list into another order.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// A trace of up to 40 spans whose children may stick out of their parents, with clocks that make ties likely.
pub(crate) fn random_spans(random: &mut Random) -> Vec<Drawn> {
    let count = 1 + random.below(40);
    let clock = [10, 100, 10_000][random.below(3) as usize];
    let mut spans: Vec<Drawn> = Vec::new();
    for index in 0..count {
        let name = format!("s{index}");
        let parent = (index > 0 && random.below(20) > 0).then(|| random.below(index) as usize);
        let (from, to) = parent.and_then(|parent| spans[parent].start.zip(spans[parent].end)).unwrap_or((0, clock));
        let room = to.saturating_sub(from) + 4;
        let start = (from + random.below(room)).saturating_sub(2);
        let mut span = Drawn {
            id: id_of(&name),
            name,
            parent: parent.map(|parent| spans[parent].id.clone()).unwrap_or_default(),
            start: Some(start),
            end: Some(start + random.below(room)),
            ..Drawn::default()
        };
        match random.below(40) {
            0 => span.end = None,
            1 => span.start = None,
            2 => span.end = Some(start.saturating_sub(3)),
            3 => span.kind = "consumer".to_owned(),
            4 => span.kind = "producer".to_owned(),
            5 => span.id = "0000000000000001".to_owned(),
            6 => span.parent = id_of("s39"),
            _ => {}
        }
        spans.push(span);
    }
    spans
}
