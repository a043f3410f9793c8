//! What vendors call otherwise than OpenTelemetry's semantic conventions, under the conventions' names: only where both mean the same.

use std::borrow::Cow;

use super::documents::Reading;
use super::parts::{EventParts, Parts};
use crate::json::{Data, Node, is_number};
use crate::store::NO_TIME;

/// The convention's name for an attribute that the older conventions and the vendors' own libraries name otherwise.
pub(super) fn conventional(key: &str) -> Option<&'static str> {
    Some(match key {
        "http.method" | "http_method" => "http.request.method",
        "http.status_code" | "http.status.code" => "http.response.status_code",
        "http.url" => "url.full",
        "http.useragent" | "http.user_agent" => "user_agent.original",
        "http.client_ip" => "client.address",
        "db.statement" | "sql.query" => "db.query.text",
        "db.instance" => "db.namespace",
        _ => return None,
    })
}

/// A stack trace as lines: of each frame its function and its place, in this order.
pub(super) fn stack_of<'n, 'a: 'n>(
    of: &Node<'_>,
    frames: &mut dyn Iterator<Item = &'n Node<'a>>,
    tell: &dyn Fn(&'n Node<'a>) -> (&'n str, String),
) -> Node<'static> {
    let lines: Vec<String> = frames
        .map(|frame| {
            let (function, place) = tell(frame);
            format!("at {function} ({place})")
        })
        .collect();
    Node { data: Data::Text(lines.join("\n").into()), start: of.start, end: of.end, json: false }
}

impl Parts {
    /// Adds an attribute under its conventional name, if it has one.
    pub(super) fn conventional(&mut self, reading: &mut Reading<'_>, key: &str, value: &Node<'_>) {
        match conventional(key) {
            Some(known @ "http.response.status_code") => self.numeric(reading, known, value),
            Some(known) => self.attribute(reading, known, value),
            None => self.attribute(reading, key, value),
        }
    }

    /// Adds an attribute that is a number by its meaning; a text of digits becomes one.
    pub(super) fn numeric(&mut self, reading: &mut Reading<'_>, key: &str, value: &Node<'_>) {
        match value.text() {
            Some(text) if is_number(text) => {
                let data = Data::Number(Cow::Borrowed(text));
                self.attribute(reading, key, &Node { data, start: value.start + 1, end: value.end, json: false });
            }
            _ => self.attribute(reading, key, value),
        }
    }

    /// Adds an exception as OpenTelemetry tells of one: type, message and stack, as far as there are any.
    pub(super) fn exception(
        &mut self,
        reading: &mut Reading<'_>,
        time: u64,
        [kind, message, stack]: [Option<&Node<'_>>; 3],
    ) -> &mut EventParts {
        let mut event = EventParts { time, name: reading.builder.intern("exception"), attributes: Vec::new() };
        let pairs = [("exception.type", kind), ("exception.message", message), ("exception.stacktrace", stack)];
        for (key, value) in pairs {
            if let Some(value) = value {
                event.attributes.push(reading.pair(key, value));
            }
        }
        self.events.push(event);
        let last = self.events.len() - 1;
        &mut self.events[last]
    }

    /// When what failed has failed, if nothing says it: at its end.
    pub(super) fn failed_at(&self) -> u64 {
        if self.end == NO_TIME { self.start } else { self.end }
    }
}
