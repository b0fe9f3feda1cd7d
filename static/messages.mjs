// @ts-check
/**
 * What can be done with messages that were said: walk through them with the arrow keys, go into one, copy its text.
 * The button for that stands in the message under the pointer or the focus; there is but one.
 */
import { icon, iconButton } from "./parts.mjs";

const TEXT = ".bubble:not(.gone, .thinking)";
const GAP = 4;
const SAID_FOR = 2000;
const STEPS = /** @type {Record<string, number>} */ ({ ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity });

/**
 * @typedef {object} MessagesOptions
 * @property {(key: string) => string} words
 * @property {(text: string) => void} announce
 * @property {() => void} leave the visitor wants to write
 */

export class Messages {
  #scroller = /** @type {HTMLElement} */ (document.querySelector("#scroller"));
  #log = /** @type {HTMLElement} */ (document.querySelector("#log"));
  #options;
  /** @type {HTMLButtonElement | undefined} */
  #button;
  /** The one that the visitor walked to last: who comes back goes on there. @type {HTMLElement | undefined} */
  #last;

  /** @param {MessagesOptions} options */
  constructor(options) {
    this.#options = options;
    this.#scroller.addEventListener("keydown", (event) => this.#key(event));
    this.#scroller.addEventListener("focus", ({ relatedTarget }) => this.#resume(relatedTarget));
    this.#log.addEventListener("focusin", ({ target }) => this.#offer(target));
    this.#log.addEventListener("pointerover", ({ target, pointerType }) => {
      if (pointerType !== "touch") this.#offer(target);
    });
    this.#log.addEventListener("pointerleave", () => this.#withdraw(document.activeElement));
    this.#log.addEventListener("focusout", ({ relatedTarget }) => this.#withdraw(relatedTarget));
    // Where nothing hovers, a tap asks for it. Heard of on the log, it would have screen readers call each message clickable.
    document.addEventListener("click", ({ target }) => target instanceof Node && this.#log.contains(target) && this.#offer(target));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!(event.target instanceof HTMLElement)) return;
    const message = messageOf(event.target);
    if (event.key === "Escape" && message) {
      event.preventDefault();
      event.stopPropagation(); // it would close the panel
      this.#options.leave();
    } else if (event.target !== message && event.target !== this.#scroller) {
      return; // keys of a button or a link inside
    } else if (event.key === "Enter" && message) {
      /** @type {HTMLElement | null} */ (message.querySelector("a, button"))?.focus();
    } else if (event.key in STEPS) {
      event.preventDefault();
      this.#walk(message, STEPS[event.key]);
    }
  }

  /** @param {HTMLElement | null} message where the focus is @param {number} step */
  #walk(message, step) {
    const all = /** @type {HTMLElement[]} */ ([...this.#log.querySelectorAll("article")]);
    const from = message ? all.indexOf(message) : step > 0 ? all.length - 2 : all.length;
    const next = all[Math.min(all.length - 1, Math.max(0, from + step))];
    this.visit(next);
  }

  /** @param {EventTarget | null} from what had the focus before the log */
  #resume(from) {
    const isInside = from instanceof Node && this.#scroller.contains(from); // it is on its way out
    if (!isInside && this.#last?.isConnected && this.#scroller.matches(":focus-visible")) this.visit(this.#last);
  }

  /** Goes to a message, by itself to the last one. @param {HTMLElement} [message] */
  visit(message) {
    const all = /** @type {HTMLElement[]} */ ([...this.#log.querySelectorAll("article")]);
    const visited = message ?? all.at(-1);
    if (!visited) return;
    this.#last = visited;
    visited.tabIndex = -1;
    const said = [...visited.children].filter((part) => part !== this.#button).map((part) => part.textContent?.trim());
    // Its place is said like that of a line in a list. Others have none: it would change with each that comes.
    const about = {
      "aria-label": said.filter(Boolean).join(", "),
      "aria-posinset": String(all.indexOf(visited) + 1),
      "aria-setsize": String(all.length),
    };
    for (const [name, value] of Object.entries(about)) visited.setAttribute(name, value);
    const leave = () => Object.keys(about).forEach((name) => visited.removeAttribute(name));
    visited.addEventListener("blur", leave, { once: true });
    visited.focus();
  }

  /** @param {EventTarget | null} target */
  #offer(target) {
    const message = target instanceof HTMLElement ? messageOf(target) : null;
    const bubble = /** @type {HTMLElement | null} */ (message?.querySelector(TEXT) ?? null);
    if (!message || !bubble) return this.#withdraw(document.activeElement);
    this.#button ??= iconButton("copy", this.#options.words("message.copy"), () => void this.#copy());
    const button = this.#button;
    button.classList.add("copy");
    if (button.parentNode !== message) {
      this.#reset();
      message.append(button);
    }
    const before = message.classList.contains("mine") !== (getComputedStyle(message).direction === "rtl");
    const { offsetLeft: left, offsetWidth: width } = bubble;
    const beside = before ? left - button.offsetWidth - GAP : left + width + GAP;
    button.style.left = `${Math.max(0, Math.min(beside, message.clientWidth - button.offsetWidth))}px`;
    button.style.top = `${bubble.offsetTop + Math.max(0, Math.min(bubble.offsetHeight, 40) - button.offsetHeight) / 2}px`;
  }

  /** @param {EventTarget | null} focused what has the focus now */
  #withdraw(focused) {
    const button = this.#button;
    if (focused instanceof Node && button?.parentElement?.contains(focused)) return;
    button?.remove();
  }

  async #copy() {
    const bubble = /** @type {HTMLElement | null} */ (this.#button?.parentElement?.querySelector(TEXT) ?? null);
    if (!bubble) return;
    const { words, announce } = this.#options;
    try {
      await navigator.clipboard.writeText(bubble.dataset.whole ?? bubble.textContent ?? "");
    } catch {
      announce(words("message.copy_failed")); // the browser does not allow it
      return;
    }
    announce(words("message.copied"));
    this.#button?.setAttribute("aria-label", words("message.copied"));
    this.#button?.replaceChildren(icon("sent"));
    setTimeout(() => this.#reset(), SAID_FOR);
  }

  #reset() {
    this.#button?.setAttribute("aria-label", this.#options.words("message.copy"));
    this.#button?.replaceChildren(icon("copy"));
  }
}

/** @param {Element} element @returns {HTMLElement | null} */
function messageOf(element) {
  return element.closest("#log article");
}
