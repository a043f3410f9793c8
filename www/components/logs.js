/**
 * All events of the trace and the lines of logs on its spans, in time order. A line opens its span; what else an event
 * says is shown for the current line.
 */

import { el, fill, pick, setText, unusual, toldMeanwhile } from "../dom.js";
import { colorOf } from "../colors.js";
import { countOf, exactDuration, formatCount, formatMoment } from "../format.js";
import { DataGrid, textCell } from "./data-grid.js";
import { errorMark } from "./marks.js";

/** @import { State } from '../state.js' */
/** @import { Attribute, Intents, LogLine } from '../types.js' */

/** @type {readonly import('./data-grid.js').Column[]} */
const COLUMNS = [
    { id: "time", label: "Time", number: true },
    { id: "level", label: "Level" },
    { id: "service", label: "Service and operation" },
    { id: "text", label: "Text" },
];
const LEVELS = /** @type {const} */ (["", "trace", "debug", "info", "warn", "error", "fatal"]);

export class LogsView {
    #intents;
    #grid;
    #says;
    #words;
    #least;
    #nothing;
    #more;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #typing;
    #turn = 0;
    #shown = /** @type {readonly unknown[]} */ ([]);
    /** @type {State | null} */
    #state = null;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#says = el("p", { class: "view-says", role: "status" });
        this.#words = el("input", { class: "text-field", type: "search", placeholder: "Words", "aria-label": "Only lines with these words", autocomplete: "off", spellcheck: "false", on: { input: () => this.#typed() } });
        this.#least = el("select", { class: "select", "aria-label": "Least level", on: { change: () => this.#chosen() } });
        this.#nothing = el("p", { class: "view-nothing", hidden: true });
        this.#more = el("div", { class: "log-more", role: "region", "aria-label": "Attributes of the line", tabindex: 0, hidden: true });
        this.#grid = new DataGrid({
            label: "Events and lines of logs",
            class: "log-grid",
            load: async (from, count) => {
                const { connection, trace } = this.#state ?? {};
                return connection && trace ? connection.call("logRows", trace.index, from, count) : [];
            },
            draw: (cells, row, element) => this.#draw(cells, row, element),
            choose: (_, row) => {
                if (this.#state?.trace) intents.markIn(this.#state.trace.index, [row.span]);
            },
            onCursor: (_, row) => void this.#showMore(row),
        });
        this.#grid.setColumns(COLUMNS, null);
        this.element = el("div", { class: "view logs-view" }, el("div", { class: "view-top" }, this.#says, el("div", { class: "view-choices" }, this.#words, this.#least)), this.#nothing, this.#grid.element, this.#more);
        this.#fillLevels([0, 0, 0, 0, 0, 0, 0]);
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        if (state.tab !== "logs" || state.trace === null) return;
        const { words = "", level } = state.choices["logs"] ?? {};
        // What is being typed is on its way here.
        if (document.activeElement !== this.#words) this.#words.value = words;
        pick(this.#least, level, "");
        const what = [state.connection, state.trace.index, words, this.#least.value];
        if (what.some((part, index) => part !== this.#shown[index])) void this.#load(true);
        else if (before?.preferences.timeMode !== state.preferences.timeMode || before.span !== state.span) this.#grid.redraw();
    }

    destroy() {
        clearTimeout(this.#typing);
        this.#grid.destroy();
        this.element.remove();
    }

    #typed() {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => this.#chosen(), 120);
    }

    #chosen() {
        this.#intents.setChoices(unusual({ words: [this.#words.value.trim(), ""], level: [this.#least.value, ""] }));
    }

    /** @param {boolean} fromTop */
    async #load(fromTop) {
        this.#turn += 1;
        const turn = this.#turn;
        const { connection, trace } = this.#state ?? {};
        if (!connection || !trace) return;
        const { words = "" } = this.#state?.choices["logs"] ?? {};
        const level = this.#least.value;
        this.#shown = [connection, trace.index, words, level];
        const answer = await toldMeanwhile(this.#says, connection.call("logs", trace.index, words, level));
        if (turn !== this.#turn) return;
        this.#fillLevels(answer.levels);
        const filtered = answer.shown < answer.count;
        const exceptions = answer.exceptions === 0 ? "" : ` · ${countOf(answer.exceptions, "exception")}`;
        const what = answer.shown === 0 && !filtered ? "No events and no lines of logs" : `${countOf(answer.shown, "event")} in time order`;
        fill(this.#says, what, el("span", { class: "view-note", text: `${filtered ? ` · ${formatCount(answer.count - answer.shown)} of ${formatCount(answer.count)} hidden` : ""}${exceptions}` }));
        setText(this.#nothing, answer.count === 0 ? "The spans of this trace have no events. Paste log lines that name its trace id beside it, and they stand here." : "No line has these words and this level.");
        this.#nothing.hidden = answer.shown > 0;
        this.#grid.element.hidden = answer.shown === 0;
        this.#more.hidden = true;
        await this.#grid.reset(answer.shown, fromTop);
    }

    /** @param {readonly number[]} counts by level */
    #fillLevels(counts) {
        const chosen = this.#least.value;
        fill(
            this.#least,
            ...LEVELS.map((level, index) => {
                const above = counts.slice(index).reduce((sum, count) => sum + count, 0);
                return el("option", { value: level, text: level === "" ? "any level" : `${level}${index < LEVELS.length - 1 ? " and above" : ""} (${formatCount(above)})` });
            }),
        );
        this.#least.value = chosen;
    }

    /**
     * @param {HTMLElement[]} cells
     * @param {LogLine} row
     * @param {HTMLElement} element
     */
    #draw(cells, row, element) {
        const [time, level, service, text] = cells;
        const { overview, trace, preferences, span } = this.#state ?? {};
        if (!time || !level || !service || !text || !overview || !trace || !preferences) return;
        textCell(time, formatMoment(row.ns, trace.summary.startNs === 0n ? null : trace.summary.startNs, preferences.timeMode), Number.isFinite(row.ns) ? `${exactDuration(row.ns)} after the start` : "It has no time of its own and stands where its span starts");
        const bad = row.level === "error" || row.level === "fatal";
        const word = row.exception ? (row.level === "fatal" ? "fatal" : "exception") : row.level;
        fill(level, bad ? errorMark("own") : null, el("span", { class: `log-level level-${row.level || "unsaid"}`, text: word }));
        const name = el("span", { class: "service-name", text: row.service === "" ? "(no service)" : row.service });
        name.style.setProperty("--service", colorOf(overview.looks[row.serviceIndex]));
        fill(service, name, " ", el("span", { class: "view-note", text: row.operation }));
        service.title = `${row.service}\n${row.operation}`;
        const line = row.text.replace(/\s+/g, " ").trim();
        textCell(text, line === "" ? "(nothing said)" : line, row.text.slice(0, 2000));
        text.classList.toggle("has-error", bad);
        element.classList.toggle("selected", row.span === span);
    }

    /** @param {LogLine} row */
    async #showMore(row) {
        const { connection, trace } = this.#state ?? {};
        if (!connection || !trace) return;
        const attributes = row.attributes === 0 ? [] : await connection.call("logAttributes", trace.index, row.span, row.place);
        if (this.#grid.rowAt(this.#grid.cursor) !== row) return;
        const whole = row.text.includes("\n") || row.text.length > 120 ? [el("pre", { class: "log-text", text: row.text })] : [];
        fill(this.#more, ...whole, attributes.length === 0 ? null : el("dl", { class: "facts" }, ...attributes.flatMap((entry) => [el("dt", { text: entry.key }), el("dd", {}, el("pre", { class: "log-value", text: textOf(entry) }))])));
        this.#more.hidden = attributes.length === 0 && whole.length === 0;
    }
}

/** @param {Attribute} attribute */
function textOf({ value }) {
    if (typeof value === "string") return value;
    if (value instanceof Uint8Array) return `0x${[...value].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part instanceof Uint8Array ? [...part] : part));
}
