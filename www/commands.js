/**
 * What can be done by name or key: what each key of keys.js does, and the lines of the palette.
 */

import { countOf, formatDuration } from "./format.js";
import { PAGE_KEYS, isPaletteChord, isPrintChord, isWriting, keyOf } from "./keys.js";
import { isStrong } from "./look.js";
import { SAMPLES } from "./samples/index.js";
import { clampRange, scaleOf, wholeRange } from "./state.js";
import { TABS } from "./tabs.js";

/** @import { App } from './app.js' */
/** @import { PageKey } from './keys.js' */
/** @import { Command } from './components/palette.js' */

/** Traces that the palette lists. */
const MOST_LISTED = 500;
const NEXT_MODE = /** @type {const} */ ({ relative: "local", local: "utc", utc: "relative" });

export class Commands {
    #app;

    /** @param {App} app */
    constructor(app) {
        this.#app = app;
        document.addEventListener("keydown", (event) => this.#onKey(event));
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const state = this.#app.store.state;
        if (isPaletteChord(event) && !state.keysOpen) {
            event.preventDefault();
            this.#app.store.set({ paletteOpen: !state.paletteOpen });
            return;
        }
        if (isPrintChord(event) && state.view === "trace" && state.tab === "waterfall") {
            event.preventDefault();
            void this.#app.views.waterfall.print();
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
            this.#app.store.set(key === "keys" ? { keysOpen: true } : { paletteOpen: true });
            return;
        }
        if (state.trace === null || state.view !== "trace") return;
        event.preventDefault();
        if (key === "level") this.#app.intents.expand({ level: Number(event.key) });
        else this.#act(key);
    }

    /**
     * What a key does, or the line of the palette that stands for it.
     * @param {Exclude<PageKey, 'escape' | 'level' | 'palette'>} key
     */
    #act(key) {
        const state = this.#app.store.state;
        const { trace, focus, span, pathAlone, aligned, preferences } = state;
        if (key === "keys") this.#app.store.set({ keysOpen: true });
        if (trace === null) return;
        const WIDTH = 1000;
        const scale = scaleOf(state, WIDTH);
        const whole = wholeRange(state);
        const { choose, focusOn, setRange, setPreferences } = this.#app.intents;
        /** @type {Record<Exclude<PageKey, 'escape' | 'level' | 'keys' | 'palette'>, () => unknown>} */
        const actions = {
            find: () => this.#app.views.bar.find.focus(),
            nextError: () => this.#app.navigation.nextError(1),
            previousError: () => this.#app.navigation.nextError(-1),
            nextMarked: () => this.#app.navigation.nextMarked(1),
            previousMarked: () => this.#app.navigation.nextMarked(-1),
            zoomIn: () => setRange(clampRange(scale.zoomed(0.6, WIDTH / 2), whole)),
            zoomOut: () => setRange(clampRange(scale.zoomed(1 / 0.6, WIDTH / 2), whole)),
            panLeft: () => setRange(clampRange(scale.panned(-0.2), whole)),
            panRight: () => setRange(clampRange(scale.panned(0.2), whole)),
            reset: () => setRange(null),
            fit: () => this.#app.navigation.fit(),
            focus: () => focusOn(focus.length > 0 && (span === null || span === focus.at(-1)?.span) ? null : (span ?? 0)),
            path: () => choose({ pathAlone: !pathAlone }),
            group: () => setPreferences({ grouped: !preferences.grouped }),
            squeeze: () => setPreferences({ squeezed: !preferences.squeezed }),
            align: () => this.#app.intents.align(!aligned),
            previousTrace: () => this.#app.views.list.step(-1),
            nextTrace: () => this.#app.views.list.step(1),
            timeMode: () => setPreferences({ timeMode: NEXT_MODE[preferences.timeMode] }),
        };
        if (key !== "keys") this.#app.attempt(Promise.resolve(actions[key]()));
    }

    /**
     * All that the palette lists: what keys do, and what there is to go to.
     * @returns {Promise<Command[]>}
     */
    async list() {
        const { view, trace, overview, connection, sort, preferences } = this.#app.store.state;
        const intents = this.#app.intents;
        /** @type {Command[]} */
        const commands = [];
        if (view === "trace" && trace !== null && overview !== null && connection !== null) {
            for (const [key, { label, does }] of /** @type {[PageKey, {label: string, does: string}][]} */ (Object.entries(PAGE_KEYS))) {
                if (key !== "escape" && key !== "level" && key !== "palette") commands.push({ label: does, group: "", key: label, run: () => this.#act(key) });
            }
            commands.push({ label: "Expand all", group: "Rows", run: () => intents.expand("all") });
            for (let level = 1; level <= 9; level += 1) commands.push({ label: level === 1 ? "Collapse all" : `Expand ${level} levels`, group: "Rows", key: String(level), run: () => intents.expand({ level }) });
            commands.push({ label: "Choose services and kinds", group: "Filter", run: () => this.#app.views.bar.filter.open() });
            for (const { label, choose } of this.#app.views.header.exports) commands.push({ label, group: "Take away", run: choose });
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
        if (view === "trace") commands.push({ label: "Print", group: "Page", key: "Ctrl p", run: () => void this.#app.views.waterfall.print() });
        for (const theme of /** @type {const} */ (["auto", "light", "dark"])) if (theme !== preferences.theme) commands.push({ label: theme === "auto" ? "Colours as the system" : `Colours: ${theme}`, group: "Page", run: () => intents.setPreferences({ theme }) });
        commands.push({ label: isStrong(preferences) ? "Contrast: normal" : "Contrast: high", group: "Page", run: () => intents.setPreferences({ contrast: isStrong(preferences) ? "normal" : "more" }) });
        for (const rows of /** @type {const} */ (["compact", "normal", "roomy"])) if (rows !== preferences.rows) commands.push({ label: `Rows: ${rows}`, group: "Page", run: () => intents.setPreferences({ rows }) });
        if (view !== "trace") commands.push({ label: PAGE_KEYS.keys.does, group: "", key: PAGE_KEYS.keys.label, run: () => intents.showKeys(true) });
        return commands;
    }

    /** @param {KeyboardEvent} event */
    #onEscape(event) {
        const state = this.#app.store.state;
        // A dialog closes itself.
        if (state.keysOpen || state.paletteOpen) return;
        if (state.problem !== null) this.#app.store.set({ problem: null });
        else if (state.loading !== null) this.#app.intents.cancel();
        else if (state.view !== "trace") {
            if (state.trace === null) return;
            this.#app.intents.goBack();
        } else if (state.details) this.#app.navigation.closeDetails();
        else if (state.query !== "") this.#app.intents.find("");
        else if (state.marked.length > 0) this.#app.store.set({ marked: [] });
        else if (state.focus.length > 0) this.#app.intents.focusOn(null);
        else if (state.range !== null) this.#app.intents.setRange(null);
        else return;
        event.preventDefault();
    }
}
