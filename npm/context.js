// Trace context: the functions of the package that read, write and explain headers.
//
// The rules are in the module. Here objects are made from what it answers: one number for a header that is good, because
// anything more than a number costs more to pass than the header costs to read.

import * as wasm from './spanscope.js';

/** The module's memory as bytes; made again when the memory has grown. */
let memory = null;
let area = 0;
const AREA_LENGTH = 256;

function headerArea() {
  if (memory === null || memory.length === 0) {
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

export function formatTraceparent(context) {
  const { traceId, spanId, traceFlags = 0 } = context;
  return wasm.format_traceparent(String(traceId), String(spanId), traceFlags & 255);
}

export function startTrace(options = {}) {
  const { sampled = true, xrayCompatible = false } = options;
  const ids = wasm.new_trace(xrayCompatible ? Date.now() / 1000 : -1);
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
  const sampled = options.sampled ?? context.sampled ?? null;
  return {
    ...context,
    spanId: wasm.new_span_id(),
    sampled,
    traceFlags: (context.traceFlags & ~1) | (sampled ? 1 : 0),
  };
}

export function explainHeaders(text) {
  return wasm.explain_headers(String(text));
}
