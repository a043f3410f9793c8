/**
 * The service map of this trace or of all: boxes in layers from left to right, edges as wide as they have calls. Two
 * tables under it say the same: one of the boxes, one of the edges. What is chosen marks its spans.
 */

import { attribute, button, el, fill, pick, svg, unusual, toldMeanwhile } from "../dom.js";
import { colorOf } from "../colors.js";
import { countOf, exactDuration, formatCount, formatDuration, formatShare } from "../format.js";
import { DataGrid, barCell, textCell } from "./data-grid.js";
import { errorMark } from "./marks.js";

/** @import { State } from '../state.js' */
/** @import { Intents, MapEdge, MapNode, ServiceGraph } from '../types.js' */

const BOX = { width: 176, height: 44 };
const GAP = { x: 92, y: 22 };
const MARGIN = 20;
const RING = 11;
/** From so many edges on they are thin and faint, but for those of the current box and those on the critical path, and the current one alone has figures. */
const DENSE = 60;

/** @type {readonly import('./data-grid.js').Column[]} */
const NODE_COLUMNS = [
    { id: "label", label: "Service, destination or other side" },
    { id: "kind", label: "Kind" },
    { id: "count", label: "Spans", number: true },
    { id: "entries", label: "Entries", title: "Requests that begin here, as far as was recorded", number: true },
    { id: "self", label: "Self", number: true },
    { id: "critical", label: "On the path", number: true },
    { id: "share", label: "Share of the path", number: true },
    { id: "errors", label: "Errors", number: true },
];
/** @type {readonly import('./data-grid.js').Column[]} */
const EDGE_COLUMNS = [
    { id: "label", label: "From and to" },
    { id: "count", label: "Calls", number: true },
    { id: "errors", label: "Errors", number: true },
    { id: "p50", label: "p50", title: "Half of the calls take no longer", number: true },
    { id: "p95", label: "p95", title: "95 of 100 calls take no longer", number: true },
    { id: "max", label: "Max", number: true },
    { id: "network", label: "Network", title: "What lies between the durations of both sides, on average", number: true },
    { id: "queue", label: "Waited", title: "From the end of sending to the start of handling, on average", number: true },
    { id: "share", label: "Share of the path", title: "Time on the critical path at or below these calls", number: true },
];

export class MapView {
    #intents;
    #says;
    #scope;
    #scopeLabel;
    #facts;
    #picture;
    #nodes;
    #edges;
    #which;
    #turn = 0;
    #shown = /** @type {readonly unknown[]} */ ([]);
    #all = false;
    /** The table that was chosen last; which is shown follows what is current, too. @type {string | undefined} */
    #table = undefined;
    /** @type {ServiceGraph | null} */
    #graph = null;
    /** What is current: a box or an edge. @type {{kind: 'node' | 'edge', index: number} | null} */
    #current = null;
    /** @type {Map<string, SVGGElement>} */
    #drawn = new Map();
    /** @type {State | null} */
    #state = null;

    /** @param {{intents: Intents}} options */
    constructor({ intents }) {
        this.#intents = intents;
        this.#says = el("p", { class: "view-says", role: "status" });
        this.#scope = el("select", { class: "select", "aria-label": "Map of which traces", on: { change: () => this.#chosen() } }, el("option", { value: "one", text: "this trace" }), el("option", { value: "all", text: "all traces" }));
        this.#scopeLabel = el("label", {}, "Of", this.#scope);
        this.#which = el("select", { class: "select", "aria-label": "Table of", on: { change: () => this.#chosen() } }, el("option", { value: "node", text: "services" }), el("option", { value: "edge", text: "calls" }));
        this.#picture = el("div", { class: "map-picture", role: "application", tabindex: 0, "aria-label": "Service map", "aria-describedby": "map-keys map-facts", on: { keydown: (event) => this.#onKey(event) } });
        this.#facts = el("p", { class: "flame-facts", id: "map-facts", "aria-live": "polite" });
        const keys = el("p", { class: "visually-hidden", id: "map-keys", text: "Right goes along a call, Left against it, Up and Down to what stands beside. Enter marks the spans." });
        this.#nodes = this.#gridOf("Services", "map-nodes", "node", NODE_COLUMNS);
        this.#edges = this.#gridOf("Calls", "map-edges", "edge", EDGE_COLUMNS);
        this.element = el(
            "div",
            { class: "view map-view" },
            el("div", { class: "view-top" }, this.#says, el("div", { class: "view-choices" }, this.#scopeLabel, el("label", {}, "Table", this.#which))),
            keys,
            this.#picture,
            this.#facts,
            this.#nodes.element,
            this.#edges.element,
        );
        this.#showTable();
    }

    /** @param {State} state */
    update(state) {
        this.#state = state;
        if (state.tab !== "map" || state.trace === null) return;
        const many = (state.overview?.summary.traces ?? 0) > 1;
        this.#scopeLabel.hidden = !many;
        const { of, table } = state.choices["map"] ?? {};
        pick(this.#scope, many ? of : "one", "one");
        if (table !== this.#table) {
            this.#table = table;
            pick(this.#which, table, "node");
            this.#showTable();
        }
        const what = this.#what();
        if (what.some((part, index) => part !== this.#shown[index])) void this.#load();
    }

    /** What is drawn, all of it. */
    get drawing() {
        return this.#picture.firstElementChild;
    }

    /** What it shows, in words. */
    get says() {
        return this.#says.textContent ?? "";
    }

    destroy() {
        this.#nodes.destroy();
        this.#edges.destroy();
        this.element.remove();
    }

    #chosen() {
        this.#showTable();
        this.#intents.setChoices(unusual({ of: [this.#scope.value, "one"], table: [this.#which.value, "node"] }));
    }

    #what() {
        return [this.#state?.connection, this.#scope.value === "all" ? null : this.#state?.trace?.index];
    }

    async #load() {
        this.#turn += 1;
        const turn = this.#turn;
        const { connection, trace, overview } = this.#state ?? {};
        if (!connection || !trace || !overview) return;
        this.#shown = this.#what();
        this.#all = this.#scope.value === "all";
        const graph = await toldMeanwhile(this.#says, connection.call("serviceMap", this.#all ? null : trace.index));
        if (turn !== this.#turn) return;
        this.#graph = graph;
        this.#current = null;
        const services = graph.nodes.filter(({ kind }) => kind === "service").length;
        const others = graph.nodes.length - services;
        const calls = graph.edges.reduce((sum, edge) => sum + edge.calls, 0);
        const failed = graph.edges.reduce((sum, edge) => sum + edge.errors, 0);
        const of = this.#all ? ` of ${countOf(overview.summary.traces, "trace")}` : "";
        const rest = [others > 0 ? `${formatCount(others)} without spans of their own` : "", failed > 0 ? `${countOf(failed, "failed call")}` : "", graph.unnamed > 0 ? `${countOf(graph.unnamed, "call")} to what has no name` : ""].filter((part) => part !== "");
        fill(this.#says, `Who calls whom${of}: ${countOf(services, "service")}, ${countOf(calls, "call")}`, el("span", { class: "view-note", text: rest.map((part) => ` · ${part}`).join("") }));
        this.#draw(graph);
        this.#showFirst(graph);
        this.#sayFacts();
        await Promise.all([this.#nodes.reset(graph.nodes.length, true), this.#edges.reset(graph.edges.length, true)]);
    }

    #showTable() {
        this.#nodes.element.hidden = this.#which.value !== "node";
        this.#edges.element.hidden = this.#which.value !== "edge";
    }

    // ── the picture ──

    /** @param {ServiceGraph} graph */
    #draw(graph) {
        this.#drawn.clear();
        const width = Math.max(1, graph.layers) * (BOX.width + GAP.x) - GAP.x + 2 * MARGIN;
        const height = Math.max(1, graph.rows) * (BOX.height + GAP.y) - GAP.y + 2 * MARGIN;
        const edges = graph.edges.map((edge, index) => this.#drawEdge(graph, edge, index));
        const nodes = graph.nodes.map((node, index) => this.#drawNode(graph, node, index));
        const head = (/** @type {string} */ id, /** @type {string} */ of) => svg("marker", { id, class: of, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, svg("path", { d: "M0 0.5 L7.5 4 L0 7.5 z" }));
        fill(this.#picture, svg("svg", { class: `map-svg${graph.edges.length < DENSE ? "" : " dense"}`, width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" }, svg("defs", {}, head("map-head", "map-head"), head("map-head-error", "map-head map-head-error")), ...edges, ...nodes));
    }

    /**
     * Where there is no room for all of it, it begins with where requests come in.
     * @param {ServiceGraph} graph
     */
    #showFirst(graph) {
        const [entry] = [...graph.nodes].sort((one, other) => one.layer - other.layer || one.row - other.row);
        if (entry === undefined) return;
        // On a small screen a part of the picture lies below the fold.
        const seen = Math.min(this.#picture.clientHeight, innerHeight - this.#picture.getBoundingClientRect().top);
        this.#picture.scrollTo(0, Math.max(0, centre(entry).y - seen / 2));
    }

    /**
     * @param {ServiceGraph} graph
     * @param {MapEdge} edge
     * @param {number} index
     */
    #drawEdge(graph, edge, index) {
        const from = graph.nodes[edge.from];
        const to = graph.nodes[edge.to];
        if (from === undefined || to === undefined) return null;
        const start = centre(from);
        const end = centre(to);
        // Ten times as many calls are a step wider, so that one call among thousands is still seen.
        const stroke = (1.25 + Math.min(4.75, 1.5 * Math.log10(edge.calls))) * (graph.edges.length < DENSE ? 1 : 0.4);
        let path;
        let label;
        if (edge.from === edge.to) {
            const right = start.x + BOX.width / 2;
            path = `M${right} ${start.y - 8} c34 -26 34 42 0 16`;
            label = { x: right + 30, y: start.y + 4, anchor: "start" };
        } else {
            const points = [start];
            for (let at = 0; at < edge.way.length; at += 2) points.push(centre({ layer: edge.way[at] ?? 0, row: edge.way[at + 1] ?? 0 }));
            points.push(end);
            const forward = end.x >= start.x;
            const side = forward ? BOX.width / 2 : -BOX.width / 2;
            const first = /** @type {{x: number, y: number}} */ (points[0]);
            const last = /** @type {{x: number, y: number}} */ (points.at(-1));
            points[0] = { x: first.x + side, y: first.y };
            points[points.length - 1] = { x: last.x - side - (forward ? 3 : -3), y: last.y };
            path = smooth(points);
            // Where fewer edges meet, a figure is read more easily.
            const atEnd = graph.edges.filter((other) => other.from === edge.from).length >= graph.edges.filter((other) => other.to === edge.to).length;
            const [near, far] = atEnd ? [points.length - 1, points.length - 2] : [0, 1];
            const [one, other] = [points[near] ?? start, points[far] ?? end];
            const place = onCurve(one, other, GAP.x / 2);
            label = { x: place.x, y: place.y - stroke / 2 - 4, anchor: "middle" };
        }
        const failed = edge.errors > 0;
        // In a large trace nearly every edge has a little of the critical path.
        const critical = edge.criticalNs > 0 && edge.criticalNs * 50 >= graph.criticalNs;
        // Where few of many calls fail, the figure says so: were each such line red, a large map would be.
        const mostly = edge.errors * 2 > edge.calls;
        const text = `${formatCount(edge.calls)}×${failed ? `, ${countOf(edge.errors, "error")}` : ""}`;
        const group = svg(
            "g",
            { class: `map-edge${failed ? " failed" : ""}${mostly ? " mostly" : ""}${critical ? " critical" : ""}`, on: { click: () => this.#choose("edge", index, false) } },
            svg("path", { class: "map-reach", d: path }),
            svg("path", { class: "map-line", d: path, "stroke-width": stroke.toFixed(2), "marker-end": `url(#map-head${mostly ? "-error" : ""})` }),
            svg("text", { class: "map-count", x: label.x, y: label.y, "text-anchor": label.anchor, text }),
        );
        this.#drawn.set(`edge${index}`, group);
        return group;
    }

    /**
     * @param {ServiceGraph} graph
     * @param {MapNode} node
     * @param {number} index
     */
    #drawNode(graph, node, index) {
        const { x, y } = centre(node);
        const left = x - BOX.width / 2;
        const top = y - BOX.height / 2;
        const share = graph.criticalNs > 0 ? node.criticalNs / graph.criticalNs : 0;
        const around = 2 * Math.PI * RING;
        const look = this.#state?.overview?.looks[node.serviceIndex ?? -1];
        const name = node.name === "" ? "(no service)" : node.name;
        const second = node.kind === "service" ? `${countOf(node.spans, "span")}` : [node.kind, node.system].filter((part) => part !== "").join(" · ");
        const group = svg(
            "g",
            { class: `map-node of-${node.kind}${node.errors > 0 ? " failed" : ""}`, on: { click: () => this.#choose("node", index, false) } },
            svg("title", { text: `${name}\n${second}` }),
            svg("rect", { class: "map-box", x: left, y: top, width: BOX.width, height: BOX.height, rx: node.kind === "service" ? 4 : node.kind === "messaging" ? 22 : 10 }),
            node.kind === "service" ? svg("rect", { class: "map-stripe", x: left + 1, y: top + 8, width: 3, height: BOX.height - 16 }) : null,
            svg("text", { class: "map-name", x: left + 14, y: top + 19, text: shortened(name, 16) }),
            svg("text", { class: "map-second", x: left + 14, y: top + 35, text: shortened(node.errors > 0 ? `${countOf(node.errors, "error")} · ${second}` : second, 20) }),
            svg("circle", { class: "map-ring", cx: left + BOX.width - 20, cy: y, r: RING }),
            share > 0 ? svg("circle", { class: "map-share", cx: left + BOX.width - 20, cy: y, r: RING, "stroke-dasharray": `${(around * Math.min(1, share)).toFixed(2)} ${around.toFixed(2)}`, transform: `rotate(-90 ${left + BOX.width - 20} ${y})` }) : null,
            svg("text", { class: `map-percent${share >= 0.995 ? " whole" : ""}`, x: left + BOX.width - 20, y: y + 3.5, "text-anchor": "middle", text: share > 0 ? String(Math.round(100 * share)) : "" }),
        );
        group.style.setProperty("--service", colorOf(look));
        this.#drawn.set(`node${index}`, group);
        return group;
    }

    // ── what is current ──

    /**
     * @param {'node' | 'edge'} kind
     * @param {number} index
     * @param {boolean} again whether choosing what is current already marks its spans
     */
    #choose(kind, index, again) {
        if (again && this.#current?.kind === kind && this.#current.index === index) {
            void this.#mark();
            return;
        }
        this.#setCurrent(kind, index);
        (kind === "node" ? this.#nodes : this.#edges).goTo(index, false);
    }

    /**
     * @param {'node' | 'edge'} kind
     * @param {number} index
     */
    #setCurrent(kind, index) {
        this.#current = { kind, index };
        if (this.#which.value !== kind) {
            this.#which.value = kind;
            this.#showTable();
        }
        // The ends of an edge, the edges of a node and what is at their other ends.
        const beside = new Set();
        for (const [at, { from, to }] of (this.#graph?.edges ?? []).entries()) {
            if (kind === "edge" ? at !== index : from !== index && to !== index) continue;
            for (const key of [`node${from}`, `node${to}`, `edge${at}`]) beside.add(key);
        }
        this.#picture.firstElementChild?.classList.add("chosen");
        for (const [key, group] of this.#drawn) {
            group.classList.toggle("current", key === `${kind}${index}`);
            group.classList.toggle("beside", beside.has(key));
        }
        const drawn = this.#drawn.get(`${kind}${index}`);
        if (kind === "node") drawn?.scrollIntoView({ block: "nearest", inline: "nearest" });
        this.#nodes.redraw();
        this.#edges.redraw();
        this.#sayFacts();
    }

    #sayFacts() {
        const graph = this.#graph;
        const current = this.#current;
        const node = current?.kind === "node" ? graph?.nodes[current.index] : undefined;
        const edge = current?.kind === "edge" ? graph?.edges[current.index] : undefined;
        if (graph === null || (node === undefined && edge === undefined)) {
            const rings = (graph?.criticalNs ?? 0) > 0 ? " A ring is the share of the critical path, in percent." : "";
            const figures = (graph?.edges.length ?? 0) < DENSE ? "" : " An edge that is chosen has its figures.";
            fill(this.#facts, el("span", { class: "view-note", text: `Click a box or an edge; arrows move.${figures}${rings}` }));
            return;
        }
        const [name, text] = node !== undefined ? [nameOf(node), this.#nodeFacts(node, graph)] : [edgeName(/** @type {MapEdge} */ (edge), graph), this.#edgeFacts(/** @type {MapEdge} */ (edge), graph)];
        fill(this.#facts, el("strong", { text: name }), ` ${text} `, button({ label: "Mark the spans", class: "text-link", onClick: () => void this.#mark() }), edge === undefined ? null : this.#examples(edge));
    }

    /** @param {MapEdge} edge */
    #examples(edge) {
        return el("span", {}, " Examples:", ...edge.examples.flatMap(({ trace, span }, index) => [" ", button({ label: String(index + 1), class: "text-link", title: "Go to this call", onClick: () => this.#intents.markIn(trace, [span]) })]));
    }

    /**
     * @param {MapNode} node
     * @param {ServiceGraph} graph
     */
    #nodeFacts(node, graph) {
        const entries = node.entries > 0 ? `, ${countOf(node.entries, "request")} from outside` : "";
        const share = formatShare(node.criticalNs, graph.criticalNs) || "0 %";
        return `${[node.kind, node.system].filter((part) => part !== "").join(", ")}, ${countOf(node.spans, "span")}, ${countOf(node.errors, "error")}${entries}, self ${formatDuration(node.selfNs)}, ${share} of the critical path (${formatDuration(node.criticalNs)})`;
    }

    /**
     * @param {MapEdge} edge
     * @param {ServiceGraph} graph
     */
    #edgeFacts(edge, graph) {
        const parts = [countOf(edge.calls, "call"), countOf(edge.errors, "error"), `p50 ${formatDuration(edge.p50Ns)}`, `p95 ${formatDuration(edge.p95Ns)}`, `max ${formatDuration(edge.maxNs)}`];
        if (edge.networkCalls > 0) parts.push(`network ${formatDuration(Math.round(edge.networkNs / edge.networkCalls))} on average`);
        if (edge.queueCalls > 0) parts.push(`waited ${formatDuration(Math.round(edge.queueNs / edge.queueCalls))} on average`);
        if (edge.oneSided > 0) parts.push(`${countOf(edge.oneSided, "call")} known from the caller alone`);
        parts.push(`${formatShare(edge.criticalNs, graph.criticalNs) || "0 %"} of the critical path`);
        return parts.join(", ");
    }

    async #mark() {
        const { connection, trace } = this.#state ?? {};
        const current = this.#current;
        if (!connection || !trace || current === null) return;
        const { trace: found, spans } = await connection.call("mapSpans", current.kind, current.index, trace.index);
        this.#intents.markIn(found, spans);
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        const graph = this.#graph;
        if (event.target !== this.#picture || event.ctrlKey || event.metaKey || event.altKey || graph === null || graph.nodes.length === 0) return;
        const keys = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "Enter", " "];
        if (!keys.includes(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        const current = this.#current;
        if (event.key === "Enter" || event.key === " ") void this.#mark();
        else if (current === null || event.key === "Home") this.#choose("node", firstNode(graph), false);
        else if (current.kind === "node") this.#fromNode(graph, current.index, event.key);
        else this.#fromEdge(graph, current.index, event.key);
    }

    /**
     * @param {ServiceGraph} graph
     * @param {number} index
     * @param {string} key
     */
    #fromNode(graph, index, key) {
        if (key === "ArrowRight" || key === "ArrowLeft") {
            const edge = graph.edges.findIndex(({ from, to }) => (key === "ArrowRight" ? from : to) === index);
            if (edge >= 0) this.#choose("edge", edge, false);
            return;
        }
        const node = /** @type {MapNode} */ (graph.nodes[index]);
        const down = key === "ArrowDown";
        // The next one in the layer, then in the layers after it.
        const order = [...graph.nodes.keys()].sort((one, other) => compare(graph.nodes[one], graph.nodes[other]));
        const at = order.findIndex((candidate) => graph.nodes[candidate] === node);
        const next = order[at + (down ? 1 : -1)];
        if (next !== undefined) this.#choose("node", next, false);
    }

    /**
     * @param {ServiceGraph} graph
     * @param {number} index
     * @param {string} key
     */
    #fromEdge(graph, index, key) {
        const edge = /** @type {MapEdge} */ (graph.edges[index]);
        if (key === "ArrowRight") this.#choose("node", edge.to, false);
        else if (key === "ArrowLeft") this.#choose("node", edge.from, false);
        else {
            const beside = [...graph.edges.keys()].filter((candidate) => graph.edges[candidate]?.from === edge.from);
            const next = beside[beside.indexOf(index) + (key === "ArrowDown" ? 1 : -1)];
            if (next !== undefined) this.#choose("edge", next, false);
        }
    }

    // ── the tables ──

    /**
     * @param {string} label
     * @param {string} name
     * @param {'node' | 'edge'} kind
     * @param {readonly import('./data-grid.js').Column[]} columns
     */
    #gridOf(label, name, kind, columns) {
        const table = /** @type {DataGrid<MapNode | MapEdge>} */ (new DataGrid({
            label,
            class: name,
            load: async (from, count) => {
                /** @type {readonly (MapNode | MapEdge)[]} */
                const rows = (kind === "node" ? this.#graph?.nodes : this.#graph?.edges) ?? [];
                return rows.slice(from, from + count);
            },
            draw: (cells, row, element, index) => {
                element.classList.toggle("selected", this.#current?.kind === kind && this.#current.index === index);
                if (kind === "node") this.#drawNodeRow(cells, /** @type {MapNode} */ (row));
                else this.#drawEdgeRow(cells, /** @type {MapEdge} */ (row));
            },
            choose: (index) => this.#choose(kind, index, true),
            onCursor: (index) => this.#setCurrent(kind, index),
        }));
        table.setColumns(columns, null);
        return table;
    }

    /**
     * @param {HTMLElement[]} cells
     * @param {MapNode} node
     */
    #drawNodeRow(cells, node) {
        const [label, kind, count, entries, self, critical, share, errors] = cells;
        const graph = this.#graph;
        if (!label || !kind || !count || !entries || !self || !critical || !share || !errors || graph === null) return;
        const name = el("span", { class: "service-name", text: nameOf(node) });
        name.style.setProperty("--service", colorOf(this.#state?.overview?.looks[node.serviceIndex ?? -1]));
        fill(label, name);
        label.title = nameOf(node);
        textCell(kind, [node.kind, node.system].filter((part) => part !== "").join(", "));
        textCell(count, formatCount(node.spans));
        textCell(entries, formatCount(node.entries));
        textCell(self, formatDuration(node.selfNs), exactDuration(node.selfNs));
        textCell(critical, formatDuration(node.criticalNs), exactDuration(node.criticalNs));
        barCell(share, formatShare(node.criticalNs, graph.criticalNs) || "0 %", "", node.criticalNs / graph.criticalNs);
        errorsCell(errors, node.errors);
    }

    /**
     * @param {HTMLElement[]} cells
     * @param {MapEdge} edge
     */
    #drawEdgeRow(cells, edge) {
        const [label, count, errors, p50, p95, max, network, queue, share] = cells;
        const graph = this.#graph;
        if (!label || !count || !errors || !p50 || !p95 || !max || !network || !queue || !share || graph === null) return;
        textCell(label, edgeName(edge, graph), edgeName(edge, graph));
        textCell(count, formatCount(edge.calls));
        errorsCell(errors, edge.errors);
        textCell(p50, formatDuration(edge.p50Ns), exactDuration(edge.p50Ns));
        textCell(p95, formatDuration(edge.p95Ns), exactDuration(edge.p95Ns));
        textCell(max, formatDuration(edge.maxNs), exactDuration(edge.maxNs));
        textCell(network, edge.networkCalls === 0 ? "" : formatDuration(Math.round(edge.networkNs / edge.networkCalls)));
        textCell(queue, edge.queueCalls === 0 ? "" : formatDuration(Math.round(edge.queueNs / edge.queueCalls)));
        barCell(share, formatShare(edge.criticalNs, graph.criticalNs) || "0 %", "", edge.criticalNs / graph.criticalNs);
    }
}

/**
 * @param {HTMLElement} cell
 * @param {number} errors
 */
function errorsCell(cell, errors) {
    fill(cell, errors > 0 ? errorMark("own") : null, errors > 0 ? " " : null, formatCount(errors));
    cell.classList.toggle("has-error", errors > 0);
    attribute(cell, "title", null);
}

/** @param {{layer: number, row: number}} place */
function centre({ layer, row }) {
    return { x: MARGIN + layer * (BOX.width + GAP.x) + BOX.width / 2, y: MARGIN + row * (BOX.height + GAP.y) + BOX.height / 2 };
}

/**
 * A curve through places that leaves and enters them level.
 * @param {{x: number, y: number}[]} points
 */
function smooth(points) {
    const [first] = points;
    if (first === undefined) return "";
    let path = `M${first.x} ${first.y}`;
    let last = first;
    for (const point of points.slice(1)) {
        const middle = (last.x + point.x) / 2;
        path += ` C${middle} ${last.y} ${middle} ${point.y} ${point.x} ${point.y}`;
        last = point;
    }
    return path;
}

/**
 * Where the curve from one place to the next is, so far from the first one.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 * @param {number} distance in x
 */
function onCurve(from, to, distance) {
    const wide = Math.abs(to.x - from.x);
    const part = wide === 0 ? 0.5 : Math.min(0.5, distance / wide);
    let low = 0;
    let high = 1;
    // Both control points have the middle's x: x = 1.5 t - 1.5 t² + t³, which rises, and y = 3 t² - 2 t³.
    for (let step = 0; step < 20; step += 1) {
        const t = (low + high) / 2;
        if (1.5 * t - 1.5 * t * t + t * t * t < part) low = t;
        else high = t;
    }
    return { x: from.x + Math.sign(to.x - from.x) * part * wide, y: from.y + (3 * low * low - 2 * low * low * low) * (to.y - from.y) };
}

/**
 * @param {string} text
 * @param {number} most characters
 */
function shortened(text, most) {
    const characters = Array.from(text.slice(0, 200));
    return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** @param {MapNode} node */
function nameOf({ name }) {
    return name === "" ? "(no service)" : name;
}

/**
 * @param {MapEdge} edge
 * @param {ServiceGraph} graph
 */
function edgeName(edge, graph) {
    const [from, to] = [graph.nodes[edge.from], graph.nodes[edge.to]];
    if (from === undefined || to === undefined) return "";
    return edge.from === edge.to ? `${nameOf(from)} → itself` : `${nameOf(from)} → ${nameOf(to)}`;
}

/** @param {ServiceGraph} graph */
function firstNode(graph) {
    return [...graph.nodes.keys()].sort((one, other) => compare(graph.nodes[one], graph.nodes[other]))[0] ?? 0;
}

/**
 * @param {MapNode | undefined} one
 * @param {MapNode | undefined} other
 */
function compare(one, other) {
    return (one?.layer ?? 0) - (other?.layer ?? 0) || (one?.row ?? 0) - (other?.row ?? 0);
}
