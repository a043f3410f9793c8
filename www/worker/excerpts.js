/** Places in inputs as lines to show. */

import { excerptOf } from "../format.js";

/** @import { Excerpt, Position } from '../types.js' */

/** How far around a place its line is looked for; lines of minified JSON have no end. */
export const LINE_REACH = 4096;
/** So many bytes behind a place are looked at for each line that is to be shown, where that is more. */
export const LINE_BYTES = 256;
const decoder = new TextDecoder();

/** Beginnings of gzip, zstd, zip and UTF-16: the offsets of an error count in what comes out of them. */
const PACKED = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x4b, 0x03, 0x04], [0xff, 0xfe], [0xfe, 0xff]];

/** @param {Blob} blob */
export async function isPacked(blob) {
    const head = new Uint8Array(await blob.slice(0, 4).arrayBuffer());
    return PACKED.some((magic) => magic.every((byte, index) => head[index] === byte));
}

/**
 * The line around a place, and so many lines after it.
 * @param {Uint8Array} bytes what stands around the place
 * @param {number} at the place in it
 * @param {Pick<Position, 'line' | 'column'>} position
 * @param {string} input
 * @param {number} lines
 * @returns {Excerpt}
 */
export function excerptAt(bytes, at, position, input, lines) {
    const NEWLINE = 10;
    const start = at === 0 ? 0 : bytes.lastIndexOf(NEWLINE, at - 1) + 1;
    const found = bytes.indexOf(NEWLINE, at);
    const end = found < 0 ? bytes.length : found;
    const before = decoder.decode(bytes.subarray(start, at));
    const line = before + decoder.decode(bytes.subarray(at, end)).replace(/\r$/, "");
    return {
        input,
        line: position.line,
        column: position.column,
        ...excerptOf(line, before.length, lines > 0 ? 120 : 60),
        following: found < 0 || lines === 0 ? [] : decoder.decode(bytes.subarray(found + 1)).split("\n", lines).map((next) => excerptOf(next.replace(/\r$/, ""), 0, 120)).map(({ marked, after }) => marked + after),
    };
}
