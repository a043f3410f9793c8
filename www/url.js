/**
 * What of the state stands in the address: which view, trace, span and part of the time, so that going back works and
 * an address means something to somebody who has the same file. Never any data.
 *
 *     #trace=4bf92f…&span=00f067…&tab=input&from=0&to=500000000
 *     #sample=slow-database&trace=…&q=status:error&only=1
 *     #trace=…&tab=table&table.by=service&traces.sort=duration      what was chosen in the tab, and in the list of traces
 *     #trace=…&hide=redis&hide=auth&kinds=internal&path=1     services and kinds that are hidden, the critical path alone
 *     #trace=…&aligned=1    spans moved so that clocks agree
 *     (nothing)             the empty page with its box
 */

import { tabNamed } from "./tabs.js";

/**
 * @typedef {object} Place
 * @property {'start' | 'headers' | 'trace'} view
 * @property {import('./tabs.js').TabId} tab
 * @property {string | null} sample a built-in sample's name
 * @property {string | null} trace a trace id
 * @property {string | null} span a span id
 * @property {string} budgets limits to check traces against
 * @property {{from: number, to: number} | null} range nanoseconds since the start of the trace
 * @property {string} query what is looked for in it
 * @property {boolean} only whether only matches are shown
 * @property {Choices} choices what was chosen in the tab, and in the list of traces
 * @property {readonly string[]} hidden names of services whose spans are hidden
 * @property {readonly import('./types.js').SpanKind[]} kinds that are hidden
 * @property {boolean} path whether only the critical path is shown
 * @property {boolean} aligned whether clocks are aligned
 * @property {string | null} focus id of the span whose subtree is shown alone
 */

/** By tab, or `traces`, the names and values of what differs from the usual. @typedef {Readonly<Record<string, Readonly<Record<string, string>>>>} Choices */

/** Characters of a choice that an address holds. */
const LONGEST_CHOICE = 300;
/** Characters of budgets that an address holds. */
const LONGEST_BUDGETS = 2000;
/** Longer ones are not looked for in practice, and browsers limit addresses. */
const LONGEST_QUERY = 1000;
/** Names in an address, and the characters of each: browsers limit addresses, and a service with a longer name is not hidden by one. */
const MOST_HIDDEN = 100;
const LONGEST_NAME = 200;
const KINDS = /** @type {const} */ (["unspecified", "internal", "server", "client", "producer", "consumer"]);

/** @type {Readonly<Place>} */
export const START = Object.freeze({ view: "start", tab: "waterfall", sample: null, trace: null, span: null, budgets: "", range: null, query: "", only: false, hidden: Object.freeze([]), kinds: Object.freeze([]), path: false, aligned: false, focus: null, choices: Object.freeze({}) });

/**
 * Reads an address; what does not make sense in it is left out.
 * @param {string} hash
 * @returns {Place}
 */
export function parseHash(hash) {
    const fields = new URLSearchParams(hash.replace(/^#/, ""));
    const trace = idOf(fields.get("trace"));
    const sample = fields.get("sample");
    const view = fields.get("view");
    const from = numberOf(fields.get("from"));
    const to = numberOf(fields.get("to"));
    const place = /** @type {Place} */ ({ ...START });
    if (sample !== null && /^[a-z0-9-]{1,40}$/.test(sample)) place.sample = sample;
    if (trace !== null || place.sample !== null || view === "trace") {
        place.view = "trace";
        place.trace = trace;
        place.span = idOf(fields.get("span"));
        place.tab = tabNamed(fields.get("tab"));
        place.budgets = (fields.get("budgets") ?? "").slice(0, LONGEST_BUDGETS);
        if (from !== null && to !== null && from < to) place.range = { from, to };
        place.query = (fields.get("q") ?? "").slice(0, LONGEST_QUERY);
        place.choices = choicesIn(fields, ["traces", place.tab]);
        place.only = place.query !== "" && fields.get("only") === "1";
        place.hidden = fields.getAll("hide").filter((name) => name.length <= LONGEST_NAME).slice(0, MOST_HIDDEN);
        const kinds = (fields.get("kinds") ?? "").split(",");
        place.kinds = KINDS.filter((kind) => kinds.includes(kind));
        place.path = fields.get("path") === "1";
        place.focus = idOf(fields.get("focus"));
        place.aligned = fields.get("aligned") === "1";
    } else if (view === "headers") {
        place.view = "headers";
    }
    return place;
}

/**
 * @param {Place} place
 * @returns {string} with its `#`; empty for the empty page
 */
export function formatHash(place) {
    if (place.view === "start") return "";
    if (place.view === "headers") return "#view=headers";
    const fields = new URLSearchParams();
    if (place.sample !== null) fields.set("sample", place.sample);
    if (place.trace !== null) fields.set("trace", place.trace);
    if (place.span !== null) fields.set("span", place.span);
    if (place.tab !== "waterfall") fields.set("tab", place.tab);
    if (place.budgets !== "") fields.set("budgets", place.budgets);
    if (place.range !== null) {
        fields.set("from", String(Math.round(place.range.from)));
        fields.set("to", String(Math.round(place.range.to)));
    }
    if (place.query !== "") fields.set("q", place.query.slice(0, LONGEST_QUERY));
    if (place.query !== "" && place.only) fields.set("only", "1");
    for (const [group, choices] of Object.entries(place.choices)) for (const [name, value] of Object.entries(choices)) fields.set(`${group}.${name}`, value.slice(0, LONGEST_CHOICE));
    for (const name of place.hidden.filter(({ length }) => length <= LONGEST_NAME).slice(0, MOST_HIDDEN)) fields.append("hide", name);
    if (place.kinds.length > 0) fields.set("kinds", place.kinds.join(","));
    if (place.path) fields.set("path", "1");
    if (place.focus !== null) fields.set("focus", place.focus);
    if (place.aligned) fields.set("aligned", "1");
    const text = fields.toString();
    return text === "" ? "#view=trace" : `#${text}`;
}

/**
 * @param {URLSearchParams} fields
 * @param {readonly string[]} groups
 * @returns {Choices}
 */
function choicesIn(fields, groups) {
    /** @type {Record<string, Record<string, string>>} */
    const found = {};
    for (const [key, value] of fields) {
        const [, group = "", name = ""] = /^([a-z]{1,12})\.([a-z]{1,12})$/.exec(key) ?? [];
        if (groups.includes(group) && value.length <= LONGEST_CHOICE) (found[group] ??= {})[name] = value;
    }
    return found;
}

/**
 * Ids are mostly hex, but some systems write other things; a long text is none.
 * @param {string | null} text
 */
function idOf(text) {
    return text !== null && text.length > 0 && text.length <= 128 ? text : null;
}

/** @param {string | null} text */
function numberOf(text) {
    if (text === null || !/^-?\d{1,16}$/.test(text)) return null;
    return Number(text);
}
