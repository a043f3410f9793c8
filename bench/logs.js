// The benchmark's logs: what the services of `traces.js` print while they serve the same requests, in the layouts that are
// met most, as a collector of logs keeps them: the lines of many requests between each other, in the order of time.
//
// A span has two lines, or three, at its beginning and its end; a failed one has an error, in Java with its stack trace.

import { BASE_SECONDS, services } from './traces.js'

/** @typedef {import('./traces.js').Span} Span */
/**
 * @typedef {object} Line
 * @property {number} time nanoseconds since `BASE_SECONDS`
 * @property {Span} span
 * @property {'info' | 'debug' | 'error'} level
 * @property {string} message
 * @property {[key: string, value: string | number | boolean][]} fields
 */

/** What each kind of log is called in the report. */
export const LOGS = /** @type {const} */ ({
  'json-log': 'JSON lines',
  logfmt: 'logfmt',
  'spring-log': 'Spring’s pattern',
  'tracing-log': 'Rust tracing text',
})

/**
 * The lines of some traces, which run beside each other.
 * @param {string} kind one of `LOGS` @param {Span[][]} traces
 */
export function logText(kind, traces) {
  const layout = { 'json-log': json, logfmt, 'spring-log': spring, 'tracing-log': tracing }[kind]
  const lines = traces.flat().flatMap(kind === 'tracing-log' ? tracedLines : linesOf)
  lines.sort((one, other) => one.time - other.time)
  return lines.map(layout).join('')
}

/** @param {Span} span @returns {Line[]} */
function linesOf(span) {
  const [first, second, , fourth] = span.attributes
  /** @type {Line[]} */
  const lines = [
    { time: span.start, span, level: 'debug', message: `${span.name.split(' ')[0]} started`, fields: [fieldOf(first), fieldOf(second)] },
    ...span.events
      .filter(({ name }) => name !== 'exception')
      .map(({ name, time, attributes }) => /** @type {Line} */ ({ time, span, level: 'info', message: name, fields: attributes.map(fieldOf) })),
  ]
  const took = Math.round((span.end - span.start) / 1000) / 1000
  if (span.error) {
    lines.push({ time: span.end, span, level: 'error', message: `call failed: ${span.error}`, fields: [fieldOf(fourth), ['error', `${span.error} after 2000 ms`], ['duration_ms', took]] })
  } else {
    lines.push({ time: span.end, span, level: 'info', message: `${span.kind} work for ${services[span.service].name} is done`, fields: [fieldOf(fourth), ['duration_ms', took]] })
  }
  return lines
}

/** @param {import('./traces.js').Attribute} attribute @returns {[string, string | number | boolean]} */
function fieldOf([key, , value]) {
  return [key, value]
}

const quoted = JSON.stringify

/** `2026-05-28T20:26:40.123456Z`, with so many digits behind the point. */
function date(/** @type {number} */ since, /** @type {number} */ digits) {
  const whole = Math.floor(since / 1e9)
  const fraction = String(since - whole * 1e9).padStart(9, '0').slice(0, digits)
  return `${new Date((BASE_SECONDS + whole) * 1000).toISOString().slice(0, 19)}.${fraction}`
}

/** As zap and slog write it. @param {Line} line */
function json({ time, span, level, message, fields }) {
  const rest = fields.map(([key, value]) => `,${quoted(key)}:${quoted(value)}`).join('')
  return `{"level":"${level}","ts":"${date(time, 6)}Z","logger":"shop.${services[span.service].name}","caller":"internal/handler.go:${84 + span.service}","msg":${quoted(message)},"service":"${services[span.service].name}","trace_id":"${span.traceId}","span_id":"${span.spanId}"${rest}}\n`
}

/** As logrus, go-kit and slog write it. @param {Line} line */
function logfmt({ time, span, level, message, fields }) {
  const value = (/** @type {string | number | boolean} */ text) => (/[ ="]/.test(String(text)) || text === '' ? quoted(String(text)) : String(text))
  const rest = fields.map(([key, text]) => ` ${key}=${value(text)}`).join('')
  return `time=${date(time, 6)}Z level=${level} msg=${value(message)} service=${services[span.service].name} trace_id=${span.traceId} span_id=${span.spanId}${rest}\n`
}

/** The pattern of Spring Boot. @param {Line} line */
function spring({ time, span, level, message, fields }) {
  const name = services[span.service].name
  const words = fields.map(([key, value]) => `, ${key} ${value}`).join('')
  const text = `${date(time, 3)}Z ${level.toUpperCase().padStart(5)} 1 --- [${name}] [nio-8443-exec-${span.service + 3}] [${span.traceId}-${span.spanId}] c.s.${name}.OrderService : ${message}${words}\n`
  return level === 'error' ? `${text}java.net.SocketTimeoutException: ${span.error}\n\tat shop.Client.call(Client.java:211)\n\tat shop.Handler.run(Handler.java:64)\n` : text
}

/** A program's own spans alone: a path ends where another service begins. @param {Span} span @returns {Line[]} */
function tracedLines(span) {
  const lines = linesOf(span)
  const took = span.end - span.start
  lines.push({ time: span.end + 1, span, level: 'info', message: 'close', fields: [['time.busy', duration(took - (took >> 3))], ['time.idle', duration(took >> 3)]] })
  return lines
}

/** As Rust prints it: `7.18ms`. @param {number} ns */
function duration(ns) {
  const [divisor, unit] = ns < 1e3 ? [1, 'ns'] : ns < 1e6 ? [1e3, 'µs'] : ns < 1e9 ? [1e6, 'ms'] : [1e9, 's']
  return `${Number((ns / divisor).toPrecision(3))}${unit}`
}

/** The text layout of tracing-subscriber. @param {Line} line */
function tracing({ time, span, level, message, fields }) {
  const rest = fields.map(([key, value]) => ` ${key.startsWith('time.') || typeof value !== 'string' ? `${key}=${value}` : `${key}=${quoted(value)}`}`).join('')
  return `${date(time, 6)}Z ${level.toUpperCase().padStart(5)} ${path(span)}: shop::${services[span.service].name}: ${message}${rest}\n`
}

/** @type {WeakMap<Span, string>} */
const paths = new WeakMap()

/** @param {Span} span @returns {string} */
function path(span) {
  let text = paths.get(span)
  if (text === undefined) {
    const own = `${span.kind}{otel.name=${quoted(span.name)} id="${span.spanId}"}`
    text = span.parent && span.parent.service === span.service ? `${path(span.parent)}:${own}` : own
    paths.set(span, text)
  }
  return text
}
