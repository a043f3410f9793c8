/**
 * Which colour a service has, and the colours as numbers for the canvas.
 *
 * A service takes the slot of its name's hash, so that it looks the same in every trace; when that is taken within
 * the input it takes the next free one. There are eight hues. Services 9 to 24 repeat them with a texture, later ones
 * are neutral: colour is a help, the name is always there.
 *
 *     services 1–8    eight hues, plain
 *     services 9–16   the same hues, dotted
 *     services 17–24  the same hues, lined
 *     beyond          neutral
 */

export const HUES = 8;
const TEXTURES = 3;

/** @import { ServiceLook } from './types.js' */

const TEXTURE_NAMES = /** @type {const} */ (["plain", "dots", "lines"]);

/**
 * FNV-1a over the UTF-16 units: small, and the same everywhere.
 * @param {string} name
 */
export function hashOf(name) {
    let hash = 0x811c9dc5;
    for (let index = 0; index < name.length; index += 1) {
        hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
    }
    return hash;
}

/**
 * The look of every service, in order of first appearance.
 * @param {readonly string[]} services
 * @returns {ServiceLook[]}
 */
export function assignLooks(services) {
    const looks = /** @type {ServiceLook[]} */ ([]);
    let taken = new Set();
    for (const [index, name] of services.entries()) {
        const round = Math.floor(index / HUES);
        if (index % HUES === 0) taken = new Set();
        if (round >= TEXTURES) {
            looks.push({ hue: 0, texture: "plain" });
            continue;
        }
        let slot = hashOf(name) % HUES;
        while (taken.has(slot)) slot = (slot + 1) % HUES;
        taken.add(slot);
        looks.push({ hue: slot + 1, texture: TEXTURE_NAMES[round] ?? "plain" });
    }
    return looks;
}

/**
 * The CSS value of a look's colour.
 * @param {ServiceLook | undefined} look
 */
export function colorOf(look) {
    return look === undefined || look.hue === 0 ? "var(--service-other)" : `var(--service-${look.hue})`;
}

/**
 * The colours of the theme in force as 0xAABBGGRR, which is RGBA in memory.
 * @param {HTMLElement} probe an element of the page, to read computed colours from
 * @param {readonly ServiceLook[]} looks
 * @returns {{palette: Uint32Array, error: number}}
 */
export function canvasColors(probe, looks) {
    const cache = new Map();
    const read = (/** @type {string} */ value) => {
        let number = cache.get(value);
        if (number === undefined) {
            number = packColor(resolvedColor(probe, value));
            cache.set(value, number);
        }
        return number;
    };
    const palette = Uint32Array.from(looks, (look) => read(colorOf(look)));
    return { palette, error: read("var(--error)") };
}

/**
 * A colour as the theme in force has it, such as a canvas takes. Read from a property that is not inherited: what is in the element is
 * not styled anew.
 * @param {HTMLElement} probe an element of the page, to read the computed colour from
 * @param {string} value
 */
export function resolvedColor(probe, value) {
    probe.style.setProperty("outline-color", value);
    const color = getComputedStyle(probe).outlineColor;
    probe.style.removeProperty("outline-color");
    return color;
}

/**
 * `rgb(1, 2, 3)` as 0xFF030201; what cannot be read is a mid grey.
 * @param {string} text
 */
export function packColor(text) {
    const match = /^rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)/.exec(text);
    if (match === null) return 0xff808080;
    const [red, green, blue] = match.slice(1, 4).map((part) => Math.round(Number(part)) & 0xff);
    return ((0xff << 24) | ((blue ?? 0) << 16) | ((green ?? 0) << 8) | (red ?? 0)) >>> 0;
}
