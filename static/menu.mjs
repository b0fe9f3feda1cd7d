// @ts-check
/** The menu as far as the frame has to do with it: what is in it is Python's, focus and arrow keys are not. */

const STEPS = ["ArrowDown", "ArrowUp", "Home", "End"];

export class Menu {
  #button = /** @type {HTMLButtonElement} */ (document.querySelector("#menu-button"));
  #menu = /** @type {HTMLElement} */ (document.querySelector("#menu"));

  /** @param {() => void} toggle the visitor pressed the button */
  constructor(toggle) {
    this.#button.addEventListener("click", toggle);
  }

  /** Python is there, so it can be opened. */
  enable() {
    this.#button.disabled = false;
  }

  get isOpen() {
    return this.#menu.childElementCount > 0;
  }

  get hasFocus() {
    return this.#menu.contains(document.activeElement);
  }

  focusButton() {
    this.#button.focus();
  }

  /** Python has drawn. @param {boolean} wasOpen */
  drawn(wasOpen) {
    if (this.isOpen === wasOpen) return;
    this.#button.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) this.#items()[0]?.focus();
  }

  /** @param {string} key @returns {boolean} whether it was a key to walk with */
  walk(key) {
    if (!STEPS.includes(key)) return false;
    const items = this.#items();
    const now = items.findIndex((item) => item === document.activeElement);
    const places = { ArrowDown: now + 1, ArrowUp: now - 1 + items.length, Home: 0, End: items.length - 1 };
    items[places[/** @type {keyof typeof places} */ (key)] % items.length]?.focus();
    return true;
  }

  /** @returns {HTMLElement[]} */
  #items() {
    return [...this.#menu.querySelectorAll("[role^=menuitem]")].filter((item) => item instanceof HTMLElement);
  }
}
