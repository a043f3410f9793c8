/** Why something could not be opened: one sentence, the place in the input, what to try. What was open stays. */

import { button, el, fill } from "../dom.js";
import { inOneDirection } from "../format.js";

/** @import { State } from '../state.js' */
/** @import { Excerpt, Intents, Problem } from '../types.js' */

export class ProblemView {
    #intents;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.element = el("section", { class: "problem", role: "alert", hidden: true });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        if (before !== null && before.problem === state.problem) return;
        const { problem } = state;
        this.element.hidden = problem === null;
        if (problem === null) {
            fill(this.element);
            return;
        }
        fill(
            this.element,
            el(
                "div",
                { class: "problem-head" },
                el("h2", { text: problem.name === "" ? "Not read" : `${problem.name} was not read` }),
                button({ label: "Close the error", icon: "close", onClick: () => this.#intents.dismiss() }),
            ),
            el("p", { class: "problem-message", text: problem.message }),
            problem.excerpt === null ? null : excerptBlock(problem.excerpt),
            el("p", { class: "problem-try", text: `What to try: ${adviceFor(problem)}` }),
        );
    }

    destroy() {
        this.element.remove();
    }
}

/**
 * A line of an input with a place marked, by more than colour.
 * @param {Excerpt} excerpt
 * @param {boolean} [wrong] whether something is wrong there
 */
export function excerptBlock(excerpt, wrong = true) {
    const where = excerpt.line > 0 ? `${excerpt.input}, line ${excerpt.line}, column ${excerpt.column}` : excerpt.input;
    return el(
        "figure",
        { class: wrong ? "excerpt" : "excerpt excerpt-place" },
        el("figcaption", { text: where }),
        el("code", { tabindex: 0, role: "group", "aria-label": where }, visible(excerpt.before), el("mark", { text: excerpt.marked === "" ? "⌁ end" : visible(excerpt.marked) }), visible(excerpt.after), excerpt.following.length === 0 ? null : `\n${excerpt.following.map(visible).join("\n")}`),
    );
}

/**
 * Control characters and such as pictures of themselves.
 * @param {string} text
 */
function visible(text) {
    return inOneDirection(text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (character) => (character === "\u007f" ? "␡" : String.fromCharCode(0x2400 + character.charCodeAt(0)))));
}

/**
 * What to try, by the kind of the error.
 * @type {Readonly<Record<string, string>>}
 */
const ADVICE = {
    empty: "copy the trace again; what arrived was empty.",
    syntax: "correct the marked place in the box, or export the trace again.",
    truncated: "copy the whole text; it stops before it is complete, as terminals and chats like to cut what is long.",
    "too-deep": "export the trace again; nothing that records traces nests so deeply.",
    "too-large": "split the file; a tab has no more memory than this.",
    "no-spans": "look whether the export has spans in it, and whether the query that made it found any.",
    unreadable: "choose the file again; it was moved or changed, or is a folder.",
    "not-here": "open its file as well; what is open stays.",
    worker: "load the page anew; one of its files may be missing on the server.",
    "not-loaded": "load the page anew; one of its files may be missing on the server.",
    broken: "load the page anew and read it again; the file may need more memory than a tab has.",
};

/** @param {Problem} problem */
function adviceFor({ kind, message }) {
    if (kind === "unknown-format" && /html/i.test(message)) return "save the answer of the trace API itself; this is a web page, perhaps one that asks to sign in.";
    return Object.hasOwn(ADVICE, kind) ? ADVICE[kind] : "export the trace as OTLP, Jaeger or Zipkin JSON.";
}
