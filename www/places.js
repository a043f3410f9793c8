/**
 * The address bar: writes down where the user is, and goes where an address says, so that going back works.
 */

import { choiceOf } from "./selection.js";
import { clampRange, listChoices, listOf, wholeRange } from "./state.js";
import { formatHash, parseHash } from "./url.js";

/** @import { App } from './app.js' */
/** @import { Connection } from './client.js' */
/** @import { Place } from './url.js' */

export class Places {
    #app;
    /** Set while an address is being followed, so that this is not written down as a new one. */
    #following = false;
    /** Where an address leads in a file that is not open yet. @type {Place | null} */
    #awaited = null;

    /** @param {App} app */
    constructor(app) {
        this.#app = app;
        addEventListener("popstate", () => void this.follow(parseHash(location.hash)));
    }

    /**
     * Where the address leads in what was just read, when it is what the address is about.
     * @param {Connection} connection
     * @returns {Promise<Place | null>}
     */
    async arrived(connection) {
        const place = this.#awaited;
        if (place?.trace == null || (await connection.call("findTrace", place.trace)) === null) return null;
        this.#awaited = null;
        return place;
    }

    /** @returns {Place} */
    current() {
        const state = this.#app.store.state;
        return {
            view: state.view,
            tab: state.tab,
            sample: state.inputs.length === 1 ? (state.inputs[0]?.sample ?? null) : null,
            trace: state.trace?.summary.traceId ?? null,
            span: this.#spanId,
            budgets: state.budgets,
            range: state.range,
            query: state.query,
            only: state.onlyFound,
            choices: { traces: listChoices(state.sort, state.traceFilter), [state.tab]: state.choices[state.tab] ?? {} },
            hidden: state.hiddenServices.map((service) => state.overview?.services[service] ?? ""),
            kinds: state.hiddenKinds,
            path: state.pathAlone,
            aligned: state.aligned,
            focus: state.focus.at(-1)?.id || null,
        };
    }

    /** The current span's id; asked for when it changes, as the state holds its index only. */
    #spanId = /** @type {string | null} */ (null);
    #spanOf = /** @type {string} */ ("");

    /**
     * Writes the address.
     * @param {'push' | 'replace'} how
     */
    record(how) {
        if (this.#following) return;
        const state = this.#app.store.state;
        const key = `${state.trace?.index}:${state.span}`;
        if (state.span === null || state.trace === null) {
            this.#spanId = null;
            this.#spanOf = "";
        } else if (key !== this.#spanOf) {
            this.#spanId = null;
            this.#spanOf = key;
            void state.connection
                ?.call("spanId", state.trace.index, state.span)
                .then((spanId) => {
                    if (this.#spanOf !== key) return;
                    this.#spanId = spanId === "" ? null : spanId;
                    this.#write("replace");
                })
                .catch(() => {});
        }
        this.#write(how);
    }

    #written = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #writing;

    /** @param {'push' | 'replace'} how */
    #write(how) {
        clearTimeout(this.#writing);
        const write = () => {
            this.#written = performance.now();
            const hash = formatHash(this.current());
            const address = hash === "" ? location.pathname + location.search : hash;
            if (hash === location.hash) return;
            if (how === "push") history.pushState(null, "", address);
            else history.replaceState(null, "", address);
        };
        // Browsers refuse when an address changes a hundred times in some seconds, as it does while zooming.
        if (how === "push" || performance.now() - this.#written > 400) write();
        else this.#writing = setTimeout(write, 400);
    }

    /**
     * Goes where an address says: at the start, and when the user goes back.
     * @param {Place} place
     */
    async follow(place) {
        clearTimeout(this.#writing);
        this.#following = true;
        try {
            await this.#followPlace(place);
        } finally {
            this.#following = false;
        }
    }

    /**
     * Shows the subtree alone that an address names.
     * @param {string | null} id
     */
    async focusOn(id) {
        const { connection, trace, focus } = this.#app.store.state;
        if (connection === null || trace === null || id === (focus.at(-1)?.id ?? null)) return;
        const span = id === null ? null : await connection.call("findSpan", trace.index, id);
        if (span !== null || focus.length > 0) await this.#app.selector.focusOn(span);
    }

    /** @param {Place} place */
    async #followPlace(place) {
        const state = this.#app.store.state;
        const open = state.inputs.length === 1 ? (state.inputs[0]?.sample ?? null) : null;
        if (place.view === "trace" && place.sample !== null && place.sample !== open && (await this.#app.reading.openSample(place.sample, place))) return;
        if (place.view === "headers" && state.headers !== null) {
            this.#app.store.set({ view: "headers" });
            return;
        }
        if (place.view !== "trace" || state.connection === null || state.trace === null) {
            this.#awaited = place.trace === null ? null : place;
            this.#app.store.set({ view: "start" });
            this.#app.store.show();
            this.#app.views.start.focus();
            return;
        }
        const index = place.trace === null ? state.trace.index : ((await state.connection.call("findTrace", place.trace)) ?? state.trace.index);
        if (index !== state.trace.index) await this.#app.navigation.openTrace(index, place.span, null);
        const { traces = {}, ...chosen } = place.choices;
        if (place.aligned !== this.#app.store.state.aligned) await this.#app.navigation.align(place.aligned);
        this.#app.store.set({ ...listOf(traces), choices: { ...this.#app.store.state.choices, [place.tab]: chosen[place.tab] ?? {} }, view: "trace", tab: place.tab, budgets: place.budgets, range: place.range === null || this.#app.store.state.trace === null ? null : clampRange(place.range, wholeRange(this.#app.store.state)) });
        if (place.query !== this.#app.store.state.query) await this.#app.selector.find(place.query);
        const now = this.#app.store.state;
        const choice = choiceOf(place, now.overview?.services ?? []);
        const same = choice.onlyFound === now.onlyFound && choice.pathAlone === now.pathAlone && String(choice.hiddenServices) === String(now.hiddenServices) && String(choice.hiddenKinds) === String(now.hiddenKinds);
        if (!same) await this.#app.selector.choose(choice);
        await this.focusOn(place.focus);
        if (index === state.trace.index && place.span !== null) {
            const span = await state.connection.call("findSpan", index, place.span);
            if (span !== null) await this.#app.navigation.reveal(span, false);
            this.#app.store.set({ tab: place.tab });
        }
    }
}
