//! Datadog's spans in JSON, the straight way: those without links, events and what is said of an error, as nearly all are.
//!
//! `datadog.rs` says what is made of them, and reads the others.

use std::collections::HashMap;

use super::ids::{span_number, trace_number};
use super::input::{Input, parse_unsigned, plain_unsigned};
use super::members::{MeaningOf, Meant, Members};
use super::span_fields::{SpanFields, read_in_any_order};
use super::told::kind_of;
use crate::json::{Keys, Lex, Lexer, Stop, Text};
use crate::simd::{Literal, hex16};
use crate::store::{
    IdForm, NO_TIME, OriginIndex, RawValue, SpanDraft, SpanKind, Status, StoreBuilder, TraceKey, TraceMark,
};
use crate::strings::{StringId, hash};

/// The fields of a span, in the order of [`KEYS`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    TraceId,
    SpanId,
    ParentId,
    Name,
    Resource,
    Service,
    Type,
    Start,
    Duration,
    Error,
    Meta,
    Metrics,
}

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

static FIELDS: [Field; KEYS.len()] = [
    Field::TraceId,
    Field::SpanId,
    Field::ParentId,
    Field::Name,
    Field::Resource,
    Field::Service,
    Field::Type,
    Field::Start,
    Field::Duration,
    Field::Error,
    Field::Meta,
    Field::Metrics,
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
        if self.try_usual(reading, lexer, halves, make_origin).is_ok() {
            return true;
        }
        lexer.rewind(place);
        reading.builder.truncate_attributes(mark);
        false
    }

    #[inline(always)]
    fn try_usual<'a>(
        &mut self,
        reading: &mut Input<'a>,
        lexer: &mut Lexer<'a>,
        halves: &mut UpperHalves,
        make_origin: MakeOrigin<'_>,
    ) -> Lex<()> {
        let draft = reading.builder.draft(reading.address(lexer.offset()));
        let mark = draft.attributes.start;
        let mut span = Unfinished {
            tables: self,
            draft,
            trace: 0,
            operation: None,
            resource: None,
            service: None,
            duration: None,
            order: None,
            by_type: SpanKind::Unspecified,
            meta: Meta { upper: None, kind: SpanKind::Unspecified, common: [NO_PAIR; 2], in_common: 0 },
            twice: false,
        };
        read_in_any_order(reading, lexer, &mut span)?;
        let Unfinished { mut draft, trace, service, duration, order, by_type, meta, twice, .. } = span;
        let (Some(duration), Some(service), Some(_)) = (duration, service, order) else { return Err(Stop) };
        if twice || trace == 0 || draft.start == NO_TIME || draft.id.is_empty() {
            return Err(Stop);
        }
        let Some(end) = draft.start.checked_add(duration).filter(|end| *end != NO_TIME) else { return Err(Stop) };
        draft.end = end;
        draft.kind = if meta.kind == SpanKind::Unspecified { by_type } else { meta.kind };
        draft.trace = halves.whole(trace_number(trace.into()), meta.upper);
        draft.attributes = reading.builder.attributes_since(mark);
        let service = reading.intern(service);
        let origin = self.origin(reading.builder, service, &meta.common[..meta.in_common], make_origin);
        reading.builder.push_span(&draft, origin);
        Ok(())
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

/// A span that is being read.
struct Unfinished<'t> {
    tables: &'t mut Tables,
    draft: SpanDraft,
    trace: u64,
    operation: Option<Text>,
    resource: Option<Text>,
    service: Option<Text>,
    duration: Option<u64>,
    /// The order of what it says, once it has its name.
    order: Option<u32>,
    by_type: SpanKind,
    meta: Meta,
    /// A key stands twice.
    twice: bool,
}

/// What is told among the attributes.
struct Meta {
    upper: Option<u64>,
    kind: SpanKind,
    /// What spans of one place have in common beside the service.
    common: [(StringId, RawValue); 2],
    in_common: usize,
}

const NO_PAIR: (StringId, RawValue) = (StringId::EMPTY, RawValue::NULL);

impl Unfinished<'_> {
    /// Gives the span its name; the operation comes first where that is something else.
    #[inline]
    fn order(&mut self, reading: &mut Input<'_>) -> Lex<u32> {
        if let Some(order) = self.order {
            return Ok(order);
        }
        let (Some(operation), Some(resource)) = (self.operation, self.resource) else { return Err(Stop) };
        let content = operation.bytes(reading.bytes);
        let order = hash(content) % ORDERS;
        self.order = Some(order);
        self.draft.name = reading.intern(resource);
        if content != resource.bytes(reading.bytes) {
            let value = reading.string_value(operation);
            reading.builder.push_attribute(self.tables.name_key, value);
        }
        Ok(order)
    }

    /// Takes in what in `meta` is no attribute.
    #[inline(never)]
    fn take_meta(&mut self, reading: &mut Input<'_>) -> Lex<()> {
        let meta = &mut self.meta;
        for Meant { meaning, text, .. } in &self.tables.meta.meant {
            let Some(text) = text.filter(|text| !text.escaped) else { return Err(Stop) };
            let content = text.bytes(reading.bytes);
            match *meaning {
                UPPER_HALF if meta.upper.is_none() => {
                    meta.upper = Some(match content.try_into().ok().and_then(hex16) {
                        Some(upper) => upper,
                        None => {
                            let digits = std::str::from_utf8(content).unwrap_or_default();
                            u64::from_str_radix(digits, 16).unwrap_or(0)
                        }
                    });
                }
                KIND if meta.kind == SpanKind::Unspecified => {
                    meta.kind = kind_of(content).unwrap_or(SpanKind::Unspecified);
                }
                ENVIRONMENT | VERSION if meta.in_common < 2 && content.len() <= SHORT => {
                    let key = match *meaning {
                        VERSION => "service.version",
                        _ => "deployment.environment.name",
                    };
                    let value = RawValue::interned(reading.builder.intern_bytes(content));
                    meta.common[meta.in_common] = (reading.builder.intern(key), value);
                    meta.in_common += 1;
                }
                _ => return Err(Stop),
            }
        }
        Ok(())
    }
}

impl<'a> SpanFields<'a> for Unfinished<'_> {
    type Field = Field;
    const FIELDS: &'static [Field] = &FIELDS;

    #[inline(always)]
    fn number(field: Field) -> u32 {
        field as u32
    }

    #[inline(always)]
    fn keys(&mut self) -> &mut Keys {
        &mut self.tables.keys
    }

    #[inline(always)]
    fn read(&mut self, reading: &mut Input<'a>, lexer: &mut Lexer<'a>, field: Field) -> Lex<()> {
        match field {
            Field::TraceId => self.trace = number(lexer, reading.bytes)?,
            Field::SpanId => self.draft.id = span_number(number(lexer, reading.bytes)?),
            Field::ParentId => self.draft.parent = span_number(number(lexer, reading.bytes)?),
            Field::Name => self.operation = Some(text(lexer)?),
            Field::Resource => self.resource = Some(text(lexer)?),
            Field::Service => self.service = Some(text(lexer)?),
            Field::Type => {
                self.order(reading)?;
                let text = text(lexer)?;
                self.by_type = kind_of_type(text.bytes(reading.bytes));
                let value = reading.string_value(text);
                reading.builder.push_attribute(self.tables.type_key, value);
            }
            Field::Start => match number(lexer, reading.bytes)? {
                0 | NO_TIME => return Err(Stop),
                start => self.draft.start = start,
            },
            Field::Duration => match number(lexer, reading.bytes)? {
                NO_TIME => return Err(Stop),
                duration => self.duration = Some(duration),
            },
            Field::Error => {
                lexer.skip_whitespace();
                match lexer.digit() {
                    Some(0) => {}
                    // What failed says no more than that here: its message would be unusual.
                    Some(1) => self.draft.status = Status::Error,
                    _ => return Err(Stop),
                }
            }
            Field::Meta => {
                let order = self.order(reading)?;
                self.tables.meta.read(reading, lexer, order)?;
                if !self.tables.meta.meant.is_empty() {
                    self.take_meta(reading)?;
                }
            }
            Field::Metrics => {
                let order = self.order(reading)?;
                self.tables.metrics.read(reading, lexer, order)?;
            }
        }
        Ok(())
    }

    /// Such a span is no usual one.
    fn other(&mut self, _: &mut Input<'a>, _: &mut Lexer<'a>, _: Text) -> Lex<()> {
        Err(Stop)
    }

    /// The last one counts: the span is no usual one.
    fn again(&mut self, _: &mut Input<'a>, _: Field) {
        self.twice = true;
    }
}

/// A text that says something, without escapes.
#[inline(always)]
fn text(lexer: &mut Lexer<'_>) -> Lex<Text> {
    let text = match lexer.plain_string() {
        Some(text) => text,
        None => lexer.string()?,
    };
    if text.start == text.end || text.escaped { Err(Stop) } else { Ok(text) }
}

/// A whole number of 64 bits.
#[inline(never)]
fn number(lexer: &mut Lexer<'_>, bytes: &[u8]) -> Lex<u64> {
    if let Some((number, end)) = plain_unsigned(bytes, lexer.offset()) {
        lexer.go_to(end);
        return Ok(number);
    }
    let number = lexer.number()?;
    let digits = &bytes[number.start as usize..number.end as usize];
    parse_unsigned(digits).filter(|_| number.integer).ok_or(Stop)
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
