// Runs the trace-context vectors through the package. Imports nothing, so that Node and a page run the same code.

/** @typedef {typeof import('../../dist/npm/index.js')} Spanscope */
/** @typedef {{ id: string, input: any, expect: any }} Vector */
/** What came and what was expected, by name. @typedef {Record<string, unknown[] | undefined>} Pairs */

/** The files whose vectors the package's functions can answer. */
export const FILES = [
  'traceparent_valid', 'traceparent_invalid', 'tracestate', 'tracestate_mutate', 'baggage_parse', 'baggage_format', 'b3', 'jaeger',
  'xray', 'gcp', 'datadog', 'ot_tracer', 'sentry', 'grpc_trace_bin', 'http_propagation', 'convert', 'carriers_misc',
  'otel_tracestate', 'otel_threshold_encode',
]

/** What is not to be seen through the package: members of a tracestate that only explanations take apart. */
const UNSEEN = new Set(['elastic-tracestate', 'newrelic-tracestate'])

/**
 * The vectors that come out otherwise than expected, as sentences.
 * @param {Spanscope} spanscope
 * @param {string} file
 * @param {Vector[]} vectors
 */
export function failures(spanscope, file, vectors) {
  const checks = checksWith(spanscope)
  return vectors.flatMap(({ id, input, expect }) => {
    try {
      const difference = differences(checks[file](input, expect))
      return difference.length > 0 ? [`${id}: ${difference.join('; ')}`] : []
    } catch (error) {
      return [`${id}: threw ${error}`]
    }
  })
}

/** @param {Pairs} pairs */
function differences(pairs) {
  return Object.entries(pairs)
    .filter(([, [got, expected] = []]) => stable(got) !== stable(expected))
    .map(([name, [got, expected] = []]) => `${name} is ${stable(got)}, not ${stable(expected)}`)
}

/** JSON with sorted keys. @param {unknown} value @returns {string} */
function stable(value) {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}

/** @param {Spanscope} spanscope @returns {Record<string, (input: any, expect: any) => Pairs>} */
function checksWith(spanscope) {
  /** What a call throws, as `error:<kind>`; or what it answers. @param {() => unknown} run */
  const outcome = (run) => {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof spanscope.SpanscopeError)) throw error
      return `error:${error.kind}`
    }
  }

  /**
   * @param {Record<string, string>} input
   * @param {any} expect
   * @param {string[]} more what to compare of the context's extra
   * @returns {Pairs}
   */
  const headers = (input, expect, more = []) => {
    const found = spanscope.extract(input)
    const { context } = found
    if (!expect.ok) return { context: [context, null], reason: [found.problems[0]?.reason, expect.reason] }
    /** @type {Pairs} */
    const pairs = {
      traceId: [context?.traceId ?? null, expect.traceId],
      spanId: [context?.spanId ?? null, expect.spanId],
      sampled: [context === null ? found.sampled : context.sampled, expect.sampled],
    }
    if ('debug' in expect) pairs.debug = [found.debug, expect.debug]
    if ('baggage' in expect) pairs.baggage = [Object.fromEntries(found.baggage.members.map(({ key, value }) => [key, value])), expect.baggage]
    for (const name of more) pairs[name] = [context?.extra[name] ?? null, expect[name]]
    return pairs
  }

  /** @param {string} hex */
  const base64OfHex = (hex) => btoa(hex.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))))
  /** @param {string} base64 */
  const hexOfBase64 = (base64) => Array.from(atob(base64), (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('')

  return {
    traceparent_valid(input, expect) {
      const parsed = spanscope.parseTraceparent(input)
      if (!parsed.ok) return { ok: [parsed, true] }
      const { traceId, parentId, flags } = parsed
      return {
        version: [parsed.version, parseInt(expect.version, 16)],
        traceId: [traceId, expect.traceId],
        parentId: [parentId, expect.parentId],
        flags: [flags, expect.rawFlags],
        sampled: [parsed.sampled, expect.sampled],
        random: [parsed.random, expect.random],
        sent: [
          spanscope.formatTraceparent({ traceId, spanId: parentId, traceFlags: flags }),
          `${expect.outgoingVersion}-${traceId}-${parentId}-${expect.outgoingFlags}`,
        ],
      }
    },

    traceparent_invalid(input, expect) {
      const parsed = spanscope.parseTraceparent(input)
      return parsed.ok ? { ok: [true, false] } : { reason: [parsed.reason, expect.reason], at: [parsed.at, expect.at] }
    },

    tracestate(input, expect) {
      const answer = (/** @type {1 | 2} */ level) => {
        const read = spanscope.parseTracestate(input, { level })
        return read.ok ? { ok: true, members: read.members.map(({ key, value }) => [key, value]) } : { ok: false, reason: read.reason }
      }
      const { also_allowed: _, ...level2 } = expect.level2
      return { level1: [answer(1), expect.level1], level2: [answer(2), level2] }
    },

    tracestate_mutate({ state, op: [what, ...args] }, expect) {
      const operations = {
        set: () => spanscope.setTracestate(state, args[0], args[1]),
        delete: () => spanscope.setTracestate(state, args[0], null),
        truncate: () => spanscope.truncateTracestate(state, args[0]),
      }
      return { state: [outcome(operations[/** @type {'set'} */ (what)]), expect] }
    },

    baggage_parse(input, expect) {
      const { members, problems } = spanscope.parseBaggage(input)
      const got = members.map(({ properties, ...member }) => ({ ...member, properties: properties.map(({ key, value }) => [key, value]) }))
      return {
        ok: [problems.length === 0, expect.ok],
        members: [got, expect.ok ? expect.members : expect.lenient_members],
        reason: [problems[0]?.reason, expect.reason],
      }
    },

    baggage_format: (input, expect) => ({ header: [outcome(() => spanscope.formatBaggage(input)) || null, expect] }),

    b3: (input, expect) => headers(input, expect, expect.ok && expect.traceId !== null ? ['parentSpanId'] : []),
    jaeger: (input, expect) => headers(input, expect),
    gcp: (input, expect) => headers(input, expect),
    sentry: (input, expect) => headers(input, expect),
    ot_tracer: (input, expect) => headers(input, expect),

    xray(input, expect) {
      const { context } = spanscope.extract(input)
      return { ...headers(input, expect), ...(expect.ok ? { extra: [context?.extra, expect.extra] } : {}) }
    },

    datadog(input, expect) {
      const extra = spanscope.extract(input).context?.extra ?? {}
      const tags = Object.fromEntries(Object.entries(extra).filter(([key]) => key.startsWith('_dd.')))
      const priority = 'samplingPriority' in extra ? Number(extra.samplingPriority) : null
      const more = expect.ok ? { tags: [tags, expect.tags], priority: [priority, expect.samplingPriority], origin: [extra.origin ?? null, expect.origin] } : {}
      return { ...headers(input, expect), ...more }
    },

    grpc_trace_bin(input, expect) {
      const found = spanscope.extract({ 'grpc-trace-bin': base64OfHex(input) })
      if (!expect.ok) return { context: [found.context, null], reason: [found.problems[0]?.reason, expect.reason] }
      return {
        traceId: [found.context?.traceId, expect.traceId],
        spanId: [found.context?.spanId, expect.spanId],
        flags: [found.context?.traceFlags, expect.flags],
      }
    },

    http_propagation(input, expect) {
      const { context } = spanscope.extract(input)
      if (context === null) return { trace: ['restart', expect.trace], tracestate: [null, expect.tracestate] }
      const sent = spanscope.inject(spanscope.childOf(context))
      const parsed = spanscope.parseTraceparent(sent.traceparent)
      if (!parsed.ok) return { sent: [parsed, 'a valid traceparent'] }
      return {
        trace: ['continue', expect.trace],
        traceId: [parsed.traceId, expect.traceId],
        parentIdChanged: [parsed.parentId !== context.spanId, expect.parentIdChanged],
        tracestate: [sent.tracestate ?? null, expect.tracestate],
        random: [parsed.random, expect.random ?? parsed.random],
        version: [sent.traceparent.slice(0, 2), expect.version ?? '00'],
      }
    },

    convert({ from, to, headers }, expect) {
      const { context } = spanscope.extract(headers, { formats: [from] })
      if (context === null) return { context: [null, 'a context'] }
      const sent = spanscope.inject(context, { formats: [to] })
      if ('grpc-trace-bin' in sent) sent['grpc-trace-bin'] = hexOfBase64(sent['grpc-trace-bin'])
      return { headers: [sent, expect] }
    },

    carriers_misc({ kind, value }, expect) {
      if (UNSEEN.has(kind)) return {}
      const valid = (/** @type {string} */ text) => (spanscope.parseTraceparent(text).ok ? text : null)
      /** @type {Record<string, () => unknown>} */
      const answers = {
        'server-timing': () => spanscope.serverTimingTraceparent(value),
        'meta-tag': () => spanscope.metaTagTraceparent(value),
        traceresponse: () => valid(value),
        env() {
          const { traceparent = null, tracestate = null, baggage = null } = spanscope.environmentHeaders(value)
          return { traceparent, tracestate, baggage }
        },
        'env-name': () => spanscope.environmentName(value),
        sqlcommenter() {
          const found = spanscope.sqlCommentHeaders(value)
          return Object.keys(found).length > 0 ? found : null
        },
        elastic() {
          const { context } = spanscope.extract(value)
          return context && spanscope.inject(context).traceparent
        },
        instana() {
          const { context, sampled } = spanscope.extract(value)
          return { traceId: context?.traceId ?? null, spanId: context?.spanId ?? null, sampled: context?.sampled ?? sampled }
        },
      }
      return { [kind]: [answers[kind](), expect] }
    },

    otel_tracestate(input, expect) {
      const sampling = spanscope.decodeSampling(`ot=${input}`, '0af7651916cd43dd8448eb211c80319c', 1)
      if (sampling === null) return { sampling: [null, 'something'] }
      const { threshold, probability, adjustedCount, canonical } = sampling
      return {
        th: [threshold && { threshold, probability, adjustedCount, canonical }, expect.th],
        rv: [sampling.explicit ? sampling.randomness : null, expect.rv],
        other: [sampling.other, expect.other],
        problems: [sampling.problems.length, expect.problems?.length ?? 0],
        keep: [expect.keep === undefined ? undefined : sampling.consistent, expect.keep],
      }
    },

    otel_threshold_encode: ({ probability, precision }, expect) => ({ th: [spanscope.encodeThreshold(probability, precision), expect] }),
  }
}
