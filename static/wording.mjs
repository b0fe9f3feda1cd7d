// @ts-check
/**
 * The site owner's own words in the place of the widget's: from the chat service or the file that `data-words` names, and from
 * `setWords`. What cannot be used is named in the console, and the standard words stay. It knows what a usable text is; which words there
 * are, and where they stand, it does not.
 */

/** What `data-words` says instead of an address. */
const SERVICE = "service";
/** Milliseconds after which words do not come any more. */
const PATIENCE = 15_000;
const LONGEST = 500;
/** For every language. */
const ALL = "*";

/** @typedef {Record<string, Record<string, string>>} Wordings texts by key, by language; `*` is for all */

export class Wording {
  #words;
  #onChange;
  /** What the page has said goes before what the file, or the service, says. @type {{ file: Wordings, page: Wordings }} */
  #own = { file: {}, page: {} };

  /**
   * @param {import("./words.mjs").Words} words
   * @param {() => void} onChange told when there are other words
   */
  constructor(words, onChange) {
    this.#words = words;
    this.#onChange = onChange;
    words.own = (locale) => this.#of(locale);
  }

  /**
   * The words of the page, in the place of those it gave before.
   * @param {unknown} given by language, and in each by key
   * @returns {string[]} what is wrong with them; the rest holds
   */
  set(given) {
    return this.#take("page", "setWords", given);
  }

  /**
   * @param {string} from an address, or `service`
   * @param {import("./host.mjs").Configuration} settings
   * @returns {Promise<void>} never rejects: a chat without them is still a chat
   */
  async fetch(from, settings) {
    try {
      const given = from === SERVICE ? await this.#ofService(settings) : await json(from);
      this.#take("file", "data-words", given);
    } catch (error) {
      const hint = "A file of another origin needs Access-Control-Allow-Origin.";
      console.error(`chatwheel: data-words: ${from} cannot be used, the standard words stay. ${hint}`, error);
    }
  }

  /**
   * What the organization has written into the service (Customer Chat API: get_localization). It has other keys, too, for
   * other widgets.
   * @param {import("./host.mjs").Configuration} settings
   */
  async #ofService({ apiUrl, region, organizationId, groupId }) {
    const origin = apiUrl ?? `https://api${region ? `-${region}` : ""}.livechatinc.com`;
    const of = { organization_id: organizationId, group_id: String(groupId ?? 0) };
    const ask = (/** @type {string} */ action, /** @type {Record<string, string>} */ query) =>
      json(`${origin}/v3.5/customer/action/${action}?${new URLSearchParams({ ...of, ...query })}`);
    const { localization_version: version, language } = await ask("get_dynamic_configuration", {});
    const phrases = await ask("get_localization", { language, version });
    return { [language]: Object.fromEntries(Object.entries(phrases).filter(([key]) => Object.hasOwn(this.#words.standard, key))) };
  }

  /** @param {"file" | "page"} source @param {string} name @param {unknown} given */
  #take(source, name, given) {
    const { usable, mistakes } = examined(given, this.#words.standard, this.#words.shipped);
    for (const mistake of mistakes) console.warn(`chatwheel: ${name}: ${mistake}. The standard words stay there.`);
    this.#own[source] = usable;
    this.#words.choose();
    this.#onChange();
    return mistakes;
  }

  /** What is for all languages, then the language's, then the region's. @param {Intl.Locale} locale */
  #of(locale) {
    const names = [ALL, locale.language, locale.toString().toLowerCase()];
    const layers = [this.#own.file, this.#own.page].flatMap((own) => names.map((name) => own[name]));
    return Object.assign({}, ...layers);
  }
}

/** @param {string} address */
async function json(address) {
  const response = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok) throw new Error(`the answer is ${response.status}`);
  return response.json();
}

/**
 * @param {any} given
 * @param {Record<string, string>} standard
 * @param {string[]} shipped languages that there are words in
 */
function examined(given, standard, shipped) {
  /** @type {Wordings} */
  const usable = {};
  /** @type {string[]} */
  const mistakes = [];
  if (!isObject(given)) mistakes.push('expected is an object of languages, such as {"en": {"welcome.title": "…"}}');
  else {
    for (const [language, texts] of Object.entries(given)) {
      const name = language.replaceAll("_", "-").toLowerCase();
      if (name !== ALL && !shipped.includes(name.split("-")[0])) mistakes.push(`there is no language ${quoted(language)}`);
      else if (!isObject(texts)) mistakes.push(`${quoted(language)} is not an object of texts`);
      else {
        const wrong = Object.entries(texts).map(([key, text]) => [key, text, problem(key, text, standard)]);
        mistakes.push(...wrong.filter(([, , what]) => what).map(([, , what]) => `${quoted(language)}: ${what}`));
        usable[name] = Object.fromEntries(wrong.filter(([, , what]) => !what));
      }
    }
  }
  return { usable, mistakes };
}

/** @param {string} key @param {unknown} text @param {Record<string, string>} standard @returns {string | undefined} what is wrong */
function problem(key, text, standard) {
  if (!Object.hasOwn(standard, key)) return `there is no text ${quoted(key)}`;
  if (typeof text !== "string" || !text.trim() || text.length > LONGEST || /[\p{Cc}\p{Cs}]/u.test(text)) {
    return `${key} is not a line of text of at most ${LONGEST} characters`;
  }
  const [wanted, found] = [standard[key], text].map((one) => [...new Set(one.match(/\{\w*\}/g))].sort().join(" "));
  return wanted === found ? undefined : `${key} must hold ${wanted || "nothing in braces"}, and holds ${found || "none"}`;
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {string} name */
function quoted(name) {
  return JSON.stringify(name.slice(0, 60));
}
