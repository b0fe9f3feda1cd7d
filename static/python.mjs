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

const DESCRIPTION = "runtime.json";
/** Milliseconds until nobody waits for a restored Python any more. */
const LATE = 5000;
/** Where Python looks for its modules. */
const ARCHIVE = "/lib/python314.zip";

/** @param {string} path */
export const inRuntime = (path) => new URL(`./runtime/${path}`, import.meta.url).href;

/** @returns {Promise<Runtime>} */
export async function describeRuntime() {
  return (await get(inRuntime(DESCRIPTION))).json();
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
  #extension;
  #factory;
  #wasm;
  /** How long the function table was before Python had run. */
  #tableLength = 0;

  /** @param {Runtime} runtime all of it is fetched and compiled from now on */
  constructor(runtime) {
    this.#runtime = runtime;
    this.#wasm = compile(inRuntime(runtime.wasm.path));
    this.#factory = import(inRuntime(runtime.module.path));
    this.#extension = compile(inRuntime(runtime.extension.path));
    for (const promise of [this.#wasm, this.#factory, this.#extension]) promise.catch(() => {}); // they are awaited later
  }

  /**
   * @param {PyodideConfig} options
   * @param {boolean} isToBeKept whether a snapshot will be asked for
   * @returns {Promise<PyodideAPI>}
   */
  ordinary(options, isToBeKept) {
    return this.#load(options, { _makeSnapshot: isToBeKept });
  }

  /**
   * @param {PyodideConfig} options
   * @param {Promise<Snapshot>} snapshot read while the rest is loaded
   * @returns {Promise<PyodideAPI>}
   */
  restored(options, snapshot) {
    const { archive } = this.#runtime;
    const more = {
      _loadSnapshot: snapshot.then(({ memory }) => memory),
      stdLibURL: inRuntime(DESCRIPTION), // something that is here: the archive comes when it is wanted
    };
    return this.#load(options, more, async (module) => {
      const { memory, tableLength } = await snapshot;
      if (module.wasmTable.length !== tableLength) throw new Error("the function table has another length");
      module.growMemory(heapLength(memory)); // it must be as long as it was
      readLate(module.FS.lookupPath(ARCHIVE).node, archive);
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
   * @param {PyodideConfig} options
   * @param {object} more
   * @param {(module: any) => Promise<void>} [prepare] after the module is made, before Python is
   * @returns {Promise<PyodideAPI>}
   */
  #load(options, more, prepare) {
    const { archive, lock } = this.#runtime;
    return new Promise((resolve, reject) => {
      instantiateFrom(this.#wasm, reject);
      const createPyodideModule = async (/** @type {any} */ settings) => {
        settings.preRun.push((/** @type {any} */ module) => this.#link(module).catch(reject));
        const { default: factory } = await this.#factory;
        const module = await factory(settings);
        this.#tableLength = module.wasmTable.length;
        await prepare?.(module);
        return module;
      };
      const config = {
        ...options,
        indexURL: `${inRuntime(DESCRIPTION)}#`, // Pyodide appends the WebAssembly's name, and asks for what is here already
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

/**
 * Nearly all that a restored Python needs is in its memory. The archive is read when it imports something else, and at the
 * latest when nobody waits any more: by then it should be in the browser's cache, and after an update not on the server.
 * @param {any} node the file that it is for Python
 * @param {RuntimeFile} archive
 */
function readLate(node, { path, size }) {
  const url = inRuntime(path);
  /** @type {Uint8Array | undefined} */
  let content;
  Object.defineProperties(node, { usedBytes: { get: () => size }, contents: { get: () => (content ??= fetchedNow(url)) } });
  const read = async () => (content ??= new Uint8Array(await (await get(url)).arrayBuffer()));
  setTimeout(() => read().catch(() => {}), LATE);
}

/** In the middle of an import there is no other way. @param {string} url */
function fetchedNow(url) {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${url} answered ${request.status}`);
  return new Uint8Array(request.response);
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

/**
 * Pyodide asks for its WebAssembly when it comes to it, and waits for ever when that does not come: it is given what was
 * compiled while it arrived, in the time that Pyodide took to come to it.
 * @param {Promise<WebAssembly.Module>} compiled
 * @param {(error: unknown) => void} onFailure
 */
function instantiateFrom(compiled, onFailure) {
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    try {
      const module = await compiled;
      return { module, instance: await WebAssembly.instantiate(module, imports) };
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
}
