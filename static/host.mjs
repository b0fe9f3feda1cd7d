// @ts-check
/**
 * The frame's end of the channel to embed.js on the host page, over the port that came with the page's hello.
 */
import { hello } from "./guard.mjs";
import { isConfiguration, listenTo, TO_FRAME } from "./shapes.mjs";

/**
 * @typedef {object} Look
 * @property {"light" | "dark" | "auto"} [theme]
 * @property {string} [accent] any colour of CSS
 * @property {string} [font] a list of font families
 * @property {boolean} [inline] the panel is a part of the page: there is nothing to close
 *
 * @typedef {object} Configuration what the site's owner configured, and where the visitor is
 * @property {string} organizationId
 * @property {string} clientId
 * @property {number | null} [groupId]
 * @property {string} [region]
 * @property {"3.5" | "3.6"} [apiVersion]
 * @property {string} [apiUrl]
 * @property {string} [accountsUrl]
 * @property {string} [locale]
 * @property {string} [files] which files can be sent, as `data-files` says it
 * @property {string} [wordsUrl] address of a file with the owner's own words, or `service`
 * @property {object} [words] the owner's own words
 * @property {boolean} [keepMetadata] pictures are sent with what they tell besides the picture
 * @property {"all" | "visitor"} [forget] delete what is kept, or what is of the visitor, and start nothing
 * @property {boolean} [identity] the page says who the visitor is
 * @property {boolean} [apart] the chat service's cookie is of somebody who has logged out
 * @property {string} [extension] address of a Python file of the site's own
 * @property {string} [extensionIntegrity]
 * @property {Page} page
 *
 * @typedef {Configuration & Look} Settings
 *
 * @typedef {object} Page
 * @property {string} url
 * @property {string} title
 * @property {string} [referrer]
 * @property {boolean} open whether the panel is open
 * @property {boolean} [modal] whether it is a sheet over the whole screen
 * @property {boolean} focused whether the host page, or the frame in it, has the focus
 *
 * @typedef {object} HostHandlers
 * @property {(page: Page & { focus?: boolean }) => void} onPage the panel opened or closed, or the host page moved
 * @property {(call: { id: number, method: string, args: unknown[] }) => void} onCall
 * @property {(name: string) => void} onListen the page wants to hear of events of this name
 * @property {(name: string) => void} onIntent the visitor did something outside the frame
 * @property {(answer: { id: string, ok?: unknown, error?: { message: string } }) => void} onAnswer to what the page was asked
 */

/**
 * Resolves when the host page has said hello.
 * @param {HostHandlers} handlers
 * @returns {Promise<{ settings: Settings, post: (kind: string, body?: unknown) => void }>}
 */
export async function connectHost(handlers) {
  const { configuration, port } = await hello;
  if (!isConfiguration(configuration)) {
    console.warn("chatwheel: the page's first message is not as expected. The chat does not start.");
    return new Promise(() => {});
  }
  listenTo(port, TO_FRAME, (kind, body) => {
    if (kind === "page") handlers.onPage(body);
    else if (kind === "call") handlers.onCall(body);
    else if (kind === "listen") handlers.onListen(body);
    else if (kind === "intent") handlers.onIntent(body);
    else if (kind === "answer") handlers.onAnswer(body);
  });
  return { settings: configuration, post: (kind, body) => port.postMessage([kind, body]) };
}
