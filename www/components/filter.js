/** Which services and kinds are shown: a button, and a list with a box to tick for each. */

import { attribute, button, el, fill, icon } from "../dom.js";
import { colorOf } from "../colors.js";
import { formatCount } from "../format.js";

/** @import { State } from '../state.js' */
/** @import { Intents, SpanKind } from '../types.js' */

export class Filter {
    #intents;
    #button;
    #panel;
    /** @type {State | null} */
    #state = null;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#button = el("button", { type: "button", class: "button", "aria-haspopup": "dialog", "aria-expanded": "false", on: { click: () => this.#toggle() } }, icon("filter"), el("span", { class: "filter-label", text: "Filter" }));
        this.#panel = el("div", { class: "filter-panel", role: "dialog", "aria-label": "Filter by service and kind", hidden: true, tabindex: -1 });
        this.element = el("div", { class: "filter", hidden: true, on: { keydown: (event) => this.#onKey(event) } }, this.#button, this.#panel);
        this.element.addEventListener("focusout", (event) => {
            // A click on plain text in the panel moves the focus to the panel itself.
            if (!(event.relatedTarget instanceof Node) || !this.element.contains(event.relatedTarget)) this.#close(false);
        });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        this.element.hidden = state.view !== "trace";
        const active = state.hiddenServices.length + state.hiddenKinds.length > 0;
        this.element.classList.toggle("active", active);
        attribute(this.#button, "aria-label", active ? "Filter, active" : "Filter");
        if (!this.#panel.hidden && before !== null && (before.trace?.counts !== state.trace?.counts || before.overview !== state.overview)) this.#draw();
    }

    destroy() {
        this.element.remove();
    }

    open() {
        this.#draw();
        this.#panel.hidden = false;
        attribute(this.#button, "aria-expanded", "true");
        this.#panel.querySelector("input")?.focus();
    }

    /** @param {boolean} back whether the focus goes back to the button */
    #close(back) {
        this.#panel.hidden = true;
        attribute(this.#button, "aria-expanded", "false");
        if (back) this.#button.focus();
    }

    #toggle() {
        if (this.#panel.hidden) this.open();
        else this.#close(true);
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        if (this.#panel.hidden) return;
        if (event.key === "Escape") {
            event.preventDefault();
            this.#close(true);
        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            const boxes = [...this.#panel.querySelectorAll("input")];
            const at = boxes.indexOf(/** @type {HTMLInputElement} */ (document.activeElement));
            boxes[(at + (event.key === "ArrowDown" ? 1 : -1) + boxes.length) % boxes.length]?.focus();
            event.preventDefault();
        }
        // Keys in here are for here.
        event.stopPropagation();
    }

    #draw() {
        const { trace, overview, hiddenServices = [], hiddenKinds = [] } = this.#state ?? {};
        if (!trace || !overview) return;
        const services = trace.counts.services
            .map((spans, index) => ({ index, spans, name: overview.services[index] ?? "" }))
            .filter(({ spans }) => spans > 0)
            .sort((one, other) => other.spans - one.spans || one.index - other.index);
        const kinds = trace.counts.kinds.filter(({ spans }) => spans > 0);
        /** @type {Map<HTMLInputElement, number>} */
        const serviceBoxes = new Map();
        /** @type {Map<HTMLInputElement, SpanKind>} */
        const kindBoxes = new Map();
        const send = () =>
            this.#intents.choose({
                hiddenServices: [...serviceBoxes].filter(([box]) => !box.checked).map(([, index]) => index),
                hiddenKinds: [...kindBoxes].filter(([box]) => !box.checked).map(([, kind]) => kind),
            });
        /**
         * @param {string} text
         * @param {number} spans
         * @param {boolean} checked
         * @param {HTMLElement | null} sign
         */
        const line = (text, spans, checked, sign) => {
            const box = el("input", { type: "checkbox", on: { change: send } });
            box.checked = checked;
            return { box, label: el("label", { class: "filter-line" }, box, sign, el("span", { class: "filter-name", text }), el("span", { class: "filter-count", text: formatCount(spans) })) };
        };
        /** @param {Map<HTMLInputElement, unknown>} boxes @param {string} what */
        const all = (boxes, what) => {
            const set = (/** @type {boolean} */ checked) => () => {
                for (const box of boxes.keys()) box.checked = checked;
                send();
            };
            const named = (/** @type {string} */ label, /** @type {boolean} */ checked) => {
                const made = button({ label, class: "link-button", onClick: set(checked) });
                made.setAttribute("aria-label", `${label} ${what}`);
                return made;
            };
            return el("span", { class: "filter-all" }, named("All", true), named("None", false));
        };
        const serviceLines = services.map(({ index, spans, name }) => {
            const sign = el("span", { class: "filter-stripe", "aria-hidden": "true", style: { "--service": colorOf(overview.looks[index]) } });
            const { box, label } = line(name === "" ? "(no service)" : name, spans, !hiddenServices.includes(index), sign);
            serviceBoxes.set(box, index);
            return label;
        });
        const kindLines = kinds.map(({ kind, spans }) => {
            const { box, label } = line(kind, spans, !hiddenKinds.includes(kind), null);
            kindBoxes.set(box, kind);
            return label;
        });
        fill(
            this.#panel,
            el("div", { role: "group", "aria-label": "Services" }, el("div", { class: "filter-head" }, "Services", all(serviceBoxes, "services")), ...serviceLines),
            el("div", { role: "group", "aria-label": "Kinds" }, el("div", { class: "filter-head" }, "Kinds", all(kindBoxes, "kinds")), ...kindLines),
        );
    }
}
