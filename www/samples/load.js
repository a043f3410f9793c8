/** The bytes of the built-in samples: beside this module, made by generate.js, or, in the page as one file, inside it. */

import { addressOf } from "../address.js";
import { sampleById } from "./index.js";

/**
 * @param {string | null} id
 * @returns {Promise<Blob>}
 */
export async function sampleBlob(id) {
    const sample = id === null ? null : sampleById(id);
    if (sample === null) throw new Error(`There is no sample ${id}.`);
    if (sample.file === null) {
        const { generateDocument } = await import("./generate.js");
        return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (generateDocument())]);
    }
    const inside = /** @type {any} */ (globalThis).spanscopeSamples?.[sample.file];
    if (inside !== undefined) return new Blob([inside]);
    const response = await fetch(addressOf(`./samples/${sample.file}`));
    if (!response.ok) throw new Error(`The sample ${sample.file} is not on this server (${response.status}).`);
    return response.blob();
}
