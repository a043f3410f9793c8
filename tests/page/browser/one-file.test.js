// The page as one file: it opens from disk, asks nobody for anything, and can be saved with what is open in it.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { CHECKOUT, chooseFile, openSample, openSite, row } from './page.js'

const FILE = new URL('../../../dist/spanscope.html', import.meta.url).href
const folder = mkdtempSync(join(tmpdir(), 'spanscope-'))

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(async () => {
  await site.close()
  rmSync(folder, { recursive: true })
})

test('the file opens from disk and reads what it is given, without a request', async () => {
  const { page, close } = await site.open({ url: FILE })
  await openSample(page, 'a slow database call')
  await row(page, /user-service SELECT users/).waitFor()
  await chooseFile(page, 'checkout.json', readFileSync(CHECKOUT))
  await row(page, /inventory SELECT stock/).waitFor()
  await page.getByRole('button', { name: 'Copy, save' }).click()
  await page.getByRole('menuitem', { name: /^Save as OTLP JSON/ }).waitFor()
  assert.equal(await page.getByRole('menuitem', { name: /one HTML file/ }).count(), 0)
  await close()
})

test('its policy allows its own script and style alone, and no connection', () => {
  const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(readFileSync(new URL(FILE), 'utf8')) ?? []
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[\w+/]{43}=' 'wasm-unsafe-eval'; style-src 'sha256-[\w+/]{43}='; worker-src blob:; img-src data: blob:; form-action 'none'; base-uri 'none'$/)
})

test('what is open is saved in it, once the user has seen what that is, and is there when it is opened', async () => {
  const { page, close } = await site.open()
  const hostile = '</script><script>globalThis.stolen = 1</script>.json'
  await chooseFile(page, hostile, readFileSync(CHECKOUT))
  await row(page, /inventory SELECT stock/).click()
  await page.getByRole('button', { name: 'Copy, save' }).click()
  await page.getByRole('menuitem', { name: /^Save as one HTML file/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Save as one HTML file' })
  await dialog.getByText(hostile).waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save' }).click()])
  const saved = join(folder, 'saved.html')
  await download.saveAs(saved)
  await close()
  const again = await site.open({ url: pathToFileURL(saved).href })
  await row(again.page, /inventory SELECT stock/).waitFor()
  await again.page.getByRole('list', { name: 'Inputs' }).getByText('stolen').waitFor()
  assert.equal(await again.page.evaluate(() => 'stolen' in globalThis), false)
  // Every view works in it, and what leaves it is made in it: a request anywhere would be a trouble.
  for (const [tab, says] of /** @type {const} */ ([
    ['Flame', /Self time by call path/],
    ['Map', /Who calls whom/],
    ['Table', /Self time by operation/],
    ['Logs', /in time order/],
    ['Findings', /Not waited for/],
  ])) {
    await again.page.getByRole('tab', { name: tab }).click()
    await again.page.getByText(says).first().waitFor()
  }
  await again.page.getByRole('tab', { name: 'Map' }).click()
  for (const item of [/^Save the view as PNG/, /^Save as OTLP JSON/]) {
    await again.page.getByRole('button', { name: 'Copy, save' }).click()
    const [file] = await Promise.all([again.page.waitForEvent('download'), again.page.getByRole('menuitem', { name: item }).click()])
    assert.equal(await file.failure(), null)
  }
  await again.close()
})
