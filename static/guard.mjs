// @ts-check
/**
 * Has the stage and Python loaded, behind what makes the composer take typing; hears the host page's hello meanwhile;
 * and says so if the stage is missing: a file did not arrive, or is not of this release and was refused (frame.html names
 * the hash of each).
 */

/**
 * The host page's hello: its configuration, and the port to speak with it. It comes once, when the frame is loaded, which
 * may be before the stage is there; after it nobody else can speak on the port.
 * @type {Promise<{ configuration: any, port: MessagePort }>}
 */
export const hello = new Promise((resolve) => {
  addEventListener("message", function hear({ source, origin, data, ports: [port] }) {
    if (source !== parent || origin !== holder(origin) || data?.[0] !== "chatwheel:hello" || !port) return;
    removeEventListener("message", hear);
    resolve({ configuration: data[1], port });
  });
});

/** Milliseconds after which the page around the frame should have said hello. */
const LONG = 15_000;

const panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));
/** So many files are asked for at a time: to ask for all of them would hold up the page for a while, on a slow machine. */
const AT_ONCE = 4;

const rest = /** @type {HTMLTemplateElement} */ (document.querySelector("#rest"));
const files = [...rest.content.children];
const stage = files[files.length - 1]; // what it imports stands before it, with its hash
stage.addEventListener("load", look);
stage.addEventListener("error", look);
rest.remove();
document.head.append(...files.splice(0, AT_ONCE));
while (files.length) {
  await new Promise((resolve) => setTimeout(resolve));
  document.head.append(...files.splice(0, AT_ONCE)); // behind the last nothing is awaited: the stage imports this module
}

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
  void hello.then(({ port }) => {
    port.postMessage(["failed", { reason: "script", message }]);
    panel.querySelector("#close-button")?.addEventListener("click", () => port.postMessage(["close"]));
  });
}

/** The origin of the page that holds the frame, where the browser tells. @param {string} otherwise */
function holder(otherwise) {
  return location.ancestorOrigins?.[0] ?? otherwise;
}

/** In the visitor's language, if there are words in it; the frame has English. @param {HTMLElement | null} place */
async function say(place) {
  if (place) place.hidden = false;
  const { Words } = await import("./words.mjs");
  const words = new Words();
  await words.load();
  if (place) words.write(panel);
}
