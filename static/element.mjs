// @ts-check
/**
 * `<chatwheel-widget>`: the chat as a part of the page, as an element. It stands where the script tag of embed.js would, takes the
 * same `data-` attributes, and loads embed.js, which lies beside it, when it first comes into a document. See docs/embed.md.
 */

const NAME = "chatwheel-widget";
const EMBED = new URL("embed.js", import.meta.url).href;

/** @type {any} */
const host = window;

const style = new CSSStyleSheet();
style.replaceSync(":host { display: block; block-size: 100%; min-block-size: 360px; } :host([hidden]) { display: none; }");

/** The element that embed.js reads; there is one chat on a page. @type {ChatwheelWidget | undefined} */
let leader;
/** Whether the chat is to be there, once embed.js is. */
let isWanted = false;
/** @type {Promise<unknown> | undefined} */
let loading;

export class ChatwheelWidget extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    root.append(document.createElement("slot")); // the chat is in the page, where the page's custom properties reach it
  }

  /** Where embed.js looks for what it loads, as in a script tag. */
  get src() {
    return EMBED;
  }

  connectedCallback() {
    if (leader && leader !== this && leader.isConnected) {
      return console.warn(`chatwheel: there is one chat on a page. This <${NAME}> stays empty.`);
    }
    // An application may make the element anew: embed.js goes on reading the first.
    if (leader && leader !== this) Object.assign(leader.dataset, this.dataset);
    this.dataset.inline = NAME;
    leader ??= this;
    isWanted = true;
    void begin(leader);
  }

  disconnectedCallback() {
    if (leader !== this && leader?.isConnected) return;
    // Moved or replaced, there is one again in a moment.
    queueMicrotask(() => {
      isWanted = document.querySelector(NAME) !== null;
      if (!isWanted && host.chatwheel?.mounted) void host.chatwheel("destroy");
    });
  }
}

/** @param {ChatwheelWidget} element */
async function begin(element) {
  if (host.chatwheel?.mounted) {
    if (host.chatwheel.script === element) return;
    return console.warn(`chatwheel: the page has a chat already, by its script tag. <${NAME}> stays empty.`);
  }
  if (!loading) {
    const queue = Array.isArray(host.chatwheel?.q) ? host.chatwheel.q : [];
    host.chatwheel = Object.assign((/** @type {unknown[]} */ ...call) => void queue.push(call), { q: queue, script: element });
    loading = import(EMBED);
    return loading.then(
      () => !isWanted && host.chatwheel.mounted && void host.chatwheel("destroy"),
      (error) => {
        loading = undefined;
        console.error(`chatwheel: embed.js could not be loaded beside element.mjs. <${NAME}> stays empty.`, error);
      },
    );
  }
  await loading;
  if (isWanted && !host.chatwheel.mounted) await host.chatwheel("init");
}

if (!customElements.get(NAME)) customElements.define(NAME, ChatwheelWidget);
