// Accessibility of every view, contrast included. Each theme has a file, so that they can run side by side. Where more contrast
// is asked for, texts have the higher one that WCAG knows: 7:1.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { CHECKOUT, SKEWED, chooseFile, grid, manyTraces, openSample, openSite, paste, row } from './page.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const checkout = readFileSync(CHECKOUT, 'utf8')

/** @typedef {import('playwright-core').Page} Page */

const openCheckout = async (/** @type {Page} */ page) => {
  await chooseFile(page, 'checkout.json', checkout)
  await row(page, /inventory SELECT stock/).waitFor()
}

const openFindings = async (/** @type {Page} */ page) => {
  await openCheckout(page)
  await page.getByRole('tab', { name: /^Findings/ }).click()
  await page.getByText('Runbook: when it happens again').click()
}

/** @type {Record<string, {width?: number, go: (page: Page) => Promise<unknown>}>} */
const VIEWS = {
  'the empty page': { go: (page) => page.getByText(/^Reads \d+ formats/).waitFor() },
  'the empty page, narrow': { width: 360, go: (page) => page.getByText(/^Reads \d+ formats/).waitFor() },
  'the samples menu': { go: (page) => page.getByRole('button', { name: 'Samples' }).click() },
  'the menu of the narrow page': { width: 360, go: (page) => page.getByRole('button', { name: 'More' }).click() },
  'the waterfall': { go: openCheckout },
  'the waterfall, narrow': { width: 360, go: openCheckout },
  'a span with its details': {
    go: async (page) => {
      await openCheckout(page)
      await row(page, /inventory SELECT stock/).click()
      await page.getByRole('complementary', { name: 'Span details' }).getByText('Instrumentation scope').waitFor()
    },
  },
  'the details as a sheet': {
    width: 500,
    go: async (page) => {
      await openCheckout(page)
      await row(page, /billing process/).click()
      await page.getByRole('complementary', { name: 'Span details' }).getByText('Instrumentation scope').waitFor()
    },
  },
  'ids, headers and JSON of a span, with a search': {
    go: async (page) => {
      await openCheckout(page)
      await row(page, /inventory SELECT stock/).click()
      const panel = page.getByRole('complementary', { name: 'Span details' })
      await panel.getByText('Ids and headers').click()
      await panel.getByText('The span as JSON').click()
      await panel.getByText('traceparent', { exact: true }).waitFor()
      await panel.getByText(/"resourceSpans"/).waitFor()
      await panel.getByRole('searchbox').fill('db.')
    },
  },
  'marked spans, zoomed and collapsed': {
    go: async (page) => {
      await openCheckout(page)
      await page.getByRole('group', { name: 'Time on the critical path by service' }).getByRole('button').first().click()
      await page.getByText('2 spans marked').waitFor()
      await row(page, /payments POST \/charge/).locator('.twisty').click()
      await page.keyboard.press('w')
      await page.getByRole('button', { name: 'All of the time' }).waitFor()
    },
  },
  'aligned clocks': {
    go: async (page) => {
      await chooseFile(page, 'skewed.json', SKEWED)
      await row(page, /shop cart/).waitFor()
      await page.keyboard.press('o')
      await page.getByText('Clocks aligned: 3 spans moved', { exact: true }).click()
      await page.getByRole('region', { name: 'Moved spans' }).waitFor()
    },
  },
  'what can be looked for': {
    go: async (page) => {
      await openCheckout(page)
      await page.keyboard.press('/')
      await page.getByText('Words are looked for').waitFor()
    },
  },
  'the commands': {
    go: async (page) => {
      await openCheckout(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('option', { name: /^Find spans/ }).waitFor()
    },
  },
  'matches alone, and the filter': {
    go: async (page) => {
      await openCheckout(page)
      await page.keyboard.press('/')
      await page.keyboard.type('stock')
      await page.locator('#find-count').getByText(/match/).waitFor()
      await page.getByRole('button', { name: 'Only matches' }).click()
      await page.getByText('only matches', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Filter' }).click()
    },
  },
  'several traces': { go: (page) => openSample(page, 'three slow requests') },
  'several traces, narrow': { width: 500, go: (page) => openSample(page, 'three slow requests') },
  'many traces, some of them picked': {
    go: async (page) => {
      await chooseFile(page, 'many.json', manyTraces(600))
      await page.getByRole('checkbox', { name: 'errors only' }).check()
      await page.getByText('60 of 600', { exact: true }).waitFor()
      await page.getByRole('application', { name: 'Traces by start and duration' }).focus()
      await page.keyboard.press('ArrowRight')
      await page.getByText(/^Trace 1: /).waitFor()
    },
  },
  'many traces, narrow, with the list open': {
    width: 500,
    go: async (page) => {
      await chooseFile(page, 'many.json', manyTraces(600))
      await page.getByRole('button', { name: 'Trace 1 of 600' }).click()
      await page.getByRole('listbox', { name: 'Traces' }).getByRole('option', { selected: true }).waitFor()
    },
  },
  'what was not waited for': {
    go: async (page) => {
      await openCheckout(page)
      await page.getByRole('tab', { name: /^Findings/ }).click()
      await page.getByRole('heading', { name: 'Not waited for' }).scrollIntoViewIfNeeded()
    },
  },
  '5,000 spans': { go: (page) => openSample(page, '5,000 spans') },
  'the findings': { go: openFindings },
  'the findings, narrow': { width: 360, go: openFindings },
  'budgets': {
    go: async (page) => {
      await openCheckout(page)
      await page.getByRole('tab', { name: 'Budgets' }).click()
      await page.getByRole('textbox', { name: 'Budgets' }).fill('inventory <= 20ms; gateway <= 10s; redis < 5ms; nothing')
      await page.getByText(/overspent/).waitFor()
    },
  },
  'the Input tab with problems': {
    go: async (page) => {
      await chooseFile(page, 'partial.json', JSON.stringify({ resourceSpans: JSON.parse(checkout).resourceSpans.slice(2) }))
      await grid(page).waitFor()
      await page.getByRole('tab', { name: /Input/ }).click()
      await page.locator('.input-view .excerpt').first().waitFor()
    },
  },
  'the table': {
    go: async (page) => {
      await openCheckout(page)
      await page.getByRole('tab', { name: 'Table' }).click()
      await page.getByRole('grid', { name: 'Statistics' }).getByRole('row', { name: /inventory SELECT stock/ }).waitFor()
    },
  },
  'the flame graph': {
    go: async (page) => {
      await openCheckout(page)
      await page.getByRole('tab', { name: 'Flame' }).click()
      await page.getByRole('treegrid', { name: 'Frames' }).getByRole('row', { name: /inventory SELECT stock/ }).click()
      await page.locator('.flame-facts', { hasText: 'SELECT stock' }).waitFor()
    },
  },
  'the service map': {
    go: async (page) => {
      await openCheckout(page)
      await page.getByRole('tab', { name: 'Map' }).click()
      await page.locator('.map-node').first().click()
      await page.locator('#map-facts').getByText('Mark the spans').waitFor()
    },
  },
  'the logs with attributes': {
    go: async (page) => {
      await openCheckout(page)
      await page.getByRole('tab', { name: 'Logs' }).click()
      await page.getByRole('grid', { name: 'Events and lines of logs' }).getByRole('row', { name: /PSQLException/ }).waitFor()
      await page.keyboard.press('Tab')
      await page.locator('.log-grid .data-row').first().focus()
    },
  },
  'headers explained': {
    go: async (page) => {
      await paste(page, 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b-01')
      await page.locator('.header-problem').first().waitFor()
      await page.getByRole('button', { name: 'New trace' }).click()
      await page.getByRole('heading', { name: 'New', exact: true }).waitFor()
    },
  },
  'an error': {
    go: async (page) => {
      await paste(page, '{"resourceSpans": [oops]}')
      await page.getByRole('alert').waitFor()
    },
  },
  'an error above a trace': {
    go: async (page) => {
      await openCheckout(page)
      await chooseFile(page, 'bad.json', '{"resourceSpans": [')
      await page.getByRole('alert').waitFor()
    },
  },
  'the keys': {
    go: async (page) => {
      await openCheckout(page)
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    },
  },
}

const EVERYTHING = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
const HIGH_CONTRAST = { runOnly: { type: 'rule', values: ['color-contrast', 'color-contrast-enhanced'] } }

/**
 * @param {'light' | 'dark'} scheme
 * @param {'more' | 'no-preference'} [contrast] what the system asks for
 */
export function testViews(scheme, contrast = 'no-preference') {
  /** @type {Awaited<ReturnType<typeof openSite>>} */
  let site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  for (const [name, { width, go }] of Object.entries(VIEWS)) {
    test(`${name}, ${scheme}${contrast === 'more' ? ', high contrast' : ''}`, async () => {
      const { page, close } = await site.open({ scheme, contrast, ...(width === undefined ? {} : { width, height: 760 }) })
      await page.getByRole('textbox').waitFor()
      await go(page)
      // As the driver, not as the page: the page's policy does not allow scripts from elsewhere.
      const client = await page.context().newCDPSession(page)
      await client.send('Runtime.evaluate', { expression: AXE })
      const found = await page.evaluate((options) => /** @type {any} */ (globalThis).axe.run(document, options), contrast === 'more' ? HIGH_CONTRAST : EVERYTHING)
      const violations = found.violations.map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(' || ')}`)
      assert.deepEqual(violations, [])
      assert.ok(found.passes.some((pass) => pass.id === 'color-contrast'), 'contrast was looked at')
      await close()
    })
  }
}
