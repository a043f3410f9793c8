// Classes over what looks at many spans at once: tables of figures, the lines of a log, flame graphs, service maps.

import { alive, guarded } from './module.js';

/** A trace's index, then positions in it. */
function spansOfTrace(numbers) {
  return { trace: numbers[0] ?? 0, spans: Array.from(numbers.subarray(1)) };
}

export class Statistics {
  #statistics;

  /** Not for callers: `Trace.statistics` and `TraceSet.statistics` make these. */
  constructor(statistics) {
    this.#statistics = statistics;
  }

  get groupCount() {
    return alive(this.#statistics).groupCount;
  }

  all() {
    const { count, errors, totalNs, selfNs, criticalNs, maxNs } = alive(this.#statistics).all();
    return { count, errors, totalNs, selfNs, criticalNs, maxNs };
  }

  largest() {
    const [totalNs, selfNs, criticalNs] = alive(this.#statistics).largest();
    return { totalNs, selfNs, criticalNs };
  }

  sort(column, { descending = false } = {}) {
    guarded(() => alive(this.#statistics).sort(String(column), Boolean(descending)));
  }

  groups(from = 0, count = Infinity) {
    return guarded(() => alive(this.#statistics).rows(from, Math.min(count, 0xffffffff)));
  }

  spans(group, preferredTrace = -1) {
    return spansOfTrace(alive(this.#statistics).spans(group, preferredTrace));
  }

  csv() {
    return guarded(() => alive(this.#statistics).csv());
  }

  free() {
    this.#statistics?.free();
    this.#statistics = null;
  }
}

const LEVELS = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export class Logs {
  #logs;

  /** Not for callers: `Trace.logs` makes these. */
  constructor(logs) {
    this.#logs = logs;
  }

  get count() {
    return alive(this.#logs).count;
  }

  get shownCount() {
    return alive(this.#logs).shownCount;
  }

  levels() {
    const counts = alive(this.#logs).levels();
    return LEVELS.map((level, index) => ({ level, count: counts[index] }));
  }

  exceptionCount() {
    return alive(this.#logs).levels()[LEVELS.length];
  }

  filter({ words = '', level = '' } = {}) {
    alive(this.#logs).filter(String(words), String(level));
  }

  lines(from = 0, count = Infinity) {
    return guarded(() => alive(this.#logs).rows(from, Math.min(count, 0xffffffff)));
  }

  attributes({ span, place }) {
    return guarded(() => alive(this.#logs).attributes(span, place));
  }

  free() {
    this.#logs?.free();
    this.#logs = null;
  }
}

export class Flame {
  #flame;

  /** Not for callers: `Trace.flame` and `TraceSet.flame` make these. */
  constructor(flame) {
    this.#flame = flame;
  }

  get frameCount() {
    return alive(this.#flame).frameCount;
  }

  get depth() {
    return alive(this.#flame).depth;
  }

  get wholeNs() {
    return alive(this.#flame).wholeNs;
  }

  rectangles({ from = 0, to = 1, width, firstRow = 0, endRow = Infinity, nameRoom = Infinity }) {
    const flame = alive(this.#flame);
    const numbers = flame.rectangles(from, to, width, firstRow, Math.min(endRow, 0xffffffff));
    const rectangles = [];
    const named = [];
    for (let at = 0; at < numbers.length; at += 8) {
      const rectangle = {
        frame: numbers[at],
        depth: numbers[at + 1],
        left: numbers[at + 2],
        right: numbers[at + 3],
        frames: numbers[at + 4],
        service: numbers[at + 5],
        error: (numbers[at + 6] & 1) !== 0,
        errorBelow: (numbers[at + 6] & 2) !== 0,
        critical: numbers[at + 7],
        name: '',
      };
      rectangles.push(rectangle);
      if (rectangle.frames === 1 && rectangle.right - rectangle.left >= nameRoom) named.push(rectangle);
    }
    const names = flame.names(Uint32Array.from(named, ({ frame }) => frame));
    for (const [index, rectangle] of named.entries()) rectangle.name = names[index];
    return rectangles;
  }

  frames(from = 0, count = Infinity) {
    return guarded(() => alive(this.#flame).frames(from, Math.min(count, 0xffffffff)));
  }

  frameBefore(frame) {
    const before = alive(this.#flame).frameBefore(frame);
    return before < 0 ? null : before;
  }

  spans(frame, preferredTrace = -1) {
    return spansOfTrace(alive(this.#flame).spans(frame, preferredTrace));
  }

  free() {
    this.#flame?.free();
    this.#flame = null;
  }
}

export class ServiceMap {
  #map;

  /** Not for callers: `Trace.serviceMap` and `TraceSet.serviceMap` make these. */
  constructor(map) {
    this.#map = map;
  }

  graph() {
    return guarded(() => alive(this.#map).graph());
  }

  spansOfNode(node, preferredTrace = -1) {
    return spansOfTrace(alive(this.#map).spansOfNode(node, preferredTrace));
  }

  spansOfEdge(edge, preferredTrace = -1) {
    return spansOfTrace(alive(this.#map).spansOfEdge(edge, preferredTrace));
  }

  free() {
    this.#map?.free();
    this.#map = null;
  }
}

if (Symbol.dispose) {
  for (const { prototype } of [Statistics, Logs, Flame, ServiceMap]) {
    Object.defineProperty(prototype, Symbol.dispose, { value: prototype.free, configurable: true, writable: true });
  }
}
