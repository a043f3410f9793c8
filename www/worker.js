/**
 * The worker: owns the wasm instance, reads inputs and answers questions about them. The page talks to it through
 * client.js only. One worker reads once: the next reading goes to a new one, as wasm memory never shrinks, and what
 * is open stays open until the new one is there.
 *
 *     page   {id, method, arguments}           →
 *            ← {id, result} | {id, error} | {progress}
 */

import { Engine } from "./worker/engine.js";

/** @typedef {Engine} EngineType */

const engine = new Engine();

/** Long work of which nobody knows yet whether it will be looked at: it waits while anything else is asked. */
const PATIENT = new Set(["verdict", "explain"]);

addEventListener("message", async (event) => {
    const { id, method, arguments: values } = event.data;
    const urgent = PATIENT.has(method) ? 0 : 1;
    engine.urgent += urgent;
    try {
        const result = await /** @type {any} */ (engine)[method](...values);
        const transfer = ArrayBuffer.isView(result) ? [result.buffer] : [];
        postMessage({ id, result }, { transfer: /** @type {Transferable[]} */ (transfer) });
    } catch (error) {
        const { message, kind = "internal", name = "", excerpt = null } = /** @type {any} */ (error);
        // An error of the package or of the browser has a name of another sort.
        postMessage({ id, error: { message: String(message ?? error), kind, name: excerpt === null && /Error$/.test(name) ? "" : name, excerpt } });
    } finally {
        engine.urgent -= urgent;
    }
});
