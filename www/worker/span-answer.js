/** What is told of one span beside what it holds itself. */

/** @import * as spanscope from '../pkg/index.js' */
/** @import { NamedSpans } from '../types.js' */
/** @import { Open } from './open-traces.js' */

/** Spans of a list that are named. */
const MOST_NAMED = 200;

/** By trace how far an alignment of clocks moves each span. @type {WeakMap<spanscope.Trace, Float64Array>} */
const shifts = new WeakMap();

/**
 * How far a span moves when the clocks of the hosts are aligned.
 * @param {spanscope.Trace} trace
 * @param {number} span
 */
export function shiftOf(trace, span) {
    const known = shifts.get(trace) ?? trace.alignment().shiftsNs;
    shifts.set(trace, known);
    return known[span] ?? 0;
}

/**
 * How many spans there are, and the names of the first of them.
 * @param {Open} open
 * @param {ArrayLike<number>} spans
 * @returns {NamedSpans}
 */
export function namesOf(open, spans) {
    const named = (/** @type {number} */ span) => {
        const { service, name } = open.nameOf(span);
        return { span, label: `${service} ${name}`.trim() || "(no name)" };
    };
    return { count: spans.length, first: Array.from(spans).slice(0, MOST_NAMED).map(named) };
}

/**
 * What is doubtful about the step of the critical path from a span to what waited for it; null when nothing is.
 * @param {spanscope.Trace} trace
 * @param {number} span
 */
export function stepOf(trace, span) {
    const step = trace.pathStep(span);
    if (step === null || step.clarity === "clear" || step.clarity === "touching") return null;
    const [rival] = step.rivals;
    return { clarity: step.clarity, rival: rival === undefined ? "" : trace.span(rival).name, rivals: step.rivalCount };
}
