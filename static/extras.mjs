// @ts-check
/** What is loaded when it is first needed: the emoji picker, and the sheet in which other people's pages are shown. */
import { check } from "./release.mjs";

/** @typedef {(key: string, values?: Record<string, string>) => string} Say */

export class Extras {
  #say;
  /** @type {import("./emoji.mjs").EmojiPicker | undefined} */
  #emoji;
  /** @type {import("./sheet.mjs").Sheet | undefined} */
  #sheet;

  /** @param {Say} say */
  constructor(say) {
    this.#say = say;
  }

  /** @param {import("./sheet.mjs").Request} request */
  async showPage(request) {
    await check("sheet.mjs");
    const { Sheet } = await import("./sheet.mjs");
    this.#sheet ??= new Sheet(this.#say);
    this.#sheet.open(request);
  }

  /** Whether there was a sheet to close. */
  closePage() {
    const isOpen = Boolean(this.#sheet?.isOpen);
    if (isOpen) this.#sheet?.close();
    return isOpen;
  }

  /** @param {(emoji: string | undefined) => void} onChosen also told when none was */
  async chooseEmoji(onChosen) {
    if (!this.#emoji) {
      await check("emoji.mjs");
      const { EmojiPicker } = await import("./emoji.mjs");
      const button = /** @type {HTMLElement} */ (document.querySelector("#emoji"));
      this.#emoji ??= new EmojiPicker(button, this.#say("composer.emoji"), onChosen);
    }
    this.#emoji.toggle();
  }
}
