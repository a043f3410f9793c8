//! What keys say of a span, in whatever spelling.

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

/// What a key says. Times have the unit that the key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Trace,
    Parent,
    Children,
    Name,
    /// An object that has some of the span's fields.
    Part,
    Start(Option<Unit>),
    /// A time that may be the start's.
    When(Option<Unit>),
    /// How long after the trace's beginning it started.
    Offset(Option<Unit>),
    End(Option<Unit>),
    Duration(Option<Unit>),
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

impl Role {
    /// Of those that tell a span from other objects.
    pub(super) fn bit(self) -> u32 {
        match self {
            Role::Id => ID,
            Role::Trace => TRACE,
            Role::Parent => PARENT,
            Role::Children => CHILDREN,
            Role::Name => NAME,
            Role::Start(_) => START,
            Role::When(_) => WHEN,
            Role::Offset(_) => OFFSET,
            Role::End(_) => END,
            Role::Duration(_) => DURATION,
            _ => 0,
        }
    }

    /// The same where an object may stand behind the key, which is no id and no time, but says perhaps what is one (schemas, mappings).
    pub(super) fn bit_of(self, object: bool) -> u32 {
        self.bit() & if object { !(ID | TIMES) } else { u32::MAX }
    }

    pub(super) fn of(key: &str) -> Role {
        // Nothing that is longer is any of these.
        if key.len() > 40 {
            return Role::Other;
        }
        let plain: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let mut plain = plain.as_str();
        loop {
            let role = Role::of_plain(plain);
            let rest = ["span", "otel", "context", "display"].iter().find_map(|before| plain.strip_prefix(before));
            let rest = rest.or_else(|| plain.strip_suffix("json"));
            match rest {
                Some(rest) if role == Role::Other => plain = rest,
                _ => return role,
            }
        }
    }

    fn of_plain(plain: &str) -> Role {
        let role = Role::named(plain);
        if role != Role::Other {
            return role;
        }
        // `parent_run_id`, `reference_parent_span_id`
        if plain.ends_with("id") && plain.contains("parent") {
            let other = ["trace", "event", "process", "thread", "project"].iter().any(|other| plain.contains(other));
            return if other { Role::Other } else { Role::Parent };
        }
        let in_unit = |(suffix, unit): &(&str, Unit)| Role::named(plain.strip_suffix(suffix)?).in_unit(*unit);
        UNITS.iter().find_map(in_unit).unwrap_or(Role::Other)
    }

    fn named(plain: &str) -> Role {
        let found = NAMES.iter().find(|(_, names)| names.split(' ').any(|name| name == plain));
        found.map_or(Role::Other, |(role, _)| *role)
    }

    /// The unit that the key of a time names, if this role is of the same kind as the other one.
    pub(super) fn unit_as(self, other: Role) -> Option<Option<Unit>> {
        match (self, other) {
            (Role::Start(unit), Role::Start(_))
            | (Role::When(unit), Role::When(_))
            | (Role::Offset(unit), Role::Offset(_))
            | (Role::End(unit), Role::End(_))
            | (Role::Duration(unit), Role::Duration(_)) => Some(unit),
            _ => None,
        }
    }

    /// A time, in this unit.
    fn in_unit(self, unit: Unit) -> Option<Role> {
        let unit = Some(unit);
        Some(match self {
            Role::Start(_) => Role::Start(unit),
            Role::When(_) => Role::When(unit),
            Role::Offset(_) => Role::Offset(unit),
            Role::End(_) => Role::End(unit),
            Role::Duration(_) => Role::Duration(unit),
            _ => return None,
        })
    }
}

/// What keys say, without their capitals and marks.
const NAMES: [(Role, &str); 24] = [
    (Role::Id, "id uid uuid guid eventid"),
    (Role::Trace, "traceid trace traceuid traceuuid traceguid traceidlow"),
    (Role::Parent, "parent parentspan parents"),
    (Role::Children, "children childspans childs spans subspans childruns observations"),
    (Role::Name, "name operationname operation opname title label"),
    (Role::Part, "context spancontext spandata metrics process"),
    (Role::Start(None), "start starttime startedat startat started begin begintime starttimestamp startts"),
    (Role::When(None), "timestamp ts time"),
    (Role::Offset(None), "offset startoffset relativestart"),
    (Role::End(None), "end endtime endedat endat ended finish finishtime finishedat stop stoptime endtimestamp endts"),
    (Role::Duration(None), "duration durationin dur elapsed elapsedtime latency took"),
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
pub(super) struct Roles(Vec<(String, Role)>);

impl Roles {
    const MOST: usize = 64;

    pub(super) fn of(&mut self, key: &str) -> Role {
        if let Some((_, role)) = self.0.iter().find(|(known, _)| known == key) {
            return *role;
        }
        let role = Role::of(key);
        if self.0.len() < Roles::MOST {
            self.0.push((key.to_owned(), role));
        }
        role
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_every_spelling() {
        for (key, role) in [
            ("parentSpanId", Role::Parent),
            ("Parent-Span-ID", Role::Parent),
            ("span_id", Role::Id),
            ("startTimeUnixNano", Role::Start(Some(Unit::Nanos))),
            ("start_ms", Role::Start(Some(Unit::Millis))),
            ("Duration", Role::Duration(None)),
            ("durationUs", Role::Duration(Some(Unit::Micros))),
            ("status", Role::Status),
            ("timestamp", Role::When(None)),
            ("offset_ms", Role::Offset(Some(Unit::Millis))),
            ("Étendue", Role::Other),
        ] {
            assert_eq!(Role::of(key), role, "{key}");
        }
    }
}
