/** The menu in the trace's header that takes it elsewhere: copies and files. */

import { copy, save } from "../dom.js";
import { countOf } from "../format.js";
import { Menu } from "./menu.js";

/** @import { State } from '../state.js' */
/** @import { MenuItem } from './menu.js' */

const LABEL = "Copy, save";

export class ExportMenu {
    #menu;
    /** @type {State | null} */
    #state = null;

    constructor() {
        this.#menu = new Menu({ label: LABEL, class: "export-menu menu-end", items: () => this.#items() });
        this.element = this.#menu.element;
    }

    /** @param {State} state */
    update(state) {
        this.#state = state;
    }

    /** @returns {MenuItem[]} */
    #items() {
        const { trace, marked, overview } = this.#state ?? {};
        if (!trace || !marked || !overview) return [];
        const traces = overview.summary.traces;
        const name = `trace-${trace.summary.traceId.replace(/[^\w-]+/g, "").slice(0, 40) || trace.index}`;
        const whole = countOf(trace.summary.spans, "span");
        return [
            { label: "Copy as OTLP JSON", about: whole, choose: () => void this.#take(trace.index, null, null) },
            { label: "Save as OTLP JSON", about: whole, choose: () => void this.#take(trace.index, null, `${name}.json`) },
            ...(marked.length === 0 ? [] : [{ label: "Save the marked spans as OTLP JSON", about: countOf(marked.length, "span"), choose: () => void this.#take(trace.index, marked, `${name}-marked.json`) }]),
            ...(traces < 2 ? [] : [{ label: "Save all traces as OTLP JSON", about: `${countOf(traces, "trace")}, ${countOf(overview.summary.spans, "span")}`, choose: () => void this.#take(null, null, "traces.json") }]),
        ];
    }

    /**
     * @param {number | null} index null: all traces
     * @param {readonly number[] | null} spans null: all
     * @param {string | null} name of the file; null: to the clipboard
     */
    async #take(index, spans, name) {
        const { connection } = this.#state ?? {};
        if (!connection) return;
        try {
            const json = await connection.call("otlpJson", index, spans);
            if (name !== null) save(name, json, "application/json");
            else if (!(await copy(json))) throw new Error("not allowed");
            this.#say(name === null ? "Copied" : "Saved");
        } catch {
            // What a browser cannot hold as one text, or does not allow.
            this.#say(name === null ? "Could not copy" : "Could not save");
        }
    }

    /** @param {string} text */
    #say(text) {
        this.#menu.setLabel(text);
        setTimeout(() => this.#menu.setLabel(LABEL), 1500);
    }
}
