/**
 * One row of the waterfall: its elements, and how a span is drawn into them.
 *
 *     ▾ (!) ▌service operation            512 ms   ░░█░░░░░░░░░█ 512 ms
 *                                                    ▔         ▔           the critical path
 *
 * The bar is solid where the span itself works and light where its children do; the line below it is where the span
 * owns the critical path. A thin line goes to where children begin before it or end after it; a dashed outline is where a
 * span was recorded that was moved to align clocks. All shapes of a bar are one SVG with a few shapes, so that a row is always the same elements.
 *
 * A window of new rows has to be styled and laid out within a frame. So what is made of boxes is a polygon, whose corners are no style as
 * those of a path are, and colours and indents are classes, which share one style where properties of each element's own would not.
 */

import { ICONS, attribute, el, icon, setProperty, setText, svg } from "../dom.js";
import { countOf, exactDuration, formatCount, formatDuration, formatMoment } from "../format.js";
import { errorMark } from "./marks.js";

/** @import { ServiceLook, Row, TimeMode } from '../types.js' */

/** Deeper rows are not indented further; a number says how deep they are. */
const DEEPEST_INDENT = 12;
const BAR = 10;
const LABEL_GAP = 6;
/** Width of a label's character in 12 px tabular figures, rounded up. */
const CHARACTER = 7;

/**
 * @typedef {object} RowParts
 * @property {HTMLElement} name the first cell
 * @property {Element} twisty the arrow in it: one path that changes costs less than two of which one is shown
 * @property {SVGSVGElement} own
 * @property {SVGSVGElement} below
 * @property {HTMLElement} stripe
 * @property {HTMLElement} level
 * @property {HTMLElement} service
 * @property {HTMLElement} operation
 * @property {HTMLElement} chip
 * @property {HTMLElement} moved
 * @property {HTMLElement} skipped
 * @property {HTMLElement} duration
 * @property {SVGSVGElement} drawing
 * @property {SVGPathElement} ghost
 * @property {SVGPolygonElement} beyond
 * @property {SVGPolygonElement} under
 * @property {SVGPolygonElement} busy
 * @property {SVGPolygonElement} texture
 * @property {SVGPolygonElement} hatch
 * @property {SVGPathElement} outline
 * @property {SVGPolygonElement} critical
 * @property {SVGPathElement} events
 * @property {SVGPathElement} errorEvents
 * @property {HTMLElement} link
 * @property {HTMLElement} label
 */

/**
 * @typedef {object} RowContext what all rows have in common
 * @property {import('../time-scale.js').TimeScale} scale where times stand
 * @property {number} width of the timeline in pixels
 * @property {number} height of a row
 * @property {readonly ServiceLook[]} looks
 * @property {TimeMode} timeMode
 * @property {bigint} traceStart
 */

/** @type {WeakMap<HTMLElement, RowParts>} */
const parts = new WeakMap();

/** @returns {HTMLElement} */
export function createRow() {
    const path = (/** @type {string} */ name) => svg("path", { class: name });
    const boxes = (/** @type {string} */ name) => svg("polygon", { class: name });
    const arrow = icon("down");
    const made = {
        own: errorMark("own"),
        below: errorMark("below"),
        stripe: el("span", { class: "stripe", "aria-hidden": "true" }),
        level: el("span", { class: "row-level", "aria-hidden": "true" }),
        service: el("span", { class: "row-service" }),
        operation: el("span", { class: "row-operation" }),
        chip: el("span", { class: "row-chip" }),
        moved: el("span", { class: "row-moved", "aria-hidden": "true" }),
        skipped: el("span", { class: "row-skipped", "aria-hidden": "true" }),
        duration: el("div", { class: "cell cell-duration", role: "gridcell" }),
        ghost: path("bar-ghost"),
        beyond: boxes("bar-beyond"),
        under: boxes("bar-under"),
        busy: boxes("bar-busy"),
        texture: boxes("bar-texture"),
        hatch: boxes("bar-hatch"),
        outline: path("bar-outline"),
        critical: boxes("bar-critical"),
        events: path("bar-events"),
        errorEvents: path("bar-events bar-events-error"),
        link: el("span", { class: "row-link", "aria-hidden": "true" }, icon("link")),
        label: el("span", { class: "row-label", "aria-hidden": "true" }),
    };
    const drawing = svg("svg", { class: "bars", role: "img", focusable: "false" }, made.ghost, made.beyond, made.under, made.busy, made.texture, made.hatch, made.outline, made.critical, made.events, made.errorEvents);
    const name = el("div", { class: "cell cell-name", role: "gridcell" }, el("span", { class: "twisty", "aria-hidden": "true" }, arrow), made.own, made.below, made.stripe, made.level, el("span", { class: "row-text" }, made.service, " ", made.operation), made.chip, made.moved);
    const row = el("div", { class: "row virtual-row", role: "row", tabindex: -1 }, name, made.duration, el("div", { class: "cell cell-time", role: "gridcell" }, drawing, made.link, made.label), made.skipped);
    parts.set(row, { ...made, twisty: /** @type {Element} */ (arrow.firstElementChild), name, drawing });
    return row;
}

/**
 * A row whose span is on its way from the worker.
 * @param {HTMLElement} element
 */
export function blankRow(element) {
    const made = parts.get(element);
    if (made === undefined) return;
    element.classList.add("blank");
    attribute(element, "aria-label", "Loading");
    for (const text of [made.service, made.operation, made.chip, made.moved, made.skipped, made.duration, made.label, made.level]) setText(text, "");
    attribute(made.drawing, "aria-label", "Loading");
    clearShapes(made);
    made.link.hidden = true;
    attribute(made.twisty, "d", "");
    made.own.classList.add("absent");
    made.below.classList.add("absent");
}

/** @param {RowParts} made */
function clearShapes(made) {
    for (const shape of [made.ghost, made.outline, made.events, made.errorEvents]) attribute(shape, "d", "");
    for (const shape of [made.beyond, made.under, made.busy, made.texture, made.hatch, made.critical]) attribute(shape, "points", "");
}

/**
 * @param {HTMLElement} element
 * @param {Row} row
 * @param {Row | undefined} above the row before it
 * @param {RowContext} context
 * @param {boolean} matches whether it is one of what is looked for
 * @param {boolean} hasty without what takes a second look: the bar's label, and what is told to those who point at it or hear it
 */
export function drawRow(element, row, above, context, matches, hasty) {
    const made = parts.get(element);
    if (made === undefined) return;
    element.classList.remove("blank");
    const { group } = row;
    attribute(made.name, "class", `cell cell-name indent-${Math.min(row.level - 1, DEEPEST_INDENT)}`);
    const look = context.looks[row.serviceIndex];
    const hue = `hue-${look?.hue ?? 0}`;
    attribute(made.stripe, "class", `stripe ${hue} texture-${look?.texture ?? "plain"}`);
    attribute(made.under, "class", `bar-under ${hue}`);
    attribute(made.busy, "class", `bar-busy ${hue}`);
    element.classList.toggle("top", row.top !== null && above !== undefined);
    element.classList.toggle("same-service", above !== undefined && above.service === row.service);
    element.classList.toggle("group", group !== null);
    attribute(made.twisty, "d", row.expandable ? (row.expanded ? ICONS.down : ICONS.right) : "");
    made.own.classList.toggle("absent", row.error !== "own");
    made.below.classList.toggle("absent", row.error !== "below");
    setText(made.level, row.level - 1 > DEEPEST_INDENT ? `${row.level}›` : "");
    const { service, name } = namesOf(row);
    setText(made.service, service);
    setText(made.operation, name);
    setText(made.chip, chipOf(row).text);
    const moved = row.shiftNs === 0 || !Number.isFinite(row.startNs) ? "" : formatDuration(Math.abs(row.shiftNs));
    setText(made.moved, moved === "" ? "" : `${row.shiftNs > 0 ? "→" : "←"} ${moved}`);
    setText(made.skipped, row.skipped > 0 ? formatCount(row.skipped) : "");
    setText(made.duration, durationOf(row));
    drawBar(made, row, context, hasty);
    if (!hasty) describe(element, made, row, context, matches);
}

/**
 * What is told of a row to those who point at it or hear it.
 * @param {HTMLElement} element
 * @param {RowParts} made
 * @param {Row} row
 * @param {RowContext} context
 * @param {boolean} matches
 */
function describe(element, made, row, context, matches) {
    const { service, name } = namesOf(row);
    const chip = chipOf(row);
    const timed = Number.isFinite(row.startNs);
    attribute(element, "aria-level", row.level);
    attribute(element, "aria-posinset", row.positionInSet);
    attribute(element, "aria-setsize", row.setSize);
    attribute(element, "aria-expanded", row.expandable ? String(row.expanded) : null);
    attribute(made.name, "title", `${service}\n${name}`);
    attribute(made.chip, "title", chip.title);
    attribute(made.moved, "title", row.shiftNs === 0 || !timed ? null : movedText(row));
    attribute(made.skipped, "title", row.skipped > 0 ? `${countOf(row.skipped, "span")} not shown here` : null);
    attribute(made.duration, "title", timed ? exactDuration(lengthOf(row)) : null);
    const words = [wordsOf(row, context), ...(matches ? ["match"] : []), ...(row.skipped > 0 ? [`${countOf(row.skipped, "span")} behind it not shown`] : [])].join(", ");
    // The picture's name and no text: what nobody sees need not be laid out.
    attribute(made.drawing, "aria-label", words);
    attribute(element, "aria-label", `${service} ${name}, ${durationOf(row)}, ${words}${chip.title === null ? "" : `, ${chip.title}`}`);
}

/** @param {Row} row */
function namesOf(row) {
    const operation = row.name === "" ? "(no name)" : row.name;
    return { service: row.service === "" ? "(no service)" : row.service, name: row.group === null ? operation : `${formatCount(row.group.count)} × ${operation}` };
}

/** Of a group, the time that any of them takes. @param {Row} row */
function lengthOf({ group, durationNs }) {
    return group === null ? durationNs : group.unionNs;
}

/** @param {Row} row */
function durationOf(row) {
    return Number.isFinite(row.startNs) ? formatDuration(lengthOf(row)) : "no time";
}

/**
 * Moves the bars alone: the part of the time that is shown has changed.
 * @param {HTMLElement} element
 * @param {Row} row
 * @param {RowContext} context
 */
export function moveBar(element, row, context) {
    const made = parts.get(element);
    if (made !== undefined) drawBar(made, row, context, false);
}

/**
 * @param {Row} row
 * @returns {{text: string, title: string | null}}
 */
function chipOf(row) {
    if (row.group !== null) return { text: `⌀ ${formatDuration(row.group.sumNs / row.group.count)}`, title: spreadOf(row.group) };
    if (row.hidden > 0) return { text: `+${formatCount(row.hidden)}`, title: `${countOf(row.hidden, "span")} below, collapsed` };
    if (row.top === "orphan") return { text: "orphan", title: "its parent is not in the input" };
    if (row.top === "cycle") return { text: "cycle", title: "its parents lead in a circle; it was cut here" };
    return { text: "", title: null };
}

/**
 * The durations of a group in words.
 * @param {NonNullable<Row['group']>} group
 */
function spreadOf({ count, errors, unionNs, sumNs, leastNs, mostNs }) {
    const spread = leastNs === mostNs ? `each ${formatDuration(leastNs)}` : `each ${formatDuration(leastNs)} to ${formatDuration(mostNs)}, ${formatDuration(sumNs / count)} on average`;
    return `${countOf(count, "span")}, ${formatDuration(unionNs)} together, ${spread}${errors === 0 ? "" : `, ${countOf(errors, "error")}`}`;
}

/**
 * What the bar shows, in words.
 * @param {Row} row
 * @param {RowContext} context
 */
function wordsOf(row, context) {
    const words = [];
    if (row.group !== null && row.error === "own") words.push("errors in it");
    else if (row.error === "own") words.push(row.statusMessage === "" ? "error of its own" : `error of its own: ${row.statusMessage}`);
    if (row.error === "below") words.push("error below");
    if (!Number.isFinite(row.startNs)) return [...words, "no start time"].join(", ");
    words.push(`starts at ${formatMoment(row.startNs, context.traceStart, context.timeMode)}`);
    if (row.shiftNs !== 0) words.push(movedText(row));
    words.push(`self ${formatDuration(row.selfNs)}`);
    if (row.criticalNs > 0) words.push(`${formatDuration(row.criticalNs)} on the critical path`);
    if (row.earlyNs < row.startNs) words.push(`a child begins ${formatDuration(row.startNs - row.earlyNs)} before it`);
    if (row.lateNs > row.startNs + row.durationNs) words.push(`a child ends ${formatDuration(row.lateNs - row.startNs - row.durationNs)} after it`);
    if (row.events.length > 0) words.push(countOf(row.events.length, "event"));
    if (row.links > 0) words.push(countOf(row.links, "link"));
    if (row.warnings > 0) words.push(countOf(row.warnings, "warning"));
    return words.join(", ");
}

/** How far a span was moved, in words. @param {Row} row */
function movedText({ shiftNs }) {
    return `moved ${formatDuration(Math.abs(shiftNs))} ${shiftNs > 0 ? "later" : "earlier"} to align clocks`;
}

/**
 * @param {RowParts} made
 * @param {Row} row
 * @param {RowContext} context
 * @param {boolean} hasty without its label
 */
function drawBar(made, row, context, hasty) {
    const { scale, width, height } = context;
    const place = (/** @type {number} */ ns) => scale.place(ns);
    const top = Math.round((height - BAR) / 2);
    attribute(made.drawing, "width", Math.max(0, width));
    attribute(made.drawing, "height", height);
    const known = Number.isFinite(row.startNs) && width > 0;
    const left = known ? place(row.startNs) : 0;
    const right = known ? place(row.startNs + Math.max(0, row.durationNs)) : 0;
    const visible = known && right >= -1 && left <= width + 1;
    // Whole pixels: bars of a pixel or two would be blurred away. Beyond the rims a little is enough.
    const inside = (/** @type {number} */ x) => Math.round(Math.min(Math.max(x, -8), width + 8));
    const line = (/** @type {number} */ a, /** @type {number} */ b) => (b < 0 || a > width || inside(a) === inside(b) ? "" : box(inside(a), top + BAR / 2 - 0.5, inside(b) - inside(a), 1));
    const beyond = known ? (Number.isFinite(row.earlyNs) ? line(place(row.earlyNs), left) : "") + (Number.isFinite(row.lateNs) ? line(right, place(row.lateNs)) : "") : "";
    const look = context.looks[row.serviceIndex];
    if (beyond !== "") attribute(made.beyond, "class", `bar-beyond hue-${look?.hue ?? 0}`);
    let ghost = "";
    let ghostAt = { left: 0, right: 0 };
    if (known && row.shiftNs !== 0) {
        const a = place(row.startNs - row.shiftNs);
        const b = place(row.startNs + Math.max(0, row.durationNs) - row.shiftNs);
        ghostAt = { left: inside(a), right: inside(b) };
        if (b >= 0 && a <= width) ghost = `M${inside(a) + 0.5} ${top + 0.5}h${Math.max(2, inside(b) - inside(a)) - 1}v${BAR - 1}H${inside(a) + 0.5}z`;
    }
    if (!visible) {
        clearShapes(made);
        attribute(made.ghost, "d", ghost);
        attribute(made.beyond, "points", beyond);
        made.link.hidden = true;
        placeLabel(made, !known ? "" : left > width ? `${formatDuration(row.durationNs)} ›` : `‹ ${formatDuration(row.durationNs)}`, known && left > width ? "right" : "left", width);
        return;
    }
    const stretch = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ y, /** @type {number} */ h, /** @type {number} */ least) => {
        const x = Math.min(inside(a), Math.round(width) - least);
        return box(x, y, Math.max(least, inside(b) - x), h);
    };
    const pairs = (/** @type {readonly number[]} */ list, /** @type {number} */ y, /** @type {number} */ h, /** @type {number} */ least) => {
        let boxes = "";
        for (let index = 0; index + 1 < list.length; index += 2) {
            const a = place(list[index] ?? 0);
            const b = place(list[index + 1] ?? 0);
            if (b >= 0 && a <= width) boxes += stretch(a, b, y, h, least);
        }
        return boxes;
    };
    attribute(made.ghost, "d", ghost);
    attribute(made.beyond, "points", beyond);
    const whole = stretch(left, right, top, BAR, 2);
    attribute(made.under, "points", whole);
    const solid = row.busy.length === 0 && row.durationNs <= 0 ? whole : pairs(row.busy, top, BAR, 1);
    attribute(made.busy, "points", solid);
    const plain = (look?.texture ?? "plain") === "plain";
    attribute(made.texture, "points", plain ? "" : whole);
    attribute(made.texture, "fill", plain ? null : `url(#${look?.texture})`);
    attribute(made.hatch, "points", row.error === "own" ? whole : "");
    attribute(made.outline, "d", row.error === "own" ? outlineOf(Math.min(inside(left), Math.round(width) - 2), inside(right), top) : "");
    attribute(made.critical, "points", pairs(row.critical, top + BAR + 1, 2, 2));
    attribute(made.events, "d", diamonds(row.events.filter((event) => !event.error), place, width, height / 2));
    attribute(made.errorEvents, "d", diamonds(row.events.filter((event) => event.error), place, width, height / 2));

    const linked = row.links > 0;
    if (made.link.hidden === linked) made.link.hidden = !linked;
    const before = linked ? 19 : 0;
    if (linked) setProperty(made.link, "--left", `${Math.max(0, Math.round(left) - 18)}px`);

    if (hasty) {
        setText(made.label, "");
        return;
    }
    // The label goes to the emptier side, and away when neither has room: the duration has its own column.
    const text = formatDuration(lengthOf(row));
    const need = text.length * CHARACTER + LABEL_GAP + 4;
    const roomRight = width - right;
    const roomLeft = left - before;
    const last = row.events.length > 0 ? 6 : 0;
    // Nor does it stand on the outline of where the span was recorded.
    const preferRight = row.shiftNs === 0 ? (left + right) / 2 <= width / 2 : row.shiftNs > 0;
    const free = (/** @type {number} */ from, /** @type {number} */ to) => ghost === "" || ghostAt.right <= from || ghostAt.left >= to;
    const fitsRight = roomRight >= need + last && free(right, right + need + last);
    const fitsLeft = roomLeft >= need && free(left - before - need, left);
    if (preferRight ? fitsRight : !fitsLeft && fitsRight) placeLabel(made, text, "after", Math.max(right, left + 2) + LABEL_GAP + last);
    else if (fitsLeft) placeLabel(made, text, "before", width - left + before + LABEL_GAP);
    else placeLabel(made, "", "after", 0);
}

/**
 * @param {RowParts} made
 * @param {string} text
 * @param {'left' | 'right' | 'before' | 'after'} where
 * @param {number} distance from the left edge, for `before` from the right one
 */
function placeLabel(made, text, where, distance) {
    setText(made.label, text);
    if (text === "") return;
    const from = where === "left" || where === "right" ? "4px" : `${Math.round(distance)}px`;
    setProperty(made.label, "inset-inline", where === "before" || where === "right" ? `auto ${from}` : `${from} auto`);
}

/**
 * A box of a polygon that may have more: what leads from one to the next runs along their upper rims and so covers nothing.
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function box(x, y, width, height) {
    return `${x},${y} ${x + width},${y} ${x + width},${y + height} ${x},${y + height} ${x},${y} `;
}

/**
 * @param {number} left
 * @param {number} right
 * @param {number} top
 */
function outlineOf(left, right, top) {
    const x = left - 1.75;
    const y = top - 1.75;
    const w = Math.max(2, right - left) + 3.5;
    const h = BAR + 3.5;
    const r = Math.min(3, w / 2);
    return `M${x + r} ${y}h${w - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${h - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}h${2 * r - w}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - h}a${r} ${r} 0 0 1 ${r} ${-r}z`;
}

/**
 * @param {readonly {ns: number}[]} events
 * @param {(ns: number) => number} place
 * @param {number} width
 * @param {number} middle
 */
function diamonds(events, place, width, middle) {
    let path = "";
    for (const { ns } of events) {
        const x = place(ns);
        if (!Number.isFinite(x) || x < -4 || x > width + 4) continue;
        path += `M${x.toFixed(1)} ${middle - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`;
    }
    return path;
}
