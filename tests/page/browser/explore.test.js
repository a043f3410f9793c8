// The views over many spans at once, by mouse and by keyboard: what they show and where they lead.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, grid, openSample, openSite, row } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const checkout = readFileSync(CHECKOUT, 'utf8')

/** @param {string} tab */
async function openTab(tab) {
  const opened = await site.open()
  await opened.page.getByRole('textbox').waitFor()
  await chooseFile(opened.page, 'checkout.json', checkout)
  await row(opened.page, /inventory SELECT stock/).waitFor()
  await opened.page.getByRole('tab', { name: tab }).click()
  return opened
}

/** @typedef {import('playwright-core').Page} Page */

const table = (/** @type {Page} */ page) => page.getByRole('grid', { name: 'Statistics' })
/** The rows as a reader of the screen meets them, top to bottom. */
const texts = (/** @type {import('playwright-core').Locator} */ list) =>
  list.locator('.data-row:not([hidden])').evaluateAll((rows) =>
    rows
      .sort((one, other) => Number(one.getAttribute('aria-rowindex')) - Number(other.getAttribute('aria-rowindex')))
      .map((element) => [...element.children].map((cell) => cell.textContent).join('|')),
  )

test('the table adds up, sorts, groups by an attribute and leads to the spans', async () => {
  const { page, close } = await openTab('Table')
  await page.getByText('Self time by operation, 1.54 s in all · 14 spans in 14 operations · 4 errors').waitFor()
  await table(page).getByRole('row', { name: /inventory SELECT stock/ }).waitFor()
  assert.equal((await texts(table(page)))[0], 'inventory SELECT stock|1|499 ms|499 ms|499 ms|32.4 %|499 ms|499 ms|499 ms|1')
  await table(page).getByRole('button', { name: 'Total' }).click()
  await page.getByText('Total time by operation').waitFor()
  assert.equal(await table(page).getByRole('columnheader', { name: 'Total' }).getAttribute('aria-sort'), 'descending')
  assert.match((await texts(table(page)))[0] ?? '', /^gateway POST \/checkout/)
  await page.getByLabel('Group by').selectOption('attribute:service.name')
  await page.getByText(/Total time by service\.name, .* 14 spans in 9 groups/).waitFor()
  // By keyboard: from the head into the rows, down, and to the spans of a row.
  await page.getByLabel('Group by').selectOption('service')
  await table(page).getByRole('row', { name: /^payments/ }).waitFor()
  await table(page).getByRole('button', { name: 'Spans', exact: true }).focus()
  await page.keyboard.press('ArrowDown')
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '2')
  const all = await texts(table(page))
  const down = all.findIndex((text) => text.startsWith('payments'))
  for (let index = 0; index < down; index += 1) await page.keyboard.press('ArrowDown')
  await page.waitForFunction((index) => document.activeElement?.getAttribute('aria-rowindex') === String(index + 2), down)
  await page.keyboard.press('Enter')
  await page.getByText('3 spans marked').waitFor()
  await grid(page).getByRole('row', { name: /payments POST \/charge/, selected: true }).waitFor()
  await close()
})

test('the table goes over all traces and is copied as CSV', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'three slow requests')
  await page.getByRole('tab', { name: 'Table' }).click()
  await page.getByLabel('Of which traces', { exact: true }).selectOption('all')
  await page.getByText(/^Self time by operation of 3 traces/).waitFor()
  const shown = await texts(table(page))
  assert.ok(shown.length > 0)
  await page.getByRole('button', { name: 'Copy as CSV' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const csv = await page.evaluate(() => navigator.clipboard.readText())
  assert.equal(csv.trimEnd().split('\r\n').length, shown.length + 1)
  assert.match(csv, /^service,operation,count,total_ns,/)
  await close()
})

test('the logs are in time order, filtered by words and level, and lead to their spans', async () => {
  const { page, close } = await openTab('Logs')
  const logs = page.getByRole('grid', { name: 'Events and lines of logs' })
  await page.getByText('1 event in time order · 1 exception').waitFor()
  await logs.getByRole('row', { name: /exception inventory SELECT stock PSQLException/ }).waitFor()
  assert.equal(await page.getByRole('tab', { name: 'Logs 1' }).count(), 1)
  await page.getByRole('searchbox', { name: 'Only lines with these words' }).fill('nothing of this')
  await page.getByText('0 events in time order · 1 of 1 hidden').waitFor()
  await page.getByRole('searchbox', { name: 'Only lines with these words' }).fill('CANCELING statement')
  await page.getByLabel('Least level').selectOption('error')
  await logs.getByRole('row', { name: /PSQLException/ }).click()
  await grid(page).getByRole('row', { name: /inventory SELECT stock/, selected: true }).waitFor()
  await close()
})

test('the flame graph says what it paints, and is walked by keys and by mouse', async () => {
  const { page, close } = await openTab('Flame')
  await page.getByText('Self time by call path, 1.54 s in all · 14 frames').waitFor()
  const frames = page.getByRole('treegrid', { name: 'Frames' })
  await frames.getByRole('row', { name: /inventory SELECT stock/ }).waitFor()
  assert.equal((await texts(frames))[3], 'inventory SELECT stock|1|499 ms|499 ms|499 ms|32.4 %|1')
  // The picture has the same frames: the pixels of the error are red.
  const stage = page.getByRole('application', { name: 'Flame graph' })
  const red = () => page.locator('.flame-canvas').evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element)
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
    copy?.drawImage(canvas, 0, 0)
    const { data } = copy?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    let count = 0
    for (let at = 0; at < data.length; at += 4) if (data[at] > 180 && data[at + 1] < 60 && data[at + 2] < 80) count += 1
    return count
  })
  await page.waitForFunction(() => (document.querySelector('.flame-canvas')?.clientWidth ?? 0) > 300)
  const before = await red()
  assert.ok(before > 200, String(before))
  // By keys: down to the widest children, right to a sibling, in and out.
  await stage.focus()
  for (const [key, said] of [['ArrowDown', 'gateway POST /checkout'], ['ArrowDown', 'checkout POST /orders'], ['ArrowDown', 'inventory Reserve'], ['ArrowRight', 'payments POST /charge'], ['ArrowLeft', 'inventory Reserve'], ['ArrowDown', 'inventory SELECT stock']]) {
    await page.keyboard.press(key ?? '')
    await page.locator('.flame-facts', { hasText: said ?? '' }).waitFor()
  }
  await page.locator('.flame-facts', { hasText: '1 span, total 499 ms, self 499 ms, 499 ms on the critical path, 32.4 % of the whole, 1 error' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'All of the width' }).waitFor()
  const near = await red()
  assert.ok(near > 1.4 * before, `${near} after ${before}`)
  await page.keyboard.press('Backspace')
  await page.locator('.flame-facts', { hasText: 'inventory Reserve' }).waitFor()
  await page.getByRole('button', { name: 'All of the width' }).click()
  // By mouse: the frame under the pointer, then its spans.
  await page.getByRole('button', { name: 'All of the width' }).waitFor({ state: 'hidden' })
  await page.locator('.flame-canvas').click({ position: { x: 60, y: 70 } })
  await page.locator('.flame-facts', { hasText: 'inventory SELECT stock' }).waitFor()
  await page.getByRole('button', { name: 'Mark its span' }).click()
  await grid(page).getByRole('row', { name: /inventory SELECT stock/, selected: true }).waitFor()
  await close()
})

test('in colours that the user forces, the frames of the flame graph are told from their names', async () => {
  const { page, close } = await openTab('Waterfall')
  await page.emulateMedia({ forcedColors: 'active' })
  await page.getByRole('tab', { name: 'Flame' }).click()
  await page.locator('.flame-list .data-row:not([hidden])').first().waitFor()
  // The picture comes after the list.
  await page.waitForFunction(() => {
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector('.flame-canvas'))
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, Math.min(canvas.width, 200), Math.min(canvas.height, 18)).data ?? []
    let [dark, light] = [0, 0]
    for (let at = 0; at < pixels.length; at += 4) {
      if (pixels[at + 3] === 255 && pixels[at] < 64) dark++
      if (pixels[at + 3] === 255 && pixels[at] > 192) light++
    }
    return dark > 100 && light > dark
  })
  await close()
})

test('the service map has who calls whom in a picture and in tables, and leads to the calls', async () => {
  const { page, close } = await openTab('Map')
  await page.getByText('Who calls whom: 9 services, 13 calls · 5 without spans of their own · 3 failed calls').waitFor()
  const services = page.getByRole('grid', { name: 'Services' })
  await services.getByRole('row', { name: /^inventory service/ }).waitFor()
  const nodes = (await texts(services)).map((text) => text.split('|').slice(0, 2).join(' '))
  assert.deepEqual(nodes.length, 14)
  assert.ok(nodes.includes('stock database, postgresql') && nodes.includes('order.created messaging, kafka'), nodes.join('; '))
  // Every box and edge of the picture has its row.
  assert.equal(await page.locator('.map-node').count(), 14)
  assert.equal(await page.locator('.map-edge').count(), 13)
  // By keys: into the first box, along its call, to the other side.
  await page.getByRole('application', { name: 'Service map' }).focus()
  const facts = page.locator('#map-facts')
  await page.keyboard.press('Home')
  await facts.getByText('gateway', { exact: true }).waitFor()
  await page.keyboard.press('ArrowRight')
  await facts.getByText('gateway → checkout', { exact: true }).waitFor()
  assert.match((await facts.textContent()) ?? '', /1 call, 1 error, p50 1\.14 s, .*% of the critical path/)
  await page.keyboard.press('ArrowRight')
  await facts.getByText('checkout', { exact: true }).waitFor()
  // By mouse: an edge, its row, its spans.
  await page.locator('.map-edge.failed .map-count').last().click()
  await facts.getByText('inventory → stock', { exact: true }).waitFor()
  const calls = page.getByRole('grid', { name: 'Calls' })
  await calls.getByRole('row', { name: /^inventory → stock/ }).click()
  await grid(page).getByRole('row', { name: /inventory SELECT stock/, selected: true }).waitFor()
  await close()
})

test('on a map of many edges those of the chosen box stand out, and only the chosen edge has figures', async () => {
  const { page, close } = await site.open()
  // Nine services, each of which calls every other.
  const names = [...'abcdefghi']
  const id = (/** @type {number} */ number) => number.toString(16).padStart(16, '0')
  const span = (/** @type {string} */ service, /** @type {number} */ number, /** @type {number} */ parent) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: id(number), parentSpanId: parent ? id(parent) : '', name: service, startTimeUnixNano: 1000 + number, endTimeUnixNano: 2000 - number }] }],
  })
  const resourceSpans = names.flatMap((from, i) => [span(from, 100 * (i + 1), 100 * i), ...names.map((to, j) => span(to, 100 * (i + 1) + j + 1, 100 * (i + 1)))])
  await chooseFile(page, 'dense.json', JSON.stringify({ resourceSpans }))
  await page.getByRole('tab', { name: 'Map' }).click()
  await page.locator('.map-svg.dense').waitFor()
  const figures = page.locator('.map-count').filter({ visible: true })
  assert.equal(await figures.count(), 0)
  await page.locator('.map-node').nth(2).click()
  await page.locator('.map-edge.beside').first().waitFor()
  const [beside, all] = [await page.locator('.map-edge.beside').count(), await page.locator('.map-edge').count()]
  assert.ok(beside >= 8 && beside < all / 2, `${beside} of ${all}`)
  await page.getByRole('application', { name: 'Service map' }).press('ArrowRight')
  await page.locator('.map-edge.current').waitFor()
  assert.equal(await figures.count(), 1)
  await close()
})

test('a subtree and what was found are saved as OTLP JSON', async () => {
  const { page, close } = await openTab('Waterfall')
  const saved = async (/** @type {RegExp} */ item) => {
    await page.getByRole('button', { name: /^(Copy, save|Saved)$/ }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()])
    const { resourceSpans } = JSON.parse(readFileSync(await download.path(), 'utf8'))
    return { file: download.suggestedFilename(), names: resourceSpans.flatMap((/** @type {any} */ { scopeSpans }) => scopeSpans.flatMap((/** @type {any} */ { spans }) => spans.map((/** @type {any} */ { name }) => name))).sort() }
  }
  await page.getByRole('button', { name: 'Copy, save' }).click()
  await page.getByRole('menuitem', { name: /^Save as OTLP JSON/ }).waitFor()
  assert.equal(await page.getByRole('menuitem', { name: /subtree|matches/ }).count(), 0, 'nothing is chosen yet')
  await page.keyboard.press('Escape')
  await grid(page).getByRole('row', { name: /payments POST \/charge/ }).click()
  await page.getByRole('complementary', { name: 'Span details' }).getByRole('heading', { name: 'POST /charge' }).waitFor()
  assert.deepEqual(await saved(/^Save the subtree/), { file: 'trace-4bf92f3577b34da6a3ce929d0e0e4736-subtree.json', names: ['POST /charge', 'POST /v1/authorize', 'fraud.check'] })
  await page.keyboard.press('/')
  await page.keyboard.type('SELECT')
  await page.locator('#find-count').getByText('2 matches').waitFor()
  assert.deepEqual(await saved(/^Save the matches as OTLP JSON 2 spans/), { file: 'trace-4bf92f3577b34da6a3ce929d0e0e4736-matches.json', names: ['SELECT price', 'SELECT stock'] })
  await close()
})

test('what a ticket needs is copied as Markdown, by mouse and from the palette', async () => {
  const { page, close } = await openTab('Waterfall')
  const copied = async (/** @type {() => Promise<unknown>} */ choose) => {
    await page.evaluate(() => navigator.clipboard.writeText('nothing yet'))
    await choose()
    await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== 'nothing yet')
    return page.evaluate(() => navigator.clipboard.readText())
  }
  const first = await copied(async () => {
    await page.getByRole('button', { name: 'Copy, save' }).click()
    await page.getByRole('menuitem', { name: /^Copy as Markdown/ }).click()
  })
  for (const fact of [/^#+ /m, /SELECT stock/, /499 ms/, /4bf92f3577b34da6a3ce929d0e0e4736/]) assert.match(first, fact)
  const second = await copied(async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Commands' }).fill('copy as mark')
    await page.waitForFunction(() => document.querySelector('#palette-list [aria-selected="true"]')?.textContent?.startsWith('Copy as Markdown'))
    await page.keyboard.press('Enter')
  })
  assert.equal(second, first)
  await close()
})

test('a trace and its marked spans are copied and saved as OTLP JSON', async () => {
  const { page, close } = await openTab('Waterfall')
  await page.getByRole('button', { name: 'Copy, save' }).click()
  await page.getByRole('menuitem', { name: 'Copy as OTLP JSON 14 spans' }).click()
  await page.getByRole('button', { name: 'Copied', exact: true }).waitFor()
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
  const spans = copied.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans))
  assert.equal(spans.length, 14)
  await page.getByRole('group', { name: 'Time on the critical path by service' }).getByRole('button').first().click()
  await page.getByText('2 spans marked').waitFor()
  await page.getByRole('button', { name: /^(Copy, save|Copied)$/ }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /Save the marked spans/ }).click()])
  assert.equal(download.suggestedFilename(), 'trace-4bf92f3577b34da6a3ce929d0e0e4736-marked.json')
  const saved = JSON.parse(readFileSync(await download.path(), 'utf8'))
  assert.equal(saved.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)).length, 2)
  await close()
})

test('a view that takes long says so until it is there', async () => {
  const { page, close } = await openTab('Waterfall')
  const asked = { Flame: 'flame', Map: 'serviceMap', Table: 'statistics', Logs: 'logs' }
  await page.evaluate((methods) => {
    const real = Worker.prototype.postMessage
    /** @type {(() => void)[]} */
    const held = []
    Object.assign(globalThis, { release: () => held.splice(0).forEach((send) => send()) })
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ options) {
      if (methods.includes(message.method)) held.push(() => real.call(this, message, options))
      else real.call(this, message, options)
    }
  }, Object.values(asked))
  for (const name of Object.keys(asked)) {
    await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()
    const says = page.locator('.view-says:visible')
    await says.getByText('Working it out…', { exact: true }).waitFor()
    await page.evaluate(() => /** @type {any} */ (globalThis).release())
    await says.getByText('Working it out…').waitFor({ state: 'detached' })
    assert.notEqual(await says.textContent(), '')
  }
  await close()
})
