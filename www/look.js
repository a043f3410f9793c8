/**
 * How the page looks as a whole: light or dark, and how strong its contrasts are. Both stand on the document's element, where the
 * tokens of style.css depend on them; what is not chosen is as the system says.
 */

/** @import { Preferences } from './types.js' */

/** Asked when it is needed: what has no window, such as a test, imports the state as well. */
const asked = () => matchMedia("(prefers-contrast: more)");

/**
 * Whether contrasts are strong: chosen, or as the system says.
 * @param {Pick<Preferences, 'contrast'>} preferences
 */
export function isStrong({ contrast }) {
    return contrast === "more" || (contrast === "auto" && asked().matches);
}

/** @param {Pick<Preferences, 'theme' | 'contrast'>} preferences */
export function applyLook(preferences) {
    const { dataset } = document.documentElement;
    dataset["theme"] = preferences.theme;
    dataset["contrast"] = isStrong(preferences) ? "more" : "normal";
}

/**
 * Tells when the system changes its mind.
 * @param {() => void} listener
 */
export function onSystemLook(listener) {
    for (const query of [matchMedia("(prefers-color-scheme: dark)"), asked()]) query.addEventListener("change", listener);
}
