/** The bar on top: what to open, what is open, and how times and colours are shown. */

import { button, el, fill, svg } from "../dom.js";
import { countOf } from "../format.js";
import { isStrong } from "../look.js";
import { SAMPLES } from "../samples/index.js";
import { Filter } from "./filter.js";
import { FindBox } from "./find.js";
import { Menu } from "./menu.js";
import { ViewMenu } from "./view-menu.js";

/** @import { State } from '../state.js' */
/** @import { Intents } from '../types.js' */
/** @import { MenuItem } from './menu.js' */

const TIME_LABELS = /** @type {const} */ ({ relative: "Relative", local: "Local", utc: "UTC" });
const TIME_ABOUT = /** @type {const} */ ({ relative: "Since the start of the trace", local: "Time of day where you are", utc: "Time of day in UTC" });
const THEME_LABELS = /** @type {const} */ ({ auto: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" });
const NEXT_THEME = /** @type {const} */ ({ auto: "light", light: "dark", dark: "auto" });
const ROWS_LABELS = /** @type {const} */ ({ compact: "Compact rows", normal: "Normal rows", roomy: "Roomy rows" });

export class Bar {
    #intents;
    #chips;
    #time;
    #theme;
    /** @type {State | null} */
    #state = null;

    /**
     * @param {{intents: Intents, fileInput: HTMLInputElement}} options
     */
    constructor({ intents, fileInput }) {
        this.#intents = intents;
        const openFile = () => fileInput.click();
        this.find = new FindBox({ intents });
        this.filter = new Filter({ intents });
        this.view = new ViewMenu({ intents });
        this.#chips = el("ul", { class: "chips", "aria-label": "Inputs", hidden: true });
        this.#time = new Menu({ label: "Relative", about: "times and rows", class: "menu-end bar-wide", items: () => this.#viewItems() });
        this.#theme = button({ label: "Colours", onClick: () => this.#nextTheme(), class: "button square" });
        this.#theme.classList.add("bar-wide");
        const keys = button({ label: "?", title: "Keys", class: "button square bar-wide", onClick: () => intents.showKeys(true) });
        keys.setAttribute("aria-label", "Keys");
        const samples = () => SAMPLES.map((sample) => ({ label: capital(sample.title), about: sample.about, choose: () => intents.openSample(sample.id) }));
        const all = () => [
            { label: "Open file", choose: openFile },
            ...samples().map(({ label, choose }, index) => ({ label: `Sample: ${label}`, choose, rule: index === 0 })),
            ...this.#viewItems(true),
            { label: THEME_LABELS[this.#state?.preferences.theme ?? "auto"], rule: true, choose: () => this.#nextTheme() },
            { label: "Keys", choose: () => intents.showKeys(true) },
        ];
        this.element = el(
            "header",
            { class: "bar" },
            el(
                "div",
                { class: "bar-line" },
                wordmark(() => intents.goStart()),
                button({ label: "Paste", onClick: () => intents.goStart() }),
                button({ label: "Open file", class: "button bar-wide", onClick: openFile }),
                new Menu({ label: "Samples", class: "bar-wide", items: samples }).element,
                this.#chips,
            ),
            el("div", { class: "bar-tools" }, this.find.element, this.filter.element, this.view.element),
            el("div", { class: "bar-line" }, this.#time.element, this.#theme, keys, new Menu({ label: "More", icon: "menu", class: "menu-end bar-narrow", items: all }).element),
            fileInput,
        );
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        this.#state = state;
        this.find.update(state, before);
        this.filter.update(state, before);
        this.view.update(state);
        this.element.classList.toggle("with-tools", state.view === "trace");
        if (before === null || before.preferences !== state.preferences) {
            this.#time.setLabel(TIME_LABELS[state.preferences.timeMode]);
            const theme = THEME_LABELS[state.preferences.theme];
            this.#theme.setAttribute("aria-label", theme);
            this.#theme.title = theme;
            fill(this.#theme, themeIcon(state.preferences.theme));
        }
        if (before === null || before.inputs !== state.inputs || before.overview !== state.overview) this.#drawChips(state);
    }

    destroy() {
        this.element.remove();
    }

    /** @param {State} state */
    #drawChips(state) {
        this.#chips.hidden = state.inputs.length === 0;
        fill(
            this.#chips,
            ...state.inputs.map((input, index) => {
                // An archive is one input to the user and several to read.
                const reports = state.overview?.inputs.filter((report) => report.given === index) ?? [];
                const names = new Set(reports.map((report) => state.overview?.formats.find((known) => known.id === report.format)?.name ?? report.format));
                const spans = reports.reduce((sum, report) => sum + report.spans, 0);
                const about = reports.length === 0 ? "" : `${[...names].join(", ")} · ${countOf(spans, "span")}`;
                return el(
                    "li",
                    { class: "chip", title: `${input.name}\n${about}` },
                    el("span", { class: "chip-name", text: input.name }),
                    el("span", { class: "chip-about", text: about }),
                    button({ label: `Remove ${input.name}`, icon: "close", class: "icon-button", onClick: () => this.#intents.removeInput(input.id) }),
                );
            }),
        );
    }

    /**
     * @param {boolean} [rule]
     * @returns {MenuItem[]}
     */
    #viewItems(rule = false) {
        const preferences = this.#state?.preferences;
        return [
            .../** @type {const} */ (["relative", "local", "utc"]).map((mode, index) => ({
                label: TIME_LABELS[mode],
                about: TIME_ABOUT[mode],
                checked: preferences?.timeMode === mode,
                rule: rule && index === 0,
                choose: () => this.#intents.setPreferences({ timeMode: mode }),
            })),
            .../** @type {const} */ (["compact", "normal", "roomy"]).map((rows, index) => ({
                label: ROWS_LABELS[rows],
                checked: preferences?.rows === rows,
                rule: index === 0,
                choose: () => this.#intents.setPreferences({ rows }),
            })),
            ...(preferences === undefined ? [] : [{ label: "High contrast", toggled: isStrong(preferences), rule: true, choose: () => this.#intents.setPreferences({ contrast: isStrong(preferences) ? "normal" : "more" }) }]),
        ];
    }

    #nextTheme() {
        this.#intents.setPreferences({ theme: NEXT_THEME[this.#state?.preferences.theme ?? "auto"] });
    }
}

/** @param {string} text */
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {() => void} onClick */
function wordmark(onClick) {
    const mark = svg(
        "svg",
        { class: "mark-logo", viewBox: "0 0 18 16", width: 18, height: 16, "aria-hidden": "true", focusable: "false" },
        svg("rect", { class: "logo-ink", x: 0, y: 1, width: 17, height: 3, rx: 1 }),
        svg("rect", { class: "logo-faint", x: 3, y: 6.5, width: 10, height: 3, rx: 1 }),
        svg("rect", { class: "logo-error", x: 6, y: 12, width: 8, height: 3, rx: 1 }),
    );
    return el("button", { type: "button", class: "wordmark", "aria-label": "Spanscope: start", title: "Start", on: { click: onClick } }, mark, el("span", { text: "spanscope" }));
}

/** @param {'auto' | 'light' | 'dark'} theme */
function themeIcon(theme) {
    const half = "M6 1a5 5 0 0 1 0 10z";
    return svg(
        "svg",
        { class: "icon", viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true", focusable: "false" },
        svg("circle", { cx: 6, cy: 6, r: 4.7 }),
        theme === "light" ? null : svg("path", { class: "solid", d: theme === "auto" ? half : "M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z" }),
    );
}
