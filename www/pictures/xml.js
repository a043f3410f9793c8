/** Texts as they may stand in an SVG document: nothing in a name becomes markup, and nothing breaks the document. */

/** What XML has no way to hold, and halves of characters. */
const IMPOSSIBLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ESCAPES = /** @type {Readonly<Record<string, string>>} */ ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" });

/** @param {string} text */
export function escaped(text) {
    return text.replace(IMPOSSIBLE, "\ufffd").replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}

/**
 * An element with attributes; those that are null, undefined or empty are left out.
 * @param {string} name
 * @param {Readonly<Record<string, string | number | null | undefined>>} attributes
 * @param {string} [content] markup
 */
export function tag(name, attributes, content = "") {
    let text = `<${name}`;
    for (const [key, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined && value !== "") text += ` ${key}="${typeof value === "number" ? rounded(value) : escaped(value)}"`;
    }
    return content === "" ? `${text}/>` : `${text}>${content}</${name}>`;
}

/**
 * A number of pixels without digits that nobody sees.
 * @param {number} value
 */
export function rounded(value) {
    return String(Math.round(value * 100) / 100);
}
