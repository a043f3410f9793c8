/** The small signs of a row: errors by shape as well as colour, links. */

import { svg } from "../dom.js";

/**
 * An error mark: filled for a span's own error, a ring for one below it.
 * @param {'own' | 'below'} kind
 */
export function errorMark(kind) {
    return svg(
        "svg",
        { class: `error-mark error-${kind}`, viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true", focusable: "false" },
        svg("circle", { cx: 7, cy: 7, r: 6.25 }),
        svg("path", { d: "M7 3.6v4M7 9.6v.9" }),
    );
}
