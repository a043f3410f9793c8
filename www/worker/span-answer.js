/** What is told of one span beside what it holds itself. */

/** @import * as spanscope from '../pkg/index.js' */

/** By trace what an alignment of clocks would move. @type {WeakMap<spanscope.Trace, spanscope.ClockSkew['moved']>} */
const moves = new WeakMap();

/**
 * How far a span would move if the clocks of the hosts were aligned.
 * @param {spanscope.Trace} trace
 * @param {number} span
 */
export function shiftOf(trace, span) {
    const moved = moves.get(trace) ?? trace.clockSkew().moved;
    moves.set(trace, moved);
    return moved.byNs[moved.spans.indexOf(span)] ?? 0;
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
