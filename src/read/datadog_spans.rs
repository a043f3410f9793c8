//! Datadog's spans in JSON, the straight way: those without links, events and what is said of an error, as nearly all are.
//!
//! `datadog.rs` says what is made of them, and reads the others.

use std::collections::HashMap;

use super::ids::{span_number, trace_number};
use super::input::{Input, parse_unsigned, plain_unsigned};
use super::members::{MeaningOf, Meant, Members};
use super::told::kind_of;
use crate::json::{Keys, Kind, Lex, Lexer, Member, Text};
use crate::simd::{Literal, hex16};
use crate::store::{
    IdForm, NO_TIME, OriginIndex, RawValue, SpanDraft, SpanKind, Status, StoreBuilder, TraceKey, TraceMark,
};
use crate::strings::{StringId, hash};

static KEYS: [Literal; 12] = [
    Literal::key("trace_id"),
    Literal::key("span_id"),
    Literal::key("parent_id"),
    Literal::key("name"),
    Literal::key("resource"),
    Literal::key("service"),
    Literal::key("type"),
    Literal::key("start"),
    Literal::key("duration"),
    Literal::key("error"),
    Literal::key("meta"),
    Literal::key("metrics"),
];

/// What members of `meta` mean, by the numbers that [`MeaningOf`] gives.
pub const UPPER_HALF: u8 = 2;
pub const KIND: u8 = 3;
pub const ENVIRONMENT: u8 = 4;
pub const VERSION: u8 = 5;
/// It takes more than a look at the value: the span is no usual one.
pub const UNUSUAL: u8 = 6;

/// Values up to this length are interned where they may stand in many resources.
const SHORT: usize = 64;

/// Makes the origin of spans with this resource.
pub type MakeOrigin<'m> = &'m mut dyn FnMut(&mut StoreBuilder, &[(StringId, RawValue)]) -> OriginIndex;

/// The upper halves of trace ids: one span of a list has that of all.
#[derive(Debug, Default)]
pub struct UpperHalves {
    /// By the lower half.
    known: HashMap<u64, u64>,
    last: (u64, u64),
    /// A span came before the one that has it.
    late: bool,
    halved: bool,
}

impl UpperHalves {
    /// The id of a trace whose lower half was found, with the upper one where that is known; `told`: what its own span says of it.
    #[inline]
    pub fn whole(&mut self, trace: TraceKey, told: Option<u64>) -> TraceKey {
        if trace.value >> 64 != 0 || trace.form == IdForm::Text {
            return trace;
        }
        let lower = trace.value as u64;
        match told.filter(|upper| *upper != 0) {
            Some(upper) => {
                if self.last != (lower, upper) {
                    self.late |= self.halved;
                    self.known.entry(lower).or_insert(upper);
                    self.last = (lower, upper);
                }
                trace_number(u128::from(upper) << 64 | trace.value)
            }
            None => {
                self.halved = true;
                self.of(trace)
            }
        }
    }

    fn of(&self, trace: TraceKey) -> TraceKey {
        if trace.value >> 64 != 0 || trace.form == IdForm::Text {
            return trace;
        }
        match self.known.get(&(trace.value as u64)) {
            Some(upper) => trace_number(u128::from(*upper) << 64 | trace.value),
            None => trace,
        }
    }

    /// Gives the ids to the spans that came before the one that told it.
    pub fn finish(&self, builder: &mut StoreBuilder, mark: &TraceMark) {
        if self.late {
            builder.rename_traces(mark, &mut |trace| self.of(trace));
        }
    }
}

/// The learned orders of keys, and the origins that were made.
#[derive(Debug)]
pub struct Tables {
    keys: Keys,
    meta: Members,
    metrics: Members,
    /// Keys that every span has.
    name_key: StringId,
    type_key: StringId,
    origins: Vec<(Vec<(StringId, RawValue)>, OriginIndex)>,
    /// Where the last origin of a service stands, by the service's number.
    recent: [u8; RECENT],
}

impl Tables {
    /// `meta` says what its members mean, `metrics` those of the numbers.
    pub fn new(meta: MeaningOf, metrics: MeaningOf) -> Tables {
        Tables {
            keys: Keys::new(&KEYS),
            meta: Members::new(ORDERS, meta),
            metrics: Members::new(ORDERS, metrics),
            name_key: StringId::EMPTY,
            type_key: StringId::EMPTY,
            origins: Vec::new(),
            recent: [0; RECENT],
        }
    }

    /// Reads the span that stands next if it is a usual one. Else nothing is read.
    #[inline(never)]
    pub fn usual<'a>(
        &mut self,
        reading: &mut Input<'a>,
        lexer: &mut Lexer<'a>,
        halves: &mut UpperHalves,
        make_origin: MakeOrigin<'_>,
    ) -> bool {
        if self.name_key == StringId::EMPTY {
            [self.name_key, self.type_key] = ["datadog.name", "datadog.type"].map(|key| reading.builder.intern(key));
        }
        let (place, mark) = (lexer.mark(), reading.builder.attribute_mark());
        if let Ok(true) = self.try_usual(reading, lexer, halves, make_origin) {
            return true;
        }
        lexer.rewind(place);
        reading.builder.truncate_attributes(mark);
        false
    }

    fn try_usual<'a>(
        &mut self,
        reading: &mut Input<'a>,
        lexer: &mut Lexer<'a>,
        halves: &mut UpperHalves,
        make_origin: MakeOrigin<'_>,
    ) -> Lex<bool> {
        let bytes = reading.bytes;
        let mut draft: SpanDraft = reading.builder.draft(reading.address(lexer.offset()));
        let mark = reading.builder.attribute_mark();
        let mut cursor = lexer.begin_object()?;
        let (mut operation, mut resource, mut service) = (None, None, None);
        let (mut trace, mut duration, mut upper) = (0, None, None);
        let mut by_type = SpanKind::Unspecified;
        // What spans of one place have in common beside the service.
        let mut common: [(StringId, RawValue); 2] = [(StringId::EMPTY, RawValue::NULL); 2];
        let mut in_common = 0;
        let (mut seen, mut begun) = (0_u32, false);
        loop {
            let known = match lexer.member_inlined(&mut self.keys, &mut cursor)? {
                Member::End => break,
                Member::Known(known) => known,
                Member::Other(_) => return Ok(false),
            };
            // Of a key that stands twice the last one counts.
            if seen & 1 << known != 0 {
                return Ok(false);
            }
            seen |= 1 << known;
            if matches!(known, 6 | 10 | 11) && !begun {
                // The operation comes first where the span is named by something else.
                let (Some(operation), Some(resource)) = (operation, resource) else { return Ok(false) };
                begun = true;
                draft.name = reading.intern(resource);
                if operation_differs(bytes, operation, resource) {
                    let value = reading.string_value(operation);
                    reading.builder.push_attribute(self.name_key, value);
                }
            }
            match known {
                0..=2 => {
                    let Some(number) = number(lexer, bytes)? else { return Ok(false) };
                    match known {
                        0 => trace = number,
                        1 => draft.id = span_number(number),
                        _ => draft.parent = span_number(number),
                    }
                }
                3..=6 => {
                    let text = match lexer.plain_string() {
                        Some(text) => text,
                        None if lexer.peek()? == Kind::String => lexer.string()?,
                        None => return Ok(false),
                    };
                    if text.start == text.end || text.escaped {
                        return Ok(false);
                    }
                    match known {
                        3 => operation = Some(text),
                        4 => resource = Some(text),
                        5 => service = Some(text),
                        _ => {
                            by_type = kind_of_type(text.bytes(bytes));
                            let value = reading.string_value(text);
                            reading.builder.push_attribute(self.type_key, value);
                        }
                    }
                }
                7 | 8 => {
                    let Some(number) = number(lexer, bytes)?.filter(|number| *number != NO_TIME) else {
                        return Ok(false);
                    };
                    match known {
                        7 if number == 0 => return Ok(false),
                        7 => draft.start = number,
                        _ => duration = Some(number),
                    }
                }
                9 => {
                    lexer.skip_whitespace();
                    match lexer.digit() {
                        Some(0) => {}
                        // What failed says no more than that here: its message would be unusual.
                        Some(1) => draft.status = Status::Error,
                        _ => return Ok(false),
                    }
                }
                10 => {
                    if lexer.peek()? != Kind::Object {
                        return Ok(false);
                    }
                    let operation = operation.map_or(0, |operation| hash(operation.bytes(bytes)));
                    self.meta.read(reading, lexer, operation % ORDERS)?;
                    for Meant { meaning, text, .. } in &self.meta.meant {
                        let Some(text) = text.filter(|text| !text.escaped) else { return Ok(false) };
                        let content = text.bytes(bytes);
                        match *meaning {
                            UPPER_HALF if upper.is_none() => {
                                upper = Some(match content.try_into().ok().and_then(hex16) {
                                    Some(upper) => upper,
                                    None => {
                                        let digits = std::str::from_utf8(content).unwrap_or_default();
                                        u64::from_str_radix(digits, 16).unwrap_or(0)
                                    }
                                });
                            }
                            KIND if draft.kind == SpanKind::Unspecified => {
                                draft.kind = kind_of(content).unwrap_or(SpanKind::Unspecified);
                            }
                            ENVIRONMENT | VERSION if in_common < 2 && content.len() <= SHORT => {
                                let key = match *meaning {
                                    VERSION => "service.version",
                                    _ => "deployment.environment.name",
                                };
                                let value = RawValue::interned(reading.builder.intern_bytes(content));
                                common[in_common] = (reading.builder.intern(key), value);
                                in_common += 1;
                            }
                            _ => return Ok(false),
                        }
                    }
                }
                _ => {
                    if lexer.peek()? != Kind::Object {
                        return Ok(false);
                    }
                    let operation = operation.map_or(0, |operation| hash(operation.bytes(bytes)));
                    self.metrics.read(reading, lexer, operation % ORDERS)?;
                }
            }
        }
        let (Some(duration), Some(service), true) = (duration, service, begun && trace != 0) else { return Ok(false) };
        if draft.start == NO_TIME || draft.id.is_empty() {
            return Ok(false);
        }
        let Some(end) = draft.start.checked_add(duration).filter(|end| *end != NO_TIME) else { return Ok(false) };
        draft.end = end;
        if draft.kind == SpanKind::Unspecified {
            draft.kind = by_type;
        }
        draft.trace = halves.whole(trace_number(trace.into()), upper);
        draft.attributes = reading.builder.attributes_since(mark);
        let service = reading.intern(service);
        let origin = self.origin(reading.builder, service, &common[..in_common], make_origin);
        reading.builder.push_span(&draft, origin);
        Ok(true)
    }

    #[inline]
    fn origin(
        &mut self,
        builder: &mut StoreBuilder,
        service: StringId,
        common: &[(StringId, RawValue)],
        make_origin: MakeOrigin<'_>,
    ) -> OriginIndex {
        let place = service.index() % RECENT;
        let service = RawValue::interned(service);
        let stands =
            |(pairs, _): &(Vec<(StringId, RawValue)>, OriginIndex)| pairs[0].1 == service && pairs[1..] == *common;
        if let Some(known) = self.origins.get(usize::from(self.recent[place])).filter(|known| stands(known)) {
            return known.1;
        }
        let at = match self.origins.iter().position(stands) {
            Some(known) => known,
            None => {
                let mut pairs = vec![(builder.intern("service.name"), service)];
                pairs.extend_from_slice(common);
                let origin = make_origin(builder, &pairs);
                // More than a few are made anew, which gives the same ones.
                self.origins.truncate(MOST_ORIGINS - 1);
                self.origins.push((pairs, origin));
                self.origins.len() - 1
            }
        };
        self.recent[place] = at as u8;
        self.origins[at].1
    }
}

/// Orders of what a span says are learned by its operation, as far as this goes.
const ORDERS: u32 = 64;

/// Origins that are looked through for each span.
const MOST_ORIGINS: usize = 64;

/// Services whose last origin is known by their number.
const RECENT: usize = 64;

#[inline]
fn operation_differs(bytes: &[u8], operation: Text, resource: Text) -> bool {
    operation.bytes(bytes) != resource.bytes(bytes)
}

/// A whole number of 64 bits.
#[inline(always)]
fn number(lexer: &mut Lexer<'_>, bytes: &[u8]) -> Lex<Option<u64>> {
    if let Some((number, end)) = plain_unsigned(bytes, lexer.offset()) {
        lexer.go_to(end);
        return Ok(Some(number));
    }
    other_number(lexer, bytes)
}

#[inline(never)]
fn other_number(lexer: &mut Lexer<'_>, bytes: &[u8]) -> Lex<Option<u64>> {
    if lexer.peek()? != Kind::Number {
        return Ok(None);
    }
    let number = lexer.number()?;
    if !number.integer {
        return Ok(None);
    }
    Ok(parse_unsigned(&bytes[number.start as usize..number.end as usize]))
}

/// The kind of spans of a type that only one side has.
pub fn kind_of_type(text: &[u8]) -> SpanKind {
    match text {
        b"web" => SpanKind::Server,
        b"http" | b"sql" | b"cache" | b"redis" | b"memcached" | b"cassandra" | b"mongodb" | b"elasticsearch"
        | b"opensearch" => SpanKind::Client,
        _ => SpanKind::Unspecified,
    }
}
