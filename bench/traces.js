// Makes traces that look like those of a shop's backend, the same ones for the same seed.
//
// A trace has 10 to 100 spans over some of twelve services. A call is a client span with a server span in another
// service below it; servers work, query databases, call on and send messages. Spans carry about eight attributes, 12 % an
// event, 3 % an error, 2 % a link. All text is ASCII: one letter outside Latin-1 would make the engine's strings twice as
// wide and JSON.parse slower.

const SERVICES = [
  'gateway', 'storefront', 'checkout', 'catalog', 'pricing', 'inventory',
  'payments', 'shipping', 'accounts', 'search', 'recommendations', 'notifications',
]
const RESOURCES = ['orders', 'carts', 'products', 'customers', 'payments', 'shipments', 'reviews', 'coupons']
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  'okhttp/5.1.0',
  'Go-http-client/2.0',
  'python-requests/2.33.1',
]
const FUNCTIONS = ['validate', 'serialize', 'authorize', 'render', 'merge', 'applyDiscounts', 'computeTotals', 'loadTemplate']

/** What a service does, but for answering. @type {Sort[]} */
const WITHIN = ['internal', 'client', 'client', 'client', 'database', 'database', 'producer']

/** @typedef {'internal' | 'server' | 'client' | 'database' | 'producer' | 'consumer'} Sort */
/** @typedef {'string' | 'int' | 'double' | 'bool'} Type */
/** @typedef {[key: string, type: Type, value: string | number | boolean]} Attribute */
/**
 * @typedef {object} Span
 * @property {string} traceId
 * @property {string} spanId
 * @property {Span | null} parent
 * @property {number} service index into `services`
 * @property {string} name
 * @property {'internal' | 'server' | 'client' | 'producer' | 'consumer'} kind
 * @property {number} start nanoseconds since `BASE_SECONDS`
 * @property {number} end the same
 * @property {Attribute[]} attributes
 * @property {string | null} error the status message of a failed span
 * @property {{ name: string, time: number, attributes: Attribute[] }[]} events
 * @property {{ traceId: string, spanId: string }[]} links
 */

/** The moment that all times are counted from, in seconds since 1970. */
export const BASE_SECONDS = 1_780_000_000

/** Random numbers that are the same everywhere: sfc32 (Chris Doty-Humphrey's small fast counting generator). */
class Random {
  #a = 0x9e3779b9
  #b = 0x243f6a88
  #c
  #counter = 1
  /** @param {number} seed */
  constructor(seed) {
    this.#c = seed | 0
    for (let round = 0; round < 12; round++) this.bits()
  }
  /** 32 random bits as a signed integer. */
  bits() {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (this.#c << 21) | (this.#c >>> 11)
    this.#c = (this.#c + sum) | 0
    return sum
  }
  /** From 0 to below 1. */
  fraction() {
    return (this.bits() >>> 0) / 0x1_0000_0000
  }
  /** A whole number from 0 to below `limit`. */
  below(limit) {
    return Math.floor(this.fraction() * limit)
  }
  /** Whether something of this probability happens. */
  happens(probability) {
    return this.fraction() < probability
  }
  /** @template T @param {T[]} from @returns {T} */
  pick(from) {
    return from[this.below(from.length)]
  }
  /** @param {number} digits a multiple of 8 */
  hex(digits) {
    let text = ''
    while (text.length < digits) text += (this.bits() >>> 0).toString(16).padStart(8, '0')
    return text
  }
}

/** The services by number, with what their resource says of them. */
export const services = SERVICES.map((name, index) => ({
  name,
  /** @type {Attribute[]} */
  resource: [
    ['service.name', 'string', name],
    ['service.namespace', 'string', 'shop'],
    ['service.version', 'string', `3.${index}.${(index * 7) % 10}`],
    ['service.instance.id', 'string', `${name}-6d9f7c5b8-${(0x2f41 + index * 977).toString(36)}`],
    ['deployment.environment.name', 'string', 'production'],
    ['host.name', 'string', `ip-10-0-${index}-17.internal`],
    ['process.pid', 'int', 1000 + index * 37],
    ['telemetry.sdk.language', 'string', index % 3 === 0 ? 'java' : index % 3 === 1 ? 'go' : 'nodejs'],
    ['telemetry.sdk.name', 'string', 'opentelemetry'],
    ['telemetry.sdk.version', 'string', '1.58.0'],
  ],
  scope: { name: `io.opentelemetry.${name}`, version: '2.24.0' },
}))

/**
 * Yields traces, each an array of spans with parents before their children, until they hold `count` spans.
 * @param {number} count
 * @param {number} [seed]
 * @returns {Generator<Span[]>}
 */
export function* traces(count, seed = 20260101) {
  const random = new Random(seed)
  /** @type {Span | null} */
  let linkable = null
  let clock = 0
  for (let made = 0; made < count;) {
    clock += random.below(40_000_000)
    const size = Math.min(10 + random.below(91), count - made)
    const trace = makeTrace(random, clock, size, linkable)
    made += trace.length
    linkable = trace[random.below(trace.length)]
    yield trace
  }
}

/**
 * Yields the spans of one trace of `count` spans, in pieces: a job that does what the traces of `traces` do as its children. The
 * root comes last, as it ends last.
 * @param {number} count
 * @param {number} [seed]
 * @returns {Generator<Span[]>}
 */
export function* oneTrace(count, seed = 20260101) {
  const random = new Random(seed + 1)
  const traceId = random.hex(32)
  const root = makeSpan(random, traceId, null, 0, 'internal', 0, 0)
  for (const spans of traces(count - 1, seed)) {
    spans[0].parent = root
    for (const span of spans) {
      span.traceId = traceId
      root.end = Math.max(root.end, span.end)
    }
    yield spans
  }
  yield [root]
}

/**
 * Yields one trace in pieces, in which every span is the only child of the one before it.
 * @param {number} count
 * @returns {Generator<Span[]>}
 */
export function* chain(count) {
  const random = new Random(count)
  const traceId = random.hex(32)
  /** @type {Span | null} */
  let parent = null
  for (let index = 0; index < count; index++) {
    const sort = index % 3 === 0 ? 'server' : index % 3 === 1 ? 'internal' : 'client'
    const service = Math.floor(index / 3) % SERVICES.length
    parent = makeSpan(random, traceId, parent, service, sort, index * 1000, (2 * count - index) * 1000)
    yield [parent]
  }
}

/**
 * Yields one trace in pieces, in which every span but the first one is a child of that; without attributes, so that a million of them are a text
 * that `JSON.parse` can be given.
 * @param {number} count
 * @returns {Generator<Span[]>}
 */
export function* flat(count) {
  const random = new Random(count)
  const traceId = random.hex(32)
  const root = makeSpan(random, traceId, null, 0, 'server', 0, count * 2000)
  yield [root]
  for (let index = 1; index < count; index++) {
    const span = makeSpan(random, traceId, root, 0, random.happens(0.5) ? 'database' : 'internal', index * 2000, index * 2000 + 1900)
    span.attributes = []
    yield [span]
  }
}

/** @param {Random} random @param {number} start @param {number} size @param {Span | null} linkable */
function makeTrace(random, start, size, linkable) {
  const traceId = random.hex(32)
  const duration = 5_000_000 + Math.floor(random.fraction() ** 3 * 2_000_000_000)
  const root = makeSpan(random, traceId, null, random.below(3), 'server', start, start + duration)
  const spans = [root]
  // Where in each span the next child may start, and spans that may have more children.
  const cursors = new Map([[root, start + 1000 + random.below(20_000)]])
  let open = [root]
  while (spans.length < size) {
    const parent = open[Math.max(0, open.length - 1 - Math.floor(random.fraction() ** 2 * open.length))]
    const cursor = cursors.get(parent) ?? parent.start
    const room = parent.end - cursor
    if (room < 4000) {
      // Full. When all are, the root goes on a little: its children then follow one another more slowly.
      open = open.filter((span) => span !== parent)
      if (open.length === 0) {
        root.end += 50_000_000
        open = [root]
      }
      continue
    }
    const begin = cursor + random.below(Math.min(room / 4, 300_000))
    const end = begin + 1000 + Math.floor((parent.end - begin - 1000) * (0.05 + 0.45 * random.fraction()))
    const call = parent.kind === 'client'
    const kind = call ? 'server' : parent.kind === 'producer' ? 'consumer' : random.pick(WITHIN)
    const elsewhere = call || kind === 'consumer'
    const service = elsewhere ? (parent.service + 1 + random.below(SERVICES.length - 1)) % SERVICES.length : parent.service
    const span = makeSpan(random, traceId, parent, service, kind, begin, kind === 'consumer' ? end + random.below(5_000_000) : end)
    if (linkable && random.happens(0.02)) span.links.push({ traceId: linkable.traceId, spanId: linkable.spanId })
    spans.push(span)
    // One in five children runs beside the next one.
    cursors.set(parent, random.happens(0.2) ? begin : end)
    cursors.set(span, begin + 500 + random.below(5000))
    // A call has one server; a query has nothing below it.
    if (elsewhere) open = open.filter((other) => other !== parent)
    if (kind !== 'database') open.push(span)
  }
  return spans
}

/**
 * @param {Random} random @param {string} traceId @param {Span | null} parent @param {number} service
 * @param {Sort} sort @param {number} start @param {number} end
 * @returns {Span}
 */
function makeSpan(random, traceId, parent, service, sort, start, end) {
  const spanId = random.hex(16)
  const failed = random.happens(0.03)
  const { name, attributes } = describe(random, service, sort, parent, failed)
  const events = []
  if (failed) {
    events.push({
      name: 'exception',
      time: end - 400,
      attributes: /** @type {Attribute[]} */ ([
        ['exception.type', 'string', 'java.net.SocketTimeoutException'],
        ['exception.message', 'string', 'timeout after 2000 ms on "upstream"'],
        ['exception.stacktrace', 'string', 'java.net.SocketTimeoutException: timeout\n\tat shop.Client.call(Client.java:211)\n\tat shop.Handler.run(Handler.java:64)'],
      ]),
    })
  } else if (random.happens(0.09)) {
    events.push({
      name: random.pick(['cache.miss', 'retry', 'lock.acquired', 'connection.opened']),
      time: start + Math.floor((end - start) * random.fraction()),
      attributes: /** @type {Attribute[]} */ ([['attempt', 'int', 1 + random.below(3)], ['key', 'string', `k:${random.hex(8)}`]]),
    })
  }
  const kind = sort === 'database' ? 'client' : sort
  return { traceId, spanId, parent, service, name, kind, start, end, attributes, error: failed ? 'upstream timed out' : null, events, links: [] }
}

/**
 * The name and the attributes of a span, by the semantic conventions of its sort.
 * @param {Random} random @param {number} service @param {string} sort @param {Span | null} parent @param {boolean} failed
 * @returns {{ name: string, attributes: Attribute[] }}
 */
function describe(random, service, sort, parent, failed) {
  const own = SERVICES[service]
  const thing = random.pick(RESOURCES)
  const id = 100_000 + random.below(900_000)
  switch (sort) {
    case 'server': {
      const method = random.pick(METHODS)
      return {
        name: `${method} /api/v2/${thing}/{id}`,
        attributes: [
          ['http.request.method', 'string', method],
          ['url.path', 'string', `/api/v2/${thing}/${id}`],
          ['url.scheme', 'string', 'https'],
          ['http.route', 'string', `/api/v2/${thing}/{id}`],
          ['http.response.status_code', 'int', failed ? 504 : 200],
          ['server.address', 'string', `${own}.shop.svc.cluster.local`],
          ['server.port', 'int', 8443],
          ['client.address', 'string', `10.0.${random.below(256)}.${random.below(256)}`],
          ['user_agent.original', 'string', parent ? AGENTS[1 + random.below(3)] : AGENTS[0]],
        ],
      }
    }
    case 'client': {
      const method = random.pick(METHODS)
      const peer = random.pick(SERVICES)
      return {
        name: method,
        attributes: [
          ['http.request.method', 'string', method],
          ['url.full', 'string', `https://${peer}.shop.svc.cluster.local:8443/api/v2/${thing}/${id}?expand=items&tenant=${random.below(40)}`],
          ['server.address', 'string', `${peer}.shop.svc.cluster.local`],
          ['server.port', 'int', 8443],
          ['http.response.status_code', 'int', failed ? 504 : 200],
          ['network.protocol.version', 'string', '2'],
          ['network.peer.address', 'string', `10.0.${random.below(256)}.${random.below(256)}`],
          ['thread.id', 'int', 20 + random.below(200)],
        ],
      }
    }
    case 'database':
      return {
        name: `SELECT ${thing}`,
        attributes: [
          ['db.system.name', 'string', 'postgresql'],
          ['db.namespace', 'string', own],
          ['db.query.text', 'string', `SELECT id, name, price, "updatedAt" FROM ${thing} WHERE customer_id = $1 AND state = $2 ORDER BY id LIMIT 50`],
          ['db.operation.name', 'string', 'SELECT'],
          ['db.collection.name', 'string', thing],
          ['server.address', 'string', `${own}-db.shop.svc.cluster.local`],
          ['server.port', 'int', 5432],
          ['db.response.returned_rows', 'int', random.below(50)],
        ],
      }
    case 'producer':
    case 'consumer':
      return {
        name: `${sort === 'producer' ? 'send' : 'process'} shop.${thing}`,
        attributes: [
          ['messaging.system', 'string', 'kafka'],
          ['messaging.destination.name', 'string', `shop.${thing}`],
          ['messaging.operation.type', 'string', sort === 'producer' ? 'send' : 'process'],
          ['messaging.message.id', 'string', random.hex(16)],
          ['messaging.message.body.size', 'int', 200 + random.below(4000)],
          ['messaging.destination.partition.id', 'string', String(random.below(12))],
          ['messaging.kafka.offset', 'int', random.below(2_000_000_000)],
          ['messaging.client.id', 'string', `${own}-${random.below(8)}`],
        ],
      }
    default: {
      const work = random.pick(FUNCTIONS)
      return {
        name: `${own}.${work}`,
        attributes: [
          ['code.function.name', 'string', `shop.${own}.Service.${work}`],
          ['code.file.path', 'string', `/app/src/${own}/service.ts`],
          ['code.line.number', 'int', 10 + random.below(900)],
          ['thread.name', 'string', `worker-${random.below(16)}`],
          ['thread.id', 'int', 20 + random.below(200)],
          ['app.cache.hit', 'bool', random.happens(0.5)],
          ['app.load.factor', 'double', Math.round(random.fraction() * 1000) / 1000],
          ['enduser.id', 'string', `customer-${id}`],
        ],
      }
    }
  }
}
