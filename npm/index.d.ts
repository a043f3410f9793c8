// Types of the package. Times are nanoseconds: numbers since the start of the trace, bigints for absolute ones. A span is
// known by its index, its position in the tree order of its trace.

import type { Flame, GroupBy, Logs, ServiceMap, Statistics } from './explore.js';

export * from './context.js';
export * from './explore.js';

/**
 * Loads the module; call it before anything else. Calling it again, even at once, does nothing more.
 * @param source where the module (spanscope_bg.wasm) is to come from; the package carries it otherwise
 */
export function init(source?: BufferSource | Response | URL | string): Promise<void>;

/** The same without waiting, from the module's bytes. */
export function initSync(bytes: BufferSource): void;

/** The size of the module's memory in bytes. It grows with what is open and never shrinks. */
export function memoryBytes(): number;

/** Thrown when nothing can be read, or nothing is there that was asked for. */
export class SpanscopeError extends Error {
  constructor(kind: string, message: string, position: Position | null, options?: ErrorOptions);
  /**
   * A stable word. From reading: 'empty', 'unknown-format', 'no-such-format', 'syntax', 'truncated', 'too-deep', 'no-spans',
   * 'too-large'; from asking: 'no-such-trace', 'no-such-span', 'no-such-order', 'no-such-group', 'no-such-measure', 'freed'; 'not-ready', 'not-loaded', 'broken'.
   */
  readonly kind: string;
  /** Where in the input, if it is about a place. */
  readonly position: Position | null;
}

/** A place in an input. */
export type Position = {
  /** Which input, counted from 0. */
  input: number;
  /** Bytes before it. */
  offset: number;
  /** Counted from 1. */
  line: number;
  /** Characters, counted from 1. */
  column: number;
};

// ── Reading ──

export type ReadOptions = {
  /** The id of a format (see `formats`); guessed when it is not given. */
  format?: string | undefined;
  /** What the input is called, such as a file's name. */
  name?: string | undefined;
};

/** Reads one input. Throws a SpanscopeError when no span can be read; smaller problems are warnings. */
export function read(input: Uint8Array | ArrayBuffer | string, options?: ReadOptions): TraceSet;

/** Reads several inputs; spans of one trace are joined, whichever input they come from. */
export function readAll(
  inputs: { bytes: Uint8Array | ArrayBuffer | string; name?: string | undefined; format?: string | undefined }[],
  options?: { format?: string | undefined },
): TraceSet;

/** Takes an input in pieces, as they come from a stream. */
export class TraceReader {
  /** @param options `byteLength`: how long the input will be, if that is known; so much memory is reserved at once */
  constructor(options?: ReadOptions & { byteLength?: number | undefined });
  push(chunk: Uint8Array): void;
  /** Reads what was pushed, and frees the reader. */
  finish(): TraceSet;
  free(): void;
  [Symbol.dispose](): void;
}

/** A format that an input looks like. */
export type Candidate = {
  format: string;
  /** A clause such as 'it has resourceSpans'. */
  why: string;
};

/** Looks at the beginning of an input; reads nothing. */
export function detect(input: Uint8Array | ArrayBuffer | string): {
  kind: 'headers' | 'traces' | 'logs' | 'unknown';
  /** What it would be read as. */
  format: string | null;
  candidates: Candidate[];
};

/** The formats that can be read, in the order in which they are tried. */
export function formats(): { id: string; name: string; producedBy: string }[];

/** Something that reading noticed: how often, and the first case in a sentence. */
export type Warning = {
  /** A stable word such as 'orphan' or 'end-before-start'. */
  kind: string;
  message: string;
  count: number;
  /** The place of the first case. */
  position: Position | null;
};

/** What was made of one input. */
export type InputReport = {
  /** Its number, as in positions; a file of an archive is an input of its own. */
  input: number;
  /** The number of the given input that it is, or came out of. */
  given: number;
  name: string;
  format: string;
  /** Why that format. */
  why: string;
  /** Other formats that it looks like. */
  candidates: Candidate[];
  spans: number;
  /** What was skipped, at most 100 places. */
  skipped: { position: Position; reason: string }[];
  /** What was assumed, a sentence each. */
  guesses: string[];
  /** The warnings whose first case stands in this input. */
  warnings: Warning[];
};

// ── Traces ──

/** All that was read. */
export class TraceSet {
  private constructor();
  /** The format of the first input. */
  readonly format: string;
  readonly spanCount: number;
  readonly traceCount: number;
  summary(): Summary;
  /** All service names in order of first appearance; the index is the service's number elsewhere. */
  services(): string[];
  warnings(): Warning[];
  /** One report for each input that was read. */
  inputs(): InputReport[];
  /** A part of an input as it was read (unpacked, cleaned), which is what the offsets of positions count in. */
  source(input: number, from?: number, to?: number): Uint8Array;
  /** A window of the list of traces; by start unless told otherwise. */
  traces(options?: {
    from?: number | undefined;
    count?: number | undefined;
    sort?: 'start' | 'duration' | 'errors' | 'spans' | undefined;
  }): TraceSummary[];
  /** The numbers of the traces that a filter leaves, in an order; all by start unless told otherwise. Words stand in the root's service or operation or in the id. */
  traceOrder(options?: {
    sort?: 'start' | 'duration' | 'errors' | 'spans' | undefined;
    words?: string | undefined;
    /** Only traces with an error. */
    failed?: boolean | undefined;
    /** The least and the most start since the first trace's. */
    startNs?: readonly [from: number, to: number] | undefined;
    /** The least and the most duration. */
    durationNs?: readonly [from: number, to: number] | undefined;
  }): Uint32Array<ArrayBuffer>;
  /** Summaries of the traces with these numbers. */
  tracesAt(indices: Iterable<number>): TraceSummary[];
  /** By number: start since the first trace's, duration, how many spans have status error. */
  tracePoints(): { startNs: Float64Array<ArrayBuffer>; durationNs: Float64Array<ArrayBuffer>; errors: Float64Array<ArrayBuffer> };
  /** What the traces have in common, in a sentence or two; of a single trace its own verdict. */
  verdict(): string;
  /** All spans as OTLP in JSON. */
  toOtlpJson(): string;
  /** The same document as bytes in parts of some megabytes, in their order, for what is too long for one string. What `write` throws ends it. */
  writeOtlpJson(write: (part: Uint8Array<ArrayBuffer>) => void): void;
  /** Which services call which in all traces. */
  serviceMap(): ServiceMap;
  /** The spans of all traces by call path. */
  flame(options?: { measure?: 'total' | 'self' | 'critical' | undefined }): Flame;
  /** Figures over groups of the spans of all traces. */
  statistics(options?: { by?: GroupBy | undefined }): Statistics;
  /** The keys of attributes on spans or their resources, with how many spans have each: the most frequent first. */
  attributeKeys(): { key: string; spans: number }[];
  /** A trace by its id, or by its place in the order by start. Throws when there is none. */
  trace(idOrIndex: string | number): Trace;
  /** Gives the memory back, once its traces are freed too. */
  free(): void;
  [Symbol.dispose](): void;
}

/** Counts over all spans. */
export type Summary = {
  format: string;
  spans: number;
  traces: number;
  /** Spans without a parent id. */
  roots: number;
  /** Spans whose parent is not in the input. */
  orphans: number;
  duplicateIds: number;
  errorSpans: number;
  zeroDuration: number;
  negativeDuration: number;
  links: number;
  events: number;
  services: string[];
  /** Levels of the deepest trace. */
  maxDepth: number;
};

export type TraceSummary = {
  /** Its place in the order by start. */
  index: number;
  traceId: string;
  /** Of the longest root; without a root, of the longest top. */
  rootService: string;
  rootName: string;
  /** Nanoseconds since 1970; 0n when no span has a time. */
  startNs: bigint;
  /** From the first start to the last end. */
  durationNs: number;
  spans: number;
  errors: number;
  services: string[];
  /** Levels. */
  depth: number;
  roots: number;
  orphans: number;
};

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type SpanStatus = 'unset' | 'ok' | 'error';

/** A step of the critical path: this span held up what came after it. */
export interface PathStep {
  span: number;
  /** From its end to what waited for it. */
  gapNs: number;
  clarity: 'clear' | 'touching' | 'tolerated' | 'ambiguous';
  /** Whether a part of it was cut off, as it began before its parent or ended after it. */
  clipped: boolean;
  /** What ended near, the latest first; the first few of `rivalCount`. */
  rivals: number[];
  rivalCount: number;
}

/** How a budget stands on a trace. */
export interface BudgetStatement {
  text: string;
  /** `unmatched`: nothing in the trace is what it is for. */
  standing: 'within' | 'over' | 'unmatched';
  /** Of `limit` and `spent`: nanoseconds for `ns` and `timeout`, a part of one for `share`, spans for `calls`. */
  unit: 'ns' | 'share' | 'calls' | 'timeout';
  limit: number;
  spent: number;
  /** What its spans own of the critical path. */
  exclusiveNs: number;
  /** The longest of them for an operation, else the time in which any of them ran. */
  inclusiveNs: number;
  /** The one that spent most first. */
  spans: number[];
  /** What else is to be said. */
  note: string;
}

/** One thing to do. */
export interface Action {
  text: string;
  /** The figure behind it; "" when the text says it. */
  why: string;
  spans: number[];
}

/** One thing that was found in a trace. It claims no more than times, statuses and attributes can show. */
export interface Finding {
  /** Which kind of finding, a stable name: `error-origin`, `serial-repeat`, `retry-recovered` … */
  id: string;
  /** `critical`: it decides how long the request took or why it failed; `warning`: it cost something; `info`: good to know. */
  severity: 'critical' | 'warning' | 'info';
  /** How sure it is. */
  confidence: 'certain' | 'likely' | 'guess';
  /** One sentence, without a full stop. */
  title: string;
  /** The spans it is about; the first is the one to look at. */
  spans: number[];
  /** How much sooner this request would have ended without it, in nanoseconds; 0 where nothing can be said. */
  savesNs: number;
  /** How that was computed; "" when there is nothing to compute. */
  arithmetic: string;
  /** What speaks for it, with the spans that show it. */
  evidence: { text: string; spans: number[] }[];
  /** What to do next. */
  next: string;
}

/** An error: where it began, what kind of failure it was, how far it went. */
export interface RootCause {
  /** The span in which it began. */
  origin: number;
  /** Whether that span has no error of its own: a span above it ran out of time while it was running. */
  silent: boolean;
  /** From the origin to the last span that ended with the error. */
  chain: number[];
  /**
   * `timeout_budget`: it, or what it waited for, used up the time that somebody allowed · `cancelled`: somebody gave up on it · `fast_fail`: nobody
   * was there to answer · `downstream`: a call failed, and what it called is not in the trace · `validation`: the request was refused as it was ·
   * `retry_exhausted`: the last of several tries failed too · `propagated`: it began where nothing was recorded · `own`: in this span.
   */
  cause: 'timeout_budget' | 'cancelled' | 'fast_fail' | 'downstream' | 'validation' | 'retry_exhausted' | 'propagated' | 'own';
  confidence: 'certain' | 'likely' | 'guess';
  /** The time that was up: the duration of the span whose time it was, or the round figure next to it. It is inferred. */
  inferredBudgetNs: number | null;
  /** The span whose time was up. */
  budgetOf: number | null;
  /** `failed`: the request ended with it; `partial`: a part whose parent is missing; `linked`: only work that nobody waited for; `handled`: a span above went on without it. */
  impact: 'failed' | 'partial' | 'linked' | 'handled';
  /** The span that went on: the parent, or the try that succeeded. */
  handledBy: number | null;
  /** What the error is called; "" when nothing says. */
  says: string;
  /** Failed tries of one call, in order. */
  tries: number[];
  /** What speaks for all this, with the spans that show it. */
  evidence: { text: string; spans: number[] }[];
}

/** A piece of work that the request did not wait for. */
export interface AsyncPath {
  /** The span that caused it; null when nothing names one. */
  from: number | null;
  /** `message`: it handles its parent's message; `follows`: it follows its parent; `link`: it links to it; `none`: a further top of the trace. */
  edge: 'message' | 'follows' | 'link' | 'none';
  /** The trace of the work, which is another one where it is linked from there: its index, its id, and the first span of the work in it. */
  trace: number;
  traceId: string;
  span: number;
  /** Its start minus the end of the span that caused it; negative when it began before that. */
  queueWaitNs: number | null;
  totalNs: number;
  /** From last to first. Spans and times are those of its trace. */
  segments: { span: number; startNs: number; endNs: number }[];
}

/** What the calls of a trace tell of the clocks of its hosts. */
export interface ClockSkew {
  hosts: {
    /** A host's id, address or name; of its service where its resource names none. */
    name: string;
    /** How far its clock seems ahead of that of the request's host; 0 unless calls show otherwise. */
    offsetNs: number;
    spans: number;
  }[];
  pairs: {
    /** Positions in `hosts`. */
    from: number;
    to: number;
    /** The clock of `to` is ahead of that of `from` by at least `lowNs` and at most `highNs`. */
    lowNs: number;
    highNs: number;
    /** How many calls there are between the two. */
    calls: number;
    /** Whether one offset fits all of them. */
    explained: boolean;
    /** Whether the clocks differ: 0 is not in the interval, by more than the steps in which they tick. */
    differs: boolean;
    /** The called spans that set the lower and the upper bound. */
    spans: number[];
  }[];
  /** Spans that an alignment moves, and by how much. */
  moved: { spans: Uint32Array<ArrayBuffer>; byNs: Float64Array<ArrayBuffer> };
}

/** Where the spans of a trace would lie if the clocks of its hosts agreed. */
export interface Alignment {
  /** By how much each span moves, in tree order; 0 for one that stays. */
  shiftsNs: Float64Array<ArrayBuffer>;
  /** The spans that move, by host and shift. */
  moves: {
    /** Whose clock is off, and against which host's it is moved. */
    host: string;
    against: string;
    /** How far its spans move, and how much less or more it may be. */
    byNs: number;
    giveNs: number;
    spans: Uint32Array<ArrayBuffer>;
    /** What it rests on, in words. */
    reason: string;
  }[];
  /** Spans that stay where they were recorded although something speaks for a shift, by reason. */
  refused: { reason: 'asynchronous' | 'longer-than-parent' | 'one-host' | 'unexplained'; text: string; spans: Uint32Array<ArrayBuffer> }[];
  /** The stretch of time that holds all spans, where they were recorded and where they are moved to. */
  fromNs: number;
  toNs: number;
}

/** The other end of a link, when it is in the input. */
export interface LinkedSpan {
  trace: number;
  traceId: string;
  span: number;
  spanId: string;
  name: string;
  service: string;
}

/** A trace: the spans with one trace id. It stays valid when its set is freed. */
export class Trace {
  private constructor();
  readonly spanCount: number;
  summary(): TraceSummary;
  /** All about one span. Throws when there is no such span. */
  span(index: number): SpanDetails;
  /** The spans with this id, in tree order. */
  find(spanId: string): number[];
  /** By start, then by id. */
  children(index: number): Uint32Array<ArrayBuffer>;
  /** In tree order, as the next ones. NaN for a span without a start. */
  starts(): Float64Array<ArrayBuffer>;
  /** End minus start, negative for a span that ends before it starts; 0 when one of them is missing. */
  durations(): Float64Array<ArrayBuffer>;
  /** The duration minus the union of the children. */
  selfTimes(): Float64Array<ArrayBuffer>;
  /** -1 for a top: a root, an orphan, or the cut of a cycle. */
  parents(): Int32Array<ArrayBuffer>;
  /** Levels above: 0 for a top. */
  depths(): Uint32Array<ArrayBuffer>;
  /** Which span held up its top at each instant; one path for each top. */
  criticalPath(): CriticalPath[];
  /** The top that the trace is spoken of by: the longest root; without a root, the longest top. */
  mainTop(): number;
  /**
   * How sure the critical path of the main top is, and what it leaves out. Span times do not prove that one span waited for
   * another: a step is `clear` when nothing else ended near, `touching` when the one ended as the other began, `tolerated` when two clocks
   * may differ a little, `ambiguous` when others (`rivals`, the first of `rivalCount`) ended near, too.
   */
  pathDoubts(): {
    top: number;
    /** From last to first. */
    hops: PathStep[];
    /** Where a span owns the path while `child` ran, which is not on it. */
    beside: { span: number; child: number; ns: number }[];
    /** Children that start before their parent or end after it, and by how much. */
    clipped: { span: number; ns: number }[];
    /** Children that are on no path: they ran outside of their parent, or nothing waits for them. */
    dropped: { span: number; why: 'outside' | 'async' }[];
  };
  /** The step of the path from this span to what waited for it; null off the main top's path. */
  pathStep(span: number): PathStep | null;
  /** How much sooner its top would have ended without this span and what is below it, in nanoseconds, by replay. 0 off the path. */
  drag(span: number): number;
  /** How much later the span could have ended before its top ended later; infinite when nothing waits for it. */
  slack(span: number): number;
  /** The spans whose own time on the path costs most, and how much sooner the top would have ended without that time. */
  largestDrags(most?: number): { span: number; dragNs: number }[];
  /** The critical path of the main top by what its time was spent on, the largest part first; sums to that top's duration. */
  pathBySpent(): {
    spent: 'work' | 'in-no-span' | 'database' | 'external' | 'network' | 'connection' | 'messaging';
    ns: number;
    spans: number[];
  }[];
  /** From the trace's start to the end of its last span. */
  extentNs(): number;
  /** Where the time went, in one to three sentences. */
  verdict(): string;
  /** The same in pieces: their texts joined are the verdict; a piece with spans speaks of them. */
  verdictParts(): { text: string; spans: number[] }[];
  /** The critical path of the main top by service, the largest part first; sums to that top's duration. */
  pathByService(): {
    service: string;
    serviceIndex: number;
    ns: number;
    /** Its spans on the path, the one that owns most of it first. */
    spans: number[];
  }[];
  /** What was found in it, the most important first. The same input gives the same words. */
  findings(): Finding[];
  /**
   * Checks budgets such as `POST /checkout < 800ms; inventory <= 200ms; db <= 30%; calls(db) <= 10; timeout inventory = 500ms`, parted by `;`
   * or line ends. An operation's time is the longest of its spans; a service's, or that of a sort of work (`db`, `http`, `rpc`, `messaging`, `network`,
   * `connection`), is what it owns of the critical path.
   */
  budgets(text: string): { statements: BudgetStatement[]; errors: { text: string; at: number; message: string }[] };
  /** What to do: two things now, one for later, the steps to take when it happens again, and a query (TraceQL) for more such requests. */
  advice(): { now: Action[]; later: Action | null; runbook: string[]; query: string };
  /** The trace as Markdown, ready for a ticket: verdict, table of the time, findings, what to do, the critical path. */
  markdown(): string;
  /**
   * Where its errors began and how far they went, the most important first. At most 100 of them; `errorCounts` counts all. Tries of one call
   * are one error.
   */
  errors(): RootCause[];
  /** Whether the request failed: whether the main top ended with an error. */
  failed(): boolean;
  /**
   * Work that the main top did not wait for, here or in traces that link here, each with the critical path of its own and the time from the end of
   * what caused it to its start. A piece of work with several causes comes once for each, its path with the first. With a number, so many of
   * them, those with the longest paths first.
   */
  asyncPaths(longest?: number): AsyncPath[];
  /** How many there are. */
  readonly asyncPathCount: number;
  /** Its hosts, what the calls between them tell of their clocks, and which spans an alignment would move. Nothing else is aligned. */
  clockSkew(): ClockSkew;
  /**
   * Where its spans would lie if the clocks of its hosts agreed. Spans of one host never move against each other, nothing moves across an asynchronous
   * edge nor into a parent that is shorter.
   */
  alignment(): Alignment;
  /** `own`: spans in which an error began; `above`: spans that passed one on, because a span below them has one too. */
  errorCounts(): { own: number; above: number };
  /** The spans in which errors began, in tree order. */
  errorSpans(): Uint32Array<ArrayBuffer>;
  /**
   * The spans that a query means, in tree order; `problem` says what is wrong with a query and where (counted as JavaScript counts).
   *
   * Words and "phrases" stand in the service, the operation, the id, the status message, values of attributes or events;
   * `/expressions/` too (`i` behind them: in any case). `service: name: kind: status: id: has:`, `duration>100ms`, `self>=1s`,
   * `key=value`, `key!=value`, `key>5` ask for one thing; `-` and `not` deny, `or` and parentheses combine.
   * `a >> b` are the spans b that have an a above them, `a > b` those directly below one.
   */
  search(query: string): { count: number; spans: Uint32Array<ArrayBuffer>; problem: { at: number; message: string } | null };
  /** The rows of a waterfall, everything expanded. It stays valid when the trace is freed. */
  waterfall(): Waterfall;
  /** Figures over groups of its spans: how often, how long, how much of it self time and on the critical path. By operation unless told otherwise. */
  statistics(options?: { by?: GroupBy | undefined }): Statistics;
  /** The keys of attributes on its spans or their resources, with how many spans have each: the most frequent first. */
  attributeKeys(): { key: string; spans: number }[];
  /**
   * Its spans, or those at these positions, as OTLP in JSON, whatever they were read from: nothing is left out or rounded. Read again, they
   * are the same.
   */
  toOtlpJson(spans?: Iterable<number>): string;
  /** The same document as bytes in parts of some megabytes, in their order, for what is too long for one string. What `write` throws ends it. */
  writeOtlpJson(write: (part: Uint8Array<ArrayBuffer>) => void, spans?: Iterable<number>): void;
  /** Which services call which in it: calls, errors, latency, network and queue, share of the critical path. */
  serviceMap(): ServiceMap;
  /** Its spans by call path; the width of a frame is total time, self time or time on the critical path. */
  flame(options?: { measure?: 'total' | 'self' | 'critical' | undefined }): Flame;
  /** How many events its spans have, lines of logs among them. */
  readonly eventCount: number;
  /** Its events in time order, lines of logs among them. */
  logs(): Logs;
  /**
   * All spans as red, green, blue and alpha of width × height pixels: spans in tree order from top to bottom. Colours are
   * numbers whose lowest byte is red; the palette goes by service. Errors show over anything else.
   */
  minimap(options: {
    width: number;
    height: number;
    palette: Uint32Array;
    error: number;
    /** Whether spans are drawn where they would be if clocks agreed; false unless given. */
    aligned?: boolean;
  } & TimeScale): Uint8ClampedArray<ArrayBuffer>;
  /** Which of so many columns a start of one of these spans falls on: 1, or else 0. */
  columns(spans: Uint32Array | readonly number[], options: { width: number; aligned?: boolean } & TimeScale): Uint8Array<ArrayBuffer>;
  /** Stretches in which no span works itself, of a twentieth of the trace or more. */
  idle(options?: { aligned?: boolean }): { fromNs: number; toNs: number }[];
  /** Round ticks of a time axis. */
  ticks(fromNs: number, toNs: number, maxCount: number): { ns: number; label: string }[];
  /** The same for an axis with breaks: all ticks have one step. */
  ticksOf(ranges: readonly { fromNs: number; toNs: number }[], maxCount: number): { ns: number; label: string }[];
  /** How many spans of the trace each service has, by its index, and each kind. */
  spanCounts(): { services: number[]; kinds: { kind: SpanKind; spans: number }[] };
  /**
   * Collects the texts of the trace, as the first search does otherwise: a second for a million spans. With a number, those of so
   * many spans more; with a query, only if that looks at texts. Answers whether it is done for all.
   */
  prepareSearch(spans?: number, query?: string): boolean;
  /**
   * Does the next part of what `verdict()` and the like need, so that a large trace holds nothing up: called until it answers true,
   * they are there at once.
   */
  prepareVerdict(): boolean;
  /** The same for `findings()`, `advice()` and `markdown()`, some ten milliseconds of work at a time: seconds for a million spans. */
  prepareFindings(): boolean;
  /** Gives the memory back, once the set is freed too. */
  free(): void;
  [Symbol.dispose](): void;
}

export type CriticalPath = {
  top: number;
  /** From last to first; each ends where the one before it starts. */
  segments: { span: number; startNs: number; endNs: number }[];
  /** The sum of the segments: the top's duration. */
  totalNs: number;
};

/** What a width stands for: one range, or points of time and the pixels they stand at (`ns, px, ns, px, …`), straight between them. */
export type TimeScale =
  | { fromNs: number; toNs: number; scale?: null | undefined }
  | { fromNs?: number | undefined; toNs?: number | undefined; scale: Float64Array | readonly number[] };

/** Which rows of a trace are visible: keeps what is collapsed. */
export class Waterfall {
  private constructor();
  readonly rowCount: number;
  /**
   * The rows from one on.
   * @param range what is visible of the time axis: stretches and events outside of it are left out, so that a row that has
   * too many of them to show all at once shows them exactly when one looks closer
   */
  rows(from: number, count: number, range?: { fromNs?: number | undefined; toNs?: number | undefined }): Row[];
  /** -1 when it is hidden in a collapsed subtree. */
  rowOf(span: number): number;
  /** The row of a span, of its closed group, or of the nearest span above that has one; -1 when there is none. */
  nearestRow(span: number): number;
  /** -1 when there is no such row. */
  spanOf(row: number): number;
  /** The row above a row in the tree; -1 when there is none. */
  parentRow(row: number): number;
  /** The spans in focus; `to` is not one of them. */
  range(): { from: number; to: number };
  /** How many of the spans in focus the selection hides. */
  readonly hiddenCount: number;
  /** Shows another part of the trace; what is not said is shown. */
  select(selection?: {
    /** The span whose subtree is shown alone. */
    root?: number | null | undefined;
    /** Indices of services. What is below a hidden span stands under the nearest visible one above it. */
    hiddenServices?: readonly number[] | undefined;
    hiddenKinds?: readonly SpanKind[] | undefined;
    /** Spans, rising, that are shown alone with what is above them. */
    only?: Uint32Array | readonly number[] | null | undefined;
    /** Only what is on the critical path, or above something that is. */
    pathAlone?: boolean | undefined;
    /** Five or more leaves of one service and name beside each other are one row. */
    grouped?: boolean | undefined;
  }): void;
  /** Opens or closes the group that a span is in. */
  setGroupOpen(span: number, open: boolean): void;
  /** Moves rows so that the clocks of hosts agree (`Trace.alignment`), or puts them back where they were recorded. */
  align(aligned: boolean): void;
  setExpanded(span: number, expanded: boolean): void;
  expandAll(): void;
  /** Leaves the tops alone. */
  collapseAll(): void;
  /** Shows the spans of this level and above; 1 for the tops alone. */
  expandToLevel(level: number): void;
  /**
   * Expands everything above a span, opens its group, and shows it even where the selection hides it; answers its row, -1 when it is not in
   * the subtree in focus.
   */
  reveal(span: number): number;
  free(): void;
  [Symbol.dispose](): void;
}

export type Row = {
  span: number;
  /** 1 for a top. */
  level: number;
  expandable: boolean;
  expanded: boolean;
  /** Descendants that are hidden because it is collapsed. */
  hidden: number;
  /** Place among its siblings, from 1. */
  positionInSet: number;
  setSize: number;
  top: 'root' | 'orphan' | 'cycle' | null;
  service: string;
  serviceIndex: number;
  name: string;
  kind: SpanKind;
  /** NaN when it has none. */
  startNs: number;
  durationNs: number;
  selfNs: number;
  criticalNs: number;
  /** Whether an error began in it, or below it. */
  error: 'own' | 'below' | null;
  statusMessage: string;
  /** Start and end by turns: where it works itself. At most 64 pairs, neighbours joined when there are more. */
  busy: number[];
  /** The same: where it owns the critical path; of a collapsed span, where its subtree does. */
  critical: number[];
  /** At most 64. */
  events: { ns: number; error: boolean }[];
  /** Start of the earliest child that begins before it, NaN when none does; children it does not wait for do not count. */
  earlyNs: number;
  /** End of the latest child that ends after it, NaN when none does. */
  lateNs: number;
  /** How far it is moved from where it was recorded; 0 unless clocks are aligned. */
  shiftNs: number;
  links: number;
  warnings: number;
  /** Spans between it and the next row that the selection hides. */
  skipped: number;
  /** Set for a row that stands for a group of alike spans; `span` is the first of them, the times are those of all together. */
  group: { count: number; errors: number; unionNs: number; sumNs: number; leastNs: number; mostNs: number } | null;
};

/** The value of an attribute. An int is a bigint beyond 2^53; a map is a list of keys and values. */
export type AttributeValue = null | boolean | number | bigint | string | Uint8Array | AttributeValue[];

export type Attribute = { key: string } & (
  | { type: 'string'; value: string }
  | { type: 'int'; value: number | bigint }
  | { type: 'double'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'bytes'; value: Uint8Array }
  | { type: 'array'; value: AttributeValue[] }
  | { type: 'map'; value: [key: string, value: AttributeValue][] }
  | { type: 'null'; value: null }
);

export type SpanDetails = {
  index: number;
  traceId: string;
  spanId: string;
  /** As written, whether or not that span is there; '' for none. */
  parentSpanId: string;
  parent: number | null;
  name: string;
  service: string;
  /** The service's place in `TraceSet.services()`. */
  serviceIndex: number;
  kind: SpanKind;
  status: SpanStatus;
  statusMessage: string;
  /** NaN when it has none. */
  startNs: number;
  durationNs: number;
  selfNs: number;
  /** How long it owns the critical path of its top. */
  criticalNs: number;
  startUnixNs: bigint | null;
  traceState: string;
  flags: number;
  attributes: Attribute[];
  resource: Attribute[];
  scope: { name: string; version: string; attributes: Attribute[] };
  events: { name: string; ns: number; attributes: Attribute[] }[];
  links: { traceId: string; spanId: string; traceState: string; attributes: Attribute[]; target: LinkedSpan | null }[];
  /** How many spans of all traces link to this one, and the first thousand of them. */
  linkedByCount: number;
  linkedBy: LinkedSpan[];
  warnings: { kind: string; message: string }[];
  /** Where it stands in its input. */
  source: Position | null;
};
