/**
 * All that the page shows, in one object. Views read it and send intents; only app.js and the parts it puts together
 * change it, through `Store.set`.
 */

import { TimeScale } from "./time-scale.js";

/** @import { Alignment, Explained, Explanation, Found, InputSpec, OpenTrace, Overview, Preferences, Problem, Progress, SortOrder, TraceFilter, Verdict } from './types.js' */

/**
 * @typedef {object} State
 * @property {'start' | 'headers' | 'trace'} view
 * @property {import('./tabs.js').TabId} tab
 * @property {readonly InputSpec[]} inputs what is open, or was when the last reading worked
 * @property {Overview | null} overview
 * @property {import('./client.js').Connection | null} connection answers questions about what is open
 * @property {OpenTrace | null} trace
 * @property {Explained | null} explained what was found in the trace, once it is known
 * @property {number} rowsVersion counts what was collapsed or expanded
 * @property {{connection: import("./client.js").Connection, index: number, verdict: Verdict} | null} verdict that of a trace which was opened without
 * @property {number | null} span the current span
 * @property {boolean} details whether the panel is wanted
 * @property {readonly number[]} marked spans that a sentence or a part of the bar stands for, in tree order
 * @property {{from: number, to: number} | null} range the part of the time that is shown; null: all
 * @property {string} budgets limits to check traces against
 * @property {string} query what is looked for, as typed
 * @property {Found | null} found what the query finds; with a mistake in the query, what the last one without found
 * @property {boolean} onlyFound whether only rows with matches, and what is above them, are shown
 * @property {readonly number[]} hiddenServices indices of services whose spans are hidden
 * @property {readonly import('./types.js').SpanKind[]} hiddenKinds kinds whose spans are hidden
 * @property {readonly {span: number, label: string, id: string}[]} focus the span whose subtree is shown alone, and before it those above it; empty: all spans
 * @property {boolean} pathAlone whether only what is on the critical path is shown
 * @property {boolean} aligned whether clocks are wanted aligned
 * @property {Alignment | null} alignment what that moves in the trace; null while times are shown as recorded
 * @property {number} hiddenSpans how many spans all this hides
 * @property {SortOrder} sort
 * @property {import('./url.js').Choices} choices what was chosen in the tabs, as their views understand it
 * @property {TraceFilter} traceFilter which traces the list has
 * @property {Progress | null} loading
 * @property {Problem | null} problem
 * @property {string} draft what is in the box
 * @property {{text: string, explanations: readonly Explanation[], made: readonly Record<string, string>[]} | null} headers
 * @property {boolean} keysOpen
 * @property {boolean} paletteOpen
 * @property {Preferences} preferences
 */

/** @type {Readonly<Preferences>} */
export const DEFAULTS = Object.freeze({
    timeMode: "relative",
    theme: "auto",
    contrast: "auto",
    rows: "normal",
    nameWidth: 0,
    durationWidth: 0,
    detailsWidth: 380,
    letterKeys: true,
    grouped: false,
    squeezed: false,
});

/** Nothing is hidden. */
export const EVERYTHING = Object.freeze({ onlyFound: false, hiddenServices: Object.freeze([]), hiddenKinds: Object.freeze([]), focus: Object.freeze([]), pathAlone: false, hiddenSpans: 0 });

/** The list has all traces. @type {Readonly<TraceFilter>} */
export const EVERY_TRACE = Object.freeze({ words: "", failed: false, box: null });

/** @param {TraceFilter} filter */
export function isFiltered({ words, failed, box }) {
    return words.trim() !== "" || failed || box !== null;
}

/**
 * How the list of traces is sorted and filtered, as an address has it.
 * @param {SortOrder} sort
 * @param {TraceFilter} filter
 * @returns {Record<string, string>}
 */
export function listChoices(sort, { words, failed, box }) {
    return {
        ...(sort === "start" ? {} : { sort }),
        ...(words.trim() === "" ? {} : { words }),
        ...(failed ? { failed: "1" } : {}),
        ...(box === null ? {} : { box: [...box.startNs, ...box.durationNs].map((ns) => Math.round(ns)).join() }),
    };
}

/**
 * The other way around; what makes no sense is left out.
 * @param {Readonly<Record<string, string>>} choices
 * @returns {Pick<State, 'sort' | 'traceFilter'>}
 */
export function listOf({ sort, words = "", failed, box = "" }) {
    const numbers = box.split(",").map(Number);
    const [from = NaN, to = NaN, least = NaN, most = NaN] = numbers;
    return {
        sort: sort === "duration" || sort === "errors" ? sort : "start",
        traceFilter: { words, failed: failed === "1", box: numbers.length === 4 && from <= to && least <= most ? { startNs: [from, to], durationNs: [least, most] } : null },
    };
}

/** Height of a row in pixels. */
export const ROW_HEIGHTS = Object.freeze({ compact: 22, normal: 26, roomy: 32 });

/** A text of more characters than this is not put into the box: the box would be slow, and nobody edits it. */
export const LONGEST_DRAFT = 500_000;

/** @returns {State} */
export function initialState() {
    return {
        view: "start",
        tab: "waterfall",
        inputs: [],
        overview: null,
        connection: null,
        trace: null,
        explained: null,
        verdict: null,
        rowsVersion: 0,
        span: null,
        details: false,
        marked: [],
        range: null,
        aligned: false,
        alignment: null,
        budgets: "",
        query: "",
        found: null,
        ...EVERYTHING,
        sort: "start",
        choices: {},
        traceFilter: EVERY_TRACE,
        loading: null,
        problem: null,
        draft: "",
        headers: null,
        keysOpen: false,
        paletteOpen: false,
        preferences: { ...DEFAULTS },
    };
}

/** The one holder of the state. Changes made together are shown together. */
export class Store {
    #state;
    #shown;
    #queued = false;
    #listener;

    /**
     * @param {State} state
     * @param {(state: State, before: State) => void} listener
     */
    constructor(state, listener) {
        this.#state = state;
        this.#shown = state;
        this.#listener = listener;
    }

    get state() {
        return this.#state;
    }

    /** @param {Partial<State>} changes */
    set(changes) {
        const known = Object.entries(changes).every(([key, value]) => Object.is(/** @type {any} */ (this.#state)[key], value));
        if (known) return;
        this.#state = { ...this.#state, ...changes };
        if (this.#queued) return;
        this.#queued = true;
        queueMicrotask(() => this.show());
    }

    /** Shows what has changed now, and not in a moment. */
    show() {
        this.#queued = false;
        const before = this.#shown;
        if (before === this.#state) return;
        this.#shown = this.#state;
        this.#listener(this.#state, before);
    }
}

/**
 * Where the time went in the trace that is shown; null while that is not known.
 * @param {State} state
 * @returns {Verdict | null}
 */
export function verdictOf({ trace, connection, verdict }) {
    if (trace === null || trace.verdict !== null) return trace?.verdict ?? null;
    return verdict !== null && verdict.connection === connection && verdict.index === trace.index ? verdict.verdict : null;
}

/**
 * The part of the time that is shown.
 * @param {State} state
 * @returns {{from: number, to: number}}
 */
export function shownRange(state) {
    return state.range ?? wholeRange(state);
}

/**
 * All of the time: from the start of the trace to its end, and beyond where spans were moved.
 * @param {Pick<State, 'trace' | 'alignment'>} state
 * @returns {{from: number, to: number}}
 */
export function wholeRange({ trace, alignment }) {
    const { from, to } = alignment?.whole ?? { from: 0, to: trace?.extentNs ?? 1 };
    return { from, to: Math.max(from + 1, to) };
}

/**
 * The long idle stretches, if they are to be squeezed.
 * @param {State} state
 * @returns {readonly {fromNs: number, toNs: number}[]}
 */
export function squeezedIdle({ preferences, trace, alignment }) {
    return preferences.squeezed ? (alignment?.idle ?? trace?.idle ?? NO_IDLE) : NO_IDLE;
}

/** One and the same, so that it can be compared. @type {readonly never[]} */
const NO_IDLE = Object.freeze([]);

/**
 * How times stand on a width, with long idle stretches squeezed when that is wished.
 * @param {State} state
 * @param {number} width
 * @param {{from: number, to: number}} [range]
 */
export function scaleOf(state, width, range = shownRange(state)) {
    return new TimeScale(range, width, squeezedIdle(state));
}

/**
 * A range kept inside all of the time and not smaller than a microsecond or a millionth of it; null when it is all of it.
 * @param {{from: number, to: number}} range
 * @param {{from: number, to: number}} all
 * @returns {{from: number, to: number} | null}
 */
export function clampRange(range, all) {
    const whole = Math.max(1, all.to - all.from);
    const least = Math.min(whole, Math.max(1000, whole / 1e6));
    let length = Math.min(Math.max(range.to - range.from, least), whole);
    const middle = (range.from + range.to) / 2;
    let from = range.to - range.from < least ? middle - length / 2 : range.from;
    from = Math.min(Math.max(all.from, from), all.from + whole - length);
    if (length > whole * 0.9999) return null;
    // Whole nanoseconds, so that an address gives the same range again.
    from = Math.round(from);
    length = Math.round(length);
    return { from, to: from + length };
}

const KEY = "spanscope";

/**
 * The preferences of last time, checked field by field: what is in the store may be of another version.
 * @returns {Preferences}
 */
export function loadPreferences() {
    const preferences = { ...DEFAULTS };
    try {
        return checkedPreferences(JSON.parse(localStorage.getItem(KEY) ?? "{}"));
    } catch {
        return preferences;
    }
}

/**
 * @param {any} found
 * @returns {Preferences}
 */
export function checkedPreferences(found) {
    const preferences = { ...DEFAULTS };
    if (typeof found !== "object" || found === null) return preferences;
    const { timeMode, theme, contrast, rows } = found;
    if (timeMode === "relative" || timeMode === "local" || timeMode === "utc") preferences.timeMode = timeMode;
    if (theme === "auto" || theme === "light" || theme === "dark") preferences.theme = theme;
    if (contrast === "auto" || contrast === "more" || contrast === "normal") preferences.contrast = contrast;
    if (rows === "compact" || rows === "normal" || rows === "roomy") preferences.rows = rows;
    for (const key of /** @type {const} */ (["letterKeys", "grouped", "squeezed"])) {
        if (typeof found[key] === "boolean") preferences[key] = found[key];
    }
    for (const key of /** @type {const} */ (["nameWidth", "durationWidth", "detailsWidth"])) {
        const value = found[key];
        if (Number.isFinite(value) && value >= 0 && value < 5000) preferences[key] = value;
    }
    return preferences;
}

/** @param {Preferences} preferences */
export function savePreferences(preferences) {
    try {
        localStorage.setItem(KEY, JSON.stringify(preferences));
    } catch {
        // Storage may be forbidden or full; then the preferences last as long as the tab.
    }
}
