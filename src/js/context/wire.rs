//! The plain objects that cross to JavaScript, as `npm/context.d.ts` describes them: as JSON.

use super::json::{Json, Write};
use crate::context::{
    Baggage, BaggageMember, Explanation, Extraction, Format, HeaderError, Sampling, SpanContext, Threshold, TraceState,
};

/// Places in a text as JavaScript counts them, in UTF-16 units. Asked in rising order, it costs one walk of the text.
struct Utf16<'a> {
    text: &'a str,
    bytes: usize,
    units: usize,
}

impl<'a> Utf16<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, bytes: 0, units: 0 }
    }

    fn offset(&mut self, bytes: usize) -> usize {
        if bytes < self.bytes {
            (self.bytes, self.units) = (0, 0);
        }
        let between = self.text.get(self.bytes..bytes.min(self.text.len())).unwrap_or_default();
        // Four bytes of UTF-8 are two units, fewer are one; all bytes but the first of a character begin with 10.
        let units = |byte: u8| usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0);
        self.units += between.bytes().map(units).sum::<usize>();
        self.bytes += between.len();
        self.units
    }
}

impl Write for &SpanContext {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.member("traceId", self.trace_id().to_string());
            json.member("spanId", self.span_id().map(|id| id.to_string()));
            json.member("traceFlags", usize::from(self.flags().bits()));
            json.member("sampled", self.sampled());
            json.member("random", self.is_random());
            json.member("debug", self.is_debug());
            json.member("traceState", self.trace_state().as_str());
            let narrow = self.has_narrow_trace_id().then_some((super::NARROW, "64"));
            json.key("extra").map(self.extra().chain(narrow));
        });
    }
}

impl Write for &BaggageMember {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.member("key", self.key());
            json.member("value", self.value());
            json.key("properties").list(self.properties(), |json, (key, value)| {
                json.object(|json| {
                    json.member("key", key.as_str());
                    json.member("value", value.as_deref());
                });
            });
        });
    }
}

fn problem(json: &mut Json, error: &HeaderError, value: &mut Utf16<'_>) {
    let at = error.offset().map(|offset| value.offset(offset));
    json.object(|json| {
        json.member("header", error.header());
        json.member("reason", error.reason().as_str());
        json.member("at", at);
        json.member("message", error.sentence(at));
    });
}

fn problems(json: &mut Json, errors: &[HeaderError], value: &str) {
    let mut value = Utf16::of(value);
    json.key("problems").list(errors, |json, error| problem(json, error, &mut value));
}

fn members(json: &mut Json, baggage: &Baggage) {
    json.key("members").list(baggage.members(), |json, member| member.write(json));
}

/// Writes one object.
fn object(members: impl FnOnce(&mut Json)) -> String {
    let mut json = Json::default();
    json.object(members);
    json.into_text()
}

pub(super) fn span_context(context: &SpanContext) -> String {
    let mut json = Json::default();
    context.write(&mut json);
    json.into_text()
}

pub(super) fn trace_state(state: &TraceState) -> String {
    object(|json| {
        json.key("members").list(state.iter(), |json, (key, value)| {
            json.object(|json| {
                json.member("key", key);
                json.member("value", value);
            });
        });
    })
}

pub(super) fn one_problem(error: &HeaderError, value: &str) -> String {
    let mut json = Json::default();
    problem(&mut json, error, &mut Utf16::of(value));
    json.into_text()
}

pub(super) fn baggage(baggage: &Baggage, errors: &[HeaderError], value: &str) -> String {
    object(|json| {
        members(json, baggage);
        problems(json, errors, value);
    })
}

/// `headers` are names and values in turn, of which the problems speak.
pub(super) fn extraction(found: &Extraction, headers: &[String]) -> String {
    object(|json| {
        json.member("context", found.context.as_ref());
        json.member("sampled", found.sampled);
        json.member("debug", found.debug);
        json.member("format", found.format.map(Format::as_str));
        json.key("baggage").object(|json| members(json, &found.baggage));
        json.key("problems").list(&found.problems, |json, error| {
            let pairs = headers.as_chunks().0.iter();
            let lines = pairs.filter(|[name, _]| name.eq_ignore_ascii_case(error.header()));
            let lines: Vec<&str> = lines.map(|[_, value]| value.as_str()).collect();
            problem(json, error, &mut Utf16::of(&lines.join(",")));
        });
    })
}

pub(super) fn sampling(sampling: &Sampling, state: &TraceState) -> String {
    object(|json| {
        json.member("threshold", sampling.threshold.map(Threshold::to_hex));
        json.member("canonical", sampling.threshold.map(|threshold| threshold.to_string()));
        // The two numbers cross as numbers: writing them out takes more code than all the rest of this file.
        json.member("probability", None::<usize>);
        json.member("adjustedCount", None::<usize>);
        json.member("randomness", sampling.randomness_hex());
        json.member("explicit", sampling.explicit);
        json.member("consistent", sampling.consistent);
        json.key("other").map(sampling.other.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        problems(json, &sampling.problems, state.as_str());
    })
}

pub(super) fn explanations(text: &str, found: &[Explanation]) -> String {
    let mut places = Utf16::of(text);
    let mut json = Json::default();
    json.list(found, |json, found| {
        let mut value = Utf16::of(&found.value);
        json.object(|json| {
            json.member("header", found.header.as_str());
            json.member("place", found.place.as_str());
            json.member("start", places.offset(found.start));
            json.member("end", places.offset(found.end));
            json.member("value", found.value.as_str());
            json.key("fields").list(&found.fields, |json, field| {
                json.object(|json| {
                    json.member("name", field.name);
                    json.member("start", value.offset(field.start));
                    json.member("end", value.offset(field.end));
                    json.member("value", found.value.get(field.start..field.end).unwrap_or_default());
                    json.member("meaning", field.meaning.as_str());
                });
            });
            problems(json, &found.problems, &found.value);
            json.member("context", found.context.as_ref());
            json.key("others").map(found.others.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        });
    });
    json.into_text()
}
