/** A button that opens a menu: arrows move, Enter chooses, Escape and a click elsewhere close. */

import { el, fill, icon } from "../dom.js";

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {string} [about] a second line
 * @property {boolean} [checked] one of a choice
 * @property {boolean} [toggled] on or off
 * @property {string} [key] does the same
 * @property {boolean} [rule] a line above it
 * @property {() => void} choose
 */

export class Menu {
    #items;
    #button;
    #list;
    #label;
    #about;

    /**
     * @param {{label: string, about?: string, icon?: 'menu', class?: string, items: () => MenuItem[]}} options `about`
     *   says what the menu is for where its label is what is chosen
     */
    constructor(options) {
        this.#about = options.about ?? "";
        this.#items = options.items;
        this.#label = el("span", { text: options.label });
        this.#button = el(
            "button",
            { type: "button", class: "button", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => this.#toggle(), keydown: (event) => this.#onButtonKey(event) } },
            options.icon === undefined ? this.#label : icon(options.icon),
            options.icon === undefined ? icon("down") : null,
        );
        this.#list = el("div", { class: "menu-list", role: "menu", hidden: true, "aria-label": options.about ?? options.label, on: { keydown: (event) => this.#onKey(event) } });
        this.#name(options.label, options.icon !== undefined);
        this.element = el("div", { class: `menu ${options.class ?? ""}` }, this.#button, this.#list);
        this.element.addEventListener("focusout", (event) => {
            if (!(event.relatedTarget instanceof Node) || !this.element.contains(event.relatedTarget)) this.close();
        });
    }

    /** @param {string} label */
    setLabel(label) {
        if (this.#label.textContent !== label) this.#label.textContent = label;
        this.#name(label, false);
    }

    /**
     * The button's name for those who do not see it, where its text does not say enough.
     * @param {string} label
     * @param {boolean} always
     */
    #name(label, always) {
        if (!always && this.#about === "") return;
        const name = this.#about === "" ? label : `${label}: ${this.#about}`;
        this.#button.setAttribute("aria-label", name);
        this.#button.title = name;
    }

    get isOpen() {
        return !this.#list.hidden;
    }

    #toggle() {
        if (this.isOpen) this.close();
        else this.open();
    }

    open() {
        const items = this.#items();
        fill(
            this.#list,
            ...items.map((item) =>
                el(
                    "button",
                    {
                        type: "button",
                        class: `menu-item${item.rule === true ? " menu-rule" : ""}`,
                        role: item.toggled !== undefined ? "menuitemcheckbox" : item.checked === undefined ? "menuitem" : "menuitemradio",
                        "aria-checked": String(item.toggled ?? item.checked ?? "") || null,
                        "aria-keyshortcuts": item.key,
                        tabindex: -1,
                        on: {
                            click: () => {
                                this.close();
                                this.#button.focus();
                                item.choose();
                            },
                        },
                    },
                    el("span", { class: "menu-check" }, item.checked === true || item.toggled === true ? icon("check") : null),
                    el("span", { class: "menu-text" }, el("span", { text: item.label }), item.about === undefined ? null : el("span", { class: "menu-about", text: item.about })),
                    item.key === undefined ? null : el("kbd", { class: "menu-key", "aria-hidden": "true", text: item.key }),
                ),
            ),
        );
        this.#list.hidden = false;
        this.#button.setAttribute("aria-expanded", "true");
        this.#focus(Math.max(0, items.findIndex((item) => item.checked === true)));
    }

    close() {
        this.#list.hidden = true;
        this.#button.setAttribute("aria-expanded", "false");
    }

    #entries() {
        return /** @type {HTMLButtonElement[]} */ ([...this.#list.children]);
    }

    /** @param {number} index */
    #focus(index) {
        const entries = this.#entries();
        entries[(index + entries.length) % entries.length]?.focus();
    }

    /** @param {KeyboardEvent} event */
    #onButtonKey(event) {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        this.open();
        if (event.key === "ArrowUp") this.#focus(-1);
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const entries = this.#entries();
        const at = entries.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
        const moves = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 });
        const to = moves[event.key];
        if (to !== undefined) {
            event.preventDefault();
            this.#focus(to);
        } else if (event.key === "Escape") {
            event.stopPropagation();
            this.close();
            this.#button.focus();
        } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
            // The first letter goes to the next item that begins with it.
            const letter = event.key.toLowerCase();
            const order = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
            const found = order.find((entry) => (entry.textContent ?? "").trim().toLowerCase().startsWith(letter));
            if (found !== undefined) found.focus();
        }
        // Keys in a menu are for the menu.
        event.stopPropagation();
    }
}
