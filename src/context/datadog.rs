//! Datadog: the `x-datadog-` headers, and the `dd` member that says the same in a `tracestate`.
//!
//! ```text
//! x-datadog-trace-id: 1234567890123456789           the lower 64 bits of the trace id, decimal
//! x-datadog-parent-id: 987654321                    the span, decimal; 0 for none
//! x-datadog-sampling-priority: 2                    -1 rejected by the user, 0 rejected, 1 kept, 2 kept by the user
//! x-datadog-origin: rum
//! x-datadog-tags: _dd.p.tid=640cfd8d00000000,_dd.p.dm=-4       tid: the upper 64 bits of the trace id
//!
//! tracestate: dd=s:2;o:rum;p:5555eeee6666ffff;t.dm:-4           the same; ~ stands for =; p is the last Datadog span
//! ```
//!
//! A context keeps these in its extra under `samplingPriority`, `origin` and the tags' names, and in its trace state for
//! the headers of W3C. Where priority and sampled flag disagree, the flag counts.

use crate::context::error::{Found, HeaderError, Reason};
use crate::context::extract::Read;
use crate::context::fields::{Fields, Name};
use crate::context::hex;
use crate::context::id_text::Place;
use crate::context::inject::Out;
use crate::context::span_context::SpanContext;
use crate::context::tracestate::TraceState;
use crate::id::{SpanId, TraceId};

const PRIORITY: &str = "samplingPriority";
const ORIGIN: &str = "origin";
const TAG: &str = "_dd.p.";
const UPPER_HALF: &str = "_dd.p.tid";

/// How long the tags' header may be.
const TAGS_LENGTH: usize = 512;

/// How long the member of a trace state may be.
const MEMBER_LENGTH: usize = 256;

/// What Datadog's tracers pass on beside the ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datadog {
    /// -1 rejected by the user, 0 rejected, 1 kept, 2 kept by the user; others are in use.
    pub sampling_priority: Option<i32>,
    /// Where the trace came from, such as `rum` or `synthetics`.
    pub origin: Option<String>,
    /// The last span that Datadog's tracer made, 16 hex digits.
    pub last_parent_id: Option<String>,
    /// Tags of the trace by their full names, such as `_dd.p.dm`.
    pub tags: Vec<(String, String)>,
}

impl Datadog {
    /// Reads the `dd` member of a trace state, if it has one. The sampled flag of the `traceparent` beside it settles the
    /// priority where the two disagree or the member has none.
    ///
    /// ```
    /// use spanscope::context::{Datadog, TraceState};
    ///
    /// let state: TraceState = "dd=s:2;o:rum;t.dm:-4".parse()?;
    /// assert_eq!(Datadog::from_trace_state(&state, true).sampling_priority, Some(2));
    /// assert_eq!(Datadog::from_trace_state(&state, false).sampling_priority, Some(0));
    /// # Ok::<(), spanscope::context::HeaderError>(())
    /// ```
    pub fn from_trace_state(state: &TraceState, sampled: bool) -> Self {
        let mut datadog = Self::default();
        for part in state.get("dd").unwrap_or_default().split(';') {
            let Some((key, value)) = part.split_once(':') else {
                continue;
            };
            match key {
                "s" => datadog.sampling_priority = integer(value.as_bytes()),
                "o" => datadog.origin = Some(value.replace('~', "=")),
                "p" => datadog.last_parent_id = Some(value.to_owned()),
                // Always written as a negative number.
                "t.dm" => {
                    if let Some(mechanism) = integer(value.as_bytes()) {
                        datadog.set_tag("_dd.p.dm", format!("-{}", mechanism.unsigned_abs()));
                    }
                }
                // The upper half of the trace id stands in the traceparent itself.
                "t.tid" => {}
                _ => {
                    if let Some(tag) = key.strip_prefix("t.").filter(|tag| !tag.is_empty()) {
                        datadog.set_tag(&format!("{TAG}{tag}"), value.replace('~', "="));
                    }
                }
            }
        }
        datadog.settle(Some(sampled));
        datadog
    }

    /// How the sampling decision was made, as in the tag `_dd.p.dm`.
    pub fn decision_maker(&self) -> Option<&str> {
        self.tags.iter().find_map(|(key, value)| (key == "_dd.p.dm").then_some(value.as_str()))
    }

    /// What a context passes on to Datadog's headers.
    fn of_context(context: &SpanContext) -> Self {
        let mut datadog = if context.extra().any(|(key, _)| is_extra(key)) {
            Self {
                sampling_priority: context.extra_value(PRIORITY).and_then(|value| integer(value.as_bytes())),
                origin: context.extra_value(ORIGIN).map(str::to_owned),
                last_parent_id: None,
                tags: context
                    .extra()
                    .filter(|(key, _)| key.starts_with(TAG))
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect(),
            }
        } else {
            Self::from_trace_state(context.trace_state(), context.sampled() == Some(true))
        };
        datadog.settle(context.sampled());
        datadog
    }

    /// The value of a trace state's member; parts that do not fit are left out whole.
    fn member(&self) -> String {
        let mut member = String::new();
        let mut add = |key: &str, value: &str| {
            let length = member.len() + usize::from(!member.is_empty()) + key.len() + 1 + value.len();
            // A member must not end with a space, and a part of it may be the last.
            if length <= MEMBER_LENGTH && !value.ends_with(' ') {
                if !member.is_empty() {
                    member.push(';');
                }
                member.push_str(key);
                member.push(':');
                member.push_str(value);
            }
        };
        if let Some(priority) = self.sampling_priority {
            add("s", &priority.to_string());
        }
        if let Some(origin) = &self.origin {
            add("o", &plain_value(origin));
        }
        for (key, value) in &self.tags {
            // The upper half of the trace id stands in the traceparent itself.
            if let Some(tag) = key.strip_prefix(TAG).filter(|_| key != UPPER_HALF && !value.is_empty()) {
                let tag: String =
                    tag.chars().map(|c| if matches!(c, '!'..='~') && !";:,=".contains(c) { c } else { '_' }).collect();
                add(&format!("t.{tag}"), &plain_value(value));
            }
        }
        member
    }

    /// Makes the priority agree with the decision.
    fn settle(&mut self, sampled: Option<bool>) {
        self.sampling_priority = match (sampled, self.sampling_priority) {
            (None, _) => None,
            (Some(sampled), Some(priority)) if sampled == (priority > 0) => Some(priority),
            (Some(sampled), _) => Some(i32::from(sampled)),
        };
    }

    fn set_tag(&mut self, key: &str, value: String) {
        match self.tags.iter_mut().find(|(k, _)| k == key) {
            Some(tag) => tag.1 = value,
            None => self.tags.push((key.to_owned(), value)),
        }
    }
}

pub(super) fn read(fields: &Fields<'_>, report: &mut dyn FnMut(HeaderError)) -> Result<Option<Read>, HeaderError> {
    let (trace, parent) = (fields.one(Name::DatadogTrace)?, fields.one(Name::DatadogParent)?);
    if trace.is_none() && parent.is_none() {
        return Ok(None);
    }
    let place = Place {
        header: Name::DatadogTrace.as_str(),
        offset: 0,
        reason: Reason::TraceId,
        zero: Reason::TraceIdZero,
        expected: "a decimal number as trace id",
    };
    let low = place.decimal(trace.ok_or_else(|| place.missing())?)?;
    let place = Place {
        header: Name::DatadogParent.as_str(),
        reason: Reason::SpanId,
        zero: Reason::SpanIdZero,
        expected: "a decimal number as span id",
        ..place
    };
    let parent = place.decimal(parent.ok_or_else(|| place.missing())?)?;
    if low == 0 {
        let name = Name::DatadogTrace.as_str();
        return Err(HeaderError::new(name, Reason::TraceIdZero, 0, "a trace id that is not zero", Found::Zeros));
    }

    let mut optional = |name| match fields.one(name) {
        Ok(value) => value,
        Err(error) => {
            report(error);
            None
        }
    };
    let priority = optional(Name::DatadogPriority);
    let origin = optional(Name::DatadogOrigin);
    let tags = optional(Name::DatadogTags);
    let mut datadog = Datadog {
        origin: origin.filter(|origin| !origin.is_empty()).map(|origin| String::from_utf8_lossy(origin).into_owned()),
        ..Datadog::default()
    };
    if let Some(text) = priority {
        datadog.sampling_priority = integer(text);
        if datadog.sampling_priority.is_none() {
            report(HeaderError::at(
                Name::DatadogPriority.as_str(),
                Reason::Sampled,
                text,
                0,
                "a whole number such as 1 or -1",
            ));
        }
    }
    if let Some(text) = tags.filter(|text| !text.is_empty()) {
        match read_tags(text, report) {
            Ok(tags) => datadog.tags = tags,
            Err(error) => report(error.with_hint("all tags are dropped")),
        }
    }
    let high =
        datadog.tags.iter().find(|(key, _)| key == UPPER_HALF).and_then(|(_, tid)| hex::u64_at(tid.as_bytes(), 0));
    let trace_id = TraceId::new(u128::from(high.unwrap_or_default()) << 64 | u128::from(low));
    let span_id = (parent != 0).then(|| SpanId::new(parent));
    let mut context =
        SpanContext::of_nonzero(trace_id, span_id).with_sampled(datadog.sampling_priority.map(|priority| priority > 0));
    if high.is_none() {
        context = context.with_narrow_trace_id();
    }
    let member = datadog.member();
    if !member.is_empty() {
        let mut state = TraceState::new();
        // What the member is made of has only characters that it may have.
        if state.insert("dd", &member).is_ok() {
            context = context.with_trace_state(state);
        }
    }
    if let Some(priority) = datadog.sampling_priority {
        context = context.with_extra(PRIORITY, priority.to_string());
    }
    if let Some(origin) = datadog.origin {
        context = context.with_extra(ORIGIN, origin);
    }
    for (key, value) in datadog.tags {
        context = context.with_extra(key, value);
    }
    Ok(Some(Read::Context(context)))
}

/// The tags of their header. One bad tag drops all of them; an upper half of the trace id that is no hex is left out alone.
fn read_tags(text: &[u8], report: &mut dyn FnMut(HeaderError)) -> Result<Vec<(String, String)>, HeaderError> {
    let name = Name::DatadogTags.as_str();
    if text.len() > TAGS_LENGTH {
        return Err(HeaderError::new(
            name,
            Reason::Trailing,
            TAGS_LENGTH,
            "at most 512 characters of tags",
            Found::Words("more"),
        ));
    }
    let mut tags = Vec::new();
    let mut offset = 0;
    for tag in text.split(|byte| *byte == b',') {
        let equals = tag.iter().position(|byte| *byte == b'=').unwrap_or(tag.len());
        let (key, value) = (&tag[..equals], tag.get(equals + 1..).unwrap_or_default());
        if !is_tag_key(key) {
            return Err(HeaderError::new(name, Reason::Key, offset, "a tag such as _dd.p.dm=-4", Found::at(tag, 0)));
        }
        if let Some(at) = value.iter().position(|byte| !is_tag_value(*byte)) {
            return Err(HeaderError::at(name, Reason::Value, tag, equals + 1 + at, "printable ASCII in a tag's value")
                .moved(offset));
        }
        let half = value.len() == 16 && hex::u64_at(value, 0).is_some();
        if key == UPPER_HALF.as_bytes() && !half {
            let expected = "16 lower-case hex digits as _dd.p.tid";
            let at = value.iter().position(|byte| hex::digit(*byte).is_none()).unwrap_or(value.len().min(16));
            report(
                HeaderError::at(name, Reason::Value, tag, equals + 1 + at, expected)
                    .moved(offset)
                    .with_hint("this tag is dropped"),
            );
        } else if let (Ok(key), Ok(value)) = (str::from_utf8(key), str::from_utf8(value)) {
            tags.push((key.to_owned(), value.to_owned()));
        }
        offset += tag.len() + 1;
    }
    Ok(tags)
}

/// Nothing is written when the lower half of the trace id is zero: for this format it is the whole id.
pub(super) fn write(context: &SpanContext, out: &mut Out<'_>) {
    let trace_id = context.trace_id();
    if trace_id.low_u64() == 0 {
        return;
    }
    let datadog = Datadog::of_context(context);
    out(Name::DatadogTrace.as_str(), &[&trace_id.low_u64().to_string()]);
    out(Name::DatadogParent.as_str(), &[&context.span_id().map_or(0, SpanId::as_u64).to_string()]);
    if let Some(priority) = datadog.sampling_priority {
        out(Name::DatadogPriority.as_str(), &[&priority.to_string()]);
    }
    if let Some(origin) = datadog.origin.as_deref().filter(|origin| is_plain(origin)) {
        out(Name::DatadogOrigin.as_str(), &[origin]);
    }
    let mut tags = Vec::new();
    let mut length = 0;
    let upper = (trace_id.high_u64() != 0).then(|| SpanId::new(trace_id.high_u64()).to_string());
    let others =
        datadog.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).filter(|(key, _)| *key != UPPER_HALF);
    for (key, value) in upper.iter().map(|upper| (UPPER_HALF, upper.as_str())).chain(others) {
        let good = is_tag_key(key.as_bytes()) && value.bytes().all(is_tag_value) && is_plain(value);
        length += key.len() + value.len() + 2;
        if good && length <= TAGS_LENGTH + 1 {
            tags.extend([",", key, "=", value]);
        }
    }
    if !tags.is_empty() {
        out(Name::DatadogTags.as_str(), &tags[1..]);
    }
}

/// Whether a text may stand in a header as it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// Whether a key of a context's extra belongs to this format.
pub(super) fn is_extra(key: &str) -> bool {
    key == PRIORITY || key == ORIGIN || key.starts_with(TAG)
}

fn is_tag_key(key: &[u8]) -> bool {
    let printable = |byte: &u8| matches!(byte, 0x21..=0x7e) && !matches!(byte, b',' | b'=');
    key.strip_prefix(TAG.as_bytes()).is_some_and(|rest| !rest.is_empty() && rest.iter().all(printable))
}

fn is_tag_value(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e) && byte != b','
}

/// A text as it may stand in the member: `=` as `~`, what has no place there as `_`.
fn plain_value(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '=' => '~',
            ' '..='}' if !",;".contains(c) => c,
            _ => '_',
        })
        .collect()
}

fn integer(text: &[u8]) -> Option<i32> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if all { str::from_utf8(text).ok()?.parse().ok() } else { None }
}
