// Pasted headers, explained.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chooseFile, grid, openSite, paste, row } from './page.js'

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

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

/** What the page shows of a pasted text, header by header. @param {import('./page.js').Page} page @param {string} text */
async function explained(page, text) {
  await page.getByRole('textbox').waitFor()
  await paste(page, text)
  await page.locator('.header-explained').first().waitFor()
  return page.locator('.header-explained').evaluateAll((sections) =>
    sections.map((section) => ({
      header: section.querySelector('h2')?.textContent,
      value: section.querySelector('.header-value')?.textContent,
      fields: Array.from(section.querySelectorAll('.header-value .field'), (field) => field.textContent),
      marked: Array.from(section.querySelectorAll('.header-value mark'), (mark) => mark.textContent),
      problems: Array.from(section.querySelectorAll('.header-problem'), (problem) => problem.textContent),
    })),
  )
}

for (const [what, value, mark, hint] of [
  ['upper case', GOOD.replace(TRACE, TRACE.toUpperCase()), 'B', /written in lower case/],
  ['the dashes of a UUID', GOOD.replace(TRACE, '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'), '-', /written as a UUID; remove its dashes/],
  ['quotes', `"${GOOD}"`, '"', /remove the quotes/],
  ['its name pasted along', `traceparent: ${GOOD}`, 't', /leave out the header's name/],
  ['the value of b3', `${TRACE}-${SPAN}-1`, 'f', /the value of a b3 or sentry-trace header/],
  ['the value of uber-trace-id', `${TRACE}:${SPAN}:0:1`, 'f', /the value of an uber-trace-id header/],
  ['two joined by a comma', `${GOOD}, ${GOOD}`, ',', /two headers were joined by a comma/],
  ['its end missing', GOOD.slice(0, 52), '⌁', /a dash and the trace flags after the parent id, found the end/],
  ['a trace id of zeros', GOOD.replace(TRACE, '0'.repeat(32)), '0', /the sender had no trace/],
]) {
  test(`a traceparent with ${what} has the character marked and a hint`, async () => {
    const { page, close } = await site.open()
    const [only, ...others] = await explained(page, `traceparent: ${value}`)
    assert.deepEqual(others, [])
    assert.equal(only.header, 'traceparent')
    assert.equal(only.value?.replace('⌁', ''), value)
    assert.deepEqual(only.marked, [mark])
    assert.equal(only.problems.length, 1)
    assert.match(String(only.problems[0]), /** @type {RegExp} */ (hint))
    assert.equal(await page.getByRole('button', { name: 'Child of this' }).count(), 0)
    await close()
  })
}

test('headers are found in what curl -v prints, in an environment, a log line and an SQL comment', async () => {
  const texts = {
    curl: [`* Connected to localhost\n> GET / HTTP/1.1\n> traceparent: ${GOOD}\n> tracestate: congo=1, rojo=2\n> X-B3-TraceId: ${TRACE}\n> X-B3-SpanId: ${SPAN}\n>\n< HTTP/1.1 200 OK\n`, ['traceparent', 'tracestate', 'x-b3-traceid', 'x-b3-spanid']],
    environment: [`PATH=/usr/bin\nTRACEPARENT=${GOOD}\nBAGGAGE=user=al%20ice\n_X_AMZN_TRACE_ID=Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1\n`, ['traceparent', 'baggage', 'x-amzn-trace-id']],
    log: [`2026-01-02T03:04:05Z INFO checkout traceparent=${GOOD} took=3ms`, ['traceparent']],
    sql: [`SELECT 1 /*controller='index',traceparent='${GOOD}',tracestate='congo%3Dt61'*/`, ['traceparent', 'tracestate']],
  }
  for (const [text, headers] of /** @type {[string, string[]][]} */ (Object.values(texts))) {
    const { page, close } = await site.open()
    const found = await explained(page, text)
    assert.deepEqual(found.map(({ header }) => header), headers, text)
    assert.deepEqual(found.flatMap(({ problems }) => problems), [], text)
    const [parent] = found.filter(({ header }) => header === 'traceparent')
    assert.deepEqual([parent.value, parent.fields], [GOOD, GOOD.split('-')])
    await close()
  }
})

test('the same context stands ready to copy in every other format', async () => {
  const { page, close } = await site.open()
  await explained(page, `traceparent: ${GOOD}\ntracestate: dd=s:2\n`)
  const names = await page.locator('.elsewhere dt').allTextContents()
  const expected = ['elastic-apm-traceparent', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-sampling-priority', 'x-datadog-tags', 'uber-trace-id', 'sentry-trace', 'ot-tracer-traceid', 'ot-tracer-spanid', 'ot-tracer-sampled', 'x-instana-t', 'x-instana-s', 'x-instana-l', 'grpc-trace-bin', 'x-amzn-trace-id', 'x-cloud-trace-context']
  assert.deepEqual(names, expected)
  for (const [name, value] of [['b3', `${TRACE}-${SPAN}-1`], ['uber-trace-id', `${TRACE}:${SPAN}:0:01`], ['x-datadog-sampling-priority', '2']]) {
    await page.getByRole('button', { name: `Copy ${name}`, exact: true }).click()
    await page.getByRole('button', { name: `Copied ${name}`, exact: true }).waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${name}: ${value}`)
  }
  await close()
})

test('of several contexts each has its own elsewhere and its own child', async () => {
  const { page, close } = await site.open()
  await explained(page, `traceparent: ${GOOD}\nb3: 80f198ee56343ba8-e457b5a2e4d86bd1-d\n`)
  const b3 = page.locator('.header-explained', { has: page.getByRole('heading', { name: 'b3' }) })
  await b3.getByText('The same, elsewhere').click()
  assert.match((await b3.locator('.elsewhere').textContent()) ?? '', /uber-trace-id80f198ee56343ba8:e457b5a2e4d86bd1:0:03/)
  await b3.getByRole('button', { name: 'Child of this' }).click()
  const made = page.locator('section.elsewhere', { has: page.getByRole('heading', { name: 'New' }) })
  await made.waitFor()
  const text = (await made.textContent()) ?? ''
  assert.match(text, /traceparent00-000000000000000080f198ee56343ba8-(?!e457b5a2e4d86bd1)[0-9a-f]{16}-01/)
  // It stays a debug trace, and its id keeps its width where the format knows such ids.
  assert.match(text, /b380f198ee56343ba8-[0-9a-f]{16}-d/)
  await close()
})

test('a trace id that is loaded leads to its trace', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const span = { traceId: TRACE, spanId: SPAN, name: 'GET /cart', kind: 2, startTimeUnixNano: '1700000000000000000', endTimeUnixNano: '1700000000500000000' }
  await chooseFile(page, 'trace.json', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
  await grid(page).waitFor()
  await page.getByRole('button', { name: 'Paste', exact: true }).click()
  await explained(page, GOOD)
  await page.getByRole('button', { name: 'Open it: this trace is loaded.' }).click()
  await row(page, /GET \/cart/).waitFor()
  await close()
})
