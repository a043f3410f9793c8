// What is found in a trace and the budgets it is checked against: the tabs, their buttons, the keys.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { grid, openSample, openSite } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

test('findings say what to do, and each piece of them selects its spans', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a timeout and its cause')
  await page.getByRole('tab', { name: /^Findings 4 findings/ }).click()
  const panel = page.getByRole('tabpanel', { name: /^Findings/ })
  await panel.getByText('4 findings about this trace').waitFor()
  await panel.getByRole('heading', { name: 'What to do' }).waitFor()
  const titles = await panel.getByRole('listitem').getByRole('heading', { level: 3 }).allTextContents()
  assert.match(titles[0] ?? '', /was cut off$/)
  await panel.getByText('Runbook: when it happens again').click()
  await panel.getByText(/^If GET \/products\/\{sku\}\/availability takes longer than/).waitFor()
  await panel.getByRole('button', { name: /^SELECT stock in inventory took 499 ms of the 503 ms/ }).last().click()
  await grid(page).getByRole('row', { name: /SELECT stock/, selected: true }).waitFor()
  await close()
})

test('findings are reached and followed by keyboard alone', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a slow database call')
  await page.getByRole('tab', { name: 'Waterfall' }).focus()
  const tab = page.getByRole('tab', { name: /^Findings/ })
  while (!(await tab.evaluate((element) => element === document.activeElement))) await page.keyboard.press('ArrowRight')
  const first = page.getByRole('tabpanel', { name: /^Findings/ }).getByRole('listitem').first().getByRole('button').first()
  await first.waitFor()
  for (let press = 0; press < 20 && !(await first.evaluate((element) => element === document.activeElement)); press += 1) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await grid(page).getByRole('row', { name: /SELECT users/, selected: true }).waitFor()
  await close()
})

test('budgets are checked as they are written, and stand in the address', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a timeout and its cause')
  await page.getByRole('tab', { name: 'Budgets' }).click()
  await page.getByRole('textbox', { name: 'Budgets' }).fill('inventory <= 200ms; calls(db) <= 10; nothing')
  const table = page.getByRole('tabpanel', { name: 'Budgets' })
  await table.getByText('2 budgets, 1 overspent.').waitFor()
  assert.match((await table.getByRole('row', { name: /inventory/ }).textContent()) ?? '', /over503 ms200 ms−303 ms/)
  await table.getByText('Expected a limit such as').waitFor()
  await page.waitForFunction(() => new URLSearchParams(location.hash.slice(1)).get('budgets')?.startsWith('inventory'))
  await page.reload()
  await table.getByText('2 budgets, 1 overspent.').waitFor()
  await table.getByRole('button', { name: 'inventory <= 200ms' }).click()
  await grid(page).getByRole('row', { name: /inventory/ }).first().waitFor()
  await close()
})
