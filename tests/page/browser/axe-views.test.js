// Accessibility of the list of traces, of the other views and of problems.

import { checkout, openCheckout, testViews } from './axe.js'
import { chooseFile, grid, manyTraces, openSample, paste } from './page.js'

/** @typedef {import('playwright-core').Page} Page */

const openFindings = async (/** @type {Page} */ page) => {
  await openCheckout(page)
  await page.getByRole('tab', { name: /^Findings/ }).click()
  await page.getByText('Runbook: when it happens again').click()
}

testViews({
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
})
