// @ts-check
/**
 * Watches code that is not ours and runs in Python's only thread: what never comes back can be ended from outside only.
 */

/** Milliseconds. A request that blocks until its answer is there may take a while. */
const LIMIT = 20_000;

export class Watchdog {
  #onHang;
  #timer = 0;

  /** @param {(what: string) => void} onHang told what has not come back */
  constructor(onHang) {
    this.#onHang = onHang;
  }

  /** @param {string} what begins now; empty: it has come back */
  runs(what) {
    clearTimeout(this.#timer);
    if (what) this.#timer = setTimeout(() => this.#onHang(what), LIMIT);
  }
}
