/** Work that a request did not wait for, with the names that a list of it needs. */

import { Open } from "./open-traces.js";

/** @import * as spanscope from '../pkg/index.js' */
/** @import { AsyncWork, AsyncPiece } from '../types.js' */

/** Pieces that are told of one by one: the longest. */
const MOST_PIECES = 200;
/** Spans of the path of a piece that are named. */
const MOST_ON_PATH = 3;

/**
 * @param {Open} open
 * @param {spanscope.TraceSet} set
 * @returns {AsyncWork}
 */
export function asyncWork(open, set) {
    const paths = open.trace.asyncPaths(MOST_PIECES);
    /** Other traces that work is in: opened for their names, and no longer than that. @type {Map<number, Open>} */
    const others = new Map();
    const at = (/** @type {number} */ index) => {
        if (index === open.index) return open;
        const known = others.get(index) ?? new Open(index, set.trace(index));
        others.set(index, known);
        return known;
    };
    const pieces = paths.map((path) => {
        const there = at(path.trace);
        /** @type {Map<number, number>} */
        const spent = new Map();
        for (const { span, startNs, endNs } of path.segments) spent.set(span, (spent.get(span) ?? 0) + endNs - startNs);
        const longest = [...spent].sort(([, one], [, other]) => other - one).slice(0, MOST_ON_PATH);
        return /** @type {AsyncPiece} */ ({
            edge: path.edge,
            from: path.from === null ? null : open.nameOf(path.from),
            trace: path.trace,
            elsewhere: path.trace === open.index ? null : path.traceId,
            work: there.nameOf(path.span),
            waitNs: path.queueWaitNs,
            totalNs: path.totalNs,
            path: longest.map(([span, ns]) => ({ ...there.nameOf(span), ns })),
        });
    });
    for (const other of others.values()) other.free();
    return { count: open.trace.asyncPathCount, pieces };
}
