/** What was found in a trace and what to do about it: each finding with what it costs, what speaks for it and the next step. */

import { copyButton, el, fill } from "../dom.js";
import { countOf, exactDuration, formatDuration, inOneDirection } from "../format.js";
import { asyncSection } from "./async-work.js";

/** @import { State } from '../state.js' */
/** @import { Action, Explained, Finding, Intents } from '../types.js' */

const SEVERITIES = Object.freeze({ critical: "decides", warning: "costs", info: "to know" });
const CONFIDENCES = Object.freeze({ certain: "the data says it", likely: "likely", guess: "a guess" });

export class FindingsView {
    #intents;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.element = el("div", { class: "findings", tabindex: 0, role: "region", "aria-label": "Findings" });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        if (state.tab !== "findings" || (before !== null && before.tab === "findings" && before.explained === state.explained && before.trace === state.trace)) return;
        const { explained, trace } = state;
        if (trace === null) return;
        if (explained === null || explained.index !== trace.index) {
            fill(this.element, el("p", { class: "findings-summary", text: "Looking at the trace…" }));
            return;
        }
        const { findings } = explained;
        const decisive = findings.filter(({ severity }) => severity === "critical").length;
        const what = decisive === 0 ? "none of which decides how long it took" : decisive === 1 ? "one of which decides how long it took or why it failed" : `${decisive} of which decide how long it took or why it failed`;
        fill(
            this.element,
            el("p", { class: "findings-summary", text: findings.length === 0 ? "Nothing stands out in this trace." : `${countOf(findings.length, "finding")} about this trace, ${what}.` }),
            this.#advice(explained),
            findings.length === 0 ? null : el("ol", { class: "finding-list" }, ...findings.map((finding) => this.#finding(finding))),
            asyncSection(explained.work, this.#intents),
        );
    }

    destroy() {
        this.element.remove();
    }

    /** @param {Explained} explained */
    #advice({ advice, markdown }) {
        const copy = el("span", { class: "findings-copy" }, copyButton("as Markdown", markdown), el("span", { "aria-hidden": "true", text: "Markdown for a ticket" }));
        if (advice.now.length === 0) return el("div", { class: "advice" }, copy);
        return el(
            "section",
            { class: "advice", "aria-labelledby": "advice-title" },
            el("div", { class: "advice-head" }, el("h2", { id: "advice-title", text: "What to do" }), copy),
            el(
                "dl",
                {},
                ...advice.now.flatMap((action, index) => [el("dt", { text: index === 0 ? "Now" : "And now" }), this.#action(action)]),
                ...(advice.later === null ? [] : [el("dt", { text: "Later" }), this.#action(advice.later)]),
            ),
            el(
                "details",
                { class: "runbook" },
                el("summary", { text: "Runbook: when it happens again" }),
                el("ol", {}, ...advice.runbook.map((line) => el("li", { text: inOneDirection(line) }))),
                advice.query === "" ? null : el("p", {}, "More such requests, in TraceQL: ", el("code", { text: advice.query }), copyButton("the query", advice.query)),
            ),
        );
    }

    /** @param {Action} action */
    #action({ text, why, spans }) {
        return el("dd", {}, `${inOneDirection(text)}${/[.?]$/.test(text) ? "" : "."} `, why === "" ? null : this.#mark(why, spans));
    }

    /**
     * A text that selects spans.
     * @param {string} sentence
     * @param {readonly number[]} spans
     */
    #mark(sentence, spans) {
        const text = inOneDirection(sentence);
        if (spans.length === 0) return el("span", { text });
        return el("button", { type: "button", class: "text-link", text, title: spans.length === 1 ? "Show this span" : `Show these ${spans.length} spans`, on: { click: () => this.#intents.mark(spans) } });
    }

    /** @param {Finding} finding */
    #finding(finding) {
        return el(
            "li",
            { class: `finding finding-${finding.severity}` },
            el(
                "h3",
                {},
                el("span", { class: "finding-severity", text: SEVERITIES[finding.severity] }),
                this.#mark(finding.title, finding.spans),
            ),
            el(
                "p",
                { class: "finding-facts" },
                ...[
                    finding.savesNs > 0 ? el("span", { class: "finding-saves", title: exactDuration(finding.savesNs), text: `up to ${formatDuration(finding.savesNs)} sooner without it` }) : null,
                    el("span", { text: CONFIDENCES[finding.confidence] }),
                    countOfSpans(finding),
                    el("code", { text: finding.id }),
                ],
            ),
            finding.arithmetic === "" && finding.evidence.length === 0
                ? null
                : el(
                      "ul",
                      { class: "finding-evidence" },
                      finding.arithmetic === "" ? null : el("li", { text: inOneDirection(finding.arithmetic) }),
                      ...finding.evidence.map(({ text, spans }) => el("li", {}, this.#mark(text, spans))),
                  ),
            finding.next === "" ? null : el("p", { class: "finding-next", text: `${inOneDirection(finding.next)}${/[.?]$/.test(finding.next) ? "" : "."}` }),
        );
    }
}

/** @param {Finding} finding */
function countOfSpans({ spans }) {
    return spans.length > 1 ? el("span", { text: countOf(spans.length, "span") }) : null;
}
