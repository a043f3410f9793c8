/**
 * The tabs over a trace, in their order. A tab is a line here, a view in components/ and its place in views.js.
 */

export const TABS = /** @type {const} */ ([
    { id: "waterfall", label: "Waterfall" },
    { id: "flame", label: "Flame" },
    { id: "map", label: "Map" },
    { id: "table", label: "Table" },
    { id: "logs", label: "Logs" },
    { id: "findings", label: "Findings" },
    { id: "budgets", label: "Budgets" },
    { id: "input", label: "Input" },
]);

/** Tabs whose view can be saved as a picture. @type {ReadonlySet<TabId>} */
export const PICTURED = new Set(/** @type {const} */ (["waterfall", "flame", "map"]));

/** @typedef {(typeof TABS)[number]['id']} TabId */

/**
 * The tab of this name; the first one when there is none.
 * @param {string | null} name
 * @returns {TabId}
 */
export function tabNamed(name) {
    return TABS.find(({ id }) => id === name)?.id ?? "waterfall";
}
