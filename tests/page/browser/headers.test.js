// Pasted headers, explained.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chooseFile, openSite, paste } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const GOOD = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('a traceparent is explained field by field', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await paste(page, GOOD)
  await page.getByRole('heading', { name: 'traceparent' }).waitFor()
  assert.equal(await page.locator('.header-value').textContent(), GOOD)
  assert.deepEqual(await page.locator('.field').allTextContents(), ['00', '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', '01'])
  assert.deepEqual(await page.locator('.field-name').allTextContents(), ['version', 'trace id', 'parent id', 'trace flags'])
  for (const meaning of await page.locator('.field-meaning').allTextContents()) assert.ok(meaning.length > 8, meaning)
  assert.match(page.url(), /#view=headers$/)
  assert.doesNotMatch(page.url(), /4bf92f/, 'no data in the address')
  await close()
})

test('a bad traceparent has its place marked and a reason', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await paste(page, `traceparent: ${GOOD}\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b-01\n`)
  const bad = page.locator('.header-explained').nth(1)
  await bad.waitFor()
  assert.equal(await bad.locator('mark').first().textContent(), '-')
  assert.match((await bad.locator('.header-problem').first().textContent()) ?? '', /16/)
  await close()
})

test('a header that stands twice is explained twice, and refused', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await paste(page, `traceparent: ${GOOD}\ntraceparent: ${GOOD}\n`)
  await page.locator('.header-explained').nth(1).waitFor()
  for (const explained of await page.locator('.header-explained').all()) {
    assert.equal(await explained.locator('.field').count(), 4)
    assert.match((await explained.locator('.header-problem').textContent()) ?? '', /one header of this name.*starts a new trace/)
  }
  assert.equal(await page.getByRole('button', { name: /^Child of/ }).count(), 0)
  await close()
})

test('a new trace and a child are made', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await paste(page, GOOD)
  await page.getByRole('button', { name: 'Child of this' }).click()
  const made = page.locator('.elsewhere', { has: page.getByRole('heading', { name: 'New' }) })
  await made.first().waitFor()
  assert.match((await made.first().textContent()) ?? '', /traceparent00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01/)
  await page.getByRole('button', { name: 'New trace' }).click()
  await made.nth(1).waitFor()
  const text = (await made.first().textContent()) ?? ''
  assert.match(text, /traceparent00-(?!4bf92f35)[0-9a-f]{32}-[0-9a-f]{16}-03/)
  await made.first().getByRole('button', { name: 'Copy traceparent' }).click()
  await page.waitForFunction(() => document.querySelector('[aria-label="Copied traceparent"]') !== null)
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-03$/)
  await close()
})

test('the text can be edited, and a file may hold headers', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'headers.txt', `traceparent: ${GOOD}\n`)
  await page.getByRole('heading', { name: 'traceparent' }).waitFor()
  await page.getByRole('button', { name: 'Edit the text' }).click()
  const box = page.getByRole('textbox')
  assert.match(await box.inputValue(), /4bf92f/)
  await box.fill('traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01')
  await page.keyboard.press('Control+Enter')
  await page.locator('.header-problem').waitFor()
  await page.goBack()
  await box.waitFor()
  await close()
})

test('hostile headers are text', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await paste(page, 'traceparent: <img src=x onerror=alert(1)>')
  await page.locator('.header-problem:visible, .problem:visible').first().waitFor()
  assert.equal(await page.locator('img').count(), 0)
  await close()
})
