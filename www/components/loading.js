/** A reading under way: its name, the bytes read of all, and a way out. What was open stays below it. */

import { button, el, setText } from "../dom.js";
import { formatBytes } from "../format.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

/** Shorter readings are over before anyone has seen that they began. */
const PATIENCE_MS = 150;

export class LoadingView {
    #text;
    #bar;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#text = el("span", { class: "loading-text" });
        this.#bar = el("progress", { "aria-label": "Bytes read", max: 1 });
        this.element = el("div", { class: "loading", role: "group", "aria-label": "Reading", hidden: true }, this.#text, this.#bar, button({ label: "Cancel", onClick: () => intents.cancel() }));
    }

    /** @param {State} state */
    update(state) {
        const { loading } = state;
        if (loading === null) {
            clearTimeout(this.#timer);
            this.#timer = undefined;
            this.element.hidden = true;
            return;
        }
        this.#timer ??= setTimeout(() => {
            this.element.hidden = false;
        }, PATIENCE_MS);
        const name = loading.name === "" ? "the inputs" : loading.name;
        if (loading.phase === "index") {
            setText(this.#text, `Reading ${name}: ${formatBytes(loading.total)} are in, building the span tree`);
            this.#bar.removeAttribute("value");
        } else {
            setText(this.#text, loading.total > 0 ? `Reading ${name}: ${formatBytes(loading.done)} of ${formatBytes(loading.total)}` : `Reading ${name}`);
            this.#bar.value = loading.total > 0 ? loading.done / loading.total : 0;
        }
    }

    destroy() {
        clearTimeout(this.#timer);
        this.element.remove();
    }
}
