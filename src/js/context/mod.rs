//! Trace context for JavaScript. `npm/context.js` makes the documented functions of these.

mod json;
mod random;
mod wire;

use std::cell::RefCell;
use std::fmt::Display;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::context::{
    Baggage, BaggageMember, Format, HeaderError, Level, Sampling, SpanContext, StartOptions, Threshold, TraceFlags,
    TraceState, Traceparent, TraceparentBatch, environment_headers, environment_name, explain, extract, inject,
    inject_baggage, meta_tag_traceparent, server_timing_traceparent, sql_comment_headers,
};
use crate::id::{SpanId, TraceId};
use crate::js::error::error;
use random::PlatformRandom;

/// Room for one header, which JavaScript writes into directly: passing a string would cost more than reading it.
const SCRATCH: usize = 256;

/// The key of a context's `extra` that says a trace id has 64 bits.
const NARROW: &str = "traceIdBits";

thread_local! {
    static SCRATCH_AREA: RefCell<[u8; SCRATCH]> = const { RefCell::new([0; SCRATCH]) };
}

/// The module's memory, in which `header_area` lies.
#[wasm_bindgen]
pub fn context_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Where in memory a header of at most 256 ASCII characters may be written.
#[wasm_bindgen]
pub fn header_area() -> usize {
    SCRATCH_AREA.with(|area| area.as_ptr() as usize)
}

/// Reads the first `length` bytes of the header area: version × 256 + flags, or -1 for a header that is refused.
#[wasm_bindgen]
pub fn traceparent_in_area(length: usize) -> i32 {
    SCRATCH_AREA.with_borrow(|area| outcome(Traceparent::parse(&area[..length.min(SCRATCH)])))
}

/// The same for a header of any length and any characters.
#[wasm_bindgen]
pub fn traceparent(value: &str) -> i32 {
    outcome(value.parse())
}

/// Why a header is refused, as reason, offset and sentence; nothing for a good one.
#[wasm_bindgen]
pub fn traceparent_refusal(value: &str) -> Option<Vec<JsValue>> {
    let error: HeaderError = value.parse::<Traceparent>().err()?;
    let offset = error.offset().unwrap_or_default();
    Some(vec![error.reason().as_str().into(), offset.into(), error.to_string().into()])
}

fn outcome(read: Result<Traceparent, HeaderError>) -> i32 {
    read.map_or(-1, |parent| i32::from(parent.version()) << 8 | i32::from(parent.flags().bits()))
}

/// A `traceparent` of version 00.
///
/// # Errors
///
/// When an id is not 32 or 16 lower-case hex digits, or has only zeros.
#[wasm_bindgen]
pub fn format_traceparent(trace_id: &str, span_id: &str, flags: u8) -> Result<String, JsValue> {
    let (trace_id, span_id) = (trace_id_of(trace_id)?, span_id_of(span_id)?);
    match Traceparent::new(trace_id, span_id, TraceFlags::new(flags)) {
        Some(parent) => Ok(parent.to_string()),
        None => Err(zero_id(trace_id)),
    }
}

/// The ids of a new trace, 32 and 16 hex digits in one text. `xray_seconds` below zero: random throughout.
///
/// # Errors
///
/// When the platform has no source of randomness.
#[wasm_bindgen]
pub fn new_trace(xray_seconds: f64) -> Result<String, JsValue> {
    let mut source = PlatformRandom::default();
    let mut options = StartOptions::default();
    if xray_seconds >= 0.0 {
        options = options.with_xray_time(xray_seconds as u32);
    }
    let context = SpanContext::start(&mut source, options);
    let mut ids = context.trace_id().to_string();
    ids.extend(context.span_id().map(|id| id.to_string()));
    source.result(ids)
}

/// A new span id, 16 hex digits.
///
/// # Errors
///
/// When the platform has no source of randomness.
#[wasm_bindgen]
pub fn new_span_id() -> Result<String, JsValue> {
    let mut source = PlatformRandom::default();
    let id = SpanId::random(&mut source);
    source.result(id.to_string())
}

/// Many headers, one a line: a column of bytes that are 1 where a line is valid, one of flags, and one of ids, 24 bytes each.
#[wasm_bindgen]
pub fn traceparents(lines: &[u8]) -> Array {
    let batch = TraceparentBatch::parse(lines);
    [batch.ok(), batch.flags(), batch.ids().as_flattened()].into_iter().map(Uint8Array::from).collect()
}

/// A context that JavaScript holds as a plain object, while a function is called with it.
#[wasm_bindgen]
pub struct RawContext(SpanContext);

#[wasm_bindgen]
impl RawContext {
    /// From the parts of a plain object. `extra` has keys and values in turn. A trace state that breaks a rule is dropped,
    /// as a receiver would drop it.
    ///
    /// # Errors
    ///
    /// When an id is not valid.
    #[wasm_bindgen(constructor)]
    pub fn new(
        trace_id: &str,
        span_id: Option<String>,
        sampled: Option<bool>,
        random: bool,
        debug: bool,
        trace_state: &str,
        extra: Vec<String>,
    ) -> Result<Self, JsValue> {
        let trace_id = trace_id_of(trace_id)?;
        let span_id = span_id.as_deref().map(span_id_of).transpose()?;
        let context = SpanContext::new(trace_id, span_id).ok_or_else(|| zero_id(trace_id))?;
        let context = context
            .with_sampled(sampled)
            .with_random(random)
            .with_debug(debug)
            .with_trace_state(trace_state.parse().unwrap_or_default());
        Ok(Self(extra.as_chunks().0.iter().fold(context, |context, [key, value]| match key.as_str() {
            NARROW if value == "64" => context.with_narrow_trace_id(),
            NARROW => context,
            key => context.with_extra(key, value),
        })))
    }

    /// A span below it, as JSON.
    ///
    /// # Errors
    ///
    /// When the platform has no source of randomness.
    pub fn child(self, sampled: Option<bool>) -> Result<String, JsValue> {
        let mut source = PlatformRandom::default();
        let child = self.0.child(&mut source, sampled);
        source.result(wire::span_context(&child))
    }

    /// Its headers in these formats, names and values in turn.
    ///
    /// # Errors
    ///
    /// When a format is not known.
    pub fn inject(self, formats: Vec<String>) -> Result<Vec<String>, JsValue> {
        Ok(in_turn(inject(&self.0, &formats_of(&formats)?)))
    }
}

/// The headers in which baggage is sent in these formats, names and values in turn.
///
/// # Errors
///
/// When a format is not known, or a key is not valid.
#[wasm_bindgen]
pub fn baggage_headers(members: Vec<String>, formats: Vec<String>) -> Result<Vec<String>, JsValue> {
    Ok(in_turn(inject_baggage(&baggage_of(members)?, &formats_of(&formats)?)))
}

/// The names of the headers that are read, and the prefixes, which end with a dash.
#[wasm_bindgen]
pub fn header_names() -> Vec<String> {
    crate::context::header_names().map(str::to_owned).collect()
}

/// What headers say, as JSON; names and values in turn. No formats: all of them.
///
/// # Errors
///
/// When a format is not known.
#[wasm_bindgen]
pub fn extract_headers(headers: Vec<String>, formats: Option<Vec<String>>) -> Result<String, JsValue> {
    let formats = match formats {
        Some(formats) => formats_of(&formats)?,
        None => Format::ALL.to_vec(),
    };
    let found = extract(headers.as_chunks().0.iter().map(|[name, value]| (name, value)), &formats);
    Ok(wire::extraction(&found, &headers))
}

/// The members of a `tracestate`, or the problem for which it is refused, as JSON.
#[wasm_bindgen]
pub fn tracestate(lines: Vec<String>, first_level: bool) -> String {
    let level = if first_level { Level::One } else { Level::Two };
    match TraceState::parse(&lines, level) {
        Ok(state) => wire::trace_state(&state),
        Err(error) => wire::one_problem(&error, &lines.join(",")),
    }
}

/// A `tracestate` with a key set, or deleted when there is no value. One that breaks a rule is taken as empty.
///
/// # Errors
///
/// When the key or the value is not valid.
#[wasm_bindgen]
pub fn set_tracestate(value: &str, key: &str, new_value: Option<String>) -> Result<String, JsValue> {
    let mut state: TraceState = value.parse().unwrap_or_default();
    match new_value {
        Some(value) => state.insert(key, &value).map_err(|error| refused_header(&error))?,
        None => {
            state.remove(key);
        }
    }
    Ok(state.to_string())
}

/// A `tracestate` cut to so many characters. One that breaks a rule is taken as empty.
#[wasm_bindgen]
pub fn truncate_tracestate(value: &str, max_characters: usize) -> String {
    let mut state: TraceState = value.parse().unwrap_or_default();
    state.truncate(max_characters);
    state.to_string()
}

/// The members of a `baggage` and its problems, as JSON.
#[wasm_bindgen]
pub fn baggage(lines: Vec<String>) -> String {
    let (baggage, problems) = Baggage::parse(&lines);
    wire::baggage(&baggage, &problems, &lines.join(","))
}

/// The header of baggage members; empty when there are none.
///
/// # Errors
///
/// When a key is not valid.
#[wasm_bindgen]
pub fn format_baggage(members: Vec<String>) -> Result<String, JsValue> {
    Ok(baggage_of(members)?.to_string())
}

/// What the `ot` member of a `tracestate` says about sampling, as JSON, and then probability and adjusted count; nothing when
/// there is none.
#[wasm_bindgen]
pub fn sampling(trace_state: &str, trace_id: &str, flags: u8) -> Option<Vec<JsValue>> {
    let state: TraceState = trace_state.parse().unwrap_or_default();
    let sampling = Sampling::decode(&state, trace_id.parse().ok(), TraceFlags::new(flags))?;
    let number = |number: Option<f64>| number.map_or(JsValue::NULL, JsValue::from);
    Some(vec![wire::sampling(&sampling, &state).into(), number(sampling.probability), number(sampling.adjusted_count)])
}

/// A probability as a threshold; nothing when it cannot be written.
#[wasm_bindgen]
pub fn threshold(probability: f64, precision: usize) -> Option<String> {
    Threshold::from_probability(probability, precision).map(|threshold| threshold.to_string())
}

/// The headers in a text, explained, as JSON.
#[wasm_bindgen]
pub fn explain_headers(text: &str) -> String {
    wire::explanations(text, &explain(text))
}

/// The headers of environment variables; names and values in turn, both ways.
#[wasm_bindgen]
pub fn headers_of_environment(variables: Vec<String>) -> Vec<String> {
    let pairs = variables.as_chunks().0.iter().map(|[name, value]| (name.as_str(), value.as_str()));
    in_turn(environment_headers(pairs))
}

/// The name of the environment variable for a header.
#[wasm_bindgen]
pub fn variable_of_header(header: &str) -> String {
    environment_name(header)
}

/// The headers in the comment of an SQL statement, names and values in turn.
#[wasm_bindgen]
pub fn headers_of_sql(statement: &str) -> Vec<String> {
    in_turn(sql_comment_headers(statement))
}

/// The `traceparent` in the value of a `Server-Timing` header.
#[wasm_bindgen]
pub fn traceparent_of_server_timing(value: &str) -> Option<String> {
    server_timing_traceparent(value).map(|parent| parent.to_string())
}

/// The `traceparent` in the `<meta>` tag of a page.
#[wasm_bindgen]
pub fn traceparent_of_page(html: &str) -> Option<String> {
    meta_tag_traceparent(html).map(|parent| parent.to_string())
}

/// Members in turn: key, value, how many properties, and for each its key and `=value` or nothing.
fn baggage_of(members: Vec<String>) -> Result<Baggage, JsValue> {
    let mut parts = members.into_iter();
    let mut baggage = Baggage::default();
    while let (Some(key), Some(value), Some(count)) = (parts.next(), parts.next(), parts.next()) {
        let mut member = BaggageMember::new(key, value).map_err(|error| refused_header(&error))?;
        for _ in 0..count.parse().unwrap_or(0_usize) {
            let (Some(key), Some(value)) = (parts.next(), parts.next()) else {
                break;
            };
            let value = value.strip_prefix('=').map(str::to_owned);
            member = member.with_property(key, value).map_err(|error| refused_header(&error))?;
        }
        baggage.push(member);
    }
    Ok(baggage)
}

fn in_turn<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Vec<String> {
    pairs.into_iter().flat_map(|(name, value)| [name.into(), value.into()]).collect()
}

fn formats_of(names: &[String]) -> Result<Vec<Format>, JsValue> {
    let format = |name: &String| name.parse().map_err(|error| refused("format", name, &error));
    names.iter().map(format).collect()
}

fn trace_id_of(text: &str) -> Result<TraceId, JsValue> {
    text.parse().map_err(|error| refused("trace-id", "traceId", &error))
}

fn span_id_of(text: &str) -> Result<SpanId, JsValue> {
    text.parse().map_err(|error| refused("span-id", "spanId", &error))
}

/// The error of ids of which one has only zeros.
fn zero_id(trace_id: TraceId) -> JsValue {
    let (kind, argument) = if trace_id.is_zero() { ("trace-id-zero", "traceId") } else { ("span-id-zero", "spanId") };
    refused(kind, argument, &"expected an id that is not zero")
}

/// An error to throw for an argument that breaks a rule.
fn refused(kind: &str, argument: &str, why: &dyn Display) -> JsValue {
    error(kind, &format!("{argument}: {why}"), None)
}

fn refused_header(refusal: &HeaderError) -> JsValue {
    error(refusal.reason().as_str(), &refusal.to_string(), None)
}
