// The list of chats: who waits, who is talked to, who has gone.

import { arrange, byId, h, setText } from "./dom.mjs";
import { hueOf, initialOf, stopwatch, timeOf } from "./format.mjs";
import { lastMoment, waitingSince } from "./state.mjs";

/** @typedef {import("./types.mjs").Chat} Chat */
/** @typedef {import("./types.mjs").ChatEvent} ChatEvent */
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

  /**
   * @param {Desk} desk
   * @param {(chatId: string) => void} select
   */
  constructor(desk, select) {
    this.desk = desk;
    this.select = select;
  }

  draw() {
    this.#section("waiting", this.desk.waiting);
    this.#section("active", this.desk.active);
    this.#section("ended", this.desk.ended);
    byId("no-chats", HTMLElement).hidden = this.desk.chats.size > 0;
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
    if (since !== "") setText(row.time, stopwatch(since));
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
