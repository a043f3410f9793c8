// `cargo xtask bench`: measures the shipped module against what a page would do in JavaScript, and prints the result as
// Markdown. `traces.js` and `generate.js` make the input, `tree-index.js` is the contestant in JavaScript, `measure.js` does
// the timing in a page (`in-page.js`) and in Node (`in-node.js`), `report.js` writes the tables. Trace context is apart:
// `context.js` measures it against `peers.js`, `native/` does so in Rust.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import { launchChromium } from '../tests/chromium.js'
import { serveFolder } from '../tests/site-server.js'
import { FURTHER } from './further.js'
import { FORMATS, inputFile } from './generate.js'
import { report } from './report.js'

const HELP = `cargo xtask bench [options]

  --quick              10,000 and 100,000 spans only, and fewer rounds
  --engines LIST       of chromium, node (both)
  --formats LIST       of otlp, jaeger, zipkin (all)
  --sizes LIST         numbers of spans (10000,100000); the large file is apart, see --parts
  --parts LIST         of warm, cold, further, explained, large, context (all; further is more formats and logs,
                       explained is what is said of one long trace of up to 1,000,000 spans,
                       large is 1,000,000 spans of OTLP, context is headers)
                       protobuf, alone: OTLP protobuf against prost, natively
  --rounds N           rounds that count, per measurement
  --page               measures the page instead; cargo xtask bench --page --help for more

The input files are kept under target/bench; the largest has 870 MB. The result is Markdown, on the terminal and in
target/bench/report.md.`

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LARGE = 1_000_000
const PARTS = ['warm', 'cold', 'further', 'explained', 'large', 'context']

/** Long traces: their shape and how many times the spans of the largest size they have. @type {[import('./generate.js').Shape, number][]} */
const LONG = [['one', 1], ['one', 10], ['chain', 1], ['flat', 10]]

/** @typedef {import('./measure.js').Task} Task */
/** @typedef {{ name: string, version: string, perform: (task: Task) => Promise<any>, close: () => Promise<void> }} Engine */

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    engines: { type: 'string', default: 'chromium,node' },
    formats: { type: 'string', default: FORMATS.join() },
    sizes: { type: 'string', default: '10000,100000' },
    parts: { type: 'string' },
    rounds: { type: 'string' },
  },
})

/** A page of its own for each task: nothing is warm and nothing is left over. @returns {Promise<Engine>} */
async function chromium() {
  const server = await serveFolder('.')
  const browser = await launchChromium(['--js-flags=--expose-gc'])
  return {
    name: 'Chromium',
    version: `Chromium ${browser.version()}`,
    async perform(task) {
      const context = await browser.newContext()
      try {
        const page = await context.newPage()
        await page.goto(`${server.url}bench/page.html`)
        await page.waitForFunction(() => 'perform' in globalThis)
        return await page.evaluate((task) => globalThis.perform(task), task)
      } finally {
        await context.close()
      }
    },
    async close() {
      await browser.close()
      await server.close()
    },
  }
}

/** A process of its own for each task. @returns {Promise<Engine>} */
async function node() {
  const flags = ['--expose-gc', '--max-old-space-size=8192', `${ROOT}bench/in-node.js`]
  return {
    name: 'Node',
    version: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    async perform(task) {
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, JSON.stringify(task)], { maxBuffer: 1 << 26 })
      return JSON.parse(stdout)
    },
    async close() {},
  }
}

const ENGINES = { chromium, node }

function list(/** @type {string} */ text, /** @type {readonly string[]} */ known) {
  const names = text.split(',')
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`\`${unknown}\` is not one of ${known.join(', ')}.`)
  return names
}

function progress(/** @type {string} */ text) {
  process.stderr.write(`${text}\n`)
}

/** Makes one file of the packages that trace context is measured against, which a page can import as well as Node. */
async function bundlePeers() {
  await esbuild.build({ entryPoints: [`${ROOT}bench/peers.js`], bundle: true, format: 'esm', outfile: `${ROOT}target/bench/peers.js`, logLevel: 'error' })
}

/** Measures in Rust. The lock file may lack what the crate has come to need since, so it is not `--locked`. @param {number} rounds */
async function native(rounds) {
  const cargo = ['run', '--quiet', '--release', '--manifest-path', `${ROOT}bench/native/Cargo.toml`, '--', `${rounds}`]
  const { stdout } = await promisify(execFile)(process.env.CARGO ?? 'cargo', cargo, { cwd: ROOT })
  return JSON.parse(stdout)
}

/** The version of a package in node_modules. @param {string} name */
function installed(name) {
  return JSON.parse(readFileSync(`${ROOT}node_modules/${name}/package.json`, 'utf8')).version
}

/** The version of a crate that the measurement in Rust is locked to. @param {string} name */
function locked(name) {
  const lock = readFileSync(`${ROOT}bench/native/Cargo.lock`, 'utf8')
  return lock.match(new RegExp(`name = "${name}"\nversion = "(.+)"`))?.[1]
}

async function main() {
  const engines = []
  const results = []
  const formats = list(values.formats, FORMATS)
  const sizes = values.sizes.split(',').map(Number)
  if (sizes.some((size) => !Number.isInteger(size) || size < 1)) throw new Error('--sizes needs whole numbers of spans.')
  const parts = list(values.parts ?? (values.quick ? 'warm,cold,further,explained,context' : PARTS.join()), PARTS)
  const rounds = values.rounds ? Number(values.rounds) : undefined
  try {
    for (const name of list(values.engines, Object.keys(ENGINES))) engines.push(await ENGINES[name]())

    for (const spans of sizes) {
      for (const format of formats) {
        const file = inputFile(format, spans)
        for (const engine of engines) {
          if (!parts.includes('warm')) continue
          progress(`${engine.name}: ${format}, ${spans} spans, warm`)
          const count = rounds ?? (values.quick ? 5 : spans > 50_000 ? 9 : 25)
          const answer = await engine.perform({ kind: 'warm', format, ...file, rounds: count, unmeasured: spans > 50_000 ? 2 : 5 })
          results.push({ kind: 'warm', engine: engine.name, format, spans, bytes: file.bytes, ...answer })
        }
      }
    }

    const coldSpans = Math.max(...sizes)
    for (const format of parts.includes('cold') ? formats : []) {
      const file = inputFile(format, coldSpans)
      const rows = engines.flatMap((engine) =>
        [
          { contestant: 'decode', warmUp: false },
          { contestant: 'index', warmUp: false },
          { contestant: 'spanscope', warmUp: false },
          { contestant: 'spanscope', warmUp: true },
        ].map((row) => ({ ...row, engine, answers: /** @type {any[]} */ ([]) })),
      )
      for (let round = 0; round < (rounds ?? (values.quick ? 3 : 5)); round++) {
        progress(`${format}, ${coldSpans} spans, cold, round ${round + 1}`)
        for (const { contestant, warmUp, engine, answers } of rows) {
          answers.push(await engine.perform({ kind: 'cold', format, ...file, contestant: /** @type {import('./measure.js').Contestant} */ (contestant), warmUp }))
        }
      }
      for (const { contestant, warmUp, engine, answers } of rows) {
        results.push({ kind: 'cold', engine: engine.name, format, spans: coldSpans, bytes: file.bytes, contestant, warmUp, answers })
      }
    }

    for (const [format, { format: expected, content }] of parts.includes('further') ? Object.entries(FURTHER) : []) {
      const file = inputFile(format, coldSpans)
      for (const engine of engines) {
        progress(`${engine.name}: ${format}, ${coldSpans} spans`)
        const task = { ...file, content, format: expected, spans: coldSpans, rounds: rounds ?? 5 }
        results.push({ kind: 'further', engine: engine.name, format, spans: coldSpans, bytes: file.bytes, ...(await engine.perform({ kind: 'further', ...task })) })
      }
    }

    for (const [shape, times] of parts.includes('explained') ? LONG : []) {
      if (values.quick && times > 1) continue
      const spans = coldSpans * times
      const file = inputFile('otlp', spans, shape)
      for (const engine of engines) {
        progress(`${engine.name}: all that is said of one trace, ${shape}, ${spans} spans`)
        const answer = await engine.perform({ kind: 'explained', ...file, rounds: rounds ?? 5 })
        results.push({ kind: 'explained', engine: engine.name, shape, bytes: file.bytes, ...answer })
      }
    }

    if (parts.includes('large')) {
      progress(`writing ${LARGE} spans of OTLP, unless they are there`)
      const file = inputFile('otlp', LARGE)
      const smaller = inputFile('otlp', LARGE / 10)
      for (const engine of engines) {
        progress(`${engine.name}: otlp, ${LARGE} spans, in chunks`)
        const streamed = await engine.perform({ kind: 'stream', format: 'otlp', ...file, smaller, rounds: rounds ?? 3 })
        const refused = await engine.perform({ kind: 'refusal', format: 'otlp', ...file })
        results.push({ kind: 'large', engine: engine.name, spans: LARGE, bytes: file.bytes, ...streamed, refused })
      }
    }

    if (parts.includes('context')) {
      const count = rounds ?? (values.quick ? 9 : 25)
      await bundlePeers()
      for (const engine of engines) {
        progress(`${engine.name}: trace context`)
        results.push({ kind: 'context', engine: engine.name, ...(await engine.perform({ kind: 'context', rounds: count })) })
      }
      progress('Rust: trace context, after building the contestants')
      results.push({ kind: 'native', times: await native(count) })
    }
  } finally {
    for (const engine of engines) await engine.close()
  }

  const module = readFileSync(`${ROOT}dist/npm/spanscope_bg.wasm`)
  const text = report(results, {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()}`,
    engines: engines.map(({ version }) => version),
    peers: { otel: installed('@opentelemetry/core'), tctx: installed('tctx'), sdk: locked('opentelemetry_sdk') },
    module: { raw: module.length, gzipped: gzipSync(module, { level: 9 }).length },
  })
  writeFileSync(`${ROOT}target/bench/report.md`, text)
  process.stdout.write(text)
}

if (values.help) {
  process.stdout.write(`${HELP}\n`)
} else {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}
