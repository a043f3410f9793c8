// Where the time of a page's main thread goes, frame by frame: records what Chromium says of itself, and adds it up.
//
//     BeginMainThreadFrame        BeginMainThreadFrame
//     │ wheel, script, style, layout, paint │ an answer of the worker, script │ …
//     └────────────── a frame ──────────────┴──────────── the next ───────────
//
// A frame lasts until the next one begins, so that what happens between two of them is not lost. Times are those that the thread
// was running: what other programs on the machine do is not the page's. An event's time is its own without the events inside it.

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ script: number, layout: number, paint: number }} Frame milliseconds; `layout` has style, too */

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'disabled-by-default-devtools.timeline.frame', 'blink.user_timing', 'v8', 'toplevel']

/** What an event is a part of; what is not named belongs to the event around it. @type {Record<string, 'script' | 'layout' | 'paint'>} */
const SORTS = {
  EventDispatch: 'script', FunctionCall: 'script', EvaluateScript: 'script', FireAnimationFrame: 'script', TimerFire: 'script', RunMicrotasks: 'script',
  HandlePostMessage: 'script', MinorGC: 'script', MajorGC: 'script', FireIdleCallback: 'script', 'v8.callFunction': 'script', BlinkScheduler_PerformMicrotaskCheckpoint: 'script',
  UpdateLayoutTree: 'layout', Layout: 'layout', HitTest: 'layout', 'IntersectionObserverController::computeIntersections': 'layout',
  PrePaint: 'paint', Paint: 'paint', Layerize: 'paint', Commit: 'paint', UpdateLayer: 'paint',
}

/**
 * Records what the page's main thread does meanwhile.
 * @param {Browser} browser
 * @param {Page} page
 * @param {() => Promise<void>} action
 * @returns {Promise<Frame[]>}
 */
export async function framesDuring(browser, page, action) {
  const session = await browser.newBrowserCDPSession()
  /** @type {any[]} */
  const events = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  const complete = new Promise((resolve) => session.on('Tracing.tracingComplete', resolve))
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: CATEGORIES } })
  // The mark tells which of many threads is the page's.
  await page.evaluate(() => performance.mark('bench'))
  await action()
  await page.evaluate(() => performance.mark('bench'))
  await session.send('Tracing.end')
  await complete
  await session.detach()
  return framesOf(events)
}

/** @param {any[]} events as the browser tells them @returns {Frame[]} */
function framesOf(events) {
  const marks = events.filter(({ name, cat }) => name === 'bench' && cat.includes('user_timing'))
  if (marks.length < 2) throw new Error('The browser did not tell what its main thread did.')
  const [{ pid, tid }] = marks
  const [from, to] = [Math.min(...marks.map(({ ts }) => ts)), Math.max(...marks.map(({ ts }) => ts))]
  const main = events.filter((event) => event.pid === pid && event.tid === tid && event.ts >= from && event.ts <= to)
  main.sort((one, other) => one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0))
  /** @type {Frame[]} */
  const frames = []
  /** @type {Frame | undefined} */
  let frame
  /** The numbers of those in which something was painted. @type {Set<number>} */
  const drawn = new Set()
  /** The events around the present one, with their sorts. @type {{ end: number, sort: 'script' | 'layout' | 'paint' | null }[]} */
  const around = []
  for (const { name, ph, ts, dur = 0, tdur = dur } of main) {
    if (name === 'BeginMainThreadFrame') {
      frame = { script: 0, layout: 0, paint: 0 }
      frames.push(frame)
    }
    if (ph !== 'X' || frame === undefined) continue
    if (name === 'Paint') drawn.add(frames.length - 1)
    while (around.length > 0 && around[around.length - 1].end <= ts) around.pop()
    const outer = around.at(-1)?.sort ?? null
    const sort = SORTS[name] ?? outer
    // Counted here, so no longer there.
    if (sort !== outer) {
      if (sort !== null) frame[sort] += tdur / 1000
      if (outer !== null) frame[outer] -= tdur / 1000
    }
    around.push({ end: ts + dur, sort })
  }
  // Frames in which nothing was drawn are not seen; the last one was cut off by the end.
  return frames.slice(0, -1).filter((_, index) => drawn.has(index))
}
