// Canned responses: a list above the composer, by its button or by "/" and the beginning of a shortcut.

import { arrange, byId, h, setText } from "./dom.mjs";

/**
 * @typedef {object} Canned
 * @property {string} shortcut
 * @property {string} text
 */

export class CannedResponses {
  #list = byId("canned", HTMLElement);
  #button = byId("canned-open", HTMLButtonElement);
  #text = byId("message", HTMLTextAreaElement);
  /** @type {Canned[]} */
  #all = [];
  /** @type {Canned[]} */
  #shown = [];
  #current = 0;

  constructor() {
    this.#button.addEventListener("click", () => {
      if (this.isOpen) this.close();
      else this.#show(this.#all);
      this.#text.focus();
    });
    this.#text.addEventListener("input", () => this.#filter());
    this.#text.addEventListener("blur", (event) => {
      const next = event.relatedTarget;
      if (!(next instanceof Node) || (!this.#list.contains(next) && next !== this.#button)) this.close();
    });
  }

  /** @param {Canned[]} responses */
  set responses(responses) {
    this.#all = responses;
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  close() {
    this.#list.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    this.#text.removeAttribute("aria-activedescendant");
  }

  #filter() {
    const typed = /^\/(\S*)$/.exec(this.#text.value)?.[1]?.toLowerCase();
    if (typed === undefined) this.close();
    else this.#show(this.#all.filter(({ shortcut }) => shortcut.toLowerCase().startsWith(typed)));
  }

  /** @param {Canned[]} responses */
  #show(responses) {
    this.#shown = responses;
    this.#current = 0;
    const rows = responses.map((one, index) => this.#option(one, index));
    arrange(this.#list, rows.length > 0 ? rows : [h("p", { class: "quiet" }, "No such shortcut")]);
    this.#list.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  /**
   * @param {Canned} one
   * @param {number} index
   */
  #option(one, index) {
    const option = h(
      "div",
      { role: "option", id: `canned-${index}`, class: "option" },
      h("span", { class: "shortcut" }, `/${one.shortcut}`),
      h("span", { class: "option-text" }, one.text),
    );
    // Before the focus leaves the message.
    option.addEventListener("pointerdown", (event) => event.preventDefault());
    option.addEventListener("click", () => this.#choose(one));
    return option;
  }

  #mark() {
    [...this.#list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.#current)));
    const row = this.#list.children[this.#current];
    if (row === undefined || this.#shown.length === 0) this.#text.removeAttribute("aria-activedescendant");
    else {
      this.#text.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    }
  }

  /** @param {Canned} one */
  #choose(one) {
    const kept = this.#text.value.startsWith("/") ? "" : this.#text.value;
    this.#text.value = kept === "" ? one.text : `${kept.trimEnd()} ${one.text}`;
    this.#text.dispatchEvent(new Event("input"));
    this.close();
    this.#text.focus();
  }

  /**
   * Take a key that means this list; tell whether it was one.
   *
   * @param {KeyboardEvent} event
   */
  key(event) {
    if (!this.isOpen) return false;
    const count = this.#shown.length;
    const chosen = this.#shown[this.#current];
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown" && count > 0) this.#current = (this.#current + 1) % count;
    else if (event.key === "ArrowUp" && count > 0) this.#current = (this.#current + count - 1) % count;
    else if ((event.key === "Enter" || event.key === "Tab") && chosen !== undefined) this.#choose(chosen);
    else return false;
    event.preventDefault();
    if (this.isOpen) this.#mark();
    return true;
  }
}

/**
 * Open a dialog with a fresh form; closing it by hand, by Escape or beside it changes nothing.
 *
 * @param {HTMLDialogElement} dialog
 */
export function openDialog(dialog) {
  dialog.querySelector("form")?.reset();
  const problem = dialog.querySelector(".problem");
  if (problem !== null) setText(problem, "");
  dialog.showModal();
}

/** Let every dialog be closed by its buttons and by a press beside it. */
export function prepareDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    for (const button of dialog.querySelectorAll(".dismiss")) button.addEventListener("click", () => dialog.close());
    dialog.addEventListener("pointerdown", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
}
