//! Chrome's trace events ("Trace Event Format"), as browsers, compilers, bundlers and tracing libraries write them: a list, whose closing
//! bracket may be missing, or `{"traceEvents": […]}`.
//!
//! ```text
//! events ─► Item (a few numbers each) ─► by track and time ─► slices: B with its E, X ─► nested where one encloses another ─► spans
//! ```
//! A track is a thread or, for events that begin and end on different threads (`b`/`e`, `S`/`F`), an id. Slices are the spans; instants, steps,
//! counters and object states are events of the slice that is open around them; flows are links. All of one input is one trace: its id and
//! those of the spans are made up, the trace's from the input's content and the span's from the event's number.

use super::Format;
use super::chrome_events::{Events, Identity};
use super::chrome_nesting::{Item, What};
use super::detect::Shape;
use super::documents::Reading;
use super::instant::Unit;
use super::micros::Nanos;
use super::parts::made_trace;
use crate::error::WarningKind;
use crate::json::{Data, Kind, Lex, Lexer, Node, decode_string};
use crate::store::{AttributeRange, NO_TIME};
use crate::strings::StringId;

pub(super) const FORMAT: Format = Format {
    id: "chrome-trace",
    name: "Chrome trace events",
    produced_by: "Chromium, Perfetto, tracing-chrome, bundlers, compilers, PyTorch",
    shapes: "a list of events, also without its closing bracket; `{\"traceEvents\":[…]}`; complete, begin/end, asynchronous, instant, counter, flow, object and metadata events",
    detect,
    read,
};

fn detect(shape: &Shape<'_>) -> Option<&'static str> {
    let phase = |under| shape.kind_of(under, "ph") == Some(Kind::String);
    if shape.kind_of("", "traceEvents") == Some(Kind::Array) {
        return Some("it has traceEvents");
    }
    let timed = shape.kind_of("", "ts").is_some() || shape.kind_of("", "pid").is_some();
    (phase("") && timed).then_some("its events have ph and ts")
}

fn read(reading: &mut Reading<'_>) {
    let mut events = Events::new();
    reading.documents(|reading, lexer| document(&mut events, reading, lexer));
    let trace = made_trace(reading.bytes);
    events.finish(reading, trace);
}

fn document<'a>(events: &mut Events, reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
    match lexer.peek()? {
        Kind::Array => list(events, reading, lexer),
        Kind::Object => {
            let start = lexer.offset();
            let mut cursor = lexer.begin_object()?;
            let mut members = Vec::new();
            while let Some(name) = lexer.any_member(&mut cursor)? {
                let name = decode_string(name.bytes(lexer.input()));
                if name == "traceEvents" && lexer.peek()? == Kind::Array {
                    list(events, reading, lexer)?;
                } else {
                    members.push((name, lexer.node()?));
                }
            }
            let (start, end) = (start as u32, lexer.offset() as u32);
            let node = Node { data: Data::Map(members), start, end, json: false };
            match node.get("ph") {
                Some(_) => event(events, reading, &node),
                None => around(events, reading, &node),
            }
            Ok(())
        }
        _ => reading.not_expected(lexer, "a trace", "a list of events"),
    }
}

fn list<'a>(events: &mut Events, reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
    let mut first = lexer.begin_array()?;
    while events.usual_ones(reading, lexer, &mut first)? {
        if lexer.peek()? != Kind::Object {
            // Some writers end the list with a comma and an empty element.
            reading.not_expected(lexer, "an event", "an object")?;
            continue;
        }
        let node = lexer.node()?;
        event(events, reading, &node);
    }
    Ok(())
}

/// What stands beside `traceEvents`.
fn around(events: &mut Events, reading: &mut Reading<'_>, node: &Node<'_>) {
    for (key, value) in node.members() {
        match key.as_ref() {
            // How a viewer is to show it; its own clock is microseconds whatever this says.
            "displayTimeUnit" | "controllerTraceDataKey" => {}
            "metadata" | "otherData" | "clientInfo" if !value.members().is_empty() => {
                for (name, value) in value.members() {
                    let pair = reading.pair(&format!("{key}.{name}"), value);
                    events.common.push(pair);
                }
            }
            other => reading.skip(
                WarningKind::NotTraces,
                value.start as usize,
                format!("Expected trace events, found {other}, which is of another kind; it was left out."),
            ),
        }
    }
}

fn event(events: &mut Events, reading: &mut Reading<'_>, node: &Node<'_>) {
    let Some(phase) = node.text_of("ph") else {
        let found = node.get("ph").map_or("none".to_owned(), Node::described);
        reading.skip(
            WarningKind::Skipped,
            node.start as usize,
            format!("Expected an event with a phase (ph), found {found}."),
        );
        return;
    };
    let [process, thread] = ["pid", "tid"].map(|key| {
        let id = node.written_of(key).unwrap_or_default();
        reading.builder.intern(id)
    });
    let values = ["pid", "tid"].map(|key| node.get(key).map(|id| reading.node_value(id)));
    let thread = events.thread(reading, [process, thread], values);
    if phase == "M" {
        metadata(events, reading, node, thread);
        return;
    }
    let name = reading.builder.intern(node.written_of("name").unwrap_or_default());
    let Some(at) = time(events, reading, node) else { return };
    let (mut end, mut of_flow) = (NO_TIME, u32::MAX);
    let what = match phase {
        "B" | "b" | "S" => What::Begin,
        "E" | "e" | "F" => What::End,
        "X" => {
            end = duration(reading, node).and_then(|duration| duration.after(at)).unwrap_or(NO_TIME);
            What::Complete
        }
        "s" | "t" | "f" => {
            of_flow = flow(events, reading, node, name, "id");
            if phase == "f" && node.text_of("bp") != Some("e") { What::NextFlow } else { What::Flow }
        }
        "i" | "I" | "R" | "P" | "C" | "N" | "O" | "D" | "n" | "T" | "p" | "c" | "V" | "v" | "(" | ")" | "," => {
            What::Instant
        }
        other => {
            let other: String = other.chars().take(20).collect();
            reading.skip(
                WarningKind::Skipped,
                node.start as usize,
                format!("Expected a phase of the trace event format as ph, found \"{other}\"."),
            );
            return;
        }
    };
    let track = match phase {
        "b" | "e" | "n" | "S" | "F" | "T" | "p" => {
            let track = asynchronous(reading, node, name, process);
            events.track(track)
        }
        _ => events.thread_track(thread),
    };
    let attributes = attributes(reading, node, phase);
    let item = Item::new(what, [track, thread], at, name, node.start);
    events.push(reading, item.saying(attributes).until(end).of_flow(of_flow));
    if node.get("bind_id").is_some() {
        let flow = flow(events, reading, node, StringId::EMPTY, "bind_id");
        events.push(reading, Item::new(What::Flow, [track, thread], at, name, node.start).of_flow(flow));
    }
}

/// Names of processes and threads.
fn metadata(events: &mut Events, reading: &mut Reading<'_>, node: &Node<'_>, thread: u32) {
    let thread = &mut events.threads[thread as usize];
    let process = &mut events.processes[thread.process as usize];
    let args = node.get("args");
    let name = args.and_then(|args| args.get("name"));
    match (node.text_of("name").unwrap_or_default(), name) {
        ("process_name", Some(name)) => process.name = Some(reading.node_value(name)),
        ("thread_name", Some(name)) => thread.told[1] = Some(reading.node_value(name)),
        // In which order a viewer shows them.
        ("process_sort_index" | "thread_sort_index", _) => {}
        (what, _) => {
            for (key, value) in args.map_or(&[][..], Node::members) {
                let key = if what.len() > 40 || key == "name" || what.ends_with(key.as_ref()) {
                    what.to_owned()
                } else {
                    format!("{what}.{key}")
                };
                let pair = reading.pair(&key, value);
                process.attributes.push(pair);
            }
        }
    }
}

/// Microseconds from whenever the clock began: 0 is a time here.
fn time(events: &mut Events, reading: &mut Reading<'_>, node: &Node<'_>) -> Option<u64> {
    let found = node.get("ts");
    let time = match found.and_then(Node::written).and_then(|text| Unit::Micros.nanos(text)) {
        Some(Nanos { ns, negative: true }) => events.before_zero(ns),
        Some(Nanos { ns, .. }) => ns.checked_add(events.shift).filter(|at| *at != NO_TIME),
        None => None,
    };
    if time.is_none() {
        let found = found.map_or("none".to_owned(), Node::described);
        let reason = format!("Expected microseconds as ts, found {found}; the event was left out.");
        reading.skip(WarningKind::BadTime, node.start as usize, reason);
    }
    time
}

fn duration(reading: &mut Reading<'_>, node: &Node<'_>) -> Option<Nanos> {
    let duration = node.get("dur")?;
    let found = duration.written().and_then(|text| Unit::Micros.nanos(text));
    if found.is_none() {
        reading.warn(WarningKind::BadTime, duration.start as usize, || {
            format!("Expected microseconds as dur, found {}.", duration.described())
        });
    }
    found
}

/// Steps of a flow have one category, name and id.
fn flow(events: &mut Events, reading: &mut Reading<'_>, node: &Node<'_>, name: StringId, id: &str) -> u32 {
    let category = match id {
        "bind_id" => StringId::EMPTY,
        _ => reading.builder.intern(node.text_of("cat").unwrap_or_default()),
    };
    let id = reading.builder.intern(node.written_of(id).unwrap_or_default());
    let next = events.flows.len() as u32;
    *events.flows.entry((category, name, id)).or_insert(next)
}

/// Asynchronous events belong together by category and id, the older ones (S, T, F) by their name as well; an id may be one of the process.
fn asynchronous(reading: &mut Reading<'_>, node: &Node<'_>, name: StringId, process: StringId) -> Identity {
    let category = reading.builder.intern(node.text_of("cat").unwrap_or_default());
    let old = matches!(node.text_of("ph"), Some("S" | "T" | "F" | "p"));
    let local = node.at(&["id2", "local"]).and_then(Node::written);
    let id = local
        .or_else(|| node.at(&["id2", "global"]).and_then(Node::written))
        .or_else(|| node.written_of("id"))
        .unwrap_or_default();
    let id = reading.builder.intern(id);
    let scope = match (old, local, node.text_of("scope")) {
        (true, ..) => name,
        (false, Some(_), _) => process,
        (false, None, Some(scope)) => reading.builder.intern(scope),
        (false, None, None) => StringId::EMPTY,
    };
    (category, scope, id)
}

/// What an event says beside its fields, at the end of the column of attributes.
fn attributes(reading: &mut Reading<'_>, node: &Node<'_>, phase: &str) -> AttributeRange {
    let mark = reading.builder.attribute_mark();
    let mut push = |key: &str, value: &Node<'_>| {
        let (key, value) = reading.pair(key, value);
        reading.builder.push_attribute(key, value);
    };
    // What an event that ends something says is known from its beginning, but for its arguments.
    let ends = matches!(phase, "E" | "e" | "F");
    for (key, value) in node.members() {
        match key.as_ref() {
            "name" | "ph" | "ts" | "dur" | "pid" | "tid" | "bp" | "flow_in" | "flow_out" => {}
            "cat" | "id" | "id2" | "scope" | "bind_id" if ends => {}
            "args" if value.data == Data::Null => {}
            "args" if matches!(value.data, Data::Map(_)) => {
                value.members().iter().for_each(|(key, value)| push(key, value));
            }
            "cat" => push("category", value),
            key => push(key, value),
        }
    }
    reading.builder.attributes_since(mark)
}
