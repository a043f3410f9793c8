//! Where the time of a request went: its critical path by span, by operation and by service, largest first.
//!
//! Sums are exact, because the path is a partition of the top's time. Linear, then a sort by size.

use super::critical_path::CriticalPath;
use crate::sort;
use crate::store::{SpanIndex, Store};
use crate::strings::StringId;

/// A service's part of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    // The subtree of the top holds all spans of its path.
    let Some(last) = path.segments.iter().map(|segment| segment.span).max() else { return Vec::new() };
    let first = path.top.0;
    let mut owned = vec![0_u64; (last.0 - first) as usize + 1];
    for segment in path.segments {
        owned[(segment.span.0 - first) as usize] += segment.duration_ns();
    }
    let on_path = owned.iter().enumerate().filter(|(_, ns)| **ns > 0);
    let mut order: Vec<(u64, u32)> = on_path.map(|(offset, ns)| (!ns, first + offset as u32)).collect();
    order.sort_unstable();
    order.into_iter().map(|(ns, span)| SpanPart { span: SpanIndex(span), ns: !ns }).collect()
}

/// The path by service, the one that owns most first; of equals the one with the larger span. Sums to the top's duration.
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
    let mut order: Vec<(u64, u32)> = (0..).zip(&parts).map(|(place, part)| (!part.ns, place)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, place)| std::mem::take(&mut parts[place as usize])).collect()
}

/// What one operation of one service holds on a path: a span, or several of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationPart {
    /// Position of the service in the store's list.
    pub service: usize,
    /// The operation's name.
    pub name: StringId,
    /// How long its spans own the path, in nanoseconds.
    pub ns: u64,
    /// Its spans on the path, the one that owns most first.
    pub spans: Vec<SpanIndex>,
}

/// The path by operation, the one that owns most first; of equals the one with the larger span. Sums to the top's duration.
pub fn path_by_operation(store: &Store, path: &CriticalPath<'_>) -> Vec<OperationPart> {
    let spans = path_by_span(path);
    let operation = |number: &u32| {
        let span = store.span(spans[*number as usize].span);
        (span.service_index(), span.name_id())
    };
    // Of each operation the spans that own most come first, as among all.
    let mut order: Vec<u32> = (0..spans.len() as u32).collect();
    sort::numbers(&mut order, &mut |one, other| operation(&one).cmp(&operation(&other)));
    let mut parts: Vec<(u32, OperationPart)> = Vec::new();
    for group in order.chunk_by(|one, other| operation(one) == operation(other)) {
        let (service, name) = operation(&group[0]);
        let own = || group.iter().map(|number| spans[*number as usize]);
        let ns = own().map(|part| part.ns).sum();
        parts.push((group[0], OperationPart { service, name, ns, spans: own().map(|part| part.span).collect() }));
    }
    let parts = sort::items(parts, |one, other| (other.1.ns, one.0).cmp(&(one.1.ns, other.0)));
    parts.into_iter().map(|(_, part)| part).collect()
}
