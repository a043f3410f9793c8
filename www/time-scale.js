/**
 * Where times stand on a width of pixels. Long stretches in which nothing happens may take a fixed little room; the
 * rest shares what is left evenly. The only place that knows this: bars, ticks, minimap, zooming and the worker's
 * raster all go by these points.
 *
 *     ns   0 ─────── 80 ┄┄┄┄┄┄┄┄┄┄ 9000 ──── 9060
 *     px   0 ─────── 486 ┄┄ 514 ──────────── 800
 */

import { lowerBound } from "./sorted.js";

/** Pixels that a squeezed stretch takes. */
export const BREAK = 28;
/** Breaks take at most this part of the width. */
const MOST_FOR_BREAKS = 0.5;

/** @typedef {{from: number, to: number}} Range nanoseconds since the start of the trace */
/** @typedef {{ns: number, left: number, width: number}} Break a squeezed stretch: how long all of it is, and where it is drawn */

export class TimeScale {
    /** @type {number[]} */
    #ns;
    /** @type {number[]} */
    #px;
    #gaps;

    /**
     * @param {Range} range what is shown
     * @param {number} width in pixels
     * @param {readonly {fromNs: number, toNs: number}[]} gaps the stretches to squeeze, in their order
     */
    constructor(range, width, gaps) {
        this.range = range;
        this.width = width;
        const length = Math.max(range.to - range.from, Number.MIN_VALUE);
        const shares = gaps.map(({ fromNs, toNs }) => Math.max(0, Math.min(toNs, range.to) - Math.max(fromNs, range.from)) / (toNs - fromNs));
        const count = shares.reduce((sum, share) => sum + share, 0);
        const idle = gaps.reduce((sum, { fromNs, toNs }, index) => sum + (toNs - fromNs) * (shares[index] ?? 0), 0);
        const room = count > 0 ? Math.min(BREAK, (MOST_FOR_BREAKS * width) / count) : 0;
        // Inside of a stretch there is nothing else that could have the room.
        this.#gaps = length - idle > length * 1e-9 ? gaps : [];
        const slope = this.#gaps.length === 0 ? width / length : (width - room * count) / (length - idle);
        const bounds = this.#gaps.flatMap(({ fromNs, toNs }) => [fromNs, toNs]);
        this.#ns = [Math.min(range.from, bounds[0] ?? range.from) - length, ...bounds, Math.max(range.to, bounds.at(-1) ?? range.to) + length];
        this.#px = [0];
        for (let index = 1; index < this.#ns.length; index += 1) {
            const part = Number(this.#ns[index]) - Number(this.#ns[index - 1]);
            // Between the two bounds of a stretch.
            const squeezed = index % 2 === 0 && index < this.#ns.length - 1;
            this.#px.push(Number(this.#px[index - 1]) + (squeezed ? room : part * slope));
        }
        const origin = this.place(range.from);
        this.#px = this.#px.map((px) => px - origin);
    }

    /** The pixel of a time. @param {number} ns */
    place(ns) {
        return between(this.#ns, this.#px, ns);
    }

    /** The time at a pixel. @param {number} px */
    at(px) {
        return between(this.#px, this.#ns, px);
    }

    /** Points of time and their pixels, for the worker; `density` device pixels each. @param {number} density */
    points(density) {
        return this.#ns.flatMap((ns, index) => [ns, Number(this.#px[index]) * density]);
    }

    /** The squeezed stretches in sight. @returns {Break[]} */
    get breaks() {
        return this.#gaps
            .map(({ fromNs, toNs }) => ({ ns: toNs - fromNs, left: this.place(fromNs), width: this.place(toNs) - this.place(fromNs) }))
            .filter(({ left, width }) => left + width > 0 && left < this.width);
    }

    /** What is in sight between them. @returns {{fromNs: number, toNs: number}[]} */
    get pieces() {
        const { from, to } = this.range;
        const starts = [from, ...this.#gaps.map(({ toNs }) => toNs)];
        const ends = [...this.#gaps.map(({ fromNs }) => fromNs), to];
        return starts.map((start, index) => ({ fromNs: Math.max(start, from), toNs: Math.min(Number(ends[index]), to) })).filter(({ fromNs, toNs }) => fromNs <= toNs);
    }

    /**
     * The range that is shown after zooming: factor 0.5 shows half as much.
     * @param {number} factor
     * @param {number} px the place that stays where it is
     * @returns {Range}
     */
    zoomed(factor, px) {
        return { from: this.at(px * (1 - factor)), to: this.at(px + (this.width - px) * factor) };
    }

    /**
     * The range that is shown after moving by a part of the width.
     * @param {number} part
     * @returns {Range}
     */
    panned(part) {
        return { from: this.at(this.width * part), to: this.at(this.width * (1 + part)) };
    }
}

/**
 * @param {readonly number[]} from rising
 * @param {readonly number[]} to
 * @param {number} value
 */
function between(from, to, value) {
    const behind = Math.min(Math.max(lowerBound(from, value), 1), from.length - 1);
    const low = Number(from[behind - 1]);
    const high = Number(from[behind]);
    const share = high > low ? (value - low) / (high - low) : 0;
    return Number(to[behind - 1]) + share * (Number(to[behind]) - Number(to[behind - 1]));
}
