//! What the analyses of one trace have in common, computed once.

use std::rc::Rc;

use super::clock_skew::{ClockSkew, clock_skew};
use super::critical_path::CriticalPaths;
use super::errors::Errors;
use super::semantics::{Names, Role, Semantics};
use super::summary::main_top;
use crate::store::{Span, SpanIndex, Store, Trace};

/// What one look at all spans of a trace finds out. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Known {
    names: Names,
    critical: Rc<[u64]>,
    roles: Rc<[Role]>,
    errors: Rc<Errors>,
    skew: Rc<ClockSkew>,
}

impl Known {
    /// Looks at all spans. `paths` and `errors` are those of the trace.
    pub fn new(trace: &Trace<'_>, paths: &CriticalPaths, errors: Rc<Errors>) -> Known {
        let names = Names::new(trace.store());
        let semantics = Semantics::new(trace.store(), names.clone());
        let first = trace.first().0;
        let mut critical = vec![0; trace.span_count()];
        for segment in paths.segments() {
            critical[(segment.span.0 - first) as usize] += segment.duration_ns();
        }
        let roles = trace.spans().map(|span| semantics.role(&span)).collect();
        Known { names, critical: critical.into(), roles, errors, skew: Rc::new(clock_skew(trace)) }
    }
}

/// A trace and what is known of all its spans. Lists are by position in the trace's tree order.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The trace.
    pub trace: Trace<'a>,
    /// The top it is spoken of by.
    pub top: Span<'a>,
    /// Its critical paths.
    pub paths: &'a CriticalPaths,
    /// Self times.
    pub self_times: &'a [u64],
    /// How long each span owns the critical path of its top.
    pub critical: Rc<[u64]>,
    /// What attributes mean.
    pub semantics: Semantics<'a>,
    /// What each span is about.
    pub roles: Rc<[Role]>,
    /// Which spans ended with an error.
    pub errors: Rc<Errors>,
    /// Whose clocks differ.
    pub skew: Rc<ClockSkew>,
}

impl<'a> Facts<'a> {
    /// Looks at all spans. `paths` and `self_times` are those of the trace.
    pub fn new(trace: Trace<'a>, paths: &'a CriticalPaths, self_times: &'a [u64]) -> Facts<'a> {
        Facts::with(trace, paths, self_times, Known::new(&trace, paths, Rc::new(Errors::new(&trace))))
    }

    /// The same, of what is known already.
    pub fn with(trace: Trace<'a>, paths: &'a CriticalPaths, self_times: &'a [u64], known: Known) -> Facts<'a> {
        let Known { names, critical, roles, errors, skew } = known;
        let semantics = Semantics::new(trace.store(), names);
        Facts { trace, top: main_top(&trace), paths, self_times, critical, semantics, roles, errors, skew }
    }

    /// The store.
    pub fn store(&self) -> &'a Store {
        self.trace.store()
    }

    /// The span at a position of the trace's tree order.
    ///
    /// # Panics
    /// When there is none.
    pub fn span(&self, position: usize) -> Span<'a> {
        self.store().span(SpanIndex(self.trace.first().0 + position as u32))
    }

    /// What a span is about.
    pub fn role(&self, span: &Span<'_>) -> Role {
        self.roles[span.position()]
    }

    /// How long a span owns the critical path of its top, in nanoseconds.
    pub fn critical_of(&self, span: SpanIndex) -> u64 {
        self.critical[(span.0 - self.trace.first().0) as usize]
    }

    /// How long the main top took, in nanoseconds.
    pub fn whole_ns(&self) -> u64 {
        super::words::duration(&self.top)
    }
}
