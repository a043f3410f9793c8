/**
 * The page's only way to make elements: names, text nodes and attributes, so that nothing that was pasted can become
 * markup. There is no innerHTML anywhere, `style` is set through the CSSOM (the policy forbids style attributes), and
 * an address becomes a link only when it is http or https.
 */

/** @typedef {Node | string | null | undefined | false} Child */
/**
 * @typedef {Record<string, string | number | boolean | null | undefined | Record<string, string> | Record<string, (event: any) => void>>} Properties
 *   `on`: listeners by event; `style`: custom properties and positions; `text`: text content; anything else: an
 *   attribute, left out when null, undefined or false, and empty when true.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    apply(element, properties);
    append(element, children);
    return element;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, properties = {}, ...children) {
    const element = document.createElementNS(SVG, tag);
    apply(element, properties);
    append(element, children);
    return element;
}

/**
 * @param {HTMLElement | SVGElement} element
 * @param {Properties} properties
 */
function apply(element, properties) {
    for (const [name, value] of Object.entries(properties)) {
        if (value === null || value === undefined || value === false) continue;
        if (name === "on") {
            for (const [event, listener] of Object.entries(/** @type {Record<string, EventListener>} */ (value))) {
                element.addEventListener(event, listener);
            }
        } else if (name === "style") {
            for (const [key, text] of Object.entries(value)) element.style.setProperty(key, String(text));
        } else if (name === "text") {
            element.textContent = String(value);
        } else if (name === "href" || name === "src" || name.startsWith("on")) {
            throw new Error(`${name} is set by link() or not at all`);
        } else {
            element.setAttribute(name, value === true ? "" : String(value));
        }
    }
}

/**
 * @param {Node} element
 * @param {Child[]} children
 */
function append(element, children) {
    for (const child of children) {
        if (child === null || child === undefined || child === false) continue;
        element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    }
}

/**
 * Replaces what is in an element.
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
    element.replaceChildren();
    append(element, children);
}

/**
 * Sets or removes an attribute, touching the document only when it changes.
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null} value
 */
export function attribute(element, name, value) {
    if (value === null || value === false) {
        if (element.hasAttribute(name)) element.removeAttribute(name);
        return;
    }
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Milliseconds after which an answer is late enough to say so. */
const LATE = 300;

/**
 * An answer of the worker; when it takes long, an element says so meanwhile.
 * @template Answer
 * @param {Element} element
 * @param {Promise<Answer>} answer
 */
export async function toldMeanwhile(element, answer) {
    const late = setTimeout(() => setText(element, "Working it out\u2026"), LATE);
    try {
        return await answer;
    } finally {
        clearTimeout(late);
    }
}

/**
 * Sets text, touching the document only when it changes. A text node that is there is kept: with a new one the browser would have
 * to lay out from scratch.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
    const only = node.firstChild;
    if (only instanceof Text && only.nextSibling === null) {
        if (only.data !== text) only.data = text;
    } else if (node.textContent !== text) {
        node.textContent = text;
    }
}

/**
 * Sets a property of its style, touching the document only when it changes.
 * @param {HTMLElement | SVGElement} element
 * @param {string} name
 * @param {string} value
 */
export function setProperty(element, name, value) {
    if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/**
 * A link when the address is http or https, else its text. The other site is told nothing about this page.
 * @param {string} text
 * @returns {HTMLElement | Text}
 */
export function link(text) {
    const address = safeAddress(text);
    if (address === null) return document.createTextNode(text);
    const anchor = el("a", { rel: "noopener noreferrer", target: "_blank", text });
    anchor.href = address;
    return anchor;
}

/**
 * The address if it may become a link: http or https, complete, without credentials.
 * @param {string} text
 * @returns {string | null}
 */
export function safeAddress(text) {
    if (!/^https?:\/\/[^\s/]/i.test(text) || text.length > 2000) return null;
    try {
        const address = new URL(text);
        const plain = (address.protocol === "http:" || address.protocol === "https:") && address.username === "" && address.password === "";
        return plain ? address.href : null;
    } catch {
        return null;
    }
}

/** Icons: 12 px, stroke in the current colour. */
export const ICONS = /** @type {const} */ ({
    close: "M3 3l6 6M9 3l-6 6",
    copy: "M4.5 4.5h6v6h-6zM1.5 7.5v-6h6",
    check: "M2 6.5l2.5 2.5L10 3.5",
    left: "M7.5 3l-3 3 3 3",
    right: "M4.5 3l3 3-3 3",
    down: "M3 4.5l3 3 3-3",
    link: "M5 7l2-2M4.8 4.2l1.6-1.6a2.1 2.1 0 0 1 3 3L7.8 7.2M7.2 7.8L5.6 9.4a2.1 2.1 0 0 1-3-3l1.6-1.6",
    up: "M3 7.5l3-3 3 3",
    filter: "M1.5 2.5h9L7.2 6.6v3.2L4.8 8.6v-2z",
    menu: "M2 3h8M2 6h8M2 9h8",
    collapse: "M2 6h8",
    expand: "M2 6h8M6 2v8",
    reset: "M2 2v3h3M2.3 5A4 4 0 1 1 2 7.4",
});

/**
 * @param {keyof typeof ICONS} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
    return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true", focusable: "false" }, svg("path", { d: ICONS[name] }));
}

/**
 * A button with a text, or with an icon and a name for those who do not see it.
 * @param {{label: string, icon?: keyof typeof ICONS, class?: string, title?: string, onClick: (event: MouseEvent) => void}} options
 */
export function button(options) {
    const plain = options.icon === undefined;
    return el(
        "button",
        {
            type: "button",
            class: options.class ?? (plain ? "button" : "icon-button"),
            "aria-label": plain ? null : options.label,
            title: options.title ?? (plain ? null : options.label),
            on: { click: options.onClick },
        },
        plain ? options.label : icon(/** @type {keyof typeof ICONS} */ (options.icon)),
    );
}

/**
 * Chooses in a select what is there to choose, else its usual choice.
 * @param {HTMLSelectElement} select
 * @param {string | undefined} value
 * @param {string} usual
 */
export function pick(select, value, usual) {
    const known = value !== undefined && [...select.options].some((option) => option.value === value);
    select.value = known ? value : usual;
}

/**
 * What differs from the usual, for the address.
 * @param {Readonly<Record<string, readonly [value: string, usual: string]>>} choices
 * @returns {Record<string, string>}
 */
export function unusual(choices) {
    return Object.fromEntries(Object.entries(choices).flatMap(([name, [value, usual]]) => (value === usual ? [] : [[name, value]])));
}

/**
 * A small button that copies a text and says so.
 * @param {string} what its name: "trace id"
 * @param {string | (() => string | Promise<string>)} text
 */
export function copyButton(what, text) {
    const element = button({
        label: `Copy ${what}`,
        icon: "copy",
        class: "icon-button copy",
        onClick: async () => {
            const taken = typeof text === "function" ? await Promise.resolve(text()).catch(() => "") : text;
            const done = taken !== "" && (await copy(taken));
            fill(element, icon(done ? "check" : "close"));
            element.setAttribute("aria-label", done ? `Copied ${what}` : `Could not copy ${what}`);
            setTimeout(() => {
                fill(element, icon("copy"));
                element.setAttribute("aria-label", `Copy ${what}`);
            }, 1500);
        },
    });
    return element;
}

/**
 * Follows the pointer that was pressed on an element until it is let go, wherever it goes.
 * @param {HTMLElement} element
 * @param {PointerEvent} press
 * @param {(event: PointerEvent) => void} onMove
 * @param {(event: PointerEvent) => void} [onEnd] gets the last event: `pointerup`, or `pointercancel` when the browser took the pointer away
 */
export function followPointer(element, press, onMove, onEnd) {
    press.preventDefault();
    element.setPointerCapture(press.pointerId);
    const end = (/** @type {PointerEvent} */ last) => {
        element.removeEventListener("pointermove", onMove);
        element.removeEventListener("pointerup", end);
        element.removeEventListener("pointercancel", end);
        onEnd?.(last);
    };
    element.addEventListener("pointermove", onMove);
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
}

/**
 * Gives the user a file to keep.
 * @param {string} name
 * @param {BlobPart} content
 * @param {string} type
 */
export function save(name, content, type) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    const anchor = el("a", { download: name, hidden: true });
    anchor.href = address;
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/**
 * Puts a text into the clipboard; whether that was allowed.
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        // Without the permission, or on plain http: the old way through a selection.
        const box = el("textarea", { class: "visually-hidden", "aria-hidden": "true", readonly: true });
        box.value = text;
        const focused = document.activeElement;
        document.body.append(box);
        box.select();
        const done = document.execCommand("copy");
        box.remove();
        if (focused instanceof HTMLElement) focused.focus();
        return done;
    }
}

/**
 * When what is being shown has been painted, and what it asks the worker for has been asked. Nothing is painted in a tab that is
 * not looked at.
 * @returns {Promise<void>}
 */
export function afterPaint() {
    return new Promise((resolve) => {
        const wait = setTimeout(resolve, 200);
        requestAnimationFrame(() =>
            requestAnimationFrame(() => {
                clearTimeout(wait);
                setTimeout(resolve);
            }),
        );
    });
}
