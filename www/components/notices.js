/** A line over the rows that says what is not shown, and a way back from each of it. */

import { button, el, fill } from "../dom.js";
import { countOf } from "../format.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

export class Notices {
    #intents;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.element = el("div", { class: "notices", role: "group", "aria-label": "What is shown", hidden: true });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        const { focus, hiddenServices, hiddenKinds, hiddenSpans, onlyFound, pathAlone, trace } = state;
        if (before !== null && before.focus === focus && before.hiddenServices === hiddenServices && before.hiddenKinds === hiddenKinds && before.hiddenSpans === hiddenSpans && before.onlyFound === onlyFound && before.pathAlone === pathAlone && before.trace?.index === trace?.index) return;
        const { choose, focusOn, showAll } = this.#intents;
        const chips = [];
        if (hiddenServices.length > 0) chips.push(chip(`${countOf(hiddenServices.length, "service")} hidden`, "Show all services", () => choose({ hiddenServices: [] })));
        if (hiddenKinds.length > 0) chips.push(chip(`${countOf(hiddenKinds.length, "kind")} hidden`, "Show all kinds", () => choose({ hiddenKinds: [] })));
        if (onlyFound) chips.push(chip("only matches", "Show all, not only matches", () => choose({ onlyFound: false })));
        if (pathAlone) chips.push(chip("critical path alone", "Show all, not only the critical path", () => choose({ pathAlone: false })));
        const some = chips.length > 0;
        this.element.hidden = !some && focus.length === 0;
        fill(
            this.element,
            focus.length === 0 ? null : breadcrumb(focus, focusOn),
            some ? el("span", { class: "notice-count", text: hiddenSpans === 0 ? "No span is hidden:" : `${countOf(hiddenSpans, "span")} hidden:` }) : null,
            ...chips,
            chips.length > 1 || (some && focus.length > 0) ? button({ label: "Show all", class: "link-button", onClick: showAll }) : null,
        );
    }

    destroy() {
        this.element.remove();
    }
}

/**
 * @param {string} text
 * @param {string} label of the button that ends it
 * @param {() => void} onClose
 */
function chip(text, label, onClose) {
    return el("span", { class: "notice" }, text, button({ label, icon: "close", onClick: onClose }));
}

/**
 * The spans above the one in focus, each a way there.
 * @param {State['focus']} focus
 * @param {(span: number | null) => void} focusOn
 */
function breadcrumb(focus, focusOn) {
    const last = focus.length - 1;
    return el(
        "nav",
        { class: "breadcrumb", "aria-label": "Subtree that is shown" },
        el(
            "ol",
            {},
            el("li", {}, button({ label: "All spans", class: "link-button", title: "All spans (.)", onClick: () => focusOn(null) })),
            ...focus.map(({ span, label }, index) =>
                el("li", {}, index === last ? el("span", { class: "breadcrumb-here", "aria-current": "true", title: label, text: label }) : el("button", { type: "button", class: "link-button", title: label, on: { click: () => focusOn(span) } }, label))),
        ),
    );
}
