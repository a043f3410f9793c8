/** Where the time went: sentences whose clauses select their spans, and the critical path by service as one bar. */

import { el, fill } from "../dom.js";
import { colorOf } from "../colors.js";
import { exactDuration, formatDuration, formatShare, inOneDirection } from "../format.js";
import { verdictOf } from "../state.js";

/** @import { State } from '../state.js' */
/** @import { Intents, Overview, PathPart } from '../types.js' */

/** Parts below this share, or beyond so many, are shown together: a button must be wide enough to be seen and hit. */
const LEAST_SHARE = 0.005;
const MOST_PARTS = 12;
const MOST_PARTS_NARROW = 6;
/** Characters from which on a text does not fit into the lines that it has on a small screen. */
const LONG = 150;

export class VerdictView {
    #intents;
    #sentence;
    #more;
    #bar;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#sentence = el("p", { class: "verdict-text", id: "verdict-text", on: { focusin: () => this.#showWhole(true) } });
        // Where the screen is small the first lines have to do at first: what they are about stands below them.
        this.#more = el("button", { type: "button", class: "text-link verdict-more", "aria-controls": "verdict-text", on: { click: () => this.#showWhole(!this.element.classList.contains("whole")) } });
        this.#bar = el("div", { class: "path-bar", role: "group", "aria-label": "Time on the critical path by service" });
        this.element = el("section", { class: "verdict", "aria-label": "Where the time went" }, this.#sentence, this.#more, this.#bar);
        this.#showWhole(false);
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        const { trace, overview } = state;
        if (trace === null || overview === null) return;
        const verdict = verdictOf(state);
        if (before === null || before.trace?.summary !== trace.summary || verdictOf(before) !== verdict) {
            // What comes later gets its room at once, so that the rows below do not move.
            this.element.classList.toggle("later", trace.verdict === null);
            if (verdict === null) fill(this.#sentence, el("span", { class: "verdict-wait", text: "Finding out where the time went\u2026" }));
            else fill(this.#sentence, ...verdict.parts.flatMap(({ text, spans }) => (spans.length === 0 ? wholeFigures(inOneDirection(text)) : this.#clause(inOneDirection(text), spans))));
            this.#more.hidden = (this.#sentence.textContent ?? "").length < LONG;
            if (before?.trace?.summary !== trace.summary) this.#showWhole(false);
            this.#drawBar(verdict?.path ?? [], overview);
        }
        if (before === null || before.marked !== state.marked || before.trace !== trace) {
            for (const element of this.element.querySelectorAll("[data-spans]")) {
                element.setAttribute("aria-pressed", String(state.marked.length > 0 && element.getAttribute("data-spans") === keyOfSpans(state.marked)));
            }
        }
    }

    destroy() {
        this.element.remove();
    }

    /** @param {boolean} whole */
    #showWhole(whole) {
        this.element.classList.toggle("whole", whole);
        this.#more.setAttribute("aria-expanded", String(whole));
        this.#more.textContent = whole ? "Less" : "Read on";
    }

    /**
     * @param {string} text
     * @param {readonly number[]} spans
     */
    #clause(text, spans) {
        // A button cannot break across lines, and a clause should.
        const choose = () => this.#intents.mark(spans);
        return el(
            "span",
            {
                class: "clause",
                role: "button",
                tabindex: 0,
                "data-spans": keyOfSpans(spans),
                title: spans.length === 1 ? "Show this span" : `Show these ${spans.length} spans`,
                on: {
                    click: choose,
                    keydown: (event) => {
                        if (event.key !== "Enter" && event.key !== " ") return;
                        event.preventDefault();
                        choose();
                    },
                },
            },
            ...wholeFigures(text),
        );
    }

    /**
     * @param {readonly PathPart[]} path
     * @param {Overview} overview
     */
    #drawBar(path, overview) {
        const total = path.reduce((sum, part) => sum + part.ns, 0);
        this.#bar.hidden = total <= 0;
        const most = (matchMedia("(width < 640px)").matches ? MOST_PARTS_NARROW : MOST_PARTS) - 1;
        const few = path.length <= most + 1;
        const large = path.filter((part, index) => (few || index < most) && (index === 0 || part.ns / total >= LEAST_SHARE));
        const small = path.slice(large.length);
        const rest = small.reduce((sum, part) => sum + part.ns, 0);
        fill(
            this.#bar,
            ...large.map((part) => this.#part(part.service, part.ns, total, part.spans, colorOf(overview.looks[part.serviceIndex]), overview.looks[part.serviceIndex]?.texture ?? "plain")),
            small.length === 0 ? null : this.#part(small.length === 1 ? (small[0]?.service ?? "") : `${small.length} more services`, rest, total, small.flatMap((part) => part.spans), "var(--service-other)", "plain"),
        );
    }

    /**
     * @param {string} name
     * @param {number} ns
     * @param {number} total
     * @param {readonly number[]} spans
     * @param {string} color
     * @param {string} texture
     */
    #part(name, ns, total, spans, color, texture) {
        const duration = formatDuration(ns);
        const share = formatShare(ns, total);
        return el(
            "button",
            {
                type: "button",
                class: `path-part texture-${texture}`,
                style: { "--service": color, "flex-grow": String(ns / total) },
                title: `${name}: ${duration} on the critical path, ${share} (${exactDuration(ns)})`,
                "aria-label": `${name} ${duration} on the critical path, ${share}`,
                "data-spans": keyOfSpans(spans),
                on: { click: () => this.#intents.mark(spans) },
            },
            el("span", { class: "path-name", text: name }),
            " ",
            el("span", { class: "path-time", text: duration }),
        );
    }
}

/**
 * Whether two lists are the same spans; for long ones the ends and the length have to do.
 * @param {readonly number[]} spans
 */
function keyOfSpans(spans) {
    const sorted = [...spans].sort((one, other) => one - other);
    return sorted.length <= 20 ? sorted.join() : `${sorted.length}:${sorted[0]}:${sorted.at(-1)}`;
}

/**
 * A text in which a number stays on one line with its unit.
 * @param {string} text
 */
function wholeFigures(text) {
    return text.split(/(\d[\d.,]* (?:ns|µs|ms|s|min|h|d|%)(?!\w))/).map((piece, index) => (index % 2 === 0 ? piece : el("span", { class: "figure", text: piece })));
}
