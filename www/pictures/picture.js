/** Pictures as files: a title over what is shown, as SVG, or that drawn as PNG. */

import { escaped, tag } from "./xml.js";

/** Device pixels for a pixel of a PNG, and the most that browsers give a canvas. */
const DENSITY = 2;
const LONGEST = 16_000;

const MARGIN = 12;
const LINE = 20;

/**
 * @typedef {object} Look
 * @property {string} ink
 * @property {string} muted
 * @property {string} pane
 * @property {string} family of the font
 */

/**
 * A whole SVG document.
 * @param {readonly string[]} lines of the title; the first is the name
 * @param {{markup: string, width: number, height: number}} body
 * @param {Look} look
 */
export function pictureOf(lines, body, look) {
    const head = lines.length * LINE + MARGIN;
    const width = Math.ceil(body.width + 2 * MARGIN);
    const height = Math.ceil(head + body.height + 2 * MARGIN);
    const title = lines.map((line, index) => tag("text", { x: MARGIN, y: MARGIN + index * LINE + 14, fill: index === 0 ? look.ink : look.muted, "font-family": look.family, "font-size": index === 0 ? 15 : 12, "font-weight": index === 0 ? 600 : null, "xml:space": "preserve" }, escaped(line)));
    return tag(
        "svg",
        { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" },
        tag("title", {}, escaped(lines.join("; "))) + tag("rect", { width, height, fill: look.pane }) + title.join("") + tag("svg", { x: MARGIN, y: head + MARGIN / 2, width: body.width, height: body.height }, body.markup),
    );
}

/**
 * @param {string} svg a document
 * @returns {Promise<Blob>}
 */
export async function rasterised(svg) {
    const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    try {
        const image = new Image();
        image.src = address;
        await image.decode();
        const density = Math.min(DENSITY, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
        const canvas = document.createElement("canvas");
        canvas.width = Math.max(1, Math.round(image.naturalWidth * density));
        canvas.height = Math.max(1, Math.round(image.naturalHeight * density));
        canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
        return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error("The browser could not make a PNG of this size.")) : resolve(blob)), "image/png"));
    } finally {
        URL.revokeObjectURL(address);
    }
}
