/** Everything that is known about a span. At the right; under 900 px a sheet from below, closed by Escape or a drag. */

import { button, copyButton, el, fill, followPointer, link } from "../dom.js";
import { countOf, exactDuration, exactInstant, formatCount, formatDuration, formatInstant, formatMoment, formatShare, prettyJson } from "../format.js";
import { excerptBlock } from "./problem.js";
import { Splitter } from "./splitter.js";

/** @import { State } from '../state.js' */
/** @import { Attribute, Intents, OpenTrace, SpanAnswer, SpanDetails } from '../types.js' */

/** Longer texts are cut, with a way to see all of them. */
const LONG_TEXT = 4000;
/** A list of attributes, events or links beyond this many is shown on request. */
const LONG_LIST = 200;
/** How far a sheet is dragged to close it. */
const CLOSING_DRAG = 90;

export class DetailsView {
    #intents;
    #body;
    #splitter;
    #title;
    #turn = 0;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#title = el("h2", { id: "details-title", tabindex: -1 });
        this.#body = el("div", { class: "details-body", tabindex: 0, role: "region", "aria-labelledby": "details-title" });
        this.#splitter = new Splitter({ label: "Width of the details", direction: -1, onMove: (width) => intents.setPreferences({ detailsWidth: width === 0 ? 380 : width }) });
        const handle = el("div", { class: "details-handle", "aria-hidden": "true", on: { pointerdown: (event) => this.#onDrag(event) } });
        this.element = el(
            "aside",
            { class: "details", "aria-label": "Span details", hidden: true },
            this.#splitter.element,
            handle,
            el("div", { class: "details-head" }, this.#title, button({ label: "Close the details", icon: "close", onClick: () => intents.closeDetails() })),
            this.#body,
        );
    }

    /**
     * @param {State} state
     * @param {State | null} before
     */
    update(state, before) {
        const shown = state.details && state.span !== null && state.trace !== null;
        this.element.hidden = !shown;
        if (!shown) return;
        const width = state.preferences.detailsWidth;
        this.element.style.setProperty("--details-width", `${width}px`);
        this.#splitter.place(width, 260, Math.max(260, window.innerWidth - 420));
        const same = before !== null && before.details && before.span === state.span && before.trace?.index === state.trace?.index && before.connection === state.connection && before.explained === state.explained && before.preferences.timeMode === state.preferences.timeMode;
        if (!same) void this.#load(state);
    }

    focus() {
        this.#title.focus();
    }

    get hasFocus() {
        return this.element.contains(document.activeElement);
    }

    destroy() {
        this.element.remove();
    }

    /** @param {State} state */
    async #load(state) {
        const { connection, trace, span } = state;
        if (connection === null || trace === null || span === null) return;
        this.#turn += 1;
        const turn = this.#turn;
        const answer = await connection.call("span", trace.index, span).catch(() => null);
        if (turn !== this.#turn || answer === null) return;
        this.#draw(answer, trace, state);
        this.#body.scrollTop = 0;
    }

    /**
     * @param {SpanAnswer} answer
     * @param {OpenTrace} trace
     * @param {State} state
     */
    #draw(answer, trace, state) {
        const { details } = answer;
        const mode = state.preferences.timeMode;
        const start = trace.summary.startNs;
        const name = details.name === "" ? "(no name)" : details.name;
        this.#title.textContent = name;
        this.#title.title = name;
        fill(
            this.#body,
            el("p", { class: "details-kind" }, details.service === "" ? "(no service)" : details.service, " · ", details.kind, " · ", statusBadge(details)),
            ...details.warnings.map((warning) => el("p", { class: "details-warning", text: warning.message })),
            facts([
                ["Start", moment(details, start, mode), exactDuration(details.startNs), null],
                ["Duration", formatDuration(details.durationNs), exactDuration(details.durationNs), `${Math.round(details.durationNs)}`],
                ["Self", withShare(details.selfNs, details.durationNs), exactDuration(details.selfNs), null],
                ["Critical path", criticalText(answer), exactDuration(details.criticalNs), null],
                ["Path step", stepText(answer), "", null],
                ["Without it", dragText(answer), exactDuration(answer.dragNs), null],
                ["Time of day", details.startUnixNs === null ? "" : formatInstant(details.startUnixNs, mode), details.startUnixNs === null ? "" : exactInstant(details.startUnixNs), details.startUnixNs === null ? null : exactInstant(details.startUnixNs)],
                ["Clock", clockText(answer.shiftNs), answer.shiftNs === 0 ? "" : exactDuration(Math.abs(answer.shiftNs)), null],
                ["Span", el("code", { text: details.spanId === "" ? "none" : details.spanId }), "", details.spanId],
                ["Trace", el("code", { text: details.traceId === "" ? "none" : details.traceId }), "", details.traceId],
                ["Parent", this.#parent(answer), "", null],
                ["Children", answer.children === 0 ? "none" : formatCount(answer.children), "", null],
                ["Trace state", details.traceState === "" ? "" : el("code", { text: details.traceState }), "", details.traceState],
                ["Sampling", samplingText(answer.sampling), "", null],
                ["Flags", details.flags === 0 ? "" : el("code", { text: flagsText(details.flags) }), "", null],
            ]),
            this.#findings(state),
            attributeSection("Attributes", details.attributes, true),
            this.#events(details, start, mode),
            this.#links(details),
            this.#linkedBy(details),
            attributeSection("Resource", details.resource, false),
            scopeSection(details),
            answer.excerpt === null ? null : section("In the input", null, excerptBlock(answer.excerpt, false)),
        );
    }

    /**
     * What was found about this span.
     * @param {State} state
     */
    #findings({ explained, trace, span }) {
        if (explained === null || explained.index !== trace?.index || span === null) return null;
        const about = explained.findings.filter(({ spans }) => spans.includes(span)).slice(0, 6);
        if (about.length === 0) return null;
        const items = about.map(({ title }) => el("li", {}, el("button", { type: "button", class: "text-link", text: title, title: "Show the findings", on: { click: () => this.#intents.setTab("findings") } })));
        return section("Findings", about.length, el("ul", { class: "finding-links" }, ...items));
    }

    /** @param {SpanAnswer} answer */
    #parent({ details, parentName }) {
        const { parent } = details;
        if (parent !== null) {
            const text = parentName === null || parentName === "" ? "(no name)" : parentName;
            return el("button", { type: "button", class: "text-link", text, on: { click: () => this.#intents.select(parent) } });
        }
        if (details.parentSpanId === "") return "none, a root";
        return el("span", {}, el("code", { text: details.parentSpanId }), ", not in the input");
    }

    /**
     * @param {SpanDetails} details
     * @param {bigint} start
     * @param {import('../format.js').TimeMode} mode
     */
    #events(details, start, mode) {
        if (details.events.length === 0) return null;
        const sorted = [...details.events].sort((one, other) => one.ns - other.ns);
        const items = sorted.map((event) =>
            el(
                "li",
                { class: "event" },
                el("div", { class: "event-head" }, el("span", { class: "event-time", title: `${exactDuration(event.ns - details.startNs)} after the span's start`, text: mode === "relative" ? `+${formatDuration(event.ns - details.startNs)}` : formatMoment(event.ns, start, mode) }), el("span", { class: "event-name", text: event.name === "" ? "(no name)" : event.name })),
                event.attributes.length === 0 ? null : attributeList(event.attributes, true),
            ),
        );
        return section("Events", details.events.length, ...limited("ul", "event-list", items));
    }

    /** @param {SpanDetails} details */
    #links(details) {
        if (details.links.length === 0) return null;
        const items = details.links.map((link) =>
            el(
                "li",
                { class: "span-link" },
                this.#linked(link.traceId, link.spanId, link.target, details),
                link.target === null ? el("span", { class: "span-link-where", text: "not in the input" }) : null,
                link.traceState === "" ? null : el("code", { class: "span-link-state", text: link.traceState }),
                link.attributes.length === 0 ? null : attributeList(link.attributes, true),
            ),
        );
        return section("Links", details.links.length, ...limited("ul", "link-list", items));
    }

    /**
     * The spans that link to this one.
     * @param {SpanDetails} details
     */
    #linkedBy(details) {
        if (details.linkedByCount === 0) return null;
        const items = details.linkedBy.map((span) => el("li", { class: "span-link" }, this.#linked(span.traceId, span.spanId, span, details)));
        const left = details.linkedByCount - details.linkedBy.length;
        return section("Linked by", details.linkedByCount, ...limited("ul", "link-list", items), left === 0 ? null : el("p", { class: "span-link-where", text: `${formatCount(left)} more are not listed` }));
    }

    /**
     * The other end of a link: what it is where it is known, and its id.
     * @param {string} traceId
     * @param {string} spanId
     * @param {{name: string, service: string} | null} span
     * @param {SpanDetails} details
     */
    #linked(traceId, spanId, span, details) {
        const name = span === null ? "" : `${span.name === "" ? "(no name)" : span.name}${span.service === "" ? "" : ` · ${span.service}`}`;
        const here = traceId === details.traceId;
        return el(
            "div",
            {},
            el("button", { type: "button", class: "text-link", on: { click: () => this.#intents.follow(traceId, spanId) } }, name === "" ? el("code", { text: spanId }) : name),
            name === "" ? null : el("code", { class: "span-link-where", text: spanId }),
            el("span", { class: "span-link-where" }, here ? "in this trace" : "trace ", here ? null : el("code", { text: traceId })),
        );
    }

    /** @param {PointerEvent} event */
    #onDrag(event) {
        const handle = /** @type {HTMLElement} */ (event.currentTarget);
        const start = event.clientY;
        const onMove = (/** @type {PointerEvent} */ next) => this.element.style.setProperty("--drag", `${Math.max(0, next.clientY - start)}px`);
        followPointer(handle, event, onMove, (last) => {
            this.element.style.removeProperty("--drag");
            if (last.type === "pointerup" && last.clientY - start > CLOSING_DRAG) this.#intents.closeDetails();
        });
    }
}

/** @param {SpanDetails} details */
function statusBadge(details) {
    if (details.status === "error") {
        return el("span", { class: "badge badge-error", text: details.statusMessage === "" ? "error" : `error: ${details.statusMessage}` });
    }
    return el("span", { text: details.status === "ok" ? "ok" : "status unset" });
}

/**
 * @param {SpanDetails} details
 * @param {bigint} start
 * @param {import('../format.js').TimeMode} mode
 */
function moment(details, start, mode) {
    return formatMoment(details.startNs, start, mode);
}

/**
 * @param {number} part
 * @param {number} whole
 */
function withShare(part, whole) {
    const share = formatShare(part, whole);
    return share === "" ? formatDuration(part) : `${formatDuration(part)} (${share})`;
}

/**
 * Why its place on the critical path may be another's.
 * @param {SpanAnswer} answer
 */
function stepText({ step }) {
    if (step === null) return "";
    if (step.clarity === "tolerated") return "ended a little after the next one began, as two clocks may differ";
    const others = step.rivals > 1 ? ` and ${countOf(step.rivals - 1, "other")}` : "";
    return `ambiguous: ${step.rival === "" ? "another span" : step.rival}${others} ended near, too`;
}

/**
 * What its top would have gained without it, or how much longer it might have taken.
 * @param {SpanAnswer} answer
 */
function dragText({ details, dragNs, slackNs }) {
    if (details.parent === null || Number.isNaN(details.startNs)) return "";
    if (dragNs > 0) return `the end comes ${formatDuration(dragNs)} sooner`;
    if (slackNs === Infinity) return "nothing waits for it";
    return slackNs > 0 ? `no gain; it had ${formatDuration(slackNs)} to spare` : "no gain";
}

/** @param {SpanAnswer} answer */
function criticalText({ details, topNs, topName }) {
    if (!(details.criticalNs > 0)) return "not on it";
    const share = formatShare(details.criticalNs, topNs);
    const whole = topName === null || share === "" ? share : `${share} of ${topName === "" ? "its root" : topName}`;
    return whole === "" ? formatDuration(details.criticalNs) : `${formatDuration(details.criticalNs)} (${whole})`;
}

/** @param {number} shiftNs */
function clockText(shiftNs) {
    if (shiftNs === 0) return "";
    return `its host's clock seems ${formatDuration(Math.abs(shiftNs))} ${shiftNs > 0 ? "behind" : "ahead"}; shown as recorded`;
}

/** @param {SpanAnswer['sampling']} sampling */
function samplingText(sampling) {
    if (sampling === null || sampling.probability === null) return "";
    const share = formatShare(sampling.probability, 1);
    const stands = sampling.adjustedCount === null ? "" : `: stands for ${Number(sampling.adjustedCount.toPrecision(3))} traces`;
    return `${share} kept${stands}${sampling.consistent === false ? "; the sampled flag contradicts it" : ""}`;
}

/** @param {number} flags */
function flagsText(flags) {
    const hex = (flags & 0xff).toString(16).padStart(2, "0");
    const names = [(flags & 1) !== 0 ? "sampled" : "not sampled", (flags & 2) !== 0 ? "random trace id" : ""].filter((name) => name !== "");
    return `${hex} (${names.join(", ")})`;
}

/** @param {[string, string | HTMLElement, string, string | null][]} lines name, value, title, what to copy */
function facts(lines) {
    return el(
        "dl",
        { class: "facts" },
        ...lines
            .filter(([, value]) => value !== "")
            .flatMap(([name, value, title, copied]) => [
                el("dt", { text: name }),
                el("dd", { title: title === "" ? null : title }, value, copied === null || copied === "" ? null : copyButton(name.toLowerCase(), copied)),
            ]),
    );
}

/**
 * @param {string} title
 * @param {number | null} count
 * @param {...(Node | null)} children
 */
function section(title, count, ...children) {
    return el("section", { class: "details-section" }, el("h3", {}, el("span", { text: title }), count === null ? null : el("span", { class: "details-count", text: formatCount(count) })), ...children);
}

/**
 * @param {string} title
 * @param {readonly Attribute[]} attributes
 * @param {boolean} grouped
 */
function attributeSection(title, attributes, grouped) {
    if (attributes.length === 0) return null;
    return section(title, attributes.length, attributeList(attributes, grouped));
}

/** @param {SpanDetails} details */
function scopeSection({ scope }) {
    if (scope.name === "" && scope.attributes.length === 0) return null;
    const name = scope.version === "" ? scope.name : `${scope.name} ${scope.version}`;
    return section("Instrumentation scope", null, el("p", { class: "scope-name", text: name }), scope.attributes.length === 0 ? null : attributeList(scope.attributes, false));
}

/**
 * Attributes in groups by the first part of their key, in the order in which the groups appear.
 * @param {readonly Attribute[]} attributes
 * @param {boolean} grouped
 */
function attributeList(attributes, grouped) {
    /** @type {Map<string, Attribute[]>} */
    const groups = new Map();
    for (const attribute of attributes) {
        const dot = attribute.key.indexOf(".");
        const group = grouped && dot > 0 ? attribute.key.slice(0, dot) : "";
        const list = groups.get(group);
        if (list === undefined) groups.set(group, [attribute]);
        else list.push(attribute);
    }
    const lines = [...groups.values()].flatMap((list) => list.map((attribute, index) => attributeLine(attribute, index === 0)));
    // Lines of long lists come when asked for: a span may have ten thousand attributes.
    const shown = lines.slice(0, LONG_LIST).flat();
    const list = el("dl", { class: "attributes" }, ...shown);
    if (lines.length <= LONG_LIST) return list;
    const more = el("button", { type: "button", class: "text-link", text: `Show ${formatCount(lines.length - LONG_LIST)} more`, on: { click: () => { list.append(...lines.slice(LONG_LIST).flat()); more.remove(); } } });
    return el("div", {}, list, more);
}

/**
 * @param {Attribute} attribute
 * @param {boolean} first of its group
 */
function attributeLine(attribute, first) {
    const text = valueText(attribute);
    const block = blockOf(attribute.key, text, attribute.type);
    const place = first ? "group-first" : "";
    const name = el("dt", { class: place, title: `${attribute.key} (${attribute.type})` }, ...breakable(attribute.key));
    if (block !== null) return [name, el("dd", { class: "wide" }, cut(block, (shown) => el("pre", { tabindex: 0, "aria-label": attribute.key, text: shown })), copyButton(attribute.key, text))];
    return [name, el("dd", { class: place, title: attribute.type }, cut(text, (shown) => el("span", {}, attribute.type === "string" ? link(shown) : shown)), copyButton(attribute.key, text))];
}

/**
 * A key that may be broken after its dots.
 * @param {string} key
 */
function breakable(key) {
    return key.split(/(?<=[._/-])/).flatMap((part, index) => (index === 0 ? [part] : [el("wbr"), part]));
}

/**
 * What is better read as a block: SQL, JSON, stack traces, anything with line breaks.
 * @param {string} key
 * @param {string} text
 * @param {string} type
 */
function blockOf(key, text, type) {
    const json = type === "string" || type === "map" || type === "array" ? prettyJson(text) : null;
    if (json !== null && json.length > 40) return json;
    if (type !== "string") return null;
    if (text.includes("\n") || /^(db\.query\.text|db\.statement|exception\.stacktrace)$/.test(key)) return text;
    return null;
}

/**
 * A value as text: lists and maps as JSON, bytes as hex, integers in full.
 * @param {Attribute} attribute
 * @returns {string}
 */
function valueText({ type, value }) {
    if (type === "map") return jsonText(value, true);
    if (value instanceof Uint8Array) return bytesText(value);
    if (Array.isArray(value)) return jsonText(value, false);
    return value === null || value === undefined ? "null" : String(value);
}

/**
 * JSON of what the package answers. Maps are lists of pairs there, and integers may be BigInt.
 * @param {unknown} value
 * @param {boolean} map whether a list is a map's list of pairs
 * @returns {string}
 */
function jsonText(value, map) {
    if (value instanceof Uint8Array) return JSON.stringify(bytesText(value));
    if (Array.isArray(value)) {
        if (map) return `{${value.map(([key, entry]) => `${JSON.stringify(String(key))}:${jsonText(entry, isPairs(entry))}`).join(",")}}`;
        return `[${value.map((entry) => jsonText(entry, isPairs(entry))).join(",")}]`;
    }
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number" && !Number.isFinite(value)) return JSON.stringify(String(value));
    return JSON.stringify(value) ?? "null";
}

/** @param {unknown} value */
function isPairs(value) {
    return Array.isArray(value) && value.length > 0 && value.every((entry) => Array.isArray(entry) && entry.length === 2 && typeof entry[0] === "string");
}

/** @param {Uint8Array} bytes */
function bytesText(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * A text, or its beginning and a button for the rest.
 * @param {string} text
 * @param {(shown: string) => HTMLElement} make
 */
function cut(text, make) {
    if (text.length <= LONG_TEXT) return make(text);
    const holder = el("div", {});
    fill(
        holder,
        make(`${text.slice(0, LONG_TEXT)}…`),
        el("button", { type: "button", class: "text-link", text: `Show all ${formatCount(text.length)} characters`, on: { click: () => fill(holder, make(text)) } }),
    );
    return holder;
}

/**
 * A list, or its beginning and a button for the rest.
 * @param {'ul'} tag
 * @param {string} name
 * @param {readonly HTMLElement[]} items
 */
function limited(tag, name, items) {
    const list = el(tag, { class: name }, ...items.slice(0, LONG_LIST));
    if (items.length <= LONG_LIST) return [list];
    const more = el("button", { type: "button", class: "text-link", text: `Show ${formatCount(items.length - LONG_LIST)} more`, on: { click: () => { list.append(...items.slice(LONG_LIST)); more.remove(); } } });
    return [list, more];
}
