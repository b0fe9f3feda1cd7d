// @ts-check
/**
 * What the visitor has before their eyes: a message of an agent's counts as seen when a part of it that can be read is
 * on the screen, in an open panel, in a page in the foreground. Not when it has arrived.
 */

/** Pixels of a message that must be visible. */
const ENOUGH = 32;
/** Messages that are looked at when nothing is known of any: a screen holds fewer. */
const MOST = 60;

export class Seen {
  #log = /** @type {HTMLElement} */ (document.querySelector("#log"));
  #onSeen;
  /** The newest message that was seen; all before it have been. @type {HTMLElement | undefined} */
  #newest;
  /** @type {Set<HTMLElement>} */
  #watched = new Set();
  // Relative to the screen: the panel may itself be scrolled out of sight on the page.
  #observer = new IntersectionObserver((changes) => this.#looked(changes), { threshold: [0, 0.01, 0.05, 0.25, 0.5, 1] });

  /** @param {(key: string) => void} onSeen told the newest message that the visitor has seen */
  constructor(onSeen) {
    this.#onSeen = onSeen;
  }

  /** The conversation, or who sees it, has changed. @param {boolean} attentive whether it can be seen at all */
  look(attentive) {
    this.#observer.disconnect();
    this.#watched.clear();
    if (!attentive) {
      this.#newest = undefined;
      return;
    }
    for (const message of this.#unseen()) {
      this.#watched.add(message);
      this.#observer.observe(message);
    }
  }

  /** The first message that the visitor has not seen, after one that they have. */
  get first() {
    return this.#newest?.isConnected ? [...this.#unseen()].at(-1) : undefined;
  }

  /** Agents' messages after the newest that was seen. */
  *#unseen() {
    let count = 0;
    for (const page of backwards(this.#log)) {
      for (const message of backwards(page)) {
        if (message === this.#newest || count >= MOST) return;
        if (!message.matches("article.theirs[data-key]:not([aria-busy])")) continue;
        count += 1;
        yield message;
      }
    }
  }

  /** @param {IntersectionObserverEntry[]} changes */
  #looked(changes) {
    /** @type {HTMLElement | undefined} */
    let newest;
    for (const { target, isIntersecting, intersectionRect, boundingClientRect } of changes) {
      if (!isIntersecting || !(target instanceof HTMLElement) || !this.#watched.has(target)) continue;
      if (intersectionRect.height < Math.min(ENOUGH, boundingClientRect.height)) continue;
      if (!newest || follows(target, newest)) newest = target;
    }
    if (!newest || (this.#newest?.isConnected && !follows(newest, this.#newest))) return;
    this.#newest = newest;
    for (const message of this.#watched) {
      if (message !== newest && follows(message, newest)) continue;
      this.#observer.unobserve(message);
      this.#watched.delete(message);
    }
    this.#onSeen(newest.dataset.key ?? "");
  }
}

/** @param {Element} parent */
function* backwards(parent) {
  for (let child = parent.lastElementChild; child; child = child.previousElementSibling) {
    if (child instanceof HTMLElement) yield child;
  }
}

/** @param {Node} node @param {Node} other */
function follows(node, other) {
  return (other.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}
