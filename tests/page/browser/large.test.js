// Large inputs: progress, a way out, and a page that never freezes.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { grid, manySpans, openSample, openSite, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
const folder = mkdtempSync(join(tmpdir(), 'spanscope-large-'))
const large = join(folder, 'large.json')
const COUNT = 60_000
before(async () => {
  const text = manySpans(COUNT, 560)
  assert.ok(text.length > 50_000_000, String(text.length))
  writeFileSync(large, text)
  site = await openSite()
})
after(async () => {
  await site.close()
  rmSync(folder, { recursive: true })
})

/**
 * Watches the main thread: how long it was busy without a pause, and what was said about progress.
 * @param {import('playwright-core').Page} page
 */
async function watch(page) {
  await page.evaluate(() => {
    const seen = { longest: 0, progress: /** @type {string[]} */ ([]) }
    Object.assign(globalThis, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration)
    }).observe({ type: 'longtask' })
    new MutationObserver(() => {
      const text = document.querySelector('.loading-text')?.textContent ?? ''
      if (text !== seen.progress.at(-1)) seen.progress.push(text)
    }).observe(/** @type {Element} */ (document.querySelector('.loading')), { subtree: true, childList: true, characterData: true, attributes: true })
  })
  return () => page.evaluate(() => /** @type {{longest: number, progress: string[]}} */ (/** @type {any} */ (globalThis).seen))
}

test('a file of 50 MB is read with progress while the page stays free', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const seen = await watch(page)
  await page.locator('#file').setInputFiles(large)
  await row(page, /many root/).waitFor({ timeout: 60_000 })
  const { longest, progress } = await seen()
  assert.ok(progress.some((text) => /^Reading large\.json: [\d.]+ (bytes|kB|MB) of 5\d\.\d MB$/.test(text)), progress.join(' | '))
  assert.ok(longest < 500, `the main thread was busy for ${longest} ms at once`)
  assert.equal(await grid(page).getAttribute('aria-rowcount'), String(COUNT + 1))
  await page.keyboard.press('End')
  await row(page, new RegExp(`many step ${COUNT}`)).waitFor()
  assert.ok((await page.locator('.row').count()) < 120)
  await close()
})

test('a list that is longer than a browser lets an element be comes to rest', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const left = await page.evaluate(async () => {
    const { VirtualList } = await import(new URL('virtual-list.js', location.href).href)
    const scroller = document.createElement('div')
    scroller.style.cssText = 'height: 200px; overflow: auto'
    const body = document.createElement('div')
    scroller.append(body)
    document.body.append(scroller)
    const list = new VirtualList({ scroller, body, rowHeight: 20, cap: 8000, create: () => document.createElement('div'), draw: (/** @type {HTMLElement} */ element, /** @type {number} */ index) => (element.textContent = String(index)) })
    list.setCount(10_000)
    list.map.viewport = 200
    const real = { setTimeout, clearTimeout }
    /** What waits for a moment: run at once, so that nothing has to be waited for. @type {Map<number, () => void>} */
    const waiting = new Map()
    let last = 0
    Object.assign(globalThis, { setTimeout: (/** @type {() => void} */ run) => (waiting.set(++last, run), last), clearTimeout: (/** @type {number} */ id) => waiting.delete(id) })
    list.scrollTo(123_450)
    for (let round = 0; round < 20 && waiting.size > 0; round += 1) {
      const runs = [...waiting.values()]
      waiting.clear()
      for (const run of runs) run()
    }
    Object.assign(globalThis, real)
    list.destroy()
    scroller.remove()
    return waiting.size
  })
  assert.equal(left, 0, 'nothing is done again and again')
  await close()
})

test('reading can be cancelled, and what was open stays', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a slow database call')
  // A reading that never ends: the worker is never told to begin.
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype
    Worker.prototype.postMessage = /** @this {Worker} @param {any[]} given */ function (...given) {
      if (given[0]?.method === 'open') Worker.prototype.postMessage = postMessage
      else Reflect.apply(postMessage, this, given)
    }
  })
  await page.locator('#file').setInputFiles(large)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('status').getByText('Cancelled.').waitFor({ state: 'attached' })
  await row(page, /user-service SELECT users/).click()
  await page.getByRole('complementary', { name: 'Span details' }).getByRole('heading', { name: 'SELECT users' }).waitFor()
  assert.equal(await page.getByRole('list', { name: 'Inputs' }).getByRole('listitem').count(), 1)
  // And it can be read again.
  await page.locator('#file').setInputFiles(large)
  await row(page, /many root/).waitFor({ timeout: 60_000 })
  await close()
})

test('the rows of the large sample follow the wheel, the bar and the keys', async () => {
  const { page, close } = await site.open()
  await openSample(page, '5,000 spans')
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '5001')
  const scroller = page.locator('.waterfall-scroll')
  await scroller.hover()
  await page.mouse.wheel(0, 2600)
  await page.locator('.row[aria-rowindex="110"]:not(.blank)').waitFor()
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await page.locator('.row[aria-rowindex="5001"]:not(.blank)').waitFor()
  await page.locator('.row[aria-rowindex="5001"]').click()
  await page.keyboard.press('Home')
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '2')
  // Elements stand in the order of the rows once the scrolling rests, for those who read the document.
  await page.waitForFunction(() => {
    const order = [...document.querySelectorAll('.row:not([hidden])')].map((element) => Number(element.getAttribute('aria-rowindex')))
    return order.every((value, index) => index === 0 || value > (order[index - 1] ?? 0))
  })
  await close()
})

test('after a jump the rows above and below those that are visible follow, once each, every one in its place', async () => {
  const { page, close } = await site.open()
  await openSample(page, '5,000 spans')
  const scroller = page.locator('.waterfall-scroll')
  for (const top of [40_000, 90_000, 20_000]) {
    await scroller.evaluate((element, to) => element.scrollTo(0, to), top)
    await page.waitForFunction(() => {
      const box = /** @type {Element} */ (document.querySelector('.waterfall-scroll')).getBoundingClientRect()
      const scrolled = /** @type {Element} */ (document.querySelector('.waterfall-scroll')).scrollTop
      const rows = [...document.querySelectorAll('.row:not([hidden], [tabindex="0"])')]
        .map((element) => ({ index: Number(element.getAttribute('aria-rowindex')) - 2, top: element.getBoundingClientRect().top - box.top, blank: element.classList.contains('blank') }))
        .sort((one, other) => one.index - other.index)
      const first = rows[0]?.index ?? 0
      const height = (rows[1]?.top ?? 0) - (rows[0]?.top ?? 0)
      const placed = rows.every(({ index, top, blank }, at) => !blank && index === first + at && Math.abs(top - (index * height - scrolled)) < 1)
      // Some on either side are ready before they are needed.
      return placed && first < Math.floor(scrolled / height) - 2 && (rows.at(-1)?.top ?? 0) > box.height + 2 * height
    })
  }
  await close()
})
