// Accessibility of every view, contrast included, in every look. Where more contrast is asked for, texts have the higher one that
// WCAG knows: 7:1.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, openSite, row } from './page.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const checkout = readFileSync(CHECKOUT, 'utf8')

/** @typedef {import('playwright-core').Page} Page */

export const openCheckout = async (/** @type {Page} */ page) => {
  await chooseFile(page, 'checkout.json', checkout)
  await row(page, /inventory SELECT stock/).waitFor()
}

const EVERYTHING = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
const HIGH_CONTRAST = { runOnly: { type: 'rule', values: ['color-contrast', 'color-contrast-enhanced'] } }

/** What the system asks for. @type {Record<string, {media: Parameters<Page['emulateMedia']>[0], rules: object}>} */
const LOOKS = {
  light: { media: { colorScheme: 'light', contrast: 'no-preference' }, rules: EVERYTHING },
  dark: { media: { colorScheme: 'dark', contrast: 'no-preference' }, rules: EVERYTHING },
  'light, high contrast': { media: { colorScheme: 'light', contrast: 'more' }, rules: HIGH_CONTRAST },
  'dark, high contrast': { media: { colorScheme: 'dark', contrast: 'more' }, rules: HIGH_CONTRAST },
}

/**
 * Tests views, each in every look: it is opened once, as a system may change its look at any time.
 * @param {Record<string, {width?: number, go: (page: Page) => Promise<unknown>}>} views
 */
export function testViews(views) {
  /** @type {Awaited<ReturnType<typeof openSite>>} */
  let site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  for (const [name, { width, go }] of Object.entries(views)) {
    test(name, async (view) => {
      const { page, close } = await site.open(width === undefined ? {} : { width, height: 760 })
      await page.getByRole('textbox').waitFor()
      await go(page)
      // As the driver, not as the page: the page's policy does not allow scripts from elsewhere.
      const client = await page.context().newCDPSession(page)
      await client.send('Runtime.evaluate', { expression: AXE })
      for (const [look, { media, rules }] of Object.entries(LOOKS)) {
        await view.test(look, async () => {
          await page.emulateMedia(media)
          // The page is told with the next frame.
          await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
          const found = await page.evaluate((options) => /** @type {any} */ (globalThis).axe.run(document, options), rules)
          const violations = found.violations.map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(' || ')}`)
          assert.deepEqual(violations, [])
          assert.ok(found.passes.some((pass) => pass.id === 'color-contrast'), 'contrast was looked at')
        })
      }
      await close()
    })
  }
}
