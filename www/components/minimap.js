/**
 * The whole trace small, with a brush for the part of the time that the waterfall shows. Drag makes a range, dragging
 * the brush moves it, its edges and the wheel change it. The edges are sliders for the keyboard and for screen readers,
 * and say in words what the canvas shows.
 */

import { afterPaint, attribute, el, followPointer } from "../dom.js";
import { canvasColors } from "../colors.js";
import { countOf, formatDuration } from "../format.js";
import { Pinch, pinched } from "../pinch.js";
import { clampRange, scaleOf, shownRange, wholeRange } from "../state.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

const HEIGHT = 52;
/** How near to an edge of the brush a press takes hold of it. */
const GRIP = 6;

export class Minimap {
    #intents;
    #canvas;
    #errors;
    #found;
    #brush;
    #from;
    #to;
    #text;
    #observer;
    #pinch;
    #width = 0;
    /** @type {State | null} */
    #state = null;
    #turn = 0;
    #errorTurn = 0;
    #foundTurn = 0;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#canvas = el("canvas", { class: "minimap-canvas", "aria-hidden": "true" });
        this.#errors = el("canvas", { class: "minimap-canvas minimap-errors", "aria-hidden": "true" });
        this.#found = el("canvas", { class: "minimap-canvas minimap-found", "aria-hidden": "true" });
        this.#brush = el("div", { class: "minimap-brush" });
        this.#from = this.#edge("Start of the time shown", "from");
        this.#to = this.#edge("End of the time shown", "to");
        this.#text = el("p", { class: "visually-hidden" });
        this.element = el("div", { class: "minimap", role: "group", "aria-label": "Overview of the trace", on: { pointerdown: (event) => this.#onPress(event), dblclick: () => intents.setRange(null) } }, this.#canvas, this.#errors, this.#found, this.#text, this.#brush, this.#from, this.#to);
        // The page must not scroll while the wheel zooms, so the listener cannot be passive.
        this.element.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
        this.#pinch = new Pinch(this.element, {
            box: () => this.element.getBoundingClientRect(),
            begin: () => {
                if (!this.#state?.trace) return null;
                const { from, to } = this.#range;
                const scale = this.#scale;
                return { scale, shown: { left: scale.place(from), right: scale.place(to) }, whole: this.#whole };
            },
            // Here the picture stands still and the brush goes with the fingers; spreading them zooms in as it does below.
            move: ({ scale, shown, whole }, from, to) => {
                const middle = Math.min(Math.max(shown.left, from.middle), shown.right);
                intents.setRange(clampRange(pinched(scale, shown, { middle: middle + to.middle - from.middle, spread: from.spread }, { middle, spread: to.spread }), whole));
            },
        });
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
        } else if (before.preferences.squeezed !== state.preferences.squeezed || before.alignment !== state.alignment) {
            void this.repaint();
        } else if (before.found !== state.found) {
            void this.#paintFound();
        }
        this.#place();
    }

    /** All of the time on the width. */
    get #scale() {
        return scaleOf(/** @type {State} */ (this.#state), this.#width, this.#whole);
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
        const pixels = await connection.call("minimap", trace.index, { width, height, scale: this.#scale.points(density), aligned: this.#state?.alignment !== null, ...canvasColors(this.element, overview.looks) }).catch(() => null);
        if (turn !== this.#turn || pixels === null) return;
        this.#canvas.width = width;
        this.#canvas.height = height;
        this.#canvas.getContext("2d")?.putImageData(new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (pixels), width, height), 0, 0);
        await this.#paintMarks();
    }

    /**
     * Notches above for where errors begin and below for matches: there for every single one, however many spans share
     * a pixel.
     */
    async #paintMarks() {
        await Promise.all([this.#paintErrors(), this.#paintFound(true)]);
    }

    async #paintErrors() {
        const turn = (this.#errorTurn += 1);
        const columns = await this.#columns("errors");
        if (turn === this.#errorTurn && columns !== null) drawNotches(this.#errors, columns, (path, x) => path.rect(x - 1, 0, 3, 5));
    }

    /** @param {boolean} [atOnce] else once the rows, which are looked at first, show what was found */
    async #paintFound(atOnce = false) {
        const turn = (this.#foundTurn += 1);
        if (!atOnce) await afterPaint();
        if (turn !== this.#foundTurn) return;
        const columns = await this.#columns("found");
        if (turn === this.#foundTurn && columns !== null) drawNotches(this.#found, columns, (path, x) => path.rect(x - 1, HEIGHT - 8 - 6, 2, 6));
    }

    /**
     * A column for each pixel, marked where one of them begins; null when nothing can be painted.
     * @param {'errors' | 'found'} what
     * @returns {Promise<Uint8Array | null>}
     */
    async #columns(what) {
        const { trace, connection, found } = this.#state ?? {};
        if (!trace || !connection || this.#width === 0) return null;
        const width = Math.max(1, Math.round(this.#width));
        if (what === "found" && !found) return new Uint8Array(width);
        return connection.call("columns", trace.index, what, { width, scale: this.#scale.points(1), aligned: this.#state?.alignment !== null }).catch(() => null);
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
        // Not in the frame that has the new size: to know the colours, the browser would style the page once more.
        setTimeout(() => void this.repaint());
    }

    get #whole() {
        return this.#state === null ? { from: 0, to: 1 } : wholeRange(this.#state);
    }

    get #range() {
        return this.#state === null ? { from: 0, to: 1 } : shownRange(this.#state);
    }

    #place() {
        const { from, to } = this.#range;
        const all = this.#whole;
        const scale = this.#scale;
        const left = scale.place(from);
        const right = scale.place(to);
        const whole = this.#state?.range === null;
        this.element.classList.toggle("zoomed", !whole);
        this.#brush.style.setProperty("--left", `${left}px`);
        this.#brush.style.setProperty("--width", `${Math.max(2, right - left)}px`);
        for (const [edge, at, value] of /** @type {const} */ ([[this.#from, left, from], [this.#to, right, to]])) {
            edge.style.setProperty("--left", `${at}px`);
            attribute(edge, "aria-valuemin", Math.round(all.from));
            attribute(edge, "aria-valuemax", Math.round(all.to));
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
        const all = this.#whole;
        const extent = all.to - all.from;
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
        if (which === "from") range.from = Math.min(Math.max(all.from, range.from + step), range.to - least);
        else range.to = Math.max(Math.min(all.to, range.to + step), range.from + least);
        this.#intents.setRange(clampRange(range, all));
    }

    /**
     * A place of the document on the width, which the border is not a part of.
     * @param {number} x
     * @param {DOMRect} box
     */
    #pixel(x, box) {
        return ((x - box.left) / Math.max(1, box.width)) * this.#width;
    }

    /** @param {PointerEvent} event */
    #onPress(event) {
        if (event.button !== 0) return;
        const box = this.element.getBoundingClientRect();
        const all = this.#whole;
        const scale = this.#scale;
        const at = (/** @type {number} */ x) => Math.min(Math.max(all.from, scale.at(Math.min(Math.max(0, this.#pixel(x, box)), this.#width))), all.to);
        const { from, to } = this.#range;
        const zoomed = this.#state?.range !== null;
        const pressed = at(event.clientX);
        const near = (/** @type {number} */ ns) => Math.abs(scale.place(ns) - this.#pixel(event.clientX, box)) <= GRIP;
        const nearFrom = near(from);
        const nearTo = near(to);
        /** @type {(x: number) => {from: number, to: number}} */
        let move;
        if (nearFrom || nearTo) {
            // The edge that is held may pass the other one.
            const fixed = nearTo ? from : to;
            move = (x) => ordered(fixed, at(x));
        } else if (zoomed && pressed > from && pressed < to) {
            move = (x) => {
                const by = Math.min(Math.max(at(x) - pressed, all.from - from), all.to - to);
                return { from: from + by, to: to + by };
            };
        } else {
            move = (x) => ordered(pressed, at(x));
        }
        const start = event.clientX;
        let moved = false;
        followPointer(this.element, event, (next) => {
            // A click that shakes is not a drag, and a finger beside another one is a part of a pinch.
            if (this.#pinch.active || (!moved && Math.abs(next.clientX - start) < 4)) return;
            moved = true;
            this.#intents.setRange(clampRange(move(next.clientX), all));
        });
    }

    /** @param {WheelEvent} event */
    #onWheel(event) {
        event.preventDefault();
        const box = this.element.getBoundingClientRect();
        const all = this.#whole;
        const view = scaleOf(/** @type {State} */ (this.#state), this.#width);
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            this.#intents.setRange(clampRange(view.panned((event.deltaX || event.deltaY) / 1000), all));
            return;
        }
        const { from, to } = this.#range;
        const around = Math.min(Math.max(from, this.#scale.at(this.#pixel(event.clientX, box))), to);
        this.#intents.setRange(clampRange(view.zoomed(wheelFactor(event), view.place(around)), all));
    }
}

/**
 * @param {HTMLCanvasElement} canvas its colour is that of its text
 * @param {Uint8Array} columns one for each pixel of the width, 1 for one with a notch
 * @param {(path: Path2D, x: number) => void} notch
 */
function drawNotches(canvas, columns, notch) {
    const width = columns.length;
    const density = Math.min(3, window.devicePixelRatio || 1);
    canvas.width = Math.round(width * density);
    canvas.height = Math.round((HEIGHT - 8) * density);
    const context = canvas.getContext("2d");
    if (context === null) return;
    const path = new Path2D();
    for (const [x, mark] of columns.entries()) if (mark === 1) notch(path, Math.min(Math.max(x, 1), width - 2));
    context.scale(density, density);
    context.fillStyle = getComputedStyle(canvas).color;
    context.fill(path);
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
