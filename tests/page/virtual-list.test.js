import assert from 'node:assert/strict'
import test from 'node:test'
import { MAX_SPACER, ScrollMap } from '../../www/virtual-list.js'

/**
 * @param {number} count
 * @param {number} [viewport]
 */
function mapOf(count, viewport = 600) {
  const map = new ScrollMap(26)
  map.count = count
  map.viewport = viewport
  return map
}

test('a short list scrolls as it is', () => {
  const map = mapOf(1000)
  assert.equal(map.scaled, false)
  assert.equal(map.spacerHeight, 26_000)
  map.scrolled(130)
  assert.equal(map.offset, 130)
  assert.deepEqual(map.window(0), { from: 5, to: 30 })
  assert.deepEqual(map.window(8), { from: 0, to: 38 })
  map.scrolled(1e9)
  assert.equal(map.offset, 26_000 - 600)
})

test('there are as many rows wherever the list stands, so that none comes or goes', () => {
  const map = mapOf(1000)
  const sizes = new Set()
  for (let offset = 1000; offset < 1200; offset += 1) {
    map.scrolled(offset)
    const { from, to } = map.window(4)
    sizes.add(to - from)
    assert.ok(from * 26 <= offset && to * 26 >= offset + 600)
  }
  assert.equal(sizes.size, 1)
})

test('a list shorter than the view does not scroll', () => {
  const map = mapOf(3)
  assert.equal(map.maxOffset, 0)
  assert.equal(map.moveTo(500), 0)
  assert.deepEqual(map.window(8), { from: 0, to: 3 })
})

test('the spacer is capped, and both ends are reached', () => {
  const map = mapOf(1_000_000)
  assert.equal(map.scaled, true)
  assert.equal(map.spacerHeight, MAX_SPACER)
  map.scrolled(map.maxScroll)
  assert.equal(map.offset, map.maxOffset)
  assert.equal(map.window(0).to, 1_000_000)
  map.scrolled(0)
  assert.deepEqual(map.window(0), { from: 0, to: 25 })
})

test('a turn of the wheel moves a long list exactly as far', () => {
  const map = mapOf(1_000_000)
  const top = map.moveTo(5_000_000)
  map.scrolled(top + 100)
  assert.equal(map.offset, 5_000_100)
  map.scrolled(top + 40)
  assert.equal(map.offset, 5_000_040)
})

test('dragging the bar jumps in proportion', () => {
  const map = mapOf(1_000_000)
  map.scrolled(map.maxScroll / 2)
  assert.ok(Math.abs(map.offset - map.maxOffset / 2) < 2)
})

test('at rest bar and rows agree, and an end is only reached at the end', () => {
  const map = mapOf(1_000_000)
  for (const offset of [0, 1, 10, 13_000_000, map.maxOffset - 1, map.maxOffset]) {
    const top = map.moveTo(offset)
    assert.equal(map.offset, offset)
    assert.equal(top === 0, offset === 0, `${offset}`)
    assert.equal(top === map.maxScroll, offset === map.maxOffset, `${offset}`)
    // What the browser then tells is no movement.
    map.scrolled(top)
    assert.equal(map.offset, offset)
  }
})

test('a row is revealed by the smallest movement', () => {
  const map = mapOf(1_000_000)
  map.moveTo(26 * 100)
  assert.equal(map.offsetFor(105), 2600, 'it is visible already')
  assert.equal(map.offsetFor(99), 26 * 99)
  assert.equal(map.offsetFor(200), 26 * 201 - 600)
  assert.equal(map.offsetFor(1000, 'center'), 26_000 - 287)
  map.moveTo(map.offsetFor(999_999))
  assert.equal(map.window(0).to, 1_000_000)
})

test('a page is what fits, less one row to hold on to', () => {
  assert.equal(mapOf(100).page, 22)
  assert.equal(mapOf(100, 10).page, 1)
})
