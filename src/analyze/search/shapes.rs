//! Which keys the attributes of spans have: a shape is a list of keys that some spans have in common.

use crate::store::Attributes;
use crate::strings::StringId;

/// The keys of spans: most have the same ones, in the same order, as many others. Open addressing, as for texts.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    keys: Vec<StringId>,
    ends: Vec<u32>,
    /// Number plus one; 0 is free.
    table: Vec<u32>,
}

impl Shapes {
    /// The number of the shape of these attributes.
    pub(super) fn of(&mut self, attributes: Attributes<'_>) -> u32 {
        if (self.ends.len() + 1) * 2 > self.table.len() {
            self.table = vec![0; (self.table.len() * 2).max(64)];
            for number in 0..self.ends.len() as u32 {
                let mut at = hash(self.keys_of(number).iter().copied()) & (self.table.len() - 1);
                while self.table[at] != 0 {
                    at = (at + 1) & (self.table.len() - 1);
                }
                self.table[at] = number + 1;
            }
        }
        let keys = attributes.map(|(key, _)| key);
        let mut at = hash(keys.clone()) & (self.table.len() - 1);
        loop {
            let Some(number) = self.table[at].checked_sub(1) else {
                self.keys.extend(keys);
                self.ends.push(self.keys.len() as u32);
                self.table[at] = self.ends.len() as u32;
                return self.ends.len() as u32 - 1;
            };
            if keys.clone().eq(self.keys_of(number).iter().copied()) {
                return number;
            }
            at = (at + 1) & (self.table.len() - 1);
        }
    }

    pub(super) fn keys_of(&self, number: u32) -> &[StringId] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.keys[start as usize..self.ends[number as usize] as usize]
    }

    /// Where a key stands.
    pub(super) fn places_of(&self, key: StringId) -> Places {
        let mut places = Places { places: Vec::new(), ends: Vec::with_capacity(self.ends.len()) };
        for number in 0..self.ends.len() as u32 {
            let found = (0..).zip(self.keys_of(number)).filter(|(_, found)| **found == key);
            places.places.extend(found.map(|(place, _)| place));
            places.ends.push(places.places.len() as u32);
        }
        places
    }
}

/// The places of one key, by shape.
pub(super) struct Places {
    places: Vec<u32>,
    ends: Vec<u32>,
}

impl Places {
    #[inline(always)]
    pub(super) fn of(&self, shape: u32) -> &[u32] {
        let start = shape.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.places[start as usize..self.ends[shape as usize] as usize]
    }
}

fn hash(keys: impl Iterator<Item = StringId>) -> usize {
    let mix = |hash: u64, key: StringId| (hash.rotate_left(5) ^ u64::from(key.0)).wrapping_mul(0x517c_c1b7_2722_0a95);
    (keys.fold(0, mix) >> 32) as usize
}
