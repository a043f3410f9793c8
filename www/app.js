/**
 * The page: puts the parts together, and says which part does what the views ask for. Data flows one way:
 *
 *     intent → (worker) → Store.set → update(state, before) of every view
 *
 *     reading.js      what is open                    commands.js         keys and the palette
 *     navigation.js   going about in it               paste-and-drop.js   what is given to the page as a whole
 *     selection.js    which rows there are            saving.js           what leaves it as a file
 *     places.js       the address bar                 views.js            all views, in their places
 */

import { Client } from "./client.js";
import { Commands } from "./commands.js";
import { afterPaint } from "./dom.js";
import { Navigation } from "./navigation.js";
import { savedInputs } from "./one-file.js";
import { PasteAndDrop } from "./paste-and-drop.js";
import { Places } from "./places.js";
import { Reading } from "./reading.js";
import { Saving } from "./saving.js";
import { Selector } from "./selection.js";
import { Store, initialState, loadPreferences, savePreferences, verdictOf } from "./state.js";
import { parseHash } from "./url.js";
import { Views } from "./views.js";

/** @import { State } from './state.js' */
/** @import { Intents, Problem } from './types.js' */

export class App {
    client = new Client();
    store = new Store({ ...initialState(), preferences: loadPreferences() }, (state, before) => this.#show(state, before));
    reading = new Reading(this);
    navigation = new Navigation(this);
    places = new Places(this);
    saving = new Saving(this);
    commands = new Commands(this);
    selector = new Selector({ store: this.store, reveal: (span) => this.navigation.reveal(span, false), say: (text) => this.views.say(text), record: () => this.places.record("replace") });

    /** What views ask for. @type {Intents} */
    intents = {
        openText: (text) => this.attempt(this.reading.openText(text)),
        openFiles: (files) => this.attempt(this.reading.openFiles(files)),
        openSample: (id) => this.attempt(this.reading.openSample(id)),
        removeInput: (id) => this.attempt(this.reading.remove(id)),
        chooseFormat: (id, format) => this.attempt(this.reading.chooseFormat(id, format)),
        cancel: () => this.reading.cancel(),
        goStart: () => {
            this.store.set({ view: "start" });
            this.store.show();
            this.places.record("push");
            this.views.start.focus();
        },
        goBack: () => {
            this.store.set({ view: "trace" });
            this.store.show();
            this.places.record("push");
            this.views.waterfall.focus();
        },
        setDraft: (draft) => this.store.set({ draft }),
        selectTrace: (index) => this.attempt(this.navigation.openTrace(index, null, "push")),
        setSort: (sort) => {
            this.store.set({ sort });
            this.places.record("replace");
        },
        setChoices: (choices) => {
            this.store.set({ choices: { ...this.store.state.choices, [this.store.state.tab]: choices } });
            this.places.record("replace");
        },
        filterTraces: (changes) => {
            this.store.set({ traceFilter: { ...this.store.state.traceFilter, ...changes } });
            this.places.record("replace");
        },
        setTab: (tab) => {
            this.store.set({ tab });
            this.places.record("push");
        },
        savePicture: (format) => this.attempt(this.saving.picture(format)),
        saveOneFile: () => this.attempt(this.saving.oneFile()),
        setBudgets: (budgets) => {
            this.store.set({ budgets });
            this.places.record("replace");
        },
        select: (span) => {
            this.store.set({ span });
            this.places.record("replace");
        },
        openDetails: (span) => this.navigation.openDetails(span),
        closeDetails: () => this.navigation.closeDetails(),
        mark: (spans) => this.attempt(this.navigation.mark(spans)),
        markIn: (trace, spans) => this.attempt(this.navigation.markIn(trace, spans)),
        follow: (traceId, spanId) => this.attempt(this.navigation.follow(traceId, spanId)),
        expand: (what) => this.attempt(this.navigation.expand(what)),
        setRange: (range) => {
            this.store.set({ range });
            this.places.record("replace");
        },
        align: (aligned) => this.attempt(this.navigation.align(aligned)),
        setPreferences: (changes) => {
            const preferences = { ...this.store.state.preferences, ...changes };
            savePreferences(preferences);
            const regroup = preferences.grouped !== this.store.state.preferences.grouped;
            this.store.set({ preferences });
            if (regroup) this.attempt(this.selector.apply());
        },
        find: (query) => this.attempt(this.selector.find(query)),
        stepFound: (direction, focusRow) => this.attempt(this.navigation.stepFound(direction, focusRow)),
        choose: (changes) => this.attempt(this.selector.choose(changes)),
        focusOn: (span) => this.attempt(this.navigation.focusOn(span)),
        showAll: () => this.attempt(this.selector.showAll()),
        prepareSearch: () => {
            const { connection, trace } = this.store.state;
            if (connection !== null && trace !== null) this.attempt(connection.call("prepareSearch", trace.index));
        },
        focusRows: () => this.views.waterfall.focus(),
        showPalette: (paletteOpen) => this.store.set({ paletteOpen }),
        showKeys: (keysOpen) => this.store.set({ keysOpen }),
        dismiss: () => this.store.set({ problem: null }),
        newContext: (parent) => {
            const { headers } = this.store.state;
            if (headers === null) return;
            this.attempt(this.client.ask("newContext", parent).then((made) => this.store.set({ headers: { ...headers, made: [made, ...headers.made].slice(0, 5) } })));
        },
    };

    constructor() {
        const fileInput = /** @type {HTMLInputElement} */ (document.getElementById("file"));
        this.views = new Views({ intents: this.intents, fileInput, commands: () => this.commands.list() });
        document.body.append(new PasteAndDrop({ intents: this.intents, fileInput }).element);
        this.views.update(this.store.state, null);
        const saved = savedInputs();
        this.attempt(saved === null ? this.places.follow(parseHash(location.hash)) : this.reading.openSaved(saved));
        this.client
            .ask("formats")
            .then((formats) => this.views.start.setFormats(formats.map(({ name }) => name)))
            .catch(() => {});
    }

    /**
     * Lets something happen that tells of its result in the state.
     * @param {Promise<unknown>} work
     */
    attempt(work) {
        void work.catch((error) => this.fail(error));
    }

    /**
     * Shows what went wrong.
     * @param {any} error
     * @param {string} [name]
     */
    fail(error, name = "") {
        if (error?.kind === "cancelled") return;
        /** @type {Problem} */
        const problem = { kind: error?.kind ?? "internal", message: String(error?.message ?? error), excerpt: error?.excerpt ?? null, name: error?.name && error.name !== "Error" ? error.name : name };
        this.store.set({ problem });
    }

    /**
     * @param {State} state
     * @param {State} before
     */
    #show(state, before) {
        this.views.update(state, before);
        if (state.connection !== before.connection) this.store.set({ explained: null });
        this.#judge();
        this.#explain();
    }

    /** The trace of which the verdict was asked for last. @type {State['trace']} */
    #judging = null;

    /** Where the time went in a large trace is asked for once its rows are shown. */
    #judge() {
        const { connection, trace } = this.store.state;
        if (connection === null || trace === null || verdictOf(this.store.state) !== null) return;
        if (this.#judging?.summary === trace.summary) return;
        this.#judging = trace;
        this.attempt(
            afterPaint()
                .then(() => connection.call("verdict", trace.index))
                .then((verdict) => {
                    if (verdict !== null) this.store.set({ verdict: { connection, index: trace.index, verdict } });
                }),
        );
    }

    /** The trace of which the findings were asked for last, and whether somebody wants to see them. @type {{trace: State['trace'], wanted: boolean}} */
    #explaining = { trace: null, wanted: false };

    /**
     * What was found in the trace is asked for once its rows and its verdict are there, and what the first search needs; before that when somebody
     * wants to see it.
     */
    #explain() {
        const { connection, trace, explained, tab } = this.store.state;
        if (connection === null || trace === null || explained?.index === trace.index) return;
        const wanted = tab === "findings";
        if (!wanted && verdictOf(this.store.state) === null) return;
        const known = this.#explaining;
        if (known.trace?.summary === trace.summary && (known.wanted || !wanted)) return;
        this.#explaining = { trace, wanted };
        void afterPaint()
            .then(() => (wanted ? undefined : connection.call("prepareSearch", trace.index)))
            .then(() => connection.call("explain", trace.index))
            .then((found) => {
                const { state } = this.store;
                if (found !== null && state.connection === connection && state.trace?.index === found.index && state.explained?.index !== found.index) this.store.set({ explained: found });
                if (wanted) this.intents.prepareSearch();
            })
            .catch(() => {});
    }
}

new App();
