//! All texts of a trace, each once.
//!
//! ```text
//!  spans      │ 0          │ 1          │ …        where each one's texts begin
//!  numbers    │ 1 2 5 7 5  │ 1 3 5 8    │ …        service, operation, values of attributes in order, then message and events
//!  texts        "" "shop" "GET /" "POST /" …       one after the other
//! ```
//! The values of an input lie far apart in it, and most are like others. Collected once, a million spans are searched in the time that it
//! takes to walk some megabytes twice.

use crate::simd::Needle;
use crate::store::{RawText, RawValue, Store, Trace};
use crate::strings::{StringId, Strings};

/// Longer texts stay where they are.
const LONGEST: usize = 256;
/// Marks the number of a text that stays where it is.
const LONG: u32 = 1 << 31;

#[derive(Debug)]
pub(super) struct Texts {
    strings: Strings,
    numbers: Vec<u32>,
    /// Where each span's numbers begin, and where the last one's end.
    from: Vec<u32>,
    long: Vec<RawValue>,
}

/// The numbers before those of a span's attributes.
pub(super) const BEFORE_ATTRIBUTES: usize = 2;

impl Texts {
    pub(super) fn new(trace: &Trace<'_>) -> Texts {
        let store = trace.store();
        let mut texts = Texts { strings: Strings::new(), numbers: Vec::new(), from: Vec::new(), long: Vec::new() };
        texts.from.reserve_exact(trace.span_count() + 1);
        let services: Vec<u32> = store.services().map(|name| texts.strings.intern(name).0).collect();
        // Names are numbered already; here they have other numbers.
        let mut names: Vec<u32> = Vec::new();
        for span in trace.spans() {
            texts.from.push(texts.numbers.len() as u32);
            texts.numbers.push(services[span.service_index()]);
            texts.push_name(store, &mut names, span.name_id());
            for attribute in span.stored_attributes() {
                texts.push(store, attribute.value);
            }
            if let Some(message) = span.raw_message() {
                texts.push(store, message);
            }
            for event in span.events() {
                texts.push_name(store, &mut names, event.name_id());
                for attribute in event.stored_attributes() {
                    texts.push(store, attribute.value);
                }
            }
        }
        texts.from.push(texts.numbers.len() as u32);
        texts
    }

    fn push_name(&mut self, store: &Store, names: &mut Vec<u32>, name: StringId) {
        if names.len() <= name.index() {
            names.resize(name.index() + 1, u32::MAX);
        }
        if names[name.index()] == u32::MAX {
            names[name.index()] = self.strings.intern(store.string(name)).0;
        }
        self.numbers.push(names[name.index()]);
    }

    #[inline(always)]
    fn push(&mut self, store: &Store, value: RawValue) {
        let number = match store.raw(value) {
            RawText::Plain(text) if text.len() <= LONGEST => self.strings.intern_bytes(text).0,
            RawText::Plain(_) => self.keep_long(value),
            RawText::Other => self.push_decoded(store, value),
        };
        self.numbers.push(number);
    }

    #[inline(never)]
    fn push_decoded(&mut self, store: &Store, value: RawValue) -> u32 {
        let text = store.decode(value).to_string();
        if text.len() <= LONGEST { self.strings.intern(&text).0 } else { self.keep_long(value) }
    }

    fn keep_long(&mut self, value: RawValue) -> u32 {
        self.long.push(value);
        LONG | (self.long.len() as u32 - 1)
    }

    /// The numbers of a span's texts.
    #[inline(always)]
    pub(super) fn of(&self, span: usize) -> &[u32] {
        &self.numbers[self.from[span] as usize..self.from[span + 1] as usize]
    }

    /// Asks every text that was collected: an answer for each number.
    pub(super) fn ask(&self, holds: &mut dyn FnMut(&str) -> bool) -> Vec<bool> {
        (0..self.strings.len() as u32).map(|number| holds(self.strings.get(StringId(number)))).collect()
    }

    /// The same for a needle.
    pub(super) fn search(&self, needle: &Needle) -> Vec<bool> {
        let (bytes, ends) = self.strings.all();
        let mut start = 0;
        let found = ends.iter().map(|end| {
            let from = std::mem::replace(&mut start, *end as usize);
            needle.is_in(bytes, from, start - from)
        });
        found.collect()
    }

    /// The text with this number: one that was collected, or else the value that stays where it is.
    #[inline(always)]
    pub(super) fn get(&self, number: u32) -> Result<&str, RawValue> {
        match number.checked_sub(LONG) {
            None => Ok(self.strings.get(StringId(number))),
            Some(long) => Err(self.long[long as usize]),
        }
    }
}
