// Performs one of the benchmark's tasks in a process of its own: the task is the argument, the answer is printed, both JSON.

import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { perform } from './measure.js'

const file = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url)

const answer = await perform(JSON.parse(process.argv[2]), {
  importPackage: () => import('../dist/npm/index.js'),
  importPeers: () => import(file('target/bench/peers.js').href),
  module: new Uint8Array(await readFile(file('dist/npm/spanscope_bg.wasm'))),
  // A copy in memory of its own: what readFile answers may be part of a pool.
  load: async (path) => new Uint8Array(await readFile(file(path))),
  open: async (path) => createReadStream(file(path), { highWaterMark: 1 << 20 }),
  // Node is started with --expose-gc.
  collectGarbage: () => globalThis.gc?.(),
})
process.stdout.write(JSON.stringify(answer))
