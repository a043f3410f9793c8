// `cargo xtask bench --page`: measures the built page in Chromium, as it is served, and prints the result as Markdown. `viewer-measure.js`
// does the measuring, `frames.js` says where the time of each frame went, `viewer-report.js` writes the tables.

import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { launchChromium } from '../tests/chromium.js'
import { serveFolder } from '../tests/site-server.js'
import { inputFile } from './generate.js'
import { find, load, parse, scroll, zoom } from './viewer-measure.js'
import { report } from './viewer-report.js'

const HELP = `cargo xtask bench --page [options]

  --sizes LIST         numbers of spans (10000,100000,1000000)
  --shapes LIST        of one, many: one trace of all spans, or traces of up to 100 (both; many is loaded only)
  --parts LIST         of load, scroll, zoom, find (all)
  --rounds N           rounds that count, per measurement

The input files, OTLP, are kept under target/bench; the largest have 880 MB. The result is Markdown, on the terminal and in
target/bench/page.md.`

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SIZES = [10_000, 100_000, 1_000_000]
const SHAPES = ['one', 'many']
const PARTS = ['load', 'scroll', 'zoom', 'find']
/** Events that are sent to scroll or zoom. */
const STEPS = 120

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    sizes: { type: 'string', default: SIZES.join() },
    shapes: { type: 'string', default: SHAPES.join() },
    parts: { type: 'string', default: PARTS.join() },
    rounds: { type: 'string' },
  },
})

function list(/** @type {string} */ text, /** @type {readonly string[]} */ known) {
  const names = text.split(',')
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`\`${unknown}\` is not one of ${known.join(', ')}.`)
  return names
}

function progress(/** @type {string} */ text) {
  process.stderr.write(`${text}\n`)
}

async function main() {
  const sizes = values.sizes.split(',').map(Number)
  if (sizes.some((size) => !Number.isInteger(size) || size < 2)) throw new Error('--sizes needs whole numbers of spans.')
  const shapes = /** @type {('one' | 'many')[]} */ (list(values.shapes, SHAPES))
  const parts = list(values.parts, PARTS)
  const given = values.rounds === undefined ? undefined : Number(values.rounds)
  const load1 = os.loadavg()[0]
  const server = await serveFolder('dist/site')
  // The scroll bars are dragged, so they have to be there.
  const browser = await launchChromium([], ['--hide-scrollbars'])
  const results = []
  try {
    for (const spans of sizes) {
      for (const shape of shapes) {
        progress(`${spans} spans, ${shape === 'one' ? 'one trace' : 'many traces'}: writing the file, unless it is there`)
        const file = inputFile('otlp', spans, shape)
        /** @type {any} */
        const result = { spans, shape, bytes: file.bytes }
        results.push(result)
        if (parts.includes('load')) {
          result.loads = []
          result.parses = []
          const rounds = given ?? (spans > 500_000 ? 3 : 5)
          for (let round = 0; round < rounds; round++) {
            progress(`  loading, round ${round + 1}`)
            result.parses.push(await parse(browser, server.url, file))
            result.loads.push(await load(browser, server.url, file))
          }
        }
        if (shape === 'many') continue
        if (parts.includes('scroll')) {
          progress('  scrolling')
          result.scroll = await scroll(browser, server.url, file, STEPS)
        }
        if (parts.includes('zoom')) {
          progress('  zooming')
          result.zoom = await zoom(browser, server.url, file, STEPS)
        }
        if (parts.includes('find')) {
          progress('  finding')
          result.find = await find(browser, server.url, file, given ?? 5)
        }
      }
    }
    const text = report(results, {
      date: new Date().toISOString().slice(0, 10),
      machine: `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()}`,
      browser: `Chromium ${browser.version()}`,
      load: [load1, os.loadavg()[0]],
    })
    writeFileSync(`${ROOT}target/bench/page.md`, text)
    process.stdout.write(text)
  } finally {
    await browser.close()
    await server.close()
  }
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
