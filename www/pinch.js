/**
 * Two fingers on a time line: spreading them zooms, moving both moves the time. One finger is left to the browser, which
 * scrolls with it. Touch events and not pointer events, because only those can be kept from scrolling while two fingers
 * are down and still scroll with one.
 */

/** Nearer than this many pixels, fingers cannot be told apart along the time. */
const LEAST_SPREAD = 24;

/**
 * Where two fingers stand along the time.
 * @typedef {object} Grip
 * @property {number} middle pixels from the start of the time line
 * @property {number} spread
 */

/**
 * The range after two fingers went from one grip to another, so that what was under them stays under them.
 * @param {{at: (px: number) => number}} scale the times as they were drawn when the fingers came down
 * @param {{left: number, right: number}} shown where the range that is shown begins and ends on it
 * @param {Grip} from
 * @param {Grip} to
 * @returns {{from: number, to: number}}
 */
export function pinched(scale, { left, right }, from, to) {
    const factor = from.spread / to.spread;
    const start = from.middle + (left - to.middle) * factor;
    return { from: scale.at(start), to: scale.at(start + (right - left) * factor) };
}

/**
 * Follows pairs of fingers on an element. While one is down, a drag by a single pointer should do nothing: `active` says so.
 * @template Begun
 */
export class Pinch {
    /** Whether two fingers are down, or were since the first one came down. */
    active = false;
    #box;

    /**
     * @param {HTMLElement} element
     * @param {object} options
     * @param {() => DOMRect} options.box of the time line
     * @param {(target: EventTarget | null) => boolean} [options.takes] whether a finger there counts
     * @param {() => Begun | null} options.begin what is shown when the second finger comes down; null: nothing to zoom
     * @param {(begun: Begun, from: Grip, to: Grip) => void} options.move
     */
    constructor(element, { box, takes = () => true, begin, move }) {
        this.#box = box;
        /** @type {{begun: Begun, grip: Grip} | null} */
        let held = null;
        element.addEventListener(
            "touchstart",
            (event) => {
                if (event.touches.length === 1) this.active = false;
                const [one, other] = event.touches;
                held = null;
                if (one === undefined || other === undefined || event.touches.length !== 2 || !takes(one.target) || !takes(other.target)) return;
                const begun = begin();
                if (begun === null) return;
                this.active = true;
                event.preventDefault();
                held = { begun, grip: this.#grip(one, other) };
            },
            { passive: false },
        );
        element.addEventListener(
            "touchmove",
            (event) => {
                const [one, other] = event.touches;
                if (held === null || one === undefined || other === undefined) return;
                event.preventDefault();
                move(held.begun, held.grip, this.#grip(one, other));
            },
            { passive: false },
        );
        const end = () => {
            held = null;
        };
        element.addEventListener("touchend", end);
        element.addEventListener("touchcancel", end);
    }

    /**
     * @param {Touch} one
     * @param {Touch} other
     * @returns {Grip}
     */
    #grip(one, other) {
        const { left } = this.#box();
        return { middle: (one.clientX + other.clientX) / 2 - left, spread: Math.max(LEAST_SPREAD, Math.abs(one.clientX - other.clientX)) };
    }
}
