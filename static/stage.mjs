// @ts-check
/**
 * The stage: everything that happens in the widget's document goes through here. It applies Python's edits, tells
 * Python what the visitor did, and keeps the panel usable while Python is not there yet.
 */
import { begun, going } from "./ahead.mjs";
import { Alerts } from "./alerts.mjs";
import { Belongings, isApart, partFrom } from "./belongings.mjs";
import { Composer } from "./composer.mjs";
import { Nodes } from "./edits.mjs";
import { Extras } from "./extras.mjs";
import { Fields } from "./fields.mjs";
import { described } from "./files.mjs";
import { forget } from "./forget.mjs";
import { connectHost } from "./host.mjs";
import { Menu } from "./menu.mjs";
import { Messages } from "./messages.mjs";
import { withoutMetadata } from "./metadata.mjs";
import { Scroll } from "./scroll.mjs";
import { Seen } from "./seen.mjs";
import { Starting } from "./starting.mjs";
import { properties } from "./theme.mjs";
import { Turns } from "./turns.mjs";
import { Unsent } from "./unsent.mjs";
import { Verbs } from "./verbs.mjs";
import { Watchdog } from "./watchdog.mjs";
import { startWorker } from "./worker.mjs";
import { Wording } from "./wording.mjs";
import { Words } from "./words.mjs";

const LOG = 5;
const PLACES = [1, 2, 3, 4, LOG, 6, 7, 8, 9];
const ANNOUNCED_FOR = 1000;

/** @typedef {import("./host.mjs").Page} Page */

class Stage {
  #panel = /** @type {HTMLElement} */ (document.querySelector("#panel"));
  #menu = new Menu(() => this.#intent("menu"));
  #live = /** @type {HTMLElement} */ (document.querySelector("#live"));
  #words = new Words();
  #wording = new Wording(this.#words, () => this.#reword());
  #nodes = new Nodes(document, (time) => this.#words.writeTime(time));
  #scroll = new Scroll({ onTop: () => this.#intent("older"), onLatest: () => this.#goToLatest() });
  #seen = new Seen((key) => this.#intent("seen", { key }));
  #fields = new Fields((name, more) => this.#intent(name, more));
  #messages = new Messages({
    words: (key) => this.#words.say(key),
    announce: (text) => this.#announce(text),
    leave: () => this.#composer.focus(),
  });
  #starting = new Starting((key, values) => this.#words.say(key, values), () => this.#startAgain());
  #unsent = new Unsent((messages) => this.#found(messages));
  #extras = new Extras((key, values) => this.#words.say(key, values));
  #alerts = new Alerts(
    (choices) => this.#intent("alerts", choices),
    () => this.#tellHost("open"),
  );
  #watchdog = new Watchdog((what) => this.#hung(what));
  #turns = new Turns();
  /** @type {import("./worker.mjs").WorkerHandle | undefined} */
  #worker;
  /** Whether Python has said that it listens. */
  #up = false;
  /** Whether Python has drawn the panel since it came up. */
  #drawn = false;
  /** @type {{ file: { key: string }, source: File }[]} chosen before Python was there */
  #waitingFiles = [];
  /** @type {import("./host.mjs").Settings | undefined} */
  #settings;
  /** @type {(kind: string, body?: unknown) => void} */
  #tellHost = () => {};
  /** @type {Page} */
  #page = { url: "", title: "", open: true, focused: true };
  /** Events that the host page wants to hear of, from each Python that is started. @type {Set<string>} */
  #listened = new Set();
  /** @type {[string, unknown, File[]?][]} of the host page, made before Python was there */
  #wishes = [];
  #verbs = new Verbs({
    send: (text) => void this.#send(text),
    prefill: (text) => this.#prefill(text),
    setLocale: (locale) => this.#setLocale(locale),
    setWords: (words) => this.#wording.set(words),
    setTheme: (theme, look) => this.#dress({ ...this.#settings, ...look, theme }),
    askPython: (call, files) => this.#tell("call", call, files),
    answer: (result) => this.#tellHost("result", result),
  });
  #composer = new Composer({
    tooLong: (size, limit) => this.#words.say("composer.too_long", { size: this.#words.size(size), limit: this.#words.size(limit) }),
    onSend: (text) => this.#send(text),
    onDraft: (text) => this.#intent("draft", { text }),
    onFiles: (files) => void this.#files(files),
    onPage: (pages) => this.#scroll.page(pages),
  });
  #belongings = new Belongings(this.#composer, this.#unsent, (messages) => this.#found(messages));

  async run() {
    this.#composer.takeOver();
    const host = connectHost({
      onPage: (page) => this.#moved(page),
      onCall: (call) => void this.#verbs.call(call),
      onListen: (name) => this.#listenTo(name),
      onIntent: (name) => this.#intent(name),
      onAnswer: (answer) => this.#up && this.#post("answer", answer),
    });
    this.#listen();
    const { settings, post } = await host;
    this.#settings = settings;
    this.#tellHost = post;
    const scope = `${settings.organizationId}:${settings.clientId}`;
    if (settings.forget) {
      (await begun)?.stop();
      await forget(settings.forget);
      if (settings.forget === "visitor") partFrom(scope);
      return post("forgotten");
    }
    void going.then(() => this.#leave());
    this.#dress(settings);
    this.#alerts.open(scope);
    this.#settings = { ...settings, apart: isApart(scope) };
    this.#belongings.open(scope, Boolean(settings.identity));
    // Before anything is awaited: what the page says next is newer. It may have opened the panel since its hello; whoever
    // writes already must not lose the focus, and with it a key, until that is heard.
    this.#moved({ ...settings.page, open: settings.page.open || document.hasFocus() });
    await this.#speak(settings.locale);
    if (settings.wordsUrl) void this.#wording.fetch(settings.wordsUrl, settings);
    if (settings.words) this.#wording.set(settings.words);
    await this.#belongings.restore();
    this.#start(await begun);
  }

  // -- Python ---------------------------------------------------------------------------------------------------

  #start(worker = startWorker()) {
    this.#down();
    this.#turns.clear();
    this.#drawn = false;
    this.#starting.progress(0);
    this.#worker = worker;
    worker.listen(([kind, body]) => this.#heard(kind, body));
  }

  /** The visitor asked for it, with a button that has gone with that. */
  #startAgain() {
    this.#composer.focus();
    this.#start();
  }

  /** What Python was asked and has not answered, it never will. */
  #down() {
    if (this.#up) this.#tellHost("lost");
    this.#up = false;
  }

  /** @param {string} kind @param {any} body */
  #heard(kind, body) {
    if (kind === "progress") this.#starting.progress(body.share);
    else if (kind === "failed") this.#failed(body);
    else if (kind === "ready") this.#ready();
    else if (kind === "edits") this.#turns.draw(() => this.#apply(body));
    else if (kind === "do") this.#turns.act(() => this.#do(body));
    else if (kind === "runs") this.#watchdog.runs(body);
    else if (["ask", "event", "result", "call-progress"].includes(kind)) this.#tellHost(kind, body);
  }

  /** @param {{ reason: string, message: string }} failure */
  #failed({ reason, message }) {
    this.#down();
    this.#worker = undefined;
    this.#starting.failed(`${reason}: ${message}`);
    this.#tellHost("failed", { reason, message });
  }

  #ready() {
    this.#up = true;
    this.#post("start", {
      settings: this.#settings,
      page: this.#page,
      visible: document.visibilityState === "visible",
      locale: this.#words.locale,
      strings: this.#words.texts,
      alerts: this.#alerts.choices,
      waiting: this.#unsent.all.filter(({ key }) => !this.#waitingFiles.some(({ file }) => file.key === key)),
    });
    for (const { file, source } of this.#waitingFiles.splice(0)) this.#post("files", [file], [source]);
    for (const name of this.#listened) this.#post("listen", name);
    for (const [kind, body, files] of this.#wishes.splice(0)) this.#post(kind, body, files);
    this.#menu.enable();
    this.#intent("draft", { text: this.#composer.text });
  }

  /** @param {string} kind @param {unknown} [body] @param {File[]} [files] */
  #post(kind, body, files = []) {
    this.#worker?.port.postMessage(/** @type {any} */ ([kind, JSON.stringify(body ?? null), files]));
  }

  /** @param {string} name @param {object} [more] */
  #intent(name, more) {
    if (this.#up) this.#post("intent", { name, ...more });
  }

  /** @param {import("./edits.mjs").Edit[]} edits */
  #apply(edits) {
    const focused = document.activeElement;
    const menuWasOpen = this.#menu.isOpen;
    const before = this.#fields.calling;
    this.#scroll.keep(() => {
      if (!this.#drawn) {
        this.#drawn = true;
        this.#nodes.clear(PLACES);
        this.#starting.done();
      }
      this.#nodes.apply(edits);
    });
    this.#menu.drawn(menuWasOpen);
    const regain = () => menuWasOpen && !this.#menu.isOpen ? this.#menu.focusButton() : this.#composer.focus();
    const hadFocus = focused && focused !== document.body;
    if (hadFocus && !focused.isConnected) regain();
    // Not out of the visitor's hands: who writes in the page around the frame goes on there.
    if (document.hasFocus()) this.#fields.answer(before);
    return () => {
      // Whether it is still seen can be told without work only now that all is about to be laid out.
      if (hadFocus && focused.isConnected && !focused.checkVisibility()) regain();
      this.#post("applied");
      this.#look();
    };
  }

  #look() {
    this.#seen.look(this.#up && this.#page.open && document.visibilityState === "visible");
  }

  /** @param {{ verb: string, [detail: string]: any }} command */
  #do(command) {
    if (command.verb === "announce") this.#announce(command.text ?? "");
    else if (command.verb === "focus") this.#composer.focus();
    else if (command.verb === "accept") this.#composer.accept(command.files);
    else if (command.verb === "unread") this.#tellHost("unread", command);
    else if (command.verb === "state") this.#stands(command);
    else if (command.verb === "tell") this.#tellHost("event", command);
    else if (command.verb === "remember") this.#tellHost("remember");
    else if (command.verb === "news") void this.#alerts.tell(command.message);
    else if (command.verb === "keep") this.#unsent.keep(command.message);
    else if (command.verb === "forget") this.#unsent.forget(command.key);
    else if (command.verb === "restart") this.#restart();
    else if (command.verb === "renew") this.#tellHost("renew");
    else if (command.verb === "webview") void this.#extras.showPage(/** @type {any} */ (command));
  }

  /** @param {{ verb: string, [detail: string]: any }} state */
  #stands(state) {
    this.#belongings.belongTo(state.customerId ?? "");
    this.#tellHost("state", state);
  }

  /** @param {string} what of the site's own Python never came back: the chat goes on without it */
  #hung(what) {
    console.error(`chatwheel: ${what} did not come back. The chat was started again, without the extension.`);
    if (this.#settings) this.#settings = { ...this.#settings, extension: undefined };
    this.#restart();
  }

  /** Python and all anew; what was not sent goes with the new one. */
  #restart() {
    this.#watchdog.runs("");
    this.#worker?.stop();
    this.#start();
  }

  /** @param {import("./unsent.mjs").Message[]} messages of a tab that is gone */
  #found(messages) {
    for (const message of messages) {
      if (this.#up) this.#intent("restore", { message });
      else if (message.text) this.#starting.show(message.text);
    }
  }

  /**
   * Said once by a screen reader: long enough in the document to be noticed, short enough not to be read again.
   * @param {string} text
   */
  #announce(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.#live.append(line);
    setTimeout(() => line.remove(), ANNOUNCED_FOR);
  }

  // -- the visitor ------------------------------------------------------------------------------------------------

  #listen() {
    document.querySelector("#close-button")?.addEventListener("click", () => this.#tellHost("close"));
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.#attention());
    for (const name of ["focus", "blur"]) addEventListener(name, () => this.#tellHost("look"));
    document.querySelector("#emoji")?.addEventListener("click", () => void this.#extras.chooseEmoji((emoji) => this.#insert(emoji)));
    for (const name of ["online", "offline"]) {
      addEventListener(name, () => this.#up && this.#post("network", { online: name === "online" }));
    }
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("button[data-action], a[data-action]");
    if (button instanceof HTMLElement) {
      if (button.getAttribute("aria-disabled") === "true") return;
      const { action = "", ...details } = button.dataset;
      if (action === "sound" || action === "notify") void this.#alerts.toggle(action);
      else this.#intent(action, details);
    } else if (this.#menu.isOpen && !event.target.closest("#menu, #menu-button")) {
      this.#intent("menu-close");
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      if (this.#extras.closePage()) return;
      if (this.#menu.isOpen) this.#intent("menu-close");
      else this.#tellHost("close");
    } else if (this.#menu.hasFocus) {
      if (this.#menu.walk(event.key)) event.preventDefault();
      else if (event.key === "Tab") this.#intent("menu-close");
    }
  }

  /** @param {string | undefined} emoji */
  #insert(emoji) {
    if (emoji) this.#composer.insert(emoji);
    this.#composer.focus();
  }

  /** @param {string} text */
  #send(text) {
    const message = { key: crypto.randomUUID(), at: Date.now(), text };
    this.#unsent.keep(message);
    if (this.#up) this.#intent("send", message);
    else this.#starting.show(text);
    this.#scroll.toEnd();
    return true;
  }

  /** @param {File[]} files */
  async #files(files) {
    for (const file of files) {
      const source = this.#settings?.keepMetadata ? file : await withoutMetadata(file);
      const { preview, ...about } = await described(source);
      const message = { key: crypto.randomUUID(), at: Date.now() };
      this.#unsent.keep({ ...message, file: about });
      const whole = { ...message, ...about, preview };
      if (this.#up) this.#post("files", [whole], [source]);
      else this.#waitingFiles.push({ file: whole, source });
    }
    this.#scroll.toEnd();
    this.#composer.focus();
  }

  /** To the first message that was not seen, if there is one; and with the focus, for the button goes. */
  #goToLatest() {
    const unseen = this.#seen.first;
    if (unseen) this.#scroll.to(unseen);
    else this.#scroll.toEnd();
    this.#messages.visit(unseen);
  }

  // -- the host page ----------------------------------------------------------------------------------------------

  /** @param {string} [locale] */
  async #speak(locale) {
    await this.#words.load(locale);
    this.#reword();
  }

  /** There are other words: here, in Python, on the host page. */
  #reword() {
    this.#words.write(document);
    this.#composer.speak((keys) => this.#words.say("composer.placeholder_keys", { keys }));
    this.#tellHost("words", this.#words.forHost());
    if (this.#up) this.#post("words", { strings: this.#words.texts, locale: this.#words.locale });
  }

  /** @param {string} locale */
  async #setLocale(locale) {
    if (this.#settings) this.#settings.locale = locale;
    await this.#speak(locale);
    for (const time of document.querySelectorAll("time")) this.#words.writeTime(time);
    return this.#words.locale;
  }

  /** @param {string} text */
  #prefill(text) {
    if (this.#composer.text && text) return false;
    this.#composer.prefill(text);
    return true;
  }

  /** In another tab all that is kept is about to be deleted: nothing goes on here that would keep anything. */
  #leave() {
    this.#worker?.stop();
    this.#up = false;
    this.#tellHost("gone");
  }

  /** @param {import("./host.mjs").Look} look */
  #dress({ theme = "auto", inline, ...look }) {
    const { style, dataset } = document.documentElement;
    dataset.theme = theme;
    document.documentElement.toggleAttribute("data-inline", Boolean(inline));
    this.#panel.role = inline ? "region" : "dialog"; // one that the page goes on behind: it is never modal by itself
    this.#tellHost("theme", theme);
    for (const [name, value] of properties(look)) style.setProperty(name, value);
  }

  /** @param {Page & { focus?: boolean }} page */
  #moved({ focus, ...page }) {
    this.#page = page;
    this.#panel.inert = !page.open;
    this.#panel.ariaModal = page.modal ? "true" : null; // a sheet over all of it; the page behind it is inert
    if (focus) this.#composer.focus();
    this.#attention();
  }

  #attention() {
    const visible = document.visibilityState === "visible";
    this.#alerts.attend({ visible, looking: visible && this.#page.open && this.#page.focused });
    if (this.#up) this.#post("page", { ...this.#page, visible });
    this.#look();
  }

  /** @param {string} name */
  #listenTo(name) {
    this.#listened.add(name);
    if (this.#up) this.#post("listen", name);
  }

  /** What the host page wants of Python, now or when it is there. @param {string} kind @param {unknown} body @param {File[]} [files] */
  #tell(kind, body, files = []) {
    if (this.#up) this.#post(kind, body, files);
    else this.#wishes.push([kind, body, files]);
  }
}

performance.mark("chatwheel:stage"); // for guard.mjs
setTimeout(() => void new Stage().run()); // all that it imports has just run: the page may have something to do
