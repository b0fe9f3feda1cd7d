// Who the visitor is and where: the conversation's heading and the panel beside it.

import { arrange, byId, h, setText } from "./dom.mjs";
import { browserOf, hueOf, initialOf, shortAddress, webAddress } from "./format.mjs";

/** @typedef {import("./types.mjs").Chat} Chat */
/** @typedef {import("./types.mjs").Visitor} Visitor */
/** @typedef {import("./state.mjs").Desk} Desk */

export class Details {
  #drawn = "";

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  /** @param {Chat | undefined} chat */
  draw(chat) {
    byId("details", HTMLElement).hidden = chat === undefined;
    const visitor = chat === undefined ? undefined : this.desk.visitors.get(chat.visitorId);
    if (visitor === undefined) return;
    const state = JSON.stringify(visitor);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#heading(visitor);
    this.#panel(visitor);
  }

  /** @param {Visitor} visitor */
  #heading(visitor) {
    const name = this.desk.nameOf(visitor.id);
    setText(byId("visitor-name", HTMLElement), name);
    const photo = byId("visitor-photo", HTMLElement);
    setText(photo, initialOf(name));
    photo.style.setProperty("--hue", String(hueOf(visitor.id)));
    photo.classList.toggle("is-online", visitor.online);
    const line = byId("visitor-line", HTMLElement);
    const page = visitor.pages.at(-1);
    if (!visitor.online) line.replaceChildren("Has left the site");
    else if (page === undefined) line.replaceChildren("On the site");
    else line.replaceChildren(pageLink(page));
  }

  /** @param {Visitor} visitor */
  #panel(visitor) {
    /** @type {[string, string][]} */
    const facts = [
      ["Name", visitor.name ?? "Not given"],
      ["E-mail", visitor.email ?? "Not given"],
      ["State", visitor.online ? "On the site" : "Away"],
      ["Visits", String(visitor.visits)],
      ["Chats", String(visitor.chats)],
      ...known("Came from", visitor.referrer, shortAddress),
      ...known("Browser", visitor.userAgent, browserOf),
      ...visitor.sessionFields.flatMap((field) =>
        Object.entries(field).map(([key, value]) => /** @type {[string, string]} */ ([key, String(value)])),
      ),
    ];
    arrange(
      byId("facts", HTMLElement),
      facts.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, h("bdi", {}, value)))),
    );
    byId("pages-title", HTMLElement).hidden = visitor.pages.length === 0;
    const pages = visitor.pages.slice(-8).reverse();
    arrange(
      byId("pages", HTMLElement),
      pages.map((page) => h("li", {}, pageLink(page), h("span", { class: "quiet" }, shortAddress(page.url)))),
    );
  }
}

/**
 * A fact that is not always there.
 *
 * @param {string} term
 * @param {string | undefined} value
 * @param {(value: string) => string} show
 * @returns {[string, string][]}
 */
function known(term, value, show) {
  return value ? [[term, show(value)]] : [];
}

/** @param {{url: string, title: string}} page */
function pageLink(page) {
  const words = page.title === "" ? shortAddress(page.url) : page.title;
  const href = webAddress(page.url);
  if (href === null) return h("bdi", {}, words);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: page.url }, h("bdi", {}, words));
}
