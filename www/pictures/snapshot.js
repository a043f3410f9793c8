/**
 * What an element of the page shows, as SVG: boxes, borders, texts and drawings where they stand on the screen, in the
 * colours they have there. Texts stay texts; what is cut off for want of room ends with … and has the whole text as its
 * title. Nothing else of the document comes along: no scripts, no links, no identifiers but those of patterns.
 */

import { escaped, rounded, tag } from "./xml.js";

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/** Elements of a drawing that are taken over; whatever else there is, is not. */
const SHAPES = new Set(["svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title", "pattern", "marker", "clipPath"]);
/** Attributes that say where a shape is. */
const GEOMETRY = ["d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points", "viewBox", "transform", "refX", "refY", "markerWidth", "markerHeight", "markerUnits", "orient", "patternUnits", "patternTransform"];
/** Properties that say how it looks, with what they are when nothing says otherwise. */
const LOOKS = /** @type {Readonly<Record<string, string>>} */ ({ fill: "rgb(0, 0, 0)", "fill-opacity": "1", stroke: "none", "stroke-width": "1px", "stroke-opacity": "1", "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter", opacity: "1", "marker-end": "none", "marker-start": "none", "vector-effect": "none", "paint-order": "normal" });
const TEXT_LOOKS = ["font-family", "font-size", "font-weight", "text-anchor"];

/**
 * @param {Element} element
 * @param {Element | null} [last] what of it is shown last, when there is nothing but empty room below
 * @returns {{markup: string, width: number, height: number}}
 */
export function snapshot(element, last = null) {
    const box = boxOf(element);
    const pen = new Pen(last === null ? box : { ...box, bottom: Math.min(box.bottom, boxOf(last).bottom) });
    pen.draw(element);
    return { markup: pen.markup, width: pen.width, height: pen.height };
}

class Pen {
    #origin;
    #content = "";
    /** Patterns and the like that were used, by id. @type {Map<string, string>} */
    #used = new Map();
    #clips = 0;

    /** @param {Box} box */
    constructor(box) {
        this.#origin = box;
        this.width = box.right - box.left;
        this.height = box.bottom - box.top;
    }

    get markup() {
        const used = [...this.#used.values()].join("");
        return (used === "" ? "" : `<defs>${used}</defs>`) + this.#content;
    }

    /** @param {Element} element */
    draw(element) {
        this.#element(element, this.#origin);
    }

    /**
     * @param {Element} element
     * @param {Box} clip what of it can be seen
     */
    #element(element, clip) {
        const style = getComputedStyle(element);
        if (style.display === "none" || style.visibility === "hidden" || element.classList.contains("visually-hidden")) return;
        // What is there to be pressed is no part of a picture.
        if (element instanceof HTMLButtonElement) return;
        const box = boxOf(element);
        const seen = both(clip, box);
        if (element instanceof SVGSVGElement) {
            if (seen !== null) this.#drawing(element, box, clip);
            return;
        }
        if (element instanceof HTMLCanvasElement) {
            if (seen !== null && element.width > 0 && element.height > 0) this.#content += tag("image", { ...this.#place(box), href: element.toDataURL(), preserveAspectRatio: "none" });
            return;
        }
        const faint = Number(style.opacity);
        if (faint < 1) this.#content += `<g opacity="${rounded(faint)}">`;
        if (seen !== null) {
            this.#box(style, box, seen);
            const field = valueOf(element);
            if (field !== null) this.#text(field, { ...box, left: box.left + parseFloat(style.paddingLeft) }, seen, style);
        }
        const inner = style.overflowX === "visible" && style.overflowY === "visible" ? clip : seen;
        if (inner !== null && valueOf(element) === null) {
            for (const child of element.childNodes) {
                if (child instanceof Element) this.#element(child, inner);
                else if (child instanceof Text) this.#lines(child, inner, style);
            }
        }
        if (faint < 1) this.#content += "</g>";
    }

    /** @param {Box} box */
    #place(box) {
        return { x: box.left - this.#origin.left, y: box.top - this.#origin.top, width: box.right - box.left, height: box.bottom - box.top };
    }

    /**
     * The ground and the borders of a box.
     * @param {CSSStyleDeclaration} style
     * @param {Box} box
     * @param {Box} seen
     */
    #box(style, box, seen) {
        // A pattern of the ground is not drawn, its colour is.
        const [ground] = [style.backgroundColor, ...(style.backgroundImage.match(/rgba?\([^)]*\)/g) ?? [])].filter(isSeen);
        if (ground !== undefined) this.#content += tag("rect", { ...this.#place(seen), rx: parseFloat(style.borderTopLeftRadius) || null, fill: ground });
        const widths = { top: style.borderTopWidth, right: style.borderRightWidth, bottom: style.borderBottomWidth, left: style.borderLeftWidth };
        for (const side of /** @type {const} */ (["top", "right", "bottom", "left"])) {
            const width = parseFloat(widths[side]);
            const color = style.getPropertyValue(`border-${side}-color`);
            if (!(width > 0) || style.getPropertyValue(`border-${side}-style`) === "none" || !isSeen(color)) continue;
            const edge = { ...box };
            if (side === "top") edge.bottom = box.top + width;
            else if (side === "bottom") edge.top = box.bottom - width;
            else if (side === "left") edge.right = box.left + width;
            else edge.left = box.right - width;
            const part = both(edge, seen);
            if (part !== null) this.#content += tag("rect", { ...this.#place(part), fill: color });
        }
    }

    /**
     * A text, line by line.
     * @param {Text} node
     * @param {Box} clip
     * @param {CSSStyleDeclaration} style
     */
    #lines(node, clip, style) {
        const text = node.data;
        if (text.trim() === "") return;
        const range = document.createRange();
        range.selectNodeContents(node);
        const rects = range.getClientRects();
        if (rects.length <= 1) {
            const [rect] = rects;
            if (rect !== undefined) this.#text(text.replace(/\s+/g, " ").trim(), rect, clip, style);
            return;
        }
        /** @type {{text: string, box: Box}[]} */
        const lines = [];
        for (const { 0: word, index } of text.matchAll(/\S+\s*/g)) {
            range.setStart(node, index);
            range.setEnd(node, index + word.trimEnd().length);
            const box = boxOf(range);
            const last = lines.at(-1);
            if (last !== undefined && Math.abs(last.box.top - box.top) < 2) {
                last.text += word;
                last.box.right = box.right;
            } else lines.push({ text: word, box });
        }
        for (const line of lines) this.#text(line.text.replace(/\s+/g, " ").trim(), line.box, clip, style);
    }

    /**
     * @param {string} text
     * @param {Box} box
     * @param {Box} clip
     * @param {CSSStyleDeclaration} style
     */
    #text(text, box, clip, style) {
        const seen = both(box, clip);
        if (seen === null || text === "" || seen.bottom - seen.top < (box.bottom - box.top) / 2) return;
        const width = box.right - box.left;
        const room = seen.right - box.left;
        const characters = Array.from(text);
        const cut = room < width - 1;
        const shown = cut ? `${characters.slice(0, Math.max(0, Math.floor((characters.length * room) / width) - 1)).join("")}…` : text;
        const size = parseFloat(style.fontSize);
        this.#content += tag(
            "text",
            {
                x: box.left - this.#origin.left,
                y: (box.top + box.bottom) / 2 - this.#origin.top + size * 0.35,
                fill: style.color,
                "font-family": style.fontFamily,
                "font-size": style.fontSize,
                "font-weight": style.fontWeight === "400" ? null : style.fontWeight,
                "font-style": style.fontStyle === "normal" ? null : style.fontStyle,
                "font-variant-numeric": style.fontVariantNumeric === "normal" ? null : style.fontVariantNumeric,
                "xml:space": "preserve",
            },
            (cut ? tag("title", {}, escaped(text)) : "") + escaped(style.textTransform === "uppercase" ? shown.toUpperCase() : shown),
        );
    }

    /**
     * @param {SVGSVGElement} element
     * @param {Box} box
     * @param {Box} clip
     */
    #drawing(element, box, clip) {
        const { x, y, width, height } = this.#place(box);
        const seen = both(box, clip);
        const cut = seen !== null && (seen.left > box.left + 0.5 || seen.top > box.top + 0.5 || seen.right < box.right - 0.5 || seen.bottom < box.bottom - 0.5);
        let id = "";
        if (cut) {
            this.#clips += 1;
            id = `seen${this.#clips}`;
            this.#content += tag("clipPath", { id }, tag("rect", this.#place(seen)));
        }
        const content = [...element.children].map((child) => this.#shape(child)).join("");
        if (content === "") return;
        const inside = tag("svg", { x, y, width, height, viewBox: element.getAttribute("viewBox") }, content);
        this.#content += cut ? tag("g", { "clip-path": `url(#${id})` }, inside) : inside;
    }

    /**
     * A shape with what its styles say of it.
     * @param {Element} element
     * @returns {string}
     */
    #shape(element) {
        const name = element.localName;
        if (name === "title") return tag("title", {}, escaped(element.textContent ?? ""));
        if (!SHAPES.has(name)) return name === "defs" ? "" : [...element.children].map((child) => this.#shape(child)).join("");
        const style = getComputedStyle(element);
        if (style.display === "none" || style.visibility === "hidden") return "";
        const drawn = { path: "d", polygon: "points" }[name];
        if (drawn !== undefined && (element.getAttribute(drawn) ?? "") === "") return "";
        /** @type {Record<string, string | null>} */
        const attributes = {};
        for (const key of GEOMETRY) attributes[key] = element.getAttribute(key);
        const isText = name === "text" || name === "tspan";
        if (name !== "g") {
            for (const [key, usual] of Object.entries(LOOKS)) {
                const value = style.getPropertyValue(key);
                if (value !== usual && value !== "") attributes[key] = this.#local(value);
            }
        } else if (style.opacity !== "1") attributes["opacity"] = style.opacity;
        if (isText) for (const key of TEXT_LOOKS) attributes[key] = style.getPropertyValue(key);
        if (name === "pattern" || name === "marker") attributes["id"] = element.id;
        const content = isText && element.children.length === 0 ? escaped(element.textContent ?? "") : [...element.children].map((child) => this.#shape(child)).join("");
        return tag(name, attributes, content);
    }

    /**
     * A value whose references are to what comes along.
     * @param {string} value
     */
    #local(value) {
        const id = /url\(["']?[^"')]*#([\w-]+)["']?\)/.exec(value)?.[1];
        if (id === undefined) return value;
        if (!this.#used.has(id)) {
            const target = document.getElementById(id);
            // Set first, so that what refers to itself ends.
            this.#used.set(id, "");
            this.#used.set(id, target === null ? "" : this.#shape(target));
        }
        return `url(#${id})`;
    }
}

/**
 * What stands in a field.
 * @param {Element} element
 */
function valueOf(element) {
    if (element instanceof HTMLSelectElement) return element.selectedOptions[0]?.textContent ?? "";
    return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.value : null;
}

/**
 * @param {{getBoundingClientRect: () => DOMRect}} what
 * @returns {Box}
 */
function boxOf(what) {
    const { left, top, right, bottom } = what.getBoundingClientRect();
    return { left, top, right, bottom };
}

/**
 * What two boxes have in common.
 * @param {Box} one
 * @param {Box} other
 * @returns {Box | null}
 */
function both(one, other) {
    const box = { left: Math.max(one.left, other.left), top: Math.max(one.top, other.top), right: Math.min(one.right, other.right), bottom: Math.min(one.bottom, other.bottom) };
    return box.right > box.left && box.bottom > box.top ? box : null;
}

/** @param {string} color */
function isSeen(color) {
    return color !== "transparent" && !/[,/]\s*0\)$/.test(color);
}
