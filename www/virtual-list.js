/**
 * A list of any length with a few dozen elements: rows are recycled as the list is scrolled.
 *
 * Browsers clamp an element's height at 17 to 33 million pixels, a million rows need 26 million. So the spacer is
 * capped at 8 million, and beyond that the scroll bar is proportional:
 *
 *     content   0 ────────────────────────── 26,000,000      offset: what the rows are placed by
 *     spacer    0 ──────── 8,000,000                         scrollTop: what the browser knows
 *
 * A small movement (wheel, touch, keys) moves the rows exactly as far; a large one (the bar dragged) jumps in
 * proportion. The two drift apart while scrolling exactly, and are brought together when the scrolling rests; the rows
 * do not move then, as they are placed relative to what is visible.
 *
 * Rows stand on a sheet, which is moved as a whole:
 *
 *     sheet     at row 1,000 of the content    after a jump at row 40,000
 *     elements  0, 26, 52, 78, …               the same places, other rows
 */

import { el } from "./dom.js";

/** The largest height given to an element (browsers clamp from 17 million on). */
export const MAX_SPACER = 8_000_000;

/** The arithmetic of scrolling, without a document. */
export class ScrollMap {
    /** Rows in all. */
    count = 0;
    /** Height of a row in pixels. */
    rowHeight;
    /** Height of what is visible. */
    viewport = 0;
    /** Pixels from the start of the content to the top of what is visible. */
    offset = 0;
    /** The scrollTop that was seen last. */
    #scrollTop = 0;
    #cap;

    /**
     * @param {number} rowHeight
     * @param {number} [cap]
     */
    constructor(rowHeight, cap = MAX_SPACER) {
        this.rowHeight = rowHeight;
        this.#cap = cap;
    }

    get contentHeight() {
        return this.count * this.rowHeight;
    }

    get spacerHeight() {
        return Math.min(this.contentHeight, this.#cap);
    }

    /** Whether the spacer is shorter than the content. */
    get scaled() {
        return this.contentHeight > this.#cap;
    }

    get maxOffset() {
        return Math.max(0, this.contentHeight - this.viewport);
    }

    get maxScroll() {
        return Math.max(0, this.spacerHeight - this.viewport);
    }

    /**
     * The browser has scrolled.
     * @param {number} scrollTop
     */
    scrolled(scrollTop) {
        const delta = scrollTop - this.#scrollTop;
        this.#scrollTop = scrollTop;
        if (!this.scaled) this.offset = scrollTop;
        else if (scrollTop <= 0) this.offset = 0;
        else if (scrollTop >= this.maxScroll - 1) this.offset = this.maxOffset;
        else if (Math.abs(delta) <= this.viewport) this.offset += delta;
        else this.offset = (scrollTop / this.maxScroll) * this.maxOffset;
        this.#clamp();
    }

    /**
     * Goes to an offset.
     * @param {number} offset
     * @returns {number} the scrollTop to set
     */
    moveTo(offset) {
        this.offset = offset;
        this.#clamp();
        this.#scrollTop = this.restScroll();
        return this.#scrollTop;
    }

    /**
     * The scrollTop that stands for the offset in proportion.
     * @returns {number}
     */
    restScroll() {
        if (!this.scaled) return this.offset;
        if (this.maxOffset === 0) return 0;
        // Strictly inside unless at an end, so that an end means the first or last row.
        const top = Math.round((this.offset / this.maxOffset) * this.maxScroll);
        if (this.offset <= 0) return 0;
        if (this.offset >= this.maxOffset) return this.maxScroll;
        return Math.min(Math.max(top, 1), this.maxScroll - 2);
    }

    /**
     * The offset at which a row is visible, changed as little as possible.
     * @param {number} index
     * @param {'nearest' | 'center'} [block]
     */
    offsetFor(index, block = "nearest") {
        const top = index * this.rowHeight;
        if (block === "center") return top - (this.viewport - this.rowHeight) / 2;
        if (top < this.offset) return top;
        if (top + this.rowHeight > this.offset + this.viewport) return top + this.rowHeight - this.viewport;
        return this.offset;
    }

    /**
     * The rows to have elements for: those visible and some around them.
     * @param {number} overscan
     * @returns {{from: number, to: number}} `to` is not included
     */
    window(overscan) {
        const first = Math.floor(this.offset / this.rowHeight);
        // As many wherever it stands, so that no element comes or goes while the list is scrolled.
        const last = first + Math.ceil(this.viewport / this.rowHeight) + 1;
        return { from: Math.max(0, first - overscan), to: Math.min(this.count, last + overscan) };
    }

    /** Whole rows that fit. */
    get page() {
        return Math.max(1, Math.floor(this.viewport / this.rowHeight) - 1);
    }

    #clamp() {
        this.offset = Math.min(Math.max(0, this.offset), this.maxOffset);
    }
}

/**
 * @template {HTMLElement} Row
 * @typedef {object} VirtualListOptions
 * @property {HTMLElement} scroller has `overflow: auto` and a height
 * @property {HTMLElement} body what holds the rows inside it; gets its height
 * @property {number} rowHeight
 * @property {number} [overscan]
 * @property {number} [cap]
 * @property {() => Row} create
 * @property {(element: Row, index: number) => void} draw
 * @property {(element: Row, index: number) => void} [sketch] draws what is seen at a glance, as behind a jump another may come; when none
 *   has, the row is drawn
 * @property {(from: number, to: number) => boolean} [ready] whether what is drawn into these rows is there; asks for what is not,
 *   and calls `render` when it has come
 */

/** How long rows may stand still because those to come are not there yet. */
const HOLD = 120;
/** How long after a jump rows are drawn whole, those around the visible ones too: until then another jump may have come. */
const SETTLED = 60;
/** Where nothing is visible, above the first row of the sheet. */
const ASIDE = -20_000;

/**
 * The list in a document.
 * @template {HTMLElement} Row
 */
export class VirtualList {
    #options;
    #map;
    /** @type {Map<number, Row>} */
    #rows = new Map();
    /** @type {Row[]} */
    #spare = [];
    #pinned = -1;
    /** @type {number | null} */
    #first = null;
    #frame = 0;
    #sheet = el("div", { class: "virtual-sheet", role: "presentation" });
    /** Where the sheet was placed. */
    #sheetPlace = Number.NaN;
    /** The row at the top of the sheet. */
    #base = 0;
    /** Where each element was placed on the sheet. @type {WeakMap<Row, number>} */
    #places = new WeakMap();
    /** Where the scroller stands: to ask it after something was written would have the browser lay everything out. */
    #scrollTop = 0;
    /** The offset that the rows are placed for. */
    #shown = 0;
    /** Set while the rows wait for those to come. @type {ReturnType<typeof setTimeout> | undefined} */
    #hold;
    #late = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #rest;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #settle;
    /** Set from a jump until it has settled. */
    #hasty = false;
    /** Rows that were drawn in haste. @type {Set<Row>} */
    #sketched = new Set();
    #observer;
    #changing = false;

    /** @param {VirtualListOptions<Row>} options */
    constructor(options) {
        this.#options = options;
        this.#map = new ScrollMap(options.rowHeight, options.cap);
        options.body.append(this.#sheet);
        options.scroller.addEventListener("scroll", this.#onScroll, { passive: true });
        this.#observer = new ResizeObserver(() => this.#measure());
        this.#observer.observe(options.scroller);
    }

    get map() {
        return this.#map;
    }

    /** Rows in all. @param {number} count */
    setCount(count) {
        if (count === this.#map.count) return;
        this.#map.count = count;
        this.#resize();
    }

    /** @param {number} height */
    setRowHeight(height) {
        if (height === this.#map.rowHeight) return;
        const first = this.#map.offset / this.#map.rowHeight;
        this.#map.rowHeight = height;
        this.#resize();
        this.scrollTo(first * height);
    }

    /**
     * A row that keeps its element even when it is scrolled away, because it has the focus.
     * @param {number} index
     */
    pin(index) {
        this.#pinned = index;
    }

    /**
     * The element of a row, if it has one.
     * @param {number} index
     */
    elementOf(index) {
        return this.#rows.get(index);
    }

    /** All elements that rows have, with the number of the row. */
    elements() {
        return this.#rows.entries();
    }

    /**
     * Makes the elements that a window needs, so that the task that draws the first rows need not.
     * @param {number} [most] so many of them
     * @returns {boolean} whether all are there
     */
    provide(most = Infinity) {
        const { viewport, rowHeight } = this.#map;
        const needed = Math.ceil((viewport || innerHeight) / rowHeight) + 1 + 2 * (this.#options.overscan ?? 8);
        for (let made = 0; this.#rows.size + this.#spare.length < needed; made += 1) {
            if (made === most) return false;
            this.#spare.push(this.#options.create());
        }
        return true;
    }

    /**
     * Gives elements to so many rows from the first one on, whatever is visible: for paper, which does not scroll.
     * @param {number | null} count null: to those that are visible again
     */
    showFirst(count) {
        this.#first = count;
        this.#hasty = false;
        this.render();
        this.#order();
    }

    /**
     * Changes which rows there are and which are in view. Each one is drawn once, at the end, whatever comes into view on the way.
     * @param {() => void} change
     */
    change(change) {
        this.#changing = true;
        change();
        this.render();
        this.#changing = false;
        this.redraw();
    }

    /** The rows that have elements. */
    get window() {
        if (this.#first !== null) return { from: 0, to: Math.min(this.#first, this.#map.count) };
        return this.#map.window(this.#options.overscan ?? 8);
    }

    /** @param {number} offset */
    scrollTo(offset) {
        const { scroller } = this.#options;
        const top = this.#map.moveTo(offset);
        // Both setting and asking lay everything out.
        if (top !== this.#scrollTop) {
            scroller.scrollTop = top;
            this.#scrollTop = scroller.scrollTop;
        }
        this.render();
    }

    /**
     * @param {number} index
     * @param {'nearest' | 'center'} [block]
     */
    reveal(index, block) {
        const offset = this.#map.offsetFor(index, block);
        if (offset !== this.#map.offset) this.scrollTo(offset);
    }

    /** Whether rows are waited for. */
    get waiting() {
        return this.#hold !== undefined;
    }

    /** Draws all rows that have an element anew. */
    redraw() {
        this.#sketched.clear();
        for (const [index, element] of this.#rows) this.#options.draw(element, index);
    }

    /**
     * Gives elements to the rows that should have one, and places them. Rows that are not there yet are waited for a moment: until
     * then those that were shown stay in view, as nobody can read rows that are drawn empty first and anew at once.
     */
    render() {
        const whole = this.window;
        const jumped = this.#jumped();
        if (jumped) this.#haste();
        // What is not visible yet costs a jump time and nobody sees it.
        const { from, to } = this.#hasty ? this.#map.window(0) : whole;
        const ready = this.#options.ready?.(from, to) ?? true;
        if (ready || this.#late || this.#rows.size === 0) {
            clearTimeout(this.#hold);
            this.#hold = undefined;
            this.#shown = this.#map.offset;
            if (jumped) this.#base = whole.from;
            this.#fill(from, to);
            if (!this.#hasty) this.#finish();
            // Those that are needed again at once are only put aside: to hide them would have them made up anew.
            const hidden = this.#spare.length - Math.max(0, whole.to - whole.from - this.#rows.size);
            for (let index = 0; index < hidden; index += 1) this.#hide(this.#spare[index]);
        } else {
            this.#hold ??= setTimeout(() => {
                this.#late = true;
                this.render();
                this.#late = false;
            }, HOLD);
        }
        this.#place();
        this.#restSoon();
    }

    /** Whether none of the rows that are visible has an element. */
    #jumped() {
        if (this.#first !== null || this.#rows.size === 0) return false;
        const { from, to } = this.#map.window(0);
        for (let index = from; index < to; index += 1) if (this.#rows.has(index)) return false;
        return true;
    }

    #haste() {
        this.#hasty = true;
        clearTimeout(this.#settle);
        this.#settle = setTimeout(() => {
            this.#hasty = false;
            this.renderSoon();
        }, SETTLED);
    }

    /** Draws whole what was drawn in haste. */
    #finish() {
        for (const [index, element] of this.#rows) if (this.#sketched.has(element)) this.#options.draw(element, index);
        this.#sketched.clear();
    }

    /** Places the sheet, and the rows on it. */
    #place() {
        const { rowHeight, spacerHeight, viewport } = this.#map;
        // Relative to the visible part, as the spacer may be shorter than the content.
        const top = this.#base * rowHeight + this.#scrollTop - this.#shown;
        if (top !== this.#sheetPlace) {
            this.#sheetPlace = top;
            this.#sheet.style.transform = `translateY(${top}px)`;
        }
        // A row that is kept far away does not make the content any longer.
        const least = -1000 - top;
        const most = spacerHeight + viewport - top;
        for (const [index, element] of this.#rows) this.#put(element, Math.min(Math.max((index - this.#base) * rowHeight, least), most));
        for (const element of this.#spare) if (!element.hidden) this.#put(element, ASIDE);
    }

    /** @param {Row | undefined} element */
    #hide(element) {
        if (element !== undefined && !element.hidden) element.hidden = true;
    }

    /**
     * @param {Row} element
     * @param {number} place on the sheet
     */
    #put(element, place) {
        if (this.#places.get(element) === place) return;
        this.#places.set(element, place);
        element.style.transform = `translateY(${place}px)`;
    }

    /**
     * @param {number} from
     * @param {number} to
     */
    #fill(from, to) {
        const pinned = this.#first === null && this.#pinned >= 0 && this.#pinned < this.#map.count ? this.#pinned : -1;
        for (const [index, element] of this.#rows) {
            if ((index >= from && index < to) || index === pinned) continue;
            this.#rows.delete(index);
            this.#spare.push(element);
        }
        // An element that stands where a row is to be need not be moved.
        const standing = new Map(this.#spare.map((element) => [this.#places.get(element), element]));
        for (let index = from; index < to; index += 1) {
            const element = this.#rows.has(index) ? undefined : standing.get((index - this.#base) * this.#map.rowHeight);
            if (element === undefined) continue;
            this.#spare.splice(this.#spare.indexOf(element), 1);
            this.#give(index, element);
        }
        for (let index = from; index < to; index += 1) this.#give(index);
        if (pinned >= 0) this.#give(pinned);
    }

    /**
     * @param {number} index
     * @param {Row} [chosen]
     */
    #give(index, chosen) {
        if (this.#rows.has(index)) return;
        const element = chosen ?? this.#spare.pop() ?? this.#options.create();
        if (element.parentNode === null) this.#sheet.append(element);
        if (element.hidden) element.hidden = false;
        this.#rows.set(index, element);
        if (this.#changing) return;
        const { draw, sketch } = this.#options;
        if (this.#hasty && sketch !== undefined) {
            this.#sketched.add(element);
            sketch(element, index);
        } else {
            this.#sketched.delete(element);
            draw(element, index);
        }
    }

    #onScroll = () => {
        const top = this.#options.scroller.scrollTop;
        this.#scrollTop = top;
        if (Math.abs(top - this.#map.restScroll()) >= 1 || !this.#map.scaled) this.#map.scrolled(top);
        this.renderSoon();
        this.#restSoon();
    };

    /** Renders with the next frame, however often it was asked for. */
    renderSoon() {
        if (this.#frame !== 0) return;
        this.#frame = requestAnimationFrame(() => {
            this.#frame = 0;
            this.render();
        });
    }

    /** When the scrolling rests, brings scroll bar and rows together, and the elements into the order of the rows. */
    #restSoon() {
        clearTimeout(this.#rest);
        this.#rest = setTimeout(() => {
            // Only where they are apart, as this renders and so comes here again.
            if (this.#map.scaled && Math.abs(this.#map.restScroll() - this.#scrollTop) >= 1) this.scrollTo(this.#map.offset);
            this.#order();
        }, 200);
    }

    /** What reads the document in order should meet the rows in order. An element with the focus must not be moved. */
    #order() {
        const order = [...this.#rows].sort(([one], [other]) => one - other).map(([, element]) => element);
        const held = order.find((element) => element.contains(document.activeElement)) ?? null;
        const at = held === null ? order.length : order.indexOf(held);
        /** @type {Element | null} */
        let next = held;
        for (let index = at - 1; index >= 0; index -= 1) {
            const element = /** @type {Row} */ (order[index]);
            if (next !== null && element.nextElementSibling !== next) this.#sheet.insertBefore(element, next);
            next = element;
        }
        /** @type {Element | null} */
        let before = held;
        for (let index = at + 1; index < order.length; index += 1) {
            const element = /** @type {Row} */ (order[index]);
            if (before !== null && before.nextElementSibling !== element) before.after(element);
            before = element;
        }
    }

    #measure() {
        // An element that was not shown meanwhile may have lost its place.
        this.#scrollTop = -1;
        this.#map.viewport = this.#options.scroller.clientHeight;
        this.#resize();
    }

    #resize() {
        this.#options.body.style.setProperty("height", `${this.#map.spacerHeight}px`);
        this.scrollTo(this.#map.offset);
    }

    destroy() {
        this.#observer.disconnect();
        this.#options.scroller.removeEventListener("scroll", this.#onScroll);
        cancelAnimationFrame(this.#frame);
        clearTimeout(this.#rest);
        clearTimeout(this.#settle);
        clearTimeout(this.#hold);
    }
}
