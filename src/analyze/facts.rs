//! What the analyses of one trace have in common, computed once.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::async_paths::{AsyncPath, async_paths};
use super::bottleneck::{OperationPart, path_by_operation};
use super::causes::{RootCauses, root_causes};
use super::clock_skew::{ClockSkew, clock_skew};
use super::critical_path::CriticalPaths;
use super::errors::Errors;
use super::path_doubts::{PathDoubts, path_doubts};
use super::semantics::{Meanings, Names, Role, Semantics};
use super::summary::main_top;
use super::what_if::{Change, Replays};
use crate::store::{Span, SpanIndex, Store, Trace};

/// What one look at all spans of a trace finds out. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Known {
    /// The main top.
    top: SpanIndex,
    meanings: Meanings,
    critical: Rc<[u64]>,
    roles: Rc<[Role]>,
    errors: Rc<Errors>,
    skew: Rc<ClockSkew>,
    /// What further looks find out.
    pub later: Rc<Later>,
}

impl Known {
    /// Looks at all spans. What it is given is that of the trace.
    pub fn new(
        trace: &Trace<'_>,
        paths: &CriticalPaths,
        meanings: Meanings,
        errors: Rc<Errors>,
        skew: Rc<ClockSkew>,
    ) -> Known {
        let semantics = Semantics::of(trace.store(), meanings.clone());
        let first = trace.first().0;
        let mut critical = vec![0; trace.span_count()];
        for segment in paths.segments() {
            critical[(segment.span.0 - first) as usize] += segment.duration_ns();
        }
        let roles = trace.spans().map(|span| semantics.role(&span)).collect();
        let top = main_top(trace).index();
        Known { top, meanings, critical: critical.into(), roles, errors, skew, later: Rc::default() }
    }
}

/// What more than one answer needs, computed when the first one does.
#[derive(Debug, Default)]
pub struct Later {
    operations: OnceCell<Vec<OperationPart>>,
    doubts: OnceCell<PathDoubts>,
    causes: OnceCell<RootCauses>,
    replays: RefCell<Option<Replays>>,
    async_paths: OnceCell<Vec<AsyncPath>>,
}

impl Later {
    /// Work that the request did not wait for.
    pub fn async_paths(&self, trace: &Trace<'_>) -> &[AsyncPath] {
        self.async_paths.get_or_init(|| async_paths(trace))
    }

    /// Keeps it where it was found out already.
    pub(super) fn set_async_paths(&self, paths: Vec<AsyncPath>) {
        // What is there is the same.
        let _ = self.async_paths.set(paths);
    }

    /// What is doubtful about the path of the main top.
    pub fn doubts(&self, trace: &Trace<'_>, paths: &CriticalPaths) -> &PathDoubts {
        self.doubts.get_or_init(|| {
            let path = paths.of_top(main_top(trace).index());
            path.map(|path| path_doubts(trace.store(), &path)).unwrap_or_default()
        })
    }

    /// Forgets what only answers on the way to a finding need.
    pub fn forget_replays(&self) {
        self.replays.take();
    }

    /// Why the request failed. `facts` are those of the trace.
    pub fn causes(&self, facts: &Facts<'_>) -> &RootCauses {
        self.causes.get_or_init(|| root_causes(facts))
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
    /// What further looks find out.
    pub(super) later: Rc<Later>,
}

impl<'a> Facts<'a> {
    /// Looks at all spans. `paths` and `self_times` are those of the trace.
    pub fn new(trace: Trace<'a>, paths: &'a CriticalPaths, self_times: &'a [u64]) -> Facts<'a> {
        let meanings = Meanings::new(&trace, Names::new(trace.store()));
        let errors = Errors::with(&trace, &Semantics::of(trace.store(), meanings.clone()));
        let skew = Rc::new(clock_skew(&trace));
        Facts::with(trace, paths, self_times, Known::new(&trace, paths, meanings, Rc::new(errors), skew))
    }

    /// The same, of what is known already.
    pub fn with(trace: Trace<'a>, paths: &'a CriticalPaths, self_times: &'a [u64], known: Known) -> Facts<'a> {
        let Known { top, meanings, critical, roles, errors, skew, later } = known;
        let semantics = Semantics::of(trace.store(), meanings);
        let top = trace.store().span(top);
        Facts { trace, top, paths, self_times, critical, semantics, roles, errors, skew, later }
    }

    /// The path of the main top by operation.
    pub fn operations(&self) -> &[OperationPart] {
        self.later.operations.get_or_init(|| {
            let path = self.paths.of_top(self.top.index());
            path.map(|path| path_by_operation(self.store(), &path)).unwrap_or_default()
        })
    }

    /// What is doubtful about the path of the main top.
    pub fn doubts(&self) -> &PathDoubts {
        self.later.doubts(&self.trace, self.paths)
    }

    /// Why the request failed.
    pub fn causes(&self) -> &RootCauses {
        self.later.causes(self)
    }

    /// How much sooner the top above the span would have ended with a change to spans below it, in nanoseconds.
    pub fn saved_by(&self, span: SpanIndex, change: &Change) -> u64 {
        let mut replays = self.later.replays.borrow_mut();
        if !replays.as_ref().is_some_and(|replays| replays.holds(span)) {
            let mut top = self.store().span(span);
            while let Some(parent) = top.parent() {
                top = self.store().span(parent);
            }
            *replays = Some(Replays::new(&top));
        }
        replays.as_mut().map_or(0, |replays| replays.saved_by(self.store(), change))
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
