/**
 * The page as one file, which opens from disk without a server: the same modules, with the worker, the module and the samples inside,
 * and, if it was saved with them, the inputs that were open. `cargo xtask build` makes it (xtask/one-file.js).
 *
 *     <script type="text/plain" id="worker-source">…</script>     the worker's program, started from a blob: address
 *     <script type="text/plain" id="saved-inputs">…</script>      JSON: {address, inputs: [{name, format, bytes in base64}]}, or nothing
 */

import { IS_ONE_FILE, addressOf } from "./address.js";

/** Where inputs stand in the file. */
const EMPTY = '<script type="text/plain" id="saved-inputs"></script>';

/** The worker's program. */
export function workerSource() {
    return document.getElementById("worker-source")?.textContent ?? "";
}

/**
 * What was saved in this file.
 * @returns {{address: string, inputs: {name: string, format: string | null, file: File}[]} | null}
 */
export function savedInputs() {
    const text = IS_ONE_FILE ? (document.getElementById("saved-inputs")?.textContent ?? "") : "";
    if (text === "") return null;
    const { address, inputs } = JSON.parse(text);
    return { address, inputs: inputs.map((/** @type {any} */ { name, format, bytes }) => ({ name, format, file: new File([bytesOf(bytes)], name) })) };
}

/**
 * The one file with inputs in it.
 * @param {readonly {name: string, format: string | null, blob: Blob}[]} inputs
 * @param {string} address what of the view the address says
 * @returns {Promise<Blob>}
 */
export async function fileWith(inputs, address) {
    const response = await fetch(addressOf("./spanscope.html"));
    if (!response.ok) throw new Error(`The page as one file is not on this server (${response.status}).`);
    const template = await response.text();
    const at = template.indexOf(EMPTY);
    if (at < 0) throw new Error("The page as one file has no place for inputs.");
    const saved = await Promise.all(inputs.map(async ({ name, format, blob }) => ({ name, format, bytes: await base64Of(blob) })));
    // Nothing in a name can end the element.
    const json = JSON.stringify({ address, inputs: saved }).replaceAll("<", "\\u003c");
    return new Blob([template.slice(0, at), EMPTY.replace("></", `>${json}</`), template.slice(at + EMPTY.length)], { type: "text/html" });
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function base64Of(blob) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        // A data: address, whose content stands behind its comma.
        reader.addEventListener("load", () => resolve(String(reader.result).replace(/^[^,]*,/, "")));
        reader.addEventListener("error", () => reject(reader.error));
        reader.readAsDataURL(blob);
    });
}

/** @param {string} base64 */
function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
