/**
 * The ids of a span as other systems write them, so that it can be looked for there.
 *
 *     4bf92f3577b34da6a3ce929d0e0e4736   trace id, hex
 *     11803532876627986230               the lower 64 bits as a number: Datadog
 *     1-4bf92f35-77b34da6a3ce929d0e0e4736   AWS X-Ray
 *     S/kvNXezTaajzpKdDg5HNg==           base64: protobuf in JSON
 */

/**
 * @typedef {object} IdForm
 * @property {string} label
 * @property {string} text
 */

/**
 * The forms of both ids that differ from how the page shows them; none for ids that are not hexadecimal.
 * @param {string} traceId
 * @param {string} spanId
 * @returns {IdForm[]}
 */
export function idForms(traceId, spanId) {
    const trace = digitsOf(traceId, 32);
    const span = digitsOf(spanId, 16);
    return [
        ...(trace === null
            ? []
            : [
                  { label: "Trace, hex", text: trace },
                  { label: "Trace, low 64 bits", text: trace.slice(16) },
                  { label: "Trace, Datadog", text: decimal(trace.slice(16)) },
                  { label: "Trace, X-Ray", text: `1-${trace.slice(0, 8)}-${trace.slice(8)}` },
                  { label: "Trace, UUID", text: [trace.slice(0, 8), trace.slice(8, 12), trace.slice(12, 16), trace.slice(16, 20), trace.slice(20)].join("-") },
                  { label: "Trace, base64", text: base64(trace) },
              ]),
        ...(span === null
            ? []
            : [
                  { label: "Span, hex", text: span },
                  { label: "Span, Datadog", text: decimal(span) },
                  { label: "Span, base64", text: base64(span) },
              ]),
    ];
}

/**
 * A hexadecimal id of at most so many digits in its full width, in lower case.
 * @param {string} id
 * @param {number} width
 */
function digitsOf(id, width) {
    return id.length <= width && /^[0-9a-f]+$/i.test(id) ? id.toLowerCase().padStart(width, "0") : null;
}

/** @param {string} hex */
function decimal(hex) {
    return String(BigInt(`0x${hex}`));
}

/** @param {string} hex an even number of digits */
function base64(hex) {
    return btoa((hex.match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(""));
}
