// @ts-check
/**
 * PyScript's interpreter, as named by worker.mjs: the same face as pyodide.mjs (`loadPyodide`, `version`), and the
 * place where the widget decides how Python starts. It runs in the worker. Today it starts Pyodide the ordinary way,
 * with the wheels fetched at the same time as the runtime.
 *
 * The worker's own script is a `blob:`, so every address is resolved against this module's.
 */
import { loadPyodide as loadStock, version } from "./runtime/pyodide/pyodide.mjs";

export { version };

/**
 * What build.py writes to runtime/runtime.json. Paths are relative to runtime/.
 * @typedef {{ path: string, size: number, sha256: string }} RuntimeFile
 * @typedef {{ lock: import("pyodide").Lockfile, pyodide: RuntimeFile[], wheels: RuntimeFile[] }} Runtime
 *
 * @typedef {import("pyodide").PyodideConfig} PyodideConfig
 * @typedef {import("pyodide").PyodideAPI} PyodideAPI
 */

// PyScript falls back to the page's own thread when it cannot make a worker: Python must never block the page.
if ("document" in globalThis) throw new Error("boot.mjs runs in a worker only");

/** @param {string} path */
const inRuntime = (path) => new URL(`./runtime/${path}`, import.meta.url).href;

const port = connect();
/** @type {typeof globalThis & { chatwheelPort?: MessagePort }} */ (globalThis).chatwheelPort = port;

/**
 * The private channel: its far end goes to the page over the worker's own port, which only the page that made this
 * worker holds. What is posted before the page listens waits in the channel's queue.
 * @returns {MessagePort}
 */
function connect() {
  const { port1, port2 } = new MessageChannel();
  self.postMessage("chatwheel:port", { transfer: [port2] });
  return port1;
}

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
 * @param {string} url
 * @returns {Promise<Response>}
 */
async function get(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** @returns {Promise<Runtime>} */
async function describeRuntime() {
  return (await get(inRuntime("runtime.json"))).json();
}

/**
 * @param {RuntimeFile} wheel
 * @returns {Promise<ArrayBuffer>}
 */
async function fetchWheel({ path, size }) {
  const bytes = await (await get(inRuntime(path))).arrayBuffer();
  if (bytes.byteLength !== size) throw new Error(`${path} has ${bytes.byteLength} bytes instead of ${size}`);
  return bytes;
}

/**
 * Reports progress as the files arrive, and rejects when one does not: Pyodide waits for ever when its WebAssembly
 * cannot be loaded. The browser's own timeline is read, so that nothing stands between a response and its compiler.
 * @param {Runtime} runtime
 * @returns {Promise<never>}
 */
function watchDownloads(runtime) {
  const missing = new Map([...runtime.pyodide, ...runtime.wheels].map(({ path, size }) => [inRuntime(path), size]));
  const total = [...missing.values()].reduce((sum, size) => sum + size, 0);
  let arrived = 0;
  return new Promise((_, reject) => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { name, responseStatus } = /** @type {PerformanceResourceTiming} */ (entry);
        const size = missing.get(name);
        if (size === undefined) continue;
        missing.delete(name);
        if (responseStatus === 0) reject(new Error(`${name} could not be loaded`));
        if (responseStatus >= 400) reject(new Error(`${name} answered ${responseStatus}`));
        arrived += size;
        progress(0.05 + (0.45 * arrived) / total, "runtime");
      }
    }).observe({ type: "resource", buffered: true });
  });
}

/**
 * @param {PyodideAPI} python
 * @param {ArrayBuffer[]} wheels
 */
function install(python, wheels) {
  // Pyodide's own loadPackage() would ask its lock file and check each wheel again; unpacking is all there is to do.
  const sitePackages = python.runPython("import site; site.getsitepackages()[0]");
  for (const wheel of wheels) python.unpackArchive(wheel, "wheel", { extractDir: sitePackages });
  python.runPython("import importlib; importlib.invalidate_caches()");
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
 * @param {PyodideConfig} options
 * @param {Promise<Runtime>} runtime
 * @returns {Promise<PyodideAPI>}
 */
async function start(options, runtime) {
  const wheels = runtime.then((described) => Promise.all(described.wheels.map(fetchWheel)));
  wheels.catch(() => {}); // it is awaited later, and must not count as unhandled until then
  const python = await loadStock({
    ...options,
    indexURL: inRuntime("pyodide/"),
    packageBaseUrl: inRuntime("wheels/"), // else its default: another host
    lockFileContents: (await runtime).lock, // names no packages; without it Pyodide fetches one that names them all
  });
  progress(0.6, "packages");
  install(python, await wheels);
  registerPyScript(python);
  progress(0.8, "widget");
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
  addEventListener("unhandledrejection", hush);
  try {
    progress(0.05, "runtime");
    const runtime = describeRuntime();
    const python = await Promise.race([start(options, runtime), runtime.then(watchDownloads)]);
    removeEventListener("unhandledrejection", hush);
    return python;
  } catch (error) {
    const message = error instanceof Error ? error.message : "Python stopped while it started.";
    port.postMessage(["failed", { reason: "runtime", message }]);
    throw error;
  }
}
