/**
 * The page's side of the worker. A reading goes to a worker of its own, which is already warm; what is open is
 * answered by its own worker until the new one is there, and cancelling is ending the worker that reads.
 *
 * A policy in a meta element does not bind a worker that is started from an address. So, where the host sends no
 * policy with the worker's file, the worker is started from a blob: address, which inherits the page's policy.
 */

import { IS_ONE_FILE, addressOf } from "./address.js";
import { workerSource } from "./one-file.js";

/** @import { InputSpec, Opened, Problem, Progress } from './types.js' */
/** @typedef {import('./worker.js').EngineType} Engine */
/**
 * @template {keyof Engine} Method
 * @typedef {Engine[Method] extends (...values: infer Values) => infer Result ? {values: Values, result: Awaited<Result>} : never} Call
 */

/** Milliseconds after a reading until another worker is made ready for the next one. */
const SPARE_AFTER = 1500;

/** One worker and the questions it has not answered yet. */
export class Connection {
    #worker;
    #next = 1;
    /** @type {Map<number, {resolve: (value: any) => void, reject: (reason: Error) => void}>} */
    #waiting = new Map();
    /** @type {((progress: Progress) => void) | null} */
    onProgress = null;

    /** @param {Worker} worker */
    constructor(worker) {
        this.#worker = worker;
        worker.addEventListener("message", ({ data }) => this.#receive(data));
        worker.addEventListener("error", (event) => {
            event.preventDefault();
            this.#fail(problem("worker", event.message || "The worker could not be started."));
        });
    }

    /**
     * Asks the worker.
     * @template {keyof Engine} Method
     * @param {Method} method
     * @param {Call<Method>['values']} values
     * @returns {Promise<Call<Method>['result']>}
     */
    call(method, ...values) {
        return new Promise((resolve, reject) => {
            const id = this.#next;
            this.#next += 1;
            this.#waiting.set(id, { resolve, reject });
            this.#worker.postMessage({ id, method, arguments: values });
        });
    }

    /** Ends the worker, which frees its memory; what was asked is never answered. */
    end() {
        this.#worker.terminate();
        this.#fail(problem("cancelled", "Cancelled."));
    }

    /** @param {any} data */
    #receive(data) {
        if (data.progress !== undefined) {
            this.onProgress?.(data.progress);
            return;
        }
        const waiting = this.#waiting.get(data.id);
        if (waiting === undefined) return;
        this.#waiting.delete(data.id);
        if (data.error === undefined) waiting.resolve(data.result);
        else waiting.reject(problem(data.error.kind, data.error.message, data.error));
    }

    /** @param {Error} reason */
    #fail(reason) {
        const waiting = [...this.#waiting.values()];
        this.#waiting.clear();
        for (const { reject } of waiting) reject(reason);
    }
}

export class Client {
    /** @type {Promise<Connection> | null} */
    #spare = null;
    /** @type {Connection | null} */
    #reading = null;
    #turn = 0;

    /** Starts a worker and warms it up, so that the first reading need not wait. */
    prepare() {
        this.#spare ??= startWorker().then((worker) => {
            const connection = new Connection(worker);
            // What goes wrong here goes wrong again, and is told, when something is opened.
            connection.call("prepare").catch(() => {});
            return connection;
        });
        return this.#spare;
    }

    /**
     * Reads inputs in a worker of their own.
     * @param {InputSpec[]} inputs
     * @param {readonly number[]} added the ids of those that are new
     * @param {(progress: Progress) => void} onProgress
     * @returns {Promise<{connection: Connection, opened: Opened}>} rejects with kind `cancelled` when another reading or cancel() came first
     */
    async open(inputs, added, onProgress) {
        this.cancel();
        const turn = this.#turn;
        const connection = await this.prepare();
        this.#spare = null;
        if (turn !== this.#turn) {
            connection.end();
            throw problem("cancelled", "Cancelled.");
        }
        this.#reading = connection;
        connection.onProgress = onProgress;
        try {
            const opened = await connection.call("open", inputs, added);
            return { connection, opened };
        } catch (error) {
            connection.end();
            throw error;
        } finally {
            if (this.#reading === connection) this.#reading = null;
            // What was read is shown first.
            setTimeout(() => void this.prepare().catch(() => {}), SPARE_AFTER);
        }
    }

    /** Ends a reading. */
    cancel() {
        this.#turn += 1;
        this.#reading?.end();
        this.#reading = null;
    }

    /**
     * Asks a worker that has nothing open.
     * @template {'formats' | 'newContext'} Method
     * @param {Method} method
     * @param {Call<Method>['values']} values
     */
    async ask(method, ...values) {
        return (await this.prepare()).call(method, ...values);
    }
}

/** @returns {Promise<Worker>} */
async function startWorker() {
    if (IS_ONE_FILE) return new Worker(blobAddress(workerSource()));
    const worker = addressOf("./worker.js");
    if (await hasPolicy(worker)) return new Worker(worker, { type: "module" });
    return new Worker(blobAddress(`import ${JSON.stringify(worker.href)};`), { type: "module" });
}

/**
 * The address of a program. It is not revoked: the worker may not have been fetched yet.
 * @param {string} source
 */
function blobAddress(source) {
    return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

/** @type {Promise<boolean> | null} */
let policyKnown = null;

/**
 * Whether the host sends a policy with the worker's file that keeps it from connecting elsewhere.
 * @param {URL} address
 */
function hasPolicy(address) {
    policyKnown ??= fetch(address)
        .then((response) => policyBinds(response.headers.get("content-security-policy")))
        .catch(() => false);
    return policyKnown;
}

/**
 * @param {string | null} header
 */
export function policyBinds(header) {
    if (header === null) return false;
    const directives = new Map(
        header
            .split(/[;,]/)
            .map((directive) => directive.trim().split(/\s+/))
            .map(([name = "", ...sources]) => [name.toLowerCase(), sources.map((source) => source.toLowerCase())]),
    );
    const sources = directives.get("connect-src") ?? directives.get("default-src");
    return sources !== undefined && sources.every((source) => source === "'self'" || source === "'none'");
}

/**
 * @param {string} kind
 * @param {string} message
 * @param {Partial<Problem>} [rest]
 * @returns {Error & Problem}
 */
function problem(kind, message, rest = {}) {
    return Object.assign(new Error(message), { kind, name: rest.name ?? "", excerpt: rest.excerpt ?? null });
}
