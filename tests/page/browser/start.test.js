// The empty page: what can be given to it, and what it says when that cannot be read.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, grid, openSample, openSite, paste, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const checkout = readFileSync(CHECKOUT, 'utf8')

test('the box is there, is visible and has the focus; the file input stands in the document', async () => {
  const { page, close } = await site.open()
  const box = page.getByRole('textbox', { name: 'Where did the time go?' })
  await box.waitFor()
  assert.ok(await box.isVisible())
  assert.ok(await box.evaluate((element) => element === document.activeElement))
  assert.equal(await page.locator('input[type=file]').count(), 1)
  await page.getByText(/^Reads \d+ formats/).waitFor()
  for (const sample of ['a slow database call', 'an order through a queue', 'a timeout and its cause', 'a sampled search', 'three slow requests', '5,000 spans']) {
    assert.ok(await page.getByRole('button', { name: sample, exact: true }).isVisible(), sample)
  }
  assert.equal(await grid(page).isVisible(), false)
  await close()
})

test('what the page begins with is asked for at once: one file of styles, and modules that the document names', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const { loaded, named } = await page.evaluate(() => ({
    loaded: performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\.(js|css)$/.test(name)),
    named: [...document.querySelectorAll('link[rel=stylesheet], link[rel=modulepreload], script[src]')].map((element) => (element instanceof HTMLScriptElement ? element.src : /** @type {HTMLLinkElement} */ (element).href)),
  }))
  // What the worker loads, when it was quick, stands there as well: files of its own, and some once more.
  const ofPage = new Set(loaded.filter((name) => !/\/(pkg|worker)\/|\/worker\.js$/.test(name)))
  assert.deepEqual([...ofPage].toSorted(), named.toSorted())
  assert.equal(named.filter((name) => name.endsWith('.css')).length, 1)
  await close()
})

test('a trace pasted into the box opens', async () => {
  const { page, close } = await site.open()
  await paste(page, checkout)
  await row(page, /checkout POST \/orders/).waitFor()
  assert.match((await page.getByRole('heading', { level: 1 }).textContent()) ?? '', /POST \/checkout gateway 1\.24 s/)
  assert.equal(await page.getByRole('textbox').isVisible(), false)
  await close()
})

test('a trace typed into the box opens with Ctrl Enter, and with the button', async () => {
  for (const how of ['keys', 'button']) {
    const { page, close } = await site.open()
    await page.getByRole('textbox').fill(checkout)
    if (how === 'keys') await page.keyboard.press('Control+Enter')
    else await page.getByRole('button', { name: 'Read it' }).click()
    await row(page, /payments POST \/charge/).waitFor()
    await close()
  }
})

test('a trace pasted anywhere opens beside what is open', async () => {
  const { page, close } = await site.open()
  await paste(page, checkout)
  await grid(page).waitFor()
  await page.getByRole('button', { name: 'Close the details' }).waitFor({ state: 'hidden' })
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur())
  await paste(page, checkout.replaceAll('4bf92f3577b34da6a3ce929d0e0e4736', '5bf92f3577b34da6a3ce929d0e0e4736'))
  await page.getByText('2 traces', { exact: true }).waitFor()
  const inputs = page.getByRole('list', { name: 'Inputs' }).getByRole('listitem')
  assert.equal(await inputs.count(), 2)
  await page.getByRole('button', { name: 'Remove pasted text', exact: true }).click()
  await page.getByText('2 traces', { exact: true }).waitFor({ state: 'hidden' })
  assert.equal(await inputs.count(), 1)
  await row(page, /inventory SELECT stock/).waitFor()
  await close()
})

test('files open by the picker, several at once, and their spans are joined', async () => {
  const { page, close } = await site.open()
  const whole = JSON.parse(checkout)
  const parts = [whole.resourceSpans.slice(0, 4), whole.resourceSpans.slice(4)].map((resourceSpans) => Buffer.from(JSON.stringify({ resourceSpans })))
  await page.locator('#file').setInputFiles(parts.map((buffer, index) => ({ name: `part-${index + 1}.json`, mimeType: 'application/json', buffer })))
  await row(page, /inventory SELECT stock/).waitFor()
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '15')
  assert.match((await page.getByRole('list', { name: 'Inputs' }).textContent()) ?? '', /part-1\.json.*part-2\.json/)
  await close()
})

test('a file dropped anywhere opens', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([text], 'dropped.json'))
    return transfer
  }, checkout)
  await page.dispatchEvent('.bar', 'dragenter', { dataTransfer: data })
  await page.getByText('Drop to read').waitFor()
  await page.dispatchEvent('.bar', 'drop', { dataTransfer: data })
  await row(page, /cart GET \/cart\/\{id\}/).waitFor()
  assert.equal(await page.getByText('Drop to read').isVisible(), false)
  assert.match((await page.getByRole('list', { name: 'Inputs' }).textContent()) ?? '', /dropped\.json/)
  await close()
})

test('every sample opens, from its link and from its menu', async () => {
  const expected = /** @type {const} */ ([
    ['a slow database call', /user-service SELECT users/, /GET \/users\/\{id\} api 438 ms/],
    ['an order through a queue', /billing-worker process orders\.created.*1 link/, /POST \/orders order-service 268 ms/],
    ['a timeout and its cause', /inventory SELECT stock.*error of its own: deadline_exceeded/, /GET \/products\/\{sku\}\/availability api 516 ms/],
    ['a sampled search', /search search products/, /GET \/search storefront 186 ms/],
    ['three slow requests', /catalog select products, 900 ms/, /get \/products\/\{sku\} api 1\.15 s/],
    ['5,000 spans', /import-service POST \/imports\/\{id\}/, /POST \/imports\/\{id\} import-service 9\.21 s/],
  ])
  const { page, close } = await site.open()
  for (const [title, span, heading] of expected) {
    await openSample(page, title)
    await row(page, span).first().waitFor()
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    assert.equal(await page.getByRole('list', { name: 'Inputs' }).getByRole('listitem').count(), 1, 'a sample takes the place of another')
    await page.getByRole('button', { name: 'Paste' }).click()
  }
  for (const [title, , heading] of expected.slice(0, 2)) {
    await page.getByRole('button', { name: 'Samples' }).click()
    await page.getByRole('menuitem', { name: new RegExp(title, 'i') }).click()
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  }
  await close()
})

test('the page stays usable after anything that cannot be read', async () => {
  const { page, close } = await site.open()
  const alert = page.getByRole('alert')
  /** @type {[string, string | Buffer][]} */
  const bad = [
    ['empty.json', ''],
    ['spaces.json', ' \n\t '],
    ['picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0xff, 0xfe, 0])],
    ['page.html', '<!doctype html><html><body><h1>Sign in</h1></body></html>'],
    ['cut.json', checkout.slice(0, checkout.indexOf('gateway') + 3)],
    ['brackets.json', '['.repeat(1_000_000)],
    ['nan.json', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":NaN}]}]}]}'],
    ['trailing.json', '{"resourceSpans":[],}'],
    ['null.json', 'null'],
    ['number.json', '12'],
    ['nothing.json', '{}'],
    ['no-spans.json', '{"resourceSpans":[]}'],
    ['prose.txt', 'The quick brown fox jumps over the lazy dog.'],
  ]
  for (const [name, content] of bad) {
    await chooseFile(page, name, content)
    await alert.getByRole('heading', { name: `${name} was not read` }).waitFor()
    const text = (await alert.textContent()) ?? ''
    assert.match(text, /What to try: /, name)
    assert.doesNotMatch(text, /RuntimeError|unreachable|undefined|\[object|internal/i, `${name}: ${text}`)
    assert.ok(text.length < 1500, `${name}: the message is short`)
    await page.getByRole('button', { name: 'Close the error' }).click()
    assert.equal(await alert.isVisible(), false)
  }
  await chooseFile(page, 'good.json', checkout)
  await row(page, /orders send order\.created/).waitFor()
  await close()
})

test('an error says where, marks the place, and leaves the text to be corrected', async () => {
  const { page, close } = await site.open()
  await paste(page, '{"resourceSpans": [\n  {"resource": {}, "scopeSpans": [{"spans": [{"traceId": oops}]}]}\n]}')
  const alert = page.getByRole('alert')
  await alert.waitFor()
  assert.match((await alert.textContent()) ?? '', /line 2, column 58/)
  assert.equal(await alert.locator('mark').textContent(), 'o')
  const box = page.getByRole('textbox')
  assert.match(await box.inputValue(), /oops/)
  await box.fill(checkout)
  await page.getByRole('button', { name: 'Read it' }).click()
  await grid(page).waitFor()
  assert.equal(await alert.isVisible(), false)
  await close()
})

test('a trace that is cut off is read as far as it goes, and the page says so', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'cut.json', checkout.slice(0, 9000))
  await row(page, /cart GET \/cart\/\{id\}/).waitFor()
  await page.getByRole('tab', { name: /Input \d+ problems?/ }).click()
  await page.getByRole('tabpanel', { name: /Input/ }).getByText(/found the end/).first().waitFor()
  await close()
})

test('of several files, those that can be read are opened, and the other is told', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const files = [['first.json', checkout], ['second.json', '{"oops": }'], ['second.json', '[]'], ['last.json', readFileSync(new URL('../../../www/samples/timeout.json', import.meta.url), 'utf8')]]
  await page.locator('#file').setInputFiles(files.map(([name = '', content = '']) => ({ name, mimeType: 'application/json', buffer: Buffer.from(content) })))
  await page.getByText('2 traces', { exact: true }).waitFor()
  await page.getByRole('alert').getByRole('heading', { name: 'second.json was not read' }).waitFor()
  assert.match((await page.getByRole('alert').textContent()) ?? '', /line 1, column 10/)
  assert.deepEqual(await page.locator('.chip-name').allTextContents(), ['first.json', 'last.json'])
  assert.deepEqual(await page.locator('.chip-about').allTextContents(), ['OTLP JSON · 14 spans', 'Jaeger JSON · 4 spans'])
  await close()
})

test('what was open stays open when something else cannot be read', async () => {
  const { page, close } = await site.open()
  await paste(page, checkout)
  await row(page, /inventory SELECT stock/).click()
  await page.getByRole('complementary', { name: 'Span details' }).getByText('deadline_exceeded').first().waitFor()
  await chooseFile(page, 'bad.json', '{"resourceSpans":')
  await page.getByRole('alert').waitFor()
  assert.ok(await row(page, /inventory SELECT stock/).isVisible())
  assert.ok(await page.getByRole('complementary', { name: 'Span details' }).isVisible())
  assert.equal(await page.getByRole('list', { name: 'Inputs' }).getByRole('listitem').count(), 1)
  // And it still answers.
  await row(page, /gateway verify token/).click()
  await page.getByRole('complementary', { name: 'Span details' }).getByRole('heading', { name: 'verify token' }).waitFor()
  await close()
})

test('removing the last input leads back to the box', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a slow database call')
  await page.getByRole('button', { name: 'Remove slow-database.json' }).click()
  const box = page.getByRole('textbox')
  await box.waitFor()
  assert.ok(await box.evaluate((element) => element === document.activeElement))
  assert.equal(await grid(page).isVisible(), false)
  assert.equal(new URL(page.url()).hash, '')
  await close()
})

test('Paste shows the box again, and Escape leads back', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a slow database call')
  await page.getByRole('button', { name: 'Paste' }).click()
  assert.ok(await page.getByRole('textbox').evaluate((element) => element === document.activeElement))
  await page.keyboard.press('Escape')
  await row(page, /user-service SELECT users/).waitFor()
  await close()
})
