// @ts-check
/** The words of the frame itself, and times as the visitor writes them. */

import { load } from "./release.mjs";

/** Languages in `locales/`. */
const SHIPPED = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "uk", "zh"];
/** For browsers that cannot tell which way a language runs. */
const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];
const FALLBACK = "en";
/** @type {Intl.DateTimeFormatOptions} */
const TIME = { timeStyle: "short" };
const HOST = /^(launcher|title|widget)\.|^alert\.dismiss$/;

export class Words {
  /** @type {Record<string, string>} */
  texts = {};
  /** The widget's own, whatever stands in their place. @type {Record<string, string>} */
  standard = {};
  shipped = SHIPPED;
  locale = FALLBACK;
  /** What stands in their place. @type {(locale: Intl.Locale) => Record<string, string>} */
  own = () => ({});
  /** @type {Map<string, Intl.DateTimeFormat>} */
  #formats = new Map();

  /**
   * The visitor's language if there are words in it, otherwise English. `pt-BR` is served by `pt`.
   * @param {string} [wanted] `auto` or nothing: the browser's
   */
  async load(wanted) {
    const languages = wanted && wanted !== "auto" ? [wanted] : navigator.languages;
    for (const language of [...languages, FALLBACK]) {
      const locale = localeOf(language);
      if (!locale || !SHIPPED.includes(locale.language)) continue;
      const response = await load(`locales/${locale.language}.json`).catch(() => undefined);
      if (!response?.ok) continue;
      this.standard = await response.json();
      this.locale = locale.toString();
      break;
    }
    this.choose();
    document.documentElement.lang = this.locale;
    document.documentElement.dir = directionOf(new Intl.Locale(this.locale));
    setTimeout(() => this.#format(TIME)); // the first takes as long as the rest of the first drawing: not in the same task
  }

  /** The words of this language, its owner's before its own. */
  choose() {
    this.texts = { ...this.standard, ...(Object.keys(this.standard).length ? this.own(new Intl.Locale(this.locale)) : {}) };
  }

  /**
   * @param {string} key
   * @param {Record<string, string>} [values]
   */
  say(key, values = {}) {
    const unknown = Object.keys(this.texts).length ? key : ""; // else they have not come yet
    return (this.texts[key] ?? unknown).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /** @param {number} bytes */
  size(bytes) {
    const count = new Intl.NumberFormat(this.locale, { numberingSystem: "latn", maximumFractionDigits: 0 });
    return this.say("size.kilobytes", { count: count.format(bytes / 1024) });
  }

  /** The words that the host page needs, and their language. */
  forHost() {
    const texts = Object.entries(this.texts).filter(([key]) => HOST.test(key));
    return { ...Object.fromEntries(texts), locale: this.locale };
  }

  /** @param {ParentNode} root */
  write(root) {
    for (const element of root.querySelectorAll("[data-text], [data-label], [data-placeholder]")) {
      const { text, label, placeholder } = /** @type {HTMLElement} */ (element).dataset;
      if (text && text in this.texts) element.textContent = this.say(text);
      if (label && label in this.texts) element.setAttribute("aria-label", this.say(label));
      if (placeholder && placeholder in this.texts) element.setAttribute("placeholder", this.say(placeholder));
    }
  }

  /** @param {HTMLTimeElement} element */
  writeTime(element) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) return;
    if (element.dataset.format === "day") element.textContent = this.#day(date);
    else if (element.dataset.format === "time") element.textContent = this.#format(TIME).format(date);
  }

  /**
   * With the digits that the words' numbers have. To make one takes longer than all else that a message's row takes.
   * @param {Intl.DateTimeFormatOptions} options
   */
  #format(options) {
    const key = [this.locale, ...Object.entries(options)].join();
    const known = this.#formats.get(key) ?? new Intl.DateTimeFormat(this.locale, { numberingSystem: "latn", ...options });
    this.#formats.set(key, known);
    return known;
  }

  /** @param {Date} date */
  #day(date) {
    const today = new Date();
    const midnight = (/** @type {Date} */ day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
    const days = Math.round((midnight(date) - midnight(today)) / 86_400_000);
    if (days === 0 || days === -1) {
      const word = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" }).format(days, "day");
      return word.charAt(0).toLocaleUpperCase(this.locale) + word.slice(1);
    }
    const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
    return this.#format({ weekday: "long", day: "numeric", month: "long", year }).format(date);
  }
}

/**
 * A locale as the script tag or the browser names it: `de-AT`, also `de_at`. Nothing if it is none.
 * @param {string} name
 */
function localeOf(name) {
  try {
    return new Intl.Locale(name.replaceAll("_", "-"));
  } catch {
    return undefined;
  }
}

/** @param {Intl.Locale} locale @returns {"ltr" | "rtl"} */
function directionOf(locale) {
  const { getTextInfo, textInfo } = /** @type {any} */ (locale);
  const known = getTextInfo?.call(locale) ?? textInfo;
  return known?.direction ?? (RIGHT_TO_LEFT.includes(locale.language) ? "rtl" : "ltr");
}
