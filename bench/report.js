// Writes what was measured as Markdown: tables of medians and ratios, and each goal with whether it was reached.

import { FURTHER } from './further.js'
import { LOGS } from './logs.js'

const NAMES = { otlp: 'OTLP', jaeger: 'Jaeger', zipkin: 'Zipkin' }
const ROWS = [
  ['parse', '`JSON.parse` of the text'],
  ['decode', 'decode + `JSON.parse`'],
  ['index', 'decode + `JSON.parse` + tree index in JavaScript'],
  ['spanscope', '**Spanscope: copy in + parse + tree index**'],
]

/** @param {number[]} times */
export function median(times) {
  const sorted = [...times].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export const ms = (/** @type {number} */ time) => (time < 100 ? time.toFixed(1) : Math.round(time).toLocaleString('en-US'))
export const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1)
const rate = (/** @type {number} */ bytes, /** @type {number} */ time) => Math.round(bytes / 1000 / time).toLocaleString('en-US')
const times = (/** @type {number} */ ratio) => `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}x`
export const count = (/** @type {number} */ number) => number.toLocaleString('en-US')

export function table(/** @type {string[]} */ head, /** @type {string[][]} */ rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map((_, index) => (index === 0 ? '---' : '---:'))) + rows.map(line).join('') + '\n'
}

/**
 * @param {any[]} results one per measurement of run.js
 * @param {{ date: string, machine: string, engines: string[], peers: Record<string, string | undefined>, module: { raw: number, gzipped: number } }} about
 */
export function report(results, about) {
  const warm = results.filter(({ kind }) => kind === 'warm')
  const cold = results.filter(({ kind }) => kind === 'cold')
  const large = results.filter(({ kind }) => kind === 'large')
  let text = `Measured on ${about.date}: ${about.machine}; ${about.engines.join('; ')}. The shipped module: ${count(about.module.raw)} bytes, ${count(about.module.gzipped)} gzipped.\n\n`
  const contexts = results.filter(({ kind }) => kind === 'context')
  const native = results.find(({ kind }) => kind === 'native')
  const further = results.filter(({ kind }) => kind === 'further')
  const explained = results.filter(({ kind }) => kind === 'explained')
  text += warmTables(warm) + coldTables(cold) + furtherTables(further) + explainedTable(explained) + largeTable(large) + contextTables(contexts, native, about.peers)
  text += goals(warm, cold, further, explained, large, about.module, contexts, native)
  return text
}

/** The different values of a property, in order of appearance. */
function distinct(/** @type {any[]} */ results, /** @type {string} */ property) {
  return [...new Set(results.map((result) => result[property]))]
}

function warmTables(warm) {
  let text = ''
  for (const spans of distinct(warm, 'spans')) {
    for (const engine of distinct(warm, 'engine')) {
      const columns = warm.filter((result) => result.spans === spans && result.engine === engine)
      text += `**${engine}, ${count(spans)} spans, warm** (median time, MB/s, ratio to the first row; all rows in turns in one run)\n\n`
      const head = ['', ...columns.map(({ format, bytes }) => `${NAMES[format]}, ${megabytes(bytes)} MB`)]
      const rows = ROWS.map(([row, name]) => [
        name,
        ...columns.map(({ times: measured, bytes }) => {
          const time = median(measured[row])
          return `${ms(time)} ms, ${rate(bytes, time)} MB/s, ${times(median(measured.parse) / time)}`
        }),
      ])
      rows.push(['Spanscope: critical path and self times of all traces', ...columns.map(({ times: measured }) => `${ms(median(measured.analyses))} ms`)])
      rows.push(['Spanscope: all that is said of all traces', ...columns.map(({ times: measured }) => `${ms(median(measured.explained))} ms`)])
      text += table(head, rows)
    }
  }
  return text
}

function coldTables(cold) {
  let text = ''
  for (const engine of distinct(cold, 'engine')) {
    const formats = distinct(cold, 'format')
    const cell = (/** @type {string} */ format, /** @type {string} */ contestant, /** @type {boolean} */ warmUp) =>
      cold.find((result) => result.engine === engine && result.format === format && result.contestant === contestant && result.warmUp === warmUp)
    const total = (/** @type {any} */ { answers }) => median(answers.map(({ first, start }) => first + start))
    const spans = cold[0].spans
    text += `**${engine}, ${count(spans)} spans, cold** (the first file in a fresh ${engine === 'Node' ? 'process' : 'page'}; median time)\n\n`
    const head = ['', ...formats.map((format) => `${NAMES[format]}, ${megabytes(cell(format, 'decode', false).bytes)} MB`)]
    text += table(head, [
      ['decode + `JSON.parse`', ...formats.map((format) => `${ms(total(cell(format, 'decode', false)))} ms`)],
      ['decode + `JSON.parse` + tree index in JavaScript', ...formats.map((format) => `${ms(total(cell(format, 'index', false)))} ms`)],
      ['**Spanscope, `init` and first `read`**', ...formats.map((format) => `${ms(total(cell(format, 'spanscope', false)))} ms`)],
      [
        'Spanscope, first `read` after a warm-up while the file is chosen',
        ...formats.map((format) => `${ms(median(cell(format, 'spanscope', true).answers.map(({ first }) => first)))} ms`),
      ],
      [
        'wasm memory / file',
        ...formats.map((format) => {
          const { answers, bytes } = cell(format, 'spanscope', false)
          return `${(answers[0].memory / bytes).toFixed(2)}`
        }),
      ],
    ])
  }
  return text
}

function furtherTables(further) {
  let text = ''
  for (const engine of distinct(further, 'engine')) {
    const rows = further.filter((result) => result.engine === engine)
    text += `**${engine}, further formats, ${count(rows[0].spans)} spans, warm** (median time; memory after the first reading)\n\n`
    text += table(
      ['', '`JSON.parse`', '**Spanscope**', '', 'ratio', 'memory / file'],
      rows.map(({ format, bytes, parse, spanscope, memory }) => {
        const time = median(spanscope)
        const parsed = parse.length > 0 ? median(parse) : null
        return [
          `${FURTHER[format].name}, ${megabytes(bytes)} MB`,
          parsed === null ? '' : `${ms(parsed)} ms`,
          `${ms(time)} ms`,
          `${rate(bytes, time)} MB/s`,
          parsed === null ? '' : times(parsed / time),
          (memory / bytes).toFixed(2),
        ]
      }),
    )
  }
  return text
}

const SHAPES = { one: 'as a backend makes it', chain: 'one below the other', flat: 'side by side under one' }

function explainedTable(explained) {
  if (explained.length === 0) return ''
  const engines = distinct(explained, 'engine')
  const rows = explained
    .filter(({ engine }) => engine === engines[0])
    .map(({ shape, spans, bytes }) => [
      `${count(spans)} spans, ${SHAPES[shape]}, ${megabytes(bytes)} MB`,
      ...engines.map((engine) => {
        const { times: measured, parsed } = explained.find((result) => result.engine === engine && result.shape === shape && result.spans === spans)
        const said = median(measured.explained)
        return `${ms(said)} ms${parsed ? `, ${(said / median(measured.parse)).toFixed(2)} of \`JSON.parse\`` : ''}`
      }),
    ])
  return `**All that is said of one trace** (verdict, findings, advice, doubts, drags, budgets; median time)\n\n${table(['', ...engines], rows)}`
}

function largeTable(large) {
  if (large.length === 0) return ''
  const [{ spans, bytes }] = large
  const head = [`${count(spans)} spans, OTLP, ${megabytes(bytes)} MB`, ...large.map(({ engine }) => engine)]
  return table(head, [
    ['decode + `JSON.parse`', ...large.map(({ refused }) => refused.message)],
    ['Spanscope in chunks, first time', ...large.map(({ first, bytes }) => `${ms(first)} ms, ${rate(bytes, first)} MB/s`)],
    ['Spanscope in chunks, warm', ...large.map(({ large, bytes }) => `${ms(median(large))} ms, ${rate(bytes, median(large))} MB/s`)],
    [`the same with ${count(spans / 10)} spans`, ...large.map(({ small }) => `${ms(median(small))} ms`)],
    ['wasm memory', ...large.map(({ memory, bytes }) => `${megabytes(memory)} MB, ${(memory / bytes).toFixed(2)} of the file`)],
  ])
}

/** How many times as fast as the faster of the packages. */
const asFast = (/** @type {any} */ { times: measured }, /** @type {'single' | 'batch'} */ row) =>
  Math.min(median(measured.otel), median(measured.tctx)) / median(measured[row])
const nativeRatio = (/** @type {any} */ { spanscope, otel }) => median(otel) / median(spanscope)

function contextTables(contexts, native, peers) {
  let text = ''
  const ns = (/** @type {number[]} */ measured) => `${ms(median(measured))} ns`
  if (contexts.length > 0) {
    text += '**Trace context** (median time a header, ratio to the faster package; all rows in turns in one run)\n\n'
    const row = (/** @type {string} */ name, /** @type {string} */ key) => [name, ...contexts.map(({ times: measured }) => ns(measured[key]))]
    const own = (/** @type {string} */ name, /** @type {'single' | 'batch'} */ key) => [
      name,
      ...contexts.map((result) => `${ns(result.times[key])}, ${times(asFast(result, key))}`),
    ]
    text += table(['', ...contexts.map(({ engine }) => engine)], [
      row(`\`@opentelemetry/core\` ${peers.otel}, \`parseTraceParent\``, 'otel'),
      row(`\`tctx\` ${peers.tctx}, \`parse\``, 'tctx'),
      own('**Spanscope, `parseTraceparent`**', 'single'),
      row('a log of 10,000: decode, split, `parseTraceParent`', 'otelLog'),
      own('**the same log: Spanscope, `parseTraceparents`**', 'batch'),
    ])
  }
  if (native) {
    text += '**Trace context in Rust** (median time of extract and inject for a request of nine or ten headers; in turns in one run)\n\n'
    const { parent, state } = native.times
    text += table(['', '`traceparent`', '`traceparent` and `tracestate`'], [
      [`\`opentelemetry_sdk\` ${peers.sdk}, \`TraceContextPropagator\``, ns(parent.otel), ns(state.otel)],
      ['**Spanscope**', ...[parent, state].map((measured) => `${ns(measured.spanscope)}, ${times(nativeRatio(measured))}`)],
    ])
  }
  return text
}

/** Each goal, the worst figure over the formats in Chromium, and whether it is reached. */
function goals(warm, cold, further, explained, large, module, contexts, native) {
  const rows = []
  const goal = (/** @type {string} */ name, /** @type {string} */ figure, /** @type {boolean} */ reached) => {
    rows.push([name, figure, reached ? 'reached' : '**not reached**'])
  }
  const perFormat = (/** @type {[string, number][]} */ figures, /** @type {(figure: number) => string} */ show) =>
    figures.map(([format, figure]) => `${NAMES[format]} ${show(figure)}`).join(', ')

  const size = Math.max(...distinct(warm, 'spans'))
  const largest = warm.filter(({ engine, spans }) => engine === 'Chromium' && spans === size)
  if (largest.length > 0) {
    const against = (/** @type {string} */ row) =>
      largest.map(({ format, times: measured }) => /** @type {[string, number]} */ ([format, median(measured[row]) / median(measured.spanscope)]))
    for (const [name, row, wanted] of /** @type {[string, string, number][]} */ ([
      ['warm: at least 5x faster than `JSON.parse`', 'parse', 5],
      ['warm: at least 8x faster than decode + `JSON.parse` + index', 'index', 8],
    ])) {
      const figures = against(row)
      goal(name, perFormat(figures, times), figures.every(([, ratio]) => ratio >= wanted))
    }
    const analyses = largest.map(({ format, times: measured }) => /** @type {[string, number]} */ ([format, median(measured.analyses) / median(measured.parse)]))
    goal(
      `critical path and self times of ${count(size)} spans in under 0.1 of \`JSON.parse\``,
      perFormat(analyses, (ratio) => ratio.toFixed(3)),
      analyses.every(([, ratio]) => ratio < 0.1),
    )
    const explained = largest.map(({ format, times: measured }) => /** @type {[string, number]} */ ([format, median(measured.explained) / median(measured.parse)]))
    goal(
      `verdict, findings, advice and budgets of all traces of ${count(size)} spans in at most the time of \`JSON.parse\``,
      perFormat(explained, (ratio) => ratio.toFixed(2)),
      explained.every(([, ratio]) => ratio <= 1),
    )
  }

  const other = further.filter(({ engine }) => engine === 'Chromium')
  if (other.length > 0) {
    const isLog = (/** @type {any} */ { format }) => format in LOGS
    const named = (/** @type {any[]} */ rows, /** @type {(row: any) => string} */ show) => rows.map((row) => `${FURTHER[row.format].name} ${show(row)}`).join(', ')
    const ratio = (/** @type {any} */ { parse, spanscope }) => median(parse) / median(spanscope)
    const speed = (/** @type {any} */ { bytes, spanscope }) => bytes / 1000 / median(spanscope)
    const documents = other.filter((row) => !isLog(row))
    const logs = other.filter(isLog)
    goal('further JSON formats: at least 5x faster than `JSON.parse`', named(documents, (row) => times(ratio(row))), documents.every((row) => ratio(row) >= 5))
    goal('logs: at least 300 MB/s', named(logs, (row) => `${Math.round(speed(row))} MB/s`), logs.every((row) => speed(row) >= 300))
    goal('further formats and logs: memory at most 1.5 of the file', named(other, ({ memory, bytes }) => (memory / bytes).toFixed(2)), other.every(({ memory, bytes }) => memory / bytes <= 1.5))
  }

  const inChromium = cold.filter(({ engine }) => engine === 'Chromium')
  if (inChromium.length > 0) {
    const time = (/** @type {string} */ format, /** @type {string} */ contestant) =>
      median(
        inChromium
          .find((result) => result.format === format && result.contestant === contestant && !result.warmUp)
          .answers.map(({ first, start }) => first + start),
      )
    const formats = distinct(inChromium, 'format')
    for (const [name, contestant, wanted] of /** @type {[string, string, number][]} */ ([
      ['cold: at least 2x faster than decode + `JSON.parse`', 'decode', 2],
      ['cold: at least 3x faster than decode + `JSON.parse` + index', 'index', 3],
    ])) {
      const figures = formats.map((format) => /** @type {[string, number]} */ ([format, time(format, contestant) / time(format, 'spanscope')]))
      goal(name, perFormat(figures, times), figures.every(([, ratio]) => ratio >= wanted))
    }
    const memory = inChromium
      .filter(({ contestant, warmUp }) => contestant === 'spanscope' && !warmUp)
      .map(({ format, answers, bytes }) => /** @type {[string, number]} */ ([format, answers[0].memory / bytes]))
    goal('memory: at most 1.5 of the file', perFormat(memory, (ratio) => ratio.toFixed(2)), memory.every(([, ratio]) => ratio <= 1.5))
  }

  const ofOne = (/** @type {string} */ shape) => explained.filter((result) => result.engine === 'Chromium' && result.shape === shape)
  for (const { times: measured, shape, spans, parsed } of explained.filter(({ engine }) => engine === 'Chromium')) {
    if (!parsed) continue
    const ratio = median(measured.explained) / median(measured.parse)
    goal(`all that is said of one trace of ${count(spans)} spans, ${SHAPES[shape]}, in less than the time of \`JSON.parse\``, ratio.toFixed(2), ratio < 1)
  }
  const [short, long] = ofOne('one')
  if (long) {
    const ratio = median(long.times.explained) / median(short.times.explained)
    goal('linear: ten times the spans of one trace in at most 12x the time', times(ratio), ratio <= 12)
  }

  const opened = large.find(({ engine }) => engine === 'Chromium')
  if (opened) {
    goal(`${count(opened.spans)} spans of OTLP open, where \`JSON.parse\` cannot`, `${count(opened.spansRead)} spans in ${ms(opened.first)} ms`, opened.spansRead === opened.spans && !opened.refused.parsed)
    const ratio = median(opened.large) / median(opened.small)
    goal('linear: ten times the spans in at most 11x the time', times(ratio), ratio <= 11)
  }
  for (const [name, row, wanted] of /** @type {[string, 'single' | 'batch', number][]} */ ([
    ['a `traceparent`: at least as fast as the faster package', 'single', 1],
    ['a log of them: at least 15x faster a header', 'batch', 15],
  ])) {
    if (contexts.length === 0) continue
    const figures = contexts.map((result) => /** @type {[string, number]} */ ([result.engine, asFast(result, row)]))
    goal(name, figures.map(([engine, ratio]) => `${engine} ${times(ratio)}`).join(', '), figures.every(([, ratio]) => ratio >= wanted))
  }
  if (native) {
    const { parent, state } = native.times
    const ratios = [nativeRatio(parent), nativeRatio(state)]
    goal(
      'in Rust: extract and inject at least 4x faster than `opentelemetry_sdk`',
      `without \`tracestate\` ${times(ratios[0])}, with ${times(ratios[1])}`,
      ratios.every((ratio) => ratio >= 4),
    )
  }
  goal('module, with all that it does: at most 400 KB gzipped', `${(module.gzipped / 1000).toFixed(1)} KB`, module.gzipped <= 400_000)
  return `${table(['Goal (in Chromium, where nothing else is said)', 'Figure', ''], rows)}`
}
