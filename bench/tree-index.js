// What a page without Spanscope would do after JSON.parse: the tree of every trace. It is written to be fast, with numbers
// in typed arrays and no object per span; a slow one would make for nicer ratios and prove nothing.

/**
 * @typedef {object} Index spans by number, in the order of the input
 * @property {number} spanCount
 * @property {number} traceCount
 * @property {Int32Array} parents -1 at the top of a trace
 * @property {Int32Array} depths 0 at the top
 * @property {Float64Array} starts nanoseconds, in every format
 * @property {Float64Array} durations
 * @property {Float64Array} selfTimes the duration without what children cover
 * @property {Int32Array[]} traces the spans of each trace: depth first, siblings by start
 * @property {object[]} spans the parsed objects
 * @property {string[]} services by span
 */

/** @param {string} format @param {any} document what JSON.parse answered @returns {Index} */
export function indexDocument(format, document) {
  return { otlp: indexOtlp, jaeger: indexJaeger, zipkin: indexZipkin }[format](document)
}

function indexOtlp(document) {
  const spans = []
  const services = []
  for (const { resource, scopeSpans } of document.resourceSpans) {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
    for (const scope of scopeSpans) {
      for (const span of scope.spans) {
        spans.push(span)
        services.push(service)
      }
    }
  }
  const starts = new Float64Array(spans.length)
  const durations = new Float64Array(spans.length)
  if (spans.length === 0) return indexSpans(spans, services, [], [], [], starts, durations)
  // A double cannot hold nanoseconds since 1970: seconds are counted from those of the first span.
  const base = Number(spans[0].startTimeUnixNano.slice(0, -9))
  const since = (/** @type {string} */ text) => (Number(text.slice(0, -9)) - base) * 1e9 + Number(text.slice(-9))
  const traceIds = []
  const ids = []
  const parentIds = []
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index]
    traceIds.push(span.traceId)
    ids.push(span.spanId)
    parentIds.push(span.parentSpanId)
    starts[index] = since(span.startTimeUnixNano)
    durations[index] = since(span.endTimeUnixNano) - starts[index]
  }
  return indexSpans(spans, services, traceIds, ids, parentIds, starts, durations)
}

function indexJaeger(document) {
  const spans = []
  const services = []
  for (const { spans: some, processes } of document.data) {
    for (const span of some) {
      spans.push(span)
      services.push(processes[span.processID].serviceName)
    }
  }
  const starts = new Float64Array(spans.length)
  const durations = new Float64Array(spans.length)
  const base = spans[0]?.startTime ?? 0
  const traceIds = []
  const ids = []
  const parentIds = []
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index]
    traceIds.push(span.traceID)
    ids.push(span.spanID)
    parentIds.push(span.references.find(({ refType, traceID }) => refType === 'CHILD_OF' && traceID === span.traceID)?.spanID)
    starts[index] = (span.startTime - base) * 1000
    durations[index] = span.duration * 1000
  }
  return indexSpans(spans, services, traceIds, ids, parentIds, starts, durations)
}

function indexZipkin(spans) {
  const services = []
  const starts = new Float64Array(spans.length)
  const durations = new Float64Array(spans.length)
  const base = spans[0]?.timestamp ?? 0
  const traceIds = []
  const ids = []
  const parentIds = []
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index]
    services.push(span.localEndpoint.serviceName)
    traceIds.push(span.traceId)
    ids.push(span.id)
    parentIds.push(span.parentId)
    starts[index] = (span.timestamp - base) * 1000
    durations[index] = span.duration * 1000
  }
  return indexSpans(spans, services, traceIds, ids, parentIds, starts, durations)
}

/** @returns {Index} */
function indexSpans(spans, services, traceIds, ids, parentIds, starts, durations) {
  const count = spans.length
  /** @type {Map<string, number[]>} */
  const members = new Map()
  for (let span = 0; span < count; span++) {
    const trace = members.get(traceIds[span])
    if (trace) trace.push(span)
    else members.set(traceIds[span], [span])
  }

  const parents = new Int32Array(count).fill(-1)
  const depths = new Int32Array(count)
  const selfTimes = new Float64Array(count)
  // A span's children are a list through these two, in order of their starts.
  const firstChild = new Int32Array(count).fill(-1)
  const nextSibling = new Int32Array(count).fill(-1)
  const stack = []
  const traces = []
  for (const trace of members.values()) {
    trace.sort((one, other) => starts[one] - starts[other])
    const byId = new Map()
    for (const span of trace) byId.set(ids[span], span)
    let firstTop = -1
    // From the last to the first, so that each list is in order when everything has been put at its front.
    for (let at = trace.length - 1; at >= 0; at--) {
      const span = trace[at]
      const parent = parentIds[span] ? byId.get(parentIds[span]) : undefined
      if (parent === undefined) {
        nextSibling[span] = firstTop
        firstTop = span
      } else {
        parents[span] = parent
        nextSibling[span] = firstChild[parent]
        firstChild[parent] = span
      }
    }
    const order = new Int32Array(trace.length)
    let placed = 0
    if (firstTop !== -1) stack.push(firstTop)
    while (stack.length > 0) {
      const span = stack.pop()
      order[placed++] = span
      if (nextSibling[span] !== -1) stack.push(nextSibling[span])
      const start = starts[span]
      const end = start + durations[span]
      let covered = 0
      let until = start
      for (let child = firstChild[span]; child !== -1; child = nextSibling[child]) {
        depths[child] = depths[span] + 1
        const from = Math.max(until, starts[child])
        const to = Math.min(end, starts[child] + durations[child])
        if (to > from) {
          covered += to - from
          until = to
        }
      }
      selfTimes[span] = durations[span] - covered
      if (firstChild[span] !== -1) stack.push(firstChild[span])
    }
    traces.push(order)
  }
  return { spanCount: count, traceCount: traces.length, parents, depths, starts, durations, selfTimes, traces, spans, services }
}
