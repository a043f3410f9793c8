/**
 * Reads a small trace again and again, in each of the common formats, before the user's file is there. An engine first
 * runs wasm as quickly compiled code and compiles what turns out to run often anew; a function that is already running
 * is not replaced, so without this the first large file would be read by the slow code to its end.
 */

/** @import * as Spanscope from '../pkg/index.js' */

/** Spans of the trace. */
const COUNT = 200;
/** How often each text is read: enough for the engine to find what is hot, and done before a file can be chosen. */
const ROUNDS = 5;

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const START = 1_780_000_000_000_000;

/** @typedef {{id: string, parent: string, index: number, start: number, duration: number, failed: boolean}} Made times are microseconds */

/** @returns {Made[]} a binary tree of spans, every child within its parent */
function tree() {
    return Array.from({ length: COUNT }, (_, index) => ({
        id: idOf(index),
        parent: index === 0 ? "" : idOf((index - 1) >> 1),
        index,
        start: START + index,
        duration: 1_000_000 - 2 * index,
        failed: index % 30 === 29,
    }));
}

/** @param {number} index */
function idOf(index) {
    return (0x53995c3f42cd0000n + BigInt(index)).toString(16);
}

/**
 * @param {Made} span
 * @returns {[string, string | number | boolean][]}
 */
function attributes({ index }) {
    return [
        ["http.request.method", "GET"],
        ["url.full", `https://orders.example/api/orders/${index}?note=a "quoted" one\n`],
        ["http.response.status_code", 200],
        ["server.address", "orders.example"],
        ["server.port", 443],
        ["app.cached", index % 2 === 0],
        ["app.ratio", index / 8],
        ["enduser.id", `customer-${index}`],
    ];
}

/** @param {Made[]} spans */
function otlp(spans) {
    const typed = (/** @type {[string, string | number | boolean][]} */ list) =>
        list.map(([key, value]) => {
            if (typeof value === "string") return { key, value: { stringValue: value } };
            if (typeof value === "boolean") return { key, value: { boolValue: value } };
            return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
        });
    const nanoseconds = (/** @type {number} */ microseconds) => `${microseconds}000`;
    return {
        resourceSpans: [
            {
                resource: { attributes: typed([["service.name", "orders"]]) },
                scopeSpans: [
                    {
                        scope: { name: "warm-up", version: "1" },
                        spans: spans.map((span) => ({
                            traceId: TRACE_ID,
                            spanId: span.id,
                            parentSpanId: span.parent,
                            flags: 257,
                            name: "GET /api/orders/{id}",
                            kind: 2,
                            startTimeUnixNano: nanoseconds(span.start),
                            endTimeUnixNano: nanoseconds(span.start + span.duration),
                            attributes: typed(attributes(span)),
                            ...(span.failed && {
                                events: [{ timeUnixNano: nanoseconds(span.start + 1), name: "exception", attributes: typed([["exception.type", "Timeout"]]) }],
                                links: [{ traceId: TRACE_ID, spanId: idOf(0) }],
                            }),
                            status: span.failed ? { message: "timeout", code: 2 } : {},
                        })),
                    },
                ],
            },
        ],
    };
}

/** @param {Made[]} spans */
function jaeger(spans) {
    const tags = (/** @type {[string, string | number | boolean][]} */ list) =>
        list.map(([key, value]) => ({ key, type: typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : Number.isInteger(value) ? "int64" : "float64", value }));
    return {
        data: [
            {
                traceID: TRACE_ID,
                spans: spans.map((span) => ({
                    traceID: TRACE_ID,
                    spanID: span.id,
                    flags: 1,
                    operationName: "GET /api/orders/{id}",
                    references: span.parent === "" ? [] : [{ refType: "CHILD_OF", traceID: TRACE_ID, spanID: span.parent }],
                    startTime: span.start,
                    duration: span.duration,
                    tags: tags([...attributes(span), ["span.kind", "server"], ["error", span.failed]]),
                    logs: span.failed ? [{ timestamp: span.start + 1, fields: tags([["event", "exception"]]) }] : [],
                    processID: "p1",
                    warnings: null,
                })),
                processes: { p1: { serviceName: "orders", tags: [] } },
                warnings: null,
            },
        ],
    };
}

/** @param {Made[]} spans */
function zipkin(spans) {
    return spans.map((span) => ({
        traceId: TRACE_ID,
        ...(span.parent !== "" && { parentId: span.parent }),
        id: span.id,
        kind: "SERVER",
        name: "get /api/orders/{id}",
        timestamp: span.start,
        duration: span.duration,
        localEndpoint: { serviceName: "orders", ipv4: "10.0.0.17" },
        ...(span.failed && { annotations: [{ timestamp: span.start + 1, value: "timeout" }] }),
        tags: Object.fromEntries([...attributes(span).map(([key, value]) => [key, String(value)]), ...(span.failed ? [["error", "timeout"]] : [])]),
    }));
}

/** @param {typeof Spanscope} spanscope after `init` */
export function warmUp(spanscope) {
    const spans = tree();
    for (const write of [otlp, jaeger, zipkin]) {
        const bytes = new TextEncoder().encode(JSON.stringify(write(spans)));
        for (let round = 0; round < ROUNDS; round++) spanscope.read(bytes).free();
        show(spanscope.read(bytes));
    }
}

/**
 * What the page asks first of a trace.
 * @param {Spanscope.TraceSet} set
 */
function show(set) {
    const trace = set.trace(0);
    const waterfall = trace.waterfall();
    waterfall.rows(0, 50);
    trace.verdictParts();
    waterfall.free();
    trace.free();
    set.free();
}
