// What an application does with the package. It runs as it is in Node, and bundled in a page.

import { init, parseTraceparent, read } from 'spanscope'

const span = (spanId, parentSpanId, name, start, duration) => ({
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId,
  parentSpanId,
  name,
  kind: 1,
  startTimeUnixNano: String(1780000000000000001n + BigInt(start)),
  endTimeUnixNano: String(1780000000000000001n + BigInt(start + duration)),
})

const TRACE = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] },
      scopeSpans: [
        {
          spans: [
            span('53995c3f42cd8ad8', '00f067aa0ba902b8', 'SELECT orders', 15_000_000, 20_000_000),
            span('00f067aa0ba902b7', '', 'GET /orders/{id}', 0, 100_000_000),
            span('00f067aa0ba902b8', '00f067aa0ba902b7', 'load order', 10_000_000, 60_000_000),
          ],
        },
      ],
    },
  ],
}

async function main() {
  // Twice at once, as two parts of an application would that do not know of each other.
  await Promise.all([init(), init()])
  const refused = parseTraceparent('00-00000000000000000000000000000000-00f067aa0ba902b7-01')
  const set = read(new TextEncoder().encode(JSON.stringify(TRACE)))
  const trace = set.trace('4bf92f3577b34da6a3ce929d0e0e4736')
  let error
  try {
    read(new TextEncoder().encode('<html>'))
  } catch (thrown) {
    error = thrown
  }
  const spans = [0, 1, 2].map((index) => trace.span(index))
  return {
    traceparent: parseTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
    refused: { ok: refused.ok, reason: refused.reason, at: refused.at },
    format: set.format,
    spans: set.spanCount,
    traces: set.traceCount,
    names: spans.map(({ name }) => name),
    starts: [...trace.starts()],
    durations: [...trace.durations()],
    selfTimes: [...trace.selfTimes()],
    parents: [...trace.parents()],
    criticalPath: trace.criticalPath().reduce((total, path) => total + path.totalNs, 0),
    startUnixNs: String(spans[0].startUnixNs),
    error: { isError: error instanceof Error, kind: typeof error?.kind, message: error?.message.length > 10 },
  }
}

globalThis.answer = main()
