// Nothing leaves the tab: proved from inside the worker, with and without the host's help.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CHECKOUT, chooseFile, openSite, row, serveElsewhere, servePlainly } from './page.js'

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
/** @type {Awaited<ReturnType<typeof servePlainly>>} */
let plain
/** @type {Awaited<ReturnType<typeof serveElsewhere>>} */
let elsewhere
before(async () => {
  ;[site, plain, elsewhere] = await Promise.all([openSite(), servePlainly(), serveElsewhere()])
})
after(async () => {
  await site.close()
  await plain.close()
  await elsewhere.close()
})

const reach = async (/** @type {string} */ url) => {
  try {
    const response = await fetch(url)
    return `answered ${response.status}`
  } catch (error) {
    return `refused: ${/** @type {Error} */ (error).name}`
  }
}

test('the other origin can be reached where no policy forbids it', async () => {
  const context = await site.browser.newContext()
  const page = await context.newPage()
  await page.goto(elsewhere.url)
  assert.equal(await page.evaluate(reach, `${elsewhere.url}control`), 'answered 200')
  assert.ok(elsewhere.visits.includes('/control'))
  await context.close()
})

for (const host of ['a host that sends the policy', 'a host that sends none']) {
  test(`${host}: neither the page nor its worker can reach another origin`, async () => {
    const url = host.endsWith('none') ? plain.url : site.url
    const { page, troubles } = await site.open({ url })
    await page.getByRole('textbox').waitFor()
    await chooseFile(page, 'checkout.json', readFileSync(CHECKOUT, 'utf8'))
    await row(page, /inventory SELECT stock/).waitFor()
    assert.deepEqual(troubles, [], 'reading works under the policy')
    const workers = page.workers()
    assert.ok(workers.length >= 1)
    for (const worker of workers) {
      assert.equal(worker.url().startsWith('blob:'), host.endsWith('none'), worker.url())
      assert.match(await worker.evaluate(reach, `${elsewhere.url}from-the-worker`), /^refused/)
    }
    assert.match(await page.evaluate(reach, `${elsewhere.url}from-the-page`), /^refused/)
    const image = await page.evaluate((address) => new Promise((resolve) => {
      const element = new Image()
      element.onload = () => resolve('loaded')
      element.onerror = () => resolve('refused')
      element.src = address
    }), `${elsewhere.url}image`)
    assert.equal(image, 'refused')
    assert.deepEqual(elsewhere.visits.filter((path) => /worker|page|image/.test(path)), [], 'nobody came')
    await page.context().close()
  })
}
