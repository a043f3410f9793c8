// The measurements themselves, the same code in a page and in Node. Each task runs in a fresh page or process.
//
// Contestants take turns: in every round each one runs once, so that a machine that is busy for a while slows down all of
// them. Garbage is collected before each run and not during it, as far as that is in our hands: nobody pays for what
// another one left behind.

import { warmUp } from '../www/worker/warm-up.js'
import { context } from './context.js'
import { indexDocument } from './tree-index.js'

/**
 * What differs between a page and Node.
 * @typedef {object} Environment
 * @property {() => Promise<typeof import('../dist/npm/index.js')>} importPackage
 * @property {() => Promise<typeof import('./peers.js')>} importPeers
 * @property {URL | Uint8Array<ArrayBuffer>} module what `init` gets
 * @property {(path: string) => Promise<Uint8Array>} load
 * @property {(path: string) => Promise<AsyncIterable<Uint8Array>>} open
 * @property {() => void} collectGarbage
 */

/** @typedef {'parse' | 'decode' | 'index' | 'spanscope'} Contestant */

/**
 * @typedef {object} Task
 * @property {'warm' | 'cold' | 'further' | 'explained' | 'stream' | 'refusal' | 'context'} kind `context` needs no file
 * @property {string} [format]
 * @property {string} [path]
 * @property {number} [bytes]
 * @property {number} [rounds]
 * @property {number} [unmeasured] rounds before those that count
 * @property {'document' | 'lines' | 'text'} [content] of a further format: what `JSON.parse` can do with it
 * @property {number} [spans] of a further format
 * @property {Contestant} [contestant] of a cold run
 * @property {boolean} [warmUp] whether a cold run does what the page's worker does while the user chooses a file
 * @property {{ path: string, bytes: number }} [smaller] a streaming task's second file
 */

/** @param {Task} task @param {Environment} environment */
export function perform(task, environment) {
  /** @type {Record<Task['kind'], (task: any, environment: Environment) => Promise<object>>} */
  const performers = { warm, cold, further, explained, stream, refusal, context }
  return performers[task.kind](task, environment)
}

/** What the contestants do with the bytes of a file (and, for the first one only, with its text made before). */
const CONTESTANTS = {
  parse: (/** @type {Input} */ { text }) => JSON.parse(text),
  decode: ({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)),
  index: ({ bytes, format }) => indexDocument(format, JSON.parse(new TextDecoder().decode(bytes))),
  spanscope: ({ bytes, spanscope }) => spanscope.read(bytes),
}

/** @typedef {{ bytes: Uint8Array, text: string, format: string, spanscope: typeof import('../dist/npm/index.js') }} Input */

/** All contestants, and the analyses of all traces, again and again in one page. */
async function warm({ format, path, rounds = 7, unmeasured = 2 }, environment) {
  const spanscope = await environment.importPackage()
  await spanscope.init(environment.module)
  const bytes = await environment.load(path)
  const input = { bytes, text: new TextDecoder().decode(bytes), format, spanscope }
  const checked = check(input)
  /** @type {Record<Contestant | 'analyses' | 'explained', number[]>} */
  const times = { parse: [], decode: [], index: [], spanscope: [], analyses: [], explained: [] }
  for (let round = -unmeasured; round < rounds; round++) {
    for (const [name, run] of Object.entries(CONTESTANTS)) {
      environment.collectGarbage()
      const start = performance.now()
      const result = run(input)
      const time = performance.now() - start
      if (round >= 0) times[name].push(time)
      if (name === 'spanscope') {
        environment.collectGarbage()
        const before = performance.now()
        analyses(result)
        if (round >= 0) times.analyses.push(performance.now() - before)
        environment.collectGarbage()
        const begin = performance.now()
        explain(result)
        if (round >= 0) times.explained.push(performance.now() - begin)
        result.free()
      }
    }
  }
  return { times, checked, memory: spanscope.memoryBytes() }
}

/** Texts of more bytes are longer than the longest string of an engine. */
const LONGEST_TEXT = 500e6

/** All that is said of the traces of a file, beside `JSON.parse` of its text, where there can be one. */
async function explained({ path, bytes, rounds = 3, unmeasured = 1 }, environment) {
  const spanscope = await environment.importPackage()
  await spanscope.init(environment.module)
  const text = bytes > LONGEST_TEXT ? '' : new TextDecoder().decode(await environment.load(path))
  const reader = new spanscope.TraceReader({ byteLength: bytes })
  for await (const chunk of await environment.open(path)) reader.push(chunk)
  const set = reader.finish()
  /** @type {{ parse: number[], explained: number[] }} */
  const times = { parse: [], explained: [] }
  for (let round = -unmeasured; round < rounds; round++) {
    for (const [name, run] of /** @type {['parse' | 'explained', () => any][]} */ ([['parse', () => text && JSON.parse(text)], ['explained', () => explain(set)]])) {
      environment.collectGarbage()
      const start = performance.now()
      run()
      if (round >= 0) times[name].push(performance.now() - start)
    }
  }
  return { times, spans: set.spanCount, traces: set.traceCount, parsed: text !== '' }
}

/** The critical path and the self times of every trace. */
function analyses(set) {
  let total = 0
  for (let index = 0; index < set.traceCount; index++) {
    const trace = set.trace(index)
    for (const path of trace.criticalPath()) total += path.totalNs
    total += trace.selfTimes().length
    trace.free()
  }
  return total
}

/** All that is said of every trace: verdict, findings, advice, the doubts of its path, the costliest spans, budgets. */
function explain(set) {
  let said = 0
  for (let index = 0; index < set.traceCount; index++) {
    const trace = set.trace(index)
    said += trace.verdict().length + trace.findings().length + trace.advice().now.length + trace.pathDoubts().hops.length
    said += trace.largestDrags(10).length + trace.pathBySpent().length + trace.budgets('db <= 30%; calls(db) <= 10').statements.length
    trace.free()
  }
  return said
}

/** Reads the input both ways and compares: a fast answer that is wrong is worth nothing. */
function check({ bytes, text, format, spanscope }) {
  const expected = indexDocument(format, JSON.parse(text))
  const set = spanscope.read(bytes)
  let selfTime = 0
  let depth = 0
  for (let index = 0; index < set.traceCount; index++) {
    const trace = set.trace(index)
    for (const time of trace.selfTimes()) selfTime += time
    for (const level of trace.depths()) depth += level
    trace.free()
  }
  const got = { spans: set.spanCount, traces: set.traceCount, selfTime, depth, format: set.format }
  set.free()
  const sum = (/** @type {ArrayLike<number>} */ numbers) => Array.prototype.reduce.call(numbers, (total, number) => total + number, 0)
  const wanted = { spans: expected.spanCount, traces: expected.traceCount, selfTime: sum(expected.selfTimes), depth: sum(expected.depths) }
  for (const [name, value] of Object.entries(wanted)) {
    // Levels may be counted from 0 or from 1.
    const same = got[name] === value || (name === 'depth' && got.depth === value + got.spans)
    if (!same) throw new Error(`Spanscope's ${name} is ${got[name]}, the tree index in JavaScript has ${value}.`)
  }
  return got
}

/** One contestant, once, in a page where nothing has run yet. */
async function cold({ format, path, contestant, warmUp: warmedUp }, environment) {
  const bytes = await environment.load(path)
  if (contestant !== 'spanscope') {
    environment.collectGarbage()
    const start = performance.now()
    CONTESTANTS[contestant]({ bytes, text: '', format, spanscope: /** @type {never} */ (undefined) })
    return { first: performance.now() - start, start: 0, memory: 0 }
  }
  const spanscope = await environment.importPackage()
  const begin = performance.now()
  await spanscope.init(environment.module)
  const start = performance.now() - begin
  if (warmedUp) {
    warmUp(spanscope)
    // The engine compiles what it found to be hot beside the page's own work; a user takes longer to choose a file.
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  environment.collectGarbage()
  const before = performance.now()
  const set = spanscope.read(bytes)
  const first = performance.now() - before
  const memory = spanscope.memoryBytes()
  set.free()
  return { first, start, memory }
}

/** A file of a further format: `JSON.parse`, as far as it can, and Spanscope take turns. The memory is that after the first reading. */
async function further({ path, format, content, spans, rounds = 5, unmeasured = 2 }, environment) {
  const spanscope = await environment.importPackage()
  await spanscope.init(environment.module)
  const bytes = await environment.load(path)
  const text = content === 'text' ? '' : new TextDecoder().decode(bytes)
  const lines = content === 'lines' ? text.split('\n').filter(Boolean) : []
  const parse = { document: () => JSON.parse(text), lines: () => lines.map((line) => JSON.parse(line)), text: null }[content]
  /** @type {{ parse: number[], spanscope: number[], memory: number }} */
  const result = { parse: [], spanscope: [], memory: 0 }
  for (let round = -unmeasured; round < rounds; round++) {
    if (parse) {
      environment.collectGarbage()
      const start = performance.now()
      parse()
      const time = performance.now() - start
      if (round >= 0) result.parse.push(time)
    }
    environment.collectGarbage()
    const start = performance.now()
    const set = spanscope.read(bytes)
    const time = performance.now() - start
    if (round >= 0) result.spanscope.push(time)
    result.memory ||= spanscope.memoryBytes()
    if (set.spanCount !== spans || set.format !== format) {
      throw new Error(`${path}: Spanscope read ${set.spanCount} spans as ${set.format} instead of ${spans} as ${format}.`)
    }
    set.free()
  }
  return result
}

/** A file in chunks, beside a smaller one: the time in Spanscope, without waiting for the chunks. */
async function stream({ path, bytes, smaller, rounds = 3 }, environment) {
  const spanscope = await environment.importPackage()
  await spanscope.init(environment.module)
  /** @type {{ first: number, large: number[], small: number[], spansRead: number, memory: number }} */
  const result = { first: 0, large: [], small: [], spansRead: 0, memory: 0 }
  const readOnce = async (/** @type {{ path: string, bytes: number }} */ file) => {
    const chunks = await environment.open(file.path)
    environment.collectGarbage()
    let busy = 0
    const timed = (/** @type {() => any} */ step) => {
      const start = performance.now()
      const value = step()
      busy += performance.now() - start
      return value
    }
    const reader = timed(() => new spanscope.TraceReader({ byteLength: file.bytes }))
    for await (const chunk of chunks) timed(() => reader.push(chunk))
    const set = timed(() => reader.finish())
    return { busy, set }
  }
  for (let round = -1; round < rounds; round++) {
    const large = await readOnce({ path, bytes })
    if (round < 0) {
      Object.assign(result, { first: large.busy, spansRead: large.set.spanCount, memory: spanscope.memoryBytes() })
    } else {
      result.large.push(large.busy)
    }
    large.set.free()
    const small = await readOnce(smaller)
    if (round >= 0) result.small.push(small.busy)
    small.set.free()
  }
  return result
}

/** What the engine says when it is to parse a file that is longer than a string can be. */
async function refusal({ path }, environment) {
  const bytes = await environment.load(path)
  try {
    const document = JSON.parse(new TextDecoder().decode(bytes))
    return { parsed: true, message: `parsed ${typeof document}` }
  } catch (error) {
    return { parsed: false, message: String(error) }
  }
}
