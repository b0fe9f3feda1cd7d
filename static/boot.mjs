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
 * What build.py writes to runtime/runtime.json.
 * @typedef {{ name: string, size: number, sha256: string }} RuntimeFile
 * @typedef {{ lock: import("pyodide").Lockfile, wheels: RuntimeFile[] }} Runtime
 */

const PYODIDE = new URL("./runtime/pyodide/", import.meta.url).href;
const WHEELS = new URL("./runtime/wheels/", import.meta.url).href;
const RUNTIME = new URL("./runtime/runtime.json", import.meta.url).href;

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
  if (share < furthest) return; // two things go on at once: what ends later does not take the bar back
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

/**
 * @param {RuntimeFile} wheel
 * @returns {Promise<ArrayBuffer>}
 */
async function fetchWheel({ name, size }) {
  const bytes = await (await get(WHEELS + name)).arrayBuffer();
  if (bytes.byteLength !== size) throw new Error(`${name} has ${bytes.byteLength} bytes instead of ${size}`);
  return bytes;
}

/**
 * @param {import("pyodide").PyodideAPI} python
 * @param {ArrayBuffer[]} wheels
 */
function install(python, wheels) {
  // Pyodide's own loadPackage() would ask its lock file and check each wheel again; unpacking is all there is to do.
  const sitePackages = python.runPython("import site; site.getsitepackages()[0]");
  for (const wheel of wheels) python.unpackArchive(wheel, "wheel", { extractDir: sitePackages });
  python.runPython("import importlib; importlib.invalidate_caches()");
}

/**
 * @param {import("pyodide").PyodideConfig} options
 * @returns {Promise<import("pyodide").PyodideAPI>}
 */
export async function loadPyodide(options) {
  try {
    progress(0.05, "runtime");
    /** @type {Promise<Runtime>} */
    const runtime = get(RUNTIME).then((response) => response.json());
    const wheels = runtime.then((described) => Promise.all(described.wheels.map(fetchWheel)));
    wheels.then(() => progress(0.3, "runtime"), () => {});
    const python = await loadStock({
      ...options,
      indexURL: PYODIDE,
      lockFileContents: runtime.then(({ lock }) => lock), // none of its packages are used, so it is not fetched
    });
    progress(0.6, "packages");
    install(python, await wheels);
    progress(0.8, "widget");
    return python;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage(["failed", { reason: "runtime", message }]);
    throw error;
  }
}
