// @ts-check
/**
 * A page of somebody else's over the conversation, with a bar to leave it. It is shut off from everything: it has no
 * origin, so it can read nothing of ours, and it can neither move the page it is in nor speak to it.
 */

import { element, iconButton } from "./parts.mjs";

const SANDBOX = "allow-forms allow-popups allow-popups-to-escape-sandbox allow-scripts";
const HEIGHTS = ["compact", "tall", "full"];
/** Of this very machine: a page without encryption is for local development. */
const LOCAL = ["127.0.0.1", "localhost", "[::1]"];

/** @typedef {{ url: string, title: string, height: string }} Request */

export class Sheet {
  #panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));
  #words;
  /** @type {HTMLElement | undefined} */
  #sheet;
  /** What had the focus before, and gets it back. @type {Element | null} */
  #before = null;

  /** @param {(key: string, values?: Record<string, string>) => string} words */
  constructor(words) {
    this.#words = words;
  }

  get isOpen() {
    return this.#sheet !== undefined;
  }

  /** @param {Request} request */
  open({ url, title, height }) {
    if (!isSafe(url)) return;
    this.close();
    this.#before = document.activeElement;
    const close = iconButton("close", this.#words("sheet.close"), () => this.close());
    const heading = element("h2", { text: title });
    heading.id = "sheet-title";
    heading.dir = "auto";
    const bar = element("div", { name: "sheet-bar" });
    bar.append(heading, close);
    const frame = this.#frame(url, title);
    const sheet = element("section", { name: "sheet" });
    sheet.id = "sheet";
    sheet.role = "dialog";
    sheet.ariaModal = "true";
    sheet.setAttribute("aria-labelledby", heading.id);
    sheet.dataset.height = HEIGHTS.includes(height) ? height : "tall";
    sheet.append(bar, frame);
    this.#setInert(true);
    this.#panel.append(sheet);
    this.#sheet = sheet;
    close.focus();
  }

  close() {
    if (!this.#sheet) return;
    this.#sheet.remove();
    this.#sheet = undefined;
    this.#setInert(false);
    const target = this.#before?.isConnected ? this.#before : document.querySelector("#message");
    if (target instanceof HTMLElement) target.focus();
    this.#before = null;
  }

  /** @param {string} url @param {string} title */
  #frame(url, title) {
    const frame = document.createElement("iframe");
    frame.title = title;
    frame.setAttribute("sandbox", SANDBOX);
    frame.referrerPolicy = "no-referrer";
    frame.allow = "";
    const wait = element("div", { name: "sheet-wait" });
    wait.append(element("span", { name: "spinner" }), element("p", { text: this.#words("sheet.loading") }));
    wait.role = "status";
    frame.addEventListener("load", () => wait.remove(), { once: true });
    frame.src = url;
    const body = element("div", { name: "sheet-body" });
    body.append(frame, wait);
    return body;
  }

  /** The conversation behind the sheet is out of reach meanwhile. @param {boolean} inert */
  #setInert(inert) {
    for (const child of this.#panel.children) {
      if (child instanceof HTMLElement && child.id !== "live") child.inert = inert;
    }
  }
}

/** @param {string} address */
function isSafe(address) {
  try {
    const { protocol, hostname } = new URL(address);
    return protocol === "https:" || (protocol === "http:" && LOCAL.includes(hostname));
  } catch {
    return false;
  }
}
