/** Everything that is known about a span. At the right; under 900 px a sheet from below, closed by Escape or a drag. */

import { button, copyButton, el, fill, followPointer, setText } from "../dom.js";
import { countOf, exactDuration, exactInstant, formatCount, formatDuration, formatInstant, formatMoment, formatShare, inOneDirection, prettyJson } from "../format.js";
import { idForms } from "../ids.js";
import { attributeList, limited, matching } from "./attributes.js";
import { excerptBlock } from "./problem.js";
import { Splitter } from "./splitter.js";

/** @import { State } from '../state.js' */
/** @import { Attribute, Excerpt, Intents, OpenTrace, SpanAnswer, SpanDetails } from '../types.js' */

/** From so many attributes on there is a box to search in them. */
const WORTH_SEARCHING = 8;
/** Lines of the input that are shown at first come with the span; so many come when they are asked for. */
const MORE_LINES = 60;
/** How far a sheet is dragged to close it. */
const CLOSING_DRAG = 90;

export class DetailsView {
    #intents;
    #body;
    #splitter;
    #title;
    #copyJson;
    #filter;
    #filterCount;
    #filterLine;
    /** What a filter leaves of. */
    #parts = el("div", {});
    #turn = 0;
    /** What is shown. @type {{answer: SpanAnswer, state: State, trace: OpenTrace} | null} */
    #shown = null;
    /** Parts that were opened stay so from span to span. @type {Set<string>} */
    #opened = new Set();

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#title = el("h2", { id: "details-title", tabindex: -1 });
        this.#body = el("div", { class: "details-body", tabindex: 0, role: "region", "aria-labelledby": "details-title" });
        this.#splitter = new Splitter({ label: "Width of the details", direction: -1, onMove: (width) => intents.setPreferences({ detailsWidth: width === 0 ? 380 : width }) });
        this.#filter = el("input", { type: "search", class: "details-filter", placeholder: "Search in attributes", "aria-label": "Search in attributes", autocomplete: "off", spellcheck: "false", on: { input: () => this.#drawParts(), keydown: (event) => this.#onFilterKey(event) } });
        this.#filterCount = el("span", { class: "details-count", role: "status" });
        this.#filterLine = el("div", { class: "details-search" }, this.#filter, this.#filterCount);
        this.#copyJson = copyButton("the span as JSON", () => this.#json());
        const handle = el("div", { class: "details-handle", "aria-hidden": "true", on: { pointerdown: (event) => this.#onDrag(event) } });
        this.element = el(
            "aside",
            { class: "details", "aria-label": "Span details", hidden: true },
            this.#splitter.element,
            handle,
            el("div", { class: "details-head" }, this.#title, this.#copyJson, button({ label: "Close the details", icon: "close", onClick: () => intents.closeDetails() })),
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
        const same = before !== null && before.details && before.span === state.span && before.trace?.index === state.trace?.index && before.connection === state.connection && before.explained === state.explained && before.alignment === state.alignment && before.preferences.timeMode === state.preferences.timeMode;
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
        this.#shown = { answer, trace, state };
        const mode = state.preferences.timeMode;
        const start = trace.summary.startNs;
        const shift = state.alignment === null ? 0 : answer.shiftNs;
        const name = details.name === "" ? "(no name)" : details.name;
        this.#title.textContent = name;
        this.#title.title = name;
        fill(
            this.#body,
            el("p", { class: "details-kind" }, el("span", { text: details.service === "" ? "(no service)" : details.service }), " · ", details.kind, " · ", statusBadge(details)),
            ...details.warnings.map((warning) => el("p", { class: "details-warning", text: warning.message })),
            facts([
                ["Start", formatMoment(details.startNs + shift, start, mode), exactDuration(details.startNs + shift), null],
                ["Duration", formatDuration(details.durationNs), exactDuration(details.durationNs), `${Math.round(details.durationNs)}`],
                ["Self", withShare(details.selfNs, details.durationNs), exactDuration(details.selfNs), null],
                ["Critical path", criticalText(answer), exactDuration(details.criticalNs), null],
                ["Path step", stepText(answer), "", null],
                ["Without it", dragText(answer), exactDuration(answer.dragNs), null],
                ["Time of day", details.startUnixNs === null ? "" : formatInstant(details.startUnixNs, mode), details.startUnixNs === null ? "" : exactInstant(details.startUnixNs), details.startUnixNs === null ? null : exactInstant(details.startUnixNs)],
                ["Clock", clockText(answer, state, start), answer.shiftNs === 0 ? "" : exactDuration(Math.abs(answer.shiftNs)), null],
                ["Span", el("code", { text: details.spanId === "" ? "none" : details.spanId }), "", details.spanId],
                ["Trace", el("code", { text: details.traceId === "" ? "none" : details.traceId }), "", details.traceId],
                ["Parent", this.#parent(answer), "", null],
                ["Children", answer.children === 0 ? "none" : formatCount(answer.children), "", null],
                ["Trace state", details.traceState === "" ? "" : el("code", { text: details.traceState }), "", details.traceState],
                ["Sampling", samplingText(answer.sampling), "", null],
                ["Flags", details.flags === 0 ? "" : el("code", { text: flagsText(details.flags) }), "", null],
            ]),
            this.#findings(state),
            this.#filterLine,
            this.#parts,
            this.#disclosure("Ids and headers", (holder) => void this.#drawIds(holder)),
            this.#disclosure("The span as JSON", (holder) => void this.#drawJson(holder)),
            answer.excerpt === null ? null : this.#place(answer.excerpt),
        );
        this.#drawParts();
    }

    // ── attributes, events and links, as far as the filter leaves them ──

    #drawParts() {
        if (this.#shown === null) return;
        const { answer, state, trace } = this.#shown;
        const { details } = answer;
        const lists = [details.attributes, details.resource, details.scope.attributes, ...details.events.map((event) => event.attributes), ...details.links.map((link) => link.attributes)];
        const all = lists.reduce((sum, list) => sum + list.length, 0);
        this.#filterLine.hidden = all < WORTH_SEARCHING && this.#filter.value === "";
        const filter = this.#filterLine.hidden ? "" : this.#filter.value.trim().toLowerCase();
        const left = filter === "" ? all : lists.reduce((sum, list) => sum + matching(list, filter).length, 0);
        setText(this.#filterCount, filter === "" ? "" : `${formatCount(left)} of ${formatCount(all)}`);
        fill(
            this.#parts,
            attributeSection("Attributes", details.attributes, true, filter),
            this.#events(details, trace.summary.startNs + BigInt(state.alignment === null ? 0 : answer.shiftNs), state.preferences.timeMode, filter),
            this.#links(details, filter),
            this.#linkedBy(details, filter),
            attributeSection("Resource", details.resource, false, filter),
            scopeSection(details, filter),
        );
    }

    /** @param {KeyboardEvent} event */
    #onFilterKey(event) {
        if (event.key !== "Escape" || this.#filter.value === "") return;
        // The first Escape is for the box.
        event.preventDefault();
        event.stopPropagation();
        this.#filter.value = "";
        this.#drawParts();
    }

    // ── what is made when it is asked for ──

    /**
     * @param {string} title
     * @param {(holder: HTMLElement) => void} draw
     */
    #disclosure(title, draw) {
        const holder = el("div", { class: "details-more" });
        const made = el(
            "details",
            {
                class: "details-section",
                on: {
                    toggle: () => {
                        if (made.open) this.#opened.add(title);
                        else this.#opened.delete(title);
                        if (made.open && holder.childNodes.length === 0) draw(holder);
                    },
                },
            },
            el("summary", { text: title }),
            holder,
        );
        made.open = this.#opened.has(title);
        return made;
    }

    /** @param {HTMLElement} holder */
    async #drawIds(holder) {
        if (this.#shown === null) return;
        const { answer: { details }, state, trace } = this.#shown;
        const headers = (await state.connection?.call("headersOf", trace.index, details.index).catch(() => null)) ?? {};
        const line = (/** @type {string} */ name, /** @type {string} */ text) => [el("dt", { text: name }), el("dd", {}, el("code", { text }), copyButton(name, text))];
        const forms = idForms(details.traceId, details.spanId);
        const names = Object.keys(headers);
        fill(
            holder,
            forms.length === 0 ? el("p", { text: "These ids are not hexadecimal; no other system writes them in another form." }) : el("dl", { class: "facts id-forms" }, ...forms.flatMap(({ label, text }) => line(label, text))),
            names.length === 0 ? null : el("p", { class: "details-note", text: "To go on from this span, in the headers of each format:" }),
            names.length === 0 ? null : el("dl", { class: "header-forms" }, ...names.flatMap((name) => line(name, headers[name] ?? ""))),
        );
    }

    /** The span as OTLP JSON. */
    async #json() {
        if (this.#shown === null) return "";
        const { answer: { details }, state, trace } = this.#shown;
        const text = (await (await state.connection?.call("otlpJson", trace.index, [details.index]))?.text()) ?? "";
        return prettyJson(text) ?? text;
    }

    /** @param {HTMLElement} holder */
    async #drawJson(holder) {
        const text = await this.#json().catch(() => "");
        fill(holder, el("div", { class: "wide" }, el("pre", { tabindex: 0, "aria-label": "The span as OTLP JSON", text: text === "" ? "It could not be written." : text.length > 100_000 ? `${text.slice(0, 100_000)}…` : text }), text === "" ? null : copyButton("the JSON", text)));
    }

    /**
     * The place in the input, and more of it on request.
     * @param {Excerpt} excerpt
     */
    #place(excerpt) {
        const holder = el("div", {}, excerptBlock(excerpt, false));
        const more = button({
            label: "Show more lines",
            class: "text-link",
            onClick: async () => {
                const source = this.#shown?.answer.details.source ?? null;
                const longer = source === null ? null : await this.#shown?.state.connection?.call("excerpt", source.input, source, MORE_LINES).catch(() => null);
                more.remove();
                if (longer) fill(holder, excerptBlock(longer, false));
            },
        });
        return section("In the input", null, holder, excerpt.following.length === 0 ? null : more);
    }

    /**
     * What was found about this span.
     * @param {State} state
     */
    #findings({ explained, trace, span }) {
        if (explained === null || explained.index !== trace?.index || span === null) return null;
        const about = explained.findings.filter(({ spans }) => spans.includes(span)).slice(0, 6);
        if (about.length === 0) return null;
        const items = about.map(({ title }) => el("li", {}, el("button", { type: "button", class: "text-link", text: inOneDirection(title), title: "Show the findings", on: { click: () => this.#intents.setTab("findings") } })));
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
     * @param {string} filter
     */
    #events(details, start, mode, filter) {
        const left = details.events.map((event) => ({ ...event, attributes: matching(event.attributes, filter) })).filter((event) => event.attributes.length > 0 || event.name.toLowerCase().includes(filter));
        if (left.length === 0) return null;
        const sorted = left.sort((one, other) => one.ns - other.ns);
        const item = (/** @type {SpanDetails['events'][number]} */ event) =>
            el(
                "li",
                { class: "event" },
                el("div", { class: "event-head" }, el("span", { class: "event-time", title: `${exactDuration(event.ns - details.startNs)} after the span's start`, text: mode === "relative" ? `+${formatDuration(event.ns - details.startNs)}` : formatMoment(event.ns, start, mode) }), el("span", { class: "event-name", text: event.name === "" ? "(no name)" : event.name })),
                event.attributes.length === 0 ? null : attributeList(event.attributes, true),
            );
        return section("Events", left.length, ...limited("event-list", sorted, item));
    }

    /**
     * @param {SpanDetails} details
     * @param {string} filter
     */
    #links(details, filter) {
        const left = details.links.map((link) => ({ ...link, attributes: matching(link.attributes, filter) })).filter((link) => filter === "" || link.attributes.length > 0);
        if (left.length === 0) return null;
        const item = (/** @type {SpanDetails['links'][number]} */ link) =>
            el(
                "li",
                { class: "span-link" },
                this.#linked(link.traceId, link.spanId, link.target, details),
                link.target === null ? el("span", { class: "span-link-where", text: "not in the input" }) : null,
                link.traceState === "" ? null : el("code", { class: "span-link-state", text: link.traceState }),
                link.attributes.length === 0 ? null : attributeList(link.attributes, true),
            );
        return section("Links", left.length, ...limited("link-list", left, item));
    }

    /**
     * The spans that link to this one.
     * @param {SpanDetails} details
     * @param {string} filter
     */
    #linkedBy(details, filter) {
        if (details.linkedByCount === 0 || filter !== "") return null;
        const item = (/** @type {SpanDetails['linkedBy'][number]} */ span) => el("li", { class: "span-link" }, this.#linked(span.traceId, span.spanId, span, details));
        const left = details.linkedByCount - details.linkedBy.length;
        return section("Linked by", details.linkedByCount, ...limited("link-list", details.linkedBy, item), left === 0 ? null : el("p", { class: "span-link-where", text: `${formatCount(left)} more are not listed` }));
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

/**
 * @param {SpanAnswer} answer
 * @param {State} state
 * @param {bigint} start
 */
function clockText({ details, shiftNs }, { alignment, preferences }, start) {
    if (shiftNs === 0) return "";
    const size = formatDuration(Math.abs(shiftNs));
    if (alignment === null) return `its host's clock seems ${size} ${shiftNs > 0 ? "behind" : "ahead"}; shown as recorded`;
    return `moved ${size} ${shiftNs > 0 ? "later" : "earlier"}; recorded at ${formatMoment(details.startNs, start, preferences.timeMode)}`;
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
 * @param {string} filter
 */
function attributeSection(title, attributes, grouped, filter) {
    const left = matching(attributes, filter);
    if (left.length === 0) return null;
    return section(title, left.length, attributeList(left, grouped));
}

/**
 * @param {SpanDetails} details
 * @param {string} filter
 */
function scopeSection({ scope }, filter) {
    const left = matching(scope.attributes, filter);
    if (left.length === 0 && (scope.name === "" || filter !== "")) return null;
    const name = scope.version === "" ? scope.name : `${scope.name} ${scope.version}`;
    return section("Instrumentation scope", null, el("p", { class: "scope-name", text: name }), left.length === 0 ? null : attributeList(left, false));
}
