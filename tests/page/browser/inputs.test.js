// What is given to the page: archives, many files at once, one more and one less, what is too large, what has no times.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { crc32, gzipSync } from 'node:zlib'
import { CHECKOUT, chooseFile, grid, openSample, openSite, paste, row } from './page.js'

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site
before(async () => {
  site = await openSite()
})
after(() => site.close())

const checkout = readFileSync(CHECKOUT, 'utf8')

/** The trace in as many files as it has resources: only together are they whole. */
const parts = JSON.parse(checkout).resourceSpans.map((resource, index) => ({ name: `part-${index + 1}.json`, content: Buffer.from(JSON.stringify({ resourceSpans: [resource] })) }))

/**
 * A zip archive that keeps its files as they are.
 * @param {{ name: string, content: Buffer }[]} files
 */
function zip(files) {
  const bodies = []
  const central = []
  let offset = 0
  for (const { name, content } of files) {
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(content.length, 14)
    fields.writeUInt32LE(content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    bodies.push(Buffer.from('PK\x03\x04'), fields, Buffer.from(name), content)
    central.push(Buffer.from('PK\x01\x02\x14\0'), fields, place, Buffer.from(name))
    offset += 30 + name.length + content.length
  }
  const list = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, list, Buffer.from('PK\x05\x06'), end])
}

/**
 * Drops files onto the page.
 * @param {Page} page
 * @param {{ name: string, content: Buffer }[]} files
 */
async function drop(page, files) {
  const data = await page.evaluateHandle(
    (files) => {
      const transfer = new DataTransfer()
      for (const { name, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
        transfer.items.add(new File([bytes], name))
      }
      return transfer
    },
    files.map(({ name, content }) => ({ name, base64: content.toString('base64') })),
  )
  await page.dispatchEvent('.bar', 'dragenter', { dataTransfer: data })
  await page.dispatchEvent('.bar', 'drop', { dataTransfer: data })
}

/** The Input tab's text, without line breaks. @param {Page} page */
async function inputTab(page) {
  await page.getByRole('tab', { name: /^Input/ }).click()
  return (await page.getByRole('tabpanel', { name: /^Input/ }).innerText()).replace(/\s+/g, ' ')
}

test('a gzip file that is dropped is unpacked, and the Input tab says so', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await drop(page, [{ name: 'checkout.json.gz', content: gzipSync(checkout) }])
  await row(page, /inventory SELECT stock/).waitFor()
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '15')
  const text = await inputTab(page)
  for (const fact of ['checkout.json.gz', 'OTLP JSON', 'Unpacked gzip']) assert.ok(text.includes(fact), `${fact} in ${text}`)
  await close()
})

test('the files of a zip archive that is dropped are joined, and each is told', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await drop(page, [{ name: 'export.zip', content: zip([...parts, { name: 'notes.txt', content: Buffer.from('nothing of interest') }]) }])
  await row(page, /inventory SELECT stock/).waitFor()
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '15')
  const text = await inputTab(page)
  for (const { name } of parts) assert.ok(text.includes(`export.zip/${name}`), `${name} in ${text}`)
  assert.ok(text.includes('Unpacked a zip archive') && text.includes('notes.txt'), text)
  await close()
})

test('many files that are dropped at once are one trace, and one of them can be taken away and given again', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  assert.ok(parts.length > 5)
  await drop(page, parts)
  await row(page, /inventory SELECT stock/).waitFor()
  const list = page.getByRole('list', { name: 'Inputs' })
  const inputs = list.getByRole('listitem')
  assert.equal(await inputs.count(), parts.length)
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '15')
  const [{ name, content }] = parts
  await page.getByRole('button', { name: `Remove ${name}`, exact: true }).click()
  await list.getByText(name, { exact: true }).waitFor({ state: 'hidden' })
  await grid(page).and(page.locator(':not([aria-rowcount="15"])')).waitFor()
  await row(page, /inventory SELECT stock/).waitFor()
  assert.equal(await inputs.count(), parts.length - 1)
  await drop(page, [{ name, content }])
  await grid(page).and(page.locator('[aria-rowcount="15"]')).waitFor()
  assert.equal(await inputs.count(), parts.length)
  await close()
})

test('a file over the limit is refused with a sentence that says what to do, and what was open stays', async () => {
  const { page, close } = await site.open()
  await openSample(page, 'a slow database call')
  // The parts of a file are not copied: this one takes 64 MB, and says that it has 2.7 GB.
  await page.evaluate(() => {
    const part = new Blob([new Uint8Array(1 << 26).fill(32)])
    const transfer = new DataTransfer()
    transfer.items.add(new File(new Array(40).fill(part), 'huge.json'))
    const bar = document.querySelector('.bar')
    bar?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  })
  const alert = page.getByRole('alert')
  await alert.getByRole('heading', { name: 'huge.json was not read' }).waitFor()
  assert.match((await alert.textContent()) ?? '', /2684354560 bytes\. Split the file, for example by trace, and open a part\./)
  await row(page, /user-service SELECT users/).waitFor()
  await close()
})

test('a format without times opens as a tree, and says that there is no time axis', async () => {
  const { page, close } = await site.open()
  const id = '8e1f0a3c5be84f2690a1b2c3d4e5f608'
  const line = (/** @type {string} */ name, /** @type {string} */ span) => `INFO: '${name}' : ${id} ${span} SERVER [tracer: shop:1.0] {}\n`
  await paste(page, `io.opentelemetry.exporter.logging.LoggingSpanExporter export\n${line('open till', 'dddddddddddddddd')}${line('close till', 'eeeeeeeeeeeeeeee')}`)
  await row(page, /open till/).waitFor()
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '3')
  assert.match((await row(page, /open till/).getAttribute('aria-label')) ?? '', /no start time/)
  assert.match((await page.getByRole('heading', { level: 1 }).textContent()) ?? '', /no times/)
  const text = await inputTab(page)
  assert.ok(text.includes('without a time axis'), text)
  await close()
})

test('a shell’s lines before a document are told as left out', async () => {
  const { page, close } = await site.open()
  await page.getByRole('textbox').waitFor()
  await chooseFile(page, 'answer.txt', `Server listening on port 8080\n${checkout}`)
  await row(page, /inventory SELECT stock/).waitFor()
  assert.ok((await inputTab(page)).includes('Left out a line of text before the JSON.'))
  await close()
})
