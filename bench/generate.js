// Writes the benchmark's input files: the same traces as OTLP, Jaeger and Zipkin JSON, compact, one document each (`further.js` has more
// formats).
//
// The files are kept under target/bench and made again when the generator changes. They are written piece by piece, because
// the largest is bigger than the longest string there can be.

import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FURTHER } from './further.js'
import { BASE_SECONDS, chain, flat, oneTrace, services, traces } from './traces.js'

/** @typedef {import('./traces.js').Span} Span */
/** @typedef {import('./traces.js').Attribute} Attribute */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCES = ['traces.js', 'generate.js', 'further.js', 'logs.js'].map((name) => readFileSync(new URL(name, import.meta.url)))
const VERSION = SOURCES.reduce((hash, source) => hash.update(source), createHash('sha256')).digest('hex').slice(0, 12)

/** Many traces, or all spans in one: as a backend's, one below the other, or side by side. @typedef {'many' | 'one' | 'chain' | 'flat'} Shape */
const SHAPES = { many: traces, one: oneTrace, chain, flat }

export const FORMATS = /** @type {const} */ (['otlp', 'jaeger', 'zipkin'])

/** How many traces a batch of the two formats that are not ordered by trace holds: some thousand spans, as an exporter sends. */
const BATCH = 64

/**
 * The file of one format and size; it is made when it is not there.
 * @param {string} format one of `FORMATS`, or of `FURTHER`
 * @param {number} count of spans
 * @param {Shape} [shape]
 * @returns {{ path: string, bytes: number }} the path is relative to the root of the repository
 */
export function inputFile(format, count, shape = 'many') {
  const folder = `target/bench/${VERSION}`
  const ending = format in FURTHER && FURTHER[format].content !== 'document' ? 'log' : 'json'
  const path = `${folder}/${format}-${count}${shape === 'many' ? '' : `-${shape}`}.${ending}`
  if (!existsSync(ROOT + path)) {
    mkdirSync(ROOT + folder, { recursive: true })
    const unfinished = `${ROOT}${path}.unfinished`
    const file = openSync(unfinished, 'w')
    for (const piece of pieces(format, count, shape)) writeSync(file, piece)
    closeSync(file)
    renameSync(unfinished, ROOT + path)
  }
  return { path, bytes: statSync(ROOT + path).size }
}

/**
 * The text of a file, in pieces of some megabytes.
 * @param {string} format @param {number} count @param {Shape} shape
 * @returns {Generator<string>}
 */
export function* pieces(format, count, shape) {
  const { before, batch, between, after } = format in FURTHER ? FURTHER[format] : { ...{ otlp, jaeger, zipkin }[format], between: ',' }
  yield before
  let separator = ''
  let waiting = []
  for (const trace of SHAPES[shape](count)) {
    waiting.push(trace)
    if (waiting.length === BATCH) {
      yield separator + batch(waiting)
      separator = between
      waiting = []
    }
  }
  if (waiting.length > 0) yield separator + batch(waiting)
  yield after
}

/** Spans of several traces grouped by service, each group in the order of the spans' ends, as exporters send them. */
export function byService(batch) {
  /** @type {Span[][]} */
  const groups = services.map(() => [])
  for (const trace of batch) for (const span of trace) groups[span.service].push(span)
  for (const group of groups) group.sort((one, other) => one.end - other.end)
  return groups
}

const quoted = JSON.stringify

// ── OTLP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const otlp = {
  before: '{"resourceSpans":[',
  /** @param {Span[][]} traces */
  batch(traces) {
    const groups = byService(traces)
    return groups
      .map((spans, index) => (spans.length === 0 ? '' : otlpResource(services[index], spans)))
      .filter(Boolean)
      .join(',')
  },
  after: ']}',
}

function otlpResource({ resource, scope }, spans) {
  return (
    `{"resource":{"attributes":[${otlpAttributes(resource)}]},"scopeSpans":[{"scope":{"name":"${scope.name}","version":"${scope.version}"},` +
    `"spans":[${spans.map(otlpSpan).join(',')}]}],"schemaUrl":"https://opentelemetry.io/schemas/1.38.0"}`
  )
}

const OTLP_KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }

/** @param {Span} span */
export function otlpSpan(span) {
  let text = `{"traceId":"${span.traceId}","spanId":"${span.spanId}","parentSpanId":"${span.parent?.spanId ?? ''}","flags":257,"name":${quoted(span.name)},"kind":${OTLP_KINDS[span.kind]}`
  text += `,"startTimeUnixNano":"${nanoseconds(span.start)}","endTimeUnixNano":"${nanoseconds(span.end)}","attributes":[${otlpAttributes(span.attributes)}]`
  if (span.events.length > 0) {
    const events = span.events.map(({ name, time, attributes }) => `{"timeUnixNano":"${nanoseconds(time)}","name":"${name}","attributes":[${otlpAttributes(attributes)}]}`)
    text += `,"events":[${events.join(',')}]`
  }
  if (span.links.length > 0) text += `,"links":[${span.links.map(({ traceId, spanId }) => `{"traceId":"${traceId}","spanId":"${spanId}","flags":257}`).join(',')}]`
  return text + (span.error ? `,"status":{"message":${quoted(span.error)},"code":2}}` : ',"status":{}}')
}

/** @param {Attribute[]} attributes */
export function otlpAttributes(attributes) {
  return attributes
    .map(([key, type, value]) => {
      // 64-bit integers are strings in Protobuf's JSON.
      const written = type === 'string' ? quoted(value) : type === 'int' ? `"${value}"` : value
      return `{"key":"${key}","value":{"${type}Value":${written}}}`
    })
    .join(',')
}

/** Nanoseconds since 1970, in decimal digits. */
export function nanoseconds(since) {
  const seconds = Math.floor(since / 1e9)
  return `${BASE_SECONDS + seconds}${String(since - seconds * 1e9).padStart(9, '0')}`
}

/** Microseconds since 1970: exact in a double. */
function microseconds(since) {
  return BASE_SECONDS * 1e6 + Math.floor(since / 1000)
}

// ── Jaeger ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const jaeger = {
  before: '{"data":[',
  /** @param {Span[][]} traces */
  batch: (traces) => traces.map(jaegerTrace).join(','),
  after: '],"total":0,"limit":0,"offset":0,"errors":null}',
}

/** @param {Span[]} trace */
function jaegerTrace(trace) {
  const used = [...new Set(trace.map((span) => span.service))]
  const processes = used.map((service, index) => {
    const { name, resource } = services[service]
    return `"p${index + 1}":{"serviceName":"${name}","tags":[${jaegerTags(resource.slice(1))}]}`
  })
  const spans = trace.map((span) => jaegerSpan(span, used.indexOf(span.service) + 1))
  return `{"traceID":"${trace[0].traceId}","spans":[${spans.join(',')}],"processes":{${processes.join(',')}},"warnings":null}`
}

/** @param {Span} span @param {number} process */
function jaegerSpan(span, process) {
  const reference = span.parent ? `{"refType":"CHILD_OF","traceID":"${span.traceId}","spanID":"${span.parent.spanId}"}` : ''
  const links = span.links.map(({ traceId, spanId }) => `{"refType":"FOLLOWS_FROM","traceID":"${traceId}","spanID":"${spanId}"}`)
  const references = [reference, ...links].filter(Boolean).join(',')
  /** @type {Attribute[]} */
  const tags = [...span.attributes, ['span.kind', 'string', span.kind]]
  if (span.error) tags.push(['otel.status_code', 'string', 'ERROR'], ['error', 'bool', true], ['otel.status_description', 'string', span.error])
  const logs = span.events.map(({ name, time, attributes }) => `{"timestamp":${microseconds(time)},"fields":[${jaegerTags([['event', 'string', name], ...attributes])}]}`)
  const start = microseconds(span.start)
  return (
    `{"traceID":"${span.traceId}","spanID":"${span.spanId}","flags":1,"operationName":${quoted(span.name)},"references":[${references}],` +
    `"startTime":${start},"duration":${microseconds(span.end) - start},"tags":[${jaegerTags(tags)}],"logs":[${logs.join(',')}],"processID":"p${process}","warnings":null}`
  )
}

const JAEGER_TYPES = { string: 'string', int: 'int64', double: 'float64', bool: 'bool' }

/** @param {Attribute[]} attributes */
function jaegerTags(attributes) {
  return attributes.map(([key, type, value]) => `{"key":"${key}","type":"${JAEGER_TYPES[type]}","value":${quoted(value)}}`).join(',')
}

// ── Zipkin ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const zipkin = {
  before: '[',
  /** @param {Span[][]} traces */
  batch: (traces) => byService(traces).flat().map(zipkinSpan).join(','),
  after: ']',
}

/** @param {Span} span */
function zipkinSpan(span) {
  const start = microseconds(span.start)
  const parent = span.parent ? `,"parentId":"${span.parent.spanId}"` : ''
  const kind = span.kind === 'internal' ? '' : `,"kind":"${span.kind.toUpperCase()}"`
  const tags = span.attributes.map(([key, , value]) => `"${key}":${quoted(String(value))}`)
  if (span.error) tags.push(`"error":${quoted(span.error)}`)
  const annotations = span.events.map(({ name, time }) => `{"timestamp":${microseconds(time)},"value":"${name}"}`)
  return (
    `{"traceId":"${span.traceId}"${parent},"id":"${span.spanId}"${kind},"name":${quoted(span.name.toLowerCase())},"timestamp":${start},` +
    // Zipkin has no duration of nothing: less than a microsecond is one.
    `"duration":${Math.max(1, microseconds(span.end) - start)},"localEndpoint":{"serviceName":"${services[span.service].name}","ipv4":"10.0.${span.service}.17"}` +
    (annotations.length > 0 ? `,"annotations":[${annotations.join(',')}]` : '') +
    `,"tags":{${tags.join(',')}}}`
  )
}
