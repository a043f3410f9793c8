//! What spans are asked for besides texts, each fact side by side: a span's record is many times as long, and a million of them take
//! longer to walk than a frame lasts.

use crate::store::{Span, SpanKind, Status};

#[derive(Debug, Default)]
pub(super) struct Columns {
    services: Vec<u32>,
    kinds: Vec<SpanKind>,
    statuses: Vec<Status>,
    durations: Vec<f64>,
}

impl Columns {
    pub(super) fn push(&mut self, span: Span<'_>) {
        self.services.push((SERVICE.of)(span));
        self.kinds.push((KIND.of)(span));
        self.statuses.push((STATUS.of)(span));
        self.durations.push((DURATION.of)(span));
    }
}

/// Where a fact stands: in its column, or with the span while the columns are not there.
pub(super) struct Fact<T: 'static> {
    pub(super) of: fn(Span<'_>) -> T,
    pub(super) column: fn(&Columns) -> &[T],
}

/// The index of the service.
pub(super) const SERVICE: Fact<u32> =
    Fact { of: |span| span.service_index() as u32, column: |columns| &columns.services };
pub(super) const KIND: Fact<SpanKind> = Fact { of: |span| span.kind(), column: |columns| &columns.kinds };
pub(super) const STATUS: Fact<Status> = Fact { of: |span| span.status(), column: |columns| &columns.statuses };
/// In nanoseconds; NaN, of which nothing holds, where there is none.
pub(super) const DURATION: Fact<f64> =
    Fact { of: |span| span.duration_ns().map_or(f64::NAN, |ns| ns as f64), column: |columns| &columns.durations };
