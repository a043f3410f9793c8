// Writes what was measured of the page as Markdown: a table for each part, and each goal with whether it was reached.

import { count, median, megabytes, ms, table } from './report.js'
import { QUERIES } from './viewer-measure.js'

/** @typedef {import('./frames.js').Frame} Frame */

/** @param {number[]} times @param {number} share of them that are not longer */
function quantile(times, share) {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

const busy = (/** @type {Frame[]} */ frames) => frames.map(({ script, layout }) => script + layout)
const nameOf = (/** @type {any} */ { spans, shape, bytes }) => `${count(spans)} spans, ${shape === 'one' ? 'one trace' : 'many traces'}, ${megabytes(bytes)} MB`
const shortName = (/** @type {any} */ { spans }) => `${count(spans)} spans`

/**
 * @param {any[]} results one per file of viewer.js
 * @param {{ date: string, machine: string, browser: string, load: number[] }} about
 */
export function report(results, about) {
  const load = about.load.map((figure) => figure.toFixed(1)).join(' to ')
  let text = `Measured on ${about.date}: ${about.machine}; ${about.browser}, window of 1440 by 900; other load on the machine ${load}.\n\n`
  text += loadTable(results.filter(({ loads }) => loads))
  text += frameTable(results.filter(({ scroll, zoom }) => scroll || zoom))
  text += findTable(results.filter(({ find }) => find))
  return text + goals(results)
}

function loadTable(/** @type {any[]} */ results) {
  if (results.length === 0) return ''
  const tasks = (/** @type {any} */ { loads }) => {
    const all = loads.flatMap(({ longTasks }) => longTasks)
    return all.length === 0 ? 'none' : `${ms(all.length / loads.length)}, the longest ${ms(Math.max(...all))} ms`
  }
  const parses = (/** @type {any} */ { parses: measured }) => (measured.includes(null) ? 'longer than a string can be' : `${ms(median(measured))} ms`)
  return (
    '**Opening a file** (median of fresh pages, in turns)\n\n' +
    table(['', ...results.map(nameOf)], [
      ['decode + `JSON.parse` alone', ...results.map(parses)],
      ['**file chosen to first rows painted**', ...results.map(({ loads }) => `${ms(median(loads.map(({ rows }) => rows)))} ms`)],
      ['tasks of the main thread over 50 ms, a file', ...results.map(tasks)],
      ['heap of the page', ...results.map(({ loads }) => `${megabytes(median(loads.map(({ heap }) => heap)))} MB`)],
      ['wasm memory of the worker', ...results.map(({ loads, bytes }) => `${megabytes(median(loads.map(({ wasm }) => wasm)))} MB, ${(median(loads.map(({ wasm }) => wasm)) / bytes).toFixed(2)} of the file`)],
    ])
  )
}

/** The actions of which frames were measured. */
const ACTIONS = /** @type {[string, (result: any) => Frame[] | undefined][]} */ ([
  ['scroll by wheel', ({ scroll }) => scroll?.wheel],
  ['scroll by the bar', ({ scroll }) => scroll?.bar],
  ['zoom', ({ zoom }) => zoom?.zoomed],
  ['pan', ({ zoom }) => zoom?.panned],
])

function frameTable(/** @type {any[]} */ results) {
  if (results.length === 0) return ''
  const cell = (/** @type {Frame[] | undefined} */ frames) => {
    if (frames === undefined || frames.length === 0) return ''
    const part = (/** @type {'script' | 'layout' | 'paint'} */ name) => ms(median(frames.map((frame) => frame[name])))
    return `${part('script')} + ${part('layout')}, ${ms(median(busy(frames)))} to ${ms(quantile(busy(frames), 0.99))} ms (paint ${part('paint')}; ${frames.length} frames)`
  }
  return (
    '**Frames** (script + style and layout, both together at the median and at the 99th percentile)\n\n' +
    table(['one trace', ...results.map(shortName)], ACTIONS.map(([name, of]) => [name, ...results.map((result) => cell(of(result)))]))
  )
}

function findTable(/** @type {any[]} */ results) {
  if (results.length === 0) return ''
  return (
    '**Find** (from the key to the frame that shows the answer)\n\n' +
    table(['one trace', ...results.map(shortName)], [
      ...QUERIES.map(([name]) => [name, ...results.map(({ find }) => `${ms(median(find.times[name]))} ms (${find.counts[name]})`)]),
      ['the first letter, as soon as the box has the focus', ...results.map(({ find }) => `${ms(find.first)} ms`)],
      ['a word typed fast, after its last letter', ...results.map(({ find }) => `${ms(find.typed)} ms`)],
    ])
  )
}

function goals(/** @type {any[]} */ results) {
  /** @type {string[][]} */
  const rows = []
  const goal = (/** @type {string} */ name, /** @type {string} */ figure, /** @type {boolean} */ reached) => rows.push([name, figure, reached ? 'reached' : '**not reached**'])
  const loaded = results.filter(({ loads }) => loads)
  for (const result of loaded.filter(({ parses }) => !parses.includes(null))) {
    const ratio = median(result.loads.map(({ rows: time }) => time)) / median(result.parses)
    goal(`${nameOf(result)}: rows in at most the time of decode + \`JSON.parse\``, `${ratio.toFixed(2)} of it`, ratio <= 1)
  }
  for (const result of loaded.filter(({ parses }) => parses.includes(null))) goal(`${nameOf(result)}: rows at all`, `${ms(median(result.loads.map(({ rows: time }) => time)))} ms`, true)
  if (loaded.length > 0) {
    const longest = Math.max(0, ...loaded.flatMap(({ loads }) => loads.flatMap(({ longTasks }) => longTasks)))
    goal('no task of the main thread over 50 ms while opening', longest === 0 ? 'none' : `the longest ${ms(longest)} ms`, longest === 0)
  }
  for (const [name, of] of ACTIONS) {
    const measured = results.flatMap((result) => {
      const frames = of(result)
      return frames === undefined ? [] : [{ result, middle: median(busy(frames)), most: quantile(busy(frames), 0.99) }]
    })
    if (measured.length === 0) continue
    goal(
      `${name}: script + layout at most 8 ms a frame at the median, 16 ms at the 99th percentile`,
      measured.map(({ result, middle, most }) => `${shortName(result)} ${ms(middle)} and ${ms(most)} ms`).join(', '),
      measured.every(({ middle, most }) => middle <= 8 && most <= 16),
    )
  }
  for (const result of results.filter(({ find, spans }) => find && spans === Math.max(...results.map((other) => other.spans)))) {
    const slow = QUERIES.map(([name]) => /** @type {[string, number]} */ ([name, median(result.find.times[name])]))
    goal(
      `find as you type: at most 50 ms for ${shortName(result)}`,
      slow.map(([name, time]) => `${name} ${ms(time)} ms`).join(', '),
      slow.every(([, time]) => time <= 50),
    )
  }
  return table(['Goal', 'Figure', ''], rows)
}
