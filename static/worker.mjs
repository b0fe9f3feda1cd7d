// @ts-check
/**
 * Starts Python: makes PyScript's worker, whose interpreter is boot.mjs, and gives the page its end of the private
 * channel. Where workers cannot be modules, Python runs in the frame instead. It knows how a start can fail; it does not
 * know what the messages after the start mean.
 */
import { withoutDatabases } from "./databases.mjs";
import { keepSnapshotSoon } from "./keeper.mjs";
import { check } from "./release.mjs";

/**
 * A message of the worker's channel, as in docs/architecture.md.
 * @typedef {[kind: string, body?: any]} Message
 *
 * @typedef {object} WorkerHandle
 * @property {{ postMessage(message: Message, transfer?: Transferable[]): void }} port
 *   posts to the worker; what is posted before the worker is there is kept and goes out first
 * @property {(onMessage: (message: Message) => void) => void} listen
 *   `onMessage` is told everything the worker says, and has said, from `["progress", {share, step}]` on.
 *   `["failed", {reason, message}]` comes at most once and is the last: the worker is gone then, and `startWorker` may be
 *   called again. `reason`: `script` (the worker or PyScript did not load), `runtime` (Pyodide or a wheel did not),
 *   `python` (an exception), `stalled` (nothing happened for too long)
 * @property {() => void} stop ends the worker at once; nothing is reported afterwards
 *
 * @typedef {Worker & { ready: Promise<unknown>, onerror: (event: ErrorEvent) => void }} PyScriptWorker
 */

/** @param {string} path */
const here = (path) => new URL(path, import.meta.url).href;

/** Whether Python has begun to run on the frame's own thread, where nothing can end it. */
let isInFrame = false;

/** As in snapshot.mjs, which the worker loads. */
const MARK = "chatwheel-restoring";

// Each plugin is a file more to load, and none is of use here; `error` would write into the page.
const NO_PLUGINS = ["codemirror", "deprecations-manager", "donkey", "error", "py-editor", "py-game", "py-terminal"];

const PYTHON = `
try:
    import chatwheel.app
    await chatwheel.app.start()
except BaseException as error:
    import js, json
    detail = {"reason": "python", "message": f"{type(error).__name__}: {error}"}
    js.chatwheelPort.postMessage(json.dumps(["failed", detail]))
    raise
`;

/**
 * @param {number} [stallSeconds] how long the start may say nothing before it counts as stalled
 * @returns {WorkerHandle}
 */
export function startWorker(stallSeconds = 60) {
  const start = new Start(stallSeconds);
  return {
    port: { postMessage: (message, transfer = []) => start.post(message, transfer) },
    listen: (onMessage) => start.listen(onMessage),
    stop: () => {
      start.leave();
      start.stop();
    },
  };
}

/** One Python, from the wish for it to its end. */
class Start {
  /** @type {Message[]} said before anybody listened */
  #said = [];
  /** @type {(message: Message) => void} */
  #onMessage = (message) => void this.#said.push(message);
  #stallSeconds;
  #script = pythonScript();
  /** @type {PyScriptWorker | undefined} */
  #worker;
  /** @type {MessagePort | undefined} */
  #channel;
  /** @type {[Message, Transferable[]][]} posted before there was a channel */
  #waiting = [];
  #watchdog = 0;
  #up = false;
  #over = false;
  #isSnapshotWanted = false;
  /** Calls off what is to happen later. */
  #callOff = () => {};

  /** @param {number} stallSeconds */
  constructor(stallSeconds) {
    this.#stallSeconds = stallSeconds;
    this.#watch();
    addEventListener("pagehide", this.leave);
    globalThis.caches?.has(MARK).catch(() => {}); // a page that is being left has no time left for a first question
    const begun = hasModuleWorkers() ? makeWorker(this.#script).then((worker) => this.#adopt(worker)) : this.#beginHere();
    begun.catch((error) => this.#fail("script", error));
  }

  /** The last resort: the page stands still while Python starts, but the visitor can write to somebody. */
  async #beginHere() {
    if (isInFrame) return location.reload(); // a second Python takes a second document
    isInFrame = true;
    await loadPyScript();
    const { far } = await import(here("boot.mjs")); // as PyScript will, which does not tell when it cannot
    if (this.#over) return;
    this.#connect(far);
    this.#script.removeAttribute("worker");
    document.head.append(this.#script);
  }

  /** @param {(message: Message) => void} onMessage */
  listen(onMessage) {
    this.#onMessage = onMessage;
    for (const message of this.#said.splice(0)) onMessage(message);
  }

  /** @param {Message} message @param {Transferable[]} transfer */
  post(message, transfer) {
    if (this.#channel) this.#channel.postMessage(message, transfer);
    else this.#waiting.push([message, transfer]);
  }

  /** Who goes while Python starts gives no reason to suspect the snapshot: its mark (see snapshot.mjs) is taken away. */
  leave = () => {
    if (!this.#up && !this.#over) globalThis.caches?.delete(MARK).catch(() => {});
  };

  stop() {
    this.#over = true;
    removeEventListener("pagehide", this.leave);
    clearTimeout(this.#watchdog);
    this.#callOff();
    this.#channel?.close();
    this.#worker?.terminate();
    this.#script.remove();
  }

  /** @param {boolean} [isLoading] files are still coming: progress is told of whole ones, and lines can be slow */
  #watch(isLoading = false) {
    clearTimeout(this.#watchdog);
    const seconds = this.#stallSeconds * (isLoading ? 4 : 1);
    const complaint = `No progress for ${seconds} seconds.`;
    this.#watchdog = setTimeout(() => this.#fail("stalled", complaint), seconds * 1000);
  }

  /** @param {string} reason @param {unknown} error */
  #fail(reason, error) {
    if (this.#over) return;
    this.stop();
    this.#onMessage(["failed", { reason, message: describe(error) }]);
  }

  /**
   * What boot.mjs says of a failure comes over the channel, is better than this, and may be a moment behind it. When
   * Python is up, an error is one of a single event's, and no reason to take the chat away.
   * @param {unknown} error
   */
  #failSoon(error) {
    setTimeout(() => this.#up || this.#fail("script", error), 200);
  }

  /** @param {PyScriptWorker} worker */
  #adopt(worker) {
    this.#worker = worker;
    if (this.#over) return worker.terminate();
    worker.onerror = ({ error }) => this.#failSoon(error); // PyScript's own, for what it catches
    worker.addEventListener("error", ({ message }) => this.#failSoon(message || "The worker did not load."));
    worker.ready.catch((error) => this.#failSoon(error));
    worker.addEventListener("message", ({ data, ports }) => {
      if (data === "chatwheel:port") this.#connect(ports[0]);
    });
  }

  /** @param {MessagePort} channel */
  #connect(channel) {
    this.#channel = channel;
    // Python posts JSON text: cheaper for it than making JavaScript objects.
    channel.onmessage = ({ data }) => this.#receive(typeof data === "string" ? JSON.parse(data) : data);
    for (const [message, transfer] of this.#waiting.splice(0)) channel.postMessage(message, transfer);
  }

  /** @param {Message} message */
  #receive(message) {
    const [kind, body] = message;
    if (this.#over) return;
    if (kind === "failed") return this.#fail(body.reason ?? "python", body.message);
    if (kind === "keep") return this.#keep();
    if (kind === "progress") {
      performance.mark(`chatwheel:${body.step}`); // how a start went is seen on the browser's own timeline
      this.#watch(body.step === "runtime");
    } else this.#isUp();
    this.#onMessage(message);
  }

  #isUp() {
    if (this.#up) return;
    this.#up = true;
    clearTimeout(this.#watchdog); // it speaks for itself now
    this.#keep(this.#isSnapshotWanted);
  }

  /** A snapshot is made when one is wanted and Python is up, whichever is known first. */
  #keep(isWanted = true) {
    this.#isSnapshotWanted = isWanted;
    if (isWanted && this.#up) this.#callOff = keepSnapshotSoon();
  }
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
 * Whether workers can be modules, as PyScript's are: a browser that knows of them asks which kind is wanted, before it
 * looks at the address. That is none, so that no worker is made.
 */
function hasModuleWorkers() {
  let isAsked = false;
  const options = {
    /** @returns {WorkerType} */
    get type() {
      isAsked = true;
      return "module";
    },
  };
  try {
    new Worker("http://", options);
  } catch {
    // As it must.
  }
  return isAsked;
}

async function loadPyScript() {
  const checked = check("boot.mjs");
  configure();
  const withDatabases = withoutDatabases();
  const { hooks } = await import("./runtime/pyscript/core.js").finally(withDatabases);
  await checked;
  await new Promise((resolve) => setTimeout(resolve)); // the page may have something to do between one thing and the next
  hooks.worker.onBeforeRunAsync.clear(); // its one callback travels as text and needs `unsafe-eval`: see boot.mjs
  return hooks;
}

/**
 * @param {HTMLScriptElement} script
 * @returns {Promise<PyScriptWorker>}
 */
async function makeWorker(script) {
  const hooks = await loadPyScript();
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
