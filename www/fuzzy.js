/** Finding a line of a list by some of its letters. */

/**
 * How well letters match a text: null when they do not stand in it in their order, else the lower the better. A run of
 * letters and the beginnings of words count.
 * @param {string} letters
 * @param {string} text
 * @returns {number | null}
 */
export function fuzzyScore(letters, text) {
    const wanted = letters.toLowerCase().replace(/\s+/g, "");
    const found = text.toLowerCase();
    let at = -1;
    let score = 0;
    for (const letter of wanted) {
        const next = found.indexOf(letter, at + 1);
        if (next < 0) return null;
        const begins = next === 0 || !/[\p{L}\p{N}]/u.test(found[next - 1] ?? "");
        if (next !== at + 1) score += begins ? 1 : 3;
        at = next;
    }
    // As a whole somewhere beats letters here and there.
    return (found.includes(letters.toLowerCase().trim()) ? 0 : score) + found.length / 1000;
}

/**
 * The lines that match, the best first, at most so many; without letters the first ones.
 * @template Line
 * @param {string} letters
 * @param {readonly Line[]} lines
 * @param {(line: Line) => string} textOf
 * @param {number} most
 */
export function fuzzyFind(letters, lines, textOf, most) {
    if (letters.trim() === "") return lines.slice(0, most);
    return lines
        .map((line, index) => ({ line, index, score: fuzzyScore(letters, textOf(line)) }))
        .filter(({ score }) => score !== null)
        .sort((one, other) => Number(one.score) - Number(other.score) || one.index - other.index)
        .slice(0, most)
        .map(({ line }) => line);
}
