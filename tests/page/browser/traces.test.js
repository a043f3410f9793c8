// Many traces: the list, what picks from it, the points of all of them, and work that leads from one to another.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chooseFile, grid, manyTraces, openSample, openSite, row } from './page.js'

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

/**
 * @param {number} count
 * @param {{width?: number}} [options]
 */
async function openTraces(count, options = {}) {
  const opened = await site.open(options)
  await opened.page.getByRole('textbox').waitFor()
  await chooseFile(opened.page, 'many.json', manyTraces(count))
  await grid(opened.page).waitFor()
  await row(opened.page, /items GET/).waitFor()
  return opened
}

const list = (/** @type {Page} */ page) => page.getByRole('listbox', { name: 'Traces' })
const picture = (/** @type {Page} */ page) => page.getByRole('application', { name: 'Traces by start and duration' })
const selected = (/** @type {Page} */ page) => list(page).getByRole('option', { selected: true })

test('5,000 traces are listed, sorted and gone through, to the last one', async () => {
  const { page, close } = await openTraces(5000)
  await page.getByText('5,000 traces', { exact: true }).waitFor()
  assert.ok((await page.locator('.traces-row').count()) < 60, 'rows are recycled')
  await list(page).focus()
  await page.keyboard.press('End')
  await selected(page).getByText('5 s · 2 spans · 1 error').waitFor()
  assert.equal(await selected(page).getAttribute('aria-posinset'), '5000')
  await page.getByRole('combobox', { name: 'Sort by' }).selectOption('duration')
  await page.waitForFunction(() => document.querySelector('.traces-row[aria-selected=true]')?.getAttribute('aria-posinset') === '1')
  // A row of the trace before it may go while it is asked for.
  await row(page, /items GET \/items\/1, 5 s/).press(']')
  await selected(page).getByText('5.00 s · 2 spans', { exact: true }).waitFor()
  assert.equal(await selected(page).getAttribute('aria-posinset'), '2')
  await page.waitForFunction(() => location.hash.includes('traces.sort=duration'))
  await close()
})

test('words and errors pick from the list, and the keys [ and ] keep to what was picked', async () => {
  const { page, close } = await openTraces(70)
  await page.getByRole('searchbox', { name: /^Only traces with these words/ }).fill('/items/3')
  await page.getByText('10 of 70', { exact: true }).waitFor()
  await page.getByRole('checkbox', { name: 'errors only' }).check()
  await page.getByText('1 of 70', { exact: true }).waitFor()
  await page.waitForFunction(() => /traces\.words=%2Fitems%2F3&traces\.failed=1/.test(location.hash))
  await row(page, /items GET/).focus()
  await page.keyboard.press(']')
  await selected(page).getByText('60 ms · 2 spans · 1 error').waitFor()
  // What was picked comes back with the address, for whoever has the file.
  await page.reload()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'many.json', manyTraces(70))
  await page.getByText('1 of 70', { exact: true }).waitFor()
  await selected(page).getByText('60 ms · 2 spans · 1 error').waitFor()
  await page.getByRole('searchbox', { name: /^Only traces with these words/ }).fill('nowhere')
  await page.getByText('No trace is so.').waitFor()
  await page.getByRole('button', { name: 'Show all traces' }).click()
  await page.getByText('70 traces', { exact: true }).waitFor()
  await close()
})

test('a box among the points picks what is in it, by mouse', async () => {
  const { page, close } = await openTraces(100)
  const box = await picture(page).boundingBox()
  assert.ok(box)
  // The right half.
  await page.mouse.move(box.x + box.width / 2, box.y + 1)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 1, box.y + box.height - 1, { steps: 4 })
  await page.mouse.up()
  await page.getByText(/^(49|50|51) of 100$/).waitFor()
  await page.waitForFunction(() => /traces\.box=[\d.]+%2C/.test(location.hash))
  // A click at a point opens its trace: the last one is the topmost at the right.
  await page.mouse.click(box.x + box.width - 6, box.y + 6)
  await selected(page).getByText('100 ms · 2 spans · 1 error').waitFor()
  await page.getByRole('button', { name: 'Show all traces' }).click()
  await page.getByText('100 traces', { exact: true }).waitFor()
  await close()
})

test('the points are gone through, opened and picked by keys, and said in words', async () => {
  const { page, close } = await openTraces(100)
  await picture(page).focus()
  await page.keyboard.press('Home')
  await page.getByText('Trace 1: 0 ms after the first, took 1 ms').waitFor()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowUp')
  await page.getByText('Trace 3: 2 s after the first, took 3 ms').waitFor()
  await page.keyboard.press('Enter')
  await selected(page).getByText('3 ms · 2 spans').waitFor()
  await page.keyboard.press(' ')
  await page.getByText(/took 3 ms, Space ends the box here/).waitFor()
  for (let presses = 0; presses < 7; presses += 1) await page.keyboard.press('ArrowRight')
  await page.getByText('Trace 10: 9 s after the first, took 10 ms, 1 error, Space ends the box here').waitFor()
  await page.keyboard.press(' ')
  await page.getByText('8 of 100', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('100 traces', { exact: true }).waitFor()
  await close()
})

test('under 900 px a button opens the list of very many traces, and a choice or Escape closes it', async () => {
  const { page, close } = await openTraces(600, { width: 500 })
  assert.equal(await list(page).isVisible(), false)
  await page.getByRole('button', { name: 'Next trace' }).click()
  const opener = page.getByRole('button', { name: 'Trace 2 of 600' })
  await opener.click()
  await list(page).waitFor()
  await page.keyboard.press('Escape')
  await list(page).waitFor({ state: 'hidden' })
  await opener.press('Enter')
  await page.keyboard.press('End')
  await page.getByRole('button', { name: 'Trace 600 of 600' }).waitFor()
  assert.equal(await list(page).isVisible(), false)
  await close()
})

test('what the request did not wait for is listed with its wait, and leads both ways', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'an order through a queue')
  await page.getByRole('tab', { name: /^Findings/ }).click()
  const region = page.getByRole('region', { name: 'Not waited for' })
  await region.getByText(/piece/).waitFor()
  const first = region.getByRole('listitem').first()
  assert.match((await first.innerText()).replace(/\s+/g, ' '), /links to .* began .* after that had ended took /)
  const [work, cause] = await first.getByRole('button').allTextContents()
  // By keyboard: to the work, back, and to its cause.
  await first.getByRole('button', { name: work ?? '', exact: true }).first().press('Enter')
  await grid(page).getByRole('row', { name: new RegExp(`^${(work ?? '').replace(/[^\w ]/g, '.')}`), selected: true }).waitFor()
  await page.getByRole('tab', { name: /^Findings/ }).click()
  await first.getByRole('button', { name: cause ?? '', exact: true }).press('Enter')
  await grid(page).getByRole('row', { name: new RegExp(`^${(cause ?? '').replace(/[^\w ]/g, '.')}`), selected: true }).waitFor()
  await close()
})

test('what is chosen in a tab stands in the address, and comes back with it', async () => {
  const { page, url, close } = await openedSample('three slow requests')
  await page.getByRole('tab', { name: 'Table' }).click()
  await page.getByLabel('Group by').selectOption('service')
  await page.getByLabel('Of which traces', { exact: true }).selectOption('all')
  await page.getByRole('button', { name: 'Total', exact: true }).click()
  await page.getByText(/^Total time by service of 3 traces/).waitFor()
  await page.waitForFunction(() => /tab=table.*table\.by=service&table\.of=all&table\.sort=total-down/.test(location.hash))
  await page.getByRole('tab', { name: 'Flame' }).click()
  await page.getByLabel('Width of a frame').selectOption('critical')
  await page.getByText(/^Time on the critical path by call path/).waitFor()
  await page.waitForFunction(() => /tab=flame&flame\.width=critical/.test(location.hash) || /flame\.width=critical/.test(location.hash))
  await page.goBack()
  await page.getByText(/^Total time by service of 3 traces/).waitFor()
  const address = await page.evaluate(() => location.hash)
  await close()
  const again = await site.open({ hash: address, url })
  await again.page.getByText(/^Total time by service of 3 traces/).waitFor()
  assert.equal(await again.page.getByLabel('Group by').inputValue(), 'service')
  await again.close()
})

/** @param {string} title */
async function openedSample(title) {
  const opened = await site.open()
  await openSample(opened.page, title)
  return { ...opened, url: site.url }
}

test('a strip in the list is asked for once, and has the colours of the theme', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await page.evaluate(() => {
    const asked = /** @type {number[]} */ ([])
    Object.assign(globalThis, { asked })
    const { postMessage } = Worker.prototype
    Worker.prototype.postMessage = /** @this {Worker} @param {any[]} given */ function (...given) {
      if (given[0]?.method === 'strip') asked.push(given[0].arguments[0])
      Reflect.apply(postMessage, this, given)
    }
  })
  await chooseFile(page, 'many.json', manyTraces(40))
  await row(page, /items GET/).waitFor()
  /** Until a strip has a pixel in the colour that the service has in the rows. */
  const painted = () =>
    page.waitForFunction(() => {
      const stripe = document.querySelector('.row .stripe')
      const color = stripe === null ? '' : getComputedStyle(stripe).backgroundColor
      return [...document.querySelectorAll('canvas.traces-strip')].some((canvas) => {
        if (!(canvas instanceof HTMLCanvasElement) || canvas.hidden || canvas.width === 0) return false
        // From a copy: to read from the page's own canvas again and again draws a warning.
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
        copy?.drawImage(canvas, 0, 0)
        const pixels = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
        for (let at = 0; at < pixels.length; at += 4) if (color === `rgb(${pixels[at]}, ${pixels[at + 1]}, ${pixels[at + 2]})`) return true
        return false
      })
    })
  await painted()
  const asked = /** @type {number[]} */ (await page.evaluate(() => /** @type {any} */ (globalThis).asked))
  assert.ok(asked.length > 3)
  assert.equal(new Set(asked).size, asked.length, asked.join())
  await page.emulateMedia({ colorScheme: 'dark' })
  await painted()
  await close()
})
