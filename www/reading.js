/**
 * What is open: takes texts, files and samples, has them read, and shows what was read. What was open stays until then.
 */

import { assignLooks } from "./colors.js";
import { countOf } from "./format.js";
import { sampleById } from "./samples/index.js";
import { choiceOf } from "./selection.js";
import { EVERYTHING, EVERY_TRACE, LONGEST_DRAFT, clampRange, initialState, listOf, wholeRange } from "./state.js";
import { parseHash } from "./url.js";

/** @import { App } from './app.js' */
/** @import { Connection } from './client.js' */
/** @import { savedInputs } from './one-file.js' */
/** @import { State } from './state.js' */
/** @import { InputSpec, Overview } from './types.js' */
/** @import { Place } from './url.js' */

export class Reading {
    #app;
    #nextInput = 1;
    #turn = 0;

    /** @param {App} app */
    constructor(app) {
        this.#app = app;
    }

    /**
     * Begins to open something; what was being opened before is not wanted any more.
     * @returns {() => boolean} whether nothing else was begun since
     */
    begin() {
        this.#turn += 1;
        const turn = this.#turn;
        return () => turn === this.#turn;
    }

    /** @param {string} text */
    async openText(text) {
        this.#app.store.set({ draft: text.length <= LONGEST_DRAFT ? text : "" });
        await this.#add([this.#spec("pasted text", new Blob([text]), true)]);
    }

    /** @param {readonly File[]} files */
    async openFiles(files) {
        /** @type {InputSpec[]} */
        const added = [];
        for (const file of files) added.push(this.#spec(file.name, file, false, added));
        if (added.length > 0) await this.#add(added);
    }

    /** @param {number} id */
    async remove(id) {
        const rest = this.#app.store.state.inputs.filter((input) => input.id !== id);
        if (rest.length === 0) this.#close();
        else await this.#read(rest, [], "remove");
    }

    /**
     * Reads an input again as another format.
     * @param {number} id
     * @param {string | null} format null: guess
     */
    async chooseFormat(id, format) {
        await this.#read(
            this.#app.store.state.inputs.map((input) => (input.id === id ? { ...input, format } : input)),
            [id],
            "format",
        );
    }

    cancel() {
        this.begin();
        this.#app.client.cancel();
        this.#app.store.set({ loading: null });
        this.#app.views.say("Cancelled.");
    }

    /**
     * @param {string} name
     * @param {Blob} blob
     * @param {boolean} pasted
     * @param {readonly InputSpec[]} [beside] what is added with it
     * @returns {InputSpec}
     */
    #spec(name, blob, pasted, beside = []) {
        const spec = { id: this.#nextInput, name: this.#freeName(name, beside), blob, sample: null, format: null, pasted };
        this.#nextInput += 1;
        return spec;
    }

    /**
     * A name that no other input has; inputs are told apart by it.
     * @param {string} name
     * @param {readonly InputSpec[]} beside
     */
    #freeName(name, beside) {
        const taken = new Set([...this.#app.store.state.inputs, ...beside].map((input) => input.name));
        let free = name;
        for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
        return free;
    }

    /** @param {NonNullable<ReturnType<typeof savedInputs>>} saved */
    async openSaved({ inputs, address }) {
        /** @type {InputSpec[]} */
        const specs = [];
        for (const { name, format, file } of inputs) specs.push({ ...this.#spec(name, file, false, specs), format });
        await this.#read(specs, specs.map(({ id }) => id), "add", parseHash(location.hash === "" ? address : location.hash));
    }

    /**
     * Reads more beside what is open. Samples never stay beside anything else.
     * @param {InputSpec[]} added
     */
    async #add(added) {
        const kept = this.#app.store.state.inputs.filter((input) => input.sample === null);
        await this.#read([...kept, ...added], added.map(({ id }) => id), "add");
    }

    /**
     * Opens a sample: beside what else is open, or, where an address names it, alone.
     * @param {string} id
     * @param {Place | null} [place] where to go in it
     * @returns {Promise<boolean>} whether there is such a sample
     */
    async openSample(id, place = null) {
        const sample = sampleById(id);
        if (sample === null) return false;
        const spec = { id: this.#nextInput, name: sample.name, blob: null, sample: id, format: null, pasted: false };
        this.#nextInput += 1;
        const kept = place === null ? this.#app.store.state.inputs.filter((input) => input.sample === null) : [];
        await this.#read([...kept, spec], [spec.id], "add", place);
        return true;
    }

    /**
     * @param {InputSpec[]} inputs
     * @param {readonly number[]} added the ids of those that are new
     * @param {'add' | 'remove' | 'format'} why
     * @param {Place | null} [place] where to go afterwards
     */
    async #read(inputs, added, why, place = null) {
        const isCurrent = this.begin();
        const before = this.#app.store.state;
        const name = inputs.at(-1)?.name ?? "";
        this.#app.store.set({ problem: null, loading: { phase: "read", name, done: 0, total: 0 } });
        try {
            const { connection, opened } = await this.#app.client.open(inputs, added, (loading) => {
                if (isCurrent()) this.#app.store.set({ loading });
            });
            if (!isCurrent()) {
                connection.end();
                return;
            }
            if (opened.kind === "headers") {
                connection.end();
                this.#app.store.set({ loading: null, view: "headers", headers: { text: opened.text, explanations: opened.explanations, made: [] }, draft: opened.text });
                this.#app.store.show();
                this.#app.places.record("push");
                this.#app.views.say(`${countOf(opened.explanations.length, "header")} explained.`);
                this.#app.views.headers.focus();
                return;
            }
            const read = inputs.filter((input) => !opened.failed.some(({ id }) => id === input.id));
            const there = place ?? (before.connection === null ? await this.#app.places.arrived(connection) : null);
            await this.#opened(read, why, connection, { ...opened.overview, looks: assignLooks(opened.overview.services) }, there, before, isCurrent);
            const [failure] = opened.failed;
            if (failure !== undefined && isCurrent()) this.#app.store.set({ problem: failure.problem });
        } catch (error) {
            if (!isCurrent()) return;
            this.#app.store.set({ loading: null });
            this.#app.fail(error, name);
        }
    }

    /**
     * Shows what was read.
     * @param {InputSpec[]} inputs
     * @param {'add' | 'remove' | 'format'} why
     * @param {Connection} connection
     * @param {Overview} overview
     * @param {Place | null} place
     * @param {State} before
     * @param {() => boolean} isCurrent
     */
    async #opened(inputs, why, connection, overview, place, before, isCurrent) {
        const old = this.#app.store.state.connection;
        const known = before.trace?.summary.traceId ?? null;
        const index = await this.#firstTrace(connection, overview, why, known, place);
        const trace = await connection.call("trace", index);
        const { rowCount, changes } = await this.#app.selector.enter(connection, index, { ...EVERYTHING, query: place?.query ?? "", ...(place === null ? {} : choiceOf(place, overview.services)), aligned: place?.aligned ?? false });
        if (!isCurrent()) {
            connection.end();
            return;
        }
        this.#app.store.set({
            ...changes,
            connection,
            overview,
            inputs,
            trace: { ...trace, rowCount },
            view: "trace",
            tab: place?.tab ?? (why === "format" ? before.tab : "waterfall"),
            budgets: place?.budgets || before.budgets,
            ...(place === null ? { traceFilter: EVERY_TRACE } : { ...listOf(place.choices["traces"] ?? {}), choices: { ...before.choices, [place.tab]: place.choices[place.tab] ?? {} } }),
            rowsVersion: 0,
            span: null,
            marked: [],
            range: place?.range ? clampRange(place.range, wholeRange({ trace: { ...trace, rowCount }, alignment: changes.alignment })) : null,
            details: false,
            loading: null,
            problem: null,
            draft: "",
        });
        this.#app.store.show();
        old?.end();
        // What follows would keep those waiting who look at it already.
        await new Promise((resolve) => setTimeout(resolve));
        if (!isCurrent()) return;
        if (place !== null) await this.#app.places.focusOn(place.focus);
        if (place !== null && place.span !== null) {
            const span = await connection.call("findSpan", index, place.span);
            if (span !== null) await this.#app.navigation.reveal(span, true);
        }
        this.#app.places.record(place === null ? "push" : "replace");
        this.#app.views.say(`Read: ${countOf(overview.summary.spans, "span")} in ${countOf(overview.summary.traces, "trace")}.`);
        // With the next frame, which lays all out anyway: to give the focus needs that.
        if (this.#app.store.state.tab === "waterfall") requestAnimationFrame(() => this.#app.views.waterfall.focus());
    }

    /**
     * Which trace to show: the one of the address, the one that was open, else the longest of those with errors or of all.
     * @param {Connection} connection
     * @param {Overview} overview
     * @param {'add' | 'remove' | 'format'} why
     * @param {string | null} known
     * @param {Place | null} place
     * @returns {Promise<number>}
     */
    async #firstTrace(connection, overview, why, known, place) {
        const wanted = place?.trace ?? (why === "add" ? null : known);
        if (wanted !== null) {
            const found = await connection.call("findTrace", wanted);
            if (found !== null) return found;
        }
        // What was added last stands last among the traces; with one input that is simply the first trace.
        if (why === "add" && overview.inputs.length > 1) return Math.max(0, overview.summary.traces - 1);
        return 0;
    }

    #close() {
        this.begin();
        this.#app.client.cancel();
        this.#app.store.state.connection?.end();
        this.#app.store.set({ ...initialState(), preferences: this.#app.store.state.preferences, sort: this.#app.store.state.sort });
        this.#app.store.show();
        this.#app.places.record("push");
        this.#app.views.start.focus();
    }
}
