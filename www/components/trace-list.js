/** The traces, when there is more than one: a list at the left, and a select where there is no room for it. */

import { attribute, el, fill, setText } from "../dom.js";
import { canvasColors } from "../colors.js";
import { countOf, formatDuration } from "../format.js";
import { VirtualList } from "../virtual-list.js";
import { errorMark } from "./marks.js";

/** @import { State } from '../state.js' */
/** @import { Intents, SortOrder, TraceSummary } from '../types.js' */

const ROW_HEIGHT = 58;
const CHUNK = 50;
const STRIP_WIDTH = 206;
const STRIP_HEIGHT = 10;
/** A select with more entries than this helps nobody; the list is then all there is. */
const LONGEST_SELECT = 500;
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
    #sort;
    #status;
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
    /** @type {Map<number, ImageData>} */
    #strips = new Map();
    #colorsOf = "";

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#sort = el(
            "select",
            { class: "select", "aria-label": "Sort by", on: { change: () => intents.setSort(/** @type {SortOrder} */ (this.#sort.value)) } },
            ...SORTS.map(([value, label]) => el("option", { value, text: label })),
        );
        this.#status = el("span", { class: "traces-count" });
        const body = el("div", { class: "virtual-body", role: "presentation" });
        this.#scroller = el("div", { class: "traces-scroll", role: "listbox", "aria-label": "Traces", tabindex: 0, on: { keydown: (event) => this.#onKey(event), click: (event) => this.#onClick(event) } }, body);
        this.element = el("nav", { class: "traces", "aria-label": "Traces", hidden: true }, el("div", { class: "traces-head" }, this.#status, this.#sort), this.#scroller);
        this.#select = el("select", { class: "select", "aria-label": "Trace", on: { change: () => intents.selectTrace(Number(this.#select.value)) } });
        /** Stands above the header where the list has no room. */
        this.narrow = el("div", { class: "traces-narrow", hidden: true }, this.#select);
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
        this.narrow.hidden = !shown || count > LONGEST_SELECT;
        if (!shown) return;
        if (before === null || before.overview !== state.overview || before.sort !== state.sort) {
            this.#sort.value = state.sort;
            setText(this.#status, countOf(count, "trace"));
            if (before?.overview !== state.overview) this.#strips.clear();
            void this.#reload(count);
        } else if (before.trace?.index !== state.trace?.index) {
            this.#follow();
        }
        const colors = `${state.preferences.theme}`;
        if (colors !== this.#colorsOf) {
            this.#colorsOf = colors;
            this.repaint();
        }
    }

    /** The colours have changed. */
    repaint() {
        this.#strips.clear();
        this.#list.redraw();
    }

    /**
     * Goes to the trace before or after in the list.
     * @param {number} by
     */
    async step(by) {
        const current = await this.#positionOf(this.#state?.trace?.index ?? -1);
        const target = await this.#at(current + by);
        if (target !== undefined) this.#intents.selectTrace(target.index);
    }

    destroy() {
        this.#list.destroy();
        this.element.remove();
        this.narrow.remove();
    }

    /** @param {number} count */
    async #reload(count) {
        this.#version += 1;
        const version = this.#version;
        this.#chunks.clear();
        this.#asked.clear();
        const [longest] = (await this.#state?.connection?.call("traces", 0, 1, "duration")) ?? [];
        if (version !== this.#version) return;
        this.#longest = Math.max(1, longest?.durationNs ?? 1);
        this.#list.setCount(count);
        this.#list.redraw();
        if (count <= LONGEST_SELECT) {
            const all = (await this.#state?.connection?.call("traces", 0, count, this.#state.sort)) ?? [];
            if (version !== this.#version) return;
            fill(this.#select, ...all.map((trace) => el("option", { value: trace.index, text: `${trace.rootName} · ${trace.rootService} · ${formatDuration(trace.durationNs)}${trace.errors > 0 ? ` · ${countOf(trace.errors, "error")}` : ""}` })));
        }
        this.#follow();
    }

    /** Shows which trace is open. */
    async #follow() {
        const index = this.#state?.trace?.index ?? -1;
        this.#select.value = String(index);
        const position = await this.#positionOf(index);
        if (position >= 0) {
            this.#cursor = position;
            this.#list.pin(position);
            this.#list.reveal(position);
        }
        this.#list.render();
        this.#list.redraw();
    }

    /**
     * Where a trace stands in the order; asked chunk by chunk, as the order is known to the worker alone.
     * @param {number} index
     */
    async #positionOf(index) {
        const version = this.#version;
        if ((await this.#at(this.#cursor))?.index === index) return this.#cursor;
        for (let position = 0; position < this.#list.map.count; position += 1) {
            const trace = await this.#at(position);
            if (version !== this.#version) return -1;
            if (trace?.index === index) return position;
        }
        return -1;
    }

    /** @param {number} position */
    async #at(position) {
        if (position < 0 || position >= this.#list.map.count) return undefined;
        const chunk = Math.floor(position / CHUNK);
        if (!this.#chunks.has(chunk)) await this.#fetch(chunk);
        return this.#chunks.get(chunk)?.[position % CHUNK];
    }

    /** @param {number} chunk */
    async #fetch(chunk) {
        const version = this.#version;
        const traces = (await this.#state?.connection?.call("traces", chunk * CHUNK, CHUNK, this.#state.sort)) ?? [];
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
        element.title = `${name}\n${trace.rootService}\n${trace.traceId}`;
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
        let image = this.#strips.get(trace.index);
        const { connection, overview } = this.#state ?? {};
        if (image === undefined && connection && overview) {
            const width = Math.max(2, Math.round((STRIP_WIDTH * trace.durationNs) / this.#longest) || 2);
            const pixels = await connection.call("strip", trace.index, { width, height: STRIP_HEIGHT, ...canvasColors(this.element, overview.looks) });
            image = new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (pixels), width, STRIP_HEIGHT);
            this.#strips.set(trace.index, image);
        }
        // The element may have been given to another trace meanwhile.
        if (image === undefined || canvas.dataset["trace"] !== String(trace.index)) return;
        const context = canvas.getContext("2d");
        context?.clearRect(0, 0, canvas.width, canvas.height);
        context?.putImageData(image, 0, 0);
    }

    /** @param {MouseEvent} event */
    #onClick(event) {
        const row = event.target instanceof Element ? event.target.closest(".traces-row") : null;
        if (row instanceof HTMLElement) void this.#choose(Number(row.dataset["position"]));
    }

    /** @param {number} position */
    async #choose(position) {
        const trace = await this.#at(position);
        if (trace === undefined) return;
        this.#cursor = position;
        this.#intents.selectTrace(trace.index);
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
        void this.#choose(Math.min(Math.max(0, to), last));
    }
}
