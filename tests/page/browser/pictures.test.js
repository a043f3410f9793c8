// The view as a file: a picture whose names are text, in the colours of the page, whatever the names hold.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, openSite, row } from './page.js'

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const MARKUP = '<img src=x onerror=alert(1)></text><script>alert(2)</script>\u0000'

/**
 * @param {Page} page
 * @param {string} format
 * @param {() => Promise<void>} choose
 */
async function saved(page, format, choose) {
  const [download] = await Promise.all([page.waitForEvent('download'), choose()])
  const chunks = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk)
  assert.match(download.suggestedFilename(), new RegExp(`^[\\w-]+\\.${format}$`))
  return Buffer.concat(chunks)
}

/**
 * Saves the view by mouse.
 * @param {Page} page
 * @param {'SVG' | 'PNG'} format
 */
const save = (page, format) =>
  saved(page, format.toLowerCase(), async () => {
    await page.getByRole('button', { name: 'Copy, save' }).click()
    await page.getByRole('menuitem', { name: new RegExp(`^Save the view as ${format}`) }).click()
  })

/**
 * What a document of this text holds, as the browser reads it.
 * @param {Page} page
 * @param {string} svg
 */
const read = (page, svg) =>
  page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, 'image/svg+xml')
    const elements = [...document.querySelectorAll('*')]
    return {
      broken: document.querySelector('parsererror')?.textContent ?? null,
      names: [...new Set(elements.map((element) => element.localName))].sort(),
      handlers: elements.flatMap((element) => [...element.attributes].map(({ name }) => name)).filter((name) => name.startsWith('on') || name === 'style'),
      addresses: elements.flatMap((element) => [...element.attributes].filter(({ name }) => name.endsWith('href')).map(({ value }) => value.slice(0, 22))),
      texts: [...document.querySelectorAll('text')].map((element) => [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.nodeValue).join('')),
      ground: document.querySelector('rect')?.getAttribute('fill') ?? '',
    }
  }, svg)

/**
 * @param {Page} page
 * @param {string} json
 */
async function open(page, json) {
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'checkout.json', json)
  await row(page, /inventory SELECT stock/).waitFor()
}

const checkout = readFileSync(CHECKOUT, 'utf8')

for (const [scheme, ground] of /** @type {const} */ ([
  ['light', 'rgb(255, 255, 255)'],
  ['dark', 'rgb(22, 24, 29)'],
])) {
  test(`waterfall, flame graph and map are saved as SVG with their names as text, ${scheme}`, async () => {
    const { page, close } = await site.open({ scheme })
    await open(page, checkout)
    for (const [tab, says] of /** @type {const} */ ([
      ['Waterfall', null],
      ['Flame', /Self time by call path, 1\.54 s in all/],
      ['Map', /Who calls whom: 9 services/],
    ])) {
      await page.getByRole('tab', { name: tab }).click()
      if (says !== null) await page.getByText(says).waitFor()
      const { broken, names, handlers, addresses, texts, ground: found } = await read(page, (await save(page, 'SVG')).toString())
      assert.equal(broken, null)
      assert.deepEqual(handlers, [])
      assert.ok(addresses.every((address) => address === 'data:image/png;base64,'), String(addresses))
      assert.deepEqual(names.filter((name) => !['svg', 'g', 'defs', 'title', 'text', 'rect', 'path', 'polygon', 'circle', 'image', 'clipPath', 'pattern', 'marker'].includes(name)), [])
      assert.equal(found, ground)
      assert.equal(texts[0], 'POST /checkout')
      assert.ok(texts.includes(tab === 'Map' ? 'inventory' : 'SELECT stock'), `${tab}: ${texts.join(' | ')}`)
    }
    await close()
  })
}

test('a picture in pixels is as large as the drawn one, twice over', async () => {
  const { page, close } = await site.open()
  await open(page, checkout)
  await page.getByRole('tab', { name: 'Map' }).click()
  await page.getByText(/Who calls whom/).waitFor()
  const [, width, height] = /<svg [^>]*width="(\d+)" height="(\d+)"/.exec((await save(page, 'SVG')).toString()) ?? []
  const png = await save(page, 'PNG')
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [2 * Number(width), 2 * Number(height)])
  await close()
})

test('by keyboard alone: from the menu, and from the list of commands', async () => {
  const { page, close } = await site.open()
  await open(page, checkout)
  const svg = await saved(page, 'svg', async () => {
    await page.getByRole('button', { name: 'Copy, save' }).focus()
    await page.keyboard.press('Enter')
    const item = page.getByRole('menuitem', { name: /^Save the view as SVG/ })
    await item.waitFor()
    for (let presses = 0; presses < 10 && !(await item.evaluate((element) => element === document.activeElement)); presses += 1) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
  })
  assert.match(svg.toString(), /SELECT stock/)
  const png = await saved(page, 'png', async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('view as PNG')
    await page.getByRole('option', { name: /Save the view as PNG/ }).waitFor()
    await page.keyboard.press('Enter')
  })
  assert.equal(png.readUInt32BE(0), 0x89504e47)
  await close()
})

test('markup and characters that XML cannot hold are text in the pictures', async () => {
  const { page, close } = await site.open()
  const parsed = JSON.parse(checkout)
  const rename = (/** @type {any} */ value) => {
    if (value === null || typeof value !== 'object') return
    if (value.name === 'POST /checkout') value.name = MARKUP
    if (value.stringValue === 'gateway') value.stringValue = MARKUP
    for (const inner of Object.values(value)) rename(inner)
  }
  rename(parsed)
  await open(page, JSON.stringify(parsed))
  const shown = MARKUP.replaceAll('\u0000', '\ufffd')
  for (const [tab, says] of /** @type {const} */ ([
    ['Waterfall', null],
    ['Flame', /by call path/],
    ['Map', /Who calls whom/],
  ])) {
    await page.getByRole('tab', { name: tab }).click()
    if (says !== null) await page.getByText(says).waitFor()
    const { broken, names, texts } = await read(page, (await save(page, 'SVG')).toString())
    assert.equal(broken, null)
    assert.ok(!names.includes('script') && !names.includes('img'))
    assert.equal(texts[0], shown)
    assert.ok(texts.slice(1).some((text) => text?.startsWith('<img src')), `${tab}: ${texts.join(' | ')}`)
  }
  await close()
})
