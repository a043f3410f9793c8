//! What the `ot=` member of a `tracestate` says about sampling: OpenTelemetry's
//! [probability sampling](https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/).
//!
//! ```text
//! ot=th:e666;rv:6e6d1a75832a2f
//!       │       └ randomness R, 56 bits; without it, the last 56 bits of the trace id
//!       └ rejection threshold T, 56 bits without their trailing zeros
//!
//! 0 ├────── rejected ──────┤ T ├─ kept ─┤ 2⁵⁶      kept when R ≥ T; probability = (2⁵⁶ − T) / 2⁵⁶
//! ```
//!
//! A span kept at probability p stands for 1/p spans, its adjusted count. The older pair `p:` (probability as a negative
//! power of two, 63 for none) and `r:` (how many zeros the randomness begins with) is read, never written.

use std::fmt;
use std::str::FromStr;

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::flags::TraceFlags;
use crate::context::hex;
use crate::context::tracestate::TraceState;
use crate::id::TraceId;

/// How many hex digits a threshold has.
const DIGITS: usize = 14;

/// One more than the largest threshold.
const SCALE: u64 = 1 << 56;

const MASK: u64 = SCALE - 1;

/// A rejection threshold: of 2⁵⁶ random numbers, those below it are not sampled.
///
/// ```
/// use spanscope::context::Threshold;
///
/// let quarter: Threshold = "c".parse()?;
/// assert_eq!(quarter.probability(), 0.25);
/// assert_eq!(quarter.adjusted_count(), 4.0);
/// assert_eq!(Threshold::from_probability(0.1, 4).unwrap().to_string(), "e666");
/// # Ok::<(), spanscope::context::HeaderError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u64);

impl Threshold {
    /// The threshold of a probability, written with so many hex digits after the leading `f`s (4 are recommended; from
    /// 1 to 14). `None` for a probability below 2⁻⁵⁶, which cannot be written, or above 1.
    pub fn from_probability(probability: f64, precision: usize) -> Option<Self> {
        let smallest = 1.0 / SCALE as f64;
        if !(smallest..=1.0).contains(&probability) {
            return None;
        }
        // Digits that only count down to a small probability, or up to one near 1, are no precision.
        let leading = (-exponent(probability) / 4).max(-exponent(1.0 - probability) / 4).max(0);
        let digits = (precision.clamp(1, DIGITS) + leading as usize).min(DIGITS);
        let exact = SCALE - round(probability * SCALE as f64);
        let shift = 4 * (DIGITS - digits) as u32;
        let rounded = (exact + (1 << shift >> 1)) >> shift << shift;
        Some(Self(if rounded < SCALE { rounded } else { exact }))
    }

    /// The threshold as a number below 2⁵⁶.
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// The share of traces that are kept; never zero.
    pub fn probability(self) -> f64 {
        // Both steps are exact or correctly rounded: the difference is rounded once, the division is by a power of two.
        (SCALE - self.0) as f64 / SCALE as f64
    }

    /// How many spans one that was kept stands for.
    pub fn adjusted_count(self) -> f64 {
        SCALE as f64 / (SCALE - self.0) as f64
    }

    /// The 14 hex digits in full.
    pub fn to_hex(self) -> String {
        digits(self.0)
    }
}

impl FromStr for Threshold {
    type Err = HeaderError;

    /// Reads one to 14 lower-case hex digits; digits left out at the end are zeros.
    fn from_str(text: &str) -> Result<Self, HeaderError> {
        let expected = "1 to 14 lower-case hex digits as threshold th";
        let value = number(text, expected)?;
        if text.is_empty() {
            return Err(HeaderError::new("tracestate", Reason::Value, 0, expected, Found::Words("none")));
        }
        Ok(Self(value << (4 * (DIGITS - text.len()))))
    }
}

/// The shortest form, without trailing zeros.
impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.to_hex();
        let short = digits.trim_end_matches('0');
        f.pad(if short.is_empty() { "0" } else { short })
    }
}

/// What a trace state says about how its trace was sampled.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sampling {
    /// The threshold of `th`. Without one, the probability of a sampled span is unknown, unless `p` says it.
    pub threshold: Option<Threshold>,
    /// The share of traces that are kept. Zero only from the older `p:63`.
    pub probability: Option<f64>,
    /// How many spans one that was kept stands for. Zero when the probability is.
    pub adjusted_count: Option<f64>,
    /// The random number below 2⁵⁶ that is held against the threshold. Missing only without a trace id to take it from.
    pub randomness: Option<u64>,
    /// Whether `rv` gives the randomness; otherwise it is the trace id's last 56 bits.
    pub explicit: bool,
    /// Whether the sampled flag agrees with randomness and probability; `None` when there is nothing to compare. Where it
    /// does not, the threshold should not be counted with.
    pub consistent: Option<bool>,
    /// What else the member holds, in order.
    pub other: Vec<(String, String)>,
    /// What the member holds that breaks a rule and is left out. Places count in the trace state.
    pub problems: Vec<HeaderError>,
}

impl Sampling {
    /// Reads the `ot` member; `None` when there is none.
    ///
    /// ```
    /// use spanscope::context::{Sampling, TraceFlags, TraceState};
    ///
    /// let state: TraceState = "ot=th:c;rv:6e6d1a75832a2f".parse()?;
    /// let trace_id = "0af7651916cd43dd8448eb211c80319c".parse().ok();
    /// let sampling = Sampling::decode(&state, trace_id, TraceFlags::SAMPLED).unwrap();
    /// assert_eq!(sampling.probability, Some(0.25));
    /// assert_eq!(sampling.consistent, Some(false)); // 6e… is below c0…: at 25 % this trace is not kept.
    /// # Ok::<(), spanscope::context::HeaderError>(())
    /// ```
    pub fn decode(state: &TraceState, trace_id: Option<TraceId>, flags: TraceFlags) -> Option<Self> {
        let (start, value) = state.locate("ot")?;
        let mut sampling = Self {
            threshold: None,
            probability: None,
            adjusted_count: None,
            randomness: trace_id.map(|id| id.low_u64() & MASK),
            explicit: false,
            consistent: None,
            other: Vec::new(),
            problems: Vec::new(),
        };
        let mut offset = start;
        for part in value.split(';') {
            if !part.is_empty() {
                sampling.part(part, offset);
            }
            offset += part.len() + 1;
        }
        sampling.conclude(flags.is_sampled());
        Some(sampling)
    }

    /// The 14 hex digits of the randomness.
    pub fn randomness_hex(&self) -> Option<String> {
        self.randomness.map(digits)
    }

    fn part(&mut self, part: &str, offset: usize) {
        let wrong = |at: usize, expected| HeaderError::at("tracestate", Reason::Value, part.as_bytes(), at, expected);
        let problem = match part.split_once(':') {
            None => Err(wrong(part.len(), "a colon between key and value in ot")),
            Some((key, _)) if !is_key(key) => Err(wrong(0, "a key of lower-case letters and digits in ot")),
            Some((key, _)) if self.has(key) => Err(wrong(0, "each key once in ot")),
            Some(("th", value)) => {
                value.parse().map(|threshold| self.threshold = Some(threshold)).map_err(|e| e.moved(3))
            }
            Some(("rv", value)) => randomness(value)
                .map(|randomness| {
                    self.randomness = Some(randomness);
                    self.explicit = true;
                })
                .map_err(|e| e.moved(3)),
            Some((key, value)) => match value.bytes().position(|byte| !is_value(byte)) {
                Some(at) => Err(wrong(key.len() + 1 + at, "letters, digits and . _ - as value in ot")),
                None => {
                    self.other.push((key.to_owned(), value.to_owned()));
                    Ok(())
                }
            },
        };
        self.problems.extend(problem.err().map(|error| error.moved(offset)));
    }

    fn has(&self, key: &str) -> bool {
        match key {
            "th" => self.threshold.is_some(),
            "rv" => self.explicit,
            _ => self.other.iter().any(|(k, _)| k == key),
        }
    }

    /// A subkey of the older scheme, if its number is below `limit`.
    fn older(&self, key: &str, limit: u32) -> Option<u32> {
        let (_, value) = self.other.iter().find(|(k, _)| k == key)?;
        let number = value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok())??;
        (number < limit).then_some(number)
    }

    fn conclude(&mut self, sampled: bool) {
        if let Some(threshold) = self.threshold {
            self.probability = Some(threshold.probability());
            self.adjusted_count = Some(threshold.adjusted_count());
            self.consistent = self.randomness.map(|randomness| sampled == (randomness >= threshold.0));
        } else if let Some(p) = self.older("p", 64) {
            let count = if p == 63 { 0.0 } else { (1_u64 << p) as f64 };
            self.probability = Some(if p == 63 { 0.0 } else { 1.0 / count });
            self.adjusted_count = Some(count);
            self.consistent = self.older("r", 63).map(|r| sampled == (p <= r));
        }
    }
}

impl TraceState {
    /// Takes the threshold out of the `ot` member, as must be done when the sampling decision is changed by anything
    /// but that threshold; the rest of the member stays.
    pub(super) fn erase_threshold(&mut self) {
        let Some(value) = self.get("ot") else {
            return;
        };
        let kept: Vec<&str> = value.split(';').filter(|part| !part.starts_with("th:")).collect();
        let kept = kept.join(";");
        if kept.is_empty() {
            self.remove("ot");
        } else if kept != value {
            // A part of a valid value is valid, unless it now ends with a space; such a member goes too.
            if self.insert("ot", &kept).is_err() {
                self.remove("ot");
            }
        }
    }
}

fn randomness(text: &str) -> Result<u64, HeaderError> {
    let expected = "14 lower-case hex digits as randomness rv";
    let value = number(text, expected)?;
    if text.len() < DIGITS {
        return Err(HeaderError::at("tracestate", Reason::Value, text.as_bytes(), text.len(), expected));
    }
    Ok(value)
}

/// The number that at most 14 hex digits write.
fn number(text: &str, expected: &'static str) -> Result<u64, HeaderError> {
    let mut value = 0;
    for (at, byte) in text.bytes().enumerate() {
        match hex::digit(byte) {
            Some(digit) if at < DIGITS => value = value << 4 | u64::from(digit),
            _ => {
                return Err(HeaderError::at("tracestate", Reason::Value, text.as_bytes(), at, expected));
            }
        }
    }
    Ok(value)
}

/// A number below 2⁵⁶ as 14 hex digits.
fn digits(number: u64) -> String {
    (0..DIGITS).rev().map(|place| char::from(hex::character((number >> (4 * place)) as u8))).collect()
}

fn is_key(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// The e of m × 2ᵉ with m from ½ to 1; 0 for zero.
fn exponent(number: f64) -> i32 {
    let biased = (number.to_bits() >> 52 & 0x7ff) as i32;
    if biased == 0 { 0 } else { biased - 1022 }
}

/// To the nearest whole number, halves up, for numbers up to 2⁵⁶.
fn round(number: f64) -> u64 {
    // From 2⁵² on there are only whole numbers, and adding a half would itself be rounded.
    if number < 4_503_599_627_370_496.0 { (number + 0.5) as u64 } else { number as u64 }
}
