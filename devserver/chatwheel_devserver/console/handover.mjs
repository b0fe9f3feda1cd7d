// Two dialogs: handing a chat over to a colleague or a group, and greeting a visitor who is in no chat.

import { openDialog } from "./canned.mjs";
import { arrange, byId, h, setText } from "./dom.mjs";

/** @typedef {import("./types.mjs").Json} Json */
/** @typedef {(action: string, payload: Json) => Promise<Json>} Ask */

export class Transfer {
  #dialog = byId("transfer", HTMLDialogElement);
  #list = byId("transfer-list", HTMLElement);
  #problem = byId("transfer-problem", HTMLElement);

  /**
   * @param {Ask} ask
   * @param {() => string | null} chatId
   */
  constructor(ask, chatId) {
    this.ask = ask;
    byId("transfer-open", HTMLButtonElement).addEventListener("click", () => {
      const id = chatId();
      if (id !== null) void this.#open(id);
    });
  }

  /** @param {string} chatId */
  async #open(chatId) {
    arrange(this.#list, []);
    openDialog(this.#dialog);
    try {
      const [people, places] = await Promise.all([this.ask("list_agents_for_transfer", { chat_id: chatId }), this.ask("list_groups", {})]);
      const agents = people.map((/** @type {Json} */ agent) => {
        const count = agent.active_chats === 1 ? "1 chat" : `${agent.active_chats} chats`;
        return this.#target(chatId, agent.name ?? agent.agent_id, count, { type: "agent", ids: [agent.agent_id] });
      });
      const groups = places.groups.map((/** @type {Json} */ group) => {
        const words = group.routing_status === "offline" ? "offline" : group.queued_chats > 0 ? `${group.queued_chats} waiting` : "online";
        return this.#target(chatId, group.name, words, { type: "group", ids: [group.id] });
      });
      const none = agents.length > 0 ? [] : [h("p", { class: "quiet" }, "No colleague takes chats at the moment.")];
      arrange(this.#list, [h("h3", {}, "Colleagues"), ...none, ...agents, h("h3", {}, "Groups"), ...groups]);
    } catch (error) {
      setText(this.#problem, wordsOf(error));
    }
  }

  /**
   * @param {string} chatId
   * @param {string} name
   * @param {string} words
   * @param {Json} target
   */
  #target(chatId, name, words, target) {
    const click = async () => {
      try {
        await this.ask("transfer_chat", { id: chatId, target, ignore_requester_presence: true });
        this.#dialog.close();
      } catch (error) {
        setText(this.#problem, wordsOf(error));
      }
    };
    return h("button", { type: "button", class: "target", click }, h("bdi", {}, name), h("span", { class: "quiet" }, words));
  }
}

export class Greeter {
  #dialog = byId("greeting", HTMLDialogElement);
  #problem = byId("greeting-problem", HTMLElement);
  #customerId = "";

  /**
   * @param {Ask} ask
   * @param {(customerId: string) => void} done
   */
  constructor(ask, done) {
    const text = byId("greeting-text", HTMLTextAreaElement);
    byId("greeting-form", HTMLFormElement).addEventListener("submit", async (event) => {
      event.preventDefault();
      if (text.value.trim() === "") {
        setText(this.#problem, "The greeting is empty.");
        return;
      }
      try {
        await ask("send_greeting", { customer_id: this.#customerId, text: text.value.trim() });
        this.#dialog.close();
        done(this.#customerId);
      } catch (error) {
        setText(this.#problem, wordsOf(error));
      }
    });
  }

  /**
   * @param {string} customerId
   * @param {string} name
   */
  open(customerId, name) {
    this.#customerId = customerId;
    setText(byId("greeting-title", HTMLElement), `Greet ${name}`);
    openDialog(this.#dialog);
  }
}

/** @param {unknown} error */
function wordsOf(error) {
  return error instanceof Error ? error.message : String(error);
}
