/** What was read: for each input the format and why, what else it could be, what was assumed and what is wrong. */

import { el, fill } from "../dom.js";
import { countOf, formatBytes, formatCount } from "../format.js";
import { excerptBlock } from "./problem.js";

/** @import { State } from '../state.js' */
/** @import { InputReport, InputSpec, Intents, Overview, Warning } from '../types.js' */

export class InputView {
    #intents;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.element = el("div", { class: "input-view", tabindex: 0, role: "region", "aria-label": "What was read" });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        const { overview } = state;
        if (overview === null || (before !== null && before.overview === overview && before.inputs === state.inputs)) return;
        const { summary } = overview;
        const facts = [
            countOf(summary.traces, "trace"),
            countOf(summary.spans, "span"),
            countOf(summary.roots, "root span"),
            countOf(summary.services.length, "service"),
            summary.orphans > 0 ? `${countOf(summary.orphans, "orphan")} (parent not in the input)` : "",
            summary.duplicateIds > 0 ? countOf(summary.duplicateIds, "span id used again", "span ids used again") : "",
            summary.zeroDuration > 0 ? countOf(summary.zeroDuration, "span without duration", "spans without duration") : "",
            summary.negativeDuration > 0 ? countOf(summary.negativeDuration, "span that ends before its start", "spans that end before their start") : "",
            summary.events > 0 ? countOf(summary.events, "event") : "",
            summary.links > 0 ? countOf(summary.links, "link") : "",
        ].filter((fact) => fact !== "");
        fill(
            this.element,
            el("p", { class: "input-summary", text: `${facts.join(" · ")}.` }),
            ...overview.warnings.filter(({ position }) => position === null).map((warning) => el("p", { class: "input-problem", text: warning.count > 1 ? `${warning.message} (${formatCount(warning.count)} times)` : warning.message })),
            ...overview.inputs.map((report) => this.#input(report, state.inputs[report.given], overview, state)),
        );
    }

    destroy() {
        this.element.remove();
    }

    /**
     * @param {InputReport} report
     * @param {InputSpec | undefined} input
     * @param {Overview} overview
     * @param {State} state
     */
    #input(report, input, overview, state) {
        const nameOf = (/** @type {string} */ id) => overview.formats.find((format) => format.id === id)?.name ?? id;
        const title = report.name;
        const problems = report.warnings;
        return el(
            "section",
            { class: "input-report", "aria-label": title },
            el("h2", { text: title }),
            el(
                "dl",
                { class: "facts" },
                el("dt", { text: "Format" }),
                el("dd", { text: input?.format === null || input === undefined ? `${nameOf(report.format)}: ${report.why}` : `${nameOf(report.format)}, as you chose` }),
                el("dt", { text: "Read as" }),
                el("dd", {}, input === undefined ? null : this.#choice(input, report, overview)),
                el("dt", { text: "Size" }),
                el("dd", { text: formatBytes(overview.sizes[report.given] ?? 0) }),
                el("dt", { text: "Spans" }),
                el("dd", { text: formatCount(report.spans) }),
                el("dt", { text: "Skipped" }),
                el("dd", { text: report.skipped.length === 0 ? "nothing" : countOf(report.skipped.length, "part that is no span", "parts that are no spans") }),
            ),
            report.skipped.length === 0 ? null : el("div", {}, el("h3", { text: "Skipped" }), el("ul", { class: "plain-list" }, ...report.skipped.map(({ position, reason }) => el("li", { text: `Line ${formatCount(position.line)}, column ${formatCount(position.column)}: ${reason}` })))),
            report.guesses.length === 0 ? null : el("div", {}, el("h3", { text: "Assumed" }), el("ul", { class: "plain-list" }, ...report.guesses.map((guess) => el("li", { text: guess })))),
            problems.length === 0
                ? el("p", { class: "input-clean", text: "No problems." })
                : el("div", {}, el("h3", { text: "Problems" }), el("ul", { class: "problem-list" }, ...problems.map((warning) => this.#warning(warning, report.input, state)))),
        );
    }

    /**
     * @param {InputSpec} input
     * @param {InputReport} report
     * @param {Overview} overview
     */
    #choice(input, report, overview) {
        const likely = new Map(report.candidates.map((candidate) => [candidate.format, candidate.why]));
        const select = el("select", { class: "select", "aria-label": `Read ${input.name} as`, on: { change: () => this.#intents.chooseFormat(input.id, select.value === "" ? null : select.value) } });
        const formats = [...overview.formats].sort((one, other) => Number(likely.has(other.id)) - Number(likely.has(one.id)));
        fill(
            select,
            el("option", { value: "", text: "guess", selected: input.format === null }),
            ...formats.map(({ id, name }) => el("option", { value: id, selected: input.format === id, text: likely.has(id) ? `${name} (${likely.get(id)})` : name })),
        );
        return select;
    }

    /**
     * @param {Warning} warning
     * @param {number} index which input
     * @param {State} state
     */
    #warning(warning, index, state) {
        const place = el("div", {});
        const item = el("li", {}, el("span", { class: "warning-text", text: warning.message }), warning.count > 1 ? el("span", { class: "warning-count", text: `${formatCount(warning.count)} times` }) : null, place);
        if (warning.position !== null) {
            void state.connection
                ?.call("excerpt", index, warning.position)
                .then((excerpt) => {
                    if (excerpt !== null) fill(place, excerptBlock(excerpt));
                })
                .catch(() => {});
        }
        return item;
    }
}
