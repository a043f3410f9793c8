/**
 * All commands in one list, found by some of their letters: a combobox with a list box, as the WAI-ARIA pattern has it.
 * What it lists comes from the table of keys and from what is open.
 */

import { attribute, el, fill } from "../dom.js";
import { fuzzyFind } from "../fuzzy.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

/**
 * @typedef {object} Command
 * @property {string} label
 * @property {string} group where it belongs
 * @property {string} [key] does the same
 * @property {() => void} run
 */

/** Lines shown at once; typing finds the others. */
const MOST = 60;

export class Palette {
    #intents;
    #commandsOf;
    #input;
    #list;
    /** @type {readonly Command[]} */
    #commands = [];
    /** @type {readonly Command[]} */
    #shown = [];
    #active = 0;

    /** @param {{intents: Intents, commands: () => Promise<Command[]>}} options */
    constructor({ intents, commands }) {
        this.#intents = intents;
        this.#commandsOf = commands;
        this.#input = el("input", {
            type: "text",
            class: "palette-input",
            role: "combobox",
            placeholder: "What to do, or where to go",
            autocomplete: "off",
            spellcheck: "false",
            "aria-label": "Commands",
            "aria-expanded": "true",
            "aria-controls": "palette-list",
            "aria-autocomplete": "list",
            on: { input: () => this.#filter(), keydown: (event) => this.#onKey(event) },
        });
        this.#list = el("ul", {
            class: "palette-list",
            id: "palette-list",
            role: "listbox",
            "aria-label": "Commands",
            on: {
                // The focus stays in the box.
                pointerdown: (event) => event.preventDefault(),
                click: (event) => this.#onClick(event),
            },
        });
        this.element = el("dialog", { class: "palette", "aria-label": "Commands", on: { close: () => intents.showPalette(false), click: (event) => { if (event.target === this.element) this.element.close(); } } }, this.#input, this.#list);
    }

    /** @param {State} state */
    update(state) {
        if (state.paletteOpen && !this.element.open) {
            this.#input.value = "";
            fill(this.#list);
            this.element.showModal();
            void this.#load();
        }
        if (!state.paletteOpen && this.element.open) this.element.close();
    }

    destroy() {
        this.element.remove();
    }

    async #load() {
        this.#commands = await this.#commandsOf();
        this.#filter();
    }

    #filter() {
        this.#shown = fuzzyFind(this.#input.value, this.#commands, ({ label, group }) => `${label} ${group}`, MOST);
        this.#active = 0;
        fill(
            this.#list,
            ...this.#shown.map(({ label, group, key }, index) =>
                el("li", { class: "palette-line", role: "option", id: `command-${index}` }, el("span", { class: "palette-label", text: label }), el("span", { class: "palette-group", text: group }), key === undefined ? null : el("kbd", { text: key })),
            ),
            this.#shown.length === 0 ? el("li", { class: "palette-none", role: "option", "aria-disabled": "true", "aria-selected": "false", text: "No command has these letters." }) : null,
        );
        this.#mark();
    }

    #mark() {
        for (const [index, line] of [...this.#list.children].entries()) {
            attribute(line, "aria-selected", String(index === this.#active && this.#shown.length > 0));
            if (index === this.#active) line.scrollIntoView({ block: "nearest" });
        }
        attribute(this.#input, "aria-activedescendant", this.#shown.length === 0 ? null : `command-${this.#active}`);
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        if (event.isComposing) return;
        const count = this.#shown.length;
        const moves = /** @type {Record<string, number>} */ ({ ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, PageDown: Math.min(count - 1, this.#active + 8), PageUp: Math.max(0, this.#active - 8) });
        const to = moves[event.key];
        if (to !== undefined && count > 0) {
            event.preventDefault();
            this.#active = (to + count) % count;
            this.#mark();
        } else if (event.key === "Enter") {
            event.preventDefault();
            this.#run(this.#active);
        }
    }

    /** @param {Event} event */
    #onClick(event) {
        const line = event.target instanceof Element ? event.target.closest("li") : null;
        if (line !== null) this.#run([...this.#list.children].indexOf(line));
    }

    /** @param {number} index */
    #run(index) {
        const command = this.#shown[index];
        if (command === undefined) return;
        // Closing gives the focus back to where it was, from where the command may move it on.
        this.element.close();
        this.#intents.showPalette(false);
        command.run();
    }
}
