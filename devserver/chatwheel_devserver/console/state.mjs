// What the console knows: chats and visitors, built from the login and kept up to date by pushes. Draws nothing.

/** @typedef {import("./types.mjs").Chat} Chat */
/** @typedef {import("./types.mjs").ChatEvent} ChatEvent */
/** @typedef {import("./types.mjs").Json} Json */
/** @typedef {import("./types.mjs").Status} Status */
/** @typedef {import("./types.mjs").User} User */
/** @typedef {import("./types.mjs").Visitor} Visitor */

export class Desk {
  /** @type {Map<string, Chat>} */
  chats = new Map();
  /** @type {Map<string, Visitor>} */
  visitors = new Map();
  /** @type {string | null} */
  selectedId = null;
  /** @type {Status} */
  status = "connecting";
  /** Whether the server has told which chats there are. */
  isKnown = false;
  accepting = true;
  me = { id: "", name: "", avatar: "" };
  serverName = "";

  get selected() {
    return this.selectedId === null ? undefined : this.chats.get(this.selectedId);
  }

  /** @param {Json} login */
  welcome(login) {
    const { id, name, avatar, routing_status } = login.my_profile;
    this.me = { id, name, avatar };
    this.accepting = routing_status === "accepting_chats";
    const open = new Set(login.chats_summary.map((/** @type {Json} */ summary) => summary.id));
    for (const chat of this.chats.values()) if (!open.has(chat.id)) chat.active = false;
    for (const visitor of this.visitors.values()) visitor.online = false;
    login.chats_summary.forEach((/** @type {Json} */ summary) => this.summary(summary));
  }

  /** @param {Json} summary */
  summary(summary) {
    const known = this.chats.get(summary.id);
    const thread = summary.last_thread_summary;
    const lastEvents = Object.values(summary.last_event_per_type ?? {}).map((entry) => entry.event);
    lastEvents.sort((one, other) => (one.created_at < other.created_at ? -1 : 1));
    const users = usersOf(summary);
    this.chats.set(summary.id, {
      id: summary.id,
      visitorId: visitorIdOf(users),
      threadId: thread?.id ?? "",
      startedAt: thread?.created_at ?? "",
      active: summary.active,
      loaded: false,
      users,
      events: known?.events ?? lastEvents,
      draft: "",
      viewedUpTo: known?.viewedUpTo ?? "",
      pending: known?.pending ?? [],
      place: thread?.queue?.position ?? null,
      typist: "",
      earlier: known?.earlier ?? [],
      hasEarlier: known?.hasEarlier ?? false,
      earlierPage: known?.earlierPage ?? null,
    });
    this.#noteUsers(summary.users);
  }

  /**
   * Take over a whole chat.
   *
   * @param {Json} whole
   */
  whole(whole) {
    const known = this.chats.get(whole.id);
    const users = usersOf(whole);
    const thread = whole.thread;
    const events = /** @type {ChatEvent[]} */ (thread?.events ?? []);
    this.chats.set(whole.id, {
      id: whole.id,
      visitorId: visitorIdOf(users),
      threadId: thread?.id ?? "",
      startedAt: thread?.created_at ?? "",
      active: thread?.active ?? false,
      loaded: true,
      users,
      events,
      draft: known?.draft ?? "",
      viewedUpTo: known?.viewedUpTo ?? "",
      place: thread?.queue?.position ?? null,
      typist: "",
      // A new thread makes what was there before it a part of the past.
      ...(known?.loaded === true && known.threadId === thread?.id ? pastOf(known) : noPast(thread)),
      pending: (known?.pending ?? []).filter(({ customId }) => !events.some((event) => event.custom_id === customId)),
    });
    this.#noteUsers(whole.users);
  }

  /**
   * Take over a page of threads, the newest first.
   *
   * @param {string} chatId
   * @param {Json} page
   */
  earlier(chatId, page) {
    const chat = this.chats.get(chatId);
    if (chat === undefined) return;
    const threads = /** @type {Json[]} */ (page.threads).filter(({ id }) => id !== chat.threadId).reverse();
    chat.earlier = [...threads.flatMap(({ events }) => events), ...chat.earlier];
    chat.earlierPage = page.next_page_id ?? null;
    chat.hasEarlier = chat.earlierPage !== null;
  }

  /** @param {Json[]} users */
  #noteUsers(users) {
    for (const user of users) if (user.type === "customer") this.visitor(user);
  }

  /**
   * @param {Json} customer
   * @param {boolean} [online]
   */
  visitor(customer, online) {
    const known = this.visitors.get(customer.id);
    const visit = customer.visit ?? customer.last_visit;
    this.visitors.set(customer.id, {
      id: customer.id,
      name: customer.name ?? known?.name,
      email: customer.email ?? known?.email,
      sessionFields: customer.session_fields ?? known?.sessionFields ?? [],
      pages: visit?.last_pages ?? known?.pages ?? [],
      visits: customer.statistics?.visits_count ?? known?.visits ?? 0,
      chats: customer.statistics?.threads_count ?? known?.chats ?? 0,
      referrer: visit?.referrer ?? known?.referrer,
      userAgent: visit?.user_agent ?? known?.userAgent,
      online: online ?? known?.online ?? false,
    });
  }

  /**
   * @param {string} action
   * @param {Json} payload
   */
  apply(action, payload) {
    const chat = this.chats.get(payload.chat_id);
    switch (action) {
      case "incoming_chat":
        this.whole(payload.chat);
        break;
      case "incoming_event":
        if (chat !== undefined) this.#event(chat, payload.event);
        break;
      case "event_updated":
        if (chat !== undefined) replaceEvent(chat, payload.event);
        break;
      case "event_deleted":
        if (chat !== undefined) takeBack(chat, payload.event_id);
        break;
      case "incoming_sneak_peek":
        if (chat !== undefined) chat.draft = String(payload.sneak_peek.text);
        break;
      case "incoming_typing_indicator":
        if (chat !== undefined) typing(chat, this.me.id, payload.typing_indicator);
        break;
      case "chat_deactivated":
        if (chat !== undefined) end(chat);
        break;
      case "user_added_to_chat":
        chat?.users.set(payload.user.id, payload.user);
        if (chat !== undefined && payload.user.type === "agent") chat.place = null;
        break;
      case "chat_transferred":
        if (chat !== undefined) chat.place = payload.queue?.position ?? null;
        break;
      case "queue_positions_updated":
        this.#places(/** @type {Json[]} */ (/** @type {unknown} */ (payload)));
        break;
      case "user_removed_from_chat":
        setPresent(chat, payload.user_id, false);
        break;
      case "events_marked_as_seen":
        this.#seen(chat, payload.user_id, payload.seen_up_to);
        break;
      case "routing_status_set":
        if (payload.agent_id === this.me.id) this.accepting = payload.status === "accepting_chats";
        break;
      default:
        this.#aboutVisitor(action, payload);
    }
  }

  /**
   * @param {string} action
   * @param {Json} payload
   */
  #aboutVisitor(action, payload) {
    const known = this.visitors.get(payload.customer_id ?? payload.id);
    switch (action) {
      case "incoming_customers":
        payload.customers.forEach((/** @type {Json} */ customer) => this.visitor(customer, true));
        break;
      case "incoming_customer":
        this.visitor(payload.customer, true);
        break;
      case "customer_updated":
        this.visitor(payload);
        break;
      case "customer_page_updated":
        if (known !== undefined) known.pages = [...known.pages, { url: payload.url, title: payload.title }];
        break;
      case "customer_left":
        if (known !== undefined) known.online = false;
        break;
    }
  }

  /**
   * @param {Chat} chat
   * @param {ChatEvent} event
   */
  #event(chat, event) {
    chat.pending = chat.pending.filter(({ customId }) => customId !== event.custom_id);
    if (chat.events.some(({ id }) => id === event.id)) return;
    chat.events.push(event);
    if (event.author_id === chat.visitorId) chat.draft = "";
    if (event.author_id === chat.typist) chat.typist = "";
  }

  /** @param {Json[]} places */
  #places(places) {
    for (const { chat_id: chatId, queue } of places) {
      const chat = this.chats.get(chatId);
      if (chat !== undefined) chat.place = queue.position;
    }
  }

  /**
   * @param {Chat | undefined} chat
   * @param {string} userId
   * @param {string} upTo
   */
  #seen(chat, userId, upTo) {
    const user = chat?.users.get(userId);
    if (user !== undefined) user.events_seen_up_to = upTo;
  }

  // What is worked out from it

  /** @param {string} visitorId */
  nameOf(visitorId) {
    const name = this.visitors.get(visitorId)?.name?.trim();
    return name ? name : `Visitor ${visitorId.slice(-4).toUpperCase()}`;
  }

  /** @param {Chat} chat */
  isMine(chat) {
    const me = chat.users.get(this.me.id);
    return me !== undefined && isSeen(me);
  }

  /** @param {Chat} chat */
  unread(chat) {
    const seen = chat.users.get(this.me.id)?.events_seen_up_to ?? "";
    const upTo = seen > chat.viewedUpTo ? seen : chat.viewedUpTo;
    return chat.events.filter((event) => event.author_id === chat.visitorId && event.created_at > upTo).length;
  }

  /** Chats nobody has taken, longest wait first. */
  get waiting() {
    const waiting = [...this.chats.values()].filter((chat) => chat.active && !hasAgent(chat));
    return waiting.sort((one, other) => (waitingSince(one) < waitingSince(other) ? -1 : 1));
  }

  /** Chats that an agent is in, those with news first. */
  get active() {
    const active = [...this.chats.values()].filter((chat) => chat.active && hasAgent(chat));
    return active.sort((one, other) => (lastMoment(one) > lastMoment(other) ? -1 : 1));
  }

  /** Chats that are over, the latest first. */
  get ended() {
    const ended = [...this.chats.values()].filter((chat) => !chat.active);
    return ended.sort((one, other) => (lastMoment(one) > lastMoment(other) ? -1 : 1)).slice(0, 20);
  }

  /** Visitors on the site who are in no chat. */
  get browsing() {
    const busy = new Set([...this.chats.values()].filter(({ active }) => active).map(({ visitorId }) => visitorId));
    return [...this.visitors.values()].filter(({ id, online }) => online && !busy.has(id)).slice(0, 50);
  }

  /** How many visitors are on the site. */
  get onlineCount() {
    return [...this.visitors.values()].filter(({ online }) => online).length;
  }
}

/** @param {Chat} chat */
export function hasAgent(chat) {
  return [...chat.users.values()].some((user) => user.type === "agent" && isSeen(user));
}

/**
 * Whether a user is in the chat for the visitor, and does not only watch.
 *
 * @param {User} user
 */
function isSeen(user) {
  return user.present === true && user.visibility !== "agents";
}

/**
 * When the visitor began to wait for an answer; empty if it waits for none.
 *
 * @param {Chat} chat
 */
export function waitingSince(chat) {
  let since = "";
  for (const event of chat.events) {
    if (event.type === "system_message") continue;
    if (event.author_id !== chat.visitorId) since = "";
    else if (since === "") since = event.created_at;
  }
  return since === "" && !hasAgent(chat) ? chat.startedAt : since;
}

/** @param {Chat} chat */
export function lastMoment(chat) {
  return chat.events.at(-1)?.created_at ?? chat.startedAt;
}

/** @param {Json} chat */
function usersOf(chat) {
  const users = /** @type {User[]} */ (chat.users);
  return new Map(users.map((user) => [user.id, user]));
}

/** @param {Map<string, User>} users */
function visitorIdOf(users) {
  return [...users.values()].find(({ type }) => type === "customer")?.id ?? "";
}

/**
 * @param {Chat} chat
 * @param {ChatEvent} event
 */
function replaceEvent(chat, event) {
  chat.events = chat.events.map((known) => (known.id === event.id ? event : known));
}

/**
 * What was deleted leaves a word that it was there.
 *
 * @param {Chat} chat
 * @param {string} id
 */
function takeBack(chat, id) {
  const known = chat.events.find((event) => event.id === id);
  if (known === undefined) return;
  const { type, created_at, author_id } = known;
  replaceEvent(chat, { id, type, created_at, author_id, deleted: true });
}

/** @param {Chat} chat */
function pastOf({ earlier, hasEarlier, earlierPage }) {
  return { earlier, hasEarlier, earlierPage };
}

/** @param {Json | undefined} thread */
function noPast(thread) {
  return { earlier: [], hasEarlier: thread?.previous_thread_id !== undefined, earlierPage: null };
}

/**
 * A colleague writes, or has stopped.
 *
 * @param {Chat} chat
 * @param {string} myId
 * @param {Json} indicator
 */
function typing(chat, myId, indicator) {
  if (indicator.author_id !== myId) chat.typist = indicator.is_typing ? String(indicator.author_id) : "";
}

/** @param {Chat} chat */
function end(chat) {
  chat.active = false;
  chat.typist = "";
  chat.place = null;
  chat.draft = "";
  for (const user of chat.users.values()) user.present = false;
}

/**
 * @param {Chat | undefined} chat
 * @param {string} userId
 * @param {boolean} present
 */
function setPresent(chat, userId, present) {
  const user = chat?.users.get(userId);
  if (user !== undefined) user.present = present;
}
