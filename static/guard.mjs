// @ts-check
/**
 * Has the stage and Python loaded, behind what makes the composer take typing; and says so if the stage is missing: a
 * file did not arrive, or is not of this release and was refused (frame.html names the hash of each).
 */

/** Milliseconds after which the page around the frame should have said hello. */
const LONG = 15_000;

const panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));
const rest = /** @type {HTMLTemplateElement} */ (document.querySelector("#rest"));
const stage = /** @type {HTMLScriptElement} */ (rest.content.querySelector("script[src]"));
stage.addEventListener("load", look);
stage.addEventListener("error", look);
rest.remove();
document.head.append(rest.content); // now, so that the frame's `load` comes when the stage listens

function look() {
  if (isThere()) setTimeout(() => isWaiting() && complain(), LONG);
  else complain();
}

function isThere() {
  return performance.getEntriesByName("chatwheel:stage").length > 0;
}

function isWaiting() {
  return panel.dataset.phase === "loading";
}

function complain() {
  const message = isThere()
    ? "The page did not connect: page.mjs was not loaded, or refused."
    : "stage.mjs, or a file that it needs, was not loaded, or is not of this release and was refused.";
  panel.dataset.phase = "failed";
  panel.querySelector("#composer")?.toggleAttribute("inert", true); // nobody would send what is written
  console.error(`chatwheel: ${message} The browser names the file above.`);
  void say(panel.querySelector("#broken"));
  addEventListener("message", ({ source, ports: [port] }) => {
    if (source !== parent || !port) return;
    port.postMessage(["failed", { reason: "script", message }]);
    panel.querySelector("#close-button")?.addEventListener("click", () => port.postMessage(["close"]));
  });
}

/** In the visitor's language, if there are words in it; the frame has English. @param {HTMLElement | null} place */
async function say(place) {
  if (place) place.hidden = false;
  const { Words } = await import("./words.mjs");
  const words = new Words();
  await words.load();
  if (place) words.write(panel);
}
