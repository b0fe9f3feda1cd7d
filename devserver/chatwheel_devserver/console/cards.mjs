// The composer of rich messages: cards with pictures and buttons, or quick replies.

import { openDialog } from "./canned.mjs";
import { arrange, byId, h, icon, setText } from "./dom.mjs";
import { webAddress } from "./format.mjs";

/** @typedef {import("./types.mjs").Json} Json */

const MAX_CARDS = 10;
const MAX_BUTTONS = 13;
/** What a button does, and what must be said besides its text. */
const KINDS = /** @type {Record<string, {name: string, value?: string}>} */ ({
  message: { name: "Answers" },
  url: { name: "Opens a link", value: "Address of the page" },
  webview: { name: "Opens in the chat", value: "Address of the page" },
  phone: { name: "Calls", value: "Telephone number" },
  cancel: { name: "Declines" },
});

/**
 * @typedef {object} CardForm
 * @property {HTMLElement} root
 * @property {() => Json} read
 */

export class CardComposer {
  #dialog = byId("cards", HTMLDialogElement);
  #form = byId("cards-form", HTMLFormElement);
  #list = byId("cards-list", HTMLElement);
  #add = byId("cards-add", HTMLButtonElement);
  #problem = byId("cards-problem", HTMLElement);
  /** @type {CardForm[]} */
  #cards = [];

  /** @param {(event: Json) => void} send */
  constructor(send) {
    byId("cards-open", HTMLButtonElement).addEventListener("click", () => this.#open());
    this.#add.addEventListener("click", () => this.#addCard());
    this.#form.addEventListener("change", () => this.#arrange());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const message = this.#read();
      if (message === null) return;
      this.#dialog.close();
      send(message);
    });
  }

  #open() {
    this.#cards = [];
    openDialog(this.#dialog);
    this.#addCard();
  }

  /** Whether the buttons are all there is, as in quick replies. */
  get #isReplies() {
    return new FormData(this.#form).get("template") === "quick_replies";
  }

  #addCard() {
    const card = newCard(() => this.#remove(card));
    this.#cards.push(card);
    this.#arrange();
    card.root.querySelector("input")?.focus();
  }

  /** @param {CardForm} card */
  #remove(card) {
    this.#cards = this.#cards.filter((other) => other !== card);
    this.#arrange();
  }

  #arrange() {
    if (this.#isReplies) this.#cards.length = Math.min(this.#cards.length, 1);
    this.#list.classList.toggle("is-replies", this.#isReplies);
    this.#list.classList.toggle("is-single", this.#cards.length === 1);
    for (const { root } of this.#cards) {
      root.querySelector("input")?.setAttribute("placeholder", this.#isReplies ? "Question" : "Title");
    }
    this.#add.hidden = this.#isReplies || this.#cards.length >= MAX_CARDS;
    arrange(
      this.#list,
      this.#cards.map(({ root }) => root),
    );
  }

  /** @returns {Json | null} */
  #read() {
    const replies = this.#isReplies;
    const elements = this.#cards.map((card) => card.read());
    if (replies) for (const element of elements) for (const part of ["subtitle", "image"]) delete element[part];
    const problem = problemOf(elements, replies);
    setText(this.#problem, problem);
    if (problem !== "") return null;
    return { type: "rich_message", template_id: replies ? "quick_replies" : "cards", elements };
  }
}

/**
 * @param {Json[]} elements
 * @param {boolean} replies
 */
function problemOf(elements, replies) {
  if (elements.some(({ title }) => title === undefined)) return replies ? "The question is missing." : "A card needs a title.";
  if (replies && elements.some(({ buttons }) => buttons === undefined)) return "Quick replies need at least one button.";
  const buttons = elements.flatMap((element) => element.buttons ?? []);
  if (buttons.some(({ type, value }) => ["url", "webview"].includes(type) && !/^https?:\/\/./.test(value))) {
    return "The address of a page begins with https:// or http://.";
  }
  if (buttons.some(({ type, value }) => type === "phone" && value === "")) return "A button that calls needs a number.";
  if (elements.some(({ image }) => image !== undefined && webAddress(image.url) === null)) {
    return "The address of a picture begins with https:// or http://.";
  }
  return "";
}

/**
 * @param {string} label
 * @param {string} placeholder
 */
function input(label, placeholder) {
  return h("input", { type: "text", "aria-label": label, placeholder, maxlength: 300 });
}

/** @param {() => void} remove */
function newCard(remove) {
  const title = input("Title", "Title");
  const subtitle = input("Subtitle", "Subtitle (optional)");
  const image = input("Picture", "Address of a picture (optional)");
  subtitle.classList.add("card-only");
  image.classList.add("card-only");
  const buttons = h("div", { class: "button-inputs" });
  const addButton = () => {
    const field = input("Button", "Text of a button");
    const close = h("button", { type: "button", class: "icon-button", "aria-label": "Remove the button" }, icon("cross"));
    const kinds = Object.entries(KINDS).map(([value, { name }]) => h("option", { value }, name));
    const kind = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": "What the button does" }, ...kinds));
    const value = input("Address or number", "");
    const turn = () => {
      const wanted = KINDS[kind.value]?.value;
      value.hidden = wanted === undefined;
      value.placeholder = wanted ?? "";
    };
    kind.addEventListener("change", turn);
    turn();
    const row = h("div", { class: "button-input" }, field, kind, close, value);
    close.addEventListener("click", () => row.remove());
    if (buttons.children.length < MAX_BUTTONS) buttons.append(row);
    field.focus();
  };
  const more = h("button", { type: "button", class: "link" }, "Add a button");
  more.addEventListener("click", addButton);
  const drop = h("button", { type: "button", class: "link remove-card" }, "Remove the card");
  drop.addEventListener("click", remove);
  const foot = h("div", { class: "card-foot" }, more, drop);
  const root = h("fieldset", { class: "card-form", "aria-label": "Card" }, title, subtitle, image, buttons, foot);
  return { root, read: () => elementOf(title, subtitle, image, buttons) };
}

/**
 * @param {HTMLInputElement} title
 * @param {HTMLInputElement} subtitle
 * @param {HTMLInputElement} image
 * @param {HTMLElement} buttons
 */
function elementOf(title, subtitle, image, buttons) {
  /** @type {Json} */
  const element = {};
  if (title.value.trim() !== "") element.title = title.value.trim();
  if (subtitle.value.trim() !== "") element.subtitle = subtitle.value.trim();
  if (image.value.trim() !== "") element.image = { url: image.value.trim() };
  const made = [...buttons.children].map((row, index) => buttonOf(row, `b${index}`)).filter((button) => button.text !== "");
  if (made.length > 0) element.buttons = made;
  return element;
}

/**
 * @param {Element} row
 * @param {string} id
 * @returns {Json}
 */
function buttonOf(row, id) {
  const [text = "", value = ""] = [...row.querySelectorAll("input")].map((field) => field.value.trim());
  const type = row.querySelector("select")?.value ?? "message";
  const button = { type, text, postback_id: id, user_ids: [] };
  if (type === "cancel") return button;
  return { ...button, value: type === "message" ? text : value };
}
