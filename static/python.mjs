// @ts-check
/**
 * The two ways in which Python starts: the ordinary one, and from a snapshot that an ordinary one made. Both link the
 * extension module before Python runs, at the same moment, so that its code and data lie at the same places.
 *
 * It knows Pyodide; it does not know PyScript, the widget, or where a snapshot is kept.
 */
import { loadPyodide as loadStock, version } from "./runtime/pyodide/pyodide.mjs";

export { version };

/**
 * What build.py writes to runtime/runtime.json. Paths are relative to runtime/.
 * @typedef {{ path: string, size: number, sha256: string }} RuntimeFile
 * @typedef {RuntimeFile & { target: string }} Extension `target`: where Python looks for it
 * @typedef {object} Runtime
 * @property {string} key the hash of everything of the site that a snapshot depends on
 * @property {import("pyodide").Lockfile} lock names no packages: without one, Pyodide fetches one that names them all
 * @property {RuntimeFile} module Pyodide's JavaScript
 * @property {RuntimeFile} wasm Pyodide's WebAssembly
 * @property {RuntimeFile} archive compiled Python modules
 * @property {Extension} extension pydantic's core
 * @property {RuntimeFile} rest the standard library as shipped, for modules that are not in the archive
 * @property {Record<string, RuntimeFile>} bundles more modules, for extensions that import them
 *
 * @typedef {import("./snapshot.mjs").Snapshot} Snapshot
 * @typedef {import("pyodide").PyodideConfig} PyodideConfig
 * @typedef {import("pyodide").PyodideAPI} PyodideAPI
 */

/** @param {string} path */
export const inRuntime = (path) => new URL(`./runtime/${path}`, import.meta.url).href;

/** @returns {Promise<Runtime>} */
export async function describeRuntime() {
  return (await get(inRuntime("runtime.json"))).json();
}

/**
 * @param {string} url
 * @returns {Promise<Response>}
 */
async function get(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** One start at a time; a second one after a failed restore uses what the first has loaded. */
export class Starter {
  #runtime;
  #options;
  #extension;
  #factory;
  /** How long the function table was before Python had run. */
  #tableLength = 0;

  /** @param {Runtime} runtime @param {PyodideConfig} options */
  constructor(runtime, options) {
    this.#runtime = runtime;
    this.#options = options;
    this.#factory = import(inRuntime(runtime.module.path));
    this.#extension = compile(inRuntime(runtime.extension.path));
    for (const promise of [this.#factory, this.#extension]) promise.catch(() => {}); // they are awaited later
  }

  /**
   * @param {boolean} isToBeKept whether a snapshot will be asked for
   * @returns {Promise<PyodideAPI>}
   */
  ordinary(isToBeKept) {
    return this.#load({ _makeSnapshot: isToBeKept });
  }

  /** @param {Promise<Snapshot>} snapshot read while the rest is loaded @returns {Promise<PyodideAPI>} */
  restored(snapshot) {
    return this.#load({ _loadSnapshot: snapshot.then(({ memory }) => memory) }, async (module) => {
      const { memory, tableLength } = await snapshot;
      if (module.wasmTable.length !== tableLength) throw new Error("the function table has another length");
      module.growMemory(heapLength(memory)); // it must be as long as it was
    });
  }

  /** @param {PyodideAPI} python @returns {Snapshot} */
  snapshot(python) {
    const { _module: module, makeMemorySnapshot } = /** @type {any} */ (python);
    // What Python has added to the table since then would be missing after a restore.
    if (module.wasmTable.length !== this.#tableLength) throw new Error("the function table has grown");
    return { memory: makeMemorySnapshot(), tableLength: this.#tableLength };
  }

  /**
   * @param {object} more
   * @param {(module: any) => Promise<void>} [prepare] after the module is made, before Python is
   * @returns {Promise<PyodideAPI>}
   */
  #load(more, prepare) {
    const { wasm, archive, lock } = this.#runtime;
    return new Promise((resolve, reject) => {
      supportStreaming(reject);
      const createPyodideModule = async (/** @type {any} */ settings) => {
        settings.preRun.push((/** @type {any} */ module) => this.#link(module).catch(reject));
        const { default: factory } = await this.#factory;
        const module = await factory(settings);
        this.#tableLength = module.wasmTable.length;
        await prepare?.(module);
        return module;
      };
      const config = {
        ...this.#options,
        indexURL: `${inRuntime(wasm.path)}#`, // Pyodide appends a fixed name, and the file's own holds its hash
        stdLibURL: inRuntime(archive.path),
        packageBaseUrl: inRuntime("wheels/"), // else its default: another host
        lockFileContents: structuredClone(lock),
        env: { PYDANTIC_DISABLE_PLUGINS: "__all__" }, // else it looks through all distributions for some
        createPyodideModule,
        ...more,
      };
      loadStock(/** @type {any} */ (config)).then(resolve, reject);
    });
  }

  /**
   * Python finds the extension loaded when it asks for it, at an address that is the same in every start.
   * @param {any} module
   */
  async #link(module) {
    const { target } = this.#runtime.extension;
    module.addRunDependency(target);
    module.FS.mkdirTree(target.slice(0, target.lastIndexOf("/")));
    module.FS.writeFile(target, new Uint8Array(1)); // it must be there; nobody reads it
    const options = { loadAsync: true, global: false, nodelete: true, allowUndefined: false };
    const exports = await module.loadWebAssemblyModule(await this.#extension, options, target, {}, 0);
    Object.assign(module.newDSO(target, 0, exports), { refcount: Infinity, global: false, exports });
    module.removeRunDependency(target);
  }
}

/** A snapshot is a header, whose second word is its length, and the memory. @param {Uint8Array} snapshot */
function heapLength(snapshot) {
  return snapshot.length - new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1];
}

/** @param {string} url @returns {Promise<WebAssembly.Module>} */
async function compile(url) {
  const response = await get(url);
  if (isStreamable(response)) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {Response} response */
function isStreamable(response) {
  const type = response.headers.get("content-type") ?? "";
  return "compileStreaming" in WebAssembly && /^application\/wasm\b/.test(type);
}

const stockInstantiate = WebAssembly.instantiateStreaming;

/**
 * Pyodide waits for ever when its WebAssembly does not come, where a browser cannot compile what is still arriving, and
 * when a server names another type.
 * @param {(error: unknown) => void} onFailure
 */
function supportStreaming(onFailure) {
  WebAssembly.instantiateStreaming = async (source, imports) => {
    try {
      const response = await source;
      if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
      if (isStreamable(response)) return await stockInstantiate.call(WebAssembly, response, imports);
      return await WebAssembly.instantiate(await response.arrayBuffer(), imports);
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
}
