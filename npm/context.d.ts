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
  /** What a format carries beyond that. */
  extra: Record<string, string>;
};

export function parseTraceparent(value: string): Traceparent;

/** Always version 00, flags without a meaning zeroed. Throws a TypeError with a `kind` when an id is not valid. */
export function formatTraceparent(context: { traceId: string; spanId: string; traceFlags: number }): string;

/** A new trace, with ids from the platform's cryptographic generator; sampled unless told otherwise. */
export function startTrace(options?: {
  sampled?: boolean;
  /** Puts the time into the first four bytes of the trace id, as AWS X-Ray asks for. */
  xrayCompatible?: boolean;
}): SpanContext & { spanId: string; sampled: boolean };

/** A span below this one: same trace, new span id; the decision stays as it is unless a new one is given. */
export function childOf(context: SpanContext, options?: { sampled?: boolean }): SpanContext & { spanId: string };

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
