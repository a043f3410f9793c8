// What the declarations promise, as a program that only has to compile. `Same` fails on anything but the very type.

import * as spanscope from 'spanscope'
import type { HeaderFormat, Position, SpanContext, Trace, Traceparent, TraceSet } from 'spanscope'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(..._: Same<A, B> extends true ? [] : [never]): void {}

// ── Getting ready ──
same<ReturnType<typeof spanscope.init>, Promise<void>>()
same<ReturnType<typeof spanscope.initSync>, void>()
await spanscope.init()
await spanscope.init(new URL('https://example.com/spanscope_bg.wasm'))
await spanscope.init('spanscope_bg.wasm')
await spanscope.init(new Uint8Array(8))
await spanscope.init(new ArrayBuffer(8))
await spanscope.init(new Response())
spanscope.initSync(new Uint8Array(8))
// @ts-expect-error A number is no module.
await spanscope.init(1)

// ── Trace context ──
const parsed = spanscope.parseTraceparent('00-…')
same<typeof parsed, Traceparent>()
if (parsed.ok) {
  same<typeof parsed.traceId, string>()
  same<typeof parsed.flags, number>()
  same<typeof parsed.sampled, boolean>()
  same<typeof parsed.random, boolean>()
  // @ts-expect-error There is no reason for what went well.
  parsed.reason
} else {
  same<
    typeof parsed.reason,
    'empty' | 'version' | 'version-ff' | 'trace-id' | 'trace-id-zero' | 'parent-id' | 'parent-id-zero' | 'trace-flags' | 'trailing'
  >()
  same<typeof parsed.at, number>()
  same<typeof parsed.message, string>()
  // @ts-expect-error A refused header has no ids.
  parsed.traceId
}
// @ts-expect-error A header is a string.
spanscope.parseTraceparent(null)

const context = spanscope.startTrace({ sampled: true, xrayCompatible: false })
const extracted: SpanContext = context
same<typeof extracted.spanId, string | null>()
same<typeof extracted.sampled, boolean | null>()
// A context that was just made is known to be complete.
same<typeof context.traceId, string>()
same<typeof context.spanId, string>()
same<typeof context.sampled, boolean>()
same<typeof context.extra, Record<string, string>>()
same<ReturnType<typeof spanscope.childOf>['spanId'], string>()
spanscope.childOf(extracted)
spanscope.childOf(context, { sampled: false })
const written: string = spanscope.formatTraceparent({ traceId: context.traceId, spanId: '00f067aa0ba902b7', traceFlags: 1 })
void written

for (const headers of [new Headers(), new Map([['b3', '1']]), [['b3', '1']] as [string, string][], { b3: '1', x: ['a', 'b'], y: undefined }, { rawHeaders: ['b3', '1'] }, null]) {
  const found = spanscope.extract(headers, { formats: ['b3', 'w3c'] })
  same<typeof found.context, SpanContext | null>()
  same<typeof found.sampled, boolean | null>()
  same<typeof found.format, HeaderFormat | null>()
  same<(typeof found.problems)[number]['at'], number | null>()
  same<(typeof found.baggage.members)[number]['properties'][number]['value'], string | null>()
}
// @ts-expect-error There is no such format.
spanscope.extract({}, { formats: ['zipkin'] })
const sent: Record<string, string> = spanscope.inject(context, { formats: ['w3c', 'grpc-trace-bin'], baggage: spanscope.parseBaggage('a=1') })
spanscope.inject({ traceId: '', spanId: null, traceFlags: 1 }, { baggage: [{ key: 'a', value: 'b' }] })
void sent
const state = spanscope.parseTracestate(['a=1', 'b=2'], { level: 1 })
if (state.ok) same<typeof state.members, { key: string; value: string }[]>()
else same<typeof state.at, number>()
same<ReturnType<typeof spanscope.setTracestate>, string>()
const sampling = spanscope.decodeSampling('ot=th:c', '', 1)
if (sampling) {
  same<typeof sampling.probability, number | null>()
  same<typeof sampling.consistent, boolean | null>()
}
const batch = spanscope.parseTraceparents(new Uint8Array())
same<typeof batch.ids, Uint8Array>()
const [explained] = spanscope.explainHeaders('')
if (explained) {
  same<typeof explained.fields[number]['meaning'], string>()
  same<typeof explained.others, Record<string, string>>()
}

// ── Traces ──
const set = spanscope.read(new Uint8Array())
same<typeof set, TraceSet>()
spanscope.read(new ArrayBuffer(0), { name: 'trace.json' })
spanscope.read('{}', { format: 'otlp-json' })
spanscope.readAll([{ bytes: new Uint8Array() }, { bytes: new Uint8Array(), name: 'other.json' }])
// @ts-expect-error An object is no input; its JSON text is.
spanscope.read({})

const reader = new spanscope.TraceReader({ byteLength: 100 })
reader.push(new Uint8Array())
same<ReturnType<typeof reader.finish>, TraceSet>()
{
  using dropped = new spanscope.TraceReader()
  void dropped
}
const detected = spanscope.detect('00-…')
same<typeof detected.kind, 'headers' | 'traces' | 'logs' | 'unknown'>()
same<typeof detected.format, string | null>()
same<ReturnType<typeof spanscope.formats>, { id: string; name: string; producedBy: string }[]>()
same<ReturnType<typeof spanscope.memoryBytes>, number>()

same<typeof set.format, string>()
same<typeof set.spanCount, number>()
same<typeof set.traceCount, number>()
same<ReturnType<typeof set.services>, string[]>()
same<ReturnType<typeof set.free>, void>()
same<ReturnType<typeof set.verdict>, string>()
same<ReturnType<typeof set.summary>['services'], string[]>()
for (const report of set.inputs()) {
  same<typeof report.guesses, string[]>()
  for (const { position } of report.warnings) same<typeof position, Position | null>()
}
// @ts-expect-error Sets come from reading.
new spanscope.TraceSet()
{
  using kept = spanscope.read('[]')
  void kept
}
const [listed] = set.traces({ from: 0, count: 10, sort: 'duration' })
if (listed) {
  same<typeof listed.startNs, bigint>()
  same<typeof listed.durationNs, number>()
  same<typeof listed.traceId, string>()
}
// @ts-expect-error There is no such order.
set.traces({ sort: 'color' })

const trace = set.trace(0)
same<typeof trace, Trace>()
set.trace('4bf92f3577b34da6a3ce929d0e0e4736')
same<ReturnType<typeof trace.starts>, Float64Array<ArrayBuffer>>()
same<ReturnType<typeof trace.durations>, Float64Array<ArrayBuffer>>()
same<ReturnType<typeof trace.selfTimes>, Float64Array<ArrayBuffer>>()
same<ReturnType<typeof trace.parents>, Int32Array<ArrayBuffer>>()
same<ReturnType<typeof trace.depths>, Uint32Array<ArrayBuffer>>()
same<ReturnType<typeof trace.children>, Uint32Array<ArrayBuffer>>()
same<ReturnType<typeof trace.find>, number[]>()
same<ReturnType<typeof trace.verdict>, string>()
same<ReturnType<typeof trace.verdictParts>, { text: string; spans: number[] }[]>()
same<ReturnType<typeof set.verdict>, string>()

const span = trace.span(0)
same<typeof span.kind, 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'>()
same<typeof span.status, 'unset' | 'ok' | 'error'>()
same<typeof span.parent, number | null>()
same<typeof span.startUnixNs, bigint | null>()
for (const attribute of span.attributes) {
  same<typeof attribute.key, string>()
  // The type of the value follows from the type that is named.
  if (attribute.type === 'bytes') same<typeof attribute.value, Uint8Array>()
  if (attribute.type === 'string') same<typeof attribute.value, string>()
  if (attribute.type === 'int') same<typeof attribute.value, number | bigint>()
  if (attribute.type === 'bool') same<typeof attribute.value, boolean>()
}

const [path] = trace.criticalPath()
if (path) {
  same<typeof path.top, number>()
  same<typeof path.totalNs, number>()
  const [segment] = path.segments
  if (segment) same<typeof segment.startNs, number>()
}

// ── Errors ──
try {
  spanscope.read('')
} catch (error) {
  if (error instanceof spanscope.SpanscopeError) {
    same<typeof error.kind, string>()
    same<typeof error.message, string>()
    same<typeof error.position, Position | null>()
    const thrown: Error = error
    void thrown
  }
}
