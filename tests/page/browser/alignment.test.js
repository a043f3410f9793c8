// Clocks of hosts that differ: shown as recorded unless somebody wants them aligned.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SKEWED, chooseFile, openSite, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

/** @typedef {import('playwright-core').Page} Page */

const details = (/** @type {Page} */ page) => page.getByRole('complementary', { name: 'Span details' })

/** @param {Parameters<typeof site.open>[0]} [options] */
async function openSkewed(options) {
  const opened = await site.open(options)
  await opened.page.getByRole('textbox').waitFor()
  await chooseFile(opened.page, 'skewed.json', SKEWED)
  await row(opened.page, /shop cart/).waitFor()
  return opened
}

const label = (/** @type {Page} */ page, /** @type {RegExp} */ name) => row(page, name).getAttribute('aria-label')

test('times are as recorded until clocks are aligned, and again after', async () => {
  const { page, close } = await openSkewed()
  assert.match((await label(page, /shop cart/)) ?? '', /starts at 0 ms/)
  assert.match((await label(page, /web call shop/)) ?? '', /starts at 35 ms.*a child begins 35 ms before it/)
  assert.equal(await row(page, /shop cart/).locator('.bar-ghost').getAttribute('d'), '')
  assert.notEqual(await row(page, /web call shop/).locator('.bar-beyond').getAttribute('points'), '')
  await page.keyboard.press('o')
  await page.getByText('Clocks aligned: 3 spans moved', { exact: true }).waitFor()
  await page.waitForFunction(() => /moved 45 ms later/.test(document.querySelector('.row[aria-label^="shop cart"]')?.getAttribute('aria-label') ?? ''))
  assert.match((await label(page, /shop cart/)) ?? '', /starts at 45 ms/)
  assert.match((await label(page, /shop load/)) ?? '', /starts at 55 ms, moved 45 ms later/)
  assert.doesNotMatch((await label(page, /web call shop/)) ?? '', /a child begins/)
  assert.equal(await row(page, /shop cart/).locator('.row-moved').textContent(), '→ 45 ms')
  assert.notEqual(await row(page, /shop cart/).locator('.bar-ghost').getAttribute('d'), '', 'an outline where it was recorded')
  assert.equal(await row(page, /web GET/).locator('.row-moved').textContent(), '')
  assert.doesNotMatch((await label(page, /mailer receive/)) ?? '', /moved/, 'nothing moves across an asynchronous edge')
  await page.keyboard.press('o')
  await page.waitForFunction(() => /starts at 0 ms/.test(document.querySelector('.row[aria-label^="shop cart"]')?.getAttribute('aria-label') ?? ''))
  assert.equal(await page.getByText(/Clocks aligned/).isVisible(), false)
  await close()
})

test('what was moved is listed, with how far, how sure and why', async () => {
  const { page, close } = await openSkewed()
  await page.getByRole('button', { name: 'View' }).click()
  await page.getByRole('menuitemcheckbox', { name: /^Align clocks/ }).click()
  await page.getByText('Clocks aligned: 3 spans moved', { exact: true }).click()
  const list = page.getByRole('region', { name: 'Moved spans' })
  await list.getByRole('heading', { name: 'shop-1 45 ms later, ± 10 ms' }).waitFor()
  await list.getByText(/1 call between the two puts the clock of shop-1 45 ms behind that of web-1/).waitFor()
  await list.getByRole('button', { name: 'shop load' }).click()
  await details(page).getByRole('heading', { name: 'load' }).waitFor()
  await page.waitForFunction(() => document.querySelectorAll('.row.marked').length === 1)
  const text = ((await details(page).innerText()) ?? '').replace(/\s+/g, ' ')
  assert.match(text, /Start 55 ms/)
  assert.match(text, /Clock moved 45 ms later; recorded at 10 ms/)
  await page.getByRole('button', { name: 'Times as recorded' }).click()
  await details(page).getByText("its host's clock seems 45 ms behind; shown as recorded").waitFor()
  await close()
})

test('an address says that clocks are aligned', async () => {
  const { page, close } = await openSkewed()
  await page.keyboard.press('o')
  await page.waitForFunction(() => location.hash.includes('aligned=1'))
  await page.getByRole('tab', { name: 'Input' }).click()
  await page.getByRole('tab', { name: 'Waterfall' }).click()
  await page.getByRole('button', { name: 'Times as recorded' }).click()
  await page.waitForFunction(() => !location.hash.includes('aligned'))
  await page.goBack()
  await page.getByText('Clocks aligned: 3 spans moved', { exact: true }).waitFor({ state: 'attached' })
  await close()
})

test('the overview shows spans where they are moved to', async () => {
  const { page, close } = await openSkewed()
  /** Waits until something is painted, or nothing, in the columns of the first milliseconds. */
  const waitForStart = (/** @type {boolean} */ wanted) =>
    page.waitForFunction((painted) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('.minimap-canvas'))
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
      copy?.drawImage(canvas, 0, 0)
      const column = Array.from(copy?.getImageData(2, 0, 1, canvas.height).data ?? [])
      return canvas.width > 300 && column.some((byte) => byte !== 0) === painted
    }, wanted)
  await waitForStart(true)
  await page.keyboard.press('o')
  await waitForStart(false)
  await page.keyboard.press('o')
  await waitForStart(true)
  await close()
})

test('where no clock differs nothing is moved, and that is said', async () => {
  const { page, close } = await site.open({ hash: '#sample=slow-database' })
  await page.locator('.row:not(.blank):not([hidden])').first().waitFor()
  await page.keyboard.press('o')
  await page.getByText(/no clock differs as far as calls tell/).waitFor()
  assert.equal(await page.locator('.row-moved:not(:empty)').count(), 0)
  await close()
})
