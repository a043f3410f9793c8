import assert from 'node:assert/strict'
import test from 'node:test'
import { fuzzyFind, fuzzyScore } from '../../www/fuzzy.js'

test('letters have to stand in their order', () => {
  assert.equal(fuzzyScore('xyz', 'Zoom in'), null)
  assert.equal(fuzzyScore('nz', 'Zoom in'), null)
  assert.notEqual(fuzzyScore('zn', 'Zoom in'), null)
  assert.notEqual(fuzzyScore('Z IN', 'Zoom in'), null)
})

test('the best lines come first', () => {
  const lines = ['Previous error', 'Expand all', 'Next span with an error', 'Critical path alone', 'Colours: dark']
  const find = (/** @type {string} */ letters) => fuzzyFind(letters, lines, (line) => line, 3)
  assert.deepEqual(find('error'), ['Previous error', 'Next span with an error'])
  assert.deepEqual(find('cpa')[0], 'Critical path alone')
  assert.deepEqual(find('ea')[0], 'Expand all')
  assert.deepEqual(find(' '), lines.slice(0, 3))
  assert.deepEqual(find('qq'), [])
})
