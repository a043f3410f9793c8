/**
 * The flame graph: spans by call path, of this trace or of all, as wide as what is measured. The worker computes the
 * rectangles, this paints them. The list under it is the same in words: each frame with its figures, by level.
 *
 * Arrows move among frames, in the picture and in the list alike; the current frame's figures stand above, and are said.
 */

import { attribute, button, el, fill, pick, unusual, toldMeanwhile } from "../dom.js";
import { colorOf, resolvedColor } from "../colors.js";
import { countOf, exactDuration, formatCount, formatDuration, formatShare } from "../format.js";
import { DataGrid, barCell, textCell } from "./data-grid.js";

/** @import { State } from '../state.js' */
/** @import { Surface } from '../pictures/surface.js' */
/** @import { FlameAnswer, FlamePicture, Frame, Intents } from '../types.js' */

const ROW = 20;
/** Rows that a picture is painted with at once: what a screen shows, and some more. */
const MOST_ROWS = 200;
/** Rows of a picture that is saved. */
const MOST_SAVED_ROWS = 1000;
/** Pixels from which a frame has its name in it. */
const NAME_ROOM = 30;

const MEASURES = /** @type {const} */ ([
    ["total", "total time", "Total time"],
    ["self", "self time", "Self time"],
    ["critical", "time on the critical path", "Time on the critical path"],
]);
/** @type {readonly import('./data-grid.js').Column[]} */
const COLUMNS = [
    { id: "label", label: "Service and operation" },
    { id: "count", label: "Spans", number: true },
    { id: "total", label: "Total", number: true },
    { id: "self", label: "Self", number: true },
    { id: "critical", label: "On the path", number: true },
    { id: "share", label: "Width", number: true },
    { id: "errors", label: "Errors", number: true },
];

export class FlameView {
    #intents;
    #says;
    #measure;
    #scope;
    #scopeLabel;
    #canvas;
    #scroller;
    #spacer;
    #stage;
    #facts;
    #reset;
    #list;
    #observer;
    #turn = 0;
    #paintTurn = 0;
    #width = 0;
    #shown = /** @type {readonly unknown[]} */ ([]);
    #all = false;
    /** @type {FlameAnswer | null} */
    #answer = null;
    /** @type {FlamePicture | null} */
    #picture = null;
    /** The part of the width that is shown. */
    #view = { from: 0, to: 1 };
    /** @type {Frame | null} */
    #current = null;
    /** @type {State | null} */
    #state = null;
    #frame = 0;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#says = el("p", { class: "view-says", role: "status" });
        this.#measure = el("select", { class: "select", "aria-label": "Width of a frame", on: { change: () => this.#chosen() } }, ...MEASURES.map(([value, text]) => el("option", { value, text })));
        this.#measure.value = "self";
        this.#scope = el("select", { class: "select", "aria-label": "Flame graph of which traces", on: { change: () => this.#chosen() } }, el("option", { value: "one", text: "this trace" }), el("option", { value: "all", text: "all traces" }));
        this.#scopeLabel = el("label", {}, "Of", this.#scope);
        this.#reset = button({ label: "All of the width", icon: "reset", onClick: () => this.#zoom({ from: 0, to: 1 }) });
        this.#canvas = el("canvas", { class: "flame-canvas", "aria-hidden": "true" });
        this.#spacer = el("div", { class: "flame-spacer" });
        this.#scroller = el("div", { class: "flame-scroll", tabindex: -1 }, this.#spacer, this.#canvas);
        this.#stage = el("div", { class: "flame-stage", role: "application", tabindex: 0, "aria-label": "Flame graph", "aria-describedby": "flame-keys flame-facts" }, this.#scroller);
        this.#facts = el("p", { class: "flame-facts", id: "flame-facts", "aria-live": "polite" });
        const keys = el("p", { class: "visually-hidden", id: "flame-keys", text: "Arrows move among the frames, Enter zooms in, Backspace zooms out, m marks the spans of the frame." });
        this.#list = new DataGrid({
            label: "Frames",
            role: "treegrid",
            class: "flame-list",
            load: async (from, count) => (await this.#state?.connection?.call("flameFrames", from, count)) ?? [],
            draw: (cells, row, element) => this.#draw(cells, row, element),
            choose: (_, row) => {
                this.#setCurrent(row);
                this.#zoomTo(row);
            },
            onCursor: (_, row) => this.#setCurrent(row),
            move: (key, _, row) => (key === "ArrowLeft" ? row.parent : key === "ArrowRight" && row.end > row.index + 1 ? row.index + 1 : null),
        });
        this.#list.setColumns(COLUMNS, null);
        this.element = el(
            "div",
            { class: "view flame-view" },
            el("div", { class: "view-top" }, this.#says, el("div", { class: "view-choices" }, el("label", {}, "Width", this.#measure), this.#scopeLabel, this.#reset)),
            keys,
            this.#stage,
            this.#facts,
            this.#list.element,
        );
        this.#stage.addEventListener("keydown", (event) => void this.#onKey(event));
        this.#canvas.addEventListener("click", (event) => void this.#onClick(event));
        this.#canvas.addEventListener("pointermove", (event) => this.#onHover(event));
        this.#canvas.addEventListener("dblclick", () => this.#zoom({ from: 0, to: 1 }));
        this.#stage.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
        this.#scroller.addEventListener("scroll", () => this.#paintSoon(), { passive: true });
        this.#observer = new ResizeObserver(() => {
            if (this.#scroller.clientWidth === 0) return;
            this.#width = this.#scroller.clientWidth;
            this.#paintSoon();
        });
        this.#observer.observe(this.#scroller);
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        if (state.tab !== "flame" || state.trace === null) return;
        const many = (state.overview?.summary.traces ?? 0) > 1;
        this.#scopeLabel.hidden = !many;
        const { width, of } = state.choices["flame"] ?? {};
        pick(this.#measure, width, "self");
        pick(this.#scope, many ? of : "one", "one");
        const what = this.#what();
        if (what.some((part, index) => part !== this.#shown[index])) void this.#load();
        else if (before?.tab !== "flame" || before.preferences.theme !== state.preferences.theme) this.#paintSoon();
    }

    /** The colours have changed. */
    repaint() {
        if (this.#state?.tab === "flame") this.#paintSoon();
    }

    destroy() {
        cancelAnimationFrame(this.#frame);
        this.#observer.disconnect();
        this.#list.destroy();
        this.element.remove();
    }

    #chosen() {
        this.#intents.setChoices(unusual({ width: [this.#measure.value, "self"], of: [this.#scope.value, "one"] }));
    }

    #what() {
        return [this.#state?.connection, this.#scope.value === "all" ? null : this.#state?.trace?.index, this.#measure.value];
    }

    async #load() {
        this.#turn += 1;
        const turn = this.#turn;
        const { connection, trace, overview } = this.#state ?? {};
        if (!connection || !trace || !overview) return;
        this.#shown = this.#what();
        this.#all = this.#scope.value === "all";
        const measure = this.#measure.value;
        const answer = await toldMeanwhile(this.#says, connection.call("flame", this.#all ? null : trace.index, measure));
        if (turn !== this.#turn) return;
        this.#answer = answer;
        this.#view = { from: 0, to: 1 };
        this.#current = null;
        const [, , title] = MEASURES.find(([value]) => value === measure) ?? MEASURES[0];
        const of = this.#all ? ` of ${countOf(overview.summary.traces, "trace")}` : "";
        fill(this.#says, `${title} by call path${of}, ${formatDuration(answer.wholeNs)} in all`, el("span", { class: "view-note", text: ` · ${countOf(answer.frames, "frame")}${answer.wholeNs === 0 && answer.frames > 0 ? " · nothing to show: no span has such a time" : measure === "total" ? " · what ran at the same time shares its parent's width" : ""}` }));
        this.#spacer.style.setProperty("height", `${answer.depth * ROW}px`);
        this.#stage.style.setProperty("--rows", String(Math.min(answer.depth, 30)));
        this.#sayFacts();
        this.#paintSoon();
        await this.#list.reset(answer.frames, true);
    }

    // ── painting ──

    #paintSoon() {
        if (this.#frame !== 0) return;
        this.#frame = requestAnimationFrame(() => {
            this.#frame = 0;
            void this.#paint();
        });
    }

    async #paint() {
        this.#paintTurn += 1;
        const turn = this.#paintTurn;
        const { connection, overview } = this.#state ?? {};
        if (!connection || !overview || this.#answer === null || this.#width === 0) return;
        const height = this.#scroller.clientHeight;
        const firstRow = Math.max(0, Math.floor(this.#scroller.scrollTop / ROW));
        const endRow = Math.min(this.#answer.depth, firstRow + Math.min(MOST_ROWS, Math.ceil(height / ROW) + 1));
        const picture = await connection.call("flamePicture", { ...this.#view, width: this.#width, firstRow, endRow, nameRoom: NAME_ROOM }).catch(() => null);
        if (turn !== this.#paintTurn || picture === null) return;
        this.#picture = picture;
        this.#reset.hidden = this.#view.from <= 0 && this.#view.to >= 1;
        const density = Math.min(3, window.devicePixelRatio || 1);
        const canvas = this.#canvas;
        canvas.width = Math.round(this.#width * density);
        canvas.height = Math.round(height * density);
        canvas.style.setProperty("width", `${this.#width}px`);
        canvas.style.setProperty("height", `${height}px`);
        const context = canvas.getContext("2d");
        if (context === null) return;
        context.scale(density, density);
        context.translate(0, -this.#scroller.scrollTop);
        this.#paintRectangles(context, picture, overview);
    }

    /**
     * Paints what is shown of the width, with all of its rows, on another surface.
     * @param {Surface} surface
     * @returns {Promise<{width: number, height: number}>}
     */
    async paintOn(surface) {
        const { connection, overview } = this.#state ?? {};
        if (!connection || !overview || this.#answer === null) throw new Error("The flame graph is not there yet.");
        const rows = Math.min(this.#answer.depth, MOST_SAVED_ROWS);
        const width = Math.max(320, this.#width);
        this.#paintRectangles(surface, await connection.call("flamePicture", { ...this.#view, width, firstRow: 0, endRow: rows, nameRoom: NAME_ROOM }), overview);
        return { width, height: rows * ROW };
    }

    /** What it shows, in words. */
    get says() {
        return this.#says.textContent ?? "";
    }

    /**
     * @param {Surface} context
     * @param {FlamePicture} picture
     * @param {import('../types.js').Overview} overview
     */
    #paintRectangles(context, picture, overview) {
        const style = getComputedStyle(this.element);
        const color = (/** @type {string} */ name) => resolvedColor(this.#stage, name);
        const ink = color("var(--ink)");
        // Colours that the user chose for all pages leave two: a frame has a rim then, in place of a colour of its own.
        const forced = matchMedia("(forced-colors: active)").matches;
        const pane = color(forced ? "Canvas" : "var(--pane)");
        const error = color("var(--error)");
        const accent = color("var(--accent)");
        /** @type {Map<number, {fill: string, edge: string}>} */
        const looks = new Map();
        const lookOf = (/** @type {number} */ service) => {
            let look = looks.get(service);
            if (look === undefined) {
                const base = colorOf(overview.looks[service]);
                look = { fill: forced ? ink : color(`color-mix(in srgb, ${base} 26%, var(--pane))`), edge: color(base) };
                looks.set(service, look);
            }
            return look;
        };
        context.font = `12px ${style.fontFamily}`;
        context.textBaseline = "middle";
        const current = this.#current;
        for (const rectangle of picture.rectangles) {
            const top = rectangle.depth * ROW;
            const left = rectangle.left;
            const width = rectangle.right - rectangle.left;
            const look = lookOf(rectangle.service);
            const many = rectangle.frames > 1;
            // A hair of the pane between neighbours, where there is room for it.
            const inner = width > 3 ? width - 1 : Math.max(width, 1);
            context.fillStyle = many ? color("var(--edge)") : look.fill;
            context.fillRect(left, top, inner, ROW - 1);
            if (forced && !many && width >= 3) {
                context.fillStyle = pane;
                context.fillRect(left + 1, top + 1, inner - 2, ROW - 3);
            }
            if (!many && width >= 3) {
                context.fillStyle = look.edge;
                context.fillRect(left, top, 3, ROW - 1);
            }
            if (rectangle.error) hatch(context, left, top, inner, ROW - 1, error);
            if (rectangle.error || (many && rectangle.errorBelow)) {
                context.fillStyle = error;
                context.fillRect(left, top, inner, 2);
            } else if (rectangle.errorBelow) {
                // A ring, as in the waterfall: the error began below.
                context.strokeStyle = error;
                context.lineWidth = 1.25;
                if (width >= 14) {
                    context.beginPath();
                    context.arc(left + inner - 7, top + ROW / 2 - 0.5, 3, 0, 2 * Math.PI);
                    context.stroke();
                }
            }
            if (!many && rectangle.critical > 0 && width >= 2) {
                context.fillStyle = ink;
                context.fillRect(left, top + ROW - 3, Math.max(1, inner * rectangle.critical), 2);
            }
            if (rectangle.name !== "") {
                const room = inner - 12 - (rectangle.errorBelow && !rectangle.error ? 12 : 0);
                const text = fitted(context, rectangle.name, room);
                if (rectangle.error && text !== "") {
                    context.fillStyle = pane;
                    context.fillRect(left + 5, top + 3, context.measureText(text).width + 4, ROW - 7);
                }
                context.fillStyle = ink;
                context.fillText(text, left + 7, top + ROW / 2);
            }
            if (current !== null && rectangle.frame === current.index && !many) {
                context.strokeStyle = accent;
                context.lineWidth = 2;
                context.strokeRect(left + 1, top + 1, Math.max(0, inner - 2), ROW - 3);
            }
        }
        // Where the current frame is too narrow for an outline of its own, a mark shows its place.
        if (current !== null && !picture.rectangles.some(({ frame, frames }) => frame === current.index && frames === 1)) {
            const at = ((current.left - this.#view.from) / (this.#view.to - this.#view.from)) * this.#width;
            if (at >= 0 && at <= this.#width) {
                context.fillStyle = accent;
                context.fillRect(Math.min(at, this.#width - 2), current.depth * ROW, 2, ROW - 1);
            }
        }
    }

    // ── the current frame ──

    /** @param {Frame | null} frame */
    #setCurrent(frame) {
        if (frame?.index === this.#current?.index) return;
        this.#current = frame;
        this.#sayFacts();
        this.#list.redraw();
        if (frame !== null) {
            const top = frame.depth * ROW;
            if (top < this.#scroller.scrollTop) this.#scroller.scrollTop = top;
            else if (top + ROW > this.#scroller.scrollTop + this.#scroller.clientHeight) this.#scroller.scrollTop = top + ROW - this.#scroller.clientHeight;
        }
        this.#paintSoon();
    }

    #sayFacts() {
        const frame = this.#current;
        const { overview } = this.#state ?? {};
        if (frame === null || !overview || this.#answer === null) {
            fill(this.#facts, el("span", { class: "view-note", text: "Click a frame to zoom in, double-click to see all; arrows move." }));
            return;
        }
        fill(
            this.#facts,
            el("strong", { text: `${overview.services[frame.serviceIndex] ?? ""} ${frame.name}`.trim() || "(no name)" }),
            ` ${this.#figures(frame)} `,
            button({ label: `Mark ${frame.count === 1 ? "its span" : `its ${formatCount(frame.count)} spans`}`, class: "text-link", onClick: () => void this.#mark(frame) }),
        );
    }

    /** @param {Frame} frame */
    #figures(frame) {
        const errors = frame.errors > 0 ? `, ${countOf(frame.errors, "error")}` : frame.errorsBelow > 0 ? `, ${countOf(frame.errorsBelow, "error")} below` : "";
        return `${countOf(frame.count, "span")}, total ${formatDuration(frame.totalNs)}, self ${formatDuration(frame.selfNs)}, ${formatDuration(frame.criticalNs)} on the critical path, ${formatShare(frame.valueNs, this.#answer?.wholeNs ?? 0) || "0 %"} of the whole${errors}`;
    }

    /** @param {Frame} frame */
    async #mark(frame) {
        const { connection, trace } = this.#state ?? {};
        if (!connection || !trace) return;
        const { trace: found, spans } = await connection.call("flameSpans", frame.index, trace.index);
        this.#intents.markIn(found, spans);
    }

    /** @param {number} index */
    async #frameAt(index) {
        const [frame] = (await this.#state?.connection?.call("flameFrames", index, 1)) ?? [];
        return frame ?? null;
    }

    // ── zoom ──

    /** @param {{from: number, to: number}} view */
    #zoom({ from, to }) {
        const length = Math.min(1, Math.max(to - from, 1e-9));
        const start = Math.min(Math.max(0, from), 1 - length);
        this.#view = { from: start, to: start + length };
        this.#paintSoon();
    }

    /** @param {Frame} frame */
    #zoomTo(frame) {
        if (frame.right > frame.left) this.#zoom({ from: frame.left, to: frame.right });
    }

    /** @param {WheelEvent} event */
    #onWheel(event) {
        if (!event.ctrlKey && !event.shiftKey) return;
        event.preventDefault();
        const { from, to } = this.#view;
        if (event.shiftKey) {
            const by = ((to - from) * (event.deltaY || event.deltaX)) / 1000;
            this.#zoom({ from: from + by, to: to + by });
            return;
        }
        const box = this.#canvas.getBoundingClientRect();
        const part = (event.clientX - box.left) / Math.max(1, box.width);
        const factor = Math.exp(Math.min(Math.max(event.deltaY / 100, -3), 3) * 0.2);
        const length = (to - from) * factor;
        const around = from + (to - from) * part;
        this.#zoom({ from: around - length * part, to: around + length * (1 - part) });
    }

    /** @param {MouseEvent} event */
    #hit(event) {
        const box = this.#canvas.getBoundingClientRect();
        const x = event.clientX - box.left;
        const depth = Math.floor((event.clientY - box.top + this.#scroller.scrollTop) / ROW);
        return this.#picture?.rectangles.find((rectangle) => rectangle.depth === depth && x >= rectangle.left && x <= rectangle.right) ?? null;
    }

    /** @param {MouseEvent} event */
    async #onClick(event) {
        const hit = this.#hit(event);
        if (hit === null) return;
        this.#stage.focus({ preventScroll: true });
        if (hit.frames > 1) {
            // Narrow frames that are drawn as one: nearer, until they come apart.
            const scale = (this.#view.to - this.#view.from) / Math.max(1, this.#width);
            this.#zoom({ from: this.#view.from + hit.left * scale, to: this.#view.from + hit.right * scale });
            return;
        }
        const frame = await this.#frameAt(hit.frame);
        if (frame === null) return;
        this.#setCurrent(frame);
        this.#list.goTo(frame.index, false);
        this.#zoomTo(frame);
    }

    /** @param {PointerEvent} event */
    #onHover(event) {
        const hit = this.#hit(event);
        const services = this.#state?.overview?.services ?? [];
        const title = hit === null ? "" : hit.frames > 1 ? `${countOf(hit.frames, "narrow frame")}${hit.error || hit.errorBelow ? ", with an error" : ""}; click to look closer` : `${services[hit.service] ?? ""} ${hit.name}`.trim();
        attribute(this.#canvas, "title", title === "" ? null : title);
    }

    /** @param {KeyboardEvent} event */
    async #onKey(event) {
        if (event.target !== this.#stage || event.ctrlKey || event.metaKey || event.altKey || this.#answer === null) return;
        const { key } = event;
        const known = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "Enter", " ", "Backspace", "m", "M"];
        if (!known.includes(key) || this.#answer.frames === 0) return;
        event.preventDefault();
        event.stopPropagation();
        const current = this.#current;
        if (current === null || key === "Home") {
            this.#go(await this.#frameAt(0));
        } else if (key === "ArrowUp") {
            if (current.parent !== null) this.#go(await this.#frameAt(current.parent));
        } else if (key === "ArrowDown") {
            if (current.end > current.index + 1) this.#go(await this.#frameAt(current.index + 1));
        } else if (key === "ArrowRight") {
            const next = current.end < this.#answer.frames ? await this.#frameAt(current.end) : null;
            if (next !== null && next.parent === current.parent) this.#go(next);
        } else if (key === "ArrowLeft") {
            const before = await this.#state?.connection?.call("flameBefore", current.index);
            if (before !== null && before !== undefined) this.#go(await this.#frameAt(before));
        } else if (key === "Enter" || key === " ") this.#zoomTo(current);
        else if (key === "Backspace") {
            const whole = this.#view.from <= 0 && this.#view.to >= 1;
            const parent = whole || current.parent === null ? null : await this.#frameAt(current.parent);
            if (parent === null) this.#zoom({ from: 0, to: 1 });
            else {
                this.#go(parent);
                this.#zoomTo(parent);
            }
        } else void this.#mark(current);
    }

    /** @param {Frame | null} frame */
    #go(frame) {
        if (frame === null) return;
        this.#setCurrent(frame);
        this.#list.goTo(frame.index, false);
        const { from, to } = this.#view;
        // What is out of sight is brought into it.
        if (frame.right <= from || frame.left >= to) this.#zoom({ from: frame.left - (to - from) / 4, to: frame.left + ((to - from) * 3) / 4 });
    }

    // ── the list ──

    /**
     * @param {HTMLElement[]} cells
     * @param {Frame} row
     * @param {HTMLElement} element
     */
    #draw(cells, row, element) {
        const [label, count, total, self, critical, share, errors] = cells;
        const { overview } = this.#state ?? {};
        const whole = this.#answer?.wholeNs ?? 0;
        if (!label || !count || !total || !self || !critical || !share || !errors || !overview) return;
        attribute(element, "aria-level", row.depth + 1);
        element.style.setProperty("--indent", String(Math.min(row.depth, 24)));
        element.classList.toggle("selected", row.index === this.#current?.index);
        const service = overview.services[row.serviceIndex] ?? "";
        const name = el("span", { class: "service-name", text: service === "" ? "(no service)" : service });
        name.style.setProperty("--service", colorOf(overview.looks[row.serviceIndex]));
        fill(label, row.depth > 24 ? el("span", { class: "view-note", text: `${row.depth}› ` }) : null, name, " ", el("span", { class: "view-note", text: row.name === "" ? "(no name)" : row.name }));
        label.title = `${service}\n${row.name}`;
        textCell(count, formatCount(row.count));
        textCell(total, formatDuration(row.totalNs), exactDuration(row.totalNs));
        textCell(self, formatDuration(row.selfNs), exactDuration(row.selfNs));
        textCell(critical, formatDuration(row.criticalNs), exactDuration(row.criticalNs));
        barCell(share, formatShare(row.valueNs, whole) || "0 %", exactDuration(row.valueNs), row.right - row.left);
        textCell(errors, row.errors > 0 ? formatCount(row.errors) : row.errorsBelow > 0 ? `${formatCount(row.errorsBelow)} below` : "0");
        errors.classList.toggle("has-error", row.errors > 0);
    }
}

/**
 * Lines at 45°, so that an error shows without its colour.
 * @param {Surface} context
 * @param {number} left
 * @param {number} top
 * @param {number} width
 * @param {number} height
 * @param {string} color
 */
function hatch(context, left, top, width, height, color) {
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.beginPath();
    for (let x = left - height; x < left + width; x += 6) {
        context.moveTo(x, top + height);
        context.lineTo(x + height, top);
    }
    context.strokeStyle = color;
    context.lineWidth = 1.25;
    context.stroke();
    context.restore();
}

/**
 * As much of a text as there is room for.
 * @param {Surface} context
 * @param {string} text
 * @param {number} room
 */
function fitted(context, text, room) {
    if (room < 8) return "";
    const line = text.length > 200 ? text.slice(0, 200) : text;
    if (context.measureText(line).width <= room) return line;
    let low = 0;
    let high = line.length;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(`${line.slice(0, middle)}…`).width <= room) low = middle;
        else high = middle - 1;
    }
    return low === 0 ? "" : `${line.slice(0, low)}…`;
}
