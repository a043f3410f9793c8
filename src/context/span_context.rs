//! A span's identity as it crosses process borders, whatever header carried it.

use crate::context::RandomSource;
use crate::context::flags::TraceFlags;
use crate::context::traceparent::Traceparent;
use crate::context::tracestate::TraceState;
use crate::id::{SpanId, TraceId};

/// The key of [`SpanContext::extra`] under which B3 keeps the parent of the span.
pub(super) const PARENT_SPAN_ID: &str = "parentSpanId";

/// What one process tells the next about the trace they share.
///
/// A sampling decision can be open (deferred): `None`. A debug trace is a sampled one.
///
/// ```
/// use spanscope::context::{Format, SpanContext, Traceparent, inject};
///
/// let parent: Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
/// let context = SpanContext::from(parent);
/// let headers = inject(&context, &[Format::B3]);
/// assert_eq!(headers, [("b3".into(), "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1".into())]);
/// # Ok::<(), spanscope::context::HeaderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanContext {
    // Never zero.
    trace_id: TraceId,
    // Never zero.
    span_id: Option<SpanId>,
    sampled: Option<bool>,
    random: bool,
    debug: bool,
    // Only with a trace id whose upper half is zero.
    narrow: bool,
    trace_state: TraceState,
    // Sorted by key, each key once.
    extra: Vec<(String, String)>,
}

/// How to begin a trace.
#[derive(Clone, Copy, Debug)]
pub struct StartOptions {
    sampled: bool,
    epoch_seconds: Option<u32>,
}

impl Default for StartOptions {
    /// Sampled, with an id that is random throughout.
    fn default() -> Self {
        Self { sampled: true, epoch_seconds: None }
    }
}

impl StartOptions {
    /// Whether the trace is to be recorded.
    pub fn with_sampled(mut self, sampled: bool) -> Self {
        self.sampled = sampled;
        self
    }

    /// Puts the time into the first four bytes of the trace id, as AWS X-Ray asks for.
    pub fn with_xray_time(mut self, epoch_seconds: u32) -> Self {
        self.epoch_seconds = Some(epoch_seconds);
        self
    }
}

impl SpanContext {
    /// A context with these ids and an open sampling decision, or `None` when an id has only zeros.
    pub fn new(trace_id: TraceId, span_id: Option<SpanId>) -> Option<Self> {
        let zero = trace_id.is_zero() || span_id.is_some_and(SpanId::is_zero);
        (!zero).then_some(Self::of_nonzero(trace_id, span_id))
    }

    /// The first span of a new trace. The trace id is random, and the random flag says so.
    ///
    /// ```
    /// use spanscope::context::{SpanContext, StartOptions};
    ///
    /// # let mut my_random_source = |bytes: &mut [u8]| bytes.fill(7);
    /// let context = SpanContext::start(&mut my_random_source, StartOptions::default());
    /// assert!(context.traceparent().unwrap().to_string().ends_with("-03"));
    /// ```
    pub fn start(source: &mut impl RandomSource, options: StartOptions) -> Self {
        let trace_id = match options.epoch_seconds {
            None => TraceId::random(source),
            Some(seconds) => TraceId::random_with_time(source, seconds),
        };
        let context = Self::of_nonzero(trace_id, Some(SpanId::random(source)));
        Self { sampled: Some(options.sampled), random: true, ..context }
    }

    /// A span below this one: same trace, new span id. The random flag stays as it is. The sampling decision does too,
    /// also when it is open, unless a new one is given: see [`SpanContext::with_sampled`].
    pub fn child(&self, source: &mut impl RandomSource, sampled: Option<bool>) -> Self {
        let mut child = self.clone();
        child.span_id = Some(SpanId::random(source));
        // The parent of the old span is not that of the new one.
        child.extra.retain(|(key, _)| key != PARENT_SPAN_ID);
        if sampled.is_some() { child.with_sampled(sampled) } else { child }
    }

    /// With this sampling decision. A trace that is not sampled is no debug trace. A changed decision takes away the
    /// threshold in the trace state, by which it was not made.
    pub fn with_sampled(mut self, sampled: Option<bool>) -> Self {
        if sampled != self.sampled {
            self.trace_state.erase_threshold();
        }
        self.sampled = sampled;
        self.debug &= sampled == Some(true);
        self
    }

    /// With the random flag set or unset: whether at least the right-most seven bytes of the trace id are random.
    pub fn with_random(mut self, random: bool) -> Self {
        self.random = random;
        self
    }

    /// As a debug trace, which is sampled whatever the sampler says; or as an ordinary one.
    pub fn with_debug(mut self, debug: bool) -> Self {
        self.debug = debug;
        if debug {
            self.sampled = Some(true);
        }
        self
    }

    /// With this trace state.
    #[inline]
    pub fn with_trace_state(mut self, state: TraceState) -> Self {
        self.trace_state = state;
        self
    }

    /// With a trace id of 64 bits, which formats that know such ids write in 16 digits. Does nothing to an id that
    /// needs more.
    pub fn with_narrow_trace_id(mut self) -> Self {
        self.narrow = self.trace_id.high_u64() == 0;
        self
    }

    /// The same in place.
    #[inline]
    pub(super) fn set_trace_state(&mut self, state: TraceState) {
        self.trace_state = state;
    }

    /// With something that one format carries beyond the rest. Set before, it is replaced.
    ///
    /// The keys are `parentSpanId` (B3), `samplingPriority`, `origin` and `_dd.p.…` (Datadog), and for X-Ray the names
    /// of the fields as they stand in the header.
    pub fn with_extra(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let key = key.into();
        match self.extra.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(at) => self.extra[at].1 = value.into(),
            Err(at) => self.extra.insert(at, (key, value.into())),
        }
        self
    }

    /// The trace. Never zero.
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The span. Never zero; `None` when the header named only the trace.
    pub fn span_id(&self) -> Option<SpanId> {
        self.span_id
    }

    /// The sampling decision; `None` when it is left to the receiver.
    pub fn sampled(&self) -> Option<bool> {
        self.sampled
    }

    /// Whether the trace id is known to be random.
    pub fn is_random(&self) -> bool {
        self.random
    }

    /// Whether this is a debug trace.
    pub fn is_debug(&self) -> bool {
        self.debug
    }

    /// Whether the trace id was written with 64 bits.
    pub fn has_narrow_trace_id(&self) -> bool {
        self.narrow
    }

    /// What vendors add to the trace.
    pub fn trace_state(&self) -> &TraceState {
        &self.trace_state
    }

    /// What one format carries beyond the rest, sorted by key: see [`SpanContext::with_extra`].
    pub fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extra.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// One value of [`SpanContext::extra`].
    pub fn extra_value(&self, key: &str) -> Option<&str> {
        let at = self.extra.binary_search_by(|(k, _)| k.as_str().cmp(key)).ok()?;
        Some(&self.extra[at].1)
    }

    /// The flags as a `traceparent` carries them. An open decision is written as not sampled.
    pub fn flags(&self) -> TraceFlags {
        let sampled = if self.sampled == Some(true) { TraceFlags::SAMPLED } else { TraceFlags::default() };
        let random = if self.random { TraceFlags::RANDOM } else { TraceFlags::default() };
        sampled | random
    }

    /// The context as a `traceparent`; `None` when there is no span id.
    pub fn traceparent(&self) -> Option<Traceparent> {
        Traceparent::new(self.trace_id, self.span_id?, self.flags())
    }

    /// The trace id as formats write it that know ids of 64 bits: 16 digits where it came with them, else 32.
    pub(super) fn trace_id_text(&self) -> String {
        if self.narrow { SpanId::new(self.trace_id.low_u64()).to_string() } else { self.trace_id.to_string() }
    }

    /// Of ids that are known not to be zero, with an open sampling decision.
    #[inline]
    pub(super) fn of_nonzero(trace_id: TraceId, span_id: Option<SpanId>) -> Self {
        Self {
            trace_id,
            span_id,
            sampled: None,
            random: false,
            debug: false,
            narrow: false,
            trace_state: TraceState::new(),
            extra: Vec::new(),
        }
    }
}

impl From<Traceparent> for SpanContext {
    #[inline]
    fn from(parent: Traceparent) -> Self {
        let flags = parent.flags();
        Self {
            sampled: Some(flags.is_sampled()),
            random: flags.is_random(),
            ..Self::of_nonzero(parent.trace_id(), Some(parent.parent_id()))
        }
    }
}
