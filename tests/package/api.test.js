// The built package's traces, in Node: names and shapes of the documented surface, and what it does with odd requests.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as spanscope from '../../dist/npm/index.js'

await spanscope.init()

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const START = 1_780_000_000_000_000_001n
const encode = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value))

/**
 * A span as OTLP JSON; times in milliseconds since `START`.
 * @param {string} id @param {string} parent @param {string} name @param {number} start @param {number} duration @param {object} [more]
 */
const span = (id, parent, name, start, duration, more = {}) => ({
  traceId: TRACE,
  spanId: id.padStart(16, '0'),
  parentSpanId: parent && parent.padStart(16, '0'),
  name,
  startTimeUnixNano: String(START + BigInt(start * 1e6)),
  endTimeUnixNano: String(START + BigInt((start + duration) * 1e6)),
  ...more,
})
const attribute = (/** @type {string} */ key, /** @type {object} */ value) => ({ key, value })
const document = (/** @type {object[]} */ spans, service = 'shop') => ({
  resourceSpans: [{ resource: { attributes: [attribute('service.name', { stringValue: service })] }, scopeSpans: [{ scope: { name: 'test', version: '1.2' }, spans }] }],
})

/** A gateway that asks a shop, whose query fails. */
const CHECKOUT = {
  resourceSpans: [
    ...document([span('1', '', 'POST /checkout', 0, 100, { kind: 2 }), span('2', '1', 'POST /orders', 5, 90, { kind: 3 })], 'gateway').resourceSpans,
    ...document([span('3', '2', 'POST /orders', 8, 84, { kind: 2, status: { code: 2 } }), span('4', '3', 'SELECT stock', 20, 60, { kind: 3, status: { code: 2, message: 'deadline exceeded' } })]).resourceSpans,
  ],
}

const plain = (/** @type {unknown} */ value) => structuredClone(value)

describe('reading', () => {
  it('takes bytes, buffers and strings, whole and in pieces', () => {
    const bytes = encode(CHECKOUT)
    const padded = new Uint8Array(bytes.length + 20)
    padded.set(bytes, 7)
    const reader = (/** @type {number} */ size, /** @type {object} */ options) => {
      const made = new spanscope.TraceReader(options)
      for (let at = 0; at < bytes.length; at += size) made.push(bytes.subarray(at, at + size))
      return made.finish()
    }
    const sets = [
      spanscope.read(bytes),
      spanscope.read(bytes.buffer),
      spanscope.read(new TextDecoder().decode(bytes)),
      spanscope.read(padded.subarray(7, 7 + bytes.length)),
      spanscope.read(bytes, { format: 'otlp-json', name: 'checkout.json' }),
      spanscope.readAll([{ bytes }]),
      reader(7, {}),
      reader(100, { byteLength: bytes.length, name: 'checkout.json' }),
      reader(1000, { byteLength: 3, format: 'otlp-json' }),
    ]
    const expected = sets[0].summary()
    for (const set of sets) {
      assert.equal(set.format, 'otlp-json')
      assert.equal(set.spanCount, 4)
      assert.equal(set.traceCount, 1)
      assert.deepEqual(set.summary(), expected)
      set.free()
    }
  })

  it('leaves the input as it was', () => {
    const bytes = encode(CHECKOUT)
    const before = bytes.slice()
    spanscope.read(bytes).free()
    assert.deepEqual(bytes, before)
  })

  it('joins the spans of a trace from several inputs, and says what came from which', () => {
    const [first, second] = CHECKOUT.resourceSpans.map((part) => encode({ resourceSpans: [part] }))
    const set = spanscope.readAll([{ bytes: first, name: 'gateway.json' }, { bytes: second, name: 'shop.json' }])
    assert.equal(set.traceCount, 1)
    assert.deepEqual(set.summary().services, ['gateway', 'shop'])
    assert.deepEqual(set.inputs().map(({ name, format, spans }) => [name, format, spans]), [['gateway.json', 'otlp-json', 2], ['shop.json', 'otlp-json', 2]])
    const trace = set.trace(0)
    assert.deepEqual([0, 1, 2, 3].map((index) => trace.span(index).source?.input), [0, 0, 1, 1])
    assert.deepEqual(set.warnings(), [])
  })

  it('keeps text that is not ASCII', () => {
    const name = 'Größe 寸法 😀 "quoted" \\ \u0000'
    const set = spanscope.read(JSON.stringify(document([span('1', '', name, 0, 1, { attributes: [attribute('ключ', { stringValue: name })] })])))
    const { name: read, attributes } = set.trace(0).span(0)
    assert.equal(read, name)
    assert.deepEqual(attributes, [{ key: 'ключ', type: 'string', value: name }])
  })

  it('throws what says what was expected, what was found, and where', () => {
    const cases = /** @type {[string, string | Uint8Array, object?][]} */ ([
      ['empty', ''],
      ['empty', ' \n\t '],
      ['empty', new Uint8Array()],
      ['syntax', '{"resourceSpans": [x'],
      ['unknown-format', '<!doctype html><title>Sign in</title>'],
      ['unknown-format', Uint8Array.of(0, 1, 2, 255)],
      ['unknown-format', '{"a":1}'],
      ['no-spans', '{"resourceSpans":[]}'],
      ['no-such-format', '{}', { format: 'nonsense' }],
    ])
    for (const [kind, input, options] of cases) {
      assert.throws(
        () => spanscope.read(input, options),
        (/** @type {any} */ error) => {
          assert.ok(error instanceof Error && error instanceof spanscope.SpanscopeError)
          assert.equal(error.name, 'SpanscopeError')
          assert.equal(error.kind, kind, String(input))
          assert.match(error.message, /^Expected .*\.$/s)
          assert.ok(error.position === null || (error.position.line >= 1 && error.position.column >= 1 && error.position.offset >= 0))
          assert.equal(kind === 'syntax', error.position?.offset === 19)
          return true
        },
      )
    }
    assert.throws(() => spanscope.readAll([]), { kind: 'empty' })
    for (const wrong of [null, undefined, 1, {}, []]) assert.throws(() => spanscope.read(/** @type {any} */ (wrong)), TypeError)
  })

  it('refuses what does not fit into memory and goes on working', () => {
    assert.throws(() => new spanscope.TraceReader({ byteLength: 1e15 }), { kind: 'too-large' })
    assert.equal(spanscope.read(encode(CHECKOUT)).spanCount, 4)
  })

  it('tells what a text is before it is read', () => {
    assert.equal(spanscope.detect(encode(CHECKOUT)).format, 'otlp-json')
    assert.deepEqual(spanscope.detect('nothing of note'), { kind: 'unknown', format: null, candidates: [] })
    assert.equal(spanscope.detect(`traceparent: 00-${TRACE}-00f067aa0ba902b7-01`).kind, 'headers')
    for (const { id, name, producedBy } of spanscope.formats()) assert.ok(/^[a-z0-9-]+$/.test(id) && name && producedBy)
    assert.ok(spanscope.formats().some(({ id }) => id === 'otlp-json'))
  })
})

describe('a set of traces', () => {
  const many = spanscope.read(
    encode({
      resourceSpans: [1, 2, 3, 4, 5].map((number) => {
        const spans = Array.from({ length: number }, (_, index) => span(String(index + 1), index ? '1' : '', `step ${index}`, number * 10 + index, 60 - number * 10))
        for (const made of spans) made.traceId = String(number).padStart(32, '0')
        if (number % 2 === 0) Object.assign(spans[0], { status: { code: 2 } })
        return document(spans).resourceSpans[0]
      }),
    }),
  )

  it('counts', () => {
    assert.deepEqual(many.summary(), {
      format: 'otlp-json', spans: 15, traces: 5, roots: 5, orphans: 0, duplicateIds: 0, errorSpans: 2, zeroDuration: 0,
      negativeDuration: 0, links: 0, events: 0, services: ['shop'], maxDepth: 2,
    })
    assert.deepEqual(many.services(), ['shop'])
  })

  it('is listed by start, duration, errors and spans, window by window', () => {
    const order = (/** @type {object} */ options) => many.traces(options).map(({ index }) => index)
    assert.deepEqual(order({}), [0, 1, 2, 3, 4])
    assert.deepEqual(order({ sort: 'start', from: 1, count: 2 }), [1, 2])
    assert.deepEqual(order({ sort: 'duration' }), [0, 1, 2, 3, 4])
    assert.deepEqual(order({ sort: 'spans' }), [4, 3, 2, 1, 0])
    assert.deepEqual(order({ sort: 'errors' }), [1, 3, 0, 2, 4])
    assert.deepEqual(order({ sort: 'spans', from: 4 }), [0])
    assert.deepEqual(order({ from: 5 }), [])
    assert.throws(() => many.traces(/** @type {any} */ ({ sort: 'color' })), { kind: 'no-such-order' })
    assert.deepEqual(many.traces({ from: 1, count: 1 }), [
      {
        index: 1, traceId: '2'.padStart(32, '0'), rootService: 'shop', rootName: 'step 0', startNs: START + 20_000_000n, durationNs: 41_000_000,
        spans: 2, errors: 1, services: ['shop'], depth: 2, roots: 1, orphans: 0,
      },
    ])
  })

  it('is filtered by words, errors, start and duration, and gives what a picture of all traces needs', () => {
    const order = (/** @type {object} */ options) => [...many.traceOrder(options)]
    assert.deepEqual(order({}), [0, 1, 2, 3, 4])
    assert.deepEqual(order({ sort: 'spans', failed: true }), [3, 1])
    assert.deepEqual(order({ words: 'STEP shop' }), [0, 1, 2, 3, 4])
    assert.deepEqual(order({ words: `${'4'.padStart(32, '0')} step` }), [3])
    assert.deepEqual(order({ words: 'step nowhere' }), [])
    assert.deepEqual(order({ startNs: [10e6, 30e6] }), [1, 2, 3])
    assert.deepEqual(order({ startNs: [10e6, 30e6], durationNs: [0, 41e6] }).length, order({}).filter((index) => index >= 1 && index <= 3 && (many.tracesAt([index])[0]?.durationNs ?? 0) <= 41e6).length)
    assert.throws(() => many.traceOrder(/** @type {any} */ ({ sort: 'color' })), { kind: 'no-such-order' })
    assert.deepEqual(many.tracesAt([3, 0, 99]).map(({ index }) => index), [3, 0])
    assert.deepEqual(many.tracesAt([2]), many.traces({ from: 2, count: 1 }))
    const { startNs, durationNs, errors } = many.tracePoints()
    assert.deepEqual([...startNs], [0, 10e6, 20e6, 30e6, 40e6])
    assert.deepEqual([...durationNs], many.traces().map((trace) => trace.durationNs))
    assert.deepEqual([...errors], [0, 1, 0, 1, 0])
  })

  it('gives a trace by index and by id', () => {
    assert.equal(many.trace(2).summary().traceId, '3'.padStart(32, '0'))
    assert.equal(many.trace('3'.padStart(32, '0')).summary().index, 2)
    for (const wrong of [5, -1, 1.5, NaN, 'nonsense', '']) {
      assert.throws(() => many.trace(wrong), (/** @type {any} */ error) => error instanceof spanscope.SpanscopeError && error.kind === 'no-such-trace')
    }
  })

  it('says what its traces have in common', () => {
    assert.match(many.verdict(), /^5 traces, /)
    assert.equal(spanscope.read(encode(CHECKOUT)).verdict(), spanscope.read(encode(CHECKOUT)).trace(0).verdict())
  })
})

describe('a trace', () => {
  const set = spanscope.read(encode(CHECKOUT))
  const trace = set.trace(TRACE)

  it('answers in typed arrays, in tree order', () => {
    assert.equal(trace.spanCount, 4)
    assert.deepEqual(trace.starts(), Float64Array.of(0, 5e6, 8e6, 20e6))
    assert.deepEqual(trace.durations(), Float64Array.of(100e6, 90e6, 84e6, 60e6))
    assert.deepEqual(trace.selfTimes(), Float64Array.of(10e6, 6e6, 24e6, 60e6))
    assert.deepEqual(trace.parents(), Int32Array.of(-1, 0, 1, 2))
    assert.deepEqual(trace.depths(), Uint32Array.of(0, 1, 2, 3))
    assert.deepEqual(trace.children(0), Uint32Array.of(1))
    assert.deepEqual(trace.children(3), Uint32Array.of())
    assert.deepEqual(trace.find('0000000000000003'), [2])
    assert.deepEqual(trace.find('nothing'), [])
  })

  it('has a critical path that sums to the duration', () => {
    const segment = (/** @type {number} */ index, /** @type {number} */ start, /** @type {number} */ end) => ({ span: index, startNs: start * 1e6, endNs: end * 1e6 })
    assert.deepEqual(trace.criticalPath(), [
      {
        top: 0,
        segments: [segment(0, 95, 100), segment(1, 92, 95), segment(2, 80, 92), segment(3, 20, 80), segment(2, 8, 20), segment(1, 5, 8), segment(0, 0, 5)],
        totalNs: 100e6,
      },
    ])
    assert.deepEqual(trace.pathByService(), [
      { service: 'shop', serviceIndex: 1, ns: 84e6, spans: [3, 2] },
      { service: 'gateway', serviceIndex: 0, ns: 16e6, spans: [0, 1] },
    ])
    assert.equal(trace.mainTop(), 0)
    assert.equal(trace.extentNs(), 100e6)
  })

  it('says where the time went, and of which spans', () => {
    const verdict = trace.verdict()
    assert.match(verdict, /^SELECT stock in shop took 60 ms, 60 % of the request, and failed: deadline exceeded\. That is where the error began; 1 span above passed it on/)
    const parts = trace.verdictParts()
    assert.equal(parts.map(({ text }) => text).join(''), verdict)
    assert.deepEqual(parts[0], { text: 'SELECT stock', spans: [3] })
    assert.deepEqual(trace.errorCounts(), { own: 1, above: 1 })
    assert.deepEqual(trace.errorSpans(), Uint32Array.of(3))
  })

  it('works errors out', () => {
    const [error, ...others] = trace.errors()
    assert.equal(others.length, 0)
    assert.deepEqual({ ...error, evidence: [] }, {
      origin: 3, silent: false, chain: [3, 2], cause: 'timeout_budget', confidence: 'likely', inferredBudgetNs: 60e6, budgetOf: 3,
      impact: 'handled', handledBy: 1, says: 'deadline exceeded', tries: [], evidence: [],
    })
    assert.ok(error.evidence.length > 0 && error.evidence.every(({ text, spans }) => text !== '' && spans.length > 0))
    assert.equal(trace.failed(), false)
    const found = trace.findings().map(({ id }) => id)
    assert.ok(found.includes('timeout-budget') && found.includes('handled-error') && !found.includes('error-origin'), found.join())
  })

  it('follows links both ways and gives work that nobody waited for a path of its own', () => {
    const link = (/** @type {string} */ traceId, /** @type {string} */ spanId) => ({ links: [{ traceId, spanId: spanId.padStart(16, '0') }] })
    const other = '5'.padStart(32, '0')
    const both = spanscope.read(encode({
      resourceSpans: [
        ...document([span('1', '', 'POST /orders', 0, 40, { kind: 2 }), span('2', '1', 'send', 10, 10, { kind: 4 })]).resourceSpans,
        ...document([{ ...span('3', '', 'handle', 50, 30, { kind: 5 }), traceId: other, ...link(TRACE, '2') }], 'billing').resourceSpans,
      ],
    }))
    const [orders, billing] = [both.trace(TRACE), both.trace(other)]
    const sent = { trace: 0, traceId: TRACE, span: 1, spanId: '2'.padStart(16, '0'), name: 'send', service: 'shop' }
    assert.deepEqual(billing.span(0).links[0]?.target, sent)
    const handled = { trace: 1, traceId: other, span: 0, spanId: '3'.padStart(16, '0'), name: 'handle', service: 'billing' }
    assert.deepEqual(orders.span(1).linkedBy, [handled])
    assert.equal(orders.span(1).linkedByCount, 1)
    assert.deepEqual(orders.asyncPaths(), [
      { from: 1, edge: 'link', trace: 1, traceId: other, span: 0, queueWaitNs: 30e6, totalNs: 30e6, segments: [{ span: 0, startNs: 0, endNs: 30e6 }] },
    ])
    assert.deepEqual(billing.asyncPaths(), [])
    assert.equal(orders.asyncPathCount, 1)
    assert.deepEqual(orders.asyncPaths(0), [])
    both.free()
  })

  it('works out what it says of a trace a part at a time, and says the same', () => {
    const spans = Array.from({ length: 25_000 }, (_, number) => span(String(number + 1), number === 0 ? '' : '1', number % 3 === 0 ? 'SELECT a' : 'GET b', number % 7, 5 + (number % 11), { kind: 3, ...(number % 1000 === 999 ? { status: { code: 2 } } : {}) }))
    const set = spanscope.read(encode(document(spans)))
    const [whole, parts] = [set.trace(0), set.trace(0)]
    let steps = 0
    while (!parts.prepareVerdict()) steps += 1
    assert.deepEqual(parts.verdictParts(), whole.verdictParts())
    const upToVerdict = steps
    while (!parts.prepareFindings()) steps += 1
    // Some thousand spans at once, and each detector for itself.
    assert.ok(upToVerdict > 3 && steps > upToVerdict + 20, `${upToVerdict} and ${steps}`)
    assert.ok(whole.findings().length > 0)
    assert.deepEqual(parts.findings(), whole.findings())
    assert.deepEqual(parts.advice(), whole.advice())
    assert.equal(parts.markdown(), whole.markdown())
    assert.ok(parts.prepareVerdict() && parts.prepareFindings())
    // Asked in the middle, the rest is done at once.
    const asked = set.trace(0)
    for (let step = 0; step < steps / 2; step++) asked.prepareFindings()
    assert.deepEqual(asked.findings(), whole.findings())
    assert.ok(!asked.prepareSearch(1, 'cart') && asked.prepareSearch(1, 'status:error'))
    set.free()
  })

  it('tells whose clocks differ, and what an alignment would move', () => {
    const skewed = spanscope.read(encode({
      resourceSpans: [
        ...document([span('1', '', 'GET', 10, 100, { kind: 3 })], 'web').resourceSpans,
        ...document([span('2', '1', 'GET /', 0, 50, { kind: 2 })], 'shop').resourceSpans,
      ],
    })).trace(0)
    const { hosts, pairs, moved } = skewed.clockSkew()
    assert.deepEqual(hosts, [{ name: 'web', offsetNs: 0, spans: 1 }, { name: 'shop', offsetNs: -35e6, spans: 1 }])
    assert.deepEqual(pairs, [{ from: 0, to: 1, lowNs: -60e6, highNs: -10e6, calls: 1, explained: true, differs: true, spans: [1, 1] }])
    assert.deepEqual(moved, { spans: Uint32Array.of(1), byNs: Float64Array.of(35e6) })
    assert.equal(trace.clockSkew().moved.spans.length, 0)
    assert.deepEqual(skewed.alignment(), {
      shiftsNs: Float64Array.of(0, 35e6),
      moves: [{
        host: 'shop',
        against: 'web',
        byNs: 35e6,
        giveNs: 25e6,
        spans: Uint32Array.of(1),
        reason: '1 call between the two puts the clock of shop 35 ms behind that of web, give or take 25 ms',
      }],
      refused: [],
      fromNs: 0,
      toNs: 110e6,
    })
    assert.ok(trace.alignment().shiftsNs.every((shift) => shift === 0))
    const waterfall = skewed.waterfall()
    const places = () => waterfall.rows(0, 9).map(({ startNs, earlyNs, shiftNs }) => [startNs, earlyNs, shiftNs])
    const recorded = [[10e6, 0, 0], [0, NaN, 0]]
    assert.deepEqual(places(), recorded)
    waterfall.align(true)
    assert.deepEqual(places(), [[10e6, NaN, 0], [35e6, NaN, 35e6]])
    waterfall.align(false)
    assert.deepEqual(places(), recorded)
    const look = { width: 11, fromNs: 0, toNs: 110e6 }
    const column = (/** @type {boolean} */ aligned) => skewed.columns([1], { ...look, aligned }).indexOf(1)
    assert.deepEqual([column(false), column(true)], [0, 3])
    const pixels = (/** @type {boolean} */ aligned) => skewed.minimap({ ...look, height: 2, palette: Uint32Array.of(0xff112233, 0xff112233), error: 1, aligned }).subarray(44)
    assert.deepEqual([pixels(false)[0] !== 0, pixels(true)[0] !== 0], [true, false])
  })

  it('tells all about a span', () => {
    const nested = { kvlistValue: { values: [attribute('a', { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'b' }] } }), attribute('a', {})] } }
    const details = spanscope
      .read(
        encode(
          document([
            span('ab', 'cd', 'op', 1, 2, {
              kind: 4,
              traceState: 'a=b',
              flags: 0x101,
              status: { code: 2, message: 'no luck' },
              attributes: [
                attribute('text', { stringValue: 'x' }),
                attribute('small', { intValue: '-5' }),
                attribute('safe', { intValue: '9007199254740991' }),
                attribute('large', { intValue: '9223372036854775807' }),
                attribute('double', { doubleValue: 0.1 }),
                attribute('true', { boolValue: true }),
                attribute('bytes', { bytesValue: 'AQL/' }),
                attribute('map', nested),
                attribute('nothing', {}),
                attribute('text', { stringValue: 'twice' }),
              ],
              events: [{ timeUnixNano: String(START + 2_000_000n), name: 'exception', attributes: [attribute('exception.type', { stringValue: 'E' })] }],
              links: [{ traceId: TRACE, spanId: '00000000000000ef', traceState: 'c=d', attributes: [attribute('why', { stringValue: 'batch' })] }],
            }),
          ]),
        ),
      )
      .trace(0)
      .span(0)
    assert.deepEqual(details, {
      index: 0,
      traceId: TRACE,
      spanId: '00000000000000ab',
      parentSpanId: '00000000000000cd',
      parent: null,
      name: 'op',
      service: 'shop',
      serviceIndex: 0,
      kind: 'producer',
      status: 'error',
      statusMessage: 'no luck',
      startNs: 0,
      durationNs: 2e6,
      selfNs: 2e6,
      criticalNs: 2e6,
      startUnixNs: START + 1_000_000n,
      traceState: 'a=b',
      flags: 0x101,
      attributes: [
        { key: 'text', type: 'string', value: 'x' },
        { key: 'small', type: 'int', value: -5 },
        { key: 'safe', type: 'int', value: 9007199254740991 },
        { key: 'large', type: 'int', value: 9223372036854775807n },
        { key: 'double', type: 'double', value: 0.1 },
        { key: 'true', type: 'bool', value: true },
        { key: 'bytes', type: 'bytes', value: Uint8Array.of(1, 2, 255) },
        { key: 'map', type: 'map', value: [['a', [1, 'b']], ['a', null]] },
        { key: 'nothing', type: 'null', value: null },
        { key: 'text', type: 'string', value: 'twice' },
      ],
      resource: [{ key: 'service.name', type: 'string', value: 'shop' }],
      scope: { name: 'test', version: '1.2', attributes: [] },
      events: [{ name: 'exception', ns: 1e6, attributes: [{ key: 'exception.type', type: 'string', value: 'E' }] }],
      links: [{ traceId: TRACE, spanId: '00000000000000ef', traceState: 'c=d', attributes: [{ key: 'why', type: 'string', value: 'batch' }], target: null }],
      linkedByCount: 0,
      linkedBy: [],
      warnings: details.warnings,
      source: details.source,
    })
    assert.deepEqual(details.warnings.map(({ kind }) => kind), ['orphan'])
    assert.equal(details.source?.line, 1)
  })

  it('is plain data that a worker can post', () => {
    const waterfall = trace.waterfall()
    for (const answer of [set.summary(), set.traces(), set.inputs(), set.warnings(), trace.summary(), trace.span(3), trace.criticalPath(), trace.verdictParts(), waterfall.rows(0, 10)]) {
      assert.deepEqual(plain(answer), answer)
    }
  })

  it('throws on a span that is not there', () => {
    for (const wrong of [4, -1, 0.5, NaN, Infinity, 2 ** 32, 2 ** 40]) {
      for (const ask of [() => trace.span(wrong), () => trace.children(wrong)]) {
        assert.throws(ask, (/** @type {any} */ error) => error instanceof spanscope.SpanscopeError && error.kind === 'no-such-span')
      }
    }
  })

  it('outlives its set, and a waterfall outlives both', () => {
    const short = spanscope.read(encode(CHECKOUT))
    const kept = short.trace(0)
    const waterfall = kept.waterfall()
    short.free()
    assert.equal(kept.span(3).name, 'SELECT stock')
    kept.free()
    assert.equal(waterfall.rows(3, 1)[0]?.name, 'SELECT stock')
    waterfall.free()
    for (const freed of [() => short.summary(), () => kept.spanCount, () => kept.criticalPath(), () => waterfall.rowCount, () => waterfall.rows(0, 1)]) {
      assert.throws(freed, (/** @type {any} */ error) => error instanceof spanscope.SpanscopeError && error.kind === 'freed')
    }
    // Freeing twice does no harm.
    short.free()
    kept.free()
    waterfall.free()
  })

  it('is freed at the end of its block', { skip: !Symbol.dispose && 'this engine has no Symbol.dispose' }, () => {
    const short = spanscope.read(encode(CHECKOUT))
    short[Symbol.dispose]()
    assert.throws(() => short.spanCount, { kind: 'freed' })
  })

  it('gives its memory back', () => {
    const document = encode({ resourceSpans: Array.from({ length: 2000 }, () => CHECKOUT.resourceSpans).flat() })
    const use = () => {
      const read = spanscope.read(document)
      const all = read.trace(0)
      all.waterfall().free()
      all.criticalPath()
      all.free()
      read.free()
    }
    use()
    use()
    const before = spanscope.memoryBytes()
    for (let round = 0; round < 30; round++) use()
    assert.equal(spanscope.memoryBytes(), before)
  })
})

describe('odd traces', () => {
  const first = (/** @type {object[]} */ ...spans) => spanscope.read(encode(document(spans))).trace(0)

  it('have no time where there is none', () => {
    const trace = first(span('1', '', 'a', 0, 10), { traceId: TRACE, spanId: '0000000000000002', name: 'b' })
    assert.deepEqual(trace.starts(), Float64Array.of(0, NaN))
    assert.deepEqual(trace.durations(), Float64Array.of(10e6, 0))
    const { startNs, startUnixNs, durationNs } = trace.span(1)
    assert.deepEqual({ startNs, startUnixNs, durationNs }, { startNs: NaN, startUnixNs: null, durationNs: 0 })
    assert.deepEqual(trace.criticalPath()[1], { top: 1, segments: [], totalNs: 0 })
    assert.ok(Number.isNaN(trace.waterfall().rows(1, 1)[0]?.startNs))
    const timeless = first({ traceId: TRACE, spanId: '0000000000000002', name: 'b' })
    assert.equal(timeless.summary().startNs, 0n)
    assert.match(timeless.verdict(), /no times/)
    assert.equal(timeless.minimap({ width: 3, height: 2, fromNs: 0, toNs: 1, palette: Uint32Array.of(1), error: 2 }).length, 24)
  })

  it('keep a negative duration, which analyses take as none', () => {
    const trace = first(span('1', '', 'a', 10, -5))
    assert.deepEqual(trace.durations(), Float64Array.of(-5e6))
    assert.deepEqual(trace.selfTimes(), Float64Array.of(0))
    assert.equal(trace.span(0).durationNs, -5e6)
    assert.deepEqual(trace.criticalPath(), [{ top: 0, segments: [], totalNs: 0 }])
  })

  it('have hostile names that stay names', () => {
    const name = '<img src=x onerror=alert(1)>'
    const trace = first(
      span('1', '', '__proto__', 0, 10, { attributes: [attribute('__proto__', { stringValue: name }), attribute('constructor', { kvlistValue: { values: [attribute('__proto__', { intValue: '1' })] } }), attribute('toString', { stringValue: 'x' })] }),
      span('2', '1', name, 0, 10, { status: { code: 2, message: '__proto__' } }),
    )
    const details = trace.span(0)
    assert.equal(details.name, '__proto__')
    assert.deepEqual(details.attributes, [
      { key: '__proto__', type: 'string', value: name },
      { key: 'constructor', type: 'map', value: [['__proto__', 1]] },
      { key: 'toString', type: 'string', value: 'x' },
    ])
    assert.equal(Object.getPrototypeOf(details), Object.prototype)
    assert.deepEqual(trace.waterfall().rows(0, 2).map((row) => [row.name, row.statusMessage]), [['__proto__', ''], [name, '__proto__']])
    const services = spanscope.read(encode({ resourceSpans: [...document([span('1', '', 'a', 0, 1)], '__proto__').resourceSpans, ...document([span('2', '', 'b', 0, 1)], 'constructor').resourceSpans] }))
    assert.deepEqual(services.services(), ['__proto__', 'constructor'])
    assert.deepEqual(services.trace(0).pathByService().map(({ service }) => service), ['__proto__'])
    assert.equal(/** @type {any} */ ({}).polluted, undefined)
  })

  it('do not break anything, whatever is cut off', () => {
    const bytes = encode(CHECKOUT)
    let read = 0
    for (let length = 0; length < bytes.length; length++) {
      try {
        const set = spanscope.read(bytes.subarray(0, length))
        read++
        assert.ok(set.spanCount <= 4)
        for (const { index } of set.traces()) set.trace(index).verdict()
        set.free()
      } catch (error) {
        assert.ok(error instanceof spanscope.SpanscopeError, String(error))
      }
    }
    assert.ok(read > 100, 'what stood before is kept')
  })

  it('may be a million brackets', () => {
    for (const text of ['['.repeat(1e6), '{"resourceSpans":'.repeat(1e5)]) {
      assert.throws(() => spanscope.read(text), spanscope.SpanscopeError)
    }
    assert.equal(spanscope.read(encode(CHECKOUT)).spanCount, 4)
  })
})

describe('search', () => {
  const trace = spanscope.read(encode(CHECKOUT)).trace(0)

  it('finds spans by a query', () => {
    assert.deepEqual(trace.search('deadline').spans, Uint32Array.of(3))
    assert.deepEqual(trace.search('service:shop >> status:error'), { count: 1, spans: Uint32Array.of(3), problem: null })
    assert.equal(trace.search('  ').count, 0)
  })

  it('says what is wrong with one', () => {
    assert.deepEqual(trace.search('é duration>9'), { count: 0, spans: new Uint32Array(), problem: { at: 12, message: 'Expected a unit after the number: ns, µs, ms, s, m or h, found the end.' } })
  })
})

describe('a waterfall', () => {
  const trace = spanscope.read(encode(CHECKOUT)).trace(0)

  it('shows rows as documented', () => {
    const waterfall = trace.waterfall()
    assert.equal(waterfall.rowCount, 4)
    assert.deepEqual(waterfall.rows(2, 1), [
      {
        span: 2, level: 3, expandable: true, expanded: true, hidden: 0, positionInSet: 1, setSize: 1, top: null, service: 'shop', serviceIndex: 1,
        name: 'POST /orders', kind: 'server', startNs: 8e6, durationNs: 84e6, selfNs: 24e6, criticalNs: 24e6, error: 'below', statusMessage: '',
        busy: [8e6, 20e6, 80e6, 92e6], critical: [8e6, 20e6, 80e6, 92e6], events: [], earlyNs: NaN, lateNs: NaN, shiftNs: 0, links: 0, warnings: 0, skipped: 0, group: null,
      },
    ])
    assert.deepEqual(waterfall.rows(0, 9).map(({ top, kind, error, statusMessage }) => [top, kind, error, statusMessage]), [
      ['root', 'server', 'below', ''],
      [null, 'client', 'below', ''],
      [null, 'server', 'below', ''],
      [null, 'client', 'own', 'deadline exceeded'],
    ])
    assert.deepEqual(waterfall.rows(2, 1, { fromNs: 30e6, toNs: 60e6 })[0]?.busy, [])
    assert.deepEqual(waterfall.rows(9, 9), [])
  })

  it('shows a selection', () => {
    const waterfall = trace.waterfall()
    waterfall.select({ hiddenKinds: ['client'] })
    assert.deepEqual(waterfall.rows(0, 9).map(({ span, level, skipped }) => [span, level, skipped]), [[0, 1, 1], [2, 2, 1]])
    assert.deepEqual([waterfall.hiddenCount, waterfall.nearestRow(3), waterfall.spanOf(1), waterfall.parentRow(1)], [2, 1, 2, 0])
    waterfall.select({ root: 2, hiddenServices: [99] })
    assert.deepEqual([waterfall.rowCount, waterfall.range()], [2, { from: 2, to: 4 }])
    assert.equal(waterfall.reveal(0), -1)
    waterfall.select({ only: Uint32Array.of(1), pathAlone: true, grouped: true })
    assert.equal(waterfall.rowCount, 2)
    waterfall.select()
    assert.deepEqual([waterfall.rowCount, waterfall.nearestRow(9), waterfall.spanOf(9), waterfall.parentRow(0)], [4, -1, -1, -1])
  })

  it('makes one row of alike leaves beside each other', () => {
    const many = Array.from({ length: 6 }, (_, index) => `{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000000000f${index}","name":"tick","startTimeUnixNano":"${100 + 10 * index}","endTimeUnixNano":"${105 + 10 * index}"}`)
    const waterfall = spanscope.read(`{"resourceSpans":[{"scopeSpans":[{"spans":[${many}]}]}]}`).trace(0).waterfall()
    waterfall.select({ grouped: true })
    assert.equal(waterfall.rowCount, 1)
    assert.deepEqual(waterfall.rows(0, 1).map(({ group, hidden, expanded }) => [group, hidden, expanded]), [[{ count: 6, errors: 0, unionNs: 30, sumNs: 30, leastNs: 5, mostNs: 5 }, 6, false]])
    waterfall.setGroupOpen(3, true)
    assert.deepEqual(waterfall.rows(0, 9).map(({ level, positionInSet }) => [level, positionInSet]), [[1, 1], [2, 1], [2, 2], [2, 3], [2, 4], [2, 5], [2, 6]])
  })

  it('collapses and expands', () => {
    const waterfall = trace.waterfall()
    waterfall.setExpanded(1, false)
    assert.equal(waterfall.rowCount, 2)
    assert.deepEqual([waterfall.rowOf(1), waterfall.rowOf(2)], [1, -1])
    const [collapsed] = waterfall.rows(1, 1)
    assert.deepEqual([collapsed?.expanded, collapsed?.hidden, collapsed?.critical], [false, 2, [5e6, 95e6]])
    assert.equal(waterfall.reveal(3), 3)
    waterfall.collapseAll()
    assert.equal(waterfall.rowCount, 1)
    waterfall.expandToLevel(3)
    assert.equal(waterfall.rowCount, 3)
    waterfall.expandAll()
    assert.equal(waterfall.rowCount, 4)
    for (const wrong of [-1, 4, NaN, 1e12]) {
      waterfall.setExpanded(wrong, false)
      assert.deepEqual([waterfall.rowCount, waterfall.rowOf(wrong), waterfall.reveal(wrong)], [4, -1, -1])
    }
  })

  it('comes with a map and ticks', () => {
    const raster = trace.minimap({ width: 10, height: 4, fromNs: 0, toNs: 100e6, palette: Uint32Array.of(0xff112233, 0xff445566), error: 0xff0000ff })
    assert.ok(raster instanceof Uint8ClampedArray)
    const line = (/** @type {number} */ y) => Array.from({ length: 10 }, (_, x) => raster[(y * 10 + x) * 4])
    assert.deepEqual(line(0), Array(10).fill(0x33))
    assert.deepEqual(line(3), [0, 0, 255, 255, 255, 255, 255, 255, 0, 0])
    assert.deepEqual(trace.ticks(0, 100e6, 3), [
      { ns: 0, label: '0' },
      { ns: 50e6, label: '50 ms' },
      { ns: 100e6, label: '100 ms' },
    ])
    assert.deepEqual(trace.ticks(5, 1, 3), [])
  })
})

describe('statistics', () => {
  const trace = spanscope.read(encode(CHECKOUT)).trace(0)

  it('are by operation, sorted as asked, and sum to all', () => {
    const statistics = trace.statistics()
    assert.equal(statistics.groupCount, 4)
    statistics.sort('self', { descending: true })
    const groups = statistics.groups()
    assert.deepEqual(groups.map(({ selfNs }) => selfNs), groups.map(({ selfNs }) => selfNs).sort((one, other) => other - one))
    const { count, selfNs, errors } = statistics.all()
    assert.deepEqual([count, errors], [4, groups.reduce((sum, group) => sum + group.errors, 0)])
    assert.equal(selfNs, trace.selfTimes().reduce((sum, own) => sum + own, 0))
    assert.equal(statistics.largest().selfNs, groups[0]?.selfNs)
    assert.deepEqual(statistics.groups(4, 9), [])
    assert.equal(statistics.spans(0).trace, 0)
    assert.equal(statistics.spans(99).spans.length, 0)
    assert.match(statistics.csv(), /^service,operation,count/)
    assert.throws(() => statistics.sort(/** @type {any} */ ('colour')), { kind: 'no-such-order' })
    assert.throws(() => trace.statistics({ by: /** @type {any} */ ('colour') }), { kind: 'no-such-group' })
    statistics.free()
    assert.throws(() => statistics.groupCount, { kind: 'freed' })
  })

  it('are by an attribute that occurs', () => {
    const [first] = trace.attributeKeys()
    assert.ok(first !== undefined && first.spans > 0)
    const statistics = trace.statistics({ by: `attribute:${first?.key}` })
    assert.equal(statistics.groups().reduce((sum, { count }) => sum + count, 0), 4)
  })
})

describe('logs', () => {
  it('have the events in time order with their attributes', () => {
    const event = (time, name, attributes = []) => ({ timeUnixNano: String(1_700_000_000_000_000_000n + BigInt(time)), name, attributes })
    const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', name: 'GET /', startTimeUnixNano: '1700000000000000000', endTimeUnixNano: '1700000000000009000', events: [event(700, 'late'), event(100, 'exception', [{ key: 'exception.type', value: { stringValue: 'Oops' } }])] }
    const trace = spanscope.read(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })).trace(0)
    const logs = trace.logs()
    assert.deepEqual([logs.count, trace.eventCount, logs.exceptionCount()], [2, 2, 1])
    assert.deepEqual(logs.lines().map(({ ns, text, level, exception }) => [ns, text, level, exception]), [
      [100, 'Oops', 'error', true],
      [700, 'late', '', false],
    ])
    assert.deepEqual(logs.attributes({ span: 0, place: 1 }), [{ key: 'exception.type', type: 'string', value: 'Oops' }])
    logs.filter({ words: 'LATE' })
    assert.deepEqual([logs.shownCount, logs.lines()[0]?.text], [1, 'late'])
    logs.filter({ level: 'error' })
    assert.deepEqual(logs.lines().map(({ text }) => text), ['Oops'])
    assert.deepEqual(logs.levels().find(({ level }) => level === 'error'), { level: 'error', count: 1 })
  })
})

describe('a flame graph', () => {
  const set = spanscope.read(encode(CHECKOUT))

  it('has frames by call path and rectangles to draw', () => {
    const flame = set.trace(0).flame()
    assert.deepEqual([flame.frameCount, flame.depth], [4, 4])
    const frames = flame.frames()
    assert.equal(frames.reduce((sum, { selfNs }) => sum + selfNs, 0), flame.wholeNs)
    assert.deepEqual(frames.map(({ depth, parent, end }) => [depth, parent, end]), [[0, null, 4], [1, 0, 4], [2, 1, 4], [3, 2, 4]])
    const rectangles = flame.rectangles({ width: 100, nameRoom: 1 })
    assert.deepEqual(rectangles.map(({ frame, frames, name }) => [frame, frames, name]), frames.map(({ index, name }) => [index, 1, name]))
    assert.ok(rectangles.some(({ error }) => error) && rectangles[0]?.errorBelow)
    assert.deepEqual(flame.spans(3), { trace: 0, spans: [3] })
    assert.equal(flame.frameBefore(3), null)
    assert.deepEqual(flame.rectangles({ width: 0 }), [])
    assert.throws(() => set.flame({ measure: /** @type {any} */ ('weight') }), { kind: 'no-such-measure' })
  })

  it('goes over all traces', () => {
    const flame = set.flame({ measure: 'critical' })
    assert.equal(flame.wholeNs, set.trace(0).criticalPath().reduce((sum, { totalNs }) => sum + totalNs, 0))
  })
})

describe('a service map', () => {
  it('has services, calls and their places', () => {
    const map = spanscope.read(encode(CHECKOUT)).serviceMap()
    const { nodes, edges, layers, rows, unnamed } = map.graph()
    assert.deepEqual(nodes.slice(0, 2).map(({ kind, entries, layer }) => [kind, entries, layer]), [['service', 1, 0], ['service', 0, 1]])
    assert.deepEqual(edges.slice(0, 1).map(({ from, to, calls, networkCalls }) => [from, to, calls, networkCalls]), [[0, 1, 1, 1]])
    assert.ok(layers >= 2 && rows >= 1 && unnamed >= 0)
    assert.deepEqual(map.spansOfEdge(0), { trace: 0, spans: [2] })
    assert.equal(map.spansOfNode(0).spans.length, nodes[0]?.spans)
    assert.deepEqual(map.spansOfEdge(99).spans, [])
  })
})

describe('a trace as OTLP JSON', () => {
  it('is the same when it is read again', () => {
    const set = spanscope.read(encode(CHECKOUT))
    const trace = set.trace(0)
    const again = spanscope.read(trace.toOtlpJson())
    assert.equal(again.format, 'otlp-json')
    const plain = (/** @type {spanscope.Trace} */ of, /** @type {number} */ index) => ({ ...of.span(index), source: null, warnings: [] })
    for (let index = 0; index < trace.spanCount; index += 1) assert.deepEqual(plain(again.trace(0), index), plain(trace, index))
    assert.equal(set.toOtlpJson(), trace.toOtlpJson())
    assert.equal(spanscope.read(trace.toOtlpJson([1, 2])).spanCount, 2)
    assert.deepEqual(JSON.parse(trace.toOtlpJson([])), { resourceSpans: [] })
    assert.deepEqual(JSON.parse(trace.toOtlpJson([99, -1])), { resourceSpans: [] })
  })

  it('comes in parts as well, which are the same document, and what writing throws is thrown', () => {
    const filler = 'x'.repeat(1 << 20)
    const set = spanscope.read(encode(document(Array.from({ length: 12 }, (_, index) => span(String(index + 1), index ? '1' : '', filler, index, 1)))))
    /** @type {Uint8Array[]} */
    const parts = []
    set.writeOtlpJson((part) => parts.push(part))
    assert.ok(parts.length >= 3)
    assert.equal(Buffer.concat(parts).toString(), set.toOtlpJson())
    const trace = set.trace(0)
    parts.length = 0
    trace.writeOtlpJson((part) => parts.push(part), [1, 2])
    assert.equal(Buffer.concat(parts).toString(), trace.toOtlpJson([1, 2]))
    let calls = 0
    const full = () => {
      calls += 1
      throw new RangeError('full')
    }
    assert.throws(() => set.writeOtlpJson(full), /full/)
    assert.equal(calls, 1)
  })
})
