// The waterfall on paper.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, manySpans, openSite, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

/** @typedef {import('playwright-core').Page} Page */

/** The pages of a PDF. @param {Buffer} pdf */
const pagesOf = (pdf) => (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length

/** Stands in for the browser's dialog: what would be printed. @param {Page} page */
const printing = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        window.print = () => {
          dispatchEvent(new Event('beforeprint'))
          const rows = [...document.querySelectorAll('.row:not([hidden])')]
          resolve({ rows: rows.map((element) => Number(element.getAttribute('aria-rowindex'))), blank: rows.filter((element) => element.classList.contains('blank')).length, said: document.querySelector('.waterfall-printed')?.textContent ?? '' })
          dispatchEvent(new Event('afterprint'))
        }
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', ctrlKey: true, bubbles: true, cancelable: true }))
      }),
  )

test('a trace is printed from its first row on, in order, with a word on what is left out', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'many.json', manySpans(20_000))
  await row(page, /many step 3,/).waitFor()
  await page.locator('.waterfall-scroll').evaluate((scroller) => scroller.scrollTo(0, 200_000))
  await page.locator('.row[aria-rowindex="7700"]').waitFor()
  const printed = /** @type {{rows: number[], blank: number, said: string}} */ (await printing(page))
  assert.deepEqual(printed.rows, Array.from({ length: 400 }, (_, index) => index + 2))
  assert.equal(printed.blank, 0)
  assert.equal(printed.said, 'Rows 1 to 400 of 20,000')
  assert.ok((await page.locator('.row:not([hidden])').count()) < 100, 'afterwards there are the visible rows again')
  const pages = pagesOf(await page.pdf({ format: 'A4' }))
  assert.ok(pages >= 2 && pages <= 20, `${pages} pages`)
  await close()
})

test('a small trace fits on a page, with names in full and bars as wide as the paper', async () => {
  const { page, close } = await site.open({ width: 1600 })
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'checkout.json', readFileSync(CHECKOUT, 'utf8'))
  await row(page, /inventory SELECT stock/).waitFor()
  assert.equal(pagesOf(await page.pdf({ format: 'A4' })), 1)
  await page.setViewportSize({ width: 700, height: 1000 })
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  const cells = await page.locator('.row:not([hidden])').evaluateAll((rows) =>
    rows.map((element) => {
      const [text, bars, time] = ['.row-text', '.bars', '.cell-time'].map((selector) => element.querySelector(selector))
      return { cut: (text?.scrollWidth ?? 0) > (text?.clientWidth ?? 0) + 1, wide: Math.abs((bars?.getBoundingClientRect().width ?? 0) - (time?.getBoundingClientRect().width ?? 1)) }
    }),
  )
  assert.equal(cells.length, 14)
  for (const { cut, wide } of cells) assert.ok(!cut && wide < 2)
  for (const part of ['.bar', '.tabs', '.waterfall-top']) assert.equal(await page.locator(part).first().isVisible(), false, part)
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await page.emulateMedia({ media: 'screen' })
  assert.equal(await page.locator('.bars').first().getAttribute('viewBox'), null)
  await close()
})
