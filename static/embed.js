// @ts-check
/**
 * chatwheel on a page: `<script async src=".../chatwheel/embed.js" data-organization-id="..." data-client-id="...">`.
 *
 * It draws the launcher and nothing else. The frame, and with it Python, is made when the visitor wants it; what the
 * host page needs from then on is in page.mjs. This file knows the panel's place on the page; it does not know what a
 * chat is.
 */
(() => {
  "use strict";
  /** @type {any} */
  const host = window;
  if (host.chatwheel?.mounted) return; // a page application may run the tag again
  const script = /** @type {HTMLScriptElement} */ (document.currentScript ?? host.chatwheel?.script);
  const base = new URL(".", script.src);
  /** The host page's modules with their hashes: build.py adds what this one imports. @type {Record<string, string>} */
  const MODULES = { "page.mjs": "" };
  /** @param {string} path */
  const at = (path) => new URL(path, base).href;
  const { dataset } = script;
  const { inline } = dataset;

  /** @param {string | null} url */
  const isWeb = (url) => !url || /^https?:/.test(Object.assign(document.createElement("a"), { href: url }).protocol);

  /** What is wrong with the tag, if anything: said once, where the site's owner looks. */
  const mistake = () => {
    for (const name of ["organization-id", "client-id"]) {
      if (!script.getAttribute(`data-${name}`)) return `data-${name} is missing`;
    }
    for (const name of ["api-url", "accounts-url"]) {
      if (!isWeb(script.getAttribute(`data-${name}`))) return `data-${name} is not an http(s) address`;
    }
    try {
      if (inline) document.querySelector(inline);
    } catch {
      return "data-inline is not a selector";
    }
    if (dataset.apiVersion && !/^3\.[56]$/.test(dataset.apiVersion)) return "data-api-version is neither 3.5 nor 3.6";
    return dataset.groupId && !/^\d+$/.test(dataset.groupId) ? "data-group-id is not a number" : undefined;
  };
  const wrong = mistake();
  if (wrong) return console.error(`chatwheel: ${wrong}. Correct it in the script tag that loads embed.js.`);
  const { consent: rule } = dataset;
  if (rule !== undefined && rule !== "required") {
    console.warn(`chatwheel: data-consent="${rule}" is not known, and taken for "required".`);
  }
  const key = `chatwheel:${dataset.organizationId}`;
  const consentKey = `${key}:consent`;

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

  // The sign on the accent is black or white by the accent's luminance (y), as WCAG counts contrast.
  const STYLE = `
    :host { all: initial; position: fixed; z-index: var(--chatwheel-z-index, 2147483000);
      inset-block-end: var(--chatwheel-offset-y, 24px); inset-inline-end: var(--chatwheel-offset-x, 24px);
      color-scheme: light dark; --accent: var(--chatwheel-accent, #3d4fd6); --radius: var(--chatwheel-radius, 16px); }
    :host([data-position="start"]) { inset-inline: var(--chatwheel-offset-x, 24px) auto; } :host([hidden]) { display: none; }
    button { position: relative; display: grid; place-items: center; width: 60px; height: 60px; margin: 0; padding: 0;
      border: 0; border-radius: 50%; cursor: pointer; background: var(--accent); color: #fff;
      color: color(from var(--accent) xyz-d65 clamp(0, (.179 - y) * 9e9, .95) clamp(0, (.179 - y) * 9e9, 1) clamp(0, (.179 - y) * 9e9, 1.089));
      box-shadow: 0 6px 20px rgb(20 20 40 / 24%), 0 1px 4px rgb(20 20 40 / 16%);
      transition: transform 160ms cubic-bezier(.2, .8, .3, 1); -webkit-tap-highlight-color: transparent; }
    button:hover { transform: scale(1.05); } button:active { transform: scale(.97); }
    button:focus-visible { outline: 3px solid #17171c; outline-offset: 3px; box-shadow: 0 0 0 8px #fff; } /* seen on any page */
    svg { grid-area: 1 / 1; width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round;
      transition: opacity 160ms, transform 160ms; }
    button[aria-expanded="true"] .chat, button[aria-expanded="false"] .down { opacity: 0; transform: rotate(30deg) scale(.6); }
    iframe { position: absolute; inset-block-end: 76px; inset-inline-end: 0; width: var(--chatwheel-width, 380px); max-width: calc(100vw - 48px);
      height: min(var(--chatwheel-height, 640px), 100vh - 104px); height: min(var(--chatwheel-height, 640px), 100dvh - 104px);
      border: 0; border-radius: var(--radius); color-scheme: inherit;
      box-shadow: 0 0 0 1px rgb(128 128 144 / 16%), 0 12px 48px rgb(20 20 40 / 24%), 0 2px 8px rgb(20 20 40 / 12%);
      opacity: 0; visibility: hidden; transform: scale(.92) translateY(12px); transform-origin: 100% 100%;
      transition: opacity 160ms, transform 160ms cubic-bezier(.2, .8, .3, 1), visibility 0s 160ms; }
    :host([data-position="start"]) iframe { inset-inline: 0 auto; }
    :host([data-position="end"]:dir(rtl)) iframe, :host([data-position="start"]:dir(ltr)) iframe { transform-origin: 0 100%; }
    iframe.open { opacity: 1; visibility: visible; transform: none; transition-delay: 0s; }
    @media (max-width: 480px), (max-height: 340px), (max-height: 480px) and (pointer: coarse) {
      iframe { position: fixed; inset: 0; width: 100%; max-width: none; height: 100%; height: 100dvh; border-radius: 0; }
      :host([data-open]) button { visibility: hidden; }
    }
    :host([data-inline]) { display: grid; place-items: center; position: relative; inset: auto; z-index: auto; height: 100%; min-height: 360px; }
    :host([data-inline][hidden]), :host([data-inline][data-open]) button { display: none; }
    :host([data-inline]) iframe { position: absolute; inset: 0; width: 100%; max-width: none; height: 100%;
      border-radius: var(--radius); box-shadow: 0 0 0 1px rgb(128 128 144 / 16%); transition: none; }
    @media (prefers-reduced-motion: reduce) { button, svg, iframe { transition: none; } } @media print { :host { display: none; } }
    @media (forced-colors: active) { button, iframe { border: 2px solid CanvasText; } }`;

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

  /** Storage may be refused: then every page begins anew. @param {(storage: Storage) => unknown} use */
  const stored = (use) => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };

  /** @param {string} code @param {string} message */
  const refusal = (code, message) => Object.assign(new Error(`chatwheel: ${message}`), { code });

  const destroyed = () => refusal("DESTROYED", 'the widget was destroyed; chatwheel("init") starts it again.');

  /** All there is between the script, or `init`, and `destroy`. */
  const start = () => {
    const element = document.createElement("div");
    element.id = "chatwheel";
    element.lang = spoken;
    element.dataset.position = dataset.position === "start" ? "start" : "end";
    element.toggleAttribute("data-inline", Boolean(inline));
    const root = element.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const launcher = document.createElement("button");
    launcher.type = "button";
    launcher.setAttribute("part", "launcher");
    launcher.append(
      drawing("chat", "M12 3.75c-4.97 0-9 3.36-9 7.5 0 2.3 1.24 4.35 3.19 5.73-.1 1.2-.6 2.3-1.44 3.27 1.7-.13 3.3-.72 4.6-1.68.85.12 1.73.18 2.65.18 4.97 0 9-3.36 9-7.5s-4.03-7.5-9-7.5Z"),
      drawing("down", "m6 9.5 6 6 6-6"),
    );
    root.append(launcher);

    /** @type {HTMLIFrameElement | undefined} */
    let frame;
    /** @type {Promise<import("./page.mjs").Page> | undefined} */
    let page;
    const ended = new AbortController();
    const { signal } = ended;
    const state = { open: false, hidden: false, unread: 0, started: false };
    /** @type {Map<string, Set<((payload: any) => void) & { of?: Function }>>} */
    const listeners = new Map();
    const words = { open: dataset.label || openText, close: closeText, title: titleText };
    /** What the page gives that no attribute holds. @type {{ identity?: unknown }} */
    const given = {};

    /** @param {string} name @param {unknown} [detail] */
    const emit = (name, detail) => {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          listener(detail);
        } catch (error) {
          console.error("chatwheel: a listener failed", error);
        }
      }
      element.dispatchEvent(new CustomEvent(`chatwheel:${name}`, { detail, bubbles: true, composed: true }));
    };

    const draw = () => {
      launcher.setAttribute("aria-expanded", String(state.open));
      launcher.setAttribute("aria-label", state.open ? words.close : words.open);
      element.toggleAttribute("data-open", state.open && !state.hidden);
      element.hidden = state.hidden;
      if (!frame) return;
      frame.title = words.title;
      frame.classList.toggle("open", state.open);
      frame.inert = !state.open;
    };

    // -- consent --------------------------------------------------------------------------------------------------

    let consented = rule === undefined || Boolean(stored((storage) => storage.getItem(consentKey)));
    /** What was said last: the visitor may change their mind while all is being deleted. */
    let wish = consented;
    /** Deletes what was kept. @type {Promise<void> | undefined} */
    let going;
    /** @type {[work: () => void, refuse?: () => void][]} */
    const withheld = [];
    /** Now, or when the visitor consents. @param {() => void} work @param {() => void} [refuse] it will never be done */
    const allowed = (work, refuse) => (consented && !going ? work() : void withheld.push([work, refuse]));

    /** @param {boolean} given */
    const consent = async (given) => {
      if (typeof given !== "boolean") throw refusal("INVALID_ARGUMENT", "consent takes true or false.");
      wish = given;
      if (given && going) await Promise.allSettled([going]);
      if (wish !== given || given === consented) return going;
      // Other tabs hear of it first, and stop.
      stored((storage) => storage.setItem(consentKey, given ? "1" : ""));
      agree(given);
      if (!given) await (going = forget().finally(() => (going = undefined)));
    };

    /** @param {boolean} given */
    const agree = (given) => {
      wish = consented = given;
      emit("consent", given);
      if (given) for (const [work] of withheld.splice(0)) work();
      else unload();
    };

    /**
     * What was kept goes; what is in the frame's storage, only a frame can reach.
     * @param {"all" | "visitor"} [what] all, or what one visitor leaves behind for the next
     */
    const forget = async (what = "all") => {
      stored((storage) => [key, ...(what === "all" ? [consentKey] : [])].forEach((name) => storage.removeItem(name)));
      make("#forget");
      await page?.then((page) => page.forget(what)).finally(() => what === "visitor" && state.open ? tell((page) => page.renew()) : unload());
    };

    // -- the frame ------------------------------------------------------------------------------------------------

    /** @param {(page: import("./page.mjs").Page) => void} work */
    const tell = (work) => void page?.then(work, () => {});

    const make = (task = "") => {
      if (frame) return;
      frame = document.createElement("iframe");
      frame.src = at("frame.html" + (task || (dataset.enter === "newline" ? "#newline" : ""))); // it may be typed in before it is told anything
      frame.id = "panel";
      frame.setAttribute("part", "panel");
      launcher.setAttribute("aria-controls", frame.id);
      frame.allow = "clipboard-write; autoplay";
      frame.addEventListener("load", () => tell((page) => page.connect()));
      const made = frame;
      for (const name in MODULES) {
        const link = document.createElement("link");
        Object.assign(link, { rel: "modulepreload", href: at(name), integrity: MODULES[name], nonce: script.nonce });
        root.append(link); // what is imported from there must have this content
      }
      page = import(at(Object.keys(MODULES)[0])).then(
        ({ Page }) => new Page({ base, key, dataset, given, element, root, launcher, drawing, words, listeners, state, signal, frame: made, emit, draw, open, close, unload }),
      );
      page.catch((error) => {
        const hint = "Whoever serves it to pages of other origins sends Access-Control-Allow-Origin.";
        console.error(`chatwheel: page.mjs could not be loaded. ${hint}`, error);
        unload(); // a panel that nobody could close; the next click tries again
        emit("failed", { reason: "script", message: String(error) });
      });
      draw();
      root.append(frame);
      void frame.offsetWidth; // so that opening right after this is animated
    };
    const load = () => allowed(make);

    const unload = () => {
      tell((page) => page.stop());
      state.open = state.started = false;
      frame?.remove();
      launcher.removeAttribute("aria-controls");
      frame = page = undefined;
      draw();
    };

    /** @param {{ focus?: boolean }} [how] */
    const open = ({ focus = false } = {}) =>
      allowed(() => {
        make();
        conceal(false);
        if (state.open) return;
        state.open = true;
        draw();
        if (focus) frame?.focus();
        tell((page) => page.moved(focus));
        emit("open");
      });

    const close = () => {
      if (!state.open || inline) return;
      const inside = root.activeElement === frame || document.activeElement === element;
      state.open = false;
      draw();
      tell((page) => page.moved());
      if (inside) launcher.focus();
      emit("close");
    };

    /** Only who presses something wants the focus moved: a page that opens the panel by itself leaves it where it is. */
    const focus = () => navigator.userActivation?.isActive ?? true;

    const toggle = () => (state.open ? close() : open({ focus: focus() }));

    /** @param {boolean} hidden */
    const conceal = (hidden) => {
      if (hidden === state.hidden) return;
      state.hidden = hidden;
      draw();
      tell((page) => page.moved());
      emit(hidden ? "hide" : "show");
    };

    launcher.addEventListener("click", () => {
      const act = state.open ? close : () => open({ focus: true });
      void consent(true); // what waited for it may open the panel, too
      act();
    });
    element.addEventListener("keydown", (event) => event.key === "Escape" && close());

    // -- window.chatwheel -----------------------------------------------------------------------------------------

    /** @param {string} name @param {(payload: any) => void} listener @param {typeof listener} [run] what is called for it */
    const on = (name, listener, run = listener) => {
      if (typeof name !== "string" || typeof listener !== "function") {
        throw refusal("INVALID_ARGUMENT", "on, once and off take an event's name and a function.");
      }
      listeners.set(name, (listeners.get(name) ?? new Set()).add(run));
      tell((page) => page.listen(name));
      return () => void listeners.get(name)?.delete(run);
    };

    const destroy = () => {
      if (signal.aborted) return;
      emit("destroy");
      unload();
      ended.abort();
      observer.disconnect();
      element.remove();
      listeners.clear();
      for (const [, refuse] of withheld.splice(0)) refuse?.();
      host.chatwheel.mounted = false;
    };

    /** @type {Record<string, (...args: any[]) => unknown>} */
    const verbs = {
      open: () => open({ focus: focus() }),
      close,
      toggle,
      hide: () => conceal(true),
      show: () => conceal(false),
      identity: (provider) => {
        if (provider && typeof (provider.getToken ?? provider) !== "function") {
          throw refusal("INVALID_ARGUMENT", "identity takes a function that gives a token, an object with getToken, or null.");
        }
        given.identity = provider;
        tell((page) => page.renew());
      },
      logout: () => (consented ? forget("visitor") : undefined), // else nothing is kept
      forget: () => {
        const had = consented;
        if (rule !== undefined) wish = consented = false; // it is asked for again
        return had ? forget() : undefined;
      },
      unread: () => state.unread,
      state: () => ({ ...state }),
      consent,
      destroy,
      init: () => void (host.chatwheel.mounted || start()),
      on: (name, listener) => on(name, listener),
      once: (name, listener) => {
        const run = (/** @type {unknown} */ payload) => {
          off();
          listener(payload);
        };
        const off = on(name, listener, Object.assign(run, { of: listener }));
        return off;
      },
      off: (name, listener) => {
        for (const run of listeners.get(name) ?? []) if (run === listener || run.of === listener) listeners.get(name)?.delete(run);
      },
    };

    /** @param {string} method @param {unknown[]} args */
    const call = (method, ...args) => {
      if (signal.aborted && host.chatwheel.mounted) return host.chatwheel(method, ...args); // it was kept since before `init`
      if (method === "on" || method === "once") return verbs[method](...args);
      return new Promise((resolve, reject) => {
        const refuse = () => reject(destroyed());
        if (signal.aborted && !/^(init|state|unread)$/.test(method)) refuse();
        else if (Object.hasOwn(verbs, method)) resolve(verbs[method](...args));
        else {
          allowed(() => {
            make();
            page?.then((page) => page.call(method, args)).then(resolve, reject);
          }, refuse);
        }
      });
    };

    const ready = new Promise((resolve, reject) => {
      listeners.set("ready", new Set([resolve])).set("destroy", new Set([() => reject(destroyed())]));
    });
    ready.catch(() => {}); // nobody has to wait for it
    const queue = Array.isArray(host.chatwheel?.q) ? host.chatwheel.q : [];
    host.chatwheel = Object.assign(call, { mounted: true, script, ready });

    // -- going ----------------------------------------------------------------------------------------------------

    /** Page applications put a new page, or a new body, in the place of the old one. */
    const place = () => {
      if (element.isConnected) return;
      const home = inline ? document.querySelector(inline) : document.body;
      home?.append(element);
      if (!inline) observer.observe(document.body, { childList: true });
    };
    const observer = new MutationObserver(place);

    const enter = () => {
      draw();
      place();
      observer.observe(document.documentElement, { childList: true, subtree: Boolean(inline) });
      for (const args of queue) try { host.chatwheel(...args); } catch (error) { console.error(error); } // first: it may say who is here
      const boot = dataset.boot ?? "intent";
      const { saveData, effectiveType = "" } = host.navigator.connection ?? {}; // where each byte is dear: only what is asked for
      if (boot !== "manual" && !saveData && !/[23]g/.test(effectiveType) && !signal.aborted) prepare(boot);
    };

    /** @param {string} boot */
    const prepare = (boot) => {
      if (inline) {
        const seen = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && (seen.disconnect(), open()));
        seen.observe(element);
      } else if (boot === "eager" || (consented && stored((storage) => storage.getItem(key)))) load();
      else if (boot === "idle") (host.requestIdleCallback ?? setTimeout)(load);
      else {
        const wish = () => consented && make();
        for (const sign of ["pointerenter", "focus", "touchstart"]) launcher.addEventListener(sign, wish, { once: true, passive: true });
      }
    };

    // What was said in another tab.
    addEventListener("storage", ({ key, newValue }) => key === consentKey && !newValue === consented && agree(!consented), { signal });
    if (document.body) enter();
    else addEventListener("DOMContentLoaded", enter, { signal });
  };
  start();
})();
