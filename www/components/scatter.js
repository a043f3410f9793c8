/**
 * All traces as points: when they started, from left to right, and how long they took, the longest above (each step of
 * ten as high as the next). A box that is drawn over some of them leaves these in the list, which says the same in words.
 *
 * By mouse: drag a box, click a point. By keys: arrows go from trace to trace in time and in duration, Enter opens one,
 * Space begins a box at one and ends it at another, Escape takes the box away.
 */

import { attribute, el, fill } from "../dom.js";
import { resolvedColor } from "../colors.js";
import { countOf, formatDuration } from "../format.js";

/** @import { TraceBox, TracePoints } from '../types.js' */

const HEIGHT = 96;
const PAD = 6;
/** A press that moves less is a click. */
const CLICK = 4;
/** How far from a point a click may be. */
const REACH = 10;

export class Scatter {
    #options;
    #canvas;
    #facts;
    #stage;
    #observer;
    #width = 0;
    #frame = 0;
    /** @type {TracePoints | null} */
    #points = null;
    /** Traces by duration, the shortest first; made when a key asks for it. @type {Uint32Array | null} */
    #byDuration = null;
    /** Spans of the axes, in nanoseconds and in powers of ten. */
    #axes = { longest: 1, low: 0, high: 1 };
    #current = -1;
    /** The trace that the keys are at; -1: none. */
    #cursor = -1;
    /** Where a box was begun by key; -1: nowhere. */
    #anchor = -1;
    /** @type {TraceBox | null} */
    #box = null;
    /** A box that is being dragged, in pixels. @type {{x: number, y: number, toX: number, toY: number} | null} */
    #drag = null;

    /**
     * @param {object} options
     * @param {(box: TraceBox | null) => void} options.select
     * @param {(trace: number) => void} options.open
     */
    constructor(options) {
        this.#options = options;
        this.#canvas = el("canvas", { class: "scatter-canvas", "aria-hidden": "true" });
        this.#facts = el("p", { class: "scatter-facts", id: "scatter-facts", "aria-live": "polite" });
        this.#stage = el(
            "div",
            {
                class: "scatter-stage",
                role: "application",
                tabindex: 0,
                "aria-label": "Traces by start and duration",
                "aria-describedby": "scatter-keys scatter-facts",
                on: {
                    keydown: (event) => this.#onKey(event),
                    pointerdown: (event) => this.#onDown(event),
                    pointermove: (event) => this.#onMove(event),
                    pointerup: (event) => this.#onUp(event),
                    pointercancel: () => this.#endDrag(),
                },
            },
            this.#canvas,
        );
        this.element = el(
            "div",
            { class: "scatter" },
            this.#stage,
            this.#facts,
            el("p", { class: "visually-hidden", id: "scatter-keys", text: "Left and Right go to the trace before and after, Up and Down to the longer and the shorter one. Enter opens it, Space begins and ends a box, Escape takes it away. The list below has the same traces." }),
        );
        this.#observer = new ResizeObserver(() => {
            this.#width = this.#stage.clientWidth;
            this.paintSoon();
        });
        this.#observer.observe(this.#stage);
    }

    /** @param {TracePoints} points */
    setPoints(points) {
        this.#points = points;
        this.#byDuration = null;
        this.#cursor = -1;
        this.#anchor = -1;
        let longest = 1;
        let least = Infinity;
        let most = 1;
        for (const [index, start] of points.startNs.entries()) {
            const duration = points.durationNs[index] ?? 0;
            if (start > longest) longest = start;
            if (duration > 0 && duration < least) least = duration;
            if (duration > most) most = duration;
        }
        const low = Math.log10(Number.isFinite(least) ? least : 1);
        this.#axes = { longest, low, high: Math.max(low + 0.5, Math.log10(most)) };
        this.#say();
        this.paintSoon();
    }

    /**
     * @param {number} current the open trace
     * @param {TraceBox | null} box
     */
    show(current, box) {
        if (current === this.#current && box === this.#box) return;
        this.#current = current;
        this.#box = box;
        this.#say();
        this.paintSoon();
    }

    destroy() {
        cancelAnimationFrame(this.#frame);
        this.#observer.disconnect();
        this.element.remove();
    }

    // ── places ──

    /** @param {number} ns since the first start */
    #x(ns) {
        return PAD + (ns / this.#axes.longest) * (this.#width - 2 * PAD);
    }

    /** @param {number} ns */
    #y(ns) {
        const { low, high } = this.#axes;
        // What took no time stands at the bottom.
        const part = ns > 0 ? (Math.log10(ns) - low) / (high - low) : 0;
        return HEIGHT - PAD - part * (HEIGHT - 2 * PAD);
    }

    /** @param {number} x */
    #startAt(x) {
        return ((x - PAD) / Math.max(1, this.#width - 2 * PAD)) * this.#axes.longest;
    }

    /** @param {number} y */
    #durationAt(y) {
        const { low, high } = this.#axes;
        // Below the shortest is everything that is shorter, those without a duration too.
        if (y >= HEIGHT - PAD) return 0;
        return 10 ** (low + ((HEIGHT - PAD - y) / (HEIGHT - 2 * PAD)) * (high - low));
    }

    // ── painting ──

    /** Paints before the next frame. */
    paintSoon() {
        if (this.#frame !== 0) return;
        this.#frame = requestAnimationFrame(() => {
            this.#frame = 0;
            this.#paint();
        });
    }

    #paint() {
        const points = this.#points;
        const context = this.#canvas.getContext("2d");
        if (points === null || context === null || this.#width === 0) return;
        const density = Math.min(3, window.devicePixelRatio || 1);
        this.#canvas.width = Math.round(this.#width * density);
        this.#canvas.height = Math.round(HEIGHT * density);
        context.scale(density, density);
        const color = (/** @type {string} */ value) => resolvedColor(this.#stage, value);
        const [ink, error, accent, line] = [color("var(--faint)"), color("var(--error)"), color("var(--accent)"), color("var(--line)")];
        context.fillStyle = line;
        for (let power = Math.ceil(this.#axes.low); power <= this.#axes.high; power += 1) context.fillRect(0, Math.round(this.#y(10 ** power)), this.#width, 1);
        // Points at one place are one point; how many there are the list says.
        const seen = new Uint8Array(Math.ceil(this.#width + 1) * (HEIGHT + 1));
        context.fillStyle = ink;
        /** @type {number[]} */
        const failed = [];
        for (const [index, start] of points.startNs.entries()) {
            if ((points.errors[index] ?? 0) > 0) {
                failed.push(index);
                continue;
            }
            const x = Math.round(this.#x(start));
            const y = Math.round(this.#y(points.durationNs[index] ?? 0));
            const place = y * Math.ceil(this.#width + 1) + x;
            if (seen[place] === 1) continue;
            seen[place] = 1;
            context.fillRect(x - 1, y - 1, 3, 3);
        }
        // A cross tells of an error without its colour.
        context.strokeStyle = error;
        context.lineWidth = 1.5;
        context.beginPath();
        seen.fill(0);
        for (const index of failed) {
            const x = Math.round(this.#x(points.startNs[index] ?? 0));
            const y = Math.round(this.#y(points.durationNs[index] ?? 0));
            const place = y * Math.ceil(this.#width + 1) + x;
            if (seen[place] === 1) continue;
            seen[place] = 1;
            context.moveTo(x - 2.5, y - 2.5);
            context.lineTo(x + 2.5, y + 2.5);
            context.moveTo(x - 2.5, y + 2.5);
            context.lineTo(x + 2.5, y - 2.5);
        }
        context.stroke();
        this.#ring(context, points, this.#current, accent, 5);
        this.#ring(context, points, this.#cursor, ink, 7);
        this.#paintBox(context, accent);
    }

    /**
     * @param {CanvasRenderingContext2D} context
     * @param {TracePoints} points
     * @param {number} trace
     * @param {string} color
     * @param {number} radius
     */
    #ring(context, points, trace, color, radius) {
        const start = points.startNs[trace];
        if (start === undefined) return;
        context.strokeStyle = color;
        context.lineWidth = 2;
        context.beginPath();
        context.arc(this.#x(start), this.#y(points.durationNs[trace] ?? 0), radius, 0, 2 * Math.PI);
        context.stroke();
    }

    /**
     * @param {CanvasRenderingContext2D} context
     * @param {string} color
     */
    #paintBox(context, color) {
        let sides = null;
        if (this.#drag !== null) {
            const { x, y, toX, toY } = this.#drag;
            sides = { left: Math.min(x, toX), right: Math.max(x, toX), top: Math.min(y, toY), bottom: Math.max(y, toY) };
        } else if (this.#box !== null) {
            const { startNs, durationNs } = this.#box;
            sides = { left: this.#x(startNs[0]), right: this.#x(startNs[1]), top: this.#y(durationNs[1]), bottom: this.#y(durationNs[0]) };
        }
        if (sides === null) return;
        const { left, right, top, bottom } = sides;
        context.globalAlpha = 0.14;
        context.fillStyle = color;
        context.fillRect(left, top, right - left, bottom - top);
        context.globalAlpha = 1;
        context.strokeStyle = color;
        context.lineWidth = 1;
        context.strokeRect(left + 0.5, top + 0.5, Math.max(1, right - left - 1), Math.max(1, bottom - top - 1));
    }

    #say() {
        const points = this.#points;
        if (points === null) return;
        const at = this.#cursor;
        if (at >= 0) {
            const errors = points.errors[at] ?? 0;
            const box = this.#anchor >= 0 ? ", Space ends the box here" : "";
            fill(this.#facts, `Trace ${(at + 1).toLocaleString("en")}: ${formatDuration(points.startNs[at] ?? 0)} after the first, took ${formatDuration(points.durationNs[at] ?? 0)}${errors > 0 ? `, ${countOf(errors, "error")}` : ""}${box}`);
        } else if (this.#box !== null) {
            const { startNs, durationNs } = this.#box;
            fill(this.#facts, `From ${formatDuration(Math.max(0, Math.round(startNs[0])))} to ${formatDuration(Math.round(startNs[1]))} after the first, ${formatDuration(Math.round(durationNs[0]))} to ${formatDuration(Math.round(durationNs[1]))} long`);
        } else {
            fill(this.#facts, `Duration over start, up to ${formatDuration(Math.round(10 ** this.#axes.high))}; drag a box`);
        }
    }

    // ── mouse ──

    /** @param {MouseEvent} event */
    #place(event) {
        const box = this.#canvas.getBoundingClientRect();
        return { x: Math.min(Math.max(0, event.clientX - box.left), this.#width), y: Math.min(Math.max(0, event.clientY - box.top), HEIGHT) };
    }

    /** @param {PointerEvent} event */
    #onDown(event) {
        if (event.button !== 0 || this.#points === null) return;
        this.#stage.setPointerCapture(event.pointerId);
        const { x, y } = this.#place(event);
        this.#drag = { x, y, toX: x, toY: y };
    }

    /** @param {PointerEvent} event */
    #onMove(event) {
        if (this.#drag === null) {
            const near = this.#nearest(this.#place(event));
            attribute(this.#canvas, "title", near < 0 || this.#points === null ? null : `${formatDuration(this.#points.durationNs[near] ?? 0)}, ${countOf(this.#points.errors[near] ?? 0, "error")}`);
            return;
        }
        const { x, y } = this.#place(event);
        this.#drag = { ...this.#drag, toX: x, toY: y };
        this.paintSoon();
    }

    /** @param {PointerEvent} event */
    #onUp(event) {
        const drag = this.#drag;
        this.#endDrag();
        if (drag === null) return;
        const { x, y } = this.#place(event);
        if (Math.abs(x - drag.x) < CLICK && Math.abs(y - drag.y) < CLICK) {
            const near = this.#nearest({ x, y });
            if (near >= 0) this.#options.open(near);
            else this.#options.select(null);
            return;
        }
        const [left, right] = [Math.min(x, drag.x), Math.max(x, drag.x)];
        const [top, bottom] = [Math.min(y, drag.y), Math.max(y, drag.y)];
        this.#select({ startNs: [this.#startAt(left), this.#startAt(right)], durationNs: [this.#durationAt(bottom), this.#durationAt(top)] });
    }

    #endDrag() {
        this.#drag = null;
        this.paintSoon();
    }

    /** @param {TraceBox} box */
    #select(box) {
        this.#cursor = -1;
        this.#anchor = -1;
        this.#options.select(box);
    }

    /**
     * The trace at a place; -1 when none is near.
     * @param {{x: number, y: number}} place
     */
    #nearest({ x, y }) {
        let best = -1;
        let least = REACH * REACH;
        for (const [index, start] of (this.#points?.startNs ?? []).entries()) {
            const away = (this.#x(start) - x) ** 2 + (this.#y(this.#points?.durationNs[index] ?? 0) - y) ** 2;
            if (away < least) {
                least = away;
                best = index;
            }
        }
        return best;
    }

    // ── keys ──

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const points = this.#points;
        if (points === null || points.startNs.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
        const last = points.startNs.length - 1;
        const at = this.#cursor < 0 ? Math.max(0, this.#current) : this.#cursor;
        const first = this.#cursor < 0;
        const moves = /** @type {Record<string, () => number>} */ ({
            // Traces have their numbers by their start.
            ArrowLeft: () => at - 1,
            ArrowRight: () => at + 1,
            ArrowUp: () => this.#beside(at, 1),
            ArrowDown: () => this.#beside(at, -1),
            Home: () => 0,
            End: () => last,
        });
        const move = moves[event.key];
        if (move !== undefined) this.#cursor = first && !["Home", "End"].includes(event.key) ? at : Math.min(Math.max(0, move()), last);
        else if (event.key === "Enter") this.#options.open(at);
        else if (event.key === " ") this.#corner(points, at);
        else if (event.key === "Escape" && (this.#anchor >= 0 || this.#box !== null || this.#cursor >= 0)) {
            if (this.#anchor < 0 && this.#box !== null) this.#options.select(null);
            if (this.#anchor < 0) this.#cursor = -1;
            this.#anchor = -1;
        } else return;
        event.preventDefault();
        event.stopPropagation();
        this.#say();
        this.paintSoon();
    }

    /**
     * @param {TracePoints} points
     * @param {number} at
     */
    #corner(points, at) {
        if (this.#anchor < 0) {
            this.#anchor = at;
            this.#cursor = at;
            return;
        }
        const [one, other] = [this.#anchor, at];
        const between = (/** @type {Float64Array} */ column) => /** @type {[number, number]} */ ([Math.min(column[one] ?? 0, column[other] ?? 0), Math.max(column[one] ?? 0, column[other] ?? 0)]);
        this.#select({ startNs: between(points.startNs), durationNs: between(points.durationNs) });
    }

    /**
     * The trace that took next longer, or next shorter.
     * @param {number} trace
     * @param {1 | -1} direction
     */
    #beside(trace, direction) {
        const durations = this.#points?.durationNs ?? new Float64Array();
        this.#byDuration ??= Uint32Array.from(durations.keys()).sort((one, other) => (durations[one] ?? 0) - (durations[other] ?? 0) || one - other);
        return this.#byDuration[this.#byDuration.indexOf(trace) + direction] ?? trace;
    }
}
