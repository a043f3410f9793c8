/**
 * A table of any length: a head that stays and can sort, and a few dozen recycled rows that come in chunks from whoever
 * knows them. The head and the rows are one stop of the Tab key each; arrows move inside, Enter and a click choose.
 */

import { attribute, button, el } from "../dom.js";
import { VirtualList } from "../virtual-list.js";

const CHUNK = 64;
const KEPT_CHUNKS = 24;

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {string} [title]
 * @property {boolean} [number] numbers stand at the right
 * @property {boolean} [sortable]
 */

/**
 * @template Row
 * @typedef {object} DataGridOptions
 * @property {string} label
 * @property {'grid' | 'treegrid'} [role]
 * @property {string} class
 * @property {number} [rowHeight]
 * @property {(from: number, count: number) => Promise<Row[]>} load
 * @property {(cells: HTMLElement[], row: Row, element: HTMLElement, index: number) => void} draw
 * @property {(index: number, row: Row) => void} choose
 * @property {(index: number, row: Row) => void} [onCursor] the current row is another one
 * @property {(key: string, index: number, row: Row) => number | null} [move] other keys than those of a list: where they go
 * @property {(column: string, descending: boolean) => void} [onSort]
 */

/** @template Row */
export class DataGrid {
    #options;
    #head;
    #scroller;
    #list;
    #grid;
    /** @type {readonly Column[]} */
    #columns = [];
    /** @type {HTMLButtonElement[]} */
    #buttons = [];
    #headCursor = 0;
    /** @type {{column: string, descending: boolean} | null} */
    #sort = null;
    /** @type {Map<number, Row[]>} */
    #chunks = new Map();
    /** @type {Set<number>} */
    #asked = new Set();
    #version = 0;
    #cursor = 0;
    #wantsFocus = false;
    /** @type {WeakMap<HTMLElement, HTMLElement[]>} */
    #cells = new WeakMap();

    /** @param {DataGridOptions<Row>} options */
    constructor(options) {
        this.#options = options;
        this.#head = el("div", { class: "data-head", role: "row", "aria-rowindex": 1, on: { keydown: (event) => this.#onHeadKey(event) } });
        const body = el("div", { class: "virtual-body", role: "rowgroup" });
        this.#scroller = el("div", { class: "data-scroll", role: "presentation" }, body);
        this.#grid = el("div", { class: "data-grid", role: options.role ?? "grid", "aria-label": options.label, "aria-rowcount": 1 }, el("div", { role: "rowgroup" }, this.#head), this.#scroller);
        this.element = el("div", { class: `data-frame ${options.class}` }, this.#grid);
        this.#list = new VirtualList({ scroller: this.#scroller, body, rowHeight: options.rowHeight ?? 26, overscan: 8, create: () => this.#create(), draw: (element, index) => this.#draw(element, index) });
        body.addEventListener("keydown", (event) => this.#onKey(event));
        body.addEventListener("click", (event) => this.#onClick(event));
        body.addEventListener("focusin", (event) => {
            const index = this.#indexOf(event.target);
            if (index !== null && index !== this.#cursor) this.#moveTo(index, false);
        });
    }

    get count() {
        return this.#list.map.count;
    }

    get cursor() {
        return this.#cursor;
    }

    /**
     * Other columns, and by which of them the rows are sorted. Rows that are there keep none of their cells.
     * @param {readonly Column[]} columns
     * @param {{column: string, descending: boolean} | null} sort
     */
    setColumns(columns, sort) {
        const same = columns === this.#columns;
        this.#columns = columns;
        this.#sort = sort;
        if (!same) {
            this.#buttons = [];
            this.#headCursor = 0;
            this.#head.replaceChildren(...columns.map((column) => this.#headCell(column)));
            attribute(this.#grid, "aria-colcount", columns.length);
        }
        for (const [index, column] of columns.entries()) {
            const cell = this.#head.children[index];
            if (!(cell instanceof HTMLElement) || column.sortable !== true) continue;
            const state = sort?.column === column.id ? (sort.descending ? "descending" : "ascending") : "none";
            attribute(cell, "aria-sort", state);
        }
        for (const [index, element] of this.#buttons.entries()) attribute(element, "tabindex", index === this.#headCursor ? 0 : -1);
    }

    /**
     * Other rows: nothing that was loaded counts any more.
     * @param {number} count
     * @param {boolean} fromTop whether to go to the first one
     */
    async reset(count, fromTop) {
        this.#version += 1;
        const version = this.#version;
        if (fromTop) this.#cursor = 0;
        this.#cursor = Math.max(0, Math.min(this.#cursor, count - 1));
        const map = this.#list.map;
        const first = fromTop ? 0 : Math.floor(map.offset / map.rowHeight);
        // What will be visible is asked for before it is shown, so that nothing flickers.
        const from = Math.floor(Math.min(first, Math.max(0, count - 1)) / CHUNK);
        const to = Math.floor(Math.min(Math.max(0, count - 1), first + Math.ceil(map.viewport / map.rowHeight) + 16) / CHUNK);
        /** @type {Map<number, Row[]>} */
        const chunks = new Map();
        for (let chunk = from; chunk <= to && count > 0; chunk += 1) {
            const rows = await this.#options.load(chunk * CHUNK, CHUNK);
            if (version !== this.#version) return;
            chunks.set(chunk, rows);
        }
        this.#chunks = chunks;
        this.#asked.clear();
        attribute(this.#grid, "aria-rowcount", count + 1);
        this.#list.change(() => {
            this.#list.setCount(count);
            this.#list.pin(count === 0 ? -1 : this.#cursor);
            if (fromTop) this.#list.scrollTo(0);
        });
        this.#giveFocus();
    }

    /** Draws the rows that are there anew. */
    redraw() {
        this.#list.redraw();
    }

    /** @param {number} height */
    setRowHeight(height) {
        this.#list.setRowHeight(height);
    }

    /**
     * Makes a row the current one and shows it.
     * @param {number} index
     * @param {boolean} focus whether it gets the focus
     */
    goTo(index, focus) {
        this.#moveTo(Math.max(0, Math.min(index, this.count - 1)), focus);
    }

    /** @param {number} index */
    rowAt(index) {
        return this.#chunks.get(Math.floor(index / CHUNK))?.[index % CHUNK];
    }

    destroy() {
        this.#list.destroy();
        this.element.remove();
    }

    /** @param {Column} column */
    #headCell(column) {
        const cell = el("div", { class: `data-cell data-${column.id}${column.number === true ? " data-number" : ""}`, role: "columnheader", title: column.title });
        if (column.sortable !== true) {
            cell.append(column.label);
            return cell;
        }
        const sorter = button({
            label: column.label,
            class: "data-sort",
            onClick: () => {
                // Numbers are looked at from the largest down, texts from A on; again turns it around.
                const descending = this.#sort?.column === column.id ? !this.#sort.descending : column.number === true;
                this.#headCursor = this.#buttons.indexOf(sorter);
                this.#options.onSort?.(column.id, descending);
            },
        });
        this.#buttons.push(sorter);
        cell.append(sorter);
        return cell;
    }

    #create() {
        return el("div", { class: "data-row virtual-row", role: "row", tabindex: -1 });
    }

    /**
     * @param {HTMLElement} element
     * @param {number} index
     */
    #draw(element, index) {
        let cells = this.#cells.get(element);
        if (cells === undefined || element.dataset["columns"] !== this.#columns.map(({ id }) => id).join()) {
            cells = this.#columns.map((column) => el("div", { class: `data-cell data-${column.id}${column.number === true ? " data-number" : ""}`, role: "gridcell" }));
            element.replaceChildren(...cells);
            element.dataset["columns"] = this.#columns.map(({ id }) => id).join();
            this.#cells.set(element, cells);
        }
        element.dataset["index"] = String(index);
        attribute(element, "aria-rowindex", index + 2);
        attribute(element, "tabindex", index === this.#cursor ? 0 : -1);
        const row = this.rowAt(index);
        element.classList.toggle("blank", row === undefined);
        if (row === undefined) {
            for (const cell of cells) cell.replaceChildren();
            void this.#fetch(Math.floor(index / CHUNK));
            return;
        }
        this.#options.draw(cells, row, element, index);
    }

    /** @param {number} chunk */
    async #fetch(chunk) {
        if (this.#asked.has(chunk)) return;
        this.#asked.add(chunk);
        const version = this.#version;
        const rows = await this.#options.load(chunk * CHUNK, CHUNK).catch(() => null);
        // The answer to an old question is no answer.
        if (version !== this.#version) return;
        this.#asked.delete(chunk);
        if (rows === null) return;
        this.#chunks.set(chunk, rows);
        const { from, to } = this.#list.window;
        for (const known of this.#chunks.keys()) {
            if (this.#chunks.size <= KEPT_CHUNKS) break;
            const visible = (known + 1) * CHUNK > from && known * CHUNK < to;
            if (!visible && known !== Math.floor(this.#cursor / CHUNK)) this.#chunks.delete(known);
        }
        for (let index = chunk * CHUNK; index < (chunk + 1) * CHUNK; index += 1) {
            const element = this.#list.elementOf(index);
            if (element !== undefined) this.#draw(element, index);
        }
        this.#giveFocus();
    }

    /** @param {EventTarget | null} target */
    #indexOf(target) {
        const row = target instanceof Element ? target.closest(".data-row") : null;
        return row instanceof HTMLElement ? Number(row.dataset["index"]) : null;
    }

    /**
     * @param {number} index
     * @param {boolean} focus
     */
    #moveTo(index, focus) {
        const before = this.#list.elementOf(this.#cursor);
        this.#cursor = index;
        this.#list.pin(index);
        this.#list.reveal(index);
        this.#list.render();
        if (before !== undefined) attribute(before, "tabindex", before.dataset["index"] === String(index) ? 0 : -1);
        const element = this.#list.elementOf(index);
        if (element !== undefined) attribute(element, "tabindex", 0);
        if (focus) {
            this.#wantsFocus = true;
            this.#giveFocus();
        }
        const row = this.rowAt(index);
        if (row !== undefined) this.#options.onCursor?.(index, row);
    }

    #giveFocus() {
        if (!this.#wantsFocus || this.rowAt(this.#cursor) === undefined) return;
        this.#wantsFocus = false;
        this.#list.elementOf(this.#cursor)?.focus({ preventScroll: true });
    }

    /** @param {MouseEvent} event */
    #onClick(event) {
        const index = this.#indexOf(event.target);
        if (index === null) return;
        const row = this.rowAt(index);
        this.#moveTo(index, true);
        // What has a use of its own in a row is not the row.
        if (row === undefined || (event.target instanceof Element && event.target.closest("button, a") !== null)) return;
        // Text that was just selected is to be copied.
        if (getSelection()?.type === "Range") return;
        this.#options.choose(index, row);
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const index = this.#indexOf(event.target);
        const row = index === null ? undefined : this.rowAt(index);
        if (index === null || row === undefined) return;
        if (event.target !== this.#list.elementOf(index)) return;
        const page = this.#list.map.page;
        const moves = /** @type {Record<string, number>} */ ({ ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: this.count - 1, PageDown: index + page, PageUp: index - page });
        const to = this.#options.move?.(event.key, index, row) ?? moves[event.key];
        if (event.key === "Enter" || event.key === " ") this.#options.choose(index, row);
        else if (to === undefined) return;
        else if (to < 0 && event.key === "ArrowUp" && this.#buttons.length > 0) this.#buttons[this.#headCursor]?.focus();
        else this.#moveTo(Math.max(0, Math.min(to, this.count - 1)), true);
        event.preventDefault();
        event.stopPropagation();
    }

    /** @param {KeyboardEvent} event */
    #onHeadKey(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const last = this.#buttons.length - 1;
        const moves = /** @type {Record<string, number>} */ ({ ArrowRight: this.#headCursor + 1, ArrowLeft: this.#headCursor - 1, Home: 0, End: last });
        const to = moves[event.key];
        if (event.key === "ArrowDown" && this.count > 0) this.#moveTo(this.#cursor, true);
        else if (to === undefined) return;
        else {
            this.#headCursor = Math.max(0, Math.min(to, last));
            for (const [index, element] of this.#buttons.entries()) attribute(element, "tabindex", index === this.#headCursor ? 0 : -1);
            this.#buttons[this.#headCursor]?.focus();
        }
        event.preventDefault();
        event.stopPropagation();
    }
}

/**
 * The cell of a number with a small bar beneath it.
 * @param {HTMLElement} cell
 * @param {string} text
 * @param {string} title
 * @param {number} part of the largest, from 0 to 1
 */
export function barCell(cell, text, title, part) {
    let value = cell.firstElementChild;
    let bar = cell.lastElementChild;
    if (!(value instanceof HTMLElement) || !(bar instanceof HTMLElement) || !bar.classList.contains("data-bar")) {
        value = el("span", { class: "data-value" });
        bar = el("span", { class: "data-bar", "aria-hidden": "true" });
        cell.replaceChildren(value, bar);
    }
    value.textContent = text;
    attribute(cell, "title", title === "" ? null : title);
    /** @type {HTMLElement} */ (bar).style.setProperty("--part", String(Math.min(1, Math.max(0, part || 0))));
}

/**
 * The cell of a text.
 * @param {HTMLElement} cell
 * @param {string} text
 * @param {string} [title]
 */
export function textCell(cell, text, title = "") {
    if (cell.textContent !== text || cell.firstElementChild !== null) cell.replaceChildren(text);
    attribute(cell, "title", title === "" ? null : title);
}
