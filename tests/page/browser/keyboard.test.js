// The page by keyboard alone.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, grid, manySpans, chooseFile, openSite, paste, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const checkout = readFileSync(CHECKOUT, 'utf8')

/** The row that has the focus: its index and name. @param {import('playwright-core').Page} page */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement
  return element?.getAttribute('role') === 'row' ? `${element.getAttribute('aria-rowindex')} ${element.getAttribute('aria-label')?.split(',')[0]}` : `not a row but ${element?.tagName} ${element?.getAttribute('aria-label') ?? element?.textContent?.slice(0, 40)}`
})

/**
 * @param {import('playwright-core').Page} page
 * @param {string} expected
 */
async function assertFocused(page, expected) {
  await page.waitForFunction((wanted) => {
    const element = document.activeElement
    return `${element?.getAttribute('aria-rowindex')} ${element?.getAttribute('aria-label')?.split(',')[0]}` === wanted
  }, expected, { timeout: 5000 }).catch(() => {})
  assert.equal(await focused(page), expected)
}

async function openCheckout() {
  const opened = await site.open()
  await opened.page.getByRole('textbox').waitFor()
  await paste(opened.page, checkout)
  await row(opened.page, /inventory SELECT stock/).waitFor()
  return opened
}

test('after reading, the first row has the focus, and a ring that shows it', async () => {
  const { page, close } = await openCheckout()
  await assertFocused(page, '2 gateway POST /checkout')
  const outline = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outline)
  assert.match(outline, /rgb\(36, 86, 214\) solid 2px/)
  await close()
})

test('arrows, Home, End and pages move through the rows, letters too', async () => {
  const { page, close } = await openCheckout()
  const steps = /** @type {const} */ ([
    ['ArrowDown', '3 gateway verify token'],
    ['j', '4 checkout POST /orders'],
    ['k', '3 gateway verify token'],
    ['ArrowUp', '2 gateway POST /checkout'],
    ['ArrowUp', '2 gateway POST /checkout'],
    ['End', '15 billing process order.created'],
    ['ArrowDown', '15 billing process order.created'],
    ['Home', '2 gateway POST /checkout'],
    ['PageDown', '15 billing process order.created'],
    ['PageUp', '2 gateway POST /checkout'],
  ])
  for (const [key, expected] of steps) {
    await page.keyboard.press(key)
    await assertFocused(page, expected)
  }
  await close()
})

test('right expands and goes in, left collapses and goes out', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('ArrowRight')
  await assertFocused(page, '3 gateway verify token')
  await page.keyboard.press('ArrowRight')
  await assertFocused(page, '3 gateway verify token')
  await page.keyboard.press('ArrowLeft')
  await assertFocused(page, '2 gateway POST /checkout')
  await page.keyboard.press('ArrowLeft')
  await page.waitForFunction(() => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === '3')
  await assertFocused(page, '2 gateway POST /checkout')
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-expanded')), 'false')
  await page.keyboard.press('l')
  await page.waitForFunction(() => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === '15')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await assertFocused(page, '4 checkout POST /orders')
  await page.keyboard.press('h')
  await page.waitForFunction(() => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === '5')
  await assertFocused(page, '4 checkout POST /orders')
  await page.keyboard.press('h')
  await assertFocused(page, '2 gateway POST /checkout')
  await close()
})

test('* expands all siblings', async () => {
  const { page, close } = await openCheckout()
  for (const [name, count] of /** @type {const} */ ([[/payments POST \/charge/, '13'], [/catalog POST \/prices/, '12'], [/inventory Reserve/, '11']])) {
    await row(page, name).locator('.twisty').click()
    // Elements change their rows then, which a click must not meet.
    await page.waitForFunction((wanted) => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === wanted, count)
  }
  await row(page, /cart GET/).focus()
  await page.keyboard.press('*')
  await page.waitForFunction(() => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === '15')
  await assertFocused(page, '5 cart GET /cart/{id}')
  await close()
})

test('Enter opens the details, a second one goes there, Escape comes back', async () => {
  const { page, close } = await openCheckout()
  const panel = page.getByRole('complementary', { name: 'Span details' })
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await panel.getByRole('heading', { name: 'verify token' }).waitFor()
  await assertFocused(page, '3 gateway verify token')
  await page.keyboard.press('ArrowDown')
  await panel.getByRole('heading', { name: 'POST /orders' }).waitFor()
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'details-title')
  await page.keyboard.press('Escape')
  assert.equal(await panel.isVisible(), false)
  await assertFocused(page, '4 checkout POST /orders')
  await close()
})

test('e goes to the errors, and around', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('e')
  await assertFocused(page, '10 inventory SELECT stock')
  await page.keyboard.press('e')
  await assertFocused(page, '10 inventory SELECT stock')
  await page.keyboard.press('Home')
  await assertFocused(page, '2 gateway POST /checkout')
  await page.keyboard.press('Shift+E')
  await assertFocused(page, '10 inventory SELECT stock')
  await close()
})

test('w, s, a, d, 0 and f zoom and move', async () => {
  const { page, close } = await openCheckout()
  const shown = () => page.locator('.minimap [role=slider]').evaluateAll((edges) => edges.map((edge) => Number(edge.getAttribute('aria-valuenow'))))
  await page.keyboard.press('w')
  await page.waitForFunction(() => document.querySelector('.minimap.zoomed') !== null)
  const [from = 0, to = 0] = await shown()
  assert.ok(Math.abs(to - from - 0.96e9) < 1e6)
  await page.keyboard.press('d')
  await page.waitForFunction((before) => Number(document.querySelector('.minimap-from')?.getAttribute('aria-valuenow')) > before, from)
  await page.keyboard.press('a')
  await page.waitForFunction((before) => Number(document.querySelector('.minimap-from')?.getAttribute('aria-valuenow')) === before, from)
  await page.keyboard.press('0')
  await page.waitForFunction(() => document.querySelector('.minimap.zoomed') === null)
  await page.keyboard.press('e')
  await assertFocused(page, '10 inventory SELECT stock')
  await page.keyboard.press('f')
  await page.waitForFunction(() => document.querySelector('.minimap.zoomed') !== null)
  const [left = 0, right = 0] = await shown()
  assert.ok(left < 410e6 && left > 380e6 && right > 909e6 && right < 940e6, `${left} ${right}`)
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.querySelector('.minimap.zoomed') === null)
  await close()
})

test('marked spans are walked with n and N', async () => {
  const { page, close } = await openCheckout()
  await page.getByRole('group', { name: 'Time on the critical path by service' }).getByRole('button', { name: /^payments/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('2 spans marked').waitFor()
  await page.keyboard.press('n')
  const first = await focused(page)
  await page.keyboard.press('n')
  await page.waitForFunction((before) => document.activeElement?.getAttribute('aria-label')?.split(',')[0] !== before, first.slice(3))
  assert.match(await focused(page), /payments/)
  await page.keyboard.press('Shift+N')
  assert.match(await focused(page), /payments/)
  await close()
})

test('a clause of the verdict is reached and chosen by keys', async () => {
  const { page, close } = await openCheckout()
  const clause = page.locator('.clause').first()
  await clause.focus()
  await page.keyboard.press(' ')
  await page.getByRole('complementary', { name: 'Span details' }).waitFor()
  assert.equal(await clause.getAttribute('aria-pressed'), 'true')
  await close()
})

test('? shows the keys, and the letters can be switched off', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keys' })
  await sheet.waitFor()
  await sheet.getByText('Next span with an error of its own').waitFor()
  await sheet.getByRole('checkbox', { name: 'Single letters do something' }).uncheck()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'hidden' })
  await row(page, /gateway POST/).focus()
  await page.keyboard.press('w')
  await page.keyboard.press('?')
  await page.waitForTimeout(150)
  assert.equal(await page.locator('.minimap.zoomed').count(), 0)
  assert.equal(await sheet.isVisible(), false)
  await page.getByRole('button', { name: 'Keys' }).click()
  await sheet.getByRole('checkbox', { name: 'Single letters do something' }).check()
  await sheet.getByRole('button', { name: 'Close' }).click()
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Keys')
  await close()
})

test('letters typed into the box are letters', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await page.keyboard.type('?ewx[0')
  assert.equal(await page.getByRole('textbox').inputValue(), '?ewx[0')
  assert.equal(await page.getByRole('dialog').count(), 0)
  await close()
})

test('menus and tabs go by arrows', async () => {
  const { page, close } = await openCheckout()
  await page.getByRole('button', { name: 'Samples' }).focus()
  await page.keyboard.press('ArrowDown')
  const active = () => page.evaluate(() => document.activeElement?.textContent)
  assert.match((await active()) ?? '', /^A slow database call/)
  await page.keyboard.press('End')
  assert.match((await active()) ?? '', /^5,000 spans/)
  await page.keyboard.press('t')
  assert.match((await active()) ?? '', /^Three slow requests/)
  await page.keyboard.press('Escape')
  assert.match((await active()) ?? '', /^Samples/)
  assert.equal(await page.getByRole('menu').count(), 0)
  await page.getByRole('tab', { name: 'Waterfall' }).focus()
  await page.keyboard.press('ArrowRight')
  assert.equal(await page.getByRole('tab', { name: 'Flame' }).getAttribute('aria-selected'), 'true')
  await page.keyboard.press('End')
  assert.equal(await page.getByRole('tab', { name: /Input/ }).getAttribute('aria-selected'), 'true')
  await page.keyboard.press('ArrowRight')
  await grid(page).waitFor()
  await close()
})

test('everything that can be clicked can be reached with Tab', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('Enter')
  await page.getByRole('complementary', { name: 'Span details' }).waitFor()
  await page.locator('.wordmark').focus()
  const seen = new Set()
  for (let presses = 0; presses < 80; presses += 1) {
    seen.add(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')?.split(',')[0] || document.activeElement?.textContent?.slice(0, 30) || document.activeElement?.tagName))
    await page.keyboard.press('Tab')
  }
  for (const name of ['Paste', 'Open file', 'Samples', 'Remove pasted text', 'Relative: times and rows', 'Keys', 'Copy trace id', 'Waterfall', 'Collapse all', 'Expand all', 'Start of the time shown', 'End of the time shown', 'gateway POST /checkout', 'Width of the operation column', 'Width of the details', 'Close the details']) {
    assert.ok(seen.has(name), `${name} in ${[...seen].join(' | ')}`)
  }
  await close()
})

test('the focus stays on its row when the row is scrolled away, and the next key goes on from there', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'many.json', manySpans(5000))
  await row(page, /many root/).waitFor()
  await page.keyboard.press('ArrowDown')
  await assertFocused(page, '3 many step 2')
  await page.locator('.waterfall-scroll').evaluate((scroller) => scroller.scrollTo(0, 60_000))
  await row(page, /many step 2310/).first().waitFor()
  assert.equal(await focused(page), '3 many step 2')
  await page.keyboard.press('ArrowDown')
  await assertFocused(page, '4 many step 3')
  assert.ok((await page.locator('.waterfall-scroll').evaluate((scroller) => scroller.scrollTop)) < 100)
  await page.keyboard.press('End')
  await assertFocused(page, '5001 many step 5000')
  assert.ok((await page.locator('.row').count()) < 100, 'rows are recycled')
  await close()
})
