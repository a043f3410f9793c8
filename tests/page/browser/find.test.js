// Finding spans, and choosing which rows are shown.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, grid, openSite, paste, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const checkout = readFileSync(CHECKOUT, 'utf8')

async function openCheckout() {
  const opened = await site.open()
  await opened.page.getByRole('textbox').waitFor()
  await paste(opened.page, checkout)
  await row(opened.page, /inventory SELECT stock/).waitFor()
  return opened
}

/** Waits until there are so many rows. @param {import('playwright-core').Page} page @param {number} count */
const rows = (page, count) => page.waitForFunction((wanted) => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === String(wanted + 1), count)

/** Waits until the row with this beginning of a name has the focus. @param {import('playwright-core').Page} page @param {string} name */
const focused = (page, name) => page.waitForFunction((wanted) => document.activeElement?.getAttribute('aria-label')?.startsWith(wanted), name)

test('spans are found, walked and shown alone, by keys', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('/')
  const box = page.getByRole('searchbox', { name: 'Find spans' })
  await page.getByText('Words are looked for in services').waitFor()
  await page.keyboard.type('service:payments')
  const count = page.locator('#find-count')
  await count.getByText('3 matches').waitFor()
  assert.equal(await page.locator('.row.marked').count(), 3)
  await page.keyboard.press('Enter')
  await count.getByText('1 of 3').waitFor()
  await page.keyboard.press('Shift+Enter')
  await count.getByText('3 of 3').waitFor()
  assert.ok(await box.evaluate((element) => element === document.activeElement))
  await page.keyboard.press('ArrowDown')
  await focused(page, 'payments')
  assert.match((await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) ?? '', /, match/)
  await page.keyboard.press('n')
  await count.getByText('1 of 3').waitFor()
  await page.waitForFunction(() => location.hash.includes('q=service:payments') || location.hash.includes('q=service%3Apayments'))
  await page.getByRole('button', { name: 'Only matches' }).click()
  await rows(page, 5)
  await page.getByText('9 spans hidden').waitFor()
  await page.waitForFunction(() => location.hash.includes('only=1'))
  // Escape takes the search away, and with it what it hides.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await rows(page, 14)
  assert.equal(await box.inputValue(), '')
  assert.equal(await page.locator('.row.marked').count(), 0)
  await close()
})

test('a mistake in a query is shown at its place', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('/')
  await page.keyboard.type('duration>5')
  await page.getByRole('alert').getByText('Expected a unit after the number').waitFor()
  assert.equal(await page.getByRole('searchbox', { name: 'Find spans' }).getAttribute('aria-invalid'), 'true')
  await page.keyboard.type('00ms status:error')
  await page.locator('#find-count').getByText(/match/).waitFor()
  assert.equal(await page.getByRole('alert').count(), 0)
  await close()
})

test('services and kinds are hidden and shown again', async () => {
  const { page, close } = await openCheckout()
  await page.getByRole('button', { name: 'Filter' }).focus()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog', { name: 'Filter by service and kind' })
  await panel.getByRole('checkbox', { name: /^gateway/ }).uncheck()
  await rows(page, 12)
  await panel.getByRole('checkbox', { name: /^client/ }).uncheck()
  await page.getByText('1 kind hidden').waitFor()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'hidden' })
  // What was below a hidden span stands at the top.
  assert.equal(await row(page, /^checkout POST \/orders/).getAttribute('aria-level'), '1')
  await page.getByRole('button', { name: 'Show all', exact: true }).click()
  await rows(page, 14)
  assert.equal(await page.getByRole('group', { name: 'What is shown' }).isVisible(), false)
  await close()
})

test('the critical path, a subtree and levels are shown alone', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('c')
  await page.getByText('critical path alone', { exact: true }).waitFor()
  assert.ok(Number(await grid(page).getAttribute('aria-rowcount')) < 15)
  await page.keyboard.press('c')
  await rows(page, 14)
  await row(page, /^inventory Reserve/).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await focused(page, 'inventory')
  await page.keyboard.press('.')
  const trail = page.getByRole('navigation', { name: 'Subtree that is shown' })
  await trail.waitFor()
  assert.equal(await page.locator('.row:not([hidden])').first().getAttribute('aria-level'), '1')
  await trail.getByRole('button', { name: /^checkout/ }).click()
  await focused(page, 'checkout')
  // A span elsewhere is gone to all the same.
  await page.getByRole('group', { name: 'Time on the critical path by service' }).getByRole('button', { name: /^gateway/ }).click()
  await trail.waitFor({ state: 'hidden' })
  await rows(page, 14)
  await page.keyboard.press('Escape')
  await page.keyboard.press('2')
  await page.waitForFunction(() => Number(document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount')) < 14)
  await close()
})

test('alike spans beside each other become one row, which opens', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const spans = Array.from({ length: 6 }, (_, index) => `{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000000000f${index}","parentSpanId":"00000000000000aa","name":"SELECT","startTimeUnixNano":"${1000 + 100 * index}","endTimeUnixNano":"${1060 + 100 * index}"}`)
  await paste(page, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000000000aa","name":"list","startTimeUnixNano":"1000","endTimeUnixNano":"2000"},${spans}]}]}]}`)
  await rows(page, 7)
  await page.getByRole('button', { name: 'View' }).click()
  await page.getByRole('menuitemcheckbox', { name: /One row for alike spans/ }).click()
  await rows(page, 2)
  const group = row(page, /6 × SELECT, 360 ns, .*6 spans, 360 ns together, each 60 ns/)
  await group.click()
  await page.keyboard.press('Escape')
  await focused(page, '(no service) 6 × SELECT')
  await page.keyboard.press('ArrowRight')
  await rows(page, 8)
  await page.keyboard.press('ArrowRight')
  await focused(page, '(no service) SELECT')
  await page.keyboard.press('ArrowLeft')
  await focused(page, '(no service) 6 × SELECT')
  await page.keyboard.press('g')
  await rows(page, 7)
  await close()
})

test('long idle stretches are squeezed, and zooming goes on', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const ns = (/** @type {number} */ ms) => `${1_790_000_000_000_000_000n + BigInt(ms) * 1_000_000n}`
  const span = (/** @type {string} */ id, /** @type {number} */ from, /** @type {number} */ to) => `{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000000000${id}","name":"work ${id}","startTimeUnixNano":"${ns(from)}","endTimeUnixNano":"${ns(to)}"}`
  await paste(page, `{"resourceSpans":[{"scopeSpans":[{"spans":[${span('a1', 0, 100)},${span('a2', 9900, 10_000)}]}]}]}`)
  await rows(page, 2)
  // Until the rows have the focus the text box that was pasted into has it, and takes the key.
  await focused(page, '(no service) work a1')
  await page.keyboard.press('z')
  await page.locator('.axis-break').getByText('9.80 s').waitFor()
  // Both spans have nearly half of the width.
  const widths = await page.locator('.row:not([hidden]) .bar-under').evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width / (document.querySelector('.axis')?.getBoundingClientRect().width ?? 1)))
  assert.ok(widths.every((width) => width > 0.45 && width < 0.5), widths.join(' '))
  const edge = page.getByRole('slider', { name: 'End of the time shown' })
  await page.keyboard.press('w')
  await page.waitForFunction(() => document.querySelector('.minimap.zoomed') !== null)
  assert.ok(Number(await edge.getAttribute('aria-valuenow')) > 9.9e9)
  await page.keyboard.press('0')
  await page.keyboard.press('z')
  await page.locator('.axis-break').waitFor({ state: 'detached' })
  await close()
})

test('every command is found by its letters, and does what its key does', async () => {
  const { page, close } = await openCheckout()
  await page.keyboard.press('Control+k')
  const box = page.getByRole('combobox', { name: 'Commands' })
  await page.getByRole('option', { name: /^Find spans/ }).waitFor()
  await page.keyboard.type('critalone')
  await page.waitForFunction(() => document.querySelector('#palette-list [aria-selected="true"]')?.textContent?.startsWith('Show the critical path alone'))
  assert.equal(await box.getAttribute('aria-activedescendant'), await page.locator('#palette-list [aria-selected="true"]').getAttribute('id'))
  await page.keyboard.press('Enter')
  await page.getByText('critical path alone', { exact: true }).waitFor()
  await page.keyboard.press('c')
  await page.keyboard.press(':')
  await page.getByRole('option', { name: /^Find spans/ }).waitFor()
  await page.keyboard.type('invent')
  await page.getByRole('option', { name: /^inventory/ }).click()
  await page.locator('#find-count').getByText('2 matches').waitFor()
  await page.keyboard.press('Control+k')
  await box.waitFor()
  await page.keyboard.press('Escape')
  await box.waitFor({ state: 'hidden' })
  await close()
})
