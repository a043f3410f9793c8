/** Lists of numbers that rise. */

/**
 * How many of them are smaller.
 * @param {ArrayLike<number>} numbers
 * @param {number} number
 */
export function lowerBound(numbers, number) {
    let low = 0;
    let high = numbers.length;
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (Number(numbers[middle]) < number) low = middle + 1;
        else high = middle;
    }
    return low;
}

/**
 * @param {ArrayLike<number>} numbers
 * @param {number} number
 */
export function includes(numbers, number) {
    return numbers[lowerBound(numbers, number)] === number;
}
