//! A trace along its time: the minimap, the marks beside it, ticks, long stretches without work.

use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use super::trace::Trace;
use super::wire::{self, TickObject};
use crate::store::SpanKind;
use crate::view::idle::idle;
use crate::view::minimap::{Look, minimap};
use crate::view::ticks::ticks;
use crate::view::{Scale, TimeRange};

/// Pairs of numbers.
fn pairs(numbers: &[f64]) -> Vec<(f64, f64)> {
    numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

#[wasm_bindgen]
impl Trace {
    /// All spans in a raster of pixels, with clocks aligned or as recorded; the scale is pairs of time and pixel. Empty when that is not one.
    pub fn minimap(
        &self,
        width: u32,
        height: u32,
        scale: &[f64],
        palette: &[u32],
        error: u32,
        aligned: bool,
    ) -> Clamped<Vec<u8>> {
        let shifts = self.analyses.shifts(aligned);
        let look = |scale: Scale| {
            minimap(
                &self.analyses.trace(),
                self.analyses.errors(),
                &Look { width, height, scale: &scale, palette, error, shifts },
            )
        };
        Clamped(Scale::new(&pairs(scale)).map(look).unwrap_or_default())
    }

    /// Which columns of the minimap a start of one of these spans falls on.
    pub fn columns(&self, spans: &[u32], width: u32, scale: &[f64], aligned: bool) -> Vec<u8> {
        let shifts = (self.analyses.shifts(aligned), aligned);
        self.analyses.start_columns.borrow_mut().marks(&self.analyses.trace(), shifts, spans, &pairs(scale), width)
    }

    /// Pairs of start and end: long stretches in which no span works.
    pub fn idle(&self, aligned: bool) -> Vec<f64> {
        idle(&self.analyses.trace(), self.analyses.shifts(aligned))
            .iter()
            .flat_map(|range| [range.from, range.to])
            .collect()
    }

    /// How many spans each service has, then how many each kind.
    #[wasm_bindgen(js_name = spanCounts)]
    pub fn span_counts(&self) -> Vec<u32> {
        let trace = self.analyses.trace();
        let services = trace.store().services().len();
        let mut counts = vec![0; services + SpanKind::ALL.len()];
        for span in trace.spans() {
            counts[span.service_index()] += 1;
            counts[services + span.kind() as usize] += 1;
        }
        counts
    }
}

/// Round ticks of a time axis; `ranges` are pairs of start and end.
///
/// # Errors
/// Only when JavaScript runs out of memory.
#[wasm_bindgen(js_name = ticks)]
pub fn axis_ticks(ranges: &[f64], max_count: usize) -> Result<JsValue, JsValue> {
    let ranges: Vec<TimeRange> = pairs(ranges).into_iter().map(|(from, to)| TimeRange { from, to }).collect();
    let ticks = ticks(&ranges, max_count);
    wire::plain(&ticks.iter().map(|tick| TickObject { ns: tick.ns as f64, label: &tick.label }).collect::<Vec<_>>())
}
