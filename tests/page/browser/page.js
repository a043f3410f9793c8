// What the browser tests share: the built page in Chromium, opened as a user would, watched for errors and for
// requests that go anywhere but to its own server.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchChromium } from '../../chromium.js'
import { serveFolder } from '../../site-server.js'

/** @typedef {import('playwright-core').Page} Page */

const SITE = fileURLToPath(new URL('../../../dist/site/', import.meta.url))

/**
 * The built page behind a server, and a browser. Close both when done.
 */
export async function openSite() {
  const [server, browser] = await Promise.all([serveFolder('dist/site'), launchChromium()])
  return {
    url: server.url,
    browser,
    /**
     * @param {{hash?: string, scheme?: 'light' | 'dark', contrast?: 'more' | 'no-preference', width?: number, height?: number, url?: string}} [options]
     */
    open: (options = {}) => openPage(browser, options.url ?? server.url, options),
    async close() {
      await browser.close()
      await server.close()
    },
  }
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {{hash?: string, scheme?: 'light' | 'dark', contrast?: 'more' | 'no-preference', width?: number, height?: number}} options
 */
async function openPage(browser, url, { hash = '', scheme = 'light', contrast = 'no-preference', width = 1440, height = 860 }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, contrast, timezoneId: 'Europe/Berlin', permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  /** @type {string[]} */
  const troubles = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`error: ${error.stack}`))
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    // A file has no origin that its own blobs could be named after.
    const own = url.startsWith('file:') ? 'blob:null/' : `blob:${url}`
    if (!request.url().startsWith(url) && !request.url().startsWith(own)) troubles.push(`request: ${request.url()}`)
  })
  await page.goto(url + hash)
  return {
    page,
    troubles,
    /** Nothing went wrong that the user was not told. */
    async close() {
      await context.close()
      assert.deepEqual(troubles, [])
    },
  }
}

/**
 * Pastes as the clipboard does, into what has the focus.
 * @param {Page} page
 * @param {string} text
 */
export async function paste(page, text) {
  await page.evaluate((pasted) => {
    const data = new DataTransfer()
    data.setData('text/plain', pasted)
    const target = document.activeElement ?? document.body
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    if (target.dispatchEvent(event) && target instanceof HTMLTextAreaElement) {
      target.setRangeText(pasted, target.selectionStart, target.selectionEnd, 'end')
      target.dispatchEvent(new InputEvent('input', { bubbles: true }))
    }
  }, text)
}

/**
 * Gives a file to the file input.
 * @param {Page} page
 * @param {string} name
 * @param {string | Buffer} content
 */
export async function chooseFile(page, name, content) {
  await page.locator('#file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) })
}

/** @param {Page} page */
export const grid = (page) => page.getByRole('treegrid', { name: 'Spans' })

/**
 * A row of the waterfall by its service and operation.
 * @param {Page} page
 * @param {string | RegExp} name
 */
export const row = (page, name) => grid(page).getByRole('row', { name })

/**
 * Opens a built-in sample by its link.
 * @param {Page} page
 * @param {string} title
 */
export async function openSample(page, title) {
  await page.getByRole('button', { name: title, exact: true }).click()
  await grid(page).waitFor()
  await page.locator('.row:not(.blank):not([hidden])').first().waitFor()
}

/** A trace with everything in it: nine services, an error that is passed on, an event, a link. */
export const CHECKOUT = fileURLToPath(new URL('../checkout.json', import.meta.url))

/**
 * `web` calls `shop`, whose clock is 45 ms behind, give or take 10: its span of 60 ms begins 35 ms before the call of 80 ms does.
 * A message of it is taken by `mailer`, whose clock nothing is known of.
 */
export const SKEWED = (() => {
  const origin = 1_790_000_000_000_000_000n
  const span = (/** @type {string} */ id, /** @type {string} */ parent, /** @type {string} */ name, /** @type {number} */ kind, /** @type {number} */ from, /** @type {number} */ to) => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: id.repeat(16), parentSpanId: parent === '' ? '' : parent.repeat(16), name, kind, startTimeUnixNano: String(origin + BigInt(from) * 1_000_000n), endTimeUnixNano: String(origin + BigInt(to) * 1_000_000n), attributes: [], status: {} })
  const host = (/** @type {string} */ name, /** @type {unknown[]} */ spans) => ({ resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }, { key: 'host.name', value: { stringValue: `${name}-1` } }] }, scopeSpans: [{ spans }] })
  return JSON.stringify({
    resourceSpans: [
      host('web', [span('1', '', 'GET /cart', 2, 0, 100), span('2', '1', 'call shop', 3, 10, 90)]),
      host('shop', [span('3', '2', 'cart', 2, -25, 35), span('4', '3', 'load', 1, -15, 5), span('5', '3', 'send mail', 4, 20, 25)]),
      host('mailer', [span('6', '5', 'receive mail', 5, 60, 70)]),
    ],
  })
})()

/**
 * OTLP/JSON with one root and so many children, `padding` characters of attribute in each.
 * @param {number} count
 * @param {number} [padding]
 */
export function manySpans(count, padding = 0) {
  const origin = 1_790_000_000_000_000_000n
  const value = 'x'.repeat(padding)
  const spans = ['{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"0000000000000001","name":"root","kind":2,"startTimeUnixNano":"' + origin + '","endTimeUnixNano":"' + (origin + BigInt(count) * 1000n) + '","status":{}}']
  for (let index = 2; index <= count; index += 1) {
    const start = origin + BigInt(index) * 900n
    spans.push(`{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"${index.toString(16).padStart(16, '0')}","parentSpanId":"0000000000000001","name":"step ${index}","kind":1,"startTimeUnixNano":"${start}","endTimeUnixNano":"${start + 800n}","attributes":[{"key":"filler","value":{"stringValue":"${value}"}}],"status":{}}`)
  }
  return `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"many"}}]},"scopeSpans":[{"scope":{"name":"test"},"spans":[${spans.join(',')}]}]}]}`
}

/**
 * So many traces of a span and its child, a second apart; each takes a millisecond longer than the one before, and each
 * tenth one fails.
 * @param {number} count
 */
export function manyTraces(count) {
  const origin = 1_790_000_000_000_000_000n
  const spans = []
  for (let index = 0; index < count; index += 1) {
    const start = origin + BigInt(index) * 1_000_000_000n
    const end = start + BigInt(index + 1) * 1_000_000n
    const traceId = (index + 1).toString(16).padStart(32, '0')
    const status = index % 10 === 9 ? '{"code":2}' : '{}'
    spans.push(
      `{"traceId":"${traceId}","spanId":"0000000000000001","name":"GET /items/${index % 7}","kind":2,"startTimeUnixNano":"${start}","endTimeUnixNano":"${end}","status":${status}}`,
      `{"traceId":"${traceId}","spanId":"0000000000000002","parentSpanId":"0000000000000001","name":"look up","kind":3,"startTimeUnixNano":"${start}","endTimeUnixNano":"${start + 1_000_000n}","status":{}}`,
    )
  }
  return `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"items"}}]},"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`
}

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' }

/** The site on a host that sends no policy, as many do. */
export async function servePlainly() {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
    const file = join(SITE, path.endsWith('/') ? `${path}index.html` : path)
    try {
      const body = await readFile(file)
      response.writeHead(200, { 'content-type': TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'application/octet-stream' })
      response.end(body)
    } catch {
      response.writeHead(404)
      response.end()
    }
  })
  return listening(server)
}

/** Another origin, which lets everybody in and remembers what was asked for. */
export async function serveElsewhere() {
  /** @type {string[]} */
  const visits = []
  const server = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/html' })
    response.end('<!doctype html><title>Elsewhere</title>')
  })
  return { ...(await listening(server)), visits }
}

/** @param {import('node:http').Server} server */
async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
