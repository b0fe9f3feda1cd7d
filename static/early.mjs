// @ts-check
/**
 * Lets the visitor type, and send, before anything else of the widget is there: when the frame has the focus, the
 * composer gets it. It waits for no other script; the stage takes over what was written.
 */
const panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));
const form = /** @type {HTMLFormElement} */ (document.querySelector("#composer"));
const message = /** @type {HTMLTextAreaElement} */ (document.querySelector("#message"));
const over = new AbortController();
/** @type {string[]} */
const sent = [];
/** Whether Enter breaks the line: `data-enter="newline"`, which is in the frame's address, for nobody has said hello yet. */
export const breaksLines = location.hash === "#newline";

/**
 * Whether a key sends what is written. 229: Safari has ended the composition when the Enter that ended it arrives.
 * @param {KeyboardEvent} event
 */
export function sends({ key, shiftKey, ctrlKey, metaKey, isComposing, keyCode }) {
  return key === "Enter" && !isComposing && keyCode !== 229 && (breaksLines ? ctrlKey || metaKey : !shiftKey);
}

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
  if (sends(event)) send(event);
}

/**
 * What was sent so far; from here on it is the caller's.
 * @returns {string[]}
 */
export function takeSent() {
  over.abort();
  return sent.splice(0);
}

if (breaksLines) message.enterKeyHint = "enter";
addEventListener("focus", focus);
form.addEventListener("submit", send, over);
message.addEventListener("keydown", key, over);
focus();
