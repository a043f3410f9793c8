//! What keys say of a span, in whatever spelling.

use std::borrow::Cow;

use super::Field;
use crate::json::Node;
use crate::read::instant::Unit;

// What tells spans from other objects, as bits.
pub(super) const ID: u32 = 1;
pub(super) const TRACE: u32 = 1 << 1;
pub(super) const PARENT: u32 = 1 << 2;
pub(super) const CHILDREN: u32 = 1 << 3;
pub(super) const NAME: u32 = 1 << 4;
pub(super) const START: u32 = 1 << 5;
pub(super) const WHEN: u32 = 1 << 6;
pub(super) const OFFSET: u32 = 1 << 7;
pub(super) const END: u32 = 1 << 8;
pub(super) const DURATION: u32 = 1 << 9;
pub(super) const TIMES: u32 = START | WHEN | OFFSET | END | DURATION;

/// What a key says. The first ones tell spans from other objects, in the order of their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Trace,
    Parent,
    Children,
    Name,
    Start,
    /// A time that may be the start's.
    When,
    /// How long after the trace's beginning it started.
    Offset,
    End,
    Duration,
    /// An object that has some of the span's fields.
    Part,
    Service,
    Attributes,
    Resource,
    Kind,
    Error,
    Status,
    Level,
    Message,
    Events,
    Links,
    Scope,
    ScopeVersion,
    TraceState,
    Other,
}

/// A role, and of a time the unit that its key names.
pub(super) type Said = (Role, Option<Unit>);

impl Role {
    /// Of those that tell a span from other objects.
    pub(super) fn bit(self) -> u32 {
        1 << self as u32 & (DURATION * 2 - 1)
    }

    /// The same where an object may stand behind the key, which is no id and no time, but says perhaps what is one (schemas, mappings).
    pub(super) fn bit_of(self, object: bool) -> u32 {
        self.bit() & if object { !(ID | TIMES) } else { u32::MAX }
    }

    pub(super) fn of(key: &str) -> Role {
        said(key).0
    }
}

pub(super) fn said(key: &str) -> Said {
    // Nothing that is longer is any of these.
    if key.len() > 40 {
        return (Role::Other, None);
    }
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let mut plain = plain.as_str();
    loop {
        let said = said_plainly(plain);
        let rest = ["span", "otel", "context", "display"].iter().find_map(|before| plain.strip_prefix(before));
        let rest = rest.or_else(|| plain.strip_suffix("json"));
        match rest {
            Some(rest) if said.0 == Role::Other => plain = rest,
            _ => return said,
        }
    }
}

fn said_plainly(plain: &str) -> Said {
    let role = named(plain);
    if role != Role::Other {
        return (role, None);
    }
    // `parent_run_id`, `reference_parent_span_id`
    if plain.ends_with("id") && plain.contains("parent") {
        let other = ["trace", "event", "process", "thread", "project"].iter().any(|other| plain.contains(other));
        return (if other { Role::Other } else { Role::Parent }, None);
    }
    let in_unit = |(suffix, unit): &(&str, Unit)| {
        let role = named(plain.strip_suffix(suffix)?);
        (role.bit() & TIMES != 0).then_some((role, Some(*unit)))
    };
    UNITS.iter().find_map(in_unit).unwrap_or((Role::Other, None))
}

fn named(plain: &str) -> Role {
    let found = NAMES.iter().find(|(_, names)| names.split(' ').any(|name| name == plain));
    found.map_or(Role::Other, |(role, _)| *role)
}

/// What keys say, without their capitals and marks.
const NAMES: [(Role, &str); 24] = [
    (Role::Id, "id uid uuid guid eventid"),
    (Role::Trace, "traceid trace traceuid traceuuid traceguid traceidlow"),
    (Role::Parent, "parent parentspan parents"),
    (Role::Children, "children childspans childs spans subspans childruns observations"),
    (Role::Name, "name operationname operation opname title label"),
    (Role::Part, "context spancontext spandata metrics process"),
    (Role::Start, "start starttime startedat startat started begin begintime starttimestamp startts"),
    (Role::When, "timestamp ts time"),
    (Role::Offset, "offset startoffset relativestart"),
    (Role::End, "end endtime endedat endat ended finish finishtime finishedat stop stoptime endtimestamp endts"),
    (Role::Duration, "duration durationin dur elapsed elapsedtime latency took"),
    (Role::Service, "service servicename appname entityname"),
    (Role::Attributes, "attribute attributes tags attrs labels metadata meta"),
    (Role::Resource, "resource resources resourceattributes"),
    (Role::Kind, "kind"),
    (Role::Error, "error haserror iserror failed errorcount errorinfo exception"),
    (Role::Status, "status statuscode"),
    (Role::Level, "level"),
    (Role::Message, "statusmessage statusdescription errormessage"),
    (Role::Events, "events logs"),
    (Role::Links, "links"),
    (Role::Scope, "scope scopename instrumentationscope"),
    (Role::ScopeVersion, "scopeversion"),
    (Role::TraceState, "tracestate"),
];

/// What stands behind the name of a time.
const UNITS: [(&str, Unit); 14] = [
    ("unixnano", Unit::Nanos),
    ("nanoseconds", Unit::Nanos),
    ("nanos", Unit::Nanos),
    ("nano", Unit::Nanos),
    ("ns", Unit::Nanos),
    ("microseconds", Unit::Micros),
    ("micros", Unit::Micros),
    ("us", Unit::Micros),
    ("milliseconds", Unit::Millis),
    ("millis", Unit::Millis),
    ("ms", Unit::Millis),
    ("seconds", Unit::Seconds),
    ("secs", Unit::Seconds),
    ("sec", Unit::Seconds),
];

/// Roles of the first keys that were met: rows have the same ones again and again.
#[derive(Default)]
pub(super) struct Roles(Vec<(String, Said)>);

impl Roles {
    const MOST: usize = 64;

    pub(super) fn field<'n>(&mut self, (key, value): &'n (Cow<'_, str>, Node<'_>)) -> Field<'n> {
        let (role, unit) = self.of(key);
        Field { role, unit, key, value }
    }

    pub(super) fn of(&mut self, key: &str) -> Said {
        if let Some((_, said)) = self.0.iter().find(|(known, _)| known == key) {
            return *said;
        }
        let said = said(key);
        if self.0.len() < Roles::MOST {
            self.0.push((key.to_owned(), said));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_every_spelling() {
        for (key, role, unit) in [
            ("parentSpanId", Role::Parent, None),
            ("Parent-Span-ID", Role::Parent, None),
            ("span_id", Role::Id, None),
            ("startTimeUnixNano", Role::Start, Some(Unit::Nanos)),
            ("start_ms", Role::Start, Some(Unit::Millis)),
            ("Duration", Role::Duration, None),
            ("durationUs", Role::Duration, Some(Unit::Micros)),
            ("status", Role::Status, None),
            ("timestamp", Role::When, None),
            ("offset_ms", Role::Offset, Some(Unit::Millis)),
            ("Étendue", Role::Other, None),
        ] {
            assert_eq!(said(key), (role, unit), "{key}");
        }
    }
}
