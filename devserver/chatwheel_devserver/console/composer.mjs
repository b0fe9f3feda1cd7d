// Where the agent writes: text, files by button, paste and drop, and the visitor's view of somebody typing.

import { CannedResponses } from "./canned.mjs";
import { byId } from "./dom.mjs";

const TYPING_REPEAT = 4_000;
const TYPING_PAUSE = 3_500;

export class Composer {
  #form = byId("composer", HTMLFormElement);
  #text = byId("message", HTMLTextAreaElement);
  #send = byId("send", HTMLButtonElement);
  #files = byId("files", HTMLInputElement);
  /** What was written in other chats and not sent. @type {Map<string, string>} */
  #kept = new Map();
  #canned = new CannedResponses();
  #chatId = "";
  #typingAt = 0;
  #pause = 0;

  /**
   * @param {object} handlers
   * @param {(text: string) => void} handlers.text
   * @param {(files: File[]) => void} handlers.files
   * @param {(isTyping: boolean) => void} handlers.typing
   */
  constructor(handlers) {
    this.handlers = handlers;
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#input());
    this.#text.addEventListener("blur", () => this.#stopTyping());
    this.#text.addEventListener("paste", (event) => this.#take(event, event.clipboardData));
    byId("attach", HTMLButtonElement).addEventListener("click", () => this.#files.click());
    this.#files.addEventListener("change", () => {
      handlers.files([...(this.#files.files ?? [])]);
      this.#files.value = "";
    });
    this.#acceptDrops(byId("conversation", HTMLElement));
  }

  /** @param {HTMLElement} area */
  #acceptDrops(area) {
    let depth = 0;
    const hint = (/** @type {boolean} */ on) => area.classList.toggle("is-dropping", on && !this.#form.hidden);
    area.addEventListener("dragenter", () => hint(++depth > 0));
    area.addEventListener("dragleave", () => hint(--depth > 0));
    area.addEventListener("dragover", (event) => event.preventDefault());
    area.addEventListener("drop", (event) => {
      depth = 0;
      hint(false);
      event.preventDefault();
      if (!this.#form.hidden) this.#take(event, event.dataTransfer);
    });
  }

  /**
   * @param {Event} event
   * @param {DataTransfer | null} data
   */
  #take(event, data) {
    const files = [...(data?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.handlers.files(files);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!event.isComposing && this.#canned.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (text === "") return;
    this.#text.value = "";
    this.#fit();
    this.#forgetTyping();
    this.handlers.text(text);
  }

  #input() {
    this.#fit();
    if (this.#text.value.trim() === "") {
      this.#stopTyping();
      return;
    }
    if (Date.now() - this.#typingAt > TYPING_REPEAT) {
      this.#typingAt = Date.now();
      this.handlers.typing(true);
    }
    window.clearTimeout(this.#pause);
    this.#pause = window.setTimeout(() => this.#stopTyping(), TYPING_PAUSE);
  }

  #stopTyping() {
    if (this.#typingAt === 0) return;
    this.#forgetTyping();
    this.handlers.typing(false);
  }

  /** A message ends the typing by itself. */
  #forgetTyping() {
    window.clearTimeout(this.#pause);
    this.#typingAt = 0;
  }

  #fit() {
    this.#send.disabled = this.#text.value.trim() === "";
    this.#text.style.height = "auto";
    // Without a place on the screen yet there is nothing to measure.
    if (this.#text.scrollHeight > 0) this.#text.style.height = `${this.#text.scrollHeight}px`;
  }

  /** @param {import("./canned.mjs").Canned[]} responses */
  set cannedResponses(responses) {
    this.#canned.responses = responses;
  }

  /**
   * Turn to another chat; what was written stays with the chat it was written for.
   *
   * @param {string} chatId
   */
  turnTo(chatId) {
    if (chatId === this.#chatId) return;
    this.#stopTyping();
    this.#kept.set(this.#chatId, this.#text.value);
    this.#chatId = chatId;
    this.#canned.close();
    this.#text.value = this.#kept.get(chatId) ?? "";
    this.#fit();
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }
}
