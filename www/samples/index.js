/**
 * The built-in samples: what the page offers before anything is pasted. Four tell the standard stories of tracing, three
 * are small exercises, one shows size. All of it is the project's own data.
 */

/**
 * @typedef {object} Sample
 * @property {string} id stands in the address
 * @property {string} title the link's text
 * @property {string} about one line for the menu
 * @property {string} name the name its input gets
 * @property {string | null} file beside this module; null: made by generate.js
 */

/** @type {readonly Sample[]} */
export const SAMPLES = [
    { id: "slow-database", title: "a slow database call", about: "API → user service → database, 400 ms of 438 in one query", name: "slow-database.json", file: "slow-database.json" },
    { id: "order-queue", title: "an order through a queue", about: "A message joins two services, by a link instead of a parent", name: "order-queue.json", file: "order-queue.json" },
    { id: "timeout", title: "a timeout and its cause", about: "A 504 whose error began two services further down", name: "timeout.json", file: "timeout.json" },
    { id: "sampling", title: "a sampled search", about: "Head sampling at 10 %, written in the trace state", name: "sampling.json", file: "sampling.json" },
    { id: "order-lines", title: "a trace from log lines", about: "Ten log lines of two services: which call was the slowest?", name: "order-lines.log", file: "order-lines.log" },
    { id: "added-delay", title: "a delay of 300 ms", about: "A delay put into a database call on purpose, and found again", name: "added-delay.json", file: "added-delay.json" },
    { id: "three-slow-requests", title: "three slow requests", about: "Three traces of 1.15 s: what would you fix first?", name: "three-slow-requests.json", file: "three-slow-requests.json" },
    { id: "product-import", title: "5,000 spans", about: "An import in 238 batches over five services, a few of them with errors", name: "product-import.json", file: null },
];

/** @param {string} id */
export function sampleById(id) {
    return SAMPLES.find((sample) => sample.id === id) ?? null;
}
