//! Trace context for JavaScript. `npm/context.js` makes the documented functions of these.

mod wire;

use std::cell::RefCell;
use std::fmt::Display;

use wasm_bindgen::prelude::*;

use crate::context::{HeaderError, RandomSource, SpanContext, StartOptions, TraceFlags, Traceparent, explain};
use crate::id::{SpanId, TraceId};

/// Room for one header, which JavaScript writes into directly: passing a string would cost more than reading it.
const SCRATCH: usize = 256;

/// How many random bytes are asked for at once; a call into the platform costs more than the bytes.
const POOL: usize = 4096;

thread_local! {
    static SCRATCH_AREA: RefCell<[u8; SCRATCH]> = const { RefCell::new([0; SCRATCH]) };
    static RANDOM_POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL], left: 0 }) };
}

#[wasm_bindgen]
extern "C" {
    /// The generator of every window, worker and server runtime.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

struct Pool {
    bytes: [u8; POOL],
    left: usize,
}

/// Draws from the pool; remembers the platform's error, which cannot pass through the core.
#[derive(Default)]
struct PlatformRandom {
    error: Option<JsValue>,
}

impl RandomSource for PlatformRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        RANDOM_POOL.with_borrow_mut(|pool| {
            if pool.left < bytes.len() {
                if let Err(error) = get_random_values(&mut pool.bytes) {
                    self.error = Some(error);
                    return;
                }
                pool.left = POOL;
            }
            let used = &mut pool.bytes[pool.left - bytes.len()..pool.left];
            bytes.copy_from_slice(used);
            // What was handed out is not left lying in memory.
            used.fill(0);
            pool.left -= bytes.len();
        });
    }
}

impl PlatformRandom {
    fn result<T>(self, value: T) -> Result<T, JsValue> {
        self.error.map_or(Ok(value), Err)
    }
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

/// A `traceparent` of version 00.
///
/// # Errors
///
/// When an id is not 32 or 16 lower-case hex digits, or has only zeros.
#[wasm_bindgen]
pub fn format_traceparent(trace_id: &str, span_id: &str, flags: u8) -> Result<String, JsValue> {
    let trace_id: TraceId = trace_id.parse().map_err(|error| refused("trace-id", "traceId", &error))?;
    let span_id: SpanId = span_id.parse().map_err(|error| refused("span-id", "spanId", &error))?;
    match Traceparent::new(trace_id, span_id, TraceFlags::new(flags)) {
        Some(parent) => Ok(parent.to_string()),
        None if trace_id.is_zero() => Err(refused("trace-id-zero", "traceId", &"expected an id that is not zero")),
        None => Err(refused("span-id-zero", "spanId", &"expected an id that is not zero")),
    }
}

/// An error to throw for an argument that breaks a rule.
fn refused(kind: &str, argument: &str, why: &dyn Display) -> JsValue {
    let error = js_sys::TypeError::new(&format!("{argument}: {why}"));
    // Setting a property of a fresh error cannot fail.
    let _ = js_sys::Reflect::set(&error, &"kind".into(), &kind.into());
    error.into()
}

/// The headers in a text, explained.
///
/// # Errors
///
/// Only when JavaScript runs out of memory.
#[wasm_bindgen]
pub fn explain_headers(text: &str) -> Result<JsValue, JsValue> {
    wire::explanations(text, &explain(text))
}
