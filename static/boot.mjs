// @ts-check
/**
 * PyScript's interpreter, as named by worker.mjs: the same face as pyodide.mjs (`loadPyodide`, `version`), and the
 * place where the widget decides how Python starts. It runs in the worker, or where workers cannot be modules in the
 * frame. From a snapshot of an earlier visit, if there is a good one, and else the ordinary way.
 *
 * The worker's own script is a `blob:`, so every address is resolved against this module's.
 */
import { withoutDatabases } from "./databases.mjs";
import { describeRuntime, inRuntime, Starter, version } from "./python.mjs";
import { Snapshots } from "./snapshot.mjs";

export { version };

/**
 * @typedef {import("./python.mjs").Runtime} Runtime
 * @typedef {import("pyodide").PyodideConfig} PyodideConfig
 * @typedef {import("pyodide").PyodideAPI} PyodideAPI
 */

const isInFrame = "document" in globalThis;
// PyScript falls back to the frame's own thread when it cannot make a worker that it was asked for: Python must not block
// the page, unless there is no other way, and that is worker.mjs's to say.
if (isInFrame && document.querySelector("script[type=py][worker]")) throw new Error("boot.mjs was to run in a worker");

const { port1: port, port2 } = new MessageChannel();
/**
 * The frame's end of the private channel. It goes there over the worker's own port, which only the page that made this
 * worker holds; in the frame, worker.mjs imports it. What is posted before anybody listens waits in the channel's queue.
 */
export const far = port2;
if (!isInFrame) self.postMessage("chatwheel:port", { transfer: [far] });

const withDatabases = withoutDatabases(); // this module is loaded before PyScript opens its own
const described = describeRuntime(); // all is on its way before PyScript asks for it
const starting = described.then((runtime) => new Starter(runtime));
starting.catch(() => {}); // it is awaited later
/** @type {typeof globalThis & { chatwheelPort?: MessagePort }} */ (globalThis).chatwheelPort = port;

let furthest = 0;

/**
 * @param {number} share how much of the start is done, 0 to 1
 * @param {string} step what is being done now
 */
function progress(share, step) {
  if (share < furthest) return; // several things go on at once: what ends later does not take the bar back
  furthest = share;
  port.postMessage(["progress", { share, step }]);
}

/**
 * Reports progress as the files arrive, and rejects when one does not: Pyodide waits for ever when its WebAssembly
 * cannot be loaded. The browser's own timeline is read, so that nothing stands between a response and its compiler.
 * @param {Runtime} runtime
 * @returns {Promise<never>}
 */
function watchDownloads(runtime) {
  const files = [runtime.module, runtime.wasm, runtime.archive, runtime.extension];
  const missing = new Map(files.map(({ path, size }) => [inRuntime(path), size]));
  const total = [...missing.values()].reduce((sum, size) => sum + size, 0);
  let arrived = 0;
  return new Promise((_, reject) => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { name, responseStatus } = /** @type {PerformanceResourceTiming} */ (entry);
        const size = missing.get(name.split("#")[0]);
        if (size === undefined) continue;
        missing.delete(name.split("#")[0]);
        if (responseStatus === 0) reject(new Error(`${name} could not be loaded`));
        if (responseStatus >= 400) reject(new Error(`${name} answered ${responseStatus}`));
        arrived += size;
        progress(0.05 + (0.45 * arrived) / total, "runtime");
      }
    }).observe({ type: "resource", buffered: true });
  });
}

/**
 * What PyScript's worker hook would do, had worker.mjs not taken the hook away (it needs `unsafe-eval`).
 * @param {PyodideAPI} python
 */
function registerPyScript(python) {
  const fs = { ERROR: "storage permissions not granted", NAMESPACE: "@pyscript.fs" };
  python.registerJsModule("_pyscript", { fs, interpreter: python });
}

/**
 * From the snapshot of an earlier visit, if there is one that works.
 * @param {Starter} starter
 * @param {Snapshots} snapshots
 * @param {PyodideConfig} options
 * @returns {Promise<PyodideAPI | undefined>}
 */
async function restore(starter, snapshots, options) {
  const taken = await snapshots.take();
  if (!taken) return undefined;
  try {
    const python = await starter.restored(options, taken.snapshot);
    python.runPython("import chatwheel_boot; chatwheel_boot.restored()");
    progress(0.6, "snapshot");
    void snapshots.proven();
    return python;
  } catch (error) {
    console.info("chatwheel: the snapshot does not work:", String(error));
    await snapshots.discard();
    return undefined;
  }
}

/**
 * @param {Starter} starter
 * @param {PyodideConfig} options
 * @returns {Promise<PyodideAPI>}
 */
async function startAnew(starter, options) {
  const python = await starter.ordinary(options, false);
  progress(0.6, "packages");
  python.runPython("import chatwheel_boot; chatwheel_boot.prepare()");
  return python;
}

/**
 * @param {PyodideConfig} options
 * @returns {Promise<PyodideAPI>}
 */
async function start(options) {
  const runtime = await described;
  const archives = Object.entries({ rest: runtime.rest, ...runtime.bundles });
  /** @type {any} */ (globalThis).chatwheelArchives = Object.fromEntries(
    archives.map(([name, { path }]) => [name, inRuntime(path)]),
  ); // for chatwheel_boot.py
  const snapshots = new Snapshots(runtime.key);
  const starter = await starting;
  const python = (await restore(starter, snapshots, options)) ?? (await startAnew(starter, options));
  registerPyScript(python);
  progress(0.8, "widget");
  // In the frame there is none: what makes them is a module worker, too.
  if (!isInFrame) snapshots.isWanted().then((isWanted) => isWanted && port.postMessage(["keep"]), () => {});
  return python;
}

/**
 * A start that fails is told once, over the channel; Pyodide leaves promises behind that would tell it again.
 * @param {Event} event
 */
const hush = (event) => event.preventDefault();

/**
 * @param {PyodideConfig} options
 * @returns {Promise<PyodideAPI>}
 */
export async function loadPyodide(options) {
  withDatabases();
  addEventListener("unhandledrejection", hush);
  try {
    progress(0.05, "runtime");
    const python = await Promise.race([start(options), described.then(watchDownloads)]);
    removeEventListener("unhandledrejection", hush);
    return python;
  } catch (error) {
    const message = error instanceof Error ? error.message : "Python stopped while it started.";
    port.postMessage(["failed", { reason: "runtime", message }]);
    throw error;
  }
}
