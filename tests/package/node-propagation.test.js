// The example service, called by this test and calling back.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Service } from './context-service.js'

/** @import { Line, Received } from './context-service.js' */

const TRACE = '12345678901234567890123456789012'

describe('the example service', () => {
  const service = new Service()
  before(() => service.start())
  after(() => service.stop())

  /** @param {Received} received @param {string} wanted */
  const header = ({ headers }, wanted) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1]

  it('continues a trace, with a span of its own and one for each call', async () => {
    /** @type {Line[]} */
    const lines = [['traceparent', `00-${TRACE}-1234567890123456-02`], ['tracestate', 'a=1'], ['tracestate', 'b=2'], ['baggage', 'k=v']]
    const { status, answer, received } = await service.send(lines, [{ url: service.receiverUrl, arguments: [1, 'two'] }])
    const [request] = received
    const [, traceId, parentId, flags] = String(header(request, 'traceparent')).split('-')
    assert.deepEqual([status, traceId, flags, header(request, 'tracestate'), header(request, 'baggage'), request.body], [200, TRACE, '02', 'a=1,b=2', 'k=v', '[1,"two"]'])
    const span = JSON.parse(answer)
    assert.deepEqual([span.traceId, span.sampled], [TRACE, false])
    assert.equal(new Set([parentId, span.spanId, '1234567890123456']).size, 3)
  })

  it('takes over a decision that comes without a trace', async () => {
    const { received } = await service.send([['b3', '0']])
    assert.match(String(header(received[0], 'traceparent')), /^00-[0-9a-f]{32}-[0-9a-f]{16}-02$/)
  })

  it('passes a trace on through itself', async () => {
    const calls = [{ url: service.receiverUrl, arguments: [] }, { url: service.receiverUrl, arguments: [] }]
    const { received } = await service.send([['traceparent', `00-${TRACE}-1234567890123456-01`]], [{ url: service.url, arguments: calls }])
    const parents = received.map((request) => header(request, 'traceparent'))
    assert.equal(new Set(parents).size, 2)
    assert.ok(parents.every((parent) => String(parent).startsWith(`00-${TRACE}-`)))
  })

  it('answers when all calls are done, also if one fails', async () => {
    const { status, answer, received } = await service.send([], [{ url: 'http://127.0.0.1:1/' }, { url: service.receiverUrl }])
    assert.equal(status, 502)
    assert.match(JSON.parse(answer).error, /^http:\/\/127\.0\.0\.1:1\/: /)
    assert.deepEqual(received.map(({ body }) => body), ['[]'])
  })

  it('says what is wrong with a body', async () => {
    for (const wrong of [{ not: 'a list' }, [{ no: 'url' }], [null]]) {
      const { status, answer } = await service.send([], wrong)
      assert.deepEqual([status, JSON.parse(answer).error], [400, 'Expected an array of {"url": …, "arguments": […]}.'])
    }
  })
})
