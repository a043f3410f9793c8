/**
 * Attributes: in groups by the first part of their key, typed, what is better read as a block as one, and cut down to
 * what a filter asks for.
 */

import { copyButton, el, fill, link } from "../dom.js";
import { formatCount, isSql, prettyJson, prettySql } from "../format.js";

/** @import { Attribute } from '../types.js' */

/** Longer texts are cut, with a way to see all of them. */
const LONG_TEXT = 4000;
/** A list of attributes, events or links beyond this many is shown on request. */
const LONG_LIST = 200;

/** Values as text, made once: a value may be a megabyte, and a filter asks for it with every key. @type {WeakMap<Attribute, string>} */
const texts = new WeakMap();

/**
 * The attributes whose key or value has the text in it.
 * @param {readonly Attribute[]} attributes
 * @param {string} filter in lower case; empty: all
 */
export function matching(attributes, filter) {
    if (filter === "") return [...attributes];
    return attributes.filter((attribute) => attribute.key.toLowerCase().includes(filter) || valueText(attribute).toLowerCase().includes(filter));
}

/**
 * In the order in which the groups appear.
 * @param {readonly Attribute[]} attributes
 * @param {boolean} grouped
 */
export function attributeList(attributes, grouped) {
    /** @type {Map<string, Attribute[]>} */
    const groups = new Map();
    for (const attribute of attributes) {
        const dot = attribute.key.indexOf(".");
        const group = grouped && dot > 0 ? attribute.key.slice(0, dot) : "";
        const list = groups.get(group);
        if (list === undefined) groups.set(group, [attribute]);
        else list.push(attribute);
    }
    const ordered = [...groups.values()].flatMap((list) => list.map((attribute, index) => /** @type {const} */ ([attribute, index === 0])));
    const lines = (/** @type {number} */ from, /** @type {number} */ to) => ordered.slice(from, to).flatMap(([attribute, first]) => attributeLine(attribute, first));
    // Lines of long lists come when asked for: a span may have ten thousand attributes.
    const list = el("dl", { class: "attributes" }, ...lines(0, LONG_LIST));
    return ordered.length <= LONG_LIST ? list : el("div", {}, list, more(ordered.length - LONG_LIST, () => list.append(...lines(LONG_LIST, ordered.length))));
}

/**
 * A list, or its beginning and a button for the rest.
 * @template Item
 * @param {string} name
 * @param {readonly Item[]} items
 * @param {(item: Item) => HTMLElement} make
 */
export function limited(name, items, make) {
    const list = el("ul", { class: name }, ...items.slice(0, LONG_LIST).map(make));
    if (items.length <= LONG_LIST) return [list];
    return [list, more(items.length - LONG_LIST, () => list.append(...items.slice(LONG_LIST).map(make)))];
}

/**
 * A button that brings the rest, once.
 * @param {number} count
 * @param {() => void} bring
 */
function more(count, bring) {
    const shown = el("button", { type: "button", class: "text-link", text: `Show ${formatCount(count)} more`, on: { click: () => { bring(); shown.remove(); } } });
    return shown;
}

/**
 * @param {Attribute} attribute
 * @param {boolean} first of its group
 */
function attributeLine(attribute, first) {
    const { key, type } = attribute;
    const text = valueText(attribute);
    const block = blockOf(key, text, type);
    const place = first ? "group-first" : "";
    const name = el("dt", { class: place, title: `${key} (${type})` }, ...breakable(key));
    if (block !== null) return [name, el("dd", { class: "wide" }, cut(block, (shown) => el("pre", { tabindex: 0, "aria-label": key, text: shown })), copyButton(key, text))];
    const value = type === "string" ? cut(text, (shown) => el("span", {}, link(shown))) : el("span", {}, cut(text, (shown) => el("code", { text: shown })), " ", el("span", { class: "attribute-type", text: type }));
    return [name, el("dd", { class: place }, value, copyButton(key, text))];
}

/**
 * A key that may be broken after its dots.
 * @param {string} key
 */
function breakable(key) {
    return key.split(/(?<=[._/-])/).flatMap((part, index) => (index === 0 ? [part] : [el("wbr"), part]));
}

/**
 * What is better read as a block: SQL, JSON, stack traces, anything with line breaks.
 * @param {string} key
 * @param {string} text
 * @param {string} type
 */
function blockOf(key, text, type) {
    const json = type === "string" || type === "map" || type === "array" ? prettyJson(text) : null;
    if (json !== null && json.length > 40) return json;
    if (type !== "string") return null;
    if (/^(?:db\.query\.text|db\.statement|sql\.query)$/.test(key) || isSql(text)) return prettySql(text);
    return text.includes("\n") || key === "exception.stacktrace" ? text : null;
}

/**
 * A value as text: lists and maps as JSON, bytes as hex, integers in full.
 * @param {Attribute} attribute
 * @returns {string}
 */
function valueText(attribute) {
    if (attribute.type === "string") return attribute.value;
    const known = texts.get(attribute);
    if (known !== undefined) return known;
    const { type, value } = attribute;
    const text = type === "map" || Array.isArray(value) ? jsonText(value, type === "map") : value instanceof Uint8Array ? bytesText(value) : value === null ? "null" : String(value);
    texts.set(attribute, text);
    return text;
}

/**
 * JSON of what the package answers. Maps are lists of pairs there, and integers may be BigInt.
 * @param {unknown} value
 * @param {boolean} map whether a list is a map's list of pairs
 * @returns {string}
 */
function jsonText(value, map) {
    if (value instanceof Uint8Array) return JSON.stringify(bytesText(value));
    if (Array.isArray(value)) {
        if (map) return `{${value.map(([key, entry]) => `${JSON.stringify(String(key))}:${jsonText(entry, isPairs(entry))}`).join(",")}}`;
        return `[${value.map((entry) => jsonText(entry, isPairs(entry))).join(",")}]`;
    }
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number" && !Number.isFinite(value)) return JSON.stringify(String(value));
    return JSON.stringify(value) ?? "null";
}

/** @param {unknown} value */
function isPairs(value) {
    return Array.isArray(value) && value.length > 0 && value.every((entry) => Array.isArray(entry) && entry.length === 2 && typeof entry[0] === "string");
}

/** @param {Uint8Array} bytes */
function bytesText(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * A text, or its beginning and a button for the rest.
 * @param {string} text
 * @param {(shown: string) => HTMLElement} make
 */
function cut(text, make) {
    if (text.length <= LONG_TEXT) return make(text);
    const holder = el("div", {});
    fill(
        holder,
        make(`${text.slice(0, LONG_TEXT)}…`),
        el("button", { type: "button", class: "text-link", text: `Show all ${formatCount(text.length)} characters`, on: { click: () => fill(holder, make(text)) } }),
    );
    return holder;
}
