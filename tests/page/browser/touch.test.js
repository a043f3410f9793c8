// Fingers: two zoom and move the time, one scrolls the rows.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chooseFile, grid, manySpans, openSite, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

/** @typedef {import('playwright-core').Page} Page */

/** A page with some hundred rows of 1 ms, and what puts fingers on it. */
async function openTouched() {
  const opened = await site.open({ width: 1000, height: 800 })
  const { page } = opened
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'many.json', manySpans(1000))
  await row(page, /many step 3,/).waitFor()
  const client = await page.context().newCDPSession(page)
  /**
   * @param {'touchStart' | 'touchMove' | 'touchEnd'} type
   * @param {...[x: number, y: number]} points
   */
  const touch = (type, ...points) => client.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) })
  return { ...opened, touch }
}

/** The part of the time that is shown, in nanoseconds. @param {Page} page */
async function shown(page) {
  const [from = NaN, to = NaN] = await page.locator('.minimap [role=slider]').evaluateAll((edges) => edges.map((edge) => Number(edge.getAttribute('aria-valuenow'))))
  return { from, to }
}

/** @param {Page} page @param {number} most the length that is waited for */
const zoomedTo = (page, most) =>
  page.waitForFunction((length) => {
    const [from = 0, to = 0] = [...document.querySelectorAll('.minimap [role=slider]')].map((edge) => Number(edge.getAttribute('aria-valuenow')))
    return to - from <= length
  }, most)

test('spreading two fingers on the rows zooms the time under them, moving both moves it', async () => {
  const { page, touch, close } = await openTouched()
  const box = await page.locator('.axis').boundingBox()
  const line = await row(page, /many step 3,/).boundingBox()
  assert.ok(box && line)
  const y = line.y + 10
  const x = (/** @type {number} */ share) => box.x + box.width * share
  const whole = await shown(page)
  const at = (/** @type {{from: number, to: number}} */ range, /** @type {number} */ share) => range.from + (range.to - range.from) * share
  await touch('touchStart', [x(0.4), y], [x(0.6), y])
  await touch('touchMove', [x(0.35), y], [x(0.65), y])
  await touch('touchMove', [x(0.3), y], [x(0.7), y])
  await zoomedTo(page, (whole.to - whole.from) * 0.51)
  const zoomed = await shown(page)
  for (const [before, now] of /** @type {const} */ ([[0.4, 0.3], [0.6, 0.7]])) assert.ok(Math.abs(at(whole, before) - at(zoomed, now)) < (whole.to - whole.from) * 0.01, 'what was under a finger is under it')
  await touch('touchMove', [x(0.2), y], [x(0.6), y])
  await page.waitForFunction((from) => Number(document.querySelector('.minimap-from')?.getAttribute('aria-valuenow')) > from, zoomed.from)
  const moved = await shown(page)
  assert.ok(Math.abs(moved.to - moved.from - (zoomed.to - zoomed.from)) <= 2, 'moving does not zoom')
  await touch('touchEnd')
  assert.equal(await page.getByRole('complementary', { name: 'Span details' }).isVisible(), false, 'a pinch chooses no span')
  await close()
})

test('spreading two fingers on the overview zooms in', async () => {
  const { page, touch, close } = await openTouched()
  const box = await page.getByRole('group', { name: 'Overview of the trace' }).boundingBox()
  assert.ok(box)
  const x = (/** @type {number} */ share) => box.x + box.width * share
  const y = box.y + 25
  const whole = await shown(page)
  await touch('touchStart', [x(0.4), y])
  await touch('touchStart', [x(0.4), y], [x(0.5), y])
  await touch('touchMove', [x(0.35), y], [x(0.55), y])
  await zoomedTo(page, (whole.to - whole.from) * 0.51)
  const { from, to } = await shown(page)
  assert.ok(Math.abs((from + (to - from) * 0.45) / (whole.to - whole.from) - 0.45) < 0.02, 'around the fingers')
  await touch('touchEnd')
  await close()
})

test('one finger scrolls the rows', async () => {
  const { page, touch, close } = await openTouched()
  const line = await row(page, /many step 3,/).boundingBox()
  const box = await page.locator('.axis').boundingBox()
  assert.ok(line && box)
  const x = box.x + box.width / 2
  const scroller = page.locator('.waterfall-scroll')
  await touch('touchStart', [x, line.y + 200])
  for (let step = 1; step <= 10; step += 1) await touch('touchMove', [x, line.y + 200 - step * 15])
  await touch('touchEnd')
  await page.waitForFunction(() => (document.querySelector('.waterfall-scroll')?.scrollTop ?? 0) > 50)
  assert.ok((await scroller.evaluate((element) => element.scrollTop)) > 50)
  assert.equal(await page.getByRole('button', { name: 'All of the time' }).isVisible(), false, 'and zooms nothing')
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '1001')
  await close()
})
