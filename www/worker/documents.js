/**
 * The inputs of a reading: reads them into the package's set of traces, leaves out what cannot be read and says why, and
 * shows places in them.
 */

import * as spanscope from "../pkg/index.js";
import { sampleBlob } from "../samples/load.js";
import { LINE_BYTES, LINE_REACH, excerptAt, isPacked } from "./excerpts.js";
import { Meter, chunksOf } from "./meter.js";

/** @import { Excerpt, Explanation, InputSpec, Position, Problem } from '../types.js' */

/** What may be a header block; anything longer is read as a trace without asking. */
const LONGEST_HEADERS = 256 * 1024;

export class Documents {
    /** @type {spanscope.TraceSet | null} */
    #set = null;
    /** @type {InputSpec[]} */
    #inputs = [];
    /** @type {Blob[]} */
    #blobs = [];

    /** What was read. */
    get set() {
        if (this.#set === null) throw new Error("nothing is open");
        return this.#set;
    }

    /** Bytes, by input. */
    get sizes() {
        return this.#blobs.map((blob) => blob.size);
    }

    /**
     * Reads inputs. A lone text that is a header, or a block of them, is explained instead. What cannot be read is left
     * out and told, unless that is everything that was added: then nothing is opened.
     * @param {InputSpec[]} inputs
     * @param {readonly number[]} added the ids of those that are new
     * @returns {Promise<{headers: {text: string, explanations: Explanation[]} | null, failed: {id: number, problem: Problem}[]}>}
     */
    async open(inputs, added) {
        this.#inputs = inputs;
        this.#blobs = [];
        for (const input of inputs) this.#blobs.push(input.blob ?? (await sampleBlob(input.sample)));
        const headers = await this.#headersIn(added);
        return { headers, failed: headers === null ? await this.#read(added) : [] };
    }

    /** @param {readonly number[]} added */
    async #headersIn(added) {
        const lone = added.length === 1 ? this.#inputs.findIndex((input) => input.id === added[0]) : -1;
        const blob = this.#blobs[lone];
        if (blob === undefined || this.#inputs[lone]?.format !== null || blob.size > LONGEST_HEADERS) return null;
        const bytes = new Uint8Array(await blob.arrayBuffer());
        if (spanscope.detect(bytes).kind !== "headers") return null;
        const text = new TextDecoder().decode(bytes);
        const explanations = spanscope.explainHeaders(text);
        return explanations.length > 0 ? { text, explanations } : null;
    }

    /**
     * @param {readonly number[]} added
     * @returns {Promise<{id: number, problem: Problem}[]>} what was left out
     */
    async #read(added) {
        const [only] = this.#inputs;
        if (this.#inputs.length === 1 && only !== undefined) {
            try {
                this.#set = await this.#readOne();
            } catch (error) {
                throw asError(await this.#placed(error, 0));
            }
            return [];
        }
        try {
            this.#set = await this.#readAll();
        } catch (error) {
            // Nothing could be read; the error is that of the first.
            const { input } = /** @type {{position?: Position | null}} */ (error).position ?? { input: 0 };
            throw asError(await this.#placed(error, input));
        }
        /** @type {{id: number, problem: Problem}[]} */
        const failed = [];
        for (const index of this.#leftOut(this.#set)) {
            const input = /** @type {InputSpec} */ (this.#inputs[index]);
            failed.push({ id: input.id, problem: await this.#whyNot(index) });
        }
        if (failed.length === 0) return [];
        const [first] = failed;
        const hopeless = added.length > 0 && added.every((id) => failed.some((failure) => failure.id === id));
        this.#set.free();
        this.#set = null;
        if (hopeless && first !== undefined) throw asError(failed.find(({ id }) => added.includes(id))?.problem ?? first.problem);
        const good = this.#inputs.map((input) => !failed.some(({ id }) => id === input.id));
        this.#blobs = this.#blobs.filter((_, index) => good[index]);
        this.#inputs = this.#inputs.filter((_, index) => good[index]);
        await this.#read([]);
        return failed;
    }

    /**
     * The inputs without a report.
     * @param {spanscope.TraceSet} set
     */
    #leftOut(set) {
        const read = new Set(set.inputs().map(({ given }) => given));
        return [...this.#inputs.keys()].filter((index) => !read.has(index));
    }

    /**
     * Reads an input alone for the sake of its error.
     * @param {number} index
     * @returns {Promise<Problem>}
     */
    async #whyNot(index) {
        const input = /** @type {InputSpec} */ (this.#inputs[index]);
        const blob = /** @type {Blob} */ (this.#blobs[index]);
        try {
            spanscope.read(await blob.arrayBuffer(), { name: input.name, ...(input.format === null ? {} : { format: input.format }) }).free();
        } catch (error) {
            return this.#placed(error, index);
        }
        return { kind: "no-spans", message: "Expected spans, found none.", name: input.name, excerpt: null };
    }

    /** Streams one input into wasm memory, which is reserved at its size. */
    async #readOne() {
        const [input] = this.#inputs;
        const [blob] = this.#blobs;
        if (input === undefined || blob === undefined) throw new Error("nothing to read");
        const reader = new spanscope.TraceReader({ byteLength: blob.size, name: input.name, ...(input.format === null ? {} : { format: input.format }) });
        const meter = new Meter(input.name, blob.size);
        for await (const chunk of chunksOf(blob)) {
            reader.push(chunk);
            meter.add(chunk.length);
        }
        meter.finish();
        return reader.finish();
    }

    async #readAll() {
        const total = this.#blobs.reduce((sum, blob) => sum + blob.size, 0);
        const meter = new Meter("", total);
        const documents = [];
        for (const [index, blob] of this.#blobs.entries()) {
            const input = this.#inputs[index];
            meter.name = input?.name ?? "";
            const bytes = new Uint8Array(blob.size);
            let at = 0;
            for await (const chunk of chunksOf(blob)) {
                bytes.set(chunk, at);
                at += chunk.length;
                meter.add(chunk.length);
            }
            documents.push({ bytes, name: meter.name, ...(input?.format ? { format: input.format } : {}) });
        }
        meter.finish();
        return spanscope.readAll(documents);
    }

    /**
     * The line around a place in an input.
     * @param {number} input
     * @param {Omit<Position, 'input'> | null} position
     * @param {number} [lines] how many lines after it to show as well
     * @returns {Excerpt | null}
     */
    excerpt(input, position, lines = 0) {
        if (position === null) return null;
        const from = Math.max(0, position.offset - LINE_REACH);
        const name = this.set.inputs().find((report) => report.input === input)?.name ?? this.#inputs[input]?.name ?? "";
        return excerptAt(this.set.source(input, from, position.offset + Math.max(LINE_REACH, lines * LINE_BYTES)), position.offset - from, position, name, lines);
    }

    /**
     * What is told of an error: the name of its input, and the marked line if it says where.
     * @param {any} error
     * @param {number} input
     * @returns {Promise<Problem>}
     */
    async #placed(error, input) {
        const name = this.#inputs[input]?.name ?? "";
        if (error instanceof DOMException) return { kind: "unreadable", message: `The browser could not read it: ${error.message}`, name, excerpt: null };
        return {
            kind: typeof error?.kind === "string" ? error.kind : "internal",
            message: String(error?.message ?? error),
            name,
            excerpt: await this.#unread(input, error?.position ?? null).catch(() => null),
        };
    }

    /**
     * The place of an error in an input of which nothing was kept. What was packed has no lines.
     * @param {number} input
     * @param {Position | null} position
     */
    async #unread(input, position) {
        const blob = this.#blobs[input];
        if (blob === undefined || position === null || position.offset > blob.size || (await isPacked(blob))) return null;
        const from = Math.max(0, position.offset - LINE_REACH);
        const bytes = new Uint8Array(await blob.slice(from, position.offset + LINE_REACH).arrayBuffer());
        return excerptAt(bytes, position.offset - from, position, this.#inputs[input]?.name ?? "", 0);
    }
}

/**
 * @param {Problem} problem
 * @returns {Error & Problem}
 */
function asError(problem) {
    return Object.assign(new Error(problem.message), problem);
}
