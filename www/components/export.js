/** The menu in the trace's header that takes it elsewhere: copies and files. The palette has the same lines. */

import { button, copy, el, fill, save } from "../dom.js";
import { countOf, formatBytes } from "../format.js";
import { IS_ONE_FILE } from "../address.js";
import { PICTURED } from "../tabs.js";
import { Menu } from "./menu.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */
/** @import { MenuItem } from './menu.js' */

const LABEL = "Copy, save";
/** Bytes that are copied; browsers hold no string beyond half a gigabyte, and nobody pastes one. */
const LONGEST_COPY = 100_000_000;

export class ExportMenu {
    #menu;
    /** @type {State | null} */
    #state = null;

    /** Says what the one file will hold, before it is written. */
    dialog = el("dialog", { class: "keys-sheet", "aria-labelledby": "one-file-title" });
    #intents;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#menu = new Menu({ label: LABEL, class: "export-menu menu-end", items: () => this.items });
        this.element = this.#menu.element;
    }

    /** @param {State} state */
    update(state) {
        this.#state = state;
    }

    /** What can be taken elsewhere now. @returns {MenuItem[]} */
    get items() {
        const { trace, marked, overview, tab, span, found } = this.#state ?? {};
        if (!trace || !marked || !overview || !tab) return [];
        const traces = overview.summary.traces;
        const name = `trace-${trace.summary.traceId.replace(/[^\w-]+/g, "").slice(0, 40) || trace.index}`;
        const whole = countOf(trace.summary.spans, "span");
        return [
            { label: "Copy as Markdown", about: "for a ticket: where the time went, what was found, what to do", choose: () => void this.#copyMarkdown(trace.index) },
            { label: "Copy as OTLP JSON", about: whole, choose: () => void this.#take(trace.index, null, null) },
            { label: "Save as OTLP JSON", about: whole, choose: () => void this.#take(trace.index, null, `${name}.json`) },
            ...(marked.length === 0 ? [] : [{ label: "Save the marked spans as OTLP JSON", about: countOf(marked.length, "span"), choose: () => void this.#take(trace.index, marked, `${name}-marked.json`) }]),
            ...(!found || found.spans.length === 0 ? [] : [{ label: "Save the matches as OTLP JSON", about: countOf(found.spans.length, "span"), choose: () => void this.#take(trace.index, found.spans, `${name}-matches.json`) }]),
            ...(span === null || span === undefined ? [] : [{ label: "Save the subtree as OTLP JSON", about: "the current span and all below it", choose: () => void this.#takeSubtree(trace.index, span, `${name}-subtree.json`) }]),
            ...(PICTURED.has(tab) ? [
                { label: "Save the view as SVG", about: `${tab} as it is shown, its names as text`, choose: () => this.#intents.savePicture("svg") },
                { label: "Save the view as PNG", about: "the same in pixels", choose: () => this.#intents.savePicture("png") },
            ] : []),
            ...(IS_ONE_FILE || overview.sizes.length === 0 ? [] : [{ label: "Save as one HTML file…", about: "the viewer and what is open, for somebody without a server", choose: () => this.#askToSave() }]),
            ...(traces < 2 ? [] : [{ label: "Save all traces as OTLP JSON", about: `${countOf(traces, "trace")}, ${countOf(overview.summary.spans, "span")}`, choose: () => void this.#take(null, null, "traces.json") }]),
        ];
    }

    /**
     * @param {number | null} index null: all traces
     * @param {readonly number[] | Uint32Array | null} spans null: all
     * @param {string | null} name of the file; null: to the clipboard
     */
    async #take(index, spans, name) {
        const { connection } = this.#state ?? {};
        if (!connection) return;
        try {
            const json = await connection.call("otlpJson", index, spans);
            if (name !== null) save(name, json, "application/json");
            else if (json.size > LONGEST_COPY || !(await copy(await json.text()))) throw new Error("not allowed");
            this.#say(name === null ? "Copied" : "Saved");
        } catch {
            // What is too long for a clipboard, or not allowed.
            this.#say(name === null ? "Could not copy: save it" : "Could not save");
        }
    }

    /**
     * @param {number} index
     * @param {number} span
     * @param {string} name of the file
     */
    async #takeSubtree(index, span, name) {
        const spans = await this.#state?.connection?.call("subtree", index, span).catch(() => null);
        if (spans) await this.#take(index, spans, name);
        else this.#say("Could not save");
    }

    /**
     * What is said of a trace is known soon after it is opened; in a very large one it is worked out now.
     * @param {number} index
     */
    async #copyMarkdown(index) {
        const { connection, explained } = this.#state ?? {};
        if (!connection) return;
        try {
            const known = explained?.index === index ? explained : await connection.call("explain", index);
            if (known === null || !(await copy(known.markdown))) throw new Error("not allowed");
            this.#say("Copied");
        } catch {
            this.#say("Could not copy");
        }
    }

    #askToSave() {
        const { inputs, overview } = this.#state ?? {};
        if (!inputs || !overview) return;
        const close = () => this.dialog.close();
        fill(
            this.dialog,
            el("div", { class: "keys-head" }, el("h2", { id: "one-file-title", text: "Save as one HTML file" }), button({ label: "Close", icon: "close", onClick: close })),
            el("p", { text: "The file will hold the viewer and everything that was read, as it was given:" }),
            el("ul", {}, ...inputs.map(({ name }, index) => el("li", { text: `${name}, ${formatBytes(overview.sizes[index] ?? 0)}` }))),
            el("p", { text: "Whoever opens the file can read all of it. The file itself asks nobody for anything: it works from disk, and its policy allows no connection." }),
            el(
                "p",
                { class: "dialog-buttons" },
                button({
                    label: "Save",
                    onClick: () => {
                        close();
                        this.#intents.saveOneFile();
                    },
                }),
                " ",
                button({ label: "Cancel", onClick: close }),
            ),
        );
        this.dialog.showModal();
    }

    /** @param {string} text */
    #say(text) {
        this.#menu.setLabel(text);
        setTimeout(() => this.#menu.setLabel(LABEL), 1500);
    }
}
