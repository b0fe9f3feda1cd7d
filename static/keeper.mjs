// @ts-check
/** Has a snapshot made for later visits, when nobody is waiting for anything. */
import { check } from "./release.mjs";

/** Milliseconds after Python is up: the widget has connected, and the first messages have gone out. */
const SOON = 4000;

/** @returns {() => void} calls it off */
export function keepSnapshotSoon() {
  const over = new AbortController();
  const begin = () => {
    const { saveData, effectiveType = "" } = /** @type {any} */ (navigator).connection ?? {};
    if (saveData || /[23]g/.test(effectiveType)) return; // the files should be in the HTTP cache, but may not be
    void keepSnapshot(over.signal);
  };
  const timer = setTimeout(() => (globalThis.requestIdleCallback ?? setTimeout)(begin), SOON);
  return () => {
    clearTimeout(timer);
    over.abort();
  };
}

/** At once: what tests do that want one and are not interested in waiting. @param {AbortSignal} [signal] calls it off */
export async function keepSnapshot(signal) {
  try {
    await check("maker.mjs");
  } catch (error) {
    console.info("chatwheel: no snapshot was made:", String(error));
    return;
  }
  if (signal?.aborted) return;
  // As text, like PyScript's own worker: a Content-Security-Policy need allow `blob:` only.
  const script = `import ${JSON.stringify(new URL("maker.mjs", import.meta.url).href)};`;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.addEventListener("error", (event) => event.preventDefault()); // then there is none: nothing is lost
  signal?.addEventListener("abort", () => worker.terminate());
}
