// Performs the benchmark's tasks in a page: `run.js` calls `perform` through the browser's debugging protocol.

import { perform } from './measure.js'

const file = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url)

/** @type {import('./measure.js').Environment} */
const environment = {
  importPackage: () => import('../dist/npm/index.js'),
  importPeers: () => import(file('target/bench/peers.js').href),
  module: file('dist/npm/spanscope_bg.wasm'),
  async load(path) {
    const response = await fetch(file(path))
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  },
  async open(path) {
    const response = await fetch(file(path))
    if (!response.ok || response.body === null) throw new Error(`${path}: ${response.status}`)
    return response.body
  },
  // Chromium is started with --expose-gc.
  collectGarbage: () => globalThis.gc?.(),
}

globalThis.perform = (/** @type {import('./measure.js').Task} */ task) => perform(task, environment)
