//! All that a store says about its spans, as text: two stores that dump alike are alike.
//!
//! ```text
//! trace 4bf92f3577b34da6a3ce929d0e0e4736
//! . GET /cart 00f067aa0ba902b7 < ; shop; server; error "timeout"; 1000..3000; flags 1; root
//!     http.route = string "/cart"
//!     resource service.name = string "shop"
//! . . query …
//! ```
//! Numbers that only order gives (indices of resources, services) are left out.
#![allow(dead_code)] // every test file is a program of its own and uses a part of this

use std::fmt::Write;

use spanscope::{Span, Store, Value};

/// Everything.
pub(crate) fn dump(store: &Store) -> String {
    let mut text = String::new();
    for trace in store.traces() {
        writeln!(text, "trace {:?}", trace.id()).expect("text takes all");
        for span in trace.spans() {
            dump_span(&mut text, &span);
        }
    }
    text
}

/// What a span is, without its attributes and what belongs to it.
pub(crate) fn outline(span: &Span<'_>) -> String {
    let indent = ". ".repeat(span.depth() as usize + 1);
    let parent = span.parent().map(|parent| span.store().span(parent).id());
    format!(
        "{indent}{:?} {:?} < {:?} as {parent:?}; {:?}; {}; {} {:?}; {:?}..{:?}",
        span.name(),
        span.id(),
        span.parent_id(),
        span.service(),
        span.kind().as_str(),
        span.status().as_str(),
        span.status_message(),
        span.start_ns(),
        span.end_ns(),
    )
}

fn dump_span(text: &mut String, span: &Span<'_>) {
    text.push_str(&outline(span));
    let top = span.top().map_or("child", |top| top.as_str());
    let marks = [(span.is_async(), "; asynchronous"), (span.is_shared_half(), "; shared")];
    let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
    writeln!(text, "; flags {}; {top}{marks}; state {:?}", span.flags(), span.trace_state()).expect("text takes all");
    dump_attributes(text, "    ", span.attributes());
    dump_attributes(text, "    resource ", span.resource());
    let scope = span.scope();
    if !scope.name().is_empty() || !scope.version().is_empty() {
        writeln!(text, "    scope {:?} {:?}", scope.name(), scope.version()).expect("text takes all");
    }
    dump_attributes(text, "    scope ", scope.attributes());
    for event in span.events() {
        writeln!(text, "    event {:?} at {:?}", event.name(), event.time_ns()).expect("text takes all");
        dump_attributes(text, "        ", event.attributes());
    }
    for link in span.links() {
        let state = link.trace_state();
        writeln!(text, "    link to {:?} {:?}, state {state:?}", link.trace_id(), link.span_id())
            .expect("text takes all");
        dump_attributes(text, "        ", link.attributes());
    }
    let mut warnings: Vec<String> =
        span.warnings().map(|(kind, message)| format!("{}: {message}", kind.as_str())).collect();
    warnings.sort_unstable();
    for warning in warnings {
        writeln!(text, "    warning {warning}").expect("text takes all");
    }
}

fn dump_attributes<'a>(text: &mut String, indent: &str, attributes: impl Iterator<Item = (&'a str, Value<'a>)>) {
    for (key, value) in attributes {
        writeln!(text, "{indent}{key:?} = {} {:?}", value.type_name(), value.to_string()).expect("text takes all");
    }
}

/// What a trace is in whatever format it was written: structure, names, services, kinds, status, times to the microsecond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Essence {
    /// Zipkin has no upper case in names, and no kind for a span inside of a service.
    pub(crate) like_zipkin: bool,
    /// Whether links count.
    pub(crate) links: bool,
}

impl Essence {
    /// One line a span, sorted, so that spans which start in the same microsecond may stand in any order.
    pub(crate) fn lines(self, store: &Store) -> Vec<String> {
        let mut lines: Vec<String> = store.spans().map(|span| self.line(&span)).collect();
        lines.sort_unstable();
        lines
    }

    fn line(self, span: &Span<'_>) -> String {
        let trace = span.store().trace(span.trace()).expect("the trace of a span");
        let parent = span.parent().map(|parent| span.store().span(parent).id());
        let name = if self.like_zipkin { span.name().to_lowercase() } else { span.name().to_owned() };
        let kind = span.kind().as_str();
        let mut line = format!(
            "{} {} under {parent:?} (named {:?}), depth {}: {name:?} of {:?}, {kind}, {} {:?}, events",
            trace.id(),
            span.id(),
            span.parent_id(),
            span.depth(),
            span.service(),
            span.status().as_str(),
            span.status_message(),
        );
        for event in span.events() {
            let mut keys: Vec<&str> = event.attributes().map(|(key, _)| key).collect();
            keys.sort_unstable();
            write!(line, " {:?} {keys:?}", event.name()).expect("text takes all");
        }
        if self.links {
            for link in span.links() {
                write!(line, ", link to {} {}", link.trace_id(), link.span_id()).expect("text takes all");
            }
        }
        line
    }
}

/// Start and end of every span by its trace and id, in microseconds.
pub(crate) fn times_us(store: &Store) -> std::collections::BTreeMap<(String, String), (u64, u64)> {
    store
        .spans()
        .map(|span| {
            let trace = store.trace(span.trace()).expect("the trace of a span");
            let (start, end) = span.interval().expect("a span with a start");
            ((trace.id(), span.id()), (start / 1000, end / 1000))
        })
        .collect()
}
