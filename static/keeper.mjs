// @ts-check
/** Has a snapshot made for later visits, when nobody is waiting for anything. */

/** Milliseconds after Python is up: the widget has connected, and the first messages have gone out. */
const SOON = 4000;

/** @returns {() => void} calls it off */
export function keepSnapshotSoon() {
  /** @type {Worker | undefined} */
  let worker;
  const begin = () => {
    const { connection } = /** @type {any} */ (navigator);
    if (connection?.saveData) return; // the files should be in the HTTP cache, but may not be
    worker = keepSnapshot();
  };
  const timer = setTimeout(() => (globalThis.requestIdleCallback ?? setTimeout)(begin), SOON);
  return () => {
    clearTimeout(timer);
    worker?.terminate();
  };
}

/** At once: what tests do that want one and are not interested in waiting. @returns {Worker} where it is made */
export function keepSnapshot() {
  // As text, like PyScript's own worker: a Content-Security-Policy need allow `blob:` only.
  const script = `import ${JSON.stringify(new URL("maker.mjs", import.meta.url).href)};`;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.addEventListener("error", (event) => event.preventDefault()); // then there is none: nothing is lost
  return worker;
}
