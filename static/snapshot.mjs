// @ts-check
/**
 * Keeps one snapshot of Python's memory in the browser's own storage. It knows how a snapshot can be missing, damaged,
 * of another version or dangerous; it does not know how Python starts.
 */

const CACHE = "chatwheel-boot";
const PAGE = 1024; // words
const HEAD = 6; // words: magic, words in all, words kept, pages, checksum, length of the function table
const MAGIC = 0x43574832;
/**
 * Of a restore under way: an empty cache, which worker.mjs can delete with one call when its page is left, and a lock,
 * which the browser gives back whatever happens. A mark whose lock is free is of a restore that took its tab with it.
 */
const MARK = "chatwheel-restoring";

/** Bytes that must be free: half as many again as a snapshot takes. */
const ROOM = 32 << 20;

/**
 * @typedef {{ memory: Uint8Array, tableLength: number }} Snapshot
 */

export class Snapshots {
  /** @type {Promise<Cache | undefined>} */
  #cache;
  #address;
  /** Where it is noted that no more are to be made, as long as neither site nor browser changes. */
  #never;
  /** Takes the mark away, if it is this tab's. */
  #end = async () => {};

  /** @param {string} key the hash of everything of the site that a snapshot depends on */
  constructor(key) {
    this.#address = new URL(`../__snapshot__/${key}-${browser()}`, import.meta.url).href;
    this.#never = `${this.#address}/never`;
    this.#cache = openCache();
  }

  /** Whether there is none, and one could be kept. */
  async isWanted() {
    const cache = await this.#cache;
    if (!cache || (await cache.match(this.#address)) || (await cache.match(this.#never))) return false;
    const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate()) ?? {};
    return quota - usage > ROOM;
  }

  /**
   * @returns {Promise<{ snapshot: Promise<Snapshot> } | undefined>} the one that is being read, if there is one: it is
   *   marked as being tried, and rejects when it is not whole
   */
  async take() {
    const cache = await this.#cache;
    if (!cache) return undefined;
    try {
      const [kept, isFirst] = await Promise.all([cache.match(this.#address), this.#begin()]);
      if (!kept) return void (await this.proven());
      const snapshot = kept.arrayBuffer().then(unpack);
      snapshot.catch(() => {}); // it is awaited later
      if (!isFirst) return { snapshot }; // another tab is at it: the mark is that one's
      if (await caches.has(MARK)) {
        await this.#giveUp(); // the next one would end like this one
        throw new Error("an earlier restore did not end");
      }
      await caches.open(MARK);
      return { snapshot };
    } catch (error) {
      console.info("chatwheel: the snapshot is not used:", String(error));
      await this.discard();
      return undefined;
    }
  }

  /** @returns {Promise<boolean>} whether no other tab is restoring: the mark is this one's then */
  #begin() {
    return new Promise((resolve, reject) => {
      /** @param {Lock | null} lock */
      const granted = (lock) => {
        resolve(Boolean(lock));
        if (!lock) return undefined;
        return new Promise((release) => {
          this.#end = () => caches.delete(MARK).then(release, release);
        });
      };
      navigator.locks.request(MARK, { ifAvailable: true }, granted).catch(reject);
    });
  }

  /** The one that was taken has proved itself, or there is none. */
  async proven() {
    await this.#end();
  }

  /** It is never tried again. */
  async discard() {
    await (await this.#cache)?.delete(this.#address).catch(() => false);
    await this.proven();
  }

  /**
   * Stores one in the place of all others: those of other versions are of no use any more.
   * @param {Snapshot} snapshot
   * @returns {Promise<boolean>} whether it is there
   */
  async store(snapshot) {
    try {
      const cache = await this.#cache;
      if (!cache) return false;
      for (const { url } of await cache.keys()) if (!url.startsWith(this.#address)) await cache.delete(url);
      const headers = { "content-type": "application/octet-stream" };
      await cache.put(this.#address, new Response(await pack(snapshot), { headers }));
      return true;
    } catch (error) {
      await this.#giveUp(); // refused or full: to make another would be in vain
      console.info("chatwheel: no snapshot was stored:", String(error));
      return false;
    }
  }

  async #giveUp() {
    await (await this.#cache)?.put(this.#never, new Response()).catch(() => {});
  }
}

/**
 * What of the browser a snapshot depends on: its version, and what Pyodide asks for as it starts and writes into Python's
 * memory, which is whether stacks can be switched.
 */
function browser() {
  const versions = [...navigator.userAgent.matchAll(/\/(\d+)/g)].map(([, major]) => major);
  return [...versions, ...["Suspending", "Suspender"].filter((name) => name in WebAssembly)].join("-");
}

async function openCache() {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined; // no secure context, a private window, storage refused
  }
}

/** Lets everything else have its turn: packing is never urgent. */
const breathe = () => new Promise((resolve) => setTimeout(resolve, 20));

/**
 * Most of the memory is zeros; pages of them are left out. That is quicker than a compression, on the way out and,
 * above all, on the way in.
 * @param {Snapshot} snapshot
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function pack({ memory, tableLength }) {
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.byteLength / 4);
  const pages = Math.ceil(words.length / PAGE);
  const map = new Uint32Array(Math.ceil(pages / 32));
  const kept = new Uint32Array(words.length);
  let length = 0;
  for (let page = 0; page < pages; page++) {
    if (page % 512 === 511) await breathe();
    const content = words.subarray(page * PAGE, (page + 1) * PAGE);
    if (content.every((word) => word === 0)) continue;
    map[page >>> 5] |= 1 << (page & 31);
    kept.set(content, length);
    length += content.length;
  }
  const packed = new Uint32Array(HEAD + map.length + length);
  packed.set(map, HEAD);
  packed.set(kept.subarray(0, length), HEAD + map.length);
  packed.set([MAGIC, words.length, length, pages, checksum(packed.subarray(HEAD)), tableLength]);
  return new Uint8Array(packed.buffer);
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Snapshot}
 */
export function unpack(buffer) {
  if (buffer.byteLength % 4 || buffer.byteLength < HEAD * 4) throw new Error("it was cut short");
  const packed = new Uint32Array(buffer);
  const [magic, total, length, pages, sum, tableLength] = packed;
  const start = HEAD + Math.ceil(pages / 32);
  if (magic !== MAGIC || packed.length !== start + length) throw new Error("it was cut short");
  if (checksum(packed.subarray(HEAD)) !== sum) throw new Error("it is damaged");
  const words = new Uint32Array(total);
  for (let page = 0, from = start; page < pages; page++) {
    if (!(packed[HEAD + (page >>> 5)] & (1 << (page & 31)))) continue;
    const size = Math.min(PAGE, total - page * PAGE);
    words.set(packed.subarray(from, from + size), page * PAGE);
    from += size;
  }
  return { memory: new Uint8Array(words.buffer), tableLength };
}

/**
 * Against bytes that were lost or changed, not against anybody: who can write here can write the page.
 * @param {Uint32Array} words
 */
function checksum(words) {
  let sum = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i], 0x01000193);
  return sum >>> 0;
}
