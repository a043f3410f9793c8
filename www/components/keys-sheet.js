/** All keys on one sheet, and the switch for the single letters. */

import { button, el, fill } from "../dom.js";
import { PAGE_KEYS, ROW_KEYS } from "../keys.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

export class KeysSheet {
    #letters;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#letters = el("input", { type: "checkbox", id: "letter-keys", on: { change: () => intents.setPreferences({ letterKeys: this.#letters.checked }) } });
        this.element = el("dialog", { class: "keys-sheet", "aria-labelledby": "keys-title", on: { close: () => intents.showKeys(false), click: (event) => { if (event.target === this.element) this.element.close(); } } });
        fill(
            this.element,
            el("div", { class: "keys-head" }, el("h2", { id: "keys-title", text: "Keys" }), button({ label: "Close", icon: "close", onClick: () => this.element.close() })),
            el(
                "div",
                { class: "keys-columns" },
                el("section", {}, el("h3", { text: "In the rows" }), keyList(Object.values(ROW_KEYS))),
                el("section", {}, el("h3", { text: "Everywhere" }), keyList(Object.values(PAGE_KEYS))),
            ),
            el("p", { class: "keys-foot" }, this.#letters, el("label", { for: "letter-keys", text: "Single letters do something" })),
            el("p", { class: "keys-foot", text: "With the pointer: drag on the overview or on the time axis to show a part of the time, turn the wheel over the overview, or over the rows with Ctrl, to zoom; double-click a bar to fill the width with it." }),
        );
    }

    /** @param {State} state */
    update(state) {
        this.#letters.checked = state.preferences.letterKeys;
        if (state.keysOpen && !this.element.open) this.element.showModal();
        if (!state.keysOpen && this.element.open) this.element.close();
    }

    destroy() {
        this.element.remove();
    }
}

/** @param {readonly {label: string, does: string}[]} lines */
function keyList(lines) {
    return el("dl", { class: "key-list" }, ...lines.map((line) => el("div", { class: "key-line" }, el("dt", {}, el("kbd", { text: line.label })), el("dd", { text: line.does }))));
}
