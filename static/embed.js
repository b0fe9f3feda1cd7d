// @ts-check
/**
 * chatwheel on a page: `<script async src=".../chatwheel/embed.js" data-organization-id="..." data-client-id="...">`.
 *
 * It draws the launcher and nothing else. The frame, and with it Python, is made when the visitor wants it. This file
 * knows the host page and the panel's place on it; it does not know what a chat is.
 */
(() => {
  "use strict";
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  /** @type {any} */
  const host = window;
  if (host.chatwheel?.mounted) return; // a page application may run the tag again
  const base = new URL(".", script.src);
  const { dataset } = script;

  /** The origin of a server; `/` is the page's own. @param {string | undefined} address */
  const origin = (address) => (address ? new URL(address, location.href).origin : undefined);

  /** What is wrong with the tag, if anything: said once, where the site's owner looks. */
  const mistake = () => {
    for (const name of ["organization-id", "client-id"]) {
      if (!script.getAttribute(`data-${name}`)) return `data-${name} is missing`;
    }
    for (const name of ["api-url", "accounts-url"]) {
      try {
        origin(script.getAttribute(`data-${name}`) ?? undefined);
      } catch {
        return `data-${name} is not an address`;
      }
    }
    return dataset.groupId && !/^\d+$/.test(dataset.groupId) ? "data-group-id is not a number" : undefined;
  };
  const wrong = mistake();
  if (wrong) {
    console.error(`chatwheel: ${wrong}. Correct it in the script tag that loads embed.js.`);
    return;
  }
  const key = `chatwheel:${dataset.organizationId}`;

  /** What the launcher says before the frame brings the rest: open, close, and the name of the frame. */
  const WORDS = /** @type {Record<string, string[]>} */ ({
    en: ["Open chat", "Close chat", "Chat widget"],
    ar: ["\u0641\u062a\u062d \u0627\u0644\u062f\u0631\u062f\u0634\u0629", "\u0625\u063a\u0644\u0627\u0642 \u0627\u0644\u062f\u0631\u062f\u0634\u0629", "\u0646\u0627\u0641\u0630\u0629 \u0627\u0644\u062f\u0631\u062f\u0634\u0629"],
    de: ["Chat \u00f6ffnen", "Chat schlie\u00dfen", "Chat-Widget"],
    es: ["Abrir el chat", "Cerrar el chat", "Ventana de chat"],
    fr: ["Ouvrir le chat", "Fermer le chat", "Fen\u00eatre de chat"],
    it: ["Apri la chat", "Chiudi la chat", "Finestra della chat"],
    ja: ["\u30c1\u30e3\u30c3\u30c8\u3092\u958b\u304f", "\u30c1\u30e3\u30c3\u30c8\u3092\u9589\u3058\u308b", "\u30c1\u30e3\u30c3\u30c8\u30a6\u30a3\u30b8\u30a7\u30c3\u30c8"],
    nl: ["Chat openen", "Chat sluiten", "Chatvenster"],
    pl: ["Otw\u00f3rz czat", "Zamknij czat", "Okno czatu"],
    pt: ["Abrir o chat", "Fechar o chat", "Janela de chat"],
    uk: ["\u0412\u0456\u0434\u043a\u0440\u0438\u0442\u0438 \u0447\u0430\u0442", "\u0417\u0430\u043a\u0440\u0438\u0442\u0438 \u0447\u0430\u0442", "\u0412\u0456\u043a\u043d\u043e \u0447\u0430\u0442\u0443"],
    zh: ["\u6253\u5f00\u804a\u5929", "\u5173\u95ed\u804a\u5929", "\u804a\u5929\u7a97\u53e3"],
  });
  const wanted = dataset.locale && dataset.locale !== "auto" ? [dataset.locale] : navigator.languages;
  const languages = wanted.map((name) => name.toLowerCase().split(/[-_]/)[0]);
  const spoken = languages.find((name) => Object.hasOwn(WORDS, name)) ?? "en";
  const [openText, closeText, titleText] = WORDS[spoken];

  /** @type {Record<string, string>} */
  let words = {
    "launcher.open": openText,
    "launcher.close": closeText,
    "launcher.unread_one": "Open chat, 1 unread message",
    "launcher.unread_many": "Open chat, {count} unread messages",
    "title.unread_one": "(1) New message",
    "title.unread_many": "({count}) New messages",
    "widget.title": titleText,
  };

  // -- drawing --------------------------------------------------------------------------------------------------

  const STYLE = `
    :host { all: initial; position: fixed; z-index: var(--chatwheel-z-index, 2147483000);
      inset-block-end: var(--chatwheel-offset-y, 24px); inset-inline-end: var(--chatwheel-offset-x, 24px);
      color-scheme: light dark; --accent: var(--chatwheel-accent, #3d4fd6); }
    :host([data-position="start"]) { inset-inline: var(--chatwheel-offset-x, 24px) auto; }
    :host([hidden]) { display: none; }
    button { position: relative; display: grid; place-items: center; width: 60px; height: 60px; margin: 0; padding: 0;
      border: 0; border-radius: 50%; cursor: pointer; background: var(--accent); color: var(--chatwheel-on-accent, #fff);
      box-shadow: 0 6px 20px rgb(20 20 40 / 24%), 0 1px 4px rgb(20 20 40 / 16%);
      transition: transform 160ms cubic-bezier(.2, .8, .3, 1); -webkit-tap-highlight-color: transparent; }
    button:hover { transform: scale(1.05); }
    button:active { transform: scale(.97); }
    button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    svg { grid-area: 1 / 1; width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.5;
      stroke-linecap: round; stroke-linejoin: round; transition: opacity 160ms, transform 160ms; }
    button[aria-expanded="true"] .chat, button[aria-expanded="false"] .down { opacity: 0; transform: rotate(30deg) scale(.6); }
    .badge { position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-width: 22px; height: 22px;
      padding: 0 6px; box-sizing: border-box; border-radius: 11px; background: #b3261e; color: #fff;
      font: 600 12px/22px system-ui, sans-serif; text-align: center; box-shadow: 0 0 0 2px #fff; }
    [hidden] { display: none !important; }
    .preview { position: absolute; inset-block-end: 76px; inset-inline-end: 0; display: flex; width: max-content;
      max-width: min(300px, 100vw - 48px); box-sizing: border-box; border-radius: 16px; background: light-dark(#fff, #1a1a1f);
      color: light-dark(#17171c, #f1f1f5); font: 14px/1.45 system-ui, sans-serif;
      box-shadow: 0 0 0 1px rgb(128 128 144 / 16%), 0 8px 28px rgb(20 20 40 / 20%); }
    :host([data-position="start"]) .preview { inset-inline: 0 auto; }
    .preview button { all: unset; cursor: pointer; }
    .preview .text { flex: 1; min-width: 0; padding: 12px 0 12px 16px; overflow-wrap: anywhere; }
    .preview .text:focus-visible, .preview .away:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 14px; }
    .preview b { display: block; font-weight: 600; }
    .preview .away { display: grid; place-items: center; flex: none; width: 40px; height: 44px; color: light-dark(#676773, #a5a5b2); }
    .preview .away svg { width: 18px; height: 18px; }
    iframe { position: absolute; inset-block-end: 76px; inset-inline-end: 0; width: 380px; max-width: calc(100vw - 48px);
      height: min(640px, 100vh - 104px); height: min(640px, 100dvh - 104px); border: 0; border-radius: 16px; color-scheme: light dark;
      box-shadow: 0 0 0 1px rgb(128 128 144 / 16%), 0 12px 48px rgb(20 20 40 / 24%), 0 2px 8px rgb(20 20 40 / 12%);
      opacity: 0; visibility: hidden; transform: scale(.92) translateY(12px); transform-origin: 100% 100%;
      transition: opacity 160ms, transform 160ms cubic-bezier(.2, .8, .3, 1), visibility 0s 160ms; }
    :host([data-position="start"]) iframe { inset-inline: 0 auto; transform-origin: 0 100%; }
    iframe.open { opacity: 1; visibility: visible; transform: none; transition-delay: 0s; }
    @media (max-width: 480px) {
      iframe { position: fixed; inset: 0; width: 100%; max-width: none; height: 100%; height: 100dvh; border-radius: 0; }
      :host([data-open]) button { visibility: hidden; }
    }
    @media (prefers-reduced-motion: reduce) { button, svg, iframe { transition: none; } }
    @media (forced-colors: active) { button, iframe { border: 2px solid CanvasText; } }
    @media print { :host { display: none; } }`;

  /**
   * @param {string} name
   * @param {string} path
   */
  const drawing = (name, path) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", name);
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  };

  const element = document.createElement("div");
  element.id = "chatwheel";
  element.lang = spoken;
  element.dataset.position = dataset.position === "start" ? "start" : "end";
  const root = element.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.setAttribute("aria-expanded", "false");
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  badge.setAttribute("aria-hidden", "true");
  launcher.append(
    drawing("chat", "M12 3.75c-4.97 0-9 3.36-9 7.5 0 2.3 1.24 4.35 3.19 5.73-.1 1.2-.6 2.3-1.44 3.27 1.7-.13 3.3-.72 4.6-1.68.85.12 1.73.18 2.65.18 4.97 0 9-3.36 9-7.5s-4.03-7.5-9-7.5Z"),
    drawing("down", "m6 9.5 6 6 6-6"),
    badge,
  );
  /** The newest unread message, beside the launcher: a click opens the chat. */
  const preview = document.createElement("div");
  preview.className = "preview";
  preview.hidden = true;
  preview.setAttribute("role", "status");
  const said = document.createElement("button");
  said.type = "button";
  said.className = "text";
  const away = document.createElement("button");
  away.type = "button";
  away.className = "away";
  away.append(drawing("close", "m6.5 6.5 11 11m0-11-11 11"));
  preview.append(said, away);
  root.append(preview, launcher);

  // -- state ----------------------------------------------------------------------------------------------------

  /** @type {HTMLIFrameElement | undefined} */
  let frame;
  /** @type {MessagePort | undefined} */
  let port;
  /** @type {[string, unknown][]} */
  const waiting = [];
  let isOpen = false;
  let unread = 0;
  let calls = 0;
  /** What the page's title was before the unread count was put there. */
  let title = "";
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
  const answers = new Map();
  /** @type {Map<string, Set<(payload: unknown) => void>>} */
  const listeners = new Map();

  /** @param {string} kind @param {unknown} body */
  const post = (kind, body) => {
    if (port) port.postMessage([kind, body]);
    else waiting.push([kind, body]);
  };

  /** @param {string} name @param {unknown} [payload] */
  const emit = (name, payload) => {
    for (const listener of listeners.get(name) ?? []) {
      try {
        listener(payload);
      } catch (error) {
        console.error("chatwheel: a listener failed", error);
      }
    }
  };

  /** @param {string} text @param {number} count */
  const counted = (text, count) => words[`${text}_${count === 1 ? "one" : "many"}`].replace("{count}", String(count));

  const draw = () => {
    launcher.setAttribute("aria-expanded", String(isOpen));
    launcher.setAttribute(
      "aria-label",
      isOpen ? words["launcher.close"] : unread ? counted("launcher.unread", unread) : words["launcher.open"],
    );
    badge.hidden = isOpen || !unread;
    if (isOpen || !unread) preview.hidden = true;
    away.setAttribute("aria-label", words["alert.dismiss"]);
    badge.textContent = unread > 99 ? "99+" : String(unread);
    element.toggleAttribute("data-open", isOpen);
    frame?.classList.toggle("open", isOpen);
    if (frame) frame.inert = !isOpen;
  };

  /** @param {{ name: string, text: string } | null} message texts of strangers: they become text, whatever they hold */
  const show = (message) => {
    if (!message || isOpen) return;
    const name = document.createElement("b");
    name.dir = "auto";
    name.textContent = message.name;
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = message.text;
    said.replaceChildren(name, text);
    preview.hidden = false;
  };

  /** The count stands in the title while the visitor cannot see the messages. */
  const writeTitle = () => {
    const shown = unread ? `${counted("title.unread", unread)} \u00b7 ${title || document.title}` : title;
    if (unread && !title) title = document.title;
    if (shown) document.title = shown;
    if (!unread) title = "";
  };

  const page = () => ({
    url: location.href,
    title: title || document.title,
    referrer: document.referrer,
    open: isOpen,
  });

  // -- the frame ------------------------------------------------------------------------------------------------

  const settings = () => ({
    organizationId: dataset.organizationId,
    clientId: dataset.clientId,
    groupId: dataset.groupId ? Number(dataset.groupId) : null,
    region: dataset.region,
    apiUrl: origin(dataset.apiUrl),
    accountsUrl: origin(dataset.accountsUrl ?? dataset.apiUrl),
    locale: dataset.locale,
    theme: dataset.theme,
    accent: getComputedStyle(element).getPropertyValue("--chatwheel-accent").trim(),
    page: page(),
  });

  const load = () => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = words["widget.title"];
    frame.src = new URL("frame.html", base).href;
    frame.allow = "clipboard-write";
    frame.inert = true;
    frame.addEventListener("load", connect);
    root.append(frame);
    void frame.offsetWidth; // so that opening right after this is animated
  };

  const connect = () => {
    if (!frame?.contentWindow) return;
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data: [kind, body] }) => hear(kind, body);
    port = channel.port1;
    frame.contentWindow.postMessage(["chatwheel:hello", settings()], base.origin, [channel.port2]);
    for (const [kind, body] of waiting.splice(0)) post(kind, body);
  };

  /** @param {string} kind @param {any} body */
  const hear = (kind, body) => {
    if (kind === "close") close();
    else if (kind === "words") {
      words = { ...words, ...body };
      if (frame) frame.title = words["widget.title"];
      draw();
    } else if (kind === "unread") {
      unread = body.count;
      show(body.preview);
      draw();
      writeTitle();
      emit("unread", unread);
    } else if (kind === "remember") remember();
    else if (kind === "event") emit(body.name, body.payload);
    else if (kind === "result") settle(body);
    else if (kind === "failed") emit("failed", body);
  };

  /** @param {{ id: number, ok?: unknown, error?: { code: string, message: string } }} result */
  const settle = ({ id, ok, error }) => {
    const answer = answers.get(id);
    answers.delete(id);
    if (error) answer?.reject(Object.assign(new Error(error.message), { code: error.code }));
    else answer?.resolve(ok);
  };

  /** There is a conversation: on the next page the widget starts by itself, so that an answer is noticed. */
  const remember = () => {
    try {
      localStorage.setItem(key, "1");
    } catch {
      // Storage is refused: then every page begins anew.
    }
  };

  const remembered = () => {
    try {
      return localStorage.getItem(key) !== null;
    } catch {
      return false;
    }
  };

  // -- opening and closing --------------------------------------------------------------------------------------

  /** @param {{ focus?: boolean }} [how] */
  const open = ({ focus = false } = {}) => {
    load();
    if (isOpen) return;
    isOpen = true;
    draw();
    if (focus) frame?.focus();
    post("page", { ...page(), focus });
    emit("open");
  };

  const close = () => {
    if (!isOpen) return;
    const inside = root.activeElement === frame || document.activeElement === element;
    isOpen = false;
    draw();
    post("page", page());
    if (inside) launcher.focus();
    emit("close");
  };

  said.addEventListener("click", () => open({ focus: true }));
  away.addEventListener("click", () => {
    preview.hidden = true;
    launcher.focus();
    post("intent", "preview-close");
  });
  launcher.addEventListener("click", () => (isOpen ? close() : open({ focus: true })));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  // -- window.chatwheel -----------------------------------------------------------------------------------------

  /** @type {Record<string, (...args: any[]) => unknown>} */
  const verbs = {
    open: () => open({ focus: true }),
    close,
    toggle: () => (isOpen ? close() : open({ focus: true })),
    hide: () => void (element.hidden = true),
    show: () => void (element.hidden = false),
    unread: () => unread,
    on: (name, listener) => {
      const all = listeners.get(name) ?? new Set();
      if (!all.size) post("listen", name);
      listeners.set(name, all.add(listener));
      return () => void all.delete(listener);
    },
    off: (name, listener) => void listeners.get(name)?.delete(listener),
  };

  /** @param {string} method @param {unknown[]} args */
  const call = (method, ...args) => {
    if (Object.hasOwn(verbs, method)) {
      const result = verbs[method](...args);
      return method === "on" ? result : Promise.resolve(result);
    }
    load();
    return new Promise((resolve, reject) => {
      answers.set(++calls, { resolve, reject });
      post("call", { id: calls, method, args });
    });
  };

  const queue = Array.isArray(host.chatwheel?.q) ? host.chatwheel.q : [];
  host.chatwheel = call;
  host.chatwheel.mounted = true;

  // -- going --------------------------------------------------------------------------------------------------

  const moved = () => post("page", page());
  addEventListener("popstate", moved);
  addEventListener("hashchange", moved);
  /** @type {EventTarget | undefined} */ (host.navigation)?.addEventListener("navigatesuccess", moved);

  const mount = () => {
    draw();
    document.body.append(element);
    const boot = dataset.boot ?? "intent";
    const { saveData, effectiveType = "" } = host.navigator.connection ?? {};
    if (saveData || effectiveType.includes("2g")) return; // each byte is dear: only what is asked for
    if (boot === "eager" || remembered()) load();
    else if (boot === "idle") (host.requestIdleCallback ?? setTimeout)(load);
    else if (boot === "intent") {
      for (const sign of ["pointerenter", "focus", "touchstart"]) {
        launcher.addEventListener(sign, load, { once: true, passive: true });
      }
    }
  };
  const enter = () => {
    mount();
    for (const args of queue) /** @type {any} */ (call)(...args);
  };
  if (document.body) enter();
  else addEventListener("DOMContentLoaded", enter);
})();
