/** A line between two columns that can be dragged, or moved with the arrow keys. */

import { attribute, el, followPointer } from "../dom.js";

export class Splitter {
    #onMove;
    #value = 0;
    #least = 0;
    #most = 0;
    #direction;

    /**
     * @param {{label: string, direction?: 1 | -1, onMove: (value: number) => void}} options `direction` -1: the
     *   column lies at the right of the line, and grows when it goes left
     */
    constructor({ label, direction = 1, onMove }) {
        this.#onMove = onMove;
        this.#direction = direction;
        this.element = el("div", {
            class: "splitter",
            role: "separator",
            tabindex: 0,
            "aria-label": label,
            "aria-orientation": "vertical",
            on: { pointerdown: (event) => this.#onPress(event), keydown: (event) => this.#onKey(event), dblclick: () => onMove(0) },
        });
    }

    /**
     * @param {number} value the column's width
     * @param {number} least
     * @param {number} most
     */
    place(value, least, most) {
        this.#value = value;
        this.#least = least;
        this.#most = most;
        attribute(this.element, "aria-valuenow", Math.round(value));
        attribute(this.element, "aria-valuemin", Math.round(least));
        attribute(this.element, "aria-valuemax", Math.round(Math.max(most, value)));
    }

    /** @param {number} value */
    #move(value) {
        this.#onMove(Math.round(Math.min(Math.max(this.#least, value), this.#most)));
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const moves = /** @type {Record<string, number>} */ ({
            ArrowLeft: this.#value - 16 * this.#direction,
            ArrowRight: this.#value + 16 * this.#direction,
            Home: this.#least,
            End: this.#most,
        });
        const to = moves[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        this.#move(to);
    }

    /** @param {PointerEvent} event */
    #onPress(event) {
        if (event.button !== 0) return;
        const start = event.clientX;
        const value = this.#value;
        followPointer(this.element, event, (next) => {
            if (next.clientX !== start) this.#move(value + (next.clientX - start) * this.#direction);
        });
    }
}
