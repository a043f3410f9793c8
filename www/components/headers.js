/** Pasted headers, explained: the fields marked in place, what each says, what is wrong and where, and the same elsewhere. */

import { button, copyButton, el, fill } from "../dom.js";
import { countOf } from "../format.js";

/** @import { State } from '../state.js' */
/** @import { Explanation, Intents, SpanContext } from '../types.js' */

/** More headers than this are shown on request. */
const MOST = 50;
const HUES = 8;
/** Hues that lie apart, for the fields of a header from left to right. */
const FIELD_HUES = [1, 3, 5, 7, 2, 4, 6, 8];

export class HeadersView {
    #intents;
    #turn = 0;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.element = el("section", { class: "headers", "aria-label": "Headers", tabindex: -1 });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        const { headers } = state;
        if (headers === null || (before !== null && before.headers === headers && before.connection === state.connection)) return;
        this.#turn += 1;
        const shown = headers.explanations.slice(0, MOST);
        const giving = headers.explanations.filter(({ context }) => context !== null);
        // One context is the text's; of several, each has its own place below the header that gives it.
        const only = giving.length === 1 ? giving[0] : undefined;
        fill(
            this.element,
            el("h1", { class: "visually-hidden", text: "The headers, explained" }),
            ...shown.map((explanation) => this.#explanation(explanation, state, explanation === only)),
            headers.explanations.length > MOST ? el("p", { class: "headers-more", text: `and ${countOf(headers.explanations.length - MOST, "more header")}, not shown` }) : null,
            only === undefined || Object.keys(only.others).length === 0 ? null : elsewhere("The same, elsewhere", only.others),
            ...headers.made.map((made) => elsewhere("New", made)),
            el(
                "div",
                { class: "headers-actions" },
                button({ label: "New trace", onClick: () => this.#intents.newContext(null) }),
                only === undefined ? null : this.#childButton(only.context),
                button({ label: "Edit the text", onClick: () => this.#intents.goStart() }),
            ),
        );
    }

    focus() {
        this.element.focus({ preventScroll: true });
    }

    destroy() {
        this.element.remove();
    }

    /**
     * @param {Explanation} explanation
     * @param {State} state
     * @param {boolean} only whether no other header of the text gives a context
     */
    #explanation(explanation, state, only) {
        const { context } = explanation;
        const rows = explanation.fields.flatMap((field, index) => {
            const meaning = el("dd", { class: "field-meaning", text: field.meaning });
            if (context !== null && field.name === "trace id") void this.#offer(context, state, meaning);
            return [
                el("dt", { class: "field-name", style: { "--field": hue(index) } }, field.name),
                el("dd", { class: "field-value" }, el("code", { text: field.value })),
                meaning,
            ];
        });
        return el(
            "section",
            { class: "header-explained" },
            el("h2", { text: explanation.header }),
            el("p", { class: "header-value" }, ...this.#marked(explanation)),
            ...explanation.problems.map((problem) => el("p", { class: "header-problem", text: problem.message })),
            rows.length === 0 ? null : el("dl", { class: "fields" }, ...rows),
            context === null || only ? null : el("details", { class: "elsewhere" }, el("summary", { text: "The same, elsewhere" }), listOf(explanation.others), this.#childButton(context)),
        );
    }

    /** @param {SpanContext | null} context */
    #childButton(context) {
        return button({ label: "Child of this", onClick: () => this.#intents.newContext(context) });
    }

    /**
     * The value with its fields underlined, and the places of its problems marked.
     * @param {Explanation} explanation
     */
    #marked({ value, fields, problems }) {
        const places = problems.filter((problem) => problem.at !== null).map((problem) => Math.min(problem.at ?? 0, value.length));
        /** @type {Node[]} */
        const parts = [];
        const plain = (/** @type {number} */ from, /** @type {number} */ to) => markPlaces(value, from, to, places);
        let at = 0;
        for (const [index, field] of fields.entries()) {
            if (field.start > at) parts.push(...plain(at, field.start));
            parts.push(el("span", { class: "field", style: { "--field": hue(index) }, title: field.name }, ...plain(field.start, field.end)));
            at = field.end;
        }
        if (at < value.length) parts.push(...plain(at, value.length));
        if (places.some((place) => place >= value.length)) parts.push(el("mark", { class: "header-place", text: "⌁" }));
        return parts;
    }

    /**
     * If the trace is open, a way to it.
     * @param {SpanContext} context
     * @param {State} state
     * @param {HTMLElement} meaning
     */
    async #offer(context, state, meaning) {
        const { connection } = state;
        if (connection === null) return;
        const turn = this.#turn;
        const index = await connection.call("findTrace", context.traceId).catch(() => null);
        if (turn !== this.#turn || index === null) return;
        meaning.append(" ", el("button", { type: "button", class: "text-link", text: "Open it: this trace is loaded.", on: { click: () => this.#intents.follow(context.traceId, context.spanId ?? "") } }));
    }
}

/** @param {number} index */
function hue(index) {
    return `var(--service-${FIELD_HUES[index % HUES]})`;
}

/**
 * A part of a text in which some characters are marked.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {readonly number[]} places
 * @returns {Node[]}
 */
function markPlaces(text, from, to, places) {
    const inside = places.filter((place) => place >= from && place < to).sort((one, other) => one - other);
    const parts = [];
    let at = from;
    for (const place of inside) {
        if (place < at) continue;
        if (place > at) parts.push(document.createTextNode(text.slice(at, place)));
        // A whole character, also where it takes two units.
        const end = place + ((text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1);
        parts.push(el("mark", { class: "header-place", text: text.slice(place, end) }));
        at = end;
    }
    if (at < to) parts.push(document.createTextNode(text.slice(at, to)));
    return parts;
}

/**
 * @param {string} title
 * @param {Readonly<Record<string, string>>} headers
 */
function elsewhere(title, headers) {
    return el("section", { class: "elsewhere" }, el("h2", { text: title }), listOf(headers));
}

/**
 * Headers, each to copy.
 * @param {Readonly<Record<string, string>>} headers
 */
function listOf(headers) {
    return el("dl", {}, ...Object.entries(headers).flatMap(([name, value]) => [el("dt", {}, el("code", { text: name })), el("dd", {}, el("code", { text: value }), copyButton(name, `${name}: ${value}`))]));
}
