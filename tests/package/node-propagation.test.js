// The example service, called by this test and calling back.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const EXAMPLE = fileURLToPath(new URL('../../examples/node-propagation/server.js', import.meta.url))
const TRACE = '12345678901234567890123456789012'

describe('the example service', () => {
  /** @type {import('node:child_process').ChildProcess} */
  let service
  /** @type {string} */
  let url
  /** @type {import('node:http').Server} */
  let receiver
  /** @type {string} */
  let receiverUrl
  /** @type {{ headers: import('node:http').IncomingHttpHeaders, body: string }[]} */
  let received = []

  before(async () => {
    receiver = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      received.push({ headers: request.headers, body })
      response.end()
    })
    receiver.listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    receiverUrl = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (receiver.address()).port}/`
    const started = spawn(process.execPath, [EXAMPLE], { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'ignore'] })
    service = started
    url = (await once(createInterface({ input: started.stdout }), 'line'))[0]
  })

  after(() => {
    service?.kill()
    receiver?.close()
    receiver?.closeAllConnections()
  })

  /** What the receiver got when the service was called with these headers. @param {[string, string][]} headers @param {unknown} calls */
  async function passedOn(headers, calls = [{ url: receiverUrl, arguments: [1, 'two'] }]) {
    received = []
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(calls) })
    return { status: response.status, answer: /** @type {any} */ (await response.json()), received }
  }

  it('continues a trace, with a span of its own and one for each call', async () => {
    const { answer, received } = await passedOn([['traceparent', `00-${TRACE}-1234567890123456-02`], ['tracestate', 'a=1'], ['tracestate', 'b=2'], ['baggage', 'k=v']])
    const [{ headers, body }] = received
    const [, traceId, parentId, flags] = String(headers.traceparent).split('-')
    assert.deepEqual([traceId, flags, headers.tracestate, headers.baggage, body], [TRACE, '02', 'a=1,b=2', 'k=v', '[1,"two"]'])
    assert.equal(answer.traceId, TRACE)
    assert.equal(new Set([parentId, answer.spanId, '1234567890123456']).size, 3)
  })

  it('starts a trace where there is none, or a broken one, and drops the tracestate', async () => {
    for (const headers of /** @type {[string, string][][]} */ ([[], [['traceparent', `00-${TRACE}-0000000000000000-01`], ['tracestate', 'a=1']], [['tracestate', 'a=1']]])) {
      const { received } = await passedOn(headers)
      assert.match(String(received[0].headers.traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/)
      assert.ok(!String(received[0].headers.traceparent).includes(TRACE))
      assert.equal(received[0].headers.tracestate, undefined)
    }
  })

  it('passes a trace on through itself', async () => {
    const through = { url, arguments: [{ url: receiverUrl, arguments: [] }, { url: receiverUrl, arguments: [] }] }
    const { received } = await passedOn([['traceparent', `00-${TRACE}-1234567890123456-01`]], [through])
    const parents = received.map(({ headers }) => headers.traceparent)
    assert.equal(new Set(parents).size, 2)
    assert.ok(parents.every((parent) => String(parent).startsWith(`00-${TRACE}-`)))
  })

  it('says what is wrong with a body', async () => {
    assert.equal((await passedOn([], { not: 'a list' })).status, 400)
  })
})
