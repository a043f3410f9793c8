/**
 * The whole trace small, with a brush for the part of the time that the waterfall shows. Drag makes a range, dragging
 * the brush moves it, its edges and the wheel change it. The edges are sliders for the keyboard and for screen readers,
 * and say in words what the canvas shows.
 */

import { attribute, el, followPointer } from "../dom.js";
import { canvasColors } from "../colors.js";
import { countOf, formatDuration } from "../format.js";
import { clampRange, panRange, shownRange, zoomRange } from "../state.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

const HEIGHT = 52;
/** How near to an edge of the brush a press takes hold of it. */
const GRIP = 6;

export class Minimap {
    #intents;
    #canvas;
    #brush;
    #from;
    #to;
    #text;
    #observer;
    #width = 0;
    /** @type {State | null} */
    #state = null;
    #turn = 0;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#canvas = el("canvas", { class: "minimap-canvas", "aria-hidden": "true" });
        this.#brush = el("div", { class: "minimap-brush" });
        this.#from = this.#edge("Start of the time shown", "from");
        this.#to = this.#edge("End of the time shown", "to");
        this.#text = el("p", { class: "visually-hidden" });
        this.element = el("div", { class: "minimap", role: "group", "aria-label": "Overview of the trace", on: { pointerdown: (event) => this.#onPress(event), dblclick: () => intents.setRange(null) } }, this.#canvas, this.#text, this.#brush, this.#from, this.#to);
        // The page must not scroll while the wheel zooms, so the listener cannot be passive.
        this.element.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
        this.#observer = new ResizeObserver(() => this.#resize());
        this.#observer.observe(this.element);
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        const { trace } = state;
        if (trace === null) return;
        if (before === null || before.trace?.summary !== trace.summary) {
            const { spans, errors } = trace.summary;
            this.#text.textContent = `${countOf(spans, "span")} over ${formatDuration(trace.extentNs)}, ${errors === 0 ? "no errors" : countOf(errors, "span with an error", "spans with an error")}. The rows below say the same.`;
            void this.repaint();
        }
        this.#place();
    }

    /** Paints the canvas anew: another trace, size or theme. */
    async repaint() {
        const { trace, connection, overview } = this.#state ?? {};
        if (!trace || !connection || !overview || this.#width === 0) return;
        this.#turn += 1;
        const turn = this.#turn;
        const density = Math.min(3, window.devicePixelRatio || 1);
        const width = Math.max(1, Math.round(this.#width * density));
        const height = Math.round((HEIGHT - 8) * density);
        const pixels = await connection.call("minimap", trace.index, { width, height, scale: [0, 0, Math.max(1, trace.extentNs), width], ...canvasColors(this.element, overview.looks) }).catch(() => null);
        if (turn !== this.#turn || pixels === null) return;
        this.#canvas.width = width;
        this.#canvas.height = height;
        this.#canvas.getContext("2d")?.putImageData(new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (pixels), width, height), 0, 0);
    }

    destroy() {
        this.#observer.disconnect();
        this.element.remove();
    }

    #resize() {
        const width = this.element.clientWidth;
        if (width === this.#width) return;
        this.#width = width;
        this.#place();
        void this.repaint();
    }

    get #extent() {
        return Math.max(1, this.#state?.trace?.extentNs ?? 1);
    }

    get #range() {
        return this.#state === null ? { from: 0, to: 1 } : shownRange(this.#state);
    }

    #place() {
        const { from, to } = this.#range;
        const extent = this.#extent;
        const left = (from / extent) * this.#width;
        const right = (to / extent) * this.#width;
        const whole = this.#state?.range === null;
        this.element.classList.toggle("zoomed", !whole);
        this.#brush.style.setProperty("--left", `${left}px`);
        this.#brush.style.setProperty("--width", `${Math.max(2, right - left)}px`);
        for (const [edge, at, value] of /** @type {const} */ ([[this.#from, left, from], [this.#to, right, to]])) {
            edge.style.setProperty("--left", `${at}px`);
            attribute(edge, "aria-valuemin", 0);
            attribute(edge, "aria-valuemax", Math.round(extent));
            attribute(edge, "aria-valuenow", Math.round(value));
            attribute(edge, "aria-valuetext", formatDuration(value));
        }
    }

    /**
     * @param {string} label
     * @param {'from' | 'to'} which
     */
    #edge(label, which) {
        return el("div", { class: `minimap-edge minimap-${which}`, role: "slider", tabindex: 0, "aria-label": label, "aria-orientation": "horizontal", on: { keydown: (event) => this.#onKey(event, which) } });
    }

    /**
     * @param {KeyboardEvent} event
     * @param {'from' | 'to'} which
     */
    #onKey(event, which) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const extent = this.#extent;
        const range = { ...this.#range };
        const length = range.to - range.from;
        const steps = /** @type {Record<string, number>} */ ({
            ArrowLeft: -length / 50,
            ArrowDown: -length / 50,
            ArrowRight: length / 50,
            ArrowUp: length / 50,
            PageDown: -length / 5,
            PageUp: length / 5,
            Home: -extent,
            End: extent,
        });
        const step = steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        const least = Math.min(extent, Math.max(1000, extent / 1e6));
        if (which === "from") range.from = Math.min(Math.max(0, range.from + step), range.to - least);
        else range.to = Math.max(Math.min(extent, range.to + step), range.from + least);
        this.#intents.setRange(clampRange(range, extent));
    }

    /** @param {PointerEvent} event */
    #onPress(event) {
        if (event.button !== 0) return;
        const box = this.element.getBoundingClientRect();
        const extent = this.#extent;
        const at = (/** @type {number} */ x) => Math.min(Math.max(0, (x - box.left) / Math.max(1, box.width)), 1) * extent;
        const grip = (GRIP / Math.max(1, box.width)) * extent;
        const { from, to } = this.#range;
        const zoomed = this.#state?.range !== null;
        const pressed = at(event.clientX);
        const nearFrom = Math.abs(pressed - from) <= grip;
        const nearTo = Math.abs(pressed - to) <= grip;
        /** @type {(x: number) => {from: number, to: number}} */
        let move;
        if (nearFrom || nearTo) {
            // The edge that is held may pass the other one.
            const fixed = nearTo ? from : to;
            move = (x) => ordered(fixed, at(x));
        } else if (zoomed && pressed > from && pressed < to) {
            move = (x) => {
                const by = Math.min(Math.max(at(x) - pressed, -from), extent - to);
                return { from: from + by, to: to + by };
            };
        } else {
            move = (x) => ordered(pressed, at(x));
        }
        const start = event.clientX;
        let moved = false;
        followPointer(this.element, event, (next) => {
            // A click that shakes is not a drag.
            if (!moved && Math.abs(next.clientX - start) < 4) return;
            moved = true;
            this.#intents.setRange(clampRange(move(next.clientX), extent));
        });
    }

    /** @param {WheelEvent} event */
    #onWheel(event) {
        event.preventDefault();
        const box = this.element.getBoundingClientRect();
        const extent = this.#extent;
        const range = this.#range;
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            this.#intents.setRange(panRange(range, (event.deltaX || event.deltaY) / 1000, extent));
            return;
        }
        const around = Math.min(Math.max(range.from, ((event.clientX - box.left) / Math.max(1, box.width)) * extent), range.to);
        this.#intents.setRange(zoomRange(range, wheelFactor(event), around, extent));
    }
}

/**
 * How much a turn of the wheel zooms: about a fifth a notch.
 * @param {WheelEvent} event
 */
export function wheelFactor(event) {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY / 100 : event.deltaY / 3;
    return Math.exp(Math.min(Math.max(lines, -3), 3) * 0.2);
}

/**
 * @param {number} one
 * @param {number} other
 */
function ordered(one, other) {
    return { from: Math.min(one, other), to: Math.max(one, other) };
}
