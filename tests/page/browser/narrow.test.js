// A screen of 360 px: whatever opens stays inside it, and what can be pressed can be reached.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, manyTraces, openSample, openSite, row } from './page.js'

/** @typedef {import('playwright-core').Page} Page */

const WIDTH = 360

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

async function openCheckout() {
  const opened = await site.open({ width: WIDTH, height: 740 })
  await opened.page.getByRole('textbox').waitFor()
  await chooseFile(opened.page, 'checkout.json', readFileSync(CHECKOUT))
  await row(opened.page, /inventory SELECT stock/).waitFor()
  return opened
}

/** That a box is inside the screen from rim to rim. @param {import('playwright-core').Locator} locator */
async function isInside(locator) {
  await locator.waitFor()
  const box = await locator.boundingBox()
  assert.ok(box !== null && box.x >= 0 && box.x + box.width <= WIDTH, JSON.stringify(box))
}

test('what opens from a button stays inside a small screen', async () => {
  const { page, close } = await openCheckout()
  await page.getByRole('button', { name: 'Filter' }).click()
  await isInside(page.locator('.filter-panel'))
  await isInside(page.getByRole('checkbox', { name: /payments/ }))
  await page.keyboard.press('Escape')
  for (const name of ['View', 'Copy, save', 'More']) {
    await page.getByRole('button', { name, exact: true }).click()
    await isInside(page.getByRole('menu'))
    await page.keyboard.press('Escape')
  }
  await close()
})

test('what is looked for stays in sight on a small screen, and can be changed', async () => {
  const { page, close } = await openCheckout()
  const box = page.getByRole('searchbox', { name: 'Find spans' })
  await box.fill('service:payments')
  await page.locator('#find-count').getByText('match').waitFor()
  const room = await box.evaluate((element) => element.clientWidth)
  assert.ok(room >= 80, `${room} px`)
  for (const name of ['Next match', 'Take the search away']) await isInside(page.getByRole('button', { name }))
  await box.fill('service:gateway')
  await page.getByRole('button', { name: 'Take the search away' }).click()
  assert.equal(await box.inputValue(), '')
  await close()
})

test('an input can be taken away on a small screen: its button is in sight', async () => {
  const { page, close } = await openCheckout()
  const button = page.getByRole('list', { name: 'Inputs' }).getByRole('button')
  const seen = await button.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    return [left + 2, left + width - 2].every((x) => element.contains(document.elementFromPoint(x, top + height / 2)))
  })
  assert.ok(seen, 'all of the button')
  await button.click()
  await page.getByRole('heading', { name: 'Where did the time go?' }).waitFor()
  await close()
})

test('of too many traces for a list there is one button, and no list without lines', async () => {
  const { page, close } = await site.open({ width: WIDTH })
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'many.json', manyTraces(600))
  await page.getByRole('button', { name: 'Trace 1 of 600' }).waitFor()
  assert.equal(await page.getByRole('combobox', { name: 'Trace', exact: true }).isVisible(), false)
  await close()
})

test('of a large trace a small screen has no more rows than it shows', async () => {
  for (const width of [WIDTH, 800]) {
    const { page, close } = await site.open({ width, height: 740 })
    await openSample(page, '5,000 spans')
    for (const [tab, rows] of [['Waterfall', '.row'], ['Flame', '.flame-list .data-row'], ['Table', '.table-view .data-row'], ['Logs', '.log-grid .data-row']]) {
      await page.getByRole('tab', { name: tab }).click()
      await page.locator(`${rows}:not([hidden])`).first().waitFor()
      const count = await page.locator(rows).count()
      assert.ok(count < 100, `${tab} at ${width}: ${count} rows`)
    }
    await close()
  }
})

test('a long verdict leaves room for what it is about: its first lines, and the rest when asked for or reached by keys', async () => {
  const { page, close } = await openCheckout()
  const verdict = page.getByRole('region', { name: 'Where the time went' })
  const lines = () => verdict.locator('.verdict-text').evaluate((element) => Math.round(element.getBoundingClientRect().height / 23))
  assert.equal(await lines(), 3)
  await verdict.getByRole('button', { name: 'Read on' }).click()
  assert.ok((await lines()) > 3)
  assert.equal(await verdict.getByRole('button', { name: 'Less' }).getAttribute('aria-expanded'), 'true')
  await verdict.getByRole('button', { name: 'Less' }).click()
  assert.equal(await lines(), 3)
  await verdict.getByRole('button', { name: /other spans/ }).focus()
  assert.ok((await lines()) > 3)
  // The map begins in sight, with the service that the request came in by.
  await verdict.getByRole('button', { name: 'Less' }).click()
  await page.getByRole('tab', { name: 'Map' }).click()
  const box = await page.locator('.map-node', { hasText: 'gateway' }).first().boundingBox()
  assert.ok(box !== null && box.y > 0 && box.y + box.height <= 740, JSON.stringify(box))
  await close()
})

test('no column of a table is cut off: what has no room is reached by scrolling sideways', async () => {
  for (const width of [WIDTH, 800, 1024]) {
    const { page, close } = await site.open({ width, height: 740 })
    await openSample(page, '5,000 spans')
    for (const tab of ['Flame', 'Map', 'Table', 'Logs']) {
      await page.getByRole('tab', { name: tab }).click()
      await page.locator('.panel:not([hidden]) .data-grid:not([hidden]) .data-row:not([hidden])').first().waitFor()
      const cut = await page.locator('.panel:not([hidden]) .data-grid:not([hidden]) .data-head').evaluateAll((heads) => heads.filter((head) => head.scrollWidth > head.clientWidth).length)
      assert.equal(cut, 0, `${tab} at ${width}`)
    }
    await close()
  }
})
