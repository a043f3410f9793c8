/**
 * All views, in their places on the page. Each is given the state when it changes, and asks for what it wants through
 * the intents.
 */

import { el, fill } from "./dom.js";
import { applyLook, onSystemLook } from "./look.js";
import { Bar } from "./components/bar.js";
import { BudgetsView } from "./components/budgets.js";
import { DetailsView } from "./components/details.js";
import { FindingsView } from "./components/findings.js";
import { FlameView } from "./components/flame.js";
import { HeadersView } from "./components/headers.js";
import { InputView } from "./components/input.js";
import { KeysSheet } from "./components/keys-sheet.js";
import { LoadingView } from "./components/loading.js";
import { LogsView } from "./components/logs.js";
import { MapView } from "./components/map.js";
import { Palette } from "./components/palette.js";
import { ProblemView } from "./components/problem.js";
import { StartView } from "./components/start.js";
import { TableView } from "./components/table.js";
import { Tabs } from "./components/tabs.js";
import { TraceHeader } from "./components/trace-header.js";
import { TraceList } from "./components/trace-list.js";
import { VerdictView } from "./components/verdict.js";
import { WaterfallView } from "./components/waterfall.js";

/** @import { State } from './state.js' */
/** @import { TabId } from './tabs.js' */
/** @import { Intents } from './types.js' */
/** @import { Command } from './components/palette.js' */

export class Views {
    /** @type {State['preferences'] | null} */
    #preferences = null;
    /** Tells those who do not see it. */
    #said = el("p", { class: "visually-hidden", role: "status" });

    /**
     * @param {{intents: Intents, fileInput: HTMLInputElement, commands: () => Promise<Command[]>}} options
     */
    constructor(options) {
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
        this.palette = new Palette(options);
        this.panels = [
            panel("waterfall", this.waterfall.element, this.details.element),
            panel("flame", this.flame.element),
            panel("map", this.map.element),
            panel("table", this.table.element),
            panel("logs", this.logs.element),
            panel("findings", this.findings.element),
            panel("budgets", this.budgets.element),
            panel("input", this.input.element),
        ];
        this.traceView = el("div", { class: "trace-view", hidden: true }, this.list.narrow, this.header.element, this.verdict.element, this.tabs.element, ...this.panels.map(({ element }) => element));
        this.main = el("main", { class: "main" }, this.start.element, this.headers.element, this.traceView);
        document.body.append(
            this.bar.element,
            el("div", { class: "page" }, this.loading.element, this.problem.element, el("div", { class: "middle" }, this.list.element, this.main)),
            this.keys.element,
            this.palette.element,
            this.#said,
        );
        onSystemLook(() => {
            if (this.#preferences !== null) applyLook(this.#preferences);
            this.#repaint();
        });
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        const themed = state.preferences.theme !== before?.preferences.theme || state.preferences.contrast !== before.preferences.contrast;
        this.#preferences = state.preferences;
        if (themed) applyLook(state.preferences);
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
        if (themed && before !== null) this.#repaint();
    }

    /** What is painted does not follow the colours by itself. */
    #repaint() {
        this.waterfall.repaint();
        this.flame.repaint();
        this.list.repaint();
    }

    /** @param {string} text */
    say(text) {
        fill(this.#said, text);
    }
}

/**
 * The panel of a tab.
 * @param {TabId} tab
 * @param {...Element} content
 */
function panel(tab, ...content) {
    return { tab, element: el("div", { class: "panel", role: "tabpanel", id: `panel-${tab}`, "aria-labelledby": `tab-${tab}` }, ...content) };
}
