//! Chrome's trace events ("Trace Event Format"), as browsers, compilers, bundlers and tracing libraries write them: a list, whose closing
//! bracket may be missing, or `{"traceEvents": […]}`.
//!
//! ```text
//! events ─► Item (a few numbers each) ─► by track and time ─► slices: B with its E, X ─► nested where one encloses another ─► spans
//! ```
//! A track is a thread or, for events that begin and end on different threads (`b`/`e`, `S`/`F`), an id. Slices are the spans; instants, steps,
//! counters and object states are events of the slice that is open around them; flows are links. All of one input is one trace: its id and
//! those of the spans are made up, the trace's from the input's content and the span's from the event's number.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::Format;
use super::detect::Shape;
use super::documents::Reading;
use super::instant::Unit;
use super::micros::Nanos;
use super::parts::{Pair, made_trace, span_number};
use crate::error::WarningKind;
use crate::json::{Data, Kind, Lex, Lexer, Node, decode_string};
use crate::sort;
use crate::store::{LinkDraft, NO_TIME, OriginIndex, RawValue, ScopeIndex, SpanKey, SpanKind};
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
    let mut events = Events::default();
    reading.documents(|reading, lexer| events.document(reading, lexer));
    events.finish(reading);
}

/// Where slices are nested: a thread, or an id of asynchronous events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Track {
    Thread { process: StringId, thread: StringId },
    Asynchronous { category: StringId, scope: StringId, id: StringId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Begin,
    End,
    /// With the end, `NO_TIME` when there is none.
    Complete(u64),
    /// Something that is told of the slice around it.
    Instant,
    /// Number of the flow; `next`: what comes is the next slice, not the one around.
    Flow {
        flow: u32,
        next: bool,
    },
}

impl What {
    /// It belongs to the slice that begins next, at the same time or later.
    fn is_for_the_next(self) -> bool {
        matches!(self, What::Flow { next: true, .. })
    }
}

/// An event of the input.
#[derive(Clone, Copy, Debug)]
struct Item {
    /// The track it is nested in, and its thread.
    track: u32,
    thread: u32,
    at: u64,
    what: What,
    name: StringId,
    /// Range of [`Events::pairs`].
    pairs: (u32, u32),
    offset: u32,
}

/// A span.
#[derive(Clone, Copy, Debug)]
struct Slice {
    /// The event that begins it, and the one that ends it.
    begin: u32,
    end_item: Option<u32>,
    track: u32,
    start: u64,
    /// `NO_TIME` of an unfinished one, which encloses all that follows.
    end: u64,
    /// The slice that was open when this one began, where B and E say so.
    inside: Option<u32>,
}

#[derive(Debug)]
struct Thread {
    process: StringId,
    thread: StringId,
    /// Its id, and its name.
    told: [Option<RawValue>; 2],
}

#[derive(Debug, Default)]
struct Events {
    items: Vec<Item>,
    pairs: Vec<Pair>,
    tracks: HashMap<Track, u32>,
    threads: Vec<Thread>,
    thread_numbers: HashMap<(StringId, StringId), u32>,
    flows: HashMap<(StringId, StringId, StringId), u32>,
    process_names: HashMap<StringId, RawValue>,
    /// Attributes of processes and of all of them.
    processes: HashMap<StringId, Vec<Pair>>,
    common: Vec<Pair>,
}

impl Events {
    fn document<'a>(&mut self, reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
        match lexer.peek()? {
            Kind::Array => self.list(reading, lexer),
            Kind::Object => {
                let start = lexer.offset();
                let mut cursor = lexer.begin_object()?;
                let mut members = Vec::new();
                while let Some(name) = lexer.any_member(&mut cursor)? {
                    let name = decode_string(name.bytes(lexer.input()));
                    if name == "traceEvents" && lexer.peek()? == Kind::Array {
                        self.list(reading, lexer)?;
                    } else {
                        members.push((name, lexer.node()?));
                    }
                }
                let (start, end) = (start as u32, lexer.offset() as u32);
                let node = Node { data: Data::Map(members), start, end, json: false };
                match node.get("ph") {
                    Some(_) => self.event(reading, &node),
                    None => self.around(reading, &node),
                }
                Ok(())
            }
            _ => reading.not_expected(lexer, "a trace", "a list of events"),
        }
    }

    fn list<'a>(&mut self, reading: &mut Reading<'a>, lexer: &mut Lexer<'a>) -> Lex<()> {
        let mut first = lexer.begin_array()?;
        loop {
            // A program that is killed writes no bracket: the format allows it to be missing.
            if lexer.at_end() {
                return Ok(());
            }
            if !lexer.element(&mut first)? || lexer.at_end() {
                return Ok(());
            }
            if lexer.peek()? != Kind::Object {
                // Some writers end the list with a comma and an empty element.
                reading.not_expected(lexer, "an event", "an object")?;
                continue;
            }
            let node = lexer.node()?;
            self.event(reading, &node);
        }
    }

    /// What stands beside `traceEvents`.
    fn around(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) {
        for (key, value) in node.members() {
            match key.as_ref() {
                // How a viewer is to show it; its own clock is microseconds whatever this says.
                "displayTimeUnit" | "controllerTraceDataKey" => {}
                "metadata" | "otherData" | "clientInfo" if !value.members().is_empty() => {
                    for (name, value) in value.members() {
                        let pair = reading.pair(&format!("{key}.{name}"), value);
                        self.common.push(pair);
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

    fn event(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) {
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
        if let Some(id) = node.get("pid") {
            self.processes.entry(process).or_insert_with(|| vec![reading.pair("process.pid", id)]);
        }
        let thread = *self.thread_numbers.entry((process, thread)).or_insert_with(|| {
            let id = node.get("tid").map(|id| reading.node_value(id));
            self.threads.push(Thread { process, thread, told: [id, None] });
            self.threads.len() as u32 - 1
        });
        if phase == "M" {
            self.metadata(reading, node, process, thread);
            return;
        }
        let name = reading.builder.intern(node.written_of("name").unwrap_or_default());
        let Some(at) = self.time(reading, node, "ts") else { return };
        let what = match phase {
            "B" | "b" | "S" => What::Begin,
            "E" | "e" | "F" => What::End,
            "X" => What::Complete(match node.get("dur") {
                None => NO_TIME,
                Some(_) => match self.duration(reading, node) {
                    Some(duration) => duration.after(at).unwrap_or(NO_TIME),
                    None => NO_TIME,
                },
            }),
            "s" | "t" | "f" => {
                let flow = self.flow(reading, node, name, "id");
                What::Flow { flow, next: phase == "f" && node.text_of("bp") != Some("e") }
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
            "b" | "e" | "n" | "S" | "F" | "T" | "p" => self.asynchronous(reading, node, name, process),
            _ => Track::Thread { process, thread: self.threads[thread as usize].thread },
        };
        let next = self.tracks.len() as u32;
        let track = *self.tracks.entry(track).or_insert(next);
        let pairs = self.attributes(reading, node, phase);
        let item = Item { track, thread, at, what, name, pairs, offset: node.start };
        self.items.push(item);
        if node.get("bind_id").is_some() {
            let flow = self.flow(reading, node, StringId::EMPTY, "bind_id");
            let pairs = (pairs.1, pairs.1);
            self.items.push(Item { what: What::Flow { flow, next: false }, pairs, ..item });
        }
    }

    /// Names of processes and threads.
    fn metadata(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, process: StringId, thread: u32) {
        let args = node.get("args");
        let name = args.and_then(|args| args.get("name"));
        match (node.text_of("name").unwrap_or_default(), name) {
            ("process_name", Some(name)) => {
                let name = reading.node_value(name);
                self.process_names.insert(process, name);
            }
            ("thread_name", Some(name)) => self.threads[thread as usize].told[1] = Some(reading.node_value(name)),
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
                    self.processes.entry(process).or_default().push(pair);
                }
            }
        }
    }

    /// Microseconds from whenever the clock began: 0 is a time here.
    fn time(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, key: &str) -> Option<u64> {
        let found = node.get(key);
        match found.and_then(Node::written).and_then(|text| Unit::Micros.nanos(text)) {
            Some(Nanos { ns, negative: false }) if ns != NO_TIME => Some(ns),
            _ => {
                let found = found.map_or("none".to_owned(), Node::described);
                let reason = format!("Expected microseconds as {key}, found {found}; the event was left out.");
                reading.skip(WarningKind::BadTime, node.start as usize, reason);
                None
            }
        }
    }

    fn duration(&mut self, reading: &mut Reading<'_>, node: &Node<'_>) -> Option<Nanos> {
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
    fn flow(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, name: StringId, id: &str) -> u32 {
        let category = match id {
            "bind_id" => StringId::EMPTY,
            _ => reading.builder.intern(node.text_of("cat").unwrap_or_default()),
        };
        let id = reading.builder.intern(node.written_of(id).unwrap_or_default());
        let next = self.flows.len() as u32;
        *self.flows.entry((category, name, id)).or_insert(next)
    }

    /// Asynchronous events belong together by category and id, the older ones (S, T, F) by their name as well; an id may be one of the process.
    fn asynchronous(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, name: StringId, process: StringId) -> Track {
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
        Track::Asynchronous { category, scope, id }
    }

    fn attributes(&mut self, reading: &mut Reading<'_>, node: &Node<'_>, phase: &str) -> (u32, u32) {
        let first = self.pairs.len() as u32;
        // What an event that ends something says is known from its beginning, but for its arguments.
        let ends = matches!(phase, "E" | "e" | "F");
        for (key, value) in node.members() {
            match key.as_ref() {
                "name" | "ph" | "ts" | "dur" | "pid" | "tid" | "bp" | "flow_in" | "flow_out" => {}
                "cat" | "id" | "id2" | "scope" | "bind_id" if ends => {}
                "args" if !matches!(value.data, Data::Map(_)) => {
                    if value.data != Data::Null {
                        self.pairs.push(reading.pair("args", value));
                    }
                }
                "args" => {
                    for (key, value) in value.members() {
                        self.pairs.push(reading.pair(key, value));
                    }
                }
                "cat" => self.pairs.push(reading.pair("category", value)),
                key => self.pairs.push(reading.pair(key, value)),
            }
        }
        (first, self.pairs.len() as u32)
    }

    /// Makes spans of what was read.
    fn finish(mut self, reading: &mut Reading<'_>) {
        let mut slices = self.slices(reading);
        let nested = self.nest(reading, &mut slices);
        self.put(reading, &slices, nested);
    }

    /// Begin and end joined.
    fn slices(&self, reading: &mut Reading<'_>) -> Vec<Slice> {
        let mut order: Vec<u32> = (0..self.items.len() as u32)
            .filter(|i| matches!(self.items[*i as usize].what, What::Begin | What::End | What::Complete(_)))
            .collect();
        let by = |i: u32| (self.items[i as usize].track, self.items[i as usize].at);
        sort::numbers(&mut order, &mut |one, other| by(one).cmp(&by(other)));
        let threads = self.thread_tracks();
        let mut slices: Vec<Slice> = Vec::new();
        // The open ones of the track, those of asynchronous events also by name, and whether they are closed.
        let mut open: Vec<u32> = Vec::new();
        let mut by_name: HashMap<StringId, Vec<u32>> = HashMap::new();
        let mut track = None;
        for i in order {
            let item = &self.items[i as usize];
            if track != Some(item.track) {
                track = Some(item.track);
                open.clear();
                by_name.clear();
            }
            let on_thread = threads[item.track as usize];
            let slice =
                |end, inside| Slice { begin: i, end_item: None, track: item.track, start: item.at, end, inside };
            match item.what {
                What::Complete(end) => slices.push(slice(end, None)),
                What::Begin => {
                    let inside = open.last().copied().filter(|_| on_thread);
                    open.push(slices.len() as u32);
                    if !on_thread {
                        by_name.entry(item.name).or_default().push(slices.len() as u32);
                    }
                    slices.push(slice(NO_TIME, inside));
                }
                _ => {
                    let named = by_name.get_mut(&item.name).and_then(Vec::pop).filter(|_| item.name != StringId::EMPTY);
                    let begun = named.or_else(|| {
                        // Some of these were closed by their name.
                        while let Some(last) = open.pop() {
                            if on_thread || (slices[last as usize].end_item.is_none() && item.name == StringId::EMPTY) {
                                return Some(last);
                            }
                        }
                        None
                    });
                    self.close(reading, begun.map(|begun| &mut slices[begun as usize]), i);
                }
            }
        }
        slices
    }

    fn close(&self, reading: &mut Reading<'_>, slice: Option<&mut Slice>, end: u32) {
        let item = &self.items[end as usize];
        let name = reading.builder.string(item.name).to_owned();
        let Some(slice) = slice else {
            reading.skip(
                WarningKind::Skipped,
                item.offset as usize,
                format!("Expected a begin before the end of \"{name}\", found none; the end was left out."),
            );
            return;
        };
        slice.end = item.at;
        slice.end_item = Some(end);
        let begun = self.items[slice.begin as usize].name;
        if item.name != StringId::EMPTY && item.name != begun {
            let expected = reading.builder.string(begun).to_owned();
            reading.warn(WarningKind::BadValue, item.offset as usize, || {
                format!("Expected the end of \"{expected}\", found the end of \"{name}\"; it was taken for the same.")
            });
        }
    }

    /// For each track, whether it is a thread.
    fn thread_tracks(&self) -> Vec<bool> {
        let mut threads = vec![false; self.tracks.len()];
        for (track, number) in &self.tracks {
            threads[*number as usize] = matches!(track, Track::Thread { .. });
        }
        threads
    }

    /// What encloses what, by time and on each track: slices, and what is told of them.
    fn nest(&self, reading: &mut Reading<'_>, slices: &mut [Slice]) -> Nested {
        let mut order: Vec<u32> = (0..slices.len() as u32).collect();
        let by = |i: u32| {
            let slice = &slices[i as usize];
            // An empty slice at the very end of the one it is in comes before what follows that one.
            let follows = slice.inside.is_none_or(|around| slices[around as usize].end != slice.start);
            (slice.track, slice.start, follows, Reverse(slice.end), slice.begin)
        };
        sort::numbers(&mut order, &mut |one, other| by(one).cmp(&by(other)));
        let mut told: Vec<u32> = (0..self.items.len() as u32)
            .filter(|i| matches!(self.items[*i as usize].what, What::Instant | What::Flow { .. }))
            .collect();
        let by = |i: u32| {
            let item = &self.items[i as usize];
            (item.track, item.at, !item.what.is_for_the_next())
        };
        sort::numbers(&mut told, &mut |one, other| by(one).cmp(&by(other)));
        let mut told = told.into_iter().peekable();
        let mut nested = Nested { parents: vec![None; slices.len()], events: Vec::new(), steps: Vec::new() };
        let mut open: Vec<u32> = Vec::new();
        // Ends of flows, and what is around them in case that nothing follows.
        let mut waiting: Vec<(u32, Option<u32>)> = Vec::new();
        for index in 0..=order.len() {
            let next = order.get(index).map(|slice| (*slice, &slices[*slice as usize]));
            let at = next.map_or((u32::MAX, NO_TIME), |(_, slice)| (slice.track, slice.start));
            // All that stands before this slice; what happens as it begins happens in it.
            while let Some(i) = told.next_if(|i| {
                let item = &self.items[*i as usize];
                (item.track, item.at) < at || (item.track, item.at) == at && item.what.is_for_the_next()
            }) {
                let item = &self.items[i as usize];
                while let Some(last) = open.last() {
                    let last = &slices[*last as usize];
                    if last.track == item.track && last.end >= item.at {
                        break;
                    }
                    open.pop();
                }
                match (item.what, open.last()) {
                    (What::Flow { next: true, .. }, around) => waiting.push((i, around.copied())),
                    (What::Flow { flow, .. }, Some(slice)) => nested.steps.push((flow, item.at, i, *slice)),
                    (_, Some(slice)) => nested.events.push((*slice, item.at, i)),
                    (_, None) => self.outside(reading, i),
                }
            }
            for (i, around) in std::mem::take(&mut waiting) {
                let item = &self.items[i as usize];
                let following = next.filter(|(_, slice)| slice.track == item.track).map(|(slice, _)| slice);
                match (item.what, following.or(around)) {
                    (What::Flow { flow, .. }, Some(slice)) => nested.steps.push((flow, item.at, i, slice)),
                    _ => self.outside(reading, i),
                }
            }
            let Some((number, slice)) = next else { break };
            while let Some(last) = open.last() {
                let around = &slices[*last as usize];
                let encloses = around.track == slice.track
                    && (slice.end <= around.end && slice.start < around.end
                        || slice.inside == Some(*last)
                        // Both without a length, at the same time.
                        || (around.start, around.end) == (slice.start, slice.end));
                if encloses {
                    break;
                }
                open.pop();
            }
            nested.parents[number as usize] = open.last().copied();
            open.push(number);
        }
        nested
    }

    #[cold]
    fn outside(&self, reading: &mut Reading<'_>, item: u32) {
        let item = &self.items[item as usize];
        let name = reading.builder.string(item.name).to_owned();
        reading.skip(
            WarningKind::Skipped,
            item.offset as usize,
            format!("Expected a slice around \"{name}\" on its thread, found none; it was left out."),
        );
    }

    fn put(&mut self, reading: &mut Reading<'_>, slices: &[Slice], mut nested: Nested) {
        let trace = made_trace(reading.bytes);
        let threads = self.thread_tracks();
        nested.events = sort::items(nested.events, Ord::cmp);
        // The steps of a flow in the order of time: each is a link back to the one before.
        nested.steps = sort::items(nested.steps, Ord::cmp);
        let mut links: Vec<(u32, u32)> = nested
            .steps
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0 && pair[0].3 != pair[1].3)
            .map(|pair| (pair[1].3, pair[0].3))
            .collect();
        links = sort::items(links, Ord::cmp);
        links.dedup();
        let mut origins = HashMap::new();
        let mut order: Vec<u32> = (0..slices.len() as u32).collect();
        sort::numbers(&mut order, &mut |one, other| slices[one as usize].begin.cmp(&slices[other as usize].begin));
        let thread_keys = ["thread.id", "thread.name"].map(|key| reading.builder.intern(key));
        for number in order {
            let slice = &slices[number as usize];
            let item = self.items[slice.begin as usize];
            let origin = match origins.get(&self.threads[item.thread as usize].process) {
                Some(origin) => *origin,
                None => {
                    let process = self.threads[item.thread as usize].process;
                    let origin = self.origin(reading, process);
                    *origins.entry(process).or_insert(origin)
                }
            };
            let thread = &self.threads[item.thread as usize];
            let builder = &mut *reading.builder;
            let mut draft = builder.draft(0);
            let from = nested.events.partition_point(|(slice, ..)| *slice < number);
            for (_, _, i) in nested.events[from..].iter().take_while(|(slice, ..)| *slice == number) {
                let event = self.items[*i as usize];
                let mark = builder.attribute_mark();
                self.pairs_of(event).for_each(|(key, value)| builder.push_attribute(key, value));
                let attributes = builder.attributes_since(mark);
                builder.push_event(event.at, event.name, attributes);
            }
            let from = links.partition_point(|(slice, _)| *slice < number);
            for (_, source) in links[from..].iter().take_while(|(slice, _)| *slice == number) {
                builder.push_link(LinkDraft {
                    trace,
                    span: key_of(&slices[*source as usize]),
                    trace_state: RawValue::NULL,
                    attributes: Default::default(),
                });
            }
            let mark = builder.attribute_mark();
            self.pairs_of(item).for_each(|(key, value)| builder.push_attribute(key, value));
            if let Some(end) = slice.end_item {
                self.pairs_of(self.items[end as usize]).for_each(|(key, value)| builder.push_attribute(key, value));
            }
            for (key, value) in thread_keys.into_iter().zip(thread.told) {
                if let Some(value) = value {
                    builder.push_attribute(key, value);
                }
            }
            draft.attributes = builder.attributes_since(mark);
            draft.trace = trace;
            draft.id = key_of(slice);
            draft.parent =
                nested.parents[number as usize].map_or(SpanKey::EMPTY, |parent| key_of(&slices[parent as usize]));
            draft.name = item.name;
            (draft.start, draft.end) = (slice.start, slice.end);
            draft.kind = SpanKind::Internal;
            draft.asynchronous = !threads[slice.track as usize];
            draft.source = reading.address(item.offset as usize);
            let builder = &mut *reading.builder;
            if slice.end == NO_TIME {
                builder.warn_span(WarningKind::NoEndTime, "This slice was begun and never ended.");
            }
            builder.push_span(&draft, origin);
        }
        if let Some(first) = slices.iter().map(|slice| slice.start).min() {
            reading.guess("Trace events have no ids: all events of this input are one trace, and slices are nested by their times.");
            // 2001, as for every time whose unit is unknown.
            if first < 1_000_000_000_000_000_000 {
                reading.guess("The times are no dates: they count from a moment that is not told, such as the start of the machine.");
            }
        }
    }

    fn pairs_of(&self, item: Item) -> impl Iterator<Item = Pair> + '_ {
        self.pairs[item.pairs.0 as usize..item.pairs.1 as usize].iter().copied()
    }

    /// The process as a resource; its name is the service.
    fn origin(&self, reading: &mut Reading<'_>, process: StringId) -> OriginIndex {
        let known = self.processes.get(&process).map_or(&[][..], Vec::as_slice);
        let service = reading.builder.intern("service.name");
        let name = self.process_names.get(&process).copied().or_else(|| {
            let unnamed = format!("process {}", reading.builder.string(process));
            (process != StringId::EMPTY).then(|| reading.made_text(&unnamed))
        });
        let builder = &mut *reading.builder;
        let resource = builder.add_resource();
        let mark = builder.attribute_mark();
        if let Some(name) = name {
            builder.push_attribute(service, name);
        }
        known.iter().chain(&self.common).for_each(|(key, value)| builder.push_attribute(*key, *value));
        let attributes = builder.attributes_since(mark);
        builder.set_resource(resource, attributes);
        builder.add_origin(resource, ScopeIndex::NONE)
    }
}

/// What encloses what, by numbers of slices.
#[derive(Debug)]
struct Nested {
    parents: Vec<Option<u32>>,
    /// Slice, time and item.
    events: Vec<(u32, u64, u32)>,
    /// Flow, time, item and slice.
    steps: Vec<(u32, u64, u32, u32)>,
}

/// The number of the event that begins it.
fn key_of(slice: &Slice) -> SpanKey {
    span_number(u64::from(slice.begin) + 1)
}
