/**
 * The traces, when there is more than one: a list at the left with what picks from them (words, errors, a box among the
 * points), and above the header, where there is no room for it, what leads to it. The worker knows the order; the list
 * has the traces' numbers in it, and asks for what is in sight.
 */

import { attribute, button, el, fill, setText } from "../dom.js";
import { canvasColors } from "../colors.js";
import { countOf, formatDuration } from "../format.js";
import { VirtualList } from "../virtual-list.js";
import { isFiltered } from "../state.js";
import { errorMark } from "./marks.js";
import { Scatter } from "./scatter.js";

/** @import { State } from '../state.js' */
/** @import { Intents, SortOrder, TraceSummary } from '../types.js' */

const ROW_HEIGHT = 58;
const CHUNK = 50;
const STRIP_WIDTH = 206;
const STRIP_HEIGHT = 10;
/** A select with more entries than this helps nobody; where there is no room for the list, a button opens it. */
const LONGEST_SELECT = 500;
/** With fewer traces than this all of them are in sight, and nothing has to be picked. */
const LEAST_PICKED = 8;
/** Strips that are kept. */
const MOST_STRIPS = 500;
const SORTS = /** @type {const} */ ([
    ["start", "Start"],
    ["duration", "Duration"],
    ["errors", "Errors"],
]);

/**
 * @typedef {object} Parts
 * @property {HTMLElement} name
 * @property {HTMLElement} service for those who do not see the colours
 * @property {SVGSVGElement} error
 * @property {HTMLElement} facts
 * @property {HTMLCanvasElement} strip
 */

export class TraceList {
    #intents;
    #scroller;
    #list;
    #select;
    #open;
    #sort;
    #status;
    #pick;
    #words;
    #failed;
    #all;
    #nothing;
    #scatter;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #typing;
    /** The numbers of the traces, as they stand in the list. */
    #order = new Uint32Array();
    /** @type {WeakMap<HTMLElement, Parts>} */
    #parts = new WeakMap();
    /** @type {Map<number, TraceSummary[]>} */
    #chunks = new Map();
    /** @type {Set<number>} */
    #asked = new Set();
    #version = 0;
    #cursor = 0;
    #longest = 1;
    /** @type {State | null} */
    #state = null;
    /** Strips that are here or on their way. @type {Map<number, Promise<ImageData | null>>} */
    #strips = new Map();
    /** @type {ReturnType<typeof canvasColors> | null} */
    #colors = null;
    #colorsOf = "";

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#sort = el(
            "select",
            { class: "select", "aria-label": "Sort by", on: { change: () => intents.setSort(/** @type {SortOrder} */ (this.#sort.value)) } },
            ...SORTS.map(([value, label]) => el("option", { value, text: label })),
        );
        this.#status = el("span", { class: "traces-count", role: "status" });
        this.#words = el("input", {
            class: "text-field",
            type: "search",
            placeholder: "Filter",
            "aria-label": "Only traces with these words in the root's service or operation or in the id",
            autocomplete: "off",
            spellcheck: "false",
            on: {
                input: () => {
                    clearTimeout(this.#typing);
                    this.#typing = setTimeout(() => intents.filterTraces({ words: this.#words.value }), 120);
                },
            },
        });
        this.#failed = el("input", { type: "checkbox", id: "traces-failed", on: { change: () => intents.filterTraces({ failed: this.#failed.checked }) } });
        this.#all = button({ label: "Show all traces", icon: "reset", onClick: () => intents.filterTraces({ words: "", failed: false, box: null }) });
        this.#scatter = new Scatter({ select: (box) => intents.filterTraces({ box }), open: (trace) => intents.selectTrace(trace) });
        this.#pick = el("div", { class: "traces-pick" }, this.#words, el("label", { class: "traces-failed", for: "traces-failed" }, this.#failed, "errors only"), this.#all);
        this.#nothing = el("p", { class: "view-nothing", hidden: true, text: "No trace is so." });
        const body = el("div", { class: "virtual-body", role: "presentation" });
        this.#scroller = el("div", { class: "traces-scroll", role: "listbox", "aria-label": "Traces", tabindex: 0, on: { keydown: (event) => this.#onKey(event), click: (event) => this.#onClick(event) } }, body);
        this.element = el("nav", { class: "traces", "aria-label": "Traces", hidden: true }, el("div", { class: "traces-head" }, this.#status, this.#sort), this.#pick, this.#scatter.element, this.#nothing, this.#scroller);
        this.#open = button({ label: "All traces", onClick: () => this.#openList() });
        this.#select = el("select", { class: "select", "aria-label": "Trace", on: { change: () => intents.selectTrace(Number(this.#select.value)) } });
        /** Stands above the header where the list has no room. */
        this.narrow = el("div", { class: "traces-narrow", hidden: true }, button({ label: "Previous trace", icon: "left", onClick: () => void this.step(-1) }), this.#select, this.#open, button({ label: "Next trace", icon: "right", onClick: () => void this.step(1) }));
        this.element.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || !this.element.classList.contains("open") || event.defaultPrevented) return;
            event.preventDefault();
            event.stopPropagation();
            this.#closeList();
        });
        this.#list = new VirtualList({ scroller: this.#scroller, body, rowHeight: ROW_HEIGHT, overscan: 3, create: () => this.#create(), draw: (element, index) => this.#draw(element, index) });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        const count = state.overview?.summary.traces ?? 0;
        const shown = count > 1;
        this.element.hidden = !shown;
        this.narrow.hidden = !shown;
        if (!shown) return;
        const picked = count >= LEAST_PICKED;
        this.#pick.hidden = !picked;
        this.#scatter.element.hidden = !picked;
        this.#select.hidden = count > LONGEST_SELECT;
        this.#open.hidden = count <= LONGEST_SELECT;
        const { traceFilter } = state;
        if (document.activeElement !== this.#words) this.#words.value = traceFilter.words;
        this.#failed.checked = traceFilter.failed;
        // It keeps its room, so that nothing moves under the pointer.
        this.#all.classList.toggle("absent", !isFiltered(traceFilter));
        this.#scatter.show(state.trace?.index ?? -1, traceFilter.box);
        const other = before?.overview !== state.overview;
        if (before === null || other || before.sort !== state.sort || before.traceFilter !== traceFilter) {
            this.#sort.value = state.sort;
            if (other) this.#forgetStrips();
            void this.#reload(count, other);
        } else if (before.trace?.index !== state.trace?.index) {
            this.#follow();
            if (this.element.classList.contains("open")) this.#closeList();
        }
        const colors = `${state.preferences.theme}`;
        if (colors !== this.#colorsOf) {
            this.#colorsOf = colors;
            this.repaint();
        }
    }

    #openList() {
        this.element.classList.add("open");
        // Where it stood is not known to a list without a height.
        this.#list.scrollTo(this.#cursor * ROW_HEIGHT);
        this.#scroller.focus();
    }

    #closeList() {
        this.element.classList.remove("open");
        this.#open.focus();
    }

    /** The colours have changed. */
    repaint() {
        this.#forgetStrips();
        this.#list.redraw();
        this.#scatter.paintSoon();
    }

    /**
     * Goes to the trace before or after in the list.
     * @param {number} by
     */
    async step(by) {
        const position = this.#order.indexOf(this.#state?.trace?.index ?? -1);
        // Of traces that were picked the first one comes next when the open one is not among them.
        const target = this.#order[position < 0 ? 0 : position + by];
        if (target !== undefined) this.#intents.selectTrace(target);
    }

    destroy() {
        this.#scatter.destroy();
        this.#list.destroy();
        this.element.remove();
        this.narrow.remove();
    }

    /**
     * @param {number} count
     * @param {boolean} other whether the traces are other ones
     */
    async #reload(count, other) {
        this.#version += 1;
        const version = this.#version;
        const { connection, sort, traceFilter } = this.#state ?? {};
        if (!connection || !sort || !traceFilter) return;
        const { words, failed, box } = traceFilter;
        const [order, points] = await Promise.all([connection.call("traceOrder", { sort, words, failed, ...(box ?? {}) }), other ? connection.call("tracePoints") : null]);
        if (version !== this.#version) return;
        if (points !== null) {
            this.#longest = points.durationNs.reduce((longest, duration) => Math.max(longest, duration), 1);
            this.#scatter.setPoints(points);
            this.#forgetStrips();
        }
        this.#chunks.clear();
        this.#asked.clear();
        this.#order = order;
        setText(this.#status, isFiltered(traceFilter) ? `${order.length.toLocaleString("en")} of ${count.toLocaleString("en")}` : countOf(count, "trace"));
        this.#nothing.hidden = order.length > 0;
        this.#follow();
        if (count <= LONGEST_SELECT) {
            const all = await connection.call("tracesAt", order);
            if (version !== this.#version) return;
            fill(this.#select, ...all.map((trace) => el("option", { value: trace.index, text: `${trace.rootName} · ${trace.rootService} · ${formatDuration(trace.durationNs)}${trace.errors > 0 ? ` · ${countOf(trace.errors, "error")}` : ""}` })));
            this.#select.value = String(this.#state?.trace?.index ?? -1);
        }
    }

    /** Shows which trace is open. */
    #follow() {
        const index = this.#state?.trace?.index ?? -1;
        this.#select.value = String(index);
        const position = this.#order.indexOf(index);
        setText(this.#open, position < 0 ? countOf(this.#order.length, "trace") : `Trace ${(position + 1).toLocaleString("en")} of ${this.#order.length.toLocaleString("en")}`);
        this.#cursor = Math.max(0, position);
        this.#list.change(() => {
            this.#list.setCount(this.#order.length);
            this.#list.pin(this.#order.length === 0 ? -1 : this.#cursor);
            if (position >= 0) this.#list.reveal(position);
        });
    }

    /** @param {number} chunk */
    async #fetch(chunk) {
        const version = this.#version;
        const traces = (await this.#state?.connection?.call("tracesAt", this.#order.slice(chunk * CHUNK, (chunk + 1) * CHUNK))) ?? [];
        if (version === this.#version) this.#chunks.set(chunk, traces);
    }

    #create() {
        const name = el("div", { class: "traces-name" });
        const service = el("span", { class: "visually-hidden" });
        const error = errorMark("own");
        const facts = el("div", { class: "traces-facts" });
        const strip = el("canvas", { class: "traces-strip", width: STRIP_WIDTH, height: STRIP_HEIGHT, "aria-hidden": "true" });
        const element = el("div", { class: "traces-row virtual-row", role: "option" }, name, service, el("div", { class: "traces-line" }, error, facts), strip);
        this.#parts.set(element, { name, service, error, facts, strip });
        return element;
    }

    /**
     * @param {HTMLElement} element
     * @param {number} position
     */
    #draw(element, position) {
        const parts = this.#parts.get(element);
        if (parts === undefined) return;
        const chunk = Math.floor(position / CHUNK);
        const trace = this.#chunks.get(chunk)?.[position % CHUNK];
        element.dataset["position"] = String(position);
        element.id = `trace-${position}`;
        attribute(element, "aria-posinset", position + 1);
        attribute(element, "aria-setsize", this.#list.map.count);
        const selected = trace !== undefined && trace.index === this.#state?.trace?.index;
        attribute(element, "aria-selected", String(selected));
        element.classList.toggle("cursor", position === this.#cursor);
        if (position === this.#cursor) attribute(this.#scroller, "aria-activedescendant", element.id);
        if (trace === undefined) {
            setText(parts.name, "");
            setText(parts.service, "");
            setText(parts.facts, "");
            parts.error.classList.add("absent");
            parts.strip.hidden = true;
            if (!this.#asked.has(chunk)) {
                this.#asked.add(chunk);
                void this.#fetch(chunk).then(() => this.#list.redraw());
            }
            return;
        }
        const name = trace.rootName === "" ? "(no name)" : trace.rootName;
        setText(parts.name, name);
        setText(parts.facts, `${formatDuration(trace.durationNs)} · ${countOf(trace.spans, "span")}${trace.errors > 0 ? ` · ${countOf(trace.errors, "error")}` : ""}`);
        parts.facts.classList.toggle("has-error", trace.errors > 0);
        parts.error.classList.toggle("absent", trace.errors === 0);
        element.title = `${name}\n${trace.rootService}\n${trace.traceId}\n${formatDuration(trace.durationNs)} from the first start to the last end`;
        setText(parts.service, ` ${trace.rootService} `);
        void this.#paint(parts.strip, trace);
    }

    /**
     * The shape of a trace, as wide as it is long: all strips have one time scale.
     * @param {HTMLCanvasElement} canvas
     * @param {TraceSummary} trace
     */
    async #paint(canvas, trace) {
        canvas.hidden = false;
        canvas.dataset["trace"] = String(trace.index);
        let strip = this.#strips.get(trace.index);
        if (strip === undefined) {
            if (this.#strips.size >= MOST_STRIPS) this.#strips.clear();
            strip = this.#strip(trace);
            this.#strips.set(trace.index, strip);
        }
        const image = await strip;
        // The element may have been given to another trace meanwhile.
        if (image === null || canvas.dataset["trace"] !== String(trace.index)) return;
        const context = canvas.getContext("2d");
        context?.clearRect(0, 0, canvas.width, canvas.height);
        context?.putImageData(image, 0, 0);
    }

    /**
     * @param {TraceSummary} trace
     * @returns {Promise<ImageData | null>} null when something else has been opened meanwhile
     */
    async #strip(trace) {
        const { connection, overview } = this.#state ?? {};
        if (!connection || !overview) return null;
        this.#colors ??= canvasColors(this.element, overview.looks);
        const width = Math.max(2, Math.round((STRIP_WIDTH * trace.durationNs) / this.#longest) || 2);
        const pixels = await connection.call("strip", trace.index, { width, height: STRIP_HEIGHT, ...this.#colors }).catch(() => null);
        return pixels === null ? null : new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (pixels), width, STRIP_HEIGHT);
    }

    /** They are of other traces, or in other colours. */
    #forgetStrips() {
        this.#strips.clear();
        this.#colors = null;
    }

    /** @param {MouseEvent} event */
    #onClick(event) {
        const row = event.target instanceof Element ? event.target.closest(".traces-row") : null;
        if (row instanceof HTMLElement) this.#choose(Number(row.dataset["position"]));
    }

    /** @param {number} position */
    #choose(position) {
        const trace = this.#order[position];
        if (trace === undefined) return;
        this.#cursor = position;
        if (trace === this.#state?.trace?.index && this.element.classList.contains("open")) this.#closeList();
        this.#intents.selectTrace(trace);
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const last = this.#list.map.count - 1;
        const page = this.#list.map.page;
        const moves = /** @type {Record<string, number>} */ ({
            ArrowDown: this.#cursor + 1,
            ArrowUp: this.#cursor - 1,
            Home: 0,
            End: last,
            PageDown: this.#cursor + page,
            PageUp: this.#cursor - page,
        });
        const to = moves[event.key];
        if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        this.#choose(Math.min(Math.max(0, to), last));
    }
}
