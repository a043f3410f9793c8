/** Where the page's other files are. In the page as one file (one-file.js) there are none: they stand in it. */

/** Bundling for the one file leaves modules without an address. */
export const IS_ONE_FILE = !import.meta.url;

/**
 * The address of another file of the page.
 * @param {string} path
 */
export function addressOf(path) {
    return new URL(path, import.meta.url);
}
