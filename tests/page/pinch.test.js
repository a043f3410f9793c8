import assert from 'node:assert/strict'
import test from 'node:test'
import { pinched } from '../../www/pinch.js'
import { TimeScale } from '../../www/time-scale.js'

const scale = new TimeScale({ from: 0, to: 1000 }, 500, [])
const all = { left: 0, right: 500 }

test('what was under the fingers stays under them', () => {
  // From 100 and 200 px to 50 and 250 px: twice as wide, the middle stays.
  const range = pinched(scale, all, { middle: 150, spread: 100 }, { middle: 150, spread: 200 })
  const zoomed = new TimeScale(range, 500, [])
  assert.equal(Math.round(zoomed.place(scale.at(100))), 50)
  assert.equal(Math.round(zoomed.place(scale.at(200))), 250)
})

test('fingers that keep their distance move the time', () => {
  const range = pinched(scale, { left: 0, right: 500 }, { middle: 150, spread: 100 }, { middle: 250, spread: 100 })
  assert.deepEqual(range, { from: -200, to: 800 })
})

test('zooming and moving go together', () => {
  const range = pinched(scale, all, { middle: 100, spread: 50 }, { middle: 300, spread: 100 })
  const moved = new TimeScale(range, 500, [])
  assert.equal(Math.round(moved.place(scale.at(75))), 250)
  assert.equal(Math.round(moved.place(scale.at(125))), 350)
})
