// @ts-check
/** A few emoji to choose from, above the composer: a grid to walk in with the arrow keys. Loaded when it is asked for. */
import { element } from "./parts.mjs";

/** Of fingers' width there is room for fewer. */
const COLUMNS = matchMedia("(pointer: coarse)").matches ? 7 : 8;
const EMOJI = (
  "😀 😃 😄 😁 😅 😂 🙂 😉 😊 😍 😘 😎 🤔 😐 🙄 😏 😔 😢 😭 😠 😱 😴 🤗 🤷 👍 👎 👌 👏 🙏 💪 👋 🤝 " +
  "❤️ 💔 🔥 🎉 ✨ ⭐ ✅ ❌ ❓ ❗ ☕ 🍕 🎁 📦 🚚 💳"
).split(" ");

export class EmojiPicker {
  #button;
  #label;
  #choose;
  /** @type {HTMLElement | undefined} */
  #picker;

  /**
   * @param {HTMLElement} button what opens it
   * @param {string} label
   * @param {(emoji: string | undefined) => void} choose told the one that was chosen, nothing if none was
   */
  constructor(button, label, choose) {
    this.#button = button;
    this.#label = label;
    this.#choose = choose;
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !this.#picker?.contains(target) && !button.contains(target)) this.#close();
    });
  }

  toggle() {
    if (this.#picker) this.#done(undefined);
    else this.#open();
  }

  #open() {
    const picker = element("div", { name: "emoji-picker" });
    picker.role = "grid";
    picker.ariaLabel = this.#label;
    for (let start = 0; start < EMOJI.length; start += COLUMNS) {
      const row = element("div");
      row.role = "row";
      row.append(...EMOJI.slice(start, start + COLUMNS).map((emoji) => this.#cell(emoji)));
      picker.append(row);
    }
    picker.addEventListener("keydown", (event) => this.#key(event));
    this.#button.after(picker);
    this.#button.setAttribute("aria-expanded", "true");
    this.#picker = picker;
    this.#focus(0);
  }

  /** @param {string} emoji */
  #cell(emoji) {
    const cell = document.createElement("button");
    cell.type = "button";
    cell.role = "gridcell";
    cell.tabIndex = -1;
    cell.textContent = emoji;
    cell.addEventListener("click", () => this.#done(emoji));
    return cell;
  }

  get #cells() {
    return [...(this.#picker?.querySelectorAll("button") ?? [])];
  }

  /** @param {number} index */
  #focus(index) {
    const cells = this.#cells;
    for (const cell of cells) cell.tabIndex = -1;
    const cell = cells[Math.min(cells.length - 1, Math.max(0, index))];
    cell.tabIndex = 0;
    cell.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const now = this.#cells.findIndex((cell) => cell === document.activeElement);
    const forward = getComputedStyle(this.#button).direction === "rtl" ? -1 : 1;
    const row = now - (now % COLUMNS);
    const places = /** @type {Record<string, number>} */ ({
      ArrowLeft: now - forward,
      ArrowRight: now + forward,
      ArrowUp: now < COLUMNS ? now : now - COLUMNS,
      ArrowDown: now + COLUMNS < EMOJI.length ? now + COLUMNS : now,
      Home: event.ctrlKey ? 0 : row,
      End: event.ctrlKey ? EMOJI.length - 1 : row + COLUMNS - 1,
    });
    if (event.key === "Escape") this.#done(undefined);
    else if (event.key === "Tab") this.#close();
    else if (event.key in places) this.#focus(places[event.key]);
    else return;
    event.stopPropagation(); // Escape would close the panel
    if (event.key !== "Tab") event.preventDefault();
  }

  /** @param {string | undefined} emoji */
  #done(emoji) {
    this.#close();
    this.#choose(emoji);
  }

  #close() {
    this.#picker?.remove();
    this.#picker = undefined;
    this.#button.setAttribute("aria-expanded", "false");
  }
}
