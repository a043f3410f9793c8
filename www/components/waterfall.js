/**
 * The waterfall: the span tree on a time line, as a tree grid of a few dozen recycled rows. Rows come from the worker
 * in chunks; the keys follow the WAI-ARIA pattern for tree grids, with the focus on rows.
 */

import { attribute, button, el, fill, followPointer, setText, svg } from "../dom.js";
import { countOf, formatClock, formatCount, formatDuration } from "../format.js";
import { ROW_KEYS, keyOf } from "../keys.js";
import { Pinch, pinched } from "../pinch.js";
import { ROW_HEIGHTS, clampRange, scaleOf, squeezedIdle, wholeRange } from "../state.js";
import { AlignmentView } from "./alignment.js";
import { VirtualList } from "../virtual-list.js";
import { includes } from "../sorted.js";
import { Minimap, wheelFactor } from "./minimap.js";
import { Notices } from "./notices.js";
import { blankRow, createRow, drawRow, moveBar } from "./row.js";
import { Splitter } from "./splitter.js";

/** @import { State } from '../state.js' */
/** @import { Intents, Row, Tick } from '../types.js' */
/** @import { RowContext } from './row.js' */
/** @import { RowKey } from '../keys.js' */

const CHUNK = 32;
/** Chunks kept; enough for some screens in both directions. */
const KEPT_CHUNKS = 48;
/** A row answers with at most so many numbers for its stretches, and so many events; beyond, it is coarse. */
const MOST_PAIRS = 128;
const MOST_EVENTS = 64;
/** Rows on paper; more are a pile that nobody reads. */
const MOST_PRINTED = 400;
/** Least distance between two ticks, for labels such as 1.25 s and 09:14:03.120. */
const TICK_ROOM = { relative: 78, clock: 112 };

export class WaterfallView {
    #intents;
    #minimap;
    #notices;
    #alignment;
    #empty;
    #printed;
    #list;
    #grid;
    #scroller;
    #axis;
    #nameHead;
    #lines;
    #shown;
    #marks;
    #reset;
    #nameSplit;
    #durationSplit;
    #pinch;
    #observer;
    /** @type {Map<number, Row[]>} */
    #chunks = new Map();
    /** Rows asked for with the time that is shown, as they were too crowded otherwise. @type {Map<number, Row>} */
    #fine = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #refining;
    /** @type {Set<number>} */
    #asked = new Set();
    #version = 0;
    #cursor = 0;
    #wantsFocus = false;
    #settling = 0;
    #width = 0;
    /** @type {Tick[]} */
    #ticks = [];
    #tickTurn = 0;
    /** @type {{range: State['range'], width: number, idle: unknown, whole: unknown, scale: ReturnType<typeof scaleOf>} | null} */
    #known = null;
    /** @type {Set<number>} */
    #marked = new Set();
    /** @type {State | null} */
    #state = null;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#minimap = new Minimap({ intents });
        this.#notices = new Notices({ intents });
        this.#alignment = new AlignmentView({ intents });
        this.#printed = el("p", { class: "waterfall-printed" });
        this.#empty = el("p", { class: "waterfall-empty", hidden: true, text: "No row is left to show." });
        this.#shown = el("span", { class: "waterfall-shown" });
        this.#reset = button({ label: "All of the time", icon: "reset", title: "All of the time (0)", onClick: () => intents.setRange(null) });
        this.#marks = el("span", { class: "waterfall-marks" });
        const tools = el(
            "div",
            { class: "waterfall-tools", role: "group", "aria-label": "Rows" },
            button({ label: "Collapse all", icon: "collapse", onClick: () => intents.expand("none") }),
            button({ label: "Expand all", icon: "expand", onClick: () => intents.expand("all") }),
            this.#marks,
            el("span", { class: "waterfall-zoom" }, this.#shown, this.#reset),
        );
        this.#axis = el("div", { class: "axis", "aria-hidden": "true" });
        this.#nameHead = el("div", { class: "cell cell-name", role: "columnheader", text: "Service and operation" });
        const head = el(
            "div",
            { class: "row-head", role: "row", "aria-rowindex": 1 },
            this.#nameHead,
            el("div", { class: "cell cell-duration", role: "columnheader", text: "Duration" }),
            el("div", { class: "cell cell-time", role: "columnheader" }, el("span", { class: "visually-hidden", text: "Time line" }), this.#axis),
        );
        this.#lines = el("div", { class: "grid-lines", "aria-hidden": "true" });
        const body = el("div", { class: "virtual-body", role: "rowgroup" });
        this.#scroller = el("div", { class: "waterfall-scroll", role: "presentation" }, this.#lines, body, this.#empty, this.#printed);
        this.#grid = el("div", { class: "waterfall-grid", role: "treegrid", "aria-label": "Spans", "aria-colcount": 3, "aria-rowcount": 1 }, el("div", { role: "rowgroup" }, head), this.#scroller);
        this.#nameSplit = new Splitter({ label: "Width of the operation column", onMove: (width) => intents.setPreferences({ nameWidth: width }) });
        this.#durationSplit = new Splitter({ label: "Width of the duration column", onMove: (width) => intents.setPreferences({ durationWidth: width }) });
        this.#nameSplit.element.classList.add("split-name");
        this.#durationSplit.element.classList.add("split-duration");
        this.element = el("div", { class: "waterfall" }, patterns(), el("div", { class: "waterfall-top" }, tools, this.#minimap.element), this.#notices.element, this.#alignment.element, this.#grid, this.#nameSplit.element, this.#durationSplit.element);

        this.#list = new VirtualList({ scroller: this.#scroller, body, rowHeight: ROW_HEIGHTS.normal, overscan: 4, create: createRow, draw: (element, index) => this.#draw(element, index), sketch: (element, index) => this.#draw(element, index, true), ready: (from, to) => this.#ready(from, to) });
        this.#grid.addEventListener("keydown", (event) => this.#onKey(event));
        body.addEventListener("click", (event) => this.#onClick(event));
        body.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
        body.addEventListener("focusin", (event) => this.#onFocus(event));
        this.#scroller.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
        this.#axis.addEventListener("pointerdown", (event) => this.#onAxisPress(event));
        addEventListener("beforeprint", this.#beforePrint);
        addEventListener("afterprint", this.#afterPrint);
        this.#pinch = new Pinch(this.#grid, {
            box: () => this.#axis.getBoundingClientRect(),
            takes: (target) => target instanceof Element && target.closest(".cell-time") !== null,
            begin: () => (this.#state?.trace ? { scale: this.#scale(this.#state), whole: wholeRange(this.#state) } : null),
            move: ({ scale, whole }, from, to) => intents.setRange(clampRange(pinched(scale, { left: 0, right: scale.width }, from, to), whole)),
        });
        this.#observer = new ResizeObserver(() => this.#resize());
        this.#observer.observe(this.#axis);
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        const { trace, preferences } = state;
        this.#minimap.update(state, before);
        this.#notices.update(state, before);
        this.#alignment.update(state, before);
        if (before === null || before.preferences !== preferences) {
            this.#setWidth("--name-width", preferences.nameWidth);
            this.#setWidth("--duration-width", preferences.durationWidth);
            this.element.style.setProperty("--row-height", `${ROW_HEIGHTS[preferences.rows]}px`);
            this.#list.setRowHeight(ROW_HEIGHTS[preferences.rows]);
            this.#resize();
        }
        if (state.loading !== null && !before?.loading) this.#provide();
        if (trace === null) return;
        if (before === null || before.marked !== state.marked) {
            this.#marked = new Set(state.marked);
            this.#drawMarks();
        }
        const other = before === null || before.connection !== state.connection || before.trace?.index !== trace.index;
        if (other || before.rowsVersion !== state.rowsVersion) {
            void this.#settle(this.#reload(other));
        } else if (before.span !== state.span) {
            void this.#settle(this.#follow());
        } else if (before.preferences !== preferences) {
            this.#list.redraw();
        } else if (before.marked !== state.marked || before.found !== state.found) {
            this.#remark();
        }
        if (other || before.range !== state.range || before.preferences.timeMode !== preferences.timeMode || before.preferences.squeezed !== preferences.squeezed || before.alignment !== state.alignment) {
            this.#drawShown();
            this.#fine.clear();
            this.#moveBars();
            void this.#loadTicks();
            this.#refineSoon();
        }
    }

    /** While an input is read there is time for the elements of rows, some in each task. */
    #provide() {
        setTimeout(() => {
            if (!this.#list.provide(12)) this.#provide();
        });
    }

    /** Colours or the theme have changed. */
    repaint() {
        void this.#minimap.repaint();
    }

    /** The current row's element, if it has one. */
    get currentRow() {
        return this.#list.elementOf(this.#cursor);
    }

    /** The element of the last row, if it has one. */
    get lastRow() {
        return this.#list.elementOf(this.#list.map.count - 1) ?? null;
    }

    /** Puts the focus on the current row, as soon as it is there. */
    focus() {
        this.#wantsFocus = true;
        this.#giveFocus();
    }

    destroy() {
        clearTimeout(this.#refining);
        removeEventListener("beforeprint", this.#beforePrint);
        removeEventListener("afterprint", this.#afterPrint);
        this.#observer.disconnect();
        this.#list.destroy();
        this.#minimap.destroy();
        this.element.remove();
    }

    /**
     * @param {string} name
     * @param {number} width 0: as the stylesheet says
     */
    #setWidth(name, width) {
        if (width > 0) this.element.style.setProperty(name, `${width}px`);
        else this.element.style.removeProperty(name);
    }

    /**
     * While rows are on their way the focus waits: the current row may become another one.
     * @param {Promise<void>} work
     */
    async #settle(work) {
        this.#settling += 1;
        try {
            await work;
        } finally {
            this.#settling -= 1;
            // With the next frame, which lays the rows out anyway: here it would be done at once, in the task that has drawn them.
            requestAnimationFrame(() => this.#giveFocus());
        }
    }

    // ── rows ──

    /**
     * Asks for the rows in view and only then shows them, so that nothing flickers.
     * @param {boolean} other whether it is another trace
     */
    async #reload(other) {
        this.#version += 1;
        const version = this.#version;
        const { trace, connection, span } = this.#state ?? {};
        if (!trace || !connection) return;
        let place = span === null || span === undefined ? { span: -1, row: 0 } : await connection.call("visible", trace.index, span);
        if (place.row < 0) place = { span: -1, row: 0 };
        if (version !== this.#version) return;
        const map = this.#list.map;
        const first = other ? Math.max(0, place.row - 30) : Math.max(0, Math.floor(map.offset / map.rowHeight) - 8);
        const from = Math.floor(Math.min(first, Math.max(0, trace.rowCount - 1)) / CHUNK);
        const to = Math.floor(Math.min(trace.rowCount - 1, first + Math.ceil(map.viewport / map.rowHeight) + 60) / CHUNK);
        const answer = connection.call("rows", trace.index, from * CHUNK, (to + 1 - from) * CHUNK);
        this.#list.provide();
        const rows = await answer;
        if (version !== this.#version) return;
        const chunks = new Map();
        for (let chunk = from; chunk <= to; chunk += 1) chunks.set(chunk, rows.slice((chunk - from) * CHUNK, (chunk + 1 - from) * CHUNK));
        this.#chunks = chunks;
        this.#fine.clear();
        this.#asked.clear();
        this.#cursor = place.row;
        this.#list.pin(this.#cursor);
        attribute(this.#grid, "aria-rowcount", trace.rowCount + 1);
        this.#empty.hidden = trace.rowCount > 0;
        this.#list.change(() => {
            this.#list.setCount(trace.rowCount);
            if (other) this.#list.scrollTo(0);
            this.#list.reveal(this.#cursor, other ? "center" : "nearest");
        });
        // A span that is now hidden leaves its place to what hides it.
        if (span !== null && span !== undefined && place.span >= 0 && place.span !== span) this.#intents.select(place.span);
    }

    /** The current span has changed: go to its row. */
    async #follow() {
        const { trace, connection, span } = this.#state ?? {};
        if (!trace || !connection || span === null || span === undefined) {
            this.#list.redraw();
            return;
        }
        const version = this.#version;
        if (this.#rowAt(this.#cursor)?.span !== span) {
            const { row } = await connection.call("visible", trace.index, span);
            if (version !== this.#version || this.#state?.span !== span || row < 0) return;
            this.#cursor = row;
        }
        this.#list.pin(this.#cursor);
        this.#list.reveal(this.#cursor);
        this.#list.render();
        this.#list.redraw();
    }

    /** @param {number} index */
    #rowAt(index) {
        return this.#chunks.get(Math.floor(index / CHUNK))?.[index % CHUNK];
    }

    /**
     * A row, from the worker if need be.
     * @param {number} index
     */
    async #fetchRow(index) {
        const known = this.#rowAt(index);
        if (known !== undefined) return known;
        await this.#fetchChunk(Math.floor(index / CHUNK));
        return this.#rowAt(index);
    }

    /** @param {number} chunk */
    async #fetchChunk(chunk) {
        const version = this.#version;
        const { trace, connection } = this.#state ?? {};
        if (!trace || !connection) return;
        this.#asked.add(chunk);
        const rows = await connection.call("rows", trace.index, chunk * CHUNK, CHUNK).catch(() => null);
        // The answer to an old question is no answer.
        if (version !== this.#version || rows === null) return;
        this.#asked.delete(chunk);
        this.#chunks.set(chunk, rows);
        const { from, to } = this.#list.window;
        for (const known of this.#chunks.keys()) {
            if (this.#chunks.size <= KEPT_CHUNKS) break;
            const visible = (known + 1) * CHUNK > from && known * CHUNK < to;
            if (!visible && known !== Math.floor(this.#cursor / CHUNK)) this.#chunks.delete(known);
        }
        for (let index = Math.max(from, chunk * CHUNK); index < Math.min(to, (chunk + 1) * CHUNK + 1); index += 1) {
            const element = this.#list.elementOf(index);
            if (element !== undefined && (element.classList.contains("blank") || index === (chunk + 1) * CHUNK)) this.#draw(element, index);
        }
        // With the next frame: should it be scrolled to other rows before, these need not be drawn.
        if (this.#list.waiting) this.#list.renderSoon();
        if (this.#state?.range) this.#refineSoon();
        this.#giveFocus();
    }

    /**
     * Whether rows are here; asks for those that are not, and for some more on either side, which are likely to be next.
     * @param {number} from
     * @param {number} to
     */
    #ready(from, to) {
        const last = Math.floor(((this.#state?.trace?.rowCount ?? 0) - 1) / CHUNK);
        const ahead = to - from;
        let ready = true;
        for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk += 1) {
            if (chunk <= last && !this.#chunks.has(chunk)) {
                ready = false;
                if (!this.#asked.has(chunk)) void this.#fetchChunk(chunk);
            }
        }
        for (const chunk of [Math.floor(Math.max(0, from - ahead) / CHUNK), Math.min(last, Math.floor((to + ahead) / CHUNK))]) {
            if (ready && last >= 0 && !this.#chunks.has(chunk) && !this.#asked.has(chunk)) void this.#fetchChunk(chunk);
        }
        return ready;
    }

    /** The scale is the same for all rows until the range, the width or the squeezing changes. @param {State} state */
    #scale(state) {
        const known = this.#known;
        const idle = squeezedIdle(state);
        const whole = state.alignment?.whole ?? state.trace?.extentNs;
        if (known !== null && known.range === state.range && known.width === this.#width && known.idle === idle && known.whole === whole) return known.scale;
        const scale = scaleOf(state, this.#width);
        this.#known = { range: state.range, width: this.#width, idle, whole, scale };
        return scale;
    }

    /** @returns {RowContext | null} */
    #context() {
        const state = this.#state;
        if (state === null || state.trace === null || state.overview === null) return null;
        return {
            scale: this.#scale(state),
            width: this.#width,
            height: this.#list.map.rowHeight,
            looks: state.overview.looks,
            timeMode: state.preferences.timeMode,
            traceStart: state.trace.summary.startNs,
        };
    }

    /**
     * @param {HTMLElement} element
     * @param {number} index
     * @param {boolean} [hasty]
     */
    #draw(element, index, hasty = false) {
        const context = this.#context();
        if (context === null) return;
        element.dataset["row"] = String(index);
        attribute(element, "aria-rowindex", index + 2);
        const row = this.#rowAt(index);
        attribute(element, "tabindex", index === this.#cursor ? 0 : -1);
        if (row === undefined) {
            blankRow(element);
            attribute(element, "aria-selected", null);
            const chunk = Math.floor(index / CHUNK);
            if (!this.#asked.has(chunk)) void this.#fetchChunk(chunk);
            return;
        }
        // An open group has its first span below it as well.
        const selected = row.span === this.#state?.span && !(row.group !== null && row.expanded);
        attribute(element, "aria-selected", String(selected));
        element.classList.toggle("selected", selected);
        const matches = this.#matches(row);
        element.classList.toggle("match", matches);
        element.classList.toggle("marked", matches || this.#marked.has(row.span));
        drawRow(element, this.#fine.get(index) ?? row, index === 0 ? undefined : this.#rowAt(index - 1), context, matches, hasty);
    }

    /** Whether it is one of what is looked for. @param {Row} row */
    #matches(row) {
        const found = this.#state?.found ?? null;
        return found !== null && includes(found.spans, row.span);
    }

    /** Other spans match or are marked: draws those rows anew for which that makes a difference. */
    #remark() {
        for (const [index, element] of this.#list.elements()) {
            const row = this.#rowAt(index);
            if (row === undefined) continue;
            const matches = this.#matches(row);
            const marked = matches || this.#marked.has(row.span);
            if (element.classList.contains("match") !== matches || element.classList.contains("marked") !== marked) this.#draw(element, index);
        }
    }

    #moveBars() {
        const context = this.#context();
        if (context === null) return;
        const { from, to } = this.#list.window;
        for (let index = from; index < to; index += 1) {
            const element = this.#list.elementOf(index);
            const row = this.#rowAt(index);
            if (element !== undefined && row !== undefined) moveBar(element, this.#fine.get(index) ?? row, context);
        }
    }

    /** Asks again, once zooming rests, for what is visible of rows that had too much to show it all. */
    #refineSoon() {
        clearTimeout(this.#refining);
        this.#refining = setTimeout(() => void this.#refine(), 120);
    }

    async #refine() {
        const { trace, connection, range } = this.#state ?? {};
        if (!trace || !connection || !range) return;
        const version = this.#version;
        const { from, to } = this.#list.window;
        const crowded = (/** @type {number} */ index) => {
            const row = this.#rowAt(index);
            return row !== undefined && !this.#fine.has(index) && (row.busy.length >= MOST_PAIRS || row.critical.length >= MOST_PAIRS || row.events.length >= MOST_EVENTS);
        };
        for (let index = from; index < to; index += 1) {
            if (!crowded(index)) continue;
            const [row] = await connection.call("rows", trace.index, index, 1, range).catch(() => []);
            if (version !== this.#version || this.#state?.range !== range) return;
            if (row === undefined) continue;
            this.#fine.set(index, row);
            const element = this.#list.elementOf(index);
            const context = this.#context();
            if (element !== undefined && context !== null) moveBar(element, row, context);
        }
    }

    #giveFocus() {
        if (!this.#wantsFocus || this.#settling > 0) return;
        const element = this.#list.elementOf(this.#cursor);
        if (element === undefined || element.classList.contains("blank")) return;
        this.#wantsFocus = false;
        element.focus({ preventScroll: true });
    }

    // ── paper ──

    /** Has the first rows fetched, as paper does not wait for them, and prints. */
    async print() {
        const count = Math.min(this.#state?.trace?.rowCount ?? 0, MOST_PRINTED);
        for (let chunk = 0; chunk * CHUNK < count; chunk += 1) if (!this.#chunks.has(chunk)) await this.#fetchChunk(chunk);
        window.print();
    }

    /** Shows the rows that are there as a plain list whose bars follow the width of the paper. */
    #beforePrint = () => {
        const all = this.#state?.trace?.rowCount ?? 0;
        let known = 0;
        while (this.#chunks.has(known)) known += 1;
        const count = Math.min(all, known * CHUNK, MOST_PRINTED);
        this.#list.showFirst(count);
        setText(this.#printed, count < all ? `Rows 1 to ${formatCount(count)} of ${formatCount(all)}` : "");
        for (const bars of this.#grid.querySelectorAll(".bars")) {
            attribute(bars, "viewBox", `0 0 ${this.#width} ${this.#list.map.rowHeight}`);
            attribute(bars, "preserveAspectRatio", "none");
        }
    };

    #afterPrint = () => {
        for (const bars of this.#grid.querySelectorAll(".bars")) {
            attribute(bars, "viewBox", null);
            attribute(bars, "preserveAspectRatio", null);
        }
        this.#list.showFirst(null);
    };

    // ── keys and pointer ──

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const key = keyOf(ROW_KEYS, event);
        const { trace } = this.#state ?? {};
        if (key === null || !trace) return;
        event.preventDefault();
        event.stopPropagation();
        void this.#act(key, trace.rowCount);
    }

    /**
     * @param {RowKey} key
     * @param {number} count
     */
    async #act(key, count) {
        const at = this.#cursor;
        const page = this.#list.map.page;
        const moves = /** @type {Partial<Record<RowKey, number>>} */ ({ next: at + 1, previous: at - 1, first: 0, last: count - 1, pageDown: at + page, pageUp: at - page });
        const to = moves[key];
        if (to !== undefined) {
            await this.#moveTo(Math.min(Math.max(0, to), count - 1));
            return;
        }
        const row = await this.#fetchRow(at);
        const { trace, connection } = this.#state ?? {};
        if (row === undefined || !trace || !connection) return;
        if (key === "open" && row.expandable) {
            if (row.expanded) await this.#moveTo(at + 1);
            else this.#expand(row, true);
        } else if (key === "close") {
            if (row.expandable && row.expanded) {
                this.#expand(row, false);
            } else {
                const parent = await connection.call("parentRow", trace.index, at);
                if (parent >= 0) await this.#moveTo(parent);
            }
        } else if (key === "siblings") {
            this.#intents.select(row.span);
            this.#intents.expand({ siblingsOf: row.span });
        } else if (key === "details") {
            this.#intents.openDetails(row.span);
        }
    }

    /** @param {number} index */
    async #moveTo(index) {
        this.#cursor = index;
        this.#list.pin(index);
        this.#list.reveal(index);
        this.#list.render();
        this.#wantsFocus = true;
        const row = await this.#fetchRow(index);
        // Keys may have been pressed faster than rows come.
        if (row === undefined || this.#cursor !== index) return;
        this.#list.redraw();
        this.#giveFocus();
        this.#intents.select(row.span);
    }

    /**
     * @param {Row} row
     * @param {boolean} expanded
     */
    #expand({ span, group }, expanded) {
        this.#wantsFocus = true;
        this.#intents.select(span);
        this.#intents.expand(group === null ? { span, expanded } : { group: span, open: expanded });
    }

    /** @param {Event} event */
    #rowOfEvent(event) {
        const element = event.target instanceof Element ? event.target.closest(".row") : null;
        if (!(element instanceof HTMLElement)) return null;
        const index = Number(element.dataset["row"]);
        const row = this.#rowAt(index);
        return row === undefined ? null : { index, row };
    }

    /** @param {MouseEvent} event */
    #onClick(event) {
        const found = this.#rowOfEvent(event);
        if (found === null) return;
        // Selecting text in a row, to copy a name, is not choosing it.
        if (String(getSelection() ?? "") !== "" && !getSelection()?.isCollapsed) return;
        this.#cursor = found.index;
        const twisty = event.target instanceof Element && event.target.closest(".twisty") !== null;
        if (twisty && found.row.expandable) {
            this.#expand(found.row, !found.row.expanded);
            return;
        }
        this.#intents.openDetails(found.row.span);
    }

    /** @param {MouseEvent} event */
    #onDoubleClick(event) {
        const found = this.#rowOfEvent(event);
        if (found === null || !(event.target instanceof Element) || event.target.closest(".cell-time") === null) return;
        getSelection()?.removeAllRanges();
        const { startNs, durationNs } = found.row;
        if (Number.isFinite(startNs) && this.#state !== null) this.#intents.setRange(clampRange({ from: startNs - durationNs * 0.05, to: startNs + durationNs * 1.05 }, wholeRange(this.#state)));
    }

    /** @param {FocusEvent} event */
    #onFocus(event) {
        const element = event.target instanceof Element ? event.target.closest(".row") : null;
        if (element instanceof HTMLElement) {
            this.#cursor = Number(element.dataset["row"]);
            this.#list.pin(this.#cursor);
        }
    }

    /** @param {WheelEvent} event */
    #onWheel(event) {
        const state = this.#state;
        if (state === null || state.trace === null) return;
        const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
        const zooms = event.ctrlKey || event.metaKey;
        if (!zooms && !(sideways && state.range !== null)) return;
        event.preventDefault();
        const scale = this.#scale(state);
        const box = this.#axis.getBoundingClientRect();
        const at = Math.min(Math.max(0, event.clientX - box.left), scale.width);
        const range = zooms ? scale.zoomed(wheelFactor(event), at) : scale.panned((event.deltaX || event.deltaY) / 1000);
        this.#intents.setRange(clampRange(range, wholeRange(state)));
    }

    /** Dragging on the axis shows that part of the time. @param {PointerEvent} event */
    #onAxisPress(event) {
        const state = this.#state;
        if (event.button !== 0 || state === null || state.trace === null) return;
        const box = this.#axis.getBoundingClientRect();
        const scale = this.#scale(state);
        const whole = wholeRange(state);
        const at = (/** @type {number} */ x) => scale.at(Math.min(Math.max(0, x - box.left), scale.width));
        const start = event.clientX;
        const band = el("div", { class: "axis-band" });
        const onMove = (/** @type {PointerEvent} */ next) => {
            if (this.#pinch.active) band.remove();
            else if (band.parentNode === null && Math.abs(next.clientX - start) >= 4) this.#axis.append(band);
            const left = Math.max(box.left, Math.min(start, next.clientX)) - box.left;
            const right = Math.min(box.right, Math.max(start, next.clientX)) - box.left;
            band.style.setProperty("--left", `${left}px`);
            band.style.setProperty("--width", `${right - left}px`);
        };
        followPointer(this.#axis, event, onMove, (last) => {
            band.remove();
            if (last.type === "pointerup" && !this.#pinch.active && Math.abs(last.clientX - start) >= 4) {
                this.#intents.setRange(clampRange({ from: Math.min(at(start), at(last.clientX)), to: Math.max(at(start), at(last.clientX)) }, whole));
            }
        });
    }

    // ── time ──

    #resize() {
        const width = this.#axis.clientWidth;
        const { offsetLeft } = this.#axis.parentElement ?? this.#axis;
        const nameWidth = this.#nameHead.offsetWidth;
        this.#nameSplit.place(nameWidth, 90, Math.max(120, offsetLeft + width - 220));
        this.#durationSplit.place(offsetLeft - nameWidth, 48, 240);
        this.element.style.setProperty("--name-right", `${nameWidth}px`);
        this.element.style.setProperty("--time-left", `${offsetLeft}px`);
        if (width === this.#width) return;
        this.#width = width;
        this.#moveBars();
        void this.#loadTicks();
    }

    async #loadTicks() {
        const { trace, connection, preferences } = this.#state ?? {};
        if (!trace || !connection || !preferences || this.#width === 0) return;
        this.#tickTurn += 1;
        const turn = this.#tickTurn;
        const { pieces } = this.#scale(/** @type {State} */ (this.#state));
        const room = preferences.timeMode === "relative" ? TICK_ROOM.relative : TICK_ROOM.clock;
        const ticks = await connection.call("ticks", trace.index, pieces, Math.max(1, Math.floor(this.#width / room))).catch(() => null);
        if (turn !== this.#tickTurn || ticks === null) return;
        this.#ticks = ticks;
        this.#drawTicks();
    }

    #drawTicks() {
        const state = this.#state;
        if (state === null || state.trace === null) return;
        const scale = this.#scale(state);
        const mode = state.preferences.timeMode;
        const steps = this.#ticks.slice(1).map(({ ns }, index) => ns - (this.#ticks[index]?.ns ?? 0));
        const step = Math.min(scale.range.to - scale.range.from, ...steps);
        const start = state.trace.summary.startNs;
        // On paper, whose width is not known, only shares of it are.
        const place = (/** @type {number} */ ns) => ({ "--left": `${Math.round(scale.place(ns))}px`, "--share": String(scale.place(ns) / Math.max(1, this.#width)) });
        const { breaks } = scale;
        fill(
            this.#axis,
            ...this.#ticks.map(({ ns, label }) => {
                const text = mode === "relative" ? label : formatClock(start + BigInt(Math.round(ns)), mode, step);
                return el("span", { class: "tick", style: place(ns), text });
            }),
        );
        // A label that would be cut at the right rim, or run into the next line or break, is left out; its line stays.
        const ticks = /** @type {HTMLElement[]} */ ([...this.#axis.children]);
        const stops = [...ticks.map((tick) => tick.offsetLeft), ...breaks.map(({ left }) => left), this.#width].sort((one, other) => one - other);
        for (const tick of ticks) tick.classList.toggle("absent", tick.offsetLeft + tick.offsetWidth > (stops.find((stop) => stop > tick.offsetLeft) ?? this.#width));
        const placed = (/** @type {{left: number, width: number}} */ { left, width }) => ({ "--left": `${Math.round(left)}px`, "--width": `${Math.round(width)}px`, "--share": String(left / Math.max(1, this.#width)) });
        this.#axis.append(...breaks.map((gap) => el("span", { class: "axis-break", style: placed(gap), title: `Nothing works for ${formatDuration(gap.ns)}` }, el("span", { text: formatDuration(gap.ns) }))));
        fill(this.#lines, ...this.#ticks.map(({ ns }) => el("span", { class: "grid-line", style: place(ns) })), ...breaks.map((gap) => el("span", { class: "grid-break", style: placed(gap) })));
    }

    #drawShown() {
        const state = this.#state;
        if (state === null) return;
        const zoomed = state.range !== null;
        this.#reset.hidden = !zoomed;
        setText(this.#shown, state.range === null ? "" : `${formatDuration(state.range.from)} to ${formatDuration(state.range.to)}`);
    }

    #drawMarks() {
        const count = this.#marked.size;
        if (count < 2) {
            fill(this.#marks);
            return;
        }
        fill(this.#marks, el("span", { text: `${countOf(count, "span")} marked` }), button({ label: "Take the marks away", icon: "close", onClick: () => this.#intents.mark([]) }));
    }
}

/** The patterns that bars are filled with; they stand in the document once. */
function patterns() {
    const pattern = (/** @type {string} */ id, /** @type {number} */ size, /** @type {string} */ turn, /** @type {SVGElement} */ shape) => svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: turn }, shape);
    return svg(
        "svg",
        { class: "patterns", width: 0, height: 0, "aria-hidden": "true", focusable: "false" },
        svg(
            "defs",
            {},
            pattern("hatch", 7, "rotate(45)", svg("rect", { class: "pattern-ink", width: 3, height: 7 })),
            pattern("dots", 5, "rotate(0)", svg("circle", { class: "pattern-ink", cx: 2.5, cy: 2.5, r: 1.1 })),
            pattern("lines", 4, "rotate(0)", svg("rect", { class: "pattern-ink", width: 1.4, height: 4 })),
        ),
    );
}
