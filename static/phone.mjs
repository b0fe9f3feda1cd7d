// @ts-check
/**
 * The panel on a phone: a sheet over the whole screen. It is as high as what the keyboard leaves, the page behind it
 * neither scrolls nor takes the focus, and the back gesture closes it. All that is undone when it closes.
 */

/** As in embed.js: narrow, very low (another screen, with a zoom of 400 %), or low as a phone on its side. */
const SMALL = "(max-width: 480px), (max-height: 340px), (max-height: 480px) and (pointer: coarse)";
/** Pixels: what takes more from the screen is a keyboard. */
const KEYBOARD = 120;

const STYLE = `
  @media ${SMALL} {
    iframe { box-sizing: border-box; background: light-dark(#fff, #1a1a1f); padding: env(safe-area-inset-top)
      env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left); }
    :host([data-keyboard]) iframe { padding-block-end: 0; }
  }`;

export class Phone {
  #embed;
  #onChange;
  #media = matchMedia(SMALL);
  #is = false;
  /** What the page had before, and gets back. @type {(() => void)[]} */
  #undo = [];
  /** Whether the entry of the sheet is on its way out of the history. */
  #isGoingBack = false;

  /**
   * @param {import("./page.mjs").Embed} embed
   * @param {AbortSignal} signal
   * @param {(is: boolean) => void} onChange told when the panel has become such a sheet, or is none any more
   */
  constructor(embed, signal, onChange) {
    this.#embed = embed;
    this.#onChange = onChange;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    embed.root.adoptedStyleSheets.push(sheet);
    const observer = new MutationObserver(() => this.#look());
    observer.observe(embed.element, { attributeFilter: ["data-open"] });
    this.#media.addEventListener("change", () => this.#look(), { signal });
    addEventListener("popstate", () => this.#went(), { signal });
    for (const name of ["resize", "scroll"]) visualViewport?.addEventListener(name, () => this.#fit(), { signal });
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.#leave();
    });
    this.#look();
  }

  /** The panel opened or closed, or the screen is another: a phone was turned. */
  #look() {
    const is = this.#embed.element.hasAttribute("data-open") && this.#media.matches;
    if (is && !this.#is) this.#enter();
    else if (!is) this.#leave();
  }

  #enter() {
    this.#is = true;
    this.#onChange(true);
    for (const { style } of [document.documentElement, document.body]) {
      const { overflow, overscrollBehavior } = style;
      Object.assign(style, { overflow: "hidden", overscrollBehavior: "none" });
      this.#undo.push(() => Object.assign(style, { overflow, overscrollBehavior }));
    }
    for (const other of document.body.children) {
      if (!(other instanceof HTMLElement) || other === this.#embed.element || other.inert) continue;
      other.inert = true;
      this.#undo.push(() => void (other.inert = false));
    }
    if (!this.#isGoingBack) this.#push();
    this.#fit();
  }

  #leave() {
    if (!this.#is) return;
    this.#is = false;
    this.#onChange(false);
    for (const undo of this.#undo.splice(0)) undo();
    this.#fit();
    if (!history.state?.chatwheel) return; // it was the back gesture, or the page has gone on
    this.#isGoingBack = true;
    history.back();
  }

  // -- the back gesture -----------------------------------------------------------------------------------------

  /** An entry to go back from, with the address and what the page's application keeps with it. */
  #push() {
    if (history.state?.chatwheel) return; // the page was loaded anew while the sheet was open
    const { state } = history;
    history.pushState({ ...(typeof state === "object" ? state : {}), chatwheel: true }, "");
  }

  /** The visitor, or the page's application, went through the history. */
  #went() {
    const isOurs = Boolean(history.state?.chatwheel);
    if (this.#isGoingBack) {
      this.#isGoingBack = false;
      if (this.#is) this.#push(); // opened again before it was back
    } else if (this.#is && !isOurs) this.#embed.close();
    else if (!this.#is && isOurs) history.back(); // nothing to see here any more
  }

  // -- the keyboard ---------------------------------------------------------------------------------------------

  /** As much of the screen as the visitor sees. Who looks closer, with two fingers, sees a part of the sheet. */
  #fit() {
    const { frame, element } = this.#embed;
    const { height, offsetTop, scale } = visualViewport ?? { height: innerHeight, offsetTop: 0, scale: 1 };
    const isTaken = this.#is && scale < 1.05 && innerHeight - height > KEYBOARD;
    element.toggleAttribute("data-keyboard", isTaken);
    frame.style.height = isTaken ? `${height}px` : "";
    frame.style.top = isTaken ? `${offsetTop}px` : "";
  }
}
