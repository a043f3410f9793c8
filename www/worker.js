/**
 * The worker: owns the wasm instance, reads inputs and answers questions about them. The page talks to it through
 * client.js only. One worker reads once: the next reading goes to a new one, as wasm memory never shrinks, and what
 * is open stays open until the new one is there.
 *
 *     page   {id, method, arguments}           →
 *            ← {id, result} | {id, error} | {progress}
 */

import * as spanscope from "./pkg/index.js";
import { Explorer } from "./explorer.js";
import { excerptOf } from "./format.js";
import { lowerBound } from "./sorted.js";
import { IS_ONE_FILE, addressOf } from "./address.js";
import { sampleBlob } from "./samples/load.js";
import { warmUp } from "./warm-up.js";

/** @import { Excerpt, Explained, Found, InputSpec, Opened, OpenTrace, Overview, Position, Problem, Progress, Row, Selection, SortOrder, SpanAnswer, SpanContext, Tick, TraceSummary } from './types.js' */

/** What may be a header block; anything longer is read as a trace without asking. */
const LONGEST_HEADERS = 256 * 1024;
/** Open traces kept, so that going back and forth keeps what is collapsed. */
const KEPT_TRACES = 8;
/** How far around a place its line is looked for; lines of minified JSON have no end. */
const LINE_REACH = 4096;
/** A span in a file with line breaks is shown with so many more lines. */
const LINES_OF_A_SPAN = 7;
const decoder = new TextDecoder();

/** Beginnings of gzip, zstd, zip and UTF-16: the offsets of an error count in what comes out of them. */
const PACKED = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x4b, 0x03, 0x04], [0xff, 0xfe], [0xfe, 0xff]];

/** @param {Blob} blob */
async function isPacked(blob) {
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
function excerptAt(bytes, at, position, input, lines) {
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

class Engine extends Explorer {
    /** @type {spanscope.TraceSet | null} */
    #set = null;
    /** @type {InputSpec[]} */
    #inputs = [];
    /** @type {Blob[]} */
    #blobs = [];
    /** @type {Map<number, {trace: spanscope.Trace, waterfall: spanscope.Waterfall, parents: Int32Array | null, errors: Uint32Array | null, found: Uint32Array}>} */
    #open = new Map();
    /** Counts searches: of those that wait only the last one is done. */
    #searches = 0;

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
     * Reads inputs. A lone text that is a header, or a block of them, is explained instead. What cannot be read is left
     * out and told, unless that is everything that was added: then nothing is opened.
     * @param {InputSpec[]} inputs
     * @param {readonly number[]} added the ids of those that are new
     * @returns {Promise<Opened>}
     */
    async open(inputs, added) {
        await this.prepare();
        this.#inputs = inputs;
        this.#blobs = [];
        for (const input of inputs) this.#blobs.push(input.blob ?? (await sampleBlob(input.sample)));
        const lone = added.length === 1 ? inputs.findIndex((input) => input.id === added[0]) : -1;
        const blob = this.#blobs[lone];
        if (blob !== undefined && inputs[lone]?.format === null && blob.size <= LONGEST_HEADERS) {
            const bytes = new Uint8Array(await blob.arrayBuffer());
            if (spanscope.detect(bytes).kind === "headers") {
                const text = decoder.decode(bytes);
                const explanations = spanscope.explainHeaders(text);
                if (explanations.length > 0) return { kind: "headers", text, explanations };
            }
        }
        const failed = await this.#read(added);
        return { kind: "traces", overview: this.#overview(), failed };
    }

    /**
     * @param {readonly number[]} added
     * @returns {Promise<{id: number, problem: Problem}[]>} what was left out
     */
    async #read(added) {
        const [only] = this.#inputs;
        if (this.#inputs.length === 1 && only !== undefined) {
            try {
                this.#set = await this.#readOne();
            } catch (error) {
                throw asError(await this.#placed(error, 0));
            }
            return [];
        }
        try {
            this.#set = await this.#readAll();
        } catch (error) {
            // Nothing could be read; the error is that of the first.
            const { input } = /** @type {{position?: Position | null}} */ (error).position ?? { input: 0 };
            throw asError(await this.#placed(error, input));
        }
        /** @type {{id: number, problem: Problem}[]} */
        const failed = [];
        for (const index of this.#leftOut(this.#set)) {
            const input = /** @type {InputSpec} */ (this.#inputs[index]);
            failed.push({ id: input.id, problem: await this.#whyNot(index) });
        }
        if (failed.length === 0) return [];
        const [first] = failed;
        const hopeless = added.length > 0 && added.every((id) => failed.some((failure) => failure.id === id));
        this.#set.free();
        this.#set = null;
        if (hopeless && first !== undefined) throw asError(failed.find(({ id }) => added.includes(id))?.problem ?? first.problem);
        const good = this.#inputs.map((input) => !failed.some(({ id }) => id === input.id));
        this.#blobs = this.#blobs.filter((_, index) => good[index]);
        this.#inputs = this.#inputs.filter((_, index) => good[index]);
        await this.#read([]);
        return failed;
    }

    /**
     * The inputs without a report.
     * @param {spanscope.TraceSet} set
     */
    #leftOut(set) {
        const read = new Set(set.inputs().map(({ given }) => given));
        return [...this.#inputs.keys()].filter((index) => !read.has(index));
    }

    /**
     * Reads an input alone for the sake of its error.
     * @param {number} index
     * @returns {Promise<Problem>}
     */
    async #whyNot(index) {
        const input = /** @type {InputSpec} */ (this.#inputs[index]);
        const blob = /** @type {Blob} */ (this.#blobs[index]);
        try {
            spanscope.read(await blob.arrayBuffer(), { name: input.name, ...(input.format === null ? {} : { format: input.format }) }).free();
        } catch (error) {
            return this.#placed(error, index);
        }
        return { kind: "no-spans", message: "Expected spans, found none.", name: input.name, excerpt: null };
    }

    /** Streams one input into wasm memory, which is reserved at its size. */
    async #readOne() {
        const [input] = this.#inputs;
        const [blob] = this.#blobs;
        if (input === undefined || blob === undefined) throw new Error("nothing to read");
        const reader = new spanscope.TraceReader({ byteLength: blob.size, name: input.name, ...(input.format === null ? {} : { format: input.format }) });
        const meter = new Meter(input.name, blob.size);
        for await (const chunk of chunksOf(blob)) {
            reader.push(chunk);
            meter.add(chunk.length);
        }
        meter.finish();
        return reader.finish();
    }

    async #readAll() {
        const total = this.#blobs.reduce((sum, blob) => sum + blob.size, 0);
        const meter = new Meter("", total);
        const documents = [];
        for (const [index, blob] of this.#blobs.entries()) {
            const input = this.#inputs[index];
            meter.name = input?.name ?? "";
            const bytes = new Uint8Array(blob.size);
            let at = 0;
            for await (const chunk of chunksOf(blob)) {
                bytes.set(chunk, at);
                at += chunk.length;
                meter.add(chunk.length);
            }
            documents.push({ bytes, name: meter.name, ...(input?.format ? { format: input.format } : {}) });
        }
        meter.finish();
        return spanscope.readAll(documents);
    }

    /** @returns {Omit<Overview, 'looks'>} */
    #overview() {
        const set = this.#theSet();
        return {
            summary: set.summary(),
            services: set.services(),
            inputs: set.inputs(),
            sizes: this.#blobs.map((blob) => blob.size),
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
        return this.#theSet().traces({ from, count, sort });
    }

    /**
     * @param {number | string} which an index, or a trace id
     * @returns {OpenTrace}
     */
    trace(which) {
        const { index, trace, waterfall } = this.#opened(which);
        const summary = trace.summary();
        return {
            index,
            summary,
            verdict: trace.verdictParts(),
            path: trace.pathByService(),
            topNs: trace.span(trace.mainTop()).durationNs,
            errors: trace.errorCounts(),
            extentNs: trace.extentNs(),
            rowCount: waterfall.rowCount,
            events: trace.eventCount,
            idle: trace.idle(),
            counts: trace.spanCounts(),
        };
    }

    /**
     * Checks budgets on a trace.
     * @param {number} index
     * @param {string} text
     */
    budgets(index, text) {
        return this.#opened(index).trace.budgets(text);
    }

    /**
     * What was found in a trace, and what to do about it.
     * @param {number} index
     * @returns {Explained}
     */
    explain(index) {
        const { trace } = this.#opened(index);
        return { index, findings: trace.findings(), advice: trace.advice(), markdown: trace.markdown() };
    }

    /**
     * @param {number} index
     * @param {number} from
     * @param {number} count
     * @param {{from: number, to: number}} [range] the part of the time that is shown
     * @returns {Row[]}
     */
    rows(index, from, count, range) {
        return this.#opened(index).waterfall.rows(from, count, range === undefined ? undefined : { fromNs: range.from, toNs: range.to });
    }

    /**
     * Opens or closes subtrees.
     * @param {number} index
     * @param {{span: number, expanded: boolean} | {group: number, open: boolean} | {siblingsOf: number} | 'all' | 'none' | {level: number}} what
     * @returns {number} the number of rows now
     */
    expand(index, what) {
        const { trace, waterfall } = this.#opened(index);
        if (what === "all") waterfall.expandAll();
        else if (what === "none") waterfall.collapseAll();
        else if ("level" in what) waterfall.expandToLevel(what.level);
        else if ("span" in what) waterfall.setExpanded(what.span, what.expanded);
        else if ("group" in what) waterfall.setGroupOpen(what.group, what.open);
        else {
            const parent = this.#parents(index)[what.siblingsOf] ?? -1;
            const siblings = parent >= 0 ? trace.children(parent) : topsOf(this.#parents(index));
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
        const { waterfall } = this.#opened(index);
        const row = waterfall.nearestRow(span);
        return { span: waterfall.spanOf(row), row };
    }

    /**
     * The row above a row in the tree; -1 when there is none.
     * @param {number} index
     * @param {number} row
     */
    parentRow(index, row) {
        return this.#opened(index).waterfall.parentRow(row);
    }

    /** @param {number} index */
    #parents(index) {
        const { trace } = this.#opened(index);
        const entry = this.#entry(index);
        entry.parents ??= trace.parents();
        return entry.parents;
    }

    /**
     * Makes a span visible; its row is -1 when it is not in the subtree that is shown alone.
     * @param {number} index
     * @param {number} span
     * @returns {{row: number, rowCount: number, changed: boolean}}
     */
    reveal(index, span) {
        const { waterfall } = this.#opened(index);
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
        const { waterfall } = this.#opened(index);
        waterfall.select({ ...selection, only: only ? this.#entry(index).found : null });
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
        // Lets in what waits already: whoever types fast asks for more than is wanted in the end.
        await new Promise((resolve) => setTimeout(resolve));
        if (turn !== this.#searches) return null;
        const { trace } = this.#opened(index);
        const { spans, problem } = trace.search(query);
        const entry = this.#entry(index);
        if (problem === null) entry.found = spans;
        const { waterfall } = entry;
        const shown = selection.only ? this.select(index, selection) : { rowCount: waterfall.rowCount, hiddenSpans: waterfall.hiddenCount };
        return { found: { query, spans: entry.found, problem }, ...shown };
    }

    /**
     * Collects the texts of a trace, so that the first search is as quick as the others.
     * @param {number} index
     */
    prepareSearch(index) {
        this.#opened(index).trace.prepareSearch();
    }

    /**
     * A span and those above it, the topmost first, by service and operation.
     * @param {number} index
     * @param {number} span
     * @returns {{span: number, label: string}[]}
     */
    lineage(index, span) {
        const MOST = 6;
        const { trace } = this.#opened(index);
        const parents = this.#parents(index);
        const line = [];
        for (let at = span; at >= 0; at = parents[at] ?? -1) line.unshift(at);
        const shown = line.length <= MOST ? line : [line[0] ?? 0, ...line.slice(1 - MOST)];
        return shown.map((at) => {
            const { service, name } = trace.span(at);
            return { span: at, label: `${service} ${name}`.trim() || "(no name)" };
        });
    }

    /**
     * Which columns of the overview an error begins in, and which a match.
     * @param {number} index
     * @param {{width: number, scale: readonly number[]}} options
     */
    columns(index, options) {
        const { trace } = this.#opened(index);
        return { errors: trace.columns(this.#errors(index), options), found: trace.columns(this.#entry(index).found, options) };
    }

    /**
     * @param {number} index
     * @param {number} span
     * @returns {Promise<SpanAnswer>}
     */
    async span(index, span) {
        const { trace } = this.#opened(index);
        const details = trace.span(span);
        const parents = this.#parents(index);
        let top = span;
        for (let above = parents[top] ?? -1; above >= 0; above = parents[top] ?? -1) top = above;
        const topDetails = top === span ? details : trace.span(top);
        return {
            details,
            topNs: Math.max(0, topDetails.durationNs),
            topName: top === trace.mainTop() ? null : topDetails.name,
            parentName: details.parent === null ? null : trace.span(details.parent).name,
            children: trace.children(span).length,
            dragNs: trace.drag(span),
            step: stepOf(trace, span),
            slackNs: trace.slack(span),
            shiftNs: shiftOf(trace, span),
            sampling: spanscope.decodeSampling(details.traceState, details.traceId, details.flags & 0xff),
            excerpt: details.source === null ? null : this.excerpt(details.source.input, details.source, LINES_OF_A_SPAN),
        };
    }

    /**
     * @param {number} index
     * @param {number} span
     */
    spanId(index, span) {
        return this.#opened(index).trace.span(span).spanId;
    }

    /**
     * @param {number} index
     * @param {string} spanId
     */
    findSpan(index, spanId) {
        return this.#opened(index).trace.find(spanId)[0] ?? null;
    }

    /**
     * The index of a trace by its id, if it was read.
     * @param {string} traceId
     */
    findTrace(traceId) {
        try {
            return this.#opened(traceId).index;
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
        return nextOf(this.#errors(index), from, direction);
    }

    /** @param {number} index */
    #errors(index) {
        const { trace } = this.#opened(index);
        const entry = this.#entry(index);
        entry.errors ??= trace.errorSpans();
        return entry.errors;
    }

    /** What is kept of an open trace. @param {number} index */
    #entry(index) {
        this.#opened(index);
        const entry = this.#open.get(index);
        if (entry === undefined) throw new Error("a trace that was opened is open");
        return entry;
    }

    /**
     * @param {number} index
     * @param {readonly {fromNs: number, toNs: number}[]} ranges what of the time is shown
     * @param {number} most
     * @returns {Tick[]}
     */
    ticks(index, ranges, most) {
        return this.#opened(index).trace.ticksOf(ranges, most);
    }

    /**
     * An RGBA raster of a part of a trace.
     * @param {number} index
     * @param {{width: number, height: number, scale: readonly number[], palette: Uint32Array, error: number}} options
     */
    minimap(index, options) {
        return this.#opened(index).trace.minimap(options);
    }

    /**
     * A small raster for the list of traces; the trace is not kept open for it.
     * @param {number} index
     * @param {{width: number, height: number, palette: Uint32Array, error: number}} options
     */
    strip(index, options) {
        const open = this.#open.get(index);
        const trace = open?.trace ?? this.#theSet().trace(index);
        const pixels = trace.minimap({ ...options, scale: [0, 0, Math.max(1, trace.extentNs()), options.width] });
        if (open === undefined) trace.free();
        return pixels;
    }

    /**
     * The line around a place in an input.
     * @param {number} input
     * @param {Omit<Position, 'input'> | null} position
     * @param {number} [lines] how many lines after it to show as well
     * @returns {Excerpt | null}
     */
    excerpt(input, position, lines = 0) {
        if (this.#set === null || position === null) return null;
        const from = Math.max(0, position.offset - LINE_REACH);
        const name = this.#set.inputs().find((report) => report.input === input)?.name ?? this.#inputs[input]?.name ?? "";
        return excerptAt(this.#set.source(input, from, position.offset + LINE_REACH), position.offset - from, position, name, lines);
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
        const headers = spanscope.inject(context);
        const [explained] = spanscope.explainHeaders(headers["traceparent"] ?? "");
        return { ...headers, ...explained?.others };
    }

    /**
     * @override
     * @param {number} index
     */
    traceOf(index) {
        return this.#opened(index).trace;
    }

    /** @override */
    setOf() {
        return this.#theSet();
    }

    #theSet() {
        if (this.#set === null) throw new Error("nothing is open");
        return this.#set;
    }

    /** @param {number | string} which */
    #opened(which) {
        if (typeof which === "number") {
            const known = this.#open.get(which);
            if (known !== undefined) {
                this.#open.delete(which);
                this.#open.set(which, known);
                return { index: which, ...known };
            }
        }
        const trace = this.#theSet().trace(which);
        const { index } = trace.summary();
        const again = this.#open.get(index);
        if (again !== undefined) {
            trace.free();
            return { index, ...again };
        }
        const opened = { trace, waterfall: trace.waterfall(), parents: null, errors: null, found: new Uint32Array() };
        this.#open.set(index, opened);
        for (const [old, entry] of this.#open) {
            if (this.#open.size <= KEPT_TRACES) break;
            this.#open.delete(old);
            entry.waterfall.free();
            entry.trace.free();
        }
        return { index, ...opened };
    }

    /**
     * What is told of an error: the name of its input, and the marked line if it says where.
     * @param {any} error
     * @param {number} input
     * @returns {Promise<Problem>}
     */
    async #placed(error, input) {
        const name = this.#inputs[input]?.name ?? "";
        if (error instanceof DOMException) return { kind: "unreadable", message: `The browser could not read it: ${error.message}`, name, excerpt: null };
        return {
            kind: typeof error?.kind === "string" ? error.kind : "internal",
            message: String(error?.message ?? error),
            name,
            excerpt: await this.#unread(input, error?.position ?? null).catch(() => null),
        };
    }

    /**
     * The place of an error in an input of which nothing was kept. What was packed has no lines.
     * @param {number} input
     * @param {Position | null} position
     */
    async #unread(input, position) {
        const blob = this.#blobs[input];
        if (blob === undefined || position === null || position.offset > blob.size || (await isPacked(blob))) return null;
        const from = Math.max(0, position.offset - LINE_REACH);
        const bytes = new Uint8Array(await blob.slice(from, position.offset + LINE_REACH).arrayBuffer());
        return excerptAt(bytes, position.offset - from, position, this.#inputs[input]?.name ?? "", 0);
    }
}

/**
 * @param {Problem} problem
 * @returns {Error & Problem}
 */
function asError(problem) {
    return Object.assign(new Error(problem.message), problem);
}

/** By trace what an alignment of clocks would move. @type {WeakMap<spanscope.Trace, spanscope.ClockSkew['moved']>} */
const moves = new WeakMap();

/**
 * How far a span would move if the clocks of the hosts were aligned.
 * @param {spanscope.Trace} trace
 * @param {number} span
 */
function shiftOf(trace, span) {
    const moved = moves.get(trace) ?? trace.clockSkew().moved;
    moves.set(trace, moved);
    return moved.byNs[moved.spans.indexOf(span)] ?? 0;
}

/**
 * What is doubtful about the step of the critical path from a span to what waited for it; null when nothing is.
 * @param {spanscope.Trace} trace
 * @param {number} span
 */
function stepOf(trace, span) {
    const step = trace.pathStep(span);
    if (step === null || step.clarity === "clear" || step.clarity === "touching") return null;
    const [rival] = step.rivals;
    return { clarity: step.clarity, rival: rival === undefined ? "" : trace.span(rival).name, rivals: step.rivalCount };
}

/** Bytes read of all, told to the page at most twenty times a second. */
class Meter {
    #done = 0;
    #total;
    #told = 0;
    name;

    /**
     * @param {string} name
     * @param {number} total
     */
    constructor(name, total) {
        this.name = name;
        this.#total = total;
    }

    /** @param {number} bytes */
    add(bytes) {
        this.#done += bytes;
        const now = performance.now();
        if (now - this.#told < 50) return;
        this.#told = now;
        this.#tell("read");
    }

    finish() {
        this.#tell("index");
    }

    /** @param {Progress['phase']} phase */
    #tell(phase) {
        postMessage({ progress: { phase, name: this.name, done: this.#done, total: this.#total } });
    }
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

/**
 * @param {Blob} blob
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* chunksOf(blob) {
    const reader = blob.stream().getReader();
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
    }
}

/** @typedef {InstanceType<typeof Engine>} EngineType */

const engine = new Engine();

addEventListener("message", async (event) => {
    const { id, method, arguments: values } = event.data;
    try {
        const result = await /** @type {any} */ (engine)[method](...values);
        const transfer = ArrayBuffer.isView(result) ? [result.buffer] : [];
        postMessage({ id, result }, { transfer: /** @type {Transferable[]} */ (transfer) });
    } catch (error) {
        const { message, kind = "internal", name = "", excerpt = null } = /** @type {any} */ (error);
        // An error of the package or of the browser has a name of another sort.
        postMessage({ id, error: { message: String(message ?? error), kind, name: excerpt === null && /Error$/.test(name) ? "" : name, excerpt } });
    }
});
