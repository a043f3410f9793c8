// `traceparent` in Spanscope and in the packages that people use for it: one header at a time, and a log full of them.

/** How many headers a log has, and how many of them are read one at a time in each run. */
const HEADERS = 10_000
/** How often a run reads the log. */
const PASSES = 10

/** All contestants in turns. @param {{ rounds?: number, unmeasured?: number }} task @param {import('./measure.js').Environment} environment */
export async function context({ rounds = 25, unmeasured = 5 }, environment) {
  const spanscope = await environment.importPackage()
  const peers = await environment.importPeers()
  await spanscope.init(environment.module)
  const { headers, lines } = log()
  check(spanscope, peers, headers, lines)

  const single = (/** @type {(header: string) => unknown} */ parse) => {
    // What is read is kept, or the engine need not make it.
    const kept = new Array(HEADERS)
    return () => {
      for (let i = 0; i < HEADERS; i++) kept[i] = parse(headers[i])
      return kept
    }
  }
  /** @type {Record<string, () => unknown>} */
  const contestants = {
    otel: single(peers.parseTraceParent),
    tctx: single(peers.parseWithTctx),
    single: single(spanscope.parseTraceparent),
    otelLog: () => new TextDecoder().decode(lines).split('\n').map(peers.parseTraceParent),
    batch: () => spanscope.parseTraceparents(lines),
  }
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let round = -unmeasured; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      environment.collectGarbage()
      const start = performance.now()
      for (let pass = 0; pass < PASSES; pass++) run()
      // Nanoseconds a header.
      if (round >= 0) times[name].push(((performance.now() - start) * 1e6) / (PASSES * HEADERS))
    }
  }
  return { times }
}

/** Headers as a server has them, and as the lines of a file. */
function log() {
  const random = crypto.getRandomValues(new Uint8Array(24 * 1024))
  const hex = (/** @type {number} */ at, /** @type {number} */ length) =>
    Array.from({ length }, (_, i) => random[(at + i) % random.length].toString(16).padStart(2, '0')).join('')
  const text = Array.from({ length: HEADERS }, (_, i) => `00-${hex(i * 24 + 7 * i, 16)}-${hex(i * 24 + 16 + 7 * i, 8)}-0${i % 4}`)
  // Strings that are pieced together are flattened when they are first read; from JSON they come flat, as from a socket.
  const headers = /** @type {string[]} */ (JSON.parse(JSON.stringify(text)))
  return { headers, lines: new TextEncoder().encode(headers.join('\n')) }
}

/**
 * A fast answer that is wrong is worth nothing.
 * @param {typeof import('../dist/npm/index.js')} spanscope
 * @param {typeof import('./peers.js')} peers
 * @param {string[]} headers
 * @param {Uint8Array} lines
 */
function check(spanscope, peers, headers, lines) {
  const batch = spanscope.parseTraceparents(lines)
  const hex = (/** @type {Uint8Array} */ bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  for (const [i, header] of headers.entries()) {
    const got = spanscope.parseTraceparent(header)
    const otel = peers.parseTraceParent(header)
    const tctx = peers.parseWithTctx(header)
    if (!got.ok || otel === null || tctx === null) throw new Error(`${header} is not read.`)
    const ids = batch.ids.subarray(24 * i, 24 * i + 24)
    const same = [
      [otel.traceId, otel.spanId, otel.traceFlags],
      [tctx.trace_id, tctx.parent_id, tctx.flags],
      [hex(ids.subarray(0, 16)), hex(ids.subarray(16)), batch.flags[i]],
    ].every(([traceId, parentId, flags]) => traceId === got.traceId && parentId === got.parentId && flags === got.flags)
    if (!same || batch.ok[i] !== 1) throw new Error(`${header} is read in different ways.`)
  }
}
