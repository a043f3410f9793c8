/** The chosen trace in one line: root, duration, spans, services, errors, start, id. */

import { copyButton, el, fill } from "../dom.js";
import { countOf, exactDuration, exactInstant, formatDuration, formatInstant } from "../format.js";
import { ExportMenu } from "./export.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */

export class TraceHeader {
    #export;
    element = el("header", { class: "trace-header" });

    /** @param {{intents: Intents}} options */
    constructor(options) {
        this.#export = new ExportMenu(options);
        document.body.append(this.#export.dialog);
    }

    /** What can be done with the trace as a whole. */
    get exports() {
        return this.#export.items;
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        const { trace } = state;
        if (trace === null) return;
        this.#export.update(state);
        const mode = state.preferences.timeMode;
        if (before !== null && before.trace?.summary === trace.summary && before.preferences.timeMode === mode) return;
        const { summary } = trace;
        const start = formatInstant(summary.startNs, mode);
        const timeless = summary.startNs === 0n && trace.topNs === 0;
        fill(
            this.element,
            el(
                "h1",
                {},
                el("span", { class: "trace-root", text: summary.rootName === "" ? "(no name)" : summary.rootName }),
                " ",
                el("span", { class: "trace-service", text: summary.rootService }),
                " ",
                el("span", { class: "trace-duration", title: timeless ? "" : exactDuration(trace.topNs), text: timeless ? "no times" : formatDuration(trace.topNs) }),
            ),
            // Work beside the root, or behind it, makes the trace longer than the root: the list of traces has that figure.
            timeless || formatDuration(summary.durationNs) === formatDuration(trace.topNs)
                ? null
                : el("span", { class: "fact", title: `From the first start to the last end of a span: ${exactDuration(summary.durationNs)}`, text: `${formatDuration(summary.durationNs)} in all` }),
            el("span", { class: "fact", text: countOf(summary.spans, "span") }),
            el("span", { class: "fact", text: countOf(summary.services.length, "service") }),
            errorFact(trace.errors),
            summary.startNs === 0n ? null : el("span", { class: "fact", title: exactInstant(summary.startNs), text: start }),
            summary.traceId === ""
                ? null
                : el("span", { class: "fact trace-id" }, el("code", { text: summary.traceId }), copyButton("trace id", summary.traceId)),
            this.#export.element,
        );
    }

    destroy() {
        this.element.remove();
    }
}

/** @param {{own: number, above: number}} errors */
function errorFact({ own, above }) {
    if (own + above === 0) return null;
    const text = above === 0 ? countOf(own, "error") : `${countOf(own, "error")}, ${above} above ${own === 1 ? "it" : "them"}`;
    return el("span", { class: "fact trace-errors", title: "Spans with an error of their own, and spans whose error only passes one on. Key: e", text });
}
