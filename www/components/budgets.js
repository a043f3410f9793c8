/** Budgets: limits in a line of text, checked on the trace as spent and left, like a bank statement. */

import { el, fill } from "../dom.js";
import { countOf, exactDuration, formatCount, formatDuration } from "../format.js";

/** @import { State } from '../state.js' */
/** @import { BudgetStatement, Budgets, Intents } from '../types.js' */

const EXAMPLE = "POST /checkout < 800ms; inventory <= 200ms; db <= 30%; calls(db) <= 10";
const STANDINGS = Object.freeze({ within: "within", over: "over", unmatched: "not in this trace" });

export class BudgetsView {
    #intents;
    #box;
    #answer;
    #turn = 0;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#box = el("textarea", {
            id: "budgets-box",
            class: "budgets-box",
            rows: 3,
            spellcheck: "false",
            autocomplete: "off",
            placeholder: EXAMPLE,
            "aria-describedby": "budgets-help",
            on: { input: () => this.#intents.setBudgets(this.#box.value) },
        });
        this.#answer = el("div", { class: "budgets-answer", "aria-live": "polite" });
        this.element = el(
            "div",
            { class: "budgets" },
            el("label", { for: "budgets-box", class: "budgets-label", text: "Budgets" }),
            this.#box,
            el("p", { class: "budgets-help", id: "budgets-help" }, "An operation’s time is that of its longest span; a service’s, or that of ", el("code", { text: "db" }), ", ", el("code", { text: "http" }), ", ", el("code", { text: "rpc" }), ", ", el("code", { text: "messaging" }), " or ", el("code", { text: "network" }), ", what it owns of the critical path. Kept in the address."),
            this.#answer,
        );
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        if (this.#box.value !== state.budgets) this.#box.value = state.budgets;
        if (state.tab !== "budgets" || state.trace === null) return;
        const same = before !== null && before.tab === "budgets" && before.budgets === state.budgets && before.trace?.index === state.trace.index && before.connection === state.connection;
        if (!same) void this.#check(state);
    }

    destroy() {
        this.element.remove();
    }

    /** @param {State} state */
    async #check({ connection, trace, budgets }) {
        if (connection === null || trace === null) return;
        this.#turn += 1;
        const turn = this.#turn;
        const answer = await connection.call("budgets", trace.index, budgets).catch(() => null);
        if (turn === this.#turn && answer !== null) this.#draw(answer);
    }

    /** @param {Budgets} answer */
    #draw({ statements, errors }) {
        const over = statements.filter(({ standing }) => standing === "over").length;
        const summary = statements.length === 0 ? "No budget is set." : over === 0 ? `${countOf(statements.length, "budget")}, none is overspent.` : `${countOf(statements.length, "budget")}, ${formatCount(over)} overspent.`;
        fill(
            this.#answer,
            el("p", { class: "budgets-summary", text: summary }),
            ...errors.map(({ text, message, at }) => el("p", { class: "budgets-error" }, el("code", { text }), ` at character ${formatCount(at + 1)}: ${message}`)),
            statements.length === 0
                ? null
                : el(
                      "table",
                      { class: "budgets-table" },
                      el("thead", {}, el("tr", {}, ...["Budget", "Spent", "Limit", "Left", "Of the path", "In all"].map((text, index) => el("th", { scope: "col", class: index === 0 ? null : "number", text })))),
                      el("tbody", {}, ...statements.map((statement) => this.#row(statement))),
                  ),
        );
    }

    /** @param {BudgetStatement} statement */
    #row(statement) {
        const { text, standing, spans, spent, limit, note, exclusiveNs, inclusiveNs } = statement;
        const amount = (/** @type {number} */ value) => amountOf(statement, value);
        const left = limit - spent;
        const known = standing !== "unmatched";
        const name = spans.length === 0 ? el("span", { text }) : el("button", { type: "button", class: "text-link", text, title: "Show its spans", on: { click: () => this.#intents.mark(spans) } });
        return el(
            "tr",
            { class: `budget-${standing}` },
            el("th", { scope: "row" }, name, el("span", { class: "budget-standing", text: STANDINGS[standing] }), note === "" ? null : el("span", { class: "budget-note", text: note })),
            el("td", { class: "number" }, known ? amount(spent) : "", known ? meter(spent, limit) : null),
            el("td", { class: "number", text: amount(limit) }),
            el("td", { class: "number", text: known ? `${left < 0 ? "−" : ""}${amount(Math.abs(left))}` : "" }),
            el("td", { class: "number", title: exactDuration(exclusiveNs), text: known ? formatDuration(exclusiveNs) : "" }),
            el("td", { class: "number", title: exactDuration(inclusiveNs), text: known ? formatDuration(inclusiveNs) : "" }),
        );
    }
}

/**
 * @param {BudgetStatement} statement
 * @param {number} value
 */
function amountOf({ unit }, value) {
    if (unit === "share") return `${(value * 100).toFixed(1).replace(/\.0$/, "")} %`;
    return unit === "calls" ? formatCount(value) : formatDuration(value);
}

/**
 * How much of the limit is spent, as a bar; the figures beside it say the same.
 * @param {number} spent
 * @param {number} limit
 */
function meter(spent, limit) {
    const part = limit > 0 ? Math.min(1, spent / limit) : spent > 0 ? 1 : 0;
    return el("span", { class: "budget-meter", "aria-hidden": "true", style: { "--part": String(part) } });
}
