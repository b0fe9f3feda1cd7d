// @ts-check
/**
 * What tells the visitor of a message that they cannot see: a sound, and a notification if they asked for that. Of all
 * tabs of the site one does it, and none while the visitor looks at the chat in any. Tabs know of each other by locks:
 * one that is looked at holds a lock, and so does the first to tell of a message.
 */

const KEY = "chatwheel:alerts";
/** How long other tabs may take to hear of the same message. */
const REMEMBERED_FOR = 10_000;
/** Messages that follow each other sooner make one sound. */
const QUIET_FOR = 1500;
/** Hertz, and seconds after the beginning: two soft notes upwards. */
const NOTES = [
  [659.25, 0],
  [880, 0.11],
];

/**
 * @typedef {object} Choices
 * @property {boolean} sound
 * @property {boolean | null} notify nothing where there can be no notifications
 * @property {boolean} [refused] whether the browser has just refused them
 *
 * @typedef {{ id: string, name: string, text: string }} News a message that has just arrived
 */

export class Alerts {
  #onChoice;
  #onOpen;
  #scope = "";
  #here = new Sign("here");
  #looking = new Sign("looking");
  /** @type {AudioContext | undefined} */
  #audio;
  #soundedAt = -QUIET_FOR;

  /**
   * @param {(choices: Choices) => void} onChoice told when the visitor has chosen otherwise, here or in another tab
   * @param {() => void} onOpen the visitor wants to see what a notification told of
   */
  constructor(onChoice, onOpen) {
    this.#onChoice = onChoice;
    this.#onOpen = onOpen;
    addEventListener("storage", ({ key }) => key === KEY && onChoice(this.choices));
  }

  /** @param {string} scope whose messages these are */
  open(scope) {
    this.#scope = scope;
  }

  /** @returns {Choices} */
  get choices() {
    const { sound = true, notify = false } = read();
    return { sound, notify: canNotify() ? notify && Notification.permission === "granted" : null };
  }

  /** @param {{ visible: boolean, looking: boolean }} now whether the page is in front, and the visitor sees the chat */
  attend({ visible, looking }) {
    this.#here.show(this.#scope, visible);
    this.#looking.show(this.#scope, looking);
  }

  /** The visitor switches one on or off. @param {"sound" | "notify"} name */
  async toggle(name) {
    const { sound, notify } = this.choices;
    if (name === "sound") {
      write({ ...read(), sound: !sound });
      if (!sound) this.#chime();
    } else {
      const isGranted = notify || (await Notification.requestPermission()) === "granted";
      write({ ...read(), notify: isGranted && !notify });
      if (!isGranted) return this.#onChoice({ ...this.choices, refused: true });
    }
    return this.#onChoice(this.choices);
  }

  /** @param {News} news */
  async tell(news) {
    const { sound = true, notify = false } = read();
    const held = await heldLocks();
    if (this.#looking.is || held.has(this.#looking.name(this.#scope))) return;
    if (sound && navigator.userActivation?.hasBeenActive) void this.#once("sound", news.id, () => this.#chime());
    if (!notify || this.#here.is || held.has(this.#here.name(this.#scope)) || !this.choices.notify) return;
    void this.#once("notify", news.id, () => this.#notify(news));
  }

  /**
   * In the first tab that comes here, and in no other.
   * @param {string} what
   * @param {string} id
   * @param {() => void} act
   */
  async #once(what, id, act) {
    if (!navigator.locks) return act();
    return navigator.locks
      .request(`chatwheel:${what}:${this.#scope}:${id}`, { ifAvailable: true }, async (lock) => {
        if (!lock) return;
        act();
        await new Promise((resolve) => setTimeout(resolve, REMEMBERED_FOR));
      })
      .catch(() => {});
  }

  #chime() {
    const now = performance.now();
    if (now - this.#soundedAt < QUIET_FOR) return;
    this.#soundedAt = now;
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    void audio.resume().then(() => {
      if (performance.now() - now > QUIET_FOR) return; // it had to wait, and comes too late
      for (const [pitch, after] of NOTES) play(audio, pitch, audio.currentTime + after);
      setTimeout(() => void audio.suspend(), QUIET_FOR);
    });
  }

  /** @param {News} news texts of strangers: the browser shows them as text */
  #notify({ id, name, text }) {
    const shown = new Notification(name, { body: text, tag: `chatwheel:${id}`, silent: true });
    shown.addEventListener("click", () => {
      shown.close();
      top?.focus();
      this.#onOpen();
    });
  }
}

/** Something that other tabs can see while it is so. */
class Sign {
  #what;
  #lower = () => {};
  is = false;

  /** @param {string} what */
  constructor(what) {
    this.#what = what;
  }

  /** @param {string} scope */
  name(scope) {
    return `chatwheel:${this.#what}:${scope}`;
  }

  /** @param {string} scope @param {boolean} is */
  show(scope, is) {
    if (is === this.is) return;
    this.is = is;
    this.#lower();
    if (!is) return;
    const lowered = new Promise((resolve) => (this.#lower = () => resolve(undefined)));
    void navigator.locks?.request(this.name(scope), { mode: "shared" }, () => lowered).catch(() => {});
  }
}

/** @param {AudioContext} audio @param {number} pitch @param {number} at */
function play(audio, pitch, at) {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.6);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.65);
}

/** Browsers ask for a permission only on behalf of the page itself; Android's want a service worker. */
function canNotify() {
  try {
    const isPossible = isSecureContext && "Notification" in self && !/Android/.test(navigator.userAgent);
    return isPossible && Notification.permission !== "denied" && top?.location.origin === location.origin;
  } catch {
    return false; // the page is another origin's
  }
}

/** @returns {Promise<Set<string | undefined>>} their names, of all tabs */
async function heldLocks() {
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  return new Set(held.map(({ name }) => name));
}

/** @typedef {{ sound?: boolean, notify?: boolean }} Chosen */

/** For this page, where storage is refused. @type {Chosen} */
let chosen = {};

/** @returns {Chosen} */
function read() {
  try {
    chosen = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    // As above.
  }
  return chosen;
}

/** @param {Chosen} choices */
function write(choices) {
  chosen = choices;
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // As above.
  }
}
