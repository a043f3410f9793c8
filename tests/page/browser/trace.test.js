// A trace on the page: what is said about it, and what can be done with it.

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

/** @param {Parameters<typeof site.open>[0]} [options] */
async function openCheckout(options) {
  const opened = await site.open(options)
  await opened.page.getByRole('textbox').waitFor()
  await chooseFile(opened.page, 'checkout.json', checkout)
  await row(opened.page, /inventory SELECT stock/).waitFor()
  return opened
}

const details = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('complementary', { name: 'Span details' })

test('the header says what the trace is', async () => {
  const { page, close } = await openCheckout()
  const header = page.locator('.trace-header')
  for (const fact of ['POST /checkout gateway 1.24 s', '14 spans', '9 services', '1 error, 3 above it', '2026-11-22 09:14:03.120 UTC', '4bf92f3577b34da6a3ce929d0e0e4736']) {
    assert.ok(((await header.textContent()) ?? '').includes(fact), fact)
  }
  await page.getByRole('button', { name: 'Copy trace id' }).click()
  await page.getByRole('button', { name: 'Copied trace id' }).waitFor()
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '4bf92f3577b34da6a3ce929d0e0e4736')
  assert.equal(await page.title(), 'POST /checkout – Spanscope')
  await close()
})

test('the verdict names the slowest part, and its clauses select their spans', async () => {
  const { page, close } = await openCheckout()
  const verdict = page.getByRole('region', { name: 'Where the time went' })
  assert.match((await verdict.locator('p').textContent()) ?? '', /SELECT stock.*499 ms/)
  await verdict.getByRole('button', { name: /SELECT stock/ }).first().click()
  await details(page).getByRole('heading', { name: 'SELECT stock' }).waitFor()
  await grid(page).getByRole('row', { name: /inventory SELECT stock/, selected: true }).waitFor()
  await close()
})

test('the bar shows the critical path by service, and its parts sum to the root', async () => {
  const { page, close } = await openCheckout()
  const parts = page.getByRole('group', { name: 'Time on the critical path by service' }).getByRole('button')
  const labels = await parts.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('title') ?? ''))
  assert.match(labels[0] ?? '', /^inventory: 512 ms on the critical path, 41\.3 %/)
  const sum = labels.reduce((total, label) => total + Number((/\(([\d,]+) ns\)/.exec(label)?.[1] ?? '0').replaceAll(',', '')), 0)
  assert.equal(sum, 1_240_000_000)
  await parts.first().click()
  await page.getByText('2 spans marked').waitFor()
  await page.waitForFunction(() => document.querySelectorAll('.row.marked').length === 2)
  assert.equal(await parts.first().getAttribute('aria-pressed'), 'true')
  await page.getByRole('button', { name: 'Take the marks away' }).click()
  await page.waitForFunction(() => document.querySelectorAll('.row.marked').length === 0)
  await close()
})

test('the rows are a tree grid with levels, counts and states', async () => {
  const { page, close } = await openCheckout()
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '15')
  assert.deepEqual(await grid(page).getByRole('columnheader').allTextContents().then((all) => all.map((text) => text.replace(/Time line.*/, 'Time line'))), ['Service and operation', 'Duration', 'Time line'])
  const facts = await page.locator('.row:not([hidden])').evaluateAll((rows) =>
    rows
      .sort((one, other) => Number(one.getAttribute('aria-rowindex')) - Number(other.getAttribute('aria-rowindex')))
      .map((element) => ['aria-rowindex', 'aria-level', 'aria-posinset', 'aria-setsize', 'aria-expanded'].map((name) => element.getAttribute(name)).join(' ')),
  )
  assert.deepEqual(facts.slice(0, 4), ['2 1 1 2 true', '3 2 1 2 ', '4 2 2 2 true', '5 3 1 5 true'])
  assert.equal(facts.length, 14)
  const label = await row(page, /inventory SELECT stock/).getAttribute('aria-label')
  assert.match(label ?? '', /^inventory SELECT stock, 499 ms, error of its own: deadline_exceeded, starts at 410 ms, self 499 ms, 499 ms on the critical path, 1 event$/)
  assert.match((await row(page, /inventory Reserve/).getAttribute('aria-label')) ?? '', /error below/)
  await close()
})

test('names are never cut without the full text at hand', async () => {
  const { page, close } = await openCheckout({ width: 900 })
  for (const cell of await page.locator('.row:not([hidden]) .cell-name').all()) {
    const [title, text] = await cell.evaluate((element) => [element.getAttribute('title') ?? '', element.querySelector('.row-operation')?.textContent ?? ''])
    assert.ok(title.includes(text), title)
  }
  await close()
})

test('the bar of a span is solid where it works, light under its children, and shows error, path, event and link', async () => {
  const { page, close } = await openCheckout()
  const shape = (name, part) => row(page, name).locator(part).evaluate((drawn) => drawn.getAttribute(drawn.localName === 'path' ? 'd' : 'points') ?? '')
  // A box has five corners, as the first one closes it.
  const pieces = (drawn) => (drawn.match(/M/g) ?? drawn.match(/,/g) ?? []).length / (drawn.startsWith('M') ? 1 : 5)
  assert.equal(pieces(await shape(/gateway POST \/checkout/, '.bar-under')), 1)
  assert.equal(pieces(await shape(/gateway POST \/checkout/, '.bar-busy')), 3)
  assert.equal(pieces(await shape(/gateway POST \/checkout/, '.bar-critical')), 3)
  assert.equal(await shape(/gateway POST \/checkout/, '.bar-hatch'), '')
  assert.notEqual(await shape(/inventory SELECT stock/, '.bar-hatch'), '')
  assert.notEqual(await shape(/inventory SELECT stock/, '.bar-outline'), '')
  assert.equal(pieces(await shape(/inventory SELECT stock/, '.bar-events-error')), 1)
  assert.equal(await shape(/payments fraud\.check/, '.bar-critical'), '', 'what ran beside the path is not on it')
  assert.ok(await row(page, /billing process/).locator('.row-link').isVisible())
  assert.equal(await row(page, /gateway POST \/checkout/).locator('.row-link').isVisible(), false)
  assert.ok(await row(page, /billing process/).evaluate((element) => element.classList.contains('top')), 'a rule between roots')
  await close()
})

test('the details say everything that is known', async () => {
  const { page, close } = await openCheckout()
  await row(page, /inventory SELECT stock/).click()
  const panel = details(page)
  await panel.getByRole('heading', { name: 'SELECT stock' }).waitFor()
  const text = (await panel.innerText()).replace(/\s+/g, ' ')
  for (const fact of ['inventory · client · error: deadline_exceeded', 'Start 410 ms', 'Duration 499 ms', 'Self 499 ms (100 %)', 'Critical path 499 ms (40.2 %)', 'Span 00f067aa0ba902b7', 'Parent Reserve', 'db.system.name postgresql', 'server.port 5432', 'FOR UPDATE', 'exception.type PSQLException', 'canceling statement due to user request', 'service.version 1.8.2', 'github.com/jackc/pgx 1.4.0', 'checkout.json, line']) {
    assert.ok(text.includes(fact), `${fact} in ${text}`)
  }
  assert.match((await panel.locator('.excerpt code').textContent()) ?? '', /00f067aa0ba902b7|\{/)
  assert.equal(await panel.locator('dd', { hasText: '499 ms' }).first().getAttribute('title'), '499,000,000 ns')
  await panel.getByRole('button', { name: 'Reserve', exact: true }).click()
  await panel.getByRole('heading', { name: 'Reserve' }).waitFor()
  await page.keyboard.press('Escape')
  assert.equal(await panel.isVisible(), false)
  await close()
})

test('the details say what the trace state says about sampling', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a sampled search')
  await row(page, /search search products/).click()
  await details(page).getByText('10 % kept: stands for 10 traces').waitFor()
  await details(page).getByText('ot=th:e6666666666666', { exact: true }).waitFor()
  await close()
})

test('a link leads to the span it names', async () => {
  const { page, close } = await openCheckout()
  await row(page, /billing process/).click()
  await details(page).getByRole('button', { name: 'send order.created · orders', exact: true }).click()
  await details(page).getByRole('heading', { name: 'send order.created' }).waitFor()
  await grid(page).getByRole('row', { name: /orders send order\.created/, selected: true }).waitFor()
  await close()
})

test('a link to a trace that is not here says so', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'linked.json', checkout.replace(/"links": \[\s*\{\s*"traceId": "[0-9a-f]+"/, '"links": [{ "traceId": "ffffffffffffffffffffffffffffffff"'))
  await row(page, /billing process/).click()
  await details(page).getByRole('button', { name: '7e92d4f6a08b1c53' }).click()
  await page.getByRole('alert').getByText(/ffffffffffffffffffffffffffffffff is not in what was read/).waitFor()
  await close()
})

test('subtrees close and open, one by one and all', async () => {
  const { page, close } = await openCheckout()
  const count = () => grid(page).getAttribute('aria-rowcount')
  await row(page, /checkout POST \/orders/).locator('.twisty').click()
  await row(page, /inventory SELECT stock/).waitFor({ state: 'hidden' })
  assert.equal(await count(), '5')
  assert.match((await row(page, /checkout POST \/orders/).getAttribute('aria-label')) ?? '', /10 spans below, collapsed/)
  await row(page, /checkout POST \/orders/).locator('.twisty').click()
  await row(page, /inventory SELECT stock/).waitFor()
  await page.getByRole('button', { name: 'Collapse all' }).click()
  await page.waitForFunction(() => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === '3')
  await page.getByRole('button', { name: 'Expand all' }).click()
  await row(page, /payments POST \/v1\/authorize/).waitFor()
  assert.equal(await count(), '15')
  await close()
})

test('selecting a hidden span expands what hides it', async () => {
  const { page, close } = await openCheckout()
  await page.getByRole('button', { name: 'Collapse all' }).click()
  await row(page, /inventory SELECT stock/).waitFor({ state: 'hidden' })
  await page.getByRole('region', { name: 'Where the time went' }).getByRole('button', { name: /SELECT stock/ }).first().click()
  await row(page, /inventory SELECT stock/).waitFor()
  await close()
})

test('the overview zooms by drag, wheel and keys, and back', async () => {
  const { page, close } = await openCheckout()
  const minimap = page.getByRole('group', { name: 'Overview of the trace' })
  const box = await minimap.boundingBox()
  assert.ok(box)
  const at = (share) => box.x + share * box.width
  await page.mouse.move(at(0.25), box.y + 20)
  await page.mouse.down()
  await page.mouse.move(at(0.4), box.y + 20)
  await page.mouse.move(at(0.5), box.y + 20)
  await page.mouse.up()
  const from = page.getByRole('slider', { name: 'Start of the time shown' })
  const to = page.getByRole('slider', { name: 'End of the time shown' })
  const value = async (slider) => Number(await slider.getAttribute('aria-valuenow'))
  assert.ok(Math.abs((await value(from)) - 0.25 * 1.6e9) < 1e7, String(await value(from)))
  assert.ok(Math.abs((await value(to)) - 0.5 * 1.6e9) < 1e7)
  await page.getByText('400 ms to 800 ms').waitFor()
  // The brush can be moved …
  await page.mouse.move(at(0.4), box.y + 20)
  await page.mouse.down()
  await page.mouse.move(at(0.6), box.y + 20, { steps: 4 })
  await page.mouse.up()
  assert.ok(Math.abs((await value(from)) - 0.45 * 1.6e9) < 1e7)
  // … its edges by keys …
  await from.focus()
  await page.keyboard.press('ArrowRight')
  const moved = await value(from)
  assert.ok(moved > 0.45 * 1.6e9 + 1e6)
  await page.keyboard.press('Home')
  assert.equal(await value(from), 0)
  // … and the wheel zooms around the pointer.
  const before = (await value(to)) - (await value(from))
  await page.mouse.move(at(0.3), box.y + 20)
  await page.mouse.wheel(0, -100)
  await page.waitForFunction((length) => {
    const [start, end] = [...document.querySelectorAll('.minimap [role=slider]')].map((slider) => Number(slider.getAttribute('aria-valuenow')))
    return (end ?? 0) - (start ?? 0) < length
  }, before)
  await page.getByRole('button', { name: 'All of the time' }).click()
  assert.equal(await value(to), 1_600_000_000)
  const painted = await minimap.locator('canvas').first().evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element)
    return canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte !== 0)
  })
  assert.equal(painted, true)
  await close()
})

test('columns can be made wider, by drag and by keys, and stay so', async () => {
  const { page, close } = await openCheckout()
  const splitter = page.getByRole('separator', { name: 'Width of the operation column' })
  const width = () => splitter.getAttribute('aria-valuenow').then(Number)
  const start = await width()
  await splitter.focus()
  await page.keyboard.press('ArrowRight')
  await page.waitForFunction((before) => Number(document.querySelector('.split-name')?.getAttribute('aria-valuenow')) === before + 16, start)
  const box = await splitter.boundingBox()
  assert.ok(box)
  await page.mouse.move(box.x + 4, box.y + 100)
  await page.mouse.down()
  await page.mouse.move(box.x - 56, box.y + 100, { steps: 3 })
  await page.mouse.up()
  assert.ok(Math.abs((await width()) - (start + 16 - 60)) <= 2, String(await width()))
  const narrowed = await width()
  const durations = page.getByRole('separator', { name: 'Width of the duration column' })
  await durations.focus()
  await page.keyboard.press('ArrowLeft')
  await page.waitForFunction(() => Number(document.querySelector('.split-duration')?.getAttribute('aria-valuenow')) === 68)
  await page.reload()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'checkout.json', checkout)
  await row(page, /inventory SELECT stock/).waitFor()
  assert.equal(await width(), narrowed)
  await close()
})

test('times are relative, local or UTC', async () => {
  const { page, close } = await openCheckout()
  const choose = async (mode) => {
    await page.getByRole('button', { name: 'Times and rows' }).click()
    await page.getByRole('menuitemradio', { name: new RegExp(`^${mode}`) }).click()
  }
  await choose('Local')
  await page.getByText('2026-11-22 10:14:03.120 UTC+01:00').waitFor()
  await page.locator('.tick', { hasText: '10:14:03.' }).first().waitFor()
  await choose('UTC')
  await page.locator('.tick', { hasText: '09:14:03.' }).first().waitFor()
  await row(page, /inventory SELECT stock/).click()
  await details(page).getByText('09:14:03.530', { exact: true }).waitFor()
  await choose('Relative')
  await page.locator('.tick', { hasText: /^\d+ ms$/ }).first().waitFor()
  await close()
})

test('rows have three heights', async () => {
  const { page, close } = await openCheckout()
  for (const [label, height] of /** @type {const} */ ([['Compact rows', 22], ['Roomy rows', 32], ['Normal rows', 26]])) {
    await page.getByRole('button', { name: 'Times and rows' }).click()
    await page.getByRole('menuitemradio', { name: label }).click()
    await page.waitForFunction((wanted) => document.querySelector('.row')?.getBoundingClientRect().height === wanted, height)
  }
  await close()
})

test('the theme goes round: as the system, light, dark', async () => {
  const { page, close } = await openCheckout()
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  assert.equal(await ground(), 'rgb(251, 251, 252)')
  await page.getByRole('button', { name: 'Colours: as the system' }).click()
  await page.getByRole('button', { name: 'Colours: light' }).click()
  await page.getByRole('button', { name: 'Colours: dark' }).waitFor()
  assert.equal(await ground(), 'rgb(16, 18, 22)')
  await page.reload()
  await page.getByRole('button', { name: 'Colours: dark' }).click()
  await page.getByRole('button', { name: 'Colours: as the system' }).waitFor()
  await close()
})

test('several traces: a list beside, sorted as asked, and the keys [ and ]', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'three slow requests')
  const list = page.getByRole('listbox', { name: 'Traces' })
  assert.equal(await list.getByRole('option').count(), 3)
  const selected = () => list.locator('[aria-selected=true]').getAttribute('aria-posinset')
  assert.equal(await selected(), '1')
  await list.getByRole('option').nth(2).click()
  await page.waitForFunction(() => document.querySelector('.traces-row[aria-selected=true]')?.getAttribute('aria-posinset') === '3')
  assert.match(page.url(), /trace=d1f65a82e04b397c/)
  await page.keyboard.press('[')
  await page.waitForFunction(() => document.querySelector('.traces-row[aria-selected=true]')?.getAttribute('aria-posinset') === '2')
  await list.focus()
  await page.keyboard.press('Home')
  await page.waitForFunction(() => document.querySelector('.traces-row[aria-selected=true]')?.getAttribute('aria-posinset') === '1')
  await page.getByRole('combobox', { name: 'Sort by' }).selectOption('duration')
  await page.waitForFunction(() => document.querySelectorAll('.traces-row[aria-selected=true]').length === 1)
  assert.equal(await list.locator('canvas').count(), 3)
  await close()
})

test('several traces under 900 px: a select above the header', async () => {
  const { page, close } = await site.open({ width: 500 })
  await openSample(page, 'three slow requests')
  assert.equal(await page.getByRole('listbox', { name: 'Traces' }).isVisible(), false)
  const select = page.getByRole('combobox', { name: 'Trace', exact: true })
  await select.selectOption({ index: 1 })
  await page.waitForFunction(() => location.hash.includes('trace=93c0a47d1b6e58f2'))
  const top = await select.boundingBox()
  const heading = await page.getByRole('heading', { level: 1 }).boundingBox()
  assert.ok(top && heading && top.y < heading.y)
  await close()
})

test('the Input tab says what was read and how, and reads it as something else when asked', async () => {
  const { page, close } = await openCheckout()
  await page.getByRole('tab', { name: 'Input' }).click()
  const panel = page.getByRole('tabpanel', { name: 'Input' })
  const text = (await panel.innerText()).replace(/\s+/g, ' ')
  for (const fact of ['1 trace · 14 spans', 'checkout.json', 'OTLP', 'Spans 14', 'Skipped nothing', 'No problems.']) assert.ok(text.includes(fact), `${fact} in ${text}`)
  assert.match(page.url(), /tab=input/)
  const choice = panel.getByRole('combobox', { name: 'Read checkout.json as' })
  const options = await choice.locator('option').allTextContents()
  assert.ok(options.length >= 4, options.join())
  await choice.selectOption({ label: options.find((option) => /zipkin/i.test(option)) ?? '' })
  await page.getByRole('alert').waitFor()
  assert.ok(await panel.isVisible(), 'what was open stays')
  await page.getByRole('tab', { name: 'Waterfall' }).click()
  await row(page, /inventory SELECT stock/).waitFor()
  await close()
})

test('problems in the input are counted on the tab and listed with their place', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  const whole = JSON.parse(checkout)
  // Without the checkout service its children are orphans.
  await chooseFile(page, 'partial.json', JSON.stringify({ resourceSpans: whole.resourceSpans.filter((_, index) => index !== 1) }, null, 1))
  await row(page, /cart GET \/cart\/\{id\}/).waitFor()
  assert.match((await row(page, /cart GET \/cart\/\{id\}/).getAttribute('aria-label')) ?? '', /its parent is not in the input/)
  const tab = page.getByRole('tab', { name: /Input \d+ problems?/ })
  await tab.click()
  const panel = page.getByRole('tabpanel', { name: /Input/ })
  await panel.locator('.excerpt').first().waitFor()
  assert.match((await panel.locator('.excerpt').first().textContent()) ?? '', /partial\.json, line \d+, column \d+/)
  assert.match((await panel.innerText()).replace(/\s+/g, ' '), /\d orphans? \(parent not in the input\)/)
  await close()
})

test('the address holds trace, span, tab and zoom, and going back goes back', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'three slow requests')
  await page.getByRole('listbox', { name: 'Traces' }).getByRole('option').nth(1).click()
  await page.waitForFunction(() => location.hash.includes('trace=93c0a47d1b6e58f2'))
  await row(page, /catalog select products/).click()
  await page.waitForFunction(() => location.hash.includes('span='))
  await page.getByRole('tab', { name: 'Input' }).click()
  assert.match(page.url(), /#sample=three-slow-requests&trace=93c0a47d1b6e58f2&span=[0-9a-f]{16}&tab=input$/)
  await page.goBack()
  await row(page, /catalog select products/).waitFor()
  await page.goBack()
  await page.waitForFunction(() => location.hash.includes('trace=5e8b1f07c3d94a62'))
  await page.waitForFunction(() => document.querySelector('.traces-row[aria-selected=true]')?.getAttribute('aria-posinset') === '1')
  await page.goBack()
  await page.getByRole('textbox').waitFor()
  await page.goForward()
  await grid(page).waitFor()
  await close()
})

test('an address opens a sample where it points', async () => {
  const { page, close } = await site.open({ hash: '#sample=three-slow-requests&trace=d1f65a82e04b397c&from=100000000&to=400000000' })
  await page.waitForFunction(() => document.querySelector('.traces-row[aria-selected=true]')?.getAttribute('aria-posinset') === '3')
  await page.getByText('100 ms to 400 ms').waitFor()
  await close()
})

test('details are a sheet under 900 px, closed by Escape and by a drag', async () => {
  const { page, close } = await openCheckout({ width: 500, height: 860 })
  await row(page, /inventory SELECT stock/).click()
  const sheet = details(page)
  await sheet.getByRole('heading', { name: 'SELECT stock' }).waitFor()
  const box = await sheet.boundingBox()
  assert.ok(box && box.y > 200 && box.width === 500 && Math.round(box.y + box.height) === 860)
  const covered = await row(page, /inventory SELECT stock/).boundingBox()
  assert.ok(covered && covered.y + covered.height <= box.y, 'the row is not under the sheet')
  await page.keyboard.press('Escape')
  assert.equal(await sheet.isVisible(), false)
  await row(page, /inventory SELECT stock/).click()
  await sheet.waitFor()
  const handle = await page.locator('.details-handle').boundingBox()
  assert.ok(handle)
  await page.mouse.move(250, handle.y + 8)
  await page.mouse.down()
  await page.mouse.move(250, handle.y + 200, { steps: 5 })
  await page.mouse.up()
  await sheet.waitFor({ state: 'hidden' })
  await close()
})

for (const width of [360, 500, 900, 1440]) {
  test(`at ${width} px nothing is wider than the page`, async () => {
    const { page, close } = await openCheckout({ width, height: 800 })
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth))
    await row(page, /inventory SELECT stock/).click()
    await details(page).waitFor()
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
    assert.ok(await page.locator('.main').evaluate((main) => main.scrollWidth <= main.clientWidth))
    await close()
  })
}

test('pasting the header of a loaded trace leads to the trace', async () => {
  const { page, close } = await openCheckout()
  await paste(page, '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
  await page.getByRole('button', { name: /Open it/ }).click()
  await details(page).getByRole('heading', { name: 'SELECT stock' }).waitFor()
  await close()
})
