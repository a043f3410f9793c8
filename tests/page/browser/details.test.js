// The details of a span: looking for something in them, and taking it elsewhere.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, openSite, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const checkout = readFileSync(CHECKOUT, 'utf8')

/** @typedef {import('playwright-core').Page} Page */

const details = (/** @type {Page} */ page) => page.getByRole('complementary', { name: 'Span details' })
const copied = (/** @type {Page} */ page) => page.evaluate(() => navigator.clipboard.readText())

/** @param {Parameters<typeof site.open>[0]} [options] */
async function openStock(options) {
  const opened = await site.open(options)
  await opened.page.getByRole('textbox').waitFor()
  await chooseFile(opened.page, 'checkout.json', checkout)
  await row(opened.page, /inventory SELECT stock/).click()
  await details(opened.page).getByRole('heading', { name: 'SELECT stock' }).waitFor()
  return opened
}

/** One span with these attributes. */
const spanWith = (/** @type {unknown[]} */ attributes) =>
  JSON.stringify({
    resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'one' } }] }, scopeSpans: [{ spans: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: 'alone', kind: 2, startTimeUnixNano: '1790000000000000000', endTimeUnixNano: '1790000001000000000', attributes }] }] }],
  })

/**
 * @param {unknown[]} attributes
 * @param {Parameters<typeof site.open>[0]} [options]
 */
async function openSpan(attributes, options) {
  const opened = await site.open(options)
  await opened.page.getByRole('textbox').waitFor()
  await chooseFile(opened.page, 'one.json', spanWith(attributes))
  await row(opened.page, /one alone/).click()
  await details(opened.page).getByRole('heading', { name: 'alone' }).waitFor()
  return opened
}

test('a search leaves the attributes whose key or value matches, of the resource and of events too', async () => {
  const { page, close } = await openStock()
  const panel = details(page)
  const box = panel.getByRole('searchbox', { name: 'Search in attributes' })
  await box.fill('POSTGRES')
  await panel.getByText('postgresql', { exact: true }).waitFor()
  await panel.getByText('server.port', { exact: true }).waitFor({ state: 'hidden' })
  assert.equal(await panel.getByRole('heading', { name: /^Resource/ }).isVisible(), false, 'what has no match has no heading')
  assert.match((await panel.getByRole('status').textContent()) ?? '', /^\d of \d+$/)
  await box.fill('exception.')
  await panel.getByText('PSQLException').waitFor()
  await box.fill('service.version')
  await panel.getByText('1.8.2', { exact: true }).waitFor()
  await box.fill('nothing has this')
  await page.waitForFunction(() => /^0 of/.test(document.querySelector('.details-search [role=status]')?.textContent ?? ''))
  // The search stays from span to span; Escape takes it away, and only then closes the panel.
  await box.press('Escape')
  await panel.getByText('server.port', { exact: true }).waitFor()
  assert.equal(await box.inputValue(), '')
  await box.press('Escape')
  await panel.waitFor({ state: 'hidden' })
  await close()
})

test('the span leaves as OTLP JSON, and can be read', async () => {
  const { page, close } = await openStock()
  await details(page).getByRole('button', { name: 'Copy the span as JSON' }).click()
  await details(page).getByRole('button', { name: 'Copied the span as JSON' }).waitFor()
  const { resourceSpans } = JSON.parse(await copied(page))
  assert.equal(resourceSpans.length, 1)
  const [span] = resourceSpans[0].scopeSpans[0].spans
  assert.equal(span.spanId, '00f067aa0ba902b7')
  assert.equal(span.name, 'SELECT stock')
  await details(page).getByText('The span as JSON', { exact: true }).click()
  const text = await details(page).locator('pre[aria-label="The span as OTLP JSON"]').textContent()
  assert.deepEqual(JSON.parse(text ?? ''), { resourceSpans })
  await close()
})

test('ids are given as each system writes them, with the headers that go on from the span', async () => {
  const { page, close } = await openStock()
  const panel = details(page)
  await panel.getByText('Ids and headers', { exact: true }).click()
  for (const text of ['67667974448284343', '1-4bf92f35-77b34da6a3ce929d0e0e4736', 'S/kvNXezTaajzpKdDg5HNg==', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1']) await panel.getByText(text, { exact: true }).first().waitFor()
  await panel.getByRole('button', { name: 'Copy traceparent' }).click()
  await panel.getByRole('button', { name: 'Copied traceparent' }).waitFor()
  assert.equal(await copied(page), '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
  // What was opened stays open from span to span.
  await row(page, /payments fraud\.check/).click()
  await panel.getByRole('heading', { name: 'fraud.check' }).waitFor()
  await panel.getByText(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)/).first().waitFor()
  await close()
})

test('SQL, JSON and stack traces are blocks, other values say their type, and a copy is the value as it was given', async () => {
  const { page, close } = await openSpan([
    { key: 'db.query.text', value: { stringValue: 'SELECT a FROM t WHERE b = 1' } },
    { key: 'app.filter', value: { stringValue: '{"a":[1,2,{"b":"a long enough text to be a block"}]}' } },
    { key: 'exception.stacktrace', value: { stringValue: 'Error: no\n    at one (a.js:1)\n    at two (b.js:2)' } },
    { key: 'port', value: { intValue: '5432' } },
    { key: 'port.text', value: { stringValue: '5432' } },
    { key: 'cached', value: { boolValue: false } },
    { key: 'big', value: { intValue: '9007199254740993' } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
    { key: 'bytes', value: { bytesValue: 'AQID' } },
  ])
  const panel = details(page)
  const block = (/** @type {string} */ key) => panel.locator(`pre[aria-label="${key}"]`).textContent()
  assert.equal(await block('db.query.text'), 'SELECT a\nFROM t\nWHERE b = 1')
  assert.match((await block('app.filter')) ?? '', /^\{\n {2}"a": \[\n {4}1,\n/)
  assert.match((await block('exception.stacktrace')) ?? '', /\n {4}at two/)
  const value = async (/** @type {string} */ key) => ((await panel.locator('dt', { hasText: new RegExp(`^${key}$`) }).locator('xpath=following-sibling::dd[1]').innerText()) ?? '').trim()
  assert.deepEqual(await Promise.all(['port', 'port.text', 'cached', 'big', 'list', 'bytes'].map(value)), ['5432 int', '5432', 'false bool', '9007199254740993 int', '["a",1] array', '01 02 03 bytes'])
  await panel.getByRole('button', { name: 'Copy db.query.text' }).click()
  await panel.getByRole('button', { name: 'Copied db.query.text' }).waitFor()
  assert.equal(await copied(page), 'SELECT a FROM t WHERE b = 1')
  await close()
})

test('more of the input is shown when it is asked for', async () => {
  const { page, close } = await openStock()
  const place = details(page).locator('.excerpt code')
  const lines = async () => ((await place.textContent()) ?? '').split('\n').length
  const before = await lines()
  await details(page).getByRole('button', { name: 'Show more lines' }).click()
  await page.waitForFunction((count) => (document.querySelector('.details .excerpt code')?.textContent ?? '').split('\n').length > count, before + 20)
  await details(page).getByRole('button', { name: 'Show more lines' }).waitFor({ state: 'detached' })
  await close()
})

test('a megabyte in an attribute and ten thousand attributes stay in the panel, and can be searched', async () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ key: `key.${index}`, value: { stringValue: `value ${index}` } }))
  const { page, close } = await openSpan([{ key: 'huge', value: { stringValue: `${'x'.repeat(1_000_000)}needle` } }, ...many], { width: 360, height: 760 })
  const panel = details(page)
  await panel.getByText('Show all 1,000,006 characters').waitFor()
  assert.ok((await panel.locator('dt').count()) < 600, 'not everything at once')
  await panel.getByRole('searchbox').fill('needle')
  await panel.getByText('1 of 10,002').waitFor()
  await panel.getByRole('searchbox').fill('value 9999')
  await panel.getByText('key.9999').waitFor()
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the page')
  await close()
})
