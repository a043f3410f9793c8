import assert from 'node:assert/strict'
import test from 'node:test'
import { START, formatHash, parseHash } from '../../www/url.js'

test('what is written is read back', () => {
  /** @type {import('../../www/url.js').Place[]} */
  const places = [
    { ...START },
    { ...START, view: 'headers' },
    { ...START, view: 'trace', trace: '4bf92f3577b34da6a3ce929d0e0e4736' },
    { view: 'trace', tab: 'input', sample: 'slow-database', trace: 'a&b=c#d', span: 'x y', budgets: 'POST /a < 8ms; db <= 30%', range: { from: 0, to: 500_000_000 }, query: 'name:"a & b" #1', only: true, hidden: ['redis', 'a&hide=b', ''], kinds: ['internal', 'client'], path: true, aligned: true, focus: 'b7ad6b7169203331', choices: {} },
    { ...START, view: 'trace' },
  ]
  for (const place of places) assert.deepEqual(parseHash(formatHash(place)), place)
})

test('the empty page has an empty address', () => {
  assert.equal(formatHash({ ...START }), '')
  assert.deepEqual(parseHash(''), START)
  assert.deepEqual(parseHash('#'), START)
})

test('what makes no sense in an address is left out', () => {
  assert.deepEqual(parseHash('#anything'), START)
  assert.deepEqual(parseHash('#sample=../../etc'), START)
  assert.equal(parseHash(`#trace=${'a'.repeat(129)}`).trace, null)
  assert.equal(parseHash('#trace=a&tab=nothing').tab, 'waterfall')
  assert.equal(parseHash('#trace=a&from=5&to=5').range, null)
  assert.equal(parseHash('#trace=a&from=9&to=3').range, null)
  assert.equal(parseHash('#trace=a&from=1e3&to=NaN').range, null)
  assert.equal(parseHash('#trace=a&from=1').range, null)
  assert.deepEqual(parseHash('#trace=a&kinds=client,nothing,__proto__').kinds, ['client'])
  assert.deepEqual(parseHash(`#trace=a&hide=${'x'.repeat(201)}&hide=b`).hidden, ['b'])
  assert.equal(parseHash(`#trace=a${'&hide=b'.repeat(500)}`).hidden.length, 100)
  assert.deepEqual(parseHash('#span=a'), START, 'a span without a trace is nowhere')
  assert.doesNotThrow(() => parseHash('#%E0%A4%A&trace=%zz'))
})

test('choices of the tab and of the list of traces come back, others and long ones do not', () => {
  const place = { ...START, view: /** @type {const} */ ('trace'), trace: 'a', tab: /** @type {const} */ ('table'), choices: { traces: { sort: 'errors', words: 'a b&c' }, table: { by: 'attribute:http.route' } } }
  assert.deepEqual(parseHash(formatHash(place)), place)
  assert.deepEqual(parseHash('#trace=a&tab=table&flame.of=all&table.by=span&table.1=x&traces.Sort=x').choices, { table: { by: 'span' } })
  assert.deepEqual(parseHash(`#trace=a&traces.words=${'x'.repeat(301)}`).choices, {})
})
