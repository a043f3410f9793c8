/**
 * All keys, in one table: the sheet shows it, and the page acts on it.
 */

/**
 * @typedef {object} KeyLine
 * @property {string[]} keys as `KeyboardEvent.key` names them; letters count in either case only where both are listed
 * @property {string} label how the sheet writes them
 * @property {string} does
 */

/** Keys that act while a row has the focus: the pattern for tree grids, and letters beside it. */
export const ROW_KEYS = /** @type {const} */ ({
    next: { keys: ["ArrowDown", "j"], label: "↓ or j", does: "Next row" },
    previous: { keys: ["ArrowUp", "k"], label: "↑ or k", does: "Previous row" },
    open: { keys: ["ArrowRight", "l"], label: "→ or l", does: "Expand, then go to the first child" },
    close: { keys: ["ArrowLeft", "h"], label: "← or h", does: "Collapse, then go to the parent" },
    siblings: { keys: ["*"], label: "*", does: "Expand all siblings" },
    first: { keys: ["Home"], label: "Home", does: "First row" },
    last: { keys: ["End"], label: "End", does: "Last row" },
    pageDown: { keys: ["PageDown"], label: "Page Down", does: "A page down" },
    pageUp: { keys: ["PageUp"], label: "Page Up", does: "A page up" },
    details: { keys: ["Enter", " "], label: "Enter", does: "Open the details, then go there" },
});

/** Keys that act anywhere but in a text field. */
export const PAGE_KEYS = /** @type {const} */ ({
    find: { keys: ["/"], label: "/", does: "Find spans" },
    palette: { keys: [":"], label: "Ctrl k or :", does: "All commands" },
    nextError: { keys: ["e"], label: "e", does: "Next span with an error of its own" },
    previousError: { keys: ["E"], label: "Shift e", does: "Previous span with an error of its own" },
    nextMarked: { keys: ["n"], label: "n", does: "Next match, or next marked span" },
    previousMarked: { keys: ["N"], label: "Shift n", does: "Previous match, or previous marked span" },
    zoomIn: { keys: ["w", "W"], label: "w", does: "Zoom in" },
    zoomOut: { keys: ["s", "S"], label: "s", does: "Zoom out" },
    panLeft: { keys: ["a", "A"], label: "a", does: "Show earlier" },
    panRight: { keys: ["d", "D"], label: "d", does: "Show later" },
    reset: { keys: ["0"], label: "0", does: "All of the time" },
    fit: { keys: ["f"], label: "f", does: "Zoom to the current span" },
    previousTrace: { keys: ["["], label: "[", does: "Previous trace in the list" },
    nextTrace: { keys: ["]"], label: "]", does: "Next trace in the list" },
    focus: { keys: ["."], label: ".", does: "Show the current span's subtree alone, and back" },
    path: { keys: ["c"], label: "c", does: "Show the critical path alone, and back" },
    group: { keys: ["g"], label: "g", does: "Make one row of alike spans beside each other, and back" },
    squeeze: { keys: ["z"], label: "z", does: "Squeeze long idle stretches, and back" },
    align: { keys: ["o"], label: "o", does: "Align the clocks of hosts, and back" },
    level: { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], label: "1 to 9", does: "Expand so many levels" },
    timeMode: { keys: ["x"], label: "x", does: "Times relative, local, UTC" },
    keys: { keys: ["?"], label: "?", does: "This sheet" },
    escape: { keys: ["Escape"], label: "Escape", does: "Close what is open last, then take the search and the marks away" },
});

/** @typedef {keyof typeof ROW_KEYS} RowKey */
/** @typedef {keyof typeof PAGE_KEYS} PageKey */

/**
 * Which entry a key press means.
 * @template {string} Name
 * @param {Record<Name, {readonly keys: readonly string[]}>} table
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 * @returns {Name | null}
 */
export function keyOf(table, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    for (const [name, line] of /** @type {[Name, {keys: readonly string[]}][]} */ (Object.entries(table))) {
        if (line.keys.includes(event.key)) return name;
    }
    return null;
}

/**
 * Whether it is the press for all commands that acts everywhere, also in a text field.
 * @param {KeyboardEvent} event
 */
export function isPaletteChord(event) {
    return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
}

/**
 * Whether it is the browser's press for printing.
 * @param {KeyboardEvent} event
 */
export function isPrintChord(event) {
    return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "p";
}

/**
 * Whether a press is text that is being written.
 * @param {EventTarget | null} target
 */
export function isWriting(target) {
    if (!(target instanceof HTMLElement)) return false;
    return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable || (target instanceof HTMLInputElement && !["button", "checkbox", "radio", "file"].includes(target.type));
}
