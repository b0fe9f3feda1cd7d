// @ts-check
/** Deletes what the widget keeps in the browser under the frame's origin, which may be the host page's, too. */

import { isMarkOfLogout } from "./belongings.mjs";

const OURS = /^chatwheel\b/;
const DATABASE = "chatwheel";

/** Held by every frame while it lives. */
const HERE = "chatwheel:here";
/** The channel on which the others hear that all is about to be deleted. */
const GOING = "chatwheel:forget";
/** Milliseconds that they have to go; a tab that the browser has put to sleep keeps nothing either. */
const PATIENCE = 3000;

/**
 * What is kept is in use here.
 * @param {() => void} leave told when it is about to be deleted, from another tab
 * @returns {Promise<void>} resolves when nobody is just deleting it
 */
export function stay(leave) {
  if (!navigator.locks) return Promise.resolve();
  new BroadcastChannel(GOING).onmessage = leave;
  return new Promise((resolve) => {
    const held = () => {
      resolve();
      return new Promise(() => {}); // as long as the frame lives
    };
    navigator.locks.request(HERE, { mode: "shared" }, held).catch(() => resolve()); // storage is refused: there is nothing
  });
}

/**
 * Deletes it when all others have gone.
 * @param {"all" | "visitor"} what all of it, or what is of the visitor: Python's snapshot is of nobody
 */
export async function forget(what) {
  const channel = new BroadcastChannel(GOING);
  channel.postMessage(null);
  channel.close();
  const erase = () => Promise.allSettled([forgetStrings(), forgetDatabase(), what === "all" && forgetCaches()]);
  let isDone = false;
  await navigator.locks?.request(HERE, { signal: AbortSignal.timeout(PATIENCE) }, () => {
    isDone = true;
    return erase();
  }).catch(() => {});
  if (!isDone) await erase();
}

async function forgetStrings() {
  for (const storage of [sessionStorage, localStorage]) {
    for (const key of Object.keys(storage).filter((key) => OURS.test(key) && !isMarkOfLogout(key))) storage.removeItem(key);
  }
}

async function forgetCaches() {
  for (const name of await caches.keys()) {
    if (OURS.test(name)) await caches.delete(name);
  }
}

/** Emptied, not deleted: other tabs may have it open. */
async function forgetDatabase() {
  const known = await indexedDB.databases();
  if (!known.some(({ name }) => name === DATABASE)) return;
  const database = await answered(indexedDB.open(DATABASE));
  const stores = [...database.objectStoreNames];
  if (stores.length) {
    const changes = database.transaction(stores, "readwrite");
    await Promise.all(stores.map((name) => answered(changes.objectStore(name).clear())));
  }
  database.close();
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
