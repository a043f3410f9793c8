//! A span's identity as it crosses process borders, whatever header carried it.

use crate::context::flags::TraceFlags;
use crate::context::generate::RandomSource;
use crate::context::traceparent::Traceparent;
use crate::id::{SpanId, TraceId};

/// What one process tells the next about the trace they share.
///
/// A sampling decision can be open (deferred): `None`. A debug trace is a sampled one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanContext {
    // Never zero.
    trace_id: TraceId,
    // Never zero.
    span_id: Option<SpanId>,
    sampled: Option<bool>,
    random: bool,
    debug: bool,
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
        (!zero).then_some(Self { trace_id, span_id, sampled: None, random: false, debug: false })
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
        let span_id = Some(SpanId::random(source));
        Self { trace_id, span_id, sampled: Some(options.sampled), random: true, debug: false }
    }

    /// A span below this one: same trace, new span id. The random flag stays as it is. The sampling decision does too,
    /// also when it is open, unless a new one is given.
    pub fn child(&self, source: &mut impl RandomSource, sampled: Option<bool>) -> Self {
        let mut child = self.clone();
        child.span_id = Some(SpanId::random(source));
        if sampled.is_some() {
            child = child.with_sampled(sampled);
        }
        child
    }

    /// With this sampling decision. A trace that is not sampled is no debug trace.
    pub fn with_sampled(mut self, sampled: Option<bool>) -> Self {
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
}

impl From<Traceparent> for SpanContext {
    fn from(parent: Traceparent) -> Self {
        let flags = parent.flags();
        Self {
            trace_id: parent.trace_id(),
            span_id: Some(parent.parent_id()),
            sampled: Some(flags.is_sampled()),
            random: flags.is_random(),
            debug: false,
        }
    }
}
