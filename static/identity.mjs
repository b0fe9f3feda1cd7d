// @ts-check
/**
 * Who the visitor is, as the host page says: asks the page's own function for tokens, on behalf of the frame. It is in
 * the page because a function cannot be handed to a frame; the frame gets tokens and nothing else.
 */

/**
 * @typedef {object} Token of the customer, as Customer SDKs write it
 * @property {string} accessToken
 * @property {string} entityId the customer's id
 * @property {string} tokenType
 * @property {number} [expiresIn] ms
 * @property {number} [creationDate] ms since 1970
 *
 * @typedef {(how: { fresh: boolean }) => unknown} Source gives a token, or a promise of one
 *
 * @typedef {object} Provider the customer auth of the JavaScript SDK
 * @property {() => unknown} getToken
 * @property {() => unknown} getFreshToken
 * @property {() => unknown} hasToken
 * @property {() => unknown} invalidate
 */

export class Identity {
  #provider;

  /** @param {unknown} given a function that gives tokens, or an object with the four of the JavaScript SDK */
  constructor(given) {
    this.#provider = typeof given === "function" ? remembering(/** @type {Source} */ (given)) : /** @type {Provider} */ (given);
  }

  /**
   * @param {"getToken" | "getFreshToken" | "hasToken" | "invalidate"} method
   * @returns {Promise<Token | boolean | undefined>} rejects with what the page's function throws, or with what is wrong
   *   with what it gave
   */
  async ask(method) {
    const provider = this.#provider;
    if (typeof provider[method] !== "function") throw new TypeError(`it has no ${method}`);
    const answer = await provider[method]();
    if (method === "hasToken") return Boolean(answer);
    return method === "invalidate" ? undefined : token(answer);
  }
}

/**
 * A function that gives tokens, as a provider that knows the one that it gave last.
 * @param {Source} source
 * @returns {Provider}
 */
function remembering(source) {
  /** @type {Token | undefined} */
  let known;
  let isStale = false;
  const fetch = async (/** @type {boolean} */ fresh) => {
    known = token(await source({ fresh: fresh || isStale }));
    isStale = false;
    return known;
  };
  return {
    getToken: () => (known && left(known) > 0 ? known : fetch(Boolean(known))),
    getFreshToken: () => fetch(true),
    hasToken: () => known !== undefined,
    invalidate: () => {
      isStale = true;
      known = undefined;
    },
  };
}

/** @param {Token} token @returns {number} ms until it expires */
function left({ expiresIn = Infinity, creationDate = 0 }) {
  return creationDate + expiresIn - Date.now();
}

/**
 * What the page gave, as a token: written as Customer SDKs do, or as the accounts server answers.
 * @param {any} given
 * @returns {Token}
 */
function token(given) {
  if (!given || typeof given !== "object") throw new TypeError(`it gave ${given === null ? "null" : typeof given}, not a token`);
  const isRaw = "access_token" in given;
  const made = {
    accessToken: isRaw ? given.access_token : given.accessToken,
    entityId: given.entityId ?? given.entity_id,
    tokenType: given.tokenType ?? given.token_type ?? "Bearer",
  };
  for (const [name, text] of Object.entries(made)) {
    // What is not printable ASCII would end as a header that no browser sends.
    if (typeof text !== "string" || !/^[!-~]+$/.test(text)) throw new TypeError(`its token has no ${name} that can be used`);
  }
  const seconds = isRaw ? given.expires_in : undefined;
  const times = seconds !== undefined ? { expiresIn: seconds * 1000, creationDate: Date.now() } : { expiresIn: given.expiresIn, creationDate: given.creationDate };
  if (times.expiresIn === undefined) return made;
  if (!Number.isFinite(times.expiresIn) || times.expiresIn <= 0) throw new TypeError("its token's expiresIn is not a number of milliseconds");
  if (!Number.isFinite(times.creationDate)) throw new TypeError("its token has expiresIn, but no creationDate, both in milliseconds");
  return { ...made, ...times };
}
