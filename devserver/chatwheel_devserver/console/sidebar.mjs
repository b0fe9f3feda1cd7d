// The list of chats: who waits, who is talked to, who has gone.

import { arrange, byId, h, setText } from "./dom.mjs";
import { hueOf, initialOf, shortAddress, stopwatch, timeOf } from "./format.mjs";
import { lastMoment, waitingSince } from "./state.mjs";

/** @typedef {import("./types.mjs").Chat} Chat */
/** @typedef {import("./types.mjs").ChatEvent} ChatEvent */
/** @typedef {import("./types.mjs").Visitor} Visitor */
/** @typedef {import("./state.mjs").Desk} Desk */

/**
 * @typedef {object} Row
 * @property {HTMLLIElement} item
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} photo
 * @property {HTMLElement} preview
 * @property {HTMLElement} time
 * @property {HTMLElement} badge
 */

export class Sidebar {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Map<string, {key: string, item: HTMLLIElement}>} */
  #people = new Map();
  /** Visitors who were greeted by hand. @type {Set<string>} */
  greeted = new Set();

  /**
   * @param {Desk} desk
   * @param {(chatId: string) => void} select
   * @param {(customerId: string) => void} greet
   */
  constructor(desk, select, greet) {
    this.desk = desk;
    this.select = select;
    this.greet = greet;
  }

  draw() {
    this.#section("waiting", this.desk.waiting);
    this.#section("active", this.desk.active);
    this.#section("ended", this.desk.ended);
    this.#visitors();
    byId("chats", HTMLElement).setAttribute("aria-busy", String(!this.desk.isKnown));
    byId("loading", HTMLElement).hidden = this.desk.isKnown || this.desk.chats.size > 0;
    byId("no-chats", HTMLElement).hidden = !this.desk.isKnown || this.desk.chats.size > 0;
  }

  /** Who is on the site and writes to nobody. */
  #visitors() {
    const section = byId("visitors", HTMLElement);
    const { browsing } = this.desk;
    // Before the chats are known, those who write would stand among those who do not.
    section.hidden = browsing.length === 0 || !this.desk.isKnown;
    const [list, count] = [section.querySelector("ul"), section.querySelector(".count")];
    if (list === null || count === null) return;
    setText(count, String(browsing.length));
    arrange(
      list,
      browsing.map((visitor) => this.#visitor(visitor)),
    );
  }

  /** @param {Visitor} visitor */
  #visitor(visitor) {
    const name = this.desk.nameOf(visitor.id);
    const page = visitor.pages.at(-1);
    const words = this.greeted.has(visitor.id) ? "Greeted" : page === undefined ? "On the site" : page.title || shortAddress(page.url);
    const key = `${name}\n${words}`;
    const known = this.#people.get(visitor.id);
    if (known?.key === key) return known.item;
    const photo = h("span", { class: "initial", "aria-hidden": "true" }, initialOf(name));
    photo.style.setProperty("--hue", String(hueOf(visitor.id)));
    const click = () => this.greet(visitor.id);
    const button = h("button", { type: "button", class: "greet", "aria-label": `Greet ${name}`, click }, "Greet");
    const item = h(
      "li",
      { class: "row is-online" },
      photo,
      h("span", { class: "row-name" }, name),
      h("span", { class: "row-preview" }, words),
      button,
    );
    this.#people.set(visitor.id, { key, item });
    return item;
  }

  /**
   * @param {string} id
   * @param {Chat[]} chats
   */
  #section(id, chats) {
    const section = byId(id, HTMLElement);
    const list = section.querySelector("ul");
    const count = section.querySelector(".count");
    if (list === null || count === null) return;
    section.hidden = chats.length === 0;
    setText(count, String(chats.length));
    arrange(
      list,
      chats.map((chat) => this.#row(chat)),
    );
  }

  /** @param {Chat} chat */
  #row(chat) {
    const row = this.#rows.get(chat.id) ?? this.#newRow(chat);
    const name = this.desk.nameOf(chat.visitorId);
    setText(row.button, name);
    setText(row.photo, initialOf(name));
    setText(row.preview, chat.draft === "" ? this.#preview(chat) : "is writing…");
    row.preview.classList.toggle("is-draft", chat.draft !== "");
    this.#time(row, chat);
    const unread = chat.active ? this.desk.unread(chat) : 0;
    if (unread === 0) setText(row.badge, "");
    else if (row.badge.firstChild?.textContent !== String(unread)) {
      row.badge.replaceChildren(String(unread), h("span", { class: "hidden-words" }, " unread"));
    }
    row.button.setAttribute("aria-current", String(chat.id === this.desk.selectedId));
    row.item.classList.toggle("is-unread", unread > 0);
    row.item.classList.toggle("is-online", this.desk.visitors.get(chat.visitorId)?.online === true);
    return row.item;
  }

  /**
   * @param {Row} row
   * @param {Chat} chat
   */
  #time(row, chat) {
    const since = chat.active ? waitingSince(chat) : "";
    row.time.classList.toggle("is-waiting", since !== "");
    const place = chat.place === null ? "" : `#${chat.place} · `;
    if (since !== "") setText(row.time, place + stopwatch(since));
    else setText(row.time, lastMoment(chat) === "" ? "" : timeOf(lastMoment(chat)));
    row.time.title = since === "" ? "" : "Waiting for an answer";
  }

  /** @param {Chat} chat */
  #newRow(chat) {
    const moreId = `more-${chat.id}`;
    const photo = h("span", { class: "initial", "aria-hidden": "true" });
    photo.style.setProperty("--hue", String(hueOf(chat.visitorId)));
    const preview = h("span", { class: "row-preview" });
    const time = h("span", { class: "row-time" });
    const badge = h("span", { class: "badge" });
    const more = h("span", { class: "row-more", id: moreId }, preview, time, badge);
    const click = () => this.select(chat.id);
    // The button holds the name alone and is stretched over the whole row.
    const button = h("button", { type: "button", class: "row-name", "aria-describedby": moreId, click });
    const row = { item: h("li", { class: "row" }, photo, button, more), button, photo, preview, time, badge };
    this.#rows.set(chat.id, row);
    return row;
  }

  /** @param {Chat} chat */
  #preview(chat) {
    const event = chat.events.findLast(({ type }) => type !== "system_message") ?? chat.events.at(-1);
    if (event === undefined) return "New chat";
    if (event.author_id === undefined || event.author_id === chat.visitorId) return summaryOf(event);
    const author = event.author_id === this.desk.me.id ? "You" : (chat.users.get(event.author_id)?.name ?? "Agent");
    return `${author}: ${summaryOf(event)}`;
  }
}

/**
 * One line about an event.
 *
 * @param {ChatEvent} event
 */
export function summaryOf(event) {
  switch (event.type) {
    case "message":
    case "system_message":
      return event.text ?? "";
    case "file":
      return event.name ?? "File";
    case "filled_form":
      return "Filled in a form";
    case "rich_message":
      return String(event.elements?.[0]?.title ?? "Card");
    default:
      return "Event";
  }
}
