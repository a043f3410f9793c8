// Accessibility of the start and of the waterfall with all that opens around it.

import { openCheckout, testViews } from './axe.js'
import { SKEWED, chooseFile, row } from './page.js'

testViews({
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
})
