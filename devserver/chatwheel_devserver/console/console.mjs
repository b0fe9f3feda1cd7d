// The console's entry: puts connection, state and views together and does what the agent asks for.

import { prepareDialogs } from "./canned.mjs";
import { CardComposer } from "./cards.mjs";
import { Composer } from "./composer.mjs";
import { Conversation } from "./conversation.mjs";
import { Details } from "./details.mjs";
import { byId, setText } from "./dom.mjs";
import { stopwatch } from "./format.mjs";
import { Greeter, Transfer } from "./handover.mjs";
import { AgentConnection, RequestError } from "./rtm.mjs";
import { Sidebar } from "./sidebar.mjs";
import { Desk, hasAgent, lastMoment, waitingSince } from "./state.mjs";

/** @typedef {import("./types.mjs").Chat} Chat */
/** @typedef {import("./types.mjs").Json} Json */
/** @typedef {import("./types.mjs").Pending} Pending */
/** @typedef {import("./types.mjs").Status} Status */

const TYPING_LASTS = 8_000;
const MAX_FILE = 10 * 1024 * 1024;
const WORDS = { connecting: "Connecting…", offline: "No connection to the server. Trying again…", online: "" };
/** Errors after which another try may succeed by itself once the connection is back. */
const PASSING = new Set(["connection_lost", "request_timeout"]);

const desk = new Desk();
const connection = new AgentConnection({ push, status: setStatus, login: (login, server) => void welcome(login, server) });
const sidebar = new Sidebar(desk, (chatId) => void select(chatId, true), greet);
const conversation = new Conversation(desk, (pending) => retry(pending), takeBack, (chat) => void readEarlier(chat));
const details = new Details(desk);
const composer = new Composer({ text: sendText, files: sendFiles, typing: sendTyping });
/** @type {import("./handover.mjs").Ask} */
const request = (action, payload) => connection.request(action, payload);
const greeter = new Greeter(request, (customerId) => {
  sidebar.greeted.add(customerId);
  drawSoon();
});
new Transfer(request, () => desk.selectedId);
new CardComposer((event) => enqueue({ rich: event }));
prepareDialogs();

/** @param {string} customerId */
function greet(customerId) {
  greeter.open(customerId, desk.nameOf(customerId));
}

// Hearing

/** @param {Status} status */
function setStatus(status) {
  // While a connection is tried again and again, the banner stays as it is.
  if (status === "connecting" && desk.status === "offline") return;
  desk.status = status;
  drawSoon();
}

/**
 * @param {Json} login
 * @param {Json} server
 */
async function welcome(login, server) {
  desk.serverName = String(server.name);
  desk.welcome(login);
  drawSoon();
  void ask("list_canned_responses", {}).then((answer) => {
    if (answer !== null) composer.cannedResponses = answer.canned_responses;
  });
  const recent = await ask("list_chats", { limit: 25 });
  recent?.chats_summary.forEach((/** @type {Json} */ summary) => {
    if (!desk.chats.has(summary.id)) desk.summary(summary);
  });
  desk.isKnown = true;
  drawSoon();
  const open = [...desk.chats.values()].filter((chat) => chat.active || chat.id === desk.selectedId);
  await Promise.all(open.map((chat) => load(chat.id)));
  selectSomething();
  for (const chat of desk.chats.values()) for (const pending of chat.pending) void deliver(chat.id, pending);
}

/**
 * @param {string} action
 * @param {Json} payload
 */
function push(action, payload) {
  desk.apply(action, payload);
  if (action === "incoming_event" && !desk.chats.has(payload.chat_id)) void load(payload.chat_id);
  if (action === "incoming_chat") selectSomething();
  if (action === "incoming_typing_indicator") forgetTypist(payload);
  if (payload.chat_id === desk.selectedId || action === "incoming_chat") markSeen();
  drawSoon();
}

/** Who stops without a word stops, too. @type {Map<string, number>} */
const typists = new Map();

/** @param {Json} payload */
function forgetTypist(payload) {
  window.clearTimeout(typists.get(payload.chat_id));
  const timer = window.setTimeout(() => {
    const chat = desk.chats.get(payload.chat_id);
    if (chat !== undefined) chat.typist = "";
    drawSoon();
  }, TYPING_LASTS);
  typists.set(payload.chat_id, timer);
}

/** @param {string} chatId */
async function load(chatId) {
  const whole = await ask("get_chat", { chat_id: chatId });
  if (whole !== null) desk.whole(whole);
  drawSoon();
}

/**
 * Ask for something whose refusal changes nothing here.
 *
 * @param {string} action
 * @param {Json} payload
 */
async function ask(action, payload) {
  try {
    return await connection.request(action, payload);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return null;
  }
}

// Choosing

function selectSomething() {
  const { selected } = desk;
  if (selected !== undefined && selected.active) return;
  const next = desk.waiting[0] ?? desk.active.find((chat) => desk.isMine(chat)) ?? desk.active[0];
  // An ended chat that is being read gives way only to a new one.
  if (next !== undefined) void select(next.id, false);
}

/**
 * @param {string} chatId
 * @param {boolean} byHand
 */
async function select(chatId, byHand) {
  desk.selectedId = chatId;
  document.body.dataset.view = "chat";
  composer.turnTo(chatId);
  setProblem("");
  draw();
  if (byHand && matchMedia("(pointer: fine)").matches) composer.focus();
  if (desk.chats.get(chatId)?.loaded === false) await load(chatId);
  markSeen();
}

const EARLIER = 5;

/** @param {Chat} chat */
async function readEarlier(chat) {
  const first = { chat_id: chat.id, limit: EARLIER };
  const page = chat.earlierPage === null ? first : { chat_id: chat.id, page_id: chat.earlierPage };
  const answer = await ask("list_threads", page);
  if (answer !== null) desk.earlier(chat.id, answer);
  drawSoon();
}

/** Up to where the server has been told that each chat was read. @type {Map<string, string>} */
const marked = new Map();

function markSeen() {
  const chat = desk.selected;
  if (chat === undefined || document.visibilityState !== "visible") return;
  if (document.body.dataset.view !== "chat" && matchMedia("(max-width: 719px)").matches) return;
  const read = chat.events.findLast((event) => event.author_id === chat.visitorId)?.created_at ?? "";
  // What was read before the chat was taken is seen from then on.
  const seen = chat.users.get(desk.me.id)?.events_seen_up_to ?? "";
  if (desk.isMine(chat) && read > seen && read > (marked.get(chat.id) ?? "")) {
    marked.set(chat.id, read);
    void ask("mark_events_as_seen", { chat_id: chat.id, seen_up_to: read });
  }
  chat.viewedUpTo = lastMoment(chat);
  drawSoon();
}

// Saying

/**
 * Become a member of the chat, if nobody of the console is yet.
 *
 * @param {string} chatId
 */
async function take(chatId) {
  const chat = desk.chats.get(chatId);
  if (chat === undefined || desk.isMine(chat)) return;
  const payload = { chat_id: chatId, user_id: desk.me.id, user_type: "agent", visibility: "all" };
  await connection.request("add_user_to_chat", payload);
  markSeen();
}

/** @param {string} text */
function sendText(text) {
  enqueue({ text });
}

/** @param {File[]} files */
function sendFiles(files) {
  setProblem("");
  for (const file of files) {
    if (file.size > MAX_FILE) setProblem(`${file.name} is larger than 10 MB and was not sent.`);
    else enqueue({ file });
  }
}

/** @param {{text?: string, file?: File, rich?: Json}} content */
function enqueue({ text = "", file, rich }) {
  const chat = desk.selected;
  if (chat === undefined || !chat.active) return;
  const customId = crypto.randomUUID?.() ?? `c-${Date.now()}-${Math.random()}`;
  /** @type {Pending} */
  const pending = { customId, text, file: file ?? null, rich: rich ?? null, progress: 0, state: "sending", problem: "" };
  chat.pending.push(pending);
  drawSoon();
  conversation.scrollToEnd();
  void deliver(chat.id, pending);
}

/**
 * In each chat one message after another: the order in which they were written is the order in which they arrive, and
 * a long upload holds up nobody else.
 *
 * @type {Map<string, Promise<void>>}
 */
const queues = new Map();

/**
 * @param {string} chatId
 * @param {Pending} pending
 */
function deliver(chatId, pending) {
  const last = (queues.get(chatId) ?? Promise.resolve()).then(() => attempt(chatId, pending));
  queues.set(chatId, last);
  return last;
}

/**
 * @param {string} chatId
 * @param {Pending} pending
 */
async function attempt(chatId, pending) {
  if (desk.chats.get(chatId)?.pending.includes(pending) !== true) return;
  try {
    await take(chatId);
    const plain = pending.rich ?? { type: "message", text: pending.text };
    const content = pending.file === null ? plain : await uploaded(pending, pending.file);
    const event = { ...content, custom_id: pending.customId, visibility: "all" };
    await connection.request("send_event", { chat_id: chatId, event });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // What was lost on the way goes out again when the connection is back; the server knows it by its custom id.
    if (PASSING.has(error.type)) return;
    pending.state = "failed";
    pending.problem = error.message;
    drawSoon();
  }
}

/**
 * @param {Pending} pending
 * @param {File} file
 */
async function uploaded(pending, file) {
  const url = await connection.upload(file, (share) => {
    pending.progress = share;
    drawSoon();
  });
  return { type: "file", url };
}

/** @param {Pending} pending */
function retry(pending) {
  const chat = [...desk.chats.values()].find(({ pending: all }) => all.includes(pending));
  if (chat === undefined) return;
  pending.state = "sending";
  drawSoon();
  void deliver(chat.id, pending);
}

/**
 * @param {Chat} chat
 * @param {import("./types.mjs").ChatEvent} event
 */
function takeBack(chat, event) {
  const payload = { chat_id: chat.id, thread_id: chat.threadId, event_id: event.id };
  connection.request("delete_event", payload).catch((error) => setProblem(String(error.message)));
}

/** @param {boolean} isTyping */
function sendTyping(isTyping) {
  const chat = desk.selected;
  if (chat === undefined || !chat.active) return;
  const indicate = () => ask("send_typing_indicator", { chat_id: chat.id, is_typing: isTyping });
  if (desk.isMine(chat)) void indicate();
  else if (isTyping) take(chat.id).then(indicate, () => undefined);
}

/** @param {string} words */
function setProblem(words) {
  setText(byId("problem", HTMLElement), words);
}

byId("back", HTMLButtonElement).addEventListener("click", () => {
  document.body.dataset.view = "list";
});

byId("take-chat", HTMLButtonElement).addEventListener("click", () => {
  const chat = desk.selected;
  if (chat === undefined) return;
  take(chat.id).catch((error) => setProblem(String(error.message)));
  composer.focus();
});

byId("close-chat", HTMLButtonElement).addEventListener("click", () => {
  const chat = desk.selected;
  if (chat === undefined) return;
  const payload = { id: chat.id, ignore_requester_presence: true };
  connection.request("deactivate_chat", payload).catch((error) => setProblem(String(error.message)));
});

byId("availability", HTMLButtonElement).addEventListener("click", () => {
  const status = desk.accepting ? "not_accepting_chats" : "accepting_chats";
  void ask("set_routing_status", { status });
});

document.addEventListener("visibilitychange", markSeen);
window.addEventListener("focus", markSeen);

// Drawing

let isDrawing = false;

function drawSoon() {
  if (isDrawing) return;
  isDrawing = true;
  queueMicrotask(() => {
    isDrawing = false;
    draw();
  });
}

function draw() {
  sidebar.draw();
  drawBar();
  const chat = desk.selected;
  byId("nothing", HTMLElement).hidden = chat !== undefined || !desk.isKnown;
  byId("conversation", HTMLElement).hidden = chat === undefined;
  details.draw(chat);
  if (chat === undefined) return;
  byId("composer", HTMLFormElement).hidden = !chat.active;
  byId("close-chat", HTMLButtonElement).hidden = !chat.active;
  byId("transfer-open", HTMLButtonElement).hidden = !chat.active;
  byId("over", HTMLElement).hidden = chat.active;
  drawWaiting(chat);
  // Last, because what stands around the messages decides how much room they have.
  conversation.draw(chat);
}

function drawBar() {
  setText(byId("server-name", HTMLElement), desk.serverName || "Agent console");
  setText(byId("connection", HTMLElement), WORDS[desk.status]);
  const count = desk.onlineCount;
  setText(byId("on-site", HTMLElement), count === 1 ? "1 visitor on the site" : `${count} visitors on the site`);
  byId("availability", HTMLButtonElement).setAttribute("aria-checked", String(desk.accepting));
  const photo = byId("my-photo", HTMLImageElement);
  if (desk.me.avatar !== "" && photo.src !== desk.me.avatar) {
    photo.src = desk.me.avatar;
    photo.alt = desk.me.name;
    photo.hidden = false;
  }
  const unread = [...desk.chats.values()].reduce((sum, chat) => sum + (chat.active ? desk.unread(chat) : 0), 0);
  const title = unread > 0 ? `(${unread}) Agent console` : "Agent console";
  if (document.title !== title) document.title = title;
}

/** @param {Chat} chat */
function drawWaiting(chat) {
  byId("take", HTMLElement).hidden = !chat.active || hasAgent(chat);
  const since = waitingSince(chat);
  const place = chat.place === null ? "Waiting" : `Number ${chat.place} in the queue, waiting`;
  const words = since === "" ? "" : `${place} for ${stopwatch(since)}. Writing takes the chat.`;
  setText(byId("take-words", HTMLElement), words);
}

window.setInterval(() => {
  sidebar.draw();
  if (desk.selected !== undefined) drawWaiting(desk.selected);
}, 1000);

void connection.connect();
