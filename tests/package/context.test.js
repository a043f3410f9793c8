// Trace context through the built package: the vectors of the shared material in Node and in Chromium, and what they leave out.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, IncomingMessage } from 'node:http'
import { before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { launchChromium } from '../chromium.js'
import { serveFolder } from '../site-server.js'
import { failures, FILES } from './context-vectors.js'

const spanscope = await import('../../dist/npm/index.js')
const VECTORS = new URL('../../../shared/vectors/context/', import.meta.url)
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03'

/** @param {string} file */
const vectorsOf = (file) => JSON.parse(readFileSync(new URL(`${file}.json`, VECTORS), 'utf8')).vectors

describe('trace context', () => {
  before(() => spanscope.init())

  it('needs the module', async () => {
    // Another process, in which nobody has made the package ready.
    const script = `
      import * as spanscope from ${JSON.stringify(new URL('../../dist/npm/index.js', import.meta.url).href)}
      const calls = { parseTraceparent: ['x'], startTrace: [], extract: [{}], explainHeaders: ['x'], inject: [{}], parseTraceparents: [new Uint8Array()] }
      for (const [name, args] of Object.entries(calls)) {
        try { spanscope[name](...args) } catch (error) { console.log(name, error.name, error.kind) }
      }`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    const names = ['parseTraceparent', 'startTrace', 'extract', 'explainHeaders', 'inject', 'parseTraceparents']
    assert.deepEqual(stdout.trim().split('\n'), names.map((name) => `${name} SpanscopeError not-ready`))
  })

  for (const file of [...FILES, 'datadog_tracestate']) {
    it(`does as the vectors say: ${file}`, (test) => {
      if (!existsSync(VECTORS)) return test.skip('skipped: no ../shared')
      if (file === 'datadog_tracestate') return checkDatadogMember()
      assert.deepEqual(failures(spanscope, file, vectorsOf(file)), [])
    })
  }

  /** The member is seen through what is sent on to Datadog. */
  function checkDatadogMember() {
    for (const { id, input, expect } of vectorsOf('datadog_tracestate')) {
      const traceparent = `${PARENT.slice(0, 53)}${input.traceparentSampled ? '01' : '00'}`
      const { context } = spanscope.extract({ traceparent, tracestate: input.tracestate })
      assert.ok(context, id)
      const sent = spanscope.inject(context, { formats: ['datadog'] })
      assert.equal(Number(sent['x-datadog-sampling-priority']), expect.samplingPriority, id)
      assert.equal(sent['x-datadog-origin'] ?? null, expect.origin, id)
      const tags = Object.fromEntries(sent['x-datadog-tags'].split(',').map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]))
      assert.deepEqual(tags, { '_dd.p.tid': '0af7651916cd43dd', ...expect.tags }, id)
    }
  }

  it('does the same in Chromium', async (test) => {
    if (!existsSync(VECTORS)) return test.skip('skipped: no ../shared')
    const server = await serveFolder('.')
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      // Any page of the server will do; this one is small.
      await page.goto(`${server.url}bench/page.html`)
      const found = await page.evaluate(
        async (files) => {
          const spanscope = await import(`${location.origin}/dist/npm/index.js`)
          const { failures } = await import(`${location.origin}/tests/package/context-vectors.js`)
          await spanscope.init()
          return files.flatMap(({ file, vectors }) => failures(spanscope, file, vectors))
        },
        FILES.map((file) => ({ file, vectors: vectorsOf(file) })),
      )
      assert.deepEqual(found, [])
    } finally {
      await browser.close()
      await server.close()
    }
  })

  describe('headers come in many shapes', () => {
    /** @type {(headers: any) => string | undefined} */
    const traceIdOf = (headers) => spanscope.extract(headers).context?.traceId
    const traceId = PARENT.slice(3, 35)

    it('as Headers, Map, pairs, records, raw headers', () => {
      assert.equal(traceIdOf(new Headers({ TraceParent: PARENT })), traceId)
      assert.equal(traceIdOf(new Map([['traceparent', PARENT]])), traceId)
      assert.equal(traceIdOf([['TRACEPARENT', PARENT]]), traceId)
      assert.equal(traceIdOf({ traceparent: PARENT, tracestate: undefined, host: 'x', 'content-length': 3 }), traceId)
      assert.equal(traceIdOf({ traceparent: [PARENT] }), traceId)
      assert.equal(traceIdOf(Object.assign(Object.create(null), { traceparent: PARENT })), traceId)
      assert.equal(traceIdOf(['Host', 'x', 'Traceparent', PARENT]), traceId)
      for (const nothing of [undefined, null, {}, [], new Headers(), [['traceparent']], { traceparent: null }, { traceparent: Symbol('x') }]) {
        assert.equal(traceIdOf(nothing), undefined)
        assert.deepEqual(spanscope.extract(/** @type {any} */ (nothing)).problems, [])
      }
    })

    it('as the request of a Node server, with lines that Node would join', async () => {
      /** @type {IncomingMessage[]} */
      const requests = []
      const server = createServer((request, response) => {
        requests.push(request)
        response.end()
      })
      await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      try {
        await fetch(`http://127.0.0.1:${port}/`, { headers: [['traceparent', PARENT], ['tracestate', 'a=1'], ['tracestate', 'b=2']] })
        const [request] = requests
        assert.ok(request instanceof IncomingMessage)
        for (const headers of [request, request.headers, request.rawHeaders]) {
          const { context, problems } = spanscope.extract(headers)
          assert.equal(context?.traceId, traceId)
          assert.equal(context?.traceState, 'a=1,b=2')
          assert.deepEqual(problems, [])
        }
      } finally {
        server.close()
        server.closeAllConnections()
      }
    })

    it('are refused when one that has a single value stands twice', () => {
      for (const headers of [[['traceparent', PARENT], ['traceparent', PARENT]], { traceparent: [PARENT, PARENT] }, { traceparent: PARENT, Traceparent: PARENT }]) {
        const { context, problems } = spanscope.extract(/** @type {any} */ (headers))
        assert.equal(context, null)
        assert.deepEqual(problems.map(({ header, reason, at }) => ({ header, reason, at })), [{ header: 'traceparent', reason: 'trailing', at: 55 }])
      }
    })
  })

  it('looks for the formats in their order, or in the order given', () => {
    const headers = { traceparent: PARENT, b3: '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1' }
    assert.equal(spanscope.extract(headers).format, 'w3c')
    assert.equal(spanscope.extract(headers, { formats: ['b3', 'w3c'] }).format, 'b3')
    const broken = spanscope.extract({ ...headers, traceparent: 'x' })
    assert.equal(broken.format, 'b3')
    assert.deepEqual(broken.problems.map(({ header }) => header), ['traceparent'])
    assert.throws(() => spanscope.extract(headers, { formats: /** @type {any} */ (['zipkin']) }), { name: 'SpanscopeError', kind: 'format' })
  })

  it('starts traces and spans below', () => {
    const context = spanscope.startTrace()
    assert.match(spanscope.inject(context).traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/)
    assert.equal(spanscope.startTrace({ sampled: false }).traceFlags, 2)
    const xray = spanscope.startTrace({ xrayCompatible: true })
    assert.ok(Math.abs(parseInt(xray.traceId.slice(0, 8), 16) - Date.now() / 1000) < 10)
    const child = spanscope.childOf(context)
    assert.deepEqual({ ...child, spanId: '' }, { ...context, spanId: '' })
    assert.notEqual(child.spanId, context.spanId)
    // A deferred decision stays deferred, and a changed one takes its threshold away.
    const deferred = spanscope.extract({ b3: '80f198ee56343ba8-e457b5a2e4d86bd1' }).context
    assert.ok(deferred)
    assert.equal(spanscope.childOf(deferred).sampled, null)
    assert.match(spanscope.inject(spanscope.childOf(deferred), { formats: ['b3'] }).b3, /^80f198ee56343ba8-[0-9a-f]{16}$/)
    const kept = spanscope.extract({ traceparent: PARENT, tracestate: 'a=1,ot=th:c;rv:6e6d1a75832a2f' }).context
    assert.ok(kept)
    assert.equal(spanscope.childOf(kept, { sampled: true }).traceState, 'a=1,ot=th:c;rv:6e6d1a75832a2f')
    const dropped = spanscope.childOf(kept, { sampled: false })
    assert.deepEqual([dropped.sampled, dropped.traceFlags, dropped.traceState], [false, 2, 'ot=rv:6e6d1a75832a2f,a=1'])
  })

  it('takes contexts made by hand', () => {
    const ids = { traceId: PARENT.slice(3, 35), spanId: PARENT.slice(36, 52) }
    assert.deepEqual(spanscope.inject({ ...ids, traceFlags: 3 }), { traceparent: PARENT })
    assert.deepEqual(spanscope.inject({ ...ids, sampled: true, random: true }), { traceparent: PARENT })
    // What breaks the grammar is not sent on.
    assert.deepEqual(spanscope.inject({ ...ids, traceFlags: 255, traceState: 'a=1,B=2' }), { traceparent: PARENT })
    assert.deepEqual(spanscope.inject({ ...ids, spanId: null, sampled: true }), {})
    for (const [wrong, kind] of /** @type {const} */ ([[{ traceId: 'x' }, 'trace-id'], [{ traceId: '0'.repeat(32) }, 'trace-id-zero'], [{ spanId: 'B7AD6B7169203331' }, 'span-id'], [{ spanId: '0'.repeat(16) }, 'span-id-zero']])) {
      assert.throws(() => spanscope.inject({ ...ids, ...wrong }), { name: 'SpanscopeError', kind })
      assert.throws(() => spanscope.formatTraceparent({ ...ids, traceFlags: 1, ...wrong }), { name: 'SpanscopeError', kind })
    }
  })

  it('sends baggage in the headers of each format', () => {
    const { context } = spanscope.extract({ traceparent: PARENT })
    assert.ok(context)
    const baggage = spanscope.parseBaggage('user=Am%C3%A9lie;p=1')
    assert.deepEqual(spanscope.inject(context, { formats: ['w3c', 'jaeger'], baggage }), {
      traceparent: PARENT,
      'uber-trace-id': `${PARENT.slice(3, 35)}:${PARENT.slice(36, 52)}:0:01`,
      baggage: 'user=Am%C3%A9lie;p=1',
      'uberctx-user': 'Am%C3%A9lie',
    })
    assert.throws(() => spanscope.formatBaggage([{ key: 'a b', value: '' }]), { kind: 'key' })
  })

  it('counts places in UTF-16 units, in problems and in sentences', () => {
    const { problems } = spanscope.parseBaggage('a=😀,b=%zz')
    assert.deepEqual(problems.map(({ at, reason }) => ({ at, reason })), [{ at: 2, reason: 'value' }, { at: 7, reason: 'percent' }])
    assert.match(problems[1].message, / at character 7\.$/)
    const [explained] = spanscope.explainHeaders(`😀\ntraceparent: ${PARENT}`)
    assert.equal(explained.start, 16)
    assert.equal(explained.fields[1].value, PARENT.slice(3, 35))
  })

  it('reads headers of any length and any characters', () => {
    const long = `cc-${PARENT.slice(3)}-${'x'.repeat(1_000_000)}`
    const parsed = spanscope.parseTraceparent(long)
    assert.ok(parsed.ok)
    assert.equal(parsed.traceId, PARENT.slice(3, 35))
    assert.ok(spanscope.parseTraceparent(`cc-${PARENT.slice(3)}-é`).ok)
    // U+0130 ends in the byte of a digit.
    assert.deepEqual(spanscope.parseTraceparent(`\u0130${PARENT.slice(1)}`), { ok: false, reason: 'version', at: 0, message: 'Expected a version of two lower-case hex digits and a dash, found “İ” at character 0.' })
    assert.ok(spanscope.parseTraceparent(`${' '.repeat(300)}${PARENT}${'\t'.repeat(300)}`).ok)
    const refused = spanscope.parseTraceparent('\ud800')
    assert.ok(!refused.ok && refused.at === 0)
    assert.equal(spanscope.extract({ tracestate: 'a=1,'.repeat(250_000), traceparent: PARENT }).context?.traceState, '')
    assert.equal(spanscope.parseBaggage('k=v,'.repeat(250_000)).members.length, 180)
  })

  it('reads many headers at once', () => {
    const lines = new TextEncoder().encode(`${PARENT}\nnone\r\n\n ${PARENT.slice(0, 53)}00\n`)
    const { count, ok, flags, ids } = spanscope.parseTraceparents(lines)
    assert.equal(count, 4)
    assert.deepEqual([...ok], [1, 0, 0, 1])
    assert.deepEqual([...flags], [3, 0, 0, 0])
    assert.equal(Buffer.from(ids.subarray(72)).toString('hex'), PARENT.slice(3, 52).replace('-', ''))
    assert.deepEqual(spanscope.parseTraceparents(new Uint8Array()), { count: 0, ok: new Uint8Array(), flags: new Uint8Array(), ids: new Uint8Array() })
  })

  it('goes on after its memory has grown', () => {
    spanscope.parseTraceparent(PARENT)
    spanscope.parseTraceparents(new Uint8Array(64 << 20))
    assert.ok(spanscope.parseTraceparent(PARENT).ok)
  })

  it('does not write a probability that cannot be written', () => {
    for (const probability of [0, -1, 1.1, NaN, 2 ** -57]) assert.throws(() => spanscope.encodeThreshold(probability), { kind: 'probability' })
    assert.equal(spanscope.encodeThreshold(2 ** -56), 'ffffffffffffff')
    assert.equal(spanscope.decodeSampling('a=1', PARENT.slice(3, 35), 1), null)
    const older = spanscope.decodeSampling('ot=p:8;r:9', PARENT.slice(3, 35), 1)
    assert.deepEqual([older?.probability, older?.adjustedCount, older?.consistent], [1 / 256, 256, true])
  })
})
