// @ts-check
/**
 * What the visitor sent and the server has not confirmed, kept in the browser until it has: over a reload, on the next
 * page, after the browser was closed. Each tab keeps its own and holds a lock while it lives. Whoever is granted the
 * lock of another tab knows that it is gone, holds the lock in its place, and sends what it left; nobody else can.
 */

/**
 * @typedef {object} Message one that is on its way
 * @property {string} key its `custom_id` on the wire
 * @property {number} at ms
 * @property {string} [text]
 * @property {object} [file] a file's description; its contents are not kept
 * @property {string} [url] where a file is that was uploaded
 * @property {object} [postback]
 * @property {boolean} [cleared] whether the site's own Python has changed it
 * @property {string} [error] why it was not sent, in words
 */

const forever = () => new Promise(() => {});

export class Unsent {
  /** @type {string} */
  #tab = crypto.randomUUID();
  #prefix = "";
  /** @type {Storage | undefined} */
  #storage;
  /** Each with the place where it is stored. @type {Map<string, { message: Message, place: string }>} */
  #messages = new Map();
  /** Tabs whose lock is asked for or held. */
  #owners = new Set([this.#tab]);
  #onFound;

  /** @param {(messages: Message[]) => void} onFound told what a tab has left that went after `open` */
  constructor(onFound) {
    this.#onFound = onFound;
  }

  /** Oldest first. */
  get all() {
    return [...this.#messages.values()].map(({ message }) => message).sort((one, other) => one.at - other.at);
  }

  /**
   * Takes over what tabs have left that are gone.
   * @param {string} scope whose messages these are
   * @returns {Promise<Message[]>} what they have left, oldest first
   */
  async open(scope) {
    this.#prefix = `chatwheel:unsent:${scope}:`;
    try {
      this.#storage = navigator.locks ? localStorage : sessionStorage;
    } catch {
      return []; // Storage is refused: then they live as long as the page.
    }
    const own = this.all;
    for (const message of own) this.keep(message);
    if (!navigator.locks) return this.#adopt(this.#owned("").filter((place) => this.#owner(place) !== this.#tab));
    void navigator.locks.request(this.#prefix + this.#tab, forever).catch(() => {});
    addEventListener("storage", ({ key }) => key?.startsWith(this.#prefix) && void this.#claim(this.#owner(key)));
    await Promise.all(this.#owned("").map((place) => this.#claim(this.#owner(place), true)));
    return this.all.filter((message) => !own.includes(message));
  }

  /** @param {Message} message new, or as it is now */
  keep(message) {
    const place = this.#messages.get(message.key)?.place ?? `${this.#tab}:${message.key}`;
    this.#messages.set(message.key, { message, place });
    try {
      this.#storage?.setItem(this.#prefix + place, JSON.stringify(message));
    } catch {
      // Storage is full: as above.
    }
  }

  /** @param {string} key of a message that was confirmed or taken back */
  forget(key) {
    const known = this.#messages.get(key);
    this.#messages.delete(key);
    if (known) this.#storage?.removeItem(this.#prefix + known.place);
  }

  /** @param {string} place */
  #owner(place) {
    return place.slice(this.#prefix.length).split(":")[0];
  }

  /** @param {string} owner @returns {string[]} the places of a tab, or of all */
  #owned(owner) {
    return Object.keys(this.#storage ?? {}).filter((place) => place.startsWith(this.#prefix + owner));
  }

  /**
   * @param {string} owner
   * @param {boolean} [isStart] whether to come back at once if the tab lives, and to wait for its end behind that
   */
  async #claim(owner, isStart = false) {
    if (this.#owners.has(owner)) return;
    this.#owners.add(owner);
    const isGranted = await this.#inherit(owner, isStart);
    if (isStart && !isGranted) void this.#inherit(owner, false);
  }

  /**
   * @param {string} owner
   * @param {boolean} isStart
   * @returns {Promise<boolean>} whether the lock was granted
   */
  #inherit(owner, isStart) {
    return new Promise((resolve) => {
      const granted = (/** @type {Lock | null} */ lock) => {
        const places = lock ? this.#owned(owner) : [];
        const found = this.#adopt(places);
        resolve(lock !== null);
        if (!isStart && found.length) this.#onFound(found);
        if (places.length) return forever();
        if (lock) this.#owners.delete(owner);
        return undefined;
      };
      navigator.locks.request(this.#prefix + owner, { ifAvailable: isStart }, granted).catch(() => resolve(true));
    });
  }

  /** @param {string[]} places @returns {Message[]} what is there */
  #adopt(places) {
    const found = [];
    for (const place of places) {
      const message = parsed(this.#storage?.getItem(place) ?? "");
      if (message) {
        this.#messages.set(message.key, { message, place: place.slice(this.#prefix.length) });
        found.push(message);
      } else this.#storage?.removeItem(place);
    }
    return found.sort((one, other) => one.at - other.at);
  }
}

/** @param {string} text @returns {Message | undefined} */
function parsed(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.key === "string" && Number.isFinite(message.at) ? message : undefined;
  } catch {
    return undefined;
  }
}
