/**
 * The box to find spans with: what was found and how many, the way from one match to the next, and what can be asked
 * for. A mistake in a query is shown at its place.
 */

import { attribute, button, el, fill, setText } from "../dom.js";
import { countText } from "../selection.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

/** What can be asked for, by examples. */
const EXAMPLES = /** @type {const} */ ([
    ["status:error", "spans with the status error"],
    ["service:cart name:GET", "parts of the service and the operation"],
    ["duration>100ms", "also self>, <, >=, = with ns µs ms s m h"],
    ["http.route=\"/cart\"", "an attribute, of the span or its resource; also != > <"],
    ["has:db.system", "an attribute is there"],
    ["-health or kind:client", "not, or, and parentheses"],
    ["/time(d )?out/i", "a regular expression"],
    ["service:cart >> status:error", "below a span, > directly below"],
]);

export class FindBox {
    #intents;
    #input;
    #count;
    #tools;
    #only;
    #hint;
    #help;
    /** @type {State | null} */
    #state = null;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#input = el("input", {
            type: "search",
            id: "find",
            class: "find-input",
            placeholder: "Find",
            autocomplete: "off",
            autocapitalize: "off",
            spellcheck: "false",
            enterkeyhint: "search",
            "aria-label": "Find spans",
            "aria-keyshortcuts": "/",
            "aria-describedby": "find-count",
            on: {
                input: () => intents.find(this.#input.value),
                keydown: (event) => this.#onKey(event),
                focus: () => intents.prepareSearch(),
            },
        });
        this.#hint = el("kbd", { class: "find-hint", "aria-hidden": "true", text: "/" });
        this.#count = el("span", { class: "find-count", id: "find-count" });
        this.#only = button({ label: "Only", class: "button find-only", title: "Show only the matches and what is above them", onClick: () => intents.choose({ onlyFound: this.#state?.onlyFound !== true }) });
        this.#only.setAttribute("aria-label", "Only matches");
        this.#tools = el(
            "span",
            { class: "find-tools", hidden: true },
            button({ label: "Previous match", icon: "up", title: "Previous match (Shift Enter, or N in the rows)", onClick: () => intents.stepFound(-1, false) }),
            button({ label: "Next match", icon: "down", title: "Next match (Enter, or n in the rows)", onClick: () => intents.stepFound(1, false) }),
            this.#only,
            button({ label: "Take the search away", icon: "close", title: "Take the search away (Escape)", onClick: () => this.#clear() }),
        );
        this.#help = el("div", { class: "find-help", id: "find-help", hidden: true });
        this.element = el("div", { class: "find", role: "search", "aria-label": "Spans", hidden: true }, el("span", { class: "find-field" }, this.#input, this.#hint, this.#count), this.#tools, this.#help);
        this.element.addEventListener("focusin", () => this.#drawHelp());
        this.element.addEventListener("focusout", (event) => {
            if (!(event.relatedTarget instanceof Node) || !this.element.contains(event.relatedTarget)) this.#help.hidden = true;
        });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        this.element.hidden = state.view !== "trace";
        if (before !== null && before.query === state.query && before.found === state.found && before.span === state.span && before.onlyFound === state.onlyFound) return;
        // What is being typed is never overwritten by what was typed before.
        if (this.#input.value !== state.query && (document.activeElement !== this.#input || before?.query !== state.query)) this.#input.value = state.query;
        const { found } = state;
        const problem = found?.problem ?? null;
        this.#tools.hidden = state.query === "";
        this.#hint.hidden = state.query !== "";
        setText(this.#count, found === null || state.query === "" ? "" : problem !== null ? "not a query" : countText(found, state.span));
        attribute(this.#input, "aria-invalid", problem === null ? null : "true");
        attribute(this.#input, "aria-describedby", problem === null ? "find-count" : "find-help");
        // While an answer is on its way the count is that of what was asked before.
        attribute(this.element, "aria-busy", String(state.query.trim() !== "" && found?.query !== state.query));
        this.element.classList.toggle("nothing", found !== null && problem === null && found.spans.length === 0);
        attribute(this.#only, "aria-pressed", String(state.onlyFound));
        this.#drawHelp();
    }

    focus() {
        this.#input.focus();
        this.#input.select();
    }

    destroy() {
        this.element.remove();
    }

    #clear() {
        this.#intents.find("");
        this.#input.focus();
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        if (event.isComposing) return;
        if (event.key === "Enter") {
            event.preventDefault();
            this.#intents.stepFound(event.shiftKey ? -1 : 1, false);
        } else if (event.key === "Escape" && this.#input.value !== "") {
            event.preventDefault();
            event.stopPropagation();
            this.#intents.find("");
        } else if (event.key === "Escape" || event.key === "ArrowDown") {
            event.preventDefault();
            event.stopPropagation();
            this.#intents.focusRows();
        }
    }

    #drawHelp() {
        const state = this.#state;
        const inside = this.element.contains(document.activeElement);
        const problem = state?.query === "" ? null : (state?.found?.problem ?? null);
        const wanted = inside && state !== null && (state.query === "" || problem !== null);
        this.#help.hidden = !wanted;
        if (!wanted) return;
        if (problem !== null) {
            const { at, message } = problem;
            const query = state.found?.query ?? "";
            fill(
                this.#help,
                el("p", { class: "find-problem", role: "alert", text: message }),
                el("code", { class: "find-query" }, query.slice(0, at), el("mark", { text: query.slice(at, at + 1) || "\u00a0" }), query.slice(at + 1)),
            );
            return;
        }
        fill(
            this.#help,
            el("p", { class: "find-about", text: "Words are looked for in services, operations, ids, attributes, events and messages. Or:" }),
            el(
                "ul",
                {},
                ...EXAMPLES.map(([query, about]) =>
                    el("li", {}, el("button", { type: "button", class: "find-example", on: { pointerdown: (event) => event.preventDefault(), click: () => this.#try(query) } }, el("code", { text: query }), el("span", { text: about }))),
                ),
            ),
        );
    }

    /** @param {string} query */
    #try(query) {
        this.#input.focus();
        this.#intents.find(query);
    }
}
