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
const LONGEST = 1 << 20

/** The context of this service's span: below the caller's, or the first of a new trace. @param {import('node:http').IncomingMessage} request */
function spanOf(request) {
  const { context, sampled, problems } = spanscope.extract(request)
  for (const { header, message } of problems) console.error(`${header}: ${message}`)
  if (context !== null) return spanscope.childOf(context)
  // A decision may come without a trace, as in `b3: 0`.
  return spanscope.startTrace({ sampled: sampled ?? true })
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<{ url: string, arguments: unknown }[]>} */
async function callsOf(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > LONGEST) throw new Error('Expected a body of at most a megabyte.')
    chunks.push(chunk)
  }
  const calls = JSON.parse(Buffer.concat(chunks).toString() || '[]')
  if (!Array.isArray(calls) || !calls.every((call) => typeof call?.url === 'string')) {
    throw new Error('Expected an array of {"url": …, "arguments": […]}.')
  }
  return calls
}

const server = createServer(async (request, response) => {
  const span = spanOf(request)
  const baggage = spanscope.extract(request).baggage
  let status = 200
  /** @type {unknown} */
  let answer = { traceId: span.traceId, spanId: span.spanId, sampled: span.sampled }
  try {
    await Promise.all(
      (await callsOf(request)).map(async (call) => {
        // Each call is a span of its own, below this service's.
        const headers = { ...spanscope.inject(spanscope.childOf(span), { baggage }), 'content-type': 'application/json' }
        const called = await fetch(call.url, { method: 'POST', headers, body: JSON.stringify(call.arguments ?? []) })
        await called.arrayBuffer()
      }),
    )
  } catch (error) {
    status = 400
    answer = { error: error instanceof Error ? error.message : String(error) }
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
})

await spanscope.init()
server.listen(Number(process.env.PORT ?? 7777), process.env.HOST ?? '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://${address.address}:${address.port}/`)
})
