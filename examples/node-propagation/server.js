// A service that takes part in traces: it continues the trace of each request, and passes it on to the services it calls.
// It uses nothing but Node and the package (built by `cargo xtask build`).
//
//   PORT=7777 node examples/node-propagation/server.js
//   curl http://127.0.0.1:7777/ -d '[{"url": "http://127.0.0.1:7777/", "arguments": []}]' -H 'content-type: application/json'
//
// The body of a request is the list of calls to make: each `arguments` is sent to its `url` as JSON. The answer says, once all
// calls are done, which span this service was.

import { createServer } from 'node:http'
import * as spanscope from '../../dist/npm/index.js'

/** How long a body may be. */
const LONGEST_BODY = 1 << 20
/** How long all headers together may be: Node's own limit is less than the longest trace state that is valid. */
const LONGEST_HEADERS = 1 << 16

/**
 * The context of this service's span, below the caller's or the first of a new trace; and the baggage that goes on with it.
 * @param {import('node:http').IncomingMessage} request
 */
function contextOf(request) {
  const { context, sampled, baggage, problems } = spanscope.extract(request)
  for (const { header, message } of problems) console.error(`${header}: ${message}`)
  // A decision may come without a trace, as in `b3: 0`.
  const span = context === null ? spanscope.startTrace({ sampled: sampled ?? true }) : spanscope.childOf(context)
  return { span, baggage }
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<{ url: string, arguments: unknown }[]>} */
async function callsOf(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > LONGEST_BODY) throw new Error('Expected a body of at most a megabyte.')
    chunks.push(chunk)
  }
  const calls = JSON.parse(Buffer.concat(chunks).toString() || '[]')
  if (!Array.isArray(calls) || !calls.every((call) => typeof call?.url === 'string')) {
    throw new Error('Expected an array of {"url": …, "arguments": […]}.')
  }
  return calls
}

const server = createServer({ maxHeaderSize: LONGEST_HEADERS }, async (request, response) => {
  const { span, baggage } = contextOf(request)
  /** @param {number} status @param {unknown} body */
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  let calls
  try {
    calls = await callsOf(request)
  } catch (error) {
    return answer(400, { error: messageOf(error) })
  }
  const outcomes = await Promise.allSettled(
    calls.map(async (call) => {
      // Each call is a span of its own, below this service's.
      const headers = { ...spanscope.inject(spanscope.childOf(span), { baggage }), 'content-type': 'application/json' }
      const called = await fetch(call.url, { method: 'POST', headers, body: JSON.stringify(call.arguments ?? []) })
      await called.arrayBuffer()
    }),
  )
  const failed = outcomes.flatMap((outcome, i) => (outcome.status === 'rejected' ? [`${calls[i].url}: ${messageOf(outcome.reason)}`] : []))
  if (failed.length > 0) return answer(502, { error: failed.join('; ') })
  answer(200, { traceId: span.traceId, spanId: span.spanId, sampled: span.sampled })
})

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}

await spanscope.init()
server.listen(Number(process.env.PORT ?? 7777), process.env.HOST ?? '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://${address.address}:${address.port}/`)
})
