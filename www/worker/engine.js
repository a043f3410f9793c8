/**
 * Answers the page's questions about what is open: traces and their rows, spans, search. What it answers for the views
 * over many spans at once is in explorer.js.
 */

import { IS_ONE_FILE, addressOf } from "../address.js";
import * as spanscope from "../pkg/index.js";
import { lowerBound } from "../sorted.js";
import { asyncWork } from "./async-work.js";
import { Documents } from "./documents.js";
import { Explorer } from "./explorer.js";
import { OpenTraces } from "./open-traces.js";
import { namesOf, shiftOf, stepOf } from "./span-answer.js";
import { warmUp } from "./warm-up.js";

/** @import { Alignment, Explained, Found, InputSpec, Opened, OpenTrace, Overview, Position, Row, Selection, SortOrder, SpanAnswer, SpanContext, Tick, TraceSummary, Verdict } from '../types.js' */

/** The formats that a new context is written in: all there are, the standard first. @type {import('../pkg/index.js').HeaderFormat[]} */
const HEADER_FORMATS = ["w3c", "elastic", "b3", "b3multi", "datadog", "jaeger", "sentry", "ot", "instana", "grpc-trace-bin", "xray", "gcp"];

/** Traces of up to so many spans are told at once where their time went; in larger ones the rows come first. */
const SMALL = 20_000;
/** Spans whose texts are collected in some milliseconds. */
const TEXTS_AT_ONCE = 5000;
/** A span in a file with line breaks is shown with so many more lines. */
const LINES_OF_A_SPAN = 7;

export class Engine extends Explorer {
    #documents = new Documents();
    #open = new OpenTraces(this.#documents);
    /** Counts searches: of those that wait only the last one is done. */
    #searches = 0;

    /** The trace that is shown: long work for another one is given up. */
    #shown = -1;
    /** Questions that are being answered; long work waits for them. */
    urgent = 0;

    /** @type {Promise<void> | null} */
    #ready = null;

    /** Loads the wasm and makes the engine compile well what reading runs. */
    prepare() {
        this.#ready ??= this.#warmUp();
        return this.#ready;
    }

    async #warmUp() {
        await spanscope.init(IS_ONE_FILE ? undefined : addressOf("./pkg/spanscope_bg.wasm"));
        warmUp(spanscope);
    }

    /**
     * Reads inputs, or explains headers.
     * @param {InputSpec[]} inputs
     * @param {readonly number[]} added the ids of those that are new
     * @returns {Promise<Opened>}
     */
    async open(inputs, added) {
        await this.prepare();
        const { headers, failed } = await this.#documents.open(inputs, added);
        return headers === null ? { kind: "traces", overview: this.#overview(), failed } : { kind: "headers", ...headers };
    }

    /** @returns {Omit<Overview, 'looks'>} */
    #overview() {
        const set = this.#documents.set;
        return {
            summary: set.summary(),
            services: set.services(),
            inputs: set.inputs(),
            sizes: this.#documents.sizes,
            warnings: set.warnings(),
            formats: spanscope.formats().map(({ id, name }) => ({ id, name })),
        };
    }

    /**
     * @param {number} from
     * @param {number} count
     * @param {SortOrder} sort
     * @returns {TraceSummary[]}
     */
    traces(from, count, sort) {
        return this.#documents.set.traces({ from, count, sort });
    }

    /**
     * The numbers of the traces that a filter leaves, in an order.
     * @param {Parameters<spanscope.TraceSet['traceOrder']>[0]} options
     */
    traceOrder(options) {
        return this.#documents.set.traceOrder(options);
    }

    /**
     * @param {Uint32Array} indices
     * @returns {TraceSummary[]}
     */
    tracesAt(indices) {
        return this.#documents.set.tracesAt(indices);
    }

    /** Start, duration and errors of every trace. */
    tracePoints() {
        return this.#documents.set.tracePoints();
    }

    /**
     * @param {number | string} which an index, or a trace id
     * @returns {OpenTrace}
     */
    trace(which) {
        const { index, trace, waterfall } = this.#open.get(which);
        this.#shown = index;
        const summary = trace.summary();
        return {
            index,
            summary,
            verdict: summary.spans > SMALL ? null : verdictOf(trace),
            topNs: trace.durations()[trace.mainTop()] ?? 0,
            errors: trace.errorCounts(),
            extentNs: trace.extentNs(),
            rowCount: waterfall.rowCount,
            events: trace.eventCount,
            idle: trace.idle(),
            counts: trace.spanCounts(),
        };
    }

    /**
     * Where the time went; null when another trace is looked at meanwhile.
     * @param {number} index
     * @returns {Promise<Verdict | null>}
     */
    async verdict(index) {
        const trace = await this.#work(index, (trace) => trace.prepareVerdict());
        return trace === null ? null : verdictOf(trace);
    }

    /**
     * Does work for a trace a part at a time, until it is done; whoever asks something meanwhile is answered first.
     * @param {number} index
     * @param {(trace: spanscope.Trace) => boolean} part does one; whether it was the last
     * @returns {Promise<spanscope.Trace | null>} null when another trace is looked at meanwhile
     */
    async #work(index, part) {
        for (;;) {
            const trace = this.#shown === index ? this.#open.known(index)?.trace : undefined;
            if (trace === undefined) return null;
            if (part(trace)) return trace;
            do await othersFirst();
            while (this.urgent > 0);
        }
    }

    /**
     * Checks budgets on a trace.
     * @param {number} index
     * @param {string} text
     */
    budgets(index, text) {
        return this.#open.get(index).trace.budgets(text);
    }

    /**
     * What was found in a trace, and what to do about it; null when another trace is looked at meanwhile.
     * @param {number} index
     * @returns {Promise<Explained | null>}
     */
    async explain(index) {
        const trace = await this.#work(index, (trace) => trace.prepareFindings());
        if (trace === null) return null;
        return { index, findings: trace.findings(), advice: trace.advice(), markdown: trace.markdown(), work: asyncWork(this.#open.get(index), this.#documents.set) };
    }

    /**
     * @param {number} index
     * @param {number} from
     * @param {number} count
     * @param {{from: number, to: number}} [range] the part of the time that is shown
     * @returns {Row[]}
     */
    rows(index, from, count, range) {
        return this.#open.get(index).waterfall.rows(from, count, range === undefined ? undefined : { fromNs: range.from, toNs: range.to });
    }

    /**
     * Opens or closes subtrees.
     * @param {number} index
     * @param {{span: number, expanded: boolean} | {group: number, open: boolean} | {siblingsOf: number} | 'all' | 'none' | {level: number}} what
     * @returns {number} the number of rows now
     */
    expand(index, what) {
        const { trace, waterfall } = this.#open.get(index);
        if (what === "all") waterfall.expandAll();
        else if (what === "none") waterfall.collapseAll();
        else if ("level" in what) waterfall.expandToLevel(what.level);
        else if ("span" in what) waterfall.setExpanded(what.span, what.expanded);
        else if ("group" in what) waterfall.setGroupOpen(what.group, what.open);
        else {
            const { parents } = this.#open.get(index);
            const parent = parents[what.siblingsOf] ?? -1;
            const siblings = parent >= 0 ? trace.children(parent) : topsOf(parents);
            for (const span of siblings) waterfall.setExpanded(span, true);
        }
        return waterfall.rowCount;
    }

    /**
     * The row of a span, or of what it is hidden in; -1 when there is none.
     * @param {number} index
     * @param {number} span
     * @returns {{span: number, row: number}}
     */
    visible(index, span) {
        const { waterfall } = this.#open.get(index);
        const row = waterfall.nearestRow(span);
        return { span: waterfall.spanOf(row), row };
    }

    /**
     * The row above a row in the tree; -1 when there is none.
     * @param {number} index
     * @param {number} row
     */
    parentRow(index, row) {
        return this.#open.get(index).waterfall.parentRow(row);
    }

    /**
     * Makes a span visible; its row is -1 when it is not in the subtree that is shown alone.
     * @param {number} index
     * @param {number} span
     * @returns {{row: number, rowCount: number, changed: boolean}}
     */
    reveal(index, span) {
        const { waterfall } = this.#open.get(index);
        const before = waterfall.rowOf(span);
        const row = waterfall.reveal(span);
        return { row, rowCount: waterfall.rowCount, changed: before < 0 };
    }

    /**
     * Chooses which rows there are.
     * @param {number} index
     * @param {Selection} selection
     * @returns {{rowCount: number, hiddenSpans: number}}
     */
    select(index, { only, ...selection }) {
        const { waterfall, found } = this.#open.get(index);
        waterfall.select({ ...selection, only: only ? found : null });
        return { rowCount: waterfall.rowCount, hiddenSpans: waterfall.hiddenCount };
    }

    /**
     * Searches, and shows what was found alone if that is wished. Null when another search came meanwhile.
     * @param {number} index
     * @param {string} query
     * @param {Selection} selection
     * @returns {Promise<{found: Found, rowCount: number, hiddenSpans: number} | null>}
     */
    async find(index, query, selection) {
        this.#searches += 1;
        const turn = this.#searches;
        // Whoever types fast asks for more than is wanted in the end.
        await othersFirst();
        if (turn !== this.#searches) return null;
        while (!this.#open.get(index).trace.prepareSearch(TEXTS_AT_ONCE, query)) {
            await othersFirst();
            if (turn !== this.#searches) return null;
        }
        const open = this.#open.get(index);
        const { trace, waterfall } = open;
        const { spans, problem } = trace.search(query);
        if (problem === null) open.found = spans;
        const shown = selection.only ? this.select(index, selection) : { rowCount: waterfall.rowCount, hiddenSpans: waterfall.hiddenCount };
        return { found: { query, spans: open.found, problem }, ...shown };
    }

    /**
     * Collects the texts of a trace, so that the first search is as quick as the others; a few at a time, so that nobody waits for it.
     * Given up when another trace is looked at.
     * @param {number} index
     */
    async prepareSearch(index) {
        while (this.#shown === index && this.#open.known(index)?.trace.prepareSearch(TEXTS_AT_ONCE) === false) await othersFirst();
    }

    /**
     * A span and those above it, the topmost first, by service and operation.
     * @param {number} index
     * @param {number} span
     */
    lineage(index, span) {
        const MOST = 6;
        const open = this.#open.get(index);
        const { parents } = open;
        const line = [];
        for (let at = span; at >= 0; at = parents[at] ?? -1) line.unshift(at);
        const shown = line.length <= MOST ? line : [line[0] ?? 0, ...line.slice(1 - MOST)];
        // The last one's id names it in an address; of the others nobody asks for it, and it costs a look at all of a span.
        return namesOf(open, shown).first.map((named) => ({ ...named, id: named.span === span ? open.trace.span(span).spanId : "" }));
    }

    /**
     * Which columns of the overview an error begins in, or a match.
     * @param {number} index
     * @param {'errors' | 'found'} what
     * @param {{width: number, scale: readonly number[], aligned: boolean}} options
     */
    columns(index, what, options) {
        const open = this.#open.get(index);
        return open.trace.columns(open[what], options);
    }

    /**
     * @param {number} index
     * @param {number} span
     * @returns {Promise<SpanAnswer>}
     */
    async span(index, span) {
        const open = this.#open.get(index);
        const { trace, parents } = open;
        const details = trace.span(span);
        let top = span;
        for (let above = parents[top] ?? -1; above >= 0; above = parents[top] ?? -1) top = above;
        const topDetails = top === span ? details : trace.span(top);
        return {
            details,
            topNs: Math.max(0, topDetails.durationNs),
            topName: top === trace.mainTop() ? null : topDetails.name,
            parentName: details.parent === null ? null : open.nameOf(details.parent).name,
            children: trace.children(span).length,
            dragNs: trace.drag(span),
            step: stepOf(trace, span),
            slackNs: trace.slack(span),
            shiftNs: shiftOf(trace, span),
            sampling: spanscope.decodeSampling(details.traceState, details.traceId, details.flags & 0xff),
            excerpt: details.source === null ? null : this.#documents.excerpt(details.source.input, details.source, LINES_OF_A_SPAN),
        };
    }

    /**
     * A span and all below it. They stand together, as the order is that of the tree.
     * @param {number} index
     * @param {number} span
     * @returns {Uint32Array<ArrayBuffer>}
     */
    subtree(index, span) {
        const { parents } = this.#open.get(index);
        let end = span + 1;
        while ((parents[end] ?? -1) >= span) end += 1;
        return Uint32Array.from({ length: end - span }, (_, at) => span + at);
    }

    /**
     * Moves the spans of a trace so that clocks agree, or shows them where they were recorded: then null.
     * @param {number} index
     * @param {boolean} aligned
     * @returns {Alignment | null}
     */
    align(index, aligned) {
        const open = this.#open.get(index);
        const { trace, waterfall } = open;
        waterfall.align(aligned);
        if (!aligned) return null;
        const { moves, refused, fromNs, toNs } = trace.alignment();
        return {
            spans: moves.reduce((sum, { spans }) => sum + spans.length, 0),
            moves: moves.map((move) => ({ ...move, spans: namesOf(open, move.spans) })),
            refused: refused.map(({ text, spans }) => ({ text, spans: namesOf(open, spans) })),
            whole: { from: fromNs, to: toNs },
            idle: trace.idle({ aligned }),
        };
    }

    /**
     * The headers that carry on from a span, by name, in all formats; none for ids that no header can hold.
     * @param {number} index
     * @param {number} span
     * @returns {Record<string, string>}
     */
    headersOf(index, span) {
        const { traceId, spanId, flags, traceState } = this.#open.get(index).trace.span(span);
        const context = { traceId: traceId.toLowerCase().padStart(32, "0"), spanId: spanId.toLowerCase().padStart(16, "0"), traceFlags: flags & 0xff, traceState };
        try {
            return spanscope.inject(context, { formats: HEADER_FORMATS });
        } catch {
            return {};
        }
    }

    /**
     * @param {number} index
     * @param {number} span
     */
    spanId(index, span) {
        return this.#open.get(index).trace.span(span).spanId;
    }

    /**
     * @param {number} index
     * @param {string} spanId
     */
    findSpan(index, spanId) {
        return this.#open.get(index).trace.find(spanId)[0] ?? null;
    }

    /**
     * The index of a trace by its id, if it was read.
     * @param {string} traceId
     */
    findTrace(traceId) {
        try {
            return this.#open.get(traceId).index;
        } catch {
            return null;
        }
    }

    /**
     * The next span with an error of its own in tree order, beyond the end from the start again.
     * @param {number} index
     * @param {number} from a span
     * @param {1 | -1} direction
     * @returns {number | null}
     */
    nextError(index, from, direction) {
        return nextOf(this.#open.get(index).errors, from, direction);
    }

    /**
     * @param {number} index
     * @param {readonly {fromNs: number, toNs: number}[]} ranges what of the time is shown
     * @param {number} most
     * @returns {Tick[]}
     */
    ticks(index, ranges, most) {
        return this.#open.get(index).trace.ticksOf(ranges, most);
    }

    /**
     * An RGBA raster of a part of a trace.
     * @param {number} index
     * @param {{width: number, height: number, scale: readonly number[], aligned: boolean, palette: Uint32Array, error: number}} options
     */
    minimap(index, options) {
        return this.#open.get(index).trace.minimap(options);
    }

    /**
     * A small raster for the list of traces; the trace is not kept open for it.
     * @param {number} index
     * @param {{width: number, height: number, palette: Uint32Array, error: number}} options
     */
    strip(index, options) {
        const open = this.#open.known(index);
        const trace = open?.trace ?? this.#documents.set.trace(index);
        const pixels = trace.minimap({ ...options, scale: [0, 0, Math.max(1, trace.extentNs()), options.width] });
        if (open === undefined) trace.free();
        return pixels;
    }

    /**
     * The line around a place in an input.
     * @param {number} input
     * @param {Omit<Position, 'input'> | null} position
     * @param {number} [lines] how many lines after it to show as well
     */
    excerpt(input, position, lines) {
        return this.#documents.excerpt(input, position, lines);
    }

    /** What can be read. */
    async formats() {
        await this.prepare();
        return spanscope.formats().map(({ id, name }) => ({ id, name }));
    }

    /**
     * A new trace, or a child of a context, as headers.
     * @param {SpanContext | null} parent
     */
    async newContext(parent) {
        await this.prepare();
        const context = parent === null ? spanscope.startTrace() : spanscope.childOf(parent);
        return spanscope.inject(context, { formats: HEADER_FORMATS });
    }

    /**
     * @override
     * @param {number} index
     */
    traceOf(index) {
        return this.#open.get(index).trace;
    }

    /** @override */
    setOf() {
        return this.#documents.set;
    }
}

/** @param {spanscope.Trace} trace @returns {Verdict} */
function verdictOf(trace) {
    return { parts: trace.verdictParts(), path: trace.pathByService() };
}

/** Lets in the messages that wait already. @returns {Promise<void>} */
function othersFirst() {
    return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            port1.close();
            resolve();
        };
        port2.postMessage(null);
    });
}

/**
 * The next one of some spans, which rise, beyond the end from the start again.
 * @param {Uint32Array} spans
 * @param {number} from a span, -1 for before all
 * @param {1 | -1} direction
 * @returns {number | null}
 */
function nextOf(spans, from, direction) {
    const [first] = spans;
    if (first === undefined) return null;
    const place = lowerBound(spans, direction > 0 ? from + 1 : from);
    return (direction > 0 ? spans[place] ?? first : spans[place - 1] ?? spans[spans.length - 1]) ?? null;
}

/** @param {Int32Array} parents */
function topsOf(parents) {
    const tops = [];
    for (const [span, parent] of parents.entries()) if (parent < 0) tops.push(span);
    return tops;
}
