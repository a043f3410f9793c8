/**
 * What leaves the page as a file: the view as a picture, and the page itself as one HTML file with what is open in it.
 */

import { resolvedColor } from "./colors.js";
import { save } from "./dom.js";
import { formatDuration } from "./format.js";
import { fileWith } from "./one-file.js";
import { pictureOf, rasterised } from "./pictures/picture.js";
import { snapshot } from "./pictures/snapshot.js";
import { SvgSurface } from "./pictures/surface.js";
import { sampleBlob } from "./samples/load.js";
import { formatHash } from "./url.js";

/** @import { App } from './app.js' */

export class Saving {
    #app;

    /** @param {App} app */
    constructor(app) {
        this.#app = app;
    }

    /** A file name of the trace's root. */
    get #name() {
        const name = (this.#app.store.state.trace?.summary.rootName ?? "").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
        return name === "" ? "trace" : name;
    }

    async oneFile() {
        const { inputs } = this.#app.store.state;
        try {
            const given = await Promise.all(inputs.map(async ({ name, format, blob, sample }) => ({ name, format, blob: blob ?? (await sampleBlob(sample)) })));
            save(`${this.#name}.html`, await fileWith(given, formatHash({ ...this.#app.places.current(), sample: null })), "text/html");
            this.#app.views.say("Saved.");
        } catch (error) {
            this.#app.fail(error, "The page as one file");
        }
    }

    /**
     * The view that is shown, in the colours it is shown in.
     * @param {'svg' | 'png'} format
     */
    async picture(format) {
        const { trace, tab } = this.#app.store.state;
        if (trace === null) return;
        try {
            const { summary } = trace;
            const { says, ...body } = await this.#drawn(tab);
            const probe = this.#app.views.main;
            const style = getComputedStyle(probe);
            const facts = [summary.rootService, formatDuration(summary.durationNs), `trace ${summary.traceId}`].filter((fact) => fact !== "");
            const svg = pictureOf([summary.rootName === "" ? "(no name)" : summary.rootName, facts.join(" · "), ...(says === "" ? [] : [says])], body, {
                ink: resolvedColor(probe, "var(--ink)"),
                muted: resolvedColor(probe, "var(--muted)"),
                pane: resolvedColor(probe, "var(--pane)"),
                family: style.fontFamily,
            });
            const type = format === "svg" ? "image/svg+xml" : "image/png";
            save(`${this.#name}-${tab}.${format}`, format === "svg" ? svg : await rasterised(svg), type);
            this.#app.views.say("Saved.");
        } catch (error) {
            this.#app.fail(error, "The picture");
        }
    }

    /**
     * @param {import('./tabs.js').TabId} tab
     * @returns {Promise<{markup: string, width: number, height: number, says: string}>}
     */
    async #drawn(tab) {
        const { flame, map, waterfall } = this.#app.views;
        if (tab === "flame") {
            const measure = document.createElement("canvas").getContext("2d");
            if (measure === null) throw new Error("The browser has no canvas.");
            const surface = new SvgSurface(measure);
            const size = await flame.paintOn(surface);
            return { markup: surface.markup, ...size, says: flame.says };
        }
        if (tab === "map" && map.drawing !== null) return { ...snapshot(map.drawing), says: map.says };
        return { ...snapshot(waterfall.element, waterfall.lastRow), says: "" };
    }
}
