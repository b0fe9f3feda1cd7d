// @ts-check
/**
 * Keeps the view where the reader wants it: at the end while they are there, and otherwise on what they are reading,
 * whatever is added above or below.
 */

const NEAR = 48;
const TOP = 320;
/** So many pages at the end are seen, or nearly. */
const SEEN = 2;

/** When nothing else happens, where the browser tells (Safari does not). @param {() => void} act */
const soon = (act) => void (globalThis.requestIdleCallback ?? setTimeout)(act);

export class Scroll {
  #scroller = /** @type {HTMLElement} */ (document.querySelector("#scroller"));
  #latest = /** @type {HTMLElement} */ (document.querySelector("#latest"));
  #pinned = true;
  /** Where the view was. */
  #top = 0;
  #log = /** @type {HTMLElement} */ (document.querySelector("#log"));
  /** Pages of the conversation that are not new. @type {Set<Element>} */
  #drawn = new Set();
  /** Those that are not laid out yet. @type {Element[]} */
  #late = [];
  #onTop;

  /**
   * @param {object} handlers
   * @param {() => void} handlers.onTop told when the reader comes near to the first message
   * @param {() => void} handlers.onLatest the reader wants to see what is new
   */
  constructor({ onTop, onLatest }) {
    this.#onTop = onTop;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#latest.addEventListener("click", onLatest);
    const observer = new ResizeObserver(() => this.#laidOut());
    for (const element of [this.#scroller, ...this.#scroller.children]) observer.observe(element);
  }

  /** Where everything fits nothing is ever scrolled: what is earlier is asked for all the same. */
  #laidOut() {
    if (this.#pinned) this.toEnd();
    const { scrollHeight, clientHeight } = this.#scroller;
    const isShown = clientHeight > 0;
    if (isShown && scrollHeight <= clientHeight && this.#scroller.querySelector("[data-loading]")) this.#onTop();
  }

  toEnd() {
    this.#pinned = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    // Where less has to be scrolled than before, this is higher up. The browser tells of it a frame later, when there
    // may be more again: that must not look as if the reader had scrolled up.
    this.#top = this.#scroller.scrollTop;
    this.#latest.hidden = true;
  }

  /** To a message, which then stands at the top; what follows may be more than there is room for. @param {Element} message */
  to(message) {
    this.#pinned = false; // until it turns out that this is the end
    this.#layOutAll();
    message.scrollIntoView({ block: "start" });
  }

  /** @param {number} pages */
  page(pages) {
    this.#scroller.scrollBy({ top: pages * this.#scroller.clientHeight * 0.9 });
  }

  /**
   * Runs a change of the document without the view jumping.
   * @param {() => void} change
   */
  keep(change) {
    if (this.#pinned) change(); // the observer goes to the end when all is laid out, which here would take a while
    else this.#hold(change);
    this.#putOff();
    if (!this.#pinned && this.#isNearTop()) this.#onTop();
  }

  /** @param {() => void} change */
  #hold(change) {
    const anchor = this.#anchor();
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (anchor?.isConnected) this.#scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** For who is at the end, new pages far above are laid out later, one after the other, while nothing else happens. */
  #putOff() {
    if (this.#log.childElementCount === this.#drawn.size) return; // as after nearly every drawing
    const pages = [...this.#log.children];
    const late = pages.slice(0, -SEEN).filter((page) => !this.#drawn.has(page));
    this.#drawn = new Set(pages);
    if (!this.#pinned) return;
    for (const page of late) page.setAttribute("data-late", "");
    if (late.length && !this.#late.length) soon(() => this.#layOut());
    this.#late.push(...late);
  }

  #layOut() {
    this.#late.pop()?.removeAttribute("data-late");
    if (this.#late.length) soon(() => this.#layOut());
  }

  /** Who leaves the end may see them soon: they must not turn out to be of another size then. */
  #layOutAll() {
    if (!this.#late.length) return;
    this.#hold(() => this.#late.splice(0).forEach((page) => page.removeAttribute("data-late")));
  }

  /** The message at the top of what is seen. */
  #anchor() {
    const { left, top, width } = this.#scroller.getBoundingClientRect();
    for (const distance of [8, 40, 80, 140]) {
      const found = document.elementFromPoint(left + width / 2, top + distance)?.closest("article, .day");
      if (found) return found;
    }
    return this.#scroller.querySelector("article");
  }

  #isNearTop() {
    return this.#scroller.scrollTop < TOP;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const distance = scrollHeight - scrollTop - clientHeight;
    // What is new and not laid out yet is no reason to leave the end: only who scrolls up leaves it.
    if (distance < NEAR || scrollTop < this.#top) this.#pinned = distance < NEAR;
    if (!this.#pinned) this.#layOutAll();
    this.#top = scrollTop;
    this.#latest.hidden = distance < clientHeight / 2;
    if (this.#isNearTop()) this.#onTop();
  }
}
