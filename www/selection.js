/**
 * Which rows a waterfall has, and which of them match: search, filters, a subtree, the critical path alone. Asks the
 * worker and puts the answers into the state; nothing else changes these fields.
 */

import { countOf } from "./format.js";
import { includes, lowerBound } from "./sorted.js";
import { EVERYTHING } from "./state.js";

/** @import { Connection } from './client.js' */
/** @import { State, Store } from './state.js' */
/** @import { Choice, Found, Selection } from './types.js' */
/** @import { Place } from './url.js' */

/**
 * @param {Pick<State, 'focus' | 'hiddenServices' | 'hiddenKinds' | 'onlyFound' | 'pathAlone' | 'preferences'>} state
 * @returns {Selection}
 */
export function selectionOf(state) {
    return {
        root: state.focus.at(-1)?.span ?? null,
        hiddenServices: state.hiddenServices,
        hiddenKinds: state.hiddenKinds,
        only: state.onlyFound,
        pathAlone: state.pathAlone,
        grouped: state.preferences.grouped,
    };
}

/**
 * What an address chooses, where services are known by their names.
 * @param {Place} place
 * @param {readonly string[]} services
 * @returns {Choice}
 */
export function choiceOf({ only, hidden, kinds, path }, services) {
    return { onlyFound: only, hiddenServices: [...services.keys()].filter((service) => hidden.includes(services[service] ?? "")), hiddenKinds: kinds, pathAlone: path };
}

/**
 * The match to go to from a span, beyond the end from the start again.
 * @param {Found} found
 * @param {number | null} span
 * @param {1 | -1} direction
 * @returns {number | undefined}
 */
export function nextMatch({ spans }, span, direction) {
    const from = span ?? -1;
    const place = lowerBound(spans, direction > 0 ? from + 1 : from);
    return direction > 0 ? (spans[place] ?? spans[0]) : (spans[place - 1] ?? spans[spans.length - 1]);
}

/**
 * "3 of 41" on a match, else "41 matches".
 * @param {Found} found
 * @param {number | null} span
 */
export function countText({ spans }, span) {
    if (span === null || !includes(spans, span)) return countOf(spans.length, "match", "matches");
    return `${(lowerBound(spans, span) + 1).toLocaleString("en")} of ${spans.length.toLocaleString("en")}`;
}

export class Selector {
    #store;
    #reveal;
    #say;
    #record;

    /**
     * @param {{store: Store, reveal: (span: number) => Promise<void>, say: (text: string) => void, record: () => void}} options
     */
    constructor({ store, reveal, say, record }) {
        this.#store = store;
        this.#reveal = reveal;
        this.#say = say;
        this.#record = record;
    }

    /**
     * What the state gets with a trace that is opened: what was looked for and hidden stays so.
     * @param {Connection} connection
     * @param {number} index
     * @param {Pick<State, 'query' | 'onlyFound' | 'hiddenServices' | 'hiddenKinds' | 'pathAlone' | 'aligned'>} wanted
     */
    async enter(connection, index, { query, onlyFound, hiddenServices, hiddenKinds, pathAlone, aligned }) {
        const kept = { ...EVERYTHING, query, onlyFound, hiddenServices, hiddenKinds, pathAlone };
        const selection = selectionOf({ ...kept, preferences: this.#store.state.preferences });
        const answer = query.trim() === "" ? null : await connection.call("find", index, query, selection);
        const { rowCount, hiddenSpans } = await connection.call("select", index, { ...selection, only: selection.only && answer !== null });
        const alignment = await connection.call("align", index, aligned);
        return { rowCount, changes: { ...kept, aligned, alignment, hiddenSpans, found: answer?.found ?? null, onlyFound: onlyFound && answer !== null } };
    }

    /** @param {string} query */
    async find(query) {
        this.#store.set({ query, ...(query.trim() === "" ? {} : { marked: [] }) });
        const { connection, trace } = this.#store.state;
        if (connection === null || trace === null) return;
        if (query.trim() === "") {
            const { onlyFound } = this.#store.state;
            this.#store.set({ found: null, onlyFound: false });
            if (onlyFound) await this.apply();
            this.#record();
            return;
        }
        const answer = await connection.call("find", trace.index, query, selectionOf(this.#store.state));
        const now = this.#store.state;
        if (answer === null || now.query !== query || now.trace?.index !== trace.index || now.connection !== connection) return;
        const { found, rowCount, hiddenSpans } = answer;
        this.#store.set({ found, ...(now.onlyFound ? { trace: { ...now.trace, rowCount }, hiddenSpans, rowsVersion: now.rowsVersion + 1 } : {}) });
        this.#record();
    }

    /** Takes the search away because something else is marked. */
    forget() {
        if (this.#store.state.query !== "") void this.find("");
    }

    /** @param {1 | -1} direction */
    async step(direction) {
        const { found, span } = this.#store.state;
        const next = found === null ? undefined : nextMatch(found, span, direction);
        if (found === null || next === undefined) {
            if (found !== null) this.#say("Nothing matches.");
            return;
        }
        await this.#reveal(next);
        this.#say(countText(found, next));
        this.#record();
    }

    /** @param {Partial<Choice>} changes */
    async choose(changes) {
        if (changes.onlyFound === true && this.#store.state.found === null) return;
        this.#store.set(changes);
        await this.apply();
        this.#record();
    }

    /** @param {number | null} span */
    async focusOn(span) {
        const { connection, trace } = this.#store.state;
        if (connection === null || trace === null) return;
        const focus = span === null ? EVERYTHING.focus : await connection.call("lineage", trace.index, span);
        if (this.#store.state.trace?.index !== trace.index) return;
        this.#store.set({ focus, ...(span === null ? {} : { span }) });
        await this.apply();
    }

    async showAll() {
        this.#store.set({ ...EVERYTHING, hiddenSpans: this.#store.state.hiddenSpans });
        await this.apply();
        this.#record();
    }

    /** Has the worker list the rows anew. */
    async apply() {
        const { connection, trace } = this.#store.state;
        if (connection === null || trace === null) return;
        const { rowCount, hiddenSpans } = await connection.call("select", trace.index, selectionOf(this.#store.state));
        const now = this.#store.state;
        if (now.trace?.index !== trace.index || now.connection !== connection) return;
        this.#store.set({ trace: { ...now.trace, rowCount }, hiddenSpans, rowsVersion: now.rowsVersion + 1 });
    }
}
