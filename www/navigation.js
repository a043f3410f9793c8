/**
 * Going about in what is open: from trace to trace, to a span, to the next error, match or mark, in and out of a subtree.
 */

import { countOf } from "./format.js";
import { clampRange, wholeRange } from "./state.js";

/** @import { App } from './app.js' */
/** @import { Intents } from './types.js' */

export class Navigation {
    #app;

    /** @param {App} app */
    constructor(app) {
        this.#app = app;
    }

    /** @param {number} span */
    openDetails(span) {
        const { store, views, places } = this.#app;
        const again = store.state.details && store.state.span === span;
        store.set({ span, details: true });
        places.record("replace");
        // A sheet covers the rows, so the focus goes with it; at the right side the second Enter takes it there.
        const sheet = matchMedia("(width < 900px)").matches;
        if (again || sheet) {
            store.show();
            views.details.focus();
        }
        if (sheet) this.#uncover();
    }

    /**
     * @param {number} index
     * @param {string | null} spanId
     * @param {'push' | 'replace' | null} history
     */
    async openTrace(index, spanId, history) {
        const { connection } = this.#app.store.state;
        if (connection === null) return;
        const isCurrent = this.#app.reading.begin();
        try {
            const trace = await connection.call("trace", index);
            const { rowCount, changes } = await this.#app.selector.enter(connection, index, this.#app.store.state);
            const span = spanId === null || spanId === "" ? null : await connection.call("findSpan", index, spanId);
            if (!isCurrent()) return;
            this.#app.store.set({ ...changes, trace: { ...trace, rowCount }, view: "trace", rowsVersion: 0, span: null, marked: [], range: null });
            this.#app.store.show();
            if (span !== null) await this.reveal(span, this.#app.store.state.details);
            if (history !== null) this.#app.places.record(history);
        } catch (error) {
            this.#app.fail(error);
        }
    }

    /**
     * Makes a span the current one, with its ancestors expanded.
     * @param {number} span
     * @param {boolean} details
     */
    async reveal(span, details) {
        const { connection, trace } = this.#app.store.state;
        if (connection === null || trace === null) return;
        let { row, rowCount, changed } = await connection.call("reveal", trace.index, span);
        if (row < 0 && this.#app.store.state.focus.length > 0) {
            // It is not in the subtree that is shown alone.
            await this.#app.selector.focusOn(null);
            ({ row, rowCount, changed } = await connection.call("reveal", trace.index, span));
        }
        const now = this.#app.store.state.trace;
        if (now?.index !== trace.index) return;
        changed ||= rowCount !== now.rowCount;
        this.#app.store.set({ span, details: details || this.#app.store.state.details, tab: "waterfall", ...(changed ? { trace: { ...now, rowCount }, rowsVersion: this.#app.store.state.rowsVersion + 1 } : {}) });
    }

    /** @param {readonly number[]} spans */
    async mark(spans) {
        if (spans.length > 0) this.#app.selector.forget();
        this.#app.store.set({ marked: [...spans].sort((one, other) => one - other) });
        const [first] = this.#app.store.state.marked;
        if (first === undefined) return;
        // What a sentence begins with is what it is about.
        await this.reveal(spans[0] ?? first, true);
        this.#app.places.record("replace");
    }

    /**
     * @param {number} trace
     * @param {readonly number[]} spans
     */
    async markIn(trace, spans) {
        if (trace !== this.#app.store.state.trace?.index) await this.openTrace(trace, null, "push");
        if (trace !== this.#app.store.state.trace?.index) return;
        await this.mark(spans);
        this.#app.store.show();
        this.#app.views.waterfall.focus();
    }

    /** @param {Parameters<Intents['expand']>[0]} what */
    async expand(what) {
        const { connection, trace } = this.#app.store.state;
        if (connection === null || trace === null) return;
        const rowCount = await connection.call("expand", trace.index, what);
        const { trace: now, rowsVersion } = this.#app.store.state;
        if (now === null || now.index !== trace.index) return;
        this.#app.store.set({ trace: { ...now, rowCount }, rowsVersion: rowsVersion + 1 });
    }

    /**
     * @param {string} traceId
     * @param {string} spanId
     */
    async follow(traceId, spanId) {
        const { connection, trace } = this.#app.store.state;
        if (connection === null) return;
        const index = await connection.call("findTrace", traceId);
        if (index === null) {
            this.#app.store.set({ problem: { kind: "not-here", message: `The trace ${traceId} is not in what was read.`, excerpt: null, name: "The linked span" } });
            return;
        }
        if (index !== trace?.index || this.#app.store.state.view !== "trace") {
            await this.openTrace(index, spanId, "push");
            this.#app.store.set({ details: true });
            this.#app.store.show();
            this.#app.views.waterfall.focus();
            return;
        }
        const span = await connection.call("findSpan", index, spanId);
        if (span !== null) {
            await this.reveal(span, true);
            this.#app.places.record("push");
        }
    }

    /** Scrolls the current row out from under the sheet. */
    #uncover() {
        const row = this.#app.views.waterfall.currentRow;
        if (row === undefined) return;
        const hidden = row.getBoundingClientRect().bottom + 8 - this.#app.views.details.element.getBoundingClientRect().top;
        if (hidden > 0) this.#app.views.main.scrollTop += hidden;
    }

    closeDetails() {
        if (!this.#app.store.state.details) return;
        this.#app.store.set({ details: false });
        this.#app.store.show();
        this.#app.views.waterfall.focus();
    }

    /** @param {1 | -1} direction */
    async nextError(direction) {
        const { connection, trace, span } = this.#app.store.state;
        if (connection === null || trace === null) return;
        const found = await connection.call("nextError", trace.index, span ?? (direction > 0 ? -1 : 0), direction);
        if (found === null) this.#app.views.say("No span has an error of its own.");
        else {
            await this.reveal(found, false);
            this.#app.store.show();
            this.#app.views.waterfall.focus();
            this.#app.places.record("replace");
        }
    }

    /**
     * @param {1 | -1} direction
     * @param {boolean} focusRow
     */
    async stepFound(direction, focusRow) {
        await this.#app.selector.step(direction);
        if (!focusRow) return;
        this.#app.store.show();
        this.#app.views.waterfall.focus();
    }

    /** @param {number | null} span */
    async focusOn(span) {
        await this.#app.selector.focusOn(span);
        if (span === null) this.#app.intents.setRange(null);
        else await this.fit();
        this.#app.places.record("push");
        this.#app.store.show();
        this.#app.views.waterfall.focus();
    }

    /** @param {1 | -1} direction */
    async nextMarked(direction) {
        const { marked, span, found } = this.#app.store.state;
        if (found !== null) {
            await this.stepFound(direction, true);
            return;
        }
        if (marked.length === 0) return;
        const at = span ?? -1;
        const after = direction > 0 ? (marked.find((candidate) => candidate > at) ?? marked[0]) : (marked.findLast((candidate) => candidate < at) ?? marked.at(-1));
        if (after === undefined) return;
        await this.reveal(after, false);
        this.#app.store.show();
        this.#app.views.waterfall.focus();
        this.#app.places.record("replace");
    }


    async fit() {
        const { connection, trace, span, alignment } = this.#app.store.state;
        if (connection === null || trace === null || span === null) return;
        const { details, shiftNs } = await connection.call("span", trace.index, span);
        if (!Number.isFinite(details.startNs)) return;
        const margin = Math.max(0, details.durationNs) * 0.05;
        const start = details.startNs + (alignment === null ? 0 : shiftNs);
        this.#app.intents.setRange(clampRange({ from: start - margin, to: start + details.durationNs + margin }, wholeRange(this.#app.store.state)));
    }

    /**
     * Moves spans so that the clocks of their hosts agree, or shows them where they were recorded.
     * @param {boolean} aligned
     */
    async align(aligned) {
        const { connection, trace } = this.#app.store.state;
        if (connection === null || trace === null) return;
        this.#app.store.set({ aligned });
        const alignment = await connection.call("align", trace.index, aligned);
        const now = this.#app.store.state;
        if (now.trace?.index !== trace.index || now.connection !== connection || now.aligned !== aligned) return;
        const range = now.range === null ? null : clampRange(now.range, wholeRange({ trace, alignment }));
        this.#app.store.set({ alignment, range, rowsVersion: now.rowsVersion + 1 });
        this.#app.views.say(alignment === null ? "Times as recorded." : alignment.spans === 0 ? "No clock differs as far as calls tell; no span is moved." : `Clocks aligned: ${countOf(alignment.spans, "span")} moved.`);
        this.#app.places.record("replace");
    }
}
