/**
 * Work that the request did not wait for: what handles its messages, follows it or links to it. Each piece leads to its
 * first span and to the one that caused it, and says how long it waited and where its own time went.
 */

import { el } from "../dom.js";
import { countOf, exactDuration, formatDuration } from "../format.js";

/** @import { AsyncPiece, AsyncWork, Intents } from '../types.js' */

/** How a piece is connected with what caused it, in a word and in a sentence. */
const EDGES = Object.freeze({ message: ["message", "handles the message of"], follows: ["follows", "follows"], link: ["link", "links to"], none: ["alone", "began on its own"] });

/**
 * The section; null when the request waited for everything.
 * @param {AsyncWork} work
 * @param {Intents} intents
 */
export function asyncSection({ count, pieces }, intents) {
    if (count === 0) return null;
    const rest = count - pieces.length;
    return el(
        "section",
        { class: "async-work", "aria-labelledby": "async-title" },
        el("h2", { id: "async-title", text: "Not waited for" }),
        el("p", { class: "findings-summary", text: `${countOf(count, "piece")} of work that the request started, or that is linked to it, without waiting for ${count === 1 ? "it" : "them"}. Nothing of this is on its critical path.` }),
        el("ol", { class: "finding-list" }, ...pieces.map((piece) => pieceOf(piece, intents))),
        rest > 0 ? el("p", { class: "view-note", text: `And ${countOf(rest, "shorter one")}.` }) : null,
    );
}

/**
 * @param {AsyncPiece} piece
 * @param {Intents} intents
 */
function pieceOf(piece, intents) {
    const [word, connects] = EDGES[piece.edge];
    const { edge, from, work, trace, elsewhere, waitNs, totalNs, path } = piece;
    const to = (/** @type {{span: number, service: string, name: string}} */ span) =>
        el("button", { type: "button", class: "text-link", title: "Show this span", text: `${span.service} ${span.name}`.trim() || "(no name)", on: { click: () => intents.markIn(trace, [span.span]) } });
    return el(
        "li",
        { class: "finding" },
        el("h3", {}, el("span", { class: "finding-severity", text: word }), to(work)),
        el(
            "p",
            { class: "finding-facts" },
            from === null
                ? el("span", { text: connects })
                : el("span", {}, `${connects} `, el("button", { type: "button", class: "text-link", title: "Show this span", text: `${from.service} ${from.name}`.trim() || "(no name)", on: { click: () => intents.mark([from.span]) } })),
            waitNs === null ? null : el("span", { title: exactDuration(Math.abs(waitNs)), text: waitOf(edge, waitNs) }),
            el("span", { title: exactDuration(totalNs), text: `took ${formatDuration(totalNs)}` }),
            elsewhere === null ? null : el("span", { title: elsewhere, text: "in another trace" }),
        ),
        path.length === 0 || (path.length === 1 && path[0]?.span === work.span)
            ? null
            : el("ul", { class: "finding-evidence" }, ...path.map((span) => el("li", {}, to(span), ` ${formatDuration(span.ns)} of its own path`))),
    );
}

/**
 * @param {AsyncPiece['edge']} edge
 * @param {number} ns
 */
function waitOf(edge, ns) {
    if (ns < 0) return `began ${formatDuration(-ns)} before that had ended`;
    return edge === "message" ? `waited ${formatDuration(ns)} in the queue` : `began ${formatDuration(ns)} after that had ended`;
}
