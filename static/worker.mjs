// @ts-check
/**
 * Starts Python: makes PyScript's worker, whose interpreter is boot.mjs, and gives the page its end of the private
 * channel. It knows how a start can fail; it does not know what the messages after the start mean.
 */

/**
 * A message of the worker's channel, as in docs/architecture.md.
 * @typedef {[kind: string, body?: any]} Message
 *
 * @typedef {object} WorkerHandle
 * @property {{ postMessage(message: Message, transfer?: Transferable[]): void }} port
 *   posts to the worker; what is posted before the worker is there is kept and goes out first
 * @property {() => void} stop ends the worker at once; nothing is reported afterwards
 *
 * @typedef {object} WorkerOptions
 * @property {(message: Message) => void} onMessage
 *   told everything the worker says, from `["progress", {share, step}]` on. `["failed", {reason, message}]` comes at
 *   most once and is the last: the worker is gone then, and `startWorker` may be called again.
 *   `reason`: `script` (the worker or PyScript did not load), `runtime` (Pyodide or a wheel did not), `python` (an
 *   exception), `stalled` (nothing happened for too long)
 * @property {number} [stallSeconds] how long the start may say nothing before it counts as stalled
 *
 * @typedef {Worker & { ready: Promise<unknown>, onerror: (event: ErrorEvent) => void }} PyScriptWorker
 */

/** @param {string} path */
const here = (path) => new URL(path, import.meta.url).href;

// Each plugin is a file more to load, and none is of use here; `error` would write into the page.
const NO_PLUGINS = ["codemirror", "deprecations-manager", "donkey", "error", "py-editor", "py-game", "py-terminal"];

const PYTHON = `
try:
    import chatwheel.app
    await chatwheel.app.start()
except BaseException as error:
    import js, json
    detail = {"reason": "python", "message": f"{type(error).__name__}: {error}"}
    js.chatwheelPort.postMessage(js.JSON.parse(json.dumps(["failed", detail])))
    raise
`;

/**
 * @param {WorkerOptions} options
 * @returns {WorkerHandle}
 */
export function startWorker({ onMessage, stallSeconds = 60 }) {
  const script = pythonScript();
  /** @type {PyScriptWorker | undefined} */
  let worker;
  /** @type {MessagePort | undefined} */
  let channel;
  /** @type {[Message, Transferable[]][]} */
  const waiting = [];
  let over = false;
  let watchdog = 0;

  const stop = () => {
    over = true;
    clearTimeout(watchdog);
    channel?.close();
    worker?.terminate();
    script.remove();
  };

  /** @param {string} reason @param {unknown} error */
  const fail = (reason, error) => {
    if (over) return;
    stop();
    onMessage(["failed", { reason, message: describe(error) }]);
  };

  const restartWatchdog = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(fail, stallSeconds * 1000, "stalled", `No progress for ${stallSeconds} seconds.`);
  };

  /** @param {Message} message */
  const receive = (message) => {
    const [kind, body] = message;
    if (over) return;
    if (kind === "failed") return fail(body.reason ?? "python", body.message);
    if (kind === "progress") restartWatchdog();
    else clearTimeout(watchdog); // it speaks for itself now: Python is up
    onMessage(message);
  };

  /** @param {PyScriptWorker} made */
  const adopt = (made) => {
    worker = made;
    if (over) return made.terminate();
    // What boot.mjs says of a failure comes over the channel, is better than this, and may be a moment behind it.
    /** @param {unknown} error */
    const failSoon = (error) => void setTimeout(fail, 200, "script", error);
    made.onerror = ({ error }) => failSoon(error); // PyScript's own, for what it catches
    made.addEventListener("error", (event) => failSoon(event.message || "The worker did not load."));
    made.ready.catch(failSoon);
    made.addEventListener("message", ({ data, ports }) => {
      if (data !== "chatwheel:port") return;
      channel = ports[0];
      // Python posts JSON text: cheaper for it than making JavaScript objects.
      channel.onmessage = ({ data }) => receive(typeof data === "string" ? JSON.parse(data) : data);
      for (const [message, transfer] of waiting.splice(0)) channel.postMessage(message, transfer);
    });
  };

  restartWatchdog();
  makeWorker(script).then(adopt, (error) => fail("script", error));
  return {
    stop,
    port: {
      postMessage(message, transfer = []) {
        if (channel) channel.postMessage(message, transfer);
        else waiting.push([message, transfer]);
      },
    },
  };
}

/**
 * PyScript looks for its configuration in the document when it is loaded, once for each of its two languages.
 */
function configure() {
  if (document.querySelector("py-config")) return;
  const plugins = NO_PLUGINS.map((name) => `!${name}`);
  const python = { plugins, interpreter: here("boot.mjs"), sync_main_only: true };
  for (const [name, config] of Object.entries({ "py-config": python, "mpy-config": { plugins } })) {
    const element = document.createElement(name);
    element.setAttribute("type", "json");
    element.textContent = JSON.stringify(config);
    document.head.append(element);
  }
}

/** @returns {HTMLScriptElement} what PyScript makes a worker of, when it is in the document */
function pythonScript() {
  const script = document.createElement("script");
  script.type = "py";
  script.setAttribute("worker", "");
  script.textContent = PYTHON;
  return script;
}

/**
 * @param {HTMLScriptElement} script
 * @returns {Promise<PyScriptWorker>}
 */
async function makeWorker(script) {
  configure();
  const { hooks } = await import("./runtime/pyscript/core.js");
  hooks.worker.onBeforeRunAsync.clear(); // its one callback travels as text and needs `unsafe-eval`: see boot.mjs
  return new Promise((resolve, reject) => {
    /** @param {unknown} _ @param {PyScriptWorker} worker */
    const onWorker = (_, worker) => {
      hooks.main.onWorker.delete(onWorker);
      resolve(worker);
    };
    hooks.main.onWorker.add(onWorker);
    document.head.append(script);
    setTimeout(reject, 10_000, "PyScript made no worker.");
  });
}

/** @param {unknown} error */
function describe(error) {
  if (error instanceof Error) return error.message;
  return String(error ?? "unknown error");
}
