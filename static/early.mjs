// @ts-check
/**
 * Lets the visitor type, and send, before anything else of the widget is there: when the frame has the focus, the
 * composer gets it. It waits for no other file; the stage takes over what was written.
 */
const panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));
const form = /** @type {HTMLFormElement} */ (document.querySelector("#composer"));
const message = /** @type {HTMLTextAreaElement} */ (document.querySelector("#message"));
const over = new AbortController();
/** @type {string[]} */
const sent = [];

function focus() {
  const isFree = document.hasFocus() && document.activeElement === document.body;
  // From the next phase on, the stage knows better.
  if (panel.dataset.phase === "loading" && isFree) message.focus({ preventScroll: true });
}

/** @param {Event} event */
function send(event) {
  event.preventDefault();
  const text = message.value.trim();
  message.value = "";
  if (text) sent.push(text);
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) send(event);
}

/**
 * What was sent so far; from here on it is the caller's.
 * @returns {string[]}
 */
export function takeSent() {
  over.abort();
  return sent.splice(0);
}

addEventListener("focus", focus);
form.addEventListener("submit", send, over);
message.addEventListener("keydown", key, over);
focus();
