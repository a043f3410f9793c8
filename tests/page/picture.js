// Makes docs/page.png, the picture in README: node tests/page/picture.js, after `cargo xtask build`.

import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CHECKOUT, chooseFile, openSite, row } from './browser/page.js'

const FILE = fileURLToPath(new URL('../../docs/page.png', import.meta.url))
const LARGEST = 200_000

const site = await openSite()
try {
  const { page, close } = await site.open({ width: 1440, height: 860, scheme: 'light' })
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'checkout.json', readFileSync(CHECKOUT, 'utf8'))
  await row(page, /inventory SELECT stock/).click()
  await page.getByRole('complementary', { name: 'Span details' }).getByText('FOR UPDATE').waitFor()
  await page.mouse.move(700, 800)
  // The last answers of the worker: ticks, and the overview at its new width.
  await page.waitForTimeout(500)
  mkdirSync(fileURLToPath(new URL('../../docs/', import.meta.url)), { recursive: true })
  await page.screenshot({ path: FILE })
  await close()
} finally {
  await site.close()
}
const { size } = statSync(FILE)
if (size > LARGEST) throw new Error(`docs/page.png has ${size} bytes, more than ${LARGEST}.`)
console.log(`docs/page.png, ${size} bytes`)
