//! Sorting where it is not hot: the library's sort is some 4 KB of code for every type and comparison, so all share one.

use std::cmp::Ordering;

/// Sorts numbers (of items, for example) by a comparison; equal ones keep their order.
#[inline(never)]
pub fn numbers(numbers: &mut [u32], compare: &mut dyn FnMut(u32, u32) -> Ordering) {
    numbers.sort_by(|one, other| compare(*one, *other));
}

/// Sorts ascending numbers of what happens by its time, and what happens at one time, which is rare, by a comparison; equal ones keep their order.
/// Times are compared beside each other in memory: `keys` is room for them.
#[inline(always)]
pub fn by_time(
    ascending: &mut [u32],
    keys: &mut Vec<(u64, u32)>,
    time: impl Fn(u32) -> u64,
    compare: &mut dyn FnMut(u32, u32) -> Ordering,
) {
    keys.clear();
    keys.extend(ascending.iter().map(|number| (time(*number), *number)));
    by_keys(ascending, keys, compare);
}

/// The part of [`by_time`] that all share.
#[inline(never)]
fn by_keys(ascending: &mut [u32], keys: &mut [(u64, u32)], compare: &mut dyn FnMut(u32, u32) -> Ordering) {
    if !keys.is_sorted() {
        keys.sort_unstable();
    }
    for equal in keys.chunk_by_mut(|a, b| a.0 == b.0).filter(|equal| equal.len() > 1) {
        let mut order: Vec<u32> = equal.iter().map(|(_, number)| *number).collect();
        numbers(&mut order, compare);
        equal.iter_mut().zip(order).for_each(|(slot, number)| slot.1 = number);
    }
    for (number, key) in ascending.iter_mut().zip(keys.iter()) {
        *number = key.1;
    }
}

/// The items in the order of a comparison; equal ones keep theirs.
pub fn items<T>(mut items: Vec<T>, compare: impl FnMut(&T, &T) -> Ordering) -> Vec<T> {
    slice(&mut items, compare);
    items
}

/// Puts items into the order of a comparison; equal ones keep theirs.
pub fn slice<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let count = items.len() as u32;
    for [one, other] in swaps(count, &mut |one, other| compare(&items[one as usize], &items[other as usize])) {
        items.swap(one as usize, other as usize);
    }
}

/// Moves each item to its place, of which each is one item's: cycle by cycle, without a second column.
pub fn arrange<T>(items: &mut [T], mut places: Vec<u32>) {
    for at in 0..places.len() {
        while places[at] as usize != at {
            let to = places[at] as usize;
            items.swap(at, to);
            places.swap(at, to);
        }
    }
}

/// Which items to swap, one pair after the other, for the order of a comparison.
#[inline(never)]
fn swaps(count: u32, compare: &mut dyn FnMut(u32, u32) -> Ordering) -> Vec<[u32; 2]> {
    let mut order: Vec<u32> = (0..count).collect();
    numbers(&mut order, compare);
    let mut swaps = Vec::new();
    for first in 0..count {
        // Each place gets its item from where that stands, until the way leads back to the first.
        let mut place = first;
        loop {
            let from = std::mem::replace(&mut order[place as usize], place);
            if from == first {
                break;
            }
            swaps.push([place, from]);
            place = from;
        }
    }
    swaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_at_one_time_is_compared_and_else_comes_as_it_came() {
        for count in 0..100_u32 {
            let time = |number: u32| u64::from(number * number * 7919 % 13);
            let rank = |number: u32| number % 3;
            let mut numbers: Vec<u32> = (0..count).filter(|number| number % 5 != 1).collect();
            let mut expected = numbers.clone();
            expected.sort_by_key(|number| (time(*number), rank(*number)));
            by_time(&mut numbers, &mut Vec::new(), time, &mut |one, other| rank(one).cmp(&rank(other)));
            assert_eq!(numbers, expected);
        }
    }

    #[test]
    fn items_come_in_order_and_equals_keep_theirs() {
        let unsorted = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        let sorted = items(unsorted, |one, other| one.0.cmp(&other.0));
        assert_eq!(sorted, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
        assert_eq!(items(Vec::<u8>::new(), Ord::cmp), []);
        for count in 0..200u64 {
            let mut unsorted: Vec<(u64, u64)> = (0..count).map(|i| (i * i * 7919 % 31, i)).collect();
            let mut expected = unsorted.clone();
            expected.sort_by_key(|item| item.0);
            slice(&mut unsorted, |one, other| one.0.cmp(&other.0));
            assert_eq!(unsorted, expected);
        }
    }
}
