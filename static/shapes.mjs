// @ts-check
/**
 * What crosses between the page and the frame, by shape. Both sides look at a message before they act on it: one that
 * is not as expected is left alone, and said once in the console.
 */

/** @typedef {(value: any) => boolean} Shape */

/** @type {Shape} */
const text = (value) => typeof value === "string";
/** @type {Shape} */
const flag = (value) => typeof value === "boolean";
/** @type {Shape} */
const number = (value) => typeof value === "number" && Number.isFinite(value);
/** @type {Shape} */
const anything = () => true;
/** @param {Shape} shape @returns {Shape} */
const maybe = (shape) => (value) => value === undefined || value === null || shape(value);
/** @param {...string} values @returns {Shape} */
const one = (...values) => (value) => values.includes(value);
/** @param {Record<string, Shape>} members what it holds besides is nobody's business @returns {Shape} */
const object = (members) => (value) =>
  typeof value === "object" && value !== null && Object.entries(members).every(([name, shape]) => shape(value[name]));
/** @param {Record<string, Shape>} members @returns {Shape} also all others are texts */
const texts = (members) => (value) => object(members)(value) && Object.values(value).every(text);

const page = { url: text, title: text, referrer: maybe(text), open: flag, focused: flag, modal: maybe(flag) };
const failure = object({ code: text, message: text });

/** What the page is told. @type {Record<string, Shape>} */
export const TO_PAGE = {
  ask: object({ id: text, method: one("getToken", "getFreshToken", "hasToken", "invalidate") }),
  "call-progress": object({ id: number, share: number }),
  close: anything,
  event: object({ name: text }),
  failed: object({ reason: text, message: text }),
  forgotten: anything,
  gone: anything,
  look: anything,
  lost: anything,
  open: anything,
  remember: anything,
  renew: anything,
  result: object({ id: number, error: maybe(failure) }),
  state: object({}),
  theme: one("light", "dark", "auto"),
  unread: object({ count: number, preview: maybe(object({ name: text, text })) }),
  words: texts({ locale: text }),
};

/** What the frame is told. @type {Record<string, Shape>} */
export const TO_FRAME = {
  answer: object({ id: text, error: maybe(object({ message: text })) }),
  call: object({ id: number, method: text, args: Array.isArray }),
  intent: text,
  listen: text,
  page: object({ ...page, focus: maybe(flag) }),
};

/** What the frame is told first. @type {Shape} */
export const isConfiguration = object({
  organizationId: text,
  clientId: text,
  groupId: maybe(number),
  wordsUrl: maybe(text),
  words: maybe(object({})),
  forget: maybe(one("all", "visitor")),
  page: object(page),
});

/**
 * @param {MessagePort} port
 * @param {Record<string, Shape>} shapes by kind
 * @param {(kind: string, body: any) => void} hear gets what has its shape
 */
export function listenTo(port, shapes, hear) {
  port.onmessage = ({ data }) => {
    const [kind, body] = Array.isArray(data) ? data : [];
    if (text(kind) && Object.hasOwn(shapes, kind) && shapes[kind](body)) hear(kind, body);
    else console.warn(`chatwheel: a message that is not as expected was ignored: ${described(kind)}`);
  };
}

/** @param {unknown} kind */
function described(kind) {
  return typeof kind === "string" ? JSON.stringify(kind.slice(0, 40)) : `a ${typeof kind} in the place of its kind`;
}
