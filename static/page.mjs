// @ts-check
/**
 * The host page's side once the frame is wanted: the channel to the frame, the page's calls and events, where the
 * visitor is. embed.js imports it beside the frame.
 */

import { listenTo, TO_PAGE } from "./shapes.mjs";

/**
 * What embed.js shares.
 * @typedef {object} Embed
 * @property {URL} base
 * @property {string} key of the storage
 * @property {DOMStringMap} dataset of the script tag
 * @property {{ identity?: unknown, words?: object }} given what the page gives that no attribute holds
 * @property {HTMLElement} element
 * @property {ShadowRoot} root
 * @property {HTMLButtonElement} launcher
 * @property {(name: string, path: string) => SVGElement} drawing
 * @property {{ open: string, close: string, title: string }} words
 * @property {Map<string, Set<(payload: any) => void>>} listeners
 * @property {State} state
 * @property {AbortSignal} signal aborted by `destroy`
 * @property {HTMLIFrameElement} frame
 * @property {(name: string, detail?: unknown) => void} emit
 * @property {() => void} draw
 * @property {(how?: { focus?: boolean }) => void} open
 * @property {() => void} close
 * @property {() => void} unload
 *
 * @typedef {{ open: boolean, hidden: boolean, unread: number, started: boolean }} State what `chatwheel("state")`
 *   tells, and more once Python is there
 *
 * @typedef {{ resolve: (value: any) => void, reject: (error: Error) => void, onProgress?: (share: number) => void }} Answer
 */

const ADDRESS_MILLISECONDS = 1000;
const FORGET_MILLISECONDS = 15_000;
/** Events of the widget's own, which come unasked. All others are the SDK's. */
const OWN = new Set([
  "ready", "open", "close", "show", "hide", "unread", "state", "message", "greeting", "form", "rating", "button",
  "consent", "failed", "destroy", "identity_failed",
]);

/** What is known of the state without the frame. */
const OUTSIDE = new Set(["open", "hidden", "unread", "started"]);

/** Calls that change what the tag says. */
const ATTRIBUTES = new Map([["setTheme", "theme"], ["setLocale", "locale"]]);

export class Page {
  #embed;
  /** The launcher's name when nothing is unread and no words have come. */
  #opening;
  /** @type {MessagePort | undefined} */
  #port;
  /** @type {[string, unknown][]} */
  #waiting = [];
  #calls = 0;
  /** @type {Map<number, Answer>} */
  #answers = new Map();
  /** @type {Record<string, string>} */
  #words = {};
  /** @type {Promise<import("./unread.mjs").Unread> | undefined} */
  #unread;
  /** @type {import("./unread.mjs").Unread | undefined} */
  #shown;
  #ended = new AbortController();
  /** @type {"all" | "visitor" | undefined} */
  #forgetting;
  /** @type {(() => void)[]} */
  #onForgotten = [];
  /** What is asked who the visitor is, and what was given for that. @type {{ of: unknown, asked: import("./identity.mjs").Identity } | undefined} */
  #identity;
  /** Whether the panel is a sheet over the whole screen. */
  #isModal = false;

  /** @param {Embed} embed */
  constructor(embed) {
    this.#embed = embed;
    this.#opening = embed.words.open;
    for (const name of embed.listeners.keys()) this.listen(name);
    const { enter = "send" } = embed.dataset;
    if (enter !== "send" && enter !== "newline") console.warn(`chatwheel: data-enter="${enter}" is not known, and taken for "send".`);
    this.#watchAddress();
    const { signal } = this.#ended;
    if (!embed.dataset.inline) {
      void import("./phone.mjs").then(({ Phone }) => new Phone(embed, signal, (is) => this.#covers(is)), () => {});
      void import("./aside.mjs").then(({ stepAside }) => stepAside(embed, signal), () => {});
    }
    // The focus may go to the frame: who has it then is known a moment later.
    for (const name of ["focus", "blur"]) addEventListener(name, () => setTimeout(() => this.moved()), { signal });
  }

  /** The frame is loaded, for the first time or because it was moved: it gets a channel that nobody else can speak on. */
  connect() {
    const { frame, base, listeners } = this.#embed;
    const isAnew = Boolean(this.#port);
    this.#disconnect();
    const { port1, port2 } = new MessageChannel();
    listenTo(port1, TO_PAGE, (kind, body) => this.#hear(kind, body));
    this.#port = port1;
    frame.contentWindow?.postMessage(["chatwheel:hello", this.#settings()], base.origin, [port2]);
    for (const message of this.#waiting.splice(0)) port1.postMessage(message);
    if (isAnew) for (const name of listeners.keys()) this.listen(name); // the old frame took with it what it knew
  }

  /** The panel opened or closed, or the visitor went to another page of an application. @param {boolean} [focus] */
  moved(focus = false) {
    this.#post("page", { ...this.#page(), focus });
  }

  /** @param {boolean} isModal */
  #covers(isModal) {
    this.#isModal = isModal;
    this.moved();
  }

  /** @param {string} name of an event that the page wants to hear of */
  listen(name) {
    if (!OWN.has(name)) this.#post("listen", name);
  }

  /**
   * A verb of the frame's, or a method of the SDK.
   * @param {string} method
   * @param {any[]} args
   * @returns {Promise<any>} rejects with `code` and `message`
   */
  call(method, args) {
    const [first] = args;
    const attribute = ATTRIBUTES.get(method);
    const answer = new Promise((resolve, reject) => {
      const id = ++this.#calls;
      const { onProgress, signal } = first ?? {};
      this.#answers.set(id, { resolve, reject, onProgress });
      if (method === "uploadFile" && first) args = [{ file: first.file }];
      if (method === "setTheme") args = [first, this.#look()];
      try {
        this.#post("call", { id, method: String(method), args });
        if (this.#ended.signal.aborted) this.#lose("the frame was taken away");
        const cancel = () => this.#post("call", { id: 0, method: "cancelUpload", args: [id] });
        if (signal?.aborted) cancel();
        else signal?.addEventListener?.("abort", cancel);
      } catch (error) {
        const message = `chatwheel: the arguments of ${method} cannot be handed to the frame: ${error}`;
        this.#settle({ id, error: { code: "INVALID_ARGUMENT", message } });
      }
    });
    // It holds for the next frame, too: a page application may have this one made anew.
    if (attribute) answer.then(() => (this.#embed.dataset[attribute] = first), () => {});
    if (method === "setWords") answer.then(() => (this.#embed.given.words = first), () => {});
    return answer;
  }

  /**
   * What the frame keeps in the browser is deleted, by a frame that starts nothing; afterwards there is nothing to do but
   * to stop, or to renew.
   * @param {"all" | "visitor"} what
   */
  async forget(what) {
    this.#forgetting = what;
    const isTold = Boolean(this.#port);
    const forgotten = /** @type {Promise<void>} */ (new Promise((resolve) => {
      this.#onForgotten.push(resolve);
      setTimeout(resolve, FORGET_MILLISECONDS); // a frame that cannot be loaded deletes nothing
    }));
    await this.#ask("invalidate").catch(() => {}); // there may be nobody to ask
    if (isTold) this.renew("#forget");
    await forgotten;
    this.#forgetting = undefined;
  }

  /**
   * The frame anew, for somebody else; one that has been told nothing yet is new enough.
   * @param {string} [task] as in embed.js
   */
  renew(task) {
    if (!this.#port) return;
    this.#disconnect();
    this.#clear();
    const { root, frame, dataset } = this.#embed;
    frame.src = new URL(task ?? (dataset.enter === "newline" ? "#newline" : "#"), frame.src).href;
    root.append(frame); // a frame that is moved is loaded again
  }

  stop() {
    this.#ended.abort();
    this.#disconnect();
    this.#lose("the frame was taken away");
    for (const forgotten of this.#onForgotten.splice(0)) forgotten();
    this.#clear();
  }

  /** What is known of the chat is not known any more. */
  #clear() {
    const { state } = this.#embed;
    this.#shown?.remove();
    this.#shown = this.#unread = undefined;
    for (const name of Object.keys(state)) if (!OUTSIDE.has(name)) delete (/** @type {any} */ (state)[name]);
    Object.assign(state, { unread: 0, started: false });
    this.#name(0);
  }

  #disconnect() {
    this.#port?.close();
    if (this.#port) this.#lose("the frame was taken away");
    this.#port = undefined;
  }

  /** Nobody will answer what was asked. @param {string} why */
  #lose(why) {
    const error = { code: "CONNECTION_LOST", message: `chatwheel: ${why} before it answered.` };
    for (const id of [...this.#answers.keys()]) this.#settle({ id, error });
  }

  /** @param {string} kind @param {unknown} [body] */
  #post(kind, body) {
    if (this.#port) this.#port.postMessage([kind, body]);
    else this.#waiting.push([kind, structuredClone(body)]);
  }

  #settings() {
    const { dataset } = this.#embed;
    const apiUrl = originOf(dataset.apiUrl);
    return {
      organizationId: dataset.organizationId,
      extension: dataset.extension,
      extensionIntegrity: dataset.extensionIntegrity,
      clientId: dataset.clientId,
      groupId: dataset.groupId ? Number(dataset.groupId) : null,
      region: dataset.region,
      apiVersion: dataset.apiVersion,
      apiUrl,
      accountsUrl: originOf(dataset.accountsUrl) ?? apiUrl,
      locale: dataset.locale,
      files: dataset.files,
      wordsUrl: dataset.words && addressOf(dataset.words),
      words: this.#embed.given.words,
      keepMetadata: dataset.keepMetadata !== undefined,
      theme: dataset.theme,
      ...this.#look(),
      identity: Boolean(this.#embed.given.identity),
      forget: this.#forgetting,
      page: this.#page(),
    };
  }

  #look() {
    const { dataset, element } = this.#embed;
    const style = getComputedStyle(element);
    return {
      accent: style.getPropertyValue("--chatwheel-accent").trim(),
      font: style.getPropertyValue("--chatwheel-font").trim(),
      inline: Boolean(dataset.inline),
    };
  }

  #page() {
    return {
      url: location.href,
      title: this.#shown?.title ?? document.title,
      referrer: document.referrer,
      open: this.#embed.state.open && !this.#embed.state.hidden,
      focused: document.hasFocus(),
      modal: this.#isModal,
    };
  }

  /** @param {string} kind @param {any} body */
  #hear(kind, body) {
    const { emit, state, open, close, unload } = this.#embed;
    if (kind === "close") close();
    else if (kind === "gone") unload();
    else if (kind === "open") open({ focus: true });
    else if (kind === "look") this.moved();
    else if (kind === "words") this.#speak(body);
    else if (kind === "unread") void this.#count(body);
    else if (kind === "theme") this.#embed.element.style.colorScheme = body === "auto" ? "" : body;
    else if (kind === "remember") this.#remember();
    else if (kind === "state") this.#learn(body);
    else if (kind === "event") emit(body.name, body.payload);
    else if (kind === "result") this.#settle(body);
    else if (kind === "call-progress") this.#answers.get(body.id)?.onProgress?.(body.share);
    else if (kind === "forgotten") for (const forgotten of this.#onForgotten.splice(0)) forgotten();
    else if (kind === "renew") this.renew();
    else if (kind === "ask") void this.#answer(body);
    else if (kind === "lost") this.#lose("Python was started again");
    else if (kind === "failed") {
      state.started = false;
      emit("failed", body);
    }
  }

  /** @param {string} method of a customer auth @returns {Promise<unknown>} */
  async #ask(method) {
    const { identity } = this.#embed.given;
    if (!identity) return undefined;
    const { Identity } = await import("./identity.mjs");
    if (this.#identity?.of !== identity) this.#identity = { of: identity, asked: new Identity(identity) };
    return this.#identity.asked.ask(/** @type {any} */ (method));
  }

  /** The frame asks who the visitor is. @param {{ id: string, method: string }} question */
  async #answer({ id, method }) {
    const port = this.#port;
    const said = await this.#ask(method).then((ok) => ({ id, ok }), (error) => ({ id, error: { message: String(error?.message ?? error) } }));
    port?.postMessage(["answer", said]); // not to a frame that has come since
  }

  /** @param {Record<string, string> & { locale: string }} texts */
  #speak({ locale, ...texts }) {
    this.#words = texts;
    const { words, element, state } = this.#embed;
    words.close = texts["launcher.close"] ?? words.close; // there are none when their file was refused
    words.title = texts["widget.title"] ?? words.title;
    element.lang = locale;
    this.#name(state.unread);
  }

  /** The launcher's name tells how much is unread. @param {number} count */
  #name(count) {
    const { words, draw } = this.#embed;
    const { label } = this.#embed.dataset;
    words.open = count ? this.#counted("launcher.unread", count) : (label || (this.#words["launcher.open"] ?? this.#opening));
    draw();
  }

  /** @param {string} text @param {number} count */
  #counted(text, count) {
    const { element } = this.#embed;
    const known = this.#words[`${text}_${count === 1 ? "one" : "many"}`] ?? `({count}) ${this.#opening}`;
    return known.replace("{count}", new Intl.NumberFormat(element.lang, { numberingSystem: "latn" }).format(count));
  }

  /** @param {{ count: number, preview: { name: string, text: string } | null }} news */
  async #count({ count, preview }) {
    const { state, emit } = this.#embed;
    const isOther = count !== state.unread;
    state.unread = count;
    this.#name(count);
    this.#unread ??= import("./unread.mjs").then(({ Unread }) => new Unread(this.#embed, this.#gestures()));
    this.#shown = await this.#unread;
    if (state.unread !== count) return; // another has overtaken it
    const title = count ? this.#counted("title.unread", count) : "";
    this.#shown.show(count, preview, { title, dismiss: this.#words["alert.dismiss"] ?? "\u00d7" });
    if (isOther) emit("unread", count);
  }

  #gestures() {
    const { open, launcher } = this.#embed;
    return {
      onOpen: () => open({ focus: true }),
      onDismiss: () => {
        launcher.focus();
        this.#post("intent", "preview-close");
      },
    };
  }

  /** Python is there, or what it knows of the connection and the chat is different. @param {Record<string, unknown>} news */
  #learn({ verb: _, ...news }) {
    const { state, emit } = this.#embed;
    const isFirst = !state.started;
    Object.assign(state, news, { started: true });
    if (isFirst) emit("ready", { ...state });
    emit("state", { ...state });
  }

  /** @param {{ id: number, ok?: any, error?: { code: string, message: string } }} result */
  #settle({ id, ok, error }) {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    if (error) answer?.reject(Object.assign(new Error(error.message), { code: error.code }));
    else answer?.resolve(ok?.history ? { next: () => this.call("nextOfHistory", [ok.history]) } : ok);
  }

  /** There is a conversation: on the next page the widget starts by itself, so that an answer is noticed. */
  #remember() {
    try {
      localStorage.setItem(this.#embed.key, "1");
    } catch {
      // Storage is refused: then every page begins anew.
    }
  }

  /** Page applications change the address without leaving the page. */
  #watchAddress() {
    const { signal } = this.#ended;
    const { navigation } = /** @type {{ navigation?: EventTarget }} */ (window);
    let address = location.href;
    const look = () => {
      if (location.href === address) return;
      address = location.href;
      setTimeout(() => this.moved()); // the application writes its title after the address
    };
    addEventListener("popstate", look, { signal });
    addEventListener("hashchange", look, { signal });
    if (navigation) navigation.addEventListener("navigatesuccess", look, { signal });
    else {
      const timer = setInterval(look, ADDRESS_MILLISECONDS); // `pushState` tells nobody
      signal.addEventListener("abort", () => clearInterval(timer));
    }
  }
}

/** The whole address of the owner's words; `service` is the chat service. @param {string} address */
function addressOf(address) {
  if (address === "service") return address;
  const { href, protocol } = Object.assign(document.createElement("a"), { href: address });
  if (/^https?:$/.test(protocol)) return href;
  return void console.error(`chatwheel: data-words is not an http(s) address: ${address}`);
}

/** The origin of a server; `/` is the page's own. @param {string | undefined} address */
function originOf(address) {
  return address ? new URL(address, location.href).origin : undefined;
}
