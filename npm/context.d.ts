// Types of context.js: reading, writing and explaining trace-context headers. None of the functions that take header
// text throws on bad text.

/** What a `traceparent` says, or why it is refused. */
export type Traceparent =
  | {
      ok: true;
      /** The version it was written in: 0 for 00. */
      version: number;
      /** 32 lower-case hex digits. */
      traceId: string;
      /** 16 lower-case hex digits: the span that made the request. */
      parentId: string;
      /** The flags as they came, 0 to 255. */
      flags: number;
      sampled: boolean;
      /** Whether the trace id is known to be random. */
      random: boolean;
    }
  | {
      ok: false;
      reason:
        | 'empty'
        | 'version'
        | 'version-ff'
        | 'trace-id'
        | 'trace-id-zero'
        | 'parent-id'
        | 'parent-id-zero'
        | 'trace-flags'
        | 'trailing';
      /** The place, counted in characters after leading white space. */
      at: number;
      /** One sentence: expected what, found what, where, and a hint where there is one. */
      message: string;
    };

/** What one process tells the next about the trace they share. */
export type SpanContext = {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** 16 lower-case hex digits; null when only the trace is named. */
  spanId: string | null;
  /** As in a `traceparent`: 1 sampled, 2 random. */
  traceFlags: number;
  /** null: the decision is left to the receiver. */
  sampled: boolean | null;
  random: boolean;
  debug: boolean;
  /** The `tracestate` to send on; may be empty. */
  traceState: string;
  /**
   * What a format carries beyond that: `traceIdBits` '64' for a trace id that came with 16 digits, `parentSpanId` (B3),
   * `samplingPriority`, `origin` and `_dd.p.…` (Datadog), and further fields of X-Ray under their names.
   */
  extra: Record<string, string>;
};

export function parseTraceparent(value: string): Traceparent;

/**
 * Reads many `traceparent` values, one a line, as bytes. Every line has an entry, also an empty one: in `ok` 1 for a valid
 * header, else 0; in `flags` its flags; in `ids` 24 bytes, 16 of the trace id and 8 of the parent id.
 */
export function parseTraceparents(lines: Uint8Array): {
  count: number;
  ok: Uint8Array;
  flags: Uint8Array;
  ids: Uint8Array;
};

/** Always version 00, flags without a meaning zeroed. Throws a SpanscopeError when an id is not valid. */
export function formatTraceparent(context: { traceId: string; spanId: string; traceFlags: number }): string;

/** A new trace, with ids from the platform's cryptographic generator; sampled unless told otherwise. */
export function startTrace(options?: {
  sampled?: boolean;
  /** Puts the time into the first four bytes of the trace id, as AWS X-Ray asks for. */
  xrayCompatible?: boolean;
}): SpanContext & { spanId: string; sampled: boolean };

/** A span below this one: same trace, new span id; the decision stays as it is unless a new one is given. */
export function childOf(context: SpanContext, options?: { sampled?: boolean }): SpanContext & { spanId: string };

/** A header found in a text, with its parts in words. */
export type Explanation = {
  /** The header's name in lower case, such as 'traceparent'. */
  header: string;
  /** How it was written where it was found: 'alone' for a value without a name, 'header' for `name: value`, … */
  place: string;
  /** Where the value stands in the text: text.slice(start, end). */
  start: number;
  end: number;
  /** The value, decoded where its surroundings encode it. Places below are in this string. */
  value: string;
  /** The parts of the value in order, without overlap; what lies between them is punctuation. */
  fields: {
    /** What the part is called, such as 'trace id'; the same in every header. */
    name: string;
    start: number;
    end: number;
    /** value.slice(start, end) */
    value: string;
    /** What it says, in a sentence or two. */
    meaning: string;
  }[];
  /** What is wrong. A header with problems may still give a context. */
  problems: Problem[];
  /** The context it gives. Of several headers that give one together, the first has it. */
  context: SpanContext | null;
  /** The same context in the other formats: header names and values, ready to copy. */
  others: Record<string, string>;
};

/** Finds the headers in anything pasted, and explains each; nothing found: an empty array. */
export function explainHeaders(text: string): Explanation[];

/** What is wrong with a header. */
export type Problem = {
  /** The header's name in lower case. */
  header: string;
  /** A stable word from a closed set for each header, such as 'trace-id-zero'. */
  reason: string;
  /** The place in the header's value, in characters; null when there is no value. */
  at: number | null;
  /** One sentence. */
  message: string;
};

/** The header formats, in the order in which `extract` looks for them. */
export type HeaderFormat =
  | 'w3c'
  | 'elastic'
  | 'b3'
  | 'b3multi'
  | 'datadog'
  | 'jaeger'
  | 'sentry'
  | 'ot'
  | 'instana'
  | 'grpc-trace-bin'
  | 'xray'
  | 'gcp';

/** A member of a `baggage` header, decoded. */
export type BaggageMember = {
  key: string;
  value: string;
  properties: { key: string; value: string | null }[];
};

/** What the headers of a message say. */
export type Extraction = {
  /** The caller's span; null when a new trace is to be started. */
  context: SpanContext | null;
  /** A decision that came without ids, such as `b3: 0`: the new trace is to follow it. */
  sampled: boolean | null;
  debug: boolean;
  /** The format that gave the context or the decision. */
  format: HeaderFormat | null;
  baggage: { members: BaggageMember[] };
  /** What was wrong with the headers that were read; `at` counts in the lines of a header joined by commas. */
  problems: Problem[];
};

/** What headers may come in: Headers, a Map or pairs, a plain record (arrays too), Node's IncomingMessage or its rawHeaders. */
export type HeaderSource =
  | Iterable<readonly [string, string | readonly string[]]>
  | Record<string, string | readonly string[] | number | undefined>
  | { rawHeaders: readonly string[] }
  | readonly string[]
  | null
  | undefined;

/**
 * Reads the context from headers; names count in any case. The formats are tried in their order (w3c, elastic, b3, b3multi,
 * datadog, jaeger, sentry, ot, instana, grpc-trace-bin, xray, gcp, or the order given): the first that gives a context or a
 * decision counts, and what comes after it is not read. A format whose headers are broken is reported and passed over.
 * Throws a SpanscopeError only for a format that does not exist.
 */
export function extract(headers: HeaderSource, options?: { formats?: Iterable<HeaderFormat> }): Extraction;

/**
 * The headers that carry a context, by default `traceparent` and `tracestate`; with baggage, its headers too. A format that
 * cannot hold the context (most need a span id) writes nothing. Throws a SpanscopeError when an id is not valid.
 */
export function inject(
  context: Pick<SpanContext, 'traceId' | 'spanId'> & Partial<SpanContext>,
  options?: { formats?: Iterable<HeaderFormat>; baggage?: Iterable<BaggageInput> | { members: Iterable<BaggageInput> } },
): Record<string, string>;

/** A member to write. */
export type BaggageInput = {
  key: string;
  value: string;
  properties?: readonly ({ key: string; value?: string | null } | readonly [string, string | null])[];
};

/** Reads a `tracestate`, one line or several, by the rules of level 2 unless told otherwise. One bad member drops the list. */
export function parseTracestate(
  value: string | readonly string[],
  options?: { level?: 1 | 2 },
):
  | { ok: true; members: { key: string; value: string }[] }
  | { ok: false; reason: 'key' | 'value' | 'no-equals' | 'duplicate' | 'too-many'; at: number; message: string };

/** Sets a key, which goes to the left, or deletes it (null). Throws a SpanscopeError of the kind 'key' or 'value'. */
export function setTracestate(value: string, key: string, newValue: string | null): string;

/** Cuts to so many characters, by whole members: first those over 128 characters, then from the right. */
export function truncateTracestate(value: string, maxCharacters: number): string;

/** Reads a `baggage`, one line or several. What breaks a rule is reported, and left out. */
export function parseBaggage(value: string | readonly string[]): { members: BaggageMember[]; problems: Problem[] };

/** The header of these members; empty when there are none. Throws a SpanscopeError of the kind 'key' or 'property'. */
export function formatBaggage(members: Iterable<BaggageInput>): string;

/** What the `ot` member of a `tracestate` says about sampling. */
export type Sampling = {
  /** The threshold in 14 hex digits: of 2^56 random numbers, those below it are not sampled. */
  threshold: string | null;
  /** The threshold without trailing zeros, as `th` is written. */
  canonical: string | null;
  probability: number | null;
  /** How many spans one that was kept stands for. */
  adjustedCount: number | null;
  /** The random number in 14 hex digits: `rv`, else the last of the trace id. */
  randomness: string | null;
  /** Whether `rv` is given. */
  explicit: boolean;
  /** Whether the sampled flag agrees with randomness and probability; null when there is nothing to compare. */
  consistent: boolean | null;
  /** What else the member holds. */
  other: Record<string, string>;
  problems: Problem[];
};

/** Reads the `ot` member; null when there is none. */
export function decodeSampling(traceState: string, traceId: string, flags: number): Sampling | null;

/**
 * A probability as the value of `th`; precision in hex digits after the leading f's. Throws a SpanscopeError for one that
 * is not from 2^-56 to 1.
 */
export function encodeThreshold(probability: number, precision?: number): string;

/** The headers in environment variables such as TRACEPARENT and X_B3_TRACEID, for `extract`. */
export function environmentHeaders(environment: Record<string, string | undefined>): Record<string, string>;

/** The name of the environment variable that carries a header. */
export function environmentName(header: string): string;

/** The headers in the last comment of an SQL statement, for `extract`. */
export function sqlCommentHeaders(statement: string): Record<string, string>;

/** The `traceparent` in a Server-Timing header, if there is a valid one. */
export function serverTimingTraceparent(value: string): string | null;

/** The `traceparent` in the `<meta>` tag of a page, if there is a valid one. */
export function metaTagTraceparent(html: string): string | null;
