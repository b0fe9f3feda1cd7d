// @ts-check
/** Deletes what the widget keeps in the browser under the frame's origin, which may be the host page's, too. */

const OURS = /^chatwheel\b/;
const DATABASE = "chatwheel";

export async function forget() {
  await Promise.allSettled([forgetStrings(), forgetDatabase(), forgetCaches()]);
}

async function forgetStrings() {
  for (const storage of [sessionStorage, localStorage]) {
    for (const key of Object.keys(storage).filter((key) => OURS.test(key))) storage.removeItem(key);
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
