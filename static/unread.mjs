// @ts-check
/** What is unread, on the host page: the badge on the launcher, the newest message beside it, the count in the title. */

/** Milliseconds after which what is said in a new place is heard. */
const HEARD_AFTER = 100;
const STYLE = `
  .badge { position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-width: 22px; height: 22px;
    padding: 0 6px; box-sizing: border-box; border-radius: 11px; background: #b3261e; color: #fff;
    font: 600 12px/22px system-ui, sans-serif; text-align: center; box-shadow: 0 0 0 2px #fff; }
  [hidden], :host([data-open]) :is(.badge, .preview) { display: none !important; }
  .preview { position: absolute; inset-block-end: 76px; inset-inline-end: 0; display: flex; width: max-content;
    max-width: min(300px, 100vw - 48px); box-sizing: border-box; border-radius: 16px; background: light-dark(#fff, #1a1a1f);
    color: light-dark(#17171c, #f1f1f5); font: 14px/1.45 var(--chatwheel-font, system-ui), sans-serif;
    box-shadow: 0 0 0 1px rgb(128 128 144 / 16%), 0 8px 28px rgb(20 20 40 / 20%); }
  :host([data-position="start"]) .preview { inset-inline: 0 auto; }
  .preview button { all: unset; cursor: pointer; }
  .preview .text { flex: 1; min-width: 0; padding: 12px 0 12px 16px; overflow-wrap: anywhere; }
  .preview .text:focus-visible, .preview .away:focus-visible { outline: 2px solid light-dark(#17171c, #f1f1f5);
    outline-offset: -2px; border-radius: 14px; }
  .preview b { display: block; overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  .preview span { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 6; }
  .preview .away { display: grid; place-items: center; flex: none; width: 44px; height: 44px; color: light-dark(#676773, #a5a5b2); }
  .preview .away svg { width: 18px; height: 18px; }
  @media (max-height: 340px) { .preview span { -webkit-line-clamp: 2; } }
  @media (forced-colors: active) { .preview, .badge { outline: 1px solid CanvasText; } }`;

export class Unread {
  #element = document.createElement("div");
  /** It is there before there is anything to say: what comes together with its words is not heard of. */
  #status = document.createElement("div");
  #isHeard = false;
  #isWanted = false;
  #badge = document.createElement("span");
  #said = button("text", "preview-text");
  #away = button("away", "preview-close");
  #count = 0;
  /** What the page's title was before the count was put there … */
  #title = "";
  /** … and the title with it. @type {string | undefined} */
  #written;

  /**
   * @param {import("./page.mjs").Embed} embed
   * @param {{ onOpen: () => void, onDismiss: () => void }} handlers
   */
  constructor({ root, launcher, drawing }, { onOpen, onDismiss }) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets.push(sheet);
    this.#badge.className = "badge";
    this.#badge.setAttribute("part", "badge");
    this.#badge.setAttribute("aria-hidden", "true");
    launcher.append(this.#badge);
    this.#element.className = "preview";
    this.#element.setAttribute("part", "preview");
    this.#element.hidden = true;
    this.#away.append(drawing("close", "m6.5 6.5 11 11m0-11-11 11"));
    this.#element.append(this.#said, this.#away);
    this.#status.setAttribute("role", "status");
    this.#status.append(this.#element);
    launcher.before(this.#status);
    setTimeout(() => {
      this.#isHeard = true;
      this.#element.hidden = !this.#isWanted;
    }, HEARD_AFTER);
    this.#said.addEventListener("click", onOpen);
    this.#away.addEventListener("click", () => {
      this.#want(false);
      onDismiss();
    });
  }

  /**
   * @param {number} count
   * @param {{ name: string, text: string } | null} message the newest; texts of strangers: they become text, whatever they hold
   * @param {{ title: string, dismiss: string }} words what stands in the title, and the cross's name
   */
  show(count, message, { title, dismiss }) {
    this.#badge.hidden = !count;
    this.#badge.textContent = count > 99 ? "99+" : String(count);
    this.#away.setAttribute("aria-label", dismiss);
    if (message) this.#said.replaceChildren(line("b", message.name), line("span", message.text));
    // What was waved away stays away until there is more.
    if (count !== this.#count) this.#want(Boolean(message && count));
    this.#count = count;
    this.#writeTitle(count, title);
  }

  /** Shows the message, or takes it away. @param {boolean} isWanted */
  #want(isWanted) {
    this.#isWanted = isWanted;
    this.#element.hidden = !(isWanted && this.#isHeard);
  }

  remove() {
    this.#writeTitle(0, "");
    this.#badge.remove();
    this.#status.remove();
  }

  /** The page's own title: a page application may have written another over ours. */
  get title() {
    return document.title === this.#written ? this.#title : document.title;
  }

  /** The count stands in the title while the visitor cannot see the messages. @param {number} count @param {string} words */
  #writeTitle(count, words) {
    this.#title = this.title;
    if (count) {
      document.title = `${words} \u00b7 ${this.#title}`;
      this.#written = document.title; // as the browser has it, which folds spaces
    } else if (this.#written !== undefined) {
      document.title = this.#title;
      this.#written = undefined;
    }
  }
}

/** @param {string} name @param {string} part */
function button(name, part) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.setAttribute("part", part);
  return made;
}

/** @param {string} tag @param {string} text */
function line(tag, text) {
  const made = document.createElement(tag);
  made.dir = "auto";
  made.textContent = text;
  return made;
}
