// Types of what looks at many spans at once. Times are nanoseconds.

import type { Attribute } from './index.js';

/** What spans are put together by. */
export type GroupBy = 'span' | 'service' | 'operation' | 'kind' | 'status' | `attribute:${string}`;

/** Groups of spans with figures for each. Every span is in exactly one group. */
export class Statistics {
  private constructor();
  readonly groupCount: number;
  /** Sums over all groups; `maxNs` is the largest. */
  all(): { count: number; errors: number; totalNs: number; selfNs: number; criticalNs: number; maxNs: number };
  /** The largest figures of a group, for bars on one scale. */
  largest(): { totalNs: number; selfNs: number; criticalNs: number };
  /** Groups that are equal in the column keep the order in which they appear. */
  sort(
    column: 'label' | 'start' | 'count' | 'total' | 'self' | 'critical' | 'p50' | 'p95' | 'max' | 'errors',
    options?: { descending?: boolean | undefined },
  ): void;
  /** The groups in their order, from one on. */
  groups(from?: number, count?: number): Group[];
  /**
   * The spans of the group at this place that are in one trace: the preferred one when it has some of them, else that of the
   * longest of them. Spans are positions in the tree order of the trace.
   */
  spans(group: number, preferredTrace?: number): { trace: number; spans: number[] };
  /** The groups in their order as comma-separated values, safe to open in a spreadsheet. */
  csv(): string;
  free(): void;
  [Symbol.dispose](): void;
}

export type Group = {
  /** Place in `TraceSet.services()`; null when the spans need not be of one service. */
  service: number | null;
  /** The operation, kind, status or value; '' for a service. */
  label: string;
  /** Whether it holds the spans without the attribute. */
  missing: boolean;
  /** Which span, when each stands for itself. */
  span: { trace: number; index: number; startNs: number } | null;
  count: number;
  /** Spans that failed. */
  errors: number;
  /** Durations added up; a span inside of another counts for both. */
  totalNs: number;
  selfNs: number;
  /** Time on the critical path. */
  criticalNs: number;
  /** The smallest duration that half of the spans do not exceed. */
  p50Ns: number;
  p95Ns: number;
  maxNs: number;
};

/** The events of a trace in time order, lines of logs among them. */
export class Logs {
  private constructor();
  readonly count: number;
  /** How many the filter leaves. */
  readonly shownCount: number;
  /** How many of each level; '' for those that say nothing of it. */
  levels(): { level: LogLevel; count: number }[];
  exceptionCount(): number;
  /** Leaves the lines that have all these words somewhere, in any case, and at least this level. */
  filter(filter?: { words?: string | undefined; level?: LogLevel | undefined }): void;
  /** The lines that the filter leaves, from one on. */
  lines(from?: number, count?: number): LogLine[];
  attributes(line: { span: number; place: number }): Attribute[];
  free(): void;
  [Symbol.dispose](): void;
}

export type LogLevel = '' | 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export type LogLine = {
  span: number;
  /** Place among the span's events. */
  place: number;
  /** Since the start of the trace; NaN when it has no time, and it stands where its span starts. */
  ns: number;
  level: LogLevel;
  /** Whether it tells of an exception. */
  exception: boolean;
  text: string;
  /** How many attributes it has. */
  attributes: number;
  service: string;
  serviceIndex: number;
  operation: string;
};

/** Spans by call path: a frame is all spans with the same services and operations above them, and their own. */
export class Flame {
  private constructor();
  readonly frameCount: number;
  /** How many rows. */
  readonly depth: number;
  /** What the whole width stands for. */
  readonly wholeNs: number;
  /**
   * What is to be drawn of a part of the width (from 0 to 1) on so many pixels. Frames narrower than a pixel are drawn as one.
   * @param look `nameRoom`: pixels from which a rectangle has its operation's name
   */
  rectangles(look: {
    from?: number | undefined;
    to?: number | undefined;
    width: number;
    firstRow?: number | undefined;
    endRow?: number | undefined;
    nameRoom?: number | undefined;
  }): FlameRectangle[];
  /** Frames in the order of the tree, from one on. */
  frames(from?: number, count?: number): Frame[];
  /** The frame at the left of one, under the same parent. */
  frameBefore(frame: number): number | null;
  /** The spans of a frame, as `Statistics.spans` has those of a group. */
  spans(frame: number, preferredTrace?: number): { trace: number; spans: number[] };
  free(): void;
  [Symbol.dispose](): void;
}

export type FlameRectangle = {
  /** The frame, or the first of those that are drawn as one. */
  frame: number;
  depth: number;
  /** Pixels. */
  left: number;
  right: number;
  /** How many frames of its row it stands for. */
  frames: number;
  service: number;
  /** An error began in it. */
  error: boolean;
  /** An error began below it. */
  errorBelow: boolean;
  /** How much of its total time is on the critical path, from 0 to 1. */
  critical: number;
  /** '' where there is no room. */
  name: string;
};

export type Frame = {
  index: number;
  parent: number | null;
  depth: number;
  /** Index behind the last frame below it. */
  end: number;
  serviceIndex: number;
  name: string;
  count: number;
  /** Spans in which an error began. */
  errors: number;
  errorsBelow: number;
  totalNs: number;
  selfNs: number;
  criticalNs: number;
  /** What its width stands for. */
  valueNs: number;
  /** Edges, as parts of the whole. */
  left: number;
  right: number;
};

/** Which services call which, and where boxes and edges stand in a picture. */
export class ServiceMap {
  private constructor();
  graph(): ServiceGraph;
  /** The spans of a node, or those that speak of it, as `Statistics.spans` has those of a group. */
  spansOfNode(node: number, preferredTrace?: number): { trace: number; spans: number[] };
  /** The spans of the calls on an edge. */
  spansOfEdge(edge: number, preferredTrace?: number): { trace: number; spans: number[] };
  free(): void;
  [Symbol.dispose](): void;
}

export type ServiceGraph = {
  nodes: MapNode[];
  edges: MapEdge[];
  /** How many columns a picture has. */
  layers: number;
  rows: number;
  /** Calls that no service answered, and whose attributes name nobody. */
  unnamed: number;
  /** Time on critical paths in all; shares are shares of it. */
  criticalNs: number;
};

export type MapNode = {
  /** What recorded no spans of its own is a destination of messages, a database, or another peer. */
  kind: 'service' | 'messaging' | 'database' | 'peer';
  /** Place in `TraceSet.services()`. */
  serviceIndex: number | null;
  name: string;
  /** Such as 'kafka' or 'postgresql'. */
  system: string;
  spans: number;
  errors: number;
  /** Requests that begin here, as far as was recorded. */
  entries: number;
  selfNs: number;
  /** Of a destination, database or peer: that of the spans that speak of it, which also counts for their service. */
  criticalNs: number;
  /** From the left. */
  layer: number;
  /** From above, in heights of a box. */
  row: number;
};

export type MapEdge = {
  /** Places in `nodes`; the same twice for a service that calls itself. */
  from: number;
  to: number;
  calls: number;
  /** Calls that failed on one side or the other. */
  errors: number;
  /** Calls of which only the caller recorded a span. */
  oneSided: number;
  p50Ns: number;
  p95Ns: number;
  maxNs: number;
  /** What lies between the durations of both sides, added up over `networkCalls`. */
  networkNs: number;
  networkCalls: number;
  /** From the end of sending to the start of handling, added up over `queueCalls`. */
  queueNs: number;
  queueCalls: number;
  /** Time on the critical path at or below these calls. */
  criticalNs: number;
  /** Failed calls, then the longest. */
  examples: { trace: number; span: number }[];
  /** Layer and row by turns: places that the edge passes between both ends. */
  way: number[];
};
