// @ts-check
/**
 * The time before Python is there: how far its start has come, what the visitor wrote meanwhile, and what to do when
 * it cannot start.
 */

export class Starting {
  #panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));
  #place = /** @type {HTMLElement} */ (document.querySelector("#starting"));
  #bar = /** @type {HTMLElement} */ (document.querySelector("#progress"));
  #log = /** @type {HTMLElement} */ (document.querySelector("#log"));
  #words;
  #retry;

  /**
   * @param {(key: string, values?: Record<string, string>) => string} words
   * @param {() => void} retry
   */
  constructor(words, retry) {
    this.#words = words;
    this.#retry = retry;
  }

  /** @param {number} share */
  progress(share) {
    this.#panel.dataset.phase = "starting";
    this.#bar.hidden = false;
    this.#bar.style.setProperty("--share", String(share));
    if (!this.#place.childElementCount) this.#say("start", this.#words("start.waiting"));
  }

  /** Python is there. */
  done() {
    this.#panel.dataset.phase = "ready";
    this.#bar.hidden = true;
    this.#place.replaceChildren();
  }

  /** @param {string} reason */
  failed(reason) {
    this.#panel.dataset.phase = "failed";
    this.#bar.hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = this.#words("start.retry");
    button.addEventListener("click", () => {
      this.#place.replaceChildren();
      this.progress(0);
      this.#retry();
    });
    const banner = this.#say("failed", this.#words("start.failed", { reason: this.#words("start.failed_plain") }));
    banner.role = "alert";
    // Not of the alert: there it would be its name, and be read out.
    /** @type {HTMLElement} */ (banner.firstElementChild).title = reason;
    banner.append(button);
  }

  /**
   * Shows a message that Python will send when it is there. Python then shows the same, and this one goes.
   * @param {string} text
   */
  show(text) {
    const article = document.createElement("article");
    article.className = "entry mine first last";
    article.dataset.delivery = "waiting";
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    bubble.dir = "auto";
    bubble.textContent = text;
    const meta = document.createElement("p");
    meta.className = "meta";
    meta.dataset.text = "delivery.sending"; // the words may still be on their way
    meta.textContent = this.#words("delivery.sending");
    article.append(bubble, meta);
    this.#log.append(article);
  }

  /** @param {string} kind @param {string} text */
  #say(kind, text) {
    const banner = document.createElement("p");
    banner.className = "banner";
    banner.dataset.kind = kind;
    const words = document.createElement("span");
    words.textContent = text;
    banner.append(words);
    this.#place.replaceChildren(banner);
    return banner;
  }
}
