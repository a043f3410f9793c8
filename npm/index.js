// Spanscope: reads distributed traces and trace-context headers, and says where the time went.
//
// The module does the work; here are the classes and plain objects over it. Nothing happens when this file is imported:
// `init()` loads the module, which travels as text in wasm-inline.js unless a source is given.

import { Flame, Logs, ServiceMap, Statistics } from './explore.js';
import { alive, guarded, isReady, needReady, SpanscopeError, start } from './module.js';
import * as wasm from './spanscope.js';

export * from './context.js';
export * from './explore.js';
export { SpanscopeError } from './module.js';

// ── Getting ready ──

/** The loading that is under way. */
let loading = null;

export function init(source) {
  if (isReady()) return Promise.resolve();
  loading ??= load(source).finally(() => (loading = null));
  return loading;
}

async function load(source) {
  const module = await compile(source === undefined ? await inlineModule() : await source);
  start(module);
}

export function initSync(bytes) {
  start(bytes);
}

async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === 'string' || source instanceof URL) source = await open(source);
  if (typeof Response === 'undefined' || !(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new SpanscopeError('not-loaded', `Expected the module at ${source.url}, found status ${source.status}.`, null);
  const streams = WebAssembly.compileStreaming && source.headers.get('content-type')?.startsWith('application/wasm');
  return streams ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer());
}

/** What stands at an address; Node has no fetch for files. */
function open(source) {
  const address = String(source);
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (files && (address.startsWith('file:') || !/^[a-z][a-z\d+.-]+:/i.test(address))) {
    return files.readFile(address.startsWith('file:') ? new URL(address) : address);
  }
  return fetch(source);
}

async function inlineModule() {
  const { default: base64 } = await import('./wasm-inline.js');
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function memoryBytes() {
  needReady();
  return wasm.memoryBytes();
}

// ── Reading ──

const encoder = new TextEncoder();
/** As much of an input as guessing its format looks at, and one byte more: only a short input may be headers. */
const GLANCE = 65537;

function bytesOf(input) {
  if (typeof input === 'string') return encoder.encode(input);
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  // Not `instanceof`: a buffer may come from another window.
  const kind = Object.prototype.toString.call(input);
  if (kind === '[object ArrayBuffer]' || kind === '[object SharedArrayBuffer]') return new Uint8Array(input);
  throw new TypeError('Expected the input as a Uint8Array, an ArrayBuffer or a string.');
}

export function read(input, options = {}) {
  const bytes = bytesOf(input);
  return readAll([{ bytes, name: options.name, format: options.format }]);
}

export function readAll(inputs, options = {}) {
  needReady();
  return guarded(() => {
    const reader = new wasm.Reader();
    try {
      for (const { bytes, name, format } of inputs) {
        const input = bytesOf(bytes);
        reader.begin(input.byteLength, format ?? options.format, name);
        reader.push(input);
      }
    } catch (error) {
      reader.free();
      throw error;
    }
    return new TraceSet(reader.finish());
  });
}

export class TraceReader {
  #reader;

  constructor({ byteLength = 0, format, name } = {}) {
    needReady();
    this.#reader = new wasm.Reader();
    guarded(() => this.#reader.begin(byteLength, format, name));
  }

  push(chunk) {
    guarded(() => alive(this.#reader).push(bytesOf(chunk)));
  }

  finish() {
    const reader = alive(this.#reader);
    this.#reader = null;
    return new TraceSet(guarded(() => reader.finish()));
  }

  free() {
    this.#reader?.free();
    this.#reader = null;
  }
}

export function detect(input) {
  needReady();
  const start = typeof input === 'string' ? input.slice(0, GLANCE) : bytesOf(input).subarray(0, GLANCE);
  return wasm.detect(bytesOf(start));
}

export function formats() {
  needReady();
  return wasm.formats();
}

// ── Traces ──

export class TraceSet {
  #set;

  /** Not for callers: `read` makes these. */
  constructor(set) {
    this.#set = set;
  }

  get format() {
    return alive(this.#set).format;
  }

  get spanCount() {
    return alive(this.#set).spanCount;
  }

  get traceCount() {
    return alive(this.#set).traceCount;
  }

  summary() {
    return alive(this.#set).summary();
  }

  services() {
    return alive(this.#set).services();
  }

  warnings() {
    return alive(this.#set).warnings();
  }

  inputs() {
    return alive(this.#set).inputs();
  }

  source(input, from = 0, to = Infinity) {
    return alive(this.#set).source(input, from, to);
  }

  traces({ from = 0, count = 0xffffffff, sort = 'start' } = {}) {
    return guarded(() => alive(this.#set).traces(from, Math.min(count, 0xffffffff), String(sort)));
  }

  traceOrder({ sort = 'start', words = '', failed = false, startNs = [-Infinity, Infinity], durationNs = [-Infinity, Infinity] } = {}) {
    return guarded(() => alive(this.#set).traceOrder(String(sort), String(words), Boolean(failed), Float64Array.of(...startNs, ...durationNs)));
  }

  tracesAt(indices) {
    return guarded(() => alive(this.#set).tracesAt(Uint32Array.from(indices)));
  }

  tracePoints() {
    const points = guarded(() => alive(this.#set).tracePoints());
    const column = (place) => Float64Array.from({ length: points.length / 3 }, (_, index) => points[3 * index + place]);
    return { startNs: column(0), durationNs: column(1), errors: column(2) };
  }

  trace(idOrIndex) {
    const set = alive(this.#set);
    const isIndex = typeof idOrIndex === 'number';
    if (isIndex && Number.isInteger(idOrIndex) && idOrIndex >= 0 && idOrIndex < set.traceCount) return new Trace(set.traceAt(idOrIndex));
    const found = isIndex ? undefined : set.traceById(String(idOrIndex));
    if (found !== undefined) return new Trace(found);
    const expected = isIndex ? `a trace index below ${set.traceCount}` : 'the id of a trace that was read';
    throw new SpanscopeError('no-such-trace', `Expected ${expected}, found ${idOrIndex}.`, null);
  }

  verdict() {
    return alive(this.#set).verdict();
  }

  flame({ measure = 'self' } = {}) {
    return new Flame(guarded(() => alive(this.#set).flame(String(measure))));
  }

  serviceMap() {
    return new ServiceMap(alive(this.#set).serviceMap());
  }

  toOtlpJson() {
    return guarded(() => alive(this.#set).toOtlpJson());
  }

  writeOtlpJson(write) {
    guarded(() => alive(this.#set).writeOtlpJson(write));
  }

  statistics({ by = 'operation' } = {}) {
    return new Statistics(guarded(() => alive(this.#set).statistics(String(by))));
  }

  attributeKeys() {
    return guarded(() => alive(this.#set).attributeKeys());
  }

  free() {
    this.#set?.free();
    this.#set = null;
  }
}

export class Trace {
  #trace;

  /** Not for callers: `TraceSet.trace` makes these. */
  constructor(trace) {
    this.#trace = trace;
  }

  get spanCount() {
    return alive(this.#trace).spanCount;
  }

  summary() {
    return alive(this.#trace).summary();
  }

  span(index) {
    return guarded(() => alive(this.#trace).span(spanIndex(index)));
  }

  find(spanId) {
    return Array.from(alive(this.#trace).find(String(spanId)));
  }

  children(index) {
    return guarded(() => alive(this.#trace).children(spanIndex(index)));
  }

  starts() {
    return alive(this.#trace).starts();
  }

  durations() {
    return alive(this.#trace).durations();
  }

  selfTimes() {
    return alive(this.#trace).selfTimes();
  }

  parents() {
    return alive(this.#trace).parents();
  }

  depths() {
    return alive(this.#trace).depths();
  }

  criticalPath() {
    const numbers = alive(this.#trace).criticalPaths();
    const paths = [];
    for (let at = 0; at < numbers.length; ) {
      const top = numbers[at];
      const end = at + 2 + 3 * numbers[at + 1];
      const segments = [];
      let totalNs = 0;
      for (at += 2; at < end; at += 3) {
        const startNs = numbers[at + 1];
        const endNs = numbers[at + 2];
        segments.push({ span: numbers[at], startNs, endNs });
        totalNs += endNs - startNs;
      }
      paths.push({ top, segments, totalNs });
    }
    return paths;
  }

  pathDoubts() {
    return alive(this.#trace).pathDoubts();
  }

  pathStep(span) {
    return alive(this.#trace).pathStep(spanIndex(span));
  }

  drag(span) {
    return guarded(() => alive(this.#trace).drag(spanIndex(span)));
  }

  slack(span) {
    return guarded(() => alive(this.#trace).slack(spanIndex(span)));
  }

  largestDrags(most = 10) {
    return alive(this.#trace).largestDrags(most);
  }

  pathBySpent() {
    return alive(this.#trace).pathBySpent();
  }

  mainTop() {
    return alive(this.#trace).mainTop();
  }

  extentNs() {
    return alive(this.#trace).extentNs();
  }

  verdict() {
    return alive(this.#trace).verdict();
  }

  verdictParts() {
    return alive(this.#trace).verdictParts();
  }

  pathByService() {
    return alive(this.#trace).pathByService();
  }

  findings() {
    return alive(this.#trace).findings();
  }

  budgets(text) {
    return alive(this.#trace).budgets(String(text));
  }

  advice() {
    return alive(this.#trace).advice();
  }

  markdown() {
    return alive(this.#trace).markdown();
  }

  errors() {
    return alive(this.#trace).errors();
  }

  failed() {
    return alive(this.#trace).failed();
  }

  get asyncPathCount() {
    return alive(this.#trace).asyncPathCount;
  }

  asyncPaths(longest) {
    return alive(this.#trace).asyncPaths(longest);
  }

  clockSkew() {
    const { shiftsNs } = this.alignment();
    const spans = Uint32Array.from(shiftsNs.keys()).filter((span) => shiftsNs[span] !== 0);
    return { ...alive(this.#trace).clockSkew(), moved: { spans, byNs: Float64Array.from(spans, (span) => shiftsNs[span]) } };
  }

  alignment() {
    const trace = alive(this.#trace);
    const { moves, refused, fromNs, toNs } = trace.alignment();
    const shiftsNs = new Float64Array(trace.spanCount);
    for (const move of moves) {
      move.spans = Uint32Array.from(move.spans);
      for (const span of move.spans) shiftsNs[span] = move.byNs;
    }
    for (const refusal of refused) refusal.spans = Uint32Array.from(refusal.spans);
    return { shiftsNs, moves, refused, fromNs, toNs };
  }

  errorCounts() {
    return alive(this.#trace).errorCounts();
  }

  errorSpans() {
    return alive(this.#trace).errorSpans();
  }

  search(query) {
    const trace = alive(this.#trace);
    const problem = wasm.queryProblem(String(query));
    const spans = problem === null ? trace.search(String(query)) : new Uint32Array();
    return { count: spans.length, spans, problem };
  }

  waterfall() {
    return new Waterfall(alive(this.#trace).waterfall());
  }

  minimap({ width, height, fromNs, toNs, scale = null, palette, error, aligned = false }) {
    const trace = alive(this.#trace);
    return trace.minimap(width, height, Float64Array.from(scale ?? [fromNs, 0, toNs, width]), palette, error, Boolean(aligned));
  }

  columns(spans, { width, fromNs, toNs, scale = null, aligned = false }) {
    return alive(this.#trace).columns(Uint32Array.from(spans), width, Float64Array.from(scale ?? [fromNs, 0, toNs, width]), Boolean(aligned));
  }

  idle({ aligned = false } = {}) {
    return pairs(alive(this.#trace).idle(Boolean(aligned)));
  }

  flame({ measure = 'self' } = {}) {
    return new Flame(guarded(() => alive(this.#trace).flame(String(measure))));
  }

  serviceMap() {
    return new ServiceMap(alive(this.#trace).serviceMap());
  }

  toOtlpJson(spans) {
    const trace = alive(this.#trace);
    return guarded(() => trace.toOtlpJson(chosenSpans(spans)));
  }

  writeOtlpJson(write, spans) {
    const trace = alive(this.#trace);
    guarded(() => trace.writeOtlpJson(chosenSpans(spans), write));
  }

  statistics({ by = 'operation' } = {}) {
    return new Statistics(guarded(() => alive(this.#trace).statistics(String(by))));
  }

  attributeKeys() {
    return guarded(() => alive(this.#trace).attributeKeys());
  }

  get eventCount() {
    return alive(this.#trace).eventCount;
  }

  logs() {
    return new Logs(alive(this.#trace).logs());
  }

  ticks(fromNs, toNs, maxCount) {
    return this.ticksOf([{ fromNs, toNs }], maxCount);
  }

  ticksOf(ranges, maxCount) {
    alive(this.#trace);
    return wasm.ticks(Float64Array.from(ranges.flatMap(({ fromNs, toNs }) => [fromNs, toNs])), maxCount);
  }

  spanCounts() {
    const counts = alive(this.#trace).spanCounts();
    const kinds = counts.length - KINDS.length;
    return { services: Array.from(counts.subarray(0, kinds)), kinds: KINDS.map((kind, index) => ({ kind, spans: counts[kinds + index] })) };
  }

  prepareSearch(spans, query) {
    return alive(this.#trace).prepareSearch(spans, query);
  }

  prepareVerdict() {
    return alive(this.#trace).prepareVerdict();
  }

  prepareFindings() {
    return alive(this.#trace).prepareFindings();
  }

  free() {
    this.#trace?.free();
    this.#trace = null;
  }
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const TOPS = [null, 'root', 'orphan', 'cycle'];
const ERRORS = [null, 'own', 'below'];
/** Names that are kept; the rows of a screen have some dozens. */
const KEPT_NAMES = 10_000;

export class Waterfall {
  #waterfall;
  #services;
  #names = new Map();

  /** Not for callers: `Trace.waterfall` makes these. */
  constructor(waterfall) {
    this.#waterfall = waterfall;
    this.#services = waterfall.services();
  }

  get rowCount() {
    return alive(this.#waterfall).rowCount;
  }

  rows(from, count, { fromNs = -Infinity, toNs = Infinity } = {}) {
    const numbers = alive(this.#waterfall).rows(from, count, fromNs, toNs);
    const rows = [];
    for (let at = 0; at < numbers.length; ) {
      const busy = at + 32;
      const critical = busy + numbers[at + 19];
      const events = critical + numbers[at + 20];
      const end = events + 2 * numbers[at + 21];
      rows.push({
        span: numbers[at],
        level: numbers[at + 1],
        expandable: numbers[at + 2] !== 0,
        expanded: numbers[at + 3] !== 0,
        hidden: numbers[at + 4],
        positionInSet: numbers[at + 5],
        setSize: numbers[at + 6],
        top: TOPS[numbers[at + 7]],
        service: this.#services[numbers[at + 8]],
        serviceIndex: numbers[at + 8],
        name: this.#name(numbers[at + 9]),
        kind: KINDS[numbers[at + 10]],
        startNs: numbers[at + 11],
        durationNs: numbers[at + 12],
        selfNs: numbers[at + 13],
        criticalNs: numbers[at + 14],
        error: ERRORS[numbers[at + 15]],
        statusMessage: numbers[at + 16] === 0 ? '' : this.#waterfall.statusMessage(numbers[at]),
        busy: Array.from(numbers.subarray(busy, critical)),
        critical: Array.from(numbers.subarray(critical, events)),
        events: eventMarks(numbers, events, end),
        links: numbers[at + 17],
        warnings: numbers[at + 18],
        skipped: numbers[at + 22],
        earlyNs: numbers[at + 23],
        lateNs: numbers[at + 24],
        shiftNs: numbers[at + 25],
        group: numbers[at + 26] === 0 ? null : groupFigures(numbers, at + 26),
      });
      at = end;
    }
    return rows;
  }

  #name(number) {
    let name = this.#names.get(number);
    if (name === undefined) {
      if (this.#names.size >= KEPT_NAMES) this.#names.clear();
      name = this.#waterfall.name(number);
      this.#names.set(number, name);
    }
    return name;
  }

  rowOf(span) {
    return alive(this.#waterfall).rowOf(spanIndex(span));
  }

  nearestRow(span) {
    return alive(this.#waterfall).nearestRow(spanIndex(span));
  }

  spanOf(row) {
    return alive(this.#waterfall).spanOf(spanIndex(row));
  }

  parentRow(row) {
    return alive(this.#waterfall).parentRow(spanIndex(row));
  }

  range() {
    const [from, to] = alive(this.#waterfall).range();
    return { from, to };
  }

  get hiddenCount() {
    return alive(this.#waterfall).hiddenCount;
  }

  select({ root = null, hiddenServices = [], hiddenKinds = [], only = null, pathAlone = false, grouped = false } = {}) {
    const kinds = hiddenKinds.map((kind) => KINDS.indexOf(kind)).filter((kind) => kind >= 0);
    const waterfall = alive(this.#waterfall);
    waterfall.select(root ?? -1, Uint32Array.from(hiddenServices), Uint32Array.from(kinds), only === null ? undefined : Uint32Array.from(only), Boolean(pathAlone), Boolean(grouped));
  }

  setGroupOpen(span, open) {
    alive(this.#waterfall).setGroupOpen(spanIndex(span), Boolean(open));
  }

  align(aligned) {
    alive(this.#waterfall).align(Boolean(aligned));
  }

  setExpanded(span, expanded) {
    alive(this.#waterfall).setExpanded(spanIndex(span), Boolean(expanded));
  }

  expandAll() {
    alive(this.#waterfall).expandAll();
  }

  collapseAll() {
    alive(this.#waterfall).collapseAll();
  }

  expandToLevel(level) {
    alive(this.#waterfall).expandToLevel(level);
  }

  reveal(span) {
    return alive(this.#waterfall).reveal(spanIndex(span));
  }

  free() {
    this.#waterfall?.free();
    this.#waterfall = null;
  }
}

function pairs(numbers) {
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({ fromNs: numbers[2 * index], toNs: numbers[2 * index + 1] }));
}

function groupFigures(numbers, at) {
  const [count, errors, unionNs, sumNs, leastNs, mostNs] = numbers.subarray(at, at + 6);
  return { count, errors, unionNs, sumNs, leastNs, mostNs };
}

function eventMarks(numbers, from, to) {
  const marks = [];
  for (let at = from; at < to; at += 2) marks.push({ ns: numbers[at], error: numbers[at + 1] !== 0 });
  return marks;
}

/** Which spans to write. No span at all is a document without spans; the module takes an empty list for all. */
function chosenSpans(spans) {
  if (spans === undefined) return new Uint32Array();
  const chosen = Uint32Array.from(spans, spanIndex);
  return chosen.length > 0 ? chosen : Uint32Array.of(0xffffffff);
}

/** A number that the module can take; one that is no index fits no span. */
function spanIndex(index) {
  return Number.isInteger(index) && index >= 0 && index < 0xffffffff ? index : 0xffffffff;
}

if (Symbol.dispose) {
  for (const { prototype } of [TraceReader, TraceSet, Trace, Waterfall]) {
    Object.defineProperty(prototype, Symbol.dispose, { value: prototype.free, configurable: true, writable: true });
  }
}
