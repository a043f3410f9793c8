import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { generateDocument, generateSpans } from '../../www/samples/generate.js'
import { SAMPLES, sampleById } from '../../www/samples/index.js'

/** @param {string} name */
const sample = (name) => JSON.parse(readFileSync(new URL(`../../www/samples/${name}`, import.meta.url), 'utf8'))

/** @typedef {{id: string, parent: string, name: string, service: string, kind: number, start: bigint, end: bigint, attributes: Map<string, any>, status: any, links: any[], traceState: string, traceId: string, flags: number}} PlainSpan */

/**
 * @param {any} document
 * @returns {PlainSpan[]}
 */
function otlpSpans(document) {
  return document.resourceSpans.flatMap((group) => {
    const service = group.resource.attributes.find((attribute) => attribute.key === 'service.name').value.stringValue
    return group.scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        id: span.spanId,
        parent: span.parentSpanId ?? '',
        name: span.name,
        service,
        kind: span.kind,
        start: BigInt(span.startTimeUnixNano),
        end: BigInt(span.endTimeUnixNano),
        attributes: new Map(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
        status: span.status,
        links: span.links ?? [],
        traceState: span.traceState ?? '',
        traceId: span.traceId,
        flags: span.flags,
      })),
    )
  })
}

/** @param {PlainSpan} span */
const ms = (span) => Number(span.end - span.start) / 1e6

/**
 * @param {PlainSpan[]} spans
 * @param {string} parent
 */
const childrenOf = (spans, parent) => spans.filter((span) => span.parent === parent)

/** Every child lies within its parent, and every parent is there. @param {PlainSpan[]} spans */
function assertSound(spans) {
  const byId = new Map(spans.map((span) => [span.id, span]))
  assert.equal(byId.size, spans.length, 'span ids are unique')
  for (const span of spans) {
    assert.match(span.id, /^[0-9a-f]{16}$/)
    assert.match(span.traceId, /^[0-9a-f]{32}$/)
    assert.ok(span.end > span.start, span.name)
    if (span.parent === '') continue
    const parent = byId.get(span.parent)
    assert.ok(parent, `${span.name} has its parent`)
    assert.ok(span.start >= parent.start && span.end <= parent.end, `${span.name} lies within ${parent.name}`)
  }
}

test('example 1: API, user service, database, where the query takes 400 ms', () => {
  const spans = otlpSpans(sample('slow-database.json'))
  assertSound(spans)
  const [root] = childrenOf(spans, '')
  assert.ok(root)
  assert.deepEqual([root.service, root.traceId], ['api', '4bf92f3577b34da6a3ce929d0e0e4736'])
  const [call] = childrenOf(spans, root.id)
  const [served] = childrenOf(spans, call?.id ?? '')
  const [query] = childrenOf(spans, served?.id ?? '')
  assert.equal(call?.id, '00f067aa0ba902b7', 'the header of the lesson leads to this call')
  assert.equal(served?.service, 'user-service')
  assert.equal(query?.attributes.get('db.system.name'), 'postgresql')
  assert.equal(query && ms(query), 400)
  assert.ok(ms(root) - 400 < 40, 'all others are small')
})

test('example 2: the consumer links to the producer and has no parent', () => {
  const spans = otlpSpans(sample('order-queue.json'))
  assertSound(spans)
  const producer = spans.find((span) => span.kind === 4)
  const consumer = spans.find((span) => span.kind === 5)
  assert.ok(producer && consumer)
  assert.deepEqual([producer.service, consumer.service, consumer.parent], ['order-service', 'billing-worker', ''])
  assert.deepEqual(consumer.links.map((link) => [link.traceId, link.spanId]), [[producer.traceId, producer.id]])
  assert.ok(consumer.start > producer.end, 'the message waited')
})

test('example 3: a timeout whose cause is the query of 499 ms', () => {
  const { data } = sample('timeout.json')
  const [trace] = data
  const tags = (span) => Object.fromEntries(span.tags.map(({ key, value }) => [key, value]))
  const inventory = trace.spans.find((span) => tags(span)['error.type'] === 'timeout')
  const query = trace.spans.find((span) => tags(span)['error.type'] === 'deadline_exceeded')
  assert.equal(trace.processes[inventory.processID].serviceName, 'inventory')
  assert.equal(query.references[0].spanID, inventory.spanID)
  assert.equal(query.duration, 499_000)
  assert.equal(tags(query)['otel.status_description'], 'deadline_exceeded')
  assert.ok(trace.spans.every((span) => tags(span).error === true), 'the error is passed on to the root')
})

test('example 4: the trace state says 10 % head sampling, and the trace id agrees', () => {
  const spans = otlpSpans(sample('sampling.json'))
  assertSound(spans)
  for (const span of spans) {
    const threshold = /(?:^|,)ot=(?:[^,]*;)?th:([0-9a-f]{1,14})/.exec(span.traceState)?.[1]
    assert.ok(threshold)
    const rejected = BigInt(`0x${threshold.padEnd(14, '0')}`)
    assert.ok(Math.abs(1 - Number(rejected) / 2 ** 56 - 0.1) < 1e-9)
    assert.ok(BigInt(`0x${span.traceId.slice(18)}`) >= rejected, 'this trace is one of the ten')
    assert.equal(span.flags & 3, 3, 'sampled, and the trace id is random')
  }
})

test('the challenge: three traces whose self times are 20, 80, 150 and 900 ms', () => {
  const traces = sample('three-slow-requests.json')
  assert.equal(traces.length, 3)
  for (const spans of traces) {
    const by = (name) => spans.find((span) => span.name.startsWith(name))
    const [api, auth, catalog, query] = ['get /products', 'post /verify', 'get /catalog', 'select'].map(by)
    assert.deepEqual([api, auth, catalog, query].map((span) => span.duration / 1000), [1150, 80, 1050, 900])
    assert.deepEqual([auth.parentId, catalog.parentId, query.parentId], [api.id, api.id, catalog.id])
    assert.equal(api.duration - auth.duration - catalog.duration, 20_000)
    assert.equal(catalog.duration - query.duration, 150_000)
    assert.ok(auth.timestamp + auth.duration <= catalog.timestamp, 'one after the other')
    for (const [parent, child] of [[api, auth], [api, catalog], [catalog, query]]) {
      assert.ok(child.timestamp >= parent.timestamp && child.timestamp + child.duration <= parent.timestamp + parent.duration)
    }
  }
  assert.equal(new Set(traces.map(([span]) => span.traceId)).size, 3)
})

test('the large one: 5,000 spans, sound, and the same to the byte every time', () => {
  const bytes = generateDocument()
  const spans = otlpSpans(JSON.parse(new TextDecoder().decode(bytes)))
  assert.equal(spans.length, 5000)
  assertSound(spans)
  assert.equal(childrenOf(spans, '').length, 1)
  assert.equal(generateSpans().spans.filter((span) => span.error !== null).length, spans.filter((span) => span.status.code === 2).length)
  const digest = (data) => createHash('sha256').update(data).digest('hex')
  assert.equal(digest(generateDocument()), digest(bytes))
  assert.ok(bytes.length > 2_000_000)
})

test('every sample can be found by its name', () => {
  for (const { id, file } of SAMPLES) {
    assert.match(id, /^[a-z0-9-]{1,40}$/)
    assert.equal(sampleById(id)?.id, id)
    if (file?.endsWith('.json')) assert.doesNotThrow(() => sample(file))
    else if (file !== null) assert.match(readFileSync(new URL(`../../www/samples/${file}`, import.meta.url), 'utf8'), /trace_id=[0-9a-f]{32} /)
  }
  assert.equal(sampleById('constructor'), null)
})
