import assert from 'node:assert/strict'
import test from 'node:test'
import { countText, nextMatch } from '../../www/selection.js'
import { includes, lowerBound } from '../../www/sorted.js'

const found = { query: 'x', spans: Uint32Array.of(2, 5, 9), problem: null }

test('matches are walked both ways and around', () => {
  assert.deepEqual([null, 0, 2, 5, 8, 9, 12].map((span) => nextMatch(found, span, 1)), [2, 2, 5, 9, 9, 2, 2])
  assert.deepEqual([null, 0, 2, 5, 8, 9, 12].map((span) => nextMatch(found, span, -1)), [9, 9, 9, 2, 5, 5, 9])
  assert.equal(nextMatch({ ...found, spans: new Uint32Array() }, 3, 1), undefined)
})

test('a count says which of how many', () => {
  assert.equal(countText(found, null), '3 matches')
  assert.equal(countText(found, 3), '3 matches')
  assert.equal(countText(found, 5), '2 of 3')
  assert.equal(countText({ ...found, spans: Uint32Array.of(7) }, 8), '1 match')
})

test('numbers that rise are found', () => {
  assert.deepEqual([1, 2, 3, 9, 10].map((number) => lowerBound(found.spans, number)), [0, 0, 1, 2, 3])
  assert.deepEqual([1, 2, 9, 10].map((number) => includes(found.spans, number)), [false, true, true, false])
  assert.equal(includes([], 0), false)
})
