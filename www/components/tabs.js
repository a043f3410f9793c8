/** The tabs: those whose views exist. */

import { attribute, el, fill } from "../dom.js";
import { formatCount } from "../format.js";
import { TABS } from "../tabs.js";

/** @import { State } from '../state.js' */
/** @import { TabId } from '../tabs.js' */
/** @import { Intents } from '../types.js' */

export class Tabs {
    #intents;
    /** @type {Map<TabId, HTMLButtonElement>} */
    #buttons = new Map();

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        for (const { id, label } of TABS) {
            this.#buttons.set(
                id,
                el(
                    "button",
                    { type: "button", class: "tab", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, on: { click: () => intents.setTab(id), keydown: (event) => this.#onKey(event, id) } },
                    label,
                    el("span", { class: "tab-count" }),
                ),
            );
        }
        this.element = el("div", { class: "tabs", role: "tablist", "aria-label": "Views of the trace" }, ...this.#buttons.values());
    }

    /** @param {State} state */
    update(state) {
        for (const [id, tab] of this.#buttons) {
            attribute(tab, "aria-selected", String(id === state.tab));
            attribute(tab, "tabindex", id === state.tab ? 0 : -1);
        }
        this.#count("input", state.overview?.warnings.reduce((sum, warning) => sum + warning.count, 0) ?? 0, "problem");
        this.#count("findings", state.explained !== null && state.explained.index === state.trace?.index ? state.explained.findings.length : 0, "finding");
        this.#count("logs", state.trace?.events ?? 0, "event");
    }

    /**
     * A number behind a tab's name.
     * @param {TabId} id
     * @param {number} count
     * @param {string} noun
     */
    #count(id, count, noun) {
        const label = this.#buttons.get(id)?.querySelector(".tab-count");
        const text = count === 0 ? "" : ` ${formatCount(count)}`;
        if (!label || label.firstChild?.textContent === text) return;
        fill(label, ...(count === 0 ? [] : [text, el("span", { class: "visually-hidden", text: ` ${noun}${count === 1 ? "" : "s"}` })]));
    }

    destroy() {
        this.element.remove();
    }

    /**
     * @param {KeyboardEvent} event
     * @param {TabId} id
     */
    #onKey(event, id) {
        const order = [...this.#buttons.keys()];
        const at = order.indexOf(id);
        const moves = /** @type {Record<string, number>} */ ({ ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: order.length - 1 });
        const to = moves[event.key];
        const target = to === undefined ? undefined : order[(to + order.length) % order.length];
        if (target === undefined) return;
        event.preventDefault();
        this.#intents.setTab(target);
        this.#buttons.get(target)?.focus();
    }
}
