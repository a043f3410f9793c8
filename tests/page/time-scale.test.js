import assert from 'node:assert/strict'
import test from 'node:test'
import { BREAK, TimeScale } from '../../www/time-scale.js'

const near = (/** @type {number} */ found, /** @type {number} */ expected, message = '') => assert.ok(Math.abs(found - expected) < 1e-6 * Math.max(1, Math.abs(expected)), `${found} is not ${expected} ${message}`)

test('without stretches to squeeze it is straight', () => {
  const scale = new TimeScale({ from: 100, to: 300 }, 800, [])
  for (const [ns, px] of [[100, 0], [200, 400], [300, 800], [50, -200], [400, 1200]]) {
    near(scale.place(Number(ns)), Number(px))
    near(scale.at(Number(px)), Number(ns))
  }
  assert.deepEqual(scale.breaks, [])
  assert.deepEqual(scale.pieces, [{ fromNs: 100, toNs: 300 }])
  const { from, to } = scale.zoomed(0.5, 400)
  near(from, 150)
  near(to, 250)
  const moved = scale.panned(0.25)
  near(moved.from, 150)
  near(moved.to, 350)
})

test('a squeezed stretch takes a fixed room, and the rest has one scale', () => {
  const scale = new TimeScale({ from: 0, to: 10_000 }, 828, [{ fromNs: 1000, toNs: 9000 }])
  near(scale.place(500), 200)
  near(scale.place(1000), 400)
  near(scale.place(5000), 400 + BREAK / 2)
  near(scale.place(9000), 400 + BREAK)
  near(scale.place(10_000), 828)
  const [only] = scale.breaks
  assert.deepEqual(Object.values(only ?? {}).map(Math.round), [8000, 400, BREAK])
  assert.deepEqual(scale.pieces, [{ fromNs: 0, toNs: 1000 }, { fromNs: 9000, toNs: 10_000 }])
  for (const px of [-50, 0, 399, 410, 600, 828, 900]) near(scale.place(scale.at(px)), px)
})

test('a part of a stretch takes a part of the room, and one that fills the view is not squeezed', () => {
  const half = new TimeScale({ from: 5000, to: 10_000 }, 814, [{ fromNs: 1000, toNs: 9000 }])
  near(half.place(9000), BREAK / 2)
  near(half.place(9500), 414)
  const inside = new TimeScale({ from: 2000, to: 4000 }, 800, [{ fromNs: 1000, toNs: 9000 }])
  near(inside.place(3000), 400)
  assert.deepEqual(inside.breaks, [])
})

test('breaks leave room on a narrow width, and edges of a view may lie beyond the trace', () => {
  const gaps = Array.from({ length: 9 }, (_, index) => ({ fromNs: 100 * index + 10, toNs: 100 * index + 90 }))
  const scale = new TimeScale({ from: -50, to: 1000 }, 200, gaps)
  near(scale.place(-50), 0)
  near(scale.place(1000), 200)
  assert.ok(scale.breaks.reduce((sum, { width }) => sum + width, 0) <= 100.001)
  let last = -Infinity
  for (let ns = -200; ns < 1200; ns += 7) {
    assert.ok(scale.place(ns) > last)
    last = scale.place(ns)
  }
  const points = scale.points(2)
  assert.equal(points.length, 2 * (2 * gaps.length + 2))
  near(Number(points[3]), 2 * scale.place(Number(points[2])))
})
