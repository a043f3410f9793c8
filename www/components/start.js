/** The empty page: one box that takes everything, and the samples. Also what the Paste button shows later. */

import { button, el, fill } from "../dom.js";
import { SAMPLES } from "../samples/index.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

const EXAMPLE = '{"resourceSpans": …}\nlevel=error trace_id=4bf92f3577b34da6a3ce929d0e0e4736 msg="payment failed"\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

export class StartView {
    #box;
    #read;
    #back;
    #formats;

    /** @param {{intents: Intents, fileInput: HTMLInputElement}} options */
    constructor({ intents, fileInput }) {
        this.#box = el("textarea", {
            class: "start-box",
            id: "box",
            rows: 9,
            spellcheck: "false",
            autocomplete: "off",
            autocapitalize: "off",
            "aria-describedby": "start-hint",
            placeholder: EXAMPLE,
            on: {
                input: () => {
                    intents.setDraft(this.#box.value);
                    this.#read.hidden = this.#box.value.trim() === "";
                },
                keydown: (event) => {
                    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                        event.preventDefault();
                        intents.openText(this.#box.value);
                    }
                },
            },
        });
        this.#read = button({ label: "Read it", class: "button primary", title: "Ctrl Enter", onClick: () => intents.openText(this.#box.value) });
        this.#back = button({ label: "Back to the trace", onClick: () => intents.goBack() });
        this.#formats = el("details", { class: "start-formats", hidden: true });
        this.element = el(
            "section",
            { class: "start", "aria-labelledby": "start-title" },
            el("h1", { id: "start-title" }, el("label", { for: "box", text: "Where did the time go?" })),
            el("p", { id: "start-hint", class: "start-hint", text: "Paste a trace, log lines or a traceparent. Or drop files anywhere. Nothing leaves this tab." }),
            this.#box,
            el("div", { class: "start-actions" }, this.#read, this.#back, button({ label: "Open file", class: "button start-open", onClick: () => fileInput.click() })),
            el(
                "p",
                { class: "start-samples" },
                el("span", { class: "start-try", text: "Try" }),
                ...SAMPLES.map((sample) => el("button", { type: "button", class: "text-link", title: sample.about, text: sample.title, on: { click: () => intents.openSample(sample.id) } })),
            ),
            this.#formats,
        );
    }

    /** @param {readonly string[]} names */
    setFormats(names) {
        if (names.length === 0) return;
        fill(
            this.#formats,
            el("summary", { text: `Reads ${names.length} formats of traces and logs, and headers such as traceparent` }),
            el("ul", { class: "start-format-list" }, ...names.map((name) => el("li", { text: name }))),
        );
        this.#formats.hidden = false;
    }

    /** @param {State} state */
    update(state) {
        if (this.#box.value !== state.draft) this.#box.value = state.draft;
        this.#read.hidden = state.draft.trim() === "";
        this.#back.hidden = state.trace === null;
    }

    focus() {
        this.#box.focus({ preventScroll: true });
    }

    destroy() {
        fill(this.element);
        this.element.remove();
    }
}
