// @ts-check
/** The verbs of `window.chatwheel` that the frame carries out itself. All others are methods of the SDK, and Python's. */
import { TEXT_LIMIT } from "./composer.mjs";

/**
 * @typedef {{ id: number, method: string, args: any[] }} Call
 *
 * @typedef {object} Doers
 * @property {(text: string) => void} send as if the visitor had written it
 * @property {(text: string) => boolean} prefill whether there was room: what the visitor has written is theirs
 * @property {(locale: string) => Promise<string>} setLocale resolves with the locale that there is
 * @property {(words: object) => string[]} setWords what is wrong with them
 * @property {(theme: "light" | "dark" | "auto", look?: import("./host.mjs").Look) => void} setTheme
 * @property {(call: Call, files: File[]) => void} askPython
 * @property {(result: { id: number, ok?: unknown, error?: { code: string, message: string } }) => void} answer
 */

export class Verbs {
  #doers;
  /** @type {Record<string, (...args: any[]) => unknown>} */
  #verbs;

  /** @param {Doers} doers */
  constructor(doers) {
    this.#doers = doers;
    this.#verbs = {
      send: (text) => doers.send(message(text, "send")),
      prefill: (text) => doers.prefill(text === "" ? "" : message(text, "prefill")),
      setLocale: (locale) => doers.setLocale(tag(locale)),
      setWords: (words) => {
        demand(words && typeof words === "object", 'setWords takes an object of languages, such as { en: { "welcome.title": "Hi" } }.');
        return doers.setWords(words);
      },
      setTheme: (theme, look) => {
        demand(["light", "dark", "auto"].includes(theme), 'setTheme takes "light", "dark" or "auto".');
        doers.setTheme(theme, look);
      },
    };
  }

  /** @param {Call} call */
  async call({ id, method, args }) {
    try {
      if (Object.hasOwn(this.#verbs, method)) {
        this.#doers.answer({ id, ok: await this.#verbs[method](...args) });
      } else if (method === "identify") {
        this.#doers.askPython({ id, method: "updateCustomer", args: [customer(args[0])] }, []);
      } else {
        const [{ file, ...rest } = /** @type {any} */ ({})] = method === "uploadFile" ? args : [];
        const isFile = file instanceof Blob;
        this.#doers.askPython({ id, method, args: isFile ? [rest] : args }, isFile ? [/** @type {File} */ (file)] : []);
      }
    } catch (error) {
      const { code = "INTERNAL", message = String(error) } = /** @type {any} */ (error);
      this.#doers.answer({ id, error: { code, message } });
    }
  }
}

/** @param {unknown} holds @param {string} message */
function demand(holds, message) {
  if (!holds) throw Object.assign(new TypeError(message), { code: "INVALID_ARGUMENT" });
}

/** @param {unknown} text @param {string} verb */
function message(text, verb) {
  demand(typeof text === "string" && text.trim(), `${verb} takes a text that is not empty.`);
  const trimmed = /** @type {string} */ (text).trim();
  const size = new TextEncoder().encode(trimmed).length;
  demand(size <= TEXT_LIMIT, `${verb}: the text has ${size} bytes; a message holds ${TEXT_LIMIT}.`);
  return trimmed;
}

/** @param {unknown} locale */
function tag(locale) {
  if (locale === "auto") return locale;
  try {
    return new Intl.Locale(String(locale).replaceAll("_", "-")).toString();
  } catch {
    demand(false, `setLocale takes "auto" or a language tag such as "de" or "pt-BR", not ${JSON.stringify(locale)}.`);
    return "";
  }
}

/**
 * Who the visitor is, as the page says; what is left out stays.
 * @param {any} given `name`, `email`, `avatar`: texts; `fields`: names and values
 */
function customer(given) {
  demand(given && typeof given === "object", "identify takes an object with name, email, avatar or fields.");
  const { name, email, avatar, fields, ...more } = given;
  const [unknown] = Object.keys(more);
  demand(!unknown, `identify knows no ${unknown}: it takes name, email, avatar and fields.`);
  for (const [key, value] of Object.entries({ name, email, avatar })) {
    demand(value === undefined || typeof value === "string", `identify: ${key} is a text.`);
  }
  demand(fields === undefined || (fields && typeof fields === "object"), "identify: fields is an object.");
  const about = { name, email, avatar, sessionFields: fields && texts(fields) };
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
}

/** The server takes texts only. @param {object} fields */
function texts(fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
