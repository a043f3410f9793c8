//! The plain objects that cross to JavaScript, as `npm/context.d.ts` describes them.

use std::collections::BTreeMap;

use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::context::{Explanation, HeaderError, SpanContext};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    header: &'a str,
    reason: &'a str,
    at: Option<usize>,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    trace_id: String,
    span_id: Option<String>,
    trace_flags: u8,
    sampled: Option<bool>,
    random: bool,
    debug: bool,
    trace_state: String,
    extra: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained<'a> {
    header: &'a str,
    place: &'a str,
    start: usize,
    end: usize,
    value: &'a str,
    fields: Vec<Field<'a>>,
    problems: Vec<Problem<'a>>,
    context: Option<Context>,
    others: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    start: usize,
    end: usize,
    value: &'a str,
    meaning: &'a str,
}

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
        self.units += between.encode_utf16().count();
        self.bytes += between.len();
        self.units
    }
}

fn problem<'a>(error: &'a HeaderError, value: &mut Utf16<'_>) -> Problem<'a> {
    Problem {
        header: error.header(),
        reason: error.reason().as_str(),
        at: error.offset().map(|offset| value.offset(offset)),
        message: error.to_string(),
    }
}

fn context(context: &SpanContext) -> Context {
    Context {
        trace_id: context.trace_id().to_string(),
        span_id: context.span_id().map(|id| id.to_string()),
        trace_flags: context.flags().bits(),
        sampled: context.sampled(),
        random: context.is_random(),
        debug: context.is_debug(),
        trace_state: String::new(),
        extra: BTreeMap::new(),
    }
}

pub(super) fn explanations(text: &str, found: &[Explanation]) -> Result<JsValue, JsValue> {
    let mut places = Utf16::of(text);
    let explained: Vec<Explained<'_>> = found
        .iter()
        .map(|found| {
            let mut value = Utf16::of(&found.value);
            Explained {
                header: &found.header,
                place: found.place.as_str(),
                start: places.offset(found.start),
                end: places.offset(found.end),
                value: &found.value,
                fields: found
                    .fields
                    .iter()
                    .map(|field| Field {
                        name: field.name,
                        start: value.offset(field.start),
                        end: value.offset(field.end),
                        value: found.value.get(field.start..field.end).unwrap_or_default(),
                        meaning: &field.meaning,
                    })
                    .collect(),
                problems: found.problems.iter().map(|error| problem(error, &mut value)).collect(),
                context: found.context.as_ref().map(context),
                others: BTreeMap::new(),
            }
        })
        .collect();
    plain(&explained)
}

/// As plain objects, maps too; what is missing is `null`.
fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(JsValue::from)
}
