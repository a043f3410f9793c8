//! Sorting where it is not hot: the library's sort is some 4 KB of code for every type and comparison, so all share one.

use std::cmp::Ordering;

/// Sorts numbers (of items, for example) by a comparison; equal ones keep their order.
#[inline(never)]
pub fn numbers(numbers: &mut [u32], compare: &mut dyn FnMut(u32, u32) -> Ordering) {
    numbers.sort_by(|one, other| compare(*one, *other));
}

/// The items in the order of a comparison; equal ones keep theirs.
pub fn items<T>(items: Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) -> Vec<T> {
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    numbers(&mut order, &mut |one, other| compare(&items[one as usize], &items[other as usize]));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|number| items[number as usize].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_in_order_and_equals_keep_theirs() {
        let unsorted = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        let sorted = items(unsorted, |one, other| one.0.cmp(&other.0));
        assert_eq!(sorted, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
        assert_eq!(items(Vec::<u8>::new(), Ord::cmp), []);
    }
}
