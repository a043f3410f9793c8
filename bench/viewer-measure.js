// Measures the built page as somebody uses it: a file is chosen, rows are scrolled, the time is zoomed, words are typed. Each task
// has a page of its own, so that nothing is left over.

import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { framesDuring } from './frames.js'

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./frames.js').Frame} Frame */
/** @typedef {{ path: string, bytes: number }} InputFile */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Long enough for the largest file on a slow machine. */
const PATIENCE = 180_000
/** How long nothing may happen for the page to be at rest. */
const QUIET = 1000
/** Time between two events, as a screen has frames. */
const STEP = 16

/** What is typed, a letter at a time; the time of the last letter counts. */
export const QUERIES = /** @type {const} */ ([
  ['a plain word', 'payments'],
  ['two words', 'inventory timed'],
  ['`status:error`', 'status:error'],
  ['`key=value`', 'http.response.status_code=504'],
  ['`duration>100ms`', 'duration>100ms'],
  ['a regular expression', '/carts\\/[0-9]+5/'],
  ['`a >> b`', 'service:gateway >> status:error'],
  ['a word beyond ASCII', 'größe'],
])

/**
 * What the page itself is asked to note: when a file was chosen, when rows were there, which tasks were long, and when an answer to
 * a key was painted.
 */
function watch() {
  const seen = { chosen: 0, rows: 0, last: 0, longTasks: /** @type {{ start: number, duration: number }[]} */ ([]), pressed: 0, found: 0 }
  Object.assign(globalThis, { seen })
  /** After what is in the document now has been painted. */
  const painted = (/** @type {(now: number) => void} */ done) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => done(performance.now())
      channel.port2.postMessage(null)
    })
  }
  document.addEventListener(
    'change',
    (event) => {
      if (!(event.target instanceof HTMLInputElement) || event.target.id !== 'file') return
      seen.chosen = performance.now()
      const look = () => {
        if (document.querySelector('.row:not(.blank, [hidden])') === null) requestAnimationFrame(look)
        else painted((now) => (seen.rows = now))
      }
      look()
    },
    true,
  )
  addEventListener('keydown', ({ timeStamp }) => (seen.pressed = timeStamp), true)
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.longTasks.push({ start: startTime, duration })
  }).observe({ type: 'longtask' })
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(() => (seen.last = performance.now())).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    new MutationObserver((changes) => {
      const done = changes.some(({ target }) => target instanceof Element && target.matches('.find[aria-busy="false"]'))
      if (done) painted((now) => (seen.found = now))
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['aria-busy'] })
  })
}

/** What `watch` notes, in the page. @typedef {{ chosen: number, rows: number, last: number, longTasks: { start: number, duration: number }[], pressed: number, found: number }} Seen */

/**
 * @template Answer
 * @param {Browser} browser
 * @param {string} url
 * @param {(page: Page) => Promise<Answer>} task
 */
async function inPage(browser, url, task) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE)
    await page.addInitScript(watch)
    await page.goto(url)
    // The worker is warm when it says what it can read: somebody takes longer to choose a file.
    await page.locator('.start-format-list').waitFor({ state: 'attached' })
    return await task(page)
  } finally {
    await context.close()
  }
}

/** @param {Page} page @returns {Promise<Seen>} */
function seenBy(page) {
  return page.evaluate(() => /** @type {any} */ (globalThis).seen)
}

/** Until nothing has changed for a while. @param {Page} page */
async function rest(page) {
  await page.waitForFunction((quiet) => performance.now() - /** @type {any} */ (globalThis).seen.last > quiet, QUIET, { polling: 200 })
}

/** @param {Page} page @param {InputFile} file */
async function open(page, file) {
  await page.locator('#file').setInputFiles(ROOT + file.path)
  await page.waitForFunction(() => /** @type {any} */ (globalThis).seen.rows > 0, undefined, { polling: 50 })
  await rest(page)
}

/**
 * From choosing a file to its first rows, and what the main thread did meanwhile.
 * @param {Browser} browser @param {string} url @param {InputFile} file
 */
export function load(browser, url, file) {
  return inPage(browser, url, async (page) => {
    await open(page, file)
    const { chosen, rows, longTasks } = await seenBy(page)
    const tasks = longTasks.filter(({ start, duration }) => start + duration > chosen)
    const memory = await memoryOf(page)
    return { rows: rows - chosen, longTasks: tasks.map(({ duration }) => duration), ...memory }
  })
}

/**
 * What the page would take to do nothing but decode and parse the file: in a page of the same kind.
 * @param {Browser} browser @param {string} url @param {InputFile} file
 */
export function parse(browser, url, file) {
  return inPage(browser, url, async (page) => {
    await page.evaluate(() => {
      const input = document.createElement('input')
      input.type = 'file'
      input.id = 'other-file'
      document.body.append(input)
    })
    await page.locator('#other-file').setInputFiles(ROOT + file.path)
    return page.evaluate(async () => {
      const [file] = /** @type {HTMLInputElement} */ (document.getElementById('other-file')).files ?? []
      const bytes = await file.arrayBuffer()
      const start = performance.now()
      try {
        JSON.parse(new TextDecoder().decode(bytes))
      } catch {
        // Longer than a string can be.
        return null
      }
      return performance.now() - start
    })
  })
}

/** Bytes that the page and its workers hold, after a collection. @param {Page} page */
async function memoryOf(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  const wasm = []
  for (const worker of page.workers()) {
    wasm.push(
      await worker.evaluate(async () => {
        const part = (/** @type {string} */ name) => import(new URL(`pkg/${name}.js`, self.location.href).href)
        // One that waits for the next file may not have begun yet.
        return (await part('module')).isReady() ? (await part('index')).memoryBytes() : 0
      }),
    )
  }
  return { heap: usedSize, wasm: Math.max(...wasm) }
}

/**
 * @param {Browser} browser @param {string} url @param {InputFile} file
 * @param {number} steps of each kind
 */
export function scroll(browser, url, file, steps) {
  return inPage(browser, url, async (page) => {
    await open(page, file)
    const scroller = page.locator('.waterfall-scroll')
    const box = await scroller.boundingBox()
    if (box === null) throw new Error('The rows are not there.')
    const top = () => scroller.evaluate((element) => element.scrollTop)
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    const wheel = await framesDuring(browser, page, async () => {
      for (let step = 0; step < steps; step++) {
        // A few notches, and as many long strokes.
        await page.mouse.wheel(0, step < steps / 2 ? 120 : 900)
        await pause(STEP)
      }
    })
    if ((await top()) === 0) throw new Error('The wheel did not scroll.')
    await scroller.evaluate((element) => element.scrollTo(0, 0))
    await rest(page)
    const x = box.x + box.width - 5
    // Below the arrow at the top of the bar.
    const y = box.y + 20
    await page.mouse.move(x, y)
    await page.mouse.down()
    const bar = await framesDuring(browser, page, async () => {
      for (let step = 1; step <= steps; step++) {
        await page.mouse.move(x, y + (step / steps) * (box.height - 60))
        await pause(STEP)
      }
    })
    const dragged = await top()
    await page.mouse.up()
    const reach = await scroller.evaluate((element) => element.scrollHeight - element.clientHeight)
    if (dragged < reach / 2) throw new Error('The scroll bar was not dragged.')
    return { wheel, bar }
  })
}

/**
 * @param {Browser} browser @param {string} url @param {InputFile} file
 * @param {number} steps of each kind
 */
export function zoom(browser, url, file, steps) {
  return inPage(browser, url, async (page) => {
    await open(page, file)
    const box = await page.locator('.axis').boundingBox()
    const rows = await page.locator('.waterfall-scroll').boundingBox()
    if (box === null || rows === null) throw new Error('The rows are not there.')
    await page.mouse.move(box.x + box.width / 3, rows.y + rows.height / 2)
    await page.keyboard.down('Control')
    const zoomed = await framesDuring(browser, page, async () => {
      for (let step = 0; step < steps; step++) {
        await page.mouse.wheel(0, step < steps * 0.75 ? -60 : 60)
        await pause(STEP)
      }
    })
    await page.keyboard.up('Control')
    await rest(page)
    const panned = await framesDuring(browser, page, async () => {
      for (let step = 0; step < steps; step++) {
        await page.mouse.wheel(step % 20 < 10 ? 60 : -40, 0)
        await pause(STEP)
      }
    })
    if ((await page.locator('.waterfall-shown').textContent()) === '') throw new Error('The wheel did not zoom.')
    return { zoomed, panned }
  })
}

/**
 * From a key to its answer, by the kind of query; the first one is asked as soon as the box has the focus.
 * @param {Browser} browser @param {string} url @param {InputFile} file @param {number} rounds
 */
export function find(browser, url, file, rounds) {
  return inPage(browser, url, async (page) => {
    await open(page, file)
    const box = page.locator('#find')
    /** The time from pressing a key to what it finds. @param {string} key */
    const press = async (key) => {
      await page.evaluate(() => (/** @type {any} */ (globalThis).seen.found = 0))
      await page.keyboard.press(key)
      await page.waitForFunction(() => /** @type {any} */ (globalThis).seen.found > 0, undefined, { polling: 10 })
      const { pressed, found } = await seenBy(page)
      return found - pressed
    }
    await page.keyboard.press('/')
    const first = await press('p')
    await rest(page)
    /** @type {Record<string, number[]>} */
    const times = {}
    /** @type {Record<string, string>} */
    const counts = {}
    for (let round = 0; round < rounds; round++) {
      for (const [name, query] of QUERIES) {
        const letters = [...query]
        await box.fill(letters.slice(0, -1).join(''))
        await rest(page)
        const time = await press(letters.at(-1) ?? '')
        times[name] = [...(times[name] ?? []), time]
        counts[name] = (await page.locator('#find-count').textContent()) ?? ''
      }
    }
    // A whole word at the speed of a fast typist, who does not wait for answers: the longest wait after the last key.
    await box.fill('')
    await rest(page)
    for (const key of 'checkout') {
      await page.evaluate(() => (/** @type {any} */ (globalThis).seen.found = 0))
      await page.keyboard.press(key)
      await pause(80)
    }
    await rest(page)
    const { pressed, found } = await seenBy(page)
    return { first, times, counts, typed: found - pressed }
  })
}
