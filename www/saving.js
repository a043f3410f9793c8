/**
 * What leaves the page as a file: the page itself as one HTML file with what is open in it.
 */

import { save } from "./dom.js";
import { fileWith } from "./one-file.js";
import { sampleBlob } from "./samples/load.js";
import { formatHash } from "./url.js";

/** @import { App } from './app.js' */

export class Saving {
    #app;

    /** @param {App} app */
    constructor(app) {
        this.#app = app;
    }

    async oneFile() {
        const { inputs, trace } = this.#app.store.state;
        try {
            const given = await Promise.all(inputs.map(async ({ name, format, blob, sample }) => ({ name, format, blob: blob ?? (await sampleBlob(sample)) })));
            const name = (trace?.summary.rootName ?? "").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
            save(`${name === "" ? "trace" : name}.html`, await fileWith(given, formatHash({ ...this.#app.places.current(), sample: null })), "text/html");
            this.#app.views.say("Saved.");
        } catch (error) {
            this.#app.fail(error, "The page as one file");
        }
    }
}
