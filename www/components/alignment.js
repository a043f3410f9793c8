/** What aligning the clocks of hosts has moved: a line over the rows, and the list of it with the reasons. */

import { button, el, fill } from "../dom.js";
import { countOf, exactDuration, formatCount, formatDuration } from "../format.js";

/** @import { State } from '../state.js' */
/** @import { Alignment, Intents, NamedSpans } from '../types.js' */

export class AlignmentView {
    #intents;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.element = el("div", { class: "alignment", role: "group", "aria-label": "Aligned clocks", hidden: true });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update({ alignment }, before) {
        if (before !== null && before.alignment === alignment) return;
        this.element.hidden = alignment === null;
        fill(this.element, ...(alignment === null ? [] : [this.#list(alignment), button({ label: "Times as recorded", class: "link-button", title: "Times as recorded (o)", onClick: () => this.#intents.align(false) })]));
    }

    /** @param {Alignment} alignment */
    #list({ spans, moves, refused }) {
        const said = spans === 0 ? "Clocks aligned: no clock differs as far as calls tell, no span is moved" : `Clocks aligned: ${countOf(spans, "span")} moved`;
        if (spans === 0 && refused.length === 0) return el("span", { class: "alignment-said", text: said });
        return el(
            "details",
            {},
            el("summary", { text: said }),
            el(
                "div",
                { class: "alignment-list", tabindex: 0, role: "region", "aria-label": "Moved spans" },
                el("p", { text: "A dashed outline shows where a span was recorded. The critical path, self times and findings stay as they follow from the recorded times." }),
                ...moves.map((move) =>
                    part(
                        move.host === "" ? "a host without a name" : move.host,
                        `${formatDuration(Math.abs(move.byNs))} ${move.byNs > 0 ? "later" : "earlier"}, ± ${formatDuration(move.giveNs)}`,
                        `${exactDuration(Math.abs(move.byNs))}, give or take ${exactDuration(move.giveNs)}`,
                        `${move.reason}.`,
                        this.#spans(move.spans),
                    ),
                ),
                ...refused.map(({ text, spans: stay }) => part("Not moved", countOf(stay.count, "span"), null, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, this.#spans(stay))),
            ),
        );
    }

    /** @param {NamedSpans} spans */
    #spans({ count, first }) {
        const items = first.map(({ span, label }) => el("li", {}, el("button", { type: "button", class: "text-link", text: label, on: { click: () => this.#intents.mark([span]) } })));
        return el("ul", {}, ...items, count > first.length ? el("li", { text: `and ${formatCount(count - first.length)} more` }) : null);
    }

    destroy() {
        this.element.remove();
    }
}

/**
 * @param {string} name
 * @param {string} size
 * @param {string | null} exact
 * @param {string} reason
 * @param {HTMLElement} spans
 */
function part(name, size, exact, reason, spans) {
    return el("section", {}, el("h2", {}, name, " ", el("span", { class: "alignment-size", title: exact, text: size })), el("p", { text: reason }), spans);
}
