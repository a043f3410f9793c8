//! Where the time of a request went: its critical path by service and by span, largest first.
//!
//! Sums are exact, because the path is a partition of the top's time. Linear, then a sort by size.

use super::critical_path::CriticalPath;
use crate::store::{SpanIndex, Store};

/// A service's part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePart {
    /// Position in the store's list of services.
    pub service: usize,
    /// How long it owns the path, in nanoseconds.
    pub ns: u64,
    /// Its spans on the path, the one that owns most first.
    pub spans: Vec<SpanIndex>,
}

/// A span's part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanPart {
    /// The span.
    pub span: SpanIndex,
    /// How long it owns the path, in nanoseconds.
    pub ns: u64,
}

/// The path by span, the one that owns most first; ties in tree order. Sums to the top's duration.
pub fn path_by_span(path: &CriticalPath<'_>) -> Vec<SpanPart> {
    let mut parts: Vec<SpanPart> =
        path.segments.iter().map(|segment| SpanPart { span: segment.span, ns: segment.duration_ns() }).collect();
    parts.sort_unstable_by_key(|part| part.span);
    parts.dedup_by(|next, kept| {
        let same = next.span == kept.span;
        if same {
            kept.ns += next.ns;
        }
        same
    });
    parts.sort_by_key(|part| std::cmp::Reverse(part.ns));
    parts
}

/// The path by service, the one that owns most first; ties in the order of the services. Sums to the top's duration.
pub fn path_by_service(store: &Store, path: &CriticalPath<'_>) -> Vec<ServicePart> {
    let mut parts: Vec<ServicePart> = Vec::new();
    let mut place_of = vec![usize::MAX; store.services().len()];
    for SpanPart { span, ns } in path_by_span(path) {
        let service = store.span(span).service_index();
        if place_of[service] == usize::MAX {
            place_of[service] = parts.len();
            parts.push(ServicePart { service, ns: 0, spans: Vec::new() });
        }
        let part = &mut parts[place_of[service]];
        part.ns += ns;
        part.spans.push(span);
    }
    parts.sort_by_key(|part| (std::cmp::Reverse(part.ns), part.service));
    parts
}
