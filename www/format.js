/**
 * Numbers, times and texts as the page shows them. Nothing else formats them.
 *
 * Durations have three significant digits and a unit (412 µs, 41.2 ms, 1.24 s, 8 h 0 m 8 s); the exact nanoseconds
 * stand in a title and go into copies. Instants are BigInt nanoseconds since 1970, as only those are exact.
 */

/** @typedef {'relative' | 'local' | 'utc'} TimeMode */

const NS_PER_MS = 1_000_000n;
const UNITS = /** @type {const} */ ([
    ["ns", 1],
    ["µs", 1e3],
    ["ms", 1e6],
    ["s", 1e9],
]);

/** A thin space would be finer, but a plain one can be searched for and copied. */
const groups = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/**
 * A count, with separators: 12,345.
 * @param {number | bigint} value
 */
export function formatCount(value) {
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : groups.format(value);
}

/**
 * A count and its noun: 1 span, 2 spans.
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function countOf(value, one, many = `${one}s`) {
    return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/**
 * A duration to read: three significant digits and a unit; from a minute on in whole parts.
 * @param {number} ns
 */
export function formatDuration(ns) {
    if (!Number.isFinite(ns)) return "no time";
    const sign = ns < 0 ? "−" : "";
    const size = Math.abs(ns);
    if (size === 0) return "0 ms";
    if (size >= 59.95e9) return sign + formatLong(Math.round(size / 1e9));
    for (const [index, [unit, scale]] of UNITS.entries()) {
        if (size >= scale * 1000 && index < UNITS.length - 1) continue;
        const text = threeDigits(size, scale);
        // 999.6 µs has four digits before the point once it is rounded: it is 1 ms.
        if (Number(text) < 1000 || index === UNITS.length - 1) return `${sign}${text} ${unit}`;
    }
    return "";
}

/**
 * Three significant digits, a value in the middle upwards; a whole number is written as one (82, not 82.0).
 * @param {number} ns
 * @param {number} scale
 */
function threeDigits(ns, scale) {
    if (Number.isInteger(ns / scale)) return String(ns / scale);
    const digits = ns * 100 >= scale * 9995 ? 0 : ns * 1000 >= scale * 9995 ? 1 : 2;
    const step = 10 ** digits;
    return (Math.round((ns * step) / scale) / step).toFixed(digits);
}

/** @param {number} seconds */
function formatLong(seconds) {
    const days = Math.floor(seconds / 86_400);
    const hours = Math.floor(seconds / 3600) % 24;
    const minutes = Math.floor(seconds / 60) % 60;
    const rest = seconds % 60;
    if (days > 0) return `${formatCount(days)} d ${hours} h ${minutes} m`;
    if (hours > 0) return `${hours} h ${minutes} m ${rest} s`;
    return `${minutes} m ${rest} s`;
}

/**
 * The exact duration: 499,000,000 ns.
 * @param {number} ns
 */
export function exactDuration(ns) {
    return Number.isFinite(ns) ? `${ns < 0 ? "−" : ""}${formatCount(Math.abs(Math.round(ns)))} ns` : "no time";
}

/**
 * A share of a whole: 40.2 %.
 * @param {number} part
 * @param {number} whole
 */
export function formatShare(part, whole) {
    if (!(whole > 0) || !Number.isFinite(part)) return "";
    const percent = (100 * part) / whole;
    if (percent > 0 && percent < 0.05) return "under 0.1 %";
    if (Math.abs(percent - Math.round(percent)) < 0.05) return `${Math.round(percent)} %`;
    return `${percent.toFixed(1)} %`;
}

/**
 * A size in bytes, in the units that file managers use: 52.4 MB.
 * @param {number} bytes
 */
export function formatBytes(bytes) {
    if (bytes < 1000) return `${bytes} bytes`;
    for (const [unit, scale] of /** @type {const} */ ([["kB", 1e3], ["MB", 1e6], ["GB", 1e9]])) {
        const value = bytes / scale;
        if (value < 999.5 || unit === "GB") return `${value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
    }
    return "";
}

/**
 * A day and time with its zone: 2026-11-22 09:14:03.120 UTC. `relative` has no zone of its own and takes UTC.
 * @param {bigint} unixNs
 * @param {TimeMode} mode
 */
export function formatInstant(unixNs, mode) {
    const date = dateOf(unixNs);
    if (date === null) return `${unixNs} ns`;
    const parts = mode === "local" ? localParts(date) : utcParts(date);
    return `${parts.day} ${parts.time}${fraction(unixNs, 1_000_000)} ${parts.zone}`;
}

/**
 * An instant to copy: ISO 8601 with all nine digits, in UTC.
 * @param {bigint} unixNs
 */
export function exactInstant(unixNs) {
    const date = dateOf(unixNs);
    if (date === null) return `${unixNs} ns`;
    const parts = utcParts(date);
    return `${parts.day}T${parts.time}${fraction(unixNs, 1)}Z`;
}

/**
 * The time of day alone, as fine as the step between two ticks needs: 09:14:03.120.
 * @param {bigint} unixNs
 * @param {TimeMode} mode
 * @param {number} stepNs
 */
export function formatClock(unixNs, mode, stepNs) {
    const date = dateOf(unixNs);
    if (date === null) return `${unixNs} ns`;
    const parts = mode === "local" ? localParts(date) : utcParts(date);
    if (stepNs >= 1e9) return parts.time;
    return `${parts.time}${fraction(unixNs, stepNs >= 1e6 ? 1e6 : stepNs >= 1e3 ? 1e3 : 1)}`;
}

/**
 * When something happened, in the chosen way: since the start of the trace, or as a time of day.
 * @param {number} ns since the start of the trace
 * @param {bigint | null} traceStart
 * @param {TimeMode} mode
 */
export function formatMoment(ns, traceStart, mode) {
    if (!Number.isFinite(ns)) return "no time";
    if (mode === "relative" || traceStart === null) return formatDuration(ns);
    return formatClock(traceStart + BigInt(Math.round(ns)), mode, 1e6);
}

/**
 * `null` where JavaScript's calendar ends (the year 275760).
 * @param {bigint} unixNs
 */
function dateOf(unixNs) {
    const ms = unixNs / NS_PER_MS - (unixNs < 0n && unixNs % NS_PER_MS !== 0n ? 1n : 0n);
    const date = new Date(Number(ms));
    return Number.isNaN(date.getTime()) ? null : date;
}

/** @param {Date} date */
function utcParts(date) {
    const [day = "", time = ""] = date.toISOString().split("T");
    return { day, time: time.slice(0, 8), zone: "UTC" };
}

/** @param {Date} date */
function localParts(date) {
    const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
    const minutes = -date.getTimezoneOffset();
    const hours = Math.floor(Math.abs(minutes) / 60);
    const rest = Math.abs(minutes) % 60;
    return {
        day: `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
        time: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
        zone: `UTC${minutes < 0 ? "−" : "+"}${two(hours)}:${two(rest)}`,
    };
}

/**
 * The digits after the second, down to `unit` nanoseconds.
 * @param {bigint} unixNs
 * @param {1 | 1000 | 1000000} unit
 */
function fraction(unixNs, unit) {
    const inSecond = ((unixNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    const digits = String(inSecond).padStart(9, "0");
    return `.${digits.slice(0, unit === 1 ? 9 : unit === 1000 ? 6 : 3)}`;
}

/**
 * JSON with line breaks and indents, character for character otherwise: no number is parsed, so none is rounded.
 * `null` when the text is not a JSON object or array, or is too long to be worth it.
 * @param {string} text
 */
export function prettyJson(text) {
    const trimmed = text.trim();
    if (trimmed.length > 200_000 || !/^[{[]/.test(trimmed)) return null;
    try {
        JSON.parse(trimmed);
    } catch {
        return null;
    }
    const lines = /** @type {string[]} */ ([]);
    let line = "";
    let depth = 0;
    const end = () => {
        lines.push(line);
        line = "  ".repeat(Math.min(depth, 40));
    };
    const tokens = trimmed.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) ?? [];
    for (const [index, token] of tokens.entries()) {
        const next = tokens[index + 1];
        if (token === "{" || token === "[") {
            line += token;
            if (next === "}" || next === "]") continue;
            depth += 1;
            end();
        } else if (token === "}" || token === "]") {
            const before = tokens[index - 1];
            if (before !== "{" && before !== "[") {
                depth -= 1;
                end();
            }
            line += token;
        } else if (token === ",") {
            line += token;
            end();
        } else {
            line += token === ":" ? ": " : token;
        }
    }
    lines.push(line);
    return lines.join("\n");
}

/** Where a statement that was written in one line is broken, outside of quotes and brackets. */
const CLAUSES = /^(?:from|where|(?:(?:left|right|full|inner|outer|cross|natural)\s+)*join|group\s+by|order\s+by|having|limit|offset|union(?:\s+all)?|except|intersect|values|set|returning|on\s+conflict|on\s+duplicate\s+key|for\s+update|for\s+share|window)\b/i;
const STATEMENT = /^\s*(?:select|insert|update|delete|replace|merge|with|create|alter|drop|truncate|explain|call|begin|commit)\b/i;

/**
 * Whether a text looks like a statement of SQL.
 * @param {string} text
 */
export function isSql(text) {
    return STATEMENT.test(text) && /\b(?:from|into|set|table|values|where|select|index|view)\b/i.test(text.slice(0, 4000));
}

/**
 * SQL in one line, broken before its clauses; only white space changes. A text that has line breaks already stays as it is.
 * @param {string} text
 */
export function prettySql(text) {
    const trimmed = text.trim();
    if (trimmed.length > 200_000 || trimmed.includes("\n")) return text;
    const tokens = trimmed.match(/'(?:[^'\\]|''|\\.)*'?|"(?:[^"]|"")*"?|`[^`]*`?|\/\*.*?(?:\*\/|$)|\s+|\w+|[^\s\w]/gs) ?? [];
    let made = "";
    let depth = 0;
    let at = 0;
    // A clause of several words is broken before the first one only.
    let behind = 0;
    for (const token of tokens) {
        if (token === "(") depth += 1;
        if (token === ")") depth -= 1;
        if (depth === 0 && at >= behind && /^[a-z]/i.test(token) && !/^(?:delete\s+)?$/i.test(made)) {
            const clause = CLAUSES.exec(trimmed.slice(at, at + 60));
            if (clause !== null) {
                made = `${made.trimEnd()}\n`;
                behind = at + clause[0].length;
            }
        }
        made += token;
        at += token.length;
    }
    return made;
}

/**
 * The part of a long text around a place, for showing where in the input something is.
 * @param {string} text one line
 * @param {number} place index into the text, of what is marked
 * @param {number} [reach] how much to keep on either side
 * @returns {{before: string, marked: string, after: string}}
 */
export function excerptOf(text, place, reach = 60) {
    const characters = Array.from(text);
    // The place counts UTF-16 units and may stand inside a pair.
    const at = Math.min(Array.from(text.slice(0, Math.max(0, place))).length, characters.length);
    const from = Math.max(0, at - reach);
    const to = Math.min(characters.length, at + 1 + reach);
    return {
        before: (from > 0 ? "…" : "") + characters.slice(from, at).join(""),
        marked: characters[at] ?? "",
        after: characters.slice(at + 1, to).join("") + (to < characters.length ? "…" : ""),
    };
}

/**
 * A sentence in which the names of spans and services keep their place: what would turn the direction of all that follows is shown as
 * a sign that something is there.
 * @param {string} text
 */
export function inOneDirection(text) {
    return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
