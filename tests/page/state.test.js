import assert from 'node:assert/strict'
import test from 'node:test'
import { DEFAULTS, EVERY_TRACE, Store, checkedPreferences, clampRange, initialState, listChoices, listOf, shownRange } from '../../www/state.js'
import { TimeScale } from '../../www/time-scale.js'

const SECOND = 1_000_000_000
const ALL = { from: 0, to: SECOND }

test('changes made together are shown together, once', async () => {
  /** @type {[unknown, unknown][]} */
  const shown = []
  const store = new Store(initialState(), (state, before) => shown.push([state.sort, before.sort]))
  store.set({ sort: 'duration' })
  store.set({ sort: 'errors' })
  assert.deepEqual(shown, [])
  await Promise.resolve()
  assert.deepEqual(shown, [['errors', 'start']])
  store.set({ sort: 'errors' })
  await Promise.resolve()
  assert.equal(shown.length, 1, 'what is the same is not shown again')
  store.set({ sort: 'start' })
  store.show()
  assert.equal(shown.length, 2, 'show() does not wait')
  await Promise.resolve()
  assert.equal(shown.length, 2)
})

test('a range stays inside the trace', () => {
  assert.deepEqual(clampRange({ from: -5, to: 100 }, ALL), { from: 0, to: 1000 + 0 }, 'not smaller than a microsecond')
  assert.deepEqual(clampRange({ from: 900e6, to: 1100e6 }, ALL), { from: 800e6, to: SECOND })
  assert.equal(clampRange({ from: -1, to: 2 * SECOND }, ALL), null, 'all of it is no range')
  assert.equal(clampRange({ from: 0, to: 1 }, { from: 0, to: 0 }), null, 'a trace without length cannot be zoomed')
  assert.deepEqual(clampRange({ from: -90, to: 5000 }, { from: -50, to: 10_000 }), { from: -50, to: 5040 }, 'all of the time may begin before the trace')
  const small = clampRange({ from: 500_000.2, to: 500_000.4 }, ALL)
  assert.ok(small !== null && Number.isInteger(small.from) && Number.isInteger(small.to))
})

test('zooming keeps the place under the pointer where it is', () => {
  const scale = new TimeScale({ from: 200e6, to: 800e6 }, 600, [])
  const zoomed = clampRange(scale.zoomed(0.5, 150), ALL)
  assert.ok(zoomed !== null)
  assert.equal((350e6 - zoomed.from) / (zoomed.to - zoomed.from), 0.25)
  assert.equal(clampRange(scale.zoomed(10, 150), ALL), null)
})

test('panning moves by a part and stops at the rim', () => {
  const panned = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ part) => clampRange(new TimeScale({ from, to }, 600, []).panned(part), ALL)
  assert.deepEqual(panned(200e6, 400e6, 0.5), { from: 300e6, to: 500e6 })
  assert.deepEqual(panned(850e6, 950e6, 5), { from: 900e6, to: SECOND })
  assert.deepEqual(panned(50e6, 150e6, -5), { from: 0, to: 100e6 })
})

test('without a range all of the trace is shown', () => {
  const state = initialState()
  assert.deepEqual(shownRange(state), { from: 0, to: 1 })
  state.trace = /** @type {any} */ ({ extentNs: 500 })
  assert.deepEqual(shownRange(state), { from: 0, to: 500 })
  state.alignment = /** @type {any} */ ({ whole: { from: -20, to: 510 } })
  assert.deepEqual(shownRange(state), { from: -20, to: 510 }, 'and where spans were moved to')
  state.range = { from: 3, to: 9 }
  assert.deepEqual(shownRange(state), { from: 3, to: 9 })
})

test('preferences of another version or of nobody are checked field by field', () => {
  for (const nothing of [null, 3, 'x', [], {}]) assert.deepEqual(checkedPreferences(nothing), DEFAULTS)
  const some = checkedPreferences({ theme: 'dark', rows: 'huge', timeMode: 'utc', nameWidth: -4, detailsWidth: 500, letterKeys: 'no', __proto__: { theme: 'light' } })
  assert.deepEqual(some, { ...DEFAULTS, theme: 'dark', timeMode: 'utc', detailsWidth: 500 })
})

test('how the list of traces is sorted and filtered is written and read back', () => {
  const filters = /** @type {import('../../www/types.js').TraceFilter[]} */ ([
    { words: '', failed: false, box: null },
    { words: 'GET /a', failed: true, box: { startNs: [0, 5], durationNs: [10, 20] } },
  ])
  for (const traceFilter of filters) {
    for (const sort of /** @type {const} */ (['start', 'duration', 'errors'])) assert.deepEqual(listOf(listChoices(sort, traceFilter)), { sort, traceFilter })
  }
  assert.deepEqual(listChoices('start', EVERY_TRACE), {})
  for (const box of ['', '1,2,3', '5,1,0,1', 'a,b,c,d', '1,2,3,4,5']) assert.equal(listOf({ box }).traceFilter.box, null, box)
  assert.equal(listOf({ sort: 'color' }).sort, 'start')
})
