// One conversation: an article for each event, the visitor's draft, what is on its way.

import { arrange, byId, h, icon, setText } from "./dom.mjs";
import { dayOf, linkify, sizeOf, timeOf, webAddress } from "./format.mjs";

/** @typedef {import("./types.mjs").Chat} Chat */
/** @typedef {import("./types.mjs").ChatEvent} ChatEvent */
/** @typedef {import("./types.mjs").Json} Json */
/** @typedef {import("./types.mjs").Pending} Pending */
/** @typedef {import("./state.mjs").Desk} Desk */

const GROUP_GAP = 5 * 60_000;
const NEAR_END = 96;

export class Conversation {
  #log = byId("log", HTMLElement);
  #scroller = byId("scroller", HTMLElement);
  #draft = byId("draft", HTMLElement);
  #colleague = byId("colleague", HTMLElement);
  #earlier = byId("earlier", HTMLButtonElement);
  #newest = byId("newest", HTMLButtonElement);
  #chatId = "";
  /** @type {Map<string, {event: ChatEvent, element: HTMLElement}>} */
  #drawn = new Map();
  #count = 0;
  #earlierCount = 0;

  /**
   * @param {Desk} desk
   * @param {(pending: Pending) => void} retry
   * @param {(chat: Chat, event: ChatEvent) => void} takeBack
   * @param {(chat: Chat) => void} readEarlier
   */
  constructor(desk, retry, takeBack, readEarlier) {
    this.desk = desk;
    this.retry = retry;
    this.takeBack = takeBack;
    this.#newest.addEventListener("click", () => this.scrollToEnd());
    this.#earlier.addEventListener("click", () => {
      this.#stuck = false;
      if (desk.selected !== undefined) readEarlier(desk.selected);
    });
    this.#scroller.addEventListener("scroll", () => {
      this.#stuck = this.#isAtEnd();
      if (this.#stuck) this.#newest.hidden = true;
    });
    // Pictures grow when they arrive; stay at the end if that is where the reader is.
    const observer = new ResizeObserver(() => this.#follow());
    observer.observe(this.#log);
    observer.observe(this.#scroller);
  }

  #stuck = true;

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #follow() {
    if (this.#stuck) this.scrollToEnd();
  }

  scrollToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#newest.hidden = true;
  }

  /** @param {Chat} chat */
  draw(chat) {
    const isOther = chat.id !== this.#chatId;
    if (isOther) this.#stuck = true;
    if (isOther) {
      this.#chatId = chat.id;
      this.#drawn.clear();
      this.#log.replaceChildren();
      this.#count = 0;
    }
    const rows = this.#rows(chat);
    // What is put above must not move what is being read.
    const isLonger = chat.earlier.length !== this.#earlierCount && !isOther;
    const belowTop = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    arrange(this.#log, rows);
    setText(this.#draft, chat.draft);
    const typist = chat.typist === "" ? "" : `${this.#agentName(chat, chat.typist)} is typing…`;
    setText(this.#colleague, typist);
    this.#earlier.hidden = !chat.hasEarlier;
    if (isLonger) this.#scroller.scrollTop = this.#scroller.scrollHeight - belowTop;
    this.#earlierCount = chat.earlier.length;
    if (this.#stuck) this.scrollToEnd();
    else if (chat.events.length > this.#count && !isOther) this.#newest.hidden = false;
    this.#count = chat.events.length;
  }

  /** @param {Chat} chat */
  #rows(chat) {
    /** @type {HTMLElement[]} */
    const rows = [];
    /** @type {ChatEvent | undefined} */
    let previous;
    const seenId = this.#lastSeen(chat);
    for (const event of [...chat.earlier, ...chat.events]) {
      if (previous === undefined || dayOf(previous.created_at) !== dayOf(event.created_at)) {
        rows.push(this.#keep(`day-${event.id}`, event, () => dayRow(event)));
        previous = undefined;
      }
      const row = this.#keep(event.id, event, () => this.#article(chat, event));
      row.classList.toggle("starts-group", !continues(previous, event));
      row.classList.toggle("is-seen", event.id === seenId);
      const state = row.querySelector(".state");
      if (state !== null) setText(state, event.id === seenId ? "Seen" : "");
      rows.push(row);
      previous = event;
    }
    for (const pending of chat.pending) rows.push(this.#pendingRow(pending));
    return rows;
  }

  /**
   * The agent's last message that the visitor has seen.
   *
   * @param {Chat} chat
   */
  #lastSeen(chat) {
    const upTo = chat.users.get(chat.visitorId)?.events_seen_up_to ?? "";
    return chat.events.findLast(
      (event) => event.author_id !== undefined && event.author_id !== chat.visitorId && event.created_at <= upTo,
    )?.id;
  }

  /**
   * @param {string} key
   * @param {ChatEvent} event
   * @param {() => HTMLElement} build
   */
  #keep(key, event, build) {
    const drawn = this.#drawn.get(key);
    if (drawn?.event === event) return drawn.element;
    const element = build();
    this.#drawn.set(key, { event, element });
    return element;
  }

  /**
   * @param {Chat} chat
   * @param {ChatEvent} event
   */
  #article(chat, event) {
    if (event.type === "system_message") {
      return h("article", { class: "system", "aria-label": "Note" }, event.text ?? "");
    }
    const isVisitor = event.author_id === chat.visitorId;
    const author = isVisitor ? this.desk.nameOf(chat.visitorId) : this.#agentName(chat, event.author_id);
    const side = isVisitor ? "from-visitor" : "from-agent";
    return h(
      "article",
      { class: `message ${side}`, "aria-label": `${author}, ${timeOf(event.created_at)}` },
      h("p", { class: "author", "aria-hidden": "true" }, isVisitor || author === this.desk.me.name ? "" : author),
      h("div", { class: "bubble" }, contentOf(event)),
      h(
        "p",
        { class: "meta" },
        h("time", { datetime: event.created_at }, timeOf(event.created_at)),
        h("span", { class: "state" }),
        event.author_id === this.desk.me.id && !event.deleted && !chat.earlier.includes(event) ? this.#deleteButton(chat, event) : null,
      ),
    );
  }

  /**
   * @param {Chat} chat
   * @param {ChatEvent} event
   */
  #deleteButton(chat, event) {
    return h("button", { type: "button", class: "link delete", click: () => this.takeBack(chat, event) }, "Delete");
  }

  /**
   * @param {Chat} chat
   * @param {string | undefined} id
   */
  #agentName(chat, id) {
    return chat.users.get(id ?? "")?.name ?? "Agent";
  }

  /** @param {Pending} pending */
  #pendingRow(pending) {
    const failed = pending.state === "failed";
    const card = pending.rich?.elements?.[0]?.title ?? "";
    const words = pending.file?.name ?? (pending.rich === null ? pending.text : String(card));
    const bar =
      pending.file !== null && !failed
        ? h("progress", { max: 1, value: pending.progress, "aria-label": `Sending ${words}` })
        : null;
    const retry = failed ? h("button", { type: "button", class: "link", click: () => this.retry(pending) }, "Try again") : null;
    return h(
      "article",
      { class: `message from-agent starts-group is-pending${failed ? " is-failed" : ""}`, "aria-label": "On its way" },
      h("div", { class: "bubble" }, words, bar),
      h("p", { class: "meta" }, failed ? `Not sent. ${pending.problem}` : "Sending…", retry),
    );
  }
}

/** @param {ChatEvent} event */
function dayRow(event) {
  return h("p", { class: "day" }, h("span", {}, dayOf(event.created_at)));
}

/**
 * @param {ChatEvent | undefined} previous
 * @param {ChatEvent} event
 */
function continues(previous, event) {
  if (previous === undefined || previous.type === "system_message") return false;
  const gap = new Date(event.created_at).getTime() - new Date(previous.created_at).getTime();
  return previous.author_id === event.author_id && gap < GROUP_GAP;
}

/** @param {ChatEvent} event */
function contentOf(event) {
  if (event.deleted) return h("p", { class: "text quiet" }, "Deleted");
  switch (event.type) {
    case "message":
      return h("p", { class: "text" }, ...linkify(event.text ?? ""));
    case "file":
      return fileOf(event);
    case "filled_form":
      return formOf(event);
    case "rich_message":
      return cardsOf(event);
    default:
      return h("p", { class: "text quiet" }, event.type === "custom" ? "Custom event" : `(${event.type})`);
  }
}

/** @param {ChatEvent} event */
function fileOf(event) {
  const href = webAddress(event.url);
  const name = event.name ?? "File";
  const thumbnail = webAddress(event.thumbnail2x_url ?? event.thumbnail_url ?? event.url);
  const isImage = event.content_type?.startsWith("image/") === true && event.width !== undefined;
  const link = { href, target: "_blank", rel: "noopener noreferrer" };
  if (isImage && thumbnail !== null) {
    const alt = event.alternative_text ?? name;
    return h("a", { ...link, class: "picture" }, pictureOf(thumbnail, alt, event.width ?? 1, event.height ?? 1));
  }
  const size = event.size === undefined ? "" : sizeOf(event.size);
  const words = h("span", {}, h("bdi", { class: "file-name" }, name), h("span", { class: "quiet" }, size));
  return h("a", { ...link, class: "file", download: name }, icon("file"), words);
}

/**
 * A picture whose place is reserved before it arrives.
 *
 * @param {string} src
 * @param {string} alt
 * @param {number} width
 * @param {number} height
 */
function pictureOf(src, alt, width, height) {
  const scale = Math.min(1, 280 / width, 280 / height);
  return h("img", { src, alt, width: Math.round(width * scale), height: Math.round(height * scale), decoding: "async" });
}

/** @param {ChatEvent} event */
function formOf(event) {
  const answers = (event.fields ?? []).flatMap((field) => [
    h("dt", {}, String(field.label)),
    h("dd", {}, answerOf(field)),
  ]);
  return h("dl", { class: "form" }, ...answers);
}

/** @param {Json} field */
function answerOf(field) {
  const answers = field.answers ?? (field.answer === undefined ? [] : [field.answer]);
  const words = answers.map((/** @type {any} */ answer) => (typeof answer === "object" ? answer.label : String(answer)));
  return words.length === 0 ? "–" : words.join(", ");
}

/** @param {Json} element */
function imageOf(element) {
  const src = webAddress(element.image?.url);
  return src === null ? null : h("img", { src, alt: String(element.image.alternative_text ?? ""), class: "card-image" });
}

/** @param {ChatEvent} event */
function cardsOf(event) {
  const cards = (event.elements ?? []).map((element) =>
    h(
      "div",
      { class: "card" },
      imageOf(element),
      h("p", { class: "text" }, String(element.title ?? "")),
      h("p", { class: "quiet" }, String(element.subtitle ?? "")),
      ...(element.buttons ?? []).map((/** @type {Json} */ button) =>
        h("span", { class: `chip${button.user_ids?.length > 0 ? " is-chosen" : ""}` }, String(button.text)),
      ),
    ),
  );
  return h("div", { class: "cards" }, ...cards);
}
