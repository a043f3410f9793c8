/** The traces that are open: each with its waterfall, which knows what is collapsed, and what was asked for once. */

/** @import { Trace, Waterfall } from '../pkg/index.js' */
/** @import { Documents } from './documents.js' */

/** Open traces kept, so that going back and forth keeps what is collapsed. */
const KEPT = 8;

export class Open {
    index;
    trace;
    waterfall;
    /** What the last search found. */
    found = new Uint32Array();
    /** @type {Int32Array | null} */
    #parents = null;
    /** @type {Uint32Array | null} */
    #errors = null;

    /**
     * @param {number} index
     * @param {Trace} trace
     */
    constructor(index, trace) {
        this.index = index;
        this.trace = trace;
        this.waterfall = trace.waterfall();
    }

    /** By span its parent, -1 for none. @returns {Int32Array} */
    get parents() {
        return (this.#parents ??= this.trace.parents());
    }

    /** Spans with an error of their own. @returns {Uint32Array} */
    get errors() {
        return (this.#errors ??= this.trace.errorSpans());
    }

    /** All rows, whatever is collapsed; made when a name is asked for. @type {Waterfall | null} */
    #rows = null;

    /**
     * A span's service and operation. Its details would tell them too, but look for its line in the input, which may be long.
     * @param {number} span
     */
    nameOf(span) {
        const rows = (this.#rows ??= this.trace.waterfall());
        const [row] = rows.rows(rows.rowOf(span), 1);
        return { span, service: row?.service ?? "", name: row?.name ?? "" };
    }

    free() {
        this.#rows?.free();
        this.waterfall.free();
        this.trace.free();
    }
}

export class OpenTraces {
    /** @type {Map<number, Open>} the one used last stands last */
    #open = new Map();
    #documents;

    /** @param {Documents} documents */
    constructor(documents) {
        this.#documents = documents;
    }

    /** A trace if it is open. @param {number} index */
    known(index) {
        return this.#open.get(index);
    }

    /**
     * A trace, opened if it is not.
     * @param {number | string} which an index, or a trace id
     */
    get(which) {
        const known = typeof which === "number" ? this.#open.get(which) : undefined;
        if (known !== undefined) return this.#used(known);
        const trace = this.#documents.set.trace(which);
        const { index } = trace.summary();
        const again = this.#open.get(index);
        if (again !== undefined) {
            trace.free();
            return this.#used(again);
        }
        const opened = this.#used(new Open(index, trace));
        for (const [old, entry] of this.#open) {
            if (this.#open.size <= KEPT) break;
            this.#open.delete(old);
            entry.free();
        }
        return opened;
    }

    /** @param {Open} open */
    #used(open) {
        this.#open.delete(open.index);
        this.#open.set(open.index, open);
        return open;
    }
}
