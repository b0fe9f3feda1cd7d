// Words for times, sizes and links.

import { h } from "./dom.mjs";

const MINUTE = 60;
const HOUR = 3600;
const URL_PATTERN = /\bhttps?:\/\/[^\s<>"'\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** @param {string} instant */
export function timeOf(instant) {
  return clock.format(new Date(instant));
}

/** @param {string} instant */
export function dayOf(instant) {
  const date = new Date(instant);
  return date.toDateString() === new Date().toDateString() ? "Today" : calendar.format(date);
}

/**
 * How long ago, as a stopwatch shows it.
 *
 * @param {string} instant
 */
export function stopwatch(instant) {
  const seconds = Math.max(0, Math.floor((Date.now() - new Date(instant).getTime()) / 1000));
  if (seconds >= 24 * HOUR) return `${Math.floor(seconds / (24 * HOUR))} d`;
  if (seconds >= HOUR) return `${Math.floor(seconds / HOUR)} h ${Math.floor((seconds % HOUR) / MINUTE)} min`;
  return `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, "0")}`;
}

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** @param {string} name */
export function initialOf(name) {
  return (Array.from(name.trim())[0] ?? "?").toUpperCase();
}

/**
 * A number from 0 to 359 that stays the same for the same visitor.
 *
 * @param {string} text
 */
export function hueOf(text) {
  let hash = 0;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return hash;
}

/**
 * Return the address if it leads to a web page, else null.
 *
 * @param {string | undefined} address
 */
export function webAddress(address) {
  if (address === undefined) return null;
  try {
    const url = new URL(address, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

const BROWSERS = { Edg: "Edge", OPR: "Opera", Firefox: "Firefox", Chrome: "Chrome", Safari: "Safari" };
const SYSTEMS = { iPhone: "iPhone", iPad: "iPad", Android: "Android", "Mac OS": "macOS", Windows: "Windows", Linux: "Linux" };

/**
 * A browser's name and system, as far as it tells; the beginning of what it calls itself if nothing of it is known.
 *
 * @param {string} agent
 */
export function browserOf(agent) {
  const find = (/** @type {Record<string, string>} */ names) => Object.entries(names).find(([sign]) => agent.includes(sign))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser === undefined ? agent.slice(0, 40) : system === undefined ? browser : `${browser} on ${system}`;
}

/**
 * A page without scheme and host, for reading.
 *
 * @param {string} address
 */
export function shortAddress(address) {
  const href = webAddress(address);
  if (href === null) return address;
  const url = new URL(href);
  return url.host + (url.pathname === "/" ? "" : url.pathname) + url.search;
}

/**
 * Cut a text into text nodes and links.
 *
 * @param {string} text
 * @returns {(string | HTMLAnchorElement)[]}
 */
export function linkify(text) {
  /** @type {(string | HTMLAnchorElement)[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(URL_PATTERN)) {
    const shown = match[0].replace(/[.,;:!?)\]}]+$/, "");
    const href = webAddress(shown);
    if (href === null) continue;
    parts.push(text.slice(end, match.index));
    parts.push(h("a", { href, target: "_blank", rel: "noopener noreferrer" }, shown));
    end = match.index + shown.length;
  }
  return [...parts, text.slice(end)];
}
