//! What spans are asked for besides texts, each fact side by side: a span's record is many times as long, and a million of them take
//! longer to walk than a frame lasts. Where it is called nothing of it is inlined, as that is compiled for size.

use std::ops::RangeInclusive;

use crate::store::{SpanKind, Status, Trace};

#[derive(Debug)]
pub struct Columns {
    services: Vec<u32>,
    kinds: Vec<SpanKind>,
    statuses: Vec<Status>,
    /// In nanoseconds; NaN, of which nothing holds, where there is none.
    durations: Vec<f64>,
}

impl Columns {
    pub fn new(trace: &Trace<'_>) -> Columns {
        let count = trace.span_count();
        let mut columns = Columns {
            services: Vec::with_capacity(count),
            kinds: Vec::with_capacity(count),
            statuses: Vec::with_capacity(count),
            durations: Vec::with_capacity(count),
        };
        for span in trace.spans() {
            columns.services.push(span.service_index() as u32);
            columns.kinds.push(span.kind());
            columns.statuses.push(span.status());
            columns.durations.push(span.duration_ns().map_or(f64::NAN, |ns| ns as f64));
        }
        columns
    }

    /// Keeps the marks of spans whose service, by its index, is among these.
    #[inline(never)]
    pub fn keep_services(&self, marks: &mut [bool], services: &[bool]) {
        keep(&self.services, marks, |service| services.get(service as usize) == Some(&true));
    }

    #[inline(never)]
    pub fn keep_kind(&self, marks: &mut [bool], wanted: SpanKind) {
        keep(&self.kinds, marks, |kind| kind == wanted);
    }

    #[inline(never)]
    pub fn keep_status(&self, marks: &mut [bool], wanted: Status) {
        keep(&self.statuses, marks, |status| status == wanted);
    }

    #[inline(never)]
    pub fn keep_durations(&self, marks: &mut [bool], wanted: &RangeInclusive<f64>) {
        keep(&self.durations, marks, |ns| wanted.contains(&ns));
    }
}

#[inline(always)]
fn keep<T: Copy>(column: &[T], marks: &mut [bool], holds: impl Fn(T) -> bool) {
    for (value, mark) in column.iter().zip(marks) {
        *mark &= holds(*value);
    }
}
