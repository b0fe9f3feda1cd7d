// @ts-check
/**
 * Whose the draft and the unsent messages are that the browser keeps: one customer never sees or sends another's. Where
 * the page says who the visitor is, they are kept by customer, and fetched when it is known who that is. Otherwise whoever
 * was here last is supposed to be here again, which shows them at once; if it is somebody else, they go. (Messages carry
 * their customer themselves, and Python sends none that is another's.)
 */

const WHOSE = "chatwheel:customer:";
/** Somebody has logged out here: the chat service's cookie, which nobody but it can delete, still names them. */
const APART = "chatwheel:apart:";

export class Belongings {
  #composer;
  #unsent;
  #onFound;
  #scope = "";
  #customer = "";
  #isNamed = false;

  /**
   * @param {import("./composer.mjs").Composer} composer
   * @param {import("./unsent.mjs").Unsent} unsent
   * @param {(messages: import("./unsent.mjs").Message[]) => void} onFound told what was kept and is not confirmed
   */
  constructor(composer, unsent, onFound) {
    this.#composer = composer;
    this.#unsent = unsent;
    this.#onFound = onFound;
  }

  /**
   * @param {string} scope
   * @param {boolean} isNamed whether the page says who the visitor is
   */
  open(scope, isNamed) {
    this.#scope = scope;
    this.#isNamed = isNamed;
    if (!isNamed) this.#composer.remember(scope);
  }

  /** Hands on what was kept, unless it has to be known first who is here. */
  async restore() {
    if (!this.#isNamed) this.#onFound(await this.#unsent.open(this.#scope));
  }

  /** It is known now who is here. @param {string} customer */
  belongTo(customer) {
    if (!customer || customer === this.#customer) return;
    this.#customer = customer;
    // Not a longer name of the same scope: what is anybody's is looked for by the beginning of its name.
    if (this.#isNamed) return void this.#fetch(`${this.#scope}@${customer}`);
    const place = WHOSE + this.#scope;
    const before = kept((storage) => storage.getItem(place));
    if (before && before !== customer) this.#composer.disown();
    kept((storage) => storage.setItem(place, customer));
  }

  /** @param {string} scope */
  async #fetch(scope) {
    this.#composer.remember(scope);
    this.#onFound(await this.#unsent.open(scope));
  }
}

/** Whether the service's cookie here is of somebody who has logged out. @param {string} scope */
export function isApart(scope) {
  return Boolean(kept((storage) => storage.getItem(APART + scope)));
}

/** From now on that cookie is not sent. @param {string} scope */
export function partFrom(scope) {
  kept((storage) => storage.setItem(APART + scope, "1"));
}

/** Whether this says so, and nothing of anybody. @param {string} key of the storage */
export function isMarkOfLogout(key) {
  return key.startsWith(APART);
}

/** Storage can be refused; then nothing is left to anybody. @param {(storage: Storage) => unknown} use */
function kept(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}
