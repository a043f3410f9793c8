// A trace is hostile input: nothing in it may run, become markup, break the page or lead anywhere.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chooseFile, grid, openSite, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const IMAGE = '<img src=x onerror=alert(1)>'
const NAMES = [IMAGE, '__proto__', 'constructor', 'toString', '</script><script>alert(2)</script>', 'javascript:alert(3)', '{{7*7}}', '${alert(4)}', '\u202etxt.exe', 'a\u0000b', 'x'.repeat(5000), '😀'.repeat(50), '']

const trace = () => {
  const origin = 1_790_000_000_000_000_000n
  const spans = NAMES.map((name, index) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (index + 1).toString(16).padStart(16, '0'),
    parentSpanId: index === 0 ? '' : '0000000000000001',
    name,
    kind: 2,
    startTimeUnixNano: String(origin + BigInt(index) * 1000n),
    endTimeUnixNano: String(origin + 100_000n),
    traceState: `vendor=${IMAGE}`,
    attributes: [
      { key: IMAGE, value: { stringValue: IMAGE } },
      { key: '__proto__', value: { stringValue: 'polluted' } },
      { key: 'constructor', value: { kvlistValue: { values: [{ key: '__proto__', value: { stringValue: IMAGE } }] } } },
      { key: 'url.full', value: { stringValue: 'javascript:alert(5)' } },
      { key: 'url.good', value: { stringValue: 'https://example.org/?q=<b>' } },
      { key: 'url.data', value: { stringValue: 'data:text/html,<script>alert(6)</script>' } },
      { key: 'db.query.text', value: { stringValue: `SELECT '${IMAGE}'` } },
      { key: 'style', value: { stringValue: 'position:fixed;inset:0' } },
    ],
    events: [{ timeUnixNano: String(origin + 5000n), name: IMAGE, attributes: [{ key: 'exception.message', value: { stringValue: IMAGE } }] }],
    links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '0000000000000002', traceState: IMAGE, attributes: [{ key: IMAGE, value: { stringValue: IMAGE } }] }],
    status: { code: 2, message: IMAGE },
  }))
  return JSON.stringify({
    resourceSpans: spans.map((span, index) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: NAMES[(index * 5) % NAMES.length] } }, { key: IMAGE, value: { stringValue: IMAGE } }] },
      scopeSpans: [{ scope: { name: IMAGE, version: IMAGE }, spans: [span] }],
    })),
  })
}

test('hostile names are shown as text, everywhere', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await page.evaluate(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective}`))
  })
  await chooseFile(page, `${IMAGE}.json`, trace())
  await grid(page).waitFor()
  await row(page, /__proto__/).first().waitFor()
  const panel = page.getByRole('complementary', { name: 'Span details' })
  for (let index = 0; index < NAMES.length; index += 1) {
    await page.locator(`.row[aria-rowindex="${index + 2}"]`).click()
    await panel.getByText("SELECT '").waitFor()
  }
  assert.equal(await page.locator('img, script:not([src]), iframe, object, embed, base, form').count(), 0)
  assert.deepEqual(await panel.locator('a').evaluateAll((links) => links.map((link) => `${link.getAttribute('href')} ${link.getAttribute('rel')} ${link.getAttribute('target')}`)), ['https://example.org/?q=%3Cb%3E noopener noreferrer _blank'])
  await page.getByRole('tab', { name: /Input/ }).click()
  await page.getByRole('heading', { name: `${IMAGE}.json` }).waitFor()
  assert.equal(await page.evaluate(() => /** @type {any} */ ({}).polluted), undefined)
  assert.equal(await page.evaluate(() => Object.keys(Object.prototype).length), 0)
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'long names widen nothing')
  await close()
})

test('a name that turns the direction of writing turns no sentence around', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: '\u202etxt.exe', kind: 2, startTimeUnixNano: '1790000000000000000', endTimeUnixNano: '1790000000004000000' }
  await chooseFile(page, 'turned.json', JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: '\u202eweb' } }] }, scopeSpans: [{ spans: [span] }] }] }))
  await row(page, /txt\.exe/).waitFor()
  assert.equal(await page.locator('.row-operation').first().textContent(), '\u202etxt.exe', 'where the name stands alone it is as it was given')
  const sentences = page.locator('.verdict-text, .finding, .advice dd, .runbook li')
  await page.locator('.verdict-text').getByText('�txt.exe').waitFor()
  await page.getByRole('tab', { name: /^Findings/ }).click()
  await page.locator('.finding').first().waitFor()
  const texts = await sentences.allTextContents()
  assert.ok(texts.length > 3 && texts.some((text) => text.includes('�web')), texts.join(' | '))
  for (const text of texts) assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069]/)
  await close()
})

test('a hostile address is no place', async () => {
  const { page, close } = await site.open({ hash: `#trace=${encodeURIComponent(IMAGE)}&span=${encodeURIComponent(IMAGE)}&sample=__proto__&tab=${IMAGE}&from=-1&to=1e999` })
  await page.getByRole('textbox').waitFor()
  assert.equal(await page.locator('img').count(), 0)
  await close()
})

test('hostile preferences are no preferences', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await page.evaluate(() => localStorage.setItem('spanscope', '{"theme":"<b>","rows":{"__proto__":1},"nameWidth":"99999px","timeMode":[]}'))
  await page.reload()
  await page.getByRole('textbox').waitFor()
  await page.evaluate(() => localStorage.setItem('spanscope', '{{{'))
  await page.reload()
  await page.getByRole('textbox').waitFor()
  await close()
})

test('odd times break nothing', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const span = (id, parent, start, end, name) => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: id.repeat(16), parentSpanId: parent === '' ? '' : parent.repeat(16), name, startTimeUnixNano: start, endTimeUnixNano: end })
  const spans = [
    span('1', '', '1790000000000000000', '1790000001000000000', 'root'),
    span('2', '1', '1790000000500000000', '1790000000400000000', 'ends before its start'),
    span('3', '1', '0', '0', 'no time'),
    span('4', '1', '1790000000500000000', '1790000000500000000', 'no duration'),
    span('5', '1', '18446744073709551615', '18446744073709551615', 'the last nanosecond'),
    span('6', '6', '1790000000100000000', '1790000000200000000', 'its own parent'),
    span('7', '8', '1790000000100000000', '1790000000200000000', 'cycle one'),
    span('8', '7', '1790000000100000000', '1790000000200000000', 'cycle two'),
    span('9', 'a', '1790000000100000000', '1790000000200000000', 'orphan'),
  ]
  await chooseFile(page, 'odd.json', JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ spans }] }] }))
  await row(page, /root/).first().waitFor()
  assert.equal(await grid(page).getAttribute('aria-rowcount'), String(spans.length + 1), 'no span is lost')
  for (const { name } of spans) {
    await row(page, new RegExp(name)).first().click()
    await page.getByRole('complementary', { name: 'Span details' }).getByRole('heading', { name }).waitFor()
  }
  assert.match((await row(page, /no time/).first().getAttribute('aria-label')) ?? '', /no start time/)
  assert.match((await row(page, /orphan/).first().getAttribute('aria-label')) ?? '', /its parent is not in the input/)
  const paths = await page.locator('.bars > *').evaluateAll((all) => all.map((shape) => shape.getAttribute('d') ?? shape.getAttribute('points') ?? '').filter((drawn) => /NaN|Infinity|undefined/.test(drawn)))
  assert.deepEqual(paths, [])
  await page.keyboard.press('f')
  await page.keyboard.press('w')
  await page.keyboard.press('0')
  await close()
})
