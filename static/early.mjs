// @ts-check
/**
 * Lets the visitor type before anything else of the widget is there: when the frame has the focus, the composer gets
 * it. The text is the browser's own; the stage finds it there. It waits for no other file.
 */
const panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));

function focus() {
  const isFree = document.hasFocus() && document.activeElement === document.body;
  // From the next phase on, the stage knows better.
  if (panel.dataset.phase === "loading" && isFree) panel.querySelector("textarea")?.focus({ preventScroll: true });
}

addEventListener("focus", focus);
focus();
