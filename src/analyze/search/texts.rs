//! All texts of a trace, each once.
//!
//! ```text
//!  spans      │ 0          │ 1          │ …        where each one's texts begin, and which keys its attributes have (its shape)
//!  numbers    │ 1 2 5 7 5  │ 1 3 5 8    │ …        service, operation, values of attributes in order, then message and events
//!  texts        "" "shop" "GET /" "POST /" …       one after the other
//!  places       0 1 │ 0 │ 1 │ 0 1 │ 0 │ …  for each text the spans that have it
//! ```
//! The values of an input lie far apart in it, and most are like others. Collected once, a million spans are searched in the time that it
//! takes to walk some megabytes: all texts once, and the spans of those that match.

use std::hint;
use std::ops::Range;

use super::marks::Open;
use super::recent::Recent;
use super::shapes::Shapes;
use crate::simd::Needle;
use crate::store::{RawText, RawValue, Store, Trace};
use crate::strings::{StringId, Strings, TextList};

/// Longer texts stay where they are.
const LONGEST: usize = 256;
/// Marks the number of a text that stays where it is.
const LONG: u32 = 1 << 31;
/// How many texts are looked at together.
const TOGETHER: usize = 32;
/// How many places are told together.
pub(super) const TOLD: usize = 256;

#[derive(Debug, Default)]
pub struct Texts {
    texts: TextList,
    numbers: Vec<u32>,
    /// Where each span's numbers begin, and where the last one's end.
    from: Vec<u32>,
    long: Vec<RawValue>,
    /// Numbers of the texts that are not ASCII.
    beyond_ascii: Vec<u32>,
    /// By long text the span that has it.
    long_of: Vec<u32>,
    places: Places,
    shapes: Shapes,
    /// By span the number of its shape.
    shape: Vec<u32>,
}

/// The numbers before those of a span's attributes.
const BEFORE_ATTRIBUTES: usize = 2;

/// Collects the texts of a trace, some spans at a time.
#[derive(Debug)]
pub struct Collector {
    /// All but the texts themselves, until they are together.
    texts: Texts,
    strings: Strings,
    /// How many texts were looked at for what is not ASCII.
    seen: usize,
    services: Vec<u32>,
    /// Names are numbered already; here they have other numbers.
    names: Vec<u32>,
}

impl Collector {
    pub fn new(trace: &Trace<'_>) -> Collector {
        let mut strings = Strings::new();
        let services: Vec<u32> = trace.store().services().map(|name| strings.intern(name).0).collect();
        let mut texts = Texts::default();
        texts.from.reserve_exact(trace.span_count() + 1);
        texts.from.push(0);
        texts.shape.reserve_exact(trace.span_count());
        Collector { texts, strings, seen: 0, services, names: Vec::new() }
    }

    /// Collects the texts of so many spans more, and behind the last one puts so many more into the places of their texts; whether all is done.
    pub fn collect(&mut self, trace: &Trace<'_>, most: usize) -> bool {
        if self.texts.shape.len() < trace.span_count() {
            self.collect_texts(trace, most);
            return false;
        }
        let Texts { texts, numbers, from, places, .. } = &mut self.texts;
        if texts.all().1.is_empty() {
            // What they do not need any more is room for the places.
            *texts = std::mem::replace(&mut self.strings, Strings::new()).into_texts();
            numbers.shrink_to_fit();
            self.names = Vec::new();
        }
        places.put(texts.all().1.len(), from, numbers, most)
    }

    /// All of them, when all is done.
    pub fn into_texts(self) -> Texts {
        self.texts
    }

    fn collect_texts(&mut self, trace: &Trace<'_>, most: usize) {
        let store = trace.store();
        let done = self.texts.shape.len();
        let end = trace.span_count().min(done.saturating_add(most));
        for position in done..end {
            let Some(span) = trace.span(position) else { break };
            self.texts.numbers.push(self.services[span.service_index()]);
            self.push_name(store, span.name_id());
            let attributes = span.raw_attributes();
            self.texts.shape.push(self.texts.shapes.of(attributes.clone()));
            for (_, value) in attributes {
                self.push(store, value);
            }
            if let Some(message) = span.raw_message() {
                self.push(store, message);
            }
            for event in span.events() {
                match event.stored_name().as_interned() {
                    Some(name) => self.push_name(store, name),
                    None => self.push(store, event.stored_name()),
                }
                for (_, value) in event.raw_attributes() {
                    self.push(store, value);
                }
            }
            self.texts.from.push(self.texts.numbers.len() as u32);
        }
        if done == 0 && end > 0 {
            // As many for each of the other spans, and a few more: what grows in doublings takes twice the memory.
            let numbers = &mut self.texts.numbers;
            let others = numbers.len() as u64 * (trace.span_count() - end) as u64 / end as u64;
            numbers.reserve_exact((others + others / 50) as usize);
        }
        self.see_ascii();
    }

    /// Notes which of the new texts are not ASCII; most often none.
    fn see_ascii(&mut self) {
        let (bytes, ends) = self.strings.all();
        let mut start = self.seen.checked_sub(1).map_or(0, |before| ends[before] as usize);
        if !bytes[start..].is_ascii() {
            for (number, end) in (0..).zip(ends).skip(self.seen) {
                if !bytes[start..*end as usize].is_ascii() {
                    self.texts.beyond_ascii.push(number);
                }
                start = *end as usize;
            }
        }
        self.seen = ends.len();
    }

    fn push_name(&mut self, store: &Store, name: StringId) {
        if self.names.len() <= name.index() {
            self.names.resize(name.index() + 1, u32::MAX);
        }
        if self.names[name.index()] == u32::MAX {
            self.names[name.index()] = self.strings.intern(store.string(name)).0;
        }
        self.texts.numbers.push(self.names[name.index()]);
    }

    #[inline(always)]
    fn push(&mut self, store: &Store, value: RawValue) {
        let number = match store.raw(value) {
            RawText::Plain(text) if text.len() <= LONGEST => self.strings.intern_bytes(text).0,
            RawText::Plain(_) => self.keep_long(value),
            RawText::Other => self.push_decoded(store, value),
        };
        self.texts.numbers.push(number);
    }

    #[inline(never)]
    fn push_decoded(&mut self, store: &Store, value: RawValue) -> u32 {
        let text = store.decode(value).to_string();
        if text.len() <= LONGEST { self.strings.intern(&text).0 } else { self.keep_long(value) }
    }

    fn keep_long(&mut self, value: RawValue) -> u32 {
        let Texts { long, long_of, shape, .. } = &mut self.texts;
        long.push(value);
        // Long texts are those of attributes and messages: the span has its shape already.
        long_of.push(shape.len() as u32 - 1);
        LONG | (long.len() as u32 - 1)
    }
}

impl Texts {
    /// Tells where in the collected texts a needle first stands, rising, as long as more are wanted. It is looked for in all of them at once, or
    /// in those alone that are known to have a part of it. The texts of most spans come first, so that often few are looked at until every span
    /// has one.
    #[inline(always)] // in its one caller, with what it is told
    pub(super) fn with(&self, needle: &Needle, known: Option<Known<'_>>, more: &mut impl FnMut(Place) -> bool) {
        let (bytes, ends) = self.texts.all();
        if let Some(Known { places, part_at }) = known {
            for (Range { start, end }, Place { number, at }) in self.at(places) {
                // It cannot stand before the part's first place.
                let from = start + (*at as usize).saturating_sub(part_at);
                let found = needle.find(bytes, from, end - from);
                if found.is_some_and(|found| !more(Place { number: *number, at: (found - start) as u32 })) {
                    return;
                }
            }
            return;
        }
        let (mut number, mut at) = (0, 0);
        while let Some(found) = needle.find(bytes, at, bytes.len() - at) {
            number = first_beyond(ends, number, found);
            if number == ends.len() {
                break;
            }
            let Range { start, end } = self.texts.range(StringId(number as u32));
            if found + needle.len() > end {
                at = found + 1;
            } else if more(Place { number: number as u32, at: (found - start) as u32 }) {
                at = end;
            } else {
                break;
            }
        }
    }

    /// Where among [`Texts::bytes`] the texts of these places stand, which lie far apart.
    #[inline(always)]
    pub(super) fn at<'a>(&'a self, places: &'a [Place]) -> impl Iterator<Item = (Range<usize>, &'a Place)> {
        let bytes = self.bytes();
        places.chunks(TOGETHER).flat_map(move |places| {
            let texts = places.iter().map(|place| (self.texts.range(StringId(place.number)), place));
            ask_for(texts.clone().filter_map(|(text, place)| bytes.get(text.start + place.at as usize).copied()));
            texts
        })
    }

    /// All collected texts, one after the other.
    #[inline(always)]
    pub(super) fn bytes(&self) -> &[u8] {
        self.texts.all().0
    }

    /// Tells the beginnings of all collected texts, some at a time, as long as more are wanted.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn each(&self, more: &mut dyn FnMut(&[Place]) -> bool) {
        let texts = self.texts.all().1.len() as u32;
        let mut places = Vec::new();
        for first in (0..texts).step_by(TOLD) {
            places.clear();
            places.extend((first..texts.min(first + TOLD as u32)).map(|number| Place { number, at: 0 }));
            if !more(&places) {
                break;
            }
        }
    }

    /// The numbers of those that are not ASCII.
    pub fn beyond_ascii(&self) -> &[u32] {
        &self.beyond_ascii
    }

    /// A collected text.
    #[inline(always)]
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(StringId(number))
    }

    /// Finds the spans that have one of these texts; whether there are others to be found.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn find_spans_of(&self, numbers: &[u32], open: &mut Open) -> bool {
        numbers.chunks(TOGETHER).all(|numbers| {
            let places = numbers.iter().map(|number| self.places.of(*number));
            ask_for(places.clone().filter_map(|spans| spans.first().copied()));
            places.into_iter().all(|spans| open.found(spans))
        })
    }

    /// The texts that stay where they are, and the span of each.
    pub fn long(&self) -> impl Iterator<Item = (usize, RawValue)> + '_ {
        self.long_of.iter().map(|span| *span as usize).zip(self.long.iter().copied())
    }

    /// What each span has under a key.
    pub(super) fn under(&self, key: StringId) -> Under {
        let places = self.shapes.places_of(key);
        let mut known = vec![0; self.texts.all().1.len()];
        let mut under = Under { numbers: vec![0; NUMBERS_FROM as usize], spans: Vec::with_capacity(self.shape.len()) };
        for (shape, from) in self.shape.iter().zip(&self.from) {
            under.spans.push(match places.of(*shape) {
                [] => NONE,
                [place] => {
                    let number = self.numbers[*from as usize + BEFORE_ATTRIBUTES + *place as usize];
                    match known.get_mut(number as usize) {
                        Some(known) if *known != 0 => *known,
                        known => {
                            let new = under.numbers.len() as u32;
                            under.numbers.push(number);
                            known.map_or(new, |known| {
                                *known = new;
                                new
                            })
                        }
                    }
                }
                _ => SEVERAL,
            });
        }
        under
    }

    /// Keeps the marks of spans for which the answer is yes: that about the texts which a span has under a key, or, where it has no such
    /// attribute, that about the span, if there is something to ask. Each text is asked once, and only if a marked span has it.
    #[inline(never)] // among what is compiled for size it would be so too
    pub fn keep_attribute(
        &self,
        key: StringId,
        recent: &mut Recent,
        marks: &mut [bool],
        text: &mut dyn FnMut(Result<&str, RawValue>) -> bool,
        without: Option<&mut dyn FnMut(usize) -> bool>,
    ) {
        let Under { numbers, spans } = recent.under(self, key);
        // First whether a text is wanted, then whether it passes.
        let mut passes = vec![false; numbers.len()];
        for (mark, at) in marks.iter().zip(spans) {
            passes[*at as usize] |= mark;
        }
        let wants = [NONE, SEVERAL].map(|at| std::mem::replace(&mut passes[at as usize], true));
        for (passes, number) in
            passes.iter_mut().zip(numbers).skip(NUMBERS_FROM as usize).filter(|(passes, _)| **passes)
        {
            *passes = text(self.get(*number));
        }
        passes[NONE as usize] = without.is_some();
        for (mark, at) in marks.iter_mut().zip(spans) {
            *mark &= passes[*at as usize];
        }
        let mut of_kind = |kind: u32, passes: &mut dyn FnMut(usize) -> bool| {
            for (position, (mark, _)) in
                marks.iter_mut().zip(spans).enumerate().filter(|(_, (mark, at))| **mark && **at == kind)
            {
                *mark = passes(position);
            }
        };
        if let Some(without) = without.filter(|_| wants[0]) {
            of_kind(NONE, without);
        }
        if wants[1] {
            of_kind(SEVERAL, &mut |position| {
                let own = &self.numbers[self.from[position] as usize + BEFORE_ATTRIBUTES..];
                let mut keys = self.shapes.keys_of(self.shape[position]).iter().zip(own);
                keys.any(|(found, number)| *found == key && text(self.get(*number)))
            });
        }
    }

    /// The text with this number: one that was collected, or else the value that stays where it is.
    #[inline(always)]
    fn get(&self, number: u32) -> Result<&str, RawValue> {
        match number.checked_sub(LONG) {
            None => Ok(self.text(number)),
            Some(long) => Err(self.long[long as usize]),
        }
    }
}

/// Reads what is looked at soon. It lies far apart: asked for one after the other the memory would be waited for each time, asked for together
/// once.
#[inline(always)]
fn ask_for<T: Into<u32>>(values: impl Iterator<Item = T>) {
    hint::black_box(values.fold(0, |sum, value| sum ^ value.into()));
}

/// The first of the ends, from the place `from` on, that is greater. It is mostly near, and else some doublings away.
fn first_beyond(ends: &[u32], from: usize, at: usize) -> usize {
    let mut step = 1;
    while ends.get(from + step).is_some_and(|end| *end as usize <= at) {
        step *= 2;
    }
    let begin = from + step / 2;
    let stretch = ends.get(begin..ends.len().min(from + step)).unwrap_or_default();
    begin + stretch.partition_point(|end| *end as usize <= at)
}

/// Where in a text something stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub number: u32,
    pub at: u32,
}

/// The texts that have a part of a needle, with its first places, and where in the needle the part stands.
pub(super) struct Known<'a> {
    pub(super) places: &'a [Place],
    pub(super) part_at: usize,
}

/// What spans have under a key.
#[derive(Debug)]
pub(super) struct Under {
    /// The numbers of the texts, from [`NUMBERS_FROM`] on.
    numbers: Vec<u32>,
    /// By span where its text stands among them; or that it has no such attribute, or several.
    spans: Vec<u32>,
}

const NONE: u32 = 0;
const SEVERAL: u32 = 1;
const NUMBERS_FROM: u32 = 2;

/// The spans that have each text.
#[derive(Debug, Default)]
struct Places {
    /// Where those of each text end. Until all are in: how many each has, then where its next one goes.
    ends: Vec<u32>,
    spans: Vec<u32>,
    /// How many spans were counted, and how many were put in.
    counted: usize,
    put: usize,
}

impl Places {
    /// Puts in so many spans more, whose numbers of texts begin at `from`; whether all are in.
    fn put(&mut self, texts: usize, from: &[u32], numbers: &[u32], most: usize) -> bool {
        let spans = from.len() - 1;
        if self.counted < spans {
            self.ends.resize(texts, 0);
            let end = spans.min(self.counted.saturating_add(most));
            for number in &numbers[from[self.counted] as usize..from[end] as usize] {
                if let Some(count) = self.ends.get_mut(*number as usize) {
                    *count += 1;
                }
            }
            self.counted = end;
            if end == spans {
                let mut before = 0;
                for count in &mut self.ends {
                    before += std::mem::replace(count, before);
                }
                self.spans = vec![0; before as usize];
            }
            return false;
        }
        let end = spans.min(self.put.saturating_add(most));
        for span in self.put..end {
            for number in &numbers[from[span] as usize..from[span + 1] as usize] {
                if let Some(place) = self.ends.get_mut(*number as usize) {
                    self.spans[*place as usize] = span as u32;
                    *place += 1;
                }
            }
        }
        self.put = end;
        end == spans
    }

    fn of(&self, text: u32) -> &[u32] {
        let start = text.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.spans[start as usize..self.ends[text as usize] as usize]
    }
}
