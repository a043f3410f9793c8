/**
 * Statistics of the spans by operation, service, kind, status or the value of an attribute, or the spans themselves: a
 * table to sort. A row marks its spans in the waterfall.
 */

import { button, copy, el, fill, pick, save, setText, unusual, toldMeanwhile } from "../dom.js";
import { colorOf } from "../colors.js";
import { countOf, exactDuration, formatCount, formatDuration, formatMoment, formatShare } from "../format.js";
import { DataGrid, barCell, textCell } from "./data-grid.js";

/** @import { State } from '../state.js' */
/** @import { Group, Intents, StatisticsAnswer } from '../types.js' */
/** @import { Column } from './data-grid.js' */

const TIMES = /** @type {const} */ ({
    total: ["Total", "Durations added up; a span inside of another counts for both"],
    self: ["Self", "Time in none of a span's children, added up"],
    critical: ["On the path", "Time that held up the request: on the critical path"],
});
/** @type {readonly Column[]} */
const GROUP_COLUMNS = [
    { id: "label", label: "Group", sortable: true },
    { id: "count", label: "Spans", number: true, sortable: true },
    ...Object.entries(TIMES).map(([id, [label, title]]) => ({ id, label, title, number: true, sortable: true })),
    { id: "share", label: "Share", title: "Share of all self time", number: true },
    { id: "p50", label: "p50", title: "Half of the spans take no longer", number: true, sortable: true },
    { id: "p95", label: "p95", title: "95 of 100 spans take no longer", number: true, sortable: true },
    { id: "max", label: "Max", title: "The longest span", number: true, sortable: true },
    { id: "errors", label: "Errors", number: true, sortable: true },
];
/** @type {readonly Column[]} */
const SPAN_COLUMNS = [
    { id: "label", label: "Service and operation", sortable: true },
    { id: "start", label: "Start", number: true, sortable: true },
    { id: "total", label: "Duration", number: true, sortable: true },
    ...Object.entries(TIMES).slice(1).map(([id, [label, title]]) => ({ id, label, title, number: true, sortable: true })),
    { id: "share", label: "Share", title: "Share of all self time", number: true },
    { id: "errors", label: "Error", number: true, sortable: true },
];
const GROUPS = /** @type {const} */ ([
    ["operation", "operation"],
    ["service", "service"],
    ["kind", "kind"],
    ["status", "status"],
    ["span", "span"],
]);
/** What the first column is called. */
const LABELS = /** @type {Record<string, string>} */ ({ operation: "Service and operation", service: "Service", kind: "Kind", status: "Status" });

const USUAL = Object.freeze({ by: "operation", of: "one", sort: "self-down" });

export class TableView {
    #intents;
    #grid;
    #says;
    #by;
    #scope;
    #scopeLabel;
    /** @type {{column: string, descending: boolean}} */
    #sort = { column: "self", descending: true };
    /** @type {StatisticsAnswer | null} */
    #answer = null;
    #all = false;
    #turn = 0;
    /** What is shown, to know whether it still holds. */
    #shown = /** @type {readonly unknown[]} */ ([]);
    #keysOf = /** @type {readonly unknown[]} */ ([]);
    /** Keys of attributes, and those that stand in the list. @type {readonly {key: string, spans: number}[]} */
    #keys = [];
    /** @type {readonly {key: string, spans: number}[] | null} */
    #listed = null;
    /** @type {readonly Column[]} */
    #columns = GROUP_COLUMNS;
    /** @type {State | null} */
    #state = null;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#says = el("p", { class: "view-says", role: "status" });
        this.#by = el("select", { class: "select", "aria-label": "Group by", on: { change: () => this.#chosen() } });
        this.#scope = el("select", { class: "select", "aria-label": "Of which traces", on: { change: () => this.#chosen() } }, el("option", { value: "one", text: "this trace" }), el("option", { value: "all", text: "all traces" }));
        this.#scopeLabel = el("label", {}, "Of", this.#scope);
        const copied = button({
            label: "Copy as CSV",
            onClick: async () => {
                setText(copied, (await copy(await this.#csv())) ? "Copied" : "Could not copy");
                setTimeout(() => setText(copied, "Copy as CSV"), 1500);
            },
        });
        const saved = button({ label: "Save as CSV", onClick: async () => save(`${this.#by.value.replace(/[^\w.-]+/g, "-")}.csv`, await this.#csv(), "text/csv") });
        this.#grid = new DataGrid({
            label: "Statistics",
            class: "table-grid",
            load: async (from, count) => (await this.#state?.connection?.call("statisticsRows", from, count)) ?? [],
            draw: (cells, row, element) => this.#draw(cells, row, element),
            choose: (index) => void this.#choose(index),
            onSort: (column, descending) => {
                this.#sort = { column, descending };
                this.#chosen();
            },
        });
        this.element = el("div", { class: "view table-view" }, el("div", { class: "view-top" }, this.#says, el("div", { class: "view-choices" }, el("label", {}, "By", this.#by), this.#scopeLabel, copied, saved)), this.#grid.element);
        this.#fillChoices(USUAL.by);
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        if (state.tab !== "table" || state.trace === null) return;
        const many = (state.overview?.summary.traces ?? 0) > 1;
        this.#scopeLabel.hidden = !many;
        const { by = "operation", of, sort } = state.choices["table"] ?? {};
        pick(this.#scope, many ? of : "one", "one");
        this.#fillChoices(by);
        this.#sort = sortOf(sort, this.#by.value);
        const what = this.#what();
        if (what.some((part, index) => part !== this.#shown[index])) void this.#load(true);
        else if (before?.preferences.timeMode !== state.preferences.timeMode) this.#grid.redraw();
    }

    destroy() {
        this.#grid.destroy();
        this.element.remove();
    }

    #chosen() {
        const { column, descending } = this.#sort;
        this.#intents.setChoices(unusual({ by: [this.#by.value, USUAL.by], of: [this.#scope.value, USUAL.of], sort: [`${column}-${descending ? "down" : "up"}`, USUAL.sort] }));
    }

    #what() {
        const all = this.#scope.value === "all";
        return [this.#state?.connection, all ? null : this.#state?.trace?.index, this.#by.value, this.#sort.column, this.#sort.descending];
    }

    /** @param {boolean} fromTop */
    async #load(fromTop) {
        this.#turn += 1;
        const turn = this.#turn;
        const { connection, trace } = this.#state ?? {};
        if (!connection || !trace) return;
        this.#shown = this.#what();
        this.#all = this.#scope.value === "all";
        const scope = this.#all ? null : trace.index;
        const by = this.#by.value;
        // The keys follow the scope; what is chosen may not occur in the other one, and shows nothing then.
        const keysOf = [connection, scope];
        if (keysOf.some((part, index) => part !== this.#keysOf[index])) {
            this.#keysOf = keysOf;
            void connection.call("attributeKeys", scope).then((keys) => {
                if (this.#keysOf !== keysOf) return;
                this.#keys = keys;
                this.#fillChoices(this.#by.value);
            });
        }
        const answer = await toldMeanwhile(this.#says, connection.call("statistics", scope, by, this.#sort.column, this.#sort.descending));
        if (turn !== this.#turn) return;
        this.#answer = answer;
        const spans = by === "span";
        const name = LABELS[by] ?? by.replace(/^attribute:/, "");
        this.#columns = spans ? SPAN_COLUMNS : GROUP_COLUMNS.map((column) => (column.id === "label" ? { ...column, label: name } : column));
        this.element.classList.toggle("of-spans", spans);
        this.#grid.setColumns(this.#columns, this.#sort);
        fill(this.#says, ...this.#sentence(answer, by));
        await this.#grid.reset(answer.groups, fromTop);
    }

    /**
     * What the table shows, in a line.
     * @param {StatisticsAnswer} answer
     * @param {string} by
     */
    #sentence({ groups, all }, by) {
        const measure = this.#sort.column === "total" || this.#sort.column === "critical" ? this.#sort.column : "self";
        const what = { total: "Total time", self: "Self time", critical: "Time on the critical path" }[measure];
        const sum = { total: all.totalNs, self: all.selfNs, critical: all.criticalNs }[measure];
        const group = by.startsWith("attribute:") ? by.slice("attribute:".length) : by;
        const of = this.#all ? ` of ${countOf(this.#state?.overview?.summary.traces ?? 0, "trace")}` : "";
        const nouns = { operation: "operation", service: "service", kind: "kind", status: "status" };
        const noun = /** @type {Record<string, string>} */ (nouns)[by];
        const many = by === "span" ? countOf(all.count, "span") : `${countOf(all.count, "span")} in ${noun === undefined ? countOf(groups, "group") : countOf(groups, noun, noun === "status" ? "statuses" : `${noun}s`)}`;
        return [`${what} by ${group}${of}, ${formatDuration(sum)} in all`, el("span", { class: "view-note", text: ` · ${many}${all.errors > 0 ? ` · ${countOf(all.errors, "error")}` : ""}` })];
    }

    /**
     * Lists what spans can be grouped by, with the keys of attributes that are known, and chooses one.
     * @param {string} chosen
     */
    #fillChoices(chosen) {
        if (this.#listed === this.#keys && [...this.#by.options].some(({ value }) => value === chosen)) {
            this.#by.value = chosen;
            return;
        }
        this.#listed = this.#keys;
        const keys = this.#keys;
        const known = keys.some(({ key }) => `attribute:${key}` === chosen);
        const missing = chosen.startsWith("attribute:") && !known ? [{ key: chosen.slice("attribute:".length), spans: 0 }] : [];
        const attributes = [...keys, ...missing];
        fill(
            this.#by,
            ...GROUPS.map(([value, text]) => el("option", { value, text })),
            attributes.length === 0 ? null : el("optgroup", { label: "attribute" }, ...attributes.map(({ key, spans }) => el("option", { value: `attribute:${key}`, text: `${key} (${formatCount(spans)})` }))),
        );
        pick(this.#by, chosen, USUAL.by);
    }

    async #csv() {
        return (await this.#state?.connection?.call("statisticsCsv")) ?? "";
    }

    /** @param {number} index */
    async #choose(index) {
        const { connection, trace } = this.#state ?? {};
        if (!connection || !trace) return;
        const { trace: found, spans } = await connection.call("statisticsSpans", index, trace.index);
        this.#intents.markIn(found, spans);
    }

    /**
     * @param {HTMLElement[]} cells
     * @param {Group} row
     * @param {HTMLElement} element
     */
    #draw(cells, row, element) {
        const { overview, trace, preferences } = this.#state ?? {};
        if (!overview || !this.#answer || !preferences) return;
        const { all, largest } = this.#answer;
        const service = row.service === null ? null : (overview.services[row.service] ?? "");
        const own = formatShare(row.selfNs, all.selfNs);
        for (const [index, column] of this.#columns.entries()) {
            const cell = /** @type {HTMLElement} */ (cells[index]);
            if (column.id === "label") this.#label(cell, row, service);
            else if (column.id === "count") textCell(cell, formatCount(row.count));
            else if (column.id === "start") textCell(cell, row.span === null ? "" : formatMoment(row.span.startNs, this.#all ? null : (trace?.summary.startNs ?? null), preferences.timeMode));
            else if (column.id === "total") barCell(cell, formatDuration(row.totalNs), exactDuration(row.totalNs), row.totalNs / largest.totalNs);
            else if (column.id === "self") barCell(cell, formatDuration(row.selfNs), exactDuration(row.selfNs), row.selfNs / largest.selfNs);
            else if (column.id === "critical") barCell(cell, formatDuration(row.criticalNs), exactDuration(row.criticalNs), row.criticalNs / largest.criticalNs);
            else if (column.id === "share") textCell(cell, own);
            else if (column.id === "p50") textCell(cell, formatDuration(row.p50Ns), exactDuration(row.p50Ns));
            else if (column.id === "p95") textCell(cell, formatDuration(row.p95Ns), exactDuration(row.p95Ns));
            else if (column.id === "max") textCell(cell, formatDuration(row.maxNs), exactDuration(row.maxNs));
            else if (column.id === "errors") textCell(cell, row.span !== null ? (row.errors > 0 ? "error" : "") : formatCount(row.errors));
            cell.classList.toggle("has-error", column.id === "errors" && row.errors > 0);
        }
        element.title = "";
    }

    /**
     * @param {HTMLElement} cell
     * @param {Group} row
     * @param {string | null} service
     */
    #label(cell, row, service) {
        const text = row.missing ? "(not set)" : row.label;
        const name = service === null ? null : el("span", { class: "service-name", text: service === "" ? "(no service)" : service });
        name?.style.setProperty("--service", colorOf(this.#state?.overview?.looks[row.service ?? -1]));
        const rest = service === null || row.label !== "" ? el("span", { class: row.missing ? "view-note" : "data-text", text: text === "" ? "(empty)" : text }) : null;
        fill(cell, name, name !== null && rest !== null ? " " : null, rest);
        cell.title = [service ?? "", text].filter((part) => part !== "").join("\n");
    }
}

/**
 * A column and a direction, as an address has them. What a span has no column for cannot sort the spans, and the other
 * way around.
 * @param {string | undefined} text
 * @param {string} by
 */
function sortOf(text, by) {
    const [, column = "", direction = ""] = /^([a-z0-9]+)-(up|down)$/.exec(text ?? USUAL.sort) ?? [];
    const columns = by === "span" ? SPAN_COLUMNS : GROUP_COLUMNS;
    const known = columns.some(({ id, sortable }) => id === column && sortable === true);
    return known ? { column, descending: direction === "down" } : { column: "self", descending: true };
}
