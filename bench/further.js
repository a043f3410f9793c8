// Further formats that come in large files, for the benchmark: the same traces as Tempo's answer, as lines of OTLP, as Chrome's trace
// events, as Datadog's spans, and as the logs of `logs.js`.

import { byService, nanoseconds, otlp, otlpAttributes, otlpSpan } from './generate.js'
import { LOGS, logText } from './logs.js'
import { services } from './traces.js'

/** @typedef {import('./traces.js').Span} Span */

/**
 * @typedef {object} Further
 * @property {string} name in the report
 * @property {string} format what the reader must take it for
 * @property {'document' | 'lines' | 'text'} content what `JSON.parse` can do with it: parse it, parse its lines, nothing
 * @property {string} before @property {string} between @property {string} after
 * @property {(traces: Span[][]) => string} batch
 */

const quoted = JSON.stringify
const none = { before: '', between: '', after: '' }

/** @type {Record<string, Further>} */
export const FURTHER = {
  'otlp-lines': {
    name: 'OTLP JSON, one batch a line',
    format: 'otlp-json',
    content: 'lines',
    ...none,
    batch: (traces) => `{"resourceSpans":[${otlp.batch(traces)}]}\n`,
  },
  tempo: {
    name: 'Tempo’s answer (base64 ids)',
    format: 'otlp-json',
    content: 'document',
    before: '{"batches":[',
    between: ',',
    after: ']}',
    batch: tempo,
  },
  chrome: {
    name: 'Chrome trace events',
    format: 'chrome-trace',
    content: 'document',
    before: '{"traceEvents":[',
    between: ',',
    after: '],"displayTimeUnit":"ms"}',
    batch: (traces) => traces.flatMap((trace) => trace.map(chromeEvent)).join(','),
  },
  datadog: {
    name: 'Datadog JSON',
    format: 'datadog-json',
    content: 'document',
    before: '[',
    between: ',',
    after: ']',
    batch: (traces) => traces.map((trace) => `[${trace.map(datadogSpan).join(',')}]`).join(','),
  },
  ...Object.fromEntries(
    Object.entries(LOGS).map(([kind, name]) => [
      kind,
      /** @type {Further} */ ({
        name,
        format: kind === 'tracing-log' ? 'rust-tracing' : 'logs',
        content: kind === 'json-log' ? 'lines' : 'text',
        ...none,
        batch: (traces) => logText(kind, traces),
      }),
    ]),
  ),
}

/** @param {string} hex */
function base64(hex) {
  return Buffer.from(hex, 'hex').toString('base64')
}

/** @param {Span[][]} traces */
function tempo(traces) {
  const resource = (/** @type {Span[]} */ spans, /** @type {number} */ index) =>
    `{"resource":{"attributes":[${otlpAttributes(services[index].resource)}]},"scopeSpans":[{"scope":{"name":"${services[index].scope.name}"},"spans":[${spans.map(tempoSpan).join(',')}]}]}`
  return byService(traces)
    .map((spans, index) => (spans.length === 0 ? '' : resource(spans, index)))
    .filter(Boolean)
    .join(',')
}

/** A span of OTLP with its ids and its kind as Protobuf's own JSON writes them. @param {Span} span */
function tempoSpan(span) {
  return otlpSpan(span)
    .replace(/"(traceId|spanId|parentSpanId)":"([0-9a-f]+)"/g, (_, key, id) => `"${key}":"${base64(id)}"`)
    .replace(/"kind":\d/, `"kind":"SPAN_KIND_${span.kind.toUpperCase()}"`)
}

/** @param {Span} span */
function chromeEvent(span) {
  const args = span.attributes.map(([key, , value]) => `${quoted(key)}:${quoted(value)}`).join(',')
  const start = span.start / 1000
  return `{"name":${quoted(span.name)},"cat":"${span.kind}","ph":"X","ts":${start},"dur":${span.end / 1000 - start},"pid":${1 + span.service},"tid":"${span.traceId.slice(0, 8)}","args":{${args}}}`
}

/** @param {Span} span */
function datadogSpan(span) {
  const meta = span.attributes.filter(([, type]) => type === 'string' || type === 'bool').map(([key, , value]) => `${quoted(key)}:${quoted(String(value))}`)
  meta.push(`"_dd.p.tid":"${span.traceId.slice(0, 16)}"`, `"span.kind":"${span.kind}"`)
  const metrics = span.attributes.filter(([, type]) => type === 'int' || type === 'double').map(([key, , value]) => `${quoted(key)}:${value}`)
  const id = (/** @type {string} */ hex) => BigInt(`0x${hex}`).toString()
  return (
    `{"trace_id":${id(span.traceId.slice(16))},"span_id":${id(span.spanId)},"parent_id":${span.parent ? id(span.parent.spanId) : 0},"name":"${span.kind}.request","resource":${quoted(span.name)},` +
    `"service":"${services[span.service].name}","type":"web","start":${nanoseconds(span.start)},"duration":${span.end - span.start},"error":${span.error ? 1 : 0},"meta":{${meta.join(',')}},"metrics":{${metrics.join(',')}}}`
  )
}
