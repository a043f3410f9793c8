// Trace context: the functions of the package that read, write and explain headers.
//
// The rules are in the module. Here objects are made from what it answers: one number for a header that is good, because
// anything more than a number costs more to pass than the header costs to read.

import { guarded, needReady, SpanscopeError } from './module.js';
import * as wasm from './spanscope.js';

/** The module's memory as bytes; made again when the memory has grown. */
let memory = null;
let area = 0;
const AREA_LENGTH = 256;

function headerArea() {
  if (memory === null || memory.length === 0) {
    needReady();
    memory = new Uint8Array(wasm.context_memory().buffer);
    area = wasm.header_area();
  }
  return memory;
}

/** Reads a header in the module: version × 256 + flags, or -1. */
function traceparentNumber(value) {
  const length = value.length;
  if (length <= AREA_LENGTH) {
    const bytes = headerArea();
    let all = 0;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      all |= code;
      bytes[area + i] = code;
    }
    if (all < 128) return wasm.traceparent_in_area(length);
  }
  return wasm.traceparent(value);
}

export function parseTraceparent(value) {
  value = String(value);
  const number = traceparentNumber(value);
  if (number < 0) {
    const [reason, at, message] = wasm.traceparent_refusal(value);
    return { ok: false, reason, at, message };
  }
  let start = 0;
  for (let code = value.charCodeAt(0); code === 32 || code === 9; code = value.charCodeAt(start)) start++;
  return {
    ok: true,
    version: number >> 8,
    traceId: value.slice(start + 3, start + 35),
    parentId: value.slice(start + 36, start + 52),
    flags: number & 255,
    sampled: (number & 1) !== 0,
    random: (number & 2) !== 0,
  };
}

export function parseTraceparents(lines) {
  const [ok, flags, ids] = call(() => wasm.traceparents(lines));
  return { count: ok.length, ok, flags, ids };
}

export function formatTraceparent(context) {
  const { traceId, spanId, traceFlags = 0 } = context;
  return call(() => wasm.format_traceparent(String(traceId), String(spanId), traceFlags & 255));
}

export function startTrace(options = {}) {
  const { sampled = true, xrayCompatible = false } = options;
  const ids = call(() => wasm.new_trace(xrayCompatible ? Date.now() / 1000 : -1));
  return {
    traceId: ids.slice(0, 32),
    spanId: ids.slice(32),
    traceFlags: sampled ? 3 : 2,
    sampled: Boolean(sampled),
    random: true,
    debug: false,
    traceState: '',
    extra: {},
  };
}

export function childOf(context, options = {}) {
  return objectOf(() => rawContext(context).child(options.sampled ?? undefined));
}

/** The context for the module. What a hand-made object lacks is taken from its flags. */
function rawContext(context) {
  const { traceId, spanId, traceFlags = 0, traceState = '', extra = {} } = context;
  const { sampled = (traceFlags & 1) !== 0, random = (traceFlags & 2) !== 0, debug = false } = context;
  return new wasm.RawContext(
    String(traceId),
    spanId == null ? undefined : String(spanId),
    sampled ?? undefined,
    Boolean(random),
    Boolean(debug) && sampled !== false,
    String(traceState ?? ''),
    inTurn(Object.entries(extra ?? {})),
  );
}

export function inject(context, options = {}) {
  const formats = options.formats ?? ['w3c'];
  const headers = recordOf(call(() => rawContext(context).inject(namesOf(formats))));
  if (options.baggage === undefined) return headers;
  const members = options.baggage.members ?? options.baggage;
  return Object.assign(headers, recordOf(call(() => wasm.baggage_headers(flatMembers(members), namesOf(formats)))));
}

export function extract(headers, options = {}) {
  needReady();
  const formats = options.formats === undefined ? undefined : namesOf(options.formats);
  const fields = [];
  for (const [name, value] of pairsOf(headers)) {
    if (isRead(name)) addLines(fields, name, value);
  }
  return objectOf(() => wasm.extract_headers(fields, formats));
}

function addLines(fields, name, value) {
  if (typeof value === 'string') fields.push(name, value);
  else if (Array.isArray(value)) for (const line of value) addLines(fields, name, line);
  else if (typeof value === 'number' || typeof value === 'boolean') fields.push(name, String(value));
}

/** The headers of whatever holds them, as pairs. */
function pairsOf(headers) {
  if (headers === null || headers === undefined) return [];
  // An IncomingMessage of Node: its raw headers still have each line.
  if (Array.isArray(headers.rawHeaders)) return pairsInTurn(headers.rawHeaders);
  if (Array.isArray(headers) && typeof headers[0] === 'string') return pairsInTurn(headers);
  if (typeof headers[Symbol.iterator] === 'function') return headers;
  return Object.entries(headers);
}

function* pairsInTurn(flat) {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i], flat[i + 1]];
}

/** The names of headers that are worth passing to the module, and the beginnings of such names. */
let names = null;
let prefixes = [];

function isRead(name) {
  if (typeof name !== 'string') return false;
  if (names === null) {
    const all = wasm.header_names();
    prefixes = all.filter((known) => known.endsWith('-'));
    names = new Set(all);
  }
  if (names.has(name)) return true;
  const lower = name.toLowerCase();
  return names.has(lower) || prefixes.some((prefix) => lower.startsWith(prefix));
}

export function parseTracestate(value, options = {}) {
  const read = objectOf(() => wasm.tracestate(linesOf(value), options.level === 1));
  if (read.members) return { ok: true, members: read.members };
  const { reason, at, message } = read;
  return { ok: false, reason, at, message };
}

export function setTracestate(value, key, newValue) {
  return call(() => wasm.set_tracestate(String(value), String(key), newValue === null ? undefined : String(newValue)));
}

export function truncateTracestate(value, maxCharacters) {
  return call(() => wasm.truncate_tracestate(String(value), Math.max(0, Math.min(maxCharacters, 0xffffffff))));
}

export function parseBaggage(value) {
  return objectOf(() => wasm.baggage(linesOf(value)));
}

export function formatBaggage(members) {
  return call(() => wasm.format_baggage(flatMembers(members)));
}

/** Members as the module takes them: key, value, how many properties, and each of these. */
function flatMembers(members) {
  const flat = [];
  for (const { key, value, properties = [] } of members) {
    flat.push(String(key), String(value), String(properties.length));
    for (const property of properties) {
      // As parseBaggage gives them, or as pairs.
      const [key, value] = Array.isArray(property) ? property : [property.key, property.value];
      flat.push(String(key), value == null ? '' : `=${value}`);
    }
  }
  return flat;
}

export function decodeSampling(traceState, traceId, flags) {
  const sampling = call(() => wasm.sampling(String(traceState), String(traceId), flags & 255));
  if (sampling === undefined) return null;
  const [json, probability, adjustedCount] = sampling;
  return Object.assign(JSON.parse(json), { probability, adjustedCount });
}

export function encodeThreshold(probability, precision = 4) {
  const threshold = call(() => wasm.threshold(Number(probability), Math.max(1, Math.min(precision, 14))));
  if (threshold !== undefined) return threshold;
  throw new SpanscopeError('probability', `Expected a probability from 2^-56 to 1, found ${probability}.`, null);
}

export function explainHeaders(text) {
  return objectOf(() => wasm.explain_headers(String(text)));
}

export function environmentHeaders(environment) {
  const variables = Object.entries(environment).filter(([, value]) => typeof value === 'string');
  return recordOf(call(() => wasm.headers_of_environment(inTurn(variables))));
}

export function environmentName(header) {
  return call(() => wasm.variable_of_header(String(header)));
}

export function sqlCommentHeaders(statement) {
  return recordOf(call(() => wasm.headers_of_sql(String(statement))));
}

export function serverTimingTraceparent(value) {
  return call(() => wasm.traceparent_of_server_timing(String(value))) ?? null;
}

export function metaTagTraceparent(html) {
  return call(() => wasm.traceparent_of_page(String(html))) ?? null;
}

/** Calls the module, if it is there; its errors come as this package's. */
function call(run) {
  needReady();
  return guarded(run);
}

/** The object that the module writes as JSON. */
function objectOf(run) {
  return JSON.parse(call(run));
}

function linesOf(value) {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function namesOf(formats) {
  return Array.from(formats, String);
}

function inTurn(pairs) {
  return pairs.flatMap(([name, value]) => [name, String(value)]);
}

function recordOf(flat) {
  const record = {};
  for (const [name, value] of pairsInTurn(flat)) record[name] = value;
  return record;
}
