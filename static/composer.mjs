// @ts-check
/**
 * Where the visitor writes. It needs no Python: what is typed is echoed by the browser, and what is sent is handed on
 * to whoever listens. It empties itself only when the message was taken.
 */

import { breaksLines, sends, takeSent } from "./early.mjs";

/** Customer Chat API: a message holds 16 KB of UTF-8 at the most. */
export const TEXT_LIMIT = 16 * 1024;
const DRAFT = "chatwheel:draft:";
/** As they stand on the keyboard. */
const KEYS = /Mac|iP/.test(navigator.platform) ? "\u2318\u23ce" : "Ctrl+\u23ce";
const GROWS = CSS.supports("field-sizing", "content");

/**
 * @typedef {object} ComposerOptions
 * @property {(text: string) => boolean} onSend returns whether the message was taken
 * @property {(text: string) => void} onDraft
 * @property {(files: File[]) => void} onFiles
 * @property {(pages: number) => void} onPage the visitor wants to read, not to write
 * @property {(size: number, limit: number) => string} tooLong says so; both in bytes
 */

export class Composer {
  #message = /** @type {HTMLTextAreaElement} */ (document.querySelector("#message"));
  #picker = /** @type {HTMLInputElement} */ (document.querySelector("#picker"));
  #attach = /** @type {HTMLElement | null} */ (document.querySelector("#attach"));
  #form = /** @type {HTMLFormElement} */ (document.querySelector("#composer"));
  #refusal = /** @type {HTMLElement} */ (document.querySelector("#refusal"));
  #drop = /** @type {HTMLElement} */ (document.querySelector("#drop"));
  #options;
  /** Where the draft is kept; empty until it is known whose it is. */
  #place = "";
  /** The draft that was found there. */
  #found = "";

  /** @param {ComposerOptions} options */
  constructor(options) {
    this.#options = options;
    this.#message.addEventListener("input", () => this.#changed());
    this.#message.addEventListener("keydown", (event) => this.#key(event));
    this.#message.addEventListener("paste", (event) => this.#paste(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.#attach?.addEventListener("click", () => this.#picker.click());
    this.#picker.addEventListener("change", () => {
      options.onFiles([...(this.#picker.files ?? [])]);
      this.#picker.value = ""; // so that the same file can be chosen again
    });
    this.#acceptDrops();
    this.#changed();
  }

  /** Sends what the visitor sent before this was there. */
  takeOver() {
    const sent = takeSent();
    if (!sent.length) return this.#changed();
    const draft = this.#message.value;
    const refused = sent.filter((text) => !this.#hand(text));
    // What cannot be sent stands before what was begun since.
    this.#message.value = [...refused, draft].filter(Boolean).join("\n\n");
    this.#changed();
    if (refused.length) this.#accepts(this.#message.value.trim());
  }

  get text() {
    return this.#message.value;
  }

  /**
   * Keeps the draft over pages and, in step, in all tabs: the one that is written in leads.
   * @param {string} scope whose draft it is
   */
  remember(scope) {
    this.#place = DRAFT + scope;
    this.#found = read(this.#place);
    this.#message.value ||= this.#found;
    this.#changed();
    addEventListener("storage", ({ key, newValue }) => {
      if (key !== this.#place || document.hasFocus() || this.#message.value === (newValue ?? "")) return;
      this.#message.value = newValue ?? "";
      this.#show();
    });
  }

  /** The draft that was found is another's; what was written since is not. */
  disown() {
    if (this.#found && this.#message.value === this.#found) this.prefill("");
  }

  /** Where the visitor writes: here, or in the form that stands in the composer's place. */
  focus() {
    const field = document.querySelector("#form :is(input, select, textarea)");
    if (field instanceof HTMLElement && !this.#message.checkVisibility()) field.focus();
    else this.#message.focus({ preventScroll: true });
  }

  /** @param {string | null} files what can be chosen, as HTML's `accept` has it; `null`: no file can be sent */
  accept(files) {
    this.#picker.accept = files ?? "";
    if (this.#attach) this.#attach.hidden = files === null;
  }

  /** @param {string} text */
  prefill(text) {
    this.#message.value = text;
    this.#changed();
  }

  /** Where the visitor is writing. @param {string} text */
  insert(text) {
    const { selectionStart, selectionEnd } = this.#message;
    this.#message.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#changed();
  }

  send() {
    const text = this.#message.value.trim();
    if (!text || !this.#hand(text)) return;
    this.#message.value = "";
    this.#changed();
    this.focus();
  }

  /**
   * The words have come, or are others.
   * @param {(keys: string) => string} hint says which keys send
   */
  speak(hint) {
    if (breaksLines && matchMedia("(any-pointer: fine)").matches) this.#message.placeholder = hint(KEYS);
    if (!this.#refusal.hidden) this.#accepts(this.#message.value.trim());
  }

  /** Whether the text was taken. @param {string} text */
  #hand(text) {
    return this.#accepts(text) && this.#options.onSend(text);
  }

  /** Whether the text can be sent; otherwise it is said why not. @param {string} text */
  #accepts(text) {
    const size = new TextEncoder().encode(text).length;
    this.#refusal.hidden = size <= TEXT_LIMIT;
    if (!this.#refusal.hidden) this.#refusal.textContent = this.#options.tooLong(size, TEXT_LIMIT);
    return this.#refusal.hidden;
  }

  #changed() {
    const { value } = this.#message;
    if (!this.#refusal.hidden) this.#accepts(value.trim());
    if (this.#place) write(this.#place, value);
    this.#show();
    this.#options.onDraft(value);
  }

  #show() {
    this.#form.toggleAttribute("data-filled", this.#message.value.trim() !== "");
    if (!GROWS) this.#grow();
  }

  /** For browsers whose fields do not grow by themselves; the theme says how far. */
  #grow() {
    const { style } = this.#message;
    style.height = "auto";
    style.height = `${this.#message.scrollHeight}px`;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (sends(event)) {
      event.preventDefault();
      this.send();
    } else if (this.#message.value === "" && !event.isComposing && (event.key === "PageUp" || event.key === "PageDown")) {
      event.preventDefault();
      this.#options.onPage(event.key === "PageUp" ? -1 : 1);
    }
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.#options.onFiles(files);
  }

  #acceptDrops() {
    /** @param {DragEvent} event */
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
    let inside = 0;
    const show = () => void (this.#drop.hidden = inside === 0 || Boolean(this.#attach?.hidden));
    addEventListener("dragenter", (event) => {
      if (!holdsFiles(event)) return;
      inside += 1;
      show();
    });
    addEventListener("dragleave", (event) => {
      if (!holdsFiles(event)) return;
      inside = Math.max(0, inside - 1);
      show();
    });
    addEventListener("dragover", (event) => {
      if (holdsFiles(event)) event.preventDefault();
    });
    addEventListener("drop", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      inside = 0;
      show();
      this.#options.onFiles([...(event.dataTransfer?.files ?? [])]);
    });
  }
}

/**
 * Storage can be refused; then a draft lives as long as the page.
 * @param {string} key
 */
function read(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} value */
function write(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
