//! The numbers of traces while spans are read.

use super::{IdForm, TraceKey};

/// The traces in order of first appearance. Spans of one trace tend to stand together, so the last one is tried first.
#[derive(Debug)]
#[doc(hidden)]
pub struct TraceTable {
    pub keys: Vec<TraceKey>,
    /// Open addressing: number plus one, 0 is free.
    slots: Vec<u32>,
    last: u32,
}

impl Default for TraceTable {
    fn default() -> TraceTable {
        TraceTable { keys: Vec::new(), slots: vec![0; 256], last: 0 }
    }
}

impl TraceTable {
    /// The number of a trace, a new one if it was not met before.
    #[inline(always)]
    pub fn index_of(&mut self, key: TraceKey) -> u32 {
        if let Some(last) = self.keys.get(self.last as usize)
            && last.same(key)
        {
            return self.last;
        }
        self.last = self.look_up(key);
        self.last
    }

    /// Keeps the first traces only.
    pub(super) fn truncate(&mut self, count: usize) {
        self.keys.truncate(count);
        self.last = 0;
        self.fill(self.slots.len());
    }

    fn look_up(&mut self, key: TraceKey) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash(key) & mask;
        loop {
            match self.slots.as_slice()[at] {
                0 => break,
                slot if self.keys.as_slice()[slot as usize - 1].same(key) => return slot - 1,
                _ => at = (at + 1) & mask,
            }
        }
        self.keys.push(key);
        self.slots[at] = self.keys.len() as u32;
        if self.keys.len() * 2 > self.slots.len() {
            self.fill(self.slots.len() * 2);
        }
        self.keys.len() as u32 - 1
    }

    /// Makes the table anew, with so many slots: a power of two.
    fn fill(&mut self, slots: usize) {
        let mask = slots - 1;
        self.slots = vec![0; slots];
        for (index, key) in self.keys.iter().enumerate() {
            let mut at = hash(*key) & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = index as u32 + 1;
        }
    }
}

#[inline(always)]
fn hash(key: TraceKey) -> usize {
    let folded = key.value as u64 ^ (key.value >> 64) as u64 ^ u64::from(key.form == IdForm::Text);
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}
