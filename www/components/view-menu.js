/** What the rows show: toggles and levels, in a menu. */

import { Menu } from "./menu.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */
/** @import { MenuItem } from './menu.js' */

export class ViewMenu {
    #menu;
    /** @type {State | null} */
    #state = null;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#menu = new Menu({ label: "View", class: "menu-end view-menu", items: () => (this.#state === null ? [] : viewItems(this.#state, intents)) });
        this.element = this.#menu.element;
        this.element.hidden = true;
    }

    /** @param {State} state */
    update(state) {
        this.#state = state;
        this.element.hidden = state.view !== "trace";
    }

    destroy() {
        this.element.remove();
    }
}

/**
 * @param {State} state
 * @param {Intents} intents
 * @returns {MenuItem[]}
 */
export function viewItems(state, intents) {
    const { preferences, pathAlone, focus, span, trace, aligned, alignment } = state;
    const idle = (alignment ?? trace)?.idle.length ?? 0;
    return [
        { label: "Critical path alone", key: "c", toggled: pathAlone, choose: () => intents.choose({ pathAlone: !pathAlone }) },
        { label: "One row for alike spans", about: "Five or more beside each other", key: "g", toggled: preferences.grouped, choose: () => intents.setPreferences({ grouped: !preferences.grouped }) },
        { label: "Squeeze idle stretches", about: idle === 0 ? "There are none in this trace" : `Where nothing works for a twentieth of the trace or more: ${idle}`, key: "z", toggled: preferences.squeezed, choose: () => intents.setPreferences({ squeezed: !preferences.squeezed }) },
        { label: "Align clocks", about: "Moves spans of hosts whose clocks differ, as far as calls tell", key: "o", toggled: aligned, choose: () => intents.align(!aligned) },
        focus.length > 0
            ? { label: "Back to all spans", key: ".", rule: true, choose: () => intents.focusOn(null) }
            : { label: "Subtree of the current span alone", key: ".", rule: true, choose: () => intents.focusOn(span ?? 0) },
        { label: "Expand all", rule: true, choose: () => intents.expand("all") },
        { label: "Collapse all", key: "1", choose: () => intents.expand("none") },
        ...[2, 3, 4, 5].map((level) => ({ label: `Expand ${level} levels`, key: String(level), choose: () => intents.expand({ level }) })),
    ];
}
