/**
 * The page: puts the views together, keeps the state and does what the views ask for. Data flows one way:
 *
 *     intent → (worker) → Store.set → update(state, before) of every view
 */

import { Client } from "./client.js";
import { assignLooks } from "./colors.js";
import { el, fill, save } from "./dom.js";
import { countOf, formatDuration } from "./format.js";
import { PAGE_KEYS, isPaletteChord, isWriting, keyOf } from "./keys.js";
import { fileWith, savedInputs } from "./one-file.js";
import { SAMPLES, sampleById } from "./samples/index.js";
import { sampleBlob } from "./samples/load.js";
import { Selector } from "./selection.js";
import { EVERYTHING, Store, clampRange, initialState, loadPreferences, savePreferences, scaleOf } from "./state.js";
import { TABS } from "./tabs.js";
import { formatHash, parseHash } from "./url.js";
import { Bar } from "./components/bar.js";
import { BudgetsView } from "./components/budgets.js";
import { DetailsView } from "./components/details.js";
import { FlameView } from "./components/flame.js";
import { HeadersView } from "./components/headers.js";
import { FindingsView } from "./components/findings.js";
import { InputView } from "./components/input.js";
import { KeysSheet } from "./components/keys-sheet.js";
import { Palette } from "./components/palette.js";
import { LoadingView } from "./components/loading.js";
import { LogsView } from "./components/logs.js";
import { MapView } from "./components/map.js";
import { ProblemView } from "./components/problem.js";
import { LONGEST_DRAFT, StartView } from "./components/start.js";
import { TableView } from "./components/table.js";
import { Tabs } from "./components/tabs.js";
import { TraceHeader } from "./components/trace-header.js";
import { TraceList } from "./components/trace-list.js";
import { VerdictView } from "./components/verdict.js";
import { WaterfallView } from "./components/waterfall.js";

/** @import { State } from './state.js' */
/** @import { InputSpec, Intents, Overview, Problem } from './types.js' */
/** @import { Connection } from './client.js' */
/** @import { Place } from './url.js' */
/** @import { PageKey } from './keys.js' */
/** @import { Command } from './components/palette.js' */

/** Spans up to which findings are looked for without being asked. */
const EXPLAINED_AT_ONCE = 300_000;
/** Traces that the palette lists. */
const MOST_LISTED = 500;
const NEXT_MODE = /** @type {const} */ ({ relative: "local", local: "utc", utc: "relative" });

class App {
    #client = new Client();
    #store;
    #nextInput = 1;
    #turn = 0;
    /** Set while an address is being followed, so that this is not written down as a new one. */
    #following = false;

    constructor() {
        this.#store = new Store({ ...initialState(), preferences: loadPreferences() }, (state, before) => this.#show(state, before));
        this.selector = new Selector({ store: this.#store, reveal: (span) => this.#reveal(span, false), say: (text) => this.#say(text), record: () => this.#record("replace") });
        const fileInput = /** @type {HTMLInputElement} */ (document.getElementById("file"));
        const options = { intents: this.#intents, fileInput };
        this.bar = new Bar(options);
        this.loading = new LoadingView(options);
        this.problem = new ProblemView(options);
        this.start = new StartView(options);
        this.headers = new HeadersView(options);
        this.list = new TraceList(options);
        this.header = new TraceHeader(options);
        this.verdict = new VerdictView(options);
        this.tabs = new Tabs(options);
        this.waterfall = new WaterfallView(options);
        this.details = new DetailsView(options);
        this.flame = new FlameView(options);
        this.map = new MapView(options);
        this.table = new TableView(options);
        this.logs = new LogsView(options);
        this.findings = new FindingsView(options);
        this.budgets = new BudgetsView(options);
        this.input = new InputView(options);
        this.keys = new KeysSheet(options);
        this.palette = new Palette({ ...options, commands: () => this.#commands() });
        this.said = el("p", { class: "visually-hidden", role: "status" });
        this.dropTarget = el("div", { class: "drop-target", hidden: true, "aria-hidden": "true", text: "Drop to read" });
        this.panels = [panel("waterfall", this.waterfall.element, this.details.element), panel("flame", this.flame.element), panel("map", this.map.element), panel("table", this.table.element), panel("logs", this.logs.element), panel("findings", this.findings.element), panel("budgets", this.budgets.element), panel("input", this.input.element)];
        this.traceView = el("div", { class: "trace-view", hidden: true }, this.list.narrow, this.header.element, this.verdict.element, this.tabs.element, ...this.panels.map(({ element }) => element));
        this.main = el("main", { class: "main" }, this.start.element, this.headers.element, this.traceView);
        document.body.append(
            this.bar.element,
            el("div", { class: "page" }, this.loading.element, this.problem.element, el("div", { class: "middle" }, this.list.element, this.main)),
            this.keys.element,
            this.palette.element,
            this.dropTarget,
            this.said,
        );

        fileInput.addEventListener("change", () => {
            this.#intents.openFiles([...(fileInput.files ?? [])]);
            // The same file may be chosen again.
            fileInput.value = "";
        });
        document.addEventListener("paste", (event) => this.#onPaste(event));
        document.addEventListener("keydown", (event) => this.#onKey(event));
        addEventListener("dragenter", (event) => this.#onDrag(event));
        addEventListener("dragover", (event) => this.#onDrag(event));
        addEventListener("dragleave", (event) => {
            if (event.relatedTarget === null) this.dropTarget.hidden = true;
        });
        addEventListener("drop", (event) => this.#onDrop(event));
        addEventListener("popstate", () => void this.#follow(parseHash(location.hash)));
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#repaint());

        const state = this.#store.state;
        document.documentElement.dataset["theme"] = state.preferences.theme;
        this.#update(state, null);
        const saved = savedInputs();
        if (saved === null) void this.#follow(parseHash(location.hash));
        else void this.#openSaved(saved);
        this.#client
            .ask("formats")
            .then((formats) => this.start.setFormats(formats.map(({ name }) => name)))
            .catch(() => {});
    }

    // ── what views ask for ──

    /** @type {Intents} */
    #intents = {
        openText: (text) => {
            this.#store.set({ draft: text.length <= LONGEST_DRAFT ? text : "" });
            void this.#add([this.#spec("pasted text", new Blob([text]), true)]);
        },
        openFiles: (files) => {
            /** @type {InputSpec[]} */
            const added = [];
            for (const file of files) added.push(this.#spec(file.name, file, false, added));
            if (added.length > 0) void this.#add(added);
        },
        openSample: (id) => void this.#openSample(id),
        removeInput: (id) => {
            const rest = this.#store.state.inputs.filter((input) => input.id !== id);
            if (rest.length === 0) this.#close();
            else void this.#read(rest, [], "remove");
        },
        chooseFormat: (id, format) => {
            void this.#read(
                this.#store.state.inputs.map((input) => (input.id === id ? { ...input, format } : input)),
                [id],
                "format",
            );
        },
        cancel: () => {
            this.#turn += 1;
            this.#client.cancel();
            this.#store.set({ loading: null });
            this.#say("Cancelled.");
        },
        goStart: () => {
            this.#store.set({ view: "start" });
            this.#store.show();
            this.#record("push");
            this.start.focus();
        },
        goBack: () => {
            this.#store.set({ view: "trace" });
            this.#store.show();
            this.#record("push");
            this.waterfall.focus();
        },
        setDraft: (draft) => this.#store.set({ draft }),
        selectTrace: (index) => void this.#openTrace(index, null, "push"),
        setSort: (sort) => this.#store.set({ sort }),
        setTab: (tab) => {
            this.#store.set({ tab });
            this.#record("push");
        },
        saveOneFile: () => void this.#saveOneFile(),
        setBudgets: (budgets) => {
            this.#store.set({ budgets });
            this.#record("replace");
        },
        select: (span) => {
            this.#store.set({ span });
            this.#record("replace");
        },
        openDetails: (span) => {
            const again = this.#store.state.details && this.#store.state.span === span;
            this.#store.set({ span, details: true });
            this.#record("replace");
            // A sheet covers the rows, so the focus goes with it; at the right side the second Enter takes it there.
            const sheet = matchMedia("(width < 900px)").matches;
            if (again || sheet) {
                this.#store.show();
                this.details.focus();
            }
            if (sheet) this.#uncover();
        },
        closeDetails: () => this.#closeDetails(),
        mark: (spans) => void this.#mark(spans),
        markIn: (trace, spans) => void this.#markIn(trace, spans),
        follow: (traceId, spanId) => void this.#goTo(traceId, spanId),
        expand: (what) => void this.#expand(what),
        setRange: (range) => {
            this.#store.set({ range });
            this.#record("replace");
        },
        setPreferences: (changes) => {
            const preferences = { ...this.#store.state.preferences, ...changes };
            savePreferences(preferences);
            const regroup = preferences.grouped !== this.#store.state.preferences.grouped;
            this.#store.set({ preferences });
            if (regroup) this.#do(this.selector.apply());
        },
        find: (query) => this.#do(this.selector.find(query)),
        stepFound: (direction, focusRow) => this.#do(this.#stepFound(direction, focusRow)),
        choose: (changes) => this.#do(this.selector.choose(changes)),
        focusOn: (span) => this.#do(this.#focusOn(span)),
        showAll: () => this.#do(this.selector.showAll()),
        prepareSearch: () => {
            const { connection, trace } = this.#store.state;
            if (connection !== null && trace !== null) this.#do(connection.call("prepareSearch", trace.index));
        },
        focusRows: () => this.waterfall.focus(),
        showPalette: (paletteOpen) => this.#store.set({ paletteOpen }),
        showKeys: (keysOpen) => this.#store.set({ keysOpen }),
        dismiss: () => this.#store.set({ problem: null }),
        newContext: (parent) => {
            const { headers } = this.#store.state;
            if (headers === null) return;
            void this.#client
                .ask("newContext", parent)
                .then((made) => this.#store.set({ headers: { ...headers, made: [made, ...headers.made].slice(0, 5) } }))
                .catch((error) => this.#fail(error));
        },
    };

    // ── reading ──

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
        const taken = new Set([...this.#store.state.inputs, ...beside].map((input) => input.name));
        let free = name;
        for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
        return free;
    }

    /** @param {NonNullable<ReturnType<typeof savedInputs>>} saved */
    async #openSaved({ inputs, address }) {
        /** @type {InputSpec[]} */
        const specs = [];
        for (const { name, format, file } of inputs) specs.push({ ...this.#spec(name, file, false, specs), format });
        await this.#read(specs, specs.map(({ id }) => id), "add", parseHash(location.hash === "" ? address : location.hash));
    }

    async #saveOneFile() {
        const { inputs, trace } = this.#store.state;
        try {
            const given = await Promise.all(inputs.map(async ({ name, format, blob, sample }) => ({ name, format, blob: blob ?? (await sampleBlob(sample)) })));
            const name = (trace?.summary.rootName ?? "").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
            save(`${name === "" ? "trace" : name}.html`, await fileWith(given, formatHash({ ...this.#place(), sample: null })), "text/html");
            this.#say("Saved.");
        } catch (error) {
            this.#fail(error, "The page as one file");
        }
    }

    /**
     * Reads more beside what is open. Samples never stay beside anything else.
     * @param {InputSpec[]} added
     */
    async #add(added) {
        const kept = this.#store.state.inputs.filter((input) => input.sample === null);
        await this.#read([...kept, ...added], added.map(({ id }) => id), "add");
    }

    /** @param {string} id */
    async #openSample(id) {
        const sample = sampleById(id);
        if (sample === null) return;
        const spec = { id: this.#nextInput, name: sample.name, blob: null, sample: id, format: null, pasted: false };
        this.#nextInput += 1;
        const kept = this.#store.state.inputs.filter((input) => input.sample === null);
        await this.#read([...kept, spec], [spec.id], "add");
    }

    /**
     * @param {InputSpec[]} inputs
     * @param {readonly number[]} added the ids of those that are new
     * @param {'add' | 'remove' | 'format'} why
     * @param {Place | null} [place] where to go afterwards
     */
    async #read(inputs, added, why, place = null) {
        this.#turn += 1;
        const turn = this.#turn;
        const before = this.#store.state;
        const name = inputs.at(-1)?.name ?? "";
        this.#store.set({ problem: null, loading: { phase: "read", name, done: 0, total: 0 } });
        try {
            const { connection, opened } = await this.#client.open(inputs, added, (loading) => {
                if (turn === this.#turn) this.#store.set({ loading });
            });
            if (turn !== this.#turn) {
                connection.end();
                return;
            }
            if (opened.kind === "headers") {
                connection.end();
                this.#store.set({ loading: null, view: "headers", headers: { text: opened.text, explanations: opened.explanations, made: [] }, draft: opened.text });
                this.#store.show();
                this.#record("push");
                this.#say(`${countOf(opened.explanations.length, "header")} explained.`);
                this.headers.focus();
                return;
            }
            const read = inputs.filter((input) => !opened.failed.some(({ id }) => id === input.id));
            await this.#opened(read, why, connection, { ...opened.overview, looks: assignLooks(opened.overview.services) }, place, before);
            const [failure] = opened.failed;
            if (failure !== undefined && turn === this.#turn) this.#store.set({ problem: failure.problem });
        } catch (error) {
            if (turn !== this.#turn) return;
            this.#store.set({ loading: null });
            this.#fail(error, name);
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
     */
    async #opened(inputs, why, connection, overview, place, before) {
        const turn = this.#turn;
        const old = this.#store.state.connection;
        const known = before.trace?.summary.traceId ?? null;
        const index = await this.#firstTrace(connection, overview, why, known, place);
        const trace = await connection.call("trace", index);
        const { rowCount, changes } = await this.selector.enter(connection, index, { ...EVERYTHING, query: place?.query ?? "", onlyFound: place?.only ?? false });
        if (turn !== this.#turn) {
            connection.end();
            return;
        }
        this.#store.set({
            ...changes,
            connection,
            overview,
            inputs,
            trace: { ...trace, rowCount },
            view: "trace",
            tab: place?.tab ?? (why === "format" ? before.tab : "waterfall"),
            budgets: place?.budgets || before.budgets,
            rowsVersion: 0,
            span: null,
            marked: [],
            range: place?.range ? clampRange(place.range, trace.extentNs) : null,
            details: false,
            loading: null,
            problem: null,
            draft: "",
        });
        this.#store.show();
        old?.end();
        if (place !== null && place.span !== null) {
            const span = await connection.call("findSpan", index, place.span);
            if (span !== null) await this.#reveal(span, true);
        }
        this.#record(place === null ? "push" : "replace");
        this.#say(`Read: ${countOf(overview.summary.spans, "span")} in ${countOf(overview.summary.traces, "trace")}.`);
        if (this.#store.state.tab === "waterfall") this.waterfall.focus();
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
        this.#turn += 1;
        this.#client.cancel();
        this.#store.state.connection?.end();
        this.#store.set({ ...initialState(), preferences: this.#store.state.preferences, sort: this.#store.state.sort });
        this.#store.show();
        this.#record("push");
        this.start.focus();
    }

    /**
     * @param {any} error
     * @param {string} [name]
     */
    #fail(error, name = "") {
        if (error?.kind === "cancelled") return;
        /** @type {Problem} */
        const problem = { kind: error?.kind ?? "internal", message: String(error?.message ?? error), excerpt: error?.excerpt ?? null, name: error?.name && error.name !== "Error" ? error.name : name };
        this.#store.set({ problem });
    }

    // ── the trace ──

    /**
     * Lets something happen that tells of its result in the state.
     * @param {Promise<unknown>} work
     */
    #do(work) {
        void work.catch((error) => this.#fail(error));
    }

    /**
     * @param {number} index
     * @param {string | null} spanId
     * @param {'push' | 'replace' | null} history
     */
    async #openTrace(index, spanId, history) {
        const { connection } = this.#store.state;
        if (connection === null) return;
        this.#turn += 1;
        const turn = this.#turn;
        try {
            const trace = await connection.call("trace", index);
            const { rowCount, changes } = await this.selector.enter(connection, index, this.#store.state);
            const span = spanId === null || spanId === "" ? null : await connection.call("findSpan", index, spanId);
            if (turn !== this.#turn) return;
            this.#store.set({ ...changes, trace: { ...trace, rowCount }, view: "trace", rowsVersion: 0, span: null, marked: [], range: null });
            this.#store.show();
            if (span !== null) await this.#reveal(span, this.#store.state.details);
            if (history !== null) this.#record(history);
        } catch (error) {
            this.#fail(error);
        }
    }

    /**
     * Makes a span the current one, with its ancestors expanded.
     * @param {number} span
     * @param {boolean} details
     */
    async #reveal(span, details) {
        const { connection, trace } = this.#store.state;
        if (connection === null || trace === null) return;
        let { row, rowCount, changed } = await connection.call("reveal", trace.index, span);
        if (row < 0 && this.#store.state.focus.length > 0) {
            // It is not in the subtree that is shown alone.
            await this.selector.focusOn(null);
            ({ row, rowCount, changed } = await connection.call("reveal", trace.index, span));
        }
        const now = this.#store.state.trace;
        if (now?.index !== trace.index) return;
        changed ||= rowCount !== now.rowCount;
        this.#store.set({ span, details: details || this.#store.state.details, tab: "waterfall", ...(changed ? { trace: { ...now, rowCount }, rowsVersion: this.#store.state.rowsVersion + 1 } : {}) });
    }

    /** @param {readonly number[]} spans */
    async #mark(spans) {
        if (spans.length > 0) this.selector.forget();
        this.#store.set({ marked: [...spans].sort((one, other) => one - other) });
        const [first] = this.#store.state.marked;
        if (first === undefined) return;
        // What a sentence begins with is what it is about.
        await this.#reveal(spans[0] ?? first, true);
        this.#record("replace");
    }

    /**
     * @param {number} trace
     * @param {readonly number[]} spans
     */
    async #markIn(trace, spans) {
        if (trace !== this.#store.state.trace?.index) await this.#openTrace(trace, null, "push");
        if (trace !== this.#store.state.trace?.index) return;
        await this.#mark(spans);
        this.#store.show();
        this.waterfall.focus();
    }

    /** @param {Parameters<Intents['expand']>[0]} what */
    async #expand(what) {
        const { connection, trace } = this.#store.state;
        if (connection === null || trace === null) return;
        const rowCount = await connection.call("expand", trace.index, what);
        const { trace: now, rowsVersion } = this.#store.state;
        if (now === null || now.index !== trace.index) return;
        this.#store.set({ trace: { ...now, rowCount }, rowsVersion: rowsVersion + 1 });
    }

    /**
     * @param {string} traceId
     * @param {string} spanId
     */
    async #goTo(traceId, spanId) {
        const { connection, trace } = this.#store.state;
        if (connection === null) return;
        const index = await connection.call("findTrace", traceId);
        if (index === null) {
            this.#store.set({ problem: { kind: "not-here", message: `The trace ${traceId} is not in what was read.`, excerpt: null, name: "The linked span" } });
            return;
        }
        if (index !== trace?.index || this.#store.state.view !== "trace") {
            await this.#openTrace(index, spanId, "push");
            this.#store.set({ details: true });
            this.#store.show();
            this.waterfall.focus();
            return;
        }
        const span = await connection.call("findSpan", index, spanId);
        if (span !== null) {
            await this.#reveal(span, true);
            this.#record("push");
        }
    }

    /** Scrolls the current row out from under the sheet. */
    #uncover() {
        const row = this.waterfall.currentRow;
        if (row === undefined) return;
        const hidden = row.getBoundingClientRect().bottom + 8 - this.details.element.getBoundingClientRect().top;
        if (hidden > 0) this.main.scrollTop += hidden;
    }

    #closeDetails() {
        if (!this.#store.state.details) return;
        this.#store.set({ details: false });
        this.#store.show();
        this.waterfall.focus();
    }

    /** @param {1 | -1} direction */
    async #nextError(direction) {
        const { connection, trace, span } = this.#store.state;
        if (connection === null || trace === null) return;
        const found = await connection.call("nextError", trace.index, span ?? (direction > 0 ? -1 : 0), direction);
        if (found === null) this.#say("No span has an error of its own.");
        else {
            await this.#reveal(found, false);
            this.#store.show();
            this.waterfall.focus();
            this.#record("replace");
        }
    }

    /**
     * @param {1 | -1} direction
     * @param {boolean} focusRow
     */
    async #stepFound(direction, focusRow) {
        await this.selector.step(direction);
        if (!focusRow) return;
        this.#store.show();
        this.waterfall.focus();
    }

    /** @param {number | null} span */
    async #focusOn(span) {
        await this.selector.focusOn(span);
        if (span === null) this.#intents.setRange(null);
        else await this.#fit();
        this.#store.show();
        this.waterfall.focus();
    }

    /** @param {1 | -1} direction */
    async #nextMarked(direction) {
        const { marked, span, found } = this.#store.state;
        if (found !== null) {
            await this.#stepFound(direction, true);
            return;
        }
        if (marked.length === 0) return;
        const at = span ?? -1;
        const after = direction > 0 ? (marked.find((candidate) => candidate > at) ?? marked[0]) : (marked.findLast((candidate) => candidate < at) ?? marked.at(-1));
        if (after === undefined) return;
        await this.#reveal(after, false);
        this.#store.show();
        this.waterfall.focus();
        this.#record("replace");
    }

    // ── the document's events ──

    /** @param {ClipboardEvent} event */
    #onPaste(event) {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length > 0) {
            event.preventDefault();
            this.#intents.openFiles(files);
            return;
        }
        const box = event.target instanceof HTMLTextAreaElement ? event.target : null;
        if (box === null && isWriting(event.target)) return;
        const text = event.clipboardData?.getData("text/plain") ?? "";
        if (text.trim() === "") return;
        // Into a box that holds something already, a paste is an edit.
        if (box !== null && box.value.trim() !== "" && (box.selectionStart !== 0 || box.selectionEnd !== box.value.length)) return;
        event.preventDefault();
        this.#intents.openText(text);
    }

    /** @param {DragEvent} event */
    #onDrag(event) {
        const types = event.dataTransfer?.types ?? [];
        if (!types.includes("Files") && !types.includes("text/plain")) return;
        event.preventDefault();
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
        this.dropTarget.hidden = false;
    }

    /** @param {DragEvent} event */
    #onDrop(event) {
        event.preventDefault();
        this.dropTarget.hidden = true;
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) this.#intents.openFiles(files);
        else {
            const text = event.dataTransfer?.getData("text/plain") ?? "";
            if (text.trim() !== "") this.#intents.openText(text);
        }
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const state = this.#store.state;
        if (isPaletteChord(event) && !state.keysOpen) {
            event.preventDefault();
            this.#store.set({ paletteOpen: !state.paletteOpen });
            return;
        }
        const key = keyOf(PAGE_KEYS, event);
        if (key === null || event.defaultPrevented || state.paletteOpen) return;
        if (key === "escape") {
            this.#onEscape(event);
            return;
        }
        if (isWriting(event.target) || !state.preferences.letterKeys || state.keysOpen) return;
        if (key === "keys" || key === "palette") {
            event.preventDefault();
            this.#store.set(key === "keys" ? { keysOpen: true } : { paletteOpen: true });
            return;
        }
        if (state.trace === null || state.view !== "trace") return;
        event.preventDefault();
        if (key === "level") this.#intents.expand({ level: Number(event.key) });
        else this.#act(key);
    }

    /**
     * What a key does, or the line of the palette that stands for it.
     * @param {Exclude<PageKey, 'escape' | 'level' | 'palette'>} key
     */
    #act(key) {
        const state = this.#store.state;
        const { trace, focus, span, pathAlone, preferences } = state;
        if (key === "keys") this.#store.set({ keysOpen: true });
        if (trace === null) return;
        const WIDTH = 1000;
        const scale = scaleOf(state, WIDTH);
        const { choose, focusOn, setRange, setPreferences } = this.#intents;
        /** @type {Record<Exclude<PageKey, 'escape' | 'level' | 'keys' | 'palette'>, () => unknown>} */
        const actions = {
            find: () => this.bar.find.focus(),
            nextError: () => this.#nextError(1),
            previousError: () => this.#nextError(-1),
            nextMarked: () => this.#nextMarked(1),
            previousMarked: () => this.#nextMarked(-1),
            zoomIn: () => setRange(clampRange(scale.zoomed(0.6, WIDTH / 2), trace.extentNs)),
            zoomOut: () => setRange(clampRange(scale.zoomed(1 / 0.6, WIDTH / 2), trace.extentNs)),
            panLeft: () => setRange(clampRange(scale.panned(-0.2), trace.extentNs)),
            panRight: () => setRange(clampRange(scale.panned(0.2), trace.extentNs)),
            reset: () => setRange(null),
            fit: () => this.#fit(),
            focus: () => focusOn(focus.length > 0 && (span === null || span === focus.at(-1)?.span) ? null : (span ?? 0)),
            path: () => choose({ pathAlone: !pathAlone }),
            group: () => setPreferences({ grouped: !preferences.grouped }),
            squeeze: () => setPreferences({ squeezed: !preferences.squeezed }),
            previousTrace: () => this.list.step(-1),
            nextTrace: () => this.list.step(1),
            timeMode: () => setPreferences({ timeMode: NEXT_MODE[preferences.timeMode] }),
        };
        if (key !== "keys") this.#do(Promise.resolve(actions[key]()));
    }

    /**
     * All that the palette lists: what keys do, and what there is to go to.
     * @returns {Promise<Command[]>}
     */
    async #commands() {
        const { view, trace, overview, connection, sort, preferences } = this.#store.state;
        const intents = this.#intents;
        /** @type {Command[]} */
        const commands = [];
        if (view === "trace" && trace !== null && overview !== null && connection !== null) {
            for (const [key, { label, does }] of /** @type {[PageKey, {label: string, does: string}][]} */ (Object.entries(PAGE_KEYS))) {
                if (key !== "escape" && key !== "level" && key !== "palette") commands.push({ label: does, group: "", key: label, run: () => this.#act(key) });
            }
            commands.push({ label: "Expand all", group: "Rows", run: () => intents.expand("all") });
            for (let level = 1; level <= 9; level += 1) commands.push({ label: level === 1 ? "Collapse all" : `Expand ${level} levels`, group: "Rows", key: String(level), run: () => intents.expand({ level }) });
            commands.push({ label: "Choose services and kinds", group: "Filter", run: () => this.bar.filter.open() });
            for (const { id, label } of TABS) commands.push({ label, group: "Tab", run: () => intents.setTab(id) });
            for (const [index, spans] of trace.counts.services.entries()) {
                const name = overview.services[index] ?? "";
                if (spans > 0 && name !== "") commands.push({ label: name, group: `Service, ${countOf(spans, "span")}`, run: () => intents.find(`service="${name.replace(/["\\]/g, "\\$&")}"`) });
            }
            const traces = overview.summary.traces < 2 ? [] : await connection.call("traces", 0, MOST_LISTED, sort);
            for (const { index, rootName, rootService, durationNs } of traces) commands.push({ label: `${rootService} ${rootName}`.trim() || "(no name)", group: `Trace, ${formatDuration(durationNs)}`, run: () => intents.selectTrace(index) });
        }
        commands.push({ label: "Paste or type a trace", group: "Open", run: () => intents.goStart() });
        for (const { id, title } of SAMPLES) commands.push({ label: `Sample: ${title}`, group: "Open", run: () => intents.openSample(id) });
        for (const theme of /** @type {const} */ (["auto", "light", "dark"])) if (theme !== preferences.theme) commands.push({ label: theme === "auto" ? "Colours as the system" : `Colours: ${theme}`, group: "Page", run: () => intents.setPreferences({ theme }) });
        for (const rows of /** @type {const} */ (["compact", "normal", "roomy"])) if (rows !== preferences.rows) commands.push({ label: `Rows: ${rows}`, group: "Page", run: () => intents.setPreferences({ rows }) });
        if (view !== "trace") commands.push({ label: PAGE_KEYS.keys.does, group: "", key: PAGE_KEYS.keys.label, run: () => intents.showKeys(true) });
        return commands;
    }

    async #fit() {
        const { connection, trace, span } = this.#store.state;
        if (connection === null || trace === null || span === null) return;
        const { details } = await connection.call("span", trace.index, span);
        if (!Number.isFinite(details.startNs)) return;
        const margin = Math.max(0, details.durationNs) * 0.05;
        this.#intents.setRange(clampRange({ from: details.startNs - margin, to: details.startNs + details.durationNs + margin }, trace.extentNs));
    }

    /** @param {KeyboardEvent} event */
    #onEscape(event) {
        const state = this.#store.state;
        // A dialog closes itself.
        if (state.keysOpen || state.paletteOpen) return;
        if (state.problem !== null) this.#store.set({ problem: null });
        else if (state.loading !== null) this.#intents.cancel();
        else if (state.view !== "trace") {
            if (state.trace === null) return;
            this.#intents.goBack();
        } else if (state.details) this.#closeDetails();
        else if (state.query !== "") this.#intents.find("");
        else if (state.marked.length > 0) this.#store.set({ marked: [] });
        else if (state.focus.length > 0) this.#intents.focusOn(null);
        else if (state.range !== null) this.#intents.setRange(null);
        else return;
        event.preventDefault();
    }

    // ── the address ──

    /** @returns {Place} */
    #place() {
        const state = this.#store.state;
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
        };
    }

    /** The current span's id; asked for when it changes, as the state holds its index only. */
    #spanId = /** @type {string | null} */ (null);
    #spanOf = /** @type {string} */ ("");

    /**
     * Writes the address.
     * @param {'push' | 'replace'} how
     */
    #record(how) {
        if (this.#following) return;
        const state = this.#store.state;
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
            const hash = formatHash(this.#place());
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
    async #follow(place) {
        clearTimeout(this.#writing);
        this.#following = true;
        try {
            await this.#followPlace(place);
        } finally {
            this.#following = false;
        }
    }

    /** @param {Place} place */
    async #followPlace(place) {
        const state = this.#store.state;
        const open = state.inputs.length === 1 ? (state.inputs[0]?.sample ?? null) : null;
        if (place.view === "trace" && place.sample !== null && place.sample !== open) {
            const sample = sampleById(place.sample);
            if (sample !== null) {
                const spec = { id: this.#nextInput, name: sample.name, blob: null, sample: sample.id, format: null, pasted: false };
                this.#nextInput += 1;
                await this.#read([spec], [spec.id], "add", place);
                return;
            }
        }
        if (place.view === "headers" && state.headers !== null) {
            this.#store.set({ view: "headers" });
            return;
        }
        if (place.view !== "trace" || state.connection === null || state.trace === null) {
            this.#store.set({ view: "start" });
            this.#store.show();
            this.start.focus();
            return;
        }
        const index = place.trace === null ? state.trace.index : ((await state.connection.call("findTrace", place.trace)) ?? state.trace.index);
        if (index !== state.trace.index) await this.#openTrace(index, place.span, null);
        this.#store.set({ view: "trace", tab: place.tab, budgets: place.budgets, range: place.range === null || this.#store.state.trace === null ? null : clampRange(place.range, this.#store.state.trace.extentNs) });
        if (place.query !== this.#store.state.query) await this.selector.find(place.query);
        if (place.only !== this.#store.state.onlyFound) await this.selector.choose({ onlyFound: place.only });
        if (index === state.trace.index && place.span !== null) {
            const span = await state.connection.call("findSpan", index, place.span);
            if (span !== null) await this.#reveal(span, false);
            this.#store.set({ tab: place.tab });
        }
    }

    // ── showing ──

    /** What was found in the trace is asked for once its rows are there; in a very large one, when somebody wants to see it. */
    #explain() {
        const { connection, trace, explained, tab } = this.#store.state;
        if (connection === null || trace === null || explained?.index === trace.index) return;
        if (trace.summary.spans > EXPLAINED_AT_ONCE && tab !== "findings") return;
        if (this.#explaining === trace) return;
        this.#explaining = trace;
        void connection
            .call("explain", trace.index)
            .then((found) => {
                if (this.#store.state.connection === connection && this.#store.state.trace?.index === found.index) this.#store.set({ explained: found });
            })
            .catch(() => {});
    }

    /** @type {State['trace']} */
    #explaining = null;

    /**
     * @param {State} state
     * @param {State} before
     */
    #show(state, before) {
        if (state.preferences.theme !== before.preferences.theme) document.documentElement.dataset["theme"] = state.preferences.theme;
        this.#update(state, before);
        if (state.connection !== before.connection) this.#store.set({ explained: null });
        this.#explain();
        if (state.preferences.theme !== before.preferences.theme) this.#repaint();
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    #update(state, before) {
        this.start.element.hidden = state.view !== "start";
        this.headers.element.hidden = state.view !== "headers";
        this.traceView.hidden = state.view !== "trace";
        this.traceView.classList.toggle("with-sheet", state.details && state.span !== null);
        for (const { tab, element } of this.panels) element.hidden = state.tab !== tab;
        this.bar.update(state, before);
        this.loading.update(state);
        this.problem.update(state, before);
        this.start.update(state);
        this.headers.update(state, before);
        this.list.update(state, before);
        if (state.view !== "trace") this.list.element.hidden = true;
        this.header.update(state, before);
        this.verdict.update(state, before);
        this.tabs.update(state);
        this.waterfall.update(state, before);
        this.details.update(state, before);
        this.flame.update(state, before);
        this.map.update(state);
        this.table.update(state, before);
        this.logs.update(state, before);
        this.findings.update(state, before);
        this.budgets.update(state, before);
        this.input.update(state, before);
        this.keys.update(state);
        this.palette.update(state);
        document.title = state.view === "trace" && state.trace !== null ? `${state.trace.summary.rootName || "(no name)"} – Spanscope` : "Spanscope";
    }

    #repaint() {
        this.waterfall.repaint();
        this.flame.repaint();
        this.list.repaint();
    }

    /**
     * Tells those who do not see it.
     * @param {string} text
     */
    #say(text) {
        fill(this.said, text);
    }
}

/**
 * The panel of a tab.
 * @param {import('./tabs.js').TabId} tab
 * @param {...Element} content
 */
function panel(tab, ...content) {
    return { tab, element: el("div", { class: "panel", role: "tabpanel", id: `panel-${tab}`, "aria-labelledby": `tab-${tab}` }, ...content) };
}

new App();
