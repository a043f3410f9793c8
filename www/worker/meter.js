/** Bytes on their way in, and how far they are. */

/** @import { Progress } from '../types.js' */

/** Bytes read of all, told to the page at most twenty times a second. */
export class Meter {
    #done = 0;
    #total;
    #told = 0;
    name;

    /**
     * @param {string} name
     * @param {number} total
     */
    constructor(name, total) {
        this.name = name;
        this.#total = total;
    }

    /** @param {number} bytes */
    add(bytes) {
        this.#done += bytes;
        const now = performance.now();
        if (now - this.#told < 50) return;
        this.#told = now;
        this.#tell("read");
    }

    finish() {
        this.#tell("index");
    }

    /** @param {Progress['phase']} phase */
    #tell(phase) {
        postMessage({ progress: { phase, name: this.name, done: this.#done, total: this.#total } });
    }
}

/**
 * The bytes of a file, piece by piece.
 * @param {Blob} blob
 * @returns {AsyncGenerator<Uint8Array>}
 */
export async function* chunksOf(blob) {
    const reader = blob.stream().getReader();
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
    }
}
