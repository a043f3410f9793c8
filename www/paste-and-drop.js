/**
 * What is given to the page as a whole: the file picker, pastes outside a text field, and what is dropped anywhere.
 */

import { el } from "./dom.js";
import { isWriting } from "./keys.js";

/** @import { Intents } from './types.js' */

export class PasteAndDrop {
    #open;
    /** Shown while something is dragged over the page. */
    element = el("div", { class: "drop-target", hidden: true, "aria-hidden": "true", text: "Drop to read" });

    /**
     * @param {{intents: Pick<Intents, 'openText' | 'openFiles'>, fileInput: HTMLInputElement}} options
     */
    constructor({ intents, fileInput }) {
        this.#open = intents;
        fileInput.addEventListener("change", () => {
            this.#open.openFiles([...(fileInput.files ?? [])]);
            // The same file may be chosen again.
            fileInput.value = "";
        });
        document.addEventListener("paste", (event) => this.#onPaste(event));
        addEventListener("dragenter", (event) => this.#onDrag(event));
        addEventListener("dragover", (event) => this.#onDrag(event));
        addEventListener("dragleave", (event) => {
            if (event.relatedTarget === null) this.element.hidden = true;
        });
        addEventListener("drop", (event) => this.#onDrop(event));
    }

    /** @param {ClipboardEvent} event */
    #onPaste(event) {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length > 0) {
            event.preventDefault();
            this.#open.openFiles(files);
            return;
        }
        const box = event.target instanceof HTMLTextAreaElement ? event.target : null;
        if (box === null && isWriting(event.target)) return;
        const text = event.clipboardData?.getData("text/plain") ?? "";
        if (text.trim() === "") return;
        // Into a box that holds something already, a paste is an edit.
        if (box !== null && box.value.trim() !== "" && (box.selectionStart !== 0 || box.selectionEnd !== box.value.length)) return;
        event.preventDefault();
        this.#open.openText(text);
    }

    /** @param {DragEvent} event */
    #onDrag(event) {
        const types = event.dataTransfer?.types ?? [];
        if (!types.includes("Files") && !types.includes("text/plain")) return;
        event.preventDefault();
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
        this.element.hidden = false;
    }

    /** @param {DragEvent} event */
    #onDrop(event) {
        event.preventDefault();
        this.element.hidden = true;
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) this.#open.openFiles(files);
        else {
            const text = event.dataTransfer?.getData("text/plain") ?? "";
            if (text.trim() !== "") this.#open.openText(text);
        }
    }
}
