/**
 * A surface that is painted on as on a canvas and writes SVG down: whoever paints a picture need not know which of the
 * two it becomes. It has what the page's pictures use, and nothing else.
 */

import { escaped, rounded, tag } from "./xml.js";

/** What is painted on. @typedef {Pick<CanvasRenderingContext2D, 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'font' | 'textBaseline' | 'fillRect' | 'strokeRect' | 'fillText' | 'measureText' | 'beginPath' | 'moveTo' | 'lineTo' | 'arc' | 'rect' | 'clip' | 'stroke' | 'save' | 'restore'>} Surface */

/** @implements {Surface} */
export class SvgSurface {
    /** @type {string | CanvasGradient | CanvasPattern} */
    fillStyle = "#000";
    /** @type {string | CanvasGradient | CanvasPattern} */
    strokeStyle = "#000";
    lineWidth = 1;
    font = "12px sans-serif";
    /** @type {CanvasTextBaseline} */
    textBaseline = "alphabetic";
    #content = "";
    #path = "";
    #clips = 0;
    /** Ends of groups that are open, by saved state. @type {{fillStyle: SvgSurface['fillStyle'], strokeStyle: SvgSurface['strokeStyle'], lineWidth: number, groups: number}[]} */
    #saved = [];
    #groups = 0;
    #measure;

    /** @param {Pick<CanvasRenderingContext2D, 'font' | 'measureText'>} measure knows how wide texts are */
    constructor(measure) {
        this.#measure = measure;
    }

    /** What was painted, as markup. */
    get markup() {
        return this.#content + "</g>".repeat(this.#groups);
    }

    /**
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     */
    fillRect(x, y, width, height) {
        this.#content += tag("rect", { x, y, width, height, fill: String(this.fillStyle) });
    }

    /**
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     */
    strokeRect(x, y, width, height) {
        this.#content += tag("rect", { x, y, width, height, fill: "none", stroke: String(this.strokeStyle), "stroke-width": this.lineWidth });
    }

    /**
     * @param {string} text
     * @param {number} x
     * @param {number} y
     */
    fillText(text, x, y) {
        const [, size = "12", family = "sans-serif"] = /(\d+)px\s+(.*)$/.exec(this.font) ?? [];
        // Not every program that shows SVG knows other base lines.
        const base = this.textBaseline === "middle" ? y + Number(size) * 0.35 : y;
        this.#content += tag("text", { x, y: base, fill: String(this.fillStyle), "font-size": size, "font-family": family, "xml:space": "preserve" }, escaped(text));
    }

    /** @param {string} text */
    measureText(text) {
        this.#measure.font = this.font;
        return this.#measure.measureText(text);
    }

    beginPath() {
        this.#path = "";
    }

    /**
     * @param {number} x
     * @param {number} y
     */
    moveTo(x, y) {
        this.#path += `M${rounded(x)} ${rounded(y)}`;
    }

    /**
     * @param {number} x
     * @param {number} y
     */
    lineTo(x, y) {
        this.#path += `L${rounded(x)} ${rounded(y)}`;
    }

    /**
     * A whole circle.
     * @param {number} x
     * @param {number} y
     * @param {number} radius
     */
    arc(x, y, radius) {
        const r = rounded(radius);
        this.#path += `M${rounded(x - radius)} ${rounded(y)}a${r} ${r} 0 1 0 ${rounded(2 * radius)} 0a${r} ${r} 0 1 0 ${rounded(-2 * radius)} 0z`;
    }

    /**
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     */
    rect(x, y, width, height) {
        this.#path += `M${rounded(x)} ${rounded(y)}h${rounded(width)}v${rounded(height)}h${rounded(-width)}z`;
    }

    stroke() {
        this.#content += tag("path", { d: this.#path, fill: "none", stroke: String(this.strokeStyle), "stroke-width": this.lineWidth });
    }

    /** Nothing is painted outside of the path any more, until what was saved last is restored. */
    clip() {
        this.#clips += 1;
        const id = `clip${this.#clips}`;
        this.#content += `${tag("clipPath", { id }, tag("path", { d: this.#path }))}<g clip-path="url(#${id})">`;
        this.#groups += 1;
    }

    save() {
        const { fillStyle, strokeStyle, lineWidth } = this;
        this.#saved.push({ fillStyle, strokeStyle, lineWidth, groups: this.#groups });
    }

    restore() {
        const saved = this.#saved.pop();
        if (saved === undefined) return;
        const { groups, ...rest } = saved;
        this.#content += "</g>".repeat(this.#groups - groups);
        this.#groups = groups;
        Object.assign(this, rest);
    }
}
