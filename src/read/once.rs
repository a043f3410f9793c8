//! What stands many times in an input, made once.

use std::collections::HashMap;

use crate::json::Lexer;
use crate::simd;
use crate::store::{AttributeRange, OriginIndex, ResourceIndex, ScopeIndex, StoreBuilder};
use crate::strings::StringId;

/// Numbers by a pair of numbers: open addressing, linear probing.
#[derive(Debug)]
pub struct Pairs {
    slots: Vec<Option<((u32, u32), u32)>>,
    count: usize,
}

impl Default for Pairs {
    fn default() -> Pairs {
        Pairs::new()
    }
}

impl Pairs {
    #[inline(never)]
    pub fn new() -> Pairs {
        Pairs { slots: vec![None; 64], count: 0 }
    }

    /// The number of this pair, made when it is new.
    #[inline]
    pub fn number(&mut self, pair: (u32, u32), make: impl FnOnce() -> u32) -> u32 {
        let mut at = self.first_slot(pair);
        loop {
            match self.slots[at] {
                Some((known, number)) if known == pair => return number,
                Some(_) => at = (at + 1) & (self.slots.len() - 1),
                None => break,
            }
        }
        let number = make();
        self.slots[at] = Some((pair, number));
        self.count += 1;
        if self.count * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn first_slot(&self, pair: (u32, u32)) -> usize {
        let key = u64::from(pair.0) << 32 | u64::from(pair.1);
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (self.slots.len() - 1)
    }

    #[cold]
    fn grow(&mut self) {
        let grown = vec![None; self.slots.len() * 2];
        for entry in std::mem::replace(&mut self.slots, grown).into_iter().flatten() {
            let mut at = self.first_slot(entry.0);
            while self.slots[at].is_some() {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = Some(entry);
        }
    }
}

/// Where spans come from, for formats that say it span by span: each resource and scope together are one origin.
#[derive(Debug)]
pub struct Origins {
    resources: Vec<ResourceIndex>,
    scopes: Vec<ScopeIndex>,
    origins: Vec<OriginIndex>,
    scope_numbers: Pairs,
    origin_numbers: Pairs,
    /// The last one asked for: neighbours tend to have the same.
    last: Option<(u32, (StringId, StringId), OriginIndex)>,
}

impl Origins {
    pub fn new() -> Origins {
        Origins {
            resources: Vec::new(),
            scopes: Vec::new(),
            origins: Vec::new(),
            scope_numbers: Pairs::new(),
            origin_numbers: Pairs::new(),
            last: None,
        }
    }

    /// A new resource without attributes: its number here.
    pub fn add_resource(&mut self, builder: &mut StoreBuilder) -> u32 {
        self.resources.push(builder.add_resource());
        self.resources.len() as u32 - 1
    }

    #[inline(always)]
    pub fn resource(&self, number: u32) -> ResourceIndex {
        self.resources[number as usize]
    }

    pub fn set_resource(&self, builder: &mut StoreBuilder, resource: u32, attributes: AttributeRange) {
        builder.set_resource(self.resources[resource as usize], attributes);
    }

    /// The origin of spans of this resource and of the scope with this name and version (both empty: no scope).
    #[inline(always)]
    pub fn origin(&mut self, builder: &mut StoreBuilder, resource: u32, scope: (StringId, StringId)) -> OriginIndex {
        match self.last {
            Some((of, with, origin)) if of == resource && with == scope => origin,
            _ => self.look_up(builder, resource, scope),
        }
    }

    #[inline(never)]
    fn look_up(&mut self, builder: &mut StoreBuilder, resource: u32, scope: (StringId, StringId)) -> OriginIndex {
        let (name, version) = scope;
        let number = self.scope_numbers.number((name.0, version.0), || {
            self.scopes.push(match scope {
                (StringId::EMPTY, StringId::EMPTY) => ScopeIndex::NONE,
                _ => builder.add_scope(name, version, AttributeRange::default()),
            });
            self.scopes.len() as u32 - 1
        });
        let number = self.origin_numbers.number((resource, number), || {
            self.origins.push(builder.add_origin(self.resources[resource as usize], self.scopes[number as usize]));
            self.origins.len() as u32 - 1
        });
        let origin = self.origins[number as usize];
        self.last = Some((resource, scope, origin));
        origin
    }
}

/// Objects by their text: one that was read before is known by its bytes and is not read again.
///
/// The last few are tried first, in place and without looking at what the bytes mean: text that equals a checked object is that object.
#[derive(Debug, Default)]
pub struct Objects<'a> {
    recent: [(&'a [u8], u32); RECENT],
    /// The one of `recent` that came last, and the one that is replaced next.
    last: usize,
    next: usize,
    all: HashMap<&'a [u8], u32>,
}

const RECENT: usize = 16;

impl<'a> Objects<'a> {
    /// Goes past the object that stands next if it is one of the last few: its number.
    #[inline]
    pub fn pass_recent(&mut self, lexer: &mut Lexer<'a>) -> Option<u32> {
        let (bytes, at) = (lexer.input(), lexer.offset());
        let stands = |(text, _): &(&[u8], u32)| !text.is_empty() && simd::continues_with(bytes, at, text);
        if !stands(&self.recent[self.last]) {
            self.last = self.recent.iter().position(stands)?;
        }
        let (text, number) = self.recent[self.last];
        lexer.go_to(at + text.len());
        Some(number)
    }

    /// The number of the object with this text, if it was noted before.
    pub fn find(&mut self, text: &'a [u8]) -> Option<u32> {
        let number = *self.all.get(text)?;
        self.make_recent(text, number);
        Some(number)
    }

    /// Notes a number for the object with this text.
    pub fn note(&mut self, text: &'a [u8], number: u32) {
        self.all.insert(text, number);
        self.make_recent(text, number);
    }

    fn make_recent(&mut self, text: &'a [u8], number: u32) {
        self.recent[self.next] = (text, number);
        self.last = self.next;
        self.next = (self.next + 1) % RECENT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_keeps_its_number_however_many_come() {
        let mut pairs = Pairs::new();
        for round in 0..2 {
            for i in 0..1000_u32 {
                let number = pairs.number((i % 37, i), || {
                    assert_eq!(round, 0, "made once");
                    i * 3
                });
                assert_eq!(number, i * 3);
            }
        }
    }

    #[test]
    fn an_object_is_known_by_its_text() {
        let input = br#"{"a":1}{"a":2} {"a":1}{"a":1,"b":2}"#;
        let mut objects = Objects::default();
        objects.note(&input[..7], 10);
        objects.note(&input[7..14], 20);
        let mut lexer = Lexer::new(input, 15);
        assert_eq!(objects.pass_recent(&mut lexer), Some(10));
        assert_eq!(lexer.offset(), 22);
        assert_eq!(objects.pass_recent(&mut lexer), None, "another object that begins alike");
        for number in 0..20 {
            objects.note(&input[22..], number);
        }
        assert_eq!(objects.pass_recent(&mut Lexer::new(input, 7)), None, "no longer among the last few");
        assert_eq!(objects.find(&input[7..14]), Some(20));
        assert_eq!(objects.find(&input[7..13]), None);
        assert_eq!(objects.pass_recent(&mut Lexer::new(input, 7)), Some(20));
    }
}
