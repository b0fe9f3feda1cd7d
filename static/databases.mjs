// @ts-check
/**
 * PyScript opens databases of its own as it is loaded and before it starts an interpreter: for folders that were mounted
 * and packages that were found earlier. There are none of either here. In a browser that refuses storage it would wait
 * for them for ever; in any other they would be kept, and waited for, in vain.
 */

const PYSCRIPT = /^IDBMap\//;

/**
 * Until it is called off, PyScript's databases are there at once, and empty.
 * @returns {() => void} calls it off
 */
export function withoutDatabases() {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (name, ...version) {
    return PYSCRIPT.test(name) ? answer(EMPTY) : open.call(this, name, ...version);
  };
  return () => {
    IDBFactory.prototype.open = open;
  };
}

/** @param {unknown} result @returns {any} a request, which is answered when it has somebody to tell */
function answer(result) {
  const request = /** @type {IDBRequest} */ ({});
  queueMicrotask(() => request.onsuccess?.(/** @type {any} */ ({ target: { result } })));
  return request;
}

const EMPTY = { transaction: () => ({ objectStore: () => ({ getAllKeys: () => answer([]) }) }), close() {} };
