/** Work that a request did not wait for, with the names that a list of it needs. */

/** @import * as spanscope from '../pkg/index.js' */
/** @import { AsyncWork, AsyncPiece } from '../types.js' */

/** Pieces that are told of one by one: the longest. */
const MOST_PIECES = 200;
/** Spans of the path of a piece that are named. */
const MOST_ON_PATH = 3;

/**
 * @param {spanscope.Trace} trace
 * @param {spanscope.TraceSet} set
 * @returns {AsyncWork}
 */
export function asyncWork(trace, set) {
    const { index: here } = trace.summary();
    const paths = trace.asyncPaths().sort((one, other) => other.totalNs - one.totalNs);
    /** Other traces that work is in. @type {Map<number, spanscope.Trace>} */
    const others = new Map();
    const traceAt = (/** @type {number} */ index) => {
        if (index === here) return trace;
        const known = others.get(index) ?? set.trace(index);
        others.set(index, known);
        return known;
    };
    const named = (/** @type {spanscope.Trace} */ of, /** @type {number} */ span) => {
        const { service, name } = of.span(span);
        return { span, service, name };
    };
    const pieces = paths.slice(0, MOST_PIECES).map((path) => {
        const there = traceAt(path.trace);
        /** @type {Map<number, number>} */
        const spent = new Map();
        for (const { span, startNs, endNs } of path.segments) spent.set(span, (spent.get(span) ?? 0) + endNs - startNs);
        const longest = [...spent].sort(([, one], [, other]) => other - one).slice(0, MOST_ON_PATH);
        return /** @type {AsyncPiece} */ ({
            edge: path.edge,
            from: path.from === null ? null : named(trace, path.from),
            trace: path.trace,
            elsewhere: path.trace === here ? null : path.traceId,
            work: named(there, path.span),
            waitNs: path.queueWaitNs,
            totalNs: path.totalNs,
            path: longest.map(([span, ns]) => ({ ...named(there, span), ns })),
        });
    });
    for (const other of others.values()) other.free();
    return { count: paths.length, pieces };
}
